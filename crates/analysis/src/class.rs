//! What each character does to a word: the property table behind segmentation.
//!
//! In comes a `char`, out goes its [`Class`]. The classes are derived from Unicode properties (General_Category,
//! Word_Break, Script, Script_Extensions, Ideographic) of the ICU4X data compiled into the program, so a change of
//! Unicode version arrives with a change of that dependency and nowhere else. Nothing here knows about text or words.

use crate::table::ByteTable;
use icu_properties::props::{Alphabetic, GeneralCategory, Ideographic, Script, WordBreak};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};

/// The part a character plays in finding words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Ends a word.
    Separator,
    /// A letter of a script written with spaces between words (Hangul included).
    Letter,
    /// A digit or another number character.
    Number,
    /// A combining mark or format character: belongs to the character before it.
    Mark,
    /// One of the characters people type for an apostrophe.
    Apostrophe,
    /// Han, Hiragana, Katakana and other ideographs: a word each.
    Ideograph,
    /// A spacing voicing mark of kana: belongs to the kana before it, and to nothing else.
    Voicing,
    /// A letter of Thai, Lao, Khmer or Myanmar: a dictionary finds the words.
    Complex,
}

impl Class {
    /// All classes, each at the index of its number.
    const ALL: [Class; 8] = [
        Class::Separator,
        Class::Letter,
        Class::Number,
        Class::Mark,
        Class::Apostrophe,
        Class::Ideograph,
        Class::Voicing,
        Class::Complex,
    ];
}

/// One more than the number of each character's class.
static CLASSES: ByteTable = ByteTable::new();

/// The class of any character.
#[inline]
pub(crate) fn class_of(character: char) -> Class {
    Class::ALL
        [usize::from(CLASSES.get(character, |character| classify(character) as u8 + 1) - 1) & 7]
}

/// The characters that count as an apostrophe between letters, ASCII's first.
///
/// Typewriter, right and left quotation mark, their reversed form, the full-width form, the modifier letters used for
/// Ukrainian apostrophes, Hawaiian okina, Uzbek and transliterated ayin, the saltillo, and the Armenian and Hebrew
/// marks that people replace by an ASCII apostrophe when they type.
pub(crate) const APOSTROPHES: [char; 14] = [
    '\'', '\u{2019}', '\u{2018}', '\u{201B}', '\u{FF07}', '\u{02BC}', '\u{02BB}', '\u{02BD}',
    '\u{02BE}', '\u{02BF}', '\u{A78B}', '\u{A78C}', '\u{055A}', '\u{05F3}',
];

fn classify(character: char) -> Class {
    if APOSTROPHES.contains(&character) {
        return Class::Apostrophe;
    }
    if matches!(character, '\u{309B}' | '\u{309C}' | '\u{FF9E}' | '\u{FF9F}') {
        return Class::Voicing;
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    if is_mark(character, category) {
        return Class::Mark;
    }
    let number = matches!(
        category,
        GeneralCategory::DecimalNumber
            | GeneralCategory::LetterNumber
            | GeneralCategory::OtherNumber
    );
    let alphanumeric = number || CodePointSetData::new::<Alphabetic>().contains(character);
    if is_ideograph(character, alphanumeric) {
        Class::Ideograph
    } else if number {
        Class::Number
    } else if alphanumeric && is_complex(character) {
        Class::Complex
    } else if alphanumeric {
        Class::Letter
    } else {
        Class::Separator
    }
}

fn is_mark(character: char, category: GeneralCategory) -> bool {
    matches!(
        category,
        GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    ) || character == '\u{200C}'
        || matches!(
            CodePointMapData::<WordBreak>::new().get(character),
            WordBreak::Format | WordBreak::ZWJ
        )
}

fn is_ideograph(character: char, alphanumeric: bool) -> bool {
    const SCRIPTS: [Script; 3] = [Script::Han, Script::Hiragana, Script::Katakana];
    let scripts = ScriptWithExtensions::new();
    SCRIPTS.contains(&scripts.get_script_val(character))
        || (alphanumeric && SCRIPTS.iter().any(|&script| scripts.has_script(character, script)))
        || CodePointSetData::new::<Ideographic>().contains(character)
}

fn is_complex(character: char) -> bool {
    matches!(
        CodePointMapData::<Script>::new().get(character),
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar
    )
}
