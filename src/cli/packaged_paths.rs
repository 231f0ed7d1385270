//! Local paths in a template that is written into another folder than the one it came from.
//!
//! `aws cloudformation package` uploads what local paths lead to, and it starts them at the folder of the file that it
//! packages. So a path that is written somewhere else must lead from there to where it led before.

use std::cell::Cell;
use std::path::{Component, Path, PathBuf};

use crate::Template;
use crate::tree::{Map, Text, Value};

/// Where a resource may have a local path: its type, and the way to the value inside its properties. From the
/// resources that `aws cloudformation package` (AWS CLI 1.45) exports.
const PACKAGED: &[(&str, &[&str])] = &[
    ("AWS::ApiGateway::RestApi", &["BodyS3Location"]),
    (
        "AWS::AppSync::FunctionConfiguration",
        &["RequestMappingTemplateS3Location"],
    ),
    (
        "AWS::AppSync::FunctionConfiguration",
        &["ResponseMappingTemplateS3Location"],
    ),
    ("AWS::AppSync::FunctionConfiguration", &["CodeS3Location"]),
    ("AWS::AppSync::GraphQLSchema", &["DefinitionS3Location"]),
    (
        "AWS::AppSync::Resolver",
        &["RequestMappingTemplateS3Location"],
    ),
    (
        "AWS::AppSync::Resolver",
        &["ResponseMappingTemplateS3Location"],
    ),
    ("AWS::AppSync::Resolver", &["CodeS3Location"]),
    ("AWS::CloudFormation::Stack", &["TemplateURL"]),
    ("AWS::CodeCommit::Repository", &["Code", "S3"]),
    (
        "AWS::ElasticBeanstalk::ApplicationVersion",
        &["SourceBundle"],
    ),
    ("AWS::Glue::Job", &["Command", "ScriptLocation"]),
    ("AWS::Lambda::Function", &["Code"]),
    ("AWS::Lambda::LayerVersion", &["Content"]),
    (
        "AWS::StepFunctions::StateMachine",
        &["DefinitionS3Location"],
    ),
];

/// The same under the template's `Metadata`: the name of the entry, and the key in it.
const PACKAGED_METADATA: &[(&str, &str)] = &[
    ("AWS::ServerlessRepo::Application", "LicenseUrl"),
    ("AWS::ServerlessRepo::Application", "ReadmeUrl"),
];

/// The way between two folders, which no template can hold: it is not UTF-8.
#[derive(Debug)]
pub(crate) struct NotText(pub(crate) PathBuf);

/// Makes every local path of `template`, which starts at the folder `from`, start at the folder `to`. Both are real,
/// absolute paths without links.
pub(crate) fn relocate(template: &mut Template, from: &Path, to: &Path) -> Result<(), NotText> {
    if from == to {
        return Ok(());
    }
    let way = Way::between(to, from);
    if let Some(resources) = template.section_mut("Resources") {
        for resource in resources.values_mut().filter_map(Value::as_object_mut) {
            let Some(Value::String(kind)) = resource.get("Type").cloned() else {
                continue;
            };
            for (_, steps) in PACKAGED.iter().filter(|(packaged, _)| *packaged == kind) {
                if let Some(Value::String(path)) = find(resource.get_mut("Properties"), steps) {
                    way.lead(path);
                }
            }
        }
    }
    if let Some(metadata) = template.section_mut("Metadata") {
        for (name, key) in PACKAGED_METADATA {
            if let Some(Value::String(path)) = find(metadata.get_mut(*name), &[key]) {
                way.lead(path);
            }
        }
    }
    for value in template.0.values_mut() {
        lead_includes(value, &way);
    }
    if way.is_unwritable.get() {
        return Err(NotText(way.steps));
    }
    Ok(())
}

fn find<'a>(value: Option<&'a mut Value>, steps: &[&str]) -> Option<&'a mut Value> {
    steps
        .iter()
        .try_fold(value?, |value, step| value.as_object_mut()?.get_mut(*step))
}

/// The `Location` of every `AWS::Include`, wherever it stands.
fn lead_includes(value: &mut Value, way: &Way) {
    match value {
        Value::Array(items) => {
            for item in items {
                lead_includes(item, way);
            }
        }
        Value::Object(map) => {
            if let Some(Value::Object(include)) = map.get_mut("Fn::Transform")
                && is_include(include)
                && let Some(Value::String(path)) =
                    find(include.get_mut("Parameters"), &["Location"])
            {
                way.lead(path);
            }
            for item in map.values_mut() {
                lead_includes(item, way);
            }
        }
        _ => {}
    }
}

fn is_include(transform: &Map) -> bool {
    transform
        .get("Name")
        .is_some_and(|name| name == "AWS::Include")
}

/// The way from one folder to another.
struct Way {
    /// `..` as often as needed, then the names of folders; the whole path where nothing is common.
    steps: PathBuf,
    /// Whether a path had to go this way, and no text can say it.
    is_unwritable: Cell<bool>,
}

impl Way {
    fn between(here: &Path, there: &Path) -> Self {
        let common = here
            .components()
            .zip(there.components())
            .take_while(|(a, b)| a == b)
            .count();
        if common == 0 {
            return Self {
                steps: there.to_owned(),
                is_unwritable: Cell::new(false),
            };
        }
        let up = here.components().skip(common).map(|_| Component::ParentDir);
        let down = there.components().skip(common);
        Self {
            steps: up.chain(down).collect(),
            is_unwritable: Cell::new(false),
        }
    }

    /// Puts this way before `path`, where that is a local path that is not absolute.
    fn lead(&self, path: &mut Text) {
        if path.is_empty() || path.contains("://") || Path::new(path.as_str()).is_absolute() {
            return;
        }
        let mut steps = self.steps.clone();
        let mut own_folders = steps
            .components()
            .filter(|step| matches!(step, Component::Normal(_)))
            .count();
        for step in Path::new(path.as_str()).components() {
            match step {
                Component::CurDir => {}
                // Only folders of the way itself may be stepped out of by name: a later one may be a link.
                Component::ParentDir if own_folders > 0 => {
                    steps.pop();
                    own_folders -= 1;
                }
                step => {
                    steps.push(step);
                    own_folders = 0;
                }
            }
        }
        let Some(whole) = steps.to_str() else {
            self.is_unwritable.set(true);
            return;
        };
        let names: Vec<_> = steps
            .components()
            .filter_map(|step| step.as_os_str().to_str())
            .collect();
        *path = if names.is_empty() {
            ".".into()
        } else if steps.is_absolute() {
            whole.into()
        } else {
            names.join("/").into()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[track_caller]
    fn check(from: &str, to: &str, path: &str, expected: &str) {
        let mut path = Text::from(path);
        Way::between(Path::new(to), Path::new(from)).lead(&mut path);
        assert_eq!(path, expected);
    }

    #[test]
    fn a_path_leads_where_it_led_before() {
        check("/p", "/p/build", "src/", "../src");
        check("/p", "/p/build", "./src", "../src");
        check("/p", "/p/build", ".", "..");
        check("/p/app", "/p", "src", "app/src");
        check("/p/app", "/p", "../src", "src");
        check("/p/app", "/p", "..", ".");
        check("/p/app", "/p", "link/../src", "app/link/../src");
        check("/p/app", "/q/build", "src", "../../p/app/src");
        check("/p", "/p/build", "/abs/src", "/abs/src");
        check("/p", "/p/build", "s3://bucket/key", "s3://bucket/key");
        check(
            "/p",
            "/p/build",
            "https://bucket.s3.amazonaws.com/key",
            "https://bucket.s3.amazonaws.com/key",
        );
    }

    #[test]
    fn only_what_packaging_reads_is_a_path() {
        let Value::Object(template) = json!({
            "Metadata": {"AWS::ServerlessRepo::Application": {"ReadmeUrl": "README.md", "Name": "x"}},
            "Resources": {
                "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "src/", "Handler": "src/app.h"}},
                "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "src/"}}},
                "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "nested.yaml"}},
                "Job": {"Type": "AWS::Glue::Job", "Properties": {"Command": {"ScriptLocation": "job.py"}}},
                "Odd": {"Type": "AWS::Lambda::Function", "Properties": null},
            },
            "Outputs": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "outputs.yaml"}}},
        }) else {
            unreachable!()
        };
        let mut template = Template(template);
        relocate(&mut template, Path::new("/p"), Path::new("/p/build")).unwrap();
        assert_eq!(
            Value::Object(template.0),
            json!({
                "Metadata": {"AWS::ServerlessRepo::Application": {"ReadmeUrl": "../README.md", "Name": "x"}},
                "Resources": {
                    "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "../src", "Handler": "src/app.h"}},
                    "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "src/"}}},
                    "Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "../nested.yaml"}},
                    "Job": {"Type": "AWS::Glue::Job", "Properties": {"Command": {"ScriptLocation": "../job.py"}}},
                    "Odd": {"Type": "AWS::Lambda::Function", "Properties": null},
                },
                "Outputs": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "../outputs.yaml"}}},
            })
        );
    }
}
