//! CRC-32 (the polynomial of zip and PNG), hardware-accelerated: finds every error burst of up to 32 bits.
//!
//! Comes in: bytes, in one piece or in many. Goes out: their checksum. It guards against accidents, not against intent.

/// The checksum of `bytes`.
pub fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// A checksum of bytes that come in pieces.
///
/// ```
/// let mut checksum = codec::checksum::Checksum::default();
/// checksum.update(b"one ");
/// checksum.update(b"file");
/// assert_eq!(checksum.value(), codec::checksum::crc32(b"one file"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Checksum(crc32fast::Hasher);

impl Checksum {
    /// Takes in the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all pieces so far.
    pub fn value(&self) -> u32 {
        self.0.clone().finalize()
    }
}
