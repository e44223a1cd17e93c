//! Integers in as few bytes as they need: seven bits a byte, low bits first, the top bit set on all bytes but the last.
//!
//! Comes in: integers. Goes out: 1 to 5 bytes for `u32`, 1 to 10 for `u64`, always the shortest form; other forms are
//! refused when reading, so that equal values have equal bytes. Reading goes through [`crate::bytes::ByteReader`].
//!
//! Example: 300 = `0b10_0101100` is stored as `AC 02`.

/// Appends the varint of `value`.
pub fn write_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends the varint of `value`.
pub fn write_u32(out: &mut Vec<u8>, value: u32) {
    write_u64(out, u64::from(value));
}

/// Decodes the varint at the start of `bytes`: its value and its length, or `None` where it is cut, overlong, or wider
/// than `bits` (at most 64).
#[inline]
pub fn read(bytes: &[u8], bits: u32) -> Option<(u64, usize)> {
    // Most values take one byte.
    if let (&[byte @ ..0x80, ..], 7..) = (bytes, bits) {
        return Some((u64::from(byte), 1));
    }
    let mut value = 0u64;
    let mut shift = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        let part = u64::from(byte & 0x7f);
        if shift >= bits || (bits - shift < 7 && part >> (bits - shift) != 0) {
            return None;
        }
        value |= part << shift;
        if byte < 0x80 {
            return (byte != 0 || index == 0).then_some((value, index + 1));
        }
        shift += 7;
    }
    None
}

/// Maps signed to unsigned so that small magnitudes stay small: 0, -1, 1, -2, 2, ...
pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// The inverse of [`zigzag`].
pub fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(shift in 0u32..64, raw: u64) {
            let value = raw >> shift;
            let mut out = Vec::new();
            write_u64(&mut out, value);
            prop_assert_eq!(read(&out, 64), Some((value, out.len())));
            prop_assert_eq!(read(&out, 32).is_some(), value <= u64::from(u32::MAX));
            for cut in 0..out.len() {
                prop_assert_eq!(read(&out[..cut], 64), None);
            }
        }

        #[test]
        fn zigzag_has_an_inverse(value: i64) {
            prop_assert_eq!(unzigzag(zigzag(value)), value);
        }

        #[test]
        fn any_bytes_decode_to_their_shortest_form_or_not_at_all(bytes: Vec<u8>) {
            if let Some((value, length)) = read(&bytes, 64) {
                let mut out = Vec::new();
                write_u64(&mut out, value);
                prop_assert_eq!(&out[..], &bytes[..length]);
            }
        }
    }

    #[test]
    fn overlong_and_too_wide_forms_are_refused() {
        assert_eq!(read(&[0x80, 0x00], 64), None);
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x0f], 32), Some((u64::from(u32::MAX), 5)));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x10], 32), None);
        assert_eq!(read(&[0xff; 11], 64), None);
    }
}
