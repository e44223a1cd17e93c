//! Wikitext beside the text it shows.

use super::*;

fn text(wikitext: &str) -> String {
    plain(wikitext, &Site::default()).text
}

fn check(cases: &[(&str, &str)]) {
    for (wikitext, expected) in cases {
        assert_eq!(text(wikitext), *expected, "of {wikitext:?}");
    }
}

#[test]
fn numbers_and_units_stay() {
    check(&[
        ("At {{convert|1300|mi|km}}, Alabama", "At 1300 mi, Alabama"),
        ("{{convert|5|ft|10|in|cm|0|abbr=on}} tall", "5 ft 10 in tall"),
        ("{{Convert|3|to|5|km|mi|0}} away", "3 to 5 km away"),
        ("{{convert|100|km|0}}", "100 km"),
        ("{{convert|22|x|30|m|ft}}", "22 × 30 m"),
        ("{{cvt|1,200.5|sqmi|km2}}", "1,200.5 sq mi"),
        ("in {{formatnum:3}} and {{formatnum: 1234567 }}", "in 3 and 1234567"),
        ("{{val|5.2|0.1|e=3|u=kg}}", "5.2 ± 0.1 ×10^3 kg"),
        ("{{frac|1|2}} {{frac|3|1|4}} {{frac|8}}", "1/2 3 1/4 1/8"),
        ("{{birth date|1990|2|3|df=y}}", "1990-02-03"),
        ("10<sup>6</sup> m<sup>2</sup>", "10^6 m2"),
        ("{{USD|100}} {{€|5}}", "US$100 €5"),
        ("{{As of|2010}}, {{circa|1900}}", "as of 2010, c. 1900"),
    ]);
}

#[test]
fn links_show_their_labels() {
    check(&[
        ("[[dog]]s and [[Cat (animal)|cats]]", "dogs and cats"),
        ("[[Paris (Texas)|]] [[:Category:Rivers]]", "Paris Category:Rivers"),
        ("a [[File:x.jpg|thumb|200px|alt=A|The ''[[old]] town'']] b", "a\nThe old town\nb"),
        ("[[Datei:x.jpg|mini|links|Die Stadt]]", "Die Stadt"),
        ("[http://a.org The site] [http://b.org] http://c.org", "The site http://c.org"),
        ("[[fr:Chien]][[zh-yue:狗]] x [1] [[Re: Zero]]", "x [1] Re: Zero"),
        ("[[unclosed link\nnext [[line", "unclosed link\nnext line"),
        ("[[a|{{lang|fr|mot}} [[b]]]]", "mot b"),
    ]);
    let page = plain("x [[Category:Rivers|Key]] [[category:Old_towns]]", &Site::default());
    assert_eq!(
        (page.text.as_str(), page.categories),
        ("x", vec!["Rivers".into(), "Old towns".into()])
    );
}

#[test]
fn a_site_tells_its_own_words() {
    let mut site = Site::default();
    site.add(6, "Delwedd");
    site.add(14, "Categori");
    let page = plain("[[Delwedd:a.jpg|bawd|Castell]][[Categori:Trefi]]", &site);
    assert_eq!((page.text.as_str(), page.categories.len()), ("Castell", 1));
}

#[test]
fn blocks_stand_on_their_lines() {
    check(&[
        (
            "Lead.\n== Early ''life'' ==\nText\n=== Sub === <!-- c -->\n* one\n** two\n# three\n; term : def",
            "Lead.\n\nEarly life\nText\n\nSub\none\ntwo\nthree\nterm : def",
        ),
        ("a\n----\nb\n\n\n\nc", "a\n\nb\n\nc"),
        ("x = y\n=z\n==", "x = y\n=z\n=="),
        ("<p>a</p><div class=\"x\">b<br/>c</div>", "a\n\nb\nc"),
    ]);
}

#[test]
fn tables_become_rows_of_cells() {
    check(&[
        (
            "{| class=\"wikitable\"\n|+ Caption\n! Name !! align=right | Born\n|- style=\"x\"\n| [[A|a]] || 1900\n|-\n| colspan=2 | b\n| c | d\n|}\nafter",
            "Caption\nName\tBorn\na\t1900\nb\td\n\nafter",
        ),
        ("{|\n| outer\n{|\n| inner\n|}\n| next\n|}", "outer\n\ninner\n\nnext"),
        ("{|\n| unclosed\n| table\n", "unclosed\ttable"),
    ]);
}

#[test]
fn boxes_are_a_field_of_their_own() {
    let wikitext = "{{Infobox river\n| name = Rhine\n| length = {{convert|1230|km|mi}}\n| image = a.jpg\n| mouth =\n| cities = {{ubl|Basel|[[Bonn]]}}<ref>x</ref>\n}}\nThe '''Rhine''' is {{nowrap|a river}}.";
    let page = plain(wikitext, &Site::default());
    assert_eq!(page.text, "The Rhine is a river.");
    assert_eq!(page.infobox, "name: Rhine\nlength: 1230 km\ncities: Basel\nBonn");
    let unknown = "{{Річка\n| назва = Дніпро\n| довжина = 2201\n| гирло = Чорне море\n}}\nТекст";
    let page = plain(unknown, &Site::default());
    assert_eq!((page.text.as_str(), page.infobox.lines().count()), ("Текст", 3));
}

#[test]
fn markup_without_text_goes() {
    check(&[
        ("a<ref name=\"x\">[[b]] {{cite web|title=t}}</ref>c<ref name=x />d<!-- e -->f", "acdf"),
        ("__NOTOC__\nx __init__ y", "x __init__ y"),
        (
            "{{Main|Other}}\n{{Use dmy dates|date=May 2010}}\nText {{citation needed|date=May 2010}} on.",
            "Text on.",
        ),
        ("{{Navbox foo}}{{Portal|X}}\nText", "Text"),
        ("'''''both''''' ''i'' '''b''' ''''q'''' don''t", "both i b 'q' dont"),
        ("A ({{IPA|x}}) b (; ) c ({{lang|fr|d}}).", "A b c (d)."),
        ("Achilles ({{IPAc-en|x}}; {{lang|el|Ἀχιλλεύς}}) ( a )", "Achilles (Ἀχιλλεύς) (a )"),
        (
            "<math>a_1 &lt; b</math> <nowiki>[[x]] {{y}}</nowiki> <code>[[z]]</code>",
            "a_1 < b [[x]] {{y}} z",
        ),
        (
            "<gallery mode=x>\nFile:a.jpg|First [[town]]\nFile:b.jpg\n</gallery>\nend",
            "First town\n\nend",
        ),
        ("a < b & c &amp; d &nbsp;e &#8211; &unknown; &#x1F600;", "a < b & c & d e – &unknown; 😀"),
    ]);
}

#[test]
fn unknown_templates_keep_what_is_text() {
    check(&[
        ("The {{ship|USS|Enterprise|CV-6}} sank.", "The USS Enterprise CV-6 sank."),
        (
            "{{Zitat xyz|Text=Es war ein langer Tag und niemand wollte nach Hause gehen.|Autor=K}}\nx",
            "Es war ein langer Tag und niemand wollte nach Hause gehen.\n\nx",
        ),
        ("{{quote|To be or not.|[[Hamlet]]}}", "To be or not.\nHamlet"),
        ("* {{cite book|last=Doe|title=The ''Book''|isbn=1|year=1999}}", "Doe, The Book, 1999"),
        ("{{nihongo|Tokyo|東京|Tōkyō}}", "Tokyo (東京, Tōkyō)"),
        ("-{zh-hans:计算机;zh-hant:電腦}- -{R|x}-", "计算机 電腦 x"),
        ("{{{1|default}}} {{{2}}}", "default"),
        ("{{#if: x | then | else }}", "then"),
    ]);
}

#[test]
fn unbalanced_markup_loses_nothing() {
    check(&[
        ("{{Infobox\n| a = one\nText without end [[b", "Infobox| a = one\nText without end b"),
        ("a }} b ]] c |} d", "a }} b ]] c |} d"),
        ("a <ref>b", "a b"),
        ("a <!-- b", "a"),
        ("{{nowrap|[[y}} z", "y z"),
        ("{{{{{{a", "a"),
    ]);
}

#[test]
fn depth_and_length_are_bounded() {
    for opening in [
        "{{",
        "[[",
        "{{{",
        "{|\n",
        "-{",
        "[http://a ",
        "<ref>",
        "<div>",
        "''",
        "{{a|",
        "[[a|",
        "<!--",
        "&",
        "(",
        "==\n",
        "<gallery>",
        "{|\n|-\n|",
        "{|\n|\n|-\n|\n",
        "a",
    ] {
        let wikitext = opening.repeat(200_000);
        let start = std::time::Instant::now();
        let page = plain(&wikitext, &Site::default());
        assert!(page.text.len() <= wikitext.len());
        assert!(start.elapsed().as_secs() < 5, "{opening:?} took {:?}", start.elapsed());
    }
    for (open, close) in [("{{a|", "}}"), ("[[a|", "]]"), ("{{{a|", "}}}"), ("-{", "}-")] {
        let wikitext = format!("{}x{}", open.repeat(50_000), close.repeat(50_000));
        assert!(text(&wikitext).contains('x'));
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(wikitext in "([a-z \n|=!*:'-]|\\{\\{|\\}\\}|\\[\\[|\\]\\]|\\{\\||\\|\\}|<ref>|</ref>|<br/>|<nowiki>|&amp;|é|名|\\{\\{convert\\||\\{\\{infobox\\|){0,60}") {
        plain(&wikitext, &Site::default());
    }

    #[test]
    fn words_between_markup_are_not_lost(words in proptest::collection::vec("[a-z]{1,8}", 1..20)) {
        let wikitext: String = words.iter().enumerate().map(|(at, word)| match at % 5 {
            0 => format!("[[{word}]] "),
            1 => format!("'''{word}''' "),
            2 => format!("{{{{nowrap|{word}}}}} "),
            3 => format!("<b>{word}</b> "),
            _ => format!("{word} "),
        }).collect();
        proptest::prop_assert_eq!(text(&wikitext), words.join(" "));
    }
}
