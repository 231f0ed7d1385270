//! `canaryform codes`: every kind of finding, from the table that the transform reports by.

use super::ExitCode;
use std::fmt::Write as _;

use crate::diagnostics::{Code, Refusal, codes};
use crate::diagnostics::{find_code, unknown_code};
use crate::tree::{Value, json};
use clap::Args;

use super::Failure;
use super::lines::{self, flow};
use super::list::{Form, Syntax};
use super::output::{self, write_stdout};

/// How far in stands what there is to say of a code.
const INDENT: usize = 4;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only this code: `deployment-without-alias`
    code: Option<String>,

    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let rows: Vec<&Code> = match &arguments.code {
        None => codes::ALL.to_vec(),
        Some(name) => vec![find_code(name).ok_or_else(|| Failure::Usage(unknown_code(name)))?],
    };
    let text = match arguments.form.format {
        Syntax::Text => match &arguments.code {
            None => text(&rows),
            Some(name) => format!(
                "{}\n`canaryform check --explain {name}` says what to do.\n",
                text(&rows)
            ),
        },
        Syntax::Markdown => markdown(&rows),
        Syntax::Json => json(&rows)?,
    };
    write_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// Who refuses a template with such a finding, in a word; none where it is transformed all the same.
fn refused_by(code: &Code) -> Option<&'static str> {
    code.refusal.map(|refusal| match refusal {
        Refusal::Sam => "SAM",
        Refusal::Ours => "canaryform",
        Refusal::CloudFormation => "CloudFormation",
    })
}

fn row(code: &Code) -> Value {
    json!({
        "code": code.name,
        "severity": code.severity.word(),
        "refused_by": refused_by(code),
        "allowed": code.allowed,
        "meaning": code.meaning(),
    })
}

/// The rows as a JSON array.
pub(super) fn json(rows: &[&Code]) -> Result<String, Failure> {
    let rows: Vec<Value> = rows.iter().map(|code| row(code)).collect();
    output::json(&rows)
}

/// The row of a code as a JSON object, with its page.
pub(super) fn json_with_page(code: &Code, page: &str) -> Result<String, Failure> {
    let mut row = row(code);
    if let Some(row) = row.as_object_mut() {
        row.insert("page", page.into());
    }
    output::json(&row)
}

/// The rows for a person: which code, how grave and who refuses it, what it means, and what comes of it where it is
/// allowed.
pub(super) fn text(rows: &[&Code]) -> String {
    let width = lines::width();
    let mut text = Vec::new();
    for code in rows {
        let refused_by = refused_by(code).map(|who| format!(", refused by {who}"));
        let refused_by = refused_by.unwrap_or_default();
        text.push(format!(
            "{} ({}{refused_by})",
            code.name,
            code.severity.word()
        ));
        let allowed = code
            .allowed
            .map(|outcome| format!("Where it is allowed, {outcome}."));
        for sentence in [Some(code.meaning().to_owned()), allowed]
            .into_iter()
            .flatten()
        {
            flow(
                &format!("{:INDENT$}{sentence}", ""),
                INDENT,
                width,
                &mut text,
            );
        }
    }
    text.join("\n") + "\n"
}

fn markdown(rows: &[&Code]) -> String {
    let mut text =
        "| Code | Severity | Refused by | Where it is allowed | Meaning |\n|---|---|---|---|---|\n"
            .to_owned();
    for code in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            code.name,
            code.severity.word(),
            refused_by(code).unwrap_or_default(),
            code.allowed.unwrap_or_default(),
            code.meaning()
        );
    }
    text
}
