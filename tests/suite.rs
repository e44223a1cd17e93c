//! The data-driven suite: `tests/suite/*.txt`, each case through the oracle and through the engine.
//!
//! A file holds documents and cases about them. Lines that start with `#` and blank lines between cases are skipped.
//!
//! ```text
//! doc ID the body                               after a case, begins a new set of documents
//! doc ID | title: a title | body: the body | date: 2011-03-02
//! case what must hold
//! query --all "the query"                       --all is an option
//! ranking 0.9 0.4                               k1 and b, 1.2 and 0.75 unless given
//! hits ID ID                                    all documents that match, in order of rank
//! matches 3                                     all matches, where given
//! scores 1.5 0.5                                to 1e-6, where given
//! error a part of the message                   instead of hits
//! ```
//!
//! In texts, `\u{e9}` is a character and `\rep{3}{ab }` is `ab ab ab `.

use crate::agreement::{Question, engine};
use crate::dump::{Build, Built, build};
use crate::meaning::{COLUMNS, meaning};
use oracle::{Corpus, Occur, OracleDoc, Query};
use std::path::Path;
use std::rc::Rc;

/// One case with its documents.
pub(crate) struct Fixture {
    place: String,
    pub(crate) documents: Rc<Vec<OracleDoc>>,
    pub(crate) query: String,
    pub(crate) all: bool,
    pub(crate) ranking: (f64, f64),
    expected: Expected,
}

enum Expected {
    Hits { ids: Vec<String>, matches: Option<usize>, scores: Option<Vec<f64>> },
    Error(String),
}

/// What a searcher answered: ids with scores in order of rank, and the number of matches; or its error message.
pub(crate) type Answer = Result<(Vec<(String, f64)>, usize), String>;

macro_rules! suite {
    ($($name:ident)*) => {
        /// The files of the suite.
        const FILES: &[&str] = &[$(stringify!($name)),*];
        $(#[test]
        fn $name() {
            check_file(stringify!($name));
        })*
    };
}

suite! {
    words phrases slop windows wildcards fuzzy regex fields boosts booleans unicode ordinary joint names columns scores
    promises errors
}

#[test]
fn every_file_of_the_suite_is_run() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut known = FILES.to_vec();
    known.sort();
    assert_eq!(files, known);
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite")
}

fn check_file(name: &str) {
    let fixtures = read_file(name);
    let mut failures: Vec<String> = Vec::new();
    for same_documents in fixtures.chunk_by(|one, next| Rc::ptr_eq(&one.documents, &next.documents))
    {
        let documents = &same_documents[0].documents;
        let splits = [1, 3].map(|segments| build(documents, Build { segments, threads: 2 }));
        failures.extend(same_documents.iter().filter_map(|fixture| check(fixture, &splits).err()));
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases fail\n{}",
        failures.len(),
        fixtures.len(),
        failures.join("\n")
    );
}

/// Asks everybody who can answer, and compares with what is expected.
fn check(fixture: &Fixture, indexes: &[Built]) -> Result<(), String> {
    for built in indexes {
        fixture.compare("engine", &engine(&built.index, &fixture.question()))?;
    }
    if matches!(fixture.expected, Expected::Hits { .. }) {
        fixture.compare("oracle", &ask_oracle(fixture))?;
    }
    Ok(())
}

fn ask_oracle(fixture: &Fixture) -> Answer {
    let corpus = Corpus::new(fixture.documents.to_vec());
    let query = read_query(&fixture.query, fixture.all)?;
    let hits = corpus.search(&query, fixture.ranking.0, fixture.ranking.1);
    let hits = hits.into_iter().map(|(doc, score)| (corpus.id(doc).to_owned(), score));
    Ok((hits.collect(), corpus.count(&query).matches))
}

/// The oracle's tree of a query; with `all`, every bare clause of every list is required.
fn read_query(text: &str, all: bool) -> Result<Query, String> {
    let query = oracle::parse(text, &meaning)?;
    Ok(if all { require(query) } else { query })
}

fn require(query: Query) -> Query {
    let Query::Clauses(clauses) = query else { return query };
    let required = |(occur, node)| match occur {
        Occur::Should => (Occur::Must, require(node)),
        _ => (occur, node),
    };
    Query::Clauses(clauses.into_iter().map(required).collect())
}

impl Fixture {
    fn question(&self) -> Question<'_> {
        Question { text: &self.query, all: self.all, ranking: self.ranking }
    }

    pub(crate) fn compare(&self, who: &str, answer: &Answer) -> Result<(), String> {
        let complain =
            |what: String| Err(format!("{}: {who}: `{}`: {what}", self.place, self.query));
        match (&self.expected, answer) {
            (Expected::Error(part), Err(message)) if message.contains(part) => Ok(()),
            (Expected::Error(part), answer) => {
                complain(format!("no error with `{part}`, but {answer:?}"))
            }
            (Expected::Hits { .. }, Err(message)) => complain(message.clone()),
            (Expected::Hits { ids, matches, scores }, Ok((hits, found))) => {
                let hit_ids: Vec<&str> = hits.iter().map(|(id, _)| id.as_str()).collect();
                let near = |(hit, score): (&(String, f64), &f64)| (hit.1 - score).abs() < 1e-6;
                if hit_ids != *ids {
                    return complain(format!("hits {hits:?}, expected {}", ids.join(" ")));
                }
                if matches.is_some_and(|matches| matches != *found) {
                    return complain(format!("matches {found}, expected {matches:?}"));
                }
                match scores {
                    Some(scores) if !hits.iter().zip(scores).all(near) => {
                        complain(format!("hits {hits:?}, expected scores {scores:?}"))
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

/// Reads a file of the suite.
pub(crate) fn read_file(name: &str) -> Vec<Fixture> {
    read(name, &std::fs::read_to_string(folder().join(format!("{name}.txt"))).unwrap())
}

fn read(name: &str, text: &str) -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = Vec::new();
    let mut documents = Rc::new(Vec::new());
    let mut in_cases = false;
    for (number, line) in text.lines().enumerate() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = unescape(rest);
        match word {
            "doc" => {
                if std::mem::take(&mut in_cases) {
                    documents = Rc::new(Vec::new());
                }
                Rc::get_mut(&mut documents)
                    .expect("no case has these documents yet")
                    .push(document(&rest));
            }
            "case" => {
                in_cases = true;
                fixtures.push(Fixture {
                    place: format!("tests/suite/{name}.txt:{} {rest}", number + 1),
                    documents: documents.clone(),
                    query: String::new(),
                    all: false,
                    ranking: (1.2, 0.75),
                    expected: Expected::Error("nothing is expected".to_owned()),
                });
            }
            "" | "#" => {}
            _ => fixtures.last_mut().expect("a case begins with `case`").read_line(word, &rest),
        }
    }
    fixtures
}

impl Fixture {
    fn read_line(&mut self, word: &str, rest: &str) {
        let numbers = || rest.split_whitespace().map(|number| number.parse::<f64>().unwrap());
        match (word, &mut self.expected) {
            ("query", _) => {
                self.all = rest.starts_with("--all ");
                self.query = rest.trim_start_matches("--all ").to_owned();
            }
            ("ranking", _) => {
                let numbers: Vec<f64> = numbers().collect();
                self.ranking = (numbers[0], numbers[1]);
            }
            ("hits", expected) => {
                let ids = rest.split_whitespace().map(str::to_owned).collect();
                *expected = Expected::Hits { ids, matches: None, scores: None };
            }
            ("matches", Expected::Hits { matches, .. }) => *matches = Some(rest.parse().unwrap()),
            ("scores", Expected::Hits { scores, .. }) => *scores = Some(numbers().collect()),
            ("error", expected) => *expected = Expected::Error(rest.to_owned()),
            _ => panic!("{}: `{word}` has no place here", self.place),
        }
    }
}

/// `ID text`, or `ID | name: text | name: text`.
fn document(line: &str) -> OracleDoc {
    let (id, rest) = line.split_once(' ').unwrap_or((line, ""));
    let Some(parts) = rest.strip_prefix("| ") else { return OracleDoc::new(id, &[("body", rest)]) };
    let mut document = OracleDoc::new(id, &[]);
    for part in parts.split(" | ") {
        let (name, value) = part.split_once(':').expect("`name: value`");
        let pair = (name.to_owned(), value.trim_start().to_owned());
        if COLUMNS.contains(&name) {
            document.columns.push(pair)
        } else {
            document.fields.push(pair)
        }
    }
    document
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, escaped)) = rest.split_once('\\') {
        out.push_str(before);
        let braces = |text: &'_ str| {
            let end = text.find('}').expect("a closed escape");
            (text[1..end].to_owned(), end + 1)
        };
        if let Some(code) = escaped.strip_prefix('u') {
            let (digits, end) = braces(code);
            out.push(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap());
            rest = &code[end..];
        } else {
            let code = escaped.strip_prefix("rep").expect("`\\u{...}` or `\\rep{...}{...}`");
            let (times, end) = braces(code);
            let (part, length) = braces(&code[end..]);
            out.push_str(&part.repeat(times.parse().unwrap()));
            rest = &code[end + length..];
        }
    }
    out + rest
}
