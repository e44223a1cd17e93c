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

    /// Enters a block whose `count` postings (at most 128) have these frequencies and whose runs start at `start`.
    pub(super) fn enter(
        &mut self,
        frequencies: &[u32; BLOCK],
        count: usize,
        start: usize,
    ) -> Result<(), Error> {
        // With what stands behind the last posting: sums up to there do not hear of it.
        self.ends = *frequencies;
        if SUMMABLE <= simd::prefix_sum(&mut self.ends, 0, 0) {
            let own = frequencies[..count].iter();
            let total: u64 = own.map(|&frequency| u64::from(frequency)).sum();
            if u64::from(u32::MAX) <= total {
                let reason = format!("a block of {count} postings with {total} positions");
                return Err(damaged("postings", start as u64, reason));
            }
        }
        let last = count.checked_sub(1).map_or(0, |last| self.ends[last]);
        (self.total, self.count) = (last as usize, count);
        (self.start, self.run) = (start, None);
        Ok(())
    }

    /// Where the positions of posting `index` of the block stand in its stream.
    #[inline(always)]
    fn range(&self, index: usize) -> Result<(usize, usize), Error> {
        let Some(&end) = self.ends[..self.count].get(index) else {
            let reason = format!("posting {index} of a block of {}", self.count);
            return Err(damaged("postings", self.start as u64, reason));
        };
        Ok((if index == 0 { 0 } else { self.ends[index - 1] as usize }, end as usize))
    }

    /// How many words stand before each position of posting `index` since the last one; `None` where they are in more than
    /// one run. `section` starts with the list's positions.
    #[inline(always)]
    pub(super) fn gaps(&mut self, section: &[u8], index: usize) -> Result<Option<&[u32]>, Error> {
        let (at, end) = self.range(index)?;
        let run = at / BLOCK;
        if (run + 1) * BLOCK < end {
            return Ok(None);
        }
        if self.run != Some(run) {
            self.enter_run(section, run)?;
        }
        Ok(self.values.get(at % BLOCK..at % BLOCK + (end - at)))
    }

    /// Appends the positions of posting `index` of the block, ascending. `section` starts with the list's positions.
    pub(super) fn read(
        &mut self,
        section: &[u8],
        index: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        let (mut at, end) = self.range(index)?;
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
        let lengths = section.get(self.start + from * LENGTH_BYTES..).unwrap_or_default();
        let at = at + sum_of_lengths(lengths, run - from);
        self.run = None;
        let count = self.total.saturating_sub(run * BLOCK).min(BLOCK);
        let rest = section.get(at..).unwrap_or_default();
        let used = packed::decode(rest, count, &mut self.values)
            .map_err(|error| damaged("positions", at as u64, error.to_string()))?;
        (self.run, self.next_at) = (Some(run), at + used);
        Ok(())
    }
}

/// The sum of the first `count` of `lengths`, those beyond the end being 0.
#[inline]
fn sum_of_lengths(lengths: &[u8], count: usize) -> usize {
    // The next few: all four are read, and those not asked for are taken off.
    if let (1..=4, Some(four)) = (count, lengths.first_chunk()) {
        let four = u64::from_le_bytes(*four) & u64::MAX >> (64 - 16 * count);
        const EACH_SECOND: u64 = 0x0000_ffff_0000_ffff;
        let two = (four & EACH_SECOND) + (four >> 16 & EACH_SECOND);
        return ((two & u64::from(u32::MAX)) + (two >> 32)) as usize;
    }
    let (lengths, _) = lengths.as_chunks();
    lengths.iter().take(count).map(|&length| usize::from(u16::from_le_bytes(length))).sum()
}
