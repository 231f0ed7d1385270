//! Which resource of the one side is which of the other.
//!
//! Where both have a resource of one logical id, CloudFormation takes it for the same one. What is generated may have
//! another id although nobody asked for anything else, so the others are paired by what asked for them; where that is not
//! known, as in a template that was transformed elsewhere, by what their ids have in common.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::side::Side;
use crate::language::intrinsics::named_resource;

/// The digits of a hash at the end of a logical id.
const DIGITS: usize = 10;

/// Pairs of logical ids, and those that only one side has.
pub(super) struct Pairs<'a> {
    /// The old and the new id, in the order of the new side.
    pub(super) both: Vec<(&'a str, &'a str)>,
    pub(super) removed: Vec<&'a str>,
    pub(super) added: Vec<&'a str>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(old: &Side<'a>, new: &Side<'a>) -> Self {
        let mut pairs = Self {
            both: Vec::new(),
            removed: old.ids().collect(),
            added: new.ids().collect(),
        };
        pairs.join(Some, Some, false);
        pairs.join(|id| old.why(id), |id| new.why(id), false);
        pairs.join(|id| old.whence(id), |id| new.whence(id), false);
        pairs.join(|id| old.stem(id), |id| new.stem(id), false);
        // Only where there can be no doubt.
        pairs.join(|id| old.maker(id), |id| new.maker(id), true);
        pairs.join(|id| old.aliased(id), |id| new.aliased(id), true);
        let order: HashMap<&str, usize> = new.ids().zip(0..).collect();
        pairs.both.sort_by_key(|(_, id)| order.get(id).copied());
        pairs
    }

    /// Joins what is left on both sides and has one key, in order; where it must be the `only` one, else not.
    fn join<K: Eq + Hash>(
        &mut self,
        old: impl Fn(&'a str) -> Option<K>,
        new: impl Fn(&'a str) -> Option<K>,
        only: bool,
    ) {
        let mut left: HashMap<K, Vec<&'a str>> = HashMap::new();
        for id in self.removed.iter().rev() {
            if let Some(key) = old(id) {
                left.entry(key).or_default().push(id);
            }
        }
        let mut wanted: HashMap<K, usize> = HashMap::new();
        for id in &self.added {
            if let Some(key) = new(id) {
                *wanted.entry(key).or_default() += 1;
            }
        }
        let mut joined = HashSet::new();
        let both = &mut self.both;
        self.added.retain(|id| {
            let Some(key) = new(id) else {
                return true;
            };
            let is_one = wanted.get(&key) == Some(&1);
            let Some(ids) = left.get_mut(&key) else {
                return true;
            };
            if only && !(is_one && ids.len() == 1) {
                return true;
            }
            match ids.pop() {
                Some(other) => {
                    both.push((other, id));
                    joined.insert(other);
                    false
                }
                None => true,
            }
        });
        self.removed.retain(|id| !joined.contains(id));
    }
}

impl<'a> Side<'a> {
    /// Its type, who asked for it, and with what.
    fn why(&self, id: &'a str) -> Option<(&'a str, Option<&'a str>, &'a [crate::place::Path])> {
        let origin = self.origin(id).filter(|_| self.is_made(id))?;
        Some((self.kind(id), origin.source.as_deref(), &origin.because))
    }

    /// Its type, who asked for it, and the beginning of its id.
    fn whence(&self, id: &'a str) -> Option<(&'a str, Option<&'a str>, &'a str)> {
        let origin = self.origin(id).filter(|_| self.is_made(id))?;
        Some((
            self.kind(id),
            origin.source.as_deref(),
            stem(id).unwrap_or(id),
        ))
    }

    /// Its type and the beginning of its id, where a hash ends it.
    fn stem(&self, id: &'a str) -> Option<(&'a str, &'a str)> {
        Some((self.kind(id), stem(id)?))
    }

    /// Its type and who asked for it.
    fn maker(&self, id: &'a str) -> Option<(&'a str, &'a str)> {
        Some((self.kind(id), self.source(id)?))
    }

    /// The function that it is an alias of.
    fn aliased(&self, id: &'a str) -> Option<&'a str> {
        (self.kind(id) == "AWS::Lambda::Alias").then_some(())?;
        named_resource(self.property(id, "FunctionName")?)
    }

    /// Whether the template that was given has no resource of this id.
    fn is_made(&self, id: &str) -> bool {
        self.origin(id)
            .is_some_and(|origin| origin.source.as_deref() != Some(id))
    }
}

/// A logical id without the hash at its end.
pub(super) fn stem(id: &str) -> Option<&str> {
    let (stem, digits) = id.split_at_checked(id.len().checked_sub(DIGITS)?)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (!stem.is_empty() && digits.bytes().all(is_digit)).then_some(stem)
}
