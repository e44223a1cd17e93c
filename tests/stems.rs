//! Stems and forms as written, from one index.
//!
//! In come documents indexed by English stems, with the text stored and without. Out go the answers of the oracle, which
//! compares every token with every form.

use crate::agreement::{Question, check, expected};
use crate::dump::request;
use crate::generator::Chance;
use oracle::{Corpus, OracleDoc, Query};
use pressmark::{BuildOptions, Index, OpenOptions, QueryText};

/// An index of English stems over two segments.
fn index(documents: &[OracleDoc], store_documents: bool) -> Index {
    index_of("en", documents, store_documents)
}

/// An index of stems over two segments.
fn index_of(stem: &str, documents: &[OracleDoc], store_documents: bool) -> Index {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stems.pmk");
    for (number, part) in documents.chunks(documents.len().div_ceil(2)).enumerate() {
        let dump = folder.path().join(format!("part{number}.jsonl"));
        crate::dump::write(&dump, part);
        let options = BuildOptions {
            stem: Some(stem.to_owned()),
            fields: "title:text,body:text".parse().unwrap(),
            store_documents,
            ..BuildOptions::default()
        };
        Index::build(&path, request(&[dump], options), &()).unwrap();
    }
    Index::open(&path, &OpenOptions { map: false }).unwrap()
}

fn corpus(documents: &[OracleDoc]) -> Corpus {
    corpus_of("en", documents)
}

fn corpus_of(stem: &str, documents: &[OracleDoc]) -> Corpus {
    let options = analysis::AnalyzerOptions { stem: Some(stem.to_owned()) };
    Corpus::with_analyzer(documents.to_vec(), analysis::Analyzer::new(&options).unwrap())
}

/// Documents of words that share stems, in several forms.
fn documents(chance: &mut Chance) -> Vec<OracleDoc> {
    let words = [
        "run",
        "Run",
        "runs",
        "running",
        "Running",
        "RUN",
        "quick",
        "quickly",
        "Quick",
        "fox",
        "foxes",
        "caf\u{e9}",
        "cafe",
        "Caf\u{e9}s",
        "don't",
        "don\u{2019}t",
    ];
    let text = |chance: &mut Chance| {
        let length = chance.below(12);
        (0..length).map(|_| chance.one_of(&words)).collect::<Vec<_>>().join(" ")
    };
    (0..60)
        .map(|number| {
            let (title, body) = (text(chance), text(chance));
            OracleDoc::new(&format!("d{number}"), &[("title", &title), ("body", &body)])
        })
        .collect()
}

#[test]
fn stems_and_forms_agree_with_the_oracle() {
    let documents = documents(&mut Chance::new(11));
    let (index, corpus) = (index(&documents, true), corpus(&documents));
    index.verify().unwrap();
    let surface = |text: &str| Query::Surface(text.to_owned());
    let texts = [
        "run",
        "running",
        "=run",
        "=Running",
        "=runs",
        "=quick",
        "=caf\u{e9}",
        "=cafes",
        "=don't",
        "=RUN",
    ];
    let leaf = |text: &str| match text.strip_prefix('=') {
        Some(text) => surface(text),
        None => Query::text(text),
    };
    agree(&index, &corpus, &alone_and_in_pairs(&texts, leaf));
}

/// Each text alone, in the title, and with every text, itself among them, in all forms of two.
fn alone_and_in_pairs(texts: &[&str], leaf: impl Fn(&str) -> Query) -> Vec<Query> {
    let mut queries: Vec<Query> = texts.iter().map(|text| leaf(text)).collect();
    for one in texts {
        for other in texts {
            let pair = || vec![leaf(one), leaf(other)];
            queries.push(Query::Phrase { slots: pair(), slop: 0 });
            queries.push(Query::Phrase { slots: pair(), slop: 2 });
            queries.push(Query::Window { operands: pair(), distance: Some(2), ordered: false });
            queries.push(Query::Joint(pair()));
            queries.push(Query::And(pair()));
            queries.push(Query::Or(pair()));
        }
        queries.push(Query::Field { name: "title".to_owned(), node: Box::new(leaf(one)) });
    }
    queries
}

/// Each query has the oracle's answer.
fn agree(index: &Index, corpus: &Corpus, queries: &[Query]) {
    let failures: Vec<String> = queries
        .iter()
        .filter_map(|query| {
            let (text, ranking) = (query.to_text(), (1.2, 0.75));
            let question = Question { text: &text, all: false, ranking };
            let expected = expected(corpus, query, ranking);
            check(index, corpus, query, &question, &expected)
                .err()
                .map(|error| format!("{text}: {error}"))
        })
        .take(5)
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn forms_need_no_stored_text_and_are_no_words_of_the_vocabulary() {
    let documents = documents(&mut Chance::new(12));
    let (stored, bare) = (index(&documents, true), index(&documents, false));
    for query in ["=running", "=run", "\"=Running fox\"", "=Quick NEAR/3 run", "title:=run"] {
        let query = QueryText::new(query);
        assert_eq!(stored.count(&query).unwrap(), bare.count(&query).unwrap(), "{}", query.text);
    }
    let mut terms = stored.terms(Some("run*")).unwrap();
    assert_eq!(terms.next_term().unwrap().map(|term| term.term), Some("run".to_owned()));
    assert_eq!(terms.next_term().unwrap(), None);
    assert_eq!(stored.parse(&QueryText::new("r*")).unwrap().expansions[0].forms.len(), 1);
    let stats = stored.stats().unwrap();
    let forms = stats.forms.unwrap();
    assert!(0 < forms.lists && 0 < forms.bytes && forms.occurrences < stats.tokens, "{forms:?}");
}

/// Sentences that tell their language, and one that tells none.
const SENTENCES: [&str; 4] = [
    "The ships that were waiting in the harbour had been painted by the children of the town",
    "Die Schiffe, die im Hafen warteten, waren von den Kindern der Stadt bemalt worden",
    "Les navires qui attendaient dans le port avaient \u{e9}t\u{e9} peints par les enfants de la ville",
    "12 345",
];

/// Documents in three languages and in none, of words that are written alike in some of them.
fn documents_in_languages(chance: &mut Chance) -> Vec<OracleDoc> {
    let words = [
        "news",
        "new",
        "News",
        "run",
        "running",
        "Running",
        "maison",
        "maisons",
        "Haus",
        "H\u{e4}user",
        "hauses",
        "die",
        "ville",
        "villes",
        "Kinder",
        "children",
    ];
    (0..80)
        .map(|number| {
            let text = |chance: &mut Chance| {
                let length = chance.below(10);
                (0..length).map(|_| chance.one_of(&words)).collect::<Vec<_>>().join(" ")
            };
            let title = text(chance);
            let body = format!("{}. {}", SENTENCES[number % SENTENCES.len()], text(chance));
            OracleDoc::new(&format!("d{number}"), &[("title", &title), ("body", &body)])
        })
        .collect()
}

#[test]
fn stems_by_language_agree_with_the_oracle() {
    let documents = documents_in_languages(&mut Chance::new(13));
    let stem = "auto:de,en,fr";
    let (index, corpus) = (index_of(stem, &documents, true), corpus_of(stem, &documents));
    index.verify().unwrap();
    let texts = [
        "news",
        "new",
        "running",
        "=Running",
        "maisons",
        "H\u{e4}user",
        "haus",
        "ville*",
        "*e",
        "die",
        "child~1",
    ];
    let leaf = |text: &str| match (text.strip_prefix('='), text.strip_suffix("~1")) {
        (Some(text), _) => Query::Surface(text.to_owned()),
        (_, Some(text)) => Query::Fuzzy { word: text.to_owned(), distance: 1 },
        _ if text.contains('*') => Query::Wildcard(text.to_owned()),
        _ => Query::text(text),
    };
    agree(&index, &corpus, &alone_and_in_pairs(&texts, leaf));
}

#[test]
fn a_word_finds_the_stems_of_each_language_and_of_no_other() {
    let text = |sentence: usize, words: &str| format!("{}. {words}", SENTENCES[sentence]);
    let documents: Vec<OracleDoc> = [
        ("english", text(0, "A new boat and a newer house")),
        ("english-2", text(0, "The news of today was running late")),
        ("german", text(1, "Das alte Haus und die H\u{e4}user")),
        ("french", text(2, "La maison neuve, des news et de vieilles maisons")),
        ("none", "12 345, \u{e40}\u{e23}\u{e37}\u{e2d} running".to_owned()),
    ]
    .iter()
    .map(|(id, body)| OracleDoc::new(id, &[("title", ""), ("body", body)]))
    .collect();
    let index = index_of("auto", &documents, true);
    let found = |query: &str| {
        let answer = index.search(&pressmark::SearchRequest::new(query)).unwrap();
        let mut ids: Vec<String> = answer.hits.into_iter().map(|hit| hit.id).collect();
        ids.sort_unstable();
        ids.join(" ")
    };
    // French `news` has the stem `new`; no English `new` is found by it.
    assert_eq!(found("news"), "english-2 french");
    assert_eq!(found("new"), "english french");
    assert_eq!(found("maison"), "french");
    assert_eq!(found("run"), "english-2");
    assert_eq!(found("running"), "english-2 none");
    assert_eq!(found("haus"), "german");
    assert_eq!(found("waiting harbours"), "english english-2");
    assert_eq!(found("house*"), "english");
    let stats = index.stats().unwrap();
    let languages = stats.options.iter().filter(|(name, _)| name == "language");
    let mut languages: Vec<&str> = languages.map(|(_, code)| code.as_str()).collect();
    languages.sort_unstable();
    assert_eq!(languages, ["de", "en", "fr", "none"]);
    assert!(stats.analyzer.name.starts_with("unicode+auto:ar,"), "{}", stats.analyzer.name);
    let mut terms = index.terms(Some("maison*")).unwrap();
    let mut next = || terms.next_term().unwrap().map(|term| term.term);
    assert_eq!((next(), next(), next()), (Some("maison".into()), Some("maisons".into()), None));
}
