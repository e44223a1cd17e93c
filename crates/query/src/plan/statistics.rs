//! Index-wide figures that the term table does not hold: frequencies within a field, documents with any of several terms.
//!
//! Comes in: terms of segments. Goes out: exact numbers, by walking the lists once. Costs a pass over each list, and
//! over its positions where a field is named.

use store::postings::{END, TermInfo};
use store::{IndexFile, Segment, TermOrdinal};

use super::{SegmentTerms, Terms, Word};
use crate::Error;

/// Documents of the whole index with a term in a field.
pub(super) fn field_doc_freq(
    index: &IndexFile,
    infos: &[Option<TermInfo>],
    field: usize,
) -> Result<u64, Error> {
    let mut found = 0;
    for (segment, info) in index.segments().iter().zip(infos) {
        if let Some(info) = info {
            for_each_document(segment, info, Some(field), |_| found += 1)?;
        }
    }
    Ok(found)
}

/// What a segment has of a set of terms, given in ascending order.
pub(super) fn segment_terms(
    segment: &Segment,
    ordinals: Vec<TermOrdinal>,
    scope: Option<usize>,
) -> Result<SegmentTerms, Error> {
    let mut documents =
        vec![
            0_u64;
            if ordinals.is_empty() { 0 } else { (segment.doc_count() as usize).div_ceil(64) }
        ];
    let mut collection_freq = 0;
    for &ordinal in &ordinals {
        let info = segment.term(ordinal)?;
        collection_freq += info.collection_freq;
        for_each_document(segment, &info, scope, |doc| set(&mut documents, doc))?;
    }
    let doc_freq = documents.iter().map(|word| word.count_ones()).sum();
    Ok(SegmentTerms { ordinals, documents, doc_freq, collection_freq })
}

/// Walks the documents of a list, those with an occurrence in the field if one is named.
fn for_each_document(
    segment: &Segment,
    info: &TermInfo,
    scope: Option<usize>,
    mut sink: impl FnMut(u32),
) -> Result<(), Error> {
    let mut cursor = segment.postings(info)?.cursor()?;
    let mut positions = Vec::new();
    let mut doc = cursor.doc();
    while doc != END {
        match scope {
            None => sink(doc),
            Some(field) => {
                let (start, length) = segment.field_extent(field, doc);
                cursor.positions(&mut positions)?;
                if positions.iter().any(|&position| start <= position && position - start < length)
                {
                    sink(doc);
                }
            }
        }
        doc = cursor.advance()?;
    }
    Ok(())
}

/// For each segment one bit a document: whether it has any of several words.
pub(super) fn union_documents(index: &IndexFile, words: &[&Word]) -> Result<Vec<Vec<u64>>, Error> {
    let mut all = Vec::with_capacity(index.segments().len());
    for (number, segment) in index.segments().iter().enumerate() {
        let mut documents = vec![0_u64; (segment.doc_count() as usize).div_ceil(64)];
        for word in words {
            let known = match (&word.surface, &word.terms) {
                (Some(surface), _) => surface.documents.get(number).map(Vec::as_slice),
                (None, Terms::Many { segments, .. }) => {
                    segments.get(number).map(|set| set.documents.as_slice())
                }
                (None, Terms::Mixed { documents, .. }) => documents.get(number).map(Vec::as_slice),
                (None, Terms::One { infos, .. }) => {
                    if let Some(Some(info)) = infos.get(number) {
                        for_each_document(segment, info, word.scope, |doc| {
                            set(&mut documents, doc)
                        })?;
                    }
                    None
                }
            };
            documents.iter_mut().zip(known.unwrap_or(&[])).for_each(|(all, word)| *all |= word);
        }
        all.push(documents);
    }
    Ok(all)
}

/// How many bits are set.
pub(super) fn count_bits(documents: &[Vec<u64>]) -> u64 {
    documents.iter().flatten().map(|word| u64::from(word.count_ones())).sum()
}

/// Sets a document's bit.
fn set(documents: &mut [u64], doc: u32) {
    if let Some(word) = documents.get_mut(doc as usize / 64) {
        *word |= 1 << (doc % 64);
    }
}
