//! Whether a role may do more than before.
//!
//! Statements are compared as they are written: what an old statement allows by a wildcard is covered, what only a
//! condition of AWS's would tell apart counts as more.

use crate::language::intrinsics::{argument, named_resource};
use crate::place::Path;
use crate::tree::Value;

/// More that a role may do.
pub(super) struct More {
    /// Where it stands, below the properties.
    pub(super) place: Path,
    /// What it is: an action, a policy, or a sentence.
    pub(super) what: String,
    /// On what, where the same could be done before on something else.
    pub(super) on: Option<String>,
}

impl More {
    fn new(place: Path, what: impl Into<String>) -> Self {
        Self {
            place,
            what: what.into(),
            on: None,
        }
    }
}

/// What a role may do that it might not before.
pub(super) fn widened(old: &Value, new: &Value) -> Vec<More> {
    let mut found: Vec<More> = Vec::new();
    let before = Grants::of(old);
    let now = Grants::of(new);
    for (place, grant) in &now.allowed {
        for action in &grant.actions {
            for resource in &grant.resources {
                let is_covered = before.allowed.iter().any(|(_, known)| {
                    known.is_condition_of(grant)
                        && known.negated == grant.negated
                        && known.principal == grant.principal
                        && known.actions.iter().any(|old| covers(old, action))
                        && known.resources.iter().any(|old| covers(old, resource))
                });
                if is_covered {
                    continue;
                }
                if !grant.principal.is_empty() {
                    let what = format!("{action} by {}", grant.principal);
                    found.push(More::new(place.clone(), what));
                    continue;
                }
                let was_allowed = before
                    .allowed
                    .iter()
                    .any(|(_, known)| known.actions.iter().any(|old| covers(old, action)));
                let is_told = found
                    .iter()
                    .any(|more| more.what == *action && more.on.is_none());
                if was_allowed {
                    found.push(More {
                        on: Some(resource.clone()),
                        ..More::new(place.clone(), action)
                    });
                } else if !is_told {
                    found.push(More::new(place.clone(), action));
                }
            }
        }
    }
    for (_, denial) in &before.denied {
        if !now.denied.iter().any(|(_, known)| known == denial) {
            let what = denial.actions.join(", ");
            found.push(More::new(
                Path::default(),
                format!("{what} is not denied any more"),
            ));
        }
    }
    for (place, policy) in &now.managed {
        if !before.managed.iter().any(|(_, known)| known == policy) {
            found.push(More::new(place.clone(), policy));
        }
    }
    if !before.boundary.is_null() && now.boundary != before.boundary {
        let place = Path::default().then("PermissionsBoundary");
        found.push(More::new(place, "its permissions boundary changes"));
    }
    found
}

/// All that a role is granted.
#[derive(Default)]
struct Grants {
    allowed: Vec<(Path, Grant)>,
    denied: Vec<(Path, Grant)>,
    managed: Vec<(Path, String)>,
    boundary: Value,
}

/// A statement.
#[derive(PartialEq)]
struct Grant {
    actions: Vec<String>,
    resources: Vec<String>,
    /// Whether its actions or resources are those that are left out.
    negated: (bool, bool),
    principal: String,
    condition: Value,
}

impl Grant {
    fn of(statement: &Value) -> Self {
        let texts = |name: &str| -> Vec<String> {
            match statement.get(name) {
                None => Vec::new(),
                Some(Value::Array(items)) => items.iter().map(word).collect(),
                Some(one) => vec![word(one)],
            }
        };
        let either = |name: &str, not: &str| {
            if statement.get(not).is_some() {
                (texts(not), true)
            } else {
                (texts(name), false)
            }
        };
        let (actions, no_actions) = either("Action", "NotAction");
        let (mut resources, no_resources) = either("Resource", "NotResource");
        if resources.is_empty() {
            resources.push("*".to_owned());
        }
        Self {
            actions,
            resources,
            negated: (no_actions, no_resources),
            principal: statement.get("Principal").map(word).unwrap_or_default(),
            condition: statement.get("Condition").cloned().unwrap_or_default(),
        }
    }

    /// Whether this holds wherever the other does: under the same condition, or under none.
    fn is_condition_of(&self, other: &Self) -> bool {
        self.condition.is_null() || self.condition == other.condition
    }
}

/// A value in a word: of what refers to something, what that is.
fn word(value: &Value) -> String {
    if let Some(id) = named_resource(value) {
        return id.to_owned();
    }
    match value {
        Value::String(text) => text.to_string(),
        other => match argument(other, "Fn::Sub") {
            Some(Value::Array(items)) => items.first().map(word).unwrap_or_default(),
            Some(text) => word(text),
            None => other.to_string(),
        },
    }
}

impl Grants {
    /// What the properties of an `AWS::IAM::Role` or of a policy grant.
    fn of(properties: &Value) -> Self {
        let mut grants = Self::default();
        let trust = "AssumeRolePolicyDocument";
        if let Some(document) = properties.get(trust) {
            grants.read(document, &Path::default().then(trust));
        }
        if let Some(document) = properties.get("PolicyDocument") {
            grants.read(document, &Path::default().then("PolicyDocument"));
        }
        let policies = properties.get("Policies").and_then(Value::as_array);
        for (index, policy) in policies.into_iter().flatten().enumerate() {
            let place = Path::default().then("Policies").then(index);
            if let Some(document) = policy.get("PolicyDocument") {
                grants.read(document, &place.then("PolicyDocument"));
            }
        }
        let managed = properties
            .get("ManagedPolicyArns")
            .and_then(Value::as_array);
        for (index, policy) in managed.into_iter().flatten().enumerate() {
            let place = Path::default().then("ManagedPolicyArns").then(index);
            grants.managed.push((place, word(policy)));
        }
        grants.boundary = properties
            .get("PermissionsBoundary")
            .cloned()
            .unwrap_or_default();
        grants
    }

    fn read(&mut self, document: &Value, place: &Path) {
        let place = place.clone().then("Statement");
        let statements: Vec<(Path, &Value)> = match document.get("Statement") {
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| (place.clone().then(index), item))
                .collect(),
            Some(one) => vec![(place, one)],
            None => Vec::new(),
        };
        for (place, statement) in statements {
            let grant = Grant::of(statement);
            if statement
                .get("Effect")
                .is_some_and(|effect| effect == "Deny")
            {
                self.denied.push((place, grant));
            } else {
                self.allowed.push((place, grant));
            }
        }
    }
}

/// Whether everything that one text with wildcards stands for is covered by another: `s3:*` covers `s3:Get*`.
fn covers(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern.eq_ignore_ascii_case(text);
    }
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last `*`.
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                back = Some((p + 1, t));
                p += 1;
            }
            Some(byte)
                if *byte == b'?' && text.get(t) != Some(&b'*') || Some(byte) == text.get(t) =>
            {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((after, from)) => {
                    back = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[test]
    fn wildcards_cover_what_they_stand_for() {
        for (pattern, text, expected) in [
            ("*", "s3:*", true),
            ("s3:*", "s3:Get*", true),
            ("s3:Get*", "s3:*", false),
            ("s3:GetObject", "S3:getobject", true),
            ("s3:Get?bject", "s3:GetObject", true),
            ("arn:*:x/*", "arn:aws:s3:::x/y", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
        ] {
            assert_eq!(covers(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn more_is_what_was_not_covered() {
        let role = |statements: Value, managed: Value| {
            json!({
                "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": statements}}],
                "ManagedPolicyArns": managed,
            })
        };
        let get = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a"}]);
        let all = json!([{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["a", "b"]}]);
        let told = |old: &Value, new: &Value| -> Vec<String> {
            let more = widened(old, new).into_iter();
            more.map(|more| match more.on {
                Some(on) => format!("{} on {on}", more.what),
                None => more.what,
            })
            .collect()
        };
        let (narrow, wide) = (role(get.clone(), json!([])), role(all, json!(["m"])));
        assert_eq!(told(&narrow, &narrow), [""; 0]);
        assert_eq!(told(&wide, &narrow), [""; 0]);
        assert_eq!(told(&narrow, &wide), ["s3:*", "m"]);
        let denied = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a"}, {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]);
        assert_eq!(
            told(&role(denied, json!([])), &role(get, json!([]))),
            ["s3:PutObject is not denied any more"]
        );
    }
}
