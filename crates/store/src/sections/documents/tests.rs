//! Stored documents come back as they were, whichever way their blocks were made, and no bytes make decoding panic.

use proptest::prelude::*;

use super::encoding::decode_document;
use super::*;

fn value() -> impl Strategy<Value = StoredValue> {
    let leaf = prop_oneof![
        ".{0,20}".prop_map(StoredValue::Text),
        any::<i64>().prop_map(StoredValue::Integer),
        (-1e300..1e300).prop_map(StoredValue::Number),
        any::<bool>().prop_map(StoredValue::Boolean),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(StoredValue::List)
    })
}

fn document() -> impl Strategy<Value = StoredDocument> {
    prop::collection::vec((".{0,8}", value()), 0..5).prop_map(|fields| StoredDocument { fields })
}

/// A document of about so many bytes that does not compress to nothing.
fn text_of(length: usize) -> StoredDocument {
    let letter = |place: usize| char::from(b'a' + (place * place % 251 % 26) as u8);
    let text = StoredValue::Text((0..length).map(letter).collect());
    StoredDocument { fields: vec![("body".to_owned(), text)] }
}

fn build(documents: &[StoredDocument]) -> (Vec<u8>, Vec<u8>) {
    let mut builder = DocumentsBuilder::default();
    documents.iter().for_each(|document| builder.push(document).unwrap());
    builder.finish().unwrap()
}

proptest! {
    #[test]
    fn documents_round_trip(documents in prop::collection::vec(document(), 0..8)) {
        let (blocks, directory) = build(&documents);
        let view = Documents::open(&blocks, &directory, documents.len() as u32).unwrap();
        for (number, document) in (0..).zip(&documents) {
            prop_assert_eq!(&view.get(number).unwrap(), document);
        }
        prop_assert!(view.get(documents.len() as u32).is_err());
    }

    #[test]
    fn bytes_that_decode_are_the_encoding(bytes in prop::collection::vec(0u8..8, 0..40)) {
        if let Ok(document) = decode_document(&bytes) {
            let mut encoded = Vec::new();
            encode_document(&document, &mut encoded).unwrap();
            // A NaN is not equal to itself, but its bytes are.
            prop_assert_eq!(encoded, bytes);
        }
    }

    #[test]
    fn any_block_and_directory_are_read_without_panic(
        blocks: Vec<u8>,
        directory in prop::collection::vec(0u8..4, 0..48),
        documents in 0u32..5,
    ) {
        if let Ok(view) = Documents::open(&blocks, &directory, documents) {
            let _ = (0..=documents).filter(|&document| view.get(document).is_ok()).count();
        }
    }
}

#[test]
fn blocks_depend_on_sizes_alone() {
    let sizes = [10, 40_000, 20_000, 12_000, 12_000, 100_000, 5, 5, 32_000, 1_000];
    let documents: Vec<_> = sizes.iter().map(|&size| text_of(size)).collect();
    let (blocks, directory) = build(&documents);
    // As a parallel writer does it: cut first, encode the blocks in any order, join in order.
    let mut cutter = BlockCutter::default();
    let mut cuts: Vec<(u32, Vec<u8>, Vec<u32>)> = Vec::new();
    for (number, document) in (0..).zip(&documents) {
        let mut encoded = Vec::new();
        encode_document(document, &mut encoded).unwrap();
        if cutter.push(encoded.len()) || cuts.is_empty() {
            cuts.push((number, Vec::new(), Vec::new()));
        }
        let (_, bytes, ends) = cuts.last_mut().unwrap();
        bytes.extend_from_slice(&encoded);
        ends.push(bytes.len() as u32);
    }
    let encode = |(first, bytes, ends): &(u32, Vec<u8>, Vec<u32>)| {
        encode_block(*first, &mut bytes.clone(), ends)
    };
    let mut encoded: Vec<Vec<u8>> = cuts.iter().rev().map(|cut| encode(cut).unwrap()).collect();
    encoded.reverse();
    let mut builder = DocumentDirectoryBuilder::default();
    encoded.iter().for_each(|block| builder.push(block).unwrap());
    assert_eq!((encoded.concat(), builder.finish()), (blocks, directory));
    let firsts: Vec<u32> = cuts.iter().map(|cut| cut.0).collect();
    assert_eq!(firsts, [0, 1, 2, 4, 5, 6, 9]);
}

#[test]
fn text_that_compresses_to_nothing_is_stored_so_that_reading_needs_little_memory() {
    let spaces = StoredValue::Text(" ".repeat(4 << 20));
    let document = StoredDocument { fields: vec![("body".to_owned(), spaces)] };
    let (blocks, directory) = build(std::slice::from_ref(&document));
    assert!(blocks.len() > 4 << 20);
    let view = Documents::open(&blocks, &directory, 1).unwrap();
    assert_eq!(view.get(0).unwrap(), document);
}

#[test]
fn lists_are_nested_so_deep_and_no_deeper() {
    let nested = |depth: usize| {
        (0..depth).fold(StoredValue::Integer(1), |value, _| StoredValue::List(vec![value]))
    };
    let mut out = b"before".to_vec();
    let document = |depth| StoredDocument { fields: vec![("x".to_owned(), nested(depth))] };
    let error = encode_document(&document(17), &mut out).unwrap_err();
    assert!(error.to_string().contains("expected at most 16"), "{error}");
    assert_eq!(out, b"before");
    encode_document(&document(16), &mut out).unwrap();
    assert_eq!(decode_document(&out[6..]).unwrap(), document(16));
}

#[test]
fn blocks_out_of_order_are_refused() {
    let block = encode_block(3, &mut b"\0".to_vec(), &[1]).unwrap();
    assert!(DocumentDirectoryBuilder::default().push(&block).is_err());
    assert!(DocumentDirectoryBuilder::default().push(b"short").is_err());
    assert!(encode_block(0, &mut b"two documents".to_vec(), &[4]).is_err());
}
