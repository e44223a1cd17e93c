//! Measures beside what trec_eval recorded, and every form of file that is read or refused.

use std::collections::BTreeMap;

use super::significance::{TestOptions, compare};
use super::topics::{TopicPart, parse};
use super::*;
use crate::Error;

/// What trec_eval says about runs made up by `benches/witness/trec_eval_witness.py record`.
#[derive(serde::Deserialize)]
struct Case {
    name: String,
    qrels: String,
    run: String,
    topics: BTreeMap<String, BTreeMap<String, f64>>,
    overall: BTreeMap<String, f64>,
}

#[test]
fn every_measure_is_trec_evals() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("tests/trec_eval.json")).unwrap();
    assert!(5 <= cases.len());
    for case in cases {
        let measures: Vec<Measure> =
            case.overall.keys().map(|name| name.parse().unwrap()).collect();
        let judgements = Judgements::parse(&case.qrels).unwrap();
        let run = Run::parse(&case.run).unwrap();
        let found = assess(&judgements, &run, &measures, Coverage::Common).unwrap();
        let topics: Vec<&String> = found.topics.iter().map(|(topic, _)| topic).collect();
        assert_eq!(topics, case.topics.keys().collect::<Vec<_>>(), "{}", case.name);
        for (topic, values) in &found.topics {
            same(&case.name, &measures, values, &case.topics[topic]);
        }
        same(&case.name, &measures, &found.overall, &case.overall);
        assert_eq!(found.unjudged, ["unjudged"]);
    }
}

fn same(case: &str, measures: &[Measure], values: &[f64], expected: &BTreeMap<String, f64>) {
    for (measure, value) in measures.iter().zip(values) {
        let expected = expected[&measure.to_string()];
        assert!(value.is_sign_positive(), "{case}: {measure} is {value}");
        assert!((value - expected).abs() < 1e-9, "{case}: {measure} is {value}, not {expected}");
    }
}

/// One measure of the small run below.
fn value(run: &str, measure: &str, coverage: Coverage) -> f64 {
    let qrels = "1 0 a 1\n1 0 b 0\n2 0 a 2\n";
    let measures = [measure.parse().unwrap()];
    let run = Run::parse(run).unwrap();
    assess(&Judgements::parse(qrels).unwrap(), &run, &measures, coverage).unwrap().overall[0]
}

#[test]
fn missing_topics_count_only_where_asked() {
    let run = "1 Q0 b 1 2 t\n1 Q0 a 2 1 t\n";
    assert_eq!(value(run, "map", Coverage::Common), 0.5);
    assert_eq!(value(run, "map", Coverage::AllJudged), 0.25);
    assert_eq!(value(run, "num_rel", Coverage::AllJudged), 2.0);
}

#[test]
fn judged_is_the_part_of_what_was_found() {
    let run = "1 Q0 x 1 3 t\n1 Q0 b 2 2 t\n1 Q0 a 3 1 t\n";
    assert_eq!(value(run, "judged@2", Coverage::Common), 0.5);
    assert_eq!(value(run, "judged_10", Coverage::Common), 2.0 / 3.0);
}

#[test]
fn measures_have_one_name_and_several_spellings() {
    for (typed, name) in [
        ("nDCG@10", "ndcg_cut_10"),
        ("ndcg_cut.5", "ndcg_cut_5"),
        ("MAP", "map"),
        ("RR", "recip_rank"),
        ("P@10", "P_10"),
        ("R@100", "recall_100"),
        ("Rprec", "Rprec"),
        ("num_rel_ret", "num_rel_ret"),
    ] {
        assert_eq!(typed.parse::<Measure>().unwrap().to_string(), name);
    }
    for wrong in ["", "P", "P@0", "map@10", "ndcg_cut", "precision", "P_x", "@10"] {
        assert!(wrong.parse::<Measure>().is_err(), "{wrong}");
    }
}

#[test]
fn files_say_where_they_are_wrong() {
    let line = |error: Error| match error {
        Error::Line { line, .. } | Error::Twice { line, .. } => line,
        _ => 0,
    };
    assert_eq!(line(Judgements::parse("1 0 a 1\n1 0 b\n").unwrap_err()), 2);
    assert_eq!(line(Judgements::parse("1 0 a 1\n\n1 0 a 2\n").unwrap_err()), 3);
    assert_eq!(line(Run::parse("1 Q0 a 1 x t\n").unwrap_err()), 1);
    assert_eq!(line(Run::parse("1 Q0 a 1 NaN t\n").unwrap_err()), 1);
    assert_eq!(line(Run::parse("1 Q0 a 1 2 t\n1 Q0 a 2 1 t\n").unwrap_err()), 2);
    assert!(matches!(Judgements::parse("\n"), Err(Error::Nothing { .. })));
    let beir = Judgements::parse("query-id\tcorpus-id\tscore\nq1\td1\t1\n").unwrap();
    assert_eq!(beir.of("q1").unwrap()["d1"], 1);
}

#[test]
fn runs_are_written_as_they_are_read() {
    let entry = |document: &str, score| RunEntry { document: document.to_owned(), score };
    let entries = [entry("a b", 0.1 + 0.2), entry("c", -1e-7)];
    let text = run_lines("7", &entries, "my tag");
    assert_eq!(text, "7 Q0 a_b 1 0.30000000000000004 my_tag\n7 Q0 c 2 -0.0000001 my_tag\n");
    let read = Run::parse(&text).unwrap();
    assert_eq!(read.of("7").unwrap(), [entry("a_b", 0.1 + 0.2), entry("c", -1e-7)]);
}

#[test]
fn topics_come_in_many_forms() {
    let topic = |id: &str, text: &str| Topic { id: id.to_owned(), text: text.to_owned() };
    let read = |text: &str| parse(text, TopicsFormat::of(text), &[TopicPart::Title]).unwrap();
    let expected = [topic("1", "big bad wolf"), topic("2", "mortal coil")];
    assert_eq!(read("1\tbig bad wolf\n\n2\tmortal coil\n"), expected);
    assert_eq!(
        read(
            "{\"_id\":\"1\",\"text\":\"big bad wolf\",\"metadata\":{}}\n{\"qid\":2,\"query\":\"mortal coil\"}\n"
        ),
        expected
    );
    let old = "<top>\n<num> Number: 1\n<title> Topic: big bad\nwolf\n<desc> Description:\nAny wolves?\n</top>\n\
               <top><num>2</num><title>mortal coil</title><narr>None.</narr></top>";
    assert_eq!(read(old), expected);
    let parts = [TopicPart::Title, TopicPart::Description];
    assert_eq!(parse(old, TopicsFormat::Trec, &parts).unwrap()[0].text, "big bad wolf Any wolves?");
}

#[test]
fn bad_topics_are_refused() {
    let read = |text: &str| parse(text, TopicsFormat::of(text), &[TopicPart::Narrative]);
    for text in [
        "",
        "no tab\n",
        "{\"text\":\"x\"}\n",
        "{1}\n",
        "<top><title>x</top>",
        "<top><num>1<title>x</top>",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(matches!(read("1\ta\n1\tb\n"), Err(Error::Twice { line: 2, .. })));
}

#[test]
fn equal_runs_do_not_differ_and_different_ones_do() {
    let equal: Vec<_> = (0..50).map(|n| (f64::from(n), f64::from(n))).collect();
    let found = compare(&equal, TestOptions::default());
    assert_eq!((found.p_t_test, found.p_randomisation, found.difference), (1.0, 1.0, 0.0));
    let better: Vec<_> = (0..50).map(|n| (0.5, 0.6 + f64::from(n % 3) / 100.0)).collect();
    let found = compare(&better, TestOptions::default());
    assert!(found.p_t_test < 1e-6 && found.p_randomisation < 1e-3, "{found:?}");
    assert_eq!((found.better, found.worse, found.topics), (50, 0, 50));
    assert!(found.interval.0 <= found.difference && found.difference <= found.interval.1);
    assert_eq!(compare(&[], TestOptions::default()).p_t_test, 1.0);
}

#[test]
fn the_t_test_gives_known_values() {
    // Differences 1, 2, 3, 4: mean 2.5, standard error sqrt(5/3)/2, t = 3.8730 with 3 degrees of freedom.
    let pairs: Vec<_> = (1..=4).map(|n| (0.0, f64::from(n))).collect();
    let found = compare(&pairs, TestOptions { seed: 3, rounds: 200_000 });
    assert!((found.p_t_test - 0.030_466).abs() < 1e-5, "{}", found.p_t_test);
    // Of the 16 ways to choose signs two are as extreme.
    assert!((found.p_randomisation - 0.125).abs() < 0.005, "{}", found.p_randomisation);
}
