//! What the events of functions and state machines say of the APIs: their paths, and which API each belongs to.

use super::{DEFAULT_PATH, EventConditions, Implicit, Kind, Orders, RouteSettings, new_order};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{if_then, no_value};
use crate::language::python2::{Map as Map2, Text};
use crate::language::truth::is_truthy;
use crate::resource::map;
use crate::resource::{FUNCTION, HTTP_API, is_of_type};
use crate::sam::api::draft::Drafts;
use crate::sam::api::openapi;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};
use indexmap::IndexMap;

/// What a function or state machine says that holds for its events, and for the implicit API.
struct Owner {
    condition: Option<String>,
    deletion_policy: Option<String>,
    update_replace_policy: Option<String>,
    tags: Option<Map>,
}

/// The events of one kind while they are read.
pub(super) struct Reading<'a, 'b> {
    pub(super) kind: &'a Kind,
    pub(super) types: &'a IndexMap<String, Option<String>>,
    pub(super) scope: &'a Scope<'b>,
    pub(super) drafts: &'a mut Drafts,
    pub(super) implicit: &'a mut Implicit,
    pub(super) conditions: &'a mut EventConditions,
    pub(super) globals: &'a Value,
}

impl Reading<'_, '_> {
    /// Reads the events of a function or state machine and puts them into their order; faults are reported.
    pub(super) fn read_owner(&mut self, id: &str, resource: &mut Value, orders: &mut Orders) {
        let owner = Owner {
            condition: text_attribute(resource, "Condition"),
            deletion_policy: text_attribute(resource, "DeletionPolicy"),
            update_replace_policy: text_attribute(resource, "UpdateReplacePolicy"),
            tags: self.tags_of(resource),
        };
        let Some(events) = resource
            .get_mut("Properties")
            .and_then(|properties| properties.get_mut("Events"))
            .and_then(Value::as_object_mut)
        else {
            return;
        };
        let order = orders.events.entry(id.to_owned()).or_insert_with(|| {
            let mut order = new_order(orders.is_emulated);
            for name in events.keys() {
                order.insert(name.as_str(), ());
            }
            order
        });
        let mut own: Map2<()> = new_order(orders.is_emulated);
        for name in order.keys() {
            if events
                .get(&**name)
                .is_some_and(|event| is_of_type(event, self.kind.event))
            {
                own.insert(name.clone(), ());
            }
        }
        for name in own.keys() {
            if let Some(event) = events.get_mut(&**name) {
                let path = Path::property(id, "Events").then(&**name);
                if let Err(fault) = self.read_event(event, &path, &owner) {
                    self.scope.report(fault);
                }
            }
        }
        if orders.is_emulated {
            order.update(own);
            let mut unordered = std::mem::take(events);
            for name in order.keys() {
                if let Some(event) = unordered.get_mut(&**name) {
                    events.insert(name.to_string(), event.take());
                }
            }
        }
    }

    /// The tags that an owner of events hands on to the implicit API.
    fn tags_of(&self, resource: &Value) -> Option<Map> {
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

    /// Reads an event: the API that it names, its route, and what it says of it. The document of the API gets the route
    /// where the transform writes the document.
    fn read_event(
        &mut self,
        event: &mut Value,
        path: &Path,
        owner: &Owner,
    ) -> Result<(), Diagnostic> {
        let place = path.clone().then("Properties");
        let Some(properties) = self.properties_of(event, &place)? else {
            return Ok(());
        };
        self.name_api(properties, owner);
        if self.kind.without_properties {
            name_default_route(properties);
        }
        let route = self.text_of(properties, "Path", &place)?;
        let method = self.text_of(properties, "Method", &place)?;
        let api = self.api_of(properties, &place)?;
        self.conditions
            .entry(api.clone())
            .or_default()
            .entry(route.clone())
            .or_default()
            .insert(method.clone(), owner.condition.clone());
        if let (true, Some(settings)) = (
            self.kind.resource == HTTP_API,
            properties.get("RouteSettings"),
        ) {
            self.implicit.route_settings.push(RouteSettings {
                api: api.clone(),
                route: route_key(&route, &method),
                settings: settings_of(settings, owner, &place)?,
            });
        }
        if api == self.kind.id {
            let implicit = &mut self.implicit;
            implicit.events.push(path.clone());
            implicit
                .deletion_policies
                .extend(owner.deletion_policy.clone());
            implicit
                .update_replace_policies
                .extend(owner.update_replace_policy.clone());
        }
        self.add_path(&api, route, method)
    }

    /// The properties of an event; none where there is nothing to be read of them.
    fn properties_of<'e>(
        &self,
        event: &'e mut Value,
        place: &Path,
    ) -> Result<Option<&'e mut Map>, Diagnostic> {
        let Some(event) = event.as_object_mut() else {
            return Ok(None);
        };
        if self.kind.without_properties {
            event.entry("Properties").or_insert_with(|| json!({}));
        } else if !is_truthy(event.get("Properties")) {
            return Ok(None);
        }
        match event.get_mut("Properties").and_then(Value::as_object_mut) {
            Some(properties) => Ok(Some(properties)),
            None => Err(properties_not_a_map(place)),
        }
    }

    /// Has an event that names no API name the implicit one, to which its owner hands on its tags.
    fn name_api(&mut self, properties: &mut Map, owner: &Owner) {
        if properties.contains_key(self.kind.id_property) {
            return;
        }
        if let Some(tags) = &owner.tags {
            self.implicit.tags.extend(tags.clone());
            self.implicit.propagates_tags = true;
        }
        properties.insert(
            self.kind.id_property.to_owned(),
            json!({ "Ref": self.kind.id }),
        );
    }

    /// A property that must be known now.
    fn text_of(&self, properties: &Map, name: &str, place: &Path) -> Result<String, Diagnostic> {
        match properties.get(name) {
            Some(Value::String(text)) => Ok(text.to_string()),
            given => Err(text_needed(self.kind.event, name, given, place)),
        }
    }

    /// Adds a route to the document of its API, where the transform writes that.
    fn add_path(&mut self, api: &str, route: String, method: String) -> Result<(), Diagnostic> {
        let draft = if api == self.kind.id {
            &mut self.implicit.draft
        } else if let Some(draft) = self.drafts.get_mut(api) {
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
                    fault.diagnostic(Path::property(api, "DefinitionBody"))
                })?;
        }
        Ok(())
    }

    /// The API that an event names.
    fn api_of(&self, properties: &Map, place: &Path) -> Result<String, Diagnostic> {
        let name = self.kind.id_property;
        let given = properties.get(name).unwrap_or(&Value::Null);
        let id = match given.get("Ref") {
            Some(target) => target,
            None => given,
        };
        let fault = |message: String| {
            Diagnostic::new(codes::API_OF_EVENT, place.clone().then(name), message)
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
                "`{name}` names `{id}`, which is not an `{}` of this template",
                self.kind.resource
            )));
        }
        Ok(id.to_owned())
    }
}

fn text_attribute(resource: &Value, name: &str) -> Option<String> {
    resource
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// An event of an HTTP API without path and method is the default route.
fn name_default_route(properties: &mut Map) {
    let is_given = |name: &str| is_truthy(properties.get(name));
    if !is_given("Path") && !is_given("Method") {
        properties.insert("Path", DEFAULT_PATH.into());
        properties.insert("Method", openapi::ANY_METHOD.into());
    }
}

/// The key under which a stage has the settings of a route: `GET /orders`, `$default`.
fn route_key(route: &str, method: &str) -> String {
    if method == openapi::ANY_METHOD {
        route.to_owned()
    } else {
        format!("{} {route}", method.to_uppercase())
    }
}

/// The settings of a route; under the condition of the function that it leads to. What is no map is a fault of the event
/// alone where it stands under a condition, told with the other faults of its function.
fn settings_of(given: &Value, owner: &Owner, place: &Path) -> Result<Map, Diagnostic> {
    match (owner.condition.as_deref(), given) {
        (Some(condition), _) if !condition.is_empty() => {
            Ok(map(if_then(condition, given.clone(), no_value())))
        }
        (_, Value::Object(settings)) => Ok(settings.clone()),
        _ => Err(settings_not_a_map(place)),
    }
}

fn properties_not_a_map(place: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::WRONG_SHAPE,
        place.clone(),
        "the `Properties` of an event must be a map",
    )
    .help("write the properties as `Name: value`")
}

fn text_needed(event: &str, name: &str, given: Option<&Value>, place: &Path) -> Diagnostic {
    let place = place.clone().then(name);
    match given {
        None | Some(Value::Null) => Diagnostic::new(
            codes::MISSING_PROPERTY,
            place,
            format!("an `{event}` event needs `{name}`"),
        )
        .help(format!("add `{name}`: a string")),
        Some(_) => Diagnostic::new(
            codes::WRONG_SHAPE,
            place,
            format!("`{name}` of an `{event}` event must be a string"),
        )
        .help("write the value itself: the paths of an API must be known now"),
    }
}

fn settings_not_a_map(place: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::WRONG_SHAPE,
        place.clone().then("RouteSettings"),
        "`RouteSettings` must be a map",
    )
    .help("write `{ThrottlingRateLimit: 10}`")
}
