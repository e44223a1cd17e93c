//! Exact phrases: the best k documents, or how many there are.
//!
//! Comes in: the slots of a phrase as terms. Goes out: exact scores, or a count. Candidates are the documents that have
//! all the words. A phrase cannot occur more often than its rarest word does: the smallest of the words' window bounds
//! bounds the score before any frequency is read, and the smallest frequency before any position is. Positions are then
//! intersected starting with the word that has the fewest.

use codec::simd;
use store::Segment;
use store::postings::chunked::{CHUNK, WINDOWS};

use super::best::Best;
use super::bounds::{ImpactBounds, SLACK, round_up};
use super::impacts::ImpactTable;
use super::ranked::{FEW, Work};
use super::term::{TermScan, bits};
use crate::plan::TermLeaf;
use crate::{Bm25, Error};

/// A phrase on one segment.
pub(crate) struct PhraseScan<'a> {
    segment: &'a Segment,
    /// The different words, rarest first.
    words: Vec<Word<'a>>,
    /// Which word stands in each slot.
    slots: Vec<usize>,
    /// Slots, the one with the fewest positions in the document first.
    order: Vec<usize>,
    /// Documents of the chunk that have all the words, by window.
    candidates: Box<[u64; WINDOWS]>,
    /// Where the phrase can start, and the same after one more slot.
    starts: Vec<u32>,
    kept: Vec<u32>,
}

struct Word<'a> {
    scan: TermScan<'a>,
    /// The presence word of the current window and the rank of its first document.
    word: u64,
    rank: usize,
    frequency: u32,
    positions: Vec<u32>,
    has_positions: bool,
}

/// What a document's score is bounded and worked out with.
struct Scoring<'a> {
    weight: f64,
    /// Not below `weight`.
    weight_bound: f32,
    bm25: Bm25,
    bounds: ImpactBounds,
    impacts: ImpactTable,
    norms: &'a [u8],
}

impl Scoring<'_> {
    /// Whether a document in which the phrase stands at most so often can be above the threshold.
    #[inline]
    fn can_be(&mut self, doc: u32, frequency: u32, best: &Best) -> bool {
        let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
        let bound = self.weight_bound * self.impacts.impact(norm, frequency);
        best.threshold() < f64::from(bound) * SLACK
    }
}

impl<'a> PhraseScan<'a> {
    /// `None` where a word is missing in the segment.
    pub(crate) fn open(
        segment: &'a Segment,
        number: usize,
        slots: &[TermLeaf<'_>],
    ) -> Result<Option<PhraseScan<'a>>, Error> {
        let mut infos = Vec::with_capacity(slots.len());
        for slot in slots {
            let Some(info) = slot.infos.get(number).and_then(Option::as_ref) else {
                return Ok(None);
            };
            infos.push(info);
        }
        let mut different = infos.clone();
        different.sort_by_key(|info| (info.doc_freq, info.ordinal));
        different.dedup_by_key(|info| info.ordinal);
        let place = |info: &store::postings::TermInfo| {
            different.iter().position(|other| other.ordinal == info.ordinal)
        };
        let slots = infos.iter().filter_map(|info| place(info)).collect();
        let words = different.iter().map(|info| Word::new(segment, info));
        Ok(Some(PhraseScan {
            segment,
            words: words.collect::<Result<_, Error>>()?,
            order: Vec::with_capacity(infos.len()),
            slots,
            candidates: Box::new([0; WINDOWS]),
            starts: Vec::new(),
            kept: Vec::new(),
        }))
    }

    /// Evaluates the segment into `best`.
    pub(crate) fn rank(&mut self, weight: f64, bm25: Bm25, best: &mut Best) -> Result<Work, Error> {
        let mut scoring = Scoring {
            weight,
            weight_bound: round_up(weight),
            bm25,
            bounds: ImpactBounds::new(self.segment.record(), bm25),
            impacts: ImpactTable::new(bm25),
            norms: self.segment.norms(),
        };
        let mut work = Work::default();
        for number in 0..self.segment.doc_count().div_ceil(CHUNK) {
            let mut impact = f64::INFINITY;
            for word in &mut self.words {
                impact = impact.min(word.scan.chunk_bound(number, &scoring.bounds));
            }
            if impact == 0.0 {
                continue;
            }
            if weight * impact * SLACK <= best.threshold() {
                work.skipped = true;
                continue;
            }
            let possible = self.enter(number)?;
            let counts = bits(possible).map(|window| self.candidates[window].count_ones());
            let live = match counts.sum::<u32>() {
                0..=FEW => possible,
                _ => possible & self.live(&mut scoring, best.threshold())?,
            };
            work.skipped |= live != possible;
            for window in bits(live) {
                self.window(number, window, &mut scoring, best, &mut work)?;
            }
        }
        Ok(work)
    }

    /// Documents with the phrase.
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        let mut count = 0;
        for number in 0..self.segment.doc_count().div_ceil(CHUNK) {
            for window in bits(self.enter(number)?) {
                self.enter_window(window);
                for bit in bits(self.candidates[window]) {
                    for word in &mut self.words {
                        word.read_frequency(bit)?;
                    }
                    let doc = document(number, window, bit);
                    count += u64::from(0 < self.occurrences(doc, bit, |_| true)?);
                }
            }
        }
        Ok(count)
    }

    /// Puts the documents of a chunk that have all words into `candidates`; the windows that hold any.
    fn enter(&mut self, number: u32) -> Result<u64, Error> {
        let mut possible = u64::MAX;
        for (place, word) in self.words.iter_mut().enumerate() {
            word.scan.enter(number)?;
            possible &= word.scan.present();
            if possible == 0 {
                return Ok(0);
            }
            if place == 0 {
                word.scan.copy_words(&mut self.candidates);
            } else {
                possible = word.scan.and_words(&mut self.candidates, possible);
            }
        }
        Ok(possible)
    }

    /// The windows in which the smallest of the words' bounds is above the threshold.
    fn live(&mut self, scoring: &mut Scoring<'_>, threshold: f64) -> Result<u64, Error> {
        let mut live = u64::MAX;
        let mut line = [0; WINDOWS];
        let (mut own, mut sums) = ([0.0; WINDOWS], [0.0; WINDOWS]);
        for word in &mut self.words {
            if !word.scan.has_line() {
                let Scoring { norms, impacts, weight_bound, .. } = scoring;
                word.scan.add_impacts(norms, impacts, *weight_bound, &mut own, &mut sums)?;
            } else if let Some(scale) = scoring.bounds.line_scale(scoring.weight) {
                word.scan.line(&mut line);
                simd::add_scaled(&line, scale, live, &mut own, &mut sums);
            } else {
                continue;
            }
            live &= simd::above(&own, (threshold * (1.0 - 1e-5)) as f32);
        }
        Ok(live)
    }

    fn enter_window(&mut self, window: usize) {
        for word in &mut self.words {
            word.word = word.scan.word(window);
            word.rank = word.scan.window_rank(window);
        }
    }

    fn window(
        &mut self,
        number: u32,
        window: usize,
        scoring: &mut Scoring<'_>,
        best: &mut Best,
        work: &mut Work,
    ) -> Result<(), Error> {
        self.enter_window(window);
        'candidates: for bit in bits(self.candidates[window]) {
            let doc = document(number, window, bit);
            let mut least = u32::MAX;
            for word in &mut self.words {
                let frequency = word.read_frequency(bit)?;
                if frequency < least && !scoring.can_be(doc, frequency, best) {
                    work.skipped = true;
                    continue 'candidates;
                }
                least = least.min(frequency);
            }
            let mut is_cut = false;
            let frequency = self.occurrences(doc, bit, |most| {
                is_cut = !scoring.can_be(doc, most, best);
                !is_cut
            })?;
            work.skipped |= is_cut;
            if 0 < frequency {
                work.candidates += 1;
                let norm = scoring.bm25.norm(self.segment.length(doc));
                let score = scoring.weight * Bm25::impact(frequency, norm);
                best.offer(self.segment.base() + doc, score);
            }
        }
        Ok(())
    }

    /// How often the phrase occurs in a document that has all its words and whose frequencies were read; 0 as well where
    /// `is_enough` says of an upper bound that it is not.
    fn occurrences(
        &mut self,
        doc: u32,
        bit: usize,
        mut is_enough: impl FnMut(u32) -> bool,
    ) -> Result<u32, Error> {
        for word in &mut self.words {
            word.has_positions = false;
        }
        self.order.clear();
        self.order.extend(0..self.slots.len());
        let (words, slots) = (&self.words, &self.slots);
        self.order.sort_by_key(|&slot| (words[slots[slot]].frequency, slot));
        for place in 0..self.order.len() {
            let slot = self.order[place];
            let word = &mut self.words[self.slots[slot]];
            word.read_positions(doc, bit)?;
            let shift = slot as u32;
            if place == 0 {
                self.starts.clear();
                let starts =
                    word.positions.iter().filter_map(|position| position.checked_sub(shift));
                self.starts.extend(starts);
            } else {
                intersect(&self.starts, &word.positions, shift, &mut self.kept);
                std::mem::swap(&mut self.starts, &mut self.kept);
            }
            if self.starts.is_empty() || !is_enough(self.starts.len() as u32) {
                return Ok(0);
            }
        }
        Ok(self.starts.len() as u32)
    }
}

fn document(chunk: u32, window: usize, bit: usize) -> u32 {
    chunk * CHUNK + (window * 64 + bit) as u32
}

/// Keeps the starts from which `shift` on there is a position. Both ascend.
fn intersect(starts: &[u32], positions: &[u32], shift: u32, kept: &mut Vec<u32>) {
    kept.clear();
    let mut at = 0;
    for &start in starts {
        let wanted = start.wrapping_add(shift);
        while at < positions.len() && positions[at] < wanted {
            at += 1;
        }
        if at < positions.len() && positions[at] == wanted {
            kept.push(start);
        }
    }
}

impl<'a> Word<'a> {
    fn new(segment: &'a Segment, info: &store::postings::TermInfo) -> Result<Word<'a>, Error> {
        Ok(Word {
            scan: TermScan::new(segment.postings(info)?)?,
            word: 0,
            rank: 0,
            frequency: 0,
            positions: Vec::new(),
            has_positions: false,
        })
    }

    /// The rank of a document of the current window.
    #[inline]
    fn rank_of(&self, bit: usize) -> usize {
        self.rank + (self.word & ((1 << bit) - 1)).count_ones() as usize
    }

    /// Reads how often the word stands in a document of the current window.
    #[inline]
    fn read_frequency(&mut self, bit: usize) -> Result<u32, Error> {
        self.frequency = self.scan.frequency(self.rank_of(bit))?;
        Ok(self.frequency)
    }

    fn read_positions(&mut self, doc: u32, bit: usize) -> Result<(), Error> {
        if !self.has_positions {
            let rank = self.rank_of(bit);
            self.scan.positions(doc, rank, &mut self.positions)?;
            self.has_positions = true;
        }
        Ok(())
    }
}
