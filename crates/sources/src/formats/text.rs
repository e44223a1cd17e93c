//! Plain text: a file is a document.
//!
//! Comes in: all bytes of a file. Goes out: one document whose id is the file's name in its input, whose title is the
//! first non-empty line where that is short, and whose body is the rest; without a short line there is
//! no title and the body is everything.

use std::sync::Arc;

use crate::batch::{Emitter, ReadRecord, Span};
use crate::stream::Cut;

/// The longest first line that is a title, in bytes.
pub(crate) const MAX_TITLE_BYTES: usize = 200;

/// A cutter for files of plain text.
pub(super) fn cutter() -> Whole {
    Whole::new(Arc::new(Text))
}

/// Cuts a source into one record: all of it.
pub(super) struct Whole {
    reader: Arc<dyn ReadRecord>,
    cut: bool,
}

impl Whole {
    pub(super) fn new(reader: Arc<dyn ReadRecord>) -> Whole {
        Whole { reader, cut: false }
    }
}

impl Cut for Whole {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        if !end {
            return 0;
        }
        if !self.cut {
            self.cut = true;
            spans.push(Span { range: 0..window.len(), number: 1, fault: None });
        }
        window.len()
    }

    fn next_number(&self) -> u64 {
        1
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        self.cut = true;
        (window.len(), false)
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }
}

struct Text;

impl ReadRecord for Text {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let (title, body) = title_and_body(&text);
        emit.text("title", title);
        emit.text("body", body);
        emit.file();
    }
}

/// Splits off a short first line.
pub(super) fn title_and_body(text: &str) -> (&str, &str) {
    let start = text.trim_start();
    let (line, rest) = start.split_once('\n').unwrap_or((start, ""));
    if MAX_TITLE_BYTES < line.trim_end().len() {
        return ("", text.trim());
    }
    (line.trim_end(), rest.trim())
}
