//! The specification of each kernel in plain Rust.

use crate::packed::BLOCK;

pub(super) fn unpack(input: &[u8], width: u32, count: usize, out: &mut [u32; BLOCK]) {
    let mask = (1u64 << width) - 1;
    let mut bit = 0usize;
    for value in &mut out[..count] {
        let at = bit / 8;
        let word: [u8; 8] = input[at..at + 8].try_into().expect("eight bytes were sliced");
        *value = (u64::from_le_bytes(word) >> (bit % 8) & mask) as u32;
        bit += width as usize;
    }
}

pub(super) fn prefix_sum(values: &mut [u32; BLOCK], base: u32) {
    let mut sum = base;
    for value in values {
        sum = sum.wrapping_add(*value);
        *value = sum;
    }
}

pub(super) fn lower_bound(values: &[u32; BLOCK], target: u32) -> usize {
    values.iter().filter(|&&value| value < target).count()
}
