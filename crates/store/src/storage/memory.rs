//! Files that exist only in memory: for an index that is searched once and thrown away, and for tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{LockGuard, Storage, StorageFile};

/// A file system in memory. Clones share their files.
///
/// ```
/// use std::path::Path;
/// use store::{IndexFile, IndexWriter, MemoryStorage};
///
/// let storage = MemoryStorage::default();
/// IndexWriter::create(Path::new("news.pmk"), &storage)?.commit()?;
/// let bytes = storage.take(Path::new("news.pmk")).expect("the commit renamed it there");
/// assert_eq!(IndexFile::from_bytes(bytes)?.manifest().statistics.documents, 0);
/// # Ok::<(), store::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    files: Arc<Mutex<BTreeMap<PathBuf, Contents>>>,
}

type Contents = Arc<Mutex<Vec<u8>>>;

struct MemoryFile(Contents);

struct MemoryLock {
    path: PathBuf,
    storage: MemoryStorage,
}

impl MemoryStorage {
    /// Takes a file's bytes out of the storage; `None` where there is no such file.
    pub fn take(&self, path: &Path) -> Option<Vec<u8>> {
        let contents = self.files().remove(path)?;
        Some(std::mem::take(&mut *contents.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Puts a file there, replacing one of the same name.
    pub fn put(&self, path: &Path, bytes: Vec<u8>) {
        self.files().insert(path.to_owned(), Arc::new(Mutex::new(bytes)));
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Contents>> {
        // No operation leaves the map half changed, so a panic elsewhere does no harm.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for MemoryStorage {
    fn create(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        let mut files = self.files();
        if files.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let contents = Contents::default();
        files.insert(path.to_owned(), contents.clone());
        Ok(Box::new(MemoryFile(contents)))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn StorageFile>> {
        let contents = self.files().get(path).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(MemoryFile(contents)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut files = self.files();
        let contents = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), contents);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.files().remove(path).map(drop).ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync_directory(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let is_inside = |path: &&PathBuf| {
            path.parent() == Some(directory)
                || (directory == Path::new(".") && path.parent() == Some(Path::new("")))
        };
        Ok(self.files().keys().filter(is_inside).cloned().collect())
    }

    fn lock(&self, path: &Path) -> io::Result<LockGuard> {
        self.create(path).map_err(|_| io::Error::from(io::ErrorKind::WouldBlock))?;
        Ok(Box::new(MemoryLock { path: path.to_owned(), storage: self.clone() }))
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.storage.files().remove(&self.path);
    }
}

impl MemoryFile {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StorageFile for MemoryFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let end = offset.checked_add(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        let mut contents = self.bytes();
        if contents.len() < end {
            contents.resize(end, 0);
        }
        contents[offset..end].copy_from_slice(bytes);
        Ok(())
    }

    fn read_at(&mut self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let contents = self.bytes();
        let found = usize::try_from(offset)
            .ok()
            .and_then(|offset| contents.get(offset..)?.get(..bytes.len()))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(found);
        Ok(())
    }

    fn length(&mut self) -> io::Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.bytes().truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
