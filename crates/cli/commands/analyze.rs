//! `pressmark analyze`: the words a text is indexed by.

use std::io::Read;

use anyhow::Context;

use crate::arguments::{AnalyzeArguments, Setting, TsvOrJson, unprotected};
use crate::exit::Exit;
use crate::output::{Out, tables};

pub(crate) fn run(arguments: AnalyzeArguments, _setting: &Setting) -> anyhow::Result<Exit> {
    let text = if arguments.text == ["-"] {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        let words: Vec<&str> = arguments.text.iter().map(|word| unprotected(word)).collect();
        words.join(" ")
    };
    let tokens = pressmark::analyze(&text, arguments.stem.as_deref())?;
    let mut out = Out::new();
    for token in &tokens {
        match arguments.format {
            TsvOrJson::Json => out.json(token)?,
            TsvOrJson::Tsv => out.line(&tables::token(token))?,
        }
    }
    out.finish()?;
    Ok(Exit::found(!tokens.is_empty()))
}
