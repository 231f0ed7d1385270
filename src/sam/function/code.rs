//! `CodeUri`, `InlineCode`, `ImageUri`: the function's `Code`.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     CodeUri: s3://bucket/code.zip?versionId=7
//! Inline:
//!   Type: AWS::Serverless::Function
//!   Properties: {InlineCode: 'exports.handler = async () => 1'}
//! Image:
//!   Type: AWS::Serverless::Function
//!   IgnoreGlobals: '*'
//!   Properties: {PackageType: Image, ImageUri: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1}
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Properties:
//!     Code: {S3Bucket: bucket, S3Key: code.zip, S3ObjectVersion: '7'}
//!     # ...
//!   # ...
//! Inline:
//!   Properties:
//!     Code: {ZipFile: exports.handler = async () => 1}
//!     # ...
//!   # ...
//! Image:
//!   Properties:
//!     Code: {ImageUri: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1}
//!     PackageType: Image
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_construct_code_dict` and `_validate_package_type` in model/sam_resources.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::sam::code_location::{self, CodeLocation};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Value, json};

/// Tags of container images that name whatever was pushed last.
const MOVING_TAGS: &[&str] = &[
    "latest",
    "main",
    "master",
    "dev",
    "develop",
    "staging",
    "stable",
    "live",
    "prod",
    "production",
];

/// The function's code; a fault is reported and gives none.
pub(super) fn read(scope: &Scope<'_>, sam: &mut SamResource) -> Option<CodeLocation> {
    let package = match sam.get("PackageType") {
        value if !is_truthy(Some(value)) => "Zip",
        Value::String(word) if word == "Zip" => "Zip",
        Value::String(word) if word == "Image" => "Image",
        _ => {
            scope.report(
                Diagnostic::new(
                    codes::PACKAGE_TYPE,
                    sam.path("PackageType"),
                    "`PackageType` must be `Zip` or `Image`",
                )
                .help("it decides how the function is built, so no intrinsic can stand for it"),
            );
            return None;
        }
    };
    if package == "Image" {
        image(scope, sam)
    } else {
        zip(scope, sam)
    }
}

fn zip(scope: &Scope<'_>, sam: &mut SamResource) -> Option<CodeLocation> {
    for name in ["Handler", "Runtime"] {
        if !sam.is_truthy(name) {
            scope.report(
                Diagnostic::new(
                    codes::MISSING_PROPERTY,
                    sam.path(name),
                    format!("a Zip function needs `{name}`"),
                )
                .help(format!(
                    "add `{name}`, or `PackageType: Image` if the code is a container image"
                )),
            );
        }
    }
    if sam.is_truthy("ImageConfig") {
        scope.report(
            Diagnostic::new(
                codes::IMAGE_PROPERTY_ON_ZIP,
                sam.path("ImageConfig"),
                "`ImageConfig` is for functions with `PackageType: Image`",
            )
            .on_key()
            .help("take it out, or add `PackageType: Image`"),
        );
    }
    let mut code = if sam.get("InlineCode").is_null() {
        if sam.get("CodeUri").is_null() {
            scope.report(
                Diagnostic::new(
                    codes::FUNCTION_WITHOUT_CODE,
                    Path::property(&sam.id, "CodeUri"),
                    format!("the function `{}` has no code", sam.id),
                )
                .help("add `CodeUri` (a local path or an S3 location) or `InlineCode`"),
            );
            return None;
        }
        let path = sam.path("CodeUri");
        let location = sam.take("CodeUri");
        code_location::read(scope, location, &path)?
    } else {
        CodeLocation {
            value: json!({ "ZipFile": sam.take("InlineCode") }),
            local: None,
        }
    };
    if sam.is_truthy("SourceKMSKeyArn") {
        let key = sam.take("SourceKMSKeyArn");
        for map in [Some(&mut code.value), code.local.as_mut()]
            .into_iter()
            .flatten()
        {
            if let Value::Object(map) = map {
                map.insert("SourceKMSKeyArn", key.clone());
            }
        }
    }
    Some(code)
}

fn image(scope: &Scope<'_>, sam: &mut SamResource) -> Option<CodeLocation> {
    for name in ["Runtime", "Handler", "Layers"] {
        if sam.is_truthy(name) {
            scope.report(
                Diagnostic::new(
                    codes::ZIP_PROPERTY_ON_IMAGE,
                    sam.path(name),
                    format!("`{name}` is for Zip functions; a container image brings its own"),
                )
                .on_key()
                .help(format!("take `{name}` out, here or in Globals (`IgnoreGlobals: [{name}]` drops a global one)")),
            );
        }
    }
    if !sam.is_truthy("ImageUri") {
        let built = sam.attributes.kept.get("Metadata").is_some_and(|metadata| {
            metadata.get("Dockerfile").is_some() || metadata.get("DockerContext").is_some()
        });
        if built && scope.options.code.is_ignored() {
            return Some(image_placeholder(scope, sam));
        }
        let fault = Diagnostic::new(
            if built {
                codes::IMAGE_NOT_BUILT
            } else {
                codes::FUNCTION_WITHOUT_CODE
            },
            sam.path("ImageUri"),
            format!("the function `{}` has no `ImageUri`", sam.id),
        );
        scope.report(if built {
            fault.help("its image is built from a Dockerfile: run `sam build` and `sam package` first, and transform their output")
        } else {
            fault.help("add `ImageUri` with the image's address in a registry")
        });
        return None;
    }
    let image = sam.take("ImageUri");
    if let Some(tag) = image.as_str().and_then(moving_tag)
        && sam.is_truthy("AutoPublishAlias")
    {
        scope.report(
            Diagnostic::new(
                codes::MOVING_IMAGE_TAG,
                sam.path("ImageUri"),
                format!("pushing another image under {tag} publishes no version: the template stays the same"),
            )
            .help("name the image by its digest (`...@sha256:...`) or by a tag that each build makes anew"),
        );
    }
    Some(CodeLocation {
        value: json!({ "ImageUri": image }),
        local: None,
    })
}

/// What stands for an image that nobody built: its function's name, as `sam build` has it, and a tag that no registry
/// has.
fn image_placeholder(scope: &Scope<'_>, sam: &SamResource) -> CodeLocation {
    scope.report(
        Diagnostic::new(
            codes::IMAGE_PLACEHOLDER,
            sam.path("ImageUri"),
            format!(
                "a placeholder stands for the image of `{}`, so the output cannot be deployed",
                sam.id
            ),
        )
        .help("run `sam build` and `sam package` first, and transform their output"),
    );
    CodeLocation {
        value: json!({ "ImageUri": format!("{}:not-built", sam.id.to_lowercase()) }),
        local: None,
    }
}

/// The tag of an image that will name another image tomorrow, in words.
fn moving_tag(image: &str) -> Option<String> {
    if image.contains('@') {
        return None;
    }
    let name = image.rsplit('/').next()?;
    match name.split_once(':') {
        None => Some("the tag `latest`".to_owned()),
        Some((_, tag)) => MOVING_TAGS
            .contains(&tag)
            .then(|| format!("the tag `{tag}`")),
    }
}
