//! Whether two runs differ by more than the choice of topics explains.
//!
//! Comes in: a value of each run for each of the same topics. Goes out: the mean difference, its interval, and two p-values
//! (two-sided): Student's paired t test, and a randomisation test that flips the sign of each topic's difference at random
//! (Smucker, Allan, Carterette, CIKM 2007, compare the two). The same seed gives the same numbers.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A comparison of two runs by one measure.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Comparison {
    /// Topics that both runs have.
    pub topics: usize,
    /// Topics on which the second run is better, and worse.
    pub better: usize,
    /// See `better`.
    pub worse: usize,
    /// Mean of the second run less mean of the first.
    pub difference: f64,
    /// A 95 % confidence interval of the difference, by the t distribution; equal to it for fewer than two topics.
    pub interval: (f64, f64),
    /// The paired t test; 1 where all differences are 0.
    pub p_t_test: f64,
    /// The randomisation test.
    pub p_randomisation: f64,
}

/// How a comparison is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestOptions {
    /// Of the random signs.
    pub seed: u64,
    /// How many times signs are drawn.
    pub rounds: u32,
}

impl Default for TestOptions {
    fn default() -> Self {
        TestOptions { seed: 1, rounds: 100_000 }
    }
}

/// Compares pairs (first run, second run), one a topic.
#[must_use]
pub fn compare(pairs: &[(f64, f64)], options: TestOptions) -> Comparison {
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
    let mean = mean(&differences);
    let (p_t_test, half) = t_test(&differences, mean);
    Comparison {
        topics: pairs.len(),
        better: differences.iter().filter(|difference| 0.0 < **difference).count(),
        worse: differences.iter().filter(|difference| **difference < 0.0).count(),
        difference: mean,
        interval: (mean - half, mean + half),
        p_t_test,
        p_randomisation: randomisation(&differences, mean, options),
    }
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The p-value, and half the width of the interval.
fn t_test(differences: &[f64], mean: f64) -> (f64, f64) {
    let n = differences.len() as f64;
    let squares: f64 = differences.iter().map(|value| (value - mean).powi(2)).sum();
    if differences.len() < 2 {
        return (1.0, 0.0);
    }
    let error = (squares / (n - 1.0) / n).sqrt();
    let Ok(distribution) = StudentsT::new(0.0, 1.0, n - 1.0) else { return (1.0, 0.0) };
    if error == 0.0 {
        return (if mean == 0.0 { 1.0 } else { 0.0 }, 0.0);
    }
    let p = 2.0 * distribution.cdf(-(mean / error).abs());
    (p.min(1.0), distribution.inverse_cdf(0.975) * error)
}

/// The share of random signs that give at least so great a difference; the observed signs count as one of the draws, so
/// that it is never 0.
fn randomisation(differences: &[f64], mean: f64, options: TestOptions) -> f64 {
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    let observed = mean.abs() * differences.len() as f64;
    // Sums in another order differ in their last bits.
    let least = observed * (1.0 - 1e-12);
    let mut as_great = 1_u64;
    for _ in 0..options.rounds {
        let mut sum = 0.0;
        for signs in differences.chunks(64) {
            let mut bits: u64 = random.random();
            for difference in signs {
                sum += if bits & 1 == 0 { *difference } else { -*difference };
                bits >>= 1;
            }
        }
        as_great += u64::from(least <= sum.abs());
    }
    as_great as f64 / f64::from(options.rounds + 1)
}
