//! `Fn::If` around a deployment preference, or around the name of an alias: decided where it can be, left to
//! CloudFormation where it cannot.
//!
//! ```yaml
//! # in
//! Parameters:
//!   Stage: {Type: String, Default: dev}
//! Conditions:
//!   IsProd: !Equals [!Ref Stage, prod]
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference: !If [IsProd, {Type: Canary10Percent5Minutes}, !Ref AWS::NoValue]
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   GreeterAliaslive:
//!     UpdatePolicy:
//!       CodeDeployLambdaAliasUpdate: !If
//!         - IsProd
//!         - ApplicationName: !Ref ServerlessDeploymentApplication
//!           DeploymentGroupName: !Ref GreeterDeploymentGroup
//!         - !Ref AWS::NoValue
//!     # ...
//!   GreeterDeploymentGroup:
//!     Type: AWS::CodeDeploy::DeploymentGroup
//!     Condition: IsProd
//!     # ...
//!   # ...
//! ```
//!
//! A condition is decided only by values that are given: the region and what is passed for parameters, as a macro has all
//! of them. A `Default` alone decides nothing: one output may be deployed to several stages, and in all but one the
//! default would be wrong.
//!
//! Where both branches have a preference there is still one deployment group: what differs between them stands in it in an
//! `Fn::If`.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{
    argument, if_parts, if_then, is_intrinsic, is_no_value, no_value,
};
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::template::Path;
use crate::tree::{Map, Value};

/// How to leave a preference to a condition.
pub(super) const HOW_TO_CHOOSE: &str = "write `DeploymentPreference: !If [Condition, {Type: Canary10Percent5Minutes}, !Ref AWS::NoValue]`";

/// A value that conditions choose between.
pub(super) enum Choice<T> {
    /// This one, which is written there.
    Of(T, Path),
    /// One or the other, as a condition decides.
    If {
        condition: String,
        then: Box<Choice<T>>,
        otherwise: Box<Choice<T>>,
    },
}

/// Where a choice comes to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Never,
    /// Where this condition of the template holds.
    If(String),
}

/// Takes the `Fn::If` around a value apart, as far as conditions are not known; a fault is reported and gives none.
pub(super) fn open<'v>(
    scope: &Scope<'_>,
    value: &'v Value,
    path: Path,
) -> Option<Choice<&'v Value>> {
    if argument(value, "Fn::If").is_none() {
        return Some(Choice::Of(value, path));
    }
    let Some((condition, then, otherwise)) = if_parts(value) else {
        scope.report(
            Diagnostic::new(
                codes::IF_ARGUMENTS,
                path,
                "`Fn::If` needs three arguments here",
            )
            .help("write `!If [Condition, this, !Ref AWS::NoValue]`"),
        );
        return None;
    };
    let branches = path.then("Fn::If");
    let Value::String(name) = condition else {
        scope.report(
            Diagnostic::new(
                codes::IF_CONDITION_NOT_A_NAME,
                branches.then(0),
                "the first argument of `Fn::If` must be the name of a condition",
            )
            .help("declare the condition under `Conditions` and write its name here"),
        );
        return None;
    };
    match scope.holds(name) {
        Some(true) => open(scope, then, branches.then(1)),
        Some(false) => open(scope, otherwise, branches.then(2)),
        None => {
            let then = open(scope, then, branches.clone().then(1));
            let otherwise = open(scope, otherwise, branches.then(2));
            Some(Choice::If {
                condition: name.to_string(),
                then: Box::new(then?),
                otherwise: Box::new(otherwise?),
            })
        }
    }
}

impl<T> Choice<T> {
    /// Each value that may be chosen.
    pub(super) fn each(&self, look: &mut impl FnMut(&T, &Path)) {
        match self {
            Self::Of(value, path) => look(value, path),
            Self::If {
                then, otherwise, ..
            } => {
                then.each(look);
                otherwise.each(look);
            }
        }
    }

    /// The same choice of other values; each may be a choice itself.
    pub(super) fn map<U>(self, make: &mut impl FnMut(T, Path) -> Choice<U>) -> Choice<U> {
        match self {
            Self::Of(value, path) => make(value, path),
            Self::If {
                condition,
                then,
                otherwise,
            } => Choice::If {
                condition,
                then: Box::new(then.map(make)),
                otherwise: Box::new(otherwise.map(make)),
            },
        }
    }

    /// The only value that is not nothing, where there is one.
    pub(super) fn only<'c>(
        &'c self,
        is_something: &impl Fn(&T) -> bool,
    ) -> Option<(&'c T, &'c Path)> {
        match self {
            Self::Of(value, path) => is_something(value).then_some((value, path)),
            Self::If {
                then, otherwise, ..
            } => match (then.only(is_something), otherwise.only(is_something)) {
                (Some(one), None) if otherwise.is_nothing(is_something) => Some(one),
                (None, Some(one)) if then.is_nothing(is_something) => Some(one),
                _ => None,
            },
        }
    }

    fn is_nothing(&self, is_something: &impl Fn(&T) -> bool) -> bool {
        let mut found = false;
        self.each(&mut |value, _| found |= is_something(value));
        !found
    }

    /// Where it comes to something. What that takes is added to the conditions of the template.
    pub(super) fn when(
        &self,
        scope: &Scope<'_>,
        conditions: &mut Conditions,
        is_something: &impl Fn(&T) -> bool,
    ) -> When {
        match self {
            Self::Of(value, _) if is_something(value) => When::Always,
            Self::Of(..) => When::Never,
            Self::If {
                condition,
                then,
                otherwise,
            } => {
                let then = then.when(scope, conditions, is_something);
                let otherwise = otherwise.when(scope, conditions, is_something);
                if then == otherwise {
                    return then;
                }
                let holds = |conditions: &mut Conditions, and: &When| match and {
                    When::If(other) => {
                        conditions.all_of(scope, &[condition.clone(), other.clone()])
                    }
                    _ => condition.clone(),
                };
                match (&then, &otherwise) {
                    (_, When::Never) => When::If(holds(conditions, &then)),
                    (When::Never, _) => {
                        let negated = conditions.negated(scope, condition);
                        When::If(match &otherwise {
                            When::If(other) => conditions.all_of(scope, &[negated, other.clone()]),
                            _ => negated,
                        })
                    }
                    (_, When::Always) => {
                        let negated = conditions.negated(scope, condition);
                        let other = match then {
                            When::If(other) => vec![negated, other],
                            _ => vec![negated],
                        };
                        When::If(conditions.one_of(scope, &other))
                    }
                    (When::Always, When::If(other)) => {
                        When::If(conditions.one_of(scope, &[condition.clone(), other.clone()]))
                    }
                    (When::If(one), When::If(other)) => {
                        let one = conditions.all_of(scope, &[condition.clone(), one.clone()]);
                        let negated = conditions.negated(scope, condition);
                        let other = conditions.all_of(scope, &[negated, other.clone()]);
                        When::If(conditions.one_of(scope, &[one, other]))
                    }
                }
            }
        }
    }
}

/// Properties that mean nothing without an alias.
const OF_ALIASES: &[&str] = &[
    "AutoPublishAlias",
    "DeploymentPreference",
    "DeploymentGroup",
    "ProvisionedConcurrencyConfig",
    "RewireEvents",
    "VersionDeletionPolicy",
];

/// Settles the choice around the name of a function's alias, so that the property is a name or nothing: where it is
/// nothing, all that an alias is needed for goes with it. Gives the condition under which the alias is there, where
/// CloudFormation is to decide, which only a plain function takes; it has become the condition of all that is made of
/// our keys. A fault is reported, and leaves the property as it is.
pub(crate) fn settle_alias(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &mut SamResource,
) -> Option<String> {
    let given = sam.get("AutoPublishAlias");
    argument(given, "Fn::If")?;
    let path = sam.path("AutoPublishAlias");
    let choice = open(scope, given, path.clone())?;
    let is_something = |value: &&Value| is_truthy(Some(value)) && !is_no_value(value);
    let when = choice.when(scope, conditions, &is_something);
    if when == When::Never {
        for name in OF_ALIASES {
            sam.take(name);
        }
        return None;
    }
    let Some((name, _)) = choice.only(&is_something) else {
        scope.report(
            alias_not_known(path, "`AutoPublishAlias` is one name or another, as a condition decides that is not known here")
                .help("the name of the alias is part of logical ids: give both branches the same, or one of them `!Ref AWS::NoValue`; or pass the values that the condition hangs on"),
        );
        return None;
    };
    let name = (*name).clone();
    match when {
        When::If(condition) if sam.is_plain() => {
            let own = sam.attributes.condition().map(str::to_owned);
            let both: Vec<String> = own.into_iter().chain([condition]).collect();
            let both = conditions.all_of(scope, &both);
            let attributes = &mut sam.attributes.kept;
            attributes.insert("Condition", both.as_str().into());
            sam.properties.insert("AutoPublishAlias", name);
            Some(both)
        }
        When::If(_) => {
            scope.report(
                alias_not_known(path, "whether there is an alias is left to a condition that is not known here")
                    .help("events, URLs and policies would be others without an alias, so it must be known now: pass the values that the condition hangs on (`--parameter-overrides`), or keep the alias and leave its deployment to the condition"),
            );
            None
        }
        _ => {
            sam.properties.insert("AutoPublishAlias", name);
            None
        }
    }
}

fn alias_not_known(path: Path, message: &str) -> Diagnostic {
    Diagnostic::new(codes::ALIAS_NOT_KNOWN, path, message)
}

/// A preference that is there always, or where a condition holds.
pub(super) struct Preference {
    pub(super) given: Map,
    /// Where it is written; of several where the first is.
    pub(super) path: Path,
    pub(super) when: When,
}

/// Reads the choice of a function's preference, each of which `on` says of whether it is on; none where none of them is,
/// and where it is at fault, which is reported.
pub(super) fn preference(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
    on: impl Fn(&Map, &Path) -> bool,
) -> Option<Preference> {
    let path = sam.path("DeploymentPreference");
    let opened = open(scope, sam.get("DeploymentPreference"), path.clone())?;
    let mut is_sound = true;
    let mut choice = opened.map(&mut |value, path| match value {
        Value::Null => Choice::Of(None, path),
        nothing if is_no_value(nothing) => Choice::Of(None, path),
        Value::Object(map) if !is_intrinsic(value) => by_enabled(scope, sam, map, path),
        _ => {
            scope.report(not_a_map(path.clone()));
            is_sound = false;
            Choice::Of(None, path)
        }
    });
    if !is_sound {
        return None;
    }
    choice = choice.map(&mut |given, path| {
        let given = given.filter(|given| on(given, &path));
        Choice::Of(given, path)
    });
    let when = choice.when(scope, conditions, &Option::is_some);
    if when == When::Never {
        return None;
    }
    let mut places = Vec::new();
    choice.each(&mut |given, path| places.extend(given.is_some().then(|| path.clone())));
    let path = places.into_iter().next()?;
    let mut given = merged(choice)?;
    // Each was asked.
    given.retain(|key, _| key != "Enabled");
    Some(Preference { given, path, when })
}

/// A preference of a plain function whose `Enabled` is a choice: the same choice of preferences.
fn by_enabled(
    scope: &Scope<'_>,
    sam: &SamResource,
    given: &Map,
    path: Path,
) -> Choice<Option<Map>> {
    let enabled = given.get("Enabled").filter(|_| sam.is_plain());
    let opened = enabled.and_then(|enabled| open(scope, enabled, path.clone().then("Enabled")));
    match opened {
        Some(choice) => choice.map(&mut |enabled, _| {
            let mut given = given.clone();
            given.insert("Enabled", enabled.clone());
            Choice::Of(Some(given), path.clone())
        }),
        None => Choice::Of(Some(given.clone()), path),
    }
}

/// One map of what may be chosen, with a choice behind each key that differs; none where nothing may.
fn merged(choice: Choice<Option<Map>>) -> Option<Map> {
    match choice {
        Choice::Of(given, _) => given,
        Choice::If {
            condition,
            then,
            otherwise,
        } => match (merged(*then), merged(*otherwise)) {
            (Some(then), Some(otherwise)) => Some(merge(&condition, then, &otherwise)),
            (one, other) => one.or(other),
        },
    }
}

/// Keys whose maps are merged themselves.
const MAPS: &[&str] = &["Hooks"];

fn merge(condition: &str, then: Map, otherwise: &Map) -> Map {
    let mut made = Map::new();
    let others: Vec<_> = otherwise
        .keys()
        .filter(|key| !then.contains_key(key))
        .cloned()
        .collect();
    for key in then.keys().cloned().chain(others) {
        let (one, other) = (then.get(&key), otherwise.get(&key));
        let value = match (one, other) {
            (Some(one), Some(other)) if one == other => one.clone(),
            (one, other) if MAPS.contains(&key.as_str()) => {
                let map = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
                let (one, other) = (map(one).unwrap_or_default(), map(other).unwrap_or_default());
                Value::Object(merge(condition, one, &other))
            }
            (one, other) => {
                // Of alarms a branch is a list, or nothing at all.
                let nothing = || {
                    if key == "Alarms" {
                        Value::Null
                    } else {
                        no_value()
                    }
                };
                let branch = |value: Option<&Value>| value.cloned().unwrap_or_else(nothing);
                if_then(condition, branch(one), branch(other))
            }
        };
        made.insert(key, value);
    }
    made
}

fn not_a_map(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::PREFERENCE_AS_INTRINSIC,
        path,
        "`DeploymentPreference` must be a map here, or `AWS::NoValue`",
    )
    .help(HOW_TO_CHOOSE)
}
