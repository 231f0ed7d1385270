//! What properties of a function exclude or require of each other.
//!
//! Upstream: `__validation_rules__`, `_validate_tenancy_config_compatibility` of `SamFunction` in model/sam_resources.py.

use super::dead_letter_queue;
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::provisioned_concurrency;
use crate::resource::SamResource;
use crate::resource::tags;
use crate::scope::Scope;
use crate::tree::Value;

/// Properties that cannot stand together: both given, even empty.
const EXCLUSIVE: &[(&str, &str)] = &[
    ("CapacityProviderConfig", "ProvisionedConcurrencyConfig"),
    ("CapacityProviderConfig", "VpcConfig"),
];

/// Properties that need another one.
const DEPENDENT: &[(&str, &str)] = &[
    ("FunctionScalingConfig", "CapacityProviderConfig"),
    ("VersionDeletionPolicy", "AutoPublishAlias"),
];

/// What a function with its own tenants cannot have.
const WITHOUT_TENANCY: &[&str] = &[
    "ProvisionedConcurrencyConfig",
    "FunctionUrlConfig",
    "SnapStart",
];

/// The kinds of event that can invoke a function with its own tenants.
const EVENTS_WITH_TENANCY: &[&str] = &["Api", "HttpApi"];

pub(super) fn check(scope: &Scope<'_>, sam: &SamResource) {
    for (one, other) in EXCLUSIVE {
        if !sam.get(one).is_null() && !sam.get(other).is_null() {
            scope.report(
                Diagnostic::new(
                    codes::PROPERTIES_EXCLUDE_EACH_OTHER,
                    sam.path(other),
                    format!("`{other}` cannot stand beside `{one}`"),
                )
                .on_key()
                .help(format!("take out `{other}` or `{one}`")),
            );
        }
    }
    for (one, needed) in DEPENDENT {
        if !sam.get(one).is_null() && sam.get(needed).is_null() {
            scope.report(
                Diagnostic::new(
                    codes::PROPERTY_NEEDS_ANOTHER,
                    sam.path(one),
                    format!("`{one}` needs `{needed}`"),
                )
                .on_key()
                .help(format!("add `{needed}`, or take `{one}` out")),
            );
        }
    }
    provisioned_concurrency::check(scope, sam);
    check_tenancy(scope, sam);
    dead_letter_queue::check(scope, sam);
    tags::check_reserved(scope, sam);
}

fn check_tenancy(scope: &Scope<'_>, sam: &SamResource) {
    if !sam.is_truthy("TenancyConfig") {
        return;
    }
    for name in WITHOUT_TENANCY.iter().filter(|name| sam.is_truthy(name)) {
        scope.report(
            Diagnostic::new(
                codes::TENANCY_EXCLUDES_PROPERTY,
                sam.path(name),
                format!("`{name}` cannot stand beside `TenancyConfig`"),
            )
            .on_key()
            .help(format!("take out `{name}` or `TenancyConfig`")),
        );
    }
    for (id, event) in sam.get("Events").as_object().into_iter().flatten() {
        let kind = event
            .get("Type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !EVENTS_WITH_TENANCY.contains(&kind) {
            scope.report(
                Diagnostic::new(
                    codes::TENANCY_EXCLUDES_EVENT,
                    sam.path("Events").then(id),
                    format!(
                        "a function with `TenancyConfig` cannot have the `{kind}` event `{id}`"
                    ),
                )
                .help("only `Api` and `HttpApi` events carry a tenant"),
            );
        }
    }
}
