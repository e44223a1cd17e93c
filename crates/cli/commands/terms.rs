//! `pressmark terms`: the vocabulary with its figures, streamed.

use crate::arguments::{Setting, TermsArguments, TsvOrJson};
use crate::commands::opened;
use crate::exit::Exit;
use crate::output::{Out, tables};

pub(crate) fn run(arguments: TermsArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(&arguments.index, setting)?;
    let mut terms = index.terms(arguments.pattern.as_deref())?;
    let mut out = Out::new();
    let mut found = false;
    while let Some(term) = terms.next_term()? {
        found = true;
        match arguments.format {
            TsvOrJson::Json => out.json(&term)?,
            TsvOrJson::Tsv => out.line(&tables::term(&term))?,
        }
    }
    out.finish()?;
    Ok(Exit::found(found))
}
