//! What a person probably meant who calls the command by the words of another tool.

use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Verbs that other tools have for it, and what does it here.
const VERBS: &[(&[&str], &str)] = &[
    (
        &["lint", "test", "validate", "verify"],
        "`canaryform check` finds what is wrong with templates",
    ),
    (
        &[
            "compile",
            "convert",
            "expand",
            "generate",
            "render",
            "synth",
            "translate",
        ],
        "`canaryform transform` writes what a template becomes",
    ),
    (
        &["changes", "changeset", "compare", "plan", "preview"],
        "`canaryform diff` says what a change of a template does",
    ),
    (
        &["accept", "record", "update"],
        "`canaryform snapshot --accept` records what templates become, `canaryform review` one by one",
    ),
    (
        &[
            "build", "deploy", "init", "local", "package", "publish", "sync",
        ],
        "canaryform neither builds nor deploys: `canaryform transform` writes the template that \
         `aws cloudformation package` and `deploy` take",
    ),
    (&["version"], "`canaryform --version`"),
];

/// Options of tools that deploy; nothing of that is needed.
const DEPLOYING: &[&str] = &[
    "--capabilities",
    "--guided",
    "--no-confirm-changeset",
    "--profile",
    "--resolve-s3",
    "--role-arn",
    "--s3-bucket",
    "--s3-prefix",
    "--stack-name",
];

/// Names that an option for the template has elsewhere, for the verbs that take several.
const TEMPLATE: &[&str] = &["-t", "--template", "--template-file"];

/// Names that an option for the old side of a comparison has elsewhere.
const OLD: &[&str] = &["--against", "--base", "--from", "--old"];

/// The verbs that take one template.
const OF_ONE: &[&str] = &["explain", "report", "simulate", "transform"];

/// Adds what was probably meant to what clap says of arguments, the verb of which is `verb`.
pub(super) fn explain(message: &mut clap::Error, verb: Option<&str>) {
    let kind = match message.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        _ => return,
    };
    let Some(ContextValue::String(given)) = message.get(kind) else {
        return;
    };
    let given = given.split('=').next().unwrap_or_default();
    let tip = match kind {
        ContextKind::InvalidSubcommand => of_verb(given),
        _ => of_argument(given, verb.unwrap_or_default()),
    };
    if let Some(tip) = tip {
        // What is only spelt alike leads astray.
        for alike in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg] {
            message.remove(alike);
        }
        let tip = vec![StyledStr::from(tip)];
        message.insert(ContextKind::Suggested, ContextValue::StyledStrs(tip));
    }
}

fn of_verb(given: &str) -> Option<String> {
    let known = VERBS.iter().find(|(words, _)| words.contains(&given));
    if let Some((_, tip)) = known {
        return Some((*tip).to_owned());
    }
    let is_file = [".yaml", ".yml", ".json", ".template"]
        .iter()
        .any(|end| given.ends_with(end));
    (is_file || Path::new(given).exists()).then(|| {
        "say first what is to be done with it: `canaryform transform FILE`, or `explain`, `check`, `diff`"
            .to_owned()
    })
}

fn of_argument(given: &str, verb: &str) -> Option<String> {
    let tip = if DEPLOYING.contains(&given) {
        "nothing is asked of AWS: no account, bucket or stack has to be named".to_owned()
    } else if TEMPLATE.contains(&given) {
        format!("templates are named without an option: `canaryform {verb} template.yaml`")
    } else if verb == "diff" && OLD.contains(&given) {
        "the old side is named first, without an option: `canaryform diff main`".to_owned()
    } else if OF_ONE.contains(&verb) && !given.starts_with('-') {
        format!("`{verb}` takes one template; a value with blanks in it needs quotes around it")
    } else {
        return None;
    };
    Some(tip)
}
