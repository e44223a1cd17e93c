//! The first 4096 bytes of the file: what it is, and which commit counts.
//!
//! ```text
//! Header   := Preamble Slot[0] Slot'[0] Slot[1] Slot'[1] zero*     each in a sector of 512 bytes, 4096 bytes in all
//! Preamble := signature:8 version:u32 oldest_reader:u32 zero* checksum:u32(of the 508 bytes before)
//! Slot     := generation:u64 manifest_offset:u64 manifest_length:u64 file_length:u64 manifest_checksum:u32
//!             checksum:u32(of the 36 bytes before) zero*
//! ```
//!
//! Comes in: 4096 bytes, or the next commit. Goes out: the commit that counts, or the bytes to write.
//!
//! # Why a slot is written twice
//!
//! Generation `g` lives in slot `g % 2`, so a commit overwrites the older slot and the newer one stays whole. If a crash
//! tears that write, the slot is invalid and the other one counts. But a slot that rots later looks the same, and then
//! an older state would be taken silently. So each slot has a second copy, written only once the first is durable:
//!
//! * the first copy is invalid and the second holds the generation before last: a commit was cut, the other slot counts;
//! * the second copy is invalid or lags: the commit had happened, the first copy counts;
//! * anything else no crash can leave behind: it is damage, and opening says so instead of guessing.

use std::path::Path;

use codec::bytes::{ByteReader, ByteWriter};
use codec::checksum::crc32;

use crate::Error;

/// Bytes before the first section.
pub(crate) const HEADER_LENGTH: u64 = 4096;

/// The format written by this version, and the newest it reads.
pub const FORMAT_VERSION: u32 = 4;

/// The oldest format this version reads. Raise it together with [`FORMAT_VERSION`] where files written before cannot be
/// read any more.
pub const OLDEST_FORMAT: u32 = 4;

/// No text begins with the first byte, and a transfer that touches line ends damages the rest.
pub(crate) const SIGNATURE: [u8; 8] = *b"\x89PMK\r\n\x1a\n";

/// The preamble and each copy of a slot have a sector of their own, which disks write whole or not at all.
pub(crate) const SECTOR: usize = 512;

const SLOT_LENGTH: usize = 40;
const SECTION: &str = "header";

/// A copy of a slot as it lies in the file.
pub(crate) type SlotBytes = [u8; SECTOR];

/// The header's bytes.
pub(crate) type HeaderBytes = [u8; HEADER_LENGTH as usize];

/// Where the manifest of one commit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Counts commits from 1; 0 in a slot that was never used.
    pub(crate) generation: u64,
    /// Bytes from the start of the file.
    pub(crate) manifest_offset: u64,
    /// Its length in bytes.
    pub(crate) manifest_length: u64,
    /// Bytes of the file that belong to this commit. Later bytes belong to none.
    pub(crate) file_length: u64,
    /// CRC-32 of the manifest.
    pub(crate) manifest_checksum: u32,
}

/// The four copies as found, `None` where a copy contradicts its checksum: `[slot][copy]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    copies: [[Option<Slot>; 2]; 2],
}

impl Slot {
    /// The sector of a copy of the slot that holds this generation, as its offset in the file.
    pub(crate) fn offset(&self, copy: usize) -> u64 {
        (SECTOR * (1 + 2 * self.number() + copy)) as u64
    }

    fn number(&self) -> usize {
        (self.generation % 2) as usize
    }

    /// A whole sector.
    pub(crate) fn encode(&self) -> SlotBytes {
        let mut writer = ByteWriter::new();
        writer.write_u64(self.generation);
        writer.write_u64(self.manifest_offset);
        writer.write_u64(self.manifest_length);
        writer.write_u64(self.file_length);
        writer.write_u32(self.manifest_checksum);
        writer.write_u32(crc32(writer.as_bytes()));
        let mut sector = [0; SECTOR];
        sector[..SLOT_LENGTH].copy_from_slice(writer.as_bytes());
        sector
    }

    fn decode(sector: &[u8], number: usize) -> Option<Slot> {
        let mut reader = ByteReader::new(sector);
        let slot = Slot {
            generation: reader.read_u64().ok()?,
            manifest_offset: reader.read_u64().ok()?,
            manifest_length: reader.read_u64().ok()?,
            file_length: reader.read_u64().ok()?,
            manifest_checksum: reader.read_u32().ok()?,
        };
        let expected = crc32(&sector[..reader.position()]);
        let whole = reader.read_u32().ok()? == expected && is_zero(reader.rest());
        let empty = slot == Slot::default();
        (whole && slot.number() == number && (slot.generation > 0 || empty)).then_some(slot)
    }
}

/// The header of a new file whose only commit is `slot`.
pub(crate) fn encode(slot: &Slot) -> HeaderBytes {
    let mut header = [0; HEADER_LENGTH as usize];
    let mut preamble = ByteWriter::new();
    preamble.write_bytes(&SIGNATURE);
    preamble.write_u32(FORMAT_VERSION);
    preamble.write_u32(FORMAT_VERSION);
    preamble.align(SECTOR - 4);
    preamble.write_u32(crc32(preamble.as_bytes()));
    header[..SECTOR].copy_from_slice(preamble.as_bytes());
    for copy in 0..2 {
        let empty = Slot::default();
        for slot in [&empty, slot] {
            let start = slot.offset(copy) as usize;
            header[start..start + SECTOR].copy_from_slice(&slot.encode());
        }
    }
    header
}

impl Header {
    /// Checks everything but the slots: signature, version, the preamble's checksum, unused bytes.
    pub(crate) fn decode(bytes: &HeaderBytes, path: &Path) -> Result<Header, Error> {
        check_signature(bytes, path)?;
        let mut reader = ByteReader::new(&bytes[SIGNATURE.len()..SECTOR]);
        let mut next = || reader.read_u32().map_err(|error| Error::decoding(SECTION, 8, error));
        let (found, needed) = (next()?, next()?);
        // A damaged version may look like a newer one, and a newer version may protect its preamble differently.
        if needed > FORMAT_VERSION {
            let path = path.to_owned();
            return Err(Error::NewerFormat { path, found, needed, supported: FORMAT_VERSION });
        }
        let (preamble, checksum) = bytes[..SECTOR].split_at(SECTOR - 4);
        if crc32(preamble).to_le_bytes() != checksum || found == 0 {
            return Err(Error::corrupt(SECTION, 0, "its checksum is wrong"));
        }
        if found < OLDEST_FORMAT {
            let (path, oldest) = (path.to_owned(), OLDEST_FORMAT);
            return Err(Error::OlderFormat { path, found, oldest });
        }
        let end = 5 * SECTOR;
        if let Some(at) = bytes[end..].iter().position(|&byte| byte != 0) {
            return Err(Error::corrupt(SECTION, (end + at) as u64, "expected an unused zero byte"));
        }
        let copy = |number: usize, copy: usize| {
            let start = SECTOR * (1 + 2 * number + copy);
            Slot::decode(&bytes[start..start + SECTOR], number)
        };
        Ok(Header { copies: [[copy(0, 0), copy(0, 1)], [copy(1, 0), copy(1, 1)]] })
    }

    /// The commit that counts, or an error where no crash could have left the slots like this.
    pub(crate) fn committed(&self) -> Result<Slot, Error> {
        let newest = self.copies.iter().flatten().flatten().max_by_key(|slot| slot.generation);
        let newest =
            *newest.ok_or_else(|| Error::corrupt(SECTION, 512, "no commit slot is whole"))?;
        let [first, second] = self.copies[newest.number()];
        let [other_first, other_second] = self.copies[1 - newest.number()];
        let generation = newest.generation;
        // The slot was fully written, and the other may be torn by a later commit that did not happen.
        let complete = second == first
            && (other_first == other_second || other_first.is_none())
            && is_before(other_second, generation, 1);
        // The commit happened, and its second copy was torn or not begun.
        let lagging = (second.is_none() || is_before(second, generation, 2))
            && other_first == other_second
            && is_before(other_second, generation, 1);
        if generation > 0 && first == Some(newest) && (complete || lagging) {
            return Ok(newest);
        }
        let offset = newest.offset(0);
        let reason = "the commit slots contradict each other in a way that no crash explains";
        Err(Error::corrupt(SECTION, offset, reason))
    }

    /// Whether both copies of the slot are there.
    pub(crate) fn is_complete(&self, slot: &Slot) -> bool {
        self.copies[slot.number()] == [Some(*slot); 2]
    }

    /// The first copy of a slot that contradicts its checksum, as an error.
    pub(crate) fn check_all_copies(&self) -> Result<(), Error> {
        for (index, copy) in self.copies.iter().flatten().enumerate() {
            if copy.is_none() {
                let reason = format!(
                    "copy {} of commit slot {} contradicts its checksum",
                    index % 2 + 1,
                    index / 2
                );
                return Err(Error::corrupt(SECTION, (SECTOR * (1 + index)) as u64, reason));
            }
        }
        Ok(())
    }
}

/// The version a file was created in; `start` begins with a header that was decoded before.
pub(crate) fn version(start: &[u8]) -> u32 {
    let version = start.get(SIGNATURE.len()..).and_then(<[u8]>::first_chunk);
    version.map_or(0, |version| u32::from_le_bytes(*version))
}

/// Whether the copy holds the generation `distance` before `generation`.
fn is_before(copy: Option<Slot>, generation: u64, distance: u64) -> bool {
    copy.is_some_and(|slot| slot.generation.checked_add(distance) == Some(generation))
}

fn check_signature(bytes: &HeaderBytes, path: &Path) -> Result<(), Error> {
    let found = &bytes[..SIGNATURE.len()];
    if found == SIGNATURE {
        return Ok(());
    }
    Err(Error::NotAnIndex { path: path.to_owned(), found: describe(found) })
}

/// What a file that is no index begins with, for people.
pub(crate) fn describe(start: &[u8]) -> String {
    match start {
        [] => "an empty file".to_owned(),
        [0x1f, 0x8b, ..] => "gzip data".to_owned(),
        [b'B', b'Z', b'h', ..] => "bzip2 data".to_owned(),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "Zstandard data".to_owned(),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "xz data".to_owned(),
        [0x89, b'P', b'M', b'K', ..] => {
            "its signature with changed line ends: the file was copied as text".to_owned()
        }
        _ => format!("`{}`", start[..start.len().min(8)].escape_ascii()),
    }
}

/// Whether all bytes are zero.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}
