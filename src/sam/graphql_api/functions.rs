//! `Functions` of a GraphQL API: the steps of which resolvers are made, each on a data source.
//!
//! ```yaml
//! # in
//! Books:
//!   Type: AWS::Serverless::GraphQLApi
//!   Properties:
//!     SchemaUri: s3://bucket/books.graphql
//!     Auth: {Type: AWS_IAM}
//!     Functions:
//!       check: {DataSource: NONE, Runtime: {Name: APPSYNC_JS, Version: 1.0.0}, CodeUri: s3://bucket/check.js}
//! ```
//!
//! ```yaml
//! # out
//! Bookscheck:
//!   Type: AWS::AppSync::FunctionConfiguration
//!   Properties:
//!     ApiId: !GetAtt Books.ApiId
//!     Name: check
//!     DataSourceName: !GetAtt BooksNoneDataSource.Name
//!     CodeS3Location: s3://bucket/check.js
//!     Runtime: {Name: APPSYNC_JS, RuntimeVersion: 1.0.0}
//! BooksNoneDataSource:
//!   Type: AWS::AppSync::DataSource
//!   Properties: {ApiId: !GetAtt Books.ApiId, Name: BooksNoneDataSource, Type: NONE}
//! ```
//!
//! Upstream: `_construct_appsync_function_configurations` in model/sam_resources.py.

use super::data_sources::Names;
use super::{Api, RUNTIME, SYNC, filled};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::typed_map::{Holds, Key};
use crate::resource::{map, set};
use crate::sam::connector::profiles::DATA_SOURCE;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Text, Value, json};

const FUNCTIONS: Holds = Holds::Entries(&Holds::Fields(&[
    Key::of("DataSource", Holds::Text),
    Key::of("Runtime", RUNTIME),
    Key::of("InlineCode", Holds::Any),
    Key::of("CodeUri", Holds::Any),
    Key::of("Description", Holds::Any),
    Key::of("MaxBatchSize", Holds::Any),
    Key::of("Name", Holds::Only(&Holds::Text)),
    Key::of("Id", Holds::Any),
    Key::of("Sync", SYNC),
]));

/// The functions of an API.
#[derive(Default)]
pub(super) struct Functions {
    /// The id of each by its key, also of one that is at fault.
    pub(super) ids: Map,
    /// Those that have no data source of their own.
    without_source: Vec<Path>,
}

/// Makes the functions.
pub(super) fn lower(scope: &Scope<'_>, api: &mut Api, sources: &Names) -> Functions {
    let mut functions = Functions::default();
    let watch = scope.watch();
    let all = map(api.read(scope, "Functions", FUNCTIONS));
    if !watch.is_sound() {
        // Resolvers may name them all the same.
        let keys = map(api.sam.get("Functions").clone()).into_iter();
        functions.ids = keys.map(|(key, _)| (key, Value::Null)).collect();
        return functions;
    }
    for (key, entry) in all {
        let given = map(entry);
        let place = api.sam.path("Functions").then(&key);
        if let Some(id) = filled(&given, "Id") {
            if given.len() > 1 {
                scope.report(
                    Diagnostic::new(
                        codes::GRAPHQL_FUNCTION,
                        place.then("Id"),
                        format!("the function `{key}` is one that exists, by its `Id`, and is described too"),
                    )
                    .on_key()
                    .help("take `Id` out to make a function, or everything else to use that one"),
                );
            }
            functions.ids.insert(key, id);
            continue;
        }
        let id = logical_id::graphql_part(&api.sam.id, &key);
        functions
            .ids
            .insert(key.clone(), get_att(&id, "FunctionId"));
        let source = data_source(scope, api, &mut functions, sources, &given, &place);
        let mut properties = map(json!({
            "Name": filled(&given, "Name").unwrap_or_else(|| key.into()),
        }));
        set_code(scope, &given, &mut properties, &place);
        set(
            &mut properties,
            "DataSourceName",
            source.unwrap_or_default(),
        );
        for (from, to) in [
            ("MaxBatchSize", "MaxBatchSize"),
            ("Description", "Description"),
            ("Sync", "SyncConfig"),
        ] {
            set(
                &mut properties,
                to,
                given.get(from).cloned().unwrap_or_default(),
            );
        }
        api.add(
            scope,
            id,
            "AWS::AppSync::FunctionConfiguration",
            properties,
            place,
        );
    }
    functions
}

fn set_code(scope: &Scope<'_>, given: &Map, properties: &mut Map, place: &Path) {
    let inline = filled(given, "InlineCode");
    let uri = filled(given, "CodeUri");
    if inline.is_some() == uri.is_some() {
        report_code(scope, inline.is_some(), place);
    }
    set(properties, "Code", inline.unwrap_or_default());
    set(properties, "CodeS3Location", uri.unwrap_or_default());
    set_runtime(scope, given, properties, place);
}

/// Says that there is no code, or that there are two.
pub(super) fn report_code(scope: &Scope<'_>, is_twice: bool, place: &Path) {
    let fault = if is_twice {
        Diagnostic::new(
            codes::GRAPHQL_CODE,
            place.clone().then("InlineCode"),
            "the code is given twice, by `CodeUri` and by `InlineCode`",
        )
    } else {
        Diagnostic::new(codes::GRAPHQL_CODE, place.clone(), "there is no code here")
    };
    scope.report(fault.on_key().help(
        "write `CodeUri` with a file or an S3 location, or `InlineCode` with the code itself",
    ));
}

/// Writes the runtime, which code needs.
pub(super) fn set_runtime(scope: &Scope<'_>, given: &Map, properties: &mut Map, place: &Path) {
    match given.get("Runtime") {
        Some(runtime) => {
            properties.insert("Runtime", runtime.clone());
        }
        None => scope.report(
            Diagnostic::new(
                codes::GRAPHQL_CODE,
                place.clone().then("Runtime"),
                "code needs a `Runtime`",
            )
            .help("add `Runtime: {Name: APPSYNC_JS, Version: 1.0.0}`"),
        ),
    }
}

/// What names the data source of a function.
fn data_source(
    scope: &Scope<'_>,
    api: &Api,
    functions: &mut Functions,
    sources: &Names,
    given: &Map,
    place: &Path,
) -> Option<Value> {
    let path = place.clone().then("DataSource");
    let source = given
        .get("DataSource")
        .filter(|source| is_truthy(Some(source)));
    let Some(source) = source else {
        scope.report(
            Diagnostic::new(
                codes::GRAPHQL_DATA_SOURCE,
                path,
                "a function of a GraphQL API needs a `DataSource`",
            )
            .help("name one of `DataSources` by its key, or write `DataSource: NONE`"),
        );
        return None;
    };
    let Some(word) = source.as_str() else {
        return Some(source.clone());
    };
    if word.to_lowercase() == "none" {
        functions.without_source.push(place.clone());
        let none = logical_id::graphql_none_source(&api.sam.id);
        return Some(get_att(&none, "Name"));
    }
    let found = sources.get(word).cloned();
    if found.is_none() {
        let mut known: Vec<&str> = sources.keys().map(Text::as_str).collect();
        known.sort_unstable();
        known.push("NONE");
        scope.report(
            Diagnostic::new(
                codes::GRAPHQL_DATA_SOURCE,
                path,
                format!("the API has no data source `{word}`"),
            )
            .help(did_you_mean(word, &known)),
        );
    }
    found
}

/// Makes the data source of those that have none, once.
pub(super) fn lower_none_source(scope: &Scope<'_>, api: &mut Api, functions: &Functions) {
    let Some((first, others)) = functions.without_source.split_first() else {
        return;
    };
    let id = logical_id::graphql_none_source(&api.sam.id);
    let properties = map(json!({ "Name": &id, "Type": "NONE" }));
    api.add(
        scope,
        id.clone(),
        DATA_SOURCE,
        properties.clone(),
        first.clone(),
    );
    for other in others {
        let mut properties = properties.clone();
        properties.insert("ApiId", api.api_id.clone());
        let resource = api.sam.attributes.main(DATA_SOURCE, properties);
        api.made.insert(id.clone(), resource, other.clone());
    }
}
