//! What each query text means: fixtures as text, one file per theme, and laws over random texts.
//!
//! A fixture is a line `> query` and lines that say what comes of it: `= tree`, `! error`, or with repairs `~ tree` and
//! one `- repair` each. `all> query` reads bare clauses as required. Every tree of a fixture must also come back from
//! its own canonical text.

mod dump;
mod laws;

use super::{ParseOptions, parse};
use dump::dump;
use std::io;
use store::{FieldKind, FieldSpec};

/// The fields that fixtures know.
pub(super) fn fields() -> Vec<FieldSpec> {
    let kinds = [
        ("title", FieldKind::Text),
        ("body", FieldKind::Text),
        ("date", FieldKind::Date),
        ("source", FieldKind::Keyword),
        ("year", FieldKind::Number),
        ("note", FieldKind::Stored),
        ("_key", FieldKind::Keyword),
    ];
    kinds.map(|(name, kind)| FieldSpec { name: name.to_owned(), kind }).into()
}

fn read_file(path: &str) -> io::Result<String> {
    match path {
        "ids.txt" => Ok("\u{feff}n01\n\n  n02 \r\nnew york\n".to_owned()),
        "empty.txt" => Ok("\n".to_owned()),
        _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
    }
}

/// The options of all tests here.
pub(super) fn options(fields: &[FieldSpec]) -> ParseOptions<'_> {
    ParseOptions { fields, read_file: Some(&read_file), ..ParseOptions::default() }
}

#[test]
fn fixtures() {
    let themes = [
        ("ordinary text", include_str!("ordinary_text.txt")),
        ("words", include_str!("words.txt")),
        ("phrases", include_str!("phrases.txt")),
        ("operators", include_str!("operators.txt")),
        ("windows", include_str!("windows.txt")),
        ("groups", include_str!("groups.txt")),
        ("fields", include_str!("fields.txt")),
        ("functions", include_str!("functions.txt")),
        ("errors", include_str!("errors.txt")),
    ];
    let mut wrong = String::new();
    for (theme, text) in themes {
        let mut lines = text.lines().enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            let (query, all) = match (line.strip_prefix("> "), line.strip_prefix("all> ")) {
                (Some(query), _) => (query, false),
                (_, Some(query)) => (query, true),
                _ => continue,
            };
            let mut expected = Vec::new();
            let result = |line: &str| line.starts_with(['=', '!', '~', '-']);
            while let Some((_, line)) = lines.next_if(|(_, line)| result(line)) {
                expected.push(line);
            }
            let lenient = expected.iter().any(|line| line.starts_with("~ "));
            let strict =
                expected.is_empty() || expected.iter().any(|line| line.starts_with(['=', '!']));
            let mut found = Vec::new();
            if strict {
                found.extend(outcome(query, all, false));
            }
            if lenient {
                found.extend(outcome(query, all, true));
            }
            if found != expected {
                wrong.push_str(&format!("{theme}:{}\n{line}\n{}\n", number + 1, found.join("\n")));
            }
        }
    }
    assert!(wrong.is_empty(), "these came out otherwise than written:\n{wrong}");
}

/// What a query comes to, in the lines of a fixture.
fn outcome(query: &str, all: bool, lenient: bool) -> Vec<String> {
    let fields = fields();
    let options = ParseOptions { all, lenient, ..options(&fields) };
    match parse(query, &options) {
        Err(error) => vec![format!("! {error}")],
        Ok(parsed) => {
            let again = parse(&parsed.root.to_string(), &self::options(&fields));
            let again = again.unwrap_or_else(|error| panic!("{query} -> {}: {error}", parsed.root));
            let canonical = parsed.root.to_string();
            assert_eq!(dump(&again.root), dump(&parsed.root), "{query} -> {canonical}");
            let mark = if lenient { '~' } else { '=' };
            let mut lines = vec![format!("{mark} {}", dump(&parsed.root))];
            lines.extend(parsed.repairs.iter().map(|repair| format!("- {}", repair.message)));
            lines
        }
    }
}
