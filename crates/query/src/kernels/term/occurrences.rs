//! How often and where a term stands in a document.
//!
//! Comes in: the rank of a posting. Goes out: its frequency and its positions. Of a block of 128 either all frequencies are
//! decoded or a few are read alone.

use store::postings::{BLOCK, ListClass};

use super::super::buffers::Arrays;
use super::{NONE, TermScan};
use crate::Error;

/// So many frequencies of a block are read one by one before all are decoded.
const PROBES: u32 = 4;

impl TermScan<'_> {
    #[inline(always)]
    pub(super) fn load_frequencies(&mut self, block: usize) -> Result<(), Error> {
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
