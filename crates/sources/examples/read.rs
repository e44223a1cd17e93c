//! Reads inputs on all cores and says what they hold.
//!
//! Comes in: paths as arguments, `--map`, `--format`, `--print` (each document as a line of JSON). Goes out: the
//! documents if asked for, then a summary and the rate on stderr. A measuring tool, not a part of the program.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks to its reader")]

use std::time::Instant;

use sources::{Document, Input, Inputs, Item, ReadOptions, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = ReadOptions::default();
    let (mut inputs, mut print, mut parse) = (Vec::new(), false, true);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--print" => print = true,
            "--cut-only" => parse = false,
            "--map" => options.map = arguments.next().unwrap_or_default().parse()?,
            "--format" => options.format = Some(arguments.next().unwrap_or_default().parse()?),
            "-" => inputs.push(Input::Stdin),
            path => inputs.push(Input::Path(path.into())),
        }
    }
    let start = Instant::now();
    let mut inputs = Inputs::open(inputs, options)?;
    let (mut plain, mut text, mut batches) = (0, 0, 0);
    while let Some(batch) = inputs.next_batch()? {
        plain += batch.raw_bytes();
        batches += 1;
        if !parse {
            continue;
        }
        batch.read(&mut |item| match item {
            Item::Document(document) => {
                text += document.fields.iter().map(|(_, value)| length(value)).sum::<usize>();
                if print {
                    println!("{}", json(&document));
                }
            }
            Item::Bad(record) => eprintln!("{record}"),
            Item::Skipped(_) => {}
        });
    }
    let seconds = start.elapsed().as_secs_f64();
    for summary in inputs.summaries() {
        eprintln!("{summary:?} {}", summary.sha256_hex());
    }
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    eprintln!(
        "{batches} batches, {:.1} MB plain, {:.1} MB of text, {seconds:.2} s, {:.0} MB/s",
        megabytes(plain),
        megabytes(text),
        megabytes(plain) / seconds
    );
    Ok(())
}

fn length(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(list) => list.iter().map(length).sum(),
        _ => 8,
    }
}

fn json(document: &Document) -> serde_json::Value {
    let value = |value: &Value| match value {
        Value::Text(text) => text.as_str().into(),
        other => format!("{other:?}").into(),
    };
    let mut object = serde_json::Map::new();
    object.insert("id".into(), document.id.as_deref().into());
    for (name, content) in &document.fields {
        object.insert(name.to_string(), value(content));
    }
    object.into()
}
