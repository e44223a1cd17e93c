//! Columns: the values of one field, document by document, for filters and sorting.
//!
//! Comes in: the values of each document in order, typed by the field's kind ([`ColumnBuilder`]). Goes out: the section's
//! bytes, or the values of any document in constant time ([`Column`]). Stored documents keep the values as they were
//! given; a column keeps what they mean.
//!
//! ```text
//! Column     := kind:u8 starts:u8 Zero{2} documents:u32 values:u32 distinct:u32 [Start:u32{documents + 1}] Value{values} [Dictionary]
//! Value      := i64 | f64 | u32                           kind 1: seconds since 1970 UTC | 2: number | 3: code of a keyword
//! Dictionary := end:u32{distinct} text                    the keywords in byte order; only for kind 3
//! ```
//!
//! `Start` stands only where `starts` is 1, that is, where some document has no value or several: the values of document `d` are those from `Start[d]`
//! to `Start[d + 1]`.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::Error;

const HEAD_BYTES: usize = 16;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Seconds since 1970-01-01 UTC.
    Date,
    /// Numbers.
    Number,
    /// Whole texts.
    Keyword,
}

impl ColumnKind {
    fn code(self) -> u8 {
        match self {
            ColumnKind::Date => 1,
            ColumnKind::Number => 2,
            ColumnKind::Keyword => 3,
        }
    }

    fn value_bytes(self) -> usize {
        match self {
            ColumnKind::Date | ColumnKind::Number => 8,
            ColumnKind::Keyword => 4,
        }
    }
}

/// Collects the values of one field in document order: values with `push_*`, then [`ColumnBuilder::end_document`].
#[derive(Clone, Debug)]
pub struct ColumnBuilder {
    kind: ColumnKind,
    starts: Vec<u32>,
    /// Bits of dates and numbers, provisional codes of keywords.
    values: Vec<u64>,
    codes: BTreeMap<String, u32>,
}

impl ColumnBuilder {
    /// An empty column.
    #[must_use]
    pub fn new(kind: ColumnKind) -> Self {
        ColumnBuilder { kind, starts: vec![0], values: Vec::new(), codes: BTreeMap::new() }
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    /// Adds a date to the current document.
    pub fn push_date(&mut self, seconds: i64) {
        debug_assert_eq!(self.kind, ColumnKind::Date);
        self.values.push(seconds as u64);
    }

    /// Adds a number to the current document.
    pub fn push_number(&mut self, number: f64) {
        debug_assert_eq!(self.kind, ColumnKind::Number);
        self.values.push(number.to_bits());
    }

    /// Adds a keyword to the current document.
    pub fn push_keyword(&mut self, keyword: &str) {
        debug_assert_eq!(self.kind, ColumnKind::Keyword);
        let next = self.codes.len() as u32;
        let code = match self.codes.get(keyword) {
            Some(&code) => code,
            None => *self.codes.entry(keyword.to_owned()).or_insert(next),
        };
        self.values.push(u64::from(code));
    }

    /// Goes on to the next document.
    pub fn end_document(&mut self) {
        self.starts.push(self.values.len() as u32);
    }

    /// The section's bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for more values or more bytes of keywords than 32 bits can number.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        let text: u64 = self.codes.keys().map(|keyword| keyword.len() as u64).sum();
        for (what, found) in [("a column", self.values.len() as u64), ("a column's keywords", text)]
        {
            let limit = u64::from(u32::MAX);
            if limit < found {
                return Err(Error::TooLarge { what: what.to_owned(), limit, found });
            }
        }
        let documents = self.starts.len() - 1;
        let is_plain = self.starts.iter().zip(0..).all(|(&start, document)| start == document);
        let mut bytes = vec![self.kind.code(), u8::from(!is_plain), 0, 0];
        for count in [documents, self.values.len(), self.codes.len()] {
            bytes.extend((count as u32).to_le_bytes());
        }
        if !is_plain {
            bytes.extend(self.starts.iter().flat_map(|start| start.to_le_bytes()));
        }
        if self.kind != ColumnKind::Keyword {
            bytes.extend(self.values.iter().flat_map(|value| value.to_le_bytes()));
            return Ok(bytes);
        }
        let mut sorted = vec![0u32; self.codes.len()];
        for (rank, &code) in (0..).zip(self.codes.values()) {
            sorted[code as usize] = rank;
        }
        bytes.extend(self.values.iter().flat_map(|&code| sorted[code as usize].to_le_bytes()));
        let mut end = 0u32;
        for keyword in self.codes.keys() {
            end += keyword.len() as u32;
            bytes.extend(end.to_le_bytes());
        }
        bytes.extend(self.codes.keys().flat_map(|keyword| keyword.bytes()));
        Ok(bytes)
    }
}

/// The values of one field as they lie in the file.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    kind: ColumnKind,
    documents: u32,
    starts: Option<&'a [u8]>,
    values: &'a [u8],
    ends: &'a [u8],
    text: &'a [u8],
}

impl<'a> Column<'a> {
    /// Finds the parts of a column of a segment of `documents`.
    pub(crate) fn open(name: &str, bytes: &'a [u8], documents: u32) -> Result<Column<'a>, Error> {
        let failed = |reason: &str| Error::corrupt(name, 0, reason);
        let (head, rest) = bytes
            .split_at_checked(HEAD_BYTES)
            .ok_or_else(|| failed("expected a head of 16 bytes"))?;
        let word = |at: usize| {
            u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes were sliced"))
        };
        let kind = match head[0] {
            1 => ColumnKind::Date,
            2 => ColumnKind::Number,
            3 => ColumnKind::Keyword,
            other => {
                return Err(failed(&format!("expected a column of kind 1 to 3, found {other}")));
            }
        };
        if word(4) != documents {
            return Err(failed(&format!("expected {documents} documents, found {}", word(4))));
        }
        let (count, distinct) = (word(8) as usize, word(12) as usize);
        let too_short = || failed("the values end beyond the section");
        let (starts, rest) = match head[1] {
            0 if count == documents as usize => (None, rest),
            1 => {
                let starts_bytes = (documents as usize + 1) * 4;
                let (starts, rest) = rest.split_at_checked(starts_bytes).ok_or_else(too_short)?;
                (Some(starts), rest)
            }
            _ => {
                return Err(failed(&format!(
                    "{count} values of {documents} documents without starts"
                )));
            }
        };
        let dictionary = if kind == ColumnKind::Keyword { distinct * 4 } else { 0 };
        let values_bytes = count * kind.value_bytes();
        let (values, rest) = rest.split_at_checked(values_bytes).ok_or_else(too_short)?;
        let (ends, text) = rest.split_at_checked(dictionary).ok_or_else(too_short)?;
        Ok(Column { kind, documents, starts, values, ends, text })
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    /// The places of a document's values; empty for a document that is not there.
    fn places(&self, document: u32) -> Range<usize> {
        if self.documents <= document {
            return 0..0;
        }
        let Some(starts) = self.starts else { return document as usize..document as usize + 1 };
        let start = word_at(starts, document as usize) as usize;
        let end = word_at(starts, document as usize + 1) as usize;
        // A damaged start must not make a long way.
        start.min(end)..end.min(self.values.len() / self.kind.value_bytes())
    }

    /// The bits of a document's dates or numbers.
    fn bits(&self, document: u32) -> impl Iterator<Item = u64> + use<'a> {
        let (values, is_keyword) = (self.values, self.kind == ColumnKind::Keyword);
        let places = if is_keyword { 0..0 } else { self.places(document) };
        places.map(move |place| {
            let bytes = &values[place * 8..place * 8 + 8];
            u64::from_le_bytes(bytes.try_into().expect("eight bytes were sliced"))
        })
    }

    /// A document's dates, in seconds since 1970 UTC; none for a column of another kind.
    pub fn dates(&self, document: u32) -> impl Iterator<Item = i64> + use<'a> {
        let is_date = self.kind == ColumnKind::Date;
        self.bits(document).filter(move |_| is_date).map(|bits| bits as i64)
    }

    /// A document's numbers; none for a column of another kind.
    pub fn numbers(&self, document: u32) -> impl Iterator<Item = f64> + use<'a> {
        let is_number = self.kind == ColumnKind::Number;
        self.bits(document).filter(move |_| is_number).map(f64::from_bits)
    }

    /// The codes of a document's keywords: their ranks in the byte order of all keywords.
    pub fn codes(&self, document: u32) -> impl Iterator<Item = u32> + use<'a> {
        let values = self.values;
        let is_keyword = self.kind == ColumnKind::Keyword;
        let places = if is_keyword { self.places(document) } else { 0..0 };
        places.map(move |place| word_at(values, place))
    }

    /// One bit a document: whether any of its dates passes.
    #[must_use]
    pub fn where_date(&self, passes: impl Fn(i64) -> bool) -> Vec<u64> {
        let is_date = self.kind == ColumnKind::Date;
        self.select(|bytes: [u8; 8]| is_date && passes(i64::from_le_bytes(bytes)))
    }

    /// One bit a document: whether any of its numbers passes.
    #[must_use]
    pub fn where_number(&self, passes: impl Fn(f64) -> bool) -> Vec<u64> {
        let is_number = self.kind == ColumnKind::Number;
        self.select(|bytes: [u8; 8]| is_number && passes(f64::from_le_bytes(bytes)))
    }

    /// One bit a document: whether any of its keywords passes, given as codes.
    #[must_use]
    pub fn where_code(&self, passes: impl Fn(u32) -> bool) -> Vec<u64> {
        let is_keyword = self.kind == ColumnKind::Keyword;
        self.select(|bytes: [u8; 4]| is_keyword && passes(u32::from_le_bytes(bytes)))
    }

    /// One bit a document: whether any of its values passes. Values of another width than the column's never do.
    fn select<const WIDTH: usize>(&self, passes: impl Fn([u8; WIDTH]) -> bool) -> Vec<u64> {
        let mut bits = vec![0_u64; (self.documents as usize).div_ceil(64)];
        if self.kind.value_bytes() != WIDTH {
            return bits;
        }
        let (values, _) = self.values.as_chunks::<WIDTH>();
        if self.starts.is_none() {
            for (word, values) in bits.iter_mut().zip(values.chunks(64)) {
                let found = values.iter().enumerate();
                *word = found.fold(0, |word, (bit, value)| word | u64::from(passes(*value)) << bit);
            }
            return bits;
        }
        for document in 0..self.documents {
            let own = values.get(self.places(document)).unwrap_or(&[]);
            let found = own.iter().any(|value| passes(*value));
            bits[document as usize / 64] |= u64::from(found) << (document % 64);
        }
        bits
    }

    /// How many different keywords there are.
    #[must_use]
    pub fn distinct(&self) -> u32 {
        (self.ends.len() / 4) as u32
    }

    /// The keyword of a code.
    pub fn keyword(&self, code: u32) -> Result<&'a str, Error> {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.end(code - 1) };
        let bytes = self.text.get(start..self.end(code));
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.ok_or_else(|| {
            Error::corrupt("column", start as u64, format!("no keyword of code {code}"))
        })
    }

    fn end(&self, code: usize) -> usize {
        if (code + 1) * 4 <= self.ends.len() {
            word_at(self.ends, code) as usize
        } else {
            usize::MAX
        }
    }

    /// Reads every value.
    pub(crate) fn verify(&self, name: &str) -> Result<(), Error> {
        let codes = 0..self.distinct();
        let keywords = codes.map(|code| self.keyword(code)).collect::<Result<Vec<_>, _>>()?;
        if keywords.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Error::corrupt(name, 0, "keywords are not in byte order"));
        }
        let mut next = 0;
        for document in 0..self.documents {
            let places = self.places(document);
            if places.start != next || self.codes(document).any(|code| self.distinct() <= code) {
                let reason = format!("values of document {document} are out of order or range");
                return Err(Error::corrupt(name, places.start as u64, reason));
            }
            next = places.end;
        }
        if next * self.kind.value_bytes() != self.values.len() {
            return Err(Error::corrupt(name, next as u64, "values behind the last document"));
        }
        Ok(())
    }
}

fn word_at(bytes: &[u8], index: usize) -> u32 {
    let word = &bytes[index * 4..index * 4 + 4];
    u32::from_le_bytes(word.try_into().expect("four bytes were sliced"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(kind: ColumnKind, push: impl Fn(&mut ColumnBuilder), documents: usize) -> Vec<u8> {
        let mut builder = ColumnBuilder::new(kind);
        for _ in 0..documents {
            push(&mut builder);
            builder.end_document();
        }
        builder.finish().unwrap()
    }

    #[test]
    fn one_value_each_takes_no_starts() {
        let bytes = written(ColumnKind::Date, |column| column.push_date(-5), 3);
        assert_eq!(bytes.len(), HEAD_BYTES + 3 * 8);
        let column = Column::open("column:date", &bytes, 3).unwrap();
        assert_eq!(column.dates(2).collect::<Vec<_>>(), [-5]);
        assert_eq!(column.dates(3).count(), 0);
        assert_eq!(column.numbers(2).count(), 0);
    }

    proptest! {
        #[test]
        fn keywords_round_trip(documents in prop::collection::vec(prop::collection::vec("[a-dé]{0,3}", 0..3), 0..20)) {
            let mut builder = ColumnBuilder::new(ColumnKind::Keyword);
            for keywords in &documents {
                keywords.iter().for_each(|keyword| builder.push_keyword(keyword));
                builder.end_document();
            }
            let bytes = builder.finish().unwrap();
            let column = Column::open("column:k", &bytes, documents.len() as u32).unwrap();
            column.verify("column:k").unwrap();
            for (document, keywords) in (0..).zip(&documents) {
                let found: Vec<_> = column.codes(document).map(|code| column.keyword(code).unwrap()).collect();
                prop_assert_eq!(&found, keywords);
            }
        }

        #[test]
        fn numbers_round_trip(documents in prop::collection::vec(prop::collection::vec(any::<i32>(), 0..3), 0..20)) {
            let mut builder = ColumnBuilder::new(ColumnKind::Number);
            for numbers in &documents {
                numbers.iter().for_each(|&number| builder.push_number(f64::from(number)));
                builder.end_document();
            }
            let bytes = builder.finish().unwrap();
            let column = Column::open("column:n", &bytes, documents.len() as u32).unwrap();
            column.verify("column:n").unwrap();
            for (document, numbers) in (0..).zip(&documents) {
                let found: Vec<_> = column.numbers(document).map(|number| number as i32).collect();
                prop_assert_eq!(&found, numbers);
            }
        }

        #[test]
        fn no_bytes_make_a_column_panic(
            documents in 0u32..5,
            head in (0u8..5, 0u8..3, 0u32..6, 0u32..4),
            bytes in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            let mut column = vec![head.0, head.1, 0, 0];
            for word in [documents, head.2, head.3] {
                column.extend(word.to_le_bytes());
            }
            column.extend(bytes);
            if let Ok(column) = Column::open("column:x", &column, documents) {
                let _ = column.verify("column:x");
                for document in 0..documents + 1 {
                    column.dates(document).count();
                    column.numbers(document).count();
                    for code in column.codes(document) {
                        let _ = column.keyword(code);
                    }
                }
            }
        }
    }
}
