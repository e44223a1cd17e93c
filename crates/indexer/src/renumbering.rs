//! Lists in another order of the documents.
//!
//! Comes in: an order, and lists in document order. Goes out: the same lists by the documents' new numbers, ascending.
//! Which order is good, [`crate::reordering`] says.

use store::LengthsBuilder;

use crate::piece::Columns;

/// An order of the documents of a segment.
pub(crate) struct Renumbering {
    /// The documents in their new order.
    documents: Vec<u32>,
    /// The new number of each document.
    listed: Vec<u32>,
}

impl Renumbering {
    /// Documents in their new order; `None` where that is the order of their numbers.
    pub(crate) fn new(documents: Vec<u32>) -> Option<Renumbering> {
        if documents.is_sorted() {
            return None;
        }
        let mut listed = vec![0; documents.len()];
        for (number, document) in (0..).zip(&documents) {
            listed[*document as usize] = number;
        }
        Some(Renumbering { documents, listed })
    }

    /// The documents in their new order.
    pub(crate) fn documents(&self) -> &[u32] {
        &self.documents
    }

    /// Lengths in the new order.
    pub(crate) fn arrange(&self, lengths: &LengthsBuilder) -> LengthsBuilder {
        let mut arranged = LengthsBuilder::default();
        let lengths = lengths.as_slice();
        self.documents.iter().for_each(|document| arranged.push(lengths[*document as usize]));
        arranged
    }

    /// The documents whose new numbers are in part `part` of `parts`; of the others the postings are taken out.
    pub(crate) fn keep_part(&self, columns: &mut Columns, part: u32, parts: u32) {
        let width = (self.listed.len() as u32).div_ceil(parts);
        let (mut kept, mut kept_places, mut start) = (0, 0, 0);
        for index in 0..columns.docs.len() {
            let end = start + columns.more[index] as usize + 1;
            if self.listed[columns.docs[index] as usize] / width == part {
                columns.docs[kept] = columns.docs[index];
                columns.more[kept] = columns.more[index];
                columns.places.copy_within(start..end, kept_places);
                kept += 1;
                kept_places += end - start;
            }
            start = end;
        }
        columns.docs.truncate(kept);
        columns.more.truncate(kept);
        columns.places.truncate(kept_places);
    }
}

/// Lists of so many postings are sorted by comparing.
const FEW: usize = if cfg!(test) { 3 } else { 64 };

/// Sorts lists by the documents' new numbers; keep it for the next list.
///
/// The numbers of a longer list are marked in a bitmap, and in one of its words that are not zero: going through them
/// costs the same for each posting, however many there are.
pub(crate) struct Sorter<'a> {
    renumbering: &'a Renumbering,
    /// Bits of new numbers, and bits of words that are not zero; both empty between lists.
    marked: Vec<u64>,
    summary: Vec<u64>,
    /// By new number, which posting of the list it is.
    places: Vec<u32>,
    /// Where the places of each posting start, and their end.
    starts: Vec<u32>,
    /// Of a short list, new numbers and which posting each is.
    few: Vec<(u32, u32)>,
}

impl<'a> Sorter<'a> {
    pub(crate) fn new(renumbering: &'a Renumbering) -> Sorter<'a> {
        let documents = renumbering.listed.len();
        let words = documents.div_ceil(64);
        Sorter {
            renumbering,
            marked: vec![0; words],
            summary: vec![0; words.div_ceil(64)],
            places: vec![0; documents],
            starts: Vec::new(),
            few: Vec::new(),
        }
    }

    /// Hands the postings of `from`, which may have no places, to `sink` by their new numbers, some at a time in `to`, which
    /// it must clear.
    pub(crate) fn sort(
        &mut self,
        from: &Columns,
        to: &mut Columns,
        at_once: (usize, usize),
        mut sink: impl FnMut(&mut Columns),
    ) {
        let Sorter { renumbering, marked, summary, places, starts, few } = self;
        starts.clear();
        starts.push(0);
        let mut end = 0;
        starts.extend(from.more.iter().map(|more| {
            end += more + 1;
            end
        }));
        let listed = from.docs.iter().map(|doc| renumbering.listed[*doc as usize]);
        let mut push = |to: &mut Columns, listed: u32, index: usize| {
            to.docs.push(listed);
            to.more.push(from.more[index]);
            if !from.places.is_empty() {
                let places = starts[index] as usize..starts[index + 1] as usize;
                to.places.extend_from_slice(&from.places[places]);
            }
            if at_once.0 <= to.docs.len() || at_once.1 <= to.places.len() {
                sink(to);
            }
        };
        if from.docs.len() <= FEW {
            few.clear();
            few.extend(listed.zip(0..));
            few.sort_unstable();
            few.iter().for_each(|&(listed, index)| push(to, listed, index as usize));
        } else {
            for (index, listed) in (0..).zip(listed) {
                places[listed as usize] = index;
                marked[listed as usize / 64] |= 1 << (listed % 64);
                summary[listed as usize / 4096] |= 1 << (listed / 64 % 64);
            }
            for (block, words) in summary.iter_mut().enumerate() {
                while *words != 0 {
                    let word = block * 64 + words.trailing_zeros() as usize;
                    *words &= *words - 1;
                    let mut marked = std::mem::take(&mut marked[word]);
                    while marked != 0 {
                        let listed = word * 64 + marked.trailing_zeros() as usize;
                        marked &= marked - 1;
                        push(to, listed as u32, places[listed] as usize);
                    }
                }
            }
        }
        if !to.docs.is_empty() {
            sink(to);
        }
    }
}

#[cfg(test)]
mod tests;
