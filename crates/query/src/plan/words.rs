//! From the text of a query to words of the index: analysis, expansion, look-up, document frequencies.
//!
//! Comes in: what stands in one slot of a query. Goes out: entries of the plan's word table. Equal words are one entry.

use std::ops::Range;

use analysis::{form_range, form_term, split_form, split_stem};
use fst::{IntoStreamer, Streamer};
use smallvec::SmallVec;
use store::postings::TermInfo;
use store::{IndexFile, Segment, TermOrdinal};

use super::build::Planner;
use super::patterns::Few;
use super::statistics::{count_bits, field_doc_freq, segment_terms, union_documents};
use super::{Expansion, Form, Note, Plan, Surface, Terms, Word, WordId};
use crate::Error;
use crate::expand::{self, Expanded, Piece};
use crate::matcher::{SurfaceFilter, form_documents, surface_documents};
use crate::syntax::NodeKind;

impl Planner<'_> {
    /// The words that a slot stands for, in order.
    pub(super) fn words(
        &mut self,
        kind: &NodeKind,
        at: &Range<usize>,
        scope: Option<usize>,
    ) -> Result<Few<WordId>, Error> {
        let words = match kind {
            NodeKind::Text(text) => {
                let tokens = self.tokens(text).into_iter();
                tokens
                    .map(|(written, term)| self.plain_word(written, term, scope, at))
                    .collect::<Result<_, _>>()?
            }
            NodeKind::Surface(text) => {
                let mut words = Few::new();
                for (written, term) in self.tokens(text) {
                    let mut surface = String::new();
                    self.analyzer.surface(written, &mut surface);
                    words.push(if self.has_forms() && surface != term {
                        let mut form = String::new();
                        form_term(&term, &surface, &mut form);
                        self.term_word(form, None, scope, at)?
                    } else {
                        self.term_word(term, Some(surface), scope, at)?
                    });
                }
                words
            }
            _ => self.expanded_words(kind, at, scope)?,
        };
        if words.is_empty() {
            let text = written(kind).to_owned();
            self.note(Note::NoWord { text, at: at.clone() });
        }
        Ok(words)
    }

    /// The words of a slot that is looked up in the vocabulary.
    fn expanded_words(
        &mut self,
        kind: &NodeKind,
        at: &Range<usize>,
        scope: Option<usize>,
    ) -> Result<Few<WordId>, Error> {
        let (index, analyzer) = (self.index, self.analyzer);
        let limits = expand::Limits {
            pattern: written(kind).to_owned(),
            at: at.clone(),
            max_expansions: self.options.max_expansions,
        };
        let mut words = Few::new();
        match kind {
            NodeKind::Fuzzy { text, distance } => {
                for (_, term) in self.tokens(text) {
                    let expanded = expand::fuzzy(index, &term, *distance, &limits)?;
                    words.push(self.expanded_word(
                        format!("{term}~{distance}"),
                        expanded,
                        scope,
                        at,
                    )?);
                }
            }
            NodeKind::Wildcard(pattern) => {
                for piece in expand::pieces(analyzer, pattern) {
                    words.push(match piece {
                        Piece::Word(term) => self.plain_word(&term.clone(), term, scope, at)?,
                        Piece::Wildcard(wildcard) => {
                            let expanded = expand::wildcard(index, &wildcard, &limits)?;
                            self.expanded_word(wildcard.to_string(), expanded, scope, at)?
                        }
                    });
                }
            }
            NodeKind::Regex(pattern) => {
                let expanded = expand::regex(index, analyzer, pattern, &limits)?;
                words.push(self.expanded_word(format!("/{pattern}/"), expanded, scope, at)?);
            }
            NodeKind::Variants { text, without } => {
                for name in expand::names(analyzer, text, without) {
                    let expanded = expand::variants(index, &name, &limits)?;
                    words.push(self.expanded_word(
                        format!("~{}", name.folded),
                        expanded,
                        scope,
                        at,
                    )?);
                }
            }
            _ => {
                return Err(Error::Operand {
                    found: "this",
                    inside: "in a phrase",
                    advice: "write words, wildcards or `{...}` there, or join phrases with NEAR and BEFORE",
                    at: at.clone(),
                });
            }
        }
        Ok(words)
    }

    /// The words of a text as written, each with its term.
    pub(super) fn tokens<'t>(&self, text: &'t str) -> SmallVec<[(&'t str, String); 1]> {
        let mut tokens = SmallVec::new();
        self.analyzer.words(text, |word, _| {
            let mut term = String::new();
            self.analyzer.term(word, &mut term);
            if !term.is_empty() {
                tokens.push((word, term));
            }
        });
        tokens
    }

    /// The stems of a word in all languages of the index, in byte order so that the ordinals of each segment ascend;
    /// `None` where documents have no languages.
    pub(super) fn stems(&self, written: &str) -> Option<Vec<String>> {
        if !self.analyzer.has_languages() {
            return None;
        }
        let options = self.index.manifest().options.iter();
        let languages = options.filter(|(name, _)| name == "language");
        let stem = |(_, code): &(String, String)| {
            let mut stem = String::new();
            self.analyzer.stem_term(written, self.analyzer.language(code), &mut stem);
            stem
        };
        let mut stems: Vec<String> = languages.map(stem).collect();
        stems.sort_unstable();
        Some(stems)
    }

    /// The entry of a word as typed: its term, or its stems in all languages of the index.
    fn plain_word(
        &mut self,
        written: &str,
        term: String,
        scope: Option<usize>,
        at: &Range<usize>,
    ) -> Result<WordId, Error> {
        let Some(stems) = self.stems(written) else {
            return self.term_word(term, None, scope, at);
        };
        let mut segments = vec![Vec::new(); self.index.segments().len()];
        let mut found = Vec::new();
        for stem in stems {
            let mut is_found = false;
            for (segment, ordinals) in self.index.segments().iter().zip(&mut segments) {
                if let Some(info) = segment.lookup(stem.as_bytes())? {
                    ordinals.push(info.ordinal);
                    is_found = true;
                }
            }
            if is_found {
                found.push(stem);
            }
        }
        self.many(term, found, segments, scope, at)
    }

    /// The idf of a word.
    pub(super) fn idf(&self, word: WordId) -> f64 {
        let documents = self.index.manifest().statistics.documents;
        self.plan.model.idf(documents, self.plan.words[word.0 as usize].doc_freq)
    }

    /// The entry of a single term.
    fn term_word(
        &mut self,
        term: String,
        surface: Option<String>,
        scope: Option<usize>,
        at: &Range<usize>,
    ) -> Result<WordId, Error> {
        let is_same = |word: &Word| {
            let written = word.surface.as_ref().map(|surface| &surface.written);
            matches!(&word.terms, Terms::One { term: known, .. } if *known == term)
                && (word.scope, written) == (scope, surface.as_ref())
        };
        if let Some(id) = self.known_word(is_same) {
            return Ok(id);
        }
        let look_up = |segment: &Segment| segment.lookup(term.as_bytes());
        let infos: Vec<_> = self.index.segments().iter().map(look_up).collect::<Result<_, _>>()?;
        let label = match (&surface, split_form(&term)) {
            (Some(form), _) => format!("={form}"),
            (None, (stem, Some(_))) if split_stem(&term).is_some() => stem.to_owned(),
            (None, (_, Some(form))) => format!("={form}"),
            (None, (term, None)) => term.to_owned(),
        };
        let surface = match surface {
            None => None,
            Some(written) if self.has_forms() => {
                Some(self.form_beside_others(written, &term, &infos, scope)?)
            }
            Some(written) => Some(self.surface(written, &infos, scope, at)?),
        };
        let doc_freq = match (&surface, scope) {
            (Some(Surface { documents, .. }), _) => count_bits(documents),
            (None, Some(field)) => field_doc_freq(self.index, &infos, field)?,
            (None, None) => infos.iter().flatten().map(|info| u64::from(info.doc_freq)).sum(),
        };
        let terms = Terms::One { term, infos };
        Ok(self.add_word(Word { label, scope, terms, surface, doc_freq, at: at.clone() }))
    }

    /// The word of the table that is this one, if there is one. A query has few words: they are not worth a table of their own.
    fn known_word(&self, is_same: impl Fn(&Word) -> bool) -> Option<WordId> {
        let place = self.plan.words.iter().position(is_same)?;
        Some(WordId(place as u32))
    }

    /// Which documents have a term written in one form.
    fn surface(
        &self,
        written: String,
        infos: &[Option<TermInfo>],
        scope: Option<usize>,
        at: &Range<usize>,
    ) -> Result<Surface, Error> {
        let schema = &self.index.manifest().schema;
        let mut filter = SurfaceFilter::new(self.analyzer, schema, &written, at.clone());
        let documents = surface_documents(self.index, &mut filter, infos, scope)?;
        Ok(Surface { written, documents, others: None })
    }

    /// Whether the index knows in which form each word is written.
    fn has_forms(&self) -> bool {
        self.index.manifest().options.iter().any(|(name, value)| name == "forms" && value == "yes")
    }

    /// The form that is equal to its stem: it stands wherever the stem stands and no other form does.
    fn form_beside_others(
        &self,
        written: String,
        stem: &str,
        infos: &[Option<TermInfo>],
        scope: Option<usize>,
    ) -> Result<Surface, Error> {
        let (first, after) = form_range(stem);
        let (mut others, mut documents) = (Vec::new(), Vec::new());
        for (segment, info) in self.index.segments().iter().zip(infos) {
            let mut forms = Vec::new();
            let mut terms = segment.vocabulary().range().ge(&first).lt(&after).into_stream();
            while let Some((_, ordinal)) = terms.next() {
                forms.push(segment.term(TermOrdinal(ordinal as u32))?);
            }
            documents.push(form_documents(segment, info.as_ref(), &forms, scope)?);
            others.push(forms);
        }
        Ok(Surface { written, documents, others: Some(others) })
    }

    fn add_word(&mut self, word: Word) -> WordId {
        if word.doc_freq == 0 {
            self.note(Note::Unknown { text: word.label.clone(), at: word.at.clone() });
        }
        let id = WordId(self.plan.words.len() as u32);
        self.plan.words.push(word);
        id
    }

    /// The entry of a pattern's words, which are listed in the plan.
    fn expanded_word(
        &mut self,
        label: String,
        expanded: Expanded,
        scope: Option<usize>,
        at: &Range<usize>,
    ) -> Result<WordId, Error> {
        let Expanded { forms, segments } = expanded;
        let expansion = Expansion { pattern: label.clone(), forms, at: at.clone() };
        let terms = expansion.forms.iter().map(|form: &Form| form.term.clone()).collect();
        self.note_expansion(expansion);
        self.many(label, terms, segments, scope, at)
    }

    /// The entry of a set of terms, given with its ordinals in each segment.
    fn many(
        &mut self,
        label: String,
        forms: Vec<String>,
        segments: Vec<Vec<TermOrdinal>>,
        scope: Option<usize>,
        at: &Range<usize>,
    ) -> Result<WordId, Error> {
        if let [term] = forms.as_slice() {
            return self.term_word(term.clone(), None, scope, at);
        }
        // Words that stand nowhere are told apart by how they are written.
        let is_same = |word: &Word| {
            matches!(&word.terms, Terms::Many { forms: known, .. } if *known == forms)
                && word.scope == scope
                && (!forms.is_empty() || word.label == label)
        };
        if let Some(id) = self.known_word(is_same) {
            return Ok(id);
        }
        let pairs = self.index.segments().iter().zip(segments);
        let segments: Vec<_> = pairs
            .map(|(segment, ordinals)| segment_terms(segment, ordinals, scope))
            .collect::<Result<_, _>>()?;
        let doc_freq = segments.iter().map(|segment| u64::from(segment.doc_freq)).sum();
        let terms = Terms::Many { forms, segments };
        let word = Word { label, scope, terms, surface: None, doc_freq, at: at.clone() };
        Ok(self.add_word(word))
    }

    /// A word that stands nowhere.
    pub(super) fn no_word(
        &mut self,
        scope: Option<usize>,
        at: &Range<usize>,
    ) -> Result<WordId, Error> {
        let segments = vec![Vec::new(); self.index.segments().len()];
        self.many(String::new(), Vec::new(), segments, scope, at)
    }

    /// One word for any of several.
    pub(super) fn merge(&mut self, words: &[WordId], at: &Range<usize>) -> Result<WordId, Error> {
        let scope = self.plan.words[words[0].0 as usize].scope;
        let mut forms = Vec::new();
        let mut labels = Vec::new();
        let mut segments = vec![Vec::new(); self.index.segments().len()];
        for word in words {
            let word = &self.plan.words[word.0 as usize];
            if word.scope != scope || word.surface.is_some() {
                return self.mix(words, at);
            }
            labels.push(word.label.as_str());
            match &word.terms {
                Terms::One { term, infos } => {
                    forms.push(term.clone());
                    for (ordinals, info) in segments.iter_mut().zip(infos) {
                        ordinals.extend(info.as_ref().map(|info| info.ordinal));
                    }
                }
                Terms::Many { forms: more, segments: sets } => {
                    forms.extend(more.iter().cloned());
                    for (ordinals, set) in segments.iter_mut().zip(sets) {
                        ordinals.extend(&set.ordinals);
                    }
                }
                Terms::Mixed { .. } => return self.mix(words, at),
            }
        }
        forms.sort_unstable();
        forms.dedup();
        // A stem of a language stands where words stand that may be in the set, too.
        let stems = forms.iter().filter(|form| split_stem(form).is_some()).count();
        if 0 < stems && stems < forms.len() {
            return self.mix(words, at);
        }
        // A form stands where its stem stands: side by side in one set they would count twice.
        let is_covered = |form: &String| match split_form(form) {
            (stem, Some(_)) => forms.binary_search_by(|other| other.as_str().cmp(stem)).is_ok(),
            (_, None) => false,
        };
        if forms.iter().any(is_covered) {
            return self.mix(words, at);
        }
        for ordinals in &mut segments {
            ordinals.sort_unstable();
            ordinals.dedup();
        }
        let label = format!("{{{}}}", labels.join(" "));
        self.many(label, forms, segments, scope, at)
    }

    /// One word for any of several that differ in more than their terms.
    fn mix(&mut self, words: &[WordId], at: &Range<usize>) -> Result<WordId, Error> {
        let mut parts = Vec::new();
        for &id in words {
            match &self.plan.words[id.0 as usize].terms {
                Terms::Mixed { words, .. } => parts.extend_from_slice(words),
                _ => parts.push(id),
            }
        }
        parts.sort_unstable();
        parts.dedup();
        let is_same =
            |word: &Word| matches!(&word.terms, Terms::Mixed { words, .. } if *words == parts);
        if let Some(id) = self.known_word(is_same) {
            return Ok(id);
        }
        let found: Vec<&Word> =
            parts.iter().map(|part| &self.plan.words[part.0 as usize]).collect();
        let documents = union_documents(self.index, &found)?;
        let doc_freq = count_bits(&documents);
        let labels: Vec<&str> = found.iter().map(|word| word.label.as_str()).collect();
        let label = format!("{{{}}}", labels.join(" "));
        let mut scopes = found.iter().map(|word| word.scope);
        let first = scopes.next().flatten();
        let scope = if scopes.all(|scope| scope == first) { first } else { None };
        let terms = Terms::Mixed { words: parts, documents };
        Ok(self.add_word(Word { label, scope, terms, surface: None, doc_freq, at: at.clone() }))
    }
}

/// The text of a slot as typed.
fn written(kind: &NodeKind) -> &str {
    match kind {
        NodeKind::Text(text)
        | NodeKind::Surface(text)
        | NodeKind::Wildcard(text)
        | NodeKind::Regex(text)
        | NodeKind::Fuzzy { text, .. }
        | NodeKind::Variants { text, .. } => text,
        _ => "",
    }
}

/// The idf of a choice of words: one term that stands in every document with any of them.
pub(super) fn piece_idf(index: &IndexFile, plan: &Plan, words: &[WordId]) -> Result<f64, Error> {
    let words: Vec<&Word> = words.iter().map(|word| &plan.words[word.0 as usize]).collect();
    let doc_freq = count_bits(&union_documents(index, &words)?);
    Ok(plan.model.idf(index.manifest().statistics.documents, doc_freq))
}
