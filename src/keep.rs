//! `Serverless: Keep`: what goes beyond SAM is said in SAM's words, and what is SAM's stays for SAM.
//!
//! ```yaml
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     AutoPublishOn: Configuration
//! ```
//!
//! becomes
//!
//! ```yaml
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     AutoPublishCodeSha256: 8baa75af5a
//! ```
//!
//! Plain resources with keys of ours are expanded, and so is all that SAM has no words for: alarms, roles, configurations
//! of deployments. What comes out is right where SAM makes of it exactly what the whole transform makes of the template;
//! that is looked at each time, and where it cannot be so, that is an error.

use crate::deployment::{Alarms, Kind, PublishedOn, ServiceRole, Shift, Traffic};
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::traffic;
use crate::language::intrinsics::{argument, if_parts, if_then, is_intrinsic};
use crate::language::logical_id;
use crate::passes::references;
use crate::passes::seen::Seen;
use crate::resource::{FUNCTION, is_of_sam, is_of_type};
use crate::stack::Names;
use crate::template::{Path, Template};
use crate::tree::{Map, Value, json};
use crate::{Options, Output, metadata, plain, transform_and_see};
use indexmap::IndexMap;

/// Keys of functions that SAM does not know.
const OURS: &[&str] = &["AutoPublishOn", "DeploymentGroup"];

/// Says in SAM's words what goes beyond SAM, and leaves the rest of the template as it is. The findings, and how functions
/// are deployed, are those of the whole transform.
pub fn transform(template: Template, options: &Options<'_>) -> Output {
    let mut seen = Seen::default();
    let mut output = transform_and_see(template.clone(), options, Some(&mut seen));
    if output.has_errors() {
        return output;
    }
    let mut kept = Kept {
        seen: &seen,
        full: &output,
        made: template,
        is_changed: false,
        faults: Vec::new(),
    };
    kept.say_in_sams_words();
    if kept.is_changed && kept.faults.is_empty() {
        kept.expand_the_rest(options);
        kept.check(options);
    }
    let Kept { made, faults, .. } = kept;
    output.diagnostics.extend(faults);
    output.template = made;
    output
}

struct Kept<'a> {
    seen: &'a Seen,
    /// What the whole transform makes.
    full: &'a Output,
    made: Template,
    /// Whether there was anything that goes beyond SAM.
    is_changed: bool,
    faults: Vec<Diagnostic>,
}

/// What becomes of a property: it is set, or taken out.
type Edits = IndexMap<String, Option<Value>>;

impl Kept<'_> {
    fn say_in_sams_words(&mut self) {
        let globals = self.clean_globals();
        let ids: Vec<String> = self
            .made
            .resources()
            .into_iter()
            .flat_map(Map::keys)
            .map(ToString::to_string)
            .collect();
        for id in ids {
            let Some(merged) = self.seen.merged.get(&id) else {
                continue;
            };
            if is_of_type(merged, FUNCTION) {
                let mut edits = self.edits(&id, merged);
                for name in &globals.removed {
                    let value = property(merged, name).filter(|value| !value.is_null());
                    if let Some(value) = value.filter(|_| !OURS.contains(&name.as_str())) {
                        edits
                            .entry(name.clone())
                            .or_insert_with(|| Some(value.clone()));
                    }
                }
                self.apply(&id, edits, &globals);
            } else if !is_of_sam(merged)
                && plain::type_of(merged).is_some()
                && let Some(made) = self.full.template.resources().and_then(|all| all.get(&id))
            {
                self.set(&id, made.clone());
            }
        }
        let metadata = self.full.template.0.get("Metadata");
        if self.made.0.get("Metadata") != metadata {
            self.is_changed = true;
            match metadata {
                Some(metadata) => {
                    self.made.0.insert("Metadata", metadata.clone());
                }
                None => self.made.0.retain(|name, _| name != "Metadata"),
            }
        }
        let names = self.names();
        references::rewrite(&mut self.made, &names);
        self.refuse_order();
    }

    /// Refuses that aliases which SAM makes wait for each other.
    fn refuse_order(&mut self) {
        let mut deployments = self.full.deployments.iter();
        let waits = deployments.find(|deployment| {
            let shift = deployment.shift.as_ref();
            deployment.kind == Kind::Sam && shift.is_some_and(|shift| !shift.behind.is_empty())
        });
        if let Some(deployment) = waits {
            self.refuse(
                metadata::path(&[metadata::MAX_PARALLEL]),
                format!(
                    "SAM's alias `{}` cannot be told to wait for another",
                    deployment.alias.id
                ),
                "take `MaxParallel` out, or let this transform do all of it, without `Serverless: Keep`",
            );
        }
    }

    /// Takes out of Globals what SAM does not know.
    fn clean_globals(&mut self) -> Globals {
        let mut globals = Globals::default();
        let section = self.made.section_mut("Globals");
        let Some(Value::Object(function)) = section.and_then(|all| all.get_mut("Function")) else {
            return globals;
        };
        let is_ours = |name: &str, value: &Value| {
            OURS.contains(&name)
                || (name == "DeploymentPreference" && is_beyond(value))
                || (name == "AutoPublishAlias" && argument(value, "Fn::If").is_some())
        };
        globals.removed = function
            .iter()
            .filter(|(name, value)| is_ours(name, value))
            .map(|(name, _)| name.to_string())
            .collect();
        function.retain(|name, _| !globals.removed.iter().any(|removed| name == removed));
        globals.left = function.keys().map(ToString::to_string).collect();
        self.is_changed |= !globals.removed.is_empty();
        globals
    }

    /// What has to change in a function for SAM to make of it what it becomes.
    fn edits(&mut self, id: &str, merged: &Value) -> Edits {
        let mut edits = Edits::new();
        let deployment = self.full.deployments.iter().find(|one| one.function == id);
        for name in OURS {
            if property(merged, name).is_some() {
                edits.insert((*name).to_owned(), None);
            }
        }
        if let Some(deployment) = deployment
            && deployment.version.published_on == PublishedOn::Configuration
        {
            let suffix = deployment
                .version
                .id
                .strip_prefix(&logical_id::version(id, ""));
            let suffix = suffix.map(Value::from);
            edits.insert("AutoPublishCodeSha256".to_owned(), suffix);
        }
        let alias = property(merged, "AutoPublishAlias");
        if alias.is_some_and(|alias| argument(alias, "Fn::If").is_some()) {
            let name = deployment.map(|deployment| deployment.alias.name.as_str().into());
            if name.is_none() {
                for needs_it in [
                    "DeploymentPreference",
                    "ProvisionedConcurrencyConfig",
                    "VersionDeletionPolicy",
                ] {
                    if property(merged, needs_it).is_some() {
                        edits.insert(needs_it.to_owned(), None);
                    }
                }
            }
            edits.insert("AutoPublishAlias".to_owned(), name);
        }
        let preference = property(merged, "DeploymentPreference").filter(|given| is_beyond(given));
        if let Some(preference) = preference.filter(|_| !edits.contains_key("DeploymentPreference"))
        {
            let shift = deployment.and_then(|deployment| deployment.shift.as_ref());
            let said = shift.map(|shift| in_sams_words(shift, preference));
            edits.insert("DeploymentPreference".to_owned(), said);
        }
        let deletion = property(merged, "VersionDeletionPolicy").and_then(Value::as_str);
        if deletion == Some("RetainExceptOnCreate") && deployment.is_some() {
            self.refuse(
                Path::property(id, "VersionDeletionPolicy"),
                "SAM does not take `RetainExceptOnCreate`".to_owned(),
                "take it out, and deploy with `--retain-except-on-create`",
            );
        }
        // What other functions need of this one: rights and variables of a hook.
        let prepared = self
            .seen
            .prepared
            .get(id)
            .and_then(|one| one.get("Properties"));
        for (name, value) in prepared.and_then(Value::as_object).into_iter().flatten() {
            if property(merged, name) != Some(value) && !edits.contains_key(name.as_str()) {
                edits.insert(name.to_string(), Some(value.clone()));
            }
        }
        edits
    }

    fn apply(&mut self, id: &str, edits: Edits, globals: &Globals) {
        let resource = self.made.section_mut("Resources");
        let Some(Value::Object(resource)) = resource.and_then(|all| all.get_mut(id)) else {
            return;
        };
        let ignored = resource.get("IgnoreGlobals").cloned().unwrap_or_default();
        if edits.is_empty() && globals.removed.is_empty() {
            return;
        }
        self.is_changed |= !edits.is_empty();
        if let Value::Array(names) = &ignored {
            // SAM refuses to ignore what is not there.
            let is_there = |name: &Value| {
                let mut removed = globals.removed.iter();
                !removed.any(|removed| name == removed.as_str())
            };
            let left: Value = names
                .iter()
                .filter(|name| is_there(name))
                .cloned()
                .collect();
            if left.as_array().is_some_and(|left| left.is_empty()) {
                resource.retain(|name, _| name != "IgnoreGlobals");
            } else {
                resource.insert("IgnoreGlobals", left);
            }
        }
        for (name, value) in edits {
            let properties = resource
                .entry("Properties")
                .or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(properties) = properties else {
                return;
            };
            match value {
                Some(value) => {
                    properties.insert(name.as_str(), value);
                }
                None => properties.retain(|key, _| *key != name),
            }
            if globals.left.contains(&name) && ignored != "*" {
                let list = resource.entry("IgnoreGlobals").or_insert_with(|| json!([]));
                if let Value::Array(names) = list
                    && !names.iter().any(|known| *known == name.as_str())
                {
                    names.push(name.into());
                }
            }
        }
    }

    /// What dotted references to plain resources stand for; those to SAM's are SAM's.
    fn names(&self) -> Names {
        let mut names = Names::default();
        for deployment in &self.full.deployments {
            if deployment.kind == Kind::Plain {
                let id = &deployment.function;
                let mut note = |name: &str, made: &str| {
                    names
                        .referable
                        .insert(format!("{id}.{name}"), made.to_owned());
                };
                note("Alias", &deployment.alias.id);
                note("Version", &deployment.version.id);
            }
        }
        let machines = self
            .seen
            .merged
            .iter()
            .filter(|(_, resource)| is_of_type(resource, "AWS::StepFunctions::StateMachine"));
        for (id, _) in machines {
            for (name, kind) in [
                ("Alias", "AWS::StepFunctions::StateMachineAlias"),
                ("Version", "AWS::StepFunctions::StateMachineVersion"),
            ] {
                let made = self.full.template.resources().into_iter().flatten().find(
                    |(made, resource)| {
                        let origin = self.full.origins.get(made.as_str());
                        let is_its =
                            origin.is_some_and(|origin| origin.source.as_deref() == Some(id));
                        is_its && is_of_type(resource, kind)
                    },
                );
                if let Some((made, _)) = made {
                    names
                        .referable
                        .insert(format!("{id}.{name}"), made.to_string());
                }
            }
        }
        names.conditional = self.seen.conditional.clone();
        names
    }

    /// Adds what SAM makes nothing of.
    fn expand_the_rest(&mut self, options: &Options<'_>) {
        let sams = crate::transform(self.made.clone(), options);
        let nothing = Map::new();
        let wanted = self.full.template.resources().unwrap_or(&nothing);
        let sams_resources = sams.template.resources().unwrap_or(&nothing);
        let mut missing: Vec<(&str, &Value)> = Vec::new();
        for (id, resource) in wanted {
            match sams_resources.get(id) {
                None => missing.push((id.as_str(), resource)),
                Some(made) if made != resource => {
                    let own = self.made.resources().and_then(|all| all.get(id));
                    if own.is_some_and(|own| !is_of_sam(own)) {
                        self.set(id, resource.clone());
                    }
                }
                Some(_) => {}
            }
        }
        let Some(resources) = self.made.section_mut("Resources") else {
            return;
        };
        let mut all = Map::new();
        for (id, resource) in std::mem::take(resources) {
            let is_its = |(made, _): &(&str, &Value)| {
                let origin = self.full.origins.get(*made);
                origin.is_some_and(|origin| origin.source.as_deref() == Some(id.as_str()))
            };
            let (its, others): (Vec<_>, Vec<_>) = missing.into_iter().partition(is_its);
            missing = others;
            all.insert(id.clone(), resource);
            all.extend(
                its.into_iter()
                    .map(|(id, made)| (id.to_owned(), made.clone())),
            );
        }
        all.extend(
            missing
                .into_iter()
                .map(|(id, made)| (id.to_owned(), made.clone())),
        );
        *resources = all;
        let conditions = self.full.template.section("Conditions");
        for (name, condition) in conditions.into_iter().flatten() {
            let is_sams = sams
                .template
                .section("Conditions")
                .is_some_and(|of_sam| of_sam.contains_key(name));
            if !is_sams {
                let section = self
                    .made
                    .0
                    .entry("Conditions")
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(section) = section {
                    section.insert(name.clone(), condition.clone());
                }
            }
        }
    }

    /// Finds what SAM would make otherwise.
    fn check(&mut self, options: &Options<'_>) {
        let sams = crate::transform(self.made.clone(), options);
        let faults: Vec<Diagnostic> = sams
            .diagnostics
            .into_iter()
            .filter(Diagnostic::is_error)
            .collect();
        if !faults.is_empty() {
            self.faults.extend(faults);
            return;
        }
        let nothing = Map::new();
        let full = self.full;
        let wanted = full.template.resources().unwrap_or(&nothing);
        let found = sams.template.resources().unwrap_or(&nothing);
        let mut others: IndexMap<String, (Path, Vec<&str>)> = IndexMap::new();
        for (id, resource) in wanted {
            if found.get(id) == Some(resource) {
                continue;
            }
            let origin = self.full.origins.get(id.as_str());
            let source = origin.and_then(|origin| origin.source.clone());
            let because = origin.and_then(|origin| origin.because.last().cloned());
            let source = source.unwrap_or_else(|| id.to_string());
            let path = because.unwrap_or_else(|| Path::resource(&source));
            let (at, ids) = others.entry(source).or_default();
            *at = path;
            ids.push(id.as_str());
        }
        for (path, ids) in others.into_values() {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            self.refuse(
                path,
                format!(
                    "SAM cannot be told to make {} as it is meant here",
                    ids.join(", ")
                ),
                "pass the values that conditions hang on, leave out what goes beyond SAM here, or let this transform do all of it, without `Serverless: Keep`",
            );
        }
        for section in ["Outputs", "Conditions"] {
            let (wanted, found) = (
                self.full.template.0.get(section),
                sams.template.0.get(section),
            );
            if wanted != found {
                self.refuse(
                    Path::default().then(section),
                    format!("SAM would make other `{section}` than are meant here"),
                    "let this transform do all of it, without `Serverless: Keep`",
                );
            }
        }
    }

    fn refuse(&mut self, path: Path, what: String, help: &str) {
        self.faults.push(
            Diagnostic::new(codes::KEEP_NOT_POSSIBLE, path, what)
                .on_key()
                .help(help),
        );
    }

    fn set(&mut self, id: &str, made: Value) {
        if let Some(resources) = self.made.section_mut("Resources") {
            self.is_changed = true;
            resources.insert(id, made);
        }
    }
}

/// What is in the Globals of functions.
#[derive(Default)]
struct Globals {
    /// What was taken out.
    removed: Vec<String>,
    left: Vec<String>,
}

fn property<'v>(resource: &'v Value, name: &str) -> Option<&'v Value> {
    resource.get("Properties")?.get(name)
}

/// Whether a deployment preference says something that SAM does not understand.
fn is_beyond(preference: &Value) -> bool {
    /// Whether there is a map where SAM takes names.
    fn holds_map(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(holds_map),
            Value::Object(map) if !is_intrinsic(value) => !map.is_empty(),
            _ => if_parts(value)
                .is_some_and(|(_, then, otherwise)| holds_map(then) || holds_map(otherwise)),
        }
    }
    let Some(map) = preference.as_object() else {
        return false;
    };
    if argument(preference, "Fn::If").is_some() {
        return true;
    }
    map.iter().any(|(key, value)| match key.as_str() {
        "Type" | "Role" => holds_map(value),
        "Alarms" => holds_map(value) || value.is_string(),
        "Hooks" => {
            let hooks = value.as_object().filter(|_| !is_intrinsic(value));
            let mut hooks = hooks.into_iter().flat_map(Map::values);
            hooks.any(|hook| holds_map(hook) || hook.as_array().is_some())
        }
        _ => false,
    })
}

/// A preference that makes SAM shift traffic in this way.
fn in_sams_words(shift: &Shift, given: &Value) -> Value {
    let mut said = Map::new();
    said.insert("Type", type_of(&shift.traffic));
    if let Some(alarms) = alarms_of(&shift.alarms) {
        said.insert("Alarms", alarms);
    }
    let hooks: Map = [("PreTraffic", &shift.before), ("PostTraffic", &shift.after)]
        .into_iter()
        .filter_map(|(name, hook)| Some((name.to_owned(), hook.as_ref()?.function.clone())))
        .collect();
    if !hooks.is_empty() {
        said.insert("Hooks", Value::Object(hooks));
    }
    if let ServiceRole::Given(role) = &shift.role {
        said.insert("Role", role.clone());
    }
    if let Some(triggers) = &shift.triggers {
        said.insert("TriggerConfigurations", triggers.clone());
    }
    if let Some(passes) = given.get("PassthroughCondition") {
        said.insert("PassthroughCondition", passes.clone());
    }
    Value::Object(said)
}

fn type_of(shape: &Traffic) -> Value {
    match shape {
        Traffic::If {
            condition,
            then,
            otherwise,
        } => if_then(condition.clone(), type_of(then), type_of(otherwise)),
        Traffic::Planned(plan) => traffic::name_of(*plan),
        Traffic::Named(name) => name.clone(),
    }
}

/// None where nothing is said of alarms.
fn alarms_of(alarms: &Alarms) -> Option<Value> {
    match alarms {
        Alarms::Watched(watched) => Some(watched.iter().map(|alarm| alarm.name.clone()).collect()),
        Alarms::If {
            condition,
            then,
            otherwise,
        } => {
            let branch = |alarms| alarms_of(alarms).unwrap_or_else(|| json!([]));
            Some(if_then(condition.clone(), branch(then), branch(otherwise)))
        }
        _ => None,
    }
}
