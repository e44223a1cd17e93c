//! A spelling key for names: what the transliterations of one name have in common.
//!
//! In comes a folded word in Latin letters, out goes its key; two words are taken for spellings of one name where their
//! keys are equal. `jolani`, `julani`, `golani`, `jawlani` all have the key `uJLNi`. The key is a filter over the
//! vocabulary: whoever uses it shows the forms it brought together, for it can only guess.
//!
//! Names travel from Arabic, Persian, Hebrew and Cyrillic script into English, French and German spelling. Consonants
//! survive the journey, with a small set of digraphs for each; vowels do not, apart from whether the first is rounded and what the
//! word ends in. So a key is
//!
//! ```text
//! Key      := Rounding Consonant* Ending
//! Rounding := "u" if the first group of vowels has o, u or a gliding w in it, else "a";
//!             a capital letter if the word begins with that vowel
//! Ending   := "a" | "i" | "u" | nothing, by the last vowel; a mute e and a last h do not count
//! ```
//!
//! The consonants come from the table [`SPELLINGS`], the longest spelling first: all ways to write sh and ch are
//! `X` (French writes `ch` for the first, German `sch` and `tsch`), g, gh, j, dj, dsch and zh are `J` (Cairo says g
//! where Damascus says j), q, k, kh and hard c are `K`, z, ts, tz and s are `S`, ph and f are `F`, and so on. Neighbours
//! that are the same become one. Letters whose sound hangs on their place (c, ch, g, h, j, w, y) have a function each.
//! A word with fewer than two consonants keeps all its vowels, in three classes, or `ali` would meet `ula`.
//!
//! The idea of sound classes over a consonant skeleton is that of Soundex (Russell and Odell, 1918) and Daitch and
//! Mokotoff's variant for Slavic and Yiddish names (1985), the table of context-bound spellings that of Philips'
//! Metaphone (1990). The classes here are chosen for the spellings that newspapers use for Arabic, Persian and Russian
//! names, and tested on `seeds/name-variants.tsv`; they were also chosen by looking at that list, so on names it does not
//! hold, expect fewer forms found (0.82 of the pairs on 45 further groups, where the list has 0.92). It does not know nicknames or translations of names (Yusuf and
//! Joseph), Chinese romanisations, or names written in other scripts: those have themselves for a key.

/// Puts the spelling key of a folded word into `out`, which is cleared first.
///
/// ```
/// let key = |word| {
///     let mut out = String::new();
///     analysis::name_key(word, &mut out);
///     out
/// };
/// assert_eq!(key("jolani"), "uJLNi");
/// assert_eq!(key("golani"), key("jawlani"));
/// assert_eq!(key("tchaikovsky"), key("tschaikowski"));
/// assert_ne!(key("hassan"), key("hussein"));
/// ```
pub fn name_key(folded: &str, out: &mut String) {
    out.clear();
    if !folded.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'') {
        out.push_str(folded);
        return;
    }
    let skeleton = Skeleton::read(folded.as_bytes(), out);
    if out.len() < 2 {
        let (before, after) = folded.split_at(skeleton.first_consonant);
        let consonant = out.pop();
        push_vowels(before, out);
        out.extend(consonant);
        push_vowels(after, out);
    } else {
        out.insert(
            0,
            match (skeleton.rounded, skeleton.first_consonant > 0) {
                (true, true) => 'U',
                (true, false) => 'u',
                (false, true) => 'A',
                (false, false) => 'a',
            },
        );
        out.extend(ending(folded));
    }
}

/// Which keys these are. Raise it with every change of [`name_key`] or [`name_key_class`]: an index keeps the classes of its
/// terms' keys, and whoever reads it must not compare them with those of other keys.
pub const NAME_KEY_VERSION: u32 = 1;

/// The class of a key, 1 to 255: 1 and the FNV-1a hash of its bytes modulo 255.
#[must_use]
pub fn name_key_class(key: &str) -> u8 {
    let hash = key
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    1 + (hash % 255) as u8
}

/// Whether a folded word can have a key, told by its letters b, l, m, n, r alone: these stand for themselves in every
/// spelling. A quick no for nearly all words; yes says nothing.
#[must_use]
pub fn may_have_name_key(folded: &[u8], key: &str) -> bool {
    const PLAIN: [u8; 5] = *b"blmnr";
    let mut wanted = key
        .bytes()
        .filter(|code| PLAIN.contains(&code.to_ascii_lowercase()) && code.is_ascii_uppercase());
    let (mut last_wanted, mut last) = (0, 0);
    for &letter in folded.iter().filter(|letter| PLAIN.contains(letter)) {
        if letter == last {
            continue;
        }
        last = letter;
        let next = wanted.find(|code| *code != last_wanted);
        match next {
            Some(code) if code == letter.to_ascii_uppercase() => last_wanted = code,
            _ => return false,
        }
    }
    wanted.all(|code| code == last_wanted)
}

/// What is to be known of a word beside the consonants in its order.
struct Skeleton {
    /// Where the first consonant stands, or the end of the word.
    first_consonant: usize,
    /// Whether the first group of vowels is rounded.
    rounded: bool,
}

impl Skeleton {
    /// Appends the codes of the word's consonants to `out`, which is empty.
    fn read(letters: &[u8], out: &mut String) -> Skeleton {
        let mut skeleton = Skeleton { first_consonant: letters.len(), rounded: false };
        let mut seen_vowel = false;
        let mut last_end = usize::MAX;
        let mut at = 0;
        while at < letters.len() {
            let place = Place { letters, at };
            let (length, code) = place.sound();
            if code == VOWEL {
                if let (false, Some(rounded)) = (seen_vowel, place.rounding()) {
                    (skeleton.rounded, seen_vowel) = (rounded, true);
                }
            } else {
                skeleton.first_consonant = skeleton.first_consonant.min(at);
            }
            for symbol in code.chars() {
                // The same sound twice without a vowel between is a doubled letter.
                if last_end != at || !out.ends_with(symbol) {
                    out.push(symbol);
                }
            }
            at += length;
            if code != VOWEL {
                last_end = at;
            }
        }
        skeleton
    }
}

/// The code of letters that leave no consonant behind.
const VOWEL: &str = "";

/// Spellings of consonants that mean the same wherever they stand, each before those it begins with.
const SPELLINGS: [(&str, &str); 40] = [
    ("schtsch", "X"),
    ("schtch", "X"),
    ("shtch", "X"),
    ("chtch", "X"),
    ("stsch", "X"),
    ("szcz", "X"),
    ("shch", "X"),
    ("tsch", "X"),
    ("dsch", "J"),
    ("sch", "X"),
    ("tch", "X"),
    ("dzh", "J"),
    ("dj", "J"),
    ("jh", "J"),
    ("zh", "J"),
    ("sh", "X"),
    ("sz", "X"),
    ("cz", "X"),
    ("kh", "K"),
    ("ph", "F"),
    ("th", "T"),
    ("dh", "D"),
    ("bh", "B"),
    ("ck", "K"),
    ("ts", "S"),
    ("tz", "S"),
    ("dz", "S"),
    ("b", "B"),
    ("d", "D"),
    ("k", "K"),
    ("l", "L"),
    ("m", "M"),
    ("n", "N"),
    ("p", "P"),
    ("q", "K"),
    ("r", "R"),
    ("t", "T"),
    ("v", "V"),
    ("x", "KS"),
    ("z", "S"),
];

/// A letter of a word among its neighbours.
#[derive(Clone, Copy)]
struct Place<'w> {
    letters: &'w [u8],
    at: usize,
}

impl Place<'_> {
    /// How many letters the sound here takes, and its code.
    fn sound(self) -> (usize, &'static str) {
        let rest = &self.letters[self.at..];
        match rest[0] {
            b'f' if rest == b"ff" && matches!(self.before(), b'o' | b'e') => return (2, "V"),
            b'f' => return (1, "F"),
            b's' if !matches!(self.after(1), b'c' | b't' | b'z' | b'h') => return (1, "S"),
            b's' if !SPELLINGS.iter().any(|(spelling, _)| self.spells(spelling)) => {
                return (1, "S");
            }
            b'c' if !self.spells("cz") && !self.spells("ck") && !self.spells("chtch") => {
                return self.c();
            }
            b'g' => return self.g(),
            b'h' => return (1, if rest.len() == 1 { VOWEL } else { "H" }),
            b'j' if !self.spells("jh") => return (1, self.j()),
            b'w' => return (1, self.w()),
            b'o' if self.spells("ou") && self.is_glide() => return (2, "V"),
            b'i' | b'y' if self.at == 0 && matches!(self.after(1), b'a' | b'o' | b'u') => {
                return (1, "Y");
            }
            _ => {}
        }
        if is_vowel(rest[0]) {
            return (1, VOWEL);
        }
        let found = SPELLINGS
            .iter()
            .find(|(spelling, _)| spelling.as_bytes()[0] == rest[0] && self.spells(spelling));
        found.map_or((1, VOWEL), |(spelling, code)| (spelling.len(), code))
    }

    fn spells(self, spelling: &str) -> bool {
        self.letters[self.at..].starts_with(spelling.as_bytes())
    }

    /// The letter before, or 0.
    fn before(self) -> u8 {
        self.at.checked_sub(1).map_or(0, |at| self.letters[at])
    }

    /// The letter `steps` further on, or 0.
    fn after(self, steps: usize) -> u8 {
        self.letters.get(self.at + steps).copied().unwrap_or(0)
    }

    /// Whether an `ou` here is the French spelling of w: between vowels or at the start before one.
    fn is_glide(self) -> bool {
        (self.at == 0 || is_vowel(self.before())) && is_vowel(self.after(2))
    }

    /// Hard, soft, with an h (`K` at the start before a consonant and in -achm-, as in Chruschtschow, Rachmaninow), or
    /// Serbian at the end.
    fn c(self) -> (usize, &'static str) {
        match (self.after(1), self.after(2)) {
            (b'h', b'r' | b'l' | b'm' | b'n') if self.at == 0 => (2, "K"),
            (b'h', b'm') if self.before() == b'a' => (2, "K"),
            (b'h', _) => (2, "X"),
            (b'e' | b'i' | b'y', _) => (1, "S"),
            (0, _) if self.letters.ends_with(b"vic") || self.letters.ends_with(b"zic") => (1, "X"),
            _ => (1, "K"),
        }
    }

    /// Like j, but for the Libyan q of Gaddafi and the Persian one at the end of Sadegh. The u of `gue` is mute.
    fn g(self) -> (usize, &'static str) {
        let length = match (self.after(1), self.after(2)) {
            (b'h', _) | (b'u', b'e' | b'i') => 2,
            _ => 1,
        };
        let libyan = self.at == 0
            && matches!(self.after(length), b'a' | b'e')
            && self.after(length + 1) == b'd';
        let persian = length == 2 && self.after(length) == 0;
        (length, if libyan || persian { "K" } else { "J" })
    }

    /// A glide after e, i, o, y where no vowel follows (Dmitrij, Sergej), and in German -jew, -kaja.
    fn j(self) -> &'static str {
        let vowel_follows = is_vowel(self.after(1));
        let glide = match self.before() {
            b'e' | b'i' | b'o' | b'y' => !vowel_follows,
            _ => false,
        };
        if glide
            || self.spells("jew")
            || self.letters[..=self.at].ends_with(b"kaj") && vowel_follows
        {
            VOWEL
        } else {
            "J"
        }
    }

    /// V before vowels and in Slavic endings (-ow, -ew, -owski, -ewtsch-), else part of a vowel (Jawlani, Tawfiq, Dawud).
    fn w(self) -> &'static str {
        let slavic = matches!(self.before(), b'o' | b'e')
            && matches!(
                (self.after(1), self.after(2)),
                (0 | b's', _) | (b't', b's') | (b'c', b'z')
            );
        let absorbed = is_vowel(self.before()) && matches!(self.after(1), b'o' | b'u');
        if self.at == 0 || slavic || is_vowel(self.after(1)) && !absorbed { "V" } else { VOWEL }
    }

    /// Whether the group of vowels that begins here is rounded; nothing if there is none.
    fn rounding(self) -> Option<bool> {
        let places = (self.at..self.letters.len()).map(|at| Place { letters: self.letters, at });
        let group = places.take_while(|place| {
            let letter = place.letters[place.at];
            (is_vowel(letter) || letter == b'w') && place.sound().1 == VOWEL
        });
        let mut rounded = None;
        for place in group {
            let round = matches!(place.letters[place.at], b'o' | b'u' | b'w');
            rounded = Some(rounded.unwrap_or(false) || round);
        }
        rounded
    }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// What a word ends in, by ear.
fn ending(folded: &str) -> Option<char> {
    let aspirated = folded.ends_with('h');
    let open = folded.strip_suffix('h').unwrap_or(folded).as_bytes();
    let &[.., before, last] = open else { return None };
    match last {
        b'a' => Some('a'),
        b'e' | b'i' if aspirated => Some('a'),
        b'e' if !is_vowel(before) => None,
        b'e' | b'i' | b'y' => Some('i'),
        b'j' if matches!(before, b'e' | b'i' | b'o' | b'y') => Some('i'),
        b'o' | b'u' => Some('u'),
        _ => None,
    }
}

/// Appends the classes of the vowels of `letters`, each group of one class once.
fn push_vowels(letters: &str, out: &mut String) {
    for class in letters.chars().filter_map(vowel_class) {
        if !out.ends_with(class) {
            out.push(class);
        }
    }
}

/// The class of a vowel in words too short for a skeleton.
fn vowel_class(letter: char) -> Option<char> {
    match letter {
        'a' => Some('a'),
        'e' | 'i' | 'y' | 'j' => Some('i'),
        'o' | 'u' | 'w' => Some('u'),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
