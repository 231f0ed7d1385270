//! An OpenAPI document (or Swagger, as version 2 is called) with API Gateway's extensions, and the edits that it can
//! take. This module knows OpenAPI and `Fn::If`, but nothing of SAM's resources.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     DefinitionBody:
//!       swagger: '2.0'
//!       paths: {/orders: {get: {x-amazon-apigateway-integration: {type: mock}}}}
//!     Auth: {DefaultAuthorizer: AWS_IAM}
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
//!             x-amazon-apigateway-integration: {type: mock}
//!             security: [{AWS_IAM: []}]
//!       swagger: '2.0'
//!       securityDefinitions:
//!         AWS_IAM:
//!           in: header
//!           type: apiKey
//!           name: Authorization
//!           x-amazon-apigateway-authtype: awsSigv4
//!   # ...
//! ```
//!
//! A path item, and a method in it, may be an `Fn::If`; its *branches* are then what stands in it, except
//! `AWS::NoValue`. An edit reaches every branch. A branch of a method is *integrated* when it has an
//! `x-amazon-apigateway-integration`, and most edits leave the others alone.
//!
//! Whoever changes a document does so inside [`Document::edit`]: the order of a document's keys depends on how often it
//! was copied, and the reference copies it before and after each edit (see `language/python2`).
//!
//! Upstream: open_api/base_editor.py, open_api/open_api.py and swagger/swagger.py.

mod convert;
mod cors;
mod methods;
mod policy;
mod security;
mod version3;

pub(crate) use cors::Cors;
pub(crate) use methods::{RequestParameter, Validation};
pub(crate) use policy::{RESOURCE_POLICY_KEYS, with_wildcards};
pub(crate) use security::Security;

use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::python2::{LazyMap, Map, Node, Text};
use crate::language::truth;
use crate::template::{Path, Step};
use crate::tree::{Value, json};
use std::hash::{DefaultHasher, Hasher};

pub(crate) const INTEGRATION: &str = "x-amazon-apigateway-integration";
pub(crate) const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// A document. It may be an invalid one, which then takes no edits.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// All but the paths, in whose place there is null.
    root: LazyMap,
    /// The paths, where they are a map.
    paths: Option<LazyMap>,
    /// Whether every path item is known to be a map.
    is_checked: bool,
    /// The statements of the resource policy, once some are added.
    statements: Option<policy::Statements>,
    /// Security definitions to be written once the edit is done.
    new_security: Map,
    /// Whether it began without anything of the user's, whose own keys keep their order.
    is_made: bool,
    /// How many bytes it may still get of what is written once and copied into many places.
    room: usize,
}

/// What is wrong with a document, or with what was asked of it.
#[derive(Debug)]
pub(crate) struct Fault {
    code: &'static Code,
    /// Where in the document.
    at: Vec<Step>,
    message: String,
    help: &'static str,
}

impl Fault {
    fn new(
        code: &'static Code,
        at: Vec<Step>,
        message: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self {
            code,
            at,
            message: message.into(),
            help,
        }
    }

    /// The fault of a document that stands at `document`; it is nobody's but the document's.
    pub(crate) fn diagnostic(self, document: Path) -> Diagnostic {
        let mut path = document;
        path.0.extend(self.at);
        Diagnostic::new(self.code, path, self.message)
            .help(self.help)
            .blame(None)
    }
}

impl Document {
    pub(crate) fn new(body: Map) -> Self {
        let mut root = LazyMap::from(body);
        let mut paths = None;
        if let Some(slot) = root.get_mut("paths")
            && let Node::Map(map) = slot
        {
            paths = Some(LazyMap::from(std::mem::replace(map, Map::plain())));
            *slot = Node::Null;
        }
        Self {
            root,
            paths,
            is_checked: false,
            statements: None,
            new_security: Map::hashed(),
            is_made: false,
            room: usize::MAX,
        }
    }

    /// The document, for an output that has room for so many bytes: one that has got more than that is not completed.
    pub(crate) fn within(self, room: usize) -> Self {
        Self { room, ..self }
    }

    /// Whether it has got more than there is room for in the output.
    pub(crate) fn is_too_large(&self) -> bool {
        self.room == 0
    }

    /// Takes room for `bytes` that are about to be copied into it. Where there is none left they need not be: the document
    /// is too large.
    fn takes(&mut self, bytes: impl FnOnce() -> usize) -> bool {
        if !self.is_too_large() {
            self.room = self.room.saturating_sub(bytes());
        }
        !self.is_too_large()
    }

    /// A Swagger 2 document without paths.
    pub(crate) fn swagger() -> Self {
        Self::skeleton("swagger", "2.0", Map::hashed)
    }

    /// An OpenAPI 3 document without paths.
    pub(crate) fn openapi() -> Self {
        // No id depends on the order of its keys, so that they may stand as they were added.
        Self::skeleton("openapi", "3.0.1", Map::plain)
    }

    fn skeleton(kind: &str, version: &str, empty: fn() -> Map) -> Self {
        let mut info = empty();
        info.insert("version", "1.0");
        info.insert("title", Node::plain(json!({ "Ref": "AWS::StackName" })));
        let mut body = empty();
        body.insert(kind, version);
        body.insert("info", info);
        body.insert("paths", empty());
        Self {
            is_made: true,
            ..Self::new(body)
        }
    }

    /// The document with one path only, to try an edit of that path on.
    pub(crate) fn excerpt(&mut self, path: &str) -> Self {
        // A fault of another path is a fault of the whole, and then the whole is tried.
        if self.check().is_err() {
            return self.clone();
        }
        let paths = self.paths.as_ref().map(|paths| {
            let mut only = Map::hashed();
            if let Some(item) = paths.peek(path) {
                only.insert(path, item.clone());
            }
            LazyMap::from(only)
        });
        Self {
            root: self.root.clone(),
            paths,
            is_checked: true,
            statements: None,
            new_security: self.new_security.clone(),
            is_made: self.is_made,
            room: self.room,
        }
    }

    /// The document `body` as it is written: one of ours begins with its version, as people write them.
    pub(crate) fn written(mut body: Value, is_made: bool) -> Value {
        if let Some(map) = body.as_object_mut().filter(|_| is_made) {
            for kind in ["openapi", "swagger"] {
                if let Some(version) = map.remove(kind) {
                    map.shift_insert(0, kind, version);
                }
            }
        }
        body
    }

    /// Whether nothing of the user's was in it when it began.
    pub(crate) fn is_made(&self) -> bool {
        self.is_made
    }

    /// The document as it stands.
    pub(crate) fn into_node(mut self) -> Node {
        self.settle_statements();
        if let (Some(paths), Some(slot)) = (self.paths, self.root.get_mut("paths")) {
            *slot = paths.into_map().into();
        }
        self.root.into_map().into()
    }

    /// Makes one edit: a few changes that the reference makes on one copy.
    pub(crate) fn edit<T, E: From<Fault>>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check()?;
        self.edit_unchecked(change)
    }

    /// The same with an OpenAPI 3 document of an HTTP API, of which only the paths in question need be maps.
    pub(crate) fn edit_openapi_3<T, E: From<Fault>>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_openapi_3()?;
        self.edit_unchecked(change)
    }

    fn edit_unchecked<T, E>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.deep_copy();
        let done = change(self)?;
        let security = std::mem::replace(&mut self.new_security, Map::hashed());
        if !security.is_empty() {
            self.root.insert("securityDefinitions", security);
        }
        self.deep_copy();
        Ok(done)
    }

    fn deep_copy(&mut self) {
        self.root.deep_copy();
        if let Some(paths) = &mut self.paths {
            paths.deep_copy();
        }
    }

    /// Refuses what takes no edits: no valid document, or a path item that is no map.
    fn check(&mut self) -> Result<(), Fault> {
        if self.is_checked {
            return Ok(());
        }
        if !self.is_valid() {
            return Err(Fault::new(
                codes::INVALID_OPENAPI,
                Vec::new(),
                "this is not an OpenAPI document",
                "it needs a map of `paths`, and `swagger: \"2.0\"` or an `openapi` version like `3.0.1`",
            ));
        }
        for path in self.path_names() {
            for item in self.items(&path)? {
                if item.as_map().is_none() {
                    return Err(not_a_map(&path, None));
                }
            }
        }
        self.is_checked = true;
        Ok(())
    }

    /// The location that the document is included from at the deployment, so that nobody knows it here: `s3://...`, or a
    /// file that was not looked at.
    pub(crate) fn included_from(&self) -> Option<String> {
        let key = |node: &Node, name: &str| match node {
            Node::Map(map) => map.get(name).cloned(),
            _ => None,
        };
        let transform = self.root.peek("Fn::Transform")?;
        let location = key(&key(transform, "Parameters")?, "Location")?;
        Some(match location {
            Node::Text(text) => text.to_string(),
            _ => "...".to_owned(),
        })
    }

    /// Whether it has paths, and a version that is known.
    pub(crate) fn is_valid(&self) -> bool {
        self.paths.is_some() && (self.root_is_truthy("swagger") || self.is_openapi_3())
    }

    /// Whether the document says that it is of version 3.
    pub(crate) fn is_openapi_3(&self) -> bool {
        self.root_is_truthy("openapi") && self.root.peek("openapi").is_some_and(is_version_3)
    }

    fn root_is_truthy(&self, key: &str) -> bool {
        self.root.peek(key).is_some_and(Node::is_truthy)
    }

    fn root_is_null(&self, key: &str) -> bool {
        matches!(self.root.peek(key), None | Some(Node::Null))
    }

    /// Makes a Swagger skeleton an OpenAPI 3 document of this version.
    pub(crate) fn set_version(&mut self, version: Text) {
        self.root.insert("openapi", version);
        if self.root_is_truthy("swagger") {
            self.root.remove("swagger");
        }
    }

    /// A value at the top of the document.
    pub(crate) fn top_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.root.get_mut(key)
    }

    /// Sets a value at the top of the document.
    pub(crate) fn set_top(&mut self, key: impl Into<Text>, value: impl Into<Node>) {
        self.root.insert(key, value);
    }

    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.paths
            .as_ref()
            .is_some_and(|paths| paths.contains_key(path))
    }

    pub(crate) fn has_no_paths(&self) -> bool {
        self.paths.as_ref().is_none_or(LazyMap::is_empty)
    }

    pub(crate) fn path_names(&mut self) -> Vec<Text> {
        self.paths.as_mut().map(LazyMap::keys).unwrap_or_default()
    }

    /// A path item as it stands, conditional or not.
    pub(crate) fn path_mut(&mut self, path: &str) -> Option<&mut Node> {
        self.paths.as_mut()?.get_mut(path)
    }

    /// Renames a path; it then stands last.
    pub(crate) fn rename_path(&mut self, from: &str, to: Text) {
        if let Some(paths) = &mut self.paths
            && let Some(item) = paths.remove(from)
        {
            paths.insert(to, item);
        }
    }

    /// Makes the existence of a path depend on a condition.
    pub(crate) fn make_path_conditional(&mut self, path: &str, condition: Text) {
        if let Some(item) = self.path_mut(path) {
            make_conditional(item, condition);
        }
    }

    /// Adds an empty method to a path, and the path, where there is none.
    ///
    /// `method` is the name as [`method_name`] gives it.
    pub(crate) fn add_path(&mut self, path: &Text, method: &Text) -> Result<(), Fault> {
        let Some(paths) = &mut self.paths else {
            return Ok(());
        };
        if !paths.contains_key(path) {
            paths.insert(path.clone(), Map::hashed());
        }
        for item in self.items(path)? {
            match item.as_map_mut() {
                Some(item) => {
                    item.or_insert(method.clone(), Map::hashed());
                }
                None => return Err(not_a_map(path, None)),
            }
        }
        Ok(())
    }

    /// The branches of a path item; one that is missing is null.
    fn items(&mut self, path: &str) -> Result<Vec<&mut Node>, Fault> {
        match self.path_mut(path) {
            Some(item) => branches(item).ok_or_else(|| if_without_list(path, None)),
            None => Err(not_a_map(path, None)),
        }
    }
}

/// A method as documents name it: in lower case, and `ANY` by API Gateway's long name.
pub(crate) fn method_name(method: &Text) -> Text {
    let method = method.map(str::to_lowercase);
    if &*method == "any" {
        ANY_METHOD.into()
    } else {
        method
    }
}

/// What stands in a value: itself, or the branches of an `Fn::If`. None where that `Fn::If` has no list.
fn branches(value: &mut Node) -> Option<Vec<&mut Node>> {
    let is_if = value.as_map().is_some_and(|map| map.contains_key("Fn::If"));
    if !is_if {
        return Some(vec![value]);
    }
    let arguments = value.as_map_mut()?.get_mut("Fn::If")?.as_list_mut()?;
    Some(
        arguments
            .iter_mut()
            .skip(1)
            .filter(|branch| !is_no_value(branch))
            .collect(),
    )
}

fn is_no_value(value: &Node) -> bool {
    value.as_map().is_some_and(|map| {
        map.len() == 1
            && map
                .get("Ref")
                .and_then(Node::as_text)
                .is_some_and(|name| &**name == "AWS::NoValue")
    })
}

/// Wraps a value: `!If [condition, value, !Ref AWS::NoValue]`.
pub(crate) fn make_conditional(value: &mut Node, condition: Text) {
    let inner = std::mem::replace(value, Node::Null);
    let mut wrapper = Map::plain();
    wrapper.insert(
        "Fn::If",
        vec![
            condition.into(),
            inner,
            Node::plain(json!({ "Ref": "AWS::NoValue" })),
        ],
    );
    *value = wrapper.into();
}

/// The property `name`, which must be written into a document that is included from `location`; it is left out where
/// code is ignored.
pub(crate) fn included_body(
    name: &str,
    location: &str,
    path: Path,
    is_ignored: bool,
) -> Diagnostic {
    let (code, fate) = if is_ignored {
        (codes::DEFINITION_BODY_INCLUDED, ", and is left out")
    } else {
        (codes::DEFINITION_BODY_NEEDED, "")
    };
    Diagnostic::new(
        code,
        path,
        format!("`{name}` must be written into the document, which is included from `{location}` and so not known here{fate}"),
    )
    .on_key()
    .help("put the document beside the template and include it by its local path, or write it inline")
}

/// Whether a version is 3, 3.d or 3.d.d, as a text or a number.
pub(crate) fn is_version_3(version: &Node) -> bool {
    version_text(version).is_some_and(|text| is_version(&text, &["3"]))
}

/// How the reference prints a version to compare it.
fn version_text(version: &Node) -> Option<String> {
    match version {
        Node::Text(text) => Some(text.to_string()),
        Node::Number(_) => Some(version.to_text()),
        _ => None,
    }
}

/// `2`, `2.0`, `2.0.1`: the major version, then at most two more digits, each of its own; one line end may follow.
pub(crate) fn is_version(text: &str, majors: &[&str]) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut parts = text.split('.');
    let is_major = parts.next().is_some_and(|part| majors.contains(&part));
    let rest: Vec<&str> = parts.collect();
    let is_digit = |part: &&str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    is_major && (1..=2).contains(&rest.len()) && rest.iter().all(is_digit)
}

/// Whether two values are equal, without regard to order and marks.
fn same(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Text(a), Node::Text(b)) => **a == **b,
        (Node::List(a), Node::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Node::Map(a), Node::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => truth::equal(&a.to_value(), &b.to_value()),
    }
}

/// A number that is the same for values that are the same.
fn likeness(value: &Node) -> u64 {
    match value {
        Node::List(items) => {
            let mut hasher = DefaultHasher::new();
            items
                .iter()
                .for_each(|item| hasher.write_u64(likeness(item)));
            hasher.finish()
        }
        Node::Map(map) => {
            let entries = map.iter();
            entries
                .map(|(key, value)| truth::entry_likeness(key, likeness(value)))
                .fold(0, u64::wrapping_add)
        }
        other => truth::likeness(&other.to_value()),
    }
}

/// A plain map of one entry.
fn single(key: &str, value: Node) -> Node {
    let mut map = Map::plain();
    map.insert(key, value);
    map.into()
}

fn place(path: &str, method: Option<&str>) -> Vec<Step> {
    let mut at: Vec<Step> = vec!["paths".into(), path.into()];
    at.extend(method.map(Step::from));
    at
}

fn not_a_map(path: &str, method: Option<&str>) -> Fault {
    let what = match method {
        Some(method) => format!("the method `{method}` of the path `{path}`"),
        None => format!("the path `{path}`"),
    };
    Fault::new(
        codes::OPENAPI_NOT_A_MAP,
        place(path, method),
        format!("{what} must be a map"),
        "OpenAPI requires a map here, even an empty one: `{}`",
    )
}

fn if_without_list(path: &str, method: Option<&str>) -> Fault {
    Fault::new(
        codes::OPENAPI_IF_NOT_A_LIST,
        place(path, method),
        "`Fn::If` needs a list",
        "write `Fn::If: [Condition, value, value]`",
    )
}
