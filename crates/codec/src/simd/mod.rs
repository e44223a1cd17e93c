//! The inner loops in which instructions count, chosen by what the machine can do.
//!
//! Comes in: slices. Goes out: slices, the same for every instruction set. The scalar functions are the
//! specification; each faster one is tested against them on random input. All `unsafe` of this crate is here.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "kernels by instruction set, chosen at run time")
)]

mod scalar;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::packed::BLOCK;
pub use scalar::window_word;

/// The instruction sets there are kernels for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Plain Rust.
    Scalar,
    /// AVX2 with BMI, LZCNT and POPCNT.
    Avx2,
    /// AVX-512 F, BW, VL, DQ, VBMI, VBMI2 and VPOPCNTDQ.
    Avx512,
}

/// The best level of this machine, or the lower one that `PRESSMARK_SIMD=scalar|avx2` asks for.
///
/// Costs one atomic load after the first call.
#[inline]
pub fn level() -> Level {
    static LEVEL: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
    *LEVEL.get_or_init(|| {
        let wanted = match std::env::var("PRESSMARK_SIMD").as_deref() {
            Ok("scalar") => Level::Scalar,
            Ok("avx2") => Level::Avx2,
            _ => Level::Avx512,
        };
        wanted.min(machine_level())
    })
}

fn machine_level() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("avx512vpopcntdq");
        if avx512 {
            return Level::Avx512;
        }
        if avx2 {
            return Level::Avx2;
        }
    }
    Level::Scalar
}

/// Work of which the compiler makes a copy for each instruction set: loops over words and bits that need no kernel of
/// their own. A closure would not do, as the compiler need not inline it.
pub trait Kernel {
    /// What the work gives.
    type Output;

    /// Does the work. To be marked `#[inline(always)]`, as must be everything in it that is to be copied.
    fn run(self) -> Self::Output;
}

/// Runs the copy of `kernel` compiled with AVX2, BMI, LZCNT and POPCNT where the machine has them.
#[inline(always)]
pub fn widest<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if Level::Avx2 <= level() {
        // SAFETY: `level` found the features.
        return unsafe { x86::with_avx2(kernel) };
    }
    kernel.run()
}

/// Asks for the cache line of `slice[index]` before it is needed; where there is no such element, for none.
#[inline(always)]
pub fn prefetch<T>(slice: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = slice.get(index) {
        // SAFETY: prefetching reads nothing and faults on no address; SSE is part of every x86-64.
        unsafe { x86::prefetch(element) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (slice, index);
}

/// Asks for the `lines` cache lines from `bytes[at]` on before they are needed.
#[inline(always)]
pub fn prefetch_lines(bytes: &[u8], at: usize, lines: usize) {
    const LINE: usize = 64;
    (0..lines).for_each(|line| prefetch(bytes, at + line * LINE));
}

/// Bytes that [`unpack`] may read, but not use, beyond the packed bits: it loads whole registers.
pub const SLACK: usize = 64;

/// Unpacks `count` values of `width` bits (see [`crate::packed`]) into `out`.
///
/// # Panics
///
/// Where `input` is not at least [`SLACK`] bytes longer than the packed bits, `width` is above 32 or `count` above `N`, which is a
/// multiple of 16: mistakes of the caller, not of the data.
#[inline]
pub fn unpack<const N: usize>(input: &[u8], width: u32, count: usize, out: &mut [u32; N]) {
    const { assert!(N.is_multiple_of(16)) };
    assert!(width <= 32 && count <= N);
    assert!((count * width as usize).div_ceil(8) + SLACK <= input.len());
    #[cfg(target_arch = "x86_64")]
    if width <= 25 {
        match level() {
            // SAFETY: `level` found the features; `input` reaches 64 bytes beyond the packed bits as asserted above.
            Level::Avx512 => return unsafe { x86::unpack_avx512(input, width, count, out) },
            // SAFETY: as above.
            Level::Avx2 => return unsafe { x86::unpack_avx2(input, width, count, out) },
            Level::Scalar => {}
        }
    }
    scalar::unpack(input, width, count, out);
}

/// Turns gaps into running sums that start from `base` (wrapping; the caller checks the result's order).
///
/// `values[i]` becomes `base + (values[0] + step) + ... + (values[i] + step)`, for all 128 places. The bits of all the gaps
/// together tell whether any was so large that the sums may have wrapped.
#[inline]
pub fn prefix_sum(values: &mut [u32; BLOCK], base: u32, step: u32) -> u32 {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::prefix_sum_avx512(values, base, step) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::prefix_sum_avx2(values, base, step) },
        Level::Scalar => {}
    }
    scalar::prefix_sum(values, base, step)
}

/// Adds 1 to each value; the greatest there is stays.
#[inline]
pub fn increment(values: &mut [u32; BLOCK]) {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::increment_avx512(values) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::increment_avx2(values) },
        Level::Scalar => {}
    }
    scalar::increment(values);
}

/// Adds upper bits, those above `width`, to the values whose bits are set in `places`: to each the next of `highs`.
#[inline]
pub fn patch(values: &mut [u32; BLOCK], places: u128, highs: &[u32; BLOCK], width: u32) {
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 {
        // SAFETY: `level` found the features.
        return unsafe { x86::patch_avx512(values, places, highs, width) };
    }
    scalar::patch(values, places, highs, width);
}

/// The place of the first value not below `target` in an ascending block, all before `from` being below it; 128 where there
/// is none. Costs the less the nearer it is.
#[inline]
pub fn lower_bound(values: &[u32; BLOCK], from: usize, target: u32) -> usize {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::lower_bound_avx512(values, from, target) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::lower_bound_avx2(values, from, target) },
        Level::Scalar => {}
    }
    scalar::lower_bound(values, from, target)
}

/// Finds those of `targets` whose bits are `wanted` in an ascending block: a bit for each that stands there, whose place plus
/// `base` is then in `ranks`. Targets ascend, too.
#[inline]
pub fn find_each(
    values: &[u32; BLOCK],
    targets: &[u32; BLOCK],
    wanted: u128,
    base: u32,
    ranks: &mut [u32; BLOCK],
) -> u128 {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => {
            return unsafe { x86::find_each_avx512(values, targets, wanted, base, ranks) };
        }
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::find_each_avx2(values, targets, wanted, base, ranks) },
        Level::Scalar => {}
    }
    scalar::find_each(values, targets, wanted, base, ranks)
}

/// One bit for each value that is not below `least`.
#[inline]
#[must_use]
pub fn not_below(values: &[u32; BLOCK], least: u32) -> u128 {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::not_below_avx512(values, least) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::not_below_avx2(values, least) },
        Level::Scalar => {}
    }
    scalar::not_below(values, least)
}

/// Scales 64 bytes into `own`, 0 where the bit of `present` is not set, and adds that to `sum`.
#[inline]
pub fn add_scaled(
    line: &[u8; 64],
    scale: f32,
    present: u64,
    own: &mut [f32; 64],
    sum: &mut [f32; 64],
) {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::add_scaled_avx512(line, scale, present, own, sum) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::add_scaled_avx2(line, scale, present, own, sum) },
        Level::Scalar => {}
    }
    scalar::add_scaled(line, scale, present, own, sum);
}

/// Running sums of 64 counts of 4 bits: where each window's documents start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowStarts {
    /// The sum of all windows before each eighth.
    pub eighths: [u16; 8],
    /// The sum of the windows before each inside its eighth.
    pub inside: [u8; 64],
    /// One bit for each window that holds any.
    pub present: u64,
    /// The sum of all.
    pub total: u16,
}

impl WindowStarts {
    /// Nothing anywhere.
    pub const EMPTY: WindowStarts =
        WindowStarts { eighths: [0; 8], inside: [0; 64], present: 0, total: 0 };

    /// The sum of all windows before this one.
    #[inline]
    #[must_use]
    pub fn start(&self, window: usize) -> usize {
        usize::from(self.eighths[window / 8]) + usize::from(self.inside[window])
    }
}

/// Adds up 64 counts of 4 bits, low half first.
#[inline]
#[must_use]
pub fn window_starts(counts: &[u8; 32]) -> WindowStarts {
    #[cfg(target_arch = "x86_64")]
    if Level::Avx2 <= level() {
        // SAFETY: `level` found AVX2.
        return unsafe { x86::window_starts_avx2(counts) };
    }
    scalar::window_starts(counts)
}

/// Adds a bit to each of 64 words for each of its numbers of 6 bits; `counts` says how many each word has, in 4 bits, low
/// half first. Numbers beyond the end are 0.
#[inline]
pub fn or_windows(words: &mut [u64; 64], counts: &[u8; 32], numbers: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 {
        // SAFETY: `level` found the features.
        return unsafe { x86::or_windows_avx512(words, counts, numbers) };
    }
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx2 {
        // SAFETY: `level` found AVX2.
        return unsafe { x86::or_windows_avx2(words, counts, numbers) };
    }
    scalar::or_windows(words, counts, numbers);
}

/// So many positions of a word in a document are worked with at once.
pub const FEW: usize = 16;

/// Positions from their `gaps` (how many others stand before each since the last one), each less `back` (wrapping); one bit
/// for each that is not below `back`.
///
/// # Panics
///
/// Where there are more than [`FEW`] gaps.
#[inline]
#[must_use]
pub fn starts(gaps: &[u32], back: u32, out: &mut [u32; FEW]) -> u16 {
    assert!(gaps.len() <= FEW);
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 {
        // SAFETY: `level` found the features; there are no more than 16 gaps.
        return unsafe { x86::starts_avx512(gaps, back, out) };
    }
    scalar::starts(gaps, back, out)
}

/// One bit for each of `starts` that is one of the positions with these `gaps` after `shift` more (wrapping).
#[inline]
#[must_use]
pub fn followed(starts: &[u32; FEW], gaps: &[u32], shift: u32) -> u16 {
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 {
        // SAFETY: `level` found the features.
        return unsafe { x86::followed_avx512(starts, gaps, shift) };
    }
    scalar::followed(starts, gaps, shift)
}

/// One bit for each of 64 little-endian words that is not zero.
#[inline]
#[must_use]
pub fn nonzero_words(words: &[u8; 512]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if level() == Level::Avx512 {
        // SAFETY: `level` found the features.
        return unsafe { x86::nonzero_words_avx512(words) };
    }
    scalar::nonzero_words(words)
}

/// One bit for each value above `threshold`.
#[inline]
#[must_use]
pub fn above(values: &[f32; 64], threshold: f32) -> u64 {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::above_avx512(values, threshold) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::above_avx2(values, threshold) },
        Level::Scalar => {}
    }
    scalar::above(values, threshold)
}

/// Keeps the bits that both have; one bit for each of the 64 words in which any is left.
#[inline]
pub fn and_words(words: &mut [u64; 64], other: &[u8; 512]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::and_words_avx512(words, other) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::and_words_avx2(words, other) },
        Level::Scalar => {}
    }
    scalar::and_words(words, other)
}

/// Adds the bits of the other.
#[inline]
pub fn or_words(words: &mut [u64; 64], other: &[u8; 512]) {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::or_words_avx512(words, other) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::or_words_avx2(words, other) },
        Level::Scalar => {}
    }
    scalar::or_words(words, other);
}

/// How many bits are set.
#[inline]
#[must_use]
pub fn count_words(words: &[u64; 64]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: `level` found the features.
        Level::Avx512 => return unsafe { x86::count_words_avx512(words) },
        // SAFETY: as above.
        Level::Avx2 => return unsafe { x86::count_words_avx2(words) },
        Level::Scalar => {}
    }
    scalar::count_words(words)
}

#[cfg(test)]
mod tests;
