//! Query texts of any kind.
//!
//! Comes in: bytes; the first chooses options, the rest is the text. What must hold: nothing panics, repairs always lead
//! to a tree, a text without mistakes needs none, places lie in the text, and the canonical text of a tree parses back
//! to the same tree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use query::parser::{ParseOptions, parse};
use query::syntax::{Node, classify};
use store::{FieldKind, FieldSpec};

fuzz_target!(|data: &[u8]| {
    let Some((&choice, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let fields = fields();
    let plain = ParseOptions { fields: &fields, ..ParseOptions::default() };
    let strict = ParseOptions { all: choice & 1 == 1, ..plain };
    let repaired = parse(text, &ParseOptions { lenient: true, ..strict })
        .expect("repairs always lead to a tree");
    check_places(text, &repaired.root);
    classify(&repaired.root).as_str();
    match parse(text, &strict) {
        Ok(parsed) => {
            assert_eq!(parsed, repaired);
            check_canonical(parsed.root, &plain);
        }
        Err(error) => {
            assert!(!repaired.repairs.is_empty());
            assert!(error.render(text).lines().count() >= 3);
        }
    }
});

/// Every place lies in the text, on characters' borders.
fn check_places(text: &str, node: &Node) {
    // A query over the limit of length was cut before it was read, which changes no place.
    assert!(text.get(node.at.clone()).is_some(), "{:?}", node.at);
    node.children().into_iter().for_each(|child| check_places(text, child));
}

fn check_canonical(root: Node, options: &ParseOptions<'_>) {
    let canonical = root.to_string();
    match parse(&canonical, options) {
        Ok(again) => {
            assert_eq!(again.root.without_places(), root.without_places(), "{canonical}");
        }
        // The canonical text is longer than what was typed, and may take one more bracket.
        Err(error) => assert!(error.message.contains("limit"), "{canonical}: {error}"),
    }
}

fn fields() -> Vec<FieldSpec> {
    let kinds = [
        ("title", FieldKind::Text),
        ("date", FieldKind::Date),
        ("source", FieldKind::Keyword),
        ("year", FieldKind::Number),
        ("note", FieldKind::Stored),
    ];
    kinds.map(|(name, kind)| FieldSpec { name: name.to_owned(), kind }).into()
}
