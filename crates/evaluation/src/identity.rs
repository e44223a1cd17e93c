//! Hashes that name what was measured.
//!
//! Comes in: bytes, or an index. Goes out: SHA-256 in hexadecimal.

use pressmark::Index;
use sha2::{Digest, Sha256};

/// Of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Of the contents of an index: the names, lengths and checksums of its sections, which are kept in the file, so that
/// nothing is read. Two files with the same contents have the same.
#[must_use]
pub fn index_hash(index: &Index) -> String {
    let mut hash = Sha256::new();
    for (name, length, checksum) in index.checksums() {
        hash.update(name.as_bytes());
        hash.update(length.to_le_bytes());
        hash.update(checksum.to_le_bytes());
    }
    hexadecimal(&hash.finalize())
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
