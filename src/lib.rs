//! Expands SAM templates, gradual Lambda deployments first of all, into plain CloudFormation.

pub mod diagnostics;
pub mod template;

pub use diagnostics::{Diagnostic, Severity};
pub use template::{Format, Path, Template};
