//! A run: the postings of a stretch of documents, terms in byte order, kept in memory or spilled to a file.
//!
//! Comes in: terms in byte order with the places where they occur. Goes out: the same, read back by [`RunCursor`],
//! from any term on. A run is not a segment: it is written once, read once, and its bytes depend on how the work was
//! divided. It knows nothing of fields, lengths or the index file.
//!
//! ```text
//! Run     := Block*
//! Block   := Entry+                                     about BLOCK_BYTES; an entry is never split
//! Entry   := shared suffix_length suffix documents pieces Piece{pieces}
//! Piece   := slot length byte{length}                   see [`crate::piece`]; slots ascend in an entry
//! ```
//!
//! All numbers are varints. `shared` is how many bytes the term shares with the one before it, 0 in the first entry of a
//! block, so that reading can begin at any block. `documents` counts the postings of all pieces: the layout of a list
//! depends on it, so it must be known before the first. As documents are numbered by slot, pieces never change when runs
//! are put together.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Error;
use crate::surfaces::prefix_of;

/// How many bytes of entries make a block; in tests few, so that runs have many.
const BLOCK_BYTES: usize = if cfg!(test) { 100 } else { 64 << 10 };

/// Where a block begins.
pub(crate) struct BlockMark {
    /// Its first term.
    pub(crate) first_term: Box<[u8]>,
    /// Its place: a number of bytes in a spilled run, an index in one that is in memory.
    offset: u64,
    /// Its length in bytes.
    pub(crate) length: usize,
}

/// A finished run.
pub(crate) struct Run {
    pub(crate) marks: Vec<BlockMark>,
    bytes: RunBytes,
}

enum RunBytes {
    Memory(Vec<Box<[u8]>>),
    Spilled(Arc<Mutex<File>>),
}

impl Run {
    /// A run in memory.
    pub(crate) fn in_memory(blocks: Vec<Block>) -> Run {
        let (mut marks, mut bytes) = (Vec::new(), Vec::new());
        for (index, block) in (0..).zip(blocks) {
            let length = block.bytes.len();
            marks.push(BlockMark { first_term: block.first_term, offset: index, length });
            bytes.push(block.bytes);
        }
        Run { marks, bytes: RunBytes::Memory(bytes) }
    }

    /// A run whose blocks were written one after another to `file`.
    pub(crate) fn spilled(blocks: Vec<(Box<[u8]>, usize)>, file: File) -> Run {
        let mut offset = 0;
        let marks = blocks
            .into_iter()
            .map(|(first_term, length)| {
                let mark = BlockMark { first_term, offset, length };
                offset += length as u64;
                mark
            })
            .collect();
        Run { marks, bytes: RunBytes::Spilled(Arc::new(Mutex::new(file))) }
    }

    /// How many bytes of memory it holds.
    pub(crate) fn memory(&self) -> u64 {
        let marks: usize =
            self.marks.iter().map(|mark| size_of::<BlockMark>() + mark.first_term.len()).sum();
        let blocks = match &self.bytes {
            RunBytes::Memory(blocks) => blocks.iter().map(|block| block.len() + 16).sum(),
            RunBytes::Spilled(_) => 0,
        };
        (marks + blocks) as u64
    }

    /// How many bytes of entries it has.
    pub(crate) fn bytes(&self) -> u64 {
        self.marks.iter().map(|mark| mark.length as u64).sum()
    }
}

/// A block as it is made.
pub(crate) struct Block {
    pub(crate) first_term: Box<[u8]>,
    pub(crate) bytes: Box<[u8]>,
}

/// Puts entries together into blocks.
pub(crate) struct BlockWriter {
    buffer: Vec<u8>,
    first_term: Vec<u8>,
    last_term: Vec<u8>,
}

impl BlockWriter {
    pub(crate) fn new() -> BlockWriter {
        BlockWriter { buffer: Vec::new(), first_term: Vec::new(), last_term: Vec::new() }
    }

    /// Starts an entry of `pieces` pieces with `documents` postings; terms ascend. Append the pieces with
    /// [`BlockWriter::piece`].
    pub(crate) fn entry(&mut self, term: &[u8], documents: u32, pieces: u32) {
        let shared = if self.buffer.is_empty() {
            self.first_term.clear();
            self.first_term.extend_from_slice(term);
            0
        } else {
            term.iter().zip(&self.last_term).take_while(|(one, other)| one == other).count()
        };
        let suffix = &term[shared..];
        write_varint(&mut self.buffer, shared as u32);
        write_varint(&mut self.buffer, suffix.len() as u32);
        self.buffer.extend_from_slice(suffix);
        write_varint(&mut self.buffer, documents);
        write_varint(&mut self.buffer, pieces);
        self.last_term.truncate(shared);
        self.last_term.extend_from_slice(suffix);
    }

    /// Appends the next piece of the entry.
    pub(crate) fn piece(&mut self, slot: u32, postings: &[u8]) {
        write_varint(&mut self.buffer, slot);
        write_varint(&mut self.buffer, postings.len() as u32);
        self.buffer.extend_from_slice(postings);
    }

    /// Whether the block is long enough to be taken.
    pub(crate) fn is_full(&self) -> bool {
        BLOCK_BYTES <= self.buffer.len()
    }

    /// The open block, if it has an entry; the next entry begins a block.
    pub(crate) fn take(&mut self) -> Option<Block> {
        if self.buffer.is_empty() {
            return None;
        }
        let first_term = self.first_term.as_slice().into();
        let bytes = self.buffer.as_slice().into();
        self.buffer.clear();
        Some(Block { first_term, bytes })
    }
}

/// Appends a varint.
#[inline]
pub(crate) fn write_varint(out: &mut Vec<u8>, value: u32) {
    if value < 0x80 {
        out.push(value as u8);
    } else if value < 0x4000 {
        out.extend_from_slice(&[value as u8 | 0x80, (value >> 7) as u8]);
    } else {
        codec::varint::write_u32(out, value);
    }
}

/// Reads a varint at `*at`; 0 behind the end, where `*at` then lies too.
///
/// Only for bytes that this process wrote: whoever calls checks `*at` once at the end instead of every number.
#[inline]
pub(crate) fn read_varint(bytes: &[u8], at: &mut usize) -> u32 {
    if let Some(four) = bytes.get(*at..).and_then(<[u8]>::first_chunk) {
        let four = u32::from_le_bytes(*four);
        if four & 0x80 == 0 {
            *at += 1;
            return four & 0x7f;
        }
        if four & 0x8000 == 0 {
            *at += 2;
            return four & 0x7f | four >> 1 & 0x3f80;
        }
    }
    read_long_varint(bytes, at)
}

fn read_long_varint(bytes: &[u8], at: &mut usize) -> u32 {
    let mut value = 0u32;
    let mut shift = 0;
    loop {
        let byte = bytes.get(*at).copied().unwrap_or(0);
        *at += 1;
        value |= u32::from(byte & 0x7f).wrapping_shl(shift);
        if byte < 0x80 {
            return value;
        }
        shift += 7;
    }
}

/// Moves over the entries of a run.
///
/// The law: [`RunCursor::open`] stands before the first entry whose term is not below `from`. After
/// [`RunCursor::next_entry`] has returned true, [`RunCursor::term`] is that entry's, and [`RunCursor::next_piece`] gives
/// its pieces; those left unread are passed over by the next call of `next_entry`.
pub(crate) struct RunCursor<'r> {
    run: &'r Run,
    /// The next block to load.
    next_block: usize,
    /// The block being read: its bytes where the run is spilled (a window of them), else unused.
    window: Vec<u8>,
    /// Where the window begins in the block.
    window_start: usize,
    /// The current block's length, and the place in it of what is read next.
    length: usize,
    at: usize,
    buffer_bytes: usize,
    term: Vec<u8>,
    prefix: u64,
    documents: u32,
    pieces_left: u32,
    /// An entry was read ahead by `open`.
    pending: bool,
}

impl<'r> RunCursor<'r> {
    /// A cursor before the first entry whose term is not below `from`; reads a spilled run by `buffer_bytes`.
    pub(crate) fn open(
        run: &'r Run,
        from: &[u8],
        buffer_bytes: usize,
    ) -> Result<RunCursor<'r>, Error> {
        let after = run.marks.partition_point(|mark| *mark.first_term <= *from);
        let mut cursor = RunCursor {
            run,
            next_block: after.saturating_sub(1),
            window: Vec::new(),
            window_start: 0,
            length: 0,
            at: 0,
            buffer_bytes: buffer_bytes.max(256),
            term: Vec::new(),
            prefix: 0,
            documents: 0,
            pieces_left: 0,
            pending: false,
        };
        while cursor.next_entry()? {
            if from <= cursor.term.as_slice() {
                cursor.pending = true;
                break;
            }
        }
        Ok(cursor)
    }

    /// Moves to the next entry; false when there is none.
    pub(crate) fn next_entry(&mut self) -> Result<bool, Error> {
        if std::mem::take(&mut self.pending) {
            return Ok(true);
        }
        while self.pieces_left != 0 {
            self.pass_piece()?;
        }
        if self.at == self.length && !self.next_block() {
            return Ok(false);
        }
        let shared = self.number()? as usize;
        let suffix_length = self.number()? as usize;
        if self.term.len() < shared {
            return Err(Error::SpillDamaged);
        }
        self.term.truncate(shared);
        let (run, at) = (self.run, self.at);
        let mut term = std::mem::take(&mut self.term);
        term.extend_from_slice(self.bytes(run, at, suffix_length)?);
        self.at += suffix_length;
        self.term = term;
        self.prefix = prefix_of(&self.term);
        self.documents = self.number()?;
        self.pieces_left = self.number()?;
        Ok(true)
    }

    /// The current entry's term.
    pub(crate) fn term(&self) -> &[u8] {
        &self.term
    }

    /// Its first eight bytes, see [`prefix_of`].
    pub(crate) fn prefix(&self) -> u64 {
        self.prefix
    }

    /// How many postings all pieces of the entry have.
    pub(crate) fn documents(&self) -> u32 {
        self.documents
    }

    /// How many pieces of the entry have not been read.
    pub(crate) fn pieces_left(&self) -> u32 {
        self.pieces_left
    }

    /// The next piece of the entry: its slot and its postings.
    pub(crate) fn next_piece(&mut self) -> Result<Option<(u32, &[u8])>, Error> {
        if self.pieces_left == 0 {
            return Ok(None);
        }
        let slot = self.number()?;
        let length = self.number()? as usize;
        self.pieces_left -= 1;
        let (run, at) = (self.run, self.at);
        self.at += length;
        Ok(Some((slot, self.bytes(run, at, length)?)))
    }

    fn pass_piece(&mut self) -> Result<(), Error> {
        self.number()?;
        let length = self.number()? as usize;
        self.pieces_left -= 1;
        self.at += length;
        if self.length < self.at { Err(Error::SpillDamaged) } else { Ok(()) }
    }

    fn next_block(&mut self) -> bool {
        let Some(mark) = self.run.marks.get(self.next_block) else { return false };
        self.next_block += 1;
        self.length = mark.length;
        (self.at, self.window_start) = (0, 0);
        self.window.clear();
        self.term.clear();
        true
    }

    fn number(&mut self) -> Result<u32, Error> {
        let (run, at) = (self.run, self.at);
        let longest = (self.length - at).min(5);
        let bytes = self.bytes(run, at, longest)?;
        let mut read = 0;
        let value = read_varint(bytes, &mut read);
        if longest < read {
            return Err(Error::SpillDamaged);
        }
        self.at += read;
        Ok(value)
    }

    /// `length` bytes of the current block from `at` on.
    fn bytes<'a>(&'a mut self, run: &'a Run, at: usize, length: usize) -> Result<&'a [u8], Error> {
        let end = at.checked_add(length).filter(|end| *end <= self.length);
        let end = end.ok_or_else(|| Error::SpillDamaged)?;
        match &run.bytes {
            RunBytes::Memory(blocks) => Ok(&blocks[self.next_block - 1][at..end]),
            RunBytes::Spilled(file) => {
                let window_end = self.window_start + self.window.len();
                if at < self.window_start || window_end < end {
                    self.load(file, at, length)?;
                }
                Ok(&self.window[at - self.window_start..][..length])
            }
        }
    }

    #[cold]
    fn load(&mut self, file: &Mutex<File>, at: usize, length: usize) -> Result<(), Error> {
        let mark = &self.run.marks[self.next_block - 1];
        let length = length.max(self.buffer_bytes).min(mark.length - at);
        self.window.resize(length, 0);
        self.window.shrink_to(self.buffer_bytes);
        self.window_start = at;
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(mark.offset + at as u64))
            .and_then(|_| file.read_exact(&mut self.window))
            .map_err(|cause| Error::Spill { action: "read", cause })
    }
}

#[cfg(test)]
mod tests;
