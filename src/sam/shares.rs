//! What SAM resources add to things that they share: each tells its part when it is lowered, and the thing is made once,
//! when all parts are known.
//!
//! ```yaml
//! # in
//! Orders:
//!   Type: AWS::Serverless::Api
//!   Properties: &api
//!     StageName: prod
//!     Auth: {UsagePlan: {CreateUsagePlan: SHARED}}
//! Bills:
//!   Type: AWS::Serverless::Api
//!   Properties: *api
//! ```
//!
//! ```yaml
//! # out
//! ServerlessUsagePlan:
//!   Type: AWS::ApiGateway::UsagePlan
//!   DependsOn: [Bills, Orders]
//!   Properties:
//!     ApiStages:
//!       - {ApiId: !Ref Bills, Stage: !Ref BillsprodStage}
//!       - {ApiId: !Ref Orders, Stage: !Ref OrdersprodStage}
//! ```

use super::api::{route53, usage_plan};
use crate::tree::Value;

/// The parts of one resource, or of all of them, in the order in which they are lowered.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    /// Parts in the buckets that events edit.
    pub(crate) taggers: Vec<Tagger>,
    /// Parts in the usage plan that APIs share.
    pub(crate) plan: Vec<usage_plan::Member>,
    /// Parts in the DNS records of hosted zones.
    pub(crate) records: Vec<route53::Member>,
}

impl Shares {
    /// Adds what a further resource shares.
    pub(crate) fn extend(&mut self, other: Self) {
        self.taggers.extend(other.taggers);
        self.plan.extend(other.plan);
        self.records.extend(other.records);
    }
}

/// A function whose event edits a bucket, and the tags that it spreads.
#[derive(Debug)]
pub(crate) struct Tagger {
    pub(crate) bucket: String,
    pub(crate) function: String,
    pub(crate) all_tags: Option<Vec<Value>>,
}
