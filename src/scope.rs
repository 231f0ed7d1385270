//! What every room may ask, and where it tells what it finds: the same for a whole transform, and shared by all.

use crate::diagnostics::{Code, Diagnostic, Suggestions, codes};
use crate::language::conditions::{self, Decided};
use crate::language::intrinsics::{argument, if_parts, is_no_value};
use crate::language::known::Known;
use crate::language::parameters::{Parameters, Trap, Unresolvable, find_in_maps};
use crate::language::partition::Partition;
use crate::metadata::Metadata;
use crate::options::Options;
use crate::template::{Path, Template};
use crate::tree::{Map, Text, Value};
use hashbrown::DefaultHashBuilder;
use indexmap::IndexMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Whether all went well since some step of the way: warnings do not count.
pub(crate) struct Watch<'s> {
    errors: &'s Cell<usize>,
    before: usize,
}

impl Watch<'_> {
    /// Whether no error was told since.
    pub(crate) fn is_sound(&self) -> bool {
        self.errors.get() == self.before
    }
}

/// How much was made so far, in bytes, and which parts took the most.
#[derive(Default)]
struct Room {
    taken: Cell<usize>,
    largest: RefCell<IndexMap<String, usize, DefaultHashBuilder>>,
}

impl Room {
    /// How many parts are named.
    const SHOWN: usize = 3;

    fn take(&self, bytes: usize, part: impl FnOnce() -> String) {
        self.taken.set(self.taken.get().saturating_add(bytes));
        *self.largest.borrow_mut().entry(part()).or_default() += bytes;
    }

    fn largest(&self) -> String {
        let mut largest = self.largest.borrow_mut();
        largest.sort_by(|_, a, _, b| b.cmp(a));
        let parts: Vec<String> = largest
            .iter()
            .filter(|(_, size)| **size > 0)
            .take(Self::SHOWN)
            .map(|(part, size)| format!("{part} {size}"))
            .collect();
        parts.join(", ")
    }
}

/// What values of a template were read from: whoever compares outputs reads it again.
#[derive(Default)]
pub(crate) struct Values {
    pub(crate) parameters: Parameters,
    pub(crate) mappings: Map,
}

impl std::fmt::Debug for Values {
    /// Nothing of them: they may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Values(..)")
    }
}

/// How many findings there are of each kind, by the names of their codes.
type Kinds = IndexMap<&'static str, (&'static Code, usize), DefaultHashBuilder>;

/// The findings that were told, and how many more there are of each kind.
fn all(findings: RefCell<Vec<Diagnostic>>, kinds: RefCell<Kinds>) -> Vec<Diagnostic> {
    let mut findings = findings.into_inner();
    for (code, count) in kinds.into_inner().into_values() {
        let more = count.saturating_sub(MOST_OF_A_KIND);
        if more > 0 {
            let message = format!("there are {more} more findings of this kind");
            let finding = Diagnostic::new(code, Path::default(), message);
            findings.push(finding.help("mend what is told of it, and look again"));
        }
    }
    findings
}

/// How many findings of one kind are told one by one: a template of a megabyte may have half a million, which nobody reads,
/// and which fill the memory.
const MOST_OF_A_KIND: usize = 10_000;

/// What is known before anything is transformed, and the findings so far.
///
/// It is handed on as `&Scope`: a room that takes nothing else changes nothing. Findings are told, never read back,
/// except to ask whether there are any.
pub(crate) struct Scope<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) partition: Partition,
    pub(crate) parameters: Rc<Parameters>,
    mappings: Rc<Map>,
    pub(crate) metadata: Rc<Metadata>,
    conditions: Rc<Map>,
    /// Which of the conditions hold, as far as that was asked and is known.
    decided: Rc<RefCell<Decided>>,
    /// Of names that the template may hold thousands of, among as many.
    pub(crate) suggestions: Rc<Suggestions>,
    room: Room,
    findings: RefCell<Vec<Diagnostic>>,
    kinds: RefCell<Kinds>,
    /// Where intrinsic functions stand in resources that are lowered, and their names.
    intrinsics: Rc<RefCell<Vec<(Path, Text)>>>,
    /// How many of the findings are errors.
    errors: Cell<usize>,
}

impl<'a> Scope<'a> {
    /// The scope of a template that steps were taken with before, which found this.
    pub(crate) fn after(
        found: Vec<Diagnostic>,
        template: &Template,
        options: &'a Options<'a>,
    ) -> Self {
        let scope = Self::new(template, options);
        for finding in found {
            scope.report(finding);
        }
        scope
    }

    pub(crate) fn new(template: &Template, options: &'a Options<'a>) -> Self {
        let partition = Partition::of_region(&options.region);
        let mut parameters = Parameters::new(
            &options.parameters,
            template.section("Parameters"),
            &options.region,
            partition.name(),
        );
        if !options.secrets {
            parameters = parameters.without_secrets();
        }
        Self {
            options,
            partition,
            parameters: Rc::new(parameters),
            mappings: Rc::new(template.section("Mappings").cloned().unwrap_or_default()),
            metadata: Rc::new(Metadata::of(template)),
            conditions: Rc::new(template.section("Conditions").cloned().unwrap_or_default()),
            decided: Rc::default(),
            suggestions: Rc::default(),
            room: Room::default(),
            findings: RefCell::default(),
            kinds: RefCell::default(),
            intrinsics: Rc::default(),
            errors: Cell::default(),
        }
    }

    /// A scope that knows the same and has no findings: what is told there reaches nobody, unless
    /// [`into_findings`](Self::into_findings) takes it and what is wanted of it is told here.
    pub(crate) fn aside(&self) -> Self {
        Self {
            options: self.options,
            partition: self.partition,
            parameters: Rc::clone(&self.parameters),
            mappings: Rc::clone(&self.mappings),
            metadata: Rc::clone(&self.metadata),
            conditions: Rc::clone(&self.conditions),
            decided: Rc::clone(&self.decided),
            suggestions: Rc::clone(&self.suggestions),
            room: Room::default(),
            findings: RefCell::default(),
            kinds: RefCell::default(),
            intrinsics: Rc::clone(&self.intrinsics),
            errors: Cell::default(),
        }
    }

    /// Notes a finding; of more of one kind than anybody reads only how many there are.
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        let diagnostic = self.options.levels.while_working(diagnostic);
        if diagnostic.is_error() {
            self.errors.set(self.errors.get() + 1);
        }
        let mut kinds = self.kinds.borrow_mut();
        let (_, count) = kinds
            .entry(diagnostic.code.name)
            .or_insert((diagnostic.code, 0));
        *count += 1;
        if *count <= MOST_OF_A_KIND {
            self.findings.borrow_mut().push(diagnostic);
        }
    }

    /// Takes room in the output for so many `bytes` that `part` gets, which are about to be made. Where there is none left
    /// that is reported, once, at `path`, with what takes the most.
    pub(crate) fn take_room(
        &self,
        bytes: usize,
        path: impl FnOnce() -> Path,
        part: impl FnOnce() -> String,
    ) -> bool {
        let had_room = self.has_room();
        self.room.take(bytes, part);
        if had_room && !self.has_room() {
            let most = self.options.most_output;
            self.report(
                Diagnostic::new(
                    codes::OUTPUT_TOO_LARGE,
                    path(),
                    format!(
                        "more than {most} bytes would be made of this template; the most of it, in bytes: {}",
                        self.room.largest()
                    ),
                )
                .help("CloudFormation takes a megabyte: split the template, or write less in `Globals` and `Tags`")
                .blame(None),
            );
        }
        self.has_room()
    }

    /// Whether there is room left in the output.
    pub(crate) fn has_room(&self) -> bool {
        self.has_room_for(0)
    }

    /// Whether the output has room left for so many bytes.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.room.taken.get().saturating_add(bytes) <= self.options.most_output
    }

    /// How many bytes there is room left for in the output.
    pub(crate) fn room_left(&self) -> usize {
        let most = self.options.most_output;
        most.saturating_sub(self.room.taken.get())
    }

    /// Looks out for errors from here on.
    ///
    /// ```text
    /// let watch = scope.watch();
    /// check_names(scope, &given);
    /// if watch.is_sound() { /* go on with what was checked */ }
    /// ```
    pub(crate) fn watch(&self) -> Watch<'_> {
        Watch {
            errors: &self.errors,
            before: self.errors.get(),
        }
    }

    /// Whether there are errors.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors.get() > 0
    }

    /// Whether a finding is there already.
    pub(crate) fn has(&self, is_it: impl FnMut(&Diagnostic) -> bool) -> bool {
        self.findings.borrow().iter().any(is_it)
    }

    /// What `look` makes of the findings.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&[Diagnostic]) -> T) -> T {
        look(&self.findings.borrow())
    }

    /// Notes that the intrinsic function `name` stands at a place of a resource.
    pub(crate) fn note_intrinsic(&self, path: Path, name: impl Into<Text>) {
        self.intrinsics.borrow_mut().push((path, name.into()));
    }

    /// Where intrinsic functions stand, and their names.
    pub(crate) fn intrinsics(&self) -> Vec<(Path, Text)> {
        self.intrinsics.take()
    }

    /// A value with the parameters and mappings that are known; none where that fails. Nothing is told.
    pub(crate) fn peek(&self, value: &Value) -> Option<Value> {
        let mut known = self.parameters.resolved(value).ok()?;
        find_in_maps(&mut known, Some(&self.mappings)).ok()?;
        Some(known)
    }

    /// Whether a condition of the template holds, where the values that were given decide it. A default does not: what is
    /// made here may be deployed with another value.
    pub(crate) fn holds(&self, condition: &str) -> Option<bool> {
        let mut decided = self.decided.borrow_mut();
        let equal =
            |one: &Value, other: &Value| Some(self.given_text(one)? == self.given_text(other)?);
        conditions::holds(condition, &self.conditions, &mut decided, &equal)
    }

    /// All that a value may come to: the branches of an `Fn::If`, or the one that the values given decide, with the
    /// parameters and mappings in them that are known.
    pub(crate) fn outcomes(&self, value: &Value) -> Vec<Value> {
        let mut all = Vec::new();
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match if_parts(value) {
                Some((condition, then, otherwise)) => {
                    let holds = condition.as_str().and_then(|name| self.holds(name));
                    if holds != Some(false) {
                        open.push(then);
                    }
                    if holds != Some(true) {
                        open.push(otherwise);
                    }
                }
                None => all.push(self.peek(value).unwrap_or_else(|| value.clone())),
            }
        }
        all
    }

    /// Whether a value is `AWS::NoValue`, or may come to it.
    pub(crate) fn may_be_nothing(&self, value: &Value) -> bool {
        let is_function = is_no_value(value) || if_parts(value).is_some();
        is_function && self.outcomes(value).iter().any(is_no_value)
    }

    /// What a value comes to as text, where the values that were given say it.
    fn given_text(&self, value: &Value) -> Option<Text> {
        if self.parameters.reads_default(value) {
            return None;
        }
        let known = self.all_known().put_in(&self.peek(value)?);
        match argument(&known, "Fn::Sub").unwrap_or(&known) {
            Value::String(text) if known.is_string() || !text.contains("${") => Some(text.clone()),
            Value::Number(number) => Some(number.to_string().into()),
            Value::Bool(flag) => Some(flag.to_string().into()),
            _ => None,
        }
    }

    /// All findings, in the order in which they were told.
    pub(crate) fn into_findings(self) -> Vec<Diagnostic> {
        all(self.findings, self.kinds)
    }

    /// All findings, and what values were read from.
    pub(crate) fn into_results(self) -> (Vec<Diagnostic>, Values) {
        let values = Values {
            parameters: Rc::unwrap_or_clone(self.parameters),
            mappings: Rc::unwrap_or_clone(self.mappings),
        };
        (all(self.findings, self.kinds), values)
    }

    /// Notes what could not be resolved at `path`.
    pub(crate) fn report_unresolvable(&self, path: Path, fault: &Unresolvable) {
        self.report(match fault {
            Unresolvable::SubOfNonText { parameter } => Diagnostic::new(
                codes::SUB_OF_NON_TEXT_PARAMETER,
                path,
                format!("`Fn::Sub` puts in `{parameter}`, whose value is not text"),
            )
            .help(format!(
                "give `{parameter}` a text: quote its `Default`, or pass the value as a string"
            )),
            Unresolvable::FindInMapShape => Diagnostic::new(
                codes::FIND_IN_MAP_ARGUMENTS,
                path,
                "`Fn::FindInMap` needs three arguments here",
            )
            .help("write `!FindInMap [Mapping, TopLevelKey, SecondLevelKey]`; a default value is not looked at offline"),
            Unresolvable::NotTwoLevels { mapping } => Diagnostic::new(
                codes::MAPPING_NOT_TWO_LEVELS,
                path,
                format!("`Fn::FindInMap` reads the mapping `{mapping}`, which is not a map of maps"),
            )
            .help("a mapping has two levels of keys: `Mapping: {TopLevelKey: {SecondLevelKey: value}}`"),
        });
    }

    /// Resolves parameters and mappings in a value of the template, for a decision that needs it now; a fault is noted
    /// and leaves null.
    pub(crate) fn decide(&self, value: &Value, path: impl FnOnce() -> Path) -> Value {
        let resolved = self.parameters.resolved(value).and_then(|mut value| {
            find_in_maps(&mut value, Some(&self.mappings))?;
            Ok(value)
        });
        resolved.unwrap_or_else(|fault| {
            self.report_unresolvable(path(), &fault);
            Value::Null
        })
    }

    /// A copy of a value with the parameters and mappings that are known put in; what is not known stays as it is.
    pub(crate) fn known(&self, value: &Value) -> Value {
        let resolved = self.parameters.resolved(value).and_then(|mut value| {
            find_in_maps(&mut value, Some(&self.mappings))?;
            Ok(value)
        });
        resolved.unwrap_or_else(|_| value.clone())
    }

    /// The parameters of the template that a value reads.
    pub(crate) fn parameters_in(&self, value: &Value) -> Vec<String> {
        self.parameters.read_in(value)
    }

    /// All that is known before a deployment, defaults of parameters among it.
    pub(crate) fn all_known(&self) -> Known<'_> {
        Known {
            parameters: &self.parameters,
            mappings: &self.mappings,
            conditions: &self.conditions,
        }
    }

    /// A mapping of the template.
    pub(crate) fn mapping(&self, name: &str) -> Option<&Value> {
        self.mappings.get(name)
    }

    /// Warns of parameters in `value` whose values go into the output or a hash, and had better not.
    pub(crate) fn warn_of_parameters(&self, value: &Value, path: &Path) {
        for (parameter, trap) in self.parameters.traps(value) {
            self.report(trapped(trap, &parameter, path.clone()));
        }
    }
}

/// A warning that the value of a parameter is read at a place, which had better not be.
pub(crate) fn trapped(trap: Trap, parameter: &str, path: Path) -> Diagnostic {
    match trap {
        Trap::Secret => Diagnostic::new(
            codes::SECRET_IN_OUTPUT,
            path,
            format!("the value of the `NoEcho` parameter `{parameter}` is written into the output"),
        )
        .help("name secrets by a dynamic reference, `{{resolve:secretsmanager:...}}`, instead"),
        Trap::SsmName => Diagnostic::new(
            codes::SSM_PARAMETER_BY_NAME,
            path,
            format!("`{parameter}` is an SSM parameter, of which only the name is known here, not the value"),
        )
        .help("the name stands in its place, so a change of the stored value changes nothing: pass the value itself as a `String` parameter"),
        Trap::LooseDefault => Diagnostic::new(
            codes::DEFAULT_NOT_A_STRING,
            path,
            format!("the `Default` of `{parameter}` is not a string, but a value passed at the deployment is one"),
        )
        .help(format!("quote the `Default` of `{parameter}`: otherwise ids change when the same value is passed")),
    }
}
