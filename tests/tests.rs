//! The one test binary: what Pressmark promises, asked from outside.
//!
//! [`suite`] runs the text fixtures, [`layering`] reads the sources. [`meaning`] is what the oracle must be told about
//! parts of a query that are no words.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail at once")]
#![expect(clippy::print_stdout, reason = "skipped tests say so")]

mod layering;
mod meaning;
mod suite;
