//! Differences as text: the same lines for a terminal, for a page and for a log.

mod github;
mod markdown;
mod text;
mod value;

pub use github::github;
pub use markdown::markdown;
pub use text::{counts, graves, text};

use super::model::{
    Change, Differences, FunctionDifference, ResourceDifference, Sides, Unseen, ValueChange,
};
use crate::place::{Path, Step};
use indexmap::IndexMap;

/// Differences as pretty JSON that ends with a line feed: the model, with paths as text and meanings by their codes.
pub fn json(differences: &Differences) -> String {
    // Neither a map with other keys than texts is in it, nor anything else that could fail.
    serde_json::to_string_pretty(differences).unwrap_or_default() + "\n"
}

/// A resource of the user's, and what differs in it and in what is made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its logical id, or what else the lines are about.
    pub title: String,
    /// What it is, where that is not known to everybody: its type.
    pub kind: String,
    /// `+`, `-`, `~`, `±`
    pub sign: char,
    /// Where it stands.
    pub path: Path,
    /// What differs.
    pub lines: Vec<Line>,
}

/// Something that differs, in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// How deep it stands below the title.
    pub depth: usize,
    /// `+`, `-`, `~`, `±`, or `!` for what somebody should look at twice.
    pub sign: char,
    /// What it says.
    pub text: String,
    /// The code of its meaning.
    pub code: Option<&'static str>,
    /// What to do about it.
    pub help: Option<String>,
    /// Where the reason stands, in the output.
    pub path: Option<Path>,
}

impl Line {
    fn new(depth: usize, sign: char, text: impl Into<String>) -> Self {
        Self {
            depth,
            sign,
            text: text.into(),
            code: None,
            help: None,
            path: None,
        }
    }
}

/// Differences by the resources that the user wrote: functions first, then other resources, then the other sections.
pub fn blocks(differences: &Differences) -> Vec<Block> {
    let mut made: IndexMap<&str, Vec<&ResourceDifference>> = IndexMap::new();
    for resource in &differences.resources {
        let owner = resource.source.as_deref().unwrap_or(resource.id());
        made.entry(owner).or_default().push(resource);
    }
    let mut blocks = Vec::new();
    for function in &differences.functions {
        let mut block = of_function(function);
        let own = made.get_mut(function.id.as_str()).map(std::mem::take);
        for resource in own.into_iter().flatten() {
            block.lines.extend(of_resource(resource, 0));
        }
        blocks.push(block);
    }
    for (owner, resources) in made.into_iter().filter(|(_, left)| !left.is_empty()) {
        blocks.push(match resources.as_slice() {
            [one] if one.id() == owner => Block {
                title: owner.to_owned(),
                kind: one.kind.clone(),
                sign: one.change.sign(),
                path: Path::resource(owner),
                lines: meant_and_changed(one, 0),
            },
            several => Block {
                title: owner.to_owned(),
                kind: String::new(),
                sign: Change::Changed.sign(),
                path: Path::resource(owner),
                lines: several
                    .iter()
                    .flat_map(|resource| of_resource(resource, 0))
                    .collect(),
            },
        });
    }
    let mut sections: IndexMap<String, Vec<Line>> = IndexMap::new();
    for change in &differences.sections {
        let section = change
            .path
            .0
            .first()
            .map_or_else(String::new, |step| match step {
                Step::Key(name) => name.to_string(),
                Step::Index(index) => index.to_string(),
            });
        let lines = sections.entry(section).or_default();
        lines.push(of_value(change, 1, 0));
    }
    for (section, lines) in sections {
        blocks.push(Block {
            path: Path::default().then(&section),
            title: section,
            kind: String::new(),
            sign: Change::Changed.sign(),
            lines,
        });
    }
    blocks
}

fn of_function(function: &FunctionDifference) -> Block {
    let mut lines = Vec::new();
    for meant in &function.meanings {
        let sign = if meant.code.is_grave { '!' } else { '~' };
        lines.push(Line {
            depth: 0,
            sign,
            text: meant.message.clone(),
            code: Some(meant.code.name),
            help: meant.help.clone(),
            path: Some(meant.path.clone()),
        });
        let values = match meant.code.name {
            "change-not-published" => &function.stale,
            "publishes" => match &function.version {
                Some(version) => &version.reasons,
                None => continue,
            },
            "changes-at-once" => &function.values,
            _ => continue,
        };
        if let ("publishes", Some(version)) = (meant.code.name, &function.version)
            && let (Some(old), Some(new)) = (&version.ids.old, &version.ids.new)
            && !version.is_of_local_code
            && old != new
        {
            lines.push(Line::new(1, '±', format!("`{old}` → `{new}`")));
        }
        push_values(&mut lines, values, 1);
    }
    let is_published = function
        .version
        .as_ref()
        .is_some_and(|version| version.published);
    if let Some(alarms) = &function.alarms {
        let empty = Vec::new();
        let (old, new) = (
            alarms.old.as_ref().unwrap_or(&empty),
            alarms.new.as_ref().unwrap_or(&empty),
        );
        for alarm in new.iter().filter(|alarm| !old.contains(alarm)) {
            lines.push(Line::new(
                0,
                '+',
                format!("alarm `{alarm}` stops its deployments"),
            ));
        }
        for alarm in old.iter().filter(|alarm| !new.contains(alarm)) {
            lines.push(Line::new(0, '-', format!("alarm `{alarm}`")));
        }
    }
    let words = [
        ("hook before traffic", &function.before),
        ("hook after traffic", &function.after),
        ("role of CodeDeploy", &function.role),
    ];
    for (what, sides) in words {
        lines.extend(sides.as_ref().map(|sides| of_sides(what, sides)));
    }
    lines.extend(function.group.iter().map(|change| {
        let mut line = of_value(change, 3, 0);
        line.text = format!("deployment group: {}", line.text);
        line
    }));
    let is_said = function
        .meanings
        .iter()
        .any(|meant| meant.code.name == "changes-at-once");
    if !is_said {
        lines.extend(function.values.iter().map(|change| {
            let mut line = of_value(change, 3, 0);
            if change.path.resource_id() != Some(&function.id)
                && let Some(id) = change.path.resource_id()
            {
                line.text = format!("`{id}`: {}", line.text);
            }
            line
        }));
    }
    if function.change == Change::Replaced && is_published {
        let reasons = function.version.iter().flat_map(|version| &version.reasons);
        lines.extend(reasons.map(|change| of_value(change, 3, 0)));
    }
    if function.change == Change::Removed && function.version.is_some() {
        lines.push(Line::new(
            0,
            '-',
            "its versions stay in the account where their `DeletionPolicy` says so",
        ));
    }
    Block {
        title: function.id.clone(),
        kind: String::new(),
        sign: function.change.sign(),
        path: Path::resource(&function.id),
        lines,
    }
}

fn of_sides(what: &str, sides: &Sides<String>) -> Line {
    match (&sides.old, &sides.new) {
        (None, Some(new)) => Line::new(0, '+', format!("{what}: `{new}`")),
        (Some(old), None) => Line::new(0, '-', format!("{what}: `{old}`")),
        (old, new) => Line::new(
            0,
            '~',
            format!(
                "{what}: `{}` → `{}`",
                old.as_deref().unwrap_or_default(),
                new.as_deref().unwrap_or_default()
            ),
        ),
    }
}

/// A generated resource below the one that asked for it.
fn of_resource(resource: &ResourceDifference, depth: usize) -> Vec<Line> {
    let mut title = Line::new(
        depth,
        resource.change.sign(),
        format!("`{}` {}", resource.id(), resource.kind),
    );
    if let (Some(old), Some(new)) = (&resource.ids.old, &resource.ids.new)
        && old != new
    {
        title.text = format!("`{old}` → `{new}` {}", resource.kind);
    }
    title.path = Some(Path::resource(resource.id()));
    let mut lines = vec![title];
    lines.extend(meant_and_changed(resource, depth + 1));
    lines
}

fn meant_and_changed(resource: &ResourceDifference, depth: usize) -> Vec<Line> {
    let grave = resource
        .meanings
        .iter()
        .filter(|meant| meant.code.is_grave || meant.code.name != "replaced");
    let mut lines: Vec<Line> = grave
        .map(|meant| Line {
            depth,
            sign: if meant.code.is_grave { '!' } else { '~' },
            text: meant.message.clone(),
            code: Some(meant.code.name),
            help: meant.help.clone(),
            path: Some(meant.path.clone()),
        })
        .collect();
    push_values(&mut lines, &resource.values, depth);
    lines
}

/// How many values of one thing are shown.
const VALUES: usize = 12;

fn push_values(lines: &mut Vec<Line>, values: &[ValueChange], depth: usize) {
    let shown = values.iter().take(VALUES);
    lines.extend(shown.map(|change| of_value(change, 3, depth)));
    if let Some(left) = values.len().checked_sub(VALUES).filter(|left| *left > 0) {
        lines.push(Line::new(depth, '~', format!("and {left} more")));
    }
}

/// A value that differs, named by the steps of its path from `from` on.
fn of_value(change: &ValueChange, from: usize, depth: usize) -> Line {
    // An attribute stands where the properties do.
    let is_attribute = from == 3
        && change
            .path
            .0
            .get(2)
            .is_some_and(|step| *step != Step::from("Properties"));
    let from = if is_attribute { 2 } else { from };
    let name = value::steps(change.path.0.get(from..).unwrap_or_default());
    let name = if name.is_empty() {
        value::steps(&change.path.0)
    } else {
        name
    };
    let (old, new) = value::pair(change.old.as_ref(), change.new.as_ref());
    let mut text = match (change.unseen, change.change()) {
        (Some(Unseen::Content), _) if change.files.is_empty() => {
            format!("{name}: other files in {new}")
        }
        (Some(Unseen::Content), _) => {
            format!(
                "{name}: other files in {new}: {}",
                shown_files(&change.files)
            )
        }
        (Some(Unseen::Secret), _) => format!("{name}: another value of a secret"),
        (None, Change::Added) => format!("{name} {new}"),
        (None, Change::Removed) => format!("{name} {old}"),
        _ => format!("{name} {old} → {new}"),
    };
    if !change.parameters.is_empty() {
        let plural = if change.parameters.len() == 1 {
            ""
        } else {
            "s"
        };
        text = format!(
            "{text} (parameter{plural} {})",
            change.parameters.join(", ")
        );
    }
    let mut line = Line::new(depth, change.change().sign(), text);
    line.path = Some(change.path.clone());
    line
}

/// How many files are named.
const FILES: usize = 5;

fn shown_files(files: &[String]) -> String {
    let shown: Vec<&str> = files.iter().take(FILES).map(String::as_str).collect();
    match files.len().checked_sub(shown.len()) {
        Some(left) if left > 0 => format!("{} and {left} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
