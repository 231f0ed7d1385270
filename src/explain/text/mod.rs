//! An [`Explanation`] as a person reads it: lines of at most eighty columns.

mod chart;
mod page;
mod version;
mod watch;

pub use page::Look;

use super::words::{self, duration};
use super::{Alarm, Way, When, text_of};
use super::{
    Allowed, Call, Explanation, Function, Generated, Hook, Other, Place, Published, Shift,
};
use indexmap::IndexMap;
use page::{Ink, Page, columns, counted, padded};
use std::collections::HashMap;
use std::fmt::Write as _;

/// How many steps a table shows before it leaves some out.
const MOST_STEPS: usize = 20;

/// Everything about every function; `name` is the template's.
pub fn explained(explanation: &Explanation, name: &str, look: Look) -> String {
    let mut page = Page::new(look);
    let shared = explanation.shared.iter();
    let shared: HashMap<&str, &Generated> = shared.map(|made| (made.id.as_str(), made)).collect();
    for function in &explanation.functions {
        title(&mut page, function, name);
        explain_function(&mut page, function, explanation, &shared);
    }
    for other in &explanation.others {
        explain_other(&mut page, other);
    }
    let rows: Vec<GeneratedRow<'_>> = explanation
        .shared_by_others()
        .map(GeneratedRow::of)
        .collect();
    if !rows.is_empty() {
        page.gap();
        page.line(0, &[("Shared by several resources", Ink::Title)]);
        generated_rows(&mut page, &rows, None, None);
    }
    page.gap();
    if explanation.functions.is_empty()
        && explanation.others.is_empty()
        && explanation.shared.is_empty()
    {
        page.paragraph(
            0,
            "The template has no functions, and nothing is generated.",
        );
    }
    let mut sentence = format!(
        "The stack has {} of the {} resources that CloudFormation takes.",
        explanation.resources, explanation.most_resources
    );
    if explanation.functions.iter().any(has_times) {
        sentence += " ";
        sentence += &assumptions(explanation);
    }
    page.paragraph(0, &sentence);
    page.finish()
}

/// The shifts of every function, in figures.
pub fn simulated(explanation: &Explanation, name: &str, look: Look) -> String {
    let mut page = Page::new(look);
    for function in &explanation.functions {
        title(&mut page, function, name);
        match function.shift() {
            None => page.paragraph(2, &at_once(function)),
            Some(shift) => {
                for way in &shift.ways {
                    page.gap();
                    explain_way(&mut page, shift, way, explanation);
                    steps(&mut page, way, explanation);
                }
            }
        }
    }
    page.gap();
    if explanation.functions.is_empty() {
        page.paragraph(0, "The template has no functions.");
    }
    if explanation.functions.iter().any(has_times) {
        page.paragraph(0, &assumptions(explanation));
        page.paragraph(
            0,
            "Exposure is how much the new version has been called, in time of the full traffic: ten minutes at 10 % count one.",
        );
    }
    page.finish()
}

fn title(page: &mut Page, function: &Function, name: &str) {
    page.gap();
    let place = match function.place.line {
        Some(line) => format!("  {name}:{line}"),
        None => String::new(),
    };
    let mut pieces = vec![(function.id.as_str(), Ink::Title), (&place, Ink::Faint)];
    let condition = function
        .condition
        .as_ref()
        .map(|condition| format!("  where `{condition}` holds"));
    if let Some(condition) = &condition {
        pieces.push((condition, Ink::Plain));
    }
    page.line(0, &pieces);
}

fn has_times(function: &Function) -> bool {
    let ways = function.shift().map_or(&[][..], |shift| &shift.ways);
    let mut alarms = ways.iter().flat_map(|way| &way.alarms);
    alarms.any(|alarm| alarm.reaction.is_some())
}

fn assumptions(explanation: &Explanation) -> String {
    let assumed = explanation.assumed;
    format!(
        "Assumed, since no source tells it: a metric can be read {} s after a call, alarms are evaluated every {} s, and \
         CodeDeploy looks at them every {} s.",
        assumed.metric_delay, assumed.evaluation_interval, assumed.poll_interval
    )
}

fn explain_function(
    page: &mut Page,
    function: &Function,
    explanation: &Explanation,
    shared: &HashMap<&str, &Generated>,
) {
    page.paragraph(
        2,
        &match &function.published {
            None => at_once(function),
            Some(published) => {
                let how = match &published.shift {
                    Some(_) => "CodeDeploy shifts its traffic",
                    None => "all traffic moves at once",
                };
                format!(
                    "Published behind the alias `{}`; {how}.",
                    published.alias_name
                )
            }
        },
    );
    if !function.generated.is_empty() {
        let count = function.own_resources();
        page.heading(2, "Generated");
        let condition = function.condition.as_deref();
        let rows: Vec<GeneratedRow<'_>> = function
            .generated
            .iter()
            .map(|made| GeneratedRow::among(made, shared))
            .collect();
        generated_rows(page, &rows, Some(&function.place), condition);
        page.paragraph(
            4,
            &format!(
                "With the function itself, {count} of the stack's {} are its own.",
                counted(explanation.resources, "resource")
            ),
        );
    }
    if let Some(published) = &function.published {
        version::explain(page, published);
        explain_deployment(page, function, published, explanation);
    }
    explain_calls(page, function);
    if let Some(published) = &function.published {
        version::explain_rollback(page, published);
    }
}

fn at_once(function: &Function) -> String {
    match &function.published {
        None if !function.aliases.is_empty() => format!(
            "Its alias is written out in this template (`{}`), and its versions are: what publishes one and how traffic moves \
             is told of the template that this one was made of.",
            function.aliases.join("`, `")
        ),
        None => {
            "No alias, so no versions: each deployment changes it at once, for all who call it. `AutoPublishAlias: live` publishes its changes."
                .to_owned()
        }
        Some(published) => format!(
            "No `DeploymentPreference` is in force: the alias `{}` goes over to a new version at once.",
            published.alias_name
        ),
    }
}

/// `line 12`, as wide as the widest of them.
struct Lines {
    width: usize,
}

impl Lines {
    fn of<'a>(places: impl Iterator<Item = &'a Place>) -> Self {
        let widths = places.map(|place| columns(&line_of(place)));
        Self {
            width: widths.max().unwrap_or(0),
        }
    }

    fn label(&self, place: &Place) -> String {
        if self.width == 0 {
            return String::new();
        }
        padded(&line_of(place), self.width) + "  "
    }
}

fn line_of(place: &Place) -> String {
    place
        .line
        .map_or_else(String::new, |line| format!("line {line}"))
}

/// How many of the other reasons for a resource are named.
const MOST_REASONS: usize = 3;

/// A generated resource, and why it is there.
#[derive(Clone, Copy)]
struct GeneratedRow<'a> {
    made: &'a Generated,
    /// What asks for it: the first is shown before the others.
    because: &'a [Place],
    /// All that asks for it; where others share it, more than `because`.
    all: &'a [Place],
}

impl<'a> GeneratedRow<'a> {
    fn of(made: &'a Generated) -> Self {
        Self {
            made,
            because: &made.because,
            all: &made.because,
        }
    }

    /// What is generated for a function, where `shared` has all reasons for what it shares.
    fn among(made: &'a Generated, shared: &HashMap<&str, &'a Generated>) -> Self {
        let whole = shared.get(made.id.as_str()).copied();
        Self {
            all: &whole.unwrap_or(made).because,
            ..Self::of(made)
        }
    }

    fn first(&self) -> Option<&'a Place> {
        self.because.first()
    }

    /// The lines of what asks for it besides the first: the function's own before those of others.
    fn also(&self) -> Vec<String> {
        let own = self.because.iter().skip(1);
        let others = self
            .all
            .iter()
            .filter(|place| !self.because.contains(place));
        let mut also: Vec<String> = own.chain(others).take(MOST_REASONS).map(line_of).collect();
        if self.all.len() > MOST_REASONS + 1 {
            also.push(format!("{} more", self.all.len() - MOST_REASONS - 1));
        }
        also
    }
}

/// What is generated for a resource, written at `owner` and with this condition, by what asks for it.
fn generated_rows(
    page: &mut Page,
    rows: &[GeneratedRow<'_>],
    owner: Option<&Place>,
    condition: Option<&str>,
) {
    let kind_of = |made: &Generated| kind_of(made, condition);
    let mut groups: IndexMap<Option<&Place>, (GeneratedRow<'_>, Vec<&Generated>)> = IndexMap::new();
    for row in rows {
        let (_, members) = groups
            .entry(row.first())
            .or_insert_with(|| (*row, Vec::new()));
        members.push(row.made);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(group, _)| group.first().and_then(|place| place.line));
    let lines = Lines::of(groups.iter().filter_map(|(group, _)| group.first()));
    let indent = 4 + columns(&lines.label(&Place::default())) + 2;
    let room = page::WIDTH.saturating_sub(indent);
    let fits = |made: &&Generated| columns(&shown_id(made)) + 2 + columns(&kind_of(made)) <= room;
    let width = rows
        .iter()
        .map(|row| row.made)
        .filter(fits)
        .map(|made| columns(&shown_id(made)));
    let width = width.max().unwrap_or(0);
    for (group, members) in groups {
        if let Some(place) = group.first() {
            let mut name = place_name(place, owner);
            let also = group.also();
            if !also.is_empty() {
                let _ = write!(name, " (also {})", also.join(", "));
            }
            page.line(4, &[(&lines.label(place), Ink::Faint), (&name, Ink::Plain)]);
        }
        for made in members {
            let (id, kind) = (shown_id(made), kind_of(made));
            if width + 2 + columns(&kind) <= room && columns(&id) <= width {
                let id = padded(&id, width + 2);
                page.line(indent, &[(&id, Ink::Plain), (&kind, Ink::Faint)]);
            } else {
                page.line(indent, &[(&id, Ink::Plain)]);
                page.hanging(indent + 2, "", &kind, Ink::Faint);
            }
        }
    }
}

/// A type without the word that all of them begin with, and what is to be said of it where its owner has `condition`.
fn kind_of(made: &Generated, condition: Option<&str>) -> String {
    let mut kind = made
        .kind
        .strip_prefix("AWS::")
        .unwrap_or(&made.kind)
        .to_owned();
    if made.is_shared {
        kind += ", shared";
    }
    if let Some(own) = made
        .condition
        .as_deref()
        .filter(|own| Some(*own) != condition)
    {
        let _ = write!(kind, ", if {own}");
    }
    kind
}

/// An id; of one that depends on code that nobody looked at, what is known of it.
fn shown_id(made: &Generated) -> String {
    if !made.depends_on_ignored_code {
        return made.id.clone();
    }
    version::without_hash(&made.id)
}

/// What a place is called, told of the resource that is written at `owner`.
fn place_name(place: &Place, owner: Option<&Place>) -> String {
    let text = place.path.to_string();
    if let Some(owner) = owner {
        let own = owner.path.to_string();
        if text == own {
            return own.rsplit('/').next().unwrap_or(&own).to_owned();
        }
        if let Some(property) = text.strip_prefix(&format!("{own}/Properties/")) {
            return property.to_owned();
        }
    }
    if let Some(rest) = text.strip_prefix("Globals/") {
        let property = rest.split_once('/').map_or(rest, |(_, property)| property);
        return format!("{property}, in Globals");
    }
    if let Some(property) = text.strip_prefix("Metadata/Canaryform/Defaults/Function/") {
        return format!("{property}, in Metadata.Canaryform");
    }
    if let Some(rest) = text.strip_prefix("Resources/") {
        return rest.replacen("/Properties/", ": ", 1);
    }
    text
}

/// ``where `IsProd` holds``
fn condition_text(when: &When) -> String {
    let holds = if when.holds { "holds" } else { "does not hold" };
    format!("where `{}` {holds}", when.condition)
}

fn explain_deployment(
    page: &mut Page,
    function: &Function,
    published: &Published,
    explanation: &Explanation,
) {
    page.heading(2, "How traffic moves");
    let Some(shift) = &published.shift else {
        page.paragraph(4, &at_once(function));
        return;
    };
    if !shift.behind.is_empty() {
        let others: Vec<String> = shift.behind.iter().map(|id| format!("of `{id}`")).collect();
        page.paragraph(
            4,
            &format!(
                "`MaxParallel`: it waits until the deployment {} is over.",
                others.join(" and that ")
            ),
        );
    }
    page.paragraph(
        4,
        "The first deployment creates the alias on the new version at once: no shift, no hooks, no alarms. Each later one \
         that publishes a version:",
    );
    for way in &shift.ways {
        page.gap();
        explain_way(page, shift, way, explanation);
    }
}

fn explain_way(page: &mut Page, shift: &Shift, way: &Way, explanation: &Explanation) {
    let mut conditions = Vec::new();
    for when in &way.when {
        conditions.push(condition_text(when));
    }
    let traffic = text_of(&way.traffic);
    let behind = match conditions.as_slice() {
        [] if way
            .timeline
            .as_ref()
            .is_some_and(|timeline| timeline.all_at() > 0) =>
        {
            ", the share of calls that the new version gets:".to_owned()
        }
        [] => String::new(),
        _ => format!(", {}:", conditions.join(", ")),
    };
    page.fitted(4, &[(&traffic, Ink::Heading), (&behind, Ink::Plain)]);
    match &way.timeline {
        // One step that nothing looks at is no picture.
        Some(timeline) if timeline.all_at() == 0 && way.alarms.is_empty() => {
            page.paragraph(4, "All traffic moves at once.");
        }
        Some(timeline) => {
            chart::draw(page, shift, way, timeline);
        }
        None => page.paragraph(
            4,
            "The steps are those of a deployment configuration that is not in this template, so nothing can be said of its time.",
        ),
    }
    page.gap();
    for (word, moment, hook) in [
        (
            "[before] ",
            "before the new version gets any traffic",
            &shift.before,
        ),
        ("[after] ", "when it has all of it", &shift.after),
    ] {
        if let Some(hook) = hook {
            let text = format!(
                "{} tests it {moment}; without a report within 60 min the deployment fails and is rolled back.",
                hook_name(hook)
            );
            page.hanging(4, word, &text, Ink::Heading);
        }
    }
    watch::explain(page, shift, way, explanation);
}

fn hook_name(hook: &Hook) -> String {
    hook.id.clone().unwrap_or_else(|| text_of(&hook.function))
}

fn alarm_name(alarm: &Alarm) -> String {
    alarm.id.clone().unwrap_or_else(|| text_of(&alarm.name))
}

/// The steps as a table.
fn steps(page: &mut Page, way: &Way, explanation: &Explanation) {
    let Some(timeline) = &way.timeline else {
        return;
    };
    page.gap();
    let load = explanation.load;
    let mut head = format!("{:>12}  {:>7}  {:>10}", "from", "share", "exposure");
    if load.is_some() {
        let _ = write!(head, "  {:>10}  {:>10}", "its calls", "failed");
    }
    page.line(4, &[(&head, Ink::Heading)]);
    let left_out = timeline.steps.len().saturating_sub(MOST_STEPS);
    for (index, step) in timeline.steps.iter().enumerate() {
        if left_out > 0 && (MOST_STEPS - 1..MOST_STEPS - 1 + left_out).contains(&index) {
            if index == MOST_STEPS - 1 {
                let words = format!("{:>12}  and {} more", "...", left_out);
                page.line(4, &[(&words, Ink::Faint)]);
            }
            continue;
        }
        let exposure = timeline.exposure(step.at);
        let mut row = format!(
            "{:>12}  {:>5} %  {:>10}",
            duration(step.at),
            step.share,
            words::exposure(exposure)
        );
        if let Some(load) = load {
            let calls = load.calls_a_minute / 60.0 * exposure;
            let failed = calls * load.error_rate;
            let _ = write!(
                row,
                "  {:>10}  {:>10}",
                words::number(calls),
                words::number(failed)
            );
        }
        page.line(4, &[(&row, Ink::Plain)]);
    }
}

fn explain_calls(page: &mut Page, function: &Function) {
    if function.calls.is_empty() {
        return;
    }
    page.heading(2, "Who may call whom");
    let lines = Lines::of(function.calls.iter().filter_map(|call| call.place.as_ref()));
    let mut calls: Vec<&Call> = function.calls.iter().collect();
    calls.sort_by_key(|call| call.place.as_ref().and_then(|place| place.line));
    for call in calls {
        explain_call(page, function, call, &lines);
    }
}

fn explain_call(page: &mut Page, function: &Function, call: &Call, lines: &Lines) {
    let arrow = if page.look.unicode { "→" } else { "->" };
    let to = words::called(function, call);
    let ink = match call.allowed {
        Allowed::Yes => Ink::Plain,
        Allowed::No => Ink::Bad,
        Allowed::Unknown => Ink::Doubtful,
    };
    let verdict = words::allowed(function, call);
    let verdict = verdict.map_or_else(String::new, |verdict| format!(": {verdict}"));
    let label = call
        .place
        .as_ref()
        .map_or_else(|| " ".repeat(lines.width + 2), |place| lines.label(place));
    let text = format!("{} {arrow} {to}", call.from);
    let pieces = [
        (label.as_str(), Ink::Faint),
        (&text, Ink::Plain),
        (&verdict, ink),
    ];
    if 4 + pieces.iter().map(|(text, _)| columns(text)).sum::<usize>() <= page::WIDTH {
        page.line(4, &pieces);
    } else {
        page.hanging(4, &label, &format!("{text}{verdict}"), Ink::Faint);
    }
}

fn explain_other(page: &mut Page, other: &Other) {
    page.gap();
    let kind = other.kind.as_deref().unwrap_or_default();
    let behind = match line_of(&other.place).as_str() {
        "" => format!("  {kind}"),
        line => format!("  {line}, {kind}"),
    };
    page.line(0, &[(&other.id, Ink::Title), (&behind, Ink::Faint)]);
    let rows: Vec<GeneratedRow<'_>> = other.generated.iter().map(GeneratedRow::of).collect();
    generated_rows(page, &rows, Some(&other.place), None);
}
