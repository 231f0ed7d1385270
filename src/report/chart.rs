//! A shift of traffic as figures of a picture: shares over time, and when each alarm can stop it.

use super::Shared;
use crate::explain::{Alarm, Way, text_of, words};
use crate::simulate::Verdict;
use indexmap::IndexSet;
use serde::Serialize;

/// The units of the picture from left to right, and from the bottom to the top.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

/// How much of the width two labels are apart at least; and where the window is narrow.
const LABEL: f64 = 9.0;
const NARROW_LABEL: f64 = 22.0;

/// Up to where a bar reaches that has room for a name behind it, in percent.
const ROOM: f64 = 72.0;

/// One way in which traffic moves.
#[derive(Serialize)]
pub(super) struct WayView {
    traffic: String,
    when: Vec<String>,
    /// What the picture shows, in words.
    description: String,
    picture: Option<Shared>,
    pub(super) alarms: Vec<AlarmView>,
}

/// The shares over time: what the charts of functions whose traffic moves alike have in common.
#[derive(PartialEq, Eq, Hash, Serialize)]
pub(super) struct Picture {
    /// The outline of the new version's share.
    area: String,
    /// The steps that have a label: where others stand too close, they have none.
    steps: Vec<StepView>,
}

#[derive(PartialEq, Eq, Hash, Serialize)]
struct StepView {
    /// From the left, in percent.
    left: String,
    share: u32,
    /// When it begins.
    at: String,
    /// Whether there is room for its label only where the window is wide.
    is_dense: bool,
}

#[derive(Serialize)]
pub(super) struct AlarmView {
    name: String,
    line: Option<usize>,
    pub(super) verdict: VerdictView,
    /// In percent of the width.
    left: String,
    width: String,
    is_cut: bool,
    /// Where its name stands, as a property of style: behind the bar or before it.
    label: String,
    /// Whether its name stands above the bar, since neither side has room.
    is_above: bool,
    window: Option<String>,
    watches: Option<&'static str>,
    when: Option<String>,
    share: Option<String>,
    exposure: Option<String>,
    failed: Option<String>,
    chance: Option<String>,
}

/// A verdict, by a word for its looks and one for people.
#[derive(Clone, Copy, Serialize)]
pub(super) struct VerdictView {
    look: &'static str,
    text: &'static str,
}

impl VerdictView {
    fn of(alarm: &Alarm) -> Self {
        match alarm.reaction.map(|reaction| reaction.verdict) {
            Some(Verdict::InTime) => Self {
                look: "good",
                text: "in time",
            },
            Some(Verdict::Doubtful) => Self {
                look: "doubtful",
                text: "perhaps too late",
            },
            Some(Verdict::Never) => Self {
                look: "bad",
                text: "too late",
            },
            None => Self {
                look: "unknown",
                text: "not known",
            },
        }
    }
}

/// The gravest verdict on an alarm.
pub(super) fn gravest(ways: &[WayView]) -> Option<VerdictView> {
    let order = ["bad", "doubtful", "unknown", "good"];
    let all = ways.iter().flat_map(|way| &way.alarms);
    all.map(|alarm| alarm.verdict)
        .min_by_key(|verdict| order.iter().position(|look| *look == verdict.look))
}

impl WayView {
    /// A way, whose picture joins `pictures` unless it is there already.
    pub(super) fn of(way: &Way, pictures: &mut IndexSet<Picture>) -> Self {
        let when = way.when.iter().map(|when| {
            let holds = if when.holds { "holds" } else { "does not hold" };
            format!("where {} {holds}", when.condition)
        });
        let horizon = way.horizon();
        Self {
            traffic: text_of(&way.traffic),
            when: when.collect(),
            description: description(way),
            picture: way
                .timeline
                .as_ref()
                .map(|_| Shared::of(picture(way, horizon), pictures)),
            alarms: way
                .alarms
                .iter()
                .map(|alarm| AlarmView::of(alarm, horizon))
                .collect(),
        }
    }
}

/// Seconds in percent of the width.
fn percent(seconds: u32, horizon: u32) -> f64 {
    rounded(f64::from(seconds.min(horizon)) * 100.0 / f64::from(horizon.max(1)))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Where labels find room from left to right, those before the last.
struct Room {
    label: f64,
    last_at: f64,
    free: f64,
}

impl Room {
    fn new(label: f64, last_at: f64) -> Self {
        Self {
            label,
            last_at,
            free: 0.0,
        }
    }

    /// Whether a label fits there, which then has the room.
    fn takes(&mut self, left: f64, is_last: bool) -> bool {
        let fits = is_last || (left >= self.free && left + self.label <= self.last_at);
        if fits {
            self.free = left + self.label;
        }
        fits
    }
}

fn picture(way: &Way, horizon: u32) -> Picture {
    let steps = way
        .timeline
        .as_ref()
        .map_or(&[][..], |timeline| &timeline.steps);
    let mut area = format!("M0 {HEIGHT}");
    for step in steps {
        let x = percent(step.at, horizon) * WIDTH / 100.0;
        let y = HEIGHT - f64::from(step.share);
        area += &format!("H{}V{y}", rounded(x));
    }
    area += &format!("H{WIDTH}V{HEIGHT}Z");
    let last = steps.last().map_or(0, |step| step.at);
    let last_at = percent(last, horizon);
    let mut wide = Room::new(LABEL, last_at);
    let mut narrow = Room::new(NARROW_LABEL, last_at);
    let steps = steps
        .iter()
        .filter_map(|step| {
            let left = percent(step.at, horizon);
            let is_last = step.at == last;
            wide.takes(left, is_last).then(|| StepView {
                left: left.to_string(),
                share: step.share,
                at: words::duration(step.at),
                is_dense: !narrow.takes(left, is_last),
            })
        })
        .collect();
    Picture { area, steps }
}

/// What the picture shows, for who does not see it.
fn description(way: &Way) -> String {
    let Some(timeline) = &way.timeline else {
        return String::new();
    };
    let all_at = timeline.all_at();
    let first = timeline.share_at(0);
    match timeline.steps.len() {
        1 => "The new version gets all calls at once.".to_owned(),
        2 => format!(
            "The new version gets {first} % of the calls at once and all of them after {}.",
            words::duration(all_at)
        ),
        steps => format!(
            "The new version gets {first} % of the calls at once, more in {steps} steps, and all of them after {}.",
            words::duration(all_at)
        ),
    }
}

impl AlarmView {
    fn of(alarm: &Alarm, horizon: u32) -> Self {
        let name = alarm.id.clone().unwrap_or_else(|| text_of(&alarm.name));
        let reaction = alarm.reaction;
        let (left, width, is_cut) = match reaction {
            None => (0.0, 0.0, false),
            Some(reaction) => {
                let left = percent(reaction.earliest.at, horizon);
                let right = percent(reaction.latest.at, horizon);
                let is_cut = reaction.latest.at > horizon;
                (left.min(98.0), rounded((right - left).max(1.5)), is_cut)
            }
        };
        Self {
            name,
            line: alarm.place.as_ref().and_then(|place| place.line),
            verdict: VerdictView::of(alarm),
            left: left.to_string(),
            width: width.to_string(),
            is_cut,
            is_above: left + width > ROOM && left < 100.0 - ROOM,
            label: if left + width <= ROOM {
                format!("left:{}", rounded(left + width + 1.0))
            } else if left >= 100.0 - ROOM {
                format!("right:{}", rounded(101.0 - left))
            } else {
                format!("left:{left}")
            },
            window: alarm.window.as_ref().map(words::periods),
            watches: alarm.watches.map(words::watched),
            when: reaction.map(|it| words::span(it.earliest.at, it.latest.at)),
            share: reaction.map(|it| match (it.earliest.share, it.latest.share) {
                (share, same) if share == same => format!("{share} %"),
                (first, last) => format!("{first} to {last} %"),
            }),
            exposure: reaction.map(|it| words::exposures(it.earliest.exposure, it.latest.exposure)),
            failed: reaction.and_then(|it| {
                let (fewest, most) = (it.earliest.failed_calls?, it.latest.failed_calls?);
                Some(format!(
                    "{} to {}",
                    words::number(fewest),
                    words::number(most)
                ))
            }),
            chance: reaction
                .and_then(|it| it.chance)
                .map(|chance| format!("{} %", words::percent(chance))),
        }
    }
}
