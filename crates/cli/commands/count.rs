//! `pressmark count`: how many articles match, and how often.

use crate::arguments::{CountArguments, PlainFormat, Query, Setting};
use crate::commands::{opened, say_notes};
use crate::exit::Exit;
use crate::output::{Out, figures};

pub(crate) fn run(arguments: CountArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let Query(query) = Query::new(&arguments.query)?;
    let index = opened::index_or_dump(&arguments.index, setting)?;
    let mut answer = index.count(&query)?;
    say_notes(setting, &std::mem::take(&mut answer.notes));
    let mut out = Out::new();
    match arguments.format {
        PlainFormat::Json => out.json(&answer)?,
        PlainFormat::Tsv => out.line(&format!("{}\t{}", answer.documents, answer.matches))?,
        PlainFormat::Text => {
            let documents = figures::count(answer.documents, "article");
            // A query of filters and NOT has documents and nothing in them to point at.
            let matches = (answer.documents == 0 || 0 < answer.matches)
                .then(|| format!(", {}", figures::count(answer.matches, "match")));
            out.line(&format!("{documents}{}", matches.unwrap_or_default()))?;
        }
    }
    out.finish()?;
    Ok(Exit::found(0 < answer.documents))
}
