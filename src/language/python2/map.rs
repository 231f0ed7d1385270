//! One dictionary: a table of slots and what is done to it.

use super::copies::{CIRCLE, Copies};
use super::slots::{
    DELETED, EMPTY, SMALLEST_TABLE, Slot, grown_size, hash, most_keys, table_size, walk,
};
use super::{Node, Text};
use crate::tree::Value;
use thin_vec::ThinVec;

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
    entries: ThinVec<Option<Entry<V>>>,
    /// The hashes of the entries' keys; apart from them, because copies of large maps look at nothing else.
    hashes: ThinVec<u64>,
    /// Whether a deep copy would leave the slots as they are.
    is_settled: bool,
    /// Whether it would leave all maps in the values as they are too: then a copy need not look at them.
    is_at_rest: bool,
    /// The entries whose values it might change, some of them told twice, where there are many and the others are known to
    /// be at rest.
    restless: Option<ThinVec<Slot>>,
    /// The last deep copies, where there are many keys and nothing but insertions and copies since the first of them.
    copies: Option<Box<Copies>>,
}

#[derive(Clone, Debug)]
struct Entry<V> {
    key: Text,
    value: V,
}

/// Where a key is, or where it would go.
enum Place {
    Taken { slot: usize, entry: usize },
    Free { slot: usize, was_deleted: bool },
}

/// From so many keys on a deep copy is mended from an earlier one instead of made anew.
const MENDED_FROM: usize = 400;

/// From so many values on a deep copy looks only at those that may need it.
const MANY_VALUES: usize = 16;

impl Map {
    /// The map without marks, its keys in the order that they have here.
    pub(crate) fn to_value(&self) -> Value {
        self.iter()
            .map(|(key, value)| (key.string.clone(), value.to_value()))
            .collect()
    }

    /// See [`Node::deep_copy`].
    pub(crate) fn deep_copy(&mut self, times: usize) -> bool {
        if !self.is_at_rest && times > 0 {
            self.deep_copy_keys(times);
            let is_settled = self.is_settled || !self.is_hashed;
            self.is_at_rest = self.deep_copy_values(times) && is_settled;
        }
        self.is_at_rest
    }

    /// The same of its values.
    fn deep_copy_values(&mut self, times: usize) -> bool {
        if self.entries.len() < MANY_VALUES {
            let mut is_at_rest = true;
            for entry in self.entries.iter_mut().flatten() {
                is_at_rest &= entry.value.deep_copy(times);
            }
            return is_at_rest;
        }
        let all = 0..self.entries.len() as Slot;
        let entries = &mut self.entries;
        let mut is_restless = |entry: &Slot| {
            #[cfg(test)]
            super::slots::LOOKS.set(super::slots::LOOKS.get() + 1);
            let entry = entries.get_mut(*entry as usize).and_then(Option::as_mut);
            entry.is_some_and(|entry| !entry.value.deep_copy(times))
        };
        let restless = match self.restless.take() {
            None => all.filter(is_restless).collect(),
            Some(mut restless) => {
                restless.sort_unstable();
                restless.dedup();
                restless.retain(&mut is_restless);
                restless
            }
        };
        self.restless.insert(restless).is_empty()
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
            slots: vec![EMPTY; SMALLEST_TABLE],
            fill: 0,
            used: 0,
            entries: ThinVec::new(),
            hashes: ThinVec::new(),
            is_settled: true,
            is_at_rest: true,
            restless: None,
            copies: None,
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
        self.disturb(entry);
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
        self.is_at_rest = false;
        self.restless = None;
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
        let hash = hash(&key);
        let entry = Entry {
            key,
            value: value.into(),
        };
        match self.place(hash, &entry.key) {
            Place::Taken { entry: at, .. } => {
                self.disturb(at);
                if let Some(Some(known)) = self.entries.get_mut(at) {
                    known.value = entry.value;
                }
            }
            Place::Free { slot, was_deleted } => {
                self.disturb(self.entries.len());
                // More keys than there are numbers would need more memory than there is.
                let number = Slot::try_from(self.entries.len()).unwrap_or(DELETED);
                // Most maps have one key, and a body has many of them.
                if self.entries.len() == self.entries.capacity() {
                    self.entries.reserve_exact(self.entries.len().max(1));
                    self.hashes.reserve_exact(self.hashes.len().max(1));
                }
                self.entries.push(Some(entry));
                self.hashes.push(hash);
                match &mut self.copies {
                    Some(copies) => copies.insert(&self.hashes, &mut self.slots, number),
                    None => {
                        if let Some(slot) = self.slots.get_mut(slot) {
                            *slot = number;
                        }
                    }
                }
                self.used += 1;
                self.fill += usize::from(!was_deleted);
                self.is_settled = false;
                if self.fill >= most_keys(self.slots.len()) {
                    self.resize(grown_size(self.used));
                }
            }
        }
    }

    /// A deep copy has to look at the value of an entry again.
    fn disturb(&mut self, entry: usize) {
        self.is_at_rest = false;
        if let Some(restless) = &mut self.restless
            && restless.last() != Some(&(entry as Slot))
        {
            restless.push(entry as Slot);
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
        self.copies = None;
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = DELETED;
        }
        self.used -= 1;
        self.is_settled = false;
        self.is_at_rest = false;
        Some(self.entries.get_mut(entry)?.take()?.value)
    }

    /// `map.update(other)`: the table grows first, as if all keys of `other` were new.
    pub(crate) fn update(&mut self, other: Map<V>) {
        if other.is_empty() {
            return;
        }
        if (self.fill + other.used) * 3 >= self.slots.len() * 2 {
            self.resize(table_size((self.used + other.used) * 2));
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
        if !self.is_hashed || self.is_settled || times == 0 {
            return;
        }
        if self.used < MENDED_FROM {
            return self.copy_keys_anew(times);
        }
        let mut seen = Seen::new();
        for number in 0.. {
            let left = times - number;
            if left == 0 {
                break;
            }
            let copies = self.copies.get_or_insert_default();
            if !copies.copy(&self.hashes, &mut self.slots, self.used) {
                self.fill = self.used;
                return self.deep_copy_keys((left - 1) % CIRCLE);
            }
            // Longer circles than those that the copies know come round together, if late.
            if left > CIRCLE
                && let Some((slots, rest)) = seen.look(&self.slots, left - 1)
            {
                self.slots = slots;
                self.copies = None;
                self.copy_keys_anew(rest);
                break;
            }
        }
        self.fill = self.used;
    }

    /// The same, without a look at former copies.
    pub(super) fn copy_keys_anew(&mut self, times: usize) {
        // Sooner or later the orders come round, and mostly after two copies. So each is compared with an earlier one,
        // which is chosen anew after twice as many copies each time.
        let mut order = vec![EMPTY; self.used];
        let mut scratch = Vec::new();
        let mut earlier = None;
        let (mut left, mut since, mut patience) = (times, 1, 1);
        while left > 0 && !self.is_settled {
            take_keys(&mut self.slots, &mut order);
            if since == patience && left > 1 {
                earlier = Some(order.clone());
                (since, patience) = (0, patience * 2);
            }
            self.insert_anew(&order, &mut scratch);
            // Another copy would insert the same keys in the same order.
            self.is_settled = self.lists(&order);
            left -= 1;
            since += 1;
            if earlier.as_ref().is_some_and(|earlier| self.lists(earlier)) {
                left %= since;
                earlier = None;
            }
        }
    }

    /// Inserts the keys in this order, one by one, into the smallest table. The table that there is holds none, and as
    /// many of its slots as are wanted become the new one's. `scratch` is memory that many calls can share.
    fn insert_anew(&mut self, order: &[Slot], scratch: &mut Vec<Slot>) {
        let mut size = SMALLEST_TABLE;
        for (fill, entry) in (1..).zip(order) {
            self.occupy_free(size, *entry);
            if fill >= most_keys(size) {
                scratch.resize(fill, EMPTY);
                take_keys(self.slots.get_mut(..size).unwrap_or_default(), scratch);
                size = grown_size(fill);
                if self.slots.len() < size {
                    self.slots.resize(size, EMPTY);
                }
                for entry in &*scratch {
                    self.occupy_free(size, *entry);
                }
            }
        }
        self.slots.truncate(size);
        self.fill = self.used;
    }

    /// Makes a table of so many slots and inserts the keys again, in their order.
    fn resize(&mut self, size: usize) {
        self.copies = None;
        let mut keys = vec![EMPTY; self.used];
        take_keys(&mut self.slots, &mut keys);
        self.slots.resize(size, EMPTY);
        for entry in keys {
            self.occupy_free(size, entry);
        }
        self.fill = self.used;
        self.is_settled = false;
    }

    /// Whether the keys have this order.
    fn lists(&self, order: &[Slot]) -> bool {
        self.slots.iter().filter(|slot| **slot < DELETED).eq(order)
    }

    /// Gives a key a slot of a table of this size that does not hold it yet and has no deleted slots.
    fn occupy_free(&mut self, size: usize, entry: Slot) {
        let Some(hash) = self.hashes.get(entry as usize) else {
            return;
        };
        for at in walk(*hash, size) {
            if let Some(slot) = self.slots.get_mut(at)
                && *slot == EMPTY
            {
                *slot = entry;
                return;
            }
        }
    }

    /// Walks the slots that a key may have, up to the key or to an empty slot.
    fn place(&self, hash: u64, key: &str) -> Place {
        let mut first_deleted = None;
        for slot in walk(hash, self.slots.len()) {
            match self.slots.get(slot).copied() {
                Some(EMPTY) | None => {
                    return Place::Free {
                        slot: first_deleted.unwrap_or(slot),
                        was_deleted: first_deleted.is_some(),
                    };
                }
                Some(DELETED) => {
                    first_deleted.get_or_insert(slot);
                }
                Some(entry) if self.is_key(entry as usize, hash, key) => {
                    let entry = entry as usize;
                    return Place::Taken { slot, entry };
                }
                Some(_) => {}
            }
        }
        // A walk ends only where it finds something.
        Place::Free {
            slot: 0,
            was_deleted: false,
        }
    }

    fn is_key(&self, entry: usize, hash: u64, key: &str) -> bool {
        self.hashes.get(entry) == Some(&hash)
            && matches!(self.entries.get(entry), Some(Some(entry)) if entry.key.string == key)
    }

    /// The places of the entries, in Python's order; holes may be among them.
    fn order(&self) -> impl Iterator<Item = usize> {
        let slots: &[Slot] = if self.is_hashed { &self.slots } else { &[] };
        let by_slot = slots
            .iter()
            .filter(|slot| **slot < DELETED)
            .map(|slot| *slot as usize);
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
    type IntoIter = IntoIter<V>;

    /// The entries in Python's order.
    fn into_iter(self) -> IntoIter<V> {
        let order = match self.is_hashed {
            true => self.slots,
            false => (0..).take(self.entries.len()).collect(),
        };
        IntoIter {
            order: order.into_iter(),
            entries: self.entries,
        }
    }
}

/// The entries of a map in an order.
pub(crate) struct IntoIter<V> {
    /// Where they are; empty and deleted slots among it lead nowhere.
    order: std::vec::IntoIter<Slot>,
    entries: ThinVec<Option<Entry<V>>>,
}

impl<V> Iterator for IntoIter<V> {
    type Item = (Text, V);

    fn next(&mut self) -> Option<(Text, V)> {
        let entries = &mut self.entries;
        let taken = self
            .order
            .find_map(|entry| entries.get_mut(entry as usize)?.take());
        taken.map(|entry| (entry.key, entry.value))
    }
}

/// The slots of some of many copies, one of the other.
struct Seen {
    /// After each so many copies the slots are kept.
    distance: usize,
    kept: Vec<Vec<Slot>>,
    count: usize,
}

impl Seen {
    /// How many are kept at most: then every other one is forgotten.
    const MOST: usize = 64;

    fn new() -> Self {
        Self {
            distance: 1,
            kept: Vec::new(),
            count: 0,
        }
    }

    /// Looks at the slots of the next copy. Where they are those of an earlier one, this gives the slots of one from which it
    /// takes few copies to come to where `left` more lead, and how few.
    fn look(&mut self, slots: &[Slot], left: usize) -> Option<(Vec<Slot>, usize)> {
        if let Some(same) = self.kept.iter().position(|kept| kept == slots) {
            let first = same * self.distance;
            let last = first + left % (self.count - first);
            let nearest = self.kept.swap_remove(last / self.distance);
            return Some((nearest, last % self.distance));
        }
        if self.count.is_multiple_of(self.distance) {
            if self.kept.len() == Self::MOST {
                let mut number = 0;
                self.kept.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.distance *= 2;
            }
            if self.count.is_multiple_of(self.distance) {
                self.kept.push(slots.to_vec());
            }
        }
        self.count += 1;
        None
    }
}

/// Takes the keys out of a table in its order, and with them the marks of deleted ones. `keys` has a place for each.
fn take_keys(slots: &mut [Slot], keys: &mut [Slot]) {
    // Every slot is written, and overwritten unless it holds a key: guesses whether it does would mostly be wrong.
    let mut count = 0;
    for slot in slots {
        let key = std::mem::replace(slot, EMPTY);
        if let Some(place) = keys.get_mut(count) {
            *place = key;
        }
        count += usize::from(key < DELETED);
    }
}
