//! How an explanation says its figures and facts, on a terminal and on a page.

use super::calls::CODEDEPLOY;
use super::{Allowed, Call, Function, Role, Unseen, UnseenKind, Watches};
use crate::simulate::Window;

/// `4 min`, `90 s`, `1 h 30 min`
pub(crate) fn duration(seconds: u32) -> String {
    match seconds {
        0 => "0 min".to_owned(),
        1..120 if seconds != 60 => format!("{seconds} s"),
        _ if !seconds.is_multiple_of(60) => format!("{} min {} s", seconds / 60, seconds % 60),
        _ if seconds < 7200 => format!("{} min", seconds / 60),
        _ if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// `2 to 4 min`
pub(crate) fn span(from: u32, to: u32) -> String {
    let (from_text, to_text) = (duration(from), duration(to));
    if from == to {
        return to_text;
    }
    match (from_text.strip_suffix(" min"), to_text.strip_suffix(" min")) {
        (Some(from), Some(to)) if !from.contains(' ') && !to.contains(' ') => {
            format!("{from} to {to} min")
        }
        _ => format!("{from_text} to {to_text}"),
    }
}

/// A number with as many digits as it is worth: `0.4`, `12`, `1,300`.
pub(crate) fn number(value: f64) -> String {
    if value < 10.0 {
        let text = format!("{value:.1}");
        return text.strip_suffix(".0").unwrap_or(&text).to_owned();
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2 of 5 periods of 1 min`
pub(crate) fn periods(window: &Window) -> String {
    let period = duration(window.period);
    match (window.datapoints, window.evaluation_periods) {
        (1, 1) => format!("1 period of {period}"),
        (needed, all) if needed == all => {
            format!("{all} periods of {period}, all over its threshold")
        }
        (needed, all) => format!("{all} periods of {period}, {needed} of them over its threshold"),
    }
}

/// `6 to 18 s`
pub(crate) fn exposures(least: f64, most: f64) -> String {
    let (from, to) = (exposure(least), exposure(most));
    let unit = |text: &str| text.rsplit(' ').next().unwrap_or_default().to_owned();
    match from.strip_suffix(&unit(&to)) {
        Some(bare) => format!("{}to {to}", bare),
        None => format!("{from} to {to}"),
    }
}

pub(crate) fn percent(chance: f64) -> String {
    if chance > 0.995 && chance < 1.0 {
        return "over 99".to_owned();
    }
    if chance > 0.0 && chance < 0.005 {
        return "under 1".to_owned();
    }
    format!("{:.0}", chance * 100.0)
}

/// `12 s`, `4 min`
pub(crate) fn exposure(seconds: f64) -> String {
    if seconds < 120.0 {
        return format!("{} s", number(seconds));
    }
    format!("{} min", number(seconds / 60.0))
}

/// Whose calls an alarm looks at.
pub(crate) fn watched(watches: Watches) -> &'static str {
    match watches {
        Watches::NewVersion => "the new version alone",
        Watches::Alias => "the alias: old and new version together",
        Watches::Function => "the function: all versions together",
        Watches::Other => "something else than this function",
    }
}

/// `Environment: STAGE`
pub(crate) fn property(name: &str) -> String {
    match name.strip_prefix("Environment/Variables/") {
        Some(variable) => {
            // In a loop the last step is what a person looks for.
            let last = variable.rsplit('/').next().unwrap_or(variable);
            format!("Environment: {last}")
        }
        None => name.to_owned(),
    }
}

/// What may change without another id.
pub(crate) fn unseen(unseen: &Unseen) -> String {
    let what = &unseen.what;
    match unseen.kind {
        UnseenKind::Parameter => format!("another value of the parameter {what}"),
        UnseenKind::StoredParameter => format!("another value stored under the name in {what}"),
        UnseenKind::DynamicReference => format!("another value behind {what}"),
        UnseenKind::Resource => format!("{what} when it is replaced"),
    }
}

/// Whom a call reaches.
pub(crate) fn called(function: &Function, call: &Call) -> String {
    if call.action.starts_with("codedeploy:") {
        return format!("{}, how the test went", call.to);
    }
    match &function.published {
        Some(published) if call.to == published.version.id => "the new version".to_owned(),
        Some(published) if call.to == published.alias => {
            format!("{} by its alias `{}`", function.id, published.alias_name)
        }
        Some(_) if call.to == function.id && call.from != CODEDEPLOY => {
            format!("{} itself, past its alias", function.id)
        }
        _ => call.to.clone(),
    }
}

/// What there is to say of whether a call is allowed, where it is not clear that it is.
pub(crate) fn allowed(function: &Function, call: &Call) -> Option<&'static str> {
    let is_given = matches!(
        function.shift().map(|shift| &shift.role),
        Some(Role::Given(_))
    );
    match call.allowed {
        Allowed::Yes => None,
        Allowed::Unknown => Some("not known here whether it is allowed"),
        Allowed::No => Some(match call.from.as_str() {
            CODEDEPLOY if is_given => "not allowed by the role that it is given",
            CODEDEPLOY => "not allowed, its name would have to begin with `CodeDeployHook_`",
            _ if call.to == CODEDEPLOY => {
                "not allowed, so that the deployment waits for an hour and fails"
            }
            _ => "not allowed by its role: `lambda:InvokeFunction` on the ARN with `:*` behind it",
        }),
    }
}

/// What a rollback leaves behind, by the `DeletionPolicy` of the version.
pub(crate) fn rollback(policy: Option<&str>) -> &'static str {
    match policy {
        Some("Retain") => {
            "The version that failed stays, and the same code does not publish again: deploy with \
             `--retain-except-on-create`, or write `VersionDeletionPolicy: RetainExceptOnCreate`."
        }
        Some("RetainExceptOnCreate") => {
            "Nothing: the version that failed is deleted, and the same code can be tried again. Earlier versions stay."
        }
        Some("Delete") => {
            "Nothing: the version that failed is deleted. After a deployment that succeeds the old one is, too, so that \
             nobody can go back to it by hand."
        }
        _ => {
            "That depends on the `DeletionPolicy` of the version, which is not known before the deployment."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_a_person_says_them() {
        assert_eq!(duration(0), "0 min");
        assert_eq!(duration(60), "1 min");
        assert_eq!(duration(90), "90 s");
        assert_eq!(duration(150), "2 min 30 s");
        assert_eq!(duration(5400), "90 min");
        assert_eq!(duration(7200), "2 h");
        assert_eq!(duration(9000), "2 h 30 min");
        assert_eq!(span(120, 240), "2 to 4 min");
        assert_eq!(span(90, 240), "90 s to 4 min");
    }

    #[test]
    fn numbers_show_the_digits_that_they_are_worth() {
        let shown: Vec<String> = [0.0, 0.44, 7.0, 12.3, 1234.5, 1_234_567.0]
            .map(number)
            .into();
        assert_eq!(shown, ["0", "0.4", "7", "12", "1,234", "1,234,567"]);
    }
}
