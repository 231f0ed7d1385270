//! Whether a role of the template may do something: yes, no, or it cannot be known.
//!
//! Everything that the template attaches to the role counts: its own policies, `AWS::IAM::Policy`, `RolePolicy` and
//! `ManagedPolicy`, and the few managed policies of AWS whose content matters here. Whatever is not known (a condition, an
//! intrinsic in a statement, another managed policy) makes the answer unknown where it could change it.
//!
//! Source: "Policy evaluation logic" in the IAM user guide: an explicit deny wins, then an allow.

use crate::language::intrinsics::{
    argument, is_intrinsic, named_resource, ref_target, sub_references,
};
use crate::template::{Path, Template};
use crate::tree::Value;

/// Whether a role may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    Unknown,
}

/// On what.
#[derive(Clone, Copy)]
pub(crate) enum On<'a> {
    /// On something at all.
    Anything,
    /// On the function of this logical id.
    Function(&'a str),
    /// On the version of this logical id, of a function.
    Version { of: &'a str, id: &'a str },
}

/// Stand for what is not known yet in an ARN: the name of a function, and the number of a version.
const NAME: &str = "\u{1}";
const NUMBER: &str = "\u{2}";

/// The ARN of a function, or of something of it.
fn arn(name: &str) -> String {
    format!("arn:aws:lambda:region-1:123456789012:function:{name}")
}

/// What AWS's managed policies for CodeDeploy allow besides invoking hooks.
///
/// Source: AWSCodeDeployRoleForLambda and AWSCodeDeployRoleForLambdaLimited in the AWS managed policy reference.
const CODEDEPLOY_ACTIONS: &[&str] = &[
    "cloudwatch:DescribeAlarms",
    "lambda:UpdateAlias",
    "lambda:GetAlias",
    "lambda:GetProvisionedConcurrencyConfig",
    "sns:Publish",
    "s3:GetObject",
    "s3:GetObjectVersion",
];

/// The functions that these policies let CodeDeploy invoke.
const HOOKS: &str = "arn:aws:lambda:*:*:function:CodeDeployHook_*";

/// Managed policies, by how their names begin, that let a function do its own work and nothing else.
const OF_FUNCTIONS: &[&str] = &[
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaKinesisExecutionRole",
    "AWSXRay",
    "AWSXray",
    "CloudWatchLambdaInsights",
];

/// A template that was made, and its policies that say which roles they are for.
pub(crate) struct Policies<'a> {
    made: &'a Template,
    /// The logical id of each, what says which roles, and itself.
    attached: Vec<(&'a str, &'a Value, &'a Value)>,
}

impl<'a> Policies<'a> {
    pub(crate) fn of(made: &'a Template) -> Self {
        let resources = made.resources().into_iter().flatten();
        let attached = resources.filter_map(|(id, resource)| {
            let to = match resource.get("Type").and_then(Value::as_str)? {
                "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => "Roles",
                "AWS::IAM::RolePolicy" => "RoleName",
                _ => return None,
            };
            Some((id.as_str(), property(resource, to)?, resource))
        });
        Self {
            made,
            attached: attached.collect(),
        }
    }
}

/// Whether the role of this logical id may do `action` on something; and the place of the statement that says so, where the
/// answer is yes.
pub(crate) fn may(
    policies: &Policies<'_>,
    role: &str,
    action: &str,
    on: On<'_>,
) -> (Answer, Option<Path>) {
    let made = policies.made;
    let Some(resource) = resource(made, role) else {
        return (Answer::Unknown, None);
    };
    let mut judged = Judged::default();
    let question = Question { made, action, on };
    let own = |name: &str| Path::property(role, name);
    match property(resource, "Policies") {
        None => {}
        Some(Value::Array(policies)) => {
            for (number, policy) in policies.iter().enumerate() {
                let place = own("Policies").then(number).then("PolicyDocument");
                question.document(policy.get("PolicyDocument"), place, &mut judged);
            }
        }
        Some(_) => judged.is_unknown = true,
    }
    match property(resource, "ManagedPolicyArns") {
        None => {}
        Some(Value::Array(arns)) => {
            for (number, arn) in arns.iter().enumerate() {
                question.managed(arn, own("ManagedPolicyArns").then(number), &mut judged);
            }
        }
        Some(_) => judged.is_unknown = true,
    }
    for (id, to, other) in &policies.attached {
        let document = property(other, "PolicyDocument");
        let place = Path::property(id, "PolicyDocument");
        match attaches(to, role, resource) {
            Answer::Yes => question.document(document, place, &mut judged),
            Answer::No => {}
            // It may be attached by a name that is not known.
            Answer::Unknown => {
                let mut perhaps = Judged::default();
                question.document(document, place, &mut perhaps);
                judged.is_unknown |= perhaps != Judged::default();
            }
        }
    }
    if property(resource, "PermissionsBoundary").is_some() {
        judged.is_unknown |= judged.allowed_at.is_some();
    }
    judged.answer()
}

fn resource<'v>(made: &'v Template, id: &str) -> Option<&'v Value> {
    made.resources()?.get(id)
}

fn property<'v>(resource: &'v Value, name: &str) -> Option<&'v Value> {
    resource.get("Properties")?.get(name)
}

/// Whether a policy for `to` is one of the role's.
fn attaches(to: &Value, role: &str, resource: &Value) -> Answer {
    any(to, |to| match to {
        Value::Array(_) => Answer::Unknown,
        to if ref_target(to) == Some(role) => Answer::Yes,
        to if Some(to) == property(resource, "RoleName") => Answer::Yes,
        // The role may have this name by a parameter.
        Value::String(_) if property(resource, "RoleName").is_none_or(Value::is_string) => {
            Answer::No
        }
        to if ref_target(to).is_some() => Answer::No,
        _ => Answer::Unknown,
    })
}

#[derive(Default, PartialEq)]
struct Judged {
    /// The place of the first statement that allows it.
    allowed_at: Option<Path>,
    is_denied: bool,
    is_unknown: bool,
}

impl Judged {
    fn answer(self) -> (Answer, Option<Path>) {
        if self.is_denied {
            (Answer::No, None)
        } else if self.is_unknown {
            (Answer::Unknown, None)
        } else if self.allowed_at.is_some() {
            (Answer::Yes, self.allowed_at)
        } else {
            (Answer::No, None)
        }
    }

    fn allow(&mut self, place: Path) {
        self.allowed_at.get_or_insert(place);
    }
}

struct Question<'a> {
    made: &'a Template,
    action: &'a str,
    on: On<'a>,
}

impl Question<'_> {
    /// A policy document, which stands at a place.
    fn document(&self, document: Option<&Value>, place: Path, judged: &mut Judged) {
        let place = place.then("Statement");
        match document.and_then(|document| document.get("Statement")) {
            None => judged.is_unknown |= document.is_some_and(is_intrinsic),
            Some(Value::Array(statements)) => {
                for (number, statement) in statements.iter().enumerate() {
                    self.statement(statement, place.clone().then(number), judged);
                }
            }
            Some(statement) => self.statement(statement, place, judged),
        }
    }

    fn statement(&self, statement: &Value, place: Path, judged: &mut Judged) {
        if is_intrinsic(statement) || !statement.is_object() {
            judged.is_unknown = true;
            return;
        }
        let action = match (statement.get("Action"), statement.get("NotAction")) {
            (Some(actions), None) => any(actions, |pattern| self.is_action(pattern)),
            (None, Some(others)) => not(any(others, |pattern| self.is_action(pattern))),
            _ => Answer::Unknown,
        };
        let resource = match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(resources), None) => any(resources, |pattern| self.is_resource(pattern)),
            (None, Some(others)) => not(any(others, |pattern| self.is_resource(pattern))),
            _ => Answer::Unknown,
        };
        let mut holds = and(action, resource);
        if statement.get("Condition").is_some() {
            holds = and(holds, Answer::Unknown);
        }
        match (statement.get("Effect").and_then(Value::as_str), holds) {
            (_, Answer::No) => {}
            (Some("Allow"), Answer::Yes) => judged.allow(place),
            (Some("Deny"), Answer::Yes) => judged.is_denied = true,
            _ => judged.is_unknown = true,
        }
    }

    fn is_action(&self, pattern: &Value) -> Answer {
        match pattern.as_str() {
            Some(pattern) => {
                let pattern = pattern.to_ascii_lowercase();
                yes(matches(&pattern, &self.action.to_ascii_lowercase()))
            }
            None => Answer::Unknown,
        }
    }

    fn is_resource(&self, pattern: &Value) -> Answer {
        let (id, version) = match self.on {
            On::Anything => return Answer::Yes,
            On::Function(id) => (id, None),
            On::Version { of, id } => (of, Some(id)),
        };
        let named = named_resource(pattern);
        if named == Some(version.unwrap_or(id)) {
            return Answer::Yes;
        }
        let (text, variables) = match (pattern, argument(pattern, "Fn::Sub")) {
            (Value::String(text), _) | (_, Some(Value::String(text))) => (text.as_str(), None),
            (_, Some(Value::Array(parts))) => match parts.first().and_then(Value::as_str) {
                Some(text) => (text, parts.get(1)),
                None => return Answer::Unknown,
            },
            // `!GetAtt Other.Arn`
            _ => {
                let is_other = named.is_some_and(|other| resource(self.made, other).is_some());
                return if is_other {
                    Answer::No
                } else {
                    Answer::Unknown
                };
            }
        };
        let mut shown = text.to_owned();
        for reference in sub_references(text) {
            let variable = variables.and_then(|variables| variables.get(reference.name));
            let (of, attribute) = match variable {
                Some(value) => match named_resource(value) {
                    Some(of) => (
                        of,
                        if ref_target(value).is_some() {
                            ""
                        } else {
                            "Arn"
                        },
                    ),
                    None => return Answer::Unknown,
                },
                None => match reference.name.split_once('.') {
                    Some((of, attribute)) => (of, attribute),
                    None => (reference.name, ""),
                },
            };
            let instead = if Some(of) == version {
                arn(&format!("{NAME}:{NUMBER}"))
            } else if of == id && version.is_none() {
                return Answer::Yes;
            } else if of == id && attribute == "Arn" {
                arn(NAME)
            } else if of == id && attribute.is_empty() {
                NAME.to_owned()
            } else if reference.name.starts_with("AWS::") {
                "*".to_owned()
            } else {
                return Answer::Unknown;
            };
            shown = shown.replace(reference.whole, &instead);
        }
        match version {
            None => self.is_function(&shown, id),
            Some(_) => self.is_version(&shown, id),
        }
    }

    /// Whether a pattern of ARNs, in which the function's name is [`NAME`], matches that of a version.
    fn is_version(&self, pattern: &str, id: &str) -> Answer {
        let pattern = pattern.replace("arn:*:", "arn:aws:");
        let name = resource(self.made, id).and_then(|function| property(function, "FunctionName"));
        let is_met = |name: &str| {
            let version = arn(&format!("{name}:{NUMBER}"));
            matches(&pattern.replace(NAME, name), &version)
        };
        match name {
            Some(Value::String(name)) => yes(is_met(name)),
            _ if is_met(NAME) => Answer::Yes,
            // It names this function, and not its versions.
            _ if pattern.contains(NAME) => Answer::No,
            _ => Answer::Unknown,
        }
    }

    /// Whether a pattern of ARNs matches that of a function.
    fn is_function(&self, pattern: &str, id: &str) -> Answer {
        let name = resource(self.made, id).and_then(|function| property(function, "FunctionName"));
        let pattern = pattern.replace("arn:*:", "arn:aws:");
        match name {
            Some(Value::String(name)) => yes(matches(&pattern, &arn(name))),
            name => {
                // Whatever its name is.
                if matches(&pattern, &arn(NAME)) {
                    return Answer::Yes;
                }
                let begin = match name.and_then(|name| argument(name, "Fn::Sub")) {
                    Some(Value::String(text)) => text
                        .split_once("${")
                        .map_or(text.as_str(), |(begin, _)| begin),
                    _ => "",
                };
                let hook = pattern.rsplit(':').next().unwrap_or_default();
                let wanted = hook.trim_end_matches('*');
                if hook.ends_with('*') && !wanted.contains('*') && begin.starts_with(wanted) {
                    Answer::Yes
                } else if name.is_none() && wanted.contains('_') && !wanted.contains('*') {
                    // The name that CloudFormation gives has no underscore.
                    Answer::No
                } else {
                    Answer::Unknown
                }
            }
        }
    }

    /// A managed policy, by its ARN.
    fn managed(&self, arn: &Value, place: Path, judged: &mut Judged) {
        let own = ref_target(arn).and_then(|id| Some((id, resource(self.made, id)?)));
        if let Some((id, policy)) = own {
            let place = Path::property(id, "PolicyDocument");
            return self.document(property(policy, "PolicyDocument"), place, judged);
        }
        let text = match (arn, argument(arn, "Fn::Sub"), argument(arn, "Fn::Join")) {
            (Value::String(text), ..) | (_, Some(Value::String(text)), _) => text.to_string(),
            (.., Some(joined)) => joined.to_string(),
            _ => {
                judged.is_unknown = true;
                return;
            }
        };
        let is = |name: &str| text.contains(&format!("/{name}"));
        if is("AWSCodeDeployRoleForLambda") {
            if CODEDEPLOY_ACTIONS.contains(&self.action) {
                judged.allow(place);
            } else if self.action == "lambda:InvokeFunction" {
                match self.is_resource(&Value::from(HOOKS)) {
                    Answer::Yes => judged.allow(place),
                    Answer::No => {}
                    Answer::Unknown => judged.is_unknown = true,
                }
            }
        } else if is("AdministratorAccess") || is("PowerUserAccess") {
            judged.allow(place);
        } else if !OF_FUNCTIONS.iter().any(|name| is(name)) {
            // Those for Lambda say nothing of CodeDeploy.
            judged.is_unknown |= !(is("AWSLambda") && self.action.starts_with("codedeploy:"));
        }
    }
}

fn yes(holds: bool) -> Answer {
    if holds { Answer::Yes } else { Answer::No }
}

fn not(answer: Answer) -> Answer {
    match answer {
        Answer::Yes => Answer::No,
        Answer::No => Answer::Yes,
        Answer::Unknown => Answer::Unknown,
    }
}

fn and(one: Answer, other: Answer) -> Answer {
    match (one, other) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Yes, Answer::Yes) => Answer::Yes,
        _ => Answer::Unknown,
    }
}

/// Whether one of a list, or the only one, holds.
fn any(values: &Value, holds: impl Fn(&Value) -> Answer) -> Answer {
    match values {
        Value::Array(items) => {
            let each: Vec<Answer> = items.iter().map(holds).collect();
            if each.contains(&Answer::Yes) {
                Answer::Yes
            } else if each.contains(&Answer::Unknown) {
                Answer::Unknown
            } else {
                Answer::No
            }
        }
        value => holds(value),
    }
}

/// Whether a pattern with `*` and `?` matches a text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut of_text) = (0, 0);
    // Behind the last `*`, and where in the text it was tried to end.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(of_text) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, of_text));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                of_text += 1;
            }
            _ => {
                let Some((behind, tried)) = star else {
                    return false;
                };
                star = Some((behind, tried + 1));
                at = behind;
                of_text = tried + 1;
            }
        }
    }
    pattern
        .get(at..)
        .unwrap_or_default()
        .iter()
        .all(|left| *left == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, read, transform};

    #[test]
    fn patterns_match_as_in_iam() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("lambda:*", "lambda:getalias", true),
            ("lambda:get*s", "lambda:getalias", true),
            ("lambda:get*x", "lambda:getalias", false),
            ("l?mbda:*a*", "lambda:getalias", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbX", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[track_caller]
    fn check(role: &str, action: &str, expected: Answer) {
        let text = format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  Hook: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: check}}}}\n  Other: {{Type: AWS::Lambda::Function}}\n  R:\n    Type: AWS::IAM::Role\n    Properties: {{{role}}}\n  P2:\n    Type: AWS::IAM::Policy\n    Properties: {{Roles: [!Ref R], PolicyDocument: {{Statement: [{{Effect: Allow, Action: sqs:Send, Resource: '*'}}]}}}}\n"
        );
        let given = read(text.as_bytes()).unwrap().template;
        let options = Options::new("eu-west-1");
        let output = transform(given, &options);
        let (answer, _) = may(
            &Policies::of(&output.template),
            "R",
            action,
            On::Function("Hook"),
        );
        assert_eq!(answer, expected, "{role}");
    }

    #[test]
    fn a_role_may_what_its_statements_say() {
        use Answer::{No, Unknown, Yes};
        let invoke = "lambda:InvokeFunction";
        let statement = |statement: &str| {
            format!("Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statement}]}}}}]")
        };
        check("Path: /", invoke, No);
        check("Path: /", "sqs:Send", Yes);
        for (given, expected) in [
            ("{Effect: Allow, Action: '*', Resource: '*'}", Yes),
            (
                "{Effect: Allow, Action: [lambda:invoke*], Resource: !GetAtt Hook.Arn}",
                Yes,
            ),
            (
                "{Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt Other.Arn}",
                No,
            ),
            (
                "{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Sub '${Hook.Arn}:*'}",
                Yes,
            ),
            (
                "{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Sub 'arn:${AWS::Partition}:lambda:*:*:function:che*'}",
                Yes,
            ),
            (
                "{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Sub 'arn:aws:lambda:*:*:function:CodeDeployHook_*'}",
                No,
            ),
            (
                "{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Ref P}",
                Unknown,
            ),
            ("{Effect: Allow, Action: !Ref P, Resource: '*'}", Unknown),
            ("{Effect: Allow, NotAction: iam:*, Resource: '*'}", Yes),
            ("{Effect: Allow, NotAction: lambda:*, Resource: '*'}", No),
            (
                "{Effect: Allow, Action: lambda:*, Resource: '*', Condition: {Bool: {a: true}}}",
                Unknown,
            ),
            (
                "!If [C, {Effect: Allow, Action: '*', Resource: '*'}, !Ref AWS::NoValue]",
                Unknown,
            ),
            (
                "{Effect: Allow, Action: '*', Resource: '*'}, {Effect: Deny, Action: lambda:*, Resource: '*'}",
                No,
            ),
        ] {
            check(&statement(given), invoke, expected);
        }
        let managed = |arn: &str| format!("ManagedPolicyArns: [{arn}]");
        check(
            &managed("arn:aws:iam::aws:policy/AdministratorAccess"),
            invoke,
            Yes,
        );
        check(
            &managed("arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"),
            invoke,
            No,
        );
        check(
            &managed("arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"),
            "lambda:GetAlias",
            Yes,
        );
        check(
            &managed("!Sub 'arn:${AWS::Partition}:iam::aws:policy/AWSXrayWriteOnlyAccess'"),
            invoke,
            No,
        );
        check(
            &managed("arn:aws:iam::123456789012:policy/ours"),
            invoke,
            Unknown,
        );
        check(&managed("!Ref P"), invoke, Unknown);
    }
}
