//! Cursors that write and read fixed little-endian layouts.
//!
//! Comes in: integers to lay down, or bytes of unknown honesty. Goes out: bytes, or integers with every length checked
//! first. Nothing here allocates by what the bytes claim: taking `n` bytes borrows them, and fails where they are not
//! there.

use crate::{Error, varint};

/// Reads a layout front to back.
///
/// The law: a failed read leaves the cursor where it was, and no read ever goes past the end.
///
/// ```
/// let mut reader = codec::bytes::ByteReader::new(&[2, 0, 0, 0, b'o', b'k']);
/// let length = reader.read_u32()?;
/// assert_eq!(reader.take(length as usize)?, b"ok");
/// reader.finish()?;
/// # Ok::<(), codec::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ByteReader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> ByteReader<'a> {
    /// A cursor on the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        ByteReader { bytes, position: 0 }
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The bytes not read yet.
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.position..]
    }

    /// Takes the next `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let rest = self.rest();
        let taken = rest.get(..length).ok_or(Error::Short {
            offset: self.position,
            wanted: length,
            found: rest.len(),
        })?;
        self.position += length;
        Ok(taken)
    }

    /// Takes the next `N` bytes as an array.
    pub fn read_array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Reads one byte.
    pub fn read_u8(&mut self) -> Result<u8, Error> {
        Ok(self.read_array::<1>()?[0])
    }

    /// Reads two bytes.
    pub fn read_u16(&mut self) -> Result<u16, Error> {
        Ok(u16::from_le_bytes(self.read_array()?))
    }

    /// Reads four bytes.
    pub fn read_u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.read_array()?))
    }

    /// Reads eight bytes.
    pub fn read_u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.read_array()?))
    }

    /// Reads the eight bytes of a floating-point number.
    pub fn read_f64(&mut self) -> Result<f64, Error> {
        Ok(f64::from_le_bytes(self.read_array()?))
    }

    /// Reads a varint of at most 32 bits.
    pub fn read_varint_u32(&mut self) -> Result<u32, Error> {
        Ok(self.read_varint(32)? as u32)
    }

    /// Reads a varint of at most 64 bits.
    #[inline]
    pub fn read_varint_u64(&mut self) -> Result<u64, Error> {
        self.read_varint(64)
    }

    /// Reads a varint length and takes that many bytes as UTF-8.
    pub fn read_text(&mut self) -> Result<&'a str, Error> {
        let start = self.position;
        let length = self.read_varint_u64()?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let bytes = self.take(length).inspect_err(|_| self.position = start)?;
        std::str::from_utf8(bytes).map_err(|error| {
            let offset = self.position - length + error.valid_up_to();
            self.position = start;
            Error::Utf8 { offset }
        })
    }

    /// Checks that nothing is left.
    pub fn finish(&self) -> Result<(), Error> {
        match self.rest().len() {
            0 => Ok(()),
            found => Err(Error::Rest { offset: self.position, found }),
        }
    }

    #[inline]
    fn read_varint(&mut self, bits: u32) -> Result<u64, Error> {
        let (value, length) =
            varint::read(self.rest(), bits).ok_or(Error::Varint { offset: self.position, bits })?;
        self.position += length;
        Ok(value)
    }
}

/// Writes a layout front to back; the counterpart of [`ByteReader`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteWriter {
    bytes: Vec<u8>,
}

impl ByteWriter {
    /// Nothing written yet.
    pub fn new() -> Self {
        ByteWriter::default()
    }

    /// Goes on after `bytes`.
    pub fn after(bytes: Vec<u8>) -> Self {
        ByteWriter { bytes }
    }

    /// The bytes so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands over the bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends bytes as they are.
    pub fn write_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends one byte.
    pub fn write_u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends two bytes.
    pub fn write_u16(&mut self, value: u16) {
        self.write_bytes(&value.to_le_bytes());
    }

    /// Appends four bytes.
    pub fn write_u32(&mut self, value: u32) {
        self.write_bytes(&value.to_le_bytes());
    }

    /// Appends eight bytes.
    pub fn write_u64(&mut self, value: u64) {
        self.write_bytes(&value.to_le_bytes());
    }

    /// Appends the eight bytes of a floating-point number.
    pub fn write_f64(&mut self, value: f64) {
        self.write_bytes(&value.to_le_bytes());
    }

    /// Appends a varint.
    pub fn write_varint(&mut self, value: u64) {
        varint::write_u64(&mut self.bytes, value);
    }

    /// Appends a varint length and the text.
    pub fn write_text(&mut self, text: &str) {
        self.write_varint(text.len() as u64);
        self.write_bytes(text.as_bytes());
    }

    /// Appends zeros until the length is a multiple of `alignment`.
    pub fn align(&mut self, alignment: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_reads_back() {
        let mut writer = ByteWriter::new();
        writer.write_u8(1);
        writer.write_u16(2);
        writer.write_u32(3);
        writer.write_u64(4);
        writer.write_f64(0.5);
        writer.write_varint(300);
        writer.write_text("naïve");
        writer.align(8);
        let bytes = writer.into_bytes();
        let mut reader = ByteReader::new(&bytes);
        assert_eq!(reader.read_u8(), Ok(1));
        assert_eq!(reader.read_u16(), Ok(2));
        assert_eq!(reader.read_u32(), Ok(3));
        assert_eq!(reader.read_u64(), Ok(4));
        assert_eq!(reader.read_f64(), Ok(0.5));
        assert_eq!(reader.read_varint_u32(), Ok(300));
        assert_eq!(reader.read_text(), Ok("naïve"));
        assert_eq!(reader.rest().iter().map(|&byte| u32::from(byte)).sum::<u32>(), 0);
        assert_eq!(bytes.len() % 8, 0);
    }

    #[test]
    fn a_failed_read_says_where_and_moves_nothing() {
        let mut reader = ByteReader::new(&[5, b'a', 0xff]);
        assert_eq!(reader.read_text(), Err(Error::Short { offset: 1, wanted: 5, found: 2 }));
        assert_eq!(reader.position(), 0);
        assert_eq!(reader.read_u32(), Err(Error::Short { offset: 0, wanted: 4, found: 3 }));
        assert_eq!(reader.finish(), Err(Error::Rest { offset: 0, found: 3 }));
        let mut reader = ByteReader::new(&[2, b'a', 0xff]);
        assert_eq!(reader.read_text(), Err(Error::Utf8 { offset: 2 }));
        let mut reader = ByteReader::new(&[0x80]);
        assert_eq!(reader.read_varint_u64(), Err(Error::Varint { offset: 0, bits: 64 }));
    }
}
