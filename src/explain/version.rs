//! What publishes a version, what does not, and what no hash sees.

use super::place::{Place, Source, in_properties, property_of};
use crate::deployment::{self, Deployment, Part, PublishedOn};
use crate::gradual::configuration;
use crate::language::intrinsics::{argument, named_resource, ref_target, sub_references};
use crate::origin::Origin;
use crate::sam::code_location::is_url;
use crate::template::{Path, Step};
use crate::tree::Value;
use serde::Serialize;

/// A version that is published.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Version {
    /// Its logical id: another one is another version.
    pub id: String,
    /// Whether the id depends on local code that was not looked at, so that it is another one in truth.
    pub depends_on_ignored_code: bool,
    /// What the id changes with.
    pub published_on: PublishedOn,
    /// What the id is made of, by the places where it is written.
    pub hashed: Vec<Property>,
    /// What a version locks although its id is not made of it: a change of these alone is not published.
    pub not_hashed: Vec<Property>,
    /// Of both, the properties of which nobody knows yet whether a version locks them: they count as if it did.
    pub unclassified: Vec<String>,
    /// What the function depends on, and no hash of a template can see.
    pub unseen: Vec<Unseen>,
    /// `DeletionPolicy`: what becomes of it when another one takes its place, and when its deployment is rolled back.
    pub deletion_policy: Value,
}

/// A property, by the name under which it is written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Property {
    /// `CodeUri`, `Environment/Variables/TABLE`
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// The parameters that it reads. Of what is hashed, those whose values are hashed with it.
    pub parameters: Vec<String>,
}

/// Something that may change without another id.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Unseen {
    /// The property that depends on it.
    pub name: String,
    /// Where the property is written.
    pub place: Place,
    /// What kind of thing it is.
    pub kind: UnseenKind,
    /// What it is called: a logical id, a parameter, a dynamic reference.
    pub what: String,
}

/// What no hash of a template sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnseenKind {
    /// Another value of a parameter whose reference is hashed, not its value.
    Parameter,
    /// Another value that is stored under the name which a parameter holds.
    StoredParameter,
    /// Another value behind a dynamic reference without a version.
    DynamicReference,
    /// A resource of the stack that is replaced, so that a reference to it has another value.
    Resource,
}

impl Version {
    pub(super) fn each_place<'a>(&'a mut self, visit: &mut dyn FnMut(&'a mut Place)) {
        for property in self.hashed.iter_mut().chain(&mut self.not_hashed) {
            visit(&mut property.place);
        }
        for unseen in &mut self.unseen {
            visit(&mut unseen.place);
        }
    }
}

/// Properties of a Lambda function that SAM makes of ones with other names.
const RENAMED: &[(&str, &[&str])] = &[
    (
        "Code",
        &[
            "CodeUri",
            "InlineCode",
            "ImageUri",
            "SourceKMSKeyArn",
            "Code",
        ],
    ),
    ("DeadLetterConfig", &["DeadLetterQueue", "DeadLetterConfig"]),
    ("TracingConfig", &["Tracing", "TracingConfig"]),
];

/// Explains the version of a function that is written at `base`.
pub(super) fn of(source: &Source<'_>, base: &Path, deployment: &Deployment) -> Version {
    let version = &deployment.version;
    let parts = version.parts.as_deref().unwrap_or_default();
    let mut hashed: Vec<Property> = parts
        .iter()
        .filter_map(|part| hashed(source, part))
        .collect();
    // A loop writes several at one place.
    hashed.dedup();
    let properties = source
        .resource(&deployment.function)
        .and_then(|made| made.get("Properties")?.as_object());
    let mut not_hashed = Vec::new();
    let mut unclassified = Vec::new();
    for (name, value) in properties.into_iter().flatten() {
        if !configuration::is_held_fast(name) {
            continue;
        }
        if !configuration::is_known(name) {
            unclassified.push(name.to_string());
        }
        let renamed = RENAMED.iter().find(|(made, _)| *made == name.as_str());
        let own = [name.as_str()];
        let names: &[&str] = renamed.map_or(&own, |(_, written)| written);
        let place = names.iter().find_map(|name| source.written(base, name));
        // What SAM writes by itself, such as the role, never changes.
        let Some(place) = place else { continue };
        let is_hashed = parts
            .iter()
            .any(|part| property_of(&part.path).is_some_and(|hashed| names.contains(&hashed)));
        if !is_hashed {
            not_hashed.push(Property {
                name: property_of(&place).unwrap_or(name).to_owned(),
                parameters: parameters_in(source, source.at(&place).unwrap_or(value)),
                place: place.into(),
            });
        }
    }
    let mut unseen = Vec::new();
    for part in parts {
        look_behind(source, part, version, &mut unseen);
    }
    unseen.sort_by(|a, b| (a.kind, &a.what).cmp(&(b.kind, &b.what)));
    Version {
        id: version.id.clone(),
        depends_on_ignored_code: hashes_ignored_code(source, deployment),
        published_on: version.published_on,
        hashed,
        not_hashed,
        unclassified,
        unseen,
        deletion_policy: version.deletion_policy.clone(),
    }
}

/// A part as it is written; none where SAM writes it by itself.
fn hashed(source: &Source<'_>, part: &Part) -> Option<Property> {
    let is_code = property_of(&part.path) == Some("CodeUri");
    (is_code || source.at(&part.path).is_some()).then(|| Property {
        name: name_of(part),
        place: part.path.clone().into(),
        parameters: part.parameters.clone(),
    })
}

/// What a part is called in the resource that it is in.
fn name_of(part: &Part) -> String {
    let below = match in_properties(&part.path) {
        Some((_, below)) => below,
        None => part.path.0.get(2..).unwrap_or_default(),
    };
    match (below.is_empty(), part.path.resource_id()) {
        // All of a layer.
        (true, Some(layer)) => format!("the layer {layer}"),
        _ => Path(below.to_vec()).to_string(),
    }
}

/// Notes what a part depends on and its hash does not see.
fn look_behind(
    source: &Source<'_>,
    part: &Part,
    version: &deployment::Version,
    unseen: &mut Vec<Unseen>,
) {
    let Some(written) = source.at(&part.path) else {
        return;
    };
    let mut note = |kind, what: &str| {
        let found = Unseen {
            name: name_of(part),
            place: part.path.clone().into(),
            kind,
            what: what.to_owned(),
        };
        if !unseen.contains(&found) {
            unseen.push(found);
        }
    };
    let is_resolved = |name: &str| part.parameters.iter().any(|known| known == name);
    let is_hashed = |layer: &str| {
        let properties = Path::resource(layer).then("Properties");
        let mut parts = version.parts.iter().flatten();
        // Where all of the configuration counts, a layer counts by its properties.
        let counts = version.published_on == PublishedOn::Configuration
            && property_of(&part.path) == Some("Layers");
        counts || parts.any(|part| part.path == properties)
    };
    walk(written, &mut |inner| {
        for name in names_in(inner) {
            if let Some(declared) = source.parameter(name) {
                let kind = declared.get("Type").and_then(Value::as_str);
                if kind.is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter::Value")) {
                    note(UnseenKind::StoredParameter, name);
                } else if !is_resolved(name) {
                    note(UnseenKind::Parameter, name);
                }
            } else if source.at(&Path::resource(name)).is_some() && !is_hashed(name) {
                note(UnseenKind::Resource, name);
            }
        }
        if let Value::String(text) = inner {
            for reference in unversioned(text) {
                note(UnseenKind::DynamicReference, reference);
            }
        }
    });
}

/// Shows `visit` a value and all values in it.
fn walk<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(map) => map.values().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}

/// What an intrinsic names: resources and parameters.
fn names_in(value: &Value) -> Vec<&str> {
    if let Some(name) = named_resource(value).or_else(|| ref_target(value)) {
        return vec![name];
    }
    let text = match argument(value, "Fn::Sub") {
        Some(Value::String(text)) => text,
        Some(Value::Array(items)) => match items.first() {
            Some(Value::String(text)) => text,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    sub_references(text)
        .map(|found| found.name.split('.').next().unwrap_or(found.name))
        .collect()
}

/// The parameters of the template that a value reads.
fn parameters_in(source: &Source<'_>, value: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    walk(value, &mut |inner| {
        for name in names_in(inner) {
            if source.parameter(name).is_some() && !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
    });
    found
}

/// The dynamic references in a text that say nothing of a version, so that another value may stand behind them.
///
/// Source: "Using dynamic references to specify template values" in the CloudFormation user guide.
fn unversioned(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("{{resolve:").filter_map(|(start, _)| {
        let rest = text.get(start..)?;
        let whole = rest.get(..rest.find("}}")? + 2)?;
        let inner = whole.strip_prefix("{{resolve:")?.strip_suffix("}}")?;
        let parts: Vec<&str> = inner.split(':').collect();
        let is_versioned = match parts.as_slice() {
            ["ssm" | "ssm-secure", _, version] => !version.is_empty(),
            // name, SecretString, key, stage, version
            ["secretsmanager", .., version] if parts.len() >= 6 => !version.is_empty(),
            _ => false,
        };
        (!is_versioned).then_some(whole)
    })
}

/// Whether a generated resource has an id that depends on local code which nobody looked at.
pub(super) fn depends_on_ignored_code(source: &Source<'_>, id: &str, origin: &Origin) -> bool {
    let kind = source
        .resource(id)
        .and_then(|made| made.get("Type")?.as_str());
    match kind {
        Some("AWS::Lambda::Version") => {
            let mut deployments = source.output.deployments.iter();
            deployments
                .find(|deployment| deployment.version.id == id)
                .is_some_and(|deployment| hashes_ignored_code(source, deployment))
        }
        Some("AWS::Lambda::LayerVersion") => {
            let layer = origin.source.as_deref();
            layer.is_some_and(|layer| is_ignored_layer(source, layer))
        }
        _ => false,
    }
}

/// Whether the id of a version is made of local code that nobody looked at.
fn hashes_ignored_code(source: &Source<'_>, deployment: &Deployment) -> bool {
    let version = &deployment.version;
    let mut parts = version.parts.iter().flatten();
    source.scenario.code_is_ignored
        && version.published_on != PublishedOn::GivenSha
        && parts.any(|part| is_ignored_code(source, version.published_on, &part.path))
}

/// Whether a part is local code that nobody looked at.
fn is_ignored_code(source: &Source<'_>, published_on: PublishedOn, path: &Path) -> bool {
    let is_named = |name: &str| path.0.last() == Some(&Step::from(name));
    let written = source.at(path);
    match property_of(path) {
        // Code that is not named is the template's folder.
        Some("CodeUri" | "Code") if is_named("CodeUri") || is_named("Code") => {
            written.is_none_or(is_local)
        }
        Some("Layers") if published_on == PublishedOn::Configuration => {
            let mut is_ignored = false;
            if let Some(layers) = written {
                walk(layers, &mut |inner| {
                    let mut layers = names_in(inner).into_iter();
                    is_ignored |= layers.any(|layer| is_ignored_layer(source, layer));
                });
            }
            is_ignored
        }
        // The properties of a layer.
        None => path
            .resource_id()
            .is_some_and(|layer| is_ignored_layer(source, layer)),
        _ => false,
    }
}

/// Whether a layer of the template has local content that nobody looked at.
fn is_ignored_layer(source: &Source<'_>, layer: &str) -> bool {
    let kind = source.at(&Path::resource(layer).then("Type"));
    let content = source.written(&Path::resource(layer), "ContentUri");
    source.scenario.code_is_ignored
        && kind.is_some_and(|kind| kind == "AWS::Serverless::LayerVersion")
        && content.is_none_or(|path| source.at(&path).is_some_and(is_local))
}

fn is_local(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !is_url(text))
}
