//! One term of a query on the grid of document numbers, chunk by chunk.
//!
//! Comes in: a posting list of any class. Goes out, for the chunk it has entered: which windows hold documents, the
//! presence word of a window, the frequency and the positions of a document by rank. Chunked lists are read in place;
//! of the others, the documents of the chunk are decoded on entering it, and what belongs to them when asked for.

use codec::bits::{bits, bits_of_block};
use codec::simd::{self, WindowStarts};
use store::postings::chunked::{
    CHUNK, Chunk, ChunkDocs, WINDOWS, packed_ids, presence_word, unpack_ids, window_count,
    window_find, window_rank, window_search,
};
use store::postings::{BLOCK, Cursor, END, ListClass, PostingList};

use super::bounds::ImpactBounds;
use super::buffers::{Arrays, Buffers};
use super::impacts::ImpactTable;
use crate::{Blocks, Error};

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

/// The bits of `wanted`, chunk by chunk of the ascending documents they stand for; all at once where they are not to be
/// looked up in chunks.
#[inline(always)]
pub(crate) fn by_chunk(
    docs: &[u32; BLOCK],
    mut wanted: u128,
    has_chunks: bool,
) -> impl Iterator<Item = u128> {
    std::iter::from_fn(move || {
        if !has_chunks {
            return Some(std::mem::take(&mut wanted)).filter(|wanted| *wanted != 0);
        }
        let first = wanted.trailing_zeros() as usize;
        let chunk = docs.get(first)? / CHUNK;
        let end = simd::lower_bound(docs, first + 1, (chunk + 1).saturating_mul(CHUNK));
        let inside = wanted & 1u128.checked_shl(end as u32).unwrap_or(0).wrapping_sub(1);
        wanted &= !inside;
        Some(inside)
    })
}

/// A list leads an intersection where at most one of so many documents is in it.
const LEAD_SHARE: u64 = 64;

/// So many frequencies of a block are read one by one before all are decoded.
const PROBES: u32 = 4;

/// From so many windows on, all words of a chunk are made at once.
const MANY_WINDOWS: u32 = 14;

/// Adds documents of a chunk; the windows they are in.
#[inline(always)]
fn set_all(words: &mut [u64; WINDOWS], docs: impl Iterator<Item = u32>) -> u64 {
    docs.fold(0, |present, doc| {
        let window = (doc / 64) as usize % WINDOWS;
        words[window] |= 1 << (doc % 64);
        present | 1 << window
    })
}

/// One bit for each word that is not zero.
#[inline(always)]
fn nonzero(words: &[u64; WINDOWS]) -> u64 {
    let bits = words.iter().enumerate().map(|(window, &word)| u64::from(word != 0) << window);
    bits.fold(0, |all, bit| all | bit)
}

/// How many documents the windows of `live` hold.
#[inline(always)]
pub(crate) fn count_in(words: &[u64; WINDOWS], live: u64) -> u32 {
    bits(live).map(|window| words[window].count_ones()).sum()
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

    /// Enters a chunk for [`TermScan::find_each`] alone, which may take less.
    #[inline(always)]
    fn enter_to_find(&mut self, number: u32) -> Result<(), Error> {
        let chunk = self.list.chunk(number as usize)?;
        self.stand_in(number);
        let (count, base) = (chunk.count(), number * CHUNK);
        if let ChunkDocs::Ids(bytes) = chunk.docs()
            && 0 < count
            && unpack_ids(bytes, count, base, &mut self.buffers.docs)
        {
            self.chunk = chunk;
            (self.chunk_number, self.view, self.present) = (u32::MAX, View::Found, 0);
            self.mark(number as usize);
            return Ok(());
        }
        self.chunk_number = number;
        self.enter_chunk(chunk);
        Ok(())
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
    fn load_frequencies(&mut self, block: usize) -> Result<(), Error> {
        if self.frequency_block == block {
            return Ok(());
        }
        self.frequency_block = NONE;
        if self.is_chunked {
            self.chunk.frequencies(block, &mut self.buffers.frequencies)?;
        } else {
            let at = self.frequencies_at(block)?;
            self.list.block_frequencies(block, at, &mut self.buffers.frequencies)?;
        }
        self.frequency_block = block;
        Ok(())
    }

    /// Where the frequencies of a block start.
    #[inline(always)]
    fn frequencies_at(&self, block: usize) -> Result<usize, Error> {
        match self.docs_block == block {
            true => Ok(self.frequencies_at),
            false => Ok(self.list.frequencies_at(block)?),
        }
    }

    #[inline(always)]
    fn clear_words(&mut self) {
        self.view = View::Decoded;
        self.has_starts = false;
        self.present = 0;
        self.buffers.words.fill(0);
    }

    /// Moves to a document (they must ascend); its rank if the list has it.
    #[inline(always)]
    pub(crate) fn seek(&mut self, doc: u32) -> Result<Option<usize>, Error> {
        if !self.is_chunked {
            return self.seek_in_blocks(doc);
        }
        if doc / CHUNK != self.chunk_number {
            self.enter(doc / CHUNK)?;
        }
        let (window, bit) = ((doc % CHUNK / 64) as usize, doc % 64);
        if self.present >> window & 1 == 0 {
            return Ok(None);
        }
        if let View::Windows { counts, numbers } = self.view {
            let start = self.window_starts.start(window);
            return Ok(window_find(numbers, start, window_count(counts, window), bit));
        }
        let word = self.word(window);
        if word >> bit & 1 == 0 {
            return Ok(None);
        }
        let below = (word & ((1 << bit) - 1)).count_ones() as usize;
        Ok(Some(self.window_rank(window) + below))
    }

    #[inline(always)]
    fn seek_in_blocks(&mut self, doc: u32) -> Result<Option<usize>, Error> {
        let is_inside = self.first_block == self.docs_block
            && doc <= self.buffers.docs[self.docs_length.saturating_sub(1)];
        if !is_inside {
            self.first_block = self.list.block_of(doc, self.first_block);
            if self.first_block == self.list.block_count() {
                return Ok(None);
            }
            self.load_docs(self.first_block)?;
        }
        self.base = 0;
        let index = simd::lower_bound(&self.buffers.docs, self.docs_index, doc);
        self.docs_index = index;
        let is_there = self.buffers.docs.get(index) == Some(&doc);
        Ok(is_there.then_some(self.first_block * BLOCK + index))
    }

    /// Looks documents together up (of one chunk, unless the list [has blocks](TermScan::has_blocks)), those of `docs` whose bits are `wanted` (they and their chunks must ascend):
    /// the bits of those that the list has, whose ranks [`TermScan::rank_of`] then gives.
    ///
    /// Without a branch for each document, as which of them are there is hard to predict.
    #[inline(always)]
    pub(crate) fn find_each(&mut self, docs: &[u32; BLOCK], wanted: u128) -> Result<u128, Error> {
        if wanted == 0 {
            return Ok(0);
        }
        if !self.is_chunked {
            return self.find_in_blocks(docs, wanted);
        }
        let mut found = 0;
        let chunk = docs[wanted.trailing_zeros() as usize] / CHUNK;
        if chunk != self.chunk_number {
            self.enter_to_find(chunk)?;
        }
        match self.view {
            View::Absent => {}
            View::Found => {
                let Arrays { docs: own, ranks, .. } = &mut *self.buffers;
                return Ok(simd::find_each(own, docs, wanted, 0, ranks));
            }
            View::Windows { counts, numbers } => {
                for index in bits_of_block(wanted) {
                    let (window, number) = (docs[index] % CHUNK / 64, docs[index] % 64);
                    let count = window_count(counts, window as usize);
                    let start = self.window_starts.start(window as usize);
                    let (rank, is_there) = window_search(numbers, start, count, number);
                    self.buffers.ranks[index] = rank as u32;
                    found |= u128::from(is_there) << index;
                }
            }
            View::Bits { .. } | View::Decoded => {
                for index in bits_of_block(wanted) {
                    let word = self.word((docs[index] % CHUNK / 64) as usize);
                    found |= u128::from(word >> (docs[index] % 64) & 1) << index;
                }
            }
        }
        Ok(found)
    }

    /// The same for documents of any chunks, to which [`TermScan::return_to`] goes back: their frequencies and positions are on
    /// their way from memory meanwhile.
    #[inline(always)]
    pub(crate) fn find_ahead(&mut self, docs: &[u32; BLOCK], wanted: u128) -> Result<u128, Error> {
        if !self.is_chunked {
            let found = self.find_in_blocks(docs, wanted)?;
            let mut last = NONE;
            for index in bits_of_block(found) {
                let block = self.buffers.ranks[index] as usize / BLOCK;
                if block != last {
                    self.list.prefetch_places(None, block);
                    last = block;
                }
            }
            return Ok(found);
        }
        let mut found = 0;
        let mut groups = by_chunk(docs, wanted, true).peekable();
        while let Some(inside) = groups.next() {
            if let Some(next) = groups.peek() {
                self.list.prefetch_chunk(docs[next.trailing_zeros() as usize % BLOCK] / CHUNK);
            }
            let here = self.find_each(docs, inside)?;
            let mut last = NONE;
            for index in bits_of_block(here) {
                let rank = self.rank_of(docs, index);
                self.buffers.ranks[index] = rank as u32;
                if rank / BLOCK != last {
                    last = rank / BLOCK;
                    self.chunk.prefetch_frequencies(last);
                    self.list.prefetch_places(Some(&self.chunk), last);
                }
            }
            found |= here;
        }
        Ok(found)
    }

    /// Goes back to a document that [`TermScan::find_ahead`] found at a place (they must ascend); its rank.
    #[inline(always)]
    pub(crate) fn return_to(&mut self, docs: &[u32; BLOCK], index: usize) -> Result<usize, Error> {
        let chunk = docs[index] / CHUNK;
        if self.is_chunked && chunk != self.stands_in {
            self.chunk = self.list.chunk(chunk as usize)?;
            self.chunk_number = u32::MAX;
            self.stand_in(chunk);
        }
        Ok(self.buffers.ranks[index] as usize)
    }

    /// Block by block of the list, the documents that each can hold.
    #[inline(always)]
    fn find_in_blocks(&mut self, docs: &[u32; BLOCK], wanted: u128) -> Result<u128, Error> {
        self.base = 0;
        let (mut left, mut found) = (wanted, 0);
        while left != 0 {
            let first = left.trailing_zeros() as usize;
            self.first_block = self.list.block_of(docs[first], self.first_block);
            if self.first_block == self.list.block_count() {
                break;
            }
            self.load_docs(self.first_block)?;
            let last = self.list.last_doc(self.first_block);
            let end = simd::lower_bound(docs, first, last.saturating_add(1));
            let inside = left & 1u128.checked_shl(end as u32).unwrap_or(0).wrapping_sub(1);
            let base = (self.first_block * BLOCK) as u32;
            let Arrays { docs: own, ranks, .. } = &mut *self.buffers;
            found |= simd::find_each(own, docs, inside, base, ranks);
            left &= !inside;
        }
        Ok(found)
    }

    /// The rank of a document that [`TermScan::find_each`] found at this place, while the chunk is not left.
    #[inline(always)]
    pub(crate) fn rank_of(&mut self, docs: &[u32; BLOCK], index: usize) -> usize {
        if let View::Bits { .. } | View::Decoded = self.view
            && self.is_chunked
        {
            let window = (docs[index] % CHUNK / 64) as usize;
            let below = (self.word(window) & ((1 << (docs[index] % 64)) - 1)).count_ones();
            return self.window_rank(window) + below as usize;
        }
        self.buffers.ranks[index] as usize
    }

    /// Windows of the chunk that hold documents.
    #[inline(always)]
    pub(crate) fn present(&self) -> u64 {
        self.present
    }

    /// What is known of the impacts in each window of the chunk, in 255ths for the baked ranking; only where
    /// [`TermScan::has_line`].
    #[inline(always)]
    pub(crate) fn line(&self, out: &mut [u8; WINDOWS]) {
        if let View::Absent = self.view { out.fill(0) } else { self.chunk.line(out) }
    }

    /// Whether bounds are known by window. Blocks are not aligned to windows: there is only the bound of the chunk.
    #[inline(always)]
    pub(crate) fn has_line(&self) -> bool {
        self.is_chunked
    }

    /// Adds up the best that each window's documents can bring, from their own frequencies and norms; only where not
    /// [`TermScan::has_line`].
    #[inline(always)]
    pub(crate) fn add_impacts(
        &mut self,
        norms: &[u8],
        impacts: &mut ImpactTable,
        weight: f32,
        own: &mut [f32; WINDOWS],
        sums: &mut [f32; WINDOWS],
    ) -> Result<(), Error> {
        own.fill(0.0);
        let first = self.chunk_number as usize * CHUNK as usize;
        let mut rank = 0;
        for window in bits(self.present) {
            let norms = norms.get(first + window * 64..).unwrap_or_default();
            let mut highest = 0.0f32;
            for bit in bits(self.buffers.words[window]) {
                let norm = norms.get(bit).copied().unwrap_or(0);
                highest = highest.max(impacts.impact(norm, self.frequency(rank)?));
                rank += 1;
            }
            own[window] = weight * highest;
            sums[window] += own[window];
        }
        Ok(())
    }

    /// The presence word of a window.
    #[inline(always)]
    pub(crate) fn word(&self, window: usize) -> u64 {
        match self.view {
            View::Absent | View::Found => 0,
            View::Bits { words, .. } => presence_word(words, window),
            View::Decoded => self.buffers.words[window],
            View::Windows { counts, numbers } => {
                let start = self.window_starts.start(window);
                simd::window_word(numbers, start, window_count(counts, window))
            }
        }
    }

    /// Puts the presence words of the whole chunk into `out`; those of windows without documents are 0.
    #[inline(always)]
    fn copy_words(&self, out: &mut [u64; WINDOWS]) {
        out.fill(0);
        self.or_words(out);
    }

    /// Adds the chunk's documents to `words`.
    #[inline(always)]
    pub(crate) fn or_words(&self, words: &mut [u64; WINDOWS]) {
        match self.view {
            View::Absent | View::Found => {}
            View::Bits { words: own, .. } => simd::or_words(words, own),
            View::Decoded => words.iter_mut().zip(&self.buffers.words).for_each(|(a, b)| *a |= b),
            View::Windows { counts, numbers } => simd::or_windows(words, counts, numbers),
        }
    }

    /// Intersects the entered chunk with `words`, whose windows outside of `live` are of no interest, or starts them where
    /// this is the first list; the windows in which any document is left.
    #[inline(always)]
    pub(crate) fn intersect(&self, is_first: bool, words: &mut [u64; WINDOWS], live: u64) -> u64 {
        let live = live & self.present;
        if live == 0 {
            return 0;
        }
        if is_first {
            self.copy_words(words);
            return live;
        }
        self.and_words(words, live)
    }

    /// Keeps the chunk's documents in `words`, whose windows outside of `live` are of no interest; the windows in which
    /// any is left.
    #[inline(always)]
    fn and_words(&self, words: &mut [u64; WINDOWS], live: u64) -> u64 {
        if let View::Bits { words: own, .. } = self.view {
            return live & simd::and_words(words, own);
        }
        let mut left = live & self.present;
        if let View::Windows { counts, numbers } = self.view
            && MANY_WINDOWS <= left.count_ones()
        {
            let mut own = [0; WINDOWS];
            simd::or_windows(&mut own, counts, numbers);
            words.iter_mut().zip(own).for_each(|(word, own)| *word &= own);
            return left & nonzero(words);
        }
        for window in bits(left) {
            words[window] &= self.word(window);
            left &= !(u64::from(words[window] == 0) << window);
        }
        left
    }

    /// Takes the chunk's documents out of `words`, whose windows outside of `live` are of no interest; the windows in
    /// which any is left.
    #[inline(always)]
    pub(crate) fn and_not_words(&self, words: &mut [u64; WINDOWS], live: u64) -> u64 {
        let mut left = live;
        for window in bits(live & self.present) {
            words[window] &= !self.word(window);
            left &= !(u64::from(words[window] == 0) << window);
        }
        left
    }

    /// The rank of the first document of a window that holds any.
    #[inline(always)]
    pub(crate) fn window_rank(&mut self, window: usize) -> usize {
        match self.view {
            View::Bits { words, ranks } => window_rank(words, ranks, window),
            View::Windows { .. } => self.window_starts.start(window),
            View::Absent | View::Found => 0,
            View::Decoded => {
                if !self.has_starts {
                    self.count_starts();
                }
                usize::from(self.buffers.starts[window])
            }
        }
    }

    fn count_starts(&mut self) {
        let mut rank = 0;
        let Arrays { starts, words, .. } = &mut *self.buffers;
        for (start, word) in starts.iter_mut().zip(words) {
            *start = rank;
            rank += word.count_ones() as u16;
        }
        self.has_starts = true;
    }

    /// The frequency of the posting of a rank.
    #[inline(always)]
    pub(crate) fn frequency(&mut self, rank: usize) -> Result<u32, Error> {
        let rank = self.base + rank;
        self.load_frequencies(rank / BLOCK)?;
        Ok(self.buffers.frequencies[rank % BLOCK])
    }

    /// The same where few of a block's frequencies are wanted.
    #[inline(always)]
    pub(crate) fn single_frequency(&mut self, rank: usize) -> Result<u32, Error> {
        let rank = self.base + rank;
        let block = rank / BLOCK;
        if self.frequency_block != block {
            if self.probed_block != block {
                (self.probed_block, self.probes) = (block, 0);
            }
            self.probes += 1;
            if self.probes <= PROBES {
                return self.probe(rank);
            }
            self.load_frequencies(block)?;
        }
        Ok(self.buffers.frequencies[rank % BLOCK])
    }

    /// One frequency, of a block that was not decoded.
    fn probe(&mut self, rank: usize) -> Result<u32, Error> {
        if self.is_chunked {
            return Ok(self.chunk.frequency(rank)?);
        }
        let block = rank / BLOCK;
        Ok(self.list.block_frequency(block, self.frequencies_at(block)?, rank % BLOCK)?)
    }

    /// The positions of the posting of a rank, whose document this is, put into `out`. Documents must ascend.
    #[inline(always)]
    pub(crate) fn positions(
        &mut self,
        doc: u32,
        rank: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        if self.list.class() == ListClass::Tiny {
            let cursor = match &mut self.cursor {
                Some(cursor) => cursor,
                empty => empty.insert(Box::new(self.list.cursor()?)),
            };
            if cursor.seek(doc)? != doc {
                out.clear();
                return Ok(());
            }
            return Ok(cursor.positions(out)?);
        }
        self.enter_places(rank)?;
        let index = (self.base + rank) % BLOCK;
        Ok(self.list.read_places(&mut self.buffers.places, index, out)?)
    }

    /// The same as how many words stand before each position since the last one; `None` where they are not stored side by
    /// side.
    #[inline(always)]
    pub(crate) fn gaps(&mut self, rank: usize) -> Result<Option<&[u32]>, Error> {
        if self.list.class() == ListClass::Tiny {
            return Ok(None);
        }
        self.enter_places(rank)?;
        let index = (self.base + rank) % BLOCK;
        Ok(self.list.place_gaps(&mut self.buffers.places, index)?)
    }

    /// Makes the places of the block of a rank ready.
    #[inline(always)]
    fn enter_places(&mut self, rank: usize) -> Result<(), Error> {
        let block = (self.base + rank) / BLOCK;
        if self.places_block != block {
            self.load_frequencies(block)?;
            self.places_block = NONE;
            let length = match self.is_chunked {
                true => self.chunk.count().saturating_sub(block * BLOCK).min(BLOCK),
                false => self.list.block_length(block),
            };
            let chunk = self.is_chunked.then_some(&self.chunk);
            let Arrays { frequencies, places, .. } = &mut *self.buffers;
            self.list.enter_places(chunk, block, frequencies, length, places)?;
            self.places_block = block;
        }
        Ok(())
    }
}
