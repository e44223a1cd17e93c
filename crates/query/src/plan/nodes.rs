//! Putting plan nodes together so that equal meanings get equal, small trees.
//!
//! Comes in: the parts of a boolean node. Goes out: the node, flattened, without parts that change nothing. Neither the
//! matching documents nor their scores nor their matches change by it.

use super::PlanNode;

impl PlanNode {
    /// All of these.
    pub(super) fn and(items: Vec<PlanNode>) -> PlanNode {
        let mut kept: Vec<PlanNode> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                PlanNode::Nothing => return PlanNode::Nothing,
                PlanNode::Everything => {}
                PlanNode::And(inner) => inner.into_iter().for_each(|item| add(&mut kept, item)),
                item => add(&mut kept, item),
            }
        }
        match kept.len() {
            0 => PlanNode::Everything,
            1 => kept.remove(0),
            _ => PlanNode::And(kept),
        }
    }

    /// Any of these.
    pub(super) fn or(items: Vec<PlanNode>) -> PlanNode {
        let mut kept: Vec<PlanNode> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                PlanNode::Nothing => {}
                PlanNode::Or(inner) => inner.into_iter().for_each(|item| add(&mut kept, item)),
                item => add(&mut kept, item),
            }
        }
        match kept.len() {
            0 => PlanNode::Nothing,
            1 => kept.remove(0),
            _ => PlanNode::Or(kept),
        }
    }

    /// None of these.
    pub(super) fn none_of(item: PlanNode) -> PlanNode {
        match item {
            PlanNode::Nothing => PlanNode::Everything,
            PlanNode::Everything => PlanNode::Nothing,
            item => PlanNode::Not(Box::new(item)),
        }
    }

    /// So many of these.
    pub(super) fn at_least(count: u32, items: Vec<PlanNode>) -> PlanNode {
        let items: Vec<_> = items.into_iter().filter(|item| *item != PlanNode::Nothing).collect();
        match count as usize {
            0 if items.is_empty() => PlanNode::Everything,
            1 => PlanNode::or(items),
            count if items.len() < count => PlanNode::Nothing,
            count if items.len() == count => PlanNode::and(items),
            _ => PlanNode::AtLeast { count, items },
        }
    }

    /// Clauses side by side.
    pub(super) fn clauses(
        must: Vec<PlanNode>,
        should: Vec<PlanNode>,
        must_not: Vec<PlanNode>,
    ) -> PlanNode {
        let required = !must.is_empty();
        let wanted = !should.is_empty();
        let forbidden = PlanNode::or(must_not);
        let mut must = list(PlanNode::and(must), required, |node| match node {
            PlanNode::And(items) => items,
            node => vec![node],
        });
        let mut should = list(PlanNode::or(should), wanted, |node| match node {
            PlanNode::Or(items) => items,
            node => vec![node],
        });
        if must.contains(&PlanNode::Nothing) || forbidden == PlanNode::Everything {
            return PlanNode::Nothing;
        }
        if required {
            // A welcome clause that is required anyway only counts once more.
            should.retain(|item| *item != PlanNode::Nothing && !merged(&mut must, item));
        }
        match (required, should.is_empty()) {
            (_, true) => {
                must.push(PlanNode::none_of(forbidden));
                PlanNode::and(must)
            }
            (false, false) if forbidden == PlanNode::Nothing => PlanNode::or(should),
            (false, false) if should == [PlanNode::Nothing] => PlanNode::Nothing,
            _ => {
                let must_not = list(forbidden, true, |node| match node {
                    PlanNode::Nothing => Vec::new(),
                    PlanNode::Or(items) => items,
                    node => vec![node],
                });
                PlanNode::Clauses { must, should, must_not }
            }
        }
    }
}

/// The parts of a node, none where it was never asked for.
fn list(node: PlanNode, asked: bool, parts: impl Fn(PlanNode) -> Vec<PlanNode>) -> Vec<PlanNode> {
    if asked { parts(node) } else { Vec::new() }
}

/// Adds a node to its neighbours, or its boost to an equal one.
fn add(items: &mut Vec<PlanNode>, item: PlanNode) {
    if !merged(items, &item) {
        items.push(item);
    }
}

/// Adds the boost of a leaf to an equal leaf among the items, if there is one.
fn merged(items: &mut [PlanNode], item: &PlanNode) -> bool {
    let PlanNode::Leaf { leaf, boost } = item else { return false };
    items.iter_mut().any(|other| match other {
        PlanNode::Leaf { leaf: same, boost: sum } if same == leaf => {
            *sum += boost;
            true
        }
        _ => false,
    })
}
