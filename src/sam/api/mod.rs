//! APIs: one room per SAM resource type, and what they share.

mod domain_v2;
pub(crate) mod openapi;
mod route53;
pub(crate) mod websocket;
