//! `EventInvokeConfig`: what happens to asynchronous invocations, and where their results go.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     EventInvokeConfig:
//!       MaximumRetryAttempts: 1
//!       DestinationConfig: {OnFailure: {Type: SQS}}
//! ```
//!
//! ```yaml
//! # out
//! FnEventInvokeConfigOnFailureQueue:
//!   Type: AWS::SQS::Queue
//!   Properties: {}
//! FnEventInvokeConfig:
//!   Type: AWS::Lambda::EventInvokeConfig
//!   Properties:
//!     DestinationConfig:
//!       OnFailure: {Destination: !GetAtt FnEventInvokeConfigOnFailureQueue.Arn}
//!     FunctionName: !Ref Fn
//!     MaximumRetryAttempts: 1
//!     Qualifier: $LATEST
//! FnRole:
//!   Properties:
//!     Policies:
//!       - PolicyName: FnEventInvokeConfigOnFailureSQSPolicy
//!         PolicyDocument:
//!           Statement:
//!             - Action: sqs:SendMessage
//!               Effect: Allow
//!               Resource: !GetAtt FnEventInvokeConfigOnFailureQueue.Arn
//!     # ...
//!   # ...
//! ```
//!
//! The queue is made because no destination is given. The right to send there goes onto the role where that is
//! generated.
//!
//! Upstream: `_construct_event_invoke_config` and `_validate_and_inject_resource` in model/sam_resources.py.

use crate::deployment::Alias;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::conditions;
use crate::language::intrinsics::{argument, get_att, if_parts, if_then, is_no_value, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::language::truth::is_within;
use crate::resource::generated::Generated;
use crate::resource::{SamResource, map, resource, set};
use crate::sam::common::Common;
use crate::sam::events::allow_to_send;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// A kind of destination.
struct DestinationType {
    name: &'static str,
    /// The end of the name of the policy that lets the role send there.
    policy: &'static str,
    action: &'static str,
    /// What is made where no destination is given: the end of its id, and its type.
    made: Option<(&'static str, &'static str)>,
}

const DESTINATION_TYPES: &[DestinationType] = &[
    DestinationType {
        name: "SQS",
        policy: "SQSPolicy",
        action: "sqs:SendMessage",
        made: Some(("Queue", "AWS::SQS::Queue")),
    },
    DestinationType {
        name: "SNS",
        policy: "SNSPolicy",
        action: "sns:publish",
        made: Some(("Topic", "AWS::SNS::Topic")),
    },
    DestinationType {
        name: "EventBridge",
        policy: "EventBridgePolicy",
        action: "events:PutEvents",
        made: None,
    },
    DestinationType {
        name: "Lambda",
        policy: "LambdaPolicy",
        action: "lambda:InvokeFunction",
        made: None,
    },
    DestinationType {
        name: "S3Bucket",
        policy: "S3Policy",
        action: "s3:PutObject",
        made: None,
    },
];

/// One of the two destinations.
struct Destination {
    kind: &'static DestinationType,
    /// `OnSuccess` or `OnFailure`.
    name: &'static str,
    given: Value,
    /// Where `OnSuccess` or `OnFailure` stands.
    place: Path,
    path: Path,
}

/// What `EventInvokeConfig` stands for.
#[derive(Default)]
pub(super) struct Invoked {
    pub(super) made: Generated,
    /// The inline policies that let the role send to the destinations.
    pub(super) grants: Vec<Value>,
}

/// Makes what `EventInvokeConfig` stands for, of a function that has one; faults are reported.
pub(super) fn lower(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    sam: &mut SamResource,
    alias: Option<&Alias>,
) -> Invoked {
    let mut invoked = Invoked::default();
    if !sam.is_truthy("EventInvokeConfig") {
        return invoked;
    }
    let mut config = sam.take("EventInvokeConfig");
    let path = sam.path("EventInvokeConfig");
    scope.warn_of_parameters(&config, &path);
    if let Err(fault) = scope.parameters.resolve(&mut config) {
        scope.report_unresolvable(path, &fault);
        return invoked;
    }
    let id = logical_id::event_invoke_config(&sam.id);
    let mut destinations = Map::new();
    match config.get("DestinationConfig") {
        given if !is_truthy(given) => {}
        Some(Value::Object(given)) => {
            for name in ["OnSuccess", "OnFailure"] {
                let read = read(scope, common, sam, name, given, &path);
                if let Some(value) =
                    read.and_then(|read| send_to(scope, common, sam, &mut invoked, read))
                {
                    destinations.insert(name, json!({ "Destination": value }));
                }
            }
        }
        Some(_) | None => scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path.then("DestinationConfig"),
                "`DestinationConfig` must be a map",
            )
            .help("write `{OnSuccess: {...}, OnFailure: {...}}`"),
        ),
    }
    let part = |name: &str| config.get(name).cloned().unwrap_or_default();
    let qualifier = alias.map_or("$LATEST", |alias| alias.name.as_str());
    let mut properties = map(json!({ "DestinationConfig": destinations }));
    set(&mut properties, "FunctionName", reference(&sam.id));
    for name in ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"] {
        set(&mut properties, name, part(name));
    }
    set(&mut properties, "Qualifier", qualifier.into());
    let mut attributes = Map::new();
    if let Some(alias) = alias {
        // It names the alias by its name, which says nothing of the order.
        attributes.insert("DependsOn", json!([&alias.id]));
    }
    attributes.extend(sam.attributes.kept.clone());
    let made = resource("AWS::Lambda::EventInvokeConfig", attributes, properties);
    let because = sam.path("EventInvokeConfig");
    invoked.made.insert(id, made, because);
    invoked
}

/// Reads `OnSuccess` or `OnFailure`; none where it is absent or a fault, which is reported.
fn read(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    sam: &SamResource,
    name: &'static str,
    given: &Map,
    path: &Path,
) -> Option<Destination> {
    let given = given.get(name).filter(|given| !given.is_null())?;
    let path = path.clone().then("DestinationConfig").then(name);
    let Some(given) = given.as_object() else {
        scope.report(
            Diagnostic::new(codes::WRONG_SHAPE, path, format!("`{name}` must be a map"))
                .help("write `{Type: SQS, Destination: !GetAtt Queue.Arn}`"),
        );
        return None;
    };
    let word = given.get("Type").and_then(Value::as_str);
    let Some(kind) = DESTINATION_TYPES.iter().find(|row| Some(row.name) == word) else {
        let names: Vec<&str> = DESTINATION_TYPES.iter().map(|row| row.name).collect();
        scope.report(
            Diagnostic::new(
                codes::DESTINATION_TYPE,
                path.then("Type"),
                "the `Type` of a destination decides what the role may do, and must be known now",
            )
            .help(did_you_mean(word.unwrap_or_default(), &names)),
        );
        return None;
    };
    let shared = ["EventInvokeConfig", "DestinationConfig", name];
    let mut given = given.get("Destination").cloned().unwrap_or_default();
    if common.inheritance.has_whole(&sam.id, &shared)
        && let Some(of_first) = common.destinations.get(name)
    {
        given = of_first.clone();
        scope.report(
                Diagnostic::new(
                    codes::DESTINATION_SHARED,
                    path.clone(),
                    format!(
                        "`{}` sends to the {} that is made for the first function with this destination of Globals",
                        sam.id,
                        kind.made.map_or("destination", |(suffix, _)| suffix).to_lowercase(),
                    ),
                )
                .help("write `EventInvokeConfig` into the function to have one of its own"),
            );
    }
    Some(Destination {
        kind,
        name,
        given,
        place: path.clone(),
        path: path.then("Destination"),
    })
}

/// Makes a queue or topic where no destination is given, lets the role send, and gives the destination. A fault is
/// reported and gives none.
fn send_to(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    sam: &SamResource,
    invoked: &mut Invoked,
    destination: Destination,
) -> Option<Value> {
    let value = match need(scope, common, sam, &destination)? {
        Need::Never => destination.given.clone(),
        Need::Always => make(scope, common, sam, invoked, &destination, None)?,
        Need::If {
            condition,
            otherwise,
        } => {
            let made = make(scope, common, sam, invoked, &destination, Some(&condition))?;
            if_then(condition, made, otherwise)
        }
    };
    let kind = destination.kind;
    let config = logical_id::event_invoke_config(&sam.id);
    let name = format!("{config}{}{}", destination.name, kind.policy);
    invoked
        .grants
        .push(allow_to_send(&name, kind.action, &value));
    // The reference writes what it found into the value of Globals, which all functions share.
    let shared = ["EventInvokeConfig", "DestinationConfig", destination.name];
    let is_new = !common.destinations.contains_key(destination.name);
    if value != destination.given && is_new && common.inheritance.has_whole(&sam.id, &shared) {
        common.destinations.insert(destination.name, value.clone());
    }
    Some(value)
}

/// Whether a queue or topic is needed.
enum Need {
    Always,
    Never,
    If { condition: String, otherwise: Value },
}

fn need(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    sam: &SamResource,
    destination: &Destination,
) -> Option<Need> {
    let given = &destination.given;
    if given.is_null() {
        return Some(Need::Always);
    }
    if argument(given, "Fn::If").is_none() {
        return Some(Need::Never);
    }
    let Some((condition, then, otherwise)) = if_parts(given) else {
        scope.report(
            Diagnostic::new(
                codes::IF_ARGUMENTS,
                destination.path.clone(),
                "`Fn::If` needs three arguments here",
            )
            .help("write `!If [Condition, !GetAtt Queue.Arn, !Ref AWS::NoValue]`"),
        );
        return None;
    };
    let (negated, otherwise) = match (is_no_value(then), is_no_value(otherwise)) {
        (true, false) => (false, otherwise),
        (false, true) => (true, then),
        (true, true) | (false, false) => return Some(Need::Never),
    };
    let Some(name) = condition.as_str() else {
        scope.report(
            Diagnostic::new(
                codes::IF_CONDITION_NOT_A_NAME,
                destination.path.clone(),
                "`Fn::If` must name a condition first",
            )
            .help("write the name of a condition of the `Conditions` section"),
        );
        return None;
    };
    let mut condition = name.to_owned();
    if negated {
        condition = logical_id::negated_condition_of_destination(name, &sam.id);
        common
            .stack
            .conditions
            .add(scope, condition.clone(), conditions::not(name));
    }
    Some(Need::If {
        condition,
        otherwise: otherwise.clone(),
    })
}

/// Makes the queue or topic and gives its ARN; a type that cannot be made is reported and gives none.
fn make(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    sam: &SamResource,
    invoked: &mut Invoked,
    destination: &Destination,
    condition: Option<&str>,
) -> Option<Value> {
    let Some((suffix, kind)) = destination.kind.made else {
        scope.report(
            Diagnostic::new(
                codes::DESTINATION_MISSING,
                destination.path.clone(),
                format!(
                    "a destination of the type `{}` must be given",
                    destination.kind.name
                ),
            )
            .help(
                "add `Destination`; only `SQS` and `SNS` destinations are made where none is given",
            ),
        );
        return None;
    };
    let id = logical_id::destination(&sam.id, destination.name, suffix);
    let mut made = sam.attributes.derived(kind, Map::new());
    let path = &destination.path;
    let combined = condition.map(|condition| combine(scope, common, sam, condition, path));
    if let (Some(condition), Some(made)) = (combined, made.as_object_mut()) {
        made.insert("Condition", condition.into());
    }
    if kind == "AWS::SNS::Topic"
        && let Some(own) = common.stack.own.get_mut(&id)
    {
        // The reference lets the empty topic take the place of the user's.
        if !is_within(own, &made) {
            scope.report(topic_overwritten(&sam.id, &id));
            if !scope.options.levels.allows(codes::RESOURCE_OVERWRITTEN) {
                return None;
            }
        }
        *own = made;
        return Some(reference(&id));
    }
    let because = destination.place.clone();
    invoked.made.insert(id.clone(), made, because);
    Some(if kind == "AWS::SNS::Topic" {
        reference(&id)
    } else {
        get_att(&id, "Arn")
    })
}

/// The condition that both the function's own and `condition` hold.
///
/// The reference wraps each of the two twice, which CloudFormation refuses; the output stays equal, and says so.
fn combine(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    sam: &SamResource,
    condition: &str,
    path: &Path,
) -> String {
    let Some(own) = sam.attributes.condition() else {
        return condition.to_owned();
    };
    let name = logical_id::condition_of_destination(own, condition, &sam.id);
    let twice = |name: &str| json!({ "Condition": conditions::condition(name) });
    let both = json!({ "Fn::And": [twice(own), twice(condition)] });
    common.stack.conditions.add(scope, name.clone(), both);
    scope.report(
        Diagnostic::new(
            codes::MALFORMED_CONDITION,
            path.clone(),
            format!("the condition of what is made here, `{name}`, is one that CloudFormation refuses: AWS's own transform writes it malformed, because both the function and the destination are conditional"),
        )
        .help("write the queue or topic into the template, with a condition of its own, and name it in both branches"),
    );
    name
}

fn topic_overwritten(function: &str, id: &str) -> Diagnostic {
    Diagnostic::new(
        codes::RESOURCE_OVERWRITTEN,
        Path::resource(id),
        format!("`{id}` is the id of the topic that `{function}` generates, and which would take its place"),
    )
    .on_key()
    .help("rename this resource, or give it as the `Destination`")
}
