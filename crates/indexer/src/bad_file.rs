//! `TARGET.bad.jsonl`: the records that could not be read, one JSON object a line.
//!
//! Comes in: bad records in input order. Goes out: the file, written beside itself and put in place after the index was
//! committed, so that a failed build leaves no trace. Where documents are added to an index, lines are added to the file.
//!
//! ```text
//! {"source":"news.jsonl","record":17,"offset":20411,"reason":"expected `,` or `}` at column 80","excerpt":"{\"id\": ..."}
//! ```

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sources::BadRecord;
use store::{Storage, StorageFile};
use tempfile::SpooledTempFile;

use crate::Error;
use crate::runs::{folder_of, spool};

/// Collects bad records.
pub(crate) struct BadFile {
    path: PathBuf,
    lines: SpooledTempFile,
    records: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    record: u64,
    offset: u64,
    reason: &'a str,
    excerpt: &'a str,
}

impl BadFile {
    /// No records yet.
    pub(crate) fn new(target: &Path, spill: bool) -> BadFile {
        let mut path = target.as_os_str().to_owned();
        path.push(".bad.jsonl");
        BadFile { path: path.into(), lines: spool(target, spill, 1 << 20), records: 0 }
    }

    /// How many records there are.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// Adds records.
    pub(crate) fn add(&mut self, records: &[BadRecord]) -> Result<(), Error> {
        for BadRecord { source, number, offset, reason, excerpt } in records {
            let line = Line { source, record: *number, offset: *offset, reason, excerpt };
            let written = serde_json::to_writer(&mut self.lines, &line).map_err(io::Error::from);
            written
                .and_then(|()| self.lines.write_all(b"\n"))
                .map_err(|cause| Error::BadFile { path: self.path.clone(), cause })?;
            self.records += 1;
        }
        Ok(())
    }

    /// Writes the lines to `temporary`; behind those of earlier builds if `appended`. Nothing where there are none.
    pub(crate) fn write(
        mut self,
        storage: &dyn Storage,
        temporary: &Path,
        appended: bool,
    ) -> Result<Option<WrittenBadFile>, Error> {
        if self.records == 0 {
            return Ok(None);
        }
        let written = WrittenBadFile { temporary: temporary.to_owned(), path: self.path.clone() };
        let result = self.write_to(storage, temporary, appended);
        if let Err(cause) = result {
            written.abandon(storage);
            return Err(Error::BadFile { path: self.path, cause });
        }
        Ok(Some(written))
    }

    fn write_to(
        &mut self,
        storage: &dyn Storage,
        temporary: &Path,
        appended: bool,
    ) -> io::Result<()> {
        let mut out = storage.create(temporary)?;
        let mut offset = 0;
        if appended {
            match storage.open(&self.path) {
                Ok(mut earlier) => offset = copy_file(&mut *earlier, &mut *out)?,
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => return Err(cause),
            }
        }
        self.lines.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = self.lines.read(&mut buffer)?;
            if read == 0 {
                return out.sync();
            }
            out.write_at(offset, &buffer[..read])?;
            offset += read as u64;
        }
    }
}

fn copy_file(from: &mut dyn StorageFile, to: &mut dyn StorageFile) -> io::Result<u64> {
    let length = from.length()?;
    let mut buffer = vec![0; 1 << 16];
    let mut offset = 0;
    while offset < length {
        let part = (length - offset).min(buffer.len() as u64) as usize;
        from.read_at(offset, &mut buffer[..part])?;
        to.write_at(offset, &buffer[..part])?;
        offset += part as u64;
    }
    Ok(length)
}

/// The file under its temporary name.
pub(crate) struct WrittenBadFile {
    temporary: PathBuf,
    path: PathBuf,
}

impl WrittenBadFile {
    /// Puts the file in its place.
    pub(crate) fn publish(self, storage: &dyn Storage) -> Result<PathBuf, Error> {
        let renamed = storage
            .rename(&self.temporary, &self.path)
            .and_then(|()| storage.sync_directory(&folder_of(&self.path)));
        match renamed {
            Ok(()) => Ok(self.path),
            Err(cause) => Err(Error::BadFile { path: self.path, cause }),
        }
    }

    /// Removes the file: the index was not committed.
    pub(crate) fn abandon(&self, storage: &dyn Storage) {
        // Whatever is left the next writer of the index removes.
        let _ = storage.remove(&self.temporary);
    }
}
