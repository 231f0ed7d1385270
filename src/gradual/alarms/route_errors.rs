//! `RouteErrors`: alarms on the failures that callers of a REST API see, one for each route that leads to the function.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     Name: shop
//!     StageName: prod
//!     MethodSettings: [{ResourcePath: /*, HttpMethod: '*', MetricsEnabled: true}]
//! Orders:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [RouteErrors: {}]}
//!     Events:
//!       List: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! OrdersRouteErrorsGETordersAlarm:
//!   Type: AWS::CloudWatch::Alarm
//!   Properties:
//!     Namespace: AWS/ApiGateway
//!     MetricName: 5XXError
//!     Dimensions:
//!       - {Name: ApiName, Value: shop}
//!       - {Name: Stage, Value: prod}
//!       - {Name: Resource, Value: /orders}
//!       - {Name: Method, Value: GET}
//!     Statistic: Sum
//!     # ...
//! ```
//!
//! All names are texts, as they are written: an alarm that refers to the API would wait for it, the API for the alias, the
//! alias for the deployment group and that for the alarm.
//!
//! CloudWatch has a metric for each route only where `MethodSettings` switch them on. They cost money, so that is left
//! to the user. The metric counts all versions.
//!
//! Source: "Amazon API Gateway dimensions and metrics".

use super::metric::Metric;
use super::routes::{self, ANY, REST_API, Route, Stage};
use super::spelling;
use crate::deployment::{AlarmRequest, Deployment};
use crate::diagnostics::{Code, Diagnostic, codes, suggestion};
use crate::language::intrinsics::{named_resource, sub_references};
use crate::language::logical_id::{self, IMPLICIT_REST_API};
use crate::resource::{is_of_type, map};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::tree::{Value, json};

/// A metric for each route. Faults are reported.
pub(super) fn metrics(
    scope: &Scope<'_>,
    stack: &Stack,
    deployment: &Deployment,
    request: &AlarmRequest,
) -> Vec<Metric> {
    let find = Find {
        scope,
        stack,
        deployment,
        request,
    };
    let watch = scope.watch();
    let mut found: Vec<(Route, Value, Value)> = Vec::new();
    for route in find.routes() {
        let Some(name) = find.name(&route) else {
            continue;
        };
        let stages = routes::stages(stack, &route.api);
        if stages.is_empty() {
            find.report(
                codes::ROUTES_NOT_KNOWN,
                format!(
                    "the template has no stage of `{}`, of which the metric is",
                    route.api
                ),
                format!(
                    "write the alarm with the name of the stage: `{}`",
                    lines(&route, name, &json!("STAGE"))
                ),
            );
        }
        for stage in stages {
            if find.is_sound(&route, name, &stage) {
                found.push((route.clone(), name.clone(), stage.name.clone()));
            }
        }
    }
    if !watch.is_sound() {
        return Vec::new();
    }
    // Ids hold letters and digits only: where two routes would get one id, both have a hash.
    let parts: Vec<String> = found.iter().map(|(route, ..)| part(route)).collect();
    let mut metrics = Vec::new();
    for ((route, name, stage), part) in found.iter().zip(&parts) {
        let is_shared = parts.iter().filter(|other| *other == part).count() > 1;
        let whole = || logical_id::hash_of(&json!([route.api.as_str(), route.words(), stage]));
        let mut metric = Metric::of(map(json!({
            "Namespace": "AWS/ApiGateway",
            "MetricName": "5XXError",
            "Dimensions": dimensions(route, name, stage),
            "Statistic": "Sum",
        })));
        metric.part = if is_shared {
            format!("{part}{}", whole())
        } else {
            part.clone()
        };
        metrics.push(metric);
    }
    metrics
}

/// What ids can hold of a route.
fn part(route: &Route) -> String {
    let words = route.words();
    words.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn dimensions(route: &Route, api: &Value, stage: &Value) -> Value {
    json!([
        { "Name": "ApiName", "Value": api.clone() },
        { "Name": "Stage", "Value": stage.clone() },
        { "Name": "Resource", "Value": route.path.as_str() },
        { "Name": "Method", "Value": route.method.as_str() },
    ])
}

struct Find<'a> {
    scope: &'a Scope<'a>,
    stack: &'a Stack,
    deployment: &'a Deployment,
    request: &'a AlarmRequest,
}

impl Find<'_> {
    fn report(&self, code: &'static Code, message: String, help: String) {
        let path = self.request.path.clone();
        self.scope
            .report(Diagnostic::new(code, path, message).on_key().help(help));
    }

    fn properties(&self, id: &str) -> &Value {
        let resource = self.stack.get(id);
        resource
            .and_then(|resource| resource.get("Properties"))
            .unwrap_or(&Value::Null)
    }

    /// The routes that are watched: all, or those that `Routes` chooses.
    fn routes(&self) -> Vec<Route> {
        let Deployment {
            function, alias, ..
        } = self.deployment;
        let all = routes::of(self.stack, function, &alias.id);
        let chosen = match self.request.settings.get("Routes") {
            None => all.clone(),
            Some(wanted) => self.chosen(&all, wanted),
        };
        if all.is_empty() {
            self.report_none();
        }
        let mut circles: Vec<&str> = chosen
            .iter()
            .filter(|route| !route.is_rest)
            .map(|route| route.api.as_str())
            .collect();
        circles.dedup();
        let has_others = all.iter().any(|route| route.is_rest);
        for api in circles {
            self.report_circle(api, has_others);
        }
        chosen.into_iter().filter(|route| route.is_rest).collect()
    }

    fn chosen(&self, all: &[Route], wanted: &Value) -> Vec<Route> {
        let mut chosen = Vec::new();
        for (index, text) in wanted.as_array().into_iter().flatten().enumerate() {
            let text = text.as_str().unwrap_or_default();
            let (method, path) = text.split_once(' ').unwrap_or_default();
            let words = format!("{} {}", method.to_ascii_uppercase(), path.trim());
            let found: Vec<&Route> = all.iter().filter(|route| route.words() == words).collect();
            if found.is_empty() && !all.is_empty() {
                let known: Vec<String> = all.iter().map(Route::words).collect();
                let meant = suggestion(&words, known.iter().map(String::as_str));
                let help = match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("there are `{}`", known.join("`, `")),
                };
                let path = self.request.path.clone().then("Routes").then(index);
                let function = &self.deployment.function;
                self.scope.report(
                    Diagnostic::new(
                        codes::ROUTES_NOT_KNOWN,
                        path,
                        format!("no route `{words}` leads to `{function}`"),
                    )
                    .help(help),
                );
            }
            chosen.extend(found.into_iter().cloned());
        }
        chosen
    }

    /// No route leads to the function, or none that can be seen.
    fn report_none(&self) {
        let function = &self.deployment.function;
        let unseen = self.stack.all().find(|(_, resource)| {
            let properties = resource.get("Properties");
            let paths = properties.and_then(|all| all.get("Body")?.get("paths"));
            is_of_type(resource, REST_API) && paths.is_none()
        });
        let route = Route {
            api: String::new(),
            is_rest: true,
            method: "GET".to_owned(),
            path: "/orders".to_owned(),
        };
        match unseen {
            Some((api, _)) => {
                let known = routes::stages(self.stack, api);
                let stage = known.first().map_or(json!("STAGE"), |stage| stage.name.clone());
                self.report(
                    codes::ROUTES_NOT_KNOWN,
                    format!("the document of `{api}` is not in this template, so neither its title nor its routes to `{function}` are known"),
                    format!("write an alarm for each route, with the title of the document: `{}`", lines(&route, &json!("TITLE"), &stage)),
                );
            }
            None => self.report(
                codes::ROUTES_NOT_KNOWN,
                format!("no route of a REST API of this template leads to `{function}`"),
                format!("add an event of type `Api`; for an API of another template write an alarm for each route: `{}`", lines(&route, &json!("NAME"), &json!("STAGE"))),
            ),
        }
    }

    /// The only name that CloudWatch has of an HTTP API is one that refers to it.
    fn report_circle(&self, api: &str, has_others: bool) {
        let alias = &self.deployment.alias.id;
        let group = logical_id::deployment_group(&self.deployment.function);
        let help = if has_others {
            "choose the routes of REST APIs, as in `Routes: [GET /orders]`; failures of the function itself are `Errors`"
        } else {
            "watch the failures of the function itself, `- Errors: {}`, or use a REST API (`Type: Api`)"
        };
        self.report(
            codes::ALARM_IN_A_CIRCLE,
            format!("CloudWatch knows the HTTP API `{api}` by its id alone, and an alarm on that would wait for itself: {alias} -> {group} -> the alarm -> {api} -> {alias}"),
            help.to_owned(),
        );
    }

    /// The name of an API in CloudWatch: its own, or the title of its document.
    fn name(&self, route: &Route) -> Option<&Value> {
        let api = &route.api;
        let properties = self.properties(api);
        let title = || properties.get("Body")?.get("info")?.get("title");
        let given = properties.get("Name").filter(|name| !name.is_null());
        let Some(name) = given.or_else(title) else {
            self.report(
                codes::API_NAME_NOT_KNOWN,
                format!("`{api}` has neither a `Name` nor a document with a title here, and CloudWatch knows it by that"),
                format!("add to the properties of `{api}`: `Name: !Sub '${{AWS::StackName}}-{api}'`"),
            );
            return None;
        };
        if self.refers_to_resource(name) {
            self.report(
                codes::API_NAME_NOT_KNOWN,
                format!("the name of `{api}` refers to a resource, for which the alarm would wait"),
                format!(
                    "put it together from parameters: `Name: !Sub '${{AWS::StackName}}-{api}'`"
                ),
            );
            return None;
        }
        Some(name)
    }

    fn refers_to_resource(&self, value: &Value) -> bool {
        let is_resource = |name: &str| {
            let id = name.split_once('.').map_or(name, |(id, _)| id);
            self.stack.get(id).is_some()
        };
        let text = match value.get("Fn::Sub") {
            Some(Value::Array(items)) => items.first(),
            other => other,
        };
        let of_text = text
            .and_then(Value::as_str)
            .is_some_and(|text| sub_references(text).any(|found| is_resource(found.name)));
        let inner = match value {
            Value::Array(items) => items.iter().any(|item| self.refers_to_resource(item)),
            Value::Object(map) => map.values().any(|inner| self.refers_to_resource(inner)),
            _ => false,
        };
        of_text || inner || named_resource(value).is_some_and(is_resource)
    }

    /// Whether the metric of a route is there, and is of that route alone.
    fn is_sound(&self, route: &Route, name: &Value, stage: &Stage<'_>) -> bool {
        let (api, words) = (&route.api, route.words());
        if route.method == ANY {
            self.report(
                codes::ROUTE_OF_ANY_METHOD,
                format!(
                    "`{words}` of `{api}` takes any method, and CloudWatch has a metric for each"
                ),
                format!(
                    "write a route for each method; or watch the whole stage: `{}`",
                    metric(name, stage.name, "")
                ),
            );
            return false;
        }
        if self.refers_to_resource(stage.name) {
            self.report(
                codes::API_NAME_NOT_KNOWN,
                format!("the name of a stage of `{api}` refers to a resource, for which the alarm would wait"),
                "write the name out, or take it from a parameter".to_owned(),
            );
            return false;
        }
        if let Some(other) = self.namesake(api, name, stage.name) {
            self.report(
                codes::APIS_SHARE_NAME,
                format!("`{api}` and `{other}` have the same name and the same stage, so CloudWatch counts both together"),
                format!("give one of them another name: `Name: !Sub '${{AWS::StackName}}-{other}'`"),
            );
            return false;
        }
        if !routes::has_metrics(stage, route) {
            self.report(
                codes::ROUTE_METRICS_OFF,
                format!("CloudWatch has no metric of `{words}`: `MethodSettings` of `{api}` do not switch it on"),
                self.settings_to_write(route),
            );
            return false;
        }
        true
    }

    /// Another API with the same name and stage.
    fn namesake(&self, api: &str, name: &Value, stage: &Value) -> Option<&str> {
        let is_same = |one: &Value, other: &Value| {
            one == other || spelling::of(one).is_some_and(|text| spelling::of(other) == Some(text))
        };
        let mut others = self.stack.all().filter_map(|(id, resource)| {
            let properties = resource.get("Properties")?;
            let title = || properties.get("Body")?.get("info")?.get("title");
            let given = properties.get("Name").filter(|name| !name.is_null());
            let other = given.or_else(title)?;
            let is_other = id != api && is_of_type(resource, REST_API) && is_same(other, name);
            is_other.then_some(id)
        });
        others.find(|id| {
            let mut stages = routes::stages(self.stack, id).into_iter();
            stages.any(|other| is_same(other.name, stage))
        })
    }

    fn settings_to_write(&self, route: &Route) -> String {
        let all = "MethodSettings: [{ResourcePath: /*, HttpMethod: '*', MetricsEnabled: true}]";
        let path = match route.path.strip_prefix('/') {
            Some("") | None => "/".to_owned(),
            Some(rest) => format!("/~1{}", rest.replace('/', "~1")),
        };
        let one = format!(
            "MethodSettings: [{{ResourcePath: '{path}', HttpMethod: {}, MetricsEnabled: true}}]",
            route.method
        );
        let cost = "they cost money, so they are never switched on by themselves";
        if route.api == IMPLICIT_REST_API {
            format!(
                "{cost}; add `Globals: {{Api: {{{all}}}}}`, or for this route alone `Globals: {{Api: {{{one}}}}}`"
            )
        } else {
            format!(
                "{cost}; add `{all}`, or for this route alone `{one}`, to `{}` where it is an `AWS::Serverless::Api`, else to its stage",
                route.api
            )
        }
    }
}

/// An alarm on a route, by names that are known elsewhere.
fn lines(route: &Route, api: &Value, stage: &Value) -> String {
    let Route { method, path, .. } = route;
    let of_route =
        format!(", {{Name: Resource, Value: '{path}'}}, {{Name: Method, Value: {method}}}");
    metric(api, stage, &of_route)
}

/// An alarm that names all that it looks at.
fn metric(api: &Value, stage: &Value, more: &str) -> String {
    let (api, stage) = (written(api), written(stage));
    format!(
        "- Metric: {{Namespace: AWS/ApiGateway, MetricName: 5XXError, Statistic: Sum, Threshold: 0, Dimensions: [{{Name: ApiName, Value: {api}}}, {{Name: Stage, Value: {stage}}}{more}]}}"
    )
}

/// A name as it is written in YAML.
fn written(name: &Value) -> String {
    match (name, spelling::of(name)) {
        (Value::String(text), _) => text.to_string(),
        (_, Some(text)) => format!("!Sub '{text}'"),
        _ => name.to_string(),
    }
}
