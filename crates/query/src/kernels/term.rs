//! One term of a query on the grid of document numbers, chunk by chunk.
//!
//! Comes in: a posting list of any class. Goes out, for the chunk it has entered: which windows hold documents, the
//! presence word of a window, the frequency and the positions of a document by rank. Chunked lists are read in place;
//! of the others, the documents of the chunk are decoded on entering it, and what belongs to them when asked for.
//! Entering is here; documents are looked up in [`finding`], windows combined in [`windows`], frequencies and positions
//! read in [`occurrences`].

mod finding;
mod occurrences;
mod windows;

use codec::simd::{self, WindowStarts};
use store::postings::chunked::{CHUNK, Chunk, ChunkDocs, WINDOWS, packed_ids};
use store::postings::{BLOCK, Cursor, END, ListClass, PostingList};

use super::bounds::ImpactBounds;
use super::buffers::{Arrays, Buffers};
use crate::{Blocks, Error};
pub(crate) use finding::by_chunk;
pub(crate) use windows::count_in;

/// How the documents of the entered chunk are found.
enum View<'a> {
    /// There are none.
    Absent,
    /// Presence bits in the file.
    Bits { words: &'a [u8; 512], ranks: &'a [u8; 16] },
    /// Numbers of 6 bits in the file, ranks of windows in `window_starts`.
    Windows { counts: &'a [u8; 32], numbers: &'a [u8] },
    /// Presence bits in `words`, ranks of windows in `starts`.
    Decoded,
    /// Documents in `docs`: nothing else was made of them.
    Found,
}

/// One term moving over the chunks of a segment, forwards.
pub(crate) struct TermScan<'a> {
    list: PostingList<'a>,
    is_chunked: bool,
    chunk: Chunk<'a>,
    chunk_number: u32,
    /// The number of `chunk`, where only ranks are known of it: `chunk_number` is then none.
    stands_in: u32,
    view: View<'a>,
    /// Windows of the chunk that hold documents.
    present: u64,
    /// `words`, and `starts` where `has_starts`; `docs` of block `docs_block` with [`END`] behind them, and `frequencies` of
    /// block `frequency_block`.
    buffers: Buffers,
    has_starts: bool,
    window_starts: WindowStarts,
    /// Of a list that is not chunked: the decoded block, how long it is, where a document was looked for last, and where
    /// its frequencies start.
    docs_block: usize,
    docs_length: usize,
    docs_index: usize,
    frequencies_at: usize,
    /// The first block that may reach into the chunk.
    first_block: usize,
    /// The rank in the list of the chunk's first posting; 0 where ranks are those of the chunk.
    base: usize,
    /// The block of 128 ranks whose frequencies are decoded.
    frequency_block: usize,
    /// The block of which single frequencies were read last, and how many.
    probed_block: usize,
    probes: u32,
    /// The block that `places` of the buffers is in.
    places_block: usize,
    /// For the positions of tiny lists.
    cursor: Option<Box<Cursor<'a>>>,
}

/// A list leads an intersection where at most one of so many documents is in it.
const LEAD_SHARE: u64 = 64;

/// Adds documents of a chunk; the windows they are in.
#[inline(always)]
fn set_all(words: &mut [u64; WINDOWS], docs: impl Iterator<Item = u32>) -> u64 {
    docs.fold(0, |present, doc| {
        let window = (doc / 64) as usize % WINDOWS;
        words[window] |= 1 << (doc % 64);
        present | 1 << window
    })
}

/// No block.
const NONE: usize = usize::MAX;

impl<'a> TermScan<'a> {
    pub(crate) fn new(list: PostingList<'a>) -> Result<TermScan<'a>, Error> {
        let mut scan = TermScan {
            list,
            is_chunked: list.class() == ListClass::Chunked,
            chunk: Chunk::EMPTY,
            chunk_number: u32::MAX,
            stands_in: u32::MAX,
            view: View::Absent,
            present: 0,
            buffers: Buffers::take(),
            has_starts: false,
            window_starts: WindowStarts::EMPTY,
            docs_block: NONE,
            docs_length: 0,
            docs_index: 0,
            frequencies_at: 0,
            first_block: 0,
            base: 0,
            frequency_block: NONE,
            probed_block: NONE,
            probes: 0,
            places_block: NONE,
            cursor: None,
        };
        scan.buffers.read.clear();
        scan.buffers.read.resize(list.block_count().div_ceil(64), 0);
        if list.class() == ListClass::Tiny {
            scan.read_tiny()?;
        }
        Ok(scan)
    }

    /// The documents and frequencies of a tiny list, once and for all.
    fn read_tiny(&mut self) -> Result<(), Error> {
        let mut cursor = self.list.cursor()?;
        self.docs_length = cursor.block_docs().len();
        self.buffers.docs.fill(END);
        for index in 0..self.docs_length {
            self.buffers.docs[index] = cursor.doc();
            self.buffers.frequencies[index] = cursor.freq()?;
            cursor.advance()?;
        }
        (self.docs_block, self.frequency_block) = (0, 0);
        self.mark(0);
        Ok(())
    }

    /// Whether this is a list whose postings all stand in blocks, which [`TermScan::block`] reads.
    pub(crate) fn has_blocks(&self) -> bool {
        !self.is_chunked
    }

    /// Whether the list is so short that looking each of its documents up in other lists costs less than intersecting
    /// chunks with them.
    pub(crate) fn can_lead(&self) -> bool {
        !self.is_chunked
            && u64::from(self.list.doc_freq()) * LEAD_SHARE <= u64::from(self.list.doc_count())
    }

    /// The documents of a block of a list that is not chunked, copied; how many there are.
    pub(crate) fn copy_block(
        &mut self,
        block: usize,
        docs: &mut [u32; BLOCK],
    ) -> Result<usize, Error> {
        self.load_docs(block)?;
        docs.copy_from_slice(&self.buffers.docs);
        self.base = 0;
        Ok(self.docs_length)
    }

    /// The documents and the frequencies of a block of a list that is not chunked; behind as many frequencies as documents
    /// stands anything.
    pub(crate) fn block(&mut self, block: usize) -> Result<(&[u32], &[u32; BLOCK]), Error> {
        self.load_docs(block)?;
        self.load_frequencies(block)?;
        let Arrays { docs, frequencies, .. } = &*self.buffers;
        Ok((&docs[..self.docs_length], frequencies))
    }

    /// What was read of the list so far.
    pub(crate) fn blocks(&self) -> Blocks {
        let read: u32 = self.buffers.read.iter().map(|bits| bits.count_ones()).sum();
        Blocks::of_list(read as usize, self.list.block_count())
    }

    /// Notes that the documents of a block or chunk were read.
    #[inline(always)]
    fn mark(&mut self, block: usize) {
        self.buffers.read[block / 64] |= 1 << (block % 64);
    }

    /// The list.
    pub(crate) fn list(&self) -> &PostingList<'a> {
        &self.list
    }

    /// At most this is any impact in a chunk; 0 where the list surely has no document there. Chunks must ascend.
    #[inline(always)]
    pub(crate) fn chunk_bound(&mut self, number: u32, bounds: &ImpactBounds) -> f64 {
        if self.is_chunked {
            return bounds.impact(self.list.chunk_bound(number as usize));
        }
        let (first, last) = (number * CHUNK, number * CHUNK + (CHUNK - 1));
        self.first_block = self.list.block_of(first, self.first_block);
        if self.first_block == self.docs_block && last < self.buffers.docs[0] {
            return 0.0;
        }
        let mut highest = 0.0f64;
        for block in self.first_block..self.list.block_count() {
            highest = highest.max(bounds.impact(self.list.block_bound(block)));
            if last <= self.list.last_doc(block) {
                break;
            }
        }
        highest
    }

    /// Stands before the first document again.
    pub(crate) fn go_back(&mut self) {
        self.leave();
        (self.chunk_number, self.first_block, self.docs_index) = (u32::MAX, 0, 0);
    }

    /// Stands outside of every chunk.
    pub(crate) fn leave(&mut self) {
        self.view = View::Absent;
        self.present = 0;
    }

    /// Enters a chunk (they must ascend); whether the list has documents there.
    #[inline(always)]
    pub(crate) fn enter(&mut self, number: u32) -> Result<bool, Error> {
        self.chunk_number = number;
        if self.is_chunked {
            self.stand_in(number);
            self.enter_chunk(self.list.chunk(number as usize)?);
        } else {
            self.enter_blocks(number)?;
        }
        Ok(self.present != 0)
    }

    /// Makes this the chunk of which frequencies and positions are read.
    #[inline(always)]
    fn stand_in(&mut self, number: u32) {
        self.stands_in = number;
        self.frequency_block = NONE;
        self.probed_block = NONE;
        self.places_block = NONE;
    }

    #[inline(always)]
    fn enter_chunk(&mut self, chunk: Chunk<'a>) {
        self.chunk = chunk;
        if self.chunk.count() == 0 {
            self.leave();
            return;
        }
        self.mark(self.stands_in as usize);
        match self.chunk.docs() {
            ChunkDocs::Bits { words, ranks } => {
                self.view = View::Bits { words, ranks };
                self.present = simd::nonzero_words(words);
            }
            ChunkDocs::Windows { counts, numbers } => {
                self.view = View::Windows { counts, numbers };
                self.window_starts = simd::window_starts(counts);
                self.present = self.window_starts.present;
            }
            ChunkDocs::Ids(bytes) => {
                self.clear_words();
                let numbers = packed_ids(bytes, self.chunk.count());
                self.present = set_all(&mut self.buffers.words, numbers);
            }
        }
    }

    #[inline(always)]
    fn enter_blocks(&mut self, number: u32) -> Result<(), Error> {
        self.clear_words();
        self.mark_blocks(number, None)
    }

    /// Adds the documents of a chunk to `words`, or to the scan's own where there are none.
    #[inline(always)]
    fn mark_blocks(
        &mut self,
        number: u32,
        mut words: Option<&mut [u64; WINDOWS]>,
    ) -> Result<(), Error> {
        let first = number * CHUNK;
        let last = first + (CHUNK - 1);
        self.first_block = self.list.block_of(first, self.first_block);
        for block in self.first_block..self.list.block_count() {
            self.load_docs(block)?;
            let Arrays { docs, words: own_words, .. } = &mut *self.buffers;
            let words = words.as_deref_mut().unwrap_or(own_words);
            let mut start = 0;
            if block == self.first_block {
                start = simd::lower_bound(docs, 0, first);
                self.base = block * BLOCK + start;
            }
            let own = docs[start..self.docs_length].iter().take_while(|doc| **doc <= last);
            let mut count = 0;
            self.present |= set_all(words, own.map(|doc| doc - first).inspect(|_| count += 1));
            if start + count < self.docs_length || docs[self.docs_length - 1] == last {
                break;
            }
        }
        Ok(())
    }

    /// Adds the documents of a chunk (they must ascend) to `words` without entering it: nothing else is known of it then.
    #[inline(always)]
    pub(crate) fn mark_chunk(
        &mut self,
        number: u32,
        words: &mut [u64; WINDOWS],
    ) -> Result<(), Error> {
        if !self.is_chunked {
            return self.mark_blocks(number, Some(words));
        }
        let chunk = self.list.chunk(number as usize)?;
        match chunk.docs() {
            ChunkDocs::Bits { words: own, .. } => simd::or_words(words, own),
            ChunkDocs::Windows { counts, numbers } => simd::or_windows(words, counts, numbers),
            ChunkDocs::Ids(bytes) => {
                set_all(words, packed_ids(bytes, chunk.count()));
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn load_docs(&mut self, block: usize) -> Result<(), Error> {
        if self.docs_block != block {
            self.docs_block = NONE;
            (self.docs_length, self.frequencies_at) =
                self.list.block_docs(block, &mut self.buffers.docs)?;
            (self.docs_block, self.docs_index) = (block, 0);
            self.mark(block);
        }
        Ok(())
    }

    #[inline(always)]
    fn clear_words(&mut self) {
        self.view = View::Decoded;
        self.has_starts = false;
        self.present = 0;
        self.buffers.words.fill(0);
    }
}
