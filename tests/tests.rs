//! The one test binary: what Pressmark promises, asked from outside.
//!
//! `suite` runs the text fixtures and `random` made-up documents and queries, both against the oracle (`agreement`);
//! `models` does the same for models beside BM25; `acceptance` runs the cases beside the checkout; `cli` looks at what
//! the command prints; `determinism`, `golden` and `hostile` look at the file; `layering` reads the sources. `dump`
//! builds indexes, `generator` makes documents and queries up,
//! `meaning` is what the oracle must be told about parts of a query that are no words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail at once")]
#![expect(clippy::print_stdout, reason = "skipped tests say so")]

mod acceptance;
mod agreement;
mod cli;
mod determinism;
mod dump;
mod duplicates;
mod generator;
mod golden;
mod hostile;
mod layering;
mod meaning;
mod models;
mod promises;
mod random;
mod resume;
mod stems;
mod suite;

/// Counts what is allocated, so that hostile files can be given a limit.
#[global_allocator]
static ALLOCATOR: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);
