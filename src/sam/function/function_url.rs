//! `FunctionUrlConfig`: an HTTPS endpoint of the function's own.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     FunctionUrlConfig: {AuthType: NONE}
//! ```
//!
//! ```yaml
//! # out
//! FnUrl:
//!   Type: AWS::Lambda::Url
//!   Properties: {TargetFunctionArn: !Ref Fn, AuthType: NONE}
//! FnUrlPublicPermissions:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunctionUrl
//!     FunctionName: !Ref Fn
//!     Principal: '*'
//!     FunctionUrlAuthType: NONE
//! FnURLInvokeAllowPublicAccess:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: '*'
//!     InvokedViaFunctionUrl: true
//! ```
//!
//! With `AWS_IAM` there are no permissions: callers bring their own.
//!
//! Upstream: `_construct_function_url`, `_validate_function_url_params` in model/sam_resources.py.

use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::keys;
use crate::resource::property::Shape;
use crate::resource::{SamResource, map, set};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const AUTH_TYPES: &[&str] = &["AWS_IAM", "NONE"];

/// The keys of `Cors`.
pub(crate) const CORS: &[(&str, Shape)] = &[
    ("AllowOrigins", Shape::List),
    ("AllowMethods", Shape::List),
    ("AllowCredentials", Shape::Bool),
    ("AllowHeaders", Shape::List),
    ("ExposeHeaders", Shape::List),
    ("MaxAge", Shape::Integer),
];

/// The keys of the config that are read.
pub(crate) const KEYS: &[&str] = &["AuthType", "Cors", "InvokeMode"];

/// The endpoint of a function that has one, and who may call it; faults are reported.
///
/// `name`: what stands where the function's name is wanted.
pub(super) fn lower(scope: &Scope<'_>, sam: &mut SamResource, name: &Value) -> Generated {
    let mut made = Generated::default();
    if !sam.is_truthy("FunctionUrlConfig") {
        return made;
    }
    let config = sam.take("FunctionUrlConfig");
    let path = sam.path("FunctionUrlConfig");
    if is_intrinsic(&config) {
        scope.report(
            Diagnostic::new(
                codes::URL_CONFIG_LOST,
                path,
                "an intrinsic as `FunctionUrlConfig` is not looked into: the URL has neither `AuthType` nor anything else",
            )
            .help("write the map out, with intrinsics behind its keys"),
        );
    } else {
        check(scope, &config, &path);
    }
    let part = |name: &str| config.get(name).cloned().unwrap_or_default();
    let mut properties = map(json!({ "TargetFunctionArn": name }));
    set(&mut properties, "AuthType", part("AuthType"));
    if is_truthy(config.get("Cors")) {
        set(&mut properties, "Cors", part("Cors"));
    }
    set(&mut properties, "InvokeMode", part("InvokeMode"));
    let because = sam.path("FunctionUrlConfig");
    let mut make = |id: String, kind: &str, properties| {
        made.insert_beside(&sam.attributes, id, kind, properties, because.clone());
    };
    make(
        logical_id::function_url(&sam.id),
        "AWS::Lambda::Url",
        properties,
    );
    if part("AuthType") == "NONE" {
        let mut allow = |id: String, properties: Value| {
            make(id, "AWS::Lambda::Permission", map(properties));
        };
        allow(
            logical_id::public_url_permission(&sam.id),
            json!({
                "Action": "lambda:InvokeFunctionUrl",
                "FunctionName": &name,
                "Principal": "*",
                "FunctionUrlAuthType": "NONE",
            }),
        );
        allow(
            logical_id::public_invoke_permission(&sam.id),
            json!({
                "Action": "lambda:InvokeFunction",
                "FunctionName": &name,
                "Principal": "*",
                "InvokedViaFunctionUrl": true,
            }),
        );
    }
    made
}

fn check(scope: &Scope<'_>, config: &Value, path: &Path) {
    let auth = config.get("AuthType").unwrap_or(&Value::Null);
    let known = auth.as_str().is_some_and(|auth| AUTH_TYPES.contains(&auth));
    if !known && !is_intrinsic(auth) {
        scope.report(
            Diagnostic::new(
                codes::URL_AUTH_TYPE,
                path.clone().then("AuthType"),
                "`FunctionUrlConfig` needs `AuthType`: `AWS_IAM`, or `NONE` for an endpoint that is open to everybody",
            )
            .help(did_you_mean(auth.as_str().unwrap_or_default(), AUTH_TYPES)),
        );
    }
    let given = config.as_object().into_iter().flat_map(Map::keys);
    keys::warn_of_unknown(scope, given, KEYS, "`FunctionUrlConfig`", path);
    let cors = config.get("Cors").unwrap_or(&Value::Null);
    if is_truthy(Some(cors)) && !is_intrinsic(cors) {
        check_cors(scope, cors, &path.clone().then("Cors"));
    }
}

fn check_cors(scope: &Scope<'_>, cors: &Value, path: &Path) {
    let Some(cors) = cors.as_object() else {
        scope.report(
            Diagnostic::new(codes::WRONG_SHAPE, path.clone(), "`Cors` must be a map")
                .help("write `{AllowOrigins: ['https://example.com'], AllowMethods: [GET]}`"),
        );
        return;
    };
    let names: Vec<&str> = CORS.iter().map(|(name, _)| *name).collect();
    keys::refuse_unknown(scope, cors.keys(), &names, "`Cors`", path);
    for (name, shape) in CORS {
        let Some(value) = cors.get(*name) else {
            continue;
        };
        if !is_intrinsic(value) && !shape.accepts(value) {
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    path.clone().then(*name),
                    format!("`{name}` must be {}", shape.words()),
                )
                .help(format!("write {} or an intrinsic here", shape.words())),
            );
        }
    }
}
