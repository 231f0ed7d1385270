//! Values as literals in code.

use super::{Text, Value};

/// What stands as a literal in code, and need not be copied.
#[doc(hidden)]
pub trait Literal {
    fn value(self) -> Value;
}

impl Literal for &'static str {
    fn value(self) -> Value {
        Value::String(Text::from_static(self))
    }
}

impl Literal for bool {
    fn value(self) -> Value {
        Value::Bool(self)
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {$(
        impl Literal for $kind {
            fn value(self) -> Value {
                self.into()
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f64);

/// A [`Value`] written as JSON; where a value stands, any expression may that `Value` is made `From`, and where a key
/// stands, any that [`Text`] is.
///
/// ```
/// # let id = "Greeter";
/// let alias = canaryform::tree::json!({ "FunctionName": { "Ref": id }, "Name": "live" });
/// assert_eq!(alias.to_string(), r#"{"FunctionName":{"Ref":"Greeter"},"Name":"live"}"#);
/// ```
#[macro_export]
macro_rules! json {
    (null) => { $crate::tree::Value::Null };
    ([ $($items:tt)* ]) => { $crate::tree::json!(@items [] $($items)*) };
    ({ $($entries:tt)* }) => { $crate::tree::json!(@entries [] $($entries)*) };
    ($literal:literal) => { $crate::tree::Literal::value($literal) };
    ($value:expr) => { $crate::tree::Value::from($value) };

    (@items []) => { $crate::tree::Value::Array($crate::tree::List::new()) };
    (@items [ $($done:expr,)+ ]) => { $crate::tree::Value::from([ $($done),+ ]) };
    (@items [ $($done:expr,)* ] null $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@items [ $($done,)* $crate::tree::json!(null), ] $($($rest)*)?)
    };
    (@items [ $($done:expr,)* ] [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@items [ $($done,)* $crate::tree::json!([ $($inner)* ]), ] $($($rest)*)?)
    };
    (@items [ $($done:expr,)* ] { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@items [ $($done,)* $crate::tree::json!({ $($inner)* }), ] $($($rest)*)?)
    };
    (@items [ $($done:expr,)* ] $value:expr $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@items [ $($done,)* $crate::tree::json!($value), ] $($($rest)*)?)
    };

    (@entries []) => { $crate::tree::Value::Object($crate::tree::Map::new()) };
    (@entries [ $($done:expr,)+ ]) => { $crate::tree::Value::Object($crate::tree::Map::from([ $($done),+ ])) };
    (@entries [ $($done:expr,)* ] $key:literal : $($rest:tt)+) => {
        $crate::tree::json!(@value [ $($done,)* ] ($crate::tree::Text::from_static($key)) $($rest)+)
    };
    (@entries [ $($done:expr,)* ] $($rest:tt)+) => { $crate::tree::json!(@key [ $($done,)* ] [] $($rest)+) };

    (@key [ $($done:expr,)* ] [ $($key:tt)+ ] : $($rest:tt)+) => {
        $crate::tree::json!(@value [ $($done,)* ] ($crate::tree::Text::from($($key)+)) $($rest)+)
    };
    (@key [ $($done:expr,)* ] [ $($key:tt)* ] $next:tt $($rest:tt)+) => {
        $crate::tree::json!(@key [ $($done,)* ] [ $($key)* $next ] $($rest)+)
    };

    (@value [ $($done:expr,)* ] ($key:expr) null $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@entries [ $($done,)* ($key, $crate::tree::json!(null)), ] $($($rest)*)?)
    };
    (@value [ $($done:expr,)* ] ($key:expr) [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@entries [ $($done,)* ($key, $crate::tree::json!([ $($inner)* ])), ] $($($rest)*)?)
    };
    (@value [ $($done:expr,)* ] ($key:expr) { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@entries [ $($done,)* ($key, $crate::tree::json!({ $($inner)* })), ] $($($rest)*)?)
    };
    (@value [ $($done:expr,)* ] ($key:expr) $value:expr $(, $($rest:tt)*)?) => {
        $crate::tree::json!(@entries [ $($done,)* ($key, $crate::tree::json!($value)), ] $($($rest)*)?)
    };
}

pub use json;
