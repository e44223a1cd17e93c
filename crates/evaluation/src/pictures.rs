//! Pictures of measurements.
//!
//! Comes in: reports of this crate. Goes out: SVG. What a chart looks like is `svg`'s.

use crate::latency::Report;
use crate::lexicon::{Lexicon, RankPoint};
use crate::svg::{Labels, Line, cells, lines};
use crate::tuning::Surface;

/// The latency distribution of each class: how slow the slowest one in N is.
#[must_use]
pub fn latency(report: &Report) -> String {
    let points = |class: &str| {
        let tail = report.distribution(class).tail();
        tail.into_iter().map(|(one_in, nanos)| (one_in, nanos.max(1) as f64 / 1e3)).collect()
    };
    let classes = report.classes.iter().map(|class| class.class.as_str());
    let drawn: Vec<Line<'_>> = classes.map(|name| Line { name, points: points(name) }).collect();
    let labels = Labels {
        title: "Latency by class of query",
        x: "one query in N is slower (2: median, 100: p99)",
        y: "microseconds",
    };
    lines(&labels, &drawn)
}

/// The surface of a search over k1 and b: darker is better.
#[must_use]
pub fn surface(surface: &Surface) -> String {
    let names = |values: &[f64]| values.iter().map(f64::to_string).collect::<Vec<_>>();
    let title = format!("{} over k1 and b, training topics", surface.measure);
    let labels = Labels { title: &title, x: "b", y: "k1" };
    cells(&labels, &names(&surface.k1), &names(&surface.b), &surface.values)
}

/// Term frequencies by rank (Zipf), and their list lengths by rank.
#[must_use]
pub fn zipf(lexicon: &Lexicon) -> String {
    let points = |pick: fn(&RankPoint) -> u64| {
        lexicon.ranks.iter().map(|point| (point.rank as f64, pick(point) as f64)).collect()
    };
    let drawn = [
        Line { name: "occurrences", points: points(|point| point.occurrences) },
        Line { name: "articles", points: points(|point| point.documents) },
    ];
    lines(&Labels { title: "Terms by rank", x: "rank of the term", y: "how often" }, &drawn)
}

/// How the vocabulary grows with the text (Heaps).
#[must_use]
pub fn growth(lexicon: &Lexicon) -> String {
    let points = lexicon.growth.iter().map(|point| (point.tokens as f64, point.terms as f64));
    let drawn = [Line { name: "", points: points.collect() }];
    let labels =
        Labels { title: "Growth of the vocabulary", x: "tokens read", y: "different terms" };
    lines(&labels, &drawn)
}
