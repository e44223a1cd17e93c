//! Dates, numbers and keywords as filters read them.

use super::*;

#[test]
fn ranges_follow_their_bounds() {
    let filter =
        |low, high| Filter::range("date", FieldKind::Date, (&low, &high), &(0..1)).unwrap();
    let march_to_may =
        filter(Bound::Including("2011-03".into()), Bound::Including("2011-05".into()));
    assert!(march_to_may.passes_text("2011-05-31"));
    assert!(!march_to_may.passes_text("2011-06-01"));
    let after = filter(Bound::Excluding("2011-03-02".into()), Bound::Open);
    assert!(!after.passes_text("2011-03-02T23:59"));
    assert!(after.passes_text("2011-03-03"));
    assert!(!after.passes_text("no date"));
    let before = filter(Bound::Open, Bound::Excluding("2011-03".into()));
    assert!(before.passes_text("2011-02-28"));
    assert!(!before.passes_text("2011-03-01"));
}

#[test]
fn numbers_and_keywords() {
    let bounds = (&Bound::Including("2".to_owned()), &Bound::Excluding("10".to_owned()));
    let numbers = Filter::range("n", FieldKind::Number, bounds, &(0..1)).unwrap();
    assert!(numbers.passes(&StoredValue::Integer(9)));
    assert!(!numbers.passes(&StoredValue::Number(10.0)));
    assert!(numbers.passes(&StoredValue::List(vec![
        StoredValue::Integer(1),
        StoredValue::Text("2.5".into())
    ])));
    let words = Filter::one_of("source", FieldKind::Keyword, &["ap".into(), "afp".into()], &(0..1))
        .unwrap();
    assert!(words.passes_text("ap"));
    assert!(!words.passes_text("reuters"));
}
