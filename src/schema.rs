//! What a template may say, as a JSON Schema: editors complete and check with it while a template is written.
//!
//! It is made of the tables that drive the transform, so that it knows what the transform knows: SAM's types, their
//! events, what Globals may hold, the keys inside of properties, and our own keys on CloudFormation's types. About types
//! that are CloudFormation's alone it says nothing.
//!
//! Source: JSON Schema, draft 7, which is what the YAML language server reads.

use crate::gradual::{alarms, group, inside, preference, traffic};
use crate::plain;
use crate::resource::property::{Effect, Property, Shape};
use crate::sam::api::{http, rest, usage_plan};
use crate::sam::events::{self, EventType};
use crate::sam::function::function_url;
use crate::sam::resource_type::ResourceType;
use crate::sam::{self, TYPES, connector, state_machine};
use crate::tree::{Map, Value, json};

/// The keys inside of a property of a type, or inside of a key of it: what is not listed is open.
fn inside(owner: &str, path: &str) -> Option<Vec<&'static str>> {
    let keys = match (owner, path) {
        ("AWS::Serverless::Function", "FunctionUrlConfig") => function_url::KEYS,
        ("AWS::Serverless::Function", "FunctionUrlConfig/Cors") => {
            return Some(function_url::CORS.iter().map(|(name, _)| *name).collect());
        }
        ("AWS::Serverless::StateMachine", "DeploymentPreference") => state_machine::alias::KEYS,
        ("AWS::Serverless::Api", "Auth") => rest::auth::AUTH_KEYS,
        ("AWS::Serverless::Api", "Auth/UsagePlan") => usage_plan::KEYS,
        ("AWS::Serverless::Api", "Cors") => rest::body::CORS_KEYS,
        ("AWS::Serverless::HttpApi", "Auth") => http::body::AUTH_KEYS,
        ("AWS::Serverless::HttpApi", "CorsConfiguration") => {
            return Some(http::cors::KEYS.iter().map(|(name, _)| *name).collect());
        }
        ("AWS::Serverless::Connector", "Source") => connector::side::KEYS,
        _ => return None,
    };
    Some(keys.to_vec())
}

/// The attributes of any resource.
const ATTRIBUTES: &[&str] = &[
    "Condition",
    "Connectors",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

const INTRINSIC: &str = "intrinsic";

/// The list of alarms of a preference.
const ALARMS: &str = "alarms of a deployment";

const PREFERENCE: &str = "DeploymentPreference";

/// Who has events, and which.
const EVENTS: &[(&str, &[EventType])] = &[
    ("AWS::Serverless::Function", events::OF_FUNCTIONS),
    ("AWS::Serverless::StateMachine", events::OF_STATE_MACHINES),
];

/// The schema of a template.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    definitions.insert(
        INTRINSIC,
        json!({
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "patternProperties": { "^(Ref|Condition|Fn::.+)$": {} },
            "additionalProperties": false,
        }),
    );
    let all = || {
        TYPES
            .iter()
            .chain(plain::TYPES.iter().map(|plain| &plain.kind))
    };
    for kind in all() {
        definitions.insert(kind.name, resource(kind));
    }
    definitions.insert(ALARMS, alarm_list());
    for owner in [sam::function::TYPE.name, plain::function::TYPE.kind.name] {
        for path in [PREFERENCE, group::DEPLOYMENT_GROUP.name] {
            definitions.insert(deployed_name(owner, path), deployed(owner, path));
        }
    }
    for (owner, kinds) in EVENTS {
        for event in *kinds {
            let inner = properties(event.name, event.properties.iter());
            definitions.insert(event_name(owner, event), inner);
        }
    }
    let names: Vec<&str> = all().map(|kind| kind.name).collect();
    let chosen: Vec<Value> = all()
        .map(|kind| when_type_is(kind.name, reference(kind.name)))
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A CloudFormation template with SAM's resources and canaryform's keys",
        "type": "object",
        "required": ["Resources"],
        "properties": {
            "AWSTemplateFormatVersion": { "enum": ["2010-09-09"] },
            "Description": { "type": "string" },
            "Transform": {
                "description": "AWS::Serverless-2016-10-31 for SAM, Canaryform for the macro; several in a list",
                "type": ["string", "array", "object"],
            },
            "Globals": globals(),
            "Parameters": { "type": "object" },
            "Mappings": { "type": "object" },
            "Conditions": { "type": "object" },
            "Rules": { "type": "object" },
            "Metadata": metadata(),
            "Outputs": { "type": "object" },
            "Hooks": { "type": "object" },
            "Resources": {
                "type": "object",
                // What becomes resources: a loop, or what a macro makes of its parameters.
                "patternProperties": {
                    "^Fn::ForEach::": { "type": "array" },
                    "^Fn::Transform$": { "type": ["object", "array"] },
                },
                "additionalProperties": {
                    "type": "object",
                    "required": ["Type"],
                    "properties": {
                        "Type": { "type": "string", "anyOf": [{ "enum": names }, { "pattern": "::" }] },
                    },
                    "allOf": chosen,
                },
            },
        },
        "definitions": definitions,
    })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

fn event_name(owner: &str, event: &EventType) -> String {
    format!("{owner} event {}", event.name)
}

fn when_type_is(name: &str, then: Value) -> Value {
    json!({
        "if": { "required": ["Type"], "properties": { "Type": { "const": name } } },
        "then": then,
    })
}

/// A resource of a type.
fn resource(kind: &ResourceType) -> Value {
    let mut made = Map::new();
    made.insert("Type", json!({ "const": kind.name }));
    let mut inner = properties(kind.name, kind.properties.iter());
    if kind.is_plain() {
        // The others are CloudFormation's.
        if let Some(inner) = inner.as_object_mut() {
            inner.remove("additionalProperties");
        }
    }
    made.insert("Properties", inner);
    for attribute in ATTRIBUTES {
        made.insert(*attribute, json!({}));
    }
    let mut whole = json!({ "type": "object", "properties": made });
    if kind.properties.iter().any(|row| row.required)
        && let Some(whole) = whole.as_object_mut()
    {
        whole.insert("required", json!(["Type", "Properties"]));
    }
    whole
}

/// The metadata of the template, which are anybody's but for what is said to this tool.
fn metadata() -> Value {
    let mut function = properties(
        plain::function::TYPE.kind.name,
        plain::function::TYPE.kind.properties.iter(),
    );
    describe(
        &mut function,
        "what every AWS::Lambda::Function has unless it says otherwise",
    );
    let kinds: Map = alarms::defaults::settings()
        .map(|(kind, settings)| (kind.to_owned(), one_of_names(&settings, &[])))
        .collect();
    json!({
        "type": "object",
        "properties": {
            "Canaryform": {
                "type": "object",
                "properties": {
                    "Defaults": {
                        "type": "object",
                        "properties": {
                            "Function": function,
                            "Alarms": {
                                "description": "what alarms that are made are told, by their kinds, or by All",
                                "type": "object",
                                "properties": kinds,
                                "additionalProperties": false,
                            },
                        },
                        "additionalProperties": false,
                    },
                    "Ignore": {
                        "description": "codes of findings that are not to be told: a list, or a map to reasons",
                        "type": ["array", "object"],
                    },
                    "MaxParallel": {
                        "description": "how many functions may be deployed at once",
                        "anyOf": [{ "type": "integer", "minimum": 1 }, reference(INTRINSIC), { "type": ["string", "null"] }],
                    },
                },
                "additionalProperties": false,
            },
        },
    })
}

/// Says of a schema what it is for.
fn describe(made: &mut Value, what: &str) {
    if let Some(made) = made.as_object_mut() {
        made.insert("description", Value::from(what));
    }
}

/// The sections of Globals.
fn globals() -> Value {
    let mut sections = Map::new();
    for kind in TYPES {
        if let Some(section) = kind.globals {
            let rows = kind.properties.iter().filter(|row| row.globals);
            let mut inner = properties(kind.name, rows);
            if let Some(inner) = inner.as_object_mut() {
                inner.remove("required");
            }
            sections.insert(section, inner);
        }
    }
    json!({ "type": "object", "properties": sections, "additionalProperties": false })
}

/// The properties of `owner` that these rows list.
fn properties<'a>(owner: &str, rows: impl Iterator<Item = &'a Property>) -> Value {
    let mut made = Map::new();
    let mut required = Vec::new();
    for row in rows {
        // What Globals may give need not stand in the resource, and an event without an API has the implicit one.
        if row.required && !row.globals && row.name != "RestApiId" {
            required.push(row.name);
        }
        made.insert(row.name, property(owner, row));
    }
    let mut whole = json!({ "type": "object", "properties": made, "additionalProperties": false });
    if !required.is_empty()
        && let Some(whole) = whole.as_object_mut()
    {
        whole.insert("required", json!(required));
    }
    whole
}

fn property(owner: &str, row: &Property) -> Value {
    let events = EVENTS
        .iter()
        .find(|(of, _)| *of == owner && row.name == "Events");
    let mut made = match (events, row.shape) {
        (Some((owner, kinds)), _) => some_event(owner, kinds),
        (None, _) if is_function(owner) && inside::keys(row.name).is_some() => {
            json!({ "anyOf": [reference(&deployed_name(owner, row.name)), reference(INTRINSIC), { "type": ["string", "null"] }] })
        }
        (None, Shape::Any) => keyed(owner, row.name).unwrap_or_else(|| json!({})),
        (None, given) => {
            let inner = keyed(owner, row.name).unwrap_or_else(|| shape(given));
            // Null is as good as nothing, and `!Ref Name` is a text to a reader that does not know the tag.
            json!({ "anyOf": [inner, reference(INTRINSIC), { "type": ["string", "null"] }] })
        }
    };
    if let Some(made) = made.as_object_mut() {
        made.insert("description", Value::from(description(row)));
    }
    made
}

fn description(row: &Property) -> String {
    let effect = match row.effect {
        Effect::Copied => "is copied".to_owned(),
        Effect::CopiedIfFilled => "is copied where not empty".to_owned(),
        Effect::Does(what) => what.to_owned(),
        Effect::Ignored(why) => format!("is ignored: {why}"),
    };
    match row.shape {
        Shape::Any => effect,
        shape => format!("{}; {effect}", shape.words()),
    }
}

/// A map with the keys that there are inside of a property, where they are listed.
fn keyed(owner: &str, path: &str) -> Option<Value> {
    let mut made = Map::new();
    for key in inside(owner, path)? {
        let deeper = keyed(owner, &format!("{path}/{key}"));
        made.insert(key, deeper.unwrap_or_else(|| json!({})));
    }
    Some(json!({
        "anyOf": [
            { "type": "object", "properties": made, "additionalProperties": false },
            reference(INTRINSIC),
            { "type": ["string", "boolean", "null"] },
        ],
    }))
}

fn is_function(owner: &str) -> bool {
    [sam::function::TYPE.name, plain::function::TYPE.kind.name].contains(&owner)
}

/// What the definition of such a map is called.
fn deployed_name(owner: &str, path: &str) -> String {
    if path == PREFERENCE {
        format!("{owner} {path}")
    } else {
        format!("function {path}")
    }
}

/// A map that says how a function is deployed, with the keys that there are.
fn deployed(owner: &str, path: &str) -> Value {
    let mut made = Map::new();
    let mut required = Vec::new();
    for row in inside::keys(path).into_iter().flatten() {
        let is_plain = owner == plain::function::TYPE.kind.name;
        if path == PREFERENCE && is_plain && !preference::KEYS_OF_PLAIN.contains(&row.name) {
            continue;
        }
        if row.required {
            required.push(row.name);
        }
        let deeper = format!("{path}/{}", row.name);
        let mut inner = if path == PREFERENCE && row.name == "Alarms" {
            reference(ALARMS)
        } else if inside::keys(&deeper).is_some() {
            let mut forms = vec![
                deployed(owner, &deeper),
                reference(INTRINSIC),
                json!({ "type": ["string", "boolean", "null"] }),
            ];
            if deeper == "DeploymentPreference/Type" {
                let names: Vec<&str> = traffic::names().collect();
                forms.push(json!({ "enum": names }));
            }
            json!({ "anyOf": forms })
        } else {
            match row.shape {
                Shape::Any => json!({}),
                // Numbers and flags may be written as texts.
                given => {
                    json!({ "anyOf": [shape(given), reference(INTRINSIC), { "type": ["string", "null"] }] })
                }
            }
        };
        describe(&mut inner, &description(row));
        made.insert(row.name, inner);
    }
    let mut whole = json!({ "type": "object", "properties": made, "additionalProperties": false });
    if let (Some(whole), false) = (whole.as_object_mut(), required.is_empty()) {
        whole.insert("required", json!(required));
    }
    whole
}

/// `Alarms`: names, and kinds with what they are told.
fn alarm_list() -> Value {
    let kinds: Map = alarms::kinds()
        .map(|kind| {
            let mut told = one_of_names(&kind.settings, kind.required);
            describe(
                &mut told,
                &format!("an alarm that is made, such as {}", kind.example),
            );
            (kind.name.to_owned(), told)
        })
        .collect();
    let item = json!({
        "anyOf": [
            { "type": "object", "properties": kinds, "additionalProperties": false, "minProperties": 1, "maxProperties": 1 },
            reference(INTRINSIC),
            { "type": ["string", "null"] },
        ],
    });
    let list = json!({ "type": "array", "items": item });
    json!({
        "anyOf": [
            { "enum": ["Standard", "None"] },
            list.clone(),
            { "type": "object", "properties": { "Watch": { "anyOf": [list, reference(INTRINSIC)] } }, "additionalProperties": false },
            reference(INTRINSIC),
            { "type": ["string", "null"] },
        ],
    })
}

/// A map with these keys, some of which it must have unless defaults have them.
fn one_of_names(names: &[&str], required: &[&str]) -> Value {
    let keys: Map = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({})))
        .collect();
    let mut whole =
        json!({ "type": ["object", "null"], "properties": keys, "additionalProperties": false });
    if !required.is_empty() {
        let words = required.join(", ");
        describe(&mut whole, &format!("needs {words}"));
    }
    whole
}

/// A map of events of these types.
fn some_event(owner: &str, kinds: &[EventType]) -> Value {
    let names: Vec<&str> = kinds.iter().map(|event| event.name).collect();
    let chosen: Vec<Value> = kinds
        .iter()
        .map(|event| {
            let inner =
                json!({ "properties": { "Properties": reference(&event_name(owner, event)) } });
            when_type_is(event.name, inner)
        })
        .collect();
    json!({
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["Type"],
            "properties": { "Type": { "enum": names }, "Properties": { "type": "object" }, "Condition": {} },
            "additionalProperties": false,
            "allOf": chosen,
        },
    })
}

/// A value in a list or map: a map with one key passes unseen, as an intrinsic does.
fn within(inner: Shape) -> Value {
    match inner {
        Shape::Any => json!({}),
        inner => json!({ "anyOf": [shape(inner), { "type": "object", "maxProperties": 1 }] }),
    }
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Any => json!({}),
        Shape::Text => json!({ "type": "string" }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Integer => json!({ "type": "integer" }),
        Shape::Map => json!({ "type": "object" }),
        Shape::MapOf(inner) => {
            json!({ "type": "object", "additionalProperties": within(*inner) })
        }
        Shape::List => json!({ "type": "array" }),
        Shape::ListOf(inner) => json!({ "type": "array", "items": within(*inner) }),
        Shape::OneOf(shapes) => {
            let shapes: Vec<Value> = shapes.iter().map(|inner| self::shape(*inner)).collect();
            json!({ "anyOf": shapes })
        }
        Shape::Word(words) => json!({ "enum": words }),
    }
}
