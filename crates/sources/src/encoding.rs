//! Other character encodings to UTF-8.
//!
//! Comes in: a plain stream with its head, or the bytes of a record. Goes out: the same in UTF-8. A byte order mark is
//! taken off; UTF-16 is found by its mark or by its zero bytes; a record in a legacy encoding by statistics
//! (`chardetng`). Bytes the encoding does not allow become U+FFFD and are counted.

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE};

use crate::compression::Stream;
use crate::options::Encoding;
use crate::raw::RawBytes;
use crate::stream::Plain;
use crate::summary::Counters;

/// Turns `plain` into UTF-8 where it is UTF-16 or `forced` says what it is.
pub(crate) fn to_utf8(
    mut plain: Plain,
    forced: Option<Encoding>,
    raw: &RawBytes,
    counters: &Arc<Counters>,
) -> io::Result<Plain> {
    let (encoding, mark) = match encoding_rs::Encoding::for_bom(&plain.head) {
        Some((encoding, mark)) => (encoding, mark),
        None => (forced.map(|forced| forced.0).or(utf16_by_zeros(&plain.head)).unwrap_or(UTF_8), 0),
    };
    plain.head.drain(..mark);
    plain.offset += mark as u64;
    if encoding == UTF_8 {
        return Ok(plain);
    }
    let filled = plain.head.len();
    let stored = plain.into_stream();
    let decoder = encoding.new_decoder_without_bom_handling();
    let counters = Arc::clone(counters);
    let stream = Transcoder { stored, decoder, text: Vec::new(), at: 0, ended: false, counters };
    let mut decoded = Plain::new(Box::new(stream));
    decoded.fill(filled.max(1), raw)?;
    Ok(decoded)
}

/// UTF-16 without a mark: in text with Latin letters or markup every other byte is zero.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = &head[..head.len().min(1024)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half < 2 {
        return None;
    }
    if even == 0 && half < odd * 2 {
        return Some(UTF_16LE);
    }
    (odd == 0 && half < even * 2).then_some(UTF_16BE)
}

/// A record's text: itself if it is UTF-8, else decoded from the encoding `said` to be its own, else from
/// the likeliest legacy encoding. Says whether characters had to be replaced.
pub(crate) fn decoded<'b>(bytes: &'b [u8], said: Option<&str>) -> (Cow<'b, str>, bool) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), false);
    }
    let said = said.and_then(|label| encoding_rs::Encoding::for_label(label.trim().as_bytes()));
    if let Some(encoding) = said.filter(|encoding| *encoding != UTF_8) {
        let (text, _, replaced) = encoding.decode(bytes);
        return (text, replaced);
    }
    let text = String::from_utf8_lossy(bytes);
    let replaced = text.chars().filter(|letter| *letter == char::REPLACEMENT_CHARACTER).count();
    let letters = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    // Mostly valid multi-byte UTF-8 with a few broken places is broken UTF-8, not another encoding.
    if replaced * 8 < letters {
        return (text, true);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(DETECT_BYTES)], true);
    let (text, _, replaced) = detector.guess(None, Utf8Detection::Deny).decode(bytes);
    (text, replaced)
}

/// The encoding a page names in `<meta charset>` or an XML declaration, within its first bytes.
pub(crate) fn said_by_page(page: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&page[..page.len().min(2048)]).to_ascii_lowercase();
    let place =
        head.find("charset=").map(|at| at + 8).or(head.find("encoding=").map(|at| at + 9))?;
    let value = head[place..].trim_start_matches(['"', '\'', ' ']);
    let end =
        value.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.:".contains(letter)));
    let label = &value[..end.unwrap_or(value.len())];
    (!label.is_empty()).then(|| label.to_owned())
}

/// How many bytes of a record the detector looks at.
const DETECT_BYTES: usize = 64 << 10;
/// How many stored bytes are decoded at once.
const STEP_BYTES: usize = 16 << 10;

/// Decodes a stream as it is read.
struct Transcoder {
    stored: Stream,
    decoder: Decoder,
    /// Decoded and, from `at` on, not yet handed out.
    text: Vec<u8>,
    at: usize,
    ended: bool,
    counters: Arc<Counters>,
}

impl Read for Transcoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.decode_more()?;
        }
        let read = (&self.text[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl Transcoder {
    fn decode_more(&mut self) -> io::Result<()> {
        let mut stored = [0; STEP_BYTES];
        let read = self.stored.read(&mut stored)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(STEP_BYTES * 4);
        self.text.resize(room, 0);
        let (_, _, written, replaced) =
            self.decoder.decode_to_utf8(&stored[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        self.at = 0;
        if replaced {
            self.counters.count_repaired();
        }
        Ok(())
    }
}
