//! Dumps of any kind.
//!
//! Comes in: bytes; the first chooses the format (or none: it is then recognised), the second sizes, the rest is the source.
//! What must hold: nothing panics, and every document, bad record and skip is counted once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sources::{Format, Input, Inputs, ReadOptions};

fuzz_target!(|data: &[u8]| {
    let [choice, sizes, source @ ..] = data else { return };
    let options = ReadOptions {
        format: Format::ALL.get(usize::from(*choice)).copied(),
        batch_bytes: 1 << (sizes % 16),
        max_record_bytes: 64 << (sizes / 16),
        ..ReadOptions::default()
    };
    let input = Input::Bytes { name: "source".to_owned(), bytes: source.to_vec() };
    let mut inputs = Inputs::open(vec![input], options).expect("bytes can be opened");
    let mut items = 0;
    while let Some(batch) = inputs.next_batch().expect("bytes can be read") {
        batch.read(&mut |_| items += 1);
    }
    assert_eq!(inputs.summaries()[0].records(), items);
});
