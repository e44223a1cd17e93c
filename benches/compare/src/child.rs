//! An engine at work: a process that answers one line with one line.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::engines::{Built, Engine};

/// Binds this program, and with it the engines that it starts from now on, to one processor: over a pipe between two,
/// waking the other one takes longer than a short query, and takes another time each time.
#[cfg(target_os = "linux")]
pub(crate) fn share_one_processor() -> Result<()> {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;

    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this)?;
    let last = (0..CpuSet::count()).rev().find(|&number| allowed.is_set(number) == Ok(true));
    let mut one = CpuSet::new();
    one.set(last.context("no processor to run on")?)?;
    Ok(sched_setaffinity(this, &one)?)
}

/// Elsewhere the system places them.
#[cfg(not(target_os = "linux"))]
pub(crate) fn share_one_processor() -> Result<()> {
    Ok(())
}

/// A running engine.
pub(crate) struct Child {
    pub(crate) engine: Engine,
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    line: String,
    answer: String,
}

impl Child {
    /// Starts an engine on its index.
    pub(crate) fn start(built: &Built) -> Result<Child> {
        let mut command = Command::new(&built.serve[0]);
        command.args(&built.serve[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process =
            command.spawn().with_context(|| format!("cannot start {}", built.engine.name()))?;
        let input = process.stdin.take().context("no pipe to the engine")?;
        let output = process.stdout.take().context("no pipe from the engine")?;
        let output = BufReader::with_capacity(1 << 16, output);
        let (line, answer) = (String::new(), String::new());
        Ok(Child { engine: built.engine, process, input, output, line, answer })
    }

    /// Sends a command with a query and waits for the answer.
    pub(crate) fn ask(&mut self, command: &str, query: &str) -> Result<&str> {
        self.line.clear();
        self.line.extend([command, "\t", query, "\n"]);
        self.input.write_all(self.line.as_bytes())?;
        self.answer.clear();
        if self.output.read_line(&mut self.answer)? == 0 {
            bail!("{} ended at `{command} {query}`", self.engine.name());
        }
        Ok(self.answer.trim_end())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
