//! Every SAM resource becomes what CloudFormation knows.

use crate::context::Context;
use crate::gradual::group;
use crate::sam;
use crate::template::Template;
use serde_json::{Map, Value};

/// Lowers the resources, then what they leave for the template as a whole, and puts each generated resource behind the
/// one that asked for it.
pub(crate) fn lower(template: &mut Template, context: &mut Context<'_>) {
    let Some(resources) = template.section_mut("Resources") else {
        return;
    };
    context.resources = std::mem::take(resources).into_iter().collect();
    sam::lower(context);
    group::lower(context);

    let mut made: Vec<(usize, String, Value)> = std::mem::take(&mut context.made)
        .into_iter()
        .map(|(id, made)| (made.after, id, made.resource))
        .collect();
    made.sort_by_key(|(after, _, _)| *after);
    let mut made = made.into_iter().peekable();
    let own = std::mem::take(&mut context.resources);
    let mut all = Map::with_capacity(own.len() + made.len());
    for (index, (id, resource)) in own.into_iter().enumerate() {
        if !resource.is_null() {
            all.insert(id, resource);
        }
        while let Some((_, id, resource)) = made.next_if(|(after, _, _)| *after <= index) {
            all.insert(id, resource);
        }
    }
    all.extend(made.map(|(_, id, resource)| (id, resource)));
    *resources = all;
    add_conditions(template, context);
}

/// Adds the conditions that lowering made, with the section where there is none.
fn add_conditions(template: &mut Template, context: &mut Context<'_>) {
    let added = std::mem::take(&mut context.conditions);
    if added.is_empty() {
        return;
    }
    let section = template.0.entry("Conditions").or_insert(Value::Null);
    if section.is_null() {
        *section = Value::Object(Map::new());
    }
    if let Some(section) = section.as_object_mut() {
        section.extend(added);
    }
}
