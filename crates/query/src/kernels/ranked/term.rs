//! One term of a ranked query in one segment, with what is known of it in the chunk, the window and the document.
//!
//! Comes in: chunk, window and bit, in ascending order. Goes out: bounds, presence words and frequencies, each read when
//! first asked for.

use store::postings::PostingList;
use store::postings::chunked::WINDOWS;

use super::super::bounds::{ImpactBounds, round_up};
use super::super::term::TermScan;
use super::Role;
use crate::Error;

/// A term in one segment.
pub(super) struct Term<'a> {
    pub(super) scan: TermScan<'a>,
    pub(super) role: Role,
    pub(super) weight: f64,
    /// Not below `weight`.
    pub(super) weight_bound: f32,
    pub(super) doc_freq: u32,
    /// At most this is its part of a score in the chunk.
    pub(super) chunk_bound: f64,
    /// The same for each window.
    pub(super) window_bounds: Box<[f32; WINDOWS]>,
    /// The current chunk, and whether the scan stands in it: it goes there when first needed.
    pub(super) chunk: u32,
    pub(super) has_entered: bool,
    /// The presence word of the current window, and the rank of its first document; both read when first needed.
    pub(super) word: u64,
    pub(super) rank: usize,
    pub(super) has_word: bool,
    pub(super) has_rank: bool,
    /// Its occurrences in the current candidate.
    pub(super) frequency: u32,
}

impl<'a> Term<'a> {
    pub(super) fn new(list: PostingList<'a>, role: Role, weight: f64) -> Result<Term<'a>, Error> {
        Ok(Term {
            scan: TermScan::new(list)?,
            role,
            weight,
            weight_bound: round_up(weight),
            doc_freq: list.doc_freq(),
            chunk_bound: 0.0,
            window_bounds: Box::new([0.0; WINDOWS]),
            chunk: 0,
            has_entered: false,
            word: 0,
            rank: 0,
            has_word: false,
            has_rank: false,
            frequency: 0,
        })
    }

    /// Takes the bound of a chunk; what any impact is at most there.
    #[inline(always)]
    pub(super) fn enter_bound(&mut self, number: u32, bounds: &ImpactBounds) -> f64 {
        let impact = self.scan.chunk_bound(number, bounds);
        self.chunk_bound = self.weight * impact;
        impact
    }

    /// Puts the scan into the current chunk; the windows in which it has documents there.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> Result<u64, Error> {
        self.has_entered = true;
        if self.chunk_bound == 0.0 && self.role != Role::MustNot {
            self.scan.leave();
        } else {
            self.scan.enter(self.chunk)?;
        }
        Ok(self.scan.present())
    }

    /// The presence word of the current window.
    #[inline(always)]
    pub(super) fn word(&mut self, window: usize) -> Result<u64, Error> {
        if !self.has_word {
            if !self.has_entered {
                self.enter()?;
            }
            self.word = self.scan.word(window);
            self.has_word = true;
            self.has_rank = false;
        }
        Ok(self.word)
    }

    /// The rank of the first document of the current window, whose word was read.
    #[inline(always)]
    pub(super) fn first_rank(&mut self, window: usize) -> usize {
        if !self.has_rank {
            self.rank = self.scan.window_rank(window);
            self.has_rank = true;
        }
        self.rank
    }

    /// Reads how often the term stands in a document of the current window.
    #[inline(always)]
    pub(super) fn take_frequency(&mut self, window: usize, bit: u32) -> Result<(), Error> {
        let word = self.word(window)?;
        if word >> bit & 1 == 0 {
            self.frequency = 0;
            return Ok(());
        }
        let below = (word & ((1 << bit) - 1)).count_ones() as usize;
        let rank = self.first_rank(window) + below;
        self.frequency = self.scan.frequency(rank)?;
        Ok(())
    }
}
