//! The bits of a mask, one after the other.
//!
//! Comes in: a mask. Goes out: the places of its bits, ascending.

/// The places of the bits.
#[inline(always)]
pub fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = mask.trailing_zeros() as usize;
        let is_there = mask != 0;
        mask &= mask.wrapping_sub(1);
        is_there.then_some(bit)
    })
}

/// The same of a mask with a bit for each value of a [block](crate::packed::BLOCK).
#[inline(always)]
pub fn bits_of_block(mask: u128) -> impl Iterator<Item = usize> {
    let (low, high) = (mask as u64, (mask >> 64) as u64);
    bits(low).chain(bits(high).map(|bit| bit + 64))
}

/// The bits of the first `count` values of a block.
#[inline(always)]
#[must_use]
pub fn first_of_block(count: usize) -> u128 {
    1u128.checked_shl(count as u32).unwrap_or(0).wrapping_sub(1)
}
