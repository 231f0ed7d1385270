//! The ARN of an alias has more than 140 characters, so that nothing can be told to call it.
//!
//! Why: Lambda takes at most 140 characters where a permission, an event source mapping or a call names a function with its
//! alias ("FunctionName" in the Lambda API reference). The name of a function may have 64, that of an alias 128.
//!
//! Do: choose a shorter name of the alias, or of the function.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       FunctionName: the-function-that-greets-everybody-in-their-own-language
//!       AutoPublishAlias: the-alias-that-everybody-calls-all-over-the-world
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       FunctionName: the-function-that-greets-everybody-in-their-own-language
//!       AutoPublishAlias: live
//! ```

use super::super::subject::{Subject, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::partition::Partition;
use crate::template::Path;
use crate::tree::Value;

/// Source: FunctionName of AddPermission in the Lambda API reference.
const LONGEST: usize = 140;

/// Source: "Lambda quotas": the longest name of a function.
const LONGEST_NAME: usize = 64;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for deployment in subject.deployments {
        let function = &deployment.function;
        let name = subject
            .made_resource(function)
            .and_then(|resource| property(resource, "FunctionName"));
        let name_length = match name {
            Some(Value::String(name)) => name.len(),
            Some(_) => continue,
            // `stack-LogicalId-` and twelve characters: at least one of them is the stack's.
            None => (function.len() + 15).min(LONGEST_NAME),
        };
        let region = &subject.options.region;
        let partition = Partition::of_region(region).name();
        let begin = format!("arn:{partition}:lambda:{region}:123456789012:function:");
        let length = begin.len() + name_length + 1 + deployment.alias.name.len();
        if length > LONGEST {
            found.push(
                Diagnostic::new(
                    codes::ALIAS_ARN_TOO_LONG,
                    Path::property(function, "AutoPublishAlias"),
                    format!("the ARN of the alias of `{function}` has {length} characters in `{region}`; Lambda takes {LONGEST} where something is to call it"),
                )
                .help("choose a shorter name for the alias, or for the function"),
            );
        }
    }
}
