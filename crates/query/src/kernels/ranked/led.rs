//! Evaluation led by the documents of one list, instead of by chunks and windows.
//!
//! Comes in: a scan of which one term stands alone, or whose shortest list every document must be in, or in which none is
//! required. Goes out: the same documents and scores as going through all windows. What is looked up in the other lists
//! is only what the leader's own impacts leave in doubt.

use codec::bits::bits_of_block;
use codec::simd;
use store::postings::BLOCK;
use store::postings::chunked::CHUNK;

use super::super::best::Best;
use super::super::bounds::{SLACK, round_up};
use super::super::impacts::ImpactTable;
use super::super::term::by_chunk;
use super::{Role, Scan};
use crate::{Bm25, Error};

/// Bounds what a term brings each of some documents.
struct Weigh<'a> {
    docs: &'a [u32],
    frequencies: &'a [u32],
    norms: &'a [u8],
    impacts: &'a mut ImpactTable,
    weight: f32,
    known: &'a mut [f32],
}

impl simd::Kernel for Weigh<'_> {
    type Output = ();

    /// A function of its own has registers of its own.
    #[inline(always)]
    fn run(self) {
        let documents = self.docs.iter().zip(self.frequencies);
        for (known, (&doc, &frequency)) in self.known.iter_mut().zip(documents) {
            let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
            *known = self.weight * self.impacts.impact(norm, frequency);
        }
    }
}

/// One bit for each value above `least`.
#[inline(always)]
fn above(values: &[f32; BLOCK], least: f32) -> u128 {
    let (halves, _) = values.as_chunks();
    u128::from(simd::above(&halves[0], least)) | u128::from(simd::above(&halves[1], least)) << 64
}

/// A list with at most one of so many documents leads a union whatever else is in it.
const SHORT_SHARE: u64 = 256;

/// A longer one does among so many lists: with more, nearly all of its documents would be looked up in most of them.
const FEW_LISTS: usize = 3;

/// Up to this frequency is asked from which on a document can be among the best.
const MOST_LEAST: u32 = 16;

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
            let bound = term.scan.list().block_bound(block);
            if term.weight * self.bounds.impact(bound) * SLACK <= best.threshold() {
                self.work.skipped |= !is_all;
                continue;
            }
            let (docs, frequencies) = term.scan.block(block)?;
            let admitted = allowed.among(docs);
            if !is_all {
                self.work.candidates += u64::from(admitted.count_ones());
            }
            // No document is shorter than the bound's norm says: what is too rare there is so everywhere.
            let can_be = |impact: f32, best: &Best| {
                best.threshold() < f64::from(term.weight_bound * impact) * SLACK
            };
            let least = (1..MOST_LEAST)
                .find(|&frequency| can_be(self.impacts.impact(bound.min_norm, frequency), best));
            let often = simd::not_below(frequencies, least.unwrap_or(MOST_LEAST));
            for index in bits_of_block(admitted & often) {
                let (doc, frequency) = (docs[index], frequencies[index]);
                let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
                if can_be(self.impacts.impact(norm, frequency), best) {
                    let norm = self.bm25.norm(self.lengths.get(doc));
                    let score = term.weight * Bm25::impact(frequency, norm);
                    best.offer(score, || self.segment.base() + self.segment.document_listed(doc));
                }
            }
        }
        Ok(())
    }

    /// The documents of the first term of the order, looked up in the other lists.
    #[inline(always)]
    pub(super) fn lead(&mut self, best: &mut Best) -> Result<(), Error> {
        let leader = self.order[0];
        let others: f64 = self.order[1..].iter().map(|&index| self.list_bound(index)).sum();
        let has_chunks = self.terms.iter().any(|term| !term.scan.has_blocks());
        for place in 1..self.order.len() {
            let index = self.order[place];
            self.terms[index].chunk_bound = self.list_bound(index);
        }
        self.sum_chunk_bounds();
        let (mut docs, mut known) = ([0; BLOCK], [0.0; BLOCK]);
        for block in 0..self.terms[leader].scan.list().block_count() {
            let term = &mut self.terms[leader];
            let own = term.weight * self.bounds.impact(term.scan.list().block_bound(block));
            if (own + others) * SLACK <= best.threshold() && !self.counts_all {
                self.work.skipped = true;
                continue;
            }
            let length = term.scan.copy_block(block, &mut docs)?;
            let (_, frequencies) = term.scan.block(block)?;
            let (norms, impacts) = (self.norms, &mut self.impacts);
            let (weight, own) = (term.weight_bound, &mut known[..length]);
            let found = &docs[..length];
            simd::widest(Weigh { docs: found, frequencies, norms, impacts, weight, known: own });
            let admitted = self.allowed.among(found);
            let mut possible = admitted;
            if !self.counts_all {
                let least = self.cut(best) - round_up(others);
                possible &= above(&known, least);
                self.work.skipped |= possible != admitted;
            }
            for place in 1..self.must_count {
                let scan = &mut self.terms[self.order[place]].scan;
                if scan.has_blocks() {
                    possible &= scan.find_each(&docs, possible)?;
                }
            }
            for possible in by_chunk(&docs, possible, has_chunks) {
                if has_chunks {
                    let chunk = docs[possible.trailing_zeros() as usize] / CHUNK;
                    for place in 1..self.order.len() {
                        // Required lists in blocks stand beyond the chunk already.
                        let term = &mut self.terms[self.order[place]];
                        if self.must_count <= place || !term.scan.has_blocks() {
                            term.enter_bound(chunk, &self.bounds);
                        }
                    }
                    self.sum_chunk_bounds();
                }
                self.led_by(&docs, possible, &known, block, best)?;
            }
        }
        Ok(())
    }

    /// At most this is a term's part of any score.
    #[inline(always)]
    fn list_bound(&self, index: usize) -> f64 {
        let term = &self.terms[index];
        term.weight * self.bounds.impact(term.scan.list().bound())
    }

    /// Any of several terms: the documents of lists in blocks, list by list, the shortest first, looked up in the lists that
    /// are left. Documents of none of these are left for the chunks; whether any of them can be among the best.
    #[inline(always)]
    pub(super) fn lead_each(&mut self, best: &mut Best) -> Result<bool, Error> {
        let bounds: Vec<f64> = (0..self.terms.len()).map(|index| self.list_bound(index)).collect();
        self.order.sort_by(|&a, &b| bounds[b].total_cmp(&bounds[a]));
        loop {
            let reach: f64 = self.order.iter().map(|&index| self.list_bound(index)).sum();
            if reach * SLACK <= best.threshold() {
                self.work.skipped |= !self.order.is_empty();
                return Ok(false);
            }
            let in_blocks = |place: &usize| self.terms[self.order[*place]].scan.has_blocks();
            let shortest = (0..self.order.len())
                .filter(in_blocks)
                .min_by_key(|&place| self.terms[self.order[place]].doc_freq);
            let Some(place) = shortest else { return Ok(true) };
            let documents = u64::from(self.terms[self.order[place]].doc_freq);
            let is_short = documents * SHORT_SHARE <= u64::from(self.segment.doc_count());
            let is_last = (reach - bounds[self.order[place]]) * SLACK <= best.threshold();
            if FEW_LISTS < self.order.len() && !is_short && !is_last {
                return Ok(true);
            }
            self.order[..=place].rotate_right(1);
            self.must_count = 1;
            self.lead(best)?;
            self.must_count = 0;
            let led = self.order.remove(0);
            if self.order.is_empty() {
                return Ok(false);
            }
            self.terms[led].role = Role::MustNot;
            self.has_forbidden = true;
            self.terms.iter_mut().for_each(|term| term.scan.go_back());
            best.go_back();
        }
    }

    /// Evaluates documents of the leading term in one chunk: bits of places in its block, and what the term brings each of them
    /// at most.
    #[inline(always)]
    fn led_by(
        &mut self,
        docs: &[u32; BLOCK],
        mut possible: u128,
        known: &[f32; BLOCK],
        block: usize,
        best: &mut Best,
    ) -> Result<(), Error> {
        let hopeful = possible & above(known, self.cut(best) - self.rest[1]);
        if !self.counts_all {
            self.work.skipped |= hopeful != possible;
            possible = hopeful;
        }
        for &index in &self.order[1..self.must_count] {
            let scan = &mut self.terms[index].scan;
            if !scan.has_blocks() {
                possible &= scan.find_each(docs, possible)?;
            }
        }
        if self.has_forbidden {
            for term in self.terms.iter_mut().filter(|term| term.role == Role::MustNot) {
                possible &= !term.scan.find_each(docs, possible)?;
            }
        }
        self.work.candidates += u64::from(possible.count_ones());
        for index in bits_of_block(possible & hopeful) {
            let leader = &mut self.terms[self.order[0]];
            leader.frequency = leader.scan.frequency(block * BLOCK + index)?;
            self.offer(docs, index, known[index], best)?;
        }
        Ok(())
    }

    /// Scores the document at a place of the block, which was found in all required lists, as far as it can be among the best.
    #[inline(always)]
    fn offer(
        &mut self,
        docs: &[u32; BLOCK],
        index: usize,
        mut known: f32,
        best: &mut Best,
    ) -> Result<(), Error> {
        let (doc, cut) = (docs[index], self.cut(best));
        let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
        for place in 1..self.order.len() {
            if known + self.rest[place] <= cut {
                return Ok(());
            }
            let term = &mut self.terms[self.order[place]];
            let rank = match place < self.must_count {
                true => Some(term.scan.rank_of(docs, index)),
                false => term.scan.seek(doc)?,
            };
            term.frequency = match rank {
                Some(rank) => term.scan.single_frequency(rank)?,
                None => 0,
            };
            known += term.weight_bound * self.impacts.impact(norm, term.frequency);
        }
        if cut < known {
            self.score(doc, best);
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
