//! The template that a verb is about, where it is about one.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::files::{Input, TEMPLATES};

// A doc comment here would stand in place of what the verb does.
#[derive(Args)]
pub(super) struct TemplateArgument {
    /// The template, YAML or JSON; `-` to read standard input [default: standard input where it is a pipe or a file, else
    /// template.yaml, template.yml or template.json of this folder]
    template: Option<PathBuf>,

    /// The same as TEMPLATE, as SAM CLI and the AWS CLI name it
    #[arg(
        short,
        long,
        visible_alias = "template",
        value_name = "FILE",
        conflicts_with = "template"
    )]
    template_file: Option<PathBuf>,
}

impl TemplateArgument {
    /// The file that is named.
    pub(super) fn path(&self) -> Option<&Path> {
        self.template.as_deref().or(self.template_file.as_deref())
    }

    /// Reads the template.
    pub(super) fn read(&self) -> Result<Input, Failure> {
        Input::read(self.path(), TEMPLATES)
    }
}
