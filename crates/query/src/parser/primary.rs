//! One thing of a query: a word, a quotation, a bracket with all in it, a field with its value.
//!
//! Comes in: a token that begins it. Goes out: its node, with what is attached to it: a slop, a boost, a count.

use super::MAX_DISTANCE;
use super::error::SyntaxError;
use super::grammar::{Built, Parser};
use super::lexer::{Distance, Expect, Mark, Token, TokenKind, is_blank};
use super::words::units;
use crate::syntax::{Node, NodeKind, Occur};
use std::ops::Range;

impl Parser<'_, '_> {
    /// One thing: a word, a quotation, a bracket with all in it, a field with its value.
    pub(super) fn primary(&mut self) -> Result<Option<Built>, SyntaxError> {
        loop {
            let closes = matches!(
                self.peek().kind,
                TokenKind::End | TokenKind::CloseGroup | TokenKind::CloseJoint
            );
            if closes {
                return Ok(None);
            }
            let token = self.next();
            match token.kind {
                TokenKind::OpenGroup | TokenKind::OpenJoint | TokenKind::Function(_) => {
                    if !self.enter(&token.at, "left out")? {
                        self.lexer.forget_bracket();
                        continue;
                    }
                    let built = self.bracketed(token);
                    self.leave();
                    return built;
                }
                TokenKind::Window { distance: Distance::Bare, .. } => {
                    return self.word_node(token.at).map(|node| Some(node.into()));
                }
                TokenKind::And | TokenKind::Or | TokenKind::Window { .. } => {
                    let name = &self.text[token.at.clone()];
                    let message = format!("nothing on the left of '{name}'");
                    let suggestion = format!("write \"{name}\" in quotes to look for the word");
                    self.problem(token.at, message, Some(suggestion), "left out")?;
                }
                // Only behind a bracket that a repair left out.
                TokenKind::Not | TokenKind::Sign(_) => {
                    let name = &self.text[token.at.clone()];
                    let message = format!("'{name}' where a word is expected");
                    self.problem(token.at, message, None, "left out")?;
                }
                _ => return self.simple(token).map(Some),
            }
        }
    }

    fn bracketed(&mut self, token: Token) -> Result<Option<Built>, SyntaxError> {
        match token.kind {
            TokenKind::OpenJoint => self.joint(token.at).map(Some),
            TokenKind::Function(name) => self.function(token.at, name).map(Some),
            _ => self.group(token.at),
        }
    }

    /// A token that is a whole primary, or begins one without brackets of its own.
    fn simple(&mut self, token: Token) -> Result<Built, SyntaxError> {
        match token.kind {
            TokenKind::Quoted { mark, inside, closed } => {
                self.quotation(token.at, mark, inside, closed)
            }
            TokenKind::Variants { inside, closed } => {
                self.check_closed(closed, &token.at, "'~('")?;
                self.lexer.count(inside.len());
                let units = units(self.text, inside);
                let node = self.variants_node(&units)?;
                let node = node.unwrap_or(Node::new(NodeKind::Text("~()".to_owned()), token.at));
                self.finish(node)
            }
            TokenKind::Regex(pattern) => {
                self.count_clause(&token.at)?;
                let pattern = self.text[pattern].to_owned();
                self.finish(Node::new(NodeKind::Regex(pattern), token.at))
            }
            TokenKind::Field(name) => {
                if !self.enter(&token.at, "read as text")? {
                    return self.as_text(token.at.start);
                }
                let built = self.field(token.at, name);
                self.leave();
                built.map(|built| Built { nest: built.nest + 1, ..built })
            }
            TokenKind::LooseRange => {
                let suggestion = Some("name its field: date:[2011 TO 2012]".to_owned());
                let end = self.lexer.word(token.at.start).at.end;
                self.problem(
                    token.at.start..end,
                    "range without a field",
                    suggestion,
                    "read as text",
                )?;
                self.word_node(token.at.start..end).map(Built::from)
            }
            _ => self.word_node(token.at).map(Built::from),
        }
    }

    /// `"a b"~2`, `="a b"`, `~"a b"`, `"a b"*`.
    fn quotation(
        &mut self,
        at: Range<usize>,
        mark: Mark,
        inside: Range<usize>,
        closed: bool,
    ) -> Result<Built, SyntaxError> {
        if !closed {
            let quote = at.start + usize::from(mark != Mark::None)..inside.start;
            let suggestion = Some("close it, or write \\\" for the mark itself".to_owned());
            self.problem(quote, "unclosed quote opened", suggestion, "closed at the end")?;
        }
        let end = self.lexer.at();
        let open = mark == Mark::None && self.lexer.char_at(end) == Some('*');
        let (mut slots, opened) = self.slots(inside, mark, open)?;
        if opened && !self.is_full() {
            self.lexer.take('*');
        }
        let slop = self.slop(end)?;
        let node = match slots.len() {
            0 => Node::new(NodeKind::Text("\"\"".to_owned()), at),
            1 if slop == 0 => slots.remove(0),
            _ => Node::new(NodeKind::Phrase { slots, slop }, at),
        };
        self.finish(node)
    }

    /// `~2` behind a closing quote at `quote`.
    fn slop(&mut self, quote: usize) -> Result<u32, SyntaxError> {
        if self.is_full() || !self.lexer.take('~') {
            return Ok(0);
        }
        let digits = self.lexer.number();
        let at = quote..digits.end;
        let written = &self.text[digits];
        match written.parse::<u32>() {
            Ok(slop) if slop <= MAX_DISTANCE => Ok(slop),
            _ if !written.is_empty() => {
                let message = format!("slop above the limit of {MAX_DISTANCE}");
                self.problem(at, message, None, "read as the limit")?;
                Ok(MAX_DISTANCE)
            }
            _ => {
                let suggestion = Some("write the slop as a whole number: \"a b\"~2".to_owned());
                self.problem(at, "'~' behind a quote without a number", suggestion, "left out")?;
                Ok(0)
            }
        }
    }

    /// What may be attached to a closing bracket or quote: a boost, and punctuation that ends a sentence.
    pub(super) fn finish(&mut self, mut node: Node) -> Result<Built, SyntaxError> {
        if self.is_full() {
            return Ok(node.into());
        }
        let start = self.lexer.at();
        if self.lexer.take('~') {
            let digits = self.lexer.number();
            if digits.is_empty() && self.lexer.char_at(digits.end).is_some_and(|c| !is_blank(c)) {
                self.lexer.go_to(start);
            } else {
                let message = "'~' behind something that is neither a word nor a quote";
                self.problem(start..digits.end, message, None, "left out")?;
            }
        }
        if let Some(boost) = self.boost()? {
            node.boost *= boost;
        }
        self.lexer.skip_punctuation();
        Ok(node.into())
    }

    /// `^2`, if it stands here.
    fn boost(&mut self) -> Result<Option<f64>, SyntaxError> {
        let start = self.lexer.at();
        if !self.lexer.take('^') {
            return Ok(None);
        }
        let digits = self.lexer.number();
        let text = self.text[digits.clone()].trim_end_matches('.');
        if !text.starts_with(|c: char| c.is_ascii_digit()) || text.matches('.').count() > 1 {
            self.lexer.go_to(start);
            return Ok(None);
        }
        self.lexer.go_to(digits.start + text.len());
        self.boost_value(text, start..digits.end).map(Some)
    }

    /// `( ... )`, `( ... )@2`; the bracket at `open` is taken.
    fn group(&mut self, open: Range<usize>) -> Result<Option<Built>, SyntaxError> {
        let content = self.clauses()?;
        self.close(&open, "'('")?;
        let at = open.start..self.lexer.at();
        let Some(content) = content else {
            // Only repairs leave a bracket empty that was not.
            return Ok(None);
        };
        let nest = content.nest + 1;
        let content = match self.at_least_count() {
            Some(count) => self.at_least(content, count, at.clone())?.into(),
            None => content,
        };
        let built = self.finish(content.node)?;
        Ok(Some(built.in_brackets(nest)))
    }

    /// `@2` behind a bracket.
    fn at_least_count(&mut self) -> Option<Range<usize>> {
        let start = self.lexer.at();
        if self.is_full() || !self.lexer.take('@') {
            return None;
        }
        let digits = self.lexer.number();
        let text = &self.text[digits.clone()];
        let number = text.trim_end_matches('.');
        let attached = self.lexer.char_at(digits.end).is_some_and(char::is_alphanumeric);
        if number.is_empty() || number.contains('.') || attached {
            self.lexer.go_to(start);
            return None;
        }
        self.lexer.go_to(digits.start + number.len());
        Some(digits.start..digits.start + number.len())
    }

    /// The items of a bracket of which so many must occur.
    fn at_least(
        &mut self,
        content: Built,
        count: Range<usize>,
        at: Range<usize>,
    ) -> Result<Node, SyntaxError> {
        let items = match content.node.kind {
            NodeKind::Or(items) if !content.grouped && content.node.boost == 1.0 => items,
            NodeKind::Clauses(clauses) if !content.grouped && content.node.boost == 1.0 => {
                if let Some((_, signed)) = clauses.iter().find(|(occur, _)| *occur != Occur::Should)
                {
                    let place = signed.at.clone();
                    let suggestion = Some("put the sign before the bracket: -c (a b)@1".to_owned());
                    self.problem(place, "sign or NOT in a list with '@'", suggestion, "left out")?;
                }
                clauses.into_iter().map(|(_, node)| node).collect()
            }
            _ => vec![content.node],
        };
        let number = self.text[count.clone()].parse::<usize>().unwrap_or(usize::MAX);
        let allowed = number.clamp(1, items.len());
        if allowed != number {
            let message = format!("'@{}' of {} listed", &self.text[count.clone()], items.len());
            let suggestion = Some(format!("a number from 1 to {}", items.len()));
            self.problem(
                count.start - 1..count.end,
                message,
                suggestion,
                &format!("read as {allowed}"),
            )?;
        }
        let count = u32::try_from(allowed).unwrap_or(u32::MAX);
        Ok(Node::new(NodeKind::AtLeast { count, items }, at))
    }

    /// Takes the closing bracket, or says that there is none.
    pub(super) fn close(&mut self, open: &Range<usize>, name: &str) -> Result<(), SyntaxError> {
        let closed = matches!(self.peek().kind, TokenKind::CloseGroup | TokenKind::CloseJoint);
        if closed {
            self.next();
        }
        self.check_closed(closed, open, name)
    }

    fn check_closed(
        &mut self,
        closed: bool,
        open: &Range<usize>,
        name: &str,
    ) -> Result<(), SyntaxError> {
        if closed || self.is_full() {
            return Ok(());
        }
        let suggestion = Some("close it at the end of what belongs to it".to_owned());
        let message = format!("unclosed {name} opened");
        self.problem(open.clone(), message, suggestion, "closed at the end")
    }

    /// Things side by side without operators, up to the closing bracket, which is taken.
    pub(super) fn items(
        &mut self,
        open: &Range<usize>,
        name: &str,
    ) -> Result<Vec<Built>, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::End | TokenKind::CloseGroup | TokenKind::CloseJoint => break,
                TokenKind::And
                | TokenKind::Or
                | TokenKind::Not
                | TokenKind::Sign(_)
                | TokenKind::Window { .. } => {
                    let token = self.next();
                    let word = &self.text[token.at.clone()];
                    let message = format!("'{word}' inside {name}");
                    let suggestion =
                        format!("{name} takes things side by side: leave '{word}' out");
                    self.problem(token.at, message, Some(suggestion), "left out")?;
                }
                _ => items.extend(self.primary()?),
            }
        }
        self.close(open, name)?;
        Ok(items)
    }

    /// `{a "b c" d*}`; the bracket at `open` is taken.
    fn joint(&mut self, open: Range<usize>) -> Result<Built, SyntaxError> {
        let items = self.items(&open, "'{'")?;
        let at = open.start..self.lexer.at();
        let nest = items.iter().map(|built| built.nest).max().unwrap_or(0) + 1;
        let mut nodes: Vec<Node> = items.into_iter().map(|built| built.node).collect();
        let mut joint = true;
        for node in &mut nodes {
            joint &= self.check_joint_item(node)?;
        }
        let kind = match nodes.len() {
            0 => NodeKind::Text("{}".to_owned()),
            1 => {
                let built = self.finish(nodes.remove(0))?;
                return Ok(built.in_brackets(nest));
            }
            _ if joint => NodeKind::Joint(nodes),
            _ => NodeKind::Or(nodes),
        };
        let built = self.finish(Node::new(kind, at))?;
        Ok(built.in_brackets(nest))
    }

    /// Items of a joint are words and phrases without boosts of their own.
    fn check_joint_item(&mut self, node: &mut Node) -> Result<bool, SyntaxError> {
        if node.boost != 1.0 {
            let suggestion = Some("a boost goes behind the bracket: {a b}^2".to_owned());
            self.problem(node.at.clone(), "boost inside '{'", suggestion, "left out")?;
            node.boost = 1.0;
        }
        let fits = matches!(
            node.kind,
            NodeKind::Text(_)
                | NodeKind::Surface(_)
                | NodeKind::Wildcard(_)
                | NodeKind::Fuzzy { .. }
                | NodeKind::Regex(_)
                | NodeKind::Variants { .. }
                | NodeKind::Phrase { .. }
                | NodeKind::Joint(_)
        );
        if !fits {
            let message = format!("{} inside '{{'", node.kind_name());
            let suggestion = Some("write (a OR b) instead of {a b}".to_owned());
            self.problem(node.at.clone(), message, suggestion, "read as OR")?;
        }
        Ok(fits)
    }

    /// A token where the value of a text field is expected.
    pub(super) fn field_value(&mut self) -> Result<Option<Built>, SyntaxError> {
        self.read_attached(Expect::FIELD_VALUE);
        self.primary()
    }
}
