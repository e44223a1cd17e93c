//! In which order posting lists number the documents of a segment, where it is not the order of the documents.
//!
//! ```text
//! Order := document{documents}      each of 1 to 4 bytes, the fewest that hold the greatest: which document lists number 0, 1, ...
//! ```
//!
//! Lists in which documents of like words stand side by side are shorter and passed over faster (Dhulipala et al.,
//! Compressing Graphs and Indexes with Recursive Graph Bisection, KDD 2016). Documents keep their numbers everywhere
//! else. Comes in: a permutation. Goes out: section `order`, or either number from the other.

use crate::Error;
use crate::sections::names;

/// The section's bytes for the documents in the order of the lists.
pub fn order_section(documents: &[u32]) -> Vec<u8> {
    let width = width_of(documents.len() as u32);
    documents.iter().flat_map(|document| document.to_le_bytes().into_iter().take(width)).collect()
}

fn width_of(documents: u32) -> usize {
    (4 - documents.saturating_sub(1).leading_zeros() as usize / 8).max(1)
}

/// Reads documents by their numbers in lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    bytes: &'a [u8],
    width: usize,
}

impl<'a> Order<'a> {
    pub(crate) fn open(bytes: &'a [u8], documents: u32) -> Result<Order<'a>, Error> {
        let order = Order::assume(bytes, documents);
        let expected = u64::from(documents) * order.width as u64;
        if bytes.len() as u64 == expected {
            return Ok(order);
        }
        let (width, found) = (order.width, bytes.len());
        let reason = format!("expected {width} bytes for {documents} documents, found {found}");
        Err(Error::corrupt(names::ORDER, 0, reason))
    }

    /// The same for bytes that were opened before.
    pub(crate) fn assume(bytes: &'a [u8], documents: u32) -> Order<'a> {
        Order { bytes, width: width_of(documents) }
    }

    /// The document of a number in lists; `u32::MAX` where there is none.
    #[inline]
    pub(crate) fn document(self, listed: u32) -> u32 {
        let start = listed as usize * self.width;
        let Some(bytes) = self.bytes.get(start..start + self.width) else { return u32::MAX };
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }

    /// The numbers in lists, by document; 0 for a document that a damaged section leaves out.
    pub(crate) fn inverse(self) -> Vec<u32> {
        let count = self.bytes.len() / self.width;
        let mut listed = vec![0; count];
        for number in 0..count as u32 {
            if let Some(place) = listed.get_mut(self.document(number) as usize) {
                *place = number;
            }
        }
        listed
    }

    /// Whether every document has one number.
    pub(crate) fn verify(self) -> Result<(), Error> {
        let mut found = vec![false; self.bytes.len() / self.width];
        for listed in 0..found.len() as u32 {
            let document = self.document(listed);
            let place = found.get_mut(document as usize).filter(|found| !**found);
            let reason = || format!("document {document} is out of range, or there twice");
            let offset = u64::from(listed) * self.width as u64;
            *place.ok_or_else(|| Error::corrupt(names::ORDER, offset, reason()))? = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, order_section};

    #[test]
    fn numbers_lead_to_documents_and_back() {
        for count in [1, 2, 256, 257, 65_536, 65_537] {
            let documents: Vec<u32> = (0..count).map(|listed| (listed * 5 + 3) % count).collect();
            if 5 < count && count % 5 == 0 {
                continue;
            }
            let bytes = order_section(&documents);
            let order = Order::open(&bytes, count).unwrap();
            let inverse = order.inverse();
            for (listed, &document) in (0..).zip(&documents) {
                assert_eq!(order.document(listed), document);
                assert_eq!(inverse[document as usize], listed);
            }
            assert_eq!(order.document(count), u32::MAX);
            order.verify().unwrap();
        }
    }

    #[test]
    fn wrong_sizes_and_numbers_are_found() {
        assert!(Order::open(&[0, 1, 2], 2).is_err());
        assert!(Order::open(&[0, 1], 2).unwrap().verify().is_ok());
        for wrong in [[0, 0], [1, 2]] {
            assert!(Order::open(&wrong, 2).unwrap().verify().is_err());
        }
    }
}
