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
use crate::resource::generated::Generated;
use crate::resource::{SamResource, resource};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value, json};
use indexmap::IndexMap;
use indexmap::map::Entry;

pub(super) const RECORD_SET_GROUP: &str = "AWS::Route53::RecordSetGroup";

/// What may name a zone.
const ZONE: [&str; 2] = ["HostedZoneId", "HostedZoneName"];

/// Reads the `Route53` that stands at `path`; a fault is reported and gives none.
pub(super) fn read<'a>(scope: &Scope<'_>, given: Option<&'a Value>, path: Path) -> Option<&'a Map> {
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
pub(super) fn zone(route53: &Map) -> Option<&Value> {
    ZONE.iter()
        .filter_map(|key| route53.get(*key))
        .find(|zone| is_truthy(Some(zone)))
}

/// The records that lead a domain's name to `target`: for IPv4, and for IPv6 where that is wanted.
pub(super) fn records(route53: &Map, domain_name: &Value, target: Map) -> Vec<Value> {
    let mut alias = Map::new();
    if let Some(health) = route53
        .get("EvaluateTargetHealth")
        .filter(|given| !given.is_null())
    {
        alias.insert("EvaluateTargetHealth", health.clone());
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
            let mut record = json!({ "Name": domain_name, "Type": kind, "AliasTarget": &alias });
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

/// What one domain adds to the records of its zone: the domains of all REST and HTTP APIs share a group.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) api: String,
    /// Where `Route53` stands, of this member or, in the end, of all.
    because: Vec<Path>,
    /// The logical id of the group.
    group: String,
    /// What a new group has beside its records.
    properties: Map,
    attributes: Map,
    records: Vec<Value>,
}

/// Lets a domain of `api` share the group of a zone.
///
/// `path` is where `Route53` stands, `properties` are what a new group has beside its records.
pub(super) fn share(
    api: &SamResource,
    path: Path,
    group: String,
    properties: Map,
    records: Vec<Value>,
    made: &mut Generated,
) -> Member {
    made.share(group.clone(), RECORD_SET_GROUP);
    Member {
        api: api.id.clone(),
        because: vec![path],
        group,
        properties,
        attributes: api.attributes.passed_on(),
        records,
    }
}

/// Makes the group of each zone: as its first member says, with the records of all.
pub(crate) fn lower_shared(scope: &Scope<'_>, stack: &mut Stack, members: Vec<Member>) {
    let mut groups: IndexMap<String, Member> = IndexMap::new();
    for member in members {
        match groups.entry(member.group.clone()) {
            Entry::Vacant(new) => {
                new.insert(member);
            }
            Entry::Occupied(mut group) => {
                group.get_mut().records.extend(member.records);
                group.get_mut().because.extend(member.because);
            }
        }
    }
    for (id, group) in groups {
        let mut properties = group.properties;
        properties.insert("RecordSets", group.records.into());
        let made = resource(RECORD_SET_GROUP, group.attributes, properties);
        stack.complete(scope, &group.api, id, made, group.because);
    }
}
