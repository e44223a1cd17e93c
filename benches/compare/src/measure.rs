//! The passes: every engine, every command, every query, in turn.
//!
//! In come the running engines and the queries, out go [`Times`]. A pass takes the engines one after the other for each
//! command, each time in another order, so that what the machine does besides falls on all of them; within one engine's
//! turn its caches stay its own. The first pass is not recorded.

use std::time::Instant;

use anyhow::Result;

use crate::arguments::Arguments;
use crate::child::Child;
use crate::engines::Engine;
use crate::queries::Query;

/// The least time that each engine took for each command and query, in microseconds; `None` where it has no such query.
pub(crate) struct Times {
    series: Vec<(Engine, String, Vec<Option<f64>>)>,
}

impl Times {
    /// One engine's times for one command, by query.
    pub(crate) fn of(&self, engine: Engine, command: &str) -> &[Option<f64>] {
        let found = self.series.iter().find(|(of, name, _)| *of == engine && name == command);
        found.map(|(_, _, times)| times.as_slice()).unwrap_or_default()
    }
}

/// Measures everything.
pub(crate) fn times(
    arguments: &Arguments,
    children: &mut [Child],
    queries: &[Query],
) -> Result<Times> {
    let mut series = Vec::new();
    for child in children.iter() {
        for command in &arguments.commands {
            series.push((child.engine, command.clone(), vec![None; queries.len()]));
        }
    }
    let mut times = Times { series };
    let mut order: Vec<usize> = (0..queries.len()).collect();
    let mut random = arguments.seed;
    for pass in 0..=arguments.passes {
        shuffle(&mut order, &mut random);
        for command in &arguments.commands {
            for turn in 0..children.len() {
                let place = (turn + pass) % children.len();
                let child = &mut children[place];
                if child.engine.is_slow() && !(1..=arguments.slow_passes).contains(&pass) {
                    continue;
                }
                one_turn(child, command, queries, &order, (0 < pass).then_some(&mut times))?;
            }
        }
        eprintln!("pass {pass} of {}", arguments.passes);
    }
    Ok(times)
}

/// One engine answers all queries for one command.
fn one_turn(
    child: &mut Child,
    command: &str,
    queries: &[Query],
    order: &[usize],
    mut record: Option<&mut Times>,
) -> Result<()> {
    let engine = child.engine;
    let series = record.as_mut().and_then(|times| {
        times.series.iter_mut().find(|(of, name, _)| *of == engine && name == command)
    });
    let mut times = series.map(|(_, _, times)| times);
    for &query in order {
        let start = Instant::now();
        let supported = child.ask(command, &queries[query].text)? != "UNSUPPORTED";
        let took = start.elapsed().as_secs_f64() * 1e6;
        if let Some(times) = times.as_mut()
            && supported
        {
            let least = times[query].map_or(took, |least| least.min(took));
            times[query] = Some(least);
        }
    }
    Ok(())
}

/// The same order for the same seed (SplitMix64).
fn shuffle(order: &mut [usize], state: &mut u64) {
    for last in (1..order.len()).rev() {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        order.swap(last, (mixed % (last as u64 + 1)) as usize);
    }
}
