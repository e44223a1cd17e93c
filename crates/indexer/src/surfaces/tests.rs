//! What must hold for the table of words: equal bytes, equal numbers, and the bytes come back.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn check(words: &[Vec<u8>]) {
    let mut table = Surfaces::new();
    for _ in 0..2 {
        let (mut numbers, mut fresh) = (Vec::new(), Vec::new());
        let text = words.concat();
        let mut at = 0;
        for batch in words.chunks(BATCH) {
            let mut keys = Vec::new();
            let mut value = |word: &[u8]| {
                fresh.push(word.to_vec());
                word.len() as u32
            };
            for word in batch {
                keys.push(table.key(&text, at..at + word.len(), &mut value));
                at += word.len();
            }
            table.count(&keys, &mut value, |number, value| numbers.push((number, value)));
        }
        let mut counts: HashMap<u32, u32> = HashMap::new();
        assert_eq!(numbers.len(), words.len());
        for (word, (number, value)) in words.iter().zip(&numbers) {
            assert_eq!(table.word(*number, &mut [0; 16]), word);
            assert_eq!(*value, word.len() as u32);
            *counts.entry(*number).or_default() += 1;
        }
        assert_eq!(table.entries().len(), counts.len());
        assert_eq!(fresh.len(), counts.len());
        for (number, entry) in table.entries().iter().enumerate() {
            assert_eq!(counts[&(number as u32)], entry.count);
        }
        check_order(&table);
        table.clear();
        assert_eq!(table.entries().len(), 0);
    }
}

fn check_order(table: &Surfaces) {
    let all = 0..table.entries().len().min(100) as u32;
    for (one, other) in all.clone().flat_map(|one| all.clone().map(move |other| (one, other))) {
        let (mut left, mut right) = ([0; 16], [0; 16]);
        let (left, right) = (table.word(one, &mut left), table.word(other, &mut right));
        let order = table.order_key(one).cmp(&table.order_key(other));
        let both_long = INLINE < left.len() && INLINE < right.len();
        assert!(order == left.cmp(right) || order.is_eq() && both_long, "{left:?} {right:?}");
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
