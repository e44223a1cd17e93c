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

use analysis::{NAME_KEY_VERSION, is_form_term, name_key_class};
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

/// Hands each word with its ordinal on, in byte order.
type Sink<'s> = &'s mut dyn FnMut(&[u8], TermOrdinal);

/// Resolving a word from its ordinal costs as much as reading so many in order.
const RESOLVED_PER_READ: usize = 6;

/// Collects the words accepted by an automaton.
fn search<A: Automaton>(
    index: &IndexFile,
    limits: &Limits,
    automaton: &A,
) -> Result<Expanded, Error> {
    collect(index, limits, |segment, sink| {
        stream(segment.vocabulary().search(automaton).into_stream(), sink);
        Ok(())
    })
}

/// Collects the words with a prefix and a suffix that pass a test.
fn search_between(
    index: &IndexFile,
    limits: &Limits,
    (prefix, suffix): (&[u8], &[u8]),
    mut accepts: impl FnMut(&[u8]) -> bool,
) -> Result<Expanded, Error> {
    let after = prefix.iter().rposition(|&byte| byte < u8::MAX).map(|last| {
        let mut after = prefix[..=last].to_vec();
        after[last] += 1;
        after
    });
    let mut candidates = Vec::new();
    collect(index, limits, |segment, sink| {
        let range = ordinals(segment, prefix, after.as_deref());
        let mut sink = |word: &[u8], ordinal: TermOrdinal| {
            if word.ends_with(suffix) && accepts(word) {
                sink(word, ordinal);
            }
        };
        let endings = if suffix.is_empty() { None } else { segment.endings()? };
        if let Some(endings) = endings {
            endings.candidates(suffix, range.clone(), &mut candidates);
            if candidates.len() * RESOLVED_PER_READ < range.len() {
                return resolve(segment, &candidates, &mut sink);
            }
        }
        stream(between(segment, prefix, after.as_deref()), &mut sink);
        Ok(())
    })
}

/// Collects the words that may have a name's key and pass a test.
fn search_names(
    index: &IndexFile,
    limits: &Limits,
    key: &str,
    mut accepts: impl FnMut(&[u8]) -> bool,
) -> Result<Expanded, Error> {
    let class = name_key_class(key);
    let mut candidates = Vec::new();
    collect(index, limits, |segment, sink| {
        let mut sink = |word: &[u8], ordinal: TermOrdinal| {
            if accepts(word) {
                sink(word, ordinal);
            }
        };
        let classes = segment.name_classes()?;
        if let Some(classes) = classes.filter(|classes| classes.version() == NAME_KEY_VERSION) {
            classes.candidates(class, &mut candidates);
            return resolve(segment, &candidates, &mut sink);
        }
        stream(segment.vocabulary().stream(), &mut sink);
        Ok(())
    })
}

/// The words of a segment from `first` on, before `after` if there is an end.
fn between<'i>(segment: &'i Segment, first: &[u8], after: Option<&[u8]>) -> fst::map::Stream<'i> {
    let words = segment.vocabulary().range().ge(first);
    match after {
        Some(after) => words.lt(after).into_stream(),
        None => words.into_stream(),
    }
}

/// The ordinals of the words from `first` on, before `after` if there is an end.
fn ordinals(segment: &Segment, first: &[u8], after: Option<&[u8]>) -> Range<u32> {
    let terms = segment.record().terms;
    let from = |word: &[u8]| {
        let next = between(segment, word, None).next().map(|(_, ordinal)| ordinal as u32);
        next.unwrap_or(terms)
    };
    from(first)..after.map_or(terms, from)
}

/// Reads words in order.
fn stream<S>(mut words: S, sink: Sink<'_>)
where
    S: for<'s> Streamer<'s, Item = (&'s [u8], u64)>,
{
    while let Some((word, ordinal)) = words.next() {
        sink(word, TermOrdinal(ordinal as u32));
    }
}

/// Looks words up by their ordinals.
fn resolve(segment: &Segment, ordinals: &[TermOrdinal], sink: Sink<'_>) -> Result<(), Error> {
    let mut word = Vec::new();
    for &ordinal in ordinals {
        segment.word(ordinal, &mut word)?;
        sink(&word, ordinal);
    }
    Ok(())
}

/// A word of one segment: its bytes among all words found, the segment and the ordinal.
struct Found {
    bytes: Range<usize>,
    segment: usize,
    ordinal: TermOrdinal,
}

/// Reads the words of all segments one segment after the other, which is faster than merging streams of which nearly
/// every word is passed over, and then merges those that passed.
fn collect(
    index: &IndexFile,
    limits: &Limits,
    mut words: impl FnMut(&Segment, Sink<'_>) -> Result<(), Error>,
) -> Result<Expanded, Error> {
    let has_forms = index.manifest().analyzer.stem.is_some();
    let (mut text, mut found) = (Vec::new(), Vec::new());
    for (segment, view) in index.segments().iter().enumerate() {
        words(view, &mut |word, ordinal| {
            if !(has_forms && is_form_term(word)) {
                let start = text.len();
                text.extend_from_slice(word);
                found.push(Found { bytes: start..text.len(), segment, ordinal });
            }
        })?;
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
