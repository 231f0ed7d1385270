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

/// Names that an option has elsewhere, its name here, and how it is written, for the verbs that have it.
const OPTIONS: &[(&[&str], &str, &str)] = &[
    (
        &["-p", "--param", "--parameter", "--parameters", "--params"],
        "parameter-overrides",
        "`--parameter-overrides KEY=VALUE`, or `--parameters-file FILE`",
    ),
    (
        &["--disable", "--ignore", "--ignore-checks", "--suppress"],
        "allow",
        "`--allow CODE`",
    ),
    (
        &["--fail-on-warnings", "--strict", "--warnings-as-errors"],
        "deny",
        "`--deny warnings`",
    ),
    (
        &["--diagnostics", "--output-format"],
        "format",
        "`--format`",
    ),
];

/// Names that an option for the file that is written has elsewhere.
const OUTPUT: &[&str] = &[
    "-o",
    "--out",
    "--output",
    "--output-file",
    "--output-template-file",
];

/// The verbs that take one template.
const OF_ONE: &[&str] = &["explain", "report", "simulate", "transform"];

/// Adds what was probably meant to what clap says of arguments, the verb of which is `verb`; of its options `command` knows.
pub(super) fn explain(message: &mut clap::Error, verb: Option<&str>, command: &clap::Command) {
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
        _ => {
            let verb = verb.unwrap_or_default();
            let options = command.find_subcommand(verb);
            of_argument(given, verb).or_else(|| of_option(given, options?))
        }
    };
    if let Some(tip) = tip {
        // What is only spelt alike leads astray.
        for alike in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg] {
            message.remove(alike);
        }
        let tip = vec![StyledStr::from(tip)];
        message.insert(ContextKind::Suggested, ContextValue::StyledStrs(tip));
    } else if kind == ContextKind::InvalidArg {
        // Nobody who writes an option that is none wants it as the name of a file.
        message.remove(ContextKind::Suggested);
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

/// An option that is called otherwise here, or has what is written as one of its values.
fn of_option(given: &str, verb: &clap::Command) -> Option<String> {
    let options = || verb.get_arguments().filter(|known| !known.is_positional());
    let has = |name: &str| options().any(|known| known.get_long() == Some(name));
    let renamed = OPTIONS
        .iter()
        .find(|(names, name, _)| names.contains(&given) && has(name));
    if let Some((_, _, shown)) = renamed {
        return Some(format!("here it is {shown}"));
    }
    if OUTPUT.contains(&given) && !has("output") {
        let how = match has("format") {
            true => "`--format` says how, and `> FILE` writes it to a file",
            false => "`> FILE` writes it to a file",
        };
        return Some(format!("it goes to standard output: {how}"));
    }
    let value = given.strip_prefix("--")?;
    let ways: Vec<String> = options()
        .filter(|known| {
            let values = known.get_possible_values();
            values.iter().any(|known| known.get_name() == value)
        })
        .filter_map(|known| Some(format!("`--{} {value}`", known.get_long()?)))
        .collect();
    (!ways.is_empty()).then(|| format!("write {}", ways.join(" or ")))
}
