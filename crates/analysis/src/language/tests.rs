//! Languages told from texts, and said by documents.

use super::*;

fn code(languages: &Languages, said: Option<&str>, text: &str) -> &'static str {
    languages.code(languages.of(said, std::iter::once(text)))
}

const TEXTS: [(&str, &str); 9] = [
    (
        "en",
        "The ships that were waiting in the harbour had been painted by the children of the town.",
    ),
    ("de", "Die Schiffe, die im Hafen warteten, waren von den Kindern der Stadt bemalt worden."),
    (
        "fr",
        "Les navires qui attendaient dans le port avaient \u{e9}t\u{e9} peints par les enfants de la ville.",
    ),
    (
        "es",
        "Los barcos que esperaban en el puerto hab\u{ed}an sido pintados por los ni\u{f1}os de la ciudad.",
    ),
    (
        "ru",
        "\u{41a}\u{43e}\u{440}\u{430}\u{431}\u{43b}\u{438}, \u{43a}\u{43e}\u{442}\u{43e}\u{440}\u{44b}\u{435} \u{441}\u{442}\u{43e}\u{44f}\u{43b}\u{438} \u{432} \u{433}\u{430}\u{432}\u{430}\u{43d}\u{438}, \u{431}\u{44b}\u{43b}\u{438} \u{440}\u{430}\u{441}\u{43a}\u{440}\u{430}\u{448}\u{435}\u{43d}\u{44b} \u{434}\u{435}\u{442}\u{44c}\u{43c}\u{438} \u{44d}\u{442}\u{43e}\u{433}\u{43e} \u{433}\u{43e}\u{440}\u{43e}\u{434}\u{430}, \u{438} \u{436}\u{438}\u{442}\u{435}\u{43b}\u{438} \u{43f}\u{440}\u{438}\u{445}\u{43e}\u{434}\u{438}\u{43b}\u{438} \u{441}\u{43c}\u{43e}\u{442}\u{440}\u{435}\u{442}\u{44c} \u{43d}\u{430} \u{43d}\u{438}\u{445} \u{43a}\u{430}\u{436}\u{434}\u{44b}\u{439} \u{432}\u{435}\u{447}\u{435}\u{440}, \u{43a}\u{43e}\u{433}\u{434}\u{430} \u{432}\u{43e}\u{437}\u{432}\u{440}\u{430}\u{449}\u{430}\u{43b}\u{438}\u{441}\u{44c} \u{441} \u{440}\u{430}\u{431}\u{43e}\u{442}\u{44b}.",
    ),
    (
        "sv",
        "Skeppen som v\u{e4}ntade i hamnen hade m\u{e5}lats av barnen i staden och de var v\u{e4}ldigt vackra.",
    ),
    (
        "",
        "\u{e40}\u{e23}\u{e37}\u{e2d}\u{e23}\u{e2d}\u{e2d}\u{e22}\u{e39}\u{e48}\u{e43}\u{e19}\u{e17}\u{e48}\u{e32}",
    ),
    ("", "12 345 --"),
    ("", "Bridge reopens"),
];

#[test]
fn texts_tell_their_language() {
    let all = Languages::new("").unwrap();
    assert_eq!(all.codes().count(), stem::languages().len());
    for (expected, text) in TEXTS {
        assert_eq!(code(&all, None, text), expected, "{text}");
    }
}

#[test]
fn a_list_limits_the_choice() {
    let some = Languages::new("fr, de,German").unwrap();
    assert_eq!(some.codes().collect::<Vec<_>>(), ["de", "fr"]);
    for (expected, text) in &TEXTS[1..3] {
        assert_eq!(code(&some, None, text), *expected);
    }
    assert!(["de", "fr"].contains(&code(&some, None, TEXTS[0].1)));
    assert_eq!(code(&some, None, TEXTS[4].1), "");
    assert!(Languages::new("de,tlh").is_err());
}

#[test]
fn what_a_document_says_counts_first() {
    let all = Languages::new("").unwrap();
    for (said, expected) in
        [("fr", "fr"), ("FR-ca", "fr"), ("th", ""), ("de_AT", "de"), ("English", "en"), ("", "en")]
    {
        assert_eq!(code(&all, Some(said), TEXTS[0].1), expected, "{said}");
    }
}

#[test]
fn only_the_beginning_of_a_text_is_looked_at() {
    let all = Languages::new("").unwrap();
    let text = TEXTS[1].1.repeat(30) + &TEXTS[0].1.repeat(3000);
    assert_eq!(code(&all, None, &text), "de");
}
