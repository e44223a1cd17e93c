//! The best k documents of terms that are required, welcome or forbidden.
//!
//! Comes in: terms with weights, in canonical order. Goes out: exact scores of every document that can be among the best.
//!
//! ```text
//! for each chunk of 4096 documents:
//!   skip it unless every required term is there and the terms' bounds add up to more than the threshold
//!   add the terms' bounds window by window; live windows are those above the threshold
//!   for each live window of 64 documents:
//!     candidates = AND of the required presence words, or OR of those of essential terms, less the forbidden ones
//!     many candidates: add up the essential terms' bounds for all of them at once, keep those above the threshold
//!     for each candidate: add up bounds by norm and frequency, term by term in the chunk's order, until what is left
//!     cannot lift it above the threshold; score it exactly if it survives
//! ```
//!
//! A term is essential unless it and all terms behind it in the order cannot reach the threshold together: this is
//! MaxScore (Turtle and Flood, Information Processing & Management 31(6), 1995) with the bounds of Block-Max Pruning.
//! Departures: bounds are those of the window for the partition too, and those of the chunk for what need not be read
//! at all; a required term is always essential; survivors are scored in canonical order with exact lengths, so that
//! scores equal the exhaustive ones to the last bit.

use codec::simd;
use store::Segment;
use store::postings::chunked::{CHUNK, WINDOWS};

use super::best::Best;
use super::bounds::{ImpactBounds, SLACK, round_up};
use super::impacts::ImpactTable;
use super::term::TermScan;
use crate::plan::TermLeaf;
use crate::{Bm25, Error};

/// From so many candidates on, a window's are evaluated together.
const MANY: u32 = 6;

/// What a term is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Must,
    Should,
    MustNot,
}

/// A term in one segment.
struct Term<'a> {
    scan: TermScan<'a>,
    role: Role,
    weight: f64,
    /// Not below `weight`.
    weight_bound: f32,
    doc_freq: u32,
    /// At most this is its part of a score in the chunk.
    chunk_bound: f64,
    /// The same for each window.
    window_bounds: Box<[f32; WINDOWS]>,
    /// The current chunk, and whether the scan stands in it: it goes there when first needed.
    chunk: u32,
    has_entered: bool,
    /// The presence word of the current window, and the rank of its first document; both read when first needed.
    word: u64,
    rank: usize,
    has_word: bool,
    has_rank: bool,
    /// Its occurrences in the current candidate.
    frequency: u32,
}

/// What was done, for reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Matching documents that were looked at.
    pub(crate) candidates: u64,
    /// Whether documents may match that were not looked at.
    pub(crate) skipped: bool,
}

impl Work {
    /// Adds what was done on another segment.
    pub(crate) fn add(&mut self, other: Work) {
        self.candidates += other.candidates;
        self.skipped |= other.skipped;
    }
}

/// Evaluates one segment into `best`; `terms` are in canonical order.
pub(crate) fn run(
    segment: &Segment,
    number: usize,
    terms: &[(Role, TermLeaf<'_>)],
    bm25: Bm25,
    best: &mut Best,
) -> Result<Work, Error> {
    let Some(mut scan) = Scan::open(segment, number, terms, bm25)? else {
        return Ok(Work::default());
    };
    for chunk in 0..segment.doc_count().div_ceil(CHUNK) {
        scan.chunk(chunk, best)?;
    }
    Ok(scan.work)
}

struct Scan<'a> {
    segment: &'a Segment,
    norms: &'a [u8],
    bm25: Bm25,
    bounds: ImpactBounds,
    impacts: ImpactTable,
    terms: Vec<Term<'a>>,
    /// Scoring terms: the required ones, rarest first, then the welcome ones, highest chunk bound first.
    order: Vec<usize>,
    must_count: usize,
    /// Sums of the window's bounds of `order[i..]`.
    rest: Vec<f32>,
    /// What sums in `f32` can have lost of a bound, relative to it.
    lost: f64,
    /// Bounds of all terms by window, then of the candidates of one window.
    sums: Box<[f32; WINDOWS]>,
    line: [u8; WINDOWS],
    work: Work,
}

impl<'a> Scan<'a> {
    /// `None` where nothing can match.
    fn open(
        segment: &'a Segment,
        number: usize,
        leaves: &[(Role, TermLeaf<'_>)],
        bm25: Bm25,
    ) -> Result<Option<Scan<'a>>, Error> {
        let mut terms = Vec::with_capacity(leaves.len());
        for (role, leaf) in leaves {
            match leaf.infos.get(number).and_then(Option::as_ref) {
                None if *role == Role::Must => return Ok(None),
                None => {}
                Some(info) => {
                    let scan = TermScan::new(segment.postings(info)?, true)?;
                    terms.push(Term::new(scan, *role, leaf.weight, info.doc_freq));
                }
            }
        }
        let of_role = |wanted: Role| {
            let indexes = 0..terms.len();
            indexes.filter(|&index| terms[index].role == wanted).collect::<Vec<_>>()
        };
        let mut order = of_role(Role::Must);
        order.sort_by_key(|&index| terms[index].doc_freq);
        let must_count = order.len();
        order.extend(of_role(Role::Should));
        if order.is_empty() {
            return Ok(None);
        }
        Ok(Some(Scan {
            segment,
            norms: segment.norms(),
            bm25,
            bounds: ImpactBounds::new(segment.record(), bm25),
            impacts: ImpactTable::new(bm25),
            rest: vec![0.0; order.len() + 1],
            lost: 1e-5 + 2.0 * terms.len() as f64 * f64::from(f32::EPSILON),
            order,
            must_count,
            terms,
            sums: Box::new([0.0; WINDOWS]),
            line: [0; WINDOWS],
            work: Work::default(),
        }))
    }

    /// A sum of bounds that is not above this cannot lift a document above the threshold.
    #[inline]
    fn cut(&self, best: &Best) -> f32 {
        (best.threshold() * (1.0 - self.lost)) as f32
    }

    fn chunk(&mut self, number: u32, best: &mut Best) -> Result<(), Error> {
        let mut total = 0.0;
        for &index in &self.order {
            let term = &mut self.terms[index];
            let impact = term.scan.chunk_bound(number, &self.bounds);
            if impact == 0.0 && term.role == Role::Must {
                return Ok(());
            }
            term.chunk_bound = term.weight * impact;
            total += term.chunk_bound;
        }
        if total * SLACK <= best.threshold() {
            self.work.skipped |= 0.0 < total;
            return Ok(());
        }
        for term in &mut self.terms {
            term.chunk = number;
            term.has_entered = false;
        }
        let terms = &self.terms;
        let welcome = &mut self.order[self.must_count..];
        welcome.sort_by(|&a, &b| terms[b].chunk_bound.total_cmp(&terms[a].chunk_bound));
        let Some(possible) = self.enter(best.threshold())? else { return Ok(()) };
        self.add_bounds();
        let live = simd::above(&self.sums, self.cut(best)) & possible;
        self.work.skipped |= live != possible;
        let mut rest = live;
        while rest != 0 {
            let window = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            self.window(number, window, best)?;
        }
        Ok(())
    }

    /// Enters the chunk with every term that can make a document a candidate; the windows in which there may be one.
    fn enter(&mut self, threshold: f64) -> Result<Option<u64>, Error> {
        let mut possible = u64::MAX;
        for &index in &self.order[..self.must_count] {
            possible &= self.terms[index].enter()?;
            if possible == 0 {
                return Ok(None);
            }
        }
        let (mut present, mut rest) = (0, 0.0);
        for &index in self.order[self.must_count..].iter().rev() {
            let term = &mut self.terms[index];
            rest += term.chunk_bound;
            let is_essential = self.must_count == 0 && threshold < rest * SLACK;
            // Lists on the grid are entered for their lines, which cost little.
            if is_essential || term.scan.has_line() || term.chunk_bound == 0.0 {
                let own = term.enter()?;
                present |= if is_essential { own } else { 0 };
            }
            self.work.skipped |= self.must_count == 0 && !is_essential && 0.0 < term.chunk_bound;
        }
        if self.must_count == 0 {
            possible = present;
        }
        Ok((possible != 0).then_some(possible))
    }

    /// Adds up what the terms can bring in each window.
    fn add_bounds(&mut self) {
        self.sums.fill(0.0);
        for &index in &self.order {
            let term = &mut self.terms[index];
            let Term { scan, weight, weight_bound, chunk_bound, window_bounds, has_entered, .. } = term;
            if !*has_entered {
                let bound = round_up(*chunk_bound);
                window_bounds.fill(bound);
                self.sums.iter_mut().for_each(|sum| *sum += bound);
            } else if !scan.has_line() {
                let (norms, impacts) = (self.norms, &mut self.impacts);
                scan.add_impacts(norms, impacts, *weight_bound, window_bounds, &mut self.sums);
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
    }

    fn window(&mut self, number: u32, window: usize, best: &mut Best) -> Result<(), Error> {
        let cut = self.cut(best);
        // How many of the order are essential in this window.
        let mut essential = self.order.len();
        self.rest[essential] = 0.0;
        for (place, &index) in self.order.iter().enumerate().rev() {
            let term = &mut self.terms[index];
            term.has_word = false;
            self.rest[place] = self.rest[place + 1] + term.window_bounds[window];
            if self.must_count <= place && self.rest[place] <= cut {
                essential = place;
            }
        }
        let mut candidates = if 0 < self.must_count {
            essential = self.must_count;
            let mut word = u64::MAX;
            for &index in &self.order[..essential] {
                word &= self.terms[index].word(window)?;
                if word == 0 {
                    return Ok(());
                }
            }
            word
        } else {
            let mut word = 0;
            for &index in &self.order[..essential] {
                word |= self.terms[index].word(window)?;
            }
            self.work.skipped |= essential < self.order.len();
            word
        };
        for term in self.terms.iter_mut().filter(|term| term.role == Role::MustNot) {
            term.has_word = false;
            if candidates != 0 {
                candidates &= !term.word(window)?;
            }
        }
        self.work.candidates += u64::from(candidates.count_ones());
        let first = number * CHUNK + (window * 64) as u32;
        if self.must_count == 0 && MANY <= candidates.count_ones() {
            candidates &= self.sift(first, window, essential, cut)?;
        }
        while candidates != 0 {
            let bit = candidates.trailing_zeros();
            candidates &= candidates - 1;
            self.candidate(first + bit, window, bit, best)?;
        }
        Ok(())
    }

    /// Adds up the essential terms' bounds for all documents of the window; those that can be above the threshold.
    fn sift(
        &mut self,
        first: u32,
        window: usize,
        essential: usize,
        cut: f32,
    ) -> Result<u64, Error> {
        let norms = self.norms.get(first as usize..).unwrap_or_default();
        self.sums.fill(self.rest[essential]);
        for &index in &self.order[..essential] {
            let term = &mut self.terms[index];
            if term.word == 0 {
                continue;
            }
            let mut rank = term.first_rank(window);
            let mut rest = term.word;
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let frequency = term.scan.frequency(rank)?;
                rank += 1;
                let norm = norms.get(bit).copied().unwrap_or(0);
                self.sums[bit] += term.weight_bound * self.impacts.impact(norm, frequency);
            }
        }
        Ok(simd::above(&self.sums, cut))
    }

    /// Scores one document as far as it can be among the best.
    fn candidate(
        &mut self,
        doc: u32,
        window: usize,
        bit: u32,
        best: &mut Best,
    ) -> Result<(), Error> {
        let cut = self.cut(best);
        let row = self.impacts.row(self.norms.get(doc as usize).copied().unwrap_or(0));
        let mut known = 0.0;
        for (place, &index) in self.order.iter().enumerate() {
            if known + self.rest[place] <= cut {
                return Ok(());
            }
            let term = &mut self.terms[index];
            term.take_frequency(window, bit)?;
            known += term.weight_bound * row[(term.frequency as usize).min(row.len() - 1)];
        }
        if known <= cut {
            return Ok(());
        }
        let norm = self.bm25.norm(self.segment.length(doc));
        let scored = self.terms.iter().filter(|term| term.role != Role::MustNot);
        let score = scored
            .fold(0.0, |sum, term| sum + term.weight * Bm25::impact(term.frequency, norm));
        best.offer(self.segment.base() + doc, score);
        Ok(())
    }
}

impl<'a> Term<'a> {
    fn new(scan: TermScan<'a>, role: Role, weight: f64, doc_freq: u32) -> Term<'a> {
        Term {
            scan,
            role,
            weight,
            weight_bound: round_up(weight),
            doc_freq,
            chunk_bound: 0.0,
            window_bounds: Box::new([0.0; WINDOWS]),
            chunk: 0,
            has_entered: false,
            word: 0,
            rank: 0,
            has_word: false,
            has_rank: false,
            frequency: 0,
        }
    }

    /// Puts the scan into the current chunk; the windows in which it has documents there.
    fn enter(&mut self) -> Result<u64, Error> {
        self.has_entered = true;
        if self.chunk_bound == 0.0 && self.role != Role::MustNot {
            self.scan.leave();
        } else {
            self.scan.enter(self.chunk)?;
        }
        Ok(self.scan.present())
    }

    /// The presence word of the current window.
    #[inline]
    fn word(&mut self, window: usize) -> Result<u64, Error> {
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
    #[inline]
    fn first_rank(&mut self, window: usize) -> usize {
        if !self.has_rank {
            self.rank = self.scan.window_rank(window);
            self.has_rank = true;
        }
        self.rank
    }

    /// Reads how often the term stands in a document of the current window.
    #[inline]
    fn take_frequency(&mut self, window: usize, bit: u32) -> Result<(), Error> {
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
