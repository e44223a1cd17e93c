//! Document lengths rounded down to one byte, so that bounds can be computed from contiguous bytes.
//!
//! Comes in: an exact length in tokens. Goes out: a byte whose length is never above it. A shorter document scores
//! higher, so a score computed from the norm is never below the real one: norms bound, exact lengths score.
//!
//! ```text
//! norm < 32:  length = norm
//! norm >= 32: length = (16 + norm % 16) << (norm / 16 - 1)      four bits of mantissa, relative error below 1/16
//! ```
//!
//! The longest length is 31 << 14 = 507,904 tokens; longer documents get that one, which still bounds.

/// The norm of a length: the largest whose length is not above it.
///
/// ```
/// use store::norms::{norm_lengths, norm_of};
/// assert_eq!(norm_of(31), 31);
/// assert_eq!(norm_lengths()[norm_of(1000) as usize], 992);
/// ```
#[inline]
pub const fn norm_of(length: u32) -> u8 {
    if length < 32 {
        return length as u8;
    }
    let shift = 27 - length.leading_zeros();
    if shift > 14 {
        return u8::MAX;
    }
    ((shift << 4) + (length >> shift)) as u8
}

/// The length of each norm, ascending.
pub const fn norm_lengths() -> &'static [u32; 256] {
    &NORM_LENGTHS
}

static NORM_LENGTHS: [u32; 256] = make_lengths();

const fn make_lengths() -> [u32; 256] {
    let mut lengths = [0; 256];
    let mut norm = 0;
    while norm < 256 {
        let value = norm as u32;
        lengths[norm] = if norm < 32 { value } else { (16 + value % 16) << (value / 16 - 1) };
        norm += 1;
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_ascend_and_stand_for_themselves() {
        let lengths = norm_lengths();
        assert!(lengths.windows(2).all(|pair| pair[0] < pair[1]));
        for (norm, &length) in lengths.iter().enumerate() {
            assert_eq!(usize::from(norm_of(length)), norm);
        }
        assert_eq!(lengths[255], 507_904);
    }

    #[test]
    fn a_norm_is_the_tightest_bound_from_below() {
        let lengths = norm_lengths();
        for length in (0..600_000).chain([u32::MAX - 1, u32::MAX]) {
            let norm = usize::from(norm_of(length));
            assert!(lengths[norm] <= length);
            assert!(norm == 255 || length < lengths[norm + 1], "{length} -> {norm}");
        }
    }
}
