//! `CorsConfiguration` of an HTTP API: API Gateway answers the browser itself, as the document says.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     CorsConfiguration:
//!       AllowOrigins: [https://example.com]
//!       AllowMethods: [GET]
//!       MaxAge: 600
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       x-amazon-apigateway-cors:
//!         allowOrigins: [https://example.com]
//!         allowMethods: [GET]
//!         maxAge: 600
//!       # ...
//!   # ...
//! ```
//!
//! `true` stands for every origin. That of a REST API, `Cors`, is in `openapi/cors.rs`.
//!
//! Upstream: `_add_cors` in model/api/http_api_generator.py, `add_cors` in open_api/open_api.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::python2::{Map as Map2, Node};
use crate::language::truth::is_truthy;
use crate::resource::{SamResource, keys};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// The keys of `CorsConfiguration`, and how the document names them.
pub(crate) const KEYS: [(&str, &str); 6] = [
    ("AllowOrigins", "allowOrigins"),
    ("AllowHeaders", "allowHeaders"),
    ("AllowMethods", "allowMethods"),
    ("ExposeHeaders", "exposeHeaders"),
    ("MaxAge", "maxAge"),
    ("AllowCredentials", "allowCredentials"),
];

/// `CorsConfiguration` as the document has it; none where it is off or a fault, which is reported.
pub(super) fn read(scope: &Scope<'_>, api: &SamResource) -> Option<Map2> {
    let given = api.get("CorsConfiguration");
    if !is_truthy(Some(given)) {
        return None;
    }
    let path = api.path("CorsConfiguration");
    let given = match given {
        Value::Bool(_) => return Node::plain(json!({ "allowOrigins": ["*"] })).into_map(),
        given if is_intrinsic(given) => return Node::plain(recased(given)).into_map(),
        Value::Object(given) => given,
        _ => {
            scope.report(not_a_map(path));
            return None;
        }
    };
    let names = KEYS.map(|(name, _)| name);
    keys::refuse_unknown(scope, given.keys(), &names, "`CorsConfiguration`", &path);
    let get = |name: &str| given.get(name).unwrap_or(&Value::Null);
    let origins = get("AllowOrigins");
    if *get("AllowCredentials") == Value::Bool(true) && *origins == json!(["*"]) {
        scope.report(credentials_for_any_origin(path.clone()));
    }
    if is_intrinsic(origins) {
        scope.report(other_keys_lost(path));
        return Node::plain(recased(origins)).into_map();
    }
    let mut cors = Map2::plain();
    for (name, field) in KEYS {
        let value = get(name);
        let is_given = match name {
            "MaxAge" => !value.is_null(),
            "AllowCredentials" => *value == Value::Bool(true),
            _ => is_truthy(Some(value)),
        };
        if is_given {
            cors.insert(field, Node::plain(value.clone()));
        }
    }
    Some(cors)
}

/// The same with the names of `CorsConfiguration` as the document has them, wherever they stand in a text.
fn recased(value: &Value) -> Value {
    let text = |text: &str| {
        KEYS.iter().fold(text.to_owned(), |text, (name, field)| {
            text.replace(name, field)
        })
    };
    match value {
        Value::String(string) => text(string).into(),
        Value::Array(items) => items.iter().map(recased).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (text(key), recased(value)))
            .collect::<Map>()
            .into(),
        other => other.clone(),
    }
}

fn not_a_map(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::CORS_SHAPE,
        path,
        "`CorsConfiguration` must be `true`, `false` or a map",
    )
    .help("write `CorsConfiguration: {AllowOrigins: ['https://example.com']}`; a parameter is always a string")
}

fn credentials_for_any_origin(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::CORS_CREDENTIALS,
        path,
        "`AllowCredentials` cannot stand beside any origin",
    )
    .help("name the origins: browsers refuse credentials where every origin is allowed")
}

fn other_keys_lost(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::CORS_INTRINSIC_ORIGINS,
        path.then("AllowOrigins"),
        "an intrinsic as `AllowOrigins` takes the place of the whole CORS configuration, and the other keys are lost",
    )
    .help("write a list, `AllowOrigins: [!Ref Origin]`, or an intrinsic in place of all of `CorsConfiguration`")
}
