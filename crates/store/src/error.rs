//! What can go wrong with the file, each with what was expected, what was found, where, and what to do.

use std::io;
use std::path::PathBuf;

/// Errors of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is no index at all.
    #[error(
        "`{}` is not a Pressmark index: expected its signature, found {found}; give a file made by `pressmark index`",
        path.display()
    )]
    NotAnIndex {
        /// Which file.
        path: PathBuf,
        /// What stands at its start.
        found: String,
    },
    /// The file was written for later versions of this program.
    #[error(
        "`{}` has format {found}, which needs a reader of format {needed} or later, and this program reads format {supported}; update Pressmark or build the index again",
        path.display()
    )]
    NewerFormat {
        /// Which file.
        path: PathBuf,
        /// The format it was written in.
        found: u32,
        /// The oldest reader that understands it.
        needed: u32,
        /// The format this program reads and writes.
        supported: u32,
    },
    /// The file was written by an earlier version of this program, in a format that was given up.
    #[error(
        "`{}` has format {found}, and this program reads none before {oldest}; build the index again, or read it with an earlier Pressmark",
        path.display()
    )]
    OlderFormat {
        /// Which file.
        path: PathBuf,
        /// The format it was written in.
        found: u32,
        /// The oldest format this program reads.
        oldest: u32,
    },
    /// The file ends before what it says it holds.
    #[error(
        "`{}` is cut short: expected {expected} bytes, found {found}; copy it again from a whole one, or build it again",
        path.display()
    )]
    Truncated {
        /// Which file.
        path: PathBuf,
        /// The bytes the last commit needs.
        expected: u64,
        /// The bytes there are.
        found: u64,
    },
    /// Bytes that contradict the format.
    #[error(
        "index is damaged in section `{section}` at byte {offset}: {reason}; run `pressmark verify`, then rebuild or restore a copy"
    )]
    Corrupt {
        /// The section's name.
        section: String,
        /// Where in the section.
        offset: u64,
        /// What was expected and what was found.
        reason: String,
    },
    /// The file uses something that this version only reserves.
    #[error("`{}` uses {what}, which this version cannot read; update Pressmark or build the index again", path.display())]
    Unsupported {
        /// Which file.
        path: PathBuf,
        /// What it uses.
        what: String,
    },
    /// Somebody else is writing the same index.
    #[error(
        "`{}` is being written by another process, which holds `{}`; wait until it has ended, then run the command again",
        path.display(), lock.display()
    )]
    Locked {
        /// The index.
        path: PathBuf,
        /// The lock file.
        lock: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, such as `open`.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// Writing failed; what was committed before still stands.
    #[error(
        "cannot write {what} to `{}`: {source}; nothing was committed: {}",
        path.display(), write_advice(source)
    )]
    Write {
        /// What was being written, such as "section `postings`".
        what: String,
        /// To which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The disk failed at the very moment of the commit, and taking it back failed too.
    #[error(
        "cannot make the commit to `{}` durable: {source}; it holds the old or the new state whole, and a crash of the machine may undo the new one: look with `pressmark stats`, check the disk, then run the command again if needed",
        path.display()
    )]
    Doubtful {
        /// The index.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// More than the format can hold.
    #[error("{what} is too large: expected at most {limit}, found {found}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit of the format.
        limit: u64,
        /// The size asked for.
        found: u64,
    },
    /// The writer was called out of order or with figures that contradict each other: a bug of the caller.
    #[error("the index writer was misused: {0}; this is a bug in Pressmark, please report it")]
    Misuse(String),
}

impl Error {
    /// Bytes of `section` that contradict the format.
    pub fn corrupt(section: impl Into<String>, offset: u64, reason: impl ToString) -> Error {
        Error::Corrupt { section: section.into(), offset, reason: reason.to_string() }
    }

    /// A decoding error inside `section`, whose bytes start at `base`.
    pub fn decoding(section: impl Into<String>, base: u64, error: codec::Error) -> Error {
        Error::corrupt(section, base + error.offset() as u64, error)
    }
}

fn write_advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space or choose another disk, then run the command again"
        }
        io::ErrorKind::FileTooLarge => "raise the limit on file sizes, then run the command again",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a place you may write to"
        }
        _ => "check the disk, then run the command again",
    }
}
