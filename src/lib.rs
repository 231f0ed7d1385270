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
//! let template = read(text)?.template;
//! let output = transform(template, &Options::new("eu-west-1"));
//! assert!(output.diagnostics.is_empty());
//! assert!(write(&output.template, Format::Yaml).contains("HelloDeploymentGroup:"));
//! # Ok::<(), canaryform::Faults>(())
//! ```

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod code;
pub mod dependencies;
pub mod deployment;
pub mod diagnostics;
pub mod diff;
pub mod explain;
mod gradual;
mod home;
mod ignore_list;
mod inheritance;
pub mod keep;
mod language;
pub mod macro_call;
mod metadata;
pub mod nested;
mod options;
pub mod origin;
pub mod partial;
mod passes;
mod permissions;
mod place;
mod plain;
pub mod properties;
pub mod prune_plan;
#[cfg(feature = "cli")]
pub mod report;
mod resource;
mod sam;
pub mod schema;
mod scope;
pub mod simulate;
pub mod snapshot;
mod stack;
pub mod template;
pub mod tree;

pub use code::LocalCode;

use diagnostics::Levels;
pub use diagnostics::{Diagnostic, Faults, Severity};
pub use options::Options;
pub use template::{Format, Path, Template, read, write};
pub use tree::{Map, Value};

use deployment::Deployment;
use gradual::hooks::{circle, wiring};
use ignore_list::IgnoreList;
use origin::Origins;
use passes::secrets::{Hidden, Reads};
use passes::seen::{self, Seen};
use passes::{
    api_drafts, circles, globals, implicit_apis, includes, language_extensions, local_code, lower,
    max_parallel, parameters, plain_defaults, references, review, rewire, shape, transforms,
};
use sam::early_reads;
use scope::{Scope, Values};
use stack::Conditions;
use std::collections::HashMap;
use std::rc::Rc;

/// What a transform gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Output {
    /// The transformed template; only complete where no diagnostic is an error.
    pub template: Template,
    /// All that is wrong with the template or odd about it.
    pub diagnostics: Vec<Diagnostic>,
    /// The functions whose changes are published, and how.
    pub deployments: Vec<Deployment>,
    /// Why each resource was made that the template did not have as it is now.
    pub origins: Origins,
    /// What values were read from.
    pub(crate) values: Values,
    /// Hashes of the files that local paths of the output lead to, by these paths; none unless
    /// [`Options::with_parts`] asks for details.
    pub(crate) contents: HashMap<String, String>,
    /// What the template does not want to be told.
    ignored: IgnoreList,
}

impl Output {
    /// Takes out of findings that come from elsewhere (from reading the text) what the template wants to be ignored:
    /// `Metadata.Canaryform.Ignore`. Of `diagnostics` it is taken out already.
    pub fn hide_ignored(&mut self, findings: &mut Vec<Diagnostic>, levels: &Levels) {
        self.ignored.hide(findings, levels);
    }

    /// Whether the template has faults, and `template` is therefore not to be used.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Whether there is no such template: what is an error only because somebody denies it breaks nothing.
    pub(crate) fn is_broken(&self) -> bool {
        let is_own = |found: &Diagnostic| found.code.severity == Severity::Error;
        self.diagnostics
            .iter()
            .any(|found| found.is_error() && is_own(found))
    }
}

/// Turns a SAM template into plain CloudFormation.
///
/// The same template and options always give the same output: nothing here reads files, the clock, the environment or
/// the network. A template with faults is an ordinary answer: they are in [`Output::diagnostics`], all at once.
pub fn transform(template: Template, options: &Options<'_>) -> Output {
    transform_and_see(template, options, None)
}

/// The same, and what stood in the template between the steps, where that is `seen`.
fn transform_and_see(
    mut template: Template,
    options: &Options<'_>,
    mut seen: Option<&mut Seen>,
) -> Output {
    // As CloudFormation would before any other transform: an include may bring parameters and mappings.
    let before = Scope::new(&template, options);
    includes::put_in(&before, &mut template);
    let scope = Scope::after(before.into_findings(), &template, options);
    let unrolled = language_extensions::expand(&scope, &mut template);
    // Everything after it may take resources for maps.
    if !shape::check(&scope, &template) {
        let hidden = Hidden::of(&scope);
        let (mut diagnostics, values) = scope.into_results();
        for finding in &mut diagnostics {
            unrolled.trace_finding(finding);
        }
        hidden.hide(&mut diagnostics);
        options.levels.apply(&mut diagnostics);
        return Output {
            template,
            diagnostics,
            deployments: Vec::new(),
            origins: Origins::new(),
            values,
            contents: HashMap::new(),
            ignored: IgnoreList::default(),
        };
    }
    let (mut ignored, faults) = IgnoreList::of(&template);
    for fault in scope.metadata.faults.iter().chain(&faults) {
        scope.report(fault.clone());
    }
    // On the template as the user wrote it, so that findings have a place in it.
    parameters::check(&scope, &template);
    review::find_undefined_conditions(&scope, &template);
    review::find_unknown_sections(&scope, &template);
    review::find_unknown_types(&scope, &template);
    let dotted = review::find_dotted_references(&template);
    let in_documents = early_reads::in_documents(&template);
    transforms::take_out(&scope, &mut template);
    // Where the call of the macro was all there is.
    shape::check_any(&scope, &template);
    // Before Globals: an implicit API has those of its type.
    let mut conditions = Conditions::of(&template);
    let (mut apis, halted) = implicit_apis::add(&scope, &mut template, &mut conditions);
    // Before anything reads a property.
    let mut inheritance = globals::merge(&scope, &mut template);
    plain_defaults::merge(&scope, &mut template, &mut inheritance);
    if let Some(seen) = &mut seen {
        seen.merged = seen::resources(&template);
    }
    let mut wired = wiring::wire(&scope, &mut template, &mut conditions, &inheritance);
    if let Some(seen) = &mut seen {
        seen.prepared = seen::resources(&template);
    }
    let rewired = rewire::wanted(&template);
    let reads = Reads::of(&scope, &template);
    local_code::name_unnamed(&scope, &mut template);
    api_drafts::complete(&scope, &mut template, &mut apis);
    let (names, mut origins, mut deployments) = lower::lower(
        &scope,
        &mut template,
        &mut apis,
        conditions,
        &inheritance,
        &mut wired,
    );
    implicit_apis::report_lost(&scope, &template, &apis);
    early_reads::tell_grown(&scope, in_documents, &template);
    // Last: only now is it known what was made.
    references::rewrite(&mut template, &names);
    rewire::rewire(
        &scope,
        &mut template,
        &rewired,
        &deployments,
        &names.conditional,
        &origins,
    );
    circle::refuse(&scope, &template, &wired);
    if let Some(seen) = seen {
        seen.conditional = names.conditional.clone();
    }
    review::report_dangling_references(&scope, dotted, &names);
    circles::refuse(&scope, &template, &deployments);
    max_parallel::limit(&scope, &mut template, &mut deployments);

    origin::trace(&mut origins, &inheritance, &apis.implicit);
    if !unrolled.is_empty() {
        for origin in origins.values_mut() {
            origin.trace(|path| unrolled.trace(path));
        }
    }
    let intrinsics = scope.intrinsics();
    let is_too_large = !scope.has_room();
    let hidden = Hidden::of(&scope);
    let parameters = Rc::clone(&scope.parameters);
    let (mut diagnostics, values) = scope.into_results();
    early_reads::name_intrinsics(intrinsics, &mut diagnostics);
    if let Some(halted) = halted {
        halted.retain(&mut diagnostics);
    }
    reads.tell_gone(&parameters, &template, &mut diagnostics);
    hidden.tell_secrets(&template, &origins, &mut diagnostics);
    for diagnostic in &mut diagnostics {
        diagnostic.path = inheritance.trace(std::mem::take(&mut diagnostic.path));
        unrolled.trace_finding(diagnostic);
    }
    inheritance::tell_once(&mut diagnostics);
    for deployment in &mut deployments {
        for path in deployment.paths_mut() {
            *path = unrolled.trace(inheritance.trace(std::mem::take(path)));
        }
    }
    // Where code is refused, each resource is blamed, as SAM does.
    if options.code.unnamed().is_some() {
        local_code::tell_once(&mut diagnostics);
    }
    hidden.hide(&mut diagnostics);
    ignored.hide(&mut diagnostics, &options.levels);
    options.levels.apply(&mut diagnostics);
    if is_too_large {
        // Nobody can use the part that was made, and it fills the memory.
        template = Template::default();
    }
    let contents = if options.parts {
        local_code::contents(&template, options.code)
    } else {
        HashMap::new()
    };
    Output {
        template,
        diagnostics,
        deployments,
        origins,
        values,
        contents,
        ignored,
    }
}

/// The guide's examples, as they stand there.
#[cfg(all(doctest, feature = "folder"))]
#[doc = include_str!("../docs/src/tasks/rust.md")]
struct Guide;
