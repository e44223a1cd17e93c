//! All frames of an lz4 file, one after another.
//!
//! Comes in: stored bytes. Goes out: the content of every frame. A file that ends inside a frame is an error.

use std::io::{self, BufRead, Read};

use lz4_flex::frame::FrameDecoder;

/// Reads frame after frame.
pub(super) struct Frames<R: BufRead> {
    decoder: FrameDecoder<Ended<R>>,
}

/// Remembers that the stored bytes have ended.
struct Ended<R> {
    stored: R,
    /// The last bytes, to tell the mark at a frame's end.
    last: [u8; 8],
    bytes: u64,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(stored: R) -> Frames<R> {
        Frames { decoder: FrameDecoder::new(Ended { stored, last: [0xff; 8], bytes: 0 }) }
    }
}

impl<R: BufRead> Read for Ended<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stored.read(buffer)?;
        for byte in &buffer[read.saturating_sub(8)..read] {
            self.last.rotate_left(1);
            self.last[7] = *byte;
        }
        self.bytes += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.decoder.read(buffer)?;
            if 0 < read || buffer.is_empty() {
                return Ok(read);
            }
            let stored = self.decoder.get_mut();
            if stored.stored.fill_buf()?.is_empty() {
                // A frame ends with a block of length zero, and maybe a checksum.
                let ended = stored.last[4..] == [0; 4] || stored.last[..4] == [0; 4];
                let cut =
                    || io::Error::new(io::ErrorKind::UnexpectedEof, "the lz4 frame has no end");
                return if ended { Ok(0) } else { Err(cut()) };
            }
        }
    }
}
