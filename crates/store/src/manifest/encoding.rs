//! The manifest as bytes: bincode, used nowhere else.
//!
//! Comes in: a manifest, or bytes whose checksum has been compared. Goes out: its bytes, or a manifest that still has
//! to pass `checks`. Decoding is given a limit, because without one a wrong length makes bincode ask for
//! all memory at once, and it must use up its input.

use super::Manifest;
use crate::Error;

/// The largest manifest. A source record takes some 100 bytes, so this is room for a hundred thousand sources.
pub(crate) const MAX_LENGTH: u64 = 16 << 20;

/// The name under which errors speak of it.
pub(crate) const SECTION: &str = "manifest";

/// The manifest's bytes.
pub(crate) fn encode(manifest: &Manifest) -> Result<Vec<u8>, Error> {
    let bytes = bincode::serde::encode_to_vec(manifest, bincode::config::standard())
        .map_err(|error| Error::Misuse(format!("the manifest cannot be encoded: {error}")))?;
    if bytes.len() as u64 > MAX_LENGTH {
        return Err(Error::TooLarge {
            what: "the manifest".to_owned(),
            limit: MAX_LENGTH,
            found: bytes.len() as u64,
        });
    }
    Ok(bytes)
}

/// Decodes all of `bytes`; needs memory in proportion to them, whatever they say.
pub(crate) fn decode(bytes: &[u8]) -> Result<Manifest, Error> {
    // A decoded integer counts with the width of its type, at most nine times its encoded length.
    const MIB: usize = 1 << 20;
    match 9 * bytes.len() {
        needed if needed < MIB => decode_within::<MIB>(bytes),
        needed if needed < 4 * MIB => decode_within::<{ 4 * MIB }>(bytes),
        needed if needed < 16 * MIB => decode_within::<{ 16 * MIB }>(bytes),
        needed if needed < 64 * MIB => decode_within::<{ 64 * MIB }>(bytes),
        _ => decode_within::<{ 256 * MIB }>(bytes),
    }
}

fn decode_within<const LIMIT: usize>(bytes: &[u8]) -> Result<Manifest, Error> {
    let config = bincode::config::standard().with_limit::<LIMIT>();
    let (manifest, used) = bincode::serde::decode_from_slice(bytes, config)
        .map_err(|error| Error::corrupt(SECTION, 0, format!("it does not decode: {error}")))?;
    if used == bytes.len() {
        return Ok(manifest);
    }
    let reason = format!("expected its end, found {} more bytes", bytes.len() - used);
    Err(Error::corrupt(SECTION, used as u64, reason))
}
