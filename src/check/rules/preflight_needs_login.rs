//! An API answers browsers of other origins (CORS), and its preflight requests need a login or a key, which no browser
//! sends.
//!
//! Why: a browser asks with `OPTIONS` before it sends the real request, without credentials ("CORS protocol and
//! credentials" in the Fetch standard). A default authorizer or `ApiKeyRequired` counts for `OPTIONS` too, unless the API
//! says otherwise (aws/serverless-application-model#717, #2136).
//!
//! Do: `AddDefaultAuthorizerToCorsPreflight: false`, and `AddApiKeyRequiredToCorsPreflight: false`.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Api:
//!     Type: AWS::Serverless::Api
//!     Properties:
//!       StageName: v1
//!       Cors: "'*'"
//!       Auth:
//!         DefaultAuthorizer: Pool
//!         Authorizers:
//!           Pool:
//!             UserPoolArn: arn:aws:cognito-idp:eu-west-1:123456789012:userpool/p
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Events:
//!         Get:
//!           Type: Api
//!           Properties: {RestApiId: !Ref Api, Path: /, Method: get}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Api:
//!     Type: AWS::Serverless::Api
//!     Properties:
//!       StageName: v1
//!       Cors: "'*'"
//!       Auth:
//!         DefaultAuthorizer: Pool
//!         AddDefaultAuthorizerToCorsPreflight: false
//!         Authorizers:
//!           Pool:
//!             UserPoolArn: arn:aws:cognito-idp:eu-west-1:123456789012:userpool/p
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Events:
//!         Get:
//!           Type: Api
//!           Properties: {RestApiId: !Ref Api, Path: /, Method: get}
//! ```

use super::super::subject::{Subject, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;
use crate::tree::Value;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, api) in subject.made() {
        if kind_of(api) != "AWS::ApiGateway::RestApi" {
            continue;
        }
        // An implicit API has no resource of its own in the template: what it has comes from Globals.
        let written = subject
            .resource(id)
            .filter(|own| kind_of(own) == "AWS::Serverless::Api");
        let global = subject
            .given
            .section("Globals")
            .and_then(|globals| globals.get("Api"));
        let settings = match written {
            Some(own) => own.get("Properties"),
            None if subject.is_written(id) => continue,
            None => global,
        };
        if settings.is_none_or(|settings| settings.get("Cors").is_none()) {
            continue;
        }
        let paths = property(api, "Body")
            .and_then(|body| body.get("paths"))
            .and_then(Value::as_object);
        let closed = paths.into_iter().flatten().find_map(|(path, item)| {
            let needs = needed(item.get("options")?.get("security")?)?;
            Some((path, needs))
        });
        let Some((path, needs)) = closed else {
            continue;
        };
        let place = match written {
            Some(_) => Path::property(id, "Auth"),
            None => Path::default().then("Globals").then("Api").then("Auth"),
        };
        let (what, key) = if needs == "api_key" {
            ("an API key", "AddApiKeyRequiredToCorsPreflight")
        } else {
            ("a login", "AddDefaultAuthorizerToCorsPreflight")
        };
        found.push(
            Diagnostic::new(
                codes::PREFLIGHT_NEEDS_LOGIN,
                place,
                format!("browsers of other origins are refused: the preflight request `OPTIONS {path}` needs {what}, which they do not send"),
            )
            .help(format!("write `{key}: false` under `Auth`")),
        );
    }
}

/// What every way into an operation needs; none where one of them needs nothing.
fn needed(security: &Value) -> Option<&str> {
    let ways = security.as_array()?;
    let mut needs = None;
    for way in ways {
        let schemes = way.as_object()?;
        if schemes.is_empty() || schemes.contains_key("NONE") {
            return None;
        }
        for (scheme, _) in schemes {
            needs = Some(scheme.as_str());
        }
    }
    needs
}
