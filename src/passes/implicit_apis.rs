//! APIs that the template does not write: the one of events that name none, and the bodies of APIs without one.
//!
//! Input  a function with the event `{Type: Api, Properties: {Path: /a, Method: get}}`
//! Output the resource `ServerlessRestApi`, which the event now names, and the draft of its document with that path
//!
//! Every API gets a [`Draft`]. The documents that the transform makes get the paths of all events here, so that a path
//! whose functions all have conditions can depend on them.
//!
//! Where the template has a REST API, the order of resources and events is from here on Python 2.7's (see
//! `language/python2`).
//!
//! Upstream: plugins/api/default_definition_body_plugin.py, plugins/api/implicit_api_plugin.py.

use super::api_drafts;
use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::language::conditions;
use crate::language::intrinsics::{if_then, no_value};
use crate::language::python2::{Map as Map2, Node, Text};
use crate::language::truth::is_truthy;
use crate::sam::api::openapi::{self, Document};
use crate::sam::api::{Draft, rest};
use crate::sam::map;
use crate::template::{Path, Step, Template};
use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

pub(super) const FUNCTION: &str = "AWS::Serverless::Function";
const STATE_MACHINE: &str = "AWS::Serverless::StateMachine";
pub(super) const REST_API: &str = "AWS::Serverless::Api";
const HTTP_API: &str = "AWS::Serverless::HttpApi";

/// One kind of API that events can have without a resource.
struct Kind {
    /// The type of the events.
    event: &'static str,
    /// The property of the events that names the API.
    id_property: &'static str,
    /// The logical id of the implicit API.
    id: &'static str,
    /// The condition of the implicit API, where it needs one of its own.
    condition: &'static str,
    /// The type of the resource.
    resource: &'static str,
    /// Its properties beside the document.
    properties: fn() -> Value,
    skeleton: fn() -> Document,
    /// Reads a body of the user's. Only the order of a REST API's keys is in an id.
    read_body: fn(Value) -> Node,
    /// Whether a document is one that paths are added to.
    takes_paths: fn(&Document) -> bool,
    /// Whether properties can be left out altogether: those of an API, and those of an event, which is then the default
    /// route.
    without_properties: bool,
}

/// The kinds, in the order in which they are added.
const KINDS: &[Kind] = &[
    Kind {
        event: "Api",
        id_property: "RestApiId",
        id: "ServerlessRestApi",
        condition: "ServerlessRestApiCondition",
        resource: REST_API,
        properties: || json!({ "StageName": "Prod" }),
        skeleton: Document::swagger,
        read_body: Node::marked,
        takes_paths: Document::is_valid,
        without_properties: false,
    },
    Kind {
        event: "HttpApi",
        id_property: "ApiId",
        id: "ServerlessHttpApi",
        condition: "ServerlessHttpApiCondition",
        resource: HTTP_API,
        properties: || json!({}),
        skeleton: Document::openapi,
        read_body: Node::plain,
        takes_paths: Document::is_valid_openapi_3,
        without_properties: true,
    },
];

const DEFAULT_PATH: &str = "$default";

/// The conditions of the functions by API, path and method.
type Conditions = IndexMap<String, PathConditions>;

type PathConditions = IndexMap<String, IndexMap<String, Option<String>>>;

/// Makes the drafts and the implicit APIs.
pub(crate) fn add(template: &mut Template, context: &mut Context<'_>) {
    let globals = template.0.get("Globals").cloned().unwrap_or_default();
    let Some(resources) = template.section_mut("Resources") else {
        return;
    };
    if !KINDS.iter().any(|kind| is_used(resources, kind)) {
        return;
    }
    let is_emulated = has_python2_order(resources, &globals);
    let mut order: Map2<()> = new_order(is_emulated);
    for id in resources.keys() {
        order.insert(id.as_str(), ());
    }
    if is_emulated {
        context.global_api = match globals.get("Api") {
            Some(Value::Object(api)) => Node::marked(Value::Object(api.clone())),
            _ => Node::Null,
        };
    }
    for kind in KINDS {
        draft_all(resources, context, kind, &globals, is_emulated);
    }
    let mut orders = Orders {
        resources: order,
        events: HashMap::new(),
        is_emulated,
    };
    for kind in KINDS {
        add_kind(resources, context, kind, &globals, &mut orders);
        if context.diagnostics.iter().any(Diagnostic::is_error) {
            context.halted = Some(Halted::new(resources, &context.diagnostics));
            return;
        }
    }
    api_drafts::collect_function_names(resources, context, &orders.resources);
    if is_emulated {
        context.order = orders
            .resources
            .keys()
            .enumerate()
            .map(|(rank, id)| (id.to_string(), rank))
            .collect();
    }
}

/// The reference stops when it cannot make the implicit APIs, and blames the resources with those events alone. So does
/// this transform, but it tells all that is wrong with them: what follows goes on, and of what that finds only this
/// stays.
pub(crate) struct Halted {
    /// How many findings there were by then.
    found: usize,
    /// The resources that are blamed.
    owners: IndexSet<String>,
    /// The events of APIs that they have. The documents are not complete, so that little can be said of these.
    events: HashSet<Vec<Step>>,
}

/// How many steps lead to an event.
const EVENT_DEPTH: usize = 5;

/// What is wrong with an event whatever its API is like.
const FAULTS_OF_EVENTS: &[&str] = &["missing-property", "unknown-property", "wrong-shape"];

impl Halted {
    fn new(resources: &Map<String, Value>, found: &[Diagnostic]) -> Self {
        let errors = found.iter().filter(|finding| finding.is_error());
        // A fault in a resource may be blamed on another one, or on the document.
        let owners: IndexSet<String> = errors
            .filter(|fault| fault.resource.as_deref() == fault.path.resource_id())
            .filter_map(|fault| fault.resource.clone())
            .collect();
        let mut events = HashSet::new();
        for owner in &owners {
            let all = resources
                .get(owner)
                .and_then(|resource| resource.get("Properties")?.get("Events")?.as_object());
            for (id, event) in all.into_iter().flatten() {
                if KINDS.iter().any(|kind| is_of_type(event, kind.event)) {
                    events.insert(Path::property(owner, "Events").then(id).0);
                }
            }
        }
        Self {
            found: found.len(),
            owners,
            events,
        }
    }

    /// Takes out what was found later and cannot be relied on.
    pub(crate) fn retain(&self, findings: &mut Vec<Diagnostic>) {
        let later = findings.split_off(self.found.min(findings.len()));
        let mut told: HashSet<Path> = findings.iter().map(|known| known.path.clone()).collect();
        for finding in later {
            let event = finding.path.0.get(..EVENT_DEPTH);
            let is_of_api = event.is_some_and(|event| self.events.contains(event));
            let owner = finding.path.resource_id();
            let is_wanted = owner == finding.resource.as_deref()
                && owner.is_some_and(|owner| self.owners.contains(owner))
                && (FAULTS_OF_EVENTS.contains(&finding.code) || !is_of_api);
            if is_wanted && told.insert(finding.path.clone()) {
                findings.push(finding);
            }
        }
    }
}

/// In which order resources, and the events of each, are handled.
struct Orders {
    resources: Map2<()>,
    events: HashMap<String, Map2<()>>,
    is_emulated: bool,
}

fn new_order(is_emulated: bool) -> Map2<()> {
    if is_emulated {
        Map2::hashed()
    } else {
        Map2::plain()
    }
}

pub(super) fn is_of_type(resource: &Value, kind: &str) -> bool {
    resource.get("Type").and_then(Value::as_str) == Some(kind)
}

fn has_event(resource: &Value, kind: &str) -> bool {
    (is_of_type(resource, FUNCTION) || is_of_type(resource, STATE_MACHINE))
        && resource
            .get("Properties")
            .and_then(|properties| properties.get("Events"))
            .and_then(Value::as_object)
            .is_some_and(|events| events.values().any(|event| is_of_type(event, kind)))
}

fn is_used(resources: &Map<String, Value>, kind: &Kind) -> bool {
    resources
        .values()
        .any(|resource| is_of_type(resource, kind.resource) || has_event(resource, kind.event))
}

/// Whether the reference orders keys as Python 2.7 does: in templates with REST APIs, and by an accident in those with
/// an HTTP API whose methods have a default authorizer.
fn has_python2_order(resources: &Map<String, Value>, globals: &Value) -> bool {
    let has_default = |auth: Option<&Value>| {
        auth.and_then(|auth| auth.get("DefaultAuthorizer"))
            .is_some_and(|name| is_truthy(Some(name)))
    };
    let by_default = has_default(globals.get("HttpApi").and_then(|http| http.get("Auth")));
    resources.values().any(|resource| {
        let auth = resource
            .get("Properties")
            .and_then(|properties| properties.get("Auth"));
        is_of_type(resource, REST_API)
            || has_event(resource, "Api")
            || (is_of_type(resource, HTTP_API) && (by_default || has_default(auth)))
            || (by_default && is_of_type(resource, FUNCTION) && has_event(resource, "HttpApi"))
    })
}

/// Takes the body of every API of a kind out of the template, or makes one.
fn draft_all(
    resources: &mut Map<String, Value>,
    context: &mut Context<'_>,
    kind: &Kind,
    globals: &Value,
    is_emulated: bool,
) {
    for (id, resource) in resources.iter_mut() {
        if !is_of_type(resource, kind.resource) {
            continue;
        }
        let mut none = Value::Object(Map::new());
        let properties = match resource.get_mut("Properties") {
            Some(properties) => properties,
            None if kind.without_properties => &mut none,
            None => continue,
        };
        let Some(properties) = properties.as_object_mut() else {
            continue;
        };
        let is_given = |name: &str| is_truthy(properties.get(name));
        let mut draft = if is_given("DefinitionBody") || is_given("DefinitionUri") {
            let is_managed = is_given(rest::MANAGED);
            let body = properties
                .get_mut("DefinitionBody")
                .filter(|body| body.as_object().is_some_and(|body| !body.is_empty()))
                .map(|body| (kind.read_body)(body.take()));
            let document = match body {
                Some(Node::Map(body)) => Some(Document::new(body)),
                _ => None,
            };
            Draft::new(document, is_managed)
        } else {
            properties.insert("DefinitionBody".to_owned(), Value::Null);
            Draft::new(Some((kind.skeleton)()), true)
        };
        if is_emulated && kind.resource == HTTP_API {
            order_tags(&mut draft, properties, globals);
        }
        let in_document = match kind.resource {
            REST_API => rest::IN_DOCUMENT,
            _ => &[],
        };
        for name in in_document {
            if let Some(value) = properties.get(*name) {
                draft
                    .properties
                    .insert(Text::marked(*name), Node::marked(value.clone()));
            }
        }
        context.drafts.insert(id.clone(), draft);
    }
}

/// Brings the tags of an HTTP API into Python's order: they become a list.
fn order_tags(draft: &mut Draft, properties: &mut Map<String, Value>, globals: &Value) {
    let Some(tags) = properties.get_mut("Tags") else {
        return;
    };
    let ordered = Node::marked(tags.take());
    *tags = ordered.to_value();
    let global_tags = globals.get("HttpApi").and_then(|http| http.get("Tags"));
    if global_tags.is_none() {
        // Another tag will join them in this order. To global ones they would be added one by one as they now stand.
        draft.properties.insert("Tags", ordered);
    }
}

/// The implicit API of a kind, and what its events say of it.
struct Implicit {
    draft: Draft,
    /// `RouteSettings` of events by API and route.
    route_settings: Vec<RouteSettings>,
    tags: Map<String, Value>,
    propagates_tags: bool,
    deletion_policies: IndexSet<String>,
    update_replace_policies: IndexSet<String>,
}

/// What an event says of its route.
struct RouteSettings {
    api: String,
    route: String,
    settings: Map<String, Value>,
}

fn add_kind(
    resources: &mut Map<String, Value>,
    context: &mut Context<'_>,
    kind: &Kind,
    globals: &Value,
    orders: &mut Orders,
) {
    let types: IndexMap<String, Option<String>> = resources
        .iter()
        .map(|(id, resource)| {
            let kind = resource.get("Type").and_then(Value::as_str);
            (id.clone(), kind.map(str::to_owned))
        })
        .collect();
    let was_there = orders.resources.contains_key(kind.id);
    orders.resources.insert(kind.id, ());
    let mut implicit = Implicit {
        draft: Draft::new(Some((kind.skeleton)()), true),
        route_settings: Vec::new(),
        tags: Map::new(),
        propagates_tags: false,
        deletion_policies: IndexSet::new(),
        update_replace_policies: IndexSet::new(),
    };
    let mut conditions = Conditions::new();
    let owners: Vec<String> = orders.resources.keys().map(|id| id.to_string()).collect();
    for owner in &owners {
        let Some(resource) = resources.get_mut(owner).filter(|resource| {
            is_of_type(resource, FUNCTION) || is_of_type(resource, STATE_MACHINE)
        }) else {
            continue;
        };
        let mut reading = Reading {
            kind,
            types: &types,
            context: &mut *context,
            implicit: &mut implicit,
            conditions: &mut conditions,
            globals,
        };
        reading.read_owner(owner, resource, orders);
    }
    let condition = condition_of_all(context, kind, &conditions);
    let is_implicit_used = implicit
        .draft
        .document
        .as_ref()
        .is_some_and(|document| !document.has_no_paths());
    if is_implicit_used {
        if was_there {
            context.report(
                Diagnostic::error(
                    "implicit-api-id-taken",
                    Path::resource(kind.id),
                    format!("`{}` is the id of the API that events without `{}` get, which would take this resource's place", kind.id, kind.id_property),
                )
                .on_key()
                .help(format!("rename this resource, and have events name it with `{}` if it is their API", kind.id_property)),
            );
            return;
        }
        let resource = implicit_resource(kind, &mut implicit, condition);
        resources.insert(kind.id.to_owned(), resource);
        let mut draft = std::mem::replace(&mut implicit.draft, Draft::new(None, true));
        draft
            .properties
            .insert(Text::bare("StageName"), Node::bare("Prod".into()));
        context.drafts.insert(kind.id.to_owned(), draft);
    } else if !was_there {
        orders.resources.remove(kind.id);
    }
    for settings in std::mem::take(&mut implicit.route_settings) {
        add_route_settings(resources, context, settings);
    }
    for id in orders.resources.keys() {
        if resources
            .get(&**id)
            .is_some_and(|resource| is_of_type(resource, kind.resource))
        {
            make_paths_conditional(context, id, conditions.get(&**id));
        }
    }
}

/// Puts what an event says of its route into the API's `RouteSettings`.
fn add_route_settings(
    resources: &mut Map<String, Value>,
    context: &mut Context<'_>,
    given: RouteSettings,
) {
    let Some(resource) = resources.get_mut(&given.api) else {
        return;
    };
    let is_of_sam = crate::sam::type_of(resource).is_some();
    let Some(resource) = resource.as_object_mut() else {
        return;
    };
    if is_of_sam {
        resource.entry("Properties").or_insert_with(|| json!({}));
    }
    let properties = resource.get_mut("Properties");
    let Some(properties) = properties.and_then(Value::as_object_mut) else {
        return;
    };
    let all = properties
        .entry("RouteSettings")
        .or_insert_with(|| json!({}));
    let route = all
        .as_object_mut()
        .map(|all| all.entry(given.route).or_insert_with(|| json!({})));
    match route.and_then(Value::as_object_mut) {
        Some(route) => route.extend(given.settings),
        None => context.report(
            Diagnostic::error(
                "route-settings-shape",
                Path::property(&given.api, "RouteSettings"),
                "`RouteSettings` must be a map of maps",
            )
            .help("write `RouteSettings: {GET /path: {ThrottlingRateLimit: 10}}`"),
        ),
    }
}

fn implicit_resource(kind: &Kind, implicit: &mut Implicit, condition: Option<String>) -> Value {
    let mut properties = map((kind.properties)());
    if !implicit.tags.is_empty() {
        properties.insert("Tags".to_owned(), std::mem::take(&mut implicit.tags).into());
    }
    if implicit.propagates_tags {
        properties.insert("PropagateTags".to_owned(), true.into());
    }
    let mut resource = map(json!({ "Type": kind.resource, "Properties": properties }));
    if let Some(condition) = condition {
        resource.insert("Condition".to_owned(), condition.into());
    }
    for (attribute, given, known) in [
        (
            "DeletionPolicy",
            &implicit.deletion_policies,
            &["Retain", "Delete"] as &[&str],
        ),
        (
            "UpdateReplacePolicy",
            &implicit.update_replace_policies,
            &["Retain", "Snapshot", "Delete"],
        ),
    ] {
        if let Some(policy) = known.iter().find(|policy| given.contains(**policy)) {
            resource.insert(attribute.to_owned(), (*policy).into());
        }
    }
    Value::Object(resource)
}

/// The condition of the implicit API: that of its events, where all have one.
fn condition_of_all(
    context: &mut Context<'_>,
    kind: &Kind,
    conditions: &Conditions,
) -> Option<String> {
    let paths = conditions.get(kind.id)?;
    let all = paths.values().flat_map(IndexMap::values);
    let names = distinct(all)?;
    Some(combined(context, kind.condition.to_owned(), names))
}

/// The distinct conditions in order; none where there is none, or something without one.
fn distinct<'a>(conditions: impl Iterator<Item = &'a Option<String>>) -> Option<Vec<String>> {
    let mut names = conditions
        .cloned()
        .collect::<Option<IndexSet<String>>>()?
        .into_iter()
        .collect::<Vec<_>>();
    names.sort_unstable();
    (!names.is_empty()).then_some(names)
}

/// One condition that holds where one of several does; `name` is what it is called where it must be made.
fn combined(context: &mut Context<'_>, name: String, mut names: Vec<String>) -> String {
    if names.len() == 1 {
        return names.pop().unwrap_or_default();
    }
    for (name, condition) in conditions::any_of(&name, &names) {
        context.add_condition(name, condition);
    }
    name
}

/// Makes each path of a managed document depend on the conditions of its events, where all have one.
fn make_paths_conditional(
    context: &mut Context<'_>,
    id: &str,
    conditions: Option<&PathConditions>,
) {
    let mut draft = match context.drafts.get_mut(id) {
        Some(draft) if draft.is_managed => std::mem::replace(draft, Draft::new(None, true)),
        _ => return,
    };
    if let Some(document) = &mut draft.document {
        let edited = document.edit(|document| {
            for path in document.path_names() {
                let of_path = conditions.and_then(|paths| paths.get(&*path));
                let Some(names) = of_path.and_then(|methods| distinct(methods.values())) else {
                    continue;
                };
                let is_one = names.len() == 1;
                let part = path
                    .replace('/', "SLASH")
                    .replace('{', "OB")
                    .replace('}', "CB");
                let name = combined(context, format!("{id}{part}PathCondition"), names);
                let name = if is_one {
                    Text::marked(name)
                } else {
                    Text::bare(name)
                };
                document.make_path_conditional(&path, name);
            }
            Ok::<(), openapi::Fault>(())
        });
        if let Err(fault) = edited {
            context.report(fault.diagnostic(Path::property(id, "DefinitionBody")));
        }
    }
    if let Some(slot) = context.drafts.get_mut(id) {
        *slot = draft;
    }
}

/// The events of one kind while they are read.
struct Reading<'a, 'b> {
    kind: &'a Kind,
    types: &'a IndexMap<String, Option<String>>,
    context: &'a mut Context<'b>,
    implicit: &'a mut Implicit,
    conditions: &'a mut Conditions,
    globals: &'a Value,
}

impl Reading<'_, '_> {
    /// Reads the events of a function or state machine and puts them into their order; faults are reported.
    fn read_owner(&mut self, owner: &str, resource: &mut Value, orders: &mut Orders) {
        let attribute = |name: &str| {
            resource
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let attributes = [
            attribute("Condition"),
            attribute("DeletionPolicy"),
            attribute("UpdateReplacePolicy"),
        ];
        let tags = self.tags_of(resource);
        let Some(events) = resource
            .get_mut("Properties")
            .and_then(|properties| properties.get_mut("Events"))
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        let order = orders.events.entry(owner.to_owned()).or_insert_with(|| {
            let mut order = new_order(orders.is_emulated);
            for id in events.keys() {
                order.insert(id.as_str(), ());
            }
            order
        });
        let mut own: Map2<()> = new_order(orders.is_emulated);
        for id in order.keys() {
            if events
                .get(&**id)
                .is_some_and(|event| is_of_type(event, self.kind.event))
            {
                own.insert(id.clone(), ());
            }
        }
        for id in own.keys() {
            if let Some(event) = events.get_mut(&**id) {
                let path = Path::property(owner, "Events").then(&**id);
                if let Err(fault) = self.read_event(event, &path, &attributes, tags.as_ref()) {
                    self.context.report(fault);
                }
            }
        }
        if orders.is_emulated {
            order.update(own);
            let mut unordered = std::mem::take(events);
            for id in order.keys() {
                if let Some(event) = unordered.get_mut(&**id) {
                    events.insert(id.to_string(), event.take());
                }
            }
        }
    }

    /// The tags that an owner of events hands on to the implicit API.
    fn tags_of(&self, resource: &Value) -> Option<Map<String, Value>> {
        let section = match resource.get("Type").and_then(Value::as_str) {
            Some(FUNCTION) => "Function",
            _ => "StateMachine",
        };
        let given = |name: &str| {
            [resource.get("Properties"), self.globals.get(section)]
                .into_iter()
                .filter_map(|properties| properties?.get(name))
                .find(|value| is_truthy(Some(value)))
        };
        given("PropagateTags")?;
        given("Tags")?.as_object().cloned()
    }

    fn read_event(
        &mut self,
        event: &mut Value,
        path: &Path,
        attributes: &[Option<String>; 3],
        tags: Option<&Map<String, Value>>,
    ) -> Result<(), Diagnostic> {
        let place = path.clone().then("Properties");
        let Some(event) = event.as_object_mut() else {
            return Ok(());
        };
        if self.kind.without_properties {
            event.entry("Properties").or_insert_with(|| json!({}));
        } else if !is_truthy(event.get("Properties")) {
            return Ok(());
        }
        let Some(properties) = event.get_mut("Properties").and_then(Value::as_object_mut) else {
            return Err(Diagnostic::error(
                "wrong-shape",
                place,
                "the `Properties` of an event must be a map",
            )
            .help("write the properties as `Name: value`"));
        };
        if !properties.contains_key(self.kind.id_property) {
            if let Some(tags) = tags {
                self.implicit.tags.extend(tags.clone());
                self.implicit.propagates_tags = true;
            }
            properties.insert(
                self.kind.id_property.to_owned(),
                json!({ "Ref": self.kind.id }),
            );
        }
        let is_given = |name: &str| is_truthy(properties.get(name));
        if self.kind.without_properties && !is_given("Path") && !is_given("Method") {
            properties.insert("Path".to_owned(), DEFAULT_PATH.into());
            properties.insert("Method".to_owned(), openapi::ANY_METHOD.into());
        }
        let text = |name: &str| match properties.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            None | Some(Value::Null) => Err(Diagnostic::error(
                "missing-property",
                place.clone().then(name),
                format!("an `{}` event needs `{name}`", self.kind.event),
            )
            .help(format!("add `{name}`: a string"))),
            Some(_) => Err(Diagnostic::error(
                "wrong-shape",
                place.clone().then(name),
                format!(
                    "`{name}` of an `{}` event must be a string",
                    self.kind.event
                ),
            )
            .help("write the value itself: the paths of an API must be known now")),
        };
        let (route, method) = (text("Path")?, text("Method")?);
        let id = self.api_of(properties, &place)?;
        let [condition, deletion_policy, update_replace_policy] = attributes;
        self.conditions
            .entry(id.clone())
            .or_default()
            .entry(route.clone())
            .or_default()
            .insert(method.clone(), condition.clone());
        if let (true, Some(settings)) = (
            self.kind.resource == HTTP_API,
            properties.get("RouteSettings"),
        ) {
            let Value::Object(settings) = settings else {
                return Err(Diagnostic::error(
                    "wrong-shape",
                    place.then("RouteSettings"),
                    "`RouteSettings` must be a map",
                )
                .help("write `{ThrottlingRateLimit: 10}`"));
            };
            let settings = match condition {
                Some(condition) if !condition.is_empty() => map(if_then(
                    condition.as_str(),
                    settings.clone().into(),
                    no_value(),
                )),
                _ => settings.clone(),
            };
            let route = if method == openapi::ANY_METHOD {
                route.clone()
            } else {
                format!("{} {route}", method.to_uppercase())
            };
            self.implicit.route_settings.push(RouteSettings {
                api: id.clone(),
                route,
                settings,
            });
        }
        let is_implicit = id == self.kind.id;
        if is_implicit {
            self.implicit
                .deletion_policies
                .extend(deletion_policy.clone());
            self.implicit
                .update_replace_policies
                .extend(update_replace_policy.clone());
        }
        let draft = if is_implicit {
            &mut self.implicit.draft
        } else if let Some(draft) = self.context.drafts.get_mut(&id) {
            draft
        } else {
            return Ok(());
        };
        if let (true, Some(document)) = (draft.is_managed, &mut draft.document)
            && (self.kind.takes_paths)(document)
        {
            let method = openapi::method_name(&Text::marked(method));
            document
                .edit(|document| document.add_path(&Text::marked(route), &method))
                .map_err(|fault: openapi::Fault| {
                    fault.diagnostic(Path::property(&id, "DefinitionBody"))
                })?;
        }
        Ok(())
    }

    /// The API that an event names.
    fn api_of(&self, properties: &Map<String, Value>, place: &Path) -> Result<String, Diagnostic> {
        let name = self.kind.id_property;
        let given = properties.get(name).unwrap_or(&Value::Null);
        let id = match given.get("Ref") {
            Some(target) => target,
            None => given,
        };
        let fault = |message: String| {
            Diagnostic::error("api-of-event", place.clone().then(name), message)
                .help(format!("write `{name}: !Ref Api` with the id of an API in this template, or take `{name}` out to get the API `{}`", self.kind.id))
        };
        let Some(id) = id.as_str() else {
            return Err(fault(format!("`{name}` must name an API by its id")));
        };
        let is_known = id == self.kind.id
            || self.types.get(id).is_some_and(|kind| {
                kind.as_deref() != Some(HTTP_API) || self.kind.resource == HTTP_API
            });
        if !is_known {
            return Err(fault(format!(
                "`{name}` names `{id}`, which is no `{}` of this template",
                self.kind.resource
            )));
        }
        Ok(id.to_owned())
    }
}
