//! What is odd about the role that a resource of SAM's is given.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{if_parts, is_no_value};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::Value;

/// Says that a role may be none at all: where one is given, none is made.
pub(crate) fn warn_of_no_value(scope: &Scope<'_>, role: &Value, path: Path) {
    if !may_be_nothing(role) {
        return;
    }
    scope.report(
        Diagnostic::new(
            codes::ROLE_MAY_BE_NOTHING,
            path,
            "where this is `AWS::NoValue` there is no role: none is made beside one that is given",
        )
        .help("name a role in each case, or take the property out to have one made"),
    );
}

fn may_be_nothing(role: &Value) -> bool {
    is_no_value(role)
        || if_parts(role)
            .is_some_and(|(_, then, otherwise)| may_be_nothing(then) || may_be_nothing(otherwise))
}
