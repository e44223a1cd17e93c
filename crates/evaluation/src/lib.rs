//! Measuring: how good rankings are, how long queries take, what an index is made of.
//!
//! Comes in: topics, judgements and runs as text ([`retrieval`]), queries to time ([`latency`]), an open index ([`lexicon`],
//! [`tuning`]). Goes out: plain data with numbers in it, and [`pictures`] of it. This
//! crate reads no file and no clock and prints nothing: the command line hands it texts and a clock.

mod error;
mod identity;
pub mod latency;
pub mod lexicon;
pub mod pictures;
pub mod retrieval;
mod svg;
pub mod tuning;

pub use error::Error;
pub use identity::{index_hash, sha256};
