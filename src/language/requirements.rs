//! What conditions must be like for something to be there: worked with before it is written as `Fn::If` or as a
//! condition of its own.
//!
//! Nested `Fn::If`s come to a list of requirements, all of which must hold; something that stands in several places is
//! there when one of several such lists holds.

use super::intrinsics::if_then;
use crate::tree::Value;

/// A condition of the template, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The condition's name.
    pub condition: String,
    /// Whether it must hold, or must not.
    pub holds: bool,
}

/// Requirements that must all be met; none are always met.
pub(crate) type All = Vec<Requirement>;

/// The same requirements and one more; none where that contradicts them.
pub(crate) fn with(all: &[Requirement], condition: &str, holds: bool) -> Option<All> {
    let known = all.iter().find(|known| known.condition == condition);
    match known {
        Some(known) => (known.holds == holds).then(|| all.to_vec()),
        None => {
            let mut all = all.to_vec();
            all.push(Requirement {
                condition: condition.to_owned(),
                holds,
            });
            Some(all)
        }
    }
}

/// Where all of `one` are met and not all of `other`: of these lists never more than one holds.
pub(crate) fn without(one: &[Requirement], other: &[Requirement]) -> Vec<All> {
    let mut found = Vec::new();
    let mut so_far = Some(one.to_vec());
    for Requirement { condition, holds } in other {
        let Some(met) = &so_far else {
            break;
        };
        found.extend(with(met, condition, !holds));
        so_far = with(met, condition, *holds);
    }
    found
}

/// When one of several lists of requirements is met, as questions to one condition after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Always,
    Never,
    If(String, Box<Decision>, Box<Decision>),
}

impl Decision {
    /// The decision whether one of `any` is met; none where it takes more than [`MOST_QUESTIONS`].
    pub(crate) fn of(any: &[All]) -> Option<Self> {
        let mut left = MOST_QUESTIONS;
        Self::asked(any, &mut left)
    }

    fn asked(any: &[All], left: &mut usize) -> Option<Self> {
        let Some(first) = any.first() else {
            return Some(Self::Never);
        };
        if any.iter().any(Vec::is_empty) {
            return Some(Self::Always);
        }
        let question = &first.first()?.condition;
        *left = left.checked_sub(1)?;
        let mut answered = |holds: bool| {
            let open: Vec<All> = any
                .iter()
                .filter(|all| {
                    let mut asked = all.iter().filter(|one| one.condition == *question);
                    asked.all(|one| one.holds == holds)
                })
                .map(|all| {
                    let others = all.iter().filter(|one| one.condition != *question);
                    others.cloned().collect()
                })
                .collect();
            Self::asked(&open, left)
        };
        let (then, otherwise) = (answered(true)?, answered(false)?);
        Some(if then == otherwise {
            then
        } else {
            Self::If(question.clone(), Box::new(then), Box::new(otherwise))
        })
    }

    /// The decision as a value: `yes` or `no`, behind `Fn::If`s where that is not known.
    pub(crate) fn value(&self, yes: &Value, no: &Value) -> Value {
        match self {
            Self::Always => yes.clone(),
            Self::Never => no.clone(),
            Self::If(condition, then, otherwise) => if_then(
                condition.as_str(),
                then.value(yes, no),
                otherwise.value(yes, no),
            ),
        }
    }
}

/// How many conditions a [`Decision`] asks: far more than anybody writes around alarms, and little enough to write down.
pub(crate) const MOST_QUESTIONS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> All {
        let one = |word: &str| Requirement {
            condition: word.trim_start_matches('!').to_owned(),
            holds: !word.starts_with('!'),
        };
        text.split_whitespace().map(one).collect()
    }

    fn is_met(all: &[Requirement], world: u8) -> bool {
        all.iter().all(|one| {
            let bit = one.condition.bytes().next().unwrap() - b'A';
            (world >> bit & 1 == 1) == one.holds
        })
    }

    fn answer(decision: &Decision, world: u8) -> bool {
        match decision {
            Decision::Always => true,
            Decision::Never => false,
            Decision::If(condition, then, otherwise) => {
                let is_met = is_met(&all(condition), world);
                answer(if is_met { then } else { otherwise }, world)
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_made_of_requirements_means_the_same(
            lists in proptest::collection::vec("(!?[A-D] ){0,4}", 0..13),
        ) {
            let any: Vec<All> = lists
                .iter()
                .filter_map(|text| {
                    all(text).iter().try_fold(All::new(), |so_far, one| {
                        with(&so_far, &one.condition, one.holds)
                    })
                })
                .collect();
            let decision = Decision::of(&any).unwrap();
            for world in 0..16 {
                let wanted = any.iter().any(|all| is_met(all, world));
                prop_assert_eq!(answer(&decision, world), wanted);
            }
            if let [one, other, ..] = any.as_slice() {
                let pieces = without(one, other);
                for world in 0..16 {
                    let met = pieces.iter().filter(|piece| is_met(piece, world)).count();
                    let wanted = is_met(one, world) && !is_met(other, world);
                    prop_assert_eq!(met, usize::from(wanted));
                }
            }
        }
    }
}
