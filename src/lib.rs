//! Expands SAM templates, gradual Lambda deployments first of all, into plain CloudFormation: what AWS's own transform
//! makes of them, offline.
//!
//! ```
//! use canaryform::{Format, Options, read, transform, write};
//!
//! let text = br"
//! Transform: AWS::Serverless-2016-10-31
//! Resources:
//!   Hello:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/hello.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//! ";
//! let template = read(text).map_err(|faults| format!("{faults:?}"))?.template;
//! let output = transform(template, &Options::new("eu-west-1"));
//! assert!(output.diagnostics.is_empty());
//! assert!(write(&output.template, Format::Yaml).contains("HelloDeploymentGroup:"));
//! # Ok::<(), String>(())
//! ```

pub mod code;
mod context;
pub mod diagnostics;
mod gradual;
mod language;
pub mod macro_call;
pub mod origin;
mod passes;
pub mod properties;
mod sam;
pub mod template;

pub use code::LocalCode;
pub use context::Options;
pub use diagnostics::{Diagnostic, Severity};
pub use template::{Format, Path, Template, read, write};

use context::Context;
use origin::Origins;
use passes::{api_drafts, globals, implicit_apis, lower, references, review, shape};

/// What a transform gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Output {
    /// The transformed template; only complete where no diagnostic is an error.
    pub template: Template,
    /// All that is wrong with the template or odd about it.
    pub diagnostics: Vec<Diagnostic>,
    /// What made each resource that the template did not have.
    pub origins: Origins,
}

impl Output {
    /// Whether the template has faults, and `template` is therefore not to be used.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

type Pass = fn(&mut Template, &mut Context<'_>);

/// The steps, in order. A step reports what it finds and goes on.
const PASSES: &[Pass] = &[
    // Everything after it may take resources for maps.
    shape::check,
    // On the template as the user wrote it, so that findings have a place in it.
    review::find_undefined_conditions,
    review::find_dangling_references,
    review::take_transform,
    // Before Globals: an implicit API has those of its type.
    implicit_apis::add,
    // Before anything reads a property.
    globals::merge,
    api_drafts::complete,
    lower::lower,
    // Last: only now is it known what was made.
    references::rewrite,
    review::report_dangling_references,
];

/// Turns a SAM template into plain CloudFormation.
///
/// The same template and options always give the same output: nothing here reads files, the clock, the environment or
/// the network. A template with faults is an ordinary answer: they are in [`Output::diagnostics`], all at once.
pub fn transform(mut template: Template, options: &Options<'_>) -> Output {
    let mut context = Context::new(&template, options);
    for pass in PASSES {
        pass(&mut template, &mut context);
        if context.unusable {
            break;
        }
    }
    let mut diagnostics = context.diagnostics;
    if let Some(halted) = context.halted {
        halted.retain(&mut diagnostics);
    }
    for diagnostic in &mut diagnostics {
        diagnostic.path = context
            .inheritance
            .trace(std::mem::take(&mut diagnostic.path));
    }
    Output {
        template,
        diagnostics,
        origins: context.origins,
    }
}
