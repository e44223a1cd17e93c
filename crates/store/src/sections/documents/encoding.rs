//! One stored document as bytes.
//!
//! ```text
//! Document := field_count:varint Field*
//! Field    := name:text Value                             text: its length as a varint, then UTF-8
//! Value    := 0 text | 1 zigzag:varint | 2 f64 | 3 (false) | 4 (true) | 5 count:varint Value*
//! ```
//!
//! Names are written in every document: a block's compression folds them, and a document can be encoded and decoded
//! with nothing else at hand.

use codec::bytes::{ByteReader, ByteWriter};
use codec::varint::{unzigzag, zigzag};

use super::{MAX_DOCUMENT_BYTES, StoredDocument, StoredValue};
use crate::Error;

/// Lists inside lists, at most.
const MAX_DEPTH: usize = 16;

const TEXT: u8 = 0;
const INTEGER: u8 = 1;
const NUMBER: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
const LIST: u8 = 5;

/// Appends the encoded document to `out`.
///
/// ```
/// use store::{StoredDocument, StoredValue, encode_document};
/// let title = ("t".to_owned(), StoredValue::Text("Hi".to_owned()));
/// let mut out = Vec::new();
/// encode_document(&StoredDocument { fields: vec![title] }, &mut out)?;
/// assert_eq!(out, b"\x01\x01t\x00\x02Hi");
/// # Ok::<(), store::Error>(())
/// ```
pub fn encode_document(document: &StoredDocument, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    let mut writer = ByteWriter::after(std::mem::take(out));
    writer.write_varint(document.fields.len() as u64);
    let encoded = document.fields.iter().try_for_each(|(name, value)| {
        writer.write_text(name);
        encode_value(value, MAX_DEPTH, &mut writer)
    });
    *out = writer.into_bytes();
    let (found, limit) = ((out.len() - start) as u64, MAX_DOCUMENT_BYTES as u64);
    let checked = encoded.and_then(|()| match found > limit {
        true => Err(Error::TooLarge { what: "a stored document".to_owned(), limit, found }),
        false => Ok(()),
    });
    if checked.is_err() {
        out.truncate(start);
    }
    checked
}

fn encode_value(value: &StoredValue, depth: usize, out: &mut ByteWriter) -> Result<(), Error> {
    match value {
        StoredValue::Text(text) => {
            out.write_u8(TEXT);
            out.write_text(text);
        }
        StoredValue::Integer(value) => {
            out.write_u8(INTEGER);
            out.write_varint(zigzag(*value));
        }
        StoredValue::Number(value) => {
            out.write_u8(NUMBER);
            out.write_f64(*value);
        }
        StoredValue::Boolean(false) => out.write_u8(FALSE),
        StoredValue::Boolean(true) => out.write_u8(TRUE),
        StoredValue::List(values) => {
            let (limit, found) = (MAX_DEPTH as u64, MAX_DEPTH as u64 + 1);
            let what = "the nesting of a stored list";
            let depth = depth.checked_sub(1).ok_or_else(|| Error::TooLarge {
                what: what.to_owned(),
                limit,
                found,
            })?;
            out.write_u8(LIST);
            out.write_varint(values.len() as u64);
            values.iter().try_for_each(|value| encode_value(value, depth, out))?;
        }
    }
    Ok(())
}

/// Decodes all of `bytes`; the error is for a message.
pub(super) fn decode_document(bytes: &[u8]) -> Result<StoredDocument, String> {
    let mut reader = ByteReader::new(bytes);
    let count = reader.read_varint_u64().map_err(text)?;
    // Nothing is reserved: a wrong count fails at the end of the bytes.
    let mut fields = Vec::new();
    for _ in 0..count {
        let name = reader.read_text().map_err(text)?.to_owned();
        fields.push((name, decode_value(&mut reader, MAX_DEPTH)?));
    }
    reader.finish().map_err(text)?;
    Ok(StoredDocument { fields })
}

fn decode_value(reader: &mut ByteReader<'_>, depth: usize) -> Result<StoredValue, String> {
    Ok(match reader.read_u8().map_err(text)? {
        TEXT => StoredValue::Text(reader.read_text().map_err(text)?.to_owned()),
        INTEGER => StoredValue::Integer(unzigzag(reader.read_varint_u64().map_err(text)?)),
        NUMBER => StoredValue::Number(reader.read_f64().map_err(text)?),
        FALSE => StoredValue::Boolean(false),
        TRUE => StoredValue::Boolean(true),
        LIST => {
            let depth = depth.checked_sub(1).ok_or("its lists are nested too deeply")?;
            let count = reader.read_varint_u64().map_err(text)?;
            let mut values = Vec::new();
            for _ in 0..count {
                values.push(decode_value(reader, depth)?);
            }
            StoredValue::List(values)
        }
        tag => return Err(format!("expected a value's tag below 6, found `{tag}`")),
    })
}

fn text(error: codec::Error) -> String {
    error.to_string()
}
