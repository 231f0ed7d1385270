//! The `canaryform` command.
fn main() {}
