//! What a caller allows and denies: `--allow CODE`, `--deny CODE`, `--deny warnings`.
//!
//! An error of ours that is allowed becomes a warning, and the transform goes on as the code's row says; a warning or
//! an info that is allowed is not told. What is denied is an error, whatever else allows it.

use super::{Code, Diagnostic, Refusal, Severity, find_code, suggestion, unknown_code};

/// In place of a code: all warnings.
const WARNINGS: &str = "warnings";

/// How grave findings are to their reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    allowed: Vec<&'static Code>,
    denied: Vec<&'static Code>,
    denies_warnings: bool,
}

impl Levels {
    /// Allows the findings of the code `name`.
    ///
    /// # Errors
    /// Why it cannot be allowed, as a sentence: there is no such code, or its findings leave nothing to go on with.
    pub fn allow(&mut self, name: &str) -> Result<(), String> {
        let code = find(name)?;
        if code.severity == Severity::Error && code.allowed.is_none() {
            return Err(match code.refusal {
                Some(Refusal::Sam) => format!(
                    "`{name}` cannot be allowed: SAM refuses such a template too, so there is nothing to make of it"
                ),
                _ => {
                    format!("`{name}` cannot be allowed: nothing could be made of such a template")
                }
            });
        }
        self.allowed.push(code);
        Ok(())
    }

    /// Makes errors of the findings of the code `name`, or of all warnings where `name` is `warnings`.
    ///
    /// # Errors
    /// That there is no such code, as a sentence.
    pub fn deny(&mut self, name: &str) -> Result<(), String> {
        if name == WARNINGS {
            self.denies_warnings = true;
        } else if find_code(name).is_none() && suggestion(name, [WARNINGS]).is_some() {
            return Err(format!(
                "no finding has the code `{}`; did you mean `{WARNINGS}`, all of them?",
                name.escape_debug()
            ));
        } else {
            self.denied.push(find(name)?);
        }
        Ok(())
    }

    /// Allows and denies what `more` does, too.
    pub fn add(&mut self, more: Self) {
        self.allowed.extend(more.allowed);
        self.denied.extend(more.denied);
        self.denies_warnings |= more.denies_warnings;
    }

    /// Denies nothing any more, as for a template that is not the one in question.
    #[cfg(feature = "cli")]
    pub(crate) fn deny_nothing(&mut self) {
        self.denied.clear();
        self.denies_warnings = false;
    }

    /// Whether findings of this code are allowed, and nothing denies them by name.
    pub fn allows(&self, code: &'static Code) -> bool {
        self.allowed.contains(&code) && !self.denied.contains(&code)
    }

    /// Whether findings of this code are denied by its name.
    pub(crate) fn denies(&self, code: &'static Code) -> bool {
        self.denied.contains(&code)
    }

    /// Whether all warnings are denied.
    pub(crate) fn denies_warnings(&self) -> bool {
        self.denies_warnings
    }

    /// A finding as the transform looks at it: an allowed error stops nothing any more.
    pub(crate) fn while_working(&self, mut finding: Diagnostic) -> Diagnostic {
        if finding.is_error() && finding.code.allowed.is_some() && self.allows(finding.code) {
            finding.severity = Severity::Warning;
        }
        finding
    }

    /// Makes findings as grave as they are to their reader, and takes out those that need not be told.
    ///
    /// Doing it again changes nothing.
    pub fn apply(&self, findings: &mut Vec<Diagnostic>) {
        if *self == Self::default() {
            return;
        }
        // What is an error by now was denied already.
        findings.retain(|found| {
            found.code.severity == Severity::Error || found.is_error() || !self.allows(found.code)
        });
        for found in findings {
            if found.is_error() && found.code.allowed.is_some() && self.allows(found.code) {
                found.severity = Severity::Warning;
            }
            let is_denied = self.denied.contains(&found.code)
                || (self.denies_warnings && found.severity == Severity::Warning);
            if is_denied {
                found.severity = Severity::Error;
            }
        }
    }
}

fn find(name: &str) -> Result<&'static Code, String> {
    find_code(name).ok_or_else(|| unknown_code(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;
    use crate::place::Path;

    fn levels(allow: &[&str], deny: &[&str]) -> Levels {
        let mut levels = Levels::default();
        for name in allow {
            levels.allow(name).unwrap();
        }
        for name in deny {
            levels.deny(name).unwrap();
        }
        levels
    }

    #[track_caller]
    fn check(code: &'static Code, levels: &Levels, expected: Option<Severity>) {
        let mut findings = vec![Diagnostic::new(code, Path::default(), "x")];
        levels.apply(&mut findings);
        let once = findings.clone();
        levels.apply(&mut findings);
        assert_eq!(findings, once);
        assert_eq!(findings.first().map(|found| found.severity), expected);
    }

    #[test]
    fn what_is_denied_is_an_error_whatever_allows_it() {
        let (ours, warning) = (codes::DUPLICATE_KEY, codes::IGNORED_KEY);
        check(ours, &levels(&[], &[]), Some(Severity::Error));
        check(ours, &levels(&[ours.name], &[]), Some(Severity::Warning));
        check(
            ours,
            &levels(&[ours.name], &[ours.name]),
            Some(Severity::Error),
        );
        check(
            ours,
            &levels(&[ours.name], &["warnings"]),
            Some(Severity::Error),
        );
        check(warning, &levels(&[], &["warnings"]), Some(Severity::Error));
        check(
            warning,
            &levels(&[], &[warning.name]),
            Some(Severity::Error),
        );
        check(warning, &levels(&[warning.name], &[]), None);
        check(
            warning,
            &levels(&[warning.name], &[warning.name]),
            Some(Severity::Error),
        );
    }

    #[test]
    fn what_leaves_nothing_to_go_on_with_cannot_be_allowed() {
        for (name, words) in [
            ("unknown-property", "SAM refuses"),
            ("number-out-of-range", "nothing could be made"),
            ("duplicate-keys", "did you mean `duplicate-key`?"),
            ("warnings", "no finding has the code"),
        ] {
            let fault = Levels::default().allow(name).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn all_warnings_may_be_misspelt() {
        for name in ["warning", "Warnings", "wranings"] {
            let fault = Levels::default().deny(name).unwrap_err();
            assert!(fault.contains("did you mean `warnings`"), "{fault}");
        }
    }

    /// SAM's own refusals cannot be allowed, and only errors of ours need to say what comes out.
    #[test]
    fn only_errors_of_ours_say_what_comes_out() {
        for code in codes::ALL {
            let is_ours = code.refusal == Some(Refusal::Ours);
            assert!(code.allowed.is_none() || is_ours, "{code}");
        }
    }
}
