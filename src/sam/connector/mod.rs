//! `AWS::Serverless::Connector`, and `Connectors` of any resource: one resource may use another.
//!
//! ```yaml
//! # in
//! Greeter: {Type: AWS::Serverless::Function}
//! Names: {Type: AWS::Serverless::SimpleTable}
//! Read:
//!   Type: AWS::Serverless::Connector
//!   Properties:
//!     Source: {Id: Greeter}
//!     Destination: {Id: Names}
//!     Permissions: [Read]
//! ```
//!
//! ```yaml
//! # out
//! ReadPolicy:
//!   Type: AWS::IAM::ManagedPolicy
//!   Metadata:
//!     aws:sam:connectors:
//!       Read: {Source: {Type: AWS::Serverless::Function}, Destination: {Type: AWS::Serverless::SimpleTable}}
//!   Properties:
//!     PolicyDocument:
//!       Statement:
//!         - Effect: Allow
//!           Action: [dynamodb:GetItem, dynamodb:Query] # ...
//!           Resource: [!GetAtt Names.Arn, !Sub ['${DestinationArn}/index/*', {DestinationArn: !GetAtt Names.Arn}]]
//!     Roles: [!Ref GreeterRole]
//! ```
//!
//! Upstream: `SamConnector` in model/sam_resources.py, `_get_embedded_connectors` in translator/translator.py.

pub(crate) mod embedded;
pub(crate) mod grant;
pub(crate) mod joints;
pub(crate) mod profiles;
pub(crate) mod side;
mod traps;
mod waiting;

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape};
use crate::resource::{Attributes, CONNECTOR, SamResource};
use crate::sam::common::Common;
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::scope::Scope;
use crate::template::{Path, weight};
use crate::tree::{Map, Value, json};
use grant::Granted;
use indexmap::IndexMap;
use joints::Joints;
use profiles::{Permission, Profile};
use side::Side;

pub(crate) const TYPE: ResourceType = ResourceType {
    name: CONNECTOR,
    globals: None,
    stage: Stage::Connectors,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Among(lower),
};

const ONE_OR_MORE: Shape = Shape::OneOf(&[Shape::Map, Shape::ListOf(&Shape::Map)]);

const PROPERTIES: &[Property] = &[
    Property::strictly("Source", Shape::Map)
        .does("decides what gets access")
        .required(),
    Property::strictly("Destination", ONE_OR_MORE)
        .does("decides what the connector gives access to")
        .required(),
    Property::strictly("Permissions", Shape::ListOf(&Shape::Text))
        .does("decides what the policies allow")
        .required(),
];

/// A connector, wherever it is written.
pub(crate) struct Connector<'a> {
    id: &'a str,
    attributes: &'a Attributes,
    source: &'a Map,
    destination: &'a Value,
    permissions: &'a Value,
    /// Where it stands.
    place: Path,
    /// Where its source is named.
    source_place: Path,
}

/// Two sides that a connector joins.
pub(crate) struct Pair<'a> {
    pub(crate) profile: &'static Profile,
    pub(crate) source: Side,
    pub(crate) destination: Side,
    pub(crate) source_place: &'a Path,
    pub(crate) destination_place: &'a Path,
}

impl Connector<'_> {
    fn property(&self, name: &str) -> Path {
        self.place.clone().then("Properties").then(name)
    }
}

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, connector: SamResource) -> Lowered {
    let none = Map::new();
    let place = Path::resource(&connector.id);
    let connector = Connector {
        id: &connector.id,
        attributes: &connector.attributes,
        source: connector.get("Source").as_object().unwrap_or(&none),
        destination: connector.get("Destination"),
        permissions: connector.get("Permissions"),
        source_place: connector.path("Source"),
        place,
    };
    connect(scope, common, &connector)
}

/// Makes what a connector grants, one resource for each destination.
fn connect(scope: &Scope<'_>, common: &mut Common<'_>, connector: &Connector<'_>) -> Lowered {
    let several = connector.destination.as_array();
    let destinations = match connector.destination {
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    if destinations.is_empty() {
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_SIDE,
                connector.property("Destination"),
                "the connector has an empty list of destinations",
            )
            .help("name what it leads to, or take the connector out"),
        );
    }
    check_depends_on(scope, connector);
    let mut made = Generated::default();
    let mut bytes = 0;
    for (index, destination) in destinations.iter().enumerate() {
        // What has another shape is reported already.
        let Some(destination) = destination.as_object() else {
            continue;
        };
        let mut place = connector.property("Destination");
        if several.is_some() {
            place = place.then(index);
        }
        let numbered = several.map(|_| index);
        if let Some((id, resource)) = join(scope, common, connector, destination, &place, numbered)
        {
            bytes += weight(&resource);
            made.insert(id, resource, connector.place.clone());
        }
        if !scope.has_room_for(bytes) {
            let part = || format!("what `{}` generates", connector.id);
            scope.take_room(bytes, || connector.place.clone(), part);
            break;
        }
    }
    let ids = made.ids().map(str::to_owned).collect();
    Lowered {
        connectors: IndexMap::from([(connector.id.to_owned(), ids)]),
        ..made.into()
    }
}

/// Makes what a connector grants for one of its destinations.
fn join(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    connector: &Connector<'_>,
    given: &Map,
    place: &Path,
    numbered: Option<usize>,
) -> Option<(String, Value)> {
    let stack = &common.stack;
    let destination = side::read(scope, stack, given, connector.source, place);
    let source = side::read(
        scope,
        stack,
        connector.source,
        given,
        &connector.source_place,
    );
    let (source, destination) = (source?, destination?);
    let Some(profile) = profiles::profile(&source.kind, &destination.kind) else {
        report_unknown_pair(scope, connector, &source, &destination, place);
        return None;
    };
    let pair = Pair {
        profile,
        source,
        destination,
        source_place: &connector.source_place,
        destination_place: place,
    };
    let permissions = read_permissions(scope, connector, profile)?;
    let granted = grant::make(scope, &pair, &permissions)?;
    traps::report(scope, stack, connector, &pair);
    let id = granted.id(connector.id, numbered);
    if let Some(other) =
        common
            .joints
            .note_policy(&common.stack, granted.kind, &granted.properties, &id)
    {
        traps::report_second_policy(scope, connector, &pair, &other);
    }
    let resource = dress(scope, &common.joints, connector, granted, &pair)?;
    waiting::wait(scope, common, connector, &pair, &id);
    Some((id, resource))
}

/// The resource, with the attributes of the connector and the mark of what it joins.
fn dress(
    scope: &Scope<'_>,
    joints: &Joints,
    connector: &Connector<'_>,
    granted: Granted,
    pair: &Pair<'_>,
) -> Option<Value> {
    let mut attributes = connector.attributes.clone();
    let metadata = attributes
        .kept
        .entry("Metadata")
        .or_insert_with(|| json!({}));
    let Some(metadata) = metadata.as_object_mut() else {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                connector.place.clone().then("Metadata"),
                "`Metadata` of a connector must be a map",
            )
            .help("write a map, or take it out: what the connector joins is added to it"),
        );
        return None;
    };
    let type_of = |side: &Side| {
        let written = side.id.as_ref().and_then(|id| joints.sam_types.get(id));
        written.map_or_else(|| side.kind.clone(), |kind| (*kind).to_owned())
    };
    metadata.insert(
        MARK,
        mark(
            connector.id,
            &type_of(&pair.source),
            &type_of(&pair.destination),
        ),
    );
    Some(attributes.main(granted.kind, granted.properties))
}

/// Makes what a connector would make for two sides that another resource brings together at `place`: the id and the
/// resource, without any attribute but the mark.
pub(crate) fn join_inside(
    scope: &Scope<'_>,
    id: &str,
    source: Side,
    destination: Side,
    permissions: &[Permission],
    place: &Path,
) -> Option<(String, Value)> {
    let mut attributes = Attributes::default();
    attributes.kept.insert(
        "Metadata",
        json!({ MARK: mark(id, &source.kind, &destination.kind) }),
    );
    let pair = Pair {
        profile: profiles::profile(&source.kind, &destination.kind)?,
        source,
        destination,
        source_place: place,
        destination_place: place,
    };
    let granted = grant::make(scope, &pair, permissions)?;
    let id = granted.id(id, None);
    Some((id, attributes.main(granted.kind, granted.properties)))
}

/// The key of `Metadata` that says which connector made a resource.
const MARK: &str = "aws:sam:connectors";

/// Which connector made a resource, and what it joins.
fn mark(connector: &str, source: &str, destination: &str) -> Value {
    json!({ connector: { "Source": { "Type": source }, "Destination": { "Type": destination } } })
}

fn report_unknown_pair(
    scope: &Scope<'_>,
    connector: &Connector<'_>,
    source: &Side,
    destination: &Side,
    place: &Path,
) {
    let known: Vec<String> = profiles::PROFILES
        .iter()
        .filter(|row| row.source == source.kind)
        .map(|row| format!("`{}`", row.destination))
        .collect();
    // The side that no connector knows is at fault, else the destination.
    let path = if known.is_empty() {
        connector.source_place.clone()
    } else {
        place.clone()
    };
    let fault = Diagnostic::new(
        codes::CONNECTOR_PAIR,
        path,
        format!(
            "no connector leads from `{}` to `{}`",
            source.kind, destination.kind
        ),
    );
    scope.report(if known.is_empty() {
        let mut sources: Vec<&str> = profiles::PROFILES.iter().map(|row| row.source).collect();
        sources.dedup();
        fault.help(did_you_mean(&source.kind, &sources))
    } else {
        fault.help(format!("from here it leads to {}", known.join(", ")))
    });
}

/// The permissions that are asked for, checked against those that the pair knows.
fn read_permissions(
    scope: &Scope<'_>,
    connector: &Connector<'_>,
    profile: &Profile,
) -> Option<Vec<Permission>> {
    let known = profile.permissions();
    let names: Vec<&str> = known.iter().map(|permission| permission.name()).collect();
    let path = connector.property("Permissions");
    let Value::Array(given) = connector.permissions else {
        // An intrinsic passes the check of its shape.
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_PERMISSIONS,
                path,
                "`Permissions` of a connector must be a list of words",
            )
            .help(format!("write `[{}]`", names.join(", "))),
        );
        return None;
    };
    let mut asked = Vec::new();
    let mut sound = true;
    for (index, word) in given.iter().enumerate() {
        let word = word.as_str().unwrap_or_default();
        match known.iter().find(|known| known.name() == word) {
            Some(permission) => asked.push(*permission),
            None => {
                sound = false;
                scope.report(
                    Diagnostic::new(
                        codes::CONNECTOR_PERMISSIONS,
                        path.clone().then(index),
                        format!(
                            "a connector from `{}` to `{}` has no permission `{word}`",
                            profile.source, profile.destination
                        ),
                    )
                    .help(did_you_mean(word, &names)),
                );
            }
        }
    }
    let is_set = |set: &&[Permission]| {
        set.iter().all(|permission| asked.contains(permission))
            && asked.iter().all(|permission| set.contains(permission))
    };
    let sets = profile.sets();
    if sound && (asked.is_empty() || !(sets.is_empty() || sets.iter().any(is_set))) {
        sound = false;
        let set = |set: &&[Permission]| {
            let words: Vec<&str> = set.iter().map(|permission| permission.name()).collect();
            format!("`[{}]`", words.join(", "))
        };
        let help = if sets.is_empty() {
            format!("write one of them or both: `{}`", names.join("`, `"))
        } else {
            let sets: Vec<String> = sets.iter().map(set).collect();
            format!("write {}", sets.join(" or "))
        };
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_PERMISSIONS,
                path,
                format!(
                    "these permissions are no use for a connector from `{}` to `{}`",
                    profile.source, profile.destination
                ),
            )
            .help(help),
        );
    }
    sound.then_some(asked)
}

/// Refuses a connector that waits for itself.
fn check_depends_on(scope: &Scope<'_>, connector: &Connector<'_>) {
    let named = connector.attributes.depends_on.as_ref();
    let named = named.filter(|named| is_truthy(Some(named)));
    let names = |id: &Value| id.as_str() == Some(connector.id);
    let is_itself = named.is_some_and(|named| match named {
        Value::Array(ids) => ids.iter().any(names),
        id => names(id),
    });
    if is_itself {
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_WAITS_FOR_ITSELF,
                connector.place.clone().then("DependsOn"),
                "the connector depends on itself, so that what it makes would wait for itself",
            )
            .help("take it out of `DependsOn`"),
        );
    }
}
