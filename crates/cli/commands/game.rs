//! `pressmark bench --protocol game`: the Search Benchmark Game's protocol, for drivers that measure from outside.
//!
//! Comes in: `COMMAND<TAB>QUERY` lines on standard input. Goes out: one line for each on standard output, at once. The
//! index is opened once, and nothing is done for a query but parse, plan, find and print.

use std::fmt::Write as _;
use std::io::BufRead;
use std::path::Path;

use anyhow::Context;
use pressmark::{Index, QueryText, Ranking, Strategy, Total};

use crate::arguments::Setting;
use crate::commands::{opened, say};
use crate::exit::Exit;
use crate::output::Out;

/// Answers until standard input ends.
pub(crate) fn run(index: &Path, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(index, setting)?;
    let mut out = Out::new();
    let mut input = std::io::stdin().lock();
    let (mut line, mut answer) = (String::new(), String::new());
    loop {
        line.clear();
        if input.read_line(&mut line).context("cannot read queries from standard input")? == 0 {
            return Ok(Exit::Found);
        }
        answer.clear();
        if let Err(error) = respond(&index, line.trim_end_matches(['\n', '\r']), &mut answer) {
            // The driver waits for a line whatever happens.
            say(setting, &format!("{error}: {}", line.trim_end()));
            answer.clear();
            answer.push_str("ERROR");
        }
        out.line(&answer)?;
        out.flush()?;
    }
}

/// What a command asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Count,
    Top(usize),
    TopCount(usize),
    TopDocs(usize),
}

impl Task {
    /// From its name; `None` for one that is not supported.
    fn new(name: &str) -> Option<Task> {
        if name == "COUNT" {
            return Some(Task::Count);
        }
        if let Some(k) = name.strip_prefix("TOPDOCS_") {
            return k.parse().ok().map(Task::TopDocs);
        }
        let k = name.strip_prefix("TOP_")?;
        match k.strip_suffix("_COUNT") {
            Some(k) => k.parse().ok().map(Task::TopCount),
            None => k.parse().ok().map(Task::Top),
        }
    }
}

/// Puts the answer to one line into `answer`.
fn respond(index: &Index, line: &str, answer: &mut String) -> anyhow::Result<()> {
    let (command, text) = line.split_once('\t').unwrap_or((line, ""));
    let Some(task) = Task::new(command) else {
        answer.push_str("UNSUPPORTED");
        return Ok(());
    };
    let query = index.prepare(&QueryText::new(text), Ranking::default())?;
    match task {
        Task::Count => write!(answer, "{}", index.count_documents(&query)?)?,
        Task::Top(k) => {
            index.rank(&query, k, Strategy::Auto)?;
            answer.push('1');
        }
        Task::TopCount(k) => match index.rank_and_count(&query, k)?.total {
            Total::Exact(number) | Total::AtLeast(number) => write!(answer, "{number}")?,
        },
        Task::TopDocs(k) => {
            for (document, score) in index.rank(&query, k, Strategy::Auto)?.documents {
                let id = index.id(document)?.unwrap_or_default();
                let blank = if answer.is_empty() { "" } else { " " };
                write!(answer, "{blank}{id}:{score}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Task;

    #[test]
    fn commands_of_the_game_are_known() {
        let tasks = ["COUNT", "TOP_10", "TOP_1000", "TOP_10_COUNT", "TOPDOCS_5"].map(Task::new);
        let expected =
            [Task::Count, Task::Top(10), Task::Top(1000), Task::TopCount(10), Task::TopDocs(5)];
        assert_eq!(tasks, expected.map(Some));
        for name in ["", "count", "TOP_", "TOP_10_FF", "TOP_-1", "UNOPTIMIZED_COUNT", "TOPDOCS_x"] {
            assert_eq!(Task::new(name), None, "{name}");
        }
    }
}
