//! `Auth.UsagePlan` of a REST API: a plan with quotas, a key, and what joins them; of one API or of several.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth: {UsagePlan: {CreateUsagePlan: PER_API, Quota: {Limit: 100, Period: DAY}}}
//! ```
//!
//! ```yaml
//! # out
//! ShopUsagePlan:
//!   Type: AWS::ApiGateway::UsagePlan
//!   DependsOn: [Shop]
//!   Properties:
//!     ApiStages: [{ApiId: !Ref Shop, Stage: !Ref ShopprodStage}]
//!     Quota: {Limit: 100, Period: DAY}
//! ShopApiKey:
//!   Type: AWS::ApiGateway::ApiKey
//!   DependsOn: [ShopUsagePlan]
//!   Properties:
//!     Enabled: true
//!     StageKeys: [{RestApiId: !Ref Shop, StageName: !Ref ShopprodStage}]
//! ShopUsagePlanKey:
//!   Type: AWS::ApiGateway::UsagePlanKey
//!   DependsOn: [ShopApiKey]
//!   Properties:
//!     KeyId: !Ref ShopApiKey
//!     KeyType: API_KEY
//!     UsagePlanId: !Ref ShopUsagePlan
//! ```
//!
//! With `SHARED` they are `ServerlessUsagePlan`, `ServerlessApiKey` and `ServerlessUsagePlanKey`, one for all APIs.
//!
//! Upstream: `_construct_usage_plan` and class SharedApiUsagePlan in model/api/api_generator.py.

use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::conditions::{any_of, condition};
use crate::language::intrinsics::reference;
use crate::language::logical_id::{self, SHARED_USAGE_PLAN_CONDITION, SHARED_USAGE_PLAN_OWNER};
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::keys;
use crate::resource::{SamResource, map, resource, tags};
use crate::scope::Scope;
use crate::stack::{Conditions, Stack};
use crate::template::Path;
use crate::tree::{Map, Text, Value, json};

pub(crate) const KEYS: &[&str] = &[
    "CreateUsagePlan",
    "Description",
    "Quota",
    "Tags",
    "Throttle",
    "UsagePlanName",
];

const CHOICES: &[&str] = &["SHARED", "PER_API", "NONE"];

/// An API that has a part in the plan that APIs share.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) api: String,
    stage: String,
    /// `Auth.UsagePlan`, and where it stands.
    given: Map,
    path: Path,
    /// `Condition`, `DeletionPolicy` and `UpdateReplacePolicy` of the API.
    attributes: Map,
    /// The tags that the API spreads.
    tags: Option<Vec<Value>>,
}

/// The ids of a plan, of its key, and of what joins the two; `owner` is an API, or all that share.
fn ids(owner: &str) -> [String; 3] {
    [
        logical_id::usage_plan(owner),
        logical_id::api_key(owner),
        logical_id::usage_plan_key(owner),
    ]
}

/// The types of the resources with these ids.
const KINDS: [&str; 3] = [
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::UsagePlanKey",
];

/// Reads the `UsagePlan` and makes what it asks for; faults are reported.
///
/// `stage` is the logical id of the API's stage. Gives the API's part in the plan that APIs share, where it wants that
/// one.
pub(super) fn lower(
    scope: &Scope<'_>,
    api: &SamResource,
    given: &Value,
    stage: &str,
    made: &mut Generated,
) -> Option<Member> {
    if given.is_null() {
        return None;
    }
    let path = api.path("Auth").then("UsagePlan");
    let given = read(scope, given, &path)?;
    match given.get("CreateUsagePlan").and_then(Value::as_str) {
        Some("PER_API") => {
            let attributes = api.attributes.passed_on();
            for (id, resource) in resources(&api.id, &[(&api.id, stage)], &given, &attributes) {
                made.insert(id, resource, path.clone());
            }
            None
        }
        Some("SHARED") => {
            for (id, kind) in ids(SHARED_USAGE_PLAN_OWNER).into_iter().zip(KINDS) {
                made.share(id, kind);
            }
            Some(Member {
                api: api.id.clone(),
                stage: stage.to_owned(),
                given,
                path,
                attributes: api.attributes.passed_on(),
                tags: tags::propagated(api).map(tags::list),
            })
        }
        _ => None,
    }
}

/// Makes the plan that `members` share: it is as the last of them says.
pub(crate) fn lower_shared(scope: &Scope<'_>, stack: &mut Stack, members: &[Member]) {
    let (Some(first), Some(last)) = (members.first(), members.last()) else {
        return;
    };
    for (before, member) in members.iter().zip(members.iter().skip(1)) {
        if before.given != member.given {
            scope.report(
                Diagnostic::new(
                    codes::SHARED_USAGE_PLAN_DIFFERS,
                    member.path.clone(),
                    "APIs say different things of the usage plan that they share; what one of them says counts, and which one that is depends on the names of all resources",
                )
                .help("give all APIs with `CreateUsagePlan: SHARED` the same `UsagePlan`, best in `Globals.Api.Auth`"),
            );
        }
    }
    let condition = condition_of_all(scope, &mut stack.conditions, members);
    let attributes = attributes_of_all(members, condition);
    let apis: Vec<(&str, &str)> = members
        .iter()
        .map(|member| (member.api.as_str(), member.stage.as_str()))
        .collect();
    let made = resources(SHARED_USAGE_PLAN_OWNER, &apis, &last.given, &attributes);
    for (id, mut resource) in made {
        if let Some(tags) = &last.tags {
            tags::write(&mut resource, tags);
        }
        let because = members.iter().map(|member| member.path.clone()).collect();
        stack.complete(scope, &first.api, id, resource, because);
    }
}

/// A usage plan of `apis`, given with their stages, its key, and what joins the two.
fn resources(
    owner: &str,
    apis: &[(&str, &str)],
    given: &Map,
    attributes: &Map,
) -> impl Iterator<Item = (String, Value)> {
    let [plan, key, join] = ids(owner);
    let all_apis: Vec<&str> = apis.iter().map(|(api, _)| *api).collect();
    let stages = apis
        .iter()
        .map(|(api, stage)| json!({ "ApiId": reference(api), "Stage": reference(stage) }));
    let mut properties = Map::new();
    properties.insert("ApiStages", stages.collect());
    for name in ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"] {
        if let Some(value) = given.get(name).filter(|value| is_truthy(Some(value))) {
            properties.insert(name.to_owned(), value.clone());
        }
    }
    let stages = apis
        .iter()
        .map(|(api, stage)| json!({ "RestApiId": reference(api), "StageName": reference(stage) }));
    let stages: Vec<Value> = stages.collect();
    let of_join = json!({
        "KeyId": reference(&key),
        "KeyType": "API_KEY",
        "UsagePlanId": reference(&plan),
    });
    let parts = [
        (json!(all_apis), properties),
        (
            json!([&plan]),
            map(json!({ "Enabled": true, "StageKeys": stages })),
        ),
        (json!([&key]), map(of_join)),
    ];
    let made = KINDS.into_iter().zip(parts);
    let made: Vec<Value> = made
        .map(|(kind, (depends_on, properties))| {
            let mut all = map(json!({ "DependsOn": depends_on }));
            all.extend(attributes.clone());
            resource(kind, all, properties)
        })
        .collect();
    [plan, key, join].into_iter().zip(made)
}

fn read(scope: &Scope<'_>, given: &Value, path: &Path) -> Option<Map> {
    let Some(given) = given.as_object() else {
        scope.report(
            Diagnostic::new(
                codes::USAGE_PLAN_SHAPE,
                path.clone(),
                "`UsagePlan` must be a map",
            )
            .help("write `UsagePlan: {CreateUsagePlan: PER_API}`"),
        );
        return None;
    };
    let watch = scope.watch();
    keys::refuse_unknown(scope, given.keys(), KEYS, "`UsagePlan`", path);
    let choice = given.get("CreateUsagePlan").unwrap_or(&Value::Null);
    if !choice.as_str().is_some_and(|word| CHOICES.contains(&word)) {
        scope.report(
            Diagnostic::new(
                codes::USAGE_PLAN_KIND,
                path.clone().then("CreateUsagePlan"),
                "`CreateUsagePlan` must be `PER_API`, `SHARED` or `NONE`",
            )
            .help(did_you_mean(choice.as_str().unwrap_or_default(), CHOICES)),
        );
    }
    watch.is_sound().then(|| given.clone())
}

/// The attributes of the shared plan: of the policies of its members the most careful.
fn attributes_of_all(members: &[Member], condition: Option<&'static str>) -> Map {
    let mut attributes = Map::new();
    for (name, careful) in [
        ("DeletionPolicy", &["Retain"] as &[&str]),
        ("UpdateReplacePolicy", &["Retain", "Snapshot"]),
    ] {
        let policies = members
            .iter()
            .filter_map(|member| member.attributes.get(name))
            .filter(|policy| is_truthy(Some(policy)));
        let chosen = policies.reduce(|known, new| {
            let wins = match new.as_str() {
                Some("Retain") => true,
                Some("Snapshot") => careful.contains(&"Snapshot") && known == "Delete",
                _ => false,
            };
            if wins { new } else { known }
        });
        if let Some(policy) = chosen {
            attributes.insert(name.to_owned(), policy.clone());
        }
    }
    if let Some(condition) = condition {
        attributes.insert("Condition", condition.into());
    }
    attributes
}

/// The condition of the shared plan, where all its members have one.
fn condition_of_all(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    members: &[Member],
) -> Option<&'static str> {
    let mut names: Vec<String> = Vec::new();
    for member in members {
        let name = match member.attributes.get("Condition") {
            None | Some(Value::Null) => return None,
            Some(Value::String(name)) if !name.is_empty() => name,
            Some(_) => continue,
        };
        if conditions.is_empty() {
            scope.report(
                Diagnostic::new(
                    codes::CONDITIONS_MISSING,
                    member.path.clone(),
                    format!("a shared usage plan depends on the condition `{name}`, but the template has no `Conditions`"),
                )
                .help(format!("declare `{name}` under `Conditions`"))
                .blame(None),
            );
        } else if !names.iter().any(|known| known == name) {
            names.push(name.to_string());
        }
    }
    // The reference writes a lone condition as its bare name, and any number of them into one `Fn::Or`: CloudFormation
    // refuses the one, and the other beyond ten.
    let made: Vec<(Text, Value)> = match names.as_slice() {
        [] => return None,
        [one] => vec![(SHARED_USAGE_PLAN_CONDITION.into(), condition(one))],
        _ => any_of(SHARED_USAGE_PLAN_CONDITION, &names)
            .into_iter()
            .collect(),
    };
    // The one that the plan names stands first.
    conditions.added.extend(made.into_iter().rev());
    Some(SHARED_USAGE_PLAN_CONDITION)
}
