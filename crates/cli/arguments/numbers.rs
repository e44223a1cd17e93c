//! Numbers as people type them, refused with what is expected instead of with a parser's words.
//!
//! Comes in: the value of an option. Goes out: the number, or what would have been one. Ranges that depend on anything
//! but the number itself are not looked at here.

/// A whole number from 0 on.
pub(crate) fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number, 0 or more".to_owned())
}

/// A number from 0 on, such as BM25's k1.
pub(crate) fn weight(text: &str) -> Result<f64, String> {
    number(text, f64::MAX).ok_or_else(|| "expected a number, 0 or more, as in `1.2`".to_owned())
}

/// A number from 0 to 1, such as BM25's b.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    number(text, 1.0).ok_or_else(|| "expected a number from 0 to 1, as in `0.75`".to_owned())
}

fn number(text: &str, most: f64) -> Option<f64> {
    text.parse().ok().filter(|number| 0.0 <= *number && *number <= most)
}

#[cfg(test)]
mod tests {
    use super::{share, weight, whole};

    #[test]
    fn numbers_are_read_and_others_refused_in_words() {
        assert_eq!((whole("10"), weight("1.2"), share("0")), (Ok(10), Ok(1.2), Ok(0.0)));
        for text in ["-1", "", "many", "1.5", "99999999999999999999999"] {
            assert_eq!(whole(text), Err("expected a whole number, 0 or more".to_owned()), "{text}");
        }
        for text in ["-1", "\u{f8fe}-1", "nan", "inf", "one", ""] {
            assert!(weight(text).is_err_and(|reason| reason.starts_with("expected a number")));
            assert!(share(text).is_err());
        }
        assert!(share("1.01").is_err());
    }
}
