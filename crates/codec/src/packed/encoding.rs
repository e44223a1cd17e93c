//! Packing: the width that pays, the low bits, the outliers.
//!
//! Comes in: up to 128 integers. Goes out: their bytes, see [`crate::packed`]. Decoding is next door.

use super::{BITS_BYTES, BLOCK, packed_length, places_length};
use crate::simd;

/// Values at a time whose bits fill whole bytes at any width.
const EIGHT: usize = 8;
/// Up to this width eight values fit into 128 bits.
const NARROW: u32 = 16;

/// Appends `values` (at most [`BLOCK`]) as one packed block.
///
/// Costs about 100 ns for a full block with AVX2, and a few for each outlier.
pub fn encode(values: &[u32], out: &mut Vec<u8>) {
    assert!(values.len() <= BLOCK, "a packed block holds at most {BLOCK} integers");
    let mut block = [0; BLOCK];
    block[..values.len()].copy_from_slice(values);
    simd::widest(Encode { values: &block, count: values.len(), out });
}

/// Appends the first `count` of `values`, of which the others are 0.
struct Encode<'a> {
    values: &'a [u32; BLOCK],
    count: usize,
    out: &'a mut Vec<u8>,
}

impl simd::Kernel for Encode<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Encode { values, count, out } = self;
        let Width { width, outliers, longest } = Width::least(values, count);
        out.extend([width as u8, outliers as u8]);
        if outliers == 0 {
            return pack(values, count, width, out);
        }
        out.push((longest - width) as u8);
        pack(&values.map(|value| value & low_bits(width)), count, width, out);
        let (mut places, mut highs, mut found) = ([0; BLOCK], [0; BLOCK], 0);
        for (place, value) in values.iter().enumerate() {
            // Overwritten by the next one where this is no outlier.
            (places[found], highs[found]) = (place as u8, value >> width);
            found += usize::from(value >> width != 0);
        }
        highs[found..].fill(0);
        if outliers < BITS_BYTES {
            out.extend_from_slice(&places[..outliers]);
        } else {
            let bits = places[..outliers].iter().fold(0u128, |bits, place| bits | 1 << place);
            out.extend(bits.to_le_bytes());
        }
        pack(&highs, outliers, longest - width, out);
    }
}

/// The lowest `width` bits, of at most 32, set.
fn low_bits(width: u32) -> u32 {
    ((1u64 << width) - 1) as u32
}

/// How a block is laid out.
struct Width {
    /// Bits kept of each value.
    width: u32,
    /// How many values need more.
    outliers: usize,
    /// Bits of the longest value.
    longest: u32,
}

impl Width {
    /// The width that makes the smallest block; of equal ones the largest.
    #[inline(always)]
    fn least(values: &[u32; BLOCK], count: usize) -> Width {
        let longest = 32 - values.iter().fold(0, |all, value| all | value).leading_zeros();
        let mut best = Width { width: longest, outliers: 0, longest };
        let mut best_bytes = packed_length(count, longest);
        for width in (0..longest).rev() {
            let outliers: u32 = values.iter().map(|value| u32::from(value >> width != 0)).sum();
            let outliers = outliers as usize;
            let above = 1 + places_length(outliers) + packed_length(outliers, longest - width);
            let bytes = packed_length(count, width) + above;
            if bytes < best_bytes {
                best = Width { width, outliers, longest };
                best_bytes = bytes;
            }
            if best_bytes <= above {
                // Narrower ones have no fewer outliers, each of them longer.
                break;
            }
        }
        best
    }
}

/// Appends `count` values below `2^width`, those after them being 0, end to end.
#[inline(always)]
fn pack(values: &[u32; BLOCK], count: usize, width: u32, out: &mut Vec<u8>) {
    let start = out.len();
    if width <= NARROW {
        pack_narrow(&values.as_chunks().0[..count.div_ceil(EIGHT)], width, out);
    } else {
        pack_wide(&values[..count], width, out);
    }
    out.truncate(start + packed_length(count, width));
}

/// Neighbours are joined to pairs, pairs to fours, fours to eights, which end with a byte.
#[inline(always)]
fn pack_narrow(eights: &[[u32; EIGHT]], width: u32, out: &mut Vec<u8>) {
    let mut fours = [[0u64; 2]; BLOCK / EIGHT];
    for (fours, eight) in fours.iter_mut().zip(eights) {
        let eight = eight.map(u64::from);
        let pair = |place: usize| eight[place] | eight[place + 1] << width;
        *fours = [pair(0) | pair(2) << (2 * width), pair(4) | pair(6) << (2 * width)];
    }
    let width = width as usize;
    let mut bytes = [0; (BLOCK / EIGHT + 1) * NARROW as usize];
    for (place, [low, high]) in fours[..eights.len()].iter().enumerate() {
        let eight = u128::from(*low) | u128::from(*high) << (4 * width);
        // What is written beyond the eight values' bytes is 0, and the next eight begin there.
        bytes[place * width..][..16].copy_from_slice(&eight.to_le_bytes());
    }
    out.extend_from_slice(&bytes[..eights.len() * width]);
}

fn pack_wide(values: &[u32], width: u32, out: &mut Vec<u8>) {
    let (mut pending, mut bits) = (0u64, 0);
    for value in values {
        pending |= u64::from(*value) << bits;
        bits += width;
        if 32 <= bits {
            out.extend_from_slice(&(pending as u32).to_le_bytes());
            pending >>= 32;
            bits -= 32;
        }
    }
    out.extend_from_slice(&(pending as u32).to_le_bytes());
}
