//! Where the transform reads a value before the deployment, and an intrinsic function has none yet.
//!
//! ```yaml
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth:
//!       ApiKeyRequired: !If [IsProd, true, false]   # protection-not-known: it counts as `true`
//! ```
//!
//! Most properties go over as they are, so that CloudFormation can put in the value of an intrinsic function. Some decide
//! what is made, or are maps whose keys are read one by one: there the reference takes the intrinsic function itself for
//! the value, without a word. The table says where, what it is taken for, and whether that takes a protection away.
//!
//! Where the values of parameters are given, and decide it as the reference takes it, there is nothing to tell.
//! Each row was asked of the reference.

use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::intrinsics::{if_parts, is_intrinsic, is_no_value};
use crate::resource::{FUNCTION, HTTP_API, REST_API, STATE_MACHINE, SamResource};
use crate::scope::Scope;
use crate::template::{Path, Step};
use crate::tree::{Map, Text, Value};
use std::collections::{HashMap, HashSet};

const WEBSOCKET_API: &str = "AWS::Serverless::WebSocketApi";

/// What an intrinsic function is taken for.
#[derive(Clone, Copy)]
enum Taken {
    /// For `true`.
    On,
    /// For `true`, and so is nothing at all.
    OnAsByDefault,
    /// For `false`.
    Off,
    /// For a map that has none of the keys that are looked for: what then happens, in words.
    Nothing(&'static str),
    /// For a word that is not the one that is looked for: what then happens, in words.
    NoWord(&'static str),
    /// For a map whose only key is the name of the intrinsic function: what that makes, in words.
    Entry(&'static str),
    /// For a word, which a map in one of its branches is not: what that makes, in words.
    Word(&'static str),
    /// For a value, which `AWS::NoValue` is not: who needs it, in words.
    Needed(&'static str),
}

/// One place where a value is read early.
struct EarlyRead {
    /// The types that have it; all where none is named.
    kinds: &'static [&'static str],
    /// The types of events that have it, where it is an event's.
    events: &'static [&'static str],
    /// Where it stands below `Properties`, of the event where it is an event's; `*` is any key.
    at: &'static [&'static str],
    taken: Taken,
    /// Whether it says who may call something.
    protects: bool,
}

impl EarlyRead {
    const fn of(kinds: &'static [&'static str], at: &'static [&'static str], taken: Taken) -> Self {
        Self {
            kinds,
            events: &[],
            at,
            taken,
            protects: false,
        }
    }

    const fn of_event(
        events: &'static [&'static str],
        at: &'static [&'static str],
        taken: Taken,
    ) -> Self {
        Self {
            kinds: &[],
            events,
            at,
            taken,
            protects: false,
        }
    }

    const fn protects(mut self) -> Self {
        self.protects = true;
        self
    }
}

const FUNCTIONS: &[&str] = &[FUNCTION];
const STATE_MACHINES: &[&str] = &[STATE_MACHINE];
const REST: &[&str] = &[REST_API];
const HTTP: &[&str] = &[HTTP_API];
const APIS: &[&str] = &[REST_API, HTTP_API, WEBSOCKET_API];
const API_EVENT: &[&str] = &["Api"];
const RULE_EVENTS: &[&str] = &["CloudWatchEvent", "EventBridgeRule"];

/// Every such place.
const EARLY_READS: &[EarlyRead] = &[
    // Any type that has it.
    EarlyRead::of(&[], &["Tags"], Taken::Entry("a tag")),
    EarlyRead::of(&[], &["Tags", "*"], Taken::Needed("a tag")),
    EarlyRead::of(&[], &["PropagateTags"], Taken::On),
    // Functions.
    EarlyRead::of(
        FUNCTIONS,
        &["EventInvokeConfig"],
        Taken::Nothing("nothing in it takes effect"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["EventInvokeConfig", "DestinationConfig"],
        Taken::Nothing("there is no destination"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["FunctionUrlConfig", "AuthType"],
        Taken::NoWord("no permission is made for an endpoint that is open to everybody"),
    )
    .protects(),
    EarlyRead::of(
        FUNCTIONS,
        &[
            "ProvisionedConcurrencyConfig",
            "ProvisionedConcurrentExecutions",
        ],
        Taken::Needed("the alias"),
    ),
    EarlyRead::of(
        FUNCTIONS,
        &["DeploymentPreference", "Role"],
        Taken::Needed("the deployment group"),
    ),
    // State machines.
    EarlyRead::of(
        STATE_MACHINES,
        &["Definition"],
        Taken::Nothing("its text becomes the definition, which Step Functions refuses"),
    ),
    EarlyRead::of(STATE_MACHINES, &["Role"], Taken::Needed("a state machine")),
    // REST APIs.
    EarlyRead::of(REST, &["Auth", "ApiKeyRequired"], Taken::On).protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy"],
        Taken::Nothing("the API gets no resource policy, and is open"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy", "SourceVpcWhitelist"],
        Taken::Nothing("the list is left out of the resource policy"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy", "SourceVpcBlacklist"],
        Taken::Nothing("the list is left out of the resource policy"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy", "IntrinsicVpcWhitelist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy", "IntrinsicVpcBlacklist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy", "IntrinsicVpceWhitelist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "ResourcePolicy", "IntrinsicVpceBlacklist"],
        Taken::Entry("an endpoint"),
    )
    .protects(),
    EarlyRead::of(
        REST,
        &["Auth", "AddDefaultAuthorizerToCorsPreflight"],
        Taken::OnAsByDefault,
    ),
    EarlyRead::of(
        REST,
        &["Auth", "AddApiKeyRequiredToCorsPreflight"],
        Taken::OnAsByDefault,
    ),
    EarlyRead::of(
        REST,
        &["Auth", "Authorizers", "*"],
        Taken::Nothing("it becomes a Lambda authorizer without a function"),
    ),
    EarlyRead::of(
        REST,
        &["Auth", "Authorizers", "*", "Identity"],
        Taken::Nothing("callers are known by the header `Authorization`"),
    ),
    EarlyRead::of(REST, &["Cors", "AllowCredentials"], Taken::Off),
    EarlyRead::of(
        REST,
        &["EndpointConfiguration"],
        Taken::Word("it becomes the type of the endpoint"),
    ),
    // HTTP APIs.
    EarlyRead::of(HTTP, &["Auth", "EnableIamAuthorizer"], Taken::Off).protects(),
    EarlyRead::of(HTTP, &["CorsConfiguration", "AllowCredentials"], Taken::Off),
    // Domains of all APIs.
    EarlyRead::of(
        APIS,
        &["Domain", "BasePath"],
        Taken::Nothing("the API is mapped to the domain without a path"),
    ),
    EarlyRead::of(APIS, &["Domain", "Route53", "IpV6"], Taken::Off),
    EarlyRead::of(
        APIS,
        &["Domain", "Route53", "HostedZoneId"],
        Taken::Needed("a record set"),
    ),
    // Events.
    EarlyRead::of_event(
        API_EVENT,
        &["Auth"],
        Taken::Nothing("nothing in it takes effect, and the route is as open as its API"),
    )
    .protects(),
    EarlyRead::of_event(API_EVENT, &["Auth", "ApiKeyRequired"], Taken::On).protects(),
    EarlyRead::of_event(
        API_EVENT,
        &["Auth", "ResourcePolicy"],
        Taken::Nothing("the route gets no resource policy, and is open"),
    )
    .protects(),
    EarlyRead::of_event(API_EVENT, &["Auth", "OverrideApiAuth"], Taken::On),
    EarlyRead::of_event(
        API_EVENT,
        &["RequestModel"],
        Taken::Nothing("requests have no model"),
    ),
    EarlyRead::of_event(
        API_EVENT,
        &["RequestParameters", "*", "*", "Caching"],
        Taken::On,
    ),
    EarlyRead::of_event(
        API_EVENT,
        &["ResponseTransferMode"],
        Taken::NoWord("responses are buffered"),
    ),
    EarlyRead::of_event(
        RULE_EVENTS,
        &["Target"],
        Taken::Nothing("the target gets the id that is made for it"),
    ),
];

/// Maps that go over as they are, however large: nothing in them is read early.
const NOT_READ: &[&str] = &["DefinitionBody", "Environment", "Code", "Content"];

/// The steps from the properties of a resource to those of an event.
const EVENT: &[&str] = &["Events", "*", "Properties"];

/// Up to how many steps below `Properties` something is read early.
const DEPTH: usize = 8;

/// Tells where intrinsic functions stand in a resource that are read before they have a value, and notes where all of them
/// stand, for findings that take one for a map.
pub(crate) fn tell(scope: &Scope<'_>, kind: &'static str, sam: &SamResource) {
    let mut walk = Walk {
        scope,
        kind,
        sam,
        steps: Vec::new(),
    };
    walk.map(&sam.properties);
}

/// A walk through the properties of a resource, to their outermost intrinsic functions.
struct Walk<'w, 's> {
    scope: &'w Scope<'s>,
    kind: &'static str,
    sam: &'w SamResource,
    steps: Vec<Step>,
}

impl Walk<'_, '_> {
    fn map(&mut self, map: &Map) {
        for (key, value) in map {
            if !self.steps.is_empty() || !NOT_READ.contains(&key.as_str()) {
                self.step(key, value);
            }
        }
    }

    fn step(&mut self, step: impl Into<Step>, value: &Value) {
        if self.steps.len() >= DEPTH || !(value.is_object() || value.is_array()) {
            return;
        }
        self.steps.push(step.into());
        match value {
            Value::Object(_) if is_intrinsic(value) => self.intrinsic(value),
            Value::Object(map) => self.map(map),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(index, item);
                }
            }
            _ => {}
        }
        self.steps.pop();
    }

    fn intrinsic(&self, value: &Value) {
        let path = || {
            let mut path = self.sam.place();
            path.0.reserve_exact(1 + self.steps.len());
            path.0.push("Properties".into());
            path.0.extend_from_slice(&self.steps);
            path
        };
        self.scope.note_intrinsic(path(), name_of(value));
        for row in EARLY_READS {
            if self.is_at(row)
                && let Some(finding) = judge(self.scope, row, value, path)
            {
                self.scope.report(finding);
            }
        }
    }

    fn is_at(&self, row: &EarlyRead) -> bool {
        let above = if row.events.is_empty() {
            0
        } else {
            EVENT.len()
        };
        let is_last = |step: Option<&Step>| match (step, row.at.last()) {
            (_, Some(&"*")) => true,
            (Some(Step::Key(key)), Some(wanted)) => key == wanted,
            _ => false,
        };
        if self.steps.len() != above + row.at.len()
            || !is_last(self.steps.last())
            || !row.kinds.is_empty() && !row.kinds.contains(&self.kind)
        {
            return false;
        }
        let steps = match (row.events, self.steps.as_slice()) {
            ([], steps) => steps,
            (
                events,
                [
                    Step::Key(section),
                    Step::Key(event),
                    Step::Key(properties),
                    steps @ ..,
                ],
            ) if section == "Events" && properties == "Properties" => {
                let kind = self
                    .sam
                    .get("Events")
                    .get(event)
                    .and_then(|event| event.get("Type"));
                if !kind
                    .and_then(Value::as_str)
                    .is_some_and(|kind| events.contains(&kind))
                {
                    return false;
                }
                steps
            }
            _ => return false,
        };
        steps.iter().zip(row.at).all(|(step, wanted)| match step {
            Step::Key(key) => *wanted == "*" || key == wanted,
            Step::Index(_) => *wanted == "*",
        })
    }
}

/// What is to be told of an intrinsic function in a place that is read early.
fn judge(
    scope: &Scope<'_>,
    row: &EarlyRead,
    value: &Value,
    path: impl FnOnce() -> Path,
) -> Option<Diagnostic> {
    let place = path();
    let name = last(&place);
    let function = name_of(value);
    let unread =
        format!("`{name}` is read before the deployment, when `{function}` has no value yet");
    let (message, help) = match row.taken {
        Taken::On | Taken::OnAsByDefault | Taken::Off => {
            let is_on = !matches!(row.taken, Taken::Off);
            let by_default = matches!(row.taken, Taken::OnAsByDefault);
            if meaning(scope, value, by_default) == Some(is_on) {
                return None;
            }
            (
                format!("{unread}: it counts as `{is_on}`"),
                "write `true` or `false`; where it differs from stage to stage, write two resources, each with a `Condition`".to_owned(),
            )
        }
        Taken::Nothing(fate) | Taken::NoWord(fate) => {
            let known = scope.peek(value);
            if known.is_some_and(|known| !is_intrinsic(&known)) {
                return None;
            }
            let help = match row.taken {
                Taken::NoWord(_) => "write the word itself; where it differs from stage to stage, write two resources, each with a `Condition`".to_owned(),
                _ => inside_or_twice(name),
            };
            (format!("{unread}: {fate}"), help)
        }
        Taken::Entry(entry) => (
            format!("{unread}: it becomes {entry} with the name `{function}`"),
            "write each of its entries here, with the intrinsic function as the value".to_owned(),
        ),
        Taken::Word(fate) => {
            if !holds_map(value) {
                return None;
            }
            (
                format!("{unread}: {fate}, map and all"),
                format!("write `{name}` as a map, and put the intrinsic function at its values"),
            )
        }
        Taken::Needed(owner) => {
            if !may_be_nothing(value) {
                return None;
            }
            return Some(
                Diagnostic::new(
                    codes::VALUE_REMOVED,
                    place.clone(),
                    format!("`AWS::NoValue` takes the value of `{name}` away, which {owner} needs"),
                )
                .help("write a value, or leave the key out"),
            );
        }
    };
    let code = if row.protects {
        codes::PROTECTION_NOT_KNOWN
    } else {
        codes::INTRINSIC_NOT_READ
    };
    Some(Diagnostic::new(code, place.clone(), message).help(help))
}

/// What to do where a map stands inside an intrinsic function.
fn inside_or_twice(name: &str) -> String {
    format!(
        "write `{name}` itself, and put the intrinsic function at a value inside it, or write two resources, each with a `Condition`"
    )
}

/// The last name on the way to a place.
fn last(path: &Path) -> &str {
    let names = path.0.iter().rev().find_map(|step| match step {
        Step::Key(name) => Some(name.as_str()),
        Step::Index(_) => None,
    });
    names.unwrap_or_default()
}

/// The name of an intrinsic function.
fn name_of(value: &Value) -> &str {
    let mut keys = value.as_object().into_iter().flat_map(Map::keys);
    keys.next().map_or("", |name| name.as_str())
}

/// What a flag comes to, where the values that are given decide it.
fn meaning(scope: &Scope<'_>, value: &Value, by_default: bool) -> Option<bool> {
    if is_no_value(value) {
        return Some(by_default);
    }
    if let Some((_, then, otherwise)) = if_parts(value) {
        let then = meaning(scope, then, by_default);
        return then.filter(|then| meaning(scope, otherwise, by_default) == Some(*then));
    }
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) if word == "true" => Some(true),
        Value::String(word) if word == "false" => Some(false),
        Value::Object(_) => {
            let known = scope.peek(value)?;
            (known != *value).then(|| meaning(scope, &known, by_default))?
        }
        _ => None,
    }
}

/// Whether a branch of an `Fn::If` is a map.
fn holds_map(value: &Value) -> bool {
    if_parts(value).is_some_and(|(_, then, otherwise)| {
        [then, otherwise]
            .iter()
            .any(|branch| (branch.is_object() && !is_intrinsic(branch)) || holds_map(branch))
    })
}

/// Whether a value is `AWS::NoValue`, or an `Fn::If` that may come to it.
fn may_be_nothing(value: &Value) -> bool {
    is_no_value(value)
        || if_parts(value)
            .is_some_and(|(_, then, otherwise)| may_be_nothing(then) || may_be_nothing(otherwise))
}

/// What the reference finds missing in a map is not what is wrong with an intrinsic function that stands for the map.
///
/// Errors below such a place become one that says so, and those at the place itself say it first.
pub(crate) fn name_intrinsics(intrinsics: Vec<(Path, Text)>, findings: &mut Vec<Diagnostic>) {
    if intrinsics.is_empty() || !findings.iter().any(Diagnostic::is_error) {
        return;
    }
    let intrinsics: HashMap<Path, Text> = intrinsics.into_iter().collect();
    let mut told = HashSet::new();
    findings.retain_mut(|finding| {
        if !finding.is_error() || finding.code == codes::PROTECTION_NOT_KNOWN {
            return true;
        }
        if let Some((place, function, below)) = above(&intrinsics, &finding.path) {
            let is_own_key = below == [Step::from(function)];
            let goes_into_it = below.first() == Some(&Step::from(function)) && !is_own_key;
            if goes_into_it {
                return true;
            }
            if !told.insert(place.clone()) {
                return false;
            }
            let name = last(&place);
            if finding.help.as_ref().is_some_and(|help| help.contains("intrinsic")) {
                finding.message = said_first(name, function, &finding.message);
                return true;
            }
            finding.message = format!(
                "`{name}` is `{function}`, an intrinsic function, and is read before the deployment, when it has no value yet"
            );
            finding.help = Some(inside_or_twice(name));
            finding.at_key = false;
            finding.path = place;
        } else if TAKEN_FOR_A_MAP.contains(&finding.code)
            && let Some(function) = intrinsics.get(&finding.path)
        {
            finding.message = said_first(last(&finding.path), function, &finding.message);
        }
        true
    });
}

fn said_first(name: &str, function: &str, message: &str) -> String {
    format!(
        "`{name}` is `{function}`, an intrinsic function, which is not looked into here: {message}"
    )
}

/// Findings at the place of a map that lacks something.
const TAKEN_FOR_A_MAP: &[&Code] = &[
    codes::DEAD_LETTER_CONFIG,
    codes::DESTINATION_WITHOUT_ON_FAILURE,
    codes::QUEUE_NOT_NAMED,
    codes::ROUTE53_WITHOUT_ZONE,
    codes::UNKNOWN_POLICY,
];

/// The intrinsic function above a place, its name, and the way on from there.
fn above<'a>(
    intrinsics: &'a HashMap<Path, Text>,
    path: &'a Path,
) -> Option<(Path, &'a str, &'a [Step])> {
    (3..path.0.len()).find_map(|length| {
        let (place, below) = path.0.split_at(length);
        let place = Path(place.to_vec());
        let function = intrinsics.get(&place)?;
        Some((place, function.as_str(), below))
    })
}
