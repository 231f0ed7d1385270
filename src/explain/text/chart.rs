//! A shift of traffic as a picture of characters: time from left to right, the new version's share as bars, below them
//! when each alarm can stop it.
//!
//! ```text
//!   100 % |                                                 #######
//!    80 % |                                                 #######
//!    60 % |                                                 #######
//!    40 % |                                                 #######
//!    20 % |_________________________________________________#######
//! [before]+-------------------------------------------------|------[after]
//!          0                                                5 min
//!                              [===================]  GreeterErrors: in time
//! ```

use super::page::{Ink, Page, WIDTH, columns};
use crate::explain::words::duration;
use crate::explain::{Alarm, Shift, Way};
use crate::simulate::{Timeline, Verdict};

/// Columns left of the bars, and of the bars.
const GUTTER: usize = 9;
const PLOT: usize = 56;
/// Rows of the bars: each is twenty percent.
const ROWS: u32 = 5;

/// What the picture is drawn with.
struct Characters {
    full: char,
    half: char,
    side: &'static str,
    corner: &'static str,
    axis: char,
    tick: char,
    reaction: char,
}

const ASCII: Characters = Characters {
    full: '#',
    half: '_',
    side: "|",
    corner: "+",
    axis: '-',
    tick: '|',
    reaction: '=',
};

const UNICODE: Characters = Characters {
    full: '█',
    half: '▄',
    side: "│",
    corner: "└",
    axis: '─',
    tick: '┴',
    reaction: '═',
};

/// Times to columns.
struct Scale {
    seconds: u32,
}

impl Scale {
    fn column(&self, seconds: u32) -> usize {
        let most = PLOT as u64 - 1;
        let column = u64::from(seconds) * most / u64::from(self.seconds);
        usize::try_from(column.min(most)).unwrap_or(PLOT - 1)
    }

    fn seconds_at(&self, column: usize) -> u32 {
        let seconds = (column as u64 * u64::from(self.seconds)).div_ceil(PLOT as u64 - 1);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }
}

/// Draws a way in which traffic moves.
pub(super) fn draw(page: &mut Page, shift: &Shift, way: &Way, timeline: &Timeline) {
    let with = if page.look.unicode { UNICODE } else { ASCII };
    let scale = Scale {
        seconds: way.horizon(),
    };
    bars(page, timeline, &scale, &with);
    axis(page, shift, timeline, &scale, &with);
    for alarm in &way.alarms {
        reaction(page, alarm, &scale, &with);
    }
}

fn bars(page: &mut Page, timeline: &Timeline, scale: &Scale, with: &Characters) {
    for row in (0..ROWS).rev() {
        let (low, high) = (row * 100 / ROWS, (row + 1) * 100 / ROWS);
        let bar: String = (0..PLOT)
            .map(|column| match timeline.share_at(scale.seconds_at(column)) {
                share if share >= high => with.full,
                share if share > low => with.half,
                _ => ' ',
            })
            .collect();
        let label = format!("  {high:>3} % ");
        page.line(
            0,
            &[
                (&label, Ink::Faint),
                (with.side, Ink::Faint),
                (&bar, Ink::Bar),
            ],
        );
    }
}

fn axis(page: &mut Page, shift: &Shift, timeline: &Timeline, scale: &Scale, with: &Characters) {
    let ticks: Vec<(usize, u32)> = timeline
        .steps
        .iter()
        .map(|step| (scale.column(step.at), step.at))
        .collect();
    let line: String = (0..PLOT)
        .map(|column| {
            let is_tick = column > 0 && ticks.iter().any(|(tick, _)| *tick == column);
            if is_tick { with.tick } else { with.axis }
        })
        .collect();
    let before = if shift.before.is_some() {
        "[before]"
    } else {
        "        "
    };
    let after = if shift.after.is_some() { "[after]" } else { "" };
    page.line(
        0,
        &[
            (before, Ink::Heading),
            (with.corner, Ink::Faint),
            (&line, Ink::Faint),
            (after, Ink::Heading),
        ],
    );
    // The last step, on which it all hangs, always has its time; the others where there is room.
    let last = ticks.last().copied().unwrap_or_default();
    let unit = duration(last.1);
    let mut labels = String::new();
    for (column, at) in &ticks {
        let is_last = *at == last.1;
        let label = match (is_last, at % 60) {
            (true, _) => unit.clone(),
            (false, 0) => (at / 60).to_string(),
            (false, _) => duration(*at),
        };
        let fits = columns(&labels) <= *column && (is_last || column + columns(&label) < last.0);
        if fits {
            labels.extend(std::iter::repeat_n(' ', column - columns(&labels)));
            labels.push_str(&label);
            labels.push(' ');
        }
    }
    page.line(GUTTER, &[(&labels, Ink::Faint)]);
}

/// Says a verdict, and in which ink.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, Ink) {
    match verdict {
        Verdict::InTime => ("in time", Ink::Good),
        Verdict::Doubtful => ("perhaps too late", Ink::Doubtful),
        Verdict::Never => ("too late", Ink::Bad),
    }
}

fn reaction(page: &mut Page, alarm: &Alarm, scale: &Scale, with: &Characters) {
    let Some(reaction) = &alarm.reaction else {
        return;
    };
    let (words, ink) = verdict(reaction.verdict);
    let name = super::alarm_name(alarm);
    if reaction.earliest.at > scale.seconds {
        // All of it would stand right of the picture.
        let label = format!("{name}: {words}, after {} ", duration(reaction.earliest.at));
        let indent = (GUTTER + PLOT).saturating_sub(columns(&label) + 1);
        return page.line(indent, &[(&label, Ink::Plain), (">", ink)]);
    }
    let label = format!("{name}: {words}");
    let from = scale.column(reaction.earliest.at);
    let to = scale.column(reaction.latest.at).max(from + 1).min(PLOT - 1);
    let from = from.min(to - 1);
    let is_cut = reaction.latest.at > scale.seconds;
    let mut bracket = "[".to_owned();
    bracket.extend(std::iter::repeat_n(with.reaction, to - from - 1));
    bracket.push(if is_cut { '>' } else { ']' });
    if GUTTER + to + 3 + columns(&label) <= WIDTH {
        let label = format!("  {label}");
        page.line(GUTTER + from, &[(&bracket, ink), (&label, Ink::Plain)]);
    } else if columns(&label) + 2 <= GUTTER + from {
        let indent = GUTTER + from - columns(&label) - 2;
        let label = format!("{label}  ");
        page.line(indent, &[(&label, Ink::Plain), (&bracket, ink)]);
    } else {
        page.line(GUTTER + from, &[(&bracket, ink)]);
        page.line(GUTTER, &[(&label, Ink::Plain)]);
    }
}
