//! Laws of folding, on every character and on random words.

use super::*;
use crate::{Analyzer, AnalyzerOptions};
use proptest::prelude::*;

fn folded(word: &str) -> String {
    let mut out = String::new();
    fold(word, &mut out);
    out
}

fn whole(word: &str) -> String {
    let mut out = String::new();
    fold_whole(word, &mut out);
    trim_apostrophes(&mut out);
    out
}

#[test]
fn every_character_folds_to_something_that_stays() {
    for character in '\u{1}'..=char::MAX {
        let word = character.to_string();
        let once = folded(&word);
        assert_eq!(folded(&once), once, "U+{:04X}", character as u32);
        let kept = class_of(character) == Class::Separator && character.is_ascii();
        assert!(kept || !once.contains(|c: char| c.is_whitespace() || c.is_control()), "{once:?}");
    }
}

#[test]
fn no_character_loses_part_of_its_folding() {
    for character in '\u{80}'..=char::MAX {
        let cased = CaseMapper::new().fold_string(&character.to_string()).into_owned();
        let count: usize = cased.chars().map(|c| plain(c).iter().flatten().count()).sum();
        assert!(count <= LONGEST, "U+{:04X} needs {count} places", character as u32);
    }
}

/// Words of letters with marks, weighted to scripts in which marks compose, and of any characters.
fn any_word() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => "[a-zA-Z']{1,3}",
        4 => "[\u{c0}-\u{17f}\u{300}-\u{345}\u{370}-\u{52f}]",
        2 => "[\u{591}-\u{6ff}\u{750}-\u{77f}]",
        2 => "[\u{1100}-\u{11ff}\u{ac00}-\u{ac40}\u{3131}-\u{318e}]",
        2 => "[\u{3041}-\u{309f}\u{30a0}-\u{30ff}\u{ff65}-\u{ffdc}]",
        2 => "[\u{900}-\u{dff}]",
        1 => "[\u{1e00}-\u{1fff}\u{2070}-\u{218b}]",
        3 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn folding_twice_changes_nothing(word in any_word()) {
        let once = folded(&word);
        prop_assert_eq!(folded(&once), once);
    }

    #[test]
    fn folding_each_character_equals_folding_the_whole(word in any_word()) {
        if !word.is_ascii() {
            prop_assert_eq!(folded(&word), whole(&word));
        }
    }

    #[test]
    fn the_surface_of_a_word_has_its_term(text in any_word()) {
        let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
        let (mut written, mut again) = (String::new(), String::new());
        analyzer.words(&text, |word, _| {
            surface(word, &mut written);
            assert_eq!(folded(&written), folded(word));
            surface(&written, &mut again);
            assert_eq!(again, written);
        });
    }
}
