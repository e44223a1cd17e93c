//! What stands between quotes, and in `~(...)`.
//!
//! Comes in: the place between the quotes, found before anything in it is read, so that no mark inside can hide the
//! closing quote. Goes out: the slots in order. Operators and signs are words here; wildcards, `~1`, `=form`,
//! `/regex/`, `~name` and `{a b}` keep their meaning. Pieces without a letter or digit are left out, as they are
//! in documents; a lone `*` or `?` stays as text, so that it is reported and not silently taken for "any word".

use super::error::SyntaxError;
use super::grammar::Parser;
use super::lexer::{Mark, is_blank};
use super::words::{Unit, place, string, units};
use crate::syntax::{Node, NodeKind};
use std::ops::Range;

impl Parser<'_, '_> {
    /// The slots of a phrase; at least one, unless there is nothing between the quotes. With `open`, a `*` stands
    /// behind the quotes (`"abu moh"*` is `"abu moh*"`); says whether the last word could take it.
    pub(super) fn slots(
        &mut self,
        inside: Range<usize>,
        mark: Mark,
        open: bool,
    ) -> Result<(Vec<Node>, bool), SyntaxError> {
        self.lexer.count(inside.len());
        let mut units = units(self.text, inside);
        let opened = open && open_end(&mut units);
        let mut slots = Vec::new();
        match mark {
            Mark::None => self.read_slots(&units, &mut slots)?,
            Mark::Surface => {
                for word in words(&units) {
                    self.count_clause(&place(word))?;
                    slots.push(Node::new(NodeKind::Surface(string(word)), place(word)));
                }
            }
            Mark::Variants => slots.extend(self.variants_node(&units)?),
        }
        let is_silent =
            |slot: &Node| matches!(&slot.kind, NodeKind::Text(text) if self.is_punctuation(text));
        if slots.iter().all(is_silent) {
            slots.truncate(1);
        } else {
            slots.retain(|slot| !is_silent(slot));
        }
        Ok((slots, opened))
    }

    /// `~(al-Jolani -golani)`: the name, and the forms to leave out. `None` where there is nothing in it.
    pub(super) fn variants_node(&mut self, units: &[Unit]) -> Result<Option<Node>, SyntaxError> {
        let (mut text, mut without) = (String::new(), Vec::new());
        for word in words(units) {
            let bare: Vec<Unit> = word.iter().copied().filter(|unit| !unit.is('"')).collect();
            match bare.split_first() {
                Some((sign, form)) if sign.is('-') && !form.is_empty() => {
                    without.push(string(form))
                }
                Some(_) => {
                    text.push_str(if text.is_empty() { "" } else { " " });
                    text.push_str(&string(&bare));
                }
                None => {}
            }
        }
        if units.is_empty() || text.is_empty() && without.is_empty() {
            return Ok(None);
        }
        let at = place(units);
        self.count_clause(&at)?;
        if text.is_empty() {
            let suggestion = Some("write the name first: ~(al-Jolani -golani)".to_owned());
            self.problem(at.clone(), "variants without a name", suggestion, "read as text")?;
            return Ok(Some(Node::new(NodeKind::Text(without.join("-")), at)));
        }
        Ok(Some(Node::new(NodeKind::Variants { text, without }, at)))
    }

    fn read_slots(&mut self, units: &[Unit], slots: &mut Vec<Node>) -> Result<(), SyntaxError> {
        let last = |mark: char| units.iter().rposition(|unit| unit.is(mark)).unwrap_or(0);
        let (last_brace, last_bracket) = (last('}'), last(')'));
        let mut at = 0;
        while at < units.len() && !self.is_full() {
            let here = &units[at..];
            let opens = |mark: char, n: usize| here.get(n).is_some_and(|unit| unit.is(mark));
            if is_blank(here[0].ch) {
                at += 1;
            } else if opens('{', 0) && !opens('{', 1) && !opens('}', 1) && at < last_brace {
                let length = find(here, '}');
                self.joint_slot(&here[1..length], slots)?;
                at += length + 1;
            } else if opens('~', 0) && opens('(', 1) && at + 1 < last_bracket {
                let length = find(here, ')');
                let node = self.variants_node(&here[2..length])?;
                slots.extend(node);
                at += length + 1;
            } else {
                let length = here.iter().take_while(|unit| !is_blank(unit.ch)).count();
                self.slot(&here[..length], slots)?;
                at += length;
            }
        }
        Ok(())
    }

    /// One word of a phrase.
    fn slot(&mut self, word: &[Unit], slots: &mut Vec<Node>) -> Result<(), SyntaxError> {
        self.count_clause(&place(word))?;
        if let Some(pattern) = regex(word) {
            let pattern = self.text[pattern].to_owned();
            slots.push(Node::new(NodeKind::Regex(pattern), place(word)));
        } else {
            slots.extend(self.read_word(word, false)?.0);
        }
        Ok(())
    }

    /// `{a b}` inside quotes. One word alone needs no joint.
    fn joint_slot(&mut self, inside: &[Unit], slots: &mut Vec<Node>) -> Result<(), SyntaxError> {
        let mut items = Vec::new();
        for word in words(inside) {
            let mut pieces = Vec::new();
            self.slot(word, &mut pieces)?;
            items.push((place(word), pieces));
        }
        if let [(_, pieces)] = items.as_mut_slice() {
            slots.append(pieces);
            return Ok(());
        }
        let node = |(at, mut pieces): (Range<usize>, Vec<Node>)| match pieces.len() {
            1 => pieces.remove(0),
            _ => Node::new(NodeKind::Phrase { slots: pieces, slop: 0 }, at),
        };
        let items: Vec<Node> = items.into_iter().map(node).collect();
        if !items.is_empty() {
            slots.push(Node::new(NodeKind::Joint(items), place(inside)));
        }
        Ok(())
    }
}

/// Puts a `*` behind the last word, before the punctuation behind it, if it ends in a letter or digit.
fn open_end(units: &mut Vec<Unit>) -> bool {
    let tail =
        |unit: &&Unit| is_blank(unit.ch) || matches!(unit.ch, '.' | ',' | ';' | ':' | '!' | '?');
    let end = units.len() - units.iter().rev().take_while(tail).count();
    let Some(&last) = units[..end].last().filter(|last| last.ch.is_alphanumeric()) else {
        return false;
    };
    units.truncate(end);
    units.push(Unit { ch: '*', start: last.end, end: last.end, literal: false });
    true
}

/// The words of a list: the runs between blanks.
fn words(units: &[Unit]) -> impl Iterator<Item = &[Unit]> {
    units.split(|unit| is_blank(unit.ch)).filter(|word| !word.is_empty())
}

/// Where `mark` stands first; it is known to stand somewhere.
fn find(units: &[Unit], mark: char) -> usize {
    units.iter().position(|unit| unit.is(mark)).unwrap_or(units.len() - 1)
}

/// The pattern's place in a word that is `/.../` with no other `/` in it.
fn regex(word: &[Unit]) -> Option<Range<usize>> {
    let (first, last) = (word.first()?, word.last()?);
    let whole = word.len() > 2 && first.is('/') && last.is('/');
    let slashes = word.iter().filter(|unit| unit.is('/')).count();
    (whole && slashes == 2).then_some(first.end..last.start)
}
