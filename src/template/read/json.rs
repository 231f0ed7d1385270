//! JSON text to tree, with a place for each number that reading changes.

use super::{Changes, MAX_DEPTH, Places, Read, out_of_range};
use crate::diagnostics::Diagnostic;
use crate::template::{Format, Path, Template};
use crate::tree::{List, Map, Number, Text, Value, is_number_as_written, number_as_written};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Reads a JSON map; none where the text is none, or has faults that the event reader places.
pub(crate) fn read_json(text: &str) -> Option<Result<Read, Vec<Diagnostic>>> {
    let trimmed = text
        .trim_start_matches('\u{feff}')
        .trim_start_matches([' ', '\t', '\r', '\n']);
    if !trimmed.starts_with('{') {
        return None;
    }
    let mut noted = Noted::default();
    let mut deserializer = serde_json::Deserializer::from_str(trimmed);
    let value = JsonTree {
        depth: 0,
        noted: &mut noted,
    }
    .deserialize(&mut deserializer)
    .ok()?;
    deserializer.end().ok()?;
    let Value::Object(map) = value else {
        return None;
    };
    if noted.is_unsound {
        return None;
    }
    let (faults, warnings) = if noted.has_floats {
        judge_json_numbers(text)
    } else {
        Default::default()
    };
    if !faults.is_empty() {
        return Some(Err(faults));
    }
    Some(Ok(Read {
        template: Template(map),
        format: Format::Json,
        warnings,
    }))
}

/// What was noted of a text while it was read.
#[derive(Default)]
struct Noted {
    /// A key stands twice, or the text nests too deep.
    is_unsound: bool,
    /// A number is no integer of 64 bits, and must be looked at as it is written.
    has_floats: bool,
}

/// Builds the tree of a JSON text.
struct JsonTree<'a> {
    depth: usize,
    noted: &'a mut Noted,
}

impl<'de> DeserializeSeed<'de> for JsonTree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonTree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        self.noted.has_floats = true;
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.noted.is_unsound |= self.depth >= MAX_DEPTH;
        let mut items = List::new();
        while let Some(item) = access.next_element_seed(JsonTree {
            depth: self.depth + 1,
            noted: self.noted,
        })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.noted.is_unsound |= self.depth >= MAX_DEPTH;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<Text>()? {
            if map.is_empty() && is_number_as_written(&key) {
                let number = number_as_written(&access.next_value::<String>()?);
                self.noted.is_unsound |= number.is_none();
                self.noted.has_floats |= number.as_ref().is_some_and(Number::is_f64);
                return Ok(number.map_or(Value::Null, Value::Number));
            }
            let value = access.next_value_seed(JsonTree {
                depth: self.depth + 1,
                noted: self.noted,
            })?;
            self.noted.is_unsound |= map.insert(key, value).is_some();
        }
        Ok(Value::Object(map))
    }
}

/// Behind the quote that ends the string whose content starts at `from`. Strings may be long: they are searched, not
/// walked through.
fn end_of_json_text(text: &str, mut from: usize) -> usize {
    loop {
        let rest = text.get(from..).unwrap_or_default();
        let Some(quote) = rest.find('"') else {
            return text.len();
        };
        let before = rest.get(..quote).unwrap_or_default();
        let slashes = before.len() - before.trim_end_matches('\\').len();
        from += quote + 1;
        if slashes % 2 == 0 {
            return from;
        }
    }
}

/// The numbers of a sound JSON text that cannot be held, and those whose digits reading changes.
fn judge_json_numbers(text: &str) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let (mut faults, mut changes) = (Vec::new(), Changes::default());
    let bytes = text.as_bytes();
    let mut places = Places::of(text);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_json_text(text, at + 1);
            }
            b'-' | b'0'..=b'9' => {
                let length = bytes
                    .get(at..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|byte| {
                        byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
                    })
                    .count();
                let word = text.get(at..at + length).unwrap_or_default();
                if word.contains(['.', 'e', 'E']) {
                    let number = word.parse().ok().and_then(Number::from_f64);
                    let read =
                        number.map(|number| crate::language::python_json::number_text(&number));
                    if !word.contains(['e', 'E'])
                        && read.as_deref() != Some(word)
                        && read != Some(format!("{word}0"))
                    {
                        changes.number(
                            word,
                            &read.unwrap_or_default(),
                            places.span(at, length),
                            Path::default(),
                        );
                    }
                } else if word.parse::<i64>().is_err() && word.parse::<u64>().is_err() {
                    faults.push(out_of_range(word, places.span(at, length), Path::default()));
                }
                at += length.max(1);
            }
            _ => at += 1,
        }
    }
    (faults, changes.into_warnings())
}
