//! Partitions: which one a region belongs to, the ARNs that are written with it, its managed policies.
//!
//! Mirrors `ArnGenerator` (translator/arn_generator.py) and the bundled policy lists of aws-sam-translator 1.115.0.
//! It is always the partition of the region that is deployed to, never a `Ref` to `AWS::Partition`.

/// A partition: a part of AWS with its own accounts, regions and ARNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Partition {
    /// `aws`: whatever is not one of the others.
    Commercial,
    /// `aws-cn`.
    China,
    /// `aws-iso`.
    Iso,
    /// `aws-iso-b`.
    IsoB,
    /// `aws-iso-e`.
    IsoE,
    /// `aws-iso-f`.
    IsoF,
    /// `aws-us-gov`.
    UsGov,
    /// `aws-eusc`, the European sovereign cloud.
    Eusc,
}

/// How the regions of each partition begin. No prefix begins another one, so their order does not matter.
const REGION_PREFIXES: [(&str, Partition); 7] = [
    ("cn-", Partition::China),
    ("us-iso-", Partition::Iso),
    ("us-isob", Partition::IsoB),
    ("us-gov", Partition::UsGov),
    ("eu-isoe", Partition::IsoE),
    ("us-isof", Partition::IsoF),
    ("eusc-", Partition::Eusc),
];

/// The regions that have the Serverless Application Repository, by the endpoint list of botocore 1.44.5.
const APPLICATION_REPOSITORY_REGIONS: [&str; 22] = [
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

const MANAGED_POLICIES: &str = include_str!("../data/managed_policies.txt");

/// Where the names of the policies begin and end in the list, which is sorted by them: found when this is compiled, so
/// that a look-up needs not split the list.
static NAMES: [(u32, u32); POLICIES] = {
    let list = MANAGED_POLICIES.as_bytes();
    let mut names = [(0, 0); POLICIES];
    let (mut at, mut start, mut known) = (0, 0, 0);
    while at < list.len() {
        #[allow(clippy::indexing_slicing, reason = "counted, and when compiled")]
        match list[at] {
            b'\n' | b'/' => start = at as u32 + 1,
            b'\t' => {
                names[known] = (start, at as u32);
                known += 1;
            }
            _ => {}
        }
        at += 1;
    }
    names
};

const POLICIES: usize = 1231;

struct ManagedPolicy {
    path_and_name: &'static str,
    partitions: &'static str,
}

impl Partition {
    /// The partition of `region`; letter case does not matter.
    pub(crate) fn of_region(region: &str) -> Self {
        let region = region.to_ascii_lowercase();
        REGION_PREFIXES
            .iter()
            .find(|(prefix, _)| region.starts_with(prefix))
            .map_or(Self::Commercial, |(_, partition)| *partition)
    }

    /// The name as it stands in ARNs: `aws`, `aws-cn`, ...
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::China => "aws-cn",
            Self::Iso => "aws-iso",
            Self::IsoB => "aws-iso-b",
            Self::IsoE => "aws-iso-e",
            Self::IsoF => "aws-iso-f",
            Self::UsGov => "aws-us-gov",
            Self::Eusc => "aws-eusc",
        }
    }

    /// `arn:<partition>:` and then `service_and_rest`.
    pub(crate) fn arn(self, service_and_rest: &str) -> String {
        ["arn:", self.name(), ":", service_and_rest].concat()
    }

    /// The ARN of AWS's managed policy at `policy_path` (`service-role/AWSLambdaRole`), whether it exists or not.
    pub(crate) fn managed_policy_arn(self, policy_path: &str) -> String {
        ["arn:", self.name(), ":iam::aws:policy/", policy_path].concat()
    }

    /// The ARN of the managed policy that is called `name`, without its path, in this partition.
    ///
    /// `Policies` may name a policy this way; a string there means, in this order: the policy found here (exact,
    /// letter case included), an ARN when it begins with `arn:`, else the string itself, unchecked. So
    /// `managed_policy(name).unwrap_or_else(|| name.to_owned())` is the whole rule. SAM would also ask the account for
    /// its list of managed policies; offline, this list answers for it. No list is known for the iso partitions:
    /// there, names stay names.
    pub(crate) fn managed_policy(self, name: &str) -> Option<String> {
        let letter = match self {
            Self::Commercial => 'a',
            Self::China => 'c',
            Self::Eusc => 'e',
            Self::UsGov => 'g',
            Self::Iso | Self::IsoB | Self::IsoE | Self::IsoF => return None,
        };
        find_policy(name)
            .filter(|policy| policy.partitions.contains(letter))
            .map(|policy| self.managed_policy_arn(policy.path_and_name))
    }
}

/// Whether `region` has the Serverless Application Repository, which `AWS::Serverless::Application` may need.
pub(crate) fn has_application_repository(region: &str) -> bool {
    APPLICATION_REPOSITORY_REGIONS
        .binary_search(&region)
        .is_ok()
}

impl ManagedPolicy {
    /// A line of the list; none where it is a comment.
    fn of_line(line: &'static str) -> Option<Self> {
        let (path_and_name, partitions) = line.split_once('\t')?;
        Some(Self {
            path_and_name,
            partitions,
        })
    }
}

/// Looks a policy up by its name.
fn find_policy(name: &str) -> Option<ManagedPolicy> {
    let name_at = |(start, end): (u32, u32)| MANAGED_POLICIES.get(start as usize..end as usize);
    let found = NAMES.binary_search_by(|place| name_at(*place).cmp(&Some(name)));
    let (start, _) = NAMES.get(found.ok()?)?;
    let before = MANAGED_POLICIES.get(..*start as usize)?;
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    ManagedPolicy::of_line(MANAGED_POLICIES.get(line..)?.lines().next()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[test]
    fn region_prefixes_tell_the_partition() {
        for (region, name) in [
            ("us-east-1", "aws"),
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("CN-NORTH-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(Partition::of_region(region).name(), name, "{region}");
        }
    }

    #[test]
    fn managed_policies_are_found_by_their_bare_name() {
        let found = |partition: Partition, name| partition.managed_policy(name);
        assert_eq!(
            found(Partition::UsGov, "AWSLambdaBasicExecutionRole").as_deref(),
            Some("arn:aws-us-gov:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
        );
        assert_eq!(
            found(Partition::China, "AdministratorAccess").as_deref(),
            Some("arn:aws-cn:iam::aws:policy/AdministratorAccess")
        );
        for absent in [
            "service-role/AWSLambdaBasicExecutionRole",
            "awslambdabasicexecutionrole",
            "S3ReadPolicy",
            "",
        ] {
            assert_eq!(found(Partition::Commercial, absent), None, "{absent}");
        }
        assert_eq!(found(Partition::Iso, "AdministratorAccess"), None);
    }

    impl ManagedPolicy {
        fn name(&self) -> &'static str {
            self.path_and_name.rsplit('/').next().unwrap()
        }
    }

    fn managed_policies() -> Vec<ManagedPolicy> {
        let lines = MANAGED_POLICIES.lines();
        lines.filter_map(ManagedPolicy::of_line).collect()
    }

    #[test]
    fn the_lists_are_sorted() {
        let policies = managed_policies();
        assert_eq!(policies.len(), POLICIES);
        assert!(MANAGED_POLICIES.is_ascii());
        assert!(policies.is_sorted_by(|a, b| a.name() < b.name()));
        for policy in policies {
            let found = find_policy(policy.name()).unwrap();
            assert_eq!(found.path_and_name, policy.path_and_name);
        }
        assert!(APPLICATION_REPOSITORY_REGIONS.is_sorted());
    }

    /// Writes what this module knows into the folder `CANARYFORM_FACTS_DUMP`, for tests/tools/facts.py to compare.
    #[test]
    fn facts_dump_of_partitions() {
        let Some(folder) = std::env::var_os("CANARYFORM_FACTS_DUMP") else {
            return;
        };
        let commercial = ("aws", "us-east-1");
        let mut policies = crate::tree::Map::new();
        for (name, region) in [
            commercial,
            ("aws-cn", "cn-north-1"),
            ("aws-iso", "us-iso-east-1"),
            ("aws-iso-b", "us-isob-east-1"),
            ("aws-iso-e", "eu-isoe-west-1"),
            ("aws-iso-f", "us-isof-south-1"),
            ("aws-us-gov", "us-gov-west-1"),
            ("aws-eusc", "eusc-de-east-1"),
        ] {
            let partition = Partition::of_region(region);
            assert_eq!(partition.name(), name);
            let known: crate::tree::Map = managed_policies()
                .iter()
                .filter_map(|policy| {
                    Some((
                        policy.name().to_owned(),
                        partition.managed_policy(policy.name())?.into(),
                    ))
                })
                .collect();
            policies.insert(name.to_owned(), known.into());
        }
        let facts = json!({
            "region_prefixes": REGION_PREFIXES.map(|(prefix, partition)| json!([prefix, partition.name()])),
            "managed_policies": policies,
            "application_repository_regions": APPLICATION_REPOSITORY_REGIONS,
        });
        let path = std::path::Path::new(&folder).join("partitions.json");
        std::fs::write(path, facts.to_string()).unwrap();
    }
}
