//! Candidates: the documents of a segment that have the words a plan needs, in order.
//!
//! Comes in: a plan node. Goes out: a cursor over a superset of its documents, made of posting lists and bitmaps alone;
//! no position is read. [`residual`] says what must still be asked of a candidate.

use store::Segment;
use store::postings::{Cursor, END};

use super::heap::lower;
use crate::plan::{Pattern, Plan, PlanNode, Terms, Word, WordId};
use crate::{Blocks, Error};

/// A moving place among candidates.
///
/// The law is that of [`Cursor`]: fresh, it stands on the first candidate; `doc` is [`END`] past the last, and stays
/// so; `seek` never moves back.
pub(crate) enum Documents<'a> {
    /// None.
    Nothing,
    /// All of them.
    All { doc: u32, end: u32 },
    /// A posting list.
    List(Box<Cursor<'a>>),
    /// A bitmap.
    Bits(Bits<'a>),
    /// The documents of all of several.
    Intersection(Intersection<'a>),
    /// The documents of any of several.
    Union(Union<'a>),
}

impl<'a> Documents<'a> {
    /// The candidates of a node.
    pub(crate) fn of(
        plan: &'a Plan,
        segment: &'a Segment,
        number: usize,
        node: &'a PlanNode,
    ) -> Result<Self, Error> {
        let open = Opener { plan, segment, number };
        open.node(node)
    }

    /// The current candidate, or [`END`].
    #[inline]
    pub(crate) fn doc(&self) -> u32 {
        match self {
            Documents::Nothing => END,
            Documents::All { doc, end } => {
                if doc < end {
                    *doc
                } else {
                    END
                }
            }
            Documents::List(cursor) => cursor.doc(),
            Documents::Bits(bits) => bits.doc,
            Documents::Intersection(all) => all.doc,
            Documents::Union(any) => any.doc,
        }
    }

    /// Moves to the next candidate and returns it.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<u32, Error> {
        match self {
            Documents::Nothing => {}
            Documents::All { doc, end } => *doc = (*doc + 1).min(*end),
            Documents::List(cursor) => return Ok(cursor.advance()?),
            Documents::Bits(bits) => bits.seek(bits.doc.saturating_add(1)),
            Documents::Intersection(all) => all.advance()?,
            Documents::Union(any) => any.advance()?,
        }
        Ok(self.doc())
    }

    /// Moves to the first candidate from `target` on and returns it.
    #[inline]
    pub(crate) fn seek(&mut self, target: u32) -> Result<u32, Error> {
        match self {
            Documents::Nothing => {}
            Documents::All { doc, end } => *doc = (*doc).max(target).min(*end),
            Documents::List(cursor) => return Ok(cursor.seek(target)?),
            Documents::Bits(bits) => bits.seek(target),
            Documents::Intersection(all) => all.seek(target)?,
            Documents::Union(any) => any.seek(target)?,
        }
        Ok(self.doc())
    }

    /// Adds what was read of the lists so far.
    pub(crate) fn add_blocks(&self, blocks: &mut Blocks) {
        match self {
            Documents::Nothing | Documents::All { .. } | Documents::Bits(_) => {}
            Documents::List(cursor) => {
                blocks.add(Blocks::of_list(cursor.blocks_read(), cursor.block_count()));
            }
            Documents::Intersection(Intersection { items, .. })
            | Documents::Union(Union { items, .. }) => {
                items.iter().for_each(|item| item.add_blocks(blocks));
            }
        }
    }

    /// How many candidates there are at most.
    fn cost(&self) -> u64 {
        match self {
            Documents::Nothing => 0,
            Documents::All { end, .. } => u64::from(*end),
            Documents::List(cursor) => u64::from(cursor.doc_freq()),
            Documents::Bits(bits) => u64::from(bits.count),
            Documents::Intersection(all) => {
                all.items.iter().map(Documents::cost).min().unwrap_or(0)
            }
            Documents::Union(any) => any.items.iter().map(Documents::cost).sum(),
        }
    }
}

/// Opens the candidates of nodes in one segment.
struct Opener<'a> {
    plan: &'a Plan,
    segment: &'a Segment,
    number: usize,
}

impl<'a> Opener<'a> {
    fn node(&self, node: &'a PlanNode) -> Result<Documents<'a>, Error> {
        match node {
            PlanNode::Nothing => Ok(Documents::Nothing),
            PlanNode::Everything | PlanNode::Not(_) => Ok(self.all()),
            PlanNode::Filter(filter) => {
                let documents = &self.plan.filters[filter.0 as usize].documents;
                let known = documents.get(self.number).and_then(Option::as_deref);
                Ok(known.map_or_else(|| self.all(), |bits| Documents::Bits(Bits::new(bits))))
            }
            PlanNode::Leaf { leaf, .. } => self.pattern(&self.plan.leaves[leaf.0 as usize].pattern),
            PlanNode::And(items) => self.intersection(self.nodes(items)?),
            PlanNode::Or(items) => self.union(self.nodes(items)?),
            PlanNode::AtLeast { count: 0, .. } => Ok(self.all()),
            PlanNode::AtLeast { items, .. } => self.union(self.nodes(items)?),
            PlanNode::Clauses { must, should, .. } if must.is_empty() => {
                self.union(self.nodes(should)?)
            }
            PlanNode::Clauses { must, .. } => self.intersection(self.nodes(must)?),
        }
    }

    fn nodes(&self, nodes: &'a [PlanNode]) -> Result<Vec<Documents<'a>>, Error> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn pattern(&self, pattern: &'a Pattern) -> Result<Documents<'a>, Error> {
        match pattern {
            Pattern::Word(word) => self.word(*word),
            Pattern::Exact(slots) | Pattern::Slop { slots, .. } => {
                let mut words = slots.clone();
                words.sort_unstable();
                words.dedup();
                let lists = words.into_iter().map(|word| self.word(word));
                self.intersection(lists.collect::<Result<_, _>>()?)
            }
            Pattern::Window { operands, .. } => {
                let mut different: Vec<&Pattern> = Vec::with_capacity(operands.len());
                for operand in operands {
                    if !different.contains(&operand) {
                        different.push(operand);
                    }
                }
                let operands = different.into_iter().map(|operand| self.pattern(operand));
                self.intersection(operands.collect::<Result<_, _>>()?)
            }
            Pattern::Any(items) => {
                let items = items.iter().map(|item| self.pattern(item));
                self.union(items.collect::<Result<_, _>>()?)
            }
        }
    }

    fn word(&self, word: WordId) -> Result<Documents<'a>, Error> {
        let word: &'a Word = &self.plan.words[word.0 as usize];
        if let Some(surface) = &word.surface {
            return Ok(Documents::Bits(Bits::new(
                surface.documents.get(self.number).map_or(&[], Vec::as_slice),
            )));
        }
        match &word.terms {
            Terms::One { infos, .. } => match infos.get(self.number) {
                Some(Some(info)) => {
                    Ok(Documents::List(Box::new(self.segment.postings(info)?.cursor()?)))
                }
                _ => Ok(Documents::Nothing),
            },
            Terms::Mixed { documents, .. } => {
                let documents = documents.get(self.number).map_or(&[][..], Vec::as_slice);
                Ok(Documents::Bits(Bits::new(documents)))
            }
            Terms::Many { segments, .. } => {
                let documents = segments.get(self.number).map_or(&[][..], |set| &set.documents);
                Ok(Documents::Bits(Bits::new(documents)))
            }
        }
    }

    fn all(&self) -> Documents<'a> {
        Documents::All { doc: 0, end: self.segment.doc_count() }
    }

    fn intersection(&self, mut items: Vec<Documents<'a>>) -> Result<Documents<'a>, Error> {
        if items.iter().any(|item| item.doc() == END) {
            return Ok(Documents::Nothing);
        }
        if 1 < items.len() {
            items.retain(|item| !matches!(item, Documents::All { .. }));
        }
        match items.len() {
            0 => Ok(self.all()),
            1 => Ok(items.remove(0)),
            _ => {
                items.sort_by_key(Documents::cost);
                let mut all = Intersection { items, doc: 0 };
                all.seek(0)?;
                Ok(Documents::Intersection(all))
            }
        }
    }

    fn union(&self, mut items: Vec<Documents<'a>>) -> Result<Documents<'a>, Error> {
        items.retain(|item| item.doc() != END);
        if items.iter().any(|item| matches!(item, Documents::All { .. })) {
            return Ok(self.all());
        }
        match items.len() {
            0 => Ok(Documents::Nothing),
            1 => Ok(items.remove(0)),
            _ => Ok(Documents::Union(Union::new(items))),
        }
    }
}

/// What must still be asked of a node's candidates: nothing where they are exactly its documents. Parts that cost more
/// come later.
pub(crate) fn residual(plan: &Plan, node: &PlanNode) -> Option<PlanNode> {
    let all_exact = |items: &[PlanNode]| items.iter().all(|item| residual(plan, item).is_none());
    match node {
        PlanNode::Nothing | PlanNode::Everything => None,
        PlanNode::Leaf { leaf, .. } => {
            let exact = is_exact_pattern(plan, &plan.leaves[leaf.0 as usize].pattern);
            (!exact).then(|| node.clone())
        }
        PlanNode::Or(items) => (!all_exact(items)).then(|| node.clone()),
        PlanNode::And(items) => {
            conjunction(plan, items.iter().filter_map(|item| residual(plan, item)))
        }
        PlanNode::Clauses { must, should, must_not } => {
            let required: Vec<PlanNode> = if must.is_empty() {
                let any = (!all_exact(should)).then(|| PlanNode::Or(should.clone()));
                any.into_iter().collect()
            } else {
                must.iter().filter_map(|item| residual(plan, item)).collect()
            };
            let forbidden = must_not.iter().map(|item| PlanNode::Not(Box::new(item.clone())));
            conjunction(plan, required.into_iter().chain(forbidden))
        }
        PlanNode::Filter(filter) => {
            let is_known = plan.filters[filter.0 as usize].documents.iter().all(Option::is_some);
            (!is_known).then(|| node.clone())
        }
        PlanNode::Not(_) | PlanNode::AtLeast { .. } => Some(node.clone()),
    }
}

/// All of these, the cheapest first.
fn conjunction(plan: &Plan, items: impl Iterator<Item = PlanNode>) -> Option<PlanNode> {
    let mut items: Vec<PlanNode> = items.collect();
    items.sort_by_key(|item| effort(plan, item));
    match items.len() {
        0 => None,
        1 => items.pop(),
        _ => Some(PlanNode::And(items)),
    }
}

/// How much it takes to ask a document, roughly: frequencies, columns, positions.
fn effort(plan: &Plan, node: &PlanNode) -> u32 {
    let most = |items: &[PlanNode]| items.iter().map(|item| effort(plan, item)).max().unwrap_or(0);
    match node {
        PlanNode::Nothing | PlanNode::Everything => 0,
        PlanNode::Leaf { leaf, .. } => match plan.leaves[leaf.0 as usize].pattern {
            Pattern::Word(_) => 1,
            Pattern::Exact(_) => 3,
            Pattern::Slop { .. } | Pattern::Window { .. } | Pattern::Any(_) => 4,
        },
        PlanNode::Filter(_) => 2,
        PlanNode::Not(item) => effort(plan, item),
        PlanNode::And(items) | PlanNode::Or(items) | PlanNode::AtLeast { items, .. } => most(items),
        PlanNode::Clauses { must, should, must_not } => {
            most(must).max(most(should)).max(most(must_not))
        }
    }
}

fn is_exact_pattern(plan: &Plan, pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Word(word) => {
            let word = &plan.words[word.0 as usize];
            // Bitmaps were made within the scope and by the surface form; a bare list knows neither.
            word.scope.is_none()
                || word.surface.is_some()
                || !matches!(word.terms, Terms::One { .. })
        }
        Pattern::Any(items) => items.iter().all(|item| is_exact_pattern(plan, item)),
        _ => false,
    }
}

/// A walk over the bits that are set.
pub(crate) struct Bits<'a> {
    words: &'a [u64],
    doc: u32,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(words: &'a [u64]) -> Self {
        let count = words.iter().map(|word| word.count_ones()).sum();
        let mut bits = Bits { words, doc: 0, count };
        bits.find(0);
        bits
    }

    fn seek(&mut self, target: u32) {
        if self.doc < target {
            self.find(target);
        }
    }

    fn find(&mut self, target: u32) {
        let mut place = target as usize / 64;
        let mut mask = u64::MAX << (target % 64);
        while let Some(word) = self.words.get(place) {
            if word & mask != 0 {
                self.doc = place as u32 * 64 + (word & mask).trailing_zeros();
                return;
            }
            mask = u64::MAX;
            place += 1;
        }
        self.doc = END;
    }
}

/// Documents on which all items stand; the first item has the fewest.
pub(crate) struct Intersection<'a> {
    items: Vec<Documents<'a>>,
    doc: u32,
}

impl Intersection<'_> {
    fn advance(&mut self) -> Result<(), Error> {
        if self.doc != END {
            let next = self.items[0].advance()?;
            self.align(next)?;
        }
        Ok(())
    }

    fn seek(&mut self, target: u32) -> Result<(), Error> {
        let next = self.items[0].seek(target)?;
        self.align(next)
    }

    /// Moves all items to the first common document from that of the first on.
    fn align(&mut self, mut doc: u32) -> Result<(), Error> {
        let Some((lead, others)) = self.items.split_first_mut() else { return Ok(()) };
        'candidate: while doc != END {
            for other in &mut *others {
                let found = other.seek(doc)?;
                if doc < found {
                    doc = lead.seek(found)?;
                    continue 'candidate;
                }
            }
            break;
        }
        self.doc = doc;
        Ok(())
    }
}

/// Documents on which any item stands; the items form a heap by document.
pub(crate) struct Union<'a> {
    items: Vec<Documents<'a>>,
    /// Document and item, least document first.
    heap: Vec<(u32, u32)>,
    doc: u32,
}

impl<'a> Union<'a> {
    fn new(items: Vec<Documents<'a>>) -> Self {
        let mut heap: Vec<(u32, u32)> = items
            .iter()
            .enumerate()
            .map(|(item, documents)| (documents.doc(), item as u32))
            .collect();
        // Sorted is a heap.
        heap.sort_unstable();
        let doc = heap[0].0;
        Union { items, heap, doc }
    }

    fn advance(&mut self) -> Result<(), Error> {
        let doc = self.doc;
        while doc != END && self.heap[0].0 == doc {
            let next = self.items[self.heap[0].1 as usize].advance()?;
            lower(&mut self.heap, next);
        }
        self.doc = self.heap[0].0;
        Ok(())
    }

    fn seek(&mut self, target: u32) -> Result<(), Error> {
        while self.heap[0].0 < target {
            let next = self.items[self.heap[0].1 as usize].seek(target)?;
            lower(&mut self.heap, next);
        }
        self.doc = self.heap[0].0;
        Ok(())
    }
}
