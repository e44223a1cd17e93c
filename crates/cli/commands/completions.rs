//! `pressmark completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::arguments::{CompletionsArguments, Typed};
use crate::exit::Exit;
use crate::output::Out;

pub(crate) fn run(arguments: CompletionsArguments) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Typed::command(), "pressmark", &mut script);
    let mut out = Out::new();
    out.write(&script)?;
    out.finish()?;
    Ok(Exit::Found)
}
