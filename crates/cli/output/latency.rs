//! A measurement as tables for people.
//!
//! Comes in: reports and comparisons. Goes out: text. Computes no figure.

use std::fmt::Write as _;

use evaluation::latency::{Change, ClassComparison, ClassFigures, Report};

use crate::output::figures::{bytes, count, number};
use crate::terminal::harmless;

/// All of it: what was measured, the table, the distributions, the circumstances.
pub(crate) fn text(report: &Report) -> String {
    let mut text = String::new();
    let value = |name: &str, list: &[(String, String)]| {
        let found = list.iter().find(|(known, _)| known == name);
        found.map_or_else(String::new, |(_, value)| harmless(value).into_owned())
    };
    let manifest = &report.manifest;
    let option = |name: &str| value(name, &manifest.options);
    let _ = writeln!(
        text,
        "{}: {} articles, contents {:.12}",
        value("path", &manifest.index),
        number(value("articles", &manifest.index).parse().unwrap_or(0)),
        value("contents", &manifest.index)
    );
    let queries = match report.queries.len() {
        1 => "1 query".to_owned(),
        many => format!("{} queries", number(many as u64)),
    };
    let _ = writeln!(
        text,
        "{queries}, {} runs each, {}, {}, {}, {}, threads {}\n",
        option("runs"),
        option("task"),
        option("model"),
        option("cache"),
        option("load"),
        option("threads")
    );
    text.push_str(&table(report));
    text.push_str(&distributions(report));
    let _ = writeln!(text, "throughput  {:.1} queries/s over all threads", report.throughput);
    match &report.system {
        Some(system) => {
            let faults = format!(
                "{} minor, {} major",
                number(system.minor_faults),
                number(system.major_faults)
            );
            let _ = writeln!(
                text,
                "system      page faults {faults}; {} read from disk",
                bytes(system.disk_bytes)
            );
        }
        None => text.push_str("system      tells no page faults\n"),
    }
    let yardstick = report.yardstick();
    if !yardstick.is_empty() {
        let [low, middle, high] =
            [0.05, 0.5, 0.95].map(|part| short(yardstick.quantile(part) as f64 / 1e3));
        let _ = writeln!(
            text,
            "yardstick   {middle}, nine tenths from {low} to {high}: how steady the machine was"
        );
    }
    let _ = writeln!(text, "results     {}", report.results);
    let program = format!(
        "pressmark {}, program {:.12}",
        value("version", &manifest.program),
        value("sha256", &manifest.program)
    );
    let machine = format!(
        "{}, {} cores",
        value("processor", &manifest.machine),
        value("cores", &manifest.machine)
    );
    let _ = writeln!(text, "measured    {program} on {machine}");
    if value("optimised", &manifest.program) == "false" {
        text.push_str(
            "WARNING     this program was built without optimisation: quote none of this\n",
        );
    }
    text
}

/// A line a class.
fn table(report: &Report) -> String {
    let mut text = String::new();
    let width = classes(report).map(|class| class.class.len()).max().unwrap_or(0).max(5);
    let _ = writeln!(
        text,
        "{:width$} queries {:>8} {:>17} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9} {:>10} {:>7} {:>11} {:>8}",
        "class",
        "mean",
        "95 % interval",
        "p50",
        "p90",
        "p95",
        "p99",
        "p99.9",
        "max",
        "1 thread",
        "looked at",
        "pruned",
        "blocks read",
        "skipped"
    );
    for class in classes(report) {
        let mean = class.intervals[0];
        let interval = format!("{}-{}", short(mean.low), short(mean.high));
        // Counts, and patterns whose bitmap is made while planning, go through no list that is counted.
        let blocks = class.blocks.filter(|[read, skipped]| 0.0 < read + skipped);
        let [read, skipped] = blocks.map_or_else(
            || ["-".to_owned(), "-".to_owned()],
            |blocks| blocks.map(|blocks| format!("{blocks:.0}")),
        );
        let _ = writeln!(
            text,
            "{:width$} {:>7} {:>8} {:>17} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7.0}/s {:>10.0} {:>6.0}% {read:>11} {skipped:>8}",
            class.class,
            number(class.queries as u64),
            short(class.mean),
            interval,
            short(class.p50),
            short(class.p90),
            short(class.p95),
            short(class.p99),
            short(class.p999),
            short(class.max),
            class.per_second,
            class.examined,
            class.pruned * 100.0
        );
        if let Some([minor, major, disk]) = class.system {
            let disk = bytes(disk as u64);
            let _ = writeln!(
                text,
                "{:width$}         {minor:.1} minor and {major:.1} major page faults, {disk} from disk a query",
                ""
            );
        }
    }
    text
}

/// The classes, then all queries where there are several classes.
fn classes(report: &Report) -> impl Iterator<Item = &ClassFigures> {
    let all = Some(&report.all).filter(|_| 1 < report.classes.len());
    report.classes.iter().chain(all)
}

/// Microseconds with three digits that matter.
fn short(micros: f64) -> String {
    let (value, unit) = match micros {
        micros if micros < 999.5 => (micros, "us"),
        micros if micros < 999_500.0 => (micros / 1e3, "ms"),
        micros => (micros / 1e6, "s"),
    };
    let decimals = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.decimals$}{unit}")
}

/// Heights of a bar.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const BUCKETS: usize = 60;

/// A line of bars a class, over one logarithmic axis.
fn distributions(report: &Report) -> String {
    let all = report.distribution("all");
    let (low, high) = (all.quantile(0.0).max(1), all.max().max(2));
    let width = classes(report).map(|class| class.class.len()).max().unwrap_or(0).max(5);
    let mut text = String::new();
    let ends = (short(low as f64 / 1e3), short(high as f64 / 1e3));
    let gap = BUCKETS.saturating_sub(ends.0.len() + ends.1.len());
    let _ = writeln!(text, "\n{:width$}  {}{}{}", "", ends.0, " ".repeat(gap), ends.1);
    for class in classes(report) {
        let counts = report.distribution(&class.class).buckets(low, high, BUCKETS);
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        let bar = |count: &u64| match *count {
            0 => ' ',
            // Whatever happened once is seen.
            count => BARS[((count as f64 / most as f64).sqrt() * 7.0) as usize],
        };
        let bars: String = counts.iter().map(bar).collect();
        let _ = writeln!(text, "{:width$}  {}", class.class, bars.trim_end());
    }
    text.push('\n');
    text
}

/// Ratios and verdicts, class by class, and what else differs.
pub(crate) fn comparison(old: &Report, new: &Report, compared: &[ClassComparison]) -> String {
    let machine = compared.last().and_then(|all| all.machine);
    let what = match machine {
        Some(_) => "ratio of latencies at the same speed of the machine",
        None => "ratio of medians",
    };
    let mut text = format!("\ncompared with the earlier run ({what}, 99.9 % interval)\n");
    let width = compared.iter().map(|class| class.class.len()).max().unwrap_or(0);
    for class in compared {
        let verdict = match class.change {
            Change::Slower => "slower",
            Change::Faster => "faster",
            Change::None => "no change",
            Change::Unclear => "unclear: too much noise to tell",
        };
        let _ = writeln!(
            text,
            "{:width$}  {:>6}  x{:.3}  ({:.3} to {:.3})  {verdict}",
            class.class,
            number(class.queries as u64),
            class.ratio,
            class.interval.low,
            class.interval.high
        );
    }
    let _ = match machine {
        Some(machine) => writeln!(
            text,
            "the yardstick took x{machine:.3} of its time then: the machine's part, which the ratios leave out"
        ),
        None if compared.is_empty() => Ok(()),
        None => writeln!(
            text,
            "no yardstick was timed in both runs: a slower machine looks like slower answers"
        ),
    };
    let left_out = new.queries.len().saturating_sub(compared.last().map_or(0, |all| all.queries));
    if compared.is_empty() || 0 < left_out {
        let queries = count(left_out.max(1) as u64, "line");
        let _ = writeln!(text, "the earlier run has not the queries of {queries}");
    }
    match old.results == new.results {
        true => text.push_str("the answers are the same\n"),
        false => {
            text.push_str("THE ANSWERS DIFFER: these are not the same queries on the same index\n")
        }
    }
    let sides = [
        ("index", &old.manifest.index, &new.manifest.index),
        ("machine", &old.manifest.machine, &new.manifest.machine),
        ("option", &old.manifest.options, &new.manifest.options),
    ];
    for (what, old, new) in sides {
        // What differs every time, or says nothing of what was measured.
        let is_telling = |name: &str| !["load before", "path", "runs"].contains(&name);
        for (name, value) in new.iter().filter(|(name, _)| is_telling(name)) {
            let before = old.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            if let Some(before) = before.filter(|before| *before != value) {
                let _ = writeln!(text, "note: {what} {name} was {before}, is {value}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn times_have_three_digits() {
        let shown = [0.5, 9.994, 9.996, 99.96, 999.4, 999.6, 12_345.0, 2_000_000.0].map(short);
        assert_eq!(
            shown,
            ["0.50us", "9.99us", "10.0us", "100us", "999us", "1.00ms", "12.3ms", "2.00s"]
        );
    }
}
