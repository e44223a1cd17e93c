//! The positions of one block of 128 postings: a stream cut into packed runs.
//!
//! Comes in: the frequencies of the block and the bytes of its runs. Goes out: the positions of any of its postings, by
//! rank. Runs are decoded when entered; moving on walks the runs between without decoding them.

use codec::packed;

use super::{BLOCK, damaged};
use crate::Error;

/// Reads positions of one block at a time; reuse it for the next.
pub struct Places {
    /// Index in the stream of each posting's first position; the last one is the stream's length.
    starts: [u32; BLOCK + 1],
    length: usize,
    /// Where the block's runs start in the section.
    start: usize,
    /// The decoded run, or `usize::MAX`.
    run: usize,
    /// Where the run after it starts in the section.
    next_at: usize,
    values: [u32; BLOCK],
}

impl Default for Places {
    fn default() -> Self {
        Places {
            starts: [0; BLOCK + 1],
            length: 0,
            start: 0,
            run: usize::MAX,
            next_at: 0,
            values: [0; BLOCK],
        }
    }
}

impl Places {
    /// Whether no block is entered.
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Leaves the block.
    pub(super) fn leave(&mut self) {
        self.length = 0;
    }

    /// Enters a block whose postings have these frequencies and whose runs start at `start`.
    pub(super) fn enter(&mut self, frequencies: &[u32], start: usize) -> Result<(), Error> {
        let mut sum = 0u64;
        for (start, &frequency) in self.starts.iter_mut().zip(frequencies) {
            *start = sum as u32;
            sum += u64::from(frequency);
        }
        if u64::from(u32::MAX) < sum {
            let reason = format!("a block of {} postings with {sum} positions", frequencies.len());
            return Err(damaged("postings", start as u64, reason));
        }
        self.length = frequencies.len();
        self.starts[self.length] = sum as u32;
        self.start = start;
        self.run = usize::MAX;
        Ok(())
    }

    /// Appends the positions of posting `index` of the block, ascending. `section` starts with the list's positions.
    pub(super) fn read(
        &mut self,
        section: &[u8],
        index: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        let mut at = self.starts[index] as usize;
        let end = self.starts[index + 1] as usize;
        let mut next = 0u32;
        while at < end {
            self.enter_run(section, at / BLOCK)?;
            let stop = end.min((at / BLOCK + 1) * BLOCK);
            for &gap in &self.values[at % BLOCK..at % BLOCK + (stop - at)] {
                let position = next.wrapping_add(gap);
                out.push(position);
                next = position.wrapping_add(1);
            }
            at = stop;
        }
        Ok(())
    }

    /// Decodes a run, walking on from the current one where it can.
    fn enter_run(&mut self, section: &[u8], run: usize) -> Result<(), Error> {
        if self.run == run {
            return Ok(());
        }
        let (mut next, mut at) = (self.run.wrapping_add(1), self.next_at);
        if self.run == usize::MAX || run < next {
            (next, at) = (0, self.start);
        }
        let failed = |at: usize, error: packed::PackedError| {
            damaged("positions", at as u64, error.to_string())
        };
        while next < run {
            let rest = section.get(at..).unwrap_or_default();
            at += packed::length(rest, BLOCK).map_err(|error| failed(at, error))?;
            next += 1;
        }
        let count = (self.starts[self.length] as usize - run * BLOCK).min(BLOCK);
        let rest = section.get(at..).unwrap_or_default();
        let used =
            packed::decode(rest, count, &mut self.values).map_err(|error| failed(at, error))?;
        (self.run, self.next_at) = (run, at + used);
        Ok(())
    }
}
