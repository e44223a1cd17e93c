//! Exact document lengths in tokens, as fixed-width integers.
//!
//! ```text
//! Lengths := length{documents}      each of 1, 2 or 4 bytes, the fewest that hold the longest
//! ```
//!
//! The width follows from the section's length. Comes in: one length a document. Goes out: the section, or a length by
//! document number in constant time. Sections `lengths` and `field_lengths:N` look like this.

use crate::Error;

/// Collects lengths in document order.
///
/// ```
/// let mut builder = store::LengthsBuilder::default();
/// builder.push(300);
/// builder.push(7);
/// assert_eq!(builder.finish(), [0x2c, 0x01, 0x07, 0x00]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct LengthsBuilder {
    lengths: Vec<u32>,
}

impl LengthsBuilder {
    /// Adds the next document.
    pub fn push(&mut self, length: u32) {
        self.lengths.push(length);
    }

    /// The lengths so far.
    pub fn as_slice(&self) -> &[u32] {
        &self.lengths
    }

    /// The section's bytes.
    pub fn finish(self) -> Vec<u8> {
        let width = width_of(self.lengths.iter().copied().max().unwrap_or(0));
        let mut bytes = Vec::with_capacity(width * self.lengths.len());
        for length in self.lengths {
            bytes.extend_from_slice(&length.to_le_bytes()[..width]);
        }
        bytes
    }
}

fn width_of(longest: u32) -> usize {
    match longest {
        0..0x100 => 1,
        0x100..0x1_0000 => 2,
        _ => 4,
    }
}

/// Reads lengths by document number.
#[derive(Clone, Copy, Debug)]
pub struct Lengths<'a> {
    bytes: &'a [u8],
    width: usize,
}

impl<'a> Lengths<'a> {
    pub(crate) fn open(name: &str, bytes: &'a [u8], documents: u32) -> Result<Self, Error> {
        let documents = documents as usize;
        let fits = |width: &usize| documents.checked_mul(*width) == Some(bytes.len());
        let width = [1, 2, 4].into_iter().find(fits).ok_or_else(|| {
            let found = bytes.len();
            let reason =
                format!("expected 1, 2 or 4 bytes for {documents} documents, found {found}");
            Error::corrupt(name, 0, reason)
        })?;
        Ok(Lengths { bytes, width })
    }

    pub(crate) fn assume(bytes: &'a [u8], width: usize) -> Self {
        Lengths { bytes, width }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The length of a document; 0 for one that is not there.
    #[inline]
    pub fn get(&self, document: u32) -> u32 {
        let document = document as usize;
        match self.width {
            1 => self.bytes.get(document).map_or(0, |&byte| u32::from(byte)),
            2 => self
                .bytes
                .get(2 * document..2 * document + 2)
                .map_or(0, |bytes| u32::from(u16::from_le_bytes([bytes[0], bytes[1]]))),
            _ => self
                .bytes
                .get(4 * document..4 * document + 4)
                .map_or(0, |bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
        }
    }

    /// All lengths in document order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + use<'a> {
        let lengths = *self;
        (0..(self.bytes.len() / self.width) as u32).map(move |document| lengths.get(document))
    }
}
