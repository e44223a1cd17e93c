//! The chart: one line a class and command, one mark an engine, time on a logarithmic axis.
//!
//! In come the rows of the report, out goes an SVG that needs nothing else. A filled mark is the mean, a ring the 99th
//! percentile; the shapes differ as the colours do, so that colour carries no meaning alone.

use std::fmt::Write as _;

use crate::engines::Engine;
use crate::report::Row;

const LEFT: f64 = 230.0;
const WIDTH: f64 = 620.0;
const TOP: f64 = 70.0;
const LINE: f64 = 22.0;

/// The chart of all rows.
pub(crate) fn svg(rows: &[Row]) -> String {
    let means = rows.iter().flat_map(|row| &row.engines);
    let (mut low, mut high) = (f64::INFINITY, 0.0f64);
    for (_, figures) in means {
        low = low.min(figures.p50.min(figures.mean));
        high = high.max(figures.p99.max(figures.mean));
    }
    let axis = Axis { low: low.log10().floor(), high: high.log10().ceil() };
    let height = TOP + LINE * rows.len() as f64 + 30.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0}\" height=\"{height:.0}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        LEFT + WIDTH + 30.0
    );
    let written = write(rows, &axis, &mut out);
    written.expect("writing to a string does not fail");
    out.push_str("</svg>\n");
    out
}

/// Powers of ten from left to right.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    fn x(&self, time: f64) -> f64 {
        let share = (time.log10() - self.low) / (self.high - self.low).max(1.0);
        LEFT + WIDTH * share.clamp(0.0, 1.0)
    }
}

fn write(rows: &[Row], axis: &Axis, out: &mut String) -> std::fmt::Result {
    let mut engines: Vec<Engine> = Vec::new();
    for (engine, _) in rows.iter().flat_map(|row| &row.engines) {
        if !engines.contains(engine) {
            engines.push(*engine);
        }
    }
    for (place, engine) in engines.iter().enumerate() {
        let x = 20.0 + 150.0 * place as f64;
        mark(*engine, x, 20.0, true, out)?;
        writeln!(out, "<text x=\"{}\" y=\"24\">{}</text>", x + 12.0, engine.name())?;
    }
    writeln!(
        out,
        "<text x=\"20\" y=\"46\" fill=\"#555555\">filled: mean, ring: 99th percentile; microseconds</text>"
    )?;
    let bottom = TOP + LINE * rows.len() as f64;
    for power in axis.low as i32..=axis.high as i32 {
        let x = axis.x(10f64.powi(power));
        writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\" stroke=\"#dddddd\"/>\n<text x=\"{x:.1}\" \
             y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 16.0,
            10f64.powi(power)
        )?;
    }
    for (place, row) in rows.iter().enumerate() {
        let y = TOP + LINE * (place as f64 + 0.5);
        writeln!(
            out,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{} {}</text>\n<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{}\" \
             y2=\"{y:.1}\" stroke=\"#eeeeee\"/>",
            LEFT - 10.0,
            y + 4.0,
            row.class,
            row.command,
            LEFT + WIDTH
        )?;
        for (engine, figures) in row.engines.iter().rev() {
            mark(*engine, axis.x(figures.p99), y, false, out)?;
            mark(*engine, axis.x(figures.mean), y, true, out)?;
        }
    }
    Ok(())
}

/// One mark: circle, square, diamond, triangle or cross.
fn mark(engine: Engine, x: f64, y: f64, filled: bool, out: &mut String) -> std::fmt::Result {
    let colour = match engine {
        Engine::Pressmark => "#0b6e4f",
        Engine::Tantivy => "#c8553d",
        Engine::Lucene => "#2f6690",
        Engine::Seekstorm => "#8d6a9f",
        Engine::Sqlite => "#7a7a7a",
    };
    let fill = if filled { colour } else { "none" };
    let points: &[(f64, f64)] = match engine {
        Engine::Pressmark => {
            return writeln!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\" fill=\"{fill}\" stroke=\"{colour}\"/>"
            );
        }
        Engine::Tantivy => &[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)],
        Engine::Lucene => &[(0.0, -5.5), (5.5, 0.0), (0.0, 5.5), (-5.5, 0.0)],
        Engine::Seekstorm => &[(0.0, -5.0), (5.0, 4.0), (-5.0, 4.0)],
        Engine::Sqlite => &[(-5.0, -4.0), (5.0, -4.0), (0.0, 5.0)],
    };
    let points: Vec<String> =
        points.iter().map(|(dx, dy)| format!("{:.1},{:.1}", x + dx, y + dy)).collect();
    writeln!(out, "<polygon points=\"{}\" fill=\"{fill}\" stroke=\"{colour}\"/>", points.join(" "))
}
