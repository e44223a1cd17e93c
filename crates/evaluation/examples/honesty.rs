//! Does `bench` tell the truth on this machine? Real queries, a real clock, and faults put in on purpose.
//!
//! ```text
//! cargo run --profile quick -p evaluation --example honesty -- news.pmk queries.txt [TRIES [SECONDS [processor]]]
//! ```
//!
//! With `processor` equal and slowed measurements are timed by the processor time of the thread: it says whether the verdicts
//! are right where the machine is too busy for a clock on the wall.
//!
//! In come an index and queries, out go three counts: of pairs of equal measurements, how many gave a verdict of change (none
//! should); of measurements in which every answer takes a tenth longer, how many were found slower (all should); and
//! the p99.9 of an open loop with one stall of 50 ms in it, beside that of a closed loop with the same stall.

#![expect(clippy::print_stdout, reason = "an example that reports")]

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use evaluation::latency::{
    Answered, Change, Clock, ComparisonOptions, Distribution, Load, MeasureOptions, Measured,
    Meter, QueryLine, QueryTimes, Reading, Report, ReportInput, compare, measure, queries,
};
use pressmark::{Index, OpenOptions, QueryText, Ranking, Strategy};
use rustix::time::{ClockId, clock_gettime};

struct WallClock(Instant);

impl Clock for WallClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait_until(&self, at: Duration) {
        while self.now() < at {
            std::hint::spin_loop();
        }
    }
}

/// The processor time of the thread that asks.
struct ProcessorClock;

impl Clock for ProcessorClock {
    fn now(&self) -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    }

    fn wait_until(&self, _at: Duration) {}
}

struct NoMeter;

impl Meter for NoMeter {
    fn reading(&self) -> Option<Reading> {
        None
    }
}

/// Queries on an index, with faults.
struct Trial {
    clock: Box<dyn Clock + Sync>,
    least_time: Duration,
    index: Index,
    asked: Vec<(QueryLine, String)>,
}

impl Trial {
    fn answer(&self, query: usize, slowdown: f64) -> Result<Answered, pressmark::Error> {
        let began = self.clock.now();
        let text = QueryText::new(self.asked[query].0.query.as_str());
        let prepared = self.index.prepare(&text, Ranking::default())?;
        self.index.rank(&prepared, 10, Strategy::Auto)?;
        let took = self.clock.now() - began;
        if 1.0 < slowdown {
            while self.clock.now() - began < took.mul_f64(slowdown) {
                std::hint::spin_loop();
            }
        }
        Ok(Answered::default())
    }

    fn report(&self, slowdown: f64, seed: u64) -> Result<Report, pressmark::Error> {
        let least_time = self.least_time;
        let options = MeasureOptions { seed, least_time, ..MeasureOptions::default() };
        let work = |query: usize| self.answer(query, slowdown);
        let measured = measure(self.asked.len(), &options, &*self.clock, &NoMeter, &work)?;
        let times = |(line, class): &(QueryLine, String)| QueryTimes {
            line: line.line,
            query: line.query.clone(),
            class: class.clone(),
            ..QueryTimes::default()
        };
        let queries = self.asked.iter().map(times).collect();
        Ok(Report::new(ReportInput { queries, ..ReportInput::default() }, &measured))
    }

    /// One answer in the middle takes 50 ms longer.
    fn with_stall(&self, load: Load) -> Result<Measured, pressmark::Error> {
        let rounds = 10_000_usize.div_ceil(self.asked.len());
        let middle = rounds * self.asked.len() / 2;
        let number = AtomicUsize::new(0);
        let work = |query: usize| {
            if number.fetch_add(1, Ordering::Relaxed) == middle {
                std::thread::sleep(Duration::from_millis(50));
            }
            self.answer(query, 1.0)
        };
        let options = MeasureOptions { load, rounds, warm_up: 0, ..MeasureOptions::default() };
        measure(self.asked.len(), &options, &WallClock(Instant::now()), &NoMeter, &work)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, index, file, rest @ ..] = arguments.as_slice() else {
        return Err(
            "expected an index, a file of queries, how many tries, and seconds for each".into()
        );
    };
    let tries: u64 = rest.first().map_or(Ok(20), |tries| tries.parse())?;
    let seconds: f64 = rest.get(1).map_or(Ok(5.0), |seconds| seconds.parse())?;
    let least_time = Duration::try_from_secs_f64(seconds)?;
    let clock: Box<dyn Clock + Sync> = match rest.get(2).map(String::as_str) {
        Some("processor") => Box::new(ProcessorClock),
        _ => Box::new(WallClock(Instant::now())),
    };
    let index = Index::open(index.as_ref(), &OpenOptions::default())?;
    let mut asked = Vec::new();
    for line in queries(&std::fs::read_to_string(file)?).0 {
        if let Ok(prepared) =
            index.prepare(&QueryText::new(line.query.as_str()), Ranking::default())
        {
            asked.push((line, prepared.class().as_str().to_owned()));
        }
    }
    let trial = Trial { clock, least_time, index, asked };
    let changed = |old: &Report, new: &Report| {
        let verdicts = compare(old, new, ComparisonOptions::default());
        let all = verdicts.last().map(|class| class.change);
        let any =
            verdicts.iter().any(|class| matches!(class.change, Change::Slower | Change::Faster));
        let of_all = verdicts.last().map_or((1.0, None), |class| (class.ratio, class.machine));
        (any, all == Some(Change::Slower), of_all)
    };
    let by_machine = |machine: Option<f64>| {
        machine.map_or_else(String::new, |machine| format!(" (machine x{machine:.3})"))
    };
    let (mut false_alarms, mut found) = (0, 0);
    for seed in 0..tries {
        let (first, second) = (trial.report(1.0, seed)?, trial.report(1.0, seed + 1000)?);
        let slowed = trial.report(1.1, seed + 2000)?;
        let (alarm, _, same) = changed(&first, &second);
        let (_, slower, ratio) = changed(&first, &slowed);
        println!(
            "try {seed}: equal x{:.3}{}{}, a tenth slower x{:.3}{}{}",
            same.0,
            by_machine(same.1),
            if alarm { " FALSE ALARM" } else { "" },
            ratio.0,
            by_machine(ratio.1),
            if slower { "" } else { " NOT FOUND" }
        );
        (false_alarms, found) = (false_alarms + u64::from(alarm), found + u64::from(slower));
    }
    println!("equal measurements with a verdict of change: {false_alarms} of {tries}");
    println!("measurements slowed by a tenth that were found: {found} of {tries}");
    for (name, load) in [("closed", Load::Closed), ("open", Load::Open { rate: 1000.0 })] {
        let latencies = trial.with_stall(load)?.latencies;
        let distribution = Distribution::new(latencies.into_iter().flatten());
        println!(
            "one stall of 50 ms, {name} loop: p99.9 {:.2} ms",
            distribution.quantile(0.999) as f64 / 1e6
        );
    }
    Ok(())
}
