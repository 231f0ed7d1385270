//! One of the two outputs that are compared: what is asked of it.

use std::collections::{HashMap, HashSet};

use crate::Output;
use crate::deployment::{Deployment, Plan};
use crate::language::canonical;
use crate::language::intrinsics::{argument, if_parts, named_resource};
use crate::language::known::Known;
use crate::origin::Origin;
use crate::place::{Path, Step};
use crate::resource::generated::type_of;
use crate::tree::{Map, Value, json};

pub(super) const FUNCTION: &str = "AWS::Lambda::Function";
const ALIAS: &str = "AWS::Lambda::Alias";
const GROUP: &str = "AWS::CodeDeploy::DeploymentGroup";
const CONFIGURATION: &str = "AWS::CodeDeploy::DeploymentConfig";
const LAYER: &str = "AWS::Lambda::LayerVersion";

/// Attributes of a resource that are compared, beside its properties.
pub(super) const ATTRIBUTES: &[&str] = &[
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// Where a resource has a local path that packaging uploads.
const CONTENTS: &[(&str, &str)] = &[(FUNCTION, "Code"), (LAYER, "Content")];

/// An output, and what of it is looked up often.
pub(super) struct Side<'a> {
    output: &'a Output,
    resources: &'a Map,
    conditions: &'a Map,
    /// The aliases by the logical id of their function.
    aliases: HashMap<&'a str, Vec<&'a str>>,
    /// Values that must not be shown, and the parameters that they are of.
    hidden: Vec<(String, String)>,
    /// What references mean on the other side: the logical ids of what is there in the place of a resource.
    renamed: HashMap<String, String>,
}

/// A function's version and alias, and how its traffic moves, as resources.
pub(super) struct Published<'a> {
    pub(super) alias: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) group: Option<&'a str>,
}

impl<'a> Side<'a> {
    pub(super) fn of(output: &'a Output, nothing: &'a Map) -> Self {
        let resources = output.template.resources().unwrap_or(nothing);
        let mut aliases: HashMap<&str, Vec<&str>> = HashMap::new();
        for (id, resource) in resources {
            if type_of(resource) == ALIAS
                && let Some(function) = resource
                    .get("Properties")
                    .and_then(|properties| named_resource(properties.get("FunctionName")?))
            {
                aliases.entry(function).or_default().push(id);
            }
        }
        let texts = output.values.parameters.texts();
        let mut hidden: Vec<(String, String)> = texts
            .filter(|(_, text, is_secret)| *is_secret && !text.is_empty())
            .map(|(name, text, _)| (text.to_owned(), format!("${{{name}}}")))
            .collect();
        // One may hold another.
        hidden.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self {
            output,
            resources,
            conditions: output.template.section("Conditions").unwrap_or(nothing),
            aliases,
            hidden,
            renamed: HashMap::new(),
        }
    }

    /// The same, where references to the first of each pair mean the second.
    pub(super) fn renaming(mut self, renamed: HashMap<String, String>) -> Self {
        self.renamed = renamed;
        self
    }

    pub(super) fn known(&self) -> Known<'_> {
        Known {
            parameters: &self.output.values.parameters,
            mappings: &self.output.values.mappings,
            conditions: self.conditions,
        }
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.resources.keys().map(|id| id.as_str())
    }

    pub(super) fn resource(&self, id: &str) -> Option<&'a Value> {
        self.resources.get(id)
    }

    pub(super) fn kind(&self, id: &str) -> &'a str {
        self.resource(id).map_or("", type_of)
    }

    pub(super) fn property(&self, id: &str, name: &str) -> Option<&'a Value> {
        self.resource(id)?.get("Properties")?.get(name)
    }

    pub(super) fn section(&self, name: &str) -> Option<&'a Value> {
        self.output.template.0.get(name)
    }

    pub(super) fn section_names(&self) -> impl Iterator<Item = &'a str> {
        self.output.template.0.keys().map(|name| name.as_str())
    }

    pub(super) fn origin(&self, id: &str) -> Option<&'a Origin> {
        self.output.origins.get(id)
    }

    /// The resource of the user's that asked for this one, where that is another one.
    pub(super) fn source(&self, id: &str) -> Option<&'a str> {
        let source = self.origin(id)?.source.as_deref()?;
        (source != id).then_some(source)
    }

    pub(super) fn deployment(&self, function: &str) -> Option<&'a Deployment> {
        let mut deployments = self.output.deployments.iter();
        deployments.find(|deployment| deployment.function == function)
    }

    /// Whether this is a function that somebody wrote as one, and not one that is made for another.
    pub(super) fn is_function(&self, id: &str) -> bool {
        self.kind(id) == FUNCTION && self.source(id).is_none()
    }

    /// The version and alias of a function: those that the transform made, else the first alias of the template.
    pub(super) fn published(&self, function: &str) -> Option<Published<'a>> {
        let aliases = self.aliases.get(function)?;
        let made = self.deployment(function).map(|made| made.alias.id.as_str());
        let shifting = |id: &&&str| self.shifting(id).is_some();
        let alias = made
            .and_then(|made| aliases.iter().find(|id| **id == made))
            .or_else(|| aliases.iter().find(shifting))
            .or_else(|| aliases.first())?;
        let version = self.property(alias, "FunctionVersion");
        let version = version
            .and_then(named_resource)
            .and_then(|id| self.resources.get_key_value(id));
        let group = self
            .shifting(alias)
            .and_then(|update| named_resource(update.get("DeploymentGroupName")?))
            .and_then(|id| self.resources.get_key_value(id));
        Some(Published {
            alias,
            version: version.map(|(id, _)| id.as_str()),
            group: group
                .filter(|(_, group)| type_of(group) == GROUP)
                .map(|(id, _)| id.as_str()),
        })
    }

    /// What CodeDeploy is to do when the alias changes.
    pub(super) fn shifting(&self, alias: &str) -> Option<&'a Value> {
        let update = self.resource(alias)?.get("UpdatePolicy")?;
        let update = update.get("CodeDeployLambdaAliasUpdate")?;
        let branches = argument(update, "Fn::If").and_then(Value::as_array);
        // The other branch may be nothing.
        let shifts = |branch: &&Value| branch.get("DeploymentGroupName").is_some();
        branches
            .and_then(|items| items.iter().skip(1).find(shifts))
            .or(Some(update))
    }

    /// The name of an alias, as it is written.
    pub(super) fn alias_name(&self, alias: &str) -> String {
        self.label(self.property(alias, "Name"))
    }

    /// In which steps a deployment group moves traffic.
    pub(super) fn steps(&self, group: &str) -> String {
        let Some(given) = self.property(group, "DeploymentConfigName") else {
            // CodeDeploy's own.
            return Plan::AllAtOnce.to_string();
        };
        if let Some(id) = named_resource(given)
            && self.kind(id) == CONFIGURATION
            && let Some(plan) = self.plan(id)
        {
            return plan.to_string();
        }
        self.named_steps(&canonical::any(&self.known().put_in(given)))
    }

    /// The steps that a name stands for, or a condition's two.
    fn named_steps(&self, given: &Value) -> String {
        if let Some((condition, then, otherwise)) = if_parts(given) {
            return format!(
                "{} where `{}` holds, else {}",
                self.named_steps(then),
                self.label(Some(condition)),
                self.named_steps(otherwise)
            );
        }
        let named = match argument(given, "Fn::Sub").and_then(Value::as_array) {
            Some(items) => items.get(1).and_then(|known| known.get("ConfigName")),
            None => None,
        };
        let label = self.label(Some(named.unwrap_or(given)));
        match label.strip_prefix("CodeDeployDefault.Lambda") {
            Some(name) => name.to_owned(),
            None => label,
        }
    }

    /// The steps of a configuration of the template.
    fn plan(&self, id: &str) -> Option<Plan> {
        let routing = self.property(id, "TrafficRoutingConfig")?;
        let routing = self.known().put_in(routing);
        let number = |shape: &str, name: &str| {
            let text = canonical::text_of(routing.get(shape)?.get(name)?)?;
            text.parse::<u32>().ok()
        };
        match routing.get("Type")?.as_str()? {
            "TimeBasedCanary" => Some(Plan::Canary {
                percent: number("TimeBasedCanary", "CanaryPercentage")?
                    .try_into()
                    .ok()?,
                minutes: number("TimeBasedCanary", "CanaryInterval")?,
            }),
            "TimeBasedLinear" => Some(Plan::Linear {
                percent: number("TimeBasedLinear", "LinearPercentage")?
                    .try_into()
                    .ok()?,
                every_minutes: number("TimeBasedLinear", "LinearInterval")?,
            }),
            "AllAtOnce" => Some(Plan::AllAtOnce),
            _ => None,
        }
    }

    /// The alarms that stop a group's deployments; none where it says nothing of alarms.
    pub(super) fn alarms(&self, group: &str) -> Option<Vec<String>> {
        let configuration = self.property(group, "AlarmConfiguration")?;
        let is_off = configuration
            .get("Enabled")
            .is_some_and(|enabled| canonical::any(enabled) == "false");
        let alarms = configuration.get("Alarms").and_then(Value::as_array);
        let names = alarms.filter(|_| !is_off).into_iter().flatten();
        Some(
            names
                .map(|alarm| self.label(Some(alarm.get("Name").unwrap_or(alarm))))
                .collect(),
        )
    }

    /// A value in a word: what it refers to, or the text that it is.
    pub(super) fn label(&self, value: Option<&Value>) -> String {
        let Some(value) = value else {
            return String::new();
        };
        let value = self.in_terms(&canonical::any(&self.known().put_in(value)));
        if let Some(id) = named_resource(&value) {
            return id.to_owned();
        }
        match &value {
            Value::String(text) => text.to_string(),
            other => other.to_string(),
        }
    }

    /// A resource in one form: its properties and what else counts, in terms of the other side.
    pub(super) fn form(&self, id: &str) -> Value {
        let Some(resource) = self.resource(id) else {
            return Value::Null;
        };
        let mut form = Map::new();
        for name in ATTRIBUTES {
            let given = resource.get(*name).map(|given| self.known().put_in(given));
            let Some(given) = given.map(|given| canonical::any(&given)) else {
                continue;
            };
            let given = match (*name, given) {
                // One name is as good as a list of it, and the order means nothing.
                ("DependsOn", given) => {
                    let given = self.in_terms(&json!({ "DependsOn": given }));
                    in_a_set(given.get("DependsOn").cloned().unwrap_or_default())
                }
                ("Metadata", Value::Object(mut metadata)) => {
                    // The logical id again.
                    metadata.remove("SamResourceId");
                    Value::Object(metadata)
                }
                (_, given) => self.in_terms(&given),
            };
            if !matches!(&given, Value::Null) && given != json!({}) {
                form.insert(*name, given);
            }
        }
        form.insert("Properties", self.properties(id));
        self.hide(&mut form);
        Value::Object(form)
    }

    /// The properties of a resource in one form, in terms of the other side.
    fn properties(&self, id: &str) -> Value {
        let given = self
            .resource(id)
            .and_then(|resource| resource.get("Properties"));
        let Some(given) = given else {
            return json!({});
        };
        let known = self.known().put_in(given);
        match known {
            Value::Object(mut properties) if self.kind(id) == FUNCTION => {
                let layers = properties.get_mut("Layers").map(Value::take);
                let mut form = match self.in_terms(&Value::Object(canonical::function(&properties)))
                {
                    Value::Object(form) => form,
                    _ => Map::new(),
                };
                if let Some(layers) = layers {
                    let layers = self.with_contents(&layers);
                    if !layers.is_null() {
                        form.insert("Layers", layers);
                    }
                }
                Value::Object(form)
            }
            other => match canonical::any(&self.in_terms(&other)) {
                Value::Null => json!({}),
                form => form,
            },
        }
    }

    /// Layers with what is in those of this template: a layer that changes is another one.
    fn with_contents(&self, layers: &Value) -> Value {
        let Value::Array(items) = layers else {
            return canonical::any(layers);
        };
        let items = items.iter().map(|item| {
            let layer = named_resource(item).filter(|id| self.kind(id) == LAYER);
            match layer {
                Some(id) => json!({"Layer": id, "Of": self.properties(id)}),
                None => canonical::any(item),
            }
        });
        let items: Vec<Value> = items.collect();
        if items.is_empty() {
            Value::Null
        } else {
            items.into()
        }
    }

    /// A value in terms of the other side.
    pub(super) fn in_terms(&self, value: &Value) -> Value {
        if self.renamed.is_empty() {
            return value.clone();
        }
        let mut value = value.clone();
        self.rename_in(&mut value);
        value
    }

    fn renamed(&self, name: &str) -> Option<String> {
        if let Some(other) = self.renamed.get(name) {
            return Some(other.clone());
        }
        let (id, attribute) = name.split_once('.')?;
        Some(format!("{}.{attribute}", self.renamed.get(id)?))
    }

    fn rename_in(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename_in(item)),
            Value::Object(map) => {
                if map.len() == 1
                    && let Some(Value::String(name)) = map.get_mut("Ref")
                {
                    if let Some(other) = self.renamed.get(name.as_str()) {
                        *name = other.into();
                    }
                    return;
                }
                for (key, inner) in map.iter_mut() {
                    match (key.as_str(), inner) {
                        ("DependsOn", Value::String(name)) => {
                            if let Some(other) = self.renamed.get(name.as_str()) {
                                *name = other.into();
                            }
                        }
                        ("Fn::GetAtt", Value::String(name)) => {
                            if let Some(other) = self.renamed(name) {
                                *name = other.into();
                            }
                        }
                        ("Fn::GetAtt" | "DependsOn", Value::Array(names)) => {
                            for name in names {
                                if let Value::String(name) = name
                                    && let Some(other) = self.renamed.get(name.as_str())
                                {
                                    *name = other.into();
                                }
                            }
                        }
                        ("Fn::Sub", Value::String(text)) => {
                            *text = self.renamed_text(text).into();
                        }
                        ("Fn::Sub", Value::Array(items)) => {
                            if let Some(Value::String(text)) = items.first_mut() {
                                *text = self.renamed_text(text).into();
                            }
                            items
                                .iter_mut()
                                .skip(1)
                                .for_each(|item| self.rename_in(item));
                        }
                        (_, inner) => self.rename_in(inner),
                    }
                }
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn renamed_text(&self, text: &str) -> String {
        let mut made = String::new();
        let mut rest = text;
        for found in crate::language::intrinsics::sub_references(text) {
            let Some((before, after)) = rest.split_once(found.whole) else {
                continue;
            };
            made.push_str(before);
            match self.renamed(found.name) {
                Some(other) => made.push_str(&format!("${{{other}}}")),
                None => made.push_str(found.whole),
            }
            rest = after;
        }
        made + rest
    }

    /// Names secrets in place of their values.
    fn hide(&self, form: &mut Map) {
        fn hide(value: &mut Value, hidden: &[(String, String)]) {
            match value {
                Value::String(text) => {
                    for (secret, shown) in hidden {
                        if text.as_str() == secret || (secret.len() > 2 && text.contains(secret)) {
                            *text = text.replace(secret.as_str(), shown).into();
                        }
                    }
                }
                Value::Array(items) => items.iter_mut().for_each(|item| hide(item, hidden)),
                Value::Object(map) => map.values_mut().for_each(|inner| hide(inner, hidden)),
                _ => {}
            }
        }
        if !self.hidden.is_empty() {
            form.values_mut()
                .for_each(|value| hide(value, &self.hidden));
        }
    }

    /// What a secret is, where this side knows it.
    pub(super) fn secrets(&self) -> HashMap<&str, &str> {
        let texts = self.output.values.parameters.texts();
        texts
            .filter(|(_, _, is_secret)| *is_secret)
            .map(|(name, text, _)| (name, text))
            .collect()
    }

    /// The parameters that what stands at a place of the output is read from.
    pub(super) fn parameters_at(&self, path: &Path) -> Vec<String> {
        let mut steps = path.0.iter();
        let Some(Step::Key(section)) = steps.next() else {
            return Vec::new();
        };
        let mut value = self.section(section);
        for step in steps {
            let Some(here) = value else {
                break;
            };
            // What a function gives is not there to look into.
            let next = match step {
                Step::Key(key) => here.get(key),
                Step::Index(index) => here.get(*index),
            };
            match next {
                Some(next) => value = Some(next),
                None if here.as_object().is_some_and(|map| {
                    map.keys()
                        .any(|key| key == "Ref" || key.starts_with("Fn::"))
                }) =>
                {
                    break;
                }
                None => return Vec::new(),
            }
        }
        let read = value.map(|value| self.output.values.parameters.read_in(value));
        let mut read = read.unwrap_or_default();
        read.retain(|name| !name.starts_with("AWS::"));
        read
    }

    /// A hash of the files that a local path of a resource leads to, and where it stands.
    pub(super) fn content(&self, id: &str) -> Option<(&'static str, &'a str, Option<&'a str>)> {
        let kind = self.kind(id);
        let (_, property) = CONTENTS.iter().find(|(known, _)| *known == kind)?;
        let path = self.property(id, property)?.as_str()?;
        let digest = self.output.contents.get(path).map(String::as_str);
        Some((property, path, digest))
    }

    /// The names of parameters of which the two sides know different secrets.
    pub(super) fn other_secrets<'s>(&'s self, other: &Side<'_>) -> HashSet<&'s str> {
        let theirs = other.secrets();
        self.secrets()
            .into_iter()
            .filter(|(name, text)| theirs.get(name).is_some_and(|their| their != text))
            .map(|(name, _)| name)
            .collect()
    }
}

/// Names as a sorted list.
fn in_a_set(names: Value) -> Value {
    match names {
        Value::Array(mut names) => {
            names.sort_by_key(Value::to_string);
            Value::Array(names)
        }
        Value::Null => Value::Null,
        one => json!([one]),
    }
}
