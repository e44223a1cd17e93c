//! Document ids: number to id, and id to number.
//!
//! ```text
//! Ids     := width:u8 zero{7} end{documents} text      width 4 or 8: bytes of an end; text: the ids, UTF-8, end to end
//! IdOrder := document:u32{documents}                   sorted by id bytes, equal ids by document number
//! ```
//!
//! Comes in: one id a document. Goes out: the two sections, or an id by number in constant time and the last number
//! with an id by binary search.

use codec::bytes::{ByteReader, ByteWriter};

use super::names;
use crate::Error;

const HEAD: usize = 8;

/// Collects ids in document order.
#[derive(Clone, Debug, Default)]
pub struct IdsBuilder {
    ends: Vec<u64>,
    text: Vec<u8>,
}

impl IdsBuilder {
    /// Adds the next document.
    pub fn push(&mut self, id: &str) {
        self.text.extend_from_slice(id.as_bytes());
        self.ends.push(self.text.len() as u64);
    }

    /// Documents so far.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no documents yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The bytes of sections `ids` and `id_order`.
    pub fn finish(self) -> (Vec<u8>, Vec<u8>) {
        let order = self.order();
        let width = if self.text.len() as u64 <= u64::from(u32::MAX) { 4 } else { 8 };
        let length = HEAD + width * self.ends.len() + self.text.len();
        let mut ids = ByteWriter::after(Vec::with_capacity(length));
        ids.write_u8(width as u8);
        ids.align(HEAD);
        for end in &self.ends {
            ids.write_bytes(&end.to_le_bytes()[..width]);
        }
        ids.write_bytes(&self.text);
        (ids.into_bytes(), order)
    }

    fn order(&self) -> Vec<u8> {
        let id = |document: u32| {
            let document = document as usize;
            let start = if document == 0 { 0 } else { self.ends[document - 1] };
            &self.text[start as usize..self.ends[document] as usize]
        };
        let mut order: Vec<u32> = (0..self.ends.len() as u32).collect();
        order.sort_unstable_by(|&left, &right| id(left).cmp(id(right)).then(left.cmp(&right)));
        order.iter().flat_map(|document| document.to_le_bytes()).collect()
    }
}

/// Reads ids.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids<'a> {
    documents: u32,
    width: usize,
    ends: &'a [u8],
    text: &'a [u8],
    order: &'a [u8],
}

impl<'a> Ids<'a> {
    /// Checks the sizes of the parts, not the ids.
    pub(crate) fn open(ids: &'a [u8], order: &'a [u8], documents: u32) -> Result<Self, Error> {
        let wrong = |error| Error::decoding(names::IDS, 0, error);
        let mut reader = ByteReader::new(ids);
        let head: [u8; HEAD] = reader.read_array().map_err(wrong)?;
        let width = match head {
            [width @ (4 | 8), 0, 0, 0, 0, 0, 0, 0] => usize::from(width),
            _ => return Err(Error::corrupt(names::IDS, 0, "expected a width of 4 or 8 bytes")),
        };
        let table = width.saturating_mul(documents as usize);
        let ends = reader.take(table).map_err(wrong)?;
        if order.len() as u64 != 4 * u64::from(documents) {
            let reason = format!("expected {documents} numbers, found {} bytes", order.len());
            return Err(Error::corrupt(names::ID_ORDER, 0, reason));
        }
        let ids = Ids { documents, width, ends, text: reader.rest(), order };
        let end = if documents == 0 { 0 } else { ids.end(documents - 1) };
        if end != ids.text.len() as u64 {
            let reason = format!("expected ids of {end} bytes, found {}", ids.text.len());
            return Err(Error::corrupt(names::IDS, (HEAD + table) as u64, reason));
        }
        Ok(ids)
    }

    /// The id of a document.
    pub(crate) fn get(&self, document: u32) -> Result<&'a str, Error> {
        if document >= self.documents {
            let reason = format!("expected a document below {}, found {document}", self.documents);
            return Err(Error::corrupt(names::IDS, 0, reason));
        }
        let start = if document == 0 { 0 } else { self.end(document - 1) };
        let bytes = usize::try_from(start)
            .ok()
            .zip(usize::try_from(self.end(document)).ok())
            .and_then(|(start, end)| self.text.get(start..end));
        let place = || (HEAD + self.width * document as usize) as u64;
        let bytes = bytes
            .ok_or_else(|| Error::corrupt(names::IDS, place(), "expected the end of an id"))?;
        std::str::from_utf8(bytes)
            .map_err(|_| Error::corrupt(names::IDS, place(), "expected an id in UTF-8"))
    }

    /// The id at a place in the order of ids.
    pub(crate) fn in_order(&self, place: u32) -> Result<&'a str, Error> {
        if self.documents <= place {
            let reason = format!("expected a place below {}, found {place}", self.documents);
            return Err(Error::corrupt(names::ID_ORDER, 0, reason));
        }
        self.get(self.at(place))
    }

    /// The last document with that id.
    pub(crate) fn find(&self, id: &str) -> Result<Option<u32>, Error> {
        let after = self.after(id)?;
        if after == 0 {
            return Ok(None);
        }
        let document = self.at(after - 1);
        Ok((self.get(document)? == id).then_some(document))
    }

    /// The first place in the order whose id is greater.
    fn after(&self, id: &str) -> Result<u32, Error> {
        let (mut low, mut high) = (0, self.documents);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(self.at(middle))? <= id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// All documents with that id, the last one first.
    pub(crate) fn find_all(&self, id: &str) -> Result<Vec<u32>, Error> {
        let mut found = Vec::new();
        let mut place = self.after(id)?;
        while 0 < place && self.get(self.at(place - 1))? == id {
            place -= 1;
            found.push(self.at(place));
        }
        Ok(found)
    }

    /// Reads every id, and that the order sorts them.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        for document in 0..self.documents {
            self.get(document)?;
        }
        for place in 1..self.documents {
            let (left, right) = (self.at(place - 1), self.at(place));
            if (self.get(left)?, left) >= (self.get(right)?, right) {
                let reason = format!("documents {left} and {right} are out of order");
                return Err(Error::corrupt(names::ID_ORDER, 4 * u64::from(place), reason));
            }
        }
        Ok(())
    }

    /// `document` must be in range.
    fn end(&self, document: u32) -> u64 {
        let start = self.width * document as usize;
        let mut end = [0; 8];
        end[..self.width].copy_from_slice(&self.ends[start..start + self.width]);
        u64::from_le_bytes(end)
    }

    /// `place` must be in range; the document may not be.
    fn at(&self, place: u32) -> u32 {
        let start = 4 * place as usize;
        let bytes = &self.order[start..start + 4];
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }
}
