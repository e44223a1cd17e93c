//! What can be asked of an index, as plain data.
//!
//! Comes in: nothing, callers fill these in. Goes out: to `search`. Nothing here looks anything up.

pub use query::Model;

/// A ranked search. [`SearchRequest::new`] gives the defaults; change the fields that should differ.
///
/// ```
/// let mut request = pressmark::SearchRequest::new("\"big bad wolf\" market");
/// request.limit = 3;
/// request.detail.spans = true;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SearchRequest {
    /// What is looked for, and how the text of the query is read.
    pub query: QueryText,
    /// How many hits to return.
    pub limit: usize,
    /// How many hits to pass over before the first one returned.
    pub offset: usize,
    /// The parameters of BM25.
    pub ranking: Ranking,
    /// How the best hits are found. Both ways give the same answer.
    pub strategy: Strategy,
    /// The order of hits with equal scores.
    pub ties: Ties,
    /// A field to order hits by instead of by their scores.
    pub sort: Option<Sort>,
    /// Whether the number of matching documents must be exact, which may cost more than finding the best ones.
    pub exact_total: bool,
    /// How many threads may work on an expensive query. The hits are the same; where more than one did, the number of
    /// matching documents is exact.
    pub threads: usize,
    /// What to find out about each hit.
    pub detail: Detail,
}

/// The text of a query and how to read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryText {
    /// The query as typed.
    pub text: String,
    /// Whether every bare word must occur (`--all`).
    pub all_words: bool,
    /// Whether a malformed query is repaired instead of refused; each repair is in the answer.
    pub lenient: bool,
    /// The most words one pattern may stand for, if not 100,000; more are an error that says how many there are.
    pub max_expansions: Option<usize>,
    /// Whether `id:IN@FILE` may read files. Not for queries of strangers.
    pub read_files: bool,
}

/// A part of a query that a program puts together: it is text, whatever characters it has, never syntax.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedPart {
    /// What is looked for.
    pub part: QueryPart,
    /// How often it counts.
    pub weight: f64,
    /// The text field it is looked for in, with that field's own statistics; `None` for all of them together.
    pub field: Option<String>,
}

/// What a [`WeightedPart`] looks for. Words are analysed as those of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryPart {
    /// A word.
    Word(String),
    /// Words one right after another.
    Phrase(Vec<String>),
    /// Words in any order with at most so many others between them.
    Near(Vec<String>, u32),
}

/// The formula of the score, and BM25's parameters where they differ from those the index was built with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ranking {
    /// Term-frequency saturation.
    pub k1: Option<f64>,
    /// Length normalisation.
    pub b: Option<f64>,
    /// The formula. All but BM25 score every matching document.
    pub model: Model,
}

/// How the best hits are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// The fastest way known for the query; reads only what can still matter.
    #[default]
    Auto,
    /// Every matching document is scored. For comparison.
    Exhaustive,
}

/// The order of hits with equal scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// Input order.
    #[default]
    Number,
    /// By id, the greatest first: the order in which trec_eval reads equal scores, whatever ranks are printed.
    Id,
}

/// An order of hits by the values of a date, number or keyword field, or of `id`: equal ones in input order, documents
/// without a value last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The field.
    pub field: String,
    /// Whether the greatest values come first: the newest dates.
    pub descending: bool,
}

/// What to find out about each hit beside its document and score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The stored fields.
    pub fields: bool,
    /// Where it matches, as byte offsets into the stored text.
    pub spans: bool,
    /// Pieces of the text around the matches.
    pub fragments: Option<FragmentRequest>,
}

/// Which pieces of text to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentRequest {
    /// At most so many a document.
    pub count: usize,
    /// About so many words on each side of a match.
    pub context: usize,
    /// Whether a document whose text holds no match (a filter, `NOT x`, a match in the title alone) shows its first
    /// words instead.
    pub lead: bool,
}

impl SearchRequest {
    /// The ten best hits with everything there is to show.
    pub fn new(query: impl Into<String>) -> SearchRequest {
        SearchRequest {
            query: QueryText::new(query),
            limit: 10,
            offset: 0,
            ranking: Ranking::default(),
            strategy: Strategy::default(),
            ties: Ties::default(),
            sort: None,
            exact_total: false,
            threads: 1,
            detail: Detail::default(),
        }
    }
}

impl QueryText {
    /// A query read strictly, any word sufficing.
    pub fn new(text: impl Into<String>) -> QueryText {
        QueryText { text: text.into(), ..QueryText::default() }
    }
}

impl Default for Detail {
    fn default() -> Self {
        Detail { fields: true, spans: true, fragments: Some(FragmentRequest::default()) }
    }
}

impl Detail {
    /// Documents and scores only: nothing stored is read.
    pub fn none() -> Detail {
        Detail { fields: false, spans: false, fragments: None }
    }
}

impl Default for FragmentRequest {
    fn default() -> Self {
        FragmentRequest { count: 1, context: 10, lead: false }
    }
}
