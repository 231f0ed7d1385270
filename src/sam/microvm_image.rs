//! `AWS::Serverless::MicrovmImage`: an image of which Lambda starts microVMs, and the role that builds it.
//!
//! ```yaml
//! # in
//! Image:
//!   Type: AWS::Serverless::MicrovmImage
//!   Properties:
//!     Name: image
//!     CodeUri: s3://bucket/image.zip
//!     BaseImageArn: arn:aws:lambda:us-east-1::microvm-image:base
//!     BaseImageVersion: '1'
//! ```
//!
//! ```yaml
//! # out
//! ImageBuildRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     Policies:
//!       - PolicyName: MicrovmImageBuildPolicy
//!         PolicyDocument:
//!           Statement:
//!             - {Effect: Allow, Action: ['s3:GetObject'], Resource: !Sub 'arn:${AWS::Partition}:s3:::bucket/*'}
//!             # ...
//!     # ...
//! Image:
//!   Type: AWS::Lambda::MicrovmImage
//!   Properties:
//!     Name: image
//!     CodeArtifact: {Uri: 's3://bucket/image.zip'}
//!     BuildRoleArn: !GetAtt ImageBuildRole.Arn
//!     # ...
//! ```
//!
//! Upstream: `SamMicroVMImage` in model/sam_resources.py, model/microvm_image/generators.py.

use super::roles;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape, TEXT_OR_MAP};
use crate::resource::typed_map::{self, Holds, Key};
use crate::resource::{SamResource, map, tags, trust};
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::scope::Scope;
use crate::tree::{Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::MicrovmImage",
    globals: Some("MicrovmImage"),
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::strictly("Name", TEXT_OR_MAP)
        .does("becomes `Name`")
        .required(),
    Property::strictly("CodeUri", TEXT_OR_MAP)
        .does("becomes `CodeArtifact`, and decides which bucket the role may read")
        .required(),
    Property::strictly("BaseImageArn", TEXT_OR_MAP)
        .does("becomes `BaseImageArn`")
        .required()
        .global(),
    Property::strictly("BaseImageVersion", TEXT_OR_MAP)
        .does("becomes `BaseImageVersion`")
        .required()
        .global(),
    Property::strictly("BuildRoleArn", TEXT_OR_MAP)
        .does("becomes `BuildRoleArn`")
        .global(),
    Property::strictly("Description", TEXT_OR_MAP).does("becomes `Description`"),
    Property::strictly("Tags", Shape::Map)
        .does("becomes `Tags`")
        .global(),
    Property::strictly("Logging", Shape::Map)
        .does("becomes `Logging`")
        .global(),
    Property::strictly("EgressNetworkConnectors", Shape::List)
        .does("becomes `EgressNetworkConnectors`")
        .global(),
    Property::strictly("CpuConfigurations", Shape::List)
        .does("becomes `CpuConfigurations`")
        .global(),
    Property::strictly("Resources", Shape::List)
        .does("becomes `Resources`")
        .global(),
    Property::strictly("AdditionalOsCapabilities", Shape::List)
        .does("becomes `AdditionalOsCapabilities`")
        .global(),
    Property::strictly("Hooks", Shape::Map)
        .does("becomes `Hooks`")
        .global(),
    Property::strictly("EnvironmentVariables", Shape::Map)
        .does("becomes `EnvironmentVariables`")
        .global(),
    Property::strictly("PropagateTags", Shape::Bool)
        .does("gives the tags to the role too")
        .global(),
];

const STATE: Holds = Holds::Word(&["ENABLED", "DISABLED"]);

/// What properties hold inside. The reference only looks: what is written goes over as it is.
const INSIDE: &[(&str, Holds)] = &[
    (
        "Logging",
        Holds::Fields(&[
            Key::of("Disabled", Holds::Bool),
            Key::of(
                "CloudWatch",
                Holds::Fields(&[
                    Key::of("LogGroup", Holds::Text),
                    Key::of("LogStream", Holds::Text),
                ]),
            ),
        ]),
    ),
    ("EgressNetworkConnectors", Holds::Items(&Holds::Text)),
    (
        "CpuConfigurations",
        Holds::Items(&Holds::Fields(&[Key::of(
            "Architecture",
            Holds::Word(&["ARM_64"]),
        )
        .required()])),
    ),
    (
        "Resources",
        Holds::Items(&Holds::Fields(&[Key::of(
            "MinimumMemoryInMiB",
            Holds::Integer,
        )
        .required()])),
    ),
    (
        "AdditionalOsCapabilities",
        Holds::Items(&Holds::Word(&["ALL"])),
    ),
    (
        "Hooks",
        Holds::Fields(&[
            Key::of("Port", Holds::Integer),
            Key::of(
                "MicrovmHooks",
                Holds::Fields(&[
                    Key::of("Run", STATE),
                    Key::of("RunTimeoutInSeconds", Holds::Integer),
                    Key::of("Resume", STATE),
                    Key::of("ResumeTimeoutInSeconds", Holds::Integer),
                    Key::of("Suspend", STATE),
                    Key::of("SuspendTimeoutInSeconds", Holds::Integer),
                    Key::of("Terminate", STATE),
                    Key::of("TerminateTimeoutInSeconds", Holds::Integer),
                ]),
            ),
            Key::of(
                "MicrovmImageHooks",
                Holds::Fields(&[
                    Key::of("Ready", STATE),
                    Key::of("ReadyTimeoutInSeconds", Holds::Integer),
                    Key::of("Validate", STATE),
                    Key::of("ValidateTimeoutInSeconds", Holds::Integer),
                ]),
            ),
        ]),
    ),
];

fn lower(scope: &Scope<'_>, mut sam: SamResource) -> Lowered {
    for (name, holds) in INSIDE {
        let given = sam.get(name);
        if !given.is_null() {
            typed_map::bring(scope, *holds, given, name, &sam.path(name));
        }
    }
    let mut made = Generated::default();
    let role = role(scope, &mut sam, &mut made);
    let variables = match sam.get("EnvironmentVariables") {
        Value::Object(given) => given
            .iter()
            .map(|(name, value)| json!({ "Key": name.as_str(), "Value": value.clone() }))
            .collect(),
        _ => Vec::new(),
    };
    let tags = tags::marked(&sam, true);
    let mut given = |name: &str, otherwise: Value| match sam.take(name) {
        given if is_truthy(Some(&given)) => given,
        _ => otherwise,
    };
    let mut properties = map(json!({
        "Description": given("Description", json!("")),
        "Logging": given("Logging", json!({})),
        "EgressNetworkConnectors": given("EgressNetworkConnectors", json!([])),
        "CpuConfigurations": given("CpuConfigurations", json!([])),
        "Resources": given("Resources", json!([])),
        "AdditionalOsCapabilities": given("AdditionalOsCapabilities", json!([])),
        "Hooks": given("Hooks", json!({})),
        "EnvironmentVariables": Value::Array(variables.into_iter().collect()),
        "Tags": tags,
        "BuildRoleArn": role,
        "CodeArtifact": { "Uri": sam.take("CodeUri") },
    }));
    for name in ["Name", "BaseImageArn", "BaseImageVersion"] {
        properties.insert(name, sam.take(name));
    }
    let image = sam.attributes.main("AWS::Lambda::MicrovmImage", properties);
    let place = sam.place();
    made.insert(sam.id, image, place);
    made.into()
}

/// The role that builds the image: its own, or one that is made.
fn role(scope: &Scope<'_>, sam: &mut SamResource, made: &mut Generated) -> Value {
    let own = sam.take("BuildRoleArn");
    if is_truthy(Some(&own)) {
        roles::warn_of_no_value(scope, &own, sam.path("BuildRoleArn"));
        return own;
    }
    let id = logical_id::build_role(&sam.id);
    let bucket = bucket(scope, sam);
    let properties = map(json!({
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "Policies": [{
            "PolicyName": "MicrovmImageBuildPolicy",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": bucket },
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": "*",
                    },
                ],
            },
        }],
        "Tags": tags::marked(sam, false),
    }));
    made.insert_beside(
        &sam.attributes,
        id.clone(),
        "AWS::IAM::Role",
        properties,
        sam.place(),
    );
    get_att(&id, "Arn")
}

/// What the role may read: everything in the bucket of the code. Parameters inside an intrinsic are resolved in place, as
/// the reference does it.
fn bucket(scope: &Scope<'_>, sam: &mut SamResource) -> Value {
    let path = sam.path("CodeUri");
    let mut uri = sam.take("CodeUri");
    let before = uri.clone();
    let decided = match scope.parameters.read(&mut uri) {
        Ok(decided) => decided,
        Err(fault) => {
            scope.report_unresolvable(path.clone(), &fault);
            Value::Null
        }
    };
    if uri != before {
        scope.warn_of_parameters(&before, &path);
    }
    sam.properties.insert("CodeUri", uri.clone());
    let text = decided.as_str();
    if let Some(location) = text.and_then(|text| text.strip_prefix("s3://")) {
        let bucket = location.split('/').next().unwrap_or_default();
        if bucket.is_empty() {
            scope.report(
                Diagnostic::new(
                    codes::CODE_LOCATION_NOT_S3,
                    path,
                    "`CodeUri` names no bucket",
                )
                .help("write `s3://bucket/key`"),
            );
        }
        return json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:s3:::{bucket}/*") });
    }
    if text.is_some() {
        scope.report(
            Diagnostic::new(
                codes::MICROVM_CODE_NOT_IN_S3,
                path,
                "this is no S3 location, so that the role which is made for the build may read a bucket that has nothing to do with it",
            )
            .help("put the code into S3 and write `s3://bucket/key`, or give a `BuildRoleArn`"),
        );
    }
    json!({ "Fn::Sub": [
        "arn:${AWS::Partition}:s3:::${Bucket}/*",
        { "Bucket": { "Fn::Select": [2, { "Fn::Split": ["/", uri] }] } },
    ] })
}
