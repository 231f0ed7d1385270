//! `RewireEvents: true` of a plain function: what invokes it invokes its alias.
//!
//! ```yaml
//! Greeter:
//!   Type: AWS::Lambda::Function
//!   Properties: {AutoPublishAlias: live, RewireEvents: true, Code: {ZipFile: ''}, Role: role}
//! Nightly:
//!   Type: AWS::Events::Rule
//!   Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: greeter, Arn: !GetAtt Greeter.Arn}]}
//! ```
//!
//! Of `Nightly` this makes
//!
//! ```yaml
//!   Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: greeter, Arn: !Ref GreeterAliaslive}]}
//! ```
//!
//! It is done in the places of the table alone. What else names the function is told, and stays.

use crate::dependencies::Dependencies;
use crate::deployment::{Deployment, Kind};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, get_att, if_then, reference, sub_references};
use crate::origin::Origins;
use crate::resource::{LAMBDA_FUNCTION, is_of_type};
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Value, json};
use indexmap::{IndexMap, IndexSet};
use std::collections::HashMap;

/// The key.
pub(crate) const KEY: &str = "RewireEvents";

/// Where a resource names the function that it invokes: its type, and the way below `Properties`; `*` is any key or item.
///
/// Source: the CloudFormation resource schemas of 2026-10-20. A `Body` is the OpenAPI document of an API, where a function
/// stands in the URI of an integration.
const PLACES: &[(&str, &[&str])] = &[
    ("AWS::ApiGateway::Method", &["Integration", "Uri"]),
    ("AWS::ApiGateway::RestApi", &["Body"]),
    ("AWS::ApiGatewayV2::Api", &["Body"]),
    ("AWS::ApiGatewayV2::Integration", &["IntegrationUri"]),
    ("AWS::Cognito::UserPool", &["LambdaConfig"]),
    ("AWS::Events::Rule", &["Targets", "*", "Arn"]),
    (
        "AWS::IoT::TopicRule",
        &["TopicRulePayload", "Actions", "*", "Lambda", "FunctionArn"],
    ),
    (
        "AWS::IoT::TopicRule",
        &["TopicRulePayload", "ErrorAction", "Lambda", "FunctionArn"],
    ),
    ("AWS::Lambda::EventSourceMapping", &["FunctionName"]),
    ("AWS::Lambda::Permission", &["FunctionName"]),
    ("AWS::Lambda::Url", &["TargetFunctionArn"]),
    ("AWS::Logs::SubscriptionFilter", &["DestinationArn"]),
    (
        "AWS::S3::Bucket",
        &[
            "NotificationConfiguration",
            "LambdaConfigurations",
            "*",
            "Function",
        ],
    ),
    ("AWS::SNS::Subscription", &["Endpoint"]),
    ("AWS::Scheduler::Schedule", &["Target", "Arn"]),
];

/// Asynchronous invocations name the alias beside the function.
const INVOKE_CONFIG: &str = "AWS::Lambda::EventInvokeConfig";

/// The plain functions that ask for it.
pub(crate) fn wanted(template: &Template) -> Vec<String> {
    let resources = template.resources().into_iter().flatten();
    resources
        .filter(|(_, resource)| {
            let properties = resource.get("Properties");
            is_of_type(resource, LAMBDA_FUNCTION)
                && properties.and_then(|all| all.get(KEY)) == Some(&Value::Bool(true))
        })
        .map(|(id, _)| id.to_string())
        .collect()
}

/// A function whose events are rewired.
struct Rewired<'a> {
    function: &'a str,
    deployment: &'a Deployment,
    /// The condition under which there is an alias, where there is not always one.
    condition: Option<&'a String>,
    /// What still names the function itself.
    others: Vec<String>,
}

impl Rewired<'_> {
    /// What stands for the function's alias.
    fn alias(&self) -> Value {
        let alias = reference(&self.deployment.alias.id);
        match self.condition {
            Some(condition) => if_then(condition.as_str(), alias, get_att(self.function, "Arn")),
            None => alias,
        }
    }
}

/// Lets what invokes these functions invoke their aliases.
pub(crate) fn rewire(
    scope: &Scope<'_>,
    template: &mut Template,
    wanted: &[String],
    deployments: &[Deployment],
    conditional: &IndexMap<String, String>,
    origins: &Origins,
) {
    let plain = deployments.iter().filter(|one| one.kind == Kind::Plain);
    let plain: HashMap<&str, &Deployment> = plain.map(|one| (one.function.as_str(), one)).collect();
    let functions = wanted.iter().filter_map(|function| {
        let rewired = Rewired {
            function,
            deployment: plain.get(function.as_str())?,
            condition: conditional.get(function),
            others: Vec::new(),
        };
        Some((function.as_str(), rewired))
    });
    let mut rewiring = Rewiring(functions.collect());
    if rewiring.0.is_empty() {
        return;
    }
    rewiring.rewire(template);
    rewiring.find_others(template, origins);
    rewiring.tell_others(scope);
    rewiring.refuse_circles(scope, template);
}

/// All functions whose events are rewired, by their logical ids.
struct Rewiring<'a>(IndexMap<&'a str, Rewired<'a>>);

impl<'a> Rewiring<'a> {
    fn rewire(&self, template: &mut Template) {
        let resources = template.section_mut("Resources");
        for resource in resources.into_iter().flat_map(Map::values_mut) {
            let kind = resource.get("Type").and_then(Value::as_str);
            let kind = kind.unwrap_or_default().to_owned();
            if kind == INVOKE_CONFIG {
                self.qualify(resource);
            }
            for (_, way) in PLACES.iter().filter(|(of, _)| *of == kind) {
                if let Some(properties) = resource.get_mut("Properties") {
                    self.follow(properties, way);
                }
            }
        }
    }

    fn follow(&self, value: &mut Value, way: &[&str]) {
        match (way.split_first(), value) {
            (None, value) => self.replace(value),
            (Some((&"*", rest)), Value::Array(items)) => {
                items.iter_mut().for_each(|item| self.follow(item, rest));
            }
            (Some((key, rest)), Value::Object(map)) => {
                if let Some(inner) = map.get_mut(*key) {
                    self.follow(inner, rest);
                }
            }
            _ => {}
        }
    }

    /// The function that a value is, by name or by ARN.
    fn function(&self, value: &Value) -> Option<&Rewired<'a>> {
        let name = match argument(value, "Fn::GetAtt") {
            Some(Value::String(text)) => text.strip_suffix(".Arn"),
            Some(Value::Array(items)) => match items.as_slice() {
                [Value::String(name), Value::String(attribute)] if attribute == "Arn" => {
                    Some(name.as_str())
                }
                _ => None,
            },
            _ => argument(value, "Ref").and_then(Value::as_str),
        };
        self.0.get(name?)
    }

    /// The references of an `Fn::Sub` text that are functions.
    fn in_text<'t>(&self, text: &'t str) -> Vec<(&'t str, &Rewired<'a>)> {
        let found = sub_references(text).filter_map(|found| {
            let name = found.name.strip_suffix(".Arn").unwrap_or(found.name);
            Some((found.whole, self.0.get(name)?))
        });
        found.collect()
    }

    fn replace(&self, value: &mut Value) {
        if let Some(function) = self.function(value) {
            *value = function.alias();
            return;
        }
        if let Some(given) = argument(value, "Fn::Sub") {
            let (text, mut variables) = match given {
                Value::String(text) => (text.to_string(), Map::new()),
                Value::Array(items) => match items.as_slice() {
                    [Value::String(text), Value::Object(variables)] => {
                        (text.to_string(), variables.clone())
                    }
                    _ => return,
                },
                _ => return,
            };
            variables
                .values_mut()
                .for_each(|variable| self.replace(variable));
            let mut made = text.clone();
            for (whole, function) in self.in_text(&text) {
                let stands = if function.condition.is_some() {
                    let name = format!("{}Alias", function.function);
                    variables.insert(name.as_str(), function.alias());
                    name
                } else {
                    function.deployment.alias.id.clone()
                };
                made = made.replace(whole, &format!("${{{stands}}}"));
            }
            *value = if variables.is_empty() {
                json!({ "Fn::Sub": made })
            } else {
                json!({ "Fn::Sub": [made, Value::Object(variables)] })
            };
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Value::Object(map) => map.values_mut().for_each(|inner| self.replace(inner)),
            _ => {}
        }
    }

    /// Lets the configuration of asynchronous invocations be that of the alias, which must be there first.
    fn qualify(&self, resource: &mut Value) {
        let Some(Value::Object(properties)) = resource.get_mut("Properties") else {
            return;
        };
        let function = properties
            .get("FunctionName")
            .and_then(|name| self.function(name));
        let qualifier = properties.get("Qualifier");
        let Some(function) = function.filter(|function| {
            function.condition.is_none() && qualifier.is_none_or(|given| *given == "$LATEST")
        }) else {
            return;
        };
        let alias = &function.deployment.alias;
        properties.insert("Qualifier", alias.name.as_str().into());
        let alias = Value::from(alias.id.as_str());
        let waits = match resource.get("DependsOn") {
            None | Some(Value::Null) => alias,
            Some(Value::Array(ids)) => ids.iter().cloned().chain([alias]).collect(),
            Some(other) => json!([other.clone(), alias]),
        };
        if let Value::Object(resource) = resource {
            resource.insert("DependsOn", waits);
        }
    }

    /// Finds what still names a function itself.
    fn find_others(&mut self, template: &Template, origins: &Origins) {
        for (id, resource) in template.resources().into_iter().flatten() {
            if is_of_type(resource, INVOKE_CONFIG) {
                continue;
            }
            let mut named = IndexSet::new();
            self.find_named(resource, &mut named);
            let source = origins
                .get(id.as_str())
                .and_then(|origin| origin.source.as_deref());
            for function in named {
                let is_its = id.as_str() == function || source == Some(function);
                if let (false, Some(rewired)) = (is_its, self.0.get_mut(function)) {
                    rewired.others.push(format!("`{id}`"));
                }
            }
        }
    }

    /// The functions that a value names.
    fn find_named(&self, value: &Value, named: &mut IndexSet<&'a str>) {
        if let Some(rewired) = self.function(value) {
            named.insert(rewired.function);
            return;
        }
        match value {
            Value::Array(items) => {
                for item in items {
                    self.find_named(item, named);
                }
            }
            Value::Object(map) => {
                for (key, inner) in map {
                    let text = match inner {
                        Value::Array(items) => items.first().and_then(Value::as_str),
                        inner => inner.as_str(),
                    };
                    if let (true, Some(text)) = (key == "Fn::Sub", text) {
                        let found = self.in_text(text).into_iter();
                        named.extend(found.map(|(_, rewired)| rewired.function));
                    }
                    self.find_named(inner, named);
                }
            }
            _ => {}
        }
    }

    /// Tells what still names a function itself.
    fn tell_others(&self, scope: &Scope<'_>) {
        for rewired in self.0.values().filter(|one| !one.others.is_empty()) {
            scope.report(
                Diagnostic::new(
                    codes::EVENT_NOT_REWIRED,
                    Path::property(rewired.function, KEY),
                    format!(
                        "still with the function itself, not with its alias: {}",
                        rewired.others.join(", ")
                    ),
                )
                .on_key()
                .help(format!(
                    "write `!Ref {}.Alias` where one of them is to invoke the alias",
                    rewired.function
                )),
            );
        }
    }

    /// Tells of each circle that a rewired event closes.
    fn refuse_circles(&self, scope: &Scope<'_>, template: &Template) {
        if scope.has_errors() {
            return;
        }
        let aliases = self
            .0
            .values()
            .map(|one| (one.deployment.alias.id.as_str(), one.function));
        let aliases: HashMap<&str, &str> = aliases.collect();
        for circle in Dependencies::of(template).circles() {
            let mut links = circle.links.iter();
            let Some(function) = links.find_map(|link| aliases.get(link.from.as_str())) else {
                continue;
            };
            scope.report(
                Diagnostic::new(
                    codes::REWIRED_IN_A_CIRCLE,
                    Path::property(function, KEY),
                    format!("what invokes the alias would wait for itself: {circle}"),
                )
                .on_key()
                .help("take `RewireEvents` out, and write `!Ref Function.Alias` where it makes no circle"),
            );
        }
    }
}
