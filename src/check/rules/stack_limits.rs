//! The stack comes near what CloudFormation takes (`resources-near-limit`), or over it (`stack-too-large`).
//!
//! Why: a template has at most 500 resources, one megabyte of text, and logical ids of 255 characters, after the transform.
//! See "Understand CloudFormation quotas" in the CloudFormation user guide.
//!
//! Do: move some of it to a nested stack (`AWS::Serverless::Application`) or a stack of its own.

use super::super::subject::Subject;
use crate::diagnostics::{Diagnostic, codes};
use crate::template::{Path, least_length};

/// Source: CloudFormation quotas; the first is 90 % of it.
const NEAR: usize = 450;
const MOST_RESOURCES: usize = 500;
const MOST_BYTES: usize = 1_000_000;
const LONGEST_ID: usize = 255;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let count = subject.made().count();
    let place = Path::default().then("Resources");
    let help = "move some of them to a nested stack, `AWS::Serverless::Application`, or to a stack of their own";
    if count > MOST_RESOURCES {
        found.push(
            Diagnostic::new(
                codes::STACK_TOO_LARGE,
                place.clone(),
                format!(
                    "the template becomes {count} resources; CloudFormation takes {MOST_RESOURCES}"
                ),
            )
            .help(help),
        );
    } else if count > NEAR {
        found.push(
            Diagnostic::new(
                codes::RESOURCES_NEAR_LIMIT,
                place.clone(),
                format!("the template becomes {count} resources, of the {MOST_RESOURCES} that CloudFormation takes"),
            )
            .help(help),
        );
    }
    let bytes: usize = subject
        .made
        .0
        .iter()
        .map(|(_, section)| least_length(section))
        .sum();
    if bytes > MOST_BYTES {
        found.push(
            Diagnostic::new(
                codes::STACK_TOO_LARGE,
                place,
                format!(
                    "the template becomes at least {bytes} bytes; CloudFormation takes {MOST_BYTES}"
                ),
            )
            .help(help),
        );
    }
    for (id, _) in subject.made() {
        if id.len() > LONGEST_ID {
            found.push(
                Diagnostic::new(
                    codes::STACK_TOO_LARGE,
                    subject.home(&Path::resource(id)),
                    format!("the logical id that begins with `{}` has {} characters; CloudFormation takes {LONGEST_ID}", id.get(..40).unwrap_or(id), id.len()),
                )
                .help("give the resource, or the event, a shorter name"),
            );
        }
    }
}
