//! Which alarm stops a shift in time, in sentences.

use super::page::{Ink, Page};
use super::{alarm_name, chart, condition_text, line_of};
use crate::explain::words::{self, duration, exposures, number, percent, periods, span};
use crate::explain::{Alarm, Explanation, Reaction, Shift, Way};
use crate::simulate::{Signal, Timeline, Verdict, Window};

pub(super) fn explain(page: &mut Page, shift: &Shift, way: &Way, explanation: &Explanation) {
    if way.alarms.is_empty() {
        let text = match (shift.before.is_some(), shift.after.is_some()) {
            (false, false) => {
                "No alarm watches it and no hook tests it: nothing stops a version that fails."
            }
            _ => "No alarm watches it: only a hook stops a version that fails.",
        };
        page.paragraph(4, text);
        return;
    }
    for alarm in &way.alarms {
        explain_alarm(page, alarm, way.timeline.as_ref(), explanation);
    }
    let is_late = |alarm: &Alarm| {
        let reaction = alarm.reaction.as_ref();
        reaction.is_some_and(|reaction| reaction.verdict != Verdict::InTime)
    };
    if shift.after.is_some() && way.alarms.iter().any(is_late) {
        page.paragraph(
            4,
            "While the hook after the shift runs the deployment is not over: an alarm that turns red until then still rolls it back.",
        );
    }
}

fn explain_alarm(
    page: &mut Page,
    alarm: &Alarm,
    timeline: Option<&Timeline>,
    explanation: &Explanation,
) {
    let name = alarm_name(alarm);
    let place = match alarm.place.as_ref().map(line_of) {
        Some(line) if !line.is_empty() => format!(", {line}"),
        _ => String::new(),
    };
    let conditions: String = alarm
        .when
        .iter()
        .map(|when| format!(", {}", condition_text(when)))
        .collect();
    let judged = alarm
        .reaction
        .as_ref()
        .map(|reaction| chart::verdict(reaction.verdict));
    let (verdict, ink) = judged.unwrap_or(("when it turns red is not known here", Ink::Doubtful));
    page.fitted(
        4,
        &[
            (&name, Ink::Heading),
            (&place, Ink::Faint),
            (&conditions, Ink::Plain),
            (": ", Ink::Plain),
            (verdict, ink),
        ],
    );
    let Some(window) = alarm.window else {
        let why = match alarm.id {
            None => "It is not in this template.",
            Some(_) => {
                "It is no alarm on a metric, or its periods are known only at the deployment."
            }
        };
        page.paragraph(6, why);
        return;
    };
    let watched = alarm.watches.map_or_else(String::new, |watches| {
        format!(", of {}", words::watched(watches))
    });
    page.paragraph(6, &format!("Looks at {}{watched}.", periods(&window)));
    if let (Some(reaction), Some(timeline)) = (&alarm.reaction, timeline) {
        page.paragraph(6, &judged_text(reaction, &window, timeline));
        page.paragraph(6, &figures(reaction, explanation));
    }
}

fn judged_text(reaction: &Reaction, window: &Window, timeline: &Timeline) -> String {
    let when = span(reaction.earliest.at, reaction.latest.at);
    let all_at = duration(timeline.all_at());
    let slowly = match window.signal {
        Signal::Count => "",
        Signal::Level => ", the later the less of what it looks at is new",
    };
    match reaction.verdict {
        Verdict::InTime => format!(
            "Stops a version that fails from its first call on after {when}{slowly}; all traffic has moved after {all_at}."
        ),
        Verdict::Doubtful => format!(
            "Stops a version that fails from its first call on after {when}{slowly}; but all traffic has moved after {all_at}."
        ),
        Verdict::Never if timeline.all_at() == 0 => format!(
            "Turns red after {when}; all traffic moves at once, so the deployment is over by then, and nothing is rolled back."
        ),
        Verdict::Never => format!(
            "Turns red after {when}{slowly}; all traffic has moved after {all_at}, whatever is assumed."
        ),
    }
}

fn figures(reaction: &Reaction, explanation: &Explanation) -> String {
    let (first, last) = (reaction.earliest, reaction.latest);
    let share = match (first.share, last.share) {
        (share, same) if share == same => format!("{share} %"),
        (first, last) => format!("{first} to {last} %"),
    };
    let mut text = format!(
        "Until then, at {share} of the calls, it gets what comes in {} of full traffic.",
        exposures(first.exposure, last.exposure)
    );
    if let (Some(fewest), Some(most), Some(load)) =
        (first.failed_calls, last.failed_calls, explanation.load)
    {
        text += &format!(
            " At {} calls a minute, of which {} % fail, that is {} to {} failed calls.",
            number(load.calls_a_minute),
            number(load.error_rate * 100.0),
            number(fewest),
            number(most)
        );
    }
    if let Some(chance) = reaction.chance {
        text += &format!(
            " The chance that they turn it red in time is {} %.",
            percent(chance)
        );
    }
    text
}
