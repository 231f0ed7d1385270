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
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

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
    pub(super) fn read_owner(&mut self, owner: &str, resource: &mut Value, orders: &mut Orders) {
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
                    self.scope.report(fault);
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
            return Err(Diagnostic::new(
                codes::WRONG_SHAPE,
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
            None | Some(Value::Null) => Err(Diagnostic::new(
                codes::MISSING_PROPERTY,
                place.clone().then(name),
                format!("an `{}` event needs `{name}`", self.kind.event),
            )
            .help(format!("add `{name}`: a string"))),
            Some(_) => Err(Diagnostic::new(
                codes::WRONG_SHAPE,
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
                return Err(Diagnostic::new(
                    codes::WRONG_SHAPE,
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
            self.implicit.events.push(path.clone());
            self.implicit
                .deletion_policies
                .extend(deletion_policy.clone());
            self.implicit
                .update_replace_policies
                .extend(update_replace_policy.clone());
        }
        let draft = if is_implicit {
            &mut self.implicit.draft
        } else if let Some(draft) = self.drafts.get_mut(&id) {
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
                "`{name}` names `{id}`, which is no `{}` of this template",
                self.kind.resource
            )));
        }
        Ok(id.to_owned())
    }
}
