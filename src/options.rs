//! What a caller decides of a transform.

use crate::code::LocalCode;
use crate::diagnostics::Levels;
use crate::tree::{Map, Text, Value};
use std::collections::BTreeMap;

/// What a caller decides.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options<'a> {
    /// The AWS region that the stack is for; it decides the partition of ARNs.
    pub region: String,
    /// Parameter values by name; they win over the template's defaults.
    pub parameters: Map,
    /// Who knows the code that the template names by local paths.
    pub code: &'a dyn LocalCode,
    /// The templates of applications of the Serverless Application Repository: application id and version to URL.
    pub application_urls: BTreeMap<(String, String), String>,
    /// What the ids of deployments of REST APIs with `AlwaysDeploy` depend on, in place of SAM's clock: another value
    /// deploys them again.
    pub deploy_salt: Option<String>,
    /// Whether [`Version::parts`](crate::deployment::Version::parts) is wanted, which costs time and memory for each
    /// published function.
    pub parts: bool,
    /// The name under which this transform is deployed as a macro: in `Transform` it means what SAM's means.
    pub macro_name: String,
    /// Whether the values of `NoEcho` parameters are read. Where they are not, references to such a parameter stay, as
    /// where its value is not known yet: no secret can come into what is made or shown.
    pub secrets: bool,
    /// Whether [`transform_as_told`](crate::macro_call::transform_as_told) leaves what is SAM's to SAM, as where the
    /// macro is told `Serverless: Keep`: see [`keep`](crate::keep).
    pub keeps_serverless: bool,
    /// Which findings are allowed, and which are errors.
    pub levels: Levels,
    /// How much may be made of a template, in bytes of compact JSON: what Globals give to resources, and generated
    /// resources. Few lines of a template can ask for any amount.
    pub most_output: usize,
}

/// As much as sixteen of CloudFormation's largest templates. Values take up to ten times as much memory as text.
const MOST_OUTPUT: usize = 16 << 20;

impl<'a> Options<'a> {
    /// The options for a region, without parameter values and without local code.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            parameters: Map::new(),
            code: &crate::code::Refused,
            application_urls: BTreeMap::new(),
            deploy_salt: None,
            parts: false,
            macro_name: "Canaryform".to_owned(),
            secrets: true,
            keeps_serverless: false,
            levels: Levels::default(),
            most_output: MOST_OUTPUT,
        }
    }

    /// The same with these parameter values, and no others: a [`Map`], or pairs such as `[("Stage", "prod")]`.
    #[must_use]
    pub fn with_parameters<K: Into<Text>, V: Into<Value>>(
        mut self,
        parameters: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let values = parameters.into_iter();
        self.parameters = values.map(|(name, value)| (name, value.into())).collect();
        self
    }

    /// The same with the URL of the template that the Serverless Application Repository makes of a version of an
    /// application, for `AWS::Serverless::Application`: it cannot be known without asking the repository
    /// (`aws serverlessrepo create-cloud-formation-template`).
    #[must_use]
    pub fn with_application_url(
        mut self,
        application_id: impl Into<String>,
        semantic_version: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        let application = (application_id.into(), semantic_version.into());
        self.application_urls.insert(application, url.into());
        self
    }

    /// The same with a value that APIs with `AlwaysDeploy` are deployed anew for.
    #[must_use]
    pub fn with_deploy_salt(mut self, salt: impl Into<String>) -> Self {
        self.deploy_salt = Some(salt.into());
        self
    }

    /// The same, and each version says in detail what it is published for:
    /// [`Version::parts`](crate::deployment::Version::parts).
    #[must_use]
    pub fn with_parts(mut self) -> Self {
        self.parts = true;
        self
    }

    /// The same with another name under which this transform is deployed as a macro.
    #[must_use]
    pub fn with_macro_name(mut self, name: impl Into<String>) -> Self {
        self.macro_name = name.into();
        self
    }

    /// The same, and no value of a `NoEcho` parameter is read.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        self.secrets = false;
        self
    }

    /// The same, and what is SAM's is left to SAM by [`transform_as_told`](crate::macro_call::transform_as_told).
    #[must_use]
    pub fn keeping_serverless(mut self) -> Self {
        self.keeps_serverless = true;
        self
    }

    /// The same with findings as grave as `levels` says.
    #[must_use]
    pub fn with_levels(mut self, levels: Levels) -> Self {
        self.levels = levels;
        self
    }

    /// The same with another bound on what may be made of the template, in bytes.
    #[must_use]
    pub fn with_most_output(mut self, bytes: usize) -> Self {
        self.most_output = bytes;
        self
    }

    /// The same with local code that `code` knows.
    #[must_use]
    pub fn with_code(mut self, code: &'a dyn LocalCode) -> Self {
        self.code = code;
        self
    }
}

impl std::fmt::Debug for Options<'_> {
    /// Names the parameters without their values, which may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("region", &self.region)
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
