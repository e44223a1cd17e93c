//! `pressmark explain`: how a query is answered, and what it makes of a document.

use pressmark::Ranking;

use crate::arguments::{ExplainArguments, Query, QueryArguments, Setting, TextOrJson};
use crate::commands::{opened, say_notes};
use crate::exit::Exit;
use crate::output::{Out, explanation};

pub(crate) fn run(arguments: ExplainArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let typed = QueryArguments {
        words: vec![arguments.query],
        query: None,
        file: None,
        all: arguments.all,
        lenient: arguments.lenient,
        max_expansions: arguments.max_expansions,
    };
    let Query(query) = Query::new(&typed)?;
    let index = opened::index_or_dump(&arguments.index, setting)?;
    let ranking = Ranking { k1: arguments.k1, b: arguments.b, ..Ranking::default() };
    let explained = index.explain(&query, ranking, arguments.id.as_deref())?;
    let mut out = Out::new();
    match arguments.format {
        TextOrJson::Json => out.json(&explained)?,
        TextOrJson::Text => out.write(explanation::text(&explained).as_bytes())?,
    }
    out.finish()?;
    say_notes(setting, &explained.notes);
    let found = explained.document.as_ref().map_or(0 < explained.matching, |it| it.matches);
    Ok(Exit::found(found))
}
