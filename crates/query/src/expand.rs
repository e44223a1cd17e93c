//! Vocabulary search: from a pattern to all the words of the index that fit it.
//!
//! Comes in: a wildcard, a word with an edit distance, a regular expression, a name. Goes out: the words that fit with
//! their figures ([`Expanded`]), complete, or an error that says how many there are and what the limit is. Only
//! vocabularies are read, never postings. Patterns are compared with terms as they are stored: folded, and stemmed where
//! the index stems.

mod fuzzy;
mod names;
mod regex;
mod wildcard;

use std::ops::Range;

use analysis::is_form_term;
use fst::automaton::Automaton;
use fst::{IntoStreamer, Streamer};
pub(crate) use fuzzy::fuzzy;
pub(crate) use names::{names, variants};
pub(crate) use regex::regex;
use store::{IndexFile, Segment, TermOrdinal};
pub(crate) use wildcard::{Piece, pieces, wildcard};

use crate::Error;
use crate::plan::Form;

/// The words that fit a pattern.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    /// In byte order.
    pub(crate) forms: Vec<Form>,
    /// Their ordinals in each segment, ascending.
    pub(crate) segments: Vec<Vec<TermOrdinal>>,
}

/// How far an expansion may go, and what to say if it goes further.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// As typed.
    pub(crate) pattern: String,
    /// Where in the query.
    pub(crate) at: Range<usize>,
    /// The most words.
    pub(crate) max_expansions: usize,
}

/// Collects the words accepted by an automaton.
fn search<A: Automaton>(
    index: &IndexFile,
    limits: &Limits,
    automaton: &A,
) -> Result<Expanded, Error> {
    collect(index, limits, |segment| segment.vocabulary().search(automaton).into_stream(), |_| true)
}

/// Collects the words with a prefix that pass a test.
fn search_prefix(
    index: &IndexFile,
    limits: &Limits,
    prefix: &[u8],
    accepts: impl FnMut(&[u8]) -> bool,
) -> Result<Expanded, Error> {
    let after = prefix.iter().rposition(|&byte| byte < u8::MAX).map(|last| {
        let mut after = prefix[..=last].to_vec();
        after[last] += 1;
        after
    });
    collect(index, limits, |segment| between(segment, prefix, after.as_deref()), accepts)
}

/// The words of a segment from `first` on, before `after` if there is an end.
fn between<'i>(segment: &'i Segment, first: &[u8], after: Option<&[u8]>) -> fst::map::Stream<'i> {
    let words = segment.vocabulary().range().ge(first);
    match after {
        Some(after) => words.lt(after).into_stream(),
        None => words.into_stream(),
    }
}

/// A word of one segment: its bytes among all words found, the segment and the ordinal.
struct Found {
    bytes: Range<usize>,
    segment: usize,
    ordinal: TermOrdinal,
}

/// Reads the words of all segments one segment after the other, which is faster than merging streams of which nearly
/// every word is passed over, and then merges those that passed.
fn collect<'i, S>(
    index: &'i IndexFile,
    limits: &Limits,
    words: impl Fn(&'i Segment) -> S,
    mut accepts: impl FnMut(&[u8]) -> bool,
) -> Result<Expanded, Error>
where
    S: for<'s> Streamer<'s, Item = (&'s [u8], u64)>,
{
    let has_forms = index.manifest().analyzer.stem.is_some();
    let (mut text, mut found) = (Vec::new(), Vec::new());
    for (segment, view) in index.segments().iter().enumerate() {
        let mut words = words(view);
        while let Some((word, ordinal)) = words.next() {
            if accepts(word) && !(has_forms && is_form_term(word)) {
                let start = text.len();
                text.extend_from_slice(word);
                let ordinal = TermOrdinal(ordinal as u32);
                found.push(Found { bytes: start..text.len(), segment, ordinal });
            }
        }
    }
    if 1 < index.segments().len() {
        let key = |found: &Found| (found.bytes.clone(), found.segment);
        found.sort_unstable_by(|one: &Found, other: &Found| {
            let ((one, left), (other, right)) = (key(one), key(other));
            text[one].cmp(&text[other]).then(left.cmp(&right))
        });
    }
    let same = |one: &Found, other: &Found| text[one.bytes.clone()] == text[other.bytes.clone()];
    let different = found.chunk_by(same).count();
    if limits.max_expansions < different {
        return Err(Error::Expansions {
            pattern: limits.pattern.clone(),
            found: different,
            limit: limits.max_expansions,
            at: limits.at.clone(),
        });
    }
    let mut expanded = Expanded {
        forms: Vec::with_capacity(different),
        segments: vec![Vec::new(); index.segments().len()],
    };
    for places in found.chunk_by(same) {
        let word = &text[places[0].bytes.clone()];
        let term = String::from_utf8_lossy(word).into_owned();
        let mut form = Form { term, doc_freq: 0, collection_freq: 0 };
        for place in places {
            let info = index.segments()[place.segment].term(place.ordinal)?;
            form.doc_freq += u64::from(info.doc_freq);
            form.collection_freq += info.collection_freq;
            expanded.segments[place.segment].push(place.ordinal);
        }
        expanded.forms.push(form);
    }
    Ok(expanded)
}

#[cfg(test)]
mod tests;
