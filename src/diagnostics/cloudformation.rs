//! The codes of CloudFormation's own validator: `E3012`. They are there with the feature `validate`.

use super::Code;
#[cfg(feature = "validate")]
use super::{Refusal, Severity};

/// How to get a command that knows these codes.
pub const INSTALL: &str =
    "install it with `cargo install --path . --locked --features validate --ignore-rust-version`";

/// Whether a name has the form of such a code: how grave it is (fatal, an error, a warning, an info), and a number.
pub fn is_id(name: &str) -> bool {
    match name.as_bytes() {
        [b'F' | b'E' | b'W' | b'I', number @ ..] => {
            number.len() == 4 && number.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// The code of this name.
pub fn find(name: &str) -> Option<&'static Code> {
    all().iter().find(|code| code.name == name)
}

/// Every code, in the order of CloudFormation's table.
#[cfg(feature = "validate")]
pub fn all() -> &'static [Code] {
    use cloudformation_validate::{Severity as Theirs, rules::RULE_REGISTRY};
    use std::sync::LazyLock;

    static ALL: LazyLock<Vec<Code>> = LazyLock::new(|| {
        let rows = RULE_REGISTRY.iter().map(|rule| {
            let severity = match rule.severity() {
                Theirs::Fatal | Theirs::Error => Severity::Error,
                Theirs::Warn => Severity::Warning,
                Theirs::Info | Theirs::Debug => Severity::Info,
            };
            let is_error = severity == Severity::Error;
            Code {
                name: rule.id,
                severity,
                refusal: is_error.then_some(Refusal::CloudFormation),
                allowed: is_error.then_some("CloudFormation has the last word when it is deployed"),
                meaning: rule.description,
            }
        });
        rows.collect()
    });
    &ALL
}

/// Every code: none, without the validator.
#[cfg(not(feature = "validate"))]
pub fn all() -> &'static [Code] {
    &[]
}
