//! `Domain` of an HttpApi or WebSocketApi: a domain name of its own, the paths that lead to the API, and DNS records.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     Domain:
//!       DomainName: shop.example.com
//!       CertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/1
//!       BasePath: [orders]
//! ```
//!
//! ```yaml
//! # out
//! ApiGatewayDomainNameV22f68437370:
//!   Type: AWS::ApiGatewayV2::DomainName
//!   Properties:
//!     DomainName: shop.example.com
//!     DomainNameConfigurations:
//!       - {CertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/1, EndpointType: REGIONAL}
//!     Tags: {httpapi:createdBy: SAM}
//! ShopordersApiMapping:
//!   Type: AWS::ApiGatewayV2::ApiMapping
//!   Properties:
//!     ApiId: !Ref Shop
//!     ApiMappingKey: orders
//!     DomainName: !Ref ApiGatewayDomainNameV22f68437370
//!     Stage: !Ref ShopApiGatewayDefaultStage
//! ```
//!
//! The DNS records are made in `route53.rs`.
//!
//! Upstream: model/api/apiv2_generator.py.

use super::{domain, route53};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::{SamResource, resource, set};
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

/// What a `Domain` becomes.
#[derive(Default)]
pub(super) struct Domain {
    /// The id of the domain and the domain, without tags.
    pub(super) domain: Option<(String, Map)>,
    /// The mappings: id and properties.
    pub(super) mappings: Vec<(String, Map)>,
    /// The id of the record set group, what names its zone, and its records.
    pub(super) records: Option<(String, Map, Vec<Value>)>,
}

/// Reads the `Domain` of `api`, parameters resolved already; a fault is reported and gives none.
///
/// `stage` is the logical id of the API's stage.
pub(super) fn read(scope: &Scope<'_>, api: &SamResource, stage: &str) -> Option<Domain> {
    let given = match api.get("Domain") {
        Value::Null => return Some(Domain::default()),
        Value::Object(given) => given.clone(),
        _ => return None,
    };
    let path = api.path("Domain");
    let watch = scope.watch();
    domain::check_names(scope, &given, &path);
    let endpoint = given
        .get("EndpointConfiguration")
        .filter(|given| !given.is_null());
    if endpoint.is_some_and(|endpoint| *endpoint != "REGIONAL") {
        scope.report(
            Diagnostic::new(
                codes::DOMAIN_ENDPOINT,
                path.clone().then("EndpointConfiguration"),
                "the domain of an HTTP or WebSocket API is `REGIONAL`",
            )
            .help("write `EndpointConfiguration: REGIONAL`, or leave it out"),
        );
    }
    let name = given.get("DomainName").cloned().unwrap_or_default();
    let id = logical_id::domain_v2(&name);

    let mut configuration = Map::new();
    set(
        &mut configuration,
        "CertificateArn",
        given.get("CertificateArn").cloned().unwrap_or_default(),
    );
    configuration.insert("EndpointType", "REGIONAL".into());
    for key in ["OwnershipVerificationCertificateArn", "SecurityPolicy"] {
        if let Some(value) = given.get(key).filter(|value| is_truthy(Some(value))) {
            configuration.insert(key.to_owned(), value.clone());
        }
    }
    let mut properties = Map::new();
    set(&mut properties, "DomainName", name.clone());
    properties.insert("DomainNameConfigurations", json!([configuration]));
    // The reference blames an unknown key itself, which leads to no resource.
    let trust_store = domain::trust_store(
        scope,
        given.get("MutualTlsAuthentication"),
        path.then("MutualTlsAuthentication"),
        None,
    );
    set(&mut properties, "MutualTlsAuthentication", trust_store);

    let mappings = mappings(scope, api, &given, &id, stage);
    let records = records(scope, api, &given, &name, &id);
    watch.is_sound().then_some(Domain {
        domain: Some((id, properties)),
        mappings,
        records,
    })
}

fn mappings(
    scope: &Scope<'_>,
    api: &SamResource,
    given: &Map,
    domain: &str,
    stage: &str,
) -> Vec<(String, Map)> {
    let mapping = |key: Option<&str>| {
        let mut properties = Map::new();
        set(&mut properties, "ApiId", reference(&api.id));
        if let Some(key) = key {
            set(&mut properties, "ApiMappingKey", key.into());
        }
        set(&mut properties, "DomainName", reference(domain));
        set(&mut properties, "Stage", reference(stage));
        properties
    };
    let Some(paths) = domain::base_paths(given) else {
        return vec![(logical_id::api_mapping(&api.id, ""), mapping(None))];
    };
    let mut made = Vec::new();
    for (index, value) in paths.iter().enumerate() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
        match value.as_str().filter(|text| text.chars().all(allowed)) {
            Some(text) => {
                let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
                made.push((
                    logical_id::api_mapping(&api.id, &plain),
                    mapping(Some(text.trim_matches('/'))),
                ));
            }
            None => scope.report(
                Diagnostic::new(
                    codes::BASE_PATH,
                    api.path("Domain").then("BasePath").then(index),
                    "a `BasePath` must be a string of letters, digits, `-`, `_` and `/`",
                )
                .help("it becomes part of a logical id, so it must be known now"),
            ),
        }
    }
    made
}

fn records(
    scope: &Scope<'_>,
    api: &SamResource,
    given: &Map,
    name: &Value,
    domain: &str,
) -> Option<(String, Map, Vec<Value>)> {
    let path = api.path("Domain").then("Route53");
    let route53 = route53::read(scope, given.get("Route53"), path)?;
    let zone = route53::zone(route53).cloned().unwrap_or_default();
    let mut properties = Map::new();
    let key = if route53.contains_key("HostedZoneId") {
        "HostedZoneId"
    } else {
        "HostedZoneName"
    };
    set(
        &mut properties,
        key,
        route53.get(key).cloned().unwrap_or_default(),
    );
    let mut target = Map::new();
    target.insert("HostedZoneId", get_att(domain, "RegionalHostedZoneId"));
    target.insert("DNSName", get_att(domain, "RegionalDomainName"));
    let records = route53::records(route53, name, target);
    Some((logical_id::record_set_group(&zone), properties, records))
}

/// Makes the resources of a domain, mappings and records included, with attributes for each.
pub(super) fn make(
    api: &SamResource,
    domain: Domain,
    tags: Value,
    attributes: &Map,
    made: &mut Generated,
) {
    let mut add = |id: String, kind: &str, properties, because| {
        made.insert(id, resource(kind, attributes.clone(), properties), because);
    };
    if let Some((id, mut properties)) = domain.domain {
        set(&mut properties, "Tags", tags);
        let kind = "AWS::ApiGatewayV2::DomainName";
        add(id, kind, properties, api.path("Domain"));
    }
    for (id, properties) in domain.mappings {
        let kind = "AWS::ApiGatewayV2::ApiMapping";
        add(id, kind, properties, api.path("Domain"));
    }
    if let Some((id, mut properties, records)) = domain.records {
        properties.insert("RecordSets", records.into());
        let because = api.path("Domain").then("Route53");
        add(id, route53::RECORD_SET_GROUP, properties, because);
    }
}
