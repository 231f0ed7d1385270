//! `AWS::LanguageExtensions` before SAM: loops, lengths and defaults of mappings are worked out where their values are
//! known, because SAM must see what they come to. The rest passes through, and the name stays in `Transform`, so that
//! CloudFormation does what is left.
//!
//! ```yaml
//! Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
//! Resources:
//!   Fn::ForEach::Greeters:
//!     - Language
//!     - [En, De]
//!     - Greeter${Language}:
//!         Type: AWS::Serverless::Function
//!         Properties: {Handler: '${Language}.handler'}
//! ```
//!
//! becomes, for the steps after it,
//!
//! ```yaml
//! Resources:
//!   GreeterEn: {Type: AWS::Serverless::Function, Properties: {Handler: En.handler}}
//!   GreeterDe: {Type: AWS::Serverless::Function, Properties: {Handler: De.handler}}
//! ```
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html>.

mod for_each;
mod unrolled;

pub(crate) use unrolled::Unrolled;

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::argument;
use crate::passes::transforms;
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Value};

/// The sections in which AWS expands loops.
const SECTIONS: &[&str] = &["Conditions", "Resources", "Outputs"];

/// Values that loops may make in all: far beyond what a template holds, and no way to fill the memory.
const MAX_VALUES: usize = 250_000;

/// Works out what the language extensions of a template come to, where it asks for them; and tells of what the loops'
/// bodies became, so that findings lead back to them.
pub(crate) fn expand(scope: &Scope<'_>, template: &mut Template) -> Unrolled {
    let mut expansion = Expansion {
        scope,
        unrolled: Unrolled::default(),
        values: 0,
        is_too_large: false,
    };
    if !transforms::extends_language(scope, template) {
        return expansion.unrolled;
    }
    for name in SECTIONS {
        if let Some(section) = template.0.get_mut(*name) {
            let place = Path::default().then(*name);
            expansion.expand(section, &place, &place);
        }
    }
    expansion.unrolled
}

/// The work on one template.
struct Expansion<'a> {
    scope: &'a Scope<'a>,
    unrolled: Unrolled,
    /// How many values loops have made.
    values: usize,
    is_too_large: bool,
}

impl Expansion<'_> {
    /// Expands everything in `value`, which stands at `made` now, and at `source` in the template.
    fn expand(&mut self, value: &mut Value, made: &Path, source: &Path) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.expand(item, &made.clone().then(index), &source.clone().then(index));
                }
            }
            Value::Object(map) => {
                if map.keys().any(|key| for_each::is_loop(key)) {
                    self.unroll_in(map, made, source);
                }
                for (key, inner) in map.iter_mut() {
                    let made = made.clone().then(key);
                    // What a loop made is expanded already.
                    if !self.unrolled.holds(&made) {
                        self.expand(inner, &made, &source.clone().then(key));
                    }
                }
            }
            _ => {}
        }
        if let Some(known) = self
            .length(value, source)
            .or_else(|| self.found_in_map(value, source))
        {
            *value = known;
        }
    }

    /// Puts what loops come to in their places in a map.
    fn unroll_in(&mut self, map: &mut Map, made: &Path, source: &Path) {
        let mut whole = Map::with_capacity(map.len());
        for (key, value) in std::mem::take(map) {
            if !for_each::is_loop(&key) {
                whole.insert(key, value);
                continue;
            }
            let place = source.clone().then(&key);
            match self.unroll(&value, made, &place) {
                None => {
                    whole.insert(key, value);
                }
                Some(entries) => {
                    for (name, entry) in entries {
                        if whole.contains_key(&name) {
                            self.scope.report(key_twice(&name, place.clone()));
                        }
                        whole.insert(name, entry);
                    }
                }
            }
        }
        *map = whole;
    }

    /// `Fn::Length` of a list that is known.
    fn length(&self, value: &Value, source: &Path) -> Option<Value> {
        let list = argument(value, "Fn::Length")?;
        let length = match self.known(list) {
            Value::Array(items) => items.len(),
            _ => {
                self.scope.report(not_known("Fn::Length", source.clone()));
                return None;
            }
        };
        Some(length.into())
    }

    /// `Fn::FindInMap` with a default: what stands in the mapping, else the default.
    fn found_in_map(&self, value: &Value, source: &Path) -> Option<Value> {
        let Value::Array(arguments) = argument(value, "Fn::FindInMap")? else {
            return None;
        };
        let [mapping, top, second, options] = arguments.as_slice() else {
            return None;
        };
        let default = options.get("DefaultValue")?;
        let keys = [mapping, top, second].map(|key| self.known(key));
        let [Some(mapping), Some(top), Some(second)] =
            [0, 1, 2].map(|at: usize| keys.get(at)?.as_str())
        else {
            self.scope
                .report(not_known("Fn::FindInMap", source.clone()));
            return None;
        };
        let found = self
            .scope
            .mapping(mapping)
            .and_then(|mapping| mapping.get(top)?.get(second));
        Some(found.unwrap_or(default).clone())
    }

    /// A value with the parameters and mappings that are known put in.
    fn known(&self, value: &Value) -> Value {
        let known = self.scope.known(value);
        let split = match argument(&known, "Fn::Split") {
            Some(Value::Array(arguments)) => arguments.as_slice(),
            _ => return known,
        };
        match split {
            [Value::String(sign), Value::String(text)] if !sign.is_empty() => {
                text.split(sign.as_str()).collect()
            }
            _ => known,
        }
    }
}

fn not_known(function: &str, path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::LANGUAGE_EXTENSION_LEFT,
        path,
        format!("what this `{function}` comes to is not known here, so SAM's transform sees the function itself"),
    )
    .help("CloudFormation works it out at the deployment; where it decides what SAM makes, give the value as a parameter")
}

fn key_twice(name: &str, path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::LOOP_KEY_TWICE,
        path,
        format!("the loop makes `{name}`, which is there already"),
    )
    .on_key()
    .help("let the key hold the loop's identifier, `${Identifier}`, and something that tells it from other keys")
}
