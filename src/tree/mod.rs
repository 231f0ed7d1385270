//! The tree that templates are: JSON's values, with maps in the order of their text.
//!
//! It is `serde_json::Value` made for templates, and reads like it. These hold many small maps (half of them a function
//! with one argument) and short texts, which are cloned a lot: a value takes 24 bytes in place of 72, a text of up to 23
//! bytes needs no memory of its own, a longer one is shared by its clones, and only a large map has an index.
//!
//! `From` leads to and from `serde_json::Value`; `serde` reads and writes a value as any other; [`json!`](crate::tree::json)
//! writes one in code.

mod convert;
mod literal;
mod map;
mod text;

pub(crate) use convert::{is_number_as_written, number_as_written};
pub use literal::json;
pub use map::{Entry, IntoIter, Iter, IterMut, Map, OccupiedEntry, VacantEntry};
pub use serde_json::Number;
pub use text::Text;

use std::fmt;

#[doc(hidden)]
pub use literal::Literal;

/// The items of a list: a vector that takes one word where it stands.
pub type List = thin_vec::ThinVec<Value>;

/// Any value that a template may hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer of 64 bits, or a float that is finite.
    Number(Number),
    /// A text.
    String(Text),
    /// A list.
    Array(List),
    /// A map.
    Object(Map),
}

impl Value {
    /// The text, where it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The flag, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, where it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The integer, where it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The integer, where it is one that fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The number as a float, where it is one.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// The items, where it is a list.
    pub fn as_array(&self) -> Option<&List> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items to change, where it is a list.
    pub fn as_array_mut(&mut self) -> Option<&mut List> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The map, where it is one.
    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    /// The map to change, where it is one.
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is `true` or `false`.
    pub fn is_boolean(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Whether it is an integer that fits into 64 bits with a sign.
    pub fn is_i64(&self) -> bool {
        self.as_number().is_some_and(Number::is_i64)
    }

    /// Whether it is an integer that fits into 64 bits without a sign.
    pub fn is_u64(&self) -> bool {
        self.as_number().is_some_and(Number::is_u64)
    }

    /// Whether it is a number with a point.
    pub fn is_f64(&self) -> bool {
        self.as_number().is_some_and(Number::is_f64)
    }

    /// Whether it is a text.
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is a list.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is a map.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The entry of a map, or the item of a list; none where there is none.
    pub fn get<I: Index>(&self, index: I) -> Option<&Value> {
        index.of(self)
    }

    /// The entry of a map, or the item of a list, to change.
    pub fn get_mut<I: Index>(&mut self, index: I) -> Option<&mut Value> {
        index.of_mut(self)
    }

    /// What a JSON pointer (`/Resources/F/Layers/0`, RFC 6901) leads to, to change.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        let mut steps = pointer.split('/');
        if steps.next() != Some("") {
            return None;
        }
        steps.try_fold(self, |value, step| match value {
            Self::Object(map) => map.get_mut(&step.replace("~1", "/").replace("~0", "~")),
            Self::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Puts the entries of every map in it in the order of their keys.
    pub fn sort_all_objects(&mut self) {
        match self {
            Self::Array(items) => items.iter_mut().for_each(Self::sort_all_objects),
            Self::Object(map) => {
                map.sort_keys();
                map.values_mut().for_each(Self::sort_all_objects);
            }
            _ => {}
        }
    }

    /// The value, with `null` left in its place.
    #[must_use]
    pub fn take(&mut self) -> Value {
        std::mem::take(self)
    }
}

/// What finds a value in another: a key of a map, a position in a list.
pub trait Index {
    /// What it finds.
    fn of(self, value: &Value) -> Option<&Value>;
    /// What it finds, to change.
    fn of_mut(self, value: &mut Value) -> Option<&mut Value>;
}

impl<T: AsRef<str> + ?Sized> Index for &T {
    fn of(self, value: &Value) -> Option<&Value> {
        value.as_object()?.get(self.as_ref())
    }

    fn of_mut(self, value: &mut Value) -> Option<&mut Value> {
        value.as_object_mut()?.get_mut(self.as_ref())
    }
}

impl Index for usize {
    fn of(self, value: &Value) -> Option<&Value> {
        value.as_array()?.get(self)
    }

    fn of_mut(self, value: &mut Value) -> Option<&mut Value> {
        value.as_array_mut()?.get_mut(self)
    }
}

/// An entry of a map, or an item of a list; null where there is none.
impl<I: Index> std::ops::Index<I> for Value {
    type Output = Value;

    fn index(&self, index: I) -> &Value {
        const NULL: &Value = &Value::Null;
        self.get(index).unwrap_or(NULL)
    }
}

/// As compact JSON; `{:#}` in lines.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if f.alternate() {
            serde_json::to_string_pretty(self)
        } else {
            serde_json::to_string(self)
        };
        f.write_str(&text.map_err(|_| fmt::Error)?)
    }
}

macro_rules! equal_to_texts {
    ($($kind:ty),*) => {$(
        impl PartialEq<$kind> for Value {
            fn eq(&self, other: &$kind) -> bool {
                self.as_str().is_some_and(|text| text == AsRef::<str>::as_ref(other))
            }
        }

        impl PartialEq<Value> for $kind {
            fn eq(&self, other: &Value) -> bool {
                other == self
            }
        }
    )*};
}

equal_to_texts!(str, &str, String, Text);

macro_rules! equal_to_numbers {
    ($($kind:ty: $as:ident),*) => {$(
        impl PartialEq<$kind> for Value {
            fn eq(&self, other: &$kind) -> bool {
                self.$as() == Some((*other).into())
            }
        }
    )*};
}

equal_to_numbers!(i32: as_i64, i64: as_i64, u32: as_u64, u64: as_u64, f64: as_f64, bool: as_bool);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Value>(), 24);
        assert_eq!(size_of::<(Text, Value)>(), 48);
        assert_eq!(size_of::<Option<Value>>(), 24);
    }

    #[test]
    fn literals_are_what_serde_json_makes_of_them() {
        let name = "b".to_owned();
        let none: Option<&str> = None;
        let ours = json!({
            "a": [1, -2, 1.5, null, true, [], {}, name.len() + 1, name.clone() + "c"],
            name.as_str(): { "c": none, (format!("{name}d")): ["x", { "y": null }], },
        });
        let theirs = serde_json::json!({
            "a": [1, -2, 1.5, null, true, [], {}, name.len() + 1, name.clone() + "c"],
            name.as_str(): { "c": none, (format!("{name}d")): ["x", { "y": null }], },
        });
        assert_eq!(ours.to_string(), theirs.to_string());
        assert_eq!(serde_json::Value::from(ours.clone()), theirs);
        assert_eq!(Value::from(theirs), ours);
    }
}
