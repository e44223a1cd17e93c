//! bzip2 streams, decompressed in parallel where a file has several.
//!
//! Comes in: stored bytes. Goes out: the content of every stream, in order. Multistream Wikipedia dumps
//! hold 100 pages a stream and `pbzip2` one block a stream; streams begin on a byte, so a search for
//! the stream and block marks finds them:
//!
//! ```text
//! File   := Stream*
//! Stream := "BZh" level:'1'..'9' Block* 177245385090 crc:u32 padding to a byte
//! Block  := 314159265359 crc:u32 ...                            (blocks begin on any bit)
//! ```
//!
//! A window of stored bytes is read, cut at the marks, and its whole streams are decompressed as one rayon
//! task each. Whatever does not fit the picture (one long stream, a mark that was none, damage, a stream
//! that swells out of proportion) is read in sequence from there on, so the bytes and the place of an error
//! are those of a sequential reader.

use std::collections::VecDeque;
use std::io::{self, BufRead, Chain, Cursor, Read};

use ::bzip2::bufread::{BzDecoder, MultiBzDecoder};
use memchr::memmem;
use rayon::prelude::*;

/// The mark of a compressed block (digits of pi).
pub(super) const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
/// The mark of a stream's end (digits of the root of pi).
pub(super) const END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

/// How many streams are decompressed at once, at most: enough for the cores, few enough for the memory.
const STREAMS_AT_ONCE: usize = 16;
/// How many stored bytes are looked at for more streams. A stream of 100 wiki pages has about 300 kB.
const WINDOW_BYTES: usize = 4 << 20;
/// What one stream may swell to and still be held in memory.
const STREAM_BYTES: u64 = 16 << 20;

/// Reads stream after stream.
pub(super) struct Streams<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    Parallel(Parallel<R>),
    Sequential(Box<MultiBzDecoder<Chain<Cursor<Vec<u8>>, R>>>),
    Ended,
}

struct Parallel<R> {
    stored: R,
    /// Stored bytes not yet decompressed; begins at a stream.
    window: Vec<u8>,
    stored_ended: bool,
    /// Decompressed streams not yet handed out.
    ready: VecDeque<Cursor<Vec<u8>>>,
}

impl<R: BufRead> Streams<R> {
    pub(super) fn new(stored: R) -> Streams<R> {
        let (window, ready) = (Vec::new(), VecDeque::new());
        Streams { state: State::Parallel(Parallel { stored, window, stored_ended: false, ready }) }
    }
}

impl<R: BufRead> Read for Streams<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match &mut self.state {
                State::Ended => return Ok(0),
                State::Sequential(streams) => return streams.read(buffer),
                State::Parallel(parallel) => {
                    while let Some(ready) = parallel.ready.front_mut() {
                        match ready.read(buffer)? {
                            0 => drop(parallel.ready.pop_front()),
                            read => return Ok(read),
                        }
                    }
                    self.advance()?;
                }
            }
        }
    }
}

impl<R: BufRead> Streams<R> {
    /// Makes the next decompressed streams ready or goes over to reading in sequence.
    fn advance(&mut self) -> io::Result<()> {
        let State::Parallel(mut parallel) = std::mem::replace(&mut self.state, State::Ended) else {
            return Ok(());
        };
        parallel.fill()?;
        if parallel.window.is_empty() {
            return Ok(());
        }
        self.state = if parallel.decompress_whole_streams() {
            State::Parallel(parallel)
        } else {
            let rest = Cursor::new(parallel.window).chain(parallel.stored);
            State::Sequential(Box::new(MultiBzDecoder::new(rest)))
        };
        Ok(())
    }
}

impl<R: BufRead> Parallel<R> {
    /// Reads stored bytes until the window is full or the source has ended.
    fn fill(&mut self) -> io::Result<()> {
        while !self.stored_ended && self.window.len() < WINDOW_BYTES {
            let ahead = self.stored.fill_buf()?;
            let taken = ahead.len();
            self.window.extend_from_slice(ahead);
            self.stored.consume(taken);
            self.stored_ended = taken == 0;
        }
        Ok(())
    }

    /// Decompresses the whole streams at the head of the window; false if there are none or one of
    /// them is not what it seemed, with the window beginning at the first stream not decompressed.
    fn decompress_whole_streams(&mut self) -> bool {
        let starts = stream_starts(&self.window);
        let mut ends: Vec<usize> = starts.iter().copied().skip(1).take(STREAMS_AT_ONCE).collect();
        if self.stored_ended && ends.len() < STREAMS_AT_ONCE {
            ends.push(self.window.len());
        }
        if starts.first() != Some(&0) || ends.is_empty() {
            return false;
        }
        let streams: Vec<&[u8]> =
            starts.iter().zip(&ends).map(|(start, end)| &self.window[*start..*end]).collect();
        let plain: Vec<Option<Vec<u8>>> = streams.into_par_iter().map(whole_stream).collect();
        let good = plain.iter().take_while(|plain| plain.is_some()).count();
        self.ready.extend(plain.into_iter().take(good).flatten().map(Cursor::new));
        if 0 < good {
            self.window.drain(..ends[good - 1]);
        }
        0 < good
    }
}

/// Where streams begin in `window`.
fn stream_starts(window: &[u8]) -> Vec<usize> {
    memmem::find_iter(window, b"BZh")
        .filter(|start| {
            let rest = &window[start + 3..];
            rest.first().is_some_and(|level| (b'1'..=b'9').contains(level))
                && (rest[1..].starts_with(&BLOCK) || rest[1..].starts_with(&END))
        })
        .collect()
}

/// The content of `stored` if it is exactly one undamaged stream of moderate size.
fn whole_stream(stored: &[u8]) -> Option<Vec<u8>> {
    let mut stream = BzDecoder::new(stored);
    let mut plain = Vec::with_capacity(stored.len() * 4);
    stream.by_ref().take(STREAM_BYTES).read_to_end(&mut plain).ok()?;
    let mut probe = [0];
    let ended = matches!(stream.read(&mut probe), Ok(0));
    (ended && stream.into_inner().is_empty()).then_some(plain)
}
