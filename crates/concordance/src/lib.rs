//! Matches to what people read: byte offsets, fragments around the best place, highlights.
//!
//! In come a stored text, the analyzer that indexed it and the matches of a query as ranges of word positions. Out go
//! byte ranges in that very text ([`Words`]), the [`Line`] of each match in its context, and [`Fragment`]s: short pieces of it around the matches, cut at words and
//! sentences, with the matched words marked. This crate looks nothing up and decides no match: it only shows what the
//! query engine found, so that what is marked is what matched.

mod fragment;
mod line;
mod snippet;
mod words;

pub use fragment::{Fragment, Piece};
pub use line::{Line, line};
pub use snippet::{Match, SnippetOptions, lead, snippet};
pub use words::Words;
