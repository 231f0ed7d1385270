//! Every code that a finding can have: the one table that the transform, the command, the macro and the library read.
//!
//! A code is stable: it is what `Metadata`, a command line or a script names a kind of finding by.

use super::Severity;

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// Its stable name in kebab-case: `deployment-without-alias`.
    pub name: &'static str,
    /// How grave a finding of this kind is, unless its reader decides otherwise.
    pub severity: Severity,
    /// Who refuses a template with such a finding; none where it is transformed all the same.
    pub refusal: Option<Refusal>,
    meaning: &'static str,
}

/// Who refuses a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// SAM does, and so do we.
    Sam,
    /// SAM gives an answer, or never sees such a template; we refuse it for the reason that the code's meaning says.
    Ours,
}

impl Code {
    /// What a finding of this kind says, in a sentence.
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim_start()
    }
}

impl std::fmt::Display for Code {
    /// Its name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The code of this name.
pub fn find(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}

/// One constant for each row, and the list of them all.
macro_rules! codes {
    ($(#[doc = $meaning:literal] $constant:ident = $name:literal is $severity:ident $(by $refusal:ident)?;)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: &Code = &Code {
                name: $name,
                severity: Severity::$severity,
                refusal: codes!(@refusal $($refusal)?),
                meaning: $meaning,
            };
        )*

        /// Every code, sorted by name.
        pub const ALL: &[&Code] = &[$($constant),*];
    };
    (@refusal) => { None };
    (@refusal $refusal:ident) => { Some(Refusal::$refusal) };
}

codes! {
    /// Domain
    ACCESS_ASSOCIATION_SHAPE = "access-association-shape" is Error by Sam;
    /// where this is `AWS::NoValue`, an alarm without a name is left, which CodeDeploy refuses
    ALARM_WITHOUT_NAME = "alarm-without-name" is Warning;
    /// the first alarm is `AWS::NoValue`, so none of the list is watched
    ALARMS_DROPPED = "alarms-dropped" is Warning;
    /// `Alarms` must be a list of alarm names
    ALARMS_NOT_A_LIST = "alarms-not-a-list" is Error by Sam;
    /// this alias stands inside the very value that it names
    ALIAS_IN_ITS_OWN_ANCHOR = "alias-in-its-own-anchor" is Error by Sam;
    /// the alias name problem
    ALIAS_NAME = "alias-name" is Error by Sam;
    /// `AutoPublishAlias` refers to `parameter`, whose value is not known here or is no string
    ALIAS_NOT_KNOWN = "alias-not-known" is Error by Sam;
    /// UseAliasAsEventTarget
    ALIAS_NOT_STARTABLE = "alias-not-startable" is Warning;
    /// alias-redeploys-api
    ALIAS_REDEPLOYS_API = "alias-redeploys-api" is Warning;
    /// AlwaysDeploy
    ALWAYS_DEPLOY_BY_CONTENT = "always-deploy-by-content" is Warning;
    /// ApiKeyRequired
    API_KEY_NOT_REQUIRED = "api-key-not-required" is Error by Sam;
    /// write `name: !Ref Api` with the id of an API in this template, or take `name` out to get the API ``
    API_OF_EVENT = "api-of-event" is Error by Sam;
    /// Path
    API_ROUTE_TWICE = "api-route-twice" is Error by Sam;
    /// SemanticVersion
    APPLICATION_LOCATION = "application-location" is Error by Sam;
    /// the template's URL must be asked of the Serverless Application Repository, which cannot be done offline
    APPLICATION_URL_UNKNOWN = "application-url-unknown" is Error by Sam;
    /// `name` of the  `id` is lost when an event is written into it
    ATTRIBUTE_LOST = "attribute-lost" is Warning;
    /// `Auth` must be a map
    AUTH_SHAPE = "auth-shape" is Error by Sam;
    /// Authorizer
    AUTH_WITHOUT_AUTHORIZER = "auth-without-authorizer" is Error by Sam;
    /// AuthorizationScopes
    AUTHORIZATION_SCOPES = "authorization-scopes" is Error by Sam;
    /// `Identity` of the authorizer `name` must be a map
    AUTHORIZER_IDENTITY = "authorizer-identity" is Error by Sam;
    /// the kind authorizer `name` needs `key`
    AUTHORIZER_INCOMPLETE = "authorizer-incomplete" is Error by Sam;
    /// `Authorizer: NONE` waives a default that `` does not have
    AUTHORIZER_NONE = "authorizer-none" is Error by Sam;
    /// the authorizer `` invokes `named` at `$LATEST`, although it has an alias
    AUTHORIZER_PAST_ALIAS = "authorizer-past-alias" is Warning;
    /// FunctionPayloadType
    AUTHORIZER_PAYLOAD_TYPE = "authorizer-payload-type" is Error by Sam;
    /// EnableFunctionDefaultPermissions
    AUTHORIZER_PERMISSIONS = "authorizer-permissions" is Error by Sam;
    /// OpenIdConnectUrl
    AUTHORIZER_PROPERTY = "authorizer-property" is Error by Sam;
    /// the authorizer `name` reads requests, but `Identity` does not say what of them
    AUTHORIZER_WITHOUT_IDENTITY = "authorizer-without-identity" is Error by Sam;
    /// `Authorizers` must be a map
    AUTHORIZERS_SHAPE = "authorizers-shape" is Error by Sam;
    /// Domain
    BASE_PATH = "base-path" is Error by Sam;
    /// PropagateTags
    BUCKET_TAGS_LOST = "bucket-tags-lost" is Warning;
    /// `property` is a string that holds a dynamic reference
    CODE_LOCATION_DYNAMIC_REFERENCE = "code-location-dynamic-reference" is Error by Sam;
    /// `DefinitionUri` as a map needs `Bucket` and `Key`
    CODE_LOCATION_INCOMPLETE = "code-location-incomplete" is Error by Sam;
    /// `property` is neither an S3 location nor a local path
    CODE_LOCATION_NOT_S3 = "code-location-not-s3" is Error by Sam;
    /// `property` must be a string or a map
    CODE_LOCATION_SHAPE = "code-location-shape" is Error by Sam;
    /// ProvisionedConcurrencyConfig
    CONCURRENCY_WITHOUT_ALIAS = "concurrency-without-alias" is Error by Sam;
    /// Condition
    CONDITION_NOT_A_NAME = "condition-not-a-name" is Error by Sam;
    /// `Fn::If` cannot stand in place of the event `id`
    CONDITIONAL_EVENT = "conditional-event" is Error by Sam;
    /// a shared usage plan depends on the condition `name`, but the template has no `Conditions`
    CONDITIONS_MISSING = "conditions-missing" is Error by Sam;
    /// ConsumerGroupId
    CONSUMER_GROUP_WITHOUT_KAFKA = "consumer-group-without-kafka" is Error by Sam;
    /// `AllowCredentials` cannot stand beside any origin
    CORS_CREDENTIALS = "cors-credentials" is Error by Sam;
    /// the response headers of `options` methods of `` get a `schema` inside a `schema`
    CORS_HEADERS_NESTED = "cors-headers-nested" is Warning;
    /// AllowOrigins
    CORS_INTRINSIC_ORIGINS = "cors-intrinsic-origins" is Warning;
    /// `CorsConfiguration` must be `true`, `false` or a map
    CORS_SHAPE = "cors-shape" is Error by Sam;
    /// Cors
    CORS_WITHOUT_ORIGIN = "cors-without-origin" is Error by Sam;
    /// `target` stands for nothing that is generated
    DANGLING_REFERENCE = "dangling-reference" is Warning;
    /// `DeadLetterConfig` fault
    DEAD_LETTER_CONFIG = "dead-letter-config" is Error by Sam;
    /// TargetArn
    DEAD_LETTER_QUEUE_TARGET = "dead-letter-queue-target" is Error by Sam;
    /// Type
    DEAD_LETTER_QUEUE_TYPE = "dead-letter-queue-type" is Error by Sam;
    /// `DefaultAuthorizer` must be a string
    DEFAULT_AUTHORIZER = "default-authorizer" is Error by Sam;
    /// the `Default` of `parameter` is no string, but a value passed at the deployment is one
    DEFAULT_NOT_A_STRING = "default-not-a-string" is Warning;
    /// `name` problem
    DEFINITION_BODY_NEEDED = "definition-body-needed" is Error by Sam;
    /// DefinitionUri
    DEFINITION_TWICE = "definition-twice" is Error by Sam;
    /// `text` is no S3 URI, and nothing uploads the document of an HTTP API
    DEFINITION_URI_LOCAL = "definition-uri-local" is Error by Sam;
    /// Enabled
    DEPLOYMENT_ALWAYS_ENABLED = "deployment-always-enabled" is Warning;
    /// `DeploymentPreference` needs an alias whose traffic it can shift
    DEPLOYMENT_WITHOUT_ALIAS = "deployment-without-alias" is Error by Sam;
    /// Type
    DEPLOYMENT_WITHOUT_TYPE = "deployment-without-type" is Error by Sam;
    /// a destination of the type `` must be given
    DESTINATION_MISSING = "destination-missing" is Error by Sam;
    /// `` sends to the  that is made for the first function with this destination of Globals
    DESTINATION_SHARED = "destination-shared" is Warning;
    /// OnFailure
    DESTINATION_TYPE = "destination-type" is Error by Sam;
    /// `DestinationConfig` of an event needs the map `OnFailure`
    DESTINATION_WITHOUT_ON_FAILURE = "destination-without-on-failure" is Error by Sam;
    /// EndpointConfiguration
    DOMAIN_ENDPOINT = "domain-endpoint" is Error by Sam;
    /// `Domain` needs `name`
    DOMAIN_INCOMPLETE = "domain-incomplete" is Error by Sam;
    /// a domain with `EndpointConfiguration: ` has no `name`
    DOMAIN_PROPERTY = "domain-property" is Error by Sam;
    /// `Domain` must be a map
    DOMAIN_SHAPE = "domain-shape" is Error by Sam;
    /// keep one of the two, or merge what they say
    DUPLICATE_KEY = "duplicate-key" is Error by Ours;
    /// the event is written beside the intrinsic in `name`, which CloudFormation refuses
    EDITED_BESIDE_INTRINSIC = "edited-beside-intrinsic" is Warning;
    /// Enabled
    ENABLED_ALWAYS = "enabled-always" is Warning;
    /// `key` beside the `Type` of an event is ignored
    EVENT_ATTRIBUTE_IGNORED = "event-attribute-ignored" is Warning;
    /// `` must be a `!Ref` to a  of this template: the event is written into that resource
    EVENT_SOURCE_NOT_IN_TEMPLATE = "event-source-not-in-template" is Error by Sam;
    /// Type
    EVENT_SOURCE_OF_OTHER_TYPE = "event-source-of-other-type" is Error by Sam;
    /// `name` fault
    EVENT_TARGET_WITHOUT_ALIAS = "event-target-without-alias" is Error by Sam;
    /// `Fn::FindInMap` needs three arguments here
    FIND_IN_MAP_ARGUMENTS = "find-in-map-arguments" is Error by Sam;
    /// CodeUri
    FUNCTION_WITHOUT_CODE = "function-without-code" is Error by Sam;
    /// the gateway response `` must be a map
    GATEWAY_RESPONSE_SHAPE = "gateway-response-shape" is Error by Sam;
    /// StatusCode
    GATEWAY_RESPONSE_STATUS = "gateway-response-status" is Error by Sam;
    /// Conditions
    GENERATED_CONDITION_TAKEN = "generated-condition-taken" is Error by Sam;
    /// Conditions
    GENERATED_CONDITION_TOO_LONG = "generated-condition-too-long" is Error by Sam;
    /// `id` is the id of the topic that `` generates, and which would take its place
    GENERATED_ID_TAKEN = "generated-id-taken" is Error by Sam;
    /// `` is generated twice with different content; the later one replaces the earlier
    GENERATED_ID_TWICE = "generated-id-twice" is Warning;
    /// Globals
    GLOBALS_NOT_A_MAP = "globals-not-a-map" is Error by Sam;
    /// CodeDeploy's generated role may not invoke `id`: its name does not begin with `INVOCABLE`
    HOOK_NOT_INVOCABLE = "hook-not-invocable" is Warning;
    /// an intrinsic stands for the whole of `Hooks`, so no hook is called
    HOOKS_LOST = "hooks-lost" is Warning;
    /// `Hooks` must be a map
    HOOKS_NOT_A_MAP = "hooks-not-a-map" is Error by Sam;
    /// `Fn::If` needs three arguments here
    IF_ARGUMENTS = "if-arguments" is Error by Sam;
    /// `Fn::If` must name a condition first
    IF_CONDITION_NOT_A_NAME = "if-condition-not-a-name" is Error by Sam;
    /// the two branches of this `Fn::If` are different kinds of policy
    IF_MIXES_POLICY_KINDS = "if-mixes-policy-kinds" is Error by Sam;
    /// `IgnoreGlobals` must be `'*'` or a list of properties
    IGNORE_GLOBALS_SHAPE = "ignore-globals-shape" is Error by Sam;
    /// `IgnoreGlobals` names something that the Globals of `section` do not hold, or names it twice
    IGNORED_GLOBAL_UNKNOWN = "ignored-global-unknown" is Error by Sam;
    /// `owner` has no key `key`, which is ignored
    IGNORED_KEY = "ignored-key" is Warning;
    /// image-not-built
    IMAGE_NOT_BUILT = "image-not-built" is Error by Sam;
    /// ImageConfig
    IMAGE_PROPERTY_ON_ZIP = "image-property-on-zip" is Error by Sam;
    /// `` is the id of the API that events without `` get, which would take this resource's place
    IMPLICIT_API_ID_TAKEN = "implicit-api-id-taken" is Error by Sam;
    /// write it as `info.field` of the `DefinitionBody`
    INFO_TWICE = "info-twice" is Error by Sam;
    /// the logical id `id` holds something else than letters and digits
    INVALID_LOGICAL_ID = "invalid-logical-id" is Error by Sam;
    /// this is no OpenAPI document
    INVALID_OPENAPI = "invalid-openapi" is Error by Sam;
    /// the file is not UTF-8 text
    INVALID_UTF8 = "invalid-utf8" is Error by Sam;
    /// IpAddressType
    IP_ADDRESS_TYPE = "ip-address-type" is Error by Sam;
    /// JwtConfiguration
    JWT_CONFIGURATION = "jwt-configuration" is Error by Sam;
    /// KafkaBootstrapServers
    KAFKA_SERVERS_MISSING = "kafka-servers-missing" is Error by Sam;
    /// Topics
    KAFKA_TOPICS = "kafka-topics" is Error by Sam;
    /// a key must be a name, not a map, a list or a function
    KEY_NOT_A_NAME = "key-not-a-name" is Error by Sam;
    /// `name` must be the id of a key: it becomes part of an ARN
    KMS_KEY_ID = "kms-key-id" is Error by Sam;
    /// CompatibleArchitectures
    LAYER_ARCHITECTURE = "layer-architecture" is Error by Sam;
    /// `name` refers to a parameter whose value is no string
    LAYER_TEXT_NOT_A_STRING = "layer-text-not-a-string" is Error by Sam;
    /// AWS's own transform makes a map of this ``; here it stays a list
    LIST_READ_AS_MAP = "list-read-as-map" is Warning;
    /// local-code-unavailable
    LOCAL_CODE_UNAVAILABLE = "local-code-unavailable" is Error by Sam;
    /// the output no longer names the macro `name`, so it will not run
    MACRO_LOST = "macro-lost" is Warning;
    /// the condition of what is made here, `name`, is one that CloudFormation refuses: AWS's own transform writes it malformed, because both the function and the destination are conditional
    MALFORMED_CONDITION = "malformed-condition" is Warning;
    /// `Fn::FindInMap` reads the mapping `mapping`, which is not a map of maps
    MAPPING_NOT_TWO_LEVELS = "mapping-not-two-levels" is Error by Sam;
    /// Path
    MERGE_DEFINITIONS_LOST = "merge-definitions-lost" is Warning;
    /// `<<` merges a map or a list of maps
    MERGE_NOT_A_MAP = "merge-not-a-map" is Error by Sam;
    /// MergeDefinitions
    MERGE_WITHOUT_BODY = "merge-without-body" is Error by Sam;
    /// an `` event needs `name`
    MISSING_PROPERTY = "missing-property" is Error by Sam;
    /// the model `` must be a map
    MODEL_SHAPE = "model-shape" is Error by Sam;
    /// the model `` needs a `type`
    MODEL_WITHOUT_TYPE = "model-without-type" is Error by Sam;
    /// ImageUri
    MOVING_IMAGE_TAG = "moving-image-tag" is Warning;
    /// `MutualTlsAuthentication` must be a map
    MUTUAL_TLS_SHAPE = "mutual-tls-shape" is Error by Sam;
    /// Name
    NAME_OMITTED_AND_GIVEN = "name-omitted-and-given" is Error by Sam;
    /// maps and lists nest deeper than MAX_DEPTH here
    NESTED_TOO_DEEP = "nested-too-deep" is Error by Sam;
    /// the region `` has no Serverless Application Repository
    NO_APPLICATION_REPOSITORY = "no-application-repository" is Error by Sam;
    /// The file is empty
    NO_DOCUMENT = "no-document" is Error by Sam;
    /// Resources
    NO_RESOURCES = "no-resources" is Error by Sam;
    /// `key` cannot stand in the Globals of ``
    NOT_A_GLOBAL_PROPERTY = "not-a-global-property" is Error by Sam;
    /// the file is kind, not a template
    NOT_A_MAPPING = "not-a-mapping" is Error by Sam;
    /// Type
    NOT_SUPPORTED_YET = "not-supported-yet" is Error by Sam;
    /// `` is read as the number read
    NUMBER_CHANGED_BY_READING = "number-changed-by-reading" is Warning;
    /// `` is a number that no template can hold
    NUMBER_OUT_OF_RANGE = "number-out-of-range" is Error by Ours;
    /// `key` of the OpenAPI document has not the shape that OpenAPI wants
    OPENAPI_ENDPOINT = "openapi-endpoint" is Error by Sam;
    /// `Fn::If` needs a list
    OPENAPI_IF_NOT_A_LIST = "openapi-if-not-a-list" is Error by Sam;
    /// the path `` names a method ``
    OPENAPI_METHOD_NAME = "openapi-method-name" is Error by Sam;
    /// what must be a map
    OPENAPI_NOT_A_MAP = "openapi-not-a-map" is Error by Sam;
    /// `parameters` of the method `` of the path `` must be a list
    OPENAPI_PARAMETERS = "openapi-parameters" is Error by Sam;
    /// the policy of the OpenAPI document must be a map
    OPENAPI_POLICY = "openapi-policy" is Error by Sam;
    /// `security` of the method `method` of the path `path` must be a list of maps
    OPENAPI_SECURITY = "openapi-security" is Error by Sam;
    /// securityDefinitions
    OPENAPI_SECURITY_DEFINITIONS = "openapi-security-definitions" is Error by Sam;
    /// `key` of the OpenAPI document must be shape
    OPENAPI_SHAPE = "openapi-shape" is Error by Sam;
    /// OpenApiVersion
    OPENAPI_VERSION = "openapi-version" is Error by Sam;
    /// Auth
    OVERRIDE_OF_NOTHING = "override-of-nothing" is Error by Sam;
    /// PackageType
    PACKAGE_TYPE = "package-type" is Error by Sam;
    /// `PassthroughCondition` must be `true` or `false`, or a parameter or mapping that says so
    PASSTHROUGH_CONDITION = "passthrough-condition" is Error by Sam;
    /// UserPool
    PERMISSION_NAMED_AFTER_ALIAS = "permission-named-after-alias" is Warning;
    /// UserPool
    PERMISSION_SHARED = "permission-shared" is Warning;
    /// the role of `` gets two policies of the name `name`, which IAM refuses
    POLICY_NAME_TWICE = "policy-name-twice" is Warning;
    /// the policy template `name` needs a map of parameters
    POLICY_TEMPLATE_PARAMETERS = "policy-template-parameters" is Error by Sam;
    /// Type
    PRIMARY_KEY_TYPE = "primary-key-type" is Error by Sam;
    /// InstanceRequirements
    PROPERTIES_EXCLUDE_EACH_OTHER = "properties-exclude-each-other" is Error by Sam;
    /// Properties
    PROPERTIES_NOT_A_MAP = "properties-not-a-map" is Error by Sam;
    /// `one` needs `needed`
    PROPERTY_NEEDS_ANOTHER = "property-needs-another" is Error by Sam;
    /// `SqsSubscription` as a map needs `QueueArn` and `QueueUrl`
    QUEUE_NOT_NAMED = "queue-not-named" is Error by Sam;
    /// EventRecordFormat
    RECORD_FORMAT = "record-format" is Error by Sam;
    /// SchemaRegistryConfig
    REGISTRY_NOT_KNOWN = "registry-not-known" is Warning;
    /// the request parameter `` is in no part of a request
    REQUEST_PARAMETER_NAME = "request-parameter-name" is Error by Sam;
    /// a request parameter is a name, or a name with `Required` and `Caching`
    REQUEST_PARAMETER_SHAPE = "request-parameter-shape" is Error by Sam;
    /// Tags
    RESERVED_TAG = "reserved-tag" is Error by Sam;
    /// the resource `id` is no map
    RESOURCE_NOT_A_MAP = "resource-not-a-map" is Error by Sam;
    /// `texts` must be a list of strings
    RESOURCE_POLICY_LIST = "resource-policy-list" is Error by Sam;
    /// ResourcePolicy
    RESOURCE_POLICY_SHAPE = "resource-policy-shape" is Error by Sam;
    /// RetentionPolicy
    RETENTION_POLICY = "retention-policy" is Error by Sam;
    /// Policies
    ROLE_WITH_POLICIES = "role-with-policies" is Error by Sam;
    /// the route key `key` is neither letters and digits nor `$connect`, `$disconnect` or `$default`
    ROUTE_KEY = "route-key" is Error by Sam;
    /// RequestParameters
    ROUTE_REQUEST_PARAMETERS = "route-request-parameters" is Error by Sam;
    /// RouteSettings
    ROUTE_SETTINGS_SHAPE = "route-settings-shape" is Error by Sam;
    /// FunctionArn
    ROUTE_WITHOUT_FUNCTION = "route-without-function" is Error by Sam;
    /// `Route53` must be a map
    ROUTE53_SHAPE = "route53-shape" is Error by Sam;
    /// `Route53` does not say which hosted zone
    ROUTE53_WITHOUT_ZONE = "route53-without-zone" is Error by Sam;
    /// RuleName
    RULE_NAME_IGNORED = "rule-name-ignored" is Warning;
    /// SchemaRegistryConfig
    SCHEMA_REGISTRY_IGNORED = "schema-registry-ignored" is Warning;
    /// AuthorizationScopes
    SCOPES_WITHOUT_AUTHORIZER = "scopes-without-authorizer" is Error by Sam;
    /// the value of the `NoEcho` parameter `parameter` is written into the output
    SECRET_IN_OUTPUT = "secret-in-output" is Warning;
    /// Mappings
    SECTION_NOT_A_MAP = "section-not-a-map" is Error by Sam;
    /// a second document begins here; a template is one document
    SEVERAL_DOCUMENTS = "several-documents" is Error by Sam;
    /// AutoPublishCodeSha256
    SHA_NOT_ALPHANUMERIC = "sha-not-alphanumeric" is Error by Sam;
    /// `AutoPublishCodeSha256` must be a string, or a `!Ref` to a parameter that holds one
    SHA_NOT_KNOWN = "sha-not-known" is Error by Sam;
    /// APIs say different things of the usage plan that they share; what one of them says counts, and which one that is depends on the names of all resources
    SHARED_USAGE_PLAN_DIFFERS = "shared-usage-plan-differs" is Warning;
    /// without `SkillId` every skill of Alexa, of anybody, may invoke this function
    SKILL_NOT_NAMED = "skill-not-named" is Warning;
    /// Type
    SOURCE_ACCESS = "source-access" is Error by Sam;
    ///  needs `NAME` as a list that is not empty
    SOURCE_ACCESS_MISSING = "source-access-missing" is Error by Sam;
    /// Type
    SOURCE_ACCESS_TYPE = "source-access-type" is Error by Sam;
    /// `parameter` is an SSM parameter, of which only the name is known here, not the value
    SSM_PARAMETER_BY_NAME = "ssm-parameter-by-name" is Warning;
    /// StageName
    STAGE_NAME_EMPTY = "stage-name-empty" is Error by Sam;
    /// State
    STATE_AND_ENABLED = "state-and-enabled" is Error by Sam;
    /// Definition
    STATE_MACHINE_WITHOUT_DEFINITION = "state-machine-without-definition" is Error by Sam;
    /// `Fn::Sub` puts in `parameter`, whose value is no text
    SUB_OF_NON_TEXT_PARAMETER = "sub-of-non-text-parameter" is Error by Sam;
    /// `name` is also the name of a substitution that is generated, which would replace this one
    SUBSTITUTION_TAKEN = "substitution-taken" is Error by Sam;
    /// `DefinitionSubstitutions` is an intrinsic as a whole, and the intrinsics in `Definition` need substitutions beside it
    SUBSTITUTIONS_AS_INTRINSIC = "substitutions-as-intrinsic" is Error by Sam;
    /// TemplateUrl
    TEMPLATE_URL_IGNORED = "template-url-ignored" is Warning;
    /// Events
    TENANCY_EXCLUDES_EVENT = "tenancy-excludes-event" is Error by Sam;
    /// `name` cannot stand beside `TenancyConfig`
    TENANCY_EXCLUDES_PROPERTY = "tenancy-excludes-property" is Error by Sam;
    /// the aliases up to here stand for more than MAX_ALIASED values
    TOO_MANY_ALIASES = "too-many-aliases" is Error by Sam;
    /// Trigger
    TRIGGER_TAKEN = "trigger-taken" is Error by Sam;
    /// the template declares no condition `name`
    UNDEFINED_CONDITION = "undefined-condition" is Warning;
    /// `` has no authorizer ``
    UNKNOWN_AUTHORIZER = "unknown-authorizer" is Error by Sam;
    /// Type
    UNKNOWN_EVENT_TYPE = "unknown-event-type" is Error by Sam;
    /// Globals have no section `name`
    UNKNOWN_GLOBALS_SECTION = "unknown-globals-section" is Error by Sam;
    /// `owner` has no key `key`
    UNKNOWN_KEY = "unknown-key" is Error by Sam;
    /// `name` is neither an ARN nor a managed policy of AWS that is known here
    UNKNOWN_MANAGED_POLICY = "unknown-managed-policy" is Warning;
    /// Model
    UNKNOWN_MODEL = "unknown-model" is Error by Sam;
    /// this is neither a managed policy, nor a statement, nor a policy template
    UNKNOWN_POLICY = "unknown-policy" is Error by Sam;
    /// the policy template `name` has no parameter `key`, which is ignored
    UNKNOWN_POLICY_TEMPLATE_PARAMETER = "unknown-policy-template-parameter" is Warning;
    /// Greeter
    UNKNOWN_PROPERTY = "unknown-property" is Error by Sam;
    /// `` is no function of CloudFormation
    UNKNOWN_TAG = "unknown-tag" is Error by Sam;
    /// Type
    UNKNOWN_TRAFFIC_SHAPE = "unknown-traffic-shape" is Warning;
    /// the character U+:04X cannot stand in YAML
    UNPRINTABLE_CHARACTER = "unprintable-character" is Error by Sam;
    /// `text` alone has a meaning of its own in YAML
    UNQUOTED_SIGN = "unquoted-sign" is Error by Sam;
    /// AuthType
    URL_AUTH_TYPE = "url-auth-type" is Error by Sam;
    /// an intrinsic as `FunctionUrlConfig` is not looked into: the URL has neither `AuthType` nor anything else
    URL_CONFIG_LOST = "url-config-lost" is Warning;
    /// CreateUsagePlan
    USAGE_PLAN_KIND = "usage-plan-kind" is Error by Sam;
    /// `UsagePlan` must be a map
    USAGE_PLAN_SHAPE = "usage-plan-shape" is Error by Sam;
    /// StateMachineVersionArn
    VERSION_ARN_IGNORED = "version-arn-ignored" is Warning;
    /// `VPCEndpointIds` and `VpcEndpointIds` stand side by side
    VPC_ENDPOINT_IDS_TWICE = "vpc-endpoint-ids-twice" is Error by Sam;
    /// `name` of a WebSocket API has no effect on anything that it generates
    WEBSOCKET_ATTRIBUTE_LOST = "websocket-attribute-lost" is Warning;
    /// AuthArn
    WEBSOCKET_AUTH_ARN = "websocket-auth-arn" is Error by Sam;
    /// `AuthType: word` takes no other key
    WEBSOCKET_AUTH_KEYS = "websocket-auth-keys" is Error by Sam;
    /// AuthType
    WEBSOCKET_AUTH_TYPE = "websocket-auth-type" is Error by Sam;
    /// `Auth` has nothing to authorize: there is no `$connect` route
    WEBSOCKET_AUTH_WITHOUT_CONNECT = "websocket-auth-without-connect" is Error by Sam;
    /// Domain
    WEBSOCKET_MUTUAL_TLS = "websocket-mutual-tls" is Error by Sam;
    /// StageName
    WEBSOCKET_STAGE_NAME = "websocket-stage-name" is Error by Sam;
    /// Routes
    WEBSOCKET_WITHOUT_ROUTES = "websocket-without-routes" is Error by Sam;
    /// the `Properties` of an event must be a map
    WRONG_SHAPE = "wrong-shape" is Error by Sam;
    /// this is no valid YAML:
    YAML_SYNTAX = "yaml-syntax" is Error by Sam;
    /// `name` is for Zip functions; a container image brings its own
    ZIP_PROPERTY_ON_IMAGE = "zip-property-on-image" is Error by Sam;
}
