//! What the reference does not read, and drops without a word: keys of maps in which it looks for some by their names, and
//! properties to which another one leaves nothing to do.
//!
//! ```yaml
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth:
//!       Authorizers:
//!         Tokens:
//!           FunctionArn: !GetAtt Decide.Arn
//!           EnableSimpleResponses: true   # ignored-key: that is one of HTTP APIs
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Role: !GetAtt Own.Arn
//!     RolePath: /app/                     # ignored-property: no role is made
//! ```
//!
//! The maps whose other keys are refused, or go over as they are, are the matter of their rooms.

use crate::diagnostics::{Diagnostic, codes};
use crate::inheritance::Inheritance;
use crate::language::intrinsics::is_intrinsic;
use crate::resource::{
    FUNCTION, HTTP_API, REST_API, SIMPLE_TABLE, STATE_MACHINE, SamResource, keys,
};
use crate::sam::api::openapi::RESOURCE_POLICY_KEYS;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};

const WEBSOCKET_API: &str = "AWS::Serverless::WebSocketApi";

/// A map of which some keys are read.
struct Read {
    kinds: &'static [&'static str],
    /// The types of events that have it; it is the resource's own where none is named.
    events: &'static [&'static str],
    /// Where it stands below `Properties`, of the event where it is an event's; `*` is any key.
    at: &'static [&'static str],
    /// What it is, as it begins a sentence.
    owner: &'static str,
    /// The keys that are read, of this map in the map around it; none where all are.
    keys: fn(&Map, &Map) -> &'static [&'static str],
}

const fn of(
    kinds: &'static [&'static str],
    at: &'static [&'static str],
    owner: &'static str,
    keys: fn(&Map, &Map) -> &'static [&'static str],
) -> Read {
    Read {
        kinds,
        events: &[],
        at,
        owner,
        keys,
    }
}

const fn of_events(
    events: &'static [&'static str],
    at: &'static [&'static str],
    owner: &'static str,
    keys: fn(&Map, &Map) -> &'static [&'static str],
) -> Read {
    Read {
        events,
        ..of(&[FUNCTION, STATE_MACHINE], at, owner, keys)
    }
}

const READ: &[Read] = &[
    of(
        &[FUNCTION],
        &["DeadLetterQueue"],
        "`DeadLetterQueue`",
        |_, _| &["Type", "TargetArn"],
    ),
    of(
        &[FUNCTION],
        &["EventInvokeConfig"],
        "`EventInvokeConfig`",
        |_, _| {
            &[
                "DestinationConfig",
                "MaximumEventAgeInSeconds",
                "MaximumRetryAttempts",
            ]
        },
    ),
    of(
        &[FUNCTION],
        &["EventInvokeConfig", "DestinationConfig"],
        "`DestinationConfig`",
        |_, _| &["OnSuccess", "OnFailure"],
    ),
    of(
        &[FUNCTION],
        &["EventInvokeConfig", "DestinationConfig", "*"],
        "a destination",
        |_, _| &["Type", "Destination"],
    ),
    of(&[SIMPLE_TABLE], &["PrimaryKey"], "`PrimaryKey`", |_, _| {
        &["Name", "Type"]
    }),
    of(
        &[REST_API],
        &["Auth", "ResourcePolicy"],
        "`ResourcePolicy`",
        |_, _| RESOURCE_POLICY_KEYS,
    ),
    of(
        &[REST_API],
        &["Auth", "Authorizers", "*"],
        "an authorizer of a REST API",
        |given, _| {
            if is_cognito(given) {
                &[
                    "UserPoolArn",
                    "Identity",
                    "AuthorizationScopes",
                    "FunctionArn",
                    "FunctionPayloadType",
                    "DisableFunctionDefaultPermissions",
                ]
            } else {
                &[
                    "FunctionArn",
                    "FunctionInvokeRole",
                    "FunctionPayloadType",
                    "Identity",
                    "AuthorizationScopes",
                    "DisableFunctionDefaultPermissions",
                    "UserPoolArn",
                ]
            }
        },
    ),
    of(
        &[REST_API],
        &["Auth", "Authorizers", "*", "Identity"],
        "`Identity` of such an authorizer",
        |_, authorizer| match authorizer.get("FunctionPayloadType").map(Value::as_str) {
            _ if is_cognito(authorizer) => &["Header", "ValidationExpression"],
            Some(Some("REQUEST")) => &[
                "Headers",
                "QueryStrings",
                "StageVariables",
                "Context",
                "ReauthorizeEvery",
            ],
            None | Some(Some("TOKEN")) => &["Header", "ValidationExpression", "ReauthorizeEvery"],
            Some(_) => &[],
        },
    ),
    of(
        &[REST_API],
        &["EndpointConfiguration"],
        "`EndpointConfiguration`",
        |given, _| {
            // Without a type the whole map is taken for it.
            if given.contains_key("Type") {
                &["Type", "VPCEndpointIds", "VpcEndpointIds", "IpAddressType"]
            } else {
                &[]
            }
        },
    ),
    of(&[REST_API], &["Domain"], "`Domain`", |_, _| {
        &[
            "DomainName",
            "CertificateArn",
            "EndpointConfiguration",
            "IpAddressType",
            "MutualTlsAuthentication",
            "SecurityPolicy",
            "EndpointAccessMode",
            "Policy",
            "OwnershipVerificationCertificateArn",
            "BasePath",
            "NormalizeBasePath",
            "AccessAssociation",
            "Route53",
        ]
    }),
    of(&[REST_API], &["Domain", "Route53"], "`Route53`", |_, _| {
        &[
            "HostedZoneId",
            "HostedZoneName",
            "EvaluateTargetHealth",
            "IpV6",
            "Region",
            "SetIdentifier",
            "DistributionDomainName",
            "SeparateRecordSetGroup",
            "VpcEndpointDomainName",
            "VpcEndpointHostedZoneId",
        ]
    }),
    of(
        &[HTTP_API],
        &["Auth", "Authorizers", "*"],
        "an authorizer of an HTTP API",
        |_, _| {
            &[
                "JwtConfiguration",
                "AuthorizationScopes",
                "IdentitySource",
                "FunctionArn",
                "FunctionInvokeRole",
                "Identity",
                "AuthorizerPayloadFormatVersion",
                "EnableSimpleResponses",
                "EnableFunctionDefaultPermissions",
                "OpenIdConnectUrl",
            ]
        },
    ),
    of(
        &[HTTP_API],
        &["Auth", "Authorizers", "*", "Identity"],
        "`Identity` of such an authorizer",
        |_, _| {
            &[
                "Headers",
                "QueryStrings",
                "StageVariables",
                "Context",
                "ReauthorizeEvery",
            ]
        },
    ),
    of(
        &[HTTP_API, WEBSOCKET_API],
        &["Domain"],
        "`Domain`",
        |_, _| {
            &[
                "DomainName",
                "CertificateArn",
                "EndpointConfiguration",
                "MutualTlsAuthentication",
                "SecurityPolicy",
                "OwnershipVerificationCertificateArn",
                "BasePath",
                "Route53",
            ]
        },
    ),
    of(
        &[HTTP_API, WEBSOCKET_API],
        &["Domain", "Route53"],
        "`Route53`",
        |_, _| {
            &[
                "HostedZoneId",
                "HostedZoneName",
                "EvaluateTargetHealth",
                "IpV6",
                "Region",
                "SetIdentifier",
            ]
        },
    ),
    of(
        &[WEBSOCKET_API],
        &["Auth"],
        "`Auth` of a WebSocket API",
        |_, _| {
            &[
                "AuthType",
                "AuthArn",
                "IdentitySource",
                "InvokeRole",
                "Name",
            ]
        },
    ),
    of(&[WEBSOCKET_API], &["Routes", "*"], "a route", |_, _| {
        &[
            "FunctionArn",
            "IntegrationTimeout",
            "ApiKeyRequired",
            "ModelSelectionExpression",
            "OperationName",
            "RequestModels",
            "RequestParameters",
            "RouteResponseSelectionExpression",
        ]
    }),
    of_events(&["Api"], &["Auth"], "`Auth` of an event", |_, _| {
        &[
            "Authorizer",
            "AuthorizationScopes",
            "ApiKeyRequired",
            "ResourcePolicy",
            "InvokeRole",
            "OverrideApiAuth",
        ]
    }),
    of_events(
        &["Api"],
        &["Auth", "ResourcePolicy"],
        "`ResourcePolicy`",
        |_, _| RESOURCE_POLICY_KEYS,
    ),
    of_events(&["Api"], &["RequestModel"], "`RequestModel`", |_, _| {
        &["Model", "Required", "ValidateBody", "ValidateParameters"]
    }),
    of_events(
        &["HttpApi"],
        &["Auth"],
        "`Auth` of an `HttpApi` event",
        |_, _| &["Authorizer", "AuthorizationScopes"],
    ),
    of_events(
        &[
            "Schedule",
            "ScheduleV2",
            "CloudWatchEvent",
            "EventBridgeRule",
        ],
        &["DeadLetterConfig"],
        "`DeadLetterConfig`",
        |_, _| &["Arn", "Type", "QueueLogicalId"],
    ),
    of_events(
        &["Schedule", "CloudWatchEvent", "EventBridgeRule"],
        &["Target"],
        "`Target`",
        |_, _| &["Id"],
    ),
    of_events(
        &["SNS"],
        &["SqsSubscription"],
        "`SqsSubscription`",
        |_, _| {
            &[
                "QueueArn",
                "QueueUrl",
                "BatchSize",
                "Enabled",
                "QueuePolicyLogicalId",
            ]
        },
    ),
];

fn is_cognito(authorizer: &Map) -> bool {
    authorizer.contains_key("UserPoolArn")
}

/// Properties that do nothing beside another one.
struct Idle {
    kinds: &'static [&'static str],
    properties: &'static [&'static str],
    /// Whether it is so.
    is_idle: fn(&Scope<'_>, &SamResource) -> bool,
    why: &'static str,
    help: &'static str,
}

const IDLE: &[Idle] = &[
    Idle {
        kinds: &[FUNCTION, STATE_MACHINE],
        properties: &[
            "RolePath",
            "PermissionsBoundary",
            "AssumeRolePolicyDocument",
        ],
        is_idle: has_own_role,
        why: "no role is made beside a `Role` that is given",
        help: "write it at that role, or take `Role` out so that one is made",
    },
    Idle {
        kinds: &[FUNCTION],
        properties: &["CodeUri"],
        is_idle: |_, sam| !sam.get("InlineCode").is_null() && !is_image(sam),
        why: "the code is what `InlineCode` says",
        help: "take one of the two out",
    },
    Idle {
        kinds: &[FUNCTION],
        properties: &["CodeUri", "InlineCode"],
        is_idle: |_, sam| is_image(sam),
        why: "the code is in the image",
        help: "take it out, or `PackageType: Image`",
    },
    Idle {
        kinds: &[FUNCTION],
        properties: &["ImageUri"],
        is_idle: |_, sam| !is_image(sam),
        why: "the function is no image",
        help: "add `PackageType: Image`, or take it out",
    },
    Idle {
        kinds: &[FUNCTION],
        properties: &[
            "VersionDescription",
            "AutoPublishCodeSha256",
            "AutoPublishAliasAllProperties",
        ],
        is_idle: |_, sam| sam.get("AutoPublishAlias").is_null(),
        why: "no version is published without `AutoPublishAlias`",
        help: "add `AutoPublishAlias: live`, or take it out",
    },
];

fn is_image(sam: &SamResource) -> bool {
    sam.get("PackageType") == "Image"
}

/// Whether no role is made, under any condition.
fn has_own_role(scope: &Scope<'_>, sam: &SamResource) -> bool {
    let role = sam.get("Role");
    !role.is_null() && !scope.may_be_nothing(role)
}

/// Tells what of a resource is not read.
pub(crate) fn tell(scope: &Scope<'_>, inheritance: &Inheritance, kind: &str, sam: &SamResource) {
    let mut place = sam.place().then("Properties");
    for row in READ.iter().filter(|row| row.kinds.contains(&kind)) {
        if row.events.is_empty() {
            visit(scope, row, row.at, &sam.properties, &mut place);
            continue;
        }
        for (name, event) in sam.get("Events").as_object().into_iter().flatten() {
            let is_it = |kind: &Value| row.events.iter().any(|known| kind == known);
            if event.get("Type").is_some_and(is_it)
                && let Some(Value::Object(properties)) = event.get("Properties")
            {
                let mut path = sam.path("Events").then(name).then("Properties");
                visit(scope, row, row.at, properties, &mut path);
            }
        }
    }
    if kind == FUNCTION && has_own_role(scope, sam) && sam.is_truthy("Policies") {
        scope.report(policies_beside_role(sam));
    }
    for row in IDLE.iter().filter(|row| row.kinds.contains(&kind)) {
        let is_given = |name: &&&str| !sam.get(name).is_null();
        for name in row.properties.iter().filter(is_given) {
            let path = sam.path(name);
            // What all functions have in Globals is for those that need it.
            if inheritance.trace(path.clone()) == path && (row.is_idle)(scope, sam) {
                let message = format!("`{name}` of `{}` is ignored: {}", sam.id, row.why);
                scope.report(
                    Diagnostic::new(codes::IGNORED_PROPERTY, path, message)
                        .on_key()
                        .help(row.help),
                );
            }
        }
    }
}

/// Tells of the keys that are not read of the maps at `at` below `map`, which stands at `path`.
fn visit(scope: &Scope<'_>, row: &Read, at: &[&str], map: &Map, path: &mut Path) {
    let Some((step, rest)) = at.split_first() else {
        return;
    };
    let any = (*step == "*").then(|| map.iter()).into_iter().flatten();
    let one = map.get_key_value(*step).filter(|_| *step != "*");
    for (key, value) in any.chain(one) {
        let Some(inner) = value.as_object().filter(|_| !is_intrinsic(value)) else {
            continue;
        };
        path.0.push(key.into());
        if rest.is_empty() {
            let known = (row.keys)(inner, map);
            if !known.is_empty() {
                keys::warn_of_unknown(scope, inner.keys(), known, row.owner, path);
            }
        } else {
            visit(scope, row, rest, inner, path);
        }
        path.0.pop();
    }
}

fn policies_beside_role(sam: &SamResource) -> Diagnostic {
    Diagnostic::new(
        codes::POLICIES_BESIDE_ROLE,
        sam.path("Policies"),
        format!(
            "the `Policies` of `{}` are dropped: it has a `Role` of its own",
            sam.id
        ),
    )
    .on_key()
    .help("put them into that role, or take `Role` out so that one is made")
}
