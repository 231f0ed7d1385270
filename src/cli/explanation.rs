//! What the verbs share that explain a template: `explain`, `simulate` and `report`.

use std::io;
use std::path::Path;

use anstream::ColorChoice;
use clap::{Args, ValueEnum};

use crate::check::check;
use crate::diagnostics::find_code;
use crate::explain::text::Look;
use crate::explain::{Explanation, Scenario};
use crate::macro_call::transform_before_rules;
use crate::simulate::{Assumptions, Load};
use crate::template::read_with;
use crate::{Diagnostic, LocalCode, Output, Template};

use super::Failure;
use super::files::Input;
use super::findings::{self, Colors, Report};
use super::template_argument::TemplateArgument;
use super::template_options::TemplateOptions;

#[derive(Args)]
pub(crate) struct ExplanationArguments {
    #[command(flatten)]
    template: TemplateArgument,

    /// Only the function with this logical id
    #[arg(long, value_name = "NAME")]
    function: Option<String>,

    /// How often each function is called in a minute, old and new version together
    #[arg(long, value_name = "CALLS", requires = "error_rate", value_parser = calls)]
    rate: Option<f64>,

    /// How many of the new version's calls fail, in percent
    #[arg(long, value_name = "PERCENT", requires = "rate", value_parser = percent)]
    error_rate: Option<f64>,

    /// How long after a call CloudWatch shows its metric, in seconds: no source tells it
    #[arg(long, value_name = "SECONDS", default_value_t = Assumptions::default().metric_delay)]
    metric_delay: u32,

    /// How often CloudWatch evaluates an alarm at least, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Assumptions::default().evaluation_interval)]
    evaluation_interval: u32,

    /// How often CodeDeploy looks at the alarms, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Assumptions::default().poll_interval)]
    poll_interval: u32,

    #[command(flatten)]
    pub(super) colors: Colors,

    #[command(flatten)]
    pub(super) options: TemplateOptions,
}

// A doc comment here would stand in place of what the verb does.
#[derive(Args)]
pub(super) struct Form {
    /// How to write it
    #[arg(
        long,
        value_enum,
        value_name = "text|json",
        default_value = "text",
        hide_possible_values = true
    )]
    pub(super) format: Syntax,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Syntax {
    Text,
    Json,
}

impl Form {
    /// How errors are told, where nothing can be explained: to a program as it wants the rest.
    fn report(&self) -> Report {
        match self.format {
            Syntax::Text => Report::Text,
            Syntax::Json => Report::Json,
        }
    }
}

/// A template that was explained.
pub(super) struct Explained {
    pub(super) given: Template,
    pub(super) output: Output,
    /// What was found, each in its place.
    pub(super) findings: Vec<Diagnostic>,
    pub(super) explanation: Explanation,
}

impl ExplanationArguments {
    /// Reads and explains the template, whose name comes first; none where it has errors, which are told. What else was
    /// found is not told.
    pub(super) fn explain(&self, form: &Form) -> Result<Option<(String, Explanation)>, Failure> {
        let input = self.input()?;
        let root = self.options.root(&input)?;
        let code = self.options.code(&root, &input, None);
        let name = input.name();
        let explained = self.explain_input(input, &*code, form.report())?;
        Ok(explained.map(|(_, explained)| (name, explained.explanation)))
    }

    /// The template.
    pub(super) fn input(&self) -> Result<Input, Failure> {
        if let Some(name) = self.template.path().and_then(Path::to_str)
            && find_code(name).is_some()
            && !Path::new(name).exists()
        {
            return Err(Failure::Usage(format!(
                "there is no file `{name}`; what is found under this code is explained by `canaryform check --explain {name}`"
            )));
        }
        self.template.read()
    }

    /// Explains a template, with code that `code` knows; none where it has errors, which are told.
    pub(super) fn explain_input(
        &self,
        input: Input,
        code: &dyn LocalCode,
        report: Report,
    ) -> Result<Option<(Input, Explained)>, Failure> {
        let options = self.options.beside(input.path()).options()?;
        let options = options.with_parts().without_secrets().with_code(code);
        let read = match read_with(&input.text, &options.levels) {
            Ok(read) => read,
            Err(faults) => {
                let mut faults = faults.0;
                options.levels.apply(&mut faults);
                findings::tell(report, self.colors, vec![(input, faults)])?;
                return Ok(None);
            }
        };
        let given = read.template.clone();
        let mut output = transform_before_rules(read.template, &options);
        let mut found = read.warnings;
        found.append(&mut output.diagnostics);
        options.levels.apply(&mut found);
        if found.iter().any(Diagnostic::is_error) {
            findings::tell(report, self.colors, vec![(input, found)])?;
            return Ok(None);
        }
        found.extend(check(&given, &output, &options));
        crate::template::place(&mut found, &input.text);
        let mut explanation = Explanation::of(&given, &output, &self.scenario(code.is_ignored()));
        explanation.locate(&String::from_utf8_lossy(&input.text));
        if let Some(function) = &self.function {
            explanation.keep_only(function).map_err(Failure::Usage)?;
        }
        let explained = Explained {
            given,
            output,
            findings: found,
            explanation,
        };
        Ok(Some((input, explained)))
    }

    fn scenario(&self, code_is_ignored: bool) -> Scenario {
        let load = self.rate.zip(self.error_rate);
        Scenario {
            assumed: Assumptions {
                metric_delay: self.metric_delay,
                evaluation_interval: self.evaluation_interval,
                poll_interval: self.poll_interval,
            },
            load: load.map(|(calls_a_minute, percent)| Load {
                calls_a_minute,
                error_rate: percent / 100.0,
            }),
            code_is_ignored,
        }
    }

    /// How text is drawn on standard output.
    pub(super) fn look(&self) -> Look {
        let color = self.colors.on(&io::stdout()) != ColorChoice::Never;
        Look {
            color,
            unicode: io::IsTerminal::is_terminal(&io::stdout()) && speaks_utf8(),
        }
    }
}

/// Whether the terminal is set to a character set that has more than ASCII.
fn speaks_utf8() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let mut values = names.iter().filter_map(std::env::var_os);
    let decides = values.find(|value| !value.is_empty());
    decides.is_some_and(|value| {
        let name = value.to_string_lossy().to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    })
}

fn calls(text: &str) -> Result<f64, String> {
    number(text).ok_or_else(|| "must be a number of calls a minute, 0 or more".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    number(text.trim_end_matches('%'))
        .filter(|percent| *percent <= 100.0)
        .ok_or_else(|| "must be a percentage from 0 to 100".to_owned())
}

fn number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}
