//! The queries: their text, made of plain words, and their class.

use anyhow::{Context, Result};
use compare::words;

use crate::arguments::Arguments;

/// A query of the game.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) class: String,
}

/// All queries of the classes asked for.
pub(crate) fn read(arguments: &Arguments) -> Result<Vec<Query>> {
    let mut queries: Vec<Query> = Vec::new();
    for path in &arguments.queries {
        let lines =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {path:?}"))?;
        for line in lines.lines() {
            let entry: serde_json::Value = serde_json::from_str(line)?;
            let tag = entry["tags"][0].as_str().unwrap_or_default();
            let text = plain(entry["query"].as_str().unwrap_or_default());
            queries.push(Query { text, class: class(tag).to_owned() });
        }
    }
    queries.retain(|query| arguments.classes.contains(&query.class));
    if let Some(most) = arguments.queries_per_class {
        let mut seen = std::collections::HashMap::new();
        queries.retain(|query| {
            let count = seen.entry(query.class.clone()).or_insert(0);
            *count += 1;
            *count <= most
        });
    }
    Ok(queries)
}

fn class(tag: &str) -> &str {
    match tag {
        "intersection_union" | "two-phase-critic" => "mixed",
        other => other,
    }
}

/// The query with its words made as the corpus' are; signs and quotes stay.
fn plain(query: &str) -> String {
    let mut out = String::new();
    for part in query.split_inclusive([' ', '"', '+', '-']) {
        let sign = part.chars().next_back().filter(|c| [' ', '"', '+', '-'].contains(c));
        let mut word = String::new();
        words::append(part, &mut word);
        out.push_str(&word);
        out.extend(sign);
    }
    out
}
