//! Laws of measuring time: by a clock that passes when told, what is reported is what was put in.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;

/// Time that passes when it is told to: what is measured is exactly what was put in.
#[derive(Default)]
struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn wait_until(&self, at: Duration) {
        self.0.fetch_max(at.as_nanos() as u64, Ordering::Relaxed);
    }
}

impl TestClock {
    fn pass(&self, nanos: u64) {
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

struct NoMeter;

impl Meter for NoMeter {
    fn reading(&self) -> Option<Reading> {
        None
    }
}

/// Latencies of `queries` queries of 100 microseconds, in which the `stall`th answer takes 50 ms longer.
fn with_stall(queries: usize, load: Load, stall: usize) -> Distribution {
    let clock = TestClock::default();
    let asked = RefCell::new(0);
    let options = MeasureOptions { load, rounds: 1, warm_up: 0, ..MeasureOptions::default() };
    let asked = std::sync::Mutex::new(asked);
    let work = |_query: usize| -> Result<Answered, Infallible> {
        let number = asked.lock().unwrap().replace_with(|number| *number + 1);
        clock.pass(if number == stall { 50_100_000 } else { 100_000 });
        Ok(Answered::default())
    };
    let measured = measure(queries, &options, &clock, &NoMeter, &work).unwrap();
    Distribution::new(measured.latencies.into_iter().flatten())
}

#[test]
fn a_stall_shows_in_the_open_loop_and_hides_in_the_closed_one() {
    let millis = |nanos: u64| nanos as f64 / 1e6;
    let open = with_stall(10_000, Load::Open { rate: 1000.0 }, 5000);
    // Queries come a millisecond apart and are answered in a tenth: after the stall each is 0.9 ms less late than the one
    // before, so the tenth slowest of 10,000 waited 50.1 - 9 * 0.9 ms.
    assert!(41.0 < millis(open.quantile(0.999)), "{}", millis(open.quantile(0.999)));
    assert!(millis(open.quantile(0.99)) < 1.0);
    let closed = with_stall(10_000, Load::Closed, 5000);
    assert!(millis(closed.quantile(0.999)) < 0.2);
    assert!(50.0 < millis(closed.max()));
}

#[test]
fn an_open_loop_keeps_its_rate() {
    let clock = TestClock::default();
    let load = Load::Open { rate: 200.0 };
    let options = MeasureOptions { load, rounds: 4, warm_up: 0, ..MeasureOptions::default() };
    let work = |_: usize| -> Result<Answered, Infallible> {
        clock.pass(1_000_000);
        Ok(Answered::default())
    };
    let measured = measure(50, &options, &clock, &NoMeter, &work).unwrap();
    // The last of 200 is due after 199 / 200 of a second and takes a millisecond.
    assert_eq!(measured.elapsed, Duration::from_millis(996));
    assert!(measured.latencies.iter().flatten().all(|nanos| *nanos == 1_000_000));
}

/// A measurement of 240 queries in six classes, some a thousand times slower than others; every answer, every round and
/// now and then a moment is noisy. `slowdown` is a factor on all work.
fn noisy(noise: u64, slowdown: f64) -> Report {
    let mut random = Pcg64Mcg::seed_from_u64(noise);
    let mut normal = move || (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
    let drifts: Vec<f64> = (0..10).map(|_| (normal() * 0.015).exp()).collect();
    let clock = TestClock::default();
    let state = std::sync::Mutex::new((0_usize, normal));
    let work = |query: usize| -> Result<Answered, Infallible> {
        let mut state = state.lock().unwrap();
        let (asked, normal) = &mut *state;
        let drift = drifts[*asked / 240 % drifts.len()];
        *asked += 1;
        let base = 5_000.0 * 1.03f64.powi(query as i32);
        let spike = if 2.2 < normal() { 1.0 + normal().abs() } else { 1.0 };
        clock.pass((base * slowdown * drift * spike * (normal() * 0.05).exp()) as u64);
        Ok(Answered { hash: query as u64, ..Answered::default() })
    };
    let options = MeasureOptions { warm_up: 0, ..MeasureOptions::default() };
    let measured = measure(240, &options, &clock, &NoMeter, &work).unwrap();
    let queries = (0..240).map(|query| QueryTimes {
        line: query + 1,
        query: format!("q{query}"),
        class: format!("class {}", query % 6),
        ..QueryTimes::default()
    });
    Report::new(ReportInput { queries: queries.collect(), ..ReportInput::default() }, &measured)
}

fn verdicts(old: &Report, new: &Report) -> Vec<Change> {
    compare(old, new, ComparisonOptions::default()).iter().map(|class| class.change).collect()
}

#[test]
fn the_same_program_measured_twice_has_not_changed() {
    for seed in 0..20 {
        let found = verdicts(&noisy(1000 + seed, 1.0), &noisy(2000 + seed, 1.0));
        assert_eq!(found.len(), 7);
        let changed =
            found.iter().filter(|change| matches!(change, Change::Slower | Change::Faster));
        assert_eq!(changed.count(), 0, "try {seed}: {found:?}");
    }
    let report = noisy(7, 1.0);
    assert!(verdicts(&report, &report).iter().all(|change| *change != Change::Slower));
}

#[test]
fn work_slowed_by_a_tenth_is_found() {
    for seed in 0..20 {
        let (before, after) = (noisy(3000 + seed, 1.0), noisy(4000 + seed, 1.1));
        let found = verdicts(&before, &after);
        assert_eq!(found.last(), Some(&Change::Slower), "try {seed}: {found:?}");
        assert_eq!(verdicts(&after, &before).last(), Some(&Change::Faster), "try {seed}");
    }
}

/// A machine with a neighbour: for some time answers take up to 1.7 times as long and the yardstick up to 1.4 times, now
/// more, now less, and no two runs find it in the same mood.
struct Neighboured {
    clock: TestClock,
    slowdown: f64,
    random: std::sync::Mutex<(Pcg64Mcg, f64)>,
}

impl Neighboured {
    fn new(seed: u64, slowdown: f64) -> Neighboured {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mood = random.random::<f64>() * 0.35;
        let random = std::sync::Mutex::new((random, mood));
        Neighboured { clock: TestClock::default(), slowdown, random }
    }

    /// Lets so much work pass, which follows the neighbour's mood with this power.
    fn work(&self, nanos: f64, power: f64) {
        let mut state = self.random.lock().unwrap();
        let (random, mood) = &mut *state;
        if random.random::<f64>() < 0.01 {
            *mood = random.random::<f64>() * 0.35;
        }
        let noise = (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
        let spike = if random.random::<f64>() < 0.02 { 3.0 } else { 1.0 };
        self.clock.pass((nanos * spike * (*mood * power + noise * 0.05).exp()) as u64);
    }

    fn report(seed: u64, slowdown: f64, is_paced: bool) -> Report {
        let machine = Neighboured::new(seed, slowdown);
        let options = MeasureOptions {
            warm_up: 0,
            least_time: Duration::from_secs(2),
            paced: is_paced,
            ..MeasureOptions::default()
        };
        let measured = measure(48, &options, &machine.clock, &NoMeter, &machine).unwrap();
        let queries = (0..48).map(|query| QueryTimes {
            query: format!("q{query}"),
            class: format!("class {}", query % 3),
            ..QueryTimes::default()
        });
        let input = ReportInput { queries: queries.collect(), ..ReportInput::default() };
        Report::new(input, &measured)
    }
}

impl Work for Neighboured {
    type Ready = ();
    type Error = Infallible;

    fn ready(&self, _query: usize) -> Result<(), Infallible> {
        Ok(())
    }

    fn answer(&self, query: usize, (): &()) -> Result<Answered, Infallible> {
        self.work(self.slowdown * 20_000.0 * 1.1f64.powi(query as i32), 1.5);
        Ok(Answered::default())
    }

    fn pace(&self) {
        self.work(30_000.0, 1.0);
    }
}

fn is_change(change: &Change) -> bool {
    matches!(change, Change::Slower | Change::Faster)
}

#[test]
fn a_neighbour_on_the_machine_is_no_change_and_hides_none() {
    let mut found = 0;
    for seed in 0..20 {
        let old = Neighboured::report(seed, 1.0, true);
        let same = verdicts(&old, &Neighboured::report(100 + seed, 1.0, true));
        assert!(!same.iter().any(is_change), "try {seed}: {same:?}");
        let slower = verdicts(&old, &Neighboured::report(200 + seed, 1.1, true));
        assert!(!slower.contains(&Change::Faster), "try {seed}: {slower:?}");
        found += usize::from(slower.last() == Some(&Change::Slower));
    }
    // Two seconds a run are short for such a machine: the others are told as unclear.
    assert!(16 <= found, "{found} of 20 found");
}

#[test]
fn a_yardstick_of_another_length_gives_no_verdict() {
    let (old, mut new) = (Neighboured::report(1, 1.0, true), Neighboured::report(2, 1.0, true));
    for query in &mut new.queries {
        query.paces.iter_mut().for_each(|nanos| *nanos *= 3);
    }
    assert!(verdicts(&old, &new).iter().all(|change| *change == Change::Unclear));
}

#[test]
fn without_a_yardstick_drift_within_a_run_widens_the_interval() {
    let (old, mut new) = (noisy(11, 1.0), noisy(12, 1.0));
    for query in old.queries.iter().zip(&mut new.queries) {
        query.1.paces.clear();
        let half = query.1.nanos.len() / 2;
        query.1.nanos[half..].iter_mut().for_each(|nanos| *nanos += *nanos / 5);
    }
    let compared = compare(&old, &new, ComparisonOptions::default());
    assert!(compared.iter().all(|class| class.machine.is_none()));
    assert!(!compared.iter().any(|class| is_change(&class.change)), "{compared:?}");
}

#[test]
fn rounds_are_added_until_the_time_is_over() {
    let measured = |least_time: Duration, nanos: u64| {
        let clock = TestClock::default();
        let work = |_: usize| -> Result<Answered, Infallible> {
            clock.pass(nanos);
            Ok(Answered::default())
        };
        let options = MeasureOptions { least_time, ..MeasureOptions::default() };
        measure(20, &options, &clock, &NoMeter, &work).unwrap()
    };
    let rounds = |least_time, nanos| measured(least_time, nanos).latencies[0].len();
    assert_eq!(rounds(Duration::ZERO, 50_000), 10);
    // A round takes a millisecond.
    assert_eq!(rounds(Duration::from_millis(35), 50_000), 35);
    assert_eq!(measured(Duration::from_millis(35), 50_000).paces[19].len(), 35);
    // A clock that stands still must not go on for ever.
    assert!(rounds(Duration::from_secs(1), 0) * 20 <= MOST_TIMINGS);
}

#[test]
fn too_few_rounds_give_no_verdict() {
    let mut short = noisy(1, 1.0);
    let mut slow = noisy(2, 2.0);
    for query in short.queries.iter_mut().chain(&mut slow.queries) {
        query.nanos.truncate(2);
    }
    assert!(verdicts(&short, &slow).iter().all(|change| *change == Change::Unclear));
}

#[test]
fn percentiles_are_those_of_the_samples() {
    let distribution = Distribution::new((1..=1000).map(|n| n * 1000));
    for (quantile, expected) in
        [(0.5, 500_000.0), (0.9, 900_000.0), (0.99, 990_000.0), (0.999, 999_000.0)]
    {
        let found = distribution.quantile(quantile) as f64;
        assert!(expected <= found && found <= expected * 1.001, "{quantile}: {found}");
    }
    assert_eq!(distribution.mean(), 500_500.0);
    assert_eq!(distribution.buckets(1, 1_000_001, 3).iter().sum::<u64>(), 1000);
    assert!(Distribution::new([]).is_empty());
}

#[test]
fn blocks_are_counted_where_every_answer_tells() {
    let report = |blocks: fn(u64) -> Option<[u64; 2]>| {
        let work = move |query: usize| -> Result<Answered, Infallible> {
            Ok(Answered { blocks: blocks(query as u64), ..Answered::default() })
        };
        let (clock, options) = (TestClock::default(), MeasureOptions::default());
        let measured = measure(4, &options, &clock, &NoMeter, &work).unwrap();
        let input =
            ReportInput { queries: vec![QueryTimes::default(); 4], ..ReportInput::default() };
        Report::new(input, &measured)
    };
    let counted = report(|query| Some([query, 10]));
    assert_eq!(counted.all.blocks, Some([1.5, 10.0]));
    assert_eq!(counted.queries[3].blocks, Some([3, 10]));
    assert_eq!(report(|query| (query != 2).then_some([1, 1])).all.blocks, None);
}

#[test]
fn intervals_hold_the_figure() {
    let report = noisy(5, 1.0);
    for class in report.classes.iter().chain([&report.all]) {
        for (figure, interval) in [class.mean, class.p50, class.p99].iter().zip(&class.intervals) {
            assert!(
                interval.low <= figure * 1.001 && *figure <= interval.high * 1.001,
                "{class:?}"
            );
        }
    }
}

#[test]
fn a_report_is_read_back() {
    let report = noisy(5, 1.0);
    let text = serde_json::to_string(&report).unwrap();
    let read: Report = serde_json::from_str(&text).unwrap();
    // Figures may differ in their last bit: JSON's numbers are decimal.
    assert_eq!((&read.manifest, &read.queries), (&report.manifest, &report.queries));
    assert!((read.all.mean - report.all.mean).abs() <= 1e-12 * report.all.mean);
}

#[test]
fn workers_share_the_queries() {
    let clock = TestClock::default();
    let options = MeasureOptions { threads: 3, rounds: 2, ..MeasureOptions::default() };
    let work = |query: usize| -> Result<Answered, Infallible> {
        Ok(Answered { hash: query as u64, hits: 1, ..Answered::default() })
    };
    let measured = measure(100, &options, &clock, &NoMeter, &work).unwrap();
    assert!(measured.answers.iter().enumerate().all(|(query, answer)| answer.hash == query as u64));
    assert!(measured.unsteady.is_empty());
    let failing = |query: usize| if query == 3 { Err("no") } else { Ok(Answered::default()) };
    let options = MeasureOptions { warm_up: 0, ..options };
    assert_eq!(measure(100, &options, &clock, &NoMeter, &failing), Err("no"));
}
