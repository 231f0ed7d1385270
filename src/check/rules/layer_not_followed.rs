//! A function is published for its code alone, and uses a layer of the same template: a new layer never reaches the alias.
//!
//! Why: a change of the layer changes the function's configuration, and publishes no version; the alias keeps serving
//! the version with the old layer, until the code changes (aws/serverless-application-model#3610).
//!
//! Do: `AutoPublishAliasAllProperties: true` in the function and `PublishLambdaVersion: true` in the layer.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Shared:
//!     Type: AWS::Serverless::LayerVersion
//!     Properties: {ContentUri: s3://bucket/layer.zip}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Layers: [!Ref Shared]
//!       AutoPublishAlias: live
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Shared:
//!     Type: AWS::Serverless::LayerVersion
//!     Properties: {ContentUri: s3://bucket/layer.zip,
//!                  PublishLambdaVersion: true}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Layers: [!Ref Shared]
//!       AutoPublishAlias: live
//!       AutoPublishAliasAllProperties: true
//! ```

use super::super::mentions::mentions;
use super::super::subject::{Subject, kind_of};
use crate::deployment::PublishedOn;
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for deployment in subject.deployments {
        if deployment.version.published_on != PublishedOn::Code {
            continue;
        }
        let function = &deployment.function;
        let Some(layers) = subject.property(function, "Layers") else {
            continue;
        };
        for mention in mentions(layers, Path::property(function, "Layers")) {
            let is_own = subject
                .resource(&mention.id)
                .is_some_and(|layer| kind_of(layer).ends_with("::LayerVersion"));
            if is_own {
                found.push(
                    Diagnostic::new(
                        codes::LAYER_NOT_FOLLOWED,
                        mention.at,
                        format!("a new `{}` publishes no version of `{function}`: the alias `{}` keeps the old layer until the code changes", mention.id, deployment.alias.name),
                    )
                    .help(format!("write `AutoPublishAliasAllProperties: true` in `{function}` and `PublishLambdaVersion: true` in `{}`", mention.id)),
                );
            }
        }
    }
}
