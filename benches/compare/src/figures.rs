//! From times to figures: quantiles, ratios, the best of several.

/// What a set of times comes to, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) count: usize,
    pub(crate) mean: f64,
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Figures {
    /// Of any times; `None` of none.
    pub(crate) fn new(times: impl Iterator<Item = f64>) -> Option<Figures> {
        let mut sorted: Vec<f64> = times.collect();
        sorted.sort_by(f64::total_cmp);
        let max = *sorted.last()?;
        // The smallest time that at least this share of all are not above.
        let quantile = |share: f64| {
            let rank = (share * sorted.len() as f64).ceil() as usize;
            sorted[rank.clamp(1, sorted.len()) - 1]
        };
        Some(Figures {
            count: sorted.len(),
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            max,
        })
    }
}

/// The geometric mean of `ours / theirs` over the pairs that both have.
pub(crate) fn mean_ratio(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut sum = 0.0;
    let mut count = 0;
    for (ours, theirs) in pairs {
        sum += (ours / theirs).ln();
        count += 1;
    }
    (0 < count).then(|| (sum / f64::from(count)).exp())
}

#[cfg(test)]
mod tests {
    use super::{Figures, mean_ratio};

    #[test]
    fn quantiles_are_times_that_occurred() {
        let figures = Figures::new((1..=200).rev().map(f64::from)).unwrap();
        assert_eq!((figures.count, figures.mean), (200, 100.5));
        assert_eq!((figures.p50, figures.p90, figures.p99), (100.0, 180.0, 198.0));
        assert_eq!(Figures::new(std::iter::empty()), None);
    }

    #[test]
    fn twice_as_fast_and_twice_as_slow_cancel() {
        let ratio = mean_ratio([(1.0, 2.0), (2.0, 1.0)].into_iter()).unwrap();
        assert!((ratio - 1.0).abs() < 1e-12);
    }
}
