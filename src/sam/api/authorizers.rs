//! `Auth.Authorizers` of a REST API: who decides whether a caller may call a method.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth:
//!       Authorizers: {Tokens: {FunctionArn: !GetAtt Decide.Arn}}
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
//!       securityDefinitions:
//!         Tokens:
//!           in: header
//!           type: apiKey
//!           name: Authorization
//!           x-amazon-apigateway-authorizer:
//!             type: token
//!             authorizerUri: !Sub
//!               - 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations'
//!               - {__FunctionArn__: !GetAtt Decide.Arn}
//!           x-amazon-apigateway-authtype: custom
//!       # ...
//!   # ...
//! ShopTokensAuthorizerPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !GetAtt Decide.Arn
//!     Principal: apigateway.amazonaws.com
//!     SourceArn: !Sub
//!       - arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*
//!       - {__ApiId__: !Ref Shop}
//! ```
//!
//! Upstream: class ApiGatewayAuthorizer in model/apigateway.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, reference};
use crate::language::logical_id;
use crate::language::partition::Partition;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::resource::{SamResource, map};
use crate::scope::Scope;
use crate::stack::Names;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const PAYLOAD_TYPES: [&str; 2] = ["TOKEN", "REQUEST"];

/// Where a request carries what identifies the caller, and how the document names that.
const IDENTITY_SOURCES: [(&str, &str); 4] = [
    ("Headers", "method.request.header."),
    ("QueryStrings", "method.request.querystring."),
    ("StageVariables", "stageVariables."),
    ("Context", "context."),
];

/// One authorizer, known to be well-formed.
#[derive(Debug)]
pub(super) struct Authorizer {
    pub(super) name: Text,
    kind: Kind,
    /// What the user wrote of it.
    given: Map2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Iam,
    Cognito,
    LambdaToken,
    LambdaRequest,
}

/// Reads the authorizers of `Auth`: those that are defined, and IAM where it is the default. Faults are reported.
pub(super) fn read(scope: &Scope<'_>, api: &SamResource, auth: &Map2) -> Vec<Authorizer> {
    let mut read: Map2<Authorizer> = Map2::hashed();
    read_into(&mut read, scope, api, auth);
    read.into_iter().map(|(_, authorizer)| authorizer).collect()
}

fn read_into(read: &mut Map2<Authorizer>, scope: &Scope<'_>, api: &SamResource, auth: &Map2) {
    if let Some(Node::Text(name)) = auth.get("DefaultAuthorizer")
        && &**name == "AWS_IAM"
    {
        let iam = Authorizer {
            name: name.clone(),
            kind: Kind::Iam,
            given: Map2::hashed(),
        };
        read.insert(name.clone(), iam);
    }
    let path = api.path("Auth").then("Authorizers");
    let given = match auth.get("Authorizers") {
        Some(Node::Map(given)) => given,
        Some(other) if other.is_truthy() => {
            scope.report(
                Diagnostic::new(
                    codes::AUTHORIZERS_SHAPE,
                    path,
                    "`Authorizers` must be a map",
                )
                .help("write `Authorizers: {Name: {FunctionArn: ...}}`"),
            );
            return;
        }
        _ => return,
    };
    for (name, authorizer) in given.iter() {
        let path = path.clone().then(&**name);
        let Some(given) = authorizer.as_map() else {
            scope.report(
                Diagnostic::new(
                    codes::AUTHORIZERS_SHAPE,
                    path,
                    format!("the authorizer `{}` must be a map", &**name),
                )
                .help("write `{FunctionArn: ...}` or `{UserPoolArn: ...}`"),
            );
            continue;
        };
        if check(scope, name, given, &path) {
            let authorizer = Authorizer {
                name: name.clone(),
                kind: kind_of(given),
                given: given.clone(),
            };
            read.insert(name.clone(), authorizer);
        }
    }
}

fn kind_of(given: &Map2) -> Kind {
    let is_request = is_word(given.get("FunctionPayloadType"), "REQUEST");
    if is_truthy(given, "UserPoolArn") {
        Kind::Cognito
    } else if is_request {
        Kind::LambdaRequest
    } else {
        Kind::LambdaToken
    }
}

fn is_word(value: Option<&Node>, word: &str) -> bool {
    matches!(value, Some(Node::Text(text)) if &**text == word)
}

fn is_truthy(map: &Map2, key: &str) -> bool {
    map.get(key).is_some_and(Node::is_truthy)
}

fn is_given(map: &Map2, key: &str) -> bool {
    !matches!(map.get(key), None | Some(Node::Null))
}

/// Reports what is wrong with an authorizer. Returns whether all is well.
fn check(scope: &Scope<'_>, name: &Text, given: &Map2, path: &Path) -> bool {
    let watch = scope.watch();
    let name = &**name;
    let is_known = match given.get("FunctionPayloadType") {
        None | Some(Node::Null) => true,
        Some(Node::Text(word)) => PAYLOAD_TYPES.contains(&&**word),
        Some(_) => false,
    };
    if !is_known {
        scope.report(
            Diagnostic::new(
                codes::AUTHORIZER_PAYLOAD_TYPE,
                path.clone().then("FunctionPayloadType"),
                format!(
                    "`FunctionPayloadType` of the authorizer `{name}` must be `TOKEN` or `REQUEST`"
                ),
            )
            .help("write the word itself: an intrinsic cannot be read before the deployment here"),
        );
    }
    let scopes = given.get("AuthorizationScopes");
    if is_given(given, "AuthorizationScopes") && scopes.and_then(Node::as_list).is_none() {
        scope.report(
            Diagnostic::new(
                codes::AUTHORIZATION_SCOPES,
                path.clone().then("AuthorizationScopes"),
                format!("`AuthorizationScopes` of the authorizer `{name}` must be a list"),
            )
            .help("write `[scope]`"),
        );
    }
    let is_off = given.get("DisableFunctionDefaultPermissions");
    if !matches!(is_off, None | Some(Node::Null | Node::Bool(_))) {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path.clone().then("DisableFunctionDefaultPermissions"),
                "`DisableFunctionDefaultPermissions` must be `true` or `false`",
            )
            .help("write `true` or `false`"),
        );
    }
    check_identity(scope, name, given, &path.clone().then("Identity"));
    watch.is_sound()
}

fn check_identity(scope: &Scope<'_>, name: &str, given: &Map2, path: &Path) {
    let is_request = is_word(given.get("FunctionPayloadType"), "REQUEST");
    let no_identity = Map2::plain();
    let identity = match given.get("Identity") {
        Some(Node::Map(identity)) => identity,
        Some(other) if other.is_truthy() => {
            scope.report(
                Diagnostic::new(
                    codes::AUTHORIZER_IDENTITY,
                    path.clone(),
                    format!("`Identity` of the authorizer `{name}` must be a map"),
                )
                .help("write `Identity: {Header: Authorization}`"),
            );
            return;
        }
        _ => &no_identity,
    };
    if !is_request {
        return;
    }
    let has_source = IDENTITY_SOURCES
        .iter()
        .any(|(key, _)| is_truthy(identity, key));
    if !has_source && !is_never_cached(identity.get("ReauthorizeEvery")) {
        scope.report(
            Diagnostic::new(
                codes::AUTHORIZER_WITHOUT_IDENTITY,
                path.clone(),
                format!("the authorizer `{name}` reads requests, but `Identity` does not say what of them"),
            )
            .help("add `Headers`, `QueryStrings`, `StageVariables` or `Context`, or write `ReauthorizeEvery: 0`"),
        );
    }
    if is_truthy(given, "UserPoolArn") {
        return;
    }
    for (key, _) in IDENTITY_SOURCES {
        let is_list_of_texts = match identity.get(key) {
            Some(Node::List(items)) => items.iter().all(|item| item.as_text().is_some()),
            Some(other) => !other.is_truthy(),
            None => true,
        };
        if !is_list_of_texts {
            scope.report(
                Diagnostic::new(
                    codes::AUTHORIZER_IDENTITY,
                    path.clone().then(key),
                    format!("`{key}` of the authorizer `{name}` must be a list of strings"),
                )
                .help("the names become one text, so they must be known now"),
            );
        }
    }
}

/// Whether what an authorizer decides is asked for anew each time: `ReauthorizeEvery` is 0, or less.
fn is_never_cached(seconds: Option<&Node>) -> bool {
    let seconds = match seconds {
        Some(Node::Number(number)) => number.as_f64().map(f64::trunc),
        Some(Node::Bool(flag)) => Some(f64::from(u8::from(*flag))),
        Some(Node::Text(text)) => text
            .trim()
            .replace('_', "")
            .parse::<i64>()
            .ok()
            .map(|seconds| if seconds > 0 { 1.0 } else { 0.0 }),
        _ => None,
    };
    seconds.is_some_and(|seconds| seconds <= 0.0)
}

impl Authorizer {
    /// The scopes that methods require of it by default.
    pub(super) fn scopes(&self) -> Node {
        match self.given.get("AuthorizationScopes") {
            Some(scopes @ Node::List(_)) => scopes.clone(),
            _ => Vec::new().into(),
        }
    }

    /// Its security definition.
    pub(super) fn definition(&self, partition: Partition) -> Map2 {
        let identity = match self.given.get("Identity") {
            Some(Node::Map(identity)) => identity.clone(),
            _ => Map2::plain(),
        };
        let header = match identity.get("Header").filter(|header| header.is_truthy()) {
            Some(header) => header.clone(),
            None => "Authorization".into(),
        };
        let (name, kind) = match self.kind {
            Kind::Iam => (header, "awsSigv4"),
            Kind::Cognito => (header, "cognito_user_pools"),
            Kind::LambdaToken => (header, "custom"),
            Kind::LambdaRequest => ("Unused".into(), "custom"),
        };
        let mut made = Map2::hashed();
        made.insert("type", "apiKey");
        made.insert("name", name);
        made.insert("in", "header");
        made.insert("x-amazon-apigateway-authtype", kind);
        let mut details = match self.kind {
            Kind::Iam => return made,
            Kind::Cognito => self.cognito(),
            Kind::LambdaToken | Kind::LambdaRequest => self.lambda(partition, &identity),
        };
        let expression = identity
            .get("ValidationExpression")
            .filter(|given| given.is_truthy());
        if let (Some(expression), true) = (expression, self.kind != Kind::LambdaRequest) {
            details.insert("identityValidationExpression", expression.clone());
        }
        made.insert("x-amazon-apigateway-authorizer", details);
        made
    }

    fn cognito(&self) -> Map2 {
        let pools = match self.given.get("UserPoolArn") {
            Some(pools @ Node::List(_)) => pools.clone(),
            Some(one) => vec![one.clone()].into(),
            None => Vec::new().into(),
        };
        let mut details = Map2::hashed();
        details.insert("type", "cognito_user_pools");
        details.insert("providerARNs", pools);
        details
    }

    fn lambda(&self, partition: Partition, identity: &Map2) -> Map2 {
        let mut details = Map2::hashed();
        details.insert(
            "type",
            match self.kind {
                Kind::LambdaRequest => "request",
                _ => "token",
            },
        );
        let uri = partition.arn(
            "apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations",
        );
        let function = self.given.get("FunctionArn").cloned().unwrap_or(Node::Null);
        let mut variables = Map2::plain();
        variables.insert("__FunctionArn__", function);
        let mut sub = Map2::plain();
        sub.insert("Fn::Sub", vec![Node::from(uri.as_str()), variables.into()]);
        details.insert("authorizerUri", sub);
        if is_given(identity, "ReauthorizeEvery") {
            let seconds = identity.get("ReauthorizeEvery").cloned();
            details.insert(
                "authorizerResultTtlInSeconds",
                seconds.unwrap_or(Node::Null),
            );
        }
        let role = self.given.get("FunctionInvokeRole");
        if let Some(role) = role.filter(|role| role.is_truthy() && !is_word(Some(role), "NONE")) {
            details.insert("authorizerCredentials", role.clone());
        }
        if self.kind == Kind::LambdaRequest {
            let sources: Vec<String> = IDENTITY_SOURCES
                .iter()
                .flat_map(|(key, prefix)| {
                    let names = identity
                        .get(key)
                        .and_then(Node::as_list)
                        .unwrap_or_default();
                    names
                        .iter()
                        .filter_map(Node::as_text)
                        .map(move |name| format!("{prefix}{}", &**name))
                })
                .collect();
            if !sources.is_empty() {
                details.insert("identitySource", Text::marked(sources.join(", ")));
            }
        }
        details
    }

    /// The place of it.
    pub(super) fn place(&self, api: &SamResource) -> Path {
        api.path("Auth").then("Authorizers").then(&*self.name)
    }

    /// What lets API Gateway invoke its function: the id and the properties of the permission.
    pub(super) fn permission(
        &self,
        scope: &Scope<'_>,
        names: &Names,
        api: &SamResource,
    ) -> Option<(String, Map)> {
        let function = self
            .given
            .get("FunctionArn")
            .filter(|function| function.is_truthy())?;
        if is_truthy(&self.given, "DisableFunctionDefaultPermissions") {
            return None;
        }
        let function = function.to_value();
        warn_of_alias(scope, names, api, &self.name, &function);
        let source = scope
            .partition
            .arn("execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*");
        let properties = map(json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": { "Fn::Sub": [source, { "__ApiId__": reference(&api.id) }] },
        }));
        Some((
            logical_id::authorizer_permission(&api.id, &self.name),
            properties,
        ))
    }
}

/// Warns where the function has an alias that its callers pass by.
pub(super) fn warn_of_alias(
    scope: &Scope<'_>,
    names: &Names,
    api: &SamResource,
    authorizer: &str,
    function: &Value,
) {
    let named = match argument(function, "Fn::GetAtt") {
        Some(Value::Array(items)) => match items.as_slice() {
            [Value::String(id), Value::String(attribute)] if attribute == "Arn" => id.as_str(),
            _ => return,
        },
        Some(Value::String(text)) => text.strip_suffix(".Arn").unwrap_or_default(),
        _ => return,
    };
    if !names.referable.contains_key(&format!("{named}.Alias")) {
        return;
    }
    let path = api
        .path("Auth")
        .then("Authorizers")
        .then(authorizer)
        .then("FunctionArn");
    scope.report(
        Diagnostic::new(
            codes::AUTHORIZER_PAST_ALIAS,
            path,
            format!("the authorizer `{}` invokes `{named}` at `$LATEST`, although it has an alias", authorizer),
        )
        .help(format!("a new version of `{named}` authorizes at once, without the traffic shift; write `FunctionArn: !Ref {named}.Alias` to go through the alias")),
    );
}
