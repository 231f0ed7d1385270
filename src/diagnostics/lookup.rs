//! A code by its name: one of ours, or of CloudFormation's validator.

use super::codes::ALL;
use super::{Code, cloudformation, suggestion};

/// The code of this name.
pub fn find_code(name: &str) -> Option<&'static Code> {
    let ours = ALL.iter().copied().find(|code| code.name == name);
    ours.or_else(|| cloudformation::find(name))
}

/// That there is no such code, as a sentence, and which one is probably meant.
pub fn unknown_code(name: &str) -> String {
    let shown = name.escape_debug();
    if cloudformation::is_id(name) && cloudformation::all().is_empty() {
        return format!(
            "`{shown}` is a code of CloudFormation's validator, which this canaryform is built without: {}",
            cloudformation::INSTALL
        );
    }
    match suggestion(name, ALL.iter().map(|code| code.name)) {
        Some(meant) => format!("no finding has the code `{shown}`; did you mean `{meant}`?"),
        None => format!("no finding has the code `{shown}`; `canaryform codes` lists them all"),
    }
}
