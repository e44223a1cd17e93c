//! A file whose footer and page headers are checked before the parquet crate reads them.
//!
//! Comes in: any file that can be read out of order. Goes out: the same file; a reader put where the header of a page does not
//! hold what it should fails with the reason.

use std::io::{Error, Read, Result};
use std::sync::Arc;

use bytes::Bytes;
use parquet::file::reader::{ChunkReader, Length};

use super::layout::{check_footer, check_page_header};
use super::thrift::Fault;

/// A footer's length and the signature, at the end of a file.
const TAIL_BYTES: u64 = 8;

/// Room for the header of nearly any page.
const HEADER_BYTES: u64 = 4096;

/// Statistics make a header long; no writer makes them that long.
const MAX_HEADER_BYTES: u64 = 64 << 20;

/// The file.
pub(super) struct CheckedFile<R> {
    file: Arc<R>,
}

impl<R: ChunkReader> CheckedFile<R> {
    /// Checks the footer, if the end of the file says where one is: otherwise the parquet crate has the word.
    pub(super) fn new(file: R) -> std::result::Result<CheckedFile<R>, String> {
        let words = |cause: parquet::errors::ParquetError| cause.to_string();
        if let Some(end) = file.len().checked_sub(TAIL_BYTES) {
            let tail = file.get_bytes(end, 8).map_err(words)?;
            let (length, signature) = tail.split_at(4);
            let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
            if let Some(start) = end.checked_sub(length.into())
                && signature == b"PAR1"
            {
                check_footer(&file.get_bytes(start, length as usize).map_err(words)?)?;
            }
        }
        Ok(CheckedFile { file: Arc::new(file) })
    }
}

impl<R: ChunkReader> Length for CheckedFile<R> {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl<R: ChunkReader> ChunkReader for CheckedFile<R> {
    type T = Checked<R>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Checked<R>> {
        let is_tail = start.checked_add(TAIL_BYTES) == Some(self.file.len());
        let reader = self.file.get_read(start)?;
        Ok(Checked { file: Arc::clone(&self.file), start, is_checked: is_tail, reader })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.file.get_bytes(start, length)
    }
}

/// What is read of the file beginning with the header of a page. Nothing is checked before something is read, as the parquet
/// crate also asks for readers that it does not use, and puts them where the content of a page begins.
pub(super) struct Checked<R: ChunkReader> {
    file: Arc<R>,
    start: u64,
    is_checked: bool,
    reader: R::T,
}

impl<R: ChunkReader> Read for Checked<R> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        if !self.is_checked {
            self.check()?;
            self.is_checked = true;
        }
        self.reader.read(bytes)
    }
}

impl<R: ChunkReader> Checked<R> {
    fn check(&self) -> Result<()> {
        let refuse = |what: &str| {
            let start = self.start;
            Err(Error::other(format!(
                "expected the header of a page at byte {start}, found {what}"
            )))
        };
        let left = self.file.len().saturating_sub(self.start);
        let mut length = HEADER_BYTES.min(left);
        loop {
            let bytes = usize::try_from(length).map_err(Error::other)?;
            let bytes = self.file.get_bytes(self.start, bytes).map_err(Error::other)?;
            match check_page_header(&bytes) {
                Ok(_) => return Ok(()),
                Err(Fault::Refused(found)) => return refuse(&found),
                Err(Fault::Cut) if length == left => return refuse("the end of the file"),
                Err(Fault::Cut) if MAX_HEADER_BYTES <= length => {
                    return refuse(&format!("more than {MAX_HEADER_BYTES} bytes of it"));
                }
                Err(Fault::Cut) => length = (length * 8).min(left),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of truth values in a page's header kept the parquet crate busy for a second a page.
    #[test]
    fn the_header_of_a_page_is_checked_when_it_is_read() {
        let innocent = [0x15, 0, 0x15, 20, 0x15, 20, 0];
        let hostile = [0xf9, 0xf1, 0xff, 0xff, 0xff, 0xff, 7, 0];
        let end = [0, 0, 0, 1, b'P', b'A', b'R', b'1'];
        let file = CheckedFile::new(Bytes::from([&innocent[..], &hostile, &end].concat())).unwrap();
        let read = |start| file.get_read(start).unwrap().read(&mut [0; 4]);
        assert_eq!((read(0).unwrap(), read(15).unwrap()), (4, 4));
        let wrong = read(7).unwrap_err().to_string();
        assert!(wrong.contains("at byte 7, found a list of 2147483647 truth values"), "{wrong}");
        let wrong = read(23).unwrap_err().to_string();
        assert!(wrong.contains("at byte 23, found the end of the file"), "{wrong}");
    }
}
