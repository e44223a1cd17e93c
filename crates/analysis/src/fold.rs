//! From a word as written to the form an index compares: folding.
//!
//! In comes one word, out goes its folded form, always the same for the same word. The steps:
//!
//! 1. compatibility decomposition (NFKD): `ﬁ` -> `fi`, full-width `Ａ` -> `A`, `é` -> `e` + accent;
//! 2. full case folding: `ß` -> `ss`, `ς` -> `σ`;
//! 3. marks of Latin, Greek, Cyrillic, Arabic, Hebrew and Syriac text fall away: accents, Hebrew points, harakat. The
//!    marks of Indic and South-East Asian scripts and the voicing marks of kana spell sounds of their own and stay;
//! 4. letters people leave out the strokes of are replaced: `ø` -> `o`, `đ` -> `d`, `ł` -> `l`, `æ` -> `ae` (see
//!    [`plain`] for the list); digits of all scripts become ASCII digits;
//! 5. invisible characters (soft hyphen, joiners, variation selectors, bidi marks) and whatever of step 1 is no word
//!    character (the brackets of `⑴`) fall away; apostrophes become `'`, and none is left at either end;
//! 6. canonical composition (NFC), so that Hangul and kana are whole again.
//!
//! Turkish: `I`, `İ`, `ı` and `i` all become `i`. That merges a few Turkish pairs, but no text says reliably which
//! language it is in, and `Istanbul`, `İstanbul` and `istanbul` must meet.
//!
//! It does not cut text and does not stem.

use crate::class::{APOSTROPHES, Class, class_of};
use crate::table::{LongTable, WordTable};
use icu_casemap::CaseMapper;
use icu_normalizer::properties::CanonicalCombiningClassMap;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
use std::ops::RangeInclusive;

/// Most characters a single decomposed character folds to.
const LONGEST: usize = 3;

/// What one decomposed character becomes: up to [`LONGEST`] characters, the rest `None`.
type Folded = [Option<char>; LONGEST];

/// For each decomposed character its [`Folded`], 21 bits for each place (0 for none) under a set top bit.
static FOLDED: LongTable = LongTable::new();

/// For each character one more than what it folds to where its neighbours have no say and it is one character; else 1.
static ALONE: WordTable = WordTable::new();

/// Puts the folded form of `word` into `out`, which is cleared first.
pub(crate) fn fold(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.push_str(word);
        out.make_ascii_lowercase();
    } else if !fold_each(word, out) {
        out.clear();
        fold_whole(word, out);
    }
    trim_apostrophes(out);
}

/// Folds character by character if that is enough, and says whether it was.
fn fold_each(word: &str, out: &mut String) -> bool {
    for character in word.chars() {
        match alone(character) {
            '\0' => return false,
            folded => out.push(folded),
        }
    }
    true
}

/// Folds with regard to the order and composition of marks: the specification of [`fold_each`].
fn fold_whole(word: &str, out: &mut String) {
    let decomposed = DecomposingNormalizer::new_nfkd().normalize_iter(word.chars());
    let folded = decomposed.flat_map(folded_decomposed);
    out.extend(ComposingNormalizer::new_nfc().normalize_iter(folded));
}

fn alone(character: char) -> char {
    let entry = ALONE.get(character, |character| u32::from(fold_alone(character)) + 1);
    char::from_u32(entry - 1).unwrap_or('\0')
}

fn folded_decomposed(character: char) -> impl Iterator<Item = char> {
    let entry = FOLDED.get(character, |character| {
        let places = fold_decomposed(character).into_iter().rev();
        places.fold(1, |bits, place| bits << 21 | u64::from(place.map_or(0, u32::from)))
    });
    let places = (0..LONGEST).map(move |place| (entry >> (21 * place)) as u32 & 0x1f_ffff);
    places.take_while(|&code| code != 0).filter_map(char::from_u32)
}

/// What a character folds to alone, or U+0000 if the whole word must be looked at. Only blocks are taken in which letters neither compose with what follows, once accents have
/// fallen, nor with what comes before; characters that a mark may follow unharmed are all right, since any mark that
/// stays sends the word to [`fold_whole`].
fn fold_alone(character: char) -> char {
    const BLOCKS: [RangeInclusive<char>; 5] = [
        '\u{1}'..='\u{8FF}', // Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Syriac
        '\u{1E00}'..='\u{1FFF}', // Vietnamese and other Latin, ancient Greek
        '\u{3041}'..='\u{30FF}', // kana
        '\u{4E00}'..='\u{9FFF}', // Han
        '\u{AC00}'..='\u{D7A3}', // Hangul syllables
    ];
    if !BLOCKS.iter().any(|block| block.contains(&character)) || class_of(character) == Class::Mark
    {
        return '\0';
    }
    let mut whole = String::new();
    fold_whole(character.encode_utf8(&mut [0; 4]), &mut whole);
    let mut folded = whole.chars();
    match (folded.next(), folded.next()) {
        (Some(single), None) if class_of(single) != Class::Mark => single,
        _ => '\0',
    }
}

/// Puts `word` as written into `out`, which is cleared first: composed (NFC), apostrophes as `'`, soft hyphens and bidi
/// marks, which no reader sees, left out. Case and accents stay.
pub(crate) fn surface(word: &str, out: &mut String) {
    out.clear();
    if word.is_ascii() {
        out.push_str(word);
    } else {
        let shown = word.chars().filter(|&character| !is_invisible(character)).map(straight);
        out.extend(ComposingNormalizer::new_nfc().normalize_iter(shown));
    }
}

/// The form a stemmer expects: composed, lower-case, accents kept. `turkic` keeps dotted and dotless i apart.
pub(crate) fn lowercase(word: &str, turkic: bool, out: &mut String) {
    surface(word, out);
    let mapper = CaseMapper::new();
    let lower = if turkic { mapper.fold_turkic_string(out) } else { mapper.fold_string(out) };
    let lower = ComposingNormalizer::new_nfc().normalize(&lower).into_owned();
    *out = lower;
}

fn is_invisible(character: char) -> bool {
    // Joiners change the shape of Indic and Arabic letters, so they are part of what was written.
    class_of(character) == Class::Mark
        && !matches!(character, '\u{200C}' | '\u{200D}')
        && CodePointMapData::<GeneralCategory>::new().get(character) == GeneralCategory::Format
}

fn straight(character: char) -> char {
    if class_of(character) == Class::Apostrophe { '\'' } else { character }
}

fn trim_apostrophes(out: &mut String) {
    while out.as_bytes().last() == Some(&b'\'') {
        out.pop();
    }
    let leading = out.bytes().take_while(|&byte| byte == b'\'').count();
    if leading > 0 {
        out.drain(..leading);
    }
}

fn fold_decomposed(character: char) -> Folded {
    let mut folded = [None; LONGEST];
    if falls_away(character) {
        return folded;
    }
    let mut encoded = [0; 4];
    let cased = CaseMapper::new().fold_string(character.encode_utf8(&mut encoded));
    let plain_chars = cased.chars().flat_map(|lower| plain(lower).into_iter().flatten());
    let kept = plain_chars.filter(|&c| c == '\u{2044}' || class_of(c) != Class::Separator);
    for (place, plain_char) in folded.iter_mut().zip(kept) {
        *place = Some(plain_char);
    }
    folded
}

/// Whether nothing of a decomposed character is kept.
fn falls_away(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    match category {
        // Iota subscript: case folding makes a letter of it.
        _ if character == '\u{345}' => false,
        GeneralCategory::EnclosingMark | GeneralCategory::Format => true,
        GeneralCategory::NonspacingMark => is_accent(character),
        _ => {
            character == '\u{640}'
                || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        }
    }
}

/// Whether a nonspacing mark is an accent, as opposed to a vowel, a nukta (class 7), a kana voicing mark (8) or a
/// virama (9).
fn is_accent(mark: char) -> bool {
    let class = CanonicalCombiningClassMap::new().get_u8(mark);
    let script = CodePointMapData::<Script>::new().get(mark);
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(mark);
    ignorable
        || !matches!(class, 0 | 7 | 8 | 9)
            && matches!(
                script,
                Script::Inherited
                    | Script::Common
                    | Script::Latin
                    | Script::Greek
                    | Script::Cyrillic
                    | Script::Arabic
                    | Script::Hebrew
                    | Script::Syriac
                    | Script::Coptic
            )
}

/// Letters with no decomposition that people type without their strokes, and equals among letters and digits.
fn plain(lower: char) -> [Option<char>; 2] {
    if class_of(lower) == Class::Apostrophe || APOSTROPHES.contains(&lower) {
        return [Some('\''), None];
    }
    let single = match lower {
        'æ' => return [Some('a'), Some('e')],
        'œ' => return [Some('o'), Some('e')],
        'þ' => return [Some('t'), Some('h')],
        'ð' | 'đ' | 'ɖ' => 'd',
        'ø' | 'ɵ' => 'o',
        'ł' | 'ƚ' => 'l',
        'ħ' => 'h',
        'ŧ' => 't',
        'ı' | 'ɨ' => 'i',
        'ȷ' | 'ɉ' => 'j',
        'ŋ' => 'n',
        'ƀ' => 'b',
        'ȼ' => 'c',
        'ǥ' => 'g',
        'ɍ' => 'r',
        'ʉ' => 'u',
        'ɏ' => 'y',
        'ƶ' => 'z',
        // Arabic alef wasla; Persian keheh and yeh, and alef maqsura: keyboards mix them up.
        '\u{671}' => '\u{627}',
        '\u{6A9}' => '\u{643}',
        '\u{6CC}' | '\u{649}' => '\u{64A}',
        other => ascii_digit(other).unwrap_or(other),
    };
    [Some(single), None]
}

/// The ASCII digit of the same value. Every script's decimal digits stand in runs of ten from zero.
fn ascii_digit(character: char) -> Option<char> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_digit = |code: u32| categories.get32(code) == GeneralCategory::DecimalNumber;
    let code = character as u32;
    if !is_digit(code) {
        return None;
    }
    let before = (1..=code).take_while(|&back| is_digit(code - back)).count() as u32;
    char::from_digit(before % 10, 10)
}

#[cfg(test)]
mod tests;
