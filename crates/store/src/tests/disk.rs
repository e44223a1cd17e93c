//! The real file system: locks, mapped readers beside writers, links, and processes that die.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

use super::fixture::{append, create, many_articles, stored, three_articles, write_segment};
use crate::{DiskStorage, Error, IndexFile, IndexWriter, OpenMode};

const DISK: DiskStorage = DiskStorage;

struct Folder {
    folder: TempDir,
}

impl Folder {
    fn new() -> Folder {
        Folder { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn names(&self) -> Vec<OsString> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }
}

fn open(path: &Path) -> IndexFile {
    IndexFile::open(path, OpenMode::Map).unwrap()
}

#[test]
fn a_file_is_mapped_or_read() {
    let folder = Folder::new();
    let path = folder.path("news.pmk");
    create(&DISK, &path, &three_articles()).unwrap();
    append(&DISK, &path, &many_articles(30)).unwrap();
    assert_eq!(folder.names(), ["news.pmk"]);
    for mode in [OpenMode::Map, OpenMode::Read] {
        let index = IndexFile::open(&path, mode).unwrap();
        assert_eq!(index.verify().unwrap().documents, 33);
        assert_eq!(index.path(), path);
        assert_eq!(index.committed_bytes(), fs::metadata(&path).unwrap().len());
    }
}

#[test]
fn readers_keep_the_state_they_opened() {
    let folder = Folder::new();
    let path = folder.path("news.pmk");
    create(&DISK, &path, &three_articles()).unwrap();
    let first = open(&path);
    append(&DISK, &path, &many_articles(50)).unwrap();
    let second = open(&path);
    create(&DISK, &path, &many_articles(10)).unwrap();
    let third = open(&path);
    let counts = [&first, &second, &third].map(|index| index.verify().unwrap().documents);
    assert_eq!(counts, [3, 53, 10]);
    assert_eq!(first.segments()[0].document(2).unwrap(), stored(&three_articles()[2]));
}

#[test]
fn a_reader_beside_a_busy_writer_always_finds_a_commit() {
    let folder = Folder::new();
    let path = folder.path("news.pmk");
    create(&DISK, &path, &three_articles()).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            (0..40).for_each(|_| append(&DISK, &path, &three_articles()).unwrap());
            done.store(true, Ordering::Release);
        });
        let mut newest = 0;
        while !done.load(Ordering::Acquire) {
            let index = open(&path);
            assert!(newest <= index.generation());
            newest = index.generation();
            assert_eq!(index.manifest().statistics.documents, 3 * newest);
            index.verify().unwrap();
        }
    });
    assert_eq!(open(&path).generation(), 41);
}

#[test]
fn the_lock_has_one_holder_and_leaves_no_file() {
    let folder = Folder::new();
    let path = folder.path("news.pmk");
    let (holders, wins) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    match IndexWriter::create(&path, &DISK) {
                        Ok(writer) => {
                            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                            wins.fetch_add(1, Ordering::Relaxed);
                            assert_eq!(holders.fetch_sub(1, Ordering::SeqCst), 1);
                            drop(writer);
                        }
                        Err(Error::Locked { path: locked, .. }) => assert_eq!(locked, path),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    assert!(wins.into_inner() > 0);
    assert!(folder.names().is_empty());
    fs::write(folder.path("news.pmk.lock"), b"").unwrap();
    create(&DISK, &path, &three_articles()).unwrap();
    assert_eq!(folder.names(), ["news.pmk"]);
}

#[test]
fn what_cannot_be_an_index_is_named() {
    let folder = Folder::new();
    let missing = IndexFile::open(&folder.path("no.pmk"), OpenMode::Map).unwrap_err();
    assert!(missing.to_string().starts_with("cannot open `"), "{missing}");
    let not = IndexFile::open(folder.folder.path(), OpenMode::Map).unwrap_err();
    assert!(not.to_string().contains("found a folder"), "{not}");
    let no_folder = create(&DISK, &folder.path("no/news.pmk"), &[]).unwrap_err();
    assert!(no_folder.to_string().contains("cannot write into the folder"), "{no_folder}");
    fs::create_dir(folder.path("taken.pmk")).unwrap();
    assert!(create(&DISK, &folder.path("taken.pmk"), &[]).is_err());
    let nothing = append(&DISK, &folder.path("news.pmk"), &[]).unwrap_err();
    assert!(nothing.to_string().contains("cannot open for writing"), "{nothing}");
    assert_eq!(folder.names(), ["taken.pmk"]);
}

#[cfg(unix)]
#[test]
fn a_link_keeps_leading_to_the_index() {
    let folder = Folder::new();
    fs::create_dir(folder.path("disk")).unwrap();
    let (path, link) = (folder.path("disk/news.pmk"), folder.path("link.pmk"));
    create(&DISK, &path, &three_articles()).unwrap();
    std::os::unix::fs::symlink("disk/news.pmk", &link).unwrap();
    create(&DISK, &link, &many_articles(5)).unwrap();
    append(&DISK, &link, &many_articles(5)).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(open(&path).manifest().statistics.documents, 10);
    assert_eq!(folder.names(), ["disk", "link.pmk"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let folder = Folder::new();
    let made = Command::new("mkfifo").arg(folder.path("pipe")).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    let error = IndexFile::open(&folder.path("pipe"), OpenMode::Map).unwrap_err();
    assert!(error.to_string().contains("no regular file"), "{error}");
}

/// Where the dying child of the next test writes.
const CHILD: &str = "PRESSMARK_TEST_DIES_WRITING";

#[test]
fn a_writer_that_dies_is_cleaned_up_after() {
    if let Some(path) = std::env::var_os(CHILD) {
        die_writing(Path::new(&path));
    }
    let folder = Folder::new();
    let path = folder.path("news.pmk");
    let die = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        let this = "tests::disk::a_writer_that_dies_is_cleaned_up_after";
        let output = child.args(["--exact", this]).env(CHILD, &path).output().unwrap();
        assert!(!output.status.success());
    };
    die();
    assert_eq!(folder.names().len(), 2, "a lock file and a temporary file: {:?}", folder.names());
    create(&DISK, &path, &three_articles()).unwrap();
    assert_eq!(folder.names(), ["news.pmk"]);
    die();
    let index = open(&path);
    assert!(index.uncommitted_bytes() > 0);
    assert_eq!(index.verify().unwrap().documents, 3);
    append(&DISK, &path, &many_articles(200)).unwrap();
    assert_eq!(folder.names(), ["news.pmk"]);
    assert_eq!(open(&path).verify().unwrap().documents, 203);
}

fn die_writing(path: &Path) -> ! {
    let start = if path.exists() { IndexWriter::append } else { IndexWriter::create };
    let mut writer = start(path, &DISK).unwrap();
    write_segment(&mut writer, &many_articles(100)).unwrap();
    std::process::abort();
}
