//! A function has a role of its own and policies beside it, which are dropped.
//!
//! Why: SAM puts `Policies` into the role that it generates; where `Role` is given, it generates none, and says nothing
//! (aws/serverless-application-model#1652).
//!
//! Do: put the policies into the role, or take `Role` out.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties: {CodeUri: s3://bucket/code.zip, Handler: app.handler, Runtime: python3.13,
//!                  Role: 'arn:aws:iam::123456789012:role/greeter', Policies: [{DynamoDBReadPolicy: {TableName: names}}]}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties: {CodeUri: s3://bucket/code.zip, Handler: app.handler, Runtime: python3.13,
//!                  Policies: [{DynamoDBReadPolicy: {TableName: names}}]}
//! ```

use super::super::subject::{Subject, choices, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::template::Path;
use crate::tree::Value;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in subject.written() {
        // Of a state machine SAM refuses both.
        if kind_of(resource) != "AWS::Serverless::Function" {
            continue;
        }
        let (Some(role), Some(policies)) =
            (property(resource, "Role"), property(resource, "Policies"))
        else {
            continue;
        };
        let is_empty = match policies {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        // A role that may be missing: the policies are for that case.
        let is_conditional = is_intrinsic(role) && role.get("Fn::If").is_some();
        if is_empty || is_conditional || choices(role).is_empty() {
            continue;
        }
        found.push(
            Diagnostic::new(
                codes::POLICIES_BESIDE_ROLE,
                Path::property(id, "Policies"),
                format!("the `Policies` of `{id}` are dropped: it has a `Role` of its own"),
            )
            .on_key()
            .help("put them into that role, or take `Role` out so that one is generated"),
        );
    }
}
