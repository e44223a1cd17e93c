//! Parquet: columnar data sets.
//!
//! Comes in: a seekable file. Goes out: a document a row, its columns as fields (groups as paths, lists as lists, dates and
//! times in ISO 8601, bytes that are text as text). Row groups are decoded page by page while batches are cut, for they may be
//! larger than memory and cannot be entered in the middle. What stands behind damage in a row group is lost, and said. The footer
//! and the headers of pages are checked before the parquet crate reads them. Pages may be compressed by Snappy, gzip, Brotli,
//! Zstandard or LZ4 (both ways of framing it); LZO is not read.

mod checked_file;
mod layout;
mod shared_file;
mod thrift;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Arc, Once};

use parquet::data_type::AsBytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::record::{Field, Row};

use crate::Value;
use crate::batch::Emitter;
use crate::mapping::FieldBuilder;
use checked_file::CheckedFile;

pub(crate) use shared_file::SharedFile;

/// A data set whose footer has been read.
pub(crate) struct Table {
    file: Arc<dyn FileReader>,
}

/// The rows of a data set, one after another.
pub(crate) struct Rows {
    file: Arc<dyn FileReader>,
    /// The next row group to open.
    group: usize,
    /// The open one, and how many of its rows are still to come.
    open: Option<(ReaderIter, u64)>,
    /// The number of the next row.
    pub(crate) number: u64,
}

thread_local! {
    /// Whether a panic of this thread will be caught and told as what is wrong with a file.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what the parquet crate does on bytes from outside: it panics on some that are damaged, and then nobody needs to
/// read where in that crate.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                usual(panic);
            }
        }));
    });
    let outside = IS_GUARDED.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(outside);
    read.unwrap_or_else(|_| Err("its bytes contradict each other".to_owned()))
}

impl Table {
    /// Reads the footer.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn open<R: ChunkReader + 'static>(file: R) -> Result<Table, String> {
        guarded(|| {
            let file = CheckedFile::new(file)?;
            let file = SerializedFileReader::new(file).map_err(|cause| cause.to_string())?;
            Ok(Table { file: Arc::new(file) })
        })
    }

    /// Its rows.
    pub(crate) fn rows(self) -> Rows {
        Rows { file: self.file, group: 0, open: None, number: 1 }
    }
}

impl Rows {
    /// The next row; `None` after the last. With an error come the reason, and how many rows of its group are lost: reading goes
    /// on behind them.
    pub(crate) fn next_row(&mut self) -> Option<Result<Row, (u64, String)>> {
        loop {
            if let Some((rows, left)) = &mut self.open {
                let next = guarded(|| rows.next().transpose().map_err(words));
                let lost = match next {
                    Ok(Some(row)) => {
                        *left = left.saturating_sub(1);
                        self.number += 1;
                        return Some(Ok(row));
                    }
                    Ok(None) => (*left, format!("{left} rows are missing")),
                    Err(reason) => (*left, reason),
                };
                self.open = None;
                if lost.0 != 0 {
                    return Some(Err(lost));
                }
            }
            let metadata = self.file.metadata().row_groups().get(self.group)?;
            let rows = u64::try_from(metadata.num_rows()).unwrap_or(0);
            self.group += 1;
            match self.open(self.group - 1) {
                Ok(open) => self.open = Some((open, rows)),
                Err(reason) => return Some(Err((rows, reason))),
            }
        }
    }

    /// Passes over rows that are lost.
    pub(crate) fn pass_over(&mut self, rows: u64) {
        self.number = self.number.saturating_add(rows);
    }

    fn open(&self, group: usize) -> Result<ReaderIter, String> {
        guarded(|| {
            let schema = self.file.metadata().file_metadata().schema_descr_ptr();
            let group = self.file.get_row_group(group).map_err(words)?;
            TreeBuilder::new().as_iter(schema, &*group).map_err(words)
        })
    }
}

fn words(cause: ParquetError) -> String {
    cause.to_string()
}

/// Puts a row's columns into the fields.
pub(crate) fn read_row(row: &Row, emit: &mut Emitter<'_>) {
    put_group(row, &mut String::new(), emit.fields());
    emit.document();
}

fn put_group(row: &Row, path: &mut String, fields: &mut FieldBuilder) {
    let parent = path.len();
    for (name, field) in row.get_column_iter() {
        if parent != 0 {
            path.push('.');
        }
        path.push_str(name);
        put(field, path, fields);
        path.truncate(parent);
    }
}

fn put(field: &Field, path: &mut String, fields: &mut FieldBuilder) {
    match field {
        Field::Group(row) => put_group(row, path, fields),
        Field::ListInternal(list) => {
            let mut values = Vec::new();
            for element in list.elements() {
                match element {
                    Field::Group(row) => {
                        for (name, field) in row.get_column_iter() {
                            if let Some(value) = scalar(field) {
                                fields.append(&format!("{path}.{name}"), value);
                            }
                        }
                    }
                    other => values.extend(scalar(other)),
                }
            }
            if !values.is_empty() {
                fields.put(path, Value::List(values));
            }
        }
        Field::MapInternal(map) => {
            let parent = path.len();
            for (key, value) in map.entries() {
                if let Some(Value::Text(key)) = scalar(key) {
                    path.push('.');
                    path.push_str(&key);
                    put(value, path, fields);
                    path.truncate(parent);
                }
            }
        }
        other => {
            if let Some(value) = scalar(other) {
                fields.put(path, value);
            }
        }
    }
}

/// The value of a field that is no group; `None` for null and for bytes that are no text.
fn scalar(field: &Field) -> Option<Value> {
    Some(match field {
        Field::Bool(value) => Value::Boolean(*value),
        Field::Byte(value) => Value::Integer((*value).into()),
        Field::Short(value) => Value::Integer((*value).into()),
        Field::Int(value) => Value::Integer((*value).into()),
        Field::Long(value) => Value::Integer(*value),
        Field::UByte(value) => Value::Integer((*value).into()),
        Field::UShort(value) => Value::Integer((*value).into()),
        Field::UInt(value) => Value::Integer((*value).into()),
        Field::ULong(value) => match i64::try_from(*value) {
            Ok(value) => Value::Integer(value),
            Err(_) => Value::Text(value.to_string()),
        },
        Field::Float(value) => Value::Number((*value).into()),
        Field::Double(value) => Value::Number(*value),
        Field::Str(value) => Value::Text(value.clone()),
        Field::Bytes(value) => Value::Text(std::str::from_utf8(value.as_bytes()).ok()?.to_owned()),
        Field::Date(days) => Value::Text(date(i64::from(*days))),
        Field::TimestampMillis(millis) => Value::Text(time(*millis)),
        Field::TimestampMicros(micros) => Value::Text(time(micros.div_euclid(1000))),
        Field::ListInternal(list) => {
            Value::List(list.elements().iter().filter_map(scalar).collect())
        }
        Field::Null | Field::Group(_) | Field::MapInternal(_) => return None,
        other => Value::Text(other.to_string()),
    })
}

/// Days since 1970-01-01 as `2011-03-02`, by the calendar's 400-year cycle of 146,097 days that begins in March.
fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let cycle = shifted.div_euclid(146_097);
    let day = shifted.rem_euclid(146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year + cycle * 400 + next)
}

/// Milliseconds since 1970 as `2011-03-02T10:30:00Z`.
fn time(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{}T{hour:02}:{minute:02}:{:02}Z", date(days), second % 60)
}

#[cfg(test)]
mod tests {
    use super::{date, time};

    #[test]
    fn days_become_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (15_035, "2011-03-02"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(days), expected);
        }
        assert_eq!(time(1_299_061_800_123), "2011-03-02T10:30:00Z");
    }
}
