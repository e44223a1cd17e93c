//! From a document number to a hit: id, stored fields, byte offsets of the matches, fragments.
//!
//! Comes in: documents with scores, and the plan that found them. Goes out: filled hits. Only what the request asks for
//! is read; stored text is analysed again only where it holds a match.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use concordance::{Match, SnippetOptions, Words};
use query::{Plan, Searcher, SortValue, Terms};
use store::{DocId, Segment, StoredDocument, StoredValue};

use crate::{Detail, Error, FieldFragment, FragmentRequest, Hit, Index, Span, Value};

/// The field whose text is a document's title.
const TITLE: &str = "title";

/// Fills hits of one query.
pub(crate) struct HitMaker<'a> {
    index: &'a Index,
    searcher: &'a Searcher<'a>,
    plan: &'a Plan,
    detail: &'a Detail,
    /// The names of the text fields; their places are the numbers in spans.
    text_fields: Vec<&'a str>,
    /// The terms the query looks for, to tell matched words of a window from the words between them.
    terms: HashSet<&'a str>,
    /// The forms as written that it looks for, each with its term.
    forms: HashSet<(&'a str, &'a str)>,
}

/// One text field of one document with its matches.
struct MatchedField<'t> {
    name: &'t str,
    text: &'t str,
    words: Words,
    matches: Vec<Match>,
    marks: Vec<Range<u32>>,
}

impl<'a> HitMaker<'a> {
    pub(crate) fn new(
        index: &'a Index,
        searcher: &'a Searcher<'a>,
        plan: &'a Plan,
        detail: &'a Detail,
    ) -> HitMaker<'a> {
        let schema = &index.file().manifest().schema;
        let (mut terms, mut forms) = (HashSet::new(), HashSet::new());
        for word in plan.words() {
            let written = word.surface.as_ref().map(|surface| surface.written.as_str());
            let all = match &word.terms {
                Terms::One { term, .. } => std::slice::from_ref(term),
                Terms::Many { forms, .. } => forms.as_slice(),
                // Its words are listed themselves.
                Terms::Mixed { .. } => &[],
            };
            for term in all {
                match analysis::split_form(term) {
                    (term, Some(form)) => drop(forms.insert((term, form))),
                    (term, None) => match written {
                        Some(form) => drop(forms.insert((term, form))),
                        None => drop(terms.insert(term)),
                    },
                }
            }
        }
        let text_fields = schema.text_fields().map(|field| field.name.as_str()).collect();
        HitMaker { index, searcher, plan, detail, text_fields, terms, forms }
    }

    /// Adds to a hit whatever its number can tell.
    pub(crate) fn fill(&self, mut hit: Hit) -> Result<Hit, Error> {
        let Some((segment, local)) = self.index.segment_of(DocId(hit.document)) else {
            return Ok(hit);
        };
        hit.id = segment.id(local)?.to_owned();
        if !self.detail.fields && !self.detail.spans && self.detail.fragments.is_none() {
            return Ok(hit);
        }
        let stored = segment.document(local)?;
        hit.title = text_of(&stored, TITLE).map(str::to_owned);
        if self.detail.spans || self.detail.fragments.is_some() {
            let fields = self.matched_fields(&hit, &stored)?;
            self.show(&mut hit, &fields, &stored)?;
        }
        if self.detail.fields {
            let is_stored = !stored.fields.is_empty();
            hit.fields =
                stored.fields.into_iter().map(|(name, value)| (name, value.into())).collect();
            if !is_stored {
                hit.fields = self.columns(segment, local)?;
            }
        }
        Ok(hit)
    }

    /// The values of a document that was not stored, as far as they are in columns.
    fn columns(&self, segment: &Segment, doc: u32) -> Result<Vec<(String, Value)>, Error> {
        let mut fields = Vec::new();
        for field in &self.index.file().manifest().schema.fields {
            let Some(column) = segment.column(&field.name)? else { continue };
            let mut values: Vec<Value> = column.dates(doc).map(date).collect();
            values.extend(column.numbers(doc).map(Value::Number));
            for code in column.codes(doc) {
                values.push(Value::Text(column.keyword(code)?.to_owned()));
            }
            match values.len() {
                0 => {}
                1 => fields.extend(values.pop().map(|value| (field.name.clone(), value))),
                _ => fields.push((field.name.clone(), Value::List(values))),
            }
        }
        Ok(fields)
    }

    /// The text fields that hold matches, with these.
    fn matched_fields<'t>(
        &'t self,
        hit: &Hit,
        stored: &'t StoredDocument,
    ) -> Result<Vec<MatchedField<'t>>, Error> {
        let spans = self.searcher.spans(self.plan, DocId(hit.document)).map_err(Error::Search)?;
        let mut fields = Vec::new();
        for (number, name) in self.text_fields.iter().enumerate() {
            let here = || spans.iter().filter(|span| span.field == number);
            let Some(text) = text_of(stored, name).filter(|_| here().next().is_some()) else {
                continue;
            };
            let words = Words::of(self.index.analyzer(), text);
            let mut field =
                MatchedField { name, text, words, matches: Vec::new(), marks: Vec::new() };
            let mut clauses = HashMap::new();
            for span in here() {
                let end = span.last.saturating_add(1);
                if field.words.bytes(span.first..end).is_none() {
                    return Err(disagreement(hit, &field, span.last));
                }
                self.add(span.first..end, &mut field, &mut clauses);
            }
            fields.push(field);
        }
        Ok(fields)
    }

    /// Adds one match: a clause is told by the terms its match consists of.
    fn add(
        &self,
        words: Range<u32>,
        field: &mut MatchedField<'_>,
        clauses: &mut HashMap<Vec<String>, u32>,
    ) {
        let mut looked_for = Vec::new();
        let mut mark: Option<Range<u32>> = None;
        for position in words.clone() {
            let term = self.term(field, position);
            if self.is_looked_for(field, position, &term) {
                looked_for.push(term);
                let start = mark.take().map_or(position, |mark| mark.start);
                mark = Some(start..position + 1);
            } else {
                field.marks.extend(mark.take());
            }
        }
        field.marks.extend(mark);
        if looked_for.is_empty() {
            field.marks.push(words.clone());
        }
        looked_for.sort_unstable();
        let next = clauses.len() as u32;
        let clause = *clauses.entry(looked_for).or_insert(next);
        field.matches.push(Match { clause, words });
    }

    /// Whether the query looks for the word at a position, whose term is given.
    fn is_looked_for(&self, field: &MatchedField<'_>, position: u32, term: &str) -> bool {
        if self.terms.contains(term) || self.forms.is_empty() {
            return self.terms.contains(term);
        }
        let analyzer = self.index.analyzer();
        let Some(bytes) = field.words.word(position) else { return false };
        let mut form = String::new();
        analyzer.surface(&field.text[bytes.clone()], &mut form);
        // Which language the document is in is not looked up: any of them may count.
        self.forms.contains(&(term, form.as_str()))
            || analyzer.languages().into_iter().any(|language| {
                analyzer.stem_term(&field.text[bytes.clone()], language, &mut form);
                let (stem, language) = analysis::split_form(&form);
                language.is_some_and(|language| self.forms.contains(&(stem, language)))
            })
    }

    /// The term of the word at a position.
    fn term(&self, field: &MatchedField<'_>, position: u32) -> String {
        let mut term = String::new();
        if let Some(bytes) = field.words.word(position) {
            self.index.analyzer().term(&field.text[bytes], &mut term);
        }
        term
    }

    fn show(
        &self,
        hit: &mut Hit,
        fields: &[MatchedField<'_>],
        stored: &StoredDocument,
    ) -> Result<(), Error> {
        for field in fields {
            if self.detail.spans {
                for found in &field.matches {
                    let Some(bytes) = field.words.bytes(found.words.clone()) else {
                        return Err(disagreement(hit, field, found.words.end - 1));
                    };
                    let name = field.name.to_owned();
                    hit.spans.push(Span { field: name, start: bytes.start, end: bytes.end });
                }
            }
            if field.name == TITLE {
                hit.title_marks = byte_marks(field);
            }
        }
        if let Some(request) = &self.detail.fragments {
            hit.fragments = self.fragments(fields, stored, request);
        }
        Ok(())
    }

    /// The best fragments of all fields but the title; those of the title where nothing else matches.
    fn fragments(
        &self,
        fields: &[MatchedField<'_>],
        stored: &StoredDocument,
        request: &FragmentRequest,
    ) -> Vec<FieldFragment> {
        let options = SnippetOptions { fragments: request.count, context: request.context };
        let mut found: Vec<(usize, FieldFragment)> = Vec::new();
        let bodies = || fields.iter().enumerate().filter(|(_, field)| field.name != TITLE);
        let in_body = bodies().next().is_some();
        if !in_body && request.lead {
            return self.lead(stored, request).into_iter().collect();
        }
        for (number, field) in fields.iter().enumerate() {
            if in_body && field.name == TITLE {
                continue;
            }
            let MatchedField { text, words, matches, marks, .. } = field;
            for fragment in concordance::snippet(text, words, matches, marks, &options) {
                found.push((number, FieldFragment { field: field.name.to_owned(), fragment }));
            }
        }
        let weight = |piece: &FieldFragment| piece.fragment.weight;
        found.sort_by(|left, right| weight(&right.1).total_cmp(&weight(&left.1)));
        found.truncate(request.count);
        found.sort_by_key(|(number, piece)| (*number, piece.fragment.start));
        found.into_iter().map(|(_, piece)| piece).collect()
    }

    /// The first words of the first text field that is not the title and has any.
    fn lead(&self, stored: &StoredDocument, request: &FragmentRequest) -> Option<FieldFragment> {
        let bodies = self.text_fields.iter().filter(|name| **name != TITLE);
        bodies.filter(|_| 0 < request.count).find_map(|name| {
            let text = text_of(stored, name)?;
            let head = head(text, (2 * request.context + 1).saturating_mul(64));
            let words = Words::of(self.index.analyzer(), head);
            let mut fragment = concordance::lead(head, &words, 2 * request.context + 1)?;
            fragment.cut_after |= fragment.text.len() == head.len() && head.len() < text.len();
            Some(FieldFragment { field: (*name).to_owned(), fragment })
        })
    }
}

fn byte_marks(field: &MatchedField<'_>) -> Vec<Range<usize>> {
    let mut marks: Vec<Range<usize>> =
        field.marks.iter().filter_map(|mark| field.words.bytes(mark.clone())).collect();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(marks.len());
    for mark in marks {
        match apart.last_mut() {
            Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
            _ => apart.push(mark),
        }
    }
    apart
}

fn disagreement(hit: &Hit, field: &MatchedField<'_>, position: u32) -> Error {
    Error::TextDisagrees {
        id: hit.id.clone(),
        field: field.name.to_owned(),
        position,
        words: field.words.len(),
    }
}

/// The first bytes of a text, at most so many, cut between characters.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A stored field that is text.
pub(crate) fn text_of<'d>(stored: &'d StoredDocument, field: &str) -> Option<&'d str> {
    let mut fields = stored.fields.iter();
    fields.find_map(|(name, value)| match value {
        StoredValue::Text(text) if name == field => Some(text.as_str()),
        _ => None,
    })
}

/// A date of a column: `2011-03-02T00:00:00Z`.
fn date(seconds: i64) -> Value {
    Value::Text(analysis::date_text(seconds))
}

impl From<SortValue> for Value {
    fn from(value: SortValue) -> Self {
        match value {
            SortValue::Date(seconds) => date(seconds),
            SortValue::Number(number) => Value::Number(number),
            SortValue::Keyword(text) => Value::Text(text),
        }
    }
}

impl From<StoredValue> for Value {
    fn from(value: StoredValue) -> Self {
        match value {
            StoredValue::Text(text) => Value::Text(text),
            StoredValue::Integer(number) => Value::Integer(number),
            StoredValue::Number(number) => Value::Number(number),
            StoredValue::Boolean(truth) => Value::Boolean(truth),
            StoredValue::List(values) => Value::List(values.into_iter().map(Value::from).collect()),
        }
    }
}
