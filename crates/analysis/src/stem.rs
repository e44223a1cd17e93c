//! Stemming by the Snowball algorithms: `running` -> `run`.
//!
//! In comes a word as written, out goes its stem, folded. The algorithms know the accents of their language (German
//! `ü`, French `é` decide which endings fall), so a word is stemmed in its lower-case form *with* accents, and the stem
//! is folded afterwards. A text typed without accents may therefore get another stem than the correct spelling: that is
//! the price of correct stems for correct text. Without a stemmer nothing here is used.

use crate::{Error, fold};
use frostem::{Algorithm, Stemmer};

/// Language codes and their algorithms.
const LANGUAGES: [(&str, Algorithm); 21] = [
    ("ar", Algorithm::Arabic),
    ("ca", Algorithm::Catalan),
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("en", Algorithm::English),
    ("es", Algorithm::Spanish),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("hu", Algorithm::Hungarian),
    ("id", Algorithm::Indonesian),
    ("it", Algorithm::Italian),
    ("nl", Algorithm::Dutch),
    ("no", Algorithm::Norwegian),
    ("pl", Algorithm::Polish),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("sv", Algorithm::Swedish),
    ("tr", Algorithm::Turkish),
    ("uk", Algorithm::Ukrainian),
];

/// The codes of all languages, in their order.
pub(crate) fn languages() -> [&'static str; LANGUAGES.len()] {
    LANGUAGES.map(|(code, _)| code)
}

/// Longer words, in bytes, are no words of a language, and are folded only: some algorithms take time quadratic in the
/// length of a word.
const LONGEST_WORD: usize = 256;

/// The stemmer of one language.
pub(crate) struct LanguageStemmer {
    code: &'static str,
    stemmer: Stemmer,
}

impl LanguageStemmer {
    /// The stemmer for a code such as `en`, or for the language's English name.
    pub(crate) fn new(language: &str) -> Result<LanguageStemmer, Error> {
        let wanted = language.trim().to_lowercase();
        let known = LANGUAGES
            .iter()
            .find(|(code, algorithm)| *code == wanted || algorithm.name() == wanted);
        let &(code, algorithm) = known.ok_or_else(|| Error::UnknownLanguage {
            found: language.to_owned(),
            known: LANGUAGES.map(|(code, _)| code).join(", "),
        })?;
        Ok(LanguageStemmer { code, stemmer: Stemmer::new(algorithm) })
    }

    /// The two-letter code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// Puts the folded stem of `word` into `out`, or its folded form if the stem has nothing left.
    pub(crate) fn stem(&self, word: &str, out: &mut String) {
        if word.len() > LONGEST_WORD {
            return fold::fold(word, out);
        }
        let mut lower = String::new();
        fold::lowercase(word, self.code == "tr", &mut lower);
        fold::fold(&self.stemmer.stem(&lower), out);
        if out.is_empty() {
            fold::fold(word, out);
        }
    }
}
