//! What must hold for runs: entries come back from any term on, from memory and from a file alike.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::Write;

/// Terms and their pieces.
type Entries = BTreeMap<Vec<u8>, Vec<(u32, Vec<u8>)>>;

fn blocks(entries: &Entries, block_bytes: usize) -> Vec<Block> {
    let mut writer = BlockWriter::new();
    let mut blocks = Vec::new();
    for (term, pieces) in entries {
        writer.entry(term, 3 + pieces.len() as u32, pieces.len() as u32);
        pieces.iter().for_each(|(slot, piece)| writer.piece(*slot, piece));
        if block_bytes <= writer.buffer.len() {
            blocks.extend(writer.take());
        }
    }
    blocks.extend(writer.take());
    blocks
}

fn spilled(blocks: Vec<Block>) -> Run {
    let mut file = tempfile::tempfile().unwrap();
    let marks = blocks
        .into_iter()
        .map(|block| {
            file.write_all(&block.bytes).unwrap();
            (block.first_term, block.bytes.len())
        })
        .collect();
    Run::spilled(marks, file)
}

fn read(cursor: &mut RunCursor<'_>, skip: bool) -> Entries {
    let mut entries = Entries::new();
    while cursor.next_entry().unwrap() {
        let mut pieces = Vec::new();
        let term = cursor.term().to_vec();
        assert_eq!(cursor.prefix(), prefix_of(&term));
        assert_eq!(cursor.documents(), 3 + cursor.pieces_left());
        while let Some((slot, piece)) = cursor.next_piece().unwrap() {
            pieces.push((slot, piece.to_vec()));
            if skip {
                break;
            }
        }
        entries.insert(term, pieces);
    }
    entries
}

fn check(entries: &Entries, block_bytes: usize, from: &[u8]) {
    let in_memory = Run::in_memory(blocks(entries, block_bytes));
    let spilled = spilled(blocks(entries, block_bytes));
    assert_eq!(in_memory.bytes(), spilled.bytes());
    let expected: Entries = entries
        .range(from.to_vec()..)
        .map(|(term, pieces)| (term.clone(), pieces.clone()))
        .collect();
    for run in [&in_memory, &spilled] {
        for buffer_bytes in [0, 300, 1 << 16] {
            let mut cursor = RunCursor::open(run, from, buffer_bytes).unwrap();
            assert_eq!(read(&mut cursor, false), expected);
            let mut cursor = RunCursor::open(run, from, buffer_bytes).unwrap();
            let firsts = expected
                .iter()
                .map(|(term, pieces)| (term.clone(), pieces.iter().take(1).cloned().collect()))
                .collect::<Entries>();
            assert_eq!(read(&mut cursor, true), firsts);
        }
    }
}

proptest! {
    #[test]
    fn entries_come_back_from_any_term_on(
        entries in prop::collection::btree_map(
            prop::collection::vec(97u8..100, 1..20),
            prop::collection::vec((any::<u32>(), prop::collection::vec(any::<u8>(), 0..400)), 0..4),
            0..60,
        ),
        block_bytes in 1usize..2000,
        from in prop::collection::vec(97u8..100, 0..4),
    ) {
        check(&entries, block_bytes, &from);
    }

    #[test]
    fn varints_come_back(values: Vec<u32>) {
        let mut bytes = Vec::new();
        values.iter().for_each(|value| write_varint(&mut bytes, *value));
        let mut at = 0;
        for value in &values {
            prop_assert_eq!(read_varint(&bytes, &mut at), *value);
        }
        prop_assert_eq!(at, bytes.len());
    }
}

#[test]
fn a_run_without_entries_is_empty() {
    check(&Entries::new(), 1, b"");
}

#[test]
fn a_spill_file_that_was_cut_is_an_error() {
    let run = Run::spilled(vec![(Box::from(*b"a"), 10)], tempfile::tempfile().unwrap());
    let error = RunCursor::open(&run, b"", 100).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Spill { action: "read", .. }));
}
