//! The few operations through which all writing goes, so that tests can record and replay them.

mod disk;
mod memory;

use std::io;
use std::path::{Path, PathBuf};

pub use disk::DiskStorage;
pub use memory::MemoryStorage;

/// Holds a lock until dropped.
pub type LockGuard = Box<dyn Send>;

/// A place where files can be written durably.
///
/// The law: bytes written by [`StorageFile::write_at`] may or may not survive a crash, each for itself, until
/// [`StorageFile::sync`] has returned; a created name, a rename or a removal may or may not survive until
/// [`Storage::sync_directory`] has returned. Reading back sees everything written, synced or not.
pub trait Storage: Send + Sync {
    /// Creates an empty file; fails where one exists.
    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>>;
    /// Opens an existing file for reading and writing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn StorageFile>>;
    /// Renames `from` over `to`.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// The files in a directory, in any order.
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>>;
    /// Takes the lock named by `path` without waiting; [`io::ErrorKind::WouldBlock`] where somebody else has it. The
    /// file at `path` exists while the lock is held and is gone once the guard was dropped; a lock ends with its process.
    fn lock(&self, path: &Path) -> io::Result<LockGuard>;
    /// The file that `path` leads to, where it is a symbolic link; else `path`.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }
}

/// An open file of a [`Storage`].
pub trait StorageFile: Send {
    /// Writes all of `bytes` at `offset`, growing the file where needed.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Fills `bytes` from `offset`; [`io::ErrorKind::UnexpectedEof`] where the file ends before.
    fn read_at(&mut self, offset: u64, bytes: &mut [u8]) -> io::Result<()>;
    /// The file's length in bytes.
    fn length(&mut self) -> io::Result<u64>;
    /// Cuts the file to `length` bytes where it is longer.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
    /// Makes everything written so far durable.
    fn sync(&mut self) -> io::Result<()>;
}
