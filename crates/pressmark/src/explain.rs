//! Why: how a query is answered on this index, and what it makes of one document.
//!
//! Comes in: a query, and the id of a document if one is meant. Goes out: plain data to print: the plan with what was
//! looked at and what was passed over; each factor of the document's score, or why it does not match and how near it
//! came.

use concordance::Words;
use query::{LeafExplanation, NearMiss, Outcome, Pattern, Plan, PlanNode, TopK};
use serde::Serialize;
use store::DocId;

use crate::hits::text_of;
use crate::reading::{ExpansionReading, TreeNode, WordReading, written};
use crate::search::PreparedQuery;
use crate::{Error, Index, QueryText, Ranking};

/// How a query is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryExplanation {
    /// The query written out in full.
    pub query: String,
    /// Which documents match, as it is worked out: parts that change nothing are gone.
    pub plan: TreeNode,
    /// Its words with their documents.
    pub words: Vec<WordReading>,
    /// Its filters with the documents that pass, where columns tell.
    pub filters: Vec<FilterReading>,
    /// What each pattern stands for.
    pub expansions: Vec<ExpansionReading>,
    /// What runs it: `union`, `intersection`, `clauses` or `phrase` kernel, or the match engine.
    pub method: &'static str,
    /// Matching documents, counted.
    pub matching: u64,
    /// Matching documents that had to be looked at to find the ten best.
    pub looked_at: u64,
    /// Matching documents passed over, because what is known of their part of the index shows that they are not among
    /// the ten best.
    pub passed_over: u64,
    /// Blocks of the posting lists that were read to find the ten best.
    pub blocks_read: u64,
    /// The other blocks of the same lists.
    pub blocks_skipped: u64,
    /// What the query makes of one document, if one was named.
    pub document: Option<DocumentExplanation>,
    /// Repairs, and words that no document has.
    pub notes: Vec<String>,
}

/// A filter of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FilterReading {
    /// As typed.
    pub text: String,
    /// Documents that pass; `None` where stored documents have to be asked one by one.
    pub documents: Option<u64>,
}

/// What a query makes of one document.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DocumentExplanation {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// Whether it matches.
    pub matches: bool,
    /// Its score; 0 where it does not match.
    pub score: f64,
    /// BM25's parameters.
    pub k1: f64,
    /// BM25's parameters.
    pub b: f64,
    /// The parts of the plan, each with whether the document matches it.
    pub tree: OutcomeNode,
    /// What scores or should have: the score is the sum of theirs, added up in this order.
    pub parts: Vec<PartExplanation>,
}

/// A part of the plan and whether a document matches it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OutcomeNode {
    /// What it is.
    pub label: String,
    /// Whether it matches.
    pub holds: bool,
    /// What it consists of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<OutcomeNode>,
}

/// A part of the query that scores as one term, in one document.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PartExplanation {
    /// As typed.
    pub text: String,
    /// Its matches in the document.
    pub tf: u32,
    /// How often it counts: its boosts in matching parts of the query.
    pub boost: f64,
    /// The sum of its words' inverse document frequencies.
    pub idf: f64,
    /// The document's length in words, or that of the field it is looked for in.
    pub length: u32,
    /// The average of those lengths.
    pub average_length: f64,
    /// `k1 * ((1 - b) + b * length / average_length)`.
    pub norm: f64,
    /// `boost * idf * tf / (tf + norm)`.
    pub score: f64,
    /// Why it does not match, if it does not: the words that are missing, or the nearest miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// The bytes of the nearest miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<crate::Span>,
    /// The words of the nearest miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest_text: Option<String>,
}

/// How many best documents the figures of a plan are about.
const BEST: usize = 10;

impl Index {
    /// How a query is answered, and what it makes of the document `id`.
    ///
    /// # Errors
    /// As [`Index::search`]; and [`Error::UnknownId`] where no document has the id.
    pub fn explain(
        &self,
        text: &QueryText,
        ranking: Ranking,
        id: Option<&str>,
    ) -> Result<QueryExplanation, Error> {
        let query = self.prepare(text, ranking)?;
        let plan = query.plan();
        let document = id.map(|id| self.explain_document(&query, id)).transpose()?;
        let searcher = self.searcher()?;
        let matching = self.count_documents(&query)?;
        let top = searcher.search(plan, &TopK { k: BEST, ..TopK::default() });
        let top = top.map_err(|error| Error::in_query(error, query.text()))?;
        let looked_at = match top.total {
            query::Total::Exact(_) => matching,
            query::Total::AtLeast(number) => number.min(matching),
        };
        let reading = self.parse(text)?;
        Ok(QueryExplanation {
            query: reading.query,
            plan: plan_tree(&query, plan.root()),
            words: reading.words,
            filters: self.filters(&query),
            expansions: reading.expansions,
            method: plan.method(),
            matching,
            looked_at,
            passed_over: matching - looked_at,
            blocks_read: top.blocks.read,
            blocks_skipped: top.blocks.skipped,
            document,
            notes: reading.notes,
        })
    }

    fn filters(&self, query: &PreparedQuery) -> Vec<FilterReading> {
        let reading = |filter: &query::Filter| {
            let counts = filter.documents.iter().map(|documents| {
                documents
                    .as_ref()
                    .map(|bits| bits.iter().map(|word| u64::from(word.count_ones())).sum::<u64>())
            });
            FilterReading { text: written(query, &filter.at), documents: counts.sum() }
        };
        query.plan().filters().iter().map(reading).collect()
    }

    fn explain_document(
        &self,
        query: &PreparedQuery,
        id: &str,
    ) -> Result<DocumentExplanation, Error> {
        let number = self.number_of(id)?.ok_or_else(|| Error::UnknownId { id: id.to_owned() })?;
        let plan = query.plan();
        let explained = self.searcher()?.explain(plan, DocId(number));
        let explained = explained.map_err(|error| Error::in_query(error, query.text()))?;
        let Some(explained) = explained else {
            return Err(Error::UnknownId { id: id.to_owned() });
        };
        let mut parts = Vec::with_capacity(explained.leaves.len());
        for leaf in &explained.leaves {
            parts.push(self.part(query, number, leaf)?);
        }
        Ok(DocumentExplanation {
            id: id.to_owned(),
            title: self.title(number)?,
            matches: explained.matches,
            score: if explained.matches { explained.score } else { 0.0 },
            k1: plan.bm25().k1,
            b: plan.bm25().b,
            tree: outcome(query, plan.root(), &explained.root),
            parts,
        })
    }

    /// The number of the last document with an id.
    fn number_of(&self, id: &str) -> Result<Option<u32>, Error> {
        for segment in self.file().segments().iter().rev() {
            if let Some(local) = segment.find_id(id)? {
                return Ok(Some(segment.base() + local));
            }
        }
        Ok(None)
    }

    fn title(&self, number: u32) -> Result<Option<String>, Error> {
        let Some((segment, local)) = self.segment_of(DocId(number)) else { return Ok(None) };
        Ok(text_of(&segment.document(local)?, "title").map(str::to_owned))
    }

    fn part(
        &self,
        query: &PreparedQuery,
        document: u32,
        leaf: &LeafExplanation,
    ) -> Result<PartExplanation, Error> {
        let plan = query.plan();
        let facts = &plan.leaves()[leaf.leaf.0 as usize];
        let (mut why_not, mut nearest, mut nearest_text) = (None, None, None);
        if leaf.tf == 0 {
            why_not = Some(why(plan, &facts.pattern, leaf));
            if let Some(miss) = &leaf.nearest {
                (nearest, nearest_text) = self.place(document, miss)?.unzip();
            }
        }
        Ok(PartExplanation {
            text: written(query, &facts.at),
            tf: leaf.tf,
            boost: leaf.boost,
            idf: leaf.idf,
            length: leaf.length,
            average_length: leaf.average_length,
            norm: leaf.norm,
            score: leaf.score,
            why_not,
            nearest,
            nearest_text,
        })
    }

    /// Where a miss lies in the stored text, if it was stored.
    fn place(
        &self,
        document: u32,
        miss: &NearMiss,
    ) -> Result<Option<(crate::Span, String)>, Error> {
        let Some((segment, local)) = self.segment_of(DocId(document)) else { return Ok(None) };
        let stored = segment.document(local)?;
        let mut fields = self.file().manifest().schema.text_fields();
        let Some(field) = fields.nth(miss.span.field) else { return Ok(None) };
        let Some(text) = text_of(&stored, &field.name) else { return Ok(None) };
        let words = Words::of(self.analyzer(), text);
        let range = miss.span.first..miss.span.last.saturating_add(1);
        let Some(bytes) = words.bytes(range) else { return Ok(None) };
        let shown = text[bytes.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
        let span = crate::Span { field: field.name.clone(), start: bytes.start, end: bytes.end };
        Ok(Some((span, shown)))
    }
}

/// Why a part of a query has no match in a document.
fn why(plan: &Plan, pattern: &Pattern, leaf: &LeafExplanation) -> String {
    if let Some(miss) = &leaf.nearest {
        return near_miss(pattern, miss);
    }
    let words = || leaf.missing.iter().map(|word| &plan.words()[word.0 as usize]);
    let listed = |nowhere: bool| {
        let words = words().filter(|word| (word.doc_freq == 0) == nowhere);
        words.map(|word| format!("`{}`", word.label)).collect::<Vec<_>>()
    };
    let (nowhere, elsewhere) = (listed(true), listed(false));
    let mut said = Vec::new();
    for (words, place) in [(&nowhere, "in no article"), (&elsewhere, "not in this article")] {
        match words.as_slice() {
            [] => {}
            [word] => said.push(format!("{word} is {place}")),
            words => said.push(format!("{} are {place}", words.join(", "))),
        }
    }
    match said.is_empty() {
        true => "its words stand in different fields or overlap".to_owned(),
        false => said.join("; "),
    }
}

/// How much more would have to be allowed: `3 words between at 14-18, at most 2 asked for`.
fn near_miss(pattern: &Pattern, miss: &NearMiss) -> String {
    let NearMiss { asked, needed, out_of_order, span } = miss;
    let at = format!("at words {}-{}", span.first, span.last);
    let order = if *out_of_order { ", in another order" } else { "" };
    match pattern {
        Pattern::Window { .. } if *out_of_order && needed <= asked => {
            format!("in another order {at}; NEAR would match")
        }
        Pattern::Window { .. } => {
            let words = if *needed == 1 { "word" } else { "words" };
            format!("{needed} {words} between {at}{order}, at most {asked} asked for")
        }
        Pattern::Exact(_) => format!("not side by side; slop {needed} would match {at}"),
        _ => format!("slop {needed} would match {at}{order}, {asked} asked for"),
    }
}

/// What a node of a plan is called, and what stands below it, in the order of its outcome.
fn label<'p>(
    query: &PreparedQuery,
    node: &'p PlanNode,
) -> (String, Vec<(&'static str, &'p PlanNode)>) {
    let plan = query.plan();
    let plain = |items: &'p [PlanNode]| items.iter().map(|item| ("", item)).collect();
    match node {
        PlanNode::Nothing => ("nothing".to_owned(), Vec::new()),
        PlanNode::Everything => ("every document".to_owned(), Vec::new()),
        PlanNode::Leaf { leaf, boost } => {
            let text = written(query, &plan.leaves()[leaf.0 as usize].at);
            let boost = if *boost == 1.0 { String::new() } else { format!(" ^{boost}") };
            (format!("{text}{boost}"), Vec::new())
        }
        PlanNode::Filter(filter) => (
            format!("filter {}", written(query, &plan.filters()[filter.0 as usize].at)),
            Vec::new(),
        ),
        PlanNode::And(items) => ("all of".to_owned(), plain(items)),
        PlanNode::Or(items) => ("any of".to_owned(), plain(items)),
        PlanNode::Not(item) => ("not".to_owned(), vec![("", &**item)]),
        PlanNode::AtLeast { count, items } => (format!("at least {count} of"), plain(items)),
        PlanNode::Clauses { must, should, must_not } => {
            let named = |name: &'static str, items: &'p [PlanNode]| {
                items.iter().map(move |item| (name, item)).collect::<Vec<_>>()
            };
            let mut items = named("must: ", must);
            items.extend(named("welcome: ", should));
            items.extend(named("must not: ", must_not));
            ("clauses".to_owned(), items)
        }
    }
}

fn plan_tree(query: &PreparedQuery, node: &PlanNode) -> TreeNode {
    let (label, items) = label(query, node);
    let child = |(name, item): (&str, &PlanNode)| {
        let mut child = plan_tree(query, item);
        child.label.insert_str(0, name);
        child
    };
    TreeNode { label, children: items.into_iter().map(child).collect() }
}

fn outcome(query: &PreparedQuery, node: &PlanNode, outcome_of: &Outcome) -> OutcomeNode {
    let (label, items) = label(query, node);
    let child = |((name, item), below): ((&str, &PlanNode), &Outcome)| {
        let mut child = outcome(query, item, below);
        child.label.insert_str(0, name);
        child
    };
    let children = items.into_iter().zip(&outcome_of.parts).map(child).collect();
    OutcomeNode { label, holds: outcome_of.holds, children }
}
