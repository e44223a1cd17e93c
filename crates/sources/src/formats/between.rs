//! What may stand between the records of a format with marks.
//!
//! Comes in: the bytes between two records, before the first or behind the last. Goes out: how many of them nobody will miss: blanks,
//! control characters, declarations, comments, and tags without attributes such as `<posts>`. Anything else is text that belongs to
//! no record, which must not be passed over in silence.

use memchr::{memchr, memmem};

/// How long a tag without attributes may be.
const MAX_TAG_BYTES: usize = 64;

/// How many of `bytes`, from the first on, hold nothing to lose. A declaration or tag that is not whole is not counted.
pub(super) fn empty_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += bytes[at..].iter().take_while(|byte| **byte <= b' ').count();
        let rest = &bytes[at..];
        let length = match rest {
            [b'<', b'!', b'-', b'-', ..] => memmem::find(rest, b"-->").map(|end| end + 3),
            [b'<', b'!' | b'?', ..] => memchr(b'>', rest).map(|end| end + 1),
            [b'<', ..] => tag_length(rest),
            [0xef, 0xbb, 0xbf, ..] => Some(3),
            _ => None,
        };
        match length {
            Some(length) => at += length,
            None => return at,
        }
    }
}

/// How long the tag at the head of `bytes` is, if it has a name and nothing else.
fn tag_length(bytes: &[u8]) -> Option<usize> {
    let close = memchr(b'>', &bytes[..bytes.len().min(MAX_TAG_BYTES)])?;
    let name = bytes[1..close].strip_prefix(b"/").unwrap_or(&bytes[1..close]);
    let name = name.strip_suffix(b"/").unwrap_or(name).trim_ascii();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b":_-.".contains(byte);
    (!name.is_empty() && name.iter().all(is_name)).then_some(close + 1)
}

/// Whether `rest`, the last bytes of a source, are a tag that was cut off.
pub(super) fn is_cut_off(rest: &[u8]) -> bool {
    rest.starts_with(b"<") && memchr(b'>', rest).is_none()
}

/// What is wrong with text that belongs to no record.
pub(super) fn fault(open: &str) -> String {
    format!("text outside of all records: expected `{open}` or nothing")
}

#[cfg(test)]
mod tests {
    use super::empty_length;

    #[test]
    fn only_what_holds_nothing_is_passed_over() {
        for (between, expected) in [
            ("", 0),
            (" \r\n\x1a\0", 5),
            ("\n<?xml version=\"1.0\"?>\n<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n", 59),
            ("<posts>\n</posts><br/>\u{feff}", 24),
            ("<!-- a > b -->x", 14),
            ("\n</DOC>stray text", 7),
            ("<row Id=\"1\"/>", 0),
            (" <posts", 1),
            ("<>", 0),
        ] {
            assert_eq!(empty_length(between.as_bytes()), expected, "{between}");
        }
    }
}
