//! Writing a list, block by block.
//!
//! Comes in: a term's postings in document order. Goes out: bytes for sections `postings` and `positions`, and the
//! [`ListSummary`] that the term table keeps. The bytes depend on nothing but the postings and the [`ImpactModel`].

use codec::packed;

use super::bounds::{Bound, ImpactModel, round_down};
use super::{BLOCK, HEAD_BYTES, ListClass};

/// What the term table needs of a finished list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListSummary {
    /// Documents.
    pub doc_freq: u32,
    /// Occurrences.
    pub collection_freq: u64,
    /// Bytes appended to `postings`.
    pub postings_length: u64,
    /// Bytes appended to `positions`.
    pub positions_length: u64,
}

/// How many of the best impacts are remembered as lower bounds.
const KTH: [u64; 3] = [10, 100, 1000];

/// Builds lists: feed a term's postings in document order, then [`ListBuilder::finish`]; reuse for the next term.
///
/// Holds the compressed postings of the current list (not its positions) in memory.
pub struct ListBuilder {
    docs: Vec<u32>,
    frequencies: Vec<u32>,
    /// First positions and distances of the open block.
    places: Vec<u32>,
    next_doc: u32,
    /// The last document of the last full block, plus 1: gaps of the open block start from here.
    block_base: u32,
    doc_freq: u32,
    collection_freq: u64,
    positions_start: Option<usize>,
    skips: Vec<u8>,
    blocks: Vec<u8>,
    bound: Bound,
    /// How many postings have each impact in 255ths, rounded down.
    impacts: Box<[u32; 256]>,
}

impl Default for ListBuilder {
    fn default() -> Self {
        ListBuilder::new()
    }
}

impl ListBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        ListBuilder {
            docs: Vec::with_capacity(BLOCK),
            frequencies: Vec::with_capacity(BLOCK),
            places: Vec::new(),
            next_doc: 0,
            block_base: 0,
            doc_freq: 0,
            collection_freq: 0,
            positions_start: None,
            skips: Vec::new(),
            blocks: Vec::new(),
            bound: Bound::EMPTY,
            impacts: Box::new([0; 256]),
        }
    }

    /// Adds one posting; its positions go to `positions` when its block is full.
    ///
    /// `positions` may hold other lists already, but nothing else may be appended between the first `push` of a list
    /// and its `finish`.
    ///
    /// # Panics
    ///
    /// Where documents or positions do not ascend strictly, or a posting has no position: the indexer's mistake.
    pub fn push(
        &mut self,
        model: &ImpactModel<'_>,
        doc: u32,
        doc_positions: &[u32],
        positions: &mut Vec<u8>,
    ) {
        assert!(self.next_doc <= doc, "documents of a list ascend");
        if self.docs.len() == BLOCK {
            self.flush_block(model, true, positions);
        }
        let (&first, rest) = doc_positions.split_first().expect("a posting has a position");
        self.places.push(first);
        let mut previous = first;
        for &position in rest {
            assert!(previous < position, "positions of a posting ascend");
            self.places.push(position - previous - 1);
            previous = position;
        }
        self.docs.push(doc);
        self.frequencies.push(doc_positions.len() as u32);
        self.next_doc = doc + 1;
        self.doc_freq += 1;
        self.collection_freq += doc_positions.len() as u64;
    }

    /// Ends the list: appends its bytes to `postings` and the rest of its positions to `positions`.
    pub fn finish(
        &mut self,
        model: &ImpactModel<'_>,
        postings: &mut Vec<u8>,
        positions: &mut Vec<u8>,
    ) -> ListSummary {
        let (postings_start, positions_start) =
            (postings.len(), self.positions_start.unwrap_or(positions.len()));
        match ListClass::of(self.doc_freq) {
            ListClass::Tiny => self.write_tiny(postings),
            ListClass::Sparse => {
                self.flush_block(model, BLOCK < self.doc_freq as usize, positions);
                self.write_sparse(postings);
            }
        }
        let summary = ListSummary {
            doc_freq: self.doc_freq,
            collection_freq: self.collection_freq,
            postings_length: (postings.len() - postings_start) as u64,
            positions_length: (positions.len() - positions_start) as u64,
        };
        self.reset();
        summary
    }

    fn reset(&mut self) {
        self.docs.clear();
        self.frequencies.clear();
        self.places.clear();
        if BLOCK < self.doc_freq as usize {
            self.impacts.fill(0);
        }
        (self.next_doc, self.block_base, self.doc_freq, self.collection_freq) = (0, 0, 0, 0);
        self.positions_start = None;
        self.skips.clear();
        self.blocks.clear();
        self.bound = Bound::EMPTY;
    }

    fn write_tiny(&self, postings: &mut Vec<u8>) {
        let mut places = self.places.iter();
        let mut next_doc = 0;
        for (&doc, &frequency) in self.docs.iter().zip(&self.frequencies) {
            let gap = u64::from(doc - next_doc);
            codec::varint::write_u64(postings, gap * 2 + u64::from(frequency == 1));
            if frequency != 1 {
                codec::varint::write_u64(postings, u64::from(frequency - 2));
            }
            for &place in places.by_ref().take(frequency as usize) {
                codec::varint::write_u64(postings, u64::from(place));
            }
            next_doc = doc + 1;
        }
    }

    fn write_sparse(&self, postings: &mut Vec<u8>) {
        if BLOCK < self.doc_freq as usize {
            let start = postings.len();
            postings.extend(self.kth_impacts());
            postings.extend(self.bound.to_bytes());
            postings.resize(start + HEAD_BYTES, 0);
            postings.extend_from_slice(&self.skips);
        } else {
            postings.extend(self.bound.to_bytes());
        }
        postings.extend_from_slice(&self.blocks);
    }

    /// The largest value of which 10, 100, 1000 postings have that impact or more.
    fn kth_impacts(&self) -> [u8; 3] {
        KTH.map(|k| {
            let mut seen = 0u64;
            (1..=255u8)
                .rev()
                .find(|&impact| {
                    seen += u64::from(self.impacts[usize::from(impact)]);
                    k <= seen
                })
                .unwrap_or(0)
        })
    }

    /// Encodes the open block. A list of one block has no use for its k-th impacts: they are counted for `many` only.
    fn flush_block(&mut self, model: &ImpactModel<'_>, many: bool, positions: &mut Vec<u8>) {
        let last_doc = self.next_doc - 1;
        let bound = self.block_bound(model, many);
        self.bound.join(bound);
        let positions_start = *self.positions_start.get_or_insert(positions.len());
        let block_offset = offset(self.blocks.len());
        let positions_offset = offset(positions.len() - positions_start);
        for word in [last_doc, block_offset, positions_offset] {
            self.skips.extend(word.to_le_bytes());
        }
        self.skips.extend(bound.to_bytes());
        self.skips.push(0);

        let mut next_doc = self.block_base;
        for doc in &mut self.docs {
            let gap = *doc - next_doc;
            next_doc = *doc + 1;
            *doc = gap;
        }
        self.frequencies.iter_mut().for_each(|frequency| *frequency -= 1);
        packed::encode(&self.docs, &mut self.blocks);
        packed::encode(&self.frequencies, &mut self.blocks);
        for run in self.places.chunks(BLOCK) {
            packed::encode(run, positions);
        }
        self.docs.clear();
        self.frequencies.clear();
        self.places.clear();
        self.block_base = self.next_doc;
    }

    /// The bound of the open block; its impacts are counted in passing where asked.
    fn block_bound(&mut self, model: &ImpactModel<'_>, count: bool) -> Bound {
        let mut bound = Bound::EMPTY;
        for (&doc, &frequency) in self.docs.iter().zip(&self.frequencies) {
            let impact = model.impact(doc, frequency);
            bound.include(impact, frequency, model.norms[doc as usize]);
            self.impacts[usize::from(round_down(impact))] += u32::from(count);
        }
        bound
    }
}

/// Offsets inside one list have four bytes: a list of 4 GiB would need 30 billion occurrences in one segment.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("the indexer closes a segment before a list reaches 4 GiB")
}
