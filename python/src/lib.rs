//! `canaryform._native`: what a caller gives becomes a tree, and what the transform makes of it becomes Python's objects,
//! with no text between them, or text, with no objects between them. The classes of results, findings and deployments
//! stand beside it, in Python.

mod given;
mod made;

use std::ffi::OsString;
use std::path::PathBuf;

use canaryform::code::{Folder, Ignored, LocalCode, Refused, Unseen};
use canaryform::deployment::Deployment;
use canaryform::diagnostics::Levels;
use canaryform::macro_call::transform_as_told;
use canaryform::template::{Read, place, read_with};
use canaryform::tree::{Map, Value};
use canaryform::{Diagnostic, Faults, Format, Options, Template, write};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString};

/// A transform makes and drops a hundred thousand small maps, which takes this allocator a third of the system's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The transformed template, none where it has errors; the fields of each finding, and of each deployment.
type Answer = (Option<Tree>, Vec<FindingFields>, Vec<DeploymentFields>);

/// In the order of `Finding`.
type FindingFields = (
    &'static str,
    &'static str,
    String,
    Option<String>,
    Option<String>,
    String,
    Option<usize>,
    Option<usize>,
    Option<String>,
);

/// In the order of `Deployment`.
type DeploymentFields = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
);

/// Transforms a template. `code` is `read`, `ignore`, `refuse` or `sam`, and local paths start at `root`.
#[pyfunction]
#[expect(
    clippy::too_many_arguments,
    reason = "one for each of the options that there are"
)]
fn transform(
    py: Python<'_>,
    template: &Bound<'_, PyAny>,
    parameters: &Bound<'_, PyMapping>,
    region: String,
    code: &str,
    root: PathBuf,
    allow: Vec<String>,
    deny: Vec<String>,
) -> PyResult<Answer> {
    let call = Call {
        region,
        parameters: given::parameters(parameters)?,
        levels: levels(&allow, &deny).map_err(PyValueError::new_err)?,
        code: local_code(code, root).map_err(PyValueError::new_err)?,
    };
    let outcome = if let Ok(text) = template.cast::<PyString>() {
        let text = text.to_str()?.as_bytes();
        py.detach(|| call.of_text(text))
    } else if let Ok(bytes) = template.cast::<PyBytes>() {
        let text = bytes.as_bytes();
        py.detach(|| call.of_text(text))
    } else if let Ok(mapping) = template.cast::<PyMapping>() {
        let read = given::template(mapping, &call.levels)?;
        py.detach(|| call.of_read(read))
    } else {
        let kind = template.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "a template is str, bytes or a mapping, not {kind}"
        )));
    };
    Ok((
        outcome.template.map(Tree),
        outcome.findings.into_iter().map(finding).collect(),
        outcome.deployments.into_iter().map(deployment).collect(),
    ))
}

fn levels(allow: &[String], deny: &[String]) -> Result<Levels, String> {
    let mut levels = Levels::default();
    for name in allow {
        let done = levels.allow(name);
        done.map_err(|words| format!("allow: {words}"))?;
    }
    for name in deny {
        let done = levels.deny(name);
        done.map_err(|words| format!("deny: {words}"))?;
    }
    Ok(levels)
}

fn local_code(word: &str, root: PathBuf) -> Result<Box<dyn LocalCode + Send>, String> {
    match word {
        "read" => Ok(Box::new(Folder::new(root))),
        "ignore" => Ok(Box::new(Ignored)),
        "refuse" => Ok(Box::new(Refused)),
        "sam" => Ok(Box::new(Unseen)),
        _ => Err(format!(
            "code must be read, ignore, refuse or sam, not {word:?}"
        )),
    }
}

/// What a template is transformed with.
struct Call {
    region: String,
    parameters: Map,
    levels: Levels,
    code: Box<dyn LocalCode + Send>,
}

/// What becomes of a template.
struct Outcome {
    /// None where there are errors.
    template: Option<Template>,
    findings: Vec<Diagnostic>,
    deployments: Vec<Deployment>,
}

impl Call {
    fn of_text(self, text: &[u8]) -> Outcome {
        let read = read_with(text, &self.levels);
        let mut outcome = self.of_read(read);
        place(&mut outcome.findings, text);
        outcome
    }

    fn of_read(self, read: Result<Read, Faults>) -> Outcome {
        let read = match read {
            Ok(read) => read,
            Err(mut faults) => {
                self.levels.apply(&mut faults.0);
                return Outcome {
                    template: None,
                    findings: faults.0,
                    deployments: Vec::new(),
                };
            }
        };
        let options = Options::new(self.region)
            .with_parameters(self.parameters)
            .with_levels(self.levels)
            .with_code(&*self.code);
        let mut output = transform_as_told(read.template, &options);
        let mut findings = read.warnings;
        output.hide_ignored(&mut findings, &options.levels);
        findings.append(&mut output.diagnostics);
        options.levels.apply(&mut findings);
        let has_errors = findings.iter().any(Diagnostic::is_error);
        Outcome {
            template: (!has_errors).then_some(output.template),
            findings,
            deployments: output.deployments,
        }
    }
}

fn finding(of: Diagnostic) -> FindingFields {
    let start = of.span.map(|span| span.start);
    (
        of.code.name,
        of.severity.word(),
        of.message,
        of.help,
        of.resource,
        of.path.to_string(),
        start.map(|start| start.line),
        start.map(|start| start.column),
        of.generated.map(|generated| generated.to_string()),
    )
}

fn deployment(of: Deployment) -> DeploymentFields {
    (
        of.function,
        of.alias.name,
        of.alias.id,
        of.version.id,
        of.shift.map(|shift| shift.group),
        of.condition,
    )
}

/// A template of which no objects of Python are made before somebody asks for them, which takes half as long as the
/// transform.
#[pyclass(frozen, module = "canaryform._native")]
struct Tree(Template);

#[pymethods]
impl Tree {
    /// The tree of a mapping.
    #[new]
    fn new(mapping: &Bound<'_, PyMapping>) -> PyResult<Self> {
        given::tree(mapping).map(Self)
    }

    /// The template as a `dict`, each time another one.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        made::dict(py, &self.0.0)
    }

    /// The template as YAML, as the command writes it.
    fn to_yaml(&self, py: Python<'_>) -> String {
        py.detach(|| write(&self.0, Format::Yaml))
    }

    /// The template as JSON, as the command writes it.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| write(&self.0, Format::Json))
    }
}

/// The JSON Schema of templates.
#[pyfunction]
fn schema(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    match canaryform::schema::schema() {
        Value::Object(schema) => made::dict(py, &schema),
        _ => Ok(PyDict::new(py)),
    }
}

/// Runs the command with these arguments, the first of which is its name, and gives its exit code.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| canaryform::cli::run(arguments).code())
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<Tree>()?;
    module.add_function(wrap_pyfunction!(transform, module)?)?;
    module.add_function(wrap_pyfunction!(schema, module)?)?;
    module.add_function(wrap_pyfunction!(run, module)?)
}
