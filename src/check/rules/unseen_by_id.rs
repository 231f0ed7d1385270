//! The document of a REST API names a version of a function (`version-in-document`) or a parameter
//! (`parameter-in-document`), or what a layer is comes from a parameter (`parameter-in-layer`): another value
//! changes what is meant, and the generated id does not see it.
//!
//! Why: SAM makes a new deployment of an API when its document has another hash, and a new layer when its content has. What
//! is hashed is the text `!Ref Parameter` or `${Greeter.Version}`, whatever it comes to: the stage keeps the old document
//! (aws/serverless-application-model#914, #2888), and of a layer that is to be retained the old version is gone (#703).
//!
//! Do: call the alias, `${Greeter.Alias}`; write `AlwaysDeploy: true` for the API; pass the content of a layer as
//! `s3://bucket/key`.
//!
//! Wrong:
//! ```yaml
//! Parameters: {Text: {Type: String}}
//! Resources:
//!   Api:
//!     Type: AWS::Serverless::Api
//!     Properties:
//!       StageName: v1
//!       DefinitionBody: {swagger: '2.0', info: {title: !Ref Text}, paths: {}}
//! ```
//! Right:
//! ```yaml
//! Parameters: {Text: {Type: String}}
//! Resources:
//!   Api:
//!     Type: AWS::Serverless::Api
//!     Properties:
//!       StageName: v1
//!       AlwaysDeploy: true
//!       DefinitionBody: {swagger: '2.0', info: {title: !Ref Text}, paths: {}}
//! ```

use super::super::mentions::{Mention, mentions};
use super::super::subject::{Subject, kind_of, listed, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::template::{Path, Step};
use crate::tree::Value;
use std::collections::BTreeSet;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in subject.written() {
        match kind_of(resource) {
            "AWS::Serverless::Api" => document(subject, id, resource, found),
            "AWS::Serverless::LayerVersion" => layer(subject, id, resource, found),
            _ => {}
        }
    }
}

fn document(subject: &Subject<'_>, id: &str, api: &Value, found: &mut Vec<Diagnostic>) {
    let Some(body) = property(api, "DefinitionBody") else {
        return;
    };
    if property(api, "AlwaysDeploy").is_some_and(|value| is_truthy(Some(value))) {
        return;
    }
    let mut parameters: BTreeSet<String> = BTreeSet::new();
    let mut first = None;
    for mention in mentions(body, Path::property(id, "DefinitionBody")) {
        let is_version = mention.attribute == "Version"
            || (mention.attribute.is_empty()
                && subject
                    .resource(&mention.id)
                    .is_some_and(|resource| kind_of(resource) == "AWS::Lambda::Version"));
        if is_version && subject.is_written(&mention.id) {
            found.push(
                Diagnostic::new(
                    codes::VERSION_IN_DOCUMENT,
                    mention.at,
                    format!("the document of `{id}` calls a version of `{}`, and a new version makes no new deployment: the stage keeps calling the old one", mention.id),
                )
                .help(format!("call the alias, `${{{}.Alias}}`", mention.id)),
            );
        } else if subject.is_parameter(&mention.id) && matters(&mention.at) {
            parameters.insert(mention.id);
            first.get_or_insert(mention.at);
        }
    }
    if let Some(first) = first {
        let names: Vec<&str> = parameters.iter().map(String::as_str).collect();
        found.push(
            Diagnostic::new(
                codes::PARAMETER_IN_DOCUMENT,
                first,
                format!("another value of {} makes no new deployment of `{id}`: the stage keeps the document with the old one", listed(&names)),
            )
            .help(format!("write `AlwaysDeploy: true` in `{id}`, with `--deploy-salt` offline")),
        );
    }
}

/// Whether what stands at this place of a document has an effect: a description has none.
fn matters(at: &Path) -> bool {
    !at.0.contains(&Step::from("description"))
}

fn layer(subject: &Subject<'_>, id: &str, layer: &Value, found: &mut Vec<Diagnostic>) {
    // A text is hashed with what parameters come to, a map and lists as they are written.
    let mut of_parameters: Vec<Mention> = Vec::new();
    for name in [
        "ContentUri",
        "CompatibleRuntimes",
        "CompatibleArchitectures",
    ] {
        let Some(value @ (Value::Object(_) | Value::Array(_))) = property(layer, name) else {
            continue;
        };
        let named = mentions(value, Path::property(id, name)).into_iter();
        let of_parameter = named.filter(|mention| subject.is_parameter(&mention.id));
        // Another bucket with the same key has the same content.
        let is_seen = |mention: &Mention| !mention.at.0.contains(&Step::from("Bucket"));
        of_parameters.extend(of_parameter.filter(is_seen));
    }
    if let Some(first) = of_parameters.first() {
        let names: BTreeSet<&str> = of_parameters
            .iter()
            .map(|mention| mention.id.as_str())
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        found.push(
            Diagnostic::new(
                codes::PARAMETER_IN_LAYER,
                first.at.clone(),
                format!("another value of {} gives the layer `{id}` no other logical id: the version before it is replaced, even where it is to be retained", listed(&names)),
            )
            .help("let the packaging write the location, `s3://bucket/key`, into the template, and write the rest as it is"),
        );
    }
}
