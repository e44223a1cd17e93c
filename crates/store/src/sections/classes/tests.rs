//! Classes never rule out a term that fits, whatever the terms, and no bytes make a view panic.

use proptest::prelude::*;

use super::*;

/// The section of these terms.
fn section(terms: &[Vec<u8>]) -> Vec<u8> {
    let mut sample = EndingSample::default();
    terms.iter().filter_map(|term| term_tail(term)).for_each(|tail| sample.push(tail));
    let bounds = sample.bounds();
    let mut bytes = bounds.to_bytes();
    bytes.extend(terms.iter().map(|term| bounds.class(term_tail(term))));
    bytes
}

proptest! {
    #[test]
    fn every_term_with_an_ending_is_a_candidate(
        terms in prop::collection::vec("[abc]{0,6}|ü[ab]ö|[ab]{1,2}\u{0}[AB]", 0..300),
        suffix in "[abc]{1,5}|ö|ü",
        cut in (0_u32..300, 0_u32..300),
    ) {
        let terms: Vec<Vec<u8>> = terms.into_iter().map(String::into_bytes).collect();
        let bytes = section(&terms);
        let view = Endings::open(&bytes, terms.len() as u32).unwrap();
        let count = terms.len() as u32;
        let range = cut.0.min(cut.1).min(count)..cut.0.max(cut.1).min(count);
        let mut found = Vec::new();
        view.candidates(suffix.as_bytes(), range.clone(), &mut found);
        prop_assert!(found.is_sorted());
        prop_assert!(found.iter().all(|ordinal| range.contains(&ordinal.0)));
        for (ordinal, term) in (0..).zip(&terms) {
            prop_assert_eq!(view.class(TermOrdinal(ordinal)), Some(view.expected(term)));
            let is_form = term.contains(&0);
            if range.contains(&ordinal) && term.ends_with(suffix.as_bytes()) && !is_form {
                prop_assert!(found.contains(&TermOrdinal(ordinal)), "{:?}", term);
            }
            if is_form {
                prop_assert!(!found.contains(&TermOrdinal(ordinal)), "{:?}", term);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..20),
        fill in 0_usize..3,
    ) {
        let mut section = vec![0; fill * BOUND_BYTES / 2];
        section.extend(bytes);
        let mut found = Vec::new();
        for terms in [0, 3, 19, 400] {
            if let Ok(view) = Endings::open(&section, terms) {
                view.candidates(b"a", 0..terms, &mut found);
                view.candidates(b"", 2..terms, &mut found);
            }
            if let Ok(view) = NameClasses::open(&section, terms) {
                view.candidates(7, &mut found);
            }
        }
    }
}

#[test]
fn classes_are_about_equal() {
    let mut sample = EndingSample::default();
    let tails: Vec<u32> =
        (0..300_000_u32).map(|number| number.wrapping_mul(2_654_435_761)).collect();
    tails.iter().for_each(|&tail| sample.push(tail));
    assert!(sample.tails.len() < SAMPLE);
    let bounds = sample.bounds();
    let mut counts = [0_u32; 256];
    tails.iter().for_each(|&tail| counts[usize::from(bounds.class(Some(tail)))] += 1);
    assert_eq!(counts[usize::from(FORM)], 0);
    let (least, most) = (counts[1..].iter().min().unwrap(), counts[1..].iter().max().unwrap());
    assert!(900 < *least && *most < 1_500, "{least} to {most}");
}
