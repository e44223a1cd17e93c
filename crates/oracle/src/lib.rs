//! The whole engine as a specification that can be run: every answer by scanning every document.
//!
//! In come documents in memory ([`Corpus::new`]) and a [`Query`] built by hand, by a generator, or by [`parse()`]. Out go
//! its matches as spans of tokens, the ranked documents and the counts: what the engine must answer, exactly. There is
//! no index, no pruning, no file, no thread and no cleverness here; where this crate and the engine differ, the engine is
//! wrong, or this crate's documentation is.
//!
//! What it specifies stands on three types: what a match is on [`Query`], what is counted and how it is ranked on
//! [`Corpus`], where a match lies on [`Span`]. It does not specify messages, limits, snippets or speed, and it has no
//! columns of dates or keywords: a [`Query::Filter`] asks the caller.
//!
//! ```
//! use oracle::{Corpus, OracleDoc, parse};
//!
//! let corpus = Corpus::new(vec![
//!     OracleDoc::new("n1", &[("body", "The big bad wolf")]),
//!     OracleDoc::new("n2", &[("body", "The wolf was big and bad")]),
//! ]);
//! let query = parse("\"wolf big\"~1", &|_, _| None)?;
//! let hits = corpus.search(&query, 1.2, 0.75);
//! assert_eq!(hits.len(), 1);
//! assert_eq!(corpus.id(hits[0].0), "n2");
//! # Ok::<(), String>(())
//! ```

mod answer;
mod corpus;
mod parse;
mod query;
mod shape;

pub use answer::{Count, Formula};
pub use corpus::{Corpus, OracleDoc, Span};
pub use parse::{Special, parse};
pub use query::{DocTest, Occur, Query, WordTest};

#[cfg(test)]
mod tests;
