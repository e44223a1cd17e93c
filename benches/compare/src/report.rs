//! The report: Markdown tables that say what was measured, how, and how the first engine stands.
//!
//! In comes everything [`Found`], out go `compare-CORPUS.md` and the chart beside it. The first engine asked for is the
//! one that is compared with the others; that is Pressmark unless told otherwise.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::chart;
use crate::check::Agreement;
use crate::corpus::Corpus;
use crate::engines::{Built, Engine};
use crate::figures::{Figures, mean_ratio};
use crate::measure::Times;
use crate::queries::Query;

/// Everything that a run brought.
pub(crate) struct Found<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) corpus: Corpus,
    pub(crate) built: Vec<Built>,
    pub(crate) queries: Vec<Query>,
    pub(crate) agreement: Vec<Agreement>,
    pub(crate) times: Times,
}

/// A class of queries and a command: one row of the tables.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) class: String,
    pub(crate) command: String,
    /// Each engine with its figures; none where it has no such queries.
    pub(crate) engines: Vec<(Engine, Figures)>,
    /// For each query that the first engine and a peer have: ours, each peer's.
    pairs: Vec<(usize, f64, Vec<(Engine, f64)>)>,
}

/// Writes the report and the chart, and prints the ratios.
pub(crate) fn write(found: &Found) -> Result<()> {
    let rows = rows(found);
    std::fs::create_dir_all(&found.arguments.results)?;
    let label = found.arguments.label.as_ref().map(|label| format!("-{label}"));
    let name = format!("compare-{}{}", found.corpus.name, label.unwrap_or_default());
    let path = |extension: &str| -> PathBuf {
        found.arguments.results.join(format!("{name}.{extension}"))
    };
    std::fs::write(path("svg"), chart::svg(&rows))?;
    let mut out = String::new();
    preface(found, &mut out)?;
    building(found, &mut out)?;
    writeln!(out, "## Whether they answer the same\n\n{}", agreement_lines(&found.agreement))?;
    writeln!(out, "## Times\n\n![Mean and 99th percentile of each engine]({name}.svg)\n")?;
    let mut ratios_text = String::new();
    ratios(&rows, &mut ratios_text)?;
    out.push_str(&ratios_text);
    times(&rows, &mut out)?;
    slowest(found, &rows, &mut out)?;
    std::fs::write(path("md"), out)?;
    eprintln!("{ratios_text}written: {} and the chart beside it", path("md").display());
    Ok(())
}

fn rows(found: &Found) -> Vec<Row> {
    let mut rows = Vec::new();
    for class in &found.arguments.classes {
        for command in &found.arguments.commands {
            let row = row(found, class, command);
            if !row.engines.is_empty() {
                rows.push(row);
            }
        }
    }
    rows
}

fn row(found: &Found, class: &str, command: &str) -> Row {
    let all: Vec<Engine> = found.built.iter().map(|built| built.engine).collect();
    let mine: Vec<usize> =
        (0..found.queries.len()).filter(|&query| found.queries[query].class == class).collect();
    let time = |engine: Engine, query: usize| -> Option<f64> {
        *found.times.of(engine, command).get(query)?
    };
    let figures = |engine: Engine| {
        let times = mine.iter().filter_map(|&query| time(engine, query));
        Some((engine, Figures::new(times)?))
    };
    let engines = all.iter().filter_map(|engine| figures(*engine)).collect();
    let pair = |query: usize| {
        let peers: Vec<(Engine, f64)> =
            all[1..].iter().filter_map(|engine| Some((*engine, time(*engine, query)?))).collect();
        let ours = time(*all.first()?, query)?;
        (!peers.is_empty()).then_some((query, ours, peers))
    };
    let pairs = mine.iter().filter_map(|&query| pair(query)).collect();
    Row { class: class.to_owned(), command: command.to_owned(), engines, pairs }
}

impl Row {
    /// The peer with the least mean, of those that have all the queries that the first engine has.
    fn best_peer(&self) -> Option<(Engine, Figures)> {
        let (_, ours) = self.engines.first()?;
        let peers = self.engines.iter().skip(1).filter(|(_, peer)| ours.count <= peer.count);
        let peers = peers.copied();
        peers.min_by(|left, right| left.1.mean.total_cmp(&right.1.mean))
    }

    /// The first engine's total and that of the fastest peer query by query.
    fn totals(&self) -> (f64, f64) {
        let best = |peers: &[(Engine, f64)]| {
            peers.iter().map(|(_, time)| *time).fold(f64::INFINITY, f64::min)
        };
        self.pairs.iter().fold((0.0, 0.0), |(ours, theirs), (_, time, peers)| {
            (ours + time, theirs + best(peers))
        })
    }

    /// The geometric mean of the ratios to one peer.
    fn ratio_to(&self, peer: Engine) -> Option<f64> {
        let time = |peers: &[(Engine, f64)]| {
            peers.iter().find(|(engine, _)| *engine == peer).map(|(_, time)| *time)
        };
        let pairs = self.pairs.iter().filter_map(|(_, ours, peers)| Some((*ours, time(peers)?)));
        mean_ratio(pairs)
    }
}

fn preface(found: &Found, out: &mut String) -> Result<()> {
    let corpus = &found.corpus;
    writeln!(out, "# Pressmark beside its peers: {}\n", corpus.name)?;
    writeln!(
        out,
        "{} articles, {} words, {:.1} MB of text: lower-cased runs of ASCII letters and digits, the same for every \
         engine (accents taken off before; everything else separates). Positions indexed, one segment each, one search \
         thread, warm. {} queries of the Search Benchmark Game. Each time is the least of {} passes ({} for slow \
         engines), over a pipe, in microseconds.\n",
        corpus.documents,
        corpus.words,
        corpus.text_bytes as f64 / 1e6,
        found.queries.len(),
        found.arguments.passes,
        found.arguments.slow_passes
    )?;
    writeln!(out, "Machine: {}.\n", machine())?;
    let options: Vec<String> = std::env::args().skip(1).collect();
    writeln!(
        out,
        "Made by `cargo run --release -- {}` in `benches/compare`.\n",
        options.join(" ")
    )?;
    Ok(())
}

/// The processor as the system names it.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown").trim()
    };
    let flags: Vec<&str> = value("flags").split(' ').collect();
    let level = ["avx512_vbmi2", "avx512bw", "avx2"].into_iter().find(|flag| flags.contains(flag));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores, {}", value("model name"), level.unwrap_or("no AVX2"))
}

fn building(found: &Found, out: &mut String) -> Result<()> {
    writeln!(out, "## Building\n")?;
    writeln!(
        out,
        "| engine | CPU s | MB/s a core | peak RSS, MB | on disk, MB | without ids and stored text, MB | share of \
         text | bits a word |\n|---|--:|--:|--:|--:|--:|--:|--:|"
    )?;
    let text = found.corpus.text_bytes as f64;
    for built in &found.built {
        let (facts, cost) = (&built.facts, built.facts.cost);
        writeln!(
            out,
            "| {} | {:.1} | {:.1} | {:.0} | {:.1} | {:.1} | {:.1} % | {:.1} |",
            facts.version,
            cost.cpu_seconds,
            text / 1e6 / cost.cpu_seconds,
            cost.peak_bytes as f64 / 1e6,
            facts.bytes as f64 / 1e6,
            facts.bytes_to_search as f64 / 1e6,
            100.0 * facts.bytes_to_search as f64 / text,
            8.0 * facts.bytes_to_search as f64 / found.corpus.words as f64,
        )?;
    }
    writeln!(out)?;
    Ok(())
}

/// The agreement as text, for the report and for the terminal.
pub(crate) fn agreement_lines(agreement: &[Agreement]) -> String {
    let mut out = String::new();
    for of in agreement {
        out.push_str(&format!("{}:\n\n", of.engine.name()));
        for class in &of.classes {
            out.push_str(&format!(
                "* {}: {} of {} counts equal; best ten: {:.3} shared, {} in the same order\n",
                class.class, class.same_count, class.queries, class.overlap, class.same_top
            ));
        }
        for (query, theirs, ours) in of.differing.iter().take(10) {
            out.push_str(&format!("* counts differ: `{query}`: {theirs}, not {ours}\n"));
        }
        out.push('\n');
    }
    out
}

fn ratios(rows: &[Row], out: &mut String) -> Result<()> {
    writeln!(
        out,
        "Ratios below 1 mean that the first engine is faster. `mean` and `p99` stand against the peer with the best \
         mean; `query by query` is the geometric mean of the ratios to that peer; `virtual best` is the total against \
         the fastest peer of each query.\n\n| class | command | mean, us | best peer | its mean | mean | p99 | query by \
         query | virtual best |\n|---|---|--:|---|--:|--:|--:|--:|--:|"
    )?;
    for row in rows {
        let (Some((_, ours)), Some((peer, theirs))) = (row.engines.first(), row.best_peer()) else {
            continue;
        };
        let (total, best) = row.totals();
        writeln!(
            out,
            "| {} | {} | {:.1} | {} | {:.1} | **{:.2}** | {:.2} | {:.2} | {:.2} |",
            row.class,
            row.command,
            ours.mean,
            peer.name(),
            theirs.mean,
            ours.mean / theirs.mean,
            ours.p99 / theirs.p99,
            row.ratio_to(peer).unwrap_or(f64::NAN),
            total / best,
        )?;
    }
    writeln!(out)?;
    Ok(())
}

fn times(rows: &[Row], out: &mut String) -> Result<()> {
    writeln!(
        out,
        "All figures in microseconds:\n\n| class | command | engine | queries | mean | p50 | p90 | p99 | max \
         |\n|---|---|---|--:|--:|--:|--:|--:|--:|"
    )?;
    for row in rows {
        for (engine, figures) in &row.engines {
            writeln!(
                out,
                "| {} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                row.class,
                row.command,
                engine.name(),
                figures.count,
                figures.mean,
                figures.p50,
                figures.p90,
                figures.p99,
                figures.max
            )?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// Where the first engine loses most beside the fastest peer.
fn slowest(found: &Found, rows: &[Row], out: &mut String) -> Result<()> {
    let mut losses = Vec::new();
    for row in rows {
        for (query, ours, peers) in &row.pairs {
            let best = peers.iter().min_by(|left, right| left.1.total_cmp(&right.1));
            if let Some((engine, best)) = best {
                losses.push((ours - best, row.command.as_str(), *query, *ours, *engine, *best));
            }
        }
    }
    losses.sort_by(|left, right| right.0.total_cmp(&left.0));
    writeln!(
        out,
        "Where the first engine loses most time to the fastest peer:\n\n| command | query | us | fastest peer | us \
         |\n|---|---|--:|---|--:|"
    )?;
    for (_, command, query, ours, engine, best) in
        losses.iter().filter(|(loss, ..)| 0.0 < *loss).take(20)
    {
        let text = &found.queries[*query].text;
        writeln!(out, "| {command} | `{text}` | {ours:.0} | {} | {best:.0} |", engine.name())?;
    }
    writeln!(out)?;
    Ok(())
}
