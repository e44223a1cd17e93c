//! Posting lists: what was pushed comes out, by every way through the cursor, and no bytes make it panic.

use codec::simd;
use proptest::prelude::*;

use super::bounds::impact;
use super::chunked::{
    CHUNK, ChunkDocs, WINDOW, WINDOWS, packed_ids, unpack_ids, window_count, window_find,
};
use super::*;
use crate::Error;

type Postings = Vec<(u32, Vec<u32>)>;

/// Documents of a segment: lengths that fit the postings, norms that bound them.
struct Documents {
    lengths: Vec<u32>,
    norms: Vec<u8>,
}

impl Documents {
    fn of(postings: &Postings) -> Documents {
        let count = postings.last().map_or(1, |(doc, _)| doc + 3) as usize;
        let mut lengths = vec![1; count];
        for (doc, positions) in postings {
            lengths[*doc as usize] = positions[positions.len() - 1] + 1 + doc % 7;
        }
        let norms = lengths.iter().map(|&length| length.min(255) as u8).collect();
        Documents { lengths, norms }
    }

    fn model(&self) -> ImpactModel<'_> {
        ImpactModel::new(&self.lengths, &self.norms, (1.2, 0.75), 20.0)
    }
}

struct Written {
    documents: Documents,
    postings: Vec<u8>,
    positions: Vec<u8>,
    table: Vec<u8>,
}

impl Written {
    /// Writes the same list three times, so that offsets matter.
    fn of(postings: &Postings) -> Written {
        let documents = Documents::of(postings);
        let (mut builder, mut table) = (ListBuilder::new(), TermTableBuilder::new());
        let (mut bytes, mut positions) = (Vec::new(), Vec::new());
        let model = documents.model();
        for _ in 0..3 {
            builder.begin(&model, postings.len() as u32, &positions);
            for (doc, doc_positions) in postings {
                builder.push(&model, *doc, doc_positions, &mut positions);
            }
            table.push(&builder.finish(&model, &mut bytes, &mut positions));
        }
        Written { documents, postings: bytes, positions, table: table.finish() }
    }

    fn list(&self, ordinal: u32) -> Result<PostingList<'_>, Error> {
        let doc_count = self.documents.lengths.len() as u32;
        let term = TermTable::open(&self.table, doc_count)?.get(TermOrdinal(ordinal))?;
        PostingList::open(&term, &self.postings, &self.positions, doc_count)
    }
}

fn read_all(mut cursor: Cursor<'_>) -> Result<Postings, Error> {
    let (mut all, mut positions) = (Vec::new(), Vec::new());
    while cursor.doc() != END {
        cursor.positions(&mut positions)?;
        assert_eq!(cursor.freq()? as usize, positions.len());
        all.push((cursor.doc(), positions.clone()));
        cursor.advance()?;
    }
    Ok(all)
}

/// Lists of the chunked class with runs that are dense, thin and nearly empty.
fn frequent(most_positions: usize) -> impl Strategy<Value = Postings> {
    let run = (prop_oneof![1u32..3, 1u32..12, 20u32..150], 100usize..1500);
    let runs = prop::collection::vec(run, 1..4);
    let frequencies = prop::collection::vec(1..most_positions, 50);
    (runs, frequencies, any::<u32>()).prop_map(|(runs, frequencies, seed)| {
        let (mut doc, mut state, mut all) = (0, seed, Vec::new());
        let tail = (2, 1024);
        for (gap, length) in runs.into_iter().chain([tail]) {
            for _ in 0..length {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                doc += 1 + (state >> 16) % gap;
                let frequency = frequencies[(state >> 8) as usize % frequencies.len()] as u32;
                all.push((doc, (0..frequency).map(|place| place * 3 + doc % 3).collect()));
            }
        }
        all
    })
}

fn postings(longest: usize, most_positions: usize) -> impl Strategy<Value = Postings> {
    let posting = (1u32..2000, prop::collection::vec(1u32..300, 1..most_positions));
    prop::collection::vec(posting, 1..longest).prop_map(|gaps| {
        let mut doc = 0;
        let ascending = |start: u32, gaps: Vec<u32>| {
            gaps.into_iter()
                .scan(start, |position, gap| {
                    *position += gap;
                    Some(*position - 1)
                })
                .collect::<Vec<u32>>()
        };
        gaps.into_iter()
            .map(|(gap, positions)| {
                doc += gap;
                (doc - 1, ascending(0, positions))
            })
            .collect()
    })
}

#[test]
fn champions_stand_where_impacts_differ() {
    let frequency = |doc: u32| if doc < 30 { 1 + doc } else { 1 };
    let postings: Postings = (0..600).map(|doc| (doc, (0..frequency(doc)).collect())).collect();
    let mut written = Written::of(&postings);
    let champions = written.list(2).unwrap().champions().unwrap().expect("impacts differ");
    assert_eq!(champions.postings().count(), 10);
    // The last byte of the list is their number.
    let last = written.postings.len() - 1;
    written.postings[last] = 200;
    assert!(matches!(written.list(2).unwrap().champions(), Err(Error::Corrupt { .. })));
    let alike: Postings = (0..600).map(|doc| (doc, vec![doc % 2])).collect();
    assert!(Written::of(&alike).list(2).unwrap().champions().unwrap().is_none());
}

#[test]
fn a_damaged_rank_in_a_dense_chunk_is_an_error() {
    let postings: Postings = (0..3000).map(|doc| (doc, vec![doc % 5])).collect();
    let mut written = Written::of(&postings);
    let list = written.list(0).unwrap();
    let ChunkDocs::Bits { ranks, .. } = list.chunk(0).unwrap().docs() else {
        panic!("3000 documents of a chunk are bits");
    };
    let last_rank = ranks[10..12].as_ptr() as usize - written.postings.as_ptr() as usize;
    written.postings[last_rank..last_rank + 2].copy_from_slice(&3000_u16.to_le_bytes());
    let mut cursor = written.list(0).unwrap().cursor().unwrap();
    assert_eq!(cursor.seek(2999).unwrap(), 2999);
    assert!(matches!(cursor.positions(&mut Vec::new()), Err(Error::Corrupt { .. })));
}

#[test]
fn lists_at_the_borders_of_their_classes_round_trip() {
    for length in [1, 7, 8, 9, 127, 128, 129, 256, 257, 1000, 1024, 3000] {
        for frequency in [1, 2, 130, 300] {
            let postings: Postings = (0..length)
                .map(|doc| (doc * 3 + doc / 500 * 5000, (0..frequency).map(|p| p * 2).collect()))
                .collect();
            let written = Written::of(&postings);
            for ordinal in 0..3 {
                let cursor = written.list(ordinal).unwrap().cursor().unwrap();
                assert_eq!(
                    read_all(cursor).unwrap(),
                    postings,
                    "{length} documents, {frequency} each"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn lists_round_trip(postings in prop_oneof![postings(12, 4), postings(700, 4), postings(140, 400), frequent(6)]) {
        let written = Written::of(&postings);
        let list = written.list(1).unwrap();
        prop_assert_eq!(list.doc_freq() as usize, postings.len());
        prop_assert_eq!(read_all(list.cursor().unwrap()).unwrap(), postings);
    }

    #[test]
    fn seek_equals_repeated_advance(
        postings in prop_oneof![postings(12, 4), postings(700, 4), frequent(4)],
        steps in prop::collection::vec((any::<bool>(), 0u32..40_000), 1..60),
    ) {
        let written = Written::of(&postings);
        let list = written.list(2).unwrap();
        let (mut seeking, mut walking) = (list.cursor().unwrap(), list.cursor().unwrap());
        let mut positions = [Vec::new(), Vec::new()];
        for (near, distance) in steps {
            let target = seeking.doc().saturating_add(if near { distance % 50 } else { distance });
            while walking.doc() < target {
                walking.advance().unwrap();
            }
            prop_assert_eq!(seeking.seek(target).unwrap(), walking.doc());
            if walking.doc() != END {
                seeking.positions(&mut positions[0]).unwrap();
                walking.positions(&mut positions[1]).unwrap();
                prop_assert_eq!(&positions[0], &positions[1]);
            }
        }
    }

    #[test]
    fn single_frequencies_and_documents_are_those_of_the_whole(
        postings in prop_oneof![postings(700, 4), postings(3, 70), frequent(6)],
    ) {
        let written = Written::of(&postings);
        let list = written.list(1).unwrap();
        let mut values = [0; BLOCK];
        for block in 0..list.block_count() {
            if list.class() == ListClass::Sparse {
                let (length, at) = list.block_docs(block, &mut values).unwrap();
                list.block_frequencies(block, at, &mut values).unwrap();
                for (index, &frequency) in values[..length].iter().enumerate() {
                    prop_assert_eq!(list.block_frequency(block, at, index).unwrap(), frequency);
                }
                prop_assert!(list.block_frequency(block, at, length).is_err());
            }
            let chunk = list.chunk(block).unwrap();
            for rank in 0..chunk.count() {
                if rank % BLOCK == 0 {
                    chunk.frequencies(rank / BLOCK, &mut values).unwrap();
                }
                prop_assert_eq!(chunk.frequency(rank).unwrap(), values[rank % BLOCK]);
            }
            prop_assert!(chunk.frequency(chunk.count()).is_err());
            if let ChunkDocs::Windows { counts, numbers } = chunk.docs() {
                let mut start = 0;
                for window in 0..WINDOWS {
                    let count = window_count(counts, window);
                    let word = simd::window_word(numbers, start, count);
                    for number in 0..WINDOW {
                        let below = (word & ((1 << number) - 1)).count_ones() as usize;
                        let expected = (word >> number & 1 == 1).then_some(start + below);
                        prop_assert_eq!(window_find(numbers, start, count, number), expected);
                    }
                    start += count;
                }
            }
        }
    }

    #[test]
    fn no_impact_is_above_its_bound(postings in prop_oneof![postings(700, 20), frequent(5)]) {
        let written = Written::of(&postings);
        let list = written.list(0).unwrap();
        let exact_impact = |doc: u32, frequency: usize| {
            let length = f64::from(written.documents.lengths[doc as usize]);
            impact(1.2, 0.75, 20.0, length, frequency as u32)
        };
        for (index, (doc, positions)) in postings.iter().enumerate() {
            let frequency = positions.len() as u32;
            let exact = exact_impact(*doc, positions.len());
            let block = if list.class() == ListClass::Chunked { (doc / CHUNK) as usize } else { index / BLOCK };
            for bound in [list.bound(), list.block_bound(block)] {
                if list.class() == ListClass::Tiny {
                    continue;
                }
                prop_assert!(exact <= f64::from(bound.max_impact) / 255.0);
                prop_assert!(frequency <= u32::from(bound.max_frequency));
                prop_assert!(u32::from(bound.min_norm) <= written.documents.lengths[*doc as usize]);
            }
            if list.class() == ListClass::Chunked {
                let mut line = [0; WINDOWS];
                list.chunk(block).unwrap().line(&mut line);
                prop_assert!(exact <= f64::from(line[(doc % CHUNK / WINDOW) as usize]) / 255.0);
            }
        }
        let mut impacts: Vec<f64> =
            postings.iter().map(|(doc, positions)| exact_impact(*doc, positions.len())).collect();
        impacts.sort_by(|a, b| b.total_cmp(a));
        for (k, kth) in [10, 100, 1000].into_iter().zip(list.kth_impacts()) {
            let exact = impacts.get(k - 1).copied().unwrap_or(0.0);
            prop_assert!(f64::from(kth) / 255.0 <= exact);
            prop_assert!(postings.len() <= BLOCK || exact - f64::from(kth) / 255.0 < 1.0 / 255.0 + 1e-5);
        }
    }

    #[test]
    fn champions_are_the_best_and_nothing_is_above_what_they_say_of_the_others(
        postings in prop_oneof![postings(900, 20), frequent(5), frequent(60)],
    ) {
        let written = Written::of(&postings);
        let impact_of = |doc: u32, frequency: u32| {
            let length = f64::from(written.documents.lengths[doc as usize]);
            impact(1.2, 0.75, 20.0, length, frequency)
        };
        let mut all: Vec<_> =
            postings.iter().map(|(doc, positions)| (*doc, positions.len() as u32)).collect();
        for ordinal in 0..3 {
            let list = written.list(ordinal).unwrap();
            let Some(champions) = list.champions().unwrap() else { continue };
            let found: Vec<_> = champions.postings().collect();
            prop_assert!((10..=Champions::MOST).contains(&found.len()));
            prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0));
            let is_champion = |posting: &(u32, u32)| found.contains(posting);
            all.sort_by_key(|posting| !is_champion(posting));
            let (best, others) = all.split_at(found.len());
            prop_assert!(best.iter().all(is_champion), "{found:?} are postings of the list");
            for &(doc, frequency) in others {
                prop_assert!(impact_of(doc, frequency) <= champions.others());
            }
            for &(doc, frequency) in best {
                prop_assert!(champions.others() < impact_of(doc, frequency));
            }
        }
    }

    #[test]
    fn a_baked_bound_scaled_by_the_averages_stays_a_bound(
        frequency in 1u32..1000, length in 1.0..1e5f64, average in 1.0..1e4f64, other in 1.0..1e4f64,
        k1 in 0.0..5.0f64, b in 0.0..=1.0f64,
    ) {
        let baked = impact(k1, b, average, length, frequency);
        let now = impact(k1, b, other, length, frequency);
        prop_assert!(now <= baked * (other / average).max(1.0) * (1.0 + 1e-12));
    }

    #[test]
    fn damaged_lists_give_errors_or_answers(
        postings in prop_oneof![postings(12, 4), postings(400, 4), postings(800, 9), frequent(4)],
        damage in prop::collection::vec((0usize..3, any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut written = Written::of(&postings);
        for (section, at, byte) in damage {
            let bytes = [&mut written.postings, &mut written.positions, &mut written.table];
            let bytes = bytes.into_iter().nth(section).unwrap();
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        for ordinal in 0..4 {
            if let Ok(list) = written.list(ordinal) {
                let _ = list.champions();
                let _ = list.cursor().and_then(read_all);
            }
        }
    }
}

#[test]
fn ids_of_a_chunk_are_unpacked_over_those_of_another() {
    let bytes: Vec<u8> = (0..=255).collect();
    let mut docs = [END; BLOCK];
    for (count, base) in [(3, CHUNK), (BLOCK - 1, 5 * CHUNK), (BLOCK, 0), (0, CHUNK)] {
        assert!(unpack_ids(&bytes, count, base, &mut docs), "{count}");
        let ids: Vec<u32> = packed_ids(&bytes, count).map(|id| base + id).collect();
        assert_eq!(docs[..count], ids);
        assert!(docs[count..].iter().all(|&doc| doc == END), "{count}");
    }
    assert!(!unpack_ids(&bytes, BLOCK + 1, 0, &mut docs));
    assert!(!unpack_ids(&bytes[..60], 3, 0, &mut docs));
}
