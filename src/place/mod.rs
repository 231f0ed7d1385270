//! Where something stands: in a template as a tree, and in its text.

mod path;
mod span;

pub(crate) use path::Trail;
pub use path::{Path, Step};
pub use span::{Location, Span};
