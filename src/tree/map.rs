//! Maps of a tree.

use super::{Text, Value};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::fmt;
use std::hash::BuildHasher;
use thin_vec::ThinVec;

/// The most entries that a map has without an index: up to here, looking at each is quicker.
const UNINDEXED: usize = 16;

/// A map of texts to values, in the order in which they were put in.
#[derive(Clone, Default)]
pub struct Map {
    entries: ThinVec<(Text, Value)>,
    /// The positions of the keys, where there are many.
    index: Option<Box<KeyIndex>>,
}

#[derive(Clone, Default)]
struct KeyIndex {
    hashes: DefaultHashBuilder,
    positions: HashTable<u32>,
}

impl KeyIndex {
    fn of(entries: &[(Text, Value)]) -> Self {
        let mut index = Self::default();
        for position in 0..entries.len() {
            index.add(entries, position);
        }
        index
    }

    fn hash(&self, key: &str) -> u64 {
        self.hashes.hash_one(key)
    }

    fn find(&self, entries: &[(Text, Value)], key: &str) -> Option<usize> {
        let is_it = |position: &u32| entry_at(entries, *position).is_some_and(|known| known == key);
        let found = self.positions.find(self.hash(key), is_it)?;
        usize::try_from(*found).ok()
    }

    /// Notes the entry at a position. Beyond 2³² entries, which no memory holds, it would not be found.
    fn add(&mut self, entries: &[(Text, Value)], position: usize) {
        let (Some((key, _)), Ok(position)) = (entries.get(position), u32::try_from(position))
        else {
            return;
        };
        let hash = self.hash(key);
        let hashes = &self.hashes;
        self.positions.insert_unique(hash, position, |position| {
            entry_at(entries, *position).map_or(0, |key| hashes.hash_one(key))
        });
    }
}

fn entry_at(entries: &[(Text, Value)], position: u32) -> Option<&str> {
    let (key, _) = entries.get(usize::try_from(position).ok()?)?;
    Some(key)
}

impl Map {
    /// An empty map.
    pub const fn new() -> Self {
        Self {
            entries: ThinVec::new(),
            index: None,
        }
    }

    /// An empty map with room for some entries.
    pub fn with_capacity(entries: usize) -> Self {
        Self {
            entries: ThinVec::with_capacity(entries),
            index: None,
        }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            None => self.entries.iter().position(|(known, _)| known == key),
            Some(index) => index.find(&self.entries, key),
        }
    }

    /// The value of a key.
    pub fn get<K: AsRef<str> + ?Sized>(&self, key: &K) -> Option<&Value> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The value of a key, to change.
    pub fn get_mut<K: AsRef<str> + ?Sized>(&mut self, key: &K) -> Option<&mut Value> {
        let position = self.position(key.as_ref())?;
        self.entries.get_mut(position).map(|(_, value)| value)
    }

    /// A key as the map has it, and its value.
    pub fn get_key_value<K: AsRef<str> + ?Sized>(&self, key: &K) -> Option<(&Text, &Value)> {
        let (key, value) = self.entries.get(self.position(key.as_ref())?)?;
        Some((key, value))
    }

    /// The position of a key.
    pub fn get_index_of<K: AsRef<str> + ?Sized>(&self, key: &K) -> Option<usize> {
        self.position(key.as_ref())
    }

    /// The entry at a position.
    pub fn get_index(&self, position: usize) -> Option<(&Text, &Value)> {
        let (key, value) = self.entries.get(position)?;
        Some((key, value))
    }

    /// The entry at a position, its value to change.
    pub fn get_index_mut(&mut self, position: usize) -> Option<(&Text, &mut Value)> {
        let (key, value) = self.entries.get_mut(position)?;
        Some((key, value))
    }

    /// Whether it has a key.
    pub fn contains_key<K: AsRef<str> + ?Sized>(&self, key: &K) -> bool {
        self.position(key.as_ref()).is_some()
    }

    /// Puts an entry at the end; where there is the key already, its value is replaced, and given back.
    pub fn insert(&mut self, key: impl Into<Text>, value: Value) -> Option<Value> {
        let key = key.into();
        let known = self.position(&key);
        match known.and_then(|position| self.entries.get_mut(position)) {
            Some((_, known)) => Some(std::mem::replace(known, value)),
            None => {
                self.push(key, value);
                None
            }
        }
    }

    /// Puts an entry before the one at `position`, or at the end; one that has the key already is taken out.
    pub fn shift_insert(
        &mut self,
        position: usize,
        key: impl Into<Text>,
        value: Value,
    ) -> Option<Value> {
        let key = key.into();
        let replaced = self.remove(&key);
        let position = position.min(self.entries.len());
        self.entries.insert(position, (key, value));
        self.index_again();
        replaced
    }

    /// The place of a key, taken or free.
    pub fn entry(&mut self, key: impl Into<Text>) -> Entry<'_> {
        let key = key.into();
        match self.position(&key) {
            Some(position) => Entry::Occupied(OccupiedEntry {
                map: self,
                position,
            }),
            None => Entry::Vacant(VacantEntry { map: self, key }),
        }
    }

    /// Puts an entry at the end whose key is not in the map.
    fn push(&mut self, key: Text, value: Value) -> usize {
        let position = self.entries.len();
        self.entries.push((key, value));
        match &mut self.index {
            Some(index) => index.add(&self.entries, position),
            None if position >= UNINDEXED => {
                self.index = Some(Box::new(KeyIndex::of(&self.entries)));
            }
            None => {}
        }
        position
    }

    /// The positions have changed.
    fn index_again(&mut self) {
        self.index =
            (self.entries.len() > UNINDEXED).then(|| Box::new(KeyIndex::of(&self.entries)));
    }

    /// Takes an entry out; the others keep their order.
    pub fn remove<K: AsRef<str> + ?Sized>(&mut self, key: &K) -> Option<Value> {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes an entry out with its key; the others keep their order.
    pub fn remove_entry<K: AsRef<str> + ?Sized>(&mut self, key: &K) -> Option<(Text, Value)> {
        let position = self.position(key.as_ref())?;
        let taken = self.entries.remove(position);
        if self.index.is_some() {
            self.index_again();
        }
        Some(taken)
    }

    /// Keeps the entries that are wanted.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&Text, &mut Value) -> bool) {
        let before = self.entries.len();
        self.entries
            .retain_mut(|(key, value)| is_wanted(key, value));
        if self.index.is_some() && self.entries.len() < before {
            self.index_again();
        }
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.index = None;
    }

    /// Puts the entries in the order of their keys.
    pub fn sort_keys(&mut self) {
        self.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.index_again();
    }

    /// The entries in their order.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.entries.iter())
    }

    /// The entries in their order, the values to change.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        IterMut(self.entries.iter_mut())
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> + DoubleEndedIterator + Clone {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> + DoubleEndedIterator + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values in the order of their keys, to change.
    pub fn values_mut(
        &mut self,
    ) -> impl ExactSizeIterator<Item = &mut Value> + DoubleEndedIterator {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// The keys alone.
    pub fn into_keys(self) -> impl ExactSizeIterator<Item = Text> + DoubleEndedIterator {
        self.entries.into_iter().map(|(key, _)| key)
    }

    /// The values alone.
    pub fn into_values(self) -> impl ExactSizeIterator<Item = Value> + DoubleEndedIterator {
        self.entries.into_iter().map(|(_, value)| value)
    }
}

/// The value of a key; null where it is none.
impl std::ops::Index<&str> for Map {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.get(key).unwrap_or(NULL)
    }
}

/// Equal entries, in whatever order.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .zip(other)
                .all(|((key, value), (other_key, other_value))| {
                    if key == other_key {
                        value == other_value
                    } else {
                        other.get(key) == Some(value)
                    }
                })
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: Into<Text>> Extend<(K, Value)> for Map {
    fn extend<I: IntoIterator<Item = (K, Value)>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        let more = entries.size_hint().0;
        if self.entries.capacity() == 0 {
            // Most maps that are made have one entry or two, and keep them: the least that a vector grows by is four.
            self.entries = ThinVec::with_capacity(more);
        } else {
            self.entries.reserve(more);
        }
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Into<Text>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Into<Text>, const N: usize> From<[(K, Value); N]> for Map {
    fn from(entries: [(K, Value); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// The place of a key in a map.
#[derive(Debug)]
pub enum Entry<'a> {
    /// The map has the key.
    Occupied(OccupiedEntry<'a>),
    /// It has not.
    Vacant(VacantEntry<'a>),
}

impl<'a> Entry<'a> {
    /// The value, put in where there is none.
    pub fn or_insert(self, value: Value) -> &'a mut Value {
        self.or_insert_with(|| value)
    }

    /// The value, made where there is none.
    pub fn or_insert_with(self, make: impl FnOnce() -> Value) -> &'a mut Value {
        match self {
            Self::Occupied(taken) => taken.into_mut(),
            Self::Vacant(free) => free.insert(make()),
        }
    }
}

/// An entry that a map has.
#[derive(Debug)]
pub struct OccupiedEntry<'a> {
    map: &'a mut Map,
    position: usize,
}

impl<'a> OccupiedEntry<'a> {
    fn value(map: &mut Map, position: usize) -> &mut Value {
        map.entries
            .get_mut(position)
            .map(|(_, value)| value)
            .unwrap_or_else(|| unreachable!("an entry stands where it was found or put"))
    }

    /// The value.
    pub fn get_mut(&mut self) -> &mut Value {
        Self::value(self.map, self.position)
    }

    /// The value, for as long as the map is borrowed.
    pub fn into_mut(self) -> &'a mut Value {
        Self::value(self.map, self.position)
    }

    /// Replaces the value, and gives the one before.
    pub fn insert(&mut self, value: Value) -> Value {
        std::mem::replace(self.get_mut(), value)
    }
}

/// An entry that a map has not.
#[derive(Debug)]
pub struct VacantEntry<'a> {
    map: &'a mut Map,
    key: Text,
}

impl<'a> VacantEntry<'a> {
    /// Puts the value in, at the end.
    pub fn insert(self, value: Value) -> &'a mut Value {
        let position = self.map.push(self.key, value);
        OccupiedEntry::value(self.map, position)
    }
}

macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident$(<$life:lifetime>)?, $inner:ty, $item:ty, $entry:pat => $shown:expr) => {
        $(#[$doc])*
        pub struct $name$(<$life>)?($inner);

        impl$(<$life>)? Iterator for $name$(<$life>)? {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map(|$entry| $shown)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl$(<$life>)? DoubleEndedIterator for $name$(<$life>)? {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.0.next_back().map(|$entry| $shown)
            }
        }

        impl$(<$life>)? ExactSizeIterator for $name$(<$life>)? {}

        impl$(<$life>)? fmt::Debug for $name$(<$life>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

iterator!(
    /// The entries of a map.
    Iter<'a>, std::slice::Iter<'a, (Text, Value)>, (&'a Text, &'a Value), (key, value) => (key, value)
);
iterator!(
    /// The entries of a map, the values to change.
    IterMut<'a>, std::slice::IterMut<'a, (Text, Value)>, (&'a Text, &'a mut Value), (key, value) => (&*key, value)
);
iterator!(
    /// The entries of a map that is taken apart.
    IntoIter, thin_vec::IntoIter<(Text, Value)>, (Text, Value), entry => entry
);

impl Clone for Iter<'_> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Text, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Map {
    type Item = (&'a Text, &'a mut Value);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> IterMut<'a> {
        self.iter_mut()
    }
}

impl IntoIterator for Map {
    type Item = (Text, Value);
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        IntoIter(self.entries.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is done to it, it has the entries of a plain list of pairs, in that order.
        #[test]
        fn a_map_is_a_list_of_pairs(steps in proptest::collection::vec((0..4u8, 0..40u32), 0..120)) {
            let mut map = Map::new();
            let mut pairs: Vec<(String, Value)> = Vec::new();
            for (i, (step, number)) in steps.into_iter().enumerate() {
                let key = format!("key{number}");
                let value = Value::from(i);
                let at = pairs.iter().position(|(known, _)| *known == key);
                match step {
                    0 => {
                        let removed = at.map(|at| pairs.remove(at).1);
                        prop_assert_eq!(map.remove(&key), removed);
                    }
                    1 => {
                        let keeps = |key: &str| !key.ends_with(&(i % 10).to_string());
                        pairs.retain(|(key, _)| keeps(key));
                        map.retain(|key, _| keeps(key));
                    }
                    _ => {
                        let replaced = match at {
                            Some(at) => Some(std::mem::replace(&mut pairs[at].1, value.clone())),
                            None => {
                                pairs.push((key.clone(), value.clone()));
                                None
                            }
                        };
                        prop_assert_eq!(map.insert(key, value), replaced);
                    }
                }
            }
            let entries: Vec<(String, Value)> = map.iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
            prop_assert_eq!(&entries, &pairs);
            for number in 0..40 {
                let key = format!("key{number}");
                let value = pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| value);
                prop_assert_eq!(map.get(&key), value);
            }
            let backwards: Map = pairs.into_iter().rev().collect();
            prop_assert_eq!(map, backwards);
        }
    }
}
