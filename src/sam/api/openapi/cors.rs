//! CORS: an `options` method on every path, which answers what browsers ask before they call another origin.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Cors: "'https://example.com'"
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
//!           options:
//!             x-amazon-apigateway-integration:
//!               type: mock
//!               requestTemplates: {application/json: "{\n  \"statusCode\" : 200\n}\n"}
//!               responses:
//!                 default:
//!                   statusCode: '200'
//!                   responseTemplates: {application/json: "{}\n"}
//!                   responseParameters:
//!                     method.response.header.Access-Control-Allow-Origin: '''https://example.com'''
//!                     method.response.header.Access-Control-Allow-Methods: '''GET,OPTIONS'''
//!             consumes: [application/json]
//!             summary: CORS support
//!             responses:
//!               '200':
//!                 headers:
//!                   Access-Control-Allow-Origin: {type: string}
//!                   Access-Control-Allow-Methods: {type: string}
//!                 description: Default response for CORS method
//!             produces: [application/json]
//!           # ...
//!       # ...
//!   # ...
//! ```

use super::{ANY_METHOD, Document, Fault, INTEGRATION, not_a_map, single};
use crate::language::python2::{Map, Node};
use crate::tree::json;

const ALL_METHODS: &str = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";

/// What browsers are told. API Gateway takes texts in quotes: `'*'`.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    pub(crate) origin: Node,
    pub(crate) headers: Node,
    /// Where this is empty, the methods of each path.
    pub(crate) methods: Node,
    pub(crate) max_age: Node,
    pub(crate) with_credentials: bool,
}

impl Document {
    /// Whether [`Document::add_cors`] would add anything.
    pub(crate) fn lacks_options(&mut self) -> Result<bool, Fault> {
        for path in self.paths_for_cors() {
            let mut items = self.items(&path)?.into_iter();
            if items.any(|item| {
                item.as_map()
                    .is_some_and(|item| !item.contains_key("options"))
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds an `options` method to every path that has none.
    pub(crate) fn add_cors(&mut self, cors: &Cors) -> Result<(), Fault> {
        let paths = self.paths_for_cors();
        let each = options(cors, &cors.methods).weight();
        if !self.takes(|| each * paths.len()) {
            return Ok(());
        }
        for path in paths {
            // Of a conditional path the first branch decides for both.
            let mut methods = cors.methods.clone();
            for item in self.items(&path)? {
                let Some(item) = item.as_map_mut() else {
                    return Err(not_a_map(&path, None));
                };
                if item.contains_key("options") {
                    continue;
                }
                if !methods.is_truthy() {
                    methods = format!("'{}'", methods_of(item)).as_str().into();
                }
                item.insert("options", options(cors, &methods));
            }
        }
        Ok(())
    }

    /// The paths, less those that differ from an earlier one only by a slash at the end: API Gateway takes both for one.
    fn paths_for_cors(&mut self) -> Vec<crate::language::python2::Text> {
        let mut seen = std::collections::HashSet::new();
        let mut paths = self.path_names();
        paths.retain(|path| {
            let plain = if &**path == "/" {
                "/"
            } else {
                path.trim_end_matches('/')
            };
            seen.insert(plain.to_owned())
        });
        paths
    }
}

/// The keys of a path item, all of them, as methods.
fn methods_of(item: &Map) -> String {
    if item.contains_key(ANY_METHOD) {
        return ALL_METHODS.to_owned();
    }
    let mut methods: Vec<String> = item.keys().map(|key| key.to_uppercase()).collect();
    methods.push("OPTIONS".to_owned());
    methods.sort_unstable();
    methods.dedup();
    methods.join(",")
}

fn options(cors: &Cors, methods: &Node) -> Map {
    let mut values = Map::hashed();
    let mut schemas = Map::hashed();
    let mut add = |header: &str, value: Node, kind: &str| {
        values.insert(format!("method.response.header.{header}").as_str(), value);
        schemas.insert(header, single("type", kind.into()));
    };
    add("Access-Control-Allow-Origin", cors.origin.clone(), "string");
    if cors.headers.is_truthy() {
        add(
            "Access-Control-Allow-Headers",
            cors.headers.clone(),
            "string",
        );
    }
    if methods.is_truthy() {
        add("Access-Control-Allow-Methods", methods.clone(), "string");
    }
    if !matches!(cors.max_age, Node::Null) {
        add("Access-Control-Max-Age", cors.max_age.clone(), "integer");
    }
    if cors.with_credentials {
        add(
            "Access-Control-Allow-Credentials",
            "'true'".into(),
            "string",
        );
    }

    let mut answer = Map::hashed();
    answer.insert("statusCode", "200");
    answer.insert("responseParameters", values);
    answer.insert(
        "responseTemplates",
        single("application/json", "{}\n".into()),
    );
    let mut answers = Map::hashed();
    answers.insert("default", answer);
    let mut integration = Map::hashed();
    integration.insert("type", "mock");
    integration.insert(
        "requestTemplates",
        single("application/json", "{\n  \"statusCode\" : 200\n}\n".into()),
    );
    integration.insert("responses", answers);
    let mut response = Map::hashed();
    response.insert("description", "Default response for CORS method");
    response.insert("headers", schemas);
    let mut responses = Map::hashed();
    responses.insert("200", response);

    let mut made = Map::hashed();
    made.insert("summary", "CORS support");
    made.insert("consumes", Node::plain(json!(["application/json"])));
    made.insert("produces", Node::plain(json!(["application/json"])));
    made.insert(INTEGRATION, integration);
    made.insert("responses", responses);
    made
}
