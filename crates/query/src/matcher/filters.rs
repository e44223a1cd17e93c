//! Filters at work: whether the values of documents pass.
//!
//! Comes in: a filter of the plan and a segment. Goes out: an answer for any document. Reads the segment's column where it
//! has one, a few bytes a document; otherwise the stored documents, which are decompressed for it: exact, and slow.

use std::ops::Range;

use store::{Column, ColumnKind, Segment, StoredDocument};

use crate::Error;
use crate::plan::{Edge, Filter, FilterTest};

/// A filter in one segment.
pub(super) struct FilterMatcher<'a> {
    filter: &'a Filter,
    segment: &'a Segment,
    source: Source<'a>,
}

enum Source<'a> {
    Dates(Column<'a>, &'a [Range<i64>]),
    Numbers(Column<'a>),
    /// Codes of keywords that pass.
    Codes(Column<'a>, Vec<Range<u32>>),
    Ids,
    /// The document read last.
    Stored(Option<(u32, StoredDocument)>),
}

impl<'a> FilterMatcher<'a> {
    /// Opens a filter.
    pub(super) fn new(filter: &'a Filter, segment: &'a Segment) -> Result<Self, Error> {
        let source = match segment.column(&filter.field)? {
            Some(column) => match (&filter.test, column.kind()) {
                (FilterTest::Dates(spans), ColumnKind::Date) => Source::Dates(column, spans),
                (FilterTest::Numbers(_), ColumnKind::Number) => Source::Numbers(column),
                (FilterTest::Keywords(ranges), ColumnKind::Keyword) => {
                    let codes = ranges.iter().map(|range| codes(&column, range));
                    Source::Codes(column, codes.collect::<Result<_, _>>()?)
                }
                _ => Source::Stored(None),
            },
            None if filter.field == "id" => Source::Ids,
            None => Source::Stored(None),
        };
        Ok(FilterMatcher { filter, segment, source })
    }

    /// Whether a document passes.
    pub(super) fn passes(&mut self, doc: u32) -> Result<bool, Error> {
        Ok(match &mut self.source {
            Source::Dates(column, spans) => {
                column.dates(doc).any(|date| spans.iter().any(|span| span.contains(&date)))
            }
            Source::Numbers(column) => {
                column.numbers(doc).any(|number| self.filter.passes_number(number))
            }
            Source::Codes(column, codes) => {
                column.codes(doc).any(|code| codes.iter().any(|range| range.contains(&code)))
            }
            Source::Ids => self.filter.passes_text(self.segment.id(doc)?),
            Source::Stored(read) => {
                if read.as_ref().is_none_or(|(at, _)| *at != doc) {
                    *read = Some((doc, self.segment.document(doc)?));
                }
                let fields = read.iter().flat_map(|(_, document)| &document.fields);
                let mut values = fields.filter(|(name, _)| *name == self.filter.field);
                values.any(|(_, value)| self.filter.passes(value))
            }
        })
    }
}

/// The codes of the keywords in a range of the byte order.
fn codes(column: &Column<'_>, range: &(Edge<String>, Edge<String>)) -> Result<Range<u32>, Error> {
    let (low, high) = range;
    let start = match low {
        Edge::Open => 0,
        Edge::Including(value) => first_code(column, |keyword| value.as_str() <= keyword)?,
        Edge::Excluding(value) => first_code(column, |keyword| value.as_str() < keyword)?,
    };
    let end = match high {
        Edge::Open => column.distinct(),
        Edge::Including(value) => first_code(column, |keyword| value.as_str() < keyword)?,
        Edge::Excluding(value) => first_code(column, |keyword| value.as_str() <= keyword)?,
    };
    Ok(start..end)
}

/// The first code whose keyword is beyond a point of the byte order.
fn first_code(column: &Column<'_>, beyond: impl Fn(&str) -> bool) -> Result<u32, Error> {
    let (mut low, mut high) = (0, column.distinct());
    while low < high {
        let middle = low + (high - low) / 2;
        if beyond(column.keyword(middle)?) { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}
