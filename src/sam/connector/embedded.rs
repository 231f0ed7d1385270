//! `Connectors` beside `Type` of any resource, also of a plain one: connectors whose source is that resource.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Connectors:
//!     Read:
//!       Properties:
//!         Destination: {Id: Names}
//!         Permissions: [Read]
//! Names: {Type: AWS::Serverless::SimpleTable}
//! ```
//!
//! ```yaml
//! # out
//! GreeterReadPolicy:
//!   Type: AWS::IAM::ManagedPolicy
//!   # ...
//!   Properties:
//!     Roles: [!Ref GreeterRole]
//! ```
//!
//! Upstream: `_get_embedded_connectors` in translator/translator.py.

use super::{Connector, connect};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::resource::keys;
use crate::resource::property::{self, Property, Shape};
use crate::sam::common::Common;
use crate::sam::resource_type::Lowered;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};
use indexmap::IndexMap;

/// Where a resource has its connectors.
pub(crate) const ATTRIBUTE: &str = "Connectors";

/// The properties of a connector whose source is the resource that it stands in.
pub(crate) const PROPERTIES: &[Property] = &[
    Property::strictly("SourceReference", Shape::Map)
        .does("names the source more closely: by its `Qualifier`"),
    Property::strictly(
        "Destination",
        Shape::OneOf(&[Shape::Map, Shape::ListOf(&Shape::Map)]),
    )
    .does("decides what the connector gives access to")
    .required(),
    Property::strictly("Permissions", Shape::ListOf(&Shape::Text))
        .does("decides what the policies allow")
        .required(),
];

/// What has an effect beside `Properties`.
const KEYS: &[&str] = &[
    "Properties",
    "Condition",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "Metadata",
];

/// A connector that stands in a resource.
pub(crate) struct Embedded {
    /// The resource that it stands in.
    pub(crate) owner: String,
    key: String,
    entry: Map,
}

impl Embedded {
    fn place(&self) -> Path {
        place(&self.owner, &self.key)
    }
}

fn place(owner: &str, key: &str) -> Path {
    Path::resource(owner).then(ATTRIBUTE).then(key)
}

/// Takes the connectors out of all resources; each by its id, which is made of the resource's and its own.
pub(crate) fn take(scope: &Scope<'_>, own: &mut Map) -> IndexMap<String, Embedded> {
    let mut taken = Vec::new();
    for (id, resource) in own.iter_mut() {
        if let Some(resource) = resource.as_object_mut()
            && let Some(given) = resource.get_mut(ATTRIBUTE)
        {
            taken.push((id.clone(), given.take()));
            resource.retain(|name, _| name != ATTRIBUTE);
        }
    }
    let mut all = IndexMap::new();
    for (owner, given) in taken {
        let Value::Object(entries) = given else {
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    Path::resource(&owner).then(ATTRIBUTE),
                    "`Connectors` must be a map of connectors",
                )
                .help("write `Connectors: {Name: {Properties: {Destination: ..., Permissions: ...}}}`, or take it out"),
            );
            continue;
        };
        for (key, entry) in entries {
            add(scope, own, &mut all, &owner, key.into(), entry);
        }
    }
    all
}

fn add(
    scope: &Scope<'_>,
    own: &Map,
    all: &mut IndexMap<String, Embedded>,
    owner: &str,
    key: String,
    entry: Value,
) {
    let place = place(owner, &key);
    let id = logical_id::embedded_connector(owner, &key);
    if !logical_id::is_valid(&id) {
        let help = if key.starts_with("Fn::") {
            "an intrinsic cannot stand here: give each connector a `Condition` instead"
        } else {
            "CloudFormation allows only A-Z, a-z and 0-9 in logical ids, and this becomes part of one"
        };
        scope.report(
            Diagnostic::new(
                codes::INVALID_LOGICAL_ID,
                place,
                format!("the connector would get the logical id `{id}`, which holds something else than letters and digits"),
            )
            .on_key()
            .help(help),
        );
        return;
    }
    let Value::Object(entry) = entry else {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                place,
                format!("the connector `{key}` must be a map"),
            )
            .help("write `Properties` below it, with `Destination` and `Permissions`"),
        );
        return;
    };
    if own.contains_key(&id) {
        scope.report(
            Diagnostic::new(
                codes::GENERATED_ID_TAKEN,
                place,
                format!("the connector gets the id `{id}`, which the template has already"),
            )
            .on_key()
            .help(format!("rename the connector, or `{id}`")),
        );
        scope.report(
            Diagnostic::new(
                codes::GENERATED_ID_TAKEN,
                Path::resource(&id),
                format!("`{id}` is the id of a connector of `{owner}`"),
            )
            .on_key()
            .help("rename this resource"),
        );
        return;
    }
    if let Some(other) = all.get(&id) {
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_ID_TWICE,
                place,
                format!(
                    "this connector and `{}` of `{}` get the same id `{id}`, so that one of the two grants would be lost",
                    other.key, other.owner
                ),
            )
            .on_key()
            .help("give one of the two another name"),
        );
    }
    let owner = owner.to_owned();
    all.insert(id, Embedded { owner, key, entry });
}

/// Makes what a connector grants.
pub(crate) fn lower(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    id: &str,
    mut embedded: Embedded,
) -> Lowered {
    let place = embedded.place();
    let at_properties = place.clone().then("Properties");
    let entry = std::mem::take(&mut embedded.entry);
    if !entry.get("Properties").is_some_and(Value::is_object) {
        scope.report(
            Diagnostic::new(
                codes::PROPERTIES_NOT_A_MAP,
                at_properties,
                format!(
                    "the connector `{}` needs a map of `Properties`",
                    embedded.key
                ),
            )
            .help("write `Properties: {Destination: {Id: ...}, Permissions: [...]}`"),
        );
        return Lowered::default();
    }
    let condition = entry.get("Condition");
    if condition.is_some_and(|given| is_truthy(Some(given)) && !given.is_string()) {
        scope.report(
            Diagnostic::new(
                codes::MALFORMED_CONDITION,
                place.clone().then("Condition"),
                "this is not the name of a condition: SAM passes it on, and CloudFormation refuses it",
            )
            .help("declare the condition under `Conditions` and write its name here"),
        );
    }
    keys::warn_of_unknown(
        scope,
        entry.keys(),
        KEYS,
        "a connector of a resource",
        &place,
    );
    let mut connector = SamResource::new(id, Value::Object(entry));
    if connector.properties.contains_key("Source") {
        connector.properties.retain(|name, _| name != "Source");
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_SOURCE_IGNORED,
                at_properties.clone().then("Source"),
                format!(
                    "`Source` is ignored here: the source is `{}`, in which the connector stands",
                    embedded.owner
                ),
            )
            .on_key()
            .help("take it out; what differs of the source goes into `SourceReference`"),
        );
    }
    let watch = scope.watch();
    property::check(
        scope,
        PROPERTIES,
        &connector.properties,
        &"a connector of a resource",
        &at_properties,
    );
    let mut source = Map::new();
    source.insert("Id", embedded.owner.clone().into());
    let mut source_place = place.clone();
    let reference = connector.properties.get("SourceReference");
    if let Some(Value::Null) = reference {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                at_properties.clone().then("SourceReference"),
                "`SourceReference` must be a map",
            )
            .help("write `{Qualifier: ...}`, or take it out"),
        );
    }
    if let Some(Value::Object(reference)) = reference {
        source_place = at_properties.then("SourceReference");
        if reference.contains_key("Id") {
            scope.report(
                Diagnostic::new(
                    codes::CONNECTOR_SIDE,
                    source_place.clone().then("Id"),
                    format!("the source is `{}`, in which the connector stands: `SourceReference` cannot name another one", embedded.owner),
                )
                .on_key()
                .help("take `Id` out, or write a connector of its own, `AWS::Serverless::Connector`"),
            );
            return Lowered::default();
        }
        source.extend(reference.clone());
    }
    if !watch.is_sound() {
        return Lowered::default();
    }
    let connector = Connector {
        id,
        attributes: &connector.attributes,
        source: &source,
        destination: connector.get("Destination"),
        permissions: connector.get("Permissions"),
        place,
        source_place,
    };
    connect(scope, common, &connector)
}
