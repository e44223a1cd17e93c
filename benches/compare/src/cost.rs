//! What a command costs: seconds, CPU seconds, peak memory.
//!
//! The driver starts itself as `compare cost OUT -- COMMAND`: that process has only one child, so that what the system
//! says about its children is about the command.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use serde::{Deserialize, Serialize};

/// What a command cost.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    /// User and system, all threads.
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_bytes: u64,
}

/// Runs `command` and writes its cost to `out`.
pub(crate) fn measure_child(out: &Path, command: &[String]) -> Result<()> {
    let (program, arguments) = command.split_first().context("no command")?;
    let start = Instant::now();
    let status = Command::new(program).args(arguments).status();
    let status = status.with_context(|| format!("cannot start `{program}`"))?;
    if !status.success() {
        bail!("`{}` ended with {status}", command.join(" "));
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cost = Cost {
        seconds: start.elapsed().as_secs_f64(),
        cpu_seconds: seconds(usage.user_time()) + seconds(usage.system_time()),
        // Linux counts in KiB.
        peak_bytes: usage.max_rss() as u64 * 1024,
    };
    std::fs::write(out, serde_json::to_string(&cost)?)?;
    Ok(())
}

/// Runs `command` in a process that measures it.
pub(crate) fn of(command: &[String], scratch: &Path) -> Result<Cost> {
    let status = Command::new(std::env::current_exe()?)
        .arg("cost")
        .arg(scratch)
        .arg("--")
        .args(command)
        .status()?;
    if !status.success() {
        bail!("building failed: `{}`", command.join(" "));
    }
    let cost = serde_json::from_str(&std::fs::read_to_string(scratch)?)?;
    std::fs::remove_file(scratch)?;
    Ok(cost)
}

fn seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}
