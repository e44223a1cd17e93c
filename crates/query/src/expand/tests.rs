//! Expansions against plain scans of a vocabulary: complete, or an error with the number found.

use proptest::prelude::*;
use store::{FieldKind, IndexFile, StoredValue};

use super::*;
use crate::tests::{analyzer, sample};

/// An index whose vocabulary is these words, over two segments.
fn index(words: &[&str]) -> IndexFile {
    let document = |(number, word): (usize, &&str)| {
        (number.to_string(), vec![("body".to_owned(), StoredValue::Text((*word).to_owned()))])
    };
    let documents: Vec<_> = words.iter().enumerate().map(document).collect();
    sample::index(&analyzer(), &[("body", FieldKind::Text)], &documents, 2)
}

fn limits() -> Limits {
    Limits { pattern: String::new(), at: 0..1, max_expansions: 1_000 }
}

fn terms(expanded: Result<Expanded, Error>) -> Vec<String> {
    expanded.unwrap().forms.into_iter().map(|form| form.term).collect()
}

const VOCABULARY: [&str; 12] = [
    "jolani",
    "julani",
    "golani",
    "jawlani",
    "lani",
    "color",
    "colour",
    "colours",
    "colonel",
    "\u{0435}\u{043b}\u{043a}\u{0430}",
    "don't",
    "c",
];

#[test]
fn wildcards_stand_for_runs_and_single_characters() {
    let (index, analyzer) = (index(&VOCABULARY), analyzer());
    let found = |pattern: &str| {
        let pieces = pieces(&analyzer, pattern);
        let [Piece::Wildcard(pattern)] = pieces.as_slice() else { panic!("{pieces:?}") };
        terms(wildcard(&index, pattern, &limits())).join(" ")
    };
    assert_eq!(found("*lani"), "golani jawlani jolani julani lani");
    assert_eq!(found("?olani"), "golani jolani");
    assert_eq!(found("COLO*R"), "color colour");
    assert_eq!(found("c*o*"), "colonel color colour colours");
    assert_eq!(found("c*"), "c colonel color colour colours");
    assert_eq!(found("\u{401}\u{43b}*"), "\u{0435}\u{043b}\u{043a}\u{0430}");
    assert_eq!(found("?\u{43b}\u{43a}?"), "\u{0435}\u{043b}\u{043a}\u{0430}");
    assert_eq!(found("don'*"), "don't");
    assert_eq!(found("*x*"), "");
}

#[test]
fn joints_cut_patterns_into_words() {
    let analyzer = analyzer();
    let shown = |pattern: &str| {
        let piece = |piece: Piece| match piece {
            Piece::Word(word) => word,
            Piece::Wildcard(pattern) => format!("<{pattern}>"),
        };
        pieces(&analyzer, pattern).into_iter().map(piece).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown("al-J*lani"), "al <j*lani>");
    assert_eq!(shown("colo**r?"), "<colo*r?>");
    assert_eq!(shown("caf\u{e9}*"), "<cafe*>");
    assert_eq!(shown("co\\*lor*"), "co <lor*>");
    assert_eq!(shown("\u{6771}\u{4eac}*"), "\u{6771} \u{4eac}");
    assert_eq!(shown("*\u{4eac}"), "\u{4eac}");
    assert_eq!(shown("\u{6771}?"), "\u{6771} <?>");
    assert_eq!(shown("*"), "<*>");
}

#[test]
fn fuzzy_words_count_a_swap_once() {
    let index = index(&VOCABULARY);
    let found = |word: &str, distance| terms(fuzzy(&index, word, distance, &limits())).join(" ");
    assert_eq!(found("jolani", 0), "jolani");
    assert_eq!(found("jolani", 1), "golani jolani julani");
    assert_eq!(found("joalni", 1), "jolani");
    assert_eq!(found("colour", 2), "color colour colours");
    assert!(matches!(fuzzy(&index, "a", 3, &limits()), Err(Error::Pattern { .. })));
}

#[test]
fn expressions_match_whole_words() {
    let (index, analyzer) = (index(&VOCABULARY), analyzer());
    let found = |pattern: &str| terms(regex(&index, &analyzer, pattern, &limits())).join(" ");
    assert_eq!(found("jo?u?lan[iy]"), "jolani julani");
    assert_eq!(found("c|colou?r"), "c color colour");
    assert_eq!(found("C\u{d4}LOR"), "color");
    assert_eq!(found(".*lan."), "golani jawlani jolani julani lani");
    assert_eq!(found("\\p{Cyrillic}+"), "\u{0435}\u{043b}\u{043a}\u{0430}");
    for bad in ["(", "a{1000}{1000}", "[z-a]"] {
        let error = regex(&index, &analyzer, bad, &limits()).unwrap_err();
        assert!(matches!(error, Error::Pattern { .. }), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn names_have_their_variants_without_those_taken_out() {
    let (index, analyzer) = (index(&VOCABULARY), analyzer());
    let found = |text: &str, without: &[String]| {
        let names = names(&analyzer, text, without);
        let each = names.iter().map(|name| terms(variants(&index, name, &limits())).join(" "));
        each.collect::<Vec<_>>()
    };
    assert_eq!(found("al-Jolani", &[]), ["golani jawlani jolani julani"]);
    assert_eq!(found("Jolani", &["Golani".to_owned()]), ["jawlani jolani julani"]);
    assert_eq!(found("al", &[]), [""]);
}

/// Whether a pattern fits, tried every way.
fn fits_by_rule(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|from| fits_by_rule(rest, &word[from..])),
        Some(('?', rest)) => !word.is_empty() && fits_by_rule(rest, &word[1..]),
        Some((letter, rest)) => word.first() == Some(letter) && fits_by_rule(rest, &word[1..]),
    }
}

proptest! {
    #[test]
    fn wildcards_fit_as_the_rule_says(pattern in "[ab*?]{1,8}", word in "[ab]{0,8}") {
        let pieces = pieces(&analyzer(), &pattern);
        if let [Piece::Wildcard(wildcard)] = pieces.as_slice() {
            let pattern: Vec<char> = pattern.chars().collect();
            let letters: Vec<char> = word.chars().collect();
            prop_assert_eq!(wildcard.fits(&word), fits_by_rule(&pattern, &letters));
        }
    }
}
