//! Ranking and counting: a request in, an answer with everything a reader wants out.
//!
//! Comes in: requests of `request`. Goes out: answers of `answer`. What matches and how it scores is the query crate's;
//! here the best documents get their ids, stored fields, byte offsets and fragments.

use query::syntax::{NodeKind, QueryClass};
use query::{Blocks, FieldOrder, Plan, PlanOptions, Searcher, TopK};

use crate::hits::HitMaker;
use crate::text::Parsed;
use crate::{
    CountAnswer, Error, Hit, Index, QueryText, Ranking, SearchAnswer, SearchRequest, Sort,
    Strategy, Ties, Total, Value, WeightedPart,
};

/// A query made ready for one index: parse and plan once, then rank as often as wanted. For drivers and servers;
/// [`Index::search`] does it all in one.
pub struct PreparedQuery {
    plan: Plan,
    parsed: Parsed,
    text: String,
}

/// The best documents by number, without anything stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Document number and score, best first.
    pub documents: Vec<(u32, f64)>,
    /// How many documents match.
    pub total: Total,
    /// What was read of the posting lists to find them.
    pub blocks: Blocks,
}

impl Index {
    /// The best hits of a query.
    ///
    /// # Errors
    /// For a query that is malformed or asks for what the index has not, and for a damaged index.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchAnswer, Error> {
        let query = self.prepare(&request.query, request.ranking)?;
        if let Some(order) = &request.sort {
            return self.sorted(&query, order, request);
        }
        let ranked = self.ranked(&query, request)?;
        let searcher = self.searcher()?;
        let maker = HitMaker::new(self, &searcher, &query.plan, &request.detail);
        let mut hits = Vec::with_capacity(ranked.documents.len());
        for (place, (document, score)) in ranked.documents.iter().enumerate() {
            let hit = Hit {
                rank: request.offset + place + 1,
                document: *document,
                score: *score,
                ..Hit::default()
            };
            hits.push(maker.fill(hit).map_err(|error| query.located(error))?);
        }
        Ok(SearchAnswer { hits, total: ranked.total, notes: query.notes() })
    }

    /// The first hits in the order of a field.
    fn sorted(
        &self,
        query: &PreparedQuery,
        order: &Sort,
        request: &SearchRequest,
    ) -> Result<SearchAnswer, Error> {
        let searcher = self.searcher()?;
        let order = FieldOrder { field: order.field.clone(), descending: order.descending };
        let sorted = searcher.sorted(&query.plan, &order, request.limit, request.offset);
        let sorted = sorted.map_err(|error| query.wrong(error))?;
        let maker = HitMaker::new(self, &searcher, &query.plan, &request.detail);
        let mut hits = Vec::with_capacity(sorted.hits.len());
        for (place, found) in sorted.hits.into_iter().enumerate() {
            let hit = Hit {
                rank: request.offset + place + 1,
                document: found.hit.doc.0,
                score: found.hit.score,
                sort: found.value.map(Value::from),
                ..Hit::default()
            };
            hits.push(maker.fill(hit).map_err(|error| query.located(error))?);
        }
        Ok(SearchAnswer { hits, total: Total::Exact(sorted.total), notes: query.notes() })
    }

    /// How many documents match a query, and how many matches they hold. Always exact.
    pub fn count(&self, text: &QueryText) -> Result<CountAnswer, Error> {
        let query = self.prepare(text, Ranking::default())?;
        let counts = self.searcher()?.count(&query.plan).map_err(|error| query.wrong(error))?;
        Ok(CountAnswer {
            documents: counts.documents,
            matches: counts.matches.unwrap_or(0),
            complete: true,
            notes: query.notes(),
        })
    }

    /// Parses and plans a query for this index.
    pub fn prepare(&self, text: &QueryText, ranking: Ranking) -> Result<PreparedQuery, Error> {
        let most = text.max_expansions.unwrap_or(PlanOptions::default().max_expansions);
        self.planned(Parsed::new(self, text)?, text.text.clone(), most, ranking)
    }

    /// Plans a query of parts of which any may match. It may be longer than a text may be.
    pub fn prepare_parts(
        &self,
        parts: &[WeightedPart],
        ranking: Ranking,
    ) -> Result<PreparedQuery, Error> {
        let most = PlanOptions::default().max_expansions;
        self.planned(Parsed::of_parts(parts), String::new(), most, ranking)
    }

    fn planned(
        &self,
        parsed: Parsed,
        text: String,
        max_expansions: usize,
        ranking: Ranking,
    ) -> Result<PreparedQuery, Error> {
        let baked = self.ranking();
        let options = PlanOptions {
            k1: ranking.k1.unwrap_or(baked.0),
            b: ranking.b.unwrap_or(baked.1),
            max_expansions,
            model: ranking.model,
        };
        let plan = self
            .searcher()?
            .plan(&parsed.root, &options)
            .map_err(|error| Error::in_query(error, &text))?;
        Ok(PreparedQuery { plan, parsed, text })
    }

    /// The `k` best documents, equal scores in input order.
    pub fn rank(
        &self,
        query: &PreparedQuery,
        k: usize,
        strategy: Strategy,
    ) -> Result<Ranked, Error> {
        let request = TopK { k, strategy: strategy.into(), ..TopK::default() };
        top(&self.searcher()?, query, &request)
    }

    /// The `k` best documents, equal scores in input order, and the exact number of all that match.
    pub fn rank_and_count(&self, query: &PreparedQuery, k: usize) -> Result<Ranked, Error> {
        top(&self.searcher()?, query, &TopK { k, exact_total: true, ..TopK::default() })
    }

    /// The `k` best documents with equal scores in the order asked for.
    pub fn rank_in_order(
        &self,
        query: &PreparedQuery,
        k: usize,
        strategy: Strategy,
        ties: Ties,
    ) -> Result<Ranked, Error> {
        self.ranked(query, &SearchRequest { limit: k, strategy, ties, ..SearchRequest::new("") })
    }

    /// How many documents match; cheaper than [`Index::count`].
    pub fn count_documents(&self, query: &PreparedQuery) -> Result<u64, Error> {
        self.searcher()?.count_documents(&query.plan).map_err(|error| query.wrong(error))
    }

    /// k1 and b as the index was built.
    pub(crate) fn ranking(&self) -> (f64, f64) {
        let baked = self.file().segments().last().map(|segment| segment.record().baked);
        let baked = baked.unwrap_or_default();
        (baked.k1, baked.b)
    }

    fn ranked(&self, query: &PreparedQuery, request: &SearchRequest) -> Result<Ranked, Error> {
        let searcher = self.searcher()?;
        let SearchRequest { limit: k, offset, threads, exact_total, .. } = *request;
        let wanted = TopK { k, offset, strategy: request.strategy.into(), threads, exact_total };
        match request.ties {
            Ties::Number => top(&searcher, query, &wanted),
            Ties::Id => {
                let end = k.saturating_add(offset);
                let from_first = TopK { k: end, offset: 0, ..wanted };
                let mut ranked = self.with_all_ties(&searcher, query, from_first)?;
                self.sort_ties_by_id(&mut ranked.documents)?;
                ranked.documents.truncate(end);
                ranked.documents.drain(..offset.min(ranked.documents.len()));
                Ok(ranked)
            }
        }
    }

    /// The `wanted` best documents and all further ones that score as the last of them: which of those come first is not
    /// for the document numbers to say.
    fn with_all_ties(
        &self,
        searcher: &Searcher<'_>,
        query: &PreparedQuery,
        wanted: TopK,
    ) -> Result<Ranked, Error> {
        let (mut k, wanted) = (wanted.k, TopK { threads: 1, ..wanted });
        loop {
            let ranked = top(searcher, query, &TopK { k, ..wanted })?;
            let score = |place: usize| ranked.documents.get(place).map(|(_, score)| *score);
            let open = wanted.k.checked_sub(1).and_then(score) == score(k.saturating_sub(1));
            if ranked.documents.len() < k || !open || k == 0 {
                return Ok(ranked);
            }
            k = k.saturating_mul(2).max(64);
        }
    }

    /// Puts documents of equal score in the order of their ids, the greatest first.
    fn sort_ties_by_id(&self, documents: &mut [(u32, f64)]) -> Result<(), Error> {
        let mut start = 0;
        while start < documents.len() {
            let score = documents[start].1;
            let length = documents[start..].iter().take_while(|(_, other)| *other == score).count();
            let tied = &mut documents[start..start + length];
            if 1 < length {
                let mut by_id = Vec::with_capacity(length);
                for document in tied.iter() {
                    by_id.push((self.id(document.0)?.unwrap_or_default(), *document));
                }
                by_id.sort_by(|(left, _), (right, _)| right.cmp(left));
                for (place, (_, document)) in tied.iter_mut().zip(by_id) {
                    *place = document;
                }
            }
            start += length;
        }
        Ok(())
    }
}

impl PreparedQuery {
    /// What a reader should know about how the query was read.
    pub fn notes(&self) -> Vec<String> {
        let empty = matches!(self.parsed.root.kind, NodeKind::Empty);
        let empty = empty.then(|| "the query is empty".to_owned());
        let repairs = self.parsed.repairs.iter().cloned();
        let model = self.plan.model();
        let all = model.is_exhaustive().then(|| {
            format!("{model} has no bounds to prune by: every matching article was scored")
        });
        let notes = self.plan.notes().iter().map(note);
        empty.into_iter().chain(all).chain(repairs).chain(notes).collect()
    }

    /// The kind of work it is.
    pub fn class(&self) -> QueryClass {
        query::syntax::classify(&self.parsed.root)
    }

    /// The query written out in full.
    pub fn canonical(&self) -> String {
        self.parsed.root.to_string()
    }

    /// The plan.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The syntax tree and repairs.
    pub(crate) fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// The text it was made from.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn wrong(&self, error: query::Error) -> Error {
        Error::in_query(error, &self.text)
    }

    fn located(&self, error: Error) -> Error {
        match error {
            Error::Search(error) => self.wrong(error),
            other => other,
        }
    }
}

/// The best documents, their numbers and scores alone.
fn top(searcher: &Searcher<'_>, query: &PreparedQuery, request: &TopK) -> Result<Ranked, Error> {
    let top = searcher.search(&query.plan, request).map_err(|error| query.wrong(error))?;
    let documents = top.hits.iter().map(|hit| (hit.doc.0, hit.score)).collect();
    let total = match top.total {
        query::Total::Exact(number) => Total::Exact(number),
        query::Total::AtLeast(number) => Total::AtLeast(number),
    };
    Ok(Ranked { documents, total, blocks: top.blocks })
}

/// A note in words.
fn note(note: &query::Note) -> String {
    match note {
        query::Note::NoWord { text, .. } => {
            format!("`{text}` holds no word and was left out")
        }
        query::Note::Unknown { text, .. } => format!("`{text}` is in no document"),
    }
}

impl From<Strategy> for query::Strategy {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Auto => query::Strategy::Auto,
            Strategy::Exhaustive => query::Strategy::Exhaustive,
        }
    }
}
