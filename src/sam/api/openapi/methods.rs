//! The methods of a path: what they integrate with, and what they take.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Models: {Order: {type: object}}
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Post:
//!         Type: Api
//!         Properties:
//!           RestApiId: !Ref Shop
//!           Path: /orders/{id}
//!           Method: post
//!           RequestModel: {Model: Order, Required: true}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       paths:
//!         '/orders/{id}':
//!           post:
//!             x-amazon-apigateway-integration:
//!               httpMethod: POST
//!               type: aws_proxy
//!               uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'
//!             responses: {}
//!             parameters:
//!               - required: true
//!                 in: body
//!                 name: order
//!                 schema: {$ref: '#/definitions/order'}
//!       # ...
//!   # ...
//! ```

use super::{
    Document, Fault, INTEGRATION, branches, if_without_list, is_version_3, make_conditional,
    method_name, not_a_map,
};
use crate::language::python2::{Map, Node, Text};
use crate::tree::json;

/// Fields of a path item that are no methods.
const NO_METHODS: [&str; 3] = ["summary", "description", "parameters"];

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";
const VALIDATOR: &str = "x-amazon-apigateway-request-validator";

/// What API Gateway checks of a request before it passes it on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validation {
    pub(crate) body: bool,
    pub(crate) parameters: bool,
}

/// A parameter of a request: `method.request.header.Name`.
#[derive(Clone, Debug)]
pub(crate) struct RequestParameter {
    pub(crate) name: Text,
    pub(crate) required: Node,
    /// Whether responses are cached by its value.
    pub(crate) cached: bool,
}

impl RequestParameter {
    /// How many bytes of the output are counted for it: as of any map of its three words and its truth.
    fn weight(&self) -> usize {
        const OTHERS: usize = 100;
        OTHERS + self.name.len()
    }
}

impl Document {
    /// Whether a method of a path is integrated already: in every branch of the path, in some branch of the method.
    pub(crate) fn has_integration(&mut self, path: &Text, method: &Text) -> Result<bool, Fault> {
        let method = method_name(method);
        if !self.has_path(path) {
            return Ok(false);
        }
        let mut missing = false;
        let mut integrated = true;
        for item in self.items(path)? {
            let Some(item) = item.as_map_mut() else {
                return Err(not_a_map(path, None));
            };
            match item.get_mut(&method) {
                Some(definition @ Node::Map(_)) => {
                    let branches =
                        branches(definition).ok_or_else(|| if_without_list(path, Some(&method)))?;
                    let mut is_any = false;
                    for branch in branches {
                        match branch {
                            _ if is_any => {}
                            Node::Map(branch) => is_any = is_integrated(branch),
                            _ => return Err(not_a_map(path, Some(&method))),
                        }
                    }
                    integrated &= is_any;
                }
                Some(_) => integrated = false,
                None => missing = true,
            }
        }
        Ok(integrated && !missing)
    }

    /// Gives a method of a path an integration, and `responses` unless it has some. The path and the method are added
    /// where they are missing; with a condition the method comes to depend on it.
    pub(crate) fn add_integration(
        &mut self,
        path: &Text,
        method: &Text,
        integration: &Map,
        responses: &Map,
        condition: Option<&Text>,
    ) -> Result<(), Fault> {
        let method = method_name(method);
        self.add_path(path, &method)?;
        if !self.takes(|| integration.weight()) {
            return Ok(());
        }
        for item in self.items(path)? {
            let Some(slot) = item.as_map_mut().and_then(|item| item.get_mut(&method)) else {
                return Err(not_a_map(path, None));
            };
            if matches!(slot, Node::Null) {
                *slot = Map::hashed().into();
            }
            let Some(definition) = slot.as_map_mut() else {
                return Err(not_a_map(path, Some(&method)));
            };
            definition.insert(INTEGRATION, integration.clone());
            definition.or_insert("responses", responses.clone());
            if let Some(condition) = condition {
                make_conditional(slot, condition.clone());
            }
        }
        Ok(())
    }

    /// The integrated branches of a method.
    pub(crate) fn integrated_methods(
        &mut self,
        path: &str,
        method: &Text,
    ) -> Result<Vec<&mut Map>, Fault> {
        let mut found = self.method_branches(path, method)?;
        found.retain(|branch| is_integrated(branch));
        Ok(found)
    }

    /// The branches of a method.
    pub(crate) fn method_branches(
        &mut self,
        path: &str,
        method: &Text,
    ) -> Result<Vec<&mut Map>, Fault> {
        let name = method_name(method);
        let mut found = Vec::new();
        for item in self.items(path)? {
            let definition = item.as_map_mut().and_then(|item| item.get_mut(&name));
            let Some(definition) = definition else {
                return Err(not_a_map(path, Some(method)));
            };
            for branch in branches(definition).ok_or_else(|| if_without_list(path, Some(method)))? {
                match branch {
                    Node::Map(branch) => found.push(branch),
                    _ => return Err(not_a_map(path, Some(method))),
                }
            }
        }
        Ok(found)
    }

    /// The integrated branches of all methods of a path, with their names.
    pub(super) fn all_integrated_methods(
        &mut self,
        path: &str,
    ) -> Result<Vec<(Text, &mut Map)>, Fault> {
        let mut found = Vec::new();
        for item in self.items(path)? {
            let Some(item) = item.as_map_mut() else {
                return Err(not_a_map(path, None));
            };
            for (name, definition) in item.iter_mut() {
                if NO_METHODS.contains(&&**name) {
                    continue;
                }
                for branch in
                    branches(definition).ok_or_else(|| if_without_list(path, Some(name)))?
                {
                    match branch {
                        Node::Map(branch) if !is_integrated(branch) => {}
                        Node::Map(branch) => found.push((method_name(name), branch)),
                        _ => return Err(not_a_map(path, Some(name))),
                    }
                }
            }
        }
        Ok(found)
    }

    /// A method as it stands; none where the path has branches.
    pub(crate) fn method(&mut self, path: &str, method: &Text) -> Option<Map> {
        let item = self.path_mut(path)?.as_map()?;
        item.get(&method_name(method))?.as_map().cloned()
    }

    /// Lays a generated method over the user's, key by key. Unlike other changes this one stands outside of
    /// [`Document::edit`].
    ///
    /// `method` is a lower-case name that is taken as it is. Gives the keys that were the user's
    /// and said something else; none where there were no paths to put it under: then the method is lost.
    pub(crate) fn merge_method(
        &mut self,
        path: &Text,
        method: &Text,
        generated: Map,
    ) -> Result<Option<Vec<Text>>, Fault> {
        self.root.shallow_copy();
        let Some(paths) = self.paths.as_mut().filter(|paths| !paths.is_empty()) else {
            return Ok(None);
        };
        let mut replaced = Vec::new();
        let fault = || not_a_map(path, Some(method));
        let mut merged = Map::plain();
        match paths.peek(path) {
            None | Some(Node::Null) => {}
            Some(Node::Map(item)) => match item.get(method) {
                None | Some(Node::Null) => {}
                Some(Node::Map(own)) => {
                    for (key, value) in own.iter() {
                        merged.insert(key.clone(), value.clone());
                    }
                }
                Some(own) if own.is_truthy() => return Err(fault()),
                Some(_) => {}
            },
            Some(_) => return Err(fault()),
        }
        for (key, value) in generated {
            let own = merged.get(&key).map(Node::to_value);
            if own.is_some_and(|own| own != value.to_value()) {
                replaced.push(key.clone());
            }
            merged.insert(key, value);
        }
        self.room = self.room.saturating_sub(merged.weight());
        if !paths.contains_key(path) {
            paths.insert(path.clone(), Map::plain());
        }
        match paths.get_mut(path) {
            Some(Node::Map(item)) => {
                item.insert(method.clone(), merged);
                Ok(Some(replaced))
            }
            _ => Err(fault()),
        }
    }

    /// Sets a value of the integration of a method.
    pub(crate) fn set_in_integration(
        &mut self,
        path: &str,
        method: &Text,
        key: &str,
        value: &Node,
    ) -> Result<(), Fault> {
        for definition in self.integrated_methods(path, method)? {
            if let Some(Node::Map(integration)) = definition.get_mut(INTEGRATION) {
                integration.insert(key, value.clone());
            }
        }
        Ok(())
    }

    /// Has a method take a body of a model.
    pub(crate) fn add_request_model(
        &mut self,
        path: &str,
        method: &Text,
        model: &Text,
        required: &Node,
    ) -> Result<(), Fault> {
        let name = model.map(str::to_lowercase);
        let is_swagger = !self.root_is_null("swagger");
        let is_openapi_3 = self.root.peek("openapi").is_some_and(is_version_3);
        for definition in self.integrated_methods(path, method)? {
            if is_swagger {
                let mut parameter = Map::hashed();
                parameter.insert("in", "body");
                parameter.insert("name", name.clone());
                let schema = json!({ "$ref": format!("#/definitions/{}", &*name) });
                parameter.insert("schema", Node::plain(schema));
                if !matches!(required, Node::Null) {
                    parameter.insert("required", required.clone());
                }
                push(definition, "parameters", parameter.into());
            } else if is_openapi_3 {
                let schema = json!({ "$ref": format!("#/components/schemas/{}", &*name) });
                let body =
                    Node::plain(json!({ "content": { "application/json": { "schema": schema } } }));
                definition.insert("requestBody", body);
                if !matches!(required, Node::Null)
                    && let Some(Node::Map(body)) = definition.get_mut("requestBody")
                {
                    body.insert("required", required.clone());
                }
            }
        }
        Ok(())
    }

    /// Has requests of a method validated.
    pub(crate) fn add_validator(
        &mut self,
        path: &str,
        method: &Text,
        validation: Validation,
    ) -> Result<(), Fault> {
        let name = match (validation.body, validation.parameters) {
            (true, true) => "body-and-params",
            (true, false) => "body-only",
            (false, true) => "params-only",
            (false, false) => "no-validation",
        };
        let mut validator = Map::hashed();
        validator.insert("validateRequestBody", validation.body);
        validator.insert("validateRequestParameters", validation.parameters);
        if !self.root_is_truthy(VALIDATORS) {
            self.root.insert(VALIDATORS, Map::hashed());
        }
        if let Some(Node::Map(validators)) = self.root.get_mut(VALIDATORS)
            && !validators.get(name).is_some_and(Node::is_truthy)
        {
            validators.update(one_entry(name, validator.into()));
        }
        for definition in self.integrated_methods(path, method)? {
            definition.update(one_entry(VALIDATOR, name.into()));
        }
        Ok(())
    }

    /// Declares parameters of the requests of a method.
    pub(crate) fn add_request_parameters(
        &mut self,
        path: &str,
        method: &Text,
        parameters: &[RequestParameter],
    ) -> Result<(), Fault> {
        // A list of them may be written once for thousands of methods.
        if !self.takes(|| parameters.iter().map(RequestParameter::weight).sum()) {
            return Ok(());
        }
        for definition in self.integrated_methods(path, method)? {
            if !definition.contains_key("parameters") {
                definition.insert("parameters", Vec::new());
            }
            for parameter in parameters {
                let short = parameter
                    .name
                    .map(|name| name.replace("method.request.", ""));
                let Some((location, _)) = short.split_once('.') else {
                    continue;
                };
                let name = short.map(|short| {
                    short
                        .split_once('.')
                        .map(|(_, name)| name.to_owned())
                        .unwrap_or_default()
                });
                let mut made = Map::hashed();
                made.insert(
                    "in",
                    match location {
                        "querystring" => "query".into(),
                        location => short.map(|_| location.to_owned()),
                    },
                );
                made.insert("name", name);
                made.insert("required", parameter.required.clone());
                made.insert("type", "string");
                push(definition, "parameters", made.into());
                if parameter.cached
                    && let Some(Node::Map(integration)) = definition.get_mut(INTEGRATION)
                {
                    push(
                        integration,
                        "cacheKeyParameters",
                        parameter.name.clone().into(),
                    );
                }
            }
        }
        Ok(())
    }
}

pub(super) fn is_integrated(definition: &Map) -> bool {
    definition.get(INTEGRATION).is_some_and(Node::is_truthy)
}

/// Adds an item to a list in a map, and the list where there is none.
fn push(map: &mut Map, key: &str, item: Node) {
    if let Some(Node::List(items)) = map.or_insert(key, Vec::new()) {
        items.push(item);
    }
}

pub(super) fn one_entry(key: &str, value: Node) -> Map {
    let mut map = Map::hashed();
    map.insert(key, value);
    map
}
