//! Query words that begin with a dash, told from options.
//!
//! `pressmark search news.pmk wolf -mortal -k 5` means a query `wolf -mortal` and an option `-k 5`. Comes in: the
//! arguments as given. Goes out: the same, where an argument that must be part of the query wears a mark that clap does
//! not take for an option and that `unprotected` takes off again.
//!
//! The rule, for the verbs that take a query: an argument that begins with one dash is an option only if it is exactly
//! a known letter (`-k`), or a known letter that takes a number and the number (`-k5`, `-C=3`); all others belong to the
//! query. Two dashes are always an option, so that a mistyped one is an error and never a silent part of the query;
//! what follows a lone `--` is never an option.

use std::ffi::OsString;

use clap::Command;

/// Stands before a protected argument: a character for private use, in no keyboard's reach and in no query's.
const MARK: char = '\u{f8fe}';

/// The verbs whose arguments hold a query or a text.
const VERBS: [&str; 5] = ["search", "count", "explain", "parse", "analyze"];

/// `arguments` (the program's name first) with query words that look like options protected.
pub(crate) fn protected(arguments: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let Some((at, verb)) = verb(&arguments, command) else { return arguments };
    if !VERBS.contains(&verb.get_name()) {
        return arguments;
    }
    let mut free = true;
    let protect = |(index, argument): (usize, OsString)| {
        free &= argument != "--";
        let text = argument.to_str().filter(|_| at < index && free);
        match text {
            Some(text) if is_query_word(text, verb, command) => {
                OsString::from(format!("{MARK}{text}"))
            }
            _ => argument,
        }
    };
    arguments.into_iter().enumerate().map(protect).collect()
}

/// Takes the mark off.
pub(crate) fn unprotected(argument: &str) -> &str {
    argument.strip_prefix(MARK).unwrap_or(argument)
}

/// The first argument that is no option and no option's value: the verb.
fn verb<'c>(arguments: &[OsString], command: &'c Command) -> Option<(usize, &'c Command)> {
    let mut index = 1;
    loop {
        let argument = arguments.get(index)?.to_str()?;
        if !argument.starts_with('-') {
            return Some((index, command.find_subcommand(argument)?));
        }
        let name = argument.trim_start_matches('-');
        let mut options = command.get_arguments().filter(|known| known.get_long() == Some(name));
        let takes_value = options.any(|known| known.get_action().takes_values());
        index += if takes_value { 2 } else { 1 };
    }
}

fn is_query_word(argument: &str, verb: &Command, command: &Command) -> bool {
    let mut characters = argument.chars();
    if characters.next() != Some('-') {
        return false;
    }
    let rest = characters.as_str();
    let Some(letter) = characters.next().filter(|letter| *letter != '-') else { return false };
    let known = verb.get_arguments().chain(command.get_arguments());
    let option = known.into_iter().find(|known| known.get_short() == Some(letter));
    let help = ['h', 'V'].contains(&letter);
    if rest.len() == letter.len_utf8() {
        return option.is_none() && !help;
    }
    let value = characters.as_str();
    let number = value.strip_prefix('=').unwrap_or(value);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    !(is_number && option.is_some_and(|option| option.get_action().takes_values()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::CommandFactory;

    use super::{protected, unprotected};
    use crate::arguments::Typed;

    /// The arguments that were taken for query words.
    fn words(line: &str) -> Vec<String> {
        let arguments = line.split(' ').map(OsString::from).collect();
        let protected = protected(arguments, &Typed::command());
        let text = |argument: &OsString| argument.to_str().map(str::to_owned);
        let marked = protected.iter().filter_map(text);
        marked
            .filter(|text| unprotected(text) != text)
            .map(|text| unprotected(&text).to_owned())
            .collect()
    }

    #[test]
    fn excluded_words_are_query_words() {
        assert_eq!(words("pressmark search i wolf -mortal"), ["-mortal"]);
        assert_eq!(
            words("pressmark search i -king -house -Volga wolf"),
            ["-king", "-house", "-Volga"]
        );
        assert_eq!(words("pressmark -q --color never count i -a wolf -\"big"), ["-a", "-\"big"]);
        assert_eq!(words("pressmark search i wolf -mortal -k5x"), ["-mortal", "-k5x"]);
    }

    #[test]
    fn options_stay_options() {
        assert!(
            words("pressmark search i wolf -k 5 -k5 -C=3 -q -h -V -f - --all --nonsense -")
                .is_empty()
        );
        assert!(words("pressmark search i -- -mortal").is_empty());
        assert!(words("pressmark index i -mortal").is_empty());
        assert!(words("pressmark -mortal search i wolf").is_empty());
    }
}
