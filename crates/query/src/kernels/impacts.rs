//! What a frequency is worth at most in a document, from one byte of the document's length.
//!
//! Comes in: the ranking of this query, norms of documents. Goes out: upper bounds of impacts in `f32`, a row of a small
//! table for each norm, filled when first asked for. Whether a document can be among the best is decided here; its
//! score is not: that takes its exact length.

use store::norms::norm_lengths;

use crate::Bm25;

/// Frequencies in a row; the last stands for all higher ones.
const COLUMNS: usize = 32;

/// Upper bounds of impacts by norm and frequency.
pub(crate) struct ImpactTable {
    bm25: Bm25,
    rows: Vec<[f32; COLUMNS]>,
    is_filled: [bool; 256],
}

impl ImpactTable {
    pub(crate) fn new(bm25: Bm25) -> ImpactTable {
        ImpactTable { bm25, rows: vec![[0.0; COLUMNS]; 256], is_filled: [false; 256] }
    }

    /// The bounds for documents of this norm.
    #[inline]
    pub(crate) fn row(&mut self, norm: u8) -> &[f32; COLUMNS] {
        let norm = usize::from(norm);
        if !self.is_filled[norm] {
            self.fill(norm);
        }
        &self.rows[norm]
    }

    /// At most this is the impact of so many occurrences in a document of this norm.
    #[inline]
    pub(crate) fn impact(&mut self, norm: u8, frequency: u32) -> f32 {
        self.row(norm)[(frequency as usize).min(COLUMNS - 1)]
    }

    #[cold]
    fn fill(&mut self, norm: usize) {
        let shortest = self.bm25.norm(norm_lengths()[norm]);
        for (frequency, bound) in (0..).zip(&mut self.rows[norm]) {
            *bound = (Bm25::impact(frequency, shortest) * (1.0 + 1e-6)) as f32;
        }
        self.rows[norm][COLUMNS - 1] = 1.0 + 1e-6;
        self.is_filled[norm] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::ImpactTable;
    use crate::Bm25;

    #[test]
    fn no_impact_is_above_its_bound_and_few_are_far_below() {
        for (k1, b) in [(1.2, 0.75), (0.0, 0.5), (0.9, 0.4), (3.0, 1.0)] {
            let bm25 = Bm25::new(k1, b, 250.0);
            let mut table = ImpactTable::new(bm25);
            for length in (1..3000).step_by(7) {
                for frequency in [0, 1, 2, 3, 9, 30, 31, 500] {
                    let bound = f64::from(table.impact(store::norms::norm_of(length), frequency));
                    let impact = Bm25::impact(frequency, bm25.norm(length));
                    assert!(impact <= bound, "{k1} {b} {length} {frequency}");
                    assert!(30 < frequency || bound <= impact * 1.07 + 1e-5);
                }
            }
        }
    }
}
