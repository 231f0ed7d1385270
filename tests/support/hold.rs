//! Pages that tests hold to what they say.

use std::fs;
use std::path::Path;

/// Makes `path` hold `wanted`, or fails where it holds something else.
pub(crate) fn hold(path: &Path, wanted: &str) {
    let text = fs::read_to_string(path).unwrap();
    if text == wanted {
        return;
    }
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        fs::write(path, wanted).unwrap();
    } else {
        let line = text
            .lines()
            .zip(wanted.lines())
            .find(|(old, new)| old != new);
        panic!("{} is out of date, first at {line:?}", path.display());
    }
}
