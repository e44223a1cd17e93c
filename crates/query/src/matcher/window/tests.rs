//! Windows against every combination of operands by brute force.

use proptest::prelude::*;

use super::*;

/// Every choice of places that share no position, then the minimal ones: the rule as it is written.
fn by_rule(lists: &[Vec<Place>], distance: Option<u32>, ordered: bool) -> Vec<Place> {
    fn choose(
        lists: &[Vec<Place>],
        rule: (Option<u32>, bool),
        chosen: &mut Vec<Place>,
        out: &mut Vec<Place>,
    ) {
        let Some(list) = lists.get(chosen.len()) else {
            let first = chosen.iter().map(|place| place.first).min().unwrap();
            let last = chosen.iter().map(|place| place.last).max().unwrap();
            let inside: u32 = chosen.iter().map(|place| place.last - place.first + 1).sum();
            if rule.0.is_none_or(|distance| last - first + 1 - inside <= distance) {
                out.push(Place { first, last });
            }
            return;
        };
        for place in list {
            let before = |other: &Place| other.last < place.first;
            let apart = |other: &Place| before(other) || place.last < other.first;
            if chosen.iter().all(|other| if rule.1 { before(other) } else { apart(other) }) {
                chosen.push(*place);
                choose(lists, rule, chosen, out);
                chosen.pop();
            }
        }
    }
    let mut all = Vec::new();
    choose(lists, (distance, ordered), &mut Vec::new(), &mut all);
    all.sort_unstable();
    all.dedup();
    let contains = |place: &Place| {
        all.iter()
            .any(|other| other != place && place.first <= other.first && other.last <= place.last)
    };
    all.iter().filter(|place| !contains(place)).copied().collect()
}

fn found(lists: &[Vec<Place>], distance: Option<u32>, kind: Kind) -> Vec<Place> {
    let mut out = Vec::new();
    let mut matcher = WindowMatcher::new(kind, distance);
    // Twice, as what is reused must not show.
    for _ in 0..2 {
        matcher.find(lists.len(), |operand| lists[operand].as_slice(), &mut out);
    }
    out.sort_unstable();
    out
}

fn operand() -> impl Strategy<Value = Vec<Place>> {
    let place = (0_u32..14, 0_u32..4).prop_map(|(first, more)| Place { first, last: first + more });
    prop::collection::btree_set(place, 0..6).prop_map(|places| places.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn places_of_any_length_follow_the_rule(
        lists in prop::collection::vec(operand(), 2..5),
        distance in prop::option::of(0_u32..8),
    ) {
        prop_assert_eq!(found(&lists, distance, Kind::Ordered), by_rule(&lists, distance, true));
        prop_assert_eq!(found(&lists, distance, Kind::Free), by_rule(&lists, distance, false));
    }

    #[test]
    fn words_follow_the_rule_every_way(
        document in prop::collection::vec(0_usize..4, 1..14),
        words in prop::collection::vec(0_usize..4, 2..5),
        distance in prop::option::of(0_u32..8),
    ) {
        let lists: Vec<Vec<Place>> = words.iter().map(|word| {
            (0..document.len() as u32).filter(|&at| document[at as usize] == *word).map(Place::at).collect()
        }).collect();
        let first = |word: &usize| words.iter().position(|other| other == word).unwrap();
        let class = words.iter().map(first).collect();
        let apart = Kind::Apart { lengths: vec![1; words.len()], class };
        let expected = by_rule(&lists, distance, false);
        prop_assert_eq!(found(&lists, distance, apart), expected.clone());
        prop_assert_eq!(found(&lists, distance, Kind::Free), expected);
        prop_assert_eq!(found(&lists, distance, Kind::Ordered), by_rule(&lists, distance, true));
    }
}

#[test]
fn many_positions_take_no_long_time() {
    let even: Vec<Place> = (0..20_000).step_by(2).map(Place::at).collect();
    let odd: Vec<Place> = (1..20_000).step_by(2).map(Place::at).collect();
    let lists = [even.clone(), odd, even];
    for distance in [Some(0), Some(500), Some(100_000), None] {
        found(&lists, distance, Kind::Ordered);
        found(&lists, distance, Kind::Free);
    }
}
