//! `GatewayResponses` of a REST API: what it answers where no function does, to unauthorized callers for one.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     GatewayResponses:
//!       UNAUTHORIZED:
//!         StatusCode: 401
//!         ResponseParameters: {Headers: {Access-Control-Allow-Origin: "'*'"}}
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       x-amazon-apigateway-gateway-responses:
//!         UNAUTHORIZED:
//!           responseParameters:
//!             gatewayresponse.header.Access-Control-Allow-Origin: '''*'''
//!           responseTemplates: {}
//!           statusCode: '401'
//!       # ...
//!   # ...
//! ```
//!
//! Upstream: `_add_gateway_responses` in model/api/api_generator.py, class ApiGatewayResponse in model/apigateway.py.

use super::RestApi;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::python2::{Map as Map2, Node};
use crate::resource::keys;
use crate::scope::Scope;
use crate::template::Path;

const RESPONSE_KEYS: &[&str] = &["ResponseParameters", "ResponseTemplates", "StatusCode"];

/// The kinds of parameters of a gateway response, and how the document prefixes their names.
const RESPONSE_PARAMETERS: [(&str, &str); 3] = [
    ("Headers", "header."),
    ("Paths", "path."),
    ("QueryStrings", "querystring."),
];

/// The responses as the document has them; none where there are none, and where one is at fault, which is reported.
pub(super) fn read(scope: &Scope<'_>, api: &RestApi) -> Option<Map2> {
    let Node::Map(given) = api.get("GatewayResponses") else {
        return None;
    };
    if given.is_empty() {
        return None;
    }
    let watch = scope.watch();
    let mut responses = Map2::hashed();
    for (name, response) in given.iter() {
        let path = api.sam.path("GatewayResponses").then(&**name);
        match response {
            Node::Map(response) if !is_intrinsic(&Node::from(response.clone()).to_value()) => {
                responses.insert(name.clone(), read_one(scope, response, &path));
            }
            _ => scope.report(response_not_a_map(path, name)),
        }
    }
    watch.is_sound().then_some(responses)
}

fn read_one(scope: &Scope<'_>, given: &Map2, path: &Path) -> Map2 {
    keys::refuse_unknown(
        scope,
        given.keys(),
        RESPONSE_KEYS,
        "a gateway response",
        path,
    );
    let parameters = read_parameters(scope, given, path);
    let templates = given
        .get("ResponseTemplates")
        .filter(|given| given.is_truthy());
    let status = read_status(scope, given, path);

    let mut made = Map2::hashed();
    made.insert("responseParameters", parameters);
    made.insert(
        "responseTemplates",
        templates.cloned().unwrap_or_else(|| Map2::hashed().into()),
    );
    if !status.is_empty() {
        made.insert("statusCode", status.as_str());
    }
    made
}

/// `ResponseParameters` under API Gateway's names: `Headers: {X: v}` is `gatewayresponse.header.X: v`.
fn read_parameters(scope: &Scope<'_>, given: &Map2, path: &Path) -> Map2 {
    let path = path.clone().then("ResponseParameters");
    let mut parameters = Map2::hashed();
    let kinds = match given.get("ResponseParameters") {
        Some(Node::Map(kinds)) => kinds,
        Some(other) if other.is_truthy() => {
            scope.report(part_not_a_map(path, "ResponseParameters"));
            return parameters;
        }
        _ => return parameters,
    };
    let known: Vec<&str> = RESPONSE_PARAMETERS.iter().map(|(kind, _)| *kind).collect();
    keys::refuse_unknown(scope, kinds.keys(), &known, "`ResponseParameters`", &path);
    for (kind, prefix) in RESPONSE_PARAMETERS {
        match kinds.get(kind) {
            None => {}
            Some(Node::Map(values)) => {
                for (name, value) in values.iter() {
                    let name = name.map(|name| format!("gatewayresponse.{prefix}{name}"));
                    parameters.insert(name, value.clone());
                }
            }
            Some(_) => scope.report(part_not_a_map(path.clone().then(kind), kind)),
        }
    }
    parameters
}

/// `StatusCode` as a text, empty where there is none.
fn read_status(scope: &Scope<'_>, given: &Map2, path: &Path) -> String {
    let status = match given.get("StatusCode") {
        None | Some(Node::Null) => String::new(),
        Some(Node::Text(text)) => text.to_string(),
        Some(other) => other.to_text(),
    };
    let digits = status.strip_suffix('\n').unwrap_or(&status);
    let is_code =
        (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if given.get("StatusCode").is_some_and(Node::is_truthy) && !is_code {
        scope.report(status_not_a_number(path.clone()));
    }
    status
}

fn response_not_a_map(path: Path, name: &str) -> Diagnostic {
    Diagnostic::new(
        codes::GATEWAY_RESPONSE_SHAPE,
        path,
        format!("the gateway response `{name}` must be a map"),
    )
    .help("write `{StatusCode: 401, ResponseParameters: ..., ResponseTemplates: ...}`; an intrinsic cannot be read before the deployment here")
}

fn part_not_a_map(path: Path, name: &str) -> Diagnostic {
    Diagnostic::new(
        codes::GATEWAY_RESPONSE_SHAPE,
        path,
        format!("`{name}` of a gateway response must be a map"),
    )
    .help("write `{Name: value}`")
}

fn status_not_a_number(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::GATEWAY_RESPONSE_STATUS,
        path.then("StatusCode"),
        "`StatusCode` must be a number of at most three digits",
    )
    .help("write `404`; an intrinsic cannot be read before the deployment here")
}
