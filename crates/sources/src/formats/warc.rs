//! WARC: crawled pages, as Common Crawl's news archive has them.
//!
//! Comes in: records of headers and a block of `Content-Length` bytes. Goes out: a document for each page that was
//! delivered: `url` (the id), what [`html`](super::html) finds in it, `crawled` (the record's date), and `date`, the page's own
//! or else the record's. `conversion` records (WET) give their text. Requests, metadata, revisits, other media types and
//! other answers than 2xx are skipped and counted.

use std::io::Read;
use std::sync::Arc;

use memchr::memmem;

use super::{html, text};
use crate::SkipReason;
use crate::batch::{Emitter, ReadRecord, Span};
use crate::stream::Cut;

/// Cuts by the lengths the records state.
pub(super) struct WarcRecords {
    next: u64,
    /// How many bytes of a record being passed over are still to come.
    passing: Option<u64>,
    reader: Arc<dyn ReadRecord>,
}

/// How long a record's headers may be.
const MAX_HEADER_BYTES: usize = 64 << 10;

impl WarcRecords {
    pub(super) fn new() -> WarcRecords {
        WarcRecords { next: 1, passing: None, reader: Arc::new(WarcReader) }
    }

    fn span(&mut self, start: usize, end: usize, fault: Option<&str>) -> Span {
        let number = self.next;
        self.next += 1;
        Span { range: start..end, number, fault: fault.map(str::to_owned) }
    }
}

/// How long the record at the head of `bytes` is by its own word.
fn stated_length(bytes: &[u8]) -> Length {
    let (headers, block) = match split_headers(bytes) {
        Some(split) => split,
        None if bytes.len() < MAX_HEADER_BYTES => return Length::Unknown,
        None => return Length::None,
    };
    let length =
        header(headers, "content-length").and_then(|length| length.trim().parse::<u64>().ok());
    match length {
        Some(length) => Length::Bytes((bytes.len() - block.len()) as u64 + length),
        None => Length::None,
    }
}

enum Length {
    Bytes(u64),
    /// The headers go on beyond the bytes.
    Unknown,
    /// There is no length to be found.
    None,
}

impl Cut for WarcRecords {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let mut at = 0;
        loop {
            at += window[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let rest = &window[at..];
            if rest.is_empty() {
                return at;
            }
            if !rest.starts_with(b"WARC/") {
                if rest.len() < 5 && !end {
                    return at;
                }
                let next = memmem::find(rest, b"\nWARC/1.").map(|next| next + 1);
                let Some(stop) = next.or(end.then_some(rest.len())) else { return at };
                let fault = "no WARC record: expected `WARC/1.` at its beginning";
                spans.push(self.span(at, at + stop, Some(fault)));
                at += stop;
                continue;
            }
            match stated_length(rest) {
                Length::Bytes(length) if length <= rest.len() as u64 => {
                    spans.push(self.span(at, at + length as usize, None));
                    at += length as usize;
                }
                Length::None => {
                    let next = memmem::find(&rest[1..], b"\nWARC/1.").map(|next| next + 2);
                    let Some(stop) = next.or(end.then_some(rest.len())) else { return at };
                    let fault = "the record states no `Content-Length`";
                    spans.push(self.span(at, at + stop, Some(fault)));
                    at += stop;
                }
                Length::Bytes(_) | Length::Unknown if end => {
                    let fault = "the archive ends inside this record: it is cut off";
                    spans.push(self.span(at, window.len(), Some(fault)));
                    return window.len();
                }
                Length::Bytes(_) | Length::Unknown => return at,
            }
        }
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        let left = self.passing.unwrap_or(match stated_length(window) {
            Length::Bytes(length) => length,
            _ => window.len() as u64,
        });
        if left <= window.len() as u64 {
            self.passing = None;
            self.next += 1;
            return (left as usize, true);
        }
        self.passing = Some(left - window.len() as u64);
        (window.len(), false)
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }
}

/// Splits at the first empty line.
fn split_headers(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let window = &bytes[..bytes.len().min(MAX_HEADER_BYTES)];
    let crlf = memmem::find(window, b"\r\n\r\n").map(|at| (at, 4));
    let (at, length) = crlf.or(memmem::find(window, b"\n\n").map(|at| (at, 2)))?;
    Some((&bytes[..at], &bytes[at + length..]))
}

/// The value of the header `name` (lower case).
fn header(headers: &[u8], name: &str) -> Option<String> {
    headers.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let found = line[..colon].trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        found.then(|| String::from_utf8_lossy(line[colon + 1..].trim_ascii()).into_owned())
    })
}

struct WarcReader;

impl ReadRecord for WarcReader {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let Some((headers, block)) = split_headers(record) else {
            return emit.bad("the record has no end of its headers".to_owned());
        };
        let kind = header(headers, "warc-type").unwrap_or_default().to_ascii_lowercase();
        match kind.as_str() {
            "response" | "resource" | "conversion" => {}
            "revisit" => return emit.skip(SkipReason::Revisit),
            _ => return emit.skip(SkipReason::NotAResponse),
        }
        let (media, body) = if kind == "response" {
            match response(block) {
                Ok(response) => response,
                Err(Refusal::Skip(reason)) => return emit.skip(reason),
                Err(Refusal::Bad(reason)) => return emit.bad(reason),
            }
        } else {
            (header(headers, "content-type").unwrap_or_default(), block.to_vec())
        };
        let url = header(headers, "warc-target-uri").unwrap_or_default();
        let crawled = header(headers, "warc-date").unwrap_or_default();
        emit.text("url", url.trim_matches(['<', '>']));
        if !read_body(&media, &body, emit) {
            return emit.skip(SkipReason::NotText);
        }
        if emit.fields().get("date").is_none() {
            emit.text("date", crawled.as_str());
        }
        emit.text("crawled", crawled);
        emit.document();
    }
}

/// Puts the text of a delivered body into the fields; whether it is of a kind that has text.
fn read_body(media: &str, body: &[u8], emit: &mut Emitter<'_>) -> bool {
    let (kind, parameters) = media.split_once(';').unwrap_or((media, ""));
    let said = parameters.to_ascii_lowercase();
    let said = said
        .split_once("charset=")
        .map(|(_, label)| label.trim_matches(['"', '\'', ' ', ';']).to_owned());
    match kind.trim().to_ascii_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => {
            let said = said.or_else(|| crate::encoding::said_by_page(body));
            let page = emit.decoded_from(body, said.as_deref());
            html::read_page(&page, emit);
            true
        }
        "text/plain" => {
            let page = emit.decoded_from(body, said.as_deref());
            let (title, body) = text::title_and_body(&page);
            emit.text("title", title);
            emit.text("body", body);
            true
        }
        _ => false,
    }
}

enum Refusal {
    Skip(SkipReason),
    Bad(String),
}

/// Media type and body of an HTTP answer, its transfer coding and compression undone.
fn response(block: &[u8]) -> Result<(String, Vec<u8>), Refusal> {
    let bad = |reason: &str| Refusal::Bad(reason.to_owned());
    let (headers, body) =
        split_headers(block).ok_or_else(|| bad("the answer has no end of its headers"))?;
    let status = headers.split(|byte| *byte == b' ').nth(1).unwrap_or(b"");
    if !status.starts_with(b"2") {
        return Err(Refusal::Skip(SkipReason::HttpStatus));
    }
    let media = header(headers, "content-type").unwrap_or_else(|| "text/html".to_owned());
    let lower = media.to_ascii_lowercase();
    if !["text/html", "application/xhtml", "text/plain"].iter().any(|kind| lower.starts_with(kind))
    {
        return Err(Refusal::Skip(SkipReason::NotText));
    }
    let coding = header(headers, "transfer-encoding").unwrap_or_default().to_ascii_lowercase();
    // Archives keep the header of a coding they have undone: then there is no size to be read.
    let body = if coding.contains("chunked") {
        unchunked(body).unwrap_or_else(|| body.to_vec())
    } else {
        body.to_vec()
    };
    let body =
        match header(headers, "content-encoding").unwrap_or_default().to_ascii_lowercase().as_str()
        {
            "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
                inflate(flate2::read::MultiGzDecoder::new(body.as_slice()), body.len())?
            }
            "deflate" if body.first() == Some(&0x78) => {
                inflate(flate2::read::ZlibDecoder::new(body.as_slice()), body.len())?
            }
            "br" | "zstd" if std::str::from_utf8(&body).is_err() && !body.contains(&b'<') => {
                return Err(bad("the page is compressed in a way that cannot be read here"));
            }
            _ => body,
        };
    Ok((media, body))
}

/// How long a page may become, and how many times its length beyond [`FREE_SWELL`] bytes.
const MAX_PAGE_BYTES: u64 = 32 << 20;
const MAX_SWELL: u64 = 200;
const FREE_SWELL: u64 = 1 << 20;

/// The page that `stream` gives, which is made of `stored` bytes.
fn inflate(stream: impl Read, stored: usize) -> Result<Vec<u8>, Refusal> {
    let most = (stored as u64).saturating_mul(MAX_SWELL).saturating_add(FREE_SWELL);
    let most = most.min(MAX_PAGE_BYTES);
    let mut page = Vec::new();
    match stream.take(most + 1).read_to_end(&mut page) {
        Err(cause) => {
            let read = page.len();
            Err(Refusal::Bad(format!(
                "the page cannot be decompressed after {read} bytes: {cause}"
            )))
        }
        Ok(length) if most < length as u64 => {
            let reason =
                format!("the page of {stored} bytes swells to more than {most}: it is left out");
            Err(Refusal::Bad(reason))
        }
        Ok(_) => Ok(page),
    }
}

/// The chunks of a body after one another; `None` if it is not chunked.
fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let line_end = memchr::memchr(b'\n', &rest[..rest.len().min(64)])?;
        let size = std::str::from_utf8(&rest[..line_end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[line_end + 1..];
        if size == 0 {
            return Some(plain);
        }
        let chunk = &rest[..size.min(rest.len())];
        plain.extend_from_slice(chunk);
        rest = &rest[chunk.len()..];
        if rest.is_empty() {
            return Some(plain);
        }
        rest = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
}
