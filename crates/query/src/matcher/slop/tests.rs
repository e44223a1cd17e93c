//! Slop against the rule by brute force, repeated words included.

use proptest::prelude::*;

use super::*;

/// Every choice of distinct positions, one a slot, then the minimal ones: the rule as it is written.
fn by_rule(lists: &[&[u32]], slop: u32) -> Vec<Place> {
    fn choose(lists: &[&[u32]], slop: i64, chosen: &mut Vec<u32>, out: &mut Vec<Place>) {
        let Some(list) = lists.get(chosen.len()) else {
            let shifts = chosen.iter().enumerate().map(|(slot, &at)| i64::from(at) - slot as i64);
            if shifts.clone().max().unwrap() - shifts.min().unwrap() <= slop {
                let (first, last) = (*chosen.iter().min().unwrap(), *chosen.iter().max().unwrap());
                out.push(Place { first, last });
            }
            return;
        };
        for &position in *list {
            if !chosen.contains(&position) {
                chosen.push(position);
                choose(lists, slop, chosen, out);
                chosen.pop();
            }
        }
    }
    let mut all = Vec::new();
    choose(lists, i64::from(slop), &mut Vec::new(), &mut all);
    all.sort_unstable();
    all.dedup();
    let contains = |place: &Place| {
        all.iter()
            .any(|other| other != place && place.first <= other.first && other.last <= place.last)
    };
    all.iter().filter(|place| !contains(place)).copied().collect()
}

/// What the matcher finds.
fn found(lists: &[&[u32]], slop: u32, sharing: Sharing) -> Vec<Place> {
    let mut out = Vec::new();
    SlopMatcher::new(lists.len(), slop, sharing).find(|slot| lists[slot], &mut out);
    out.sort_unstable();
    out
}

/// Slots with the same word under the same number.
fn classes(words: &[usize]) -> Sharing {
    let first = |word: &usize| words.iter().position(|other| other == word).unwrap();
    let class: Vec<usize> = words.iter().map(first).collect();
    let repeats = class.iter().enumerate().any(|(slot, &class)| slot != class);
    if repeats { Sharing::Repeats(class) } else { Sharing::Apart }
}

#[test]
fn slop_follows_the_rule_on_four_thousand_documents() {
    // A small generator of its own, so that the documents are the same everywhere.
    let mut state = 1_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    };
    for _ in 0..4_000 {
        let length = 1 + random(14) as usize;
        let document: Vec<usize> = (0..length).map(|_| random(7) as usize).collect();
        let count = 2 + random(3) as usize;
        let words: Vec<usize> = (0..count).map(|_| random(7) as usize).collect();
        let positions: Vec<Vec<u32>> = words
            .iter()
            .map(|word| (0..length as u32).filter(|&at| document[at as usize] == *word).collect())
            .collect();
        let lists: Vec<&[u32]> = positions.iter().map(Vec::as_slice).collect();
        for slop in 0..=5 {
            let expected = by_rule(&lists, slop);
            assert_eq!(
                found(&lists, slop, classes(&words)),
                expected,
                "{document:?} {words:?}~{slop}"
            );
            assert_eq!(
                found(&lists, slop, Sharing::Any),
                expected,
                "{document:?} {words:?}~{slop}"
            );
        }
    }
}

#[test]
fn many_positions_and_a_great_slop_take_no_long_time() {
    let even: Vec<u32> = (0..20_000).step_by(2).collect();
    let odd: Vec<u32> = (1..20_000).step_by(2).collect();
    let rare = [10_000];
    for slop in [0, 5, 500, 5_000, 100_000] {
        let lists: [&[u32]; 3] = [&even, &odd, &rare];
        found(&lists, slop, Sharing::Apart);
        let repeated: [&[u32]; 4] = [&odd, &odd, &odd, &odd];
        found(&repeated, slop, Sharing::Repeats(vec![0; 4]));
    }
}

fn positions(document: &[u8], mask: u8) -> Vec<u32> {
    let stands = |&(_, word): &(usize, &u8)| mask >> word & 1 == 1;
    document.iter().enumerate().filter(stands).map(|(at, _)| at as u32).collect()
}

proptest! {
    #[test]
    fn overlapping_slots_follow_the_rule(
        document in prop::collection::vec(0_u8..6, 1..12),
        masks in prop::collection::vec(1_u8..64, 2..5),
        slop in 0_u32..7,
    ) {
        let lists: Vec<Vec<u32>> = masks.iter().map(|&mask| positions(&document, mask)).collect();
        let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(found(&lists, slop, Sharing::Any), by_rule(&lists, slop));
    }

    #[test]
    fn repeats_follow_the_rule(
        document in prop::collection::vec(0_usize..3, 1..14),
        words in prop::collection::vec(0_usize..3, 2..6),
        slop in 0_u32..9,
    ) {
        let lists: Vec<Vec<u32>> = words.iter().map(|word| {
            (0..document.len() as u32).filter(|&at| document[at as usize] == *word).collect()
        }).collect();
        let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(found(&lists, slop, classes(&words)), by_rule(&lists, slop));
    }
}
