//! How a tree prints.

use super::{Map, Node, Text};
use crate::language::python_json;
use std::fmt::Write as _;

impl Node {
    /// What Python 2.7's `str` prints.
    pub(crate) fn to_text(&self) -> String {
        let mut out = String::new();
        write(&mut out, self, &write_string, &write_scalar);
        out
    }

    /// What `json.dumps` prints.
    pub(crate) fn to_json(&self) -> String {
        let mut out = String::new();
        let text = |out: &mut String, text: &Text| python_json::write_string(out, text);
        write(&mut out, self, &text, &|out, scalar| {
            out.push_str(&python_json::compact(&scalar.to_value()));
        });
        out
    }
}

impl Map {
    /// See [`Node::weight`].
    pub(crate) fn weight(&self) -> usize {
        let entries = self.iter();
        entries.fold(VALUE, |sum, (key, value)| sum + key.len() + value.weight())
    }

    /// See [`Node::least_length`].
    pub(crate) fn least_length(&self) -> usize {
        self.iter()
            .map(|(key, value)| key.len() + value.least_length() + 1)
            .sum()
    }
}

/// How many bytes of output are counted for a value that has fewer: in lines of its own it takes about as many, and in
/// memory more.
const VALUE: usize = 16;

impl Node {
    /// How many bytes of the output are counted for a copy of it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::List(items) => VALUE + items.iter().map(Self::weight).sum::<usize>(),
            Self::Map(map) => map.weight(),
            Self::Text(text) => VALUE.max(text.len()),
            Self::Null | Self::Bool(_) | Self::Number(_) => VALUE,
        }
    }

    /// How many bytes it has at least when it is printed, without looking at its texts.
    pub(crate) fn least_length(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(|item| item.least_length() + 1).sum(),
            Self::Map(map) => map.least_length(),
            Self::Text(text) => text.len(),
            Self::Null | Self::Bool(_) | Self::Number(_) => 1,
        }
    }
}

/// Both prints are the same but for texts, and for what is neither that nor a map nor a list.
fn write(
    out: &mut String,
    node: &Node,
    text: &impl Fn(&mut String, &Text),
    scalar: &impl Fn(&mut String, &Node),
) {
    match node {
        Node::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write(out, item, text, scalar);
            }
            out.push(']');
        }
        Node::Map(map) => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                text(out, key);
                out.push_str(": ");
                write(out, value, text, scalar);
            }
            out.push('}');
        }
        Node::Text(string) => text(out, string),
        _ => scalar(out, node),
    }
}

fn write_scalar(out: &mut String, scalar: &Node) {
    match scalar {
        Node::Null => out.push_str("None"),
        Node::Bool(true) => out.push_str("True"),
        Node::Bool(false) => out.push_str("False"),
        Node::Number(number) => {
            out.push_str(&python_json::number_text(number));
            if number.as_u64() > Some(i64::MAX as u64) {
                out.push('L');
            }
        }
        Node::Text(_) | Node::List(_) | Node::Map(_) => {}
    }
}

/// Python's `repr`. A bare string is one of Python 3, so it keeps what can be printed beyond ASCII.
fn write_string(out: &mut String, text: &Text) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    if text.marked {
        out.push('u');
    }
    out.push(quote);
    let is_clean =
        |clean, byte| clean & matches!(byte, b' ' | b'!' | b'#'..=b'&' | b'('..=b'[' | b']'..=b'~');
    if text.bytes().fold(true, is_clean) {
        out.push_str(text);
        out.push(quote);
        return;
    }
    for c in text.chars() {
        // Writing to a string cannot fail.
        let _ = match c {
            '\\' => out.write_str("\\\\"),
            '\t' => out.write_str("\\t"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            _ if c == quote => write!(out, "\\{c}"),
            ' '..='~' => out.write_char(c),
            _ if !text.marked && is_printable(c) => out.write_char(c),
            '\0'..='\u{ff}' => write!(out, "\\x{:02x}", u32::from(c)),
            '\u{100}'..='\u{ffff}' => write!(out, "\\u{:04x}", u32::from(c)),
            _ => write!(out, "\\U{:08x}", u32::from(c)),
        };
    }
    out.push(quote);
}

/// Whether Python's `repr` leaves a character beyond ASCII as it is. Rust's debug print has the same rule: what Unicode
/// calls a control, format, private, unassigned or separating character is escaped.
fn is_printable(c: char) -> bool {
    // After another character, lest a combining one be escaped for standing first.
    let pair = [' ', c].iter().collect::<String>();
    pair.escape_debug().nth(1) == Some(c)
}
