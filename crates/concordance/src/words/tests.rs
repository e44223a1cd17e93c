//! Positions and bytes agree with the tokens the index is made of.

use analysis::Analyzer;
use proptest::prelude::*;

use super::Words;

fn analyzer() -> Analyzer {
    Analyzer::new(&Default::default()).expect("the plain analyzer always exists")
}

fn check(text: &str) {
    let analyzer = analyzer();
    let words = Words::of(&analyzer, text);
    let tokens = analyzer.tokens(text);
    assert_eq!(words.len(), tokens.len(), "{text:?}");
    for token in tokens {
        assert_eq!(words.word(token.position), Some(token.start..token.end), "{text:?}");
    }
}

#[test]
fn positions_are_those_of_the_tokens() {
    check("");
    check("Police stopped the march in Daraa.");
    check("東京都は日本の首都です。 Tokyo");
    check("Ёлка и мир, don\u{2019}t; COVID-19 caf\u{e9} cafe\u{301}");
    // A lone Hangul filler is a word without a term: it takes no position.
    check("a \u{3164} b");
}

#[test]
fn a_range_outside_the_text_has_no_bytes() {
    let words = Words::of(&analyzer(), "one two");
    assert_eq!(words.bytes(0..2), Some(0..7));
    assert_eq!(words.bytes(1..3), None);
    assert_eq!(words.bytes(1..1), None);
    let backwards = std::ops::Range { start: 2, end: 1 };
    assert_eq!(words.bytes(backwards), None);
}

proptest! {
    #[test]
    fn any_text_agrees_with_its_tokens(text in "\\PC{0,80}") {
        check(&text);
    }
}
