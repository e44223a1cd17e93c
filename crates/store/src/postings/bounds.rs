//! What bounds an impact without reading the posting.
//!
//! The *impact* of a posting is the part of its BM25 score that does not depend on the query:
//! `tf / (tf + k1 * (1 - b + b * length / average))`, between 0 and 1. It grows with the frequency `tf` and falls with
//! the length. Lists store, for a block and for the whole, the largest impact in 255ths, rounded up, for the ranking
//! (`k1`, `b`, `average`) known when the list was written, and beside it the largest frequency and the smallest norm
//! (a length rounded down to one byte), from which a bound follows for every other ranking. A larger average A' than
//! the baked A makes an impact at most A'/A times larger, as every term of the denominator shrinks at most by A/A'.

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

    /// Takes one more posting in.
    pub(super) fn include(&mut self, impact: f64, frequency: u32, norm: u8) {
        self.max_impact = self.max_impact.max(round_up(impact));
        self.max_frequency = self.max_frequency.max(frequency.min(255) as u8);
        self.min_norm = self.min_norm.min(norm);
    }

    /// The bound of both.
    pub(super) fn join(&mut self, other: Bound) {
        self.max_impact = self.max_impact.max(other.max_impact);
        self.max_frequency = self.max_frequency.max(other.max_frequency);
        self.min_norm = self.min_norm.min(other.min_norm);
    }
}

/// The impact in 255ths that is not below it.
pub(super) fn round_up(impact: f64) -> u8 {
    let rounded = (impact * 255.0).ceil();
    // Multiplying may round down across an integer.
    if rounded / 255.0 < impact { (rounded + 1.0).min(255.0) as u8 } else { rounded as u8 }
}

/// The impact in 255ths that is not above it.
pub(super) fn round_down(impact: f64) -> u8 {
    let rounded = (impact * 255.0).floor();
    if impact < rounded / 255.0 { (rounded - 1.0).max(0.0) as u8 } else { rounded as u8 }
}

/// What bounds are made from while writing: the segment's document lengths and the ranking they are baked for.
#[derive(Clone, Copy)]
pub struct ImpactModel<'a> {
    /// Exact length of each document of the segment, in tokens.
    pub lengths: &'a [u32],
    /// Their norms.
    pub norms: &'a [u8],
    /// Term-frequency saturation.
    pub k1: f64,
    /// Length normalisation.
    pub b: f64,
    /// The average length.
    pub average_length: f64,
}

impl ImpactModel<'_> {
    /// The impact of a posting.
    #[inline]
    #[must_use]
    pub fn impact(&self, doc: u32, frequency: u32) -> f64 {
        impact(
            self.k1,
            self.b,
            self.average_length,
            f64::from(self.lengths[doc as usize]),
            frequency,
        )
    }
}

/// `tf / (tf + k1 * (1 - b + b * length / average))`; 1 where the denominator is 0 or there is no average.
#[inline]
#[must_use]
pub fn impact(k1: f64, b: f64, average_length: f64, length: f64, frequency: u32) -> f64 {
    let frequency = f64::from(frequency);
    let relative = if 0.0 < average_length { length / average_length } else { 1.0 };
    let denominator = frequency + k1 * (1.0 - b + b * relative);
    if 0.0 < denominator { frequency / denominator } else { 1.0 }
}
