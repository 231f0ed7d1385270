//! What a kind of finding is: its name, how grave it is, and who refuses a template for it.

use super::Severity;

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// Its stable name in kebab-case: `deployment-without-alias`.
    pub name: &'static str,
    /// How grave a finding of this kind is, unless its reader decides otherwise.
    pub severity: Severity,
    /// Who refuses a template with such a finding; none where it is transformed all the same.
    pub refusal: Option<Refusal>,
    /// What comes out where a finding that would be an error is allowed (`--allow`); none where it cannot be.
    pub allowed: Option<&'static str>,
    pub(super) meaning: &'static str,
}

/// Who refuses a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// SAM does, or breaks on it, and so we do too.
    Sam,
    /// SAM gives an answer, or never sees such a template; we refuse it for the reason that the code's meaning says.
    Ours,
    /// CloudFormation probably does, which sees what the template becomes: its own validator says so.
    CloudFormation,
}

impl Code {
    /// What a finding of this kind says, in a sentence.
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim_start()
    }
}

impl std::fmt::Display for Code {
    /// Its name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
