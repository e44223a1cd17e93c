//! Errors put into one line of words: what, where, what to do.
//!
//! Comes in: what a command or clap refused to do. Goes out: a line for standard error, and for people a caret under
//! the place of the query that is meant. Decides no exit code.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::arguments::Typed;
use crate::terminal::harmless;

/// The line of an error, without `error: `; single quotes stand where the libraries write backticks.
pub(crate) fn line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let message = cause.to_string();
        // Some errors repeat their cause in their own message.
        if line.contains(&message) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&message);
    }
    one_line(&line)
}

/// The query with a caret under the place an error is about, where it is about one.
pub(crate) fn caret(error: &anyhow::Error) -> Option<String> {
    error.downcast_ref::<pressmark::Error>()?.caret()
}

/// Whether it all comes from a pipe that nobody reads any more: no error at all.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain();
    causes.any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The line for arguments that clap did not take; `None` where it only has help or a version to print.
pub(crate) fn of_arguments(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let mut line = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::UnknownArgument => format!("unknown option `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            format!("unknown verb `{}`", text(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` needs a value"),
        ErrorKind::InvalidValue => format!("`{value}` is no value for `{argument}`"),
        ErrorKind::ValueValidation => {
            let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            format!("`{value}` is no value for `{argument}`{why}")
        }
        ErrorKind::MissingRequiredArgument => format!("missing {argument}"),
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            format!("`{argument}` cannot be used together with `{other}`")
        }
        _ => {
            let rendered = error.to_string();
            let first = rendered.lines().next().unwrap_or_default();
            first.trim_start_matches("error: ").to_owned()
        }
    };
    let suggested =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let values = text(ContextKind::ValidValue).filter(|values| !values.is_empty());
    // Of several suggestions the last is the nearest.
    let nearest = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.last().cloned(),
        _ => text(kind),
    };
    if let Some(suggestion) = suggested.into_iter().find_map(nearest) {
        let _ = write!(line, " (did you mean `{suggestion}`?)");
    } else if let Some(values) = values {
        let _ = write!(line, " (one of {values})");
    }
    Some(one_line(&line))
}

/// The command that would have helped: that of the verb where one was typed.
pub(crate) fn help_command() -> String {
    let command = Typed::command();
    let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    match std::env::args().find(|argument| verbs.contains(&argument.as_str())) {
        Some(verb) => format!("pressmark {verb} --help"),
        None => "pressmark --help".to_owned(),
    }
}

/// Without line ends and control characters, quoted as on a command line.
fn one_line(message: &str) -> String {
    let joined = message.split_whitespace().collect::<Vec<_>>().join(" ");
    harmless(&joined).replace('`', "'")
}

#[cfg(test)]
mod tests {
    use std::io;

    use anyhow::{Context, anyhow};
    use clap::CommandFactory;

    use super::{is_closed_pipe, line, of_arguments};
    use crate::arguments::Typed;

    fn refused(arguments: &str) -> Option<String> {
        let error = Typed::command()
            .try_get_matches_from(arguments.split(' '))
            .expect_err("must be refused");
        of_arguments(&error)
    }

    #[test]
    fn wrong_arguments_are_one_line_with_a_suggestion() {
        for (arguments, expected) in [
            ("pressmark serach i x", "unknown verb 'serach' (did you mean 'search'?)"),
            (
                "pressmark search i x --frmat json",
                "unknown option '--frmat' (did you mean '--format'?)",
            ),
            (
                "pressmark search i x --format jsn",
                "'jsn' is no value for '--format <FORMAT>' (did you mean 'json'?)",
            ),
            (
                "pressmark search i x --ties x",
                "'x' is no value for '--ties <ORDER>' (one of number, id)",
            ),
            (
                "pressmark search i x -k many",
                "'many' is no value for '-k <N>': expected a whole number, 0 or more",
            ),
            ("pressmark search i x -k", "'-k <N>' needs a value"),
            ("pressmark index i", "missing <INPUT>..."),
            (
                "pressmark search i x --query y",
                "'[QUERY]...' cannot be used together with '--query <QUERY>'",
            ),
        ] {
            assert_eq!(refused(arguments).as_deref(), Some(expected), "{arguments}");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        assert_eq!(refused("pressmark --help"), None);
        assert_eq!(refused("pressmark search --help"), None);
        assert_eq!(refused("pressmark --version"), None);
        assert_eq!(refused("pressmark"), None);
    }

    #[test]
    fn a_line_is_one_line_and_says_each_thing_once() {
        let cause = io::Error::other("disk\non fire \u{1b}[31m");
        let error = Err::<(), _>(cause).context("cannot open `a.pmk`").expect_err("an error");
        assert_eq!(line(&error), "cannot open 'a.pmk': disk on fire \u{fffd}[31m");
        assert_eq!(line(&anyhow!("inner").context("outer: inner")), "outer: inner");
    }

    #[test]
    fn a_closed_pipe_is_found_among_the_causes() {
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&anyhow!(pipe).context("cannot print")));
        assert!(!is_closed_pipe(&anyhow!("no pipe")));
    }
}
