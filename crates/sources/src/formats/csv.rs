//! Comma- and tab-separated tables with a line of headings.
//!
//! Comes in: rows in the quoting of RFC 4180; the separator is the one of `,` `;` `|` and tab that the first line has most
//! of (a tab where the format is TSV). Goes out: a document a row, its fields under the headings, empty cells left
//! out. A row with more or fewer cells than headings is bad. Rows are numbered without the headings.
//!
//! A first line that holds data is no heading: where one of its cells is a number or longer than 64 bytes, the
//! columns are called `id` and `text` (two), `id`, `title` and `text` (three), or `column1`, `column2`, ...
//! Tables of passages for retrieval research come like that.

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2};

use crate::batch::{Emitter, ReadRecord, Span};
use crate::mapping::MAX_FIELDS;
use crate::stream::Cut;

/// Cuts at line ends outside of quotes.
pub(super) struct Rows {
    next: u64,
    separator: Option<u8>,
    /// The columns' names, once the first line has been seen.
    table: Option<Arc<Table>>,
}

impl Rows {
    pub(super) fn new(separator: Option<u8>) -> Rows {
        Rows { next: 1, separator, table: None }
    }

    /// Learns the columns from the first row; whether that row is data.
    fn learn(&mut self, row: &[u8]) -> bool {
        let separator = self.separator.unwrap_or_else(|| separator(row));
        let cells = cells(row, separator);
        let data = cells
            .iter()
            .any(|cell| 64 < cell.len() || (!cell.is_empty() && cell.parse::<f64>().is_ok()));
        let columns = match (data, cells.len()) {
            (false, _) => {
                cells.iter().enumerate().map(|(at, cell)| named(at, cell.trim())).collect()
            }
            (true, 2) => vec!["id".to_owned(), "text".to_owned()],
            (true, 3) => vec!["id".to_owned(), "title".to_owned(), "text".to_owned()],
            (true, count) => (0..count).map(|at| named(at, "")).collect(),
        };
        self.table = Some(Arc::new(Table { columns, separator }));
        data
    }
}

fn named(at: usize, name: &str) -> String {
    if name.is_empty() { format!("column{}", at + 1) } else { name.to_owned() }
}

/// The sign of which the line has most outside of quotes.
pub(super) fn separator(line: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in line.iter().take_while(|byte| **byte != b'\n') {
        quoted ^= *byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| !quoted && sign == byte) {
            *count += 1;
        }
    }
    // The first of equals: the comma.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

/// How long the row at the head of `bytes` is, with its line end; `None` if it goes on beyond them.
fn row_length(bytes: &[u8], separator: u8, end: bool) -> Option<usize> {
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            if let Some(length) = quoted_length(&bytes[at..], end) {
                at += length;
            } else if separator == b'\t' && memchr(b'\n', &bytes[at..]).is_some() {
                // In tables with tabs a quote is often just a quote.
                return memchr(b'\n', &bytes[at..]).map(|line_end| at + line_end + 1);
            } else {
                return None;
            }
        }
        let found = memchr2(separator, b'\n', &bytes[at..]);
        match found {
            Some(found) if bytes[at + found] == b'\n' => return Some(at + found + 1),
            Some(found) => at += found + 1,
            None => return end.then_some(bytes.len()),
        }
    }
}

/// How long the quoted cell at the head of `bytes` is; `None` if it does not close.
fn quoted_length(bytes: &[u8], end: bool) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr(b'"', &bytes[at..])? + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            // Whatever follows in the cell is no longer quoted.
            Some(_) => return Some(at),
            None => return end.then_some(at),
        }
    }
}

/// How many cells each whole row in `head` has, the first left out; at most 100 rows.
pub(super) fn row_widths(head: &[u8], separator: u8, whole: bool) -> Vec<usize> {
    let mut widths = Vec::new();
    let mut at = 0;
    while let Some(length) = row_length(&head[at..], separator, whole).filter(|length| 0 < *length)
    {
        let row = &head[at..at + length];
        if !row.trim_ascii().is_empty() {
            widths.push(cells(row, separator).len());
        }
        at += length;
        if 100 < widths.len() {
            break;
        }
    }
    widths.drain(..1.min(widths.len()));
    widths
}

impl Cut for Rows {
    fn cut(&mut self, window: &[u8], end: bool, spans: &mut Vec<Span>) -> usize {
        let mut at = 0;
        while at < window.len() {
            let sign = match (&self.table, self.separator) {
                (Some(table), _) => table.separator,
                (None, Some(separator)) => separator,
                (None, None) if end || memchr(b'\n', &window[at..]).is_some() => {
                    separator(&window[at..])
                }
                (None, None) => return at,
            };
            let Some(length) = row_length(&window[at..], sign, end) else {
                if !end {
                    return at;
                }
                let fault = "a quoted cell is not closed before the end: the row is cut off";
                spans.push(Span {
                    range: at..window.len(),
                    number: self.next,
                    fault: Some(fault.to_owned()),
                });
                self.next += 1;
                return window.len();
            };
            let row = &window[at..at + length];
            let blank = row.trim_ascii().is_empty();
            if !blank && (self.table.is_some() || self.learn(row)) {
                spans.push(Span { range: at..at + length, number: self.next, fault: None });
                self.next += 1;
            }
            at += length;
        }
        window.len()
    }

    fn next_number(&self) -> u64 {
        self.next
    }

    fn pass_over(&mut self, window: &[u8]) -> (usize, bool) {
        match memchr(b'\n', window) {
            Some(at) => {
                self.next += 1;
                (at + 1, true)
            }
            None => (window.len(), false),
        }
    }

    fn reader(&self) -> Arc<dyn ReadRecord> {
        match &self.table {
            Some(table) => Arc::clone(table) as Arc<dyn ReadRecord>,
            None => Arc::new(Table { columns: Vec::new(), separator: b',' }),
        }
    }
}

/// Parses a row.
struct Table {
    columns: Vec<String>,
    separator: u8,
}

impl ReadRecord for Table {
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>) {
        let text = emit.decoded(record);
        let cells = cells(text.as_bytes(), self.separator);
        if cells.len() != self.columns.len() {
            let (found, expected) = (cells.len(), self.columns.len());
            return emit.bad(format!("the row has {found} cells, the headings are {expected}"));
        }
        for (name, cell) in self.columns.iter().zip(cells) {
            emit.text(name, cell);
        }
        emit.document();
    }
}

/// The cells of a row.
fn cells(row: &[u8], separator: u8) -> Vec<String> {
    // A row of a table with tabs whose quotes do not pair has quotes that are just quotes.
    let plain = separator == b'\t' && memchr_iter(b'"', row).count() % 2 == 1;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .quoting(!plain)
        .from_reader(row);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => {
            // One more than there may be shows that there are too many.
            let cells = record.iter().take(MAX_FIELDS + 1);
            cells.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
        }
        _ => Vec::new(),
    }
}
