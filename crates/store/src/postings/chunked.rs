//! The chunked class: lists of frequent terms on a grid of document numbers.
//!
//! Comes in: the postings of one list that fall into one chunk. Goes out: the chunk's bytes, and views on them that
//! answer "which documents of this window" and "how often" without decoding the rest.
//!
//! # The grid
//!
//! A *chunk* is a run of 4096 document numbers, a *window* one of its 64 runs of 64. All lists share the grid, so what
//! two lists say about a window can be combined with plain arithmetic: presence with AND and OR of one word, bounds
//! with a sum.
//!
//! # Layout
//!
//! ```text
//! List      := Kth{3} Bound Zero{2} Entry{ceil(N/4096)} Chunk* Champions              N: documents of the segment
//! Entry     := chunk_offset:u32 positions_offset:u32 count:u16 Bound form:u8 Zero{2}   16 bytes, by chunk number: O(1) seek
//! Chunk     := Line Docs Block{blocks if blocks > 1} Packed(frequencies - 1){blocks}   blocks = ceil(count/128)
//! Line      := u8{16} | u8{64}                                                        count < 512 | otherwise; none for ids
//! Docs      := Ids | Windows | Bits                                                   as `form` says
//! Ids       := u12{count}                                                             packed, least significant bit first
//! Windows   := u4{64} u6{count}                                                       documents a window; their numbers in it
//! Bits      := u64{64} u16{8}                                                         presence; rank before every 8th word
//! Block     := frequencies_offset:u16 positions_offset:u32                            from the first Packed; from the chunk's positions
//! ```
//!
//! * `Line` holds for each window (or for each run of four windows) the largest impact in 255ths, rounded up.
//! * `form` is 0 for an empty chunk, 1 `Ids`, 2 `Windows`, 3 `Bits`: the shortest that can hold the chunk. `Windows` holds
//!   at most 15 documents a window.
//! * A posting's *rank* is its place among the chunk's postings. Frequencies and positions are in blocks of 128 ranks.
//!
//! The idea of bounds aligned to document numbers is that of Mallia, Suel and Tonellotto (Faster Learned Sparse Retrieval
//! with Block-Max Pruning, SIGIR 2024) with two levels; `Windows` is Elias-Fano with a lower part of fixed width.

use codec::packed::{self, PackedError};
use codec::simd;

use super::bounds::Bound;
use super::{BLOCK, END, damaged};
use crate::Error;

/// Documents in a chunk.
pub const CHUNK: u32 = 4096;

/// Documents in a window.
pub const WINDOW: u32 = 64;

/// Windows in a chunk.
pub const WINDOWS: usize = 64;

/// Bytes of a directory entry.
pub(super) const ENTRY_BYTES: usize = 16;

/// Chunks from this count on carry a bound for every window, smaller ones one for every four.
const FINE_LINE: usize = 512;

const BLOCK_BYTES: usize = 6;
const BITS_BYTES: usize = 512 + 16;

/// How a chunk's documents are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Ids = 1,
    Windows = 2,
    Bits = 3,
}

fn docs_bytes(form: Form, count: usize) -> usize {
    match form {
        Form::Ids => (count * 12).div_ceil(8),
        Form::Windows => 32 + (count * 6).div_ceil(8),
        Form::Bits => BITS_BYTES,
    }
}

fn line_bytes(form: Form, count: usize) -> usize {
    match form {
        Form::Ids => 0,
        Form::Windows | Form::Bits if count < FINE_LINE => 16,
        Form::Windows | Form::Bits => WINDOWS,
    }
}

/// The shortest form that holds these documents (numbers inside the chunk, ascending).
fn form_of(docs: &[u16]) -> Form {
    let mut in_window = [0u8; WINDOWS];
    for &doc in docs {
        in_window[usize::from(doc) / 64] += 1;
    }
    let crowded = in_window.iter().any(|&count| 15 < count);
    let size = |form: Form| docs_bytes(form, docs.len()) + line_bytes(form, docs.len());
    let mut best = Form::Ids;
    for form in [Form::Windows, Form::Bits] {
        if (form != Form::Windows || !crowded) && size(form) < size(best) {
            best = form;
        }
    }
    best
}

/// One posting of the chunk being written.
pub(super) struct ChunkPostings<'a> {
    /// Numbers inside the chunk, ascending.
    pub(super) docs: &'a [u16],
    pub(super) frequencies: &'a [u32],
    /// The impact of each posting in 255ths, rounded up.
    pub(super) impacts: &'a [u8],
    /// Where each block's positions start, from the chunk's first.
    pub(super) positions: &'a [u32],
}

/// Appends the chunk's bytes and returns its form.
pub(super) fn write_chunk(chunk: &ChunkPostings<'_>, out: &mut Vec<u8>) -> Form {
    let form = form_of(chunk.docs);
    write_line(chunk, line_bytes(form, chunk.docs.len()), out);
    match form {
        Form::Ids => write_bits(chunk.docs.iter().map(|&doc| u32::from(doc)), 12, out),
        Form::Windows => write_windows(chunk.docs, out),
        Form::Bits => write_presence(chunk.docs, out),
    }
    let mut frequencies = Vec::new();
    let mut offsets = Vec::new();
    for block in chunk.frequencies.chunks(BLOCK) {
        offsets.push(frequencies.len() as u16);
        let less_one: Vec<u32> = block.iter().map(|frequency| frequency - 1).collect();
        packed::encode(&less_one, &mut frequencies);
    }
    if 1 < offsets.len() {
        for (offset, positions) in offsets.iter().zip(chunk.positions) {
            out.extend(offset.to_le_bytes());
            out.extend(positions.to_le_bytes());
        }
    }
    out.extend(frequencies);
    form
}

fn write_line(chunk: &ChunkPostings<'_>, bytes: usize, out: &mut Vec<u8>) {
    let mut line = [0u8; WINDOWS];
    if bytes == 0 {
        return;
    }
    let width = CHUNK as usize / bytes;
    for (&doc, &impact) in chunk.docs.iter().zip(chunk.impacts) {
        let place = &mut line[usize::from(doc) / width];
        *place = impact.max(*place);
    }
    out.extend_from_slice(&line[..bytes]);
}

fn write_bits(values: impl Iterator<Item = u32>, width: u32, out: &mut Vec<u8>) {
    let (mut pending, mut bits) = (0u64, 0);
    for value in values {
        pending |= u64::from(value) << bits;
        bits += width;
        while 8 <= bits {
            out.push(pending as u8);
            pending >>= 8;
            bits -= 8;
        }
    }
    if 0 < bits {
        out.push(pending as u8);
    }
}

fn write_windows(docs: &[u16], out: &mut Vec<u8>) {
    let mut counts = [0u32; WINDOWS];
    for &doc in docs {
        counts[usize::from(doc) / 64] += 1;
    }
    write_bits(counts.into_iter(), 4, out);
    write_bits(docs.iter().map(|&doc| u32::from(doc) % 64), 6, out);
}

fn write_presence(docs: &[u16], out: &mut Vec<u8>) {
    let mut words = [0u64; WINDOWS];
    for &doc in docs {
        words[usize::from(doc) / 64] |= 1 << (doc % 64);
    }
    out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    let mut rank = 0u16;
    for eight in words.chunks(8) {
        out.extend(rank.to_le_bytes());
        rank += eight.iter().map(|word| word.count_ones() as u16).sum::<u16>();
    }
}

/// One chunk of a list, borrowed from the file.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    count: usize,
    bound: Bound,
    line: &'a [u8],
    docs: ChunkDocs<'a>,
    blocks: &'a [u8],
    /// From the first packed frequencies to the end of the section.
    frequencies: &'a [u8],
    /// Where the chunk's positions start in section `positions`, from the list's start.
    positions: usize,
}

/// The documents of a chunk.
#[derive(Clone, Copy)]
pub enum ChunkDocs<'a> {
    /// Packed numbers of 12 bits, and what stands behind them.
    Ids(&'a [u8]),
    /// How many documents in each window (4 bits each), and their packed numbers of 6 bits, and what stands behind them.
    Windows {
        /// 64 counts of 4 bits.
        counts: &'a [u8; 32],
        /// The numbers.
        numbers: &'a [u8],
    },
    /// One bit for each document.
    Bits {
        /// 64 words of 64 bits.
        words: &'a [u8; 512],
        /// The rank before every eighth word.
        ranks: &'a [u8; 16],
    },
}

impl<'a> Chunk<'a> {
    /// A chunk without documents.
    pub const EMPTY: Chunk<'static> = Chunk {
        count: 0,
        bound: Bound::EMPTY,
        line: &[],
        docs: ChunkDocs::Ids(&[]),
        blocks: &[],
        frequencies: &[],
        positions: 0,
    };

    /// Finds a chunk's parts; `bytes` goes on to the end of the section. Checks what memory safety and progress need.
    pub(super) fn open(entry: &[u8], bodies: &'a [u8]) -> Result<Chunk<'a>, Error> {
        let word = |at: usize| {
            u32::from_le_bytes(entry[at..at + 4].try_into().expect("four bytes were sliced"))
        };
        let (at, positions) = (word(0) as usize, word(4) as usize);
        let count = usize::from(u16::from_le_bytes([entry[8], entry[9]]));
        let bound = Bound::from_bytes([entry[10], entry[11], entry[12]]);
        let form = match entry[13] {
            0 if count == 0 => return Ok(Chunk::EMPTY),
            1 => Form::Ids,
            2 => Form::Windows,
            3 => Form::Bits,
            other => {
                return Err(damaged(
                    "postings",
                    at as u64,
                    format!("chunk of {count} documents in form {other}, expected 1 to 3"),
                ));
            }
        };
        let failed = || {
            damaged(
                "postings",
                at as u64,
                format!("chunk of {count} documents ends beyond the section"),
            )
        };
        if count == 0 || (CHUNK as usize) < count {
            return Err(damaged(
                "postings",
                at as u64,
                format!("chunk of {count} documents, expected 1 to {CHUNK}"),
            ));
        }
        let bytes = bodies.get(at..).ok_or_else(failed)?;
        let (line, bytes) = bytes.split_at_checked(line_bytes(form, count)).ok_or_else(failed)?;
        let docs = ChunkDocs::open(form, bytes).ok_or_else(failed)?;
        let (_, bytes) = bytes.split_at_checked(docs_bytes(form, count)).ok_or_else(failed)?;
        let blocks = count.div_ceil(BLOCK);
        let block_bytes = if 1 < blocks { blocks * BLOCK_BYTES } else { 0 };
        let (blocks, frequencies) = bytes.split_at_checked(block_bytes).ok_or_else(failed)?;
        Ok(Chunk { count, bound, line, docs, blocks, frequencies, positions })
    }

    /// Documents in it.
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// What bounds the impacts of the chunk.
    #[inline]
    #[must_use]
    pub fn bound(&self) -> Bound {
        self.bound
    }

    /// Its documents.
    #[inline]
    #[must_use]
    pub fn docs(&self) -> ChunkDocs<'a> {
        self.docs
    }

    /// The largest impact of each window in 255ths for the baked ranking. Windows without a document may show more than 0.
    #[inline]
    pub fn line(&self, out: &mut [u8; WINDOWS]) {
        match self.line.len() {
            WINDOWS => out.copy_from_slice(self.line),
            0 => out.fill(self.bound.max_impact),
            _ => {
                for (four, &impact) in out.chunks_exact_mut(4).zip(self.line) {
                    four.fill(impact);
                }
            }
        }
    }

    /// Decodes the frequencies of ranks `block * 128 ..`; places beyond the chunk's count hold unspecified values.
    ///
    /// Fails for a rank beyond the count, as only damaged presence bits or counts bring forth.
    pub fn frequencies(&self, block: usize, out: &mut [u32; BLOCK]) -> Result<(), Error> {
        let length = self.count.saturating_sub(block * BLOCK).min(BLOCK);
        if length == 0 {
            let reason = format!("chunk of {} documents holds more than that", self.count);
            return Err(damaged("postings", 0, reason));
        }
        let at = self.block_offsets(block).0;
        let bytes = self.frequencies.get(at..).unwrap_or_default();
        packed::decode(bytes, length, out).map_err(frequencies_damaged)?;
        simd::increment(out);
        Ok(())
    }

    /// The frequency of the posting of one rank, without decoding its block.
    pub fn frequency(&self, rank: usize) -> Result<u32, Error> {
        let block = rank / BLOCK;
        let length = self.count.saturating_sub(block * BLOCK).min(BLOCK);
        let at = self.block_offsets(block).0;
        let bytes = self.frequencies.get(at..).unwrap_or_default();
        let less_one = packed::get(bytes, length, rank % BLOCK).map_err(frequencies_damaged)?;
        Ok(less_one.saturating_add(1))
    }

    /// Asks for the frequencies of a block before they are read.
    #[inline]
    pub fn prefetch_frequencies(&self, block: usize) {
        simd::prefetch_lines(self.frequencies, self.block_offsets(block).0, 2);
    }

    /// Where the positions of a block start, in bytes from the list's first.
    pub(super) fn positions_at(&self, block: usize) -> usize {
        self.positions + self.block_offsets(block).1
    }

    fn block_offsets(&self, block: usize) -> (usize, usize) {
        let at = block * BLOCK_BYTES;
        let Some(&[f0, f1, p0, p1, p2, p3]) = self.blocks.get(at..at + BLOCK_BYTES) else {
            return (0, 0);
        };
        (usize::from(u16::from_le_bytes([f0, f1])), u32::from_le_bytes([p0, p1, p2, p3]) as usize)
    }

    /// Appends the chunk's documents, each plus `base`.
    pub(super) fn decode_docs(&self, base: u32, out: &mut Vec<u32>) {
        match self.docs {
            ChunkDocs::Ids(bytes) => {
                out.extend(packed_ids(bytes, self.count).map(|id| base + id));
            }
            ChunkDocs::Windows { counts, numbers } => {
                let mut rank = 0;
                for window in 0..WINDOWS {
                    for _ in 0..window_count(counts, window) {
                        out.push(base + window as u32 * WINDOW + packed_number(numbers, rank, 6));
                        rank += 1;
                    }
                }
            }
            ChunkDocs::Bits { words, .. } => {
                for window in 0..WINDOWS {
                    let mut word = presence_word(words, window);
                    while word != 0 {
                        out.push(base + window as u32 * WINDOW + word.trailing_zeros());
                        word &= word - 1;
                    }
                }
            }
        }
    }
}

fn frequencies_damaged(error: PackedError) -> Error {
    damaged("postings", 0, format!("frequencies of a chunk: {error}"))
}

impl<'a> ChunkDocs<'a> {
    fn open(form: Form, bytes: &'a [u8]) -> Option<ChunkDocs<'a>> {
        match form {
            Form::Ids => Some(ChunkDocs::Ids(bytes)),
            Form::Windows => {
                let (counts, numbers) = bytes.split_first_chunk::<32>()?;
                Some(ChunkDocs::Windows { counts, numbers })
            }
            Form::Bits => {
                let (words, ranks) = bytes.split_first_chunk::<512>()?;
                Some(ChunkDocs::Bits { words, ranks: ranks.first_chunk::<16>()? })
            }
        }
    }
}

/// The presence word of a window.
#[inline]
#[must_use]
pub fn presence_word(words: &[u8; 512], window: usize) -> u64 {
    let bytes: [u8; 8] =
        words[window * 8..window * 8 + 8].try_into().expect("eight bytes were sliced");
    u64::from_le_bytes(bytes)
}

/// The rank of the first document of a window in a chunk of [`ChunkDocs::Bits`].
#[inline]
#[must_use]
pub fn window_rank(words: &[u8; 512], ranks: &[u8; 16], window: usize) -> usize {
    let eighth = window / 8;
    let sample = usize::from(u16::from_le_bytes([ranks[eighth * 2], ranks[eighth * 2 + 1]]));
    let (eight, _) = words[eighth * 64..eighth * 64 + 64].as_chunks();
    // All eight are counted, without a branch for each: how many stand before the window is hard to predict.
    let before = eight.iter().enumerate().map(|(place, &word)| {
        let is_before = u64::from(place < window % 8).wrapping_neg();
        (u64::from_le_bytes(word) & is_before).count_ones() as usize
    });
    sample + before.sum::<usize>()
}

/// The rank of a document by its `number` in a window of [`ChunkDocs::Windows`], whose `count` documents start at rank
/// `start`; `None` where it is not there.
#[inline(always)]
#[must_use]
pub fn window_find(numbers: &[u8], start: usize, count: usize, number: u32) -> Option<usize> {
    let (mut rank, end) = (start, start + count);
    while rank < end {
        let bit = rank * 6;
        let Some(&eight) = numbers.get(bit / 8..).and_then(|rest| rest.first_chunk::<8>()) else {
            return (rank..end).find(|&rank| packed_number(numbers, rank, 6) == number);
        };
        let zero = zero_fields(u64::from_le_bytes(eight) >> (bit % 8), number);
        if zero != 0 {
            let found = rank + zero.trailing_zeros() as usize / 6;
            return (found < end).then_some(found);
        }
        rank += 8;
    }
    None
}

/// The same without a branch for most windows: the rank, and whether the document is there.
#[inline(always)]
#[must_use]
pub fn window_search(numbers: &[u8], start: usize, count: usize, number: u32) -> (usize, bool) {
    let bit = start * 6;
    if let Some(&eight) = numbers.get(bit / 8..).and_then(|rest| rest.first_chunk::<8>())
        && count <= 8
    {
        let zero = zero_fields(u64::from_le_bytes(eight) >> (bit % 8), number);
        let place = zero.trailing_zeros() as usize / 6;
        return (start + place, place < count);
    }
    let found = window_find(numbers, start, count, number);
    (found.unwrap_or(0), found.is_some())
}

/// The highest bits of those of eight fields of 6 bits that are `number`; above the lowest of them, others may be set.
#[inline(always)]
fn zero_fields(eight: u64, number: u32) -> u64 {
    // The lowest bit of each field.
    const LOWEST: u64 = 0x0410_4104_1041;
    // The field that is wanted becomes 0, and the lowest one that is 0 borrows from its highest bit.
    let other = eight ^ (LOWEST * u64::from(number));
    other.wrapping_sub(LOWEST) & !other & LOWEST << 5
}

/// How many documents a window of [`ChunkDocs::Windows`] holds.
#[inline]
#[must_use]
pub fn window_count(counts: &[u8; 32], window: usize) -> usize {
    usize::from(counts[window / 2] >> (window % 2 * 4) & 15)
}

/// The first `count` (at most [`CHUNK`]) numbers of [`ChunkDocs::Ids`]; 0 beyond the end.
#[inline(always)]
pub fn packed_ids(bytes: &[u8], count: usize) -> impl Iterator<Item = u32> {
    // Two numbers in three bytes.
    let (pairs, _) = bytes[..bytes.len().min(count / 2 * 3)].as_chunks::<3>();
    let two = |pair: &[u8; 3]| {
        let [low, middle, high] = pair.map(u32::from);
        [low | (middle & 15) << 8, middle >> 4 | high << 4]
    };
    let rest = pairs.len() * 2..count;
    pairs.iter().flat_map(two).chain(rest.map(|index| packed_number(bytes, index, 12)))
}

/// Unpacks the same, at most [`BLOCK`] of them, each plus `base`, and [`END`] behind them; whether there is room to do that.
#[inline(always)]
#[must_use]
pub fn unpack_ids(bytes: &[u8], count: usize, base: u32, out: &mut [u32; BLOCK]) -> bool {
    if BLOCK < count || bytes.len() < (count * 12).div_ceil(8) + simd::SLACK {
        return false;
    }
    simd::unpack(bytes, 12, count, out);
    out[..count].iter_mut().for_each(|id| *id += base);
    out[count..].fill(END);
    true
}

/// Number `index` of a run of packed numbers of `width` (at most 12) bits; 0 beyond the end.
#[inline]
fn packed_number(bytes: &[u8], index: usize, width: usize) -> u32 {
    let bit = index * width;
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
    let word = byte(bit / 8) | byte(bit / 8 + 1) << 8 | byte(bit / 8 + 2) << 16;
    word >> (bit % 8) & ((1 << width) - 1)
}
