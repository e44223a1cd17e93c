//! Looking documents up in a list.
//!
//! Comes in: documents, one or those of a block of another list. Goes out: which of them the list has, and their ranks.

use codec::bits::{bits_of_block, first_of_block};
use codec::simd;
use store::postings::BLOCK;
use store::postings::chunked::{
    CHUNK, ChunkDocs, unpack_ids, window_count, window_find, window_search,
};

use super::super::buffers::Arrays;
use super::{NONE, TermScan, View};
use crate::Error;

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
        let inside = wanted & first_of_block(end);
        wanted &= !inside;
        Some(inside)
    })
}

impl TermScan<'_> {
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
        if !is_inside && !self.load_block_of(doc)? {
            return Ok(None);
        }
        self.base = 0;
        let index = simd::lower_bound(&self.buffers.docs, self.docs_index, doc);
        self.docs_index = index;
        let is_there = self.buffers.docs.get(index) == Some(&doc);
        Ok(is_there.then_some(self.first_block * BLOCK + index))
    }

    /// Decodes the block that may hold a document (they must ascend); whether there is one.
    #[inline(always)]
    fn load_block_of(&mut self, doc: u32) -> Result<bool, Error> {
        self.first_block = self.list.block_of(doc, self.first_block);
        let is_there = self.first_block < self.list.block_count();
        if is_there {
            self.load_docs(self.first_block)?;
        }
        Ok(is_there)
    }

    /// Looks documents together up (of one chunk, unless the list [has blocks](TermScan::has_blocks)), those of `docs` whose
    /// bits are `wanted` (they and their chunks must ascend): the bits of those that the list has, whose ranks
    /// [`TermScan::rank_of`] then gives.
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
        let mut found = 0;
        let mut groups = by_chunk(docs, wanted, self.is_chunked).peekable();
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
                    self.list.prefetch_places(self.is_chunked.then_some(&self.chunk), last);
                    self.chunk.prefetch_frequencies(last);
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
            if !self.load_block_of(docs[first])? {
                break;
            }
            let last = self.list.last_doc(self.first_block);
            let end = simd::lower_bound(docs, first, last.saturating_add(1));
            let inside = left & first_of_block(end);
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
}
