//! The body of an HTTP API: what `Auth`, `Tags`, `Name`, ... add to its document.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     Name: shop
//!     Description: Orders of the shop
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       openapi: '3.0.1'
//!       info: {version: '1.0', title: shop, description: Orders of the shop}
//!       paths: {}
//!       tags: [{name: httpapi:createdBy, x-amazon-apigateway-tag-value: SAM}]
//!   # ...
//! ```
//!
//! A document that is not OpenAPI 3 goes over as it is, where nothing is to be added to it.
//!
//! Upstream: `_construct_http_api` and the `_add_...` methods in model/api/http_api_generator.py.

use super::authorizers::{self, Authorizer};
use super::cors;
use super::{CREATED_BY, HttpApi};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_no_value;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::language::truth::is_truthy;
use crate::resource::keys;
use crate::resource::{map, set};
use crate::sam::api::openapi::{Document, Fault};
use crate::sam::api::{refuse_too_large, refuse_without_body};
use crate::sam::code_location::{parse_s3_uri, warn_of_document};
use crate::scope::Scope;
use crate::stack::Names;
use crate::template::Path;
use crate::tree::{Map, Value, json};

pub(crate) const AUTH_KEYS: &[&str] = &["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];

/// Properties that are written into the document.
const IN_DOCUMENT: [&str; 5] = ["CorsConfiguration", "Auth", "Tags", "Name", "Description"];

/// Completes the document and sets `Body` or `BodyS3Location`; faults are reported.
///
/// Gives the authorizers, of which some have permissions.
pub(super) fn lower(
    scope: &Scope<'_>,
    names: &Names,
    api: &mut HttpApi,
    properties: &mut Map,
) -> Vec<Authorizer> {
    let fail_on_warnings = api.sam.take("FailOnWarnings");
    let has_strict_import = is_truthy(Some(&fail_on_warnings));
    if has_strict_import {
        set(properties, "FailOnWarnings", fail_on_warnings);
    }
    let mut document = api.draft.document.take();
    check_needs(scope, api, document.as_ref());
    let authorizers = read_auth(scope, names, api);
    let uri = api.sam.take("DefinitionUri");
    match &mut document {
        Some(_) if is_truthy(Some(&uri)) => scope.report(
            Diagnostic::new(
                codes::DEFINITION_TWICE,
                api.sam.path("DefinitionUri"),
                "`DefinitionUri` cannot stand beside `DefinitionBody`",
            )
            .on_key()
            .help("keep one of them"),
        ),
        Some(document) => {
            if let Err(fault) = complete(scope, api, document, &authorizers) {
                scope.report(fault);
            }
            if has_strict_import {
                document.rename_path("$default", Text::marked("/$default"));
            }
        }
        None if is_truthy(Some(&uri)) => {
            let location = s3_location(scope, api, &uri);
            set(properties, "BodyS3Location", location);
        }
        None => {}
    }
    if let Some(document) = document {
        if document.is_too_large() {
            refuse_too_large(scope, &api.sam, 0);
            return authorizers;
        }
        let is_made = document.is_made();
        let body = document.into_node().into_value();
        set(properties, "Body", Document::written(body, is_made));
    }
    authorizers
}

/// Refuses properties that need a document where there is none, or none of version 3.
fn check_needs(scope: &Scope<'_>, api: &HttpApi, document: Option<&Document>) {
    let is_disabled = !api.sam.get("DisableExecuteApiEndpoint").is_null();
    let given = IN_DOCUMENT
        .into_iter()
        .filter(|name| api.sam.is_truthy(name))
        .chain(is_disabled.then_some("DisableExecuteApiEndpoint"));
    if document.is_some_and(Document::is_valid_openapi_3) {
        return;
    }
    let help = "write the document inline, with a map of `paths` and an `openapi` version like `3.0.1`, or say this in the document itself";
    for name in given {
        let wanted = "an OpenAPI document of version 3";
        refuse_without_body(scope, &api.sam, name, document, wanted, help);
    }
}

/// Adds to the document what the API says of it. A fault is the document's own, or the API's.
fn complete(
    scope: &Scope<'_>,
    api: &mut HttpApi,
    document: &mut Document,
    authorizers: &[Authorizer],
) -> Result<(), Diagnostic> {
    if !document.is_valid_openapi_3() {
        return Ok(());
    }
    let cors = cors::read(scope, &api.sam);
    let default = read_default(scope, api, authorizers);
    let tags = take_tags(scope, api);
    for (name, value) in tags.iter() {
        if document
            .tag_value(name)
            .is_some_and(|own| own.to_value() != value.to_value())
        {
            scope.report(tag_replaced(api.body_path().then("tags"), name, "`Tags`"));
        }
    }
    let name = api.sam.take("Name");
    let description = api.sam.take("Description");
    refuse_second(api, document, "Name", "title", &name)?;
    refuse_second(api, document, "Description", "description", &description)?;
    let is_disabled = Node::plain(api.sam.take("DisableExecuteApiEndpoint"));
    document
        .edit_openapi_3(|document| {
            if let Some(cors) = cors {
                document.set_cors(cors)?;
            }
            for authorizer in authorizers {
                document.define_security_scheme(
                    Text::marked(&*authorizer.name),
                    Node::plain(authorizer.scheme.clone()),
                )?;
            }
            if let Some(default) = default {
                let scopes = Node::plain(default.scopes.clone());
                document.require_scheme_by_default(&Text::marked(&*default.name), &scopes)?;
            }
            for (name, value) in tags {
                document.add_tag(&name, value)?;
            }
            if !matches!(is_disabled, Node::Null) {
                document.disable_endpoint(&is_disabled)?;
            }
            for (field, value) in [("title", name), ("description", description)] {
                if is_truthy(Some(&value)) {
                    document.set_info(field, Node::plain(value))?;
                }
            }
            Ok::<(), Fault>(())
        })
        .map_err(|fault| fault.diagnostic(api.body_path()))
}

/// Refuses what the document says already.
fn refuse_second(
    api: &HttpApi,
    document: &Document,
    property: &str,
    field: &str,
    given: &Value,
) -> Result<(), Diagnostic> {
    if !is_truthy(Some(given)) {
        return Ok(());
    }
    let fault = |message: String| {
        Diagnostic::new(codes::INFO_TWICE, api.sam.path(property), message)
            .on_key()
            .help(format!(
                "write it as `info.{field}` of the `DefinitionBody`"
            ))
    };
    let Some(own) = document.info(field) else {
        return Err(fault(
            "`info` of the `DefinitionBody` must be a map".to_owned(),
        ));
    };
    let (is_free, own) = match field {
        "title" => (
            own.to_value() == json!({ "Ref": "AWS::StackName" }),
            "whose `info.title` is not `!Ref AWS::StackName`",
        ),
        _ => (!own.is_truthy(), "that has `info.description`"),
    };
    if is_free {
        return Ok(());
    }
    Err(fault(format!(
        "`{property}` cannot stand beside a `DefinitionBody` {own}"
    )))
}

fn read_auth(scope: &Scope<'_>, names: &Names, api: &HttpApi) -> Vec<Authorizer> {
    if !api.sam.is_truthy("Auth") {
        return Vec::new();
    }
    let Some(auth) = api.sam.get("Auth").as_object() else {
        return Vec::new();
    };
    let path = api.sam.path("Auth");
    keys::refuse_unknown(scope, auth.keys(), AUTH_KEYS, "`Auth`", &path);
    authorizers::read(scope, names, &api.sam, auth)
}

/// The authorizer that methods have by default.
fn read_default<'a>(
    scope: &Scope<'_>,
    api: &HttpApi,
    authorizers: &'a [Authorizer],
) -> Option<&'a Authorizer> {
    let given = api.sam.get("Auth").get("DefaultAuthorizer");
    let given = given.filter(|given| is_truthy(Some(given)) && !is_no_value(given))?;
    let path = api.sam.path("Auth").then("DefaultAuthorizer");
    let Some(name) = given.as_str() else {
        scope.report(
            Diagnostic::new(
                codes::DEFAULT_AUTHORIZER,
                path,
                "`DefaultAuthorizer` must be a string",
            )
            .help("write the name itself: an intrinsic cannot be read before the deployment here"),
        );
        return None;
    };
    let found = authorizers.iter().find(|known| known.name == name);
    if found.is_none() {
        let known: Vec<&str> = authorizers.iter().map(|known| &*known.name).collect();
        let help = match name {
            "AWS_IAM" => "add `EnableIamAuthorizer: true`".to_owned(),
            _ if known.is_empty() => "define it under `Auth.Authorizers`".to_owned(),
            _ => scope.suggestions.did_you_mean(name, &known),
        };
        scope.report(
            Diagnostic::new(
                codes::DEFAULT_AUTHORIZER,
                path,
                format!(
                    "`DefaultAuthorizer` names `{name}`, which is not an authorizer of `{}`",
                    api.sam.id
                ),
            )
            .help(help),
        );
    }
    found
}

/// The tags of the API with that of the transform, which are those of the stage, too.
fn take_tags(scope: &Scope<'_>, api: &mut HttpApi) -> Map2 {
    let mut tags = match api.draft.properties.remove("Tags") {
        Some(Node::Map(tags)) if !tags.is_empty() => tags,
        _ => Node::plain(api.sam.take("Tags"))
            .into_map()
            .unwrap_or_else(Map2::plain),
    };
    if tags
        .get(CREATED_BY)
        .is_some_and(|own| own.to_value() != "SAM")
    {
        let path = api.sam.path("Tags").then(CREATED_BY);
        scope.report(tag_replaced(path, CREATED_BY, "SAM").on_key());
    }
    tags.insert(CREATED_BY, "SAM");
    api.sam.properties.insert("Tags", tags.to_value());
    tags
}

/// A tag that gets another value.
fn tag_replaced(path: Path, name: &str, by: &str) -> Diagnostic {
    let message = format!("the value of the tag `{name}` is lost: {by} gives it another");
    Diagnostic::new(codes::TAG_REPLACED, path, message).help("write the tag once")
}

/// Where `DefinitionUri` says that the document is.
fn s3_location(scope: &Scope<'_>, api: &HttpApi, uri: &Value) -> Value {
    let path = api.sam.path("DefinitionUri");
    match uri {
        Value::Object(given) if is_truthy(given.get("Bucket")) && is_truthy(given.get("Key")) => {
            warn_of_document(scope, given.keys(), &path);
            ["Bucket", "Key", "Version"]
                .into_iter()
                .filter_map(|name| given.get_key_value(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect::<Map>()
                .into()
        }
        Value::String(text) => {
            let Some(location) = parse_s3_uri(text) else {
                scope.report(
                    Diagnostic::new(
                        codes::DEFINITION_URI_LOCAL,
                        path,
                        format!("`{text}` is not an S3 URI, and nothing uploads the document of an HTTP API"),
                    )
                    .help("upload it and write `s3://bucket/key`; or write `DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ...}}}`, which `aws cloudformation package` uploads"),
                );
                return Value::Null;
            };
            let mut made = map(json!({ "Bucket": location.bucket, "Key": location.key }));
            set(&mut made, "Version", location.version.into());
            made.into()
        }
        _ => {
            scope.report(
                Diagnostic::new(
                    codes::CODE_LOCATION_INCOMPLETE,
                    path,
                    "`DefinitionUri` as a map needs `Bucket` and `Key`",
                )
                .help("write `{Bucket: my-bucket, Key: openapi.yaml}`; an intrinsic may stand for either, not for the whole"),
            );
            Value::Null
        }
    }
}
