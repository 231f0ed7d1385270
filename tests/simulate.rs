//! The model of a shift against tables that were worked out apart from it, and what must hold of every shift.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use canaryform::deployment::{Alarms, Plan, Traffic};
use canaryform::json;
use canaryform::simulate::{Assumptions, Load, Signal, Timeline, Verdict, Window};
use canaryform::{Options, read, transform};
use proptest::prelude::*;

const fn canary(percent: u8, minutes: u32) -> Plan {
    Plan::Canary { percent, minutes }
}

const fn linear(percent: u8, every_minutes: u32) -> Plan {
    Plan::Linear {
        percent,
        every_minutes,
    }
}

fn window(period: u32, datapoints: u32, signal: Signal) -> Window {
    Window {
        period,
        evaluation_periods: datapoints,
        datapoints,
        signal,
    }
}

/// Shape, alarm; then: all traffic has moved at, earliest and latest reaction, verdict, share and exposure at both.
type Worked = (
    Plan,
    (u32, u32, Signal),
    u32,
    (u32, u32),
    Verdict,
    (u32, u32),
    (f64, f64),
);

#[test]
fn reactions_are_those_of_the_worked_examples() {
    use Signal::{Count, Level};
    use Verdict::{Doubtful, InTime, Never};
    let worked: &[Worked] = &[
        (
            canary(10, 5),
            (60, 2, Count),
            300,
            (120, 240),
            InTime,
            (10, 10),
            (12.0, 24.0),
        ),
        (
            canary(10, 5),
            (300, 1, Count),
            300,
            (60, 180),
            InTime,
            (10, 10),
            (6.0, 18.0),
        ),
        (
            canary(10, 5),
            (300, 2, Count),
            300,
            (360, 480),
            Never,
            (100, 100),
            (90.0, 210.0),
        ),
        (
            canary(10, 5),
            (60, 5, Count),
            300,
            (300, 420),
            Doubtful,
            (100, 100),
            (30.0, 150.0),
        ),
        (
            canary(10, 5),
            (300, 1, Level),
            300,
            (60, 480),
            Doubtful,
            (10, 100),
            (6.0, 210.0),
        ),
        (
            canary(25, 7),
            (60, 2, Count),
            420,
            (120, 240),
            InTime,
            (25, 25),
            (30.0, 60.0),
        ),
        (
            linear(10, 1),
            (60, 2, Count),
            540,
            (120, 240),
            InTime,
            (30, 50),
            (18.0, 60.0),
        ),
        (
            linear(10, 10),
            (60, 2, Count),
            5400,
            (120, 240),
            InTime,
            (10, 10),
            (12.0, 24.0),
        ),
        (
            linear(30, 3),
            (60, 3, Count),
            540,
            (180, 300),
            InTime,
            (60, 60),
            (54.0, 126.0),
        ),
        (
            Plan::AllAtOnce,
            (60, 1, Count),
            0,
            (60, 180),
            Never,
            (100, 100),
            (60.0, 180.0),
        ),
    ];
    for (plan, (period, datapoints, signal), all_at, times, verdict, shares, exposures) in worked {
        let timeline = Timeline::of(plan);
        let alarm = window(*period, *datapoints, *signal);
        let reaction = timeline.reaction(&alarm, &Assumptions::default());
        assert_eq!(timeline.all_at(), *all_at, "{plan:?}");
        assert_eq!(
            (reaction.earliest, reaction.latest),
            *times,
            "{plan:?} {alarm:?}"
        );
        assert_eq!(reaction.verdict, *verdict, "{plan:?} {alarm:?}");
        let share = |at| timeline.share_at(at);
        assert_eq!(
            (share(times.0), share(times.1)),
            *shares,
            "{plan:?} {alarm:?}"
        );
        let exposure = |at| (timeline.exposure(at) * 1000.0).round() / 1000.0;
        assert_eq!(
            (exposure(times.0), exposure(times.1)),
            *exposures,
            "{plan:?} {alarm:?}"
        );
    }
}

#[test]
fn predefined_shapes_leave_alarms_the_time_of_the_table() {
    let shapes = [
        canary(10, 5),
        canary(10, 10),
        canary(10, 15),
        canary(10, 30),
        linear(10, 1),
        linear(10, 2),
        linear(10, 3),
        linear(10, 10),
    ];
    let rows = [
        (60, 1, "tttttttt"),
        (60, 2, "tttttttt"),
        (60, 3, "tttttttt"),
        (300, 1, "tttttttt"),
        (60, 5, "dttttttt"),
        (300, 2, "nttttttt"),
        (300, 3, "nnttnttt"),
    ];
    for (period, datapoints, expected) in rows {
        let alarm = window(period, datapoints, Signal::Count);
        let verdicts: String = shapes
            .iter()
            .map(|plan| {
                match Timeline::of(plan)
                    .reaction(&alarm, &Assumptions::default())
                    .verdict
                {
                    Verdict::InTime => 't',
                    Verdict::Doubtful => 'd',
                    Verdict::Never => 'n',
                }
            })
            .collect();
        assert_eq!(
            verdicts, expected,
            "period {period}, {datapoints} datapoints"
        );
    }
}

#[test]
fn chances_are_those_of_the_worked_examples() {
    let timeline = Timeline::of(&canary(10, 5));
    let of = |calls_a_minute: f64, error_rate: f64, datapoints: u32, evaluation_periods: u32| {
        let alarm = Window {
            period: 60,
            evaluation_periods,
            datapoints,
            signal: Signal::Count,
        };
        let load = Load {
            calls_a_minute,
            error_rate,
        };
        let chance = timeline
            .chance(&alarm, &load, &Assumptions::default())
            .unwrap();
        (chance * 1000.0).round() / 1000.0
    };
    for (calls, rate, expected) in [
        (6.0, 1.0, [0.427, 0.550, 0.611, 0.909]),
        (60.0, 1.0, [1.0, 1.0, 1.0, 1.0]),
        (60.0, 0.05, [0.167, 0.240, 0.277, 0.699]),
        (600.0, 0.01, [0.427, 0.550, 0.611, 0.909]),
    ] {
        let found = [(2, 2), (2, 3), (2, 5), (1, 1)].map(|(m, n)| of(calls, rate, m, n));
        assert_eq!(
            found, expected,
            "{calls} calls a minute, {rate} of them failing"
        );
    }
}

#[test]
fn the_window_of_an_alarm_is_read_from_its_resource() {
    let of = |properties| {
        Window::of_alarm(&json!({ "Type": "AWS::CloudWatch::Alarm", "Properties": properties }))
    };
    let given = json!({ "Statistic": "Sum", "Period": "60", "EvaluationPeriods": 3, "DatapointsToAlarm": 2 });
    let expected = Window {
        period: 60,
        evaluation_periods: 3,
        datapoints: 2,
        signal: Signal::Count,
    };
    assert_eq!(of(given), Some(expected));
    let average = json!({ "Statistic": "Average", "Period": 60, "EvaluationPeriods": 2 });
    assert_eq!(of(average), Some(window(60, 2, Signal::Level)));
    let metric =
        |period: u32| json!({ "Id": "m", "MetricStat": { "Period": period, "Stat": "Sum" } });
    let expression = json!({
        "EvaluationPeriods": 1,
        "Metrics": [{ "Id": "e", "Expression": "m1 / m2" }, metric(60), metric(300)],
    });
    assert_eq!(of(expression), Some(window(300, 1, Signal::Level)));
    let unknown =
        json!({ "Statistic": "Sum", "Period": { "Ref": "Period" }, "EvaluationPeriods": 1 });
    assert_eq!(of(unknown), None);
    assert_eq!(
        Window::of_alarm(&json!({ "Type": "AWS::CloudWatch::CompositeAlarm" })),
        None
    );
}

/// The alarm that `Alarms: Standard` makes, in the output of a whole transform.
#[test]
fn the_standard_alarm_can_stop_every_gradual_shape_in_time() {
    for shape in [
        "Canary10Percent5Minutes",
        "Canary10Percent10Minutes",
        "Canary10Percent15Minutes",
        "Canary10Percent30Minutes",
        "Linear10PercentEvery1Minute",
        "Linear10PercentEvery2Minutes",
        "Linear10PercentEvery3Minutes",
        "Linear10PercentEvery10Minutes",
        "AllAtOnce",
    ] {
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: 's3://b/k', Handler: h, Runtime: python3.13, AutoPublishAlias: live, DeploymentPreference: {{Type: {shape}, Alarms: Standard}}}}\n"
        );
        let template = read(text.as_bytes()).unwrap().template;
        let output = transform(template, &Options::new("eu-west-1"));
        let shift = output.deployments[0].shift.as_ref().unwrap();
        let (Traffic::Planned(plan), Alarms::Watched(alarms)) = (&shift.traffic, &shift.alarms)
        else {
            panic!("{shift:?}");
        };
        let resources = output.template.resources().unwrap();
        let alarm = resources.get(alarms[0].id.as_ref().unwrap()).unwrap();
        let window = Window::of_alarm(alarm).unwrap();
        let verdict = Timeline::of(plan)
            .reaction(&window, &Assumptions::default())
            .verdict;
        let wanted = if shape == "AllAtOnce" {
            Verdict::Never
        } else {
            Verdict::InTime
        };
        assert_eq!(verdict, wanted, "{shape}");
    }
}

fn plans() -> impl Strategy<Value = Plan> {
    prop_oneof![
        Just(Plan::AllAtOnce),
        (1..100_u8, 1..2880_u32).prop_map(|(percent, minutes)| canary(percent, minutes)),
        (1..100_u8, 1..60_u32).prop_map(|(percent, every)| linear(percent, every)),
    ]
}

proptest! {
    #[test]
    fn exposure_grows_with_time_and_share(plan in plans(), from in 0..200_000_u32, more in 0..200_000_u32) {
        let timeline = Timeline::of(&plan);
        prop_assert!(timeline.exposure(from) <= timeline.exposure(from + more));
        let larger = match plan {
            Plan::Canary { percent, minutes } => canary((percent + 1).min(99), minutes),
            Plan::Linear { percent, every_minutes } => linear((percent + 1).min(99), every_minutes),
            other => other,
        };
        // More of the traffic at once, and never less of it later.
        prop_assert!(timeline.exposure(from) <= Timeline::of(&larger).exposure(from) + 1e-9);
    }

    #[test]
    fn what_needs_more_datapoints_reacts_later_and_never_by_a_better_verdict(
        plan in plans(), period in prop::sample::select(vec![10_u32, 30, 60, 120, 300]), datapoints in 1..20_u32,
    ) {
        let timeline = Timeline::of(&plan);
        let react = |datapoints| timeline.reaction(&window(period, datapoints, Signal::Count), &Assumptions::default());
        let (less, more) = (react(datapoints), react(datapoints + 1));
        prop_assert!(less.earliest <= more.earliest && less.latest <= more.latest);
        prop_assert!(timeline.exposure(less.latest) <= timeline.exposure(more.latest));
        prop_assert!(less.verdict as u8 <= more.verdict as u8);
    }

    #[test]
    fn a_chance_is_one_and_falls_with_what_the_alarm_needs(
        plan in plans(), datapoints in 1..5_u32, extra in 0..5_u32, calls in 0.0..1000.0, rate in 0.0..1.0,
    ) {
        let timeline = Timeline::of(&plan);
        let load = Load { calls_a_minute: calls, error_rate: rate };
        let of = |datapoints: u32| {
            let alarm = Window { period: 60, evaluation_periods: datapoints + extra, datapoints, signal: Signal::Count };
            timeline.chance(&alarm, &load, &Assumptions::default()).unwrap()
        };
        prop_assert!((0.0..=1.0 + 1e-9).contains(&of(datapoints)));
        let more = Window { period: 60, evaluation_periods: datapoints + extra + 1, datapoints, signal: Signal::Count };
        // A longer memory only helps.
        prop_assert!(of(datapoints) <= timeline.chance(&more, &load, &Assumptions::default()).unwrap() + 1e-9);
    }
}
