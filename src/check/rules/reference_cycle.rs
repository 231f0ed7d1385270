//! Resources wait for each other, so that CloudFormation refuses the template: "Circular dependency between resources".
//!
//! Why: CloudFormation makes a resource when everything that it refers to is made. Much of a circle is often generated: a
//! function's role has a policy that names a bucket, the bucket calls the function, and the function waits for its role.
//! See "DependsOn attribute" and "Unspecified property: circular dependencies" in the CloudFormation user guide.
//!
//! Do: name one of them by a text instead of a reference: `!Sub '${AWS::StackName}-inbox'` as the name of a bucket and in
//! the policy, or `!Sub '${Greeter}:live'` for an alias in an alarm.
//!
//! Wrong:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13}
//! Resources:
//!   Inbox: {Type: AWS::S3::Bucket}
//!   Reader:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Policies: [{S3ReadPolicy: {BucketName: !Ref Inbox}}]
//!       Events:
//!         Upload:
//!           Type: S3
//!           Properties: {Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*'}
//! ```
//! Right:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13}
//! Resources:
//!   Inbox:
//!     Type: AWS::S3::Bucket
//!     Properties: {BucketName: !Sub '${AWS::StackName}-inbox'}
//!   Reader:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Policies: [{S3ReadPolicy: {BucketName: !Sub '${AWS::StackName}-inbox'}}]
//!       Events:
//!         Upload:
//!           Type: S3
//!           Properties: {Bucket: !Ref Inbox, Events: 's3:ObjectCreated:*'}
//! ```

use super::super::subject::{Subject, kind_of};
use crate::dependencies::{Circle, Dependencies, Dependency};
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for mut circle in Dependencies::of(subject.made).circles() {
        // It begins with what the user wrote.
        let is_written = |link: &Dependency| subject.is_written(&link.from);
        let first = circle.links.iter().position(is_written);
        circle.links.rotate_left(first.unwrap_or_default());
        let place = circle
            .links
            .first()
            .map_or_else(Path::default, |link| subject.home(&link.at));
        found.push(
            Diagnostic::new(
                codes::REFERENCE_CYCLE,
                place,
                format!(
                    "these wait for each other, and CloudFormation refuses that: {}",
                    told(subject, &circle)
                ),
            )
            .help(way_out(subject, &circle)),
        );
    }
}

/// `Inbox` -> `Reader` -> its `ReaderRole` (for Policies) -> `Inbox`
fn told(subject: &Subject<'_>, circle: &Circle) -> String {
    let mut text = String::new();
    for link in &circle.links {
        if text.is_empty() {
            text = named(subject, &link.from);
        }
        text += " -> ";
        text += &named(subject, &link.to);
    }
    text
}

/// A resource in the user's words: its id, or whose it is and what asked for it.
fn named(subject: &Subject<'_>, id: &str) -> String {
    if subject.is_written(id) {
        return format!("`{id}`");
    }
    let because = subject
        .origins
        .get(id)
        .and_then(|origin| origin.because.first());
    let asked = because.and_then(|path| {
        let below = path.0.get(3..)?;
        (!below.is_empty()).then(|| Path(below.to_vec()).to_string())
    });
    let owner = because.and_then(Path::resource_id);
    match (owner, asked) {
        (Some(owner), Some(asked)) => format!("`{id}` (made for {asked} of `{owner}`)"),
        (Some(owner), None) => format!("`{id}` (made for `{owner}`)"),
        _ => format!("`{id}`"),
    }
}

/// What to write so that nothing waits for itself.
fn way_out(subject: &Subject<'_>, circle: &Circle) -> String {
    let kind = |id: &str| subject.made_resource(id).map_or("", kind_of);
    let from_kind = |wanted: &str| {
        let is_it = |link: &&Dependency| kind(&link.from) == wanted;
        circle.links.iter().find(is_it)
    };
    // The bucket calls the function whose role names the bucket.
    if let Some(link) = from_kind("AWS::S3::Bucket") {
        let bucket = &link.from;
        return format!(
            "give `{bucket}` a name of its own, `BucketName: !Sub '${{AWS::StackName}}-...'`, and write that name in the policy or the variable instead of a reference to `{bucket}`"
        );
    }
    if let Some(link) = from_kind("AWS::CloudWatch::Alarm") {
        return format!(
            "name the alias in `{}` by a text, `!Sub '${{Function}}:live'`: it refers to the function then, not to the alias that waits for the alarm",
            link.from
        );
    }
    // The API's document names the function, whose variables or policies name the API.
    if let Some(link) = circle.links.iter().find(|link| {
        kind(&link.from) == "AWS::Lambda::Function"
            && (kind(&link.to).starts_with("AWS::ApiGateway")
                || kind(&link.to).starts_with("AWS::AppSync"))
    }) {
        return format!(
            "take the reference to `{}` out of `{}`: a function finds the address of its API in the event that it gets, or under a name that both know (a parameter, a stored value)",
            link.to, link.from
        );
    }
    if let Some(link) = circle
        .links
        .iter()
        .find(|link| kind(&link.from) == "AWS::IAM::Role" || kind(&link.from) == "AWS::IAM::Policy")
    {
        return format!(
            "in the policies of `{}`, name `{}` by a text (`!Sub 'arn:${{AWS::Partition}}:...'`) instead of a reference, or attach an `AWS::IAM::Policy` of its own",
            link.from, link.to
        );
    }
    match circle.links.first() {
        Some(link) if circle.links.len() == 1 => format!(
            "`{}` refers to itself: write a name instead, or leave that out",
            link.from
        ),
        Some(link) => format!(
            "take one of the references out: `{}` names `{}` at {}",
            link.from, link.to, link.at
        ),
        None => String::new(),
    }
}
