//! Posting lists: documents, frequencies and positions of one term.

use crate::{Error, TermOrdinal};

/// The end of a list: a document number that no document has.
pub const END: u32 = u32::MAX;

/// Postings in a block.
pub const BLOCK: usize = 128;

/// How a list is laid out; chosen by its document frequency alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListClass {
    /// A handful of postings as plain varints, positions among them.
    Tiny,
    /// Blocks of 128 postings behind an array of skip entries.
    Sparse,
}

/// One entry of the term table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermInfo {
    /// The term's rank in the vocabulary.
    pub ordinal: TermOrdinal,
    /// Documents with the term, deleted ones included.
    pub doc_freq: u32,
    /// Occurrences in all documents.
    pub collection_freq: u64,
    /// The layout of its list.
    pub class: ListClass,
    /// Byte range in section `postings`.
    pub postings: (u64, u64),
    /// Byte range in section `positions`.
    pub positions: (u64, u64),
}

/// A term's list, borrowed from the file.
#[derive(Clone, Copy)]
pub struct PostingList<'a> {
    _bytes: &'a [u8],
}

/// A moving place in a list.
///
/// The law: a fresh cursor stands on the first posting; [`Cursor::doc`] is [`END`] once past the last, and stays so;
/// `seek` never moves back; `freq` and `positions` speak of the current document and must not be called at the end.
pub struct Cursor<'a> {
    _list: PostingList<'a>,
}

impl<'a> PostingList<'a> {
    /// Documents in the list.
    pub fn doc_freq(&self) -> u32 {
        todo!()
    }
    /// A cursor on the first posting.
    pub fn cursor(&self) -> Result<Cursor<'a>, Error> {
        todo!()
    }
}

impl Cursor<'_> {
    /// The current document, or [`END`].
    pub fn doc(&self) -> u32 {
        todo!()
    }
    /// Moves to the next posting and returns its document.
    pub fn advance(&mut self) -> Result<u32, Error> {
        todo!()
    }
    /// Moves to the first posting with document >= `target` and returns its document.
    pub fn seek(&mut self, _target: u32) -> Result<u32, Error> {
        todo!()
    }
    /// Occurrences in the current document.
    pub fn freq(&mut self) -> Result<u32, Error> {
        todo!()
    }
    /// The positions in the current document, ascending, appended to `out` (cleared first).
    pub fn positions(&mut self, _out: &mut Vec<u32>) -> Result<(), Error> {
        todo!()
    }
    /// Documents in the list.
    pub fn doc_freq(&self) -> u32 {
        todo!()
    }
}

/// Builds lists block by block.
///
/// Feed a term's postings in document order, then `finish`.
pub struct ListBuilder {}

/// What the bounds of a list are made from: exact document lengths of the segment and the ranking they are baked for.
#[derive(Clone, Copy)]
pub struct ImpactModel<'a> {
    /// Exact length of each document of the segment.
    pub lengths: &'a [u32],
    /// Their norms.
    pub norms: &'a [u8],
    /// Term-frequency saturation.
    pub k1: f64,
    /// Length normalisation.
    pub b: f64,
    /// The average length.
    pub average_length: f64,
}

/// What the term table needs of a finished list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListSummary {
    /// Documents.
    pub doc_freq: u32,
    /// Occurrences.
    pub collection_freq: u64,
    /// Bytes appended to `postings`.
    pub postings_length: u64,
    /// Bytes appended to `positions`.
    pub positions_length: u64,
}

impl ListBuilder {
    /// An empty builder; reuse it for all terms.
    pub fn new() -> Self {
        todo!()
    }
    /// Adds one posting; documents ascend strictly, positions too. Position bytes of full blocks go to `positions`.
    pub fn push(&mut self, _model: &ImpactModel<'_>, _doc: u32, _doc_positions: &[u32], _positions: &mut Vec<u8>) {
        todo!()
    }
    /// Ends the list: appends its bytes to `postings` and the rest of its positions to `positions`.
    pub fn finish(&mut self, _model: &ImpactModel<'_>, _postings: &mut Vec<u8>, _positions: &mut Vec<u8>) -> ListSummary {
        todo!()
    }
}

/// Collects [`ListSummary`]s in vocabulary order and gives the bytes of section `terms`.
pub struct TermTableBuilder {}

impl TermTableBuilder {
    /// An empty table.
    pub fn new() -> Self {
        todo!()
    }
    /// Adds the next term.
    pub fn push(&mut self, _summary: &ListSummary) {
        todo!()
    }
    /// The section's bytes.
    pub fn finish(self) -> Vec<u8> {
        todo!()
    }
}
