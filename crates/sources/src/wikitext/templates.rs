//! What a template shows, as far as that can be told without its definition.
//!
//! Comes in: a template's arguments, already plain text, and how it stands in the page. Goes out: its text; the values
//! of a box go to the page's boxes. Templates are the wiki's own inventions, so the rules go by the few hundred
//! names that carry most text, and by position for all others.

use super::template_rules::rule;

/// An argument; the first one is the template's name.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: Option<String>,
    pub(super) value: String,
}

/// A template in a page.
pub(super) struct Call {
    /// Name and arguments.
    pub(super) arguments: Vec<Argument>,
    /// It has its lines to itself.
    pub(super) alone: bool,
    /// It is written on several lines.
    pub(super) lines: bool,
    /// It is no argument of another template.
    pub(super) outermost: bool,
}

impl Call {
    /// The unnamed arguments' values, those named `1`, `2`, ... among them.
    fn values(&self) -> impl Iterator<Item = &str> {
        self.arguments[1..]
            .iter()
            .filter(|argument| argument.name.as_deref().is_none_or(is_number))
            .map(|argument| argument.value.as_str())
    }

    fn value(&self, at: usize) -> &str {
        self.values().nth(at).unwrap_or("")
    }

    fn named(&self, name: &str) -> &str {
        let named = |argument: &&Argument| argument.name.as_deref() == Some(name);
        self.arguments[1..].iter().find(named).map_or("", |argument| &argument.value)
    }

    fn last(&self) -> &str {
        self.values().filter(|value| !value.is_empty()).last().unwrap_or("")
    }

    fn joined(&self, between: &str) -> String {
        let values: Vec<&str> = self.values().filter(|value| !value.is_empty()).collect();
        values.join(between)
    }
}

/// How a template's text is made from its arguments.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Nothing,
    /// The first value.
    First,
    /// The last value.
    Last,
    /// All values after one another with this between.
    All(&'static str),
    /// Always this.
    Sign(&'static str),
    /// This, then the first value.
    Before(&'static str),
    /// The first value, then this.
    After(&'static str),
    /// A number with its unit, or several.
    Convert,
    /// `{{val|5|u=kg}}`.
    Measure,
    /// Year, month, day.
    Date,
    /// `{{frac|1|2}}`.
    Fraction,
    /// A book, an article: the values of the names that readers see.
    Citation,
    /// `{{nihongo|English|kanji|romaji}}`.
    Nihongo,
    /// All values, named or not.
    Every,
    /// Names and values into the box.
    Box,
}

/// The text of a template; the values of a box are added to `infobox`.
pub(super) fn expand(call: &Call, infobox: &mut String) -> String {
    let head = call.arguments[0].value.as_str();
    if call.arguments[0].name.is_none()
        && let Some((function, argument)) = head.split_once(':')
        && let Some(text) = expand_function(function.trim(), argument.trim(), call)
    {
        return text;
    }
    let name = normalised(head);
    let rule = rule(&name).or_else(|| rule_by_affix(&name));
    let named = call.arguments[1..]
        .iter()
        .filter(|argument| argument.name.as_deref().is_some_and(|name| !is_number(name)));
    match rule {
        Some(rule) => apply(rule, call, infobox),
        None if call.alone && call.lines && 3 <= named.count() => apply(Rule::Box, call, infobox),
        None if call.alone => sentences(call),
        None => call.joined(" "),
    }
}

fn apply(rule: Rule, call: &Call, infobox: &mut String) -> String {
    match rule {
        Rule::Nothing => String::new(),
        Rule::First => call.value(0).to_owned(),
        Rule::Last => call.last().to_owned(),
        Rule::All(between) => call.joined(between),
        Rule::Sign(sign) => sign.to_owned(),
        Rule::Before(sign) => format!("{sign}{}", call.value(0)),
        Rule::After(sign) => format!("{}{sign}", call.value(0)),
        Rule::Convert => convert(call),
        Rule::Measure => measure(call),
        Rule::Date => date(call),
        Rule::Fraction => fraction(call),
        Rule::Citation => citation(call),
        Rule::Nihongo => nihongo(call),
        Rule::Every => {
            let values: Vec<&str> = call.arguments[1..]
                .iter()
                .map(|argument| argument.value.as_str())
                .filter(|value| !value.is_empty())
                .collect();
            values.join("\n")
        }
        Rule::Box => {
            let lines = box_lines(call);
            if call.outermost {
                infobox.push_str(&lines);
                return String::new();
            }
            lines
        }
    }
}

/// `Template:Foo_bar` and `foo bar` are one.
fn normalised(name: &str) -> String {
    let name = name.trim().replace('_', " ").to_lowercase();
    match name.strip_prefix("template:") {
        Some(name) => name.trim().to_owned(),
        None => name,
    }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.len() < 4 && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// `{{formatnum:3}}`, `{{lc:A}}`, `{{#if:x|then|else}}`.
fn expand_function(function: &str, argument: &str, call: &Call) -> Option<String> {
    let function = function.to_lowercase();
    Some(match function.as_str() {
        "formatnum" | "ucfirst" | "lcfirst" | "padleft" | "padright" | "plural" | "grammar"
        | "anchorencode" | "urlencode" | "int" => argument.to_owned(),
        "lc" => argument.to_lowercase(),
        "uc" => argument.to_uppercase(),
        "#if" | "#ifeq" | "#ifexist" | "#iferror" | "#switch" => {
            let shown = call.arguments[1..].iter().map(|argument| argument.value.as_str());
            let mut shown = shown.filter(|value| !value.is_empty());
            shown.next().unwrap_or("").to_owned()
        }
        "#expr" => argument.to_owned(),
        "#time"
        | "#tag"
        | "#invoke"
        | "#property"
        | "#statements"
        | "#section"
        | "#lst"
        | "#ifexpr"
        | "defaultsort"
        | "sortierung"
        | "сортировка"
        | "displaytitle"
        | "ns"
        | "fullurl"
        | "localurl"
        | "filepath"
        | "subst"
        | "safesubst"
        | "msg"
        | "int:"
        | "デフォルトソート"
        | "ключ_сортировки" => String::new(),
        _ => return None,
    })
}

/// The rule for a family of templates.
fn rule_by_affix(name: &str) -> Option<Rule> {
    const BOXES: [&str; 12] = [
        "infobox",
        "taxobox",
        "geobox",
        "speciesbox",
        "automatic taxobox",
        "ficha",
        "картка",
        "карточка",
        "基礎情報",
        "chembox",
        "drugbox",
        "speciesbox/",
    ];
    if BOXES.iter().any(|word| name.starts_with(word))
        || name.ends_with("infobox")
        || name.ends_with("-box")
    {
        return Some(Rule::Box);
    }
    if name.starts_with("cite ") || name.starts_with("cita ") || name.starts_with("vcite ") {
        return Some(Rule::Citation);
    }
    if name.starts_with("lang-") || name.starts_with("lang ") {
        return Some(Rule::First);
    }
    if name.starts_with("ipa-") || name.starts_with("ipac-") || name.starts_with("audio-") {
        return Some(Rule::Nothing);
    }
    const SHOWN_BESIDE: [&str; 8] = [
        "use ",
        "pp-",
        "portal",
        "good article",
        "featured article",
        "wikidata",
        "refimprove",
        "unreferenced",
    ];
    SHOWN_BESIDE.iter().any(|word| name.starts_with(word)).then_some(Rule::Nothing)
}

/// `{{convert|1300|mi|km}}` shows `1300 mi`, `{{convert|5|to|7|ft|in|m}}` `5 to 7 ft`, `{{convert|5|ft|10|in}}`
/// `5 ft 10 in`: the numbers and units that were given, not those computed from them.
fn convert(call: &Call) -> String {
    const BETWEEN: [&str; 20] = [
        "to", "-", "–", "and", "or", "by", "x", "×", "xx", "+/-", "±", "&", "to(-)", "+", ",", "/",
        "to about", "and(-)", "or(-)", "*",
    ];
    let values: Vec<&str> = call.values().collect();
    let mut shown = String::new();
    let mut at = 0;
    while at < values.len() && (at == 0 || is_quantity(values[at])) {
        let number = values[at];
        let next = values.get(at + 1).copied().unwrap_or("");
        let join =
            BETWEEN.contains(&next) && values.get(at + 2).is_some_and(|value| is_quantity(value));
        if !join && at != 0 && next.is_empty() {
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(number);
        if !next.is_empty() {
            shown.push(' ');
            shown.push_str(if join { between(next) } else { unit(next) });
        }
        at += 2;
    }
    shown
}

fn between(sign: &str) -> &str {
    match sign {
        "to(-)" | "to about" => "to",
        "and(-)" => "and",
        "or(-)" => "or",
        "xx" | "x" | "*" => "×",
        "+/-" => "±",
        sign => sign,
    }
}

/// Units whose code is no word a reader would write.
fn unit(code: &str) -> &str {
    match code {
        "sqmi" => "sq mi",
        "sqft" => "sq ft",
        "sqyd" => "sq yd",
        "sqin" => "sq in",
        "sqkm" | "km2" => "km²",
        "m2" => "m²",
        "cuft" => "cu ft",
        "cumi" => "cu mi",
        "km3" => "km³",
        "m3" => "m³",
        "C" => "°C",
        "F" => "°F",
        "km/h" | "kph" => "km/h",
        "impgal" => "imp gal",
        "USgal" => "US gal",
        "lb-f" => "lbf",
        code => code,
    }
}

/// A number as people write them in these templates: `1300`, `1,300.5`, `-5`, `1/2`, `3+1/4`.
fn is_quantity(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_digit() || "+-−.,/ e".contains(letter))
}

/// `{{val|5.2|0.1|u=kg|e=3}}` shows `5.2 ± 0.1 ×10^3 kg`.
fn measure(call: &Call) -> String {
    let mut shown = call.value(0).to_owned();
    if is_quantity(call.value(1)) {
        shown.push_str(" ± ");
        shown.push_str(call.value(1));
    }
    if !call.named("e").is_empty() {
        shown.push_str(" ×10^");
        shown.push_str(call.named("e"));
    }
    for unit in [call.named("u"), call.named("ul")].iter().filter(|unit| !unit.is_empty()) {
        shown.push(' ');
        shown.push_str(unit);
    }
    shown
}

/// `1990|2|3` shows `1990-02-03`; anything else shows as it is.
fn date(call: &Call) -> String {
    let numbers = call
        .values()
        .filter(|value| !value.is_empty())
        .take_while(|value| is_number(value) || value.len() == 4);
    let numbers: Vec<u32> = numbers.map_while(|value| value.parse().ok()).take(3).collect();
    match numbers[..] {
        [year, month, day] if (1..=12).contains(&month) && (1..=31).contains(&day) => {
            format!("{year:04}-{month:02}-{day:02}")
        }
        [year, month] if (1..=12).contains(&month) => format!("{year:04}-{month:02}"),
        _ => call.joined(" "),
    }
}

fn fraction(call: &Call) -> String {
    match (call.value(0), call.value(1), call.value(2)) {
        (bottom, "", _) => format!("1/{bottom}"),
        (top, bottom, "") => format!("{top}/{bottom}"),
        (whole, top, bottom) => format!("{whole} {top}/{bottom}"),
    }
}

fn citation(call: &Call) -> String {
    const SHOWN: [&str; 26] = [
        "last",
        "first",
        "author",
        "authors",
        "last1",
        "first1",
        "last2",
        "first2",
        "author1",
        "author2",
        "title",
        "chapter",
        "work",
        "journal",
        "newspaper",
        "magazine",
        "website",
        "publisher",
        "year",
        "date",
        "autor",
        "titel",
        "автор",
        "заглавие",
        "год",
        "издательство",
    ];
    let mut shown = String::new();
    for Argument { name, value } in &call.arguments[1..] {
        let name = name.as_deref().map(str::to_lowercase).unwrap_or_default();
        if SHOWN.contains(&name.as_str()) && !value.is_empty() {
            if !shown.is_empty() {
                shown.push_str(", ");
            }
            shown.push_str(value);
        }
    }
    shown
}

/// `English (kanji, romaji)`.
fn nihongo(call: &Call) -> String {
    let mut values = call.arguments[1..]
        .iter()
        .map(|argument| argument.value.as_str())
        .filter(|value| !value.is_empty());
    let first = values.next().unwrap_or("").to_owned();
    let others: Vec<&str> = values.take(3).collect();
    if others.is_empty() { first } else { format!("{first} ({})", others.join(", ")) }
}

/// A line for each value readers see.
fn box_lines(call: &Call) -> String {
    const PICTURES: [&str; 9] =
        [".jpg", ".jpeg", ".png", ".svg", ".gif", ".tif", ".tiff", ".ogg", ".webm"];
    let mut lines = String::new();
    for Argument { name, value } in &call.arguments[1..] {
        let lower = value.to_lowercase();
        if value.is_empty() || PICTURES.iter().any(|ending| lower.ends_with(ending)) {
            continue;
        }
        if let Some(name) = name.as_deref().filter(|name| !is_number(name)) {
            lines.push_str(&name.replace('_', " "));
            lines.push_str(": ");
        }
        lines.push_str(value);
        lines.push('\n');
    }
    lines
}

/// The values of a template on lines of its own that are sentences: quotations in a wiki whose words we do not know.
fn sentences(call: &Call) -> String {
    let mut shown = String::new();
    for Argument { value, .. } in &call.arguments[1..] {
        let words = value.split_whitespace().count();
        let wide = value.chars().filter(|letter| ('\u{2e80}'..'\u{ffff}').contains(letter)).count();
        if 8 <= words || 24 <= wide {
            shown.push_str(value);
            shown.push('\n');
        }
    }
    shown
}
