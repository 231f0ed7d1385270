//! What CodeDeploy needs to shift an alias's traffic.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: Canary10Percent5Minutes}
//! ```
//!
//! ```yaml
//! # out
//! GreeterAliaslive:
//!   Type: AWS::Lambda::Alias
//!   UpdatePolicy:
//!     CodeDeployLambdaAliasUpdate:
//!       ApplicationName: !Ref ServerlessDeploymentApplication
//!       DeploymentGroupName: !Ref GreeterDeploymentGroup
//!   # ...
//! GreeterDeploymentGroup:
//!   Type: AWS::CodeDeploy::DeploymentGroup
//!   Properties:
//!     ApplicationName: !Ref ServerlessDeploymentApplication
//!     AutoRollbackConfiguration:
//!       Enabled: true
//!       Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST]
//!     DeploymentConfigName: !Sub
//!       - CodeDeployDefault.Lambda${ConfigName}
//!       - {ConfigName: Canary10Percent5Minutes}
//!     DeploymentStyle:
//!       DeploymentType: BLUE_GREEN
//!       DeploymentOption: WITH_TRAFFIC_CONTROL
//!     ServiceRoleArn: !GetAtt CodeDeployServiceRole.Arn
//! ServerlessDeploymentApplication:
//!   Type: AWS::CodeDeploy::Application
//!   Properties: {ComputePlatform: Lambda}
//! CodeDeployServiceRole:
//!   Type: AWS::IAM::Role
//!   # ...
//! ```
//!
//! The application and the service role are made once, for all deployment groups of the template.
//!
//! Where every enabled preference passes its function's condition on, the shared resources get a condition too: that one,
//! or "any of them".
//!
//! `DeploymentGroup` beside the preference, which SAM does not know, is laid over the properties of the group: maps key by
//! key, everything else in place of what is there.
//!
//! ```yaml
//! DeploymentGroup:
//!   AutoRollbackConfiguration: {Events: [DEPLOYMENT_FAILURE]}
//!   AlarmConfiguration: {IgnorePollAlarmFailure: true}
//! ```
//!
//! Upstream: model/preferences/deployment_preference_collection.py, model/update_policy.py. There several conditions
//! come in an order that differs from run to run, and are lost in a template without `Conditions`; here they come in
//! the order of the functions, and the section is made.

use super::{alarms, hooks, role, traffic};
use crate::deployment::{Deployment, Hook, ServiceRole, Shift};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::conditions;
use crate::language::intrinsics::{
    get_att, if_parts, if_then, is_intrinsic, is_no_value, no_value, reference,
};
use crate::language::logical_id::{
    CODE_DEPLOY_APPLICATION, CODE_DEPLOY_CONDITION, CODE_DEPLOY_ROLE,
};
use crate::resource::property::{Property, Shape};
use crate::resource::{
    FUNCTION, LAMBDA_FUNCTION, SamResource, is_of_type, map, resource, set, tags,
};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{List, Map, Value, json};

/// `DeploymentGroup`, of functions of both kinds.
pub(crate) const DEPLOYMENT_GROUP: Property = Property::strictly("DeploymentGroup", Shape::Map)
    .does("is laid over the properties of the deployment group");

/// What may be laid over the group.
pub(super) const LAID_OVER: &[&str] = &[
    "AlarmConfiguration",
    "ApplicationName",
    "AutoRollbackConfiguration",
    "DeploymentGroupName",
    "Tags",
    "TriggerConfigurations",
];

/// What may not: the preference says it, or it has no meaning for a function.
///
/// Source: the CloudFormation resource schema of `AWS::CodeDeploy::DeploymentGroup` of 2026-10-20.
const NOT_LAID_OVER: &[(&str, &str)] = &[
    (
        "DeploymentConfigName",
        "write `Type` in `DeploymentPreference`",
    ),
    ("ServiceRoleArn", "write `Role` in `DeploymentPreference`"),
    (
        "DeploymentStyle",
        "take it out: the traffic of a function is always shifted, and never in place",
    ),
    ("AutoScalingGroups", OF_SERVERS),
    ("BlueGreenDeploymentConfiguration", OF_SERVERS),
    ("Deployment", OF_SERVERS),
    ("ECSServices", OF_SERVERS),
    ("Ec2TagFilters", OF_SERVERS),
    ("Ec2TagSet", OF_SERVERS),
    ("LoadBalancerInfo", OF_SERVERS),
    ("OnPremisesInstanceTagFilters", OF_SERVERS),
    ("OnPremisesTagSet", OF_SERVERS),
    ("OutdatedInstancesStrategy", OF_SERVERS),
    ("TerminationHookEnabled", OF_SERVERS),
];

const OF_SERVERS: &str = "take it out: it is of deployments to servers and containers";

/// Reads `DeploymentGroup` of a function into how its traffic shifts.
pub(super) fn read(scope: &Scope<'_>, sam: &SamResource, shift: &mut Shift) {
    let Some(given) = sam.get(DEPLOYMENT_GROUP.name).as_object() else {
        return;
    };
    let path = sam.path(DEPLOYMENT_GROUP.name);
    let refuse = |path: Path, what: String, help: String| {
        scope.report(
            Diagnostic::new(codes::DEPLOYMENT_GROUP, path, what)
                .on_key()
                .help(help),
        );
    };
    let watch = scope.watch();
    for key in given
        .keys()
        .filter(|key| !LAID_OVER.contains(&key.as_str()))
    {
        let known = NOT_LAID_OVER.iter().find(|(name, _)| name == key);
        let (what, help) = match known {
            Some((_, help)) => (
                format!("`{key}` cannot stand in `DeploymentGroup`"),
                (*help).to_owned(),
            ),
            None => (
                format!("`DeploymentGroup` has no key `{key}`"),
                did_you_mean(key, LAID_OVER),
            ),
        };
        refuse(path.clone().then(key), what, help);
    }
    let alarms = given.get("AlarmConfiguration").and_then(Value::as_object);
    for key in alarms.into_iter().flat_map(Map::keys) {
        if key != "IgnorePollAlarmFailure" {
            refuse(
                path.clone().then("AlarmConfiguration").then(key),
                format!("`{key}` cannot stand in `AlarmConfiguration` of `DeploymentGroup`"),
                "write `Alarms` in `DeploymentPreference`; here only `IgnorePollAlarmFailure` has a place".to_owned(),
            );
        }
    }
    if watch.is_sound() {
        shift.group_properties = given.clone();
    }
}

/// Refuses `DeploymentGroup` of a function that has no preference, enabled or not, unless Globals say it of all functions.
pub(super) fn refuse_alone(scope: &Scope<'_>, id: &str, resource: &Value, is_global: bool) {
    let given = |name: &str| {
        let properties = resource.get("Properties")?;
        properties.get(name).filter(|value| !value.is_null())
    };
    let is_function = is_of_type(resource, FUNCTION) || is_of_type(resource, LAMBDA_FUNCTION);
    if is_global
        || !is_function
        || given(DEPLOYMENT_GROUP.name).is_none()
        || given("DeploymentPreference").is_some()
    {
        return;
    }
    scope.report(
        Diagnostic::new(
            codes::DEPLOYMENT_GROUP,
            Path::property(id, DEPLOYMENT_GROUP.name),
            "`DeploymentGroup` says more of a deployment group, and there is none",
        )
        .on_key()
        .help("add `DeploymentPreference: {Type: Canary10Percent5Minutes}`, or take it out"),
    );
}

/// `ApplicationName` of a group.
fn application(shift: &Shift) -> Value {
    let own = shift.group_properties.get("ApplicationName");
    own.filter(|own| !own.is_null())
        .cloned()
        .unwrap_or_else(|| reference(CODE_DEPLOY_APPLICATION))
}

/// Lays one value over another: maps key by key, in both branches of a choice on either side; null leaves what is there,
/// and so does a branch that is `AWS::NoValue`.
fn lay_over(under: &mut Value, over: &Value) {
    if let (Some(branches), true) = (
        if_branches_mut(under),
        over.is_object() && !is_intrinsic(over),
    ) {
        for branch in branches
            .iter_mut()
            .skip(1)
            .filter(|branch| !is_no_value(branch))
        {
            lay_over(branch, over);
        }
        return;
    }
    if let (false, Some((condition, then, otherwise))) = (under.is_null(), if_parts(over)) {
        let [then, otherwise] = [then, otherwise].map(|branch| {
            let mut laid = under.clone();
            if !is_no_value(branch) {
                lay_over(&mut laid, branch);
            }
            laid
        });
        *under = if_then(condition.clone(), then, otherwise);
        return;
    }
    match (under, over) {
        (_, Value::Null) => {}
        (Value::Object(under), Value::Object(map)) if !is_intrinsic(over) => {
            for (key, over) in map {
                lay_over(under.entry(key.clone()).or_insert(Value::Null), over);
            }
        }
        (under, over) => *under = over.clone(),
    }
}

/// The condition and the two branches of an `Fn::If`.
fn if_branches_mut(value: &mut Value) -> Option<&mut List> {
    if_parts(value)?;
    value.get_mut("Fn::If")?.as_array_mut()
}

/// Gives an alias the UpdatePolicy that has CodeDeploy shift its traffic.
pub(crate) fn wire(alias: &mut Value, shift: &Shift) {
    let mut update = map(json!({
        "ApplicationName": application(shift),
        "DeploymentGroupName": reference(&shift.group),
    }));
    for (event, hook) in [
        ("BeforeAllowTrafficHook", &shift.before),
        ("AfterAllowTrafficHook", &shift.after),
    ] {
        if let Some(Hook { function, .. }) = hook {
            update.insert(event.to_owned(), function.clone());
        }
    }
    if let Some(alias) = alias.as_object_mut() {
        let own = alias.get("Condition").and_then(Value::as_str);
        let update = Value::Object(update);
        let update = match shift.condition.as_deref() {
            // The alias is there also where the group is not.
            Some(condition) if own != Some(condition) => if_then(condition, update, no_value()),
            _ => update,
        };
        let policy = json!({ "CodeDeployLambdaAliasUpdate": update });
        alias.shift_insert(1, "UpdatePolicy".to_owned(), policy);
    }
}

/// Makes the alarms that deployments ask for, and finds the resources that they name, alarms and hooks, now that all of
/// them are known.
pub(crate) fn complete(scope: &Scope<'_>, stack: &mut Stack, deployments: &mut [Deployment]) {
    alarms::defaults::check(scope);
    for deployment in deployments {
        alarms::lower(scope, stack, deployment);
        if let Some(shift) = &mut deployment.shift {
            alarms::find(stack, &mut shift.alarms);
            hooks::find(stack, shift);
        }
    }
}

/// Makes the CodeDeploy resources of all deployments.
pub(crate) fn lower(scope: &Scope<'_>, stack: &mut Stack, deployments: &[Deployment]) {
    let shifts: Vec<(&str, &Shift)> = deployments
        .iter()
        .filter_map(|deployment| Some((deployment.function.as_str(), deployment.shift.as_ref()?)))
        .collect();
    if shifts.is_empty() {
        return;
    }
    let condition = shared_condition(scope, stack, &shifts);
    let tags = shared_tags(&shifts);

    let is_shared = |shift: &Shift| application(shift) == reference(CODE_DEPLOY_APPLICATION);
    if shifts.iter().any(|(_, shift)| is_shared(shift)) {
        let mut application = map(json!({ "ComputePlatform": "Lambda" }));
        set(&mut application, "Tags", tags.clone());
        emit_shared(
            scope,
            stack,
            CODE_DEPLOY_APPLICATION,
            "AWS::CodeDeploy::Application",
            condition.as_deref(),
            application,
            because(&shifts, is_shared),
        );
    }
    if shifts
        .iter()
        .any(|(_, shift)| shift.role == ServiceRole::Generated)
    {
        let mut service_role = role::properties(scope.partition);
        set(&mut service_role, "Tags", tags);
        emit_shared(
            scope,
            stack,
            CODE_DEPLOY_ROLE,
            "AWS::IAM::Role",
            condition.as_deref(),
            service_role,
            because(&shifts, |shift| shift.role == ServiceRole::Generated),
        );
    }
    for (plan, id, properties) in
        traffic::configurations(shifts.iter().map(|(_, shift)| &shift.traffic))
    {
        emit_shared(
            scope,
            stack,
            &id,
            "AWS::CodeDeploy::DeploymentConfig",
            condition.as_deref(),
            properties,
            because(&shifts, |shift| traffic::has_plan(&shift.traffic, plan)),
        );
    }
    for (function, shift) in shifts {
        lower_group(scope, stack, function, shift);
    }
}

/// The preferences of those that are `meant`.
fn because(shifts: &[(&str, &Shift)], meant: impl Fn(&Shift) -> bool) -> Vec<Path> {
    shifts
        .iter()
        .filter(|(_, shift)| meant(shift))
        .map(|(function, _)| Path::property(function, "DeploymentPreference"))
        .collect()
}

fn emit_shared(
    scope: &Scope<'_>,
    stack: &mut Stack,
    id: &str,
    kind: &str,
    condition: Option<&str>,
    properties: Map,
    because: Vec<Path>,
) {
    let mut attributes = Map::new();
    if let Some(condition) = condition {
        attributes.insert("Condition", condition.into());
    }
    stack.emit_new(
        scope,
        None,
        id.to_owned(),
        resource(kind, attributes, properties),
        because,
    );
}

/// The condition of the shared resources: none where one deployment goes on without a condition.
fn shared_condition(
    scope: &Scope<'_>,
    stack: &mut Stack,
    shifts: &[(&str, &Shift)],
) -> Option<String> {
    let mut names: indexmap::IndexSet<String> = indexmap::IndexSet::new();
    for (_, shift) in shifts {
        names.insert(shift.condition.clone()?);
    }
    if names.len() == 1 {
        return names.pop();
    }
    let names: Vec<String> = names.into_iter().collect();
    for (name, condition) in conditions::any_of(CODE_DEPLOY_CONDITION, &names) {
        stack.conditions.add(scope, name, condition);
    }
    Some(CODE_DEPLOY_CONDITION.to_owned())
}

/// The propagated tags of all functions; a later function's value wins.
fn shared_tags(shifts: &[(&str, &Shift)]) -> Value {
    let mut merged = Map::new();
    for (_, shift) in shifts {
        merged.extend(shift.tags.clone());
    }
    if merged.is_empty() {
        Value::Null
    } else {
        tags::list(&merged).into()
    }
}

fn lower_group(scope: &Scope<'_>, stack: &mut Stack, function: &str, shift: &Shift) {
    hooks::warn_of_refused(scope, function, shift);
    let mut properties = Map::new();
    if let Some(alarms) = alarms::configuration(&shift.alarms) {
        properties.insert("AlarmConfiguration", alarms);
    }
    set(&mut properties, "ApplicationName", application(shift));
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
        traffic::configuration_name(&shift.traffic),
    );
    set(
        &mut properties,
        "DeploymentStyle",
        json!({ "DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL" }),
    );
    let role = match &shift.role {
        ServiceRole::Generated => get_att(CODE_DEPLOY_ROLE, "Arn"),
        ServiceRole::Given(role) => role.clone(),
    };
    set(&mut properties, "ServiceRoleArn", role);
    if let Some(triggers) = &shift.triggers {
        properties.insert("TriggerConfigurations", triggers.clone());
    }
    if !shift.tags.is_empty() {
        set(&mut properties, "Tags", tags::list(&shift.tags).into());
    }
    let mut properties = Value::Object(properties);
    lay_over(
        &mut properties,
        &Value::Object(shift.group_properties.clone()),
    );
    let properties = map(properties);
    let mut attributes = Map::new();
    if let Some(condition) = &shift.condition {
        attributes.insert("Condition", condition.as_str().into());
    }
    let because = vec![Path::property(function, "DeploymentPreference")];
    let made = resource("AWS::CodeDeploy::DeploymentGroup", attributes, properties);
    stack.emit_new(scope, Some(function), shift.group.clone(), made, because);
}
