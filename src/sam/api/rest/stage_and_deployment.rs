//! The stage of a REST API and the deployment that it shows.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     DefinitionUri: s3://bucket/openapi.yaml
//!     TracingEnabled: true
//!     Variables: {Level: info}
//! ```
//!
//! ```yaml
//! # out
//! ShopDeploymentd1ca2e567e:
//!   Type: AWS::ApiGateway::Deployment
//!   Properties:
//!     Description: 'RestApi deployment id: d1ca2e567ea980394c42bd4c5eff8bccd2d616b9'
//!     RestApiId: !Ref Shop
//!     StageName: Stage
//! ShopprodStage:
//!   Type: AWS::ApiGateway::Stage
//!   Properties:
//!     DeploymentId: !Ref ShopDeploymentd1ca2e567e
//!     RestApiId: !Ref Shop
//!     StageName: prod
//!     Variables: {Level: info}
//!     TracingEnabled: true
//! ```
//!
//! A stage changes only with another deployment, and a deployment never changes. So its id holds a hash: of the body as
//! Python 2.7 printed it, the version, the domain, and the names of the functions behind it (see `language/python2`).
//!
//! Upstream: `_construct_stage` in model/api/api_generator.py, `make_auto_deployable` in model/apigateway.py.

use super::RestApi;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::reference;
use crate::language::logical_id;
use crate::language::python2::Node;
use crate::resource::tags;
use crate::resource::{SamResource, map, set};
use crate::scope::Scope;
use crate::tree::{Value, json};
use std::borrow::Cow;

/// What goes over to the stage as it is.
const STAGE_PROPERTIES: [&str; 7] = [
    "CacheClusterEnabled",
    "CacheClusterSize",
    "Variables",
    "MethodSettings",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
];

/// The logical id of the stage.
pub(super) fn id(api: &SamResource) -> String {
    logical_id::stage(&api.id, api.get("StageName").as_str())
}

/// Makes the deployment and the stage; `body` is the text that stands for the API in the deployment's id.
pub(super) fn lower(scope: &Scope<'_>, api: &mut RestApi, body: &str, stage: &str) {
    let digest = logical_id::digest_of(hashed_parts(scope, api, body));
    let deployment = logical_id::rest_deployment(&api.sam.id, &digest);
    let mut properties = map(json!({
        "Description": format!("RestApi deployment id: {digest}"),
        "RestApiId": reference(&api.sam.id),
    }));
    if !api.get("OpenApiVersion").is_truthy() {
        // A stage that nobody asked for; without it the id of old deployments would be another.
        set(&mut properties, "StageName", "Stage".into());
    }
    api.made.insert_beside(
        &api.sam.attributes,
        &deployment,
        "AWS::ApiGateway::Deployment",
        properties,
        api.sam.place(),
    );

    let mut properties = map(json!({
        "DeploymentId": reference(&deployment),
        "RestApiId": reference(&api.sam.id),
    }));
    set(&mut properties, "StageName", api.sam.take("StageName"));
    for name in STAGE_PROPERTIES {
        set(&mut properties, name, api.sam.take(name));
    }
    if let Value::Object(given) = api.sam.get("Tags") {
        set(&mut properties, "Tags", tags::list(given).into());
    }
    api.made.insert_beside(
        &api.sam.attributes,
        stage,
        "AWS::ApiGateway::Stage",
        properties,
        api.sam.place(),
    );
}

/// What the id of the deployment is hashed from.
fn hashed_parts<'a>(scope: &Scope<'_>, api: &RestApi, body: &'a str) -> Vec<Cow<'a, str>> {
    let mut parts = vec![Cow::Borrowed(body)];
    let mut add = |part: String| parts.extend(["||".into(), Cow::Owned(part)]);
    if let Node::Text(version) = api.get("OpenApiVersion")
        && !version.is_empty()
    {
        add(version.to_string());
    }
    if api.get("Domain").is_truthy() {
        add(api.get("Domain").to_json());
    }
    if !api.draft.function_names.is_empty() {
        add(api.draft.function_names.clone());
    }
    if api.sam.is_truthy("AlwaysDeploy") {
        match &scope.options.deploy_salt {
            Some(salt) => return vec![Cow::Owned(salt.clone())],
            None => scope.report(
                Diagnostic::new(
                    codes::ALWAYS_DEPLOY_BY_CONTENT,
                    api.sam.path("AlwaysDeploy"),
                    "`AlwaysDeploy` has no effect without a value that changes: the deployment's id depends on the content",
                )
                .on_key()
                .help("pass another `--deploy-salt` for each deployment, a build number for example; SAM takes the time"),
            ),
        }
    }
    parts
}
