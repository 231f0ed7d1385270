//! One dictionary: a table of slots and what is done to it.

use super::{Node, Text};
use serde_json::Value;

/// A dictionary.
#[derive(Clone, Debug)]
pub(crate) struct Map<V = Node> {
    /// Whether the order is that of `slots`; else it is that of `entries`.
    is_hashed: bool,
    slots: Vec<Slot>,
    /// How many slots are not empty, deleted ones included.
    fill: usize,
    /// How many keys there are.
    used: usize,
    /// In the order of their insertion; a removed entry leaves a hole.
    entries: Vec<Option<Entry<V>>>,
    /// Whether a deep copy would leave the slots as they are.
    is_settled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Empty,
    Deleted,
    /// The place in the entries.
    Key(usize),
}

#[derive(Clone, Debug)]
struct Entry<V> {
    hash: u64,
    key: Text,
    value: V,
}

/// Where a key is, or where it would go.
enum Place {
    Taken { slot: usize, entry: usize },
    Free { slot: usize, was_deleted: bool },
}

const SMALLEST_TABLE: usize = 8;

/// Above so many keys a table grows by two instead of four.
const MANY_KEYS: usize = 50_000;

impl Map {
    /// The map without marks, its keys in the order that they have here.
    pub(crate) fn to_value(&self) -> Value {
        self.iter()
            .map(|(key, value)| (key.string.clone(), value.to_value()))
            .collect()
    }

    /// See [`Node::deep_copy`].
    pub(crate) fn deep_copy(&mut self, times: usize) {
        self.deep_copy_keys(times);
        for entry in self.entries.iter_mut().flatten() {
            entry.value.deep_copy(times);
        }
    }
}

impl<V> Map<V> {
    /// An emulated dictionary of Python 2.7.
    pub(crate) fn hashed() -> Self {
        Self::empty(true)
    }

    /// An ordinary dictionary of Python 3.
    pub(crate) fn plain() -> Self {
        Self::empty(false)
    }

    pub(super) fn empty(is_hashed: bool) -> Self {
        Self {
            is_hashed,
            slots: vec![Slot::Empty; SMALLEST_TABLE],
            fill: 0,
            used: 0,
            entries: Vec::new(),
            is_settled: true,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.used
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        let Place::Taken { entry, .. } = self.place(hash(key), key) else {
            return None;
        };
        Some(&self.entries.get(entry)?.as_ref()?.value)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        let Place::Taken { entry, .. } = self.place(hash(key), key) else {
            return None;
        };
        Some(&mut self.entries.get_mut(entry)?.as_mut()?.value)
    }

    /// The entries in Python's order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Text, &V)> {
        self.order()
            .filter_map(|entry| self.entries.get(entry)?.as_ref())
            .map(|entry| (&entry.key, &entry.value))
    }

    /// The entries in Python's order, their values to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&Text, &mut V)> {
        let order: Vec<usize> = self.order().collect();
        let mut entries: Vec<_> = self.entries.iter_mut().map(Option::as_mut).collect();
        order
            .into_iter()
            .filter_map(move |entry| entries.get_mut(entry)?.take())
            .map(|entry| (&entry.key, &mut entry.value))
    }

    /// The keys in Python's order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Text> {
        self.iter().map(|(key, _)| key)
    }

    /// `map[key] = value`. A key that is there keeps its place and its mark.
    pub(crate) fn insert(&mut self, key: impl Into<Text>, value: impl Into<V>) {
        let key = key.into();
        let entry = Entry {
            hash: hash(&key),
            key,
            value: value.into(),
        };
        match self.place(entry.hash, &entry.key) {
            Place::Taken { entry: at, .. } => {
                if let Some(Some(known)) = self.entries.get_mut(at) {
                    known.value = entry.value;
                }
            }
            Place::Free { slot, was_deleted } => {
                self.occupy(slot, self.entries.len());
                self.entries.push(Some(entry));
                self.used += 1;
                self.fill += usize::from(!was_deleted);
                self.is_settled = false;
                if self.fill * 3 >= self.slots.len() * 2 {
                    self.resize(self.used * if self.used > MANY_KEYS { 2 } else { 4 });
                }
            }
        }
    }

    /// `map.setdefault(key, default)`.
    pub(crate) fn or_insert(
        &mut self,
        key: impl Into<Text>,
        default: impl Into<V>,
    ) -> Option<&mut V> {
        let key = key.into();
        if !self.contains_key(&key) {
            self.insert(key.clone(), default);
        }
        self.get_mut(&key)
    }

    /// `del map[key]` and `map.pop(key)`: the key leaves a deleted slot behind.
    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let Place::Taken { slot, entry } = self.place(hash(key), key) else {
            return None;
        };
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Slot::Deleted;
        }
        self.used -= 1;
        self.is_settled = false;
        Some(self.entries.get_mut(entry)?.take()?.value)
    }

    /// `map.update(other)`: the table grows first, as if all keys of `other` were new.
    pub(crate) fn update(&mut self, other: Map<V>) {
        if other.is_empty() {
            return;
        }
        if (self.fill + other.used) * 3 >= self.slots.len() * 2 {
            self.resize((self.used + other.used) * 2);
        }
        for (key, value) in other {
            self.insert(key, value);
        }
    }

    /// `map.copy()`: a new map of the same kind that is updated from this one.
    pub(crate) fn copied(&self) -> Self
    where
        V: Clone,
    {
        let mut copy = Self::empty(self.is_hashed);
        copy.update(self.clone());
        copy
    }

    /// What so many deep copies, one of the other, do to the order.
    pub(super) fn deep_copy_keys(&mut self, times: usize) {
        let mut left = times;
        let mut before_last = None;
        while left > 0 && self.is_hashed && !self.is_settled {
            let last = (left > 1).then(|| self.slots.clone());
            self.deep_copy_keys_once();
            left -= 1;
            if before_last.as_ref() == Some(&self.slots) {
                // Two orders take turns from here on.
                left %= 2;
            }
            before_last = last;
        }
    }

    /// Inserts the keys, in their order, one by one into the smallest table.
    fn deep_copy_keys_once(&mut self) {
        let order: Vec<usize> = self.order().collect();
        let slots = std::mem::replace(&mut self.slots, vec![Slot::Empty; SMALLEST_TABLE]);
        self.fill = 0;
        for entry in order {
            self.insert_again(entry);
            if self.fill * 3 >= self.slots.len() * 2 {
                self.resize(self.fill * if self.fill > MANY_KEYS { 2 } else { 4 });
            }
        }
        self.is_settled = slots == self.slots;
    }

    /// Makes a table of more than `request` slots and inserts the keys again, in their order.
    fn resize(&mut self, request: usize) {
        let size = (request + 1).next_power_of_two().max(SMALLEST_TABLE);
        let slots = std::mem::replace(&mut self.slots, vec![Slot::Empty; size]);
        self.fill = 0;
        self.is_settled = false;
        for slot in slots {
            if let Slot::Key(entry) = slot {
                self.insert_again(entry);
            }
        }
    }

    /// Gives an entry a slot of a table that does not hold it yet and has no deleted slots.
    fn insert_again(&mut self, at: usize) {
        let Some(Some(entry)) = self.entries.get(at) else {
            return;
        };
        if let Place::Free { slot, .. } = self.place(entry.hash, &entry.key) {
            self.occupy(slot, at);
            self.fill += 1;
        }
    }

    fn occupy(&mut self, slot: usize, entry: usize) {
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Slot::Key(entry);
        }
    }

    /// Walks the slots that a key may have, up to the key or to an empty slot.
    fn place(&self, hash: u64, key: &str) -> Place {
        let mask = self.slots.len() as u64 - 1;
        let mut position = hash;
        let mut perturbation = hash;
        let mut first_deleted = None;
        loop {
            // Fits: the mask is less than a length.
            let slot = (position & mask) as usize;
            match self.slots.get(slot) {
                Some(Slot::Key(entry)) if self.is_key(*entry, hash, key) => {
                    let entry = *entry;
                    return Place::Taken { slot, entry };
                }
                Some(Slot::Key(_)) => {}
                Some(Slot::Deleted) => {
                    first_deleted.get_or_insert(slot);
                }
                Some(Slot::Empty) | None => {
                    return Place::Free {
                        slot: first_deleted.unwrap_or(slot),
                        was_deleted: first_deleted.is_some(),
                    };
                }
            }
            // The first step uses the whole hash, the next ones ever less of it; only low bits matter.
            position = position
                .wrapping_mul(5)
                .wrapping_add(perturbation)
                .wrapping_add(1);
            perturbation >>= 5;
        }
    }

    fn is_key(&self, entry: usize, hash: u64, key: &str) -> bool {
        matches!(self.entries.get(entry), Some(Some(entry)) if entry.hash == hash && entry.key.string == key)
    }

    /// The places of the entries, in Python's order; holes may be among them.
    fn order(&self) -> impl Iterator<Item = usize> {
        let slots: &[Slot] = if self.is_hashed { &self.slots } else { &[] };
        let by_slot = slots.iter().filter_map(|slot| match slot {
            Slot::Key(entry) => Some(*entry),
            Slot::Empty | Slot::Deleted => None,
        });
        let by_age = if self.is_hashed {
            0
        } else {
            self.entries.len()
        };
        by_slot.chain(0..by_age)
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (Text, V);
    type IntoIter = std::vec::IntoIter<(Text, V)>;

    /// The entries in Python's order.
    fn into_iter(mut self) -> Self::IntoIter {
        let order: Vec<usize> = self.order().collect();
        let entries: Vec<_> = order
            .into_iter()
            .filter_map(|entry| self.entries.get_mut(entry)?.take())
            .map(|entry| (entry.key, entry.value))
            .collect();
        entries.into_iter()
    }
}

/// Python 2.7's hash of a string, on a machine of 64 bits.
fn hash(text: &str) -> u64 {
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
