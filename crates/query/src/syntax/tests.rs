//! Laws of the tree: canonical text parses to the same tree, and every query has its class.

use super::{Bound, Node, NodeKind, Occur, classify};
use crate::parser::{ParseOptions, parse};
use proptest::prelude::*;
use store::{FieldKind, FieldSpec};

fn fields() -> Vec<FieldSpec> {
    [("title", FieldKind::Text), ("date", FieldKind::Date), ("source", FieldKind::Keyword)]
        .map(|(name, kind)| FieldSpec { name: name.to_owned(), kind })
        .into()
}

fn node(kind: NodeKind) -> Node {
    Node::new(kind, 0..0)
}

/// Words as typed, harmless and not.
fn word() -> impl Strategy<Value = String> {
    const ODD: [&str; 30] = [
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "BEFORE/3",
        "C++",
        "10:30",
        "title:x",
        "-x",
        "+x",
        "=x",
        "~x",
        "a^2",
        "a~1",
        "(a)",
        "a)",
        "{b}",
        "[c]",
        "\"q\"",
        "/r/",
        "a*b",
        "what?",
        "\\",
        "a\\b",
        "http://x.org/a?b=1",
        "“x”",
        "fn:or(",
        "é",
        "京都",
        "x,",
    ];
    prop_oneof![3 => "[a-z]{1,6}([-'.][a-z]{1,4})?", 1 => prop::sample::select(&ODD[..]).prop_map(str::to_owned)]
}

/// Leaves that may stand in phrases and joints.
fn leaf() -> impl Strategy<Value = NodeKind> {
    prop_oneof![
        4 => word().prop_map(NodeKind::Text),
        1 => word().prop_map(NodeKind::Surface),
        1 => "[a-z]{1,3}[*?][a-z]{1,3}|[*][a-z]{1,4}|[a-z]{1,4}[*]|[?][a-z]{1,3}".prop_map(NodeKind::Wildcard),
        1 => ("[a-z]{2,6}('[a-z])?", 1..=2u8).prop_map(|(text, distance)| NodeKind::Fuzzy { text, distance }),
        1 => "[a-z]{1,3}[.+*|(]?\\[[a-z]\\]".prop_map(NodeKind::Regex),
        1 => "[a-z]{2,5}(-[a-z]{2,4})?".prop_map(|text| NodeKind::Variants { text, without: vec![] }),
    ]
}

fn joint() -> impl Strategy<Value = NodeKind> {
    prop::collection::vec(leaf().prop_map(node), 2..4).prop_map(NodeKind::Joint)
}

fn phrase() -> impl Strategy<Value = NodeKind> {
    let joint = joint();
    let variants = (prop::collection::vec(word(), 1..3), prop::collection::vec(word(), 0..3))
        .prop_map(|(words, without)| NodeKind::Variants { text: words.join(" "), without })
        // A form to leave out looks like one; quotes are left off names.
        .prop_filter("plain", |kind| match kind {
            NodeKind::Variants { text, without } => {
                !without.iter().any(|form| form.contains('"'))
                    && text.split(' ').all(|word| !word.starts_with('-') && !word.contains('"'))
            }
            _ => true,
        });
    // Punctuation has no place in a phrase.
    let says = |kind: &NodeKind| !matches!(kind, NodeKind::Text(text) if text == "\\");
    let slot = prop_oneof![6 => leaf(), 1 => joint, 1 => variants];
    let slot = slot.prop_filter("a word", says).prop_map(node);
    (prop::collection::vec(slot, 1..5), 0..4u32).prop_map(|(slots, slop)| NodeKind::Phrase {
        slop: slop.max(u32::from(slots.len() == 1)),
        slots,
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9][-a-z0-9:.]{0,8}",
        Just("new york".to_owned()),
        Just("TO".to_owned()),
        Just("a]b\"c\\".to_owned())
    ]
}

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![
        1 => Just(Bound::Open),
        2 => value().prop_map(Bound::Including),
        1 => value().prop_map(Bound::Excluding),
    ]
}

fn column() -> impl Strategy<Value = NodeKind> {
    prop_oneof![
        (prop::sample::select(&["date", "source", "id"][..]), bound(), bound())
            .prop_map(|(field, low, high)| NodeKind::Range { field: field.to_owned(), low, high }),
        prop::collection::vec(value(), 1..4)
            .prop_map(|values| NodeKind::OneOf { field: "source".to_owned(), values }),
    ]
}

fn boost() -> impl Strategy<Value = f64> {
    prop_oneof![6 => Just(1.0), 1 => Just(2.0), 1 => Just(0.25), 1 => Just(12.5)]
}

/// Trees with places in a text: what windows hold.
fn placed() -> BoxedStrategy<Node> {
    let base = prop_oneof![4 => leaf(), 1 => phrase()];
    let base = (base, boost()).prop_map(|(kind, boost)| Node { boost, ..node(kind) });
    base.prop_recursive(4, 24, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        let kinds = prop_oneof![
            several.clone().prop_map(NodeKind::Or),
            several.clone().prop_map(|nodes| {
                NodeKind::Clauses(nodes.into_iter().map(|node| (Occur::Should, node)).collect())
            }),
            (several.clone(), prop::option::of(0..50u32), any::<bool>()).prop_map(
                |(operands, distance, ordered)| NodeKind::Window { operands, distance, ordered }
            ),
            (prop::collection::vec(inner.clone(), 1..4), 1..4u32).prop_map(|(items, count)| {
                NodeKind::AtLeast { count: count.min(items.len() as u32), items }
            }),
            prop::collection::vec(
                prop_oneof![4 => leaf(), 4 => phrase(), 1 => joint()].prop_map(node),
                2..4
            )
            .prop_map(NodeKind::Joint),
            inner.prop_map(|inner| NodeKind::Field {
                name: "title".to_owned(),
                node: Box::new(inner)
            }),
        ];
        (kinds, boost()).prop_map(|(kind, boost)| Node { boost, ..node(kind) })
    })
    .boxed()
}

/// Any tree the parser can make.
fn tree() -> impl Strategy<Value = Node> {
    let column = (column(), boost()).prop_map(|(kind, boost)| Node { boost, ..node(kind) });
    prop_oneof![5 => placed(), 1 => column].prop_recursive(4, 32, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..5);
        let occur = prop::sample::select(&[Occur::Must, Occur::Should, Occur::MustNot][..]);
        let kinds = prop_oneof![
            several.clone().prop_map(NodeKind::And),
            several.prop_map(NodeKind::Or),
            prop::collection::vec((occur, inner.clone()), 2..5).prop_map(NodeKind::Clauses),
            inner.clone().prop_map(|inner| NodeKind::Not(Box::new(inner))),
            inner.prop_map(|inner| NodeKind::Field {
                name: "title".to_owned(),
                node: Box::new(inner)
            }),
        ];
        (kinds, boost()).prop_map(|(kind, boost)| Node { boost, ..node(kind) })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, max_shrink_iters: 200_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn canonical_text_means_the_same_tree(tree in tree()) {
        let fields = fields();
        let text = tree.to_string();
        let options = ParseOptions { fields: &fields, ..ParseOptions::default() };
        match parse(&text, &options) {
            Ok(parsed) => prop_assert_eq!(parsed.root.without_places(), tree, "{}", text),
            Err(error) => prop_assert!(error.message.contains("limit"), "{}: {}", text, error),
        }
    }
}

#[test]
fn queries_have_their_class() {
    let fields = fields();
    let cases = [
        ("", "empty"),
        ("wolf", "term"),
        ("title:wolf^2", "term"),
        ("=wolf", "term"),
        ("don't", "term"),
        ("COVID-19", "phrase"),
        ("\"the who\"", "phrase"),
        ("\"the who\"~2", "sloppy phrase"),
        ("a b c", "union"),
        ("a OR b", "union"),
        ("+a +b", "intersection"),
        ("a AND b", "intersection"),
        ("(a b c)@2", "at least"),
        ("a NEAR/3 b", "window"),
        ("{a b}", "joint"),
        ("jolan*", "wildcard"),
        ("colour~", "fuzzy"),
        ("/colou?r/", "regex"),
        ("~jolani", "variants"),
        ("date:2011 source:ap", "filter"),
        ("+a -b", "negated"),
        ("NOT a", "negated"),
        ("a AND (b OR NOT c)", "negated"),
        ("+a b", "mixed"),
        ("a AND (b OR c)", "mixed"),
        ("a \"b c\"", "mixed"),
        ("a date:2011", "mixed"),
    ];
    for (query, class) in cases {
        let options = ParseOptions { fields: &fields, ..ParseOptions::default() };
        let parsed = parse(query, &options).expect("a well-formed query");
        assert_eq!(classify(&parsed.root).as_str(), class, "{query}");
    }
}

/// A fuzzer found `{{a b} c}`, which is text: the canonical form of a joint term whose first item is one.
#[test]
fn a_joint_term_that_begins_with_one_is_read_back() {
    for text in ["{ {a b} c}", "{ { {a b} c} d}", "{a {b c}}", "\"{ {a b} c} d\""] {
        let parsed = parse(text, &ParseOptions::default()).unwrap().root;
        let canonical = parsed.to_string();
        let again = parse(&canonical, &ParseOptions::default()).unwrap().root;
        assert_eq!(again.without_places(), parsed.without_places(), "{text} became {canonical}");
        assert!(!canonical.contains("{{"), "{canonical}");
    }
}
