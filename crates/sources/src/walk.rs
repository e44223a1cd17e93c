//! Folders to files, in an order that depends on names alone.
//!
//! Comes in: a folder. Goes out: its files with their paths relative to it, in byte order of these paths
//! (`/` between parts), and what was left out. Follows symbolic links, except those that lead back into
//! a folder they lie in. Opens no file.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Error, SkipReason};

/// One thing found in a folder.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// The path relative to the folder, `/` between its parts, bytes that are no UTF-8 replaced.
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File { bytes: u64 },
    Skipped(SkipReason),
    Unreadable(String),
}

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 256;

/// Everything below `folder`, sorted.
pub(crate) fn walk(folder: &Path) -> Result<Vec<Found>, Error> {
    let open = |cause| Error::Open { path: folder.to_owned(), cause };
    let mut ancestors = vec![folder.canonicalize().map_err(open)?];
    let mut found = Vec::new();
    descend(folder, "", &mut ancestors, &mut found).map_err(open)?;
    found.sort_by(|one, other| {
        let bytes = |found: &Found| found.path.as_os_str().as_encoded_bytes().to_vec();
        (&one.name, bytes(one)).cmp(&(&other.name, bytes(other)))
    });
    Ok(found)
}

fn descend(
    folder: &Path,
    prefix: &str,
    ancestors: &mut Vec<PathBuf>,
    found: &mut Vec<Found>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, own) = (entry.path(), entry.file_name());
        let name = format!("{prefix}{}", own.to_string_lossy());
        let kind = if own.as_encoded_bytes().starts_with(b".") {
            Kind::Skipped(SkipReason::Hidden)
        } else {
            match fs::metadata(&path) {
                Err(cause) => Kind::Unreadable(format!("cannot be opened: {cause}")),
                Ok(metadata) if metadata.is_file() => Kind::File { bytes: metadata.len() },
                Ok(metadata) if metadata.is_dir() => match enter(&path, &name, ancestors, found) {
                    Some(kind) => kind,
                    None => continue,
                },
                Ok(_) => Kind::Skipped(SkipReason::NotAFile),
            }
        };
        found.push(Found { path, name, kind });
    }
    Ok(())
}

/// Goes into the folder at `path`; what to note instead if it cannot or must not be entered.
fn enter(
    path: &Path,
    name: &str,
    ancestors: &mut Vec<PathBuf>,
    found: &mut Vec<Found>,
) -> Option<Kind> {
    let canonical = match path.canonicalize() {
        Ok(canonical) => canonical,
        Err(cause) => return Some(Kind::Unreadable(format!("cannot be opened: {cause}"))),
    };
    if ancestors.contains(&canonical) {
        return Some(Kind::Skipped(SkipReason::SymlinkLoop));
    }
    if MAX_DEPTH <= ancestors.len() {
        return Some(Kind::Unreadable(format!("lies more than {MAX_DEPTH} folders deep")));
    }
    ancestors.push(canonical);
    let result = descend(path, &format!("{name}/"), ancestors, found);
    ancestors.pop();
    result.err().map(|cause| Kind::Unreadable(format!("cannot be opened: {cause}")))
}
