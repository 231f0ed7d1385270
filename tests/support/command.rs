//! The command and git, run as a person runs them, whatever the environment says.

use std::path::Path;
use std::process::{Command, Output};

/// What the command and git would read of the environment.
const READ: &[&str] = &[
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "CI",
    "CLICOLOR_FORCE",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_WORK_TREE",
    "NO_COLOR",
];

/// A program that finds none of what was read.
fn alone(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in READ {
        command.env_remove(name);
    }
    command
}

/// The command, in the folder of this project.
#[allow(dead_code, reason = "a test may let another program call it")]
pub(crate) fn canaryform() -> Command {
    let mut command = alone(env!("CARGO_BIN_EXE_canaryform"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// Runs git in a folder.
#[allow(dead_code, reason = "not every test has a repository")]
#[track_caller]
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let nobody = [
        "-c",
        "user.name=nobody",
        "-c",
        "user.email=nobody@example.com",
    ];
    let mut git = alone("git");
    git.current_dir(folder).args(nobody).args(arguments);
    let done = git.output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {done:?}");
}

#[allow(dead_code, reason = "not every test reads it")]
pub(crate) fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[allow(dead_code, reason = "not every test reads it")]
pub(crate) fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}
