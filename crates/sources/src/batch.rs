//! A run of whole raw records, cut off a source and not yet parsed.
//!
//! Comes in: bytes and the places of the records in them, from `Inputs`. Goes out: documents, bad records
//! and skips, in input order, on whatever thread calls [`Batch::read`].

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::formats::parquet::{self, Rows};
use crate::mapping::{FieldBuilder, MAX_FIELDS};
use crate::stream::RecordLimit;
use crate::summary::{Counters, Counts};
use crate::{BadRecord, Document, FieldMap, Item, SkipReason, Tally, Value, encoding};

/// A run of whole raw records, to be parsed on any thread.
///
/// Law: reading all batches of some inputs, in the order in which they were cut, yields every record of
/// the inputs once and in order. Read each batch exactly once: reading is what counts its records for the
/// [`SourceSummary`](crate::SourceSummary).
pub struct Batch {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) map: Arc<FieldMap>,
    /// How many of the files that waited had been opened when it was cut.
    pub(crate) reach: usize,
}

/// The part of a batch that comes from one source.
pub(crate) enum Piece {
    Records(Records),
    /// Something already known when the batch was cut.
    Item(Arc<SourceContext>, Item),
    /// Items that need no parsing, and about how many bytes they have.
    Items(Arc<SourceContext>, Vec<Item>, usize),
}

/// Raw records of one source, side by side.
pub(crate) struct Records {
    pub(crate) source: Arc<SourceContext>,
    pub(crate) reader: Arc<dyn ReadRecord>,
    pub(crate) bytes: Vec<u8>,
    /// Where `bytes` begins in the decompressed source.
    pub(crate) offset: u64,
    pub(crate) spans: Vec<Span>,
}

/// A record's place in the bytes of its piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) range: Range<usize>,
    pub(crate) number: u64,
    /// Why the record is known to be bad already.
    pub(crate) fault: Option<String>,
}

/// What the records of a source share.
pub(crate) struct SourceContext {
    /// The number of its input.
    pub(crate) input: usize,
    pub(crate) name: Arc<str>,
    pub(crate) counters: Arc<Counters>,
}

impl SourceContext {
    pub(crate) fn bad(&self, number: u64, offset: u64, reason: String, bytes: &[u8]) -> Item {
        let excerpt = BadRecord::excerpt_of(bytes);
        Item::Bad(BadRecord { source: Arc::clone(&self.name), number, offset, reason, excerpt })
    }
}

impl Batch {
    /// Parses the records, hands each to `sink`, in input order, and counts them for the summary of their input.
    pub fn read(&self, sink: &mut dyn FnMut(Item)) {
        self.each_piece(sink, |source, counts| source.counters.add(&counts));
    }

    /// Parses like [`Batch::read`], but counts nothing: that is left to
    /// [`Inputs::count`](crate::Inputs::count), now or in another process that passes this batch over.
    pub fn parse(&self, sink: &mut dyn FnMut(Item)) -> Tally {
        let mut tally = Tally::default();
        self.each_piece(sink, |source, counts| tally.add_counts(source.input, &counts));
        tally
    }

    fn each_piece(
        &self,
        sink: &mut dyn FnMut(Item),
        mut counted: impl FnMut(&SourceContext, Counts),
    ) {
        let mut fields = FieldBuilder::new(Arc::clone(&self.map));
        for piece in &self.pieces {
            let mut counts = Counts::default();
            let mut give = |item: Item| {
                counts.count(&item);
                sink(item);
            };
            match piece {
                Piece::Item(_, item) => give(item.clone()),
                Piece::Items(_, items, _) => items.iter().cloned().for_each(give),
                Piece::Records(records) => {
                    for span in &records.spans {
                        records.read_one(span, &mut fields, &mut counts, sink);
                    }
                }
            }
            counted(piece.source(), counts);
        }
    }

    /// How many of the files that waited to be read had been opened when the batch was cut: on no other does it depend.
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// How many bytes of decompressed input the batch holds.
    pub fn raw_bytes(&self) -> usize {
        self.pieces.iter().map(Piece::raw_bytes).sum()
    }
}

impl Piece {
    fn source(&self) -> &SourceContext {
        match self {
            Piece::Records(records) => &records.source,
            Piece::Item(source, _) | Piece::Items(source, ..) => source,
        }
    }

    pub(crate) fn raw_bytes(&self) -> usize {
        match self {
            Piece::Records(records) => records.bytes.len(),
            Piece::Items(_, _, bytes) => *bytes,
            Piece::Item(..) => 0,
        }
    }
}

impl Records {
    fn read_one(
        &self,
        span: &Span,
        fields: &mut FieldBuilder,
        counts: &mut Counts,
        sink: &mut dyn FnMut(Item),
    ) {
        let bytes = &self.bytes[span.range.clone()];
        let offset = self.offset + span.range.start as u64;
        fields.begin();
        let (source, number) = (&self.source, span.number);
        let mut emit = Emitter { source, bytes, number, offset, fields, counts, sink };
        match &span.fault {
            Some(fault) => emit.bad(fault.clone()),
            None => self.reader.read(bytes, &mut emit),
        }
    }
}

/// Takes rows until they have `enough` bytes; `None` where there are none left.
pub(crate) fn take_rows(
    source: &Arc<SourceContext>,
    rows: &mut Rows,
    fields: &mut FieldBuilder,
    (enough, limit): (usize, RecordLimit),
) -> Option<Piece> {
    let (mut items, mut bytes) = (Vec::new(), 0);
    // They are counted where the batch is read.
    let counts = &mut Counts::default();
    while bytes < enough && items.len() < enough {
        let number = rows.number;
        match rows.next_row() {
            None => break,
            Some(Ok(row)) => {
                fields.begin();
                let sink = &mut |item| items.push(limited(source, item, limit));
                let mut emit =
                    Emitter { source, bytes: b"", number, offset: 0, fields, counts, sink };
                parquet::read_row(&row, &mut emit);
                bytes += match items.last() {
                    Some(Item::Document(document)) => document.bytes(),
                    _ => 1,
                };
            }
            Some(Err((lost, reason))) => {
                rows.pass_over(lost);
                let reason =
                    format!("the row group cannot be read on ({reason}): its other rows are lost");
                items.push(source.bad(number, 0, reason, b""));
            }
        }
    }
    (!items.is_empty()).then(|| Piece::Items(Arc::clone(source), items, bytes))
}

/// The item, or the bad record that a document longer than the limit is.
fn limited(source: &SourceContext, item: Item, limit: RecordLimit) -> Item {
    match item {
        Item::Document(document) if limit.bytes < document.bytes() => {
            let reason = limit.refusal(document.bytes() as u64);
            source.bad(document.number, 0, reason, b"")
        }
        other => other,
    }
}

/// Parses one raw record of a format. Called from many threads at once.
pub(crate) trait ReadRecord: Send + Sync {
    /// Parses `record` and ends it by exactly one call of [`Emitter::document`], [`Emitter::bad`] or
    /// [`Emitter::skip`] per record it holds.
    fn read(&self, record: &[u8], emit: &mut Emitter<'_>);
}

/// Where a format puts what it found in a record.
pub(crate) struct Emitter<'a> {
    source: &'a SourceContext,
    bytes: &'a [u8],
    number: u64,
    offset: u64,
    fields: &'a mut FieldBuilder,
    counts: &'a mut Counts,
    sink: &'a mut dyn FnMut(Item),
}

impl Emitter<'_> {
    /// The fields of the record being read.
    pub(crate) fn fields(&mut self) -> &mut FieldBuilder {
        self.fields
    }

    /// The record is a document of the fields put so far.
    pub(crate) fn document(&mut self) {
        self.document_named(false);
    }

    /// The source is one document: without an id of its own it has the source's name; without text it is
    /// skipped as empty.
    pub(crate) fn file(&mut self) {
        if self.fields.is_empty() {
            return self.skip(SkipReason::Empty);
        }
        // Before what stands next for an id, such as an address in the file.
        if self.fields.get("id").is_none() {
            self.fields.put("id", Value::Text(self.source.name.to_string()));
        }
        self.document_named(true);
    }

    fn document_named(&mut self, by_source: bool) {
        if self.fields.is_full() {
            return self
                .bad(format!("the record has more than {MAX_FIELDS} fields: it is left out"));
        }
        let (id, fields) = self.fields.finish();
        let source = Arc::clone(&self.source.name);
        let id = id.or_else(|| by_source.then(|| source.to_string()));
        let (number, offset) = (self.number, self.offset);
        self.give(Item::Document(Document { id, source, number, offset, fields }));
    }

    /// The record cannot be read.
    pub(crate) fn bad(&mut self, reason: String) {
        let item = self.source.bad(self.number, self.offset, reason, self.bytes);
        self.give(item);
    }

    /// The record is left out on purpose.
    pub(crate) fn skip(&mut self, reason: SkipReason) {
        self.give(Item::Skipped(reason));
    }

    /// `bytes` of the record as text, from whatever encoding they are in; replaced characters are counted.
    pub(crate) fn decoded<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, str> {
        self.decoded_from(bytes, None)
    }

    /// The same for bytes `said` to be in some encoding.
    pub(crate) fn decoded_from<'b>(&mut self, bytes: &'b [u8], said: Option<&str>) -> Cow<'b, str> {
        let (text, replaced) = encoding::decoded(bytes, said);
        if replaced {
            self.counts.count_repaired();
        }
        text
    }

    /// The same for a page that may name its encoding itself.
    pub(crate) fn decoded_page<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, str> {
        let said = encoding::said_by_page(bytes);
        self.decoded_from(bytes, said.as_deref())
    }

    fn give(&mut self, item: Item) {
        self.counts.count(&item);
        (self.sink)(item);
        self.fields.begin();
    }

    /// Sets a text field, unless it is empty.
    pub(crate) fn text(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.fields.put(name, Value::Text(text));
        }
    }
}
