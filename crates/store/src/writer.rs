//! Writing a file: a fresh build beside the target, or a segment appended and committed.

use std::path::Path;

use crate::{BakedRanking, Error, Manifest, Storage};

/// Writes one commit. One writer at a time: it holds a lock on the target until dropped.
pub struct IndexWriter<'s> {
    _storage: &'s dyn Storage,
}

/// Writes the sections of one segment, one after another, streaming.
pub struct SegmentWriter<'w> {
    _writer: &'w mut (),
}

/// What the manifest needs to know of a segment besides its sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentFacts {
    /// Documents.
    pub documents: u32,
    /// Tokens.
    pub tokens: u64,
    /// Tokens of each text field.
    pub field_tokens: Vec<u64>,
    /// Distinct terms.
    pub terms: u32,
    /// The ranking of the stored bounds.
    pub baked: BakedRanking,
    /// The average length of the stored bounds.
    pub baked_average_length: f64,
    /// Tokens dropped as empty.
    pub dropped_tokens: u64,
}

impl<'s> IndexWriter<'s> {
    /// Starts a fresh file beside `path`; the target changes only when [`IndexWriter::commit`] renames over it.
    pub fn create(_path: &Path, _storage: &'s dyn Storage) -> Result<Self, Error> {
        todo!()
    }
    /// Starts an appending commit to the index at `path`.
    pub fn append(_path: &Path, _storage: &'s dyn Storage) -> Result<Self, Error> {
        todo!()
    }
    /// The manifest so far (of the existing index when appending); the caller edits schema, analyzer, sources, options.
    pub fn manifest_mut(&mut self) -> &mut Manifest {
        todo!()
    }
    /// Starts a section; finish it before the next. Sections get 64-byte alignment and a checksum as written.
    pub fn begin_section(&mut self, _name: &str) -> Result<(), Error> {
        todo!()
    }
    /// Appends to the open section.
    pub fn write(&mut self, _bytes: &[u8]) -> Result<(), Error> {
        todo!()
    }
    /// Closes the open section.
    pub fn end_section(&mut self) -> Result<(), Error> {
        todo!()
    }
    /// Closes the segment whose sections were written since the last call.
    pub fn end_segment(&mut self, _facts: SegmentFacts) -> Result<(), Error> {
        todo!()
    }
    /// Writes the manifest, syncs, switches the commit slot or renames, syncs.
    pub fn commit(self) -> Result<(), Error> {
        todo!()
    }
}
