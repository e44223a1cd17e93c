//! What must hold for the inverter: its run holds what a naive inversion of the same texts finds.

use super::*;
use crate::run::RunCursor;
use analysis::AnalyzerOptions;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Term to postings: (document, positions).
type Postings = BTreeMap<String, Vec<(u32, Vec<u32>)>>;

fn naive(analyzer: &Analyzer, documents: &[Vec<String>]) -> (Postings, Vec<u32>) {
    let (mut postings, mut lengths) = (Postings::new(), Vec::new());
    for (doc, fields) in documents.iter().enumerate() {
        let mut start = 0;
        for text in fields {
            let tokens = analyzer.tokens(text);
            for token in &tokens {
                let list = postings.entry(token.term.clone()).or_default();
                if list.last().is_none_or(|(last, _)| *last != doc as u32) {
                    list.push((doc as u32, Vec::new()));
                }
                list.last_mut().unwrap().1.push(start + token.position);
            }
            lengths.push(tokens.len() as u32);
            start += tokens.len() as u32 + 1;
        }
    }
    (postings, lengths)
}

fn read(run: &Run, slot: u32) -> Postings {
    let mut postings = Postings::new();
    let mut cursor = RunCursor::open(run, b"", 0).unwrap();
    while cursor.next_entry().unwrap() {
        let term = String::from_utf8(cursor.term().to_vec()).unwrap();
        let list = postings.entry(term).or_default();
        assert_eq!(cursor.pieces_left(), 1);
        while let Some((number, piece)) = cursor.next_piece().unwrap() {
            assert_eq!(number, slot);
            let mut columns = Columns::default();
            columns.read(piece, 0).unwrap();
            let mut places = columns.places.iter();
            for (doc, more) in columns.docs.iter().zip(&columns.more) {
                let mut next = 0;
                let positions = places.by_ref().take(*more as usize + 1).map(|distance| {
                    next += distance + 1;
                    next - 1
                });
                list.push((*doc, positions.collect()));
            }
        }
    }
    postings
}

fn check(documents: &[Vec<String>], text_fields: usize) {
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
    let mut inverter = Inverter::new(&analyzer, text_fields);
    let (expected, lengths) = naive(&analyzer, documents);
    for slot in [7, 300] {
        for fields in documents {
            fields.iter().for_each(|text| inverter.text(text));
            inverter.end_document().unwrap();
        }
        let inverted = inverter.finish(slot);
        assert_eq!(read(&inverted.run, slot), expected);
        assert_eq!(inverted.field_lengths, lengths);
    }
}

proptest! {
    #[test]
    fn a_run_holds_what_a_naive_inversion_finds(
        (text_fields, documents) in (1usize..4).prop_flat_map(|text_fields| {
            let text = "([Aa]|[bB]c|dé|DE|[ .,'-]|w[a-z]{0,20}|ㅤ){0,40}";
            let document = prop::collection::vec(text, text_fields);
            (Just(text_fields), prop::collection::vec(document, 0..20))
        }),
    ) {
        check(&documents, text_fields);
    }
}

#[test]
fn documents_of_very_different_lengths_are_told_apart() {
    let long = "a b ".repeat(5_000);
    let mut documents = vec![vec![String::new()]; 100];
    documents.push(vec![long.clone()]);
    documents.extend(vec![vec!["b c".to_owned()]; 300]);
    documents.push(vec![long]);
    check(&documents, 1);
}

#[test]
fn a_word_of_which_nothing_is_left_is_counted_and_takes_no_position() {
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
    let mut inverter = Inverter::new(&analyzer, 1);
    inverter.text("a \u{3164} b");
    inverter.end_document().unwrap();
    let inverted = inverter.finish(0);
    assert_eq!((inverted.dropped, inverted.field_lengths), (1, vec![2]));
    let expected: Postings =
        [("a".to_owned(), vec![(0, vec![0])]), ("b".to_owned(), vec![(0, vec![1])])].into();
    assert_eq!(read(&inverted.run, 0), expected);
}
