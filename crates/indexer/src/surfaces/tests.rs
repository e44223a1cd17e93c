//! What must hold for the table of words: equal bytes, equal numbers, and the bytes come back.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn check(words: &[Vec<u8>]) {
    let mut table = Surfaces::new();
    for _ in 0..2 {
        let mut expected: HashMap<&[u8], u32> = HashMap::new();
        let text = words.concat();
        let mut at = 0;
        for word in words {
            let range = at..at + word.len();
            at = range.end;
            let fresh = expected.len() as u32;
            let is_new = !expected.contains_key(word.as_slice());
            let number = *expected.entry(word).or_insert(fresh);
            assert_eq!(table.number(&text, range), (number, is_new));
        }
        assert_eq!(table.len(), expected.len());
        for (word, number) in &expected {
            assert_eq!(table.word(*number, &mut [0; 16]), *word);
            assert_eq!(table.prefix(*number), prefix_of(word));
        }
        table.clear();
        assert_eq!(table.len(), 0);
    }
}

proptest! {
    #[test]
    fn equal_words_have_equal_numbers(
        words in prop::collection::vec(prop::collection::vec(0u8..3, 0..20), 0..200),
    ) {
        check(&words);
    }
}

#[test]
fn the_table_grows_and_keeps_its_numbers() {
    let words: Vec<Vec<u8>> = (0..20_000u32)
        .map(|i| format!("w{}{}", i % 7_000, "x".repeat(i as usize % 23)).into())
        .collect();
    check(&words);
}

#[test]
fn a_nul_byte_at_the_end_makes_another_word() {
    check(&[b"a".to_vec(), b"a\0".to_vec(), b"a\0\0".to_vec(), b"".to_vec()]);
}
