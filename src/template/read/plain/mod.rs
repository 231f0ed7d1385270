//! The YAML that most templates are written in, to tree: block maps and lists, brackets, text in its five styles, short
//! tags, comments.
//!
//! It is six times as quick as the events of yaml.rs, which read all of YAML, and it answers for less: it gives a tree, or
//! nothing. Nothing for an anchor, a merge, a key that stands twice, a number that reading changes, any fault, any doubt:
//! then yaml.rs reads the text, and its answer counts. What this reader does give is what yaml.rs would: the test at the
//! end holds both beside each other.

mod text;

use super::MAX_DEPTH;
use crate::language::python_json::number_text;
use crate::template::functions::{self, call, call_with_text};
use crate::template::scalars::{self, Scalar};
use crate::tree::{List, Map, Text, Value};

/// The longest key in bytes: YAML has a limit of about a thousand characters.
const LONGEST_KEY: usize = 900;

/// The map that a text is; none where this reader does not know.
pub(super) fn read_plain(text: &str) -> Option<Map> {
    if !is_clean(text) {
        return None;
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line_start: 0,
        depth: 0,
        entries: Vec::new(),
        items: Vec::new(),
    };
    reader.skip_to_content()?;
    if reader.text.get(reader.at..)?.starts_with("---\n") && reader.column() == 0 {
        reader.at += 3;
        reader.skip_to_content()?;
    }
    let first = reader.key()??;
    match reader.block_map(first)? {
        Value::Object(map) if reader.is_at_end() => Some(map),
        _ => None,
    }
}

/// Whether a text has no character that is a line break to some and none to others, or that cannot stand in YAML.
fn is_clean(text: &str) -> bool {
    let (controls, beyond) = text
        .bytes()
        .fold((false, false), |(controls, beyond), byte| {
            (
                controls | ((byte < b' ') & (byte != b'\n') & (byte != b'\t')) | (byte == 0x7f),
                beyond | (byte >= 0x80),
            )
        });
    let is_odd = |c: char| {
        matches!(
            c,
            '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
    };
    !(controls || beyond && text.contains(is_odd))
}

/// The column of the map or list around a value: what belongs to the value stands to the right of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outer {
    /// A map, whose lists may stand in its own column.
    Map(usize),
    List(usize),
}

impl Outer {
    fn holds(self, column: usize) -> bool {
        match self {
            Self::Map(outer) | Self::List(outer) => column > outer,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the line of `at` begins.
    line_start: usize,
    depth: usize,
    /// The entries of the maps that are open, and the items of the lists.
    entries: Vec<(Text, Value)>,
    items: Vec<Value>,
}

impl<'a> Reader<'a> {
    /// The byte there; the end reads as the end of a line.
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn column(&self) -> usize {
        self.at - self.line_start
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth < MAX_DEPTH).then_some(())
    }

    fn skip_spaces(&mut self) {
        while self.here() == b' ' {
            self.at += 1;
        }
    }

    /// Whether nothing else stands in the line but a comment.
    fn is_line_done(&self) -> bool {
        match self.here() {
            b'\n' => true,
            b'#' => self.at == self.line_start || matches!(self.byte(self.at - 1), b' ' | b'\n'),
            _ => false,
        }
    }

    fn skip_line(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len());
    }

    /// Goes on to the first thing that is neither space nor comment.
    fn skip_to_content(&mut self) -> Option<()> {
        loop {
            self.skip_spaces();
            if !self.is_line_done() {
                return (self.here() != b'\t').then_some(());
            }
            self.skip_line();
            if self.is_at_end() {
                self.line_start = self.at;
                return Some(());
            }
            self.at += 1;
            self.line_start = self.at;
        }
    }

    /// Ends the line of a value, and goes on to what comes next.
    fn end_line(&mut self) -> Option<()> {
        self.skip_spaces();
        self.is_line_done().then_some(())?;
        self.skip_to_content()
    }

    /// A dash that begins an item of a block list.
    fn is_dash(&self) -> bool {
        self.here() == b'-' && matches!(self.byte(self.at + 1), b' ' | b'\n')
    }

    /// What stands at `at`, which is the first thing in its line but for the dashes of lists. Ends at the next content.
    fn block(&mut self, outer: Outer) -> Option<Value> {
        if self.is_dash() {
            return self.block_list();
        }
        if let Some(key) = self.key()? {
            return self.block_map(key);
        }
        self.inline(outer)
    }

    fn block_list(&mut self) -> Option<Value> {
        self.deeper()?;
        let column = self.column();
        let mark = self.items.len();
        loop {
            self.at += 1;
            self.skip_spaces();
            let item = if self.is_line_done() {
                self.skip_to_content()?;
                if !self.is_at_end() && self.column() > column {
                    self.block(Outer::List(column))?
                } else {
                    Value::Null
                }
            } else {
                self.block(Outer::List(column))?
            };
            self.items.push(item);
            if self.is_at_end() || self.column() != column || !self.is_dash() {
                break;
            }
        }
        if !self.is_at_end() && self.column() > column {
            return None;
        }
        self.depth -= 1;
        Some(self.take_items(mark))
    }

    fn take_items(&mut self, mark: usize) -> Value {
        let mut list = List::with_capacity(self.items.len() - mark);
        list.extend(self.items.drain(mark..));
        Value::Array(list)
    }

    fn take_entries(&mut self, mark: usize) -> Option<Value> {
        let mut map = Map::with_capacity(self.entries.len() - mark);
        for (key, value) in self.entries.drain(mark..) {
            if map.insert(key, value).is_some() {
                return None;
            }
        }
        Some(Value::Object(map))
    }

    /// A map whose first key has been read, up to its colon.
    fn block_map(&mut self, (first, column): (Text, usize)) -> Option<Value> {
        self.deeper()?;
        let mark = self.entries.len();
        let mut key = first;
        loop {
            let value = self.value_of_entry(column)?;
            self.entries.push((key, value));
            if self.is_at_end() || self.column() < column {
                break;
            }
            if self.column() > column || self.is_dash() {
                return None;
            }
            (key, _) = self.key()??;
        }
        self.depth -= 1;
        self.take_entries(mark)
    }

    /// The value behind the colon of a block map's key.
    fn value_of_entry(&mut self, column: usize) -> Option<Value> {
        self.skip_spaces();
        if self.is_line_done() {
            self.skip_to_content()?;
            Some(self.below(column)?.unwrap_or_default())
        } else {
            self.inline(Outer::Map(column))
        }
    }

    /// What stands in the lines below a key, or below its tag; none where nothing does.
    fn below(&mut self, column: usize) -> Option<Option<Value>> {
        if self.is_at_end() {
            return Some(None);
        }
        if self.column() > column {
            return self.block(Outer::Map(column)).map(Some);
        }
        if self.column() == column && self.is_dash() {
            return self.block_list().map(Some);
        }
        Some(None)
    }

    /// Reads a key with its colon, and gives it with its column; none where what stands here is no key.
    fn key(&mut self) -> Option<Option<(Text, usize)>> {
        let (start, column) = (self.at, self.column());
        let key: Text = match self.here() {
            b'"' | b'\'' => {
                let text = self.quoted()?;
                let end = self.at;
                self.skip_spaces();
                if self.here() != b':' || self.at - start > LONGEST_KEY {
                    self.at = start;
                    // A long key, and one that is none, are told apart by yaml.rs.
                    return (end - start <= LONGEST_KEY).then_some(None);
                }
                text.into()
            }
            _ => {
                let Some(end) = self.plain_end(start, false)? else {
                    return Some(None);
                };
                self.at = end;
                if self.here() != b':' {
                    self.at = start;
                    return Some(None);
                }
                let text = self.text.get(start..end)?.trim_end_matches(' ');
                if text.len() > LONGEST_KEY {
                    return None;
                }
                key_of_plain(text)?
            }
        };
        self.at += 1;
        matches!(self.here(), b' ' | b'\n').then_some(Some((key, column)))
    }

    /// A value that begins in this line, behind a key, a dash or nothing. Ends at the next content.
    fn inline(&mut self, outer: Outer) -> Option<Value> {
        if self.here() == b'!' {
            return self.tagged(outer);
        }
        let value = match self.here() {
            b'[' | b'{' => {
                let value = self.flow(outer)?;
                self.end_line()?;
                value
            }
            b'"' | b'\'' => {
                let value = Value::String(self.quoted()?.into());
                self.end_line()?;
                value
            }
            b'|' | b'>' => Value::String(self.block_text(outer)?),
            _ => value_of_plain(&self.plain_text(outer)?)?,
        };
        Some(value)
    }

    /// The function of a tag.
    fn tag(&mut self) -> Option<&'static str> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..)?;
        let length = rest.iter().position(|byte| !byte.is_ascii_alphabetic())?;
        let name = self.text.get(start..start + length)?;
        self.at = start + length;
        functions::with_short_name(name)
    }

    fn tagged(&mut self, outer: Outer) -> Option<Value> {
        let function = self.tag()?;
        if !matches!(self.here(), b' ' | b'\n') {
            return None;
        }
        self.skip_spaces();
        if self.is_line_done() {
            self.skip_to_content()?;
            // Two tags of one value.
            if self.here() == b'!' {
                return None;
            }
            let argument = match outer {
                Outer::Map(column) => self.below(column)??,
                _ if !self.is_at_end() && outer.holds(self.column()) => self.block(outer)?,
                _ => return None,
            };
            // A text below its tag is a text, whatever it looks like.
            return (argument.is_object() || argument.is_array()).then(|| call(function, argument));
        }
        match self.here() {
            b'[' | b'{' => {
                let argument = self.flow(outer)?;
                self.end_line()?;
                Some(call(function, argument))
            }
            b'"' | b'\'' => {
                let text = self.quoted()?;
                self.end_line()?;
                Some(call_with_text(function, text.into()))
            }
            b'|' | b'>' => {
                let text = self.block_text(outer)?;
                Some(call_with_text(function, text))
            }
            b'!' => None,
            _ => {
                let text = self.plain_text(outer)?;
                Some(call_with_text(function, text.into()))
            }
        }
    }

    /// A map or list in brackets, over one line or more. Ends behind the bracket.
    fn flow(&mut self, outer: Outer) -> Option<Value> {
        self.deeper()?;
        let value = if self.here() == b'[' {
            let mark = self.items.len();
            self.at += 1;
            loop {
                self.skip_in_flow(outer)?;
                if self.here() == b']' {
                    break;
                }
                let item = self.flow_value(outer)?;
                self.items.push(item);
                self.skip_in_flow(outer)?;
                match self.here() {
                    b',' => self.at += 1,
                    b']' => break,
                    _ => return None,
                }
            }
            self.take_items(mark)
        } else {
            let mark = self.entries.len();
            self.at += 1;
            loop {
                self.skip_in_flow(outer)?;
                if self.here() == b'}' {
                    break;
                }
                let key = self.flow_key()?;
                self.skip_in_flow(outer)?;
                let value = self.flow_value(outer)?;
                self.entries.push((key, value));
                self.skip_in_flow(outer)?;
                match self.here() {
                    b',' => self.at += 1,
                    b'}' => break,
                    _ => return None,
                }
            }
            self.take_entries(mark)?
        };
        self.at += 1;
        self.depth -= 1;
        Some(value)
    }

    /// Goes on to the next thing in brackets, perhaps in another line, which stands to the right of what is around.
    fn skip_in_flow(&mut self, outer: Outer) -> Option<()> {
        let line = self.line_start;
        self.skip_to_content()?;
        if self.is_at_end() {
            return None;
        }
        let is_closed = matches!(self.here(), b']' | b'}');
        let fits = match outer {
            Outer::Map(column) => self.column() > column || (is_closed && self.column() == column),
            Outer::List(column) => self.column() > column,
        };
        (self.line_start == line || fits).then_some(())
    }

    fn flow_key(&mut self) -> Option<Text> {
        let start = self.at;
        let key: Text = match self.here() {
            b'"' | b'\'' => self.quoted()?.into(),
            _ => {
                let end = self.plain_end(start, true)??;
                self.at = end;
                let text = self.text.get(start..end)?.trim_end_matches(' ');
                key_of_plain(text)?
            }
        };
        self.skip_spaces();
        (self.here() == b':' && self.at - start <= LONGEST_KEY).then_some(())?;
        self.at += 1;
        matches!(self.here(), b' ' | b'\n').then_some(key)
    }

    fn flow_value(&mut self, outer: Outer) -> Option<Value> {
        match self.here() {
            b'[' | b'{' => self.flow(outer),
            b'"' | b'\'' => {
                let text = self.quoted()?;
                Some(Value::String(text.into()))
            }
            b'!' => {
                let function = self.tag()?;
                (self.here() == b' ').then_some(())?;
                self.skip_spaces();
                match self.here() {
                    b'[' | b'{' => Some(call(function, self.flow(outer)?)),
                    b'"' | b'\'' => Some(call_with_text(function, self.quoted()?.into())),
                    _ => Some(call_with_text(function, self.flow_plain()?.into())),
                }
            }
            _ => value_of_plain(self.flow_plain()?),
        }
    }

    fn flow_plain(&mut self) -> Option<&'a str> {
        let start = self.at;
        let end = self.plain_end(start, true)??;
        self.at = end;
        (self.here() != b':').then_some(())?;
        Some(self.text.get(start..end)?.trim_end_matches(' '))
    }
}

/// What plain text is as a value; none where that is to be told.
fn value_of_plain(text: &str) -> Option<Value> {
    match scalars::resolve(text) {
        Scalar::Text => Some(text.into()),
        Scalar::Null => Some(Value::Null),
        Scalar::Bool(flag, false) => Some(flag.into()),
        Scalar::Number(number, false) => Some(Value::Number(number)),
        Scalar::Bool(_, true) | Scalar::Number(_, true) => None,
        Scalar::OutOfRange | Scalar::Merge | Scalar::Equals => None,
    }
}

/// What plain text is as a key; none where that is to be told.
fn key_of_plain(text: &str) -> Option<Text> {
    let read = match scalars::resolve(text) {
        Scalar::Text => return Some(text.into()),
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(flag, _) => flag.to_string(),
        Scalar::Number(number, _) => number_text(&number),
        Scalar::OutOfRange | Scalar::Merge | Scalar::Equals => return None,
    };
    // Another spelling is told.
    (read == text).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::super::yaml::read_yaml;
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::OnceLock;

    /// Whether this reader gives what the other does, or nothing; says which.
    #[track_caller]
    fn check(text: &str) -> bool {
        let Some(map) = read_plain(text) else {
            return false;
        };
        let plain = Value::Object(map).to_string();
        match read_yaml(text, &crate::diagnostics::Levels::default()) {
            Ok(read) => {
                let whole = Value::Object(read.template.0).to_string();
                assert_eq!(plain, whole, "{text}");
                assert!(read.warnings.is_empty(), "{text}");
            }
            Err(faults) => panic!("{plain} of what is none: {faults:?}\n{text}"),
        }
        true
    }

    /// The templates under a folder.
    fn templates(folder: &Path, found: &mut Vec<String>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                templates(&path, found);
            } else if path
                .extension()
                .is_some_and(|kind| kind == "yaml" || kind == "yml")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                found.push(text);
            }
        }
    }

    fn fixtures() -> &'static [String] {
        static FOUND: OnceLock<Vec<String>> = OnceLock::new();
        FOUND.get_or_init(|| {
            let mut found = Vec::new();
            templates(
                &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
                &mut found,
            );
            found
        })
    }

    #[test]
    fn templates_are_read_as_by_the_other_reader() {
        let fixtures = fixtures();
        let read = fixtures.iter().filter(|text| check(text)).count();
        assert!(
            read * 10 > fixtures.len() * 9,
            "{read} of {}",
            fixtures.len()
        );
        let mut recorded = Vec::new();
        for folder in ["conformance", "real", "gradual"] {
            let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
            templates(&shared.join(folder), &mut recorded);
        }
        // JSON in brackets of several lines is the other reader's.
        recorded.retain(|text| !text.trim_start().starts_with('{'));
        let read = recorded.iter().filter(|text| check(text)).count();
        assert!(
            read * 10 >= recorded.len() * 9,
            "{read} of {}",
            recorded.len()
        );
    }

    #[test]
    fn what_it_should_know() {
        for text in [
            "a: 1",
            "---\na: b # c\n\n# d\n",
            "a:\n- b\n-\n- c: 1\n  d:\n  - - e\n    - f\n",
            "a: |\n  b\n\n   c\n d: 1\n".trim_end_matches(" d: 1\n"),
            "a: >-\n  b\n  c\n\n  d\n    e\n  f\ng: h\n",
            "a: b\n  c\n\n  d\ne: f\n",
            "a: !Sub |\n  b\nc: !If\n  - d\n  - !Ref e\n  - !GetAtt f.g\n",
            "a: [b, {c: d, 'e': \"f\"},\n  !Ref g, # h\n  ]\n",
            "a:\n  - b: >\n      c\n    d: [\n    ]\n",
            "'a': \"b\\n\\\"c\"\n123456789012: it's\ntrue:\n",
        ] {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn what_it_leaves_to_the_other_reader() {
        for text in [
            "a: &b 1",
            "a: *b",
            "<<: {a: b}",
            "a: 1\na: 2",
            "a: 0644",
            "a: .inf",
            "a: !Unknown b",
            "a: !Sub\n  !Ref b",
            "a:\n  - !Sub\n    !Ref b\n",
            "a: b: c",
            "a:\n\tb: c",
            "a: [b",
            "a: 'b",
            "a: |2\n   b\n",
            "- a",
            "a",
            "a: 1\n---\nb: 2",
            "a: b\n- c",
            "? a\n: b",
            "a: \u{85}b",
        ] {
            assert!(!check(text), "{text}");
        }
    }

    /// What templates are made of, and what YAML is touchy about.
    const PIECES: &[&str] = &[
        " ",
        "  ",
        "\n",
        "\n\n",
        "\n  ",
        "\n    ",
        "\t",
        ":",
        ": ",
        ":\n",
        "#",
        " # x",
        "- ",
        "-",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        "\"",
        "\\",
        "|",
        ">",
        "|-",
        ">-\n",
        "|\n",
        "!Ref ",
        "!Sub ",
        "!GetAtt a.b",
        "!If",
        "!",
        "&a ",
        "*a",
        "<<: ",
        "?",
        "%",
        "@",
        "---\n",
        "...\n",
        "a",
        "b: c\n",
        "0",
        "1.5",
        "true",
        "~",
        "null",
        "é",
        "=",
    ];

    /// A text with some of its parts taken out, doubled, moved or replaced.
    fn mutated(text: &str, steps: &[(u8, usize, usize, usize)]) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for &(step, line, at, piece) in steps {
            if lines.is_empty() {
                break;
            }
            let count = lines.len();
            let line = line % count;
            let piece = PIECES[piece % PIECES.len()];
            let found = &mut lines[line];
            let at = found
                .char_indices()
                .nth(at % (found.len() + 1))
                .map_or(found.len(), |(at, _)| at);
            match step {
                0 => drop(lines.remove(line)),
                1 => lines.insert(line, lines[(line + at) % count].clone()),
                2 => *found = format!(" {found}"),
                3 => *found = found.strip_prefix(' ').unwrap_or(found).to_owned(),
                4 => found.truncate(at),
                5 => {
                    *found = found
                        .chars()
                        .enumerate()
                        .filter(|(i, _)| *i != at)
                        .map(|(_, c)| c)
                        .collect()
                }
                6 => {
                    let next = lines.get(line + 1).cloned().unwrap_or_default();
                    lines[line] += next.trim_start();
                }
                _ => found.insert_str(at, piece),
            }
        }
        lines.join("\n")
            + if steps.len().is_multiple_of(2) {
                "\n"
            } else {
                ""
            }
    }

    fn steps() -> impl Strategy<Value = Vec<(u8, usize, usize, usize)>> {
        proptest::collection::vec((0..14u8, 0..1000usize, 0..100usize, 0..1000usize), 1..6)
    }

    proptest! {
        /// Parts of templates, changed at random.
        #[test]
        fn changed_templates_are_read_as_by_the_other_reader(
            which in any::<prop::sample::Index>(),
            (from, length) in (0..200usize, 1..30usize),
            steps in steps(),
        ) {
            let fixtures = fixtures();
            let text: Vec<&str> = which.get(fixtures).lines().skip(from % 40).take(length).collect();
            let indent = text.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
            let text: Vec<&str> = text.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
            check(&mutated(&text.join("\n"), &steps));
        }

        /// Pieces of YAML in any order.
        #[test]
        fn pieces_are_read_as_by_the_other_reader(pieces in proptest::collection::vec(0..PIECES.len(), 1..14)) {
            let text: String = pieces.into_iter().map(|at| PIECES[at]).collect();
            check(&text);
            check(&format!("a: {text}"));
            check(&format!("a:\n  - {text}"));
            check(&format!("a: [{text}]\nb: c\n"));
            check(&format!("a: {{b: {text}}}"));
            check(&format!("a: |\n  b\n{text}\n"));
            check(&format!("a: >\n  b\n{text}\n"));
        }
    }
}
