//! `pressmark get`: stored documents by id.

use crate::arguments::{GetArguments, Setting, TextOrJson};
use crate::commands::{opened, say};
use crate::exit::Exit;
use crate::output::{Out, text};

pub(crate) fn run(arguments: GetArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let index = opened::index(&arguments.index, setting)?;
    let mut out = Out::new();
    let mut found = 0;
    for id in &arguments.ids {
        let Some(document) = index.get(id)? else {
            out.flush()?;
            say(setting, &format!("no article has the id '{id}'"));
            continue;
        };
        match arguments.format {
            TextOrJson::Json => out.json(&document)?,
            TextOrJson::Text => {
                if 0 < found {
                    out.line("")?;
                }
                out.write(text::document(&document, setting).as_bytes())?;
            }
        }
        found += 1;
    }
    out.finish()?;
    Ok(Exit::found(0 < found))
}
