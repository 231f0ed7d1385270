//! The `canaryform` command: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    canaryform::cli::run(std::env::args_os()).code().into()
}
