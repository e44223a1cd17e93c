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

/// A formula of the score, for [`Corpus::search_by`]. The engine's documentation of its models says what each is; here
/// they stand a second time, written down from there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Formula {
    /// What [`Corpus::search`] takes.
    Bm25 {
        /// Saturation.
        k1: f64,
        /// Length normalisation.
        b: f64,
    },
    /// With a lower bound.
    Bm25Plus {
        /// Saturation.
        k1: f64,
        /// Length normalisation.
        b: f64,
        /// The bound.
        delta: f64,
    },
    /// For long documents.
    Bm25L {
        /// Saturation.
        k1: f64,
        /// Length normalisation.
        b: f64,
        /// What is added.
        delta: f64,
    },
    /// Query likelihood.
    Dirichlet {
        /// Smoothing.
        mu: f64,
    },
    /// Divergence from randomness.
    Dph,
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
    shape: &'n Shape,
    weight: f64,
    idf: f64,
    tf: f64,
}

impl Node {
    /// The keys of all query terms, in order.
    fn keys<'n>(&'n self, keys: &mut Vec<&'n str>) {
        match self {
            Node::Term { key, .. } => keys.push(key),
            Node::Enough { items, .. } => items.iter().for_each(|item| item.keys(keys)),
            Node::Clauses(clauses) => clauses.iter().for_each(|(_, clause)| clause.keys(keys)),
            Node::Not(node) | Node::Boost(_, node) => node.keys(keys),
            Node::Filter(_) => {}
        }
    }
}

/// For questions in which no score is looked at.
const PLAIN: Formula = Formula::Bm25 { k1: 1.2, b: 0.75 };

impl Corpus {
    /// The matches of a query in a document, in order of fields and tokens; none if the document does not match.
    pub fn spans(&self, query: &Query, doc: usize) -> Vec<Span> {
        self.spans_of(&self.prepare(query, Scope::All, PLAIN), doc)
    }

    /// Whether a document matches.
    pub fn matches(&self, query: &Query, doc: usize) -> bool {
        self.holds(&self.prepare(query, Scope::All, PLAIN), doc)
    }

    /// Every matching document with its score, in order of rank.
    pub fn search(&self, query: &Query, k1: f64, b: f64) -> Vec<(usize, f64)> {
        self.search_by(query, Formula::Bm25 { k1, b })
    }

    /// The same by any formula. Under [`Formula::Dirichlet`] every query term counts for every matching document, those
    /// that stand in no document excepted; so it is only for queries whose terms stand side by side.
    pub fn search_by(&self, query: &Query, formula: Formula) -> Vec<(usize, f64)> {
        let node = self.prepare(query, Scope::All, formula);
        let matching = (0..self.len()).filter(|&doc| self.holds(&node, doc));
        let mut hits: Vec<_> = matching.map(|doc| (doc, self.score(&node, doc, formula))).collect();
        hits.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        hits
    }

    /// Documents and matches.
    pub fn count(&self, query: &Query) -> Count {
        let node = self.prepare(query, Scope::All, PLAIN);
        let matching = (0..self.len()).filter(|&doc| self.holds(&node, doc));
        matching.fold(Count::default(), |count, doc| Count {
            documents: count.documents + 1,
            matches: count.matches + self.spans_of(&node, doc).len(),
        })
    }

    fn prepare(&self, query: &Query, scope: Scope, formula: Formula) -> Node {
        if let Some(shape) = Shape::of(query, &self.analyzer) {
            let idfs =
                shape.weighted_parts().into_iter().map(|part| self.idf(&part, scope, formula));
            let idf = idfs.fold(0.0, |sum, idf| sum + idf);
            let key = format!("{scope:?} {}", shape.key());
            return Node::Term { scope, shape, key, idf };
        }
        let all =
            |items: &[Query]| items.iter().map(|item| self.prepare(item, scope, formula)).collect();
        match query {
            Query::And(items) => Node::Enough { count: items.len(), items: all(items) },
            Query::Or(items) => Node::Enough { count: 1, items: all(items) },
            Query::AtLeast { count, items } => Node::Enough { count: *count, items: all(items) },
            Query::Clauses(clauses) => {
                let clauses = clauses
                    .iter()
                    .map(|(occur, item)| (*occur, self.prepare(item, scope, formula)));
                Node::Clauses(clauses.collect())
            }
            Query::Not(node) => Node::Not(Box::new(self.prepare(node, scope, formula))),
            Query::Field { name, node } => self.prepare(node, self.scope_of(name), formula),
            Query::Boost { factor, node } => {
                Node::Boost(*factor, Box::new(self.prepare(node, scope, formula)))
            }
            Query::Filter { accepts, .. } => Node::Filter(accepts.clone()),
            _ => panic!("{query:?} is positional, so it has a shape"),
        }
    }

    fn idf(&self, tests: &[&TokenTest], scope: Scope, formula: Formula) -> f64 {
        let has = |doc: usize| {
            self.texts(doc, scope).any(|(_, tokens)| {
                tokens.iter().any(|token| tests.iter().any(|accepts| accepts(token)))
            })
        };
        let n = self.len() as f64;
        let df = (0..self.len()).filter(|&doc| has(doc)).count() as f64;
        match formula {
            Formula::Bm25Plus { .. } => ((n + 1.0) / df.max(1.0)).ln(),
            Formula::Bm25L { .. } => ((n + 1.0) / (df + 0.5)).ln(),
            _ => (1.0 + (n - df + 0.5) / (df + 0.5)).ln(),
        }
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

    fn score(&self, node: &Node, doc: usize, formula: Formula) -> f64 {
        let mut factors: Vec<Factor<'_>> = Vec::new();
        self.each_term(node, doc, 1.0, &mut |scope, shape, key, idf, weight| {
            if let Some(equal) = factors.iter_mut().find(|factor| factor.key == key) {
                equal.weight += weight;
            } else {
                let tf = self.matches_of(shape, scope, doc);
                factors.push(Factor { key, scope, shape, weight, idf, tf });
            }
        });
        // In the order in which the terms first stand in the query, whichever of its parts match here.
        let mut order = Vec::new();
        node.keys(&mut order);
        factors.sort_by_key(|factor| order.iter().position(|key| *key == factor.key));
        // Not `sum`, which begins with -0.
        let matched = factors
            .iter()
            .map(|factor| self.part(factor, doc, formula))
            .fold(0.0, |sum, term| sum + term);
        match formula {
            Formula::Dirichlet { mu } => {
                let length = self.length(doc, Scope::All);
                matched + self.weight_in_corpus(node) * (mu / (length + mu)).ln()
            }
            _ => matched,
        }
    }

    /// The matches of a query term in a document.
    fn matches_of(&self, shape: &Shape, scope: Scope, doc: usize) -> f64 {
        self.texts(doc, scope).map(|(_, tokens)| shape.places(tokens).len()).sum::<usize>() as f64
    }

    /// What a query term brings.
    fn part(&self, factor: &Factor<'_>, doc: usize, formula: Formula) -> f64 {
        let &Factor { scope, weight, idf, tf, shape, .. } = factor;
        let (len, avglen) = (self.length(doc, scope), self.average_length(scope));
        let n = self.len() as f64;
        let cf = || (0..self.len()).map(|doc| self.matches_of(shape, scope, doc)).sum::<f64>();
        match formula {
            Formula::Bm25 { k1, b } => {
                (weight * idf) * (tf / (tf + k1 * ((1.0 - b) + b * len / avglen)))
            }
            Formula::Bm25Plus { k1, b, delta } => {
                let pivot = 1.0 - b + b * len / avglen;
                weight * idf * (delta + tf * (k1 + 1.0) / (k1 * pivot + tf))
            }
            Formula::Bm25L { k1, b, delta } => {
                let shifted = delta + tf / (1.0 - b + b * len / avglen);
                weight * idf * shifted * (k1 + 1.0) / (shifted + k1)
            }
            Formula::Dirichlet { mu } => weight * (1.0 + tf / (mu * (cf() / (avglen * n)))).ln(),
            Formula::Dph => {
                let f = tf / len;
                if f == 1.0 {
                    return 0.0;
                }
                let informative = tf * (tf / len * avglen * n / cf()).log2();
                let stirling = 0.5 * (2.0 * std::f64::consts::PI * tf * (1.0 - f)).log2();
                weight * (1.0 - f) * (1.0 - f) / (tf + 1.0) * (informative + stirling)
            }
        }
    }

    /// The weights of all query terms that any document has.
    fn weight_in_corpus(&self, node: &Node) -> f64 {
        match node {
            Node::Term { scope, shape, .. } => {
                let known = (0..self.len()).any(|doc| 0.0 < self.matches_of(shape, *scope, doc));
                f64::from(u8::from(known))
            }
            Node::Enough { items, .. } => {
                items.iter().map(|item| self.weight_in_corpus(item)).sum()
            }
            Node::Clauses(clauses) => {
                let positive = clauses.iter().filter(|(occur, _)| *occur != Occur::MustNot);
                positive.map(|(_, clause)| self.weight_in_corpus(clause)).sum()
            }
            Node::Boost(factor, node) => factor * self.weight_in_corpus(node),
            Node::Not(_) | Node::Filter(_) => 0.0,
        }
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
