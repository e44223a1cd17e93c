//! Documents as tokens, field by field, with the statistics that scores need.
//!
//! In come documents with named texts, out go their tokens and the figures counted from them. Nothing is matched or
//! scored here.

use analysis::{Analyzer, AnalyzerOptions, Language};
use std::ops::Range;

/// A document as it is given to [`Corpus::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OracleDoc {
    /// Its name in answers.
    pub id: String,
    /// Its text fields: name and text. A field it lacks is the same as an empty one.
    pub fields: Vec<(String, String)>,
    /// Values that are no text, such as a date; only a [`Query::Filter`](crate::Query::Filter) looks at them.
    pub columns: Vec<(String, String)>,
}

impl OracleDoc {
    /// A document with these fields and no columns.
    pub fn new(id: &str, fields: &[(&str, &str)]) -> OracleDoc {
        let fields = fields.iter().map(|(name, text)| (name.to_string(), text.to_string()));
        OracleDoc { id: id.to_owned(), fields: fields.collect(), columns: Vec::new() }
    }
}

/// A match: the tokens `first..=last` of one field.
///
/// `field` counts the fields of the corpus in the order in which documents first named them; tokens of a field count
/// from 0. A match never leaves its field, so a position in the joined ranked text is not needed to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The field's number.
    pub field: u32,
    /// Its first token.
    pub first: u32,
    /// Its last token.
    pub last: u32,
}

/// One token in the three forms that queries compare with.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) term: String,
    /// Its stem in the language of its document, where documents have one.
    pub(crate) stem: String,
    pub(crate) folded: String,
    pub(crate) surface: String,
    pub(crate) bytes: Range<usize>,
}

/// Which fields a query looks at: all of them, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The ranked text: every field, one after another.
    All,
    /// This field; `None` is a field that no document has.
    One(Option<usize>),
}

/// Documents in memory, and every question that can be asked of them.
///
/// **Ranked text.** A document's ranked text is its fields one after another, with a gap between them that no match
/// crosses. Its length is the sum of the fields' numbers of tokens. A query outside `field:` looks at the ranked text; a query
/// inside looks at that field as if documents had no other.
///
/// **Statistics.** N is the number of documents, the empty ones and those without the field included. The average
/// length is the tokens of the ranked text (or of the field) over all documents, divided by N. The document frequency df
/// of a word counts the documents whose ranked text (or field) has it.
///
/// **Scores.** Every word, phrase, window and joint term of the query that stands in a matching part of it is a *query
/// term*. A document's score is the sum over query terms of
///
/// ```text
/// (qtf * idf) * (tf / (tf + k1 * ((1 - b) + b * len / avglen)))        idf = ln(1 + (N - df + 0.5) / (df + 0.5))
/// ```
///
/// in `f64`, each term computed with these brackets, the terms added in the order in which they first stand in the
/// query. tf is the number of matches (spans) of the term in the document.
///
/// * A word has its own idf.
/// * A wildcard, fuzzy word, regular expression, name variant or surface form is one term: df counts the documents with at
///   least one of the words it stands for.
/// * `{...}`, and an OR inside a window, is one term too: df counts the documents with at least one of all the words in it
///   (if a phrase stands in it: with a word of that phrase).
/// * A phrase or window has as idf the sum over its slots or operands in order, repeated ones as often as they stand there.
///   Operands that are phrases or windows themselves contribute their own sums.
/// * Equal query terms (same forms after analysis, same field) are one term; qtf is how often it stands in the query, each
///   time weighted by its boosts multiplied together. `a^2 a` has qtf 3.
/// * AND, OR, clauses and `(...)@n` add what their *matching* parts score: in `a OR (b AND c)` a document with `a` and `b`
///   alone is scored for `a` alone. NOT, `-x` and filters select and do not score.
///
/// **Order.** By score, higher first; equal scores by document number, lower first. A document that matches without
/// scoring has score 0.
pub struct Corpus {
    pub(crate) analyzer: Analyzer,
    fields: Vec<String>,
    documents: Vec<Document>,
    /// Tokens of each field over all documents.
    totals: Vec<usize>,
}

struct Document {
    given: OracleDoc,
    tokens: Vec<Vec<Token>>,
}

impl Corpus {
    /// A corpus of these documents, numbered from 0 in this order, in the analyzer without stemming.
    pub fn new(documents: Vec<OracleDoc>) -> Corpus {
        let analyzer = Analyzer::new(&AnalyzerOptions::default())
            .expect("an analyzer without stemming has nothing that could be unknown");
        Corpus::with_analyzer(documents, analyzer)
    }

    /// The same with the analyzer of your choice.
    pub fn with_analyzer(documents: Vec<OracleDoc>, analyzer: Analyzer) -> Corpus {
        let mut fields: Vec<String> = Vec::new();
        for (name, _) in documents.iter().flat_map(|document| &document.fields) {
            if !fields.contains(name) {
                fields.push(name.clone());
            }
        }
        let documents: Vec<Document> = documents
            .into_iter()
            .map(|given| Document { tokens: tokens_by_field(&analyzer, &fields, &given), given })
            .collect();
        let total =
            |field: usize| documents.iter().map(|document| document.tokens[field].len()).sum();
        let totals = (0..fields.len()).map(total).collect();
        Corpus { analyzer, fields, documents, totals }
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// A document's id.
    pub fn id(&self, doc: usize) -> &str {
        &self.documents[doc].given.id
    }

    /// A field's name.
    pub fn field_name(&self, field: u32) -> &str {
        &self.fields[field as usize]
    }

    /// A document as it was given.
    pub fn document(&self, doc: usize) -> &OracleDoc {
        &self.documents[doc].given
    }

    /// The bytes of a match in its field's text: from the first token's first to the last token's last.
    pub fn bytes(&self, doc: usize, span: Span) -> Range<usize> {
        let tokens = &self.documents[doc].tokens[span.field as usize];
        tokens[span.first as usize].bytes.start..tokens[span.last as usize].bytes.end
    }

    /// The words of all documents as terms, sorted, with the documents that have them and their occurrences.
    pub fn vocabulary(&self) -> Vec<(String, usize, usize)> {
        let mut seen: std::collections::BTreeMap<&str, (usize, usize, usize)> = Default::default();
        for (doc, document) in self.documents.iter().enumerate() {
            for token in document.tokens.iter().flatten() {
                let (last, df, cf) = seen.entry(&token.term).or_insert((usize::MAX, 0, 0));
                *df += usize::from(*last != doc);
                *cf += 1;
                *last = doc;
            }
        }
        seen.into_iter().map(|(term, (_, df, cf))| (term.to_owned(), df, cf)).collect()
    }

    /// The scope of a field by name.
    pub(crate) fn scope_of(&self, name: &str) -> Scope {
        Scope::One(self.fields.iter().position(|field| field == name))
    }

    /// The fields of a document within a scope: number and tokens.
    pub(crate) fn texts(&self, doc: usize, scope: Scope) -> impl Iterator<Item = (u32, &[Token])> {
        let texts = self.documents[doc].tokens.iter().enumerate();
        let within = texts.filter(move |(field, _)| match scope {
            Scope::All => true,
            Scope::One(wanted) => wanted == Some(*field),
        });
        within.map(|(field, tokens)| (field as u32, tokens.as_slice()))
    }

    /// A document's length within a scope.
    pub(crate) fn length(&self, doc: usize, scope: Scope) -> f64 {
        self.texts(doc, scope).map(|(_, tokens)| tokens.len()).sum::<usize>() as f64
    }

    /// The average length within a scope.
    pub(crate) fn average_length(&self, scope: Scope) -> f64 {
        let tokens = match scope {
            Scope::All => self.totals.iter().sum(),
            Scope::One(field) => field.map_or(0, |field| self.totals[field]),
        };
        tokens as f64 / self.len() as f64
    }
}

fn tokens_by_field(
    analyzer: &Analyzer,
    fields: &[String],
    document: &OracleDoc,
) -> Vec<Vec<Token>> {
    let text_of = |name: &String| document.fields.iter().find(|(given, _)| given == name);
    let texts = || fields.iter().map(|name| text_of(name).map_or("", |(_, text)| text.as_str()));
    let language = analyzer.language_of(None, texts());
    texts().map(|text| tokens(analyzer, text, language)).collect()
}

/// The tokens of a text. A word of which nothing is left to search for takes no position.
pub(crate) fn tokens(analyzer: &Analyzer, text: &str, language: Language) -> Vec<Token> {
    let mut tokens = Vec::new();
    analyzer.words(text, |word, bytes| {
        let (mut term, mut folded, mut surface) = (String::new(), String::new(), String::new());
        let mut stem = String::new();
        analyzer.term(word, &mut term);
        analyzer.stem_term(word, language, &mut stem);
        analyzer.folded(word, &mut folded);
        analyzer.surface(word, &mut surface);
        if !term.is_empty() {
            tokens.push(Token { term, stem, folded, surface, bytes });
        }
    });
    tokens
}
