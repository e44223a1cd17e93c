//! Random documents and queries: the engine answers what the oracle answers.
//!
//! Each test is one kind of corpus; each query goes through every segment split and every way of asking. A failure names
//! the seed and the query, and shows the documents where they are few.

use crate::agreement::{Question, check, expected};
use crate::dump::{Build, Built, build};
use crate::generator::{Chance, Habits};
use oracle::{Corpus, OracleDoc, Query};

/// (k1, b) from the usual to the extreme.
const RANKINGS: [(f64, f64); 7] =
    [(1.2, 0.75), (0.9, 0.4), (0.0, 0.0), (1.2, 0.0), (3.0, 1.0), (0.0, 0.75), (1.2, 1.0)];

/// The same documents as a corpus and as several indexes.
struct Arena {
    seed: u64,
    documents: Vec<OracleDoc>,
    corpus: Corpus,
    indexes: Vec<(Build, Built)>,
}

impl Arena {
    fn new(seed: u64, documents: Vec<OracleDoc>, splits: &[usize]) -> Arena {
        let builds = splits.iter().zip([1, 2, 4].into_iter().cycle());
        let builds = builds.map(|(&segments, threads)| Build { segments, threads });
        let indexes = builds.map(|how| (how, build(&documents, how))).collect();
        Arena { seed, corpus: Corpus::new(documents.clone()), documents, indexes }
    }

    fn ask(&self, query: &Query, ranking: (f64, f64)) -> Result<(), String> {
        let text = query.to_text();
        let question = Question { text: &text, all: false, ranking };
        let expected = expected(&self.corpus, query, ranking);
        for (how, built) in &self.indexes {
            check(&built.index, &self.corpus, query, &question, &expected).map_err(
                |difference| {
                    format!(
                        "seed {}, {how:?}, {ranking:?}: `{text}`: {difference}{}",
                        self.seed,
                        self.shown()
                    )
                },
            )?;
        }
        Ok(())
    }

    /// The documents, where a person can read them.
    fn shown(&self) -> String {
        let short = self
            .documents
            .iter()
            .filter(|document| document.fields.iter().any(|(_, text)| text.len() > 99));
        if 12 < self.documents.len() || 0 < short.count() {
            return String::new();
        }
        let line = |document: &OracleDoc| {
            format!("\n  {} {:?} {:?}", document.id, document.fields, document.columns)
        };
        self.documents.iter().map(line).collect()
    }
}

/// Asks queries until five differ, and shows those.
fn compare(arena: &Arena, queries: impl Iterator<Item = Query>) {
    let rankings = RANKINGS.into_iter().cycle();
    let failures =
        queries.zip(rankings).filter_map(|(query, ranking)| arena.ask(&query, ranking).err());
    let failures: Vec<String> = failures.take(5).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn small_corpora_and_queries_of_all_forms() {
    for seed in 0..24 {
        let chance = &mut Chance::new(seed);
        let habits =
            Habits { words: Habits::plain_words(5), documents: 9, longest: 8, rich: false };
        let arena = Arena::new(seed, habits.documents(chance), &[1, 3]);
        compare(&arena, (0..25).map(|_| habits.query(2, chance)));
    }
}

#[test]
fn fields_and_columns() {
    for seed in 100..112 {
        let chance = &mut Chance::new(seed);
        let habits =
            Habits { words: Habits::plain_words(6), documents: 30, longest: 10, rich: true };
        let arena = Arena::new(seed, habits.documents(chance), &[1, 4]);
        compare(&arena, (0..40).map(|_| habits.query(3, chance)));
    }
}

#[test]
fn words_that_look_alike() {
    for seed in 200..206 {
        let chance = &mut Chance::new(seed);
        let words = Habits::similar_words(120, chance);
        let habits = Habits { words, documents: 60, longest: 30, rich: false };
        let arena = Arena::new(seed, habits.documents(chance), &[1, 8]);
        compare(&arena, (0..40).map(|_| habits.query(2, chance)));
    }
}

#[test]
fn phrases_within_every_slop() {
    for seed in 300..316 {
        let chance = &mut Chance::new(seed);
        let habits =
            Habits { words: Habits::plain_words(4), documents: 40, longest: 14, rich: false };
        let arena = Arena::new(seed, habits.documents(chance), &[2]);
        compare(&arena, (0..60).map(|_| habits.phrase(chance)));
    }
}

#[test]
fn long_documents() {
    let chance = &mut Chance::new(400);
    let habits =
        Habits { words: Habits::plain_words(400), documents: 25, longest: 3000, rich: false };
    let arena = Arena::new(400, habits.documents(chance), &[1, 2]);
    compare(&arena, (0..12).map(|_| habits.query(1, chance)));
}

#[test]
fn many_documents_over_blocks_and_chunks() {
    let chance = &mut Chance::new(500);
    let habits =
        Habits { words: Habits::plain_words(300), documents: 5000, longest: 12, rich: false };
    let arena = Arena::new(500, habits.documents(chance), &[1, 3]);
    let words: Vec<Query> = (0..30).map(|_| habits.words_query(chance)).collect();
    compare(&arena, words.into_iter());
    compare(&arena, (0..15).map(|_| habits.query(1, chance)));
}
