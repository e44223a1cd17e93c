//! The key on names by example, and its precision and recall on the list of variants.

use super::*;
use std::collections::HashMap;

fn key(word: &str) -> String {
    let mut folded = String::new();
    crate::fold::fold(word, &mut folded);
    let mut out = String::new();
    name_key(&folded, &mut out);
    out
}

#[track_caller]
fn same(forms: &[&str]) {
    for form in forms {
        assert_eq!(key(form), key(forms[0]), "{form} and {}", forms[0]);
    }
}

#[test]
fn spellings_of_a_name_meet() {
    same(&["jolani", "Julani", "Golani", "Jawlani"]);
    same(&["Qasim", "Qassem", "Kassem"]);
    same(&["Suleymany", "Soleimani"]);
    same(&["Mohammed", "Muhammad", "Mohamed", "Mohamad"]);
    same(&["Gaddafi", "Qadhafi", "Kadafi"]);
    same(&["Hussein", "Husayn"]);
    same(&["Chaikovsky", "Tchaikovsky", "Tschaikowski"]);
    same(&["Khrushchev", "Chruschtschow", "Khrouchtchev"]);
    same(&["Qur\u{2019}an", "Koran"]);
}

#[test]
fn other_names_stay_apart() {
    for (left, right) in [
        ("jamal", "kamal"),
        ("hassan", "hussein"),
        ("ali", "ula"),
        ("husseini", "hussein"),
        ("omar", "amir"),
        ("said", "sadat"),
        ("salim", "salman"),
        ("jolani", "jilani"),
    ] {
        assert_ne!(key(left), key(right), "{left} and {right}");
    }
}

#[test]
fn words_without_latin_letters_have_themselves_for_a_key() {
    for word in ["\u{43f}\u{443}\u{442}\u{438}\u{43d}", "1984", "\u{6771}", "", "'"] {
        assert_eq!(key(word), crate_folded(word));
    }
}

fn crate_folded(word: &str) -> String {
    let mut out = String::new();
    crate::fold::fold(word, &mut out);
    out
}

/// How a way to decide that two words are one name does on all pairs of the list.
#[derive(Debug, Default)]
struct Outcome {
    found: usize,
    wrong: usize,
    missed: usize,
}

impl Outcome {
    fn count(&mut self, group_matches: bool, decided: bool) {
        match (group_matches, decided) {
            (true, true) => self.found += 1,
            (false, true) => self.wrong += 1,
            (true, false) => self.missed += 1,
            (false, false) => {}
        }
    }

    fn precision(&self) -> f64 {
        self.found as f64 / (self.found + self.wrong) as f64
    }

    fn recall(&self) -> f64 {
        self.found as f64 / (self.found + self.missed) as f64
    }
}

/// Optimal string alignment: a transposition costs 1.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows = vec![(0..=right.len()).collect::<Vec<usize>>()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let changed = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

/// `(group, folded form, key)` of every form in the list.
fn variants() -> Vec<(usize, String, String)> {
    let list = include_str!("../../../../seeds/name-variants.tsv");
    let groups = list.lines().filter(|line| !line.starts_with('#')).enumerate();
    let forms = groups.flat_map(|(group, line)| line.split('\t').map(move |form| (group, form)));
    forms.map(|(group, form)| (group, crate_folded(form), key(form))).collect()
}

#[test]
fn precision_and_recall_on_the_list_beside_edit_distance() {
    let forms = variants();
    let groups = forms.last().unwrap().0 + 1;
    assert!(groups >= 200);
    let (mut by_key, mut by_one, mut by_two) = Default::default();
    let mut unlike: HashMap<String, Vec<String>> = HashMap::new();
    for (i, (group, form, key)) in forms.iter().enumerate() {
        for (other_group, other, other_key) in &forms[..i] {
            let same = group == other_group;
            let apart = distance(form, other);
            Outcome::count(&mut by_key, same, key == other_key);
            Outcome::count(&mut by_one, same, apart <= 1);
            Outcome::count(&mut by_two, same, apart <= 2);
            if same != (key == other_key) {
                let kind = if same { "missed" } else { "wrong" };
                unlike
                    .entry(kind.to_owned())
                    .or_default()
                    .push(format!("{form}:{key} {other}:{other_key}"));
            }
        }
    }
    println!("{groups} groups, {} forms", forms.len());
    for (name, outcome) in [("key", &by_key), ("edits <= 1", &by_one), ("edits <= 2", &by_two)] {
        println!(
            "{name}: precision {:.3}, recall {:.3}, {outcome:?}",
            outcome.precision(),
            outcome.recall()
        );
    }
    for (kind, pairs) in unlike {
        println!("{kind}: {}", pairs.join(", "));
    }
    assert!(by_key.precision() >= 0.94 && by_key.recall() >= 0.92);
    assert!(by_key.precision() > by_two.precision() && by_key.recall() > by_two.recall());
}
