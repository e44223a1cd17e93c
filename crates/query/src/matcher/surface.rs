//! `=word`: which occurrences of a term are written in one form, read from the stored text.
//!
//! Comes in: positions of a term in a document. Goes out: those whose token is written so. The index keeps no forms as
//! written, so each document asked about is fetched and cut into words again: exact, and slow.

use std::ops::Range;

use analysis::Analyzer;
use store::postings::{END, TermInfo};
use store::{FieldSpec, IndexFile, Schema, Segment, StoredDocument, StoredValue};

use crate::Error;

/// Keeps positions whose token is written in one form.
pub(crate) struct SurfaceFilter<'a> {
    analyzer: &'a Analyzer,
    schema: &'a Schema,
    written: &'a str,
    at: Range<usize>,
    term: String,
    surface: String,
}

impl<'a> SurfaceFilter<'a> {
    /// A filter for a form; `schema` names the text fields in the order of the ranked text.
    pub(crate) fn new(
        analyzer: &'a Analyzer,
        schema: &'a Schema,
        written: &'a str,
        at: Range<usize>,
    ) -> Self {
        SurfaceFilter { analyzer, schema, written, at, term: String::new(), surface: String::new() }
    }

    /// Drops the positions in a document whose token is written otherwise.
    pub(crate) fn retain(
        &mut self,
        segment: &Segment,
        doc: u32,
        positions: &mut Vec<u32>,
    ) -> Result<(), Error> {
        if positions.is_empty() {
            return Ok(());
        }
        let number = segment.document_listed(doc);
        let document = segment.document(number)?;
        let mut kept = Vec::new();
        for (field, FieldSpec { name, .. }) in self.schema.text_fields().enumerate() {
            let (start, length) = segment.field_extent(field, doc);
            let inside = |position: &&u32| start <= **position && **position - start < length;
            let wanted: Vec<u32> = positions.iter().filter(inside).copied().collect();
            if wanted.is_empty() {
                continue;
            }
            let Some(text) = stored_text(&document, name) else {
                return Err(Error::NoStoredText {
                    word: self.written.to_owned(),
                    id: segment.id(number)?.to_owned(),
                    field: name.clone(),
                    at: self.at.clone(),
                });
            };
            self.retain_in(text, start, &wanted, &mut kept);
        }
        *positions = kept;
        Ok(())
    }

    /// Adds the wanted positions of one field whose token is written so.
    fn retain_in(&mut self, text: &str, start: u32, wanted: &[u32], kept: &mut Vec<u32>) {
        let mut position = start;
        let mut wanted = wanted.iter().copied().peekable();
        let (analyzer, written) = (self.analyzer, self.written);
        let (term, surface) = (&mut self.term, &mut self.surface);
        analyzer.words(text, |word, _| {
            // A word without a term takes no position; every wanted one has a term.
            analyzer.term(word, term);
            if term.is_empty() {
                return;
            }
            if wanted.peek() == Some(&position) {
                wanted.next();
                analyzer.surface(word, surface);
                if surface == written {
                    kept.push(position);
                }
            }
            position += 1;
        });
    }
}

/// The stored text of a field.
fn stored_text<'d>(document: &'d StoredDocument, name: &str) -> Option<&'d str> {
    document.fields.iter().find_map(|(field, value)| match value {
        StoredValue::Text(text) if field == name => Some(text.as_str()),
        _ => None,
    })
}

/// For each segment a bitmap of the documents that have a term written in one form.
pub(crate) fn surface_documents(
    index: &IndexFile,
    filter: &mut SurfaceFilter<'_>,
    infos: &[Option<TermInfo>],
    scope: Option<usize>,
) -> Result<Vec<Vec<u64>>, Error> {
    let mut all = Vec::with_capacity(infos.len());
    let mut positions = Vec::new();
    for (segment, info) in index.segments().iter().zip(infos) {
        let mut documents = vec![0; (segment.doc_count() as usize).div_ceil(64)];
        let Some(info) = info else {
            all.push(documents);
            continue;
        };
        let mut cursor = segment.postings(info)?.cursor()?;
        let mut doc = cursor.doc();
        while doc != END {
            cursor.positions(&mut positions)?;
            if let Some(field) = scope {
                let (start, length) = segment.field_extent(field, doc);
                positions.retain(|&position| start <= position && position - start < length);
            }
            filter.retain(segment, doc, &mut positions)?;
            if !positions.is_empty()
                && let Some(word) = documents.get_mut(doc as usize / 64)
            {
                *word |= 1_u64 << (doc % 64);
            }
            doc = cursor.advance()?;
        }
        all.push(documents);
    }
    Ok(all)
}
