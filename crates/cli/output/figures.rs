//! Numbers, sizes and times as people read them.
//!
//! Comes in: plain numbers. Goes out: short text, the same in every locale.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 document`, `2 documents`.
pub(crate) fn count(number_of: u64, noun: &str) -> String {
    let plural = match noun.strip_suffix("ch") {
        Some(stem) => format!("{stem}ches"),
        None => format!("{noun}s"),
    };
    format!("{} {}", number(number_of), if number_of == 1 { noun } else { &plural })
}

/// How many there are, and the first of their names: `3 topics (1, 4, 9)`.
pub(crate) fn some(names: &[&str], noun: &str) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = if SHOWN < names.len() { ", ..." } else { "" };
    format!("{} ({shown}{more})", count(names.len() as u64, noun))
}

/// Bytes in decimal units: `999 B`, `1.2 kB`, `34.5 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    if value < 1000.0 {
        return format!("{bytes} B");
    }
    for unit in ["kB", "MB", "GB", "TB"] {
        value /= 1000.0;
        if value < 999.95 {
            return format!("{value:.1} {unit}");
        }
    }
    format!("{:.1} PB", value / 1000.0)
}

/// A time with two or three digits that matter: `38 us`, `0.8 ms`, `412 ms`, `3.2 s`, `12 min 5 s`.
pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 0.000_1 {
        format!("{:.0} us", seconds * 1e6)
    } else if seconds < 0.01 {
        format!("{:.1} ms", seconds * 1e3)
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = time.as_secs();
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

/// Megabytes a second.
pub(crate) fn rate(bytes: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64().max(1e-6);
    format!("{:.1} MB/s", bytes as f64 / 1e6 / seconds)
}

/// `part` of `whole` in percent.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{bytes, count, number, rate, share, time};

    #[test]
    fn numbers_are_grouped() {
        let shown = [0, 999, 1000, 1234567].map(number);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 1, 2].map(|n| count(n, "match")), ["0 matches", "1 match", "2 matches"]);
        assert_eq!(count(1000, "document"), "1,000 documents");
    }

    #[test]
    fn sizes_and_times_are_short() {
        let shown = [0, 999, 1000, 1_234_567, 999_949, 999_950, 7_000_000_000_000_000].map(bytes);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "1.2 MB", "999.9 kB", "1.0 MB", "7.0 PB"]);
        let shown =
            [12, 830, 38_000, 1_200_000, 725_000_000].map(|us| time(Duration::from_micros(us)));
        assert_eq!(shown, ["12 us", "0.8 ms", "38 ms", "1.2 s", "12 min 5 s"]);
        assert_eq!(rate(50_000_000, Duration::from_secs(2)), "25.0 MB/s");
        assert_eq!([share(1, 8), share(0, 0)], ["12.5 %", "-"]);
    }
}
