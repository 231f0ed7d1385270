//! `AWS::Serverless::GraphQLApi`: an AppSync API with its schema, data sources, functions and resolvers.
//!
//! ```yaml
//! # in
//! Books:
//!   Type: AWS::Serverless::GraphQLApi
//!   Properties:
//!     SchemaUri: s3://bucket/books.graphql
//!     Auth: {Type: API_KEY}
//!     ApiKeys: {Reader: {Description: for reading}}
//!     Logging: false
//! ```
//!
//! ```yaml
//! # out
//! Books:
//!   Type: AWS::AppSync::GraphQLApi
//!   Properties: {Name: Books, AuthenticationType: API_KEY, Tags: [{Key: 'graphqlapi:createdBy', Value: SAM}]}
//! BooksSchema:
//!   Type: AWS::AppSync::GraphQLSchema
//!   Properties: {ApiId: !GetAtt Books.ApiId, DefinitionS3Location: 's3://bucket/books.graphql'}
//! BooksReader:
//!   Type: AWS::AppSync::ApiKey
//!   Properties: {ApiId: !GetAtt Books.ApiId, Description: for reading}
//! ```
//!
//! Upstream: `SamGraphQLApi` in model/sam_resources.py, internal/schema_source/aws_serverless_graphqlapi.py.

mod auth;
mod data_sources;
mod functions;
mod resolvers;

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{self, Property, Shape};
use crate::resource::typed_map::{self, Holds, Key};
use crate::resource::{GRAPHQL_API, SamResource, keys, map, set, tags, trust};
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};
use indexmap::IndexMap;

pub(crate) const TYPE: ResourceType = ResourceType {
    name: GRAPHQL_API,
    globals: None,
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::any("Name").does("becomes `Name`"),
    Property::strictly("Tags", Shape::Map).does("becomes `Tags`"),
    Property::any("XrayEnabled").does("becomes `XrayEnabled`"),
    Property::strictly("Auth", Shape::Map).meant_by(&[("Type", Shape::Text)])
        .does("becomes `AuthenticationType` and its configuration, `AdditionalAuthenticationProviders` and permissions of Lambda authorizers")
        .required(),
    Property::strictly("SchemaInline", Shape::Text).does("becomes `Definition` of the schema"),
    Property::strictly("SchemaUri", Shape::Text).does("becomes `DefinitionS3Location` of the schema"),
    Property::strictly("Logging", Shape::OneOf(&[Shape::Map, Shape::Bool])).does("becomes `LogConfig` and a role"),
    Property::strictly("DataSources", Shape::Map).does("becomes data sources with their roles"),
    Property::strictly("Functions", Shape::Map).does("becomes function configurations"),
    Property::strictly("Resolvers", Shape::Map).does("becomes resolvers"),
    Property::strictly("ApiKeys", Shape::Map).does("becomes API keys"),
    Property::strictly("DomainName", Shape::Map).does("becomes a domain name and its association"),
    Property::strictly("Cache", Shape::Map).does("becomes the API's cache"),
    Property::any("Visibility").if_filled(),
    Property::any("OwnerContact").if_filled(),
    Property::any("IntrospectionConfig").if_filled(),
    Property::any("QueryDepthLimit").if_filled(),
    Property::any("ResolverCountLimit").if_filled(),
];

const LOGGING: Holds = Holds::Fields(&[
    Key::of("CloudWatchLogsRoleArn", Holds::Any),
    Key::of("ExcludeVerboseContent", Holds::Any),
    Key::of("FieldLogLevel", Holds::Any),
]);

const API_KEYS: Holds = Holds::Entries(&Holds::Fields(&[
    Key::of("ApiKeyId", Holds::Any),
    Key::of("Description", Holds::Any),
    Key::of("ExpiresOn", Holds::Any).to("Expires"),
]));

const CACHE: Holds = Holds::Fields(&[
    Key::of("ApiCachingBehavior", Holds::Any).required(),
    Key::of("Ttl", Holds::Any).required(),
    Key::of("Type", Holds::Any).required(),
    Key::of("AtRestEncryptionEnabled", Holds::Any),
    Key::of("TransitEncryptionEnabled", Holds::Any),
]);

const DOMAIN_NAME: Holds = Holds::Fields(&[
    Key::of("CertificateArn", Holds::Any).required(),
    Key::of("DomainName", Holds::Any).required(),
    Key::of("Description", Holds::Any),
]);

/// The runtime of the code of a function or resolver.
const RUNTIME: Holds = Holds::Fields(&[
    Key::of("Name", Holds::Any).required(),
    Key::of("Version", Holds::Any)
        .to("RuntimeVersion")
        .required(),
]);

const SYNC: Holds = Holds::Fields(&[
    Key::of("ConflictDetection", Holds::Any).required(),
    Key::of("ConflictHandler", Holds::Any),
    Key::of(
        "LambdaConflictHandlerConfig",
        Holds::Fields(&[Key::of("LambdaConflictHandlerArn", Holds::Any).required()]),
    ),
]);

/// The API while it is lowered, and what has been made of it so far.
struct Api {
    sam: SamResource,
    /// `!GetAtt Api.ApiId`
    api_id: Value,
    made: Generated,
    /// The connectors that it has inside, and what each has become.
    connectors: IndexMap<String, Vec<String>>,
}

impl Api {
    /// The value of a property of known keys; null where it is absent or at fault.
    fn read(&self, scope: &Scope<'_>, name: &str, holds: Holds) -> Value {
        match self.sam.get(name) {
            Value::Null => Value::Null,
            given => typed_map::bring(scope, holds, given, name, &self.sam.path(name))
                .unwrap_or_default(),
        }
    }

    /// Adds a resource that belongs to this API.
    fn add(
        &mut self,
        scope: &Scope<'_>,
        id: String,
        kind: &str,
        mut properties: Map,
        because: Path,
    ) {
        properties.insert("ApiId", self.api_id.clone());
        self.add_apart(scope, id, kind, properties, because);
    }

    /// Adds a resource that does not name this API. It has all attributes of the API.
    fn add_apart(
        &mut self,
        scope: &Scope<'_>,
        id: String,
        kind: &str,
        properties: Map,
        because: Path,
    ) {
        let resource = self.sam.attributes.main(kind, properties);
        self.insert(scope, id, resource, because);
    }

    fn insert(&mut self, scope: &Scope<'_>, id: String, resource: Value, because: Path) {
        if !logical_id::is_valid(&id) {
            scope.report(
                Diagnostic::new(
                    codes::INVALID_LOGICAL_ID,
                    because,
                    format!("this would get the logical id `{id}`, which holds something else than letters and digits"),
                )
                .on_key()
                .help("CloudFormation allows only A-Z, a-z and 0-9 in logical ids, and this name becomes part of one"),
            );
            return;
        }
        self.made.insert(id, resource, because);
    }

    /// A role that AppSync may assume.
    fn add_role(&mut self, scope: &Scope<'_>, id: String, policies: Option<Value>, because: Path) {
        let mut properties = Map::new();
        set(
            &mut properties,
            "AssumeRolePolicyDocument",
            trust("appsync.amazonaws.com"),
        );
        set(
            &mut properties,
            "ManagedPolicyArns",
            policies.unwrap_or_default(),
        );
        self.add_apart(scope, id, "AWS::IAM::Role", properties, because);
    }
}

/// A value that counts as true.
fn filled(given: &Map, name: &str) -> Option<Value> {
    given
        .get(name)
        .filter(|value| is_truthy(Some(value)))
        .cloned()
}

fn lower(scope: &Scope<'_>, sam: SamResource) -> Lowered {
    let names: Vec<&str> = PROPERTIES.iter().map(|row| row.name).collect();
    let place = sam.place().then("Properties");
    keys::warn_of_unknown(
        scope,
        sam.properties.keys(),
        &names,
        "`AWS::Serverless::GraphQLApi`",
        &place,
    );
    let mut api = Api {
        api_id: get_att(&sam.id, "ApiId"),
        sam,
        made: Generated::default(),
        connectors: IndexMap::new(),
    };
    lower_api(scope, &mut api);
    lower_schema(scope, &mut api);
    lower_api_keys(scope, &mut api);
    lower_cache(scope, &mut api);
    let sources = data_sources::lower(scope, &mut api);
    lower_domain_name(scope, &mut api);
    let functions = functions::lower(scope, &mut api, &sources);
    resolvers::lower(scope, &mut api, &functions);
    functions::lower_none_source(scope, &mut api, &functions);
    Lowered {
        connectors: api.connectors,
        ..api.made.into()
    }
}

/// The API itself, its authorizers' permissions, and the role with which it logs.
fn lower_api(scope: &Scope<'_>, api: &mut Api) {
    let mut properties = Map::new();
    let name = match api.sam.get("Name") {
        given if is_truthy(Some(given)) => given.clone(),
        _ => api.sam.id.clone().into(),
    };
    set(&mut properties, "Name", name);
    let mut all = match api.sam.get("Tags") {
        Value::Object(given) => given.clone(),
        _ => Map::new(),
    };
    all.insert("graphqlapi:createdBy", json!("SAM"));
    set(&mut properties, "Tags", tags::list(&all).into());
    let xray = api.read(scope, "XrayEnabled", Holds::Bool);
    set(&mut properties, "XrayEnabled", xray);
    let authorizers = auth::set(scope, api, &mut properties);
    let role = logging(scope, api, &mut properties);
    property::copy(PROPERTIES, &mut api.sam, &mut properties);
    let place = api.sam.place();
    let id = api.sam.id.clone();
    api.add_apart(
        scope,
        id.clone(),
        "AWS::AppSync::GraphQLApi",
        properties,
        place.clone(),
    );
    auth::lower_permissions(scope, api, authorizers);
    if role {
        let policy = json!([{
            "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs",
        }]);
        api.add_role(
            scope,
            logical_id::graphql_logging_role(&id),
            Some(policy),
            place,
        );
    }
}

/// Writes `LogConfig`; gives whether a role must be made for it. Everything but `false` logs.
fn logging(scope: &Scope<'_>, api: &Api, properties: &mut Map) -> bool {
    let given = match api.sam.get("Logging") {
        Value::Bool(false) => return false,
        Value::Object(_) => map(api.read(scope, "Logging", LOGGING)),
        Value::Null => {
            scope.report(
                Diagnostic::new(
                    codes::GRAPHQL_LOGS_ALL,
                    api.sam.place(),
                    format!("without `Logging` the API `{}` logs every field of every request, and gets a role for it", api.sam.id),
                )
                .on_key()
                .help("write `Logging: {FieldLogLevel: ERROR}`, or `Logging: false`"),
            );
            Map::new()
        }
        _ => Map::new(),
    };
    let mut config = Map::new();
    let exclude = filled(&given, "ExcludeVerboseContent");
    set(
        &mut config,
        "ExcludeVerboseContent",
        exclude.unwrap_or_default(),
    );
    let level = filled(&given, "FieldLogLevel").unwrap_or_else(|| json!("ALL"));
    set(&mut config, "FieldLogLevel", level);
    let own = filled(&given, "CloudWatchLogsRoleArn");
    let is_made = own.is_none();
    let role = logical_id::graphql_logging_role(&api.sam.id);
    set(
        &mut config,
        "CloudWatchLogsRoleArn",
        own.unwrap_or_else(|| get_att(&role, "Arn")),
    );
    set(properties, "LogConfig", config.into());
    is_made
}

fn lower_schema(scope: &Scope<'_>, api: &mut Api) {
    let inline = api.sam.is_truthy("SchemaInline");
    if inline == api.sam.is_truthy("SchemaUri") {
        let fault = Diagnostic::new(
            codes::GRAPHQL_SCHEMA,
            if inline {
                api.sam.path("SchemaUri")
            } else {
                api.sam.place()
            },
            if inline {
                "the schema is given twice, by `SchemaInline` and by `SchemaUri`"
            } else {
                "a GraphQL API needs a schema"
            },
        );
        scope.report(
            fault
                .on_key()
                .help("write `SchemaUri` with a file or an S3 location, or `SchemaInline` with the schema itself"),
        );
    }
    let mut properties = Map::new();
    set(
        &mut properties,
        "Definition",
        api.sam.get("SchemaInline").clone(),
    );
    set(
        &mut properties,
        "DefinitionS3Location",
        api.sam.get("SchemaUri").clone(),
    );
    let id = logical_id::graphql_schema(&api.sam.id);
    let place = api.sam.place();
    api.add(scope, id, "AWS::AppSync::GraphQLSchema", properties, place);
}

fn lower_api_keys(scope: &Scope<'_>, api: &mut Api) {
    for (key, properties) in map(api.read(scope, "ApiKeys", API_KEYS)) {
        let id = logical_id::graphql_part(&api.sam.id, &key);
        let because = api.sam.path("ApiKeys").then(&key);
        api.add(scope, id, "AWS::AppSync::ApiKey", map(properties), because);
    }
}

fn lower_cache(scope: &Scope<'_>, api: &mut Api) {
    if let Value::Object(properties) = api.read(scope, "Cache", CACHE) {
        let id = logical_id::graphql_cache(&api.sam.id);
        let because = api.sam.path("Cache");
        api.add(scope, id, "AWS::AppSync::ApiCache", properties, because);
    }
}

fn lower_domain_name(scope: &Scope<'_>, api: &mut Api) {
    if let Value::Object(properties) = api.read(scope, "DomainName", DOMAIN_NAME) {
        let id = logical_id::graphql_domain_name(&api.sam.id);
        let because = api.sam.path("DomainName");
        let association = map(json!({ "DomainName": { "Ref": &id } }));
        api.add_apart(
            scope,
            id.clone(),
            "AWS::AppSync::DomainName",
            properties,
            because.clone(),
        );
        api.add(
            scope,
            logical_id::graphql_domain_association(&api.sam.id),
            "AWS::AppSync::DomainNameApiAssociation",
            association,
            because,
        );
    }
}
