//! What a template does when it is deployed, as data: what is generated and why, what publishes a version and what does
//! not, how traffic moves, which alarm stops it in time, who may call whom, and what a rollback leaves behind.
//!
//! Everything is read from what the transform gives ([`Output`]) and from the template that was given; nothing is
//! decided here. [`Explanation`] is serialized with the names of its fields, which stay.
//!
//! ```
//! use canaryform::explain::{Explanation, Scenario};
//! use canaryform::simulate::Verdict;
//! use canaryform::{Options, read, transform};
//!
//! let text = include_str!("../../fixtures/gradual/canary.yaml");
//! let given = read(text.as_bytes())?.template;
//! let output = transform(given.clone(), &Options::new("eu-west-1").with_parts());
//! let mut explanation = Explanation::of(&given, &output, &Scenario::default());
//! explanation.locate(text);
//!
//! let greeter = &explanation.functions[0];
//! let published = greeter.published.as_ref().unwrap();
//! assert_eq!(published.version.hashed[0].name, "CodeUri");
//! assert_eq!(published.version.hashed[0].place.line, Some(9));
//! let way = &published.shift.as_ref().unwrap().ways[0];
//! let reaction = way.alarms[0].reaction.as_ref().unwrap();
//! assert_eq!(reaction.verdict, Verdict::InTime);
//! # Ok::<(), canaryform::Faults>(())
//! ```

mod asked;
mod calls;
mod place;
mod shift;
#[cfg(feature = "cli")]
pub mod text;
mod version;
#[cfg(feature = "cli")]
pub(crate) mod words;

pub use calls::{Allowed, Call};
pub use place::Place;
pub use shift::{Alarm, Hook, Moment, Reaction, Role, Shift, Watches, Way, When};
pub use version::{Property, Unseen, UnseenKind, Version};

use asked::{Asking, Made, asked};
use calls::Callers;
use place::{Source, in_properties};

use crate::deployment::Deployment;
use crate::diagnostics::suggestion;
use crate::language::intrinsics::{is_intrinsic, named_resource};
use crate::origin::Origin;
use crate::simulate::{Assumptions, Load};
use crate::template::{Path, Template};
use crate::tree::Value;
use crate::{Output, template};
use indexmap::IndexMap;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// How many resources CloudFormation takes in a stack.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
pub const MOST_RESOURCES: usize = 500;

/// What is taken for granted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Scenario {
    /// What no source tells of CloudWatch and CodeDeploy.
    pub assumed: Assumptions,
    /// How the functions are called, and how often they fail; none where nothing is said of it.
    pub load: Option<Load>,
    /// Whether local code was not looked at ([`LocalCode::is_ignored`](crate::LocalCode::is_ignored)), so that ids which
    /// depend on it are none.
    pub code_is_ignored: bool,
}

/// What a template does when it is deployed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The functions of the template, in its order.
    pub functions: Vec<Function>,
    /// What the other resources of the template become, those that become more than themselves.
    pub others: Vec<Other>,
    /// What several resources of the template need, with all that asks for it.
    pub shared: Vec<Generated>,
    /// How many resources the stack has.
    pub resources: usize,
    /// How many CloudFormation takes.
    pub most_resources: usize,
    /// What is assumed in all times.
    pub assumed: Assumptions,
    /// What functions are called like, where that was said.
    pub load: Option<Load>,
}

/// A function of the template.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Function {
    /// Its logical id.
    pub id: String,
    /// Its type in the template that was given.
    pub kind: String,
    /// Its condition.
    pub condition: Option<String>,
    /// Where it is written.
    pub place: Place,
    /// The logical ids of aliases that are written out for it, as in a template that was transformed already; empty where
    /// [`published`](Self::published) tells of its alias.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The resources that are generated for it, those that it shares with others among them: of these only what the
    /// function itself has that asks for them is told here, and all of it in [`Explanation::shared`].
    pub generated: Vec<Generated>,
    /// How its changes are published; none where it has no alias, so that each change is there at once for all callers.
    pub published: Option<Published>,
    /// Who calls it, and whom CodeDeploy and its hooks call.
    pub calls: Vec<Call>,
}

impl Function {
    /// How traffic moves to a new version; none where it does at once.
    pub fn shift(&self) -> Option<&Shift> {
        self.published.as_ref()?.shift.as_ref()
    }

    fn generated_ids(&self) -> impl Iterator<Item = &str> {
        self.generated.iter().map(|made| made.id.as_str())
    }

    /// How many resources of the stack are its own: itself, and those generated for it alone.
    pub fn own_resources(&self) -> usize {
        1 + self.generated.iter().filter(|made| !made.is_shared).count()
    }
}

/// A function whose changes are published as versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Published {
    /// The logical id of the alias.
    pub alias: String,
    /// Its name in Lambda: `live`.
    pub alias_name: String,
    /// What publishes a version, and what becomes of it.
    pub version: Version,
    /// How traffic moves to a new version; none where it does at once.
    pub shift: Option<Shift>,
}

/// A resource that the template does not have.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Generated {
    /// Its logical id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// The condition under which it is made.
    pub condition: Option<String>,
    /// Whether other resources of the template need it, too.
    pub is_shared: bool,
    /// Whether its id depends on local code that was not looked at.
    pub depends_on_ignored_code: bool,
    /// What asks for it: each alone is enough.
    pub because: Vec<Place>,
}

/// A resource of the template that is no function, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Other {
    /// The logical id.
    pub id: String,
    /// Its type.
    pub kind: Option<String>,
    /// Where it is written.
    pub place: Place,
    /// The resources that are generated for it.
    pub generated: Vec<Generated>,
}

impl Explanation {
    /// Explains what became of the template `given`.
    ///
    /// The transform must have been asked for [parts](crate::Options::with_parts), and have found no error.
    pub fn of(given: &Template, output: &Output, scenario: &Scenario) -> Self {
        let source = Source {
            given,
            made: &output.template,
            output,
            scenario,
        };
        let asking = Asking::all(&source);
        let callers = Callers::of(&source);
        let mut functions: Vec<Function> = asking
            .iter()
            .zip(asked(&source, &asking))
            .map(|(asking, made)| function(&source, asking, made, &callers))
            .collect();
        name_aliases(&source, &mut functions);
        Self {
            others: others(&source, &functions),
            shared: shared(&source),
            resources: output.template.resources().map_or(0, |all| all.len()),
            most_resources: MOST_RESOURCES,
            assumed: scenario.assumed,
            load: scenario.load,
            functions,
        }
    }

    /// Finds the lines of all places in the template's text.
    pub fn locate(&mut self, text: &str) {
        let mut places = Vec::new();
        self.each_place(&mut |place| places.push(place));
        let wanted: Vec<(&Path, bool)> = places.iter().map(|place| (&place.path, true)).collect();
        let found = template::locate(text, &wanted);
        for (place, span) in places.iter_mut().zip(found) {
            place.line = span.map(|span| span.start.line);
        }
    }

    fn each_place<'a>(&'a mut self, visit: &mut dyn FnMut(&'a mut Place)) {
        for function in &mut self.functions {
            visit(&mut function.place);
            for made in &mut function.generated {
                made.because.iter_mut().for_each(&mut *visit);
            }
            if let Some(published) = &mut function.published {
                published.version.each_place(visit);
                if let Some(shift) = &mut published.shift {
                    shift.each_place(visit);
                }
            }
            for call in &mut function.calls {
                call.place.iter_mut().for_each(&mut *visit);
            }
        }
        for other in &mut self.others {
            visit(&mut other.place);
            for made in &mut other.generated {
                made.because.iter_mut().for_each(&mut *visit);
            }
        }
        for made in &mut self.shared {
            made.because.iter_mut().for_each(&mut *visit);
        }
    }

    /// What several resources need, none of them a function.
    pub fn shared_by_others(&self) -> impl Iterator<Item = &Generated> {
        let functions = self.functions.iter();
        let needed: HashSet<&str> = functions.flat_map(Function::generated_ids).collect();
        let shared = self.shared.iter();
        shared.filter(move |made| !needed.contains(made.id.as_str()))
    }

    /// Leaves one function alone, and what it shares with others.
    ///
    /// # Errors
    /// What to say where the template has no such function.
    pub fn keep_only(&mut self, id: &str) -> Result<(), String> {
        if !self.functions.iter().any(|function| function.id == id) {
            let known: Vec<&str> = self.functions.iter().map(|each| each.id.as_str()).collect();
            return Err(no_such_function(id, &known));
        }
        self.functions.retain(|function| function.id == id);
        self.others.clear();
        let functions = self.functions.iter();
        let needed: HashSet<&str> = functions.flat_map(Function::generated_ids).collect();
        self.shared.retain(|made| needed.contains(made.id.as_str()));
        Ok(())
    }
}

/// What to say of a name that no function has.
fn no_such_function(id: &str, known: &[&str]) -> String {
    let ids = || {
        let shown: Vec<String> = known.iter().take(10).map(|id| format!("`{id}`")).collect();
        let more = if known.len() > shown.len() {
            ", ..."
        } else {
            ""
        };
        shown.join(", ") + more
    };
    match suggestion(id, known.iter().copied()) {
        Some(meant) => {
            format!("the template has no function `{id}`; did you mean `{meant}`?")
        }
        None if known.is_empty() => {
            format!("the template has no function `{id}`: it has no functions at all")
        }
        None => format!("the template has no function `{id}`; it has {}", ids()),
    }
}

/// Notes the aliases of functions that nothing asks for.
fn name_aliases(source: &Source<'_>, functions: &mut [Function]) {
    let mut known: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, resource) in source.made.resources().into_iter().flatten() {
        if kind_of(resource) == Some("AWS::Lambda::Alias")
            && let Some(properties) = resource.get("Properties")
            && let Some(function) = properties.get("FunctionName").and_then(named_resource)
        {
            known.entry(function).or_default().push(id);
        }
    }
    for function in functions.iter_mut().filter(|each| each.published.is_none()) {
        let aliases = known.get(function.id.as_str()).into_iter().flatten();
        function.aliases = aliases.map(|id| (*id).to_owned()).collect();
    }
}

/// The functions that the template has, also by loops; not those that are generated.
fn function_ids(output: &Output) -> impl Iterator<Item = &str> {
    let resources = output.template.resources().into_iter().flatten();
    resources
        .filter(|(_, resource)| kind_of(resource) == Some("AWS::Lambda::Function"))
        .map(|(id, _)| id.as_str())
        .filter(|id| {
            let origin = output.origins.get(*id);
            origin.is_none_or(|origin| {
                let source = origin.source.as_deref().unwrap_or_default();
                source == *id || (is_loop(source) && !is_made_for_another(output, id))
            })
        })
}

/// Whether a resource of the template that was given is a loop.
fn is_loop(id: &str) -> bool {
    id.starts_with("Fn::ForEach::")
}

/// Whether a property asks for a resource, and so no loop has it itself.
fn is_made_for_another(output: &Output, id: &str) -> bool {
    let origin = output.origins.get(id);
    let mut places = origin.into_iter().flat_map(|origin| &origin.because);
    places.any(|path| in_properties(path).is_some())
}

fn kind_of(resource: &Value) -> Option<&str> {
    resource.get("Type")?.as_str()
}

fn function(
    source: &Source<'_>,
    asking: &Asking<'_>,
    made: Vec<Made<'_>>,
    callers: &Callers<'_>,
) -> Function {
    let Asking {
        id,
        base,
        deployment,
    } = asking;
    let generated = made
        .into_iter()
        .map(|made| generated(source, made.id, made.origin, made.because))
        .collect();
    let made = source.resource(id);
    let attribute = |name: &str| made.and_then(|made| made.get(name)).and_then(Value::as_str);
    let kind = source
        .at(&base.clone().then("Type"))
        .and_then(Value::as_str)
        .or_else(|| attribute("Type"));
    Function {
        id: (*id).to_owned(),
        aliases: Vec::new(),
        kind: kind.unwrap_or_default().to_owned(),
        condition: attribute("Condition").map(str::to_owned),
        published: deployment.map(|deployment| published(source, base, deployment)),
        calls: calls::of(source, callers, base, id, *deployment),
        place: base.clone().into(),
        generated,
    }
}

/// Where a function is written: in a loop, where it was unrolled.
fn base(source: &Source<'_>, id: &str) -> Path {
    let origin = source.output.origins.get(id);
    let written = origin.and_then(|origin| origin.because.first());
    match written {
        Some(path) if in_properties(path).is_none() && source.at(path).is_some() => path.clone(),
        _ => Path::resource(id),
    }
}

fn published(source: &Source<'_>, base: &Path, deployment: &Deployment) -> Published {
    Published {
        alias: deployment.alias.id.clone(),
        alias_name: deployment.alias.name.clone(),
        version: version::of(source, base, deployment),
        shift: deployment
            .shift
            .as_ref()
            .map(|shift| shift::of(source, deployment, shift)),
    }
}

fn generated<'s>(
    source: &Source<'s>,
    id: &str,
    origin: &Origin,
    because: impl IntoIterator<Item = &'s Path>,
) -> Generated {
    let made = source.resource(id);
    let attribute = |name: &str| made.and_then(|made| made.get(name)).and_then(Value::as_str);
    Generated {
        id: id.to_owned(),
        kind: attribute("Type").unwrap_or_default().to_owned(),
        condition: attribute("Condition").map(str::to_owned),
        is_shared: origin.source.is_none(),
        depends_on_ignored_code: version::depends_on_ignored_code(source, id, origin),
        because: because.into_iter().cloned().map(Place::from).collect(),
    }
}

/// What is generated for resources that are no functions.
fn others(source: &Source<'_>, functions: &[Function]) -> Vec<Other> {
    let told: HashSet<&str> = functions
        .iter()
        .flat_map(|function| function.generated_ids().chain([function.id.as_str()]))
        .collect();
    let mut others: IndexMap<&str, Other> = IndexMap::new();
    for (id, origin) in &source.output.origins {
        let Some(owner) = origin.source.as_deref() else {
            continue;
        };
        if told.contains(id.as_str()) || owner == id || source.resource(id).is_none() {
            continue;
        }
        let made = generated(source, id, origin, &origin.because);
        let other = others.entry(owner).or_insert_with(|| {
            let path = Path::resource(owner);
            let given = source.at(&path);
            Other {
                id: owner.to_owned(),
                kind: given.and_then(kind_of).map(str::to_owned),
                place: path.into(),
                generated: Vec::new(),
            }
        });
        other.generated.push(made);
    }
    others.into_values().collect()
}

/// What belongs to no resource alone.
fn shared(source: &Source<'_>) -> Vec<Generated> {
    let origins = source.output.origins.iter();
    origins
        .filter(|(id, origin)| origin.source.is_none() && source.resource(id).is_some())
        .map(|(id, origin)| generated(source, id, origin, &origin.because))
        .collect()
}

/// A value as a person writes it in YAML: a text as it is, an intrinsic by its short tag.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text_of).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) if is_intrinsic(value) => {
            let (name, given) = match map.iter().next() {
                Some((name, given)) => (name.trim_start_matches("Fn::"), given),
                None => return String::new(),
            };
            match (name, given) {
                ("GetAtt", Value::Array(items)) => {
                    let parts: Vec<String> = items.iter().map(text_of).collect();
                    format!("!GetAtt {}", parts.join("."))
                }
                _ => format!("!{name} {}", text_of(given)),
            }
        }
        other => other.to_string(),
    }
}
