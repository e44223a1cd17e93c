//! The file that a writer is going to change: its names, its lock, and what lies beside it.
//!
//! Comes in: the target's path. Goes out: a lock, names for temporary files, the rename. Only the holder of the lock
//! makes temporary files, so any that are there when a writer starts belong to a process that has died.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::header::{SIGNATURE, describe};
use crate::storage::LockGuard;
use crate::{Error, Storage};

/// A path to write to, and the storage it is in.
pub(super) struct Target<'s> {
    path: PathBuf,
    directory: PathBuf,
    name: OsString,
    storage: &'s dyn Storage,
}

impl<'s> Target<'s> {
    pub(super) fn new(path: &Path, storage: &'s dyn Storage) -> Result<Self, Error> {
        let failed = |source| Error::Io { action: "write to", path: path.to_owned(), source };
        // Renaming over a symbolic link would replace the link and not the file it leads to.
        let path = storage.resolve(path).map_err(failed)?;
        let name = path.file_name().ok_or_else(|| failed(ErrorKind::IsADirectory.into()))?;
        let name = name.to_owned();
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Ok(Target { path, directory, name, storage })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn storage(&self) -> &'s dyn Storage {
        self.storage
    }

    pub(super) fn lock(&self) -> Result<LockGuard, Error> {
        let lock = self.beside(".lock");
        self.storage.lock(&lock).map_err(|source| match source.kind() {
            ErrorKind::WouldBlock => Error::Locked { path: self.path.clone(), lock },
            ErrorKind::NotFound => {
                Error::Io { action: "write into the folder", path: self.directory.clone(), source }
            }
            _ => Error::Io { action: "lock", path: lock, source },
        })
    }

    /// A name that no other temporary file of this target has.
    pub(super) fn temporary(&self) -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        self.beside(&format!(".tmp-{}-{count}", process::id()))
    }

    /// Removes what writers left behind that did not end; the caller holds the lock.
    pub(super) fn remove_stale_temporaries(&self) -> Result<(), Error> {
        let failed =
            |source| Error::Io { action: "list the folder", path: self.directory.clone(), source };
        for path in self.storage.list(&self.directory).map_err(failed)? {
            if path.file_name().is_some_and(|name| self.is_temporary(&name.to_string_lossy())) {
                self.remove(&path);
            }
        }
        Ok(())
    }

    /// `NAME.tmp-DIGITS-DIGITS`, and what belongs to such a file where it is an index itself: its own `.tmp-DIGITS-DIGITS`
    /// and its `.lock`.
    fn is_temporary(&self, name: &str) -> bool {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_numbers = |text: &str| {
            let numbers = text.split_once('-');
            numbers.is_some_and(|(process, count)| is_number(process) && is_number(count))
        };
        let rest = name.strip_prefix(&*self.name.to_string_lossy());
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix(".tmp-")) else { return false };
        let (first, second) = match rest.strip_suffix(".lock") {
            Some(first) => (first, None),
            None => match rest.split_once(".tmp-") {
                Some((first, second)) => (first, Some(second)),
                None => (rest, None),
            },
        };
        is_numbers(first) && second.is_none_or(is_numbers)
    }

    /// Whether a build may take the target's place: nothing is there, or an index, or nothing but a name.
    pub(super) fn check_replaceable(&self) -> Result<(), Error> {
        let failed = |source| Error::Io { action: "replace", path: self.path.clone(), source };
        let mut file = match self.storage.open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let length = file.length().map_err(failed)?.min(SIGNATURE.len() as u64);
        let mut start = vec![0; length as usize];
        file.read_at(0, &mut start).map_err(failed)?;
        if start.is_empty() || start == SIGNATURE {
            return Ok(());
        }
        Err(Error::NotAnIndex { path: self.path.clone(), found: describe(&start) })
    }

    pub(super) fn rename_from(&self, temporary: &Path) -> Result<(), Error> {
        self.storage.rename(temporary, &self.path).map_err(|source| Error::Write {
            what: format!("`{}` by renaming it", temporary.display()),
            path: self.path.clone(),
            source,
        })
    }

    pub(super) fn sync_directory(&self) -> Result<(), Error> {
        self.storage
            .sync_directory(&self.directory)
            .map_err(|source| Error::Doubtful { path: self.path.clone(), source })
    }

    /// Removes a temporary file. One that cannot be removed is tried again by the next writer.
    pub(super) fn remove(&self, path: &Path) {
        let _ = self.storage.remove(path);
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.name.clone();
        name.push(ending);
        self.path.with_file_name(name)
    }
}
