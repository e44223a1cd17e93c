//! Query text to ranked hits, counts and spans.

pub mod syntax;
