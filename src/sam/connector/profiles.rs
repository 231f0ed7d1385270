//! Which resources a connector joins, and what each pair needs: one row for a pair, one for a type.
//!
//! Source of the facts: model/connector_profiles/profiles.json of aws-sam-translator 1.115.0, with which
//! `tests/tools/facts.py` compares the two tables.

use crate::resource::{FUNCTION, HTTP_API, REST_API, SIMPLE_TABLE, STATE_MACHINE};

/// What a connector may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Read,
    Write,
}

use Permission::{Read, Write};

impl Permission {
    /// As a template writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Read => "Read",
            Write => "Write",
        }
    }
}

/// A value of a side that a grant may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Placeholder {
    Arn,
    ResourceId,
    Name,
    Qualifier,
    QueueUrl,
}

impl Placeholder {
    /// As it is written in a reference, and in the texts of a profile.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Arn => "Arn",
            Self::ResourceId => "ResourceId",
            Self::Name => "Name",
            Self::Qualifier => "Qualifier",
            Self::QueueUrl => "QueueUrl",
        }
    }

    pub(super) const ALL: [Self; 5] = [
        Self::Arn,
        Self::ResourceId,
        Self::Name,
        Self::Qualifier,
        Self::QueueUrl,
    ];

    /// Those that texts may hold, in the order in which a substitution names them.
    pub(super) const IN_TEXTS: [Self; 4] =
        [Self::Arn, Self::ResourceId, Self::Name, Self::Qualifier];
}

/// What is known of a resource of a type from its id alone: by `Ref`, by an attribute, or in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Ref,
    Att(&'static str),
    Text(&'static str),
}

/// Where a resource of a type names its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoleOf {
    Nothing,
    /// In a property.
    Property(&'static str),
    /// In that of its `Targets` which leads to the other side.
    Target,
}

/// A type that connectors join.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) name: &'static str,
    /// The SAM type that may be written for it where the side is described by its values.
    pub(crate) sam: Option<&'static str>,
    pub(crate) known: &'static [(Placeholder, Known)],
    pub(crate) role: RoleOf,
}

const BUCKET: &str = "AWS::S3::Bucket";
pub(crate) const DATA_SOURCE: &str = "AWS::AppSync::DataSource";
const EVENT_BUS: &str = "AWS::Events::EventBus";
pub(crate) const GRAPHQL: &str = "AWS::AppSync::GraphQLApi";
const HTTP: &str = "AWS::ApiGatewayV2::Api";
pub(crate) const LAMBDA: &str = "AWS::Lambda::Function";
const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const PLACE_INDEX: &str = "AWS::Location::PlaceIndex";
const QUEUE: &str = "AWS::SQS::Queue";
const REST: &str = "AWS::ApiGateway::RestApi";
const RULE: &str = "AWS::Events::Rule";
pub(crate) const TABLE: &str = "AWS::DynamoDB::Table";
const TOPIC: &str = "AWS::SNS::Topic";

const ARN: &[(Placeholder, Known)] = &[(Placeholder::Arn, Known::Att("Arn"))];
const REF: &[(Placeholder, Known)] = &[(Placeholder::Arn, Known::Ref)];
const API: &[(Placeholder, Known)] = &[
    (Placeholder::Arn, Known::Att("Arn")),
    (Placeholder::ResourceId, Known::Ref),
    (Placeholder::Qualifier, Known::Text("*")),
];

const fn joined(name: &'static str, known: &'static [(Placeholder, Known)]) -> Joined {
    Joined {
        name,
        sam: None,
        known,
        role: RoleOf::Nothing,
    }
}

impl Joined {
    const fn written_as(mut self, sam: &'static str) -> Self {
        self.sam = Some(sam);
        self
    }

    const fn with_role(mut self, role: RoleOf) -> Self {
        self.role = role;
        self
    }
}

/// Every type that a connector joins.
pub(crate) const TYPES: &[Joined] = &[
    joined(LAMBDA, ARN)
        .written_as(FUNCTION)
        .with_role(RoleOf::Property("Role")),
    joined(
        MACHINE,
        &[
            (Placeholder::Arn, Known::Ref),
            (Placeholder::Name, Known::Att("Name")),
        ],
    )
    .written_as(STATE_MACHINE)
    .with_role(RoleOf::Property("RoleArn")),
    joined(TABLE, ARN).written_as(SIMPLE_TABLE),
    joined(REST, API).written_as(REST_API),
    joined(HTTP, API).written_as(HTTP_API),
    joined(
        QUEUE,
        &[
            (Placeholder::Arn, Known::Att("Arn")),
            (Placeholder::QueueUrl, Known::Ref),
        ],
    ),
    joined(TOPIC, REF),
    joined(BUCKET, ARN),
    joined(EVENT_BUS, ARN),
    joined(RULE, ARN).with_role(RoleOf::Target),
    joined(PLACE_INDEX, ARN),
    joined(
        GRAPHQL,
        &[
            (Placeholder::Arn, Known::Ref),
            (Placeholder::ResourceId, Known::Att("ApiId")),
        ],
    ),
    joined(DATA_SOURCE, REF).with_role(RoleOf::Property("ServiceRoleArn")),
];

/// A source and a destination that a connector can join, and what it makes for them.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) source: &'static str,
    pub(crate) destination: &'static str,
    pub(crate) grant: Grant,
}

/// What lets one side use the other. Texts may hold placeholders: `%{Source.Arn}`.
#[derive(Debug)]
pub(crate) enum Grant {
    /// A managed policy on the role of a side.
    Policy(Policy),
    /// A permission of the function that is the destination.
    Invoke {
        principal: &'static str,
        source_arn: &'static str,
        /// Whether it says which account the source belongs to: an ARN of S3 does not.
        with_account: bool,
    },
    /// A policy of the queue or the topic that is the destination.
    Resource {
        kind: ResourcePolicy,
        principal: &'static str,
    },
}

/// What is allowed on the role of a side.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) on: On,
    /// The statements of each permission, in the order in which they are written.
    pub(crate) statements: &'static [(Permission, &'static [Statement])],
    /// The only sets of permissions that make sense, where not all do.
    pub(crate) sets: &'static [&'static [Permission]],
    /// What has to wait for the policy.
    pub(crate) waiting: Option<Waiting>,
}

/// A side whose role gets a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Source,
    Destination,
}

/// What has to wait for a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// The mapping through which the source invokes the destination.
    EventSourceMapping,
    Source,
}

/// One statement of a policy.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) actions: &'static [&'static str],
    pub(crate) resources: &'static [&'static str],
}

/// The resource that says who may use a queue or a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResourcePolicy {
    Queue,
    Topic,
}

impl ResourcePolicy {
    pub(crate) const fn action(self) -> &'static str {
        match self {
            Self::Queue => "sqs:SendMessage",
            Self::Topic => "sns:Publish",
        }
    }
}

const SOURCE: &str = "%{Source.Arn}";
const DESTINATION: &str = "%{Destination.Arn}";
const EXECUTIONS: &str =
    "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:%{Destination.Name}:*";
const RULE_OF_EXECUTIONS: &str = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule";
const CALLS_OF_API: &str = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:%{Source.ResourceId}/%{Source.Qualifier}";
const CALLS_OF_GRAPHQL: &str =
    "arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/%{Source.ResourceId}";

const fn allow(actions: &'static [&'static str], resources: &'static [&'static str]) -> Statement {
    Statement { actions, resources }
}

const INVOKE: &[&str] = &["lambda:InvokeAsync", "lambda:InvokeFunction"];

const INVOKING: &[(Permission, &[Statement])] = &[(Write, &[allow(INVOKE, &[DESTINATION])])];
const PUBLISHING: &[(Permission, &[Statement])] =
    &[(Write, &[allow(&["sns:Publish"], &[DESTINATION])])];
const PUTTING_EVENTS: &[(Permission, &[Statement])] =
    &[(Write, &[allow(&["events:PutEvents"], &[DESTINATION])])];

const BUCKETS: &[(Permission, &[Statement])] = &[
    (
        Read,
        &[allow(
            &[
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectLegalHold",
                "s3:GetObjectRetention",
                "s3:GetObjectTorrent",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTorrent",
                "s3:ListBucket",
                "s3:ListBucketMultipartUploads",
                "s3:ListBucketVersions",
                "s3:ListMultipartUploadParts",
            ],
            &[DESTINATION, "%{Destination.Arn}/*"],
        )],
    ),
    (
        Write,
        &[allow(
            &[
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:PutObject",
                "s3:PutObjectLegalHold",
                "s3:PutObjectRetention",
                "s3:RestoreObject",
            ],
            &[DESTINATION, "%{Destination.Arn}/*"],
        )],
    ),
];

const TABLES: &[(Permission, &[Statement])] = &[
    (
        Read,
        &[allow(
            &[
                "dynamodb:GetItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:BatchGetItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:PartiQLSelect",
            ],
            &[DESTINATION, "%{Destination.Arn}/index/*"],
        )],
    ),
    (
        Write,
        &[allow(
            &[
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:PartiQLDelete",
                "dynamodb:PartiQLInsert",
                "dynamodb:PartiQLUpdate",
            ],
            &[DESTINATION, "%{Destination.Arn}/index/*"],
        )],
    ),
];

/// The role of the source may do what `statements` say.
const fn source_may(
    source: &'static str,
    destination: &'static str,
    statements: &'static [(Permission, &'static [Statement])],
) -> Profile {
    Profile {
        source,
        destination,
        grant: Grant::Policy(Policy {
            on: On::Source,
            statements,
            sets: &[],
            waiting: None,
        }),
    }
}

/// The source may invoke the function.
const fn invokes(
    source: &'static str,
    principal: &'static str,
    source_arn: &'static str,
    with_account: bool,
) -> Profile {
    Profile {
        source,
        destination: LAMBDA,
        grant: Grant::Invoke {
            principal,
            source_arn,
            with_account,
        },
    }
}

/// The source may send to a queue or a topic.
const fn sends(
    source: &'static str,
    destination: &'static str,
    kind: ResourcePolicy,
    principal: &'static str,
) -> Profile {
    Profile {
        source,
        destination,
        grant: Grant::Resource { kind, principal },
    }
}

/// Every pair that a connector joins.
pub(crate) const PROFILES: &[Profile] = &[
    source_may(LAMBDA, LAMBDA, INVOKING),
    source_may(LAMBDA, BUCKET, BUCKETS),
    source_may(LAMBDA, TABLE, TABLES),
    source_may(
        LAMBDA,
        QUEUE,
        &[
            (
                Read,
                &[allow(
                    &["sqs:ReceiveMessage", "sqs:GetQueueAttributes"],
                    &[DESTINATION],
                )],
            ),
            (
                Write,
                &[allow(
                    &[
                        "sqs:DeleteMessage",
                        "sqs:SendMessage",
                        "sqs:ChangeMessageVisibility",
                        "sqs:PurgeQueue",
                    ],
                    &[DESTINATION],
                )],
            ),
        ],
    ),
    source_may(LAMBDA, TOPIC, PUBLISHING),
    source_may(
        LAMBDA,
        MACHINE,
        &[
            (
                Write,
                &[
                    allow(
                        &["states:StartExecution", "states:StartSyncExecution"],
                        &[DESTINATION],
                    ),
                    allow(&["states:StopExecution"], &[EXECUTIONS]),
                ],
            ),
            (
                Read,
                &[
                    allow(
                        &["states:DescribeStateMachine", "states:ListExecutions"],
                        &[DESTINATION],
                    ),
                    allow(
                        &[
                            "states:DescribeExecution",
                            "states:DescribeStateMachineForExecution",
                            "states:GetExecutionHistory",
                        ],
                        &[EXECUTIONS],
                    ),
                ],
            ),
        ],
    ),
    source_may(LAMBDA, EVENT_BUS, PUTTING_EVENTS),
    source_may(
        LAMBDA,
        PLACE_INDEX,
        &[(
            Read,
            &[allow(
                &[
                    "geo:DescribePlaceIndex",
                    "geo:GetPlace",
                    "geo:SearchPlaceIndexForPosition",
                    "geo:SearchPlaceIndexForSuggestions",
                    "geo:SearchPlaceIndexForText",
                ],
                &[DESTINATION],
            )],
        )],
    ),
    source_may(MACHINE, LAMBDA, INVOKING),
    source_may(MACHINE, TOPIC, PUBLISHING),
    source_may(
        MACHINE,
        QUEUE,
        &[(Write, &[allow(&["sqs:SendMessage"], &[DESTINATION])])],
    ),
    source_may(MACHINE, BUCKET, BUCKETS),
    source_may(MACHINE, TABLE, TABLES),
    Profile {
        source: MACHINE,
        destination: MACHINE,
        grant: Grant::Policy(Policy {
            on: On::Source,
            statements: &[
                (
                    Read,
                    &[
                        allow(&["states:DescribeExecution"], &[EXECUTIONS]),
                        allow(&["events:DescribeRule"], &[RULE_OF_EXECUTIONS]),
                    ],
                ),
                (
                    Write,
                    &[
                        allow(&["states:StartExecution"], &[DESTINATION]),
                        allow(&["states:StopExecution"], &[EXECUTIONS]),
                        allow(
                            &["events:PutTargets", "events:PutRule"],
                            &[RULE_OF_EXECUTIONS],
                        ),
                    ],
                ),
            ],
            sets: &[&[Read], &[Read, Write]],
            waiting: Some(Waiting::Source),
        }),
    },
    source_may(MACHINE, EVENT_BUS, PUTTING_EVENTS),
    source_may(DATA_SOURCE, TABLE, TABLES),
    source_may(
        DATA_SOURCE,
        LAMBDA,
        &[(
            Write,
            &[allow(INVOKE, &[DESTINATION, "%{Destination.Arn}:*"])],
        )],
    ),
    source_may(DATA_SOURCE, EVENT_BUS, PUTTING_EVENTS),
    source_may(RULE, EVENT_BUS, PUTTING_EVENTS),
    source_may(
        RULE,
        MACHINE,
        &[(Write, &[allow(&["states:StartExecution"], &[DESTINATION])])],
    ),
    Profile {
        source: TABLE,
        destination: LAMBDA,
        grant: Grant::Policy(Policy {
            on: On::Destination,
            statements: &[(
                Read,
                &[allow(
                    &[
                        "dynamodb:DescribeStream",
                        "dynamodb:GetRecords",
                        "dynamodb:GetShardIterator",
                        "dynamodb:ListStreams",
                    ],
                    &["%{Source.Arn}/stream/*"],
                )],
            )],
            sets: &[],
            waiting: Some(Waiting::EventSourceMapping),
        }),
    },
    Profile {
        source: QUEUE,
        destination: LAMBDA,
        grant: Grant::Policy(Policy {
            on: On::Destination,
            statements: &[
                (Write, &[allow(&["sqs:DeleteMessage"], &[SOURCE])]),
                (
                    Read,
                    &[allow(
                        &["sqs:ReceiveMessage", "sqs:GetQueueAttributes"],
                        &[SOURCE],
                    )],
                ),
            ],
            sets: &[&[Read, Write]],
            waiting: Some(Waiting::EventSourceMapping),
        }),
    },
    invokes(RULE, "events.amazonaws.com", SOURCE, false),
    invokes(TOPIC, "sns.amazonaws.com", SOURCE, false),
    invokes(BUCKET, "s3.amazonaws.com", SOURCE, true),
    invokes(REST, "apigateway.amazonaws.com", CALLS_OF_API, false),
    invokes(HTTP, "apigateway.amazonaws.com", CALLS_OF_API, false),
    invokes(GRAPHQL, "appsync.amazonaws.com", CALLS_OF_GRAPHQL, false),
    sends(RULE, TOPIC, ResourcePolicy::Topic, "events.amazonaws.com"),
    sends(RULE, QUEUE, ResourcePolicy::Queue, "events.amazonaws.com"),
    sends(TOPIC, QUEUE, ResourcePolicy::Queue, "sns.amazonaws.com"),
];

/// The row of a type.
pub(crate) fn type_of(name: &str) -> Option<&'static Joined> {
    TYPES.iter().find(|row| row.name == name)
}

/// The row of a pair.
pub(crate) fn profile(source: &str, destination: &str) -> Option<&'static Profile> {
    PROFILES
        .iter()
        .find(|row| row.source == source && row.destination == destination)
}

impl Profile {
    /// The permissions that it knows.
    pub(crate) fn permissions(&self) -> Vec<Permission> {
        match &self.grant {
            Grant::Policy(policy) => policy.statements.iter().map(|(name, _)| *name).collect(),
            Grant::Invoke { .. } | Grant::Resource { .. } => vec![Write],
        }
    }

    /// The sets of permissions that may be asked for together.
    pub(crate) fn sets(&self) -> &'static [&'static [Permission]] {
        match &self.grant {
            Grant::Policy(policy) => policy.sets,
            Grant::Invoke { .. } | Grant::Resource { .. } => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Map, Value, json};

    fn known(row: &Joined) -> Value {
        let outputs: Map = row
            .known
            .iter()
            .map(|(name, known)| {
                let value = match known {
                    Known::Ref => json!({ "Ref": "%{logicalId}" }),
                    Known::Att(name) => json!({ "Fn::GetAtt": ["%{logicalId}", *name] }),
                    Known::Text(text) => json!(*text),
                };
                (name.name().to_owned(), value)
            })
            .collect();
        json!({ "outputs": outputs, "role": format!("{:?}", row.role), "sam": row.sam.unwrap_or_default() })
    }

    fn granted(row: &Profile) -> Value {
        match &row.grant {
            Grant::Policy(policy) => {
                let statements = policy.statements.iter().map(|(permission, statements)| {
                    let statements: Vec<Value> = statements
                        .iter()
                        .map(|statement| json!({ "Action": statement.actions.to_vec(), "Resource": statement.resources.to_vec() }))
                        .collect();
                    (permission.name().to_owned(), Value::Array(statements.into_iter().collect()))
                });
                let sets: Vec<Value> = policy
                    .sets
                    .iter()
                    .map(|set| {
                        let names: Vec<&str> =
                            set.iter().map(|permission| permission.name()).collect();
                        json!(names)
                    })
                    .collect();
                json!({
                    "on": format!("{:?}", policy.on),
                    "statements": statements.collect::<Map>(),
                    "sets": Value::Array(sets.into_iter().collect()),
                    "waiting": policy.waiting.map(|waiting| format!("{waiting:?}")).unwrap_or_default(),
                })
            }
            Grant::Invoke {
                principal,
                source_arn,
                with_account,
            } => {
                json!({ "principal": *principal, "source_arn": *source_arn, "with_account": *with_account })
            }
            Grant::Resource { kind, principal } => {
                json!({ "principal": *principal, "action": kind.action() })
            }
        }
    }

    /// Writes both tables into the folder `CANARYFORM_FACTS_DUMP`, for tests/tools/facts.py to compare.
    #[test]
    fn facts_dump_of_connectors() {
        let Some(folder) = std::env::var_os("CANARYFORM_FACTS_DUMP") else {
            return;
        };
        let types: Map = TYPES
            .iter()
            .map(|row| (row.name.to_owned(), known(row)))
            .collect();
        let pairs: Map = PROFILES
            .iter()
            .map(|row| {
                let pair = format!("{} {}", row.source, row.destination);
                (pair, granted(row))
            })
            .collect();
        let path = std::path::Path::new(&folder).join("connectors.json");
        let facts = json!({ "types": types, "pairs": pairs });
        std::fs::write(path, facts.to_string()).unwrap();
    }
}
