//! The resource policy: which accounts, addresses and networks may call which paths.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth:
//!       ResourcePolicy:
//!         AwsAccountWhitelist: ['123456789012']
//!         SourceVpcBlacklist: [vpc-1]
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
//!       x-amazon-apigateway-policy:
//!         Version: '2012-10-17'
//!         Statement:
//!           - Action: execute-api:Invoke
//!             Resource: [!Sub ['execute-api:/${__Stage__}/GET/orders', {__Stage__: prod}]]
//!             Effect: Allow
//!             Principal: {AWS: ['123456789012']}
//!           - Action: execute-api:Invoke
//!             Resource: [!Sub ['execute-api:/${__Stage__}/GET/orders', {__Stage__: prod}]]
//!             Effect: Allow
//!             Principal: '*'
//!           - Action: execute-api:Invoke
//!             Resource: [!Sub ['execute-api:/${__Stage__}/GET/orders', {__Stage__: prod}]]
//!             Effect: Deny
//!             Condition: {StringEquals: {aws:SourceVpc: [vpc-1]}}
//!             Principal: '*'
//!       # ...
//!   # ...
//! ```

use super::{ANY_METHOD, Document, Fault, not_a_map, same, single};
use crate::diagnostics::codes;
use crate::language::python2::{Map, Node, Text};

const POLICY: &str = "x-amazon-apigateway-policy";

/// Lists of endpoints: texts that begin with `vpc-` or `vpce-`, then other values for the one and the other; and how
/// the condition of the denial compares.
const VPC_LISTS: [([&str; 3], &str); 2] = [
    (
        [
            "SourceVpcBlacklist",
            "IntrinsicVpcBlacklist",
            "IntrinsicVpceBlacklist",
        ],
        "StringEquals",
    ),
    (
        [
            "SourceVpcWhitelist",
            "IntrinsicVpcWhitelist",
            "IntrinsicVpceWhitelist",
        ],
        "StringNotEquals",
    ),
];

impl Document {
    /// Adds what `policy` says to the statements, for every method of a path, as it is called through `stage`.
    pub(crate) fn add_resource_policy(
        &mut self,
        policy: &Map,
        path: &Text,
        stage: &Node,
    ) -> Result<(), Fault> {
        let resources = self.resources_of(path, stage)?;
        let statements = self.policy()?;
        for (key, effect) in [
            ("AwsAccountWhitelist", "Allow"),
            ("AwsAccountBlacklist", "Deny"),
        ] {
            let Some(accounts) = policy.get(key).filter(|given| given.is_truthy()) else {
                continue;
            };
            let accounts = match accounts {
                Node::List(_) => accounts.clone(),
                Node::Map(_) => vec![accounts.clone()].into(),
                _ => return Err(wrong_list(key)),
            };
            let mut principal = Map::hashed();
            principal.insert("AWS", accounts);
            append_always(statements, statement(effect, &resources, principal.into()));
        }
        for (key, comparison) in [
            ("IpRangeWhitelist", "NotIpAddress"),
            ("IpRangeBlacklist", "IpAddress"),
        ] {
            let Some(ranges) = policy.get(key).filter(|given| given.is_truthy()) else {
                continue;
            };
            let ranges = match ranges {
                Node::List(_) => ranges.clone(),
                one => vec![one.clone()].into(),
            };
            append_pair(
                statements,
                &resources,
                single(comparison, single("aws:SourceIp", ranges)),
            );
        }
        for (lists, comparison) in VPC_LISTS {
            if let Some(condition) = vpc_condition(policy, lists)? {
                append_pair(statements, &resources, single(comparison, condition.into()));
            }
        }
        Ok(())
    }

    /// Adds statements as they are, unless they are there already.
    pub(crate) fn add_policy_statements(&mut self, custom: &Node) -> Result<(), Fault> {
        let policy = self.policy()?;
        policy.insert("Version", "2012-10-17");
        if is_null(policy, "Statement") {
            policy.insert("Statement", custom.clone());
            return Ok(());
        }
        let custom = match custom {
            Node::List(items) => items.clone(),
            one => vec![one.clone()],
        };
        with_statements(policy, |statements| {
            for statement in custom {
                push_new(statements, statement);
            }
        });
        Ok(())
    }

    fn policy(&mut self) -> Result<&mut Map, Fault> {
        if !self.root_is_truthy(POLICY) {
            self.root.insert(POLICY, Map::hashed());
        }
        match self.root.get_mut(POLICY) {
            Some(Node::Map(policy)) => Ok(policy),
            _ => Err(Fault::new(
                codes::OPENAPI_POLICY,
                vec![POLICY.into()],
                "the policy of the OpenAPI document must be a map",
                "write a policy document: `{Version: ..., Statement: [...]}`",
            )),
        }
    }

    /// What statements call the methods of a path: every key of the path item counts as one.
    fn resources_of(&mut self, path: &Text, stage: &Node) -> Result<Node, Fault> {
        let mut names = Vec::new();
        for item in self.items(path)? {
            let Some(item) = item.as_map() else {
                return Err(not_a_map(path, None));
            };
            names.extend(item.keys().cloned());
        }
        let path = path.map(with_wildcards);
        let resource = |name: &Text| {
            let lower = name.to_lowercase();
            let is_any = lower == ANY_METHOD || lower == "any";
            let method = if is_any {
                "*".to_owned()
            } else {
                name.to_uppercase()
            };
            let text = format!("execute-api:/${{__Stage__}}/{method}{}", &*path);
            let is_marked = path.is_marked() || (!is_any && name.is_marked());
            let text = if is_marked {
                Text::marked(text)
            } else {
                Text::bare(text)
            };
            single(
                "Fn::Sub",
                vec![text.into(), single("__Stage__", stage.clone())].into(),
            )
        };
        Ok(names.iter().map(resource).collect())
    }
}

/// The path as ARNs name it: `{name}` and `{name+}` are `*`.
pub(crate) fn with_wildcards(path: &str) -> String {
    let mut made = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let name = after.split_once('}').map(|(name, _)| name);
        let is_parameter = |name: &&str| {
            let plain = name.strip_suffix('+').unwrap_or(name);
            let is_allowed =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            !plain.is_empty() && plain.bytes().all(is_allowed)
        };
        match name.filter(is_parameter) {
            Some(name) => {
                made.push('*');
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                made.push('{');
                rest = after;
            }
        }
    }
    made + rest
}

fn statement(effect: &str, resources: &Node, principal: Node) -> Map {
    let mut made = Map::hashed();
    made.insert("Effect", effect);
    made.insert("Action", "execute-api:Invoke");
    made.insert("Resource", resources.clone());
    made.insert("Principal", principal);
    made
}

/// Everyone is allowed, and denied under a condition; each statement only where it is not there yet.
fn append_pair(policy: &mut Map, resources: &Node, condition: Node) {
    let allow = statement("Allow", resources, "*".into());
    let mut deny = statement("Deny", resources, "*".into());
    deny.insert("Condition", condition);
    policy.insert("Version", "2012-10-17");
    if is_null(policy, "Statement") {
        policy.insert("Statement", Vec::new());
    }
    with_statements(policy, |statements| {
        push_new(statements, allow.into());
        push_new(statements, deny.into());
    });
}

fn append_always(policy: &mut Map, statement: Map) {
    policy.insert("Version", "2012-10-17");
    if is_null(policy, "Statement") {
        policy.insert("Statement", statement);
    } else {
        with_statements(policy, |statements| statements.push(statement.into()));
    }
}

fn is_null(map: &Map, key: &str) -> bool {
    matches!(map.get(key), None | Some(Node::Null))
}

/// Lets `change` see the statements as a list, which a lone one becomes.
fn with_statements(policy: &mut Map, change: impl FnOnce(&mut Vec<Node>)) {
    let mut statements = match policy
        .get_mut("Statement")
        .map(|own| std::mem::replace(own, Node::Null))
    {
        Some(Node::List(items)) => items,
        Some(lone) => vec![lone],
        None => Vec::new(),
    };
    change(&mut statements);
    policy.insert("Statement", statements);
}

fn push_new(statements: &mut Vec<Node>, statement: Node) {
    if !statements.iter().any(|known| same(known, &statement)) {
        statements.push(statement);
    }
}

/// The endpoints of three lists by what a condition calls them; none where there are none.
fn vpc_condition(policy: &Map, lists: [&str; 3]) -> Result<Option<Map>, Fault> {
    let mut condition = Map::hashed();
    let mut add = |key: &str, endpoints: Vec<Node>| {
        if let Some(Node::List(known)) = condition.or_insert(key, Vec::new()) {
            known.extend(endpoints);
        }
    };
    let [texts, vpcs, endpoints] = lists;
    if let Some(Node::List(items)) = policy.get(texts) {
        if items.iter().any(|item| item.as_text().is_none()) {
            return Err(Fault::new(
                codes::RESOURCE_POLICY_LIST,
                Vec::new(),
                format!("`{texts}` must be a list of strings"),
                "put what is not known before the deployment into `IntrinsicVpcWhitelist` and its like",
            ));
        }
        for (key, prefix) in [("aws:SourceVpc", "vpc-"), ("aws:SourceVpce", "vpce-")] {
            let named: Vec<Node> = items
                .iter()
                .filter(|item| item.as_text().is_some_and(|text| text.starts_with(prefix)))
                .cloned()
                .collect();
            if !named.is_empty() {
                add(key, named);
            }
        }
    }
    for (list, key) in [(vpcs, "aws:SourceVpc"), (endpoints, "aws:SourceVpce")] {
        match policy.get(list) {
            None | Some(Node::Null) => {}
            Some(Node::List(items)) => add(key, items.clone()),
            Some(Node::Map(map)) => add(key, map.keys().cloned().map(Node::from).collect()),
            Some(_) => return Err(wrong_list(list)),
        }
    }
    let is_empty = !condition.iter().any(|(_, endpoints)| endpoints.is_truthy());
    Ok((!is_empty).then_some(condition))
}

fn wrong_list(key: &str) -> Fault {
    Fault::new(
        codes::RESOURCE_POLICY_LIST,
        Vec::new(),
        format!("`{key}` of a resource policy must be a list"),
        "write a list, even of one item",
    )
}
