//! `AutoDeploymentMode` and `RevisionWeights` of a web function: which revisions its endpoint sends requests to.
//!
//! ```yaml
//! # in
//! Site:
//!   Type: AWS::Serverless::WebFunction
//!   Properties:
//!     AuthType: IamAuth
//!     Runtime: nodejs24.x
//!     CodeUri: s3://bucket/site.zip
//!     AutoDeploymentMode: Disabled
//!     RevisionWeights: {rev-1: 90, rev-2: 10}
//! ```
//!
//! ```yaml
//! # out
//! SiteEndpoint:
//!   Properties:
//!     RevisionWeights: [{RevisionId: rev-1, Weight: 90}, {RevisionId: rev-2, Weight: 10}]
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_validate` of `SamWebFunction` in model/sam_resources.py.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::is_intrinsic;
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

const NEWEST: &str = "LatestRevision";
const BY_HAND: &str = "Disabled";

/// The types of endpoints that serve several regions.
const REGIONAL: &[&str] = &["MultiRegion", "PerRegion"];

/// The most revisions that share the traffic.
const MAX_REVISIONS: usize = 2;

/// The weights of revisions; none where all requests go to the newest one.
pub(super) fn read(scope: &Scope<'_>, sam: &mut SamResource) -> Option<Value> {
    let mode = mode(scope, sam)?;
    let is_regional = is_regional(scope, sam);
    let has_weights = sam.is_truthy("RevisionWeights");
    let fault = |name: &str, message: &str, help: &str| {
        scope.report(
            Diagnostic::new(codes::WEB_FUNCTION_TRAFFIC, sam.path(name), message)
                .on_key()
                .help(help),
        );
    };
    if mode == NEWEST && has_weights {
        fault(
            "RevisionWeights",
            "`RevisionWeights` cannot stand beside `AutoDeploymentMode: LatestRevision`, which is the default",
            "take the weights out, or write `AutoDeploymentMode: Disabled`",
        );
    }
    if mode == NEWEST && is_regional {
        fault(
            "EndpointType",
            "an endpoint in several regions needs `AutoDeploymentMode: Disabled`",
            "add `AutoDeploymentMode: Disabled`",
        );
    }
    if mode == BY_HAND && !is_regional && !has_weights {
        fault(
            "AutoDeploymentMode",
            "`AutoDeploymentMode: Disabled` needs `RevisionWeights`",
            "add `RevisionWeights: {REVISION: 100}`, or take the mode out",
        );
    }
    has_weights.then(|| weights(scope, sam))
}

/// The mode, once parameters are known; a fault is reported and gives none.
fn mode(scope: &Scope<'_>, sam: &SamResource) -> Option<&'static str> {
    let path = sam.path("AutoDeploymentMode");
    let decided = match scope.parameters.resolved(sam.get("AutoDeploymentMode")) {
        Ok(decided) => decided,
        Err(fault) => {
            scope.report_unresolvable(path, &fault);
            return None;
        }
    };
    if !is_truthy(Some(&decided)) {
        return Some(NEWEST);
    }
    let word = decided.as_str().unwrap_or_default();
    let known = [NEWEST, BY_HAND];
    let mode = known.into_iter().find(|mode| *mode == word);
    if mode.is_none() {
        let fault = Diagnostic::new(
            codes::WEB_FUNCTION_TRAFFIC,
            path,
            "`AutoDeploymentMode` must be `LatestRevision` or `Disabled`",
        );
        scope.report(if is_intrinsic(&decided) {
            fault.help("it decides what is made, so it must be known now: write a word, or a `!Ref` to a parameter")
        } else {
            fault.help(did_you_mean(word, &known))
        });
    }
    mode
}

/// Whether the endpoint serves several regions, as far as that is known. Parameters inside an intrinsic are resolved in
/// place, as the reference does it.
fn is_regional(scope: &Scope<'_>, sam: &mut SamResource) -> bool {
    let path = sam.path("EndpointType");
    let Some(value) = sam.properties.get_mut("EndpointType") else {
        return false;
    };
    let before = value.clone();
    let decided = scope.parameters.read(value);
    if *value != before {
        scope.warn_of_parameters(&before, &path);
    }
    match decided {
        Ok(decided) => decided
            .as_str()
            .is_some_and(|word| REGIONAL.contains(&word)),
        Err(fault) => {
            scope.report_unresolvable(path, &fault);
            false
        }
    }
}

/// The weights as the endpoint takes them.
fn weights(scope: &Scope<'_>, sam: &SamResource) -> Value {
    let given = sam.get("RevisionWeights");
    let path = sam.path("RevisionWeights");
    let Some(given) = given.as_object().filter(|_| !is_intrinsic(given)) else {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_WEIGHTS,
                path,
                "`RevisionWeights` must be a map of revisions and their weights",
            )
            .help(
                "write `{REVISION: 100}`; an intrinsic may stand for a weight, not for the whole",
            ),
        );
        return Value::Null;
    };
    check_weights(scope, sam, given);
    let all = given.iter().map(
        |(revision, weight)| json!({ "RevisionId": revision.as_str(), "Weight": weight.clone() }),
    );
    Value::Array(all.collect())
}

fn check_weights(scope: &Scope<'_>, sam: &SamResource, given: &Map) {
    let path = sam.path("RevisionWeights");
    let mut sum = Some(0);
    for (revision, weight) in given {
        let whole = match weight {
            Value::Bool(flag) => Some(i64::from(*flag)),
            weight => weight.as_i64(),
        };
        let is_sound = match whole {
            Some(weight) => (1..=100).contains(&weight),
            None => is_intrinsic(weight),
        };
        sum = sum.zip(whole).map(|(sum, weight)| sum + weight);
        if !is_sound {
            scope.report(
                Diagnostic::new(
                    codes::WEB_FUNCTION_WEIGHTS,
                    path.clone().then(revision),
                    "the weight of a revision must be a whole number between 1 and 100",
                )
                .help("write the percentage of requests that it gets"),
            );
        }
    }
    if given.len() > MAX_REVISIONS {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_WEIGHTS,
                path,
                "at most two revisions can share the requests",
            )
            .help("keep two of them"),
        );
    } else if sum.is_some_and(|sum| sum != 100) {
        scope.report(
            Diagnostic::new(
                codes::WEB_FUNCTION_WEIGHTS,
                path,
                "the weights of revisions must add up to 100",
            )
            .help("write percentages of all requests"),
        );
    }
}
