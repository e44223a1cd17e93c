//! Places: four bytes that say both in which document of a slot a token stands, and at which position.
//!
//! Comes in: how many positions each document has. Goes out: the place where each begins, and the document of any
//! place. Places are dealt out in cells of 2^`shift`, each belonging to one document, so that a shift and one look into
//! a table tell the document. A cell is as large as the numbers allow, up to 65,536: then nearly all documents have one.

/// The largest cell; documents longer than that are few.
const MAX_SHIFT: u32 = 16;

/// Which places belong to which document.
#[derive(Default)]
pub(super) struct Grid {
    shift: u32,
    /// The place at which each document begins.
    starts: Vec<u32>,
    /// The document of each cell.
    owners: Vec<u32>,
}

impl Grid {
    /// Deals out places to documents of these lengths, whose sum and number together are below 2^32.
    pub(super) fn deal(&mut self, lengths: impl ExactSizeIterator<Item = u32> + Clone) {
        let documents = lengths.len() as u64;
        let total: u64 = lengths.clone().map(u64::from).sum();
        self.shift = (0..=MAX_SHIFT)
            .rev()
            .find(|shift| (documents << shift) + total <= 1 << 32)
            .expect("the caller counts documents and positions");
        self.starts.clear();
        self.owners.clear();
        for (document, length) in (0..).zip(lengths) {
            self.starts.push(((self.owners.len() as u64) << self.shift) as u32);
            let cells = (u64::from(length)).div_ceil(1 << self.shift) as usize;
            self.owners.resize(self.owners.len() + cells, document);
        }
    }

    /// The places at which the documents begin.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The document of `place`, and the position in it.
    #[inline]
    pub(super) fn of(&self, place: u32) -> (u32, u32) {
        let document = self.owners[(place >> self.shift) as usize];
        (document, place - self.starts[document as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    fn check(lengths: &[u32], shift: u32) {
        let mut grid = Grid::default();
        grid.deal(lengths.iter().copied());
        assert_eq!(grid.shift, shift);
        for (document, (length, start)) in (0..).zip(lengths.iter().zip(grid.starts())) {
            for position in [0, 1, length / 2, length.saturating_sub(1)] {
                if position < *length {
                    assert_eq!(grid.of(start + position), (document, position));
                }
            }
        }
    }

    #[test]
    fn a_place_tells_document_and_position() {
        check(&[3, 1, 70_000, 0, 2, 65_536, 65_537, 9], 16);
        check(&[1 << 31, 2, (1 << 30) - 5, 7], 16);
        check(&vec![1; 1 << 17], 14);
        check(&[], 16);
    }
}
