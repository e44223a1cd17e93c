//! `pressmark parse`: how a query is read.

use crate::arguments::{ParseArguments, Query, Setting, TextOrJson};
use crate::commands::{opened, say_notes};
use crate::exit::Exit;
use crate::output::{Out, tree};

pub(crate) fn run(arguments: ParseArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let Query(query) = Query::new(&arguments.query)?;
    let index = opened::index_or_dump(&arguments.index, setting)?;
    let reading = index.parse(&query)?;
    let mut out = Out::new();
    match arguments.format {
        TextOrJson::Json => out.json(&reading)?,
        TextOrJson::Text => out.write(tree::text(&reading).as_bytes())?,
    }
    out.finish()?;
    say_notes(setting, &reading.notes);
    Ok(Exit::Found)
}
