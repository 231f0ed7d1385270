//! APIs that the template does not write: the one of events that name none, and the bodies of APIs without one.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Rest: {Type: Api, Properties: {Path: /orders, Method: get}}
//!       Http: {Type: HttpApi, Properties: {Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! ServerlessRestApi:
//!   Type: AWS::ApiGateway::RestApi
//!   # ...
//! ServerlessRestApiProdStage:
//!   Type: AWS::ApiGateway::Stage
//!   # ...
//! ServerlessHttpApi:
//!   Type: AWS::ApiGatewayV2::Api
//!   # ...
//! ServerlessHttpApiApiGatewayDefaultStage:
//!   Type: AWS::ApiGatewayV2::Stage
//!   # ...
//! ```
//!
//! An event that names no API names the implicit one from here on. Every API gets a [`Draft`]. The documents that the
//! transform makes get the paths of all events here, so that a path whose functions all have conditions can depend on
//! them.
//!
//! Where the template has a REST API, the order of resources and events is from here on Python 2.7's (see
//! `language/python2`).
//!
//! Upstream: plugins/api/default_definition_body_plugin.py, plugins/api/implicit_api_plugin.py.

mod events;
mod halted;

use crate::language::logical_id;
use crate::resource::map;
pub(crate) use halted::Halted;

use crate::diagnostics::{Diagnostic, codes};
use crate::language::conditions;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::language::truth::{is_truthy, is_within};
use crate::resource::{FUNCTION, HTTP_API, REST_API, STATE_MACHINE, is_of_type};
use crate::sam::api::draft::{Apis, Draft, Drafts};
use crate::sam::api::openapi::{self, Document};
use crate::sam::api::rest;
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::template::{Path, Template};
use crate::tree::{Map, Value, json};
use indexmap::{IndexMap, IndexSet};
use std::collections::HashMap;

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
        id: logical_id::IMPLICIT_REST_API,
        condition: logical_id::IMPLICIT_REST_API_CONDITION,
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
        id: logical_id::IMPLICIT_HTTP_API,
        condition: logical_id::IMPLICIT_HTTP_API_CONDITION,
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
type EventConditions = IndexMap<String, PathConditions>;

type PathConditions = IndexMap<String, IndexMap<String, Option<String>>>;

/// Makes the drafts and the implicit APIs.
pub(crate) fn add(
    scope: &Scope<'_>,
    template: &mut Template,
    conditions: &mut Conditions,
) -> (Apis, Option<Halted>) {
    let mut apis = Apis::none();
    let globals = template.0.get("Globals").cloned().unwrap_or_default();
    let Some(resources) = template.section_mut("Resources") else {
        return (apis, None);
    };
    if !KINDS.iter().any(|kind| is_used(resources, kind)) {
        return (apis, None);
    }
    let is_emulated = has_python2_order(resources, &globals);
    let mut order: Map2<()> = new_order(is_emulated);
    for id in resources.keys() {
        order.insert(id.as_str(), ());
    }
    if is_emulated {
        apis.global = match globals.get("Api") {
            Some(Value::Object(api)) => Node::marked(Value::Object(api.clone())),
            _ => Node::Null,
        };
    }
    for kind in KINDS {
        let room = scope.room_left();
        draft_all(
            resources,
            &mut apis.drafts,
            kind,
            &globals,
            is_emulated,
            room,
        );
    }
    let mut orders = Orders {
        resources: order,
        events: HashMap::new(),
        is_emulated,
    };
    for kind in KINDS {
        add_kind(
            scope,
            conditions,
            resources,
            &mut apis,
            kind,
            &globals,
            &mut orders,
        );
        if scope.has_errors() {
            let halted = scope.read(|found| Halted::new(resources, found));
            return (apis, Some(halted));
        }
    }
    collect_function_names(scope, resources, &mut apis.drafts, &orders.resources);
    if is_emulated {
        apis.order = orders
            .resources
            .keys()
            .enumerate()
            .map(|(rank, id)| (id.to_string(), rank))
            .collect();
    }
    (apis, None)
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

fn has_event(resource: &Value, kind: &str) -> bool {
    (is_of_type(resource, FUNCTION) || is_of_type(resource, STATE_MACHINE))
        && resource
            .get("Properties")
            .and_then(|properties| properties.get("Events"))
            .and_then(Value::as_object)
            .is_some_and(|events| events.values().any(|event| is_of_type(event, kind)))
}

fn is_used(resources: &Map, kind: &Kind) -> bool {
    resources
        .values()
        .any(|resource| is_of_type(resource, kind.resource) || has_event(resource, kind.event))
}

/// Whether the reference orders keys as Python 2.7 does: in templates with REST APIs, and by an accident in those with
/// an HTTP API whose methods have a default authorizer.
fn has_python2_order(resources: &Map, globals: &Value) -> bool {
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
    resources: &mut Map,
    drafts: &mut Drafts,
    kind: &Kind,
    globals: &Value,
    is_emulated: bool,
    room: usize,
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
                Some(Node::Map(body)) => Some(Document::new(body).within(room)),
                _ => None,
            };
            Draft::new(document, is_managed)
        } else {
            properties.insert("DefinitionBody", Value::Null);
            Draft::new(Some((kind.skeleton)().within(room)), true)
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
        drafts.insert(id.to_string(), draft);
    }
}

/// Brings the tags of an HTTP API into Python's order: they become a list.
fn order_tags(draft: &mut Draft, properties: &mut Map, globals: &Value) {
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
    tags: Map,
    propagates_tags: bool,
    /// The places of its events.
    events: Vec<Path>,
    deletion_policies: IndexSet<String>,
    update_replace_policies: IndexSet<String>,
}

impl Implicit {
    /// The implicit API of a kind before any event is read.
    fn unused(kind: &Kind, room: usize) -> Self {
        Self {
            draft: Draft::new(Some((kind.skeleton)().within(room)), true),
            route_settings: Vec::new(),
            tags: Map::new(),
            propagates_tags: false,
            events: Vec::new(),
            deletion_policies: IndexSet::new(),
            update_replace_policies: IndexSet::new(),
        }
    }

    /// Whether an event has put a path into it.
    fn is_used(&self) -> bool {
        let document = self.draft.document.as_ref();
        document.is_some_and(|document| !document.has_no_paths())
    }
}

/// What an event says of its route.
struct RouteSettings {
    api: String,
    route: String,
    settings: Map,
}

/// Reads the events of one kind, and adds the implicit API where one of them wants it.
///
/// The implicit API has its place in the order of the resources before it is known whether it is made: the order in which
/// events are read depends on that, see `language/python2`.
fn add_kind(
    scope: &Scope<'_>,
    all_conditions: &mut Conditions,
    resources: &mut Map,
    apis: &mut Apis,
    kind: &Kind,
    globals: &Value,
    orders: &mut Orders,
) {
    let drafts = &mut apis.drafts;
    let types = types_of(resources);
    let was_there = orders.resources.contains_key(kind.id);
    orders.resources.insert(kind.id, ());
    let mut implicit = Implicit::unused(kind, scope.room_left());
    let mut conditions = EventConditions::new();
    let owners: Vec<String> = orders.resources.keys().map(|id| id.to_string()).collect();
    for owner in &owners {
        let Some(resource) = resources.get_mut(owner).filter(|resource| {
            is_of_type(resource, FUNCTION) || is_of_type(resource, STATE_MACHINE)
        }) else {
            continue;
        };
        let mut reading = events::Reading {
            kind,
            types: &types,
            scope,
            drafts: &mut *drafts,
            implicit: &mut implicit,
            conditions: &mut conditions,
            globals,
        };
        reading.read_owner(owner, resource, orders);
    }
    let condition = condition_of_all(scope, all_conditions, kind, &conditions);
    if implicit.is_used() {
        let resource = implicit_resource(kind, &mut implicit, condition);
        if let Some(own) = resources.get(kind.id) {
            if scope.has_errors() || !is_within_resource(own, &resource) {
                scope.report(id_taken(kind));
                if !scope.options.levels.allows(codes::IMPLICIT_API_ID_TAKEN) {
                    return;
                }
            } else if let Some(document) = drafts.get(kind.id).and_then(|own| own.document.clone())
            {
                apis.replaced
                    .push((kind.id, document.into_node().into_value()));
            }
        }
        resources.insert(kind.id.to_owned(), resource);
        let mut draft = std::mem::replace(&mut implicit.draft, Draft::new(None, true));
        draft
            .properties
            .insert(Text::bare("StageName"), Node::bare("Prod".into()));
        drafts.insert(kind.id.to_owned(), draft);
        let events = std::mem::take(&mut implicit.events);
        apis.implicit.insert(kind.id, events);
    } else if !was_there {
        orders.resources.remove(kind.id);
    }
    for settings in std::mem::take(&mut implicit.route_settings) {
        add_route_settings(resources, scope, settings);
    }
    for id in orders.resources.keys() {
        if resources
            .get(&**id)
            .is_some_and(|resource| is_of_type(resource, kind.resource))
        {
            make_paths_conditional(scope, all_conditions, drafts, id, conditions.get(&**id));
        }
    }
}

/// Puts what an event says of its route into the API's `RouteSettings`.
fn add_route_settings(resources: &mut Map, scope: &Scope<'_>, given: RouteSettings) {
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
        None => scope.report(
            Diagnostic::new(
                codes::ROUTE_SETTINGS_SHAPE,
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
        properties.insert("Tags", std::mem::take(&mut implicit.tags).into());
    }
    if implicit.propagates_tags && kind.resource == REST_API {
        properties.insert("PropagateTags", true.into());
    }
    let mut resource = map(json!({ "Type": kind.resource, "Properties": properties }));
    if let Some(condition) = condition {
        resource.insert("Condition", condition.into());
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
    scope: &Scope<'_>,
    all_conditions: &mut Conditions,
    kind: &Kind,
    conditions: &EventConditions,
) -> Option<String> {
    let paths = conditions.get(kind.id)?;
    let all = paths.values().flat_map(IndexMap::values);
    let names = distinct(all)?;
    Some(combined(
        scope,
        all_conditions,
        kind.condition.to_owned(),
        names,
    ))
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
fn combined(
    scope: &Scope<'_>,
    all_conditions: &mut Conditions,
    name: String,
    mut names: Vec<String>,
) -> String {
    if names.len() == 1 {
        return names.pop().unwrap_or_default();
    }
    for (name, condition) in conditions::any_of(&name, &names) {
        all_conditions.add(scope, name, condition);
    }
    name
}

/// Makes each path of a managed document depend on the conditions of its events, where all have one.
fn make_paths_conditional(
    scope: &Scope<'_>,
    all_conditions: &mut Conditions,
    drafts: &mut Drafts,
    id: &str,
    conditions: Option<&PathConditions>,
) {
    let Some(draft) = drafts.get_mut(id).filter(|draft| draft.is_managed) else {
        return;
    };
    if let Some(document) = &mut draft.document {
        let edited = document.edit(|document| {
            for path in document.path_names() {
                let of_path = conditions.and_then(|paths| paths.get(&*path));
                let Some(names) = of_path.and_then(|methods| distinct(methods.values())) else {
                    continue;
                };
                let is_one = names.len() == 1;
                let name = combined(
                    scope,
                    all_conditions,
                    logical_id::path_condition(id, &path),
                    names,
                );
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
            scope.report(fault.diagnostic(Path::property(id, "DefinitionBody")));
        }
    }
}

/// Gives each REST API the names of the functions that it calls: a function that is renamed makes a new deployment.
fn collect_function_names(
    scope: &Scope<'_>,
    resources: &Map,
    drafts: &mut Drafts,
    order: &Map2<()>,
) {
    for id in order.keys() {
        let Some(resource) = resources
            .get(&**id)
            .filter(|resource| is_of_type(resource, FUNCTION))
        else {
            continue;
        };
        let Some(properties) = resource.get("Properties") else {
            continue;
        };
        let Some(name) = properties.get("FunctionName") else {
            continue;
        };
        let mut name = Node::marked(name.clone());
        if scope.parameters.resolve_node(&mut name).is_err() || !name.is_truthy() {
            // A fault in it is the function's, which is lowered later.
            continue;
        }
        let name = match &name {
            Node::Text(text) => text.to_string(),
            other => other.to_text(),
        };
        let events = properties.get("Events").and_then(Value::as_object);
        for event in events.into_iter().flat_map(Map::values) {
            let api = event
                .get("Properties")
                .and_then(|properties| properties.get("RestApiId"));
            let api = api.and_then(|api| api.get("Ref").unwrap_or(api).as_str());
            if let (true, Some(draft)) = (
                is_of_type(event, "Api"),
                api.and_then(|api| drafts.get_mut(api)),
            ) {
                draft.function_names.push_str(&name);
            }
        }
    }
}

/// The type of each resource, where it is a text.
fn types_of(resources: &Map) -> IndexMap<String, Option<String>> {
    resources
        .iter()
        .map(|(id, resource)| {
            let kind = resource.get("Type").and_then(Value::as_str);
            (id.to_string(), kind.map(str::to_owned))
        })
        .collect()
}

const BODY: &str = "DefinitionBody";

/// What the reference writes into an implicit API for itself.
const MARK: &str = "__MANAGE_SWAGGER";

/// Whether all that a resource says, its body aside, stands in another: maps may hold more there.
fn is_within_resource(own: &Value, made: &Value) -> bool {
    let Some(attributes) = own.as_object() else {
        return false;
    };
    attributes
        .iter()
        .all(|(name, value)| match (name.as_str(), value) {
            ("Properties", Value::Object(properties)) => properties.iter().all(|(name, value)| {
                let made = made
                    .get("Properties")
                    .and_then(|made| made.get(name.as_str()));
                name == BODY || name == MARK || made.is_some_and(|made| is_within(value, made))
            }),
            (name, value) => made.get(name).is_some_and(|made| is_within(value, made)),
        })
}

/// Reports the APIs of the user's whose place an implicit API took, and that said something else than it does.
pub(crate) fn report_lost(scope: &Scope<'_>, template: &Template, apis: &Apis) {
    for (id, own) in &apis.replaced {
        let made = template
            .resources()
            .and_then(|resources| resources.get(*id));
        let body = made
            .and_then(|made| made.get("Properties"))
            .and_then(|properties| properties.get("Body"));
        if body.is_none_or(|body| !is_within(own, body))
            && let Some(kind) = KINDS.iter().find(|kind| kind.id == *id)
        {
            scope.report(id_taken(kind));
        }
    }
}

fn id_taken(kind: &Kind) -> Diagnostic {
    Diagnostic::new(
        codes::IMPLICIT_API_ID_TAKEN,
        Path::resource(kind.id),
        format!("`{}` is the id of the API that events without `{}` get, which would take this resource's place with all that it says", kind.id, kind.id_property),
    )
    .on_key()
    .help(format!("rename this resource, and have events name it with `{}` if it is their API", kind.id_property))
}
