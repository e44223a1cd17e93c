//! Posting lists: in which documents a term stands, how often, and where.
//!
//! Comes in: a term's postings in document order ([`ListBuilder`]), or the bytes of sections `terms`, `postings` and
//! `positions`. Goes out: those bytes, or a [`Cursor`] over a list. Scores are not computed here; a list only carries
//! what bounds them ([`bounds`]).
//!
//! # Classes
//!
//! A list's document frequency beside the segment's documents N decides its [`ListClass`], that is, its layout:
//!
//! ```text
//! tiny    df <= 8             Postings := (Gap Frequency? Position*)*                varints, positions among them
//! sparse  df <= 128           Postings := Bound Block                                one block
//! sparse  df >  128           Postings := Kth{3} Bound Zero{2} Skip{ceil(df/128)} Block{ceil(df/128)} Champions?
//! chunked df >= 1024, N/64    see [`chunked`]
//!
//! Bound := max_impact:u8 max_frequency:u8 min_norm:u8
//! Skip  := last_doc:u32 block_offset:u32 positions_offset:u32 Bound Zero                    16 bytes
//! Block := Packed(gaps) Packed(frequencies - 1)                                      see codec::packed
//! ```
//!
//! * `Gap` is `(document - previous document - 1) * 2 + (1 if the frequency is 1)`, the first "previous" being -1;
//!   `Frequency` (less 2) stands only where that bit is 0. Gaps in blocks are the same without the doubling.
//! * `block_offset` counts bytes from the first `Block`, `positions_offset` from the list's start in `positions`.
//! * `Kth` are lower bounds of the 10th, 100th and 1000th best impact of the list, 0 where it is shorter.
//! * `Champions` stand where df >= 512, see [`Champions`].
//! * Section `positions` holds `length:u16{runs - 1} Packed{runs}` for each block of a sparse list (and of a chunk): the
//!   positions of its postings one after another, cut into runs of 128 that are packed each, behind the lengths in bytes
//!   of all runs but the last. Of a posting stands the first position as it is, then the distance to the previous one
//!   less 1. Its place in that stream is the sum of the frequencies before it in its block: positions are addressed by
//!   rank and need no pointers of their own.
//!
//! A tiny list costs no block header, a list of one block no skip entries: half of all terms stand in one document, and
//! nine of ten in fewer than 128.

pub mod bounds;
mod builder;
mod champions;
pub mod chunked;
mod cursor;
pub mod pairs;
mod places;
mod table;

pub use bounds::{Bound, ImpactModel};
pub use builder::{ListBuilder, ListSummary, Postings};
pub use champions::Champions;
pub use cursor::Cursor;
pub use places::Places;
pub(crate) use table::TermTable;
pub use table::TermTableBuilder;

use champions::CHAMPIONS_FROM;
use codec::{packed, simd};

use crate::{Error, TermOrdinal};

/// The end of a list: a document number that no document has.
pub const END: u32 = u32::MAX;

/// Postings in a block.
pub const BLOCK: usize = 128;

/// The longest tiny list.
pub const TINY_LIMIT: u32 = 8;

/// Bytes of a skip entry.
const SKIP_BYTES: usize = 16;

/// Bytes before the skip entries.
const HEAD_BYTES: usize = 8;

/// How a list is laid out; chosen by its document frequency alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListClass {
    /// A handful of postings as plain varints, positions among them.
    Tiny,
    /// Blocks of 128 postings behind an array of skip entries.
    Sparse,
    /// Chunks of 4096 document numbers behind a directory.
    Chunked,
}

/// The shortest chunked list.
const CHUNKED_LEAST: u32 = 1024;

/// A chunked list holds at least one document of so many.
const CHUNKED_SHARE: u64 = 64;

impl ListClass {
    /// The class of a list of `doc_freq` documents in a segment of `doc_count`.
    #[must_use]
    pub fn of(doc_freq: u32, doc_count: u32) -> ListClass {
        if doc_freq <= TINY_LIMIT {
            ListClass::Tiny
        } else if doc_freq < CHUNKED_LEAST
            || u64::from(doc_freq) * CHUNKED_SHARE < u64::from(doc_count)
        {
            ListClass::Sparse
        } else {
            ListClass::Chunked
        }
    }
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
    class: ListClass,
    doc_freq: u32,
    /// Documents of the segment: no posting may name one from here on.
    doc_count: u32,
    kth: [u8; 3],
    bound: Bound,
    /// Skip entries of blocks, or the directory of chunks.
    skips: &'a [u8],
    /// From the first block or chunk to the end of the section: decoders like to load beyond what they use.
    blocks: &'a [u8],
    /// How many of these bytes are the list's.
    length: usize,
    positions: &'a [u8],
}

/// The values of a block add up to what `u32` holds if all are below this, even with 1 added to each.
const SUMMABLE: u32 = u32::MAX / BLOCK as u32;

/// Names the section and the reason of damage; the offset is the list's.
fn damaged(section: &str, offset: u64, reason: impl Into<String>) -> Error {
    Error::Corrupt { section: section.to_owned(), offset, reason: reason.into() }
}

impl<'a> PostingList<'a> {
    /// Finds the parts of a list in the two sections. Reads the head only.
    pub(crate) fn open(
        term: &TermInfo,
        postings: &'a [u8],
        positions: &'a [u8],
        doc_count: u32,
    ) -> Result<Self, Error> {
        let (start, end) = term.postings;
        let length = end.saturating_sub(start) as usize;
        let too_short = |what: &str| {
            damaged(
                "postings",
                start,
                format!("expected a posting list with {what}, found {length} bytes"),
            )
        };
        let bytes = usize::try_from(start).ok().and_then(|start| postings.get(start..));
        let bytes = bytes
            .filter(|bytes| length <= bytes.len())
            .ok_or_else(|| too_short("its bytes inside the section"))?;
        let position_bytes =
            usize::try_from(term.positions.0).ok().and_then(|start| positions.get(start..));
        let positions = position_bytes.ok_or_else(|| {
            damaged("positions", term.positions.0, "list starts beyond the end of the section")
        })?;
        if term.doc_freq == 0 || doc_count < term.doc_freq {
            return Err(damaged(
                "terms",
                start,
                format!("term of {} documents in a segment of {doc_count}", term.doc_freq),
            ));
        }
        let mut list = PostingList {
            class: term.class,
            doc_freq: term.doc_freq,
            doc_count,
            kth: [0; 3],
            bound: Bound::UNKNOWN,
            skips: &[],
            blocks: bytes,
            length,
            positions,
        };
        let block_count = list.block_count();
        if list.class == ListClass::Tiny {
            return Ok(list);
        }
        if list.class == ListClass::Sparse && block_count == 1 {
            let (head, blocks) = bytes.split_at_checked(3).ok_or_else(|| too_short("a bound"))?;
            list.bound = Bound::from_bytes([head[0], head[1], head[2]]);
            list.blocks = blocks;
        } else {
            let skip_bytes = block_count * SKIP_BYTES;
            if length < HEAD_BYTES + skip_bytes {
                return Err(too_short("its skip entries"));
            }
            list.kth = [bytes[0], bytes[1], bytes[2]];
            list.bound = Bound::from_bytes([bytes[3], bytes[4], bytes[5]]);
            (list.skips, list.blocks) = bytes[HEAD_BYTES..].split_at(skip_bytes);
        }
        list.length = length.saturating_sub(bytes.len() - list.blocks.len());
        Ok(list)
    }

    /// The postings with the best impacts, of which nothing else is read; `None` where the list is short, or they cannot be
    /// told apart from the next ones.
    pub fn champions(&self) -> Result<Option<Champions>, Error> {
        if self.doc_freq < CHAMPIONS_FROM {
            return Ok(None);
        }
        Champions::read(&self.blocks[..self.length], self.doc_count)
    }

    /// Documents in the list.
    #[must_use]
    pub fn doc_freq(&self) -> u32 {
        self.doc_freq
    }

    /// Documents in the segment.
    #[must_use]
    pub fn doc_count(&self) -> u32 {
        self.doc_count
    }

    /// How the list is laid out.
    #[inline]
    #[must_use]
    pub fn class(&self) -> ListClass {
        self.class
    }

    /// What bounds the impacts of the whole list.
    #[must_use]
    pub fn bound(&self) -> Bound {
        self.bound
    }

    /// Lower bounds of the 10th, 100th and 1000th best impact for the baked ranking, in 255ths; 0 where unknown.
    #[must_use]
    pub fn kth_impacts(&self) -> [u8; 3] {
        self.kth
    }

    /// Blocks of the list, or chunks of the segment; a tiny list counts as one block.
    #[must_use]
    pub fn block_count(&self) -> usize {
        match self.class {
            ListClass::Tiny | ListClass::Sparse => (self.doc_freq as usize).div_ceil(BLOCK),
            ListClass::Chunked => self.doc_count.div_ceil(chunked::CHUNK) as usize,
        }
    }

    /// Postings in a block of a list that is not chunked.
    #[inline]
    #[must_use]
    pub fn block_length(&self, block: usize) -> usize {
        (self.doc_freq as usize - block * BLOCK).min(BLOCK)
    }

    /// A chunk of a chunked list; empty for every other class.
    #[inline]
    pub fn chunk(&self, number: usize) -> Result<chunked::Chunk<'a>, Error> {
        let entry = self.skips.get(number * SKIP_BYTES..(number + 1) * SKIP_BYTES);
        match entry {
            Some(entry) if self.class == ListClass::Chunked => {
                chunked::Chunk::open(entry, self.blocks)
            }
            _ => Ok(chunked::Chunk::EMPTY),
        }
    }

    /// Asks for the first positions of a block of a chunk (of a sparse list where there is no chunk) before they are read.
    #[inline]
    pub fn prefetch_places(&self, chunk: Option<&chunked::Chunk<'_>>, block: usize) {
        simd::prefetch_lines(self.positions, self.positions_at(chunk, block), 3);
    }

    /// Where the positions of a block start.
    #[inline]
    fn positions_at(&self, chunk: Option<&chunked::Chunk<'_>>, block: usize) -> usize {
        match chunk {
            Some(chunk) => chunk.positions_at(block),
            None => self.block_offsets(block).1,
        }
    }

    /// Asks for the documents of a chunk before it is entered.
    #[inline]
    pub fn prefetch_chunk(&self, number: u32) {
        let at = number as usize * SKIP_BYTES;
        if let Some(&[a, b, c, d]) = self.skips.get(at..at + 4) {
            let start = u32::from_le_bytes([a, b, c, d]) as usize;
            simd::prefetch_lines(self.blocks, start, 3);
        }
    }

    /// Makes `places` ready for a block of a chunk of this list (of a sparse list where there is no chunk), whose `count`
    /// postings have these frequencies.
    pub fn enter_places(
        &self,
        chunk: Option<&chunked::Chunk<'_>>,
        block: usize,
        frequencies: &[u32; BLOCK],
        count: usize,
        places: &mut Places,
    ) -> Result<(), Error> {
        places.enter(frequencies, count, self.positions_at(chunk, block))
    }

    /// The positions of posting `index` of the block that `places` is in, put into `out`, which is cleared first.
    pub fn read_places(
        &self,
        places: &mut Places,
        index: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        out.clear();
        places.read(self.positions, index, out)
    }

    /// The same as how many words stand before each position since the last one, as they are stored; `None` where they must be
    /// put together.
    #[inline(always)]
    pub fn place_gaps<'p>(
        &self,
        places: &'p mut Places,
        index: usize,
    ) -> Result<Option<&'p [u32]>, Error> {
        places.gaps(self.positions, index)
    }

    /// The bound of a chunk of a chunked list, from the directory alone.
    #[inline]
    #[must_use]
    pub fn chunk_bound(&self, number: usize) -> Bound {
        let at = number * SKIP_BYTES;
        match self.skips.get(at + 8..at + 13) {
            Some(&[0, 0, ..]) | None => Bound::EMPTY,
            Some(entry) => Bound::from_bytes([entry[2], entry[3], entry[4]]),
        }
    }

    /// The last document of a block as its skip entry says; the last of the segment where there are none. Of a chunk, the
    /// last number it could hold.
    #[inline]
    #[must_use]
    pub fn last_doc(&self, block: usize) -> u32 {
        if self.class == ListClass::Chunked {
            return (block as u32 + 1).saturating_mul(chunked::CHUNK).min(self.doc_count) - 1;
        }
        if self.skips.is_empty() {
            return self.doc_count - 1;
        }
        self.skip_word(block, 0)
    }

    /// What bounds the impacts of one block or chunk.
    #[inline]
    #[must_use]
    pub fn block_bound(&self, block: usize) -> Bound {
        if self.class == ListClass::Chunked {
            return self.chunk_bound(block);
        }
        if self.skips.is_empty() {
            return self.bound;
        }
        let at = block * SKIP_BYTES;
        Bound::from_bytes([self.skips[at + 12], self.skips[at + 13], self.skips[at + 14]])
    }

    /// The first block from `from` on whose last document is not below `target`; `block_count` where there is none.
    ///
    /// Gallops, then bisects: O(log distance).
    #[must_use]
    pub fn block_of(&self, target: u32, from: usize) -> usize {
        let count = self.block_count();
        let mut step = 1;
        let (mut low, mut high) = (from, from);
        while high < count && self.last_doc(high) < target {
            low = high + 1;
            high += step;
            step *= 2;
        }
        high = high.min(count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.last_doc(middle) < target {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    #[inline]
    fn skip_word(&self, block: usize, word: usize) -> u32 {
        let at = block * SKIP_BYTES + word * 4;
        let bytes: [u8; 4] = self.skips[at..at + 4].try_into().expect("four bytes were sliced");
        u32::from_le_bytes(bytes)
    }

    /// Where a block's bytes and its positions start.
    fn block_offsets(&self, block: usize) -> (usize, usize) {
        if self.skips.is_empty() {
            return (0, 0);
        }
        (self.skip_word(block, 1) as usize, self.skip_word(block, 2) as usize)
    }

    /// Decodes the documents of a block of a sparse list into `docs`, [`END`] behind them, and checks that they ascend
    /// within the segment. Returns how many there are, and where the block's frequencies start in the list's blocks.
    pub fn block_docs(
        &self,
        block: usize,
        docs: &mut [u32; BLOCK],
    ) -> Result<(usize, usize), Error> {
        let (at, _) = self.block_offsets(block);
        let length = self.block_length(block);
        let bytes = self.blocks.get(at..).unwrap_or_default();
        let used = packed::decode(bytes, length, docs)
            .map_err(|error| damaged("postings", at as u64, error.to_string()))?;
        // The first gap starts from the first number that is free, the others are less 1.
        let base = if block == 0 { 0 } else { self.last_doc(block - 1).wrapping_add(1) };
        let widest = simd::prefix_sum(docs, base.wrapping_sub(1), 1);
        docs[length..].fill(END);
        let own = &docs[..length];
        let ascend = match widest {
            // What stands behind the block can only ask for the longer way. The sums wrap no more than once, which takes
            // the last below the base.
            0..SUMMABLE => base <= own[length - 1],
            _ => own.is_sorted_by(|a, b| a < b),
        };
        self.check_docs(block, base, own, ascend)?;
        Ok((length, at + used))
    }

    /// Where the frequencies of a block of a sparse list start, without decoding its documents.
    pub fn frequencies_at(&self, block: usize) -> Result<usize, Error> {
        let (at, _) = self.block_offsets(block);
        let bytes = self.blocks.get(at..).unwrap_or_default();
        let used = packed::length(bytes, self.block_length(block))
            .map_err(|error| damaged("postings", at as u64, error.to_string()))?;
        Ok(at + used)
    }

    /// Decodes the frequencies of a block of a sparse list, which start at `at` as [`PostingList::block_docs`] says;
    /// places beyond its length hold unspecified values.
    pub fn block_frequencies(
        &self,
        block: usize,
        at: usize,
        frequencies: &mut [u32; BLOCK],
    ) -> Result<(), Error> {
        let bytes = self.blocks.get(at..).unwrap_or_default();
        packed::decode(bytes, self.block_length(block), frequencies)
            .map_err(|error| damaged("postings", at as u64, error.to_string()))?;
        simd::increment(frequencies);
        Ok(())
    }

    /// One frequency of such a block, without decoding the others.
    pub fn block_frequency(&self, block: usize, at: usize, index: usize) -> Result<u32, Error> {
        let bytes = self.blocks.get(at..).unwrap_or_default();
        let less_one = packed::get(bytes, self.block_length(block), index)
            .map_err(|error| damaged("postings", at as u64, error.to_string()))?;
        Ok(less_one.saturating_add(1))
    }

    /// Wrapped sums would show as a step down, a document of another block, or one beyond the segment. Whether the
    /// documents `ascend` among themselves is known by the caller.
    fn check_docs(&self, block: usize, base: u32, docs: &[u32], ascend: bool) -> Result<(), Error> {
        let last = docs[docs.len() - 1];
        let expected = self.last_doc(block);
        let is_exact = self.class == ListClass::Sparse && !self.skips.is_empty();
        let ends_right = if is_exact { last == expected } else { last <= expected };
        if !ascend || docs[0] < base || !ends_right || self.doc_count <= last {
            let reason = format!(
                "block {block} of a list ends at document {last}, expected {expected} after ascending steps"
            );
            return Err(damaged("postings", self.block_offsets(block).0 as u64, reason));
        }
        Ok(())
    }

    /// A cursor on the first posting. Decodes the first block.
    pub fn cursor(&self) -> Result<Cursor<'a>, Error> {
        Cursor::new(*self)
    }
}

#[cfg(test)]
mod tests;
