//! The bytes of an open index, mapped or in memory. The only `unsafe` of this crate.
//!
//! Comes in: a file and the length its header commits to. Goes out: those bytes, shared by everything that reads them;
//! and, for a program that asks for it, words instead of a crash where a mapped file is cut.
#![expect(unsafe_code, reason = "mapping a file is unsafe, because another process may change it")]

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

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
        // happen. A file that is cut while mapped ends the process by SIGBUS; `tame_file_signals` gives that words.
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

/// What is said where a mapped file was cut, and the exit code after it.
static LAST_WORDS: OnceLock<(&'static str, i32)> = OnceLock::new();

/// From now on a file that is cut by another process (or whose disk fails) while it is mapped ends this process with
/// `message` on standard error and the exit code `code`, instead of a bare SIGBUS; and a write beyond the limit on file
/// sizes is an error of that write, instead of the end by SIGXFSZ. The first call counts.
///
/// For programs, not for libraries: it changes how the whole process answers to signals. Where there are no such signals
/// it does nothing.
pub fn tame_file_signals(message: &'static str, code: i32) {
    if LAST_WORDS.set((message, code)).is_ok() {
        answer_signals();
    }
}

#[cfg(unix)]
fn answer_signals() {
    // SAFETY: `sigaction` is plain integers, of which all zero is a valid value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = say_last_words as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // A second fault while the first is being told is not to be told again.
    action.sa_flags = libc::SA_ONSTACK | libc::SA_RESETHAND;
    // SAFETY: `action` is initialised, lives over both calls, and its handler does nothing that is forbidden in one.
    unsafe {
        libc::sigemptyset(&mut action.sa_mask);
        libc::sigaction(libc::SIGBUS, &action, std::ptr::null_mut());
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

#[cfg(not(unix))]
fn answer_signals() {}

/// Runs in place of an instruction that could not read its bytes: no allocation, no lock, no return.
#[cfg(unix)]
extern "C" fn say_last_words(_signal: libc::c_int) {
    let (message, code) = LAST_WORDS.get().copied().unwrap_or(("", 2));
    // SAFETY: `write` and `_exit` may be called in a signal handler; the message is valid for its length.
    unsafe {
        libc::write(libc::STDERR_FILENO, message.as_ptr().cast(), message.len());
        libc::_exit(code);
    }
}
