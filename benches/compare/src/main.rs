//! Pressmark beside its peers: the same words, the same queries, one run.
//!
//! In come a dump and the Search Benchmark Game's queries. Out goes a report: what each engine needed to build, whether
//! all count the same, and how long each took, per class of query and command. The driver speaks to every engine over
//! pipes and knows of each only how to start it ([`engines`]).
//!
//! ```text
//! corpus -> engines (build, cost) -> check (counts, best ten) -> measure (passes) -> figures -> report, chart
//! ```

mod arguments;
mod chart;
mod check;
mod child;
mod corpus;
mod cost;
mod engines;
mod figures;
mod measure;
mod queries;
mod report;

use anyhow::Result;
use clap::Parser;

use crate::arguments::{Arguments, Verb};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Verb::Cost { out, command }) = &arguments.verb {
        return cost::measure_child(out, command);
    }
    run(&arguments)
}

fn run(arguments: &Arguments) -> Result<()> {
    let corpus = corpus::prepared(arguments)?;
    eprintln!("{}: {} articles, {} words", corpus.name, corpus.documents, corpus.words);
    let built = engines::built(arguments, &corpus)?;
    let queries = queries::read(arguments)?;
    child::share_one_processor()?;
    let mut children = Vec::new();
    for engine in &built {
        children.push(child::Child::start(engine)?);
    }
    let agreement = check::agreement(&mut children, &queries)?;
    eprint!("{}", report::agreement_lines(&agreement));
    if arguments.check_only {
        return Ok(());
    }
    let times = measure::times(arguments, &mut children, &queries)?;
    let found = report::Found { arguments, corpus, built, queries, agreement, times };
    report::write(&found)
}
