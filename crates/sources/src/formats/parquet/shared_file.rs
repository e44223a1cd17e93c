//! A file that several threads read out of order.
//!
//! Comes in: an open file. Goes out: any part of it, on any thread. The parquet crate's own way to read a file duplicates its
//! handle for each reader, and duplicates share one place in the file: row groups that are read side by side take each
//! other's bytes.

use std::fs::File;
use std::io::{BufReader, Read, Result, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// The file, and how long it was when it was opened.
pub(crate) struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl SharedFile {
    pub(crate) fn new(file: File) -> Result<SharedFile> {
        let length = file.metadata()?.len();
        Ok(SharedFile { file: Arc::new(Mutex::new(file)), length })
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<Part>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<BufReader<Part>> {
        Ok(BufReader::new(Part { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| self.length < end) {
            return Err(ParquetError::EOF(format!(
                "{length} bytes expected at {start} of a file of {}",
                self.length
            )));
        }
        let mut bytes = vec![0; length];
        Part { file: Arc::clone(&self.file), at: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// The file from some place on.
pub(crate) struct Part {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for Part {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(bytes)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Two threads that read different row groups of one file got each other's bytes now and then.
    #[test]
    fn parts_read_side_by_side_are_those_of_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..200_000u32).flat_map(u32::to_le_bytes).collect();
        file.write_all(&bytes).unwrap();
        let shared = SharedFile::new(file).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (shared, bytes) = (&shared, &bytes);
                scope.spawn(move || {
                    for step in 0..500 {
                        let start = (thread * 91_000 + step * 997) % 700_000;
                        let part = shared.get_bytes(start as u64, 5000).unwrap();
                        assert!(part == bytes[start..start + 5000]);
                        let mut read = [0; 300];
                        shared.get_read(start as u64).unwrap().read_exact(&mut read).unwrap();
                        assert!(read == bytes[start..start + 300]);
                    }
                });
            }
        });
        let beyond = shared.get_bytes(799_999, 2).unwrap_err().to_string();
        assert!(beyond.contains("2 bytes expected at 799999"), "{beyond}");
        assert!(shared.get_bytes(u64::MAX, usize::MAX).is_err());
    }
}
