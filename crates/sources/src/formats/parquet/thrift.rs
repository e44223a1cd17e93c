//! What Parquet describes itself in: values of Thrift's compact protocol, walked over without keeping them.
//!
//! Comes in: the bytes of a footer or a page's header, and the shape they must have. Goes out: the length of the value, its
//! numbers to whoever watches, or what is wrong. Every step takes at least a byte and nesting is bounded, so that a walk costs
//! no more than the bytes it walks over.
//!
//! The parquet crate promises neither. It believes that fields have the types it expects, and it passes over a list of truth
//! values that it has no use for without taking a byte for each: 9 bytes keep it busy for a second. So what it would read
//! otherwise than it was written is refused here, and the two agree on where everything stands.

/// The fields of a group that are known, by number. Unknown ones are passed over.
pub(super) struct Shape {
    /// The group, as a message calls it.
    pub(super) name: &'static str,
    pub(super) fields: &'static [(i16, Kind)],
}

/// What a known field holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Truth,
    Byte,
    /// A whole number of 16, 32 or 64 bits: they are written alike.
    Number,
    Double,
    Bytes,
    Group(&'static Shape),
    List(&'static Kind),
}

/// What a walk comes by.
#[derive(Clone, Copy)]
pub(super) enum Event {
    /// A whole number in a known field of a group.
    Number(&'static Shape, i16, i64),
    /// The end of a known group.
    End(&'static Shape),
}

/// Why a walk ended early.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The bytes end inside a value.
    Cut,
    /// Where something stands that must not be there, and what.
    Refused(String),
}

/// More than any writer nests; a footer needs eight.
const MAX_DEPTH: usize = 32;

const UNKNOWN: Shape = Shape { name: "an unknown field", fields: &[] };

/// The number of bytes at the beginning of `bytes` that are a group of this shape.
///
/// # Errors
/// [`Fault`], or what `watch` objects to.
pub(super) fn walk(
    bytes: &[u8],
    shape: &'static Shape,
    watch: &mut dyn FnMut(Event) -> Result<(), String>,
) -> Result<usize, Fault> {
    let mut walk = Walk { bytes, at: 0, watch };
    walk.group(Some(shape), 0)?;
    Ok(walk.at)
}

struct Walk<'a, 'w> {
    bytes: &'a [u8],
    at: usize,
    watch: &'w mut dyn FnMut(Event) -> Result<(), String>,
}

impl Walk<'_, '_> {
    fn group(&mut self, shape: Option<&'static Shape>, depth: usize) -> Result<(), Fault> {
        let known = shape.unwrap_or(&UNKNOWN);
        let mut last = 0_i16;
        loop {
            let start = self.at;
            let header = self.byte()?;
            let wire = header & 15;
            if wire == 0 {
                return shape.map_or(Ok(()), |shape| self.tell(start, Event::End(shape)));
            }
            let id = match header >> 4 {
                0 => i16::try_from(self.number()?).ok(),
                step => last.checked_add(step.into()),
            };
            last = id.ok_or_else(|| refused(start, "a field's number has more than 16 bits"))?;
            let kind = known.fields.iter().find(|(id, _)| *id == last).map(|(_, kind)| *kind);
            if !kind.is_none_or(|kind| kind.is_written_as(wire)) {
                let (name, found) = (known.name, word(wire));
                return Err(refused(start, &format!("field {last} of {name} is {found}")));
            }
            match (kind, shape) {
                (Some(Kind::Number), Some(shape)) => {
                    let value = self.number()?;
                    self.tell(start, Event::Number(shape, last, value))?;
                }
                _ => self.value(wire, kind, depth)?,
            }
        }
    }

    fn value(&mut self, wire: u8, kind: Option<Kind>, depth: usize) -> Result<(), Fault> {
        if MAX_DEPTH <= depth {
            let what = format!("values lie more than {MAX_DEPTH} deep in each other");
            return Err(refused(self.at, &what));
        }
        match (wire, kind) {
            (1 | 2, _) => Ok(()),
            (3, _) => self.skip(1),
            (4..=6, _) => self.number().map(|_| ()),
            (7, _) => self.skip(8),
            (8, _) => {
                let length = self.unsigned()?;
                self.skip(length)
            }
            (9 | 10, Some(Kind::List(kind))) => self.list(Some(*kind), depth),
            (9 | 10, _) => self.list(None, depth),
            (11, _) => self.map(depth),
            (12, Some(Kind::Group(shape))) => self.group(Some(shape), depth + 1),
            (12, _) => self.group(None, depth + 1),
            (13, _) => self.skip(16),
            _ => Err(refused(self.at, &format!("a value of the unknown type {wire}"))),
        }
    }

    fn list(&mut self, kind: Option<Kind>, depth: usize) -> Result<(), Fault> {
        let start = self.at;
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.unsigned()?,
            count => u64::from(count),
        };
        let wire = header & 15;
        self.check_elements(start, count, &[wire])?;
        if 0 < count && !kind.is_none_or(|kind| kind.is_written_as(wire)) {
            return Err(refused(start, &format!("an element of a list is {}", word(wire))));
        }
        (0..count).try_for_each(|_| self.value(wire, kind, depth + 1))
    }

    fn map(&mut self, depth: usize) -> Result<(), Fault> {
        let start = self.at;
        let count = self.unsigned()?;
        if count == 0 {
            return Ok(());
        }
        let wires = self.byte()?;
        let (key, value) = (wires >> 4, wires & 15);
        self.check_elements(start, count, &[key, value])?;
        (0..count).try_for_each(|_| {
            self.value(key, None, depth + 1)?;
            self.value(value, None, depth + 1)
        })
    }

    /// Refuses more elements than bytes, and elements that the parquet crate would pass over without a byte for each.
    fn check_elements(&self, start: usize, count: u64, wires: &[u8]) -> Result<(), Fault> {
        let left = (self.bytes.len() - self.at) as u64;
        let what = if 0 < count && wires.iter().any(|wire| matches!(wire, 1 | 2)) {
            format!("a list of {count} truth values, which Parquet has no use for here")
        } else if left < count && i32::try_from(count).is_ok() && !wires.contains(&0) {
            return Err(Fault::Cut);
        } else if left < count {
            format!("a list of {count} elements")
        } else {
            return Ok(());
        };
        Err(refused(start, &what))
    }

    fn tell(&mut self, at: usize, event: Event) -> Result<(), Fault> {
        (self.watch)(event).map_err(|what| refused(at, &what))
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(Fault::Cut)?;
        self.at += 1;
        Ok(byte)
    }

    fn skip(&mut self, length: impl TryInto<usize>) -> Result<(), Fault> {
        let end = length.try_into().ok().and_then(|length| self.at.checked_add(length));
        self.at = end.filter(|end| *end <= self.bytes.len()).ok_or(Fault::Cut)?;
        Ok(())
    }

    /// Seven bits a byte, the lowest first.
    fn unsigned(&mut self) -> Result<u64, Fault> {
        let start = self.at;
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(refused(start, "a number of more than ten bytes"))
    }

    /// The sign is the lowest bit.
    fn number(&mut self) -> Result<i64, Fault> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }
}

impl Kind {
    fn is_written_as(self, wire: u8) -> bool {
        match self {
            Kind::Truth => matches!(wire, 1 | 2),
            Kind::Byte => wire == 3,
            Kind::Number => matches!(wire, 4..=6),
            Kind::Double => wire == 7,
            Kind::Bytes => wire == 8,
            Kind::List(_) => matches!(wire, 9 | 10),
            Kind::Group(_) => wire == 12,
        }
    }
}

fn refused(at: usize, what: &str) -> Fault {
    Fault::Refused(format!("{what}, at its byte {at}"))
}

fn word(wire: u8) -> &'static str {
    match wire {
        1 | 2 => "a truth value",
        3 => "a byte",
        4..=6 => "a whole number",
        7 => "a number with a fraction",
        8 => "a text",
        9 | 10 => "a list",
        11 => "a map",
        12 => "a group",
        _ => "of an unknown type",
    }
}
