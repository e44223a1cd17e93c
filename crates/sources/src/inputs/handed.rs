//! Inputs in other shapes than one list that is read once: described beforehand, or handed over as documents.
//!
//! Comes in: inputs that are not read yet, or documents from elsewhere. Goes out: [`Inputs`] to read in the usual way. Opens
//! no dump.

use std::collections::VecDeque;
use std::fs;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::state::InputState;
use super::{From, Inputs, Waiting};
use crate::batch::Piece;
use crate::raw::Sha256Digest;
use crate::summary::hex;
use crate::{Document, Error, Item, ReadOptions};

/// Why documents that are handed over could not be had.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Documents that are handed over one by one, see [`Inputs::of_documents`].
pub type Documents = Box<dyn Iterator<Item = Result<Document, Failure>> + Send>;

impl Inputs {
    /// What is going to be read, file by file: a digest of the options and of names, sizes and times of change of the first
    /// 0, 1, 2, ... files that are waiting. Equal ones mean that the same will be read, as far as can be told without
    /// reading it.
    ///
    /// # Errors
    /// Where standard input or a pipe is among them, which cannot be read again.
    pub fn fingerprints(&self) -> Result<Vec<Sha256Digest>, Error> {
        if self.total_bytes.is_none() {
            return Err(Error::ReadOnce);
        }
        let mut hasher = Sha256::new();
        // How much memory there is may change from one attempt to the next.
        let options = ReadOptions { record_memory: 0, ..self.options.clone() };
        hasher.update(format!("{options:?}"));
        let mut digests = vec![hasher.clone().finalize().into()];
        for Waiting { input, name, from } in &self.queue {
            let state = match from {
                From::File(path) => {
                    let found = fs::metadata(path).ok();
                    format!("{:?}", found.map(|file| (file.len(), file.modified().ok())))
                }
                From::Bytes(bytes) => hex(&Sha256::digest(bytes).into()),
                From::Stdin => "stdin".to_owned(),
                From::Note(item) => format!("{item:?}"),
            };
            hasher.update(format!("{input} {name} {state}\n"));
            digests.push(hasher.clone().finalize().into());
        }
        Ok(digests)
    }

    /// Documents from elsewhere as one input named `name`; they are not mapped, just cut into batches.
    ///
    /// ```
    /// use sources::{Document, Inputs, ReadOptions, Value};
    ///
    /// let fields = vec![("body".into(), Value::Text("Rain.".into()))];
    /// let rain = Document { id: None, source: "memory".into(), number: 1, offset: 0, fields };
    /// let documents = Box::new(std::iter::once(Ok(rain)));
    /// let mut inputs = Inputs::of_documents("memory", documents, ReadOptions::default());
    /// assert!(inputs.next_batch()?.is_some());
    /// assert!(inputs.next_batch()?.is_none());
    /// # Ok::<(), sources::Error>(())
    /// ```
    pub fn of_documents(name: &str, documents: Documents, options: ReadOptions) -> Inputs {
        Inputs {
            map: Arc::new(options.map.clone()),
            options,
            inputs: vec![InputState::new(name.to_owned(), None)],
            queue: VecDeque::new(),
            started: 0,
            archives: Vec::new(),
            current: None,
            table: None,
            documents: Some(documents),
            ready: VecDeque::new(),
            total_bytes: None,
            bytes_read: Arc::default(),
        }
    }

    /// Makes a piece of the next documents that are handed over.
    pub(super) fn take_documents(&mut self, enough: usize) -> Result<(), Error> {
        let Some(documents) = &mut self.documents else { return Ok(()) };
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while bytes < enough {
            let Some(document) = documents.next() else {
                self.documents = None;
                break;
            };
            let document = document.map_err(|cause| Error::Documents { cause })?;
            bytes += document.bytes();
            taken.push(Item::Document(document));
        }
        if let Some(Item::Document(first)) = taken.first() {
            let context = self.context(0, &Arc::clone(&first.source));
            self.ready.push_back(Piece::Items(context, taken, bytes));
        }
        Ok(())
    }
}
