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
use indexmap::IndexMap;

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
    for function in wanted {
        let mut all = deployments.iter();
        let its = all.find(|one| one.function == *function && one.kind == Kind::Plain);
        let Some(deployment) = its else {
            continue;
        };
        let rewired = Rewired {
            function,
            deployment,
            condition: conditional.get(function),
        };
        rewired.rewire(template);
        rewired.tell_others(scope, template, origins);
        rewired.refuse_circles(scope, template);
    }
}

impl Rewired<'_> {
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

    /// What stands for the function's alias.
    fn alias(&self) -> Value {
        let alias = reference(&self.deployment.alias.id);
        match self.condition {
            Some(condition) => if_then(condition.as_str(), alias, get_att(self.function, "Arn")),
            None => alias,
        }
    }

    /// Whether a value is the function, by name or by ARN.
    fn is_function(&self, value: &Value) -> bool {
        let by_arn = match argument(value, "Fn::GetAtt") {
            Some(Value::String(text)) => text.as_str() == format!("{}.Arn", self.function),
            Some(Value::Array(items)) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                texts == [self.function, "Arn"]
            }
            _ => false,
        };
        by_arn || argument(value, "Ref").and_then(Value::as_str) == Some(self.function)
    }

    /// The references of an `Fn::Sub` text that are the function.
    fn in_text<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let by_arn = format!("{}.Arn", self.function);
        let found = sub_references(text)
            .filter(|found| found.name == self.function || found.name == by_arn);
        found.map(|found| found.whole).collect()
    }

    fn replace(&self, value: &mut Value) {
        if self.is_function(value) {
            *value = self.alias();
            return;
        }
        if let Some(given) = argument(value, "Fn::Sub") {
            let (text, variables) = match given {
                Value::String(text) => (text.to_string(), Map::new()),
                Value::Array(items) => match items.as_slice() {
                    [Value::String(text), Value::Object(variables)] => {
                        (text.to_string(), variables.clone())
                    }
                    _ => return,
                },
                _ => return,
            };
            let found = self.in_text(&text);
            let mut variables = variables;
            variables
                .values_mut()
                .for_each(|variable| self.replace(variable));
            let stands = match self.condition {
                Some(_) if !found.is_empty() => {
                    let name = format!("{}Alias", self.function);
                    variables.insert(name.as_str(), self.alias());
                    name
                }
                _ => self.deployment.alias.id.clone(),
            };
            let mut made = text.clone();
            for whole in found {
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
        let is_its = properties
            .get("FunctionName")
            .is_some_and(|name| self.is_function(name));
        let qualifier = properties.get("Qualifier");
        if !is_its || self.condition.is_some() || qualifier.is_some_and(|given| *given != "$LATEST")
        {
            return;
        }
        properties.insert("Qualifier", self.deployment.alias.name.as_str().into());
        let alias = Value::from(self.deployment.alias.id.as_str());
        let waits = match resource.get("DependsOn") {
            None | Some(Value::Null) => alias,
            Some(Value::Array(ids)) => ids.iter().cloned().chain([alias]).collect(),
            Some(other) => json!([other.clone(), alias]),
        };
        if let Value::Object(resource) = resource {
            resource.insert("DependsOn", waits);
        }
    }

    /// Tells what still names the function itself.
    fn tell_others(&self, scope: &Scope<'_>, template: &Template, origins: &Origins) {
        let is_made_for_it = |id: &str| {
            let origin = origins.get(id);
            origin.is_some_and(|origin| origin.source.as_deref() == Some(self.function))
        };
        let resources = template.resources().into_iter().flatten();
        let others: Vec<String> = resources
            .filter(|(id, resource)| {
                id.as_str() != self.function
                    && !is_made_for_it(id)
                    && !is_of_type(resource, INVOKE_CONFIG)
                    && self.names(resource)
            })
            .map(|(id, _)| format!("`{id}`"))
            .collect();
        if !others.is_empty() {
            scope.report(
                Diagnostic::new(
                    codes::EVENT_NOT_REWIRED,
                    Path::property(self.function, KEY),
                    format!(
                        "still with the function itself, not with its alias: {}",
                        others.join(", ")
                    ),
                )
                .on_key()
                .help(format!(
                    "write `!Ref {}.Alias` where one of them is to invoke the alias",
                    self.function
                )),
            );
        }
    }

    fn names(&self, value: &Value) -> bool {
        if self.is_function(value) {
            return true;
        }
        match value {
            Value::Array(items) => items.iter().any(|item| self.names(item)),
            Value::Object(map) => map.iter().any(|(key, inner)| match inner {
                Value::String(text) if key == "Fn::Sub" => !self.in_text(text).is_empty(),
                Value::Array(items) if key == "Fn::Sub" => {
                    let text = items.first().and_then(Value::as_str);
                    text.is_some_and(|text| !self.in_text(text).is_empty())
                        || items.iter().any(|item| self.names(item))
                }
                inner => self.names(inner),
            }),
            _ => false,
        }
    }

    fn refuse_circles(&self, scope: &Scope<'_>, template: &Template) {
        if scope.has_errors() {
            return;
        }
        for circle in Dependencies::of(template).circles() {
            let alias = &self.deployment.alias.id;
            if circle.links.iter().any(|link| link.from == *alias) {
                scope.report(
                    Diagnostic::new(
                        codes::REWIRED_IN_A_CIRCLE,
                        Path::property(self.function, KEY),
                        format!("what invokes the alias would wait for itself: {circle}"),
                    )
                    .on_key()
                    .help("take `RewireEvents` out, and write `!Ref Function.Alias` where it makes no circle"),
                );
            }
        }
    }
}
