//! The windows of the entered chunk.
//!
//! Comes in: a scan that has entered a chunk. Goes out: which of its 64 windows hold documents, their presence words, what
//! bounds their impacts, the rank of the first document of each.

use codec::bits::bits;
use codec::simd;
use store::postings::chunked::{CHUNK, WINDOWS, presence_word, window_count, window_rank};

use super::super::buffers::Arrays;
use super::super::impacts::ImpactTable;
use super::{TermScan, View};
use crate::Error;

/// From so many windows on, all words of a chunk are made at once.
const MANY_WINDOWS: u32 = 14;

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

impl TermScan<'_> {
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
}
