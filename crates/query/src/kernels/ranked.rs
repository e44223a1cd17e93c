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
//!     for each candidate: add up impacts from the terms known to be there, then from the others, best first,
//!     until what is left cannot lift it above the threshold; score it exactly if it survives
//! ```
//!
//! A term is essential in a window unless it and all terms with lower bounds cannot reach the threshold together: this is
//! MaxScore (Turtle and Flood, Information Processing & Management 31(6), 1995) with the bounds of Block-Max Pruning.
//! Departures: bounds are those of the window for the partition too; a required term is always essential; scores of
//! survivors are added up again in canonical order, so that they equal the exhaustive ones to the last bit.

use codec::simd;
use store::Segment;
use store::postings::chunked::{CHUNK, WINDOWS};

use super::allowed::Allowed;
use super::best::Best;
use super::bounds::{ImpactBounds, SLACK, round_up};
use super::term::TermScan;
use crate::plan::TermLeaf;
use crate::{Bm25, Error};

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
    /// At most this is its part of a score in the chunk.
    chunk_bound: f64,
    /// The same for each window.
    window_bounds: Box<[f32; WINDOWS]>,
    /// The presence word of the current window, and the rank of its first document; both read when first needed.
    word: u64,
    rank: usize,
    has_word: bool,
    has_rank: bool,
    /// Its part of the current candidate's score.
    part: f64,
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
    allowed: Allowed<'_>,
    bm25: Bm25,
    best: &mut Best,
) -> Result<Work, Error> {
    let bounds = ImpactBounds::new(segment.record(), bm25);
    let mut scan = Scan::open(segment, number, terms, allowed, (bm25, bounds))?;
    if scan.is_void {
        return Ok(Work::default());
    }
    for chunk in 0..segment.doc_count().div_ceil(CHUNK) {
        scan.chunk(chunk, best)?;
    }
    Ok(scan.work)
}

struct Scan<'a> {
    segment: &'a Segment,
    allowed: Allowed<'a>,
    bm25: Bm25,
    bounds: ImpactBounds,
    terms: Vec<Term<'a>>,
    /// Whether a required term is missing, or nothing is left to find.
    is_void: bool,
    must_count: usize,
    /// Indexes of welcome terms, lowest chunk bound first.
    ascending: Vec<usize>,
    /// Sums of the window's bounds of `ascending[..=i]`.
    prefix: Vec<f64>,
    sums: Box<[f32; WINDOWS]>,
    line: [u8; WINDOWS],
    work: Work,
}

impl<'a> Scan<'a> {
    fn open(
        segment: &'a Segment,
        number: usize,
        leaves: &[(Role, TermLeaf<'_>)],
        allowed: Allowed<'a>,
        (bm25, bounds): (Bm25, ImpactBounds),
    ) -> Result<Scan<'a>, Error> {
        let mut terms = Vec::with_capacity(leaves.len());
        let (mut is_void, mut must_count) = (false, 0);
        for (role, leaf) in leaves {
            must_count += usize::from(*role == Role::Must);
            let Some(info) = leaf.infos.get(number).and_then(Option::as_ref) else {
                is_void |= *role == Role::Must;
                continue;
            };
            terms.push(Term::new(
                TermScan::new(segment.postings(info)?, true)?,
                *role,
                leaf.weight,
            ));
        }
        is_void |= !terms.iter().any(|term| term.role != Role::MustNot);
        let ascending = (0..terms.len()).filter(|&i| terms[i].role == Role::Should).collect();
        Ok(Scan {
            segment,
            allowed,
            bm25,
            bounds,
            prefix: vec![0.0; terms.len()],
            terms,
            is_void,
            must_count,
            ascending,
            sums: Box::new([0.0; WINDOWS]),
            line: [0; WINDOWS],
            work: Work::default(),
        })
    }

    fn chunk(&mut self, number: u32, best: &mut Best) -> Result<(), Error> {
        if self.allowed.windows(number) == 0 {
            return Ok(());
        }
        let mut total = 0.0;
        for term in &mut self.terms {
            if term.role == Role::MustNot {
                continue;
            }
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
        let Some(live) = self.enter(number, best.threshold())? else { return Ok(()) };
        self.sort_by_bound();
        let mut rest = live;
        while rest != 0 {
            let window = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            self.window(number, window, best)?;
        }
        Ok(())
    }

    /// Enters the chunk with every term; the windows in which a document can be above the threshold.
    fn enter(&mut self, number: u32, threshold: f64) -> Result<Option<u64>, Error> {
        let (mut must, mut should) = (u64::MAX, 0);
        for term in &mut self.terms {
            let is_there = term.scan.enter(number)?;
            match term.role {
                Role::Must if !is_there => return Ok(None),
                Role::Must => must &= term.scan.present(),
                Role::Should => should |= term.scan.present(),
                Role::MustNot => {}
            }
        }
        let possible = if 0 < self.must_count { must } else { should };
        let possible = possible & self.allowed.windows(number);
        if possible == 0 {
            return Ok(None);
        }
        self.sums.fill(0.0);
        for term in &mut self.terms {
            if term.role == Role::MustNot {
                continue;
            }
            let own = &mut *term.window_bounds;
            let scale = self.bounds.line_scale(term.weight).filter(|_| term.scan.has_line());
            let scale = match scale {
                Some(scale) => {
                    term.scan.line(&mut self.line);
                    scale
                }
                None => {
                    self.line.fill(1);
                    round_up(term.chunk_bound)
                }
            };
            simd::add_scaled(&self.line, scale, term.scan.present(), own, &mut self.sums);
        }
        // Rounded down by more than the sums can have lost, so that one that equals the threshold stays alive.
        let lost = 1e-6 + self.terms.len() as f64 * f64::from(f32::EPSILON);
        let live = simd::above(&self.sums, (threshold * (1.0 - lost)) as f32) & possible;
        self.work.skipped |= live != possible;
        Ok(Some(live))
    }

    fn sort_by_bound(&mut self) {
        let terms = &self.terms;
        self.ascending.sort_by(|&a, &b| terms[a].chunk_bound.total_cmp(&terms[b].chunk_bound));
    }

    fn window(&mut self, number: u32, window: usize, best: &mut Best) -> Result<(), Error> {
        for term in &mut self.terms {
            term.has_word = false;
            term.has_rank = false;
        }
        // How many of `ascending` are not essential in this window.
        let threshold = best.threshold();
        let (mut optional, mut sum) = (0, 0.0);
        for (place, &index) in self.ascending.iter().enumerate() {
            sum += f64::from(self.terms[index].window_bounds[window]);
            self.prefix[place] = sum;
            if sum <= threshold && optional == place {
                optional = place + 1;
            }
        }
        let mut candidates = if 0 < self.must_count {
            optional = self.ascending.len();
            let must = self.terms.iter_mut().filter(|term| term.role == Role::Must);
            must.fold(u64::MAX, |word, term| if word == 0 { 0 } else { word & term.word(window) })
        } else {
            let essential = self.ascending[optional..].iter();
            essential.fold(0, |word, &index| word | self.terms[index].word(window))
        };
        candidates &= self.allowed.word(number, window);
        for term in self.terms.iter_mut().filter(|term| term.role == Role::MustNot) {
            if candidates != 0 {
                candidates &= !term.word(window);
            }
        }
        self.work.skipped |= 0 < optional && self.must_count == 0;
        self.work.candidates += u64::from(candidates.count_ones());
        let first = number * CHUNK + (window * 64) as u32;
        while candidates != 0 {
            let bit = candidates.trailing_zeros();
            candidates &= candidates - 1;
            self.candidate(first + bit, window, bit, optional, best)?;
        }
        Ok(())
    }

    /// Scores one document as far as it can be among the best.
    fn candidate(
        &mut self,
        doc: u32,
        window: usize,
        bit: u32,
        optional: usize,
        best: &mut Best,
    ) -> Result<(), Error> {
        let threshold = best.threshold();
        let norm = self.bm25.norm(self.segment.length(doc));
        let mut known = 0.0;
        if 0 < self.must_count {
            for term in self.terms.iter_mut().filter(|term| term.role == Role::Must) {
                known += term.take_part(window, bit, norm)?;
            }
        }
        for &index in &self.ascending[optional..] {
            known += self.terms[index].take_part(window, bit, norm)?;
        }
        for place in (0..optional).rev() {
            if (known + self.prefix[place]) * SLACK <= threshold {
                return Ok(());
            }
            known += self.terms[self.ascending[place]].take_part(window, bit, norm)?;
        }
        if known * SLACK <= threshold {
            return Ok(());
        }
        let scored = self.terms.iter().filter(|term| term.role != Role::MustNot);
        let score = scored.fold(0.0, |sum, term| sum + term.part);
        best.offer(self.segment.base() + doc, score);
        Ok(())
    }
}

impl<'a> Term<'a> {
    fn new(scan: TermScan<'a>, role: Role, weight: f64) -> Term<'a> {
        Term {
            scan,
            role,
            weight,
            chunk_bound: 0.0,
            window_bounds: Box::new([0.0; WINDOWS]),
            word: 0,
            rank: 0,
            has_word: false,
            has_rank: false,
            part: 0.0,
        }
    }

    /// The presence word of the current window.
    #[inline]
    fn word(&mut self, window: usize) -> u64 {
        if !self.has_word {
            self.word = self.scan.word(window);
            self.has_word = true;
        }
        self.word
    }

    /// The term's part of the score of a document of the current window, kept in `part`.
    #[inline]
    fn take_part(&mut self, window: usize, bit: u32, norm: f64) -> Result<f64, Error> {
        let word = self.word(window);
        if word >> bit & 1 == 0 {
            self.part = 0.0;
            return Ok(0.0);
        }
        if !self.has_rank {
            self.rank = self.scan.window_rank(window);
            self.has_rank = true;
        }
        let below = (word & ((1 << bit) - 1)).count_ones() as usize;
        let frequency = self.scan.frequency(self.rank + below)?;
        self.part = self.weight * Bm25::impact(frequency, norm);
        Ok(self.part)
    }
}
