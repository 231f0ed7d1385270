//! Lists in which nothing stands twice, and which may get long.

use hashbrown::HashMap;

/// What is known of such a list, so that a new item is not compared with every other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Distinct {
    /// The places of the items by what they are like: equal items are alike.
    places: HashMap<u64, Vec<usize>>,
    /// How many items of the list are among them.
    known: usize,
}

impl Distinct {
    /// Up to how many items are compared one by one, which is quicker then.
    const FEW: usize = 4;

    /// Whether `item` stands nowhere in `list`: the one of the last call, with more at its end.
    ///
    /// `likeness` of two items is the same where they are `equal`.
    pub(crate) fn is_new<T>(
        &mut self,
        list: &[T],
        item: &T,
        likeness: impl Fn(&T) -> u64,
        equal: impl Fn(&T, &T) -> bool,
    ) -> bool {
        if list.len() <= Self::FEW {
            return !list.iter().any(|known| equal(known, item));
        }
        if list.len() < self.known {
            *self = Self::default();
        }
        for (place, known) in list.iter().enumerate().skip(self.known) {
            self.places.entry(likeness(known)).or_default().push(place);
        }
        self.known = list.len();
        let alike = self.places.get(&likeness(item));
        !alike
            .into_iter()
            .flatten()
            .filter_map(|place| list.get(*place))
            .any(|known| equal(known, item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn an_item_is_compared_with_those_that_are_alike() {
        let comparisons = Cell::new(0);
        let mut distinct = Distinct::default();
        let mut list: Vec<u64> = Vec::new();
        for number in (0..1_000).chain(0..500) {
            let is_new = distinct.is_new(
                &list,
                &number,
                |number| *number,
                |a, b| {
                    comparisons.set(comparisons.get() + 1);
                    a == b
                },
            );
            assert_eq!(is_new, !list.contains(&number));
            if is_new {
                list.push(number);
            }
        }
        // One for each that is found, and those of a few with each other.
        assert_eq!(
            (list.len(), comparisons.get()),
            (1_000, 500 + 1 + 2 + 3 + 4)
        );
    }
}
