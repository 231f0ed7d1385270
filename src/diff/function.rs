//! What differs in a function: its configuration, what of it is published, and how traffic gets there.

use std::collections::HashSet;

use super::model::{
    Change, FunctionDifference, Ids, Meant, Moved, Sides, ValueChange, VersionDifference,
};
use super::resource::property;
use super::side::{FUNCTION, Published, Side};
use super::values::any_reference;
use super::{Compared, Meaning, meanings, replacement};
use crate::deployment::PublishedOn;
use crate::gradual::configuration::is_held_fast;
use crate::language::intrinsics::reference;
use crate::place::{Path, Step};
use crate::tree::Value;

/// What a version in SAM's own mode is published for.
const HASHED_AS_CODE: &[&str] = &["Code", "Environment", "MemorySize", "SnapStart"];

/// How a name ends that means all at once.
const AT_ONCE: &str = "AllAtOnce";

/// Properties of a group, an alias and a version that are told of by themselves.
const TOLD: &[&str] = &[
    "DeploymentConfigName",
    "FunctionName",
    "FunctionVersion",
    "ServiceRoleArn",
    "UpdatePolicy",
];

/// Resources whose statements name functions and invoke none.
const NO_INVOKERS: &[&str] = &[
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
];

impl FunctionDifference {
    fn new(id: &str, change: Change) -> Self {
        Self {
            id: id.to_owned(),
            change,
            meanings: Vec::new(),
            version: None,
            stale: Vec::new(),
            values: Vec::new(),
            alias: None,
            shift: None,
            alarms: None,
            before: None,
            after: None,
            role: None,
            group: Vec::new(),
            events: Vec::new(),
        }
    }

    fn says_nothing(&self) -> bool {
        *self == Self::new(&self.id, Change::Changed)
    }

    fn means(
        &mut self,
        code: &'static Meaning,
        message: impl Into<String>,
        help: Option<&str>,
        path: Path,
    ) {
        self.meanings.push(Meant {
            code,
            message: message.into(),
            help: help.map(str::to_owned),
            path,
        });
    }
}

/// How a function is published on a side, in words.
#[derive(Default)]
struct How {
    alias: Option<String>,
    version: Option<String>,
    shift: Option<String>,
    alarms: Option<Vec<String>>,
    before: Option<String>,
    after: Option<String>,
    role: Option<String>,
    is_local: bool,
}

impl How {
    fn of(side: &Side<'_>, id: &str, published: Option<&Published<'_>>) -> Self {
        let Some(published) = published else {
            return Self::default();
        };
        let shifting = side.shifting(published.alias);
        let hook = |name: &str| {
            let hook = shifting?.get(name)?;
            Some(side.label(Some(hook)))
        };
        Self {
            alias: Some(side.alias_name(published.alias)),
            version: published.version.map(str::to_owned),
            shift: published.group.map(|group| side.steps(group)),
            alarms: published.group.and_then(|group| side.alarms(group)),
            before: hook("BeforeAllowTrafficHook"),
            after: hook("AfterAllowTrafficHook"),
            role: published
                .group
                .map(|group| side.label(side.property(group, "ServiceRoleArn"))),
            is_local: side.content(id).is_some(),
        }
    }

    fn is_gradual(&self) -> bool {
        self.shift
            .as_ref()
            .is_some_and(|steps| !steps.ends_with(AT_ONCE))
    }
}

impl<'c> Compared<'c, '_> {
    /// What differs in the function of this logical id, where anything does.
    pub(super) fn function(&self, id: &str) -> Option<FunctionDifference> {
        let (was, is) = (self.old.is_function(id), self.new.is_function(id));
        let published = (self.old.published(id), self.new.published(id));
        let (old, new) = (published.0.as_ref(), published.1.as_ref());
        let (before, now) = (How::of(self.old, id, old), How::of(self.new, id, new));
        let change = match (was, is) {
            (false, _) => Change::Added,
            (_, false) => Change::Removed,
            _ => Change::Changed,
        };
        let mut found = FunctionDifference::new(id, change);
        if change != Change::Changed {
            found.version = version(&before, &now, false, Vec::new());
            found.alias = Sides::differing(before.alias.clone(), now.alias.clone());
            found.shift = Sides::differing(before.shift.clone(), now.shift.clone());
            if let (Change::Added, Some(alias)) = (change, &now.alias) {
                found.means(
                    meanings::FIRST_DEPLOYMENT,
                    format!("the alias `{alias}` is made: it takes all traffic at once, without hooks or alarms"),
                    None,
                    Path::resource(id),
                );
            }
            if self.old.kind(id) == FUNCTION && self.new.resource(id).is_some() {
                found.means(
                    meanings::TYPE_CHANGED,
                    format!(
                        "`{id}` is an {} now: CloudFormation refuses that",
                        self.new.kind(id)
                    ),
                    Some("give it another logical id"),
                    Path::resource(id).then("Type"),
                );
            }
            return Some(found);
        }
        let changes = self.changes(id, id);
        if let Some(reason) = replacement::reason(FUNCTION, &changes) {
            let place = reason.path.clone();
            found.meanings = self.replaced(id, id, FUNCTION, place, Some(reason));
            found.change = Change::Replaced;
        }
        self.publishing(&mut found, changes, (old, new), (&before, &now));
        self.alias(&mut found, (&before, &now));
        self.traffic(&mut found, (old, new), (&before, &now));
        self.moved(&mut found, (old, new));
        (!found.says_nothing()).then_some(found)
    }

    /// What of the changes is published.
    fn publishing(
        &self,
        found: &mut FunctionDifference,
        changes: Vec<ValueChange>,
        (old, new): (Option<&Published<'_>>, Option<&Published<'_>>),
        (before, now): (&How, &How),
    ) {
        let id = found.id.clone();
        let (locked, mut rest): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| {
            let is_property = change.path.0.get(2) == Some(&Step::from("Properties"));
            is_property && is_held_fast(property(change))
        });
        let (Some(old), Some(new)) = (old, new) else {
            match (old, new) {
                (None, Some(new)) => {
                    found.version = version(before, now, false, Vec::new());
                    found.means(
                        meanings::FIRST_DEPLOYMENT,
                        format!(
                            "the alias `{}` is made: it takes all traffic at once, without hooks or alarms",
                            self.new.alias_name(new.alias)
                        ),
                        None,
                        Path::property(&id, "AutoPublishAlias"),
                    );
                }
                (Some(old), None) => {
                    found.version = version(before, now, false, Vec::new());
                    found.means(
                        meanings::ALIAS_REMOVED,
                        format!(
                            "the alias `{}` is deleted: whoever calls it fails",
                            self.old.alias_name(old.alias)
                        ),
                        Some("keep `AutoPublishAlias` until nobody calls the alias"),
                        Path::resource(&id),
                    );
                }
                _ if !locked.is_empty() => found.means(
                    meanings::CHANGES_AT_ONCE,
                    format!("`{id}` has no alias: all callers get the change at once"),
                    None,
                    place(&locked),
                ),
                _ => {}
            }
            found.values = locked;
            found.values.extend(rest);
            return;
        };
        // What else is in the version and the alias.
        let mut is_remade = false;
        if let (Some(one), Some(other)) = (old.version, new.version) {
            let changes = self.changes(one, other);
            is_remade =
                one == other && replacement::reason(self.new.kind(other), &changes).is_some();
            rest.extend(changes.into_iter().filter(|change| !is_told(change)));
        }
        let changes = self.changes(old.alias, new.alias);
        rest.extend(
            changes
                .into_iter()
                .filter(|change| !is_told(change) && property(change) != "Name"),
        );
        found.values = rest;
        if found.change == Change::Replaced {
            // Another function has another version, and an alias of its own.
            found.version = version(before, now, true, locked);
            return;
        }
        let is_another = before.version != now.version;
        if !is_another && !is_remade {
            if !locked.is_empty() {
                let alias = now.alias.as_deref().unwrap_or_default();
                found.means(
                    meanings::CHANGE_NOT_PUBLISHED,
                    format!("no new version, but `{id}` changes: the alias `{alias}` keeps serving the old configuration"),
                    Some(self.cure(&id)),
                    place(&locked),
                );
                found.stale = locked;
            }
            return;
        }
        if locked.is_empty() {
            let (message, help) = if is_remade {
                (
                    format!(
                        "the deployment will fail: only `VersionDescription` of `{id}` changes, and Lambda publishes no version for that"
                    ),
                    "change something that a version holds, too",
                )
            } else {
                (
                    format!(
                        "the deployment will fail: a new version of `{id}` is to be published, but nothing that a version holds changes (\"A version for this Lambda function exists\")"
                    ),
                    "leave it as it was, or change something that a version holds, too",
                )
            };
            found.means(
                meanings::PUBLISHES_NOTHING_NEW,
                message,
                Some(help),
                found
                    .values
                    .first()
                    .map_or_else(|| Path::resource(&id), |change| change.path.clone()),
            );
            found.version = version(before, now, true, Vec::new());
            return;
        }
        found.means(
            meanings::PUBLISHES,
            match &now.shift {
                Some(steps) if now.is_gradual() => {
                    format!("a new version of `{id}` is published; traffic moves by {steps}")
                }
                _ => format!("a new version of `{id}` is published, and all traffic moves at once"),
            },
            None,
            place(&locked),
        );
        let (reasons, others) = self.reasons(&id, without_hash(locked, before, now));
        found.values.splice(0..0, others);
        found.version = version(before, now, true, reasons);
    }

    /// Of what a version locks and what changes, what it is published for, and what goes with it.
    fn reasons(&self, id: &str, locked: Vec<ValueChange>) -> (Vec<ValueChange>, Vec<ValueChange>) {
        let published_on = self
            .new
            .deployment(id)
            .map(|deployment| deployment.version.published_on);
        if published_on != Some(PublishedOn::Code) {
            return (locked, Vec::new());
        }
        let (reasons, others): (Vec<_>, Vec<_>) = locked
            .into_iter()
            .partition(|change| HASHED_AS_CODE.contains(&property(change)));
        if reasons.is_empty() {
            // Something is written in another way, which counts, and something else changes.
            return (others, Vec::new());
        }
        (reasons, others)
    }

    /// What to do where a change is not published.
    fn cure(&self, id: &str) -> &'static str {
        match self
            .new
            .deployment(id)
            .map(|deployment| deployment.version.published_on)
        {
            Some(PublishedOn::GivenSha) => {
                "give another `AutoPublishCodeSha256`, or let the configuration count: `AutoPublishOn: Configuration`"
            }
            None => "publish a version, and point the alias at it",
            Some(_) => {
                "let the configuration count: `AutoPublishOn: Configuration`; or change `VersionDescription`, too, this once"
            }
        }
    }

    fn alias(&self, found: &mut FunctionDifference, (before, now): (&How, &How)) {
        found.alias = Sides::differing(before.alias.clone(), now.alias.clone());
        if let Some(Sides {
            old: Some(old),
            new: Some(new),
        }) = &found.alias
        {
            let message = format!(
                "the alias `{old}` becomes `{new}`, another resource: whoever calls `{old}` fails, and the new one takes all traffic at once"
            );
            let path = Path::property(&found.id, "AutoPublishAlias");
            found.means(
                meanings::ALIAS_REPLACED,
                message,
                Some("keep the name until nobody calls it"),
                path,
            );
        }
    }

    /// How traffic moves, and what guards it.
    fn traffic(
        &self,
        found: &mut FunctionDifference,
        (old, new): (Option<&Published<'_>>, Option<&Published<'_>>),
        (before, now): (&How, &How),
    ) {
        let id = found.id.clone();
        let preference = Path::property(&id, "DeploymentPreference");
        found.role = Sides::differing(before.role.clone(), now.role.clone());
        found.before = Sides::differing(before.before.clone(), now.before.clone());
        found.after = Sides::differing(before.after.clone(), now.after.clone());
        found.alarms = Sides::differing(before.alarms.clone(), now.alarms.clone());
        found.shift = Sides::differing(before.shift.clone(), now.shift.clone());
        if new.is_none() {
            return;
        }
        if let Some(Sides { old, new }) = found.shift.clone() {
            let words = |steps: Option<String>| steps.unwrap_or_else(|| "at once".to_owned());
            let message = format!(
                "traffic moves otherwise: {} before, {} now",
                words(old.clone()),
                words(new)
            );
            let path = preference.clone().then("Type");
            if before.is_gradual() && !now.is_gradual() {
                let message = format!(
                    "all traffic of `{id}` moves at once now; it moved by {}",
                    words(old)
                );
                found.means(meanings::SHIFTS_AT_ONCE, message, None, path);
            } else {
                found.means(meanings::SHIFT_CHANGED, message, None, path);
            }
        }
        // Without a group nothing is watched, and that is told.
        if now.shift.is_none() {
            return;
        }
        if let (Some(old), Some(new)) =
            (old.and_then(|old| old.group), new.and_then(|new| new.group))
        {
            let changes = self.changes(old, new).into_iter();
            found.group = changes
                .filter(|change| !is_told(change) && !is_of_alarms(change))
                .collect();
            self.rollback(found, old, new);
        }
        let gone: Vec<&String> = before
            .alarms
            .iter()
            .flatten()
            .filter(|alarm| !now.alarms.iter().flatten().any(|kept| kept == *alarm))
            .collect();
        if !gone.is_empty() {
            let names = names(&gone);
            let path = preference.clone().then("Alarms");
            if now.alarms.is_none() {
                found.means(
                    meanings::ALARMS_KEPT,
                    format!("`{id}` does not name {names} any more, but without any alarms CodeDeploy goes on watching the old ones"),
                    Some("say that there are none: `Alarms: None`"),
                    path,
                );
            } else {
                found.means(
                    meanings::GUARD_WEAKENED,
                    format!("deployments of `{id}` are not stopped by {names} any more"),
                    None,
                    path,
                );
            }
        }
        for (when, before, now) in [
            ("PreTraffic", &before.before, &now.before),
            ("PostTraffic", &before.after, &now.after),
        ] {
            let Some(hook) = before.as_ref().filter(|_| before != now) else {
                continue;
            };
            let path = preference.clone().then("Hooks").then(when);
            if now.is_none() {
                found.means(
                    meanings::GUARD_WEAKENED,
                    format!("`{hook}` does not test new versions of `{id}` any more"),
                    None,
                    path.clone(),
                );
            }
            if self.old.resource(hook).is_some() && self.new.resource(hook).is_none() {
                found.means(
                    meanings::HOOK_REMOVED,
                    format!("`{hook}` leaves the template while it is still a hook of the deployed `{id}`: a rollback of this update calls it"),
                    Some("take the hook off first, and its function with the next update"),
                    path,
                );
            }
        }
    }

    /// Whether a failed deployment is not rolled back any more.
    fn rollback(&self, found: &mut FunctionDifference, old: &str, new: &str) {
        let is_on = |side: &Side<'_>, group: &str| {
            let form = side.form(group);
            let rollback = form
                .get("Properties")
                .and_then(|properties| properties.get("AutoRollbackConfiguration"));
            let enabled = rollback.and_then(|rollback| rollback.get("Enabled"));
            enabled.is_some_and(|enabled| enabled == "true")
        };
        if is_on(self.old, old) && !is_on(self.new, new) {
            let message = format!(
                "a failed deployment of `{}` is not rolled back any more",
                found.id
            );
            let path = Path::property(&found.id, "DeploymentPreference");
            found.means(meanings::GUARD_WEAKENED, message, None, path);
        }
    }

    /// What invokes the alias where it invoked the function, or the other way round.
    fn moved(
        &self,
        found: &mut FunctionDifference,
        (old, new): (Option<&Published<'_>>, Option<&Published<'_>>),
    ) {
        let function = found.id.as_str();
        let alias = |published: Option<&Published<'_>>, side: &Side<'_>| {
            // Both are in terms of the old side.
            published.map(|published| {
                let named = reference(published.alias);
                side.label(Some(&named))
            })
        };
        let (was, is) = (alias(old, self.old), alias(new, self.new));
        let mut moved = Vec::new();
        for (other, before, now) in &self.invokers {
            let is_own = [old, new].into_iter().flatten().any(|own| {
                own.alias == *other || own.version == Some(other) || own.group == Some(other)
            });
            if is_own || *other == function {
                continue;
            }
            let names = |named: &HashSet<String>, alias: Option<&String>| {
                let has = |wanted: &str| {
                    named.contains(wanted) || named.contains(&format!("{wanted}.Arn"))
                };
                (has(function), alias.is_some_and(|alias| has(alias)))
            };
            let to_alias = match (names(before, was.as_ref()), names(now, is.as_ref())) {
                ((true, false), (false, true)) => true,
                ((false, true), (true, false)) => false,
                _ => continue,
            };
            moved.push(Moved {
                resource: (*other).to_owned(),
                path: Path::resource(other),
                to_alias,
            });
        }
        for (to_alias, code, words) in [
            (
                false,
                meanings::EVENTS_PAST_ALIAS,
                "past its alias now, where new code takes all traffic at once",
            ),
            (true, meanings::EVENTS_TO_ALIAS, "at its alias now"),
        ] {
            let resources: Vec<&String> = moved
                .iter()
                .filter(|moved| moved.to_alias == to_alias)
                .map(|moved| &moved.resource)
                .collect();
            let Some(first) = resources.first() else {
                continue;
            };
            let message = format!("`{function}` is invoked {words}, by {}", names(&resources));
            let path = Path::resource(first);
            found.meanings.push(Meant {
                code,
                message,
                help: None,
                path,
            });
        }
        found.events = moved;
    }

    /// Resources that refer to something else than before, with what they referred to and do, in terms of the old side.
    pub(super) fn changed_invokers(&self) -> Vec<(&'c str, HashSet<String>, HashSet<String>)> {
        let named = |side: &Side<'_>, id: &str| {
            let mut names = HashSet::new();
            if let Some(properties) = side.form(id).get("Properties") {
                any_reference(properties, &mut |name| {
                    names.insert(name.to_owned());
                    false
                });
            }
            names
        };
        let pairs = self.pairs.both.iter().filter(|(_, other)| {
            let kind = self.new.kind(other);
            !NO_INVOKERS.contains(&kind) && kind != FUNCTION
        });
        pairs
            .map(|(one, other)| (*other, named(self.old, one), named(self.new, other)))
            .filter(|(_, before, now)| before != now)
            .collect()
    }
}

fn version(
    before: &How,
    now: &How,
    published: bool,
    reasons: Vec<ValueChange>,
) -> Option<VersionDifference> {
    (before.version.is_some() || now.version.is_some()).then(|| VersionDifference {
        ids: Ids {
            old: before.version.clone(),
            new: now.version.clone(),
        },
        published,
        is_of_local_code: before.is_local || now.is_local,
        reasons,
    })
}

fn place(changes: &[ValueChange]) -> Path {
    changes
        .first()
        .map(|change| change.path.clone())
        .unwrap_or_default()
}

fn is_told(change: &ValueChange) -> bool {
    TOLD.contains(&property(change))
}

fn is_of_alarms(change: &ValueChange) -> bool {
    let alarms = change
        .path
        .0
        .get(4)
        .is_none_or(|step| *step == Step::from("Alarms"));
    property(change) == "AlarmConfiguration" && alarms
}

/// The changes of a function, where the description ends in what the version's id ends in: only what else is in it
/// counts, and a given hash as such.
fn without_hash(mut changes: Vec<ValueChange>, before: &How, now: &How) -> Vec<ValueChange> {
    let at = changes
        .iter()
        .position(|change| property(change) == "Description" && change.path.0.len() == DESCRIPTION);
    let Some(change) = at.and_then(|at| changes.get_mut(at)) else {
        return changes;
    };
    let split = |value: &Option<Value>, how: &How| {
        let text = value.as_ref()?.as_str()?;
        let version = how.version.as_deref()?;
        let suffix = version.get(version.len().checked_sub(SUFFIX)?..)?;
        let (rest, last) = text.rsplit_once(' ').unwrap_or(("", text));
        last.starts_with(suffix)
            .then(|| (rest.to_owned(), last.to_owned()))
    };
    let (Some((old, old_hash)), Some((new, new_hash))) =
        (split(&change.old, before), split(&change.new, now))
    else {
        return changes;
    };
    // Ten digits are made here; what is longer was given.
    let is_given = old_hash.len() > SUFFIX || new_hash.len() > SUFFIX;
    let given = is_given.then(|| {
        let mut given = change.clone();
        given.path.0.pop();
        given.path = given.path.then("AutoPublishCodeSha256");
        given.old = Some(old_hash.into());
        given.new = Some(new_hash.into());
        given
    });
    change.old = Some(old.as_str().into());
    change.new = Some(new.as_str().into());
    if let Some(at) = at.filter(|_| old == new) {
        changes.remove(at);
    }
    changes.extend(given);
    changes
}

/// How many steps lead to the description of a function.
const DESCRIPTION: usize = 4;

/// How many characters of a hash end the id of a version.
const SUFFIX: usize = 10;

/// The names of alarms or resources, in a row.
fn names(ids: &[&String]) -> String {
    let shown: Vec<String> = ids.iter().take(3).map(|id| format!("`{id}`")).collect();
    match ids.len().checked_sub(shown.len()) {
        Some(left) if left > 0 => format!("{} and {left} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
