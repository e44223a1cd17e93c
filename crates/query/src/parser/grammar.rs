//! Tokens to a tree, by precedence climbing.
//!
//! Comes in: the tokens of `lexer`. Goes out: the tree, or the first mistake; with `lenient`, the tree and a repair for
//! each mistake. Each place that finds a mistake calls [`Parser::problem`] and then goes on with its repair, so that
//! strict and lenient parsing are one code.
//!
//! The binary operators, loosest first: adjacency, `OR`, `AND`, `NEAR` and `BEFORE`. `NOT` stands between `AND` and
//! `NEAR`; `+` and `-` hold what a window holds.

use super::error::SyntaxError;
use super::lexer::{Distance, Expect, Lexer, Token, TokenKind};
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
    pub(super) occur: Occur,
    /// Whether it came out of brackets.
    pub(super) grouped: bool,
    /// The deepest nesting of brackets and windows in it.
    pub(super) nest: usize,
}

impl From<Node> for Built {
    fn from(node: Node) -> Built {
        Built { node, occur: Occur::Should, grouped: false, nest: 0 }
    }
}

impl Built {
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

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> &Token {
        if self.peeked.is_none() {
            self.peeked = Some(self.lexer.next(Expect::ANYTHING));
        }
        self.peeked.as_ref().expect("filled above")
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Token {
        match self.peeked.take() {
            Some(token) => token,
            None => self.lexer.next(Expect::ANYTHING),
        }
    }

    /// Reads the next token as what is attached to the one before.
    pub(super) fn read_attached(&mut self, expect: Expect) {
        self.peeked = Some(self.lexer.next(expect));
    }

    /// Clauses side by side, up to a closing bracket or the end, neither of which is taken.
    pub(super) fn clauses(&mut self) -> Result<Option<Built>, SyntaxError> {
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
        loop {
            match self.peek().kind {
                TokenKind::Not => {
                    let operator = self.next();
                    self.operator = true;
                    if self.enter(&operator.at, "left out")? {
                        let inner = self.expression(Power::Window);
                        self.leave();
                        return self.under(&operator, Occur::MustNot, inner?.map(deeper));
                    }
                }
                TokenKind::Sign(occur) => {
                    let sign = self.next();
                    self.read_attached(Expect::AFTER_SIGN);
                    let inner = self.expression(Power::Window)?;
                    return self.under(&sign, occur, inner);
                }
                _ => return self.primary(),
            }
        }
    }

    /// What stands behind a sign or `NOT`.
    fn under(
        &mut self,
        sign: &Token,
        occur: Occur,
        inner: Option<Built>,
    ) -> Result<Option<Built>, SyntaxError> {
        match inner {
            Some(built) => Ok(Some(Built { occur, ..unsigned(built) })),
            None => self.nothing_after(sign).map(|()| None),
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
}

fn deeper(built: Built) -> Built {
    Built { nest: built.nest + 1, ..built }
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
