//! Every code that a finding can have: the one table that the transform, the command, the macro and the library read.
//!
//! A code is stable: it is what `Metadata`, a command line or a script names a kind of finding by.

use super::{Code, Refusal, Severity};

/// One constant for each row, and the list of them all.
macro_rules! codes {
    ($(#[doc = $meaning:literal] $constant:ident = $name:literal is $severity:ident $(by $refusal:ident)? $(or $allowed:literal)?;)*) => {
        $(
            #[doc = $meaning]
            pub const $constant: &Code = &Code {
                name: $name,
                severity: Severity::$severity,
                refusal: codes!(@refusal $($refusal)?),
                allowed: codes!(@allowed $($allowed)?),
                meaning: $meaning,
            };
        )*

        /// Every code, sorted by name.
        pub const ALL: &[&Code] = &[$($constant),*];

        /// The names of the constants, in the same order.
        #[cfg(test)]
        const CONSTANTS: &[&str] = &[$(stringify!($constant)),*];
    };
    (@allowed) => { None };
    (@allowed $allowed:literal) => { Some($allowed) };
    (@refusal) => { None };
    (@refusal $refusal:ident) => { Some(Refusal::$refusal) };
}

codes! {
    /// `AccessAssociation` of a private domain is not a map.
    ACCESS_ASSOCIATION_SHAPE = "access-association-shape" is Error by Sam;
    /// An alarm that a deployment watches turns red only when all traffic has moved.
    ALARM_CANNOT_STOP = "alarm-cannot-stop" is Warning;
    /// An alarm that a deployment watches cannot turn red by the share of calls that the new version gets at first.
    ALARM_DILUTED = "alarm-diluted" is Warning;
    /// An alarm on the new version keeps its state when it is pointed at the next version.
    ALARM_HOLDS_OLD_STATE = "alarm-holds-old-state" is Info;
    /// Two alarms that are to be made for a function would get one logical id.
    ALARM_ID_TWICE = "alarm-id-twice" is Error by Ours;
    /// An alarm that is made would wait for itself: the deployment group waits for it, the alias for the group, and what it looks at for the alias.
    ALARM_IN_A_CIRCLE = "alarm-in-a-circle" is Error by Ours;
    /// An alarm that is to be made lacks something that its kind needs.
    ALARM_INCOMPLETE = "alarm-incomplete" is Error by Ours;
    /// An alarm is to be made of a kind that there is not.
    ALARM_KIND = "alarm-kind" is Error by Ours;
    /// A list of names of alarms has one that is called like a kind of alarm that could be made.
    ALARM_NAMED_LIKE_KIND = "alarm-named-like-kind" is Warning;
    /// An alarm stands in a branch of an `Fn::If` that the one around it rules out.
    ALARM_NEVER_WATCHED = "alarm-never-watched" is Warning;
    /// An alarm on the new version alone counts missing data as breaching, and so is red before the version gets a request.
    ALARM_RED_BEFORE_TRAFFIC = "alarm-red-before-traffic" is Warning;
    /// An alarm watches a metric that Lambda never sends, and so never turns red.
    ALARM_SEES_NOTHING = "alarm-sees-nothing" is Warning;
    /// An alarm that is to be made is told something that it does not take, or in another unit than it takes it.
    ALARM_SETTING = "alarm-setting" is Error by Ours;
    /// An item of `Alarms` is neither the name of an alarm nor an alarm to be made.
    ALARM_SHAPE = "alarm-shape" is Error by Ours;
    /// An alarm that a deployment watches may turn red only when all traffic has moved.
    ALARM_STOPS_LATE = "alarm-stops-late" is Info;
    /// A deployment watches the same alarm twice, which CodeDeploy refuses.
    ALARM_TWICE = "alarm-twice" is Warning;
    /// An alarm is told which version to watch, and its kind sees all of them.
    ALARM_VERSION = "alarm-version" is Error by Ours;
    /// An alarm in the list is `AWS::NoValue`, which leaves an alarm without a name; CodeDeploy refuses that.
    ALARM_WITHOUT_NAME = "alarm-without-name" is Warning;
    /// The first alarm in the list is `AWS::NoValue`, so that no alarm at all is watched.
    ALARMS_DROPPED = "alarms-dropped" is Warning;
    /// A deployment watches more alarms than CodeDeploy's API takes.
    ALARMS_MANY = "alarms-many" is Warning;
    /// `Alarms` of a deployment preference is not a list.
    ALARMS_NOT_A_LIST = "alarms-not-a-list" is Error by Sam;
    /// The ARN of an alias is longer than Lambda takes where something is to call it.
    ALIAS_ARN_TOO_LONG = "alias-arn-too-long" is Warning;
    /// A YAML alias stands inside the value that its anchor names, so that the value would hold itself.
    ALIAS_IN_ITS_OWN_ANCHOR = "alias-in-its-own-anchor" is Error by Sam;
    /// The name of the alias is not one that Lambda or Step Functions accepts, or cannot be part of a logical id.
    ALIAS_NAME = "alias-name" is Error by Sam;
    /// The name of the alias must be known before the deployment, because it becomes part of a logical id.
    ALIAS_NOT_KNOWN = "alias-not-known" is Error by Sam;
    /// Events start the state machine through its alias, but their generated roles have no right to do so.
    ALIAS_NOT_STARTABLE = "alias-not-startable" is Warning;
    /// The API's deployment depends on the alias of a function, so that renaming the alias deploys the API again.
    ALIAS_REDEPLOYS_API = "alias-redeploys-api" is Warning;
    /// All traffic moves at once, before any alarm can turn red.
    ALL_AT_ONCE_WITH_ALARMS = "all-at-once-with-alarms" is Info;
    /// A change of tags or reserved concurrency alone makes the deployment of a function with `AutoPublishAliasAllProperties` fail.
    ALL_PROPERTIES_FAIL = "all-properties-fail" is Info;
    /// `AlwaysDeploy` has no effect without a salt that changes, because the deployment's id depends on the content.
    ALWAYS_DEPLOY_BY_CONTENT = "always-deploy-by-content" is Warning;
    /// An event waives an API key that its API does not require.
    API_KEY_NOT_REQUIRED = "api-key-not-required" is Error by Sam;
    /// An alarm on routes needs the name of their API or stage as a text, and the template has none.
    API_NAME_NOT_KNOWN = "api-name-not-known" is Error by Ours;
    /// An event names its API in a way that leads to no API of the template.
    API_OF_EVENT = "api-of-event" is Error by Sam;
    /// Two events have the same path and method of one API.
    API_ROUTE_TWICE = "api-route-twice" is Error by Sam;
    /// An alarm on routes would count those of another API too, which has the same name and stage.
    APIS_SHARE_NAME = "apis-share-name" is Error by Ours;
    /// The `Location` of a nested application does not name an application and a version that are known now.
    APPLICATION_LOCATION = "application-location" is Error by Sam;
    /// Code is ignored, and so an application of the Serverless Application Repository has a placeholder for its URL.
    APPLICATION_URL_PLACEHOLDER = "application-url-placeholder" is Warning;
    /// The template of a nested application lies in the Serverless Application Repository, which cannot be asked offline: pass its URL.
    APPLICATION_URL_UNKNOWN = "application-url-unknown" is Error by Ours;
    /// A SAM resource has an attribute beside `Properties` that is dropped.
    ATTRIBUTE_DROPPED = "attribute-dropped" is Warning;
    /// An attribute of the resource that an event is written into is lost.
    ATTRIBUTE_LOST = "attribute-lost" is Warning;
    /// A property stands beside `Properties`, or an attribute is misspelt, so that SAM would drop it without a word.
    ATTRIBUTE_MISPLACED = "attribute-misplaced" is Error by Ours or "it is left out, as SAM leaves it out";
    /// `Auth` of an API is not a map.
    AUTH_SHAPE = "auth-shape" is Error by Sam;
    /// `Auth` of an event names no authorizer, and the API has no default one.
    AUTH_WITHOUT_AUTHORIZER = "auth-without-authorizer" is Error by Sam;
    /// `AuthorizationScopes` is not a list.
    AUTHORIZATION_SCOPES = "authorization-scopes" is Error by Sam;
    /// `Identity` of an authorizer does not have the shape that its kind of authorizer needs.
    AUTHORIZER_IDENTITY = "authorizer-identity" is Error by Sam;
    /// An authorizer lacks a key that its kind needs.
    AUTHORIZER_INCOMPLETE = "authorizer-incomplete" is Error by Sam;
    /// `Authorizer: NONE` waives a default authorizer that the API does not have.
    AUTHORIZER_NONE = "authorizer-none" is Error by Sam;
    /// An authorizer invokes a function at `$LATEST` although the function has an alias, so that gradual deployments do not protect it.
    AUTHORIZER_PAST_ALIAS = "authorizer-past-alias" is Warning;
    /// `FunctionPayloadType` of an authorizer is neither `TOKEN` nor `REQUEST`.
    AUTHORIZER_PAYLOAD_TYPE = "authorizer-payload-type" is Error by Sam;
    /// `EnableFunctionDefaultPermissions` is neither `true` nor `false`.
    AUTHORIZER_PERMISSIONS = "authorizer-permissions" is Error by Sam;
    /// An authorizer has a key that its kind does not take.
    AUTHORIZER_PROPERTY = "authorizer-property" is Error by Sam;
    /// A request authorizer that caches its answers does not say which parts of a request they depend on.
    AUTHORIZER_WITHOUT_IDENTITY = "authorizer-without-identity" is Error by Sam;
    /// `Authorizers` of an API, or one of them, is not a map.
    AUTHORIZERS_SHAPE = "authorizers-shape" is Error by Sam;
    /// A `BasePath` of a domain cannot become part of a logical id.
    BASE_PATH = "base-path" is Error by Sam;
    /// Two sources of tags meet on a bucket with events, and one of them is lost.
    BUCKET_TAGS_LOST = "bucket-tags-lost" is Warning;
    /// CloudFormation's validator could not look at what the template becomes.
    CLOUDFORMATION_NOT_CHECKED = "cloudformation-not-checked" is Warning;
    /// The location of code is text with a dynamic reference, which cannot be split into bucket and key.
    CODE_LOCATION_DYNAMIC_REFERENCE = "code-location-dynamic-reference" is Error by Sam;
    /// A location of code that is written as a map lacks `Bucket` or `Key`.
    CODE_LOCATION_INCOMPLETE = "code-location-incomplete" is Error by Sam;
    /// The location of code is neither in S3 nor a local path.
    CODE_LOCATION_NOT_S3 = "code-location-not-s3" is Error by Sam;
    /// The location of code is neither a string nor a map.
    CODE_LOCATION_SHAPE = "code-location-shape" is Error by Sam;
    /// Nothing lies at the local path of the code: it is not built yet, or the path leads elsewhere.
    CODE_NOT_BUILT = "code-not-built" is Error by Sam;
    /// A function has provisioned concurrency, which moves slowly while its traffic shifts.
    CONCURRENCY_WITH_SHIFT = "concurrency-with-shift" is Info;
    /// `ProvisionedConcurrencyConfig` needs an alias, and the function has no `AutoPublishAlias`.
    CONCURRENCY_WITHOUT_ALIAS = "concurrency-without-alias" is Error by Sam;
    /// A function has provisioned concurrency, and its traffic moves before the new version is ready.
    CONCURRENCY_WITHOUT_PREFERENCE = "concurrency-without-preference" is Info;
    /// The `Condition` of a resource is not the name of a condition.
    CONDITION_NOT_A_NAME = "condition-not-a-name" is Error by Sam;
    /// An intrinsic function stands where the type and properties of an event must be known.
    CONDITIONAL_EVENT = "conditional-event" is Error by Sam;
    /// A shared usage plan depends on a condition, but the template has no `Conditions` section.
    CONDITIONS_MISSING = "conditions-missing" is Error by Sam;
    /// Two connectors of resources get the same logical id, so that one of the two grants would be lost.
    CONNECTOR_ID_TWICE = "connector-id-twice" is Error by Ours or "the later connector in the place of the earlier one";
    /// A state machine is connected to itself: it would wait for a policy that names it, a circle that CloudFormation refuses.
    CONNECTOR_IN_A_CIRCLE = "connector-in-a-circle" is Warning;
    /// An event source mapping does not wait for the policy that a connector makes, and may be refused for a missing permission.
    CONNECTOR_MAPPING_DOES_NOT_WAIT = "connector-mapping-does-not-wait" is Warning;
    /// No connector leads from a resource of this type to one of that type.
    CONNECTOR_PAIR = "connector-pair" is Error by Sam;
    /// A connector allows calls of a function itself, and what calls its alias is denied.
    CONNECTOR_PAST_ALIAS = "connector-past-alias" is Warning;
    /// A connector asks for permissions that do not exist between its two sides.
    CONNECTOR_PERMISSIONS = "connector-permissions" is Error by Sam;
    /// The policy of a connector is attached to a role by something that is no name of a role of this template.
    CONNECTOR_ROLE_NOT_A_NAME = "connector-role-not-a-name" is Warning;
    /// Two policies are for one queue or topic, of which AWS keeps the one that is written last.
    CONNECTOR_SECOND_POLICY = "connector-second-policy" is Warning;
    /// A side of a connector neither names a resource nor describes one, or does both.
    CONNECTOR_SIDE = "connector-side" is Error by Sam;
    /// A connector joins a resource that has errors of its own.
    CONNECTOR_SIDE_REFUSED = "connector-side-refused" is Error by Sam;
    /// A connector joins a resource that the template does not have.
    CONNECTOR_SIDE_UNKNOWN = "connector-side-unknown" is Error by Sam;
    /// `Source` of a connector that stands in a resource is ignored: that resource is the source.
    CONNECTOR_SOURCE_IGNORED = "connector-source-ignored" is Warning;
    /// A side of a connector lacks a value that what it makes needs.
    CONNECTOR_VALUE_MISSING = "connector-value-missing" is Error by Sam;
    /// A connector depends on itself, so that what it makes would wait for itself.
    CONNECTOR_WAITS_FOR_ITSELF = "connector-waits-for-itself" is Error by Ours;
    /// A connector joins a resource that depends on a condition, and does not depend on it itself.
    CONNECTOR_WITHOUT_CONDITION = "connector-without-condition" is Warning;
    /// The policy of a connector needs the role of a resource that does not name it by reference.
    CONNECTOR_WITHOUT_ROLE = "connector-without-role" is Error by Sam;
    /// An event that does not read from Kafka has a `ConsumerGroupId`.
    CONSUMER_GROUP_WITHOUT_KAFKA = "consumer-group-without-kafka" is Error by Sam;
    /// CORS allows credentials together with any origin, which browsers refuse.
    CORS_CREDENTIALS = "cors-credentials" is Error by Sam;
    /// The generated CORS responses describe their headers with a `schema` inside a `schema`, as SAM writes them.
    CORS_HEADERS_NESTED = "cors-headers-nested" is Warning;
    /// An intrinsic function as `AllowOrigins` replaces the whole CORS configuration of an HTTP API.
    CORS_INTRINSIC_ORIGINS = "cors-intrinsic-origins" is Warning;
    /// `CorsConfiguration` of an HTTP API is not `true`, `false` or a map.
    CORS_SHAPE = "cors-shape" is Error by Sam;
    /// `Cors` of a REST API has an empty `AllowOrigin`.
    CORS_WITHOUT_ORIGIN = "cors-without-origin" is Error by Sam;
    /// A reference names something that is neither in the template nor generated.
    DANGLING_REFERENCE = "dangling-reference" is Warning;
    /// `DeadLetterConfig` of an event names no queue, or both a queue and one to generate.
    DEAD_LETTER_CONFIG = "dead-letter-config" is Error by Sam;
    /// `DeadLetterQueue` of a function lacks the `TargetArn` of its queue or topic.
    DEAD_LETTER_QUEUE_TARGET = "dead-letter-queue-target" is Error by Sam;
    /// The `Type` of a function's `DeadLetterQueue` is neither `SQS` nor `SNS`.
    DEAD_LETTER_QUEUE_TYPE = "dead-letter-queue-type" is Error by Sam;
    /// `DefaultAuthorizer` is not the name of an authorizer of the API.
    DEFAULT_AUTHORIZER = "default-authorizer" is Error by Sam;
    /// `DefaultAuthorizer` of a REST API names an authorizer where none is defined.
    DEFAULT_AUTHORIZER_LOST = "default-authorizer-lost" is Error by Ours or "methods need no login, as in SAM";
    /// The `Default` of a parameter is not a string, so that generated ids change once its value is passed.
    DEFAULT_NOT_A_STRING = "default-not-a-string" is Warning;
    /// Code is ignored, and a property of an API that is written into its document is left out: the document is included, and not known here.
    DEFINITION_BODY_INCLUDED = "definition-body-included" is Warning;
    /// A property of an API is written into its OpenAPI document, which is not there or cannot hold it.
    DEFINITION_BODY_NEEDED = "definition-body-needed" is Error by Sam;
    /// Two properties each give the definition of an API or a state machine.
    DEFINITION_TWICE = "definition-twice" is Error by Sam;
    /// `DefinitionUri` of an HTTP API is a local path, which no packaging uploads.
    DEFINITION_URI_LOCAL = "definition-uri-local" is Error by Sam;
    /// This value of `Enabled` always switches the deployment preference on.
    DEPLOYMENT_ALWAYS_ENABLED = "deployment-always-enabled" is Warning;
    /// `DeploymentGroup` has something in it that cannot be laid over a deployment group.
    DEPLOYMENT_GROUP = "deployment-group" is Error by Ours;
    /// A `Role` of a preference is a map with something in it that nothing is made of.
    DEPLOYMENT_ROLE = "deployment-role" is Error by Ours;
    /// A gradual deployment shifts the traffic of an alias, and there is no `AutoPublishAlias`.
    DEPLOYMENT_WITHOUT_ALIAS = "deployment-without-alias" is Error by Sam;
    /// `DeploymentPreference` lacks the `Type` that says how traffic shifts.
    DEPLOYMENT_WITHOUT_TYPE = "deployment-without-type" is Error by Sam;
    /// The description of a function is too long for the hash that is appended to it.
    DESCRIPTION_TOO_LONG = "description-too-long" is Error by Ours;
    /// A destination names no target, and its type is not one that is generated.
    DESTINATION_MISSING = "destination-missing" is Error by Sam;
    /// The destination in `Globals` is generated once, for the first function, and shared by the others.
    DESTINATION_SHARED = "destination-shared" is Warning;
    /// The `Type` of a destination is not one of the known types.
    DESTINATION_TYPE = "destination-type" is Error by Sam;
    /// `DestinationConfig` of an event lacks the map `OnFailure`.
    DESTINATION_WITHOUT_ON_FAILURE = "destination-without-on-failure" is Error by Sam;
    /// `EndpointConfiguration` of a domain is not one that this kind of API supports.
    DOMAIN_ENDPOINT = "domain-endpoint" is Error by Sam;
    /// `Domain` of an API lacks its name or its certificate.
    DOMAIN_INCOMPLETE = "domain-incomplete" is Error by Sam;
    /// A property of a domain does not go with its kind of endpoint.
    DOMAIN_PROPERTY = "domain-property" is Error by Sam;
    /// `Domain` of an API is not a map.
    DOMAIN_SHAPE = "domain-shape" is Error by Sam;
    /// A key stands twice in one map; YAML forbids that, and SAM would drop the first value without a word.
    DUPLICATE_KEY = "duplicate-key" is Error by Ours or "the last of the values counts, as in SAM";
    /// An alarm on the duration of calls allows more than the function's timeout, so that it never turns red.
    DURATION_BEYOND_TIMEOUT = "duration-beyond-timeout" is Warning;
    /// An event is written into a map that is an intrinsic function, which CloudFormation refuses.
    EDITED_BESIDE_INTRINSIC = "edited-beside-intrinsic" is Warning;
    /// An event cannot be switched off by this `Enabled`, which is ignored.
    ENABLED_ALWAYS = "enabled-always" is Warning;
    /// Whether a plain function's preference is enabled must be known before the deployment.
    ENABLED_NOT_KNOWN = "enabled-not-known" is Error by Ours;
    /// A key beside `Type` and `Properties` of an event is ignored.
    EVENT_ATTRIBUTE_IGNORED = "event-attribute-ignored" is Warning;
    /// Something names a plain function itself whose events are rewired to its alias.
    EVENT_NOT_REWIRED = "event-not-rewired" is Info;
    /// An event must be written into a resource of this template, and names none.
    EVENT_SOURCE_NOT_IN_TEMPLATE = "event-source-not-in-template" is Error by Sam;
    /// An event names a resource that is not of the type the event is written into.
    EVENT_SOURCE_OF_OTHER_TYPE = "event-source-of-other-type" is Error by Sam;
    /// `UseAliasAsEventTarget` needs an alias, and the state machine has no `AutoPublishAlias`.
    EVENT_TARGET_WITHOUT_ALIAS = "event-target-without-alias" is Error by Sam;
    /// `Fn::FindInMap` does not have exactly three arguments where its value must be known.
    FIND_IN_MAP_ARGUMENTS = "find-in-map-arguments" is Error by Sam;
    /// A function has neither code nor an image.
    FUNCTION_WITHOUT_CODE = "function-without-code" is Error by Sam;
    /// A gateway response, or a part of it, is not a map.
    GATEWAY_RESPONSE_SHAPE = "gateway-response-shape" is Error by Sam;
    /// `StatusCode` of a gateway response is not a number of at most three digits.
    GATEWAY_RESPONSE_STATUS = "gateway-response-status" is Error by Sam;
    /// A condition of the template has the name of one that is generated; SAM would overwrite it without a word.
    GENERATED_CONDITION_TAKEN = "generated-condition-taken" is Error by Ours;
    /// The name of a condition that would be generated is longer than CloudFormation allows.
    GENERATED_CONDITION_TOO_LONG = "generated-condition-too-long" is Error by Sam;
    /// An event gives a queue or its policy the logical id of another generated resource, of which one would be lost.
    GENERATED_ID_LOST = "generated-id-lost" is Error by Ours or "the later one replaces the earlier, as in SAM";
    /// A resource of the template has the logical id of a resource that is generated.
    GENERATED_ID_TAKEN = "generated-id-taken" is Error by Sam;
    /// Two generated resources have the same logical id and different content, so that the later one replaces the earlier.
    GENERATED_ID_TWICE = "generated-id-twice" is Warning;
    /// `Globals`, or one of its sections, is not a map.
    GLOBALS_NOT_A_MAP = "globals-not-a-map" is Error by Sam;
    /// A map or list of Globals is not added to that of a resource, because one of the two is an intrinsic function.
    GLOBALS_NOT_MERGED = "globals-not-merged" is Warning;
    /// Traffic shifts gradually, and neither an alarm nor a hook can stop it.
    GRADUAL_WITHOUT_WATCH = "gradual-without-watch" is Warning;
    /// The authentication of a GraphQL API has another configuration than its `Type` needs, none, or several.
    GRAPHQL_AUTH = "graphql-auth" is Error by Sam;
    /// A function or resolver of a GraphQL API has no code, two of them, or code without a runtime.
    GRAPHQL_CODE = "graphql-code" is Error by Sam;
    /// A function of a GraphQL API names no data source, or one that the API does not have.
    GRAPHQL_DATA_SOURCE = "graphql-data-source" is Error by Sam;
    /// A table and a function are data sources of one name, which AppSync refuses.
    GRAPHQL_DATA_SOURCE_TWICE = "graphql-data-source-twice" is Warning;
    /// A function of a GraphQL API both is one that exists and is described.
    GRAPHQL_FUNCTION = "graphql-function" is Error by Sam;
    /// A GraphQL API without `Logging` logs every field of every request, and gets a role for it.
    GRAPHQL_LOGS_ALL = "graphql-logs-all" is Info;
    /// A resolver of a GraphQL API has no functions, or names one that the API does not have.
    GRAPHQL_PIPELINE = "graphql-pipeline" is Error by Sam;
    /// A GraphQL API has no schema, or two of them.
    GRAPHQL_SCHEMA = "graphql-schema" is Error by Sam;
    /// The deployment group of a conditional function is made also where the function is not.
    GROUP_WITHOUT_CONDITION = "group-without-condition" is Info;
    /// The role of a hook does not let it tell CodeDeploy how its test went.
    HOOK_CANNOT_REPORT = "hook-cannot-report" is Warning;
    /// The role of a hook lets it invoke a function, and not the version of it that the hook is to test.
    HOOK_CANNOT_TEST = "hook-cannot-test" is Info;
    /// A hook cannot be told which version to test.
    HOOK_ENVIRONMENT = "hook-environment" is Error by Ours;
    /// CodeDeploy's generated role has no right to invoke this hook, because of the function's name.
    HOOK_NOT_INVOCABLE = "hook-not-invocable" is Warning;
    /// A hook's role is not in this template, and so cannot be allowed to report and to test.
    HOOK_ROLE = "hook-role" is Error by Ours or "the hook is called, and its role stays as it is";
    /// A hook that is written as a map says nothing that CodeDeploy can call, or too much.
    HOOK_SHAPE = "hook-shape" is Error by Ours;
    /// The traffic of a function that is a hook is shifted gradually itself.
    HOOK_SHIFTS_TRAFFIC = "hook-shifts-traffic" is Warning;
    /// A function is to test its own deployment.
    HOOK_TESTS_ITSELF = "hook-tests-itself" is Error by Ours;
    /// A hook names what is no function of the template.
    HOOK_UNKNOWN = "hook-unknown" is Error by Ours;
    /// One variable of a hook would have to name the versions of two functions.
    HOOK_VARIABLE_TAKEN = "hook-variable-taken" is Error by Ours;
    /// A resource waits for itself, by way of a hook that is to test it.
    HOOK_WAITS_FOR_ITSELF = "hook-waits-for-itself" is Error by Ours;
    /// A function that tests the deployment of another one has a deployment preference itself.
    HOOK_WITH_PREFERENCE = "hook-with-preference" is Error by Ours;
    /// An intrinsic function stands for the whole of `Hooks`, so that no hook is called.
    HOOKS_LOST = "hooks-lost" is Warning;
    /// `Hooks` of a deployment preference is not a map.
    HOOKS_NOT_A_MAP = "hooks-not-a-map" is Error by Sam;
    /// `Fn::If` does not have exactly three arguments where it must be read.
    IF_ARGUMENTS = "if-arguments" is Error by Sam;
    /// `Fn::If` does not begin with the name of a condition where it must be read.
    IF_CONDITION_NOT_A_NAME = "if-condition-not-a-name" is Error by Ours;
    /// The branches of an `Fn::If` in `Policies` are different kinds of policy.
    IF_MIXES_POLICY_KINDS = "if-mixes-policy-kinds" is Error by Sam;
    /// `IgnoreGlobals` is neither `'*'` nor a list of properties.
    IGNORE_GLOBALS_SHAPE = "ignore-globals-shape" is Error by Sam;
    /// `Metadata.Canaryform.Ignore` names a kind of finding that does not exist, or an error, which cannot be ignored.
    IGNORE_UNKNOWN = "ignore-unknown" is Warning;
    /// `Metadata.Canaryform.Ignore` names a kind of finding that was not found there.
    IGNORE_UNUSED = "ignore-unused" is Info;
    /// `IgnoreGlobals` names a property that `Globals` does not hold, or names it twice.
    IGNORED_GLOBAL_UNKNOWN = "ignored-global-unknown" is Error by Sam;
    /// A map has a key that SAM does not know and drops without a word.
    IGNORED_KEY = "ignored-key" is Warning;
    /// SAM accepts the property and does nothing with it.
    IGNORED_PROPERTY = "ignored-property" is Warning;
    /// A function describes how to build its image, which must be done before: there is no `ImageUri`.
    IMAGE_NOT_BUILT = "image-not-built" is Error by Sam;
    /// Code is ignored, and so an image that is not built has a placeholder for its address.
    IMAGE_PLACEHOLDER = "image-placeholder" is Warning;
    /// A function that is not packaged as an image has a property for images.
    IMAGE_PROPERTY_ON_ZIP = "image-property-on-zip" is Error by Sam;
    /// A resource of the template has the id of the API that is made for events which name none; SAM would overwrite it without a word.
    IMPLICIT_API_ID_TAKEN = "implicit-api-id-taken" is Error by Ours or "the API that is made takes its place, as in SAM";
    /// Included files include each other, so that there would be no end.
    INCLUDE_CIRCLE = "include-circle" is Error by Ours;
    /// A key stands both beside an include and in the included file; the one beside it counts.
    INCLUDE_KEY_TWICE = "include-key-twice" is Warning;
    /// Code is ignored and the included file is not there, so that the include stays and its content counts nowhere.
    INCLUDE_LEFT = "include-left" is Warning;
    /// A local file that the template includes cannot be read.
    INCLUDE_UNAVAILABLE = "include-unavailable" is Error by Ours;
    /// A property of an HTTP API and its OpenAPI document give the same field of `info`, or `info` cannot hold it.
    INFO_TWICE = "info-twice" is Error by Sam;
    /// An intrinsic function stands where the transform reads a map or decides by a value, before there is one.
    INTRINSIC_NOT_READ = "intrinsic-not-read" is Warning;
    /// A logical id holds something other than letters and digits, which CloudFormation refuses.
    INVALID_LOGICAL_ID = "invalid-logical-id" is Error by Sam;
    /// The definition of an API is not an OpenAPI document, so that nothing can be written into it.
    INVALID_OPENAPI = "invalid-openapi" is Error by Sam;
    /// The file is not UTF-8 text.
    INVALID_UTF8 = "invalid-utf8" is Error by Sam;
    /// `IpAddressType` of a WebSocket API is neither `ipv4` nor `dualstack`.
    IP_ADDRESS_TYPE = "ip-address-type" is Error by Sam;
    /// The text begins as JSON does, and is not valid JSON.
    JSON_SYNTAX = "json-syntax" is Error by Sam;
    /// `JwtConfiguration` of an authorizer is not a map.
    JWT_CONFIGURATION = "jwt-configuration" is Error by Sam;
    /// A `SelfManagedKafka` event lacks its `KafkaBootstrapServers`.
    KAFKA_SERVERS_MISSING = "kafka-servers-missing" is Error by Sam;
    /// A `SelfManagedKafka` event does not have exactly one topic.
    KAFKA_TOPICS = "kafka-topics" is Error by Sam;
    /// What goes beyond SAM cannot be said in SAM's words here, so that SAM cannot be left to do the rest.
    KEEP_NOT_POSSIBLE = "keep-not-possible" is Error by Ours;
    /// A key of a map is itself a map, a list or a function.
    KEY_NOT_A_NAME = "key-not-a-name" is Error by Sam;
    /// A key stands twice in one map, with the same value.
    KEY_REPEATED = "key-repeated" is Warning;
    /// The key that decrypts an event's secrets is not a key id, which becomes part of an ARN.
    KMS_KEY_ID = "kms-key-id" is Error by Sam;
    /// A function of the language extensions stays as it is, because its value is not known here.
    LANGUAGE_EXTENSION_LEFT = "language-extension-left" is Warning;
    /// A function has an alias, and something invokes it without.
    LATEST_STILL_INVOKED = "latest-still-invoked" is Warning;
    /// `CompatibleArchitectures` of a layer names an architecture that Lambda does not have.
    LAYER_ARCHITECTURE = "layer-architecture" is Error by Sam;
    /// A new version of a layer of the template publishes no version of a function that uses it.
    LAYER_NOT_FOLLOWED = "layer-not-followed" is Warning;
    /// A parameter that a layer refers to does not have a string as its value.
    LAYER_TEXT_NOT_A_STRING = "layer-text-not-a-string" is Error by Sam;
    /// A list stands where a map is meant; AWS's own transform makes an empty map of it, and here it stays a list.
    LIST_READ_AS_MAP = "list-read-as-map" is Warning;
    /// A local path leads to no code that can be read here; SAM itself refuses every local path.
    LOCAL_CODE_UNAVAILABLE = "local-code-unavailable" is Error by Sam;
    /// An alarm on the log of a function needs its log group as a resource of the template.
    LOG_GROUP_MISSING = "log-group-missing" is Error by Ours;
    /// An alarm or a hook is named by a text that is the logical id of a resource, where its name is wanted.
    LOGICAL_ID_AS_TEXT = "logical-id-as-text" is Warning;
    /// Two turns of a loop, or a loop and what stands beside it, make the same key.
    LOOP_KEY_TWICE = "loop-key-twice" is Error by Ours;
    /// The items of a loop over resources are not known here, so that nothing can be made of it.
    LOOP_NOT_KNOWN = "loop-not-known" is Error by Ours;
    /// A loop is unrolled for the value that a parameter has now; another value at the deployment changes nothing.
    LOOP_OVER_PARAMETER = "loop-over-parameter" is Warning;
    /// A loop is not a list of an identifier, a list of items, and a map with what to repeat.
    LOOP_SHAPE = "loop-shape" is Error by Ours;
    /// The loops of the template make more than any template can hold.
    LOOP_TOO_LARGE = "loop-too-large" is Error by Ours;
    /// The macro is named behind SAM's transform, which leaves nothing to it in an account.
    MACRO_BEHIND_SAM = "macro-behind-sam" is Warning;
    /// A parameter of this macro, where `Transform` names it, is not one that it takes.
    MACRO_PARAMETERS = "macro-parameters" is Error by Ours;
    /// A macro that stands before SAM's transform runs after it now, because the output names it.
    MACRO_RUNS_LATER = "macro-runs-later" is Warning;
    /// A condition comes out that CloudFormation refuses: SAM combines two wrongly, or passes on what is not a name.
    MALFORMED_CONDITION = "malformed-condition" is Warning;
    /// Many deployments start together when all functions change.
    MANY_DEPLOYMENTS = "many-deployments" is Info;
    /// `Fn::FindInMap` reads a mapping that is not a map of maps.
    MAPPING_NOT_TWO_LEVELS = "mapping-not-two-levels" is Error by Sam;
    /// `MaxParallel` is no whole number from 1 up, or functions cannot be deployed one behind the other.
    MAX_PARALLEL = "max-parallel" is Error by Ours;
    /// A route is not merged into the API's document, because the document has no `paths`.
    MERGE_DEFINITIONS_LOST = "merge-definitions-lost" is Warning;
    /// The YAML key `<<` merges something that is neither a map nor a list of maps.
    MERGE_NOT_A_MAP = "merge-not-a-map" is Error by Sam;
    /// `MergeDefinitions` needs a `DefinitionBody`, and the API has a `DefinitionUri`.
    MERGE_WITHOUT_BODY = "merge-without-body" is Error by Sam;
    /// `Metadata.Canaryform`, which no other tool reads, has a key that means nothing.
    METADATA_KEY = "metadata-key" is Error by Ours;
    /// `Metadata` has a key that is nearly `Canaryform`, and what stands below it is not read.
    METADATA_NEARLY = "metadata-nearly" is Warning;
    /// Something below `Metadata.Canaryform`, which no other tool reads, is not a map.
    METADATA_SHAPE = "metadata-shape" is Error by Ours;
    /// An entry of `MethodSettings` does not say for which path and method it is.
    METHOD_SETTINGS_INCOMPLETE = "method-settings-incomplete" is Warning;
    /// `CodeUri` of an image of microVMs is no S3 location, and the role that is made for it may read an unrelated bucket.
    MICROVM_CODE_NOT_IN_S3 = "microvm-code-not-in-s3" is Warning;
    /// A property that is required is not there.
    MISSING_PROPERTY = "missing-property" is Error by Sam;
    /// A model of a REST API is not a map.
    MODEL_SHAPE = "model-shape" is Error by Sam;
    /// A model of a REST API lacks its `type`.
    MODEL_WITHOUT_TYPE = "model-without-type" is Error by Sam;
    /// The image is named by a tag that can move, so that pushing another image publishes no version.
    MOVING_IMAGE_TAG = "moving-image-tag" is Warning;
    /// `MutualTlsAuthentication` of a domain is not a map.
    MUTUAL_TLS_SHAPE = "mutual-tls-shape" is Error by Sam;
    /// A schedule has a `Name` together with `OmitName: true`.
    NAME_OMITTED_AND_GIVEN = "name-omitted-and-given" is Error by Sam;
    /// A nested template leads back to one that it is nested in.
    NESTED_CIRCLE = "nested-circle" is Error by Ours;
    /// Nested applications or stacks have templates of their own beside this one, which are not transformed without `--recursive`.
    NESTED_LEFT = "nested-left" is Info;
    /// Maps and lists are nested deeper than any template needs; the limit protects against hostile input.
    NESTED_TOO_DEEP = "nested-too-deep" is Error by Ours;
    /// The template of a nested application cannot be read.
    NESTED_UNAVAILABLE = "nested-unavailable" is Error by Ours;
    /// `ComputeTypes` of a network connector is not a list of one type.
    NETWORK_CONNECTOR_COMPUTE_TYPES = "network-connector-compute-types" is Error by Sam;
    /// The region has no Serverless Application Repository.
    NO_APPLICATION_REPOSITORY = "no-application-repository" is Error by Sam;
    /// The file holds no template.
    NO_DOCUMENT = "no-document" is Error by Sam;
    /// The template has no map of `Resources`.
    NO_RESOURCES = "no-resources" is Error by Sam;
    /// A property stands in `Globals` that only a resource itself can have.
    NOT_A_GLOBAL_PROPERTY = "not-a-global-property" is Error by Sam;
    /// The file holds something other than a map.
    NOT_A_MAPPING = "not-a-mapping" is Error by Sam;
    /// A number is read as another value than its text suggests, as YAML's rules want it.
    NUMBER_CHANGED_BY_READING = "number-changed-by-reading" is Warning;
    /// A number is infinite, not a number, or beyond 64 bits, which JSON or CloudFormation cannot carry.
    NUMBER_OUT_OF_RANGE = "number-out-of-range" is Error by Ours;
    /// A part of the OpenAPI document that describes endpoints does not have the shape that OpenAPI requires.
    OPENAPI_ENDPOINT = "openapi-endpoint" is Error by Sam;
    /// An `Fn::If` in the OpenAPI document is not a list.
    OPENAPI_IF_NOT_A_LIST = "openapi-if-not-a-list" is Error by Sam;
    /// A path of the OpenAPI document has a method whose name is not one of OpenAPI's.
    OPENAPI_METHOD_NAME = "openapi-method-name" is Error by Sam;
    /// A part of the OpenAPI document that events are written into is not a map.
    OPENAPI_NOT_A_MAP = "openapi-not-a-map" is Error by Sam;
    /// `parameters` of a method in the OpenAPI document is not a list.
    OPENAPI_PARAMETERS = "openapi-parameters" is Error by Sam;
    /// The policy in the OpenAPI document is not a map.
    OPENAPI_POLICY = "openapi-policy" is Error by Sam;
    /// `security` of a method in the OpenAPI document is not a list of maps.
    OPENAPI_SECURITY = "openapi-security" is Error by Sam;
    /// `securityDefinitions` of the OpenAPI document is not a map.
    OPENAPI_SECURITY_DEFINITIONS = "openapi-security-definitions" is Error by Sam;
    /// A part of the OpenAPI document does not have the shape that OpenAPI requires.
    OPENAPI_SHAPE = "openapi-shape" is Error by Sam;
    /// `OpenApiVersion` is not a version of OpenAPI that is known now.
    OPENAPI_VERSION = "openapi-version" is Error by Sam;
    /// More would be made of the template than anybody can deploy, as of large Globals that many resources get.
    OUTPUT_TOO_LARGE = "output-too-large" is Error by Ours;
    /// `OverrideApiAuth` of an event has nothing to override the API's `Auth` with.
    OVERRIDE_OF_NOTHING = "override-of-nothing" is Error by Sam;
    /// `PackageType` of a function is neither `Zip` nor `Image`.
    PACKAGE_TYPE = "package-type" is Error by Sam;
    /// The document of a REST API names a parameter, of which another value makes no new deployment.
    PARAMETER_IN_DOCUMENT = "parameter-in-document" is Warning;
    /// What a layer is comes from a parameter, of which another value gives it no other logical id.
    PARAMETER_IN_LAYER = "parameter-in-layer" is Warning;
    /// What publishes a version hangs on the default of a parameter, for which the deployment may have another value.
    PARAMETER_NOT_GIVEN = "parameter-not-given" is Info;
    /// Another value of a parameter changes a function and publishes no version of it.
    PARAMETER_NOT_HASHED = "parameter-not-hashed" is Info;
    /// A parameter has a type that CloudFormation does not know.
    PARAMETER_TYPE = "parameter-type" is Warning;
    /// The value of a parameter does not fit what its declaration allows, so that CloudFormation will refuse it, or has the pair of another one in it.
    PARAMETER_VALUE = "parameter-value" is Warning;
    /// `PassthroughCondition` must be known before the deployment, because it decides which resources carry a condition.
    PASSTHROUGH_CONDITION = "passthrough-condition" is Error by Sam;
    /// A generated permission is named after the alias, so that it is replaced when the alias changes.
    PERMISSION_NAMED_AFTER_ALIAS = "permission-named-after-alias" is Warning;
    /// A permission is for a function, and what it is for calls the alias.
    PERMISSION_PAST_ALIAS = "permission-past-alias" is Warning;
    /// Two events share one generated permission, which names the source of only one of them.
    PERMISSION_SHARED = "permission-shared" is Warning;
    /// A function has policies beside a role of its own, which are dropped: SAM puts `Policies` into the role that it makes, and makes none beside `Role`.
    POLICIES_BESIDE_ROLE = "policies-beside-role" is Warning;
    /// Two policies of a generated role have the same name, which IAM refuses.
    POLICY_NAME_TWICE = "policy-name-twice" is Warning;
    /// A policy template wants a name and is given an ARN or a URL.
    POLICY_TEMPLATE_ARGUMENT = "policy-template-argument" is Warning;
    /// A policy template lacks a parameter that it needs.
    POLICY_TEMPLATE_PARAMETERS = "policy-template-parameters" is Error by Sam;
    /// `DeploymentPreference` is an intrinsic function that cannot be read here; of a state machine's SAM would make a map that CloudFormation refuses.
    PREFERENCE_AS_INTRINSIC = "preference-as-intrinsic" is Error by Ours;
    /// Of the deployment preferences that a condition chooses between one has a role of its own, and another has none.
    PREFERENCE_BRANCHES = "preference-branches" is Error by Ours;
    /// An API answers browsers of other origins, and its preflight requests need a login or a key.
    PREFLIGHT_NEEDS_LOGIN = "preflight-needs-login" is Warning;
    /// The `Type` of a table's `PrimaryKey` is not `String`, `Number` or `Binary`.
    PRIMARY_KEY_TYPE = "primary-key-type" is Error by Sam;
    /// Two properties are given of which a resource can have only one.
    PROPERTIES_EXCLUDE_EACH_OTHER = "properties-exclude-each-other" is Error by Sam;
    /// `Fn::Transform` of a file that is not here, or of a macro, brings properties into a resource of SAM's.
    PROPERTIES_INCLUDED = "properties-included" is Error by Sam;
    /// The `Properties` of a resource are not a map.
    PROPERTIES_NOT_A_MAP = "properties-not-a-map" is Error by Sam;
    /// A property is given without another one that it needs.
    PROPERTY_NEEDS_ANOTHER = "property-needs-another" is Error by Sam;
    /// It is not known here whether a version of the function holds this property fast, so it counts.
    PROPERTY_UNCLASSIFIED = "property-unclassified" is Info;
    /// An intrinsic function stands where the transform must know who may call something, and SAM would take it for a value.
    PROTECTION_NOT_KNOWN = "protection-not-known" is Error by Ours or "it is taken for what the message says, as in SAM";
    /// `SqsSubscription` as a map lacks the ARN or the URL of its queue.
    QUEUE_NOT_NAMED = "queue-not-named" is Error by Sam;
    /// A queue gives a message back before the function that works on it has to be done, which Lambda refuses.
    QUEUE_VISIBILITY = "queue-visibility" is Warning;
    /// A text looks like an intrinsic function in quotes, and stays a text.
    QUOTED_INTRINSIC = "quoted-intrinsic" is Warning;
    /// A threshold in percent is less than one, as if it were a share.
    RATE_AS_FRACTION = "rate-as-fraction" is Warning;
    /// `EventRecordFormat` is neither `JSON` nor `SOURCE`.
    RECORD_FORMAT = "record-format" is Error by Sam;
    /// Resources wait for each other, which CloudFormation refuses.
    REFERENCE_CYCLE = "reference-cycle" is Error by Ours or "it is told as a warning; CloudFormation will refuse the template";
    /// The name of the schema registry is not known now, so that the role gets no rights to read it.
    REGISTRY_NOT_KNOWN = "registry-not-known" is Warning;
    /// The name of a request parameter does not say which part of a request it is in.
    REQUEST_PARAMETER_NAME = "request-parameter-name" is Error by Sam;
    /// A request parameter is neither a name nor a map with one name.
    REQUEST_PARAMETER_SHAPE = "request-parameter-shape" is Error by Sam;
    /// A tag has a key that the transform itself writes.
    RESERVED_TAG = "reserved-tag" is Error by Sam;
    /// A resource is not a map.
    RESOURCE_NOT_A_MAP = "resource-not-a-map" is Error by Sam;
    /// A generated resource has the logical id of one in the template; SAM would overwrite the template's without a word.
    RESOURCE_OVERWRITTEN = "resource-overwritten" is Error by Ours or "the generated one takes its place, as in SAM";
    /// A list of networks in a `ResourcePolicy` is a text, which SAM would take for the list of its letters.
    RESOURCE_POLICY_LETTERS = "resource-policy-letters" is Error by Ours;
    /// A list in a `ResourcePolicy` is not a list, or holds values that are not strings.
    RESOURCE_POLICY_LIST = "resource-policy-list" is Error by Sam;
    /// `ResourcePolicy` is not a map.
    RESOURCE_POLICY_SHAPE = "resource-policy-shape" is Error by Sam;
    /// A resource does not say what it is, so that it stays as it is, and CloudFormation refuses it.
    RESOURCE_WITHOUT_TYPE = "resource-without-type" is Warning;
    /// The template becomes nearly as many resources as CloudFormation takes.
    RESOURCES_NEAR_LIMIT = "resources-near-limit" is Warning;
    /// A template that looks like an earlier result lies in a folder of code, and counts as code.
    RESULT_AMONG_CODE = "result-among-code" is Warning;
    /// `RetentionPolicy` of a layer is neither `Retain` nor `Delete`.
    RETENTION_POLICY = "retention-policy" is Error by Sam;
    /// What invokes the alias of a plain function would wait for itself, where its events are rewired.
    REWIRED_IN_A_CIRCLE = "rewired-in-a-circle" is Error by Ours;
    /// The role that a preference gives to CodeDeploy may not do what every shift of traffic needs.
    ROLE_CANNOT_POLL = "role-cannot-poll" is Warning;
    /// A role may be `AWS::NoValue`, and then there is none: none is made beside one that is given.
    ROLE_MAY_BE_NOTHING = "role-may-be-nothing" is Warning;
    /// A state machine has `Policies`, which are for a generated role, together with a `Role` of its own.
    ROLE_WITH_POLICIES = "role-with-policies" is Error by Sam;
    /// The key of a WebSocket route cannot become part of a logical id.
    ROUTE_KEY = "route-key" is Error by Sam;
    /// An alarm on a route needs its metric, which `MethodSettings` of its API do not switch on.
    ROUTE_METRICS_OFF = "route-metrics-off" is Error by Ours;
    /// An alarm is to be made on a route that takes any method, of which there is no single metric.
    ROUTE_OF_ANY_METHOD = "route-of-any-method" is Error by Ours;
    /// A WebSocket route other than `$connect` has `RequestParameters`.
    ROUTE_REQUEST_PARAMETERS = "route-request-parameters" is Error by Sam;
    /// `RouteSettings` of an HTTP API is not a map of maps.
    ROUTE_SETTINGS_SHAPE = "route-settings-shape" is Error by Sam;
    /// A WebSocket route names no function.
    ROUTE_WITHOUT_FUNCTION = "route-without-function" is Error by Sam;
    /// `Route53` of a domain is not a map.
    ROUTE53_SHAPE = "route53-shape" is Error by Sam;
    /// `Route53` of a domain names no hosted zone.
    ROUTE53_WITHOUT_ZONE = "route53-without-zone" is Error by Sam;
    /// An alarm is to be made on routes that the template does not show.
    ROUTES_NOT_KNOWN = "routes-not-known" is Error by Ours;
    /// `RuleName` of a `Schedule` event is ignored; the property is `Name`.
    RULE_NAME_IGNORED = "rule-name-ignored" is Warning;
    /// `SchemaRegistryConfig` is ignored for this kind of event.
    SCHEMA_REGISTRY_IGNORED = "schema-registry-ignored" is Warning;
    /// An event has `AuthorizationScopes` and no `Authorizer` that they belong to.
    SCOPES_WITHOUT_AUTHORIZER = "scopes-without-authorizer" is Error by Sam;
    /// The value of a `NoEcho` parameter is written into the output, where everybody can read it.
    SECRET_IN_OUTPUT = "secret-in-output" is Warning;
    /// A version is published for another configuration, but not for another value of a secret in it.
    SECRET_NOT_FOLLOWED = "secret-not-followed" is Info;
    /// A section of the template is not a map.
    SECTION_NOT_A_MAP = "section-not-a-map" is Error by Sam;
    /// The file holds more than one YAML document.
    SEVERAL_DOCUMENTS = "several-documents" is Error by Sam;
    /// `AutoPublishCodeSha256` begins with something other than letters and digits, and so cannot become part of a logical id.
    SHA_NOT_ALPHANUMERIC = "sha-not-alphanumeric" is Error by Sam;
    /// `AutoPublishCodeSha256` must be known before the deployment, because it becomes part of a logical id.
    SHA_NOT_KNOWN = "sha-not-known" is Error by Sam;
    /// APIs that share a usage plan describe it differently, and only one description counts.
    SHARED_USAGE_PLAN_DIFFERS = "shared-usage-plan-differs" is Warning;
    /// An Alexa event names no skill, so that every skill of anybody may invoke the function.
    SKILL_NOT_NAMED = "skill-not-named" is Warning;
    /// A `SmokeTest` cannot be made as it is written.
    SMOKE_TEST = "smoke-test" is Error by Ours;
    /// An entry of `SourceAccessConfigurations` is malformed, or does not go with the others.
    SOURCE_ACCESS = "source-access" is Error by Sam;
    /// An event lacks the `SourceAccessConfigurations` that its source needs.
    SOURCE_ACCESS_MISSING = "source-access-missing" is Error by Sam;
    /// The `Type` of an entry of `SourceAccessConfigurations` is not one that the source supports.
    SOURCE_ACCESS_TYPE = "source-access-type" is Error by Sam;
    /// Only the name of an SSM parameter is known now, so that a change of the stored value publishes no version.
    SSM_PARAMETER_BY_NAME = "ssm-parameter-by-name" is Warning;
    /// The template becomes more than CloudFormation takes: resources, bytes, or characters of a logical id.
    STACK_TOO_LARGE = "stack-too-large" is Error by Ours or "it is told as a warning; CloudFormation will refuse the template";
    /// `StageName` of a REST API is empty.
    STAGE_NAME_EMPTY = "stage-name-empty" is Error by Sam;
    /// An event has both `State` and `Enabled`, which say the same.
    STATE_AND_ENABLED = "state-and-enabled" is Error by Sam;
    /// A state machine has neither `Definition` nor `DefinitionUri`.
    STATE_MACHINE_WITHOUT_DEFINITION = "state-machine-without-definition" is Error by Sam;
    /// `Fn::Sub` inserts a parameter whose value is not text.
    SUB_OF_NON_TEXT_PARAMETER = "sub-of-non-text-parameter" is Error by Sam;
    /// A definition substitution has the name of one that is generated; SAM would overwrite it without a word.
    SUBSTITUTION_TAKEN = "substitution-taken" is Error by Ours;
    /// `DefinitionSubstitutions` is an intrinsic function, to which no generated substitution can be added; SAM would write a broken map.
    SUBSTITUTIONS_AS_INTRINSIC = "substitutions-as-intrinsic" is Error by Ours;
    /// A tag of an HTTP API gets another value: by `Tags` beside the document, or by SAM, which writes it itself.
    TAG_REPLACED = "tag-replaced" is Warning;
    /// `TemplateUrl` of a nested application is overwritten by its `Location`.
    TEMPLATE_URL_IGNORED = "template-url-ignored" is Warning;
    /// A function with `TenancyConfig` has an event that cannot carry a tenant.
    TENANCY_EXCLUDES_EVENT = "tenancy-excludes-event" is Error by Sam;
    /// A function with `TenancyConfig` has a property that tenant isolation excludes.
    TENANCY_EXCLUDES_PROPERTY = "tenancy-excludes-property" is Error by Sam;
    /// YAML aliases repeat more values than any template needs; the limit protects against hostile input.
    TOO_MANY_ALIASES = "too-many-aliases" is Error by Ours;
    /// A shape of traffic that is written inline lacks something, or has a number that CodeDeploy does not take.
    TRAFFIC_SHAPE = "traffic-shape" is Error by Ours;
    /// A name in `Transform` is nearly that of this macro or of a transform of AWS.
    TRANSFORM_NEARLY = "transform-nearly" is Warning;
    /// A trigger of a user pool has two functions, and invokes only one.
    TRIGGER_TAKEN = "trigger-taken" is Error by Sam;
    /// A condition is named that the template does not declare.
    UNDEFINED_CONDITION = "undefined-condition" is Warning;
    /// An event names an authorizer that its API does not have, or that is not known now.
    UNKNOWN_AUTHORIZER = "unknown-authorizer" is Error by Sam;
    /// The `Type` of an event is not one that SAM knows.
    UNKNOWN_EVENT_TYPE = "unknown-event-type" is Error by Sam;
    /// `Globals` has a section that SAM does not know.
    UNKNOWN_GLOBALS_SECTION = "unknown-globals-section" is Error by Sam;
    /// A map has a key that it cannot have.
    UNKNOWN_KEY = "unknown-key" is Error by Sam;
    /// The name of a policy is neither an ARN nor a managed policy of AWS that is known here.
    UNKNOWN_MANAGED_POLICY = "unknown-managed-policy" is Warning;
    /// An event names a model that its API does not have.
    UNKNOWN_MODEL = "unknown-model" is Error by Sam;
    /// A value is given for a parameter that the template does not declare.
    UNKNOWN_PARAMETER = "unknown-parameter" is Warning;
    /// An entry of `Policies` is not a managed policy, a statement or a policy template.
    UNKNOWN_POLICY = "unknown-policy" is Error by Sam;
    /// A policy template is given a parameter that it does not have, which is ignored.
    UNKNOWN_POLICY_TEMPLATE_PARAMETER = "unknown-policy-template-parameter" is Warning;
    /// A resource or an event has a property that it cannot have.
    UNKNOWN_PROPERTY = "unknown-property" is Error by Sam;
    /// A resource has a type that does not exist; CloudFormation will refuse it.
    UNKNOWN_RESOURCE_TYPE = "unknown-resource-type" is Warning;
    /// A template has a section that CloudFormation does not know and will refuse.
    UNKNOWN_SECTION = "unknown-section" is Warning;
    /// A type under `AWS::Serverless::`, or one that is nearly one, does not exist; CloudFormation will refuse it.
    UNKNOWN_SERVERLESS_TYPE = "unknown-serverless-type" is Warning;
    /// A YAML tag is not one of CloudFormation's functions; CloudFormation refuses it, though SAM alone lets it pass.
    UNKNOWN_TAG = "unknown-tag" is Error by Ours;
    /// The `Type` of a deployment preference is not a known way of shifting traffic.
    UNKNOWN_TRAFFIC_SHAPE = "unknown-traffic-shape" is Warning;
    /// The file holds a character that YAML does not allow.
    UNPRINTABLE_CHARACTER = "unprintable-character" is Error by Sam;
    /// A sign that has a meaning of its own in YAML stands alone without quotes.
    UNQUOTED_SIGN = "unquoted-sign" is Error by Sam;
    /// `FunctionUrlConfig` does not say with `AuthType` who may call the URL.
    URL_AUTH_TYPE = "url-auth-type" is Error by Sam;
    /// An intrinsic function stands for the whole of `FunctionUrlConfig`, so that nothing in it takes effect.
    URL_CONFIG_LOST = "url-config-lost" is Warning;
    /// `CreateUsagePlan` is not `PER_API`, `SHARED` or `NONE`.
    USAGE_PLAN_KIND = "usage-plan-kind" is Error by Sam;
    /// `UsagePlan` is not a map.
    USAGE_PLAN_SHAPE = "usage-plan-shape" is Error by Sam;
    /// A stored value changes by itself, which publishes no version of the function that has it.
    VALUE_NOT_FOLLOWED = "value-not-followed" is Info;
    /// `AWS::NoValue` takes a value away that the result needs.
    VALUE_REMOVED = "value-removed" is Warning;
    /// `StateMachineVersionArn` is overwritten by the version that is published.
    VERSION_ARN_IGNORED = "version-arn-ignored" is Warning;
    /// Old versions of a function are deleted, so that nobody can return to them by hand.
    VERSION_DELETED = "version-deleted" is Info;
    /// The document of a REST API calls a version of a function, of which another one makes no new deployment.
    VERSION_IN_DOCUMENT = "version-in-document" is Warning;
    /// SnapStart or durable execution is switched on for a function that publishes no version.
    VERSION_MISSING = "version-missing" is Warning;
    /// `VPCEndpointIds` and `VpcEndpointIds` are both given, which are the same.
    VPC_ENDPOINT_IDS_TWICE = "vpc-endpoint-ids-twice" is Error by Sam;
    /// `AuthType` of a web function does not say who may call it.
    WEB_FUNCTION_AUTH = "web-function-auth" is Error by Sam;
    /// The code of a web function stands in the template.
    WEB_FUNCTION_CODE = "web-function-code" is Error by Sam;
    /// `EgressNetworkConnectorArn` of a web function names no version of a network connector.
    WEB_FUNCTION_EGRESS = "web-function-egress" is Error by Sam;
    /// An environment variable of a web function has a name or a value that Lambda refuses.
    WEB_FUNCTION_ENVIRONMENT = "web-function-environment" is Error by Sam;
    /// `ReplicaRegions` of a web function are no regions, or cannot be known now.
    WEB_FUNCTION_REGIONS = "web-function-regions" is Error by Sam;
    /// `Timeout` of a web function is out of range.
    WEB_FUNCTION_TIMEOUT = "web-function-timeout" is Error by Sam;
    /// `AutoDeploymentMode`, `RevisionWeights` and `EndpointType` of a web function do not go together.
    WEB_FUNCTION_TRAFFIC = "web-function-traffic" is Error by Sam;
    /// `RevisionWeights` of a web function are no weights of at most two revisions that add up to 100.
    WEB_FUNCTION_WEIGHTS = "web-function-weights" is Error by Sam;
    /// An attribute of a WebSocket API has no effect on anything that is generated.
    WEBSOCKET_ATTRIBUTE_LOST = "websocket-attribute-lost" is Warning;
    /// `AuthType: CUSTOM` of a WebSocket API lacks the `AuthArn` of its function.
    WEBSOCKET_AUTH_ARN = "websocket-auth-arn" is Error by Sam;
    /// `Auth` of a WebSocket API has a key that its `AuthType` does not take.
    WEBSOCKET_AUTH_KEYS = "websocket-auth-keys" is Error by Sam;
    /// `AuthType` of a WebSocket API is not `NONE`, `AWS_IAM` or `CUSTOM`.
    WEBSOCKET_AUTH_TYPE = "websocket-auth-type" is Error by Sam;
    /// A WebSocket API has `Auth` and no `$connect` route where it would apply.
    WEBSOCKET_AUTH_WITHOUT_CONNECT = "websocket-auth-without-connect" is Error by Sam;
    /// The domain of a WebSocket API has `MutualTlsAuthentication`, which only other APIs support.
    WEBSOCKET_MUTUAL_TLS = "websocket-mutual-tls" is Error by Sam;
    /// The stage's name of a WebSocket API is not letters and digits, and so cannot become part of a logical id.
    WEBSOCKET_STAGE_NAME = "websocket-stage-name" is Error by Sam;
    /// A WebSocket API has no route.
    WEBSOCKET_WITHOUT_ROUTES = "websocket-without-routes" is Error by Sam;
    /// A word such as `yes` or `off` is read as a boolean, or a key as another text, as YAML's rules want it.
    WORD_CHANGED_BY_READING = "word-changed-by-reading" is Warning;
    /// A value does not have the type that its property takes.
    WRONG_SHAPE = "wrong-shape" is Error by Sam;
    /// The file is not valid YAML.
    YAML_SYNTAX = "yaml-syntax" is Error by Sam;
    /// A function that is packaged as an image has a property for Zip packages.
    ZIP_PROPERTY_ON_IMAGE = "zip-property-on-image" is Error by Sam;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_those_of_the_constants() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for (code, constant) in ALL.iter().zip(CONSTANTS) {
            assert_eq!(code.name, constant.to_lowercase().replace('_', "-"));
            assert_eq!(crate::diagnostics::find_code(code.name), Some(*code));
        }
        assert_eq!(crate::diagnostics::find_code("no-such-code"), None);
    }

    #[test]
    fn exactly_errors_are_refused_by_somebody() {
        for code in ALL {
            let is_error = code.severity == Severity::Error;
            assert_eq!(code.refusal.is_some(), is_error, "{code}");
        }
    }

    #[test]
    fn every_meaning_is_a_sentence() {
        for code in ALL {
            let meaning = code.meaning();
            let begins = meaning.starts_with(|first: char| first.is_uppercase() || first == '`');
            assert!(
                begins && meaning.ends_with('.') && meaning.contains(' '),
                "{code}"
            );
            assert!(
                meaning.len() <= 160 && !meaning.contains('|'),
                "{code}: too long, or no cell"
            );
        }
    }
}
