//! The matches of one leaf in one document after another.
//!
//! Comes in: a leaf's pattern and a segment. Goes out: places, or only their number, for documents asked for in
//! ascending order. Positions are read once a document and word; every buffer is kept, so that documents cost no
//! allocation once the longest has been seen.

use store::Segment;
use store::postings::END;

use super::phrase::exact;
use super::places::Place;
use super::slop::{Sharing, SlopMatcher};
use super::window::{Kind, WindowMatcher};
use super::words::WordCursor;
use crate::plan::{Leaf, Pattern, Plan, Word, WordId, can_share, collect_words};
use crate::{Error, Searcher};

/// A leaf at work in a segment.
pub(crate) struct LeafMatcher<'a> {
    words: Vec<WordCursor<'a>>,
    form: Form,
    text: Text<'a>,
    /// The document whose places stand in `form`, or [`END`].
    doc: u32,
}

/// Where fields begin and end.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    segment: &'a Segment,
    fields: usize,
}

/// A pattern compiled for one leaf: words by their place in [`LeafMatcher::words`], results beside the node.
enum Form {
    Word {
        word: usize,
        places: Vec<Place>,
    },
    Exact {
        slots: Vec<usize>,
        /// The different words among the slots.
        words: Vec<usize>,
        starts: Vec<u32>,
        places: Vec<Place>,
    },
    Slop {
        slots: Vec<usize>,
        words: Vec<usize>,
        matcher: Box<SlopMatcher>,
        places: Vec<Place>,
    },
    Window {
        operands: Vec<Form>,
        matcher: Box<WindowMatcher>,
        places: Vec<Place>,
    },
    Any {
        items: Vec<Form>,
        places: Vec<Place>,
    },
}

impl<'a> LeafMatcher<'a> {
    /// Opens a leaf in segment number `number`.
    pub(crate) fn new(
        plan: &'a Plan,
        leaf: &'a Leaf,
        searcher: &Searcher<'a>,
        segment: &'a Segment,
        number: usize,
    ) -> Result<Self, Error> {
        let mut ids = Vec::new();
        collect_words(&leaf.pattern, &mut ids);
        ids.sort_unstable();
        ids.dedup();
        let open = |id: &WordId| WordCursor::new(&plan.words, *id, searcher, segment, number);
        let words = ids.iter().map(open).collect::<Result<_, _>>()?;
        let form = Form::new(&leaf.pattern, &ids, &plan.words);
        let text = Text { segment, fields: plan.text_fields };
        Ok(LeafMatcher { words, form, text, doc: END })
    }

    /// The number of matches in a document.
    pub(crate) fn frequency(&mut self, doc: u32) -> Result<u32, Error> {
        if let Form::Word { word, .. } = self.form {
            return self.words[word].frequency(doc);
        }
        Ok(self.places(doc)?.len() as u32)
    }

    /// A number of matches that a document does not exceed, by the frequencies of its words.
    pub(crate) fn most(&mut self, doc: u32) -> Result<u32, Error> {
        self.form.most(&mut self.words, doc)
    }

    /// Whether there is a match in a document.
    pub(crate) fn holds(&mut self, doc: u32) -> Result<bool, Error> {
        Ok(0 < self.frequency(doc)?)
    }

    /// The matches in a document, each once.
    pub(crate) fn places(&mut self, doc: u32) -> Result<&[Place], Error> {
        if self.doc != doc {
            self.doc = END;
            self.form.find(&mut self.words, self.text, doc)?;
            self.doc = doc;
        }
        Ok(self.form.places())
    }
}

impl Form {
    fn new(pattern: &Pattern, ids: &[WordId], table: &[Word]) -> Form {
        let place =
            |id: &WordId| ids.binary_search(id).expect("all words of the leaf were collected");
        let places = Vec::new();
        let slots_of = |slots: &[WordId]| {
            let slots: Vec<usize> = slots.iter().map(place).collect();
            let mut words = slots.clone();
            words.sort_unstable();
            words.dedup();
            (slots, words)
        };
        match pattern {
            Pattern::Word(word) => Form::Word { word: place(word), places },
            Pattern::Exact(slots) => {
                let (slots, words) = slots_of(slots);
                Form::Exact { slots, words, starts: Vec::new(), places }
            }
            Pattern::Slop { slots: ids, slop } => {
                let (slots, words) = slots_of(ids);
                let sharing = sharing(ids, table);
                let matcher = Box::new(SlopMatcher::new(slots.len(), *slop, sharing));
                Form::Slop { slots, words, matcher, places }
            }
            Pattern::Window { operands, distance, ordered } => {
                let kind = match apart(operands, table) {
                    _ if *ordered => Kind::Ordered,
                    Some(kind) => kind,
                    None => Kind::Free,
                };
                let matcher = Box::new(WindowMatcher::new(kind, *distance));
                let operands = operands.iter().map(|operand| Form::new(operand, ids, table));
                Form::Window { operands: operands.collect(), matcher, places }
            }
            Pattern::Any(items) => {
                let items = items.iter().map(|item| Form::new(item, ids, table)).collect();
                Form::Any { items, places }
            }
        }
    }

    /// The places found last.
    fn places(&self) -> &[Place] {
        match self {
            Form::Word { places, .. }
            | Form::Exact { places, .. }
            | Form::Slop { places, .. }
            | Form::Window { places, .. }
            | Form::Any { places, .. } => places,
        }
    }

    /// A bound of the number of places, without positions.
    ///
    /// Each match of an exact phrase takes a position of its own of every word. Minimal windows begin at different
    /// positions, but two of them may share the rarest word between them (`a r a`), so that only the sum bounds them.
    fn most(&self, words: &mut [WordCursor<'_>], doc: u32) -> Result<u32, Error> {
        let mut sum = 0_u32;
        match self {
            Form::Word { word, .. } => return words[*word].frequency(doc),
            Form::Exact { words: used, .. } => {
                let mut least = u32::MAX;
                for &word in used {
                    least = least.min(words[word].frequency(doc)?);
                    if least == 0 {
                        break;
                    }
                }
                return Ok(least);
            }
            Form::Slop { words: used, .. } => {
                for &word in used {
                    let frequency = words[word].frequency(doc)?;
                    if frequency == 0 {
                        return Ok(0);
                    }
                    sum = sum.saturating_add(frequency);
                }
            }
            Form::Window { operands, .. } => {
                for operand in operands {
                    let most = operand.most(words, doc)?;
                    if most == 0 {
                        return Ok(0);
                    }
                    sum = sum.saturating_add(most);
                }
            }
            Form::Any { items, .. } => {
                for item in items {
                    sum = sum.saturating_add(item.most(words, doc)?);
                }
            }
        }
        Ok(sum)
    }

    /// Finds the places in a document. Recursion is as deep as windows nest in the query.
    fn find(
        &mut self,
        words: &mut [WordCursor<'_>],
        text: Text<'_>,
        doc: u32,
    ) -> Result<(), Error> {
        match self {
            Form::Word { word, places } => {
                places.clear();
                places.extend(words[*word].positions(doc)?.iter().copied().map(Place::at));
            }
            Form::Exact { slots, words: used, starts, places } => {
                places.clear();
                if read_all(words, used, doc)? {
                    let words = &*words;
                    exact(slots.len(), |slot| words[slots[slot]].found(), starts, places);
                }
            }
            Form::Slop { slots, words: used, matcher, places } => {
                places.clear();
                if read_all(words, used, doc)? {
                    let words = &*words;
                    matcher.find(|slot| words[slots[slot]].found(), places);
                    text.drop_crossing(doc, places);
                }
            }
            Form::Window { operands, matcher, places } => {
                places.clear();
                for operand in operands.iter_mut() {
                    operand.find(words, text, doc)?;
                    if operand.places().is_empty() {
                        return Ok(());
                    }
                }
                let operands = &*operands;
                matcher.find(operands.len(), |operand| operands[operand].places(), places);
                text.drop_crossing(doc, places);
                places.sort_unstable();
            }
            Form::Any { items, places } => {
                places.clear();
                for item in items {
                    item.find(words, text, doc)?;
                    places.extend_from_slice(item.places());
                }
                places.sort_unstable();
                places.dedup();
            }
        }
        Ok(())
    }
}

/// Reads the positions of words in a document; `false` where one of them does not stand there.
fn read_all(words: &mut [WordCursor<'_>], used: &[usize], doc: u32) -> Result<bool, Error> {
    for &word in used {
        if !words[word].may_stand(doc)? {
            return Ok(false);
        }
    }
    for &word in used {
        if words[word].positions(doc)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Text<'_> {
    /// Drops places that reach from one field into another.
    ///
    /// A place that contains a crossing one crosses itself, so that dropping after the minimal places were chosen is the
    /// same as never joining the fields.
    fn drop_crossing(&self, doc: u32, places: &mut Vec<Place>) {
        if self.fields < 2 || places.is_empty() {
            return;
        }
        let within = |place: &Place| {
            (0..self.fields).any(|field| {
                let (start, length) = self.segment.field_extent(field, doc);
                start <= place.first && place.last < start.saturating_add(length)
            })
        };
        places.retain(within);
    }
}

/// Which slots of a phrase can want the same position.
fn sharing(slots: &[WordId], table: &[Word]) -> Sharing {
    let first = |id: &WordId| slots.iter().position(|other| other == id).unwrap_or(0);
    let class: Vec<usize> = slots.iter().map(first).collect();
    let different: Vec<&WordId> = slots
        .iter()
        .enumerate()
        .filter(|(slot, _)| class[*slot] == *slot)
        .map(|(_, id)| id)
        .collect();
    let shares = |left: &WordId, right: &WordId| can_share(*left, *right, table);
    let overlap = different
        .iter()
        .enumerate()
        .any(|(place, left)| different[place + 1..].iter().any(|right| shares(left, right)));
    if overlap {
        Sharing::Any
    } else if different.len() < slots.len() {
        Sharing::Repeats(class)
    } else {
        Sharing::Apart
    }
}

/// How a window in any order can be found without looking at overlaps, if it can.
fn apart(operands: &[Pattern], table: &[Word]) -> Option<Kind> {
    let lengths: Vec<u32> = operands.iter().map(constant_length).collect::<Option<_>>()?;
    let first = |operand: &Pattern| operands.iter().position(|other| other == operand).unwrap_or(0);
    let class: Vec<usize> = operands.iter().map(first).collect();
    let words = |operand: &Pattern| {
        let mut words = Vec::new();
        collect_words(operand, &mut words);
        words
    };
    let words: Vec<Vec<WordId>> = operands.iter().map(words).collect();
    for right in 0..operands.len() {
        for left in 0..right {
            let equal = class[left] == class[right];
            if equal && lengths[right] == 1 {
                continue;
            }
            let shares = words[left].iter().any(|left| {
                words[right].iter().any(|right| left == right || can_share(*left, *right, table))
            });
            if equal || shares {
                return None;
            }
        }
    }
    Some(Kind::Apart { lengths, class })
}

/// Whether the operands of a window can never overlap, but for equal single words.
pub(crate) fn operands_apart(operands: &[Pattern], table: &[Word]) -> bool {
    apart(operands, table).is_some()
}

/// How many positions every match of a pattern covers without leaving one out, if that is always the same.
fn constant_length(pattern: &Pattern) -> Option<u32> {
    match pattern {
        Pattern::Word(_) => Some(1),
        Pattern::Exact(slots) => Some(slots.len() as u32),
        Pattern::Any(items) => {
            let mut lengths = items.iter().map(constant_length);
            let first = lengths.next()??;
            lengths.all(|length| length == Some(first)).then_some(first)
        }
        Pattern::Slop { .. } | Pattern::Window { .. } => None,
    }
}
