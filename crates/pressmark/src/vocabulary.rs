//! The vocabulary of all segments as one sorted list.
//!
//! Comes in: an open index and, if wanted, a pattern. Goes out: terms one by one with their figures over the whole
//! index; nothing is collected, so the largest vocabulary costs no memory.

use fst::{IntoStreamer, Streamer};
use store::postings::{END, ListClass, TermInfo};
use store::{Segment, TermOrdinal};

use crate::{Error, Index, TermCount};

/// A term with what its lists are like.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TermFigures {
    /// The term, its documents and occurrences.
    pub count: TermCount,
    /// The number of the first document that has it.
    pub first_document: u32,
    /// Its list in each segment that has it.
    pub lists: Vec<ListFigures>,
}

/// A posting list as it lies in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ListFigures {
    /// `tiny`, `sparse` or `chunked`.
    pub class: &'static str,
    /// Its postings.
    pub postings: u64,
    /// Bytes of documents and frequencies, and of the positions of a tiny list.
    pub posting_bytes: u64,
    /// Bytes of positions that lie apart.
    pub position_bytes: u64,
}

/// The terms of an index in byte order; see [`Index::terms`].
pub struct TermList<'i> {
    index: &'i Index,
    segments: Vec<SegmentTerms<'i>>,
    pattern: Option<Vec<Piece>>,
}

/// One segment's terms, the next one in hand.
struct SegmentTerms<'i> {
    number: usize,
    stream: fst::map::Stream<'i>,
    next: Option<(Vec<u8>, u32)>,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Exactly this character.
    Character(char),
    /// `?`
    One,
    /// `*`
    Any,
}

impl Index {
    /// The vocabulary in byte order; with a pattern, the terms that are like it: `*` is any run of characters, `?` is
    /// one, `\` takes the next as it is. Letters of the pattern are folded as those of a text.
    pub fn terms(&self, pattern: Option<&str>) -> Result<TermList<'_>, Error> {
        let pattern = pattern.map(|pattern| self.pieces(pattern));
        let prefix = prefix(pattern.as_deref().unwrap_or_default());
        let mut segments = Vec::new();
        for (number, segment) in self.file().segments().iter().enumerate() {
            let stream = segment.vocabulary().range().ge(&prefix).into_stream();
            let mut terms = SegmentTerms { number, stream, next: None };
            terms.advance();
            segments.push(terms);
        }
        Ok(TermList { index: self, segments, pattern })
    }

    /// A pattern with its letters folded.
    fn pieces(&self, pattern: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut characters = pattern.chars();
        let mut folded = String::new();
        let mut fold = |literal: &mut String, pieces: &mut Vec<Piece>| {
            self.analyzer().folded(literal, &mut folded);
            pieces.extend(folded.chars().map(Piece::Character));
            literal.clear();
        };
        while let Some(character) = characters.next() {
            match character {
                '*' | '?' => {
                    fold(&mut literal, &mut pieces);
                    pieces.push(if character == '*' { Piece::Any } else { Piece::One });
                }
                '\\' => literal.extend(characters.next()),
                other => literal.push(other),
            }
        }
        fold(&mut literal, &mut pieces);
        pieces
    }
}

/// The first document of a segment that has a term.
fn first_document(segment: &Segment, info: &TermInfo) -> Result<u32, Error> {
    let mut cursor = segment.postings(info)?.cursor()?;
    let mut first = segment.document_listed(cursor.doc());
    while segment.is_reordered() && cursor.advance()? != END {
        first = first.min(segment.document_listed(cursor.doc()));
    }
    Ok(first)
}

impl TermList<'_> {
    /// How many terms are left.
    pub fn count_all(mut self) -> Result<u64, Error> {
        let mut count = 0;
        while self.next_term()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// The next term with its figures; `None` at the end.
    pub fn next_term(&mut self) -> Result<Option<TermCount>, Error> {
        self.next_with(|_, _| Ok(()))
    }

    /// The next term with what its lists are like, which costs a look at the head of each, or in a reordered index at all
    /// of it; `None` at the end.
    pub fn next_figures(&mut self) -> Result<Option<TermFigures>, Error> {
        let (mut first, mut lists) = (None, Vec::new());
        let count = self.next_with(|segment, info| {
            if lists.is_empty() {
                first = None;
            }
            lists.push(ListFigures::new(info));
            if first.is_none() {
                first = Some(segment.base() + first_document(segment, info)?);
            }
            Ok(())
        })?;
        Ok(count.map(|count| TermFigures { count, first_document: first.unwrap_or(0), lists }))
    }

    fn next_with(
        &mut self,
        mut look: impl FnMut(&Segment, &TermInfo) -> Result<(), Error>,
    ) -> Result<Option<TermCount>, Error> {
        let prefix = prefix(self.pattern.as_deref().unwrap_or_default());
        loop {
            let heads = self.segments.iter().filter_map(|segment| segment.next.as_ref());
            let Some(least) = heads.map(|(term, _)| term).min().cloned() else { return Ok(None) };
            if !least.starts_with(&prefix) {
                return Ok(None);
            }
            let term = String::from_utf8_lossy(&least).into_owned();
            let mut count = TermCount { term, documents: 0, occurrences: 0 };
            for segment in &mut self.segments {
                let Some((_, ordinal)) = segment.next.take_if(|(term, _)| *term == least) else {
                    continue;
                };
                let place = &self.index.file().segments()[segment.number];
                let info = place.term(TermOrdinal(ordinal))?;
                look(place, &info)?;
                count.documents += u64::from(info.doc_freq);
                count.occurrences += info.collection_freq;
                segment.advance();
            }
            let wanted =
                self.pattern.as_deref().is_none_or(|pattern| is_like(&count.term, pattern));
            if wanted {
                return Ok(Some(count));
            }
        }
    }
}

impl ListFigures {
    pub(crate) fn new(info: &TermInfo) -> ListFigures {
        ListFigures {
            class: match info.class {
                ListClass::Tiny => "tiny",
                ListClass::Sparse => "sparse",
                ListClass::Chunked => "chunked",
            },
            postings: u64::from(info.doc_freq),
            posting_bytes: info.postings.1.saturating_sub(info.postings.0),
            position_bytes: info.positions.1.saturating_sub(info.positions.0),
        }
    }
}

impl SegmentTerms<'_> {
    /// The next term; forms as written of an index of stems are passed over.
    fn advance(&mut self) {
        self.next = None;
        while let Some((term, ordinal)) = self.stream.next() {
            if !analysis::is_form_term(term) {
                self.next = Some((term.to_vec(), ordinal as u32));
                return;
            }
        }
    }
}

/// What every term like the pattern begins with.
fn prefix(pattern: &[Piece]) -> Vec<u8> {
    let characters = pattern.iter().map_while(|piece| match piece {
        Piece::Character(character) => Some(*character),
        Piece::One | Piece::Any => None,
    });
    characters.collect::<String>().into_bytes()
}

/// Whether a term is like a pattern. Goes back only to the last `*`, so it costs at most length times length.
fn is_like(term: &str, pattern: &[Piece]) -> bool {
    let term: Vec<char> = term.chars().collect();
    let (mut at, mut piece) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < term.len() {
        match pattern.get(piece) {
            Some(Piece::Any) => {
                star = Some((piece, at));
                piece += 1;
            }
            Some(Piece::One) => (at, piece) = (at + 1, piece + 1),
            Some(Piece::Character(character)) if *character == term[at] => {
                (at, piece) = (at + 1, piece + 1);
            }
            _ => {
                let Some((star_piece, star_at)) = star else { return false };
                star = Some((star_piece, star_at + 1));
                (piece, at) = (star_piece + 1, star_at + 1);
            }
        }
    }
    pattern[piece.min(pattern.len())..].iter().all(|piece| *piece == Piece::Any)
}

#[cfg(test)]
mod tests {
    use super::{Piece, is_like};

    fn pieces(pattern: &str) -> Vec<Piece> {
        let piece = |character| match character {
            '*' => Piece::Any,
            '?' => Piece::One,
            other => Piece::Character(other),
        };
        pattern.chars().map(piece).collect()
    }

    #[test]
    fn stars_and_question_marks_match_as_in_a_shell() {
        for (pattern, like, unlike) in [
            ("jolan*", "jolani jolan", "jola jjolan"),
            ("*lani", "jolani lani", "lan lanix"),
            ("colo*r", "color colour colorer", "colo colors"),
            ("j?lani", "jolani j\u{fc}lani", "jlani joolani"),
            ("*a*b*", "ab xaxbx aab", "ba a b"),
            ("wolf", "wolf", "wolfs wol"),
        ] {
            let pattern = pieces(pattern);
            assert!(like.split(' ').all(|term| is_like(term, &pattern)), "{pattern:?}");
            assert!(!unlike.split(' ').any(|term| is_like(term, &pattern)), "{pattern:?}");
        }
        assert!(is_like("", &pieces("*")) && is_like("", &[]) && !is_like("", &pieces("?")));
    }
}
