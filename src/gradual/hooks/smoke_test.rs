//! `SmokeTest`: a hook without code of the user's. It invokes the new version once, compares the answer, and reports.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Timeout: 30
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Hooks:
//!         PreTraffic:
//!           SmokeTest: {Payload: {path: /health}, Expect: {statusCode: 200}}
//! ```
//!
//! ```yaml
//! # out
//! GreeterPreTrafficSmokeTest:
//!   Type: AWS::Lambda::Function
//!   Properties:
//!     Environment:
//!       Variables:
//!         CurrentVersion: !Ref GreeterVersion9d489569c1
//!         PAYLOAD: '{"path":"/health"}'
//!         EXPECT: '{"statusCode":200}'
//!     Handler: index.handler
//!     Role: !GetAtt GreeterPreTrafficSmokeTestRole.Arn
//!     Runtime: python3.13
//!     Timeout: 50
//!     # ...
//! GreeterPreTrafficSmokeTestRole:
//!   Type: AWS::IAM::Role
//!   # ...
//! ```
//!
//! Its code is inline, so that nothing has to lie in S3: `smoke_test.py` beside this file. With `Code: {S3Bucket: ..,
//! S3Key: ..}` it is the binary `smoke-test` of this package instead, which does the same.

use super::VERSION_VARIABLE;
use super::tested::Tested;
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::gradual::role::Wanted;
use crate::language::intrinsics::{argument, get_att, is_intrinsic, is_no_value, reference};
use crate::language::logical_id;
use crate::resource::generated::Generated;
use crate::resource::{LAMBDA_FUNCTION, ROLE, SamResource, map, resource, set, tags, trust};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// The generated hook, which needs `boto3`: Lambda's Python has it.
const CODE: &str = include_str!("smoke_test.py");

const RUNTIME: &str = "python3.13";

/// The longest that a function may take, in seconds, for its test to report in time: the test may take as long as any
/// function, 900 seconds.
const MOST: u64 = 900 - SPARE;

/// How much longer the test may take than the function: for that to start, up to 10 seconds, and to report.
const SPARE: u64 = 20;

/// What a function takes that does not say so, in seconds.
const DEFAULT_TIMEOUT: u64 = 3;

/// How many bytes the two texts may have, so that the name of the version has room beside them: Lambda takes 4 KB of
/// variables.
const MOST_TEXT: usize = 3_700;

pub(in crate::gradual) const KEYS: &[&str] = &["Payload", "Expect", "Code", "Architectures"];

pub(in crate::gradual) const CODE_KEYS: &[&str] = &["S3Bucket", "S3Key", "S3ObjectVersion"];

/// A test that is to be made.
pub(super) struct SmokeTest {
    /// `PAYLOAD` and `EXPECT`: JSON, with references that CloudFormation puts in.
    payload: Value,
    expect: Option<Value>,
    /// Code in S3, in place of that inline.
    code: Option<Value>,
    architectures: Option<Value>,
    timeout: u64,
}

impl SmokeTest {
    /// Reads `SmokeTest` of a hook; a fault is reported and gives none.
    pub(super) fn read(
        scope: &Scope<'_>,
        sam: &SamResource,
        given: &Value,
        path: &Path,
    ) -> Option<Self> {
        let watch = scope.watch();
        let refuse = |path: Path, what: &str, help: &str| {
            scope.report(Diagnostic::new(codes::SMOKE_TEST, path, what).help(help));
        };
        let Some(test) = given.as_object().filter(|_| !is_intrinsic(given)) else {
            refuse(
                path.clone(),
                "`SmokeTest` must be a map",
                "write `SmokeTest: {Payload: {path: /health}, Expect: {statusCode: 200}}`; `{}` is a test that the function does not fail",
            );
            return None;
        };
        refuse_unknown(scope, test, KEYS, "`SmokeTest`", path);
        let text = |key: &str| {
            let given = test.get(key).filter(|value| !value.is_null())?;
            Some(json_text(scope, given, path.clone().then(key)))
        };
        let (payload, expect) = (text("Payload"), text("Expect"));
        let length: usize = [&payload, &expect]
            .into_iter()
            .flatten()
            .map(|text| text.to_string().len())
            .sum();
        if length > MOST_TEXT {
            refuse(
                path.clone(),
                &format!(
                    "`Payload` and `Expect` have {length} bytes as JSON, and Lambda takes 4 KB of environment variables"
                ),
                "shorten them, or write a hook of your own: `{Function: !Ref Check}`",
            );
        }
        let code = test.get("Code").filter(|code| !code.is_null());
        if let Some(code) = code {
            let at = path.clone().then("Code");
            match code.as_object() {
                Some(map) if map.contains_key("S3Bucket") && map.contains_key("S3Key") => {
                    refuse_unknown(scope, map, CODE_KEYS, "`Code` of a smoke test", &at);
                }
                _ => refuse(
                    at,
                    "`Code` must say where in S3 the binary `smoke-test` lies",
                    "write `Code: {S3Bucket: bucket, S3Key: smoke-test.zip}`, or take it out: the test's own code needs no bucket",
                ),
            }
        }
        let architectures = test.get("Architectures").filter(|value| !value.is_null());
        if architectures.is_some() && code.is_none() {
            refuse(
                path.clone().then("Architectures"),
                "`Architectures` is that of the binary in `Code`, and there is none",
                "take it out: the generated test runs anywhere",
            );
        }
        let timeout = read_timeout(scope, sam, path);
        watch.is_sound().then_some(())?;
        Some(Self {
            payload: payload.unwrap_or_else(|| "{}".into()),
            expect,
            code: code.cloned(),
            architectures: architectures.cloned(),
            timeout: timeout? + SPARE,
        })
    }
}

fn refuse_unknown(scope: &Scope<'_>, map: &Map, known: &[&str], owner: &str, path: &Path) {
    for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
        scope.report(
            Diagnostic::new(
                codes::SMOKE_TEST,
                path.clone().then(key),
                format!("{owner} has no key `{key}`"),
            )
            .on_key()
            .help(did_you_mean(key, known)),
        );
    }
}

/// How long the tested function may take; a fault is reported and gives none.
fn read_timeout(scope: &Scope<'_>, sam: &SamResource, path: &Path) -> Option<u64> {
    let given = sam.get("Timeout");
    if given.is_null() {
        return Some(DEFAULT_TIMEOUT);
    }
    let known = scope.peek(given).unwrap_or_default();
    let seconds = match &known {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    };
    let fault = match seconds {
        Some(seconds) if seconds <= MOST => return Some(seconds),
        Some(_) => Diagnostic::new(
            codes::SMOKE_TEST,
            path.clone(),
            format!("`{}` may take longer than {MOST} seconds: its test could not report in time, as Lambda ends it after 900", sam.id),
        )
        .help(format!("give `{}` a `Timeout` of {MOST} or less, or write a hook that does not wait: `{{Function: !Ref Check}}`", sam.id)),
        None => Diagnostic::new(
            codes::SMOKE_TEST,
            path.clone(),
            format!("it is not known how long `{}` may take, and so not how long its test must", sam.id),
        )
        .help("write its `Timeout` as a number of seconds, or give the value of the parameter"),
    };
    scope.report(fault);
    None
}

/// A value as JSON, in which CloudFormation puts what intrinsics in it come to; a fault is reported.
fn json_text(scope: &Scope<'_>, given: &Value, path: Path) -> Value {
    let (given, path) = match argument(given, "Fn::ToJsonString") {
        Some(inner) => (inner, path.then("Fn::ToJsonString")),
        None => (given, path),
    };
    let looks_like_json = |text: &str| text.trim_start().starts_with(['{', '[']);
    if is_intrinsic(given) || given.as_str().is_some_and(looks_like_json) {
        scope.report(
            Diagnostic::new(
                codes::SMOKE_TEST,
                path,
                "this is made into JSON, and so must not be a text of JSON or an intrinsic itself",
            )
            .help("write the value as it is, with intrinsics in it where they are needed: `{table: !Ref Table}`"),
        );
        return Value::Null;
    }
    let mut texts = Texts::default();
    texts.add(scope, given, &path);
    texts.finish()
}

/// JSON that is put together of what is written and what CloudFormation puts in.
#[derive(Default)]
struct Texts {
    /// As it stands where there is nothing to put in.
    plain: String,
    /// The same for `Fn::Sub`.
    sub: String,
    variables: Map,
    is_sub: bool,
}

impl Texts {
    fn write(&mut self, text: &str) {
        self.plain.push_str(text);
        self.sub.push_str(&text.replace("${", "${!"));
    }

    fn add(&mut self, scope: &Scope<'_>, value: &Value, path: &Path) {
        match value {
            Value::Array(items) => {
                self.write("[");
                for (index, item) in items.iter().enumerate() {
                    self.write(if index > 0 { "," } else { "" });
                    self.add(scope, item, &path.clone().then(index));
                }
                self.write("]");
            }
            Value::Object(map) if !is_intrinsic(value) => {
                self.write("{");
                for (index, (key, inner)) in map.iter().enumerate() {
                    self.write(if index > 0 { "," } else { "" });
                    self.write(&Value::String(key.clone()).to_string());
                    self.write(":");
                    self.add(scope, inner, &path.clone().then(key));
                }
                self.write("}");
            }
            intrinsic @ Value::Object(_) => self.put_in(scope, intrinsic, path),
            other => self.write(&other.to_string()),
        }
    }

    /// What an intrinsic comes to, as a text. Nothing makes JSON's escapes of what it holds.
    fn put_in(&mut self, scope: &Scope<'_>, intrinsic: &Value, path: &Path) {
        if is_no_value(intrinsic) {
            scope.report(
                Diagnostic::new(
                    codes::SMOKE_TEST,
                    path.clone(),
                    "`AWS::NoValue` cannot stand in JSON",
                )
                .help("take the key out"),
            );
        }
        self.is_sub = true;
        let direct = match (
            argument(intrinsic, "Ref"),
            argument(intrinsic, "Fn::GetAtt"),
        ) {
            (Some(Value::String(id)), _) => Some(id.to_string()),
            (_, Some(Value::Array(parts))) => {
                let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
                parts.map(|parts| parts.join("."))
            }
            _ => None,
        };
        let name = direct.unwrap_or_else(|| {
            let name = format!("Value{}", self.variables.len() + 1);
            self.variables.insert(name.clone(), intrinsic.clone());
            name
        });
        self.sub.push_str(&format!("\"${{{name}}}\""));
    }

    fn finish(self) -> Value {
        match (self.is_sub, self.variables.is_empty()) {
            (false, _) => self.plain.into(),
            (true, true) => json!({ "Fn::Sub": self.sub }),
            (true, false) => json!({ "Fn::Sub": [self.sub, self.variables] }),
        }
    }
}

/// Makes the function and its role.
pub(super) fn make(
    scope: &Scope<'_>,
    tested: &Tested,
    test: &SmokeTest,
    event: &str,
    wanted: Option<&Wanted>,
    because: Path,
    made: &mut Generated,
) {
    let id = logical_id::smoke_test(&tested.id, event);
    let role_id = logical_id::role(&id);
    let mut variables = map(json!({
        VERSION_VARIABLE: reference(&format!("{}.Version", tested.id)),
        "PAYLOAD": test.payload.clone(),
    }));
    if let Some(expect) = &test.expect {
        variables.insert("EXPECT", expect.clone());
    }
    let (code, handler, runtime) = match &test.code {
        None => (json!({ "ZipFile": CODE }), "index.handler", RUNTIME),
        Some(code) => (code.clone(), "bootstrap", "provided.al2023"),
    };
    let mut properties = map(json!({
        "Code": code,
        "Description": format!("Tests {} ({event})", tested.id),
        "Environment": { "Variables": variables },
        "Handler": handler,
        "MemorySize": 256,
        "Role": get_att(&role_id, "Arn"),
        "Runtime": runtime,
        "Timeout": test.timeout,
    }));
    let architectures = test.architectures.clone().unwrap_or_default();
    set(&mut properties, "Architectures", architectures);
    let mut attributes = Map::new();
    if let Some(condition) = &tested.condition {
        attributes.insert("Condition", condition.as_str().into());
    }
    let basic = scope
        .partition
        .managed_policy_arn("service-role/AWSLambdaBasicExecutionRole");
    let mut role = map(json!({
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "ManagedPolicyArns": [basic],
        "Policies": [{ "PolicyName": "DeploymentHook", "PolicyDocument": tested.statements(true) }],
    }));
    if let Some(wanted) = wanted {
        wanted.limit(&mut role);
    }
    let function = resource(LAMBDA_FUNCTION, attributes.clone(), properties);
    for (id, mut resource) in [(id, function), (role_id, resource(ROLE, attributes, role))] {
        if !tested.tags.is_empty() {
            tags::write(&mut resource, &tested.tags);
        }
        made.insert(id, resource, because.clone());
    }
}
