//! Engine against oracle: one query, every way to ask it.
//!
//! In come an index and a corpus of the same documents and a query as text and as tree. Out goes the first difference
//! in documents, order, scores, counts or spans, or between two ways of asking the engine itself.

use oracle::{Corpus, Query, Span};
use pressmark::{Detail, Index, Ranking, SearchAnswer, SearchRequest, Strategy, Total};

/// How near scores must be, as a part of the score.
const NEAR: f64 = 1e-9;

/// A query with its ranking.
pub(crate) struct Question<'q> {
    pub(crate) text: &'q str,
    pub(crate) all: bool,
    pub(crate) ranking: (f64, f64),
}

impl Question<'_> {
    fn request(&self, limit: usize, strategy: Strategy) -> SearchRequest {
        let mut request = SearchRequest::new(self.text);
        request.query.all_words = self.all;
        request.limit = limit;
        request.strategy = strategy;
        request.ranking =
            Ranking { k1: Some(self.ranking.0), b: Some(self.ranking.1), ..Ranking::default() };
        request.detail = Detail::none();
        request
    }
}

/// Everything the engine says about a question: ids with scores in order, and the number of matches.
///
/// Fails where two of its answers contradict each other: the strategies, the best few and the whole list, hits and
/// counts, spans and counts.
pub(crate) fn engine(
    index: &Index,
    question: &Question<'_>,
) -> Result<(Vec<(String, f64)>, usize), String> {
    let words = |error: pressmark::Error| error.to_string();
    let everything = index.documents() as usize + 1;
    let mut request = question.request(everything, Strategy::Auto);
    request.detail.spans = true;
    let answer = index.search(&request).map_err(words)?;
    if answer.total != Total::Exact(answer.hits.len() as u64) {
        return Err(format!("{} hits, but a total of {:?}", answer.hits.len(), answer.total));
    }
    let exhaustive =
        index.search(&question.request(everything, Strategy::Exhaustive)).map_err(words)?;
    same("exhaustive and auto", &ranked(&exhaustive), &ranked(&answer))?;
    for limit in [1, 3, 10] {
        let best = index.search(&question.request(limit, Strategy::Auto)).map_err(words)?;
        let expected = ranked(&answer);
        same(&format!("the best {limit}"), &ranked(&best), &expected[..limit.min(expected.len())])?;
    }
    let mut later = question.request(2, Strategy::Auto);
    later.offset = 2;
    let answer_behind = index.search(&later).map_err(words)?;
    let later = ranked(&answer_behind);
    let expected = ranked(&answer);
    same(
        "two hits behind two",
        &later,
        expected.get(2..expected.len().min(4)).unwrap_or_default(),
    )?;
    let count = index.count(&request.query).map_err(words)?;
    let spans: usize = answer.hits.iter().map(|hit| hit.spans.len()).sum();
    if (count.documents, count.matches) != (answer.hits.len() as u64, spans as u64) {
        let hits = answer.hits.len();
        return Err(format!("{count:?}, but {hits} hits with {spans} spans"));
    }
    Ok((ranked(&answer).iter().map(|(_, id, score)| (id.to_string(), *score)).collect(), spans))
}

/// Number, id and score.
type Ranked<'a> = Vec<(u32, &'a str, f64)>;

fn ranked(answer: &SearchAnswer) -> Ranked<'_> {
    answer.hits.iter().map(|hit| (hit.document, hit.id.as_str(), hit.score)).collect()
}

/// Two rankings of the same engine must be equal to the last bit.
fn same(what: &str, left: &[(u32, &str, f64)], right: &[(u32, &str, f64)]) -> Result<(), String> {
    if left == right { Ok(()) } else { Err(format!("{what} differ: {left:?} and {right:?}")) }
}

/// What the oracle says about a query: ids with scores in order, and the number of matches. Slow, so asked once.
pub(crate) type Expected = (Vec<(String, f64)>, usize);

/// Asks the oracle.
pub(crate) fn expected(corpus: &Corpus, query: &Query, (k1, b): (f64, f64)) -> Expected {
    let hits = corpus.search(query, k1, b).into_iter();
    let hits = hits.map(|(doc, score)| (corpus.id(doc).to_owned(), score)).collect();
    (hits, corpus.count(query).matches)
}

/// Compares what the engine says with what the oracle said.
pub(crate) fn check(
    index: &Index,
    corpus: &Corpus,
    query: &Query,
    question: &Question<'_>,
    (expected, expected_matches): &Expected,
) -> Result<(), String> {
    let (hits, matches) = engine(index, question)?;
    let equal = |(left, right): (&(String, f64), &(String, f64))| {
        left.0 == right.0 && (left.1 - right.1).abs() <= NEAR * right.1.abs()
    };
    if hits.len() != expected.len() || !hits.iter().zip(expected).all(equal) {
        let first = hits.iter().zip(expected).position(|pair| !equal(pair));
        let at = first.unwrap_or(hits.len().min(expected.len()));
        let (got, wanted) = (hits.get(at), expected.get(at));
        let (hits, expected) = (hits.len(), expected.len());
        return Err(format!(
            "{hits} of {expected} hits; hit {at} is {got:?}, the oracle says {wanted:?}"
        ));
    }
    if *expected_matches != matches {
        return Err(format!("{matches} matches, the oracle counts {expected_matches}"));
    }
    check_spans(index, corpus, query, question)
}

/// Compares the bytes of every match of the best documents.
fn check_spans(
    index: &Index,
    corpus: &Corpus,
    query: &Query,
    question: &Question<'_>,
) -> Result<(), String> {
    let mut request = question.request(5, Strategy::Auto);
    request.detail.spans = true;
    let answer = index.search(&request).map_err(|error| error.to_string())?;
    for hit in &answer.hits {
        let doc = hit.document as usize;
        let bytes = |span: Span| {
            let bytes = corpus.bytes(doc, span);
            (corpus.field_name(span.field).to_owned(), bytes.start, bytes.end)
        };
        let mut expected: Vec<_> = corpus.spans(query, doc).into_iter().map(bytes).collect();
        let mut found: Vec<_> =
            hit.spans.iter().map(|span| (span.field.clone(), span.start, span.end)).collect();
        expected.sort();
        found.sort();
        if found != expected {
            return Err(format!("spans of {} are {found:?}, the oracle says {expected:?}", hit.id));
        }
    }
    Ok(())
}
