//! What must hold for spilling: what comes back from the files is what was pushed, whatever the budget.

use super::*;
use crate::run_merge::tests::{expected, read, slot_run, slots};
use proptest::prelude::*;

proptest! {
    #[test]
    fn spilled_runs_read_as_if_they_had_stayed(slots in slots(), budget in 0u64..2000, keep in any::<bool>()) {
        let directory = tempfile::tempdir().unwrap();
        let mut runs = Runs::new(budget);
        let mut kept = Vec::new();
        for (slot, terms) in slots.iter().enumerate() {
            if runs.push(slot_run(slot as u32, terms, 100)) {
                let group = runs.take_group().expect("something was pushed");
                prop_assert!(budget < group.bytes);
                kept.push(spill(group, directory.path()).unwrap());
                if !keep {
                    kept.drain(..).for_each(|spilled| runs.put_back(spilled));
                    prop_assert_eq!(runs.memory(), 0);
                    prop_assert!(0 < runs.spills());
                }
            }
        }
        kept.drain(..).rev().for_each(|spilled| runs.put_back(spilled));
        let runs = runs.finish();
        let runs: Vec<&Run> = runs.iter().collect();
        prop_assert_eq!(read(&runs, b"", None), expected(&slots));
        prop_assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_folder_that_is_not_there_is_a_named_error() {
    let mut runs = Runs::new(0);
    runs.push(slot_run(0, &[(b"a".to_vec(), b"x".to_vec())].into(), 1));
    let group = runs.take_group().unwrap();
    let error = spill(group, Path::new("/nowhere/at/all")).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Spill { action: "create", .. }));
}
