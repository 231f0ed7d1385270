//! Hooks that are written as a map: everything that such a hook needs to be called, to test and to report is there.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Hooks: {PreTraffic: {Function: !Ref Check}}
//! Check:
//!   Type: AWS::Serverless::Function
//! ```
//!
//! ```yaml
//! # out
//! GreeterDeploymentRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     # ... what CodeDeploy needs, and
//!     Policies:
//!       - PolicyName: InvokeHooks
//!         PolicyDocument:
//!           Version: '2012-10-17'
//!           Statement: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: [!GetAtt Check.Arn]}]
//! GreeterDeploymentGroup:
//!   Properties:
//!     ServiceRoleArn: !GetAtt GreeterDeploymentRole.Arn
//!     # ...
//!   # ...
//! Check:
//!   Properties:
//!     Environment: {Variables: {CurrentVersion: !Ref GreeterVersion9d489569c1}}
//!     # ...
//!   # ...
//! CheckRole:
//!   Properties:
//!     Policies:
//!       - PolicyName: CheckRolePolicy0
//!         PolicyDocument:
//!           Version: '2012-10-17'
//!           Statement:
//!             - Effect: Allow
//!               Action: codedeploy:PutLifecycleEventHookExecutionStatus
//!               Resource: !Sub arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${ServerlessDeploymentApplication}/*
//!             - Effect: Allow
//!               Action: lambda:InvokeFunction
//!               Resource: [!GetAtt Greeter.Arn, !Sub '${Greeter.Arn}:*']
//!     # ...
//!   # ...
//! ```
//!
//! It is rewritten in the template, before anything is lowered, to what SAM knows: `PreTraffic: !Ref Check`, `Role`,
//! and `Policies` and `Environment` of the hook. SAM's own transform makes the same of that.
//!
//! The role is one of the group's own, with the policy inline: the alias waits for the group and the group for its role,
//! so that no deployment begins before CodeDeploy may call the hook. The hook may report on every group of the
//! application: naming the group would make a circle, from the hook to its role, the group, its role and the hook.
//!
//! Sources: "AppSpec 'hooks' section" in the CodeDeploy user guide; the managed policies AWSCodeDeployRoleForLambda and
//! AWSCodeDeployRoleForLambdaLimited, which let CodeDeploy invoke functions named `CodeDeployHook_*` alone.

use super::call::{Call, Reader, is_ours};
use super::policies::{PolicyOwner, arn_of, invoke_policy};
use super::smoke_test;
use super::tested::{Tested, condition_of, guarded};
use super::{EVENTS, is_none};
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::group::{self, DEPLOYMENT_GROUP};
use crate::gradual::preference::is_enabled;
use crate::gradual::role;
use crate::gradual::switch::{self, When};
use crate::inheritance::Inheritance;
use crate::language::intrinsics::{get_att, if_parts, if_then, is_intrinsic, no_value, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::{FUNCTION, LAMBDA_FUNCTION, SamResource, is_of_type, tags};
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::template::{Path, Step, Template};
use crate::tree::{Map, Value, json};
use indexmap::{IndexMap, IndexSet};

/// What preferences were completed with.
#[derive(Default)]
pub(crate) struct Wired {
    /// What is to stand beside functions, by the function that it is for.
    pub(crate) made: Vec<(String, Generated)>,
    /// The functions of the template that are hooks.
    pub(super) hooks: Vec<WiredHook>,
}

/// A function of the template that is a hook.
pub(super) struct WiredHook {
    /// Where it is named.
    pub(super) place: Path,
    /// The function that it tests.
    pub(super) function: String,
    pub(super) hook: String,
    /// Whether it is told the version, and may invoke it.
    pub(super) is_told: bool,
    /// The role of this template that gets what it may do, where it is not made for the hook.
    pub(super) role: Option<String>,
}

/// Rewrites the hooks and roles of preferences that SAM does not know to ones that it knows, and gives what is to stand
/// beside them.
pub(crate) fn wire(
    scope: &Scope<'_>,
    template: &mut Template,
    conditions: &mut Conditions,
    inheritance: &Inheritance,
) -> Wired {
    let Some(resources) = template.section_mut("Resources") else {
        return Wired::default();
    };
    let watch = scope.watch();
    let mut read: Vec<Wiring> = Vec::new();
    for (id, resource) in resources.iter() {
        let is_global = inheritance.has_whole(id, &[DEPLOYMENT_GROUP.name]);
        group::refuse_alone(scope, id, resource, is_global);
        read.extend(Wiring::read(scope, conditions, resources, id, resource));
    }
    let hooks: IndexSet<String> = read
        .iter()
        .flat_map(|wiring| wiring.calls.iter())
        .filter_map(|(_, call)| call.wired().map(str::to_owned))
        .collect();
    // What Globals say of all functions is not meant for those that test them.
    let is_global = |id: &str| inheritance.has_whole(id, &["DeploymentPreference"]);
    read.retain(|wiring| !(hooks.contains(&wiring.tested.id) && is_global(&wiring.tested.id)));
    let mut itself = IndexSet::new();
    for wiring in &read {
        if wiring.refuse_itself(scope) {
            itself.insert(wiring.tested.id.clone());
        }
    }
    for id in hooks.difference(&itself) {
        take_preference(scope, resources, id, is_global(id));
    }
    refuse_shared_variables(scope, resources, &read);
    if !watch.is_sound() {
        return Wired::default();
    }
    let mut wired = Wired::default();
    for wiring in read {
        wiring.complete_hooks(scope, resources);
        let made = wiring.make(scope, resources);
        wiring.rewrite(resources);
        let id = wiring.tested.id;
        for (event, call) in wiring.calls {
            if let Call::Wired { hook, variable, .. } = call {
                let role = match PolicyOwner::of(resources, &hook) {
                    Some(PolicyOwner::Role(role)) => Some(role),
                    Some(PolicyOwner::Function(other)) if other != hook => {
                        Some(logical_id::role(&other))
                    }
                    _ => None,
                };
                wired.hooks.push(WiredHook {
                    role,
                    place: wiring.path.clone().then("Hooks").then(event),
                    function: id.clone(),
                    hook,
                    is_told: variable.is_some(),
                });
            }
        }
        wired.made.push((id, made));
    }
    wired
}

/// Whether something in a preference, or in one of those that conditions choose between, may be a map of ours.
fn may_be_ours(whole: &Value) -> bool {
    match if_parts(whole) {
        Some((_, then, otherwise)) => may_be_ours(then) || may_be_ours(otherwise),
        None => whole
            .as_object()
            .is_some_and(|given| is_to_be_completed(given, false)),
    }
}

/// Whether a preference has a hook that is to be wired, or a role that is to be made.
fn is_to_be_completed(given: &Map, is_plain: bool) -> bool {
    let hooks = given.get("Hooks").filter(|hooks| !is_intrinsic(hooks));
    let hooks = hooks.and_then(Value::as_object);
    let has_hook = EVENTS
        .iter()
        .filter_map(|event| hooks?.get(event))
        .any(|hook| !is_none(hook) && (is_plain || is_ours(hook)));
    has_hook || given.get("Role").is_some_and(role::is_ours)
}

/// A preference that is to be completed.
struct Wiring {
    tested: Tested,
    /// Where the preference stands.
    path: Path,
    calls: Vec<(&'static str, Call)>,
    /// The role that is made for the group; none where the user's own is given.
    role: Option<role::Wanted>,
}

impl Wiring {
    /// Reads the preference of a resource; none where there is nothing to complete, and where it is at fault, which is
    /// reported.
    fn read(
        scope: &Scope<'_>,
        conditions: &mut Conditions,
        resources: &Map,
        id: &str,
        resource: &Value,
    ) -> Option<Self> {
        let is_plain = is_of_type(resource, LAMBDA_FUNCTION);
        if !is_plain && !is_of_type(resource, FUNCTION) {
            return None;
        }
        let whole = resource.get("Properties")?.get("DeploymentPreference")?;
        if !is_plain && !may_be_ours(whole) {
            return None;
        }
        let mut sam = if is_plain {
            SamResource::plain(id, resource.clone())
        } else {
            SamResource::new(id, resource.clone())
        };
        // What is wrong with a choice is told where it is lowered.
        let aside = scope.aside();
        switch::settle_alias(&aside, conditions, &mut sam);
        let whole = &sam.get("DeploymentPreference").clone();
        if !sam.is_truthy("AutoPublishAlias") {
            return None;
        }
        let path = sam.path("DeploymentPreference");
        let on = |given: &Map, _: &Path| {
            let enabled = given.get("Enabled");
            let enabled = enabled.map(|value| scope.peek(value).unwrap_or_else(|| value.clone()));
            !given.is_empty() && is_enabled(enabled.as_ref())
        };
        let mut found: Vec<(&Map, Path)> = Vec::new();
        switch::open(&aside, whole, path)?.each(&mut |value, path| {
            let given = value.as_object().filter(|_| !is_intrinsic(value));
            found.extend(
                given
                    .filter(|given| on(given, path) && is_to_be_completed(given, is_plain))
                    .map(|given| (given, path.clone())),
            );
        });
        let (preference, path) = match found.as_slice() {
            [] => return None,
            [(preference, path)] => (*preference, path.clone()),
            [_, (_, other), ..] => {
                scope.report(
                    Diagnostic::new(
                        codes::HOOK_SHAPE,
                        other.clone(),
                        "a condition chooses between two preferences, and hooks or a role would have to be made for both",
                    )
                    .help("write hooks and `Role` as maps in one of the two only, or name functions and roles of your own"),
                );
                return None;
            }
        };
        let when = switch::preference(&aside, conditions, &sam, on)?.when;
        let hooks = preference.get("Hooks").filter(|given| !is_intrinsic(given));
        let hooks = hooks.and_then(Value::as_object);
        let given_role = preference.get("Role").filter(|role| is_truthy(Some(role)));
        let watch = scope.watch();
        let mut calls = Vec::new();
        for event in EVENTS.iter().copied() {
            let Some(given) = hooks
                .and_then(|hooks| hooks.get(event))
                .filter(|hook| !is_none(hook))
            else {
                continue;
            };
            let reader = Reader {
                scope,
                resources,
                sam: &sam,
                path: path.clone().then("Hooks").then(event),
            };
            calls.extend(reader.read(given, is_plain).map(|call| (event, call)));
        }
        let is_wired = calls
            .iter()
            .any(|(_, call)| !matches!(call, Call::Named(_)));
        let triggers = preference
            .get("TriggerConfigurations")
            .or_else(|| sam.get("DeploymentGroup").get("TriggerConfigurations"));
        let role = match given_role {
            None if is_wired => Some(role::Wanted::new(&sam, is_truthy(triggers))),
            Some(given) if role::is_ours(given) => {
                let path = path.clone().then("Role");
                role::Wanted::read(scope, &sam, given, is_truthy(triggers), path)
            }
            _ => None,
        };
        if !watch.is_sound() {
            return None;
        }
        let condition = sam.attributes.condition().filter(|name| !name.is_empty());
        let own = condition.map(str::to_owned);
        let chosen = match when {
            When::If(other) => {
                let both: Vec<String> = own.clone().into_iter().chain([other]).collect();
                Some(conditions.all_of(&aside, &both))
            }
            _ => None,
        };
        let passes = preference.get("PassthroughCondition");
        let passes = passes.and_then(|value| scope.peek(value));
        let passes = passes.is_some_and(|value| {
            value == json!(true)
                || value
                    .as_str()
                    .is_some_and(|word| word == "true" || word == "True")
        });
        let application = sam.get("DeploymentGroup").get("ApplicationName");
        let tested = Tested {
            group_condition: chosen
                .clone()
                .or_else(|| own.clone().filter(|_| is_plain || passes)),
            alias_condition: own.clone(),
            condition: chosen.or(own),
            application: application.filter(|name| !name.is_null()).cloned(),
            tags: tags::propagated(&sam).map(tags::list).unwrap_or_default(),
            id: sam.id,
        };
        Some(Self {
            tested,
            path,
            calls,
            role,
        })
    }

    /// Where a hook is named.
    fn place_of(&self, event: &str) -> Path {
        self.path.clone().then("Hooks").then(event)
    }

    /// Refuses a hook that is the function that it is to test; gives whether there is one.
    fn refuse_itself(&self, scope: &Scope<'_>) -> bool {
        let id = &self.tested.id;
        let itself = self.calls.iter().find(|(_, call)| call.wired() == Some(id));
        if let Some((event, _)) = itself {
            scope.report(
                Diagnostic::new(
                    codes::HOOK_TESTS_ITSELF,
                    self.place_of(event),
                    format!("`{id}` is the function that is tested, and cannot be the one that tests it"),
                )
                .help("name another function, or have one made: `SmokeTest: {Payload: {...}, Expect: {...}}`"),
            );
        }
        itself.is_some()
    }

    /// Gives each hook the name of the version, and its role what it may do.
    fn complete_hooks(&self, scope: &Scope<'_>, resources: &mut Map) {
        let mut owners: IndexMap<PolicyOwner, (bool, &str)> = IndexMap::new();
        for (event, call) in &self.calls {
            let Call::Wired { hook, variable, .. } = call else {
                continue;
            };
            if let Some(variable) = variable {
                self.tell_version(scope, resources, event, hook, variable);
            }
            match PolicyOwner::of(resources, hook) {
                Some(owner) => {
                    owners.entry(owner).or_insert((false, event)).0 |= variable.is_some();
                }
                None => self.refuse_role(scope, event, hook, variable.is_some()),
            }
        }
        for (owner, (invokes, event)) in owners {
            if !owner.permit(resources, &self.tested, invokes) {
                self.refuse_role(scope, event, owner.id(), invokes);
            }
        }
    }

    /// Sets the variable that tells a hook which version to test, unless the hook has one of that name.
    fn tell_version(
        &self,
        scope: &Scope<'_>,
        resources: &mut Map,
        event: &str,
        hook: &str,
        variable: &str,
    ) {
        let condition = condition_of(resources, hook);
        let version = self.tested.guarded(
            reference(&format!("{}.Version", self.tested.id)),
            condition.as_deref(),
        );
        let mut at = resources.get_mut(hook);
        for key in ["Properties", "Environment", "Variables"] {
            at = at.and_then(Value::as_object_mut).map(|map| {
                let inner = map.entry(key).or_insert(Value::Null);
                if inner.is_null() {
                    *inner = Value::Object(Map::new());
                }
                inner
            });
            at = at.filter(|inner| !is_intrinsic(inner));
        }
        if let Some(variables) = at.and_then(Value::as_object_mut) {
            variables.entry(variable).or_insert(version);
            return;
        }
        scope.report(
            Diagnostic::new(
                codes::HOOK_ENVIRONMENT,
                self.place_of(event),
                format!("`{hook}` cannot be told which version to test: its environment variables are no map"),
            )
            .help(format!(
                "write `Variables: {{{variable}: !Ref {}.Version}}` there, or `VersionVariable: false` here where it need not know",
                self.tested.id
            )),
        );
    }

    fn refuse_role(&self, scope: &Scope<'_>, event: &str, owner: &str, invokes: bool) {
        scope.report(
            Diagnostic::new(
                codes::HOOK_ROLE,
                self.place_of(event),
                format!("`{owner}` cannot be allowed to test and to report: its role, or the list of its policies, is not in this template"),
            )
            .help(format!(
                "let its role do this, `[{}]`, and say so with `--allow {}`",
                self.tested.statements_to_write(invokes),
                codes::HOOK_ROLE
            )),
        );
    }

    /// What stands beside the function: the role of its group, and generated smoke tests.
    fn make(&self, scope: &Scope<'_>, resources: &Map) -> Generated {
        let mut made = Generated::default();
        if let Some(wanted) = &self.role {
            let id = logical_id::deployment_role(&self.tested.id);
            let policies = self.invoke_policies(resources);
            let condition = self.tested.group_condition.as_deref();
            let mut made_role = wanted.make(scope.partition, condition, policies);
            if !self.tested.tags.is_empty() {
                tags::write(&mut made_role, &self.tested.tags);
            }
            let hooks = self
                .calls
                .iter()
                .filter(|(_, call)| !matches!(call, Call::Named(_)));
            let hooks = hooks.map(|(event, _)| self.place_of(event));
            let map = wanted.is_written.then(|| self.path.clone().then("Role"));
            for because in hooks.chain(map) {
                made.insert(id.clone(), made_role.clone(), because);
            }
        }
        for (event, call) in &self.calls {
            if let Call::SmokeTest(test) = call {
                let wanted = self.role.as_ref();
                smoke_test::make(
                    scope,
                    &self.tested,
                    test,
                    event,
                    wanted,
                    self.place_of(event),
                    &mut made,
                );
            }
        }
        made
    }

    /// The policies with which the role of the group may invoke its hooks.
    fn invoke_policies(&self, resources: &Map) -> Vec<Value> {
        let group = self.tested.group_condition.as_deref();
        let mut always = Vec::new();
        let mut sometimes = Vec::new();
        for (event, call) in &self.calls {
            let (arn, condition) = match call {
                Call::Wired { hook, .. } => (get_att(hook, "Arn"), condition_of(resources, hook)),
                Call::SmokeTest(_) => {
                    let id = logical_id::smoke_test(&self.tested.id, event);
                    (get_att(&id, "Arn"), self.tested.condition.clone())
                }
                Call::Named(named) => match arn_of(resources, named) {
                    Some(arn) => arn,
                    None => {
                        sometimes.extend(self.invoke_chosen(resources, event, named));
                        continue;
                    }
                },
            };
            match condition {
                Some(condition) if Some(condition.as_str()) != group => {
                    let policy = invoke_policy(&format!("Invoke{event}Hook"), vec![arn]);
                    sometimes.push(if_then(condition, policy, no_value()));
                }
                _ if always.contains(&arn) => {}
                _ => always.push(arn),
            }
        }
        if !always.is_empty() {
            sometimes.insert(0, invoke_policy("InvokeHooks", always));
        }
        sometimes
    }

    /// The policy with which the role may invoke a hook that a condition chooses.
    fn invoke_chosen(&self, resources: &Map, event: &str, named: &Value) -> Option<Value> {
        if let Some((condition, then, otherwise)) = if_parts(named) {
            let branch = |named| self.invoke_chosen(resources, event, named);
            let (then, otherwise) = (branch(then), branch(otherwise));
            if then.is_none() && otherwise.is_none() {
                return None;
            }
            let branch = |policy: Option<Value>| policy.unwrap_or_else(no_value);
            return Some(if_then(condition.clone(), branch(then), branch(otherwise)));
        }
        let (arn, condition) = arn_of(resources, named)?;
        let policy = invoke_policy(&format!("Invoke{event}Hook"), vec![arn]);
        let group = self.tested.group_condition.as_deref();
        Some(guarded(policy, condition.as_deref(), group))
    }

    /// Leaves of the preference what SAM knows.
    fn rewrite(&self, resources: &mut Map) {
        let hooks: Vec<(&str, Value)> = self
            .calls
            .iter()
            .map(|(event, call)| {
                let named = match call {
                    Call::Named(named) => named.clone(),
                    Call::SmokeTest(_) => {
                        reference(&logical_id::smoke_test(&self.tested.id, event))
                    }
                    Call::Wired { hook, named, .. } => {
                        let condition = condition_of(resources, hook);
                        guarded(
                            named.clone(),
                            condition.as_deref(),
                            self.tested.alias_condition.as_deref(),
                        )
                    }
                };
                (*event, named)
            })
            .collect();
        let preference = at_mut(resources, &self.path);
        let Some(preference) = preference.and_then(Value::as_object_mut) else {
            return;
        };
        if self.role.is_some() {
            let role = get_att(&logical_id::deployment_role(&self.tested.id), "Arn");
            preference.insert("Role", role);
        }
        let given = preference.get_mut("Hooks").and_then(Value::as_object_mut);
        if let Some(given) = given {
            for (event, named) in hooks {
                given.insert(event, named);
            }
        }
    }
}

/// Takes a hook's own preference off it where it comes from Globals, and refuses another one that is enabled: what tests
/// a deployment has none.
fn take_preference(scope: &Scope<'_>, resources: &mut Map, hook: &str, is_global: bool) {
    let properties = resources
        .get_mut(hook)
        .and_then(|hook| hook.get_mut("Properties"));
    let Some(properties) = properties.and_then(Value::as_object_mut) else {
        return;
    };
    let Some(preference) = properties.get_mut("DeploymentPreference") else {
        return;
    };
    if is_global {
        *preference = json!({ "Enabled": false });
        return;
    }
    let enabled = preference.get("Enabled");
    let enabled = enabled.map(|value| scope.peek(value).unwrap_or_else(|| value.clone()));
    if is_truthy(Some(preference)) && is_enabled(enabled.as_ref()) {
        scope.report(
            Diagnostic::new(
                codes::HOOK_WITH_PREFERENCE,
                Path::property(hook, "DeploymentPreference"),
                format!("`{hook}` tests the deployment of another function, and so cannot be deployed step by step itself"),
            )
            .on_key()
            .help("take the preference out, or write `DeploymentPreference: {Enabled: false}`"),
        );
    }
}

/// Refuses two functions whose versions would be in one variable of one hook.
fn refuse_shared_variables(scope: &Scope<'_>, resources: &Map, all: &[Wiring]) {
    let mut taken: IndexMap<(&str, &str), &str> = IndexMap::new();
    for wiring in all {
        let tested = &wiring.tested;
        for (event, call) in &wiring.calls {
            let Call::Wired {
                hook,
                variable: Some(variable),
                ..
            } = call
            else {
                continue;
            };
            let own = resources.get(hook).and_then(|hook| {
                hook.get("Properties")?
                    .get("Environment")?
                    .get("Variables")?
                    .get(variable.as_str())
            });
            let first = *taken.entry((hook, variable)).or_insert(&tested.id);
            if first != tested.id && own.is_none() {
                scope.report(
                    Diagnostic::new(
                        codes::HOOK_VARIABLE_TAKEN,
                        wiring.place_of(event),
                        format!("`{hook}` tests `{first}`, too, and one variable `{variable}` cannot name the versions of both"),
                    )
                    .help(format!("name another one here: `{{Function: !Ref {hook}, VersionVariable: {}Version}}`; or `VersionVariable: false` where `{hook}` need not know; or give each function a hook of its own", tested.id)),
                );
            }
        }
    }
}

/// What stands at a place in the resources.
fn at_mut<'a>(resources: &'a mut Map, path: &Path) -> Option<&'a mut Value> {
    let mut steps = path.0.iter().skip(1);
    let Some(Step::Key(id)) = steps.next() else {
        return None;
    };
    steps.try_fold(resources.get_mut(id)?, |value, step| match step {
        Step::Key(key) => value.get_mut(key.as_str()),
        Step::Index(index) => value.get_mut(*index),
    })
}
