//! The format of a source by its content.
//!
//! Comes in: the first bytes, whether they are all, and the name, which only breaks ties. Goes out: a format or
//! the word that this is no text.

use memchr::memmem;

use super::Format;

/// What a source's head shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recognised {
    Format(Format),
    /// Not text in any encoding we know.
    Binary,
}

/// How many bytes of the head are looked at.
pub(crate) const HEAD_BYTES: usize = 64 << 10;

/// Recognises the format of a source that begins with `head`; `whole` if nothing follows.
pub(crate) fn recognise(head: &[u8], whole: bool, _name: &str) -> Recognised {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let start = head.trim_ascii_start();
    if start.starts_with(b"{") && is_jsonl(start, whole) {
        return Recognised::Format(Format::Jsonl);
    }
    if start.starts_with(b"<")
        && memmem::find(&start[..start.len().min(4096)], b"<mediawiki").is_some()
    {
        return Recognised::Format(Format::MediaWiki);
    }
    if is_binary(head) {
        return Recognised::Binary;
    }
    Recognised::Format(Format::Text)
}

/// Whether a line of the head is a JSON object, or the first line goes on beyond the head.
fn is_jsonl(head: &[u8], whole: bool) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        let complete = whole || lines.peek().is_some();
        if !complete {
            return first && looks_like_object(line);
        }
        if serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line).is_ok() {
            return true;
        }
        first = false;
    }
    false
}

/// `{"` or `{}`: text may begin with a brace, hardly with these.
fn looks_like_object(line: &[u8]) -> bool {
    let inside = line[1..].trim_ascii_start();
    inside.starts_with(b"\"") || inside.starts_with(b"}")
}

/// Whether the bytes are no text: a magic number of another kind, or many control characters.
fn is_binary(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 12] = [
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"%PDF-",
        b"\x7fELF",
        b"MZ\x90",
        b"SQLite format 3",
        b"OggS",
        b"ID3",
        b"wOFF",
        b"\0\0\x01\0",
        b"\xca\xfe\xba\xbe",
    ];
    if MAGIC.iter().any(|magic| head.starts_with(magic)) {
        return true;
    }
    let control =
        |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let head = &head[..head.len().min(8 << 10)];
    head.len() < head.iter().filter(control).count() * 10
}
