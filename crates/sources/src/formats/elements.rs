//! Records between an opening and a closing mark: the SGML formats and Stack Exchange's rows.
//!
//! Comes in: bytes. Goes out: spans from an opening mark to the end of its closing mark. What stands between records
//! is passed over; a record that does not close before the next opens, or before the end, is bad.

use std::sync::Arc;

use memchr::memmem::Finder;

use crate::batch::{ReadRecord, Span};
use crate::stream::Cut;

/// Cuts from `open` to `close`.
pub(super) struct Elements {
    open: Finder<'static>,
    close: Finder<'static>,
    /// A mark that ends the whole, whose absence means that the source is cut off.
    last: Option<Finder<'static>>,
    last_seen: bool,
    next: u64,
    reader: Arc<dyn ReadRecord>,
}

impl Elements {
    pub(super) fn new(open: &str, close: &str, reader: Arc<dyn ReadRecord>) -> Elements {
        let finder = |mark: &str| Finder::new(mark).into_owned();
        let (open, close) = (finder(open), finder(close));
        Elements { open, close, last: None, last_seen: false, next: 1, reader }
    }

    /// Says that a whole source ends with `last`.
    pub(super) fn ending_with(mut self, last: &str) -> Elements {
        self.last = Some(Finder::new(last).into_owned());
        self
    }

    fn span(&mut self, start: usize, end: usize, fault: Option<String>) -> Span {
        let number = self.next;
        self.next += 1;
        Span { range: start..end, number, fault }
    }

    fn mark(finder: &Finder<'static>) -> String {
        String::from_utf8_lossy(finder.needle()).into_owned()
    }

    fn look_for_last(&mut self, between: &[u8]) {
        if let Some(last) = &self.last {
            self.last_seen |= last.find(between).is_some();
        }
    }
}

impl Cut for Elements {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let mut done = 0;
        // The first closing mark at or after some place; looked for once, not again for each record.
        let mut close = self.close.find(window);
        loop {
            let Some(start) = self.open.find(&window[done..]).map(|at| done + at) else {
                self.look_for_last(&window[done..]);
                let marks = [Some(&self.open), self.last.as_ref()];
                let longest = marks.iter().flatten().map(|mark| mark.needle().len()).max();
                let keep = if end { 0 } else { longest.unwrap_or(0).min(window.len() - done) };
                return window.len() - keep;
            };
            self.look_for_last(&window[done..start]);
            let inside = start + self.open.needle().len();
            if close.is_some_and(|at| at < inside) {
                close = self.close.find(&window[inside..]).map(|at| inside + at);
            }
            let limit = close.unwrap_or(window.len());
            let next = self.open.find(&window[inside..limit]).map(|at| inside + at);
            match (close, next) {
                (_, Some(next)) if close.is_some() || end => {
                    let (open, close) = (Self::mark(&self.open), Self::mark(&self.close));
                    let fault = format!(
                        "the record has no `{close}` before the next `{open}`: it is damaged"
                    );
                    spans.push(self.span(start, next, Some(fault)));
                    done = next;
                }
                (Some(close), _) => {
                    done = close + self.close.needle().len();
                    spans.push(self.span(start, done, None));
                }
                (None, _) if end => {
                    let close = Self::mark(&self.close);
                    let fault = format!("the source ends before `{close}`: the record is cut off");
                    spans.push(self.span(start, window.len(), Some(fault)));
                    self.last_seen = true;
                    return window.len();
                }
                (None, _) => return start,
            }
        }
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        match self.close.find(window) {
            Some(at) => {
                self.next += 1;
                (at + self.close.needle().len(), true)
            }
            None => (window.len().saturating_sub(self.close.needle().len()), false),
        }
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }

    fn verdict(&self) -> Option<String> {
        let last = self.last.as_ref().filter(|_| !self.last_seen)?;
        let last = Self::mark(last);
        Some(format!("the source ends without `{last}`: records may be missing after this place"))
    }
}
