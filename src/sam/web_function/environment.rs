//! `EnvironmentVariables` and `EntryPoint` of a web function.
//!
//! ```yaml
//! # in
//! Site:
//!   Type: AWS::Serverless::WebFunction
//!   Properties:
//!     AuthType: IamAuth
//!     Runtime: nodejs24.x
//!     CodeUri: s3://bucket/site.zip
//!     EnvironmentVariables: {RETRIES: 3, IS_BETA: true}
//!     EntryPoint: server.js
//! ```
//!
//! ```yaml
//! # out
//! SiteRevision:
//!   Properties:
//!     ServiceConfig:
//!       EnvironmentVariables: {RETRIES: '3', IS_BETA: 'true', AWS_LAMBDA_NODEJS_ENTRYPOINT: server.js}
//!       # ...
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_construct_service_config` in model/sam_resources.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::python_json::number_text;
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::tree::{Map, Value};

const ENTRY_POINT: &str = "AWS_LAMBDA_NODEJS_ENTRYPOINT";

/// How long a value may be, in characters.
const MAX_VALUE: usize = 4096;

/// The variables; null where there are none.
pub(super) fn read(scope: &Scope<'_>, sam: &SamResource) -> Value {
    let given = sam.get("EnvironmentVariables");
    let entry_point = sam.get("EntryPoint");
    if is_intrinsic(given) {
        if sam.is_truthy("EntryPoint") {
            scope.report(
                Diagnostic::new(
                    codes::WEB_FUNCTION_ENVIRONMENT,
                    sam.path("EntryPoint"),
                    "`EntryPoint` becomes an environment variable, which cannot be added to an intrinsic",
                )
                .on_key()
                .help("write `EnvironmentVariables` as a map, with intrinsics as its values"),
            );
        }
        return given.clone();
    }
    let mut variables = match given {
        Value::Object(given) => given.clone(),
        _ => Map::new(),
    };
    check(scope, sam, &variables);
    for value in variables.values_mut() {
        match value {
            Value::Bool(flag) => *value = (if *flag { "true" } else { "false" }).into(),
            Value::Number(number) => *value = number_text(number).into(),
            _ => {}
        }
    }
    if sam.is_truthy("EntryPoint") {
        variables.insert(ENTRY_POINT, entry_point.clone());
    }
    if variables.is_empty() {
        return Value::Null;
    }
    variables.into()
}

fn check(scope: &Scope<'_>, sam: &SamResource, variables: &Map) {
    for (name, value) in variables {
        let path = sam.path("EnvironmentVariables").then(name);
        let is_name = name
            .as_str()
            .starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .as_str()
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name {
            scope.report(
                Diagnostic::new(
                    codes::WEB_FUNCTION_ENVIRONMENT,
                    path.clone(),
                    format!("`{name}` is no name of an environment variable"),
                )
                .on_key()
                .help("begin with a letter, and go on with letters, digits and `_`"),
            );
        }
        let length = value.as_str().map(|text| text.chars().count());
        if length.is_some_and(|length| length == 0 || length > MAX_VALUE) {
            scope.report(
                Diagnostic::new(
                    codes::WEB_FUNCTION_ENVIRONMENT,
                    path,
                    format!("the value of `{name}` must have between 1 and {MAX_VALUE} characters"),
                )
                .help("take the variable out, or keep long values in a file or a parameter store"),
            );
        }
    }
}
