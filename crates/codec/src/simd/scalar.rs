//! The specification of each kernel in plain Rust.

use super::{FEW, WindowStarts};
use crate::bits::bits_of_block;
use crate::packed::BLOCK;

pub(super) fn unpack<const N: usize>(input: &[u8], width: u32, count: usize, out: &mut [u32; N]) {
    let mask = (1u64 << width) - 1;
    let mut bit = 0usize;
    for value in &mut out[..count] {
        let at = bit / 8;
        let word: [u8; 8] = input[at..at + 8].try_into().expect("eight bytes were sliced");
        *value = (u64::from_le_bytes(word) >> (bit % 8) & mask) as u32;
        bit += width as usize;
    }
}

pub(super) fn prefix_sum(values: &mut [u32; BLOCK], base: u32, step: u32) -> u32 {
    let (mut sum, mut all) = (base, 0);
    for value in values {
        all |= *value;
        sum = sum.wrapping_add(*value).wrapping_add(step);
        *value = sum;
    }
    all
}

#[inline]
pub(super) fn increment(values: &mut [u32; BLOCK]) {
    values.iter_mut().for_each(|value| *value = value.saturating_add(1));
}

pub(super) fn patch(values: &mut [u32; BLOCK], places: u128, highs: &[u32; BLOCK], width: u32) {
    let mut highs = highs.iter();
    for (half, mut rest) in [places as u64, (places >> 64) as u64].into_iter().enumerate() {
        while rest != 0 {
            let place = half * 64 + rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let high = highs.next().copied().unwrap_or(0);
            values[place] |= (u64::from(high) << width) as u32;
        }
    }
}

pub(super) fn lower_bound(values: &[u32; BLOCK], from: usize, target: u32) -> usize {
    (from..BLOCK).find(|&place| target <= values[place]).unwrap_or(BLOCK)
}

pub(super) fn find_each(
    values: &[u32; BLOCK],
    targets: &[u32; BLOCK],
    wanted: u128,
    base: u32,
    ranks: &mut [u32; BLOCK],
) -> u128 {
    let (mut found, mut place) = (0, 0);
    for index in bits_of_block(wanted) {
        place = lower_bound(values, place, targets[index]);
        ranks[index] = base + place as u32;
        found |= u128::from(values.get(place) == Some(&targets[index])) << index;
    }
    found
}

#[inline]
pub(super) fn not_below(values: &[u32; BLOCK], least: u32) -> u128 {
    values.iter().rev().fold(0, |mask, value| mask << 1 | u128::from(least <= *value))
}

pub(super) fn add_scaled(
    line: &[u8; 64],
    scale: f32,
    present: u64,
    own: &mut [f32; 64],
    sum: &mut [f32; 64],
) {
    for (index, &byte) in line.iter().enumerate() {
        let is_present = present >> index & 1 == 1;
        own[index] = if is_present { f32::from(byte) * scale } else { 0.0 };
        sum[index] += own[index];
    }
}

pub(super) fn above(values: &[f32; 64], threshold: f32) -> u64 {
    (0..64).fold(0, |mask, index| mask | u64::from(threshold < values[index]) << index)
}

#[inline]
pub(super) fn and_words(words: &mut [u64; 64], other: &[u8; 512]) -> u64 {
    let (other, _) = other.as_chunks::<8>();
    let mut left = 0;
    for (index, (word, other)) in words.iter_mut().zip(other).enumerate() {
        *word &= u64::from_le_bytes(*other);
        left |= u64::from(*word != 0) << index;
    }
    left
}

#[inline]
pub(super) fn or_words(words: &mut [u64; 64], other: &[u8; 512]) {
    let (other, _) = other.as_chunks::<8>();
    words.iter_mut().zip(other).for_each(|(word, other)| *word |= u64::from_le_bytes(*other));
}

#[inline]
pub(super) fn count_words(words: &[u64; 64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

pub(super) fn nonzero_words(words: &[u8; 512]) -> u64 {
    let (words, _) = words.as_chunks::<8>();
    let bits = words.iter().enumerate();
    bits.fold(0, |mask, (index, word)| mask | u64::from(*word != [0; 8]) << index)
}

/// The word of a window: a bit for each of `count` numbers of 6 bits that start at place `start`. Numbers beyond the end
/// are 0.
#[inline(always)]
#[must_use]
pub fn window_word(numbers: &[u8], start: usize, count: usize) -> u64 {
    let (mut word, mut rank, end) = (0, start, start + count);
    while rank < end {
        let bit = rank * 6;
        // Eight bytes hold eight numbers of 6 bits wherever the first one starts.
        let packed = eight_bytes(numbers, bit / 8) >> (bit % 8);
        // Without a branch for each number: how many there are is hard to predict.
        for index in 0..8 {
            word |= u64::from(rank + index < end) << (packed >> (6 * index) & 63);
        }
        rank += 8;
    }
    word
}

/// Eight bytes from a place on; those beyond the end are 0.
#[inline(always)]
pub(super) fn eight_bytes(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

pub(super) fn or_windows(words: &mut [u64; 64], counts: &[u8; 32], numbers: &[u8]) {
    let mut start = 0;
    for (window, word) in words.iter_mut().enumerate() {
        let count = usize::from(counts[window / 2] >> (window % 2 * 4) & 15);
        *word |= window_word(numbers, start, count);
        start += count;
    }
}

#[inline]
pub(super) fn starts(gaps: &[u32], back: u32, out: &mut [u32; FEW]) -> u16 {
    let (mut next, mut live) = (0u32, 0);
    for (index, (start, gap)) in out.iter_mut().zip(gaps).enumerate() {
        let position = next.wrapping_add(*gap);
        next = position.wrapping_add(1);
        *start = position.wrapping_sub(back);
        live |= u16::from(back <= position) << index;
    }
    live
}

#[inline]
pub(super) fn followed(starts: &[u32; FEW], gaps: &[u32], shift: u32) -> u16 {
    let (mut next, mut found) = (0u32, 0);
    for gap in gaps {
        let position = next.wrapping_add(*gap);
        next = position.wrapping_add(1);
        let wanted = position.wrapping_sub(shift);
        for (index, start) in starts.iter().enumerate() {
            found |= u16::from(*start == wanted) << index;
        }
    }
    found
}

pub(super) fn window_starts(counts: &[u8; 32]) -> WindowStarts {
    let mut starts = WindowStarts::EMPTY;
    for window in 0..64 {
        if window % 8 == 0 {
            starts.eighths[window / 8] = starts.total;
        }
        let count = counts[window / 2] >> (window % 2 * 4) & 15;
        starts.inside[window] = (starts.total - starts.eighths[window / 8]) as u8;
        starts.present |= u64::from(count != 0) << window;
        starts.total += u16::from(count);
    }
    starts
}
