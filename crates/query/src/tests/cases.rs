//! The acceptance queries and scores of `../shared/cases`.

use std::path::PathBuf;

use store::{FieldKind, IndexFile, StoredValue};

use super::{analyzer, sample};
use crate::parser::{ParseOptions, parse};
use crate::{Plan, PlanOptions, Searcher, Strategy, TopK};

/// A file of the acceptance data, where it is there.
fn shared(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: no {}", path.display());
    }
    text
}

/// The acceptance dump in so many segments.
fn news(segments: usize) -> Option<IndexFile> {
    news_by(sample::index, segments)
}

fn news_by(
    write: impl Fn(&analysis::Analyzer, sample::Fields<'_>, &[sample::Sample], usize) -> IndexFile,
    segments: usize,
) -> Option<IndexFile> {
    let dump = shared("news.jsonl")?;
    let fields = [
        ("id", FieldKind::Keyword),
        ("date", FieldKind::Date),
        ("source", FieldKind::Keyword),
        ("title", FieldKind::Stored),
        ("body", FieldKind::Text),
    ];
    let document = |line: &str| {
        let values: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).unwrap();
        let text =
            |value: &serde_json::Value| StoredValue::Text(value.as_str().unwrap().to_owned());
        let id = values["id"].as_str().unwrap().to_owned();
        let fields = values.iter().filter(|(name, _)| *name != "id");
        (id, fields.map(|(name, value)| (name.clone(), text(value))).collect())
    };
    let documents: Vec<_> = dump.lines().map(document).collect();
    Some(write(&analyzer(), &fields, &documents, segments))
}

/// A question to the acceptance dump.
struct Asked<'i> {
    searcher: Searcher<'i>,
    plan: Plan,
}

impl<'i> Asked<'i> {
    fn new(searcher: Searcher<'i>, query: &str, all: bool, options: &PlanOptions) -> Self {
        let fields = &searcher.index().manifest().schema.fields;
        let parsing =
            ParseOptions { all, fields, analyzer: Some(searcher.analyzer()), ..Default::default() };
        let parsed = parse(query, &parsing).unwrap_or_else(|error| panic!("{query}: {error}"));
        let plan =
            searcher.plan(&parsed.root, options).unwrap_or_else(|error| panic!("{query}: {error}"));
        Asked { searcher, plan }
    }

    /// Ids of the matching documents in order, and the number of matches.
    fn ids_and_matches(&self) -> (String, u64) {
        let (mut ids, mut matches) = (Vec::new(), 0);
        self.searcher
            .for_each_in_order(&self.plan, |doc, spans| {
                matches += spans.len() as u64;
                ids.push(id(self.searcher.index(), doc.0));
                Ok(true)
            })
            .unwrap();
        let mut counted = 0;
        self.searcher
            .for_each_match(&self.plan, |found| {
                counted += found.match_count()?;
                Ok(true)
            })
            .unwrap();
        assert_eq!(counted, matches);
        (ids.join(" "), matches)
    }
}

fn id(index: &IndexFile, doc: u32) -> String {
    let segment = index.segments().iter().rfind(|segment| segment.base() <= doc).unwrap();
    segment.id(doc - segment.base()).unwrap().to_owned()
}

#[test]
fn the_acceptance_queries_hold() {
    let Some(cases) = shared("expect.tsv") else { return };
    let analyzer = analyzer();
    for segments in [1, 4] {
        let Some(index) = news(segments) else { return };
        let searcher = Searcher::new(&index, &analyzer).unwrap();
        let mut held = 0;
        for line in cases.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let text = columns[0].replace("x{300}", &"x".repeat(300));
            let all = text.strip_suffix(" --all");
            let asked =
                Asked::new(searcher, all.unwrap_or(&text), all.is_some(), &PlanOptions::default());
            let (ids, matches) = asked.ids_and_matches();
            assert_eq!(ids, columns[2], "{line}");
            if columns[3] != "-" {
                assert_eq!(matches.to_string(), columns[3], "{line}");
            }
            assert_eq!(
                searcher.count_documents(&asked.plan).unwrap().to_string(),
                columns[1],
                "{line}"
            );
            held += 1;
        }
        assert_eq!(held, 47);
    }
}

#[test]
fn the_acceptance_scores_hold() {
    let Some(cases) = shared("scores.tsv") else { return };
    let Some(index) = news(3) else { return };
    let analyzer = analyzer();
    let searcher = Searcher::new(&index, &analyzer).unwrap();
    for line in cases.lines().skip(2) {
        let columns: Vec<&str> = line.split('\t').collect();
        let number = |column: usize| columns[column].parse::<f64>().unwrap();
        let options = PlanOptions { k1: number(1), b: number(2), ..PlanOptions::default() };
        let asked = Asked::new(searcher, columns[0], false, &options);
        for strategy in [Strategy::Exhaustive, Strategy::Auto] {
            let top = searcher
                .search(&asked.plan, &TopK { k: 100, strategy, ..TopK::default() })
                .unwrap();
            let hit = |hit: &crate::Hit| format!("{}:{:.6}", id(&index, hit.doc.0), hit.score);
            let hits: Vec<String> = top.hits.iter().map(hit).collect();
            assert_eq!(hits.join(" "), columns[3], "{line}");
        }
    }
}

#[test]
fn filters_forms_and_variants_by_stored_values_and_by_columns() {
    for index in [news(2), news_by(sample::index_with_columns, 3)].into_iter().flatten() {
        filters_forms_and_variants(&index);
    }
}

fn filters_forms_and_variants(index: &IndexFile) {
    let analyzer = analyzer();
    let searcher = Searcher::new(index, &analyzer).unwrap();
    let ids =
        |query: &str| Asked::new(searcher, query, false, &PlanOptions::default()).ids_and_matches();
    for (query, expected) in [
        ("date:2011", "n01 n02"),
        ("date:2016-07-28..2016-07-28", "n03"),
        ("showed AND date:>=2016-07-29", "n04 n05"),
        ("source:IN[ap afp]", "n02 n05 n07"),
        ("face source:ap", "n04 n05 n07"),
        ("+face +source:ap", "n05"),
        ("id:n12", "n12"),
        ("source:[a TO guardian}", "n02 n03 n04 n05 n07 n12"),
        ("source:>reuters", "n13 n14 n15 n16 n17 n18"),
        ("NOT source:x -date:2011", "n03 n04 n05 n06 n07 n08 n09 n10 n11 n12 n13"),
        ("+date:2018 -colour", "n14 n15 n17 n18"),
        ("=The", "n01 n02 n06 n09 n16"),
        ("=caf\u{e9}", "n10 n11"),
        ("=cafe", ""),
        ("\"=The colour\"", "n16"),
        ("/jo?u?lan[iy]/", "n03 n04"),
        ("/JOLAN./", "n03"),
        ("{jolani golani}", "n03 n05"),
        ("(police wolf march)@2", "n01 n02"),
        ("{police wolf} NEAR/3 {march bad}", "n01 n02 n09"),
    ] {
        assert_eq!(ids(query).0, expected, "{query}");
    }
    let asked = Asked::new(searcher, "~jolani", false, &PlanOptions::default());
    let forms = &asked.plan.expansions()[0].forms;
    let forms: Vec<_> = forms.iter().map(|form| (form.term.as_str(), form.doc_freq)).collect();
    assert_eq!(forms, [("golani", 1), ("jolani", 1), ("julani", 1)]);
}

#[test]
fn expansions_are_complete_or_an_error() {
    let Some(index) = news(2) else { return };
    let analyzer = analyzer();
    let searcher = Searcher::new(&index, &analyzer).unwrap();
    let parsed = parse("c*", &ParseOptions::default()).unwrap();
    let options = PlanOptions { max_expansions: 3, ..PlanOptions::default() };
    let error = searcher.plan(&parsed.root, &options).unwrap_err();
    let (crate::Error::Expansions { found, limit: 3, .. }, Some(at)) = (&error, error.at()) else {
        panic!("{error}")
    };
    assert_eq!(at, 0..2);
    let all = searcher.plan(&parsed.root, &PlanOptions::default()).unwrap();
    assert_eq!(all.expansions()[0].forms.len(), *found);
}

#[test]
fn near_misses_say_what_would_have_been_enough() {
    let text = "a x y z b then c d";
    let fields = vec![("body".to_owned(), StoredValue::Text(text.to_owned()))];
    let analyzer = analyzer();
    let documents = [("one".to_owned(), fields)];
    let index = sample::index(&analyzer, &[("body", FieldKind::Text)], &documents, 1);
    let searcher = Searcher::new(&index, &analyzer).unwrap();
    for (query, expected) in [
        ("a NEAR/2 b", "asked 2, needed 3, at 0-4"),
        ("b BEFORE/2 a", "asked 2, needed 3, in any order, at 0-4"),
        ("\"c d\" NEAR/1 \"x y\"", "asked 1, needed 3, at 1-7"),
        ("\"a b\"", "asked 0, needed 3, at 0-4"),
        ("\"b a\"~2", "asked 2, needed 5, at 0-4"),
        ("a NEAR/2 wolf", "missing wolf"),
        ("a NEAR/3 b", "1 match"),
    ] {
        let asked = Asked::new(searcher, query, false, &PlanOptions::default());
        let explained = searcher.explain(&asked.plan, store::DocId(0)).unwrap().unwrap();
        let leaf = &explained.leaves[0];
        let words =
            leaf.missing.iter().map(|word| asked.plan.words()[word.0 as usize].label.as_str());
        let shown = match (leaf.nearest, leaf.tf) {
            (Some(miss), 0) => {
                let order = if miss.out_of_order { ", in any order" } else { "" };
                let (first, last) = (miss.span.first, miss.span.last);
                format!("asked {}, needed {}{order}, at {first}-{last}", miss.asked, miss.needed)
            }
            (_, 0) => format!("missing {}", words.collect::<Vec<_>>().join(" ")),
            (_, tf) => format!("{tf} match"),
        };
        assert_eq!(shown, expected, "{query}");
    }
    assert!(
        searcher
            .explain(
                &Asked::new(searcher, "a", false, &PlanOptions::default()).plan,
                store::DocId(1)
            )
            .unwrap()
            .is_none()
    );
}

#[test]
fn terms_are_the_same_if_they_are_written_alike_whatever_the_index_holds() {
    let text = |text: &str| vec![("body".to_owned(), StoredValue::Text(text.to_owned()))];
    let documents = [("1".to_owned(), text("wolf wool")), ("2".to_owned(), text("wolf"))];
    let index = sample::index(&analyzer(), &[("body", FieldKind::Text)], &documents, 1);
    let analyzer = analyzer();
    let leaves = |query: &str| {
        let searcher = Searcher::new(&index, &analyzer).unwrap();
        Asked::new(searcher, query, false, &PlanOptions::default()).plan.leaves().len()
    };
    assert_eq!(leaves("Wolf wolf \"WOLF\" {wolf}"), 1);
    assert_eq!(leaves("\"wolf wool\" wolf-wool"), 1);
    assert_eq!(leaves("wo* {wolf wool} {wool wolf}"), 3);
    assert_eq!(leaves("wolf wol* wolff~1 =wolf"), 4);
}
