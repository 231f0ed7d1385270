//! The keys of a map inside a property: which of them nobody knows, and what becomes of those.
//!
//! ```yaml
//! Cors:
//!   AllowOrigin: "'*'"
//!   AllowHeader: "'*'"   # unknown-key: `Cors` has no key `AllowHeader`; did you mean `AllowHeaders`?
//! ```
//!
//! Which of the two it is depends on the map: of most the reference refuses what it does not know, and of a few it reads
//! what it wants and drops the rest.

use crate::diagnostics::{Code, Diagnostic, codes, did_you_mean};
use crate::scope::Scope;
use crate::template::Path;

/// Reports the keys that are not among `known`: the reference refuses the map.
///
/// `owner` is what has the keys, in words: "`Cors`", "a gateway response".
pub(crate) fn refuse_unknown<K: AsRef<str>>(
    scope: &Scope<'_>,
    given: impl IntoIterator<Item = K>,
    known: &[&str],
    owner: &str,
    path: &Path,
) {
    for finding in unknown(codes::UNKNOWN_KEY, "", given, known, owner, path) {
        scope.report(finding);
    }
}

/// Warns of the keys that are not among `known`: the reference drops them.
///
/// `owner` is what has the keys, in words: "`DeploymentPreference`".
pub(crate) fn warn_of_unknown<K: AsRef<str>>(
    scope: &Scope<'_>,
    given: impl IntoIterator<Item = K>,
    known: &[&str],
    owner: &str,
    path: &Path,
) {
    let given = given
        .into_iter()
        // An intrinsic function is no key, and is told as what it is.
        .filter(|key| !key.as_ref().starts_with("Fn::"));
    for finding in unknown(
        codes::IGNORED_KEY,
        ", which is ignored",
        given,
        known,
        owner,
        path,
    ) {
        scope.report(finding);
    }
}

fn unknown<K: AsRef<str>>(
    code: &'static Code,
    fate: &str,
    given: impl IntoIterator<Item = K>,
    known: &[&str],
    owner: &str,
    path: &Path,
) -> impl Iterator<Item = Diagnostic> {
    given.into_iter().filter_map(move |key| {
        let key = key.as_ref();
        (!known.contains(&key)).then(|| {
            let message = format!("{owner} has no key `{key}`{fate}");
            Diagnostic::new(code, path.clone().then(key), message)
                .on_key()
                .help(did_you_mean(key, known))
        })
    })
}
