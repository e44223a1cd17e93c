//! JSON values one after another: an array of objects, an object over many lines, objects side by side.
//!
//! Comes in: JSON that is not one object a line. Goes out: a document for each object of the array or of the sequence,
//! numbered in order. What is no object is bad; an array without its end is said.

use std::sync::Arc;

use memchr::memchr2;

use super::jsonl::ObjectLine;
use crate::batch::{ReadRecord, Span};
use crate::stream::Cut;

/// Cuts at the end of each value.
pub(super) struct Values {
    next: u64,
    /// Inside the outer array.
    in_array: bool,
    started: bool,
    reader: Arc<dyn ReadRecord>,
    /// What the value being passed over still has open.
    passing: Scan,
}

impl Values {
    pub(super) fn new() -> Values {
        let reader = Arc::new(ObjectLine);
        Values { next: 1, in_array: false, started: false, reader, passing: Scan::default() }
    }

    fn span(&mut self, start: usize, end: usize, fault: Option<&str>) -> Span {
        let number = self.next;
        self.next += 1;
        Span { range: start..end, number, fault: fault.map(str::to_owned) }
    }
}

impl Cut for Values {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let mut at = 0;
        loop {
            let between =
                |byte: &u8| !(byte.is_ascii_whitespace() || (self.started && *byte == b','));
            let Some(start) = window[at..].iter().position(between).map(|skip| at + skip) else {
                return window.len();
            };
            match window[start] {
                b'[' if !self.in_array => {
                    (self.in_array, self.started) = (true, true);
                    at = start + 1;
                }
                b']' if self.in_array => {
                    self.in_array = false;
                    at = start + 1;
                }
                _ => match Scan::default().value_end(&window[start..]) {
                    Some(length) => {
                        self.started = true;
                        at = start + length;
                        spans.push(self.span(start, at, None));
                    }
                    None if end => {
                        let fault = "the JSON ends inside this value: it is cut off";
                        spans.push(self.span(start, window.len(), Some(fault)));
                        self.in_array = false;
                        return window.len();
                    }
                    None => return start,
                },
            }
        }
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        match self.passing.value_end(window) {
            Some(length) => {
                self.passing = Scan::default();
                self.next += 1;
                (length, true)
            }
            None => (window.len(), false),
        }
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }

    fn verdict(&self) -> Option<String> {
        let fault = "the JSON array ends without `]`: values may be missing after this place";
        self.in_array.then(|| fault.to_owned())
    }
}

/// What a value has open.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    begun: bool,
}

impl Scan {
    /// How many of `bytes` the value takes; `None` if it goes on beyond them.
    fn value_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escaped {
                self.escaped = false;
                at += 1;
                continue;
            }
            if self.in_string {
                at += memchr2(b'"', b'\\', &bytes[at..])?;
                self.escaped = bytes[at] == b'\\';
                self.in_string = self.escaped;
                at += 1;
                if !self.in_string && self.depth == 0 {
                    return Some(at);
                }
                continue;
            }
            match bytes[at] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    if self.depth <= 1 {
                        return Some((at + usize::from(self.depth == 1)).max(1));
                    }
                    self.depth -= 1;
                }
                b',' | b' ' | b'\n' | b'\t' | b'\r' if self.depth == 0 && self.begun => {
                    return Some(at);
                }
                _ => {}
            }
            self.begun = true;
            at += 1;
        }
        None
    }
}
