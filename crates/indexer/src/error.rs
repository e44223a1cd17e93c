//! What can stop a build, each with what was found, where, and what to do.
//!
//! Comes in: failures of the crates below, and limits of the format. Goes out: one enum. A record that cannot be read
//! is an error only where the caller asked to stop at it.

use std::io;

/// Why nothing was built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be written, or the existing one could not be opened.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// An input could not be opened or read.
    #[error(transparent)]
    Sources(#[from] sources::Error),
    /// The analyzer asked for does not exist.
    #[error(transparent)]
    Analysis(#[from] analysis::Error),
    /// A record could not be read and the caller asked to stop at the first.
    #[error("bad record: {0}; nothing was written (skip bad records to set them aside)")]
    BadRecord(Box<sources::BadRecord>),
    /// A document has more tokens than positions can number.
    #[error(
        "record {number} of `{source_name}` has {tokens} tokens: a document may have at most 2147483646; split it"
    )]
    DocumentTooLong {
        /// The source.
        source_name: String,
        /// The record's number in it.
        number: u64,
        /// How many tokens were found.
        tokens: u64,
    },
    /// The index would have more documents than numbers can name.
    #[error(
        "the index would hold {documents} documents: at most 4294967294 fit; build several indexes"
    )]
    TooManyDocuments {
        /// How many there would be.
        documents: u64,
    },
    /// Runs could not be written to or read from the temporary file beside the target.
    #[error("cannot {action} the temporary file beside the index: {cause}; is the disk full?")]
    Spill {
        /// What was tried, such as `write`.
        action: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
    /// A temporary file did not give back what was written.
    #[error("the temporary file beside the index changed while the index was built; build again")]
    SpillDamaged,
    /// Threads could not be started.
    #[error("cannot start {threads} threads: {cause}; ask for fewer")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// Why it failed.
        cause: String,
    },
}
