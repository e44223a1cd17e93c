//! Opening the file and reading its sections.

use std::path::Path;

use crate::postings::{PostingList, TermInfo};
use crate::{Error, Manifest, SegmentRecord, TermOrdinal};

/// How to get at the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenMode {
    /// Map the file (the default).
    #[default]
    Map,
    /// Read it into memory (`--no-mmap`: network file systems, untrusted writers).
    Read,
}

/// An open index: one committed state of one file.
pub struct IndexFile {}

/// One segment of an open index; document numbers here count from [`Segment::base`].
pub struct Segment {}

/// A stored document: its fields in stored order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredDocument {
    /// Field name and value. Text fields appear exactly as given, so that byte offsets of spans fit.
    pub fields: Vec<(String, StoredValue)>,
}

/// A stored value.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredValue {
    /// Text, exact bytes.
    Text(String),
    /// An integer.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Several values.
    List(Vec<StoredValue>),
}

impl IndexFile {
    /// Opens the last committed state.
    pub fn open(_path: &Path, _mode: OpenMode) -> Result<IndexFile, Error> {
        todo!()
    }
    /// Opens an index that lies in memory.
    pub fn from_bytes(_bytes: Vec<u8>) -> Result<IndexFile, Error> {
        todo!()
    }
    /// What the index says about itself.
    pub fn manifest(&self) -> &Manifest {
        todo!()
    }
    /// The segments in document order.
    pub fn segments(&self) -> &[Segment] {
        todo!()
    }
    /// Reads every byte and checks it.
    pub fn verify(&self) -> Result<(), Error> {
        todo!()
    }
}

impl Segment {
    /// Its record in the manifest.
    pub fn record(&self) -> &SegmentRecord {
        todo!()
    }
    /// The index-wide number of its first document.
    pub fn base(&self) -> u32 {
        todo!()
    }
    /// Documents in it, deleted ones included.
    pub fn doc_count(&self) -> u32 {
        todo!()
    }
    /// The vocabulary: term bytes to ordinal. Its checksum was checked on open.
    pub fn vocabulary(&self) -> &fst::Map<&[u8]> {
        todo!()
    }
    /// Looks a term up.
    pub fn lookup(&self, _term: &[u8]) -> Result<Option<TermInfo>, Error> {
        todo!()
    }
    /// The table entry of a term.
    pub fn term(&self, _ordinal: TermOrdinal) -> Result<TermInfo, Error> {
        todo!()
    }
    /// The posting list of a term.
    pub fn postings(&self, _term: &TermInfo) -> Result<PostingList<'_>, Error> {
        todo!()
    }
    /// The exact length of a document in tokens over all text fields.
    pub fn length(&self, _doc: u32) -> u32 {
        todo!()
    }
    /// One byte a document that bounds its length from below.
    pub fn norms(&self) -> &[u8] {
        todo!()
    }
    /// The position at which a text field starts in a document (fields stand one after another with one unused
    /// position between), and its length in tokens.
    pub fn field_extent(&self, _text_field: usize, _doc: u32) -> (u32, u32) {
        todo!()
    }
    /// The document's id.
    pub fn id(&self, _doc: u32) -> Result<&str, Error> {
        todo!()
    }
    /// The last document with that id, if any.
    pub fn find_id(&self, _id: &str) -> Result<Option<u32>, Error> {
        todo!()
    }
    /// The stored fields of a document.
    pub fn document(&self, _doc: u32) -> Result<StoredDocument, Error> {
        todo!()
    }
}
