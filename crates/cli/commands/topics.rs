//! Topics and how they are answered: what `run` and `tune` have in common.
//!
//! Comes in: arguments as typed. Goes out: topics, and the library's way of answering them.

use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, bail};
use evaluation::retrieval::{
    Answering, Feedback, FeedbackMethod, LUCENE_STOP_WORDS, Proximity, Reading, Topic, TopicPart,
    TopicsFormat, topics,
};

use crate::arguments::{self, ExpansionArguments, TopicArguments, TopicsForm};

/// Reads the topics.
pub(crate) fn read(typed: &TopicArguments) -> anyhow::Result<Vec<Topic>> {
    let text = text(&typed.topics)?;
    let format = match typed.topics_format {
        TopicsForm::Auto => TopicsFormat::of(&text),
        TopicsForm::Trec => TopicsFormat::Trec,
        TopicsForm::Tsv => TopicsFormat::Tsv,
        TopicsForm::Jsonl => TopicsFormat::Jsonl,
    };
    let part = |part: &arguments::TopicPart| match part {
        arguments::TopicPart::Title => TopicPart::Title,
        arguments::TopicPart::Desc => TopicPart::Description,
        arguments::TopicPart::Narr => TopicPart::Narrative,
    };
    let parts: Vec<TopicPart> = typed.topic_parts.iter().map(part).collect();
    topics::parse(&text, format, &parts).with_context(|| shown(&typed.topics))
}

/// What the options say about answering, ranking and depth aside.
pub(crate) fn answering(
    typed: &TopicArguments,
    expansion: &ExpansionArguments,
) -> anyhow::Result<Answering> {
    Ok(Answering {
        reading: if typed.query_syntax { Reading::Query } else { Reading::Words },
        fields: fields(typed)?,
        stop_words: stop_words(typed)?,
        proximity: expansion.proximity.then(Proximity::default),
        feedback: feedback(expansion),
        without_own_document: typed.without_own,
        ..Answering::default()
    })
}

/// `title=1,body=0.5`.
fn fields(typed: &TopicArguments) -> anyhow::Result<Vec<(String, f64)>> {
    let field = |field: &String| {
        let (name, weight) = field.split_once('=').unwrap_or((field, "1"));
        let weight =
            weight.parse::<f64>().ok().filter(|weight| 0.0 < *weight && weight.is_finite());
        let weight = weight.with_context(|| {
            format!("cannot read `{field}` in --fields: expected a field and its weight, as in `title=2`")
        })?;
        Ok((name.to_owned(), weight))
    };
    typed.fields.iter().map(field).collect()
}

fn stop_words(typed: &TopicArguments) -> anyhow::Result<HashSet<String>> {
    match typed.stop_words.as_deref() {
        None => Ok(HashSet::new()),
        Some("lucene") => Ok(LUCENE_STOP_WORDS.iter().map(|word| (*word).to_owned()).collect()),
        Some(path) => {
            let words = text(Path::new(path))?;
            Ok(words.split_whitespace().map(str::to_lowercase).collect())
        }
    }
}

fn feedback(typed: &ExpansionArguments) -> Option<Feedback> {
    let method = match (typed.rm3, typed.rocchio) {
        (true, _) => FeedbackMethod::Rm3 { original: typed.original_weight },
        (_, true) => Feedback::rocchio().method,
        _ => return None,
    };
    let (documents, words) = (typed.feedback_articles, typed.feedback_words);
    Some(Feedback { method, documents, words })
}

/// A whole text file; `-` is standard input.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    match read {
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            bail!("{} is not UTF-8: convert it, as with `iconv -f latin1 -t utf8`", shown(path))
        }
        read => read.with_context(|| format!("cannot read {}", shown(path)))?,
    }
    Ok(text)
}

/// A path as it stands in messages.
pub(crate) fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}
