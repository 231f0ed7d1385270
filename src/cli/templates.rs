//! Templates that are transformed: one, or one and those of its applications (`--recursive`), each a file beside the
//! output.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostics::codes;
use crate::macro_call::transform_as_told;
use crate::nested::{Child, children};
use crate::origin::Origins;
use crate::template::read_with;
use crate::tree::Value;
use crate::{Diagnostic, Format, Options, Template};

use super::Failure;
use super::files::{Input, folder_of, printable};
use super::template_options::TemplateOptions;

/// What comes of one template.
pub(super) struct Worked {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) made: Option<Transformed>,
    /// Its applications whose templates are files.
    pub(super) children: Vec<Child>,
}

/// A template that was transformed, and what is known for writing it.
pub(super) struct Transformed {
    pub(super) template: Template,
    pub(super) origins: Origins,
    /// How the template that was given is written.
    pub(super) given: Format,
}

/// Transforms what `input` holds, whose local paths start at `root`.
pub(super) fn work(
    given: &TemplateOptions,
    options: &Options<'static>,
    input: &Input,
    root: &Path,
    output: Option<&Path>,
) -> Worked {
    let code = given.code(root, input, output);
    let options = options.clone().with_code(&*code);
    match read_with(&input.text, &options.levels) {
        Err(faults) => {
            let mut diagnostics = faults.0;
            options.levels.apply(&mut diagnostics);
            Worked {
                diagnostics,
                made: None,
                children: Vec::new(),
            }
        }
        Ok(read) => {
            let children = children(&read.template, &options);
            let mut output = transform_as_told(read.template, &options);
            let mut diagnostics = read.warnings;
            output.hide_ignored(&mut diagnostics, &options.levels);
            diagnostics.append(&mut output.diagnostics);
            options.levels.apply(&mut diagnostics);
            Worked {
                diagnostics,
                made: Some(Transformed {
                    template: output.template,
                    origins: output.origins,
                    given: read.format,
                }),
                children,
            }
        }
    }
}

/// How many templates are transformed at most: applications that are given different values each make one more.
const MAX_TEMPLATES: usize = 500;

/// All that comes of a template and its children.
#[derive(Default)]
pub(super) struct All {
    /// The templates that were made, children before their parents.
    pub(super) made: Vec<Made>,
    /// What was found in each template that was read, in the same order.
    pub(super) found: Vec<(Input, Vec<Diagnostic>)>,
    /// The templates around the one that is looked at.
    open: Vec<PathBuf>,
    /// The name of the file for a template and the values that it is given.
    names: HashMap<(PathBuf, String), String>,
}

/// A template that was made, and where it goes.
pub(super) struct Made {
    pub(super) transformed: Transformed,
    pub(super) root: PathBuf,
    pub(super) output: PathBuf,
    /// The files of its applications, by their ids.
    children: Vec<(String, String)>,
}

impl Made {
    /// Makes the template name the files of its children.
    pub(super) fn name_children(&mut self) {
        for (id, name) in &self.children {
            let resources = self.transformed.template.section_mut("Resources");
            let url = resources
                .and_then(|resources| resources.get_mut(id))
                .and_then(|resource| resource.get_mut("Properties")?.get_mut("TemplateURL"));
            if let Some(url) = url {
                *url = Value::from(name);
            }
        }
    }
}

impl All {
    /// Transforms the template of `input`, whose local paths start at `root`, and its children; it goes to `output`.
    pub(super) fn add(
        &mut self,
        given: &TemplateOptions,
        options: &Options<'static>,
        input: Input,
        root: PathBuf,
        output: &Path,
    ) -> Result<(), Failure> {
        let Worked {
            mut diagnostics,
            made,
            children,
        } = work(given, options, &input, &root, Some(output));
        let own = input.path().and_then(|path| fs::canonicalize(path).ok());
        self.open.push(own.unwrap_or_default());
        let mut named = Vec::new();
        for child in children {
            match self.child(given, options, &child, &root, output)? {
                Ok(name) => named.push((child.id, name)),
                Err(finding) => diagnostics.push(*finding),
            }
        }
        self.open.pop();
        if let Some(transformed) = made {
            self.made.push(Made {
                transformed,
                root,
                output: output.to_owned(),
                children: named,
            });
        }
        self.found.push((input, diagnostics));
        Ok(())
    }

    /// The name of the file that a child goes to, which is transformed unless it was already.
    fn child(
        &mut self,
        given: &TemplateOptions,
        options: &Options<'static>,
        child: &Child,
        root: &Path,
        output: &Path,
    ) -> Result<Result<String, Box<Diagnostic>>, Failure> {
        let file = root.join(&child.location);
        let fault = |code, words: String, help: &str| {
            Ok(Err(Box::new(
                Diagnostic::new(code, child.path(), words).help(help),
            )))
        };
        let location = &child.location;
        let Ok(real) =
            fs::canonicalize(&file).and_then(|real| fs::metadata(&real).map(|found| (real, found)))
        else {
            return fault(
                codes::NESTED_UNAVAILABLE,
                format!(
                    "`{location}` is not there (looked at `{}`)",
                    printable(&file)
                ),
                "local paths start at the folder of the template that names them",
            );
        };
        let (real, metadata) = real;
        if !metadata.is_file() {
            return fault(
                codes::NESTED_UNAVAILABLE,
                format!("`{location}` is not a file"),
                "name the template in the folder",
            );
        }
        if self.open.contains(&real) {
            return fault(
                codes::NESTED_CIRCLE,
                format!("`{location}` is a template that this one is nested in"),
                "take one of the applications out: nested so, they would have no end",
            );
        }
        let values = serde_json::to_string(&child.parameters).unwrap_or_default();
        let key = (real, values);
        if let Some(known) = self.names.get(&key) {
            return Ok(Ok(known.clone()));
        }
        if self.names.len() >= MAX_TEMPLATES {
            return fault(
                codes::NESTED_UNAVAILABLE,
                format!(
                    "`{location}` is left: there are more than {MAX_TEMPLATES} nested templates"
                ),
                "transform the children one by one",
            );
        }
        let text = |part: Option<&std::ffi::OsStr>| {
            part.and_then(|part| part.to_str())
                .unwrap_or("template")
                .to_owned()
        };
        let extension = output
            .extension()
            .map_or_else(|| "yaml".to_owned(), |name| text(Some(name)));
        let name = format!("{}-{}.{extension}", text(output.file_stem()), child.id);
        self.names.insert(key, name.clone());
        let options = options.clone().with_parameters(child.parameters.clone());
        let input = Input::read(Some(&file), &[])?;
        let folder = folder_of(&file);
        self.add(
            given,
            &options,
            input,
            folder,
            &output.with_file_name(&name),
        )?;
        Ok(Ok(name))
    }
}
