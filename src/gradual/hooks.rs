//! `Hooks`: functions that test a version before and after traffic moves to it.
//!
//! Input  `Hooks: {PreTraffic: !Ref Check}`
//! Output `BeforeAllowTrafficHook: !Ref Check` in the alias's UpdatePolicy

use super::preference::warn_of_unknown_keys;
use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::language::intrinsics::{argument, is_intrinsic};
use crate::template::Path;
use serde_json::{Map, Value};

const KEYS: &[&str] = &["PreTraffic", "PostTraffic"];

/// The hooks of a deployment; null where there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// Reads `Hooks` of a preference; a fault is reported and gives none.
pub(super) fn read(
    context: &mut Context<'_>,
    preference: &Map<String, Value>,
    path: &Path,
) -> Option<Hooks> {
    let Some(given) = preference.get("Hooks") else {
        return Some(Hooks::default());
    };
    let path = path.clone().then("Hooks");
    let Some(map) = given.as_object() else {
        context.report(
            Diagnostic::error("hooks-not-a-map", path, "`Hooks` must be a map")
                .help("write `Hooks: {PreTraffic: !Ref CheckFunction}`; to drop a global hook write `PreTraffic: null` in it"),
        );
        return None;
    };
    if is_intrinsic(given) {
        context.report(
            Diagnostic::warning(
                "hooks-lost",
                path,
                "an intrinsic stands for the whole of `Hooks`, so no hook is called",
            )
            .help("write the map, and put the intrinsic behind `PreTraffic` or `PostTraffic`"),
        );
        return Some(Hooks::default());
    }
    warn_of_unknown_keys(context, map, KEYS, &path);
    Some(Hooks {
        before: hook(map.get("PreTraffic")),
        after: hook(map.get("PostTraffic")),
    })
}

/// A hook's value; a `Ref` to nothing is as good as none.
fn hook(value: Option<&Value>) -> Value {
    value
        .filter(|value| argument(value, "Ref") != Some(&Value::Null))
        .cloned()
        .unwrap_or_default()
}
