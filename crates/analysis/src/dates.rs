//! Written dates to moments: the one reader of dates, for documents and for queries.
//!
//! Comes in: a text that is a date as dumps hold them. Goes out: the seconds since 1970 UTC that it stands for, a whole
//! year, month, day or minute where it says no more. A time without a zone is UTC. It finds no dates inside of other text,
//! and does not guess: `03/02/2011` is the third of February to some and the second of March to others, so it is no date.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use std::ops::Range;

/// The longest text that can be a date, in bytes.
const LONGEST: usize = 80;

/// Years that four bare digits can mean.
const YEARS: Range<i16> = 1000..3000;

/// Reads a written date: the seconds since 1970 UTC from its beginning to its end, which does not belong to it. `None` for
/// any other text.
///
/// | form | examples |
/// |---|---|
/// | ISO 8601, `/` for `-`, a blank for `T` | `2011`, `2011-03`, `2011-03-02`, `20110302`, `2011-03-02T10:30:05.5+01:00`, `2011/03/02 10:30 EST` |
/// | RFC 2822 and HTTP | `Wed, 02 Mar 2011 10:30:00 +0100`, `Wed, 02 Mar 2011 10:30:00 GMT` |
/// | English | `March 2, 2011`, `2 Mar 2011 10:30 PM`, `Wednesday, March 2nd, 2011`, `March 2011` |
/// | logs | `Wed Mar  2 10:30:00 2011`, `Wed Mar 02 10:30:00 +0000 2011`, `26-FEB-1987 15:01:01.79` |
/// | day first, with points | `02.03.2011`, `2.3.2011 10:30` |
/// | Unix time | `1299061800` seconds, `1299061800000` milliseconds |
///
/// ```
/// assert_eq!(analysis::date_span("1970-01-02"), Some(86_400..2 * 86_400));
/// assert_eq!(analysis::date_span("Thu, 01 Jan 1970 01:00:05 +0100"), Some(5..6));
/// assert_eq!(analysis::date_span("yesterday"), None);
/// ```
#[must_use]
pub fn date_span(text: &str) -> Option<Range<i64>> {
    let text = text.trim();
    if text.is_empty() || LONGEST < text.len() {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return digits_only(text);
    }
    let digit_first = text.as_bytes()[0].is_ascii_digit();
    let iso = if digit_first { year_first(text) } else { None };
    iso.or_else(|| mail(text)).or_else(|| words(text))
}

/// A moment in ISO 8601: `2011-03-02T10:30:00Z`. Moments that no calendar of four-digit years holds are told in seconds.
#[must_use]
pub fn date_text(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| at.to_string())
}

/// A year, `20110302`, `20110302103000`, Unix time, or `02.03.2011`.
fn digits_only(text: &str) -> Option<Range<i64>> {
    if let Some((whole, fraction)) = text.split_once('.') {
        return match fraction.contains('.') {
            true => points(text, None),
            // Unix time with a fraction.
            false => unix(whole),
        };
    }
    let number = |range: Range<usize>| text.get(range)?.parse::<i16>().ok();
    match text.len() {
        4 => year(number(0..4)?),
        8 => day(date(number(0..4)?, number(4..6)?, number(6..8)?)?),
        14 => {
            let date = date(number(0..4)?, number(4..6)?, number(6..8)?)?;
            let time = time(number(8..10)?, number(10..12)?, number(12..14)?)?;
            moment(date, time, 0, 1)
        }
        _ => unix(text),
    }
}

/// Unix time: seconds where that is 1973 to 2286, milliseconds for the same years.
fn unix(digits: &str) -> Option<Range<i64>> {
    let number: i64 = digits.parse().ok()?;
    let seconds = match digits.len() {
        9 | 10 => number,
        12 | 13 => number / 1000,
        _ => return None,
    };
    Some(seconds..seconds + 1)
}

/// `2011-03`, `2011-03-02`, `2011/03/02 10:30:00 +0100` and `2.3.2011 10:30`.
fn year_first(text: &str) -> Option<Range<i64>> {
    let (date_part, rest) = match text.find(['T', 't', ' ']) {
        Some(at) if at + 1 < text.len() => (&text[..at], text[at + 1..].trim()),
        _ => (text, ""),
    };
    if date_part.contains('.') {
        return points(date_part, Some(rest).filter(|rest| !rest.is_empty()));
    }
    let written = date_part.replace('/', "-");
    let mut parts = written.split('-');
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    if first.len() == 4 && third.is_none() && rest.is_empty() {
        return month(number(first, 4)?, number(second?, 2)?);
    }
    if parts.next().is_some() {
        return None;
    }
    let date = match (second, third) {
        (Some(second), Some(third)) => {
            date(number(first, 4)?, number(second, 2)?, number(third, 2)?)?
        }
        // `20110302T103000Z`
        (None, None) if first.len() == 8 => Pieces::parse(first).ok()?.date(),
        _ => return None,
    };
    if rest.is_empty() { day(date) } else { clock(date, rest) }
}

/// `2.3.2011`: the day comes first wherever dates are written with points.
fn points(date_part: &str, clock_part: Option<&str>) -> Option<Range<i64>> {
    let mut parts = date_part.split('.');
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |text: &str| text.parse::<i16>().ok().filter(|_| (1..=2).contains(&text.len()));
    if parts.next().is_some() {
        return None;
    }
    let date = date(number(third, 4)?, short(second)?, short(first)?)?;
    clock_part.map_or_else(|| day(date), |rest| clock(date, rest))
}

/// A date with a time of day, an offset or a zone's name: `10:30`, `103000Z`, `10:30:05.5 +0100`, `10:30 EST`.
fn clock(date: Date, text: &str) -> Option<Range<i64>> {
    let zone_at = text.find(['Z', 'z', '+', '-', ' ']);
    let (time_part, zone) = zone_at.map_or((text, ""), |at| (&text[..at], text[at..].trim()));
    let (time_part, zone) = match afternoon(zone) {
        Some((is_afternoon, zone)) => (twelve_hours(time_part, is_afternoon)?, zone),
        None => (time_part.to_owned(), zone),
    };
    let offset = if zone.is_empty() { 0 } else { offset_of(zone)? };
    let colons = time_part.matches(':').count();
    let is_minute = colons == 1 || colons == 0 && time_part.len() == 4;
    if colons == 0 && !is_minute && time_part.split('.').next()?.len() != 6 {
        return None;
    }
    let written = format!("1970-01-01T{}", time_part.replace(',', "."));
    let time = Pieces::parse(&written).ok()?.time()?;
    let time = if is_minute { time } else { time.with().subsec_nanosecond(0).build().ok()? };
    moment(date, time, offset, if is_minute { 60 } else { 1 })
}

/// Whether a text begins with `AM` or `PM`, and what follows.
fn afternoon(text: &str) -> Option<(bool, &str)> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word.to_ascii_lowercase().trim_end_matches('.').replace('.', "").as_str() {
        "am" => Some((false, rest.trim())),
        "pm" => Some((true, rest.trim())),
        _ => None,
    }
}

/// `10:30` of the afternoon as `22:30`.
fn twelve_hours(text: &str, is_afternoon: bool) -> Option<String> {
    let (hour, rest) = text.split_once(':').unwrap_or((text, "00"));
    let hour: u8 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    Some(format!("{:02}:{rest}", hour % 12 + if is_afternoon { 12 } else { 0 }))
}

/// Seconds east of Greenwich of `Z`, `+01:00`, `+0100`, `+01` or a zone's name.
fn offset_of(zone: &str) -> Option<i32> {
    let zone = zone.trim();
    if let Some(digits) = zone.strip_prefix(['+', '-']) {
        let (hours, minutes) = match digits.split_once(':') {
            Some((hours, minutes)) => (number(hours, 2)?, number(minutes, 2)?),
            None if digits.len() == 2 => (number(digits, 2)?, 0),
            None => (number(digits.get(..2)?, 2)?, number(digits.get(2..)?, 2)?),
        };
        let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
        return Some(if zone.starts_with('-') { -seconds } else { seconds })
            .filter(|_| minutes < 60);
    }
    let hours = match zone.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" => 0,
        "EST" | "CDT" => -5,
        "EDT" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" => 1,
        "CEST" | "EET" => 2,
        "EEST" | "MSK" => 3,
        _ => return None,
    };
    Some(hours * 3600)
}

/// RFC 2822, whatever weekday it says.
fn mail(text: &str) -> Option<Range<i64>> {
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let at = parser.parse_timestamp(text).ok()?.as_second();
    let has_seconds = 1 < text.matches(':').count();
    Some(at..at + if has_seconds { 1 } else { 60 })
}

/// What has been read of a date in words.
#[derive(Default)]
struct Written {
    year: Option<i16>,
    month: Option<i16>,
    day: Option<i16>,
    time: Option<String>,
    afternoon: Option<bool>,
    offset: Option<i32>,
}

/// A date in which the month has its English name: word by word, in whatever order.
fn words(text: &str) -> Option<Range<i64>> {
    let text = text.split('(').next()?;
    let mut written = Written::default();
    for word in text.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
        let month_within = word.contains('-') && word.starts_with(|c: char| c.is_ascii_digit());
        let parts = word.split(|c| c == '-' && month_within);
        for part in parts {
            written.take(part)?;
        }
    }
    let (year, month_number) = (written.year?, written.month?);
    let Some(day_number) = written.day else {
        return month(year, month_number).filter(|_| written.time.is_none());
    };
    let date = date(year, month_number, day_number)?;
    let Some(time) = written.time else { return day(date) };
    let time = match written.afternoon {
        Some(is_afternoon) => twelve_hours(&time, is_afternoon)?,
        None => time,
    };
    let span = clock(date, &time)?;
    let offset = i64::from(written.offset.unwrap_or(0));
    Some(span.start - offset..span.end - offset)
}

impl Written {
    /// Takes the next word; `None` where it has no place in a date.
    fn take(&mut self, word: &str) -> Option<()> {
        let bare = word.trim_end_matches('.');
        if let Some(name) = name_of_month(bare) {
            return self.month.replace(name).is_none().then_some(());
        }
        if is_weekday(bare) || bare.eq_ignore_ascii_case("at") || bare.eq_ignore_ascii_case("of") {
            return Some(());
        }
        if let Some((is_afternoon, "")) = afternoon(word) {
            return self.afternoon.replace(is_afternoon).is_none().then_some(());
        }
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_time(word);
        }
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if digits.is_empty() || word.starts_with(['+', '-']) {
            return self.offset.replace(offset_of(word)?).is_none().then_some(());
        }
        let ordinal = matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th");
        let value: i16 = digits.parse().ok().filter(|_| ordinal)?;
        match digits.len() {
            1 | 2 => self.day.replace(value).is_none().then_some(()),
            4 if YEARS.contains(&value) => self.year.replace(value).is_none().then_some(()),
            _ => None,
        }
    }

    /// `10:30:05` or `10:30pm`.
    fn take_time(&mut self, word: &str) -> Option<()> {
        let time = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
        let tail = &word[time.len()..];
        if let Some((is_afternoon, _)) = afternoon(tail) {
            self.afternoon = Some(is_afternoon);
        } else if !tail.is_empty() {
            self.offset = Some(offset_of(tail)?);
        }
        self.time.replace(time.to_owned()).is_none().then_some(())
    }
}

/// 1 to 12 for an English month, written out or shortened.
fn name_of_month(word: &str) -> Option<i16> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let mut word = word.to_ascii_lowercase();
    if word == "sept" {
        word.truncate(3);
    }
    let is_meant = |name: &&str| *name == word || word.len() == 3 && name.starts_with(&word);
    NAMES.iter().position(is_meant).map(|place| place as i16 + 1)
}

fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.to_ascii_lowercase();
    3 <= word.len() && NAMES.iter().any(|name| name.starts_with(&word))
}

/// A number of exactly so many digits.
fn number(text: &str, count: usize) -> Option<i16> {
    let plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn time(hour: i16, minute: i16, second: i16) -> Option<Time> {
    let short = |value: i16| i8::try_from(value).ok();
    Time::new(short(hour)?, short(minute)?, short(second)?, 0).ok()
}

fn year(year: i16) -> Option<Range<i64>> {
    let first = date(year, 1, 1).filter(|_| YEARS.contains(&year))?;
    span(first, first.checked_add(1.year()).ok()?)
}

fn month(year: i16, month: i16) -> Option<Range<i64>> {
    let first = date(year, month, 1)?;
    span(first, first.checked_add(1.month()).ok()?)
}

fn day(date: Date) -> Option<Range<i64>> {
    span(date, date.tomorrow().ok()?)
}

fn span(first: Date, next: Date) -> Option<Range<i64>> {
    Some(
        seconds(first.to_datetime(Time::midnight()))?..seconds(next.to_datetime(Time::midnight()))?,
    )
}

/// So many seconds from a moment on.
fn moment(date: Date, time: Time, offset: i32, length: i64) -> Option<Range<i64>> {
    let start = seconds(date.to_datetime(time))? - i64::from(offset);
    Some(start..start + length)
}

/// Seconds since 1970, taking the clock for UTC.
fn seconds(at: DateTime) -> Option<i64> {
    Offset::UTC.to_timestamp(at).ok().map(|at| at.as_second())
}

#[cfg(test)]
mod tests;
