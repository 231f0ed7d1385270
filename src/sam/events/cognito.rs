//! `Cognito`: what happens in a user pool of this template invokes the function.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Signup: {Type: Cognito, Properties: {UserPool: !Ref Users, Trigger: PreSignUp}}
//! Users: {Type: AWS::Cognito::UserPool}
//! ```
//!
//! ```yaml
//! # out
//! FnCognitoPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: cognito-idp.amazonaws.com
//!     SourceArn: !GetAtt Users.Arn
//! Users:
//!   Type: AWS::Cognito::UserPool
//!   Properties: {LambdaConfig: {PreSignUp: !GetAtt Fn.Arn}}
//! ```
//!
//! The permission is the function's, or its alias's, not the event's: a second event replaces it.
//!
//! Upstream: `Cognito` in model/eventsources/push.py.

use super::edited::{self, EditedType};
use super::{Event, EventType, Target};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::resource::property::{Property, Shape, TEXT_OR_TEXTS};
use crate::sam::common::Common;
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::{Value, json};
use indexmap::IndexSet;

pub(super) const TYPE: EventType = EventType {
    name: "Cognito",
    properties: &[
        Property::of("UserPool", Shape::Text)
            .required()
            .does("decides which user pool gets the trigger"),
        Property::strictly("Trigger", TEXT_OR_TEXTS)
            .required()
            .does("becomes `LambdaConfig` of the user pool"),
    ],
    check: Some(|scope, stack, event| edited::check(scope, stack, event, USER_POOL)),
    lower: Lower::Among(lower),
};

const USER_POOL: &EditedType = &EditedType {
    name: "AWS::Cognito::UserPool",
    words: "user pool",
    named_by: "UserPool",
    properties: &[
        "AccountRecoverySetting",
        "AdminCreateUserConfig",
        "AliasAttributes",
        "AutoVerifiedAttributes",
        "DeletionProtection",
        "DeviceConfiguration",
        "EmailAuthenticationMessage",
        "EmailAuthenticationSubject",
        "EmailConfiguration",
        "EmailVerificationMessage",
        "EmailVerificationSubject",
        "EnabledMfas",
        "LambdaConfig",
        "MfaConfiguration",
        "Policies",
        "Schema",
        "SmsAuthenticationMessage",
        "SmsConfiguration",
        "SmsVerificationMessage",
        "UserAttributeUpdateSettings",
        "UsernameAttributes",
        "UsernameConfiguration",
        "UserPoolAddOns",
        "UserPoolName",
        "UserPoolTags",
        "UserPoolTier",
        "VerificationMessageTemplate",
        "WebAuthnRelyingPartyID",
        "WebAuthnUserVerification",
    ],
};

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, target: &mut Target<'_>, event: &Event) {
    let Some(pool) = edited::find(&common.stack, event, USER_POOL) else {
        return;
    };
    let permission = logical_id::cognito_permission(&target.id);
    let source = get_att(pool, "Arn");
    if target.id != target.sam.id && target.made.get_mut(&permission).is_none() {
        scope.report(
            Diagnostic::new(
                codes::PERMISSION_NAMED_AFTER_ALIAS,
                event.path("UserPool"),
                format!("the permission `{permission}` is named after the alias: it is replaced when the alias is added, renamed or taken out"),
            )
            .help("expect one replacement of this permission in the change set; nothing needs to be done"),
        );
    }
    warn_of_shared_permission(scope, target, event, &permission, &source);
    target.allow(
        permission,
        "cognito-idp.amazonaws.com",
        json!({ "SourceArn": source }),
        event.place(),
    );
    let given = event.get("Trigger");
    let triggers = given
        .as_array()
        .map_or_else(|| std::slice::from_ref(given), |items| items.as_slice());
    edited::edit(
        scope,
        &mut common.stack,
        target.sam,
        pool,
        USER_POOL,
        |_, properties| {
            let Some(config) = edited::map_in(scope, pool, properties, "LambdaConfig") else {
                return;
            };
            let mut own: IndexSet<&str> = IndexSet::new();
            for trigger in triggers.iter().filter_map(Value::as_str) {
                if config.contains_key(trigger) || !own.insert(trigger) {
                    scope.report(
                    Diagnostic::new(
                        codes::TRIGGER_TAKEN,
                        event.path("Trigger"),
                        format!("the user pool `{pool}` has a function for `{trigger}` already"),
                    )
                    .help("a trigger of a user pool invokes one function: take it out in one of the places"),
                );
                    return;
                }
            }
            for trigger in own {
                config.insert(trigger, target.arn.clone());
            }
        },
    );
}

/// Says when the permission of an earlier event for another pool is lost.
fn warn_of_shared_permission(
    scope: &Scope<'_>,
    target: &mut Target<'_>,
    event: &Event,
    permission: &str,
    source: &Value,
) {
    let Some(earlier) = target.made.get_mut(permission) else {
        return;
    };
    let earlier = earlier
        .get("Properties")
        .and_then(|made| made.get("SourceArn"));
    if earlier != Some(source) {
        scope.report(
            Diagnostic::new(
                codes::PERMISSION_SHARED,
                event.path("UserPool"),
                format!(
                    "the `Cognito` events of `{}` share the permission `{permission}`, which now names this pool only: the other one may not invoke the function",
                    target.sam.id
                ),
            )
            .help("add an `AWS::Lambda::Permission` of your own for the other pool"),
        );
    }
}
