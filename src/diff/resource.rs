//! What differs in resources that are no functions of the user's.

use std::collections::HashSet;

use super::model::{Change, Ids, Meant, ResourceDifference, ValueChange};
use super::{Compared, meanings, replacement, roles};
use crate::place::{Path, Step};
use crate::tree::Value;

const ROLES: &[&str] = &[
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
    "AWS::Serverless::Connector",
];

const API: &str = "AWS::ApiGateway::RestApi";
const DEPLOYMENT: &str = "AWS::ApiGateway::Deployment";

/// How many things are named that a role may do.
const NAMED: usize = 3;

/// What CloudFormation keeps.
const KEPT: &[&str] = &["Retain", "RetainExceptOnCreate", "Snapshot"];

/// Types of which CloudFormation makes a snapshot unless it is told otherwise.
const KEPT_ANYWAY: &[&str] = &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"];

impl Compared<'_, '_> {
    /// The differences of all resources but those that were told.
    pub(super) fn resources(&self, told: &HashSet<&str>) -> Vec<ResourceDifference> {
        let mut found: Vec<ResourceDifference> = Vec::new();
        let mut pairs = self.pairs.both.iter();
        let mut next = pairs.next();
        let added: HashSet<&str> = self.pairs.added.iter().copied().collect();
        for id in self.new.ids() {
            if added.contains(id) {
                if !told.contains(id) {
                    found.push(self.only_new(id));
                }
                continue;
            }
            while let Some((old, new)) = next {
                if *new != id {
                    break;
                }
                if !told.contains(new) && !told.contains(old) {
                    found.extend(self.both(old, new));
                }
                next = pairs.next();
            }
        }
        for id in &self.pairs.removed {
            if !told.contains(id) {
                found.push(self.only_old(id));
            }
        }
        found
    }

    fn only_new(&self, id: &str) -> ResourceDifference {
        let side = self.new;
        ResourceDifference {
            ids: Ids {
                old: None,
                new: Some(id.to_owned()),
            },
            kind: side.kind(id).to_owned(),
            source: side.source(id).map(str::to_owned),
            because: side
                .origin(id)
                .map(|origin| origin.because.clone())
                .unwrap_or_default(),
            change: Change::Added,
            meanings: Vec::new(),
            values: Vec::new(),
        }
    }

    fn only_old(&self, id: &str) -> ResourceDifference {
        let side = self.old;
        let kind = side.kind(id);
        let mut meanings = Vec::new();
        if !is_kept(side.resource(id), "DeletionPolicy", kind) {
            meanings.extend(self.stateful(
                kind,
                id,
                "is deleted with all that is in it",
                "DeletionPolicy",
            ));
        }
        ResourceDifference {
            ids: Ids {
                old: Some(id.to_owned()),
                new: None,
            },
            kind: kind.to_owned(),
            source: side.source(id).map(str::to_owned),
            because: side
                .origin(id)
                .map(|origin| origin.because.clone())
                .unwrap_or_default(),
            change: Change::Removed,
            meanings,
            values: Vec::new(),
        }
    }

    fn stateful(&self, kind: &str, id: &str, what: &str, policy: &str) -> Option<Meant> {
        replacement::is_stateful(kind).then(|| Meant {
            code: meanings::STATEFUL_DELETED,
            message: format!("`{id}`, an {kind}, {what}"),
            help: Some(format!(
                "`{policy}: Retain` keeps it; it must be deployed before"
            )),
            path: Path::resource(id),
        })
    }

    fn both(&self, old: &str, new: &str) -> Option<ResourceDifference> {
        let (was, kind) = (self.old.kind(old), self.new.kind(new));
        let values = self.changes(old, new);
        let mut found = ResourceDifference {
            ids: Ids {
                old: Some(old.to_owned()),
                new: Some(new.to_owned()),
            },
            kind: kind.to_owned(),
            source: self.new.source(new).map(str::to_owned),
            because: self
                .new
                .origin(new)
                .map(|origin| origin.because.clone())
                .unwrap_or_default(),
            change: Change::Changed,
            meanings: Vec::new(),
            values,
        };
        if was != kind {
            found.change = Change::Replaced;
            found.meanings.push(Meant {
                code: meanings::TYPE_CHANGED,
                message: format!(
                    "`{new}` was an {was} and is an {kind}: CloudFormation refuses that"
                ),
                help: Some("give it another logical id".to_owned()),
                path: Path::resource(new).then("Type"),
            });
            found.values.clear();
            return Some(found);
        }
        if found.values.is_empty() {
            return None;
        }
        let is_another = old != new;
        let reason = replacement::reason(kind, &found.values);
        if is_another || reason.is_some() {
            found.change = Change::Replaced;
            let place = reason.map_or_else(|| Path::resource(new), |change| change.path.clone());
            let meant = self.replaced(old, new, kind, place, reason);
            found.meanings.extend(meant);
        }
        if kind == DEPLOYMENT && is_another {
            // The hash again.
            found
                .values
                .retain(|change| property(change) != "Description");
        }
        if ROLES.contains(&kind) {
            found.meanings.extend(self.widened(old, new));
        }
        if kind == API && !is_another {
            found
                .meanings
                .extend(self.not_redeployed(old, new, &found.values));
        }
        Some(found)
    }

    /// What it means that another resource is made in the place of one.
    pub(super) fn replaced(
        &self,
        old: &str,
        new: &str,
        kind: &str,
        place: Path,
        reason: Option<&ValueChange>,
    ) -> Vec<Meant> {
        let mut meanings = Vec::new();
        let why = match reason {
            Some(change) => format!(", because `{}` changes", property(change)),
            None => String::new(),
        };
        if kind != DEPLOYMENT && kind != "AWS::Lambda::LayerVersion" {
            meanings.push(Meant {
                code: meanings::REPLACED,
                message: format!("`{new}` is made anew{why}"),
                help: None,
                path: place.clone(),
            });
        }
        let names = replacement::names(kind);
        let (before, now) = (self.old.form(old), self.new.form(new));
        let is_same = |name: &str| {
            let of = |form: &Value| form.get("Properties")?.get(name).cloned();
            of(&now).is_some() && of(&before) == of(&now)
        };
        if !names.is_empty() && names.iter().all(|name| is_same(name)) {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            meanings.push(Meant {
                code: meanings::REPLACED_WITH_A_FIXED_NAME,
                message: format!(
                    "`{new}` is to be made anew{why}, while the old one still has its name: CloudFormation refuses that"
                ),
                help: Some(format!("give it another name in {}, or none", names.join(" and "))),
                path: place,
            });
        }
        if !is_kept(self.new.resource(new), "UpdateReplacePolicy", kind) {
            meanings.extend(self.stateful(
                kind,
                new,
                "is made anew, and the old one is deleted with all that is in it",
                "UpdateReplacePolicy",
            ));
        }
        meanings
    }

    fn widened(&self, old: &str, new: &str) -> Option<Meant> {
        let properties = |form: Value| form.get("Properties").cloned().unwrap_or_default();
        let (before, now) = (
            properties(self.old.form(old)),
            properties(self.new.form(new)),
        );
        let more = roles::widened(&before, &now);
        let mut path = Path::resource(new).then("Properties");
        path.0.extend(more.first()?.place.0.iter().cloned());
        let mut what: Vec<String> = more
            .iter()
            .map(|more| match &more.on {
                Some(on) => format!("{} on {on}", more.what),
                None => more.what.clone(),
            })
            .collect();
        let left = what.len().saturating_sub(NAMED);
        what.truncate(NAMED);
        let left = if left > 0 {
            format!(" and {left} more")
        } else {
            String::new()
        };
        Some(Meant {
            code: meanings::ROLE_WIDENED,
            message: format!("`{new}` may do more: {}{left}", what.join(", ")),
            help: None,
            path,
        })
    }

    /// That an API's document changes and no deployment of it does.
    fn not_redeployed(&self, old: &str, new: &str, changes: &[ValueChange]) -> Option<Meant> {
        let change = changes
            .iter()
            .find(|change| ["Body", "BodyS3Location"].contains(&property(change)))?;
        let is_its = |id: &&str| {
            self.new.kind(id) == DEPLOYMENT
                && self.new.property(id, "RestApiId").is_some_and(|api| {
                    crate::language::intrinsics::named_resource(api) == Some(new)
                })
        };
        let mut deployments = self.new.ids().filter(is_its);
        let first = deployments.next()?;
        let stays = |id: &str| self.old.kind(id) == DEPLOYMENT;
        (stays(first) && deployments.all(stays)).then(|| Meant {
            code: meanings::API_NOT_REDEPLOYED,
            message: format!(
                "the definition of `{old}` changes, but its deployment stays the same: callers get the old one"
            ),
            help: Some("what only a parameter changes is not seen: write it out, or change the definition too".to_owned()),
            path: change.path.clone(),
        })
    }
}

/// The property that a change is in.
pub(super) fn property(change: &ValueChange) -> &str {
    let at = usize::from(
        change
            .path
            .0
            .get(2)
            .is_some_and(|step| *step == Step::from("Properties")),
    );
    match change.path.0.get(2 + at) {
        Some(Step::Key(name)) => name,
        _ => "",
    }
}

fn is_kept(resource: Option<&Value>, policy: &str, kind: &str) -> bool {
    match resource.and_then(|resource| resource.get(policy)?.as_str()) {
        Some(policy) => KEPT.contains(&policy),
        None => KEPT_ANYWAY.contains(&kind),
    }
}
