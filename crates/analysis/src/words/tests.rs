//! The fast walk against an obviously correct one, and the rules by example.

use super::*;
use crate::class::APOSTROPHES;
use icu_segmenter::WordSegmenter;
use icu_segmenter::options::WordBreakInvariantOptions;
use proptest::prelude::*;

fn segmenter() -> WordSegmenterBorrowed<'static> {
    WordSegmenter::new_dictionary(WordBreakInvariantOptions::default())
}

fn fast(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    words(segmenter(), text, |range| {
        let word = &text[range.clone()];
        assert_eq!(word, &text[range.clone()]);
        ranges.push(range);
    });
    ranges
}

/// The rules written down once more over an array of characters and their classes, without state or blocks: each
/// character is asked where the token it begins would end.
fn reference(text: &str) -> Vec<Range<usize>> {
    let chars: Vec<(usize, char, Class)> =
        text.char_indices().map(|(at, character)| (at, character, class_of(character))).collect();
    let class = |i: usize| chars.get(i).map_or(Class::Separator, |c| c.2);
    let offset = |i: usize| chars.get(i).map_or(text.len(), |c| c.0);
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let from = i;
        i += 1;
        match class(from) {
            Class::Letter | Class::Number => {
                loop {
                    match class(i) {
                        Class::Letter | Class::Number | Class::Mark => i += 1,
                        Class::Apostrophe if class(i + 1) == Class::Letter => i += 2,
                        _ => break,
                    }
                }
                found.push(offset(from)..offset(i));
            }
            Class::Ideograph => {
                while matches!(class(i), Class::Mark | Class::Voicing) {
                    i += 1;
                }
                found.push(offset(from)..offset(i));
            }
            Class::Complex => {
                while matches!(class(i), Class::Mark | Class::Complex) {
                    i += 1;
                }
                let run = offset(from)..offset(i);
                let mut cuts: Vec<usize> = segmenter()
                    .segment_str(&text[run.clone()])
                    .map(|cut| run.start + cut)
                    .collect();
                cuts.retain(|&cut| {
                    cut == run.end || text[cut..].chars().next().map(class_of) != Some(Class::Mark)
                });
                found.extend(cuts.windows(2).map(|pair| pair[0]..pair[1]));
            }
            _ => {}
        }
    }
    found
}

fn check(text: &str, expected: &[&str]) {
    let cut: Vec<&str> = fast(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(cut, expected, "{text:?}");
}

#[test]
fn an_apostrophe_joins_only_between_a_word_and_a_letter() {
    check(
        "don't 'tis dogs' '90s 1990's a''b",
        &["don't", "tis", "dogs", "90s", "1990's", "a", "b"],
    );
    for apostrophe in APOSTROPHES {
        let joined = format!("l{apostrophe}\u{e9}t\u{e9}");
        check(&format!("{apostrophe}a {joined} b{apostrophe} {apostrophe}"), &["a", &joined, "b"]);
    }
    check("a'\u{6771} x'\u{661}", &["a", "\u{6771}", "x", "\u{661}"]);
}

#[test]
fn joints_separate() {
    check(
        "U.S. 10:30 3.14 foo_bar a-b c/d",
        &["U", "S", "10", "30", "3", "14", "foo", "bar", "a", "b", "c", "d"],
    );
}

#[test]
fn marks_and_format_characters_stay_inside() {
    check("cafe\u{301}s co\u{ad}op \u{301}x", &["cafe\u{301}s", "co\u{ad}op", "x"]);
    check(
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        &["\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}"],
    );
}

#[test]
fn ideographs_stand_alone() {
    check("ab\u{6771}\u{4eac}12", &["ab", "\u{6771}", "\u{4eac}", "12"]);
    check(
        "\u{304b}\u{3099}\u{30fc}\u{ff76}\u{ff9e}\u{30fb}\u{3005}\u{3007}\u{20000}\u{fe00}",
        &[
            "\u{304b}\u{3099}",
            "\u{30fc}",
            "\u{ff76}\u{ff9e}",
            "\u{3005}",
            "\u{3007}",
            "\u{20000}\u{fe00}",
        ],
    );
    check("\u{d55c}\u{ad6d}\u{c5b4} AI\u{b294}", &["\u{d55c}\u{ad6d}\u{c5b4}", "AI\u{b294}"]);
}

#[test]
fn south_east_asian_runs_are_cut_by_dictionary() {
    check(
        "x\u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}\u{e0a}\u{e32}\u{e27}\u{e42}\u{e25}\u{e01}y",
        &[
            "x",
            "\u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}",
            "\u{e0a}\u{e32}\u{e27}",
            "\u{e42}\u{e25}\u{e01}",
            "y",
        ],
    );
}

/// Pieces that make the rules meet each other, and any character at all.
fn mixed_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9]{1,9}",
        4 => "[ .,:_'\\-]{1,2}",
        2 => prop::sample::select(APOSTROPHES.to_vec()).prop_map(String::from),
        2 => "[\u{e0}-\u{ff}\u{430}-\u{44f}\u{5d0}-\u{5ea}\u{300}\u{301}\u{ad}\u{200d}]{1,4}",
        1 => "[\u{3041}-\u{30ff}\u{4e00}-\u{4e20}\u{ff66}-\u{ff9f}\u{3099}]{1,3}",
        1 => "[\u{e01}-\u{e5b}\u{e81}-\u{edf}\u{1780}-\u{17e9}\u{1000}-\u{109f}]{1,12}",
        1 => "\\PC",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_fast_walk_equals_the_reference(text in mixed_text()) {
        prop_assert_eq!(fast(&text), reference(&text));
    }

    #[test]
    fn masks_say_what_each_byte_is(bytes in prop::array::uniform32(any::<u8>())) {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&bytes);
        block[32..].copy_from_slice(&bytes);
        let masks = Masks::of(&block);
        for (i, byte) in block.iter().enumerate() {
            let bit = |mask: u64| mask >> i & 1 == 1;
            prop_assert_eq!(bit(masks.word), byte.is_ascii_alphanumeric());
            prop_assert_eq!(bit(masks.apostrophe), *byte == b'\'');
            prop_assert_eq!(bit(masks.high), *byte >= 0x80);
        }
    }
}
