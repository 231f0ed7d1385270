//! `AlexaSkill`: a skill of Alexa invokes the function.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Skill: {Type: AlexaSkill, Properties: {SkillId: amzn1.ask.skill.1}}
//! ```
//!
//! ```yaml
//! # out
//! FnSkillPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: alexa-appkit.amazon.com
//!     EventSourceToken: amzn1.ask.skill.1
//! ```
//!
//! Upstream: `AlexaSkill` in model/eventsources/push.py.

use super::{Event, EventType, Target};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::resource::property::{Property, Shape};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::json;

pub(super) const TYPE: EventType = EventType {
    name: "AlexaSkill",
    properties: &[
        Property::of("SkillId", Shape::Text).does("becomes `EventSourceToken` of the permission")
    ],
    check: None,
    lower: Lower::Alone(lower),
};

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    if !event.is_truthy("SkillId") {
        scope.report(
            Diagnostic::new(
                codes::SKILL_NOT_NAMED,
                event.path.clone(),
                "without `SkillId` every skill of Alexa, of anybody, may invoke this function",
            )
            .help("add `SkillId: amzn1.ask.skill....`"),
        );
    }
    target.allow(
        logical_id::event_permission(&event.logical_id),
        "alexa-appkit.amazon.com",
        json!({ "EventSourceToken": event.get("SkillId") }),
        event.place(),
    );
}
