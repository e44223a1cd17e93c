//! Lucene's interval functions, so that published queries can be pasted.
//!
//! Comes in: the place behind `fn:name(`. Goes out: the node that means the same here.
//!
//! | Lucene | here |
//! |---|---|
//! | `fn:ordered(a b c)` | a window in this order, any distance |
//! | `fn:unordered(a b c)` | a window in any order, any distance |
//! | `fn:maxgaps(n ...)` | the window inside, with at most `n` other words |
//! | `fn:or(a b)` | `(a OR b)` |
//! | `fn:atleast(n a b c)` | `(a b c)@n` |

use super::MAX_DISTANCE;
use super::error::SyntaxError;
use super::grammar::{Built, Parser};
use super::suggest::nearest;
use crate::syntax::{Node, NodeKind};
use std::ops::Range;

/// The functions that exist here.
const NAMES: [&str; 5] = ["ordered", "unordered", "maxgaps", "or", "atleast"];

impl Parser<'_, '_> {
    /// A function and its arguments; `fn:name(` at `open` is taken.
    pub(super) fn function(
        &mut self,
        open: Range<usize>,
        name: Range<usize>,
    ) -> Result<Built, SyntaxError> {
        let called = self.text[name.clone()].to_owned();
        let function = NAMES.into_iter().find(|known| *known == called);
        if function.is_none() {
            let suggestion = match nearest(&called, NAMES) {
                Some(near) => format!("did you mean 'fn:{near}'?"),
                None => format!("the functions are {}", NAMES.join(", ")),
            };
            let message = format!("unknown function 'fn:{called}'");
            self.problem(name, message, Some(suggestion), "read as fn:or")?;
        }
        let number = match function {
            Some("maxgaps" | "atleast") => Some(self.leading_number(&open)?),
            _ => None,
        };
        let items = self.items(&open, "'fn:'")?;
        let at = open.start..self.lexer.at();
        let nest = items.iter().map(|built| built.nest).max().unwrap_or(0) + 1;
        let nodes: Vec<Node> = items.into_iter().map(|built| built.node).collect();
        if nodes.is_empty() {
            let message = format!("'fn:{called}' without arguments");
            self.problem(open, message, Some("write fn:ordered(a b)".to_owned()), "left out")?;
            return Ok(Node::new(NodeKind::Text("()".to_owned()), at).into());
        }
        let node = match function {
            Some("ordered") => self.window_of(nodes, true, at)?,
            Some("unordered") => self.window_of(nodes, false, at)?,
            Some("maxgaps") => self.max_gaps(nodes, number.unwrap_or(0), at)?,
            Some("atleast") => self.at_least_of(nodes, number.unwrap_or(1), at)?,
            _ => any_of(nodes, at),
        };
        let built = self.finish(node)?;
        Ok(built.in_brackets(nest))
    }

    /// The number that is the first argument.
    fn leading_number(&mut self, open: &Range<usize>) -> Result<u32, SyntaxError> {
        self.lexer.skip_blanks();
        let digits = self.lexer.number();
        match self.text[digits.clone()].parse::<u32>() {
            Ok(number) if number <= MAX_DISTANCE => Ok(number),
            Ok(_) => {
                let message = format!("number above the limit of {MAX_DISTANCE}");
                self.problem(digits, message, None, "read as the limit")?;
                Ok(MAX_DISTANCE)
            }
            Err(_) => {
                let message = "function without the number it begins with";
                let suggestion = Some("write fn:maxgaps(3 fn:ordered(a b))".to_owned());
                self.problem(open.clone(), message, suggestion, "read as 1")?;
                Ok(1)
            }
        }
    }

    fn window_of(
        &mut self,
        mut operands: Vec<Node>,
        ordered: bool,
        at: Range<usize>,
    ) -> Result<Node, SyntaxError> {
        if operands.len() == 1 {
            return Ok(operands.remove(0));
        }
        for operand in &operands {
            if !self.has_places(operand, "fn:")? {
                return Ok(Node::new(NodeKind::And(operands), at));
            }
        }
        Ok(Node::new(NodeKind::Window { operands, distance: None, ordered }, at))
    }

    /// Narrows the window inside; the narrower of two limits holds.
    fn max_gaps(
        &mut self,
        mut nodes: Vec<Node>,
        gaps: u32,
        at: Range<usize>,
    ) -> Result<Node, SyntaxError> {
        let mut node = nodes.remove(0);
        match &mut node.kind {
            NodeKind::Window { distance, .. } if nodes.is_empty() => {
                *distance = Some(distance.map_or(gaps, |given| given.min(gaps)));
                return Ok(node);
            }
            // Without gaps by nature.
            NodeKind::Text(_) | NodeKind::Phrase { slop: 0, .. } if nodes.is_empty() => {
                return Ok(node);
            }
            _ => {}
        }
        let message = "fn:maxgaps around something else than one window";
        let suggestion = Some("write fn:maxgaps(3 fn:ordered(a b))".to_owned());
        self.problem(at.clone(), message, suggestion, "read as fn:or")?;
        nodes.insert(0, node);
        Ok(any_of(nodes, at))
    }

    fn at_least_of(
        &mut self,
        items: Vec<Node>,
        number: u32,
        at: Range<usize>,
    ) -> Result<Node, SyntaxError> {
        let most = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let count = number.clamp(1, most);
        if count != number {
            let message = format!("fn:atleast asks for {number} of {most}");
            let suggestion = Some(format!("a number from 1 to {most}"));
            self.problem(at.clone(), message, suggestion, &format!("read as {count}"))?;
        }
        Ok(Node::new(NodeKind::AtLeast { count, items }, at))
    }
}

fn any_of(mut nodes: Vec<Node>, at: Range<usize>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::new(NodeKind::Or(nodes), at) }
}
