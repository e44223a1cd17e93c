//! The positions of one block of 128 postings: a stream cut into packed runs.
//!
//! Comes in: the frequencies of the block and the bytes of its runs. Goes out: the positions of any of its postings, by
//! rank. A run is found by the lengths of those before it, which stand side by side, and decoded when entered.

use codec::{packed, simd};

use super::{BLOCK, SUMMABLE, damaged};
use crate::Error;

/// Bytes of a run's length.
pub(super) const LENGTH_BYTES: usize = 2;

/// Reads positions of one block at a time; reuse it for the next.
pub struct Places {
    /// Positions in the block's stream; 0 where no block is entered.
    total: usize,
    /// Postings of the block.
    count: usize,
    /// Where the positions of each posting end in the stream.
    ends: [u32; BLOCK],
    /// Where the block's runs start in the section.
    start: usize,
    /// The decoded run, and where the one after it starts in the section.
    run: Option<usize>,
    next_at: usize,
    values: [u32; BLOCK],
}

impl Default for Places {
    fn default() -> Self {
        Places {
            total: 0,
            count: 0,
            ends: [0; BLOCK],
            start: 0,
            run: None,
            next_at: 0,
            values: [0; BLOCK],
        }
    }
}

impl Places {
    /// Whether no block is entered.
    pub(super) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Leaves the block.
    pub(super) fn leave(&mut self) {
        self.total = 0;
    }

    /// Enters a block whose postings have these frequencies and whose runs start at `start`.
    pub(super) fn enter(&mut self, frequencies: &[u32], start: usize) -> Result<(), Error> {
        let (own, others) = self.ends.split_at_mut(frequencies.len());
        own.copy_from_slice(frequencies);
        others.fill(0);
        simd::prefix_sum(&mut self.ends, 0, 0);
        if SUMMABLE <= frequencies.iter().fold(0, |all, frequency| all | frequency) {
            let total: u64 = frequencies.iter().map(|&frequency| u64::from(frequency)).sum();
            if u64::from(u32::MAX) <= total {
                let reason =
                    format!("a block of {} postings with {total} positions", frequencies.len());
                return Err(damaged("postings", start as u64, reason));
            }
        }
        (self.total, self.count) = (self.ends[BLOCK - 1] as usize, frequencies.len());
        (self.start, self.run) = (start, None);
        Ok(())
    }

    /// Appends the positions of posting `index` of the block, ascending. `section` starts with the list's positions.
    pub(super) fn read(
        &mut self,
        section: &[u8],
        index: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        let Some(&end) = self.ends[..self.count].get(index) else {
            let reason = format!("posting {index} of a block of {}", self.count);
            return Err(damaged("postings", self.start as u64, reason));
        };
        let (mut at, end) =
            (if index == 0 { 0 } else { self.ends[index - 1] as usize }, end as usize);
        let mut next = 0u32;
        while at < end {
            self.enter_run(section, at / BLOCK)?;
            let stop = end.min((at / BLOCK + 1) * BLOCK);
            let gaps = &self.values[at % BLOCK..at % BLOCK + (stop - at)];
            out.extend(gaps.iter().map(|gap| {
                let position = next.wrapping_add(*gap);
                next = position.wrapping_add(1);
                position
            }));
            at = stop;
        }
        Ok(())
    }

    /// Decodes a run. Adds up the lengths of those between it and the last one, or the first.
    fn enter_run(&mut self, section: &[u8], run: usize) -> Result<(), Error> {
        if self.run == Some(run) {
            return Ok(());
        }
        let (from, at) = match self.run {
            Some(last) if last < run => (last + 1, self.next_at),
            _ => (0, self.start + (self.total - 1) / BLOCK * LENGTH_BYTES),
        };
        let between = self.start + from * LENGTH_BYTES..self.start + run * LENGTH_BYTES;
        let (between, _) = section.get(between).unwrap_or_default().as_chunks();
        let lengths = between.iter().map(|&length| usize::from(u16::from_le_bytes(length)));
        let at = at + lengths.sum::<usize>();
        self.run = None;
        let count = self.total.saturating_sub(run * BLOCK).min(BLOCK);
        let rest = section.get(at..).unwrap_or_default();
        let used = packed::decode(rest, count, &mut self.values)
            .map_err(|error| damaged("positions", at as u64, error.to_string()))?;
        (self.run, self.next_at) = (Some(run), at + used);
        Ok(())
    }
}
