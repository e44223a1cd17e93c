//! Dates as dumps write them, beside what they stand for.

use super::*;
use proptest::prelude::*;

/// From when to when a text is, as two moments.
fn read(text: &str) -> Option<(String, i64)> {
    date_span(text).map(|span| (date_text(span.start), span.end - span.start))
}

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

#[test]
fn dates_stand_for_as_long_as_they_say() {
    for (text, from, length) in [
        ("2011", "2011-01-01T00:00:00Z", 365 * DAY),
        ("2012", "2012-01-01T00:00:00Z", 366 * DAY),
        ("2011-02", "2011-02-01T00:00:00Z", 28 * DAY),
        ("2011/12", "2011-12-01T00:00:00Z", 31 * DAY),
        (" 2011-03-02 ", "2011-03-02T00:00:00Z", DAY),
        ("20110302", "2011-03-02T00:00:00Z", DAY),
        ("2011/03/02", "2011-03-02T00:00:00Z", DAY),
        ("02.03.2011", "2011-03-02T00:00:00Z", DAY),
        ("2.3.2011 10:30", "2011-03-02T10:30:00Z", MINUTE),
        ("2011-03-02T10:30", "2011-03-02T10:30:00Z", MINUTE),
        ("2011-03-02 10:30:05", "2011-03-02T10:30:05Z", 1),
        ("2011-03-02t10:30:05z", "2011-03-02T10:30:05Z", 1),
        ("2011-03-02T10:30:05.999Z", "2011-03-02T10:30:05Z", 1),
        ("2011-03-02T10:30:05,5+01:00", "2011-03-02T09:30:05Z", 1),
        ("2011-03-02T10:30:05-0330", "2011-03-02T14:00:05Z", 1),
        ("2011-03-02 10:30:05 +0100", "2011-03-02T09:30:05Z", 1),
        ("2011-03-02 10:30:05 UTC", "2011-03-02T10:30:05Z", 1),
        ("2011/03/02 10:30 EST", "2011-03-02T15:30:00Z", MINUTE),
        ("20110302T103005Z", "2011-03-02T10:30:05Z", 1),
        ("20110302103005", "2011-03-02T10:30:05Z", 1),
        ("Wed, 02 Mar 2011 10:30:05 +0100", "2011-03-02T09:30:05Z", 1),
        ("Wed, 02 Mar 2011 10:30:05 GMT", "2011-03-02T10:30:05Z", 1),
        ("Mon, 2 Mar 2011 10:30 -0500", "2011-03-02T15:30:00Z", MINUTE),
        ("02 Mar 2011 10:30:05 +0000 (UTC)", "2011-03-02T10:30:05Z", 1),
        ("March 2, 2011", "2011-03-02T00:00:00Z", DAY),
        ("Mar. 2, 2011", "2011-03-02T00:00:00Z", DAY),
        ("2 March 2011", "2011-03-02T00:00:00Z", DAY),
        ("Wednesday, March 2nd, 2011", "2011-03-02T00:00:00Z", DAY),
        ("March 2, 2011, Wednesday", "2011-03-02T00:00:00Z", DAY),
        ("March 2011", "2011-03-01T00:00:00Z", 31 * DAY),
        ("Sept 2011", "2011-09-01T00:00:00Z", 30 * DAY),
        ("March 2, 2011 10:30 PM", "2011-03-02T22:30:00Z", MINUTE),
        ("March 2, 2011 at 12:05 a.m. EST", "2011-03-02T05:05:00Z", MINUTE),
        ("Mar 2, 2011, 9:30pm", "2011-03-02T21:30:00Z", MINUTE),
        ("Wed Mar  2 10:30:05 2011", "2011-03-02T10:30:05Z", 1),
        ("Wed Mar 02 10:30:05 +0000 2011", "2011-03-02T10:30:05Z", 1),
        ("26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z", 1),
        ("1299061800", "2011-03-02T10:30:00Z", 1),
        ("1299061800.25", "2011-03-02T10:30:00Z", 1),
        ("1299061800123", "2011-03-02T10:30:00Z", 1),
        ("1500-06-01", "1500-06-01T00:00:00Z", DAY),
    ] {
        assert_eq!(read(text), Some((from.to_owned(), length)), "{text}");
    }
}

#[test]
fn other_texts_are_no_dates() {
    for text in [
        "",
        " ",
        "11",
        "0999",
        "3000",
        "2011-13",
        "2011-00",
        "2011-02-29",
        "2011-03-32",
        "2011-3-1",
        "2011 winter",
        "1-2-3",
        "+2011",
        "-2011",
        "é",
        "03/02/2011",
        "13/02/2011",
        "2011-03-02T25:00",
        "2011-03-02T10:61",
        "2011-03-02T10",
        "2011-03-02T",
        "2011T",
        "2011-03-02 morning",
        "2011-03-02T10:30:05+25:99x",
        "March",
        "March 32, 2011",
        "March 2",
        "May I",
        "31 June 2011",
        "may 2011 be good",
        "2011-03-02-04",
        "20111302",
        "123",
        "12345678901",
        "12345.6",
        "1.2.3.4",
        "10:30",
        "2 2 March 2011",
        "March April 2011",
        "12 2011 May 3",
        "v1.2.3",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read(&"2011 ".repeat(1000)), None);
}

#[test]
fn moments_are_written_so_that_they_can_be_read() {
    for seconds in [0, -1, 1_299_061_800, -50_000_000_000, 30_000_000_000] {
        assert_eq!(date_span(&date_text(seconds)), Some(seconds..seconds + 1));
    }
    assert_eq!(date_text(i64::MAX), i64::MAX.to_string());
}

proptest! {
    #[test]
    fn no_text_panics(text in "[0-9TtZz+:. /,-]{0,24}|\\PC{0,30}|[0-9a-zA-Z:., +-]{0,40}") {
        if let Some(span) = date_span(&text) {
            prop_assert!(span.start < span.end);
        }
    }

    #[test]
    fn days_are_read_in_every_form(year in 1000i16..3000, month in 1i8..=12, day in 1i8..=28) {
        let iso = date_span(&format!("{year}-{month:02}-{day:02}"));
        prop_assert!(iso.is_some());
        prop_assert_eq!(&date_span(&format!("{year}{month:02}{day:02}")), &iso);
        prop_assert_eq!(&date_span(&format!("{day}.{month}.{year}")), &iso);
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month as usize - 1];
        prop_assert_eq!(&date_span(&format!("{name} {day}, {year}")), &iso);
        prop_assert_eq!(&date_span(&format!("{day:02}-{name}-{year}")), &iso);
    }
}
