//! The rules, a file for each. The comment at the top of a file is the page that `canaryform check --explain CODE` prints.

mod alarm_cannot_stop;
mod alarm_diluted;
mod alarm_holds_old_state;
mod alarm_list;
mod alarm_red_before_traffic;
mod alarm_sees_nothing;
mod alias_arn_too_long;
mod dangling_reference;
mod deployment_notes;
mod hooks;
mod latest_still_invoked;
mod layer_not_followed;
mod logical_id_as_text;
mod method_settings;
mod not_published;
mod policy_template_argument;
mod preflight_needs_login;
mod queue_visibility;
mod quoted_intrinsic;
mod reference_cycle;
mod role_cannot_poll;
mod stack_limits;
mod unknown_type;
mod unseen_by_id;
mod unwatched_shift;
mod version_missing;

use super::{Reads, Rule};
use crate::diagnostics::codes;

/// The rules: the file of each, what it looks at, and the codes of its findings.
macro_rules! rules {
    ($($file:ident reads $reads:ident finds $($code:ident)+;)*) => {
        /// Every rule, by its file.
        pub(super) const RULES: &[Rule] = &[$(Rule {
            codes: &[$(codes::$code),+],
            reads: Reads::$reads,
            find: $file::find,
        }),*];

        /// The file that each of them stands in. The macro, which prints no pages, has the rules without them.
        pub(super) const SOURCES: &[&str] =
            &[$(include_str!(concat!(stringify!($file), ".rs"))),*];
    };
}

rules! {
    alarm_cannot_stop reads Made finds ALARM_CANNOT_STOP ALARM_STOPS_LATE;
    alarm_diluted reads Made finds ALARM_DILUTED;
    alarm_holds_old_state reads Made finds ALARM_HOLDS_OLD_STATE;
    alarm_list reads Made finds ALARM_TWICE ALARMS_MANY;
    alarm_red_before_traffic reads Made finds ALARM_RED_BEFORE_TRAFFIC;
    alarm_sees_nothing reads Written finds ALARM_SEES_NOTHING;
    alias_arn_too_long reads Made finds ALIAS_ARN_TOO_LONG;
    dangling_reference reads Made finds DANGLING_REFERENCE;
    deployment_notes reads Made finds GROUP_WITHOUT_CONDITION VERSION_DELETED CONCURRENCY_WITH_SHIFT CONCURRENCY_WITHOUT_PREFERENCE MANY_DEPLOYMENTS;
    hooks reads Made finds HOOK_CANNOT_REPORT HOOK_CANNOT_TEST HOOK_NOT_INVOCABLE HOOK_SHIFTS_TRAFFIC;
    latest_still_invoked reads Made finds LATEST_STILL_INVOKED PERMISSION_PAST_ALIAS;
    layer_not_followed reads Made finds LAYER_NOT_FOLLOWED;
    logical_id_as_text reads Written finds LOGICAL_ID_AS_TEXT;
    method_settings reads Written finds METHOD_SETTINGS_INCOMPLETE;
    not_published reads Made finds PARAMETER_NOT_HASHED VALUE_NOT_FOLLOWED ALL_PROPERTIES_FAIL;
    policy_template_argument reads Written finds POLICY_TEMPLATE_ARGUMENT;
    preflight_needs_login reads Made finds PREFLIGHT_NEEDS_LOGIN;
    queue_visibility reads Made finds QUEUE_VISIBILITY;
    quoted_intrinsic reads Written finds QUOTED_INTRINSIC;
    reference_cycle reads Made finds REFERENCE_CYCLE;
    role_cannot_poll reads Made finds ROLE_CANNOT_POLL;
    stack_limits reads Made finds RESOURCES_NEAR_LIMIT STACK_TOO_LARGE;
    unknown_type reads Written finds UNKNOWN_RESOURCE_TYPE;
    unseen_by_id reads Written finds VERSION_IN_DOCUMENT PARAMETER_IN_DOCUMENT PARAMETER_IN_LAYER;
    unwatched_shift reads Made finds GRADUAL_WITHOUT_WATCH ALL_AT_ONCE_WITH_ALARMS;
    version_missing reads Made finds VERSION_MISSING;
}
