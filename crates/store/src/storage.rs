//! The few operations through which all writing goes, so that tests can record and replay them.

use std::io;
use std::path::Path;

/// A place where files can be written durably.
///
/// The law: bytes written by [`StorageFile::write_at`] may or may not survive a crash until [`StorageFile::sync`] has
/// returned; a rename may or may not survive until [`Storage::sync_directory`] has returned.
pub trait Storage: Send + Sync {
    /// Creates an empty file; fails where one exists.
    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>>;
    /// Opens an existing file for writing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn StorageFile>>;
    /// Renames `from` over `to`.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
}

/// An open file of a [`Storage`].
pub trait StorageFile: Send {
    /// Writes all of `bytes` at `offset`, growing the file where needed.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything written so far durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskStorage;
