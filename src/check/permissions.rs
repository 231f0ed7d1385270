//! Whether a role of the template may do something: yes, no, or it cannot be known.
//!
//! Everything that the template attaches to the role counts: its own policies, `AWS::IAM::Policy`, `RolePolicy` and
//! `ManagedPolicy`, and the few managed policies of AWS whose content matters here. Whatever is not known (a condition, an
//! intrinsic in a statement, another managed policy) makes the answer unknown where it could change it.
//!
//! Source: "Policy evaluation logic" in the IAM user guide: an explicit deny wins, then an allow.

use super::subject::{Subject, names, property};
use crate::language::intrinsics::{argument, is_intrinsic, ref_target, sub_references};
use crate::tree::Value;

/// Whether a role may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Unknown,
}

/// On what.
#[derive(Clone, Copy)]
pub(super) enum On<'a> {
    /// On something at all.
    Anything,
    /// On the function of this logical id.
    Function(&'a str),
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

/// Whether the role of this logical id may do `action` on something.
pub(super) fn may(subject: &Subject<'_>, role: &str, action: &str, on: On<'_>) -> Answer {
    let Some(resource) = subject.made_resource(role) else {
        return Answer::Unknown;
    };
    let mut judged = Judged::default();
    let question = Question {
        subject,
        action,
        on,
    };
    match property(resource, "Policies") {
        None => {}
        Some(Value::Array(policies)) => {
            for policy in policies {
                question.document(policy.get("PolicyDocument"), &mut judged);
            }
        }
        Some(_) => judged.is_unknown = true,
    }
    match property(resource, "ManagedPolicyArns") {
        None => {}
        Some(Value::Array(arns)) => {
            for arn in arns {
                question.managed(arn, &mut judged);
            }
        }
        Some(_) => judged.is_unknown = true,
    }
    for (to, other) in &subject.attached_policies {
        match attaches(to, role, resource) {
            Answer::Yes => question.document(property(other, "PolicyDocument"), &mut judged),
            Answer::No => {}
            // It may be attached by a name that is not known.
            Answer::Unknown => {
                let mut perhaps = Judged::default();
                question.document(property(other, "PolicyDocument"), &mut perhaps);
                judged.is_unknown |= perhaps != Judged::default();
            }
        }
    }
    if property(resource, "PermissionsBoundary").is_some() {
        judged.is_unknown |= judged.is_allowed;
    }
    judged.answer()
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
    is_allowed: bool,
    is_denied: bool,
    is_unknown: bool,
}

impl Judged {
    fn answer(&self) -> Answer {
        if self.is_denied {
            Answer::No
        } else if self.is_unknown {
            Answer::Unknown
        } else if self.is_allowed {
            Answer::Yes
        } else {
            Answer::No
        }
    }
}

struct Question<'a> {
    subject: &'a Subject<'a>,
    action: &'a str,
    on: On<'a>,
}

impl Question<'_> {
    fn document(&self, document: Option<&Value>, judged: &mut Judged) {
        let statements = document.and_then(|document| document.get("Statement"));
        match statements {
            None => judged.is_unknown |= document.is_some_and(is_intrinsic),
            Some(Value::Array(statements)) => {
                for statement in statements {
                    self.statement(statement, judged);
                }
            }
            Some(statement) => self.statement(statement, judged),
        }
    }

    fn statement(&self, statement: &Value, judged: &mut Judged) {
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
            (Some("Allow"), Answer::Yes) => judged.is_allowed = true,
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
        let On::Function(id) = self.on else {
            return Answer::Yes;
        };
        if names(pattern, id) {
            return Answer::Yes;
        }
        let text = match (pattern, argument(pattern, "Fn::Sub")) {
            (Value::String(text), _) | (_, Some(Value::String(text))) => text.as_str(),
            // `!GetAtt Other.Arn`
            _ => {
                let named = crate::language::intrinsics::named_resource(pattern);
                let is_other =
                    named.is_some_and(|other| self.subject.made_resource(other).is_some());
                return if is_other {
                    Answer::No
                } else {
                    Answer::Unknown
                };
            }
        };
        let mut shown = text.to_owned();
        for reference in sub_references(text) {
            let (of, _) = reference
                .name
                .split_once('.')
                .unwrap_or((reference.name, ""));
            if of == id {
                return Answer::Yes;
            }
            if !reference.name.starts_with("AWS::") {
                return Answer::Unknown;
            }
            shown = shown.replace(reference.whole, "*");
        }
        self.is_function(&shown, id)
    }

    /// Whether a pattern of ARNs matches that of a function.
    fn is_function(&self, pattern: &str, id: &str) -> Answer {
        let name = self
            .subject
            .made_resource(id)
            .and_then(|function| property(function, "FunctionName"));
        let arn = |name: &str| format!("arn:aws:lambda:region-1:123456789012:function:{name}");
        let pattern = pattern.replace("arn:*:", "arn:aws:");
        match name {
            Some(Value::String(name)) => yes(matches(&pattern, &arn(name))),
            name => {
                // Whatever its name is.
                if matches(&pattern, &arn("\u{1}")) {
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
    fn managed(&self, arn: &Value, judged: &mut Judged) {
        if let Some(policy) = ref_target(arn).and_then(|id| self.subject.made_resource(id)) {
            return self.document(property(policy, "PolicyDocument"), judged);
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
                judged.is_allowed = true;
            } else if self.action == "lambda:InvokeFunction" {
                match self.is_resource(&Value::from(HOOKS)) {
                    Answer::Yes => judged.is_allowed = true,
                    Answer::No => {}
                    Answer::Unknown => judged.is_unknown = true,
                }
            }
        } else if is("AdministratorAccess") || is("PowerUserAccess") {
            judged.is_allowed = true;
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
        let output = transform(given.clone(), &options);
        let subject = Subject::of(&given, &output, &options).unwrap();
        let answer = may(&subject, "R", action, On::Function("Hook"));
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
