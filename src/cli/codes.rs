//! `canaryform codes`: every kind of finding, from the table that the transform reports by.

use super::ExitCode;
use std::fmt::Write as _;

use crate::diagnostics::{Code, Refusal, codes};
use crate::diagnostics::{find_code, unknown_code};
use crate::tree::{Value, json};
use clap::Args;

use super::Failure;
use super::list::{Form, Syntax};
use super::output::{self, write_stdout};

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

/// The rows for a person: how grave, which code, what it means.
pub(super) fn table(rows: &[&Code]) -> String {
    let longest = rows.iter().map(|code| code.name.len()).max().unwrap_or(0);
    let line = |code: &&Code| {
        format!(
            "{:<8} {:<longest$}  {}\n",
            code.severity.word(),
            code.name,
            code.meaning()
        )
    };
    rows.iter().map(line).collect()
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
