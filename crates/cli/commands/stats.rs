//! `pressmark stats`: what an index says about itself.

use crate::arguments::{Setting, StatsArguments, TextOrJson};
use crate::commands::opened;
use crate::exit::Exit;
use crate::output::{Out, stats};

pub(crate) fn run(arguments: StatsArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(&arguments.index, setting)?;
    let found = index.stats()?;
    let mut out = Out::new();
    match arguments.format {
        TextOrJson::Json => out.json(&found)?,
        TextOrJson::Text => out.write(stats::text(&found, setting).as_bytes())?,
    }
    out.finish()?;
    Ok(Exit::Found)
}
