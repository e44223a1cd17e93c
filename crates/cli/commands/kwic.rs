//! `pressmark kwic`: every match in its context, a line each.

use pressmark::{KwicLine, KwicOrder, KwicRequest, LineSample};

use crate::arguments::{KwicArguments, LineOrder, PlainFormat, Query, Setting};
use crate::commands::{opened, say, say_notes};
use crate::exit::Exit;
use crate::output::{Out, figures, lines};

pub(crate) fn run(arguments: KwicArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let Query(query) = Query::new(&arguments.query)?;
    let index = opened::index_or_dump(&arguments.index, setting)?;
    let sample = arguments.sample.map(|lines| LineSample { lines, seed: arguments.seed });
    let order = match arguments.sort {
        LineOrder::Index => KwicOrder::Index,
        LineOrder::Left => KwicOrder::Left,
        LineOrder::Right => KwicOrder::Right,
        LineOrder::Date => KwicOrder::Date,
    };
    let request = KwicRequest { query, context: arguments.context, order, sample };
    let (mut out, mut written) = (Out::new(), Ok(()));
    let summary = index.kwic(&request, |line| {
        written = print(&mut out, line, arguments.format, setting);
        written.is_ok()
    })?;
    written?;
    out.finish()?;
    say_notes(setting, &summary.notes);
    if arguments.format == PlainFormat::Text {
        let matches = figures::count(summary.matches, "match");
        let documents = figures::count(summary.documents, "article");
        say(
            setting,
            &match summary.lines == summary.matches {
                true => format!("{matches} in {documents}"),
                false => format!("{} of {matches} in {documents}", summary.lines),
            },
        );
    }
    Ok(Exit::found(0 < summary.matches))
}

fn print(
    out: &mut Out,
    line: &KwicLine,
    format: PlainFormat,
    setting: &Setting,
) -> std::io::Result<()> {
    match format {
        PlainFormat::Json => out.json(line),
        PlainFormat::Tsv => out.line(&lines::tsv(line)),
        PlainFormat::Text => out.line(&lines::text(line, setting)),
    }
}
