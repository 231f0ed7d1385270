//! What CodeDeploy needs to shift an alias's traffic.
//!
//! Input  `DeploymentPreference: {Type: Canary10Percent5Minutes}`
//! Output `AWS::CodeDeploy::DeploymentGroup` `<Fn>DeploymentGroup` and an UpdatePolicy on the alias; once for the
//!        template `AWS::CodeDeploy::Application` `ServerlessDeploymentApplication` and the service role
//!
//! Where every enabled preference passes its function's condition on, the shared resources get a condition too: that one,
//! or "any of them".
//!
//! Upstream: model/preferences/deployment_preference_collection.py, model/update_policy.py. There several conditions
//! come in an order that differs from run to run, and are lost in a template without `Conditions`; here they come in
//! the order of the functions, and the section is made.

use super::preference::Preference;
use super::{hooks, role, traffic};
use crate::context::Context;
use crate::language::conditions;
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id::{
    CODE_DEPLOY_APPLICATION, CODE_DEPLOY_CONDITION, CODE_DEPLOY_ROLE, deployment_group,
};
use crate::sam::function::Function;
use crate::sam::{SamResource, map, resource, set, tags};
use serde_json::{Map, Value, json};

const ROOM: &str = "gradual/group.rs";

/// A function whose alias is deployed gradually.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    function: String,
    preference: Preference,
    /// The condition of its deployment group.
    condition: Option<Value>,
    /// The function's tags, where they are propagated.
    tags: Map<String, Value>,
}

impl Deployment {
    pub(crate) fn new(sam: &SamResource, preference: Preference) -> Self {
        let condition = sam
            .attributes
            .kept
            .get("Condition")
            .filter(|_| preference.passes_condition)
            .cloned();
        Self {
            function: sam.id.clone(),
            condition,
            tags: tags::propagated(sam).cloned().unwrap_or_default(),
            preference,
        }
    }

    /// The name of its condition; an empty one is none.
    fn condition_name(&self) -> Option<&str> {
        self.condition
            .as_ref()
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty())
    }
}

/// Gives the function's alias the UpdatePolicy that has CodeDeploy shift its traffic.
pub(crate) fn wire_alias(function: &mut Function, deployment: &Deployment) {
    let hooks = &deployment.preference.hooks;
    let mut update = map(json!({
        "ApplicationName": reference(CODE_DEPLOY_APPLICATION),
        "DeploymentGroupName": reference(&deployment_group(function.id())),
    }));
    set(&mut update, "BeforeAllowTrafficHook", hooks.before.clone());
    set(&mut update, "AfterAllowTrafficHook", hooks.after.clone());
    let Some(alias) = function
        .alias
        .as_ref()
        .and_then(|alias| function.made.get_mut(&alias.id))
    else {
        return;
    };
    if let Some(alias) = alias.as_object_mut() {
        let policy = json!({ "CodeDeployLambdaAliasUpdate": update });
        alias.shift_insert(1, "UpdatePolicy".to_owned(), policy);
    }
}

/// Makes the CodeDeploy resources of all deployments.
pub(crate) fn lower(context: &mut Context<'_>) {
    let deployments = std::mem::take(&mut context.deployments);
    if deployments.is_empty() {
        return;
    }
    let condition = shared_condition(context, &deployments);
    let tags = shared_tags(&deployments);

    let mut application = map(json!({ "ComputePlatform": "Lambda" }));
    set(&mut application, "Tags", tags.clone());
    emit_shared(
        context,
        CODE_DEPLOY_APPLICATION,
        "AWS::CodeDeploy::Application",
        condition.as_deref(),
        application,
        ROOM,
    );
    if deployments
        .iter()
        .any(|deployment| deployment.preference.role.is_none())
    {
        let mut service_role = role::properties(context.partition);
        set(&mut service_role, "Tags", tags);
        emit_shared(
            context,
            CODE_DEPLOY_ROLE,
            "AWS::IAM::Role",
            condition.as_deref(),
            service_role,
            "gradual/role.rs",
        );
    }
    for deployment in deployments {
        lower_group(context, deployment);
    }
}

fn emit_shared(
    context: &mut Context<'_>,
    id: &str,
    kind: &str,
    condition: Option<&str>,
    properties: Map<String, Value>,
    room: &'static str,
) {
    let mut attributes = Map::new();
    if let Some(condition) = condition {
        attributes.insert("Condition".to_owned(), condition.into());
    }
    context.emit_new(
        None,
        id.to_owned(),
        resource(kind, attributes, properties),
        room,
    );
}

/// The condition of the shared resources: none where one deployment goes on without a condition.
fn shared_condition(context: &mut Context<'_>, deployments: &[Deployment]) -> Option<String> {
    let mut names: indexmap::IndexSet<String> = indexmap::IndexSet::new();
    for deployment in deployments {
        names.insert(deployment.condition_name()?.to_owned());
    }
    if names.len() == 1 {
        return names.pop();
    }
    let names: Vec<String> = names.into_iter().collect();
    for (name, condition) in conditions::any_of(CODE_DEPLOY_CONDITION, &names) {
        context.add_condition(name, condition);
    }
    Some(CODE_DEPLOY_CONDITION.to_owned())
}

/// The propagated tags of all functions; a later function's value wins.
fn shared_tags(deployments: &[Deployment]) -> Value {
    let mut merged = Map::new();
    for deployment in deployments {
        merged.extend(deployment.tags.clone());
    }
    if merged.is_empty() {
        Value::Null
    } else {
        tags::list(&merged).into()
    }
}

fn lower_group(context: &mut Context<'_>, deployment: Deployment) {
    let preference = deployment.preference;
    if preference.role.is_none() {
        hooks::check_names(context, &deployment.function, &preference.hooks);
    }
    let mut properties = Map::new();
    set(&mut properties, "AlarmConfiguration", preference.alarms);
    set(
        &mut properties,
        "ApplicationName",
        reference(CODE_DEPLOY_APPLICATION),
    );
    set(
        &mut properties,
        "AutoRollbackConfiguration",
        json!({
            "Enabled": true,
            "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        }),
    );
    set(
        &mut properties,
        "DeploymentConfigName",
        traffic::configuration_name(preference.kind),
    );
    set(
        &mut properties,
        "DeploymentStyle",
        json!({ "DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL" }),
    );
    let role = preference
        .role
        .unwrap_or_else(|| get_att(CODE_DEPLOY_ROLE, "Arn"));
    set(&mut properties, "ServiceRoleArn", role);
    set(
        &mut properties,
        "TriggerConfigurations",
        preference.triggers,
    );
    if !deployment.tags.is_empty() {
        set(&mut properties, "Tags", tags::list(&deployment.tags).into());
    }
    let mut attributes = Map::new();
    if let Some(condition) = deployment.condition {
        attributes.insert("Condition".to_owned(), condition);
    }
    let id = deployment_group(&deployment.function);
    let made = resource("AWS::CodeDeploy::DeploymentGroup", attributes, properties);
    context.emit_new(Some(&deployment.function), id, made, ROOM);
}
