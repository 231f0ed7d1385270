//! `SQS`, `Kinesis`, `DynamoDB`, `MSK`, `SelfManagedKafka`, `MQ`, `DocumentDB`: Lambda reads a queue or a stream and
//! invokes the function with what it finds.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Jobs: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 10}}
//! Queue: {Type: AWS::SQS::Queue}
//! ```
//!
//! ```yaml
//! # out
//! FnRole:
//!   Properties:
//!     ManagedPolicyArns:
//!       - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
//!       - arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole
//!     # ...
//!   # ...
//! FnJobs:
//!   Type: AWS::Lambda::EventSourceMapping
//!   Properties: {BatchSize: 10, FunctionName: !Ref Fn, EventSourceArn: !GetAtt Queue.Arn}
//! ```
//!
//! The kinds differ by the rows of [`SOURCES`].
//!
//! Upstream: model/eventsources/pull.py.

use super::{Event, EventType, Target, document_db, kafka, mq};
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::truth::is_truthy;
use crate::resource::keys;
use crate::resource::property::{Property, Shape};
use crate::resource::{map, set};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

/// What one kind of source needs.
struct Source {
    event_type: &'static str,
    /// The property that names the source.
    arn: Option<&'static str>,
    /// The managed policy with which the function reads it.
    managed_policy: Option<&'static str>,
    /// Makes an inline policy for what the source's secrets need; faults are reported.
    inline_policy: Option<fn(&Scope<'_>, &Event) -> Option<Value>>,
    /// The mapping's property for the consumer group and the schema registry.
    kafka_config: Option<&'static str>,
    /// Makes a property of the mapping that only this source has.
    own: Option<OwnProperty>,
}

/// The name and the value of a property.
type OwnProperty = fn(&Event) -> (&'static str, Value);

const SOURCES: &[Source] = &[
    Source {
        arn: Some("Queue"),
        managed_policy: Some("service-role/AWSLambdaSQSQueueExecutionRole"),
        ..source("SQS")
    },
    Source {
        arn: Some("Stream"),
        managed_policy: Some("service-role/AWSLambdaKinesisExecutionRole"),
        ..source("Kinesis")
    },
    Source {
        arn: Some("Stream"),
        managed_policy: Some("service-role/AWSLambdaDynamoDBExecutionRole"),
        ..source("DynamoDB")
    },
    Source {
        arn: Some("Stream"),
        managed_policy: Some("service-role/AWSLambdaMSKExecutionRole"),
        inline_policy: Some(kafka::msk_policy),
        kafka_config: Some("AmazonManagedKafkaEventSourceConfig"),
        ..source("MSK")
    },
    Source {
        inline_policy: Some(kafka::self_managed_policy),
        kafka_config: Some("SelfManagedKafkaEventSourceConfig"),
        ..source("SelfManagedKafka")
    },
    Source {
        arn: Some("Broker"),
        inline_policy: Some(mq::policy),
        ..source("MQ")
    },
    Source {
        arn: Some("Cluster"),
        inline_policy: Some(document_db::policy),
        own: Some(document_db::config),
        ..source("DocumentDB")
    },
];

const fn source(event_type: &'static str) -> Source {
    Source {
        event_type,
        arn: None,
        managed_policy: None,
        inline_policy: None,
        kafka_config: None,
        own: None,
    }
}

/// A kind of event with its own properties, and with those that all these kinds take.
macro_rules! event_type {
    ($name:literal, $($own:expr),+ $(,)?) => {
        EventType {
            name: $name,
            properties: &[
                $($own,)+
                Property::of("BatchSize", Shape::Integer),
                Property::any("StartingPositionTimestamp"),
                Property::of("Enabled", Shape::Bool),
                Property::of("MaximumBatchingWindowInSeconds", Shape::Integer),
                Property::of("MaximumRetryAttempts", Shape::Integer),
                Property::of("BisectBatchOnFunctionError", Shape::Bool),
                Property::of("MaximumRecordAgeInSeconds", Shape::Integer),
                Property::of("DestinationConfig", Shape::Map).does("becomes `DestinationConfig`, and a policy of the role"),
                Property::of("ParallelizationFactor", Shape::Integer),
                Property::of("Topics", Shape::List),
                Property::of("Queues", Shape::List),
                Property::of("SourceAccessConfigurations", Shape::List),
                Property::of("TumblingWindowInSeconds", Shape::Integer),
                Property::of("FunctionResponseTypes", Shape::List),
                Property::of("KafkaBootstrapServers", Shape::List).does("becomes `SelfManagedEventSource`"),
                Property::of("FilterCriteria", Shape::Map),
                Property::any("KmsKeyArn"),
                Property::of("ConsumerGroupId", Shape::Text).does("becomes the `ConsumerGroupId` of the Kafka configuration; other events refuse it"),
                Property::of("ScalingConfig", Shape::Map).meant_by(&[("MaximumConcurrency", Shape::Integer)]),
                Property::of("ProvisionedPollerConfig", Shape::Map),
                Property::of("SchemaRegistryConfig", Shape::Map).does("becomes a part of the Kafka configuration, and a policy of the role"),
                Property::of("MetricsConfig", Shape::Map),
                Property::of("LoggingConfig", Shape::Map),
            ],
            check: None,
            lower: Lower::Alone(lower),
        }
    };
}

pub(super) const SQS: EventType = event_type!(
    "SQS",
    Property::any("Queue")
        .required()
        .does("becomes `EventSourceArn`"),
    STARTING_POSITION,
    UNREAD_SECRET_KEY
);
pub(super) const KINESIS: EventType = event_type!(
    "Kinesis",
    STREAM,
    STARTING_POSITION.required(),
    UNREAD_SECRET_KEY
);
pub(super) const DYNAMO_DB: EventType = event_type!(
    "DynamoDB",
    STREAM,
    STARTING_POSITION.required(),
    UNREAD_SECRET_KEY
);
pub(super) const MSK: EventType = event_type!(
    "MSK",
    STREAM,
    STARTING_POSITION.required(),
    UNREAD_SECRET_KEY
);
pub(super) const SELF_MANAGED_KAFKA: EventType =
    event_type!("SelfManagedKafka", STARTING_POSITION, SECRET_KEY);
pub(super) const MQ: EventType = event_type!(
    "MQ",
    Property::any("Broker")
        .required()
        .does("becomes `EventSourceArn`"),
    Property::strictly("DynamicPolicyName", Shape::Bool)
        .does("decides what the policy of the role is called"),
    STARTING_POSITION,
    SECRET_KEY,
);
pub(super) const DOCUMENT_DB: EventType = event_type!(
    "DocumentDB",
    Property::any("Cluster")
        .required()
        .does("becomes `EventSourceArn`"),
    Property::any("DatabaseName")
        .required()
        .does("becomes a part of `DocumentDBEventSourceConfig`"),
    Property::any("CollectionName").does("becomes a part of `DocumentDBEventSourceConfig`"),
    Property::any("FullDocument").does("becomes a part of `DocumentDBEventSourceConfig`"),
    STARTING_POSITION,
    SECRET_KEY,
);

const STREAM: Property = Property::any("Stream")
    .required()
    .does("becomes `EventSourceArn`");
/// The key of the secret that the role is to read.
const SECRET_KEY: Property =
    Property::of("SecretsManagerKmsKeyId", Shape::Text).does("becomes a policy of the role");
/// The same where the role reads no secret.
const UNREAD_SECRET_KEY: Property = Property::of("SecretsManagerKmsKeyId", Shape::Text)
    .ignored("the role gets to read no secret for this kind of event");
const STARTING_POSITION: Property = Property::any("StartingPosition");

/// What may get the records that the function fails on, and what the role then needs: the end of the policy's name, and
/// the action.
const ON_FAILURE: &[(&str, Option<(&str, &str)>)] = &[
    ("SQS", Some(("SQSPolicy", "sqs:SendMessage"))),
    ("SNS", Some(("SNSPolicy", "sns:publish"))),
    ("S3", Some(("S3Policy", "s3:PutObject"))),
    ("Kafka", None),
];

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    let Some(source) = SOURCES.iter().find(|row| row.event_type == event.kind.name) else {
        return;
    };
    let watch = scope.watch();
    check_filter(scope, event);
    let kafka_config = kafka_config(scope, event, source);
    let destination = read_destination(scope, event);
    let inline = source.inline_policy.and_then(|make| make(scope, event));
    if !watch.is_sound() {
        return;
    }
    let (destination_config, destination_policy) = destination.unwrap_or_default();

    let mut properties = event.copied();
    set(&mut properties, "FunctionName", target.name.clone());
    if let Some(name) = source.arn {
        set(&mut properties, "EventSourceArn", event.get(name).clone());
    }
    if event.is_truthy("KafkaBootstrapServers") {
        let servers = event.get("KafkaBootstrapServers");
        let endpoints = json!({ "Endpoints": { "KafkaBootstrapServers": servers } });
        set(&mut properties, "SelfManagedEventSource", endpoints);
    }
    if let (Some(name), false) = (source.kafka_config, kafka_config.is_empty()) {
        set(&mut properties, name, kafka_config.into());
    }
    set(&mut properties, "DestinationConfig", destination_config);
    if let Some(own) = source.own {
        let (name, value) = own(event);
        set(&mut properties, name, value);
    }
    let id = event.logical_id.as_str();
    target.make(
        id,
        "AWS::Lambda::EventSourceMapping",
        properties,
        event.place(),
    );

    if let Some(policy) = source.managed_policy {
        let arn = scope.partition.managed_policy_arn(policy);
        target.policies.attach(arn);
    }
    for policy in [inline, destination_policy].into_iter().flatten() {
        warn_of_name(scope, target, event, &policy);
        target.policies.allow_once(policy);
    }
}

/// Says when a policy of the same name allows something else: IAM takes a name once.
fn warn_of_name(scope: &Scope<'_>, target: &Target<'_>, event: &Event, policy: &Value) {
    let name = policy.get("PolicyName");
    let clashes = |known: &&Value| known.get("PolicyName") == name && *known != policy;
    let clash = target.policies.inline.iter().find(clashes);
    if let (Some(_), Some(name)) = (clash, name.and_then(Value::as_str)) {
        let finding = Diagnostic::new(
            codes::POLICY_NAME_TWICE,
            event.path.clone(),
            format!(
                "the role of `{}` gets two policies of the name `{name}`, which IAM refuses",
                target.sam.id
            ),
        );
        scope.report(finding.help(if event.kind.name == "MQ" {
            "add `DynamicPolicyName: true` to all `MQ` events of the function but one"
        } else {
            "read one of the sources with a function of its own, or give the function a `Role`"
        }));
    }
}

fn check_filter(scope: &Scope<'_>, event: &Event) {
    let given = event.get("FilterCriteria");
    let Some(filter) = given.as_object().filter(|_| !is_intrinsic(given)) else {
        return;
    };
    let path = event.path("FilterCriteria");
    keys::refuse_unknown(
        scope,
        filter.keys(),
        &["Filters"],
        "`FilterCriteria`",
        &path,
    );
}

/// The consumer group and the schema registry, for the sources that have them.
fn kafka_config(scope: &Scope<'_>, event: &Event, source: &Source) -> Map {
    let mut config = Map::new();
    let is_kafka = source.kafka_config.is_some();
    if event.is_truthy("ConsumerGroupId") {
        if !is_kafka {
            scope.report(
                Diagnostic::new(
                    codes::CONSUMER_GROUP_WITHOUT_KAFKA,
                    event.path("ConsumerGroupId"),
                    format!("{} has no `ConsumerGroupId`", event.kind.words()),
                )
                .on_key()
                .help("only `MSK` and `SelfManagedKafka` events have consumer groups"),
            );
        }
        set(
            &mut config,
            "ConsumerGroupId",
            event.get("ConsumerGroupId").clone(),
        );
    }
    if event.is_truthy("SchemaRegistryConfig") {
        if is_kafka {
            let registry = kafka::registry_config(scope, event);
            set(&mut config, "SchemaRegistryConfig", registry);
        } else {
            scope.report(
                Diagnostic::new(
                    codes::SCHEMA_REGISTRY_IGNORED,
                    event.path("SchemaRegistryConfig"),
                    format!(
                        "`SchemaRegistryConfig` of {} is ignored",
                        event.kind.words()
                    ),
                )
                .on_key()
                .help(
                    "only `MSK` and `SelfManagedKafka` events have schema registries: take it out",
                ),
            );
        }
    }
    config
}

/// `DestinationConfig` as the mapping has it, and the policy that lets the role send there. A fault is reported and
/// gives none.
fn read_destination(scope: &Scope<'_>, event: &Event) -> Option<(Value, Option<Value>)> {
    let given = event.get("DestinationConfig").as_object()?;
    if given.is_empty() {
        return None;
    }
    let path = event.path("DestinationConfig");
    let Some(on_failure) = given.get("OnFailure").and_then(Value::as_object) else {
        scope.report(
            Diagnostic::new(
                codes::DESTINATION_WITHOUT_ON_FAILURE,
                path,
                "`DestinationConfig` of an event needs the map `OnFailure`",
            )
            .help("write `{OnFailure: {Type: SQS, Destination: !GetAtt Queue.Arn}}`; an intrinsic can only stand for `Destination`"),
        );
        return None;
    };
    let Some(kind) = on_failure.get("Type").filter(|kind| is_truthy(Some(kind))) else {
        return Some((given.clone().into(), None));
    };
    let Some((_, policy)) = ON_FAILURE.iter().find(|(name, _)| kind == name) else {
        let names: Vec<&str> = ON_FAILURE.iter().map(|(name, _)| *name).collect();
        scope.report(
            Diagnostic::new(
                codes::DESTINATION_TYPE,
                path.then("OnFailure").then("Type"),
                "the `Type` of a destination decides what the role may do, and must be known now",
            )
            .help(did_you_mean(kind.as_str().unwrap_or_default(), &names)),
        );
        return None;
    };
    let destination = on_failure.get("Destination").unwrap_or(&Value::Null);
    // `Type` is SAM's own: the mapping does not have it.
    let mut emitted = on_failure.clone();
    emitted.retain(|key, _| key != "Type");
    let mut config = given.clone();
    config.insert("OnFailure", emitted.into());
    let policy = policy
        .map(|(suffix, action)| allow_to_send(&event.policy_name(suffix), action, destination));
    Some((config.into(), policy))
}

/// The inline policy that lets a role send to a destination.
pub(crate) fn allow_to_send(name: &str, action: &str, destination: &Value) -> Value {
    let statements = if action == "s3:PutObject" {
        let objects = json!({ "Fn::Join": ["/", [destination, "*"]] });
        json!([
            { "Action": action, "Effect": "Allow", "Resource": objects },
            { "Action": "s3:ListBucket", "Effect": "Allow", "Resource": destination },
        ])
    } else {
        json!([{ "Action": action, "Effect": "Allow", "Resource": destination }])
    };
    map(json!({ "PolicyName": name, "PolicyDocument": { "Statement": statements } })).into()
}
