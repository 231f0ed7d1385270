//! Every logical id that the transform makes up.
//!
//! Upstream: translator/logical_id_generator.py, and the resource that each function here names.

use crate::language::python_json;
use crate::language::truth::is_truthy;
use crate::tree::{Value, json};
use sha1::{Digest, Sha1};

/// The longest logical id that CloudFormation takes, in characters.
pub(crate) const MAX_LENGTH: usize = 255;

/// The first ten hexadecimal digits of the SHA-1 of a text: the tail of an id that changes with what it stands for.
pub(crate) fn hash(text: &str) -> String {
    let mut digits = digest(text);
    digits.truncate(10);
    digits
}

/// The SHA-1 of a text in hexadecimal digits.
pub(crate) fn digest(text: &str) -> String {
    digest_of([text])
}

/// The same of a text that stands in parts.
pub(crate) fn digest_of(parts: impl IntoIterator<Item: AsRef<str>>) -> String {
    let digit = |value| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part.as_ref());
    }
    hash.finalize()
        .into_iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
        .collect()
}

/// The SHA-1 of a text.
pub(crate) fn sha1(text: &str) -> [u8; 20] {
    Sha1::digest(text.as_bytes()).into()
}

/// [`hash`] of a value: of a text itself, else of its JSON; nothing for what counts as false.
pub(crate) fn hash_of(value: &Value) -> String {
    match value {
        value if !is_truthy(Some(value)) => String::new(),
        Value::String(text) => hash(text),
        other => hash(&python_json::compact(other)),
    }
}

/// Whether CloudFormation takes this for a logical id: ASCII letters and digits only.
pub(crate) fn is_valid(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `AWS::Lambda::Version` of a function.
pub(crate) fn version(function: &str, suffix: &str) -> String {
    [function, "Version", suffix].concat()
}

/// `AWS::Lambda::Alias` of a function: hyphens and underscores, which ids cannot hold, become `D` and `U`.
pub(crate) fn alias(function: &str, name: &str) -> String {
    let name = name.replace('-', "D").replace('_', "U");
    [function, "Alias", &name].concat()
}

/// `AWS::CodeDeploy::Application`, one for the whole template.
pub(crate) const CODE_DEPLOY_APPLICATION: &str = "ServerlessDeploymentApplication";

/// The `AWS::IAM::Role` with which CodeDeploy shifts traffic, one for the whole template.
pub(crate) const CODE_DEPLOY_ROLE: &str = "CodeDeployServiceRole";

/// The condition under which CodeDeploy's shared resources exist, where several functions have conditions.
pub(crate) const CODE_DEPLOY_CONDITION: &str = "ServerlessCodeDeployCondition";

/// `AWS::CodeDeploy::DeploymentGroup` of a function.
pub(crate) fn deployment_group(function: &str) -> String {
    [function, "DeploymentGroup"].concat()
}

/// The `AWS::IAM::Role` with which CodeDeploy shifts the traffic of one function alone.
pub(crate) fn deployment_role(function: &str) -> String {
    format!("{function}DeploymentRole")
}

/// The `AWS::Lambda::Function` that tests another one before or after its traffic moves.
pub(crate) fn smoke_test(function: &str, event: &str) -> String {
    format!("{function}{event}SmokeTest")
}

/// `AWS::CodeDeploy::DeploymentConfig` of a plan of traffic, by the plan's name.
pub(crate) fn deployment_config(plan: &str) -> String {
    format!("DeploymentConfig{plan}")
}

/// `AWS::CloudWatch::Alarm` that is made for a function, by what it is called; one on a version ends as the version does.
pub(crate) fn alarm(function: &str, name: &str, suffix: &str) -> String {
    format!("{function}{name}Alarm{suffix}")
}

/// The end of a version's id, which changes with the version.
pub(crate) fn version_suffix<'a>(version: &'a str, function: &str) -> &'a str {
    version
        .strip_prefix(&self::version(function, ""))
        .unwrap_or_default()
}

/// `AWS::Logs::MetricFilter` of an alarm on a function's log.
pub(crate) fn metric_filter(function: &str, alarm: &str) -> String {
    format!("{function}{alarm}Filter")
}

/// The execution role that is made for a resource.
pub(crate) fn role(resource: &str) -> String {
    [resource, "Role"].concat()
}

/// The role with which Lambda builds an image of microVMs.
pub(crate) fn build_role(image: &str) -> String {
    [image, "BuildRole"].concat()
}

/// `AWS::Lambda::WebFunctionRevision` of a web function.
pub(crate) fn web_revision(function: &str) -> String {
    [function, "Revision"].concat()
}

/// `AWS::Lambda::WebFunctionEndpoint` of a web function.
pub(crate) fn web_endpoint(function: &str) -> String {
    [function, "Endpoint"].concat()
}

/// The role with which Lambda manages the instances of a capacity provider, or a network connector.
pub(crate) fn operator_role(provider: &str) -> String {
    [provider, "OperatorRole"].concat()
}

/// `AWS::Lambda::Url` of a function.
pub(crate) fn function_url(function: &str) -> String {
    [function, "Url"].concat()
}

/// The `AWS::Lambda::Permission` with which everybody may call a function's URL.
pub(crate) fn public_url_permission(function: &str) -> String {
    [function, "UrlPublicPermissions"].concat()
}

/// The `AWS::Lambda::Permission` with which everybody who calls a function's URL may invoke the function.
pub(crate) fn public_invoke_permission(function: &str) -> String {
    [function, "URLInvokeAllowPublicAccess"].concat()
}

/// `AWS::Lambda::EventInvokeConfig` of a function.
pub(crate) fn event_invoke_config(function: &str) -> String {
    [function, "EventInvokeConfig"].concat()
}

/// The queue or topic, `what`, of a destination (`OnSuccess`, `OnFailure`) of a function.
pub(crate) fn destination(function: &str, name: &str, what: &str) -> String {
    let config = event_invoke_config(function);
    [&config, name, what].concat()
}

/// The condition that holds where `condition` does not.
pub(crate) fn negated_condition(condition: &str) -> String {
    ["NOT", condition].concat()
}

/// The condition that holds where `condition` does not, around a deployment preference. SAM's own form would be taken.
pub(crate) fn not(condition: &str) -> String {
    format!("Not{condition}")
}

/// The condition under which the alias of a plain function is asked for provisioned concurrency.
pub(crate) fn concurrency_condition(function: &str) -> String {
    format!("{function}ProvisionedConcurrency")
}

/// The condition that holds where all of these do.
pub(crate) fn all_of(conditions: &[String]) -> String {
    conditions.join("And")
}

/// The condition that holds where one of these does.
pub(crate) fn one_of(conditions: &[String]) -> String {
    conditions.join("Or")
}

/// The same, for a destination of a function.
pub(crate) fn negated_condition_of_destination(condition: &str, function: &str) -> String {
    let negated = negated_condition(condition);
    [negated, hash(&event_invoke_config(function))].concat()
}

/// The condition of a destination of a function where both the function's `own` and the destination's hold.
pub(crate) fn condition_of_destination(own: &str, condition: &str, function: &str) -> String {
    [own, "AND", condition, &hash(function)].concat()
}

/// `AWS::StepFunctions::StateMachineVersion` of a state machine, which replaces itself with each change.
pub(crate) fn state_machine_version(machine: &str) -> String {
    [machine, "Version"].concat()
}

/// `AWS::StepFunctions::StateMachineAlias` of a state machine: the name as it is, so it must fit into an id.
pub(crate) fn state_machine_alias(machine: &str, name: &str) -> String {
    [machine, "Alias", name].concat()
}

/// `AWS::Lambda::LayerVersion`, which replaces itself with each change of what is hashed.
pub(crate) fn layer_version(layer: &str, suffix: &str) -> String {
    [layer, suffix].concat()
}

/// What an event of a function or state machine becomes; more that it needs is named after it.
pub(crate) fn event(owner: &str, event: &str) -> String {
    [owner, event].concat()
}

/// The `AWS::Lambda::Permission` of an event, by the event's own id.
pub(crate) fn event_permission(event: &str) -> String {
    [event, "Permission"].concat()
}

/// The `AWS::Lambda::Permission` of an `Api` event, which has the name of the stage: as it is where ids can hold that,
/// else a hash of it.
pub(crate) fn route_permission(event: &str, stage: &str) -> String {
    if stage.chars().all(char::is_alphanumeric) {
        [event, "Permission", stage].concat()
    } else {
        [event, "Permission", &hash(stage)].concat()
    }
}

/// The `AWS::SQS::Queue` of an event: its dead-letter queue, or that between a topic and the function.
pub(crate) fn event_queue(event: &str) -> String {
    [event, "Queue"].concat()
}

/// The `AWS::SQS::QueuePolicy` of an event's queue.
pub(crate) fn event_queue_policy(event: &str) -> String {
    [event, "QueuePolicy"].concat()
}

/// The `AWS::Lambda::EventSourceMapping` that reads the queue between a topic and the function.
pub(crate) fn event_source_mapping(event: &str) -> String {
    [event, "EventSourceMapping"].concat()
}

/// The `AWS::Lambda::Permission` with which a user pool calls a function, or its alias: one for all its pools.
pub(crate) fn cognito_permission(function: &str) -> String {
    [function, "CognitoPermission"].concat()
}

/// The `AWS::ApiGateway::RestApi` of all `Api` events that name no API.
pub(crate) const IMPLICIT_REST_API: &str = "ServerlessRestApi";

/// The condition of the implicit REST API, where several functions with conditions have events of it.
pub(crate) const IMPLICIT_REST_API_CONDITION: &str = "ServerlessRestApiCondition";

/// The `AWS::ApiGatewayV2::Api` of all `HttpApi` events that name no API.
pub(crate) const IMPLICIT_HTTP_API: &str = "ServerlessHttpApi";

/// The condition of the implicit HTTP API, where several functions with conditions have events of it.
pub(crate) const IMPLICIT_HTTP_API_CONDITION: &str = "ServerlessHttpApiCondition";

/// The condition of a path of an implicit API, where several functions with conditions have events of it.
pub(crate) fn path_condition(api: &str, path: &str) -> String {
    let part = path
        .replace('/', "SLASH")
        .replace('{', "OB")
        .replace('}', "CB");
    [api, &part, "PathCondition"].concat()
}

/// `AWS::ApiGateway::Deployment` of a REST API, which replaces itself with each change of what is hashed.
pub(crate) fn rest_deployment(api: &str, digest: &str) -> String {
    let start: String = digest.chars().take(10).collect();
    [api, "Deployment", &start].concat()
}

/// `AWS::ApiGateway::Stage` of a REST API, or `AWS::ApiGatewayV2::Stage` of an HTTP API: with its name where ids can
/// hold that, else with a hash of it.
pub(crate) fn stage(api: &str, name: Option<&str>) -> String {
    match name {
        None | Some("") => [api, "Stage"].concat(),
        Some(name) if name.chars().all(char::is_alphanumeric) => [api, name, "Stage"].concat(),
        Some(name) => [api, "Stage", &hash(name)].concat(),
    }
}

/// `AWS::ApiGatewayV2::Stage` `$default` of an HTTP API.
pub(crate) fn default_stage(api: &str) -> String {
    [api, "ApiGatewayDefaultStage"].concat()
}

/// `AWS::ApiGatewayV2::Stage` of a WebSocket API: with its name as it is.
pub(crate) fn websocket_stage(api: &str, name: &str) -> String {
    [api, name, "Stage"].concat()
}

/// `AWS::ApiGatewayV2::Route` of a WebSocket API; `route` stands for its key.
pub(crate) fn websocket_route(api: &str, route: &str) -> String {
    [api, route, "Route"].concat()
}

/// `AWS::ApiGatewayV2::Integration` of a route of a WebSocket API.
pub(crate) fn websocket_integration(api: &str, route: &str) -> String {
    [api, route, "Integration"].concat()
}

/// The `AWS::Lambda::Permission` of a route of a WebSocket API.
pub(crate) fn websocket_permission(api: &str, route: &str) -> String {
    [api, route, "Permission"].concat()
}

/// `AWS::ApiGatewayV2::Authorizer` of a WebSocket API.
pub(crate) fn connect_authorizer(api: &str) -> String {
    [api, "ConnectAuthorizer"].concat()
}

/// The `AWS::Lambda::Permission` of an API's authorizer; that of a WebSocket API has no name.
pub(crate) fn authorizer_permission(api: &str, authorizer: &str) -> String {
    [api, authorizer, "AuthorizerPermission"].concat()
}

/// `AWS::ApiGateway::DomainName` of a REST API.
pub(crate) fn domain(name: &Value) -> String {
    ["ApiGatewayDomainName", &hash_of(name)].concat()
}

/// `AWS::ApiGatewayV2::DomainName` of an HTTP or WebSocket API, and `AWS::ApiGateway::DomainNameV2` of a private REST
/// API.
pub(crate) fn domain_v2(name: &Value) -> String {
    ["ApiGatewayDomainNameV2", &hash_of(name)].concat()
}

/// `AWS::ApiGateway::BasePathMapping` of a REST API; `path` is what ids can hold of it.
pub(crate) fn base_path_mapping(api: &str, path: &str) -> String {
    [api, path, "BasePathMapping"].concat()
}

/// `AWS::ApiGatewayV2::ApiMapping` of an HTTP or WebSocket API; `path` is what ids can hold of it.
pub(crate) fn api_mapping(api: &str, path: &str) -> String {
    [api, path, "ApiMapping"].concat()
}

/// `AWS::ApiGateway::DomainNameAccessAssociation` of a VPC endpoint and a private domain.
pub(crate) fn access_association(endpoint: &Value, domain: &str) -> String {
    let pair = json!([endpoint, domain]);
    ["DomainNameAccessAssociation", &hash_of(&pair)].concat()
}

/// `AWS::Route53::RecordSetGroup` of all domains of a hosted zone.
pub(crate) fn record_set_group(zone: &Value) -> String {
    ["RecordSetGroup", &hash_of(zone)].concat()
}

/// `AWS::Route53::RecordSetGroup` of one domain alone.
pub(crate) fn separate_record_set_group(zone: &Value, domain: &Value) -> String {
    record_set_group(&json!([zone, domain]))
}

/// What the usage plan that APIs share, its key and what joins them are named after, instead of an API.
pub(crate) const SHARED_USAGE_PLAN_OWNER: &str = "Serverless";

/// The condition under which the shared usage plan exists, where all its APIs have conditions.
pub(crate) const SHARED_USAGE_PLAN_CONDITION: &str = "SharedUsagePlanCondition";

/// `AWS::ApiGateway::UsagePlan` of an API.
pub(crate) fn usage_plan(api: &str) -> String {
    [api, "UsagePlan"].concat()
}

/// `AWS::ApiGateway::ApiKey` of an API's usage plan.
pub(crate) fn api_key(api: &str) -> String {
    [api, "ApiKey"].concat()
}

/// `AWS::ApiGateway::UsagePlanKey` of an API: it joins the two.
pub(crate) fn usage_plan_key(api: &str) -> String {
    [api, "UsagePlanKey"].concat()
}

/// What a connector becomes: a policy, a permission or a policy of a queue or topic; numbered where it may lead to several
/// destinations.
pub(crate) fn granted(connector: &str, kind: &str, destination: Option<usize>) -> String {
    match destination {
        None => [connector, kind].concat(),
        Some(index) => [connector, kind, "Destination", &index.to_string()].concat(),
    }
}

/// A connector that stands in a resource.
pub(crate) fn embedded_connector(owner: &str, key: &str) -> String {
    [owner, key].concat()
}

/// `AWS::AppSync::GraphQLSchema` of a GraphQL API.
pub(crate) fn graphql_schema(api: &str) -> String {
    [api, "Schema"].concat()
}

/// The role with which a GraphQL API logs.
pub(crate) fn graphql_logging_role(api: &str) -> String {
    [api, "CloudWatchRole"].concat()
}

/// `AWS::AppSync::ApiKey`, or `AWS::AppSync::FunctionConfiguration`, of a GraphQL API: named after its key.
pub(crate) fn graphql_part(api: &str, key: &str) -> String {
    [api, key].concat()
}

/// `AWS::AppSync::Resolver` of a field of a type.
pub(crate) fn graphql_resolver(api: &str, type_name: &str, key: &str) -> String {
    [api, type_name, key].concat()
}

/// `AWS::AppSync::ApiCache` of a GraphQL API.
pub(crate) fn graphql_cache(api: &str) -> String {
    [api, "ApiCache"].concat()
}

/// `AWS::AppSync::DomainName` of a GraphQL API.
pub(crate) fn graphql_domain_name(api: &str) -> String {
    [api, "DomainName"].concat()
}

/// `AWS::AppSync::DomainNameApiAssociation` of a GraphQL API.
pub(crate) fn graphql_domain_association(api: &str) -> String {
    [api, "DomainNameApiAssociation"].concat()
}

/// `AWS::AppSync::DataSource` of a table.
pub(crate) fn graphql_table_source(api: &str, key: &str) -> String {
    [api, key, "DynamoDBDataSource"].concat()
}

/// `AWS::AppSync::DataSource` of a function.
pub(crate) fn graphql_function_source(api: &str, key: &str) -> String {
    [api, key, "LambdaDataSource"].concat()
}

/// `AWS::AppSync::DataSource` of functions of a GraphQL API that need none.
pub(crate) fn graphql_none_source(api: &str) -> String {
    [api, "NoneDataSource"].concat()
}

/// The connector from a data source to its table.
pub(crate) fn graphql_table_connector(source: &str) -> String {
    [source, "ToTableConnector"].concat()
}

/// The connector from a data source to its function.
pub(crate) fn graphql_function_connector(source: &str) -> String {
    [source, "ToLambdaConnector"].concat()
}

/// The connector from a GraphQL API to one of its Lambda authorizers, which are numbered from 1.
pub(crate) fn graphql_auth_connector(api: &str, number: usize) -> String {
    [api, "ToLambdaAuthConnector", &number.to_string()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_reference() {
        assert_eq!(hash(r#"{"S3Bucket":"b","S3Key":"k"}"#), "03ba323aca");
        assert_eq!(hash(r#"{"ZipFile":""}"#), "a0d197587e");
    }

    #[test]
    fn alias_ids_hold_no_hyphen() {
        assert_eq!(alias("Fn", "a-b_c"), "FnAliasaDbUc");
    }
}
