//! The acceptance cases beside the checkout: 47 queries with documents and matches, and their scores.
//!
//! In comes `../shared/cases`, where it is there. Each line goes through the library; those that do not hold yet are
//! listed with today's answer, so that the list is right in both directions.

use crate::dump::request;
use pressmark::{
    BuildOptions, Detail, Index, KwicLine, KwicRequest, Ranking, SearchRequest, Strategy, Value,
};
use std::path::{Path, PathBuf};

/// Lines that fail today, with the reason: a query, and a part of what happens instead.
const NOT_YET: &[(&str, &str)] = &[];

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

/// The acceptance dump's bodies as an index.
fn index() -> Option<Index> {
    let fields = "body:text,title:stored,date:date,source:keyword".parse().unwrap();
    let options = BuildOptions { fields, ..BuildOptions::default() };
    let (index, _) = Index::in_memory(request(&[shared("news.jsonl")?], options), &()).unwrap();
    Some(index)
}

/// The line's query, and whether every word must occur.
fn question(column: &str) -> (String, bool) {
    let text = column.replace("x{300}", &"x".repeat(300));
    match text.strip_suffix(" --all") {
        Some(text) => (text.to_owned(), true),
        None => (text, false),
    }
}

#[test]
fn documents_and_matches_are_as_expected() {
    let (Some(index), Some(cases)) = (index(), shared("expect.tsv")) else { return };
    let cases = std::fs::read_to_string(cases).unwrap();
    let mut wrong = Vec::new();
    for line in cases.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (text, all) = question(columns[0]);
        for strategy in [Strategy::Auto, Strategy::Exhaustive] {
            let found = ask(&index, &text, all, strategy, columns[3] == "-");
            let expected = format!("{} {}", columns[2], columns[3]);
            let today = NOT_YET.iter().find(|(query, _)| *query == columns[0]);
            let holds = today.map_or(found == expected, |(_, today)| found.contains(today));
            if !holds {
                wrong.push(format!("`{text}` ({strategy:?}): {found}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Ids in input order and the number of matches, or the error.
fn ask(index: &Index, text: &str, all: bool, strategy: Strategy, uncounted: bool) -> String {
    let mut request = SearchRequest::new(text.to_string());
    request.query.all_words = all;
    request.limit = 100;
    request.strategy = strategy;
    request.detail = Detail::none();
    let (answer, count) = match (index.search(&request), index.count(&request.query)) {
        (Ok(answer), Ok(count)) => (answer, count),
        (Err(error), _) | (_, Err(error)) => return error.to_string(),
    };
    let mut ids: Vec<&str> = answer.hits.iter().map(|hit| hit.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(count.documents, ids.len() as u64);
    let matches = if uncounted { "-".to_owned() } else { count.matches.to_string() };
    format!("{} {matches}", ids.join(" "))
}

#[test]
fn scores_are_as_expected() {
    let (Some(index), Some(cases)) = (index(), shared("scores.tsv")) else { return };
    let cases = std::fs::read_to_string(cases).unwrap();
    for line in cases.lines().skip(2) {
        let columns: Vec<&str> = line.split('\t').collect();
        let number = |column: usize| Some(columns[column].parse::<f64>().unwrap());
        for strategy in [Strategy::Auto, Strategy::Exhaustive] {
            let mut request = SearchRequest::new(columns[0]);
            request.limit = 100;
            request.strategy = strategy;
            request.ranking = Ranking { k1: number(1), b: number(2), ..Ranking::default() };
            request.detail = Detail::none();
            let hits = index.search(&request).unwrap().hits;
            let hits = hits.iter().map(|hit| format!("{}:{:.6}", hit.id, hit.score));
            assert_eq!(hits.collect::<Vec<_>>().join(" "), columns[3], "{line}");
        }
    }
}

/// All lines of a concordance.
fn lines(index: &Index, request: &KwicRequest) -> Vec<KwicLine> {
    let mut lines = Vec::new();
    let each = |line: &KwicLine| {
        lines.push(line.clone());
        true
    };
    index.kwic(request, each).unwrap();
    lines
}

#[test]
fn matches_hits_and_lines_of_every_query_are_the_same() {
    let (Some(index), Some(cases)) = (index(), shared("expect.tsv")) else { return };
    for line in std::fs::read_to_string(cases).unwrap().lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (text, all) = question(columns[0]);
        let mut request = SearchRequest::new(text.as_str());
        (request.query.all_words, request.limit) = (all, 100);
        let hits = index.search(&request).unwrap().hits;
        let mut spans = Vec::new();
        for hit in &hits {
            for span in &hit.spans {
                let Some(Value::Text(text)) = hit.field(&span.field) else { panic!("{span:?}") };
                spans.push((hit.id.clone(), span.start, text[span.start..span.end].to_owned()));
            }
        }
        let concordance = KwicRequest { query: request.query, ..KwicRequest::new("") };
        let rows = lines(&index, &concordance).into_iter();
        let mut rows: Vec<_> = rows.map(|line| (line.id, line.start, line.found)).collect();
        spans.sort();
        rows.sort();
        assert_eq!(rows, spans, "{text}");
        if columns[3] != "-" {
            assert_eq!(rows.len().to_string(), columns[3], "{text}");
        }
    }
}

#[test]
fn a_concordance_has_three_wolves_and_every_script_to_the_byte() {
    let Some(index) = index() else { return };
    let context = |query: &str| KwicRequest { context: 3, ..KwicRequest::new(query) };
    assert_eq!(lines(&index, &context("wolf")).len(), 3);
    for query in ["café", "strasse", "fine", "елка", "京都"] {
        for line in lines(&index, &context(query)) {
            let stored = index.get(&line.id).unwrap().unwrap();
            let Some(Value::Text(text)) = stored.field(&line.field) else { panic!("{line:?}") };
            assert_eq!(text[line.start..line.end], line.found, "{query}");
            let around = format!("{}{}{}", line.left, line.found, line.right);
            assert_eq!(text[line.start - line.left.len()..][..around.len()], around, "{query}");
        }
    }
}
