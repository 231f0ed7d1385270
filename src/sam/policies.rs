//! `Policies`: managed policies, statements and policy templates, for the role of a function or state machine.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Policies:
//!       - AmazonSQSReadOnlyAccess
//!       - S3ReadPolicy: {BucketName: !Ref Uploads}
//!       - Statement: [{Effect: Allow, Action: 'polly:*', Resource: '*'}]
//! Uploads: {Type: AWS::S3::Bucket}
//! ```
//!
//! ```yaml
//! # out
//! FnRole:
//!   Properties:
//!     ManagedPolicyArns:
//!       - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
//!       - arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess
//!     Policies:
//!       - PolicyName: FnRolePolicy1
//!         # ...
//!       - PolicyName: FnRolePolicy2
//!         PolicyDocument: {Statement: [{Effect: Allow, Action: polly:*, Resource: '*'}]}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: model/resource_policies.py, plugins/policies/policy_templates_plugin.py and
//! model/role_utils/role_constructor.py.

use super::policy_templates;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::distinct::Distinct;
use crate::language::intrinsics::{argument, if_parts, is_intrinsic, is_no_value};
use crate::language::truth::{equal, is_truthy, likeness};
use crate::resource::{SamResource, set, tags};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Text, Value, json};

/// What a role may do: `ManagedPolicyArns` and inline `Policies`, each in order.
#[derive(Debug, Default, Clone)]
pub(crate) struct RolePolicies {
    pub(crate) managed: Vec<Value>,
    pub(crate) inline: Vec<Value>,
    attached: Distinct,
}

impl RolePolicies {
    pub(crate) fn new(managed: Vec<Value>, inline: Vec<Value>) -> Self {
        Self {
            managed,
            inline,
            attached: Distinct::default(),
        }
    }

    /// Attaches a managed policy, unless it is attached already.
    pub(crate) fn attach(&mut self, policy: impl Into<Value>) {
        let policy = policy.into();
        if self
            .attached
            .is_new(&self.managed, &policy, likeness, equal)
        {
            self.managed.push(policy);
        }
    }

    /// Adds an inline policy.
    pub(crate) fn allow(&mut self, policy: Value) {
        self.inline.push(policy);
    }

    /// Adds an inline policy, unless one with the same document is there: names are not compared.
    pub(crate) fn allow_once(&mut self, policy: Value) {
        let document = policy.get("PolicyDocument");
        let known = self.inline.iter().any(|known| {
            matches!((known.get("PolicyDocument"), document), (Some(a), Some(b)) if equal(a, b))
        });
        if !known {
            self.inline.push(policy);
        }
    }

    /// The properties of the role that is made for a function or state machine, which says what else it has. Who may
    /// assume it is `trusted`; `created_by` is the key of SAM's mark.
    pub(crate) fn into_role(
        self,
        owner: &mut SamResource,
        trusted: Value,
        created_by: &str,
    ) -> Map {
        let tags = tags::created_by(created_by, owner.get("Tags").as_object());
        let mut properties = Map::new();
        set(&mut properties, "AssumeRolePolicyDocument", trusted);
        set(&mut properties, "ManagedPolicyArns", self.managed.into());
        set(&mut properties, "Path", owner.take("RolePath"));
        if !self.inline.is_empty() {
            set(&mut properties, "Policies", self.inline.into());
        }
        let boundary = owner.get("PermissionsBoundary").clone();
        set(&mut properties, "PermissionsBoundary", boundary);
        set(&mut properties, "Tags", tags);
        properties
    }
}

/// What an entry of `Policies` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A name, an ARN, or an intrinsic that gives one.
    Managed,
    /// A map with `Statement`.
    Statement,
    /// A map from the name of a policy template to its parameters.
    Template,
    Unknown,
}

/// Reads the `Policies` of `resource` and adds them to `policies`; faults are reported.
///
/// `role` is the logical id of the role, from which inline policies take their names.
pub(crate) fn read(
    scope: &Scope<'_>,
    resource: &mut SamResource,
    role: &str,
    policies: &mut RolePolicies,
) {
    let entries = match resource.take("Policies") {
        value if !is_truthy(Some(&value)) => return,
        Value::Array(entries) => entries,
        one => [one].into_iter().collect(),
    };
    for (index, entry) in entries.into_iter().enumerate() {
        let path = resource.path("Policies").then(index);
        let Some(kind) = kind_of(scope, &entry, &path) else {
            continue;
        };
        match kind {
            Kind::Managed => {
                let policy = managed(scope, entry, &path);
                policies.attach(policy);
            }
            Kind::Statement => policies.allow(inline(entry, role, index)),
            Kind::Template => {
                if let Some(statements) = expand(scope, entry, &path) {
                    policies.allow(inline(statements, role, index));
                }
            }
            Kind::Unknown => report_unknown(scope, &entry, path),
        }
    }
}

/// The kind of an entry; none where an `Fn::If` makes no sense, which is reported.
fn kind_of(scope: &Scope<'_>, entry: &Value, path: &Path) -> Option<Kind> {
    if argument(entry, "Fn::If").is_some() {
        let Some((_, then, otherwise)) = if_parts(entry) else {
            scope.report(
                Diagnostic::new(
                    codes::IF_ARGUMENTS,
                    path.clone(),
                    "`Fn::If` needs three arguments here",
                )
                .help("write `!If [Condition, policy, !Ref AWS::NoValue]`")
                .blame(None),
            );
            return None;
        };
        let kinds = (
            kind_of(scope, then, path)?,
            kind_of(scope, otherwise, path)?,
        );
        return match kinds {
            (a, b) if a == b => Some(a),
            (_, kind) if is_no_value(then) => Some(kind),
            (kind, _) if is_no_value(otherwise) => Some(kind),
            _ => {
                scope.report(
                    Diagnostic::new(
                        codes::IF_MIXES_POLICY_KINDS,
                        path.clone(),
                        "the two branches of this `Fn::If` are different kinds of policy",
                    )
                    .help("write one `!If` for each kind, with `!Ref AWS::NoValue` as the other branch")
                    .blame(None),
                );
                None
            }
        };
    }
    Some(match entry {
        Value::String(_) => Kind::Managed,
        _ if is_intrinsic(entry) => Kind::Managed,
        Value::Object(map) if map.contains_key("Statement") => Kind::Statement,
        Value::Object(map) => match map.keys().next() {
            Some(name) if map.len() == 1 && policy_templates::find(name).is_some() => {
                Kind::Template
            }
            _ => Kind::Unknown,
        },
        _ => Kind::Unknown,
    })
}

/// A managed policy with its name looked up, also in the two branches of an `Fn::If`.
fn managed(scope: &Scope<'_>, entry: Value, path: &Path) -> Value {
    match entry {
        Value::String(name) => look_up(scope, name.into(), path.clone()),
        Value::Object(mut map) => {
            if let Some(branches) = map.get_mut("Fn::If").and_then(Value::as_array_mut) {
                for (index, branch) in branches.iter_mut().enumerate().skip(1) {
                    if let Value::String(name) = branch {
                        let path = path.clone().then("Fn::If").then(index);
                        *branch = look_up(scope, std::mem::take(name).into(), path);
                    }
                }
            }
            Value::Object(map)
        }
        other => other,
    }
}

/// The ARN of a managed policy; a name that nobody knows goes over as it is, with a warning.
fn look_up(scope: &Scope<'_>, name: String, path: Path) -> Value {
    if let Some(arn) = scope.partition.managed_policy(&name) {
        return arn.into();
    }
    if !name.starts_with("arn:") {
        let mut finding = Diagnostic::new(
            codes::UNKNOWN_MANAGED_POLICY,
            path,
            format!("`{name}` is neither an ARN nor a managed policy of AWS that is known here"),
        );
        let template = scope.suggestions.find(&name, policy_templates::names());
        finding = match template {
            Some(template) if template == name => finding.help(format!(
                "`{name}` is a policy template: write `{name}: {{...}}` with its parameters"
            )),
            _ => {
                finding.help("write the policy's ARN, or the exact name of a managed policy of AWS")
            }
        };
        scope.report(finding);
    }
    name.into()
}

/// An inline policy for a role; of an `Fn::If` each branch that gives one.
fn inline(mut document: Value, role: &str, index: usize) -> Value {
    let name = format!("{role}Policy{index}");
    if let Some(branches) = document.get_mut("Fn::If").and_then(Value::as_array_mut) {
        for branch in branches
            .iter_mut()
            .skip(1)
            .filter(|branch| !is_no_value(branch))
        {
            *branch = json!({ "PolicyName": &name, "PolicyDocument": branch.take() });
        }
        return document;
    }
    json!({ "PolicyName": name, "PolicyDocument": document })
}

/// A policy template as the statements that it stands for; of an `Fn::If` each branch that is one.
fn expand(scope: &Scope<'_>, mut entry: Value, path: &Path) -> Option<Value> {
    let Some(branches) = entry.get_mut("Fn::If").and_then(Value::as_array_mut) else {
        return expand_one(scope, &entry, path);
    };
    let mut sound = true;
    for (index, branch) in branches.iter_mut().enumerate().skip(1) {
        if is_no_value(branch) {
            continue;
        }
        let path = path.clone().then("Fn::If").then(index);
        match expand(scope, branch.take(), &path) {
            Some(statements) => *branch = statements,
            None => sound = false,
        }
    }
    sound.then_some(entry)
}

fn expand_one(scope: &Scope<'_>, entry: &Value, path: &Path) -> Option<Value> {
    let (name, given) = entry.as_object()?.iter().next()?;
    let template = policy_templates::find(name)?;
    let path = path.clone().then(name);
    let Value::Object(values) = given else {
        scope.report(
            Diagnostic::new(
                codes::POLICY_TEMPLATE_PARAMETERS,
                path,
                format!("the policy template `{name}` needs a map of parameters"),
            )
            .help(parameters_help(template)),
        );
        return None;
    };
    let missing = template.missing_parameters(values);
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        scope.report(
            Diagnostic::new(
                codes::POLICY_TEMPLATE_PARAMETERS,
                path,
                format!("the policy template `{name}` lacks {}", names.join(" and ")),
            )
            .help(parameters_help(template)),
        );
        return None;
    }
    for key in values
        .keys()
        .filter(|key| !template.parameters().contains(&key.as_str()))
    {
        scope.report(
            Diagnostic::new(
                codes::UNKNOWN_POLICY_TEMPLATE_PARAMETER,
                path.clone().then(key),
                format!("the policy template `{name}` has no parameter `{key}`, which is ignored"),
            )
            .on_key()
            .help(crate::diagnostics::did_you_mean(key, template.parameters())),
        );
    }
    Some(policy_templates::expand(template, values))
}

fn parameters_help(template: &policy_templates::PolicyTemplate) -> String {
    if template.parameters().is_empty() {
        return "it takes no parameters: write `{}`".to_owned();
    }
    let names: Vec<String> = template
        .parameters()
        .iter()
        .map(|name| format!("{name}: ..."))
        .collect();
    format!("write `{{{}}}`", names.join(", "))
}

fn report_unknown(scope: &Scope<'_>, entry: &Value, path: Path) {
    let mut fault = Diagnostic::new(
        codes::UNKNOWN_POLICY,
        path,
        "this is neither a managed policy, nor a statement, nor a policy template",
    );
    let keys: Vec<&Text> = entry.as_object().into_iter().flat_map(Map::keys).collect();
    fault = match keys.as_slice() {
        [name] => match scope.suggestions.find(name, policy_templates::names()) {
            Some(meant) => fault.help(format!("did you mean the policy template `{meant}`?")),
            None => fault.help(format!("there is no policy template `{name}`")),
        },
        keys => {
            let is_template = |name: &str| policy_templates::names().any(|known| known == name);
            let template = keys.iter().find(|name| {
                is_template(name.as_str()) && entry.get(name.as_str()).is_some_and(Value::is_null)
            });
            let rest = |name: &Text| keys.iter().find(|key| **key != name);
            fault.help(match template.and_then(|name| Some((name, rest(name)?))) {
                Some((name, rest)) => format!("indent `{rest}` further, so that it stands below `{name}`"),
                None => "write a name or ARN, a map with `Statement`, or one policy template for each list item".to_owned(),
            })
        }
    };
    scope.report(fault);
}
