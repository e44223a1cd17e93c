//! Matches inside one field: the positional half of a query, by trying every choice of tokens.
//!
//! In comes a positional [`Query`], out goes a [`Shape`] whose matches in a field's tokens can be listed. Shapes know
//! nothing of documents, scores or fields.

use crate::corpus::{Token, tokens};
use crate::query::{Occur, Query};
use analysis::{Analyzer, Language};

/// First and last token of a match.
pub(crate) type Place = (usize, usize);

/// One test for one token.
pub(crate) type TokenTest = Box<dyn Fn(&Token) -> bool>;

/// A positional query after analysis.
pub(crate) enum Shape {
    /// One token that passes a test. The name is equal for equal tests.
    Word { name: String, accepts: TokenTest },
    /// Slots side by side, or within a slop.
    Phrase { slots: Vec<Shape>, slop: u32 },
    /// Operands within a window.
    Window { operands: Vec<Shape>, distance: Option<u32>, ordered: bool },
    /// Any of these, as one term. Without items: nothing.
    Any(Vec<Shape>),
}

impl Shape {
    /// The shape of a positional query, `None` for a query that chooses documents.
    pub(crate) fn of(query: &Query, analyzer: &Analyzer) -> Option<Shape> {
        Some(match query {
            Query::Text(text) => phrase(words(text, analyzer), 0),
            Query::Surface(text) => phrase(surfaces(text, analyzer), 0),
            Query::Wildcard(pattern) => wildcard(pattern, analyzer),
            Query::Fuzzy { word, distance } => fuzzy(word, *distance, analyzer),
            Query::Matching { text, accepts } => {
                let accepts = accepts.clone();
                let accepts: TokenTest = Box::new(move |token| accepts(&token.folded));
                Shape::Word { name: format!("matching {text}"), accepts }
            }
            Query::Phrase { slots, slop } => phrase(phrase_slots(slots, analyzer), *slop),
            Query::Window { operands, distance, ordered } => {
                let operands = operands.iter().map(|operand| operand_of(operand, analyzer));
                Shape::Window {
                    operands: operands.collect(),
                    distance: *distance,
                    ordered: *ordered,
                }
            }
            Query::Joint(items) => any(items.iter(), analyzer),
            _ => return None,
        })
    }

    /// A text that two shapes share if and only if they are the same query term.
    pub(crate) fn key(&self) -> String {
        let keys = |shapes: &[Shape]| shapes.iter().map(Shape::key).collect::<Vec<_>>().join(", ");
        match self {
            Shape::Word { name, .. } => name.clone(),
            Shape::Phrase { slots, slop } => format!("phrase~{slop}({})", keys(slots)),
            Shape::Window { operands, distance, ordered } => {
                format!("window {distance:?} {ordered} ({})", keys(operands))
            }
            Shape::Any(items) => format!("any({})", keys(items)),
        }
    }

    /// The parts whose idfs add up to the shape's, in order: each a list of tests, df counting documents where any passes.
    pub(crate) fn weighted_parts(&self) -> Vec<Vec<&TokenTest>> {
        match self {
            Shape::Word { accepts, .. } => vec![vec![accepts]],
            Shape::Phrase { slots: parts, .. } | Shape::Window { operands: parts, .. } => {
                parts.iter().flat_map(Shape::weighted_parts).collect()
            }
            Shape::Any(items) => {
                vec![items.iter().flat_map(Shape::weighted_parts).flatten().collect()]
            }
        }
    }

    /// All matches in a field, in order, each once.
    pub(crate) fn places(&self, tokens: &[Token]) -> Vec<Place> {
        let mut places = match self {
            Shape::Word { accepts, .. } => {
                (0..tokens.len()).filter(|&at| accepts(&tokens[at])).map(|at| (at, at)).collect()
            }
            Shape::Phrase { slots, slop: 0 } => side_by_side(&list(slots, tokens)),
            Shape::Phrase { slots, slop } => within_slop(&list(slots, tokens), *slop as usize),
            Shape::Window { operands, distance, ordered } => {
                let most = distance.map_or(usize::MAX, |distance| distance as usize);
                within_window(&list(operands, tokens), most, *ordered)
            }
            Shape::Any(items) => list(items, tokens).concat(),
        };
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn list(shapes: &[Shape], tokens: &[Token]) -> Vec<Vec<Place>> {
    shapes.iter().map(|shape| shape.places(tokens)).collect()
}

/// The operand of a window: positional, or a choice of positional ones.
fn operand_of(query: &Query, analyzer: &Analyzer) -> Shape {
    match query {
        Query::Or(items) => any(items.iter(), analyzer),
        Query::Clauses(clauses) if clauses.iter().all(|(occur, _)| *occur == Occur::Should) => {
            any(clauses.iter().map(|(_, item)| item), analyzer)
        }
        _ => Shape::of(query, analyzer).unwrap_or_else(|| panic!("{query:?} has no positions")),
    }
}

/// A choice; one of a single word is that word, so that `{d}` and `d` are the same query term.
fn any<'q>(items: impl Iterator<Item = &'q Query>, analyzer: &Analyzer) -> Shape {
    let mut items: Vec<Shape> = items.map(|item| operand_of(item, analyzer)).collect();
    match items.as_slice() {
        [Shape::Word { .. }] => items.remove(0),
        _ => Shape::Any(items),
    }
}

fn phrase(mut slots: Vec<Shape>, slop: u32) -> Shape {
    match slots.len() {
        0 => Shape::Any(Vec::new()),
        1 => slots.remove(0),
        _ => Shape::Phrase { slots, slop },
    }
}

fn phrase_slots(slots: &[Query], analyzer: &Analyzer) -> Vec<Shape> {
    let shapes = slots.iter().flat_map(|slot| match slot {
        Query::Text(text) => words(text, analyzer),
        Query::Surface(text) => surfaces(text, analyzer),
        _ => vec![operand_of(slot, analyzer)],
    });
    shapes.collect()
}

/// Words by their terms; where documents have languages, by their stems in the language of each.
fn words(text: &str, analyzer: &Analyzer) -> Vec<Shape> {
    if !analyzer.has_languages() {
        let shapes = tokens(analyzer, text, Language::default()).into_iter();
        let shape = |Token { term, .. }| Shape::Word {
            name: format!("word {term}"),
            accepts: Box::new(move |token| token.term == term),
        };
        return shapes.map(shape).collect();
    }
    let languages = analyzer.languages();
    let by_language: Vec<Vec<Token>> =
        languages.iter().map(|language| tokens(analyzer, text, *language)).collect();
    let shape = |at: usize| {
        let stems: Vec<String> = by_language.iter().map(|tokens| tokens[at].stem.clone()).collect();
        Shape::Word {
            name: format!("word {}", stems.join(" ")),
            accepts: Box::new(move |token| stems.contains(&token.stem)),
        }
    };
    (0..by_language[0].len()).map(shape).collect()
}

fn surfaces(text: &str, analyzer: &Analyzer) -> Vec<Shape> {
    let shapes =
        tokens(analyzer, text, Language::default()).into_iter().map(|Token { surface, .. }| {
            Shape::Word {
                name: format!("surface {surface}"),
                accepts: Box::new(move |token| token.surface == surface),
            }
        });
    shapes.collect()
}

fn wildcard(pattern: &str, analyzer: &Analyzer) -> Shape {
    let pieces = pieces(pattern, analyzer);
    let name = format!("wildcard {pieces:?}");
    let accepts: TokenTest =
        Box::new(move |token| fits(&pieces, &token.folded.chars().collect::<Vec<_>>()));
    Shape::Word { name, accepts }
}

fn fuzzy(word: &str, distance: usize, analyzer: &Analyzer) -> Shape {
    let mut folded = String::new();
    analyzer.folded(word, &mut folded);
    let name = format!("fuzzy {distance} {folded}");
    let accepts: TokenTest = Box::new(move |token| edits(&folded, &token.folded) <= distance);
    Shape::Word { name, accepts }
}

/// A piece of a wildcard pattern.
#[derive(Debug, PartialEq)]
enum Piece {
    Run,
    One,
    Literal(char),
}

fn pieces(pattern: &str, analyzer: &Analyzer) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut characters = pattern.chars();
    loop {
        let next = characters.next();
        match next {
            Some('\\') => literal.extend(characters.next()),
            Some(character) if character != '*' && character != '?' => literal.push(character),
            _ => {
                let mut folded = String::new();
                analyzer.folded(&std::mem::take(&mut literal), &mut folded);
                pieces.extend(folded.chars().map(Piece::Literal));
                match next {
                    Some('*') => pieces.push(Piece::Run),
                    Some(_) => pieces.push(Piece::One),
                    None => return pieces,
                }
            }
        }
    }
}

fn fits(pieces: &[Piece], word: &[char]) -> bool {
    match pieces.split_first() {
        None => word.is_empty(),
        Some((Piece::Run, rest)) => (0..=word.len()).any(|skipped| fits(rest, &word[skipped..])),
        Some((Piece::One, rest)) => !word.is_empty() && fits(rest, &word[1..]),
        Some((Piece::Literal(wanted), rest)) => {
            word.first() == Some(wanted) && fits(rest, &word[1..])
        }
    }
}

/// Optimal string alignment: `table[i][j]` is the distance of the first `i` and the first `j` characters.
pub(crate) fn edits(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
                let swapped =
                    i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                let swapped = if swapped { table[i - 2][j - 2] + 1 } else { usize::MAX };
                replaced.min(swapped).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
            };
        }
    }
    table[left.len()][right.len()]
}

/// Every choice of one place for each slot, each beginning where the one before ended.
fn side_by_side(slots: &[Vec<Place>]) -> Vec<Place> {
    let Some((first, rest)) = slots.split_first() else { return Vec::new() };
    rest.iter().fold(first.clone(), |found, slot| {
        let pairs = found.iter().flat_map(|from| slot.iter().map(move |to| (from, to)));
        pairs.filter(|(from, to)| from.1 + 1 == to.0).map(|(from, to)| (from.0, to.1)).collect()
    })
}

/// Every choice of distinct tokens whose shifts lie within `slop`.
fn within_slop(slots: &[Vec<Place>], slop: usize) -> Vec<Place> {
    fn choose(slots: &[Vec<Place>], slop: usize, chosen: &mut Vec<usize>, found: &mut Vec<Place>) {
        let shifts = chosen.iter().enumerate().map(|(slot, &at)| at as i64 - slot as i64);
        let (low, high) = (shifts.clone().min().unwrap_or(0), shifts.max().unwrap_or(0));
        if high - low > slop as i64 {
            return;
        }
        let Some(slot) = slots.get(chosen.len()) else {
            let (first, last) = (chosen.iter().min(), chosen.iter().max());
            found.extend(first.copied().zip(last.copied()));
            return;
        };
        for &(at, _) in slot {
            if !chosen.contains(&at) {
                chosen.push(at);
                choose(slots, slop, chosen, found);
                chosen.pop();
            }
        }
    }
    let mut found = Vec::new();
    choose(slots, slop, &mut Vec::new(), &mut found);
    smallest(found)
}

/// Every choice of places that share no token, with at most `most` tokens of the window outside of them.
fn within_window(operands: &[Vec<Place>], most: usize, ordered: bool) -> Vec<Place> {
    fn choose(
        operands: &[Vec<Place>],
        (most, ordered): (usize, bool),
        chosen: &mut Vec<Place>,
        found: &mut Vec<Place>,
    ) {
        let Some(operand) = operands.get(chosen.len()) else {
            let low = chosen.iter().map(|place| place.0).min().unwrap_or(0);
            let high = chosen.iter().map(|place| place.1).max().unwrap_or(0);
            let inside: usize = chosen.iter().map(|(first, last)| last - first + 1).sum();
            if high - low + 1 - inside <= most {
                found.push((low, high));
            }
            return;
        };
        for &place in operand {
            let apart = |other: &Place| other.1 < place.0 || place.1 < other.0;
            let after = |other: &Place| other.1 < place.0;
            if chosen.iter().all(|other| if ordered { after(other) } else { apart(other) }) {
                chosen.push(place);
                choose(operands, (most, ordered), chosen, found);
                chosen.pop();
            }
        }
    }
    let mut found = Vec::new();
    choose(operands, (most, ordered), &mut Vec::new(), &mut found);
    smallest(found)
}

/// The places that contain no other place.
fn smallest(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_unstable();
    places.dedup();
    let contains_other = |place: &Place| {
        places.iter().any(|other| other != place && place.0 <= other.0 && other.1 <= place.1)
    };
    places.iter().filter(|place| !contains_other(place)).copied().collect()
}
