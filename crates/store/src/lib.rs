//! The one file: everything between "here are a segment's postings" and "here are its bytes", both ways.
//!
//! What comes in: sections of a segment (from `indexer`), a path or bytes to open. What goes out: checked views on the
//! mapped bytes (for `query` and `concordance`). This crate knows no query, no ranking beyond the bounds it stores,
//! and no text analysis: the manifest carries the analyzer's name and fingerprint as plain data.
//!
//! [`mod@format`] (`FORMAT.md`) describes the file from the outside; the grammar of each section stands in its module.

mod error;
mod header;
mod ids;
mod manifest;
mod mapping;
pub mod postings;
mod reader;
mod sections;
mod segment;
mod storage;
mod verify;
mod writer;

#[doc = include_str!("../FORMAT.md")]
pub mod format {}

pub use error::Error;
pub use header::{FORMAT_VERSION, OLDEST_FORMAT};
pub use ids::{DocId, TermOrdinal};
pub use manifest::{
    AnalyzerRecord, BakedRanking, DeletionsRecord, FieldKind, FieldSpec, Manifest, Schema,
    SectionRecord, SegmentRecord, SourceRecord, Statistics,
};
pub use mapping::{SectionBytes, tame_file_signals};
pub use reader::{IndexFile, OpenMode};
pub use sections::classes::{EndingBounds, EndingSample, Endings, NameClasses, term_tail};
pub use sections::columns::{Column, ColumnBuilder, ColumnKind};
pub use sections::document_ids::IdsBuilder;
pub use sections::documents::{
    BlockCutter, DocumentDirectoryBuilder, DocumentsBuilder, StoredDocument, StoredValue,
    encode_block, encode_document, renumber_block,
};
pub use sections::lengths::{Lengths, LengthsBuilder};
pub use sections::order::order_section;
pub use sections::vocabulary::VocabularyBuilder;
pub use sections::{names, norms};
pub use segment::Segment;
pub use storage::{DiskStorage, LockGuard, MemoryStorage, Storage, StorageFile};
pub use verify::VerifyReport;
pub use writer::{IndexWriter, SegmentFacts};

#[cfg(test)]
mod tests;

/// Lets tests limit the memory of a process.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);
