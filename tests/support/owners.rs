//! What in a template has properties of SAM's, and a place for every property of the tables.

use canaryform::properties::supported;
use canaryform::tree::{Map, Value};
use canaryform::{Template, read, transform};
use indexmap::{IndexMap, IndexSet};

use crate::fixture::Fixture;

/// Shows `visit` everything in a template that has properties of SAM's: the owner of their rows, where they are (a JSON
/// pointer), and the properties.
pub(crate) fn each_owner(template: &Template, mut visit: impl FnMut(&str, &str, &Map)) {
    let mut all = |owner: &str, at: &str, properties: &Value| {
        if let Some(properties) = properties.as_object() {
            visit(owner, at, properties);
        }
    };
    if let Some(given) = template
        .0
        .get("Metadata")
        .and_then(|given| given.get("Canaryform"))
    {
        all("Metadata.Canaryform", "/Metadata/Canaryform", given);
    }
    let inside = supported()
        .into_iter()
        .filter(|row| row.owner.ends_with(OF_FUNCTIONS))
        .map(|row| row.owner);
    let inside: IndexSet<String> = inside.collect();
    for (id, resource) in template.resources().into_iter().flatten() {
        for owner in &inside {
            let way = owner
                .trim_end_matches(OF_FUNCTIONS)
                .split('/')
                .collect::<Vec<_>>();
            let at = format!("/Resources/{id}/Properties");
            each_below(&resource["Properties"], &way, &at, &mut |at, found| {
                all(owner, at, found)
            });
        }
        let kind = resource["Type"].as_str().unwrap_or_default();
        let properties = &resource["Properties"];
        all(kind, &format!("/Resources/{id}/Properties"), properties);
        for (key, given) in resource["Connectors"].as_object().into_iter().flatten() {
            let at = format!("/Resources/{id}/Connectors/{key}/Properties");
            all("Connectors of any resource", &at, &given["Properties"]);
        }
        for (event, given) in properties["Events"].as_object().into_iter().flatten() {
            let owner = format!(
                "{kind} event {}",
                given["Type"].as_str().unwrap_or_default()
            );
            let at = format!("/Resources/{id}/Properties/Events/{event}/Properties");
            all(&owner, &at, &given["Properties"]);
        }
    }
}

/// What the owner of keys inside of a function's property ends with.
const OF_FUNCTIONS: &str = " of functions";

/// Shows `visit` every value that keys lead to; what they lead to may be a list of such.
fn each_below(value: &Value, way: &[&str], at: &str, visit: &mut impl FnMut(&str, &Value)) {
    if let Value::Array(items) = value {
        for (index, item) in items.iter().enumerate() {
            each_below(item, way, &format!("{at}/{index}"), visit);
        }
        return;
    }
    match way.split_first() {
        None => visit(at, value),
        Some((step, rest)) => {
            // The tables say for both hooks what the first may be.
            let steps: &[&str] = match *step {
                "PreTraffic" => &["PreTraffic", "PostTraffic"],
                _ => std::slice::from_ref(step),
            };
            for step in steps {
                if let Some(inner) = value.get(*step) {
                    each_below(inner, rest, &format!("{at}/{step}"), visit);
                }
            }
        }
    }
}

/// A fixture in which something has properties of the tables.
#[allow(dead_code, reason = "not every test makes templates")]
pub(crate) struct Base {
    pub(crate) fixture: Fixture,
    /// The fixture as a tree.
    pub(crate) source: Value,
    /// Where the properties are, as a JSON pointer.
    at: String,
    /// Their names, all that the tables have.
    pub(crate) names: Vec<&'static str>,
}

#[allow(dead_code, reason = "not every test makes templates")]
impl Base {
    /// The template with a value for a property, whether or not it has one.
    pub(crate) fn with(&self, name: &str, value: Value) -> Template {
        let mut source = self.source.clone();
        let properties = source.pointer_mut(&self.at).unwrap();
        let properties = properties.as_object_mut().unwrap();
        properties.insert(name.to_owned(), value);
        let Value::Object(template) = source else {
            unreachable!()
        };
        Template(template)
    }

    /// What a property is.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let steps = self.at.trim_start_matches('/').split('/');
        let mut steps = steps.chain([name]);
        steps.try_fold(&self.source, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().unwrap()),
            value => value.get(step),
        })
    }

    /// The place of a property, as findings have it.
    pub(crate) fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.at.trim_start_matches('/'))
    }
}

/// For each owner of properties the first fixture that the transform takes and that has it.
#[allow(dead_code, reason = "not every test makes templates")]
pub(crate) fn bases() -> Vec<Base> {
    let mut names: IndexMap<String, Vec<&'static str>> = IndexMap::new();
    for row in supported() {
        names.entry(row.owner).or_default().push(row.name);
    }
    let mut found = Vec::new();
    for fixture in Fixture::all() {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        if transform(given.template.clone(), &fixture.options()).has_errors() {
            continue;
        }
        each_owner(&given.template, |owner, at, _| {
            let names = names.get_mut(owner).map(std::mem::take);
            if let Some(names) = names.filter(|names| !names.is_empty()) {
                found.push(Base {
                    fixture: Fixture::load(&fixture.path),
                    source: Value::Object(given.template.0.clone()),
                    at: at.to_owned(),
                    names,
                });
            }
        });
    }
    names.retain(|_, names| !names.is_empty());
    assert!(names.is_empty(), "no fixture has these: {names:?}");
    found
}
