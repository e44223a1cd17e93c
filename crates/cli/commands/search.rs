//! `pressmark search`: the best articles for a query.

use std::time::Instant;

use anyhow::bail;
use pressmark::{Detail, FragmentRequest, Hit, Index, SearchAnswer, SearchRequest, Sort, Total};

use crate::arguments::{
    Format, Query, SearchArguments, Setting, Strategy, Ties, ranking, ties, unprotected,
};
use crate::commands::{opened, say, say_notes};
use crate::exit::Exit;
use crate::output::{Out, figures, tables, text};
use crate::system;

pub(crate) fn run(arguments: SearchArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let request = request(&arguments, setting.threads.unwrap_or_else(system::cores))?;
    let index = opened::index_or_dump(&arguments.index, setting)?;
    let fields = FieldChoice::new(&arguments.fields, &index)?;
    let start = Instant::now();
    let mut answer = index.search(&request)?;
    let elapsed = start.elapsed();
    say_notes(setting, &answer.notes);
    if arguments.format == Format::Json {
        answer.hits.iter_mut().for_each(|hit| fields.keep(hit));
    }
    print(&answer.hits, arguments.format, setting)?;
    if arguments.format == Format::Text {
        say(setting, &summary(&answer, request.offset, &figures::time(elapsed)));
    }
    Ok(Exit::found(0 < answer.total.number() || !answer.hits.is_empty()))
}

/// What the options ask of the library.
fn request(arguments: &SearchArguments, threads: usize) -> anyhow::Result<SearchRequest> {
    let Query(query) = Query::new(&arguments.query)?;
    let fragments = FragmentRequest {
        count: arguments.fragments,
        context: arguments.context,
        lead: arguments.format == Format::Text,
    };
    let detail = match arguments.format {
        Format::Text => Detail { fields: true, spans: false, fragments: Some(fragments) },
        Format::Json => Detail { fields: true, spans: true, fragments: Some(fragments) },
        Format::Tsv => Detail { fields: true, ..Detail::none() },
        Format::Trec | Format::Ids => Detail::none(),
    };
    Ok(SearchRequest {
        limit: arguments.k,
        offset: arguments.offset,
        ranking: ranking(&arguments.ranking)?,
        strategy: match arguments.strategy {
            Strategy::Auto => pressmark::Strategy::Auto,
            Strategy::Exhaustive => pressmark::Strategy::Exhaustive,
        },
        ties: ties(arguments.ties),
        sort: sort(arguments)?,
        threads,
        detail,
        query,
        ..SearchRequest::new("")
    })
}

/// The field to sort by, if it is not by score.
fn sort(arguments: &SearchArguments) -> anyhow::Result<Option<Sort>> {
    let typed = unprotected(&arguments.sort);
    let (field, descending) = match typed.strip_prefix('-') {
        Some(field) => (field, true),
        None => (typed.strip_prefix('+').unwrap_or(typed), false),
    };
    match field {
        "" => bail!("--sort needs a field, such as date or -date, or score"),
        "score" if descending || field == typed => Ok(None),
        _ if arguments.ties == Ties::Id => {
            bail!("--ties orders equal scores; it cannot be used together with --sort {typed}")
        }
        _ => Ok(Some(Sort { field: field.to_owned(), descending })),
    }
}

/// The stored fields that JSON shows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FieldChoice {
    All,
    Only(Vec<String>),
}

impl FieldChoice {
    /// From `all`, `none` or names, which must be fields of the index.
    fn new(typed: &str, index: &Index) -> anyhow::Result<FieldChoice> {
        match typed {
            "all" => return Ok(FieldChoice::All),
            "none" => return Ok(FieldChoice::Only(Vec::new())),
            _ => {}
        }
        let known = index.field_names();
        let names: Vec<String> = typed.split(',').map(|name| name.trim().to_owned()).collect();
        match names.iter().find(|name| !known.contains(name)) {
            None => Ok(FieldChoice::Only(names)),
            Some(name) => {
                bail!("unknown field `{name}` in --fields; the fields are {}", known.join(", "))
            }
        }
    }

    /// Leaves only these fields in a hit.
    fn keep(&self, hit: &mut Hit) {
        if let FieldChoice::Only(names) = self {
            hit.fields.retain(|(name, _)| names.contains(name));
        }
    }
}

fn print(hits: &[Hit], format: Format, setting: &Setting) -> anyhow::Result<()> {
    let mut out = Out::new();
    for (index, hit) in hits.iter().enumerate() {
        match format {
            Format::Text => {
                if 0 < index {
                    out.line("")?;
                }
                out.line(&text::hit(hit, setting))?;
            }
            Format::Json => out.json(hit)?,
            Format::Tsv => out.line(&tables::tsv(hit))?,
            Format::Trec => out.line(&tables::trec(hit))?,
            Format::Ids => out.line(&hit.id)?,
        }
    }
    out.finish()?;
    if format == Format::Trec && hits.iter().any(|hit| *hit.id != tables::trec_id(&hit.id)) {
        say(
            setting,
            "note: blanks in ids were printed as _, because a run separates columns by blanks",
        );
    }
    Ok(())
}

/// The last line of talk: which hits were shown, how many documents match, how long it took.
fn summary(answer: &SearchAnswer, offset: usize, time: &str) -> String {
    let matching = match answer.total {
        Total::Exact(0) => return format!("no article matches ({time})"),
        Total::Exact(number) => format!("{} matching", figures::count(number, "article")),
        Total::AtLeast(number) => {
            format!("at least {} matching", figures::count(number, "article"))
        }
    };
    let shown = match answer.hits.len() {
        0 => "none shown".to_owned(),
        1 => format!("showing {}", offset + 1),
        length => format!("showing {}-{}", offset + 1, offset + length),
    };
    format!("{shown} of {matching} ({time})")
}

#[cfg(test)]
mod tests {
    use pressmark::{Hit, SearchAnswer, Total};

    use super::summary;

    #[test]
    fn the_summary_tells_exact_totals_from_lower_bounds() {
        let shown = |hits, total, offset| {
            let answer =
                SearchAnswer { hits: vec![Hit::default(); hits], total, notes: Vec::new() };
            summary(&answer, offset, "1.2 ms")
        };
        assert_eq!(shown(0, Total::Exact(0), 0), "no article matches (1.2 ms)");
        assert_eq!(shown(1, Total::Exact(1), 0), "showing 1 of 1 article matching (1.2 ms)");
        assert_eq!(
            shown(10, Total::Exact(1234), 20),
            "showing 21-30 of 1,234 articles matching (1.2 ms)"
        );
        assert_eq!(
            shown(10, Total::AtLeast(1001), 0),
            "showing 1-10 of at least 1,001 articles matching (1.2 ms)"
        );
        assert_eq!(shown(0, Total::Exact(3), 10), "none shown of 3 articles matching (1.2 ms)");
    }
}
