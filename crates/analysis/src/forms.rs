//! The terms of forms as written, in an index of stems.
//!
//! Where words are indexed by their stems, each way in which the words of a stem are written has a term of its own beside
//! it, so that `running` finds the stem and `=running` the form, both from the index. In come a stem and a form, out
//! goes the form's term. The form that is equal to its stem has none: it stands where the stem stands and none of the
//! other forms does.
//!
//! ```text
//! FormTerm := stem 00 form            `run 00 Running`; no stem and no form has a zero byte in it
//! ```

/// What stands between a stem and a form.
const SEPARATOR: char = '\0';

/// Puts the term of a form into `out`, which is cleared first.
///
/// ```
/// let mut term = String::new();
/// analysis::form_term("run", "Running", &mut term);
/// assert_eq!(analysis::split_form(&term), ("run", Some("Running")));
/// assert_eq!(analysis::split_form("run"), ("run", None));
/// ```
pub fn form_term(stem: &str, form: &str, out: &mut String) {
    out.clear();
    out.push_str(stem);
    out.push(SEPARATOR);
    out.push_str(form);
}

/// A term's stem, and its form if it is the term of one.
#[must_use]
pub fn split_form(term: &str) -> (&str, Option<&str>) {
    match term.split_once(SEPARATOR) {
        Some((stem, form)) => (stem, Some(form)),
        None => (term, None),
    }
}

/// Whether the bytes of a term are those of a form's.
#[must_use]
pub fn is_form_term(term: &[u8]) -> bool {
    term.contains(&(SEPARATOR as u8))
}

/// What the terms of all forms of a stem begin with, and what is greater than all of them.
#[must_use]
pub fn form_range(stem: &str) -> (Vec<u8>, Vec<u8>) {
    let with = |byte: u8| [stem.as_bytes(), &[byte]].concat();
    (with(SEPARATOR as u8), with(SEPARATOR as u8 + 1))
}
