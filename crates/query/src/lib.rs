//! Query text to ranked hits, counts and spans.
//!
//! What comes in: a query as typed, an open index with its analyzer. What goes out: a syntax tree ([`parser`],
//! [`syntax`]), its meaning on the index ([`Plan`]), and answers ([`Searcher`]): the best documents, counts, the places of
//! every match. This crate writes nothing and knows nothing of how an index is built.

mod error;
mod expand;
mod explain;
mod kernels;
mod matcher;
pub mod parser;
mod plan;
mod ranking;
mod search;
mod sort;
pub mod syntax;

pub use error::Error;
pub use explain::{Explanation, LeafExplanation, NearMiss, Outcome};
pub use plan::{
    Edge, Expansion, Filter, FilterId, FilterTest, Form, Leaf, LeafId, Note, Pattern, Plan,
    PlanNode, PlanOptions, SegmentTerms, Shape, Surface, TermLeaf, Terms, Word, WordId,
};
pub use ranking::{Bm25, Model};
pub use search::{Blocks, Counts, Hit, Match, Searcher, Span, Strategy, TopDocs, TopK, Total};
pub use sort::{FieldOrder, SortValue, Sorted, SortedHit};

#[cfg(test)]
mod tests;
