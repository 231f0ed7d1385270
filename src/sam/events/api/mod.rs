//! `Api`: a method of a REST API.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: Api, Properties: {Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! FnGetPermissionProd:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: apigateway.amazonaws.com
//!     SourceArn: !Sub
//!       - arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/GET/orders
//!       - {__ApiId__: !Ref ServerlessRestApi, __Stage__: '*'}
//! ServerlessRestApi:
//!   Properties:
//!     Body:
//!       paths:
//!         /orders:
//!           get:
//!             x-amazon-apigateway-integration:
//!               httpMethod: POST
//!               type: aws_proxy
//!               uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'
//!             responses: {}
//!       # ...
//!   # ...
//! ```
//!
//! A state machine is started by a role instead, `<Machine><Event>Role`.
//!
//! Only documents that the transform makes are added to, and those of APIs with `MergeDefinitions`; to a document of the
//! user's own an event adds nothing but the permission.
//!
//! Upstream: class Api in model/eventsources/push.py and in model/stepfunctions/events.py.

pub(super) mod auth;
mod request;

use super::event_bridge_rule::role_to_start;
use super::{Event, EventType, Target, has_failed};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::intrinsics::ref_target;
use crate::language::logical_id;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::language::truth::is_truthy;
use crate::resource::is_of_sam;
use crate::resource::property::{Property, Shape};
use crate::sam::api::draft::{Draft, Drafts};
use crate::sam::api::openapi::{Document, Fault, make_conditional, with_wildcards};
use crate::sam::common::Common;
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Value, json};
use auth::{add_auth, api_auth, checked_auth, credentials, override_auth, resolve_api_auth};
use request::{request_model, request_parameters};

const PATH: Property = Property::of("Path", Shape::Text)
    .required()
    .does("becomes a path in the `Body` of the API");
const METHOD: Property = Property::of("Method", Shape::Text)
    .required()
    .does("becomes a method in the `Body` of the API");
const REST_API_ID: Property = Property::of("RestApiId", Shape::Text)
    .required()
    .does("decides which API gets the path; without it `ServerlessRestApi` is made");
const STAGE: Property = Property::of("Stage", Shape::Text).ignored("the stage is that of the API");
const AUTH: Property = Property::of("Auth", Shape::Map)
    .meant_by(&[("Authorizer", Shape::Text)])
    .does("becomes the security of the method");

pub(super) const OF_FUNCTION: EventType = EventType {
    name: "Api",
    properties: &[
        PATH,
        METHOD,
        REST_API_ID,
        STAGE,
        AUTH,
        Property::of("RequestModel", Shape::Map)
            .meant_by(&[("Model", Shape::Text)])
            .does("becomes parameters and a validator of the method"),
        Property::of("RequestParameters", Shape::List).does("becomes parameters of the method"),
        Property::of("TimeoutInMillis", Shape::Integer).does("becomes a part of the integration"),
        Property::of("ResponseTransferMode", Shape::Text).does("becomes a part of the integration"),
    ],
    check: None,
    lower: Lower::Among(lower_of_function),
};

pub(super) const OF_STATE_MACHINE: EventType = EventType {
    name: "Api",
    properties: &[
        PATH,
        METHOD,
        REST_API_ID,
        STAGE,
        AUTH,
        Property::strictly("UnescapeMappingTemplate", Shape::Bool)
            .does("decides how the integration quotes the request"),
    ],
    check: None,
    lower: Lower::Among(lower_of_state_machine),
};

const SERVICE: &str = "apigateway.amazonaws.com";

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

    fn fault(&self, code: &'static Code, property: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.event.path(property), message)
    }

    fn body_path(&self) -> Path {
        Path::property(&self.api, "DefinitionBody")
    }

    fn words(&self) -> String {
        format!("`{} {}`", self.method.to_uppercase(), &*self.path)
    }
}

fn lower_of_function(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    target: &mut Target<'_>,
    event: &Event,
) {
    let Some(route) = Route::of(event) else {
        return;
    };
    let stage = match stage_of(common, &route.api) {
        Ok(stage) => stage,
        Err(fault) => return scope.report(fault),
    };
    allow(scope, target, &route, &stage);
    warn_of_alias(scope, target, &route);
    let api = common
        .stack
        .own
        .get(&route.api)
        .and_then(|api| api.get("Properties"));
    let merges = is_truthy(api.and_then(|api| api.get("MergeDefinitions")));
    edit_draft(scope, &mut common.drafts, target, &route, |draft| {
        if draft.is_managed || merges {
            integrate_function(scope, target, &route, draft, &stage, merges)?;
        }
        override_auth(scope, &route, draft, &stage)
    });
}

/// Says, once for each function, when the name of its alias comes from a parameter: it stands in the API's document, so
/// another name deploys the API again, and takes the old alias away beside it.
fn warn_of_alias(scope: &Scope<'_>, target: &Target<'_>, route: &Route<'_>) {
    let name = target.sam.get("AutoPublishAlias");
    if target.id == target.sam.id || name.is_string() {
        return;
    }
    let path = target.sam.path("AutoPublishAlias");
    let code = codes::ALIAS_REDEPLOYS_API;
    if scope.has(|found| found.code == code && found.path == path) {
        return;
    }
    scope.report(
        Diagnostic::new(
            code,
            path,
            format!(
                "the name of this alias is a parameter's value and part of the document of `{}`: another value replaces the alias and deploys the API again, all at once",
                route.api
            ),
        )
        .help("write the name out, the same in all stages: `AutoPublishAlias: live`"),
    );
}

/// Lets `edit` change the draft of the API, where it has a document, or a copy of it where `target` is refused; a fault
/// is reported.
fn edit_draft(
    scope: &Scope<'_>,
    drafts: &mut Drafts,
    target: &Target<'_>,
    route: &Route<'_>,
    edit: impl FnOnce(&mut Draft) -> Result<(), Diagnostic>,
) {
    let takes_more = |draft: &&mut Draft| {
        let document = draft.document.as_ref();
        document.is_some_and(|document| !document.is_too_large())
    };
    let Some(draft) = drafts.get_mut(&route.api).filter(takes_more) else {
        return;
    };
    let done = if has_failed(scope, target) {
        let mut excerpt = draft.excerpt(&route.path);
        let done = edit(&mut excerpt);
        draft.take_back(excerpt);
        done
    } else {
        edit(draft)
    };
    if let Err(fault) = done {
        scope.report(fault);
    }
}

/// The name of the API's stage as ids hold it, or why there is none.
fn stage_of(common: &Common<'_>, api: &str) -> Result<Text, Diagnostic> {
    let resource = common.stack.own.get(api);
    let properties = resource.and_then(|resource| resource.get("Properties"));
    let is_of_sam = resource.is_some_and(is_of_sam);
    // Of SAM's own resources this is said where they are read.
    if !is_of_sam && properties.is_some_and(|properties| !properties.is_object()) {
        return Err(Diagnostic::new(
            codes::WRONG_SHAPE,
            Path::resource(api).then("Properties"),
            format!("the `Properties` of `{api}` must be a map"),
        )
        .help("an event looks for the name of the stage there"));
    }
    let is_bare = common
        .drafts
        .get(api)
        .and_then(|draft| draft.get("StageName").as_text())
        .is_some_and(|name| !name.is_marked());
    match properties
        .and_then(|properties| properties.get("StageName"))
        .and_then(Value::as_str)
    {
        Some("") => Err(Diagnostic::new(
            codes::STAGE_NAME_EMPTY,
            Path::property(api, "StageName"),
            format!("`StageName` of `{api}` is empty"),
        )
        .help("name the stage")),
        Some(name) if is_bare => Ok(Text::bare(name)),
        Some(name) => Ok(Text::marked(name)),
        None => Ok(Text::bare("Stage")),
    }
}

/// Lets every stage of the API call the function by this route.
fn allow(scope: &Scope<'_>, target: &mut Target<'_>, route: &Route<'_>, stage: &str) {
    let mut path = &*route.path;
    if path.len() > 1 && !path.ends_with("\n/") {
        path = path.strip_suffix('/').unwrap_or(path);
    }
    let method = match &*route.method {
        "any" => "*".to_owned(),
        method => method.to_uppercase(),
    };
    let arn = scope.partition.arn(&format!(
        "execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}/{method}{}",
        with_wildcards(path)
    ));
    let variables = json!({ "__ApiId__": route.event.get("RestApiId"), "__Stage__": "*" });
    let id = logical_id::route_permission(&route.event.logical_id, stage);
    if !logical_id::is_valid(&id) {
        // Letters of other scripts.
        scope.report(
            Diagnostic::new(
                codes::INVALID_LOGICAL_ID,
                route.event.path.clone(),
                format!("the stage `{stage}` becomes part of the logical id `{id}`, where CloudFormation allows only A-Z, a-z and 0-9"),
            )
            .help(format!("give the stage of `{}` another name", route.api)),
        );
    }
    target.allow(
        id,
        SERVICE,
        json!({ "SourceArn": { "Fn::Sub": [arn, variables] } }),
        route.event.place(),
    );
}

fn integrate_function(
    scope: &Scope<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    stage: &Text,
    merges: bool,
) -> Result<(), Diagnostic> {
    let Some((own, properties, is_resolved)) = draft.parts() else {
        return Ok(());
    };
    if !merges {
        return integrate_into(scope, target, route, properties, is_resolved, own, stage);
    }
    let mut generated = Document::swagger();
    integrate_into(
        scope,
        target,
        route,
        properties,
        is_resolved,
        &mut generated,
        stage,
    )?;
    merge(scope, route, &mut generated, own)
}

fn integrate_into(
    scope: &Scope<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    properties: &mut Map2,
    is_auth_resolved: &mut bool,
    document: &mut Document,
    stage: &Text,
) -> Result<(), Diagnostic> {
    refuse_second(route, document)?;
    let api_auth = api_auth(route, properties)?;
    let integration = lambda_integration(scope, target, route, api_auth);
    let condition = target
        .sam
        .attributes
        .condition()
        .filter(|name| !name.is_empty());
    let condition = condition.map(Text::marked);
    resolve_api_auth(scope, route, properties, is_auth_resolved);
    let api_auth = checked_auth(scope, route, properties)?;
    let model = request_model(scope, route, properties)?;
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
            add_auth(document, route, api_auth, &stage.clone().into())?;
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
                codes::API_ROUTE_TWICE,
                "Path",
                format!("{} is another event's already", route.words()),
            )
            .help("a method of a path calls one function"));
    }
    Ok(())
}

/// Puts the method that was generated for an API with `MergeDefinitions` into the user's document.
fn merge(
    scope: &Scope<'_>,
    route: &Route<'_>,
    generated: &mut Document,
    own: &mut Document,
) -> Result<(), Diagnostic> {
    let method = generated
        .method(&route.path, &route.method)
        .unwrap_or_else(Map2::hashed);
    let replaced = own
        .merge_method(&route.path, &route.method, method)
        .map_err(|fault| fault.diagnostic(route.body_path()).blame(Some(&route.api)))?;
    let Some(replaced) = replaced else {
        scope.report(
            Diagnostic::new(
                codes::MERGE_DEFINITIONS_LOST,
                route.event.path("Path"),
                format!("the document of `{}` has no `paths`, so that {} is not merged into it", route.api, route.words()),
            )
            .help("write at least one path in `DefinitionBody`, even an empty one, or take `DefinitionBody` out"),
        );
        return Ok(());
    };
    for key in replaced {
        let steps = ["paths", &*route.path, &*route.method, &*key];
        let place = steps.into_iter().fold(route.body_path(), Path::then);
        scope.report(
            Diagnostic::new(
                codes::MERGE_DEFINITIONS_LOST,
                place,
                format!(
                    "`{}` of {} in the document of `{}` is lost: the event writes it anew",
                    &*key,
                    route.words(),
                    route.api
                ),
            )
            .on_key()
            .help(
                "take it out, or take the event out and write the whole method into the document",
            ),
        );
    }
    Ok(())
}

fn lambda_integration(
    scope: &Scope<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    api_auth: Option<&Map2>,
) -> Map2 {
    let is_streamed = route.event.get("ResponseTransferMode") == "RESPONSE_STREAM";
    let (version, invocations) = if is_streamed {
        ("2021-11-15", "response-streaming-invocations")
    } else {
        ("2015-03-31", "invocations")
    };
    let mut uri = target.sub_with_arn(|function| {
        scope.partition.arn(&format!(
            "apigateway:${{AWS::Region}}:lambda:path/{version}/functions/{function}/{invocations}"
        ))
    });
    make_dependent(&mut uri, target);
    let mut made = Map2::hashed();
    made.insert("type", "aws_proxy");
    made.insert("httpMethod", "POST");
    made.insert("uri", uri);
    if is_streamed {
        made.insert("responseTransferMode", "STREAM");
    }
    if let Some(credentials) = credentials(scope, &route.auth, api_auth) {
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

fn lower_of_state_machine(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    target: &mut Target<'_>,
    event: &Event,
) {
    let Some(route) = Route::of(event) else {
        return;
    };
    if let Err(fault) = stage_of(common, &route.api) {
        return scope.report(fault);
    }
    let role = role_to_start(target, event, SERVICE);
    edit_draft(scope, &mut common.drafts, target, &route, |draft| {
        if !draft.is_managed {
            return Ok(());
        }
        let done = integrate_state_machine(scope, target, &route, draft, role);
        // The reference names the event alone.
        done.map_err(|fault| match fault.resource.as_deref() {
            Some(blamed) if blamed == target.sam.id => fault.blame(Some(&route.event.id)),
            _ => fault,
        })
    });
}

fn integrate_state_machine(
    scope: &Scope<'_>,
    target: &Target<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    role: Value,
) -> Result<(), Diagnostic> {
    let Some((document, properties, is_resolved)) = draft.parts() else {
        return Ok(());
    };
    refuse_second(route, document)?;
    resolve_api_auth(scope, route, properties, is_resolved);
    let api_auth = checked_auth(scope, route, properties)?;
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
            add_auth(document, route, api_auth, &stage)
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
