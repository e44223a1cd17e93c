//! One source's plain bytes, cut into runs of whole records.
//!
//! Comes in: a decompressed UTF-8 stream and the cutter of its format. Goes out: pieces of batches. Holds one
//! window of bytes; a record longer than the window makes it grow up to the limit, a record longer than
//! the limit is passed over. Where cuts fall depends on the bytes and the options alone: the window is
//! always filled to its mark before it is cut, and no more than that is looked at. On the limit it does not depend, as
//! long as no record is beyond it.

use std::io::{self, Read};
use std::sync::Arc;

use crate::batch::{Piece, ReadRecord, Records, SourceContext, Span};
use crate::compression::Stream;
use crate::raw::RawBytes;
use crate::{BadRecord, Error};

/// Finds the records of one format in a stream of bytes. Cheap: looks for boundaries, parses nothing.
///
/// Law: the window always begins where the last call's count ended. With `end` false the cutter may leave an
/// incomplete record at the end of the window, and sees it again in a longer window; with `end` true
/// nothing follows, and whatever is left is a record or junk: everything counts as consumed.
pub(crate) trait Cut: Send {
    /// Adds the whole records of `window` to `spans`; how many bytes they and what lies between take.
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize;

    /// The number the next record would have.
    fn next_number(&self) -> u64;

    /// Passes over the rest of a record too long to hold (which takes its number): how many bytes of the
    /// window belong to it, and whether it ends there. Called again with more if it does not.
    fn pass_over(&mut self, window: &[u8]) -> (usize, bool);

    /// Parses the records cut so far.
    fn reader(&self) -> Arc<dyn ReadRecord>;

    /// What is wrong with the source as a whole, asked once after an undamaged end.
    fn verdict(&self) -> Option<String> {
        None
    }
}

/// A source being cut.
pub(crate) struct RecordStream {
    context: Arc<SourceContext>,
    raw: RawBytes,
    /// What the bytes are wrapped in, for messages: `gzip stream`, `file`.
    wrapping: &'static str,
    plain: Stream,
    cutter: Box<dyn Cut>,
    window: Vec<u8>,
    /// Where the window begins in the decompressed source.
    offset: u64,
    end: End,
    delivered: u64,
    window_bytes: usize,
    limit: RecordLimit,
}

/// The longest record that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordLimit {
    pub(crate) bytes: usize,
    /// Whether it follows from the memory there is.
    pub(crate) by_memory: bool,
}

impl RecordLimit {
    /// Why a record of `found` bytes is not read.
    pub(crate) fn refusal(self, found: u64) -> String {
        let RecordLimit { bytes, by_memory } = self;
        let advice = if by_memory { "allow more memory or divide it" } else { "divide it" };
        format!(
            "the record is longer than {bytes} bytes, it has {found}: it is left out; to read it, {advice}"
        )
    }
}

/// Whether the plain bytes have come to an end.
#[derive(Debug)]
pub(crate) enum End {
    /// More may follow.
    Open,
    /// Nothing follows and nothing is amiss.
    Whole,
    /// The stored stream is cut or damaged here.
    Damaged(String),
    /// Everything has been handed out.
    Done,
}

/// Plain bytes whose head has been looked at.
pub(crate) struct Plain {
    pub(crate) stream: Stream,
    pub(crate) head: Vec<u8>,
    /// Where `head` begins: behind a byte order mark.
    pub(crate) offset: u64,
    pub(crate) end: End,
    /// How many plain bytes the stream has given.
    pub(crate) delivered: u64,
}

/// How many times larger than its stored bytes a source may become, beyond [`FREE_SWELL`] bytes.
const MAX_SWELL: u64 = 2000;
/// How large any source may become.
const FREE_SWELL: u64 = 256 << 20;

impl Plain {
    /// The whole stream again, from the beginning of the head.
    pub(crate) fn into_stream(self) -> Stream {
        let head = io::Cursor::new(self.head);
        match self.end {
            End::Open => Box::new(head.chain(self.stream)),
            End::Damaged(cause) => Box::new(head.chain(Failing(cause))),
            End::Whole | End::Done => Box::new(head),
        }
    }

    /// A stream of which nothing has been read.
    pub(crate) fn new(stream: Stream) -> Plain {
        Plain { stream, head: Vec::new(), offset: 0, end: End::Open, delivered: 0 }
    }

    /// Reads until `head` holds `bytes` bytes or the stream has ended.
    pub(crate) fn fill(&mut self, bytes: usize, raw: &RawBytes) -> io::Result<()> {
        let filled = self.head.len();
        if !matches!(self.end, End::Open) || bytes <= filled {
            return Ok(());
        }
        self.head.resize(bytes, 0);
        let mut at = filled;
        while at < bytes {
            match self.stream.read(&mut self.head[at..]) {
                Ok(0) => self.end = End::Whole,
                Ok(read) => {
                    at += read;
                    self.delivered += read as u64;
                    if self.delivered
                        <= raw.position().saturating_mul(MAX_SWELL).saturating_add(FREE_SWELL)
                    {
                        continue;
                    }
                    let cause = format!(
                        "it swells to more than {MAX_SWELL} times its size, as no honest text does"
                    );
                    self.end = End::Damaged(cause);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => match raw.take_failure() {
                    Some(failure) => return Err(failure),
                    None => self.end = End::Damaged(cause.to_string()),
                },
            }
            break;
        }
        self.head.truncate(at);
        Ok(())
    }
}

impl RecordStream {
    pub(crate) fn new(
        context: Arc<SourceContext>,
        raw: RawBytes,
        wrapping: &'static str,
        plain: Plain,
        cutter: Box<dyn Cut>,
        (limit, batch_bytes): (RecordLimit, usize),
    ) -> RecordStream {
        RecordStream {
            context,
            raw,
            wrapping,
            cutter,
            offset: plain.offset,
            window: plain.head,
            plain: plain.stream,
            end: plain.end,
            delivered: plain.delivered,
            window_bytes: batch_bytes.max(1),
            limit,
        }
    }

    /// The next run of whole records, about a window long; `None` after the last.
    pub(crate) fn next_piece(&mut self) -> Result<Option<Piece>, Error> {
        let mut target = self.window_bytes;
        loop {
            self.fill(target)?;
            let seen = target.min(self.window.len());
            let all = seen == self.window.len();
            let mut spans = Vec::new();
            let whole = all && matches!(self.end, End::Whole);
            let consumed = self.cutter.cut(&self.window[..seen], whole, &mut spans);
            for span in spans.iter_mut().filter(|span| self.limit.bytes < span.range.len()) {
                span.fault = Some(self.limit.refusal(span.range.len() as u64));
            }
            if 0 < consumed || !spans.is_empty() {
                let piece = self.split_off(consumed, spans);
                match &piece {
                    Piece::Records(records) if records.spans.is_empty() => continue,
                    _ => return Ok(Some(piece)),
                }
            }
            match &self.end {
                End::Done => return Ok(None),
                End::Whole if all => return Ok(self.close_whole()),
                End::Damaged(_) if all => return Ok(Some(self.close_damaged())),
                _ if seen < self.limit.bytes => target = grown(seen),
                _ => return self.pass_over().map(Some),
            }
        }
    }

    fn fill(&mut self, target: usize) -> Result<(), Error> {
        let mut plain = Plain {
            stream: std::mem::replace(&mut self.plain, Box::new(io::empty())),
            head: std::mem::take(&mut self.window),
            offset: 0,
            end: std::mem::replace(&mut self.end, End::Done),
            delivered: self.delivered,
        };
        let result = plain.fill(target, &self.raw);
        self.plain = plain.stream;
        self.window = plain.head;
        self.end = plain.end;
        self.delivered = plain.delivered;
        result.map_err(|cause| Error::Read {
            name: self.context.name.to_string(),
            offset: self.raw.position(),
            cause,
        })
    }

    /// Takes the first `consumed` bytes of the window as a piece.
    fn split_off(&mut self, consumed: usize, spans: Vec<Span>) -> Piece {
        let rest = self.window[consumed..].to_vec();
        let mut bytes = std::mem::replace(&mut self.window, rest);
        bytes.truncate(consumed);
        // The window has far more room than a small file needs, or a few records behind a long one.
        if 2 * bytes.len() < bytes.capacity() {
            bytes.shrink_to_fit();
        }
        let offset = self.offset;
        self.offset += consumed as u64;
        let (source, reader) = (Arc::clone(&self.context), self.cutter.reader());
        Piece::Records(Records { source, reader, bytes, offset, spans })
    }

    /// Drops a record that is longer than the limit.
    fn pass_over(&mut self) -> Result<Piece, Error> {
        let (number, offset) = (self.cutter.next_number(), self.offset);
        let excerpt = self.window[..self.window.len().min(2 * BadRecord::EXCERPT_BYTES)].to_vec();
        loop {
            let (dropped, found) = self.cutter.pass_over(&self.window);
            self.window.drain(..dropped);
            self.offset += dropped as u64;
            if found || !matches!(self.end, End::Open) {
                self.window.shrink_to(self.window_bytes);
                let reason = self.limit.refusal(self.offset - offset);
                let item = self.context.bad(number, offset, reason, &excerpt);
                return Ok(Piece::Item(Arc::clone(&self.context), item));
            }
            self.fill(self.window.len() + self.window_bytes)?;
        }
    }

    fn close_whole(&mut self) -> Option<Piece> {
        self.end = End::Done;
        let verdict = self.cutter.verdict()?;
        let item = self.context.bad(self.cutter.next_number(), self.offset, verdict, b"");
        Some(Piece::Item(Arc::clone(&self.context), item))
    }

    fn close_damaged(&mut self) -> Piece {
        let End::Damaged(cause) = std::mem::replace(&mut self.end, End::Done) else {
            return Piece::Records(Records {
                source: Arc::clone(&self.context),
                reader: self.cutter.reader(),
                bytes: Vec::new(),
                offset: self.offset,
                spans: Vec::new(),
            });
        };
        let window = std::mem::take(&mut self.window);
        let reason = format!(
            "the {} is cut or damaged after {} plain bytes ({cause}): the records before are kept, the rest is lost",
            self.wrapping,
            self.offset + window.len() as u64,
        );
        let item = self.context.bad(self.cutter.next_number(), self.offset, reason, &window);
        Piece::Item(Arc::clone(&self.context), item)
    }
}

/// The next mark of a window that holds no whole record at this one: twice as far, and less where that would take a lot of
/// memory.
fn grown(window: usize) -> usize {
    let more = if window < LARGE_WINDOW { window } else { window / 4 };
    window.saturating_add(more.max(1))
}

/// Windows below this double.
const LARGE_WINDOW: usize = 16 << 20;

/// A stream that fails at once.
struct Failing(String);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(self.0.clone()))
    }
}
