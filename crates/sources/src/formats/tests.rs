//! Formats that need no fixture file.

use crate::tests::{lines, read, read_with};
use crate::{Input, Item, ReadOptions};

const WIKI: &str = r#"<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="de">
  <siteinfo><namespaces>
    <namespace key="6" case="first-letter">Datei</namespace>
    <namespace key="14" case="first-letter">Kategorie</namespace>
    <namespace key="0" case="first-letter" />
  </namespaces></siteinfo>
  <page>
    <title>R&amp;D</title><ns>0</ns><id>7</id>
    <revision><id>70</id><timestamp>2020-01-02T03:04:05Z</timestamp>
      <contributor><username>X</username><id>9</id></contributor>
      <text bytes="3" xml:space="preserve">old</text></revision>
    <revision><id>71</id><timestamp>2021-01-02T03:04:05Z</timestamp>
      <text xml:space="preserve">'''New''' &lt;b&gt;text&lt;/b&gt; &amp;ndash; [[Datei:a.png|mini|Bild]] [[Kategorie:K]]</text></revision>
  </page>
  <page><title>Old name</title><ns>0</ns><id>8</id><redirect title="R&amp;D" /><revision><text>#WEITERLEITUNG [[R&amp;D]]</text></revision></page>
  <page><title>Talk:R</title><ns>1</ns><id>9</id><revision><text>talk</text></revision></page>
  <page><title>Empty</title><ns>0</ns><id>10</id><revision><text /></revision></page>
</mediawiki>
"#;

#[test]
fn wiki_pages_become_documents() {
    let expected = [
        "w.xml#1 7 title=R&D date=2021-01-02T03:04:05Z body=New text –\nBild category=List([Text(\"K\")])",
        "skipped redirect",
        "skipped namespace",
        "w.xml#4 10 title=Empty",
    ];
    assert_eq!(lines(&read("w.xml", WIKI.as_bytes())), expected);
    for batch_bytes in [1, 10, 333] {
        let input = Input::Bytes { name: "w.xml".into(), bytes: WIKI.into() };
        let options = ReadOptions { batch_bytes, ..ReadOptions::default() };
        assert_eq!(lines(&read_with(vec![input], options).0), expected);
    }
    let input = Input::Bytes { name: "w.xml".into(), bytes: WIKI.into() };
    let options = ReadOptions { namespaces: vec![1], ..ReadOptions::default() };
    assert!(
        lines(&read_with(vec![input], options).0)
            .contains(&"w.xml#3 9 title=Talk:R body=talk".to_owned())
    );
}

#[test]
fn a_wiki_dump_cut_anywhere_keeps_its_whole_pages_and_says_so() {
    let ends: Vec<usize> = WIKI.match_indices("</page>").map(|(at, tag)| at + tag.len()).collect();
    let begin = WIKI.find("<page>").unwrap();
    for cut in begin..WIKI.len() - 1 {
        if !WIKI.is_char_boundary(cut) {
            continue;
        }
        let items = read("w.xml", &WIKI.as_bytes()[..cut]);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let closed = WIKI[..cut].contains("</mediawiki>");
        assert_eq!(items.len(), whole + usize::from(!closed), "cut at {cut}");
        assert_eq!(matches!(items.last(), Some(Item::Bad(_))), !closed, "cut at {cut}");
    }
}

#[test]
fn a_damaged_wiki_page_is_bad_and_the_next_is_read() {
    let damaged = WIKI
        .replace("</revision>\n  </page>\n  <page><title>Old", "</revision>\n <page><title>Old");
    let lines = lines(&read("w.xml", damaged.as_bytes()));
    assert!(lines[0].contains("no `</page>` before the next `<page>`"), "{lines:?}");
    assert_eq!(lines.len(), 4);
    let damaged = WIKI.replace("<ns>1</ns>", "<ns>1</id>");
    assert!(
        crate::tests::lines(&read("w.xml", damaged.as_bytes()))[2].contains("not well-formed XML")
    );
}
