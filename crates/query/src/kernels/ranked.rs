//! The best k documents of terms that are required, welcome or forbidden.
//!
//! Comes in: terms with weights, in canonical order. Goes out: exact scores of every document that can be among the best.
//!
//! ```text
//! for each chunk of 4096 documents:
//!   skip it unless every required term is there and the terms' bounds add up to more than the threshold
//!   where terms are required: candidates = AND of their presence words, less the forbidden ones
//!   unless few are left: add the terms' bounds window by window; live windows are those above the threshold
//!   for each live window of 64 documents:
//!     where no term is required: candidates = OR of the words of essential terms, those with as many terms as it takes
//!       to reach the threshold, less the forbidden ones
//!     many candidates: add up the essential terms' bounds for all of them at once, keep those above the threshold
//!     for each candidate: add up bounds by norm and frequency, term by term in the chunk's order, until what is left
//!     cannot lift it above the threshold; score it exactly if it survives
//! ```
//!
//! One term alone, in blocks: its documents are evaluated block by block. A short required list leads: each of its
//! documents that can still be among the best is looked up in the others. Where no term is required, short lists lead one
//! after the other, each forbidden from then on; chunks are gone through for what is left, if that can still be among the
//! best.
//!
//! A term is essential unless it and all terms behind it in the order cannot reach the threshold together: this is
//! MaxScore (Turtle and Flood, Information Processing & Management 31(6), 1995) with the bounds of Block-Max Pruning.
//! Departures: bounds are those of the window for the partition too, and those of the chunk for what need not be read
//! at all; a required term is always essential; survivors are scored in canonical order with exact lengths, so that
//! scores equal the exhaustive ones to the last bit.

mod led;
mod term;

use std::ops::Range;

use codec::bits::bits;
use codec::simd;
use store::postings::PostingList;
use store::postings::chunked::{CHUNK, WINDOWS};
use store::{Lengths, Segment};
use term::Term;

use super::allowed::Allowed;
use super::best::Best;
use super::bounds::{ImpactBounds, SLACK, round_up};
use super::champions;
use super::impacts::ImpactTable;
use super::parallel::SharedFloor;
use super::term::count_in;
use crate::plan::TermLeaf;
use crate::{Blocks, Bm25, Error};

/// From so many candidates on, a window's are evaluated together.
const MANY: u32 = 6;

/// Up to so many candidates of a chunk are evaluated without asking for bounds by window.
pub(super) const FEW: u32 = 8;

/// What a term is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Must,
    Should,
    MustNot,
}

/// What was done, for reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Matching documents that were looked at.
    pub(crate) candidates: u64,
    /// Whether documents may match that were not looked at.
    pub(crate) skipped: bool,
    /// Of all lists.
    pub(crate) blocks: Blocks,
}

impl Work {
    /// Adds what was done on another segment.
    #[inline(always)]
    pub(crate) fn add(&mut self, other: Work) {
        self.candidates += other.candidates;
        self.skipped |= other.skipped;
        self.blocks.add(other.blocks);
    }
}

/// What holds for every document of a segment.
#[derive(Clone, Copy)]
pub(crate) struct Conditions<'a> {
    pub(crate) allowed: Allowed<'a>,
    pub(crate) bm25: Bm25,
    /// Whether all matching documents are to be counted, also those that cannot be among the best. Nothing is then passed
    /// over, but for unions.
    pub(crate) counts_all: bool,
}

/// Evaluates one segment into `best`; `terms` are in canonical order.
#[inline(always)]
pub(crate) fn run(
    segment: &Segment,
    number: usize,
    terms: &[(Role, TermLeaf<'_>)],
    conditions: Conditions<'_>,
    best: &mut Best,
) -> Result<Work, Error> {
    match open(segment, number, terms)? {
        Some(found) => evaluate(segment, found, conditions, best),
        None => Ok(Work::default()),
    }
}

/// A part of a segment, and what is known from its other parts.
pub(crate) struct Extent<'a> {
    pub(crate) chunks: Range<u32>,
    pub(crate) floor: &'a SharedFloor,
}

/// Evaluates a part of a segment into `best`. Of its blocks only those that were read are counted.
#[inline(always)]
pub(crate) fn run_part(
    segment: &Segment,
    number: usize,
    terms: &[(Role, TermLeaf<'_>)],
    extent: &Extent<'_>,
    bm25: Bm25,
    best: &mut Best,
) -> Result<Work, Error> {
    let Some(found) = open(segment, number, terms)? else { return Ok(Work::default()) };
    let conditions = Conditions { allowed: Allowed::new(None), bm25, counts_all: false };
    let Some(mut scan) = Scan::new(segment, found, conditions) else {
        return Ok(Work::default());
    };
    for chunk in extent.chunks.clone() {
        best.share(extent.floor);
        scan.chunk(chunk, best)?;
    }
    best.share(extent.floor);
    scan.terms.iter().for_each(|term| scan.work.blocks.read += term.scan.blocks().read);
    Ok(scan.work)
}

/// The terms that the segment has; `None` where it lacks a required one.
fn open<'a>(
    segment: &'a Segment,
    number: usize,
    terms: &[(Role, TermLeaf<'_>)],
) -> Result<Option<Vec<Term<'a>>>, Error> {
    let mut found = Vec::with_capacity(terms.len());
    for (role, leaf) in terms {
        match leaf.infos.get(number).and_then(Option::as_ref) {
            None if *role == Role::Must => return Ok(None),
            None => {}
            Some(info) => found.push(Term::new(segment.postings(info)?, *role, leaf.weight)?),
        }
    }
    Ok(Some(found))
}

/// Evaluates one list of a segment into `best`, as if it were a term's.
#[inline(always)]
pub(crate) fn run_list(
    segment: &Segment,
    list: PostingList<'_>,
    weight: f64,
    conditions: Conditions<'_>,
    best: &mut Best,
) -> Result<Work, Error> {
    let is_plain = conditions.allowed.is_all();
    if is_plain && champions::offer(segment, &list, weight, conditions.bm25, best)? {
        let blocks = Blocks::of_list(0, list.block_count());
        return Ok(Work { candidates: u64::from(list.doc_freq()), skipped: false, blocks });
    }
    // Only of required terms all documents are counted.
    let role = if is_plain { Role::Should } else { Role::Must };
    let term = Term::new(list, role, weight)?;
    let counts_all = conditions.counts_all && !is_plain;
    let work = evaluate(segment, vec![term], Conditions { counts_all, ..conditions }, best)?;
    let all = Work { candidates: u64::from(list.doc_freq()), skipped: false, ..work };
    Ok(if is_plain { all } else { work })
}

#[inline(always)]
fn evaluate<'a>(
    segment: &'a Segment,
    terms: Vec<Term<'a>>,
    conditions: Conditions<'a>,
    best: &mut Best,
) -> Result<Work, Error> {
    let Some(mut scan) = Scan::new(segment, terms, conditions) else {
        return Ok(Work::default());
    };
    if scan.terms.len() == 1 && scan.terms[0].scan.has_blocks() {
        scan.blocks(best)?;
    } else if 0 < scan.must_count && scan.terms[scan.order[0]].scan.can_lead() {
        scan.lead(best)?;
    } else if 0 < scan.must_count || scan.lead_each(best)? {
        for chunk in 0..segment.doc_count().div_ceil(CHUNK) {
            scan.chunk(chunk, best)?;
        }
    }
    scan.terms.iter().for_each(|term| scan.work.blocks.add(term.scan.blocks()));
    Ok(scan.work)
}

struct Scan<'a> {
    segment: &'a Segment,
    allowed: Allowed<'a>,
    counts_all: bool,
    norms: &'a [u8],
    lengths: Lengths<'a>,
    bm25: Bm25,
    bounds: ImpactBounds,
    impacts: ImpactTable,
    terms: Vec<Term<'a>>,
    /// Scoring terms: the required ones, rarest first, then the welcome ones, highest chunk bound first.
    order: Vec<usize>,
    must_count: usize,
    has_forbidden: bool,
    /// Sums of the bounds of `order[i..]` in the window, or in the chunk where its candidates are few.
    rest: Vec<f32>,
    /// Candidates by window, where terms are required.
    candidates: Box<[u64; WINDOWS]>,
    /// What sums in `f32` can have lost of a bound, relative to it.
    lost: f64,
    /// Bounds of all terms by window, then of the candidates of one window.
    sums: Box<[f32; WINDOWS]>,
    line: [u8; WINDOWS],
    work: Work,
}

impl<'a> Scan<'a> {
    /// `None` where nothing can match.
    fn new(
        segment: &'a Segment,
        terms: Vec<Term<'a>>,
        conditions: Conditions<'a>,
    ) -> Option<Scan<'a>> {
        let Conditions { allowed, bm25, counts_all } = conditions;
        let of_role = |wanted: Role| {
            let indexes = 0..terms.len();
            indexes.filter(|&index| terms[index].role == wanted).collect::<Vec<_>>()
        };
        let mut order = of_role(Role::Must);
        order.sort_by_key(|&index| terms[index].doc_freq);
        let must_count = order.len();
        order.extend(of_role(Role::Should));
        if order.is_empty() {
            return None;
        }
        Some(Scan {
            segment,
            allowed,
            counts_all: counts_all && 0 < must_count,
            norms: segment.norms(),
            lengths: segment.lengths(),
            bm25,
            bounds: ImpactBounds::new(segment.record(), bm25),
            impacts: ImpactTable::new(bm25),
            rest: vec![0.0; order.len() + 1],
            lost: 1e-5 + 2.0 * terms.len() as f64 * f64::from(f32::EPSILON),
            order,
            must_count,
            has_forbidden: terms.iter().any(|term| term.role == Role::MustNot),
            terms,
            candidates: Box::new([0; WINDOWS]),
            sums: Box::new([0.0; WINDOWS]),
            line: [0; WINDOWS],
            work: Work::default(),
        })
    }

    /// A sum of bounds that is not above this cannot lift a document above the threshold.
    #[inline(always)]
    fn cut(&self, best: &Best) -> f32 {
        (best.threshold() * (1.0 - self.lost)) as f32
    }

    #[inline(always)]
    fn chunk(&mut self, number: u32, best: &mut Best) -> Result<(), Error> {
        if self.allowed.windows(number) == 0 {
            return Ok(());
        }
        let Some(total) = self.enter_bounds(number) else { return Ok(()) };
        let is_hopeless = total * SLACK <= best.threshold();
        if is_hopeless && !self.counts_all {
            self.work.skipped |= 0.0 < total;
            return Ok(());
        }
        let terms = &self.terms;
        let welcome = &mut self.order[self.must_count..];
        welcome.sort_by(|&a, &b| terms[b].chunk_bound.total_cmp(&terms[a].chunk_bound));
        let mut possible = match self.must_count {
            0 => self.allowed.windows(number) & self.enter_essential(best.threshold())?,
            _ => self.intersect(number)?,
        };
        if possible == 0 {
            return Ok(());
        }
        if 0 < self.must_count {
            let candidates = count_in(&self.candidates, possible);
            self.work.candidates += u64::from(candidates);
            if is_hopeless {
                return Ok(());
            }
            if candidates <= FEW {
                return self.few(number, possible, best);
            }
            possible = self.enter_welcome(possible, best.threshold())?;
            if possible == 0 {
                return Ok(());
            }
        }
        self.add_bounds()?;
        let live = simd::above(&self.sums, self.cut(best)) & possible;
        self.work.skipped |= live != possible && self.must_count == 0;
        for window in bits(live) {
            self.window(number, window, best)?;
        }
        Ok(())
    }

    /// Takes the terms' bounds of a chunk; their sum, or `None` where a required term is missing.
    #[inline(always)]
    fn enter_bounds(&mut self, number: u32) -> Option<f64> {
        let mut total = 0.0;
        for &index in &self.order {
            let term = &mut self.terms[index];
            let impact = term.enter_bound(number, &self.bounds);
            if impact == 0.0 && term.role == Role::Must {
                return None;
            }
            total += term.chunk_bound;
        }
        for term in &mut self.terms {
            term.chunk = number;
            term.has_entered = false;
        }
        Some(total)
    }

    /// Enters the chunk with every term that can make a document a candidate; the windows in which there may be one.
    #[inline(always)]
    fn enter_essential(&mut self, threshold: f64) -> Result<u64, Error> {
        let (mut present, mut rest) = (0, 0.0);
        for &index in self.order.iter().rev() {
            let term = &mut self.terms[index];
            rest += term.chunk_bound;
            let is_essential = threshold < rest * SLACK;
            // Lists on the grid are entered for their lines, which cost little.
            if is_essential || term.scan.has_line() || term.chunk_bound == 0.0 {
                let own = term.enter()?;
                present |= if is_essential { own } else { 0 };
            }
            self.work.skipped |= !is_essential && 0.0 < term.chunk_bound;
        }
        Ok(present)
    }

    /// Puts the allowed documents that have all required terms and no forbidden one into `candidates`; the windows that
    /// hold any.
    #[inline(always)]
    fn intersect(&mut self, number: u32) -> Result<u64, Error> {
        let mut possible = self.allowed.windows(number);
        for place in 0..self.must_count {
            let term = &mut self.terms[self.order[place]];
            term.enter()?;
            possible = term.scan.intersect(place == 0, &mut self.candidates, possible);
            if possible == 0 {
                return Ok(0);
            }
        }
        for term in self.terms.iter_mut().filter(|term| term.role == Role::MustNot) {
            if possible != 0 {
                term.enter()?;
                possible = term.scan.and_not_words(&mut self.candidates, possible);
            }
        }
        Ok(self.allowed.and_words(number, &mut self.candidates, possible))
    }

    /// Enters the chunk with the welcome terms. Where the required ones alone cannot reach the threshold, candidates without
    /// any of them are dropped; the windows that still hold any.
    #[inline(always)]
    fn enter_welcome(&mut self, mut possible: u64, threshold: f64) -> Result<u64, Error> {
        let (required, welcome) = self.order.split_at(self.must_count);
        if welcome.is_empty() {
            return Ok(possible);
        }
        let mut any = [0; WINDOWS];
        for &index in welcome {
            let term = &mut self.terms[index];
            if term.enter()? != 0 {
                term.scan.or_words(&mut any);
            }
        }
        let bound: f64 = required.iter().map(|&index| self.terms[index].chunk_bound).sum();
        if bound * SLACK <= threshold {
            for window in bits(possible) {
                self.candidates[window] &= any[window];
                possible &= !(u64::from(self.candidates[window] == 0) << window);
            }
        }
        Ok(possible)
    }

    /// Evaluates the few candidates of a chunk.
    #[inline(always)]
    fn few(&mut self, number: u32, possible: u64, best: &mut Best) -> Result<(), Error> {
        self.sum_chunk_bounds();
        for window in bits(possible) {
            self.terms.iter_mut().for_each(|term| term.has_word = false);
            self.each_candidate(number, window, self.candidates[window], best)?;
        }
        Ok(())
    }

    /// Adds up what the terms can bring in each window.
    #[inline(always)]
    fn add_bounds(&mut self) -> Result<(), Error> {
        self.sums.fill(0.0);
        for &index in &self.order {
            let term = &mut self.terms[index];
            let Term {
                scan, weight, weight_bound, chunk_bound, window_bounds, has_entered, ..
            } = term;
            if !*has_entered {
                let bound = round_up(*chunk_bound);
                window_bounds.fill(bound);
                self.sums.iter_mut().for_each(|sum| *sum += bound);
            } else if !scan.has_line() {
                let (norms, impacts) = (self.norms, &mut self.impacts);
                scan.add_impacts(norms, impacts, *weight_bound, window_bounds, &mut self.sums)?;
            } else {
                let scale = match self.bounds.line_scale(*weight) {
                    Some(scale) => {
                        scan.line(&mut self.line);
                        scale
                    }
                    None => {
                        self.line.fill(1);
                        round_up(*chunk_bound)
                    }
                };
                let present = scan.present();
                simd::add_scaled(&self.line, scale, present, window_bounds, &mut self.sums);
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn window(&mut self, number: u32, window: usize, best: &mut Best) -> Result<(), Error> {
        let cut = self.cut(best);
        // How many of the order are essential in this window; what the required terms can bring together, and the two
        // highest bounds of the others.
        let mut essential = self.order.len();
        let (mut required, mut highest, mut second) = (0.0f32, 0.0f32, 0.0f32);
        self.rest[essential] = 0.0;
        for (place, &index) in self.order.iter().enumerate().rev() {
            let bound = self.terms[index].window_bounds[window];
            if place < self.must_count {
                required += bound;
            } else {
                second = second.max(highest.min(bound));
                highest = highest.max(bound);
            }
            self.rest[place] = self.rest[place + 1] + bound;
            if self.rest[place] <= cut {
                essential = place;
            }
        }
        if essential == 0 {
            self.work.skipped |= self.must_count == 0;
            return Ok(());
        }
        self.terms.iter_mut().for_each(|term| term.has_word = false);
        // How many of the terms that are not required a document must have.
        let needed = [required, required + highest, required + highest + second];
        let needed = needed.into_iter().filter(|sum| *sum <= cut).count();
        if 0 < self.must_count {
            let mut candidates = self.candidates[window];
            if 0 < needed {
                candidates &= self.with_so_many(window, needed)?;
            }
            return self.each_candidate(number, window, candidates, best);
        }
        let mut candidates = self.union(window, essential)?;
        if 1 < needed {
            candidates &= self.with_so_many(window, needed)?;
        }
        candidates = self.without_forbidden(window, candidates)?;
        candidates &= self.allowed.word(number, window);
        self.work.candidates += u64::from(candidates.count_ones());
        if MANY <= candidates.count_ones() {
            candidates &= self.sift(number * CHUNK, window, essential, cut)?;
        }
        self.each_candidate(number, window, candidates, best)
    }

    /// Documents of a window with any of the essential terms.
    #[inline(always)]
    fn union(&mut self, window: usize, essential: usize) -> Result<u64, Error> {
        let mut candidates = 0;
        for &index in &self.order[..essential] {
            candidates |= self.terms[index].word(window)?;
        }
        self.work.skipped |= essential < self.order.len();
        Ok(candidates)
    }

    /// Documents of a window with so many (1 to 3) of the terms that are not required.
    #[inline(always)]
    fn with_so_many(&mut self, window: usize, needed: usize) -> Result<u64, Error> {
        self.work.skipped |= self.must_count == 0;
        // Bits of documents that have one, two, three terms or more. A term that was not entered may be anywhere.
        let mut at_least = [0u64; 3];
        for &index in &self.order[self.must_count..] {
            let term = &mut self.terms[index];
            let word = if term.has_entered { term.word(window)? } else { u64::MAX };
            at_least[2] |= at_least[1] & word;
            at_least[1] |= at_least[0] & word;
            at_least[0] |= word;
        }
        Ok(at_least[needed - 1])
    }

    /// Those documents of a window that have no forbidden term.
    #[inline(always)]
    fn without_forbidden(&mut self, window: usize, mut documents: u64) -> Result<u64, Error> {
        for term in self.terms.iter_mut().filter(|term| term.role == Role::MustNot) {
            if documents != 0 {
                documents &= !term.word(window)?;
            }
        }
        Ok(documents)
    }

    #[inline(always)]
    fn each_candidate(
        &mut self,
        number: u32,
        window: usize,
        candidates: u64,
        best: &mut Best,
    ) -> Result<(), Error> {
        let first = number * CHUNK + (window * 64) as u32;
        for bit in bits(candidates) {
            self.candidate(first + bit as u32, window, bit as u32, best)?;
        }
        Ok(())
    }

    /// Adds up the essential terms' bounds for all documents of the window; those that can be above the threshold.
    #[inline(always)]
    fn sift(
        &mut self,
        chunk_first: u32,
        window: usize,
        essential: usize,
        cut: f32,
    ) -> Result<u64, Error> {
        let norms = self.norms.get(chunk_first as usize + window * 64..).unwrap_or_default();
        self.sums.fill(self.rest[essential]);
        for &index in &self.order[..essential] {
            let term = &mut self.terms[index];
            if term.word == 0 {
                continue;
            }
            let first = term.first_rank(window);
            for (rank, bit) in (first..).zip(bits(term.word)) {
                let frequency = term.scan.frequency(rank)?;
                let norm = norms.get(bit).copied().unwrap_or(0);
                self.sums[bit] += term.weight_bound * self.impacts.impact(norm, frequency);
            }
        }
        Ok(simd::above(&self.sums, cut))
    }

    /// Scores a document whose frequencies are known.
    #[inline(always)]
    fn score(&self, doc: u32, best: &mut Best) {
        let norm = self.bm25.norm(self.lengths.get(doc));
        let scored = self.terms.iter().filter(|term| term.role != Role::MustNot);
        let score =
            scored.fold(0.0, |sum, term| sum + term.weight * Bm25::impact(term.frequency, norm));
        best.offer(score, || self.segment.base() + self.segment.document_listed(doc));
    }

    /// Scores one document as far as it can be among the best.
    #[inline(always)]
    fn candidate(
        &mut self,
        doc: u32,
        window: usize,
        bit: u32,
        best: &mut Best,
    ) -> Result<(), Error> {
        let cut = self.cut(best);
        let norm = self.norms.get(doc as usize).copied().unwrap_or(0);
        let mut known = 0.0;
        for (place, &index) in self.order.iter().enumerate() {
            if known + self.rest[place] <= cut {
                return Ok(());
            }
            let term = &mut self.terms[index];
            term.take_frequency(window, bit)?;
            known += term.weight_bound * self.impacts.impact(norm, term.frequency);
        }
        if cut < known {
            self.score(doc, best);
        }
        Ok(())
    }
}
