//! `pressmark stats`: what an index says about itself.

use std::path::Path;

use anyhow::Context;
use evaluation::lexicon::Lexicon;
use evaluation::pictures;

use crate::arguments::{Setting, StatsArguments, TextOrJson};
use crate::commands::opened;
use crate::exit::Exit;
use crate::output::{Out, lexicon, stats};

pub(crate) fn run(arguments: StatsArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(&arguments.index, setting)?;
    let found = index.stats()?;
    let wanted =
        arguments.distributions || arguments.plot.is_some() || arguments.plot_growth.is_some();
    let words = wanted.then(|| Lexicon::new(&index)).transpose()?;
    if let Some(words) = &words {
        draw(arguments.plot.as_deref(), || pictures::zipf(words))?;
        draw(arguments.plot_growth.as_deref(), || pictures::growth(words))?;
    }
    let words = words.filter(|_| arguments.distributions);
    let mut out = Out::new();
    match (arguments.format, words) {
        (TextOrJson::Json, None) => out.json(&found)?,
        (TextOrJson::Json, Some(words)) => {
            let mut object = serde_json::to_value(&found)?;
            object["distributions"] = serde_json::to_value(&words)?;
            out.json(&object)?;
        }
        (TextOrJson::Text, words) => {
            out.write(stats::text(&found, setting).as_bytes())?;
            if let Some(words) = words {
                out.write(lexicon::text(&words, &found).as_bytes())?;
            }
        }
    }
    out.finish()?;
    Ok(Exit::Found)
}

fn draw(path: Option<&Path>, picture: impl Fn() -> String) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, picture()).with_context(|| format!("cannot write `{}`", path.display()))
}
