//! A measurement with all that must be known to quote or repeat it.
//!
//! Comes in: queries with their classes, what was measured, the circumstances. Goes out: figures by class, and plain data
//! that becomes JSON and is read back for comparisons.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::bootstrap::intervals;
use super::{Distribution, Interval, Measured, Reading};

/// The version of the JSON.
const FORMAT: u32 = 1;

/// A measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form.
    pub format: u32,
    /// The circumstances.
    pub manifest: Manifest,
    /// The figures of each class, in the order of their names.
    pub classes: Vec<ClassFigures>,
    /// The figures of all queries.
    pub all: ClassFigures,
    /// SHA-256 over the answers to all queries in the order of the file: documents, scores to the last bit, counts.
    pub results: String,
    /// Queries that answered differently in different rounds: must be empty.
    pub unsteady: Vec<String>,
    /// Answers a second over all workers, from the first start to the last end.
    pub throughput: f64,
    /// What the system counted during the measured rounds; `None` where it does not tell.
    pub system: Option<Reading>,
    /// Lines of the query file that are no queries.
    pub bad: Vec<BadQuery>,
    /// The queries with their times.
    pub queries: Vec<QueryTimes>,
}

/// The circumstances of a measurement, as names and values in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the index: path, bytes, hash of its contents, documents.
    pub index: Vec<(String, String)>,
    /// Of the machine: processor, cores, memory, system.
    pub machine: Vec<(String, String)>,
    /// Of the program: version, build, instructions used.
    pub program: Vec<(String, String)>,
    /// Of the measurement: every option.
    pub options: Vec<(String, String)>,
}

/// A line that is no query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadQuery {
    /// Counted from 1.
    pub line: usize,
    /// As it stands there.
    pub query: String,
    /// What is wrong with it.
    pub error: String,
}

/// The figures of a class; times in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassFigures {
    /// Its name.
    pub class: String,
    /// Queries.
    pub queries: usize,
    /// Measurements: queries times rounds.
    pub n: u64,
    /// Mean latency.
    pub mean: f64,
    /// Half of all are as fast or faster.
    pub p50: f64,
    /// 90 of 100 are.
    pub p90: f64,
    /// 95 of 100 are.
    pub p95: f64,
    /// 99 of 100 are.
    pub p99: f64,
    /// 999 of 1000 are.
    pub p999: f64,
    /// The slowest.
    pub max: f64,
    /// 95 % confidence intervals of the mean, p50 and p99.
    pub intervals: [Interval; 3],
    /// Queries a second that one worker answers: 1 / the mean time of work.
    pub per_second: f64,
    /// Documents looked at, a query.
    pub examined: f64,
    /// The part of its queries for which others were skipped.
    pub pruned: f64,
    /// Blocks of posting lists that were read, and the other blocks of the same lists, a query; `None` where they were not
    /// counted.
    #[serde(default)]
    pub blocks: Option<[f64; 2]>,
    /// Page faults and bytes from the disk, a query, where each was metered.
    pub system: Option<[f64; 3]>,
}

/// One query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryTimes {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// As it stands there.
    pub query: String,
    /// Its class.
    pub class: String,
    /// Hits returned.
    pub hits: u64,
    /// Blocks of posting lists that were read, and the other blocks of the same lists, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub blocks: Option<[u64; 2]>,
    /// Its latency in each round, in nanoseconds.
    pub nanos: Vec<u64>,
    /// How long a fixed piece of work took just before, in nanoseconds: how fast the machine was. Empty where nobody timed
    /// it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub paces: Vec<u64>,
}

/// What a report is made of.
#[derive(Clone, Debug, Default)]
pub struct ReportInput {
    /// The circumstances.
    pub manifest: Manifest,
    /// The queries, their times still empty.
    pub queries: Vec<QueryTimes>,
    /// Lines that are none.
    pub bad: Vec<BadQuery>,
    /// Of the intervals.
    pub seed: u64,
}

impl Report {
    /// Puts figures together.
    #[must_use]
    pub fn new(input: ReportInput, measured: &Measured) -> Report {
        let ReportInput { manifest, mut queries, bad, seed } = input;
        for (query, (nanos, answer)) in
            queries.iter_mut().zip(measured.latencies.iter().zip(&measured.answers))
        {
            (query.nanos, query.hits, query.blocks) = (nanos.clone(), answer.hits, answer.blocks);
        }
        for (query, paces) in queries.iter_mut().zip(&measured.paces) {
            query.paces.clone_from(paces);
        }
        let mut names: Vec<&str> = queries.iter().map(|query| query.class.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let of = |class: &str| {
            let places = (0..queries.len()).filter(|place| queries[*place].class == class);
            ClassFigures::new(class, &places.collect::<Vec<_>>(), measured, seed)
        };
        let classes = names.into_iter().map(of).collect();
        let every: Vec<usize> = (0..queries.len()).collect();
        let n: usize = measured.latencies.iter().map(Vec::len).sum();
        let unsteady = measured.unsteady.iter().map(|place| queries[*place].query.clone());
        Report {
            format: FORMAT,
            manifest,
            classes,
            all: ClassFigures::new("all", &every, measured, seed),
            results: results(measured),
            unsteady: unsteady.collect(),
            throughput: n as f64 / measured.elapsed.as_secs_f64().max(1e-9),
            system: measured.reading,
            bad,
            queries,
        }
    }

    /// The distribution of the yardstick's times: how steady the machine was. Empty where it was not timed.
    #[must_use]
    pub fn yardstick(&self) -> Distribution {
        Distribution::new(self.queries.iter().flat_map(|query| query.paces.iter().copied()))
    }

    /// The distribution of a class; of all queries for `all`.
    #[must_use]
    pub fn distribution(&self, class: &str) -> Distribution {
        let queries = self.queries.iter().filter(|query| class == "all" || query.class == class);
        Distribution::new(queries.flat_map(|query| query.nanos.iter().copied()))
    }
}

fn results(measured: &Measured) -> String {
    let mut hash = Sha256::new();
    for answer in &measured.answers {
        hash.update(answer.hash.to_le_bytes());
        hash.update(answer.hits.to_le_bytes());
    }
    crate::identity::hexadecimal(&hash.finalize())
}

const MICRO: f64 = 1e3;

impl ClassFigures {
    fn new(class: &str, places: &[usize], measured: &Measured, seed: u64) -> ClassFigures {
        let latencies: Vec<&[u64]> =
            places.iter().map(|place| measured.latencies[*place].as_slice()).collect();
        let distribution = Distribution::new(latencies.iter().copied().flatten().copied());
        let micros = |quantile: f64| distribution.quantile(quantile) as f64 / MICRO;
        let intervals = intervals(&latencies, &[0.5, 0.99], seed);
        let interval = |place: usize| {
            let Interval { low, high } = intervals.get(place).copied().unwrap_or_default();
            Interval { low: low / MICRO, high: high / MICRO }
        };
        let services: u64 = places.iter().flat_map(|place| &measured.services[*place]).sum();
        let answers = || places.iter().map(|place| &measured.answers[*place]);
        let queries = places.len().max(1) as f64;
        ClassFigures {
            class: class.to_owned(),
            queries: places.len(),
            n: distribution.len(),
            mean: distribution.mean() / MICRO,
            p50: micros(0.5),
            p90: micros(0.9),
            p95: micros(0.95),
            p99: micros(0.99),
            p999: micros(0.999),
            max: distribution.max() as f64 / MICRO,
            intervals: [interval(0), interval(1), interval(2)],
            per_second: distribution.len() as f64 / (services.max(1) as f64 / 1e9),
            examined: answers().map(|answer| answer.examined as f64).sum::<f64>() / queries,
            pruned: answers().filter(|answer| answer.pruned).count() as f64 / queries,
            blocks: answers().try_fold([0.0; 2], |[read, skipped], answer| {
                let [own_read, own_skipped] = answer.blocks?;
                Some([read + own_read as f64 / queries, skipped + own_skipped as f64 / queries])
            }),
            system: measured.readings.as_ref().map(|readings| {
                let sum =
                    places.iter().fold(Reading::default(), |sum, place| sum.plus(readings[*place]));
                let n = distribution.len().max(1) as f64;
                [
                    sum.minor_faults as f64 / n,
                    sum.major_faults as f64 / n,
                    sum.disk_bytes as f64 / n,
                ]
            }),
        }
    }
}
