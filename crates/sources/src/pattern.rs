//! Patterns of paths, for shells that leave them alone and for lists too long for a command line.
//!
//! Comes in: a path with `*` (any part of a name), `?` (a character), `[a-z]` or `[!a-z]` (one of some characters) or `**` (any
//! folders, none among them) in it. Goes out: the files and folders it matches, in byte order of their paths. As in a shell, a name
//! with a dot before it must be asked for with the dot. `**` does not follow symbolic links. Opens no file.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::Error;

/// The signs that make a name a pattern.
const SIGNS: [char; 3] = ['*', '?', '['];

/// Whether `path` is to be read as a pattern: nothing is called that, and it has one of the signs.
pub(crate) fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(SIGNS) && fs::symlink_metadata(path).is_err()
}

/// What `pattern` matches, sorted.
///
/// # Errors
/// Where it matches nothing, or a folder cannot be listed.
pub(crate) fn matches(pattern: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        found = match part {
            Component::Normal(name) if name == "**" => {
                let mut below = Vec::new();
                for folder in &found {
                    descend(folder, &mut below)?;
                }
                below
            }
            Component::Normal(name) if name.to_string_lossy().contains(SIGNS) => {
                let sought: Vec<char> = name.to_string_lossy().chars().collect();
                let mut matching = Vec::new();
                for folder in &found {
                    let named = |name: &str| is_match(&sought, &name.chars().collect::<Vec<_>>());
                    matching.extend(list(folder)?.into_iter().filter(|(name, _)| named(name)));
                }
                matching.into_iter().map(|(_, path)| path).collect()
            }
            other => found.into_iter().map(|path| path.join(other)).collect(),
        };
    }
    found.retain(|path| path.exists());
    found.sort_by(|one, other| {
        one.as_os_str().as_encoded_bytes().cmp(other.as_os_str().as_encoded_bytes())
    });
    found.dedup();
    if found.is_empty() {
        return Err(Error::NoMatch { pattern: pattern.to_owned() });
    }
    Ok(found)
}

/// Adds `folder` and all folders below it.
fn descend(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    found.push(folder.to_owned());
    for (name, path) in list(folder)? {
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
        if is_folder && !name.starts_with('.') {
            descend(&path, found)?;
        }
    }
    Ok(())
}

/// The names in a folder with their paths; none where it is no folder.
fn list(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let opened = if folder == Path::new("") { Path::new(".") } else { folder };
    let failed = |cause| Error::Open { path: opened.to_owned(), cause };
    let entries = match fs::read_dir(opened) {
        Err(cause)
            if [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&cause.kind()) =>
        {
            return Ok(Vec::new());
        }
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        names.push((name.to_string_lossy().into_owned(), folder.join(name)));
    }
    Ok(names)
}

/// Whether `name` is one that `pattern` describes. When a part behind a `*` does not fit, the `*` takes one character more; as
/// the last `*` alone is taken back, it costs the product of both lengths at most.
fn is_match(pattern: &[char], name: &[char]) -> bool {
    if name.first() == Some(&'.') && pattern.first() != Some(&'.') {
        return false;
    }
    let (mut sought, mut at) = (0, 0);
    let mut star = None;
    while at < name.len() {
        if pattern.get(sought) == Some(&'*') {
            star = Some((sought, at));
            sought += 1;
        } else if let Some(length) = one(&pattern[sought..], name[at]) {
            sought += length;
            at += 1;
        } else if let Some((before, taken)) = star {
            star = Some((before, taken + 1));
            (sought, at) = (before + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[sought..].iter().all(|sign| *sign == '*')
}

/// How many signs at the head of `pattern` stand for the character, if they do.
fn one(pattern: &[char], character: char) -> Option<usize> {
    match *pattern.first()? {
        '?' => Some(1),
        '[' => match set(pattern, character) {
            Some((length, is_in)) => is_in.then_some(length),
            // Without an end it is a bracket like any other.
            None => (character == '[').then_some(1),
        },
        sign => (sign == character).then_some(1),
    }
}

/// How long the set at the head of `pattern` is, and whether the character is in it.
fn set(pattern: &[char], character: char) -> Option<(usize, bool)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = 1 + usize::from(negated);
    // A closing bracket at the beginning is one of the characters.
    let end = start + 1 + pattern.get(start + 1..)?.iter().position(|sign| *sign == ']')?;
    let mut signs = &pattern[start..end];
    let mut is_in = false;
    loop {
        signs = match signs {
            [first, '-', last, rest @ ..] => {
                is_in |= (*first..=*last).contains(&character);
                rest
            }
            [sign, rest @ ..] => {
                is_in |= *sign == character;
                rest
            }
            [] => return Some((end + 1, is_in != negated)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns_or_not() {
        for (pattern, name, expected) in [
            ("*.jsonl", "a.jsonl", true),
            ("*.jsonl", "a.jsonl.gz", false),
            ("*.jsonl*", "a.jsonl.gz", true),
            ("*", ".hidden", false),
            (".*", ".hidden", true),
            ("dump-?.csv", "dump-é.csv", true),
            ("dump-?.csv", "dump-10.csv", false),
            ("d[0-3x].csv", "d2.csv", true),
            ("d[0-3x].csv", "dx.csv", true),
            ("d[0-3x].csv", "d4.csv", false),
            ("d[!0-3].csv", "d4.csv", true),
            ("d[]-].csv", "d].csv", true),
            ("d[1.csv", "d[1.csv", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("", "", true),
        ] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(is_match(&letters(pattern), &letters(name)), expected, "{pattern} {name}");
        }
        let hard = [['a', '*'].repeat(200), vec!['b']].concat();
        assert!(!is_match(&hard, &['a'; 5000]));
    }

    #[test]
    fn paths_come_sorted_and_links_are_no_way_around() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b/2.txt", "b/10.txt", "b/c/3.txt", "a.txt", ".git/4.txt", "b/x.gz"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), folder.path().join("b/loop")).unwrap();
        let found = |pattern: &str| -> Vec<String> {
            let paths = matches(&folder.path().join(pattern)).unwrap();
            let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().to_owned();
            paths.iter().map(|path| name(path).display().to_string()).collect()
        };
        assert_eq!(found("b/*.txt"), ["b/10.txt", "b/2.txt"]);
        assert_eq!(found("**/*.txt"), ["a.txt", "b/10.txt", "b/2.txt", "b/c/3.txt"]);
        assert_eq!(found("b/**/?.txt"), ["b/2.txt", "b/c/3.txt"]);
        assert_eq!(found("*/c/../x.gz"), ["b/c/../x.gz"]);
        assert_eq!(found("[a-b]*"), ["a.txt", "b"]);
        let refusal = matches(&folder.path().join("*.csv")).unwrap_err().to_string();
        assert!(refusal.ends_with("*.csv`: check the pattern"), "{refusal}");
    }
}
