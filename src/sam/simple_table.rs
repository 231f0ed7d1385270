//! `AWS::Serverless::SimpleTable`: a DynamoDB table with one key.
//!
//! ```yaml
//! # in
//! Orders: {Type: AWS::Serverless::SimpleTable}
//! Counters:
//!   Type: AWS::Serverless::SimpleTable
//!   Properties:
//!     PrimaryKey: {Name: counter, Type: Number}
//!     ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5}
//! ```
//!
//! ```yaml
//! # out
//! Orders:
//!   Type: AWS::DynamoDB::Table
//!   Properties:
//!     KeySchema: [{AttributeName: id, KeyType: HASH}]
//!     AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
//!     BillingMode: PAY_PER_REQUEST
//! Counters:
//!   Type: AWS::DynamoDB::Table
//!   Properties:
//!     KeySchema: [{AttributeName: counter, KeyType: HASH}]
//!     AttributeDefinitions: [{AttributeName: counter, AttributeType: 'N'}]
//!     ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5}
//! ```
//!
//! Upstream: `SamSimpleTable` in model/sam_resources.py.

use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::resource::property::{Property, Shape, TEXT_OR_MAP};
use crate::resource::{SIMPLE_TABLE, SamResource, set};
use crate::resource::{property, tags};
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: SIMPLE_TABLE,
    globals: Some("SimpleTable"),
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::of("PrimaryKey", Shape::MapOf(&Shape::Text))
        .does("becomes `AttributeDefinitions` and `KeySchema`"),
    Property::any("PointInTimeRecoverySpecification").if_filled(),
    Property::of(
        "ProvisionedThroughput",
        Shape::MapOf(&Shape::OneOf(&[Shape::Integer, Shape::Map])),
    )
    .if_filled(),
    Property::of("TableName", TEXT_OR_MAP).if_filled(),
    Property::of("Tags", Shape::Map).does("becomes `Tags`"),
    Property::of("SSESpecification", Shape::Map)
        .meant_by(&[("SSEEnabled", Shape::Bool)])
        .if_filled()
        .global(),
];

/// What the key's `Type` may be, and DynamoDB's name for it.
const KEY_TYPES: &[(&str, &str)] = &[("String", "S"), ("Number", "N"), ("Binary", "B")];

fn lower(scope: &Scope<'_>, mut table: SamResource) -> Lowered {
    let Some(key) = primary_key(scope, &table) else {
        return Lowered::default();
    };
    let mut properties = Map::new();
    set(
        &mut properties,
        "KeySchema",
        json!([{ "AttributeName": key.get("AttributeName"), "KeyType": "HASH" }]),
    );
    properties.insert("AttributeDefinitions", json!([key]));
    let by_request = !table.is_truthy("ProvisionedThroughput");
    property::copy(PROPERTIES, &mut table, &mut properties);
    if let Some(tags) = table
        .get("Tags")
        .as_object()
        .filter(|tags| !tags.is_empty())
    {
        set(&mut properties, "Tags", tags::list(tags).into());
    }
    if by_request {
        set(&mut properties, "BillingMode", json!("PAY_PER_REQUEST"));
    }
    let made = table.attributes.main("AWS::DynamoDB::Table", properties);
    let because = table.place();
    Lowered::one(table.id, made, because)
}

/// The key as an attribute definition; a fault is reported and gives none.
fn primary_key(scope: &Scope<'_>, table: &SamResource) -> Option<Value> {
    if !table.is_truthy("PrimaryKey") {
        return Some(json!({ "AttributeName": "id", "AttributeType": "S" }));
    }
    let given = table.get("PrimaryKey");
    let path = table.path("PrimaryKey");
    let part = |name: &str| given.get(name).filter(|value| !value.is_null());
    let mut sound = true;
    for name in ["Name", "Type"] {
        if part(name).is_none() {
            sound = false;
            scope.report(
                Diagnostic::new(
                    codes::MISSING_PROPERTY,
                    path.clone().then(name),
                    format!("`PrimaryKey` needs `{name}`"),
                )
                .help("write `PrimaryKey: {Name: id, Type: String}`"),
            );
        }
    }
    let known: Vec<&str> = KEY_TYPES.iter().map(|(name, _)| *name).collect();
    let kind = part("Type").and_then(|kind| {
        let kind = kind.as_str()?;
        KEY_TYPES.iter().find(|(name, _)| *name == kind)
    });
    if let (Some(given), None) = (part("Type"), kind) {
        scope.report(
            Diagnostic::new(
                codes::PRIMARY_KEY_TYPE,
                path.then("Type"),
                "the `Type` of a `PrimaryKey` must be `String`, `Number` or `Binary`",
            )
            .help(did_you_mean(given.as_str().unwrap_or_default(), &known)),
        );
    }
    let (_, kind) = kind.filter(|_| sound)?;
    Some(json!({ "AttributeName": part("Name"), "AttributeType": kind }))
}
