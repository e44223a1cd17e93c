//! Mail: one message a file (EML), or many in an mbox.
//!
//! Comes in: RFC 5322 messages with MIME parts. Goes out: a document for each: `title` (the subject), `date`, `from`, `to`,
//! `message_id` and, in an mbox, the same as the id; `body`, the text of its text parts (HTML parts as their text),
//! `attachments`, the names of the others. An mbox is cut at lines that begin with `From ` after a blank line.

use std::borrow::Cow;
use std::sync::Arc;

use mail_parser::{Address, Message, MessageParser, MimeHeaders};
use memchr::memmem;

use super::html;
use super::text::Whole;
use crate::Value;
use crate::batch::{Emitter, ReadRecord, Span};
use crate::stream::Cut;

/// A cutter for files that are a message.
pub(super) fn cutter() -> Whole {
    Whole::new(Arc::new(MessageReader { many: false }))
}

/// Cuts an mbox.
pub(super) struct Mbox {
    next: u64,
    reader: Arc<dyn ReadRecord>,
}

impl Mbox {
    pub(super) fn new() -> Mbox {
        Mbox { next: 1, reader: Arc::new(MessageReader { many: true }) }
    }
}

/// Where the next message begins in `window`, after its first byte.
fn next_message(window: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memmem::find(&window[from..], b"\nFrom ")?;
        let before = &window[..at];
        if before.ends_with(b"\n") || before.ends_with(b"\n\r") {
            return Some(at + 1);
        }
        from = at + 1;
    }
}

impl Cut for Mbox {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let mut at = 0;
        loop {
            let next = next_message(&window[at..]).map(|length| at + length);
            let stop = match next {
                Some(next) => next,
                None if end => window.len(),
                None => return at,
            };
            if !window[at..stop].trim_ascii().is_empty() {
                spans.push(Span { range: at..stop, number: self.next, fault: None });
                self.next += 1;
            }
            at = stop;
            if next.is_none() {
                return at;
            }
        }
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        match next_message(window) {
            Some(at) => {
                self.next += 1;
                (at, true)
            }
            None => (window.len().saturating_sub(8), false),
        }
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }
}

/// How many boundaries of parts a message may have: each part takes hundreds of bytes of memory.
const MAX_BOUNDARIES: usize = 1 << 16;

struct MessageReader {
    /// One of an mbox.
    many: bool,
}

impl ReadRecord for MessageReader {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        if MAX_BOUNDARIES < memmem::find_iter(record, b"\n--").take(MAX_BOUNDARIES + 1).count() {
            return emit.bad(format!(
                "the message has more than {MAX_BOUNDARIES} lines that may begin a part: it is left out"
            ));
        }
        let message = if self.many { Cow::Owned(unwrapped(record)) } else { Cow::Borrowed(record) };
        let Some(message) = MessageParser::default().parse(&message) else {
            return emit.bad("no mail message: expected headers such as `Subject:`".to_owned());
        };
        if let Some(id) = message.message_id() {
            if self.many {
                emit.text("id", id);
            }
            emit.text("message_id", id);
        }
        emit.text("title", message.subject().unwrap_or("").trim());
        if let Some(date) = message.date() {
            emit.text("date", date.to_rfc3339());
        }
        emit.text("from", addresses(message.from()));
        emit.text("to", addresses(message.to()));
        emit.text("body", body(&message));
        let names: Vec<Value> = message
            .attachments()
            .filter_map(|part| part.attachment_name())
            .map(|name| Value::Text(name.to_owned()))
            .collect();
        if !names.is_empty() {
            emit.fields().put("attachments", Value::List(names));
        }
        if self.many { emit.document() } else { emit.file() }
    }
}

/// A message of an mbox without its first line and without the signs that protect lines beginning with `From `.
fn unwrapped(record: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(record.len());
    for (number, line) in record.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if number == 0 && line.starts_with(b"From ") {
            continue;
        }
        let signs = line.iter().take_while(|byte| **byte == b'>').count();
        let protected = 0 < signs && line[signs..].starts_with(b"From ");
        message.extend_from_slice(&line[usize::from(protected)..]);
    }
    message
}

/// The text of a message: its plain parts, or the text of its HTML.
fn body(message: &Message<'_>) -> String {
    let mut body = String::new();
    for part in message.text_bodies() {
        let text = part.text_contents().unwrap_or("");
        if !body.is_empty() {
            body.push_str("\n\n");
        }
        if part.is_text_html() {
            body.push_str(&html::plain_text(text));
        } else {
            body.push_str(text.trim());
        }
    }
    body
}

fn addresses(list: Option<&Address<'_>>) -> String {
    let Some(list) = list else { return String::new() };
    let shown: Vec<String> = list
        .iter()
        .map(|address| match (address.name(), address.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (name, address) => name.or(address).unwrap_or("").to_owned(),
        })
        .collect();
    shown.join(", ")
}
