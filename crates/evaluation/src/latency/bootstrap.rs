//! Confidence intervals by resampling.
//!
//! Comes in: latencies by query and round. Goes out: intervals that hold in 95 of 100 repetitions. What is drawn again is
//! whole queries, with all their rounds: two measurements of one query are no two independent facts.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::Interval;

/// How often is drawn.
const DRAWS: usize = 1000;
/// About the most samples drawn at a time: of more, every so many rounds are left out, which costs less time and makes the
/// interval no less true.
const MOST_SAMPLES: usize = 20_000;

/// Intervals of the mean and of some quantiles of all latencies, in nanoseconds.
pub(super) fn intervals(latencies: &[&[u64]], quantiles: &[f64], seed: u64) -> Vec<Interval> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let rounds = latencies.first().map_or(1, |rounds| rounds.len().max(1));
    let step = (latencies.len() * rounds).div_ceil(MOST_SAMPLES).max(1);
    let thinned = |rounds: &&[u64]| rounds.iter().copied().step_by(step).collect::<Vec<u64>>();
    let latencies: Vec<Vec<u64>> = latencies.iter().map(thinned).collect();
    let mut figures: Vec<Vec<f64>> = vec![Vec::with_capacity(DRAWS); 1 + quantiles.len()];
    let mut sample: Vec<u64> = Vec::new();
    for _ in 0..DRAWS {
        sample.clear();
        for _ in 0..latencies.len() {
            sample.extend_from_slice(&latencies[random.random_range(0..latencies.len())]);
        }
        let sum: u128 = sample.iter().map(|nanos| u128::from(*nanos)).sum();
        figures[0].push(sum as f64 / sample.len().max(1) as f64);
        for (figure, quantile) in figures[1..].iter_mut().zip(quantiles) {
            figure.push(quantile_of(&mut sample, *quantile));
        }
    }
    figures.into_iter().map(|figure| middle(figure, 0.95)).collect()
}

/// The value that the part `quantile` of the samples does not exceed; their order is lost.
fn quantile_of(sample: &mut [u64], quantile: f64) -> f64 {
    if sample.is_empty() {
        return 0.0;
    }
    let place = ((sample.len() as f64 * quantile).ceil() as usize).clamp(1, sample.len()) - 1;
    let (_, value, _) = sample.select_nth_unstable(place);
    *value as f64
}

/// The middle part of a set of figures.
pub(super) fn middle(mut figures: Vec<f64>, part: f64) -> Interval {
    figures.sort_unstable_by(f64::total_cmp);
    let Some(last) = figures.len().checked_sub(1) else { return Interval::default() };
    let outside = (1.0 - part) / 2.0;
    let at = |part: f64| figures[((last as f64 * part).round() as usize).min(last)];
    Interval { low: at(outside), high: at(1.0 - outside) }
}
