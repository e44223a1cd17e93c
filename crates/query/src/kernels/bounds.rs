//! From what a list stores to what an impact can be at most, for the ranking of this query on this index.
//!
//! Comes in: [`Bound`]s of lists, blocks and chunks, which are baked for the ranking and the average length known when
//! their segment was written. Goes out: upper bounds of impacts that hold for any (k1, b) and any average length. Where
//! the ranking is the baked one, the stored impact times max(1, A'/A) is the bound; else it follows from the largest
//! frequency and the smallest norm.

use store::SegmentRecord;
use store::norms::norm_lengths;
use store::postings::{Bound, Champions};

use crate::Bm25;

/// Room for the last bits of sums that are added in another order than scores are.
pub(crate) const SLACK: f64 = 1.0 + 1e-9;

/// Turns stored bounds of one segment into bounds for one ranking.
#[derive(Clone, Copy)]
pub(crate) struct ImpactBounds {
    bm25: Bm25,
    /// What stored impacts are multiplied with; `None` where they say nothing about this ranking.
    factor: Option<f64>,
    /// What stored k-th best impacts are multiplied with.
    floor_factor: Option<f64>,
}

impl ImpactBounds {
    pub(crate) fn new(record: &SegmentRecord, bm25: Bm25) -> ImpactBounds {
        let baked = record.baked;
        let is_baked =
            baked.k1 == bm25.k1 && baked.b == bm25.b && 0.0 < record.baked_average_length;
        let growth = bm25.average_length / record.baked_average_length;
        ImpactBounds {
            bm25,
            factor: is_baked.then(|| growth.max(1.0) * SLACK / 255.0),
            floor_factor: is_baked.then(|| growth.min(1.0) / SLACK / 255.0),
        }
    }

    /// At most this is any impact under `bound`.
    #[inline]
    pub(crate) fn impact(&self, bound: Bound) -> f64 {
        match self.factor {
            Some(factor) => f64::from(bound.max_impact) * factor,
            None if bound.max_frequency == u8::MAX => 1.0,
            None => {
                let norm = self.bm25.norm(norm_lengths()[usize::from(bound.min_norm)]);
                Bm25::impact(u32::from(bound.max_frequency), norm) * SLACK
            }
        }
    }

    /// What bytes of a window line are multiplied with, rounded up; `None` where they say nothing.
    #[inline]
    pub(crate) fn line_scale(&self, weight: f64) -> Option<f32> {
        self.factor.map(|factor| round_up(weight * factor))
    }

    /// At most this is the impact of any posting that is no champion of its list; `None` where nothing is known.
    pub(crate) fn others(&self, champions: &Champions) -> Option<f64> {
        self.factor.map(|factor| champions.others() * 255.0 * factor)
    }

    /// At least this is the k-th best impact that a list stores.
    pub(crate) fn floor(&self, kth_impact: u8) -> f64 {
        self.floor_factor.map_or(0.0, |factor| f64::from(kth_impact) * factor)
    }
}

/// The `f32` above a bound, with room for sums of some terms.
#[inline]
pub(crate) fn round_up(bound: f64) -> f32 {
    (bound * (1.0 + 1e-5)) as f32
}
