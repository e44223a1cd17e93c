//! What must hold for the plan of fields: what is named stands, what is guessed follows the rules as documented.

use super::*;
use sources::{Document, Value};

fn document(fields: &[(&str, Value)]) -> Document {
    let fields = fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    Document { id: None, source: "s".into(), number: 1, offset: 0, fields }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn sample(documents: &[Document]) -> Sample {
    let mut sample = Sample::default();
    documents.iter().for_each(|document| sample.add(document));
    sample
}

fn news() -> Sample {
    let documents: Vec<Document> = (0..10i64)
        .map(|number| {
            document(&[
                ("body", text("The harbour of the town opens again after the storm.")),
                ("date", text("2011-03-01")),
                ("source", text(if number % 2 == 0 { "ap" } else { "afp" })),
                ("words", Value::Integer(number)),
                ("url", text(&format!("https://example.org/{number}"))),
                ("topic", Value::List(vec![text("sea"), text("weather")])),
                (
                    "summary",
                    text(&format!("Long sentence {number}, but there is a body to be searched.")),
                ),
            ])
        })
        .collect();
    sample(&documents)
}

/// The fields as `name:type` in order.
fn shown(plan: FieldPlan) -> String {
    let (schema, ..) = plan.finish(LateFields::default()).unwrap();
    let shown =
        |field: &FieldSpec| format!("{}:{}", field.name, name_of(FieldChoice::Kind(field.kind)));
    schema.fields.iter().map(shown).collect::<Vec<_>>().join(" ")
}

fn create(choices: &str, sample: &Sample) -> String {
    FieldPlan::create(&choices.parse().unwrap(), sample)
        .map_or_else(|error| error.to_string(), shown)
}

#[test]
fn fields_are_guessed_from_the_data() {
    assert_eq!(
        create("", &news()),
        "title:text body:text date:date source:keyword words:number url:stored topic:keyword \
         summary:stored"
    );
}

#[test]
fn what_the_caller_says_stands() {
    assert_eq!(
        create("url:skip,summary:text,source:stored,date:keyword,late:number", &news()),
        "title:text body:text summary:text source:stored date:keyword late:number words:number \
         topic:keyword"
    );
    assert_eq!(
        create("title:stored,body:skip,summary:text,url:text,words:skip", &news()),
        "summary:text url:text title:stored date:date source:keyword topic:keyword"
    );
}

#[test]
fn prose_is_text_where_there_is_no_body() {
    let documents = [document(&[
        ("abstract", text("A long sentence that nobody called the body of anything.")),
        ("note", text("short")),
        ("title", text("T")),
    ])];
    assert_eq!(create("", &sample(&documents)), "title:text abstract:text note:stored");
    assert_eq!(create("note:text", &sample(&documents)), "title:text note:text abstract:stored");
}

#[test]
fn a_dump_without_text_is_an_error_that_names_what_is_there() {
    let documents = [document(&[("a", Value::Integer(1)), ("b", text("x"))])];
    assert_eq!(
        create("", &sample(&documents)),
        "no field of the input holds text to search; found `a`, `b`: say which is the text, as in \
         `body=FIELD`"
    );
    assert_eq!(create("", &Sample::default()), "title:text body:text");
}

#[test]
fn an_index_keeps_its_fields() {
    let field = |name: &str, kind| FieldSpec { name: name.to_owned(), kind };
    let schema =
        Schema { fields: vec![field("body", FieldKind::Text), field("date", FieldKind::Stored)] };
    let append = |choices: &str| {
        FieldPlan::append(&schema, &choices.parse().unwrap(), &news())
            .map_or_else(|error| error.to_string(), shown)
    };
    assert_eq!(
        append("source:skip,url:keyword"),
        "body:text date:stored url:keyword words:number topic:keyword summary:stored"
    );
    assert_eq!(
        append("date:date"),
        "the field `date` is stored in the index and cannot become date: leave it as it is or \
         build a new index"
    );
    assert!(
        append("summary:text").starts_with("the field `summary` is no text field in the index")
    );
}

#[test]
fn endless_field_names_are_counted_but_not_listed() {
    let plan = FieldPlan::create(&FieldChoices::default(), &news()).unwrap();
    let mut late = LateFields::default();
    late.add((0..5000).map(|number| format!("f{number}").into()).collect());
    late.add(vec!["x".repeat(300).into(), "f1".into(), "f4000".into()]);
    let (schema, fields, unlisted) = plan.finish(late).unwrap();
    assert_eq!((schema.fields.len(), fields.len()), (MAX_FIELDS, MAX_FIELDS));
    assert_eq!(unlisted, 5000 + 8 - 1000 + 1);
}
