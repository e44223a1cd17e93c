//! Spelling variants of names: words of the vocabulary with the same spelling key.
//!
//! Comes in: a name as typed, with forms to leave out. Goes out: for each of its words the forms with the same key
//! ([`analysis::name_key`]), the typed one among them. A leading article (`al-`) is not looked for where another word
//! follows, since it is often left out or written on. Each word's search reads the terms whose key has the same class, or the whole
//! vocabulary where the index has no such classes; most of them are ruled out by a look at a few of their letters.

use analysis::{Analyzer, may_have_name_key, name_key};
use store::IndexFile;

use super::{Expanded, Limits, search_names};
use crate::Error;

/// Arabic articles as they are transliterated, assimilated ones too.
const ARTICLES: [&str; 14] =
    ["ad", "adh", "al", "an", "ar", "as", "ash", "at", "ath", "az", "el", "il", "ul", "ud"];

/// One word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The word folded.
    pub(crate) folded: String,
    key: String,
    without: Vec<String>,
}

/// The words of a name to look for.
pub(crate) fn names(analyzer: &Analyzer, text: &str, without: &[String]) -> Vec<Name> {
    let mut left_out = Vec::new();
    for form in without {
        each_folded(analyzer, form, |folded| left_out.push(folded));
    }
    let mut words = Vec::new();
    each_folded(analyzer, text, |folded| words.push(folded));
    let real = words.iter().filter(|word| !ARTICLES.contains(&word.as_str())).count();
    if 0 < real {
        words.retain(|word| !ARTICLES.contains(&word.as_str()));
    }
    let name = |folded: String| {
        let mut key = String::new();
        name_key(&folded, &mut key);
        Name { folded, key, without: left_out.clone() }
    };
    words.into_iter().map(name).collect()
}

fn each_folded(analyzer: &Analyzer, text: &str, mut sink: impl FnMut(String)) {
    let mut folded = String::new();
    analyzer.words(text, |word, _| {
        analyzer.folded(word, &mut folded);
        if !folded.is_empty() {
            sink(folded.clone());
        }
    });
}

/// All forms of one word of a name.
pub(crate) fn variants(index: &IndexFile, name: &Name, limits: &Limits) -> Result<Expanded, Error> {
    let mut key = String::new();
    search_names(index, limits, &name.key, |word| {
        if !may_have_name_key(word, &name.key) && word != name.folded.as_bytes() {
            return false;
        }
        let Ok(word) = std::str::from_utf8(word) else { return false };
        if name.without.iter().any(|form| form == word) {
            return false;
        }
        if word == name.folded {
            return true;
        }
        name_key(word, &mut key);
        key == name.key
    })
}
