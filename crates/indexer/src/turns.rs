//! Taking turns: work done in any order, handed in in order.
//!
//! Comes in: tickets 0, 1, 2, ... on many threads. Goes out: one thread at a time, by ticket. It knows nothing of the work.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Lets the holder of each ticket pass when all earlier ones have.
///
/// The law: tickets are drawn in order by threads that each end with one before drawing the next, so the least ticket
/// out is never waiting for another; each ticket waits, then passes. After [`Turns::stop`] nobody waits any more.
#[derive(Default)]
pub(crate) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    next: usize,
    stopped: bool,
}

/// Somebody else has failed: there is no use in going on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

impl Turns {
    /// Waits until all tickets before this one have passed.
    pub(crate) fn wait(&self, ticket: usize) -> Result<(), Stopped> {
        let mut state = self.state();
        while state.next != ticket && !state.stopped {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped { Err(Stopped) } else { Ok(()) }
    }

    /// Lets the next ticket go.
    pub(crate) fn pass(&self) {
        self.state().next += 1;
        self.changed.notify_all();
    }

    /// Ends all waiting.
    pub(crate) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No operation leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn work_is_handed_in_in_order() {
        let (turns, tickets, seen) =
            (Turns::default(), AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let ticket = tickets.fetch_add(1, Ordering::Relaxed);
                        if 200 <= ticket {
                            break;
                        }
                        turns.wait(ticket).unwrap();
                        seen.lock().unwrap().push(ticket);
                        turns.pass();
                    }
                });
            }
        });
        assert_eq!(*seen.lock().unwrap(), (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_waits_for_a_ticket_that_failed() {
        let turns = Turns::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turns.wait(3));
            turns.stop();
            assert_eq!(waiting.join().unwrap(), Err(Stopped));
        });
    }
}
