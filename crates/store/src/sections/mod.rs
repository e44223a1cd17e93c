//! The sections of a segment, one module each: the builder that makes its bytes and the view that reads them.
//!
//! A section is found by its name; its grammar stands in its module. Unknown sections are skipped, so that later
//! versions can add some without turning away older readers.

pub(crate) mod classes;
pub(crate) mod columns;
pub(crate) mod document_ids;
pub(crate) mod documents;
pub(crate) mod lengths;
pub mod norms;
pub(crate) mod order;
pub(crate) mod vocabulary;

/// The names of sections.
pub mod names {
    /// An `fst` map from term to ordinal.
    pub const VOCABULARY: &str = "vocabulary";
    /// The term table, see `postings`.
    pub const TERMS: &str = "terms";
    /// Posting lists, see `postings`.
    pub const POSTINGS: &str = "postings";
    /// Positions, see `postings`.
    pub const POSITIONS: &str = "positions";
    /// The exact length of each document in tokens.
    pub const LENGTHS: &str = "lengths";
    /// One byte a document that bounds its length from below.
    pub const NORMS: &str = "norms";
    /// The id of each document.
    pub const IDS: &str = "ids";
    /// The documents sorted by id.
    pub const ID_ORDER: &str = "id_order";
    /// Stored documents in compressed blocks.
    pub const DOCUMENTS: &str = "documents";
    /// Where each block of stored documents begins.
    pub const DOCUMENT_DIRECTORY: &str = "document_directory";

    /// A class a term by what it ends in.
    pub const ENDINGS: &str = "endings";
    /// A class a term by its spelling key.
    pub const NAME_KEYS: &str = "name_keys";

    /// Which document lists number 0, 1 and so on, where that is not the order of the documents.
    pub const ORDER: &str = "order";

    /// Which pairs of frequent words have a list, see `postings::pairs`.
    pub const PAIRS: &str = "pairs";
    /// The lists of pairs.
    pub const PAIR_POSTINGS: &str = "pair_postings";

    /// The exact length of each document in one text field; all text fields but the last have such a section.
    pub fn field_lengths(text_field: usize) -> String {
        format!("field_lengths:{text_field}")
    }

    /// The values of one field.
    pub fn column(field: &str) -> String {
        format!("column:{field}")
    }
}

#[cfg(test)]
mod tests;
