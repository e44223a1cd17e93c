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

/// The 18 acceptance articles and what their brute-force program says of each: body lengths in tokens, from its
/// average, and every word it ranks by.
#[test]
fn acceptance_articles_have_the_lengths_their_scores_were_computed_with() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/cases");
    let (Ok(dump), Ok(scores)) = (
        std::fs::read_to_string(format!("{cases}/news.jsonl")),
        std::fs::read_to_string(format!("{cases}/scores.tsv")),
    ) else {
        eprintln!("skipped: no acceptance articles beside the checkout");
        return;
    };
    let bodies: Vec<String> = dump.lines().map(body_of).collect();
    let total: usize = bodies.iter().map(|body| terms(body).len()).sum();
    let average = format!("avgdl={:.6}", total as f64 / bodies.len() as f64);
    assert!(scores.contains(&average), "{average} is not in the first line of scores.tsv");
    for body in &bodies {
        assert_eq!(terms(body), plain_terms(body), "{body}");
    }
}

/// The `body` of one line of the dump, whose only escape is the quotation mark.
fn body_of(line: &str) -> String {
    let (_, rest) = line.split_once("\"body\": \"").unwrap();
    rest.strip_suffix("\"}").unwrap().replace("\\\"", "\"")
}

/// The acceptance program's own rule, which suffices for its articles: runs of alphanumerics and marks, apostrophes
/// before letters, kana and Han one by one; lower case, decomposed, without marks.
fn plain_terms(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut terms = vec![String::new()];
    for (i, &c) in chars.iter().enumerate() {
        let open = !terms[terms.len() - 1].is_empty();
        let letter_next = chars.get(i + 1).is_some_and(|c| c.is_alphabetic());
        if matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}') {
            terms.extend([c.to_string(), String::new()]);
        } else if c.is_alphanumeric() {
            let mut folded = String::new();
            fold::fold(&c.to_string(), &mut folded);
            terms.last_mut().unwrap().push_str(&folded);
        } else if matches!(c, '\'' | '\u{2019}') && open && letter_next {
            terms.last_mut().unwrap().push('\'');
        } else if !matches!(c, '\u{300}'..='\u{36f}') {
            terms.push(String::new());
        }
    }
    terms.retain(|term| !term.is_empty());
    terms
}

#[test]
fn stems_are_found_on_the_accented_form_and_folded() {
    let stem = |language: &str, word: &str| {
        let options = AnalyzerOptions { stem: Some(language.to_owned()) };
        let mut out = String::new();
        Analyzer::new(&options).unwrap().term(word, &mut out);
        out
    };
    assert_eq!(stem("en", "Running"), "run");
    assert_eq!(stem("english", "dog\u{2019}s"), "dog");
    assert_eq!(stem("de", "W\u{e4}lder"), stem("de", "wa\u{308}lder"));
    assert_eq!(stem("fr", "continuit\u{e9}s"), stem("fr", "CONTINUIT\u{c9}"));
    assert_eq!(
        stem("ru", "\u{43a}\u{43d}\u{438}\u{433}\u{430}\u{43c}\u{438}"),
        stem("ru", "\u{41a}\u{43d}\u{438}\u{433}\u{430}")
    );
    assert_eq!(stem("tr", "I\u{15e}IK"), stem("tr", "\u{131}\u{15f}\u{131}k"));
}

#[test]
fn the_id_tells_stemmers_apart_and_an_unknown_language_is_named() {
    let id = |stem: Option<&str>| {
        let options = AnalyzerOptions { stem: stem.map(str::to_owned) };
        Analyzer::new(&options).map(|analyzer| analyzer.id().clone())
    };
    assert_eq!(id(None).unwrap().name, "unicode");
    assert_eq!(id(Some("English")), id(Some("en")));
    assert_eq!(id(Some("en")).unwrap().name, "unicode+en");
    assert_ne!(id(None).unwrap().fingerprint, id(Some("en")).unwrap().fingerprint);
    let message = id(Some("tlh")).unwrap_err().to_string();
    assert!(message.contains("`tlh`") && message.contains("de, el, en"), "{message}");
}

#[test]
fn offsets_and_positions() {
    let tokens = analyzer().tokens("\u{c9}t\u{e9}, l\u{2019}\u{e9}t\u{e9} \u{3164} 12");
    let seen: Vec<_> =
        tokens.iter().map(|t| (t.term.as_str(), t.start, t.end, t.position)).collect();
    assert_eq!(seen, [("ete", 0, 5, 0), ("l'ete", 7, 16, 1), ("12", 21, 23, 2)]);
}

#[test]
fn a_word_too_long_for_a_language_is_folded_in_linear_time() {
    let german = Analyzer::new(&AnalyzerOptions { stem: Some("de".to_owned()) }).unwrap();
    let mut out = String::new();
    german.term(&"\u{c4}s".repeat(500_000), &mut out);
    assert_eq!(out, "as".repeat(500_000));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]

    #[test]
    fn every_stemmer_takes_any_word(text in "(\\PC|[a-z\u{e0}-\u{ff}\u{430}-\u{44f}\u{621}-\u{64a}]){0,40}") {
        for language in crate::stem::languages() {
            let stemming = Analyzer::new(&AnalyzerOptions { stem: Some(language.to_owned()) }).unwrap();
            for token in stemming.tokens(&text) {
                assert!(!token.term.is_empty());
            }
        }
    }
}
