//! The match engine: which documents match a plan, where, and with what score, for any plan.
//!
//! Comes in: a plan and a segment. Goes out: its matching documents in order; of each the score, the matches, or their
//! number. Works one document at a time in three steps: candidates by posting lists alone ([`documents`]), then the
//! boolean tree over leaves, whose positions are read only when asked for ([`leaf`]), then whatever the caller wants. It
//! prunes nothing: this is what every faster kernel must equal.

mod documents;
mod leaf;
mod phrase;
mod places;
mod sets;
mod slop;
mod surface;
mod top;
mod window;
mod words;

use documents::{Documents, is_exact};
use leaf::LeafMatcher;
pub(crate) use leaf::operands_apart;
use places::Place;
use store::postings::END;
use store::{Segment, StoredDocument};
pub(crate) use surface::{SurfaceFilter, surface_documents};
pub(crate) use top::top_docs;
pub(crate) use window::MAX_SHARING_OPERANDS;

use crate::plan::{Filter, LeafId, Pattern, Plan, PlanNode, can_share};
use crate::{Bm25, Error, Searcher, Span};

/// A plan at work in one segment.
///
/// The law: a fresh matcher stands before the first match; [`SegmentMatcher::next`] and [`SegmentMatcher::seek`] move
/// forward only; the figures speak of the document they returned last and must not be asked for before or after the end.
pub(crate) struct SegmentMatcher<'s> {
    plan: &'s Plan,
    documents: Documents<'s>,
    /// Whether every candidate matches.
    exact: bool,
    started: bool,
    doc: u32,
    tree: Tree<'s>,
    /// The boost of each leaf that may count, where it is the same in all matching documents.
    boosts: Option<Vec<Option<f64>>>,
    /// Whether no two leaves can match in the same place.
    disjoint: bool,
    scratch: Vec<Option<f64>>,
    places: Vec<Place>,
}

impl<'s> SegmentMatcher<'s> {
    /// Opens a plan in a segment of the searcher's index.
    pub(crate) fn new(
        searcher: &Searcher<'s>,
        plan: &'s Plan,
        segment: &'s Segment,
        number: usize,
    ) -> Result<Self, Error> {
        let documents = Documents::of(plan, segment, number, &plan.root)?;
        let leaves = plan.leaves.iter().map(|_| None).collect();
        let tree = Tree { searcher: *searcher, plan, segment, number, leaves, stored: None };
        let mut boosts = vec![None; plan.leaves.len()];
        let boosts = constant_boosts(&plan.root, &mut boosts).then_some(boosts);
        Ok(SegmentMatcher {
            plan,
            documents,
            exact: is_exact(plan, &plan.root),
            started: false,
            doc: END,
            tree,
            boosts,
            disjoint: disjoint_leaves(plan),
            scratch: vec![None; plan.leaves.len()],
            places: Vec::new(),
        })
    }

    /// The next matching document.
    pub(crate) fn next(&mut self) -> Result<Option<u32>, Error> {
        let candidate = if self.started { self.documents.advance()? } else { self.documents.doc() };
        self.settle(candidate)
    }

    /// The first matching document from `target` on, the current one included.
    pub(crate) fn seek(&mut self, target: u32) -> Result<Option<u32>, Error> {
        if self.started && target <= self.doc {
            return Ok((self.doc != END).then_some(self.doc));
        }
        let candidate = self.documents.seek(target)?;
        self.settle(candidate)
    }

    fn settle(&mut self, mut candidate: u32) -> Result<Option<u32>, Error> {
        self.started = true;
        while candidate != END && !self.exact && !self.tree.holds(&self.plan.root, candidate)? {
            candidate = self.documents.advance()?;
        }
        self.doc = candidate;
        Ok((candidate != END).then_some(candidate))
    }

    /// The score of the current document.
    pub(crate) fn score(&mut self) -> Result<f64, Error> {
        self.count_leaves()?;
        let SegmentMatcher { plan, tree, boosts, scratch, doc, .. } = self;
        let mut score = 0.0;
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            let Some(boost) = boost else { continue };
            let tf = tree.leaf(leaf)?.frequency(*doc)?;
            let facts = &plan.leaves[leaf];
            let length = match facts.scope {
                None => tree.segment.length(*doc),
                Some(field) => tree.segment.field_extent(field, *doc).1,
            };
            let norm = plan.leaf_bm25(facts).norm(length);
            score += boost * facts.idf * Bm25::impact(tf, norm);
        }
        Ok(score)
    }

    /// How many different matches the current document has.
    pub(crate) fn match_count(&mut self) -> Result<u64, Error> {
        if !self.disjoint {
            self.collect()?;
            return Ok(self.places.len() as u64);
        }
        self.count_leaves()?;
        let SegmentMatcher { tree, boosts, scratch, doc, .. } = self;
        let mut matches = 0;
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            if boost.is_some() {
                matches += u64::from(tree.leaf(leaf)?.frequency(*doc)?);
            }
        }
        Ok(matches)
    }

    /// Finds the boosts of the leaves that count in the current document, where they differ between documents.
    fn count_leaves(&mut self) -> Result<(), Error> {
        let SegmentMatcher { plan, tree, boosts: None, scratch, doc, .. } = self else {
            return Ok(());
        };
        scratch.fill(None);
        tree.visit(&plan.root, *doc, &mut |leaf, boost| add_boost(scratch, leaf, boost))
    }

    /// The matches of the current document in order, none twice, put into `out`, which is cleared first.
    pub(crate) fn spans(&mut self, out: &mut Vec<Span>) -> Result<(), Error> {
        self.collect()?;
        out.clear();
        let mut field = 0;
        let mut extent = self.tree.segment.field_extent(0, self.doc);
        for place in &self.places {
            while extent.0.saturating_add(extent.1) <= place.first
                && field + 1 < self.plan.text_fields.len()
            {
                field += 1;
                extent = self.tree.segment.field_extent(field, self.doc);
            }
            let (start, _) = extent;
            out.push(Span {
                field,
                first: place.first.saturating_sub(start),
                last: place.last.saturating_sub(start),
            });
        }
        Ok(())
    }

    /// Gathers the places of all leaves in matching parts.
    fn collect(&mut self) -> Result<(), Error> {
        self.count_leaves()?;
        let SegmentMatcher { tree, boosts, scratch, places, doc, .. } = self;
        places.clear();
        for (leaf, boost) in boosts.as_ref().unwrap_or(scratch).iter().enumerate() {
            if boost.is_some() {
                places.extend_from_slice(tree.leaf(leaf)?.places(*doc)?);
            }
        }
        places.sort_unstable();
        places.dedup();
        Ok(())
    }
}

/// The boolean tree with what its leaves and filters need to be asked about documents, in ascending order.
struct Tree<'s> {
    searcher: Searcher<'s>,
    plan: &'s Plan,
    segment: &'s Segment,
    number: usize,
    /// Opened when first asked.
    leaves: Vec<Option<LeafMatcher<'s>>>,
    /// The stored document read last, for filters.
    stored: Option<(u32, StoredDocument)>,
}

impl<'s> Tree<'s> {
    fn leaf(&mut self, leaf: usize) -> Result<&mut LeafMatcher<'s>, Error> {
        if self.leaves[leaf].is_none() {
            let facts = &self.plan.leaves[leaf];
            let analyzer = self.searcher.analyzer();
            self.leaves[leaf] =
                Some(LeafMatcher::new(self.plan, facts, analyzer, self.segment, self.number)?);
        }
        Ok(self.leaves[leaf].as_mut().expect("opened above"))
    }

    /// Whether a document matches a node. Filters are asked last: they read stored documents.
    fn holds(&mut self, node: &PlanNode, doc: u32) -> Result<bool, Error> {
        match node {
            PlanNode::Nothing => Ok(false),
            PlanNode::Everything => Ok(true),
            PlanNode::Leaf { leaf, .. } => self.leaf(leaf.0 as usize)?.holds(doc),
            PlanNode::Filter(filter) => self.passes(&self.plan.filters[filter.0 as usize], doc),
            PlanNode::And(items) => self.all(items, doc),
            PlanNode::Or(items) => self.any(items, doc),
            PlanNode::Not(item) => Ok(!self.holds(item, doc)?),
            PlanNode::AtLeast { count, items } => {
                let mut missing = *count;
                for (place, item) in items.iter().enumerate() {
                    if missing == 0 || ((items.len() - place) as u64) < u64::from(missing) {
                        break;
                    }
                    missing -= u32::from(self.holds(item, doc)?);
                }
                Ok(missing == 0)
            }
            PlanNode::Clauses { must, should, must_not } => Ok(self.all(must, doc)?
                && !self.any(must_not, doc)?
                && (!must.is_empty() || self.any(should, doc)?)),
        }
    }

    fn all(&mut self, items: &[PlanNode], doc: u32) -> Result<bool, Error> {
        for filters in [false, true] {
            for item in items {
                if matches!(item, PlanNode::Filter(_)) == filters && !self.holds(item, doc)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn any(&mut self, items: &[PlanNode], doc: u32) -> Result<bool, Error> {
        for filters in [false, true] {
            for item in items {
                if matches!(item, PlanNode::Filter(_)) == filters && self.holds(item, doc)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn passes(&mut self, filter: &Filter, doc: u32) -> Result<bool, Error> {
        if self.stored.as_ref().is_none_or(|(at, _)| *at != doc) {
            self.stored = Some((doc, self.segment.document(doc)?));
        }
        let stored = self.stored.iter().flat_map(|(_, document)| &document.fields);
        let mut values = stored.filter(|(name, _)| *name == filter.field).peekable();
        if values.peek().is_none() && filter.field == "id" {
            return Ok(filter.passes_text(self.segment.id(doc)?));
        }
        Ok(values.any(|(_, value)| filter.passes(value)))
    }

    /// Calls `sink` with each leaf in the matching parts of a node that matches the document.
    fn visit(
        &mut self,
        node: &PlanNode,
        doc: u32,
        sink: &mut impl FnMut(LeafId, f64),
    ) -> Result<(), Error> {
        match node {
            PlanNode::Leaf { leaf, boost } => sink(*leaf, *boost),
            PlanNode::And(items) => {
                for item in items {
                    self.visit(item, doc, sink)?;
                }
            }
            PlanNode::Or(items) | PlanNode::AtLeast { items, .. } => {
                self.visit_matching(items, doc, sink)?;
            }
            PlanNode::Clauses { must, should, .. } => {
                for item in must {
                    self.visit(item, doc, sink)?;
                }
                self.visit_matching(should, doc, sink)?;
            }
            PlanNode::Nothing | PlanNode::Everything | PlanNode::Filter(_) | PlanNode::Not(_) => {}
        }
        Ok(())
    }

    fn visit_matching(
        &mut self,
        items: &[PlanNode],
        doc: u32,
        sink: &mut impl FnMut(LeafId, f64),
    ) -> Result<(), Error> {
        for item in items {
            if self.holds(item, doc)? {
                self.visit(item, doc, sink)?;
            }
        }
        Ok(())
    }
}

/// Adds up the boosts of leaves where a leaf that matches in a matching document always stands in a matching part;
/// `false` where that is not so.
fn constant_boosts(node: &PlanNode, boosts: &mut [Option<f64>]) -> bool {
    match node {
        PlanNode::And(items) => items.iter().all(|item| constant_boosts(item, boosts)),
        PlanNode::Clauses { must, should, .. } => {
            must.iter().all(|item| constant_boosts(item, boosts))
                && should.iter().all(|item| loose_boosts(item, boosts))
        }
        PlanNode::AtLeast { items, .. } => items.iter().all(|item| loose_boosts(item, boosts)),
        node => loose_boosts(node, boosts),
    }
}

/// The same for a node that need not match: only leaves and choices of leaves.
fn loose_boosts(node: &PlanNode, boosts: &mut [Option<f64>]) -> bool {
    match node {
        PlanNode::Leaf { leaf, boost } => {
            add_boost(boosts, *leaf, *boost);
            true
        }
        PlanNode::Or(items) => items.iter().all(|item| loose_boosts(item, boosts)),
        PlanNode::Nothing | PlanNode::Everything | PlanNode::Filter(_) | PlanNode::Not(_) => true,
        PlanNode::And(_) | PlanNode::AtLeast { .. } | PlanNode::Clauses { .. } => false,
    }
}

fn add_boost(boosts: &mut [Option<f64>], leaf: LeafId, boost: f64) {
    *boosts[leaf.0 as usize].get_or_insert(0.0) += boost;
}

/// Whether the scored leaves are one, or single words that never share a position.
fn disjoint_leaves(plan: &Plan) -> bool {
    let leaves: Vec<_> = plan.leaves.iter().filter(|leaf| leaf.scored).collect();
    if leaves.len() < 2 {
        return true;
    }
    let word = |pattern: &Pattern| match pattern {
        Pattern::Word(word) => Some(*word),
        _ => None,
    };
    let words: Option<Vec<_>> = leaves.iter().map(|leaf| word(&leaf.pattern)).collect();
    words.is_some_and(|words| {
        words.iter().enumerate().all(|(place, &left)| {
            words[place + 1..].iter().all(|&right| !can_share(left, right, &plan.words))
        })
    })
}
