//! A piece: the postings of one term in one slot of documents, as columns of bytes.
//!
//! Comes in: documents, frequencies and places. Goes out: bytes, and the same columns again. It knows neither terms nor
//! runs; [`crate::run`] strings pieces together.
//!
//! ```text
//! Piece  := documents:varint Column{documents} Column{documents} Column{}   documents, frequencies less 1, places
//! Column := width:u8 value{}                                                width bytes each, little-endian: 0, 1, 2 or 4
//! ```
//!
//! Documents count from the slot's first. The places of a document are its first position, then the distances to the
//! next ones less 1; there are as many as the frequencies say. Columns of whole bytes take a third more than varints
//! would, and are written and read eight or sixteen values at a time.

use crate::Error;
use crate::run::{read_varint, write_varint};

/// Postings column by column.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) docs: Vec<u32>,
    /// How often the term stands in each document, less 1.
    pub(crate) more: Vec<u32>,
    pub(crate) places: Vec<u32>,
}

impl Columns {
    /// Forgets all postings, not the memory.
    pub(crate) fn clear(&mut self) {
        self.docs.clear();
        self.more.clear();
        self.places.clear();
    }

    /// Moves all postings of others behind these.
    pub(crate) fn append(&mut self, others: &mut Columns) {
        self.docs.append(&mut others.docs);
        self.more.append(&mut others.more);
        self.places.append(&mut others.places);
    }

    /// Appends them as a piece.
    #[inline]
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write_varint(out, self.docs.len() as u32);
        write_column(&self.docs, out);
        write_column(&self.more, out);
        write_column(&self.places, out);
    }

    /// Adds the postings of `piece`, whose documents count from `base`.
    #[inline]
    pub(crate) fn read(&mut self, piece: &[u8], base: u32) -> Result<(), Error> {
        let mut at = 0;
        let documents = read_varint(piece, &mut at) as usize;
        let mut rest = piece.get(at..).ok_or_else(|| Error::SpillDamaged)?;
        read_column(&mut rest, documents, base, &mut self.docs)?;
        let before = self.more.len();
        read_column(&mut rest, documents, 0, &mut self.more)?;
        let more = self.more[before..].iter().map(|more| *more as usize).sum::<usize>();
        read_column(&mut rest, documents + more, 0, &mut self.places)?;
        if rest.is_empty() { Ok(()) } else { Err(Error::SpillDamaged) }
    }

    /// Adds the documents alone.
    pub(crate) fn read_docs(&mut self, piece: &[u8], base: u32) -> Result<(), Error> {
        let mut at = 0;
        let documents = read_varint(piece, &mut at) as usize;
        let mut rest = piece.get(at..).ok_or_else(|| Error::SpillDamaged)?;
        read_column(&mut rest, documents, base, &mut self.docs)
    }
}

#[inline]
fn write_column(values: &[u32], out: &mut Vec<u8>) {
    match values.iter().fold(0, |all, value| all | value) {
        0 => out.push(0),
        1..=0xff => {
            out.push(1);
            out.extend(values.iter().map(|value| *value as u8));
        }
        0x100..=0xffff => {
            out.push(2);
            write_values(values, out, |value| (value as u16).to_le_bytes());
        }
        _ => {
            out.push(4);
            write_values(values, out, u32::to_le_bytes);
        }
    }
}

#[inline]
fn write_values<const WIDTH: usize>(
    values: &[u32],
    out: &mut Vec<u8>,
    bytes: impl Fn(u32) -> [u8; WIDTH],
) {
    let start = out.len();
    out.resize(start + values.len() * WIDTH, 0);
    for (to, value) in out[start..].as_chunks_mut().0.iter_mut().zip(values) {
        *to = bytes(*value);
    }
}

/// Appends `count` values from the start of `bytes`, `add` added to each, and leaves in `bytes` what follows them.
#[inline]
fn read_column(bytes: &mut &[u8], count: usize, add: u32, out: &mut Vec<u32>) -> Result<(), Error> {
    let width = *bytes.split_off_first().ok_or_else(|| Error::SpillDamaged)?;
    let length = count.checked_mul(width.into()).ok_or_else(|| Error::SpillDamaged)?;
    let values = bytes.split_off(..length).ok_or_else(|| Error::SpillDamaged)?;
    match width {
        0 => out.resize(out.len() + count, add),
        1 => out.extend(values.iter().map(|value| add.wrapping_add(u32::from(*value)))),
        2 => out.extend(
            values
                .as_chunks()
                .0
                .iter()
                .map(|value| add.wrapping_add(u32::from(u16::from_le_bytes(*value)))),
        ),
        4 => out.extend(
            values.as_chunks().0.iter().map(|value| add.wrapping_add(u32::from_le_bytes(*value))),
        ),
        _ => return Err(Error::SpillDamaged),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
