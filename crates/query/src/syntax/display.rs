//! A tree as query text: the canonical form, which parses to the same tree.
//!
//! Comes in: a tree as the parser makes it. Goes out: text that, parsed with the same fields and without `all`, gives
//! an equal tree but for the places. Words that could be taken for an operator are quoted, everything else is written
//! as short as the grammar allows. Trees that the parser never makes (an `And` of one) are written as well as can be.

use super::{Bound, Node, NodeKind, Occur};
use std::fmt::{self, Formatter, Write};

impl fmt::Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_node(f, self, Level::Clauses)
    }
}

/// How tightly a node binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Clauses,
    Or,
    And,
    Not,
    Window,
    Primary,
}

fn level(kind: &NodeKind) -> Level {
    match kind {
        NodeKind::Clauses(_) => Level::Clauses,
        NodeKind::Or(_) => Level::Or,
        NodeKind::And(_) => Level::And,
        NodeKind::Not(_) => Level::Not,
        NodeKind::Window { operands, distance: Some(_), .. } if operands.len() == 2 => {
            Level::Window
        }
        _ => Level::Primary,
    }
}

/// Writes a node where nothing looser than `floor` may stand.
fn write_node(f: &mut Formatter<'_>, node: &Node, floor: Level) -> fmt::Result {
    let boosted = node.boost != 1.0;
    // `title:x^2` boosts the word; a boost of the field itself needs brackets.
    let splits = matches!(
        node.kind,
        NodeKind::Field { .. } | NodeKind::Range { .. } | NodeKind::OneOf { .. }
    );
    let own = level(&node.kind);
    if own < floor || boosted && (own < Level::Primary || splits) {
        f.write_char('(')?;
        write_kind(f, &node.kind)?;
        f.write_char(')')?;
    } else {
        write_kind(f, &node.kind)?;
    }
    if boosted { write!(f, "^{}", node.boost) } else { Ok(()) }
}

fn write_kind(f: &mut Formatter<'_>, kind: &NodeKind) -> fmt::Result {
    match kind {
        NodeKind::Text(text) if is_plain(text) => f.write_str(text),
        NodeKind::Text(text) => write!(f, "\"{}\"", Escaped(text)),
        NodeKind::Surface(text) if is_plain(text) => write!(f, "={text}"),
        NodeKind::Surface(text) => write!(f, "=\"{}\"", Escaped(text)),
        NodeKind::Phrase { slots, slop } => write_phrase(f, slots, *slop),
        NodeKind::Window { operands, distance, ordered } => {
            write_window(f, operands, *distance, *ordered)
        }
        NodeKind::Joint(items) => {
            f.write_str(joint_start(items))?;
            write_list(f, items, " ", Level::Primary)?;
            f.write_char('}')
        }
        NodeKind::AtLeast { count, items } => {
            f.write_char('(')?;
            for (i, item) in items.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { " " })?;
                // A lone bracketed list would be taken for the list itself.
                let bare = items.len() == 1 && level(&item.kind) == Level::Or && item.boost == 1.0;
                write_node(f, item, if bare { Level::And } else { clause_floor(item) })?;
            }
            write!(f, ")@{count}")
        }
        NodeKind::Clauses(clauses) => write_clauses(f, clauses),
        NodeKind::And(nodes) => write_list(f, nodes, " AND ", Level::Not),
        NodeKind::Or(nodes) => write_list(f, nodes, " OR ", Level::And),
        NodeKind::Not(node) => {
            f.write_str("NOT ")?;
            write_node(f, node, Level::Not)
        }
        NodeKind::Field { name, node } => {
            write!(f, "{name}:")?;
            let nested = matches!(
                node.kind,
                NodeKind::Field { .. } | NodeKind::Range { .. } | NodeKind::OneOf { .. }
            );
            if nested && node.boost == 1.0 {
                return write!(f, "({node})");
            }
            write_node(f, node, Level::Primary)
        }
        NodeKind::Range { field, low, high } => write_range(f, field, low, high),
        NodeKind::OneOf { field, values } => {
            write!(f, "{field}:IN[")?;
            for (i, value) in values.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { " " })?;
                write_value(f, value)?;
            }
            f.write_char(']')
        }
        NodeKind::Empty => Ok(()),
        leaf => write_slot_kind(f, leaf),
    }
}

fn write_list(f: &mut Formatter<'_>, nodes: &[Node], between: &str, floor: Level) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { between })?;
        write_node(f, node, floor)?;
    }
    Ok(())
}

/// A bare `NOT x` side by side with others would be the clause `-x`.
fn clause_floor(node: &Node) -> Level {
    if matches!(node.kind, NodeKind::Not(_)) { Level::Window } else { Level::Or }
}

fn write_clauses(f: &mut Formatter<'_>, clauses: &[(Occur, Node)]) -> fmt::Result {
    for (i, (occur, node)) in clauses.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { " " })?;
        match occur {
            Occur::Should => write_node(f, node, clause_floor(node))?,
            Occur::Must => {
                f.write_char('+')?;
                write_node(f, node, Level::Window)?;
            }
            Occur::MustNot => {
                f.write_char('-')?;
                write_node(f, node, Level::Window)?;
            }
        }
    }
    Ok(())
}

fn write_phrase(f: &mut Formatter<'_>, slots: &[Node], slop: u32) -> fmt::Result {
    f.write_char('"')?;
    for (i, slot) in slots.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { " " })?;
        write_slot_kind(f, &slot.kind)?;
    }
    f.write_char('"')?;
    if slop == 0 { Ok(()) } else { write!(f, "~{slop}") }
}

/// A slot of a phrase, between its quotes; outside of them the leaves that need no quotes look the same.
fn write_slot_kind(f: &mut Formatter<'_>, kind: &NodeKind) -> fmt::Result {
    match kind {
        NodeKind::Text(text) => write!(f, "{}", Escaped(text)),
        NodeKind::Surface(text) => write!(f, "={}", Escaped(text)),
        NodeKind::Wildcard(pattern) => f.write_str(pattern),
        NodeKind::Fuzzy { text, distance } => write!(f, "{text}~{distance}"),
        NodeKind::Regex(pattern) => write!(f, "/{pattern}/"),
        NodeKind::Variants { text, without } => write_variants(f, text, without),
        NodeKind::Joint(items) => {
            f.write_str(joint_start(items))?;
            for (i, item) in items.iter().enumerate() {
                f.write_str(if i == 0 { "" } else { " " })?;
                match &item.kind {
                    // A bracket would be cut at its blanks here, and the name has none.
                    NodeKind::Variants { text, .. } => write!(f, "~{}", Escaped(text))?,
                    kind => write_slot_kind(f, kind)?,
                }
            }
            f.write_char('}')
        }
        NodeKind::Phrase { slots, .. } => write_joined(f, slots),
        other => write_kind(f, other),
    }
}

/// What a joint term begins with: two braces side by side are text.
fn joint_start(items: &[Node]) -> &'static str {
    match items.first().map(|item| &item.kind) {
        Some(NodeKind::Joint(_)) => "{ ",
        _ => "{",
    }
}

/// A word with joints that became a phrase inside a joint slot. Its edits stand at the end, whichever piece has them.
fn write_joined(f: &mut Formatter<'_>, slots: &[Node]) -> fmt::Result {
    let mut edits = None;
    for (i, slot) in slots.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { "-" })?;
        match &slot.kind {
            NodeKind::Fuzzy { text, distance } => {
                f.write_str(text)?;
                edits = Some(distance);
            }
            other => write_slot_kind(f, other)?,
        }
    }
    edits.map_or(Ok(()), |distance| write!(f, "~{distance}"))
}

fn write_variants(f: &mut Formatter<'_>, text: &str, without: &[String]) -> fmt::Result {
    if without.is_empty() && is_plain(text) && text.starts_with(char::is_alphabetic) {
        return write!(f, "~{text}");
    }
    f.write_str("~(")?;
    for (i, word) in text.split(' ').enumerate() {
        write!(f, "{}{}", if i == 0 { "" } else { " " }, Escaped(word))?;
    }
    for form in without {
        write!(f, " -{}", Escaped(form))?;
    }
    f.write_char(')')
}

/// Two operands with a distance read as `a NEAR/5 b`; the rest takes Lucene's spelling.
fn write_window(
    f: &mut Formatter<'_>,
    operands: &[Node],
    distance: Option<u32>,
    ordered: bool,
) -> fmt::Result {
    if let ([left, right], Some(distance)) = (operands, distance) {
        let word = if ordered { "BEFORE" } else { "NEAR" };
        write_node(f, left, Level::Window)?;
        write!(f, " {word}/{distance} ")?;
        return write_node(f, right, Level::Primary);
    }
    let name = if ordered { "ordered" } else { "unordered" };
    if let Some(distance) = distance {
        write!(f, "fn:maxgaps({distance} ")?;
    }
    write!(f, "fn:{name}(")?;
    write_list(f, operands, " ", Level::Primary)?;
    f.write_str(if distance.is_some() { "))" } else { ")" })
}

fn write_range(f: &mut Formatter<'_>, field: &str, low: &Bound, high: &Bound) -> fmt::Result {
    let end = |f: &mut Formatter<'_>, bound: &Bound| match bound {
        Bound::Open => f.write_char('*'),
        Bound::Including(value) | Bound::Excluding(value) => write_value(f, value),
    };
    write!(f, "{field}:{}", if matches!(low, Bound::Excluding(_)) { '{' } else { '[' })?;
    end(f, low)?;
    f.write_str(" TO ")?;
    end(f, high)?;
    f.write_char(if matches!(high, Bound::Excluding(_)) { '}' } else { ']' })
}

fn write_value(f: &mut Formatter<'_>, value: &str) -> fmt::Result {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | ':' | '.' | '_' | '+' | '/');
    if !value.is_empty() && value != "TO" && value.chars().all(plain) {
        return f.write_str(value);
    }
    f.write_char('"')?;
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

/// Whether a word means itself wherever a word may stand: it begins and ends with a letter or digit, has only
/// harmless marks between them, and is no operator.
fn is_plain(text: &str) -> bool {
    let harmless =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '\u{2019}' | '.' | '_');
    text.starts_with(char::is_alphanumeric)
        && text.ends_with(char::is_alphanumeric)
        && text.chars().all(harmless)
        && !text.starts_with("www.")
        && !matches!(text, "AND" | "OR" | "NOT" | "NEAR" | "BEFORE" | "TO")
}

/// A word with a backslash before every ASCII mark that could mean something inside quotes or brackets.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, c) in self.0.char_indices() {
            let harmless = i > 0 && matches!(c, '\'' | '.' | '_' | ',' | '-');
            if c.is_ascii_punctuation() && !harmless {
                f.write_char('\\')?;
            }
            f.write_char(c)?;
        }
        Ok(())
    }
}
