//! One file per verb: what is meant goes in, the library is asked, the answer is printed, the exit is told.

mod analyze;
mod bench;
mod completions;
mod count;
pub(crate) mod eval;
mod explain;
mod game;
mod get;
mod index;
mod kwic;
mod man;
mod opened;
mod parse;
mod postings;
mod run;
mod search;
mod stats;
mod terms;
mod topics;
mod tune;
mod verify;

use std::io::Write;

use crate::arguments::{Setting, Verb};
use crate::exit::Exit;
use crate::terminal::{ASIDE, harmless, styled};

/// Does what the verb says.
pub(crate) fn run(verb: Verb, setting: &Setting) -> anyhow::Result<Exit> {
    match verb {
        Verb::Index(arguments) => index::run(arguments, setting),
        Verb::Search(arguments) => search::run(arguments, setting),
        Verb::Count(arguments) => count::run(arguments, setting),
        Verb::Kwic(arguments) => kwic::run(arguments, setting),
        Verb::Get(arguments) => get::run(arguments, setting),
        Verb::Terms(arguments) => terms::run(arguments, setting),
        Verb::Stats(arguments) => stats::run(arguments, setting),
        Verb::Verify(arguments) => verify::run(arguments, setting),
        Verb::Analyze(arguments) => analyze::run(arguments, setting),
        Verb::Parse(arguments) => parse::run(arguments, setting),
        Verb::Explain(arguments) => explain::run(arguments, setting),
        Verb::Run(arguments) => run::run(arguments, setting),
        Verb::Tune(arguments) => tune::run(arguments, setting),
        Verb::Postings(arguments) => postings::run(arguments, setting),
        Verb::Eval(arguments) => eval::run(arguments, setting),
        Verb::Bench(arguments) => bench::run(arguments, setting),
        Verb::Completions(arguments) => completions::run(arguments),
        Verb::Man(arguments) => man::run(arguments),
    }
}

/// A line of talk on standard error, unless quiet was asked for.
fn say(setting: &Setting, line: &str) {
    if !setting.quiet {
        let _ =
            writeln!(std::io::stderr(), "{}", styled(&harmless(line), ASIDE, setting.color_err));
    }
}

/// Notes about a query, each on a line: what was repaired, left out, or is nowhere to be found.
fn say_notes(setting: &Setting, notes: &[String]) {
    for note in notes {
        say(setting, &format!("note: {}", note.replace('`', "'")));
    }
}
