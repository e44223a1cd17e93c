//! Queries by class: parse, plan and rank, or count, in queries a second over a set of queries.
//!
//! On a slice of a large corpus with the Search Benchmark Game's queries where both lie beside the repository, else on
//! `seeds/` with a handful of queries that fit it. A benchmark of one query says how that query does; each of these runs
//! a whole set, since what matters is the mean over queries that differ a thousandfold.

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use pressmark::{Index, QueryText, Ranking, Strategy};

use crate::open::{built, opened};
use crate::sample;

criterion_group!(benches, searching);

/// Queries taken of each class.
const QUERIES: usize = 60;

/// A class of queries and some of its queries.
type Class = (&'static str, Vec<String>);

fn searching(criterion: &mut Criterion) {
    let sample = sample::best();
    let index = opened(&built(&sample));
    let classes = if sample.name == "seeds" { for_seeds() } else { of_the_game() };
    let mut group = criterion.benchmark_group(format!("search/{}", sample.name));
    for (class, queries) in &classes {
        group.throughput(Throughput::Elements(queries.len() as u64));
        for k in [10, 1000] {
            group.bench_function(BenchmarkId::new(*class, format!("top {k}")), |bencher| {
                bencher.iter(|| ranked(&index, black_box(queries), k));
            });
        }
        group.bench_function(BenchmarkId::new(*class, "count"), |bencher| {
            bencher.iter(|| counted(&index, black_box(queries)));
        });
    }
    group.finish();
}

fn ranked(index: &Index, queries: &[String], k: usize) -> usize {
    let best = |query: &String| {
        let query = index.prepare(&QueryText::new(query.as_str()), Ranking::default());
        let query = query.expect("a well-formed query");
        index.rank(&query, k, Strategy::Auto).expect("a sound index").documents.len()
    };
    queries.iter().map(best).sum()
}

fn counted(index: &Index, queries: &[String]) -> u64 {
    let count = |query: &String| {
        let query = index.prepare(&QueryText::new(query.as_str()), Ranking::default());
        index.count_documents(&query.expect("a well-formed query")).expect("a sound index")
    };
    queries.iter().map(count).sum()
}

/// Queries for the sample articles.
fn for_seeds() -> Vec<Class> {
    let class = |name, queries: &[&str]| (name, queries.iter().map(|q| (*q).to_owned()).collect());
    vec![
        class("term", &["the", "wolf", "governor", "ferry", "biscuits"]),
        class(
            "union",
            &["ferry fog hymn", "the wolf", "water tax parliament", "to be or not to be"],
        ),
        class("intersection", &["+water +tax", "+the +wolf", "+ferry +fog", "+of +the +river"]),
        class("phrase", &["\"water tax\"", "\"to be or not to be\"", "\"the big bad wolf\""]),
        class("mixed", &["+wolf sheep -biscuits", "+\"water tax\" parliament", "the +comet"]),
    ]
}

/// The game's queries, the first of each class.
fn of_the_game() -> Vec<Class> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/queries");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_default();
    let lines = read("game.jsonl") + &read("game-mixed.jsonl");
    let mut classes: Vec<Class> = Vec::new();
    for line in lines.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let Some(class) = class(entry["tags"][0].as_str().unwrap_or_default()) else { continue };
        let query = entry["query"].as_str().unwrap_or_default().to_owned();
        match classes.iter_mut().find(|(name, _)| *name == class) {
            Some((_, queries)) if queries.len() < QUERIES => queries.push(query),
            Some(_) => {}
            None => classes.push((class, vec![query])),
        }
    }
    if classes.is_empty() { for_seeds() } else { classes }
}

/// The class by the game's tag.
fn class(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "term" => "term",
        "union" => "union",
        "intersection" => "intersection",
        "phrase" => "phrase",
        "intersection_union" | "two-phase-critic" | "negated" => "mixed",
        _ => return None,
    })
}
