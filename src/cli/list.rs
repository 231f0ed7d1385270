//! How lists are written: `codes` and `properties`.

use clap::{Args, ValueEnum};

// A doc comment here would stand in place of what the verb does.
#[derive(Args)]
pub(super) struct Form {
    /// How to write the list
    #[arg(
        long,
        value_enum,
        value_name = "text|markdown|json",
        default_value = "text",
        hide_possible_values = true
    )]
    pub(super) format: Syntax,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Syntax {
    Text,
    Markdown,
    Json,
}
