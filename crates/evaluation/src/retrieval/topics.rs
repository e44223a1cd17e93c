//! Topics: what is asked in an experiment.
//!
//! Comes in: a file of topics in TREC's SGML, as tab-separated lines (`id<TAB>text`), or as JSON lines (BEIR's
//! `queries.jsonl` among them). Goes out: ids with texts, in file order. What a text means as a query is not decided
//! here.

use std::collections::HashSet;

use crate::Error;
use crate::error::shortened;

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its id, as in the judgements.
    pub id: String,
    /// What is asked.
    pub text: String,
}

/// The form of a topics file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicsFormat {
    /// `<top> <num> ... <title> ... <desc> ... <narr> ... </top>`, end tags or none.
    Trec,
    /// `id<TAB>text`.
    Tsv,
    /// An object a line.
    Jsonl,
}

/// The parts of a TREC topic that make its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicPart {
    /// `<title>`: a few words.
    Title,
    /// `<desc>`: a sentence.
    Description,
    /// `<narr>`: what makes a document relevant.
    Narrative,
}

const FILE: &str = "the topics";

/// Names under which JSON lines have the id, the likeliest first.
const ID_KEYS: [&str; 7] = ["_id", "id", "qid", "query_id", "topic_id", "number", "num"];
/// The same for the text.
const TEXT_KEYS: [&str; 5] = ["text", "query", "title", "question", "raw_query"];

impl TopicsFormat {
    /// What a text looks like.
    #[must_use]
    pub fn of(text: &str) -> TopicsFormat {
        let start = text.trim_start_matches('\u{feff}').trim_start();
        match start.chars().next() {
            Some('{') => TopicsFormat::Jsonl,
            Some('<') => TopicsFormat::Trec,
            _ => TopicsFormat::Tsv,
        }
    }
}

/// Reads topics. `parts` are those of a TREC topic that make its text; other formats have one text.
///
/// # Errors
/// For what cannot be read, for an id that stands there twice, and where there is no topic at all.
pub fn parse(text: &str, format: TopicsFormat, parts: &[TopicPart]) -> Result<Vec<Topic>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    let topics = match format {
        TopicsFormat::Trec => trec(text, parts)?,
        TopicsFormat::Tsv => lines(text, tsv)?,
        TopicsFormat::Jsonl => lines(text, json)?,
    };
    if topics.is_empty() {
        let expected = "`<top>` elements, `id<TAB>text` lines or JSON lines with an id and a text";
        return Err(Error::Nothing { file: FILE, what: "topic", expected });
    }
    let mut seen = HashSet::new();
    for (line, topic) in &topics {
        if !seen.insert(topic.id.as_str()) {
            let what = format!("topic `{}`", topic.id);
            return Err(Error::Twice { file: FILE, line: *line, what });
        }
    }
    Ok(topics.into_iter().map(|(_, topic)| topic).collect())
}

/// Topics with the lines they begin at.
type Located = Vec<(usize, Topic)>;

fn lines(text: &str, read: impl Fn(usize, &str) -> Result<Topic, Error>) -> Result<Located, Error> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| Ok((index + 1, read(index + 1, line)?))).collect()
}

fn tsv(line: usize, text: &str) -> Result<Topic, Error> {
    let Some((id, query)) = text.split_once('\t') else {
        return Err(unreadable(line, "`id<TAB>text`", text));
    };
    Ok(Topic { id: id.trim().to_owned(), text: query.trim().to_owned() })
}

fn json(line: usize, text: &str) -> Result<Topic, Error> {
    const EXPECTED: &str =
        "a JSON object with an id (`_id`, `id`, `qid`) and a text (`text`, `query`, `title`)";
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|_| unreadable(line, EXPECTED, text))?;
    let value = |keys: &[&str]| {
        keys.iter().find_map(|key| match object.get(*key)? {
            serde_json::Value::String(value) => Some(value.trim().to_owned()),
            serde_json::Value::Number(value) => Some(value.to_string()),
            _ => None,
        })
    };
    match (value(&ID_KEYS), value(&TEXT_KEYS)) {
        (Some(id), Some(text)) => Ok(Topic { id, text }),
        _ => Err(unreadable(line, EXPECTED, text)),
    }
}

fn unreadable(line: usize, expected: &'static str, found: &str) -> Error {
    Error::Line { file: FILE, line, expected, found: shortened(found.trim()) }
}

/// Reads `<top>` elements. Tags are matched whatever their case; a part ends where the next tag begins, for most TREC
/// topics have no end tags.
fn trec(text: &str, parts: &[TopicPart]) -> Result<Located, Error> {
    let lower = text.to_ascii_lowercase();
    let mut topics = Vec::new();
    let mut at = 0;
    while let Some(start) = find_tag(&lower, at, "top") {
        let inside = start + "<top>".len();
        let next = find_tag(&lower, inside, "top").unwrap_or(text.len());
        let end = find_tag(&lower, inside, "/top").unwrap_or(next).min(next);
        let line = text[..start].matches('\n').count() + 1;
        let topic = Element { text: &text[inside..end], lower: &lower[inside..end] };
        let Some(id) = topic.part("num", "number:") else {
            return Err(unreadable(line, "a `<num>` in each `<top>`", topic.text));
        };
        let wanted = parts.iter().filter_map(|part| match part {
            TopicPart::Title => topic.part("title", "topic:"),
            TopicPart::Description => topic.part("desc", "description:"),
            TopicPart::Narrative => topic.part("narr", "narrative:"),
        });
        let text = wanted.collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Err(unreadable(line, "the parts asked for in each `<top>`", topic.text));
        }
        topics.push((line, Topic { id, text }));
        at = end;
    }
    Ok(topics)
}

/// Where `<name>` begins, at `from` or later.
fn find_tag(lower: &str, from: usize, name: &str) -> Option<usize> {
    let found = lower.get(from..)?.find(&format!("<{name}>"))?;
    Some(from + found)
}

/// The inside of one `<top>`, and the same in lower case (ASCII, so that places agree).
struct Element<'t> {
    text: &'t str,
    lower: &'t str,
}

impl Element<'_> {
    /// A part without its customary label (`Number:`), white space squeezed; `None` where it is missing or empty.
    fn part(&self, name: &str, label: &str) -> Option<String> {
        let start = find_tag(self.lower, 0, name)? + name.len() + 2;
        let end = self.lower[start..].find('<').map_or(self.text.len(), |end| start + end);
        let text = self.text[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
        let labelled = text.get(..label.len()).is_some_and(|head| head.eq_ignore_ascii_case(label));
        let text = if labelled { text[label.len()..].trim_start() } else { &text };
        (!text.is_empty()).then(|| text.to_owned())
    }
}
