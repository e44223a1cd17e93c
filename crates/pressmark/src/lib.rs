//! Pressmark: full-text search for dumps of articles.
//!
//! The library's one door. [`Index`] opens an index, builds one from dumps, or indexes dumps in memory; it answers
//! requests that are plain data ([`SearchRequest`]) with plain data ([`SearchAnswer`]), which serialise to the JSON of
//! the command line. All errors are one [`Error`]. Nothing here prints, reads a clock or parses arguments.
//!
//! ```no_run
//! use pressmark::{BuildRequest, Index, Input, OpenOptions, SearchRequest};
//!
//! let path = "news.pmk".as_ref();
//! let inputs = vec![Input::Path("articles.jsonl.zst".into())];
//! Index::build(path, BuildRequest { inputs, ..BuildRequest::default() }, &())?;
//! let index = Index::open(path, &OpenOptions::default())?;
//! for hit in index.search(&SearchRequest::new("\"big bad wolf\""))?.hits {
//!     println!("{:>2}. {} ({})", hit.rank, hit.title.as_deref().unwrap_or("untitled"), hit.id);
//! }
//! # Ok::<(), pressmark::Error>(())
//! ```

mod answer;
mod build;
mod error;
mod explain;
mod hits;
mod index;
mod inspect;
mod kwic;
mod postings;
mod reading;
mod request;
mod search;
#[cfg(test)]
mod tests;
mod text;
mod vocabulary;

pub use answer::{
    CountAnswer, Document, FieldFragment, Fragment, Hit, Piece, SearchAnswer, Span, TermCount,
    Token, Total, Value,
};
pub use build::BuildRequest;
pub use error::{Error, ErrorCode, QueryError};
pub use explain::{
    DocumentExplanation, FilterReading, OutcomeNode, PartExplanation, QueryExplanation,
};
pub use index::{Index, OpenOptions};
pub use inspect::{
    AnalyzerStats, FieldStats, FormStats, RankingStats, SectionStats, SourceStats, Stats, analyze,
};
pub use kwic::{KwicLine, KwicOrder, KwicRequest, KwicSummary, LineSample};
pub use postings::{Posting, TermPostings};
pub use reading::{ExpansionReading, LeafReading, QueryReading, TreeNode, WordReading};
pub use request::{
    Detail, FragmentRequest, Model, QueryPart, QueryText, Ranking, SearchRequest, Sort, Strategy,
    Ties, WeightedPart,
};
// The class of a query is part of every benchmark.
pub use query::Blocks;
pub use query::syntax::QueryClass;
pub use search::{PreparedQuery, Ranked};
pub use vocabulary::{ListFigures, TermFigures, TermList};

// Choices of a build are the plain data of the crates that make them.
pub use indexer::{
    BuildOptions, FieldChoice, FieldChoices, FieldOrigin, FieldReport, OnBad, OnDuplicate, Phase,
    Progress, Report as BuildReport,
};
pub use sources::{
    Compression, Encoding, FieldMap, Format, Input, ReadOptions, SkipReason, SourceSummary,
};
pub use store::{
    BakedRanking, FORMAT_VERSION, FieldKind, OLDEST_FORMAT, VerifyReport, tame_file_signals,
};
