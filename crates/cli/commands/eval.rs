//! `pressmark eval`: runs judged, topic by topic and over all, and compared.

use std::collections::HashMap;

use anyhow::Context;
use evaluation::retrieval::significance::{Comparison, TestOptions, compare};
use evaluation::retrieval::{Assessment, Coverage, Judgements, Measure, Run, assess};

use crate::arguments::{EvalArguments, EvalFormat, Setting};
use crate::commands::say;
use crate::commands::topics::{shown, text};
use crate::exit::Exit;
use crate::output::{Out, effectiveness, figures};

/// A run with its figures.
pub(crate) struct Judged {
    /// Its file.
    pub(crate) name: String,
    pub(crate) assessment: Assessment,
}

/// A later run compared with the first by one measure.
pub(crate) struct Compared {
    pub(crate) name: String,
    pub(crate) measure: Measure,
    pub(crate) comparison: Comparison,
}

pub(crate) fn run(arguments: EvalArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let measures = measures(&arguments.measures)?;
    let judgements =
        Judgements::parse(&text(&arguments.qrels)?).with_context(|| shown(&arguments.qrels))?;
    let coverage = if arguments.all_topics { Coverage::AllJudged } else { Coverage::Common };
    let mut judged = Vec::new();
    for path in &arguments.runs {
        let run = Run::parse(&text(path)?).with_context(|| shown(path))?;
        let assessment =
            assess(&judgements, &run, &measures, coverage).with_context(|| shown(path))?;
        say_coverage(&path.display().to_string(), &assessment, coverage, setting);
        judged.push(Judged { name: path.display().to_string(), assessment });
    }
    let compared = compared(&judged, arguments.seed);
    let mut out = Out::new();
    match arguments.format {
        EvalFormat::Json => effectiveness::json(&mut out, &judged, &compared, arguments.by_topic)?,
        EvalFormat::Text => {
            out.write(effectiveness::text(&judged, &compared, arguments.by_topic).as_bytes())?;
        }
        EvalFormat::Tsv => out.write(effectiveness::tsv(&judged, arguments.by_topic).as_bytes())?,
        EvalFormat::Trec => {
            out.write(effectiveness::trec(&judged, arguments.by_topic).as_bytes())?
        }
    }
    out.finish()?;
    Ok(Exit::Found)
}

/// The measures asked for, or the usual ones.
pub(crate) fn measures(typed: &[String]) -> anyhow::Result<Vec<Measure>> {
    if typed.is_empty() {
        return Ok(Measure::usual());
    }
    Ok(typed.iter().map(|name| name.trim().parse()).collect::<Result<_, _>>()?)
}

/// Every later run with the first, on the topics that both have.
fn compared(judged: &[Judged], seed: u64) -> Vec<Compared> {
    let Some((first, later)) = judged.split_first() else { return Vec::new() };
    let options = TestOptions { seed, ..TestOptions::default() };
    let mut compared = Vec::new();
    for other in later {
        for &measure in first.assessment.measures.iter().filter(|measure| !measure.is_count()) {
            let values: HashMap<&str, f64> = first.assessment.by_topic(measure).collect();
            let topics = other.assessment.by_topic(measure);
            let pairs: Vec<_> =
                topics.filter_map(|(topic, value)| Some((*values.get(topic)?, value))).collect();
            let comparison = compare(&pairs, options);
            compared.push(Compared { name: other.name.clone(), measure, comparison });
        }
    }
    compared
}

/// Topics that only one of the files has.
fn say_coverage(run: &str, found: &Assessment, coverage: Coverage, setting: &Setting) {
    let names = |topics: &[String]| {
        figures::some(&topics.iter().map(String::as_str).collect::<Vec<_>>(), "topic")
    };
    if !found.unanswered.is_empty() {
        let what = match coverage {
            Coverage::Common => "left out (--all-topics counts them as 0)",
            Coverage::AllJudged => "counted as 0",
        };
        let topics = names(&found.unanswered);
        say(setting, &format!("note: {run} has no answer to {topics} with judgements: {what}"));
    }
    if !found.unjudged.is_empty() {
        let topics = names(&found.unjudged);
        say(setting, &format!("note: {run} answers {topics} without judgements: left out"));
    }
}
