//! Evaluation led by the documents of one list, instead of by chunks and windows.
//!
//! Comes in: a scan of which one term stands alone, or whose shortest list every document that counts must be in. Goes
//! out: the same documents and scores as going through all windows. What is looked up in the other lists is only what
//! the leader's own impacts leave in doubt.

use store::postings::BLOCK;
use store::postings::chunked::CHUNK;

use super::super::best::Best;
use super::super::bounds::{SLACK, round_up};
use super::super::term::bits;
use super::{Role, Scan};
use crate::{Bm25, Error};

impl Scan<'_> {
    /// One term alone whose postings stand in blocks.
    #[inline(always)]
    pub(super) fn blocks(&mut self, best: &mut Best) -> Result<(), Error> {
        let term = &mut self.terms[0];
        let (allowed, is_all) = (self.allowed, self.allowed.is_all());
        if is_all {
            self.work.candidates = u64::from(term.doc_freq);
        }
        for block in 0..term.scan.list().block_count() {
            let bound = self.bounds.impact(term.scan.list().block_bound(block));
            if term.weight * bound * SLACK <= best.threshold() {
                self.work.skipped |= !is_all;
                continue;
            }
            let (docs, frequencies) = term.scan.block(block)?;
            for (&doc, &frequency) in docs.iter().zip(frequencies) {
                if !is_all {
                    if !allowed.admits(doc) {
                        continue;
                    }
                    self.work.candidates += 1;
                }
                let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
                let bound = term.weight_bound * self.impacts.impact(norm, frequency);
                if best.threshold() < f64::from(bound) * SLACK {
                    let norm = self.bm25.norm(self.segment.length(doc));
                    let score = term.weight * Bm25::impact(frequency, norm);
                    best.offer(self.segment.base() + doc, score);
                }
            }
        }
        Ok(())
    }

    /// The documents of the rarest required term, looked up in the other lists.
    #[inline(always)]
    pub(super) fn lead(&mut self, best: &mut Best) -> Result<(), Error> {
        let leader = self.order[0];
        let mut docs = [0; BLOCK];
        let (mut chunk, mut is_hopeless);
        for block in 0..self.terms[leader].scan.list().block_count() {
            let length = self.terms[leader].scan.copy_block(block, &mut docs)?;
            let bound = self.bounds.impact(self.terms[leader].scan.list().block_bound(block));
            let block_bound = round_up(self.terms[leader].weight * bound);
            // Nothing is known of the chunk in which the block begins.
            (chunk, is_hopeless) = (u32::MAX, false);
            for (index, &doc) in docs[..length].iter().enumerate() {
                if !self.allowed.admits(doc) {
                    continue;
                }
                if doc / CHUNK != chunk {
                    chunk = doc / CHUNK;
                    for &index in &self.order[1..] {
                        self.terms[index].enter_bound(chunk, &self.bounds);
                    }
                    self.sum_chunk_bounds();
                    is_hopeless = block_bound + self.rest[1] <= self.cut(best);
                    self.work.skipped |= is_hopeless;
                }
                if is_hopeless {
                    continue;
                }
                let term = &mut self.terms[leader];
                term.frequency = term.scan.frequency(block * BLOCK + index)?;
                let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
                let known = term.weight_bound * self.impacts.impact(norm, term.frequency);
                if known + self.rest[1] <= self.cut(best) {
                    self.work.skipped = true;
                } else if self.look_up(doc)? {
                    self.work.candidates += 1;
                    self.offer(doc, norm, best);
                }
            }
        }
        Ok(())
    }

    /// Whether a document of the leading term has all other required ones and no forbidden one; reads the frequencies.
    #[inline(always)]
    fn look_up(&mut self, doc: u32) -> Result<bool, Error> {
        for place in 1..self.order.len() {
            let term = &mut self.terms[self.order[place]];
            match term.scan.seek(doc)? {
                Some(rank) => term.frequency = term.scan.frequency(rank)?,
                None if place < self.must_count => return Ok(false),
                None => term.frequency = 0,
            }
        }
        for term in self.terms.iter_mut().filter(|term| term.role == Role::MustNot) {
            if term.scan.seek(doc)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Scores a document whose frequencies are known, if its bound is above the threshold.
    #[inline(always)]
    fn offer(&mut self, doc: u32, norm: u8, best: &mut Best) {
        let mut bound = 0.0;
        for &index in &self.order {
            let term = &self.terms[index];
            bound += term.weight_bound * self.impacts.impact(norm, term.frequency);
        }
        if self.cut(best) < bound {
            self.score(doc, best);
        }
    }

    /// The place in the order of the shortest list in blocks without which no document of the chunk can be among the best:
    /// all others together do not reach the threshold.
    #[inline(always)]
    pub(super) fn indispensable(&self, threshold: f64) -> Option<usize> {
        let term = |place: usize| &self.terms[self.order[place]];
        let places = 0..self.order.len();
        let others = |place: usize| {
            let bounds = places.clone().filter(|other| *other != place);
            bounds.map(|other| term(other).chunk_bound).sum::<f64>()
        };
        let candidates = places.clone().filter(|&place| !term(place).scan.has_line());
        candidates
            .filter(|&place| others(place) * SLACK <= threshold)
            .min_by_key(|&place| term(place).doc_freq)
    }

    /// Evaluates the chunk's documents of the first term of the order; the other lists are entered only for those that can
    /// be among the best.
    #[inline(always)]
    pub(super) fn led(&mut self, number: u32, best: &mut Best) -> Result<(), Error> {
        self.work.skipped = true;
        self.sum_chunk_bounds();
        let least = self.cut(best) - self.rest[1];
        let leader = &mut self.terms[self.order[0]];
        leader.enter()?;
        let live = leader.scan.documents_above(
            least,
            leader.weight_bound,
            self.norms,
            &mut self.impacts,
            &mut self.candidates,
        )?;
        for window in bits(live & self.allowed.windows(number)) {
            self.terms.iter_mut().for_each(|term| term.has_word = false);
            let kept = self.candidates[window] & self.allowed.word(number, window);
            let kept = self.without_forbidden(window, kept)?;
            self.work.candidates += u64::from(kept.count_ones());
            self.each_candidate(number, window, kept, best)?;
        }
        Ok(())
    }

    /// Makes `rest` the sums of the bounds that the terms have in the chunk.
    #[inline(always)]
    pub(super) fn sum_chunk_bounds(&mut self) {
        let mut rest = 0.0;
        for (place, &index) in self.order.iter().enumerate().rev() {
            rest += round_up(self.terms[index].chunk_bound);
            self.rest[place] = rest;
        }
    }
}
