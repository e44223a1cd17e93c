//! How a query is read, for people: its tree, its words, what its patterns stand for.
//!
//! Comes in: a reading of the library. Goes out: indented lines.

use std::fmt::Write as _;

use pressmark::{QueryReading, TreeNode};

use crate::output::figures::{count, number};
use crate::terminal::harmless;

/// Most forms of a pattern shown; the rest is counted.
const FORMS: usize = 20;

/// All of it.
pub(crate) fn text(reading: &QueryReading) -> String {
    let mut text = format!("query  {}\n", harmless(&reading.query));
    branch(&reading.tree, 1, &mut text);
    let columns = |text: &str| text.chars().count();
    let width = reading.words.iter().map(|word| columns(&word.text)).max().unwrap_or(0);
    if !reading.words.is_empty() {
        text.push_str("words\n");
    }
    for word in &reading.words {
        let articles = count(word.documents, "article");
        let _ = writeln!(text, "  {:width$}  {articles}", harmless(&word.text));
    }
    let width = reading.scored.iter().map(|leaf| columns(&leaf.text)).max().unwrap_or(0);
    if !reading.scored.is_empty() {
        text.push_str("scored\n");
    }
    for leaf in &reading.scored {
        let _ = writeln!(text, "  {:width$}  idf {:.4}", harmless(&leaf.text), leaf.idf);
    }
    for expansion in &reading.expansions {
        let forms = count(expansion.forms.len() as u64, "word");
        let _ = writeln!(text, "{} stands for {forms}", harmless(&expansion.pattern));
        for form in expansion.forms.iter().take(FORMS) {
            let (term, articles) = (harmless(&form.term), count(form.documents, "article"));
            let _ = writeln!(text, "  {term}  {articles}");
        }
        if FORMS < expansion.forms.len() {
            let _ = writeln!(text, "  and {} more", number((expansion.forms.len() - FORMS) as u64));
        }
    }
    text
}

fn branch(node: &TreeNode, depth: usize, text: &mut String) {
    let _ = writeln!(text, "{}{}", "  ".repeat(depth), harmless(&node.label));
    for child in &node.children {
        branch(child, depth + 1, text);
    }
}

#[cfg(test)]
mod tests {
    use pressmark::{LeafReading, QueryReading, TreeNode, WordReading};

    use super::text;

    #[test]
    fn a_reading_is_a_tree_and_lists() {
        let leaf = |label: &str| TreeNode { label: label.to_owned(), children: Vec::new() };
        let reading = QueryReading {
            query: "wolf^2 OR rope".to_owned(),
            tree: TreeNode {
                label: "OR".to_owned(),
                children: vec![leaf("word: wolf ^2"), leaf("word: rope")],
            },
            words: vec![WordReading { text: "wolf".to_owned(), documents: 3 }],
            scored: vec![LeafReading { text: "wolf".to_owned(), idf: 1.5 }],
            ..QueryReading::default()
        };
        assert_eq!(
            text(&reading),
            "query  wolf^2 OR rope\n  OR\n    word: wolf ^2\n    word: rope\nwords\n  wolf  3 articles\n\
             scored\n  wolf  idf 1.5000\n"
        );
    }
}
