//! The manifest: what an index says about itself. Plain data, encoded with bincode under a size limit.
//!
//! Comes in: facts of the build. Goes out: the same facts, decoded and checked against each other and against the file
//! (`checks`). It holds no times, hosts or thread counts, so that the same input gives the same bytes.

pub(crate) mod checks;
pub(crate) mod encoding;

use serde::{Deserialize, Serialize};

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// Analysed, searched, part of the ranked text, stored.
    Text,
    /// A date column: days and seconds, filtered and sorted by; stored.
    Date,
    /// A keyword column: whole values, filtered by; stored.
    Keyword,
    /// A number column; stored.
    Number,
    /// Only stored.
    Stored,
}

/// One field of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSpec {
    /// The name as queries and results use it.
    pub name: String,
    /// What it is for.
    pub kind: FieldKind,
}

/// The fields of an index; text fields stand in the order in which they form the ranked text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// All fields.
    pub fields: Vec<FieldSpec>,
}

impl Schema {
    /// The text fields in ranked-text order; a "text field number" counts in this order.
    pub fn text_fields(&self) -> impl Iterator<Item = &FieldSpec> {
        self.fields.iter().filter(|field| field.kind == FieldKind::Text)
    }
}

/// Which analyzer made the terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalyzerRecord {
    /// Its name, such as `unicode` or `unicode+en`.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// A hash of what it does to a fixed text.
    pub fingerprint: u64,
    /// The stemmer asked for, if any.
    pub stem: Option<String>,
}

/// The BM25 parameters for which bounds were stored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BakedRanking {
    /// Term-frequency saturation.
    pub k1: f64,
    /// Length normalisation.
    pub b: f64,
}

impl Default for BakedRanking {
    fn default() -> Self {
        BakedRanking { k1: 1.2, b: 0.75 }
    }
}

/// Index-wide figures, deletions already taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Live documents, empty ones included.
    pub documents: u64,
    /// Tokens of all text fields of the live documents.
    pub tokens: u64,
    /// The same for each text field.
    pub field_tokens: Vec<u64>,
}

/// One section's place in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionRecord {
    /// Its name, see FORMAT.md.
    pub name: String,
    /// Bytes from the start of the file; a multiple of 64.
    pub offset: u64,
    /// Its length in bytes, without padding.
    pub length: u64,
    /// CRC-32 of its bytes.
    pub checksum: u32,
}

/// One segment: a run of documents with its own sections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRecord {
    /// Documents in it, deleted ones included.
    pub documents: u32,
    /// Tokens in it, deleted ones included.
    pub tokens: u64,
    /// Tokens of each text field.
    pub field_tokens: Vec<u64>,
    /// Distinct terms.
    pub terms: u32,
    /// The ranking for which its bounds were stored.
    pub baked: BakedRanking,
    /// The average length for which its bounds were stored.
    pub baked_average_length: f64,
    /// Tokens whose term was empty after folding: counted, not indexed.
    pub dropped_tokens: u64,
    /// Its sections.
    pub sections: Vec<SectionRecord>,
    /// Its deleted documents. Reserved: the format always has `None` here and refuses anything else.
    pub deletions: Option<DeletionsRecord>,
}

/// The deleted documents of a segment. Reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionsRecord {
    /// How many.
    pub documents: u32,
    /// Their tokens.
    pub tokens: u64,
    /// Their tokens in each text field.
    pub field_tokens: Vec<u64>,
    /// The bitmap.
    pub section: SectionRecord,
}

/// Where documents came from, so that an index can be cited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The input's name as given.
    pub name: String,
    /// Its size in bytes as it lay on the disk.
    pub bytes: u64,
    /// SHA-256 of those bytes in hexadecimal; empty where unknown.
    pub sha256: String,
    /// Its recognised format, such as `jsonl`.
    pub format: String,
    /// Records indexed.
    pub documents: u64,
    /// Records set aside as bad.
    pub bad: u64,
    /// Records left out on purpose, by reason.
    pub skipped: Vec<(String, u64)>,
}

/// Everything an index says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The fields.
    pub schema: Schema,
    /// The analyzer.
    pub analyzer: AnalyzerRecord,
    /// Index-wide figures.
    pub statistics: Statistics,
    /// The segments in document order.
    pub segments: Vec<SegmentRecord>,
    /// The sources in input order.
    pub sources: Vec<SourceRecord>,
    /// Options that shape the content (never threads, times, hosts), by name.
    pub options: Vec<(String, String)>,
    /// Bytes of the file that earlier commits used and this one does not, such as their manifests. They are still
    /// checked by `verify`, so that every byte of the file is under some checksum.
    pub superseded: Vec<SectionRecord>,
}

impl SegmentRecord {
    /// The record of a section.
    pub fn section(&self, name: &str) -> Option<&SectionRecord> {
        self.sections.iter().find(|section| section.name == name)
    }
}

impl SectionRecord {
    /// The first byte after it, or `None` where no file could hold it.
    pub fn end(&self) -> Option<u64> {
        self.offset.checked_add(self.length)
    }
}
