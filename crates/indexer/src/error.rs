//! What can stop a build, each with what was found, where, and what to do.
//!
//! Comes in: failures of the crates below, and limits of the format. Goes out: one enum. A record that cannot be read
//! is an error only where the caller asked to stop at it.

use std::io;
use std::path::PathBuf;

use crate::{FieldChoice, MAX_PAIR_WORDS};

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
    #[error(
        "bad record: {0}; nothing was written; fix it, or set bad records aside with `--on-bad skip`"
    )]
    BadRecord(Box<sources::BadRecord>),
    /// A list of fields that is not one of `field:type` pairs.
    #[error(
        "cannot read the list of fields at `{found}`: expected `field:type`, as in `body:text,date:date`"
    )]
    BadFields {
        /// The piece that could not be understood.
        found: String,
    },
    /// A list of fields with a type that is none of ours.
    #[error("unknown type `{found}` of field `{name}`: expected one of {}", type_names())]
    UnknownFieldType {
        /// The field.
        name: String,
        /// The type as given.
        found: String,
    },
    /// A list of fields that names one twice.
    #[error("the field `{name}` is given two types: give it one")]
    FieldTwice {
        /// The field.
        name: String,
    },
    /// A text field whose name an index cannot hold.
    #[error(
        "`{name}` cannot be the name of a text field: expected 1 to 256 bytes, and at most 1000 fields"
    )]
    FieldName {
        /// The name, or its beginning.
        name: String,
    },
    /// A field of the existing index was asked to be something else.
    #[error(
        "the field `{name}` is {found} in the index and cannot become {asked}: leave it as it is or build a new index"
    )]
    FieldChanged {
        /// The field.
        name: String,
        /// What it is in the index.
        found: &'static str,
        /// What was asked for.
        asked: &'static str,
    },
    /// No field holds text to search.
    #[error(
        "no field of the input holds text to search; found {found}: say which is the text, as in `body=FIELD`"
    )]
    NoText {
        /// The fields found.
        found: String,
    },
    /// The existing index was made by another analyzer.
    #[error(
        "the index was made by analyzer `{found}` and this program would add documents with `{asked}`: leave the stemmer as it is, or build a new index"
    )]
    AnalyzerChanged {
        /// What the index has.
        found: String,
        /// What this build would use.
        asked: String,
    },
    /// An id occurs twice and the caller asked to stop at that.
    #[error(
        "record {number} of `{source_name}` has the id `{id}`, which an earlier document has; nothing was written"
    )]
    DuplicateId {
        /// The id.
        id: String,
        /// The source of the later document.
        source_name: String,
        /// Its number there.
        number: u64,
    },
    /// What is done of a build that can be resumed could not be written down or read again.
    #[error(
        "cannot {action} `{}`, which holds what is done of the build: {cause}; is the disk full?", path.display()
    )]
    Resume {
        /// What was tried, such as `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
    /// Inputs have become shorter while their sizes and times of change stayed as they were.
    #[error("an input is not what it was when the build was interrupted: build without resuming")]
    InputsChanged,
    /// More words than pairs can be gathered of.
    #[error(
        "cannot gather the pairs of the {found} most frequent words: expected {MAX_PAIR_WORDS} at most"
    )]
    PairWords {
        /// As asked for.
        found: u32,
    },
    /// Where each document has its own language, several terms stand in one place.
    #[error(
        "an index whose articles have languages of their own has no lists of pairs: leave out the pairs, or the languages"
    )]
    PairsOfLanguages,
    /// A document is to be replaced, and others beside it in the index cannot be indexed again without it.
    #[error(
        "document `{id}` was indexed without being stored, and a segment that loses documents is built again from what it stores: build a new index, or keep duplicates"
    )]
    NotStored {
        /// The id of a document that stays.
        id: String,
    },
    /// The file for bad records could not be written.
    #[error("cannot write the bad records to `{}`: {cause}", path.display())]
    BadFile {
        /// The file.
        path: PathBuf,
        /// Why it failed.
        cause: io::Error,
    },
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

fn type_names() -> String {
    FieldChoice::NAMES.map(|(name, _)| name).join(", ")
}
