//! What is wrong with a template, or odd about it: as data, and as text that a person reads.

pub mod cloudformation;
mod code;
pub mod codes;
mod data;
#[cfg(feature = "cli")]
pub mod github;
#[cfg(feature = "cli")]
pub mod junit;
mod levels;
mod lookup;
#[cfg(feature = "cli")]
pub mod render;
#[cfg(feature = "cli")]
pub mod sarif;
mod suggestion;

pub use code::{Code, Refusal};
pub use levels::Levels;
pub use lookup::{find_code, unknown_code};
pub use suggestion::suggestion;
pub(crate) use suggestion::{Suggestions, did_you_mean};

use crate::place::{Path, Span};

/// How grave a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The template cannot be transformed.
    Error,
    /// The template can be transformed, but something in it probably does not do what its author means.
    Warning,
    /// Something that is good to know, and needs no change.
    Info,
}

impl Severity {
    /// Its word in every output: `error`, `warning` or `info`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One finding about a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: &'static Code,
    /// How grave it is: as its code says, unless its reader decided otherwise.
    pub severity: Severity,
    /// What is wrong, as one sentence without the final dot.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The logical id of the resource at fault; none where the fault is the document's.
    pub resource: Option<String>,
    /// Where it stands in the template; a path that the text does not hold means its nearest parent that it does.
    pub path: Path,
    /// Whether the key at the end of `path` is at fault (an unknown property), not its value.
    pub at_key: bool,
    /// Where it stands in the text, once that is known.
    pub span: Option<Span>,
    /// The place in what the template becomes, where the finding is about that and `path` is where it comes from.
    pub generated: Option<Path>,
}

impl Diagnostic {
    /// A finding at `path`, blamed on the resource that the path is in, and as grave as its code says.
    pub fn new(code: &'static Code, path: Path, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            help: None,
            resource: path.resource_id().map(str::to_owned),
            path,
            at_key: false,
            span: None,
            generated: None,
        }
    }

    /// The same finding with advice on what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding about the key at the end of its path.
    #[must_use]
    pub fn on_key(mut self) -> Self {
        self.at_key = true;
        self
    }

    /// The same finding, blamed on another resource, or on the document.
    #[must_use]
    pub fn blame(mut self, resource: Option<&str>) -> Self {
        self.resource = resource.map(str::to_owned);
        self
    }

    /// Whether it stops the transform.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl std::fmt::Display for Diagnostic {
    /// `error[unknown-property]: there is no property `Runtim` (at Resources/Fn/Properties/Runtim); did you mean `Runtime`?`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}[{}]: {}",
            self.severity.word(),
            self.code,
            self.message
        )?;
        if let Some(Span { start, .. }) = self.span {
            write!(f, " (line {}, column {})", start.line, start.column)?;
        } else if !self.path.0.is_empty() {
            write!(f, " (at {})", self.path)?;
        }
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        match &self.generated {
            Some(generated) => write!(f, "; generated: {generated}"),
            None => Ok(()),
        }
    }
}

/// What keeps a text from being a template: its faults, of which there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<Diagnostic>);

impl std::error::Error for Faults {}

impl std::fmt::Display for Faults {
    /// A line for each.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            write!(f, "{gap}{fault}")?;
        }
        Ok(())
    }
}

impl std::ops::Deref for Faults {
    type Target = [Diagnostic];

    fn deref(&self) -> &[Diagnostic] {
        &self.0
    }
}

impl IntoIterator for Faults {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
