//! What makes an OpenAPI 3 document of one with Swagger's ways, and what else stands at the top of a document.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     OpenApiVersion: 3.0.1
//!     Models: {Order: {type: object}}
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       openapi: '3.0.1'
//!       components: {schemas: {order: {type: object}}}
//!       # ...
//!   # ...
//! ```
//!
//! Swagger keeps the models under `definitions`, and says `swagger: "2.0"` in the place of `openapi`.

use super::{Document, Fault, is_version_3, not_a_map};
use crate::diagnostics::codes;
use crate::language::python2::{Map, Node, Text};

const ENDPOINT: &str = "x-amazon-apigateway-endpoint-configuration";
const DISABLE: &str = "disableExecuteApiEndpoint";

impl Document {
    /// Rewrites what Swagger says otherwise than OpenAPI 3: definitions, and the `options` methods of CORS. Nothing
    /// where the document is Swagger, or the version that counts is not 3: `version`, or else the document's own.
    ///
    /// Doing it twice nests the schemas of response headers twice. Gives whether a schema was nested in another.
    pub(crate) fn convert(&mut self, version: Option<&Node>) -> Result<bool, Fault> {
        let mut is_nested = false;
        if !self.root_is_null("swagger") {
            return Ok(is_nested);
        }
        let version = version.or_else(|| self.root.peek("openapi"));
        if !version.is_some_and(|version| version.is_truthy() && is_version_3(version)) {
            return Ok(is_nested);
        }
        self.move_to_components("securityDefinitions", "securitySchemes");
        self.move_to_components("definitions", "schemas");
        if self.paths.is_none() && self.root_is_truthy("paths") {
            return Err(Fault::new(
                codes::OPENAPI_NOT_A_MAP,
                vec!["paths".into()],
                "`paths` must be a map",
                "write `paths: {/path: {get: ...}}`",
            ));
        }
        for path in self.path_names() {
            let item = self.path_mut(&path).and_then(Node::as_map_mut);
            let Some(item) = item else {
                return Err(not_a_map(&path, None));
            };
            match item.get_mut("options") {
                Some(Node::Map(options)) if !options.is_empty() => {
                    is_nested |= convert_options(options, &path)?;
                }
                Some(options) if options.is_truthy() => {
                    return Err(not_a_map(&path, Some("options")));
                }
                _ => {}
            }
        }
        Ok(is_nested)
    }

    fn move_to_components(&mut self, from: &str, to: &str) {
        if !self.root_is_truthy(from) {
            return;
        }
        let Some(moved) = self.root.get_mut(from) else {
            return;
        };
        let moved = std::mem::replace(moved, Node::Null);
        let mut components = match self.root.get_mut("components") {
            Some(Node::Map(own)) => std::mem::replace(own, Map::plain()),
            _ => Map::hashed(),
        };
        components.insert(to, moved);
        self.root.insert("components", components);
        self.root.remove(from);
    }

    /// Switches off the endpoint that every API has under `execute-api`.
    pub(crate) fn disable_endpoint(&mut self, value: &Node) -> Result<(), Fault> {
        if !self.is_openapi_3() {
            if !self.root.contains_key(ENDPOINT) {
                self.root.insert(ENDPOINT, Map::plain());
            }
            return match self.root.get_mut(ENDPOINT) {
                Some(Node::Map(endpoint)) => {
                    endpoint.insert(DISABLE, value.clone());
                    Ok(())
                }
                _ => Err(wrong_endpoint(ENDPOINT)),
            };
        }
        if !self.root.contains_key("servers") {
            self.root.insert("servers", vec![Node::from(Map::hashed())]);
        }
        let Some(Node::List(servers)) = self.root.get_mut("servers") else {
            return Err(wrong_endpoint("servers"));
        };
        for server in servers {
            let endpoint = server
                .as_map_mut()
                .and_then(|server| server.or_insert(ENDPOINT, Map::plain()))
                .and_then(Node::as_map_mut);
            match endpoint {
                Some(endpoint) => endpoint.insert(DISABLE, value.clone()),
                None => return Err(wrong_endpoint("servers")),
            }
        }
        Ok(())
    }

    /// Says which responses are binary.
    pub(crate) fn set_binary_media_types(&mut self, types: &Node) {
        self.set_top(
            "x-amazon-apigateway-binary-media-types",
            with_slashes(types),
        );
    }

    /// Adds models, in place of those of their names.
    pub(crate) fn define_models(&mut self, models: &Map) {
        self.define_at_top(
            "definitions",
            models
                .iter()
                .map(|(name, model)| (name.map(str::to_lowercase), model.clone())),
        );
    }

    /// Sets what API Gateway answers where it does not call an integration.
    pub(crate) fn define_gateway_responses(&mut self, responses: Map) {
        self.define_at_top("x-amazon-apigateway-gateway-responses", responses);
    }

    /// Adds entries to a map at the top; a new map comes to stand there once it is complete.
    fn define_at_top(&mut self, key: &str, entries: impl IntoIterator<Item = (Text, Node)>) {
        let own = match self.root.get_mut(key) {
            Some(Node::Map(own)) if !own.is_empty() => Some(own),
            _ => None,
        };
        let mut new = Map::hashed();
        let is_new = own.is_none();
        let target = own.unwrap_or(&mut new);
        for (name, value) in entries {
            target.insert(name, value);
        }
        if is_new && !new.is_empty() {
            self.root.insert(key, new);
        }
    }
}

fn convert_options(options: &mut Map, path: &str) -> Result<bool, Fault> {
    let mut is_nested = false;
    for field in options.copied().keys() {
        match &**field {
            "produces" | "consumes" => drop(options.remove(field)),
            "responses" => is_nested |= convert_headers(options.get_mut(field), path)?,
            _ => {}
        }
    }
    Ok(is_nested)
}

fn convert_headers(responses: Option<&mut Node>, path: &str) -> Result<bool, Fault> {
    let fault = || not_a_map(path, Some("options"));
    let mut headers = responses;
    for key in ["200", "headers"] {
        headers = match headers {
            None | Some(Node::Null) => return Ok(false),
            Some(Node::Map(map)) => map.get_mut(key),
            Some(_) => return Err(fault()),
        };
    }
    match headers {
        Some(Node::Map(headers)) => {
            let mut is_nested = false;
            for (_, header) in headers.iter_mut() {
                is_nested |= header
                    .as_map()
                    .is_some_and(|header| header.contains_key("schema"));
                let mut schema = Map::hashed();
                schema.insert("schema", std::mem::replace(header, Node::Null));
                *header = schema.into();
            }
            Ok(is_nested)
        }
        Some(headers) if headers.is_truthy() => Err(fault()),
        _ => Ok(false),
    }
}

/// The same with `/` for every `~1`, in texts and keys; all texts count as the user's.
fn with_slashes(value: &Node) -> Node {
    let unescaped = |text: &Text| Text::marked(text.replace("~1", "/"));
    match value {
        Node::Text(text) => unescaped(text).into(),
        Node::List(items) => items.iter().map(with_slashes).collect(),
        Node::Map(map) => {
            let mut made = Map::hashed();
            for (key, value) in map.iter() {
                made.insert(unescaped(key), with_slashes(value));
            }
            made.into()
        }
        other => other.clone(),
    }
}

fn wrong_endpoint(key: &'static str) -> Fault {
    Fault::new(
        codes::OPENAPI_ENDPOINT,
        vec![key.into()],
        format!("`{key}` of the OpenAPI document does not have the shape that OpenAPI requires"),
        "`servers` is a list of maps, and `x-amazon-apigateway-endpoint-configuration` a map",
    )
}
