//! The slots of a dictionary: how many there are, and which of them a key may have.

/// A slot: the place of a key in the entries, or one of two marks. A number, because large tables are gone through often.
pub(super) type Slot = u32;

pub(super) const EMPTY: Slot = Slot::MAX;
pub(super) const DELETED: Slot = Slot::MAX - 1;

pub(super) const SMALLEST_TABLE: usize = 8;

/// Above so many keys a table grows by two instead of four.
const MANY_KEYS: usize = 50_000;

/// How many keys fill a table of so many slots: it then grows.
pub(super) fn most_keys(size: usize) -> usize {
    (size * 2).div_ceil(3)
}

/// How many slots a table has that so many keys have filled.
pub(super) fn grown_size(used: usize) -> usize {
    table_size(used * if used > MANY_KEYS { 2 } else { 4 })
}

/// How many slots a table has that is asked for more than `request`.
pub(super) fn table_size(request: usize) -> usize {
    (request + 1).next_power_of_two().max(SMALLEST_TABLE)
}

/// The slots that a key may have, in the order in which they are tried: the first step uses the whole hash, the next
/// ones ever less of it; only low bits matter.
pub(super) fn walk(hash: u64, slots: usize) -> impl Iterator<Item = usize> {
    let mask = slots as u64 - 1;
    let mut position = hash;
    let mut perturbation = hash;
    std::iter::from_fn(move || {
        #[cfg(test)]
        STEPS.set(STEPS.get() + 1);
        // Fits: the mask is less than a length.
        let slot = (position & mask) as usize;
        position = position
            .wrapping_mul(5)
            .wrapping_add(perturbation)
            .wrapping_add(1);
        perturbation >>= 5;
        Some(slot)
    })
}

/// Python 2.7's hash of a string, on a machine of 64 bits.
pub(super) fn hash(text: &str) -> u64 {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    let mut hash = u64::from(u32::from(first)) << 7;
    let mut length = 0;
    for c in text.chars() {
        hash = hash.wrapping_mul(1_000_003) ^ u64::from(u32::from(c));
        length += 1;
    }
    hash ^ length
}

#[cfg(test)]
thread_local! {
    /// How many slots were looked at, all in all: work that a test can count.
    pub(super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    /// How many values deep copies looked at.
    pub(super) static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
