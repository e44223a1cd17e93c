//! The Search Benchmark Game's protocol: commands and queries in, one line for each out.
//!
//! In comes `COMMAND<TAB>QUERY` on standard input, where a query is clauses such as `+must`, `-not`, `should` and
//! `"a phrase"`. [`serve`] reads them, asks the engine, and writes `UNSUPPORTED`, `1`, a number, or `id:score ...`.
//! Knows no engine.

use std::io::{BufRead, Write};

use anyhow::{Context, Result};

/// What is wanted of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The number of matching documents.
    Count,
    /// The best documents, found but not told.
    Top(usize),
    /// The best documents found, and the number of all.
    TopCount(usize),
    /// The best documents with their scores.
    TopDocs(usize),
}

/// Whether a clause must, may or must not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `+x`
    Must,
    /// `x`
    Should,
    /// `-x`
    Not,
}

/// A word, or several words in a row: a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Whether it must match.
    pub role: Role,
    /// Its words.
    pub words: Vec<String>,
}

/// What an engine answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It has no such query or no such command.
    Unsupported,
    /// The best documents have been found.
    Found,
    /// The number of matching documents.
    Count(u64),
    /// Document numbers in the order of the corpus, with scores, best first.
    Documents(Vec<(u64, f64)>),
}

impl Command {
    /// From its name; `None` for one that is not known here.
    pub fn new(name: &str) -> Option<Command> {
        if name == "COUNT" {
            return Some(Command::Count);
        }
        if let Some(k) = name.strip_prefix("TOPDOCS_") {
            return k.parse().ok().map(Command::TopDocs);
        }
        let k = name.strip_prefix("TOP_")?;
        match k.strip_suffix("_COUNT") {
            Some(k) => k.parse().ok().map(Command::TopCount),
            None => k.parse().ok().map(Command::Top),
        }
    }

    /// How many documents are wanted at most.
    pub fn limit(self) -> usize {
        match self {
            Command::Count => 0,
            Command::Top(k) | Command::TopCount(k) | Command::TopDocs(k) => k,
        }
    }
}

/// The clauses of a query in the game's syntax.
///
/// ```
/// use compare::game::{Role, clauses};
/// let clauses = clauses("+\"the who\" uk -tv");
/// assert_eq!(clauses[0].words, ["the", "who"]);
/// assert_eq!((clauses[0].role, clauses[1].role), (Role::Must, Role::Should));
/// ```
pub fn clauses(query: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let role = match rest.as_bytes()[0] {
            b'+' => Role::Must,
            b'-' => Role::Not,
            _ => Role::Should,
        };
        let body = rest.trim_start_matches(['+', '-']);
        let (text, after) = match body.strip_prefix('"') {
            Some(phrase) => phrase.split_once('"').unwrap_or((phrase, "")),
            None => body.split_once(' ').unwrap_or((body, "")),
        };
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if !words.is_empty() {
            clauses.push(Clause { role, words });
        }
        rest = after.trim_start();
    }
    clauses
}

/// Answers each line of standard input until it ends.
pub fn serve(mut answer: impl FnMut(Command, &[Clause]) -> Result<Answer>) -> Result<()> {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    let mut line = String::new();
    while input.read_line(&mut line).context("cannot read from standard input")? != 0 {
        let (name, query) = line.trim_end().split_once('\t').unwrap_or((line.trim_end(), ""));
        let answered = match Command::new(name) {
            Some(command) => answer(command, &clauses(query))?,
            None => Answer::Unsupported,
        };
        output.write_all(text(&answered).as_bytes())?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

fn text(answer: &Answer) -> String {
    match answer {
        Answer::Unsupported => "UNSUPPORTED\n".to_owned(),
        Answer::Found => "1\n".to_owned(),
        Answer::Count(count) => format!("{count}\n"),
        Answer::Documents(documents) => {
            let hits: Vec<String> =
                documents.iter().map(|(id, score)| format!("{id}:{score}")).collect();
            hits.join(" ") + "\n"
        }
    }
}
