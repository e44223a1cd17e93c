//! Documents as they are stored: values converted, documents encoded, blocks compressed on the worker that has them.
//!
//! Comes in: documents of one batch after another. Goes out: compressed blocks of the slot, numbered from its first
//! document. A block never spans batches: where batches end depends on the input alone, so the same blocks come out
//! whoever makes them.

use sources::Value;
use store::{BlockCutter, StoredDocument, StoredValue, encode_block, encode_document};

/// Gathers the documents of a slot into blocks.
///
/// The law: for each document [`StoredBlocks::add`]; at the end of each batch [`StoredBlocks::end_batch`].
#[derive(Default)]
pub(crate) struct StoredBlocks {
    cutter: BlockCutter,
    /// The open block.
    encoded: Vec<u8>,
    ends: Vec<u32>,
    /// The slot's number of the open block's first document.
    first: u32,
    document: Vec<u8>,
    blocks: Vec<Block>,
}

/// A compressed block.
pub(crate) struct Block {
    /// The slot's number of its first document.
    pub(crate) first: u32,
    pub(crate) bytes: Vec<u8>,
}

impl StoredBlocks {
    /// Adds a document; fails if it cannot be stored, and then has not been added.
    pub(crate) fn add(&mut self, document: &StoredDocument) -> Result<(), store::Error> {
        self.document.clear();
        encode_document(document, &mut self.document)?;
        if self.cutter.push(self.document.len()) {
            self.cut()?;
        }
        match self.encoded.is_empty() {
            true => std::mem::swap(&mut self.encoded, &mut self.document),
            false => self.encoded.extend_from_slice(&self.document),
        }
        self.ends.push(self.encoded.len() as u32);
        // A giant must not lie about until the next document comes.
        if self.cutter.is_full() { self.end_batch() } else { Ok(()) }
    }

    /// Closes the open block.
    pub(crate) fn end_batch(&mut self) -> Result<(), store::Error> {
        if !self.ends.is_empty() {
            self.cut()?;
        }
        self.cutter = BlockCutter::default();
        Ok(())
    }

    fn cut(&mut self) -> Result<(), store::Error> {
        let bytes = encode_block(self.first, &mut self.encoded, &self.ends)?;
        self.blocks.push(Block { first: self.first, bytes });
        self.first += self.ends.len() as u32;
        self.encoded.clear();
        self.encoded.shrink_to(1 << 20);
        self.document.shrink_to(1 << 20);
        self.ends.clear();
        Ok(())
    }

    /// The blocks of the slot; the next document is the first of another slot.
    pub(crate) fn finish(&mut self) -> Vec<Block> {
        self.first = 0;
        std::mem::take(&mut self.blocks)
    }
}

/// A value as it is stored; `None` for null.
pub(crate) fn stored_value(value: Value) -> Option<StoredValue> {
    Some(match value {
        Value::Text(text) => StoredValue::Text(text),
        Value::Number(number) => StoredValue::Number(number),
        Value::Integer(number) => StoredValue::Integer(number),
        Value::Boolean(truth) => StoredValue::Boolean(truth),
        Value::List(values) => {
            StoredValue::List(values.into_iter().filter_map(stored_value).collect())
        }
        Value::Null => return None,
    })
}

/// The text of a value in a text field: what is searched is what is stored, so that places in one are places in the other.
pub(crate) fn text_of(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Null => String::new(),
        Value::List(values) => {
            let texts: Vec<String> = values.into_iter().map(text_of).collect();
            texts.join("\n")
        }
    }
}
