//! From the syntax tree to the plan: the boolean half.
//!
//! Comes in: syntax nodes. Goes out: plan nodes over leaves and filters. What a leaf's matches are is worked out in
//! `patterns`, what its words are in `words`.

use std::ops::Range;

use analysis::Analyzer;
use store::{FieldKind, IndexFile, Manifest};

use super::identity::Identity;
use super::{Expansion, Filter, FilterId, Leaf, LeafId, Note, Plan, PlanNode, PlanOptions};
use crate::matcher::filter_documents;
use crate::syntax::{Node, NodeKind, Occur};
use crate::{Bm25, Error};

/// Builds one plan.
pub(crate) struct Planner<'a> {
    pub(super) index: &'a IndexFile,
    pub(super) analyzer: &'a Analyzer,
    pub(super) options: &'a PlanOptions,
    pub(super) plan: Plan,
    /// What makes each leaf another than the leaves before it: its identity and the bits of its idf.
    leaf_keys: Vec<(Identity, u64)>,
}

/// What surrounds a node.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The text field asked for, if any.
    pub(super) scope: Option<usize>,
    /// The product of the boosts around it.
    pub(super) boost: f64,
    /// Whether it stands under no NOT.
    pub(super) positive: bool,
}

impl<'a> Planner<'a> {
    /// A planner for one query. Fails on ranking parameters out of range.
    pub(crate) fn new(
        index: &'a IndexFile,
        analyzer: &'a Analyzer,
        options: &'a PlanOptions,
    ) -> Result<Self, Error> {
        let PlanOptions { k1, b, model, .. } = *options;
        if !(0.0 <= k1 && k1.is_finite()) {
            return Err(Error::Ranking { name: "k1", found: k1, expected: "0 or more" });
        }
        if !(0.0..=1.0).contains(&b) {
            return Err(Error::Ranking { name: "b", found: b, expected: "0 to 1" });
        }
        if let Some((name, found, expected)) = model.wrong_parameter() {
            return Err(Error::Ranking { name, found, expected });
        }
        let Manifest { schema, statistics, .. } = index.manifest();
        let documents = statistics.documents.max(1) as f64;
        let ranking = |tokens: u64| Bm25::new(k1, b, tokens as f64 / documents);
        let field_bm25 = match statistics.field_tokens.as_slice() {
            [] | [_] => Vec::new(),
            several => several.iter().map(|&tokens| ranking(tokens)).collect(),
        };
        let plan = Plan {
            root: PlanNode::Nothing,
            leaves: Vec::new(),
            words: Vec::new(),
            filters: Vec::new(),
            expansions: Vec::new(),
            notes: Vec::new(),
            model,
            documents: statistics.documents,
            bm25: ranking(statistics.tokens),
            field_bm25,
            text_fields: schema.text_fields().count(),
        };
        Ok(Planner { index, analyzer, options, plan, leaf_keys: Vec::new() })
    }

    /// The plan of a query.
    pub(crate) fn plan(mut self, root: &Node) -> Result<Plan, Error> {
        let place = Place { scope: None, boost: 1.0, positive: true };
        self.plan.root = self.node(root, place)?;
        Ok(self.plan)
    }

    fn node(&mut self, node: &Node, around: Place) -> Result<PlanNode, Error> {
        let place = Place { boost: around.boost * node.boost, ..around };
        match &node.kind {
            NodeKind::Empty => Ok(PlanNode::Nothing),
            NodeKind::Clauses(clauses) => self.clauses(clauses, place),
            NodeKind::And(items) => Ok(PlanNode::and(self.nodes(items, place)?)),
            NodeKind::Or(items) => Ok(PlanNode::or(self.nodes(items, place)?)),
            NodeKind::Not(item) => {
                let item = self.node(item, Place { positive: false, ..place })?;
                Ok(PlanNode::none_of(item))
            }
            NodeKind::AtLeast { count, items } => {
                Ok(PlanNode::at_least(*count, self.nodes(items, place)?))
            }
            NodeKind::Field { name, node: inner } => self.field(name, inner, &node.at, place),
            NodeKind::Range { field, low, high } => {
                let kind = self.column(field, &node.at)?;
                self.filter(Filter::range(field, kind, (low, high), &node.at)?)
            }
            NodeKind::OneOf { field, values } => self.one_of(field, values, &node.at, place),
            _ => self.leaf(node, place),
        }
    }

    fn nodes(&mut self, items: &[Node], place: Place) -> Result<Vec<PlanNode>, Error> {
        items.iter().map(|item| self.node(item, place)).collect()
    }

    fn clauses(&mut self, clauses: &[(Occur, Node)], place: Place) -> Result<PlanNode, Error> {
        let (mut must, mut should, mut must_not) = (Vec::new(), Vec::new(), Vec::new());
        for (occur, clause) in clauses {
            match occur {
                Occur::Must => must.push(self.node(clause, place)?),
                Occur::Should => should.push(self.node(clause, place)?),
                Occur::MustNot => {
                    must_not.push(self.node(clause, Place { positive: false, ..place })?);
                }
            }
        }
        Ok(PlanNode::clauses(must, should, must_not))
    }

    /// `name:...`: a text field narrows what it holds, another column makes its texts values.
    fn field(
        &mut self,
        name: &str,
        inner: &Node,
        at: &Range<usize>,
        place: Place,
    ) -> Result<PlanNode, Error> {
        if let Some(scope) = self.text_field(name, at)? {
            return self.node(inner, Place { scope, ..place });
        }
        let kind = self.column(name, at)?;
        match &inner.kind {
            NodeKind::Text(value) | NodeKind::Surface(value) => {
                self.filter(Filter::one_of(name, kind, std::slice::from_ref(value), at)?)
            }
            NodeKind::Phrase { slots, slop: 0 } => match texts(slots) {
                Some(values) => self.filter(Filter::one_of(name, kind, &[values.join(" ")], at)?),
                None => Err(not_text(name, kind, at)),
            },
            NodeKind::Or(items) => {
                let nodes = items.iter().map(|item| self.field(name, item, at, place));
                Ok(PlanNode::or(nodes.collect::<Result<_, _>>()?))
            }
            NodeKind::Clauses(clauses)
                if clauses.iter().all(|(occur, _)| *occur == Occur::Should) =>
            {
                let nodes = clauses.iter().map(|(_, item)| self.field(name, item, at, place));
                Ok(PlanNode::or(nodes.collect::<Result<_, _>>()?))
            }
            NodeKind::Not(item) => Ok(PlanNode::none_of(self.field(name, item, at, place)?)),
            _ => Err(not_text(name, kind, at)),
        }
    }

    fn one_of(
        &mut self,
        field: &str,
        values: &[String],
        at: &Range<usize>,
        place: Place,
    ) -> Result<PlanNode, Error> {
        if self.text_field(field, at)?.is_some() {
            let text = |value: &String| Node {
                kind: NodeKind::Text(value.clone()),
                at: at.clone(),
                boost: 1.0,
            };
            let joint = NodeKind::Joint(values.iter().map(text).collect());
            let joint = Node { kind: joint, at: at.clone(), boost: 1.0 };
            return self.field(field, &joint, at, place);
        }
        let kind = self.column(field, at)?;
        self.filter(Filter::one_of(field, kind, values, at)?)
    }

    /// A filter, its documents looked up in the columns.
    fn filter(&mut self, mut filter: Filter) -> Result<PlanNode, Error> {
        let known = self
            .plan
            .filters
            .iter()
            .position(|other| other.test == filter.test && other.field == filter.field);
        let place = match known {
            Some(place) => place,
            None => {
                for segment in self.index.segments() {
                    let documents = filter_documents(&filter, segment)?;
                    filter.documents.push(documents);
                }
                self.plan.filters.push(filter);
                self.plan.filters.len() - 1
            }
        };
        Ok(PlanNode::Filter(FilterId(place as u32)))
    }

    /// Anything with matches of its own.
    fn leaf(&mut self, node: &Node, place: Place) -> Result<PlanNode, Error> {
        // The node's own boost is in `place` already; inside the pattern boosts weigh the words' idfs.
        let Some((pattern, idfs)) = self.pattern(&node.kind, &node.at, place.scope)? else {
            return Ok(PlanNode::Nothing);
        };
        let idf = idfs.into_iter().fold(0.0, |sum, idf| sum + idf);
        let possible = self.possible(&pattern);
        let scope = self.common_scope(&pattern);
        let identity = self.identity(node, place.scope, &pattern)?;
        let same = |(other, idf_of_other): &(Identity, u64)| {
            *idf_of_other == idf.to_bits() && self.is_same(other, &identity)
        };
        let place_of_equal = self.leaf_keys.iter().position(same);
        let number = place_of_equal.unwrap_or(self.plan.leaves.len());
        if place_of_equal.is_none() {
            self.leaf_keys.push((identity, idf.to_bits()));
            let at = node.at.clone();
            self.plan.leaves.push(Leaf {
                pattern,
                scope,
                idf,
                scored: false,
                collection_freq: 0,
                at,
            });
        }
        self.plan.leaves[number].scored |= place.positive;
        Ok(if possible {
            PlanNode::Leaf { leaf: LeafId(number as u32), boost: place.boost }
        } else {
            PlanNode::Nothing
        })
    }

    /// The number of a text field, `None` for another column; inside, `None` where it is the only text field: it is
    /// the whole document then.
    pub(super) fn text_field(
        &self,
        name: &str,
        at: &Range<usize>,
    ) -> Result<Option<Option<usize>>, Error> {
        let schema = &self.index.manifest().schema;
        if let Some(place) = schema.text_fields().position(|field| field.name == name) {
            let only = schema.text_fields().count() == 1;
            return Ok(Some(if only { None } else { Some(place) }));
        }
        self.kind_of(name, at).map(|_| None)
    }

    /// The kind of a column that can be filtered by.
    fn column(&self, name: &str, at: &Range<usize>) -> Result<FieldKind, Error> {
        match self.kind_of(name, at)? {
            FieldKind::Text => Err(Error::FieldKind {
                name: name.to_owned(),
                found: "text",
                expected: format!("a date, a number or a keyword; look for words as `{name}:word`"),
                at: at.clone(),
            }),
            FieldKind::Stored => Err(Error::FieldKind {
                name: name.to_owned(),
                found: "values that are only stored",
                expected: format!(
                    "a text, date, number or keyword field; rebuild the index with --fields {name}:keyword"
                ),
                at: at.clone(),
            }),
            kind => Ok(kind),
        }
    }

    /// The kind of a field by name; every index has ids.
    fn kind_of(&self, name: &str, at: &Range<usize>) -> Result<FieldKind, Error> {
        let fields = &self.index.manifest().schema.fields;
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            return Ok(field.kind);
        }
        if name == "id" {
            return Ok(FieldKind::Keyword);
        }
        let mut known: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        if !known.iter().any(|name| name == "id") {
            known.push("id".to_owned());
        }
        let names = known.iter().map(String::as_str);
        let suggestion = crate::parser::nearest(name, names).map(str::to_owned);
        Err(Error::UnknownField { name: name.to_owned(), suggestion, known, at: at.clone() })
    }

    /// Remembers what a pattern stands for.
    pub(super) fn note_expansion(&mut self, expansion: Expansion) {
        let same =
            |other: &Expansion| other.at == expansion.at && other.pattern == expansion.pattern;
        let known = self.plan.expansions.iter().any(same);
        if !known {
            self.plan.expansions.push(expansion);
        }
    }

    /// Remembers something to tell the user, once.
    pub(super) fn note(&mut self, note: Note) {
        if !self.plan.notes.contains(&note) {
            self.plan.notes.push(note);
        }
    }
}

/// The texts of slots, if all are plain.
fn texts(slots: &[Node]) -> Option<Vec<String>> {
    let text = |slot: &Node| match &slot.kind {
        NodeKind::Text(text) => Some(text.clone()),
        _ => None,
    };
    slots.iter().map(text).collect()
}

fn not_text(name: &str, kind: FieldKind, at: &Range<usize>) -> Error {
    let found = match kind {
        FieldKind::Date => "dates",
        FieldKind::Number => "numbers",
        _ => "keywords",
    };
    let expected = format!(
        "text for this; a column takes values: `{name}:value`, `{name}:IN[a b]`, `{name}:a..b`"
    );
    Error::FieldKind { name: name.to_owned(), found, expected, at: at.clone() }
}
