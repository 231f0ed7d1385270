//! From a place in what a template becomes to the place where its author wrote what stands there.
//!
//! ```text
//! Resources/Greeter/Properties/TracingConfig/Mode       Resources/Greeter/Properties/Tracing
//! Resources/GreeterAliaslive/Properties/Name            Resources/Greeter/Properties/AutoPublishAlias
//! Resources/GreeterVersion8683fcd932/DeletionPolicy     Resources/Greeter/Properties/VersionDeletionPolicy
//! Resources/GreeterFromJobs/Properties/BatchSize        Resources/Greeter/Properties/Events/FromJobs/Properties/BatchSize
//! ```

use crate::language::intrinsics::is_intrinsic;
use crate::origin::Origins;
use crate::plain;
use crate::resource::property::{Effect, Property};
use crate::sam::{self, events};
use crate::template::{Path, Step, Template};
use crate::tree::Value;

/// A template and what it became.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// As it is written.
    pub(crate) given: &'a Template,
    /// With Globals merged and loops unrolled, which is where places are told.
    pub(crate) merged: &'a Template,
    /// What it became.
    pub(crate) made: &'a Template,
    /// Why each resource of that was made.
    pub(crate) origins: &'a Origins,
}

impl Known<'_> {
    /// Where what stands at a place of the output is written: where the value was carried over from, else what asked for the
    /// resource that it is in. The output's own place where neither is known.
    pub(crate) fn home(&self, made: &Path) -> Path {
        let Some(id) = made.resource_id() else {
            return of_section(self, made);
        };
        match self.written(id) {
            Some(written) => of_own(self, id, written, made),
            None => of_generated(self, id, made),
        }
    }

    /// A resource as the template has it.
    fn written(&self, id: &str) -> Option<&Value> {
        self.merged.resources()?.get(id)
    }
}

/// What stands at a place, as far as it leads: the last value, and the steps to it.
fn reached<'v>(value: &'v Value, steps: &[Step]) -> (&'v Value, usize) {
    let mut at = value;
    for (depth, step) in steps.iter().enumerate() {
        match into(at, step) {
            Some(inner) => at = inner,
            None => return (at, depth),
        }
    }
    (at, steps.len())
}

fn into<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Key(key) => value.get(key.as_str()),
        Step::Index(index) => value.get(*index),
    }
}

/// The value at a place of a template.
fn at<'t>(template: &'t Template, path: &Path) -> Option<&'t Value> {
    let (section, rest) = path.0.split_first()?;
    let Step::Key(section) = section else {
        return None;
    };
    let (value, depth) = reached(template.0.get(section)?, rest);
    (depth == rest.len()).then_some(value)
}

/// The place `base` and the first of `steps` behind it that lead somewhere in `value`, which stands there.
fn as_far_as_written(base: Path, value: &Value, steps: &[Step]) -> Path {
    let (_, depth) = reached(value, steps);
    let mut path = base;
    path.0.extend(steps.iter().take(depth).cloned());
    path
}

/// The place of an entry of another section. A condition that is made stands at the resource that has it.
fn of_section(known: &Known<'_>, made: &Path) -> Path {
    let [Step::Key(section), Step::Key(name), ..] = made.0.as_slice() else {
        return made.clone();
    };
    let is_written = known
        .merged
        .section(section)
        .is_some_and(|entries| entries.contains_key(name));
    if is_written || section != "Conditions" {
        return made.clone();
    }
    let mut resources = known.made.resources().into_iter().flatten();
    let user = resources.find(|(_, resource)| names_condition(resource, name));
    match user {
        Some((id, _)) => known.home(&Path::resource(id)),
        None => Path(vec!["Resources".into()]),
    }
}

fn names_condition(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, inner)| {
            let is_named = match key.as_str() {
                "Condition" => inner.as_str() == Some(name),
                "Fn::If" => inner.get(0).and_then(Value::as_str) == Some(name),
                _ => false,
            };
            is_named || names_condition(inner, name)
        }),
        Value::Array(items) => items.iter().any(|item| names_condition(item, name)),
        _ => false,
    }
}

/// The place in a resource that the template has itself.
fn of_own(known: &Known<'_>, id: &str, written: &Value, made: &Path) -> Path {
    let own = Path::resource(id);
    let steps = made.0.get(2..).unwrap_or_default();
    let (_, depth) = reached(written, steps);
    let in_properties = steps.first() == Some(&Step::from("Properties"));
    // What is missing in a property is missing in the innermost map that would have it.
    if depth == steps.len() || depth > 1 || depth == 1 && !in_properties {
        return as_far_as_written(own, written, steps);
    }
    let named = renamed(written, own.clone(), steps, false);
    if !in_properties {
        return named.unwrap_or(own);
    }
    let region = Region::of_resource(own.clone(), written);
    let equal = || region.as_ref()?.equal(known, made, true);
    if named.is_none() {
        // What an event or another resource has put into it.
        let asked = reasons(known, id).into_iter();
        let asked = asked.filter(|reason| reason.path != own).collect();
        if let Some(found) = carried(known, asked, made) {
            return found;
        }
    }
    equal()
        .or(named)
        .unwrap_or_else(|| as_far_as_written(own, written, steps))
}

/// The place in a resource that was made.
fn of_generated(known: &Known<'_>, id: &str, made: &Path) -> Path {
    let steps = made.0.get(2..).unwrap_or_default();
    let asked = reasons(known, id);
    if asked.is_empty() {
        return made.clone();
    }
    let fallback = named_on_the_way(&asked, made);
    if steps.is_empty() {
        return fallback;
    }
    if let Some(found) = carried(known, asked, made) {
        return found;
    }
    let source = known.origins.get(id).and_then(|it| it.source.as_deref());
    let owner = source.and_then(|source| Some((source, known.written(source)?)));
    let Some((source, written)) = owner else {
        return fallback;
    };
    let own = Path::resource(source);
    // An attribute is that of what asked for it.
    let (value, depth) = reached(written, steps);
    if depth == steps.len() && at(known.made, made) == Some(value) && steps.len() == 1 {
        return as_far_as_written(own, written, steps);
    }
    renamed(written, own.clone(), steps, true)
        .or_else(|| Region::of_resource(own, written)?.equal(known, made, true))
        .unwrap_or(fallback)
}

/// Something that asked for a resource, and what is written there.
struct Reason<'a> {
    path: Path,
    value: Option<&'a Value>,
}

/// What asked for a resource.
fn reasons<'a>(known: &'a Known<'_>, id: &str) -> Vec<Reason<'a>> {
    let origin = known.origins.get(id);
    let because = origin.into_iter().flat_map(|origin| &origin.because);
    because
        .map(|path| Reason {
            value: at(known.given, path).or_else(|| at(known.merged, path)),
            path: path.clone(),
        })
        .collect()
}

/// Of what asked for a resource the part whose text is a key on the way: the event with this path of an API.
fn named_on_the_way(asked: &[Reason<'_>], made: &Path) -> Path {
    fn holds(value: &Value, key: &str) -> bool {
        match value {
            Value::String(text) => text.eq_ignore_ascii_case(key),
            Value::Array(items) => items.iter().any(|item| holds(item, key)),
            Value::Object(map) => map.values().any(|inner| holds(inner, key)),
            _ => false,
        }
    }
    let keys = made.0.get(3..).unwrap_or_default();
    let count = |reason: &&Reason<'_>| {
        let value = reason.value;
        let named = keys.iter().filter(|step| match (step, value) {
            (Step::Key(key), Some(value)) => holds(value, key),
            _ => false,
        });
        named.count()
    };
    // The first of those with as many.
    let best = asked.iter().rev().max_by_key(count);
    best.map(|reason| reason.path.clone()).unwrap_or_default()
}

/// Where in what asked for a resource the value at a place of the resource comes from.
fn carried(known: &Known<'_>, asked: Vec<Reason<'_>>, made: &Path) -> Option<Path> {
    asked.into_iter().find_map(|reason| {
        let value = reason.value?;
        let steps = made.0.get(2..).unwrap_or_default();
        if reason.path.0.len() == 2 {
            // All of a resource: what is in it is looked for as in its source.
            return None;
        }
        let is_event = value.get("Properties").is_some();
        let region = if is_event {
            Region {
                base: reason.path.clone().then("Properties"),
                value: value.get("Properties")?,
            }
        } else {
            Region {
                base: reason.path.clone(),
                value,
            }
        };
        let below = steps.get(1..).unwrap_or_default();
        region
            .same(known, made, below)
            .or_else(|| region.equal(known, made, false))
            .or_else(|| renamed(value, reason.path, steps, false))
            .or_else(|| region.filled(below))
    })
}

/// The property that becomes another one: `CodeUri` for `Code`. `in_another` says whether that is one of another resource.
fn renamed(written: &Value, own: Path, steps: &[Step], in_another: bool) -> Option<Path> {
    let properties = written.get("Properties")?;
    let kind = written.get("Type")?.as_str()?;
    // An attribute is named as a property is: `DeletionPolicy`.
    let (name, rest) = match steps {
        [Step::Key(first), Step::Key(name), rest @ ..] if first == "Properties" => (name, rest),
        [Step::Key(name), rest @ ..] => (name, rest),
        _ => return None,
    };
    let is_meant = |row: &&Property| match row.effect {
        Effect::Does(what) => {
            properties.get(row.name).is_some()
                && becomes(what, name)
                && (what.contains(" of ") || !in_another || row.name == name.as_str())
        }
        _ => false,
    };
    let row = rows(written, kind).find(is_meant)?;
    let base = own.then("Properties").then(row.name);
    let value = properties.get(row.name)?;
    Some(as_far_as_written(base, value, rest))
}

/// Whether a property becomes the one of this name, as the words say that stand in its row.
fn becomes(what: &str, name: &str) -> bool {
    what.contains("becomes ") && what.split('`').skip(1).step_by(2).any(|word| word == name)
}

/// The rows of a resource type, or of an event.
fn rows(written: &Value, kind: &str) -> impl Iterator<Item = &'static Property> + use<> {
    let of_resource = sam::type_of(written)
        .or_else(|| plain::named_type_of(written).map(|plain| &plain.kind))
        .map(|kind| kind.properties);
    let all = [events::OF_FUNCTIONS, events::OF_STATE_MACHINES];
    let of_event = all
        .into_iter()
        .flatten()
        .find(|event| event.name == kind)
        .map(|event| event.properties);
    of_resource.or(of_event).into_iter().flatten()
}

/// Properties that the author wrote.
struct Region<'a> {
    base: Path,
    value: &'a Value,
}

impl<'a> Region<'a> {
    fn of_resource(own: Path, written: &'a Value) -> Option<Self> {
        Some(Self {
            base: own.then("Properties"),
            value: written.get("Properties")?,
        })
    }

    /// The property of the same name, where it has the same value.
    fn same(&self, known: &Known<'_>, made: &Path, below: &[Step]) -> Option<Path> {
        let name = below.first()?;
        let value = into(self.value, name)?;
        let upto = Path(made.0.get(..4)?.to_vec());
        let is_equal = at(known.made, &upto) == Some(value);
        is_equal.then(|| as_far_as_written(self.base.clone(), self.value, below))
    }

    /// The property of the same name, where both are maps or lists: tags, which are a list there.
    fn filled(&self, below: &[Step]) -> Option<Path> {
        let name = below.first()?;
        let value = into(self.value, name)?;
        let is_filled = (value.is_object() || value.is_array()) && !is_intrinsic(value);
        is_filled.then(|| as_far_as_written(self.base.clone(), self.value, below))
    }

    /// The largest value around a place that stands in here too, and the steps that are left from there.
    ///
    /// A text, a number or an intrinsic says little: where the region is `wide` it counts only under the same key, or where
    /// it is a long text that stands here once.
    fn equal(&self, known: &Known<'_>, made: &Path, wide: bool) -> Option<Path> {
        const LONG: usize = 5;
        for length in 4..=made.0.len() {
            let upto = Path(made.0.get(..length)?.to_vec());
            // Behind a part that is missing nothing is to be found.
            let value = at(known.made, &upto)?;
            let rest = made.0.get(length..).unwrap_or_default();
            let key = last_key(&upto);
            let mut found = Vec::new();
            look(self.value, value, &mut self.base.clone(), &mut found);
            let is_large =
                (value.is_object() || value.is_array()) && !is_intrinsic(value) && !is_empty(value);
            let by_key = |path: &&Path| last_key(path) == key;
            let is_long = value.as_str().is_some_and(|text| text.len() >= LONG);
            let path = match found.as_slice() {
                [] => None,
                all if is_large => all.iter().find(by_key).or(all.first()),
                [only] if !wide && value.is_string() => Some(only),
                [only] if is_long => Some(only),
                all => all.iter().find(by_key),
            };
            if let Some(path) = path {
                return Some(as_far_as_written(path.clone(), value, rest));
            }
        }
        None
    }
}

/// The last key on the way to a place: of an item that of its list.
fn last_key(path: &Path) -> Option<&Step> {
    let mut steps = path.0.iter().rev();
    steps.find(|step| matches!(step, Step::Key(_)))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Every place at or below `here` where `wanted` stands.
fn look(value: &Value, wanted: &Value, here: &mut Path, found: &mut Vec<Path>) {
    if value == wanted {
        found.push(here.clone());
        return;
    }
    here.each_below(value, |here, inner| look(inner, wanted, here, found));
}
