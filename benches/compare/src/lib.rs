//! What the driver and the runners of the peers have in common: the words and the protocol.
//!
//! [`words`] makes the same plain words of every text, so that no engine is measured by its tokenizer; [`game`] reads the
//! commands and queries of the Search Benchmark Game and writes the answers.

pub mod game;
pub mod words;
