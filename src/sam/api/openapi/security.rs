//! Who may call which method: security definitions, and what methods require.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth:
//!       DefaultAuthorizer: People
//!       Authorizers: {People: {UserPoolArn: !GetAtt Users.Arn}}
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
//!       paths:
//!         /orders:
//!           get:
//!             security: [{People: []}]
//!             # ...
//!       securityDefinitions:
//!         People:
//!           in: header
//!           type: apiKey
//!           name: Authorization
//!           x-amazon-apigateway-authorizer:
//!             providerARNs: [!GetAtt Users.Arn]
//!             type: cognito_user_pools
//!           x-amazon-apigateway-authtype: cognito_user_pools
//!       # ...
//!   # ...
//! ```

use super::methods::one_entry;
use super::{Document, Fault, place};
use crate::diagnostics::codes;
use crate::language::python2::{Map, Node, Text};
use crate::tree::json;
use std::collections::HashSet;

/// What methods require of callers by default.
#[derive(Debug)]
pub(crate) struct Security<'a> {
    pub(crate) authorizer: &'a Text,
    pub(crate) scopes: &'a Node,
    /// The names of all authorizers: a method that requires one of them keeps it.
    pub(crate) authorizers: &'a [Text],
    /// Whether `options` methods require it too.
    pub(crate) on_options: bool,
}

impl Document {
    /// Whether the security definitions can be added to.
    pub(crate) fn takes_security_definitions(&self) -> bool {
        !self.root_is_truthy("securityDefinitions")
            || matches!(self.root.peek("securityDefinitions"), Some(Node::Map(_)))
    }

    /// Defines an authorizer, in place of one of its name.
    pub(crate) fn define_security(&mut self, name: Text, definition: Map) {
        self.security_definitions().insert(name, definition);
    }

    fn security_definitions(&mut self) -> &mut Map {
        match self.root.get_mut("securityDefinitions") {
            Some(Node::Map(own)) if !own.is_empty() => own,
            _ => &mut self.new_security,
        }
    }

    fn define_unless_there(&mut self, name: &str, definition: crate::tree::Value) {
        let definitions = self.security_definitions();
        if !definitions.contains_key(name) {
            definitions.update(one_entry(name, Node::bare(definition)));
        }
    }

    /// Defines IAM as what methods may require, unless something of its name is defined.
    fn define_iam(&mut self) {
        self.define_unless_there(
            "AWS_IAM",
            json!({
                "x-amazon-apigateway-authtype": "awsSigv4",
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
            }),
        );
    }

    /// Defines an API key as what methods may require, unless something of its name is defined.
    pub(crate) fn define_api_key(&mut self) {
        self.define_unless_there(
            "api_key",
            json!({ "type": "apiKey", "name": "x-api-key", "in": "header" }),
        );
    }

    /// Has every integrated method require an authorizer, unless it requires one already or has the marker `NONE`,
    /// which is taken out.
    pub(crate) fn require_by_default(&mut self, default: &Security<'_>) -> Result<(), Fault> {
        let mut needs_iam = false;
        let authorizers: HashSet<&str> = default.authorizers.iter().map(|name| &**name).collect();
        let each = default.scopes.weight();
        let mut copied = 0;
        for path in self.path_names() {
            if !self.takes(|| std::mem::take(&mut copied)) {
                return Ok(());
            }
            for (name, method) in self.all_integrated_methods(&path)? {
                if !default.on_options && &*name == "options" {
                    continue;
                }
                let is_known = |name: &str| name == "AWS_IAM" || authorizers.contains(name);
                let (mut known, mut others): (Vec<Node>, Vec<Node>) =
                    entries(method, &path, &name)?
                        .into_iter()
                        .partition(|entry| has_key(entry, is_known));
                let none = others
                    .iter()
                    .position(|entry| has_key(entry, |key| key == "NONE"));
                if let Some(none) = none {
                    others.remove(none);
                    known.clear();
                } else if known.is_empty() {
                    let mut entry = Map::hashed();
                    entry.insert(default.authorizer.clone(), default.scopes.clone());
                    known.push(entry.into());
                    copied += each;
                }
                others.append(&mut known);
                needs_iam |= others
                    .first()
                    .is_some_and(|entry| has_key(entry, |key| key == "AWS_IAM"));
                if !others.is_empty() {
                    method.insert("security", others);
                }
            }
        }
        if needs_iam {
            self.define_iam();
        }
        Ok(())
    }

    /// Has every integrated method require an API key, unless it has the marker `api_key_false`, which is taken out.
    pub(crate) fn require_api_key_by_default(&mut self, on_options: bool) -> Result<(), Fault> {
        for path in self.path_names() {
            for (name, method) in self.all_integrated_methods(&path)? {
                let before = entries(method, &path, &name)?;
                let is_key = |key: &str| key == "api_key" || key == "api_key_false";
                let (keys, mut wanted): (Vec<Node>, Vec<Node>) = before
                    .iter()
                    .cloned()
                    .partition(|entry| has_key(entry, is_key));
                let is_wanted = !keys
                    .iter()
                    .any(|entry| has_key(entry, |key| key == "api_key_false"));
                if is_wanted && (on_options || &*name != "options") {
                    wanted.push(one_entry("api_key", Vec::new().into()).into());
                }
                if !super::same(&wanted.clone().into(), &before.into()) {
                    method.insert("security", wanted);
                }
            }
        }
        Ok(())
    }

    /// Has one method require an authorizer, or marks it as requiring none: `NONE`.
    pub(crate) fn require(
        &mut self,
        path: &Text,
        method: &Text,
        authorizer: &Text,
        scopes: &Node,
    ) -> Result<(), Fault> {
        self.require_scheme(path, method, authorizer, scopes)?;
        let is_iam = |definition: &Map| match definition.get("security") {
            Some(Node::List(entries)) => entries
                .first()
                .is_some_and(|entry| has_key(entry, |key| key == "AWS_IAM")),
            _ => false,
        };
        let definitions = self.integrated_methods(path, method)?;
        if definitions.iter().any(|definition| is_iam(definition)) {
            self.define_iam();
        }
        Ok(())
    }

    /// The same for a document where nothing is to be defined for IAM.
    pub(crate) fn require_scheme(
        &mut self,
        path: &Text,
        method: &Text,
        scheme: &Text,
        scopes: &Node,
    ) -> Result<(), Fault> {
        if !self.takes(|| scopes.weight()) {
            return Ok(());
        }
        for definition in self.integrated_methods(path, method)? {
            let mut wanted = list(definition, path, method)?;
            let mut entry = Map::hashed();
            entry.insert(scheme.clone(), scopes.clone());
            wanted.push(entry.into());
            definition.insert("security", wanted);
        }
        Ok(())
    }

    /// Has one method require an API key, or marks it as requiring none: `api_key_false`.
    pub(crate) fn require_api_key(
        &mut self,
        path: &Text,
        method: &Text,
        is_required: bool,
    ) -> Result<(), Fault> {
        let name = if is_required {
            "api_key"
        } else {
            "api_key_false"
        };
        let mut is_used = false;
        for definition in self.integrated_methods(path, method)? {
            is_used = true;
            let mut wanted = list(definition, path, method)?;
            wanted.push(one_entry(name, Vec::new().into()).into());
            definition.insert("security", wanted);
        }
        if is_required && is_used {
            self.define_api_key();
        }
        Ok(())
    }
}

fn has_key(entry: &Node, wanted: impl Fn(&str) -> bool) -> bool {
    entry
        .as_map()
        .is_some_and(|entry| entry.keys().any(|key| wanted(key)))
}

/// The `security` of a method.
fn list(method: &Map, path: &str, name: &str) -> Result<Vec<Node>, Fault> {
    match method.get("security") {
        None => Ok(Vec::new()),
        Some(Node::List(entries)) => Ok(entries.clone()),
        Some(_) => Err(wrong_security(path, name)),
    }
}

/// The `security` of a method, each entry known to be a map.
fn entries(method: &Map, path: &str, name: &str) -> Result<Vec<Node>, Fault> {
    let entries = list(method, path, name)?;
    if entries.iter().any(|entry| entry.as_map().is_none()) {
        return Err(wrong_security(path, name));
    }
    Ok(entries)
}

fn wrong_security(path: &str, method: &str) -> Fault {
    Fault::new(
        codes::OPENAPI_SECURITY,
        place(path, Some(method)),
        format!("`security` of the method `{method}` of the path `{path}` must be a list of maps"),
        "write `security: [{Authorizer: []}]`",
    )
}
