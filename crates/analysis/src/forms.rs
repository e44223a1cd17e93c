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
//!
//! Where each document has the stemmer of its own language, it is the other way round: words are indexed by their folded
//! forms, and each stem has a term beside them that names its language, so that the French `new` of `news` is not the
//! English `new`. A document of no language has its folded forms for stems.
//!
//! ```text
//! StemTerm := stem 00 01 language     `run 00 01 en`; the language is empty where there is none
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

/// What stands before a language.
const LANGUAGE: char = '\u{1}';

/// Puts the term of a stem of a language into `out`, which is cleared first.
///
/// ```
/// let mut term = String::new();
/// analysis::stem_term("run", "en", &mut term);
/// assert_eq!(analysis::split_stem(&term), Some(("run", "en")));
/// assert_eq!(analysis::split_stem("run"), None);
/// ```
pub fn stem_term(stem: &str, language: &str, out: &mut String) {
    out.clear();
    out.push_str(stem);
    out.push(SEPARATOR);
    out.push(LANGUAGE);
    out.push_str(language);
}

/// A stem and its language, if the term is one of a language.
#[must_use]
pub fn split_stem(term: &str) -> Option<(&str, &str)> {
    let (stem, form) = term.split_once(SEPARATOR)?;
    Some((stem, form.strip_prefix(LANGUAGE)?))
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
