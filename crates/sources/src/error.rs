//! What can go wrong before a record is reached.
//!
//! Comes in: failures of the file system and of options. Goes out: one enum whose messages name the
//! input, the place and the way out. Faults *inside* a dump are no errors: they become
//! [`BadRecord`](crate::BadRecord)s, so that the caller decides whether to stop.

use std::io;
use std::path::PathBuf;

/// Why inputs could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input named by the caller is not there.
    #[error("`{}` does not exist: check the path", path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A pattern that nothing has a name for.
    #[error("nothing matches `{}`: check the pattern", pattern.display())]
    NoMatch {
        /// The pattern as it was given.
        pattern: PathBuf,
    },
    /// An input or a folder is there but the system does not let us in.
    #[error("cannot open `{}`: {cause}", path.display())]
    Open {
        /// The path as it was given, or of the folder inside it.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The system failed while the bytes of a source were read. Damaged *content* is not this.
    #[error("reading `{name}` failed at byte {offset}: {cause}")]
    Read {
        /// The source being read.
        name: String,
        /// How many of its stored bytes had been read.
        offset: u64,
        /// What the system said.
        cause: io::Error,
    },
    /// Documents that were to be handed over could not be had.
    #[error("cannot go on reading documents: {cause}")]
    Documents {
        /// What whoever hands them over said.
        cause: crate::Failure,
    },
    /// Standard input or a pipe among inputs that may have to be read again.
    #[error(
        "standard input and pipes cannot be read twice, so a build from them cannot be resumed: give files"
    )]
    ReadOnce,
    /// A format name that is none of ours.
    #[error("unknown input format `{found}`: expected one of {}", crate::Format::NAMES.join(", "))]
    UnknownFormat {
        /// The name as given.
        found: String,
    },
    /// A `--map` that is not a list of `field=source` pairs.
    #[error(
        "cannot read the field map at `{found}`: expected `field=source`, as in `body=text,title=headline`"
    )]
    BadMap {
        /// The piece that could not be understood.
        found: String,
    },
    /// A `--map` that names one target or one source twice.
    #[error("the field map names `{name}` twice: give each field one source")]
    MapTwice {
        /// The name given twice.
        name: String,
    },
    /// A label no character encoding answers to.
    #[error(
        "unknown character encoding `{found}`: expected a name such as `utf-8`, `windows-1252` or `koi8-r`"
    )]
    UnknownEncoding {
        /// The label as given.
        found: String,
    },
}
