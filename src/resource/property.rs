//! One row per SAM property: what it accepts, where it may stand, who lowers it. And the check of a resource against
//! its rows.

use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::intrinsics::passes_as_intrinsic;
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Text, Value};
use std::fmt;

/// What a property's value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Anything: CloudFormation judges it.
    Any,
    /// A string.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number; a boolean passes as one.
    Integer,
    /// A map.
    Map,
    /// A map whose values all have this shape.
    MapOf(&'static Shape),
    /// A list.
    List,
    /// A list whose items all have this shape.
    ListOf(&'static Shape),
    /// One of several shapes.
    OneOf(&'static [Shape]),
    /// One of these words.
    Word(&'static [&'static str]),
}

pub(crate) const TEXT_OR_MAP: Shape = Shape::OneOf(&[Shape::Text, Shape::Map]);
pub(crate) const LIST_OF_TEXT_OR_MAP: Shape = Shape::ListOf(&TEXT_OR_MAP);
pub(crate) const TEXT_OR_TEXTS: Shape = Shape::OneOf(&[Shape::Text, Shape::ListOf(&Shape::Text)]);

impl Shape {
    /// Whether `value` has this shape.
    pub(crate) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Bool => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64() || value.is_boolean(),
            Self::Map => value.is_object(),
            Self::MapOf(inner) => value
                .as_object()
                .is_some_and(|map| map.values().all(|value| inner.accepts(value))),
            Self::List => value.is_array(),
            Self::ListOf(inner) => value
                .as_array()
                .is_some_and(|items| items.iter().all(|item| inner.accepts(item))),
            Self::OneOf(shapes) => shapes.iter().any(|shape| shape.accepts(value)),
            Self::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        }
    }

    /// The shape in words, as it follows "must be".
    pub(crate) fn words(self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Text => "a string".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Integer => "a whole number".to_owned(),
            Self::Map => "a map".to_owned(),
            Self::MapOf(inner) => format!("a map whose values are each {}", inner.words()),
            Self::List => "a list".to_owned(),
            Self::ListOf(inner) => format!("a list whose items are each {}", inner.words()),
            Self::OneOf(shapes) => {
                let words: Vec<String> = shapes.iter().map(|shape| shape.words()).collect();
                words.join(" or ")
            }
            Self::Word(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                words.join(" or ")
            }
        }
    }
}

/// What a property does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It goes over as it is, null left out.
    Copied,
    /// It goes over as it is where it counts as true: not when empty.
    CopiedIfFilled,
    /// Something is made of it, or decided by it: what, in words that follow its name.
    Does(&'static str),
    /// Nothing: it is accepted, as SAM does, and this is why nothing reads it.
    Ignored(&'static str),
}

/// One property of a SAM resource or event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Whether a map with one key passes unseen, as an intrinsic that is not known until the deployment.
    pub(crate) intrinsics: bool,
    /// Whether it may stand in Globals.
    pub(crate) globals: bool,
    pub(crate) required: bool,
    pub(crate) effect: Effect,
    /// The keys of its map that are meant where a value of their shape is written for the whole of it.
    pub(crate) meant_keys: &'static [(&'static str, Shape)],
}

impl Property {
    /// A property of any shape that goes over as it is.
    pub(crate) const fn any(name: &'static str) -> Self {
        Self {
            name,
            shape: Shape::Any,
            intrinsics: true,
            globals: false,
            required: false,
            effect: Effect::Copied,
            meant_keys: &[],
        }
    }

    /// A property of a shape.
    pub(crate) const fn of(name: &'static str, shape: Shape) -> Self {
        let mut property = Self::any(name);
        property.shape = shape;
        property
    }

    /// A property that must have its shape: no intrinsic passes in its place.
    pub(crate) const fn strictly(name: &'static str, shape: Shape) -> Self {
        let mut property = Self::of(name, shape);
        property.intrinsics = false;
        property
    }

    pub(crate) const fn global(mut self) -> Self {
        self.globals = true;
        self
    }

    /// A property whose map has a key for each of these shapes that says all, and so is meant by a value without it:
    /// `DeploymentPreference: Canary10Percent5Minutes`.
    pub(crate) const fn meant_by(mut self, keys: &'static [(&'static str, Shape)]) -> Self {
        self.meant_keys = keys;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A property that is not copied: what is made of it or decided by it, as it follows its name.
    pub(crate) const fn does(mut self, what: &'static str) -> Self {
        self.effect = Effect::Does(what);
        self
    }

    /// A property that SAM accepts and nothing reads, and why.
    pub(crate) const fn ignored(mut self, why: &'static str) -> Self {
        self.effect = Effect::Ignored(why);
        self
    }

    pub(crate) const fn if_filled(mut self) -> Self {
        self.effect = Effect::CopiedIfFilled;
        self
    }

    /// Whether some values go over as they are.
    fn may_copy(&self) -> bool {
        matches!(self.effect, Effect::Copied | Effect::CopiedIfFilled)
    }

    /// Whether `value` goes over as it is.
    pub(crate) fn copies(&self, value: &Value) -> bool {
        match self.effect {
            Effect::Copied => !value.is_null(),
            Effect::CopiedIfFilled => is_truthy(Some(value)),
            Effect::Does(_) | Effect::Ignored(_) => false,
        }
    }

    /// What to write instead of a value that may not stand here.
    fn instead_of(&self, value: &Value) -> String {
        // A boolean passes as a number, and is not meant as one.
        let is_meant =
            |shape: &Shape| shape.accepts(value) && (*shape == Shape::Bool) == value.is_boolean();
        let mut keys = self.meant_keys.iter();
        let meant = keys.find(|(_, shape)| is_meant(shape));
        match meant.zip(plain_scalar(value)) {
            Some(((key, _), value)) => format!("write `{}: {{{key}: {value}}}`", self.name),
            None => format!("write {} here", self.shape.words()),
        }
    }

    /// Whether `value` may stand here; null counts as absent.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        value.is_null()
            || (self.intrinsics && passes_as_intrinsic(value))
            || self.shape.accepts(value)
    }
}

/// A scalar as YAML has it in a line, if it is a word or a number there and not too long to be told again.
pub(crate) fn plain_scalar(value: &Value) -> Option<String> {
    const MOST: usize = 80;
    let is_plain = |text: &&str| {
        let mut characters = text.chars();
        let inside =
            |character: char| character.is_ascii_alphanumeric() || "_-./:".contains(character);
        text.len() <= MOST
            && characters
                .next()
                .is_some_and(|first| first.is_ascii_alphabetic())
            && characters.all(inside)
            && !text.ends_with(':')
    };
    match value {
        Value::String(text) => Some(text.as_str()).filter(is_plain).map(str::to_owned),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Reports every property in `properties` that has no row, has the wrong shape, or is missing.
/// Returns whether all is well.
///
/// `owner` is what has the properties, in words: "`AWS::Serverless::Function`", "an `SQS` event".
pub(crate) fn check(
    scope: &Scope<'_>,
    table: &'static [Property],
    properties: &Map,
    owner: &dyn fmt::Display,
    path: &Path,
) -> bool {
    let watch = scope.watch();
    for (name, value) in properties {
        let Some(row) = table.iter().find(|row| row.name == name) else {
            if name == "Fn::Transform" {
                scope.report(properties_included(path.clone().then(name), owner));
                continue;
            }
            let mut fault = Diagnostic::new(
                codes::UNKNOWN_PROPERTY,
                path.clone().then(name),
                format!("{owner} has no property `{name}`"),
            )
            .on_key();
            if let Some(meant) = suggestion(name, table.iter().map(|row| row.name)) {
                fault = fault.help(format!("did you mean `{meant}`?"));
            } else {
                fault = fault.help("take it out, or move it to where it belongs");
            }
            scope.report(fault);
            continue;
        };
        if !row.accepts(value) {
            let mut fault = Diagnostic::new(
                codes::WRONG_SHAPE,
                path.clone().then(name),
                format!("`{name}` must be {}", row.shape.words()),
            );
            fault = if !row.intrinsics && passes_as_intrinsic(value) {
                fault.help("write the value itself: an intrinsic cannot be read before the deployment here")
            } else {
                fault.help(row.instead_of(value))
            };
            scope.report(fault);
        } else if let (Effect::Ignored(why), false) = (row.effect, value.is_null()) {
            scope.report(
                Diagnostic::new(
                    codes::IGNORED_PROPERTY,
                    path.clone().then(name),
                    format!("`{name}` of {owner} is ignored: {why}"),
                )
                .on_key()
                .help("take it out: SAM ignores it too"),
            );
        }
    }
    for row in table.iter().filter(|row| row.required) {
        if properties
            .get(row.name)
            .is_some_and(|value| scope.may_be_nothing(value))
        {
            scope.report(
                value_removed(path.clone().then(row.name), row.name, owner)
                    .help("write a value: it cannot be left out"),
            );
        }
        if properties.get(row.name).is_none_or(Value::is_null)
            && !misspelt(table, properties).contains(&row.name)
        {
            let help = match row.shape {
                Shape::Any => format!("add `{}`", row.name),
                shape => format!("add `{}`: {}", row.name, shape.words()),
            };
            scope.report(
                Diagnostic::new(
                    codes::MISSING_PROPERTY,
                    path.clone().then(row.name),
                    format!("{owner} needs `{}`", row.name),
                )
                .help(help),
            );
        }
    }
    watch.is_sound()
}

/// Properties that a macro or an include of CloudFormation brings in, which the reference has before it looks.
fn properties_included(path: Path, owner: &dyn fmt::Display) -> Diagnostic {
    let message = format!(
        "`Fn::Transform` brings in properties of {owner}, which CloudFormation does before SAM looks, and which are not known here"
    );
    Diagnostic::new(codes::PROPERTIES_INCLUDED, path, message)
        .on_key()
        .help("name a local file in its `Location`, or deploy with the macro: there CloudFormation has put them in")
}

/// `AWS::NoValue` where `owner` needs a value.
pub(crate) fn value_removed(path: Path, name: &str, owner: &dyn fmt::Display) -> Diagnostic {
    let message = format!("`AWS::NoValue` takes the value of `{name}` away, which {owner} needs");
    Diagnostic::new(codes::VALUE_REMOVED, path, message).help("write a value, or leave the key out")
}

/// The absent properties that are probably meant by names without a row.
pub(crate) fn misspelt(table: &'static [Property], properties: &Map) -> Vec<&'static str> {
    let is_known = |name: &&Text| table.iter().any(|row| row.name == *name);
    properties
        .keys()
        .filter(|name| !is_known(name))
        .filter_map(|name| suggestion(name, table.iter().map(|row| row.name)))
        .filter(|meant| !properties.contains_key(*meant))
        .collect()
}

/// Moves the properties that go over as they are from a SAM resource into a CloudFormation one.
pub(crate) fn copy(table: &'static [Property], from: &mut SamResource, to: &mut Map) {
    for row in table.iter().filter(|row| row.may_copy()) {
        if row.copies(from.get(row.name)) {
            to.insert(Text::from_static(row.name), from.take(row.name));
        }
    }
}
