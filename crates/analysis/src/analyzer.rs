//! The analyzer: one object that cuts text and says what each word's term is.
//!
//! In come options and text, out go words, terms and tokens. It ties segmentation, folding and stemming together under
//! a name with a fingerprint; the rules themselves live in their own modules.

use crate::language::{Language, Languages};
use crate::stem::LanguageStemmer;
use crate::{Error, fold, forms, words};
use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use std::ops::Range;

/// Raised whenever the rules of this crate change what some text becomes.
const VERSION: u32 = 1;

/// A text that shows most of what the rules do, in many scripts. Its words, terms and offsets make the fingerprint.
const PROBE: &str = "Don\u{2019}t U.S. 10:30 foo_bar 3.14 Stra\u{df}e Caf\u{e9} cafe\u{301} \u{fb01}n co\u{ad}op \
    \u{401}\u{43b}\u{43a}\u{430} \u{419}\u{43e}\u{434} \u{39f}\u{3b4}\u{3cc}\u{3c2} \u{130}stanbul \u{131}s\u{131} \
    \u{d8}re \u{141}\u{f3}d\u{17a} \u{625}\u{633}\u{644}\u{627}\u{645} \u{5e9}\u{5c1}\u{5b8}\u{5dc}\u{5d5}\u{5b9}\u{5dd} \
    \u{6771}\u{4eac}\u{304c}\u{304b}\u{3099}\u{30ab}\u{30fc} \u{d55c}\u{ad6d}\u{c5b4} \
    \u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940} \u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}\u{e0a}\u{e32}\u{e27}\u{e42}\u{e25}\u{e01} \
    running runner's generously happily studies W\u{e4}lder continuit\u{e9} \u{431}\u{435}\u{433}\u{443}\u{449}\u{438}\u{439} \
    \u{1c89}a \u{a7dc}b \u{a7ce}c \u{2ebf0}\u{323b0} \u{10d4a}\u{10d50} \u{16ea0}";

/// What an index records about its analyzer; compared when the index is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalyzerId {
    /// `unicode`; `unicode+en` with English stems; `unicode+auto:de,en` with stems by each document's language.
    pub name: String,
    /// The version of the rules of this crate.
    pub version: u32,
    /// A hash over what a fixed text becomes: it changes with the Unicode data and the stemmers too.
    pub fingerprint: u64,
}

/// What can be chosen about an analyzer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnalyzerOptions {
    /// A language whose stems are indexed (`en`, `de`, ...), or none. `auto` takes each document's own language, and
    /// `auto:de,en` chooses among these.
    pub stem: Option<String>,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The form an index stores.
    pub term: String,
    /// The byte at which its word begins in the text.
    pub start: usize,
    /// The byte after its word.
    pub end: usize,
    /// Its number among the tokens of the text, from 0.
    pub position: u32,
}

/// Cuts text into words and turns words into terms; the same for documents and queries. Share it by reference.
///
/// ```
/// let analyzer = analysis::Analyzer::new(&Default::default())?;
/// let terms: Vec<String> = analyzer.tokens("The caf\u{e9} isn\u{2019}t open").into_iter().map(|t| t.term).collect();
/// assert_eq!(terms, ["the", "cafe", "isn't", "open"]);
/// # Ok::<(), analysis::Error>(())
/// ```
pub struct Analyzer {
    id: AnalyzerId,
    segmenter: WordSegmenterBorrowed<'static>,
    stemming: Stemming,
}

/// Which stems there are.
enum Stemming {
    None,
    /// Terms are stems of this language.
    One(LanguageStemmer),
    /// Terms are folded words, and each has a stem beside it by the language of its document.
    ByLanguage(Box<Languages>),
}

/// What stands before a list of languages to choose from.
const AUTO: &str = "auto";

impl Analyzer {
    /// An analyzer for these options. Fails if the language has no stemmer.
    pub fn new(options: &AnalyzerOptions) -> Result<Analyzer, Error> {
        let automatic = |stem: &str| {
            stem.strip_prefix(AUTO).map(|list| list.trim_start_matches(':').to_owned())
        };
        let (stemming, name) = match options.stem.as_deref() {
            None => (Stemming::None, "unicode".to_owned()),
            Some(stem) => match automatic(stem) {
                None => {
                    let stemmer = LanguageStemmer::new(stem)?;
                    let name = format!("unicode+{}", stemmer.code());
                    (Stemming::One(stemmer), name)
                }
                Some(list) => {
                    let languages = Languages::new(&list)?;
                    let codes: Vec<&str> = languages.codes().collect();
                    let name = format!("unicode+{AUTO}:{}", codes.join(","));
                    (Stemming::ByLanguage(Box::new(languages)), name)
                }
            },
        };
        let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
        let id = AnalyzerId { name, version: VERSION, fingerprint: 0 };
        let mut analyzer = Analyzer { id, segmenter, stemming };
        analyzer.id.fingerprint = analyzer.fingerprint();
        Ok(analyzer)
    }

    /// What an index should record about this analyzer.
    pub fn id(&self) -> &AnalyzerId {
        &self.id
    }

    /// Whether terms are stems: then [`crate::form_term`] names what was written.
    pub fn stems(&self) -> bool {
        matches!(self.stemming, Stemming::One(_))
    }

    /// Whether each document has a language of its own and each word, beside its term, that of a stem
    /// ([`Analyzer::stem_term`]).
    pub fn has_languages(&self) -> bool {
        matches!(self.stemming, Stemming::ByLanguage(_))
    }

    /// The language of a document, from what it says of itself and from its texts; none where documents have none here.
    pub fn language_of<'t>(
        &self,
        said: Option<&str>,
        texts: impl Iterator<Item = &'t str>,
    ) -> Language {
        match &self.stemming {
            Stemming::ByLanguage(languages) => languages.of(said, texts),
            _ => Language::default(),
        }
    }

    /// The code of a language, such as `de`; empty for none.
    pub fn language_code(&self, language: Language) -> &'static str {
        match &self.stemming {
            Stemming::ByLanguage(languages) => languages.code(language),
            _ => "",
        }
    }

    /// The language with a code; none where documents cannot have it here.
    pub fn language(&self, code: &str) -> Language {
        match &self.stemming {
            Stemming::ByLanguage(languages) => languages.with_code(code),
            _ => Language::default(),
        }
    }

    /// Every language that a document can have here, none among them; nothing where documents have no language.
    pub fn languages(&self) -> Vec<Language> {
        match &self.stemming {
            Stemming::ByLanguage(languages) => {
                let known = languages.codes().map(|code| languages.with_code(code));
                std::iter::once(Language::default()).chain(known).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Puts the term of one word's stem in a document of this language into `out`, which is cleared first; empty where
    /// [`Analyzer::term`] is.
    pub fn stem_term(&self, word: &str, language: Language, out: &mut String) {
        let mut stem = String::new();
        match &self.stemming {
            Stemming::ByLanguage(languages) => match languages.stemmer(language) {
                Some(stemmer) => stemmer.stem(word, &mut stem),
                None => fold::fold(word, &mut stem),
            },
            _ => self.term(word, &mut stem),
        }
        out.clear();
        if !stem.is_empty() {
            forms::stem_term(&stem, self.language_code(language), out);
        }
    }

    /// Calls `sink(word, byte_range)` for each word of `text` as written, in order.
    ///
    /// Allocates nothing, but for runs of South-East Asian scripts.
    pub fn words<'t>(&self, text: &'t str, mut sink: impl FnMut(&'t str, Range<usize>)) {
        self.word_ranges(text, |range| sink(&text[range.clone()], range));
    }

    /// Calls `sink` with the bytes of each word only: words begin and end at characters, which need not be looked at again.
    pub fn word_ranges(&self, text: &str, sink: impl FnMut(Range<usize>)) {
        words::words(self.segmenter, text, sink);
    }

    /// Puts the index term of one word into `out`, which is cleared first: folded, and stemmed if asked for.
    ///
    /// It depends on the word alone. It is empty only where nothing that can be searched for is left (a lone Hangul
    /// filler); such a token is to be dropped and counted.
    pub fn term(&self, word: &str, out: &mut String) {
        match &self.stemming {
            Stemming::One(stemmer) => stemmer.stem(word, out),
            Stemming::None | Stemming::ByLanguage(_) => fold::fold(word, out),
        }
    }

    /// Puts the folded form of one word into `out`, which is cleared first. Folding a folded form changes nothing.
    pub fn folded(&self, word: &str, out: &mut String) {
        fold::fold(word, out);
    }

    /// Puts one word as written into `out`, which is cleared first: composed (NFC), apostrophes straight, soft hyphens
    /// and bidi marks left out; case and accents kept. Words equal in this form have equal terms.
    pub fn surface(&self, word: &str, out: &mut String) {
        fold::surface(word, out);
    }

    /// Every token of `text` with its offsets and position. A word without a term takes no position.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut term = String::new();
        self.words(text, |word, range| {
            self.term(word, &mut term);
            if !term.is_empty() {
                let position = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
                let Range { start, end } = range;
                tokens.push(Token { term: term.clone(), start, end, position });
            }
        });
        tokens
    }

    /// FNV-1a over everything the probe text becomes.
    fn fingerprint(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut feed = |bytes: &[u8]| {
            for &byte in bytes {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        };
        feed(self.id.name.as_bytes());
        let (mut term, mut folded, mut surface) = (String::new(), String::new(), String::new());
        self.words(PROBE, |word, range| {
            self.term(word, &mut term);
            self.folded(word, &mut folded);
            self.surface(word, &mut surface);
            feed(&(range.start as u64).to_le_bytes());
            feed(&(range.end as u64).to_le_bytes());
            for form in [&term, &folded, &surface] {
                feed(form.as_bytes());
                feed(&[0xff]);
            }
            for language in self.languages() {
                self.stem_term(word, language, &mut term);
                feed(term.as_bytes());
                feed(&[0xff]);
            }
        });
        hash
    }
}

#[cfg(test)]
mod tests;
