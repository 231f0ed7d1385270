//! The template while its resources are lowered: what the user wrote, and what has been made of it so far.

use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::conditions;
use crate::language::logical_id::{self, MAX_LENGTH};
use crate::language::requirements::All;
use crate::language::truth::is_within;
use crate::origin::{Origin, Origins};
use crate::resource::generated::{Collision, Generated, Made, Slot, type_of};
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Text, Value};
use hashbrown::DefaultHashBuilder;
use indexmap::map::Entry;
use indexmap::{IndexMap, IndexSet};

/// The conditions of a template.
#[derive(Default)]
pub(crate) struct Conditions {
    /// Those that the template declares.
    pub(crate) declared: Map,
    /// Those to be added to it.
    pub(crate) added: Map,
}

impl Conditions {
    /// The conditions that a template declares.
    pub(crate) fn of(template: &Template) -> Self {
        Self {
            declared: template.section("Conditions").cloned().unwrap_or_default(),
            added: Map::new(),
        }
    }

    /// Whether the template has none, and none is added.
    pub(crate) fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.added.is_empty()
    }

    /// Adds a condition to the template, unless a different one of the user's has its name.
    pub(crate) fn add(&mut self, scope: &Scope<'_>, name: impl Into<Text>, condition: Value) {
        let name = name.into();
        if name.len() > MAX_LENGTH {
            scope.report(
                Diagnostic::new(
                    codes::GENERATED_CONDITION_TOO_LONG,
                    Path::default().then("Conditions"),
                    format!("the condition `{name}` would be generated, whose name is longer than {MAX_LENGTH} characters"),
                )
                .help("give the conditions that it is made of shorter names"),
            );
            return;
        }
        if self
            .declared
            .get(&name)
            .is_some_and(|declared| *declared != condition)
        {
            scope.report(
                Diagnostic::new(
                    codes::GENERATED_CONDITION_TAKEN,
                    Path::default().then("Conditions").then(&name),
                    format!("`{name}` is also the name of a condition that is generated"),
                )
                .on_key()
                .help(format!("rename the condition `{name}`")),
            );
            return;
        }
        self.added.insert(name, condition);
    }

    /// The name of the condition that holds where `name` does not.
    pub(crate) fn negated(&mut self, scope: &Scope<'_>, name: &str) -> String {
        let made = logical_id::not(name);
        self.add(scope, &made, conditions::not(name));
        made
    }

    /// The name of the condition that holds where all of `names` do.
    pub(crate) fn all_of(&mut self, scope: &Scope<'_>, names: &[String]) -> String {
        self.joined(scope, names, logical_id::all_of, "Fn::And")
    }

    /// The name of the condition that holds where one of `names` does.
    pub(crate) fn one_of(&mut self, scope: &Scope<'_>, names: &[String]) -> String {
        self.joined(scope, names, logical_id::one_of, "Fn::Or")
    }

    /// The name of the condition that one of `any` is met; none where that is always so.
    pub(crate) fn met(&mut self, scope: &Scope<'_>, any: &[All]) -> Option<String> {
        if any.iter().any(Vec::is_empty) {
            return None;
        }
        let mut names = Vec::new();
        for all in any {
            let mut both = Vec::new();
            for one in all {
                both.push(if one.holds {
                    one.condition.clone()
                } else {
                    self.negated(scope, &one.condition)
                });
            }
            names.push(self.all_of(scope, &both));
        }
        Some(self.one_of(scope, &names))
    }

    fn joined(
        &mut self,
        scope: &Scope<'_>,
        names: &[String],
        named: fn(&[String]) -> String,
        function: &str,
    ) -> String {
        let names: IndexSet<String> = names.iter().cloned().collect();
        let names: Vec<String> = names.into_iter().collect();
        if let [only] = names.as_slice() {
            return only.clone();
        }
        let made = named(&names);
        let operands = names.iter().map(|name| conditions::condition(name));
        self.add(scope, &made, conditions::joined(function, operands));
        made
    }

    /// Writes what was added into the template, with the section where there is none.
    pub(crate) fn write_into(self, template: &mut Template) {
        if self.added.is_empty() {
            return;
        }
        let section = template.0.entry("Conditions").or_insert(Value::Null);
        if section.is_null() {
            *section = Value::Object(Map::new());
        }
        if let Some(section) = section.as_object_mut() {
            section.extend(self.added);
        }
    }
}

/// Values by names that are looked up a lot, which a quick hash is enough for.
type ById<T> = IndexMap<String, T, DefaultHashBuilder>;

/// What references to SAM resources stand for once these are lowered.
#[derive(Default)]
pub(crate) struct Names {
    /// Resources whose id changes (layers): old id to new.
    pub(crate) renamed: ById<String>,
    /// Dotted references (`Fn.Alias`) and the generated id that each stands for.
    pub(crate) referable: ById<String>,
    /// Functions that have something to be referred to only where a condition holds, and that condition.
    pub(crate) conditional: IndexMap<String, String>,
    /// Connectors, and the resources that each has become.
    pub(crate) connectors: IndexMap<String, Vec<String>>,
}

/// A generated resource, and its place among the others.
struct Placed {
    /// The resource, as it stands in the output; null while several SAM resources still make it.
    resource: Value,
    /// The position, among the template's own resources, of the one that asked for it; it follows that one.
    after: usize,
}

/// The resources of a template, and what belongs to them.
pub(crate) struct Stack {
    /// The template's own resources; one that is taken leaves null behind.
    pub(crate) own: Map,
    pub(crate) conditions: Conditions,
    pub(crate) names: Names,
    /// What lowering made, by logical id.
    made: ById<Placed>,
    origins: Origins,
}

impl Stack {
    pub(crate) fn new(resources: Map, conditions: Conditions) -> Self {
        Self {
            own: resources,
            conditions,
            names: Names::default(),
            made: ById::default(),
            origins: Origins::new(),
        }
    }

    /// A resource as it will stand in the output, as far as that is known.
    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        let made = self.made.get(id).map(|made| &made.resource);
        let made = made.filter(|made| !made.is_null());
        made.or_else(|| self.own.get(id))
    }

    /// A resource as it will stand in the output, to change it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        match self.made.get_mut(id) {
            Some(made) => Some(&mut made.resource),
            None => self.own.get_mut(id),
        }
    }

    /// Every resource as it will stand in the output, as far as that is known.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        let made = self.made.iter();
        let own = self.own.iter().filter(|(_, resource)| !resource.is_null());
        own.map(|(id, resource)| (id.as_str(), resource))
            .chain(made.map(|(id, made)| (id.as_str(), &made.resource)))
    }

    /// Adds what the resource `source` has become.
    pub(crate) fn add(&mut self, scope: &Scope<'_>, source: &str, mut made: Generated) {
        for collision in made.take_collisions() {
            scope.report(collided(source, collision));
        }
        let bytes = made.least_length();
        let path = || Path::resource(source);
        if !scope.take_room(bytes, path, || format!("what `{source}` generates")) {
            return;
        }
        for (id, slot) in made.into_slots() {
            match slot {
                Slot::Made(made) => self.emit(scope, source, id, made),
                Slot::Shared(_) => self.keep_place(source, id),
                Slot::Reserved => {}
            }
        }
    }

    /// Keeps a place behind `source` for a resource that it makes together with others, unless one of them has one.
    fn keep_place(&mut self, source: &str, id: String) {
        let after = self.own.get_index_of(source).unwrap_or_default();
        let resource = Value::Null;
        let kept = self.made.entry(id).or_insert(Placed { resource, after });
        kept.resource = Value::Null;
    }

    /// Puts a resource that several SAM resources make together, `first` among them, into its place, unless something
    /// else was generated later that has its id. It is there `because` of each of these places.
    pub(crate) fn complete(
        &mut self,
        scope: &Scope<'_>,
        first: &str,
        id: String,
        resource: Value,
        because: Vec<Path>,
    ) {
        let others = because.iter().filter_map(Path::resource_id);
        let sources = std::iter::once(first).chain(others);
        if self.refuse_taken(scope, sources, &id, &resource) {
            return;
        }
        self.note_origin(id.clone(), None, because);
        let after = self.own.get_index_of(first).unwrap_or_default();
        let kept = self.made.entry(id).or_insert(Placed {
            resource: Value::Null,
            after,
        });
        if kept.resource.is_null() {
            kept.resource = resource;
        }
    }

    /// Puts what a SAM resource became into the template, behind the resource `source` that asked for it.
    ///
    /// An id that another resource of the template has is an error. Of two generated resources with one id the later
    /// stays, in the place of the first, as in the reference; where they differ that is said.
    fn emit(&mut self, scope: &Scope<'_>, source: &str, id: String, made: Made) {
        let Made { resource, because } = made;
        if id != source && self.refuse_taken(scope, [source], &id, &resource) {
            return;
        }
        self.note_origin(id.clone(), Some(source), because);
        let after = self.own.get_index_of(source).unwrap_or_default();
        match self.made.entry(id) {
            Entry::Vacant(free) => {
                free.insert(Placed { resource, after });
            }
            Entry::Occupied(mut taken) => {
                if taken.get().resource != resource {
                    let finding = Diagnostic::new(
                        code_of_two([&taken.get().resource, &resource].map(type_of)),
                        Path::resource(source),
                        format!("`{}` is generated twice with different content; the later one replaces the earlier", taken.key()),
                    )
                    .on_key()
                    .help("rename an event, an alias or a function so that the two get ids of their own");
                    scope.report(finding);
                }
                taken.get_mut().resource = resource;
            }
        }
    }

    /// Whether another resource of the template has the id of one that `sources` generate together, which is reported.
    fn refuse_taken<'s>(
        &self,
        scope: &Scope<'_>,
        sources: impl IntoIterator<Item = &'s str>,
        id: &str,
        generated: &Value,
    ) -> bool {
        if !self.own.contains_key(id) {
            return false;
        }
        let sources: IndexSet<&str> = sources.into_iter().collect();
        let kind = kind_of(generated);
        for source in &sources {
            scope.report(
                Diagnostic::new(
                    codes::GENERATED_ID_TAKEN,
                    Path::resource(source),
                    format!(
                        "`{source}` generates {kind} with the id `{id}`, which the template has already"
                    ),
                )
                .on_key()
                .help(format!("rename `{id}`")),
            );
        }
        let first = sources.first().copied().unwrap_or_default();
        let generate = match sources.get_index(1) {
            None => format!("`{first}` generates"),
            Some(second) if sources.len() == 2 => format!("`{first}` and `{second}` generate"),
            Some(_) => format!("`{first}` and {} others generate", sources.len() - 1),
        };
        scope.report(
            Diagnostic::new(
                codes::GENERATED_ID_TAKEN,
                Path::resource(id),
                format!("`{id}` is the id of {kind} that {generate}"),
            )
            .on_key()
            .help("rename this resource"),
        );
        true
    }

    /// Remembers why a resource was made, beside what else it was made for.
    fn note_origin(&mut self, id: String, source: Option<&str>, because: Vec<Path>) {
        let source = source.map(str::to_owned);
        match self.origins.entry(id) {
            Entry::Vacant(new) => {
                new.insert(Origin { source, because });
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.source = source;
                known.because.extend(because);
            }
        }
    }

    /// Puts a resource behind `source`, or at the end where resources of the template share it. It is there `because`
    /// of each of these places.
    ///
    /// The reference would overwrite whatever has its id: that is an error here.
    pub(crate) fn emit_new(
        &mut self,
        scope: &Scope<'_>,
        source: Option<&str>,
        id: String,
        resource: Value,
        because: Vec<Path>,
    ) {
        let own = self.own.get(&id);
        let is_said_again = own.is_some_and(|own| is_within(own, &resource));
        if (own.is_some() && !is_said_again) || self.made.contains_key(&id) {
            // The reference has no such fault: beside faults of its own this one blames no resource.
            let blamed = (!scope.has_errors()).then_some(id.as_str());
            let fault = Diagnostic::new(
                codes::RESOURCE_OVERWRITTEN,
                Path::resource(&id),
                format!("`{id}` is the id of {} that a deployment preference generates, and which would take its place", kind_of(&resource)),
            )
            .on_key()
            .help("rename this resource")
            .blame(blamed);
            scope.report(fault);
            if !scope.options.levels.allows(codes::RESOURCE_OVERWRITTEN) {
                return;
            }
        }
        if let Some(own) = self.own.get_mut(&id) {
            *own = Value::Null;
        }
        let after = source
            .and_then(|source| self.own.get_index_of(source))
            .unwrap_or(self.own.len());
        self.note_origin(id.clone(), source, because);
        self.made.insert(id, Placed { resource, after });
    }

    /// The resources in order: each made one behind that which asked for it; and where each comes from.
    pub(crate) fn finish(self) -> (Map, Names, Conditions, Origins) {
        let mut made: Vec<(usize, String, Value)> = self
            .made
            .into_iter()
            .filter(|(_, made)| !made.resource.is_null())
            .map(|(id, made)| (made.after, id, made.resource))
            .collect();
        made.sort_by_key(|(after, _, _)| *after);
        let mut made = made.into_iter().peekable();
        let mut all = Map::with_capacity(self.own.len() + made.len());
        for (index, (id, resource)) in self.own.into_iter().enumerate() {
            if !resource.is_null() {
                all.insert(id, resource);
            }
            while let Some((_, id, resource)) = made.next_if(|(after, _, _)| *after <= index) {
                all.insert(id, resource);
            }
        }
        all.extend(made.map(|(_, id, resource)| (id, resource)));
        (all, self.names, self.conditions, self.origins)
    }
}

/// What is wrong where two different resources that `source` makes get one id.
///
/// The reference refuses another resource with the id of the SAM resource itself; else the later replaces the earlier.
fn collided(source: &str, collision: Collision) -> Diagnostic {
    let Collision {
        id,
        lost,
        kept,
        because,
    } = collision;
    let finding = if id == source {
        let other = if lost == kept { &kept } else { &lost };
        Diagnostic::new(
            codes::GENERATED_ID_TAKEN,
            because,
            format!("`{source}` generates an {other} with the id `{id}`, which is its own"),
        )
    } else {
        Diagnostic::new(
            code_of_two([&lost, &kept]),
            because,
            format!(
                "`{source}` generates an {lost} and an {kept} with the id `{id}`; the one replaces the other"
            ),
        )
    };
    finding.help("give each of the two an id of its own")
}

/// How grave it is that two resources of these types get one id: an error where it is an event that names the id.
fn code_of_two(types: [&str; 2]) -> &'static Code {
    let is_named = |kind: &&str| ["AWS::SQS::Queue", "AWS::SQS::QueuePolicy"].contains(kind);
    if types.iter().any(is_named) {
        codes::GENERATED_ID_LOST
    } else {
        codes::GENERATED_ID_TWICE
    }
}

/// A resource's type with an article.
fn kind_of(resource: &Value) -> String {
    format!("an {}", type_of(resource))
}
