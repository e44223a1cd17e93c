//! The `pressmark` command: full-text search for dumps of articles.
//!
//! One way through: `arguments` reads what was typed and works out what is meant, one file of `commands` does it with
//! the library, `output` prints what came of it, and [`Exit`] tells the shell. Results go to standard output, everything
//! else to standard error. Clocks, colours and words live here and nowhere below.

mod arguments;
mod commands;
mod complaint;
mod exit;
mod output;
mod progress;
mod system;
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::arguments::{Setting, Typed, protected};
use crate::exit::Exit;

/// A fixed text: it is written where nothing can be put together any more.
const CUT: &str = "error: a file was cut while it was being read, or its disk failed; run 'pressmark verify' on the index, \
    then copy it again from a whole one or build it again; '--no-mmap' reads files that others may change\n";

fn main() -> ExitCode {
    pressmark::tame_file_signals(CUT, 2);
    match Typed::read() {
        Ok(typed) => run(typed).into(),
        Err(refused) => refuse(&refused).into(),
    }
}

impl Typed {
    /// Reads the command line.
    fn read() -> Result<Typed, clap::Error> {
        let command = Typed::command();
        let arguments = protected(std::env::args_os().collect(), &command);
        Typed::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }
}

/// Does what was asked and says why where it cannot be done.
fn run(typed: Typed) -> Exit {
    let setting = Setting::new(&typed.global);
    let error = match commands::run(typed.verb, &setting) {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    if complaint::is_closed_pipe(&error) {
        return Exit::Found;
    }
    complain(&complaint::line(&error), setting.color_err);
    if let Some(caret) = complaint::caret(&error).filter(|_| setting.talks_to_person) {
        let _ = writeln!(std::io::stderr(), "{caret}");
    }
    Exit::Error
}

/// Says what clap did not take; help and version are what was asked for, not errors.
fn refuse(refused: &clap::Error) -> Exit {
    match complaint::of_arguments(refused) {
        Some(line) => {
            let color =
                anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
            complain(&format!("{line}; see {}", complaint::help_command()), color);
            Exit::Error
        }
        None => {
            // A closed pipe is no reason to complain here either.
            let _ = refused.print();
            if refused.use_stderr() { Exit::Error } else { Exit::Found }
        }
    }
}

/// One line on standard error; if even that fails there is nobody left to tell.
fn complain(line: &str, color: bool) {
    let error = terminal::styled("error:", terminal::MARK, color);
    let _ = writeln!(std::io::stderr(), "{error} {line}");
}
