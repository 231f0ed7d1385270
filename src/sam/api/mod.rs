//! APIs: one room per SAM resource type, and what they share.

mod domain_v2;
mod route53;
pub(crate) mod websocket;
