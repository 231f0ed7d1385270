//! Each template under `fixtures/`: what we make of it, whether the reference makes the same, and what holds for all.
//!
//! A fixture's first line says what it proves. More comment lines may follow: `# region: ...`, `# parameters: A=1 B=2`,
//! `# differs: why` where our answer is not the reference's on
//! purpose, and `# reference: not asked, why` where it cannot be asked. Beside `NAME.yaml` stands the reference's
//! answer, `NAME.sam.json` or `NAME.sam-error.json`, which `tests/tools/record_sam.py` records.
//!
//! Of what lies under `fixtures/beyond/` SAM has no answer that could be deployed. Why its syntax is nobody else's stands
//! beside it in `NAME.ours.json`, which `tests/tools/record_syntax.py` records.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/snapshots.rs"]
mod snapshots;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use canaryform::dependencies::Dependencies;
use canaryform::deployment::{Alarms, Deployment, ServiceRole, Traffic};
use canaryform::diagnostics::render;
use canaryform::diagnostics::{Refusal, codes};
use canaryform::keep;
use canaryform::macro_call::answer;
use canaryform::template::place;
use canaryform::tree::{Map, Value, json};
use canaryform::{Diagnostic, Format, Options, Template, read, transform, write};
use fixture::Fixture;
use snapshots::snapshots;
use support::{Answer, difference, disagreement};

impl Fixture {
    /// The transformed template, where there are no errors, and all findings in their places.
    fn transform(&self) -> (Option<Template>, Vec<Diagnostic>) {
        let (template, mut diagnostics) = match read(self.text.as_bytes()) {
            Err(faults) => (None, faults.0),
            Ok(read) => {
                let output = transform(read.template, &self.options());
                let made = (!output.has_errors()).then_some(output.template);
                let mut diagnostics = read.warnings;
                diagnostics.extend(output.diagnostics);
                (made, diagnostics)
            }
        };
        place(&mut diagnostics, self.text.as_bytes());
        (template, diagnostics)
    }

    fn recorded(&self) -> Option<Answer> {
        Answer::recorded(
            &self.path.with_extension("sam.json"),
            &self.path.with_extension("sam-error.json"),
        )
    }
}

/// Runs `check` on every fixture; fails with everything that was found.
#[track_caller]
fn for_each(check: impl Fn(&Fixture) -> Option<String>) {
    let found: Vec<String> = Fixture::all()
        .iter()
        .filter_map(|fixture| Some(format!("{}: {}", fixture.name, check(fixture)?)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Runs `check` on every fixture that is transformed, with the template that it becomes.
#[track_caller]
fn for_each_made(check: impl Fn(&Fixture, &Template) -> Option<String>) {
    for_each(|fixture| check(fixture, &fixture.transform().0?));
}

#[test]
fn fixture() {
    let _settings = snapshots();
    insta::glob!("../fixtures", "**/*.yaml", |path| {
        let fixture = Fixture::load(path);
        // `tests/check.rs` has those of rules.
        if fixture.name.starts_with("check/") {
            return;
        }
        let (template, diagnostics) = fixture.transform();
        let name = format!("{}.yaml", fixture.name);
        let source = render::Source {
            name: &name,
            text: fixture.text.as_bytes(),
        };
        let mut answer = template.map_or_else(String::new, |t| write(&t, Format::Yaml));
        if !diagnostics.is_empty() {
            answer.push_str("--- findings ---\n");
            answer.push_str(&render::text(&diagnostics, source, false));
        }
        insta::assert_snapshot!(answer);
    });
}

/// The model that `explain`, `diff` and the like read, for the fixtures that are about it: each folder of what is beyond
/// SAM by itself.
#[test]
fn deployments() {
    let mut texts: BTreeMap<Option<String>, String> = BTreeMap::new();
    let groups = ["gradual/", "globals/", "beyond/"];
    let is_about_it = |name: &str| groups.iter().any(|group| name.starts_with(group));
    for fixture in Fixture::all() {
        if !is_about_it(&fixture.name) {
            continue;
        }
        let folder = fixture.name.rsplit_once('/').unwrap_or_default().0;
        let folder = fixture.is_beyond().then(|| folder.replace('/', "__"));
        let text = texts.entry(folder).or_default();
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let output = transform(given.template, &fixture.options().with_parts());
        if output.has_errors() {
            continue;
        }
        for deployment in &output.deployments {
            writeln!(text, "{}: {}", fixture.name, described(deployment)).unwrap();
        }
    }
    for (folder, text) in texts {
        let mut settings = insta::Settings::clone_current();
        if let Some(folder) = folder {
            settings.set_snapshot_suffix(folder);
        }
        settings.bind(|| {
            let _settings = snapshots();
            if !text.is_empty() {
                insta::assert_snapshot!("deployments", text);
            }
        });
    }
}

/// A deployment as lines of text, without digests.
fn described(deployment: &Deployment) -> String {
    let Deployment {
        function,
        kind,
        condition,
        alias,
        version,
        shift,
        ..
    } = deployment;
    let mut text = format!("{function} ({kind:?}");
    if let Some(condition) = condition {
        write!(text, ", if {condition}").unwrap();
    }
    write!(text, ")\n  alias {} `{}`", alias.id, alias.name).unwrap();
    if let Some(concurrency) = &alias.provisioned_concurrency {
        write!(text, ", {concurrency}").unwrap();
    }
    write!(
        text,
        "\n  version {} on {:?}, {}",
        version.id, version.published_on, version.deletion_policy
    )
    .unwrap();
    for part in version.parts.iter().flatten() {
        write!(text, "\n    {}", part.path).unwrap();
        if !part.parameters.is_empty() {
            write!(text, " with {}", part.parameters.join(", ")).unwrap();
        }
    }
    if let Some(shift) = shift {
        write!(text, "\n  shift {} as {} says", shift.group, shift.path).unwrap();
        if let Some(condition) = &shift.condition {
            write!(text, ", if {condition}").unwrap();
        }
        if !shift.behind.is_empty() {
            write!(text, ", behind {}", shift.behind.join(", ")).unwrap();
        }
        write!(
            text,
            "\n    {}\n    {}",
            traffic(&shift.traffic),
            alarms(&shift.alarms)
        )
        .unwrap();
        for (event, hook) in [("before", &shift.before), ("after", &shift.after)] {
            if let Some(hook) = hook {
                write!(
                    text,
                    "\n    {event}: {}, resource {:?}, invocable {:?}",
                    hook.function, hook.id, hook.is_invocable
                )
                .unwrap();
            }
        }
        match &shift.role {
            ServiceRole::Given(role) => write!(text, "\n    role {role}").unwrap(),
            role => write!(text, "\n    role {role:?}").unwrap(),
        }
        if let Some(triggers) = &shift.triggers {
            write!(text, "\n    triggers {triggers}").unwrap();
        }
    }
    text
}

fn traffic(shape: &Traffic) -> String {
    match shape {
        Traffic::If {
            condition,
            then,
            otherwise,
        } => format!(
            "if {condition}: {}; else {}",
            traffic(then),
            traffic(otherwise)
        ),
        Traffic::Named(name) => format!("named {name}"),
        planned => format!("{planned:?}"),
    }
}

fn alarms(watched: &Alarms) -> String {
    match watched {
        Alarms::If {
            condition,
            then,
            otherwise,
        } => format!(
            "if {condition}: {}; else {}",
            alarms(then),
            alarms(otherwise)
        ),
        Alarms::Watched(alarms) => {
            let each = alarms.iter().map(|alarm| {
                let generated = if alarm.is_generated {
                    ", generated"
                } else {
                    ""
                };
                format!("{}, resource {:?}{generated}", alarm.name, alarm.id)
            });
            format!("alarms [{}]", each.collect::<Vec<_>>().join("; "))
        }
        none => format!("alarms {none:?}"),
    }
}

#[test]
fn a_secret_changes_a_digest_and_no_text() {
    let text = br"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Pin: {Type: String, NoEcho: true}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {Bucket: bucket, Key: !Sub 'k${Pin}'}
      Handler: h
      Runtime: python3.13
      MemorySize: 128
      AutoPublishAlias: live
";
    let parts = |pin: &str| {
        let parameters = Map::from_iter([("Pin".to_owned(), pin.into())]);
        let options = Options::new("eu-west-1")
            .with_parameters(parameters)
            .with_parts();
        let output = transform(read(text).unwrap().template, &options);
        output.deployments[0].version.parts.clone().unwrap()
    };
    let (one, other) = (parts("7341"), parts("9085"));
    assert_eq!(one, parts("7341"));
    let changed: Vec<&[String]> = one
        .iter()
        .zip(&other)
        .filter(|(one, other)| one.digest != other.digest)
        .map(|(one, _)| &one.parameters[..])
        .collect();
    assert_eq!(changed, [["Pin"]]);
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

#[test]
fn nobody_pays_for_parts_who_does_not_ask() {
    for_each(|fixture| {
        let given = read(fixture.text.as_bytes()).ok()?.template;
        let plain = transform(given.clone(), &fixture.options());
        let mut asked = transform(given, &fixture.options().with_parts());
        if plain.template != asked.template || plain.diagnostics != asked.diagnostics {
            return Some("asking for parts changes the answer".to_owned());
        }
        for deployment in &mut asked.deployments {
            deployment.version.parts = None;
        }
        (plain.deployments != asked.deployments).then(|| "they are there".to_owned())
    });
}

#[test]
fn deliberate_differences() {
    let _settings = snapshots();
    let list: Vec<String> = Fixture::all()
        .iter()
        .filter_map(|fixture| Some(format!("{}: {}", fixture.name, fixture.header("differs")?)))
        .collect();
    insta::assert_snapshot!(list.join("\n"));
}

#[test]
fn the_reference_agrees_unless_the_fixture_says_why_not() {
    for_each(|fixture| {
        if fixture.is_beyond() {
            return None;
        }
        let text = fixture.text.as_bytes();
        let found = fixture
            .recorded()
            .map(|answer| disagreement(text, &fixture.options(), &answer));
        match (found, fixture.header("differs")) {
            (None, None) if fixture.header("reference").is_some() => None,
            (None, None) => Some("no recorded answer: run tests/tools/record_sam.py".to_owned()),
            (Some(None), Some(_)) => Some("does not differ: drop the line that says so".to_owned()),
            (Some(Some(disagreement)), None) => Some(disagreement),
            _ => None,
        }
    });
}

#[test]
fn of_two_with_one_id_the_later_stays_where_that_is_allowed() {
    for name in ["refused/generated-ids-meet", "refused/queue-takes-rule"] {
        let all = Fixture::all();
        let fixture = all.iter().find(|fixture| fixture.name == name).unwrap();
        let mut options = fixture.options();
        options.levels.allow("generated-id-lost").unwrap();
        let answer = fixture.recorded().unwrap();
        assert_eq!(
            disagreement(fixture.text.as_bytes(), &options, &answer),
            None,
            "{name}"
        );
    }
}

#[test]
fn what_is_beyond_sam_is_no_syntax_of_anybody_else() {
    for_each(|fixture| {
        let reason = fixture.path.with_extension("ours.json");
        (fixture.is_beyond() && !reason.is_file())
            .then(|| "no reason: run tests/tools/record_syntax.py".to_owned())
    });
}

#[test]
fn what_is_kept_becomes_the_same() {
    for_each(|fixture| {
        let given = read(fixture.text.as_bytes()).ok()?.template;
        let whole = transform(given.clone(), &fixture.options());
        if whole.has_errors() {
            return None;
        }
        let kept = keep::transform(given.clone(), &fixture.options());
        if kept.has_errors() {
            let mut errors = kept.diagnostics.iter().filter(|found| found.is_error());
            let is_told = errors.all(|found| found.code == codes::KEEP_NOT_POSSIBLE);
            return (!is_told || !fixture.is_beyond()).then(|| format!("{:?}", kept.diagnostics));
        }
        if !fixture.is_beyond() {
            return difference(&Value::Object(kept.template.0), &Value::Object(given.0));
        }
        let again = transform(kept.template, &fixture.options());
        if again.has_errors() {
            return Some(format!("{:?}", again.diagnostics));
        }
        let sorted = |template: Template| {
            let mut value = Value::Object(template.0);
            if let Some(Value::Object(resources)) = value.get_mut("Resources") {
                resources.sort_keys();
            }
            value
        };
        difference(&sorted(again.template), &sorted(whole.template))
    });
}

/// CloudFormation hands a macro the values of all parameters.
#[test]
fn the_macro_gives_what_the_command_gives_with_all_values() {
    for_each(|fixture| {
        if !fixture.is_beyond() || fixture.text.contains(": ./") {
            return None;
        }
        let given = read(fixture.text.as_bytes()).ok()?.template;
        let mut values = fixture.options().parameters;
        for (name, parameter) in given.section("Parameters").into_iter().flatten() {
            if let Some(default) = parameter.get("Default") {
                let text = default
                    .as_str()
                    .map_or_else(|| default.to_string(), str::to_owned);
                values.entry(name.clone()).or_insert(text.into());
            }
        }
        let region = fixture.options().region;
        for serverless in ["Lower", "Keep"] {
            let request = json!({
                "requestId": "1",
                "region": &region,
                "params": { "Serverless": serverless },
                "templateParameterValues": Value::Object(values.clone()),
                "fragment": Value::Object(given.0.clone()),
            });
            let response = answer(&request.to_string()).response;
            let response: Value = serde_json::from_str(&response).unwrap();
            let options = Options::new(region.as_str()).with_parameters(values.clone());
            let output = if serverless == "Keep" {
                keep::transform(given.clone(), &options)
            } else {
                transform(given.clone(), &options)
            };
            let made = (!output.has_errors()).then_some(Value::Object(output.template.0));
            let found = match (response.get("fragment"), made) {
                (Some(fragment), Some(made)) => difference(fragment, &made),
                (None, None) => None,
                (_, _) => Some(format!("{response}, {:?}", output.diagnostics)),
            };
            if let Some(found) = found {
                return Some(format!("{serverless}: {found}"));
            }
        }
        None
    });
}

/// Keys that go beyond SAM.
const BEYOND: &[&str] = &[
    "AutoPublishCodeSha256",
    "Canary",
    "ConcurrentExecutions",
    "DeploymentGroup",
    "Duration",
    "ErrorRate",
    "Errors",
    "Linear",
    "LogErrors",
    "ManagedPolicy",
    "Metric",
    "RouteErrors",
    "SmokeTest",
    "Throttles",
    "VersionVariable",
    "Watch",
];

/// SAM has no words for them.
const NEVER_KEPT: &[(&str, &str)] = &[("DeploymentGroup", "AWS::Serverless::Function")];

/// What goes beyond SAM is shown on functions of both kinds, by the command and in what is kept for SAM. The macro gives the
/// same, as `the_macro_gives_what_the_command_gives_with_all_values` holds.
#[test]
fn every_key_is_shown_on_functions_of_both_kinds() {
    fn holds(value: &Value, key: &str) -> bool {
        match value {
            Value::Object(map) => {
                map.contains_key(key) || map.values().any(|inner| holds(inner, key))
            }
            Value::Array(items) => items.iter().any(|inner| holds(inner, key)),
            _ => false,
        }
    }
    let kinds = ["AWS::Serverless::Function", "AWS::Lambda::Function"];
    let mut shown: BTreeSet<(&str, &str, bool)> = BTreeSet::new();
    for fixture in Fixture::all().iter().filter(|fixture| fixture.is_beyond()) {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        if fixture.transform().0.is_none() {
            continue;
        }
        let is_kept = !keep::transform(given.template.clone(), &fixture.options()).has_errors();
        for resource in given.template.resources().into_iter().flat_map(Map::values) {
            for kind in kinds.iter().filter(|kind| resource["Type"] == **kind) {
                for key in BEYOND
                    .iter()
                    .filter(|key| holds(&resource["Properties"], key))
                {
                    shown.insert((key, kind, false));
                    if is_kept {
                        shown.insert((key, kind, true));
                    }
                }
            }
        }
    }
    let wanted = BEYOND.iter().flat_map(|key| kinds.map(|kind| (*key, kind)));
    let missing: Vec<_> = wanted
        .flat_map(|(key, kind)| [(key, kind, false), (key, kind, true)])
        .filter(|one| shown.contains(one) == (one.2 && NEVER_KEPT.contains(&(one.0, one.1))))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn nothing_waits_for_itself() {
    let circles = |template: &Template| -> BTreeSet<String> {
        let circles = Dependencies::of(template).circles();
        circles.iter().map(ToString::to_string).collect()
    };
    for_each_made(|fixture, made| {
        // What the reference makes of it waits for itself as much.
        let theirs = match fixture.recorded() {
            Some(Answer::Template(Value::Object(template))) => circles(&Template(template)),
            _ => BTreeSet::new(),
        };
        circles(made).difference(&theirs).next().cloned()
    });
}

#[test]
fn who_refuses_is_who_the_codes_say() {
    for_each(|fixture| {
        if fixture.is_beyond() {
            return None;
        }
        let (_, found) = fixture.transform();
        let mut refused = found.iter().filter_map(|d| Some((d.code, d.code.refusal?)));
        match fixture.recorded()? {
            // Whatever is refused here is refused by us alone.
            Answer::Template(_) => refused
                .find(|(_, refusal)| *refusal == Refusal::Sam)
                .map(|(code, _)| format!("SAM accepts it, with `{code}`")),
            // One of the faults must be what SAM refuses it for.
            Answer::Refusal(_) => {
                let ours: Vec<_> = refused.collect();
                (!ours.is_empty() && ours.iter().all(|(_, refusal)| *refusal == Refusal::Ours))
                    .then(|| format!("SAM refuses it too, with {ours:?}"))
            }
        }
    });
}

#[test]
fn every_code_is_used() {
    fn read_all(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_all(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    read_all(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut text,
    );
    let used: BTreeSet<&str> = text
        .split("codes::")
        .skip(1)
        .map(|rest| {
            let end =
                rest.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect();
    let unused: Vec<_> = codes::ALL
        .iter()
        .filter(|code| !used.contains(code.name.to_uppercase().replace('-', "_").as_str()))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_fixture_says_what_it_proves() {
    for_each(|fixture| {
        let first = fixture.text.lines().next().unwrap_or_default();
        let is_sentence = first.starts_with("# ") && first.ends_with('.');
        (!is_sentence).then(|| format!("begins with `{first}`"))
    });
}

#[test]
fn no_sam_resource_is_left() {
    for_each_made(|fixture, made| {
        // Types that SAM does not have are left, and a fixture shows that they are told.
        if fixture.text.contains("types that it does not have") {
            return None;
        }
        let (id, _) = made.resources()?.iter().find(|(_, resource)| {
            resource["Type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
        })?;
        Some(format!("`{id}` is left"))
    });
}

#[test]
fn transforming_again_changes_nothing() {
    for_each_made(|fixture, made| {
        let again = transform(made.clone(), &fixture.options());
        if again.has_errors() {
            return Some(format!("refused: {:?}", again.diagnostics));
        }
        difference(
            &Value::Object(again.template.0),
            &Value::Object(made.0.clone()),
        )
    });
}

#[test]
fn what_is_written_reads_as_the_same() {
    for_each_made(|_, made| {
        [Format::Yaml, Format::Json].into_iter().find_map(|format| {
            let text = write(made, format);
            let found = match read(text.as_bytes()) {
                Ok(read) if read.format == format => difference(
                    &Value::Object(read.template.0),
                    &Value::Object(made.0.clone()),
                ),
                Ok(read) => Some(format!("read as {:?}", read.format)),
                Err(faults) => Some(format!("{faults:?}")),
            };
            found.map(|found| format!("{format:?}: {found}"))
        })
    });
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for_each_made(|fixture, made| {
        let again = fixture.transform().0?;
        (write(made, Format::Yaml) != write(&again, Format::Yaml)).then(|| "differs".to_owned())
    });
}

#[test]
fn every_generated_resource_has_an_origin() {
    for_each(|fixture| {
        let given = read(fixture.text.as_bytes()).ok()?.template;
        let output = transform(given.clone(), &fixture.options());
        if output.has_errors() {
            return None;
        }
        let given = given.resources()?;
        let made = output.template.resources()?;
        let orphan = made
            .keys()
            .find(|id| !given.contains_key(*id) && !output.origins.contains_key(id.as_str()));
        let ghost = output.origins.keys().find(|id| !made.contains_key(*id));
        orphan
            .map(|id| format!("`{id}` has none"))
            .or_else(|| ghost.map(|id| format!("`{id}` has one and is not there")))
    });
}

#[test]
fn every_finding_has_a_place() {
    for_each(|fixture| {
        let (_, diagnostics) = fixture.transform();
        let homeless = diagnostics.iter().find(|d| d.span.is_none())?;
        Some(format!("{homeless:?}"))
    });
}

#[test]
fn what_is_not_sams_passes_through_unchanged() {
    for_each_made(|fixture, made| {
        let given = read(fixture.text.as_bytes()).ok()?.template;
        // There plain resources have keys of ours, and hooks what they need to be called.
        if fixture.is_beyond() {
            return None;
        }
        // What loops and includes come to stands nowhere in the text.
        if ["Fn::ForEach", "AWS::Include"]
            .iter()
            .any(|name| fixture.text.contains(name))
        {
            return None;
        }
        let (theirs, sams): (Vec<_>, Vec<_>) = given.resources()?.iter().partition(|(_, r)| {
            !r["Type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
        });
        // References to what is generated, and to layers, whose ids change, are meant to change.
        let refers = |value: &Value| {
            let text = value.to_string();
            let names_implicit_api =
                text.contains("ServerlessRestApi.") || text.contains("ServerlessHttpApi.");
            names_implicit_api
                || sams.iter().any(|(id, sam)| {
                    text.contains(&format!("{id}."))
                        || text.contains(&format!("\"{id}\",\"Version"))
                        || sam["Type"] == "AWS::Serverless::LayerVersion"
                            && text.contains(id.as_str())
                })
        };
        let sections = given
            .0
            .iter()
            .filter(|(name, _)| !["Transform", "Globals", "Resources"].contains(&name.as_str()))
            .map(|(name, value)| (name, value, made.0.get(name)));
        // What runs here is named no more.
        let is_own = |value: &Value| value["Name"] == "Canaryform";
        let resources = theirs
            .into_iter()
            .filter(|(id, value)| *id != "Fn::Transform" || !is_own(value))
            .map(|(id, value)| (id, value, made.resources().and_then(|all| all.get(id))));
        let has_connectors = given.resources()?.values().any(|resource| {
            let kind = &resource["Type"];
            resource.get("Connectors").is_some()
                || kind == "AWS::Serverless::Connector"
                || kind == "AWS::Serverless::GraphQLApi"
        });
        // Buckets and user pools are where their events are written.
        let edited = |value: &Value| {
            ["AWS::S3::Bucket", "AWS::Cognito::UserPool"]
                .contains(&value["Type"].as_str().unwrap_or_default())
        };
        sections
            .chain(resources)
            .filter(|(_, given, _)| !refers(given) && !edited(given))
            .find_map(|(name, given, made)| {
                let mut made = made.cloned().unwrap_or_default();
                if let (Value::Object(made), Value::Object(given), true) =
                    (&mut made, given, name == "Conditions")
                {
                    made.retain(|condition, _| given.contains_key(condition));
                }
                let mut given = given.clone();
                if has_connectors {
                    // They leave the resources that they stand in; what waits for one waits for what it becomes.
                    for map in [&mut made, &mut given]
                        .into_iter()
                        .filter_map(Value::as_object_mut)
                    {
                        map.retain(|name, _| !["Connectors", "DependsOn"].contains(&name.as_str()));
                    }
                }
                difference(&made, &given).map(|found| format!("{name}{found}"))
            })
    });
}
