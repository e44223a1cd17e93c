//! Figures of runs: tables for people, trec_eval's lines, JSON.
//!
//! Comes in: runs judged and compared. Goes out: text, or JSON lines. Computes nothing.

use std::fmt::Write as _;
use std::io;

use serde_json::{Map, Value, json};

use super::Out;
use crate::commands::eval::{Compared, Judged};
use crate::terminal::harmless;

/// One object a run with trec_eval's names; with `by_topic` one a topic before it, told apart by `topic`. Several runs
/// have their file in `run`, and comparisons follow.
pub(crate) fn json(
    out: &mut Out,
    judged: &[Judged],
    compared: &[Compared],
    by_topic: bool,
) -> io::Result<()> {
    for run in judged {
        let object = |topic: Option<&str>, values: &[f64]| {
            let mut object = Map::new();
            if 1 < judged.len() {
                object.insert("run".to_owned(), run.name.clone().into());
            }
            if let Some(topic) = topic {
                object.insert("topic".to_owned(), topic.into());
            }
            for (measure, value) in run.assessment.measures.iter().zip(values) {
                object.insert(measure.to_string(), number(*value, measure.is_count()));
            }
            Value::Object(object)
        };
        if by_topic {
            for (topic, values) in &run.assessment.topics {
                out.json(&object(Some(topic), values))?;
            }
        }
        out.json(&object(by_topic.then_some("all"), &run.assessment.overall))?;
    }
    let first = judged.first().map_or("", |run| run.name.as_str());
    for Compared { name, measure, comparison } in compared {
        let measure = measure.to_string();
        out.json(
            &json!({"run": name, "baseline": first, "measure": measure, "comparison": comparison}),
        )?;
    }
    Ok(())
}

fn number(value: f64, count: bool) -> Value {
    if count { (value as u64).into() } else { value.into() }
}

/// A value as trec_eval prints it: four decimals, counts whole.
fn digits(value: f64, count: bool) -> String {
    if count { format!("{value:.0}") } else { format!("{value:.4}") }
}

/// trec_eval's own lines: measure, topic, value. Several runs follow one another, each behind its `runid`.
pub(crate) fn trec(judged: &[Judged], by_topic: bool) -> String {
    let mut text = String::new();
    let mut line = |name: &str, topic: &str, value: &str| {
        let _ = writeln!(text, "{name:<22}\t{topic}\t{value}");
    };
    for run in judged {
        let found = &run.assessment;
        if by_topic {
            for (topic, values) in &found.topics {
                for (measure, value) in found.measures.iter().zip(values) {
                    line(&measure.to_string(), topic, &digits(*value, measure.is_count()));
                }
            }
        }
        line("runid", "all", &run.name);
        line("num_q", "all", &found.topics.len().to_string());
        for (measure, value) in found.measures.iter().zip(&found.overall) {
            line(&measure.to_string(), "all", &digits(*value, measure.is_count()));
        }
    }
    text
}

/// run, topic, measure, value with all its digits.
pub(crate) fn tsv(judged: &[Judged], by_topic: bool) -> String {
    let mut text = String::new();
    for run in judged {
        let found = &run.assessment;
        let topics = found.topics.iter().filter(|_| by_topic);
        let topics = topics.map(|(topic, values)| (topic.as_str(), values));
        for (topic, values) in topics.chain([("all", &found.overall)]) {
            for (measure, value) in found.measures.iter().zip(values) {
                let _ = writeln!(text, "{}\t{topic}\t{measure}\t{value}", run.name);
            }
        }
    }
    text
}

/// A column a run, a line a measure; then the comparisons.
pub(crate) fn text(judged: &[Judged], compared: &[Compared], by_topic: bool) -> String {
    let Some(first) = judged.first() else { return String::new() };
    let measures = &first.assessment.measures;
    let width = measures.iter().map(|measure| measure.to_string().len()).max().unwrap_or(0).max(7);
    let columns: Vec<usize> = judged.iter().map(|run| run.name.chars().count().max(9)).collect();
    let mut text = String::new();
    let mut line = |name: &str, cells: Vec<String>| {
        let mut line = format!("{name:<width$}");
        for (cell, column) in cells.iter().zip(&columns) {
            let _ = write!(line, "  {cell:>column$}");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    };
    let each = |cell: &dyn Fn(&Judged) -> String| judged.iter().map(cell).collect::<Vec<_>>();
    line("", each(&|run| harmless(&run.name).into_owned()));
    line("topics", each(&|run| run.assessment.topics.len().to_string()));
    for (place, measure) in measures.iter().enumerate() {
        let cell = |run: &Judged| digits(run.assessment.overall[place], measure.is_count());
        line(&measure.to_string(), each(&cell));
    }
    if by_topic {
        text.push_str(&topics(judged));
    }
    text.push_str(&comparisons(&first.name, compared));
    text
}

/// A line a topic, a column a measure, run after run.
fn topics(judged: &[Judged]) -> String {
    let mut text = String::new();
    for run in judged {
        let found = &run.assessment;
        let width = found.topics.iter().map(|(topic, _)| topic.chars().count()).max().unwrap_or(0);
        let names: Vec<String> = found.measures.iter().map(ToString::to_string).collect();
        let _ = write!(text, "\n{:<width$}", "", width = width.max(5));
        for name in &names {
            let _ = write!(text, "  {name:>8}");
        }
        text.push('\n');
        for (topic, values) in &found.topics {
            let _ = write!(text, "{:<width$}", harmless(topic), width = width.max(5));
            for ((name, measure), value) in names.iter().zip(&found.measures).zip(values) {
                let column = name.len().max(8);
                let _ = write!(text, "  {:>column$}", digits(*value, measure.is_count()));
            }
            text.push('\n');
        }
    }
    text
}

fn comparisons(first: &str, compared: &[Compared]) -> String {
    let mut text = String::new();
    let mut last = "";
    let width = compared.iter().map(|one| one.measure.to_string().len()).max().unwrap_or(0);
    for Compared { name, measure, comparison } in compared {
        if last != name {
            let _ = writeln!(text, "\n{} compared with {}", harmless(name), harmless(first));
            let _ = writeln!(
                text,
                "{:width$}  difference  95 % interval       p (t test)  p (random)  better  worse",
                ""
            );
            last = name;
        }
        let (low, high) = comparison.interval;
        let interval = format!("{low:+.4} to {high:+.4}");
        let _ = writeln!(
            text,
            "{:width$}  {:>+10.4}  {interval:<18}  {:>10.4}  {:>10.4}  {:>6}  {:>5}",
            measure.to_string(),
            comparison.difference,
            comparison.p_t_test,
            comparison.p_randomisation,
            comparison.better,
            comparison.worse
        );
    }
    text
}
