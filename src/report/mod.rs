//! A template and what becomes of it on one page of HTML, for a reviewer: what changes, how traffic moves, what stops it,
//! what waits for what, and the source beside the result.
//!
//! The page loads nothing, runs nothing, and has all its text escaped: it says so itself, by a content security policy
//! that lets no script run, whatever a template holds.

mod chart;
mod graph;
mod texts;

use crate::dependencies::{Dependencies, Dependency};
use crate::diagnostics::Severity;
use crate::diff::{Differences, render};
use crate::explain::{Explanation, Function, Generated, Place, Version, text_of};
use crate::template::{Path, Template, locate, write};
use crate::tree::{Map, Value};
use crate::{Diagnostic, Format, Output};
use indexmap::IndexMap;
use minijinja::{Environment, HtmlEscape, context};
use serde::Serialize;

/// All that a page tells of.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What the template is called.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// What it was made of.
    pub given: &'a Template,
    /// What became of it, without the values of secrets.
    pub output: &'a Output,
    /// What was found in it, each in its place.
    pub findings: &'a [Diagnostic],
    /// What it does, with its lines.
    pub explanation: &'a Explanation,
    /// What it changes, where it is compared with another: that one's name, and the differences.
    pub changes: Option<(&'a str, &'a Differences)>,
}

/// Up to how many generated resources stand in their line of the source; more are folded away.
const SHOWN_IN_LINE: usize = 3;

/// Stands for a secret.
const SECRET: &str = "•••";

/// The page.
///
/// # Errors
/// Only if the page's own template has a fault.
pub fn html(subject: &Subject<'_>) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_filter("ticked", ticked);
    environment.add_template("page.css", include_str!("page.css"))?;
    environment.add_template("page.html", include_str!("page.html"))?;
    let resources = Anchors::of(&subject.output.template);
    let dependencies: Vec<Dependency> = Dependencies::of(&subject.output.template).all().collect();
    let functions: Vec<FunctionView<'_>> = subject
        .explanation
        .functions
        .iter()
        .enumerate()
        .map(|(index, function)| {
            FunctionView::of(subject, &dependencies, &resources, index, function)
        })
        .collect();
    let grave = subject.changes.map_or(0, |(_, differences)| {
        differences
            .meanings()
            .filter(|meant| meant.code.is_grave)
            .count()
    });
    environment.get_template("page.html")?.render(context! {
        name => subject.name,
        functions,
        findings => findings(subject.findings),
        errors => count(subject.findings, Severity::Error),
        warnings => count(subject.findings, Severity::Warning),
        changes => subject.changes.map(|(name, differences)| changes(subject, name, differences)),
        grave,
        resources => subject.explanation.resources,
        most_resources => subject.explanation.most_resources,
        generated => subject.output.origins.len(),
        assumed => subject.explanation.assumed,
        load => subject.explanation.load,
        source => source(subject, &resources),
        result => result(subject, &resources),
    })
}

/// A sentence in which what stands between backticks is code.
fn ticked(text: &str) -> minijinja::Value {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let escaped = HtmlEscape(part);
        match index % 2 {
            0 => escaped.to_string(),
            _ => format!("<code>{escaped}</code>"),
        }
    });
    minijinja::Value::from_safe_string(parts.collect())
}

fn count(findings: &[Diagnostic], severity: Severity) -> usize {
    let same = findings.iter().filter(|found| found.severity == severity);
    same.count()
}

/// The anchors of resources: numbers, since an id may be anything.
struct Anchors<'a> {
    ids: IndexMap<&'a str, String>,
}

impl<'a> Anchors<'a> {
    fn of(template: &'a Template) -> Self {
        let resources = template.resources().into_iter().flatten();
        let ids = resources.enumerate();
        Self {
            ids: ids
                .map(|(index, (id, _))| (id.as_str(), format!("r{index}")))
                .collect(),
        }
    }

    fn get(&self, id: &str) -> Option<&str> {
        self.ids.get(id).map(String::as_str)
    }
}

/// A link within the page.
#[derive(Debug, Clone, Serialize)]
struct Link {
    text: String,
    /// The anchor; none where there is nothing to lead to.
    anchor: Option<String>,
}

/// A finding.
#[derive(Serialize)]
struct Finding<'a> {
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    line: Option<usize>,
}

fn findings(found: &[Diagnostic]) -> Vec<Finding<'_>> {
    let mut sorted: Vec<&Diagnostic> = found.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    sorted
        .into_iter()
        .map(|finding| Finding {
            severity: finding.severity.word(),
            code: finding.code.name,
            message: &finding.message,
            help: finding.help.as_deref(),
            line: finding.span.map(|span| span.start.line),
        })
        .collect()
}

/// What the template changes.
#[derive(Serialize)]
struct Changes<'a> {
    against: &'a str,
    counts: String,
    blocks: Vec<ChangedBlock>,
}

#[derive(Serialize)]
struct ChangedBlock {
    sign: char,
    title: String,
    kind: String,
    line: Option<usize>,
    lines: Vec<ChangedLine>,
}

#[derive(Serialize)]
struct ChangedLine {
    depth: usize,
    sign: char,
    text: String,
    code: Option<&'static str>,
    help: Option<String>,
}

fn changes<'a>(subject: &Subject<'_>, against: &'a str, differences: &Differences) -> Changes<'a> {
    let blocks = render::blocks(differences);
    let places: Vec<(&Path, bool)> = blocks.iter().map(|block| (&block.path, true)).collect();
    let spans = locate(subject.text, &places);
    let lines: Vec<Option<usize>> = blocks
        .iter()
        .zip(spans)
        .map(|(block, span)| {
            let is_there = block.path.resource_id().is_some_and(|id| {
                let given = subject.given.resources();
                given.is_some_and(|given| given.contains_key(id))
            });
            span.filter(|_| is_there).map(|span| span.start.line)
        })
        .collect();
    Changes {
        against,
        counts: render::counts(differences),
        blocks: blocks
            .into_iter()
            .zip(lines)
            .map(|(block, line)| ChangedBlock {
                sign: block.sign,
                title: block.title,
                kind: block.kind,
                line,
                lines: block
                    .lines
                    .into_iter()
                    .map(|line| ChangedLine {
                        depth: line.depth,
                        sign: line.sign,
                        text: line.text,
                        code: line.code,
                        help: line.help,
                    })
                    .collect(),
            })
            .collect(),
    }
}

/// A function as it is shown.
#[derive(Serialize)]
struct FunctionView<'a> {
    anchor: String,
    function: &'a Function,
    own_resources: usize,
    how: String,
    /// The gravest that is to be said of its alarms.
    verdict: Option<chart::VerdictView>,
    graph: Option<graph::Drawing>,
    ways: Vec<chart::WayView>,
    hooks: Vec<texts::HookView>,
    hashed_by: &'static str,
    hashed: Vec<texts::Row>,
    not_hashed: Vec<texts::Row>,
    unseen: Vec<texts::Row>,
    calls: Vec<texts::CallView>,
    rollback: Option<&'static str>,
    generated: Vec<GeneratedView>,
}

#[derive(Serialize)]
struct GeneratedView {
    link: Link,
    kind: String,
    is_shared: bool,
    because: Vec<Link>,
}

impl<'a> FunctionView<'a> {
    fn of(
        subject: &Subject<'_>,
        dependencies: &[Dependency],
        anchors: &Anchors<'_>,
        index: usize,
        function: &'a Function,
    ) -> Self {
        let published = function.published.as_ref();
        let shift = function.shift();
        let ways: Vec<chart::WayView> = shift
            .iter()
            .flat_map(|shift| &shift.ways)
            .map(chart::WayView::of)
            .collect();
        let rows = |of: fn(&Version) -> Vec<texts::Row>| {
            published.map_or_else(Vec::new, |published| of(&published.version))
        };
        Self {
            anchor: format!("f{index}"),
            function,
            own_resources: function.own_resources(),
            how: texts::how(function),
            verdict: chart::gravest(&ways),
            graph: graph::draw(subject.output, dependencies, function, anchors),
            ways,
            hooks: shift.map(texts::hooks).unwrap_or_default(),
            hashed_by: published.map_or("", |published| texts::hashed_by(&published.version)),
            hashed: rows(|version| version.hashed.iter().map(texts::Row::hashed).collect()),
            not_hashed: rows(|version| version.not_hashed.iter().map(texts::Row::of).collect()),
            unseen: rows(|version| version.unseen.iter().map(texts::Row::unseen).collect()),
            calls: function
                .calls
                .iter()
                .map(|call| texts::CallView::of(function, call))
                .collect(),
            rollback: published.map(|published| texts::rollback(&published.version)),
            generated: function
                .generated
                .iter()
                .map(|made| generated_view(made, anchors))
                .collect(),
        }
    }
}

fn generated_view(made: &Generated, anchors: &Anchors<'_>) -> GeneratedView {
    GeneratedView {
        link: Link {
            text: made.id.clone(),
            anchor: anchors.get(&made.id).map(str::to_owned),
        },
        kind: made.kind.clone(),
        is_shared: made.is_shared,
        because: made.because.iter().map(place_link).collect(),
    }
}

/// A place as a link to its line.
fn place_link(place: &Place) -> Link {
    let text = place.path.to_string();
    let text = text.strip_prefix("Resources/").unwrap_or(&text);
    Link {
        text: text.replacen("/Properties/", ": ", 1),
        anchor: place.line.map(|line| format!("l{line}")),
    }
}

/// A line of the source, and what is made because of it.
#[derive(Serialize)]
struct SourceLine {
    number: usize,
    text: String,
    made: Vec<Link>,
    folded: bool,
}

fn source(subject: &Subject<'_>, anchors: &Anchors<'_>) -> Vec<SourceLine> {
    let explanation = subject.explanation;
    let of_functions = explanation
        .functions
        .iter()
        .flat_map(|each| &each.generated);
    let of_others = explanation.others.iter().flat_map(|each| &each.generated);
    let mut made: IndexMap<usize, Vec<&str>> = IndexMap::new();
    for generated in of_functions.chain(of_others) {
        for line in generated.because.iter().filter_map(|place| place.line) {
            let there = made.entry(line).or_default();
            if !there.contains(&generated.id.as_str()) {
                there.push(&generated.id);
            }
        }
    }
    without_secrets(subject)
        .lines()
        .enumerate()
        .map(|(index, text)| {
            let made = made.get(&(index + 1)).map_or(&[][..], Vec::as_slice);
            SourceLine {
                number: index + 1,
                text: text.to_owned(),
                folded: made.len() > SHOWN_IN_LINE,
                made: made
                    .iter()
                    .map(|id| Link {
                        text: (*id).to_owned(),
                        anchor: anchors.get(id).map(str::to_owned),
                    })
                    .collect(),
            }
        })
        .collect()
}

/// The parameters whose values are secrets.
fn secret_parameters(given: &Template) -> impl Iterator<Item = &str> {
    let parameters = given.section("Parameters").into_iter().flatten();
    parameters
        .filter(|(_, declared)| {
            declared.get("NoEcho").is_some_and(|flag| match flag {
                Value::Bool(flag) => *flag,
                other => other
                    .as_str()
                    .is_some_and(|word| word.eq_ignore_ascii_case("true")),
            })
        })
        .map(|(name, _)| name.as_str())
}

/// The source without the defaults of secrets.
fn without_secrets(subject: &Subject<'_>) -> String {
    let mut text = subject.text.to_owned();
    let defaults: Vec<Path> = secret_parameters(subject.given)
        .filter(|name| {
            let declared = subject.given.section("Parameters");
            declared.is_some_and(|all| all.get(name).is_some_and(|it| it.get("Default").is_some()))
        })
        .map(|name| {
            Path::default()
                .then("Parameters")
                .then(name)
                .then("Default")
        })
        .collect();
    let wanted: Vec<(&Path, bool)> = defaults.iter().map(|path| (path, false)).collect();
    let mut spans: Vec<_> = locate(&text, &wanted).into_iter().flatten().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.from));
    for span in spans {
        let Some(secret) = text.get(span.from..span.to) else {
            continue;
        };
        // Lines keep their numbers.
        let breaks = secret.matches('\n').count();
        let hidden = format!("{SECRET}{}", "\n".repeat(breaks));
        text.replace_range(span.from..span.to, &hidden);
    }
    text
}

/// A resource, or another section, of the result.
#[derive(Serialize)]
struct ResultBlock {
    anchor: Option<String>,
    title: String,
    kind: Option<String>,
    /// Whether the template that was given has it not, or not as it is now.
    is_made: bool,
    because: Vec<Link>,
    text: String,
}

fn result(subject: &Subject<'_>, anchors: &Anchors<'_>) -> Vec<ResultBlock> {
    let mut made = subject.output.template.clone();
    let secrets: Vec<String> = secret_parameters(subject.given)
        .map(str::to_owned)
        .collect();
    if let Some(parameters) = made.section_mut("Parameters") {
        for name in secrets {
            let declared = parameters.get_mut(&name).and_then(Value::as_object_mut);
            if let Some(default) = declared.and_then(|declared| declared.get_mut("Default")) {
                *default = SECRET.into();
            }
        }
    }
    let explanation = subject.explanation;
    let of_functions = explanation
        .functions
        .iter()
        .flat_map(|each| &each.generated);
    let of_others = explanation.others.iter().flat_map(|each| &each.generated);
    let generated: IndexMap<&str, &Generated> = of_functions
        .chain(of_others)
        .map(|made| (made.id.as_str(), made))
        .collect();
    let given: Vec<&str> = anchors
        .ids
        .keys()
        .filter(|id| !generated.contains_key(**id))
        .copied()
        .collect();
    let own_paths: Vec<Path> = given
        .iter()
        .map(|id| {
            let functions = explanation.functions.iter();
            let mut functions = functions.filter(|function| function.id == **id);
            functions.next().map_or_else(
                || Path::resource(id),
                |function| function.place.path.clone(),
            )
        })
        .collect();
    let wanted: Vec<(&Path, bool)> = own_paths.iter().map(|path| (path, true)).collect();
    let lines: IndexMap<&str, Option<usize>> = given
        .iter()
        .zip(locate(subject.text, &wanted))
        .map(|(id, span)| (*id, span.map(|span| span.start.line)))
        .collect();
    let mut blocks = Vec::new();
    for (section, value) in &made.0 {
        let Some(entries) = value.as_object().filter(|_| section == "Resources") else {
            blocks.push(ResultBlock {
                anchor: None,
                title: section.to_string(),
                kind: None,
                is_made: false,
                because: Vec::new(),
                text: yaml(section, value),
            });
            continue;
        };
        for (id, resource) in entries {
            let found = generated.get(id.as_str());
            let because = match found {
                Some(made) => made.because.iter().map(place_link).collect(),
                None => {
                    let line = lines.get(id.as_str()).copied().flatten();
                    let anchor = line.map(|line| format!("l{line}"));
                    let text = id.to_string();
                    anchor.map_or_else(Vec::new, |anchor| {
                        vec![Link {
                            text,
                            anchor: Some(anchor),
                        }]
                    })
                }
            };
            blocks.push(ResultBlock {
                anchor: anchors.get(id).map(str::to_owned),
                title: id.to_string(),
                kind: resource.get("Type").map(text_of),
                is_made: found.is_some(),
                because,
                text: yaml(id, resource),
            });
        }
    }
    blocks
}

/// An entry of a map as text.
fn yaml(key: &str, value: &Value) -> String {
    let map = Map::from([(key.to_owned(), value.clone())]);
    let text = write(&Template(map), Format::Yaml);
    text.trim_end().to_owned()
}
