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

use super::{ANY_METHOD, Document, Fault, likeness, not_a_map, same, single};
use crate::diagnostics::codes;
use crate::language::distinct::Distinct;
use crate::language::python2::{Map, Node, Text};

const POLICY: &str = "x-amazon-apigateway-policy";

/// What a `ResourcePolicy` may say.
pub(crate) const RESOURCE_POLICY_KEYS: &[&str] = &[
    "CustomStatements",
    "AwsAccountWhitelist",
    "AwsAccountBlacklist",
    "IpRangeWhitelist",
    "IpRangeBlacklist",
    "SourceVpcWhitelist",
    "SourceVpcBlacklist",
    "IntrinsicVpcWhitelist",
    "IntrinsicVpcBlacklist",
    "IntrinsicVpceWhitelist",
    "IntrinsicVpceBlacklist",
];

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

/// The statements of a policy while they are added to: apart from it, as paths are from the document, because each edit
/// copies all that it holds.
#[derive(Clone, Debug)]
pub(super) struct Statements {
    items: Vec<Node>,
    /// After how many copies of the document each was added.
    added: Vec<usize>,
    distinct: Distinct,
}

impl Statements {
    fn new(items: Vec<Node>, copies: usize) -> Self {
        Self {
            added: vec![copies; items.len()],
            items,
            distinct: Distinct::default(),
        }
    }

    /// Gives whether it was added.
    fn push(&mut self, statement: Node, distinct: bool, copies: usize) -> bool {
        let is_added = !distinct
            || self
                .distinct
                .is_new(&self.items, &statement, likeness, same);
        if is_added {
            self.items.push(statement);
            self.added.push(copies);
        }
        is_added
    }

    /// The statements after so many copies of the document.
    fn into_list(mut self, copies: usize) -> Vec<Node> {
        for (item, added) in self.items.iter_mut().zip(self.added) {
            item.deep_copy(copies - added);
        }
        self.items
    }
}

impl Document {
    /// Adds what `policy` says to the statements, for every method of a path, as it is called through `stage`.
    pub(crate) fn add_resource_policy(
        &mut self,
        policy: &Map,
        path: &Text,
        stage: &Node,
    ) -> Result<(), Fault> {
        if self.is_too_large() {
            return Ok(());
        }
        let resources = self.resources_of(path, stage)?;
        self.policy()?;
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
            self.append_always(statement(effect, &resources, principal.into()))?;
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
            let condition = single(comparison, single("aws:SourceIp", ranges));
            self.append_pair(&resources, condition)?;
        }
        for (lists, comparison) in VPC_LISTS {
            if let Some(condition) = vpc_condition(policy, lists)? {
                self.append_pair(&resources, single(comparison, condition.into()))?;
            }
        }
        Ok(())
    }

    /// Adds statements as they are, unless they are there already.
    pub(crate) fn add_policy_statements(&mut self, custom: &Node) -> Result<(), Fault> {
        if !self.has_statements()? {
            self.policy()?.insert("Statement", custom.clone());
            return Ok(());
        }
        if self.is_too_large() {
            return Ok(());
        }
        let custom = match custom {
            Node::List(items) => items.clone(),
            one => vec![one.clone()],
        };
        for statement in custom {
            self.push_statement(statement, true)?;
        }
        Ok(())
    }

    /// Everyone is allowed, and denied under a condition; each statement only where it is not there yet.
    fn append_pair(&mut self, resources: &Node, condition: Node) -> Result<(), Fault> {
        let allow = statement("Allow", resources, "*".into());
        let mut deny = statement("Deny", resources, "*".into());
        deny.insert("Condition", condition);
        if !self.has_statements()? {
            self.policy()?.insert("Statement", Vec::new());
        }
        self.push_statement(allow.into(), true)?;
        self.push_statement(deny.into(), true)
    }

    fn append_always(&mut self, statement: Map) -> Result<(), Fault> {
        if self.has_statements()? {
            return self.push_statement(statement.into(), false);
        }
        self.policy()?.insert("Statement", statement);
        Ok(())
    }

    /// Whether the policy, which has a version from here on, has statements.
    fn has_statements(&mut self) -> Result<bool, Fault> {
        let is_apart = self.statements.is_some();
        let policy = self.policy()?;
        policy.insert("Version", "2012-10-17");
        Ok(is_apart || !matches!(policy.get("Statement"), None | Some(Node::Null)))
    }

    /// Adds a statement to the list, which a lone one becomes; where they are to be `distinct` only a new one.
    fn push_statement(&mut self, statement: Node, distinct: bool) -> Result<(), Fault> {
        let copies = self.root.copies();
        if self.statements.is_none() {
            let own = self.policy()?.get_mut("Statement");
            let items = match own.map(|own| std::mem::replace(own, Node::Null)) {
                Some(Node::List(items)) => items,
                Some(lone) => vec![lone],
                None => Vec::new(),
            };
            self.statements = Some(Statements::new(items, copies));
        }
        let bytes = statement.weight();
        if let Some(statements) = &mut self.statements
            && statements.push(statement, distinct, copies)
        {
            self.room = self.room.saturating_sub(bytes);
        }
        Ok(())
    }

    /// Puts the statements back into the policy.
    pub(super) fn settle_statements(&mut self) {
        let copies = self.root.copies();
        if let Some(statements) = self.statements.take()
            && let Some(Node::Map(policy)) = self.root.get_mut(POLICY)
        {
            policy.insert("Statement", statements.into_list(copies));
        }
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
            Some(Node::Text(_)) => return Err(letters(list)),
            Some(_) => return Err(wrong_list(list)),
        }
    }
    let is_empty = !condition.iter().any(|(_, endpoints)| endpoints.is_truthy());
    Ok((!is_empty).then_some(condition))
}

fn letters(key: &str) -> Fault {
    Fault::new(
        codes::RESOURCE_POLICY_LETTERS,
        Vec::new(),
        format!(
            "`{key}` of a resource policy is a text, which SAM would take for the list of its letters"
        ),
        "write a list, even of one item",
    )
}

fn wrong_list(key: &str) -> Fault {
    Fault::new(
        codes::RESOURCE_POLICY_LIST,
        Vec::new(),
        format!("`{key}` of a resource policy must be a list"),
        "write a list, even of one item",
    )
}
