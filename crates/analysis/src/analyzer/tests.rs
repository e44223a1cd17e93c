//! Laws of the analyzer, and the acceptance articles.

use super::*;

fn analyzer() -> Analyzer {
    Analyzer::new(&AnalyzerOptions::default()).unwrap()
}

fn terms(text: &str) -> Vec<String> {
    analyzer().tokens(text).into_iter().map(|token| token.term).collect()
}

#[test]
fn joints_split_and_apostrophes_join() {
    assert_eq!(terms("U.S. 10:30 3.14 foo_bar"), ["u", "s", "10", "30", "3", "14", "foo", "bar"]);
    assert_eq!(
        terms("don\u{2019}t DON'T 'tis dogs' '90s"),
        ["don't", "don't", "tis", "dogs", "90s"]
    );
}

#[test]
fn folding_by_script() {
    let cases = [
        ("Stra\u{df}e", "strasse"),
        ("\u{fb01}n", "fin"),
        ("caf\u{e9}", "cafe"),
        ("cafe\u{301}", "cafe"),
        ("\u{401}\u{43b}\u{43a}\u{430}", "\u{435}\u{43b}\u{43a}\u{430}"),
        ("\u{130}STANBUL", "istanbul"),
        ("\u{141}\u{f3}d\u{17a}", "lodz"),
        ("\u{110}\u{1eb7}ng", "dang"),
        ("\u{304b}\u{3099}", "\u{304c}"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
        ("\u{623}\u{62d}\u{645}\u{62f}", "\u{627}\u{62d}\u{645}\u{62f}"),
        (
            "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}",
            "\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}",
        ),
        ("\u{664}\u{662}", "42"),
    ];
    let mut out = String::new();
    for (word, expected) in cases {
        analyzer().folded(word, &mut out);
        assert_eq!(out, expected, "{word}");
    }
}
