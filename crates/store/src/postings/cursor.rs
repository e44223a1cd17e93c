//! Reading a list: a moving place in it.
//!
//! Comes in: a [`PostingList`]. Goes out: documents, frequencies, positions; whole decoded blocks for kernels. Every
//! decoded number is checked before it is handed out: documents ascend and belong to the segment.

use codec::bytes::ByteReader;
use codec::simd;

use super::chunked::{CHUNK, Chunk, ChunkDocs, WINDOWS, presence_word, window_rank};
use super::places::Places;
use super::{BLOCK, END, ListClass, PostingList, damaged};
use crate::Error;

/// A moving place in a list.
///
/// The law: a fresh cursor stands on the first posting; [`Cursor::doc`] is [`END`] once past the last, and stays so;
/// `seek` never moves back; `freq` and `positions` speak of the current document and must not be called at the end.
///
/// Blocks and chunks are decoded when entered, but for the presence bits of a dense chunk, which are searched in place;
/// frequencies (128 at a time) when first asked for, positions in runs of 128 when needed.
pub struct Cursor<'a> {
    list: PostingList<'a>,
    /// The current block or chunk; `list.block_count()` at the end.
    block: usize,
    /// The place in it. Of a dense chunk only where `has_index`.
    index: usize,
    has_index: bool,
    /// Postings in it.
    length: usize,
    /// Its documents, [`END`] from `length` to at least 128.
    docs: Vec<u32>,
    /// The chunk, for chunked lists.
    chunk: Chunk<'a>,
    /// Of a dense chunk, whose documents are not in `docs`, and the current one.
    dense: Option<Dense<'a>>,
    /// Frequencies of 128 postings from `frequency_block * 128` on.
    frequencies: [u32; BLOCK],
    /// Which of them are decoded, or `usize::MAX`.
    frequency_block: usize,
    /// Where a sparse block's packed frequencies start in `list.blocks`.
    frequencies_at: usize,
    places: Places,
    blocks_read: usize,
}

/// The documents of a chunk as bits in the file.
#[derive(Clone, Copy)]
struct Dense<'a> {
    words: &'a [u8; 512],
    ranks: &'a [u8; 16],
    /// The current document's number in the chunk.
    current: u32,
}

impl Dense<'_> {
    /// The first document from `number` on.
    fn next_from(&self, number: u32) -> Option<u32> {
        let first = number as usize / 64;
        if WINDOWS <= first {
            return None;
        }
        let word = presence_word(self.words, first) & u64::MAX << (number % 64);
        let later = (first + 1..WINDOWS).map(|window| (window, presence_word(self.words, window)));
        let mut words = std::iter::once((first, word)).chain(later);
        let (window, word) = words.find(|(_, word)| *word != 0)?;
        Some(window as u32 * 64 + word.trailing_zeros())
    }

    /// The rank of the current document.
    fn rank(&self) -> usize {
        let window = self.current as usize / 64;
        let below = presence_word(self.words, window) & ((1 << (self.current % 64)) - 1);
        window_rank(self.words, self.ranks, window) + below.count_ones() as usize
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn new(list: PostingList<'a>) -> Result<Self, Error> {
        let mut cursor = Cursor {
            list,
            block: 0,
            index: 0,
            has_index: true,
            length: 0,
            docs: vec![END; BLOCK],
            chunk: Chunk::EMPTY,
            dense: None,
            frequencies: [0; BLOCK],
            frequency_block: usize::MAX,
            frequencies_at: 0,
            places: Places::default(),
            blocks_read: 0,
        };
        cursor.load(0)?;
        Ok(cursor)
    }

    /// Documents in the list.
    #[must_use]
    pub fn doc_freq(&self) -> u32 {
        self.list.doc_freq
    }

    /// Blocks or chunks of the list that were decoded so far.
    #[must_use]
    pub fn blocks_read(&self) -> usize {
        self.blocks_read
    }

    /// Blocks or chunks of the list, as [`PostingList::block_count`].
    #[must_use]
    pub fn block_count(&self) -> usize {
        self.list.block_count()
    }

    /// The current document, or [`END`].
    #[inline]
    #[must_use]
    pub fn doc(&self) -> u32 {
        if let Some(dense) = &self.dense {
            return self.block as u32 * CHUNK + dense.current;
        }
        if self.index < self.length { self.docs[self.index] } else { END }
    }

    /// Moves to the next posting and returns its document.
    #[inline]
    pub fn advance(&mut self) -> Result<u32, Error> {
        if let Some(dense) = &self.dense {
            let next = dense.next_from(dense.current + 1);
            self.index += 1;
            return self.stand_in_dense(next);
        }
        self.index += 1;
        if self.index < self.length {
            return Ok(self.docs[self.index]);
        }
        self.load(self.block + 1)?;
        Ok(self.doc())
    }

    /// Moves to the first posting with document >= `target` and returns its document.
    ///
    /// Inside the current block a comparison with all its documents; else a search in the skip entries.
    #[inline]
    pub fn seek(&mut self, target: u32) -> Result<u32, Error> {
        if target <= self.doc() {
            return Ok(self.doc());
        }
        if self.last_doc() < target {
            let block = self.list.block_of(target, self.block + 1);
            self.load(block)?;
            if target <= self.doc() {
                return Ok(self.doc());
            }
        }
        if let Some(dense) = &self.dense {
            let next = dense.next_from(target % CHUNK);
            self.has_index = false;
            return self.stand_in_dense(next);
        }
        self.index = match self.docs.as_array::<BLOCK>() {
            Some(docs) => simd::lower_bound(docs, self.index, target),
            None => {
                self.index + self.docs[self.index..self.length].partition_point(|&doc| doc < target)
            }
        };
        if self.index < self.length {
            return Ok(self.docs[self.index]);
        }
        // A chunk, and the last block, can promise more than they hold.
        self.load(self.block + 1)?;
        Ok(self.doc())
    }

    /// The last document that the current block or chunk can hold.
    #[inline]
    fn last_doc(&self) -> u32 {
        match self.dense {
            Some(_) => self.block as u32 * CHUNK + (CHUNK - 1),
            None => self.docs[self.length - 1],
        }
    }

    /// Moves to a document of the dense chunk, or behind the chunk.
    #[inline]
    fn stand_in_dense(&mut self, number: Option<u32>) -> Result<u32, Error> {
        match (number, &mut self.dense) {
            (Some(number), Some(dense)) => dense.current = number,
            _ => self.load(self.block + 1)?,
        }
        Ok(self.doc())
    }

    /// Finds the place of the current document, if it is not known.
    #[inline]
    fn find_index(&mut self) {
        if let (false, Some(dense)) = (self.has_index, &self.dense) {
            self.index = dense.rank();
            self.has_index = true;
        }
    }

    /// Occurrences in the current document.
    #[inline]
    pub fn freq(&mut self) -> Result<u32, Error> {
        self.find_index();
        if self.frequency_block != self.index / BLOCK {
            self.decode_frequencies()?;
        }
        Ok(self.frequencies[self.index % BLOCK])
    }

    /// The documents of the current block of a list that is not chunked, ascending; empty at the end.
    #[inline]
    #[must_use]
    pub fn block_docs(&self) -> &[u32] {
        &self.docs[..self.length]
    }

    /// Moves to the first posting of a block, or of the first chunk from there on that is not empty.
    fn load(&mut self, block: usize) -> Result<(), Error> {
        (self.index, self.has_index, self.dense) = (0, true, None);
        self.block = block;
        self.frequency_block = usize::MAX;
        if self.list.block_count() <= block {
            self.length = 0;
            return Ok(());
        }
        self.blocks_read += 1;
        match self.list.class {
            ListClass::Tiny => self.decode_tiny(),
            ListClass::Sparse => self.decode_docs(),
            ListClass::Chunked => self.decode_chunk(),
        }
    }

    fn decode_chunk(&mut self) -> Result<(), Error> {
        self.chunk = self.list.chunk(self.block)?;
        while self.chunk.count() == 0 {
            self.block += 1;
            if self.list.block_count() <= self.block {
                self.length = 0;
                return Ok(());
            }
            self.chunk = self.list.chunk(self.block)?;
        }
        let base = self.block as u32 * CHUNK;
        if let ChunkDocs::Bits { words, ranks } = self.chunk.docs() {
            return self.enter_dense(words, ranks);
        }
        self.docs.clear();
        self.chunk.decode_docs(base, &mut self.docs);
        self.length = self.docs.len();
        if self.length != self.chunk.count() {
            let (found, expected) = (self.length, self.chunk.count());
            let reason =
                format!("chunk {} holds {found} documents, expected {expected}", self.block);
            return Err(damaged("postings", 0, reason));
        }
        // One place more than a block, so that a chunk of 128 is not taken for one.
        self.docs.resize(self.length.max(BLOCK) + 1, END);
        let docs = &self.docs[..self.length];
        self.list.check_docs(self.block, base, docs, docs.is_sorted_by(|a, b| a < b))
    }

    fn enter_dense(&mut self, words: &'a [u8; 512], ranks: &'a [u8; 16]) -> Result<(), Error> {
        let counts = (0..WINDOWS).map(|window| presence_word(words, window).count_ones() as usize);
        let (found, expected) = (counts.sum::<usize>(), self.chunk.count());
        let dense = Dense { words, ranks, current: 0 };
        let free = self.list.doc_count.saturating_sub(self.block as u32 * CHUNK);
        let first = dense.next_from(0).filter(|_| found == expected);
        let (Some(first), None) = (first, dense.next_from(free)) else {
            let reason = format!(
                "chunk {} holds {found} documents, expected {expected} below {}",
                self.block, self.list.doc_count
            );
            return Err(damaged("postings", 0, reason));
        };
        self.length = expected;
        self.dense = Some(Dense { current: first, ..dense });
        Ok(())
    }

    fn decode_docs(&mut self) -> Result<(), Error> {
        let docs = self.docs.as_mut_array::<BLOCK>().expect("a sparse list's buffer is one block");
        (self.length, self.frequencies_at) = self.list.block_docs(self.block, docs)?;
        Ok(())
    }

    fn decode_frequencies(&mut self) -> Result<(), Error> {
        let block = self.index / BLOCK;
        self.places.leave();
        match self.list.class {
            ListClass::Tiny => {}
            ListClass::Chunked => self.chunk.frequencies(block, &mut self.frequencies)?,
            ListClass::Sparse => {
                let at = self.frequencies_at;
                self.list.block_frequencies(self.block, at, &mut self.frequencies)?;
            }
        }
        self.frequency_block = block;
        Ok(())
    }

    fn decode_tiny(&mut self) -> Result<(), Error> {
        self.length = self.list.doc_freq as usize;
        self.docs.fill(END);
        let mut reader = ByteReader::new(self.list.blocks);
        let mut next_doc = 0u64;
        for index in 0..self.length {
            let (doc, frequency) = read_tiny_posting(&mut reader, next_doc)?;
            if u64::from(self.list.doc_count) <= doc {
                let reason = format!("document {doc} in a segment of {}", self.list.doc_count);
                return Err(damaged("postings", reader.position() as u64, reason));
            }
            self.docs[index] = doc as u32;
            self.frequencies[index] = frequency;
            next_doc = doc + 1;
            for _ in 0..frequency {
                read_varint(&mut reader)?;
            }
        }
        self.frequency_block = 0;
        Ok(())
    }

    /// The positions in the current document, ascending, appended to `out` (cleared first).
    pub fn positions(&mut self, out: &mut Vec<u32>) -> Result<(), Error> {
        out.clear();
        if self.list.class == ListClass::Tiny {
            return self.tiny_positions(out);
        }
        self.find_index();
        if self.frequency_block != self.index / BLOCK {
            self.decode_frequencies()?;
        }
        if self.places.is_empty() {
            let length = (self.length - self.frequency_block * BLOCK).min(BLOCK);
            let start = match self.list.class {
                ListClass::Chunked => self.chunk.positions_at(self.frequency_block),
                _ => self.list.block_offsets(self.block).1,
            };
            self.places.enter(&self.frequencies, length, start)?;
        }
        self.places.read(self.list.positions, self.index % BLOCK, out)
    }

    fn tiny_positions(&self, out: &mut Vec<u32>) -> Result<(), Error> {
        let mut reader = ByteReader::new(self.list.blocks);
        for index in 0..=self.index {
            let (_, frequency) = read_tiny_posting(&mut reader, 0)?;
            let mut position = 0u32;
            for place in 0..frequency {
                let value = read_varint(&mut reader)? as u32;
                position =
                    if place == 0 { value } else { position.wrapping_add(value).wrapping_add(1) };
                if index == self.index {
                    out.push(position);
                }
            }
        }
        Ok(())
    }
}

/// The document and the frequency of the next tiny posting; its positions follow.
fn read_tiny_posting(reader: &mut ByteReader<'_>, next_doc: u64) -> Result<(u64, u32), Error> {
    let gap = read_varint(reader)?;
    let doc = next_doc.saturating_add(gap / 2);
    if gap % 2 == 1 {
        return Ok((doc, 1));
    }
    let frequency = read_varint(reader)?.saturating_add(2);
    Ok((doc, u32::try_from(frequency).unwrap_or(u32::MAX)))
}

fn read_varint(reader: &mut ByteReader<'_>) -> Result<u64, Error> {
    reader
        .read_varint_u64()
        .map_err(|error| damaged("postings", reader.position() as u64, error.to_string()))
}
