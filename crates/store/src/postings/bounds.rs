//! What bounds an impact without reading the posting.
//!
//! The *impact* of a posting is the part of its BM25 score that does not depend on the query:
//! `tf / (tf + k1 * (1 - b + b * length / average))`, between 0 and 1. It grows with the frequency `tf` and falls with
//! the length. Lists store, for a block and for the whole, the largest impact in 255ths, rounded up, for the ranking
//! (`k1`, `b`, `average`) known when the list was written, and beside it the largest frequency and the smallest norm
//! (a length rounded down to one byte), from which a bound follows for every other ranking. A larger average A' than
//! the baked A makes an impact at most A'/A times larger, as every term of the denominator shrinks at most by A/A'.

use codec::simd;

/// One byte each: largest impact in 255ths for the baked ranking, largest frequency (255: that or more), smallest norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Largest impact, in 255ths, rounded up.
    pub max_impact: u8,
    /// Largest frequency; 255 stands for 255 or more.
    pub max_frequency: u8,
    /// Smallest norm.
    pub min_norm: u8,
}

impl Bound {
    /// Bounds nothing: the impact may be anything up to 1.
    pub const UNKNOWN: Bound = Bound { max_impact: 255, max_frequency: 255, min_norm: 0 };

    pub(super) const EMPTY: Bound = Bound { max_impact: 0, max_frequency: 0, min_norm: 255 };

    pub(super) fn from_bytes([max_impact, max_frequency, min_norm]: [u8; 3]) -> Bound {
        Bound { max_impact, max_frequency, min_norm }
    }

    pub(super) fn to_bytes(self) -> [u8; 3] {
        [self.max_impact, self.max_frequency, self.min_norm]
    }

    /// The bound of both.
    pub(super) fn join(&mut self, other: Bound) {
        self.max_impact = self.max_impact.max(other.max_impact);
        self.max_frequency = self.max_frequency.max(other.max_frequency);
        self.min_norm = self.min_norm.min(other.min_norm);
    }
}

/// What bounds are made from while writing: the segment's document lengths and the ranking they are baked for.
pub struct ImpactModel<'a> {
    norms: &'a [u8],
    /// `k1 * (1 - b + b * length / average)` of each document.
    denominators: Vec<f32>,
}

/// What `f32` can have lost of an impact, generously.
const LOST: f32 = 1e-6;

impl<'a> ImpactModel<'a> {
    /// The model of documents with these exact lengths and their norms, for a ranking and an average length.
    #[must_use]
    pub fn new(
        lengths: &[u32],
        norms: &'a [u8],
        (k1, b): (f64, f64),
        average_length: f64,
    ) -> ImpactModel<'a> {
        assert_eq!(lengths.len(), norms.len(), "every document has a length and a norm");
        let rounded = |&length: &u32| denominator(k1, b, average_length, f64::from(length)) as f32;
        ImpactModel { norms, denominators: lengths.iter().map(rounded).collect() }
    }

    /// Documents of the segment.
    pub(super) fn documents(&self) -> usize {
        self.norms.len()
    }

    /// The norm of a document.
    pub(super) fn norm(&self, doc: u32) -> u8 {
        self.norms[doc as usize]
    }

    /// The impact of a posting.
    pub(super) fn impact(&self, doc: u32, frequency: u32) -> f32 {
        let frequency = frequency as f32;
        frequency / (frequency + self.denominators[doc as usize])
    }

    /// The impacts of postings in 255ths: `up` becomes them rounded up, `down` rounded down.
    pub(super) fn impacts(
        &self,
        docs: &[u32],
        frequencies: &[u32],
        up: &mut Vec<u8>,
        down: &mut Vec<u8>,
    ) {
        up.resize(docs.len(), 0);
        down.resize(docs.len(), 0);
        let denominators = &self.denominators;
        simd::widest(Impacts { denominators, docs, frequencies, up, down });
    }
}

/// Rounds impacts in 255ths up and down.
struct Impacts<'a> {
    denominators: &'a [f32],
    docs: &'a [u32],
    frequencies: &'a [u32],
    up: &'a mut [u8],
    down: &'a mut [u8],
}

impl simd::Kernel for Impacts<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rounded = self.up.iter_mut().zip(self.down);
        for ((&doc, &frequency), (up, down)) in self.docs.iter().zip(self.frequencies).zip(rounded)
        {
            let frequency = frequency as f32;
            let impact = frequency / (frequency + self.denominators[doc as usize]) * 255.0;
            (*down, *up) = (floor(impact * (1.0 - LOST)), ceil(impact * (1.0 + LOST)));
        }
    }
}

/// Added to a number from 0 to 255 it leaves no bits for fractions: the lowest byte becomes the nearest integer.
const TO_INTEGER: f32 = (1 << 23) as f32;

#[inline(always)]
fn floor(value: f32) -> u8 {
    let nearest = value + TO_INTEGER;
    (nearest.to_bits() as u8).saturating_sub(u8::from(value < nearest - TO_INTEGER))
}

/// At most 255.
#[inline(always)]
fn ceil(value: f32) -> u8 {
    let nearest = value + TO_INTEGER;
    (nearest.to_bits() as u8).saturating_add(u8::from(nearest - TO_INTEGER < value))
}

/// `k1 * (1 - b + b * length / average)`; where there is no average, of a document of average length.
fn denominator(k1: f64, b: f64, average_length: f64, length: f64) -> f64 {
    let relative = if 0.0 < average_length { length / average_length } else { 1.0 };
    k1 * (1.0 - b + b * relative)
}

/// `tf / (tf + k1 * (1 - b + b * length / average))`: what [`ImpactModel::impacts`] rounds.
#[cfg(test)]
pub(super) fn impact(k1: f64, b: f64, average_length: f64, length: f64, frequency: u32) -> f64 {
    let frequency = f64::from(frequency);
    frequency / (frequency + denominator(k1, b, average_length, length))
}
