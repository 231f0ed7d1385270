//! What a template does that its author probably does not mean: rules over the template as it is written and as it is
//! deployed.
//!
//! ```
//! use canaryform::{Options, check::check, read, transform};
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
//!       DeploymentPreference: {Type: Canary10Percent5Minutes}
//! ";
//! let given = read(text)?.template;
//! let options = Options::new("eu-west-1");
//! let output = transform(given.clone(), &options);
//! let found = check(&given, &output, &options);
//! assert_eq!(found[0].code.name, "gradual-without-watch");
//! # Ok::<(), canaryform::Faults>(())
//! ```

#[cfg(feature = "validate")]
mod cloudformation;
mod mentions;
mod page;
mod rules;
mod subject;
mod traffic;

pub use page::page;

use crate::Output;
use crate::diagnostics::cloudformation::is_id;
use crate::diagnostics::{Code, Diagnostic, Levels, Severity};
use crate::options::Options;
use crate::template::{Path, Template};
use rules::RULES;
use std::collections::HashSet;
use subject::Subject;

/// What the rules find in a template, which became `output` with the same options: beside what the transform found.
///
/// What `Metadata.Canaryform.Ignore` names is not among it; what of that hid nothing is.
///
/// A rule tells nothing of what it cannot know: the value of a parameter, unless it is given, or of an import. Of a
/// template with errors only what stands in it is looked at, not what it became.
pub fn check(given: &Template, output: &Output, options: &Options<'_>) -> Vec<Diagnostic> {
    find(given, output, options, None)
}

/// The same, and what CloudFormation's own validator finds in what the template becomes, unless that has errors: each with
/// the place that it comes from, in the resource, in Globals or at what asked for a generated resource. Its ids are its
/// codes (`E3012`), as grave as it says.
#[cfg(feature = "validate")]
pub fn check_with_cloudformation(
    given: &Template,
    output: &Output,
    options: &Options<'_>,
) -> Vec<Diagnostic> {
    find(given, output, options, Some(cloudformation::find))
}

/// What the rules find that `options` deny, as errors: whoever denies a finding means it wherever the template is
/// transformed. With all warnings, the errors of rules are denied, too.
pub(crate) fn denied(given: &Template, output: &Output, options: &Options<'_>) -> Vec<Diagnostic> {
    let Some(subject) = Subject::of(given, output, options) else {
        return Vec::new();
    };
    let is_denied = |rule: &&Rule| rule.codes.iter().any(|code| denies(&options.levels, code));
    let mut found = apply(RULES.iter().filter(is_denied), &subject, output);
    subject.bring_home(&mut found);
    output.ignored.clone().hide(&mut found, &options.levels);
    found.retain(|found| denies(&options.levels, found.code));
    options.levels.apply(&mut found);
    found.retain(Diagnostic::is_error);
    found
}

/// Whether some rule may find what is denied.
pub(crate) fn may_find_denied(levels: &Levels) -> bool {
    let mut codes = RULES.iter().flat_map(|rule| rule.codes);
    codes.any(|code| denies(levels, code))
}

fn denies(levels: &Levels, code: &'static Code) -> bool {
    levels.denies(code) || (levels.denies_warnings() && code.severity != Severity::Info)
}

/// What rules find. Of a template with errors of its own there is only what stands in it.
fn apply<'r>(
    rules: impl Iterator<Item = &'r Rule>,
    subject: &Subject<'_>,
    output: &Output,
) -> Vec<Diagnostic> {
    let is_whole = !output.is_broken();
    let mut found = Vec::new();
    for rule in rules {
        if is_whole || rule.reads == Reads::Written {
            (rule.find)(subject, &mut found);
        }
    }
    found
}

/// Adds what it finds; places are those of the template with Globals merged and loops unrolled.
type Find = fn(&Subject<'_>, &mut Vec<Diagnostic>);

/// What our rules find, and what `more` finds in the output.
fn find(
    given: &Template,
    output: &Output,
    options: &Options<'_>,
    more: Option<Find>,
) -> Vec<Diagnostic> {
    let Some(subject) = Subject::of(given, output, options) else {
        return Vec::new();
    };
    let mut found = apply(RULES.iter(), &subject, output);
    if let (Some(more), false) = (more, output.is_broken()) {
        more(&subject, &mut found);
    }
    subject.bring_home(&mut found);
    let mut ignored = output.ignored.clone();
    ignored.hide(&mut found, &options.levels);
    let unused = ignored.unused().filter(|(code, _)| {
        // Whether there is something to ignore is not known where nobody looked.
        more.is_some() || !is_id(code.name)
    });
    found.extend(unused.map(|(_, finding)| finding));
    // What is denied may be told with the output already.
    fn what(found: &Diagnostic) -> (&str, &Path, &str) {
        (found.code.name, &found.path, &found.message)
    }
    let told: HashSet<_> = output.diagnostics.iter().map(what).collect();
    found.retain(|found| !told.contains(&what(found)));
    options.levels.apply(&mut found);
    found
}

/// A rule: what it can find, its page, and how it looks.
struct Rule {
    /// The kinds of its findings.
    codes: &'static [&'static Code],
    /// What it looks at.
    reads: Reads,
    find: Find,
}

/// What a rule looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// The template as it is written.
    Written,
    /// What it becomes, too, which is not there where it has errors.
    Made,
}
