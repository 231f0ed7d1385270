//! `canaryform properties`: every SAM property that is known, from the tables that drive the transform.

use super::ExitCode;
use std::fmt::Write as _;

use crate::diagnostics::suggestion;
use crate::properties::{SupportedProperty, supported};
use clap::Args;

use super::Failure;
use super::lines::{flow, width};
use super::list::{Form, Syntax};
use super::output::{json, write_stdout};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only types, events and properties whose name holds this text: `Function`, `Schedule`, `AutoPublishAlias`
    about: Option<String>,

    #[command(flatten)]
    form: Form,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut rows = supported();
    if let Some(about) = &arguments.about {
        let about_in = |name: &str| name.to_lowercase().contains(&about.to_lowercase());
        rows.retain(|row| about_in(&row.owner) || about_in(row.name));
        if rows.is_empty() {
            return Err(unknown(about));
        }
    }
    let text = match arguments.form.format {
        Syntax::Text => text(&rows),
        Syntax::Markdown => markdown(&rows),
        Syntax::Json => json(&rows)?,
    };
    write_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(about: &str) -> Failure {
    let all = supported();
    let known = all.iter().flat_map(|row| [row.owner.as_str(), row.name]);
    let said = format!("no type, no event and no property is called `{about}`");
    Failure::Usage(match suggestion(about, known) {
        Some(meant) => format!("{said}; did you mean `{meant}`?"),
        None => said,
    })
}

/// How far in properties stand, and what there is to say of each.
const INDENTS: [usize; 2] = [2, 6];

/// The rows for a person: what a property does, and what it accepts.
fn text(rows: &[SupportedProperty]) -> String {
    let width = width();
    let [outer, inner] = INDENTS;
    let mut text = Vec::new();
    let mut owner = "";
    for row in rows {
        if row.owner != owner {
            if !owner.is_empty() {
                text.push(String::new());
            }
            owner = &row.owner;
            text.push(owner.to_owned());
        }
        let does = format!("{:outer$}{} {}", "", row.name, row.effect);
        flow(&does, inner, width, &mut text);
        let mut takes = format!("{:inner$}{}", "", row.shape);
        for (is_so, words) in [
            (
                row.intrinsics && row.shape != "anything",
                ", or an intrinsic",
            ),
            (row.required, "; required"),
            (row.globals, "; also in Globals"),
        ] {
            if is_so {
                takes.push_str(words);
            }
        }
        flow(&takes, inner, width, &mut text);
    }
    text.join("\n") + "\n"
}

fn markdown(rows: &[SupportedProperty]) -> String {
    let mut text = String::new();
    let mut owner = "";
    let yes = |flag: bool| if flag { "yes" } else { "" };
    for row in rows {
        if row.owner != owner {
            let gap = if owner.is_empty() { "" } else { "\n" };
            owner = &row.owner;
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "{gap}### {owner}\n\n| Property | Shape | Required | Intrinsics | Globals | What it does |\n|---|---|---|---|---|---|\n"
            );
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            row.name,
            row.shape,
            yes(row.required),
            yes(row.intrinsics),
            yes(row.globals),
            row.effect
        );
    }
    text
}
