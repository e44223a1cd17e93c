//! From the syntax tree to the plan: the positional half.
//!
//! Comes in: syntax nodes that match places in a text. Goes out: a [`Pattern`] over words with the sum of its words'
//! idfs. A word repeated in a phrase counts as often as it stands there; an OR inside a window counts as one word that
//! stands in every document with any of its words.

use std::ops::Range;

use analysis::{split_form, split_stem};
use smallvec::{SmallVec, smallvec};

use super::build::Planner;
use super::words::piece_idf;
use super::{Pattern, Terms, Word, WordId};
use crate::Error;
use crate::syntax::{Node, NodeKind, Occur};

/// A pattern and its words' idfs, in the order in which they are added up; `None` where no word is left to look for.
pub(super) type Weighed = Option<(Pattern, Few<f64>)>;

/// A list with a place for each word of most queries.
pub(super) type Few<T> = SmallVec<[T; 4]>;

impl Planner<'_> {
    /// What a node matches within a scope. Its own boost is the caller's business.
    pub(super) fn pattern(
        &mut self,
        kind: &NodeKind,
        at: &Range<usize>,
        scope: Option<usize>,
    ) -> Result<Weighed, Error> {
        match kind {
            NodeKind::Text(_)
            | NodeKind::Surface(_)
            | NodeKind::Wildcard(_)
            | NodeKind::Fuzzy { .. }
            | NodeKind::Regex(_)
            | NodeKind::Variants { .. } => {
                let words = self.words(kind, at, scope)?;
                Ok(self.phrase(words.iter().map(|&word| (word, 1.0)), 0))
            }
            NodeKind::Phrase { slots, slop } => self.slots(slots, *slop, scope),
            NodeKind::Window { operands, distance, ordered } => {
                self.window(operands, *distance, *ordered, at, scope)
            }
            NodeKind::Joint(items) => {
                let items: Vec<&Node> = items.iter().collect();
                self.any(&items, at, scope)
            }
            _ => Err(misplaced(kind, at, "where words are joined")),
        }
    }

    /// Words side by side or within a slop, each with the weight its idf counts with.
    fn phrase(&self, words: impl Iterator<Item = (WordId, f64)> + Clone, slop: u32) -> Weighed {
        let idfs = words.clone().map(|(word, boost)| boost * self.idf(word)).collect();
        let mut slots = words.map(|(word, _)| word);
        let first = slots.next()?;
        let pattern = match slots.next() {
            None => Pattern::Word(first),
            Some(second) => {
                let slots = [first, second].into_iter().chain(slots).collect();
                if slop == 0 { Pattern::Exact(slots) } else { Pattern::Slop { slots, slop } }
            }
        };
        Some((pattern, idfs))
    }

    /// The slots of a quoted phrase.
    fn slots(&mut self, slots: &[Node], slop: u32, scope: Option<usize>) -> Result<Weighed, Error> {
        let mut words = Few::new();
        for slot in slots {
            match &slot.kind {
                NodeKind::Joint(_) | NodeKind::Or(_) | NodeKind::Clauses(_) => {
                    match self.operand(slot, scope, "in a phrase")? {
                        Some((Pattern::Word(word), _)) => words.push((word, slot.boost)),
                        Some(_) => {
                            return Err(Error::Operand {
                                found: "a phrase",
                                inside: "in a choice of words within quotes",
                                advice: "join phrases with BEFORE/0",
                                at: slot.at.clone(),
                            });
                        }
                        None => words.push((self.no_word(scope, &slot.at)?, 1.0)),
                    }
                }
                kind => {
                    let found = self.words(kind, &slot.at, scope)?;
                    words.extend(found.into_iter().map(|word| (word, slot.boost)));
                }
            }
        }
        Ok(self.phrase(words.iter().copied(), slop))
    }

    fn window(
        &mut self,
        operands: &[Node],
        distance: Option<u32>,
        ordered: bool,
        at: &Range<usize>,
        scope: Option<usize>,
    ) -> Result<Weighed, Error> {
        let (mut patterns, mut all) = (Vec::with_capacity(operands.len()), Few::new());
        for operand in operands {
            match self.operand(operand, scope, "in a window")? {
                Some((pattern, idfs)) => {
                    patterns.push(pattern);
                    all.extend(idfs.into_iter().map(|idf| operand.boost * idf));
                }
                None => return Ok(None),
            }
        }
        if patterns.len() == 1 {
            return Ok(patterns.pop().map(|pattern| (pattern, all)));
        }
        let pattern = Pattern::Window { operands: patterns, distance, ordered };
        self.check_window(&pattern, at)?;
        Ok(Some((pattern, all)))
    }

    /// An operand of a window or an item of a joint term.
    fn operand(
        &mut self,
        node: &Node,
        scope: Option<usize>,
        inside: &'static str,
    ) -> Result<Weighed, Error> {
        match &node.kind {
            NodeKind::Or(items) => {
                let items: Vec<&Node> = items.iter().collect();
                self.any(&items, &node.at, scope)
            }
            NodeKind::Clauses(clauses)
                if clauses.iter().all(|(occur, _)| *occur == Occur::Should) =>
            {
                let items: Vec<&Node> = clauses.iter().map(|(_, item)| item).collect();
                self.any(&items, &node.at, scope)
            }
            NodeKind::Field { name, node: inner } => match self.text_field(name, &node.at)? {
                Some(scope) => self.operand(inner, scope, inside),
                None => Err(misplaced(&node.kind, &node.at, inside)),
            },
            NodeKind::Text(_)
            | NodeKind::Surface(_)
            | NodeKind::Wildcard(_)
            | NodeKind::Fuzzy { .. }
            | NodeKind::Regex(_)
            | NodeKind::Variants { .. }
            | NodeKind::Phrase { .. }
            | NodeKind::Window { .. }
            | NodeKind::Joint(_) => self.pattern(&node.kind, &node.at, scope),
            _ => Err(misplaced(&node.kind, &node.at, inside)),
        }
    }

    /// Any of several, as one term: a set of words where all are single words.
    fn any(
        &mut self,
        items: &[&Node],
        at: &Range<usize>,
        scope: Option<usize>,
    ) -> Result<Weighed, Error> {
        let mut patterns = Vec::with_capacity(items.len());
        for item in items {
            patterns.extend(
                self.operand(item, scope, "in `{...}` or in a choice")?.map(|(pattern, _)| pattern),
            );
        }
        patterns.sort_by_cached_key(|pattern| format!("{pattern:?}"));
        patterns.dedup();
        match patterns.as_slice() {
            [] => return Ok(None),
            [pattern] => {
                let idf = self.any_idf(pattern)?;
                return Ok(patterns.pop().map(|pattern| (pattern, smallvec![idf])));
            }
            _ => {}
        }
        let words: Option<Vec<WordId>> = patterns.iter().map(single_word).collect();
        if let Some(words) = words {
            let word = self.merge(&words, at)?;
            return Ok(Some((Pattern::Word(word), smallvec![self.idf(word)])));
        }
        let pattern = Pattern::Any(patterns);
        let idf = self.any_idf(&pattern)?;
        Ok(Some((pattern, smallvec![idf])))
    }

    /// The idf of a choice: that of the documents with any of all the words in it.
    fn any_idf(&mut self, pattern: &Pattern) -> Result<f64, Error> {
        let mut words = Vec::new();
        collect_words(pattern, &mut words);
        words.sort_unstable();
        words.dedup();
        if let [word] = words.as_slice() {
            return Ok(self.idf(*word));
        }
        piece_idf(self.index, &self.plan, &words)
    }

    /// Whether any document can match: whether each word that has to be there stands somewhere.
    pub(super) fn possible(&self, pattern: &Pattern) -> bool {
        let exists = |word: &WordId| 0 < self.plan.words[word.0 as usize].doc_freq;
        match pattern {
            Pattern::Word(word) => exists(word),
            Pattern::Exact(slots) | Pattern::Slop { slots, .. } => slots.iter().all(exists),
            Pattern::Window { operands, .. } => {
                operands.iter().all(|operand| self.possible(operand))
            }
            Pattern::Any(items) => items.iter().any(|item| self.possible(item)),
        }
    }

    /// The scope of all words of a pattern, if they share one.
    pub(super) fn common_scope(&self, pattern: &Pattern) -> Option<usize> {
        if let Pattern::Word(word) = pattern {
            return self.plan.words[word.0 as usize].scope;
        }
        let mut words = Vec::new();
        collect_words(pattern, &mut words);
        let mut scopes = words.iter().map(|word| self.plan.words[word.0 as usize].scope);
        let first = scopes.next().flatten();
        if scopes.all(|scope| scope == first) { first } else { None }
    }

    /// Refuses windows in any order that could take exponential time.
    fn check_window(&self, pattern: &Pattern, at: &Range<usize>) -> Result<(), Error> {
        let Pattern::Window { operands, ordered: false, .. } = pattern else { return Ok(()) };
        let limit = crate::matcher::MAX_SHARING_OPERANDS;
        if limit < operands.len() && !crate::matcher::operands_apart(operands, &self.plan.words) {
            return Err(Error::WindowOperands { found: operands.len(), limit, at: at.clone() });
        }
        Ok(())
    }
}

/// The word of a pattern that is one.
fn single_word(pattern: &Pattern) -> Option<WordId> {
    match pattern {
        Pattern::Word(word) => Some(*word),
        _ => None,
    }
}

/// All words of a pattern, in order, with repetitions.
pub(crate) fn collect_words(pattern: &Pattern, out: &mut Vec<WordId>) {
    match pattern {
        Pattern::Word(word) => out.push(*word),
        Pattern::Exact(slots) | Pattern::Slop { slots, .. } => out.extend(slots),
        Pattern::Window { operands: items, .. } | Pattern::Any(items) => {
            items.iter().for_each(|item| collect_words(item, out));
        }
    }
}

/// The error about a node that has no places in a text.
fn misplaced(kind: &NodeKind, at: &Range<usize>, inside: &'static str) -> Error {
    let (found, advice) = match kind {
        NodeKind::And(_) => ("AND", "write it outside: (a NEAR/5 b) AND c"),
        NodeKind::Not(_) => ("NOT", "write it outside: (a NEAR/5 b) NOT c"),
        NodeKind::Clauses(_) => ("`+` or `-`", "write it outside: +(a NEAR/5 b) -c"),
        NodeKind::AtLeast { .. } => ("`(...)@n`", "name the combinations you want"),
        NodeKind::Range { .. } | NodeKind::OneOf { .. } | NodeKind::Field { .. } => {
            ("a condition on a column", "write it outside: (a NEAR/5 b) AND date:2011")
        }
        _ => ("nothing", "write a word there"),
    };
    Error::Operand { found, inside, advice, at: at.clone() }
}

/// Whether two words can stand on one position.
pub(crate) fn can_share(left: WordId, right: WordId, table: &[Word]) -> bool {
    let parts = |id: WordId| match &table[id.0 as usize].terms {
        Terms::Mixed { words, .. } => words.clone(),
        _ => vec![id],
    };
    let right = parts(right);
    parts(left).iter().any(|left| {
        right.iter().any(|right| share_form(&table[left.0 as usize], &table[right.0 as usize]))
    })
}

/// The same for words that are not mixed.
fn share_form(left: &Word, right: &Word) -> bool {
    let apart = |scope: Option<usize>, other: Option<usize>| {
        scope.is_some() && other.is_some() && scope != other
    };
    if apart(left.scope, right.scope) {
        return false;
    }
    let (left, right) = (forms(left), forms(right));
    let (few, many) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    // A stem of a language stands wherever a word of that stem does, and no stem of another stands there.
    let is_stem = |form: &String| split_stem(form).is_some();
    match (few.first().is_some_and(is_stem), many.first().is_some_and(is_stem)) {
        (false, false) => {}
        (true, true) => return few.iter().any(|form| many.contains(form)),
        _ => return !few.is_empty() && !many.is_empty(),
    }
    few.iter().any(|form| {
        // A stem stands wherever one of its forms does.
        let (stem, written) = split_form(form);
        let later = many.partition_point(|other| other.as_str() < stem);
        let same_stem = many[later..].iter().take_while(|other| split_form(other).0 == stem);
        same_stem.into_iter().any(|other| match (written, split_form(other).1) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
    })
}

/// The terms of a word, in byte order.
fn forms(word: &Word) -> &[String] {
    match &word.terms {
        Terms::One { term, .. } => std::slice::from_ref(term),
        Terms::Many { forms, .. } => forms,
        Terms::Mixed { .. } => &[],
    }
}
