//! Filters at work: which documents pass.
//!
//! Comes in: a filter of the plan and a segment. Goes out: one bit a document ([`filter_documents`]), found in one pass
//! over the segment's column before anything is scored; where the segment has no such column, an answer for one document
//! after another from what is stored of it ([`FilterMatcher`]), which is decompressed for it: exact, and slow.

use std::collections::HashSet;
use std::ops::Range;

use store::{Column, ColumnKind, Segment, StoredDocument};

use crate::Error;
use crate::plan::{Edge, Filter, FilterTest};

/// A filter in one segment.
pub(super) struct FilterMatcher<'a> {
    filter: &'a Filter,
    segment: &'a Segment,
    documents: Option<&'a [u64]>,
    /// The document read last, by its number in lists.
    read: Option<(u32, StoredDocument)>,
}

impl<'a> FilterMatcher<'a> {
    /// Opens a filter in segment number `number`.
    pub(super) fn new(filter: &'a Filter, segment: &'a Segment, number: usize) -> Self {
        let documents = filter.documents.get(number).and_then(Option::as_deref);
        FilterMatcher { filter, segment, documents, read: None }
    }

    /// Whether a document passes.
    pub(super) fn passes(&mut self, doc: u32) -> Result<bool, Error> {
        if let Some(documents) = self.documents {
            return Ok(documents
                .get(doc as usize / 64)
                .is_some_and(|word| word >> (doc % 64) & 1 == 1));
        }
        if self.read.as_ref().is_none_or(|(at, _)| *at != doc) {
            let document = self.segment.document(self.segment.document_listed(doc))?;
            self.read = Some((doc, document));
        }
        let fields = self.read.iter().flat_map(|(_, document)| &document.fields);
        let mut values = fields.filter(|(name, _)| *name == self.filter.field);
        Ok(values.any(|(_, value)| self.filter.passes(value)))
    }
}

/// One bit a document of a segment, in the order of its lists: whether it passes. `None` where only the stored documents can
/// tell.
pub(crate) fn filter_documents(
    filter: &Filter,
    segment: &Segment,
) -> Result<Option<Vec<u64>>, Error> {
    Ok(documents_that_pass(filter, segment)?.map(|documents| segment.listed_bits(documents)))
}

/// The same in the order of the documents.
fn documents_that_pass(filter: &Filter, segment: &Segment) -> Result<Option<Vec<u64>>, Error> {
    let Some(column) = segment.column(&filter.field)? else {
        return if filter.field == "id" {
            id_documents(filter, segment).map(Some)
        } else {
            Ok(None)
        };
    };
    Ok(match (&filter.test, column.kind()) {
        (FilterTest::Dates(spans), ColumnKind::Date) => Some(match spans.as_slice() {
            [span] => column.where_date(|date| span.start <= date && date < span.end),
            spans => column.where_date(|date| spans.iter().any(|span| span.contains(&date))),
        }),
        (FilterTest::Numbers(_), ColumnKind::Number) => {
            Some(column.where_number(|number| filter.passes_number(number)))
        }
        (FilterTest::Keywords(ranges), ColumnKind::Keyword) => {
            let mut wanted = vec![0_u64; (column.distinct() as usize).div_ceil(64)];
            for range in ranges {
                codes(&column, range)?.for_each(|code| set(&mut wanted, code));
            }
            let is_wanted = |code: u32| {
                wanted.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
            };
            Some(column.where_code(is_wanted))
        }
        _ => None,
    })
}

/// The same for ids, which every segment has.
fn id_documents(filter: &Filter, segment: &Segment) -> Result<Vec<u64>, Error> {
    let mut documents = vec![0; (segment.doc_count() as usize).div_ceil(64)];
    let FilterTest::Keywords(ranges) = &filter.test else { return Ok(documents) };
    let mut exact = HashSet::new();
    for range in ranges {
        match range {
            (Edge::Including(low), Edge::Including(high)) if low == high => {
                exact.insert(low.as_str());
            }
            _ => {
                for doc in 0..segment.doc_count() {
                    if filter.passes_text(segment.id(doc)?) {
                        set(&mut documents, doc);
                    }
                }
                return Ok(documents);
            }
        }
    }
    for id in exact {
        segment.find_ids(id)?.into_iter().for_each(|doc| set(&mut documents, doc));
    }
    Ok(documents)
}

/// Sets a bit.
fn set(bits: &mut [u64], place: u32) {
    if let Some(word) = bits.get_mut(place as usize / 64) {
        *word |= 1 << (place % 64);
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
