//! Charts as SVG: lines over logarithmic axes, and tables of coloured cells.
//!
//! Comes in: points with names, or values in rows and columns. Goes out: SVG that needs nothing else, the same for the
//! same data. Lines differ by their dashes as by their colours, so that colour carries no meaning alone. The plotting
//! crates at hand weigh more than the rest of this crate for two kinds of chart.

use std::fmt::Write as _;

/// One line of a chart.
pub(crate) struct Line<'l> {
    /// Stands in the legend; empty for none.
    pub(crate) name: &'l str,
    /// Places with both numbers above 0; others are left out.
    pub(crate) points: Vec<(f64, f64)>,
}

/// The words around a chart.
pub(crate) struct Labels<'l> {
    pub(crate) title: &'l str,
    pub(crate) x: &'l str,
    pub(crate) y: &'l str,
}

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 60.0;

/// Colours that people with any kind of colour vision tell apart (Okabe and Ito).
const COLORS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9"];
/// Dashes; as their number and that of the colours have no common factor, 28 lines are all different.
const DASHES: [&str; 4] = ["none", "8 4", "2 4", "9 4 2 4"];

/// An axis over whole decades.
struct Axis {
    low: i32,
    high: i32,
    from: f64,
    to: f64,
}

impl Axis {
    fn new(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Axis {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            (low, high) = (low.min(value), high.max(value));
        }
        if high < low {
            (low, high) = (1.0, 10.0);
        }
        let (low, high) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        Axis { low, high: high.max(low + 1), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let part = (value.log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        self.from + part * (self.to - self.from)
    }

    /// Decades with their places.
    fn ticks(&self) -> impl Iterator<Item = (f64, f64)> {
        (self.low..=self.high)
            .map(|decade| 10f64.powi(decade))
            .map(|value| (value, self.place(value)))
    }
}

/// Lines over two logarithmic axes.
pub(crate) fn lines(labels: &Labels<'_>, lines: &[Line<'_>]) -> String {
    let points = || {
        let all = lines.iter().flat_map(|line| &line.points).copied();
        all.filter(|(x, y)| 0.0 < *x && 0.0 < *y)
    };
    let x = Axis::new(points().map(|(x, _)| x), LEFT, WIDTH - RIGHT);
    let y = Axis::new(points().map(|(_, y)| y), HEIGHT - BOTTOM, TOP);
    let mut svg = head(labels);
    for (value, place) in x.ticks() {
        let (bottom, label) = (HEIGHT - BOTTOM, short(value));
        let _ = writeln!(svg, "<path d=\"M{place:.1} {TOP}V{bottom}\" stroke=\"#dddddd\"/>");
        text(&mut svg, place, bottom + 18.0, "middle", &label);
    }
    for (value, place) in y.ticks() {
        let (right, label) = (WIDTH - RIGHT, short(value));
        let _ = writeln!(svg, "<path d=\"M{LEFT} {place:.1}H{right}\" stroke=\"#dddddd\"/>");
        text(&mut svg, LEFT - 6.0, place + 4.0, "end", &label);
    }
    let drawn = lines.iter().filter(|line| !line.points.is_empty());
    for (number, line) in drawn.enumerate() {
        let style = format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-dasharray=\"{}\"",
            COLORS[number % COLORS.len()],
            DASHES[number % DASHES.len()]
        );
        let mut path = String::new();
        for (px, py) in line.points.iter().filter(|(x, y)| 0.0 < *x && 0.0 < *y) {
            let command = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", x.place(*px), y.place(*py));
        }
        let _ = writeln!(svg, "<path d=\"{path}\" {style}/>");
        if !line.name.is_empty() {
            let (left, top) = (WIDTH - RIGHT + 12.0, TOP + 10.0 + 18.0 * number as f64);
            let _ = writeln!(svg, "<path d=\"M{left} {top}h28\" {style}/>");
            text(&mut svg, left + 34.0, top + 4.0, "start", line.name);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Cells in rows and columns, the greater the darker, each with its value; the greatest has a frame.
pub(crate) fn cells(
    labels: &Labels<'_>,
    rows: &[String],
    columns: &[String],
    values: &[Vec<f64>],
) -> String {
    let all = || values.iter().flatten().copied();
    let (low, high) =
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let (width, height) = (
        (WIDTH - LEFT - 40.0) / columns.len().max(1) as f64,
        (HEIGHT - TOP - BOTTOM) / rows.len().max(1) as f64,
    );
    let mut svg = head(labels);
    for (number, name) in columns.iter().enumerate() {
        let middle = LEFT + (number as f64 + 0.5) * width;
        text(&mut svg, middle, HEIGHT - BOTTOM + 18.0, "middle", name);
    }
    for (number, (name, row)) in rows.iter().zip(values).enumerate() {
        let top = TOP + number as f64 * height;
        text(&mut svg, LEFT - 6.0, top + height / 2.0 + 4.0, "end", name);
        for (column, value) in row.iter().enumerate() {
            let part = if low < high { (value - low) / (high - low) } else { 0.0 };
            // From white to dark blue; the values stand on it in black or white.
            let mix = |from: f64, to: f64| (from + (to - from) * part).round();
            let (red, green, blue) = (mix(255.0, 8.0), mix(255.0, 64.0), mix(255.0, 129.0));
            let frame = if *value == high { "#d55e00" } else { "none" };
            let left = LEFT + column as f64 * width;
            let _ = writeln!(
                svg,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                 fill=\"rgb({red},{green},{blue})\" stroke=\"{frame}\" stroke-width=\"3\"/>"
            );
            let color = if 0.5 < part { "#ffffff" } else { "#000000" };
            let (x, y) = (left + width / 2.0, top + height / 2.0 + 4.0);
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"{color}\">{value:.4}</text>"
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn head(labels: &Labels<'_>) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"28\" font-size=\"16\" font-weight=\"bold\">{}</text>",
        escaped(labels.title)
    );
    text(&mut svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14.0, "middle", labels.x);
    let middle = (TOP + HEIGHT - BOTTOM) / 2.0;
    let _ = writeln!(
        svg,
        "<text transform=\"translate(18 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        escaped(labels.y)
    );
    svg
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
        escaped(words)
    );
}

/// A power of ten: `0.01`, `1`, `1000`, `100k`, `1M`.
fn short(value: f64) -> String {
    match value {
        value if 1e9 <= value => format!("{}G", (value / 1e9).round()),
        value if 1e6 <= value => format!("{}M", (value / 1e6).round()),
        value if 1e4 <= value => format!("{}k", (value / 1e3).round()),
        value if 1.0 <= value => format!("{}", value.round()),
        value => format!("{value}"),
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            character if character.is_control() => safe.push(' '),
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{Labels, Line, cells, lines, short};

    const LABELS: Labels<'_> = Labels { title: "A & B", x: "x", y: "y" };

    #[test]
    fn a_chart_is_svg_with_its_words_escaped() {
        let line = |name, points| Line { name, points };
        let svg = lines(
            &LABELS,
            &[
                line("union <b>", vec![(1.0, 10.0), (0.0, 5.0), (100.0, 99.0)]),
                line("", Vec::new()),
            ],
        );
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("A &amp; B") && svg.contains("union &lt;b&gt;"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let empty = lines(&LABELS, &[]);
        assert!(!empty.contains("NaN") && !empty.contains("inf"), "{empty}");
    }

    #[test]
    fn a_table_has_a_cell_for_each_value() {
        let names =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let svg = cells(&LABELS, &names(&["1"]), &names(&["a", "b"]), &[vec![0.25, 0.5]]);
        assert!(svg.contains("0.2500") && svg.contains("0.5000"));
        assert_eq!(svg.matches("#d55e00").count(), 1);
        assert!(!cells(&LABELS, &[], &[], &[]).contains("NaN"));
    }

    #[test]
    fn powers_of_ten_are_short() {
        let shown = [0.001, 1.0, 1000.0, 10_000.0, 1e6, 1e9].map(short);
        assert_eq!(shown, ["0.001", "1", "1000", "10k", "1M", "1G"]);
    }
}
