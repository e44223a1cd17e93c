//! JSON lines: an object on each line.
//!
//! Comes in: bytes with a line end after each object. Goes out: a document a line, its fields in the order of
//! the line. Blank lines are passed over but counted, so that a record's number is its line's. A line
//! that is no UTF-8, no JSON or no object is bad.

use std::sync::Arc;

use memchr::{memchr, memrchr};

use super::json;
use crate::batch::{Emitter, ReadRecord, Span};
use crate::stream::Cut;

/// Cuts at line ends.
pub(super) struct Lines {
    reader: Arc<dyn ReadRecord>,
    /// The number of the line the window begins with.
    line: u64,
}

impl Lines {
    pub(super) fn new() -> Lines {
        Lines { reader: Arc::new(ObjectLine), line: 1 }
    }
}

impl Cut for Lines {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let whole = if end { window.len() } else { memrchr(b'\n', window).map_or(0, |at| at + 1) };
        let mut start = 0;
        while start < whole {
            let stop = memchr(b'\n', &window[start..whole]).map_or(whole, |at| start + at);
            if !is_blank(&window[start..stop]) {
                spans.push(Span { range: start..stop, number: self.line, fault: None });
            }
            if stop < whole {
                self.line += 1;
            }
            start = stop + 1;
        }
        whole
    }

    fn next_number(&self) -> u64 {
        self.line
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        match memchr(b'\n', window) {
            Some(at) => {
                self.line += 1;
                (at + 1, true)
            }
            None => (window.len(), false),
        }
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii().is_empty()
}

/// Parses a line that holds an object.
pub(super) struct ObjectLine;

impl ReadRecord for ObjectLine {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        match json::read_object(record, emit.fields()) {
            Ok(()) => emit.document(),
            Err(reason) => emit.bad(reason),
        }
    }
}
