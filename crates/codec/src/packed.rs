//! Packed blocks: up to 128 small integers in as few bits as pays, the outliers patched in.
//!
//! Comes in: a slice of `u32`. Goes out: bytes, and the same integers again. What the integers mean (gaps,
//! frequencies, positions) is the caller's business.
//!
//! # Layout
//!
//! ```text
//! Packed := width:u8 outliers:u8 [outlier_width:u8] Low{ceil(n*width/8)} [Places High{ceil(outliers*outlier_width/8)}]
//! Places := Place{outliers} | Bits{16}
//! ```
//!
//! * `width`: bits of each value kept in `Low`, 0 to 32. Value `i` occupies bits `i*width ..` of `Low`, least
//!   significant bit first, so any single value can be read with one load.
//! * `outliers`: how many values need more than `width` bits. `outlier_width` stands only where there are any.
//! * `Place`: one byte each, the index of an outlier, ascending. From 16 outliers on, one bit for each of 128 indexes.
//! * `High`: the outliers' bits above `width`, packed like `Low`.
//!
//! `n` is not stored: the caller knows it. The block 3, 1, 2, 900 becomes `02 01 08 | 27 | 03 | e1`: two bits each
//! (3, 1, 2 and the low bits 0 of 900), one outlier of eight bits at place 3 (900 = 225 * 4 + 0).
//!
//! ```
//! let mut bytes = Vec::new();
//! codec::packed::encode(&[3, 1, 2, 900], &mut bytes);
//! assert_eq!(bytes, [0x02, 0x01, 0x08, 0x27, 0x03, 0xe1]);
//! let mut values = [0; codec::packed::BLOCK];
//! assert_eq!(codec::packed::decode(&bytes, 4, &mut values), Ok(6));
//! assert_eq!(values[..4], [3, 1, 2, 900]);
//! ```
//!
//! The idea is PForDelta's (Zukowski et al., ICDE 2006) with outliers kept apart as in NewPFD (Yan, Ding and Suel,
//! WWW 2009); the width is the one with the least total, found from a histogram of bit lengths.

mod encoding;

pub use encoding::encode;

use crate::simd;

/// The most values in a block.
pub const BLOCK: usize = 128;

/// One bit for each value of a full block.
const BITS_BYTES: usize = BLOCK / 8;

/// A packed block that cannot be what [`encode`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackedError {
    /// The bytes end early.
    #[error("expected {expected} bytes of packed integers, found {found}")]
    Truncated {
        /// Bytes needed.
        expected: usize,
        /// Bytes there.
        found: usize,
    },
    /// A width or an outlier's place is out of range.
    #[error("packed block of {count} integers has {what} {found}")]
    OutOfRange {
        /// Integers asked for.
        count: usize,
        /// What is out of range.
        what: &'static str,
        /// Its value.
        found: usize,
    },
}

/// The sizes that a block's first bytes announce.
struct Shape {
    width: u32,
    outliers: usize,
    outlier_width: u32,
    low_start: usize,
    low_length: usize,
    length: usize,
}

fn shape(input: &[u8], count: usize) -> Result<Shape, PackedError> {
    let &[width, outliers, ..] = input else {
        return Err(PackedError::Truncated { expected: 2, found: input.len() });
    };
    let (width, outliers) = (u32::from(width), usize::from(outliers));
    let mut low_start = 2;
    let mut outlier_width = 0;
    if outliers > 0 {
        low_start = 3;
        outlier_width = u32::from(input.get(2).copied().unwrap_or(0));
    }
    if 32 < width || 32 < width + outlier_width {
        let found = (width + outlier_width) as usize;
        return Err(PackedError::OutOfRange { count, what: "total width", found });
    }
    if count < outliers {
        return Err(PackedError::OutOfRange { count, what: "outliers", found: outliers });
    }
    let low_length = packed_length(count, width);
    let high_length = packed_length(outliers, outlier_width);
    let length = low_start + low_length + places_length(outliers) + high_length;
    if input.len() < length {
        return Err(PackedError::Truncated { expected: length, found: input.len() });
    }
    Ok(Shape { width, outliers, outlier_width, low_start, low_length, length })
}

/// Bytes that the places of so many outliers take.
fn places_length(outliers: usize) -> usize {
    outliers.min(BITS_BYTES)
}

/// Bytes that `count` values of `width` bits take.
fn packed_length(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// Bytes that a block of `count` integers at the start of `input` takes, without decoding it.
pub fn length(input: &[u8], count: usize) -> Result<usize, PackedError> {
    shape(input, count).map(|shape| shape.length)
}

/// Decodes `count` integers (at most [`BLOCK`]) from the start of `input`; returns the bytes consumed.
///
/// Places of `out` from `count` on hold unspecified values. Costs a few dozen instructions for a full block, and a few for
/// each outlier.
pub fn decode(input: &[u8], count: usize, out: &mut [u32; BLOCK]) -> Result<usize, PackedError> {
    if BLOCK < count {
        return Err(PackedError::OutOfRange { count, what: "more integers than", found: BLOCK });
    }
    let shape = shape(input, count)?;
    unpack_anywhere(&input[shape.low_start..], shape.low_length, shape.width, count, out);
    if 0 < shape.outliers {
        patch(&input[shape.low_start + shape.low_length..], &shape, count, out)?;
    }
    Ok(shape.length)
}

/// Reads one integer of a block without decoding the others: value `index` of the `count` that [`decode`] would give.
///
/// Costs a few loads and, for an outlier, a few more. Looks less closely at what damage may have left than [`decode`] does: an
/// outlier out of place is overlooked.
pub fn get(input: &[u8], count: usize, index: usize) -> Result<u32, PackedError> {
    if count <= index {
        return Err(PackedError::OutOfRange { count, what: "no integer", found: index });
    }
    let shape = shape(input, count)?;
    let low = &input[shape.low_start..];
    let value = bits_at(low, index, shape.width);
    let (places, highs) = low[shape.low_length..].split_at(places_length(shape.outliers));
    let (is_outlier, before) = match places.first_chunk::<BITS_BYTES>() {
        Some(bits) => {
            let bits = u128::from_le_bytes(*bits);
            (bits >> index & 1 == 1, (bits & ((1 << index) - 1)).count_ones() as usize)
        }
        None => {
            let before = places.iter().filter(|&&place| usize::from(place) < index).count();
            (places.get(before).is_some_and(|&place| usize::from(place) == index), before)
        }
    };
    if !is_outlier {
        return Ok(value as u32);
    }
    let high = bits_at(highs, before, shape.outlier_width);
    Ok((value | high << shape.width) as u32)
}

/// Value `index` of a run of packed values, 0 beyond its end.
fn bits_at(input: &[u8], index: usize, width: u32) -> u64 {
    let bit = index * width as usize;
    let rest = input.get(bit / 8..).unwrap_or_default();
    let word = match rest.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    word >> (bit % 8) & ((1 << width) - 1)
}

/// Unpacks even where the register loads would run over the end of `input`, by way of a padded copy.
fn unpack_anywhere<const N: usize>(
    input: &[u8],
    length: usize,
    width: u32,
    count: usize,
    out: &mut [u32; N],
) {
    if length + simd::SLACK <= input.len() {
        simd::unpack(input, width, count, out);
    } else {
        let mut padded = [0; BLOCK * 4 + simd::SLACK];
        padded[..length].copy_from_slice(&input[..length]);
        simd::unpack(&padded, width, count, out);
    }
}

/// Adds the outliers' upper bits; `input` starts with their places.
fn patch(
    input: &[u8],
    shape: &Shape,
    count: usize,
    out: &mut [u32; BLOCK],
) -> Result<(), PackedError> {
    let (places, highs) = input.split_at(places_length(shape.outliers));
    let length = packed_length(shape.outliers, shape.outlier_width);
    let out_of_range = |what, found| PackedError::OutOfRange { count, what, found };
    if let Some(bits) = places.first_chunk::<BITS_BYTES>() {
        let mut high = [0; BLOCK];
        unpack_anywhere(highs, length, shape.outlier_width, shape.outliers, &mut high);
        let bits = u128::from_le_bytes(*bits);
        if bits.count_ones() as usize != shape.outliers {
            return Err(out_of_range("outliers", bits.count_ones() as usize));
        }
        let last = 127 - bits.leading_zeros() as usize;
        if count <= last {
            return Err(out_of_range("an outlier at", last));
        }
        simd::patch(out, bits, &high, shape.width);
        return Ok(());
    }
    let mut high = [0; BITS_BYTES];
    unpack_anywhere(highs, length, shape.outlier_width, shape.outliers, &mut high);
    let last = places.iter().fold(0, |last, &place| last.max(place));
    if count <= usize::from(last) {
        return Err(out_of_range("an outlier at", last.into()));
    }
    for (&place, &high) in places.iter().zip(&high) {
        // A width of 32 leaves no bits above; `shape` then forces `outlier_width` to 0.
        out[usize::from(place) % BLOCK] |= (u64::from(high) << shape.width) as u32;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
