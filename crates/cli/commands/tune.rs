//! `pressmark tune`: the k1 and b that suit a collection.

use std::fmt::Write as _;

use anyhow::{Context, bail};
use evaluation::pictures;
use evaluation::retrieval::{Answering, Judgements};
use evaluation::tuning::{Point, Surface, TuningOptions, tune};

use crate::arguments::{
    ExpansionArguments, RankingArguments, Setting, TextOrJson, TuneArguments, ranking,
};
use crate::commands::opened;
use crate::commands::topics::{self, shown, text};
use crate::exit::Exit;
use crate::output::Out;
use crate::progress::CountBar;

pub(crate) fn run(arguments: TuneArguments, setting: &Setting) -> anyhow::Result<Exit> {
    let asked = topics::read(&arguments.topics)?;
    let judgements =
        Judgements::parse(&text(&arguments.qrels)?).with_context(|| shown(&arguments.qrels))?;
    let model =
        RankingArguments { model: Some(arguments.model.clone()), ..RankingArguments::default() };
    let ranking = ranking(&model)?;
    if !arguments.model.to_ascii_lowercase().starts_with("bm25") {
        bail!("the model {} has neither k1 nor b: tune bm25, bm25+ or bm25l", arguments.model);
    }
    let answering = Answering {
        ranking,
        ..topics::answering(&arguments.topics, &ExpansionArguments::default())?
    };
    let options = TuningOptions {
        k1: grid(&arguments.grid_k1)?,
        b: grid(&arguments.grid_b)?,
        measure: arguments.measure.parse()?,
        train: arguments.train,
        seed: arguments.seed,
    };
    let index = opened::index(&arguments.index, setting)?;
    let bar = CountBar::new("trying k1 and b", setting);
    let tuned = tune(&index, &asked, &judgements, &answering, &options, &mut |done, all| {
        bar.at(done as u64, all as u64);
    });
    bar.finish();
    let surface = tuned?;
    if let Some(path) = &arguments.plot {
        std::fs::write(path, pictures::surface(&surface))
            .with_context(|| format!("cannot write {}", shown(path)))?;
    }
    let mut out = Out::new();
    match arguments.format {
        TextOrJson::Json => out.json(&surface)?,
        TextOrJson::Text => out.write(shown_surface(&surface).as_bytes())?,
    }
    out.finish()?;
    Ok(Exit::Found)
}

/// `0.5,0.9` or `0.5..2/0.25`.
fn grid(typed: &str) -> anyhow::Result<Vec<f64>> {
    let wrong = || {
        format!("cannot read the grid `{typed}`: expected numbers as in `0.5,0.9` or `0.5..2/0.1`")
    };
    let number = |text: &str| {
        text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && 0.0 <= *number)
    };
    let Some((from, rest)) = typed.split_once("..") else {
        return typed.split(',').map(number).collect::<Option<Vec<_>>>().with_context(wrong);
    };
    let (to, step) = rest.split_once('/').with_context(wrong)?;
    let ends = number(from).zip(number(to)).zip(number(step));
    let ((from, to), step) =
        ends.filter(|((from, to), step)| from <= to && 0.0 < *step).with_context(wrong)?;
    let count = ((to - from) / step + 1e-9).floor();
    if 1000.0 < count {
        bail!("the grid `{typed}` has {count} steps, expected 1000 or fewer");
    }
    // Rounded, so that 0.1 steps are not 0.30000000000000004.
    Ok((0..=count as u32)
        .map(|place| ((from + f64::from(place) * step) * 1e6).round() / 1e6)
        .collect())
}

/// The surface as a table, the best point marked, and how it does on the topics held back.
fn shown_surface(surface: &Surface) -> String {
    let mut text =
        format!("{} of {} training topics\n\n   k1 \\ b", surface.measure, surface.training);
    for b in &surface.b {
        let _ = write!(text, " {b:>8}");
    }
    text.push('\n');
    for (k1, row) in surface.k1.iter().zip(&surface.values) {
        let _ = write!(text, "{k1:>9}");
        for (b, value) in surface.b.iter().zip(row) {
            let best = (*k1, *b) == (surface.best.k1, surface.best.b);
            let _ = write!(text, " {:>8}", format!("{}{value:.4}", if best { "*" } else { "" }));
        }
        text.push('\n');
    }
    text.push('\n');
    let mut line = |name: &str, point: &Point| {
        let held_back = point.held_back.map_or("-".to_owned(), |value| format!("{value:.4}"));
        let _ = writeln!(
            text,
            "{name:<12} k1 {:<5} b {:<5} {:>9.4} {held_back:>10}",
            point.k1, point.b, point.trained
        );
    };
    line("best", &surface.best);
    line("as indexed", &surface.usual);
    let found = &surface.comparison;
    let _ = writeln!(
        text,
        "(training, held back) on {} topics held back: {:+.4} ({:+.4} to {:+.4}), p {:.4} (t test), {:.4} (random)",
        surface.held_back,
        found.difference,
        found.interval.0,
        found.interval.1,
        found.p_t_test,
        found.p_randomisation
    );
    text
}

#[cfg(test)]
mod tests {
    use super::grid;

    #[test]
    fn grids_are_lists_or_ranges() {
        assert_eq!(grid("0.5, 2").unwrap(), [0.5, 2.0]);
        assert_eq!(grid("0.1..0.5/0.1").unwrap(), [0.1, 0.2, 0.3, 0.4, 0.5]);
        assert_eq!(grid("1..1/1").unwrap(), [1.0]);
        for wrong in ["", "a", "1..0/1", "0..1", "0..1/0", "-1", "0..9/0.001"] {
            assert!(grid(wrong).is_err(), "{wrong}");
        }
    }
}
