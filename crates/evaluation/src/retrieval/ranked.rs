//! One topic's ranking beside its judgements, in the order and with the figures that trec_eval works with.
//!
//! Comes in: the entries of a run and the grades of a topic. Goes out: grades in rank order and the counts all measures
//! are made of.
//!
//! trec_eval keeps scores in single precision and orders equal ones by document id, the greatest first. Scores that
//! differ in `f64` but not in `f32` are therefore ties there, and so they are here.

use std::collections::HashMap;

use super::RunEntry;

/// The least grade that counts as relevant where nothing else is asked.
const RELEVANT: i64 = 1;

/// A ranking with its grades.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ranked {
    /// The grade of each document in rank order; `None` where it was not judged.
    pub(super) grades: Vec<Option<i64>>,
    /// All grades above 0 of the topic, the greatest first.
    pub(super) ideal: Vec<i64>,
    /// Relevant documents of the topic.
    pub(super) relevant: usize,
    /// Documents judged and not relevant.
    pub(super) not_relevant: usize,
}

impl Ranked {
    pub(super) fn new(entries: &[RunEntry], judged: &HashMap<String, i64>) -> Ranked {
        let mut order: Vec<(f32, &str)> =
            entries.iter().map(|entry| (entry.score as f32, entry.document.as_str())).collect();
        order.sort_by(|left, right| right.0.total_cmp(&left.0).then(right.1.cmp(left.1)));
        let grades = order.iter().map(|(_, document)| judged.get(*document).copied()).collect();
        let mut ideal: Vec<i64> = judged.values().copied().filter(|grade| 0 < *grade).collect();
        ideal.sort_unstable_by(|left, right| right.cmp(left));
        let relevant = judged.values().filter(|grade| RELEVANT <= **grade).count();
        let not_relevant = judged.values().filter(|grade| (0..RELEVANT).contains(*grade)).count();
        Ranked { grades, ideal, relevant, not_relevant }
    }

    /// How many of the first `k` are relevant.
    pub(super) fn relevant_within(&self, k: usize) -> usize {
        self.grades.iter().take(k).filter(|grade| is_relevant(**grade)).count()
    }

    /// The ranks of the relevant documents found, from 1.
    pub(super) fn relevant_ranks(&self) -> impl Iterator<Item = usize> {
        let ranked = self.grades.iter().enumerate();
        ranked.filter(|(_, grade)| is_relevant(**grade)).map(|(index, _)| index + 1)
    }
}

/// Whether a grade makes a document relevant.
pub(super) fn is_relevant(grade: Option<i64>) -> bool {
    grade.is_some_and(|grade| RELEVANT <= grade)
}
