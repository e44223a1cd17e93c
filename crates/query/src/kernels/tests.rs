//! Kernels against brute force on a made-up segment with lists of every class and form.
//!
//! A document is a sequence of made-up words; which words it has depends on its number, so that lists come out tiny,
//! sparse, thin and dense, scattered and clustered.

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;
use store::postings::pairs::PairsBuilder;
use store::postings::{ImpactModel, ListBuilder, Postings, TermInfo, TermTableBuilder};
use store::{
    BakedRanking, DocumentsBuilder, FieldKind, FieldSpec, IdsBuilder, IndexFile, IndexWriter,
    LengthsBuilder, MemoryStorage, SegmentFacts, Statistics, StoredDocument, TermOrdinal,
    VocabularyBuilder, names, norms, order_section,
};

use super::allowed::Allowed;
use super::best::Best;
use super::champions;
use super::count;
use super::parallel;
use super::phrase::{self, PhraseScan};
use super::ranked::{self, Conditions, Role};
use crate::Bm25;
use crate::plan::TermLeaf;

const DOCUMENTS: u32 = 12_000;
const WORDS: usize = 14;

/// The words of each document.
fn texts() -> Vec<Vec<usize>> {
    let mut state = 1u64;
    let mut random = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..DOCUMENTS)
        .map(|doc| {
            let mut text = Vec::new();
            for _ in 0..1 + random(12) {
                let word = match random(100) {
                    0..40 => 0,
                    40..60 => 1,
                    60..70 => 2,
                    70..75 => 3,
                    // Clustered: in some chunks only, or in every thousandth document.
                    75..80 if doc / 3000 % 2 == 0 => 4,
                    80..85 if 5000 < doc && doc < 9000 => 5,
                    85..88 => 6,
                    88..90 => 7,
                    90..92 if doc % 10 == 0 => 8,
                    92..94 if doc % 100 == 7 => 9,
                    _ => 12,
                };
                text.push(word);
                if word == 3 && random(3) == 0 {
                    text.extend([3, 3, 1]);
                }
            }
            text.extend((doc % 2000 == 9).then_some(10));
            text.extend((doc == DOCUMENTS - 1).then_some(11));
            text
        })
        .collect()
}

struct Sample {
    texts: Vec<Vec<usize>>,
    average: f64,
    index: IndexFile,
    /// The same with lists of some pairs.
    with_pairs: IndexFile,
    /// The same lists of documents that have other numbers.
    reordered: IndexFile,
    infos: Vec<Vec<Option<TermInfo>>>,
}

fn sample() -> &'static Sample {
    static SAMPLE: std::sync::OnceLock<Sample> = std::sync::OnceLock::new();
    SAMPLE.get_or_init(|| {
        let texts = texts();
        let tokens: usize = texts.iter().map(Vec::len).sum();
        let average = tokens as f64 / texts.len() as f64;
        let written = |with_pairs: bool, reordered: bool| {
            let index = IndexFile::from_bytes(write(&texts, average, with_pairs, reordered));
            let index = index.unwrap();
            index.verify().unwrap();
            index
        };
        let index = written(false, false);
        let (with_pairs, reordered) = (written(true, false), written(false, true));
        let segment = &index.segments()[0];
        let infos = (0..WORDS).map(|word| vec![segment.lookup(name(word).as_bytes()).unwrap()]);
        Sample { average, infos: infos.collect(), texts, index, with_pairs, reordered }
    })
}

fn name(word: usize) -> String {
    format!("w{word:02}")
}

/// The sections of pairs: of words 0 to 8 those that have lists and whose numbers do not add up to a multiple of 3.
fn pairs(texts: &[Vec<usize>], model: &ImpactModel<'_>) -> [(&'static str, Vec<u8>); 2] {
    let (mut builder, mut table, mut postings) =
        (ListBuilder::new(), PairsBuilder::new(9), Vec::new());
    for (first, second) in (0..9).flat_map(|first| (0..9).map(move |second| (first, second))) {
        let frequency = |text: &Vec<usize>| {
            text.windows(2).filter(|pair| *pair == [first, second]).count() as u32
        };
        let found = (0..).zip(texts.iter().map(frequency)).filter(|(_, frequency)| 0 < *frequency);
        let (docs, frequencies): (Vec<u32>, Vec<u32>) = found.unzip();
        if 8 < docs.len() && (first + second) % 3 != 0 {
            builder.begin_without_places(model, docs.len() as u32);
            let pair = Postings { docs: &docs, frequencies: &frequencies, places: &[] };
            builder.extend(model, pair, &mut Vec::new());
            let summary = builder.finish(model, &mut postings, &mut Vec::new());
            table.push(TermOrdinal(first as u32), TermOrdinal(second as u32), &summary);
        }
    }
    [(names::PAIRS, table.finish()), (names::PAIR_POSTINGS, postings)]
}

/// The document that lists of the reordered index know by a number.
fn reordered(doc: u32) -> u32 {
    (doc * 7919 + 11) % DOCUMENTS
}

fn write(texts: &[Vec<usize>], average: f64, with_pairs: bool, is_reordered: bool) -> Vec<u8> {
    let mut lengths = LengthsBuilder::default();
    let (mut ids, mut documents) = (IdsBuilder::default(), DocumentsBuilder::default());
    let mut positions_of: Vec<Vec<(u32, Vec<u32>)>> = vec![Vec::new(); WORDS];
    for (doc, text) in (0..).zip(texts) {
        lengths.push(text.len() as u32);
        ids.push(&doc.to_string());
        documents.push(&StoredDocument::default()).unwrap();
        let mut here: HashMap<usize, Vec<u32>> = HashMap::new();
        for (position, &word) in (0..).zip(text) {
            here.entry(word).or_default().push(position);
        }
        for (word, positions) in here {
            positions_of[word].push((doc, positions));
        }
    }
    let norm_bytes: Vec<u8> =
        lengths.as_slice().iter().map(|&length| norms::norm_of(length)).collect();
    let model = ImpactModel::new(lengths.as_slice(), &norm_bytes, (1.2, 0.75), average);
    let (mut builder, mut table) = (ListBuilder::new(), TermTableBuilder::new());
    let mut vocabulary = VocabularyBuilder::new(Vec::new()).unwrap();
    let (mut postings, mut positions) = (Vec::new(), Vec::new());
    let mut terms = 0;
    for (word, list) in positions_of.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
        vocabulary.push(name(word).as_bytes()).unwrap();
        builder.begin(&model, list.len() as u32, &positions);
        for (doc, places) in list {
            builder.push(&model, *doc, places, &mut positions);
        }
        table.push(&builder.finish(&model, &mut postings, &mut positions));
        terms += 1;
    }
    let tokens = lengths.as_slice().iter().map(|&length| u64::from(length)).sum();
    let storage = MemoryStorage::default();
    let path = Path::new("sample.pmk");
    let mut writer = IndexWriter::create(path, &storage).unwrap();
    let manifest = writer.manifest_mut();
    manifest.schema.fields = vec![FieldSpec { name: "body".to_owned(), kind: FieldKind::Text }];
    manifest.statistics =
        Statistics { documents: u64::from(DOCUMENTS), tokens, field_tokens: vec![tokens] };
    let (id_bytes, id_order) = ids.finish();
    let (blocks, directory) = documents.finish().unwrap();
    for (section, bytes) in [
        (names::VOCABULARY, vocabulary.finish().unwrap()),
        (names::TERMS, table.finish()),
        (names::POSTINGS, postings),
        (names::POSITIONS, positions),
        (names::NORMS, norm_bytes.clone()),
        (names::IDS, id_bytes),
        (names::ID_ORDER, id_order),
        (names::DOCUMENTS, blocks),
        (names::DOCUMENT_DIRECTORY, directory),
        (names::LENGTHS, lengths.clone().finish()),
    ] {
        writer.write_section(section, &bytes).unwrap();
    }
    if is_reordered {
        let order: Vec<u32> = (0..DOCUMENTS).map(reordered).collect();
        writer.write_section(names::ORDER, &order_section(&order)).unwrap();
    }
    for (section, bytes) in pairs(texts, &model).iter().filter(|_| with_pairs) {
        writer.write_section(section, bytes).unwrap();
    }
    let facts = SegmentFacts {
        documents: DOCUMENTS,
        tokens,
        field_tokens: vec![tokens],
        terms,
        baked: BakedRanking::default(),
        baked_average_length: average,
        dropped_tokens: 0,
    };
    writer.end_segment(facts).unwrap();
    writer.commit().unwrap();
    storage.take(path).unwrap()
}

fn leaf(order: usize, word: usize, weight: f64) -> TermLeaf<'static> {
    let infos = &sample().infos[word];
    let doc_freq = infos[0].as_ref().map_or(0, |info| u64::from(info.doc_freq));
    TermLeaf { order, weight, doc_freq, infos }
}

/// Every matching document with its score, by brute force.
fn expected(terms: &[(Role, usize, f64)], bm25: Bm25) -> Vec<(u32, f64)> {
    let has_must = terms.iter().any(|(role, ..)| *role == Role::Must);
    let mut found = Vec::new();
    for (doc, text) in (0..).zip(&sample().texts) {
        let frequency = |word: usize| text.iter().filter(|&&other| other == word).count() as u32;
        let norm = bm25.norm(text.len() as u32);
        let (mut matches, mut any, mut score) = (true, false, 0.0);
        for &(role, word, weight) in terms {
            let is_there = 0 < frequency(word);
            match role {
                Role::Must => matches &= is_there,
                Role::MustNot => matches &= !is_there,
                Role::Should => any |= is_there,
            }
            if role != Role::MustNot {
                score += weight * Bm25::impact(frequency(word), norm);
            }
        }
        if matches && (has_must || any) {
            found.push((doc, score));
        }
    }
    found
}

fn best_of(mut all: Vec<(u32, f64)>, k: usize) -> Vec<(u32, f64)> {
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(k);
    all
}

/// The index, or the reordered one with the documents as it numbers them.
fn ordered(is_reordered: bool, all: &mut [(u32, f64)]) -> &'static IndexFile {
    if !is_reordered {
        return &sample().index;
    }
    all.iter_mut().for_each(|(doc, _)| *doc = reordered(*doc));
    &sample().reordered
}

fn hits(best: Best) -> Vec<(u32, f64)> {
    best.into_hits().into_iter().map(|hit| (hit.doc.0, hit.score)).collect()
}

fn ranking() -> impl Strategy<Value = Bm25> {
    let average = sample().average;
    let pair = prop_oneof![
        4 => Just((1.2, 0.75)), 1 => Just((0.9, 0.4)), 1 => Just((0.0, 0.0)), 1 => Just((3.0, 1.0)),
    ];
    // Another average than the baked one is what many segments bring.
    (pair, prop_oneof![3 => Just(1.0), 1 => Just(0.6), 1 => Just(1.7)])
        .prop_map(move |((k1, b), factor)| Bm25::new(k1, b, average * factor))
}

/// The documents that a filter lets through: all, every so many, or a stretch.
fn filter() -> impl Strategy<Value = Option<Vec<u64>>> {
    let bits = |passes: Box<dyn Fn(u32) -> bool>| {
        let mut bits = vec![0_u64; DOCUMENTS.div_ceil(64) as usize];
        (0..DOCUMENTS).filter(|doc| passes(*doc)).for_each(|doc| {
            bits[doc as usize / 64] |= 1 << (doc % 64);
        });
        Some(bits)
    };
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(vec![u64::MAX; DOCUMENTS.div_ceil(64) as usize])),
        2 => (1u32..300).prop_map(move |step| bits(Box::new(move |doc| doc % step == 0))),
        2 => (0..DOCUMENTS, 0..DOCUMENTS)
            .prop_map(move |(from, to)| bits(Box::new(move |doc| from <= doc && doc < to))),
    ]
}

fn passes(filter: &Option<Vec<u64>>, doc: u32) -> bool {
    filter.as_ref().is_none_or(|bits| bits[doc as usize / 64] >> (doc % 64) & 1 == 1)
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![3 => Just(Role::Should), 2 => Just(Role::Must), 1 => Just(Role::MustNot)]
}

/// How many blocks the lists of some terms have.
fn blocks_of(leaves: &[(Role, TermLeaf<'_>)]) -> u64 {
    let segment = &sample().index.segments()[0];
    let infos = leaves.iter().filter_map(|(_, leaf)| leaf.infos[0].as_ref());
    infos.map(|info| segment.postings(info).unwrap().block_count() as u64).sum()
}

#[test]
fn the_sample_has_lists_of_every_class() {
    let classes: Vec<_> = (0..WORDS)
        .filter_map(|word| sample().infos[word][0].as_ref())
        .map(|info| format!("{:?}", info.class))
        .collect();
    for class in ["Tiny", "Sparse", "Chunked"] {
        assert!(classes.iter().any(|found| found == class), "{class} is missing in {classes:?}");
    }
}

#[test]
fn champions_answer_for_some_lists_of_the_sample() {
    let segment = &sample().index.segments()[0];
    let bm25 = Bm25::new(1.2, 0.75, sample().average);
    let answers = |info: &&TermInfo| {
        let list = segment.postings(info).unwrap();
        champions::offer(segment, &list, 1.0, bm25, &mut Best::new(10)).unwrap()
    };
    let infos = sample().infos.iter().filter_map(|infos| infos[0].as_ref());
    assert_ne!(infos.filter(answers).count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_best_are_those_of_brute_force(
        roles in prop::collection::vec((role(), 0.1f64..4.0), 1..5),
        words in Just((0..WORDS).collect::<Vec<_>>()).prop_shuffle(),
        same_role in prop::option::of(prop_oneof![Just(Role::Should), Just(Role::Must)]),
        bm25 in ranking(),
        filter in filter(),
        k in prop_oneof![Just(1usize), Just(10), Just(100), Just(1000), Just(20_000)],
        counts_all: bool,
        is_reordered: bool,
    ) {
        let terms: Vec<_> = roles
            .iter()
            .zip(words)
            .map(|(&(role, weight), word)| (same_role.unwrap_or(role), word, weight))
            .collect();
        let leaves: Vec<_> = terms
            .iter()
            .enumerate()
            .map(|(order, &(role, word, weight))| (role, leaf(order, word, weight)))
            .collect();
        let mut all = expected(&terms, bm25);
        all.retain(|(doc, _)| passes(&filter, *doc));
        let allowed = Allowed::new(filter.as_deref());
        let index = ordered(is_reordered, &mut all);
        let segment = &index.segments()[0];
        if terms.iter().any(|(role, ..)| *role != Role::MustNot) {
            prop_assert_eq!(count::run(segment, 0, &leaves, allowed).unwrap(), all.len() as u64);
            let mut best = Best::of(k, index.segments());
            let conditions = Conditions { allowed, bm25, counts_all };
            let work = ranked::run(segment, 0, &leaves, conditions, &mut best).unwrap();
            prop_assert!(work.skipped || work.candidates == all.len() as u64);
            let is_led = terms.iter().any(|(role, ..)| *role == Role::Must) && 1 < terms.len();
            prop_assert!(!(work.skipped && counts_all && is_led));
            prop_assert!(work.candidates <= all.len() as u64);
            prop_assert!(all.is_empty() || 0 < work.blocks.read);
            let counted = work.blocks.read + work.blocks.skipped;
            // Nothing is opened where a required term is nowhere.
            prop_assert!(counted == 0 || counted == blocks_of(&leaves), "{:?}", work.blocks);
            prop_assert_eq!(hits(best), best_of(all, k));
        }
    }

    #[test]
    fn the_best_of_one_list_are_those_of_brute_force(
        word in 0..WORDS,
        weight in 0.1f64..5.0,
        bm25 in ranking(),
        filter in filter(),
        k in prop_oneof![5 => 1usize..20, 1 => Just(100)],
        counts_all: bool,
        is_reordered: bool,
    ) {
        let mut all = expected(&[(Role::Should, word, weight)], bm25);
        all.retain(|(doc, _)| passes(&filter, *doc));
        let allowed = Allowed::new(filter.as_deref());
        let index = ordered(is_reordered, &mut all);
        let segment = &index.segments()[0];
        if let Some(info) = &sample().infos[word][0] {
            let list = segment.postings(info).unwrap();
            let mut best = Best::of(k, index.segments());
            let conditions = Conditions { allowed, bm25, counts_all };
            let work = ranked::run_list(segment, list, weight, conditions, &mut best).unwrap();
            prop_assert!(work.candidates == all.len() as u64 || work.skipped);
            prop_assert_eq!(work.blocks.read + work.blocks.skipped, list.block_count() as u64);
            prop_assert_eq!(hits(best), best_of(all, k));
        }
    }

    #[test]
    fn phrases_are_those_of_brute_force(
        slots in prop::collection::vec(prop_oneof![0usize..4, 0usize..WORDS], 2..5),
        bm25 in ranking(),
        filter in filter(),
        k in prop_oneof![Just(1usize), Just(10), Just(1000)],
        weight in 0.1f64..5.0,
        with_pairs: bool,
        is_reordered: bool,
        counts_all: bool,
    ) {
        let mut all: Vec<(u32, f64)> = (0..)
            .zip(&sample().texts)
            .filter_map(|(doc, text)| {
                let frequency = text.windows(slots.len()).filter(|window| *window == slots).count();
                let score = weight * Bm25::impact(frequency as u32, bm25.norm(text.len() as u32));
                (0 < frequency && passes(&filter, doc)).then_some((doc, score))
            })
            .collect();
        let leaves: Vec<_> = slots.iter().map(|&word| leaf(0, word, 0.0)).collect();
        let index = match with_pairs {
            true => &sample().with_pairs,
            false => ordered(is_reordered, &mut all),
        };
        let segment = &index.segments()[0];
        let allowed = Allowed::new(filter.as_deref());
        let conditions = Conditions { allowed, bm25, counts_all };
        let (mut best, mut count) = (Best::of(k, index.segments()), 0);
        if let Some(list) = phrase::pair(segment, 0, &leaves).unwrap() {
            ranked::run_list(segment, list, weight, conditions, &mut best).unwrap();
            count = count::run_list(segment, list, allowed).unwrap();
        } else if let Some(mut scan) = PhraseScan::open(segment, 0, &leaves, allowed).unwrap() {
            let work = scan.rank(weight, conditions, &mut best).unwrap();
            prop_assert!(work.candidates == all.len() as u64 || work.skipped && !counts_all);
            prop_assert!(all.is_empty() || 0 < scan.blocks().read);
            let mut scan = PhraseScan::open(segment, 0, &leaves, allowed).unwrap().unwrap();
            count = scan.count().unwrap();
        }
        prop_assert_eq!(count, all.len() as u64);
        prop_assert_eq!(hits(best), best_of(all, k));
    }

    #[test]
    fn many_threads_find_what_one_finds(
        chosen in prop::collection::btree_map(0usize..WORDS, (0.1f64..5.0, prop_oneof![3 => Just(Role::Should), 1 => Just(Role::Must)]), 1..6),
        bm25 in ranking(),
        k in prop_oneof![Just(1usize), Just(10), Just(1000)],
        threads in 1usize..4,
        is_reordered: bool,
    ) {
        let terms: Vec<_> = chosen.iter().map(|(&word, &(weight, role))| (role, word, weight)).collect();
        let leaves: Vec<_> = (0..)
            .zip(&terms)
            .map(|(order, &(role, word, weight))| (role, leaf(order, word, weight)))
            .collect();
        let mut all = expected(&terms, bm25);
        let index = ordered(is_reordered, &mut all);
        let expected = best_of(all, k);
        let found_none = expected.is_empty();
        let (found, work) =
            parallel::best_docs(index, &leaves, (k, 0.0), bm25, threads).unwrap();
        let found: Vec<_> = found.iter().map(|hit| (hit.doc.0, hit.score)).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(found_none || 0 < work.blocks.read);
    }
}
