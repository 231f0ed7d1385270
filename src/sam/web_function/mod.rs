//! `AWS::Serverless::WebFunction`: a function that answers web requests, the revision of its code, and its endpoint.
//!
//! ```yaml
//! # in
//! Site:
//!   Type: AWS::Serverless::WebFunction
//!   Properties: {AuthType: IamAuth, Runtime: nodejs24.x, CodeUri: s3://bucket/site.zip, FunctionName: site}
//! ```
//!
//! ```yaml
//! # out
//! SiteRole: {Type: AWS::IAM::Role} # ...
//! Site:
//!   Type: AWS::Lambda::WebFunction
//!   Properties: {FunctionName: site, Tags: [{Key: 'lambda:createdBy', Value: SAM}]}
//! SiteRevision:
//!   Type: AWS::Lambda::WebFunctionRevision
//!   DependsOn: [Site]
//!   Properties:
//!     FunctionName: site
//!     BuildConfig:
//!       CodeConfig: {S3Object: {Bucket: bucket, Key: site.zip}}
//!       RuntimeConfig: {Runtime: nodejs24.x}
//!     ServiceConfig: {ExecutionRoleArn: !GetAtt SiteRole.Arn, TimeoutSeconds: 30}
//! SiteEndpoint:
//!   Type: AWS::Lambda::WebFunctionEndpoint
//!   DependsOn: [Site, SiteRevision]
//!   Properties:
//!     FunctionName: site
//!     EndpointName: prod
//!     EndpointType: HomeRegion
//!     AuthType: IamAuth
//!     RevisionWeights: [{RevisionId: !GetAtt SiteRevision.RevisionId, Weight: 100}]
//! ```
//!
//! Upstream: `SamWebFunction` in model/sam_resources.py.

mod environment;
pub(in crate::sam) mod regions;
mod traffic;

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape, TEXT_OR_MAP};
use crate::resource::tags;
use crate::resource::{SamResource, map, resource, set, trust};
use crate::sam::code_location;
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::sam::roles;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::WebFunction",
    globals: None,
    stage: Stage::WebFunctions,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const REVISION: &str = "becomes a property of the revision";
const ENDPOINT: &str = "becomes a property of the endpoint";

const PROPERTIES: &[Property] = &[
    Property::of("FunctionName", TEXT_OR_MAP).does("becomes `FunctionName` of all three resources"),
    Property::of("Tags", Shape::Map).does("becomes `Tags`, also of the role"),
    Property::of("ReplicaRegions", Shape::OneOf(&[Shape::List, Shape::Map]))
        .does("becomes `Regions` of the endpoint"),
    Property::any("AuthType").does(ENDPOINT).required(),
    Property::any("Runtime").does(REVISION).required(),
    Property::any("CodeUri")
        .does("becomes `CodeConfig` of the revision")
        .required(),
    Property::any("InlineCode").does("is refused: the code must be in S3"),
    Property::any("RevisionDescription").does("becomes `Description` of the revision"),
    Property::any("KmsKeyArn").does(REVISION),
    Property::of("ExecutionRoleArn", Shape::Text)
        .does("becomes `ExecutionRoleArn` of the revision"),
    Property::of("EnvironmentVariables", Shape::Map)
        .does("becomes `EnvironmentVariables` of the revision"),
    Property::any("EntryPoint").does("becomes an environment variable"),
    Property::any("MaxConcurrencyPerEnvironment").does(REVISION),
    Property::any("EgressNetworkConnectorArn").does(REVISION),
    Property::of("Timeout", Shape::Integer).does("becomes `TimeoutSeconds` of the revision"),
    Property::any("LoggingConfig").does("becomes `TelemetryConfig` of the revision"),
    Property::any("RevisionWeights").does(ENDPOINT),
    Property::any("EndpointName").does(ENDPOINT),
    Property::any("EndpointType").does(ENDPOINT),
    Property::any("EndpointDescription").does("becomes `Description` of the endpoint"),
    Property::any("ScalingConfig").does(ENDPOINT),
    Property::any("ThrottleConfig").does(ENDPOINT),
    Property::any("AutoDeploymentMode").does("decides whether traffic goes to the newest revision"),
];

/// How long an answer may take where the function does not say, in seconds.
const TIMEOUT: u32 = 30;

/// The shortest and the longest that an answer may take, in seconds.
const TIMEOUTS: std::ops::RangeInclusive<i64> = 3..=900;

fn lower(scope: &Scope<'_>, mut sam: SamResource) -> Lowered {
    let weights = traffic::read(scope, &mut sam);
    check(scope, &sam);
    tags::check_reserved(scope, &sam);
    let code = code(scope, &mut sam);
    let variables = environment::read(scope, &sam);
    let regions = regions::read(scope, &sam);
    let name = function_name(&sam);
    let tags = tags::created_by("lambda:createdBy", sam.get("Tags").as_object());
    let mut made = Generated::default();
    let place = sam.place();

    let role = role(scope, &mut sam, &tags, &mut made);
    let function = map(json!({ "FunctionName": name.clone(), "Tags": tags }));
    let function = sam.attributes.main("AWS::Lambda::WebFunction", function);
    made.insert(sam.id.clone(), function, place.clone());

    let mut revision = map(json!({
        "FunctionName": name.clone(),
        "BuildConfig": {
            "CodeConfig": { "S3Object": code },
            "RuntimeConfig": { "Runtime": sam.take("Runtime") },
        },
        "ServiceConfig": service(&mut sam, role, variables),
    }));
    set(
        &mut revision,
        "Description",
        sam.take("RevisionDescription"),
    );
    set(&mut revision, "KmsKeyArn", sam.take("KmsKeyArn"));
    let revision_id = logical_id::web_revision(&sam.id);
    made.insert(
        revision_id.clone(),
        dependent(
            &sam,
            &[&sam.id],
            "AWS::Lambda::WebFunctionRevision",
            revision,
        ),
        place.clone(),
    );

    let filled = |given: Value, otherwise: &str| match given {
        given if is_truthy(Some(&given)) => given,
        _ => otherwise.into(),
    };
    let newest = || json!([{ "RevisionId": get_att(&revision_id, "RevisionId"), "Weight": 100 }]);
    let mut endpoint = map(json!({
        "FunctionName": name,
        "EndpointName": filled(sam.take("EndpointName"), "prod"),
        "EndpointType": filled(sam.take("EndpointType"), "HomeRegion"),
        "AuthType": sam.take("AuthType"),
        "RevisionWeights": weights.unwrap_or_else(newest),
    }));
    set(&mut endpoint, "Regions", regions.unwrap_or_default());
    for (from, to) in [
        ("EndpointDescription", "Description"),
        ("ScalingConfig", "ScalingConfig"),
        ("ThrottleConfig", "ThrottleConfig"),
    ] {
        set(&mut endpoint, to, sam.take(from));
    }
    made.insert(
        logical_id::web_endpoint(&sam.id),
        dependent(
            &sam,
            &[&sam.id, &revision_id],
            "AWS::Lambda::WebFunctionEndpoint",
            endpoint,
        ),
        place,
    );
    made.into()
}

/// A resource beside the function that waits for others.
fn dependent(sam: &SamResource, waits_for: &[&str], kind: &str, properties: Map) -> Value {
    let mut attributes = map(json!({ "DependsOn": waits_for }));
    attributes.extend(sam.attributes.passed_on());
    resource(kind, attributes, properties)
}

/// The name that all three resources repeat: a reference would give the function's ARN. A name that is made fits into the
/// 64 characters that Lambda takes.
fn function_name(sam: &SamResource) -> Value {
    if sam.is_truthy("FunctionName") {
        return sam.get("FunctionName").clone();
    }
    let start: String = sam.id.chars().take(55).collect();
    let stack = json!({ "Fn::Select": [2, { "Fn::Split": ["/", { "Ref": "AWS::StackId" }] }] });
    json!({ "Fn::Sub": [
        format!("{start}-${{StackIdSuffix}}"),
        { "StackIdSuffix": { "Fn::Select": [0, { "Fn::Split": ["-", stack] }] } },
    ] })
}

/// The role of the function: its own, or one that is made.
fn role(scope: &Scope<'_>, sam: &mut SamResource, tags: &Value, made: &mut Generated) -> Value {
    let own = sam.take("ExecutionRoleArn");
    if !own.is_null() {
        roles::warn_of_no_value(scope, &own, sam.path("ExecutionRoleArn"));
        return own;
    }
    let id = logical_id::role(&sam.id);
    let policy = "service-role/AWSLambdaBasicExecutionRole";
    let properties = map(json!({
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "ManagedPolicyArns": [scope.partition.managed_policy_arn(policy)],
        "Tags": tags.clone(),
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

/// Where the code is; a fault is reported and gives null.
fn code(scope: &Scope<'_>, sam: &mut SamResource) -> Value {
    if !sam.get("InlineCode").is_null() {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_CODE,
                sam.path("InlineCode"),
                "a web function takes no code in the template",
            )
            .on_key()
            .help("put the code into S3 and name it with `CodeUri`"),
        );
    }
    let path = sam.path("CodeUri");
    let location = sam.take("CodeUri");
    let is_local = location.as_str().is_some_and(|text| {
        code_location::parse_s3_uri(text).is_none() && !text.contains("{{resolve:")
    });
    // Nothing uploads what such a path leads to.
    if is_local || location.is_null() {
        if is_local {
            scope.report(
                Diagnostic::new(
                    codes::CODE_LOCATION_NOT_S3,
                    path,
                    "the code of a web function must be in S3: nothing uploads it from a folder",
                )
                .help(
                    "write `s3://bucket/key`, with `?versionId=...` for one version of the object",
                ),
            );
        }
        return Value::Null;
    }
    if location.get("StorageMode").is_some() {
        scope.report(
            Diagnostic::new(
                codes::IGNORED_KEY,
                path.clone().then("StorageMode"),
                "`StorageMode` of the code of a web function is ignored",
            )
            .on_key()
            .help("take it out: SAM reads it for functions and layers alone"),
        );
    }
    let Some(found) = code_location::read(scope, location, &path) else {
        return Value::Null;
    };
    let mut found = map(found.value);
    let mut object = Map::new();
    for (from, to) in [
        ("S3Bucket", "Bucket"),
        ("S3Key", "Key"),
        ("S3ObjectVersion", "VersionId"),
    ] {
        if let Some(value) = found.get_mut(from) {
            object.insert(to, value.take());
        }
    }
    object.into()
}

/// How the function runs.
fn service(sam: &mut SamResource, role: Value, variables: Value) -> Value {
    let mut service = map(json!({ "ExecutionRoleArn": role }));
    set(&mut service, "EnvironmentVariables", variables);
    if sam.is_truthy("LoggingConfig") {
        let logging = json!({ "LoggingConfig": sam.take("LoggingConfig") });
        set(&mut service, "TelemetryConfig", logging);
    }
    for name in ["MaxConcurrencyPerEnvironment", "EgressNetworkConnectorArn"] {
        set(&mut service, name, sam.take(name));
    }
    let timeout = match sam.take("Timeout") {
        given if is_truthy(Some(&given)) => given,
        _ => TIMEOUT.into(),
    };
    set(&mut service, "TimeoutSeconds", timeout);
    service.into()
}

/// Reports values that Lambda would refuse.
fn check(scope: &Scope<'_>, sam: &SamResource) {
    let auth = sam.get("AuthType");
    if !auth.is_null() && !is_truthy(Some(auth)) {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_AUTH,
                sam.path("AuthType"),
                "`AuthType` must say who may call the function",
            )
            .help("write `IamAuth`, or `ApplicationManaged` where the function itself decides"),
        );
    }
    let timeout = match sam.get("Timeout") {
        Value::Bool(flag) => Some(i64::from(*flag)),
        given => given.as_i64(),
    };
    if timeout.is_some_and(|seconds| !TIMEOUTS.contains(&seconds)) {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_TIMEOUT,
                sam.path("Timeout"),
                "`Timeout` of a web function must be between 3 and 900 seconds",
            )
            .help("write a number of seconds in this range"),
        );
    }
    let connector = sam.get("EgressNetworkConnectorArn").as_str();
    if connector.is_some_and(|arn| !is_connector_version(arn)) {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_EGRESS,
                sam.path("EgressNetworkConnectorArn"),
                "`EgressNetworkConnectorArn` must be the ARN of one version of a network connector",
            )
            .help("write `!GetAtt Connector.LatestVersionArn`, or an ARN that ends in `:` and the version"),
        );
    }
}

/// Whether an ARN names one version of a network connector.
fn is_connector_version(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        [
            "arn",
            partition,
            "lambda",
            _,
            _,
            "network-connector",
            name,
            version,
        ] => [partition, name, version]
            .iter()
            .all(|part| !part.is_empty()),
        _ => false,
    }
}
