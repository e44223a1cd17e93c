//! What must hold for pieces: columns come back, and pieces cut short are refused.

use super::*;
use proptest::prelude::*;

/// Values of which some columns are all 0, some narrow, some wide.
fn columns() -> impl Strategy<Value = Columns> {
    let value = prop_oneof![0u32..2, 0u32..300, 0u32..70_000, any::<u32>()];
    (1usize..300, prop_oneof![Just(1u32), Just(3)], value).prop_flat_map(
        |(count, most, largest)| {
            let values = move |count| prop::collection::vec(0..=largest, count);
            let more = prop::collection::vec(0..most, count);
            (values(count), more).prop_flat_map(move |(docs, more)| {
                let places = count + more.iter().sum::<u32>() as usize;
                let row = (Just(docs), Just(more), values(places));
                row.prop_map(|(docs, more, places)| Columns { docs, more, places })
            })
        },
    )
}

proptest! {
    #[test]
    fn columns_come_back(columns in columns(), base: u32) {
        let mut piece = Vec::new();
        columns.write(&mut piece);
        let mut read = Columns::default();
        read.read(&piece, base).unwrap();
        read.docs.iter_mut().for_each(|doc| *doc = doc.wrapping_sub(base));
        prop_assert_eq!(&read, &columns);
    }

    #[test]
    fn pieces_cut_short_are_refused(columns in columns(), cut: prop::sample::Index) {
        let mut piece = Vec::new();
        columns.write(&mut piece);
        let cut = cut.index(piece.len());
        prop_assert!(Columns::default().read(&piece[..cut], 0).is_err());
    }
}
