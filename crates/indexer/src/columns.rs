//! Columns: the values of date, number and keyword fields, read while documents are indexed.
//!
//! Comes in: the values of these fields document by document, on any worker ([`SlotColumns`]). Goes out: the sections of
//! the segment, and how many values could not be read as what their field is ([`Columns`]). Such values are stored and
//! shown like all others; filters and sorting do not see them.
//!
//! What a value means is the same here and where a filter reads stored documents: dates by [`analysis::date_span`], of
//! which the first second is kept; numbers as written; keywords whole. Lists are several values, nulls none.

use std::sync::Arc;

use codec::bytes::{ByteReader, ByteWriter};
use sources::Value;
use store::{ColumnBuilder, ColumnKind};

use crate::{Error, UnreadValues};

/// The longest part of an unreadable value that a report shows, in characters.
const EXCERPT: usize = 60;

/// The values of all columns in one slot.
#[derive(Default)]
pub(crate) struct SlotColumns(Vec<SlotColumn>);

/// One column of a slot.
struct SlotColumn {
    kind: ColumnKind,
    /// Values of each document.
    counts: Vec<u32>,
    /// Values of the open document.
    open: u32,
    /// Dates as seconds, bits of numbers, ends of keywords in `text`.
    values: Vec<u64>,
    text: String,
    unread: Option<Unread>,
}

/// Values that are not what their field is.
struct Unread {
    values: u64,
    source: Arc<str>,
    number: u64,
    example: String,
}

impl SlotColumns {
    /// Empty columns of these kinds.
    pub(crate) fn new(kinds: impl Iterator<Item = ColumnKind>) -> SlotColumns {
        let column = |kind| SlotColumn {
            kind,
            counts: Vec::new(),
            open: 0,
            values: Vec::new(),
            text: String::new(),
            unread: None,
        };
        SlotColumns(kinds.map(column).collect())
    }

    /// Takes what was gathered and leaves the same columns empty.
    pub(crate) fn take(&mut self) -> SlotColumns {
        let kinds: Vec<ColumnKind> = self.0.iter().map(|column| column.kind).collect();
        std::mem::replace(self, SlotColumns::new(kinds.into_iter()))
    }

    /// Adds a value of the open document, which is `number` of `source`, to a column.
    pub(crate) fn push(&mut self, column: usize, value: &Value, source: &Arc<str>, number: u64) {
        self.0[column].push(value, source, number);
    }

    /// Goes on to the next document.
    pub(crate) fn end_document(&mut self) {
        for column in &mut self.0 {
            column.counts.push(std::mem::take(&mut column.open));
        }
    }

    /// Forgets the values of the open document, which will not be indexed.
    pub(crate) fn abandon_document(&mut self) {
        for column in &mut self.0 {
            let kept = column.values.len() - column.open as usize;
            column.values.truncate(kept);
            if column.kind == ColumnKind::Keyword {
                column.text.truncate(column.values.last().map_or(0, |end| *end as usize));
            }
            column.open = 0;
        }
    }

    /// Writes everything down.
    ///
    /// ```text
    /// Columns := columns (kind documents count{documents} values value{values} text unread [source number example])*
    /// ```
    pub(crate) fn write(&self, out: &mut ByteWriter) {
        out.write_varint(self.0.len() as u64);
        for SlotColumn { kind, counts, values, text, unread, .. } in &self.0 {
            out.write_u8(kinds().position(|known| known == *kind).unwrap_or(0) as u8);
            out.write_varint(counts.len() as u64);
            counts.iter().for_each(|count| out.write_varint((*count).into()));
            out.write_varint(values.len() as u64);
            values.iter().for_each(|value| out.write_u64(*value));
            out.write_text(text);
            out.write_varint(unread.as_ref().map_or(0, |unread| unread.values));
            if let Some(Unread { source, number, example, .. }) = unread {
                out.write_text(source);
                out.write_varint(*number);
                out.write_text(example);
            }
        }
    }

    /// Reads what was written down; `None` where that is not possible.
    pub(crate) fn read(&mut self, from: &mut ByteReader<'_>) -> Option<()> {
        self.0.clear();
        for _ in 0..from.read_varint_u32().ok()? {
            let kind = kinds().nth(from.read_u8().ok()?.into())?;
            let mut column = SlotColumns::new([kind].into_iter()).0.pop()?;
            for _ in 0..from.read_varint_u32().ok()? {
                column.counts.push(from.read_varint_u32().ok()?);
            }
            for _ in 0..from.read_varint_u64().ok()? {
                column.values.push(from.read_u64().ok()?);
            }
            column.text.push_str(from.read_text().ok()?);
            if let values @ 1.. = from.read_varint_u64().ok()? {
                let (source, number) =
                    (from.read_text().ok()?.into(), from.read_varint_u64().ok()?);
                let example = from.read_text().ok()?.to_owned();
                column.unread = Some(Unread { values, source, number, example });
            }
            self.0.push(column);
        }
        Some(())
    }
}

/// All kinds of columns, in the order of the numbers they are written down by.
fn kinds() -> impl Iterator<Item = ColumnKind> {
    [ColumnKind::Date, ColumnKind::Number, ColumnKind::Keyword].into_iter()
}

impl SlotColumn {
    fn push(&mut self, value: &Value, source: &Arc<str>, number: u64) {
        let written;
        let text = match value {
            Value::Null => return,
            Value::List(values) => {
                return values.iter().for_each(|value| self.push(value, source, number));
            }
            Value::Text(text) => text.as_str(),
            Value::Integer(value) => {
                written = value.to_string();
                &written
            }
            Value::Number(value) => {
                written = value.to_string();
                &written
            }
            Value::Boolean(true) => "true",
            Value::Boolean(false) => "false",
        };
        match self.bits(value, text) {
            Some(bits) => {
                self.values.push(bits);
                self.open += 1;
            }
            None => self.note(text, source, number),
        }
    }

    /// What is kept of a value; `None` where it is not what the column holds.
    fn bits(&mut self, value: &Value, text: &str) -> Option<u64> {
        match self.kind {
            ColumnKind::Date => analysis::date_span(text).map(|span| span.start as u64),
            ColumnKind::Number => match value {
                Value::Number(number) => Some(number.to_bits()),
                Value::Integer(number) => Some((*number as f64).to_bits()),
                _ => text.trim().parse().ok().map(f64::to_bits),
            },
            ColumnKind::Keyword => {
                self.text.push_str(text);
                Some(self.text.len() as u64)
            }
        }
    }

    fn note(&mut self, text: &str, source: &Arc<str>, number: u64) {
        let first = || Unread {
            values: 0,
            source: source.clone(),
            number,
            example: text.trim().chars().take(EXCERPT).collect(),
        };
        self.unread.get_or_insert_with(first).values += 1;
    }
}

/// The columns of the segment.
pub(crate) struct Columns(Vec<(String, ColumnBuilder, Option<Unread>)>);

impl Columns {
    /// Empty columns.
    pub(crate) fn new(columns: &[(String, ColumnKind)]) -> Columns {
        let column =
            |(name, kind): &(String, ColumnKind)| (name.clone(), ColumnBuilder::new(*kind), None);
        Columns(columns.iter().map(column).collect())
    }

    /// Adds the next slot.
    pub(crate) fn add(&mut self, slot: SlotColumns) {
        for ((_, builder, unread), column) in self.0.iter_mut().zip(slot.0) {
            let mut values = column.values.iter();
            let mut start = 0;
            for &count in &column.counts {
                for &value in values.by_ref().take(count as usize) {
                    match column.kind {
                        ColumnKind::Date => builder.push_date(value as i64),
                        ColumnKind::Number => builder.push_number(f64::from_bits(value)),
                        ColumnKind::Keyword => {
                            builder.push_keyword(&column.text[start..value as usize]);
                            start = value as usize;
                        }
                    }
                }
                builder.end_document();
            }
            if let Some(more) = column.unread {
                match unread {
                    Some(known) => known.values += more.values,
                    none => *none = Some(more),
                }
            }
        }
    }

    /// What could not be read, field by field.
    pub(crate) fn unread(&self) -> Vec<UnreadValues> {
        let report = |(name, builder, unread): &(String, ColumnBuilder, Option<Unread>)| {
            unread.as_ref().map(|unread| UnreadValues {
                field: name.clone(),
                expected: match builder.kind() {
                    ColumnKind::Date => "date",
                    ColumnKind::Number => "number",
                    ColumnKind::Keyword => "keyword",
                },
                values: unread.values,
                source: unread.source.to_string(),
                number: unread.number,
                example: unread.example.clone(),
            })
        };
        self.0.iter().filter_map(report).collect()
    }

    /// The names and bytes of the sections.
    pub(crate) fn finish(self) -> impl Iterator<Item = Result<(String, Vec<u8>), Error>> {
        self.0.into_iter().map(|(name, builder, _)| Ok((name, builder.finish()?)))
    }
}

#[cfg(test)]
mod tests;
