//! Deep copies of a large dictionary, each made by mending an earlier one.
//!
//! A copy inserts the keys in the order that they have, and each takes the first slot of its walk that is free: of two
//! keys that want one slot, the one whose turn is earlier gets it. That is a stable matching, of keys that prefer the
//! slots of their walk from first to last, and of slots that all prefer the earlier turn. There is but one, and it does
//! not depend on the order in which it is looked for. So where a few keys come at another turn than in an earlier copy,
//! they leave their slots and look for new ones, each slot that is left goes to the earliest of those who passed it by,
//! who leaves another, and nobody else moves.
//!
//! Keys that want one slot change places at each copy, mostly in circles of two or three and their multiples: a copy
//! differs least from the one that is [`CIRCLE`] copies before it, and that is the one to be mended.
//!
//! On the way to its size a copy goes through smaller tables: each takes the first keys of the order, as many as fill
//! two thirds of it, and the next one takes these in the order of their slots, and after them the keys that follow.

use super::slots::{DELETED, EMPTY, SMALLEST_TABLE, Slot, grown_size, most_keys, walk};
use std::collections::VecDeque;
use thin_vec::ThinVec;

/// How many copies are kept to be mended: after so many, most circles have come round.
pub(super) const CIRCLE: usize = 12;

/// A turn after those of all keys that were copied: that of the first key which is inserted then.
const LATE: Slot = 1 << 31;

/// The turn of a key that a table does not take.
const NEVER: Slot = Slot::MAX;

/// The last copies of a dictionary, the latest at the end. The slots of that one are with the dictionary.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies {
    latest: VecDeque<Copy>,
    scratch: Scratch,
}

/// Memory that all copies share.
#[derive(Clone, Debug, Default)]
struct Scratch {
    /// The keys that may have another slot in what is copied, and where they are, or were.
    changed: Vec<(Slot, Slot)>,
    /// The keys that a table has to look at, each once.
    touched: Vec<Slot>,
    /// For each key the number of the last search that touched it.
    seen: Vec<u32>,
    search: u32,
    /// The keys that are to enter a table, and their turns.
    entering: Vec<(Slot, Slot)>,
}

impl Scratch {
    /// Begins to look for keys to touch.
    fn begin(&mut self, keys: usize) {
        self.touched.clear();
        self.seen.resize(keys, self.search);
        self.search = self.search.wrapping_add(1);
    }

    fn touch(&mut self, key: Slot) {
        if let Some(seen) = self.seen.get_mut(key as usize)
            && *seen != self.search
        {
            *seen = self.search;
            self.touched.push(key);
        }
    }
}

/// One copy, and what it came from.
#[derive(Clone, Debug)]
struct Copy {
    /// The slot that each key had in what was copied.
    from: Vec<Slot>,
    /// The tables that it went through; the last one is its own.
    tables: Vec<Table>,
}

/// Keys in their slots.
#[derive(Clone, Debug)]
struct Table {
    slots: Vec<Slot>,
    /// The slot of each key, which is the other way round.
    seats: Vec<Slot>,
    /// The turn of the key in each slot.
    turns: Vec<Slot>,
    /// The keys that found each slot taken.
    passed: Vec<ThinVec<Slot>>,
    /// How many keys it takes.
    most: usize,
    /// It takes those that have a slot before this one in what is copied.
    end: usize,
    /// How many these are.
    held: usize,
    /// The keys whose slot, or turn, is another one since the table was mended last; some are told twice.
    moved: Vec<Slot>,
}

impl Copies {
    /// Copies a dictionary of so many keys: `slots` become those of the copy. Gives whether it differs from the one that is
    /// [`CIRCLE`] copies before it; where it does not, all the next ones have been there too.
    pub(super) fn copy(&mut self, hashes: &[u64], slots: &mut Vec<Slot>, used: usize) -> bool {
        let earlier = (self.latest.len() == CIRCLE).then(|| self.latest.pop_front());
        let earlier = earlier.flatten();
        let changed = &mut self.scratch.changed;
        changed.clear();
        // What the earlier one was a copy of is what the latest was before it was mended.
        match self.latest.back().and_then(|latest| latest.tables.last()) {
            Some(latest) if earlier.is_some() => {
                let moved = latest.moved.iter();
                changed.extend(moved.filter_map(|key| Some((*key, latest.seat_of(*key)?))));
            }
            _ => {
                let keys = (0..).zip(&*slots).map(|(slot, key)| (*key, slot));
                changed.extend(keys.filter(|(key, _)| *key < DELETED));
            }
        }
        let mut copy = earlier.unwrap_or_else(|| Copy::new(used));
        let differs = copy.mend(hashes, slots, &mut self.scratch);
        self.exchange(slots);
        self.latest.push_back(copy);
        self.exchange(slots);
        differs
    }

    /// Inserts a key into the dictionary, which neither has it nor need grow for it.
    pub(super) fn insert(&mut self, hashes: &[u64], slots: &mut Vec<Slot>, key: Slot) {
        self.exchange(slots);
        if let Some(table) = self.latest() {
            table.seats.resize(hashes.len(), EMPTY);
            table.enter(hashes, key, LATE.saturating_add(key));
        }
        self.exchange(slots);
    }

    fn latest(&mut self) -> Option<&mut Table> {
        self.latest.back_mut()?.tables.last_mut()
    }

    /// Gives the dictionary the slots of the latest copy, or takes them back.
    fn exchange(&mut self, slots: &mut Vec<Slot>) {
        if let Some(table) = self.latest() {
            std::mem::swap(&mut table.slots, slots);
        }
    }
}

impl Copy {
    /// A copy of nothing, with the tables that so many keys go through.
    fn new(used: usize) -> Self {
        let mut size = SMALLEST_TABLE;
        let mut tables = Vec::new();
        while used >= most_keys(size) {
            tables.push(Table::new(size, most_keys(size)));
            size = grown_size(most_keys(size));
        }
        tables.push(Table::new(size, usize::MAX));
        let from = Vec::new();
        Self { from, tables }
    }

    /// Makes it a copy of what has these slots. Gives whether any key has another slot there than in what it was a copy of.
    fn mend(&mut self, hashes: &[u64], source: &[Slot], scratch: &mut Scratch) -> bool {
        self.from.resize(hashes.len(), EMPTY);
        // Where they were takes the place of where they are, which is kept in `from`.
        scratch.changed.retain_mut(|(key, slot)| {
            let Some(from) = self.from.get_mut(*key as usize) else {
                return false;
            };
            std::mem::swap(from, slot);
            from != slot
        });
        let mut lower: Option<&Table> = None;
        for table in &mut self.tables {
            table.seats.resize(hashes.len(), EMPTY);
            scratch.begin(hashes.len());
            table.take_up_to(source, &self.from, scratch);
            for key in lower.iter().flat_map(|lower| &lower.moved) {
                scratch.touch(*key);
            }
            table.moved.clear();
            scratch.entering.clear();
            for &key in &scratch.touched {
                let from = self.from.get(key as usize).copied().unwrap_or(EMPTY);
                let turn = match lower {
                    _ if from as usize >= table.end => NEVER,
                    None => from,
                    Some(lower) => lower
                        .seat_of(key)
                        .unwrap_or(lower.slots.len() as Slot + from),
                };
                let seat = table.seat_of(key);
                let known = seat.and_then(|slot| table.turns.get(slot as usize));
                if known.copied().unwrap_or(NEVER) != turn {
                    if let Some(slot) = seat {
                        table.leave(hashes, key, slot);
                    }
                    if turn != NEVER {
                        scratch.entering.push((turn, key));
                    }
                }
            }

            // In whatever order: each ends up where it belongs.
            for &(turn, key) in &scratch.entering {
                table.enter(hashes, key, turn);
            }
            lower = Some(table);
        }
        !scratch.changed.is_empty()
    }
}

impl Table {
    fn new(size: usize, most: usize) -> Self {
        Self {
            slots: vec![EMPTY; size],
            seats: Vec::new(),
            turns: vec![NEVER; size],
            passed: vec![ThinVec::new(); size],
            most,
            end: 0,
            held: 0,
            moved: Vec::new(),
        }
    }

    /// Sets its end, now that the keys that have changed stand elsewhere, and touches those that this is about: who was or
    /// is before the end, and who the end came past.
    fn take_up_to(&mut self, source: &[Slot], from: &[Slot], scratch: &mut Scratch) {
        let changed = std::mem::take(&mut scratch.changed);
        for (key, before) in &changed {
            let now = from.get(*key as usize).copied().unwrap_or(EMPTY);
            let [is_held, was_held] = [now, *before].map(|slot| (slot as usize) < self.end);
            self.held += usize::from(is_held);
            self.held -= usize::from(was_held);
            if is_held || was_held {
                scratch.touch(*key);
            }
        }
        scratch.changed = changed;
        let mut pass = |slot: usize| {
            let key = source.get(slot).copied().filter(|key| *key < DELETED);
            key.inspect(|key| scratch.touch(*key)).is_some()
        };
        while self.held > self.most {
            self.end -= 1;
            self.held -= usize::from(pass(self.end));
        }
        while self.held < self.most && self.end < source.len() {
            self.held += usize::from(pass(self.end));
            self.end += 1;
        }
    }

    /// Gives a key the first slot of its walk that nobody with an earlier turn has, and whoever is sent away by that the
    /// next one.
    fn enter(&mut self, hashes: &[u64], mut key: Slot, mut turn: Slot) {
        let mut steps = walk_of(hashes, key, self.slots.len());
        loop {
            let slot = steps.next().unwrap_or_default();
            let (Some(place), Some(its_turn), Some(passed)) = (
                self.slots.get_mut(slot),
                self.turns.get_mut(slot),
                self.passed.get_mut(slot),
            ) else {
                return;
            };
            if *place == EMPTY {
                (*place, *its_turn) = (key, turn);
                sit(&mut self.seats, key, slot as Slot);
                self.moved.push(key);
                return;
            }
            if *its_turn > turn {
                std::mem::swap(place, &mut key);
                std::mem::swap(its_turn, &mut turn);
                sit(&mut self.seats, *place, slot as Slot);
                self.moved.push(*place);
                steps = walk_of(hashes, key, self.slots.len());
                steps.find(|at| *at == slot);
            }
            passed.push(key);
        }
    }

    /// Takes a key out of its slot, and lets the earliest of those who passed it by have that, and so on.
    fn leave(&mut self, hashes: &[u64], key: Slot, slot: Slot) {
        self.forget(hashes, key, None, slot);
        sit(&mut self.seats, key, EMPTY);
        self.moved.push(key);
        let mut hole = slot;
        loop {
            let passed = self.passed.get(hole as usize).into_iter().flatten();
            let seats = passed.filter_map(|key| {
                let slot = self.seat_of(*key)?;
                Some((*self.turns.get(slot as usize)?, *key, slot))
            });
            let Some((turn, next, slot)) = seats.min() else {
                return self.set(hole, EMPTY, NEVER);
            };
            self.forget(hashes, next, Some(hole), slot);
            self.set(hole, next, turn);
            self.moved.push(next);
            hole = slot;
        }
    }

    fn set(&mut self, slot: Slot, key: Slot, turn: Slot) {
        let at = slot as usize;
        if let (Some(slot), Some(its_turn)) = (self.slots.get_mut(at), self.turns.get_mut(at)) {
            (*slot, *its_turn) = (key, turn);
            sit(&mut self.seats, key, at as Slot);
        }
    }

    /// Where a key is; none where it is not in the table.
    fn seat_of(&self, key: Slot) -> Option<Slot> {
        self.seats
            .get(key as usize)
            .copied()
            .filter(|slot| *slot != EMPTY)
    }

    /// Forgets that a key passed by the slots of its walk, from the one to the other.
    fn forget(&mut self, hashes: &[u64], key: Slot, from: Option<Slot>, to: Slot) {
        let steps = walk_of(hashes, key, self.slots.len());
        let steps = steps.skip_while(|at| from.is_some_and(|from| *at != from as usize));
        for at in steps.take_while(|at| *at != to as usize) {
            if let Some(passed) = self.passed.get_mut(at)
                && let Some(place) = passed.iter().position(|other| *other == key)
            {
                passed.swap_remove(place);
            }
        }
    }
}

fn walk_of(hashes: &[u64], key: Slot, size: usize) -> impl Iterator<Item = usize> + use<> {
    walk(hashes.get(key as usize).copied().unwrap_or_default(), size)
}

/// Notes the slot of a key.
fn sit(seats: &mut [Slot], key: Slot, slot: Slot) {
    if let Some(seat) = seats.get_mut(key as usize) {
        *seat = slot;
    }
}
