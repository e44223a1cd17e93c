//! One term of a query on the grid of document numbers, chunk by chunk.
//!
//! Comes in: a posting list of any class. Goes out, for the chunk it has entered: which windows hold documents, the
//! presence word of a window, the frequency and the positions of a document by rank. Chunked lists are read in place;
//! of the others, the postings of the chunk are decoded on entering it.

use codec::simd::{self, WindowStarts};
use store::postings::chunked::{
    CHUNK, Chunk, ChunkDocs, WINDOWS, packed_number, presence_word, window_count, window_rank,
    window_word,
};
use store::postings::{BLOCK, Cursor, END, ListClass, Places, PostingList};

use super::bounds::ImpactBounds;
use super::impacts::ImpactTable;
use crate::Error;

/// How the documents of the entered chunk are found.
enum View<'a> {
    /// There are none.
    Absent,
    /// Presence bits in the file.
    Bits { words: &'a [u8; 512], ranks: &'a [u8; 16] },
    /// Numbers of 6 bits in the file, ranks of windows in `window_starts`.
    Windows { counts: &'a [u8; 32], numbers: &'a [u8] },
    /// Presence bits in `words`, ranks of windows in `starts`.
    Decoded,
}

/// One term moving over the chunks of a segment, forwards.
pub(crate) struct TermScan<'a> {
    list: PostingList<'a>,
    /// For lists that are not chunked.
    cursor: Option<Box<Cursor<'a>>>,
    /// The same, for positions.
    position_cursor: Option<Box<Cursor<'a>>>,
    chunk: Chunk<'a>,
    chunk_number: u32,
    view: View<'a>,
    /// Windows of the chunk that hold documents.
    present: u64,
    words: Box<[u64; WINDOWS]>,
    starts: Box<[u16; WINDOWS]>,
    window_starts: WindowStarts,
    /// Frequencies by rank, of a chunk decoded from blocks; where they are wanted.
    decoded: Vec<u32>,
    wants_frequencies: bool,
    /// Frequencies of one block of a chunk.
    frequencies: Box<[u32; BLOCK]>,
    frequency_block: usize,
    places: Places,
    places_block: usize,
    /// The first block that may reach into the chunk asked about last.
    bound_block: usize,
}

impl<'a> TermScan<'a> {
    pub(crate) fn new(
        list: PostingList<'a>,
        wants_frequencies: bool,
    ) -> Result<TermScan<'a>, Error> {
        let is_chunked = list.class() == ListClass::Chunked;
        Ok(TermScan {
            list,
            cursor: if is_chunked { None } else { Some(Box::new(list.cursor()?)) },
            position_cursor: None,
            chunk: Chunk::EMPTY,
            chunk_number: 0,
            view: View::Absent,
            present: 0,
            words: Box::new([0; WINDOWS]),
            starts: Box::new([0; WINDOWS]),
            window_starts: WindowStarts::EMPTY,
            decoded: Vec::new(),
            wants_frequencies,
            frequencies: Box::new([0; BLOCK]),
            frequency_block: usize::MAX,
            places: Places::default(),
            places_block: usize::MAX,
            bound_block: 0,
        })
    }

    /// At most this is any impact in a chunk; 0 where the list surely has no document there. Chunks must ascend.
    pub(crate) fn chunk_bound(&mut self, number: u32, bounds: &ImpactBounds) -> f64 {
        let Some(cursor) = &self.cursor else {
            return bounds.impact(self.list.chunk_bound(number as usize));
        };
        let (first, last) = (number * CHUNK, number * CHUNK + (CHUNK - 1));
        if last < cursor.doc() {
            return 0.0;
        }
        self.bound_block = self.list.block_of(first, self.bound_block);
        let mut highest = 0.0f64;
        for block in self.bound_block..self.list.block_count() {
            highest = highest.max(bounds.impact(self.list.block_bound(block)));
            if last <= self.list.last_doc(block) {
                break;
            }
        }
        highest
    }

    /// Stands outside of every chunk.
    pub(crate) fn leave(&mut self) {
        self.view = View::Absent;
        self.present = 0;
    }

    /// Enters a chunk (they must ascend); whether the list has documents there.
    pub(crate) fn enter(&mut self, number: u32) -> Result<bool, Error> {
        self.chunk_number = number;
        self.frequency_block = usize::MAX;
        self.places_block = usize::MAX;
        if self.cursor.is_some() {
            self.enter_blocks(number)?
        } else {
            self.enter_chunk(number)?
        }
        Ok(self.present != 0)
    }

    fn enter_chunk(&mut self, number: u32) -> Result<(), Error> {
        self.chunk = self.list.chunk(number as usize)?;
        if self.chunk.count() == 0 {
            self.leave();
            return Ok(());
        }
        match self.chunk.docs() {
            ChunkDocs::Bits { words, ranks } => {
                self.view = View::Bits { words, ranks };
                self.present = simd::nonzero_words(words);
            }
            ChunkDocs::Windows { counts, numbers } => {
                self.view = View::Windows { counts, numbers };
                self.window_starts = simd::window_starts(counts);
                self.present = self.window_starts.present;
            }
            ChunkDocs::Ids(bytes) => {
                self.clear_words();
                for rank in 0..self.chunk.count() {
                    self.set(packed_number(bytes, rank, 12), rank);
                }
            }
        }
        Ok(())
    }

    fn enter_blocks(&mut self, number: u32) -> Result<(), Error> {
        self.clear_words();
        self.decoded.clear();
        let mut cursor = self.cursor.take().expect("a list that is not chunked has a cursor");
        let first = number * CHUNK;
        let end = first.saturating_add(CHUNK);
        let mut doc = cursor.seek(first)?;
        let mut rank = 0;
        while doc < end {
            let start = cursor.index();
            let count = cursor.block_docs()[start..].partition_point(|&doc| doc < end);
            if self.wants_frequencies {
                let frequencies = cursor.block_frequencies()?;
                self.decoded.extend_from_slice(&frequencies[start..start + count]);
            }
            for &doc in &cursor.block_docs()[start..start + count] {
                self.set(doc - first, rank);
                rank += 1;
            }
            doc = cursor.skip(count)?;
        }
        self.cursor = Some(cursor);
        Ok(())
    }

    fn clear_words(&mut self) {
        self.view = View::Decoded;
        self.present = 0;
        self.words.fill(0);
    }

    /// Adds a document with its rank; documents ascend.
    #[inline]
    fn set(&mut self, doc: u32, rank: usize) {
        let window = (doc / 64) as usize % WINDOWS;
        if self.words[window] == 0 {
            self.starts[window] = rank as u16;
            self.present |= 1 << window;
        }
        self.words[window] |= 1 << (doc % 64);
    }

    /// Windows of the chunk that hold documents.
    #[inline]
    pub(crate) fn present(&self) -> u64 {
        self.present
    }

    /// What is known of the impacts in each window of the chunk, in 255ths for the baked ranking; only where
    /// [`TermScan::has_line`].
    pub(crate) fn line(&self, out: &mut [u8; WINDOWS]) {
        if let View::Absent = self.view { out.fill(0) } else { self.chunk.line(out) }
    }

    /// Whether bounds are known by window. Blocks are not aligned to windows: there is only the bound of the chunk.
    pub(crate) fn has_line(&self) -> bool {
        self.cursor.is_none()
    }

    /// Adds up the best that each window's documents can bring, from their own frequencies and norms; only where not
    /// [`TermScan::has_line`].
    pub(crate) fn add_impacts(
        &self,
        norms: &[u8],
        impacts: &mut ImpactTable,
        weight: f32,
        own: &mut [f32; WINDOWS],
        sums: &mut [f32; WINDOWS],
    ) {
        own.fill(0.0);
        let first = (self.chunk_number * CHUNK) as usize;
        let mut frequencies = self.decoded.iter();
        let mut windows = self.present;
        while windows != 0 {
            let window = windows.trailing_zeros() as usize;
            windows &= windows - 1;
            let norms = norms.get(first + window * 64..).unwrap_or_default();
            let (mut word, mut highest) = (self.words[window], 0.0f32);
            while word != 0 {
                let norm = norms.get(word.trailing_zeros() as usize).copied().unwrap_or(0);
                word &= word - 1;
                let frequency = frequencies.next().copied().unwrap_or(u32::MAX);
                highest = highest.max(impacts.impact(norm, frequency));
            }
            own[window] = weight * highest;
            sums[window] += own[window];
        }
    }

    /// The presence word of a window.
    #[inline]
    pub(crate) fn word(&self, window: usize) -> u64 {
        match self.view {
            View::Absent => 0,
            View::Bits { words, .. } => presence_word(words, window),
            View::Decoded => self.words[window],
            View::Windows { counts, numbers } => {
                let start = self.window_starts.start(window);
                window_word(numbers, start, window_count(counts, window))
            }
        }
    }

    /// The rank of the first document of a window that holds any.
    #[inline]
    pub(crate) fn window_rank(&self, window: usize) -> usize {
        match self.view {
            View::Bits { words, ranks } => window_rank(words, ranks, window),
            View::Windows { .. } => self.window_starts.start(window),
            View::Absent | View::Decoded => usize::from(self.starts[window]),
        }
    }

    /// The frequency of the posting of a rank.
    #[inline]
    pub(crate) fn frequency(&mut self, rank: usize) -> Result<u32, Error> {
        if self.cursor.is_some() {
            return Ok(self.decoded.get(rank).copied().unwrap_or(1));
        }
        if self.frequency_block != rank / BLOCK {
            self.chunk.frequencies(rank / BLOCK, &mut self.frequencies)?;
            self.frequency_block = rank / BLOCK;
        }
        Ok(self.frequencies[rank % BLOCK])
    }

    /// The positions of the posting of a rank, whose document this is, put into `out`. Documents must ascend.
    pub(crate) fn positions(
        &mut self,
        doc: u32,
        rank: usize,
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        if self.cursor.is_some() {
            let cursor = match &mut self.position_cursor {
                Some(cursor) => cursor,
                empty => empty.insert(Box::new(self.list.cursor()?)),
            };
            if cursor.seek(doc)? == END {
                out.clear();
                return Ok(());
            }
            return Ok(cursor.positions(out)?);
        }
        let block = rank / BLOCK;
        if self.places_block != block {
            self.frequency(rank)?;
            let length = self.chunk.count().saturating_sub(block * BLOCK).min(BLOCK);
            let frequencies = &self.frequencies[..length];
            self.list.enter_places(&self.chunk, block, frequencies, &mut self.places)?;
            self.places_block = block;
        }
        Ok(self.list.read_places(&mut self.places, rank % BLOCK, out)?)
    }
}
