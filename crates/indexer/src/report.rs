//! What a build did, for the summary a person sees: nothing that was skipped, dropped or guessed is missing here.
//!
//! Comes in: the figures of the build. Goes out: plain data.

use std::path::PathBuf;

use sources::{SkipReason, SourceSummary};
use store::FieldKind;

/// What a build did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Whether documents were added to an index that was there.
    pub appended: bool,
    /// Documents indexed by this build.
    pub documents: u64,
    /// Of these, documents that an interrupted build had indexed.
    pub resumed: u64,
    /// Documents that others with the same id have replaced, of this build or earlier ones.
    pub replaced: u64,
    /// Their tokens.
    pub tokens: u64,
    /// Their distinct terms; in an index of stems the terms of forms as written, too.
    pub terms: u32,
    /// Words of which folding left nothing: not indexed.
    pub dropped_tokens: u64,
    /// Bytes of plain text in the text fields.
    pub text_bytes: u64,
    /// Records that could not be read and were set aside.
    pub bad: u64,
    /// Where they were written, if there are any.
    pub bad_file: Option<PathBuf>,
    /// Records left out on purpose, by reason.
    pub skipped: Vec<(SkipReason, u64)>,
    /// Documents for which the input gave no id.
    pub made_ids: u64,
    /// The fields this build met or was told of, those of the index first.
    pub fields: Vec<FieldReport>,
    /// The languages of the documents by their codes, where they have any; `none` is one of them.
    pub languages: Vec<String>,
    /// Values of date, number and keyword fields that are none: stored and shown, but unseen by filters and sorting.
    pub unread: Vec<UnreadValues>,
    /// Field names beyond those an index can list: their values are stored and shown, but nothing names them.
    pub unlisted_fields: u64,
    /// The inputs.
    pub sources: Vec<SourceSummary>,
    /// How often runs were spilled to temporary files.
    pub spills: u32,
}

/// Values of one field that are not what the field is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadValues {
    /// The field.
    pub field: String,
    /// What they should be: `date` or `number`.
    pub expected: &'static str,
    /// How many there are.
    pub values: u64,
    /// The source of the first one.
    pub source: String,
    /// Which record of the source it stands in, counted as in ids.
    pub number: u64,
    /// The first one, cut if it is long.
    pub example: String,
}

/// One field of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldReport {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: FieldKind,
    /// Where that comes from.
    pub origin: FieldOrigin,
}

/// How it was decided what a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldOrigin {
    /// The caller said so.
    Given,
    /// It is `title` or `body`.
    Default,
    /// Guessed from the first documents.
    Guessed,
    /// First met in a later document, and therefore stored.
    Late,
    /// The index had it before.
    Index,
}
