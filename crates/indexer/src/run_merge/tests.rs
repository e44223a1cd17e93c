//! What must hold for reading many runs as one: no term and no piece is lost, added or out of order.

use super::*;
use crate::run::BlockWriter;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A run of one slot: terms and their pieces.
pub(crate) fn slot_run(slot: u32, terms: &BTreeMap<Vec<u8>, Vec<u8>>, block_bytes: usize) -> Run {
    let mut writer = BlockWriter::new();
    let mut blocks = Vec::new();
    for (term, piece) in terms {
        writer.entry(term, 1 + slot, 1);
        writer.piece(slot, piece);
        if block_bytes <= piece.len() {
            blocks.extend(writer.take());
        }
    }
    blocks.extend(writer.take());
    Run::in_memory(blocks)
}

pub(crate) type Merged = BTreeMap<Vec<u8>, Vec<(u32, Vec<u8>)>>;

/// Everything between two terms; also that terms ascend.
pub(crate) fn read(runs: &[&Run], from: &[u8], until: Option<&[u8]>) -> Merged {
    let mut merged = Merged::new();
    let mut merge = RunMerge::open(runs, from, until, 0).unwrap();
    while merge.next_term().unwrap() {
        let term = merge.term().to_vec();
        let count = merge.pieces();
        let mut pieces = Vec::new();
        while let Some((slot, piece)) = merge.next_piece().unwrap() {
            pieces.push((slot, piece.to_vec()));
        }
        assert_eq!(pieces.len(), count as usize);
        assert_eq!(merge.documents(), pieces.iter().map(|(slot, _)| slot + 1).sum::<u32>());
        assert!(merged.keys().all(|earlier| *earlier < term));
        merged.insert(term, pieces);
    }
    merged
}

/// What reading all the slots' runs together must give.
pub(crate) fn expected(slots: &[BTreeMap<Vec<u8>, Vec<u8>>]) -> Merged {
    let mut merged = Merged::new();
    for (slot, terms) in slots.iter().enumerate() {
        for (term, piece) in terms {
            merged.entry(term.clone()).or_default().push((slot as u32, piece.clone()));
        }
    }
    merged
}

pub(crate) fn slots() -> impl Strategy<Value = Vec<BTreeMap<Vec<u8>, Vec<u8>>>> {
    let term = prop::collection::vec(97u8..100, 1..14);
    let piece = prop::collection::vec(any::<u8>(), 0..30);
    prop::collection::vec(prop::collection::btree_map(term, piece, 0..40), 0..8)
}

proptest! {
    #[test]
    fn runs_read_as_one(
        slots in slots(),
        block_bytes in 1usize..40,
        mut cuts in prop::collection::vec(prop::collection::vec(97u8..100, 1..4), 0..3),
    ) {
        let runs: Vec<Run> = slots
            .iter()
            .enumerate()
            .map(|(slot, terms)| slot_run(slot as u32, terms, block_bytes))
            .collect();
        let runs: Vec<&Run> = runs.iter().collect();
        let expected = expected(&slots);
        prop_assert_eq!(&read(&runs, b"", None), &expected);
        cuts.sort();
        let mut parts = Merged::new();
        for (index, cut) in cuts.iter().enumerate() {
            let from = if index == 0 { &b""[..] } else { &cuts[index - 1] };
            parts.extend(read(&runs, from, Some(cut)));
        }
        parts.extend(read(&runs, cuts.last().map_or(&b""[..], |cut| cut), None));
        prop_assert_eq!(parts, expected);
    }
}
