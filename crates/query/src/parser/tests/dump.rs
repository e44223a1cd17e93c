//! A tree in one line, every kind with its own mark, so that fixtures show what was read and not what was typed.

use crate::syntax::{Bound, Node, NodeKind, Occur};

/// `'word'`, `='form'`, `*'pattern'`, `~1'fuzzy'`, `/'regex'`, `~'name'-'form'`, `"slot slot"~slop`, `near5(a b)`,
/// `{a b}`, `2of(a b)`, `[a +b -c]`, `and(a b)`, `or(a b)`, `not(a)`, `field:node`, `field<low..high>`, `field in(v w)`.
pub(super) fn dump(node: &Node) -> String {
    let text = match &node.kind {
        NodeKind::Text(text) => format!("'{text}'"),
        NodeKind::Surface(text) => format!("='{text}'"),
        NodeKind::Wildcard(text) => format!("*'{text}'"),
        NodeKind::Fuzzy { text, distance } => format!("~{distance}'{text}'"),
        NodeKind::Regex(text) => format!("/'{text}'"),
        NodeKind::Variants { text, without } => {
            let without: String = without.iter().map(|form| format!("-'{form}'")).collect();
            format!("~'{text}'{without}")
        }
        NodeKind::Phrase { slots, slop: 0 } => format!("\"{}\"", list(slots)),
        NodeKind::Phrase { slots, slop } => format!("\"{}\"~{slop}", list(slots)),
        NodeKind::Window { operands, distance, ordered } => {
            let name = if *ordered { "before" } else { "near" };
            let distance = distance.map_or("*".to_owned(), |words| words.to_string());
            format!("{name}{distance}({})", list(operands))
        }
        NodeKind::Joint(items) => format!("{{{}}}", list(items)),
        NodeKind::AtLeast { count, items } => format!("{count}of({})", list(items)),
        NodeKind::Clauses(clauses) => {
            let clauses: Vec<String> = clauses
                .iter()
                .map(|(occur, node)| match occur {
                    Occur::Must => format!("+{}", dump(node)),
                    Occur::Should => dump(node),
                    Occur::MustNot => format!("-{}", dump(node)),
                })
                .collect();
            format!("[{}]", clauses.join(" "))
        }
        NodeKind::And(nodes) => format!("and({})", list(nodes)),
        NodeKind::Or(nodes) => format!("or({})", list(nodes)),
        NodeKind::Not(node) => format!("not({})", dump(node)),
        NodeKind::Field { name, node } => format!("{name}:{}", dump(node)),
        NodeKind::Range { field, low, high } => {
            let low = match low {
                Bound::Open => "*".to_owned(),
                Bound::Including(value) => format!("={value}"),
                Bound::Excluding(value) => format!("!{value}"),
            };
            let high = match high {
                Bound::Open => "*".to_owned(),
                Bound::Including(value) => format!("{value}="),
                Bound::Excluding(value) => format!("{value}!"),
            };
            format!("{field}<{low}..{high}>")
        }
        NodeKind::OneOf { field, values } => {
            let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            format!("{field} in({})", values.join(" "))
        }
        NodeKind::Empty => "nothing".to_owned(),
    };
    if node.boost == 1.0 { text } else { format!("{text}^{}", node.boost) }
}

fn list(nodes: &[Node]) -> String {
    nodes.iter().map(dump).collect::<Vec<_>>().join(" ")
}
