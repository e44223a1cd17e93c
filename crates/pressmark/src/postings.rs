//! The postings of one term: the documents that have it, how often, and where.
//!
//! Comes in: a term as indexed. Goes out: its figures, and its postings one by one in the order of the list, which is
//! that of the documents unless the index is reordered. Ranks nothing.

use store::postings::{Cursor, END, TermInfo};

use crate::vocabulary::ListFigures;
use crate::{Error, Index, TermCount};

/// One document that has a term.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Posting {
    /// Its number in the index.
    pub document: u32,
    /// Its id.
    pub id: String,
    /// How often it has the term.
    pub frequency: u32,
    /// Its tokens.
    pub length: u32,
    /// Where: token positions of the whole document, its text fields one after another.
    pub positions: Vec<u32>,
}

/// A term's postings; see [`Index::postings`].
pub struct TermPostings<'i> {
    index: &'i Index,
    /// The term, its documents and occurrences.
    pub count: TermCount,
    /// Its list in each segment that has it.
    pub lists: Vec<ListFigures>,
    infos: std::vec::IntoIter<(usize, TermInfo)>,
    open: Option<(usize, Cursor<'i>)>,
}

impl Index {
    /// The postings of a term as indexed (see [`Index::analyze`]); none where no document has it.
    pub fn postings(&self, term: &str) -> Result<TermPostings<'_>, Error> {
        let (mut infos, mut lists) = (Vec::new(), Vec::new());
        for (number, segment) in self.file().segments().iter().enumerate() {
            if let Some(info) = segment.lookup(term.as_bytes())? {
                lists.push(ListFigures::new(&info));
                infos.push((number, info));
            }
        }
        let count = self.term(term)?;
        Ok(TermPostings { index: self, count, lists, infos: infos.into_iter(), open: None })
    }
}

impl TermPostings<'_> {
    /// The next posting; `None` at the end.
    pub fn next_posting(&mut self) -> Result<Option<Posting>, Error> {
        loop {
            let segments = self.index.file().segments();
            let Some((number, cursor)) = &mut self.open else {
                let Some((number, info)) = self.infos.next() else { return Ok(None) };
                self.open = Some((number, segments[number].postings(&info)?.cursor()?));
                continue;
            };
            let (segment, listed) = (&segments[*number], cursor.doc());
            if listed == END {
                self.open = None;
                continue;
            }
            let local = segment.document_listed(listed);
            let mut posting = Posting {
                document: segment.base() + local,
                id: segment.id(local)?.to_owned(),
                frequency: cursor.freq()?,
                length: segment.length(listed),
                positions: Vec::new(),
            };
            cursor.positions(&mut posting.positions)?;
            cursor.advance()?;
            return Ok(Some(posting));
        }
    }
}
