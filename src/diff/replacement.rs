//! What CloudFormation does to a resource that changes: it changes it, or makes another one in its place and deletes the
//! old one.

use std::sync::LazyLock;

use super::model::ValueChange;
use crate::place::Step;
use std::collections::HashMap;

/// A row of the table for each type that can be replaced.
static ROWS: LazyLock<HashMap<&'static str, Row>> = LazyLock::new(|| {
    let lines = include_str!("../data/replaced_on.txt").lines();
    let rows = lines.filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let (kind, rest) = line.split_once(' ')?;
        let (properties, names) = rest.split_once(" = ").unwrap_or((rest, ""));
        Some((
            kind,
            Row {
                properties: properties.split(' ').collect(),
                names: names.split(' ').filter(|name| !name.is_empty()).collect(),
            },
        ))
    })
    .collect()
});

struct Row {
    properties: Vec<&'static str>,
    names: Vec<&'static str>,
}

/// The first of the changes that make CloudFormation replace a resource of this type.
pub(super) fn reason<'c>(kind: &str, changes: &'c [ValueChange]) -> Option<&'c ValueChange> {
    let row = ROWS.get(kind)?;
    changes.iter().find(|change| {
        let Some(Step::Key(section)) = change.path.0.get(2) else {
            return false;
        };
        if section.as_str() != "Properties" {
            return false;
        }
        let steps: Vec<&str> = change
            .path
            .0
            .iter()
            .skip(3)
            .map(|step| match step {
                Step::Key(key) => key.as_str(),
                Step::Index(_) => "*",
            })
            .collect();
        // What stands in a property, or the whole that it is a part of.
        row.properties.iter().any(|property| {
            let wanted = property.split('/').collect::<Vec<_>>();
            wanted.iter().zip(&steps).all(|(a, b)| a == b)
        })
    })
}

/// The properties that together are the name of a resource of this type, where the template gives it one.
pub(super) fn names(kind: &str) -> &'static [&'static str] {
    ROWS.get(kind).map_or(&[], |row| row.names.as_slice())
}

/// Types of resources that hold data which is gone with them.
///
/// Source: the resources for which the CloudFormation user guide ("DeletionPolicy attribute") offers snapshots, and those
/// whose documentation says that deleting them deletes what is in them.
const STATEFUL: &[&str] = &[
    "AWS::Backup::BackupVault",
    "AWS::Cassandra::Keyspace",
    "AWS::Cassandra::Table",
    "AWS::CloudDirectory::Directory",
    "AWS::CodeCommit::Repository",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPool",
    "AWS::DMS::ReplicationInstance",
    "AWS::DSQL::Cluster",
    "AWS::DocDB::DBCluster",
    "AWS::DocDB::DBInstance",
    "AWS::DocDBElastic::Cluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::Elasticsearch::Domain",
    "AWS::Events::Archive",
    "AWS::FSx::FileSystem",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::KinesisVideo::Stream",
    "AWS::Logs::LogGroup",
    "AWS::MSK::Cluster",
    "AWS::MSK::ServerlessCluster",
    "AWS::MemoryDB::Cluster",
    "AWS::Neptune::DBCluster",
    "AWS::Neptune::DBInstance",
    "AWS::NeptuneGraph::Graph",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchService::Domain",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Namespace",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::S3Express::DirectoryBucket",
    "AWS::S3Tables::TableBucket",
    "AWS::S3Vectors::VectorBucket",
    "AWS::SDB::Domain",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::Timestream::Database",
    "AWS::Timestream::Table",
];

/// Whether a resource of this type holds data which is gone with it.
pub(super) fn is_stateful(kind: &str) -> bool {
    STATEFUL.binary_search(&kind).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_searched() {
        assert!(STATEFUL.is_sorted());
        assert_eq!(
            names("AWS::CodeDeploy::DeploymentGroup"),
            ["ApplicationName", "DeploymentGroupName"]
        );
        assert!(names("AWS::Lambda::Alias").is_empty());
        let row = ROWS.get("AWS::Lambda::Version").unwrap();
        assert!(row.properties.contains(&"Description"));
    }
}
