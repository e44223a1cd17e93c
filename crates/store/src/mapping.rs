//! The bytes of an open index, mapped or in memory. The only `unsafe` of this crate.
//!
//! Comes in: a file and the length its header commits to. Goes out: those bytes, shared by everything that reads them.
#![expect(unsafe_code, reason = "mapping a file is unsafe, because another process may change it")]

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// The bytes of one index.
#[derive(Debug)]
pub(crate) enum Mapping {
    Mapped(memmap2::Mmap),
    Memory(Vec<u8>),
}

/// A range of a mapping that keeps the mapping alive. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SectionBytes {
    mapping: Arc<Mapping>,
    range: Range<usize>,
}

impl Mapping {
    /// Maps the first `length` bytes of `file`, which must be that long.
    pub(crate) fn map(file: &File, length: usize) -> io::Result<Mapping> {
        // SAFETY: the bytes must not change while they are borrowed. Pressmark never truncates an index and never
        // rewrites a byte of a committed section: commits append behind `length`, rebuilds rename a new file over the
        // name. The header, which commits do rewrite, is copied before it is read. Another program that writes into
        // the file breaks the contract, as with every mapped file; `OpenMode::Read` is for places where that may
        // happen. A file that is cut while mapped ends the process by SIGBUS, which the binary turns into an error.
        let map = unsafe { memmap2::MmapOptions::new().len(length).map(file)? };
        Ok(Mapping::Mapped(map))
    }

    /// Reads the first `length` bytes of `file`.
    pub(crate) fn read(file: &mut File, length: usize) -> io::Result<Mapping> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length)?;
        file.seek(SeekFrom::Start(0))?;
        file.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Mapping::Memory(bytes))
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Mapping::Mapped(map) => map,
            Mapping::Memory(bytes) => bytes,
        }
    }
}

impl SectionBytes {
    /// The bytes `range` of `mapping`; `None` where it does not have them.
    pub(crate) fn new(mapping: &Arc<Mapping>, range: Range<usize>) -> Option<SectionBytes> {
        mapping.bytes().get(range.clone())?;
        Some(SectionBytes { mapping: mapping.clone(), range })
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.mapping.bytes()[self.range.clone()]
    }
}

impl AsRef<[u8]> for SectionBytes {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}
