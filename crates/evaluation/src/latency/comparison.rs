//! Two reports compared: what became faster, what slower, what cannot be told.
//!
//! Comes in: two reports over the same queries. Goes out: for each class the ratio of the new latencies to the old ones, its
//! interval, and a verdict.
//!
//! Two runs are two moments of a machine, and a machine with neighbours can be half again as slow for seconds or minutes:
//! no statistics of the latencies alone tells that from slower answers. So each run carries its yardstick, a fixed piece
//! of work timed every millisecond, and what is compared is the latency at the same speed of the machine:
//!
//! ```text
//! level(query, stretch) = median of ln latency - slope * median of ln yardstick      over the rounds of a stretch of time
//! level(query)          = median over the stretches
//! ratio                 = exp(mean over queries of (new level - old level))
//! slope                 = by how much the class followed the yardstick within the two runs (least squares over stretches,
//!                         drawn towards SLOPE where the machine was too steady to tell)
//! ```
//!
//! The interval, of 99.9 % because a dozen classes at 95 % would find a change somewhere every other time, comes from drawing
//! queries (the same ones for both reports) and stretches (for each report its own) again: whatever lasts for a stretch is
//! part of it. It is widened by a part of what the machine's speed differs by between the reports, since the slope is not
//! known exactly; where there is no yardstick, by how much the halves of a run differ. A change is one only beyond a
//! tolerance.

use std::collections::HashMap;
use std::f64::consts::LN_2;

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
    /// Neither: measure longer, or on a quieter machine.
    Unclear,
}

/// One class of both reports.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ClassComparison {
    /// The class; `all` for all queries.
    pub class: String,
    /// Queries that both reports have.
    pub queries: usize,
    /// New latency by old latency, at the same speed of the machine where that is known.
    pub ratio: f64,
    /// Where the ratio lies.
    pub interval: Interval,
    /// How much longer the yardstick took in the new report while the class was asked; `None` where it was not timed in
    /// both.
    pub machine: Option<f64>,
    /// What that means.
    pub change: Change,
}

/// How often is drawn.
const DRAWS: usize = 1000;
/// The part of the draws that the interval holds.
const CONFIDENCE: f64 = 0.999;
/// Into so many stretches of time a run is divided, if it has as many rounds.
const STRETCHES: usize = 15;
/// Latencies change by about this power of the yardstick's time where a neighbour keeps the other half of a core busy:
/// measured over 24 runs with `benches`' queries, between which the latencies differed by up to 1.7 (correlation 0.99).
const SLOPE: f64 = 1.5;
/// Slopes beyond these are noise.
const SLOPES: [f64; 2] = [0.5, 2.5];
/// What the median of a yardstick over a stretch is uncertain by: the slope is drawn towards [`SLOPE`] accordingly.
const YARDSTICK_NOISE: f64 = 0.03;
/// So much of the difference of the machine's speed widens the interval: how far the slope may be wrong. Chosen on 101 pairs of
/// recorded runs of one program, of which none gets a verdict with it by a model of this comparison, and one does with 0.35.
const SLOPE_DOUBT: f64 = 0.5;
/// Where the yardstick differs by more than this, these are two machines, or two compilers: there is no verdict.
const OTHER_MACHINE: f64 = LN_2;

/// A query's times in both reports.
struct Pair<'r> {
    class: &'r str,
    sides: [&'r QueryTimes; 2],
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
            Some(Pair { class: &times.class, sides: [old, times] })
        })
        .filter(|pair| pair.sides.iter().all(|times| !times.nanos.is_empty()))
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

/// The queries of a class in one report: logarithms by query and stretch.
struct Side {
    rounds: usize,
    latencies: Vec<Vec<f64>>,
    /// Empty where the yardstick was not timed.
    paces: Vec<Vec<f64>>,
}

impl Side {
    fn new(pairs: &[&Pair<'_>], side: usize, is_paced: bool) -> Side {
        let times = || pairs.iter().map(|pair| pair.sides[side]);
        let rounds = times().map(|times| times.nanos.len()).min().unwrap_or(0);
        let latencies = times().map(|times| stretches(&times.nanos[..rounds])).collect();
        let paces = times().filter(|_| is_paced).map(|times| stretches(&times.paces[..rounds]));
        Side { rounds, latencies, paces: paces.collect() }
    }

    /// The yardstick over all.
    fn pace(&self) -> f64 {
        median(self.paces.iter().flatten().copied())
    }

    /// For each stretch how far the class and the yardstick were from their means over the run.
    fn moves(&self) -> Vec<(f64, f64)> {
        let (latencies, paces) = (means(&self.latencies), means(&self.paces));
        let (latency, pace) = (mean(&latencies), mean(&paces));
        latencies.iter().zip(&paces).map(|(own, yard)| (own - latency, yard - pace)).collect()
    }

    /// The levels by query and stretch, at one speed of the machine.
    fn levels(&self, slope: f64) -> Vec<Vec<f64>> {
        let mut levels = self.latencies.clone();
        for (levels, paces) in levels.iter_mut().zip(&self.paces) {
            levels.iter_mut().zip(paces).for_each(|(level, pace)| *level -= slope * pace);
        }
        levels
    }
}

fn class_of(class: &str, pairs: &[&Pair<'_>], options: ComparisonOptions) -> ClassComparison {
    let is_paced = pairs
        .iter()
        .flat_map(|pair| pair.sides)
        .all(|times| times.paces.len() == times.nanos.len());
    let sides = [0, 1].map(|side| Side::new(pairs, side, is_paced));
    let slope = slope(&sides);
    let levels = sides.each_ref().map(|side| side.levels(slope));
    let machine = is_paced.then(|| sides[1].pace() - sides[0].pace());
    let doubt = match machine {
        Some(machine) => SLOPE_DOUBT * machine.abs(),
        None => levels.iter().map(|levels| halves(levels)).fold(0.0, f64::max),
    };
    let drawn = draws(&levels, options.seed);
    let interval = Interval { low: (drawn.low - doubt).exp(), high: (drawn.high + doubt).exp() };
    let every = |side: usize| (0..stretch_count(&levels[side])).collect::<Vec<_>>();
    let places = (0..pairs.len()).collect::<Vec<_>>();
    let ratio = difference(&levels, &places, &[every(0), every(1)], &mut Vec::new()).exp();
    let is_told = sides.iter().all(|side| LEAST_ROUNDS <= side.rounds)
        && machine.is_none_or(|machine| machine.abs() <= OTHER_MACHINE);
    let change = if is_told { verdict(interval, options.tolerance) } else { Change::Unclear };
    let machine = machine.map(f64::exp);
    ClassComparison {
        class: class.to_owned(),
        queries: pairs.len(),
        ratio,
        interval,
        machine,
        change,
    }
}

/// The medians of the logarithms over stretches of rounds.
fn stretches(nanos: &[u64]) -> Vec<f64> {
    let count = nanos.len().min(STRETCHES);
    let of = |stretch: usize| {
        let rounds = stretch * nanos.len() / count..(stretch + 1) * nanos.len() / count;
        median(nanos[rounds].iter().map(|nanos| (*nanos).max(1) as f64)).ln()
    };
    (0..count).map(of).collect()
}

/// How latencies followed the yardstick within the runs.
fn slope(sides: &[Side; 2]) -> f64 {
    let moves: Vec<(f64, f64)> = sides.iter().flat_map(Side::moves).collect();
    let weight = moves.len() as f64 * YARDSTICK_NOISE * YARDSTICK_NOISE;
    let common: f64 = moves.iter().map(|(own, yard)| own * yard).sum();
    let square: f64 = moves.iter().map(|(_, yard)| yard * yard).sum();
    let [least, most] = SLOPES;
    if moves.is_empty() {
        return SLOPE;
    }
    ((common + weight * SLOPE) / (square + weight)).clamp(least, most)
}

/// How far the first half of a run is from the second.
fn halves(levels: &[Vec<f64>]) -> f64 {
    let means = means(levels);
    let (first, second) = means.split_at(means.len() / 2);
    if first.is_empty() { 0.0 } else { (mean(first) - mean(second)).abs() }
}

/// Where the difference of the levels lies when queries and stretches are drawn again.
fn draws(levels: &[Vec<Vec<f64>>; 2], seed: u64) -> Interval {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut draw = |count: usize| -> Vec<usize> {
        (0..count).map(|_| random.random_range(0..count)).collect()
    };
    let (mut differences, mut scratch) = (Vec::with_capacity(DRAWS), Vec::new());
    for _ in 0..DRAWS {
        let queries = draw(levels[0].len());
        let stretches = [0, 1].map(|side| draw(stretch_count(&levels[side])));
        differences.push(difference(levels, &queries, &stretches, &mut scratch));
    }
    middle(differences, CONFIDENCE)
}

/// The mean over queries of the difference of their medians over stretches.
fn difference(
    levels: &[Vec<Vec<f64>>; 2],
    queries: &[usize],
    stretches: &[Vec<usize>; 2],
    scratch: &mut Vec<f64>,
) -> f64 {
    let mut level = |side: usize, query: usize| {
        scratch.clear();
        scratch.extend(stretches[side].iter().map(|stretch| levels[side][query][*stretch]));
        median_of(scratch)
    };
    let sum: f64 = queries.iter().map(|query| level(1, *query) - level(0, *query)).sum();
    sum / queries.len().max(1) as f64
}

fn stretch_count(levels: &[Vec<f64>]) -> usize {
    levels.first().map_or(0, Vec::len)
}

/// The means over queries, stretch by stretch.
fn means(levels: &[Vec<f64>]) -> Vec<f64> {
    let of = |stretch: usize| levels.iter().map(|levels| levels[stretch]).sum::<f64>();
    (0..stretch_count(levels)).map(|stretch| of(stretch) / levels.len() as f64).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    median_of(&mut values.collect::<Vec<_>>())
}

/// The middle value; of two the greater. Their order is lost.
fn median_of(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Fewer rounds than this cannot tell noise from change.
const LEAST_ROUNDS: usize = 3;

fn verdict(interval: Interval, tolerance: f64) -> Change {
    let (low, high) = (1.0 / (1.0 + tolerance), 1.0 + tolerance);
    if high < interval.low {
        Change::Slower
    } else if interval.high < low {
        Change::Faster
    } else if low <= interval.low && interval.high <= high {
        Change::None
    } else {
        Change::Unclear
    }
}
