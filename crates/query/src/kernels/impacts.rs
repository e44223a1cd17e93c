//! What a frequency is worth at most in a document, from one byte of the document's length.
//!
//! Comes in: the ranking of this query, norms of documents. Goes out: upper bounds of impacts in `f32`, a row of a small
//! table for each norm, filled when first asked for. Whether a document can be among the best is decided here; its
//! score is not: that takes its exact length.

use std::cell::Cell;

use store::norms::norm_lengths;

use crate::Bm25;

/// Frequencies in a row, from 0 on: a row is a cache line.
const COLUMNS: usize = 16;

thread_local! {
    /// The table of the thread's last query: the next one mostly has the same ranking.
    static LAST: Cell<Option<Box<Table>>> = const { Cell::new(None) };
}

/// Upper bounds of impacts by norm and frequency.
pub(crate) struct ImpactTable(Option<Box<Table>>);

struct Table {
    bm25: Bm25,
    rows: Vec<[f32; COLUMNS]>,
    /// The norm in the formula's denominator by the norm of the table, rounded down; negative until its row is filled.
    denominators: [f32; 256],
}

impl ImpactTable {
    /// A table for this ranking, as far as it may be filled from the thread's last query.
    pub(crate) fn new(bm25: Bm25) -> ImpactTable {
        let last = LAST.take().filter(|table| table.bm25 == bm25);
        ImpactTable(Some(last.unwrap_or_else(|| {
            let (rows, denominators) = (vec![[0.0; COLUMNS]; 256], [-1.0; 256]);
            Box::new(Table { bm25, rows, denominators })
        })))
    }

    /// At most this is the impact of so many occurrences in a document of this norm.
    #[inline(always)]
    pub(crate) fn impact(&mut self, norm: u8, frequency: u32) -> f32 {
        let table = self.0.as_mut().expect("a table is given back when dropped");
        table.impact(norm, frequency)
    }
}

impl Drop for ImpactTable {
    fn drop(&mut self) {
        LAST.set(self.0.take());
    }
}

impl Table {
    #[inline(always)]
    fn impact(&mut self, norm: u8, frequency: u32) -> f32 {
        let norm = usize::from(norm);
        if self.denominators[norm] < 0.0 {
            self.fill(norm);
        }
        match self.rows[norm].get(frequency as usize) {
            Some(&impact) => impact,
            None => rounded_up(frequency as f32, self.denominators[norm]),
        }
    }

    #[cold]
    fn fill(&mut self, norm: usize) {
        let denominator = (self.bm25.norm(norm_lengths()[norm]) * (1.0 - 1e-6)) as f32;
        self.denominators[norm] = denominator;
        let row = std::array::from_fn(|frequency| rounded_up(frequency as f32, denominator));
        self.rows[norm] = row;
        // With a denominator of 0 that would be 0 / 0.
        self.rows[norm][0] = 0.0;
    }
}

/// `frequency / (frequency + denominator)` and a little more.
#[inline(always)]
fn rounded_up(frequency: f32, denominator: f32) -> f32 {
    frequency / (frequency + denominator) * (1.0 + 1e-6)
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
                    assert!(bound <= impact * 1.07 + 1e-5);
                }
            }
        }
    }
}
