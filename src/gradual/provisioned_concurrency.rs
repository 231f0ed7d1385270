//! `ProvisionedConcurrencyConfig`: instances of the alias that are kept ready.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 10}
//! ```
//!
//! ```yaml
//! # out
//! GreeterAliaslive:
//!   Type: AWS::Lambda::Alias
//!   Properties:
//!     Name: live
//!     ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 10}
//!     # ...
//! ```
//!
//! Lambda provisions an alias or a version, never a function, so there must be an alias. What else cannot stand beside it
//! is in `sam/function/rules.rs`.
//!
//! Upstream: `to_cloudformation`, `_construct_alias` of `SamFunction` in model/sam_resources.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::tree::Value;

/// What the alias is provisioned with, as given; none where it is empty.
pub(super) fn read(sam: &SamResource) -> Option<Value> {
    sam.is_truthy("ProvisionedConcurrencyConfig")
        .then(|| sam.get("ProvisionedConcurrencyConfig").clone())
}

/// Refuses concurrency without an alias to provision.
pub(crate) fn check(scope: &Scope<'_>, sam: &SamResource) {
    if sam.is_truthy("ProvisionedConcurrencyConfig") && !sam.is_truthy("AutoPublishAlias") {
        scope.report(
            Diagnostic::new(
                codes::CONCURRENCY_WITHOUT_ALIAS,
                sam.path("ProvisionedConcurrencyConfig"),
                "`ProvisionedConcurrencyConfig` needs an alias to be provisioned for",
            )
            .on_key()
            .help("add `AutoPublishAlias: live`"),
        );
    }
}
