//! Small indexes for tests, written section by section as an indexer would.

use std::collections::BTreeMap;
use std::path::Path;

use analysis::{Analyzer, NAME_KEY_VERSION, name_key, name_key_class};
use store::postings::{ImpactModel, ListBuilder, TermTableBuilder};
use store::{
    AnalyzerRecord, BakedRanking, ColumnBuilder, ColumnKind, DocumentsBuilder, EndingSample,
    FieldKind, FieldSpec, IdsBuilder, IndexFile, IndexWriter, LengthsBuilder, MemoryStorage,
    NameClasses, SegmentFacts, StoredDocument, StoredValue, VocabularyBuilder, names, norms,
    order_section, term_tail,
};

/// A document: its id and its fields.
pub(crate) type Sample = (String, Vec<(String, StoredValue)>);

/// What each field is for.
pub(crate) type Fields<'f> = &'f [(&'f str, FieldKind)];

/// An index of documents in so many segments, without columns: filters read stored documents.
pub(crate) fn index(
    analyzer: &Analyzer,
    fields: Fields<'_>,
    documents: &[Sample],
    segments: usize,
) -> IndexFile {
    write(analyzer, fields, documents, segments, false)
}

/// The same with columns.
pub(crate) fn index_with_columns(
    analyzer: &Analyzer,
    fields: Fields<'_>,
    documents: &[Sample],
    segments: usize,
) -> IndexFile {
    write(analyzer, fields, documents, segments, true)
}

fn write(
    analyzer: &Analyzer,
    fields: Fields<'_>,
    documents: &[Sample],
    segments: usize,
    with_columns: bool,
) -> IndexFile {
    let storage = MemoryStorage::default();
    let path = Path::new("sample.pmk");
    let mut writer = IndexWriter::create(path, &storage).unwrap();
    let id = analyzer.id();
    let manifest = writer.manifest_mut();
    manifest.schema.fields = fields
        .iter()
        .map(|(name, kind)| FieldSpec { name: name.to_string(), kind: *kind })
        .collect();
    manifest.analyzer = AnalyzerRecord {
        name: id.name.clone(),
        version: id.version,
        fingerprint: id.fingerprint,
        stem: None,
    };
    let texts = manifest.schema.text_fields().map(|field| field.name.clone()).collect::<Vec<_>>();
    manifest.statistics.field_tokens = vec![0; texts.len()];
    let each = documents.len().div_ceil(segments).max(1);
    for (number, part) in documents.chunks(each).enumerate() {
        let how =
            How { with_classes: number % 2 == 0, reordered: (number + segments).is_multiple_of(2) };
        let facts = segment(&mut writer, analyzer, &texts, part, how);
        for (name, kind) in fields.iter().filter(|_| with_columns) {
            if let Some(column) = column(name, *kind, part) {
                writer.write_section(&names::column(name), &column).unwrap();
            }
        }
        let statistics = &mut writer.manifest_mut().statistics;
        statistics.documents += u64::from(facts.documents);
        statistics.tokens += facts.tokens;
        statistics
            .field_tokens
            .iter_mut()
            .zip(&facts.field_tokens)
            .for_each(|(all, one)| *all += one);
        writer.end_segment(facts).unwrap();
    }
    writer.commit().unwrap();
    IndexFile::from_bytes(storage.take(path).unwrap()).unwrap()
}

/// How a segment is written.
struct How {
    /// With classes of terms.
    with_classes: bool,
    /// With lists in another order than that of the documents.
    reordered: bool,
}

/// Which document lists number 0, 1, ...: every third from the last on.
fn shuffled(documents: u32) -> Vec<u32> {
    (0..3).flat_map(|rest| (0..documents).rev().filter(move |doc| doc % 3 == rest)).collect()
}

/// Writes the sections of one segment.
fn segment(
    writer: &mut IndexWriter<'_>,
    analyzer: &Analyzer,
    texts: &[String],
    documents: &[Sample],
    how: How,
) -> SegmentFacts {
    let mut lengths = LengthsBuilder::default();
    let mut field_lengths = vec![LengthsBuilder::default(); texts.len()];
    let (mut ids, mut stored) = (IdsBuilder::default(), DocumentsBuilder::default());
    let mut lists: BTreeMap<String, Vec<(u32, Vec<u32>)>> = BTreeMap::new();
    for (id, fields) in documents {
        ids.push(id);
        stored.push(&StoredDocument { fields: fields.clone() }).unwrap();
    }
    let order = match how.reordered {
        true => shuffled(documents.len() as u32),
        false => (0..documents.len() as u32).collect(),
    };
    for (doc, &number) in (0..).zip(&order) {
        let (_, fields) = &documents[number as usize];
        let (mut start, mut tokens) = (0, 0);
        for (field, name) in texts.iter().enumerate() {
            let text = fields.iter().find_map(|(field, value)| match value {
                StoredValue::Text(text) if field == name => Some(text.as_str()),
                _ => None,
            });
            let found = analyzer.tokens(text.unwrap_or_default());
            for token in &found {
                let list = lists.entry(token.term.clone()).or_default();
                if list.last().is_none_or(|(last, _)| *last != doc) {
                    list.push((doc, Vec::new()));
                }
                list.last_mut().unwrap().1.push(start + token.position);
            }
            field_lengths[field].push(found.len() as u32);
            start += found.len() as u32 + 1;
            tokens += found.len() as u32;
        }
        lengths.push(tokens);
    }
    let sum =
        |lengths: &LengthsBuilder| lengths.as_slice().iter().map(|&length| u64::from(length)).sum();
    let tokens: u64 = sum(&lengths);
    let average_length = tokens as f64 / documents.len().max(1) as f64;
    let facts = SegmentFacts {
        documents: documents.len() as u32,
        tokens,
        field_tokens: field_lengths.iter().map(sum).collect(),
        terms: lists.len() as u32,
        baked: BakedRanking::default(),
        baked_average_length: average_length,
        dropped_tokens: 0,
    };
    let norm_bytes: Vec<u8> =
        lengths.as_slice().iter().map(|&length| norms::norm_of(length)).collect();
    let model = ImpactModel::new(lengths.as_slice(), &norm_bytes, (1.2, 0.75), average_length);
    let (mut builder, mut table) = (ListBuilder::new(), TermTableBuilder::new());
    let mut vocabulary = VocabularyBuilder::new(Vec::new()).unwrap();
    let (mut postings, mut positions) = (Vec::new(), Vec::new());
    for (term, list) in &lists {
        vocabulary.push(term.as_bytes()).unwrap();
        builder.begin(&model, list.len() as u32, &positions);
        for (doc, places) in list {
            builder.push(&model, *doc, places, &mut positions);
        }
        table.push(&builder.finish(&model, &mut postings, &mut positions));
    }
    let (id_bytes, id_order) = ids.finish();
    let (blocks, directory) = stored.finish().unwrap();
    let mut sections = vec![
        (names::VOCABULARY.to_owned(), vocabulary.finish().unwrap()),
        (names::TERMS.to_owned(), table.finish()),
        (names::POSTINGS.to_owned(), postings),
        (names::POSITIONS.to_owned(), positions),
        (names::NORMS.to_owned(), norm_bytes.clone()),
        (names::IDS.to_owned(), id_bytes),
        (names::ID_ORDER.to_owned(), id_order),
        (names::DOCUMENTS.to_owned(), blocks),
        (names::DOCUMENT_DIRECTORY.to_owned(), directory),
    ];
    if how.reordered {
        sections.push((names::ORDER.to_owned(), order_section(&order)));
    }
    if how.with_classes {
        let terms: Vec<&str> = lists.keys().map(String::as_str).collect();
        sections.extend(classes(&terms));
    }
    field_lengths.pop();
    for (field, lengths) in field_lengths.into_iter().enumerate() {
        sections.push((names::field_lengths(field), lengths.finish()));
    }
    sections.push((names::LENGTHS.to_owned(), lengths.clone().finish()));
    for (name, bytes) in sections {
        writer.write_section(&name, &bytes).unwrap();
    }
    facts
}

/// The sections of classes.
fn classes(terms: &[&str]) -> [(String, Vec<u8>); 2] {
    let tails = || terms.iter().map(|term| term_tail(term.as_bytes()));
    let mut sample = EndingSample::default();
    tails().flatten().for_each(|tail| sample.push(tail));
    let bounds = sample.bounds();
    let endings = tails().map(|tail| bounds.class(tail)).collect();
    let mut key = String::new();
    let class = |term: &&str| {
        name_key(term, &mut key);
        name_key_class(&key)
    };
    let keys: Vec<u8> = terms.iter().map(class).collect();
    [
        (names::ENDINGS.to_owned(), [bounds.to_bytes(), endings].concat()),
        (names::NAME_KEYS.to_owned(), [&NameClasses::head(NAME_KEY_VERSION)[..], &keys].concat()),
    ]
}

/// The column of a field; ids and texts have none.
fn column(name: &str, kind: FieldKind, documents: &[Sample]) -> Option<Vec<u8>> {
    let kind = match kind {
        FieldKind::Date => ColumnKind::Date,
        FieldKind::Number => ColumnKind::Number,
        FieldKind::Keyword if name != "id" => ColumnKind::Keyword,
        _ => return None,
    };
    let mut column = ColumnBuilder::new(kind);
    for (_, fields) in documents {
        for (_, value) in fields.iter().filter(|(field, _)| field == name) {
            match (kind, value) {
                (ColumnKind::Date, StoredValue::Text(date)) => {
                    column.push_date(analysis::date_span(date).unwrap().start);
                }
                (ColumnKind::Keyword, StoredValue::Text(keyword)) => column.push_keyword(keyword),
                (ColumnKind::Number, StoredValue::Integer(number)) => {
                    column.push_number(*number as f64)
                }
                (_, other) => panic!("{name} {other:?}"),
            }
        }
        column.end_document();
    }
    Some(column.finish().unwrap())
}
