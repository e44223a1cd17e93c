//! Positions of one word of a plan in one document after another.
//!
//! Comes in: a word of the plan and a segment. Goes out: the word's positions or their number for documents asked for in
//! ascending order, narrowed to the word's field and form as written.

use store::Segment;
use store::postings::{Cursor, END};

use super::forms::OtherForms;
use super::sets::SetCursor;
use super::surface::SurfaceFilter;
use crate::plan::{Terms, Word, WordId};
use crate::{Error, Searcher};

/// A word's moving place in a segment.
pub(crate) struct WordCursor<'a> {
    segment: &'a Segment,
    source: Source<'a>,
    scope: Option<usize>,
    surface: Option<SurfaceFilter<'a>>,
    others: Option<OtherForms<'a>>,
    /// The document of `positions`, or [`END`].
    doc: u32,
    positions: Vec<u32>,
}

enum Source<'a> {
    Nothing,
    One(Box<Cursor<'a>>),
    Many(Box<SetCursor<'a>>),
    Mixed(Vec<WordCursor<'a>>),
}

impl<'a> WordCursor<'a> {
    /// Opens a word of a table in segment number `number`.
    pub(crate) fn new(
        table: &'a [Word],
        word: WordId,
        searcher: &Searcher<'a>,
        segment: &'a Segment,
        number: usize,
    ) -> Result<Self, Error> {
        let word = &table[word.0 as usize];
        let source = match &word.terms {
            Terms::One { infos, .. } => match infos.get(number) {
                Some(Some(info)) => Source::One(Box::new(segment.postings(info)?.cursor()?)),
                _ => Source::Nothing,
            },
            Terms::Many { segments, .. } => match segments.get(number) {
                Some(set) if !set.ordinals.is_empty() => {
                    Source::Many(Box::new(SetCursor::new(segment, set)?))
                }
                _ => Source::Nothing,
            },
            Terms::Mixed { words, .. } => {
                let open = |part: &WordId| WordCursor::new(table, *part, searcher, segment, number);
                Source::Mixed(words.iter().map(open).collect::<Result<_, _>>()?)
            }
        };
        let (mut surface, mut others) = (None, None);
        if let Some(form) = &word.surface {
            match &form.others {
                Some(forms) => {
                    let forms = forms.get(number).map_or(&[][..], Vec::as_slice);
                    others = Some(OtherForms::open(segment, forms)?);
                }
                None => {
                    let (written, at) = (&form.written, word.at.clone());
                    let (analyzer, index) = (searcher.analyzer(), searcher.index());
                    let schema = &index.manifest().schema;
                    surface = Some(SurfaceFilter::new(analyzer, schema, written, at));
                }
            }
        }
        Ok(WordCursor {
            segment,
            source,
            scope: word.scope,
            surface,
            others,
            doc: END,
            positions: Vec::new(),
        })
    }

    /// How often the word stands in a document.
    #[inline]
    pub(crate) fn frequency(&mut self, doc: u32) -> Result<u32, Error> {
        if self.doc == doc {
            return Ok(self.positions.len() as u32);
        }
        if self.scope.is_some() || self.surface.is_some() || self.others.is_some() {
            return Ok(self.positions(doc)?.len() as u32);
        }
        match &mut self.source {
            Source::Nothing => Ok(0),
            Source::One(cursor) => Ok(if cursor.seek(doc)? == doc { cursor.freq()? } else { 0 }),
            Source::Many(set) => set.frequency(doc),
            Source::Mixed(_) => Ok(self.positions(doc)?.len() as u32),
        }
    }

    /// Whether the word stands in a document, where that is cheap to say; else whether it may.
    #[inline]
    pub(crate) fn may_stand(&mut self, doc: u32) -> Result<bool, Error> {
        match &mut self.source {
            Source::Nothing => Ok(false),
            Source::One(cursor) => Ok(cursor.seek(doc)? == doc),
            Source::Many(set) => Ok(set.holds(doc)),
            Source::Mixed(parts) => {
                for part in parts {
                    if part.may_stand(doc)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// The word's positions in a document, ascending.
    pub(crate) fn positions(&mut self, doc: u32) -> Result<&[u32], Error> {
        if self.doc != doc {
            self.doc = END;
            self.positions.clear();
            match &mut self.source {
                Source::Nothing => {}
                Source::One(cursor) => {
                    if cursor.seek(doc)? == doc {
                        cursor.positions(&mut self.positions)?;
                    }
                }
                Source::Many(set) => set.positions(doc, &mut self.positions)?,
                Source::Mixed(parts) => {
                    for part in parts {
                        self.positions.extend_from_slice(part.positions(doc)?);
                    }
                    self.positions.sort_unstable();
                    self.positions.dedup();
                }
            }
            if let Some(field) = self.scope {
                let (start, length) = self.segment.field_extent(field, doc);
                self.positions.retain(|&position| start <= position && position - start < length);
            }
            if let Some(surface) = &mut self.surface {
                surface.retain(self.segment, doc, &mut self.positions)?;
            }
            if let Some(others) = &mut self.others {
                others.retain(doc, &mut self.positions)?;
            }
            self.doc = doc;
        }
        Ok(&self.positions)
    }

    /// The positions found by the last call of [`WordCursor::positions`].
    pub(crate) fn found(&self) -> &[u32] {
        &self.positions
    }
}
