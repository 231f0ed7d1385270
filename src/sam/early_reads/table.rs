//! Each place where a value is read before the deployment, what an intrinsic function is taken for there, and whether that
//! takes a protection away. Each row was asked of the reference.

use crate::resource::{FUNCTION, GRAPHQL_API, HTTP_API, REST_API, STATE_MACHINE};
use crate::sam::web_function::regions::GROUP_NAMES;

const WEB_FUNCTION: &str = "AWS::Serverless::WebFunction";
const WEBSOCKET_API: &str = "AWS::Serverless::WebSocketApi";

/// What an intrinsic function is taken for.
#[derive(Clone, Copy)]
pub(super) enum Taken {
    /// For `true`.
    On,
    /// For `true`, and so is nothing at all.
    OnAsByDefault,
    /// For `false`: what then happens, in words.
    Off(&'static str),
    /// For a map that has none of the keys that are looked for: what then happens, in words.
    Nothing(&'static str),
    /// For a word that is not one of those that are looked for: these, and what then happens, in words.
    NoWord(&'static [&'static str], &'static str),
    /// For a name that needs nothing more: what then happens, in words.
    Name(&'static str),
    /// For a map whose only key is the name of the intrinsic function: what that makes, in words.
    Entry(&'static str),
    /// For a word, which a map, a list or a flag in one of its branches is not: what that makes, in words.
    Word(&'static str),
    /// For one item of a list, which a list in one of its branches is not.
    Item,
    /// For a value, which `AWS::NoValue` is not: who needs it, in words.
    Needed(&'static str),
    /// For a value where something is made in the place of `AWS::NoValue` that is a branch of an `Fn::If`, but not where
    /// that is the branch of another: who needs it, in words.
    NeededInside(&'static str),
    /// The same, and where `AWS::NoValue` stands alone nothing is made either.
    NeededAloneOrInside(&'static str),
}

/// One place where a value is read early.
pub(super) struct EarlyRead {
    /// The types that have it; all where none is named, and no type of an event is.
    pub(super) kinds: &'static [&'static str],
    /// The types of events that have it.
    pub(super) events: &'static [&'static str],
    /// Where it stands below `Properties`, of the event where it is an event's; `*` is any key.
    pub(super) at: &'static [&'static str],
    pub(super) taken: Taken,
    /// Whether it says who may call something.
    pub(super) protects: bool,
}

impl EarlyRead {
    const fn of(kinds: &'static [&'static str], at: &'static [&'static str], taken: Taken) -> Self {
        Self {
            kinds,
            events: &[],
            at,
            taken,
            protects: false,
        }
    }

    const fn of_event(
        events: &'static [&'static str],
        at: &'static [&'static str],
        taken: Taken,
    ) -> Self {
        let mut row = Self::of(&[], at, taken);
        row.events = events;
        row
    }

    /// Whether a type has it, apart from its events.
    pub(super) fn is_of(&self, kind: &str) -> bool {
        self.kinds.contains(&kind) || (self.kinds.is_empty() && self.events.is_empty())
    }

    /// Of a REST API, and of the events that add to one.
    const fn of_route(at: &'static [&'static str], taken: Taken) -> Self {
        let mut row = Self::of(REST, at, taken);
        row.events = API_EVENT;
        row
    }

    const fn protects(mut self) -> Self {
        self.protects = true;
        self
    }
}

const FUNCTIONS: &[&str] = &[FUNCTION];
const STATE_MACHINES: &[&str] = &[STATE_MACHINE];
const REST: &[&str] = &[REST_API];
const HTTP: &[&str] = &[HTTP_API];
const APIS: &[&str] = &[REST_API, HTTP_API, WEBSOCKET_API];
const API_EVENT: &[&str] = &["Api"];
const HTTP_EVENT: &[&str] = &["HttpApi"];
const RULE_EVENTS: &[&str] = &["CloudWatchEvent", "EventBridgeRule"];
const SCHEDULES: &[&str] = &["ScheduleV2"];
const STREAMS: &[&str] = &[
    "Kinesis",
    "DynamoDB",
    "SQS",
    "MSK",
    "MQ",
    "DocumentDB",
    "SelfManagedKafka",
];
const KAFKA: &[&str] = &["MSK"];
const WEB: &[&str] = &[WEB_FUNCTION];
const GRAPHQL: &[&str] = &[GRAPHQL_API];

const NO_CREDENTIALS: &str = "browsers send no credentials";
const NO_SECRETS: &str = "the role gets no right to read the secret";
const INVOKE_ROLE: &str = "`CALLER_CREDENTIALS` and `NONE` are taken for the ARN of a role";
const OPEN_LIST: &str = "the list is left out of the resource policy";

/// Every such place.
pub(super) const EARLY_READS: &[EarlyRead] = &[
    // Any type that has it.
    EarlyRead::of(&[], &["Tags"], Taken::Entry("a tag")),
    EarlyRead::of(&[], &["Tags", "*"], Taken::Needed("a tag")),
    EarlyRead::of(&[], &["PropagateTags"], Taken::On),
    // Functions.
    EarlyRead::of(
        FUNCTIONS,
        &["EventInvokeConfig"],
        Taken::Nothing("nothing in it takes effect"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["EventInvokeConfig", "DestinationConfig"],
        Taken::Nothing("there is no destination"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &[
            "EventInvokeConfig",
            "DestinationConfig",
            "OnSuccess",
            "Destination",
        ],
        Taken::NeededInside("the destination"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &[
            "EventInvokeConfig",
            "DestinationConfig",
            "OnFailure",
            "Destination",
        ],
        Taken::NeededInside("the destination"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["Role"],
        Taken::NeededAloneOrInside("a function"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["FunctionUrlConfig", "AuthType"],
        Taken::NoWord(
            &["NONE"],
            "no permission is made for an endpoint that is open to everybody",
        ),
    )
    .protects(),
    EarlyRead::of(
        FUNCTIONS,
        &[
            "ProvisionedConcurrencyConfig",
            "ProvisionedConcurrentExecutions",
        ],
        Taken::Needed("the alias"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["DeploymentPreference", "Role"],
        Taken::Needed("the deployment group"),
    ),
    // State machines.
    EarlyRead::of(
        STATE_MACHINES,
        &["Definition"],
        Taken::Nothing("its text becomes the definition, which Step Functions refuses"),
    ),
    EarlyRead::of(STATE_MACHINES, &["Role"], Taken::Needed("a state machine")),
    EarlyRead::of(
        STATE_MACHINES,
        &["Tracing"],
        Taken::Nothing("the role gets no right to write traces"),
    ),
    EarlyRead::of(
        STATE_MACHINES,
        &["Tracing", "Enabled"],
        Taken::Off("the role gets no right to write traces"),
    ),
    // REST APIs.
    EarlyRead::of(REST, &["Auth", "ApiKeyRequired"], Taken::On).protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy"],
        Taken::Nothing("the API gets no resource policy, and is open"),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "SourceVpcWhitelist"],
        Taken::Nothing(OPEN_LIST),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "SourceVpcBlacklist"],
        Taken::Nothing(OPEN_LIST),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "IntrinsicVpcWhitelist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "IntrinsicVpcBlacklist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "IntrinsicVpceWhitelist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "IntrinsicVpceBlacklist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "AwsAccountWhitelist"],
        Taken::Item,
    ),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "AwsAccountWhitelist", "*"],
        Taken::Item,
    ),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "AwsAccountBlacklist"],
        Taken::Item,
    ),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "AwsAccountBlacklist", "*"],
        Taken::Item,
    ),
    EarlyRead::of_route(&["Auth", "ResourcePolicy", "IpRangeWhitelist"], Taken::Item),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "IpRangeWhitelist", "*"],
        Taken::Item,
    ),
    EarlyRead::of_route(&["Auth", "ResourcePolicy", "IpRangeBlacklist"], Taken::Item),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "IpRangeBlacklist", "*"],
        Taken::Item,
    ),
    EarlyRead::of_route(&["Auth", "ResourcePolicy", "CustomStatements"], Taken::Item),
    EarlyRead::of_route(
        &["Auth", "ResourcePolicy", "CustomStatements", "*"],
        Taken::Item,
    ),
    EarlyRead::of_route(
        &["Auth", "InvokeRole"],
        Taken::NoWord(&["CALLER_CREDENTIALS", "NONE"], INVOKE_ROLE),
    ),
    EarlyRead::of(
        REST,
        &["Auth", "AddDefaultAuthorizerToCorsPreflight"],
        Taken::OnAsByDefault,
    ),
    EarlyRead::of(
        REST,
        &["Auth", "AddApiKeyRequiredToCorsPreflight"],
        Taken::OnAsByDefault,
    ),
    EarlyRead::of(
        REST,
        &["Auth", "Authorizers", "*"],
        Taken::Nothing("it becomes a Lambda authorizer without a function"),
    ),
    EarlyRead::of(
        REST,
        &["Auth", "Authorizers", "*", "Identity"],
        Taken::Nothing("callers are known by the header `Authorization`"),
    ),
    EarlyRead::of(
        REST,
        &["Cors", "AllowCredentials"],
        Taken::Off(NO_CREDENTIALS),
    ),
    EarlyRead::of(
        REST,
        &["Cors"],
        Taken::Word("it becomes the origin that is allowed"),
    ),
    EarlyRead::of(
        REST,
        &["EndpointConfiguration"],
        Taken::Word("it becomes the type of the endpoint"),
    ),
    // HTTP APIs.
    EarlyRead::of(
        HTTP,
        &["Auth", "EnableIamAuthorizer"],
        Taken::Off("no method can ask for it"),
    )
    .protects(),
    EarlyRead::of(
        HTTP,
        &["CorsConfiguration", "AllowCredentials"],
        Taken::Off(NO_CREDENTIALS),
    ),
    EarlyRead::of(
        HTTP,
        &["CorsConfiguration"],
        Taken::Word("it goes into the document as it is"),
    ),
    EarlyRead::of(
        HTTP,
        &["Auth", "Authorizers", "*", "JwtConfiguration"],
        Taken::Entry("an entry of the authorizer"),
    ),
    EarlyRead::of(
        HTTP,
        &["Auth", "Authorizers", "*", "Identity"],
        Taken::Nothing("nothing in it takes effect"),
    ),
    EarlyRead::of(HTTP, &["StageName"], Taken::Needed("a stage")),
    // Authorizers and domains of all APIs.
    EarlyRead::of(
        APIS,
        &["Auth", "Authorizers", "*", "FunctionArn"],
        Taken::Needed("an authorizer"),
    ),
    EarlyRead::of(
        APIS,
        &["Auth", "Authorizers", "*", "UserPoolArn"],
        Taken::Needed("an authorizer"),
    ),
    EarlyRead::of(REST, &["Domain", "NormalizeBasePath"], Taken::OnAsByDefault),
    EarlyRead::of(
        REST,
        &["Domain", "AccessAssociation"],
        Taken::Nothing("the association names no VPC endpoint"),
    ),
    EarlyRead::of(APIS, &["Domain", "DomainName"], Taken::Needed("a domain")),
    EarlyRead::of(
        APIS,
        &["Domain", "Route53", "VpcEndpointDomainName"],
        Taken::Needed("a record set"),
    ),
    EarlyRead::of(
        APIS,
        &["Domain", "Route53", "VpcEndpointHostedZoneId"],
        Taken::Needed("a record set"),
    ),
    EarlyRead::of(
        APIS,
        &["Domain", "BasePath"],
        Taken::Nothing("the API is mapped to the domain without a path"),
    ),
    EarlyRead::of(
        APIS,
        &["Domain", "Route53", "IpV6"],
        Taken::Off("there is no record for IPv6"),
    ),
    EarlyRead::of(
        APIS,
        &["Domain", "Route53", "HostedZoneId"],
        Taken::Needed("a record set"),
    ),
    // Events.
    EarlyRead::of_event(
        API_EVENT,
        &["Auth"],
        Taken::Nothing("nothing in it takes effect, and the route is as open as its API"),
    )
    .protects(),
    EarlyRead::of_event(
        HTTP_EVENT,
        &["Auth"],
        Taken::Nothing("nothing in it takes effect, and the route is as open as its API"),
    )
    .protects(),
    EarlyRead::of_event(API_EVENT, &["Auth", "ApiKeyRequired"], Taken::On).protects(),
    EarlyRead::of_event(
        API_EVENT,
        &["Auth", "ResourcePolicy"],
        Taken::Nothing("the route gets no resource policy, and is open"),
    )
    .protects(),
    EarlyRead::of_event(API_EVENT, &["Auth", "OverrideApiAuth"], Taken::On),
    EarlyRead::of_event(
        API_EVENT,
        &["RequestModel"],
        Taken::Nothing("requests have no model"),
    ),
    EarlyRead::of_event(
        API_EVENT,
        &["RequestParameters", "*", "*", "Caching"],
        Taken::On,
    ),
    EarlyRead::of_event(
        API_EVENT,
        &["ResponseTransferMode"],
        Taken::NoWord(&["RESPONSE_STREAM"], "responses are buffered"),
    ),
    EarlyRead::of_event(
        RULE_EVENTS,
        &["Target"],
        Taken::Nothing("the target gets the id that is made for it"),
    ),
    EarlyRead::of_event(RULE_EVENTS, &["Target", "Id"], Taken::Needed("a target")),
    EarlyRead::of_event(
        SCHEDULES,
        &["FlexibleTimeWindow"],
        Taken::Needed("a schedule"),
    ),
    EarlyRead::of_event(SCHEDULES, &["RoleArn"], Taken::Needed("a schedule")),
    EarlyRead::of_event(
        STREAMS,
        &["DestinationConfig", "OnFailure"],
        Taken::Nothing("its `Type` stays in the mapping, and the role gets no right to send there"),
    ),
    EarlyRead::of_event(
        STREAMS,
        &["DestinationConfig", "OnFailure", "Destination"],
        Taken::Needed("the destination"),
    ),
    EarlyRead::of_event(
        KAFKA,
        &["SourceAccessConfigurations"],
        Taken::Nothing(NO_SECRETS),
    ),
    EarlyRead::of_event(
        KAFKA,
        &["SourceAccessConfigurations", "*"],
        Taken::Nothing(NO_SECRETS),
    ),
    EarlyRead::of_event(
        KAFKA,
        &["SourceAccessConfigurations", "*", "Type"],
        Taken::NoWord(&["CLIENT_CERTIFICATE_TLS_AUTH"], NO_SECRETS),
    ),
    EarlyRead::of_event(
        STREAMS,
        &["SourceAccessConfigurations", "*", "URI"],
        Taken::Needed("the source"),
    ),
    // Web functions.
    EarlyRead::of(
        WEB,
        &["ReplicaRegions"],
        Taken::NoWord(
            GROUP_NAMES,
            "groups of regions stay as they are, which are no regions",
        ),
    ),
    EarlyRead::of(
        WEB,
        &["ReplicaRegions", "*"],
        Taken::NoWord(
            GROUP_NAMES,
            "groups of regions stay as they are, which are no regions",
        ),
    ),
    // GraphQL APIs.
    EarlyRead::of(
        GRAPHQL,
        &["Functions", "*", "DataSource"],
        Taken::Name(
            "it is taken for the name of a data source, which the function does not wait for",
        ),
    ),
    EarlyRead::of(
        GRAPHQL,
        &["DataSources", "*", "*", "ServiceRoleArn"],
        Taken::Needed("a data source"),
    ),
    EarlyRead::of(
        GRAPHQL,
        &["Logging", "CloudWatchLogsRoleArn"],
        Taken::Needed("the log"),
    ),
];
