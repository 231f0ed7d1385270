//! What an alarm that is to be made looks at, before it is told how.

use crate::language::requirements::All;
use crate::tree::Map;

/// What an alarm looks at: properties of it, and what its id says of that.
pub(super) struct Metric {
    pub(super) properties: Map,
    pub(super) filter: Option<(String, Map)>,
    pub(super) needs: All,
    /// `GETorders`: which of several it is.
    pub(super) part: String,
}

impl Metric {
    pub(super) fn of(properties: Map) -> Self {
        Self {
            properties,
            filter: None,
            needs: All::new(),
            part: String::new(),
        }
    }
}
