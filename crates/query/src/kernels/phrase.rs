//! Exact phrases: the best k documents, or how many there are.
//!
//! Comes in: the slots of a phrase as terms. Goes out: exact scores, or a count. Candidates are the documents that have
//! all the words: those of a short list looked up in the others, else chunks of presence words intersected. A phrase
//! cannot occur more often than its rarest word does: the smallest of the words' window bounds bounds the score before any
//! frequency is read, and the smallest frequency before any position is. Positions are then intersected starting with the
//! rarest word.
//!
//! Where the segment has lists of pairs, those of the phrase's neighbours take the place of their words among the
//! candidates and bound its frequency; their words are only looked up to read positions. A phrase of two words that have
//! such a list is that list ([`pair`]).

use codec::bits::{bits, bits_of_block};
use codec::simd;
use store::postings::chunked::{CHUNK, WINDOWS};
use store::postings::{BLOCK, PostingList};
use store::{Lengths, Segment, TermOrdinal};

use super::allowed::Allowed;
use super::best::Best;
use super::bounds::{ImpactBounds, SLACK, round_up};
use super::impacts::ImpactTable;
use super::ranked::{Conditions, FEW, Work};
use super::term::{TermScan, count_in};
use crate::plan::TermLeaf;
use crate::{Blocks, Bm25, Error};

/// A phrase on one segment.
pub(crate) struct PhraseScan<'a> {
    segment: &'a Segment,
    allowed: Allowed<'a>,
    /// Lists that a document must be in: pairs of neighbours and words of no pair, rarest first. Then the words of pairs.
    words: Vec<Word<'a>>,
    /// How many of them are no words of pairs.
    required: usize,
    /// Which word stands in each slot.
    slots: Vec<usize>,
    /// Slots, the one with the rarest word first.
    order: Vec<usize>,
    /// Documents of the chunk that have all the words, by window.
    candidates: Box<[u64; WINDOWS]>,
    /// Where the phrase can start, and the same after one more slot.
    starts: Vec<u32>,
    kept: Vec<u32>,
}

struct Word<'a> {
    scan: TermScan<'a>,
    /// The term; `None` for a pair.
    term: Option<TermOrdinal>,
    /// The presence word of the current window and the rank of its first document.
    word: u64,
    start: usize,
    /// The rank of the current document; of a word of a pair only where `has_rank`.
    rank: usize,
    has_rank: bool,
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
    lengths: Lengths<'a>,
    counts_all: bool,
}

impl Scoring<'_> {
    /// Whether a document in which the phrase stands at most so often can be above the threshold.
    #[inline(always)]
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
        allowed: Allowed<'a>,
    ) -> Result<Option<PhraseScan<'a>>, Error> {
        let mut infos = Vec::with_capacity(slots.len());
        for slot in slots {
            let Some(info) = slot.infos.get(number).and_then(Option::as_ref) else {
                return Ok(None);
            };
            infos.push(info);
        }
        let ordinals: Vec<TermOrdinal> = infos.iter().map(|info| info.ordinal).collect();
        let pairs = Pair::all(segment, &ordinals)?;
        let mut different = infos.clone();
        different.sort_by_key(|info| (info.doc_freq, info.ordinal));
        different.dedup_by_key(|info| info.ordinal);
        let is_covered = |term: &TermOrdinal| pairs.iter().any(|pair| pair.words.contains(term));
        let (mut words, mut covered) = (Vec::new(), Vec::new());
        for info in different {
            let word = Word::new(Some(info.ordinal), segment.postings(info)?)?;
            if is_covered(&info.ordinal) { covered.push(word) } else { words.push(word) }
        }
        for pair in &pairs {
            words.push(Word::new(None, pair.list)?);
        }
        words.sort_by_key(|word| word.scan.list().doc_freq());
        let required = words.len();
        words.append(&mut covered);
        let place = |term: &TermOrdinal| words.iter().position(|word| word.term == Some(*term));
        let slots = ordinals.iter().filter_map(place).collect();
        let mut order: Vec<usize> = (0..infos.len()).collect();
        order.sort_by_key(|&slot| (infos[slot].collection_freq, slot));
        Ok(Some(PhraseScan {
            segment,
            allowed,
            words,
            required,
            order,
            slots,
            candidates: Box::new([0; WINDOWS]),
            starts: Vec::new(),
            kept: Vec::new(),
        }))
    }

    /// Evaluates the segment into `best`.
    #[inline(always)]
    pub(crate) fn rank(
        &mut self,
        weight: f64,
        conditions: Conditions<'_>,
        best: &mut Best,
    ) -> Result<Work, Error> {
        let Conditions { bm25, counts_all, .. } = conditions;
        let mut scoring = Scoring {
            weight,
            weight_bound: round_up(weight),
            bm25,
            bounds: ImpactBounds::new(self.segment.record(), bm25),
            impacts: ImpactTable::new(bm25),
            norms: self.segment.norms(),
            lengths: self.segment.lengths(),
            counts_all,
        };
        let mut work = Work::default();
        if self.words[0].scan.can_lead() {
            self.rank_led(&mut scoring, best, &mut work)?;
            return Ok(work);
        }
        for number in 0..self.segment.doc_count().div_ceil(CHUNK) {
            let mut impact = f64::INFINITY;
            for word in &mut self.words[..self.required] {
                impact = impact.min(word.scan.chunk_bound(number, &scoring.bounds));
            }
            if impact == 0.0 {
                continue;
            }
            if weight * impact * SLACK <= best.threshold() && !counts_all {
                work.skipped = true;
                continue;
            }
            let possible = self.enter(number)?;
            let live = match count_in(&self.candidates, possible) {
                _ if counts_all => possible,
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

    /// What was read of the words' lists so far.
    pub(crate) fn blocks(&self) -> Blocks {
        let mut blocks = Blocks::default();
        self.words.iter().for_each(|word| blocks.add(word.scan.blocks()));
        blocks
    }

    /// Documents with the phrase.
    #[inline(always)]
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        if self.words[0].scan.can_lead() {
            return self.count_led();
        }
        let mut count = 0;
        for number in 0..self.segment.doc_count().div_ceil(CHUNK) {
            for window in bits(self.enter(number)?) {
                self.enter_window(window);
                for bit in bits(self.candidates[window]) {
                    self.enter_document(bit);
                    let doc = document(number, window, bit);
                    count += u64::from(0 < self.occurrences(doc, |_| true)?);
                }
            }
        }
        Ok(count)
    }

    /// Evaluates the documents of the rarest word that can be among the best and have all the others.
    #[inline(always)]
    fn rank_led(
        &mut self,
        scoring: &mut Scoring<'_>,
        best: &mut Best,
        work: &mut Work,
    ) -> Result<(), Error> {
        let mut docs = [0; BLOCK];
        for block in 0..self.words[0].scan.list().block_count() {
            let length = self.words[0].scan.copy_block(block, &mut docs)?;
            let admitted = self.allowed.among(&docs[..length]);
            let mut possible = admitted;
            if !scoring.counts_all && best.has_threshold() {
                let frequencies = self.words[0].scan.block(block)?.1;
                for index in bits_of_block(admitted) {
                    let can_be = scoring.can_be(docs[index], frequencies[index], best);
                    possible &= !(u128::from(!can_be) << index);
                }
                work.skipped |= possible != admitted;
            }
            for index in bits_of_block(self.look_up(&docs, block, possible)?) {
                self.enter_found(&docs, index, block)?;
                self.evaluate(docs[index], scoring, best, work)?;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn count_led(&mut self) -> Result<u64, Error> {
        let (mut count, mut docs) = (0, [0; BLOCK]);
        for block in 0..self.words[0].scan.list().block_count() {
            let length = self.words[0].scan.copy_block(block, &mut docs)?;
            let possible = self.allowed.among(&docs[..length]);
            for index in bits_of_block(self.look_up(&docs, block, possible)?) {
                self.enter_found(&docs, index, block)?;
                count += u64::from(0 < self.occurrences(docs[index], |_| true)?);
            }
        }
        Ok(count)
    }

    /// Which of some documents of the rarest word, given by the bits of their places, have all the others too.
    #[inline(always)]
    fn look_up(
        &mut self,
        docs: &[u32; BLOCK],
        block: usize,
        mut left: u128,
    ) -> Result<u128, Error> {
        self.words[0].scan.list().prefetch_places(None, block);
        for word in &mut self.words[1..self.required] {
            left &= word.scan.find_ahead(docs, left)?;
        }
        Ok(left)
    }

    /// Makes a document that was looked up the current one.
    #[inline(always)]
    fn enter_found(
        &mut self,
        docs: &[u32; BLOCK],
        index: usize,
        block: usize,
    ) -> Result<(), Error> {
        let (words, covered) = self.words.split_at_mut(self.required);
        covered.iter_mut().for_each(Word::leave_document);
        words[0].enter_rank(block * BLOCK + index);
        for word in &mut words[1..] {
            let rank = word.scan.return_to(docs, index)?;
            word.enter_rank(rank);
        }
        Ok(())
    }

    /// Puts the allowed documents of a chunk that have all words into `candidates`; the windows that hold any.
    #[inline(always)]
    fn enter(&mut self, number: u32) -> Result<u64, Error> {
        let mut possible = self.allowed.windows(number);
        for (place, word) in self.words[..self.required].iter_mut().enumerate() {
            if possible == 0 {
                return Ok(0);
            }
            word.scan.enter(number)?;
            possible = word.scan.intersect(place == 0, &mut self.candidates, possible);
        }
        Ok(self.allowed.and_words(number, &mut self.candidates, possible))
    }

    /// The windows in which the smallest of the words' bounds is above the threshold.
    #[inline(always)]
    fn live(&mut self, scoring: &mut Scoring<'_>, threshold: f64) -> Result<u64, Error> {
        let mut live = u64::MAX;
        let mut line = [0; WINDOWS];
        let (mut own, mut sums) = ([0.0; WINDOWS], [0.0; WINDOWS]);
        for word in &mut self.words[..self.required] {
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

    #[inline(always)]
    fn enter_window(&mut self, window: usize) {
        for word in &mut self.words[..self.required] {
            word.word = word.scan.word(window);
            word.start = word.scan.window_rank(window);
        }
    }

    /// Makes a document of the current window the current one.
    #[inline(always)]
    fn enter_document(&mut self, bit: usize) {
        let (words, covered) = self.words.split_at_mut(self.required);
        words.iter_mut().for_each(|word| word.enter_document(bit));
        covered.iter_mut().for_each(Word::leave_document);
    }

    #[inline(always)]
    fn window(
        &mut self,
        number: u32,
        window: usize,
        scoring: &mut Scoring<'_>,
        best: &mut Best,
        work: &mut Work,
    ) -> Result<(), Error> {
        self.enter_window(window);
        for bit in bits(self.candidates[window]) {
            self.enter_document(bit);
            self.evaluate(document(number, window, bit), scoring, best, work)?;
        }
        Ok(())
    }

    /// Scores a document that has all words, as far as it can be among the best.
    #[inline(always)]
    fn evaluate(
        &mut self,
        doc: u32,
        scoring: &mut Scoring<'_>,
        best: &mut Best,
        work: &mut Work,
    ) -> Result<(), Error> {
        let (mut least, mut is_cut) = (u32::MAX, false);
        for word in &mut self.words[..self.required] {
            let frequency = word.scan.frequency(word.rank)?;
            is_cut |= frequency < least && !scoring.can_be(doc, frequency, best);
            if is_cut {
                break;
            }
            least = least.min(frequency);
        }
        if is_cut && !scoring.counts_all {
            work.skipped = true;
            return Ok(());
        }
        let frequency = self.occurrences(doc, |most| {
            is_cut = is_cut || most < least && !scoring.can_be(doc, most, best);
            !is_cut || scoring.counts_all
        })?;
        work.skipped |= is_cut && !scoring.counts_all;
        work.candidates += u64::from(0 < frequency);
        if 0 < frequency && !is_cut {
            let norm = scoring.bm25.norm(scoring.lengths.get(doc));
            let score = scoring.weight * Bm25::impact(frequency, norm);
            best.offer(score, || self.segment.base() + self.segment.document_listed(doc));
        }
        Ok(())
    }

    /// How often the phrase occurs in the current document, which has all its words; 0 as well where `is_enough` says of
    /// an upper bound that it is not.
    #[inline(always)]
    fn occurrences(
        &mut self,
        doc: u32,
        mut is_enough: impl FnMut(u32) -> bool,
    ) -> Result<u32, Error> {
        if let Some(few) = self.few_occurrences(doc, &mut is_enough)? {
            return Ok(few);
        }
        for (place, &slot) in self.order.iter().enumerate() {
            let word = &mut self.words[self.slots[slot]];
            word.read_positions(doc)?;
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

    /// The same for the most documents, in which the rarest word occurs a few times: where the phrase can start is a bit for
    /// each of them. `None` for other documents.
    #[inline(always)]
    fn few_occurrences(
        &mut self,
        doc: u32,
        is_enough: &mut impl FnMut(u32) -> bool,
    ) -> Result<Option<u32>, Error> {
        let (mut starts, mut live) = ([0; simd::FEW], 0);
        for (place, &slot) in self.order.iter().enumerate() {
            let word = &mut self.words[self.slots[slot]];
            let Some(gaps) = word.gaps(doc)? else { return Ok(None) };
            if place != 0 {
                live &= simd::followed(&starts, gaps, slot as u32);
            } else if gaps.len() <= simd::FEW {
                live = simd::starts(gaps, slot as u32, &mut starts);
            } else {
                return Ok(None);
            }
            if live == 0 || !is_enough(live.count_ones()) {
                return Ok(Some(0));
            }
        }
        Ok(Some(live.count_ones()))
    }
}

#[inline(always)]
fn document(chunk: u32, window: usize, bit: usize) -> u32 {
    chunk * CHUNK + (window * 64 + bit) as u32
}

/// Keeps the starts from which `shift` on there is a position. Both ascend.
#[inline(always)]
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

/// Two neighbours in a phrase that have a list of their own.
struct Pair<'a> {
    words: [TermOrdinal; 2],
    list: PostingList<'a>,
}

impl<'a> Pair<'a> {
    /// The different pairs of a phrase of these terms.
    fn all(segment: &'a Segment, terms: &[TermOrdinal]) -> Result<Vec<Pair<'a>>, Error> {
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        for words in terms.array_windows() {
            if pairs.iter().all(|pair| pair.words != *words)
                && let Some(list) = segment.pair(words[0], words[1])?
            {
                pairs.push(Pair { words: *words, list });
            }
        }
        Ok(pairs)
    }
}

/// The list that is all of a phrase: that of its two words.
pub(crate) fn pair<'a>(
    segment: &'a Segment,
    number: usize,
    slots: &[TermLeaf<'_>],
) -> Result<Option<PostingList<'a>>, Error> {
    let [first, second] = slots else { return Ok(None) };
    let [first, second] = [first, second].map(|slot| slot.infos.get(number)?.as_ref());
    match (first, second) {
        (Some(first), Some(second)) => Ok(segment.pair(first.ordinal, second.ordinal)?),
        _ => Ok(None),
    }
}

impl<'a> Word<'a> {
    fn new(term: Option<TermOrdinal>, list: PostingList<'a>) -> Result<Word<'a>, Error> {
        Ok(Word {
            scan: TermScan::new(list)?,
            term,
            word: 0,
            start: 0,
            rank: 0,
            has_rank: false,
            positions: Vec::new(),
            has_positions: false,
        })
    }

    /// Makes a document of the current window the current one.
    #[inline(always)]
    fn enter_document(&mut self, bit: usize) {
        self.enter_rank(self.start + (self.word & ((1 << bit) - 1)).count_ones() as usize);
    }

    #[inline(always)]
    fn enter_rank(&mut self, rank: usize) {
        (self.rank, self.has_rank, self.has_positions) = (rank, true, false);
    }

    #[inline(always)]
    fn leave_document(&mut self) {
        (self.has_rank, self.has_positions) = (false, false);
    }

    /// Reads its positions in the current document; none where a damaged list of pairs promised it.
    #[inline(always)]
    fn read_positions(&mut self, doc: u32) -> Result<(), Error> {
        if !self.find(doc)? {
            self.positions.clear();
            return Ok(());
        }
        if !self.has_positions {
            self.scan.positions(doc, self.rank, &mut self.positions)?;
            self.has_positions = true;
        }
        Ok(())
    }

    /// How many words stand before each of its positions in the current document since the last one; `None` where they are
    /// not stored side by side.
    #[inline(always)]
    fn gaps(&mut self, doc: u32) -> Result<Option<&[u32]>, Error> {
        if self.find(doc)? { self.scan.gaps(self.rank) } else { Ok(Some(&[])) }
    }

    /// Finds the rank of the current document, unless it is known; whether there is one.
    #[inline(always)]
    fn find(&mut self, doc: u32) -> Result<bool, Error> {
        if !self.has_rank
            && let Some(rank) = self.scan.seek(doc)?
        {
            self.enter_rank(rank);
        }
        Ok(self.has_rank)
    }
}
