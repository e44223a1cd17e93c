//! The specification against figures computed by hand and against the acceptance cases.

use super::shape::edits;
use super::*;
use std::path::PathBuf;
use std::sync::Arc;

fn corpus(bodies: &[&str]) -> Corpus {
    let documents = bodies.iter().enumerate();
    let documents =
        documents.map(|(number, body)| OracleDoc::new(&format!("d{number}"), &[("body", body)]));
    Corpus::new(documents.collect())
}

/// Spans of document 0, as pairs.
fn places(text: &str, query: &str) -> Vec<(u32, u32)> {
    let query = parse(query, &|_, _| None).expect("a well-formed query");
    let spans = corpus(&[text]).spans(&query, 0);
    spans.into_iter().map(|span| (span.first, span.last)).collect()
}

#[test]
fn an_exact_phrase_overlaps_itself() {
    assert_eq!(places("a a a", "\"a a\""), [(0, 1), (1, 2)]);
}

#[test]
fn slop_two_swaps_two_words_and_takes_no_token_twice() {
    assert_eq!(places("a b", "\"b a\"~1"), []);
    assert_eq!(places("a b", "\"b a\"~2"), [(0, 1)]);
    assert_eq!(places("a", "\"a a\"~5"), []);
    assert_eq!(places("a x a", "\"a a\"~1"), [(0, 2)]);
}

#[test]
fn a_window_counts_the_tokens_of_no_operand() {
    assert_eq!(places("a x b y c", "(a NEAR/1 b) NEAR/1 c"), [(0, 4)]);
    assert_eq!(places("a x b y c", "(a NEAR/0 b) NEAR/1 c"), []);
    assert_eq!(places("a b a", "a NEAR/5 b"), [(0, 1), (1, 2)]);
    assert_eq!(places("b a", "a BEFORE/5 b"), []);
}

#[test]
fn a_match_that_contains_another_is_not_counted() {
    assert_eq!(places("a x a b", "a NEAR/9 b"), [(2, 3)]);
}

#[test]
fn edits_count_a_swap_once_and_edit_no_stretch_twice() {
    for (left, right, distance) in
        [("", "ab", 2), ("abc", "acb", 1), ("ca", "abc", 3), ("x", "x", 0)]
    {
        assert_eq!(edits(left, right), distance, "{left} {right}");
    }
}

#[test]
fn only_matching_branches_score() {
    let corpus = corpus(&["a", "a b", "b c"]);
    let score =
        |query: &str| corpus.search(&parse(query, &|_, _| None).expect("well-formed"), 1.2, 0.0)[0];
    let (_, a) = score("a");
    assert_eq!(score("a OR (b AND c AND a)"), (0, a));
    assert!((score("a^2 a").1 - 3.0 * a).abs() < 1e-12);
    assert_eq!(score("NOT a"), (2, 0.0));
}

#[test]
fn a_field_has_its_own_statistics() {
    let corpus = Corpus::new(vec![
        OracleDoc::new("x", &[("title", "wolf"), ("body", "wolf wolf sheep")]),
        OracleDoc::new("y", &[("title", "sheep sheep sheep"), ("body", "wolf")]),
    ]);
    let hits = corpus.search(&parse("title:wolf", &|_, _| None).expect("well-formed"), 1.0, 1.0);
    let idf = (1.0_f64 + 1.5 / 1.5).ln();
    assert_eq!(hits, [(0, idf * 1.0 / (1.0 + 1.0 * (1.0 - 1.0 + 1.0 * 1.0 / 2.0)))]);
}

#[test]
fn a_tree_survives_its_text() {
    let texts = [
        "wolf",
        "\"a b*\"~2",
        "(a NEAR/3 b) BEFORE/4 \"c d\"",
        "a +b -(c d)",
        "a OR (b AND (NOT c))",
        "{a b}",
        "(a b c)@2",
        "title:\"a b\"",
        "(a b)^2",
        "colour~1",
        "=As",
        "(a OR b) NEAR/0 c",
    ];
    for text in texts {
        let tree = parse(text, &|_, _| None).expect("well-formed");
        let again = parse(&tree.to_text(), &|_, _| None).expect("its own text");
        assert_eq!(tree.to_text(), again.to_text(), "{text}");
    }
}

/// The acceptance data beside the checkout, where it is there.
fn shared(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: no {}", path.display());
    }
    text
}

/// The value of a string in a flat JSON object of the acceptance dump.
fn json_string(line: &str, name: &str) -> String {
    let start =
        line.find(&format!("\"{name}\": \"")).expect("the dump has all names") + name.len() + 5;
    let end = line[start..].find("\", \"").or(line[start..].find("\"}")).expect("a closed string");
    line[start..start + end].to_owned()
}

fn acceptance_corpus() -> Option<Corpus> {
    let dump = shared("news.jsonl")?;
    let document = |line: &str| {
        OracleDoc::new(&json_string(line, "id"), &[("body", &json_string(line, "body"))])
    };
    Some(Corpus::new(dump.lines().map(document).collect()))
}

/// One possible spelling key: what the acceptance cases assume of `~name`.
fn spelling_key(word: &str) -> String {
    let word = word
        .replace("dj", "j")
        .replace("kh", "h")
        .replace("gh", "g")
        .replace('g', "j")
        .replace('q', "k");
    let mut key: Vec<char> = word.chars().filter(|c| !"aeiouy".contains(*c)).collect();
    key.dedup();
    key.into_iter().collect()
}

fn variants(special: Special, text: &str) -> Option<Query> {
    let wanted = (special == Special::Variants).then(|| spelling_key(&text[1..]))?;
    let accepts = move |word: &str| word.chars().count() > 3 && spelling_key(word) == wanted;
    Some(Query::Matching { text: text.to_owned(), accepts: Arc::new(accepts) })
}

#[test]
fn the_acceptance_cases_hold() {
    let (Some(corpus), Some(cases)) = (acceptance_corpus(), shared("expect.tsv")) else { return };
    for line in cases.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let text = columns[0].replace("x{300}", &"x".repeat(300));
        let all = text.strip_suffix(" --all");
        let mut query = parse(all.unwrap_or(&text), &variants).expect("a well-formed query");
        if let (Some(_), Query::Clauses(clauses)) = (all, &mut query) {
            clauses.iter_mut().for_each(|(occur, _)| *occur = Occur::Must);
        }
        let mut hits = corpus.search(&query, 1.2, 0.75);
        hits.sort_unstable_by_key(|hit| hit.0);
        let ids: Vec<&str> = hits.iter().map(|hit| corpus.id(hit.0)).collect();
        assert_eq!(ids.join(" "), columns[2], "{line}");
        if columns[3] != "-" {
            assert_eq!(corpus.count(&query).matches.to_string(), columns[3], "{line}");
        }
    }
}

#[test]
fn the_acceptance_scores_hold() {
    let (Some(corpus), Some(cases)) = (acceptance_corpus(), shared("scores.tsv")) else { return };
    for line in cases.lines().skip(2) {
        let columns: Vec<&str> = line.split('\t').collect();
        let query = parse(columns[0], &|_, _| None).expect("a well-formed query");
        let number = |column: usize| columns[column].parse::<f64>().expect("a number");
        let hits = corpus.search(&query, number(1), number(2));
        let hits = hits.iter().map(|(doc, score)| format!("{}:{score:.6}", corpus.id(*doc)));
        assert_eq!(hits.collect::<Vec<_>>().join(" "), columns[3], "{line}");
    }
}
