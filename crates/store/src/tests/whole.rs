//! What was written is read: every section, one segment and several, in memory and on disk.

use std::path::Path;

use super::fixture::{Article, bytes_of, create, many_articles, stored, three_articles};
use crate::postings::END;
use crate::{IndexFile, MemoryStorage, Segment};

/// Every word of every article is found through the index, and nothing else.
fn check_segment(segment: &Segment, articles: &[Article]) {
    assert_eq!(segment.doc_count() as usize, articles.len());
    for (number, article) in (0..).zip(articles) {
        let title: Vec<_> = article.title.split_whitespace().collect();
        let body: Vec<_> = article.body.split_whitespace().collect();
        assert_eq!(segment.length(number) as usize, title.len() + body.len());
        assert_eq!(segment.field_extent(0, number), (0, title.len() as u32));
        let body_start = title.len() as u32 + 1;
        assert_eq!(segment.field_extent(1, number), (body_start, body.len() as u32));
        assert_eq!(segment.id(number).unwrap(), article.id);
        assert_eq!(segment.document(number).unwrap(), stored(article));
        let words: Vec<f64> = segment.column("words").unwrap().unwrap().numbers(number).collect();
        assert_eq!(words, [article.body.len() as f64]);
        let last = articles.iter().rposition(|other| other.id == article.id).unwrap();
        assert_eq!(segment.find_id(&article.id).unwrap(), Some(last as u32));
        for (place, word) in (body_start..).zip(body) {
            let term = segment.lookup(word.as_bytes()).unwrap().unwrap();
            let mut cursor = segment.postings(&term).unwrap().cursor().unwrap();
            assert_eq!(cursor.seek(number).unwrap(), number);
            let mut positions = Vec::new();
            cursor.positions(&mut positions).unwrap();
            assert!(positions.contains(&place), "{word} at {place} of {number}");
        }
    }
    assert_eq!(segment.find_id("no such id").unwrap(), None);
    assert!(segment.lookup(b"nosuchword").unwrap().is_none());
}

#[test]
fn one_segment_reads_back() {
    let index = IndexFile::from_bytes(bytes_of(&[three_articles()])).unwrap();
    check_segment(&index.segments()[0], &three_articles());
    let statistics = &index.manifest().statistics;
    assert_eq!((statistics.documents, statistics.tokens), (3, 22));
    let report = index.verify().unwrap();
    assert_eq!(report.positions, 22);
    assert_eq!(report.uncommitted_bytes, 0);
    assert_eq!(index.segments()[0].section("column:date"), None);
}

#[test]
fn several_segments_read_back() {
    let groups = [many_articles(700), three_articles(), Vec::new(), many_articles(90)];
    let index = IndexFile::from_bytes(bytes_of(&groups)).unwrap();
    let mut base = 0;
    for (segment, articles) in index.segments().iter().zip(&groups) {
        assert_eq!(segment.base(), base);
        check_segment(segment, articles);
        base += segment.doc_count();
    }
    assert_eq!(index.generation(), 4);
    assert_eq!(index.manifest().superseded.len(), 3);
    let report = index.verify().unwrap();
    assert_eq!(report.documents, 793);
    let list = index.segments()[0].lookup(b"storm").unwrap().unwrap();
    let mut cursor = index.segments()[0].postings(&list).unwrap().cursor().unwrap();
    assert_eq!(cursor.seek(END).unwrap(), END);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let groups = [many_articles(50), three_articles()];
    assert_eq!(bytes_of(&groups), bytes_of(&groups));
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let (storage, path) = (MemoryStorage::default(), Path::new("a/b.pmk"));
    drop(crate::IndexWriter::create(path, &storage).unwrap());
    assert!(crate::Storage::list(&storage, Path::new("a")).unwrap().is_empty());
    create(&storage, path, &three_articles()).unwrap();
    assert_eq!(crate::Storage::list(&storage, Path::new("a")).unwrap(), [path]);
}

#[test]
fn an_open_index_is_shared_by_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<IndexFile>();
    is_shared::<Segment>();
    fn is_sent<T: Send>() {}
    is_sent::<crate::IndexWriter<'_>>();
}
