//! Faults of the user's own that the transform lets pass: conditions that nobody declares, dotted references to what is
//! not made.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::{argument, ref_target};
use crate::plain;
use crate::sam;
use crate::scope::Scope;
use crate::stack::Names;
use crate::template::{Path, Step, Template, Trail};
use crate::tree::{Map, Text, Value};
use indexmap::IndexSet;
use std::collections::HashMap;

/// The sections that a template may have.
///
/// Source: "Template sections" in the CloudFormation user guide; `Globals` is SAM's.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Warns of sections that no template has.
pub(crate) fn find_unknown_sections(scope: &Scope<'_>, template: &Template) {
    let is_unknown = |name: &&str| !SECTIONS.contains(name) && !name.starts_with("Fn::");
    for name in template.0.keys().map(AsRef::as_ref).filter(is_unknown) {
        scope.report(
            Diagnostic::new(
                codes::UNKNOWN_SECTION,
                Path::default().then(name),
                format!("a template has no section `{name}`: CloudFormation will refuse it"),
            )
            .on_key()
            .help(did_you_mean(name, SECTIONS)),
        );
    }
}

/// Warns of types that are nearly SAM's, and of those under its name that it does not have.
pub(crate) fn find_unknown_types(scope: &Scope<'_>, template: &Template) {
    for (id, resource) in template.resources().into_iter().flatten() {
        let Some(name) = resource.get("Type").and_then(Value::as_str) else {
            if let Some(finding) = without_type(id, resource) {
                scope.report(finding);
            }
            continue;
        };
        let is_near = name
            .get(..SERVERLESS.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(SERVERLESS));
        if !is_near || sam::type_of(resource).is_some() {
            continue;
        }
        let known: Vec<&str> = sam::TYPES.iter().map(|kind| kind.name).collect();
        scope.report(
            Diagnostic::new(
                codes::UNKNOWN_SERVERLESS_TYPE,
                Path::resource(id).then("Type"),
                format!("there is no type `{name}`: `{id}` stays as it is, and CloudFormation will refuse it"),
            )
            .help(did_you_mean(name, &known)),
        );
    }
}

const GET_ATT: &str = "Fn::GetAtt";

/// The resource and the attribute of an `Fn::GetAtt` that names one attribute.
fn attribute_of(value: &Value) -> Option<(&str, &str)> {
    match argument(value, GET_ATT)? {
        Value::String(text) => text
            .split_once('.')
            .filter(|(_, attribute)| !attribute.contains('.')),
        Value::Array(items) => match items.as_slice() {
            [id, attribute] => Some((id.as_str()?, attribute.as_str()?)),
            _ => None,
        },
        _ => None,
    }
}

/// What is generated is named where an attribute of it is wanted: SAM writes an `Fn::GetAtt` of one item.
fn attribute_missing(path: Path, target: &str) -> Diagnostic {
    let message = format!(
        "`!GetAtt {target}` names what is generated, and no attribute of it: CloudFormation refuses that"
    );
    Diagnostic::new(codes::DANGLING_REFERENCE, path, message).help(format!(
        "write `!Ref {target}`, or name an attribute of it behind a further dot, as in `!GetAtt Fn.Version.Version`"
    ))
}

/// A resource that does not say what it is; an include or a loop may bring it in.
fn without_type(id: &str, resource: &Value) -> Option<Diagnostic> {
    let map = resource.as_object()?;
    let is_function = |map: &Map| map.keys().any(|key| key.starts_with("Fn::"));
    if is_function(map) || id.starts_with("Fn::") {
        return None;
    }
    let own = Path::resource(id);
    let (path, is_so, help) = match map.get("Type").filter(|kind| !kind.is_null()) {
        Some(Value::String(_)) => return None,
        Some(kind) if kind.get("Fn::Transform").is_some() => return None,
        Some(_) => (
            own.then("Type"),
            format!("the `Type` of `{id}` is no text"),
            "write the name of a type, as in `AWS::SNS::Topic`: no function can stand for it",
        ),
        None => {
            let mut keys = map.keys();
            match keys.find(|key| key.eq_ignore_ascii_case("Type") && *key != "Type") {
                Some(key) => (
                    own.then(key),
                    format!("`{id}` has no `Type`, but `{key}`"),
                    "write `Type`, with a capital letter",
                ),
                None => (
                    own,
                    format!("`{id}` has no `Type`"),
                    "add `Type: ...`, or check the indentation",
                ),
            }
        }
    };
    let message = format!("{is_so}: it stays as it is, and CloudFormation will refuse it");
    Some(
        Diagnostic::new(codes::RESOURCE_WITHOUT_TYPE, path, message)
            .on_key()
            .help(help),
    )
}

const SERVERLESS: &str = "AWS::Serverless::";

/// Reports references to conditions that the template does not declare, each name once.
pub(crate) fn find_undefined_conditions(scope: &Scope<'_>, template: &Template) {
    let declared = template.section("Conditions").cloned().unwrap_or_default();
    let mut uses = ConditionUses {
        declared: &declared,
        reported: IndexSet::new(),
    };
    for section in ["Conditions", "Rules", "Globals", "Resources", "Outputs"] {
        let Some(entries) = template.section(section) else {
            continue;
        };
        let above = Trail::section(section);
        for (name, entry) in entries {
            let trail = above.key(name);
            if section == "Resources" || section == "Outputs" {
                let place = || trail.path().then("Condition");
                uses.check(scope, entry.get("Condition"), place);
            }
            let connectors = entry.get("Connectors").and_then(Value::as_object);
            for (key, connector) in connectors
                .filter(|_| section == "Resources")
                .into_iter()
                .flatten()
            {
                let place = || trail.path().then("Connectors").then(key).then("Condition");
                uses.check(scope, connector.get("Condition"), place);
            }
            trail.walk(entry, &mut |trail, value| {
                if let Some(Value::Array(items)) = argument(value, "Fn::If") {
                    let place = || trail.path().then("Fn::If").then(0);
                    uses.check(scope, items.first(), place);
                }
                // In a condition, `{Condition: name}` refers to another one.
                if section == "Conditions" {
                    let place = || trail.path().then("Condition");
                    uses.check(scope, argument(value, "Condition"), place);
                }
            });
        }
    }
}

struct ConditionUses<'a> {
    declared: &'a Map,
    reported: IndexSet<String>,
}

impl ConditionUses<'_> {
    /// Reports the name of a condition, which stands at `place`, unless it is declared or reported; a number or a truth in
    /// its place, too.
    fn check(&mut self, scope: &Scope<'_>, name: Option<&Value>, place: impl FnOnce() -> Path) {
        let name = match name {
            Some(Value::String(name)) => name.as_str(),
            Some(number @ (Value::Number(_) | Value::Bool(_))) => {
                if self.reported.insert(number.to_string()) {
                    let finding = Diagnostic::new(
                        codes::UNDEFINED_CONDITION,
                        place(),
                        "a condition has a name, and this is none",
                    )
                    .help("write the name of an entry of `Conditions`: there it is said when it holds");
                    scope.report(finding);
                }
                return;
            }
            // What else stands there is refused where it must be read.
            _ => return,
        };
        if name.is_empty()
            || self.declared.contains_key(name)
            || !self.reported.insert(name.to_owned())
        {
            return;
        }
        let finding = Diagnostic::new(
            codes::UNDEFINED_CONDITION,
            place(),
            format!("the template declares no condition `{name}`"),
        );
        let declared = self.declared.keys().map(Text::as_str);
        let help = match scope.suggestions.find(name, declared) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "declare it under `Conditions`".to_owned(),
        };
        scope.report(finding.help(help));
    }
}

/// The dotted references to resources that are lowered, and where they stand.
pub(crate) fn find_dotted_references(template: &Template) -> Vec<DottedRef> {
    let mut dotted = Vec::new();
    let Some(resources) = template.resources() else {
        return dotted;
    };
    let owners: IndexSet<&str> = resources
        .iter()
        .filter(|(_, resource)| {
            let kind = sam::type_of(resource)
                .or_else(|| plain::named_type_of(resource).map(|plain| &plain.kind));
            kind.is_some_and(|kind| !kind.referable.is_empty())
        })
        .map(|(id, _)| id.as_str())
        .collect();
    if owners.is_empty() {
        return dotted;
    }
    for (section, value) in &template.0 {
        Trail::section(section).walk(value, &mut |trail, value| {
            if let Some(target) = ref_target(value)
                && let Some((id, _)) = target.split_once('.')
                && owners.contains(id)
            {
                dotted.push((trail.path().then("Ref"), target.to_owned()));
            }
            if let Some((id, attribute)) = attribute_of(value)
                && owners.contains(id)
            {
                dotted.push((trail.path().then(GET_ATT), format!("{id}.{attribute}")));
            }
        });
    }
    dotted
}

/// A `Ref` with a dot in it to what SAM makes, and where it stands.
pub(crate) type DottedRef = (Path, String);

/// Reports those of the dotted references that lowering made nothing for.
pub(crate) fn report_dangling_references(scope: &Scope<'_>, dotted: Vec<DottedRef>, names: &Names) {
    if scope.has_errors() {
        return;
    }
    let mut known: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, name) in names.referable.keys().filter_map(|key| key.split_once('.')) {
        known.entry(id).or_default().push(name);
    }
    for (path, target) in dotted {
        let is_made = names.referable.contains_key(&target);
        if path.0.last() == Some(&Step::from(GET_ATT)) {
            if is_made {
                scope.report(attribute_missing(path, &target));
            }
            continue;
        }
        if is_made {
            continue;
        }
        let (id, name) = target.split_once('.').unwrap_or((target.as_str(), ""));
        let help = match known.get(id) {
            None => format!(
                "`{id}` generates nothing that can be referred to so; without `AutoPublishAlias` it has no version and no alias"
            ),
            Some(known) => {
                let meant = scope.suggestions.did_you_mean(name, known);
                format!("{meant}; after `{id}.`")
            }
        };
        scope.report(
            Diagnostic::new(
                codes::DANGLING_REFERENCE,
                path,
                format!("`{target}` stands for nothing that is generated"),
            )
            .help(help),
        );
    }
}
