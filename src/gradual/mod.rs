//! What this project is for: publishing versions, and shifting traffic to them step by step.

pub(crate) mod alarms;
pub(crate) mod amount;
pub(crate) mod configuration;
pub(crate) mod group;
mod hashed;
pub(crate) mod hooks;
pub(crate) mod inside;
pub(crate) mod preference;
pub(crate) mod provisioned_concurrency;
pub(crate) mod publish;
pub(crate) mod role;
pub(crate) mod switch;
pub(crate) mod traffic;
