//! Running queries and timing them.
//!
//! Comes in: a number of queries, a function that answers one, a clock. Goes out: for each query its latency in each
//! round, a hash of each answer, and how long it all took. Knows neither indexes nor reports.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::yardstick;

/// Time as the measurement sees it.
///
/// The law: `now` never goes back; after `wait_until(at)`, `now` is `at` or later.
pub trait Clock: Sync {
    /// The time since some moment that stays the same.
    fn now(&self) -> Duration;
    /// Returns when it is `at`, at once if it is later already.
    fn wait_until(&self, at: Duration);
}

/// What the system counts for the process, where it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reading {
    /// Page faults served from memory.
    pub minor_faults: u64,
    /// Page faults that waited for the disk.
    pub major_faults: u64,
    /// Bytes fetched from the disk.
    pub disk_bytes: u64,
}

/// Where readings come from.
pub trait Meter: Sync {
    /// The counters now; `None` where the system does not tell.
    fn reading(&self) -> Option<Reading>;
}

/// When queries are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Load {
    /// Each worker's next one when its last is answered.
    Closed,
    /// So many a second over all workers, evenly spaced, whether the last is answered or not.
    Open {
        /// Queries a second.
        rate: f64,
    },
}

/// How to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureOptions {
    /// When queries are asked.
    pub load: Load,
    /// Workers.
    pub threads: usize,
    /// Rounds that are measured at least; each asks every query once.
    pub rounds: usize,
    /// Rounds are added until so much time has passed, as long as there are no more than [`MOST_TIMINGS`].
    pub least_time: Duration,
    /// Rounds before, which are not.
    pub warm_up: usize,
    /// Of the order of the queries, another one in each round.
    pub seed: u64,
    /// Whether the system's counters are read around every single query. For one worker only.
    pub meter_each: bool,
    /// Whether a fixed piece of work is timed between queries, about every millisecond: [`compare`](super::compare()) then
    /// tells a slower machine from slower answers.
    pub paced: bool,
}

impl Default for MeasureOptions {
    fn default() -> Self {
        MeasureOptions {
            load: Load::Closed,
            threads: 1,
            rounds: 10,
            least_time: Duration::ZERO,
            warm_up: 1,
            seed: 1,
            meter_each: false,
            paced: true,
        }
    }
}

/// What a query's answer was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// A hash of it.
    pub hash: u64,
    /// Hits.
    pub hits: u64,
    /// Documents looked at.
    pub examined: u64,
    /// Whether others were skipped.
    pub pruned: bool,
    /// Blocks of posting lists that were read, and the other blocks of the same lists; `None` where nobody counted.
    pub blocks: Option<[u64; 2]>,
}

/// What came of a measurement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// For each query its latency in each round, in nanoseconds.
    pub latencies: Vec<Vec<u64>>,
    /// For each query the time it was worked on in each round, waiting not counted.
    pub services: Vec<Vec<u64>>,
    /// For each query what the last round answered.
    pub answers: Vec<Answered>,
    /// Queries that answered differently in different rounds.
    pub unsteady: Vec<usize>,
    /// For each query how long the fixed piece of work took when it was last timed before it in each round, in
    /// nanoseconds; empty where it was not.
    pub paces: Vec<Vec<u64>>,
    /// From the first start to the last end of the measured rounds.
    pub elapsed: Duration,
    /// What the system counted meanwhile.
    pub reading: Option<Reading>,
    /// For each query what it counted over all rounds, where asked for.
    pub readings: Option<Vec<Reading>>,
}

/// When a query is asked: in which round, and as which of all.
#[derive(Clone, Copy)]
struct Place {
    number: usize,
    round: usize,
    query: usize,
}

/// One answer with its times.
struct Sample {
    query: usize,
    round: usize,
    latency: Duration,
    service: Duration,
    answer: Answered,
    reading: Option<Reading>,
    pace: Duration,
}

/// Of so many timings on no rounds are added: they take 16 bytes each.
pub const MOST_TIMINGS: usize = 1 << 20;

/// The fixed piece of work is timed when so much has passed since the last time.
const PACE_EVERY: Duration = Duration::from_millis(1);

/// Answers one query: prepared outside the time, then run inside of it.
pub trait Work: Sync {
    /// Anything that must be ready before the clock starts, such as a cold cache.
    type Ready;
    /// Why a query cannot be answered.
    type Error: Send;
    /// What comes before the time.
    fn ready(&self, query: usize) -> Result<Self::Ready, Self::Error>;
    /// What is timed.
    fn answer(&self, query: usize, ready: &Self::Ready) -> Result<Answered, Self::Error>;
    /// Work that is the same in all measurements and at all times, timed between queries: how fast the machine is.
    fn pace(&self) {
        yardstick::pace();
    }
}

impl<E: Send, F: Fn(usize) -> Result<Answered, E> + Sync> Work for F {
    type Ready = ();
    type Error = E;

    fn ready(&self, _query: usize) -> Result<(), E> {
        Ok(())
    }

    fn answer(&self, query: usize, (): &()) -> Result<Answered, E> {
        self(query)
    }
}

/// Times `queries` queries.
///
/// # Errors
/// The first error of an answer; the measurement ends there.
pub fn measure<W: Work>(
    queries: usize,
    options: &MeasureOptions,
    clock: &dyn Clock,
    meter: &dyn Meter,
    work: &W,
) -> Result<Measured, W::Error> {
    for _ in 0..options.warm_up {
        for query in 0..queries {
            work.answer(query, &work.ready(query)?)?;
        }
    }
    let mut random = Pcg64Mcg::seed_from_u64(options.seed);
    let (mut samples, mut rounds, mut elapsed) = (Vec::new(), 0, Duration::ZERO);
    let before = meter.reading();
    let start = clock.now();
    let mut more = options.rounds;
    while 0 < more {
        let order = order(queries, rounds..rounds + more, &mut random);
        samples.extend(run(&order, start, options, clock, meter, work)?);
        rounds += more;
        elapsed = clock.now().saturating_sub(start);
        let most = (MOST_TIMINGS / queries.max(1)).saturating_sub(rounds);
        more = missing(rounds, elapsed, options.least_time).min(most);
    }
    let after = meter.reading();
    let reading = before.zip(after).map(|(before, after)| after.since(before));
    let mut measured = collect(queries, rounds, options.paced, samples);
    (measured.elapsed, measured.reading) = (elapsed, reading);
    Ok(measured)
}

/// How many more rounds it takes to fill a time, by how long those so far took; no more than those, for the first were few.
fn missing(rounds: usize, elapsed: Duration, least: Duration) -> usize {
    if least <= elapsed {
        return 0;
    }
    let left = (least - elapsed).as_secs_f64() / elapsed.as_secs_f64().max(1e-9);
    (rounds as f64 * left).ceil().clamp(1.0, rounds.max(1) as f64) as usize
}

/// Some rounds, each with its queries in an order of its own.
fn order(queries: usize, rounds: Range<usize>, random: &mut Pcg64Mcg) -> Vec<Place> {
    let mut order = Vec::with_capacity(queries * rounds.len());
    for round in rounds {
        let mut shuffled: Vec<usize> = (0..queries).collect();
        shuffled.shuffle(random);
        let first = round * queries;
        order.extend((first..).zip(shuffled).map(|(number, query)| Place { number, round, query }));
    }
    order
}

/// All workers at it until the order is done.
fn run<W: Work>(
    order: &[Place],
    start: Duration,
    options: &MeasureOptions,
    clock: &dyn Clock,
    meter: &dyn Meter,
    work: &W,
) -> Result<Vec<Sample>, W::Error> {
    let next = AtomicUsize::new(0);
    let worker = || -> Result<Vec<Sample>, W::Error> {
        let mut samples = Vec::new();
        let (mut paced_at, mut pace) = (None, Duration::ZERO);
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(&Place { number, round, query }) = order.get(place) else {
                return Ok(samples);
            };
            let ready = work.ready(query)?;
            let before = if options.meter_each { meter.reading() } else { None };
            let due = match options.load {
                Load::Closed => None,
                Load::Open { rate } => {
                    let due = start.saturating_add(after(number, rate));
                    clock.wait_until(due);
                    Some(due)
                }
            };
            let mut began = clock.now();
            let is_due = |at: Duration| PACE_EVERY <= began.saturating_sub(at);
            if options.paced && paced_at.is_none_or(is_due) {
                work.pace();
                let ended = clock.now();
                pace = ended.saturating_sub(began);
                (began, paced_at) = (ended, Some(ended));
            }
            let answer = match work.answer(query, &ready) {
                Ok(answer) => answer,
                Err(error) => {
                    // Nobody starts anything more.
                    next.store(order.len(), Ordering::Relaxed);
                    return Err(error);
                }
            };
            let ended = clock.now();
            let after = before.and_then(|before| Some(meter.reading()?.since(before)));
            let latency = ended.saturating_sub(due.unwrap_or(began));
            let service = ended.saturating_sub(began);
            samples.push(Sample { query, round, latency, service, answer, reading: after, pace });
        }
    };
    if options.threads <= 1 {
        return worker();
    }
    let all = Mutex::new(Ok(Vec::with_capacity(order.len())));
    std::thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(|| {
                let found = worker();
                let mut all = all.lock().expect("no worker panics while it holds the lock");
                match (&mut *all, found) {
                    (Ok(samples), Ok(found)) => samples.extend(found),
                    (Ok(_), Err(error)) => *all = Err(error),
                    (Err(_), _) => {}
                }
            });
        }
    });
    all.into_inner().expect("all workers have ended")
}

/// When the query of a number is due.
fn after(number: usize, rate: f64) -> Duration {
    Duration::try_from_secs_f64(number as f64 / rate).unwrap_or(Duration::MAX)
}

fn collect(queries: usize, rounds: usize, is_paced: bool, samples: Vec<Sample>) -> Measured {
    let paced = if is_paced { queries } else { 0 };
    let mut measured = Measured {
        latencies: vec![vec![0; rounds]; queries],
        services: vec![vec![0; rounds]; queries],
        answers: vec![Answered::default(); queries],
        paces: vec![vec![0; rounds]; paced],
        ..Measured::default()
    };
    let mut hashes: Vec<Option<u64>> = vec![None; queries];
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    for Sample { query, round, latency, service, answer, reading, pace } in samples {
        if is_paced {
            measured.paces[query][round] = nanos(pace);
        }
        measured.latencies[query][round] = nanos(latency);
        measured.services[query][round] = nanos(service);
        measured.answers[query] = answer;
        if *hashes[query].get_or_insert(answer.hash) != answer.hash {
            measured.unsteady.push(query);
        }
        if let Some(reading) = reading {
            let all = measured.readings.get_or_insert_with(|| vec![Reading::default(); queries]);
            all[query] = all[query].plus(reading);
        }
    }
    measured.unsteady.sort_unstable();
    measured.unsteady.dedup();
    measured
}

impl Reading {
    /// What was counted between an earlier reading and this one.
    #[must_use]
    pub fn since(self, before: Reading) -> Reading {
        Reading {
            minor_faults: self.minor_faults.saturating_sub(before.minor_faults),
            major_faults: self.major_faults.saturating_sub(before.major_faults),
            disk_bytes: self.disk_bytes.saturating_sub(before.disk_bytes),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Reading) -> Reading {
        Reading {
            minor_faults: self.minor_faults + other.minor_faults,
            major_faults: self.major_faults + other.major_faults,
            disk_bytes: self.disk_bytes + other.disk_bytes,
        }
    }
}
