//! Lines that fit, and text that does no harm.

use super::{Run, columns, harmless, lines};

fn runs(text: &str) -> Vec<Run> {
    let piece =
        |(index, text): (usize, &str)| Run { text: text.to_owned(), marked: index % 2 == 1 };
    text.split('|').enumerate().map(piece).filter(|run| !run.text.is_empty()).collect()
}

#[test]
fn control_characters_do_nothing() {
    assert_eq!(harmless("plain caf\u{e9}"), "plain caf\u{e9}");
    assert_eq!(harmless("a\u{1b}[31mb\u{7}\u{9b}c\0"), "a\u{fffd}[31mb\u{fffd}\u{fffd}c\u{fffd}");
    assert_eq!(harmless("a\tb\r\nc\u{202e}d\u{2066}"), "a b  cd");
    // Marks that belong to right-to-left text stay.
    assert_eq!(harmless("\u{200f}\u{639}\u{200d}"), "\u{200f}\u{639}\u{200d}");
}

#[test]
fn without_a_width_there_is_one_line() {
    assert_eq!(
        lines(&runs("the |big bad wolf| of"), None, "   ", false),
        "   the **big bad wolf** of"
    );
}

#[test]
fn marks_are_coloured_where_there_is_colour() {
    let shown = lines(&runs("the |wolf|."), None, "", true);
    assert_eq!(shown, "the \u{1b}[1m\u{1b}[31mwolf\u{1b}[0m.");
}

#[test]
fn lines_break_at_blanks_and_keep_punctuation() {
    assert_eq!(
        lines(&runs("one two three |four|, five (|six|)"), Some(14), "  ", false),
        "  one two\n  three\n  **four**,\n  five\n  (**six**)"
    );
}

#[test]
fn what_is_longer_than_a_line_is_broken_inside() {
    assert_eq!(
        lines(&runs("xxxxxxxxxxxxxxxxxxxx"), Some(10), "  ", false),
        "  xxxxxxxx\n  xxxxxxxx\n  xxxx"
    );
    // Ideographs take two columns each.
    assert_eq!(lines(&runs("東京都は日本"), Some(10), "  ", false), "  東京都は\n  日本");
}

#[test]
fn no_line_is_too_wide() {
    let text = "aa bbb |cccc ddddd| eeeeeeeeeeeeeeeeeeeeeeeeeee f |g| 東京都は日本の首都です";
    for width in 12..60 {
        let shown = lines(&runs(text), Some(width), "   ", false);
        for line in shown.lines() {
            assert!(columns(line) <= width, "{line:?} in {width}");
        }
        let squeezed = |text: &str| text.replace([' ', '\n', '*', '|'], "");
        assert_eq!(squeezed(&shown), squeezed(text), "{width}");
    }
}
