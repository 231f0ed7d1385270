//! `AWS::Serverless::Application`: a nested stack, of a template of one's own or of the Serverless Application
//! Repository.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Application
//!   Properties:
//!     Location: https://bucket.s3.amazonaws.com/shop.yaml
//!     Parameters: {Stage: prod}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Type: AWS::CloudFormation::Stack
//!   Properties:
//!     TemplateURL: https://bucket.s3.amazonaws.com/shop.yaml
//!     Parameters: {Stage: prod}
//!     Tags: [{Key: lambda:createdBy, Value: SAM}]
//! ```
//!
//! A `Location` with `ApplicationId` and `SemanticVersion` names an application of the repository, which makes a
//! template of it on demand and answers with a URL that is good for some hours. The reference asks; nothing here does,
//! so the caller must give the URL, see [`Options::with_application_url`](crate::Options::with_application_url).
//!
//! Upstream: `SamApplication` in model/sam_resources.py, plugins/application/serverless_app_plugin.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::partition;
use crate::resource::property::{LIST_OF_TEXT_OR_MAP, Property, Shape, TEXT_OR_MAP};
use crate::resource::{SamResource, resource, set};
use crate::resource::{property, tags};
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::Application",
    globals: None,
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

/// A URL that leads nowhere, now and later (RFC 2606).
const APPLICATION_PLACEHOLDER: &str = "https://application-url-not-given.invalid/template.yaml";

const PROPERTIES: &[Property] = &[
    Property::of("Location", TEXT_OR_MAP)
        .does("becomes `TemplateURL`")
        .required(),
    // The reference's own note of what it found for `Location`; a user's value is overwritten.
    Property::of("TemplateUrl", Shape::Text).does("becomes `TemplateURL`"),
    Property::of("Parameters", Shape::Map),
    Property::of("NotificationARNs", LIST_OF_TEXT_OR_MAP),
    Property::of("Tags", Shape::Map).does("becomes `Tags`, beside the mark of SAM"),
    Property::of("TimeoutInMinutes", Shape::Integer),
];

/// Where the template of a nested stack is, and what of the repository its tags tell.
struct Found {
    url: Value,
    /// The application's id and version.
    application: Option<(String, String)>,
}

fn lower(scope: &Scope<'_>, mut application: SamResource) -> Lowered {
    tags::check_reserved(scope, &application);
    warn_of_template_url(scope, &application);
    let location = application.take("Location");
    let Some(found) = find(scope, &application, location) else {
        return Lowered::default();
    };
    let mut properties = Map::new();
    set(&mut properties, "TemplateURL", found.url);
    property::copy(PROPERTIES, &mut application, &mut properties);

    let mut marks = Map::new();
    if let Some((id, version)) = found.application {
        marks.insert("serverlessrepo:applicationId", id.into());
        marks.insert("serverlessrepo:semanticVersion", version.into());
    }
    if let Value::Object(tags) = application.take("Tags") {
        marks.extend(tags);
    }
    let tags = tags::created_by("lambda:createdBy", Some(&marks));
    set(&mut properties, "Tags", tags);

    let mut attributes = application.attributes.dependencies();
    attributes.extend(application.attributes.passed_on());
    let made = resource("AWS::CloudFormation::Stack", attributes, properties);
    let because = application.place();
    Lowered::one(application.id, made, because)
}

fn warn_of_template_url(scope: &Scope<'_>, application: &SamResource) {
    if !application.get("TemplateUrl").is_null() {
        scope.report(
            Diagnostic::new(
                codes::TEMPLATE_URL_IGNORED,
                application.path("TemplateUrl"),
                "`TemplateUrl` is overwritten by what `Location` says",
            )
            .on_key()
            .help("take it out, or write its value as `Location`"),
        );
    }
}

/// Finds the template at `location`; a fault is reported and gives none.
fn find(scope: &Scope<'_>, application: &SamResource, location: Value) -> Option<Found> {
    let Value::Object(location) = location else {
        return Some(Found {
            url: location,
            application: None,
        });
    };
    let path = application.path("Location");
    let id = part(scope, &location, "ApplicationId", &path);
    let version = part(scope, &location, "SemanticVersion", &path);
    let application = (id?, version?);
    if let Some(fault) = fault_of(scope, &application, &path) {
        scope.report(fault);
        return None;
    }
    let known = scope.options.application_urls.get(&application);
    if known.is_none() && scope.options.code.is_ignored() {
        return Some(placeholder(scope, application, path));
    }
    let Some(url) = known else {
        scope.report(url_unknown(&application, path));
        return None;
    };
    Some(Found {
        url: url.as_str().into(),
        application: Some(application),
    })
}

/// What keeps an application, by id and version, from being asked for.
fn fault_of(
    scope: &Scope<'_>,
    (id, version): &(String, String),
    path: &Path,
) -> Option<Diagnostic> {
    let path = path.clone();
    if version.is_empty() {
        Some(version_empty(path))
    } else if holds_ssm_reference(id) {
        Some(id_not_resolved(path))
    } else if !partition::has_application_repository(&scope.options.region) {
        Some(no_repository(path, &scope.options.region))
    } else {
        None
    }
}

/// What stands for the template of an application that nobody asks for.
fn placeholder(scope: &Scope<'_>, application: (String, String), path: Path) -> Found {
    scope.report(
        Diagnostic::new(
            codes::APPLICATION_URL_PLACEHOLDER,
            path,
            "a placeholder stands for the URL of this application's template, so the output cannot be deployed",
        )
        .help("pass the URL: `canaryform transform --application-url ID@VERSION=URL`"),
    );
    Found {
        url: APPLICATION_PLACEHOLDER.into(),
        application: Some(application),
    }
}

/// `ApplicationId` or `SemanticVersion`, with parameters and mappings resolved; a fault is reported and gives none.
fn part(scope: &Scope<'_>, location: &Map, name: &str, path: &Path) -> Option<String> {
    let path = path.clone().then(name);
    let Some(given) = location.get(name).filter(|given| !given.is_null()) else {
        scope.report(
            Diagnostic::new(
                codes::MISSING_PROPERTY,
                path,
                format!("`Location` as a map needs `{name}`"),
            )
            .help("write `{ApplicationId: arn:..., SemanticVersion: 1.0.0}`, or the URL of a template instead of the map"),
        );
        return None;
    };
    let watch = scope.watch();
    scope.warn_of_parameters(given, &path);
    let resolved = scope.decide(given, || path.clone());
    if !watch.is_sound() {
        return None;
    }
    if let Value::String(text) = resolved {
        return Some(text.into());
    }
    scope.report(if is_intrinsic(&resolved) {
        Diagnostic::new(
            codes::APPLICATION_LOCATION,
            path,
            format!("`{name}` is an intrinsic whose value is not known here"),
        )
        .help("write the value, a `!Ref` to a parameter with a known value, or `!FindInMap`")
    } else if resolved.is_array() || resolved.is_object() {
        Diagnostic::new(
            codes::APPLICATION_LOCATION,
            path,
            format!("`{name}` must be a string, and is a list or a map here"),
        )
        .help("write one string; in `Mappings`, too, where no intrinsic function is looked at")
    } else {
        Diagnostic::new(
            codes::APPLICATION_LOCATION,
            path,
            format!("`{name}` must be a string"),
        )
        .help("put the value in quotes: `1.0` is a number, `'1.0'` is a string")
    });
    None
}

/// Whether a text holds a whole `{{resolve:ssm:name}}` or `{{resolve:ssm:name:version}}`.
fn holds_ssm_reference(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    text.split("{{resolve:ssm:").skip(1).any(|rest| {
        let Some((inner, _)) = rest.split_once("}}") else {
            return false;
        };
        let (given, version) = inner.split_once(':').unwrap_or((inner, "0"));
        !given.is_empty()
            && given.chars().all(name)
            && !version.is_empty()
            && version.chars().all(|c| c.is_ascii_digit())
    })
}

fn version_empty(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::APPLICATION_LOCATION,
        path.then("SemanticVersion"),
        "`SemanticVersion` is empty",
    )
    .help("write the version of the application, in quotes: `SemanticVersion: '1.0.0'`")
}

fn id_not_resolved(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::APPLICATION_LOCATION,
        path.then("ApplicationId"),
        "`ApplicationId` holds a dynamic reference, which is not resolved before the stack is created",
    )
    .help("write the application's ARN, or a `!Ref` to a parameter that holds it")
}

fn no_repository(path: Path, region: &str) -> Diagnostic {
    Diagnostic::new(
        codes::NO_APPLICATION_REPOSITORY,
        path,
        format!("the region `{region}` has no Serverless Application Repository"),
    )
    .help("copy the application's template to a bucket of yours and write its URL as `Location`")
}

fn url_unknown((id, version): &(String, String), path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::APPLICATION_URL_UNKNOWN,
        path,
        format!("the URL of the template of `{id}` in version `{version}` must be asked of the Serverless Application Repository, which cannot be done offline"),
    )
    .help(format!(
        "run `aws serverlessrepo create-cloud-formation-template --application-id {id} --semantic-version {version}` and \
         pass the `TemplateUrl` of its answer: `canaryform transform --application-url {id}@{version}=URL`, or as `Location`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_dynamic_references_count() {
        for text in [
            "{{resolve:ssm:a}}",
            "x{{resolve:ssm:/a/b.c_d-e:12}}y",
            "{{resolve:ssm:}}{{resolve:ssm:a}}",
        ] {
            assert!(holds_ssm_reference(text), "{text}");
        }
        for text in [
            "{{resolve:ssm:}}",
            "{{resolve:ssm:a b}}",
            "{{resolve:ssm:a:}}",
            "{{resolve:ssm:a:b}}",
            "{{resolve:ssm:a",
            "{{resolve:ssm-secure:a}}",
            "arn",
        ] {
            assert!(!holds_ssm_reference(text), "{text}");
        }
    }
}
