//! Forms as written in an index of stems, told from lists alone.
//!
//! Comes in: the list of a stem and the lists of all its forms that are not equal to it. Goes out: where the stem is
//! written as itself, which is where none of the others stands. All other forms have lists like any term.

use store::Segment;
use store::postings::{Cursor, END, TermInfo};

use crate::Error;

/// The other forms of a stem in one document after another.
pub(crate) struct OtherForms<'a> {
    lists: Vec<Cursor<'a>>,
    scratch: Vec<u32>,
    taken: Vec<u32>,
}

impl<'a> OtherForms<'a> {
    /// Opens the lists of a segment.
    pub(crate) fn open(segment: &'a Segment, forms: &[TermInfo]) -> Result<Self, Error> {
        let open = |form: &TermInfo| Ok(segment.postings(form)?.cursor()?);
        let lists = forms.iter().map(open).collect::<Result<_, Error>>()?;
        Ok(OtherForms { lists, scratch: Vec::new(), taken: Vec::new() })
    }

    /// How often they stand in a document.
    fn frequency(&mut self, doc: u32) -> Result<u32, Error> {
        let mut frequency = 0;
        for list in &mut self.lists {
            frequency += if list.seek(doc)? == doc { list.freq()? } else { 0 };
        }
        Ok(frequency)
    }

    /// Drops the positions in a document on which one of them stands.
    pub(crate) fn retain(&mut self, doc: u32, positions: &mut Vec<u32>) -> Result<(), Error> {
        self.taken.clear();
        for list in &mut self.lists {
            if list.seek(doc)? == doc {
                list.positions(&mut self.scratch)?;
                self.taken.extend_from_slice(&self.scratch);
            }
        }
        self.taken.sort_unstable();
        positions.retain(|position| self.taken.binary_search(position).is_err());
        Ok(())
    }
}

/// One bit a document of a segment: whether a stem stands there written as itself, in a field if one is named.
pub(crate) fn form_documents(
    segment: &Segment,
    stem: Option<&TermInfo>,
    others: &[TermInfo],
    scope: Option<usize>,
) -> Result<Vec<u64>, Error> {
    let mut documents = vec![0_u64; (segment.doc_count() as usize).div_ceil(64)];
    let Some(stem) = stem else { return Ok(documents) };
    let mut others = OtherForms::open(segment, others)?;
    let mut cursor = segment.postings(stem)?.cursor()?;
    let (mut positions, mut doc) = (Vec::new(), cursor.doc());
    while doc != END {
        let stands = match scope {
            None => others.frequency(doc)? < cursor.freq()?,
            Some(field) => {
                let (start, length) = segment.field_extent(field, doc);
                cursor.positions(&mut positions)?;
                positions.retain(|&position| start <= position && position - start < length);
                others.retain(doc, &mut positions)?;
                !positions.is_empty()
            }
        };
        if let (true, Some(word)) = (stands, documents.get_mut(doc as usize / 64)) {
            *word |= 1 << (doc % 64);
        }
        doc = cursor.advance()?;
    }
    Ok(documents)
}
