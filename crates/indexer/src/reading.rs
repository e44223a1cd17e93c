//! The first pass: all threads read, parse, invert and store, slot by slot.
//!
//! Comes in: the dealer of slots and the assembly they go to. Goes out: the assembly with all of them. Here are the bounds
//! that keep memory in check: nobody starts a slot while too many finished ones wait for an earlier one, or while runs take
//! more than their share; and a slot with a giant record has the memory to itself.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use analysis::Analyzer;

use crate::assembly::Assembly;
use crate::fields::FieldPlan;
use crate::runs::{Group, spill};
use crate::slots::Dealer;
use crate::worker::{IndexedSlot, Worker};
use crate::{BuildOptions, Error, Progress};

/// What the threads share.
pub(crate) struct Reading<'a, 's> {
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) plan: &'a FieldPlan,
    pub(crate) options: &'a BuildOptions,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) folder: &'a std::path::Path,
    dealer: Mutex<Dealer>,
    assembly: Mutex<Assembly<'s>>,
    /// The assembly has moved on, runs were spilled, or something failed.
    changed: Condvar,
    /// The least slot that failed; later ones are given up, earlier ones go on, so that the first failure is the one that
    /// is reported.
    failed_slot: AtomicU32,
    failure: Mutex<Option<(u32, Error)>>,
    documents: AtomicU64,
    bytes: AtomicU64,
    total_bytes: Option<u64>,
    /// No slot this far ahead of the assembly is started.
    ahead: u32,
    /// Nor any while runs take more memory than this.
    runs_memory: u64,
}

/// Threads and their bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) threads: usize,
    pub(crate) runs_memory: u64,
}

impl<'a, 's> Reading<'a, 's> {
    pub(crate) fn new(
        (analyzer, plan, options): (&'a Analyzer, &'a FieldPlan, &'a BuildOptions),
        progress: &'a dyn Progress,
        folder: &'a std::path::Path,
        dealer: Dealer,
        assembly: Assembly<'s>,
        bounds: Bounds,
    ) -> Reading<'a, 's> {
        Reading {
            analyzer,
            plan,
            options,
            progress,
            folder,
            total_bytes: dealer.total_bytes(),
            dealer: Mutex::new(dealer),
            assembly: Mutex::new(assembly),
            changed: Condvar::new(),
            failed_slot: AtomicU32::new(u32::MAX),
            failure: Mutex::new(None),
            documents: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            ahead: bounds.threads as u32 * 2,
            runs_memory: bounds.runs_memory,
        }
    }

    /// Reads everything.
    pub(crate) fn run(self, pool: &rayon::ThreadPool) -> Result<(Dealer, Assembly<'s>), Error> {
        pool.broadcast(|_| self.work());
        if let Some((_, error)) = self.failure.into_inner().unwrap_or_else(PoisonError::into_inner)
        {
            return Err(error);
        }
        let dealer = self.dealer.into_inner().unwrap_or_else(PoisonError::into_inner);
        let assembly = self.assembly.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok((dealer, assembly))
    }

    /// Indexes slots until there are none left or something has failed.
    fn work(&self) {
        let guard = StopOnPanic(self);
        let mut worker = Worker::new(self.analyzer, self.plan, self.options);
        loop {
            let mut dealer = lock(&self.dealer);
            let number = dealer.next_slot();
            if !self.wait_for_room(number) {
                break;
            }
            let dealt = dealer.deal();
            // Nobody is dealt anything while a giant is being worked on.
            let alone = match &dealt {
                Ok(Some(slot)) if slot.is_giant => Some(dealer),
                _ => {
                    drop(dealer);
                    None
                }
            };
            if alone.is_some() && !self.make_room(number) {
                break;
            }
            let slot = match dealt {
                Ok(Some(slot)) => slot,
                Ok(None) => break,
                Err(error) => {
                    self.fail(number, error);
                    break;
                }
            };
            let indexed =
                worker.index(slot, |documents, bytes| self.tell(number, documents, bytes));
            let submitted =
                indexed.map_err(|error| (number, error)).and_then(|slot| self.submit(number, slot));
            if let Err((number, error)) = submitted {
                self.fail(number, error);
            }
            drop(alone);
        }
        drop(guard);
    }

    /// Waits until the slot may be started; false when something has failed.
    fn wait_for_room(&self, number: u32) -> bool {
        let mut assembly = lock(&self.assembly);
        while !self.has_failed()
            && (assembly.next() + self.ahead <= number || self.runs_memory < assembly.runs.memory())
        {
            assembly = self.changed.wait(assembly).unwrap_or_else(PoisonError::into_inner);
        }
        !self.has_failed()
    }

    /// Waits until all slots before this one have been handed in, and spills their runs; false when something has failed.
    fn make_room(&self, number: u32) -> bool {
        let mut assembly = lock(&self.assembly);
        while !self.has_failed() && assembly.next() < number {
            assembly = self.changed.wait(assembly).unwrap_or_else(PoisonError::into_inner);
        }
        let worth_it = self.options.spill && self.runs_memory / 32 < assembly.runs.memory();
        let group = if worth_it { assembly.runs.take_group() } else { None };
        drop(assembly);
        if let Err(error) = self.spill(group) {
            self.fail(number, error);
        }
        !self.has_failed()
    }

    /// Writes out a group of runs.
    fn spill(&self, group: Option<Group>) -> Result<(), Error> {
        let Some(group) = group else { return Ok(()) };
        let spilled = spill(group, self.folder)?;
        lock(&self.assembly).runs.put_back(spilled);
        self.changed.notify_all();
        Ok(())
    }

    /// Hands a slot in, and spills runs if it made them too many.
    fn submit(&self, number: u32, slot: IndexedSlot) -> Result<(), (u32, Error)> {
        if self.failed_slot.load(Ordering::Relaxed) < number {
            return Ok(());
        }
        let mut assembly = lock(&self.assembly);
        let should_spill = assembly.take(number, slot)?;
        let group = if should_spill { assembly.runs.take_group() } else { None };
        drop(assembly);
        self.changed.notify_all();
        self.spill(group).map_err(|error| (number, error))
    }

    /// Tells of a batch; whether the slot is still of use.
    fn tell(&self, number: u32, documents: u64, bytes: u64) -> bool {
        let documents = self.documents.fetch_add(documents, Ordering::Relaxed) + documents;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.progress.read(documents, bytes, self.total_bytes);
        number <= self.failed_slot.load(Ordering::Relaxed)
    }

    fn fail(&self, number: u32, error: Error) {
        let mut failure = lock(&self.failure);
        if failure.as_ref().is_none_or(|(earlier, _)| number < *earlier) {
            *failure = Some((number, error));
        }
        drop(failure);
        self.give_up(number);
    }

    fn give_up(&self, number: u32) {
        self.failed_slot.fetch_min(number, Ordering::Relaxed);
        // Whoever is about to wait has the assembly locked and has looked before, or will look after.
        drop(lock(&self.assembly));
        self.changed.notify_all();
    }

    fn has_failed(&self) -> bool {
        self.failed_slot.load(Ordering::Relaxed) != u32::MAX
    }
}

/// A panic in one thread must not leave the others waiting.
struct StopOnPanic<'r, 'a, 's>(&'r Reading<'a, 's>);

impl Drop for StopOnPanic<'_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up(0);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic that poisoned it goes on to the caller in any case.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
