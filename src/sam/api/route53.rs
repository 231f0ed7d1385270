//! `Domain.Route53`: the DNS records of an API's domain.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     Domain:
//!       DomainName: shop.example.com
//!       CertificateArn: arn:aws:acm:eu-west-1:123456789012:certificate/1
//!       Route53: {HostedZoneId: Z1, IpV6: true}
//! ```
//!
//! ```yaml
//! # out
//! RecordSetGroup0cf6d58763:
//!   Type: AWS::Route53::RecordSetGroup
//!   Properties:
//!     HostedZoneId: Z1
//!     RecordSets:
//!       - Name: shop.example.com
//!         Type: A
//!         AliasTarget:
//!           HostedZoneId: !GetAtt ApiGatewayDomainNameV22f68437370.RegionalHostedZoneId
//!           DNSName: !GetAtt ApiGatewayDomainNameV22f68437370.RegionalDomainName
//!       - Name: shop.example.com
//!         Type: AAAA
//!         AliasTarget:
//!           HostedZoneId: !GetAtt ApiGatewayDomainNameV22f68437370.RegionalHostedZoneId
//!           DNSName: !GetAtt ApiGatewayDomainNameV22f68437370.RegionalDomainName
//! ```
//!
//! The group is one for all domains of a zone; its id holds a hash of the zone.
//!
//! Upstream: `_construct_record_sets_for_domain` in model/api/api_generator.py and model/api/apiv2_generator.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::resource::resource;
use crate::scope::Scope;
use crate::template::Path;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

/// What may name a zone.
const ZONE: [&str; 2] = ["HostedZoneId", "HostedZoneName"];

/// Reads the `Route53` that stands at `path`; a fault is reported and gives none.
pub(super) fn read<'a>(
    scope: &Scope<'_>,
    given: Option<&'a Value>,
    path: Path,
) -> Option<&'a Map<String, Value>> {
    let given = given.filter(|given| !given.is_null())?;
    let Some(given) = given.as_object() else {
        scope.report(
            Diagnostic::new(codes::ROUTE53_SHAPE, path, "`Route53` must be a map")
                .help("write `Route53: {HostedZoneId: ...}`"),
        );
        return None;
    };
    let is_named = |key: &&str| given.get(*key).is_some_and(|zone| !zone.is_null());
    if !ZONE.iter().any(is_named) {
        scope.report(
            Diagnostic::new(
                codes::ROUTE53_WITHOUT_ZONE,
                path,
                "`Route53` does not say which hosted zone",
            )
            .help("add `HostedZoneId` or `HostedZoneName`"),
        );
        return None;
    }
    Some(given)
}

/// What names the zone: its id, or else its name.
pub(super) fn zone(route53: &Map<String, Value>) -> Option<&Value> {
    ZONE.iter()
        .filter_map(|key| route53.get(*key))
        .find(|zone| is_truthy(Some(zone)))
}

/// The records that lead a domain's name to `target`: for IPv4, and for IPv6 where that is wanted.
pub(super) fn records(
    route53: &Map<String, Value>,
    domain_name: &Value,
    target: Map<String, Value>,
) -> Vec<Value> {
    let mut alias = Map::new();
    if let Some(health) = route53
        .get("EvaluateTargetHealth")
        .filter(|given| !given.is_null())
    {
        alias.insert("EvaluateTargetHealth".to_owned(), health.clone());
    }
    alias.extend(target);
    let kinds: &[&str] = if route53.get("IpV6") == Some(&Value::Bool(true)) {
        &["A", "AAAA"]
    } else {
        &["A"]
    };
    kinds
        .iter()
        .map(|kind| {
            let mut record = json!({ "Name": domain_name, "Type": kind, "AliasTarget": alias });
            for key in ["Region", "SetIdentifier"] {
                if let (Some(given), Some(record)) = (
                    route53.get(key).filter(|given| !given.is_null()),
                    record.as_object_mut(),
                ) {
                    record.insert(key.to_owned(), given.clone());
                }
            }
            record
        })
        .collect()
}

/// The record set groups of a template by id, one for each zone: the first API of a zone makes it, others add to it.
pub(crate) type RecordSetGroups = IndexMap<String, Value>;

/// Adds records to the group of a zone. Gives the group as it now is.
///
/// `properties` are what a new group has beside its records.
pub(super) fn join(
    groups: &mut RecordSetGroups,
    id: &str,
    properties: Map<String, Value>,
    attributes: Map<String, Value>,
    records: Vec<Value>,
) -> Value {
    let group = groups.entry(id.to_owned()).or_insert_with(|| {
        let mut properties = properties;
        properties.insert("RecordSets".to_owned(), Value::Array(Vec::new()));
        resource("AWS::Route53::RecordSetGroup", attributes, properties)
    });
    let known = group
        .get_mut("Properties")
        .and_then(|properties| properties.get_mut("RecordSets"));
    if let Some(Value::Array(known)) = known {
        known.extend(records);
    }
    group.clone()
}
