//! A SAM resource while it is lowered, and the CloudFormation resources that are made of it.

pub(crate) mod generated;
pub(crate) mod keys;
pub(crate) mod property;
pub(crate) mod tags;
pub(crate) mod typed_map;

use crate::deployment::Kind;
use crate::language::truth;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// A resource that is being lowered, SAM's or a plain one with keys of ours: its room takes out what it uses.
pub(crate) struct SamResource {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) attributes: Attributes,
    pub(crate) properties: Map,
    /// Whether it is refused already, and lowered only to tell all that is wrong with it.
    pub(crate) is_refused: bool,
    /// A plain resource as it is, but for its properties.
    shell: Map,
}

/// Up to how many properties are searched one by one.
const FEW: usize = 16;

impl SamResource {
    pub(crate) fn new(id: &str, resource: Value) -> Self {
        let mut attributes = Attributes::default();
        let mut properties = Map::new();
        if let Value::Object(map) = resource {
            for (key, value) in map {
                match key.as_str() {
                    "Properties" => {
                        if let Value::Object(map) = value {
                            properties = map;
                        }
                    }
                    "DependsOn" => attributes.depends_on = Some(value),
                    name if ATTRIBUTES.contains(&name) => {
                        attributes.kept.insert(key, value);
                    }
                    "Type" => {}
                    _ => attributes.others.push(key.to_string()),
                }
            }
        }
        Self {
            id: id.to_owned(),
            kind: Kind::Sam,
            attributes,
            properties,
            is_refused: false,
            shell: Map::new(),
        }
    }

    /// A resource that CloudFormation knows, and that has keys which it does not know.
    pub(crate) fn plain(id: &str, mut resource: Value) -> Self {
        let properties = resource.get_mut("Properties").map(Value::take);
        let shell = map(resource.clone());
        Self {
            kind: Kind::Plain,
            properties: map(properties.unwrap_or_default()),
            shell,
            ..Self::new(id, resource)
        }
    }

    /// Whether it is a plain resource, so that all it has but our keys goes over as it is.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind == Kind::Plain
    }

    /// A plain resource as it was, with these properties in the place of its own.
    pub(crate) fn with_properties(&self, properties: Map) -> Value {
        let mut whole = self.shell.clone();
        whole.insert("Properties", Value::Object(properties));
        Value::Object(whole)
    }

    /// A property's value; null where it is absent.
    pub(crate) fn get(&self, name: &str) -> &Value {
        // Every row of the type's table is asked for, and few are there: comparing is quicker than hashing.
        if self.properties.len() <= FEW {
            let mut properties = self.properties.iter();
            return properties
                .find_map(|(key, value)| (key == name).then_some(value))
                .unwrap_or(&Value::Null);
        }
        self.properties.get(name).unwrap_or(&Value::Null)
    }

    /// Takes a property's value out, null where it is absent.
    pub(crate) fn take(&mut self, name: &str) -> Value {
        self.properties
            .get_mut(name)
            .map(Value::take)
            .unwrap_or_default()
    }

    /// Whether a property is there and counts as true.
    pub(crate) fn is_truthy(&self, name: &str) -> bool {
        truth::is_truthy(Some(self.get(name)))
    }

    /// The place of the resource itself.
    pub(crate) fn place(&self) -> Path {
        Path::resource(&self.id)
    }

    /// The place of a property.
    pub(crate) fn path(&self, name: &str) -> Path {
        Path::property(&self.id, name)
    }
}

/// The attributes that SAM keeps on the resource that it makes of a SAM resource.
const ATTRIBUTES: [&str; 5] = [
    "DeletionPolicy",
    "UpdatePolicy",
    "Condition",
    "UpdateReplacePolicy",
    "Metadata",
];

/// The attributes that go on to everything that is generated beside it. An attribute that is given as null counts.
const PASSED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// What stands beside `Type` and `Properties` of a SAM resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes {
    /// Those of [`ATTRIBUTES`] that are given.
    pub(crate) kept: Map,
    pub(crate) depends_on: Option<Value>,
    /// The names of all others.
    pub(crate) others: Vec<String>,
}

impl Attributes {
    /// The resource's own condition, where it has one.
    pub(crate) fn condition(&self) -> Option<&str> {
        self.kept.get("Condition").and_then(Value::as_str)
    }

    /// `DependsOn`, where it is filled.
    pub(crate) fn dependencies(&self) -> Map {
        let given = self.depends_on.as_ref();
        given
            .filter(|given| truth::is_truthy(Some(given)))
            .map(|given| ("DependsOn".to_owned(), given.clone()))
            .into_iter()
            .collect()
    }

    /// The attributes for a resource generated beside the main one.
    pub(crate) fn passed_on(&self) -> Map {
        PASSED_ON
            .iter()
            .filter_map(|name| self.kept.get_key_value(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The main resource that a SAM resource becomes: DependsOn and every kept attribute on it.
    pub(crate) fn main(&self, kind: &str, properties: Map) -> Value {
        let mut attributes = self.dependencies();
        attributes.extend(self.kept.clone());
        resource(kind, attributes, properties)
    }

    /// A resource generated beside the main one.
    pub(crate) fn derived(&self, kind: &str, properties: Map) -> Value {
        resource(kind, self.passed_on(), properties)
    }
}

/// A CloudFormation resource: `Type`, the attributes, and `Properties`.
pub(crate) fn resource(kind: &str, attributes: Map, properties: Map) -> Value {
    let mut made = Map::with_capacity(attributes.len() + 2);
    made.insert("Type", kind.into());
    made.extend(attributes);
    made.insert("Properties", Value::Object(properties));
    Value::Object(made)
}

pub(crate) const CONNECTOR: &str = "AWS::Serverless::Connector";
pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
pub(crate) const LAMBDA_FUNCTION: &str = "AWS::Lambda::Function";
pub(crate) const ROLE: &str = "AWS::IAM::Role";
pub(crate) const GRAPHQL_API: &str = "AWS::Serverless::GraphQLApi";
pub(crate) const LAYER_VERSION: &str = "AWS::Serverless::LayerVersion";
pub(crate) const STATE_MACHINE: &str = "AWS::Serverless::StateMachine";
pub(crate) const REST_API: &str = "AWS::Serverless::Api";
pub(crate) const HTTP_API: &str = "AWS::Serverless::HttpApi";
pub(crate) const SIMPLE_TABLE: &str = "AWS::Serverless::SimpleTable";

/// Whether a resource, or an event, says that it is of a type.
pub(crate) fn is_of_type(resource: &Value, kind: &str) -> bool {
    resource.get("Type").and_then(Value::as_str) == Some(kind)
}

/// Whether a resource is of a type of SAM's.
pub(crate) fn is_of_sam(resource: &Value) -> bool {
    let kind = resource.get("Type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
}

/// The entries of a `json!({...})`.
pub(crate) fn map(value: Value) -> Map {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Adds a property, unless it is null.
pub(crate) fn set(properties: &mut Map, name: &str, value: Value) {
    if !value.is_null() {
        properties.insert(name, value);
    }
}

/// A role that `service` may assume.
pub(crate) fn trust(service: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Action": ["sts:AssumeRole"],
            "Effect": "Allow",
            "Principal": { "Service": [service] },
        }],
    })
}
