//! Tokens to a tree, by precedence climbing.
//!
//! Comes in: the tokens of `lexer`. Goes out: the tree, or the first mistake; with `lenient`, the tree and a repair for
//! each mistake. Each place that finds a mistake calls [`Parser::problem`] and then goes on with its repair, so that
//! strict and lenient parsing are one code.
//!
//! The binary operators, loosest first: adjacency, `OR`, `AND`, `NEAR` and `BEFORE`. `NOT` stands between `AND` and
//! `NEAR`; `+` and `-` hold what a window holds.

use super::error::SyntaxError;
use super::lexer::{Distance, Expect, Lexer, Mark, Token, TokenKind, is_blank};
use super::words::units;
use super::{DEFAULT_DISTANCE, MAX_CLAUSES, MAX_DEPTH, MAX_DISTANCE, ParseOptions, Repair};
use crate::syntax::{Node, NodeKind, Occur};
use std::ops::Range;

/// The parser: a text, a place in it, and what has been found so far.
pub(super) struct Parser<'q, 'o> {
    pub(super) text: &'q str,
    pub(super) options: &'o ParseOptions<'o>,
    pub(super) lexer: Lexer<'q>,
    pub(super) repairs: Vec<Repair>,
    peeked: Option<Token>,
    /// Brackets, `NOT`s and the like that are open here.
    depth: usize,
    /// Words and other leaves so far.
    clauses: usize,
    /// Whether an operator word was used as such.
    operator: bool,
}

/// A node on its way into the tree.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) node: Node,
    /// The sign it stands under; `NOT` is [`Occur::MustNot`].
    occur: Occur,
    /// Whether it came out of brackets.
    grouped: bool,
    /// The deepest nesting of brackets and windows in it.
    nest: usize,
}

impl From<Node> for Built {
    fn from(node: Node) -> Built {
        Built { node, occur: Occur::Should, grouped: false, nest: 0 }
    }
}

impl Built {
    /// The deepest nesting of brackets and windows in it.
    pub(super) fn nest(&self) -> usize {
        self.nest
    }

    /// The same with `nest` levels in it, out of brackets.
    pub(super) fn in_brackets(self, nest: usize) -> Built {
        Built { grouped: true, nest, ..self }
    }

    /// The same node inside another that is no bracket.
    pub(super) fn inside(self, wrap: impl FnOnce(Node) -> Node) -> Built {
        Built { node: wrap(self.node), grouped: false, ..self }
    }
}

/// How tightly a binary operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Or,
    And,
    Window,
    /// Tighter than any.
    Operand,
}

impl Power {
    fn of(kind: &TokenKind) -> Option<Power> {
        match kind {
            TokenKind::Or => Some(Power::Or),
            TokenKind::And => Some(Power::And),
            TokenKind::Window { .. } => Some(Power::Window),
            _ => None,
        }
    }

    fn above(self) -> Power {
        match self {
            Power::Or => Power::And,
            Power::And => Power::Window,
            Power::Window | Power::Operand => Power::Operand,
        }
    }
}

impl<'q, 'o> Parser<'q, 'o> {
    /// A parser at the start of `text`.
    pub(super) fn new(
        text: &'q str,
        options: &'o ParseOptions<'o>,
        known: &'q dyn Fn(&str) -> bool,
    ) -> Parser<'q, 'o> {
        Parser {
            text,
            options,
            lexer: Lexer::new(text, known),
            repairs: Vec::new(),
            peeked: None,
            depth: 0,
            clauses: 0,
            operator: false,
        }
    }

    /// The whole query.
    pub(super) fn query(&mut self) -> Result<Node, SyntaxError> {
        let node = self.clauses()?.map_or(Node::new(NodeKind::Empty, 0..0), |built| built.node);
        if let Some(at) = self.lexer.stray().filter(|_| self.operator) {
            let suggestion = Some("take it out, or open a '(' before it".to_owned());
            self.problem(at..at + 1, "')' closes nothing", suggestion, "read as punctuation")?;
        }
        Ok(node)
    }

    /// Reports a mistake: an error, or a repair where repairs are asked for.
    pub(super) fn problem(
        &mut self,
        at: Range<usize>,
        message: impl Into<String>,
        suggestion: Option<String>,
        repair: &str,
    ) -> Result<(), SyntaxError> {
        let error = SyntaxError::new(self.text, at, message, suggestion);
        if !self.options.lenient {
            return Err(error);
        }
        let message = format!("{} at column {}: {repair}", error.message, error.column);
        self.repairs.push(Repair { at: error.at, message });
        Ok(())
    }

    /// Counts a leaf of the tree against the limit.
    pub(super) fn count_clause(&mut self, at: &Range<usize>) -> Result<(), SyntaxError> {
        self.clauses += 1;
        if self.clauses == MAX_CLAUSES + 1 {
            let message = format!("more than the limit of {MAX_CLAUSES} words and clauses");
            self.problem(at.clone(), message, None, "the rest is left out")?;
        }
        if self.is_full() {
            self.lexer.go_to(self.text.len());
        }
        Ok(())
    }

    /// Whether no more leaves fit, so that the rest of the text is left out.
    pub(super) fn is_full(&self) -> bool {
        self.clauses > MAX_CLAUSES
    }

    fn peek(&mut self) -> &Token {
        if self.peeked.is_none() {
            self.peeked = Some(self.lexer.next(Expect::ANYTHING));
        }
        self.peeked.as_ref().expect("filled above")
    }

    pub(super) fn next(&mut self) -> Token {
        match self.peeked.take() {
            Some(token) => token,
            None => self.lexer.next(Expect::ANYTHING),
        }
    }

    /// Clauses side by side, up to a closing bracket or the end, neither of which is taken.
    fn clauses(&mut self) -> Result<Option<Built>, SyntaxError> {
        let mut list: Vec<Built> = Vec::new();
        while !matches!(
            self.peek().kind,
            TokenKind::End | TokenKind::CloseGroup | TokenKind::CloseJoint
        ) {
            list.extend(self.expression(Power::Or)?);
        }
        if list.len() < 2 {
            return Ok(list.pop().map(unsigned));
        }
        let nest = list.iter().map(|built| built.nest).max().unwrap_or(0);
        let at = span(list.iter().map(|built| &built.node));
        let clauses = list.into_iter().map(|built| (built.occur, built.node)).collect();
        let node = Node::new(NodeKind::Clauses(clauses), at);
        Ok(Some(Built { nest, ..Built::from(node) }))
    }

    /// An operand and the operators behind it that bind at least as tightly as `floor`. `None` where a repair left
    /// nothing.
    fn expression(&mut self, floor: Power) -> Result<Option<Built>, SyntaxError> {
        let Some(mut left) = self.operand()? else { return Ok(None) };
        while let Some(power) = Power::of(&self.peek().kind).filter(|power| *power >= floor) {
            self.operator = true;
            left = match power {
                Power::Window => self.window(left)?,
                _ => self.series(left, power)?,
            };
        }
        Ok(Some(left))
    }

    /// `a AND b AND c`, `a OR b OR c`.
    fn series(&mut self, first: Built, power: Power) -> Result<Built, SyntaxError> {
        let mut items = vec![self.item(first, power)?];
        while Power::of(&self.peek().kind) == Some(power) {
            let operator = self.next();
            match self.expression(power.above())? {
                Some(right) => items.push(self.item(right, power)?),
                None => self.nothing_after(&operator)?,
            }
        }
        if items.len() == 1 {
            return Ok(items.remove(0));
        }
        let nest = items.iter().map(|built| built.nest).max().unwrap_or(0);
        let at = span(items.iter().map(|built| &built.node));
        let nodes = items.into_iter().map(|built| built.node).collect();
        let kind = if power == Power::And { NodeKind::And(nodes) } else { NodeKind::Or(nodes) };
        Ok(Built { nest, ..Built::from(Node::new(kind, at)) })
    }

    /// An operand of `AND` or `OR`. A `+` says nothing there beside `AND` and contradicts `OR`.
    fn item(&mut self, built: Built, power: Power) -> Result<Built, SyntaxError> {
        if built.occur == Occur::Must && power == Power::Or {
            let at = built.node.at.start.saturating_sub(1)..built.node.at.end;
            let suggestion = Some("write '+a b' or 'a OR b'".to_owned());
            self.problem(at, "'+' on one side of OR", suggestion, "'+' left out")?;
        }
        Ok(unsigned(built))
    }

    /// `NOT x`, `+x`, `-x`, or a window without an operator before it.
    fn operand(&mut self) -> Result<Option<Built>, SyntaxError> {
        match self.peek().kind {
            TokenKind::Not => {
                let operator = self.next();
                self.operator = true;
                let entered = self.enter(&operator.at, "left out")?;
                let inner = self.expression(Power::Window);
                self.depth -= usize::from(entered);
                match inner? {
                    Some(built) if entered => {
                        let nest = built.nest + 1;
                        let inner = unsigned(built);
                        Ok(Some(Built { occur: Occur::MustNot, nest, ..inner }))
                    }
                    Some(built) => Ok(Some(built)),
                    None => self.nothing_after(&operator).map(|()| None),
                }
            }
            TokenKind::Sign(occur) => {
                let sign = self.next();
                self.peeked = Some(self.lexer.next(Expect::AFTER_SIGN));
                match self.expression(Power::Window)? {
                    Some(built) => Ok(Some(Built { occur, ..built })),
                    None => self.nothing_after(&sign).map(|()| None),
                }
            }
            _ => self.primary(),
        }
    }

    /// `left NEAR/n right`: the operator is next.
    fn window(&mut self, left: Built) -> Result<Built, SyntaxError> {
        let operator = self.next();
        let TokenKind::Window { ordered, distance } = operator.kind else { return Ok(left) };
        let distance = self.distance(distance, &operator.at)?;
        let Some(right) = self.expression(Power::Operand)? else {
            self.nothing_after(&operator)?;
            return Ok(left);
        };
        let at = span([&left.node, &right.node]);
        let fits = self.fits_window(&left, &operator)? && self.fits_window(&right, &operator)?;
        let nest = right.nest.max(left.nest + 1);
        let shallow = self.depth + nest <= MAX_DEPTH;
        if !shallow {
            let message = format!("nested deeper than the limit of {MAX_DEPTH}");
            let suggestion = Some("join many operands by fn:unordered(a b c)".to_owned());
            self.problem(operator.at, message, suggestion, "read as AND")?;
        }
        if fits && shallow {
            let operands = vec![left.node, right.node];
            let kind = NodeKind::Window { operands, distance: Some(distance), ordered };
            return Ok(Built { nest, ..Built::from(Node::new(kind, at)) });
        }
        let nest = right.nest.max(left.nest);
        let right = unsigned(right).node;
        let nodes = match left.node.kind {
            // Repaired before, in the same chain.
            NodeKind::And(mut nodes) if !left.grouped => {
                nodes.push(right);
                nodes
            }
            _ => vec![left.node, right],
        };
        Ok(Built { nest, ..Built::from(Node::new(NodeKind::And(nodes), at)) })
    }

    /// The number of an operator.
    fn distance(&mut self, distance: Distance, at: &Range<usize>) -> Result<u32, SyntaxError> {
        let (message, value) = match distance {
            Distance::Bare => return Ok(DEFAULT_DISTANCE),
            Distance::Words(words) => return Ok(words),
            Distance::TooLarge => {
                (format!("distance above the limit of {MAX_DISTANCE}"), MAX_DISTANCE)
            }
            Distance::Malformed => {
                ("distance that is not a number of words".to_owned(), DEFAULT_DISTANCE)
            }
        };
        let repair = format!("read as {value}");
        self.problem(at.clone(), message, Some("write it as NEAR/5".to_owned()), &repair)?;
        Ok(value)
    }

    /// Whether an operand has places in a text, as the operands of a window must.
    fn fits_window(&mut self, built: &Built, operator: &Token) -> Result<bool, SyntaxError> {
        let name = self.text[operator.at.clone()].split('/').next().unwrap_or_default();
        // A sign on the left holds the whole window, so only the right can have one here.
        if built.occur == Occur::Should {
            return self.has_places(&built.node, name);
        }
        self.placeless(&built.node, "a sign or NOT", name)?;
        Ok(false)
    }

    /// Whether everything in a node has places in a text.
    pub(super) fn has_places(&mut self, node: &Node, beside: &str) -> Result<bool, SyntaxError> {
        match placeless(node) {
            Some(found) => self.placeless(node, found, beside).map(|()| false),
            None => Ok(true),
        }
    }

    fn placeless(&mut self, node: &Node, found: &str, beside: &str) -> Result<(), SyntaxError> {
        let message = format!("{found} beside {beside}");
        let suggestion = "operands are words, phrases, wildcards, windows and OR of these";
        self.problem(node.at.clone(), message, Some(suggestion.to_owned()), "read as AND")
    }

    /// Goes one level deeper, or says that it is too deep and stays.
    pub(super) fn enter(&mut self, at: &Range<usize>, repair: &str) -> Result<bool, SyntaxError> {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            return Ok(true);
        }
        let message = format!("nested deeper than the limit of {MAX_DEPTH}");
        self.problem(at.clone(), message, None, repair)?;
        Ok(false)
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn nothing_after(&mut self, operator: &Token) -> Result<(), SyntaxError> {
        let name = &self.text[operator.at.clone()];
        let suggestion = format!("write \"{name}\" in quotes to look for the word");
        let message = format!("nothing on the right of '{name}'");
        self.problem(operator.at.clone(), message, Some(suggestion), "left out")
    }

    /// One thing: a word, a quotation, a bracket with all in it, a field with its value.
    fn primary(&mut self) -> Result<Option<Built>, SyntaxError> {
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
    pub(super) fn simple(&mut self, token: Token) -> Result<Built, SyntaxError> {
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
        match self.text[digits].parse::<u32>() {
            Ok(slop) if slop <= MAX_DISTANCE => Ok(slop),
            Ok(_) => {
                let message = format!("slop above the limit of {MAX_DISTANCE}");
                self.problem(at, message, None, "read as the limit")?;
                Ok(MAX_DISTANCE)
            }
            Err(_) => {
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
        self.peeked = Some(self.lexer.next(Expect::FIELD_VALUE));
        self.primary()
    }
}

/// The node with its sign made part of it: `-x` on its own is `NOT x`.
fn unsigned(built: Built) -> Built {
    if built.occur != Occur::MustNot {
        return Built { occur: Occur::Should, ..built };
    }
    let at = built.node.at.clone();
    let node = Node::new(NodeKind::Not(Box::new(built.node)), at);
    Built { node, occur: Occur::Should, grouped: false, nest: built.nest }
}

/// From the start of the first node to the end of the last.
fn span<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Range<usize> {
    let each = nodes.into_iter().map(|node| node.at.clone());
    each.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0)
}

/// What in a node has no place in a text, if anything has not.
fn placeless(node: &Node) -> Option<&'static str> {
    match &node.kind {
        NodeKind::And(_) => Some("AND"),
        NodeKind::Not(_) => Some("NOT"),
        NodeKind::Range { .. } | NodeKind::OneOf { .. } => Some("a filter"),
        NodeKind::Clauses(clauses) if clauses.iter().any(|(occur, _)| *occur != Occur::Should) => {
            Some("a sign in brackets")
        }
        // Checked when it was built.
        NodeKind::Window { .. } => None,
        _ => node.children().into_iter().find_map(placeless),
    }
}
