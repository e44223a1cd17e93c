//! How many documents match, without scores.
//!
//! Comes in: terms that are required, welcome or forbidden. Goes out: the exact number of documents. Presence words are
//! combined 64 documents at a time; frequencies and bounds are not read.

use store::Segment;
use store::postings::chunked::{CHUNK, WINDOWS};

use super::allowed::Allowed;
use super::ranked::Role;
use super::term::TermScan;
use crate::Error;
use crate::plan::TermLeaf;

/// Documents of one segment that have every required term (any welcome one where none is required) and no forbidden one.
pub(crate) fn run(
    segment: &Segment,
    number: usize,
    leaves: &[(Role, TermLeaf<'_>)],
    allowed: Allowed<'_>,
) -> Result<u64, Error> {
    let mut terms = Vec::with_capacity(leaves.len());
    let has_must = leaves.iter().any(|(role, _)| *role == Role::Must);
    for (role, leaf) in leaves {
        match leaf.infos.get(number).and_then(Option::as_ref) {
            None if *role == Role::Must => return Ok(0),
            None => {}
            Some(_) if has_must && *role == Role::Should => {}
            Some(info) => terms.push((*role, segment.postings(info)?)),
        }
    }
    if let ([(Role::Must | Role::Should, list)], true) = (&terms[..], allowed.is_all()) {
        return Ok(u64::from(list.doc_freq()));
    }
    // The rarest first: what it leaves out need not be read from the others.
    terms.sort_by_key(|(role, list)| (*role as u8, list.doc_freq()));
    let scans = terms.into_iter().map(|(role, list)| Ok((role, TermScan::new(list, false)?)));
    let mut scans = scans.collect::<Result<Vec<_>, Error>>()?;
    let mut count = 0;
    for chunk in 0..segment.doc_count().div_ceil(CHUNK) {
        count += count_chunk(&mut scans, chunk, has_must, allowed)?;
    }
    Ok(count)
}

fn count_chunk(
    scans: &mut [(Role, TermScan<'_>)],
    chunk: u32,
    has_must: bool,
    allowed: Allowed<'_>,
) -> Result<u64, Error> {
    let mut words = [if has_must { u64::MAX } else { 0 }; WINDOWS];
    let mut live = allowed.windows(chunk);
    for (role, scan) in scans.iter_mut() {
        if live == 0 {
            return Ok(0);
        }
        let is_there = scan.enter(chunk)?;
        match role {
            Role::Must => {
                live &= scan.present();
                for_each_bit(live, |window| words[window] &= scan.word(window));
            }
            Role::Should if is_there => {
                for_each_bit(scan.present(), |window| words[window] |= scan.word(window));
            }
            Role::MustNot if is_there => {
                let both = live & scan.present();
                for_each_bit(both, |window| words[window] &= !scan.word(window));
            }
            Role::Should | Role::MustNot => {}
        }
    }
    let mut count = 0;
    for_each_bit(live, |window| {
        count += u64::from((words[window] & allowed.word(chunk, window)).count_ones());
    });
    Ok(count)
}

#[inline]
fn for_each_bit(mut mask: u64, mut visit: impl FnMut(usize)) {
    while mask != 0 {
        visit(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}
