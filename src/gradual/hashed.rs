//! What a new version is published for: what is hashed into its id, and where that is written.
//!
//! Upstream: `_construct_version` in model/sam_resources.py, translator/logical_id_generator.py.

use crate::deployment::{Digest, Part, PublishedOn};
use crate::language::intrinsics::{is_intrinsic, named_resource};
use crate::language::truth::is_truthy;
use crate::language::{logical_id, python_json};
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::Map;
use crate::tree::Value;
use indexmap::IndexMap;

/// Something that is hashed.
pub(super) struct Hashed<'a> {
    /// The name under which it is hashed.
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    of: Source<'a>,
}

/// What something that is hashed belongs to.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// An entry of `Code`.
    Code,
    /// An entry of `Environment`.
    Environment,
    /// A property, whole.
    Property,
    /// The properties of this layer, whole.
    Layer(&'a str),
}

impl<'a> Hashed<'a> {
    /// A property of the Lambda function, whole.
    pub(super) fn property(name: &'a str, value: &'a Value) -> Self {
        Self {
            name,
            value,
            of: Source::Property,
        }
    }
}

/// What a new version is published for.
pub(super) fn read<'a>(
    stack: &'a Stack,
    published_on: PublishedOn,
    properties: &'a Map,
    local_code: Option<&'a Value>,
) -> Vec<Hashed<'a>> {
    let code = local_code.or_else(|| properties.get("Code"));
    if published_on == PublishedOn::AllProperties {
        let own = properties.iter().map(|(name, value)| Hashed {
            name,
            value: code.filter(|_| name == "Code").unwrap_or(value),
            of: Source::Property,
        });
        let layers = layers(stack, properties).map(|(id, value)| Hashed {
            name: id,
            value,
            of: Source::Layer(id),
        });
        return own.chain(layers).collect();
    }
    let filled = |name: &str| properties.get(name).filter(|given| is_truthy(Some(given)));
    let snap_start = properties.get("SnapStart").filter(|given| {
        given
            .get("ApplyOn")
            .is_some_and(|apply_on| apply_on.as_str() != Some("None"))
    });
    let mut hashed = Vec::new();
    // Of these two each entry counts by itself.
    for (map, of) in [
        (code, Source::Code),
        (filled("Environment"), Source::Environment),
    ] {
        let entries = map.and_then(Value::as_object).into_iter().flatten();
        hashed.extend(entries.map(|(name, value)| Hashed { name, value, of }));
    }
    for (name, value) in [
        ("MemorySize", filled("MemorySize")),
        ("SnapStart", snap_start),
    ] {
        hashed.extend(value.map(|value| Hashed {
            name,
            value,
            of: Source::Property,
        }));
    }
    hashed
}

/// The part that `AutoPublishCodeSha256` is, of which only the beginning counts.
pub(super) fn given_part(scope: &Scope<'_>, sam: &SamResource, suffix: &str) -> Part {
    let name = "AutoPublishCodeSha256";
    Part {
        path: sam.path(name),
        digest: Digest::new(logical_id::sha1(suffix)),
        parameters: scope.parameters.read_in(sam.get(name)),
    }
}

/// Properties of a Lambda function that SAM makes of ones with other names.
const RENAMED: &[(&str, &str)] = &[
    ("Code", "CodeUri"),
    ("DeadLetterConfig", "DeadLetterQueue"),
    ("TracingConfig", "Tracing"),
];

/// Where a property of the Lambda function is written.
pub(super) fn place_of(sam: &SamResource, property: &str) -> Path {
    let mut renamed = RENAMED.iter().filter(|_| !sam.is_plain());
    let renamed = renamed.find(|(made, _)| *made == property);
    sam.path(renamed.map_or(property, |(_, written)| written))
}

/// What is hashed, by the places where it is written. `written` gives the entry of a name at a place as it was before
/// parameters were put in, where they were.
pub(super) fn parts<'w>(
    scope: &Scope<'_>,
    sam: &SamResource,
    hashed: &[Hashed<'_>],
    written: impl Fn(&str, &Path) -> Option<&'w Value>,
) -> Vec<Part> {
    let mut placed: IndexMap<Path, Vec<(&str, &Value)>> = IndexMap::new();
    let mut place = |path: Path, name, value| {
        placed.entry(path).or_default().push((name, value));
    };
    let environment = sam.path("Environment");
    for Hashed { name, value, of } in hashed {
        match of {
            Source::Code => place(code_path(sam, name), name, value),
            Source::Environment => each_variable(&environment, name, value, &mut place),
            Source::Layer(id) => place(Path::resource(id).then("Properties"), name, value),
            Source::Property => match (*name, value.as_object()) {
                ("Code", Some(entries)) => {
                    for (name, value) in entries {
                        place(code_path(sam, name), name, value);
                    }
                }
                ("Environment", Some(entries)) if !is_intrinsic(value) => {
                    for (name, value) in entries {
                        each_variable(&environment, name, value, &mut place);
                    }
                }
                _ => place(place_of(sam, name), name, value),
            },
        }
    }
    let parts = placed.into_iter().map(|(path, entries)| {
        let before: Value = entries
            .iter()
            .filter_map(|(name, _)| written(name, &path).cloned())
            .collect();
        Part {
            path,
            digest: Digest::new(logical_id::sha1(&python_json::compact_entries(entries))),
            parameters: scope.parameters.read_in(&before),
        }
    });
    parts.collect()
}

/// Places an entry of `Environment`: of `Variables` each one by itself.
fn each_variable<'a>(
    environment: &Path,
    name: &'a str,
    value: &'a Value,
    place: &mut impl FnMut(Path, &'a str, &'a Value),
) {
    let path = environment.clone().then(name);
    match value.as_object() {
        Some(variables) if !variables.is_empty() && !is_intrinsic(value) => {
            for (name, value) in variables {
                place(path.clone().then(name), name, value);
            }
        }
        _ => place(path, name, value),
    }
}

/// The properties that entries of `Code` are made of; all other entries are `CodeUri`'s.
const CODE: &[(&str, &str)] = &[
    ("ZipFile", "InlineCode"),
    ("ImageUri", "ImageUri"),
    ("SourceKMSKeyArn", "SourceKMSKeyArn"),
];

/// Where an entry of `Code` is written.
pub(super) fn code_path(sam: &SamResource, entry: &str) -> Path {
    match entry {
        "Sha256" => return sam.path("AutoPublishCodeSha256"),
        "LocalCode" => return place_of(sam, "Code"),
        _ if sam.is_plain() => return sam.path("Code").then(entry),
        _ => {}
    }
    let other = CODE.iter().find(|(name, _)| *name == entry);
    sam.path(other.map_or("CodeUri", |(_, property)| property))
}

/// The properties, as written, of each layer of this template that the function names and that asks for a new version of
/// its functions.
fn layers<'a>(stack: &'a Stack, properties: &'a Map) -> impl Iterator<Item = (&'a str, &'a Value)> {
    properties
        .get("Layers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(named_resource)
        .filter_map(|id| {
            let layer = stack.own.get(id)?.get("Properties")?;
            is_truthy(layer.get("PublishLambdaVersion")).then_some((id, layer))
        })
}
