//! `AWS::Lambda::Function` with keys of ours: versions, an alias, and traffic that shifts, without SAM.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Lambda::Function
//!   Properties:
//!     Code: {S3Bucket: bucket, S3Key: greeter.zip}
//!     Handler: app.handler
//!     Runtime: python3.13
//!     Role: arn:aws:iam::123456789012:role/greeter
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: Canary10Percent5Minutes}
//! ```
//!
//! ```yaml
//! # out
//! Greeter:
//!   Type: AWS::Lambda::Function
//!   Properties:
//!     Code: {S3Bucket: bucket, S3Key: greeter.zip}
//!     Handler: app.handler
//!     Runtime: python3.13
//!     Role: arn:aws:iam::123456789012:role/greeter
//!     # ...
//! GreeterAliaslive:
//!   Type: AWS::Lambda::Alias
//!   UpdatePolicy:
//!     CodeDeployLambdaAliasUpdate:
//!       ApplicationName: !Ref ServerlessDeploymentApplication
//!       DeploymentGroupName: !Ref GreeterDeploymentGroup
//!   # ...
//! GreeterDeploymentGroup:
//!   Type: AWS::CodeDeploy::DeploymentGroup
//!   # ...
//! ```
//!
//! All else that it has goes over as it is. What is made of our keys is what is made of those of an
//! `AWS::Serverless::Function`, and has the same ids; everything of it has the function's condition.

use super::PlainType;
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::{configuration, group, preference, provisioned_concurrency, publish, switch};
use crate::resource::SamResource;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape};
use crate::sam;
use crate::sam::code_location;
use crate::sam::common::Common;
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::scope::Scope;
use crate::tree::{Map, Value};

pub(crate) const TYPE: PlainType = PlainType {
    kind: ResourceType {
        name: "AWS::Lambda::Function",
        globals: None,
        stage: Stage::Functions,
        properties: KEYS,
        referable: &[
            ("Alias", "AWS::Lambda::Alias"),
            ("Version", "AWS::Lambda::Version"),
        ],
        lower: Lower::Among(lower),
    },
    is_known: configuration::is_known,
    of_sam: &sam::function::TYPE,
    instead: &[(
        "AutoPublishAliasAllProperties",
        "write `AutoPublishOn: Configuration`: it counts every property that a version holds fast",
    )],
};

/// See `passes/rewire.rs`.
const REWIRE_EVENTS: &str = "RewireEvents";

/// Our keys; none of them stays.
const KEYS: &[Property] = &[
    Property::of("AutoPublishAlias", Shape::Text).does("makes the version and the alias"),
    publish::AUTO_PUBLISH_ON,
    Property::of("AutoPublishCodeSha256", Shape::Text)
        .does("becomes the id of the version, and part of `Description`"),
    Property::any("VersionDescription").does("becomes `Description` of the version"),
    Property::strictly("VersionDeletionPolicy", Shape::Word(publish::DELETION_POLICIES))
        .does("becomes `DeletionPolicy` of the version"),
    Property::of("ProvisionedConcurrencyConfig", Shape::Map).meant_by(&[("ProvisionedConcurrentExecutions", Shape::Integer)])
        .does("becomes `ProvisionedConcurrencyConfig` of the alias"),
    Property::of("DeploymentPreference", Shape::Map).meant_by(&[("Type", Shape::Text)])
        .does("makes the deployment group, with CodeDeploy's application and role, and becomes `UpdatePolicy` of the alias"),
    group::DEPLOYMENT_GROUP,
    Property::strictly(REWIRE_EVENTS, Shape::Bool)
        .does("lets what invokes the function invoke its alias"),
];

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, mut sam: SamResource) -> Lowered {
    let condition = switch::settle_alias(scope, &mut common.stack.conditions, &mut sam);
    TYPE.refuse_misspelt(scope, &sam);
    provisioned_concurrency::check(scope, &sam);
    if sam.is_truthy(REWIRE_EVENTS) && !sam.is_truthy("AutoPublishAlias") {
        scope.report(
            Diagnostic::new(
                codes::PROPERTY_NEEDS_ANOTHER,
                sam.path(REWIRE_EVENTS),
                "`RewireEvents` needs an alias that events can invoke",
            )
            .on_key()
            .help("add `AutoPublishAlias: live`"),
        );
    }
    let alias = publish::read_alias(scope, &mut common.stack.conditions, &sam);
    let shift = preference::read(scope, &mut common.stack.conditions, &sam);
    let local = local_code(scope, &sam);
    let mut properties: Map = sam
        .properties
        .iter()
        .filter(|(name, _)| !TYPE.has_key(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut made = Generated::default();
    made.reserve(sam.id.clone());
    let version = alias.as_ref().and_then(|alias| {
        let (stack, local, shift) = (&common.stack, local.as_ref(), shift.as_ref());
        let published = publish::lower(scope, stack, &mut sam, alias, &mut properties, local)?;
        Some(publish::add(&sam, alias, shift, published, &mut made))
    });
    made.insert(sam.id.clone(), sam.with_properties(properties), sam.place());
    let published = alias.zip(version);
    Lowered {
        made,
        deployment: published
            .map(|(alias, version)| publish::deployment(&sam, alias, version, shift)),
        condition,
        ..Lowered::default()
    }
}

/// What stands for local code in a hash, where `Code` is a path that packaging uploads.
fn local_code(scope: &Scope<'_>, sam: &SamResource) -> Option<Value> {
    let Value::String(path) = sam.get("Code") else {
        return None;
    };
    code_location::read(scope, path.clone().into(), &sam.path("Code"))?.local
}
