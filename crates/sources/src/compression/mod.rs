//! Stored bytes to plain bytes.
//!
//! Comes in: a source's bytes, whose first ones tell the compression. Goes out: the decompressed stream,
//! all members of a concatenation one after another. Knows nothing of records. A cut or damaged stream
//! gives what stands before the damage, then an [`io::Error`].

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};

mod bzip2;
mod gzip;
mod lz4;
#[cfg(test)]
mod tests;
mod xz;

/// How a source is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// gzip (`.gz`), one member or many.
    Gzip,
    /// Zstandard (`.zst`), one frame or many, windows up to 2 GiB (`--long=31`).
    Zstd,
    /// xz (`.xz`), one stream or many.
    Xz,
    /// lz4 (`.lz4`), one frame or many.
    Lz4,
    /// bzip2 (`.bz2`), one stream or many; many are decompressed in parallel.
    Bzip2,
}

impl Compression {
    /// Recognises a compression by the first bytes of a source.
    pub fn recognise(head: &[u8]) -> Option<Compression> {
        let bzip2_block =
            |block: &[u8]| block.starts_with(&bzip2::BLOCK) || block.starts_with(&bzip2::END);
        match head {
            [0x1f, 0x8b, 0x08, ..] => Some(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Some(Compression::Zstd)
            }
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Compression::Lz4),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', block @ ..] if bzip2_block(block) => {
                Some(Compression::Bzip2)
            }
            _ => None,
        }
    }

    /// The compression's usual name.
    pub fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Lz4 => "lz4",
            Compression::Xz => "xz",
            Compression::Bzip2 => "bzip2",
        }
    }
}

impl Compression {
    /// What messages call a stream of this compression.
    pub(crate) fn stream_name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip stream",
            Compression::Zstd => "zstd stream",
            Compression::Lz4 => "lz4 stream",
            Compression::Xz => "xz stream",
            Compression::Bzip2 => "bzip2 stream",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A readable stream that may move to another thread.
pub(crate) type Stream = Box<dyn Read + Send>;

/// How many stored bytes are read at once.
const READ_BYTES: usize = 128 << 10;
/// How many bytes [`Compression::recognise`] looks at, at most.
const HEAD_BYTES: usize = 16;
/// The largest window a zstd frame may ask for, as a power of two.
const ZSTD_WINDOW_LOG: u32 = 31;

/// Finds out how `raw` is compressed and hands out the plain stream.
///
/// # Errors
/// Only when reading the first bytes or setting up a decoder fails.
pub(crate) fn open(mut raw: Stream) -> io::Result<(Option<Compression>, Stream)> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    raw.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let compression = Compression::recognise(&head);
    let whole = Cursor::new(head).chain(raw);
    let Some(compression) = compression else { return Ok((None, Box::new(whole))) };
    let stream = decoder(compression, BufReader::with_capacity(READ_BYTES, whole))?;
    Ok((Some(compression), stream))
}

fn decoder<R>(compression: Compression, stored: R) -> io::Result<Stream>
where
    R: BufRead + Send + 'static,
{
    Ok(match compression {
        Compression::Gzip => Box::new(gzip::Members::new(stored)),
        Compression::Zstd => {
            let mut frames = zstd::stream::read::Decoder::with_buffer(stored)?;
            frames.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(frames)
        }
        Compression::Lz4 => Box::new(lz4::Frames::new(stored)),
        Compression::Xz => Box::new(xz::Streams::new(stored)?),
        Compression::Bzip2 => Box::new(bzip2::Streams::new(stored)),
    })
}
