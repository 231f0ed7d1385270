//! Which functions ask for what is generated.

use super::place::Source;
use super::{function_ids, is_loop};
use crate::deployment::Deployment;
use crate::origin::Origin;
use crate::template::{Path, Step};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A function of the output, where it is written, and how it is deployed.
pub(super) struct Asking<'s> {
    pub(super) id: &'s str,
    pub(super) base: Path,
    pub(super) deployment: Option<&'s Deployment>,
}

impl<'s> Asking<'s> {
    /// All functions, in the order of the output.
    pub(super) fn all(source: &Source<'s>) -> Vec<Self> {
        let deployments = source.output.deployments.iter();
        let deployments: HashMap<&str, &Deployment> = deployments
            .rev()
            .map(|one| (one.function.as_str(), one))
            .collect();
        function_ids(source.output)
            .map(|id| Self {
                id,
                base: super::base(source, id),
                deployment: deployments.get(id).copied(),
            })
            .collect()
    }

    /// Where its preference stands, in it or in Globals.
    fn shift_place(&self) -> Option<&'s Path> {
        Some(&self.deployment?.shift.as_ref()?.path)
    }
}

/// What is generated for a function.
pub(super) struct Made<'s> {
    pub(super) id: &'s str,
    pub(super) origin: &'s Origin,
    /// What asks for it; of what functions share, what the function has that does.
    pub(super) because: Vec<&'s Path>,
}

/// What is generated for each function, in the order of the output; what functions share is there for each of them.
pub(super) fn asked<'s>(source: &Source<'s>, functions: &[Asking<'s>]) -> Vec<Vec<Made<'s>>> {
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    let mut by_base: HashMap<&[Step], Vec<usize>> = HashMap::new();
    let mut by_shift: HashMap<&Path, Vec<usize>> = HashMap::new();
    for (index, function) in functions.iter().enumerate() {
        by_id.insert(function.id, index);
        by_base.entry(&function.base.0).or_default().push(index);
        if let Some(place) = function.shift_place() {
            by_shift.entry(place).or_default().push(index);
        }
    }
    let at = |path: &Path| {
        let around = (1..=path.0.len()).filter_map(|length| by_base.get(path.0.get(..length)?));
        let shifts = by_shift.get(path).into_iter();
        around.chain(shifts).flatten().copied().collect::<Vec<_>>()
    };
    // Of functions that a loop makes, the one whose id the made one's goes on from.
    let named = |made: &str| {
        let mut starts = (1..=made.len())
            .rev()
            .filter_map(|length| made.get(..length));
        starts.find_map(|start| by_id.get(start).copied())
    };
    let mut all: Vec<Vec<Made<'s>>> = functions.iter().map(|_| Vec::new()).collect();
    for (made, origin) in &source.output.origins {
        let mut owners: BTreeMap<usize, Vec<&Path>> = BTreeMap::new();
        let whole = || origin.because.iter().collect();
        match origin.source.as_deref() {
            Some(owner) if is_loop(owner) => {
                let asks = |owner: usize| {
                    let mut all = origin.because.iter().flat_map(at);
                    all.any(|one| one == owner)
                };
                if let Some(owner) = named(made).filter(|owner| asks(*owner)) {
                    owners.insert(owner, whole());
                }
            }
            Some(owner) => {
                if let Some(owner) = by_id.get(owner) {
                    owners.insert(*owner, whole());
                }
            }
            None => {
                for path in &origin.because {
                    let asking: BTreeSet<usize> = at(path).into_iter().collect();
                    for owner in asking {
                        owners.entry(owner).or_default().push(path);
                    }
                }
            }
        }
        for (owner, because) in owners {
            if by_id.get(made.as_str()) != Some(&owner)
                && let Some(of_owner) = all.get_mut(owner)
            {
                of_owner.push(Made {
                    id: made,
                    origin,
                    because,
                });
            }
        }
    }
    all
}
