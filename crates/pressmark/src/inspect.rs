//! Looking into an index: what it says about itself, its vocabulary, its documents, how it reads a text or a query.
//!
//! Comes in: an open index. Goes out: plain data of `answer` and the types here. Ranks nothing.

use analysis::{Analyzer, AnalyzerOptions};
use fst::Streamer;
use serde::Serialize;
use store::{FieldKind, TermOrdinal, VerifyReport};

use crate::hits::text_of;
use crate::{Document, Error, Index, TermCount, Token, Value};

/// What an index says about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stats {
    /// Documents, empty ones included.
    pub documents: u64,
    /// Tokens of all text fields.
    pub tokens: u64,
    /// Different terms.
    pub terms: u64,
    /// Tokens a document, on average.
    pub average_length: f64,
    /// Tokens of which nothing searchable was left; they were counted and not indexed.
    pub dropped_tokens: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of the index.
    pub bytes: u64,
    /// The version of the format that it was written in.
    pub format: u32,
    /// Counts the commits to the file, from 1.
    pub generation: u64,
    /// How text becomes terms.
    pub analyzer: AnalyzerStats,
    /// BM25's parameters where a search names none.
    pub ranking: RankingStats,
    /// The fields; text fields in the order in which they are searched.
    pub fields: Vec<FieldStats>,
    /// Where the bytes are: sections of all segments by name, the largest first.
    pub sections: Vec<SectionStats>,
    /// What an index of stems keeps to tell forms as written; a part of the sections above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forms: Option<FormStats>,
    /// What was indexed, in order.
    pub sources: Vec<SourceStats>,
    /// Options that shaped the index.
    pub options: Vec<(String, String)>,
}

/// How text becomes terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AnalyzerStats {
    /// Its name.
    pub name: String,
    /// The version of its rules.
    pub version: u32,
    /// A hash of what it does, in hexadecimal.
    pub fingerprint: String,
}

/// BM25's parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RankingStats {
    /// Saturation.
    pub k1: f64,
    /// Length normalisation.
    pub b: f64,
}

/// One field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldStats {
    /// Its name.
    pub name: String,
    /// `text`, `date`, `keyword`, `number` or `stored`.
    pub kind: &'static str,
    /// Its tokens, where it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
}

/// One kind of section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SectionStats {
    /// Its name.
    pub name: String,
    /// Its bytes in all segments.
    pub bytes: u64,
}

/// The lists of forms as written, in an index of stems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FormStats {
    /// Forms that are not equal to their stem.
    pub lists: u64,
    /// Their occurrences.
    pub occurrences: u64,
    /// Bytes of their lists and positions; their names in the vocabulary come on top.
    pub bytes: u64,
}

/// One input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceStats {
    /// Its name as given.
    pub name: String,
    /// Its format.
    pub format: String,
    /// Its size as it lay on the disk.
    pub bytes: u64,
    /// SHA-256 of those bytes.
    pub sha256: String,
    /// Documents indexed.
    pub documents: u64,
    /// Records set aside.
    pub bad: u64,
    /// Records left out on purpose, by reason.
    #[serde(serialize_with = "as_counts")]
    pub skipped: Vec<(String, u64)>,
}

impl Index {
    /// What the index says about itself. Costs a walk through the vocabularies where there are several segments.
    pub fn stats(&self) -> Result<Stats, Error> {
        let file = self.file();
        let manifest = file.manifest();
        let statistics = &manifest.statistics;
        let (k1, b) = self.ranking();
        let records = || file.segments().iter().map(|segment| segment.record());
        let terms = match file.segments() {
            [segment] if !self.analyzer().stems() && !self.analyzer().has_languages() => {
                u64::from(segment.record().terms)
            }
            _ => self.terms(None)?.count_all()?,
        };
        Ok(Stats {
            documents: statistics.documents,
            tokens: statistics.tokens,
            terms,
            average_length: statistics.tokens as f64 / statistics.documents.max(1) as f64,
            dropped_tokens: records().map(|record| record.dropped_tokens).sum(),
            segments: file.segments().len() as u64,
            bytes: file.committed_bytes(),
            format: file.format(),
            generation: file.generation(),
            analyzer: AnalyzerStats {
                name: manifest.analyzer.name.clone(),
                version: manifest.analyzer.version,
                fingerprint: format!("{:016x}", manifest.analyzer.fingerprint),
            },
            ranking: RankingStats { k1, b },
            fields: self.field_stats(),
            sections: self.section_stats(),
            forms: if self.analyzer().stems() { Some(self.form_stats()?) } else { None },
            sources: self.source_stats(),
            options: manifest.options.clone(),
        })
    }

    fn field_stats(&self) -> Vec<FieldStats> {
        let manifest = self.file().manifest();
        let mut tokens = manifest.statistics.field_tokens.iter();
        let stats = |field: &store::FieldSpec| FieldStats {
            name: field.name.clone(),
            kind: kind_name(field.kind),
            tokens: (field.kind == FieldKind::Text).then(|| tokens.next().copied().unwrap_or(0)),
        };
        manifest.schema.fields.iter().map(stats).collect()
    }

    fn section_stats(&self) -> Vec<SectionStats> {
        let mut sections: Vec<SectionStats> = Vec::new();
        for record in self.file().segments().iter().flat_map(|segment| &segment.record().sections) {
            match sections.iter_mut().find(|known| known.name == record.name) {
                Some(known) => known.bytes += record.length,
                None => {
                    sections.push(SectionStats { name: record.name.clone(), bytes: record.length })
                }
            }
        }
        sections
            .sort_by(|left, right| right.bytes.cmp(&left.bytes).then(left.name.cmp(&right.name)));
        sections
    }

    fn form_stats(&self) -> Result<FormStats, Error> {
        let mut stats = FormStats::default();
        for segment in self.file().segments() {
            let mut terms = segment.vocabulary().stream();
            while let Some((term, ordinal)) = terms.next() {
                if analysis::is_form_term(term) {
                    let info = segment.term(TermOrdinal(ordinal as u32))?;
                    stats.lists += 1;
                    stats.occurrences += info.collection_freq;
                    let length = |(start, end): (u64, u64)| end.saturating_sub(start);
                    stats.bytes += length(info.postings) + length(info.positions);
                }
            }
        }
        Ok(stats)
    }

    fn source_stats(&self) -> Vec<SourceStats> {
        let sources = self.file().manifest().sources.iter();
        let stats = |source: &store::SourceRecord| SourceStats {
            name: source.name.clone(),
            format: source.format.clone(),
            bytes: source.bytes,
            sha256: source.sha256.clone(),
            documents: source.documents,
            bad: source.bad,
            skipped: source.skipped.clone(),
        };
        sources.map(stats).collect()
    }

    /// Reads every byte of the index and checks it.
    ///
    /// # Errors
    /// The first damage, with its section and offset.
    pub fn verify(&self) -> Result<VerifyReport, Error> {
        Ok(self.file().verify()?)
    }

    /// Every section of every segment with its length and its checksum: two indexes of the same contents have the same,
    /// wherever their files lie.
    pub fn checksums(&self) -> Vec<(String, u64, u32)> {
        let records = self.file().segments().iter().flat_map(|segment| &segment.record().sections);
        records.map(|record| (record.name.clone(), record.length, record.checksum)).collect()
    }

    /// How many tokens a document has; 0 past the last.
    pub fn length(&self, document: u32) -> u32 {
        let place = self.segment_of(store::DocId(document));
        place.map_or(0, |(segment, local)| segment.length(segment.listed(local)))
    }

    /// The document with an id, the last one where several have it; `None` where none has.
    pub fn get(&self, id: &str) -> Result<Option<Document>, Error> {
        for segment in self.file().segments().iter().rev() {
            let Some(local) = segment.find_id(id)? else { continue };
            let stored = segment.document(local)?;
            return Ok(Some(Document {
                id: id.to_owned(),
                number: segment.base() + local,
                title: text_of(&stored, "title").map(str::to_owned),
                fields: stored
                    .fields
                    .into_iter()
                    .map(|(name, value)| (name, Value::from(value)))
                    .collect(),
            }));
        }
        Ok(None)
    }

    /// The words of a document's text fields, in order. Read from the stored text: none where it was not stored.
    pub fn words_of(&self, document: u32) -> Result<Vec<Token>, Error> {
        let Some((segment, local)) = self.segment_of(store::DocId(document)) else {
            return Ok(Vec::new());
        };
        let stored = segment.document(local)?;
        let mut words = Vec::new();
        for field in self.file().manifest().schema.text_fields() {
            if let Some(text) = text_of(&stored, &field.name) {
                words.extend(self.analyze(text).into_iter().filter(|word| !word.term.is_empty()));
            }
        }
        Ok(words)
    }

    /// The figures of one term as indexed; zeros where no document has it.
    pub fn term(&self, term: &str) -> Result<TermCount, Error> {
        let mut count = TermCount { term: term.to_owned(), documents: 0, occurrences: 0 };
        for segment in self.file().segments() {
            if let Some(info) = segment.lookup(term.as_bytes())? {
                count.documents += u64::from(info.doc_freq);
                count.occurrences += info.collection_freq;
            }
        }
        Ok(count)
    }

    /// The tokens this index would make of a text.
    pub fn analyze(&self, text: &str) -> Vec<Token> {
        tokens(self.analyzer(), text)
    }
}

/// The tokens of a text, with word stems of a language or without.
pub fn analyze(text: &str, stem: Option<&str>) -> Result<Vec<Token>, Error> {
    let options = AnalyzerOptions { stem: stem.map(str::to_owned) };
    Ok(tokens(&Analyzer::new(&options)?, text))
}

fn tokens(analyzer: &Analyzer, text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut next = 0;
    analyzer.words(text, |word, range| {
        let mut term = String::new();
        analyzer.term(word, &mut term);
        let position = (!term.is_empty()).then_some(next);
        next += u32::from(position.is_some());
        let text = word.to_owned();
        tokens.push(Token { term, position, start: range.start, end: range.end, text });
    });
    tokens
}

fn kind_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Date => "date",
        FieldKind::Keyword => "keyword",
        FieldKind::Number => "number",
        FieldKind::Stored => "stored",
    }
}

fn as_counts<S: serde::Serializer>(counts: &[(String, u64)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(counts.iter().map(|(reason, count)| (reason, count)))
}
