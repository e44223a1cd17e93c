//! Random documents and random nested queries: the engine's documents, scores, matches and spans are the oracle's.

use oracle::{Corpus, OracleDoc, Query};
use proptest::prelude::*;
use store::{FieldKind, IndexFile, StoredValue};

use super::{analyzer, sample};
use crate::syntax::{Node, NodeKind, Occur};
use crate::{PlanOptions, Searcher, Strategy as Evaluation, TopK, Total};

const WORDS: [&str; 10] = ["a", "b", "ab", "ba", "abc", "A", "bb", "Ab", "cab", "d"];

/// The syntax tree of an oracle's query.
fn node(query: &Query) -> Node {
    let nodes = |items: &[Query]| items.iter().map(node).collect::<Vec<_>>();
    let mut boost = 1.0;
    let kind = match query {
        Query::Text(text) => NodeKind::Text(text.clone()),
        Query::Surface(text) => NodeKind::Surface(text.clone()),
        Query::Wildcard(text) => NodeKind::Wildcard(text.clone()),
        Query::Fuzzy { word, distance } => {
            NodeKind::Fuzzy { text: word.clone(), distance: *distance as u8 }
        }
        Query::Phrase { slots, slop } => NodeKind::Phrase { slots: nodes(slots), slop: *slop },
        Query::Window { operands, distance, ordered } => {
            NodeKind::Window { operands: nodes(operands), distance: *distance, ordered: *ordered }
        }
        Query::Joint(items) => NodeKind::Joint(nodes(items)),
        Query::AtLeast { count, items } => {
            NodeKind::AtLeast { count: *count as u32, items: nodes(items) }
        }
        Query::Clauses(clauses) => {
            let occur = |occur: &oracle::Occur| match occur {
                oracle::Occur::Must => Occur::Must,
                oracle::Occur::Should => Occur::Should,
                oracle::Occur::MustNot => Occur::MustNot,
            };
            NodeKind::Clauses(
                clauses.iter().map(|(sign, item)| (occur(sign), node(item))).collect(),
            )
        }
        Query::And(items) => NodeKind::And(nodes(items)),
        Query::Or(items) => NodeKind::Or(nodes(items)),
        Query::Not(item) => NodeKind::Not(Box::new(node(item))),
        Query::Field { name, node: item } => {
            NodeKind::Field { name: name.clone(), node: Box::new(node(item)) }
        }
        Query::Boost { factor, node: item } => {
            let inner = node(item);
            boost = factor * inner.boost;
            inner.kind
        }
        Query::Matching { .. } | Query::Filter { .. } => unreachable!("not generated"),
    };
    Node { kind, at: 0..0, boost }
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

/// A query that stands for single tokens.
fn token() -> impl Strategy<Value = Query> {
    let wildcard = prop::sample::select(&["a*", "*b", "?b", "b?", "*", "a*c", "??"][..]);
    let fuzzy = (prop::sample::select(&["a", "ab", "abc", "bc"][..]), 0_usize..3);
    let single = prop_oneof![
        6 => word().prop_map(Query::Text),
        1 => word().prop_map(Query::Surface),
        1 => wildcard.prop_map(|text| Query::Wildcard(text.to_owned())),
        1 => fuzzy.prop_map(|(word, distance)| Query::Fuzzy { word: word.to_owned(), distance }),
    ];
    let single = single.boxed();
    prop_oneof![
        6 => single.clone(),
        1 => prop::collection::vec(single, 1..4).prop_map(Query::Joint),
    ]
}

/// A query with matches.
fn positional() -> impl Strategy<Value = Query> {
    let phrase = (prop::collection::vec(token(), 1..5), 0_u32..5)
        .prop_map(|(slots, slop)| Query::Phrase { slots, slop });
    let leaf = prop_oneof![3 => token(), 2 => phrase, 1 => Just(Query::text("a-b"))];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let inner = inner.boxed();
        let operand = prop_oneof![
            4 => inner.clone(),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(Query::Or),
        ];
        let window =
            (prop::collection::vec(operand, 2..4), prop::option::of(0_u32..6), any::<bool>())
                .prop_map(|(operands, distance, ordered)| Query::Window {
                    operands,
                    distance,
                    ordered,
                });
        prop_oneof![
            3 => window,
            1 => prop::collection::vec(inner, 1..3).prop_map(Query::Joint),
        ]
    })
}

/// Any query.
fn query() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![2 => word().prop_map(Query::Text), 3 => positional()];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let inner = inner.boxed();
        let items = || prop::collection::vec(inner.clone(), 1..4);
        let sign = prop_oneof![
            2 => Just(oracle::Occur::Must),
            4 => Just(oracle::Occur::Should),
            1 => Just(oracle::Occur::MustNot),
        ];
        prop_oneof![
            2 => prop::collection::vec((sign, inner.clone()), 1..5).prop_map(Query::Clauses),
            2 => items().prop_map(Query::And),
            2 => items().prop_map(Query::Or),
            1 => (0_usize..4, items()).prop_map(|(count, items)| Query::AtLeast { count, items }),
            1 => inner.clone().prop_map(|item| Query::Not(Box::new(item))),
            1 => (prop::sample::select(&["title", "body"][..]), inner.clone()).prop_map(
                |(name, node)| Query::Field { name: name.to_owned(), node: Box::new(node) }),
            1 => (prop::sample::select(&[0.0, 0.5, 2.0, 3.0][..]), inner.clone()).prop_map(
                |(factor, node)| Query::Boost { factor, node: Box::new(node) }),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 0..9).prop_map(|words| words.join(" "))
}

fn index(documents: &[(String, String)], segments: usize) -> IndexFile {
    let fields = [("title", FieldKind::Text), ("body", FieldKind::Text)];
    let documents: Vec<sample::Sample> = documents
        .iter()
        .enumerate()
        .map(|(doc, (title, body))| {
            let field =
                |name: &str, text: &String| (name.to_owned(), StoredValue::Text(text.clone()));
            (format!("d{doc}"), vec![field("title", title), field("body", body)])
        })
        .collect();
    sample::index(&analyzer(), &fields, &documents, segments)
}

/// Equal but for the order in which parts were added up: the engine takes `a` and `a~0` for one term, the oracle for two.
fn is_close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-12 * expected.abs()
}

/// Whether the found documents are the best `k` of the expected ones, in order of rank; those whose scores are that close
/// may change places.
fn is_ranking(found: &[(usize, f64)], expected: &[(usize, f64)], k: usize) -> bool {
    let score_of = |doc| expected.iter().find(|hit| hit.0 == doc).map(|hit| hit.1);
    found.len() == k.min(expected.len())
        && found.iter().zip(expected).all(|(hit, place)| {
            is_close(hit.1, place.1)
                && (hit.0 == place.0
                    || score_of(hit.0).is_some_and(|score| is_close(score, place.1)))
        })
}

/// Everything the engine says about a query is what the oracle says.
fn check(documents: &[(String, String)], query: &Query, segments: usize, k1: f64, b: f64) {
    let oracle_doc = |(doc, (title, body)): (usize, &(String, String))| {
        OracleDoc::new(&format!("d{doc}"), &[("title", title), ("body", body)])
    };
    let corpus = Corpus::new(documents.iter().enumerate().map(oracle_doc).collect());
    let (index, analyzer) = (index(documents, segments), analyzer());
    let searcher = Searcher::new(&index, &analyzer).unwrap();
    let options = PlanOptions { k1, b, ..PlanOptions::default() };
    let plan = searcher.plan(&node(query), &options).unwrap();
    let expected = corpus.search(query, k1, b);
    let context = || format!("{} on {documents:?}, plan {:?}", query.to_text(), plan.root());
    for (k, strategy, exact_total) in [
        (documents.len(), Evaluation::Exhaustive, false),
        (documents.len(), Evaluation::Auto, false),
        (2, Evaluation::Auto, false),
        (2, Evaluation::Auto, true),
    ] {
        let request = TopK { k, strategy, exact_total, ..TopK::default() };
        let top = searcher.search(&plan, &request).unwrap();
        let found: Vec<(usize, f64)> =
            top.hits.iter().map(|hit| (hit.doc.0 as usize, hit.score)).collect();
        assert!(is_ranking(&found, &expected, k), "{strategy:?} {}", context());
        match top.total {
            Total::Exact(total) => assert_eq!(total as usize, expected.len(), "{}", context()),
            Total::AtLeast(total) => {
                assert!(!exact_total && total as usize <= expected.len(), "{}", context());
            }
        }
    }
    assert_eq!(searcher.count_documents(&plan).unwrap() as usize, expected.len(), "{}", context());
    for doc in 0..documents.len() {
        let explained = searcher.explain(&plan, store::DocId(doc as u32)).unwrap().unwrap();
        let hit = expected.iter().find(|(found, _)| *found == doc);
        assert_eq!(explained.matches, hit.is_some(), "document {doc} {}", context());
        assert_eq!(explained.root.holds, hit.is_some(), "document {doc} {}", context());
        assert!(is_close(explained.score, hit.map_or(0.0, |(_, score)| *score)), "{}", context());
    }
    let counts = searcher.count(&plan).unwrap();
    let count = corpus.count(query);
    assert_eq!(counts.documents as usize, count.documents, "{}", context());
    assert_eq!(counts.matches.unwrap_or(0) as usize, count.matches, "{}", context());
    let mut seen = Vec::new();
    searcher
        .for_each_in_order(&plan, |doc, spans| {
            seen.push(doc.0 as usize);
            let expected: Vec<(usize, u32, u32)> = corpus
                .spans(query, doc.0 as usize)
                .iter()
                .map(|span| (span.field as usize, span.first, span.last))
                .collect();
            let spans: Vec<_> =
                spans.iter().map(|span| (span.field, span.first, span.last)).collect();
            assert_eq!(spans, expected, "document {} {}", doc.0, context());
            Ok(true)
        })
        .unwrap();
    let mut wanted: Vec<usize> = expected.iter().map(|(doc, _)| *doc).collect();
    wanted.sort_unstable();
    assert_eq!(seen, wanted, "{}", context());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_query_has_the_oracles_answer(
        documents in prop::collection::vec((text(), text()), 1..9),
        query in query(),
        segments in 1_usize..4,
        (k1, b) in prop::sample::select(&[(1.2, 0.75), (0.9, 0.4), (0.0, 0.75), (1.2, 0.0)][..]),
    ) {
        check(&documents, &query, segments, k1, b);
    }

    #[test]
    fn any_query_on_many_documents_has_the_oracles_answer(
        documents in prop::collection::vec((text(), text()), 30..70),
        query in query(),
        segments in 1_usize..3,
    ) {
        check(&documents, &query, segments, 1.2, 0.75);
    }

    #[test]
    fn positional_queries_have_the_oracles_answer(
        documents in prop::collection::vec((text(), text()), 1..5),
        query in positional(),
        segments in 1_usize..3,
    ) {
        check(&documents, &query, segments, 1.2, 0.75);
    }
}
