//! What one word of a query means: text, a wildcard, a fuzzy word, a form as written, or a name with its variants.
//!
//! Comes in: a run without blanks. Goes out: one node, or several that stand next to each other: a word with joints
//! and a wildcard or `~` (`al-j*lani`, `al-Jolani~1`) is cut where the analyzer would cut it, so that the mark belongs
//! to its own piece. The same reading serves inside and outside of quotes.
//!
//! | typed | read as |
//! |---|---|
//! | `COVID-19` `first?` `a/b` `C++` `*` | text: what the analyzer makes of it |
//! | `jolan*` `*lani` `j?lani` | a wildcard; a `?` that only ends a piece is punctuation |
//! | `http://x.org/a?b=1` `www.x.org/*` `x.org/a?b=1` | text: an address has no wildcards, boosts or `~` |
//! | `colour~` `colour~1` | a fuzzy word; `~` alone is `~2`; without a letter before it (`3~5`) it is text; in `COVID-19~1` the last piece with a letter is the fuzzy one |
//! | `=running` | the form as written |
//! | `~al-Jolani` | a name's variants, where a letter follows (`~5` is text) |
//! | `word^2` | a boost, outside of quotes |
//! | `\*` | the mark itself: a backslash before ASCII punctuation; before anything else it is a backslash |

use super::error::SyntaxError;
use super::grammar::Parser;
use super::lexer::is_blank;
use super::{MAX_BOOST, MAX_EDITS};
use crate::syntax::{Node, NodeKind};
use analysis::{Analyzer, AnalyzerOptions};
use std::ops::Range;
use std::sync::LazyLock;

/// A character of a word, its place, and whether a backslash took its meaning away.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) ch: char,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) literal: bool,
}

impl Unit {
    /// Whether it is this mark, and means it.
    pub(super) fn is(&self, mark: char) -> bool {
        self.ch == mark && !self.literal
    }

    fn is_wild(&self) -> bool {
        self.is('*') || self.is('?')
    }
}

/// Whether a character makes a word of the characters around it. Radicals, and ideographs that are not assigned yet,
/// count as they do for the analyzer.
pub(super) fn is_wordlike(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{20000}'..='\u{3fffd}')
}

/// The characters of `range`, backslashes taken off.
pub(super) fn units(text: &str, range: Range<usize>) -> Vec<Unit> {
    let mut units = Vec::with_capacity(range.len());
    let mut chars = text[range.clone()].char_indices().peekable();
    while let Some((offset, ch)) = chars.next() {
        let start = range.start + offset;
        let escaped = match chars.peek() {
            Some(&(_, next)) if ch == '\\' && next.is_ascii_punctuation() => chars.next(),
            _ => None,
        };
        units.push(match escaped {
            Some((_, ch)) => Unit { ch, start, end: start + 2, literal: true },
            None => Unit { ch, start, end: start + ch.len_utf8(), literal: false },
        });
    }
    units
}

/// The characters without their places.
pub(super) fn string(units: &[Unit]) -> String {
    units.iter().map(|unit| unit.ch).collect()
}

/// Where some characters stand; they are not none.
pub(super) fn place(units: &[Unit]) -> Range<usize> {
    units.first().map_or(0, |unit| unit.start)..units.last().map_or(0, |unit| unit.end)
}

/// Cuts words where no analyzer is given: where words end does not depend on its options.
static WORDS: LazyLock<Analyzer> = LazyLock::new(|| {
    Analyzer::new(&AnalyzerOptions::default()).expect("the default options ask for no stemmer")
});

/// What stands at the end of a word.
struct Suffixes {
    /// How many characters come before.
    core: usize,
    /// The digits behind `~`.
    edits: Option<String>,
    /// The digits behind `^`.
    boost: Option<String>,
}

/// A piece of a word as the analyzer cuts it, in units.
#[derive(Clone, Copy)]
struct Piece {
    from: usize,
    to: usize,
    kind: PieceKind,
}

#[derive(Clone, Copy, PartialEq)]
enum PieceKind {
    Plain,
    Wild,
    /// `*` and `?` without a letter or digit: text without a token.
    Marks,
}

impl Parser<'_, '_> {
    /// A word outside of quotes as one node.
    pub(super) fn word_node(&mut self, at: Range<usize>) -> Result<Node, SyntaxError> {
        self.count_clause(&at)?;
        self.lexer.count(at.len());
        let word = &self.text[at.clone()];
        if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(Node::new(NodeKind::Text(word.to_owned()), at));
        }
        let mut units = units(self.text, at.clone());
        units.retain(|unit| !is_blank(unit.ch));
        let (mut pieces, boost) = self.read_word(&units, true)?;
        let mut node = match (pieces.pop(), pieces.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                pieces.push(last);
                Node::new(NodeKind::Phrase { slots: pieces, slop: 0 }, at)
            }
            (None, _) => Node::new(NodeKind::Text(string(&units)), at),
        };
        node.boost = boost;
        Ok(node)
    }

    /// The pieces of a word, and its boost where `boosts` allows one.
    pub(super) fn read_word(
        &mut self,
        units: &[Unit],
        boosts: bool,
    ) -> Result<(Vec<Node>, f64), SyntaxError> {
        if is_address(units) {
            return Ok((vec![text_node(units)], 1.0));
        }
        let suffixes = suffixes(units, boosts);
        let boost = match &suffixes.boost {
            Some(digits) => self.boost_value(digits, place(&units[suffixes.core..]))?,
            None => 1.0,
        };
        let core = &units[..suffixes.core];
        let edits = match &suffixes.edits {
            Some(digits) => self.edits_value(digits, place(&units[suffixes.core..]))?,
            None => 0,
        };
        let pieces = match prefix(core) {
            Some(mark) => self.marked(mark, core, edits)?,
            None => self.unmarked(core, edits)?,
        };
        Ok((pieces, boost))
    }

    /// The value of a boost, held to its limit.
    pub(super) fn boost_value(
        &mut self,
        digits: &str,
        at: Range<usize>,
    ) -> Result<f64, SyntaxError> {
        let boost: f64 = digits.parse().unwrap_or(f64::INFINITY);
        if boost <= MAX_BOOST {
            return Ok(boost);
        }
        let message = format!("boost above the limit of {MAX_BOOST}");
        self.problem(at, message, None, "read as the limit")?;
        Ok(MAX_BOOST)
    }

    fn edits_value(&mut self, digits: &str, at: Range<usize>) -> Result<u8, SyntaxError> {
        match digits {
            "" => Ok(MAX_EDITS),
            "0" => Ok(0),
            "1" => Ok(1),
            "2" => Ok(2),
            _ => {
                let message =
                    format!("edit distance '{digits}' is not 0, 1 or the limit {MAX_EDITS}");
                let suggestion = "a fuzzy word takes at most two edits: word~2";
                self.problem(at, message, Some(suggestion.to_owned()), "read as the limit")?;
                Ok(MAX_EDITS)
            }
        }
    }

    /// `=word` and `~name`, which take no wildcards and no edit distance.
    fn marked(&mut self, mark: char, core: &[Unit], edits: u8) -> Result<Vec<Node>, SyntaxError> {
        let rest = &core[1..];
        let wild = self.pieces(rest).iter().any(|piece| piece.kind == PieceKind::Wild);
        if wild || edits > 0 {
            let what = if mark == '=' { "a word as written" } else { "name variants" };
            let message = format!("'{mark}' before a word with a wildcard or '~'");
            let suggestion = format!("'{mark}' asks for {what}: leave one of the two out");
            let repair = format!("read without '{mark}'");
            self.problem(place(core), message, Some(suggestion), &repair)?;
            return self.unmarked(rest, edits);
        }
        let kind = match mark {
            '=' => NodeKind::Surface(string(rest)),
            _ => NodeKind::Variants { text: string(rest), without: Vec::new() },
        };
        Ok(vec![Node::new(kind, place(core))])
    }

    /// Text, wildcards and fuzzy words.
    fn unmarked(&mut self, core: &[Unit], edits: u8) -> Result<Vec<Node>, SyntaxError> {
        if edits == 0 && !core.iter().any(Unit::is_wild) {
            return Ok(vec![text_node(core)]);
        }
        let pieces = self.pieces(core);
        if pieces.iter().any(|piece| piece.kind == PieceKind::Wild) {
            if edits > 0 {
                let message = "wildcard and '~' on one word";
                let suggestion = "write one of them, or a regular expression: /colou?r.*/";
                let suggestion = Some(suggestion.to_owned());
                self.problem(place(core), message, suggestion, "read without '~'")?;
            }
            return Ok(joined(core, &pieces));
        }
        let has_letter =
            |piece: &Piece| core[piece.from..piece.to].iter().any(|unit| unit.ch.is_alphabetic());
        let fuzzy =
            pieces.iter().rposition(|piece| piece.kind == PieceKind::Plain && has_letter(piece));
        let Some(fuzzy) = fuzzy.filter(|_| edits > 0) else { return Ok(vec![text_node(core)]) };
        let units = &core[pieces[fuzzy].from..pieces[fuzzy].to];
        let kind = NodeKind::Fuzzy { text: string(units), distance: edits };
        let mut nodes = joined(core, &pieces[..fuzzy]);
        nodes.push(Node::new(kind, place(units)));
        nodes.extend(joined(core, &pieces[fuzzy + 1..]));
        Ok(nodes)
    }

    /// Whether the analyzer finds nothing in a text, and no `*` or `?` stands in it either.
    pub(super) fn is_punctuation(&self, text: &str) -> bool {
        if text.contains(|c| is_wordlike(c) || c == '*' || c == '?') {
            return false;
        }
        let mut silent = true;
        if !text.is_ascii() {
            self.analyzer().words(text, |_, _| silent = false);
        }
        silent
    }

    fn analyzer(&self) -> &Analyzer {
        self.options.analyzer.unwrap_or(&*WORDS)
    }

    /// Cuts a word with wildcards as the analyzer would cut a word with a letter in place of each of them.
    fn pieces(&self, core: &[Unit]) -> Vec<Piece> {
        let letters: String =
            core.iter().map(|unit| if unit.is_wild() { 'a' } else { unit.ch }).collect();
        let mut starts: Vec<usize> = letters.char_indices().map(|(at, _)| at).collect();
        starts.push(letters.len());
        let index = |at: usize| starts.partition_point(|&start| start < at);
        let mut pieces: Vec<Piece> = Vec::new();
        self.analyzer().words(&letters, |_, range| {
            let (from, to) = (index(range.start), index(range.end));
            let marks = !core[from..to].iter().any(|unit| is_wordlike(unit.ch));
            match pieces.last_mut() {
                // Scripts without blanks: the mark belongs to the character before it, or else to the one after it.
                Some(last) if last.to == from && (marks || last.kind == PieceKind::Marks) => {
                    last.to = to;
                    last.kind = PieceKind::Wild;
                }
                _ => {
                    let kind = if marks { PieceKind::Marks } else { PieceKind::Wild };
                    pieces.push(Piece { from, to, kind });
                }
            }
        });
        for piece in pieces.iter_mut().filter(|piece| piece.kind == PieceKind::Wild) {
            self.settle(piece, core);
        }
        pieces
    }

    /// Takes question marks off the end of a piece that has no other wildcard, and with them an apostrophe that joined
    /// only them.
    fn settle(&self, piece: &mut Piece, core: &[Unit]) {
        let units = &core[piece.from..piece.to];
        let questions = units.iter().rev().take_while(|unit| unit.is('?')).count();
        let before = &units[..units.len() - questions];
        if before.iter().any(Unit::is_wild) {
            return;
        }
        piece.kind = PieceKind::Plain;
        let text = string(before);
        let mut end = 0;
        self.analyzer().words(&text, |_, range| end = range.end);
        piece.to = piece.from + text[..end].chars().count();
    }
}

/// Wildcards as they stand, and one text for each run of other pieces between them.
fn joined(core: &[Unit], pieces: &[Piece]) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut at = 0;
    while let Some(first) = pieces.get(at) {
        let wild = |piece: &Piece| piece.kind == PieceKind::Wild;
        let run =
            if wild(first) { 1 } else { pieces[at..].iter().take_while(|p| !wild(p)).count() };
        let units = &core[first.from..pieces[at + run - 1].to];
        nodes.push(match first.kind {
            PieceKind::Wild => Node::new(NodeKind::Wildcard(string(units)), place(units)),
            _ => text_node(units),
        });
        at += run;
    }
    nodes
}

fn text_node(units: &[Unit]) -> Node {
    Node::new(NodeKind::Text(string(units)), place(units))
}

/// `=` or `~` before something it can apply to. `~word~` is decoration.
fn prefix(core: &[Unit]) -> Option<char> {
    let (first, second) = (core.first()?, core.get(1)?);
    let form = second.literal || second.ch.is_alphanumeric() || !second.ch.is_ascii();
    if first.is('=') && form {
        return Some('=');
    }
    let decorated = core.last().is_some_and(|last| last.is('~'));
    let name = second.literal || second.ch.is_alphabetic();
    (first.is('~') && name && !decorated).then_some('~')
}

/// `~`, `~1` and `^2` at the end of a word, and sentence punctuation behind them.
fn suffixes(units: &[Unit], boosts: bool) -> Suffixes {
    let none = Suffixes { core: units.len(), edits: None, boost: None };
    let punctuation =
        |unit: &&Unit| !unit.literal && matches!(unit.ch, '.' | ',' | ';' | ':' | '!' | '?');
    let mut end = units.len() - units.iter().rev().take_while(punctuation).count();
    let boost = if boosts { number_after('^', &units[..end]) } else { None };
    let boost = boost.filter(|(_, digits)| {
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.matches('.').count() <= 1
    });
    end = boost.as_ref().map_or(end, |(mark, _)| *mark);
    let edits = number_after('~', &units[..end]).filter(|(mark, _)| {
        let before = &units[..*mark];
        let decoration = before.first().is_some_and(|first| first.is('~'));
        before.iter().any(|unit| unit.ch.is_alphabetic())
            && before.last().is_some_and(|last| !last.is('~'))
            && !(decoration && *mark + 1 == end)
    });
    let core = edits.as_ref().map_or(end, |(mark, _)| *mark);
    if edits.is_none() && boost.is_none() || !units[..core].iter().any(|unit| is_wordlike(unit.ch))
    {
        return none;
    }
    Suffixes { core, edits: edits.map(|found| found.1), boost: boost.map(|found| found.1) }
}

/// Where `mark` stands with nothing but digits and points behind it, and those.
fn number_after(mark: char, units: &[Unit]) -> Option<(usize, String)> {
    let digit = |unit: &&Unit| unit.ch.is_ascii_digit() || unit.is('.');
    let digits = units.iter().rev().take_while(digit).count();
    let at = (units.len() - digits).checked_sub(1)?;
    units[at].is(mark).then(|| (at, string(&units[at + 1..])))
}

/// `scheme://`, `www.`, or a path with `?name=`: pasted, not a pattern.
fn is_address(units: &[Unit]) -> bool {
    let begins = |at: usize, what: &str| {
        units.len() >= at + what.len()
            && what.chars().zip(&units[at..]).all(|(c, unit)| unit.ch == c)
    };
    let scheme = units.iter().take_while(|unit| unit.ch.is_ascii_alphanumeric()).count();
    if scheme > 0 && begins(scheme, "://") || begins(0, "www.") {
        return true;
    }
    let Some(question) = units.iter().position(|unit| unit.is('?')) else { return false };
    let path = units[..question].iter().any(|unit| matches!(unit.ch, '.' | '/'));
    let name = |unit: &&Unit| unit.ch.is_ascii_alphanumeric() || matches!(unit.ch, '_' | '-' | '%');
    let length = units[question + 1..].iter().take_while(name).count();
    path && length > 0 && units.get(question + 1 + length).is_some_and(|unit| unit.is('='))
}
