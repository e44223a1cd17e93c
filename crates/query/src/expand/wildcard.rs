//! Words that a pattern with `*` (any run of characters) and `?` (one character) fits.
//!
//! Comes in: a pattern as typed, `\` escaping. Goes out: its pieces, one a word (`al-j*` is the word `al` and the pattern
//! `j*`), with literal parts folded; and all words of the vocabulary that fit a piece. Letters before the first
//! wildcard narrow the part of the vocabulary that is read, letters behind the last one the terms of it that are looked at
//! (by their classes of endings, where the index has them); a pattern without either reads all of it.

use std::fmt;
use std::ops::Range;

use analysis::Analyzer;
use store::IndexFile;

use super::{Expanded, Limits, search_between};
use crate::Error;

/// One word of a typed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A word without wildcards, as its term.
    Word(String),
    /// A word with wildcards.
    Wildcard(Wildcard),
}

/// A pattern for one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Any run of characters, the empty one too.
    Run,
    /// One character.
    One,
    /// These characters.
    Literal(String),
}

/// Stands for a wildcard while words are cut: a letter that sticks to letters and digits on either side.
const STAND_IN: char = 'a';

/// The words of a typed pattern. Wildcards belong to the word they touch. Where words are single characters, a `*` beside
/// one stands alone; as it may be empty, it adds nothing and is left out.
pub(crate) fn pieces(analyzer: &Analyzer, pattern: &str) -> Vec<Piece> {
    // The text with stand-ins for wildcards, and where they are.
    let (mut text, mut wild) = (String::new(), Vec::new());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' | '?' => {
                wild.push((text.len(), character));
                text.push(STAND_IN);
            }
            '\\' => text.extend(characters.next()),
            character => text.push(character),
        }
    }
    let mut pieces: Vec<(Piece, Range<usize>)> = Vec::new();
    analyzer.words(&text, |word, range| {
        let inside: Vec<(usize, char)> = wild
            .iter()
            .filter(|(at, _)| range.contains(at))
            .map(|&(at, character)| (at - range.start, character))
            .collect();
        let mut term = String::new();
        if !inside.is_empty() {
            pieces.push((Piece::Wildcard(Wildcard::new(analyzer, word, &inside)), range));
        } else {
            analyzer.term(word, &mut term);
            if !term.is_empty() {
                pieces.push((Piece::Word(term), range));
            }
        }
    });
    let touching = |place: usize| {
        let joined = |left: usize| {
            pieces.get(left + 1).is_some_and(|(_, right)| pieces[left].1.end == right.start)
        };
        joined(place) || 0 < place && joined(place - 1)
    };
    let kept: Vec<bool> =
        (0..pieces.len()).map(|place| !(pieces[place].0.is_run() && touching(place))).collect();
    pieces.into_iter().zip(kept).filter_map(|((piece, _), kept)| kept.then_some(piece)).collect()
}

impl Piece {
    /// Whether any word fits.
    fn is_run(&self) -> bool {
        matches!(self, Piece::Wildcard(Wildcard(parts)) if parts.as_slice() == [Part::Run])
    }
}

/// All words that a pattern fits.
pub(crate) fn wildcard(
    index: &IndexFile,
    wildcard: &Wildcard,
    limits: &Limits,
) -> Result<Expanded, Error> {
    let prefix = match wildcard.0.first() {
        Some(Part::Literal(literal)) => literal.as_str(),
        _ => "",
    };
    let suffix = match wildcard.0.last() {
        Some(Part::Literal(literal)) => literal.as_bytes(),
        _ => b"",
    };
    search_between(index, limits, (prefix.as_bytes(), suffix), |word| {
        std::str::from_utf8(word).is_ok_and(|word| wildcard.fits(word))
    })
}

impl Wildcard {
    /// The pattern of one word with stand-ins at the given places.
    fn new(analyzer: &Analyzer, word: &str, wild: &[(usize, char)]) -> Wildcard {
        let mut parts = Vec::new();
        let mut folded = String::new();
        let mut literal = |text: &str, parts: &mut Vec<Part>| {
            analyzer.folded(text, &mut folded);
            if !folded.is_empty() {
                parts.push(Part::Literal(folded.clone()));
            }
        };
        let mut from = 0;
        for &(at, character) in wild {
            literal(&word[from..at], &mut parts);
            match character {
                '?' => parts.push(Part::One),
                _ if parts.last() == Some(&Part::Run) => {}
                _ => parts.push(Part::Run),
            }
            from = at + STAND_IN.len_utf8();
        }
        literal(&word[from..], &mut parts);
        Wildcard(parts)
    }

    /// Whether a whole word fits. Goes back to the last `*` only, so the time is bounded by the product of the lengths.
    pub(super) fn fits(&self, word: &str) -> bool {
        let parts = self.0.as_slice();
        let (mut part, mut rest) = (0, word);
        let mut retry: Option<(usize, &str)> = None;
        loop {
            let stepped = match parts.get(part) {
                None => rest.is_empty().then_some(rest),
                Some(Part::Run) => {
                    retry = Some((part + 1, rest));
                    Some(rest)
                }
                Some(Part::One) => after_first(rest),
                Some(Part::Literal(literal)) => rest.strip_prefix(literal.as_str()),
            };
            match stepped {
                Some(_) if part == parts.len() => return true,
                Some(after) => (part, rest) = (part + 1, after),
                None => {
                    let Some((again, from)) = retry else { return false };
                    let Some(from) = after_first(from) else { return false };
                    retry = Some((again, from));
                    (part, rest) = (again, from);
                }
            }
        }
    }
}

/// The text without its first character.
fn after_first(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next().map(|_| characters.as_str())
}

impl fmt::Display for Wildcard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Run => formatter.write_str("*"),
            Part::One => formatter.write_str("?"),
            Part::Literal(literal) => formatter.write_str(literal),
        })
    }
}
