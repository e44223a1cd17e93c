//! Query files of benchmarks.
//!
//! Comes in: text with a query a line, alone, behind a name and a tab, or as a JSON object with `query` (and `name`, or
//! `tags`). Goes out: queries with their lines. Whether they are well formed is the index's to say.

use super::BadQuery;

/// A query of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryLine {
    /// Counted from 1.
    pub line: usize,
    /// What it is called.
    pub name: Option<String>,
    /// The query.
    pub query: String,
}

/// Reads a query file: the queries, and the lines that are JSON of another form. Empty lines, and comments behind `# `,
/// are passed over.
#[must_use]
pub fn queries(text: &str) -> (Vec<QueryLine>, Vec<BadQuery>) {
    let (mut queries, mut bad) = (Vec::new(), Vec::new());
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        if text.trim().is_empty() || text == "#" || text.starts_with("# ") {
            continue;
        }
        if text.starts_with("{\"") {
            match object(text) {
                Some((name, query)) => queries.push(QueryLine { line, name, query }),
                None => bad.push(BadQuery {
                    line,
                    query: text.to_owned(),
                    error: "expected a JSON object with a `query`".to_owned(),
                }),
            }
            continue;
        }
        let (name, query) = match text.split_once('\t') {
            Some((name, query)) => (Some(name.trim().to_owned()), query),
            None => (None, text),
        };
        queries.push(QueryLine { line, name, query: query.trim().to_owned() });
    }
    (queries, bad)
}

fn object(text: &str) -> Option<(Option<String>, String)> {
    let object: serde_json::Value = serde_json::from_str(text).ok()?;
    let query = object.get("query")?.as_str()?.to_owned();
    let tags = || {
        let tags = object.get("tags")?.as_array()?;
        Some(tags.iter().filter_map(|tag| tag.as_str()).collect::<Vec<_>>().join(" "))
    };
    let name = object.get("name").and_then(|name| name.as_str().map(str::to_owned)).or_else(tags);
    Some((name, query))
}

#[cfg(test)]
mod tests {
    use super::{QueryLine, queries};

    #[test]
    fn lines_come_in_three_forms() {
        let text = "big wolf\n# a comment\nshort\t\"a b\"\n{\"query\": \"+a +b\", \"tags\": [\"intersection\", \"x\"]}\n{\"q\": 1}\n{protest march}\n";
        let (found, bad) = queries(text);
        let line = |line, name: Option<&str>, query: &str| QueryLine {
            line,
            name: name.map(str::to_owned),
            query: query.to_owned(),
        };
        let expected = [
            line(1, None, "big wolf"),
            line(3, Some("short"), "\"a b\""),
            line(4, Some("intersection x"), "+a +b"),
            line(6, None, "{protest march}"),
        ];
        assert_eq!(found, expected);
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5]);
    }
}
