//! The measures, each as trec_eval defines it.
//!
//! Comes in: a ranking beside its judgements. Goes out: a number for one topic. Names are trec_eval's (`ndcg_cut_10`); the
//! other usual spelling (`nDCG@10`) is understood too.
//!
//! With R the relevant documents of a topic, and grades above 0 counting as relevant:
//!
//! | name | of one topic |
//! |---|---|
//! | `map` | sum over relevant documents found of the precision at their rank, divided by R |
//! | `recip_rank` | 1 / rank of the first relevant document |
//! | `P_K` | relevant documents among the first K, divided by K however many were found |
//! | `recall_K` | relevant documents among the first K, divided by R |
//! | `success_K` | whether one of the first K is relevant |
//! | `Rprec` | precision at rank R |
//! | `ndcg`, `ndcg_cut_K` | sum of grade / log2(rank + 1), divided by the same of the best order there is |
//! | `bpref` | over relevant documents found, 1 - min(judged others before it, R) / min(judged others, R), divided by R |
//! | `judged_K` | judged documents among the first K, divided by those found up to K (not in trec_eval) |
//! | `num_ret`, `num_rel`, `num_rel_ret` | counts; over all topics they are summed |
//!
//! What has a zero below the line is 0.

use std::fmt;
use std::str::FromStr;

use super::ranked::{Ranked, is_relevant};
use crate::Error;

/// What is computed, cutoffs aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeasureKind {
    /// Average precision.
    Map,
    /// The reciprocal of the first relevant rank.
    RecipRank,
    /// Binary preference.
    Bpref,
    /// Precision at rank R.
    Rprec,
    /// Discounted cumulative gain, against the ideal.
    Ndcg,
    /// Precision.
    Precision,
    /// Recall.
    Recall,
    /// Whether anything relevant is there.
    Success,
    /// The part that was judged.
    Judged,
    /// Documents found.
    Retrieved,
    /// Relevant documents there are.
    Relevant,
    /// Relevant documents found.
    RelevantRetrieved,
}

/// A measure: a kind, and a cutoff where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure {
    /// What is computed.
    pub kind: MeasureKind,
    /// Over how many documents; `None` is all of them.
    pub cutoff: Option<usize>,
}

/// Kinds with trec_eval's name for them and whether they take a cutoff.
const NAMES: [(&str, MeasureKind, Cutoff); 13] = [
    ("map", MeasureKind::Map, Cutoff::Never),
    ("recip_rank", MeasureKind::RecipRank, Cutoff::Never),
    ("bpref", MeasureKind::Bpref, Cutoff::Never),
    ("Rprec", MeasureKind::Rprec, Cutoff::Never),
    ("ndcg", MeasureKind::Ndcg, Cutoff::Never),
    ("ndcg_cut", MeasureKind::Ndcg, Cutoff::Always),
    ("P", MeasureKind::Precision, Cutoff::Always),
    ("recall", MeasureKind::Recall, Cutoff::Always),
    ("success", MeasureKind::Success, Cutoff::Always),
    ("judged", MeasureKind::Judged, Cutoff::Always),
    ("num_ret", MeasureKind::Retrieved, Cutoff::Never),
    ("num_rel", MeasureKind::Relevant, Cutoff::Never),
    ("num_rel_ret", MeasureKind::RelevantRetrieved, Cutoff::Never),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cutoff {
    Never,
    Always,
}

impl Measure {
    /// What is reported where nothing is asked for.
    #[must_use]
    pub fn usual() -> Vec<Measure> {
        let cut = |kind, cutoff| Measure { kind, cutoff: Some(cutoff) };
        let whole = |kind| Measure { kind, cutoff: None };
        vec![
            whole(MeasureKind::Retrieved),
            whole(MeasureKind::Relevant),
            whole(MeasureKind::RelevantRetrieved),
            whole(MeasureKind::Map),
            cut(MeasureKind::Ndcg, 10),
            cut(MeasureKind::Ndcg, 100),
            cut(MeasureKind::Precision, 5),
            cut(MeasureKind::Precision, 10),
            whole(MeasureKind::RecipRank),
            cut(MeasureKind::Recall, 100),
            cut(MeasureKind::Recall, 1000),
            whole(MeasureKind::Bpref),
            cut(MeasureKind::Judged, 10),
        ]
    }

    /// Whether it is a count, which is summed over topics instead of averaged.
    #[must_use]
    pub fn is_count(self) -> bool {
        use MeasureKind::{Relevant, RelevantRetrieved, Retrieved};
        matches!(self.kind, Retrieved | Relevant | RelevantRetrieved)
    }

    /// Its value for one topic.
    pub(super) fn of(self, ranked: &Ranked) -> f64 {
        let k = self.cutoff.unwrap_or(ranked.grades.len());
        let relevant = ranked.relevant;
        match self.kind {
            MeasureKind::Map => average_precision(ranked),
            MeasureKind::RecipRank => {
                ranked.relevant_ranks().next().map_or(0.0, |rank| 1.0 / rank as f64)
            }
            MeasureKind::Bpref => binary_preference(ranked),
            MeasureKind::Rprec => part(ranked.relevant_within(relevant), relevant),
            MeasureKind::Ndcg => normalised_gain(ranked, self.cutoff.unwrap_or(usize::MAX)),
            MeasureKind::Precision => part(ranked.relevant_within(k), k),
            MeasureKind::Recall => part(ranked.relevant_within(k), relevant),
            MeasureKind::Success => f64::from(u8::from(0 < ranked.relevant_within(k))),
            MeasureKind::Judged => {
                let judged = ranked.grades.iter().take(k).filter(|grade| grade.is_some());
                part(judged.count(), k.min(ranked.grades.len()))
            }
            MeasureKind::Retrieved => ranked.grades.len() as f64,
            MeasureKind::Relevant => relevant as f64,
            MeasureKind::RelevantRetrieved => ranked.relevant_within(usize::MAX) as f64,
        }
    }
}

fn part(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The sum; not `sum`, which is -0 of nothing and would be printed so.
pub(super) fn added(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}

fn average_precision(ranked: &Ranked) -> f64 {
    let precisions = ranked.relevant_ranks().enumerate();
    let sum = added(precisions.map(|(before, rank)| (before + 1) as f64 / rank as f64));
    if ranked.relevant == 0 { 0.0 } else { sum / ranked.relevant as f64 }
}

fn normalised_gain(ranked: &Ranked, k: usize) -> f64 {
    let gain = |(index, grade): (usize, i64)| grade.max(0) as f64 / ((index + 2) as f64).log2();
    let ideal = added(ranked.ideal.iter().copied().take(k).enumerate().map(gain));
    let grades = ranked.grades.iter().map(|grade| grade.unwrap_or(0));
    let found = added(grades.take(k).enumerate().map(gain));
    if ideal == 0.0 { 0.0 } else { found / ideal }
}

fn binary_preference(ranked: &Ranked) -> f64 {
    let (relevant, others) = (ranked.relevant, ranked.not_relevant);
    let (mut before, mut sum) = (0, 0.0);
    for grade in &ranked.grades {
        if is_relevant(*grade) {
            sum += 1.0 - part(before.min(relevant), others.min(relevant));
        } else if grade.is_some_and(|grade| 0 <= grade) {
            before += 1;
        }
    }
    if relevant == 0 { 0.0 } else { sum / relevant as f64 }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = if self.cutoff.is_some() { Cutoff::Always } else { Cutoff::Never };
        let known = NAMES.iter().find(|(_, kind, cutoff)| *kind == self.kind && *cutoff == wanted);
        match (known, self.cutoff) {
            (Some((name, ..)), Some(k)) => write!(f, "{name}_{k}"),
            (Some((name, ..)), None) => f.write_str(name),
            (None, _) => write!(f, "{:?}", self.kind),
        }
    }
}

impl FromStr for Measure {
    type Err = Error;

    /// From trec_eval's name, from its option (`ndcg_cut.10`), or as papers write it (`nDCG@10`, `MAP`, `RR`, `R@100`).
    fn from_str(typed: &str) -> Result<Measure, Error> {
        let unknown = || Error::Measure(typed.to_owned());
        let (name, cutoff) = match typed.rsplit_once(['@', '.', '_']) {
            Some((name, k)) if k.bytes().all(|byte| byte.is_ascii_digit()) => {
                let k = k.parse().ok().filter(|k| 0 < *k).ok_or_else(unknown)?;
                (name, Some(k))
            }
            _ => (typed, None),
        };
        let name = match (name.to_ascii_lowercase().as_str(), cutoff) {
            ("ndcg", Some(_)) => "ndcg_cut".to_owned(),
            ("rr" | "mrr", None) => "recip_rank".to_owned(),
            ("ap", None) => "map".to_owned(),
            ("r", Some(_)) => "recall".to_owned(),
            (name, _) => name.to_owned(),
        };
        let wanted = if cutoff.is_some() { Cutoff::Always } else { Cutoff::Never };
        let known = NAMES
            .iter()
            .find(|(known, _, takes)| known.eq_ignore_ascii_case(&name) && *takes == wanted);
        known.map(|(_, kind, _)| Measure { kind: *kind, cutoff }).ok_or_else(unknown)
    }
}
