//! Which language a document is in, so that its words get the stems of that language.
//!
//! Comes in: what the document says of itself, and its texts. Goes out: a [`Language`] among those that were asked for, or
//! none. It looks at the first 2,000 bytes, and finds none where there are hardly any letters; the same texts give the same
//! language everywhere and always. A wrong guess costs the other forms of a word, never the word as it is written: queries
//! ask for the stems of all languages.

use crate::Error;
use crate::stem::{self, LanguageStemmer};

/// As much of a document's texts as is looked at, in bytes.
const SAMPLE: usize = 2_000;

/// With fewer letters than this a text tells nothing.
const FEWEST_LETTERS: usize = 20;

/// The language of one document: one of those of its analyzer, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Option<u8>);

impl Language {
    /// A number that stands for it, to be written down: 0 for none.
    pub fn number(self) -> u32 {
        self.0.map_or(0, |number| u32::from(number) + 1)
    }

    /// The language of the same analyzer that was written down as this number; none for one that is no language's.
    pub fn of_number(number: u32) -> Language {
        Language(number.checked_sub(1).and_then(|number| u8::try_from(number).ok()))
    }
}

/// The stemmers of several languages, one of which is right for a document.
pub(crate) struct Languages {
    stemmers: Vec<LanguageStemmer>,
    detector: whatlang::Detector,
}

impl Languages {
    /// All languages that have a stemmer where the list is empty, else those listed.
    pub(crate) fn new(list: &str) -> Result<Languages, Error> {
        let names = || list.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut stemmers: Vec<LanguageStemmer> =
            names().map(LanguageStemmer::new).collect::<Result<_, _>>()?;
        let detector = if stemmers.is_empty() {
            stemmers = stem::languages()
                .map(LanguageStemmer::new)
                .into_iter()
                .collect::<Result<_, _>>()?;
            // Languages without a stemmer are told apart, too: a Bulgarian text is no Russian one.
            whatlang::Detector::new()
        } else {
            let known = whatlang::Lang::all().iter().copied();
            let wanted = |lang: &whatlang::Lang| {
                stemmers.iter().any(|stemmer| stemmer.code() == code_of(*lang))
            };
            whatlang::Detector::with_allowlist(known.filter(wanted).collect())
        };
        stemmers.sort_by_key(LanguageStemmer::code);
        stemmers.dedup_by_key(|stemmer| stemmer.code());
        Ok(Languages { stemmers, detector })
    }

    /// Their codes, in alphabetical order.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.stemmers.iter().map(LanguageStemmer::code)
    }

    /// The code of a language; empty for none.
    pub(crate) fn code(&self, language: Language) -> &'static str {
        self.stemmer(language).map_or("", LanguageStemmer::code)
    }

    /// The language with a code, or none.
    pub(crate) fn with_code(&self, code: &str) -> Language {
        let place = self.stemmers.iter().position(|stemmer| stemmer.code() == code);
        Language(place.and_then(|place| u8::try_from(place).ok()))
    }

    /// Its stemmer.
    pub(crate) fn stemmer(&self, language: Language) -> Option<&LanguageStemmer> {
        self.stemmers.get(usize::from(language.0?))
    }

    /// The language of a document.
    pub(crate) fn of<'t>(
        &self,
        said: Option<&str>,
        texts: impl Iterator<Item = &'t str>,
    ) -> Language {
        if let Some(code) = said.and_then(said_code) {
            return self.with_code(&code);
        }
        let mut sample = String::new();
        for text in texts {
            let left = SAMPLE - sample.len().min(SAMPLE);
            sample.push_str(&text[..text.floor_char_boundary(left)]);
            sample.push('\n');
        }
        if sample.chars().filter(|letter| letter.is_alphabetic()).count() < FEWEST_LETTERS {
            return Language::default();
        }
        let found = self.detector.detect_lang(&sample);
        found.map_or(Language::default(), |lang| self.with_code(code_of(lang)))
    }
}

/// The two letters of `de`, `de-AT` and `DE_at`; `None` for anything else.
fn said_code(said: &str) -> Option<String> {
    let code = said.trim().split(['-', '_']).next().unwrap_or_default();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| code.to_ascii_lowercase())
}

/// The code here of a language that whatlang tells; empty where it has no stemmer.
fn code_of(lang: whatlang::Lang) -> &'static str {
    match lang.code() {
        "ara" => "ar",
        "cat" => "ca",
        "dan" => "da",
        "deu" => "de",
        "ell" => "el",
        "eng" => "en",
        "spa" => "es",
        "fin" => "fi",
        "fra" => "fr",
        "hun" => "hu",
        "ind" => "id",
        "ita" => "it",
        "nld" => "nl",
        "nob" => "no",
        "pol" => "pl",
        "por" => "pt",
        "ron" => "ro",
        "rus" => "ru",
        "swe" => "sv",
        "tur" => "tr",
        "ukr" => "uk",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
