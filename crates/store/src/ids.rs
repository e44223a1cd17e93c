//! Numbers that name things: documents and terms. Nothing else.

/// A document's number in the whole index: input order, counted over all segments from 0.
///
/// Inside one segment, kernels use plain `u32` numbers that count from the segment's base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub u32);

/// A term's rank in the byte order of one segment's vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermOrdinal(pub u32);
