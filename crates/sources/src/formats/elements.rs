//! Records between an opening and a closing mark: the SGML formats and Stack Exchange's rows.
//!
//! Comes in: bytes. Goes out: spans from an opening mark to the end of its closing mark. A record that does not close before the
//! next opens, or before the end, is bad, and so is text between records ([`between`]).

use std::sync::Arc;

use memchr::memmem::Finder;

use super::between;
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
    /// Whether what is being passed over began with an opening mark.
    passing: Option<bool>,
    reader: Arc<dyn ReadRecord>,
}

impl Elements {
    pub(super) fn new(open: &str, close: &str, reader: Arc<dyn ReadRecord>) -> Elements {
        let finder = |mark: &str| Finder::new(mark).into_owned();
        let (open, close) = (finder(open), finder(close));
        Elements { open, close, last: None, last_seen: false, next: 1, passing: None, reader }
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

    /// Adds what stands in `window` from `start` on and belongs to no record.
    fn stray(&mut self, start: usize, window: &[u8], spans: &mut Vec<Span>) {
        if start < window.len() {
            let fault = between::fault(&Self::mark(&self.open));
            spans.push(self.span(start, window.len(), Some(fault)));
        }
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
                let stray = done + between::empty_length(&window[done..]);
                if !end {
                    return stray;
                }
                // Of a source that is cut off the verdict tells.
                let is_open = self.last.is_some() && !self.last_seen;
                if !(is_open && between::is_cut_off(&window[stray..])) {
                    self.stray(stray, window, spans);
                }
                return window.len();
            };
            self.look_for_last(&window[done..start]);
            let stray = done + between::empty_length(&window[done..start]);
            self.stray(stray, &window[..start], spans);
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
        let is_record = *self.passing.get_or_insert_with(|| window.starts_with(self.open.needle()));
        let (mark, behind) = match is_record {
            true => (&self.close, self.close.needle().len()),
            false => (&self.open, 0),
        };
        match mark.find(window) {
            Some(at) => {
                self.next += 1;
                self.passing = None;
                (at + behind, true)
            }
            None => (window.len().saturating_sub(mark.needle().len()), false),
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
