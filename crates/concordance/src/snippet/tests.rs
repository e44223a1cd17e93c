//! What is shown of a text, for hand-made and for random matches.

#![expect(clippy::single_range_in_vec_init, reason = "one mark is a list of one range")]

use analysis::Analyzer;
use proptest::prelude::*;

use super::{Match, SnippetOptions, lead, snippet};
use crate::{Fragment, Words};

fn words_of(text: &str) -> Words {
    Words::of(&Analyzer::new(&Default::default()).expect("the plain analyzer always exists"), text)
}

/// The positions at which `phrase` occurs in `text`, as matches of one clause.
fn find(text: &str, phrase: &str, clause: u32) -> Vec<Match> {
    let analyzer = Analyzer::new(&Default::default()).expect("the plain analyzer always exists");
    let terms =
        |text| analyzer.tokens(text).into_iter().map(|token| token.term).collect::<Vec<_>>();
    let (text, phrase) = (terms(text), terms(phrase));
    let starts = (0..text.len()).filter(|start| text[*start..].starts_with(&phrase));
    starts
        .map(|start| Match { clause, words: start as u32..(start + phrase.len()) as u32 })
        .collect()
}

fn show(text: &str, phrases: &[&str], fragments: usize, context: usize) -> Vec<String> {
    let matches: Vec<Match> =
        phrases.iter().zip(0..).flat_map(|(phrase, clause)| find(text, phrase, clause)).collect();
    let marks: Vec<_> = matches.iter().map(|found| found.words.clone()).collect();
    let options = SnippetOptions { fragments, context };
    let found = snippet(text, &words_of(text), &matches, &marks, &options);
    found.iter().map(Fragment::html).collect()
}

const HAMLET: &str = "The coil of this rope is mortal danger to this man, and the wolf was big and bad. \
    Nobody knew it then; nobody knows it now. To be or not to be, that is the question; shuffled off this mortal \
    coil. The end.";

#[test]
fn a_phrase_is_one_highlight_and_its_words_elsewhere_are_not_marked() {
    assert_eq!(
        show(HAMLET, &["this mortal coil"], 3, 6),
        ["...or not to be, that is the question; shuffled off <b>this mortal coil</b>. The end."]
    );
}

#[test]
fn the_place_with_more_different_words_wins() {
    let text =
        "Wolf, wolf, wolf! Cried the boy again and again until nobody came. Then a big wolf came.";
    assert_eq!(show(text, &["big", "wolf"], 1, 4), ["Then a <b>big</b> <b>wolf</b> came."]);
}

#[test]
fn a_sentence_that_fits_is_shown_whole() {
    let text =
        "More follows. The big bad wolf of the market was not there. Police said so again today.";
    assert_eq!(
        show(text, &["big bad wolf"], 1, 5),
        ["The <b>big bad wolf</b> of the market was not there."]
    );
}

#[test]
fn a_long_sentence_is_cut_at_words() {
    let text = "one two three four five six seven eight nine ten eleven twelve thirteen";
    assert_eq!(show(text, &["seven"], 1, 2), ["...five six <b>seven</b> eight nine..."]);
    assert_eq!(show(text, &["seven"], 1, 0), ["...<b>seven</b>..."]);
    // What one side has no use for goes to the other.
    assert_eq!(show(text, &["one"], 1, 2), ["<b>one</b> two three four five..."]);
    assert_eq!(show(text, &["thirteen"], 1, 2), ["...nine ten eleven twelve <b>thirteen</b>"]);
}

#[test]
fn further_fragments_show_further_places_in_text_order() {
    let filler = "filler ".repeat(40);
    let text = format!("alpha {filler} beta gamma {filler} alpha");
    assert_eq!(
        show(&text, &["alpha", "beta", "gamma"], 2, 1),
        ["<b>alpha</b> filler filler...", "...filler <b>beta</b> <b>gamma</b> filler..."]
    );
    assert_eq!(show(&text, &["alpha", "beta", "gamma"], 9, 1).len(), 3);
}

#[test]
fn neighbouring_fragments_become_one() {
    let text = "a1 a2 a3 a4 wolf a6 a7 a8 a9 wolf a11 a12 a13 a14";
    assert_eq!(
        show(text, &["wolf"], 2, 2),
        ["...a3 a4 <b>wolf</b> a6 a7 a8 a9 <b>wolf</b> a11 a12..."]
    );
}

#[test]
fn punctuation_stays_with_its_word_and_joints_are_not_cut() {
    let text = "He said so: \u{201c}The wolf (or two).\u{201d} Abu Mohammad al-Jolani denied it all again.";
    assert_eq!(
        show(text, &["two"], 1, 3),
        ["...\u{201c}The wolf (or <b>two</b>).\u{201d} Abu Mohammad al-Jolani..."]
    );
    assert_eq!(show(text, &["denied"], 1, 1), ["...al-Jolani <b>denied</b> it..."]);
}

#[test]
fn scripts_without_blanks_are_cut_between_characters() {
    let text = "東京都は日本の首都です。大阪は西にあります。";
    assert_eq!(show(text, &["首都"], 1, 4), ["...は日本の<b>首都</b>です。"]);
}

#[test]
fn text_without_blanks_makes_no_fragment_of_pages() {
    let text = format!("{} wolf {}", "x".repeat(100_000), "y".repeat(100_000));
    let shown = show(&text, &["wolf"], 1, 10);
    assert_eq!(shown, ["...<b>wolf</b>..."]);
    let text = format!("wolf{}wolf", "-".repeat(100_000));
    assert_eq!(show(&text, &["wolf"], 2, 3), ["<b>wolf</b>...", "...<b>wolf</b>"]);
}

#[test]
fn a_match_too_long_to_show_is_shown_by_its_marks() {
    let text = format!("wolf {} rope", "filler ".repeat(300));
    let words = words_of(&text);
    let window = Match { clause: 0, words: 0..302 };
    let options = SnippetOptions { fragments: 2, context: 1 };
    let found = snippet(&text, &words, &[window], &[0..1, 301..302], &options);
    let shown: Vec<String> = found.iter().map(Fragment::html).collect();
    assert_eq!(shown, ["<b>wolf</b> filler filler...", "...filler filler <b>rope</b>"]);
}

#[test]
fn overlapping_marks_are_one_highlight() {
    let text = "to be or not to be";
    let matches = [Match { clause: 0, words: 0..4 }, Match { clause: 1, words: 2..6 }];
    let found = snippet(text, &words_of(text), &matches, &[2..6, 0..4], &SnippetOptions::default());
    assert_eq!(found[0].html(), "<b>to be or not to be</b>");
}

#[test]
fn positions_outside_the_text_are_ignored() {
    let text = "one two";
    let matches = [Match { clause: 0, words: 1..9 }, Match { clause: 0, words: 7..8 }];
    assert!(
        snippet(text, &words_of(text), &matches, &[7..8], &SnippetOptions::default()).is_empty()
    );
    assert!(snippet("", &words_of(""), &matches, &[0..1], &SnippetOptions::default()).is_empty());
}

#[test]
fn the_lead_is_the_first_sentences() {
    let text = "Police stopped the march in Daraa. The big bad wolf of the market was not there. More follows.";
    let shown = |count| lead(text, &words_of(text), count).map(|fragment| fragment.html());
    assert_eq!(shown(8).as_deref(), Some("Police stopped the march in Daraa."));
    assert_eq!(shown(3).as_deref(), Some("Police stopped the..."));
    assert_eq!(shown(90).as_deref(), Some(text));
    assert_eq!(lead("--- ...", &words_of("--- ..."), 9), None);
}

proptest! {
    /// Every fragment is a slice of the text, its marks are whole marked words, and no word is shown twice.
    #[test]
    fn fragments_are_slices_with_whole_marks(
        text in "([a-c]{1,3}[ .,\n-]{1,3}){0,40}",
        spans in prop::collection::vec((0u32..45, 1u32..5, 0u32..3), 0..12),
        fragments in 0usize..5,
        context in 0usize..7,
    ) {
        let words = words_of(&text);
        let matches: Vec<Match> = spans
            .iter()
            .map(|(start, length, clause)| Match { clause: *clause, words: *start..start + length })
            .collect();
        let marks: Vec<_> = matches.iter().map(|found| found.words.clone()).collect();
        let found =
            snippet(&text, &words, &matches, &marks, &SnippetOptions { fragments, context });
        prop_assert!(found.len() <= fragments);
        let mut done = 0;
        for fragment in &found {
            prop_assert!(done <= fragment.start);
            done = fragment.start + fragment.text.len();
            prop_assert_eq!(text.get(fragment.start..done), Some(&*fragment.text));
            prop_assert!(!fragment.marks.is_empty());
            let whole: String = fragment.pieces().iter().map(|piece| piece.text).collect();
            prop_assert_eq!(&whole, &fragment.text);
            for mark in &fragment.marks {
                let (start, end) = (fragment.start + mark.start, fragment.start + mark.end);
                let positions = 0..words.len() as u32;
                prop_assert!(positions.clone().any(|at| words.word(at).is_some_and(|w| w.start == start)));
                prop_assert!(positions.clone().any(|at| words.word(at).is_some_and(|w| w.end == end)));
            }
        }
        let inside = matches.iter().any(|found| found.words.end as usize <= words.len());
        prop_assert_eq!(found.is_empty(), !inside || fragments == 0);
    }
}
