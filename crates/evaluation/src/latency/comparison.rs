//! Two reports compared: what became faster, what slower, what cannot be told.
//!
//! Comes in: two reports over the same queries. Goes out: for each class the ratio of the new latencies to the old ones, its
//! interval, and a verdict.
//!
//! A query's latency is its median over the rounds; a class's ratio is the geometric mean over its queries. The interval comes
//! from drawing queries (the same ones for both reports) *and* rounds (for each report its own) again: noise that lasts for a
//! round, such as a neighbour on the machine, is part of it. Two intervals of 95 % for each of a dozen classes would still
//! find a change somewhere every other time, so the interval is one of 99.9 %, and a change is one only beyond a
//! tolerance.

use std::collections::HashMap;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::bootstrap::middle;
use super::{Interval, QueryTimes, Report};

/// How reports are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonOptions {
    /// A change of this part or less is none; 0.03 is 3 %.
    pub tolerance: f64,
    /// Of the draws.
    pub seed: u64,
}

impl Default for ComparisonOptions {
    fn default() -> Self {
        ComparisonOptions { tolerance: 0.03, seed: 1 }
    }
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The whole interval lies beyond the tolerance.
    Slower,
    /// The same on the other side.
    Faster,
    /// The whole interval lies within the tolerance.
    None,
    /// Neither: measure more rounds, or on a quieter machine.
    Unclear,
}

/// One class of both reports.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ClassComparison {
    /// The class; `all` for all queries.
    pub class: String,
    /// Queries that both reports have.
    pub queries: usize,
    /// New latency by old latency.
    pub ratio: f64,
    /// Where the ratio lies.
    pub interval: Interval,
    /// What that means.
    pub change: Change,
}

/// How often is drawn.
const DRAWS: usize = 1000;
/// The part of the draws that the interval holds.
const CONFIDENCE: f64 = 0.999;

/// A query's times in both reports.
struct Pair<'r> {
    class: &'r str,
    old: &'r [u64],
    new: &'r [u64],
}

/// Compares two reports, class by class, then all queries together. Queries that only one of them has are left out.
#[must_use]
pub fn compare(old: &Report, new: &Report, options: ComparisonOptions) -> Vec<ClassComparison> {
    let known: HashMap<&str, &QueryTimes> =
        old.queries.iter().map(|times| (times.query.as_str(), times)).collect();
    let pairs: Vec<Pair<'_>> = new
        .queries
        .iter()
        .filter_map(|times| {
            let old = known.get(times.query.as_str())?;
            Some(Pair { class: &times.class, old: &old.nanos, new: &times.nanos })
        })
        .filter(|pair| !pair.old.is_empty() && !pair.new.is_empty())
        .collect();
    let mut classes: Vec<&str> = Vec::new();
    for pair in &pairs {
        if !classes.contains(&pair.class) {
            classes.push(pair.class);
        }
    }
    let of = |class: &str| pairs.iter().filter(|pair| pair.class == class).collect::<Vec<_>>();
    let mut compared: Vec<ClassComparison> =
        classes.iter().map(|class| class_of(class, &of(class), options)).collect();
    if 1 < classes.len() {
        compared.push(class_of("all", &pairs.iter().collect::<Vec<_>>(), options));
    }
    compared
}

fn class_of(class: &str, pairs: &[&Pair<'_>], options: ComparisonOptions) -> ClassComparison {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    let old_rounds = pairs.iter().map(|pair| pair.old.len()).min().unwrap_or(0);
    let new_rounds = pairs.iter().map(|pair| pair.new.len()).min().unwrap_or(0);
    let every: [Vec<usize>; 2] = [(0..old_rounds).collect(), (0..new_rounds).collect()];
    let all = logarithms(pairs, &every);
    let ratio = (all.iter().sum::<f64>() / all.len().max(1) as f64).exp();
    let mut ratios = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let mut drawn = |rounds: usize| -> Vec<usize> {
            (0..rounds).map(|_| random.random_range(0..rounds)).collect()
        };
        let drawn = [drawn(old_rounds), drawn(new_rounds)];
        let logarithms = logarithms(pairs, &drawn);
        let mut sum = 0.0;
        for _ in 0..pairs.len() {
            sum += logarithms[random.random_range(0..pairs.len())];
        }
        ratios.push((sum / pairs.len().max(1) as f64).exp());
    }
    let interval = middle(ratios, CONFIDENCE);
    let change = verdict(interval, options.tolerance, old_rounds.min(new_rounds));
    ClassComparison { class: class.to_owned(), queries: pairs.len(), ratio, interval, change }
}

/// The logarithm of each query's ratio, by medians over some rounds.
fn logarithms(pairs: &[&Pair<'_>], [old, new]: &[Vec<usize>; 2]) -> Vec<f64> {
    let mut scratch = Vec::new();
    let mut median = |times: &[u64], rounds: &[usize]| {
        scratch.clear();
        scratch.extend(rounds.iter().map(|round| times[*round]));
        let middle = scratch.len() / 2;
        let (_, upper, _) = scratch.select_nth_unstable(middle);
        (*upper).max(1) as f64
    };
    pairs.iter().map(|pair| (median(pair.new, new) / median(pair.old, old)).ln()).collect()
}

/// Fewer rounds than this cannot tell noise from change.
const LEAST_ROUNDS: usize = 3;

fn verdict(interval: Interval, tolerance: f64, rounds: usize) -> Change {
    let (low, high) = (1.0 / (1.0 + tolerance), 1.0 + tolerance);
    if rounds < LEAST_ROUNDS {
        Change::Unclear
    } else if high < interval.low {
        Change::Slower
    } else if interval.high < low {
        Change::Faster
    } else if low <= interval.low && interval.high <= high {
        Change::None
    } else {
        Change::Unclear
    }
}
