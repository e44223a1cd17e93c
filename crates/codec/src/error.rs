//! What can be wrong with bytes that should be integers.

/// Errors of the codec. Offsets count from the start of the bytes given; the caller knows which section they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes end too early.
    #[error("expected `{wanted}` more bytes at byte {offset}, found `{found}`")]
    Short {
        /// Where they were expected.
        offset: usize,
        /// How many were expected.
        wanted: usize,
        /// How many are left.
        found: usize,
    },
    /// A varint runs past the width of its type, or ends with a byte that adds nothing.
    #[error("expected a varint of at most {bits} bits in its shortest form at byte {offset}")]
    Varint {
        /// Where it starts.
        offset: usize,
        /// The width of its type.
        bits: u32,
    },
    /// Bytes that are not UTF-8.
    #[error("expected UTF-8 text at byte {offset}")]
    Utf8 {
        /// The first bad byte.
        offset: usize,
    },
    /// Bytes are left over.
    #[error("expected the end at byte {offset}, found `{found}` more bytes")]
    Rest {
        /// Where the end was expected.
        offset: usize,
        /// How many bytes follow.
        found: usize,
    },
}

impl Error {
    /// Where in the bytes the contradiction lies.
    pub fn offset(&self) -> usize {
        match *self {
            Error::Short { offset, .. }
            | Error::Varint { offset, .. }
            | Error::Utf8 { offset }
            | Error::Rest { offset, .. } => offset,
        }
    }
}
