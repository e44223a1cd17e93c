//! Exact phrases: the best k documents, or how many there are.
//!
//! Comes in: the slots of a phrase as terms. Goes out: exact scores, or a count. A phrase cannot occur more often than its
//! rarest word does: the smallest frequency bounds the score before any position is read, and the smallest of the words'
//! window bounds before any document is. Positions are then intersected starting with the word that has the fewest.

use codec::simd;
use store::Segment;
use store::postings::chunked::{CHUNK, WINDOWS};

use super::allowed::Allowed;
use super::best::Best;
use super::bounds::{ImpactBounds, SLACK, round_up};
use super::ranked::Work;
use super::term::TermScan;
use crate::plan::TermLeaf;
use crate::{Bm25, Error};

/// A phrase on one segment.
pub(crate) struct PhraseScan<'a> {
    segment: &'a Segment,
    allowed: Allowed<'a>,
    /// The chunk entered last.
    number: u32,
    /// The different words.
    words: Vec<Word<'a>>,
    /// Which word stands in each slot.
    slots: Vec<usize>,
    /// Slots, the one with the fewest positions in the document first.
    order: Vec<usize>,
    /// Where the phrase can start, and the same after one more slot.
    starts: Vec<u32>,
    kept: Vec<u32>,
}

struct Word<'a> {
    scan: TermScan<'a>,
    word: u64,
    rank: usize,
    frequency: u32,
    positions: Vec<u32>,
    has_positions: bool,
}

impl<'a> PhraseScan<'a> {
    /// `None` where a word is missing in the segment.
    pub(crate) fn open(
        segment: &'a Segment,
        number: usize,
        slots: &[TermLeaf<'_>],
        allowed: Allowed<'a>,
    ) -> Result<Option<PhraseScan<'a>>, Error> {
        let mut words: Vec<Word<'a>> = Vec::new();
        let mut ordinals = Vec::new();
        let mut places = Vec::with_capacity(slots.len());
        for slot in slots {
            let Some(info) = slot.infos.get(number).and_then(Option::as_ref) else {
                return Ok(None);
            };
            let known = ordinals.iter().position(|&ordinal| ordinal == info.ordinal);
            places.push(known.unwrap_or(words.len()));
            if known.is_none() {
                ordinals.push(info.ordinal);
                words.push(Word::new(TermScan::new(segment.postings(info)?, true)?));
            }
        }
        Ok(Some(PhraseScan {
            segment,
            allowed,
            number: 0,
            words,
            order: Vec::with_capacity(places.len()),
            slots: places,
            starts: Vec::new(),
            kept: Vec::new(),
        }))
    }

    /// Evaluates the segment into `best`.
    pub(crate) fn rank(&mut self, weight: f64, bm25: Bm25, best: &mut Best) -> Result<Work, Error> {
        let bounds = ImpactBounds::new(self.segment.record(), bm25);
        let mut work = Work::default();
        for number in 0..self.segment.doc_count().div_ceil(CHUNK) {
            let mut impact = f64::INFINITY;
            for word in &mut self.words {
                impact = impact.min(word.scan.chunk_bound(number, &bounds));
            }
            if impact == 0.0 {
                continue;
            }
            if weight * impact * SLACK <= best.threshold() {
                work.skipped = true;
                continue;
            }
            let both = self.enter(number)?;
            let live = both & self.live(weight, weight * impact, &bounds, best.threshold());
            work.skipped |= live != both;
            self.chunk(number, live, weight, bm25, best, &mut work)?;
        }
        Ok(work)
    }

    /// Documents with the phrase.
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        let mut count = 0;
        for number in 0..self.segment.doc_count().div_ceil(CHUNK) {
            let mut rest = self.enter(number)?;
            while rest != 0 {
                let window = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let mut candidates = self.candidates(window);
                while candidates != 0 {
                    let bit = candidates.trailing_zeros();
                    candidates &= candidates - 1;
                    self.read_frequencies(bit)?;
                    let doc = number * CHUNK + window as u32 * 64 + bit;
                    count += u64::from(0 < self.occurrences(doc, bit)?);
                }
            }
        }
        Ok(count)
    }

    /// Enters a chunk with every word; the windows in which all have documents.
    fn enter(&mut self, number: u32) -> Result<u64, Error> {
        self.number = number;
        let mut present = self.allowed.windows(number);
        for word in &mut self.words {
            if present != 0 {
                word.scan.enter(number)?;
                present &= word.scan.present();
            }
        }
        Ok(present)
    }

    /// The windows in which the smallest of the words' bounds is above the threshold.
    fn live(&self, weight: f64, chunk_bound: f64, bounds: &ImpactBounds, threshold: f64) -> u64 {
        let mut live = u64::MAX;
        let mut line = [0; WINDOWS];
        let mut own = [0.0; WINDOWS];
        let Some(scale) = bounds.line_scale(weight) else { return u64::MAX };
        debug_assert!(threshold < chunk_bound * SLACK && 0.0 < round_up(chunk_bound));
        for word in self.words.iter().filter(|word| word.scan.has_line()) {
            word.scan.line(&mut line);
            simd::add_scaled(&line, scale, live, &mut own, &mut [0.0; WINDOWS]);
            live &= simd::above(&own, (threshold * (1.0 - 1e-6)) as f32);
        }
        live
    }

    fn candidates(&mut self, window: usize) -> u64 {
        let mut candidates = self.allowed.word(self.number, window);
        for word in &mut self.words {
            if candidates != 0 {
                word.word = word.scan.word(window);
                word.rank = usize::MAX;
                candidates &= word.word;
            }
        }
        if candidates != 0 {
            self.words.iter_mut().for_each(|word| word.rank = word.scan.window_rank(window));
        }
        candidates
    }

    fn chunk(
        &mut self,
        number: u32,
        live: u64,
        weight: f64,
        bm25: Bm25,
        best: &mut Best,
        work: &mut Work,
    ) -> Result<(), Error> {
        let mut rest = live;
        while rest != 0 {
            let window = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let mut candidates = self.candidates(window);
            while candidates != 0 {
                let bit = candidates.trailing_zeros();
                candidates &= candidates - 1;
                let doc = number * CHUNK + window as u32 * 64 + bit;
                let norm = bm25.norm(self.segment.length(doc));
                let most = self.read_frequencies(bit)?;
                if weight * Bm25::impact(most, norm) * SLACK <= best.threshold() {
                    work.skipped = true;
                    continue;
                }
                let frequency = self.occurrences(doc, bit)?;
                if 0 < frequency {
                    work.candidates += 1;
                    let score = weight * Bm25::impact(frequency, norm);
                    best.offer(self.segment.base() + doc, score);
                }
            }
        }
        Ok(())
    }

    /// Reads the words' frequencies in a document; the smallest.
    fn read_frequencies(&mut self, bit: u32) -> Result<u32, Error> {
        let mut least = u32::MAX;
        for word in &mut self.words {
            word.frequency = word.scan.frequency(word.rank_of(bit))?;
            word.has_positions = false;
            least = least.min(word.frequency);
        }
        Ok(least)
    }

    /// How often the phrase occurs in a document that has all its words and whose frequencies were read.
    fn occurrences(&mut self, doc: u32, bit: u32) -> Result<u32, Error> {
        self.order.clear();
        self.order.extend(0..self.slots.len());
        let (words, slots) = (&self.words, &self.slots);
        self.order.sort_by_key(|&slot| (words[slots[slot]].frequency, slot));
        for place in 0..self.order.len() {
            let slot = self.order[place];
            let word = &mut self.words[self.slots[slot]];
            if !word.has_positions {
                let rank = word.rank_of(bit);
                word.scan.positions(doc, rank, &mut word.positions)?;
                word.has_positions = true;
            }
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
            if self.starts.is_empty() {
                return Ok(0);
            }
        }
        Ok(self.starts.len() as u32)
    }
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
    fn new(scan: TermScan<'a>) -> Word<'a> {
        Word { scan, word: 0, rank: 0, frequency: 0, positions: Vec::new(), has_positions: false }
    }

    /// The rank of a document of the current window.
    #[inline]
    fn rank_of(&self, bit: u32) -> usize {
        self.rank + (self.word & ((1 << bit) - 1)).count_ones() as usize
    }
}
