//! Why a document has its score or does not match, and how a query is answered, for people.
//!
//! Comes in: an explanation of the library. Goes out: indented lines.

use std::fmt::Write as _;

use pressmark::{DocumentExplanation, OutcomeNode, PartExplanation, QueryExplanation, TreeNode};

use crate::output::figures::{count, number};
use crate::terminal::harmless;

/// All of it: the document first, where one was named, for it is what was asked.
pub(crate) fn text(explained: &QueryExplanation) -> String {
    let mut text = String::new();
    if let Some(found) = &explained.document {
        document(found, &mut text);
        text.push('\n');
    }
    plan(explained, &mut text);
    text
}

fn plan(explained: &QueryExplanation, text: &mut String) {
    let _ = writeln!(text, "query  {}", harmless(&explained.query));
    branch(&explained.plan, 1, text);
    let width = |texts: Vec<&str>| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let wide = width(explained.words.iter().map(|word| word.text.as_str()).collect());
    if !explained.words.is_empty() {
        text.push_str("words\n");
    }
    for word in &explained.words {
        let _ = writeln!(
            text,
            "  {:wide$}  {}",
            harmless(&word.text),
            count(word.documents, "article")
        );
    }
    let wide = width(explained.filters.iter().map(|filter| filter.text.as_str()).collect());
    if !explained.filters.is_empty() {
        text.push_str("filters\n");
    }
    for filter in &explained.filters {
        let passing = filter.documents.map_or_else(
            || "asked of each article, for want of a column".to_owned(),
            |documents| count(documents, "article"),
        );
        let _ = writeln!(text, "  {:wide$}  {passing}", harmless(&filter.text));
    }
    for expansion in &explained.expansions {
        let words = count(expansion.forms.len() as u64, "word");
        let _ = writeln!(text, "{} stands for {words}", harmless(&expansion.pattern));
    }
    let _ = writeln!(text, "run by {}", explained.method);
    let (matching, looked_at, passed_over) = (
        count(explained.matching, "article"),
        number(explained.looked_at),
        number(explained.passed_over),
    );
    let _ = writeln!(
        text,
        "{matching} matching; for the ten best {looked_at} looked at, {passed_over} passed over"
    );
    if 0 < explained.blocks_read + explained.blocks_skipped {
        let (read, skipped) = (number(explained.blocks_read), number(explained.blocks_skipped));
        let _ = writeln!(text, "blocks of their posting lists: {read} read, {skipped} skipped");
    }
}

fn branch(node: &TreeNode, depth: usize, text: &mut String) {
    let _ = writeln!(text, "{}{}", "  ".repeat(depth), harmless(&node.label));
    node.children.iter().for_each(|child| branch(child, depth + 1, text));
}

fn document(found: &DocumentExplanation, text: &mut String) {
    let id = harmless(&found.id);
    let _ = match found.matches {
        true => writeln!(text, "{id} matches, score {:.4}", found.score),
        false => writeln!(text, "{id} does not match"),
    };
    if let Some(title) = &found.title {
        let _ = writeln!(text, "  {}", harmless(title.trim()));
    }
    outcome(&found.tree, 1, text);
    if found.matches && found.parts.iter().any(|part| 0.0 < part.boost) {
        text.push_str(
            "score = sum of boost * idf * tf / (tf + k1 * (1 - b + b * length / average))",
        );
        let _ = writeln!(text, ", k1 {}, b {}", found.k1, found.b);
    }
    let said = |part: &&PartExplanation| found.matches || part.why_not.is_some();
    found.parts.iter().filter(said).for_each(|found| part(found, text));
}

fn outcome(node: &OutcomeNode, depth: usize, text: &mut String) {
    let holds = if node.holds { "yes" } else { "no " };
    let _ = writeln!(text, "{}{holds} {}", "  ".repeat(depth), harmless(&node.label));
    node.children.iter().for_each(|child| outcome(child, depth + 1, text));
}

fn part(found: &PartExplanation, text: &mut String) {
    let typed = harmless(&found.text);
    if let Some(why_not) = &found.why_not {
        let _ = writeln!(text, "  no: {typed}: {}", harmless(&why_not.replace('`', "'")));
        if let Some(nearest) = &found.nearest_text {
            let _ = writeln!(text, "      ...{}...", harmless(nearest));
        }
        return;
    }
    let PartExplanation { score, boost, idf, tf, length, average_length, norm, .. } = found;
    let _ = writeln!(
        text,
        "  {score:.4}  {typed}: {boost} * {idf:.4} * {tf} / ({tf} + {norm:.4}), length {length} of {average_length:.1}"
    );
}
