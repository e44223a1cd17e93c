//! How many documents match, without scores.
//!
//! Comes in: terms that are required, welcome or forbidden. Goes out: the exact number of documents. Presence words are
//! combined 64 documents at a time; frequencies and bounds are not read.

use codec::simd;
use store::Segment;
use store::postings::chunked::{CHUNK, WINDOWS};
use store::postings::{BLOCK, PostingList};

use super::allowed::Allowed;
use super::ranked::Role;
use super::term::{TermScan, by_chunk, count_in};
use crate::Error;
use crate::plan::TermLeaf;

/// Documents of one segment that have every required term (any welcome one where none is required) and no forbidden one.
#[inline(always)]
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
    if let [(Role::Must | Role::Should, list)] = terms[..] {
        return run_list(segment, list, allowed);
    }
    // The rarest first: what it leaves out need not be read from the others.
    terms.sort_by_key(|(role, list)| (*role as u8, list.doc_freq()));
    let mut scans = Vec::with_capacity(terms.len());
    for (role, list) in terms {
        scans.push((role, TermScan::new(list)?));
    }
    if let ([(Role::Should, a), (Role::Should, b)], true) = (&mut scans[..], allowed.is_all())
        && a.can_lead()
    {
        // Those of one and those of the other, less those of both: the short one is looked up in the other.
        let either = u64::from(a.list().doc_freq()) + u64::from(b.list().doc_freq());
        (scans[0].0, scans[1].0) = (Role::Must, Role::Must);
        return Ok(either.saturating_sub(count_chunks(segment, &mut scans, true, allowed)?));
    }
    count_chunks(segment, &mut scans, has_must, allowed)
}

/// Allowed documents of one list.
#[inline(always)]
pub(crate) fn run_list(
    segment: &Segment,
    list: PostingList<'_>,
    allowed: Allowed<'_>,
) -> Result<u64, Error> {
    if allowed.is_all() {
        return Ok(u64::from(list.doc_freq()));
    }
    count_chunks(segment, &mut [(Role::Must, TermScan::new(list)?)], true, allowed)
}

/// Documents of a short leading list that all other required lists have and no forbidden one.
#[inline(always)]
fn count_led(scans: &mut [(Role, TermScan<'_>)], allowed: Allowed<'_>) -> Result<u64, Error> {
    let (mut count, mut docs) = (0, [0; BLOCK]);
    let Some(((_, leader), others)) = scans.split_first_mut() else { return Ok(0) };
    let has_chunks = others.iter().any(|(_, scan)| !scan.has_blocks());
    for block in 0..leader.list().block_count() {
        let length = leader.copy_block(block, &mut docs)?;
        let mut left = allowed.among(&docs[..length]);
        for other in others.iter_mut().filter(|(_, scan)| scan.has_blocks()) {
            left = look_up(other, &docs, left)?;
        }
        for mut inside in by_chunk(&docs, left, has_chunks) {
            for other in others.iter_mut().filter(|(_, scan)| !scan.has_blocks()) {
                inside = look_up(other, &docs, inside)?;
            }
            count += u64::from(inside.count_ones());
        }
    }
    Ok(count)
}

/// Which of some documents match, as far as one list has a say in it.
#[inline(always)]
fn look_up(
    (role, scan): &mut (Role, TermScan<'_>),
    docs: &[u32; BLOCK],
    left: u128,
) -> Result<u128, Error> {
    let found = scan.find_each(docs, left)?;
    Ok(left & if *role == Role::MustNot { !found } else { found })
}

#[inline(always)]
fn count_chunks(
    segment: &Segment,
    scans: &mut [(Role, TermScan<'_>)],
    has_must: bool,
    allowed: Allowed<'_>,
) -> Result<u64, Error> {
    if has_must && scans.first().is_some_and(|(_, scan)| scan.can_lead()) {
        return count_led(scans, allowed);
    }
    let mut count = 0;
    for chunk in 0..segment.doc_count().div_ceil(CHUNK) {
        count += count_chunk(scans, chunk, has_must, allowed)?;
    }
    Ok(count)
}

#[inline(always)]
fn count_chunk(
    scans: &mut [(Role, TermScan<'_>)],
    chunk: u32,
    has_must: bool,
    allowed: Allowed<'_>,
) -> Result<u64, Error> {
    let mut words = [0; WINDOWS];
    let mut live = allowed.windows(chunk);
    if allowed.is_all() && scans.iter().all(|(role, _)| *role == Role::Should) {
        for (_, scan) in scans {
            scan.mark_chunk(chunk, &mut words)?;
        }
        return Ok(u64::from(simd::count_words(&words)));
    }
    for (place, (role, scan)) in scans.iter_mut().enumerate() {
        if live == 0 {
            return Ok(0);
        }
        let is_there = scan.enter(chunk)?;
        match role {
            Role::Must => live = scan.intersect(place == 0, &mut words, live),
            Role::Should if is_there => scan.or_words(&mut words),
            Role::MustNot if is_there => live = scan.and_not_words(&mut words, live),
            Role::Should | Role::MustNot => {}
        }
    }
    live = allowed.and_words(chunk, &mut words, live);
    if !has_must && allowed.is_all() {
        return Ok(u64::from(simd::count_words(&words)));
    }
    Ok(u64::from(count_in(&words, live)))
}
