//! The format of a source by its content.
//!
//! Comes in: the first bytes, whether they are all, and the name, which only breaks ties (a table or Markdown may look
//! like plain text). Goes out: a format, an archive, or the word that this is no text.

use memchr::memmem;

use super::{Format, cirrus, csv, markdown, stackexchange};

/// What a source's head shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recognised {
    Format(Format),
    /// Files in a file.
    Archive(Archive),
    /// Not text in any encoding we know.
    Binary,
}

/// A file that holds files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Archive {
    Tar,
    Zip,
}

/// How many bytes of the head are looked at.
pub(crate) const HEAD_BYTES: usize = 64 << 10;

/// Recognises what is no text but holds some, before its encoding is looked at.
pub(crate) fn recognise_container(head: &[u8]) -> Option<Recognised> {
    if head.starts_with(b"PAR1") {
        return Some(Recognised::Format(Format::Parquet));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(Recognised::Archive(Archive::Zip));
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(Recognised::Archive(Archive::Tar));
    }
    head.starts_with(b"WARC/").then_some(Recognised::Format(Format::Warc))
}

/// Recognises the text that begins with `head`; `whole` if nothing follows.
pub(crate) fn recognise(head: &[u8], whole: bool, name: &str) -> Recognised {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let start = head.trim_ascii_start();
    let format = match start.first() {
        Some(b'{') => json_lines(start, whole),
        Some(b'[') => json_array(start),
        Some(b'<') => markup(start),
        _ => None,
    };
    if let Some(format) = format {
        return Recognised::Format(format);
    }
    if is_binary(head) {
        return Recognised::Binary;
    }
    let format = mail(head).or_else(|| by_name(head, name)).or_else(|| table(head, whole));
    Recognised::Format(format.unwrap_or(Format::Text))
}

/// Objects on lines, in pairs of lines, or over several lines.
fn json_lines(head: &[u8], whole: bool) -> Option<Format> {
    let mut lines = head.split(|byte| *byte == b'\n').peekable();
    let mut first = true;
    while let Some(line) = lines.next() {
        let complete = whole || lines.peek().is_some();
        if !complete {
            break;
        }
        if first && cirrus::is_action(line) {
            return Some(Format::Cirrus);
        }
        if serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line).is_ok() {
            return Some(Format::Jsonl);
        }
        first = false;
    }
    let inside = head[1..].trim_ascii_start();
    if !inside.starts_with(b"\"") && !inside.starts_with(b"}") {
        return None;
    }
    // A line that goes on beyond the head is one of JSON lines; an object that opens with its line is spread over many.
    let opening = head.split(|byte| *byte == b'\n').next().unwrap_or(b"").trim_ascii();
    let spread = opening == b"{" || (opening.ends_with(b",") && head.len() != opening.len());
    Some(if spread { Format::Json } else { Format::Jsonl })
}

/// An array of objects.
fn json_array(head: &[u8]) -> Option<Format> {
    let inside = head[1..].trim_ascii_start();
    let object = inside.strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let array = object.is_some_and(|object| object.starts_with(b"\"") || object.starts_with(b"}"));
    (array || inside == b"]").then_some(Format::Json)
}

/// The formats that begin with a tag.
fn markup(head: &[u8]) -> Option<Format> {
    let near = &head[..head.len().min(4096)];
    let has = |mark: &[u8]| memmem::find(near, mark).is_some();
    if has(b"<mediawiki") || (head.starts_with(b"<page>") && has(b"<title>")) {
        return Some(Format::MediaWiki);
    }
    if has(b"<REUTERS") {
        return Some(Format::Reuters);
    }
    if head.starts_with(super::wikiextractor::OPENING.as_bytes()) {
        return Some(Format::WikiExtractor);
    }
    if has(b"<DOC>") || (head.starts_with(b"<doc>") && has(b"<docno>")) {
        return Some(Format::Trec);
    }
    let rows = |file: &&str| has(format!("<{file}>").as_bytes());
    if stackexchange::FILES.iter().any(rows) && has(b"<row ") {
        return Some(Format::StackExchange);
    }
    let lower = near.to_ascii_lowercase();
    let page = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<article",
        "<div",
        "<p>",
        "<h1",
        "<meta",
        "<title",
    ];
    let begins = page.iter().any(|mark| memmem::find(&lower, mark.as_bytes()).is_some());
    begins.then_some(Format::Html)
}

/// A message, or many.
fn mail(head: &[u8]) -> Option<Format> {
    const HEADERS: [&str; 12] = [
        "from:",
        "to:",
        "date:",
        "subject:",
        "message-id:",
        "received:",
        "mime-version:",
        "return-path:",
        "delivered-to:",
        "content-type:",
        "x-mailer:",
        "reply-to:",
    ];
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut first = lines.next()?;
    let mbox = first.starts_with(b"From ");
    if mbox {
        first = lines.next()?;
    }
    let mut known = Vec::new();
    for (number, line) in std::iter::once(first).chain(lines).enumerate() {
        if line.is_empty() || 200 < number {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let colon = memchr::memchr(b':', line)?;
        if line[..colon]
            .iter()
            .any(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_'))
        {
            return None;
        }
        let name = line[..=colon].to_ascii_lowercase();
        if let Some(at) = HEADERS.iter().position(|known| known.as_bytes() == name) {
            known.push(at);
        }
    }
    known.sort_unstable();
    known.dedup();
    (3 <= known.len() || (mbox && 2 <= known.len())).then_some(if mbox {
        Format::Mbox
    } else {
        Format::Mail
    })
}

/// What the name says of a text that could be several things.
fn by_name(head: &[u8], name: &str) -> Option<Format> {
    let mut name = name.to_ascii_lowercase();
    for ending in [".gz", ".zst", ".xz", ".bz2", ".lz4"] {
        if let Some(inner) = name.strip_suffix(ending) {
            name.truncate(inner.len());
        }
    }
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("md" | "markdown" | "mdown" | "mkd") => return Some(Format::Markdown),
        Some("csv") => return Some(Format::Csv),
        Some("tsv" | "tab") => return Some(Format::Tsv),
        Some("htm" | "html" | "xhtml") => return Some(Format::Html),
        Some("txt" | "text") => return Some(Format::Text),
        _ => {}
    }
    let text = String::from_utf8_lossy(&head[..head.len().min(8 << 10)]);
    markdown::has_front_matter(&text).then_some(Format::Markdown)
}

/// A table: three rows or more with as many separators as the first, whose cells are short names, each another one,
/// and one of them a name that a field of a document has.
fn table(head: &[u8], whole: bool) -> Option<Format> {
    const NAMES: [&str; 16] = [
        "id",
        "title",
        "headline",
        "text",
        "body",
        "content",
        "date",
        "url",
        "author",
        "article",
        "docno",
        "docid",
        "abstract",
        "description",
        "published",
        "summary",
    ];
    let text = String::from_utf8_lossy(head);
    let first = text.lines().next()?;
    let separator = csv::separator(first.as_bytes());
    let names: Vec<String> = first
        .split(separator as char)
        .map(|name| name.trim().trim_matches('"').to_lowercase())
        .collect();
    let short = names.iter().all(|name| !name.is_empty() && name.len() <= 40);
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let known = names.iter().any(|name| NAMES.contains(&name.as_str()));
    if names.len() < 2 || !short || distinct.len() != names.len() || !known {
        return None;
    }
    let rows = csv::row_widths(head, separator, whole);
    let even = rows.iter().filter(|width| **width == names.len()).count();
    let table = 2 <= rows.len() && rows.len() <= even + rows.len() / 10;
    table.then_some(if separator == b'\t' { Format::Tsv } else { Format::Csv })
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
