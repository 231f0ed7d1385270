//! `ReplicaRegions` of a web function: the regions that its endpoint also serves, by their codes or in groups.
//!
//! ```yaml
//! # in
//! Site:
//!   Type: AWS::Serverless::WebFunction
//!   Properties:
//!     AuthType: IamAuth
//!     Runtime: nodejs24.x
//!     CodeUri: s3://bucket/site.zip
//!     ReplicaRegions: {IncludeRegions: [US, CA], ExcludeRegions: [us-west-1]}
//! ```
//!
//! ```yaml
//! # out
//! SiteEndpoint:
//!   Properties:
//!     Regions: [ca-central-1, us-east-1, us-east-2, us-west-2]
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_construct_region_list` in model/sam_resources.py, model/region_utils.py.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::is_intrinsic;
use crate::language::truth::is_truthy;
use crate::resource::{SamResource, keys};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};
use std::collections::BTreeSet;

/// Groups of regions, in any letter case.
const GROUPS: &[(&str, &[&str])] = &[
    ("US", &["us-east-1", "us-east-2", "us-west-1", "us-west-2"]),
    (
        "AP",
        &[
            "ap-south-1",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-southeast-1",
            "ap-southeast-2",
        ],
    ),
    ("CA", &["ca-central-1"]),
    (
        "EU",
        &[
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "eu-central-1",
            "eu-north-1",
        ],
    ),
    ("SA", &["sa-east-1"]),
    (
        "SPARSE_GLOBAL",
        &[
            "us-east-1",
            "eu-west-1",
            "eu-central-1",
            "ap-northeast-1",
            "ap-southeast-2",
            "sa-east-1",
            "ap-southeast-1",
        ],
    ),
];

/// The group of all regions that stand in a group.
const ALL: &str = "ALL_STANDARD";

/// The names of all groups.
pub(in crate::sam) const GROUP_NAMES: &[&str] =
    &["US", "AP", "CA", "EU", "SA", "SPARSE_GLOBAL", ALL];

const KEYS: &[&str] = &["IncludeRegions", "ExcludeRegions"];

/// The regions; none where the function does not say any.
pub(super) fn read(scope: &Scope<'_>, sam: &SamResource) -> Option<Value> {
    let path = sam.path("ReplicaRegions");
    match sam.get("ReplicaRegions") {
        given if is_intrinsic(given) => Some(given.clone()),
        Value::Array(items) => {
            let (regions, others) = expand(scope, items, &path);
            Some(list(regions, others))
        }
        Value::Object(given) => included(scope, given, &path),
        _ => None,
    }
}

/// The regions of a map: those that are included without those that are excluded.
fn included(scope: &Scope<'_>, given: &Map, path: &Path) -> Option<Value> {
    keys::refuse_unknown(scope, given.keys(), KEYS, "`ReplicaRegions`", path);
    let part = |name: &str| {
        let path = path.clone().then(name);
        match given.get(name).filter(|value| is_truthy(Some(value))) {
            None => Some(Default::default()),
            Some(Value::Array(items)) => Some(expand(scope, items, &path)),
            Some(_) => {
                scope.report(
                    Diagnostic::new(
                        codes::WEB_FUNCTION_REGIONS,
                        path,
                        format!("`{name}` must be a list of regions"),
                    )
                    .help("write a list; an intrinsic may stand for one region, or for `ReplicaRegions` as a whole"),
                );
                None
            }
        }
    };
    let includes = part("IncludeRegions");
    let excludes = part("ExcludeRegions");
    let ((mut regions, others), (without, unknown)) = (includes?, excludes?);
    let at_fault = if regions.is_empty() && others.is_empty() && !without.is_empty() {
        Some((
            "`ExcludeRegions` needs `IncludeRegions`",
            "say which regions to serve at all",
        ))
    } else if !unknown.is_empty() {
        Some((
            "which regions are excluded must be known now",
            "write their codes",
        ))
    } else if !without.is_empty() && !others.is_empty() {
        Some((
            "a region that is not known yet cannot be kept from being an excluded one",
            "write the codes of the included regions, or exclude none",
        ))
    } else {
        None
    };
    if let Some((message, help)) = at_fault {
        let path = path.clone().then("ExcludeRegions");
        scope.report(Diagnostic::new(codes::WEB_FUNCTION_REGIONS, path, message).help(help));
    }
    regions.retain(|region| !without.contains(region));
    Some(list(regions, others))
}

/// The regions that texts stand for, and what is no text.
fn expand(scope: &Scope<'_>, items: &[Value], path: &Path) -> (BTreeSet<String>, Vec<Value>) {
    let mut regions = BTreeSet::new();
    let mut others = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(word) = item.as_str() else {
            others.push(item.clone());
            continue;
        };
        let name = word.to_uppercase();
        let group = GROUPS.iter().find(|(group, _)| *group == name);
        if name == ALL {
            let all = GROUPS.iter().flat_map(|(_, regions)| *regions);
            regions.extend(all.map(|region| (*region).to_owned()));
        } else if let Some((_, group)) = group {
            regions.extend(group.iter().map(|region| (*region).to_owned()));
        } else if word.contains('-') {
            regions.insert(word.to_owned());
        } else {
            let mut known: Vec<&str> = GROUPS.iter().map(|(group, _)| *group).collect();
            known.push(ALL);
            scope.report(
                Diagnostic::new(
                    codes::WEB_FUNCTION_REGIONS,
                    path.clone().then(index),
                    format!("`{word}` is neither the code of a region nor a group of regions"),
                )
                .help(did_you_mean(word, &known)),
            );
        }
    }
    (regions, others)
}

fn list(regions: BTreeSet<String>, others: Vec<Value>) -> Value {
    let regions = regions.into_iter().map(Value::from);
    Value::Array(regions.chain(others).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_named() {
        let names = GROUPS.iter().map(|(name, _)| *name).chain([ALL]);
        assert!(names.eq(GROUP_NAMES.iter().copied()));
    }
}
