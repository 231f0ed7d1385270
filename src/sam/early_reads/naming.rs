//! Findings that take an intrinsic function for a map with missing keys: they say first that it is one.

use super::{inside_or_twice, last};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::template::{Path, Step};
use crate::tree::Text;
use std::collections::{HashMap, HashSet};

/// What the reference finds missing in a map is not what is wrong with an intrinsic function that stands for the map.
///
/// Errors below such a place become one that says so, and those at the place itself say it first.
pub(crate) fn name_intrinsics(intrinsics: Vec<(Path, Text)>, findings: &mut Vec<Diagnostic>) {
    if intrinsics.is_empty() || !findings.iter().any(Diagnostic::is_error) {
        return;
    }
    let intrinsics: HashMap<Path, Text> = intrinsics.into_iter().collect();
    let mut told = HashSet::new();
    findings.retain_mut(|finding| {
        if !finding.is_error() || finding.code == codes::PROTECTION_NOT_KNOWN {
            return true;
        }
        if let Some((place, function, below)) = above(&intrinsics, &finding.path) {
            let is_own_key = below == [Step::from(function)];
            let goes_into_it = below.first() == Some(&Step::from(function)) && !is_own_key;
            if goes_into_it {
                return true;
            }
            if !told.insert(place.clone()) {
                return false;
            }
            let name = last(&place);
            if finding.help.as_ref().is_some_and(|help| help.contains("intrinsic")) {
                finding.message = said_first(name, function, &finding.message);
                return true;
            }
            finding.message = format!(
                "`{name}` is `{function}`, an intrinsic function, and is read before the deployment, when it has no value yet"
            );
            finding.help = Some(inside_or_twice(name));
            finding.at_key = false;
            finding.path = place;
        } else if TAKEN_FOR_A_MAP.contains(&finding.code)
            && let Some(function) = intrinsics.get(&finding.path)
        {
            finding.message = said_first(last(&finding.path), function, &finding.message);
        }
        true
    });
    // What is refused needs no word on what would be made of it.
    let is_moot = |finding: &Diagnostic| {
        [codes::PROTECTION_NOT_KNOWN, codes::INTRINSIC_NOT_READ].contains(&finding.code)
            && told.contains(&finding.path)
    };
    findings.retain(|finding| !is_moot(finding));
}

fn said_first(name: &str, function: &str, message: &str) -> String {
    format!(
        "`{name}` is `{function}`, an intrinsic function, which is not looked into here: {message}"
    )
}

/// Findings at the place of a map that lacks something.
const TAKEN_FOR_A_MAP: &[&Code] = &[
    codes::DEAD_LETTER_CONFIG,
    codes::DESTINATION_WITHOUT_ON_FAILURE,
    codes::QUEUE_NOT_NAMED,
    codes::ROUTE53_WITHOUT_ZONE,
    codes::SOURCE_ACCESS_MISSING,
    codes::UNKNOWN_POLICY,
];

/// The intrinsic function above a place, its name, and the way on from there.
fn above<'a>(
    intrinsics: &'a HashMap<Path, Text>,
    path: &'a Path,
) -> Option<(Path, &'a str, &'a [Step])> {
    (3..path.0.len()).find_map(|length| {
        let (place, below) = path.0.split_at(length);
        let place = Path(place.to_vec());
        let function = intrinsics.get(&place)?;
        Some((place, function.as_str(), below))
    })
}
