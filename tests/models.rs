//! Models beside BM25 on random documents: the engine scores as the oracle does.
//!
//! In come random documents and queries, out goes the first document whose score differs. Formulas are written down twice,
//! so scores are compared within a hair, and order by the engine's own scores.

use crate::dump::{Build, Built, build};
use crate::generator::{Chance, Habits};
use oracle::{Corpus, Formula, Query};
use pressmark::{Detail, Model, Ranking, SearchRequest, Strategy};
use std::collections::BTreeMap;

const NEAR: f64 = 1e-9;

/// Each model with the formula that specifies it.
fn models(k1: f64, b: f64) -> [(Model, Formula); 5] {
    [
        (Model::Bm25, Formula::Bm25 { k1, b }),
        (Model::Bm25Plus { delta: 1.0 }, Formula::Bm25Plus { k1, b, delta: 1.0 }),
        (Model::Bm25L { delta: 0.5 }, Formula::Bm25L { k1, b, delta: 0.5 }),
        (Model::Dirichlet { mu: 50.0 }, Formula::Dirichlet { mu: 50.0 }),
        (Model::Dph, Formula::Dph),
    ]
}

fn check(
    built: &Built,
    corpus: &Corpus,
    query: &Query,
    (k1, b): (f64, f64),
    (model, formula): (Model, Formula),
) {
    let mut request = SearchRequest::new(query.to_text());
    request.limit = corpus.len() + 1;
    request.ranking = match model {
        Model::Dirichlet { .. } | Model::Dph => Ranking { model, ..Ranking::default() },
        _ => Ranking { k1: Some(k1), b: Some(b), model },
    };
    request.detail = Detail::none();
    let answer = built.index.search(&request).unwrap();
    let found: BTreeMap<&str, f64> =
        answer.hits.iter().map(|hit| (hit.id.as_str(), hit.score)).collect();
    let expected = corpus.search_by(query, formula);
    let shown = || format!("{model}, k1 {k1}, b {b}: `{}`", query.to_text());
    assert_eq!(found.len(), expected.len(), "{}", shown());
    for (doc, score) in expected {
        let ours = found[corpus.id(doc)];
        assert!(
            (ours - score).abs() <= NEAR * (1.0 + score.abs()),
            "{}: {} has {ours}, not {score}",
            shown(),
            corpus.id(doc)
        );
    }
    assert!(answer.hits.windows(2).all(|pair| pair[1].score <= pair[0].score), "{}", shown());
    request.limit = 3;
    for strategy in [Strategy::Auto, Strategy::Exhaustive] {
        request.strategy = strategy;
        let best = built.index.search(&request).unwrap().hits;
        assert_eq!(best[..], answer.hits[..best.len()], "{}", shown());
    }
}

#[test]
fn every_model_is_the_oracles_formula() {
    for seed in 700..706 {
        let chance = &mut Chance::new(seed);
        let habits =
            Habits { words: Habits::plain_words(7), documents: 25, longest: 14, rich: false };
        let documents = habits.documents(chance);
        let corpus = Corpus::new(documents.clone());
        let arenas = [1, 3].map(|segments| build(&documents, Build { segments, threads: 1 }));
        for ranking in [(1.2, 0.75), (0.9, 0.4), (2.0, 0.0)] {
            for _ in 0..6 {
                let word = |chance: &mut Chance| Query::Text(chance.one_of(&habits.words));
                let side_by_side =
                    Query::Or(vec![word(chance), word(chance), habits.phrase(chance)]);
                let alone = habits.phrase(chance);
                let any = habits.query(2, chance);
                for built in &arenas {
                    for model in models(ranking.0, ranking.1) {
                        check(built, &corpus, &alone, ranking, model);
                        check(built, &corpus, &side_by_side, ranking, model);
                        if !matches!(model.0, Model::Dirichlet { .. }) {
                            check(built, &corpus, &any, ranking, model);
                        }
                    }
                }
            }
        }
    }
}
