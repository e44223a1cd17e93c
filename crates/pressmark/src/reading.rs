//! How a query is read: its tree, its words with their figures, what patterns stand for.
//!
//! Comes in: the text of a query and an index. Goes out: plain data to print. Runs nothing.

use std::ops::Range;

use query::syntax::{Bound, Node, NodeKind, Occur};
use query::{Expansion, Plan};
use serde::Serialize;

use crate::search::PreparedQuery;
use crate::{Error, Index, QueryText, Ranking, TermCount};

/// A query as it is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryReading {
    /// The query written out in full: parsed again, it means the same.
    pub query: String,
    /// Its syntax.
    pub tree: TreeNode,
    /// Its words in the order of the query.
    pub words: Vec<WordReading>,
    /// What scores, in the order in which scores add up.
    pub scored: Vec<LeafReading>,
    /// What each wildcard, fuzzy word, regular expression and name stands for.
    pub expansions: Vec<ExpansionReading>,
    /// Repairs, and words that no document has.
    pub notes: Vec<String>,
}

/// A node of the syntax tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TreeNode {
    /// What it is, in the words of the query language.
    pub label: String,
    /// What it consists of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<TreeNode>,
}

/// A word of the query.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WordReading {
    /// As typed, or its term.
    pub text: String,
    /// Documents that have it.
    pub documents: u64,
}

/// What stands at a place of the query, written out in full: typed text as it was meant, without its boost.
pub(crate) fn written(query: &PreparedQuery, at: &Range<usize>) -> String {
    match node_at(&query.parsed().root, at) {
        Some(node) => Node { boost: 1.0, ..node.clone() }.to_string(),
        None => query.text().get(at.clone()).unwrap_or_default().to_owned(),
    }
}

/// The deepest node that stands exactly there.
fn node_at<'n>(node: &'n Node, at: &Range<usize>) -> Option<&'n Node> {
    let below = node.children().into_iter().find_map(|node| node_at(node, at));
    below.or_else(|| (node.at == *at).then_some(node))
}

/// A part of the query that scores as one term.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LeafReading {
    /// Where it stands in the query, as typed.
    pub text: String,
    /// The sum of its words' inverse document frequencies: what a full score of it would be, boosts aside.
    pub idf: f64,
}

/// What a pattern stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExpansionReading {
    /// As typed.
    pub pattern: String,
    /// The terms of the vocabulary that match it, with their figures.
    pub forms: Vec<TermCount>,
}

impl Index {
    /// Reads a query without running it.
    ///
    /// # Errors
    /// As [`Index::search`] for the same query.
    pub fn parse(&self, text: &QueryText) -> Result<QueryReading, Error> {
        let query = self.prepare(text, Ranking::default())?;
        let plan = query.plan();
        let root = &query.parsed().root;
        Ok(QueryReading {
            query: root.to_string(),
            tree: self.tree(root, None),
            words: words(plan),
            scored: scored(&query),
            expansions: plan.expansions().iter().map(expansion).collect(),
            notes: query.notes(),
        })
    }

    /// A node with what stands below it; `occur` is how it stands among clauses.
    fn tree(&self, node: &Node, occur: Option<Occur>) -> TreeNode {
        let (mut label, children) = self.label(&node.kind);
        match occur {
            Some(Occur::Must) => label.insert_str(0, "must: "),
            Some(Occur::MustNot) => label.insert_str(0, "must not: "),
            Some(Occur::Should) | None => {}
        }
        if node.boost != 1.0 {
            label.push_str(&format!(" ^{}", node.boost));
        }
        let children = children.into_iter().map(|(occur, child)| self.tree(child, occur));
        TreeNode { label, children: children.collect() }
    }

    /// What a node is called, and its children.
    fn label<'n>(&self, kind: &'n NodeKind) -> (String, Vec<(Option<Occur>, &'n Node)>) {
        let plain = |nodes: &'n [Node]| nodes.iter().map(|node| (None, node)).collect();
        match kind {
            NodeKind::Text(text) => (self.text_label(text), Vec::new()),
            NodeKind::Surface(word) => (format!("as written: {word}"), Vec::new()),
            NodeKind::Wildcard(pattern) => (format!("wildcard: {pattern}"), Vec::new()),
            NodeKind::Fuzzy { text, distance } => {
                (format!("within {distance} of: {text}"), Vec::new())
            }
            NodeKind::Regex(pattern) => (format!("regular expression: {pattern}"), Vec::new()),
            NodeKind::Variants { text, without } if without.is_empty() => {
                (format!("variants of: {text}"), Vec::new())
            }
            NodeKind::Variants { text, without } => {
                (format!("variants of: {text}, without {}", without.join(", ")), Vec::new())
            }
            NodeKind::Phrase { slots, slop: 0 } => ("phrase".to_owned(), plain(slots)),
            NodeKind::Phrase { slots, slop } => (format!("phrase, slop {slop}"), plain(slots)),
            NodeKind::Window { operands, distance, ordered } => {
                let order = if *ordered { "in this order" } else { "in any order" };
                let distance =
                    distance.map(|distance| format!(", at most {distance} words between"));
                (format!("window {order}{}", distance.unwrap_or_default()), plain(operands))
            }
            NodeKind::Joint(items) => ("one term of".to_owned(), plain(items)),
            NodeKind::AtLeast { count, items } => (format!("at least {count} of"), plain(items)),
            NodeKind::Clauses(clauses) => {
                let clauses = clauses.iter().map(|(occur, node)| (Some(*occur), node));
                ("any of, the more the better".to_owned(), clauses.collect())
            }
            NodeKind::And(nodes) => ("AND".to_owned(), plain(nodes)),
            NodeKind::Or(nodes) => ("OR".to_owned(), plain(nodes)),
            NodeKind::Not(node) => ("NOT".to_owned(), vec![(None, &**node)]),
            NodeKind::Field { name, node } => (format!("in {name}"), vec![(None, &**node)]),
            NodeKind::Range { field, low, high } => (range_label(field, low, high), Vec::new()),
            NodeKind::OneOf { field, values } => {
                (format!("{field} is one of: {}", values.join(", ")), Vec::new())
            }
            NodeKind::Empty => ("nothing".to_owned(), Vec::new()),
        }
    }

    /// Text with the terms it becomes: one is a word, several are a phrase.
    fn text_label(&self, text: &str) -> String {
        let tokens = self.analyze(text);
        let terms: Vec<&str> = tokens
            .iter()
            .map(|token| token.term.as_str())
            .filter(|term| !term.is_empty())
            .collect();
        match terms.as_slice() {
            [] => format!("no word: {text}"),
            [term] if *term == text => format!("word: {text}"),
            [term] => format!("word: {text} = {term}"),
            terms => format!("phrase: {text} = {}", terms.join(" ")),
        }
    }
}

fn range_label(field: &str, low: &Bound, high: &Bound) -> String {
    let low = match low {
        Bound::Open => String::new(),
        Bound::Including(value) => format!(" from {value}"),
        Bound::Excluding(value) => format!(" after {value}"),
    };
    let high = match high {
        Bound::Open => String::new(),
        Bound::Including(value) => format!(" to {value}"),
        Bound::Excluding(value) => format!(" before {value}"),
    };
    format!("{field}{low}{high}")
}

fn words(plan: &Plan) -> Vec<WordReading> {
    let word =
        |word: &query::Word| WordReading { text: word.label.clone(), documents: word.doc_freq };
    plan.words().iter().map(word).collect()
}

fn scored(query: &PreparedQuery) -> Vec<LeafReading> {
    let leaves = query.plan().leaves().iter().filter(|leaf| leaf.scored);
    let reading =
        |leaf: &query::Leaf| LeafReading { text: written(query, &leaf.at), idf: leaf.idf };
    leaves.map(reading).collect()
}

fn expansion(expansion: &Expansion) -> ExpansionReading {
    let form = |form: &query::Form| TermCount {
        term: form.term.clone(),
        documents: form.doc_freq,
        occurrences: form.collection_freq,
    };
    ExpansionReading {
        pattern: expansion.pattern.clone(),
        forms: expansion.forms.iter().map(form).collect(),
    }
}
