//! How the command ends, as `grep` does: found, nothing found, error.

/// What the shell is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something was found, or the work is done.
    Found,
    /// There was nothing to find.
    Nothing,
    /// It could not be done; standard error says why.
    Error,
}

impl Exit {
    /// [`Exit::Found`] where `found`, else [`Exit::Nothing`].
    pub(crate) fn found(found: bool) -> Exit {
        if found { Exit::Found } else { Exit::Nothing }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(match exit {
            Exit::Found => 0,
            Exit::Nothing => 1,
            Exit::Error => 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::Exit;

    #[test]
    fn codes_are_those_of_grep() {
        let codes = [Exit::Found, Exit::Nothing, Exit::Error].map(ExitCode::from);
        let shown = codes.map(|code| format!("{code:?}"));
        assert_eq!(shown, [0, 1, 2].map(|code| format!("{:?}", ExitCode::from(code))));
        assert_eq!(Exit::found(true), Exit::Found);
        assert_eq!(Exit::found(false), Exit::Nothing);
    }
}
