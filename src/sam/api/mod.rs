//! APIs: one room per SAM resource type, and what they share.

mod authorizers;
mod domain;
mod domain_v2;
pub(crate) mod draft;
pub(crate) mod http;
pub(crate) mod openapi;
pub(crate) mod rest;
pub(crate) mod route53;
pub(crate) mod usage_plan;
pub(crate) mod websocket;

use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::resource::SamResource;
use crate::resource::generated::Generated;
use crate::scope::Scope;
use crate::template::Path;
use openapi::Document;

/// Refuses ids that are made of names which ids cannot hold.
fn check_ids(scope: &Scope<'_>, api: &str, made: &Generated) {
    for id in made.ids().filter(|id| !logical_id::is_valid(id)) {
        scope.report(
            Diagnostic::new(
                codes::INVALID_LOGICAL_ID,
                Path::resource(api),
                format!("`{api}` generates a resource with the logical id `{id}`, which holds something other than letters and digits"),
            )
            .on_key()
            .help("it is made of the names of stages, authorizers and base paths: keep to A-Z, a-z and 0-9 in them")
            .blame(Some(id)),
        );
    }
}

/// Refuses an API whose document does not fit into the output.
fn refuse_too_large(scope: &Scope<'_>, api: &SamResource, bytes: usize) {
    let bytes = bytes.max(scope.room_left() + 1);
    let part = || format!("the document of `{}`", api.id);
    scope.take_room(bytes, || Path::resource(&api.id), part);
}

/// Refuses a property that is written into the document where there is none, or none that is `wanted`. A document that is
/// included at the deployment may hold all that is needed: that is told, and no error where code is ignored.
fn refuse_without_body(
    scope: &Scope<'_>,
    api: &SamResource,
    name: &str,
    document: Option<&Document>,
    wanted: &str,
    help: &'static str,
) {
    let problem = match document.map(Document::included_from) {
        None => "needs a `DefinitionBody` to write into".to_owned(),
        Some(None) => {
            format!("cannot be written into this `DefinitionBody`, which is not {wanted}")
        }
        Some(Some(location)) => {
            let is_ignored = scope.options.code.is_ignored();
            scope.report(openapi::included_body(
                name,
                &location,
                api.path(name),
                is_ignored,
            ));
            return;
        }
    };
    scope.report(
        Diagnostic::new(
            codes::DEFINITION_BODY_NEEDED,
            api.path(name),
            format!("`{name}` {problem}"),
        )
        .on_key()
        .help(help),
    );
}
