//! Random documents and queries, the same ones in every run.
//!
//! In comes a seed, or the numbers to draw (a fuzzer's); out go documents and oracle queries over their words. The words
//! are few and their frequencies steep, so that phrases occur, documents repeat and scores tie. Nothing here looks at an
//! answer.

use crate::meaning::meaning;
use oracle::{Occur, OracleDoc, Query, Special};

/// How far apart the numbers of a seed lie before they are mixed.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// What is drawn from: random numbers of a seed (splitmix64), or given ones.
pub(crate) struct Chance(Box<dyn FnMut() -> u64>);

impl Chance {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Chance {
        let mut state = seed;
        Chance::drawing(move || {
            let number = state;
            state = state.wrapping_add(STEP);
            number
        })
    }

    /// Numbers from elsewhere; each is mixed before it is used.
    pub(crate) fn drawing(mut draw: impl FnMut() -> u64 + 'static) -> Chance {
        Chance(Box::new(move || {
            let number = draw().wrapping_add(STEP);
            let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }))
    }

    fn next(&mut self) -> u64 {
        (self.0)()
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub(crate) fn one_of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// A number below `end`, the small ones far likelier.
    fn steep(&mut self, end: usize) -> usize {
        let unit = self.below(1 << 20) as f64 / (1 << 20) as f64;
        ((end as f64 + 1.0).powf(unit) - 1.0) as usize % end
    }
}

/// What documents are like.
pub(crate) struct Habits {
    /// From frequent to rare.
    pub(crate) words: Vec<String>,
    pub(crate) documents: usize,
    /// Most tokens of a body.
    pub(crate) longest: usize,
    /// Whether there are titles, dates and sources.
    pub(crate) rich: bool,
}

impl Habits {
    /// Words that differ by an edit or a folded accent or two.
    pub(crate) fn similar_words(count: usize, chance: &mut Chance) -> Vec<String> {
        let letters = ["a", "b", "c", "\u{e9}", "\u{44f}"];
        let mut words: Vec<String> = Vec::new();
        while words.len() < count {
            let length = 1 + chance.below(5);
            let word: String = (0..length).map(|_| chance.one_of(&letters)).collect();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// `w0`, `w1`, ...
    pub(crate) fn plain_words(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("w{number}")).collect()
    }

    /// Documents of these habits. One in ten is empty, one in five repeats an earlier one.
    pub(crate) fn documents(&self, chance: &mut Chance) -> Vec<OracleDoc> {
        let mut documents: Vec<OracleDoc> = Vec::new();
        for number in 0..self.documents {
            let mut document = match documents.len() {
                0 => self.document(chance),
                _ if chance.once_in(5) => chance.one_of(&documents),
                _ => self.document(chance),
            };
            document.id = format!("d{number}");
            documents.push(document);
        }
        documents
    }

    fn document(&self, chance: &mut Chance) -> OracleDoc {
        let body = if chance.once_in(10) { String::new() } else { self.text(self.longest, chance) };
        let mut document = OracleDoc::new("", &[("body", &body)]);
        if self.rich {
            let title = self.text(4, chance);
            document.fields.insert(0, ("title".to_owned(), title));
            if !chance.once_in(4) {
                let date = format!(
                    "20{:02}-{:02}-{:02}",
                    10 + chance.below(3),
                    1 + chance.below(12),
                    1 + chance.below(28)
                );
                document.columns.push(("date".to_owned(), date));
            }
            document
                .columns
                .push(("source".to_owned(), chance.one_of(&["ap", "afp", "dpa"]).to_owned()));
        }
        document
    }

    fn text(&self, longest: usize, chance: &mut Chance) -> String {
        let length = chance.below(longest + 1);
        let word = |chance: &mut Chance| {
            let word = self.words[chance.steep(self.words.len())].clone();
            if chance.once_in(8) { word.to_uppercase() } else { word }
        };
        let gaps = [" ", " ", " ", ", ", ". ", "\n"];
        (0..length).map(|_| word(chance) + chance.one_of(&gaps)).collect()
    }

    fn word(&self, chance: &mut Chance) -> String {
        match chance.below(20) {
            0 => "unknown".to_owned(),
            _ => self.words[chance.steep(self.words.len())].clone(),
        }
    }

    /// Words alone, as the fast kernels take them: one, some of which any will do, all, or with signs.
    pub(crate) fn words_query(&self, chance: &mut Chance) -> Query {
        let word = |chance: &mut Chance| Query::Text(self.word(chance));
        let occurs = [Occur::Must, Occur::Should, Occur::Should, Occur::MustNot];
        match chance.below(8) {
            0 => word(chance),
            1 | 2 => Query::And(many(chance, word)),
            3 => Query::Clauses(many(chance, |chance| (chance.one_of(&occurs), word(chance)))),
            4 => Query::Phrase { slots: many(chance, word), slop: 0 },
            _ => Query::Or(many(chance, word)),
        }
    }

    /// A query of any form, nested at most `depth` deep.
    pub(crate) fn query(&self, depth: usize, chance: &mut Chance) -> Query {
        if depth == 0 || chance.once_in(4) {
            return self.leaf(chance);
        }
        let nested = |chance: &mut Chance| self.query(depth - 1, chance);
        match chance.below(9) {
            0 => Query::And(many(chance, nested)),
            1 => Query::Or(many(chance, nested)),
            2 | 3 => Query::Clauses(self.clauses(depth, chance)),
            4 => Query::Not(Box::new(nested(chance))),
            5 => {
                let items = many(chance, nested);
                Query::AtLeast { count: 1 + chance.below(items.len()), items }
            }
            6 => {
                let factor = chance.one_of(&[0.5, 2.0, 3.0]);
                Query::Boost { factor, node: Box::new(nested(chance)) }
            }
            7 if self.rich => {
                let name = chance.one_of(&["title", "body"]).to_owned();
                Query::Field { name, node: Box::new(self.leaf(chance)) }
            }
            _ => self.window(depth, chance),
        }
    }

    fn clauses(&self, depth: usize, chance: &mut Chance) -> Vec<(Occur, Query)> {
        let occurs = [Occur::Must, Occur::Should, Occur::Should, Occur::Should, Occur::MustNot];
        many(chance, |chance| (chance.one_of(&occurs), self.query(depth - 1, chance)))
    }

    /// A query without parts that choose documents.
    fn leaf(&self, chance: &mut Chance) -> Query {
        match chance.below(12) {
            0 => self.pattern(chance),
            1 => Query::Joint(many(chance, |chance| self.slot(chance))),
            2 | 3 => self.phrase(chance),
            4 => self.window(1, chance),
            5 if self.rich => self.filter(chance),
            _ => Query::Text(self.word(chance)),
        }
    }

    pub(crate) fn phrase(&self, chance: &mut Chance) -> Query {
        let slots = many(chance, |chance| self.slot(chance));
        let slop = chance.one_of(&[0, 0, 0, 1, 2, 3, 5]);
        Query::Phrase { slots, slop }
    }

    /// What may stand in a phrase: something that stands for single tokens.
    fn slot(&self, chance: &mut Chance) -> Query {
        match chance.below(8) {
            0 => self.pattern(chance),
            _ => Query::Text(self.word(chance)),
        }
    }

    fn pattern(&self, chance: &mut Chance) -> Query {
        let word = self.word(chance);
        let characters: Vec<char> = word.chars().collect();
        let at = chance.below(characters.len());
        let around = |mark: &str, skipped: usize| {
            let before: String = characters[..at].iter().collect();
            let after: String = characters[(at + skipped).min(characters.len())..].iter().collect();
            format!("{before}{mark}{after}")
        };
        match chance.below(7) {
            // A `?` at the end of a word would be punctuation.
            0 if at + 1 < characters.len() => Query::Wildcard(around("?", 1)),
            // A `*` alone would be punctuation.
            0 | 1 => match around("*", chance.below(3)) {
                alone if alone == "*" => Query::Text(word),
                pattern => Query::Wildcard(pattern),
            },
            2 if characters.iter().any(|c| c.is_ascii_alphabetic()) => {
                Query::Fuzzy { word, distance: 1 + chance.below(2) }
            }
            3 => {
                let text = format!("/{}/", around(".?", 1).to_lowercase().replace('\u{e9}', "e"));
                meaning(Special::Regex, &text).unwrap_or(Query::Text(word))
            }
            4 if characters.iter().all(|c| c.is_ascii_alphabetic()) => {
                let text = format!("~{word}");
                meaning(Special::Variants, &text).unwrap_or(Query::Text(word))
            }
            5 if chance.once_in(2) => Query::Surface(word.to_uppercase()),
            5 => Query::Surface(word),
            _ => Query::Text(word),
        }
    }

    /// A window, mostly of two; one that is nested has a window or a choice inside.
    fn window(&self, depth: usize, chance: &mut Chance) -> Query {
        let count = chance.one_of(&[2, 2, 2, 2, 3]);
        let operands = (0..count).map(|_| self.operand(depth, chance)).collect();
        let far = chance.once_in(8);
        let distance = (!far).then(|| chance.one_of(&[0, 1, 2, 3, 5, 9]));
        Query::Window { operands, distance, ordered: chance.once_in(2) }
    }

    fn operand(&self, depth: usize, chance: &mut Chance) -> Query {
        match chance.below(8) {
            0 if depth > 1 => self.window(depth - 1, chance),
            1 => Query::Or(many(chance, |chance| self.operand(0, chance))),
            2 => self.phrase(chance),
            3 => self.pattern(chance),
            4 => Query::Joint(many(chance, |chance| self.slot(chance))),
            _ => Query::Text(self.word(chance)),
        }
    }

    fn filter(&self, chance: &mut Chance) -> Query {
        let texts = [
            "date:2010",
            "date:2011-03",
            "date:2010-06..2011-02",
            "date:>=2011-06-15",
            "date:<2011",
            "source:ap",
            "source:IN[ap dpa]",
            "date:[2010-05 TO 2011-05-20}",
            "date:>2011",
        ];
        meaning(Special::Column, chance.one_of(&texts)).expect("these are columns")
    }
}

/// Two or three, seldom four.
fn many<T>(chance: &mut Chance, one: impl Fn(&mut Chance) -> T) -> Vec<T> {
    let count = chance.one_of(&[2, 2, 2, 3, 3, 4]);
    (0..count).map(|_| one(chance)).collect()
}
