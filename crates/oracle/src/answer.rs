//! Answers: which documents match, where, and with what score.
//!
//! In come a [`Corpus`] and a [`Query`], out go spans, counts and ranked documents. The rules stand on those two types.

use crate::corpus::{Corpus, Scope, Span};
use crate::query::{DocTest, Occur, Query};
use crate::shape::{Shape, TokenTest};

/// How many documents match, and how many matches they have together.
///
/// Documents chosen by NOT or a filter alone have no matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Matching documents.
    pub documents: usize,
    /// Spans in them.
    pub matches: usize,
}

/// A query with the statistics of a corpus.
enum Node {
    Term {
        scope: Scope,
        shape: Shape,
        key: String,
        idf: f64,
    },
    /// At least `count` of the items.
    Enough {
        count: usize,
        items: Vec<Node>,
    },
    Clauses(Vec<(Occur, Node)>),
    Not(Box<Node>),
    Boost(f64, Box<Node>),
    Filter(DocTest),
}

/// One query term that counts for one document.
struct Factor<'n> {
    key: &'n str,
    scope: Scope,
    weight: f64,
    idf: f64,
    tf: f64,
}

impl Corpus {
    /// The matches of a query in a document, in order of fields and tokens; none if the document does not match.
    pub fn spans(&self, query: &Query, doc: usize) -> Vec<Span> {
        self.spans_of(&self.prepare(query, Scope::All), doc)
    }

    /// Whether a document matches.
    pub fn matches(&self, query: &Query, doc: usize) -> bool {
        self.holds(&self.prepare(query, Scope::All), doc)
    }

    /// Every matching document with its score, in order of rank.
    pub fn search(&self, query: &Query, k1: f64, b: f64) -> Vec<(usize, f64)> {
        let node = self.prepare(query, Scope::All);
        let matching = (0..self.len()).filter(|&doc| self.holds(&node, doc));
        let mut hits: Vec<_> = matching.map(|doc| (doc, self.score(&node, doc, k1, b))).collect();
        hits.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        hits
    }

    /// Documents and matches.
    pub fn count(&self, query: &Query) -> Count {
        let node = self.prepare(query, Scope::All);
        let matching = (0..self.len()).filter(|&doc| self.holds(&node, doc));
        matching.fold(Count::default(), |count, doc| Count {
            documents: count.documents + 1,
            matches: count.matches + self.spans_of(&node, doc).len(),
        })
    }

    fn prepare(&self, query: &Query, scope: Scope) -> Node {
        if let Some(shape) = Shape::of(query, &self.analyzer) {
            let idfs = shape.weighted_parts().into_iter().map(|part| self.idf(&part, scope));
            let idf = idfs.fold(0.0, |sum, idf| sum + idf);
            let key = format!("{scope:?} {}", shape.key());
            return Node::Term { scope, shape, key, idf };
        }
        let all = |items: &[Query]| items.iter().map(|item| self.prepare(item, scope)).collect();
        match query {
            Query::And(items) => Node::Enough { count: items.len(), items: all(items) },
            Query::Or(items) => Node::Enough { count: 1, items: all(items) },
            Query::AtLeast { count, items } => Node::Enough { count: *count, items: all(items) },
            Query::Clauses(clauses) => {
                let clauses =
                    clauses.iter().map(|(occur, item)| (*occur, self.prepare(item, scope)));
                Node::Clauses(clauses.collect())
            }
            Query::Not(node) => Node::Not(Box::new(self.prepare(node, scope))),
            Query::Field { name, node } => self.prepare(node, self.scope_of(name)),
            Query::Boost { factor, node } => {
                Node::Boost(*factor, Box::new(self.prepare(node, scope)))
            }
            Query::Filter { accepts, .. } => Node::Filter(accepts.clone()),
            _ => panic!("{query:?} is positional, so it has a shape"),
        }
    }

    fn idf(&self, tests: &[&TokenTest], scope: Scope) -> f64 {
        let has = |doc: usize| {
            self.texts(doc, scope).any(|(_, tokens)| {
                tokens.iter().any(|token| tests.iter().any(|accepts| accepts(token)))
            })
        };
        let n = self.len() as f64;
        let df = (0..self.len()).filter(|&doc| has(doc)).count() as f64;
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
    }

    fn holds(&self, node: &Node, doc: usize) -> bool {
        let holds = |node: &Node| self.holds(node, doc);
        match node {
            Node::Term { scope, shape, .. } => {
                self.texts(doc, *scope).any(|(_, tokens)| !shape.places(tokens).is_empty())
            }
            Node::Enough { count, items } => {
                items.iter().filter(|item| holds(item)).count() >= *count
            }
            Node::Clauses(clauses) => {
                let of = |wanted: Occur| clauses.iter().filter(move |(occur, _)| *occur == wanted);
                let (must, should) = (of(Occur::Must).count(), of(Occur::Should).count());
                !of(Occur::MustNot).any(|(_, clause)| holds(clause))
                    && of(Occur::Must).all(|(_, clause)| holds(clause))
                    && (must > 0
                        || should == 0
                        || of(Occur::Should).any(|(_, clause)| holds(clause)))
            }
            Node::Not(node) => !holds(node),
            Node::Boost(_, node) => holds(node),
            Node::Filter(accepts) => accepts(self.document(doc)),
        }
    }

    fn spans_of(&self, node: &Node, doc: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        self.each_term(node, doc, 1.0, &mut |scope, shape, _, _, _| {
            for (field, tokens) in self.texts(doc, scope) {
                let places = shape.places(tokens).into_iter();
                let span = |(first, last)| Span { field, first: first as u32, last: last as u32 };
                spans.extend(places.map(span));
            }
        });
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    fn score(&self, node: &Node, doc: usize, k1: f64, b: f64) -> f64 {
        let mut factors: Vec<Factor<'_>> = Vec::new();
        self.each_term(node, doc, 1.0, &mut |scope, shape, key, idf, weight| {
            if let Some(equal) = factors.iter_mut().find(|factor| factor.key == key) {
                equal.weight += weight;
            } else {
                let places = self.texts(doc, scope).map(|(_, tokens)| shape.places(tokens).len());
                let tf = places.sum::<usize>() as f64;
                factors.push(Factor { key, scope, weight, idf, tf });
            }
        });
        let score = |&Factor { scope, weight, idf, tf, .. }: &Factor<'_>| {
            let (len, avglen) = (self.length(doc, scope), self.average_length(scope));
            (weight * idf) * (tf / (tf + k1 * ((1.0 - b) + b * len / avglen)))
        };
        // Not `sum`, which begins with -0.
        factors.iter().map(score).fold(0.0, |sum, term| sum + term)
    }

    /// Calls `visit` for every query term in a matching, not negated part of the query that matches itself.
    fn each_term<'n>(
        &self,
        node: &'n Node,
        doc: usize,
        weight: f64,
        visit: &mut impl FnMut(Scope, &'n Shape, &'n str, f64, f64),
    ) {
        if !self.holds(node, doc) {
            return;
        }
        match node {
            Node::Term { scope, shape, key, idf } => visit(*scope, shape, key, *idf, weight),
            Node::Enough { items, .. } => {
                items.iter().for_each(|item| self.each_term(item, doc, weight, visit));
            }
            Node::Clauses(clauses) => {
                let positive = clauses.iter().filter(|(occur, _)| *occur != Occur::MustNot);
                positive.for_each(|(_, clause)| self.each_term(clause, doc, weight, visit));
            }
            Node::Boost(factor, node) => self.each_term(node, doc, weight * factor, visit),
            Node::Not(_) | Node::Filter(_) => {}
        }
    }
}
