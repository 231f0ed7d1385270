//! What travels through the passes beside the template.

use crate::code::LocalCode;
use crate::diagnostics::Diagnostic;
use crate::gradual::group::Deployment;
use crate::language::logical_id::MAX_LENGTH;
use crate::language::parameters::{Parameters, Trap, Unresolvable};
use crate::language::partition::Partition;
use crate::language::python2::Node;
use crate::origin::{Origin, Origins};
use crate::passes::globals::Inheritance;
use crate::passes::implicit_apis::Halted;
use crate::passes::review::DottedRef;
use crate::sam::api::{Draft, SharedByApis};
use crate::sam::events::Tagger;
use crate::template::{Path, Template};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// What a caller decides.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options<'a> {
    /// The AWS region that the stack is for; it decides the partition of ARNs.
    pub region: String,
    /// Parameter values by name; they win over the template's defaults.
    pub parameters: Map<String, Value>,
    /// Who knows the code that the template names by local paths.
    pub code: &'a dyn LocalCode,
    /// The templates of applications of the Serverless Application Repository: application id and version to URL.
    pub application_urls: BTreeMap<(String, String), String>,
    /// What the ids of deployments of REST APIs with `AlwaysDeploy` depend on, in place of SAM's clock: another value
    /// deploys them again.
    pub deploy_salt: Option<String>,
}

impl<'a> Options<'a> {
    /// The options for a region, without parameter values and without local code.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            parameters: Map::new(),
            code: &crate::code::NoLocalCode,
            application_urls: BTreeMap::new(),
            deploy_salt: None,
        }
    }

    /// The same with these parameter values.
    #[must_use]
    pub fn with_parameters(mut self, parameters: Map<String, Value>) -> Self {
        self.parameters = parameters;
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

/// A resource that the transform made.
pub(crate) struct Made {
    /// The resource, as it stands in the output.
    pub(crate) resource: Value,
    /// The position, among the template's own resources, of the one that asked for it; it follows that one.
    pub(crate) after: usize,
}

/// The state of one transform: what the caller gave, what is known, and what one room leaves for a later one.
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) partition: Partition,
    pub(crate) parameters: Parameters,
    pub(crate) mappings: Map<String, Value>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether the template is none, so that no further pass can work on it.
    pub(crate) unusable: bool,
    /// Whether the resource that is being lowered is refused already, and only its faults count.
    pub(crate) refused: bool,
    /// What may still be found, where the implicit APIs cannot be made.
    pub(crate) halted: Option<Halted>,
    pub(crate) origins: Origins,
    /// Which values of which resource came from Globals.
    pub(crate) inheritance: Inheritance,
    /// The template's own resources while they are lowered; one that is taken leaves null behind.
    pub(crate) resources: IndexMap<String, Value>,
    /// What lowering made, by logical id.
    pub(crate) made: IndexMap<String, Made>,
    /// The ids of what was made before the resource that is being lowered, and that it has replaced.
    pub(crate) replaced: Vec<String>,
    /// The conditions that the template declares.
    pub(crate) declared_conditions: Map<String, Value>,
    /// Conditions to be added to the template.
    pub(crate) conditions: Map<String, Value>,
    /// The enabled deployment preferences, in the order of the functions.
    pub(crate) deployments: Vec<Deployment>,
    /// The APIs by id while their documents are put together.
    pub(crate) drafts: IndexMap<String, Draft>,
    /// The rank of each resource, where the template's order is not the one to lower them in.
    pub(crate) order: HashMap<String, usize>,
    /// `Globals.Api`, where there are REST APIs.
    pub(crate) global_api: Node,
    /// What APIs share with one another.
    pub(crate) shared_by_apis: SharedByApis,
    /// Destinations of `Globals.Function.EventInvokeConfig` (`OnSuccess`, `OnFailure`) that were made for a function.
    pub(crate) shared_destinations: IndexMap<&'static str, Value>,
    /// Buckets that events edited, each with the functions that did, in order.
    pub(crate) bucket_tags: IndexMap<String, Vec<Tagger>>,
    /// Resources whose id changes (layers): old id to new.
    pub(crate) renamed: IndexMap<String, String>,
    /// Dotted references (`Fn.Alias`) and the generated id that each stands for.
    pub(crate) referable: IndexMap<String, String>,
    /// The dotted references in the user's template.
    pub(crate) dotted: Vec<DottedRef>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(template: &Template, options: &'a Options<'a>) -> Self {
        let partition = Partition::of_region(&options.region);
        Self {
            options,
            partition,
            parameters: Parameters::new(
                &options.parameters,
                template.section("Parameters"),
                &options.region,
                partition.name(),
            ),
            mappings: template.section("Mappings").cloned().unwrap_or_default(),
            diagnostics: Vec::new(),
            unusable: false,
            refused: false,
            halted: None,
            origins: Origins::new(),
            inheritance: Inheritance::default(),
            resources: IndexMap::new(),
            made: IndexMap::new(),
            replaced: Vec::new(),
            declared_conditions: template.section("Conditions").cloned().unwrap_or_default(),
            conditions: Map::new(),
            deployments: Vec::new(),
            drafts: IndexMap::new(),
            order: HashMap::new(),
            global_api: Node::Null,
            shared_by_apis: SharedByApis::default(),
            shared_destinations: IndexMap::new(),
            bucket_tags: IndexMap::new(),
            renamed: IndexMap::new(),
            referable: IndexMap::new(),
            dotted: Vec::new(),
        }
    }

    /// Notes a finding.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether there are errors among the findings after the first `before`.
    pub(crate) fn has_errors_since(&self, before: usize) -> bool {
        self.diagnostics
            .iter()
            .skip(before)
            .any(Diagnostic::is_error)
    }

    /// Notes what could not be resolved at `path`.
    pub(crate) fn report_unresolvable(&mut self, path: Path, fault: &Unresolvable) {
        self.report(match fault {
            Unresolvable::SubOfNonText { parameter } => Diagnostic::error(
                "sub-of-non-text-parameter",
                path,
                format!("`Fn::Sub` puts in `{parameter}`, whose value is no text"),
            )
            .help(format!(
                "give `{parameter}` a text: quote its `Default`, or pass the value as a string"
            )),
            Unresolvable::FindInMapShape => Diagnostic::error(
                "find-in-map-arguments",
                path,
                "`Fn::FindInMap` needs three arguments here",
            )
            .help("write `!FindInMap [Mapping, TopLevelKey, SecondLevelKey]`; a default value is not looked at offline"),
            Unresolvable::NotTwoLevels { mapping } => Diagnostic::error(
                "mapping-not-two-levels",
                path,
                format!("`Fn::FindInMap` reads the mapping `{mapping}`, which is not a map of maps"),
            )
            .help("a mapping has two levels of keys: `Mapping: {TopLevelKey: {SecondLevelKey: value}}`"),
        });
    }

    /// Resolves parameters and mappings in a value of the template, for a decision that needs it now; a fault is noted
    /// and leaves null.
    pub(crate) fn decide(&mut self, value: &Value, path: impl FnOnce() -> Path) -> Value {
        let resolved = self.parameters.resolved(value).and_then(|mut value| {
            crate::language::parameters::find_in_maps(&mut value, Some(&self.mappings))?;
            Ok(value)
        });
        resolved.unwrap_or_else(|fault| {
            self.report_unresolvable(path(), &fault);
            Value::Null
        })
    }

    /// Warns of parameters in `value` whose values go into the output or a hash, and had better not.
    pub(crate) fn warn_of_parameters(&mut self, value: &Value, path: &Path) {
        for (parameter, trap) in self.parameters.traps(value) {
            let finding = match trap {
                Trap::Secret => Diagnostic::warning(
                    "secret-in-output",
                    path.clone(),
                    format!("the value of the `NoEcho` parameter `{parameter}` is written into the output"),
                )
                .help("name secrets by a dynamic reference, `{{resolve:secretsmanager:...}}`, instead"),
                Trap::SsmName => Diagnostic::warning(
                    "ssm-parameter-by-name",
                    path.clone(),
                    format!("`{parameter}` is an SSM parameter, of which only the name is known here, not the value"),
                )
                .help("a change of the stored value publishes no version; pass the value itself as a `String` parameter"),
                Trap::LooseDefault => Diagnostic::warning(
                    "default-not-a-string",
                    path.clone(),
                    format!("the `Default` of `{parameter}` is no string, but a value passed at the deployment is one"),
                )
                .help(format!("quote the `Default` of `{parameter}`: otherwise ids change when the same value is passed")),
            };
            self.report(finding);
        }
    }

    /// Adds a condition to the template, unless a different one of the user's has its name.
    pub(crate) fn add_condition(&mut self, name: String, condition: Value) {
        if name.len() > MAX_LENGTH {
            self.report(
                Diagnostic::error(
                    "generated-condition-too-long",
                    Path::default().then("Conditions"),
                    format!("the condition `{name}` would be generated, whose name is longer than {MAX_LENGTH} characters"),
                )
                .help("give the conditions that it is made of shorter names"),
            );
            return;
        }
        if self
            .declared_conditions
            .get(&name)
            .is_some_and(|declared| *declared != condition)
        {
            self.report(
                Diagnostic::error(
                    "generated-condition-taken",
                    Path::default().then("Conditions").then(&name),
                    format!("`{name}` is also the name of a condition that is generated"),
                )
                .on_key()
                .help(format!("rename the condition `{name}`")),
            );
            return;
        }
        self.conditions.insert(name, condition);
    }

    /// Puts what a SAM resource became into the template, behind the resource `source` that asked for it.
    ///
    /// An id that another resource of the template has is an error. Of two generated resources with one id the later
    /// stays, in the place of the first, as in the reference; where they differ that is said.
    pub(crate) fn emit(&mut self, source: &str, id: String, resource: Value, room: &'static str) {
        if id != source && self.resources.contains_key(&id) {
            self.report(
                Diagnostic::error(
                    "generated-id-taken",
                    Path::resource(source),
                    format!("`{source}` generates {} with the id `{id}`, which the template has already", kind_of(&resource)),
                )
                .on_key()
                .help(format!("rename `{id}`")),
            );
            self.report(
                Diagnostic::error(
                    "generated-id-taken",
                    Path::resource(&id),
                    format!(
                        "`{id}` is the id of {} that `{source}` generates",
                        kind_of(&resource)
                    ),
                )
                .on_key()
                .help("rename this resource"),
            );
            return;
        }
        let after = self.resources.get_index_of(source).unwrap_or_default();
        self.origins.insert(
            id.clone(),
            Origin {
                source: Some(source.to_owned()),
                room,
            },
        );
        let made = Made { resource, after };
        match self.made.entry(id) {
            indexmap::map::Entry::Vacant(free) => {
                free.insert(made);
            }
            indexmap::map::Entry::Occupied(mut taken) => {
                if taken.get().resource != made.resource {
                    let finding = Diagnostic::warning(
                        "generated-id-twice",
                        Path::resource(source),
                        format!("`{}` is generated twice with different content; the later one replaces the earlier", taken.key()),
                    )
                    .on_key()
                    .help("rename an event, an alias or a function so that the two get ids of their own");
                    self.diagnostics.push(finding);
                }
                taken.get_mut().resource = made.resource;
                self.replaced.push(taken.key().clone());
            }
        }
    }

    /// Puts a resource into the template that several SAM resources share: each replaces it by one that knows of it too.
    pub(crate) fn emit_shared(
        &mut self,
        source: &str,
        id: &str,
        resource: Value,
        room: &'static str,
    ) {
        match self.made.get_mut(id) {
            Some(made) => {
                made.resource = resource;
                self.replaced.push(id.to_owned());
            }
            None => self.emit(source, id.to_owned(), resource, room),
        }
    }

    /// Puts a resource that the template as a whole asked for behind `source`, or at the end.
    ///
    /// The reference would overwrite whatever has its id: that is an error here.
    pub(crate) fn emit_new(
        &mut self,
        source: Option<&str>,
        id: String,
        resource: Value,
        room: &'static str,
    ) {
        if self.resources.contains_key(&id) || self.made.contains_key(&id) {
            // The reference has no such fault: beside faults of its own this one blames no resource.
            let blamed =
                (!self.diagnostics.iter().any(Diagnostic::is_error)).then_some(id.as_str());
            let fault = Diagnostic::error(
                "generated-id-taken",
                Path::resource(&id),
                format!("`{id}` is the id of {} that a deployment preference generates, and which would take its place", kind_of(&resource)),
            )
            .on_key()
            .help("rename this resource")
            .blame(blamed);
            self.report(fault);
            return;
        }
        let after = source
            .and_then(|source| self.resources.get_index_of(source))
            .unwrap_or(self.resources.len());
        self.origins.insert(
            id.clone(),
            Origin {
                source: source.map(str::to_owned),
                room,
            },
        );
        self.made.insert(id, Made { resource, after });
    }
}

/// A resource's type with an article.
fn kind_of(resource: &Value) -> String {
    let kind = resource
        .get("Type")
        .and_then(Value::as_str)
        .unwrap_or("resource");
    format!("an {kind}")
}
