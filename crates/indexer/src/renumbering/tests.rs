//! What must hold for lists by new numbers: they are the old ones, sorted.

use super::*;
use proptest::prelude::*;

/// An order of some documents, and postings of some of them.
fn case() -> impl Strategy<Value = (Vec<u32>, Columns)> {
    (1u32..9000).prop_flat_map(|documents| {
        let order = Just((0..documents).collect::<Vec<_>>()).prop_shuffle();
        let share = prop_oneof![Just(0.002), Just(0.3), Just(1.0)];
        let docs = share.prop_flat_map(move |share| {
            prop::collection::vec(prop::bool::weighted(share), documents as usize)
        });
        let postings = docs.prop_flat_map(|has| {
            let docs: Vec<u32> =
                (0..).zip(has).filter_map(|(doc, has)| has.then_some(doc)).collect();
            let more = prop::collection::vec(0u32..4, docs.len());
            (Just(docs), more).prop_map(|(docs, more)| {
                let count = docs.len() as u32 + more.iter().sum::<u32>();
                Columns { docs, more, places: (0..count).collect() }
            })
        });
        (order, postings)
    })
}

/// Each posting with its places.
fn rows(columns: &Columns) -> Vec<(u32, Vec<u32>)> {
    let mut places = columns.places.iter().copied();
    let rows = columns.docs.iter().zip(&columns.more);
    rows.map(|(doc, more)| (*doc, places.by_ref().take(*more as usize + 1).collect())).collect()
}

fn sorted(renumbering: &Renumbering, from: &Columns, at_once: (usize, usize)) -> Columns {
    let (mut sorter, mut all) = (Sorter::new(renumbering), Columns::default());
    // What one list leaves behind must not show in the next.
    for _ in 0..2 {
        all.clear();
        sorter.sort(from, &mut Columns::default(), at_once, |some| {
            all.append(some);
            some.clear();
        });
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn lists_are_sorted_by_new_numbers((order, postings) in case(), at_once in 1usize..300) {
        let Some(renumbering) = Renumbering::new(order.clone()) else { return Ok(()) };
        let number = |doc: u32| order.iter().position(|other| *other == doc).unwrap() as u32;
        let mut expected: Vec<_> =
            rows(&postings).into_iter().map(|(doc, places)| (number(doc), places)).collect();
        expected.sort();
        let found = sorted(&renumbering, &postings, (at_once, 2 * at_once));
        prop_assert_eq!(rows(&found), expected.clone());
        let bare = Columns { places: Vec::new(), ..postings.clone() };
        let found = sorted(&renumbering, &bare, (at_once, 1));
        prop_assert_eq!(&found.docs, &expected.iter().map(|(doc, _)| *doc).collect::<Vec<_>>());
        prop_assert!(found.places.is_empty());
        let mut parts = Vec::new();
        for part in 0..5 {
            let mut kept = postings.clone();
            renumbering.keep_part(&mut kept, part, 5);
            parts.extend(rows(&sorted(&renumbering, &kept, (at_once, 7))));
        }
        prop_assert_eq!(parts, expected);
    }

    #[test]
    fn lengths_go_with_their_documents((order, _) in case()) {
        let Some(renumbering) = Renumbering::new(order.clone()) else { return Ok(()) };
        let mut lengths = LengthsBuilder::default();
        (0..order.len() as u32).for_each(|doc| lengths.push(doc * 3));
        let expected: Vec<u32> = order.iter().map(|doc| doc * 3).collect();
        let arranged = renumbering.arrange(&lengths);
        prop_assert_eq!(arranged.as_slice(), expected);
        prop_assert_eq!(renumbering.documents(), order);
    }
}
