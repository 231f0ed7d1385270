//! What the difference between two templates does to those who call the functions.
//!
//! Two outputs are compared by what the user wrote, not by generated logical ids. Values count by what they mean: the
//! order of keys, the spelling of intrinsic functions, and numbers in quotes are no difference.
//!
//! ```
//! use canaryform::diff::{diff, meanings};
//! use canaryform::{Options, read, transform};
//!
//! let template = |timeout: u32| {
//!     let text = format!(
//!         "
//! Transform: AWS::Serverless-2016-10-31
//! Resources:
//!   Hello:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/hello.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Timeout: {timeout}
//!       AutoPublishAlias: live
//! "
//!     );
//!     Ok::<_, canaryform::Faults>(transform(read(text.as_bytes())?.template, &Options::new("eu-west-1")))
//! };
//! let found = diff(&template(3)?, &template(30)?);
//! let [hello] = &found.functions[..] else { panic!("one function differs") };
//! assert_eq!(hello.meanings[0].code, meanings::CHANGE_NOT_PUBLISHED);
//! assert_eq!(hello.stale[0].path.to_string(), "Resources/Hello/Properties/Timeout");
//! # Ok::<(), canaryform::Faults>(())
//! ```

mod function;
pub mod meanings;
mod model;
mod pair;
pub mod render;
mod replacement;
mod resource;
mod roles;
mod side;
mod values;

use std::collections::{HashMap, HashSet};

pub use meanings::Meaning;
pub use model::{
    Change, Differences, FunctionDifference, Ids, Meant, Moved, ResourceDifference, Sides, Unseen,
    ValueChange, VersionDifference,
};

use crate::Output;
use crate::language::canonical;
use crate::place::{Path, Step};
use crate::tree::Map;
use pair::Pairs;
use side::Side;

/// Sections that are told of resource by resource, or that say nothing of what is deployed.
const UNCOMPARED: &[&str] = &["AWSTemplateFormatVersion", "Resources"];

/// What is different in `new` from `old`, both without errors: with them, it is told of what was made of the rest.
///
/// Asked for [`Options::with_parts`](crate::Options::with_parts), the two know what local paths of code lead to, and other
/// files there are a difference.
pub fn diff(old: &Output, new: &Output) -> Differences {
    let nothing = Map::new();
    let old = Side::of(old, &nothing);
    let new = Side::of(new, &nothing);
    let pairs = Pairs::of(&old, &new);
    let renamed = pairs.both.iter();
    let renamed: HashMap<String, String> = renamed
        .filter(|(old, new)| old != new)
        .map(|(old, new)| ((*new).to_owned(), (*old).to_owned()))
        .collect();
    let new = new.renaming(renamed);
    let secrets = old.other_secrets(&new);
    let mut compared = Compared {
        old: &old,
        new: &new,
        pairs: &pairs,
        secrets,
        invokers: Vec::new(),
    };
    compared.invokers = compared.changed_invokers();
    compared.all()
}

/// The two sides, and which resource of the one is which of the other.
struct Compared<'c, 'a> {
    old: &'c Side<'a>,
    new: &'c Side<'a>,
    pairs: &'c Pairs<'a>,
    /// The parameters of which the two sides know different secrets.
    secrets: HashSet<&'c str>,
    /// Resources that refer to something else than before, with what they referred to and do.
    invokers: Vec<(&'c str, HashSet<String>, HashSet<String>)>,
}

impl Compared<'_, '_> {
    fn all(&self) -> Differences {
        let mut differences = Differences::default();
        let mut told: HashSet<&str> = HashSet::new();
        let mut functions = Vec::new();
        for id in self.new.ids().chain(self.pairs.removed.iter().copied()) {
            let is_one = self.old.is_function(id) || self.new.is_function(id);
            if !is_one || functions.contains(&id) {
                continue;
            }
            functions.push(id);
            // They are told of with their function.
            told.insert(id);
            for published in [self.old.published(id), self.new.published(id)] {
                let published = published.into_iter();
                told.extend(published.flat_map(|found| {
                    [Some(found.alias), found.version, found.group]
                        .into_iter()
                        .flatten()
                }));
            }
        }
        let resources = self.resources(&told);
        for id in functions {
            match self.function(id) {
                Some(found) => differences.functions.push(found),
                None => differences.unchanged_functions += 1,
            }
        }
        differences.resources = resources;
        differences.sections = self.sections();
        for found in &mut differences.functions {
            gravest_first(&mut found.meanings);
        }
        for found in &mut differences.resources {
            gravest_first(&mut found.meanings);
        }
        differences
    }

    /// What differs between two resources.
    fn changes(&self, old: &str, new: &str) -> Vec<ValueChange> {
        let path = Path::resource(new);
        let mut changes = values::differences(
            Some(&self.old.form(old)),
            Some(&self.new.form(new)),
            &path,
            &self.secrets,
        );
        self.note_content(old, new, &mut changes);
        if self.new.kind(new) == side::FUNCTION {
            changes.iter_mut().for_each(show_default);
        }
        for change in &mut changes {
            let mut there = change.path.clone();
            if let Some(id) = there.0.get_mut(1) {
                *id = old.into();
            }
            change.parameters = self.old.parameters_at(&there);
            for name in self.new.parameters_at(&change.path) {
                if !change.parameters.contains(&name) {
                    change.parameters.push(name);
                }
            }
        }
        changes
    }

    /// Adds that the files differ that a local path leads to.
    fn note_content(&self, old: &str, new: &str, changes: &mut Vec<ValueChange>) {
        let (Some(before), Some(now)) = (self.old.content(old), self.new.content(new)) else {
            return;
        };
        let ((property, before, old_digest), (_, now, new_digest)) = (before, now);
        if old_digest == new_digest {
            // Files that were moved are the same files.
            if old_digest.is_some() {
                let path = Path::property(new, property);
                changes.retain(|change| change.path != path);
            }
            return;
        }
        let path = Path::property(new, property);
        if before == now {
            changes.push(ValueChange {
                path,
                old: Some(before.into()),
                new: Some(now.into()),
                parameters: Vec::new(),
                unseen: Some(Unseen::Content),
                files: Vec::new(),
            });
        }
    }

    /// What differs outside of resources.
    fn sections(&self) -> Vec<ValueChange> {
        let mut names: Vec<&str> = self.new.section_names().collect();
        names.extend(self.old.section_names());
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(*name) && !UNCOMPARED.contains(name));
        let mut changes = Vec::new();
        for name in names {
            // Of what decides the values, it is told what it is itself.
            let is_source = ["Parameters", "Mappings"].contains(&name);
            let form = |side: &Side<'_>| {
                let given = side.section(name)?;
                let given = if is_source {
                    given.clone()
                } else {
                    side.known().put_in(given)
                };
                Some(canonical::any(&side.in_terms(&given))).filter(|form| !form.is_null())
            };
            let (old, new) = (form(self.old), form(self.new));
            let path = Path::default().then(name);
            let mut found = values::differences(old.as_ref(), new.as_ref(), &path, &self.secrets);
            if is_source {
                self.hide_defaults(&mut found);
            }
            changes.extend(found);
        }
        changes
    }

    /// Takes the defaults of secrets out of what is told of parameters.
    fn hide_defaults(&self, changes: &mut [ValueChange]) {
        for change in changes {
            let Some(Step::Key(name)) = change.path.0.get(1) else {
                continue;
            };
            let is_secret = [self.old, self.new]
                .iter()
                .any(|side| side.known().parameters.is_secret(name));
            if is_secret {
                for value in [&mut change.old, &mut change.new].into_iter().flatten() {
                    *value = "****".into();
                }
            }
        }
    }
}

/// Shows what Lambda takes where a side has nothing.
fn show_default(change: &mut ValueChange) {
    let key = |at: usize| match change.path.0.get(at) {
        Some(Step::Key(key)) => Some(key.as_str()),
        _ => None,
    };
    let (Some("Properties"), Some(property)) = (key(2), key(3)) else {
        return;
    };
    // Where the whole property is missing, what stands in it is shown as it is.
    if let Some(default) = canonical::default_of(property, key(4)) {
        change.old.get_or_insert_with(|| default.clone());
        change.new.get_or_insert(default);
    }
}

/// Puts what somebody should look at twice before the rest.
fn gravest_first(meanings: &mut [Meant]) {
    meanings.sort_by_key(|meant| !meant.code.is_grave);
}
