//! `MSK`, `SelfManagedKafka`: what the role needs to read Kafka: its secrets, its network, its schema registry.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Orders:
//!         Type: SelfManagedKafka
//!         Properties:
//!           KafkaBootstrapServers: [broker.example.com:9092]
//!           Topics: [orders]
//!           SourceAccessConfigurations:
//!             - {Type: SASL_SCRAM_512_AUTH, URI: !Ref Secret}
//!             - {Type: VPC_SUBNET, URI: subnet:subnet-12345}
//!             - {Type: VPC_SECURITY_GROUP, URI: security_group:sg-67890}
//! Secret: {Type: AWS::SecretsManager::Secret}
//! ```
//!
//! ```yaml
//! # out
//! FnRole:
//!   Properties:
//!     Policies:
//!       - PolicyDocument:
//!           Statement:
//!             - {Action: [secretsmanager:GetSecretValue], Effect: Allow, Resource: !Ref Secret}
//!             - Action:
//!                 - ec2:CreateNetworkInterface
//!                 - ec2:DescribeNetworkInterfaces
//!                 - ec2:DeleteNetworkInterface
//!                 - ec2:DescribeVpcs
//!                 - ec2:DescribeSubnets
//!                 - ec2:DescribeSecurityGroups
//!               Effect: Allow
//!               Resource: '*'
//!           Version: '2012-10-17'
//!         PolicyName: SelfManagedKafkaExecutionRolePolicy
//!     # ...
//!   # ...
//! FnOrders:
//!   Properties:
//!     SelfManagedEventSource:
//!       Endpoints: {KafkaBootstrapServers: [broker.example.com:9092]}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `MSK`, `SelfManagedKafka` and `get_schema_registry_permissions` in model/eventsources/pull.py.

use super::Event;
use super::source_access::{
    allow, configuration, configurations, encryption_key, enter_network, read_secret, report,
    report_type,
};
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, is_intrinsic};
use crate::language::truth::is_truthy;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

/// What a configuration of `SelfManagedKafka` is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Subnet,
    SecurityGroup,
    /// Says who we are: with a secret, or with the role itself.
    Identity {
        secret: bool,
    },
    /// A secret that says who the cluster is.
    RootCertificate,
    /// A detail of OAuth.
    OAuth,
}

const ACCESS: &[(&str, Access)] = &[
    ("VPC_SUBNET", Access::Subnet),
    ("VPC_SECURITY_GROUP", Access::SecurityGroup),
    ("SASL_SCRAM_256_AUTH", Access::Identity { secret: true }),
    ("SASL_SCRAM_512_AUTH", Access::Identity { secret: true }),
    ("BASIC_AUTH", Access::Identity { secret: true }),
    (
        "CLIENT_CERTIFICATE_TLS_AUTH",
        Access::Identity { secret: true },
    ),
    ("OAUTHBEARER_AUTH", Access::Identity { secret: true }),
    ("IAM_AUTH", Access::Identity { secret: false }),
    ("IAM_OAUTHBEARER_AUTH", Access::Identity { secret: false }),
    ("SERVER_ROOT_CA_CERTIFICATE", Access::RootCertificate),
    ("OAUTHBEARER_SCOPE", Access::OAuth),
    ("OAUTHBEARER_AUDIENCE", Access::OAuth),
    ("OAUTHBEARER_LOGICAL_CLUSTER", Access::OAuth),
    ("OAUTHBEARER_IDENTITY_POOL", Access::OAuth),
];

/// What a schema registry must say.
const REGISTRY_KEYS: &[&str] = &[
    "SchemaRegistryURI",
    "EventRecordFormat",
    "SchemaValidationConfigs",
];

const RECORD_FORMATS: &[&str] = &["JSON", "SOURCE"];

/// The inline policy of an `MSK` event that needs one; a fault is reported and gives none.
pub(super) fn msk_policy(scope: &Scope<'_>, event: &Event) -> Option<Value> {
    let mut statements = registry_statements(scope, event);
    let items = event.get("SourceAccessConfigurations").as_array();
    for item in items.into_iter().flatten() {
        let uri = item.get("URI").filter(|uri| is_truthy(Some(uri)));
        if let (Some("CLIENT_CERTIFICATE_TLS_AUTH"), Some(uri)) =
            (item.get("Type").and_then(Value::as_str), uri)
        {
            statements.push(read_secret(uri));
        }
    }
    (!statements.is_empty()).then(|| {
        json!({ "PolicyName": "MSKExecutionRolePolicy", "PolicyDocument": { "Statement": statements } })
    })
}

/// The inline policy of a `SelfManagedKafka` event that needs one; a fault is reported and gives none.
pub(super) fn self_managed_policy(scope: &Scope<'_>, event: &Event) -> Option<Value> {
    let aside = scope.aside();
    let statements = self_managed_statements(&aside, event);
    let is_sound = !aside.has_errors();
    let mut findings = aside.into_findings();
    let place = event.path("SourceAccessConfigurations");
    let is_no_map =
        |fault: &Diagnostic| fault.code == codes::WRONG_SHAPE && fault.path.0.starts_with(&place.0);
    if findings.first().is_some_and(is_no_map) {
        // Where this comes first, the reference blames the event as if it were a resource.
        for finding in &mut findings {
            finding.resource = Some(event.id.clone());
        }
    }
    findings
        .into_iter()
        .for_each(|finding| scope.report(finding));
    if !is_sound || statements.is_empty() {
        return None;
    }
    Some(json!({
        "PolicyDocument": { "Statement": statements, "Version": "2012-10-17" },
        "PolicyName": "SelfManagedKafkaExecutionRolePolicy",
    }))
}

/// What the role of a `SelfManagedKafka` event must allow.
fn self_managed_statements(scope: &Scope<'_>, event: &Event) -> Vec<Value> {
    check_source(scope, event);
    let mut statements = access_statements(scope, event).unwrap_or_default();
    let key = encryption_key(scope, event);
    statements.extend(key.map(|key| allow(&["kms:Decrypt"], key)));
    statements.extend(registry_statements(scope, event));
    statements
}

/// Reports a cluster without servers, and anything else than one topic.
fn check_source(scope: &Scope<'_>, event: &Event) {
    if !event.is_truthy("KafkaBootstrapServers") {
        scope.report(
            Diagnostic::new(
                codes::KAFKA_SERVERS_MISSING,
                event.path("KafkaBootstrapServers"),
                "a `SelfManagedKafka` event needs `KafkaBootstrapServers`",
            )
            .help("write `[broker.example.com:9092]`"),
        );
    }
    let topics = event.get("Topics");
    let count = match topics {
        Value::Array(topics) => topics.len(),
        Value::Object(intrinsic) => intrinsic.len(),
        _ => 0,
    };
    if count != 1 {
        scope.report(
            Diagnostic::new(
                codes::KAFKA_TOPICS,
                event.path("Topics"),
                "a `SelfManagedKafka` event needs one topic in `Topics`, and no more",
            )
            .help("write `Topics: [orders]`; a second topic is a second event"),
        );
    }
}

/// The statements for secrets and network; a fault is reported and gives none.
fn access_statements(scope: &Scope<'_>, event: &Event) -> Option<Vec<Value>> {
    let watch = scope.watch();
    let given = GivenAccess::read(scope, event, configurations(scope, event)?);
    if let (Some(index), None) | (None, Some(index)) = (given.subnet, given.group) {
        report_half_a_network(scope, event, index);
    }
    if !watch.is_sound() {
        return None;
    }
    let secrets = [given.secret, given.root].into_iter().flatten();
    let mut statements: Vec<Value> = secrets.map(read_secret).collect();
    if given.subnet.is_some() {
        statements.push(enter_network());
    }
    Some(statements)
}

/// What the configurations of an event say together; of two of a kind the last.
#[derive(Default)]
struct GivenAccess<'a> {
    /// Where a subnet is named.
    subnet: Option<usize>,
    /// Where a security group is named.
    group: Option<usize>,
    /// The secret that says who reads.
    secret: Option<&'a Value>,
    /// The secret that says who the cluster is.
    root: Option<&'a Value>,
}

impl<'a> GivenAccess<'a> {
    /// Faults are reported, each at its configuration.
    fn read(scope: &Scope<'_>, event: &'a Event, items: &'a [Value]) -> Self {
        let names: Vec<&str> = ACCESS.iter().map(|(name, _)| *name).collect();
        let mut given = Self::default();
        let mut is_identified = false;
        for (index, item) in items.iter().enumerate() {
            let Some(item) = configuration(scope, event, index, item) else {
                continue;
            };
            let kind = item.get("Type").and_then(Value::as_str);
            let Some((name, access)) = ACCESS.iter().find(|(name, _)| Some(*name) == kind) else {
                report_type(scope, event, index, &names);
                continue;
            };
            let uri = item.get("URI").unwrap_or(&Value::Null);
            if *access != (Access::Identity { secret: false }) {
                check_uri(scope, event, index, name, uri);
            }
            match access {
                Access::Subnet => given.subnet = Some(index),
                Access::SecurityGroup => given.group = Some(index),
                Access::Identity { secret } => {
                    if is_identified {
                        report_second_identity(scope, event, index);
                    }
                    is_identified = true;
                    if *secret {
                        given.secret = Some(uri);
                    }
                }
                Access::RootCertificate => given.root = Some(uri),
                Access::OAuth => {}
            }
        }
        given
    }
}

fn report_second_identity(scope: &Scope<'_>, event: &Event, index: usize) {
    report(
        scope,
        event,
        index,
        "there can be one way only to say who reads",
        "keep one of the authentications",
    );
}

fn report_half_a_network(scope: &Scope<'_>, event: &Event, index: usize) {
    report(
        scope,
        event,
        index,
        "`VPC_SUBNET` and `VPC_SECURITY_GROUP` go together",
        "add the other one",
    );
}

fn check_uri(scope: &Scope<'_>, event: &Event, index: usize, name: &str, uri: &Value) {
    let is_text = uri.as_str().is_some_and(|uri| !uri.is_empty());
    if !is_text && !is_intrinsic(uri) {
        report(
            scope,
            event,
            index,
            &format!("`{name}` needs a `URI`, a string or an intrinsic"),
            &format!("write `{{Type: {name}, URI: ...}}`"),
        );
    }
}

/// `SchemaRegistryConfig` as the mapping has it: parameters inside an intrinsic `SchemaRegistryURI` are resolved.
pub(super) fn registry_config(scope: &Scope<'_>, event: &Event) -> Value {
    let mut config = event.get("SchemaRegistryConfig").clone();
    let path = event.path("SchemaRegistryConfig").then("SchemaRegistryURI");
    if let Some(Value::Object(uri)) = config.get_mut("SchemaRegistryURI") {
        for inner in uri
            .values_mut()
            .filter(|inner| inner.is_object() || inner.is_array())
        {
            // The function's name stays with what it is given: only what lies deeper is looked into.
            let mut whole = json!({ "Fn::Sub": inner.take() });
            if let Err(fault) = scope.parameters.resolve(&mut whole) {
                scope.report_unresolvable(path.clone(), &fault);
            }
            *inner = whole
                .get_mut("Fn::Sub")
                .map(Value::take)
                .unwrap_or_default();
        }
    }
    config
}

/// The statements for a schema registry, where there is one. Faults are reported.
fn registry_statements(scope: &Scope<'_>, event: &Event) -> Vec<Value> {
    let given = event.get("SchemaRegistryConfig");
    let Some(config) = given.as_object().filter(|config| !config.is_empty()) else {
        return Vec::new();
    };
    check_registry(scope, event, config);
    let mut statements: Vec<Value> = config
        .get("AccessConfigs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|access| access.get("URI"))
        .map(read_secret)
        .collect();
    let emitted = registry_config(scope, event);
    let uri = emitted.get("SchemaRegistryURI").unwrap_or(&Value::Null);
    if let Some(name) = registry_name(scope, event) {
        statements.push(allow(&["glue:GetRegistry"], uri.clone()));
        let schemas = format!(
            "arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{name}/*"
        );
        statements.push(json!({
            "Action": ["glue:GetSchemaVersion"],
            "Effect": "Allow",
            "Resource": [{ "Fn::Sub": schemas }],
        }));
    } else if is_intrinsic(uri) {
        scope.report(
            Diagnostic::new(
                codes::REGISTRY_NOT_KNOWN,
                event.path("SchemaRegistryConfig").then("SchemaRegistryURI"),
                "the name of this registry is not known here, so the role gets no rights in Glue",
            )
            .help("write the ARN out (`!Sub` with `${AWS::Region}` and a literal account), or grant `glue:GetRegistry` and `glue:GetSchemaVersion` in `Policies`; a registry outside Glue needs neither"),
        );
    }
    statements
}

/// The name in the ARN of a registry of Glue.
fn registry_name(scope: &Scope<'_>, event: &Event) -> Option<String> {
    let uri = event.get("SchemaRegistryConfig").get("SchemaRegistryURI")?;
    let resolved = scope.parameters.resolved(uri).ok()?;
    let arn = match &resolved {
        Value::String(arn) => arn,
        other => argument(other, "Fn::Sub")?.as_str()?,
    };
    let field = arn.starts_with("arn").then(|| arn.split(':').nth(5))??;
    field.strip_prefix("registry/").map(str::to_owned)
}

fn check_registry(scope: &Scope<'_>, event: &Event, config: &Map) {
    let path = event.path("SchemaRegistryConfig");
    for name in REGISTRY_KEYS
        .iter()
        .filter(|name| !config.contains_key(**name))
    {
        scope.report(
            Diagnostic::new(
                codes::MISSING_PROPERTY,
                path.clone().then(*name),
                format!("`SchemaRegistryConfig` needs `{name}`"),
            )
            .help("write `{SchemaRegistryURI: ..., EventRecordFormat: JSON, SchemaValidationConfigs: [{Attribute: KEY}]}`"),
        );
    }
    if let Some(format) = config.get("EventRecordFormat") {
        let word = format.as_str().unwrap_or_default();
        if !RECORD_FORMATS.contains(&word) {
            scope.report(
                Diagnostic::new(
                    codes::RECORD_FORMAT,
                    path.clone().then("EventRecordFormat"),
                    "`EventRecordFormat` must be `JSON` or `SOURCE`",
                )
                .help(did_you_mean(word, RECORD_FORMATS)),
            );
        }
    }
    if config
        .get("SchemaValidationConfigs")
        .is_some_and(|configs| !configs.is_array())
    {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path.clone().then("SchemaValidationConfigs"),
                "`SchemaValidationConfigs` must be a list",
            )
            .help("write `[{Attribute: KEY}, {Attribute: VALUE}]`, or `[]`"),
        );
    }
    let access = config.get("AccessConfigs").unwrap_or(&Value::Null);
    let is_sound = |access: &Value| access.get("Type").is_some() && access.get("URI").is_some();
    let sound = access
        .as_array()
        .is_some_and(|items| items.iter().all(is_sound));
    if is_truthy(Some(access)) && !sound {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path.then("AccessConfigs"),
                "`AccessConfigs` must be a list of maps with `Type` and `URI`",
            )
            .help("write `[{Type: BASIC_AUTH, URI: !Ref Secret}]`"),
        );
    }
}
