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
use crate::language::logical_id::{self, SHARED_USAGE_PLAN_CONDITION};
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::keys;
use crate::resource::{SamResource, map, resource};
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::template::Path;
use serde_json::{Map, Value, json};

const KEYS: &[&str] = &[
    "CreateUsagePlan",
    "Description",
    "Quota",
    "Tags",
    "Throttle",
    "UsagePlanName",
];

const CHOICES: &[&str] = &["SHARED", "PER_API", "NONE"];

/// What is known of the plan that APIs share.
#[derive(Debug, Default)]
pub(crate) struct SharedPlan {
    /// The APIs with the ids of their stages.
    apis: Vec<(String, String)>,
    conditions: Vec<String>,
    has_unconditional: bool,
    deletion_policy: Option<Value>,
    update_replace_policy: Option<Value>,
    /// What the last API says of it.
    given: Option<Map<String, Value>>,
}

/// Reads the `UsagePlan` and makes what it asks for; faults are reported.
///
/// `stage` is the logical id of the API's stage.
pub(super) fn lower(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    shared: &mut SharedPlan,
    api: &SamResource,
    given: &Value,
    stage: &str,
    made: &mut Generated,
) {
    if given.is_null() {
        return;
    }
    let path = api.path("Auth").then("UsagePlan");
    let Some(given) = read(scope, given, &path) else {
        return;
    };
    let choice = given.get("CreateUsagePlan").and_then(Value::as_str);
    let owner = match choice {
        Some("PER_API") => &api.id,
        Some("SHARED") => logical_id::SHARED_USAGE_PLAN_OWNER,
        _ => return,
    };
    let plan = logical_id::usage_plan(owner);
    let key = logical_id::api_key(owner);
    let join = logical_id::usage_plan_key(owner);
    let is_shared = choice == Some("SHARED");
    let (attributes, apis) = if is_shared {
        let attributes = share(scope, conditions, shared, api, stage, &given, &path);
        (attributes, shared.apis.clone())
    } else {
        let own = vec![(api.id.clone(), stage.to_owned())];
        (api.attributes.passed_on(), own)
    };

    let depends_on: Vec<&String> = apis.iter().map(|(api, _)| api).collect();
    let mut properties = Map::new();
    let stages = apis
        .iter()
        .map(|(api, stage)| json!({ "ApiId": reference(api), "Stage": reference(stage) }));
    properties.insert("ApiStages".to_owned(), stages.collect());
    for name in ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"] {
        if let Some(value) = given.get(name).filter(|value| is_truthy(Some(value))) {
            properties.insert(name.to_owned(), value.clone());
        }
    }
    let mut emit = |id: &String, kind: &str, depends_on: Value, properties: Map<String, Value>| {
        let mut all = map(json!({ "DependsOn": depends_on }));
        all.extend(attributes.clone());
        let resource = resource(kind, all, properties);
        if is_shared {
            made.insert_shared(id, resource, path.clone());
        } else {
            made.insert(id, resource, path.clone());
        }
    };
    emit(
        &plan,
        "AWS::ApiGateway::UsagePlan",
        json!(depends_on),
        properties,
    );
    let keys = apis
        .iter()
        .map(|(api, stage)| json!({ "RestApiId": reference(api), "StageName": reference(stage) }));
    let keys: Vec<Value> = keys.collect();
    emit(
        &key,
        "AWS::ApiGateway::ApiKey",
        json!([plan]),
        map(json!({ "Enabled": true, "StageKeys": keys })),
    );
    emit(
        &join,
        "AWS::ApiGateway::UsagePlanKey",
        json!([key]),
        map(json!({
            "KeyId": reference(&key),
            "KeyType": "API_KEY",
            "UsagePlanId": reference(&plan),
        })),
    );
}

fn read(scope: &Scope<'_>, given: &Value, path: &Path) -> Option<Map<String, Value>> {
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

/// Joins an API to the shared plan. Gives the attributes of the shared resources, as far as is known now.
fn share(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    plan: &mut SharedPlan,
    api: &SamResource,
    stage: &str,
    given: &Map<String, Value>,
    path: &Path,
) -> Map<String, Value> {
    if !plan.apis.iter().any(|(known, _)| *known == api.id) {
        plan.apis.push((api.id.clone(), stage.to_owned()));
    }
    if plan.given.as_ref().is_some_and(|before| before != given) {
        scope.report(
            Diagnostic::new(
                codes::SHARED_USAGE_PLAN_DIFFERS,
                path.clone(),
                "APIs say different things of the usage plan that they share; what one of them says counts, and which one that is depends on the names of all resources",
            )
            .help("give all APIs with `CreateUsagePlan: SHARED` the same `UsagePlan`, best in `Globals.Api.Auth`"),
        );
    }
    plan.given = Some(given.clone());
    let kept = &api.attributes.kept;
    let policy = |name: &str| {
        kept.get(name)
            .filter(|value| is_truthy(Some(value)))
            .cloned()
    };
    if let Some(new) = policy("DeletionPolicy")
        && (plan.deletion_policy.is_none() || new == "Retain")
    {
        plan.deletion_policy = Some(new);
    }
    if let Some(new) = policy("UpdateReplacePolicy") {
        let wins = match &plan.update_replace_policy {
            None => true,
            Some(known) => new == "Retain" || (new == "Snapshot" && *known == "Delete"),
        };
        if wins {
            plan.update_replace_policy = Some(new);
        }
    }
    join_condition(scope, conditions, plan, api, path);
    let mut attributes = Map::new();
    for (name, value) in [
        ("DeletionPolicy", &plan.deletion_policy),
        ("UpdateReplacePolicy", &plan.update_replace_policy),
    ] {
        if let Some(value) = value {
            attributes.insert(name.to_owned(), value.clone());
        }
    }
    if !plan.conditions.is_empty() && !plan.has_unconditional {
        attributes.insert("Condition".to_owned(), SHARED_USAGE_PLAN_CONDITION.into());
    }
    attributes
}

/// The shared resources depend on the conditions of the APIs, where all have one.
fn join_condition(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    plan: &mut SharedPlan,
    api: &SamResource,
    path: &Path,
) {
    if plan.has_unconditional {
        return;
    }
    match api.attributes.kept.get("Condition") {
        None | Some(Value::Null) => {
            plan.has_unconditional = true;
            conditions
                .added
                .retain(|name, _| !name.starts_with(SHARED_USAGE_PLAN_CONDITION));
        }
        Some(Value::String(name)) if !name.is_empty() && !plan.conditions.contains(name) => {
            if conditions.is_empty() {
                scope.report(
                    Diagnostic::new(
                        codes::CONDITIONS_MISSING,
                        path.clone(),
                        format!("a shared usage plan depends on the condition `{name}`, but the template has no `Conditions`"),
                    )
                    .help(format!("declare `{name}` under `Conditions`"))
                    .blame(None),
                );
                return;
            }
            plan.conditions.push(name.clone());
            // The reference writes a lone condition as its bare name, and any number of them into one `Fn::Or`:
            // CloudFormation refuses the one, and the other beyond ten.
            if let [one] = plan.conditions.as_slice() {
                let condition = condition(one);
                conditions
                    .added
                    .insert(SHARED_USAGE_PLAN_CONDITION.to_owned(), condition);
            } else {
                let all = any_of(SHARED_USAGE_PLAN_CONDITION, &plan.conditions);
                conditions.added.extend(all);
            }
        }
        Some(_) => {}
    }
}
