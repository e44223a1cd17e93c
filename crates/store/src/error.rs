//! What can go wrong with the file, each with what was expected, what was found, where, and what to do.

use std::path::PathBuf;

/// Errors of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes that contradict the format.
    #[error("index is damaged in section `{section}` at byte {offset}: {reason}; run `pressmark verify`, then rebuild or restore a copy")]
    Corrupt {
        /// The section's name.
        section: String,
        /// Where in the section.
        offset: u64,
        /// What was expected and what was found.
        reason: String,
    },
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, such as `open`.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}
