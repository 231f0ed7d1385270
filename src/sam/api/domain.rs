//! `Domain` of a REST API: a domain name of its own, public or private, the paths that lead to the API, DNS records.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     DefinitionUri: s3://bucket/openapi.yaml
//!     Domain:
//!       DomainName: api.example.com
//!       CertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/1
//!       BasePath: [orders]
//! ```
//!
//! ```yaml
//! # out
//! ApiGatewayDomainName1bc412bb08:
//!   Type: AWS::ApiGateway::DomainName
//!   Properties:
//!     DomainName: api.example.com
//!     RegionalCertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/1
//!     EndpointConfiguration: {Types: [REGIONAL]}
//! ShopordersBasePathMapping:
//!   Type: AWS::ApiGateway::BasePathMapping
//!   Properties:
//!     BasePath: orders
//!     DomainName: !Ref ApiGatewayDomainName1bc412bb08
//!     RestApiId: !Ref Shop
//!     Stage: !Ref ShopprodStage
//! ```
//!
//! Of a private domain these are the `...V2` types, with an `AWS::ApiGateway::DomainNameAccessAssociation`. The DNS
//! records are made in `route53.rs`.
//!
//! The map of the domain is edited here, as the reference does it: its text is part of a deployment's id.
//!
//! Upstream: `_construct_api_domain` and `_construct_api_domain_v2` in model/api/api_generator.py.

use super::route53;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id;
use crate::language::python2::{Map as Map2, Node};
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::keys;
use crate::resource::{SamResource, map, set};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const TRUST_STORE_KEYS: &[&str] = &["TruststoreUri", "TruststoreVersion"];

/// The zone of all CloudFront distributions, which serve `EDGE` domains.
const EDGE_ZONE: &str = "Z2FDTNDATAQYW2";

/// Where a domain is served from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Edge,
    Regional,
    Private,
}

impl Endpoint {
    fn of(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "EDGE" => Some(Self::Edge),
            "REGIONAL" => Some(Self::Regional),
            "PRIVATE" => Some(Self::Private),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Edge => "EDGE",
            Self::Regional => "REGIONAL",
            Self::Private => "PRIVATE",
        }
    }

    /// The type of the domain and of its mappings, and by which property mappings name the domain.
    fn types(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Private => (
                "AWS::ApiGateway::DomainNameV2",
                "AWS::ApiGateway::BasePathMappingV2",
                "DomainNameArn",
            ),
            Self::Edge | Self::Regional => (
                "AWS::ApiGateway::DomainName",
                "AWS::ApiGateway::BasePathMapping",
                "DomainName",
            ),
        }
    }
}

/// Refuses a domain without what it cannot be without.
pub(super) fn check_names(scope: &Scope<'_>, given: &Map, domain: &Path) {
    for name in ["DomainName", "CertificateArn"] {
        if given.get(name).is_none_or(Value::is_null) {
            scope.report(
                Diagnostic::new(
                    codes::DOMAIN_INCOMPLETE,
                    domain.clone().then(name),
                    format!("`Domain` needs `{name}`"),
                )
                .help("a custom domain has a `DomainName` and the `CertificateArn` of its certificate"),
            );
        }
    }
}

/// The paths of a domain that lead to the API; none where it is all of them.
pub(super) fn base_paths(given: &Map) -> Option<&[Value]> {
    match given.get("BasePath")? {
        path @ Value::String(text) if !text.is_empty() => Some(std::slice::from_ref(path)),
        Value::Array(paths) if !paths.is_empty() => Some(paths),
        _ => None,
    }
}

/// `MutualTlsAuthentication`, which stands at `path`; null where there is none. An unknown key is blamed on `blamed`.
pub(super) fn trust_store(
    scope: &Scope<'_>,
    given: Option<&Value>,
    path: Path,
    blamed: Option<&str>,
) -> Value {
    let Some(given) = given.filter(|given| is_truthy(Some(given))) else {
        return Value::Null;
    };
    let Some(given) = given.as_object() else {
        scope.report(
            Diagnostic::new(
                codes::MUTUAL_TLS_SHAPE,
                path,
                "`MutualTlsAuthentication` must be a map",
            )
            .help("write `{TruststoreUri: s3://bucket/truststore.pem}`"),
        );
        return Value::Null;
    };
    let aside = scope.aside();
    let owner = "`MutualTlsAuthentication`";
    keys::refuse_unknown(&aside, given.keys(), TRUST_STORE_KEYS, owner, &path);
    for fault in aside.into_findings() {
        scope.report(fault.blame(blamed));
    }
    let mut made = Map::new();
    for key in TRUST_STORE_KEYS {
        if let Some(value) = given.get(*key).filter(|value| is_truthy(Some(value))) {
            made.insert((*key).to_owned(), value.clone());
        }
    }
    Value::Object(made)
}

/// Makes the domain of `api` and all that belongs to it; faults are reported.
///
/// `stage` is the logical id of the API's stage. Gives the records that the API shares with others.
pub(super) fn lower(
    scope: &Scope<'_>,
    api: &SamResource,
    domain: &mut Node,
    stage: &str,
    made: &mut Generated,
) -> Option<route53::Member> {
    let path = api.path("Domain");
    let edited = match domain {
        Node::Null => return None,
        Node::Map(domain) => domain,
        _ => {
            scope.report(
                Diagnostic::new(codes::DOMAIN_SHAPE, path, "`Domain` must be a map")
                    .help("write `Domain: {DomainName: ..., CertificateArn: ...}`"),
            );
            return None;
        }
    };
    let given = map(edited.to_value());
    let get = |name: &str| given.get(name).cloned().unwrap_or_default();
    let watch = scope.watch();
    check_names(scope, &given, &path);
    let endpoint = match get("EndpointConfiguration") {
        Value::Null => Some(Endpoint::Regional),
        given => Endpoint::of(&given),
    };
    let Some(endpoint) = endpoint else {
        scope.report(
            Diagnostic::new(
                codes::DOMAIN_ENDPOINT,
                path.then("EndpointConfiguration"),
                "`EndpointConfiguration` of a domain must be `EDGE`, `REGIONAL` or `PRIVATE`",
            )
            .help("write the word itself: an intrinsic cannot be read before the deployment here"),
        );
        return None;
    };
    let name = get("DomainName");
    let id = match endpoint {
        Endpoint::Private => logical_id::domain_v2(&name),
        Endpoint::Edge | Endpoint::Regional => logical_id::domain(&name),
    };
    if endpoint != Endpoint::Private {
        edited.insert("ApiDomainName", id.as_str());
        if get("EndpointConfiguration").is_null() {
            edited.insert("EndpointConfiguration", "REGIONAL");
        }
    }
    let properties = properties(scope, api, &given, endpoint, &id);
    let (domain_type, _, _) = endpoint.types();
    made.insert_beside(
        &api.attributes,
        &id,
        domain_type,
        properties,
        api.path("Domain"),
    );
    add_mappings(scope, api, &given, endpoint, (&id, stage), made);
    if endpoint == Endpoint::Private {
        add_association(scope, api, &get("AccessAssociation"), &id, made);
    }
    if !watch.is_sound() {
        return None;
    }
    add_records(scope, api, edited, endpoint, &id, made)
}

fn properties(
    scope: &Scope<'_>,
    api: &SamResource,
    given: &Map,
    endpoint: Endpoint,
    id: &str,
) -> Map {
    let path = api.path("Domain");
    let get = |name: &str| given.get(name).cloned().unwrap_or_default();
    let mut properties = Map::new();
    set(&mut properties, "DomainName", get("DomainName"));
    let certificate = match endpoint {
        Endpoint::Regional => "RegionalCertificateArn",
        Endpoint::Edge | Endpoint::Private => "CertificateArn",
    };
    set(&mut properties, certificate, get("CertificateArn"));
    let mut configuration = map(json!({ "Types": [endpoint.word()] }));
    if is_truthy(given.get("IpAddressType")) {
        set(&mut configuration, "IpAddressType", get("IpAddressType"));
    }
    properties.insert("EndpointConfiguration", configuration.into());
    let trust_store = match endpoint {
        Endpoint::Private => Value::Null,
        Endpoint::Edge | Endpoint::Regional => trust_store(
            scope,
            given.get("MutualTlsAuthentication"),
            path.clone().then("MutualTlsAuthentication"),
            Some(&api.id),
        ),
    };
    set(&mut properties, "MutualTlsAuthentication", trust_store);
    let refused = match endpoint {
        Endpoint::Private => "OwnershipVerificationCertificateArn",
        Endpoint::Edge | Endpoint::Regional => "Policy",
    };
    for name in [
        "SecurityPolicy",
        "EndpointAccessMode",
        "Policy",
        "OwnershipVerificationCertificateArn",
    ] {
        if !is_truthy(given.get(name)) {
            continue;
        }
        if name == refused {
            // The reference blames the generated domain, which is no resource of the template.
            scope.report(
                Diagnostic::new(
                    codes::DOMAIN_PROPERTY,
                    path.clone().then(name),
                    format!(
                        "a domain with `EndpointConfiguration: {}` has no `{name}`",
                        endpoint.word()
                    ),
                )
                .on_key()
                .help("take it out")
                .blame(Some(id)),
            );
        }
        set(&mut properties, name, get(name));
    }
    properties
}

/// `ids` are those of the domain and of the stage.
fn add_mappings(
    scope: &Scope<'_>,
    api: &SamResource,
    given: &Map,
    endpoint: Endpoint,
    ids: (&str, &str),
    made: &mut Generated,
) {
    let (domain, stage) = ids;
    let (_, kind, names_domain) = endpoint.types();
    let mut add = |id: String, base_path: Option<&str>| {
        let mut properties = Map::new();
        if let Some(base_path) = base_path {
            set(&mut properties, "BasePath", base_path.into());
        }
        set(&mut properties, names_domain, reference(domain));
        set(&mut properties, "RestApiId", reference(&api.id));
        set(&mut properties, "Stage", reference(stage));
        made.insert_beside(&api.attributes, id, kind, properties, api.path("Domain"));
    };
    let Some(paths) = base_paths(given) else {
        return add(logical_id::base_path_mapping(&api.id, ""), None);
    };
    let is_normalized = given
        .get("NormalizeBasePath")
        .is_none_or(|flag| is_truthy(Some(flag)));
    for (index, path) in paths.iter().enumerate() {
        let Some(path) = path.as_str() else {
            scope.report(
                Diagnostic::new(
                    codes::BASE_PATH,
                    api.path("Domain").then("BasePath").then(index),
                    "a `BasePath` must be a string",
                )
                .help("it becomes part of a logical id, so it must be known now"),
            );
            continue;
        };
        let plain: String = path.chars().filter(|c| c.is_alphanumeric()).collect();
        let base_path = if is_normalized { &plain } else { path };
        add(
            logical_id::base_path_mapping(&api.id, &plain),
            Some(base_path),
        );
    }
}

/// What lets a VPC endpoint reach a private domain.
fn add_association(
    scope: &Scope<'_>,
    api: &SamResource,
    given: &Value,
    domain: &str,
    made: &mut Generated,
) {
    let given = match given {
        Value::Null => return,
        Value::Object(given) => given,
        _ => {
            scope.report(
                Diagnostic::new(
                    codes::ACCESS_ASSOCIATION_SHAPE,
                    api.path("Domain").then("AccessAssociation"),
                    "`AccessAssociation` must be a map",
                )
                .help("write `AccessAssociation: {VpcEndpointId: ...}`"),
            );
            return;
        }
    };
    let endpoint = given.get("VpcEndpointId").cloned().unwrap_or_default();
    let id = logical_id::access_association(&endpoint, domain);
    let mut properties = Map::new();
    set(&mut properties, "AccessAssociationSource", endpoint);
    set(
        &mut properties,
        "AccessAssociationSourceType",
        "VPCE".into(),
    );
    set(&mut properties, "DomainNameArn", reference(domain));
    let because = api.path("Domain").then("AccessAssociation");
    made.insert_beside(
        &api.attributes,
        id,
        "AWS::ApiGateway::DomainNameAccessAssociation",
        properties,
        because,
    );
}

/// Makes the DNS records of the domain in a group of their own, or gives them as a member of the group of their zone. A
/// fault is reported.
fn add_records(
    scope: &Scope<'_>,
    api: &SamResource,
    domain: &mut Map2,
    endpoint: Endpoint,
    id: &str,
    made: &mut Generated,
) -> Option<route53::Member> {
    let path = api.path("Domain").then("Route53");
    let name = domain
        .get("DomainName")
        .map(Node::to_value)
        .unwrap_or_default();
    let given = domain.get("Route53").map(Node::to_value);
    let given = route53::read(scope, given.as_ref(), path.clone())?.clone();
    let get = |name: &str| given.get(name).cloned().unwrap_or_default();
    let is_separate = is_truthy(given.get("SeparateRecordSetGroup"));
    if is_separate && !get("SeparateRecordSetGroup").is_boolean() {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path.then("SeparateRecordSetGroup"),
                "`SeparateRecordSetGroup` must be `true` or `false`",
            )
            .help("write `true` or `false`"),
        );
        return None;
    }
    let target = record_target(domain, &given, endpoint, id);
    let records = route53::records(&given, &name, target);
    let zone = route53::zone(&given).cloned().unwrap_or_default();
    let mut properties = Map::new();
    for key in ["HostedZoneId", "HostedZoneName"] {
        if !is_separate || is_truthy(given.get(key)) {
            set(&mut properties, key, get(key));
        }
    }
    if is_separate {
        properties.insert("RecordSets", records.into());
        let id = logical_id::separate_record_set_group(&zone, &name);
        made.insert_beside(
            &api.attributes,
            id,
            route53::RECORD_SET_GROUP,
            properties,
            path,
        );
        return None;
    }
    let group = logical_id::record_set_group(&zone);
    Some(route53::share(api, path, group, properties, records, made))
}

/// What the records of a domain lead to; `given` is its `Route53`. For an edge domain it is also written into `domain`,
/// which counts in the id of the deployment.
fn record_target(domain: &mut Map2, given: &Map, endpoint: Endpoint, id: &str) -> Map {
    let get = |name: &str| given.get(name).cloned().unwrap_or_default();
    let (zone, name) = match endpoint {
        Endpoint::Regional => (
            get_att(id, "RegionalHostedZoneId"),
            get_att(id, "RegionalDomainName"),
        ),
        Endpoint::Edge => {
            let mut distribution = get("DistributionDomainName");
            if distribution.is_null() {
                distribution = get_att(id, "DistributionDomainName");
                if let Some(Node::Map(edited)) = domain.get_mut("Route53") {
                    edited.insert("DistributionDomainName", Node::plain(distribution.clone()));
                }
            }
            (EDGE_ZONE.into(), distribution)
        }
        Endpoint::Private => (get("VpcEndpointHostedZoneId"), get("VpcEndpointDomainName")),
    };
    let mut target = Map::new();
    target.insert("HostedZoneId", zone);
    target.insert("DNSName", name);
    target
}
