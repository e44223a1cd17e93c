//! Small indexes made by hand: documents of words, two text fields, through the same builders that the indexer uses.

use std::collections::BTreeMap;
use std::path::Path;

use crate::norms::norm_of;
use crate::postings::pairs::PairsBuilder;
use crate::postings::{ImpactModel, ListBuilder, Postings, TermTableBuilder};
use crate::{
    ColumnBuilder, ColumnKind, DocumentsBuilder, EndingSample, Error, FieldKind, FieldSpec,
    IdsBuilder, IndexWriter, LengthsBuilder, MemoryStorage, NameClasses, SegmentFacts, Storage,
    StoredDocument, StoredValue, TermOrdinal, VocabularyBuilder, names, order_section, term_tail,
};

/// A document: id, title and body.
#[derive(Clone, Debug)]
pub(super) struct Article {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) body: String,
}

pub(super) fn article(id: &str, title: &str, body: &str) -> Article {
    Article { id: id.to_owned(), title: title.to_owned(), body: body.to_owned() }
}

/// Three articles with a repeated id.
pub(super) fn three_articles() -> Vec<Article> {
    vec![
        article("n1", "harbour opens", "the harbour of the town opens after the storm"),
        article("n2", "", "storm passes the town"),
        article("n1", "harbour closes again", "the storm is back"),
    ]
}

/// Enough articles for lists of every class and several blocks of stored documents.
pub(super) fn many_articles(count: usize) -> Vec<Article> {
    let words = ["storm", "town", "harbour", "ship", "crew", "night", "wind", "light"];
    let body = |number: usize| {
        let length = 20 + number * 7 % 60;
        let word = |place: usize| words[(number * 31 + place * place * 17) % 8].to_owned();
        let rare = format!("rare{}", number / 3);
        (0..length).map(word).chain([rare]).collect::<Vec<_>>().join(" ")
    };
    (0..count)
        .map(|number| article(&format!("a{number:04}"), words[number % 8], &body(number)))
        .collect()
}

pub(super) fn stored(article: &Article) -> StoredDocument {
    let text = |text: &str| StoredValue::Text(text.to_owned());
    let mut fields =
        vec![("title".to_owned(), text(&article.title)), ("body".to_owned(), text(&article.body))];
    fields.push(("words".to_owned(), StoredValue::Integer(article.body.len() as i64)));
    StoredDocument { fields }
}

/// Writes one segment and sets the schema.
pub(super) fn write_segment(
    writer: &mut IndexWriter<'_>,
    articles: &[Article],
) -> Result<(), Error> {
    let field = |name: &str, kind| FieldSpec { name: name.to_owned(), kind };
    writer.manifest_mut().schema.fields = vec![
        field("title", FieldKind::Text),
        field("body", FieldKind::Text),
        field("words", FieldKind::Number),
        field("letters", FieldKind::Keyword),
    ];
    let mut lists: BTreeMap<&str, BTreeMap<u32, Vec<u32>>> = BTreeMap::new();
    let (mut lengths, mut titles) = (LengthsBuilder::default(), LengthsBuilder::default());
    let (mut ids, mut documents) = (IdsBuilder::default(), DocumentsBuilder::default());
    let mut facts = SegmentFacts { documents: articles.len() as u32, ..SegmentFacts::default() };
    facts.field_tokens = vec![0; 2];
    for (number, article) in (0..).zip(articles) {
        let title: Vec<_> = article.title.split_whitespace().collect();
        let body: Vec<_> = article.body.split_whitespace().collect();
        let body_start = title.len() + 1;
        let placed = title.iter().enumerate();
        for (place, word) in placed.chain((body_start..).zip(&body)) {
            lists.entry(word).or_default().entry(number).or_default().push(place as u32);
        }
        titles.push(title.len() as u32);
        lengths.push((title.len() + body.len()) as u32);
        facts.field_tokens[0] += title.len() as u64;
        facts.field_tokens[1] += body.len() as u64;
        ids.push(&article.id);
        documents.push(&stored(article))?;
    }
    facts.tokens = facts.field_tokens.iter().sum();
    facts.terms = lists.len() as u32;
    facts.baked_average_length = facts.tokens as f64 / f64::from(facts.documents.max(1));
    write_lists(writer, &lists, lengths.as_slice(), facts.baked_average_length)?;
    let norms: Vec<u8> = lengths.as_slice().iter().map(|&length| norm_of(length)).collect();
    writer.write_section(names::LENGTHS, &lengths.finish())?;
    writer.write_section(&names::field_lengths(0), &titles.finish())?;
    writer.write_section(names::NORMS, &norms)?;
    // Whose documents lists mean is for readers alone: in every second index they are said to be in another order.
    if articles.len().is_multiple_of(2) {
        let order: Vec<u32> = (0..articles.len() as u32).rev().collect();
        writer.write_section(names::ORDER, &order_section(&order))?;
    }
    let (ids, id_order) = ids.finish();
    writer.write_section(names::IDS, &ids)?;
    writer.write_section(names::ID_ORDER, &id_order)?;
    write_columns(writer, articles)?;
    let (documents, directory) = documents.finish()?;
    writer.write_section(names::DOCUMENTS, &documents)?;
    writer.write_section(names::DOCUMENT_DIRECTORY, &directory)?;
    writer.end_segment(facts)
}

fn write_lists(
    writer: &mut IndexWriter<'_>,
    lists: &BTreeMap<&str, BTreeMap<u32, Vec<u32>>>,
    lengths: &[u32],
    average_length: f64,
) -> Result<(), Error> {
    let norms: Vec<u8> = lengths.iter().map(|&length| norm_of(length)).collect();
    let model = ImpactModel::new(lengths, &norms, (1.2, 0.75), average_length);
    let mut vocabulary = VocabularyBuilder::new(Vec::new())?;
    let (mut list, mut table) = (ListBuilder::new(), TermTableBuilder::new());
    let (mut postings, mut positions) = (Vec::new(), Vec::new());
    for (term, documents) in lists {
        vocabulary.push(term.as_bytes())?;
        list.begin(&model, documents.len() as u32, &positions);
        for (&document, places) in documents {
            list.push(&model, document, places, &mut positions);
        }
        table.push(&list.finish(&model, &mut postings, &mut positions));
    }
    writer.write_section(names::VOCABULARY, &vocabulary.finish()?)?;
    let mut sample = EndingSample::default();
    lists.keys().filter_map(|term| term_tail(term.as_bytes())).for_each(|tail| sample.push(tail));
    let bounds = sample.bounds();
    let class = |term: &&str| bounds.class(term_tail(term.as_bytes()));
    let classes: Vec<u8> = lists.keys().map(class).collect();
    writer.write_section(names::ENDINGS, &[bounds.to_bytes(), classes.clone()].concat())?;
    writer.write_section(names::NAME_KEYS, &[&NameClasses::head(1)[..], &classes].concat())?;
    writer.write_section(names::TERMS, &table.finish())?;
    writer.write_section(names::POSTINGS, &postings)?;
    writer.write_section(names::POSITIONS, &positions)?;
    write_pairs(writer, lists, &model)
}

/// The lists of all pairs of words that stand side by side in enough documents.
fn write_pairs(
    writer: &mut IndexWriter<'_>,
    lists: &BTreeMap<&str, BTreeMap<u32, Vec<u32>>>,
    model: &ImpactModel<'_>,
) -> Result<(), Error> {
    let (mut list, mut table) = (ListBuilder::new(), PairsBuilder::new(lists.len() as u32));
    let mut postings = Vec::new();
    for (first, one) in (0..).zip(lists.values()) {
        for (second, other) in (0..).zip(lists.values()) {
            let frequency = |document: &u32| {
                let places = other.get(document).map_or(&[][..], Vec::as_slice);
                one[document].iter().filter(|place| places.contains(&(*place + 1))).count() as u32
            };
            let found = one.keys().map(|document| (*document, frequency(document)));
            let (documents, frequencies): (Vec<u32>, Vec<u32>) =
                found.filter(|(_, frequency)| 0 < *frequency).unzip();
            if documents.len() <= 8 {
                continue;
            }
            list.begin_without_places(model, documents.len() as u32);
            let pair = Postings { docs: &documents, frequencies: &frequencies, places: &[] };
            list.extend(model, pair, &mut Vec::new());
            let summary = list.finish(model, &mut postings, &mut Vec::new());
            table.push(TermOrdinal(first), TermOrdinal(second), &summary);
        }
    }
    writer.write_section(names::PAIRS, &table.finish())?;
    writer.write_section(names::PAIR_POSTINGS, &postings)
}

/// One number a document, and the letters of its title as keywords, so none or several.
fn write_columns(writer: &mut IndexWriter<'_>, articles: &[Article]) -> Result<(), Error> {
    let mut words = ColumnBuilder::new(ColumnKind::Number);
    let mut letters = ColumnBuilder::new(ColumnKind::Keyword);
    for article in articles {
        words.push_number(article.body.len() as f64);
        words.end_document();
        article.title.split("").filter(|letter| !letter.is_empty()).for_each(|letter| {
            letters.push_keyword(letter);
        });
        letters.end_document();
    }
    writer.write_section(&names::column("words"), &words.finish()?)?;
    writer.write_section(&names::column("letters"), &letters.finish()?)
}

/// Builds an index of one segment.
pub(super) fn create(
    storage: &dyn Storage,
    path: &Path,
    articles: &[Article],
) -> Result<(), Error> {
    let mut writer = IndexWriter::create(path, storage)?;
    write_segment(&mut writer, articles)?;
    writer.commit()
}

/// Adds a segment.
pub(super) fn append(
    storage: &dyn Storage,
    path: &Path,
    articles: &[Article],
) -> Result<(), Error> {
    let mut writer = IndexWriter::append(path, storage)?;
    write_segment(&mut writer, articles)?;
    writer.commit()
}

/// The bytes of an index with one segment for each group of articles.
pub(super) fn bytes_of(segments: &[Vec<Article>]) -> Vec<u8> {
    let (storage, path) = (MemoryStorage::default(), Path::new("fixture.pmk"));
    create(&storage, path, &segments[0]).unwrap();
    for articles in &segments[1..] {
        append(&storage, path, articles).unwrap();
    }
    storage.take(path).unwrap()
}
