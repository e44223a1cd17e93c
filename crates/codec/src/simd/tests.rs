//! Every kernel against its specification.

use proptest::prelude::*;

use super::scalar;
use crate::packed::BLOCK;

proptest! {
    #[test]
    fn unpack_equals_the_scalar_one(
        bytes in prop::collection::vec(any::<u8>(), 128 * 4 + 64),
        width in 0u32..=32,
        count in 0usize..=128,
    ) {
        let mut expected = [0; BLOCK];
        scalar::unpack(&bytes, width, count, &mut expected);
        let mut found = [0; BLOCK];
        super::unpack(&bytes, width, count, &mut found);
        prop_assert_eq!(&expected[..count], &found[..count]);
        #[cfg(target_arch = "x86_64")]
        if width <= 25 && is_x86_feature_detected!("avx2") {
            let mut found = [0; BLOCK];
            // SAFETY: the feature was found; the bytes reach 64 beyond the longest block.
            unsafe { super::x86::unpack_avx2(&bytes, width, count, &mut found) };
            prop_assert_eq!(&expected[..count], &found[..count]);
        }
    }

    #[test]
    fn sums_and_increments_equal_the_scalar_ones(values in any::<[u32; 32]>(), base: u32, step: u32) {
        let mut block = [u32::MAX; BLOCK];
        block[..32].copy_from_slice(&values);
        let (mut expected, mut found) = (block, block);
        let all = scalar::prefix_sum(&mut expected, base, step);
        prop_assert_eq!(all, values.iter().fold(0, |all, value| all | value));
        prop_assert_eq!(all, super::prefix_sum(&mut found, base, step));
        prop_assert_eq!(expected, found);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            found = block;
            // SAFETY: the feature was found.
            prop_assert_eq!(all, unsafe { super::x86::prefix_sum_avx2(&mut found, base, step) });
            prop_assert_eq!(expected, found);
        }
        let (mut expected, mut found) = (block, block);
        scalar::increment(&mut expected);
        super::increment(&mut found);
        prop_assert_eq!(expected, found);
    }

    #[test]
    fn patch_equals_the_scalar_one(places: [u64; 2], thin: [u64; 2], highs in any::<[u32; 32]>(), width in 0u32..=32) {
        let high = std::array::from_fn(|index| highs[index % 32].rotate_left(index as u32));
        for places in [places, [places[0] & thin[0], places[1] & thin[1]], [u64::MAX; 2], [0; 2]] {
            let places = u128::from(places[0]) << 64 | u128::from(places[1]);
            let (mut expected, mut found) = ([5; BLOCK], [5; BLOCK]);
            scalar::patch(&mut expected, places, &high, width);
            super::patch(&mut found, places, &high, width);
            prop_assert_eq!(expected, found);
        }
    }

    #[test]
    fn lower_bound_is_the_place_of_insertion(mut values in prop::collection::vec(any::<u32>(), BLOCK), pick in 0..BLOCK, near in -1i64..=1) {
        values.sort_unstable();
        let values: [u32; BLOCK] = values.try_into().expect("the vector has 128 values");
        let target = (i64::from(values[pick]) + near).clamp(0, i64::from(u32::MAX)) as u32;
        let expected = values.partition_point(|&value| value < target);
        for from in [0, expected / 2, expected.saturating_sub(1), expected] {
            prop_assert_eq!(expected, scalar::lower_bound(&values, from, target));
            prop_assert_eq!(expected, super::lower_bound(&values, from, target));
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the feature was found.
                let found = unsafe { super::x86::lower_bound_avx2(&values, from, target) };
                prop_assert_eq!(expected, found);
            }
        }
    }

    #[test]
    fn each_value_is_found_where_it_stands(steps in prop::collection::vec(1u32..4, BLOCK), others in prop::collection::vec(1u32..5, BLOCK), base in prop_oneof![Just(0u32), Just(u32::MAX - 512)], wanted: [u64; 2]) {
        let sums = |steps: Vec<u32>| -> [u32; BLOCK] {
            let mut last = base;
            std::array::from_fn(|index| {
                last = last.saturating_add(steps[index]);
                last - 1
            })
        };
        let (values, targets) = (sums(steps), sums(others));
        let wanted = u128::from(wanted[0]) << 64 | u128::from(wanted[1]);
        let is_found = |&index: &usize| wanted >> index & 1 == 1 && values.contains(&targets[index]);
        let check = |found: u128, places: [u32; BLOCK]| {
            assert_eq!(found, (0..BLOCK).filter(is_found).fold(0, |mask, index| mask | 1 << index));
            for index in crate::bits::bits_of_block(found) {
                assert_eq!(targets[index], values[places[index] as usize - 300]);
            }
        };
        let mut places = [0; BLOCK];
        check(scalar::find_each(&values, &targets, wanted, 300, &mut places), places);
        check(super::find_each(&values, &targets, wanted, 300, &mut places), places);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
            // SAFETY: the features were found.
            check(unsafe { super::x86::find_each_avx2(&values, &targets, wanted, 300, &mut places) }, places);
        }
    }

    #[test]
    fn not_below_equals_the_scalar_one(values in any::<[u32; 32]>(), pick in 0usize..32, near in -1i64..=1) {
        let values = std::array::from_fn(|index| values[index % 32].rotate_left(index as u32 / 32));
        let least = (i64::from(values[pick]) + near).clamp(0, i64::from(u32::MAX)) as u32;
        let expected = scalar::not_below(&values, least);
        prop_assert_eq!(expected, super::not_below(&values, least));
        prop_assert!((0..BLOCK).all(|index| (expected >> index & 1 == 1) == (least <= values[index])));
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the feature was found.
            prop_assert_eq!(expected, unsafe { super::x86::not_below_avx2(&values, least) });
        }
    }

    #[test]
    fn scaled_lines_and_their_comparison_equal_the_scalar_ones(
        line in prop::collection::vec(any::<u8>(), 64), scale in 0.0f32..10.0, present: u64, threshold in 0.0f32..3000.0,
    ) {
        let line: [u8; 64] = line.try_into().expect("the vector has 64 bytes");
        let mut expected = ([0.0; 64], [1.5; 64]);
        scalar::add_scaled(&line, scale, present, &mut expected.0, &mut expected.1);
        let mut found = ([0.0; 64], [1.5; 64]);
        super::add_scaled(&line, scale, present, &mut found.0, &mut found.1);
        prop_assert_eq!(&expected, &found);
        let mask = scalar::above(&expected.1, threshold);
        prop_assert_eq!(mask, super::above(&expected.1, threshold));
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            let mut found = ([0.0; 64], [1.5; 64]);
            // SAFETY: the feature was found.
            unsafe { super::x86::add_scaled_avx2(&line, scale, present, &mut found.0, &mut found.1) };
            prop_assert_eq!(&expected, &found);
            // SAFETY: as above.
            prop_assert_eq!(mask, unsafe { super::x86::above_avx2(&expected.1, threshold) });
        }
    }

    #[test]
    fn nonzero_words_equals_the_scalar_one(present: u64, byte in 0usize..8, value in 1u8..) {
        let mut words = [0; 512];
        for index in (0..64).filter(|index| present >> index & 1 == 1) {
            words[index * 8 + byte] = value;
        }
        prop_assert_eq!(scalar::nonzero_words(&words), present);
        prop_assert_eq!(super::nonzero_words(&words), present);
    }

    #[test]
    fn words_are_combined_as_the_scalar_ones(seed: [u64; 8], other: [u64; 8], holes: u64) {
        let spread = |seed: [u64; 8]| -> [u64; 64] {
            std::array::from_fn(|index| {
                seed[index % 8].rotate_left(index as u32 * 7) & seed[index / 8]
            })
        };
        let words = spread(seed);
        let mut bytes = [0; 512];
        for (index, word) in spread(other).into_iter().enumerate() {
            let word = if holes >> index & 1 == 0 { word } else { 0 };
            bytes[index * 8..index * 8 + 8].copy_from_slice(&word.to_le_bytes());
        }
        let (mut expected, mut found) = (words, words);
        let left = scalar::and_words(&mut expected, &bytes);
        prop_assert_eq!(super::and_words(&mut found, &bytes), left);
        prop_assert_eq!(found, expected);
        let (mut expected, mut found) = (words, words);
        scalar::or_words(&mut expected, &bytes);
        super::or_words(&mut found, &bytes);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(super::count_words(&found), scalar::count_words(&expected));
    }

    #[test]
    fn windows_spread_equal_the_scalar_ones(counts: [u8; 32], numbers in prop::collection::vec(any::<u8>(), 0..730), words in any::<[u64; 32]>()) {
        let words = std::array::from_fn(|index| words[index % 32]);
        let (mut expected, mut found) = (words, words);
        scalar::or_windows(&mut expected, &counts, &numbers);
        super::or_windows(&mut found, &counts, &numbers);
        prop_assert_eq!(expected, found);
    }

    #[test]
    fn few_positions_equal_the_scalar_ones(first in prop::collection::vec(0u32..9, 0..=16), second in prop::collection::vec(prop_oneof![9 => 0u32..5, 1 => any::<u32>()], 0..70), back in 0u32..9) {
        let (mut expected, mut found) = ([7; 16], [7; 16]);
        let live = scalar::starts(&first, back, &mut expected);
        prop_assert_eq!(super::starts(&first, back, &mut found), live);
        prop_assert_eq!(&expected[..first.len()], &found[..first.len()]);
        let own = ((1u32 << first.len()) - 1) as u16;
        prop_assert_eq!(live & !own, 0);
        let followed = scalar::followed(&expected, &second, back) & own;
        prop_assert_eq!(super::followed(&found, &second, back) & own, followed);
    }

    #[test]
    fn window_starts_equal_the_scalar_ones(counts: [u8; 32]) {
        prop_assert_eq!(super::window_starts(&counts), scalar::window_starts(&counts));
    }
}
