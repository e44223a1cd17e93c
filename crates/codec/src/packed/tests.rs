//! Packed blocks: what goes in comes out, and no bytes make the decoder panic.

use proptest::prelude::*;

use super::{BLOCK, decode, encode, get, length};

fn check(values: &[u32]) {
    let mut bytes = Vec::new();
    encode(values, &mut bytes);
    let size = bytes.len();
    // With and without bytes behind the block: the decoder takes different ways.
    for behind in [0, 1, 63, 64, 200] {
        bytes.resize(size, 0);
        bytes.resize(size + behind, 0xff);
        let mut found = [0; BLOCK];
        assert_eq!(decode(&bytes, values.len(), &mut found), Ok(size));
        assert_eq!(&found[..values.len()], values);
        assert_eq!(length(&bytes, values.len()), Ok(size));
        for (index, &value) in values.iter().enumerate() {
            assert_eq!(get(&bytes, values.len(), index), Ok(value));
        }
        assert!(get(&bytes, values.len(), values.len()).is_err());
    }
}

#[test]
fn the_smallest_and_the_largest_blocks_round_trip() {
    check(&[]);
    check(&[0; BLOCK]);
    check(&[u32::MAX; BLOCK]);
    check(&[0, u32::MAX]);
    let mut one_outlier = [1; BLOCK];
    one_outlier[127] = u32::MAX;
    check(&one_outlier);
}

proptest! {
    #[test]
    fn blocks_of_any_shape_round_trip(
        values in prop::collection::vec((any::<u32>(), 0u32..32), 0..=BLOCK)
    ) {
        let values: Vec<u32> = values.into_iter().map(|(value, shift)| value >> shift).collect();
        check(&values);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..700), count in 0usize..200, index in 0usize..200,
    ) {
        let mut out = [0; BLOCK];
        if let Ok(used) = decode(&bytes, count, &mut out) {
            prop_assert!(used <= bytes.len());
            if index < count {
                prop_assert_eq!(get(&bytes, count, index), Ok(out[index]));
            }
        }
        let _ = get(&bytes, count, index);
    }
}
