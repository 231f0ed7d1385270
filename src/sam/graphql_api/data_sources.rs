//! `DataSources` of a GraphQL API: tables and functions that answer, each with a role unless it is given one.
//!
//! ```yaml
//! # in
//! Books:
//!   Type: AWS::Serverless::GraphQLApi
//!   Properties:
//!     SchemaUri: s3://bucket/books.graphql
//!     Auth: {Type: AWS_IAM}
//!     DataSources:
//!       DynamoDb:
//!         Shelf: {TableName: !Ref Table, TableArn: !GetAtt Table.Arn, Permissions: [Read]}
//! Table: {Type: AWS::Serverless::SimpleTable}
//! ```
//!
//! ```yaml
//! # out
//! BooksShelfDynamoDBDataSource:
//!   Type: AWS::AppSync::DataSource
//!   Properties:
//!     ApiId: !GetAtt Books.ApiId
//!     Name: Shelf
//!     Type: AMAZON_DYNAMODB
//!     DynamoDBConfig: {TableName: !Ref Table, AwsRegion: !Ref 'AWS::Region'}
//!     ServiceRoleArn: !GetAtt BooksShelfDynamoDBDataSourceRole.Arn
//! BooksShelfDynamoDBDataSourceRole: {Type: AWS::IAM::Role}
//! BooksShelfDynamoDBDataSourceToTableConnectorPolicy:
//!   Type: AWS::IAM::ManagedPolicy
//!   Properties: {Roles: [!Ref BooksShelfDynamoDBDataSourceRole]} # ...
//! ```
//!
//! Upstream: `_construct_datasource_resources` in model/sam_resources.py.

use super::{Api, filled};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::typed_map::{Holds, Key};
use crate::resource::{map, set};
use crate::sam::connector::profiles::{DATA_SOURCE, LAMBDA, Permission, Placeholder, TABLE};
use crate::sam::connector::side::Side;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const PERMISSIONS: &[&str] = &["Read", "Write"];

const SOURCES: Holds = Holds::Fields(&[
    Key::of(
        "DynamoDb",
        Holds::Entries(&Holds::Fields(&[
            Key::of("TableName", Holds::Any).required(),
            Key::of("ServiceRoleArn", Holds::Any),
            Key::of("TableArn", Holds::Any),
            Key::of(
                "Permissions",
                Holds::Items(&Holds::Only(&Holds::Word(PERMISSIONS))),
            ),
            Key::of("Name", Holds::Any),
            Key::of("Description", Holds::Any),
            Key::of("Region", Holds::Any),
            Key::of(
                "DeltaSync",
                Holds::Fields(&[
                    Key::of("BaseTableTTL", Holds::Any).required(),
                    Key::of("DeltaSyncTableName", Holds::Any).required(),
                    Key::of("DeltaSyncTableTTL", Holds::Any).required(),
                ]),
            ),
            Key::of("UseCallerCredentials", Holds::Any),
            Key::of("Versioned", Holds::Any),
        ])),
    ),
    Key::of(
        "Lambda",
        Holds::Entries(&Holds::Fields(&[
            Key::of("FunctionArn", Holds::Any).required(),
            Key::of("ServiceRoleArn", Holds::Any),
            Key::of("Name", Holds::Any),
            Key::of("Description", Holds::Any),
        ])),
    ),
]);

/// The data sources by their keys: what names each.
pub(super) type Names = Map;

/// Makes the data sources.
pub(super) fn lower(scope: &Scope<'_>, api: &mut Api) -> Names {
    let all = map(api.read(scope, "DataSources", SOURCES));
    let entries = |kind: &str| all.get(kind).cloned().map(map).unwrap_or_default();
    let mut names = Names::new();
    let tables = entries("DynamoDb");
    for (key, entry) in &tables {
        let Some(given) = entry.as_object() else {
            continue;
        };
        let mut properties = described(key, given, "AMAZON_DYNAMODB");
        set(
            &mut properties,
            "DynamoDBConfig",
            table_config(given).into(),
        );
        let id = logical_id::graphql_table_source(&api.sam.id, key);
        let place = api.sam.path("DataSources").then("DynamoDb").then(key);
        names.insert(key.clone(), get_att(&id, "Name"));
        let role = add(scope, api, &id, given, properties, &place);
        if let Some(role) = role {
            let asked = given
                .get("Permissions")
                .filter(|asked| is_truthy(Some(asked)));
            let wants = |word: &str| match asked.and_then(Value::as_array) {
                Some(asked) => asked.iter().any(|asked| asked == word),
                None => true,
            };
            let permissions: Vec<Permission> = [Permission::Read, Permission::Write]
                .into_iter()
                .filter(|permission| wants(permission.name()))
                .collect();
            let arn = filled(given, "TableArn").unwrap_or_else(|| table_arn(given));
            api.join(
                scope,
                &logical_id::graphql_table_connector(&id),
                source(&id, role),
                Side::of(TABLE, &[(Placeholder::Arn, arn)], None),
                &permissions,
                place,
            );
        }
    }
    for (key, entry) in entries("Lambda") {
        let Some(given) = entry.as_object() else {
            continue;
        };
        let mut properties = described(&key, given, "AWS_LAMBDA");
        let function = given.get("FunctionArn").cloned().unwrap_or_default();
        set(
            &mut properties,
            "LambdaConfig",
            json!({ "LambdaFunctionArn": &function }),
        );
        let place = api.sam.path("DataSources").then("Lambda").then(&key);
        report_same_name(scope, &tables, &key, given, &place);
        let id = logical_id::graphql_function_source(&api.sam.id, &key);
        names.insert(key, get_att(&id, "Name"));
        let role = add(scope, api, &id, given, properties, &place);
        if let Some(role) = role {
            api.join(
                scope,
                &logical_id::graphql_function_connector(&id),
                source(&id, role),
                Side::of(LAMBDA, &[(Placeholder::Arn, function)], None),
                &[Permission::Write],
                place,
            );
        }
    }
    names
}

/// What every data source says.
fn described(key: &str, given: &Map, kind: &str) -> Map {
    let mut properties = map(json!({
        "Name": filled(given, "Name").unwrap_or_else(|| key.into()),
        "Type": kind,
    }));
    let description = given.get("Description").cloned();
    set(
        &mut properties,
        "Description",
        description.unwrap_or_default(),
    );
    properties
}

/// Adds a data source and, where it is given none, its role, whose name it gives.
fn add(
    scope: &Scope<'_>,
    api: &mut Api,
    id: &str,
    given: &Map,
    mut properties: Map,
    place: &Path,
) -> Option<Value> {
    let own = filled(given, "ServiceRoleArn");
    let role = logical_id::role(id);
    let is_made = own.is_none();
    set(
        &mut properties,
        "ServiceRoleArn",
        own.unwrap_or_else(|| get_att(&role, "Arn")),
    );
    api.add(scope, id.to_owned(), DATA_SOURCE, properties, place.clone());
    if !is_made {
        return None;
    }
    api.add_role(scope, role.clone(), None, place.clone());
    Some(reference(&role))
}

fn source(id: &str, role: Value) -> Side {
    let arn = get_att(id, "DataSourceArn");
    Side::of(DATA_SOURCE, &[(Placeholder::Arn, arn)], Some(role))
}

fn region(given: &Map) -> Value {
    filled(given, "Region").unwrap_or_else(|| reference("AWS::Region"))
}

fn table_config(given: &Map) -> Map {
    let mut config = map(json!({
        "AwsRegion": region(given),
        "TableName": given.get("TableName"),
    }));
    for name in ["UseCallerCredentials", "Versioned"] {
        set(&mut config, name, filled(given, name).unwrap_or_default());
    }
    let sync = given.get("DeltaSync").cloned();
    set(&mut config, "DeltaSyncConfig", sync.unwrap_or_default());
    config
}

/// The ARN of a table of which only the name is known.
fn table_arn(given: &Map) -> Value {
    json!({ "Fn::Sub": [
        "arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}",
        { "__TableName__": given.get("TableName"), "__Region__": region(given) },
    ] })
}

/// Two data sources get the same name.
fn report_same_name(scope: &Scope<'_>, tables: &Map, key: &str, given: &Map, place: &Path) {
    let Some(table) = tables.get(key).and_then(Value::as_object) else {
        return;
    };
    if filled(table, "Name").is_some() || filled(given, "Name").is_some() {
        return;
    }
    scope.report(
        Diagnostic::new(
            codes::GRAPHQL_DATA_SOURCE_TWICE,
            place.clone(),
            format!("a table and a function are both the data source `{key}`, and AppSync refuses two of one name"),
        )
        .on_key()
        .help("give one of them another key, or a `Name`; a function of the API that names the key means this one"),
    );
}
