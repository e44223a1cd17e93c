//! What only the system knows: the time, what it counts for this process, what machine this is.
//!
//! Comes in: nothing. Goes out: a clock and a meter for measurements, lines for their manifest. Where the system does not
//! tell (the counters come from Linux's `/proc`), there is `None` and the report says so.

use std::path::Path;
use std::time::{Duration, Instant};

use evaluation::latency::{Clock, Meter, Reading};

/// The system's monotonic clock.
pub(crate) struct SystemClock(Instant);

impl SystemClock {
    /// Zero is now.
    pub(crate) fn new() -> SystemClock {
        SystemClock(Instant::now())
    }
}

/// A sleep ends late by about this much, so the rest of a wait is spent looking at the clock.
const SLEEP_SLACK: Duration = Duration::from_micros(200);

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait_until(&self, at: Duration) {
        if let Some(asleep) =
            at.checked_sub(self.now()).and_then(|left| left.checked_sub(SLEEP_SLACK))
        {
            std::thread::sleep(asleep);
        }
        while self.now() < at {
            std::hint::spin_loop();
        }
    }
}

/// The kernel's counters of this process.
pub(crate) struct SystemMeter;

impl Meter for SystemMeter {
    fn reading(&self) -> Option<Reading> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The program's name is in brackets and may hold blanks.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let io = std::fs::read_to_string("/proc/self/io").ok();
        let disk = io.as_deref().and_then(|io| value(io, "read_bytes:")?.parse().ok());
        Some(Reading {
            minor_faults: fields.get(7)?.parse().ok()?,
            major_faults: fields.get(9)?.parse().ok()?,
            disk_bytes: disk.unwrap_or(0),
        })
    }
}

/// Asks the system to forget what it keeps of a file in memory; `false` where it does not do that.
pub(crate) fn drop_from_cache(path: &Path) -> std::io::Result<bool> {
    #[cfg(target_os = "linux")]
    {
        let file = std::fs::File::open(path)?;
        // What is not written yet cannot be dropped.
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        Ok(true)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        Ok(false)
    }
}

/// The machine, as far as it says.
pub(crate) fn machine() -> Vec<(String, String)> {
    let mut lines =
        vec![("system".to_owned(), format!("{} {}", std::env::consts::OS, std::env::consts::ARCH))];
    let mut line = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| (name.to_owned(), value)));
    };
    let read = |path: &str| std::fs::read_to_string(path).ok();
    line("kernel", read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()));
    let info = read("/proc/cpuinfo").unwrap_or_default();
    line("processor", value(&info, "model name").map(str::to_owned));
    line("cores", std::thread::available_parallelism().ok().map(|cores| cores.to_string()));
    let memory = read("/proc/meminfo").unwrap_or_default();
    line("memory", value(&memory, "MemTotal:").map(str::to_owned));
    line(
        "load before",
        read("/proc/loadavg").map(|text| text.split(' ').take(3).collect::<Vec<_>>().join(" ")),
    );
    let governor = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
    line("governor", read(governor).map(|text| text.trim().to_owned()));
    lines
}

/// What stands behind a name in lines of names and values.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim_end())
}

/// How many threads run at a time; 1 where the system does not say.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use evaluation::latency::Clock;

    use super::{SystemClock, value};

    #[test]
    fn a_wait_ends_when_it_should_or_later() {
        let clock = SystemClock::new();
        let at = clock.now() + Duration::from_millis(2);
        clock.wait_until(at);
        assert!(at <= clock.now());
    }

    #[test]
    fn values_stand_behind_their_names() {
        let text = "processor\t: 0\nmodel name\t: A chip\nread_bytes: 4096\n";
        assert_eq!(value(text, "model name"), Some("A chip"));
        assert_eq!(value(text, "read_bytes:"), Some("4096"));
        assert_eq!(value(text, "no"), None);
    }
}
