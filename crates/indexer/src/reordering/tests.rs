//! What must hold for the order: every document has one place, like ones are neighbours, and it is the same whoever looks.

use super::*;
use crate::run::BlockWriter;
use std::collections::BTreeMap;

/// Runs of slots of ten documents that have these words.
fn runs(documents: &[Vec<String>]) -> (Vec<Run>, Vec<u32>) {
    let mut runs = Vec::new();
    for (slot, documents) in (0..).zip(documents.chunks(10)) {
        let mut lists: BTreeMap<&str, Columns> = BTreeMap::new();
        for (doc, words) in (0..).zip(documents) {
            for word in words {
                let list = lists.entry(word).or_default();
                if list.docs.last() != Some(&doc) {
                    list.docs.push(doc);
                    list.more.push(0);
                    list.places.push(0);
                }
            }
        }
        let mut writer = BlockWriter::new();
        for (word, columns) in lists {
            let mut piece = Vec::new();
            columns.write(&mut piece);
            writer.entry(word.as_bytes(), columns.docs.len() as u32, 1);
            writer.piece(slot, &piece);
        }
        runs.push(Run::in_memory(writer.take().into_iter().collect()));
    }
    let bases = (0..runs.len() as u32).map(|slot| slot * 10).collect();
    (runs, bases)
}

fn order(documents: &[Vec<String>], threads: usize, memory: u64) -> Option<Vec<u32>> {
    let (runs, bases) = runs(documents);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let order = reorder(&runs, &bases, documents.len() as u32, memory, &pool).unwrap();
    order.map(|order| order.documents().to_vec())
}

/// Documents on eight topics, one after the other.
fn topics() -> Vec<Vec<String>> {
    let words = |doc: u32| (0..6).map(move |word| format!("{}-{}", doc % 8, (doc / 8 + word) % 9));
    (0..400).map(|doc| words(doc).chain(["common".to_owned()]).collect()).collect()
}

#[test]
fn documents_of_a_topic_become_neighbours() {
    let documents = topics();
    let found = order(&documents, 1, 1 << 20).unwrap();
    let mut sorted = found.clone();
    sorted.sort_unstable();
    assert!(sorted.into_iter().eq(0..400));
    let changes = found.windows(2).filter(|pair| pair[0] % 8 != pair[1] % 8).count();
    assert!(changes < 20, "{changes} neighbours of 399 have different topics: {found:?}");
    for (threads, memory) in [(2, 1 << 20), (4, 1000)] {
        assert_eq!(order(&documents, threads, memory).as_ref(), Some(&found));
    }
}

#[test]
fn documents_without_words_in_common_stay_where_they_are() {
    let alone = |doc: u32| vec![format!("word{doc}")];
    assert_eq!(order(&(0..300).map(alone).collect::<Vec<_>>(), 2, 1 << 20), None);
    assert_eq!(order(&vec![vec!["all".to_owned()]; 300], 2, 1 << 20), None);
    for count in 1..4 {
        assert_eq!(order(&vec![Vec::new(); count], 1, 1 << 20), None);
    }
}

#[test]
fn logarithms_are_cut_off_behind_twelve_bits() {
    for number in (1..5000).chain([1 << 20, (1 << 31) - 1, u32::MAX]) {
        let exact = f64::from(number).log2() * 4096.0;
        let found = logarithm(number) as f64;
        assert!((exact - 1.01..=exact + 0.01).contains(&found), "{number}: {found}, {exact}");
    }
}
