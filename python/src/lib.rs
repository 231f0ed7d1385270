//! `canaryform._native`: text in, text out. What stands beside it in Python makes objects of the texts.

use canaryform::code::{Folder, Ignored, LocalCode, Refused, Unseen};
use canaryform::deployment::Deployment;
use canaryform::diagnostics::{Levels, render};
use canaryform::macro_call::transform_as_told;
use canaryform::template::{place, read_with};
use canaryform::tree::{Map, Value};
use canaryform::{Diagnostic, Format, Options, write};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// What the template is called where a place in it is told.
const NAME: &str = "template";

/// The transformed template as JSON, none where it has errors; findings and deployments, as JSON.
type Answer = (Option<String>, String, String);

/// Transforms a template, YAML or JSON. `parameters` is a JSON map; `code` is `read`, `ignore`, `refuse` or `sam`, and local
/// paths start at `root`.
#[pyfunction]
#[expect(
    clippy::too_many_arguments,
    reason = "one for each of the options that there are"
)]
fn transform(
    py: Python<'_>,
    template: Vec<u8>,
    parameters: &str,
    region: String,
    code: &str,
    root: &str,
    allow: Vec<String>,
    deny: Vec<String>,
) -> PyResult<Answer> {
    let fault = |words: String| PyValueError::new_err(words);
    let mut levels = Levels::default();
    for name in &allow {
        levels
            .allow(name)
            .map_err(|words| fault(format!("allow: {words}")))?;
    }
    for name in &deny {
        levels
            .deny(name)
            .map_err(|words| fault(format!("deny: {words}")))?;
    }
    // The reader's own message could repeat a value.
    let parameters: Value = serde_json::from_str(parameters).map_err(|_| {
        fault("parameters must be a map of names to texts, numbers or lists of them".to_owned())
    })?;
    let parameters: Map = match parameters {
        Value::Object(values) => values,
        _ => return Err(fault("parameters must be a map".to_owned())),
    };
    let known: Box<dyn LocalCode + Send> = match code {
        "read" => Box::new(Folder::new(root)),
        "ignore" => Box::new(Ignored),
        "refuse" => Box::new(Refused),
        "sam" => Box::new(Unseen),
        _ => {
            return Err(fault(format!(
                "code must be read, ignore, refuse or sam, not {code:?}"
            )));
        }
    };
    Ok(py.detach(move || answer(&template, parameters, region, &levels, &*known)))
}

fn answer(
    text: &[u8],
    parameters: Map,
    region: String,
    levels: &Levels,
    code: &dyn LocalCode,
) -> Answer {
    let told = |mut findings: Vec<Diagnostic>| {
        levels.apply(&mut findings);
        place(&mut findings, text);
        render::json_array(&render::json_objects(
            &findings,
            render::Source { name: NAME, text },
        ))
    };
    let read = match read_with(text, levels) {
        Ok(read) => read,
        Err(faults) => return (None, told(faults.0), "[]".to_owned()),
    };
    let options = Options::new(region)
        .with_parameters(parameters)
        .with_levels(levels.clone())
        .with_code(code);
    let output = transform_as_told(read.template, &options);
    let mut findings = read.warnings;
    findings.extend(output.diagnostics);
    levels.apply(&mut findings);
    let has_errors = findings.iter().any(Diagnostic::is_error);
    let template = (!has_errors).then(|| write(&output.template, Format::Json));
    let deployments: Vec<serde_json::Value> = output.deployments.iter().map(deployment).collect();
    let deployments = serde_json::Value::from(deployments).to_string();
    (template, told(findings), deployments)
}

fn deployment(of: &Deployment) -> serde_json::Value {
    serde_json::json!({
        "function": of.function,
        "alias": of.alias.name,
        "alias_id": of.alias.id,
        "version_id": of.version.id,
        "group_id": of.shift.as_ref().map(|shift| &shift.group),
        "condition": of.condition,
    })
}

/// The JSON Schema of templates.
#[pyfunction]
fn schema() -> String {
    serde_json::to_string(&canaryform::schema::schema()).unwrap_or_default()
}

/// Runs the command with these arguments, the first of which is its name, and gives its exit code.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| canaryform::cli::run(arguments).code())
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(transform, module)?)?;
    module.add_function(wrap_pyfunction!(schema, module)?)?;
    module.add_function(wrap_pyfunction!(run, module)?)
}
