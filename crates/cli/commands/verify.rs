//! `pressmark verify`: reads every byte of an index and checks it.

use std::time::Instant;

use crate::arguments::{Setting, VerifyArguments};
use crate::commands::opened;
use crate::exit::Exit;
use crate::output::{Out, figures};

pub(crate) fn run(arguments: VerifyArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let start = Instant::now();
    let found = opened::index(&arguments.index, setting)?.verify()?;
    let mut out = Out::new();
    out.line(&format!(
        "sound: {} in {}, {} and {} read, {}",
        figures::bytes(found.bytes),
        figures::count(found.sections, "section"),
        figures::count(found.terms, "term"),
        figures::count(found.documents, "article"),
        figures::time(start.elapsed())
    ))?;
    out.finish()?;
    if 0 < found.uncommitted_bytes {
        let bytes = figures::bytes(found.uncommitted_bytes);
        super::say(
            setting,
            &format!(
                "note: {bytes} behind the last commit belong to none; the next one overwrites them"
            ),
        );
    }
    Ok(Exit::Found)
}
