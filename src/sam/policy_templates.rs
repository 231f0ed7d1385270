//! SAM's policy templates: a name and a few values become the statements of a policy.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Policies: [{SQSPollerPolicy: {QueueName: !GetAtt Jobs.QueueName}}]
//! Jobs: {Type: AWS::SQS::Queue}
//! ```
//!
//! ```yaml
//! # out
//! FnRole:
//!   Properties:
//!     Policies:
//!       - PolicyName: FnRolePolicy0
//!         PolicyDocument:
//!           Statement:
//!             - Action:
//!                 - sqs:ChangeMessageVisibility
//!                 - sqs:ChangeMessageVisibilityBatch
//!                 - sqs:DeleteMessage
//!                 - sqs:DeleteMessageBatch
//!                 - sqs:GetQueueAttributes
//!                 - sqs:ReceiveMessage
//!               Effect: Allow
//!               Resource: !Sub
//!                 - arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${queueName}
//!                 - {queueName: !GetAtt Jobs.QueueName}
//!     # ...
//!   # ...
//! ```
//!
//! Mirrors `PolicyTemplatesProcessor` (policy_template_processor/) of aws-sam-translator 1.115.0; the templates
//! themselves are facts, in `data/policy_templates.txt`. Values are put in as they are, intrinsic functions, nulls and
//! numbers included; a value for what is no parameter of the template is ignored.
//!
//! Where we differ: SAM leaves a `Ref` to a name of its own making where a value begins with `{{IntrinsicFunction:`, so
//! the stack cannot be created; here that is a value like any other.

use crate::tree::{Map, Value, json};
use std::sync::OnceLock;

const POLICY_TEMPLATES: &str = include_str!("../data/policy_templates.txt");

/// One policy template.
pub(crate) struct PolicyTemplate {
    name: &'static str,
    parameters: Vec<&'static str>,
    statements: Vec<Statement>,
}

struct Statement {
    actions: OneOrMany<String>,
    resources: OneOrMany<Resource>,
    condition: Option<Condition>,
}

struct Condition {
    operator: &'static str,
    key: &'static str,
    resource: Resource,
}

/// A bare value, or a list: SAM writes both, and so must we.
struct OneOrMany<T> {
    is_list: bool,
    items: Vec<T>,
}

/// The text of a resource, and its variables with the parameters they stand for.
struct Resource {
    text: String,
    variables: Vec<(&'static str, &'static str)>,
}

/// The names of all policy templates, sorted.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    policy_templates().iter().map(|template| template.name)
}

/// The policy template called `name`.
pub(crate) fn find(name: &str) -> Option<&'static PolicyTemplate> {
    let templates = policy_templates();
    let at = templates
        .binary_search_by_key(&name, |template| template.name)
        .ok()?;
    templates.get(at)
}

/// The policy document that `template` becomes with `values`, which must have all its parameters.
pub(crate) fn expand(template: &PolicyTemplate, values: &Map) -> Value {
    let statements = template.statements.iter().map(|statement| {
        let mut map = Map::new();
        let actions = statement.actions.to_value(|action| action.as_str().into());
        map.insert("Action", actions);
        if let Some(condition) = &statement.condition {
            let resource = condition.resource.with_values(values);
            map.insert(
                "Condition",
                json!({ &condition.operator: { &condition.key: resource } }),
            );
        }
        map.insert("Effect", "Allow".into());
        let resources = statement
            .resources
            .to_value(|resource| resource.with_values(values));
        map.insert("Resource", resources);
        Value::Object(map)
    });
    json!({"Statement": statements.collect::<Vec<_>>()})
}

impl PolicyTemplate {
    /// The names of the parameters, all of which must be given; null counts as given.
    pub(crate) fn parameters(&self) -> &[&'static str] {
        &self.parameters
    }

    /// The parameters that `values` does not have.
    pub(crate) fn missing_parameters(&self, values: &Map) -> Vec<&'static str> {
        let mut missing = self.parameters.clone();
        missing.retain(|parameter| !values.contains_key(*parameter));
        missing
    }
}

impl<T> OneOrMany<T> {
    fn to_value(&self, one: impl Fn(&T) -> Value) -> Value {
        match self.items.as_slice() {
            [item] if !self.is_list => one(item),
            items => items.iter().map(one).collect(),
        }
    }
}

impl Resource {
    fn with_values(&self, values: &Map) -> Value {
        if self.text == "*" {
            return self.text.as_str().into();
        }
        if self.variables.is_empty() {
            return json!({"Fn::Sub": &self.text});
        }
        let variables: Map = self
            .variables
            .iter()
            .map(|(variable, parameter)| {
                let value = values.get(*parameter).cloned().unwrap_or_default();
                ((*variable).to_owned(), value)
            })
            .collect();
        json!({"Fn::Sub": [&self.text, variables]})
    }
}

/// All policy templates, read from the data when one is first asked for.
fn policy_templates() -> &'static [PolicyTemplate] {
    static TEMPLATES: OnceLock<Vec<PolicyTemplate>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let mut templates: Vec<PolicyTemplate> = Vec::new();
        for line in POLICY_TEMPLATES.lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(line) = line.strip_prefix("  ") {
                if let (Some(template), Some((verb, rest))) =
                    (templates.last_mut(), line.split_once(' '))
                {
                    template.read_line(verb, rest);
                }
                continue;
            }
            let mut words = line.split(' ');
            templates.push(PolicyTemplate {
                name: words.next().unwrap_or_default(),
                parameters: words.collect(),
                statements: Vec::new(),
            });
        }
        templates
    })
}

impl PolicyTemplate {
    /// Adds what a line of the data says, by its first word; the data file explains the lines.
    fn read_line(&mut self, verb: &str, rest: &'static str) {
        if verb == "on" {
            let Some((service, actions)) = rest.split_once(": ") else {
                return;
            };
            self.statements.push(Statement {
                actions: one_or_many(actions, |action| format!("{service}:{action}")),
                resources: OneOrMany {
                    is_list: false,
                    items: Vec::new(),
                },
                condition: None,
            });
            return;
        }
        let parameters = &self.parameters;
        let Some(statement) = self.statements.last_mut() else {
            return;
        };
        if verb == "to" {
            statement.resources = one_or_many(rest, |text| read_resource(text, parameters));
        } else if let [operator, key, resource] = rest.split(' ').collect::<Vec<_>>().as_slice() {
            statement.condition = Some(Condition {
                operator,
                key,
                resource: read_resource(resource, parameters),
            });
        }
    }
}

fn one_or_many<T>(text: &'static str, read: impl Fn(&'static str) -> T) -> OneOrMany<T> {
    let list = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    OneOrMany {
        is_list: list.is_some(),
        items: list.unwrap_or(text).split(' ').map(read).collect(),
    }
}

fn read_resource(text: &'static str, parameters: &[&'static str]) -> Resource {
    let mut variables: Vec<_> = text
        .split("${")
        .filter_map(|part| part.split_once('}'))
        .filter_map(|(variable, _)| {
            let parameter = parameters
                .iter()
                .find(|parameter| parameter.eq_ignore_ascii_case(variable))?;
            Some((variable, *parameter))
        })
        .collect();
    variables.sort_unstable();
    let text = match text.split_once(':') {
        Some((service, rest)) if service != "arn" && !service.starts_with("${") => {
            format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
        }
        _ => text.to_owned(),
    };
    Resource { text, variables }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, values: Value, statements: Value) {
        let template = find(name).unwrap();
        let values = values.as_object().unwrap();
        assert!(template.missing_parameters(values).is_empty());
        assert_eq!(expand(template, values), json!({"Statement": statements}));
    }

    #[test]
    fn a_value_is_put_in_as_it_is() {
        check(
            "LambdaInvokePolicy",
            json!({"FunctionName": {"Ref": "FunctionName"}, "Other": 1}),
            json!([{
                "Action": ["lambda:InvokeFunction"],
                "Effect": "Allow",
                "Resource": {"Fn::Sub": [
                    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${functionName}*",
                    {"functionName": {"Ref": "FunctionName"}},
                ]},
            }]),
        );
    }

    #[test]
    fn bare_actions_and_lists_of_resources_stay_what_they_are() {
        check(
            "KMSEncryptPolicy",
            json!({"KeyId": null}),
            json!([{
                "Action": "kms:Encrypt",
                "Effect": "Allow",
                "Resource": {"Fn::Sub": [
                    "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${keyId}",
                    {"keyId": null},
                ]},
            }]),
        );
        check(
            "S3WritePolicy",
            json!({"BucketName": "b"}),
            json!([{
                "Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration"],
                "Effect": "Allow",
                "Resource": [
                    {"Fn::Sub": ["arn:${AWS::Partition}:s3:::${bucketName}", {"bucketName": "b"}]},
                    {"Fn::Sub": ["arn:${AWS::Partition}:s3:::${bucketName}/*", {"bucketName": "b"}]},
                ],
            }]),
        );
    }

    #[test]
    fn a_statement_may_have_a_condition() {
        check(
            "EFSWriteAccessPolicy",
            json!({"FileSystem": "f", "AccessPoint": "a"}),
            json!([{
                "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": {"Fn::Sub": [
                    "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:access-point/${AccessPoint}",
                    {"AccessPoint": "a"},
                ]}}},
                "Effect": "Allow",
                "Resource": {"Fn::Sub": [
                    "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:file-system/${FileSystem}",
                    {"FileSystem": "f"},
                ]},
            }]),
        );
    }

    #[test]
    fn parameters_that_are_not_given_are_missing() {
        let template = find("DynamoDBStreamReadPolicy").unwrap();
        assert_eq!(template.parameters(), ["StreamName", "TableName"]);
        let values = json!({"TableName": null});
        assert_eq!(
            template.missing_parameters(values.as_object().unwrap()),
            ["StreamName"]
        );
    }

    #[test]
    fn every_template_is_whole() {
        assert_eq!(policy_templates().len(), 81);
        assert!(names().is_sorted());
        assert!(find("s3readpolicy").is_none());
        for template in policy_templates() {
            assert!(!template.statements.is_empty(), "{}", template.name);
            let resources = |statement: &'static Statement| {
                let condition = statement.condition.iter().map(|c| &c.resource);
                statement.resources.items.iter().chain(condition)
            };
            let resources: Vec<&Resource> =
                template.statements.iter().flat_map(resources).collect();
            for parameter in template.parameters() {
                let stands_for_it = |(_, of): &(_, &str)| of == parameter;
                assert!(
                    resources
                        .iter()
                        .any(|r| r.variables.iter().any(stands_for_it)),
                    "{} does not use {parameter}",
                    template.name
                );
            }
        }
    }

    /// Writes every expansion into the folder `CANARYFORM_FACTS_DUMP`, for tests/tools/facts.py to compare.
    #[test]
    fn facts_dump_of_policy_templates() {
        let Some(folder) = std::env::var_os("CANARYFORM_FACTS_DUMP") else {
            return;
        };
        let expansions: Map = policy_templates()
            .iter()
            .map(|template| {
                let values: Map = template
                    .parameters()
                    .iter()
                    .map(|parameter| ((*parameter).to_owned(), json!({"Value of": parameter})))
                    .collect();
                let facts = json!({
                    "parameters": template.parameters(),
                    "document": expand(template, &values),
                });
                (template.name.to_owned(), facts)
            })
            .collect();
        let path = std::path::Path::new(&folder).join("policy_templates.json");
        std::fs::write(path, Value::from(expansions).to_string()).unwrap();
    }
}
