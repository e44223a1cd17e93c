//! Opening the file: from a path or bytes to checked segments.
//!
//! Comes in: a path, or bytes of any kind. Goes out: one committed state, or an error that says what is wrong. In this
//! order, each step trusting only what the steps before have checked: signature, version, commit slots, file length,
//! the manifest's checksum, its decoding, its sense, the vocabularies' checksums. Nothing else is read: opening costs
//! the same for every size but for the vocabulary's checksum.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codec::checksum::crc32;

use crate::header::{self, HEADER_LENGTH, Header, SIGNATURE, Slot, describe};
use crate::manifest::{checks, encoding};
use crate::mapping::Mapping;
use crate::verify::{VerifyReport, verify};
use crate::{Error, Manifest, Segment};

/// How to get at the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenMode {
    /// Map the file (the default).
    #[default]
    Map,
    /// Read it into memory (`--no-mmap`: network file systems, untrusted writers).
    Read,
}

/// An open index: one committed state of one file. Later commits do not change it.
#[derive(Debug)]
pub struct IndexFile {
    path: PathBuf,
    length: u64,
    slot: Slot,
    mapping: Arc<Mapping>,
    manifest: Manifest,
    segments: Vec<Segment>,
}

/// A commit may be under way while the header is read; it takes a fraction of a millisecond.
const HEADER_ATTEMPTS: usize = 100;

impl IndexFile {
    /// Opens the last committed state.
    ///
    /// ```no_run
    /// # use std::path::Path;
    /// use store::{IndexFile, OpenMode};
    /// let index = IndexFile::open(Path::new("news.pmk"), OpenMode::Map)?;
    /// println!("{} documents", index.manifest().statistics.documents);
    /// # Ok::<(), store::Error>(())
    /// ```
    pub fn open(path: &Path, mode: OpenMode) -> Result<IndexFile, Error> {
        let failed = |action| move |source| Error::Io { action, path: path.to_owned(), source };
        // Asked before opening, because opening a pipe waits for its other end.
        let metadata = fs::metadata(path).map_err(failed("open"))?;
        if !metadata.is_file() {
            let found = if metadata.is_dir() { "a folder" } else { "no regular file" };
            return Err(Error::NotAnIndex { path: path.to_owned(), found: found.to_owned() });
        }
        let mut file = File::open(path).map_err(failed("open"))?;
        let slot = committed_slot(path, || read_start(&mut file).map_err(failed("read")))?;
        // Asked after the header was read, which may speak of a commit that has just grown the file.
        let length = file.metadata().map_err(failed("read"))?.len();
        check_length(path, &slot, length)?;
        let committed = usize::try_from(slot.file_length).map_err(|_| Error::TooLarge {
            what: format!("`{}` for the address space of this machine", path.display()),
            limit: usize::MAX as u64,
            found: slot.file_length,
        })?;
        let mapping = match mode {
            OpenMode::Map => Mapping::map(&file, committed).map_err(failed("map"))?,
            OpenMode::Read => Mapping::read(&mut file, committed).map_err(failed("read"))?,
        };
        IndexFile::from_mapping(path.to_owned(), length, slot, mapping)
    }

    /// Opens an index that lies in memory.
    pub fn from_bytes(mut bytes: Vec<u8>) -> Result<IndexFile, Error> {
        let path = PathBuf::from("(memory)");
        let slot = committed_slot(&path, || Ok(bytes[..bytes.len().min(HEADER)].to_vec()))?;
        let length = bytes.len() as u64;
        check_length(&path, &slot, length)?;
        bytes.truncate(slot.file_length as usize);
        IndexFile::from_mapping(path, length, slot, Mapping::Memory(bytes))
    }

    fn from_mapping(
        path: PathBuf,
        length: u64,
        slot: Slot,
        mapping: Mapping,
    ) -> Result<IndexFile, Error> {
        let start = slot.manifest_offset as usize;
        let end = start + slot.manifest_length as usize;
        let manifest = read_manifest(&mapping.bytes()[start..end], &slot, &path)?;
        let mapping = Arc::new(mapping);
        let mut segments = Vec::with_capacity(manifest.segments.len());
        let mut base = 0;
        for record in &manifest.segments {
            segments.push(Segment::open(&mapping, record.clone(), base)?);
            base += record.documents;
        }
        Ok(IndexFile { path, length, slot, mapping, manifest, segments })
    }

    /// Where it was opened; `(memory)` for an index in memory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file that belong to the committed state.
    pub fn committed_bytes(&self) -> u64 {
        self.slot.file_length
    }

    /// Bytes behind the committed state, left by a writer that did not end or is still writing. They do no harm and the next
    /// commit uses their place.
    pub fn uncommitted_bytes(&self) -> u64 {
        self.length - self.slot.file_length
    }

    /// The version of the format that the file was created in.
    pub fn format(&self) -> u32 {
        header::version(self.mapping.bytes())
    }

    /// Counts commits to this file, from 1.
    pub fn generation(&self) -> u64 {
        self.slot.generation
    }

    /// What the index says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The segments in document order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Reads every byte and checks it. The error names the section and the offset of the first damage.
    pub fn verify(&self) -> Result<VerifyReport, Error> {
        verify(self)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.mapping.bytes()
    }

    pub(crate) fn slot(&self) -> &Slot {
        &self.slot
    }
}

const HEADER: usize = HEADER_LENGTH as usize;

/// Decides which commit counts. `read` gives the first bytes of the file, as many as there are up to the header's length;
/// it is asked again while a writer changes them.
fn committed_slot(
    path: &Path,
    mut read: impl FnMut() -> Result<Vec<u8>, Error>,
) -> Result<Slot, Error> {
    let mut previous = read()?;
    for _ in 0..HEADER_ATTEMPTS {
        let error = match decode_start(&previous, path) {
            Ok((_, slot)) => return Ok(slot),
            Err(error) => error,
        };
        let current = read()?;
        if current == previous {
            return Err(error);
        }
        previous = current;
    }
    decode_start(&previous, path).map(|(_, slot)| slot)
}

/// The header and the commit that counts, checked against itself. `start` is the file up to the header's length.
pub(crate) fn decode_start(start: &[u8], path: &Path) -> Result<(Header, Slot), Error> {
    let Some(header) = start.first_chunk::<HEADER>() else {
        if !start.is_empty() && (start.starts_with(&SIGNATURE) || SIGNATURE.starts_with(start)) {
            let (expected, found) = (HEADER_LENGTH, start.len() as u64);
            return Err(Error::Truncated { path: path.to_owned(), expected, found });
        }
        return Err(Error::NotAnIndex { path: path.to_owned(), found: describe(start) });
    };
    let header = Header::decode(header, path)?;
    let slot = header.committed()?;
    let Slot { manifest_offset: offset, manifest_length: length, file_length, .. } = slot;
    let in_order = HEADER_LENGTH <= offset && offset.checked_add(length) == Some(file_length);
    if !in_order || length > encoding::MAX_LENGTH || !offset.is_multiple_of(checks::ALIGNMENT) {
        let reason =
            format!("expected a manifest at the end of {file_length} bytes, found {slot:?}");
        return Err(Error::corrupt("header", slot.offset(0), reason));
    }
    Ok((header, slot))
}

/// Whether a file of `found` bytes holds the commit.
pub(crate) fn check_length(path: &Path, slot: &Slot, found: u64) -> Result<(), Error> {
    if found < slot.file_length {
        let expected = slot.file_length;
        return Err(Error::Truncated { path: path.to_owned(), expected, found });
    }
    Ok(())
}

/// Checks, decodes and checks the manifest that `slot` points to.
pub(crate) fn read_manifest(bytes: &[u8], slot: &Slot, path: &Path) -> Result<Manifest, Error> {
    if crc32(bytes) != slot.manifest_checksum {
        return Err(Error::corrupt(encoding::SECTION, 0, "its checksum is wrong"));
    }
    let manifest = encoding::decode(bytes)?;
    if manifest.segments.iter().any(|segment| segment.deletions.is_some()) {
        let what = "deleted documents".to_owned();
        return Err(Error::Unsupported { path: path.to_owned(), what });
    }
    checks::check(&manifest, slot)?;
    Ok(manifest)
}

fn read_start(file: &mut File) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(HEADER);
    file.seek(SeekFrom::Start(0))?;
    file.take(HEADER_LENGTH).read_to_end(&mut start)?;
    Ok(start)
}
