//! As much of a template as can be transformed, for whoever compares texts and cannot wait until all of it is right.
//!
//! ```
//! use canaryform::{Options, partial, read};
//!
//! let text = br"
//! Transform: AWS::Serverless-2016-10-31
//! Resources:
//!   Hello: {Type: AWS::Serverless::SimpleTable}
//!   Broken: {Type: AWS::Serverless::SimpleTable, Properties: {Nmae: x}}
//! ";
//! let output = partial::transform(read(text)?.template, &Options::new("eu-west-1"));
//! let type_of = |id: &str| output.template.resources().and_then(|all| all.get(id)?.get("Type")?.as_str());
//! assert_eq!(type_of("Hello"), Some("AWS::DynamoDB::Table"));
//! assert_eq!(type_of("Broken"), Some("AWS::Serverless::SimpleTable"));
//! assert!(output.has_errors());
//! # Ok::<(), canaryform::Faults>(())
//! ```

use std::collections::HashSet;

use crate::macro_call::transform_as_told;
use crate::template::Template;
use crate::tree::Map;
use crate::{Diagnostic, Options, Output};

/// Transforms a template; resources at fault stay as they are written, at their places, and so does the whole template
/// where what is at fault is no resource. The findings are those of the whole template.
pub fn transform(template: Template, options: &Options<'_>) -> Output {
    let mut output = transform_as_told(template.clone(), options);
    if !output.has_errors() {
        return output;
    }
    let findings = std::mem::take(&mut output.diagnostics);
    let order: Vec<String> = template
        .resources()
        .into_iter()
        .flat_map(Map::keys)
        .map(ToString::to_string)
        .collect();
    let mut left: HashSet<String> = HashSet::new();
    let mut faults = findings.clone();
    loop {
        // What leans on a resource that is left may be at fault without it: then it is left, too.
        let blamed: Vec<String> = faults
            .iter()
            .filter(|found| found.is_error())
            .filter_map(|found| blamed(found).map(str::to_owned))
            .filter(|id| order.contains(id) && !left.contains(id))
            .collect();
        if blamed.is_empty() {
            output.template = template;
            output.origins.clear();
            output.deployments.clear();
            output.diagnostics = findings;
            return output;
        }
        left.extend(blamed);
        let mut rest = template.clone();
        if let Some(resources) = rest.section_mut("Resources") {
            resources.retain(|id, _| !left.contains(id.as_str()));
        }
        output = transform_as_told(rest, options);
        if !output.has_errors() {
            break;
        }
        faults = std::mem::take(&mut output.diagnostics);
    }
    put_back(&template, &order, &left, &mut output.template);
    output.diagnostics = findings;
    output
}

/// The resource that a fault is blamed on.
fn blamed(found: &Diagnostic) -> Option<&str> {
    found.resource.as_deref().or(found.path.resource_id())
}

/// Puts resources that were left before the next one that was not.
fn put_back(template: &Template, order: &[String], left: &HashSet<String>, made: &mut Template) {
    let Some(resources) = made.section_mut("Resources") else {
        return;
    };
    let mut waiting: Vec<&String> = order.iter().rev().collect();
    let mut all = Map::with_capacity(resources.len() + left.len());
    let put = |all: &mut Map, id: &str| {
        if let Some(written) = template.resources().and_then(|given| given.get(id)) {
            all.insert(id, written.clone());
        }
    };
    for (id, resource) in std::mem::take(resources) {
        if let Some(at) = waiting
            .iter()
            .position(|given| given.as_str() == id.as_str())
        {
            for before in waiting.drain(at..).rev() {
                if left.contains(before) {
                    put(&mut all, before);
                }
            }
        }
        all.insert(id, resource);
    }
    for rest in waiting.into_iter().rev().filter(|id| left.contains(*id)) {
        put(&mut all, rest);
    }
    *resources = all;
}
