//! The way in: plan a query on an index, then rank, count, or list its matches.
//!
//! Comes in: an open index with its analyzer, a syntax tree. Goes out: hits, counts and spans, exact over all segments.
//! Fast ways for common shapes live in `kernels`; whatever they do not take, the [`matcher`](crate::matcher) runs.

use analysis::Analyzer;
use store::{DocId, IndexFile, Segment};

use crate::explain::{self, Explanation};
use crate::kernels;
use crate::matcher::{self, SegmentMatcher};
use crate::plan::{LeafId, Pattern, PlanNode, Planner};
use crate::syntax::Node;
use crate::{Error, Plan, PlanOptions};

/// How to evaluate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Skip what cannot be among the best; stop counting where that pays.
    #[default]
    Auto,
    /// Score every matching document: slow, the same hits, an exact total.
    Exhaustive,
}

/// Which hits are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK {
    /// How many.
    pub k: usize,
    /// How many of the best to pass over first.
    pub offset: usize,
    /// How to find them.
    pub strategy: Strategy,
    /// How many threads may work on an expensive query; the hits are the same.
    pub threads: usize,
    /// Whether the total must be exact. That costs less than counting by [`Searcher::count_documents`] as well.
    pub exact_total: bool,
}

impl Default for TopK {
    fn default() -> Self {
        TopK { k: 10, offset: 0, strategy: Strategy::Auto, threads: 1, exact_total: false }
    }
}

/// A document found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub doc: DocId,
    /// Its BM25 score; 0 where nothing in the query scores.
    pub score: f64,
}

/// How many documents match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// So many.
    Exact(u64),
    /// So many were seen before the rest was skipped.
    AtLeast(u64),
}

/// How much of the posting lists was read.
///
/// A block is 128 postings of a list, or what a list of a frequent word holds in one chunk of 4096 documents. It is read
/// when its documents are looked at, and skipped when what is known of it, or of the other lists, says that none of them
/// matters. Lists from which a pattern's bitmap was made while planning are in neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Blocks whose documents were read.
    pub read: u64,
    /// All others of the same lists.
    pub skipped: u64,
}

impl Blocks {
    /// Of a list with `all` blocks some were read.
    #[inline]
    pub(crate) fn of_list(read: usize, all: usize) -> Blocks {
        Blocks { read: read as u64, skipped: all.saturating_sub(read) as u64 }
    }

    /// Adds those of another list.
    #[inline]
    pub(crate) fn add(&mut self, other: Blocks) {
        self.read += other.read;
        self.skipped += other.skipped;
    }
}

/// The best documents.
#[derive(Clone, Debug, PartialEq)]
pub struct TopDocs {
    /// Highest score first; equal scores by document number.
    pub hits: Vec<Hit>,
    /// Matching documents.
    pub total: Total,
    /// What was read to find them: of the lists that candidates come from.
    pub blocks: Blocks,
}

/// Counts over the whole index, always exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Matching documents.
    pub documents: u64,
    /// Different matches in them; `None` where the query has nothing that could match in a text (`NOT x`, a filter).
    pub matches: Option<u64>,
}

/// A match: token positions of one text field, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text field's number.
    pub field: usize,
    /// The first token.
    pub first: u32,
    /// The last token.
    pub last: u32,
}

/// Answers queries on one index. Cheap to make and to copy.
#[derive(Clone, Copy)]
pub struct Searcher<'i> {
    index: &'i IndexFile,
    analyzer: &'i Analyzer,
}

impl<'i> Searcher<'i> {
    /// A searcher on an index. Fails where the analyzer is another than the one that made the index.
    pub fn new(index: &'i IndexFile, analyzer: &'i Analyzer) -> Result<Searcher<'i>, Error> {
        let record = &index.manifest().analyzer;
        let id = analyzer.id();
        if (&record.name, record.version, record.fingerprint)
            != (&id.name, id.version, id.fingerprint)
        {
            return Err(Error::Analyzer {
                expected: format!(
                    "`{}` version {} ({:016x})",
                    record.name, record.version, record.fingerprint
                ),
                found: format!("`{}` version {} ({:016x})", id.name, id.version, id.fingerprint),
            });
        }
        Ok(Searcher { index, analyzer })
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &'i IndexFile {
        self.index
    }

    /// The analyzer.
    #[must_use]
    pub fn analyzer(&self) -> &'i Analyzer {
        self.analyzer
    }

    /// Gives a syntax tree its meaning on this index: looks words up, expands patterns, works out weights.
    pub fn plan(&self, root: &Node, options: &PlanOptions) -> Result<Plan, Error> {
        let mut plan = Planner::new(self.index, self.analyzer, options)?.plan(root)?;
        if plan.model().counts_collection() {
            self.count_leaves(&mut plan)?;
        }
        Ok(plan)
    }

    /// Finds out how often each leaf matches in the whole index, for models that ask for it: of a single term the index
    /// says so, all else is counted by running it.
    fn count_leaves(&self, plan: &mut Plan) -> Result<(), Error> {
        for number in 0..plan.leaves.len() {
            let leaf = &plan.leaves[number];
            let known = match &leaf.pattern {
                Pattern::Word(word) => plan.words[word.0 as usize].collection_freq(),
                _ => None,
            };
            let count = match known {
                Some(count) => count,
                None => {
                    let root = PlanNode::Leaf { leaf: LeafId(number as u32), boost: 1.0 };
                    let alone = Plan { root, ..plan.clone() };
                    self.count(&alone)?.matches.unwrap_or(0)
                }
            };
            plan.leaves[number].collection_freq = count;
        }
        Ok(())
    }

    /// The best documents.
    pub fn search(&self, plan: &Plan, request: &TopK) -> Result<TopDocs, Error> {
        let mut top = self.best_docs(plan, request)?;
        if let (true, Total::AtLeast(_)) = (request.exact_total, top.total) {
            top.total = Total::Exact(self.count_documents(plan)?);
        }
        Ok(top)
    }

    fn best_docs(&self, plan: &Plan, request: &TopK) -> Result<TopDocs, Error> {
        if request.strategy == Strategy::Auto && !plan.model().is_exhaustive() {
            let k = request.k.saturating_add(request.offset);
            let from_first = TopK { k, offset: 0, ..*request };
            if let Some(mut top) = kernels::top_docs(self.index, plan, &from_first)? {
                top.hits.drain(..request.offset.min(top.hits.len()));
                return Ok(top);
            }
        }
        matcher::top_docs(self, plan, request)
    }

    /// Matching documents and the matches in them.
    pub fn count(&self, plan: &Plan) -> Result<Counts, Error> {
        let mut counts = Counts { documents: 0, matches: plan.scores().then_some(0) };
        self.for_each_match(plan, |found| {
            counts.documents += 1;
            if let Some(matches) = &mut counts.matches {
                *matches += found.match_count()?;
            }
            Ok(true)
        })?;
        Ok(counts)
    }

    /// Matching documents alone; cheaper than [`Searcher::count`].
    pub fn count_documents(&self, plan: &Plan) -> Result<u64, Error> {
        if let Some(documents) = kernels::count_documents(self.index, plan)? {
            return Ok(documents);
        }
        let mut documents = 0;
        for (number, segment) in self.index.segments().iter().enumerate() {
            let mut matcher = SegmentMatcher::new(self, plan, segment, number)?;
            while matcher.next()?.is_some() {
                documents += 1;
            }
        }
        Ok(documents)
    }

    /// The matches in one document, in order, none twice. None where the document does not match.
    pub fn spans(&self, plan: &Plan, doc: DocId) -> Result<Vec<Span>, Error> {
        let mut spans = Vec::new();
        self.look_at(plan, doc, |matcher| matcher.spans(&mut spans))?;
        Ok(spans)
    }

    /// The matches in several documents; a list for each, empty where it does not match.
    ///
    /// Much cheaper than one by one where a pattern of the query stands for many words.
    pub fn spans_of(&self, plan: &Plan, docs: &[DocId]) -> Result<Vec<Vec<Span>>, Error> {
        let mut all = vec![Vec::new(); docs.len()];
        for (number, segment) in self.index.segments().iter().enumerate() {
            let here = (0..).zip(docs).filter(|(_, doc)| holds(segment, **doc));
            let mut here: Vec<(u32, usize)> =
                here.map(|(place, doc)| (segment.listed(doc.0 - segment.base()), place)).collect();
            here.sort_unstable();
            if here.is_empty() {
                continue;
            }
            let mut matcher = SegmentMatcher::new(self, plan, segment, number)?;
            for (listed, place) in here {
                if matcher.seek(listed)? == Some(listed) {
                    matcher.spans(&mut all[place])?;
                }
            }
        }
        Ok(all)
    }

    /// The score of one document; `None` where it does not match.
    pub fn score(&self, plan: &Plan, doc: DocId) -> Result<Option<f64>, Error> {
        self.look_at(plan, doc, |matcher| matcher.score())
    }

    /// Why a document has its score, or why it does not match; `None` where there is no such document.
    pub fn explain(&self, plan: &Plan, doc: DocId) -> Result<Option<Explanation>, Error> {
        explain::explain(self, plan, doc)
    }

    /// Asks about one document, if it matches.
    fn look_at<'p, T>(
        &'p self,
        plan: &'p Plan,
        doc: DocId,
        ask: impl FnOnce(&mut SegmentMatcher<'p>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        for (number, segment) in self.index.segments().iter().enumerate() {
            if holds(segment, doc) {
                let listed = segment.listed(doc.0 - segment.base());
                let mut matcher = SegmentMatcher::new(self, plan, segment, number)?;
                return match matcher.seek(listed)? {
                    Some(found) if found == listed => ask(&mut matcher).map(Some),
                    _ => Ok(None),
                };
            }
        }
        Ok(None)
    }

    /// Calls `sink` for every matching document in the order of the lists, until it returns `false`.
    pub fn for_each_match(
        &self,
        plan: &Plan,
        mut sink: impl FnMut(&mut Match<'_, '_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        for (number, segment) in self.index.segments().iter().enumerate() {
            let mut matcher = SegmentMatcher::new(self, plan, segment, number)?;
            while let Some(listed) = matcher.next()? {
                if !sink(&mut Match::new(segment, listed, &mut matcher))? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Calls `sink` for every matching document with its matches, in the order of the documents, until it returns `false`.
    ///
    /// Where lists have another order, the matches of a thousand documents are kept at a time.
    pub fn for_each_in_order(
        &self,
        plan: &Plan,
        mut sink: impl FnMut(DocId, &mut Vec<Span>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        for (number, segment) in self.index.segments().iter().enumerate() {
            let mut matcher = SegmentMatcher::new(self, plan, segment, number)?;
            if !segment.is_reordered() {
                let mut spans = Vec::new();
                while let Some(doc) = matcher.next()? {
                    matcher.spans(&mut spans)?;
                    if !sink(DocId(segment.base() + doc), &mut spans)? {
                        return Ok(());
                    }
                }
                continue;
            }
            let mut matching = Vec::new();
            while let Some(listed) = matcher.next()? {
                matching.push(DocId(segment.base() + segment.document_listed(listed)));
            }
            matching.sort_unstable();
            for some in matching.chunks(IN_ORDER_AT_ONCE) {
                for (doc, mut spans) in some.iter().zip(self.spans_of(plan, some)?) {
                    if !sink(*doc, &mut spans)? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }
}

/// The matches of so many documents are kept while they are put into order.
const IN_ORDER_AT_ONCE: usize = if cfg!(test) { 3 } else { 1024 };

/// Whether a document lies in a segment.
fn holds(segment: &Segment, doc: DocId) -> bool {
    segment.base() <= doc.0 && doc.0 - segment.base() < segment.doc_count()
}

/// A matching document while [`Searcher::for_each_match`] stands on it; its figures are worked out when asked for.
pub struct Match<'m, 's> {
    /// Which document.
    pub doc: DocId,
    matcher: &'m mut SegmentMatcher<'s>,
}

impl<'m, 's> Match<'m, 's> {
    fn new(segment: &Segment, listed: u32, matcher: &'m mut SegmentMatcher<'s>) -> Match<'m, 's> {
        Match { doc: DocId(segment.base() + segment.document_listed(listed)), matcher }
    }

    /// Its score.
    pub fn score(&mut self) -> Result<f64, Error> {
        self.matcher.score()
    }

    /// How many different matches it has.
    pub fn match_count(&mut self) -> Result<u64, Error> {
        self.matcher.match_count()
    }
}
