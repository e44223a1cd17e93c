//! The kernels for x86-64: AVX2 and AVX-512.

use std::arch::x86_64::*;

use super::{FEW, WindowStarts, scalar};
use crate::bits::bits_of_block;
use crate::packed::BLOCK;

/// # Safety
///
/// None is needed but that of the intrinsic's signature.
#[inline(always)]
pub(super) unsafe fn prefetch<T>(element: &T) {
    // SAFETY: as above.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast()) };
}

/// # Safety
///
/// The machine has AVX2, BMI, LZCNT and POPCNT.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) unsafe fn with_avx2<K: super::Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

/// For each width, the byte shuffle and the shifts that bring eight packed values into eight 32-bit lanes.
struct Lanes {
    shuffle: [u8; 32],
    shift: [u32; 8],
}

const fn lanes(width: usize) -> Lanes {
    let mut lanes = Lanes { shuffle: [0; 32], shift: [0; 8] };
    let mut index = 0;
    while index < 8 {
        // The upper half is loaded from the byte in which value 4 starts.
        let bit = if index < 4 { index * width } else { (4 * width) % 8 + (index - 4) * width };
        let mut byte = 0;
        while byte < 4 {
            lanes.shuffle[index * 4 + byte] = (bit / 8 + byte) as u8;
            byte += 1;
        }
        lanes.shift[index] = (bit % 8) as u32;
        index += 1;
    }
    lanes
}

static LANES: [Lanes; 26] = {
    let mut all = [const { Lanes { shuffle: [0; 32], shift: [0; 8] } }; 26];
    let mut width = 0;
    while width < 26 {
        all[width] = lanes(width);
        width += 1;
    }
    all
};

/// # Safety
///
/// * The machine has AVX2.
/// * `input` reaches at least 32 bytes beyond the `count * width` packed bits.
/// * `width <= 25` and `count <= N`, a multiple of 16.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn unpack_avx2<const N: usize>(
    input: &[u8],
    width: u32,
    count: usize,
    out: &mut [u32; N],
) {
    let width = width as usize;
    let lanes = &LANES[width];
    // SAFETY: both tables are 32 bytes long.
    let (shuffle, shift) = unsafe {
        (
            _mm256_loadu_si256(lanes.shuffle.as_ptr().cast()),
            _mm256_loadu_si256(lanes.shift.as_ptr().cast()),
        )
    };
    let mask = _mm256_set1_epi32(((1u64 << width) - 1) as i32);
    let upper = 4 * width / 8;
    for group in 0..count.div_ceil(8) {
        let at = group * width;
        // SAFETY: the group starts inside the packed bits, and at most 12 + 16 bytes from there are read; the store ends
        // at `8 * ceil(count / 8) <= N` values.
        unsafe {
            let low = _mm_loadu_si128(input.as_ptr().add(at).cast());
            let high = _mm_loadu_si128(input.as_ptr().add(at + upper).cast());
            let bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), shuffle);
            let values = _mm256_and_si256(_mm256_srlv_epi32(bytes, shift), mask);
            _mm256_storeu_si256(out.as_mut_ptr().add(group * 8).cast(), values);
        }
    }
}

/// For each width, the byte permutation and the shifts that bring sixteen packed values into sixteen 32-bit lanes.
struct WideLanes {
    permutation: [u8; 64],
    shift: [u32; 16],
}

const fn wide_lanes(width: usize) -> WideLanes {
    let mut lanes = WideLanes { permutation: [0; 64], shift: [0; 16] };
    let mut index = 0;
    while index < 16 {
        let bit = index * width;
        let mut byte = 0;
        while byte < 4 {
            lanes.permutation[index * 4 + byte] = (bit / 8 + byte) as u8;
            byte += 1;
        }
        lanes.shift[index] = (bit % 8) as u32;
        index += 1;
    }
    lanes
}

static WIDE_LANES: [WideLanes; 26] = {
    let mut all = [const { WideLanes { permutation: [0; 64], shift: [0; 16] } }; 26];
    let mut width = 0;
    while width < 26 {
        all[width] = wide_lanes(width);
        width += 1;
    }
    all
};

/// # Safety
///
/// * The machine has AVX-512 F and VBMI.
/// * `input` reaches at least 64 bytes beyond the `count * width` packed bits.
/// * `width <= 25` and `count <= N`, a multiple of 16.
#[target_feature(enable = "avx512f,avx512vbmi")]
pub(super) unsafe fn unpack_avx512<const N: usize>(
    input: &[u8],
    width: u32,
    count: usize,
    out: &mut [u32; N],
) {
    let width = width as usize;
    let lanes = &WIDE_LANES[width];
    // SAFETY: both tables are 64 bytes long.
    let (permutation, shift) = unsafe {
        (
            _mm512_loadu_si512(lanes.permutation.as_ptr().cast()),
            _mm512_loadu_si512(lanes.shift.as_ptr().cast()),
        )
    };
    let mask = _mm512_set1_epi32(((1u64 << width) - 1) as i32);
    let mut unpack = |group: usize| {
        // SAFETY: the group starts inside the packed bits and 64 bytes are read from there; the store ends at
        // `16 * ceil(count / 16) <= N` values.
        unsafe {
            let bytes = _mm512_loadu_si512(input.as_ptr().add(group * 2 * width).cast());
            let spread = _mm512_permutexvar_epi8(permutation, bytes);
            let values = _mm512_and_si512(_mm512_srlv_epi32(spread, shift), mask);
            _mm512_storeu_si512(out.as_mut_ptr().add(group * 16).cast(), values);
        }
    };
    // Most blocks are full, and most of the others are a few outliers: no loop whose end is to be guessed.
    match count.div_ceil(16) {
        8 => (0..8).for_each(unpack),
        1 => unpack(0),
        groups => (0..groups).for_each(unpack),
    }
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn prefix_sum_avx2(values: &mut [u32; BLOCK], base: u32, step: u32) -> u32 {
    let mut all = _mm256_setzero_si256();
    let mut carry = _mm256_set1_epi32(base as i32);
    let step = _mm256_set1_epi32(step as i32);
    let last = _mm256_set1_epi32(7);
    for eight in values.as_chunks_mut::<8>().0 {
        // SAFETY: `eight` is 32 bytes long.
        let gaps = unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) };
        all = _mm256_or_si256(all, gaps);
        let mut sums = _mm256_add_epi32(gaps, step);
        sums = _mm256_add_epi32(sums, _mm256_slli_si256::<4>(sums));
        sums = _mm256_add_epi32(sums, _mm256_slli_si256::<8>(sums));
        // The shifts stay inside 128-bit halves: carry the lower half's total over by hand.
        let lower = _mm256_permute2x128_si256::<0x08>(sums, sums);
        sums = _mm256_add_epi32(sums, _mm256_shuffle_epi32::<0xff>(lower));
        // SAFETY: as above.
        unsafe { _mm256_storeu_si256(eight.as_mut_ptr().cast(), _mm256_add_epi32(sums, carry)) };
        // From the eight's own sums: the next eight waits for nothing but one addition.
        carry = _mm256_add_epi32(carry, _mm256_permutevar8x32_epi32(sums, last));
    }
    let mut bits = [0u32; 8];
    // SAFETY: `bits` is 32 bytes long.
    unsafe { _mm256_storeu_si256(bits.as_mut_ptr().cast(), all) };
    bits.iter().fold(0, |all, bits| all | bits)
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn prefix_sum_avx512(values: &mut [u32; BLOCK], base: u32, step: u32) -> u32 {
    let last = _mm512_set1_epi32(15);
    let mut all = _mm512_setzero_si512();
    let mut carry = _mm512_set1_epi32(base as i32);
    let step = _mm512_set1_epi32(step as i32);
    for sixteen in values.as_chunks_mut::<16>().0 {
        // SAFETY: `sixteen` is 64 bytes long.
        let gaps = unsafe { _mm512_loadu_si512(sixteen.as_ptr().cast()) };
        all = _mm512_or_si512(all, gaps);
        // SAFETY: the features are those of this function.
        let sums = unsafe { sums_avx512(_mm512_add_epi32(gaps, step)) };
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(sixteen.as_mut_ptr().cast(), _mm512_add_epi32(sums, carry)) };
        // As with AVX2, the next sixteen waits for nothing but one addition.
        carry = _mm512_add_epi32(carry, _mm512_permutexvar_epi32(last, sums));
    }
    _mm512_reduce_or_epi32(all) as u32
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn increment_avx2(values: &mut [u32; BLOCK]) {
    scalar::increment(values);
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn increment_avx512(values: &mut [u32; BLOCK]) {
    scalar::increment(values);
}

/// # Safety
///
/// The machine has AVX-512 F and POPCNT.
#[target_feature(enable = "avx512f,popcnt")]
pub(super) unsafe fn patch_avx512(
    values: &mut [u32; BLOCK],
    places: u128,
    highs: &[u32; BLOCK],
    width: u32,
) {
    let width = _mm_cvtsi32_si128(width as i32);
    let mut before = 0;
    for (group, sixteen) in values.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let mask = (places >> (group * 16)) as u16;
        let count = mask.count_ones();
        // SAFETY: `sixteen` is 64 bytes long. `before` and `count` are at most 128 together, the bits of `places`, and no
        // more than `count` values are loaded.
        unsafe {
            let own = ((1u32 << count) - 1) as u16;
            let high = _mm512_maskz_loadu_epi32(own, highs.as_ptr().add(before).cast());
            let high = _mm512_sll_epi32(_mm512_maskz_expand_epi32(mask, high), width);
            let low = _mm512_loadu_si512(sixteen.as_ptr().cast());
            _mm512_storeu_si512(sixteen.as_mut_ptr().cast(), _mm512_or_si512(low, high));
        }
        before += count as usize;
    }
}

/// # Safety
///
/// The machine has AVX2 and BMI.
#[target_feature(enable = "avx2,bmi1")]
pub(super) unsafe fn lower_bound_avx2(values: &[u32; BLOCK], from: usize, target: u32) -> usize {
    // Unsigned comparison by moving both sides down by 2^31.
    let flip = _mm256_set1_epi32(i32::MIN);
    let target = _mm256_xor_si256(_mm256_set1_epi32(target as i32), flip);
    for (group, eight) in values.as_chunks::<8>().0.iter().enumerate().skip(from / 8) {
        // SAFETY: `eight` is 32 bytes long.
        let eight = unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) };
        let below = _mm256_cmpgt_epi32(target, _mm256_xor_si256(eight, flip));
        let below = _mm256_movemask_ps(_mm256_castsi256_ps(below)) as u8;
        if below != u8::MAX {
            return group * 8 + below.trailing_ones() as usize;
        }
    }
    BLOCK
}

/// # Safety
///
/// The machine has AVX-512 F and BMI.
#[target_feature(enable = "avx512f,bmi1")]
pub(super) unsafe fn lower_bound_avx512(values: &[u32; BLOCK], from: usize, target: u32) -> usize {
    let target = _mm512_set1_epi32(target as i32);
    for (group, sixteen) in values.as_chunks::<16>().0.iter().enumerate().skip(from / 16) {
        // SAFETY: `sixteen` is 64 bytes long.
        let sixteen = unsafe { _mm512_loadu_si512(sixteen.as_ptr().cast()) };
        let below = _mm512_cmplt_epu32_mask(sixteen, target);
        if below != u16::MAX {
            return group * 16 + below.trailing_ones() as usize;
        }
    }
    BLOCK
}

/// The last value of each group of sixteen: so many as are below a target, so many groups stand before it.
///
/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
unsafe fn lasts_avx2(values: &[u32; BLOCK]) -> __m256i {
    let (groups, _) = values.as_chunks::<16>();
    let lasts: [u32; 8] = std::array::from_fn(|group| groups[group][15]);
    // SAFETY: `lasts` is 32 bytes long.
    unsafe { _mm256_loadu_si256(lasts.as_ptr().cast()) }
}

/// # Safety
///
/// The machine has AVX2, BMI and POPCNT.
#[target_feature(enable = "avx2,bmi1,popcnt")]
pub(super) unsafe fn find_each_avx2(
    values: &[u32; BLOCK],
    targets: &[u32; BLOCK],
    wanted: u128,
    base: u32,
    ranks: &mut [u32; BLOCK],
) -> u128 {
    let flip = _mm256_set1_epi32(i32::MIN);
    let (groups, _) = values.as_chunks::<16>();
    // SAFETY: the features are those of this function.
    let lasts = unsafe { lasts_avx2(values) };
    let lasts = _mm256_xor_si256(lasts, flip);
    let count = |mask| (_mm256_movemask_ps(_mm256_castsi256_ps(mask)) as u8).count_ones();
    let mut found = 0;
    for index in bits_of_block(wanted) {
        let target = _mm256_set1_epi32(targets[index] as i32);
        let flipped = _mm256_xor_si256(target, flip);
        let group = (count(_mm256_cmpgt_epi32(flipped, lasts)) as usize).min(7);
        let at = groups[group].as_ptr();
        // SAFETY: the two loads are inside the group of 64 bytes.
        let (low, high) =
            unsafe { (_mm256_loadu_si256(at.cast()), _mm256_loadu_si256(at.add(8).cast())) };
        let is_there =
            _mm256_or_si256(_mm256_cmpeq_epi32(target, low), _mm256_cmpeq_epi32(target, high));
        found |= u128::from(count(is_there) != 0) << index;
        let below = count(_mm256_cmpgt_epi32(flipped, _mm256_xor_si256(low, flip)))
            + count(_mm256_cmpgt_epi32(flipped, _mm256_xor_si256(high, flip)));
        ranks[index] = base + group as u32 * 16 + below;
    }
    found
}

/// # Safety
///
/// The machine has AVX2, AVX-512 F and VL, BMI and POPCNT.
#[target_feature(enable = "avx2,avx512f,avx512vl,bmi1,popcnt")]
pub(super) unsafe fn find_each_avx512(
    values: &[u32; BLOCK],
    targets: &[u32; BLOCK],
    wanted: u128,
    base: u32,
    ranks: &mut [u32; BLOCK],
) -> u128 {
    let (groups, _) = values.as_chunks::<16>();
    // SAFETY: the features are those of this function.
    let lasts = unsafe { lasts_avx2(values) };
    let mut found = 0;
    for index in bits_of_block(wanted) {
        let target = _mm512_set1_epi32(targets[index] as i32);
        let before = _mm256_cmplt_epu32_mask(lasts, _mm512_castsi512_si256(target));
        let group = (before.count_ones() as usize).min(7);
        // SAFETY: the group is 64 bytes long.
        let sixteen = unsafe { _mm512_loadu_si512(groups[group].as_ptr().cast()) };
        found |= u128::from(_mm512_cmpeq_epu32_mask(sixteen, target) != 0) << index;
        let below = _mm512_cmplt_epu32_mask(sixteen, target).count_ones();
        ranks[index] = base + group as u32 * 16 + below;
    }
    found
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn not_below_avx512(values: &[u32; BLOCK], least: u32) -> u128 {
    let least = _mm512_set1_epi32(least as i32);
    values.as_chunks::<16>().0.iter().rev().fold(0, |mask, sixteen| {
        // SAFETY: `sixteen` is 64 bytes long.
        let sixteen = unsafe { _mm512_loadu_si512(sixteen.as_ptr().cast()) };
        mask << 16 | u128::from(_mm512_cmpge_epu32_mask(sixteen, least))
    })
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn not_below_avx2(values: &[u32; BLOCK], least: u32) -> u128 {
    let least = _mm256_set1_epi32(least as i32);
    values.as_chunks::<8>().0.iter().rev().fold(0, |mask, eight| {
        // SAFETY: `eight` is 32 bytes long.
        let eight = unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) };
        let is_not_below = _mm256_cmpeq_epi32(_mm256_max_epu32(eight, least), eight);
        let bits = _mm256_movemask_ps(_mm256_castsi256_ps(is_not_below));
        mask << 8 | u128::from(bits as u8)
    })
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn add_scaled_avx512(
    line: &[u8; 64],
    scale: f32,
    present: u64,
    own: &mut [f32; 64],
    sum: &mut [f32; 64],
) {
    let scale = _mm512_set1_ps(scale);
    for group in 0..4 {
        let at = group * 16;
        // SAFETY: 16 bytes and 16 floats from `at` on are inside the arrays of 64.
        unsafe {
            let bytes = _mm_loadu_si128(line.as_ptr().add(at).cast());
            let values = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
            let scaled = _mm512_maskz_mul_ps((present >> at) as u16, values, scale);
            _mm512_storeu_ps(own.as_mut_ptr().add(at), scaled);
            let total = _mm512_add_ps(_mm512_loadu_ps(sum.as_ptr().add(at)), scaled);
            _mm512_storeu_ps(sum.as_mut_ptr().add(at), total);
        }
    }
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn add_scaled_avx2(
    line: &[u8; 64],
    scale: f32,
    present: u64,
    own: &mut [f32; 64],
    sum: &mut [f32; 64],
) {
    let scale = _mm256_set1_ps(scale);
    let places = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    for group in 0..8 {
        let at = group * 8;
        let bits = _mm256_set1_epi32((present >> at & 0xff) as i32);
        let mask = _mm256_cmpeq_epi32(_mm256_and_si256(bits, places), places);
        // SAFETY: 8 bytes and 8 floats from `at` on are inside the arrays of 64.
        unsafe {
            let bytes = _mm_loadl_epi64(line.as_ptr().add(at).cast());
            let values = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
            let scaled = _mm256_and_ps(_mm256_mul_ps(values, scale), _mm256_castsi256_ps(mask));
            _mm256_storeu_ps(own.as_mut_ptr().add(at), scaled);
            let total = _mm256_add_ps(_mm256_loadu_ps(sum.as_ptr().add(at)), scaled);
            _mm256_storeu_ps(sum.as_mut_ptr().add(at), total);
        }
    }
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn above_avx512(values: &[f32; 64], threshold: f32) -> u64 {
    let threshold = _mm512_set1_ps(threshold);
    (0..4).fold(0, |mask, group| {
        // SAFETY: 16 floats from there on are inside the array of 64.
        let sixteen = unsafe { _mm512_loadu_ps(values.as_ptr().add(group * 16)) };
        let above = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(threshold, sixteen);
        mask | u64::from(above) << (group * 16)
    })
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn above_avx2(values: &[f32; 64], threshold: f32) -> u64 {
    let threshold = _mm256_set1_ps(threshold);
    (0..8).fold(0, |mask, group| {
        // SAFETY: 8 floats from there on are inside the array of 64.
        let eight = unsafe { _mm256_loadu_ps(values.as_ptr().add(group * 8)) };
        let above = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(threshold, eight));
        mask | u64::from(above as u32) << (group * 8)
    })
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn nonzero_words_avx512(words: &[u8; 512]) -> u64 {
    (0..8).fold(0, |mask, group| {
        // SAFETY: 64 bytes from there on are inside the array of 512.
        let eight = unsafe { _mm512_loadu_si512(words.as_ptr().add(group * 64).cast()) };
        mask | u64::from(_mm512_test_epi64_mask(eight, eight)) << (group * 8)
    })
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn and_words_avx512(words: &mut [u64; 64], other: &[u8; 512]) -> u64 {
    (0..8).fold(0, |left, group| {
        // SAFETY: eight words from there on are inside both arrays.
        let both = unsafe {
            let at = words.as_mut_ptr().add(group * 8);
            let other = _mm512_loadu_si512(other.as_ptr().add(group * 64).cast());
            let both = _mm512_and_si512(_mm512_loadu_si512(at.cast()), other);
            _mm512_storeu_si512(at.cast(), both);
            both
        };
        left | u64::from(_mm512_test_epi64_mask(both, both)) << (group * 8)
    })
}

/// # Safety
///
/// The machine has AVX2 and BMI.
#[target_feature(enable = "avx2,bmi1,bmi2")]
pub(super) unsafe fn and_words_avx2(words: &mut [u64; 64], other: &[u8; 512]) -> u64 {
    scalar::and_words(words, other)
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn or_words_avx512(words: &mut [u64; 64], other: &[u8; 512]) {
    scalar::or_words(words, other);
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn or_words_avx2(words: &mut [u64; 64], other: &[u8; 512]) {
    scalar::or_words(words, other);
}

/// # Safety
///
/// The machine has AVX-512 F and VPOPCNTDQ.
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
pub(super) unsafe fn count_words_avx512(words: &[u64; 64]) -> u32 {
    let mut sums = _mm512_setzero_si512();
    for eight in words.as_chunks::<8>().0 {
        // SAFETY: the chunk holds eight words.
        let eight = unsafe { _mm512_loadu_si512(eight.as_ptr().cast()) };
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(eight));
    }
    _mm512_reduce_add_epi64(sums) as u32
}

/// # Safety
///
/// The machine has POPCNT.
#[target_feature(enable = "avx2,popcnt")]
pub(super) unsafe fn count_words_avx2(words: &[u64; 64]) -> u32 {
    scalar::count_words(words)
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn window_starts_avx2(counts: &[u8; 32]) -> WindowStarts {
    let mut starts = WindowStarts::EMPTY;
    let nibble = _mm_set1_epi8(15);
    for half in 0..2 {
        // SAFETY: 16 bytes from there on are inside the array of 32.
        let packed = unsafe { _mm_loadu_si128(counts.as_ptr().add(half * 16).cast()) };
        let low = _mm_and_si128(packed, nibble);
        let high = _mm_and_si128(_mm_srli_epi16::<4>(packed), nibble);
        let bytes = _mm256_set_m128i(_mm_unpackhi_epi8(low, high), _mm_unpacklo_epi8(low, high));
        let empty = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
        starts.present |= u64::from(!empty as u32) << (half * 32);
        // Sums of eight counts of at most 15 fit into a byte.
        let mut sums = _mm256_add_epi8(bytes, _mm256_slli_epi64::<8>(bytes));
        sums = _mm256_add_epi8(sums, _mm256_slli_epi64::<16>(sums));
        sums = _mm256_add_epi8(sums, _mm256_slli_epi64::<32>(sums));
        let before = _mm256_sub_epi8(sums, bytes);
        let mut totals = [0u64; 4];
        // SAFETY: 32 bytes from there on are inside the array of 64, and `totals` is 32 bytes long.
        unsafe {
            _mm256_storeu_si256(starts.inside.as_mut_ptr().add(half * 32).cast(), before);
            _mm256_storeu_si256(totals.as_mut_ptr().cast(), _mm256_srli_epi64::<56>(sums));
        }
        for (eighth, total) in starts.eighths[half * 4..half * 4 + 4].iter_mut().zip(totals) {
            *eighth = starts.total;
            starts.total += total as u16;
        }
    }
    starts
}

/// # Safety
///
/// The machine has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn or_windows_avx2(words: &mut [u64; 64], counts: &[u8; 32], numbers: &[u8]) {
    let (one, all) = (_mm256_set1_epi64x(1), _mm256_set1_epi64x(63));
    // Four numbers of those that start with `packed`, from `first` on.
    let four = |packed: __m256i, first: i64, count: __m256i| {
        let lanes = _mm256_add_epi64(_mm256_set1_epi64x(first), _mm256_setr_epi64x(0, 1, 2, 3));
        let places = _mm256_mul_epu32(lanes, _mm256_set1_epi64x(6));
        let turns = _mm256_and_si256(_mm256_srlv_epi64(packed, places), all);
        _mm256_sllv_epi64(_mm256_and_si256(one, _mm256_cmpgt_epi64(count, lanes)), turns)
    };
    let bits = |rank: usize, count: i64| {
        let packed = scalar::eight_bytes(numbers, rank * 6 / 8) >> (rank * 6 % 8);
        let (packed, count) = (_mm256_set1_epi64x(packed as i64), _mm256_set1_epi64x(count));
        _mm256_or_si256(four(packed, 0, count), four(packed, 4, count))
    };
    let mut rank = 0;
    for (two, &counts) in words.as_chunks_mut::<2>().0.iter_mut().zip(counts) {
        for (word, count) in two.iter_mut().zip([counts & 15, counts >> 4]) {
            let mut found = bits(rank, i64::from(count));
            if 8 < count {
                found = _mm256_or_si256(found, bits(rank + 8, i64::from(count) - 8));
            }
            let half =
                _mm_or_si128(_mm256_castsi256_si128(found), _mm256_extracti128_si256(found, 1));
            *word |= (_mm_cvtsi128_si64(half) | _mm_extract_epi64(half, 1)) as u64;
            rank += usize::from(count);
        }
    }
}

/// Eight words at a time, each with a lane for its numbers: lanes take eight bytes from where their numbers start, and give
/// up one number each a step.
///
/// # Safety
///
/// The machine has AVX-512 F, BW and VBMI, BMI and BMI2.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1,bmi2")]
pub(super) unsafe fn or_windows_avx512(words: &mut [u64; 64], counts: &[u8; 32], numbers: &[u8]) {
    const NIBBLES: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    const SUMS: u64 = 0x0101_0101_0101_0101;
    // Eight bytes have nine whole numbers, wherever the first one starts.
    const WHOLE: i64 = 9;
    // The numbers of eight words that reach no further than one register, from any bit of its first byte on.
    const NEAR: u64 = 72;
    let (one, sevens) = (_mm512_set1_epi64(1), _mm512_set1_epi64(7));
    let low_byte = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0808_0808_0808_0808, 0));
    let each_byte = _mm512_set1_epi64(0x0706_0504_0302_0100);
    let widen = |bytes: u64| _mm512_cvtepu8_epi64(_mm_cvtsi64_si128(bytes as i64));
    let load = |at: usize| {
        let rest = numbers.get(at..).unwrap_or_default();
        let own = _bzhi_u64(u64::MAX, rest.len().min(64) as u32);
        // SAFETY: as many bytes are loaded as there are.
        unsafe { _mm512_maskz_loadu_epi8(own, rest.as_ptr().cast()) }
    };
    let mut rank = 0;
    for (eight, counts) in words.as_chunks_mut().0.iter_mut().zip(counts.as_chunks().0) {
        let eight: &mut [u64; 8] = eight;
        let counts = _pdep_u64(u64::from(u32::from_le_bytes(*counts)), NIBBLES);
        // Sums of eight counts of at most 15 fit into a byte.
        let sums = counts.wrapping_mul(SUMS);
        let total = sums >> 56;
        let (counts, before) = (widen(counts), widen(sums << 8));
        let six =
            |ranks| _mm512_add_epi64(_mm512_slli_epi64(ranks, 2), _mm512_slli_epi64(ranks, 1));
        let bits = _mm512_add_epi64(six(before), _mm512_set1_epi64((rank * 6 % 8) as i64));
        let first = load(rank * 6 / 8);
        let take = |bits| {
            let bytes = _mm512_shuffle_epi8(_mm512_srli_epi64(bits, 3), low_byte);
            let bytes = _mm512_add_epi8(bytes, each_byte);
            let eight = match total {
                0..=NEAR => _mm512_permutexvar_epi8(bytes, first),
                _ => _mm512_permutex2var_epi8(first, bytes, load(rank * 6 / 8 + 64)),
            };
            _mm512_srlv_epi64(eight, _mm512_and_si512(bits, sevens))
        };
        let more_than = |number: i64| _mm512_cmpgt_epu64_mask(counts, _mm512_set1_epi64(number));
        let mut found = _mm512_setzero_si512();
        let mut packed = take(bits);
        let mut step = |number: i64, packed: &mut __m512i| {
            // Turning goes by the lowest six bits.
            let bit = _mm512_rolv_epi64(one, *packed);
            found = _mm512_mask_or_epi64(found, more_than(number), found, bit);
            *packed = _mm512_srli_epi64(*packed, 6);
        };
        (0..4).for_each(|number| step(number, &mut packed));
        if more_than(4) != 0 {
            (4..WHOLE).for_each(|number| step(number, &mut packed));
            if more_than(WHOLE) != 0 {
                packed = take(_mm512_add_epi64(bits, _mm512_set1_epi64(6 * WHOLE)));
                (WHOLE..15).for_each(|number| step(number, &mut packed));
            }
        }
        // SAFETY: `eight` is 64 bytes long.
        unsafe {
            let at = eight.as_mut_ptr().cast();
            _mm512_storeu_si512(at, _mm512_or_si512(_mm512_loadu_si512(at), found));
        }
        rank += total as usize;
    }
}

/// Running sums of sixteen gaps, of which those of `own` count, from `last` on; behind them the last one again.
///
/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
unsafe fn positions_avx512(gaps: __m512i, own: u16, last: __m512i) -> __m512i {
    // SAFETY: the features are those of this function.
    let sums = unsafe { sums_avx512(_mm512_maskz_add_epi32(own, gaps, _mm512_set1_epi32(1))) };
    _mm512_add_epi32(sums, last)
}

/// Running sums of sixteen values.
///
/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
unsafe fn sums_avx512(values: __m512i) -> __m512i {
    let none = _mm512_setzero_si512();
    let mut sums = _mm512_add_epi32(values, _mm512_alignr_epi32::<15>(values, none));
    sums = _mm512_add_epi32(sums, _mm512_alignr_epi32::<14>(sums, none));
    sums = _mm512_add_epi32(sums, _mm512_alignr_epi32::<12>(sums, none));
    _mm512_add_epi32(sums, _mm512_alignr_epi32::<8>(sums, none))
}

/// # Safety
///
/// The machine has AVX-512 F; there are at most 16 gaps.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn starts_avx512(gaps: &[u32], back: u32, out: &mut [u32; FEW]) -> u16 {
    let own = ((1u32 << gaps.len()) - 1) as u16;
    // SAFETY: as many values are loaded as there are gaps; `out` is 64 bytes long.
    unsafe {
        let gaps = _mm512_maskz_loadu_epi32(own, gaps.as_ptr().cast());
        let positions = positions_avx512(gaps, own, _mm512_set1_epi32(-1));
        let back = _mm512_set1_epi32(back as i32);
        _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_sub_epi32(positions, back));
        _mm512_mask_cmple_epu32_mask(own, back, positions)
    }
}

/// # Safety
///
/// The machine has AVX-512 F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn followed_avx512(starts: &[u32; FEW], gaps: &[u32], shift: u32) -> u16 {
    // SAFETY: `starts` is 64 bytes long.
    let starts = unsafe { _mm512_loadu_si512(starts.as_ptr().cast()) };
    let wanted = _mm512_add_epi32(starts, _mm512_set1_epi32(shift as i32));
    let (mut found, mut last) = (0, _mm512_set1_epi32(-1));
    for sixteen in gaps.chunks(FEW) {
        let own = ((1u32 << sixteen.len()) - 1) as u16;
        let mut positions = [0u32; FEW];
        // SAFETY: as many values are loaded as there are gaps; `positions` is 64 bytes long.
        unsafe {
            let gaps = _mm512_maskz_loadu_epi32(own, sixteen.as_ptr().cast());
            let sums = positions_avx512(gaps, own, last);
            last = _mm512_permutexvar_epi32(_mm512_set1_epi32(15), sums);
            _mm512_storeu_si512(positions.as_mut_ptr().cast(), sums);
        }
        // Without a branch for each: behind the last one it stands again.
        let (first, second) = positions.split_at(FEW / 2);
        for &position in first {
            found |= _mm512_cmpeq_epi32_mask(wanted, _mm512_set1_epi32(position as i32));
        }
        if FEW / 2 < sixteen.len() {
            for &position in second {
                found |= _mm512_cmpeq_epi32_mask(wanted, _mm512_set1_epi32(position as i32));
            }
        }
    }
    found
}
