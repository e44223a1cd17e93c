//! Concordances: every match of a query as a line, in its context.
//!
//! Comes in: a request. Goes out: lines one by one, each with its place in the stored text to the byte, and how many
//! matches there are. The lines are the spans that `search` lists and `count` counts. In the order of the index nothing is
//! collected; other orders hold all lines that are shown.

use std::collections::HashMap;

use concordance::{Words, line};
use query::{FieldOrder, Searcher, Span};
use store::{DocId, StoredDocument};

use crate::hits::text_of;
use crate::{Error, Index, PreparedQuery, QueryText, Ranking};

/// Which lines are wanted. [`KwicRequest::new`] gives the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KwicRequest {
    /// What is looked for.
    pub query: QueryText,
    /// At most so many words on each side.
    pub context: usize,
    /// The order of lines.
    pub order: KwicOrder,
    /// Whether only some of the lines are shown.
    pub sample: Option<LineSample>,
}

/// The order of lines; equal ones as in the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KwicOrder {
    /// As in the index: by document, then by place.
    #[default]
    Index,
    /// By the words before the match, folded, the nearest first.
    Left,
    /// By the words behind the match, folded.
    Right,
    /// By the field `date`, the oldest first.
    Date,
}

/// So many lines drawn from all; the same seed draws the same ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineSample {
    /// How many.
    pub lines: u64,
    /// Which draw.
    pub seed: u64,
}

/// A match in its context, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct KwicLine {
    /// The document's id.
    pub id: String,
    /// Its number in the index.
    #[serde(skip)]
    pub document: u32,
    /// The field.
    pub field: String,
    /// The byte of the field's text at which the match begins.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// The text before it.
    pub left: String,
    /// The match.
    #[serde(rename = "match")]
    pub found: String,
    /// The text behind it.
    pub right: String,
}

/// What there was to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KwicSummary {
    /// Documents that match.
    pub documents: u64,
    /// Matches in them.
    pub matches: u64,
    /// Lines handed out.
    pub lines: u64,
    /// What a reader should know about how the query was read.
    pub notes: Vec<String>,
}

impl KwicRequest {
    /// All lines in the order of the index, ten words on each side.
    pub fn new(query: impl Into<String>) -> KwicRequest {
        let query = QueryText::new(query);
        KwicRequest { query, context: 10, order: KwicOrder::Index, sample: None }
    }
}

impl Index {
    /// Hands every line of a query's concordance to `sink`, until that returns `false`.
    ///
    /// # Errors
    /// As [`Index::search`], and where the text of a match was not stored.
    pub fn kwic(
        &self,
        request: &KwicRequest,
        mut sink: impl FnMut(&KwicLine) -> bool,
    ) -> Result<KwicSummary, Error> {
        let query = self.prepare(&request.query, Ranking::default())?;
        let searcher = self.searcher()?;
        let counts = searcher.count(query.plan()).map_err(|error| query.wrong(error))?;
        let matches = counts.matches.unwrap_or(0);
        let mut summary =
            KwicSummary { documents: counts.documents, matches, lines: 0, notes: query.notes() };
        let maker = LineMaker { index: self, searcher, query: &query, context: request.context };
        let draw = Draw::new(request.sample, matches);
        if request.order == KwicOrder::Index {
            maker.each(draw, &mut |line, _| {
                summary.lines += 1;
                sink(&line)
            })?;
            return Ok(summary);
        }
        for line in maker.ordered(draw, request.order)? {
            summary.lines += 1;
            if !sink(&line) {
                break;
            }
        }
        Ok(summary)
    }
}

/// Makes lines of one query.
struct LineMaker<'a> {
    index: &'a Index,
    searcher: Searcher<'a>,
    query: &'a PreparedQuery,
    context: usize,
}

/// What the words around a match are sorted by: those before it from the nearest on, those behind it.
struct Around {
    left: Vec<String>,
    right: Vec<String>,
}

impl LineMaker<'_> {
    /// Makes the lines that are drawn, in the order of the index.
    fn each(
        &self,
        mut draw: Draw,
        sink: &mut dyn FnMut(KwicLine, Around) -> bool,
    ) -> Result<(), Error> {
        let mut failed = None;
        let asked = self.searcher.for_each_in_order(self.query.plan(), |doc, spans| {
            spans.retain(|_| draw.takes_next());
            if spans.is_empty() {
                return Ok(true);
            }
            match self.document(doc, spans, sink) {
                Ok(go_on) => Ok(go_on),
                Err(error) => {
                    failed = Some(error);
                    Ok(false)
                }
            }
        });
        asked.map_err(|error| self.query.wrong(error))?;
        failed.map_or(Ok(()), Err)
    }

    /// Makes the lines of one document.
    fn document(
        &self,
        number: DocId,
        spans: &[Span],
        sink: &mut dyn FnMut(KwicLine, Around) -> bool,
    ) -> Result<bool, Error> {
        let Some((segment, local)) = self.index.segment_of(number) else { return Ok(true) };
        let (id, stored) = (segment.id(local)?, segment.document(local)?);
        let fields: Vec<&str> = {
            let schema = &self.index.file().manifest().schema;
            schema.text_fields().map(|field| field.name.as_str()).collect()
        };
        let mut cut: Option<(usize, &str, Words)> = None;
        for span in spans {
            let field = fields.get(span.field).copied().unwrap_or_default();
            let (text, words) = match &cut {
                Some((last, text, words)) if *last == span.field => (*text, words),
                _ => {
                    let text = self.text(id, field, &stored)?;
                    let words = Words::of(self.index.analyzer(), text);
                    let cut = cut.insert((span.field, text, words));
                    (cut.1, &cut.2)
                }
            };
            let place = line(words, span.first..span.last.saturating_add(1), self.context);
            let Some(place) = place else {
                let (id, field) = (id.to_owned(), field.to_owned());
                return Err(Error::TextDisagrees {
                    id,
                    field,
                    position: span.last,
                    words: words.len(),
                });
            };
            let around = Around {
                left: self.folded(&text[place.left.clone()]).into_iter().rev().collect(),
                right: self.folded(&text[place.right.clone()]),
            };
            let line = KwicLine {
                id: id.to_owned(),
                document: number.0,
                field: field.to_owned(),
                start: place.found.start,
                end: place.found.end,
                left: text[place.left].to_owned(),
                found: text[place.found].to_owned(),
                right: text[place.right].to_owned(),
            };
            if !sink(line, around) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn text<'d>(
        &self,
        id: &str,
        field: &str,
        stored: &'d StoredDocument,
    ) -> Result<&'d str, Error> {
        let missing = || Error::NoText { id: id.to_owned(), field: field.to_owned() };
        text_of(stored, field).ok_or_else(missing)
    }

    /// The words of a text, folded.
    fn folded(&self, text: &str) -> Vec<String> {
        let (mut words, mut folded) = (Vec::new(), String::new());
        self.index.analyzer().words(text, |word, _| {
            self.index.analyzer().folded(word, &mut folded);
            words.push(folded.clone());
        });
        words
    }

    /// The lines that are drawn in another order than the index's.
    fn ordered(&self, draw: Draw, order: KwicOrder) -> Result<Vec<KwicLine>, Error> {
        let mut lines = Vec::new();
        self.each(draw, &mut |line, around| {
            lines.push((line, around));
            true
        })?;
        match order {
            KwicOrder::Index => {}
            KwicOrder::Left => lines.sort_by(|(_, one), (_, other)| one.left.cmp(&other.left)),
            KwicOrder::Right => lines.sort_by(|(_, one), (_, other)| one.right.cmp(&other.right)),
            KwicOrder::Date => {
                let ranks = self.ranks_by_date()?;
                lines.sort_by_key(|(line, _)| ranks.get(&line.document).copied());
            }
        }
        Ok(lines.into_iter().map(|(line, _)| line).collect())
    }

    /// The place of each matching document when the oldest comes first.
    fn ranks_by_date(&self) -> Result<HashMap<u32, usize>, Error> {
        let order = FieldOrder { field: "date".to_owned(), descending: false };
        let all = self.index.documents() as usize;
        let sorted = self.searcher.sorted(self.query.plan(), &order, all, 0);
        let sorted = sorted.map_err(|error| self.query.wrong(error))?;
        Ok(sorted.hits.iter().enumerate().map(|(rank, found)| (found.hit.doc.0, rank)).collect())
    }
}

/// Draws some of a known number of matches, one after the other, each set of them as likely as any other (selection
/// sampling: Knuth, The Art of Computer Programming, volume 2, algorithm S).
struct Draw {
    left: u64,
    wanted: u64,
    state: u64,
}

impl Draw {
    fn new(sample: Option<LineSample>, matches: u64) -> Draw {
        let sample = sample.unwrap_or(LineSample { lines: matches, seed: 0 });
        Draw { left: matches, wanted: sample.lines, state: sample.seed }
    }

    fn takes_next(&mut self) -> bool {
        let drawn = self.random() % self.left.max(1);
        self.left = self.left.saturating_sub(1);
        let takes = drawn < self.wanted;
        self.wanted -= u64::from(takes);
        takes
    }

    /// The next random number (splitmix64).
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests;
