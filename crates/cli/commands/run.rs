//! `pressmark run`: topics answered as a TREC run.

use std::time::Instant;

use anyhow::Context;
use evaluation::retrieval::{Answering, run_lines};

use crate::arguments::{RunArguments, Setting, ranking, ties};
use crate::commands::{opened, say, topics};
use crate::exit::Exit;
use crate::output::{Out, figures};

pub(crate) fn run(arguments: RunArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let asked = topics::read(&arguments.topics)?;
    let answering = Answering {
        ranking: ranking(&arguments.ranking)?,
        depth: arguments.depth,
        ties: ties(arguments.ties),
        ..topics::answering(&arguments.topics, &arguments.expansion)?
    };
    let index = opened::index(&arguments.index, setting)?;
    let start = Instant::now();
    let mut out = Out::new();
    let (mut found, mut silent) = (0, Vec::new());
    for topic in &asked {
        let entries =
            answering.answer(&index, topic).with_context(|| format!("topic `{}`", topic.id))?;
        found += entries.len() as u64;
        if entries.is_empty() {
            silent.push(topic.id.as_str());
        }
        out.write(run_lines(&topic.id, &entries, &arguments.tag).as_bytes())?;
    }
    out.finish()?;
    let (topics, articles) =
        (figures::count(asked.len() as u64, "topic"), figures::count(found, "article"));
    say(setting, &format!("{topics}, {articles} in {}", figures::time(start.elapsed())));
    if !silent.is_empty() {
        say(setting, &format!("note: nothing was found for {}", figures::some(&silent, "topic")));
    }
    let model = answering.ranking.model;
    if model.is_exhaustive() {
        say(
            setting,
            &format!("note: {model} has no bounds to prune by: every matching article was scored"),
        );
    }
    Ok(Exit::found(0 < found))
}
