//! Places where what a test looks for is not so, each with the reason.

use std::collections::BTreeSet;

pub(crate) struct Excuses {
    known: &'static [(&'static str, &'static str)],
    used: BTreeSet<&'static str>,
}

impl Excuses {
    /// Excuses for places, `FIXTURE: PATH`.
    pub(crate) fn new(known: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            known,
            used: BTreeSet::new(),
        }
    }

    /// Whether a place is excused.
    pub(crate) fn cover(&mut self, place: &str) -> bool {
        let found = self.known.iter().find(|(known, _)| *known == place);
        self.used.extend(found.map(|(known, _)| *known));
        found.is_some()
    }

    /// Fails where an excuse was not needed.
    #[track_caller]
    pub(crate) fn assert_needed(&self) {
        let known = self.known.iter();
        let stale: Vec<_> = known
            .filter(|(place, _)| !self.used.contains(place))
            .collect();
        assert!(stale.is_empty(), "nothing to excuse any more: {stale:#?}");
    }
}
