//! Every compression, whole, concatenated, cut and damaged.

use super::*;
use std::io::Write;

fn compress(compression: Compression, plain: &[u8]) -> Vec<u8> {
    match compression {
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(plain, 1).unwrap(),
        Compression::Lz4 => {
            let info =
                lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
            let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Bzip2 => {
            let mut encoder =
                ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
    }
}

fn decompress(stored: Vec<u8>) -> (Option<Compression>, Vec<u8>, io::Result<usize>) {
    let (compression, mut stream) = open(Box::new(Cursor::new(stored))).unwrap();
    let mut plain = Vec::new();
    let result = stream.read_to_end(&mut plain);
    (compression, plain, result)
}

const ALL: [Compression; 5] =
    [Compression::Gzip, Compression::Zstd, Compression::Xz, Compression::Bzip2, Compression::Lz4];

fn sample(lines: usize) -> Vec<u8> {
    let mut state = 7u32;
    let mut text = Vec::new();
    for _ in 0..lines {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writeln!(text, "line {} of the market in Daraa {}", state, state >> 16).unwrap();
    }
    text
}

#[test]
fn members_of_a_concatenation_are_read_whole() {
    for compression in ALL {
        let (first, second) = (sample(500), sample(30_000));
        let mut stored = compress(compression, &first);
        stored.extend(compress(compression, b""));
        stored.extend(compress(compression, &second));
        let (found, plain, result) = decompress(stored);
        result.unwrap();
        assert_eq!(found, Some(compression));
        assert!(plain == [first, second].concat(), "{compression}");
    }
}

#[test]
fn a_cut_stream_gives_its_head_then_an_error() {
    for compression in ALL {
        let whole = sample(60_000);
        let stored = compress(compression, &whole);
        for cut in [stored.len() - 1, stored.len() * 3 / 4] {
            let (_, plain, result) = decompress(stored[..cut].to_vec());
            assert!(result.is_err(), "{compression} cut at {cut} of {}", stored.len());
            assert!(whole.starts_with(&plain));
            assert!(!plain.is_empty(), "{compression}");
        }
    }
}

#[test]
fn many_bzip2_streams_equal_one_after_another_even_when_the_last_is_damaged() {
    let parts: Vec<Vec<u8>> = (0..40).map(|part| sample(200 + part)).collect();
    let mut stored: Vec<u8> =
        parts.iter().flat_map(|part| compress(Compression::Bzip2, part)).collect();
    let (_, plain, result) = decompress(stored.clone());
    result.unwrap();
    assert!(plain == parts.concat());
    let last = stored.len() - 40;
    stored[last] ^= 0x10;
    let (_, plain, result) = decompress(stored);
    assert!(result.is_err());
    assert!(plain.starts_with(&parts[..39].concat()));
}

#[test]
fn garbage_after_the_last_gzip_member_is_said_and_zeros_are_padding() {
    let mut stored = compress(Compression::Gzip, b"one");
    stored.extend([0; 700]);
    let (_, plain, result) = decompress(stored.clone());
    assert_eq!((plain.as_slice(), result.is_ok()), (b"one".as_slice(), true));
    stored.extend(b"garbage");
    assert!(decompress(stored).2.is_err());
}

/// The reader of xz dropped what it had decoded in the step that met the garbage.
#[test]
fn what_stands_before_garbage_is_read() {
    for compression in ALL {
        let mut stored = compress(compression, b"one and two");
        stored.extend(b"garbage that is no stream");
        let (_, plain, result) = decompress(stored);
        assert_eq!(
            (plain.as_slice(), result.is_err()),
            (b"one and two".as_slice(), true),
            "{compression}"
        );
    }
}

#[test]
fn plain_bytes_pass() {
    for plain in [b"".as_slice(), b"BZh9 is how bzip2 begins", b"\x1f", b"(brackets)"] {
        let (compression, read, result) = decompress(plain.to_vec());
        assert_eq!((compression, read.as_slice(), result.is_ok()), (None, plain, true));
    }
}
