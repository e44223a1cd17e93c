//! Ids, lengths and the vocabulary come back as they went in, and no bytes make a view panic.

use proptest::prelude::*;

use super::document_ids::{Ids, IdsBuilder};
use super::lengths::{Lengths, LengthsBuilder};
use super::vocabulary::VocabularyBuilder;

proptest! {
    #[test]
    fn ids_round_trip_and_the_last_of_equal_ones_is_found(
        ids in prop::collection::vec("[ab]{0,3}|ü.{0,5}", 0..40),
    ) {
        let mut builder = IdsBuilder::default();
        ids.iter().for_each(|id| builder.push(id));
        prop_assert_eq!(builder.len(), ids.len());
        let (bytes, order) = builder.finish();
        let view = Ids::open(&bytes, &order, ids.len() as u32).unwrap();
        view.verify().unwrap();
        for (number, id) in ids.iter().enumerate() {
            prop_assert_eq!(view.get(number as u32).unwrap(), id);
            let last = ids.iter().rposition(|other| other == id).map(|last| last as u32);
            prop_assert_eq!(view.find(id).unwrap(), last);
        }
        prop_assert_eq!(view.find("c").unwrap(), None);
        prop_assert!(view.get(ids.len() as u32).is_err());
    }

    #[test]
    fn any_bytes_of_ids_are_read_without_panic(
        rest in prop::collection::vec(0u8..6, 0..60),
        order in prop::collection::vec(0u8..3, 0..20),
        width in 3u8..9,
    ) {
        let bytes = [&[width, 0, 0, 0, 0, 0, 0, 0], &rest[..]].concat();
        for documents in 0..6 {
            if let Ok(view) = Ids::open(&bytes, &order, documents) {
                let _ = (view.verify(), view.find("a"), view.get(0));
            }
        }
    }

    #[test]
    fn lengths_round_trip_in_the_least_width(
        lengths in prop::collection::vec(0u32..300, 1..30),
        shift in 0u32..24,
    ) {
        let mut builder = LengthsBuilder::default();
        lengths.iter().for_each(|&length| builder.push(length << shift));
        let bytes = builder.finish();
        let view = Lengths::open("lengths", &bytes, lengths.len() as u32).unwrap();
        for (document, length) in (0..).zip(&lengths) {
            prop_assert_eq!(view.get(document), length << shift);
        }
        prop_assert_eq!(view.get(lengths.len() as u32), 0);
        prop_assert_eq!(view.get(u32::MAX), 0);
        prop_assert_eq!(view.iter().count(), lengths.len());
        let longest = lengths.iter().max().unwrap() << shift;
        let width = if longest < 256 { 1 } else if longest < 65_536 { 2 } else { 4 };
        prop_assert_eq!(bytes.len(), width * lengths.len());
    }
}

#[test]
fn lengths_of_no_documents_take_no_bytes() {
    let view = Lengths::open("lengths", &[], 0).unwrap();
    assert_eq!((view.get(0), view.iter().count()), (0, 0));
    assert!(Lengths::open("lengths", &[1, 2, 3], 2).is_err());
}

#[test]
fn terms_come_in_order() {
    let mut builder = VocabularyBuilder::new(Vec::new()).unwrap();
    assert!(builder.is_empty());
    builder.push(b"b").unwrap();
    assert!(builder.push(b"a").is_err());
    let mut builder = VocabularyBuilder::new(Vec::new()).unwrap();
    let ordinals: Vec<u32> =
        ["a", "ab", "b"].map(|term| builder.push(term.as_bytes()).unwrap().0).into();
    assert_eq!((ordinals, builder.len()), (vec![0, 1, 2], 3));
    let map = fst::Map::new(builder.finish().unwrap()).unwrap();
    assert_eq!(map.get("ab"), Some(1));
}
