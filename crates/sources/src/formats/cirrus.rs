//! CirrusSearch dumps: Wikipedia's search index as pairs of JSON lines.
//!
//! Comes in: a line `{"index":{"_id":"12"}}`, then the page as a line of JSON, in turn. Goes out: a document for each pair:
//! `id` (`_id`), `title`, `body` (`text`), `date` (`timestamp`), other members as they come, without those that
//! repeat the text or list links (`source_text`, `opening_text`, `template`, `outgoing_link`, `external_link`,
//! `weighted_tags`). Other namespaces are skipped and counted.

use std::sync::Arc;

use memchr::memchr;

use super::json;
use crate::batch::{Emitter, ReadRecord, Span};
use crate::stream::Cut;
use crate::{SkipReason, Value};

/// Cuts after every second line.
pub(super) struct Pairs {
    next: u64,
    reader: Arc<dyn ReadRecord>,
}

impl Pairs {
    pub(super) fn new(namespaces: &[i64]) -> Pairs {
        Pairs { next: 1, reader: Arc::new(PairReader { namespaces: namespaces.to_vec() }) }
    }

    fn span(&mut self, start: usize, end: usize, fault: Option<&str>) -> Span {
        let number = self.next;
        self.next += 1;
        Span { range: start..end, number, fault: fault.map(str::to_owned) }
    }
}

/// Whether a line says where the next one goes.
pub(super) fn is_action(line: &[u8]) -> bool {
    // Writers differ in their blanks.
    let mut head = [0; 11];
    let bytes = line.iter().filter(|byte| !byte.is_ascii_whitespace());
    head.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    line.len() < 4096 && (head.starts_with(b"{\"index\":{") || head.starts_with(b"{\"create\":{"))
}

impl Cut for Pairs {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let line_end = |from: usize| match memchr(b'\n', &window[from..]) {
            Some(at) => Some(from + at + 1),
            None => (end && from < window.len()).then_some(window.len()),
        };
        let mut start = 0;
        while let Some(first) = line_end(start) {
            let line = &window[start..first];
            if line.trim_ascii().is_empty() {
                start = first;
            } else if !is_action(line) {
                spans.push(self.span(start, first, None));
                start = first;
            } else {
                match line_end(first) {
                    Some(second) if is_action(&window[first..second]) => {
                        let fault = "the line names a page but no page follows";
                        spans.push(self.span(start, first, Some(fault)));
                        start = first;
                    }
                    Some(second) => {
                        spans.push(self.span(start, second, None));
                        start = second;
                    }
                    None if end => {
                        let fault = "the dump ends before the page this line names: it is cut off";
                        spans.push(self.span(start, first, Some(fault)));
                        start = first;
                    }
                    None => break,
                }
            }
        }
        start
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        // The record begins with its action line; the page ends at the second line end, or the first one that is far on.
        let mut from = 0;
        while let Some(at) = memchr(b'\n', &window[from..]) {
            let line = from..from + at + 1;
            if !is_action(&window[line.clone()]) {
                self.next += 1;
                return (line.end, true);
            }
            from = line.end;
        }
        (window.len(), false)
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        Arc::clone(&self.reader)
    }
}

struct PairReader {
    namespaces: Vec<i64>,
}

impl ReadRecord for PairReader {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let first = memchr(b'\n', record).map_or(record.len(), |at| at + 1);
        let (action, page) = record.split_at(first);
        let (id, page) = if is_action(action) {
            let action: Result<serde_json::Value, _> = serde_json::from_slice(action);
            let Ok(action) = action else {
                return emit.bad("the line that names the page is no JSON".to_owned());
            };
            let id =
                action.as_object().and_then(|action| action.values().next()?.get("_id").cloned());
            (id, page)
        } else {
            (None, record)
        };
        if let Err(reason) = json::read_object(page, emit.fields()) {
            return emit.bad(reason);
        }
        if let Some(Value::Integer(namespace)) = emit.fields().get("namespace")
            && !self.namespaces.contains(namespace)
        {
            return emit.skip(SkipReason::Namespace);
        }
        for name in [
            "source_text",
            "opening_text",
            "template",
            "outgoing_link",
            "external_link",
            "weighted_tags",
        ] {
            emit.fields().remove(name);
        }
        match id {
            Some(serde_json::Value::String(id)) => emit.text("_id", id),
            Some(serde_json::Value::Number(id)) => emit.text("_id", id.to_string()),
            _ => {}
        }
        emit.document();
    }
}
