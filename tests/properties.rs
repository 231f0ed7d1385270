//! The rows of the properties, held against what the transform does with each property: in the fixtures.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/owners.rs"]
mod owners;

use canaryform::properties::supported;
use canaryform::tree::{Map, Value, json};
use canaryform::{Diagnostic, Options, Output, Template, read, transform};
use fixture::Fixture;
use indexmap::{IndexMap, IndexSet};
use owners::each_owner;

/// What may stand for a property that is not there: what stands for one of its name elsewhere, or anything.
fn candidates(known: &IndexMap<String, Vec<Value>>, name: &str) -> Vec<Value> {
    let anything = [
        json!("text"),
        json!(true),
        json!(7),
        json!({ "Key": "text" }),
        json!([{ "Key": "text" }]),
        json!(["text"]),
    ];
    let known = known.get(name).into_iter().flatten().cloned();
    known.chain(anything).collect()
}

/// Whether a template comes out otherwise, or with other findings, with other properties at a place; none where it is
/// refused for the shape of a value, which says nothing.
fn differs(
    given: &Template,
    options: &Options<'_>,
    before: &Output,
    at: &str,
    change: impl FnOnce(&mut Map),
) -> Option<bool> {
    let mut changed = Value::Object(given.0.clone());
    change(changed.pointer_mut(at)?.as_object_mut()?);
    let Value::Object(changed) = changed else {
        return None;
    };
    let after = transform(Template(changed), options);
    let is_same = after.template == before.template
        && format!("{:?}", after.diagnostics) == format!("{:?}", before.diagnostics);
    let is_shapeless =
        |finding: &Diagnostic| finding.is_error() && finding.code.name == "wrong-shape";
    (!after.diagnostics.iter().any(is_shapeless)).then_some(!is_same)
}

#[test]
fn every_property_does_something() {
    let mut idle: IndexMap<String, IndexSet<&str>> = IndexMap::new();
    for row in supported() {
        idle.entry(row.owner).or_default().insert(row.name);
    }
    let fixtures = Fixture::all();
    let mut known: IndexMap<String, Vec<Value>> = IndexMap::new();
    for fixture in &fixtures {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        each_owner(&given.template, |_, _, properties| {
            for (name, value) in properties {
                let values = known.entry(name.to_string()).or_default();
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
        });
    }
    for fixture in &fixtures {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let given = given.template;
        let options = fixture.options();
        let before = transform(given.clone(), &options);
        if before.has_errors() {
            continue;
        }
        each_owner(&given, |owner, at, properties| {
            let Some(rows) = idle.get_mut(owner) else {
                return;
            };
            rows.retain(|name| {
                let is_live = if properties.contains_key(*name) {
                    differs(&given, &options, &before, at, |map| {
                        map.retain(|key, _| key != name)
                    })
                    // Required: it is refused without.
                    .unwrap_or(true)
                } else {
                    candidates(&known, name).into_iter().any(|value| {
                        differs(&given, &options, &before, at, |map| {
                            map.insert((*name).to_owned(), value);
                        }) == Some(true)
                    })
                };
                !is_live
            });
        });
    }
    idle.retain(|_, rows| !rows.is_empty());
    assert!(idle.is_empty(), "{idle:#?}");
}
