//! Writing a list, block by block.
//!
//! Comes in: a term's postings in document order. Goes out: bytes for sections `postings` and `positions`, and the
//! [`ListSummary`] that the term table keeps. The bytes depend on nothing but the postings and the [`ImpactModel`].

use codec::packed;

use super::bounds::{Bound, ImpactModel};
use super::champions::{CHAMPIONS_FROM, ChampionsBuilder};
use super::chunked::{CHUNK, ChunkPostings, ENTRY_BYTES, write_chunk};
use super::places::LENGTH_BYTES;
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

/// Postings of one list, column by column.
#[derive(Clone, Copy, Debug)]
pub struct Postings<'a> {
    /// Documents, ascending strictly.
    pub docs: &'a [u32],
    /// How often the term stands in each; at least once.
    pub frequencies: &'a [u32],
    /// Of each document the first position, then the distances to the next ones, less 1; nothing in a list without
    /// positions.
    pub places: &'a [u32],
}

/// How many of the best impacts are remembered as lower bounds.
const KTH: [u64; 3] = [10, 100, 1000];

/// Builds lists: [`ListBuilder::begin`], a term's postings in document order ([`ListBuilder::extend`]),
/// [`ListBuilder::finish`]; reuse for the next term.
///
/// Holds the compressed postings of the current list (not its positions) in memory.
pub struct ListBuilder {
    class: ListClass,
    /// Whether postings come with their places.
    has_places: bool,
    /// Documents announced.
    expected: u32,
    /// Documents of the open block, or all of the open chunk.
    docs: Vec<u32>,
    /// Their frequencies.
    frequencies: Vec<u32>,
    /// First positions and distances of the open block of 128 postings.
    places: Vec<u32>,
    /// Where the positions of each block of the open chunk start, from the chunk's.
    place_offsets: Vec<u32>,
    /// Where the open chunk's positions start in the list's.
    chunk_positions: u32,
    next_doc: u32,
    /// The last document of the last full block, plus 1: gaps of the open block start from here.
    block_base: u32,
    doc_freq: u32,
    collection_freq: u64,
    positions_start: usize,
    /// Skip entries of blocks, or directory entries of chunks.
    skips: Vec<u8>,
    blocks: Vec<u8>,
    bound: Bound,
    /// The impacts of the block or chunk being closed in 255ths, rounded up.
    impacts: Vec<u8>,
    /// The same rounded down.
    least_impacts: Vec<u8>,
    /// How many postings have each impact in 255ths, rounded down.
    counts: Box<[u32; 256]>,
    champions: ChampionsBuilder,
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
            class: ListClass::Tiny,
            has_places: true,
            expected: 0,
            docs: Vec::with_capacity(BLOCK),
            frequencies: Vec::with_capacity(BLOCK),
            places: Vec::new(),
            place_offsets: Vec::new(),
            chunk_positions: 0,
            next_doc: 0,
            block_base: 0,
            doc_freq: 0,
            collection_freq: 0,
            positions_start: 0,
            skips: Vec::new(),
            blocks: Vec::new(),
            bound: Bound::EMPTY,
            impacts: Vec::new(),
            least_impacts: Vec::new(),
            counts: Box::new([0; 256]),
            champions: ChampionsBuilder::default(),
        }
    }

    /// Starts a list of `doc_freq` documents; its positions will be appended to `positions`, which may hold others.
    pub fn begin(&mut self, model: &ImpactModel<'_>, doc_freq: u32, positions: &[u8]) {
        self.class = ListClass::of(doc_freq, model.documents() as u32);
        self.has_places = true;
        self.expected = doc_freq;
        self.positions_start = positions.len();
    }

    /// Starts a list of `doc_freq` documents without positions; they are more than a tiny list has.
    ///
    /// # Panics
    ///
    /// Where they are not: a tiny list keeps its positions with it.
    pub fn begin_without_places(&mut self, model: &ImpactModel<'_>, doc_freq: u32) {
        self.begin(model, doc_freq, &[]);
        assert!(self.class != ListClass::Tiny, "a list without positions is not tiny");
        self.has_places = false;
    }

    /// Adds one posting by its positions, see [`ListBuilder::extend`].
    ///
    /// # Panics
    ///
    /// As there, and where positions do not ascend strictly or there are none.
    pub fn push(
        &mut self,
        model: &ImpactModel<'_>,
        doc: u32,
        doc_positions: &[u32],
        positions: &mut Vec<u8>,
    ) {
        let mut next = 0;
        let distance = |&position: &u32| {
            assert!(next <= position, "positions of a posting ascend");
            position - std::mem::replace(&mut next, position + 1)
        };
        let places: Vec<u32> = doc_positions.iter().map(distance).collect();
        assert!(!places.is_empty(), "a posting has a position");
        let frequencies = &[places.len() as u32];
        let postings = Postings { docs: &[doc], frequencies, places: &places };
        self.extend(model, postings, positions);
    }

    /// Adds postings; their positions go to `positions` when their block is full.
    ///
    /// Nothing else may be appended to `positions` between `begin` and `finish`.
    ///
    /// # Panics
    ///
    /// Where documents do not ascend strictly or frequencies do not add up to the number of places: the indexer's mistake.
    pub fn extend(
        &mut self,
        model: &ImpactModel<'_>,
        postings: Postings<'_>,
        positions: &mut Vec<u8>,
    ) {
        let Postings { mut docs, mut frequencies, mut places } = postings;
        while let Some(&first) = docs.first() {
            assert!(self.next_doc <= first, "documents of a list ascend");
            self.make_room(model, first, positions);
            let count = self.room(docs);
            let occurrences: usize = frequencies[..count].iter().map(|count| *count as usize).sum();
            let places_of_these = if self.has_places { occurrences } else { 0 };
            self.docs.extend_from_slice(docs.split_off(..count).expect("no more than there are"));
            self.frequencies.extend_from_slice(&frequencies[..count]);
            self.places.extend_from_slice(&places[..places_of_these]);
            frequencies = &frequencies[count..];
            places = &places[places_of_these..];
            self.next_doc = self.docs[self.docs.len() - 1] + 1;
            self.doc_freq += count as u32;
            self.collection_freq += occurrences as u64;
        }
        assert!(places.is_empty() && frequencies.is_empty(), "every posting has its places");
    }

    /// How many of these documents fit into the open block of postings.
    fn room(&self, docs: &[u32]) -> usize {
        let docs = &docs[..docs.len().min(BLOCK - self.docs.len() % BLOCK)];
        if self.class != ListClass::Chunked {
            return docs.len();
        }
        let chunk = docs[0] / CHUNK;
        docs.partition_point(|doc| doc / CHUNK == chunk)
    }

    /// Closes the open block or chunk where it is full or `doc` does not belong to it.
    fn make_room(&mut self, model: &ImpactModel<'_>, doc: u32, positions: &mut Vec<u8>) {
        let Some(&first) = self.docs.first() else { return };
        if self.class == ListClass::Chunked {
            if doc / CHUNK != first / CHUNK {
                self.flush_chunk(model, positions);
            } else if self.docs.len().is_multiple_of(BLOCK) {
                self.flush_places(positions);
            }
        } else if self.docs.len() == BLOCK {
            self.flush_block(model, positions);
        }
    }

    /// Ends the list: appends its bytes to `postings` and the rest of its positions to `positions`.
    ///
    /// # Panics
    ///
    /// Where another number of postings was pushed than announced.
    pub fn finish(
        &mut self,
        model: &ImpactModel<'_>,
        postings: &mut Vec<u8>,
        positions: &mut Vec<u8>,
    ) -> ListSummary {
        assert_eq!(self.expected, self.doc_freq, "a list has the announced number of documents");
        let postings_start = postings.len();
        match self.class {
            ListClass::Tiny => self.write_tiny(postings),
            ListClass::Sparse => {
                self.flush_block(model, positions);
                self.write_blocks(postings);
            }
            ListClass::Chunked => {
                self.flush_chunk(model, positions);
                let chunks = model.documents().div_ceil(CHUNK as usize);
                self.skips.resize(chunks * ENTRY_BYTES, 0);
                self.write_blocks(postings);
            }
        }
        let summary = ListSummary {
            doc_freq: self.doc_freq,
            collection_freq: self.collection_freq,
            postings_length: (postings.len() - postings_start) as u64,
            positions_length: (positions.len() - self.positions_start) as u64,
        };
        self.reset();
        summary
    }

    fn reset(&mut self) {
        self.docs.clear();
        self.frequencies.clear();
        self.places.clear();
        if self.has_kth() {
            self.counts.fill(0);
        }
        (self.next_doc, self.block_base, self.doc_freq, self.collection_freq) = (0, 0, 0, 0);
        self.chunk_positions = 0;
        self.skips.clear();
        self.blocks.clear();
        self.bound = Bound::EMPTY;
    }

    /// Whether the list remembers its k-th best impacts: one block has no use for them.
    fn has_kth(&self) -> bool {
        BLOCK < self.expected as usize
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

    fn write_blocks(&mut self, postings: &mut Vec<u8>) {
        if self.has_kth() {
            let start = postings.len();
            postings.extend(self.kth_impacts());
            postings.extend(self.bound.to_bytes());
            postings.resize(start + HEAD_BYTES, 0);
            postings.extend_from_slice(&self.skips);
        } else {
            postings.extend(self.bound.to_bytes());
        }
        postings.extend_from_slice(&self.blocks);
        if CHAMPIONS_FROM <= self.expected {
            self.champions.write(postings);
        }
    }

    /// The largest value of which 10, 100, 1000 postings have that impact or more.
    fn kth_impacts(&self) -> [u8; 3] {
        KTH.map(|k| {
            let mut seen = 0u64;
            (1..=255u8)
                .rev()
                .find(|&impact| {
                    seen += u64::from(self.counts[usize::from(impact)]);
                    k <= seen
                })
                .unwrap_or(0)
        })
    }

    /// Encodes the open block of a sparse list.
    fn flush_block(&mut self, model: &ImpactModel<'_>, positions: &mut Vec<u8>) {
        let last_doc = self.next_doc - 1;
        let bound = self.take_impacts(model);
        let block_offset = offset(self.blocks.len());
        let positions_offset = offset(positions.len() - self.positions_start);
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
        self.pack_places(positions);
        self.docs.clear();
        self.frequencies.clear();
        self.block_base = self.next_doc;
    }

    /// Encodes the open chunk and its directory entry, after empty entries for the chunks before it without a document.
    fn flush_chunk(&mut self, model: &ImpactModel<'_>, positions: &mut Vec<u8>) {
        self.flush_places(positions);
        let bound = self.take_impacts(model);
        let number = (self.docs[0] / CHUNK) as usize;
        self.skips.resize(number * ENTRY_BYTES, 0);
        for word in [offset(self.blocks.len()), self.chunk_positions] {
            self.skips.extend(word.to_le_bytes());
        }
        self.skips.extend((self.docs.len() as u16).to_le_bytes());
        self.skips.extend(bound.to_bytes());
        let docs: Vec<u16> = self.docs.iter().map(|doc| (doc % CHUNK) as u16).collect();
        let chunk = ChunkPostings {
            docs: &docs,
            frequencies: &self.frequencies,
            impacts: &self.impacts,
            positions: &self.place_offsets,
        };
        let form = write_chunk(&chunk, &mut self.blocks);
        self.skips.extend([form as u8, 0, 0]);
        self.docs.clear();
        self.frequencies.clear();
        self.place_offsets.clear();
        self.chunk_positions = offset(positions.len() - self.positions_start);
    }

    /// Encodes the positions of a full block of a chunk.
    fn flush_places(&mut self, positions: &mut Vec<u8>) {
        let start = offset(positions.len() - self.positions_start);
        self.place_offsets.push(start - self.chunk_positions);
        self.pack_places(positions);
    }

    /// Appends the open block's positions in runs, behind the lengths of all runs but the last.
    fn pack_places(&mut self, positions: &mut Vec<u8>) {
        let runs = self.places.chunks(BLOCK);
        let mut length_at = positions.len();
        positions.resize(length_at + runs.len().saturating_sub(1) * LENGTH_BYTES, 0);
        let lengths_end = positions.len();
        for run in runs {
            let start = positions.len();
            packed::encode(run, positions);
            if length_at < lengths_end {
                let length = (positions.len() - start) as u16;
                positions[length_at..length_at + LENGTH_BYTES]
                    .copy_from_slice(&length.to_le_bytes());
                length_at += LENGTH_BYTES;
            }
        }
        self.places.clear();
    }

    /// The bound of the open block or chunk, each impact in 255ths rounded up, all of them counted for the list.
    fn take_impacts(&mut self, model: &ImpactModel<'_>) -> Bound {
        let ListBuilder { docs, frequencies, impacts, least_impacts, .. } = self;
        model.impacts(docs, frequencies, impacts, least_impacts);
        let mut bound = Bound {
            max_impact: impacts.iter().copied().max().unwrap_or(0),
            max_frequency: frequencies.iter().copied().max().unwrap_or(0).min(255) as u8,
            ..Bound::EMPTY
        };
        for &doc in docs.iter() {
            bound.min_norm = bound.min_norm.min(model.norm(doc));
        }
        if self.has_kth() {
            for &impact in &self.least_impacts {
                self.counts[usize::from(impact)] += 1;
            }
        }
        if CHAMPIONS_FROM <= self.expected {
            let ListBuilder { champions, docs, frequencies, impacts, .. } = self;
            champions.offer(model, docs, frequencies, impacts);
        }
        self.bound.join(bound);
        bound
    }
}

/// Offsets inside one list have four bytes: a list of 4 GiB would need 30 billion occurrences in one segment.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("the indexer closes a segment before a list reaches 4 GiB")
}
