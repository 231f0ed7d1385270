//! `Api`: a method of a REST API.
//!
//! Input  `Get: {Type: Api, Properties: {Path: /a, Method: get}}`
//! Output the integration of `get /a` in the document of the API, and what lets the API call the function
//!        (`FnGetPermissionProd`) or start the state machine (`SmGetRole`)
//!
//! Only documents that the transform makes are added to, and those of APIs with `MergeDefinitions`; to a document of the
//! user's own an event adds nothing but the permission.
//!
//! Upstream: class Api in model/eventsources/push.py and in model/stepfunctions/events.py.

use super::event_bridge_rule::role_to_start;
use super::{Event, EventType, Target, has_failed};
use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::language::intrinsics::ref_target;
use crate::language::logical_id;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::language::truth::is_truthy;
use crate::sam::api::Draft;
use crate::sam::api::openapi::{
    Document, Fault, RequestParameter, Validation, make_conditional, with_wildcards,
};
use crate::sam::did_you_mean;
use crate::sam::property::{Property, Shape};
use crate::template::Path;
use serde_json::{Value, json};

const ROOM: &str = "sam/events/api.rs";

const PATH: Property = Property::of("Path", Shape::Text).required().by(ROOM);
const METHOD: Property = Property::of("Method", Shape::Text).required().by(ROOM);
const REST_API_ID: Property = Property::of("RestApiId", Shape::Text).required().by(ROOM);
const STAGE: Property = Property::of("Stage", Shape::Text).by(ROOM);
const AUTH: Property = Property::of("Auth", Shape::Map).by(ROOM);

pub(super) const OF_FUNCTION: EventType = EventType {
    name: "Api",
    properties: &[
        PATH,
        METHOD,
        REST_API_ID,
        STAGE,
        AUTH,
        Property::of("RequestModel", Shape::Map).by(ROOM),
        Property::of("RequestParameters", Shape::List).by(ROOM),
        Property::of("TimeoutInMillis", Shape::Integer).by(ROOM),
        Property::of("ResponseTransferMode", Shape::Text).by(ROOM),
    ],
    check: None,
    lower: lower_of_function,
};

pub(super) const OF_STATE_MACHINE: EventType = EventType {
    name: "Api",
    properties: &[
        PATH,
        METHOD,
        REST_API_ID,
        STAGE,
        AUTH,
        Property::strictly("UnescapeMappingTemplate", Shape::Bool).by(ROOM),
    ],
    check: None,
    lower: lower_of_state_machine,
};

const SERVICE: &str = "apigateway.amazonaws.com";

/// How the names of request parameters begin.
const PARAMETER_PREFIXES: [&str; 3] = [
    "method.request.querystring.",
    "method.request.path.",
    "method.request.header.",
];

const PARAMETER_KEYS: &[&str] = &["Required", "Caching"];

/// A method of an API, and what the event says of it.
struct Route<'a> {
    event: &'a Event,
    path: Text,
    /// In lower case.
    method: Text,
    auth: Map2,
    /// The API's logical id.
    api: String,
}

impl<'a> Route<'a> {
    fn of(event: &'a Event) -> Option<Self> {
        let text = |name: &str| event.get(name).as_str().map(Text::marked);
        let id = event.get("RestApiId");
        let auth = match event.get("Auth") {
            Value::Object(auth) => Node::marked(auth.clone().into()),
            _ => Node::Null,
        };
        Some(Self {
            event,
            path: text("Path")?,
            method: text("Method")?.map(str::to_lowercase),
            auth: match auth {
                Node::Map(auth) => auth,
                _ => Map2::hashed(),
            },
            api: id.get("Ref").unwrap_or(id).as_str()?.to_owned(),
        })
    }

    fn fault(&self, code: &'static str, property: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.event.path(property), message)
    }

    fn body_path(&self) -> Path {
        Path::property(&self.api, "DefinitionBody")
    }

    fn words(&self) -> String {
        format!("`{} {}`", self.method.to_uppercase(), &*self.path)
    }
}

fn lower_of_function(context: &mut Context<'_>, target: &mut Target<'_>, event: &Event) {
    let Some(route) = Route::of(event) else {
        return;
    };
    let Some(stage) = stage_of(context, &route.api) else {
        context.report(
            Diagnostic::error(
                "stage-name-empty",
                Path::property(&route.api, "StageName"),
                format!("`StageName` of `{}` is empty", route.api),
            )
            .help("name the stage"),
        );
        return;
    };
    allow(context, target, &route, &stage);
    let api = context
        .resources
        .get(&route.api)
        .and_then(|api| api.get("Properties"));
    let merges = is_truthy(api.and_then(|api| api.get("MergeDefinitions")));
    edit_draft(context, &route, |context, draft| {
        if draft.is_managed || merges {
            integrate_function(context, target, &route, draft, &stage, merges)?;
        }
        override_auth(context, &route, draft, &stage)
    });
}

/// Lets `edit` change the draft of the API, where it has a document; a fault is reported.
fn edit_draft<'a>(
    context: &mut Context<'a>,
    route: &Route<'_>,
    edit: impl FnOnce(&mut Context<'a>, &mut Draft) -> Result<(), Diagnostic>,
) {
    let Some(slot) = context.drafts.get_mut(&route.api) else {
        return;
    };
    let mut draft = std::mem::replace(slot, Draft::new(None, false));
    let kept = has_failed(context, route.event).then(|| draft.document.clone());
    let done = if draft.document.is_some() {
        edit(context, &mut draft)
    } else {
        Ok(())
    };
    if let Some(kept) = kept {
        draft.document = kept;
    }
    if let Some(slot) = context.drafts.get_mut(&route.api) {
        *slot = draft;
    }
    if let Err(fault) = done {
        context.report(fault);
    }
}

/// The name of the API's stage as ids hold it; none where it is empty.
fn stage_of(context: &Context<'_>, api: &str) -> Option<Text> {
    let resource = context.resources.get(api);
    let name = resource
        .and_then(|resource| resource.get("Properties"))
        .and_then(|properties| properties.get("StageName"))
        .and_then(Value::as_str);
    let is_bare = context
        .drafts
        .get(api)
        .and_then(|draft| draft.get("StageName").as_text())
        .is_some_and(|name| !name.is_marked());
    match name {
        Some("") => None,
        Some(name) if is_bare => Some(Text::bare(name)),
        Some(name) => Some(Text::marked(name)),
        None => Some(Text::bare("Stage")),
    }
}

/// Lets every stage of the API call the function by this route.
fn allow(context: &Context<'_>, target: &mut Target<'_>, route: &Route<'_>, stage: &str) {
    let mut path = &*route.path;
    if path.len() > 1 && !path.ends_with("\n/") {
        path = path.strip_suffix('/').unwrap_or(path);
    }
    let method = match &*route.method {
        "any" => "*".to_owned(),
        method => method.to_uppercase(),
    };
    let arn = context.partition.arn(&format!(
        "execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{method}{}",
        with_wildcards(path)
    ));
    let variables = json!({ "__ApiId__": route.event.get("RestApiId"), "__Stage__": "*" });
    let suffix = if stage.chars().all(char::is_alphanumeric) {
        stage.to_owned()
    } else {
        logical_id::hash(stage)
    };
    target.allow(
        route.event.made_id(&format!("Permission{suffix}")),
        SERVICE,
        json!({ "SourceArn": { "Fn::Sub": [arn, variables] } }),
        ROOM,
    );
}

fn integrate_function(
    context: &mut Context<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    stage: &Text,
    merges: bool,
) -> Result<(), Diagnostic> {
    let Some(mut own) = draft.document.take() else {
        return Ok(());
    };
    let done = if merges {
        let mut generated = Document::swagger();
        integrate_into(context, target, route, draft, &mut generated, stage)
            .and_then(|()| merge(context, route, &mut generated, &mut own))
    } else {
        integrate_into(context, target, route, draft, &mut own, stage)
    };
    draft.document = Some(own);
    done
}

fn integrate_into(
    context: &mut Context<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    document: &mut Document,
    stage: &Text,
) -> Result<(), Diagnostic> {
    refuse_second(route, document)?;
    let api_auth = api_auth(route, draft)?;
    let integration = lambda_integration(context, target, route, &api_auth);
    let condition = target
        .sam
        .attributes
        .condition()
        .filter(|name| !name.is_empty());
    let condition = condition.map(Text::marked);
    let api_auth = checked_auth(context, route, draft)?;
    let model = request_model(route, draft)?;
    let parameters = request_parameters(route)?;
    let timeout = route.event.get("TimeoutInMillis");
    document
        .edit(|document| {
            let (path, method) = (&route.path, &route.method);
            document.add_integration(
                path,
                method,
                &integration,
                &Map2::hashed(),
                condition.as_ref(),
            )?;
            add_auth(document, route, &api_auth, &stage.clone().into())?;
            if is_truthy(Some(timeout)) {
                let timeout = Node::marked(timeout.clone());
                document.set_in_integration(path, method, "timeoutInMillis", &timeout)?;
            }
            if let Some(model) = &model {
                document.add_request_model(path, method, &model.name, &model.required)?;
                if let Some(validation) = model.validation {
                    document.add_validator(path, method, validation)?;
                }
            }
            if !parameters.is_empty() {
                document.add_request_parameters(path, method, &parameters)?;
            }
            Ok::<(), Fault>(())
        })
        .map_err(|fault| fault.diagnostic(route.body_path()))
}

fn refuse_second(route: &Route<'_>, document: &mut Document) -> Result<(), Diagnostic> {
    let is_there = document
        .has_integration(&route.path, &route.method)
        .map_err(|fault| fault.diagnostic(route.body_path()))?;
    if is_there {
        return Err(route
            .fault(
                "api-route-twice",
                "Path",
                format!("{} is another event's already", route.words()),
            )
            .help("a method of a path calls one function"));
    }
    Ok(())
}

/// Puts the method that was generated for an API with `MergeDefinitions` into the user's document.
fn merge(
    context: &mut Context<'_>,
    route: &Route<'_>,
    generated: &mut Document,
    own: &mut Document,
) -> Result<(), Diagnostic> {
    let method = generated
        .method(&route.path, &route.method)
        .unwrap_or_else(Map2::hashed);
    let is_kept = own
        .merge_method(&route.path, &route.method, method)
        .map_err(|fault| fault.diagnostic(route.body_path()).blame(Some(&route.api)))?;
    if !is_kept {
        context.report(
            Diagnostic::warning(
                "merge-definitions-lost",
                route.event.path("Path"),
                format!("the document of `{}` has no `paths`, so that {} is not merged into it", route.api, route.words()),
            )
            .help("write at least one path in `DefinitionBody`, even an empty one, or take `DefinitionBody` out"),
        );
    }
    Ok(())
}

/// `Auth` of the API as it is written.
fn api_auth(route: &Route<'_>, draft: &Draft) -> Result<Map2, Diagnostic> {
    match draft.get("Auth") {
        Node::Map(auth) => Ok(auth.clone()),
        auth if auth.is_truthy() => Err(Diagnostic::error(
            "auth-shape",
            Path::property(&route.api, "Auth"),
            "`Auth` must be a map",
        )
        .help("write `Auth: {DefaultAuthorizer: ...}`")),
        _ => Ok(Map2::hashed()),
    }
}

fn lambda_integration(
    context: &Context<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    api_auth: &Map2,
) -> Map2 {
    let is_streamed = route.event.get("ResponseTransferMode") == "RESPONSE_STREAM";
    let (version, invocations) = if is_streamed {
        ("2021-11-15", "response-streaming-invocations")
    } else {
        ("2015-03-31", "invocations")
    };
    let has_alias = target.id != target.sam.id;
    let function = if has_alias {
        target.id.clone()
    } else {
        format!("{}.Arn", target.id)
    };
    let uri = context.partition.arn(&format!(
        "apigateway:${{AWS::Region}}:lambda:path/{version}/functions/${{{function}}}/{invocations}"
    ));
    let uri = if has_alias {
        Text::bare(uri)
    } else {
        Text::marked(uri)
    };
    let mut sub = Map2::hashed();
    sub.insert("Fn::Sub", uri);
    let mut uri = Node::from(sub);
    make_dependent(&mut uri, target);
    let mut made = Map2::hashed();
    made.insert("type", "aws_proxy");
    made.insert("httpMethod", "POST");
    made.insert("uri", uri);
    if is_streamed {
        made.insert("responseTransferMode", "STREAM");
    }
    if let Some(credentials) = credentials(context, &route.auth, api_auth) {
        made.insert("credentials", credentials);
    }
    made
}

/// Wraps what names the function or state machine in its condition, where it has one.
fn make_dependent(uri: &mut Node, target: &Target<'_>) {
    let condition = target.sam.attributes.condition();
    if let Some(condition) = condition.filter(|name| !name.is_empty()) {
        make_conditional(uri, Text::marked(condition));
    }
}

/// With whose rights API Gateway calls the function, where callers are known by IAM; none without.
fn credentials(context: &Context<'_>, auth: &Map2, api_auth: &Map2) -> Option<Node> {
    let is_iam = |auth: &Map2, key: &str| matches!(auth.get(key), Some(Node::Text(name)) if &**name == "AWS_IAM");
    let by_default = is_iam(api_auth, "DefaultAuthorizer") && auth.is_empty();
    if !is_iam(auth, "Authorizer") && !by_default {
        return None;
    }
    // A role that is given and empty means none.
    let role = |auth: &Map2| {
        auth.get("InvokeRole").map(|role| {
            if role.is_truthy() {
                role.clone()
            } else {
                "NONE".into()
            }
        })
    };
    let is_word = |role: &Node, word: &str| matches!(role, Node::Text(name) if &**name == word);
    match role(auth).or_else(|| role(api_auth)) {
        Some(role) if is_word(&role, "NONE") => None,
        Some(role) if !is_word(&role, "CALLER_CREDENTIALS") => Some(role),
        _ => Some(context.partition.arn("iam::*:user/*").as_str().into()),
    }
}

/// Checks the `Auth` of the event beside that of the API. Gives the latter, with parameters resolved.
fn checked_auth(
    context: &mut Context<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
) -> Result<Map2, Diagnostic> {
    if route.auth.is_empty() {
        return Ok(Map2::hashed());
    }
    if let Some(auth) = draft.properties.get_mut("Auth")
        && let Err(fault) = context.parameters.resolve_node(auth)
    {
        context.report_unresolvable(Path::property(&route.api, "Auth"), &fault);
    }
    let api_auth = api_auth(route, draft)?;
    check_authorizer(route, &api_auth)?;
    let auth = &route.auth;
    let at = |key: &str| route.event.path("Auth").then(key);
    let scopes = auth
        .get("AuthorizationScopes")
        .filter(|scopes| scopes.is_truthy());
    if let Some(scopes) = scopes {
        if scopes.as_list().is_none() {
            return Err(Diagnostic::error(
                "authorization-scopes",
                at("AuthorizationScopes"),
                "`AuthorizationScopes` must be a list",
            )
            .help("write `[scope]`"));
        }
        if !auth.get("Authorizer").is_some_and(Node::is_truthy) {
            return Err(Diagnostic::error(
                "scopes-without-authorizer",
                at("AuthorizationScopes"),
                "`AuthorizationScopes` need an `Authorizer` beside them",
            )
            .on_key()
            .help("add `Authorizer`, even where it is the default"));
        }
    }
    let key = auth.get("ApiKeyRequired");
    let is_waived = key.is_some_and(|key| !matches!(key, Node::Null) && !key.is_truthy());
    if is_waived && !api_auth.get("ApiKeyRequired").is_some_and(Node::is_truthy) {
        return Err(Diagnostic::error(
            "api-key-not-required",
            at("ApiKeyRequired"),
            format!(
                "`ApiKeyRequired: false` waives what `{}` does not require",
                route.api
            ),
        )
        .on_key()
        .help(format!(
            "take it out, or set `ApiKeyRequired` in the `Auth` of `{}`",
            route.api
        )));
    }
    let policy = auth
        .get("ResourcePolicy")
        .filter(|policy| policy.is_truthy());
    if policy.is_some_and(|policy| policy.as_map().is_none()) {
        return Err(Diagnostic::error(
            "resource-policy-shape",
            at("ResourcePolicy"),
            "`ResourcePolicy` must be a map",
        )
        .help("write `ResourcePolicy: {IpRangeWhitelist: [...]}`")
        .blame(Some(&route.event.id)));
    }
    Ok(api_auth)
}

fn check_authorizer(route: &Route<'_>, api_auth: &Map2) -> Result<(), Diagnostic> {
    let Some(wanted) = route
        .auth
        .get("Authorizer")
        .filter(|authorizer| authorizer.is_truthy())
    else {
        return Ok(());
    };
    let path = route.event.path("Auth").then("Authorizer");
    let authorizers = api_auth
        .get("Authorizers")
        .filter(|authorizers| authorizers.is_truthy());
    if authorizers.is_some_and(|authorizers| authorizers.as_map().is_none()) {
        return Err(Diagnostic::error(
            "authorizers-shape",
            Path::property(&route.api, "Auth").then("Authorizers"),
            "`Authorizers` must be a map",
        )
        .help("write `Authorizers: {Name: {FunctionArn: ...}}`"));
    }
    let known = authorizers.and_then(Node::as_map);
    match wanted {
        Node::Text(name) if &**name == "AWS_IAM" => Ok(()),
        Node::Text(name) if &**name == "NONE" => {
            if api_auth
                .get("DefaultAuthorizer")
                .is_some_and(Node::is_truthy)
            {
                return Ok(());
            }
            Err(Diagnostic::error(
                "authorizer-none",
                path,
                format!(
                    "`Authorizer: NONE` waives a default that `{}` does not have",
                    route.api
                ),
            )
            .help("take it out"))
        }
        Node::Text(name) => {
            let is_known = known
                .and_then(|known| known.get(name))
                .is_some_and(Node::is_truthy);
            if is_known {
                return Ok(());
            }
            let names: Vec<&str> = known
                .into_iter()
                .flat_map(Map2::keys)
                .map(|name| &**name)
                .collect();
            let help = if names.is_empty() {
                format!("define it under `Auth.Authorizers` of `{}`", route.api)
            } else {
                did_you_mean(name, &names)
            };
            Err(Diagnostic::error(
                "unknown-authorizer",
                path,
                format!("`{}` has no authorizer `{}`", route.api, &**name),
            )
            .help(help))
        }
        _ => Err(Diagnostic::error(
            "unknown-authorizer",
            path,
            "`Authorizer` must be the name of an authorizer",
        )
        .help("write the name itself: an intrinsic cannot be read before the deployment here")),
    }
}

/// Has the method require what the event's `Auth` says, which is known to be sound.
fn add_auth(
    document: &mut Document,
    route: &Route<'_>,
    api_auth: &Map2,
    stage: &Node,
) -> Result<(), Fault> {
    let (path, method) = (&route.path, &route.method);
    if let Some(Node::Text(name)) = route.auth.get("Authorizer")
        && !name.is_empty()
    {
        let known = match api_auth.get("Authorizers") {
            Some(Node::Map(known)) if &**name != "NONE" => known.get(name),
            _ => None,
        };
        let own = known
            .and_then(Node::as_map)
            .and_then(|known| known.get("AuthorizationScopes"));
        let scopes = [route.auth.get("AuthorizationScopes"), own]
            .into_iter()
            .flatten()
            .find(|scopes| !matches!(scopes, Node::Null))
            .filter(|_| known.is_some())
            .cloned()
            .unwrap_or_else(|| Vec::new().into());
        document.require(path, method, name, &scopes)?;
    }
    match route.auth.get("ApiKeyRequired") {
        None | Some(Node::Null) => {}
        Some(key) => document.require_api_key(path, method, key.is_truthy())?,
    }
    if let Some(Node::Map(policy)) = route.auth.get("ResourcePolicy")
        && !policy.is_empty()
    {
        document.add_resource_policy(policy, path, stage)?;
        let custom = policy.get("CustomStatements");
        if let Some(custom) = custom.filter(|custom| custom.is_truthy()) {
            document.add_policy_statements(custom)?;
        }
    }
    Ok(())
}

/// `OverrideApiAuth`: the event's `Auth` counts in a document of the user's own, too.
fn override_auth(
    context: &mut Context<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    stage: &Text,
) -> Result<(), Diagnostic> {
    let is_given = |key: &str| route.auth.get(key).is_some_and(Node::is_truthy);
    if !is_given("OverrideApiAuth") {
        return Ok(());
    }
    if !["Authorizer", "ApiKeyRequired", "ResourcePolicy"]
        .iter()
        .any(|key| is_given(key))
    {
        return Err(Diagnostic::error(
            "override-of-nothing",
            route.event.path("Auth").then("OverrideApiAuth"),
            "`OverrideApiAuth` has nothing to override with",
        )
        .on_key()
        .help("add `Authorizer`, `ApiKeyRequired` or `ResourcePolicy`"));
    }
    let api_auth = checked_auth(context, route, draft)?;
    let Some(document) = &mut draft.document else {
        return Ok(());
    };
    document
        .edit(|document| add_auth(document, route, &api_auth, &stage.clone().into()))
        .map_err(|fault| fault.diagnostic(route.body_path()))
}

/// The model that the method takes as its body.
struct RequestModel {
    name: Text,
    required: Node,
    validation: Option<Validation>,
}

fn request_model(route: &Route<'_>, draft: &Draft) -> Result<Option<RequestModel>, Diagnostic> {
    let Node::Map(given) = Node::marked(route.event.get("RequestModel").clone()) else {
        return Ok(None);
    };
    let Some(model) = given.get("Model").filter(|model| model.is_truthy()) else {
        return Ok(None);
    };
    let at = |key: &str| route.event.path("RequestModel").then(key);
    let models = draft.get("Models").as_map();
    let name = model.as_text().filter(|name| {
        models
            .and_then(|models| models.get(name))
            .is_some_and(Node::is_truthy)
    });
    let Some(name) = name else {
        let known: Vec<&str> = models
            .into_iter()
            .flat_map(Map2::keys)
            .map(|name| &**name)
            .collect();
        let help = match model {
            Node::Text(name) if !known.is_empty() => did_you_mean(name, &known),
            _ => format!("define it under `Models` of `{}`", route.api),
        };
        return Err(Diagnostic::error(
            "unknown-model",
            at("Model"),
            format!("`{}` has no model of this name", route.api),
        )
        .help(help));
    };
    let flag = |key: &str| match given.get(key) {
        None | Some(Node::Null) => Ok(None),
        Some(Node::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Diagnostic::error(
            "wrong-shape",
            at(key),
            format!("`{key}` must be `true` or `false`"),
        )
        .help("write the value itself: an intrinsic cannot be read before the deployment here")),
    };
    let (body, parameters) = (flag("ValidateBody")?, flag("ValidateParameters")?);
    let is_validated = body.is_some() || parameters.is_some();
    Ok(Some(RequestModel {
        name: name.clone(),
        required: given.get("Required").cloned().unwrap_or(Node::Null),
        validation: is_validated.then(|| Validation {
            body: body.unwrap_or_default(),
            parameters: parameters.unwrap_or_default(),
        }),
    }))
}

fn request_parameters(route: &Route<'_>) -> Result<Vec<RequestParameter>, Diagnostic> {
    let given = match Node::marked(route.event.get("RequestParameters").clone()) {
        Node::List(given) => given,
        // What looks like an intrinsic is read as the list of its key.
        Node::Map(map) => map.keys().cloned().map(Node::from).collect(),
        _ => Vec::new(),
    };
    let mut read = Vec::with_capacity(given.len());
    for (index, parameter) in given.iter().enumerate() {
        let path = route.event.path("RequestParameters").then(index);
        let shape = |path: Path| {
            Diagnostic::error(
                "request-parameter-shape",
                path,
                "a request parameter is a name, or a name with `Required` and `Caching`",
            )
            .help("write `method.request.header.Name`, or `{method.request.header.Name: {Required: true}}`")
        };
        let (name, settings) = match parameter {
            Node::Text(name) => (name, None),
            Node::Map(map) => match map.iter().next() {
                Some((name, Node::Map(settings)))
                    if settings.keys().all(|key| PARAMETER_KEYS.contains(&&**key)) =>
                {
                    (name, Some(settings))
                }
                _ => return Err(shape(path)),
            },
            _ => return Err(shape(path)),
        };
        if !PARAMETER_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            return Err(Diagnostic::error(
                "request-parameter-name",
                path,
                format!("the request parameter `{}` is in no part of a request", &**name),
            )
            .help("its name begins with `method.request.querystring.`, `method.request.path.` or `method.request.header.`"));
        }
        let setting = |key: &str| {
            let given = settings.and_then(|settings| settings.get(key));
            given.cloned().unwrap_or(Node::Bool(false))
        };
        read.push(RequestParameter {
            name: name.clone(),
            required: setting("Required"),
            cached: setting("Caching").is_truthy(),
        });
    }
    Ok(read)
}

fn lower_of_state_machine(context: &mut Context<'_>, target: &mut Target<'_>, event: &Event) {
    let Some(route) = Route::of(event) else {
        return;
    };
    if stage_of(context, &route.api).is_none() {
        context.report(
            Diagnostic::error(
                "stage-name-empty",
                Path::property(&route.api, "StageName"),
                format!("`StageName` of `{}` is empty", route.api),
            )
            .help("name the stage"),
        );
        return;
    }
    let role = role_to_start(target, event, SERVICE, ROOM);
    edit_draft(context, &route, |context, draft| {
        if !draft.is_managed {
            return Ok(());
        }
        let Some(mut document) = draft.document.take() else {
            return Ok(());
        };
        let done = integrate_state_machine(context, target, &route, draft, &mut document, role);
        draft.document = Some(document);
        // The reference names the event alone.
        done.map_err(|fault| match fault.resource.as_deref() {
            Some(blamed) if blamed == target.sam.id => fault.blame(Some(&route.event.id)),
            _ => fault,
        })
    });
}

fn integrate_state_machine(
    context: &mut Context<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    document: &mut Document,
    role: Value,
) -> Result<(), Diagnostic> {
    refuse_second(route, document)?;
    let api_auth = checked_auth(context, route, draft)?;
    let condition = target
        .sam
        .attributes
        .condition()
        .filter(|name| !name.is_empty());
    let condition = condition.map(Text::marked);
    let integration = start_integration(target, route.event, role);
    let mut responses = Map2::hashed();
    for (status, words) in [("200", "OK"), ("400", "Bad Request")] {
        responses.insert(status, Node::bare(json!({ "description": words })));
    }
    let stage = Node::marked(route.event.get("Stage").clone());
    document
        .edit(|document| {
            document.add_integration(
                &route.path,
                &route.method,
                &integration,
                &responses,
                condition.as_ref(),
            )?;
            add_auth(document, route, &api_auth, &stage)
        })
        .map_err(|fault| fault.diagnostic(route.body_path()))
}

fn start_integration(target: &Target<'_>, event: &Event, role: Value) -> Map2 {
    let machine = ref_target(&target.arn).unwrap_or(&target.id);
    let input = if event.is_truthy("UnescapeMappingTemplate") {
        // Single quotes are escaped as JSON does not know it.
        r#"$util.escapeJavaScript($input.json('$')).replaceAll("\\'","'")"#
    } else {
        "$util.escapeJavaScript($input.json('$'))"
    };
    let template = format!(r#"{{"input": "{input}", "stateMachineArn": "${{{machine}}}"}}"#);
    let mut uri = Node::plain(json!({
        "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution",
    }));
    make_dependent(&mut uri, target);
    let mut responses = Map2::hashed();
    for status in ["200", "400"] {
        responses.insert(status, Node::bare(json!({ "statusCode": status })));
    }
    let mut templates = Map2::hashed();
    templates.insert(
        "requestTemplates",
        Node::plain(json!({ "application/json": { "Fn::Sub": template } })),
    );
    let mut made = Map2::hashed();
    made.insert("type", "aws");
    made.insert("httpMethod", "POST");
    made.insert("uri", uri);
    made.insert("responses", responses);
    made.insert("credentials", Node::plain(role));
    made.update(templates);
    made
}
