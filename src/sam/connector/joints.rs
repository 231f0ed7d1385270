//! What connectors ask of the template as a whole: looked up once, however many connectors there are.

use crate::language::intrinsics::named_resource;
use crate::resource::is_of_type;
use crate::stack::Stack;
use std::collections::HashMap;

/// What connectors know of the template.
#[derive(Debug, Default)]
pub(crate) struct Joints {
    /// The SAM type that a resource was written with.
    pub(crate) sam_types: HashMap<String, &'static str>,
    /// The event source mappings, once a connector asks for them.
    mappings: Option<Mappings>,
}

impl Joints {
    /// The event source mappings: no connector makes any, so that the first look is enough.
    pub(super) fn mappings(&mut self, stack: &Stack) -> &Mappings {
        self.mappings.get_or_insert_with(|| Mappings::of(stack))
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
