//! What is meant by what was typed, once defaults, the terminal, the environment and files are taken into account.
//!
//! Comes in: `typed`, and the few things only the surroundings know. Goes out: plain values the commands work with.

use std::io::{IsTerminal, Read};

use anyhow::{Context, bail};
use clap::ValueEnum;
use pressmark::{Model, QueryText, Ranking};

use super::RankingArguments;
use super::dashes::unprotected;
use super::typed::{GlobalOptions, QueryArguments, Ties};

/// When to use colour. The values stay without comments: clap would print them and spread the help over pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// How hits are printed; `search --help` explains each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Tsv,
    Trec,
    Ids,
}

/// The surroundings in which every command runs.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Whether standard output takes colour.
    pub(crate) color_out: bool,
    /// Whether standard error takes colour.
    pub(crate) color_err: bool,
    /// How wide lines may be; `None` where standard output is no terminal: lines are not broken there.
    pub(crate) width: Option<usize>,
    /// Whether standard error is a terminal: carets and progress bars make sense.
    pub(crate) talks_to_person: bool,
    /// Whether to say nothing but errors.
    pub(crate) quiet: bool,
    /// Threads to build or to measure with.
    pub(crate) threads: Option<usize>,
    /// Whether to map index files.
    pub(crate) map: bool,
}

#[cfg(test)]
impl Setting {
    /// Nobody's, for tests of what is printed.
    pub(crate) fn plain(width: Option<usize>, color_out: bool) -> Setting {
        Setting {
            color_out,
            color_err: false,
            width,
            talks_to_person: false,
            quiet: false,
            threads: None,
            map: true,
        }
    }
}

impl Setting {
    /// Looks at the terminal and the environment.
    pub(crate) fn new(typed: &GlobalOptions) -> Setting {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let color = |auto: anstream::ColorChoice| match typed.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => auto != anstream::ColorChoice::Never,
        };
        let width = terminal_size::terminal_size_of(&out).map(|(width, _)| usize::from(width.0));
        Setting {
            color_out: color(anstream::AutoStream::choice(&out)),
            color_err: color(anstream::AutoStream::choice(&err)),
            width: width.filter(|_| out.is_terminal()).map(|width| width.clamp(20, 120)),
            talks_to_person: err.is_terminal(),
            quiet: typed.quiet,
            threads: typed.threads.map(usize::from),
            map: !typed.no_mmap,
        }
    }
}

/// A query as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query(pub(crate) QueryText);

/// Most bytes read from a query file: far beyond what any query may have, so that the parser can say so.
const QUERY_FILE_LIMIT: u64 = 1 << 20;

impl Query {
    /// The query from wherever it was given; exactly one place must hold one.
    pub(crate) fn new(typed: &QueryArguments) -> anyhow::Result<Query> {
        let text = if let Some(path) = &typed.file {
            let shown = path.display();
            let mut text = String::new();
            let read = if path.as_os_str() == "-" {
                std::io::stdin().take(QUERY_FILE_LIMIT).read_to_string(&mut text)
            } else {
                std::fs::File::open(path)
                    .and_then(|file| file.take(QUERY_FILE_LIMIT).read_to_string(&mut text))
            };
            read.with_context(|| format!("cannot read the query from `{shown}`"))?;
            text.trim_end_matches(['\n', '\r']).to_owned()
        } else if let Some(query) = &typed.query {
            unprotected(query).to_owned()
        } else if typed.words.is_empty() {
            bail!("no query given: write it behind the index, as in `pressmark search IDX wolf`");
        } else {
            let words: Vec<&str> = typed.words.iter().map(|word| unprotected(word)).collect();
            words.join(" ")
        };
        Ok(Query(QueryText {
            text,
            all_words: typed.all,
            lenient: typed.lenient,
            max_expansions: typed.max_expansions,
            read_files: true,
        }))
    }
}

/// The model and its parameters; a parameter that the model does not have is an error, never ignored.
pub(crate) fn ranking(typed: &RankingArguments) -> anyhow::Result<Ranking> {
    let name = typed.model.as_deref().unwrap_or("bm25").to_ascii_lowercase();
    let usual: Model = name
        .parse()
        .map_err(|known: String| anyhow::anyhow!("unknown model `{name}`; it is {known}"))?;
    let model = match (usual, typed.delta, typed.mu) {
        (model, None, None) => model,
        (Model::Bm25Plus { .. }, Some(delta), None) => Model::Bm25Plus { delta },
        (Model::Bm25L { .. }, Some(delta), None) => Model::Bm25L { delta },
        (Model::Dirichlet { .. }, None, Some(mu)) => Model::Dirichlet { mu },
        (_, Some(_), _) => bail!("--delta belongs to the models bm25+ and bm25l, not to {name}"),
        (..) => bail!("--mu belongs to the model dirichlet, not to {name}"),
    };
    if let (Model::Dirichlet { .. } | Model::Dph, true) = (model, typed.k1.or(typed.b).is_some()) {
        bail!("--k1 and --b belong to the models bm25, bm25+ and bm25l, not to {name}");
    }
    Ok(Ranking { k1: typed.k1, b: typed.b, model })
}

/// The order of equal scores.
pub(crate) fn ties(typed: Ties) -> pressmark::Ties {
    match typed {
        Ties::Number => pressmark::Ties::Number,
        Ties::Id => pressmark::Ties::Id,
    }
}

/// Bytes from a size such as `256M`, `2G`, `1.5GiB` or `1000000`; powers of 1024.
pub(crate) fn bytes(size: &str) -> anyhow::Result<u64> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match size[digits.len()..]
        .to_ascii_lowercase()
        .trim_end_matches("ib")
        .trim_end_matches('b')
    {
        "" => 1u64,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => bail!("cannot read the size `{size}`: expected a number with K, M or G, as in `512M`"),
    };
    let number: f64 = digits
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && 0.0 < *number)
        .with_context(|| {
            format!("cannot read the size `{size}`: expected a number with K, M or G, as in `512M`")
        })?;
    Ok((number * factor as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::{Query, bytes};
    use crate::arguments::QueryArguments;

    fn typed(words: &[&str]) -> QueryArguments {
        QueryArguments {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            query: None,
            file: None,
            all: true,
            lenient: false,
            max_expansions: None,
        }
    }

    #[test]
    fn words_are_joined_by_blanks() {
        let query = Query::new(&typed(&["big", "\u{f8fe}-bad", "\"this mortal coil\""]));
        let query = query.expect("a query").0;
        assert_eq!(query.text, "big -bad \"this mortal coil\"");
        assert!(query.all_words);
    }

    #[test]
    fn no_query_is_an_error_and_an_empty_one_is_not() {
        assert!(Query::new(&typed(&[])).is_err());
        assert_eq!(Query::new(&typed(&[""])).expect("a query").0.text, "");
    }

    #[test]
    fn sizes_are_read_in_powers_of_1024() {
        for (size, expected) in [
            ("4096", 4096),
            ("256M", 256 << 20),
            ("2G", 2 << 30),
            ("1.5k", 1536),
            ("1GiB", 1 << 30),
            ("3mb", 3 << 20),
        ] {
            assert_eq!(bytes(size).expect(size), expected);
        }
        for size in ["", "M", "-1G", "0", "1X", "1e999", "nanM", "1 G"] {
            assert!(bytes(size).is_err(), "{size}");
        }
    }
}
