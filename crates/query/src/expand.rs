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

use fst::automaton::Automaton;
use fst::map::OpBuilder;
use fst::{IntoStreamer, Streamer};
pub(crate) use fuzzy::fuzzy;
pub(crate) use names::{names, variants};
pub(crate) use regex::regex;
use store::{IndexFile, TermOrdinal};
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

/// Collects the words accepted by an automaton and a test, merged over all segments.
fn search(
    index: &IndexFile,
    limits: &Limits,
    automaton: impl Automaton,
    accepts: impl FnMut(&[u8]) -> bool,
) -> Result<Expanded, Error> {
    let mut merge = OpBuilder::new();
    for segment in index.segments() {
        merge.push(segment.vocabulary().search(&automaton));
    }
    collect(index, limits, merge, accepts)
}

/// Collects the words with a prefix that pass a test, merged over all segments.
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
    let mut merge = OpBuilder::new();
    for segment in index.segments() {
        let words = segment.vocabulary().range().ge(prefix);
        merge.push(match &after {
            Some(after) => words.lt(after),
            None => words,
        });
    }
    collect(index, limits, merge, accepts)
}

fn collect(
    index: &IndexFile,
    limits: &Limits,
    merge: OpBuilder<'_>,
    mut accepts: impl FnMut(&[u8]) -> bool,
) -> Result<Expanded, Error> {
    let mut expanded =
        Expanded { forms: Vec::new(), segments: vec![Vec::new(); index.segments().len()] };
    let mut found = 0;
    let mut words = merge.union().into_stream();
    while let Some((word, places)) = words.next() {
        if !accepts(word) {
            continue;
        }
        found += 1;
        if limits.max_expansions < found {
            continue;
        }
        let mut form = Form {
            term: String::from_utf8_lossy(word).into_owned(),
            doc_freq: 0,
            collection_freq: 0,
        };
        for place in places {
            let ordinal = TermOrdinal(place.value as u32);
            let info = index.segments()[place.index].term(ordinal)?;
            form.doc_freq += u64::from(info.doc_freq);
            form.collection_freq += info.collection_freq;
            expanded.segments[place.index].push(ordinal);
        }
        expanded.forms.push(form);
    }
    if limits.max_expansions < found {
        return Err(Error::Expansions {
            pattern: limits.pattern.clone(),
            found,
            limit: limits.max_expansions,
            at: limits.at.clone(),
        });
    }
    Ok(expanded)
}

#[cfg(test)]
mod tests;
