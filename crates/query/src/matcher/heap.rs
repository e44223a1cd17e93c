//! A heap of moving lists: the one on the least document at the root.
//!
//! Comes in: pairs of current document and list, in heap order (sorted is). Goes out: the same after the list at the root has
//! moved on.

/// Gives the root a later document and lets it sink to its place.
pub(super) fn lower(heap: &mut [(u32, u32)], doc: u32) {
    heap[0].0 = doc;
    let mut place = 0;
    loop {
        let mut least = place;
        for child in [2 * place + 1, 2 * place + 2] {
            if child < heap.len() && heap[child].0 < heap[least].0 {
                least = child;
            }
        }
        if least == place {
            return;
        }
        heap.swap(place, least);
        place = least;
    }
}
