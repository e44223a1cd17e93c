//! `pressmark bench`: how long queries take, measured so that the figures can be quoted.
//!
//! Comes in: an index and a file of queries. Goes out: figures by class of query, as a table, as JSON, as a picture, or
//! compared with those of an earlier run. What is timed is what a caller of the library waits for: parsing, planning and
//! finding the best documents, or counting; reading stored text is not part of it. Outside drivers are served by `game`.

use std::hash::Hasher;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use evaluation::latency::{
    Answered, BadQuery, ComparisonOptions, Load, Manifest, MeasureOptions, Measured, QueryTimes,
    Report, ReportInput, Work, compare, measure, queries,
};
use evaluation::pictures;
use pressmark::{Index, QueryText, Ranking, Strategy};

use crate::arguments::{BenchArguments, Setting, Task, TextOrJson, ranking};
use crate::commands::topics::{shown, text};
use crate::commands::{game, opened, say};
use crate::exit::Exit;
use crate::output::{Out, figures, latency};
use crate::system::{SystemClock, SystemMeter, drop_from_cache, machine};

pub(crate) fn run(arguments: BenchArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let Some(file) = &arguments.queries else {
        if arguments.protocol.is_none() {
            bail!("no queries given: write their file behind the index, or --protocol game");
        }
        return game::run(&arguments.index, setting);
    };
    let old = arguments.compare.as_deref().map(report).transpose()?;
    let options = options(&arguments, setting)?;
    let ranking = ranking(&arguments.ranking)?;
    let index = opened::index(&arguments.index, setting)?;
    let (asked, bad) = read(&text(file)?, &index, ranking);
    if asked.is_empty() {
        bail!("{} has no query that this index can answer", shown(file));
    }
    if MOST_TIMINGS / asked.len() < options.rounds {
        let (rounds, queries) = (options.rounds, asked.len());
        bail!(
            "--runs is {rounds}: with {queries} queries expected {} or less",
            MOST_TIMINGS / queries
        );
    }
    let mut manifest = Manifest { machine: machine(), ..manifest(&arguments, &index, setting)? };
    // A mapping that stays open would keep its pages in memory.
    let index = Some(index).filter(|_| !arguments.cold);
    let bench = Bench { index, arguments: &arguments, setting, ranking, queries: &asked };
    let measured = measure(asked.len(), &options, &SystemClock::new(), &SystemMeter, &bench)?;
    manifest.options = listed(&arguments, &options, ranking, &measured);
    let input = ReportInput { manifest, queries: asked.clone(), bad, seed: options.seed };
    let report = Report::new(input, &measured);
    give_out(&report, old.as_ref(), &arguments, setting)?;
    Ok(Exit::Found)
}

/// An earlier report.
fn report(path: &Path) -> anyhow::Result<Report> {
    let text = text(path)?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is no report of `bench --format json`", shown(path)))
}

fn options(arguments: &BenchArguments, setting: &Setting) -> anyhow::Result<MeasureOptions> {
    let threads = setting.threads.unwrap_or(1);
    if arguments.cold && 1 < threads {
        bail!("--cold measures one query at a time: leave --threads out");
    }
    let rounds = arguments.runs.unwrap_or(RUNS);
    if rounds == 0 {
        bail!("--runs is 0, expected 1 or more");
    }
    // A mere number of runs is what was asked for; so is a rate, and what is cold takes its time.
    let is_free = arguments.runs.is_none() && arguments.rate.is_none() && !arguments.cold;
    let seconds = arguments.min_time.unwrap_or(if is_free { MIN_TIME } else { 0.0 });
    if MOST_SECONDS < seconds {
        bail!("--min-time is {seconds}, expected {MOST_SECONDS} seconds or less");
    }
    Ok(MeasureOptions {
        load: arguments.rate.as_deref().map_or(Ok(Load::Closed), rate)?,
        threads,
        rounds,
        least_time: Duration::from_secs_f64(seconds),
        warm_up: if arguments.cold { 0 } else { arguments.warm_up },
        seed: arguments.seed,
        meter_each: arguments.cold,
        paced: !arguments.cold && arguments.rate.is_none(),
    })
}

/// How often each query is timed where nothing is said.
const RUNS: usize = 10;

/// For how many seconds, then. Machines are faster and slower by turns; verdicts want several turns.
const MIN_TIME: f64 = 5.0;

/// A day is enough.
const MOST_SECONDS: f64 = 86_400.0;

/// More timings than this are a slip of the finger: they would fill the memory.
const MOST_TIMINGS: usize = 100_000_000;

/// A query in twenty minutes, and one each nanosecond.
const LEAST_RATE: f64 = 0.0008;
const MOST_RATE: f64 = 1e9;

/// `200/s`, `200`, `30/min`.
fn rate(typed: &str) -> anyhow::Result<Load> {
    let (number, seconds) = match typed.split_once('/') {
        None | Some((_, "s")) => (typed.trim_end_matches("/s"), 1.0),
        Some((number, "min")) => (number, 60.0),
        Some(_) => ("", 1.0),
    };
    let rate = number.trim().parse::<f64>().ok().map(|number| number / seconds);
    let rate = rate.filter(|rate| (LEAST_RATE..=MOST_RATE).contains(rate));
    let rate = rate.with_context(|| {
        format!(
            "cannot read the rate `{typed}`: expected queries a second, as in `200/s`, from {LEAST_RATE} to {MOST_RATE}"
        )
    })?;
    Ok(Load::Open { rate })
}

/// The queries that can be answered, with their classes, and the lines that cannot, in order.
fn read(text: &str, index: &Index, ranking: Ranking) -> (Vec<QueryTimes>, Vec<BadQuery>) {
    let (lines, mut bad) = queries(text);
    let mut asked = Vec::new();
    for line in lines {
        let (number, query) = (line.line, line.query);
        let answered = index.prepare(&query_text(&query), ranking).and_then(|prepared| {
            index.rank(&prepared, 1, Strategy::Auto).map(|_| prepared.class())
        });
        match answered {
            Ok(class) => asked.push(QueryTimes {
                line: number,
                name: line.name,
                query,
                class: class.as_str().to_owned(),
                ..QueryTimes::default()
            }),
            Err(error) => {
                bad.push(BadQuery { line: number, query, error: error.to_string() });
            }
        }
    }
    bad.sort_by_key(|bad| bad.line);
    (asked, bad)
}

fn query_text(query: &str) -> QueryText {
    QueryText { read_files: true, ..QueryText::new(query) }
}

/// What answers the queries.
struct Bench<'b> {
    /// `None` where every query opens the file anew.
    index: Option<Index>,
    arguments: &'b BenchArguments,
    setting: &'b Setting,
    ranking: Ranking,
    queries: &'b [QueryTimes],
}

impl Work for Bench<'_> {
    type Ready = Option<Index>;
    type Error = anyhow::Error;

    fn ready(&self, _query: usize) -> anyhow::Result<Option<Index>> {
        if self.index.is_some() {
            return Ok(None);
        }
        let path = &self.arguments.index;
        let dropped = drop_from_cache(path).with_context(|| shown(path))?;
        if !dropped {
            bail!("this system cannot drop a file from memory: --cold is for Linux");
        }
        Ok(Some(opened::index(path, self.setting)?))
    }

    fn answer(&self, query: usize, ready: &Option<Index>) -> anyhow::Result<Answered> {
        let Some(index) = self.index.as_ref().or(ready.as_ref()) else {
            bail!("no index is open");
        };
        let prepared = index.prepare(&query_text(&self.queries[query].query), self.ranking)?;
        let mut hash = Fnv::default();
        if self.arguments.task == Task::Count {
            let documents = index.count_documents(&prepared)?;
            hash.write_u64(documents);
            return Ok(Answered { hash: hash.finish(), hits: documents, ..Answered::default() });
        }
        let ranked = index.rank(&prepared, self.arguments.k, Strategy::Auto)?;
        for (document, score) in &ranked.documents {
            hash.write_u32(*document);
            hash.write_u64(score.to_bits());
        }
        Ok(Answered {
            hash: hash.finish(),
            hits: ranked.documents.len() as u64,
            examined: ranked.total.number(),
            pruned: matches!(ranked.total, pressmark::Total::AtLeast(_)),
            blocks: Some([ranked.blocks.read, ranked.blocks.skipped]),
        })
    }
}

/// FNV-1a: the same on every machine and in every version, and cheap beside any query.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn pairs(lines: &[(&str, String)]) -> Vec<(String, String)> {
    lines.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The index and the program.
fn manifest(
    arguments: &BenchArguments,
    index: &Index,
    setting: &Setting,
) -> anyhow::Result<Manifest> {
    let stats = index.stats()?;
    let program = std::env::current_exe().and_then(std::fs::read);
    let program = program.map_or_else(|_| "unknown".to_owned(), |bytes| evaluation::sha256(&bytes));
    let analyzer = &stats.analyzer;
    Ok(Manifest {
        index: pairs(&[
            ("path", arguments.index.display().to_string()),
            ("contents", evaluation::index_hash(index)),
            ("bytes", stats.bytes.to_string()),
            ("articles", stats.documents.to_string()),
            ("tokens", stats.tokens.to_string()),
            ("segments", stats.segments.to_string()),
            (
                "analyzer",
                format!("{} {} {}", analyzer.name, analyzer.version, analyzer.fingerprint),
            ),
            ("mapped", setting.map.to_string()),
        ]),
        program: pairs(&[
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("optimised", (!cfg!(debug_assertions)).to_string()),
            ("sha256", program),
        ]),
        ..Manifest::default()
    })
}

/// Every option that shapes the measurement.
fn listed(
    arguments: &BenchArguments,
    options: &MeasureOptions,
    ranking: Ranking,
    measured: &Measured,
) -> Vec<(String, String)> {
    let rounds = measured.latencies.first().map_or(0, Vec::len);
    let number =
        |value: Option<f64>| value.map_or("as indexed".to_owned(), |value| value.to_string());
    pairs(&[
        (
            "task",
            if arguments.task == Task::Count {
                "count".to_owned()
            } else {
                format!("top {}", arguments.k)
            },
        ),
        ("model", ranking.model.to_string()),
        ("k1", number(ranking.k1)),
        ("b", number(ranking.b)),
        (
            "cache",
            if arguments.cold {
                "cold: dropped before each query".to_owned()
            } else {
                format!("warm: {} before", figures::count(options.warm_up as u64, "round"))
            },
        ),
        (
            "load",
            match options.load {
                Load::Closed => "closed loop".to_owned(),
                Load::Open { rate } => {
                    format!("open loop at {rate}/s, latency from when a query was due")
                }
            },
        ),
        ("threads", options.threads.to_string()),
        ("runs", rounds.to_string()),
        ("seed", options.seed.to_string()),
    ])
}

/// Prints, draws and compares.
fn give_out(
    report: &Report,
    old: Option<&Report>,
    arguments: &BenchArguments,
    setting: &Setting,
) -> anyhow::Result<()> {
    if let Some(path) = &arguments.plot {
        let picture = pictures::latency(report);
        std::fs::write(path, picture).with_context(|| format!("cannot write {}", shown(path)))?;
    }
    if let Some(path) = &arguments.output {
        let json = serde_json::to_string(report)?;
        std::fs::write(path, json + "\n")
            .with_context(|| format!("cannot write {}", shown(path)))?;
    }
    let tolerance = ComparisonOptions {
        tolerance: arguments.tolerance / 100.0,
        ..ComparisonOptions::default()
    };
    let compared = old.map(|old| (old, compare(old, report, tolerance)));
    let mut out = Out::new();
    match arguments.format {
        TextOrJson::Json => {
            out.json(report)?;
            if let Some((old, compared)) = &compared {
                out.json(&serde_json::json!({"comparison": compared, "same_results": old.results == report.results}))?;
            }
        }
        TextOrJson::Text => {
            out.write(latency::text(report).as_bytes())?;
            if let Some((old, compared)) = &compared {
                out.write(latency::comparison(old, report, compared).as_bytes())?;
            }
        }
    }
    out.finish()?;
    for bad in &report.bad {
        say(setting, &format!("line {}: {}: {}", bad.line, bad.query, bad.error));
    }
    if !report.bad.is_empty() {
        let lines = figures::count(report.bad.len() as u64, "line");
        say(setting, &format!("note: {lines} could not be answered and were left out"));
    }
    for query in &report.unsteady {
        say(setting, &format!("warning: `{query}` was not answered the same in every round"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use evaluation::latency::Load;

    use super::rate;

    #[test]
    fn rates_are_read() {
        for (typed, expected) in [("200/s", 200.0), ("0.5", 0.5), ("30/min", 0.5)] {
            assert_eq!(rate(typed).unwrap(), Load::Open { rate: expected }, "{typed}");
        }
        for wrong in ["", "0", "-1/s", "5/h", "x", "inf", "NaN", "1e-300", "1e300/s"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
