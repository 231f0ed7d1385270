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
//! the value, without a word. `table.rs` says where, and what it is taken for.
//!
//! Where the values of parameters are given, and decide it as the reference takes it, there is nothing to tell.

mod grown;
mod naming;
mod table;

pub(crate) use grown::{in_documents, tell_grown};
pub(crate) use naming::name_intrinsics;

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{if_parts, is_intrinsic, is_no_value, ref_target};
use crate::resource::SamResource;
use crate::resource::property::value_removed;
use crate::scope::Scope;
use crate::template::{Path, Step};
use crate::tree::{Map, Value};
use table::{EARLY_READS, EarlyRead, Taken};

/// Maps that go over as they are, however large: nothing in them is read early.
const NOT_READ: &[&str] = &["DefinitionBody", "Environment", "Code", "Content"];

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
        let path = || self.sam.place().then("Properties").with(&self.steps);
        self.scope.note_intrinsic(path(), name_of(value));
        let event = self.event();
        for row in EARLY_READS {
            let is_at = matches(&self.steps, row.at) && row.is_of(self.kind)
                || event.is_some_and(|(kind, steps)| {
                    matches(steps, row.at) && row.events.contains(&kind)
                });
            if is_at && let Some(finding) = judge(self.scope, row, value, path) {
                self.scope.report(finding);
            }
        }
    }

    /// The type of the event that this stands in the properties of, and the steps from there.
    fn event(&self) -> Option<(&str, &[Step])> {
        let [
            Step::Key(section),
            Step::Key(event),
            Step::Key(properties),
            steps @ ..,
        ] = self.steps.as_slice()
        else {
            return None;
        };
        if section != "Events" || properties != "Properties" {
            return None;
        }
        let event = self.sam.get("Events").get(event)?;
        Some((event.get("Type")?.as_str()?, steps))
    }
}

/// Whether the steps to a value are those of a row.
fn matches(steps: &[Step], wanted: &[&str]) -> bool {
    steps.len() == wanted.len()
        // Most differ in the last.
        && steps.iter().zip(wanted).rev().all(|(step, wanted)| match step {
            Step::Key(key) => *wanted == "*" || key == wanted,
            Step::Index(_) => *wanted == "*",
        })
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
    let come_to = scope.outcomes(value);
    let is_sure = |is_harmless: &dyn Fn(&Value) -> bool| come_to.iter().all(is_harmless);
    let flag = |is_on: bool, by_default: bool| {
        is_sure(&|value| {
            let flag = if is_no_value(value) {
                Some(by_default)
            } else {
                flag_of(value)
            };
            flag == Some(is_on)
        })
    };
    let a_flag = "write `true` or `false`; where it differs from stage to stage, write two resources, each with a `Condition`";
    let a_word = "write the word itself; where it differs from stage to stage, write two resources, each with a `Condition`";
    let (is_harmless, fate, help) = match row.taken {
        Taken::On => (
            flag(true, false),
            "it counts as `true`".to_owned(),
            a_flag.to_owned(),
        ),
        Taken::OnAsByDefault => (
            flag(true, true),
            "it counts as `true`".to_owned(),
            a_flag.to_owned(),
        ),
        Taken::Off(fate) => (
            flag(false, false),
            format!("it counts as `false`, and {fate}"),
            a_flag.to_owned(),
        ),
        Taken::Nothing(fate) => (
            is_known(scope, value) || is_sure(&is_no_value),
            fate.to_owned(),
            inside_or_twice(name),
        ),
        Taken::NoWord(words, fate) => (
            is_known(scope, value) || is_sure(&|value| !may_hold(scope, value, words)),
            fate.to_owned(),
            a_word.to_owned(),
        ),
        Taken::Name(fate) => (
            is_known(scope, value)
                || is_sure(&|value| is_intrinsic(value) && !may_be_word(scope, value)),
            fate.to_owned(),
            a_word.to_owned(),
        ),
        Taken::Entry(entry) => (
            false,
            format!("it becomes {entry} with the name `{function}`"),
            "write each of its entries here, with the intrinsic function as the value".to_owned(),
        ),
        Taken::Word(fate) => (
            is_sure(&|value| is_intrinsic(value) || value.is_string()),
            format!("{fate}, whatever is in it"),
            format!("write `{name}` as a map, and put the intrinsic function at its values"),
        ),
        Taken::Item => (
            is_known(scope, value) || is_sure(&|value| !value.is_array()),
            "it becomes one item of a list, and a list in it a list in a list, which nothing takes"
                .to_owned(),
            format!("write `{name}` as a list, and put the intrinsic function at its items"),
        ),
        Taken::NeededInside(owner) | Taken::NeededAloneOrInside(owner) => {
            let is_alone = matches!(row.taken, Taken::NeededAloneOrInside(_)) && is_no_value(value);
            let is_inside = if_parts(value).is_some_and(|(_, then, otherwise)| {
                [then, otherwise]
                    .into_iter()
                    .any(|branch| if_parts(branch).is_some() && scope.may_be_nothing(branch))
            });
            return (is_alone || is_inside).then(|| value_removed(place.clone(), name, &owner));
        }
        Taken::Needed(owner) => {
            return come_to
                .iter()
                .any(is_no_value)
                .then(|| value_removed(place.clone(), name, &owner));
        }
    };
    if is_harmless {
        return None;
    }
    let code = if row.protects {
        codes::PROTECTION_NOT_KNOWN
    } else {
        codes::INTRINSIC_NOT_READ
    };
    let message = format!(
        "`{name}` is read before the deployment, when `{function}` has no value yet: {fate}"
    );
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

/// Whether parameters and mappings that are known give the value: then it is looked at, here as in the reference.
fn is_known(scope: &Scope<'_>, value: &Value) -> bool {
    scope.peek(value).is_some_and(|known| !is_intrinsic(&known))
}

/// What a flag says, also where it is a word.
fn flag_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) if word == "true" => Some(true),
        Value::String(word) if word == "false" => Some(false),
        _ => None,
    }
}

/// Whether one of the words stands in a value, or may: it is not known yet.
fn may_hold(scope: &Scope<'_>, value: &Value, words: &[&str]) -> bool {
    match value {
        Value::String(text) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
        Value::Array(items) => items.iter().any(|item| may_hold(scope, item, words)),
        value if is_intrinsic(value) => may_be_word(scope, value),
        Value::Object(map) => map.values().any(|inner| may_hold(scope, inner, words)),
        _ => false,
    }
}

/// Whether an intrinsic function may come to a word that a person wrote: it is no attribute of a resource, and no text
/// that is put together.
fn may_be_word(scope: &Scope<'_>, value: &Value) -> bool {
    let composed = ["Fn::GetAtt", "Fn::Sub", "Fn::Join"];
    match ref_target(value) {
        Some(name) => scope.parameters.is_declared(name) && !is_no_value(value),
        None => !composed.contains(&name_of(value)),
    }
}
