//! Markup that cannot be broken out of, and pieces that add up to the text.

#![expect(clippy::single_range_in_vec_init, reason = "one mark is a list of one range")]

use super::{Fragment, Piece};

fn fragment(text: &str, marks: Vec<std::ops::Range<usize>>) -> Fragment {
    Fragment {
        start: 0,
        text: text.to_owned(),
        marks,
        cut_before: false,
        cut_after: false,
        weight: 0.0,
    }
}

#[test]
fn markup_of_the_text_stays_text() {
    let html = fragment("<script>wolf</script> & </b>", vec![8..12]).html();
    assert_eq!(html, "&lt;script&gt;<b>wolf</b>&lt;/script&gt; &amp; &lt;/b&gt;");
}

#[test]
fn white_space_is_one_blank_also_across_a_mark() {
    assert_eq!(fragment("a \n\t b\u{a0}c", vec![5..6]).html(), "a <b>b</b> c");
}

#[test]
fn pieces_add_up_to_the_text() {
    let text = "The big bad wolf";
    let whole: String = Piece::cut(text, &[4..7, 12..16]).iter().map(|piece| piece.text).collect();
    assert_eq!(whole, text);
    assert_eq!(Piece::cut(text, &[0..3])[0], Piece { text: "The", marked: true });
    assert!(Piece::cut("", &[]).is_empty());
}

#[test]
fn a_mark_that_does_not_fit_is_passed_over() {
    // Marks inside a character, past the end, or backwards must not panic: they would only mean a fault of ours.
    let text = "caf\u{e9}";
    for mark in [4..5, 3..99, 50..60] {
        assert_eq!(Piece::cut(text, &[mark]), [Piece { text, marked: false }]);
    }
    let whole: String = Piece::cut(text, &[1..2, 0..1]).iter().map(|piece| piece.text).collect();
    assert_eq!(whole, text);
}
