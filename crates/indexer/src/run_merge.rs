//! Many runs read as one: their terms in byte order, each with the pieces of all runs.
//!
//! Comes in: runs in document order and a range of terms. Goes out: term after term with its pieces in document order.
//! It decodes no postings.

use crate::Error;
use crate::run::{Run, RunCursor};

/// Reads a range of terms of several runs, see [`RunMerge::next_term`].
///
/// The law: after [`RunMerge::next_term`] has returned true, [`RunMerge::term`] is the next term in byte order, and
/// [`RunMerge::next_piece`] gives its pieces, run by run; what is left unread of them is passed over.
pub(crate) struct RunMerge<'r> {
    cursors: Vec<RunCursor<'r>>,
    until: Option<&'r [u8]>,
    /// Cursors that stand on a later term than the current one: a binary heap, the least at the front.
    heap: Vec<Waiting>,
    /// Cursors that stand on the current term, in run order.
    current: Vec<u32>,
    /// The next of `current` to read from.
    reading: usize,
}

/// A cursor and the first bytes of its term.
#[derive(Clone, Copy)]
struct Waiting {
    prefix: u64,
    cursor: u32,
}

impl<'r> RunMerge<'r> {
    /// Opens the runs at `from` (included); reading ends before `until`. Every cursor on a spilled run has a buffer of
    /// `buffer_bytes`.
    pub(crate) fn open(
        runs: &'r [&'r Run],
        from: &[u8],
        until: Option<&'r [u8]>,
        buffer_bytes: usize,
    ) -> Result<RunMerge<'r>, Error> {
        let cursors = runs
            .iter()
            .map(|run| RunCursor::open(run, from, buffer_bytes))
            .collect::<Result<Vec<_>, Error>>()?;
        // Nothing is current yet, but all cursors are to be moved.
        let current = (0..cursors.len() as u32).collect();
        Ok(RunMerge { cursors, until, heap: Vec::new(), current, reading: 0 })
    }

    /// Moves to the next term; false when there is none.
    pub(crate) fn next_term(&mut self) -> Result<bool, Error> {
        for index in 0..self.current.len() {
            self.advance(self.current[index])?;
        }
        self.current.clear();
        self.reading = 0;
        let Some(least) = self.pop() else { return Ok(false) };
        self.current.push(least.cursor);
        while let Some(next) = self.heap.first().copied() {
            let (one, other) =
                (&self.cursors[least.cursor as usize], &self.cursors[next.cursor as usize]);
            if least.prefix != next.prefix || one.term() != other.term() {
                break;
            }
            self.pop();
            self.current.push(next.cursor);
        }
        Ok(true)
    }

    /// The current term.
    pub(crate) fn term(&self) -> &[u8] {
        self.cursors[self.current[0] as usize].term()
    }

    /// How many postings the current term has.
    pub(crate) fn documents(&self) -> u32 {
        self.current.iter().map(|cursor| self.cursors[*cursor as usize].documents()).sum()
    }

    /// How many pieces the current term has; to be asked before any is read.
    pub(crate) fn pieces(&self) -> u32 {
        self.current.iter().map(|cursor| self.cursors[*cursor as usize].pieces_left()).sum()
    }

    /// The next piece of the current term: its slot and its postings.
    pub(crate) fn next_piece(&mut self) -> Result<Option<(u32, &[u8])>, Error> {
        while let Some(cursor) = self.current.get(self.reading) {
            if self.cursors[*cursor as usize].pieces_left() == 0 {
                self.reading += 1;
            } else {
                return self.cursors[*cursor as usize].next_piece();
            }
        }
        Ok(None)
    }

    /// Moves a cursor on and puts it into the heap, unless it has come to its end.
    fn advance(&mut self, number: u32) -> Result<(), Error> {
        let cursor = &mut self.cursors[number as usize];
        if cursor.next_entry()? && self.until.is_none_or(|until| cursor.term() < until) {
            self.heap.push(Waiting { prefix: cursor.prefix(), cursor: number });
            self.rise(self.heap.len() - 1);
        }
        Ok(())
    }

    fn pop(&mut self) -> Option<Waiting> {
        let last = self.heap.pop()?;
        let Some(first) = self.heap.first_mut() else { return Some(last) };
        let least = std::mem::replace(first, last);
        self.sink();
        Some(least)
    }

    fn rise(&mut self, mut at: usize) {
        while 0 < at {
            let parent = (at - 1) / 2;
            if !self.is_before(self.heap[at], self.heap[parent]) {
                break;
            }
            self.heap.swap(at, parent);
            at = parent;
        }
    }

    fn sink(&mut self) {
        let mut at = 0;
        loop {
            let mut child = at * 2 + 1;
            if self.heap.len() <= child {
                break;
            }
            if child + 1 < self.heap.len() && self.is_before(self.heap[child + 1], self.heap[child])
            {
                child += 1;
            }
            if !self.is_before(self.heap[child], self.heap[at]) {
                break;
            }
            self.heap.swap(at, child);
            at = child;
        }
    }

    /// By term, equal terms by run.
    #[inline]
    fn is_before(&self, one: Waiting, other: Waiting) -> bool {
        if one.prefix != other.prefix {
            return one.prefix < other.prefix;
        }
        let term = |waiting: Waiting| self.cursors[waiting.cursor as usize].term();
        (term(one), one.cursor) < (term(other), other.cursor)
    }
}

#[cfg(test)]
pub(crate) mod tests;
