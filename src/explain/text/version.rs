//! What publishes a version and what does not, and what a rollback leaves behind.

use super::page::{Ink, Page};
use super::{Lines, Place};
use crate::deployment::PublishedOn;
use crate::explain::{Property, Published, Unseen, words};

/// How many characters of an id are those of a hash.
const HASH: usize = 10;

/// An id whose hash is not known.
pub(super) fn without_hash(id: &str) -> String {
    let kept = id.len().saturating_sub(HASH);
    format!("{}<code>", id.get(..kept).unwrap_or(id))
}

pub(super) fn explain(page: &mut Page, published: &Published) {
    let version = &published.version;
    let alias = &published.alias_name;
    page.heading(2, "What publishes a version");
    let lines = Lines::of(
        version
            .hashed
            .iter()
            .chain(&version.not_hashed)
            .map(|property| &property.place)
            .chain(version.unseen.iter().map(|unseen| &unseen.place)),
    );
    let what = match version.published_on {
        PublishedOn::GivenSha => "Another value of",
        PublishedOn::AllProperties => {
            "Every change of the function (`AutoPublishAliasAllProperties`):"
        }
        PublishedOn::Configuration => {
            "A change of anything that a version locks (`AutoPublishOn: Configuration`):"
        }
        PublishedOn::Code => "A change of",
    };
    page.paragraph(4, what);
    for property in in_order(&version.hashed) {
        let values = match property.parameters.as_slice() {
            [] => String::new(),
            [one] => format!(", with the value of the parameter {one}"),
            several => format!(", with the values of the parameters {}", several.join(", ")),
        };
        row(
            page,
            &lines,
            &property.place,
            &format!("{}{values}", words::property(&property.name)),
        );
    }
    if version.depends_on_ignored_code {
        page.paragraph(
            4,
            "The code was not looked at, so the id stands here without its hash; `--code read` reads it.",
        );
    }
    if !version.not_hashed.is_empty() {
        page.gap();
        page.paragraph(
            4,
            &format!(
                "A version locks these, too; but when only they change, nothing is published, and `{alias}` keeps serving \
                 the old values:"
            ),
        );
        for property in in_order(&version.not_hashed) {
            row(page, &lines, &property.place, &with_parameters(property));
        }
        if version.published_on != PublishedOn::GivenSha {
            page.paragraph(
                4,
                "`AutoPublishOn: Configuration` publishes for all of them.",
            );
        }
    }
    if !version.unclassified.is_empty() {
        page.gap();
        page.paragraph(
            4,
            &format!(
                "Nobody knows yet whether a version locks {}: it counts as if it did.",
                version.unclassified.join(", ")
            ),
        );
    }
    if !version.unseen.is_empty() {
        page.gap();
        page.paragraph(
            4,
            "What no hash sees, so that it changes without a new version:",
        );
        let mut all: Vec<&Unseen> = version.unseen.iter().collect();
        all.sort_by_key(|unseen| unseen.place.line);
        for unseen in all {
            let name = words::property(&unseen.name);
            let text = format!("{name}: {}", words::unseen(unseen));
            row(page, &lines, &unseen.place, &text);
        }
    }
}

fn row(page: &mut Page, lines: &Lines, place: &Place, text: &str) {
    page.hanging(6, &lines.label(place), text, Ink::Faint);
}

/// The properties in the order of the text.
fn in_order(properties: &[Property]) -> Vec<&Property> {
    let mut all: Vec<&Property> = properties.iter().collect();
    all.sort_by_key(|property| property.place.line);
    all
}

fn with_parameters(property: &Property) -> String {
    match property.parameters.as_slice() {
        [] => words::property(&property.name),
        [one] => format!(
            "{}, from the parameter {one}",
            words::property(&property.name)
        ),
        several => format!(
            "{}, from the parameters {}",
            words::property(&property.name),
            several.join(", ")
        ),
    }
}

pub(super) fn explain_rollback(page: &mut Page, published: &Published) {
    page.heading(2, "What a rollback leaves behind");
    page.paragraph(
        4,
        words::rollback(published.version.deletion_policy.as_str()),
    );
}
