//! Query texts of any kind.
//!
//! Comes in: bytes; the first chooses options, the rest is the text. It is parsed, and [`VARIANTS`] texts made of it by
//! changes at random, since gathering coverage costs far more than parsing. What must hold: nothing panics, repairs always lead
//! to a tree, a text without mistakes needs none, places lie in the text, and the canonical text of a tree parses back
//! to the same tree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use query::parser::{ParseOptions, parse};
use query::syntax::{Node, classify};
use store::{FieldKind, FieldSpec};

/// How many changed texts are parsed beside the one that comes in.
const VARIANTS: u64 = 31;

/// What is put into a text: what means something in a query, as in `parse_query.dict`.
const PIECES: [&str; 40] = [
    " AND ",
    " OR ",
    "NOT ",
    " NEAR/5 ",
    " BEFORE/2 ",
    " NEAR ",
    " TO ",
    "title:",
    "date:",
    "source:",
    "year:",
    "note:",
    "id:",
    "tilte:",
    "IN[",
    "IN@",
    "fn:ordered(",
    "fn:maxgaps(2 ",
    "fn:atleast(2 ",
    "fn:or(",
    "~1",
    "~",
    "^2",
    "@2",
    "..",
    ">=",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "/",
    "*",
    "?",
    "+",
    "-",
    "=\u{e9}\u{4eac}\u{5d0}\u{301}",
];

fuzz_target!(|data: &[u8]| {
    let Some((&choice, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let fields = fields();
    check(text, choice, &fields);
    let mut state = rest.iter().fold(u64::from(choice), |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut changed = text.to_owned();
    for variant in 0..VARIANTS {
        if variant % 4 == 0 {
            text.clone_into(&mut changed);
        }
        change(&mut changed, &mut state);
        check(&changed, choice, &fields);
    }
});

/// Puts something in, takes something out, or repeats something.
fn change(text: &mut String, state: &mut u64) {
    let mut below = |end: usize| {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    };
    let (one, other) = (below(text.len() + 1), below(text.len() + 1));
    let at = text.floor_char_boundary(one);
    let end = text.floor_char_boundary((at + other % 8).min(text.len()));
    match below(4) {
        0 => text.replace_range(at..end, ""),
        1 => {
            let piece = text[at..end].to_owned();
            text.insert_str(text.floor_char_boundary(other), &piece);
        }
        _ => text.insert_str(at, PIECES[below(PIECES.len())]),
    }
}

fn check(text: &str, choice: u8, fields: &[FieldSpec]) {
    let plain = ParseOptions { fields, ..ParseOptions::default() };
    let strict = ParseOptions { all: choice & 1 == 1, ..plain };
    let repaired = parse(text, &ParseOptions { lenient: true, ..strict })
        .expect("repairs always lead to a tree");
    check_places(text, &repaired.root);
    classify(&repaired.root).as_str();
    match parse(text, &strict) {
        Ok(parsed) => {
            assert_eq!(parsed, repaired, "{text}");
            check_canonical(parsed.root, &plain);
        }
        Err(error) => {
            assert!(!repaired.repairs.is_empty(), "{text}");
            assert!(error.render(text).lines().count() >= 3, "{text}");
        }
    }
}

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
