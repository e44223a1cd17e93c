//! The distribution of a set of latencies.
//!
//! Comes in: nanoseconds. Goes out: mean, percentiles, extremes, and a curve to draw. Percentiles come from an HDR
//! histogram: within 0.1 % of the true value at any scale, and never below it.

use hdrhistogram::Histogram;

/// A figure's confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Latencies as a histogram.
#[derive(Clone, Debug)]
pub struct Distribution {
    histogram: Histogram<u64>,
    sum: u128,
}

/// Digits that percentiles are good for.
const DIGITS: u8 = 3;

impl Distribution {
    /// Of these nanoseconds.
    #[must_use]
    pub fn new(nanos: impl IntoIterator<Item = u64>) -> Distribution {
        // It grows as it has to; a saturating record would not let it.
        let mut histogram =
            Histogram::new(DIGITS).expect("three digits are within what a histogram can hold");
        let mut sum = 0;
        for value in nanos {
            sum += u128::from(value);
            histogram.record(value).expect("a histogram that grows takes any number of 64 bits");
        }
        Distribution { histogram, sum }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.histogram.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.histogram.is_empty()
    }

    /// Their mean in nanoseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.sum as f64 / self.len() as f64 }
    }

    /// The nanoseconds that the part `quantile` of all does not exceed.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> u64 {
        self.histogram.value_at_quantile(quantile)
    }

    /// The greatest.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.histogram.max()
    }

    /// How many lie in each of `buckets` equal steps of the logarithm from `low` to `high` nanoseconds; those outside are
    /// counted in the first and the last.
    #[must_use]
    pub fn buckets(&self, low: u64, high: u64, buckets: usize) -> Vec<u64> {
        let mut counts = vec![0; buckets];
        let (low, high) = ((low.max(1) as f64).ln(), (high.max(2) as f64).ln());
        for value in self.histogram.iter_recorded() {
            let part = ((value.value_iterated_to().max(1) as f64).ln() - low) / (high - low);
            let place = (part * buckets as f64).max(0.0) as usize;
            if let Some(last) = buckets.checked_sub(1) {
                counts[place.min(last)] += value.count_at_value();
            }
        }
        counts
    }

    /// Points of the tail: of one query in N (1 and more) the nanoseconds that it exceeds, N rising by equal steps of the
    /// logarithm as far as there are samples to tell.
    #[must_use]
    pub fn tail(&self) -> Vec<(f64, u64)> {
        const STEPS_A_DECADE: f64 = 24.0;
        let decades = (self.len().max(1) as f64).log10();
        let steps = (decades * STEPS_A_DECADE).floor() as usize;
        let point = |step: usize| {
            let one_in = 10f64.powf(step as f64 / STEPS_A_DECADE);
            (one_in, self.quantile(1.0 - 1.0 / one_in))
        };
        (0..=steps).map(point).collect()
    }
}
