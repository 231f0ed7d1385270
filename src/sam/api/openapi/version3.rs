//! What only OpenAPI 3 documents of HTTP APIs have: security schemes, tags, a title, CORS as an extension of its own.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     Tags: {team: shop}
//!     CorsConfiguration: {AllowOrigins: [https://example.com]}
//!     Auth:
//!       EnableIamAuthorizer: true
//!       DefaultAuthorizer: AWS_IAM
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: HttpApi, Properties: {ApiId: !Ref Shop, Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       paths:
//!         /orders:
//!           get:
//!             security: [{AWS_IAM: []}]
//!             # ...
//!       x-amazon-apigateway-cors: {allowOrigins: [https://example.com]}
//!       components:
//!         securitySchemes:
//!           AWS_IAM:
//!             type: apiKey
//!             name: Authorization
//!             in: header
//!             x-amazon-apigateway-authtype: awsSigv4
//!       tags:
//!         - {name: httpapi:createdBy, x-amazon-apigateway-tag-value: SAM}
//!         - {name: team, x-amazon-apigateway-tag-value: shop}
//!       # ...
//!   # ...
//! ```
//!
//! Upstream: open_api/open_api.py.

use super::methods::is_integrated;
use super::{
    ANY_METHOD, Document, Fault, INTEGRATION, branches, if_without_list, method_name, not_a_map,
    place,
};
use crate::diagnostics::codes;
use crate::language::python2::{Map, Node, Text};

const CORS: &str = "x-amazon-apigateway-cors";
const TAG_VALUE: &str = "x-amazon-apigateway-tag-value";

impl Document {
    /// Whether it has paths, and version 3.
    pub(crate) fn is_valid_openapi_3(&self) -> bool {
        self.paths.is_some() && self.is_openapi_3()
    }

    /// Refuses what takes none of these edits: another version, or components that are no map.
    pub(super) fn check_openapi_3(&self) -> Result<(), Fault> {
        if !self.is_valid_openapi_3() {
            return Err(Fault::new(
                codes::INVALID_OPENAPI,
                Vec::new(),
                "this is not an OpenAPI document of version 3",
                "it needs a map of `paths`, and an `openapi` version like `3.0.1`",
            ));
        }
        match self.root.peek("components") {
            None | Some(Node::Null | Node::Map(_)) => Ok(()),
            Some(_) => Err(wrong_shape("components", "a map")),
        }
    }

    /// Defines who may call methods, in place of a scheme of its name.
    pub(crate) fn define_security_scheme(&mut self, name: Text, scheme: Node) -> Result<(), Fault> {
        let components = self
            .top_map("components")
            .ok_or_else(|| wrong_shape("components", "a map"))?;
        let schemes = components
            .or_insert("securitySchemes", Map::plain())
            .and_then(map_in)
            .ok_or_else(|| wrong_shape("components", "a map of maps"))?;
        schemes.insert(name, scheme);
        Ok(())
    }

    /// Has every integrated method require a security scheme, unless it has a `security` of its own. `options` is left
    /// alone: browsers ask it before they know anybody.
    pub(crate) fn require_scheme_by_default(
        &mut self,
        scheme: &Text,
        scopes: &Node,
    ) -> Result<(), Fault> {
        let each = scopes.weight();
        let mut copied = 0;
        for path in self.path_names() {
            if !self.takes(|| std::mem::take(&mut copied)) {
                return Ok(());
            }
            for item in self.items(&path)? {
                let Some(item) = item.as_map_mut() else {
                    return Err(not_a_map(&path, None));
                };
                let names: Vec<Text> = item.keys().cloned().collect();
                for (name, definition) in item.iter_mut() {
                    let method = method_name(name);
                    if matches!(&*method, "options" | "parameters") {
                        continue;
                    }
                    if !names.iter().any(|known| **known == *method) {
                        return Err(Fault::new(
                            codes::OPENAPI_METHOD_NAME,
                            place(&path, Some(name)),
                            format!("the path `{}` names a method `{}`", &*path, &**name),
                            "methods are written in lower case, and any method as `x-amazon-apigateway-any-method`",
                        ));
                    }
                    let branches =
                        branches(definition).ok_or_else(|| if_without_list(&path, Some(name)))?;
                    for branch in branches {
                        let Node::Map(method) = branch else {
                            return Err(not_a_map(&path, Some(name)));
                        };
                        let is_open = !method.get("security").is_some_and(Node::is_truthy);
                        if is_integrated(method) && is_open {
                            let mut entry = Map::hashed();
                            copied += each;
                            entry.insert(scheme.clone(), scopes.clone());
                            method.insert("security", vec![Node::from(entry)]);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Declares parameters of a path of a method, as API Gateway wants them.
    pub(crate) fn add_path_parameters(
        &mut self,
        path: &Text,
        method: &Text,
        names: &[&str],
    ) -> Result<(), Fault> {
        for definition in self.integrated_methods(path, method)? {
            let Some(Node::List(parameters)) = definition.or_insert("parameters", Vec::new())
            else {
                return Err(Fault::new(
                    codes::OPENAPI_PARAMETERS,
                    place(path, Some(method)),
                    format!(
                        "`parameters` of the method `{}` of the path `{}` must be a list",
                        &**method, &**path
                    ),
                    "write `parameters: [{name: id, in: path, required: true}]`",
                ));
            };
            for name in names {
                let known = parameters.iter_mut().filter_map(Node::as_map_mut).find(
                    |known| matches!(known.get("name"), Some(Node::Text(known)) if **known == **name),
                );
                if let Some(known) = known {
                    known.insert("in", "path");
                    known.insert("required", true);
                    continue;
                }
                let mut made = Map::hashed();
                made.insert("name", Text::marked(*name));
                made.insert("in", "path");
                made.insert("required", true);
                parameters.push(made.into());
            }
        }
        Ok(())
    }

    /// The URIs of what the branches of a method call, null where one calls nothing.
    pub(crate) fn called_uris(&mut self, path: &Text, method: &Text) -> Result<Vec<Node>, Fault> {
        let mut uris = Vec::new();
        for definition in self.method_branches(path, method)? {
            let Some(integration) = definition.get_mut(INTEGRATION) else {
                uris.push(Node::Null);
                continue;
            };
            let Some(integration) = integration.as_map_mut() else {
                return Err(Fault::new(
                    codes::OPENAPI_NOT_A_MAP,
                    place(path, Some(method)),
                    format!(
                        "`{INTEGRATION}` of the method `{}` of the path `{}` must be a map",
                        &**method, &**path
                    ),
                    "write `{type: aws_proxy, httpMethod: POST, uri: ...}`",
                ));
            };
            match integration.get_mut("uri") {
                Some(uri) => {
                    let branches =
                        branches(uri).ok_or_else(|| if_without_list(path, Some(method)))?;
                    uris.extend(branches.into_iter().map(|uri| uri.clone()));
                }
                None => uris.push(Node::Null),
            }
        }
        Ok(uris)
    }

    /// Makes an integrated method the one that answers where no other does.
    pub(crate) fn make_default_route(&mut self, path: &Text, method: &Text) -> Result<(), Fault> {
        if &**path != "$default" || *method_name(method) != *ANY_METHOD {
            return Ok(());
        }
        for item in self.items(path)? {
            // The integration may stand beside an `Fn::If` of the user's, and then so does this.
            if let Some(Node::Map(definition)) =
                item.as_map_mut().and_then(|item| item.get_mut(ANY_METHOD))
                && is_integrated(definition)
            {
                definition.insert("isDefaultRoute", true);
            }
        }
        for definition in self.integrated_methods(path, method)? {
            definition.insert("isDefaultRoute", true);
        }
        Ok(())
    }

    /// Tags the API; a tag of that name gets the value.
    pub(crate) fn add_tag(&mut self, name: &Text, value: Node) -> Result<(), Fault> {
        if !self.root_is_truthy("tags") {
            self.set_top("tags", Vec::new());
        }
        let Some(Node::List(tags)) = self.top_mut("tags") else {
            return Err(wrong_shape("tags", "a list"));
        };
        let known = tags
            .iter_mut()
            .filter_map(Node::as_map_mut)
            .find(|tag| matches!(tag.get("name"), Some(Node::Text(known)) if **known == **name));
        if let Some(known) = known {
            known.insert(TAG_VALUE, value);
            return Ok(());
        }
        let mut tag = Map::hashed();
        tag.insert("name", name.clone());
        tag.insert(TAG_VALUE, value);
        tags.push(tag.into());
        Ok(())
    }

    /// The value of a tag that the document has.
    pub(crate) fn tag_value(&self, name: &str) -> Option<&Node> {
        let Some(Node::List(tags)) = self.root.peek("tags") else {
            return None;
        };
        let is_it =
            |tag: &&Map| matches!(tag.get("name"), Some(Node::Text(known)) if **known == *name);
        tags.iter()
            .filter_map(Node::as_map)
            .find(is_it)?
            .get(TAG_VALUE)
    }

    /// What browsers of other origins may do, beside what the document says of it already.
    pub(crate) fn set_cors(&mut self, cors: Map) -> Result<(), Fault> {
        if !self.root.contains_key(CORS) {
            self.set_top(CORS, Map::plain());
        }
        let Some(Node::Map(own)) = self.top_mut(CORS) else {
            return Err(wrong_shape(CORS, "a map"));
        };
        own.update(cors);
        Ok(())
    }

    /// A field of `info`: null where it is absent, none where `info` is no map.
    pub(crate) fn info(&self, field: &str) -> Option<&Node> {
        match self.root.peek("info") {
            None | Some(Node::Null) => Some(&Node::Null),
            Some(Node::Map(info)) => Some(info.get(field).unwrap_or(&Node::Null)),
            Some(_) => None,
        }
    }

    /// Sets a field of `info`.
    pub(crate) fn set_info(&mut self, field: &str, value: Node) -> Result<(), Fault> {
        let info = self
            .top_map("info")
            .ok_or_else(|| wrong_shape("info", "a map"))?;
        info.insert(field, value);
        Ok(())
    }

    /// A map at the top, made where there is none; none where something else stands there.
    fn top_map(&mut self, key: &str) -> Option<&mut Map> {
        if !self.root.contains_key(key) {
            self.set_top(key, Node::Null);
        }
        self.top_mut(key).and_then(map_in)
    }
}

/// The map in a place; null makes way for a new one.
fn map_in(slot: &mut Node) -> Option<&mut Map> {
    if !slot.is_truthy() {
        *slot = Map::plain().into();
    }
    slot.as_map_mut()
}

fn wrong_shape(key: &'static str, shape: &'static str) -> Fault {
    Fault::new(
        codes::OPENAPI_SHAPE,
        vec![key.into()],
        format!("`{key}` of the OpenAPI document must be {shape}"),
        "see the OpenAPI specification, version 3",
    )
}
