//! What a footer and a page's header may hold, and what they may ask for.
//!
//! Comes in: their bytes, before the parquet crate sees them. Goes out: their length, or why they are refused. The shapes
//! are those of the format's definition, `parquet.thrift`; fields that came later are passed over.

use super::thrift::{Event, Fault, Kind, Shape, walk};
use Kind::{Byte, Bytes, Double, Group, List, Number, Truth};

/// Columns that lie deeper in each other than this are refused: the parquet crate goes down by recursion.
const MAX_COLUMN_DEPTH: usize = 64;

/// A page may become this large, whatever it was; pages are usually a megabyte.
const ALLOWED_PAGE_BYTES: i64 = 64 << 20;

/// A larger page may be so many times as large as what it is compressed to, which is a little more than deflate can do.
const ALLOWED_GROWTH: i64 = 1100;

/// Checks a footer.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check_footer(bytes: &[u8]) -> Result<(), String> {
    let mut children = 0;
    let mut open: Vec<i64> = Vec::new();
    let mut watch = |event| {
        match event {
            Event::Number(shape, 5, count) if is(shape, &SCHEMA_ELEMENT) => children = count,
            Event::End(shape) if is(shape, &SCHEMA_ELEMENT) => {
                open.last_mut().into_iter().for_each(|left| *left -= 1);
                open.extend(Some(std::mem::take(&mut children)).filter(|children| *children != 0));
                if MAX_COLUMN_DEPTH < open.len() {
                    return Err(format!(
                        "columns lie more than {MAX_COLUMN_DEPTH} deep in each other"
                    ));
                }
                while open.last() == Some(&0) {
                    open.pop();
                }
            }
            _ => (),
        }
        Ok(())
    };
    let found = match walk(bytes, &FILE, &mut watch) {
        Ok(_) => return Ok(()),
        Err(Fault::Cut) => "its end inside a value".to_owned(),
        Err(Fault::Refused(found)) => found,
    };
    let length = bytes.len();
    Err(format!(
        "expected a footer that describes a Parquet file in its last {length} bytes, found {found}: write the file again, or leave it out"
    ))
}

/// The length of the header that `bytes` begin with.
///
/// # Errors
/// [`Fault::Cut`] if they end before the header does.
pub(super) fn check_page_header(bytes: &[u8]) -> Result<usize, Fault> {
    let (mut plain, mut stored) = (0, 0);
    let length = walk(bytes, &PAGE_HEADER, &mut |event| {
        match event {
            Event::Number(shape, 2, size) if is(shape, &PAGE_HEADER) => plain = size,
            Event::Number(shape, 3, size) if is(shape, &PAGE_HEADER) => stored = size,
            _ => (),
        }
        Ok(())
    })?;
    if ALLOWED_PAGE_BYTES.max(stored.saturating_mul(ALLOWED_GROWTH)) < plain {
        let refused = format!("a page of {stored} bytes that claims to unpack to {plain}");
        return Err(Fault::Refused(refused));
    }
    Ok(length)
}

fn is(shape: &Shape, other: &Shape) -> bool {
    shape.name == other.name
}

static NOTHING: Shape = Shape { name: "a mark", fields: &[] };

static FILE: Shape = Shape {
    name: "the file",
    fields: &[
        (1, Number),
        (2, List(&Group(&SCHEMA_ELEMENT))),
        (3, Number),
        (4, List(&Group(&ROW_GROUP))),
        (5, List(&Group(&KEY_VALUE))),
        (6, Bytes),
        (7, List(&Group(&COLUMN_ORDER))),
    ],
};

static SCHEMA_ELEMENT: Shape = Shape {
    name: "a column's description",
    fields: &[
        (1, Number),
        (2, Number),
        (3, Number),
        (4, Bytes),
        (5, Number),
        (6, Number),
        (7, Number),
        (8, Number),
        (9, Number),
        (10, Group(&LOGICAL_TYPE)),
    ],
};

static LOGICAL_TYPE: Shape = Shape {
    name: "a column's meaning",
    fields: &[
        (1, Group(&NOTHING)),
        (2, Group(&NOTHING)),
        (3, Group(&NOTHING)),
        (4, Group(&NOTHING)),
        (5, Group(&DECIMAL)),
        (6, Group(&NOTHING)),
        (7, Group(&TIME)),
        (8, Group(&TIME)),
        (10, Group(&INTEGER)),
        (11, Group(&NOTHING)),
        (12, Group(&NOTHING)),
        (13, Group(&NOTHING)),
        (14, Group(&NOTHING)),
        (15, Group(&NOTHING)),
        (16, Group(&VARIANT)),
        (17, Group(&GEOGRAPHY)),
        (18, Group(&GEOGRAPHY)),
    ],
};

static DECIMAL: Shape = Shape { name: "a decimal", fields: &[(1, Number), (2, Number)] };
static TIME: Shape = Shape { name: "a time", fields: &[(1, Truth), (2, Group(&TIME_UNIT))] };
static TIME_UNIT: Shape = Shape {
    name: "a unit of time",
    fields: &[(1, Group(&NOTHING)), (2, Group(&NOTHING)), (3, Group(&NOTHING))],
};
static INTEGER: Shape = Shape { name: "an integer", fields: &[(1, Byte), (2, Truth)] };
static VARIANT: Shape = Shape { name: "a variant", fields: &[(1, Byte)] };
static GEOGRAPHY: Shape = Shape { name: "a place", fields: &[(1, Bytes), (2, Number)] };
static KEY_VALUE: Shape = Shape { name: "a remark", fields: &[(1, Bytes), (2, Bytes)] };
static COLUMN_ORDER: Shape = Shape {
    name: "a column's order",
    fields: &[(1, Group(&NOTHING)), (2, Group(&NOTHING)), (3, Group(&NOTHING))],
};

static ROW_GROUP: Shape = Shape {
    name: "a row group",
    fields: &[
        (1, List(&Group(&COLUMN_CHUNK))),
        (2, Number),
        (3, Number),
        (4, List(&Group(&SORTING))),
        (5, Number),
        (6, Number),
        (7, Number),
    ],
};

static SORTING: Shape =
    Shape { name: "a sorting column", fields: &[(1, Number), (2, Truth), (3, Truth)] };

static COLUMN_CHUNK: Shape = Shape {
    name: "a column chunk",
    fields: &[
        (1, Bytes),
        (2, Number),
        (3, Group(&COLUMN)),
        (4, Number),
        (5, Number),
        (6, Number),
        (7, Number),
        (9, Bytes),
    ],
};

static COLUMN: Shape = Shape {
    name: "a column",
    fields: &[
        (1, Number),
        (2, List(&Number)),
        (3, List(&Bytes)),
        (4, Number),
        (5, Number),
        (6, Number),
        (7, Number),
        (8, List(&Group(&KEY_VALUE))),
        (9, Number),
        (10, Number),
        (11, Number),
        (12, Group(&STATISTICS)),
        (13, List(&Group(&ENCODING_COUNT))),
        (14, Number),
        (15, Number),
        (16, Group(&SIZES)),
        (17, Group(&PLACES)),
    ],
};

static STATISTICS: Shape = Shape {
    name: "a column's statistics",
    fields: &[
        (1, Bytes),
        (2, Bytes),
        (3, Number),
        (4, Number),
        (5, Bytes),
        (6, Bytes),
        (7, Truth),
        (8, Truth),
        (9, Number),
    ],
};

static ENCODING_COUNT: Shape =
    Shape { name: "a count of pages", fields: &[(1, Number), (2, Number), (3, Number)] };

static SIZES: Shape = Shape {
    name: "a column's sizes",
    fields: &[(1, Number), (2, List(&Number)), (3, List(&Number))],
};

static PLACES: Shape =
    Shape { name: "a column's places", fields: &[(1, Group(&BOUNDING_BOX)), (2, List(&Number))] };

static BOUNDING_BOX: Shape = Shape {
    name: "a bounding box",
    fields: &[
        (1, Double),
        (2, Double),
        (3, Double),
        (4, Double),
        (5, Double),
        (6, Double),
        (7, Double),
        (8, Double),
    ],
};

static PAGE_HEADER: Shape = Shape {
    name: "a page's header",
    fields: &[
        (1, Number),
        (2, Number),
        (3, Number),
        (4, Number),
        (5, Group(&DATA_PAGE)),
        (6, Group(&NOTHING)),
        (7, Group(&DICTIONARY_PAGE)),
        (8, Group(&DATA_PAGE_2)),
    ],
};

static DATA_PAGE: Shape = Shape {
    name: "a data page",
    fields: &[(1, Number), (2, Number), (3, Number), (4, Number), (5, Group(&STATISTICS))],
};

static DICTIONARY_PAGE: Shape =
    Shape { name: "a dictionary page", fields: &[(1, Number), (2, Number), (3, Truth)] };

static DATA_PAGE_2: Shape = Shape {
    name: "a data page",
    fields: &[
        (1, Number),
        (2, Number),
        (3, Number),
        (4, Number),
        (5, Number),
        (6, Number),
        (7, Truth),
        (8, Group(&STATISTICS)),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of truth values in a field that the parquet crate has no use for kept it busy for as long as the list's length
    /// said, a second for two thousand million, and five bytes say so.
    #[test]
    fn a_footer_costs_no_more_than_its_bytes() {
        let long = [0xff, 0xff, 0xff, 0xff, 7];
        for (field, found) in [
            ([&[0xf9, 0xf1], &long[..]].concat(), "a list of 2147483647 truth values"),
            ([&[0xf9, 0x1c, 0x19, 0xf2], &long[..]].concat(), "truth values, which Parquet"),
            ([&[0xfb], &long[..], &[0x11]].concat(), "a list of 2147483647 truth values"),
            (vec![0x19, 0x15, 2], "field 1 of the file is a list, at its byte 0"),
            (vec![0x49, 0x15, 2], "an element of a list is a whole number, at its byte 1"),
            (vec![0xf9, 0xf5, 0xff, 0xff, 0xff, 0xff, 15], "a list of 4294967295 elements"),
            (vec![0xf9, 0x95, 2], "found its end inside a value"),
            (vec![0xf8, 9, 0], "found its end inside a value"),
            (vec![0xfc; 100], "values lie more than 32 deep in each other"),
            (vec![0xff], "a value of the unknown type 15"),
            (
                vec![0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
                "ten bytes",
            ),
        ] {
            let wrong = check_footer(&[field, vec![0]].concat()).unwrap_err();
            assert!(wrong.contains(found), "{wrong}");
        }
        assert_eq!(check_footer(&[0xf9, 0x00, 0x15, 4, 0]), Ok(()));
    }

    #[test]
    fn columns_may_not_lie_too_deep() {
        let deep = |count: u8| {
            let element = [0x48, 1, b'a', 0x15, 2, 0];
            [&[0x29, 0xfc, count][..], &element.repeat(usize::from(count)), &[0]].concat()
        };
        assert_eq!(check_footer(&deep(64)), Ok(()));
        let wrong = check_footer(&deep(65)).unwrap_err();
        assert!(wrong.contains("columns lie more than 64 deep in each other"), "{wrong}");
    }

    #[test]
    fn a_page_may_not_claim_to_be_huge() {
        let header = |plain: i64| {
            let mut bytes = vec![0x15, 0, 0x15];
            let mut rest = plain * 2;
            while 127 < rest {
                bytes.push((rest % 128 + 128) as u8);
                rest /= 128;
            }
            bytes.extend([rest as u8, 0x15, 20, 0, 77]);
            bytes
        };
        assert_eq!(check_page_header(&header(64 << 20)), Ok(10));
        assert_eq!(check_page_header(&header(64 << 20)[..9]), Err(Fault::Cut));
        let found = "a page of 10 bytes that claims to unpack to 67108865".to_owned();
        assert_eq!(check_page_header(&header((64 << 20) + 1)), Err(Fault::Refused(found)));
    }
}
