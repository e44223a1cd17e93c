//! The one file: everything between "here are a segment's postings" and "here are its bytes", both ways.
//!
//! What comes in: sections of a segment (from `indexer`), a path or bytes to open. What goes out: checked views on the
//! mapped bytes (for `query` and `concordance`). This crate knows no query, no ranking beyond the bounds it stores,
//! and no text analysis: the manifest carries the analyzer's name and fingerprint as plain data.

mod error;
mod ids;
mod manifest;
pub mod postings;
mod reader;
mod storage;
mod writer;

pub use error::Error;
pub use ids::{DocId, TermOrdinal};
pub use manifest::{
    AnalyzerRecord, BakedRanking, FieldKind, FieldSpec, Manifest, Schema, SectionRecord,
    SegmentRecord, SourceRecord, Statistics,
};
pub use reader::{IndexFile, OpenMode, Segment, StoredDocument, StoredValue};
pub use storage::{DiskStorage, Storage, StorageFile};
pub use writer::{IndexWriter, SegmentFacts, SegmentWriter};
