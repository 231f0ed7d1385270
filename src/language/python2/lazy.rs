//! A map that is deep-copied often and looked at little: a copy is only counted, and what it does to the order is made
//! up for where somebody looks.
//!
//! SAM copies the whole body of an API twice for each event, so that its time grows with the square of the routes.

use super::{Map, Node, Text};
use crate::tree;
use hashbrown::HashMap;

/// A [`Map`] with deep copies outstanding.
#[derive(Clone, Debug)]
pub(crate) struct LazyMap {
    map: Map,
    /// How many deep copies there were.
    copies: usize,
    /// How many of them the order of the keys has seen.
    seen_by_keys: usize,
    /// How many of them each value has seen; none where the key is missing.
    seen: HashMap<tree::Text, usize>,
}

impl From<Map> for LazyMap {
    fn from(map: Map) -> Self {
        Self {
            map,
            copies: 0,
            seen_by_keys: 0,
            seen: HashMap::new(),
        }
    }
}

impl LazyMap {
    /// See [`Node::deep_copy`].
    pub(crate) fn deep_copy(&mut self) {
        self.copies += 1;
    }

    /// How many deep copies there were so far.
    pub(crate) fn copies(&self) -> usize {
        self.copies
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// A value to be read; the order of the maps in it is not up to date.
    pub(crate) fn peek(&self, key: &str) -> Option<&Node> {
        self.map.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let value = self.map.get_mut(key)?;
        let seen = match self.seen.get_mut(key) {
            Some(seen) => std::mem::replace(seen, self.copies),
            None => self
                .seen
                .insert(key.into(), self.copies)
                .unwrap_or_default(),
        };
        value.deep_copy(self.copies - seen);
        Some(value)
    }

    /// The keys in Python's order.
    pub(crate) fn keys(&mut self) -> Vec<Text> {
        self.settle_keys();
        self.map.keys().cloned().collect()
    }

    /// See [`Map::insert`].
    pub(crate) fn insert(&mut self, key: impl Into<Text>, value: impl Into<Node>) {
        self.settle_keys();
        let key = key.into();
        self.seen.insert(key.string.clone(), self.copies);
        self.map.insert(key, value);
    }

    /// See [`Map::remove`].
    pub(crate) fn remove(&mut self, key: &str) -> Option<Node> {
        self.settle_keys();
        self.get_mut(key)?;
        self.map.remove(key)
    }

    /// See [`Map::copied`].
    pub(crate) fn shallow_copy(&mut self) {
        self.settle_keys();
        self.map = self.map.copied();
    }

    /// The map with all its copies made.
    pub(crate) fn into_map(mut self) -> Map {
        self.settle_keys();
        for (key, value) in self.map.iter_mut() {
            let seen = self.seen.get(&**key).copied().unwrap_or_default();
            value.deep_copy(self.copies - seen);
        }
        self.map
    }

    fn settle_keys(&mut self) {
        let times = self.copies - self.seen_by_keys;
        self.seen_by_keys = self.copies;
        self.map.deep_copy_keys(times);
    }
}
