//! What connectors ask of the template as a whole: looked up once, however many connectors there are.

use crate::language::intrinsics::named_resource;
use crate::language::python_json;
use crate::resource::is_of_type;
use crate::stack::Stack;
use crate::tree::{Map, Value};
use std::collections::HashMap;

/// What connectors know of the template.
#[derive(Debug, Default)]
pub(crate) struct Joints {
    /// The SAM type that a resource was written with.
    pub(crate) sam_types: HashMap<String, &'static str>,
    /// The event source mappings, once a connector asks for them.
    mappings: Option<Mappings>,
    /// The policies of queues and topics, once a connector asks for them.
    policies: Option<Policies>,
}

/// The policies of queues and topics: the id of each by the queue or topic that it is for.
type Policies = HashMap<String, String>;

/// The policies of which a queue or a topic has one, and the property that names it.
const POLICIES: &[(&str, &str)] = &[
    ("AWS::SQS::QueuePolicy", "Queues"),
    ("AWS::SNS::TopicPolicy", "Topics"),
];

impl Joints {
    /// The event source mappings: no connector makes any, so that the first look is enough.
    pub(super) fn mappings(&mut self, stack: &Stack) -> &Mappings {
        self.mappings.get_or_insert_with(|| Mappings::of(stack))
    }

    /// Notes the policy of a queue or a topic with the id `id`; gives the one that is for the same queue or topic.
    pub(super) fn note_policy(
        &mut self,
        stack: &Stack,
        kind: &str,
        properties: &Map,
        id: &str,
    ) -> Option<String> {
        let policies = self.policies.get_or_insert_with(|| {
            let all = stack.all().flat_map(|(id, resource)| {
                let kind = resource.get("Type").and_then(Value::as_str);
                let properties = resource.get("Properties").and_then(Value::as_object);
                let named = kind.zip(properties);
                let named = named.map(|(kind, properties)| named_by(kind, properties));
                let named = named.into_iter().flatten();
                named.map(move |target| (target, id.to_owned()))
            });
            all.collect()
        });
        let replaced = named_by(kind, properties)
            .into_iter()
            .map(|target| policies.insert(target, id.to_owned()));
        replaced.collect::<Vec<_>>().into_iter().flatten().next()
    }
}

/// The event source mappings of the template, by function and source.
#[derive(Debug)]
pub(super) struct Mappings(HashMap<(String, String), Vec<String>>);

impl Mappings {
    fn of(stack: &Stack) -> Self {
        let mut all: HashMap<(String, String), Vec<String>> = HashMap::new();
        for (id, resource) in stack.all() {
            if !is_of_type(resource, "AWS::Lambda::EventSourceMapping") {
                continue;
            }
            let named = |name: &str| {
                let value = resource.get("Properties")?.get(name)?;
                named_resource(value).filter(|id| !id.is_empty())
            };
            if let (Some(function), Some(source)) = (named("FunctionName"), named("EventSourceArn"))
            {
                let key = (function.to_owned(), source.to_owned());
                all.entry(key).or_default().push(id.to_owned());
            }
        }
        Self(all)
    }

    pub(super) fn between(&self, source: &str, function: &str) -> &[String] {
        let key = (function.to_owned(), source.to_owned());
        self.0.get(&key).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The queues or topics that a policy is for.
fn named_by(kind: &str, properties: &Map) -> Vec<String> {
    let row = POLICIES.iter().find(|(policy, _)| *policy == kind);
    let named = row.and_then(|(_, name)| properties.get(*name)?.as_array());
    let named = named.into_iter().flatten();
    named.map(python_json::compact).collect()
}
