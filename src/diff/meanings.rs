//! What a difference means for those who call the functions: the one table of meanings, each with the code by which
//! `--deny` names it.

/// What a difference means.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meaning {
    /// Its stable name in kebab-case: `change-not-published`.
    pub name: &'static str,
    /// Whether somebody should look twice: it fails, it breaks callers, it loses data, or something no longer protects.
    pub is_grave: bool,
    about: &'static str,
}

impl Meaning {
    /// What it says, in a sentence.
    pub fn about(&self) -> &'static str {
        self.about.trim_start()
    }
}

impl std::fmt::Display for Meaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl serde::Serialize for Meaning {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// The meaning of this name.
pub fn find(name: &str) -> Option<&'static Meaning> {
    ALL.iter().copied().find(|meaning| meaning.name == name)
}

macro_rules! meanings {
    ($(#[doc = $about:literal] $constant:ident = $name:literal $($grave:ident)?;)*) => {
        $(
            #[doc = $about]
            pub const $constant: &Meaning = &Meaning {
                name: $name,
                is_grave: meanings!(@grave $($grave)?),
                about: $about,
            };
        )*

        /// Every meaning, sorted by name.
        pub const ALL: &[&Meaning] = &[$($constant),*];
    };
    (@grave) => { false };
    (@grave grave) => { true };
}

meanings! {
    /// The alarms of a deployment are gone from the template, and CodeDeploy goes on watching the old ones.
    ALARMS_KEPT = "alarms-kept" grave;
    /// A function has no alias any more: whoever calls it by the alias fails.
    ALIAS_REMOVED = "alias-removed" grave;
    /// A function's alias gets another name: whoever calls it by the old one fails.
    ALIAS_REPLACED = "alias-replaced" grave;
    /// The definition of an API changes, and its deployment does not: callers get the old one.
    API_NOT_REDEPLOYED = "api-not-redeployed" grave;
    /// A locked property changes and no version is published: callers of the alias get the old one.
    CHANGE_NOT_PUBLISHED = "change-not-published" grave;
    /// A function without an alias changes: all callers get the change at once.
    CHANGES_AT_ONCE = "changes-at-once";
    /// What invoked a function's alias invokes the function itself.
    EVENTS_PAST_ALIAS = "events-past-alias" grave;
    /// What invoked a function itself invokes its alias.
    EVENTS_TO_ALIAS = "events-to-alias";
    /// A function gets an alias for the first time, which takes all traffic at once.
    FIRST_DEPLOYMENT = "first-deployment";
    /// An alarm, a hook or the rollback that guarded a deployment is gone.
    GUARD_WEAKENED = "guard-weakened" grave;
    /// A hook's function leaves the template together with the hook: a rollback of this update would call it.
    HOOK_REMOVED = "hook-removed" grave;
    /// A new version is published, and the alias moves to it.
    PUBLISHES = "publishes";
    /// A version is to be published although nothing that a version holds changes: Lambda refuses that.
    PUBLISHES_NOTHING_NEW = "publishes-nothing-new" grave;
    /// A resource is made anew, and the old one deleted.
    REPLACED = "replaced";
    /// A resource is made anew under the fixed name that the old one still has: CloudFormation refuses that.
    REPLACED_WITH_A_FIXED_NAME = "replaced-with-a-fixed-name" grave;
    /// A role may do more than before, or more may take it on.
    ROLE_WIDENED = "role-widened" grave;
    /// Traffic moves to new versions in other steps.
    SHIFT_CHANGED = "shift-changed";
    /// Traffic that moved to new versions step by step moves at once.
    SHIFTS_AT_ONCE = "shifts-at-once" grave;
    /// A resource that holds data is deleted, or made anew without it.
    STATEFUL_DELETED = "stateful-deleted" grave;
    /// A resource has another type under the same logical id: CloudFormation refuses that.
    TYPE_CHANGED = "type-changed" grave;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_one_name_in_order_and_a_sentence() {
        assert!(ALL.iter().map(|meaning| meaning.name).is_sorted());
        for meaning in ALL {
            assert!(meaning.about().ends_with('.'), "{meaning}");
            assert_eq!(find(meaning.name), Some(*meaning));
            // One word of `--deny` means one thing.
            assert_eq!(
                crate::diagnostics::find_code(meaning.name),
                None,
                "{meaning}"
            );
        }
    }
}
