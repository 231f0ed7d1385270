//! `Resolvers` of a GraphQL API: the functions that answer each field, one after the other.
//!
//! ```yaml
//! # in
//! Books:
//!   Type: AWS::Serverless::GraphQLApi
//!   Properties:
//!     SchemaUri: s3://bucket/books.graphql
//!     Auth: {Type: AWS_IAM}
//!     Functions:
//!       find: {DataSource: NONE, Runtime: {Name: APPSYNC_JS, Version: 1.0.0}, CodeUri: s3://bucket/find.js}
//!     Resolvers: {Query: {book: {Pipeline: [find]}}}
//! ```
//!
//! ```yaml
//! # out
//! BooksQuerybook:
//!   Type: AWS::AppSync::Resolver
//!   DependsOn: [BooksSchema]
//!   Properties:
//!     ApiId: !GetAtt Books.ApiId
//!     TypeName: Query
//!     FieldName: book
//!     Kind: PIPELINE
//!     PipelineConfig: {Functions: [!GetAtt Booksfind.FunctionId]}
//!     Runtime: {Name: APPSYNC_JS, RuntimeVersion: 1.0.0}
//!     # ...
//! ```
//!
//! Upstream: `_construct_appsync_resolver_resources` in model/sam_resources.py.

use super::functions::{Functions, report_code, set_runtime};
use super::{Api, RUNTIME, SYNC, filled};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::resource::typed_map::{Holds, Key};
use crate::resource::{map, resource, set};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Text, Value, json};

const RESOLVERS: Holds = Holds::Entries(&Holds::Entries(&Holds::Fields(&[
    Key::of("FieldName", Holds::Only(&Holds::Text)),
    Key::of(
        "Caching",
        Holds::Fields(&[
            Key::of("Ttl", Holds::Any).required(),
            Key::of("CachingKeys", Holds::Items(&Holds::Any)),
        ]),
    ),
    Key::of("InlineCode", Holds::Any),
    Key::of("CodeUri", Holds::Any),
    Key::of("MaxBatchSize", Holds::Any),
    Key::of("Pipeline", Holds::Items(&Holds::Only(&Holds::Text))),
    Key::of("Runtime", RUNTIME),
    Key::of("Sync", SYNC),
])));

/// The code of a resolver that only hands on what its last function answers.
const DEFAULT_CODE: &str = "\nexport function request(ctx) {\n    return {};\n}\n\nexport function response(ctx) {\n    return ctx.prev.result;\n}\n";

/// Makes the resolvers.
pub(super) fn lower(scope: &Scope<'_>, api: &mut Api, functions: &Functions) {
    let watch = scope.watch();
    let all = map(api.read(scope, "Resolvers", RESOLVERS));
    if !watch.is_sound() {
        return;
    }
    for (type_name, fields) in all {
        for (key, entry) in map(fields) {
            let place = api.sam.path("Resolvers").then(&type_name).then(&key);
            let given = map(entry);
            let mut properties = map(json!({
                "ApiId": api.api_id.clone(),
                "FieldName": filled(&given, "FieldName").unwrap_or_else(|| key.as_str().into()),
                "TypeName": type_name.as_str(),
                "Kind": "PIPELINE",
                "PipelineConfig": { "Functions": pipeline(scope, &given, functions, &place) },
            }));
            set_code(scope, &given, &mut properties, &place);
            let caching = given.get("Caching").cloned();
            set(
                &mut properties,
                "CachingConfig",
                caching.unwrap_or_default(),
            );
            let batch = filled(&given, "MaxBatchSize");
            set(&mut properties, "MaxBatchSize", batch.unwrap_or_default());
            if given.contains_key("Sync") {
                report_ignored(scope, "Sync", "resolvers are not synchronized", &place);
            }
            let mut attributes = map(json!({
                "DependsOn": [logical_id::graphql_schema(&api.sam.id)],
            }));
            attributes.extend(api.sam.attributes.kept.clone());
            let made = resource("AWS::AppSync::Resolver", attributes, properties);
            let id = logical_id::graphql_resolver(&api.sam.id, &type_name, &key);
            api.insert(scope, id, made, place);
        }
    }
}

fn set_code(scope: &Scope<'_>, given: &Map, properties: &mut Map, place: &Path) {
    let has_inline = filled(given, "InlineCode").is_some();
    let has_uri = filled(given, "CodeUri").is_some();
    if has_inline && has_uri {
        report_code(scope, true, place);
        return;
    }
    for (from, to) in [("InlineCode", "Code"), ("CodeUri", "CodeS3Location")] {
        set(properties, to, given.get(from).cloned().unwrap_or_default());
    }
    if has_inline || has_uri {
        set_runtime(scope, given, properties, place);
        return;
    }
    if given.contains_key("Runtime") {
        report_ignored(
            scope,
            "Runtime",
            "without code of its own the resolver has that of SAM, and its runtime",
            place,
        );
    }
    properties.insert("Code", DEFAULT_CODE.into());
    properties.insert(
        "Runtime",
        json!({ "Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0" }),
    );
}

fn report_ignored(scope: &Scope<'_>, key: &str, why: &str, place: &Path) {
    scope.report(
        Diagnostic::new(
            codes::IGNORED_KEY,
            place.clone().then(key),
            format!("`{key}` is ignored here: {why}"),
        )
        .on_key()
        .help("take it out"),
    );
}

/// The ids of the functions of a resolver, in order.
fn pipeline(scope: &Scope<'_>, given: &Map, functions: &Functions, place: &Path) -> Vec<Value> {
    let names = given.get("Pipeline").and_then(Value::as_array);
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        scope.report(
            Diagnostic::new(
                codes::GRAPHQL_PIPELINE,
                place.clone().then("Pipeline"),
                "a resolver needs a `Pipeline` of functions",
            )
            .help("name functions of `Functions`; for a resolver without any write `AWS::AppSync::Resolver`"),
        );
        return Vec::new();
    };
    let mut ids = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let name = name.as_str().unwrap_or_default();
        match functions.ids.get(name) {
            Some(id) => ids.push(id.clone()),
            None => {
                let known: Vec<&str> = functions.ids.keys().map(Text::as_str).collect();
                scope.report(
                    Diagnostic::new(
                        codes::GRAPHQL_PIPELINE,
                        place.clone().then("Pipeline").then(index),
                        format!("the API has no function `{name}`"),
                    )
                    .help(scope.suggestions.did_you_mean(name, &known)),
                );
            }
        }
    }
    ids
}
