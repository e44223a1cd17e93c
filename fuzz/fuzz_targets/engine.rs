//! Queries of all forms: the engine answers what the oracle answers.
//!
//! Comes in: bytes; the first chooses one of some small corpora, the second how scores are worked out and how deep queries
//! nest, the rest draws the first query; the [`QUERIES`] - 1 after it are drawn from a hash of the bytes, since gathering
//! coverage costs far more than a query. What must hold: documents, order, scores, numbers of matches and the bytes of every
//! match are the oracle's, and the engine's own ways to the same answer agree. The corpora are the same in every process,
//! each built when first chosen, so that a finding can be repeated.

#![no_main]

#[path = "../../tests/agreement.rs"]
mod agreement;
#[path = "../../tests/dump.rs"]
mod dump;
#[path = "../../tests/generator.rs"]
mod generator;
#[path = "../../tests/meaning.rs"]
mod meaning;

use std::sync::OnceLock;

use agreement::{Question, check, expected};
use dump::{Build, Built, build};
use generator::{Chance, Habits};
use libfuzzer_sys::fuzz_target;
use oracle::Corpus;

/// How many queries an input asks.
const QUERIES: usize = 16;

/// How many corpora there are.
const ARENAS: usize = 64;

/// (k1, b) from the usual to the extreme.
const RANKINGS: [(f64, f64); 4] = [(1.2, 0.75), (0.9, 0.4), (0.0, 0.75), (3.0, 1.0)];

/// The same documents as an index and as a corpus, and what queries on them are made of.
struct Arena {
    habits: Habits,
    built: Built,
    corpus: Corpus,
}

impl Arena {
    fn new(number: usize) -> Arena {
        let chance = &mut Chance::new(number as u64);
        let words = match number % 2 {
            0 => Habits::plain_words(3 + number % 5),
            _ => Habits::similar_words(4 + number % 13, chance),
        };
        let documents = [1, 3, 6, 9][number / 2 % 4];
        let habits = Habits { words, documents, longest: 5 + number % 11, rich: number % 3 == 0 };
        let documents = habits.documents(chance);
        let how = Build { segments: 1 + number / 8 % 3, threads: 1 };
        Arena { habits, built: build(&documents, how), corpus: Corpus::new(documents) }
    }

    fn of(choice: u8) -> &'static Arena {
        static ALL: [OnceLock<Arena>; ARENAS] = [const { OnceLock::new() }; ARENAS];
        let number = usize::from(choice) % ARENAS;
        ALL[number].get_or_init(|| Arena::new(number))
    }
}

fuzz_target!(|data: &[u8]| {
    let [choice, how, rest @ ..] = data else { return };
    let arena = Arena::of(*choice);
    let how = usize::from(*how);
    let ranking = RANKINGS[how % RANKINGS.len()];
    let mut bytes = rest.to_vec().into_iter();
    let mut hash = rest.iter().fold(u64::from(*choice), |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut chance = Chance::drawing(move || {
        hash = hash.wrapping_add(1);
        bytes.next().map_or(hash, u64::from)
    });
    for _ in 0..QUERIES {
        let query = arena.habits.query(how / RANKINGS.len() % 4, &mut chance);
        let text = query.to_text();
        let question = Question { text: &text, all: false, ranking };
        let expected = expected(&arena.corpus, &query, ranking);
        let compared = check(&arena.built.index, &arena.corpus, &query, &question, &expected);
        if let Err(difference) = compared {
            panic!("corpus {}, {ranking:?}, `{text}`: {difference}", usize::from(*choice) % ARENAS);
        }
    }
});
