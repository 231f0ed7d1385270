//! A template and what becomes of it on one page of HTML, for a reviewer: what changes, how traffic moves, what stops it,
//! what waits for what, and the source beside the result.
//!
//! The page loads nothing, runs nothing, and has all its text escaped: it says so itself, by a content security policy
//! that lets no script run, whatever a template holds.

mod chart;
mod graph;
mod texts;

use crate::diagnostics::Severity;
use crate::diff::{Differences, render};
use crate::explain::{Explanation, Function, Generated, Published};
use crate::template::{Path, Template, locate, write};
use crate::tree::{Map, Value};
use crate::{Diagnostic, Format, Output};
use indexmap::{IndexMap, IndexSet};
use minijinja::{AutoEscape, Environment, context, escape_formatter};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

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
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            Ok(out.write_str(&escaped(text))?)
        }
        _ => escape_formatter(out, state, value),
    });
    environment.add_filter("ticked", ticked);
    environment.add_template("page.css", include_str!("page.css"))?;
    environment.add_template("page.html", include_str!("page.html"))?;
    let resources = Anchors::of(&subject.output.template);
    let neighbours = graph::Neighbours::of(&subject.output.template);
    let mut shapes = IndexSet::new();
    let mut pictures = IndexSet::new();
    let functions: Vec<FunctionView<'_>> = subject
        .explanation
        .functions
        .iter()
        .map(|function| {
            let graph = graph::draw(subject.output, &neighbours, function);
            FunctionView {
                graph: graph.map(|drawing| GraphView {
                    shape: Shared::of(drawing.shape, &mut shapes),
                    ids: drawing.ids,
                    description: drawing.description,
                }),
                ..FunctionView::of(function, &resources, &mut pictures)
            }
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
        shapes => shapes.into_iter().collect::<Vec<_>>(),
        pictures => pictures.into_iter().collect::<Vec<_>>(),
        findings => findings(subject.findings),
        found => subject.findings.len(),
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

/// Text as it may stand in an element, or in an attribute between double quotes.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// A sentence in which what stands between backticks is code.
fn ticked(text: &str) -> minijinja::Value {
    let parts = text.split('`').map(escaped).enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        0 => part,
        _ => Cow::Owned(format!("<code>{part}</code>")),
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

    fn link(&self, id: &str) -> Link {
        Link {
            text: id.to_owned(),
            anchor: self.get(id).map(str::to_owned),
        }
    }
}

/// A link within the page.
#[derive(Debug, Clone, Serialize)]
struct Link {
    text: String,
    /// The anchor; none where there is nothing to lead to.
    anchor: Option<String>,
}

/// Findings with one way out.
#[derive(Serialize)]
struct Finding<'a> {
    severity: &'static str,
    code: &'static str,
    messages: Vec<Message<'a>>,
    help: Option<&'a str>,
}

/// What was found, once for all its lines.
#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
    lines: Vec<usize>,
}

fn findings(found: &[Diagnostic]) -> Vec<Finding<'_>> {
    let mut sorted: Vec<&Diagnostic> = found.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    let mut told: IndexMap<_, IndexMap<&str, Vec<usize>>> = IndexMap::new();
    for finding in sorted {
        let same = (
            finding.severity.word(),
            finding.code.name,
            finding.help.as_deref(),
        );
        let messages = told.entry(same).or_default();
        let lines = messages.entry(finding.message.as_str()).or_default();
        lines.extend(finding.span.map(|span| span.start.line));
    }
    let told = told.into_iter();
    told.map(|((severity, code, help), messages)| Finding {
        severity,
        code,
        messages: messages
            .into_iter()
            .map(|(message, lines)| Message { message, lines })
            .collect(),
        help,
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

/// A figure that several parts of the page may have in common: drawn by the first, and referred to by the others.
#[derive(Clone, Copy, Serialize)]
struct Shared {
    number: usize,
    is_first: bool,
}

impl Shared {
    fn of<T: Hash + Eq>(figure: T, figures: &mut IndexSet<T>) -> Self {
        let (number, is_first) = figures.insert_full(figure);
        Self { number, is_first }
    }
}

/// A picture of a function's own.
#[derive(Serialize)]
struct GraphView {
    shape: Shared,
    ids: Vec<graph::Words>,
    description: String,
}

/// A function as it is shown.
#[derive(Serialize)]
struct FunctionView<'a> {
    id: &'a str,
    line: Option<usize>,
    condition: Option<&'a str>,
    own_resources: usize,
    how: String,
    /// The gravest that is to be said of its alarms.
    verdict: Option<chart::VerdictView>,
    graph: Option<GraphView>,
    ways: Vec<chart::WayView>,
    hooks: Vec<texts::HookView>,
    published: Option<PublishedView<'a>>,
    calls: Vec<texts::CallView>,
    generated_count: usize,
    generated: Vec<GeneratedRow<'a>>,
}

/// What publishes a version, and what becomes of it.
#[derive(Serialize)]
struct PublishedView<'a> {
    alias_name: &'a str,
    depends_on_ignored_code: bool,
    hashed_by: &'static str,
    hashed: Vec<texts::Row>,
    not_hashed: Vec<texts::Row>,
    unseen: Vec<texts::Row>,
    rollback: &'static str,
}

/// What is generated because of a line.
#[derive(Serialize)]
struct GeneratedRow<'a> {
    line: Option<usize>,
    resources: Vec<GeneratedView<'a>>,
}

#[derive(Serialize)]
struct GeneratedView<'a> {
    link: Link,
    kind: &'a str,
    is_shared: bool,
}

impl<'a> FunctionView<'a> {
    /// A function without its graph.
    fn of(
        function: &'a Function,
        anchors: &Anchors<'_>,
        pictures: &mut IndexSet<chart::Picture>,
    ) -> Self {
        let shift = function.shift();
        let ways: Vec<chart::WayView> = shift
            .iter()
            .flat_map(|shift| &shift.ways)
            .map(|way| chart::WayView::of(way, pictures))
            .collect();
        Self {
            id: &function.id,
            line: function.place.line,
            condition: function.condition.as_deref(),
            own_resources: function.own_resources(),
            how: texts::how(function),
            verdict: chart::gravest(&ways),
            graph: None,
            ways,
            hooks: shift.map(texts::hooks).unwrap_or_default(),
            published: function.published.as_ref().map(PublishedView::of),
            calls: function
                .calls
                .iter()
                .map(|call| texts::CallView::of(function, call))
                .collect(),
            generated_count: function.generated.len(),
            generated: GeneratedRow::all(&function.generated, anchors),
        }
    }
}

impl<'a> PublishedView<'a> {
    fn of(published: &'a Published) -> Self {
        let version = &published.version;
        Self {
            alias_name: &published.alias_name,
            depends_on_ignored_code: version.depends_on_ignored_code,
            hashed_by: texts::hashed_by(version),
            hashed: version.hashed.iter().map(texts::Row::hashed).collect(),
            not_hashed: version.not_hashed.iter().map(texts::Row::of).collect(),
            unseen: version.unseen.iter().map(texts::Row::unseen).collect(),
            rollback: texts::rollback(version),
        }
    }
}

impl<'a> GeneratedRow<'a> {
    fn all(generated: &'a [Generated], anchors: &Anchors<'_>) -> Vec<Self> {
        let mut by_line: BTreeMap<Option<usize>, Vec<GeneratedView<'_>>> = BTreeMap::new();
        for made in generated {
            let line = made.because.first().and_then(|place| place.line);
            let resources = by_line.entry(line).or_default();
            resources.push(GeneratedView::of(made, anchors));
        }
        let rows = by_line.into_iter();
        rows.map(|(line, resources)| Self { line, resources })
            .collect()
    }
}

impl<'a> GeneratedView<'a> {
    fn of(made: &'a Generated, anchors: &Anchors<'_>) -> Self {
        Self {
            link: anchors.link(&made.id),
            kind: made.kind.strip_prefix("AWS::").unwrap_or(&made.kind),
            is_shared: made.is_shared,
        }
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

/// All that is generated: of what is shared what a function has of it before the whole.
fn all_generated(explanation: &Explanation) -> impl Iterator<Item = &Generated> {
    let functions = explanation.functions.iter();
    let others = explanation.others.iter();
    functions
        .flat_map(|each| &each.generated)
        .chain(others.flat_map(|each| &each.generated))
        .chain(&explanation.shared)
}

fn source(subject: &Subject<'_>, anchors: &Anchors<'_>) -> Vec<SourceLine> {
    let mut made: IndexMap<usize, IndexSet<&str>> = IndexMap::new();
    for generated in all_generated(subject.explanation) {
        for line in generated.because.iter().filter_map(|place| place.line) {
            made.entry(line).or_default().insert(&generated.id);
        }
    }
    without_secrets(subject)
        .lines()
        .enumerate()
        .map(|(index, text)| {
            let number = index + 1;
            let made = made.get(&number).into_iter().flatten();
            let made: Vec<Link> = made.map(|id| anchors.link(id)).collect();
            SourceLine {
                number,
                text: text.to_owned(),
                folded: made.len() > SHOWN_IN_LINE,
                made,
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
struct ResultBlock<'a> {
    anchor: Option<&'a str>,
    /// The first line of its text, and the others.
    head: String,
    rest: String,
    /// Whether the template that was given has it not, or not as it is now.
    is_made: bool,
    /// The first of the lines that it comes from.
    lines: Vec<usize>,
    /// Whether there are more of them.
    has_more: bool,
}

/// Up to how many of the lines that ask for a resource are named.
const SHOWN_LINES: usize = 6;

fn result<'a>(subject: &Subject<'_>, anchors: &'a Anchors<'_>) -> Vec<ResultBlock<'a>> {
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
    let generated: HashMap<&str, &Generated> = all_generated(subject.explanation)
        .map(|made| (made.id.as_str(), made))
        .collect();
    let own = own_lines(subject, anchors, |id| !generated.contains_key(id));
    let mut blocks = Vec::new();
    for (section, value) in made.0 {
        match value {
            Value::Object(entries) if section == "Resources" => {
                for (id, resource) in entries {
                    let found = generated.get(id.as_str());
                    let mut lines: Vec<usize> = match found {
                        Some(made) => {
                            let lines = made.because.iter().filter_map(|place| place.line);
                            lines.collect()
                        }
                        None => own.get(id.as_str()).copied().into_iter().collect(),
                    };
                    let has_more = lines.len() > SHOWN_LINES;
                    lines.truncate(SHOWN_LINES);
                    blocks.push(ResultBlock {
                        anchor: anchors.get(&id),
                        is_made: found.is_some(),
                        lines,
                        has_more,
                        ..ResultBlock::of(id.as_str(), resource)
                    });
                }
            }
            other => blocks.push(ResultBlock::of(section.as_str(), other)),
        }
    }
    blocks
}

/// The lines on which resources are written.
fn own_lines<'a>(
    subject: &Subject<'_>,
    anchors: &'a Anchors<'_>,
    is_own: impl Fn(&str) -> bool,
) -> HashMap<&'a str, usize> {
    let functions = subject.explanation.functions.iter();
    let functions: HashMap<&str, &Path> = functions
        .map(|function| (function.id.as_str(), &function.place.path))
        .collect();
    let own: Vec<(&str, Path)> = anchors
        .ids
        .keys()
        .filter(|id| is_own(id))
        .map(|id| {
            let path = functions.get(id).map(|path| (*path).clone());
            (*id, path.unwrap_or_else(|| Path::resource(id)))
        })
        .collect();
    let wanted: Vec<(&Path, bool)> = own.iter().map(|(_, path)| (path, true)).collect();
    let spans = locate(subject.text, &wanted);
    own.iter()
        .zip(spans)
        .filter_map(|((id, _), span)| Some((*id, span?.start.line)))
        .collect()
}

impl ResultBlock<'_> {
    /// An entry of a map as text.
    fn of(key: &str, value: Value) -> Self {
        let map = Map::from([(key.to_owned(), value)]);
        let text = write(&Template(map), Format::Yaml);
        let text = text.trim_end();
        let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
        Self {
            anchor: None,
            head: head.to_owned(),
            rest: rest.to_owned(),
            is_made: false,
            lines: Vec::new(),
            has_more: false,
        }
    }
}
