//! Columns count characters, carets stand under them.

use super::QueryError;

#[test]
fn the_column_stands_before_the_advice() {
    let shown = |message| QueryError::new("x tilte:y", 2..7, message).to_string();
    assert_eq!(
        shown("unknown field `tilte` (did you mean `title`?)"),
        "unknown field `tilte` at column 3 (did you mean `title`?)"
    );
    assert_eq!(
        shown("unknown field `tilte`; the fields are a, b"),
        "unknown field `tilte` at column 3; the fields are a, b"
    );
    assert_eq!(shown("unclosed quote"), "unclosed quote at column 3");
}

#[test]
fn columns_count_characters_and_carets_columns_of_the_terminal() {
    let error = QueryError::new("caf\u{e9} 東京 \"x", 13..14, "unclosed quote");
    assert_eq!(error.column(), 9);
    assert_eq!(error.caret(), "caf\u{e9} 東京 \"x\n          ^");
    let error = QueryError::new("東京", 3..6, "?");
    assert_eq!(error.caret(), "東京\n  ^^");
}

#[test]
fn an_error_at_the_end_points_behind_the_query() {
    let error = QueryError::new("(a", 2..2, "missing `)`");
    assert_eq!((error.column(), error.caret()), (3, "(a\n  ^".to_owned()));
    let error = QueryError::new("", 0..0, "empty");
    assert_eq!((error.column(), error.caret()), (1, "\n^".to_owned()));
}

#[test]
fn of_a_long_query_only_the_place_is_shown() {
    let query = format!("{}tilte:x{}", "word ".repeat(100), " word".repeat(100));
    let caret = QueryError::new(&query, 500..505, "unknown field").caret();
    let (text, carets) = caret.split_once('\n').expect("two lines");
    assert!(text.starts_with("...") && text.ends_with("...") && text.len() < 140, "{text}");
    let at = carets.find('^').expect("a caret");
    assert_eq!(&text[at..at + 5], "tilte");
    assert_eq!(carets.trim(), "^^^^^");
}

#[test]
fn a_place_outside_the_query_does_no_harm() {
    for at in [90..95, 3..3, 1..900] {
        let error = QueryError::new("caf\u{e9}\u{7}", at, "?");
        let _ = (error.column(), error.caret(), error.to_string());
    }
}
