//! What was found in templates, to standard error: in words for a person, or as data.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use clap::{Args, ValueEnum};

use super::Failure;
use super::files::Input;
use crate::Diagnostic;
use crate::diagnostics::render;

/// How findings are told beside a result.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Report {
    Text,
    Json,
}

// When a verb uses colors. A doc comment would become what the verb does.
#[derive(Args, Clone, Copy)]
pub(super) struct Colors {
    /// When to use colors
    #[arg(
        long,
        value_enum,
        value_name = "auto|always|never",
        default_value = "auto",
        hide_possible_values = true
    )]
    color: Color,
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Colors {
    /// What is right for `stream`, where a person may read it or not.
    pub(super) fn on(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            Color::Auto => AutoStream::choice(stream),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

/// Says what the command decided by itself, where a person reads it.
pub(super) fn note(form: Report, words: &str) {
    if matches!(form, Report::Text) {
        // Whoever does not want to read it may still want the template.
        let _ = writeln!(io::stderr(), "note: {words}");
    }
}

/// Tells what was found in each of the templates.
pub(super) fn tell(
    form: Report,
    colors: Colors,
    found: Vec<(Input, Vec<Diagnostic>)>,
) -> Result<(), Failure> {
    let stderr = io::stderr();
    let choice = colors.on(&stderr);
    let mut text = String::new();
    let mut objects: Vec<String> = Vec::new();
    for (input, mut diagnostics) in found {
        let name = input.name();
        if input.is_found {
            note(form, &format!("the template is `{name}`"));
        }
        crate::template::place(&mut diagnostics, &input.text);
        let source = render::Source {
            name: &name,
            text: &input.text,
        };
        match form {
            Report::Json => objects.extend(render::json_objects(&diagnostics, source)),
            Report::Text => {
                text += &render::text(&diagnostics, source, choice != ColorChoice::Never);
            }
        }
    }
    if matches!(form, Report::Json) {
        text = render::json_array(&objects);
    }
    match AutoStream::new(stderr, choice).write_all(text.as_bytes()) {
        // Whoever does not want to read the findings may still want the template.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Failure::io("cannot write to standard error", &error)),
    }
}
