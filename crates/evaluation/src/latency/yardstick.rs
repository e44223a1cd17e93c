//! A fixed piece of work that tells how fast the machine is at the moment.
//!
//! Comes in: nothing. Goes out: nothing but the time it took. It is timed between queries, so that two measurements taken at
//! different times can be compared: where the yardstick took longer too, it was the machine. It must stay as it is: a
//! yardstick of another length makes reports before and after it incomparable. What it does resembles a query's work, so that
//! what slows one slows the other: loads from a table of a few pages by numbers that are not known before, sums, and branches
//! that cannot be foreseen.

/// Entries of the table: 32 KiB.
const ENTRIES: usize = 8192;
/// Steps of each of the chains.
const STEPS: usize = 1500;
/// Chains that do not wait for each other.
const CHAINS: usize = 4;

/// Does the work once: some ten microseconds.
#[inline(never)]
pub(super) fn pace() {
    static TABLE: std::sync::OnceLock<Vec<u32>> = std::sync::OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let numbers = (0..ENTRIES as u32).map(|number| number.wrapping_mul(0x9e37_79b1));
        numbers.collect()
    });
    let mut chains = [1_u64, 2, 3, 4];
    let mut sum = 0_u64;
    for _ in 0..STEPS {
        for chain in &mut chains[..CHAINS] {
            *chain = chain.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let value = u64::from(table[(*chain >> 51) as usize % ENTRIES]);
            if value & 64 == 0 {
                sum = sum.wrapping_add(value >> 3);
            } else {
                sum ^= value.rotate_left((value & 31) as u32);
            }
        }
    }
    std::hint::black_box(sum);
}
