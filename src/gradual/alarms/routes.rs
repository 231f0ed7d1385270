//! The routes of APIs that lead to a function, as they stand in the output.

use crate::language::intrinsics::{argument, if_parts, named_resource, ref_target, sub_references};
use crate::resource::is_of_type;
use crate::stack::Stack;
use crate::tree::Value;

pub(super) const REST_API: &str = "AWS::ApiGateway::RestApi";
const HTTP_API: &str = "AWS::ApiGatewayV2::Api";
const STAGE: &str = "AWS::ApiGateway::Stage";
const DEPLOYMENT: &str = "AWS::ApiGateway::Deployment";
const METHOD: &str = "AWS::ApiGateway::Method";
const RESOURCE: &str = "AWS::ApiGateway::Resource";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";

/// The method that stands for all.
pub(super) const ANY: &str = "ANY";

/// How deep resources of an API may lie in each other.
const DEEPEST: usize = 100;

/// A route that leads to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The logical id of its API.
    pub(super) api: String,
    pub(super) is_rest: bool,
    /// In capitals: `GET`.
    pub(super) method: String,
    pub(super) path: String,
}

impl Route {
    /// `GET /orders`
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Where an API is served from.
pub(super) struct Stage<'a> {
    pub(super) name: &'a Value,
    /// `MethodSettings`, as they stand there.
    pub(super) settings: Option<&'a Value>,
}

/// The routes that lead to a function itself or to its alias, in the order of the template, each once.
pub(super) fn of(stack: &Stack, function: &str, alias: &str) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    let mut add = |api: &str, is_rest: bool, method: &str, path: String| {
        let route = Route {
            api: api.to_owned(),
            is_rest,
            method: method.to_ascii_uppercase(),
            path,
        };
        if !routes.contains(&route) {
            routes.push(route);
        }
    };
    let leads = |value: &Value| names(value, &[function, alias]);
    for (id, resource) in stack.all() {
        let Some(properties) = resource.get("Properties") else {
            continue;
        };
        let is_rest = is_of_type(resource, REST_API);
        if is_rest || is_of_type(resource, HTTP_API) {
            each_method(properties, &mut |path, method, operation| {
                let integration = operation.get("x-amazon-apigateway-integration");
                if integration.is_some_and(&leads) {
                    add(id, is_rest, method, path.to_owned());
                }
            });
        } else if is_of_type(resource, METHOD) {
            let uri = properties.get("Integration").and_then(|all| all.get("Uri"));
            let api = properties.get("RestApiId").and_then(ref_target);
            let path = properties
                .get("ResourceId")
                .and_then(|id| path_of(stack, id));
            let method = properties.get("HttpMethod").and_then(Value::as_str);
            if let (true, Some(api), Some(path), Some(method)) =
                (uri.is_some_and(&leads), api, path, method)
            {
                add(api, true, method, path);
            }
        } else if is_of_type(resource, INTEGRATION)
            && properties.get("IntegrationUri").is_some_and(&leads)
            && let Some(api) = properties.get("ApiId").and_then(ref_target)
        {
            add(api, false, "", String::new());
        }
    }
    routes
}

/// Whether a value refers to one of these resources.
fn names(value: &Value, ids: &[&str]) -> bool {
    let is_one = |name: &str| {
        let id = name.split_once('.').map_or(name, |(id, _)| id);
        ids.contains(&id)
    };
    if named_resource(value).is_some_and(is_one) {
        return true;
    }
    let text = match argument(value, "Fn::Sub") {
        Some(Value::Array(items)) => items.first(),
        other => other,
    };
    if let Some(Value::String(text)) = text
        && sub_references(text).any(|reference| is_one(reference.name))
    {
        return true;
    }
    match value {
        Value::Array(items) => items.iter().any(|item| names(item, ids)),
        Value::Object(map) => map.values().any(|inner| names(inner, ids)),
        _ => false,
    }
}

/// Shows `visit` each method of an API's document: its path, its name and what it says.
fn each_method(properties: &Value, visit: &mut dyn FnMut(&str, &str, &Value)) {
    let paths = properties.get("Body").and_then(|body| body.get("paths"));
    for (path, methods) in paths.and_then(Value::as_object).into_iter().flatten() {
        each_branch(methods, &mut |methods| {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let method = match method.as_str() {
                    "x-amazon-apigateway-any-method" => ANY,
                    name => name,
                };
                each_branch(operation, &mut |operation| visit(path, method, operation));
            }
        });
    }
}

/// Shows `visit` a value, or both that an `Fn::If` chooses from.
fn each_branch(value: &Value, visit: &mut dyn FnMut(&Value)) {
    match if_parts(value) {
        Some((_, then, otherwise)) => {
            each_branch(then, visit);
            each_branch(otherwise, visit);
        }
        None => visit(value),
    }
}

/// The path of a resource of an API: `!Ref Orders`, or `!GetAtt Api.RootResourceId`.
fn path_of(stack: &Stack, id: &Value) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = id;
    while parts.len() < DEEPEST {
        let resource = stack.get(named_resource(at)?)?;
        if is_of_type(resource, REST_API) {
            parts.push("");
            parts.reverse();
            let path = parts.join("/");
            return Some(if path.is_empty() {
                "/".to_owned()
            } else {
                path
            });
        }
        if !is_of_type(resource, RESOURCE) {
            return None;
        }
        let properties = resource.get("Properties")?;
        parts.push(properties.get("PathPart")?.as_str()?);
        at = properties.get("ParentId")?;
    }
    None
}

/// The stages of a REST API: resources of their own, or where there are none those that its deployments make.
pub(super) fn stages<'a>(stack: &'a Stack, api: &str) -> Vec<Stage<'a>> {
    let of_type = |kind: &'static str| {
        stack.all().filter_map(move |(_, resource)| {
            let properties = resource.get("Properties")?;
            let named = properties.get("RestApiId").and_then(ref_target)?;
            (is_of_type(resource, kind) && named == api).then_some(properties)
        })
    };
    let stages: Vec<Stage<'_>> = of_type(STAGE)
        .filter_map(|properties| {
            Some(Stage {
                name: properties.get("StageName")?,
                settings: properties.get("MethodSettings"),
            })
        })
        .collect();
    if !stages.is_empty() {
        return stages;
    }
    of_type(DEPLOYMENT)
        .filter_map(|properties| {
            let described = properties.get("StageDescription");
            Some(Stage {
                name: properties.get("StageName")?,
                settings: described.and_then(|described| described.get("MethodSettings")),
            })
        })
        .collect()
}

/// Whether metrics of a route are on, as far as that is known: method settings for the route count more than those for
/// all methods and paths.
///
/// Source: `MethodSetting` of `AWS::ApiGateway::Stage`: `/*` and `*` stand for all, and `~1` for a slash in a path.
pub(super) fn has_metrics(stage: &Stage<'_>, route: &Route) -> bool {
    let Some(settings) = stage.settings.filter(|settings| !settings.is_null()) else {
        return false;
    };
    let Some(settings) = settings.as_array() else {
        // An intrinsic: nobody knows.
        return true;
    };
    let text =
        |setting: &Value, name: &str| setting.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_for = |setting: &&Value, of_path: bool, of_method: bool| {
        let path = text(setting, "ResourcePath").map(|path| path.replace("~1", "/"));
        let method = text(setting, "HttpMethod");
        let (Some(path), Some(method)) = (path, method) else {
            return false;
        };
        let path = path.replace("//", "/");
        let fits_path = if of_path {
            path == route.path
        } else {
            path == "/*"
        };
        let fits_method = if of_method {
            method.eq_ignore_ascii_case(&route.method)
        } else {
            method == "*"
        };
        fits_path && fits_method
    };
    let found = [(true, true), (true, false), (false, false)]
        .into_iter()
        .find_map(|(path, method)| settings.iter().find(|one| is_for(one, path, method)));
    let Some(setting) = found else {
        return settings.iter().any(|one| one.get("ResourcePath").is_none());
    };
    match setting.get("MetricsEnabled") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(word)) => word.eq_ignore_ascii_case("true"),
        Some(_) => true,
    }
}
