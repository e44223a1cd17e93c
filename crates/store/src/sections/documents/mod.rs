//! Stored documents: what was indexed, exactly as it was given, in compressed blocks.
//!
//! ```text
//! Documents := Block*
//! Block     := first:u32 count:u32 raw_length:u32 method:u8 zero{3} checksum:u32 payload
//!              first: the segment's number of its first document; checksum: CRC-32 of the 16 bytes before and the payload
//!              method 0: payload = Raw; method 1: payload = Raw in one Zstandard frame; raw_length: bytes of Raw
//! Raw       := end:u32{count} Document{count}              end: bytes from the first document to after this one
//! Directory := offset:u64{blocks + 1} first:u32{blocks + 1}     the last entry: the section's length, all documents
//! ```
//!
//! A block holds whole documents of together about 32 KiB, or one larger document. Which documents share a block depends
//! on their sizes alone ([`BlockCutter`]), so blocks can be compressed anywhere in any order. Each carries its own checksum,
//! because these sections are too large to be checked when the file is opened.

mod encoding;
mod value;

#[cfg(test)]
mod tests;

use codec::bytes::{ByteReader, ByteWriter};
use codec::checksum::Checksum;

use super::names;
use crate::Error;

pub use encoding::encode_document;
pub use value::{StoredDocument, StoredValue};

/// Documents up to this many bytes together share a block.
const BLOCK_BYTES: usize = 32 << 10;

/// The largest document, encoded.
pub(super) const MAX_DOCUMENT_BYTES: usize = 1 << 30;

/// A frame that expands more than this is stored plain, so that a reader's memory stays in proportion to the file.
const MAX_EXPANSION: usize = 128;

/// Small blocks may expand more.
const FREE_EXPANSION: usize = 256 << 10;

/// Zstandard's level. On 32 KiB blocks of Wikipedia text level 1 compresses to 0.415 at 89 MB/s, level 3 to 0.401 at 72 MB/s,
/// and a build spends more time here than on anything but the text itself.
const LEVEL: i32 = 1;

const BLOCK_HEAD: usize = 20;
const PLAIN: u8 = 0;
const ZSTANDARD: u8 = 1;

/// Decides where blocks end, from the sizes of encoded documents in document order.
#[derive(Clone, Debug, Default)]
pub struct BlockCutter {
    bytes: usize,
    documents: usize,
}

impl BlockCutter {
    /// Takes the next document; true where a new block begins with it (never for the first).
    pub fn push(&mut self, encoded_length: usize) -> bool {
        let cut = self.documents > 0 && self.bytes + encoded_length > BLOCK_BYTES;
        if cut {
            *self = BlockCutter::default();
        }
        self.bytes += encoded_length;
        self.documents += 1;
        cut
    }

    /// Whether the next document begins a new block, however short it is.
    pub fn is_full(&self) -> bool {
        self.bytes > BLOCK_BYTES
    }
}

/// One block: `documents` are encoded documents ([`encode_document`]) that lie end to end in `encoded`, each given by the
/// offset of its end, and `first` is the number of the first in its segment. `encoded` holds nothing of use afterwards: the
/// ends are put before it in place, so that a giant document is not held twice.
pub fn encode_block(first: u32, encoded: &mut Vec<u8>, ends: &[u32]) -> Result<Vec<u8>, Error> {
    let raw = encoded;
    let is_whole = ends.last().copied().unwrap_or(0) as usize == raw.len();
    raw.splice(..0, ends.iter().flat_map(|end| end.to_le_bytes()));
    let (found, limit) = (raw.len() as u64, (MAX_DOCUMENT_BYTES + BLOCK_BYTES) as u64);
    if found > limit || !is_whole {
        return Err(Error::TooLarge { what: "a stored document".to_owned(), limit, found });
    }
    let compressed = zstd::bulk::compress(raw, LEVEL)
        .map_err(|error| Error::Misuse(format!("a block cannot be compressed: {error}")))?;
    let fits = compressed.len() < raw.len() && raw.len() <= largest_raw(compressed.len());
    let (method, payload) = if fits { (ZSTANDARD, &compressed) } else { (PLAIN, &*raw) };
    let mut block = ByteWriter::after(Vec::with_capacity(BLOCK_HEAD + payload.len()));
    block.write_u32(first);
    block.write_u32(ends.len() as u32);
    block.write_u32(raw.len() as u32);
    block.write_u32(u32::from(method));
    let mut checksum = Checksum::default();
    checksum.update(block.as_bytes());
    checksum.update(payload);
    block.write_u32(checksum.value());
    block.write_bytes(payload);
    Ok(block.into_bytes())
}

/// Gives a block of [`encode_block`] another first document: where blocks are compressed in parallel, how many documents
/// stand before them is known last.
pub fn renumber_block(block: &mut [u8], first: u32) -> Result<(), Error> {
    if block.len() < BLOCK_HEAD {
        return Err(Error::Misuse("these bytes are no block of documents".to_owned()));
    }
    let (head, payload) = block.split_at_mut(BLOCK_HEAD);
    head[..4].copy_from_slice(&first.to_le_bytes());
    let mut checksum = Checksum::default();
    checksum.update(&head[..BLOCK_HEAD - 4]);
    checksum.update(payload);
    head[BLOCK_HEAD - 4..].copy_from_slice(&checksum.value().to_le_bytes());
    Ok(())
}

fn largest_raw(payload: usize) -> usize {
    payload.saturating_mul(MAX_EXPANSION).saturating_add(FREE_EXPANSION)
}

/// Collects the places of blocks in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct DocumentDirectoryBuilder {
    offsets: Vec<u64>,
    firsts: Vec<u32>,
    length: u64,
    documents: u32,
}

impl DocumentDirectoryBuilder {
    /// Takes note of a block of [`encode_block`] that is appended to section `documents`.
    pub fn push(&mut self, block: &[u8]) -> Result<(), Error> {
        let mut reader = ByteReader::new(block);
        let head = (reader.read_u32(), reader.read_u32());
        let (Ok(first), Ok(count)) = head else {
            return Err(Error::Misuse("these bytes are no block of documents".to_owned()));
        };
        if first != self.documents {
            let expected = self.documents;
            let reason =
                format!("expected the block of document {expected}, found that of {first}");
            return Err(Error::Misuse(reason));
        }
        self.offsets.push(self.length);
        self.firsts.push(first);
        self.length += block.len() as u64;
        self.documents += count;
        Ok(())
    }

    /// Documents so far.
    pub fn documents(&self) -> u32 {
        self.documents
    }

    /// The bytes of section `document_directory`.
    pub fn finish(mut self) -> Vec<u8> {
        self.offsets.push(self.length);
        self.firsts.push(self.documents);
        let mut directory = ByteWriter::new();
        self.offsets.iter().for_each(|&offset| directory.write_u64(offset));
        self.firsts.iter().for_each(|&first| directory.write_u32(first));
        directory.into_bytes()
    }
}

/// Collects whole documents: cuts, compresses and notes blocks on the calling thread.
///
/// For one thread and for tests; parallel writers call [`encode_document`], [`BlockCutter`], [`encode_block`] and
/// [`DocumentDirectoryBuilder`] themselves and get the same bytes.
#[derive(Clone, Debug, Default)]
pub struct DocumentsBuilder {
    cutter: BlockCutter,
    encoded: Vec<u8>,
    ends: Vec<u32>,
    blocks: Vec<u8>,
    directory: DocumentDirectoryBuilder,
}

impl DocumentsBuilder {
    /// Adds the next document.
    pub fn push(&mut self, document: &StoredDocument) -> Result<(), Error> {
        let mut encoded = Vec::new();
        encode_document(document, &mut encoded)?;
        if self.cutter.push(encoded.len()) {
            self.cut()?;
        }
        self.encoded.extend_from_slice(&encoded);
        self.ends.push(self.encoded.len() as u32);
        Ok(())
    }

    /// The bytes of sections `documents` and `document_directory`.
    pub fn finish(mut self) -> Result<(Vec<u8>, Vec<u8>), Error> {
        if !self.ends.is_empty() {
            self.cut()?;
        }
        Ok((self.blocks, self.directory.finish()))
    }

    fn cut(&mut self) -> Result<(), Error> {
        let block = encode_block(self.directory.documents(), &mut self.encoded, &self.ends)?;
        self.directory.push(&block)?;
        self.blocks.extend_from_slice(&block);
        self.encoded.clear();
        self.ends.clear();
        Ok(())
    }
}

/// Reads stored documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Documents<'a> {
    blocks: &'a [u8],
    offsets: &'a [u8],
    firsts: &'a [u8],
    documents: u32,
}

/// A block whose checksum was compared and whose payload was decompressed.
#[derive(Debug)]
pub(crate) struct DocumentBlock {
    first: u32,
    count: u32,
    raw: Vec<u8>,
    offset: u64,
}

impl<'a> Documents<'a> {
    /// Checks the size of the directory and its last entry, not the blocks.
    pub(crate) fn open(
        blocks: &'a [u8],
        directory: &'a [u8],
        documents: u32,
    ) -> Result<Self, Error> {
        let entries = directory.len() / 12;
        if !directory.len().is_multiple_of(12) || entries == 0 {
            let reason = format!("expected entries of 12 bytes, found {} bytes", directory.len());
            return Err(Error::corrupt(names::DOCUMENT_DIRECTORY, 0, reason));
        }
        let (offsets, firsts) = directory.split_at(8 * entries);
        let view = Documents { blocks, offsets, firsts, documents };
        let last = entries - 1;
        if view.offset(last) != blocks.len() as u64 || view.first(last) != documents {
            let reason = format!(
                "expected {documents} documents in {} bytes, found {} in {}",
                blocks.len(),
                view.first(last),
                view.offset(last)
            );
            return Err(Error::corrupt(names::DOCUMENT_DIRECTORY, 0, reason));
        }
        Ok(view)
    }

    /// One document.
    pub(crate) fn get(&self, document: u32) -> Result<StoredDocument, Error> {
        if document >= self.documents {
            let reason = format!("expected a document below {}, found {document}", self.documents);
            return Err(Error::corrupt(names::DOCUMENTS, 0, reason));
        }
        self.block(self.block_of(document))?.get(document)
    }

    /// A document and those behind it in its block.
    pub(crate) fn from(&self, document: u32) -> Result<Vec<StoredDocument>, Error> {
        if document >= self.documents {
            let reason = format!("expected a document below {}, found {document}", self.documents);
            return Err(Error::corrupt(names::DOCUMENTS, 0, reason));
        }
        let block = self.block(self.block_of(document))?;
        (document..block.numbers().end).map(|document| block.get(document)).collect()
    }

    /// Blocks in the section.
    pub(crate) fn block_count(&self) -> usize {
        self.offsets.len() / 8 - 1
    }

    /// The block with a document that is in range.
    fn block_of(&self, document: u32) -> usize {
        let (mut low, mut high) = (0, self.block_count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.first(middle + 1) <= document {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Reads a block; `number` is below [`Documents::block_count`].
    pub(crate) fn block(&self, number: usize) -> Result<DocumentBlock, Error> {
        let (start, end) = (self.offset(number), self.offset(number + 1));
        let bytes = usize::try_from(start)
            .ok()
            .zip(usize::try_from(end).ok())
            .and_then(|(start, end)| self.blocks.get(start..end))
            .ok_or_else(|| {
                let reason = format!("expected a block at bytes {start} to {end}");
                Error::corrupt(names::DOCUMENT_DIRECTORY, 8 * number as u64, reason)
            })?;
        let block = DocumentBlock::open(bytes, start)?;
        let expected = (self.first(number), self.first(number + 1));
        if (block.first, block.first.checked_add(block.count)) != (expected.0, Some(expected.1)) {
            let reason = format!("expected documents {} to {}", expected.0, expected.1);
            return Err(Error::corrupt(names::DOCUMENTS, start, reason));
        }
        Ok(block)
    }

    fn offset(&self, entry: usize) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.offsets[8 * entry..8 * entry + 8]);
        u64::from_le_bytes(bytes)
    }

    fn first(&self, entry: usize) -> u32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.firsts[4 * entry..4 * entry + 4]);
        u32::from_le_bytes(bytes)
    }
}

impl DocumentBlock {
    fn open(bytes: &[u8], offset: u64) -> Result<DocumentBlock, Error> {
        let wrong = |error| Error::decoding(names::DOCUMENTS, offset, error);
        let mut reader = ByteReader::new(bytes);
        let first = reader.read_u32().map_err(wrong)?;
        let count = reader.read_u32().map_err(wrong)?;
        let raw_length = reader.read_u32().map_err(wrong)? as usize;
        let method = reader.read_u32().map_err(wrong)?;
        let mut checksum = Checksum::default();
        checksum.update(&bytes[..reader.position()]);
        let expected = reader.read_u32().map_err(wrong)?;
        let payload = reader.rest();
        checksum.update(payload);
        if checksum.value() != expected {
            return Err(Error::corrupt(names::DOCUMENTS, offset, "a block's checksum is wrong"));
        }
        let raw = expand(method, payload, raw_length)
            .map_err(|reason| Error::corrupt(names::DOCUMENTS, offset, reason))?;
        if (count as usize).checked_mul(4).is_none_or(|table| table > raw.len()) {
            let reason = format!("expected {count} documents, found {} bytes", raw.len());
            return Err(Error::corrupt(names::DOCUMENTS, offset, reason));
        }
        Ok(DocumentBlock { first, count, raw, offset })
    }

    /// The documents' numbers.
    pub(crate) fn numbers(&self) -> std::ops::Range<u32> {
        self.first..self.first.saturating_add(self.count)
    }

    /// Decodes a document.
    pub(crate) fn get(&self, document: u32) -> Result<StoredDocument, Error> {
        let index = document.wrapping_sub(self.first);
        let wrong = |reason: String| Error::corrupt(names::DOCUMENTS, self.offset, reason);
        if index >= self.count {
            return Err(wrong(format!("expected document {document}, found {:?}", self.numbers())));
        }
        let (ends, documents) = self.raw.split_at(4 * self.count as usize);
        let end = |index: usize| {
            let bytes = &ends[4 * index..4 * index + 4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
        };
        let index = index as usize;
        let start = if index == 0 { 0 } else { end(index - 1) };
        let bytes = documents
            .get(start..end(index))
            .ok_or_else(|| wrong(format!("the end of document {document} is out of range")))?;
        encoding::decode_document(bytes)
            .map_err(|error| wrong(format!("document {document} does not decode: {error}")))
    }

    /// Whether the documents use up the block.
    pub(crate) fn is_full(&self) -> bool {
        let (ends, documents) = self.raw.split_at(4 * self.count as usize);
        ends.last_chunk().map_or(0, |end| u32::from_le_bytes(*end)) as usize == documents.len()
    }
}

fn expand(method: u32, payload: &[u8], raw_length: usize) -> Result<Vec<u8>, String> {
    if method == u32::from(PLAIN) && payload.len() == raw_length {
        return Ok(payload.to_vec());
    }
    if method != u32::from(ZSTANDARD) || raw_length > largest_raw(payload.len()) {
        let found = payload.len();
        return Err(format!(
            "expected {raw_length} bytes by method 0 or 1, found {found} by method {method}"
        ));
    }
    let raw = zstd::bulk::decompress(payload, raw_length)
        .map_err(|error| format!("a block does not decompress: {error}"))?;
    if raw.len() != raw_length {
        return Err(format!("expected a block of {raw_length} bytes, found {}", raw.len()));
    }
    Ok(raw)
}
