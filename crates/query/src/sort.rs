//! Hits in the order of a field instead of their scores.
//!
//! Comes in: a plan and a date, number or keyword field. Goes out: the first documents in its order, each with the value
//! that placed it, and how many match, exactly. Every matching document is looked at. Reads the segments' columns; where
//! a segment has none, the stored documents.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use store::{Column, ColumnKind, DocId, FieldKind, Segment};

use crate::error::known_fields;
use crate::plan::stored_values;
use crate::{Error, Hit, Plan, Searcher};

/// An order of hits: by the values of a field, equal ones by document number, documents without a value last.
///
/// Of several values, the smallest counts in ascending order, the greatest in descending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOrder {
    /// A date, number or keyword field, or `id`.
    pub field: String,
    /// Whether the greatest come first.
    pub descending: bool,
}

/// What a document is placed by.
#[derive(Clone, Debug, PartialEq)]
pub enum SortValue {
    /// Seconds since 1970 UTC.
    Date(i64),
    /// A number.
    Number(f64),
    /// A keyword or an id; they are ordered by their bytes.
    Keyword(String),
}

/// A hit and what placed it.
#[derive(Clone, Debug, PartialEq)]
pub struct SortedHit {
    /// The document with its score.
    pub hit: Hit,
    /// Its value; `None` where it has none.
    pub value: Option<SortValue>,
}

/// The first documents in the order of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Sorted {
    /// In order.
    pub hits: Vec<SortedHit>,
    /// Matching documents.
    pub total: u64,
}

impl SortValue {
    /// Dates by time, numbers by size, keywords by bytes; no field holds values of different kinds.
    fn order(&self, other: &SortValue) -> Ordering {
        match (self, other) {
            (SortValue::Date(one), SortValue::Date(other)) => one.cmp(other),
            (SortValue::Number(one), SortValue::Number(other)) => one.total_cmp(other),
            (SortValue::Keyword(one), SortValue::Keyword(other)) => one.cmp(other),
            _ => Ordering::Equal,
        }
    }
}

/// A hit ordered so that the last is the greatest.
struct Placed {
    hit: SortedHit,
    descending: bool,
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        placed(&self.hit.value, &other.hit.value, self.descending)
            .then(self.hit.hit.doc.cmp(&other.hit.hit.doc))
    }
}

/// How two values stand to each other in the list; documents without one come last either way.
fn placed(one: &Option<SortValue>, other: &Option<SortValue>, descending: bool) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if descending => other.order(one),
        (Some(one), Some(other)) => one.order(other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Placed {}

impl Searcher<'_> {
    /// `k` matching documents in the order of a field, behind the first `offset`.
    ///
    /// # Errors
    /// [`Error::Sort`] where there is no such field, or it holds nothing that has an order.
    pub fn sorted(
        &self,
        plan: &Plan,
        order: &FieldOrder,
        k: usize,
        offset: usize,
    ) -> Result<Sorted, Error> {
        let kind = self.kind_to_sort_by(&order.field)?;
        let wanted = k.saturating_add(offset);
        let (mut first, mut total) = (BinaryHeap::new(), 0);
        let mut values: Vec<FieldValues<'_>> = Vec::new();
        for segment in self.index().segments() {
            values.push(FieldValues::open(segment, &order.field, kind)?);
        }
        let mut number = 0;
        self.for_each_match(plan, |found| {
            total += 1;
            let segments = self.index().segments();
            while segments[number].base() + segments[number].doc_count() <= found.doc.0 {
                number += 1;
            }
            let value = values[number].best(found.doc, order.descending)?;
            let is_last = |last: &Placed| {
                let order = placed(&last.hit.value, &value, order.descending);
                order.then(last.hit.hit.doc.cmp(&found.doc)).is_le()
            };
            if wanted == 0 || first.len() == wanted && first.peek().is_some_and(is_last) {
                return Ok(true);
            }
            let hit = SortedHit { hit: Hit { doc: found.doc, score: found.score()? }, value };
            first.push(Placed { hit, descending: order.descending });
            if wanted < first.len() {
                first.pop();
            }
            Ok(true)
        })?;
        let hits = first.into_sorted_vec().into_iter().skip(offset).map(|placed| placed.hit);
        Ok(Sorted { hits: hits.collect(), total })
    }

    /// The kind of a field, if its values have an order.
    fn kind_to_sort_by(&self, name: &str) -> Result<FieldKind, Error> {
        let fields = &self.index().manifest().schema.fields;
        let wrong = |reason: String| Error::Sort { name: name.to_owned(), reason };
        match fields.iter().find(|field| field.name == name).map(|field| field.kind) {
            Some(kind @ (FieldKind::Date | FieldKind::Number | FieldKind::Keyword)) => Ok(kind),
            Some(kind) => {
                let held =
                    if kind == FieldKind::Text { "text" } else { "values that are only stored" };
                Err(wrong(format!("it holds {held}, expected a date, number or keyword field")))
            }
            None if name == "id" => Ok(FieldKind::Keyword),
            None => {
                let known: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
                let nearest = crate::parser::nearest(name, known.iter().map(String::as_str));
                Err(wrong(format!("there is no such field{}", known_fields(nearest, &known))))
            }
        }
    }
}

/// The values of a field in one segment.
struct FieldValues<'a> {
    segment: &'a Segment,
    field: &'a str,
    kind: FieldKind,
    column: Option<Column<'a>>,
}

impl<'a> FieldValues<'a> {
    fn open(segment: &'a Segment, field: &'a str, kind: FieldKind) -> Result<Self, Error> {
        let wanted = match kind {
            FieldKind::Date => ColumnKind::Date,
            FieldKind::Number => ColumnKind::Number,
            _ => ColumnKind::Keyword,
        };
        let column = segment.column(field)?.filter(|column| column.kind() == wanted);
        Ok(FieldValues { segment, field, kind, column })
    }

    /// The value that places a document.
    fn best(&self, doc: DocId, greatest: bool) -> Result<Option<SortValue>, Error> {
        let doc = doc.0 - self.segment.base();
        let mut best: Option<SortValue> = None;
        let mut take = |value: SortValue| {
            let better = if greatest { Ordering::Greater } else { Ordering::Less };
            if best.as_ref().is_none_or(|best| value.order(best) == better) {
                best = Some(value);
            }
        };
        match &self.column {
            Some(column) => {
                column.dates(doc).map(SortValue::Date).for_each(&mut take);
                column.numbers(doc).map(SortValue::Number).for_each(&mut take);
                // Codes are ranks.
                let codes = column.codes(doc);
                let code = if greatest { codes.max() } else { codes.min() };
                if let Some(code) = code {
                    take(SortValue::Keyword(column.keyword(code)?.to_owned()));
                }
            }
            None if self.field == "id" => {
                take(SortValue::Keyword(self.segment.id(doc)?.to_owned()));
            }
            None => {
                let document = self.segment.document(doc)?;
                for (_, value) in document.fields.iter().filter(|(name, _)| name == self.field) {
                    stored_values(self.kind, value, &mut take);
                }
            }
        }
        Ok(best)
    }
}
