//! `pressmark man`: the manual page of the command or of one verb, made from the same definitions as the help.

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::arguments::{ManArguments, Typed};
use crate::exit::Exit;
use crate::output::Out;

pub(crate) fn run(arguments: ManArguments) -> anyhow::Result<Exit> {
    let command = command(arguments.verb.as_deref())?;
    let mut out = Out::new();
    out.write(&page(command).context("cannot make the manual page")?)?;
    out.finish()?;
    Ok(Exit::Found)
}

/// The page in roff.
fn page(command: Command) -> std::io::Result<Vec<u8>> {
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_verbs = command.has_subcommands();
    let source = concat!("pressmark ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).source(source).manual("Pressmark");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if has_verbs {
        man.render_subcommands_section(&mut page)?;
    }
    man.render_options_section(&mut page)?;
    page.extend_from_slice(sections(&after).as_bytes());
    Ok(page)
}

/// What follows the options in the help, as sections whose lines stand as they are: it is laid out for 80 columns.
fn sections(help: &str) -> String {
    let mut roff = String::new();
    let mut begun = false;
    for line in help.lines() {
        let heading = line.strip_suffix(':').filter(|heading| !heading.starts_with(' '));
        if heading.is_some() || !begun {
            let heading = heading.unwrap_or("Notes").to_uppercase();
            roff.push_str(&format!(".fi\n.SH \"{heading}\"\n.nf\n"));
            begun = true;
        }
        if !line.ends_with(':') || line.starts_with(' ') {
            // At the start of a line, full stops and apostrophes are commands.
            roff.push_str("\\&");
            roff.push_str(&line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq"));
            roff.push('\n');
        }
    }
    roff.push_str(".fi\n");
    roff
}

/// The whole command, or the verb asked for under its full name.
fn command(verb: Option<&str>) -> anyhow::Result<Command> {
    let mut whole = Typed::command();
    whole.build();
    let Some(verb) = verb else { return Ok(whole) };
    let Some(found) = whole.find_subcommand(verb) else {
        let verbs: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
        bail!("unknown verb `{verb}`: expected one of {}", verbs.join(", "));
    };
    Ok(found.clone().version(env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests {
    use super::{command, page, sections};

    #[test]
    fn every_verb_has_a_page() {
        let whole = command(None).expect("the whole command");
        for verb in whole.get_subcommands().map(clap::Command::get_name) {
            let page = page(command(Some(verb)).expect(verb)).expect(verb);
            let page = String::from_utf8(page).expect("roff is text");
            assert!(page.contains(&format!("pressmark\\-{verb} \\-")), "{page}");
        }
        assert!(command(Some("serach")).is_err());
    }

    #[test]
    fn help_becomes_sections_with_lines_as_they_are() {
        assert_eq!(
            sections("Examples:\n  'x' -k 2\n.y \\ z:\n  a:"),
            ".fi\n.SH \"EXAMPLES\"\n.nf\n\\&  \\(aqx\\(aq \\-k 2\n.fi\n.SH \".Y \\ Z\"\n.nf\n\\&  a:\n.fi\n"
        );
    }
}
