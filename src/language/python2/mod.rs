//! The dictionaries of Python 2.7: in which order they list their keys, and how they print.
//!
//! # Why this is here
//!
//! A deployment of a REST API is an `AWS::ApiGateway::Deployment` whose logical id holds a hash of the API's body, so
//! that a new body makes a new deployment. The hashed text is what Python 2.7 once printed for the body, a nested
//! dictionary: its keys in the order of Python 2.7's hash tables, its strings with or without a `u` before the quote.
//! SAM left Python 2.7 long ago but still emulates it (utils/py27hash_fix.py), because another text would be another
//! id, and another id would replace the deployment of every stack. We want the same ids, so we must print the same
//! text. The same order also says in which order the resources and events of such a template are handled.
//!
//! All of that is in this folder. A template without a REST API needs nothing of it.
//!
//! # Order
//!
//! A dictionary is a table of n slots, n a power of two and 8 at first, each empty, deleted or holding a key. It lists
//! its keys in the order of the slots. A key goes to slot `hash mod n` or, where another key sits, to the next slot of
//! a walk that is driven by the rest of the hash. So the order depends on
//!
//! - the hash: Python 2.7's string hash over code points, without a seed;
//! - n: the table grows to the first power of two above four times its keys (two times beyond 50000 keys) once two
//!   thirds of the slots are not empty; being merged into, it grows beforehand, to twice the keys of both; it never
//!   shrinks. Five keys fit into 8 slots, the sixth makes 32;
//! - the past: of two keys that want one slot the earlier gets it; a deleted key leaves a mark that counts as full
//!   until the next growth and that a later key may take;
//! - copies: `deepcopy` inserts the keys, in their present order, one by one into a table of 8 slots, so keys that
//!   want one slot may change places, each time anew: `get` and `delete` do. A shallow copy merges them into a table of
//!   8 slots.
//!
//! The insertion order of the finished document is therefore not enough: whoever edits a body must do with [`Map`]
//! exactly what SAM does with its dictionaries, in the same order, deletions and copies included. [`Map::insert`],
//! [`Map::remove`], [`Map::update`], [`Map::copied`] and [`Node::deep_copy`] are those steps. Asking (`get`, `iter`) and
//! changing a value in its place (`get_mut`, inserting a key that is there) never change an order.
//!
//! # Two kinds of maps
//!
//! Most dictionaries of a body are emulated ones ([`Map::hashed`]). Some are ordinary ones of Python 3 and list their
//! keys as they were inserted ([`Map::plain`]): chiefly what wraps a value into an intrinsic function.
//!
//! # Two kinds of strings
//!
//! What came from the template or a parameter is marked and prints as `u'...'`; what SAM itself wrote is bare and prints
//! as `'...'`. Keys have a mark as well as values. Marks change nothing but the print: a marked and a bare string are
//! equal, and a key that is inserted again keeps the mark it had. [`Text`] carries the mark; what is derived from a text
//! ([`Text::map`]) keeps it.
//!
//! # The print
//!
//! [`Node::to_text`] prints as Python 2.7's `str` does: `{u'paths': {u'/a': {u'get': {}}}, 'swagger': '2.0', u'x':
//! [True, None, 1.0]}`. [`Node::to_json`] prints the same tree as `json.dumps`, with the same order of keys.

mod copies;
mod lazy;
mod map;
mod print;
mod slots;

pub(crate) use lazy::LazyMap;
pub(crate) use map::Map;

use crate::tree::{self, Number, Value};
use std::ops::Deref;

/// A value as SAM holds it while it works on an API.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text),
    List(Vec<Node>),
    Map(Map),
}

/// A string and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    string: tree::Text,
    marked: bool,
}

impl Text {
    /// A string that came from the template or from a parameter.
    pub(crate) fn marked(string: impl Into<tree::Text>) -> Self {
        let string = string.into();
        Self {
            string,
            marked: true,
        }
    }

    /// A string that SAM makes.
    pub(crate) fn bare(string: impl Into<tree::Text>) -> Self {
        let string = string.into();
        Self {
            string,
            marked: false,
        }
    }

    /// Whether it prints with a `u`.
    pub(crate) fn is_marked(&self) -> bool {
        self.marked
    }

    /// What `derive` makes of it, with the same mark.
    pub(crate) fn map(&self, derive: impl FnOnce(&str) -> String) -> Self {
        Self {
            string: derive(&self.string).into(),
            marked: self.marked,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.string
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.string
    }
}

impl From<&str> for Text {
    fn from(string: &str) -> Self {
        Self::bare(string)
    }
}

impl Node {
    /// A value of the template or of a parameter: all strings marked, all maps hashed.
    pub(crate) fn marked(value: Value) -> Self {
        Self::read(value, true, true)
    }

    /// A value that SAM makes of emulated dictionaries: no string marked, all maps hashed.
    pub(crate) fn bare(value: Value) -> Self {
        Self::read(value, false, true)
    }

    /// A value that SAM makes of ordinary dictionaries: no string marked, all maps in the order of insertion.
    pub(crate) fn plain(value: Value) -> Self {
        Self::read(value, false, false)
    }

    fn read(value: Value, marked: bool, is_hashed: bool) -> Self {
        let text = |string| Text { string, marked };
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(flag),
            Value::Number(number) => Self::Number(number),
            Value::String(string) => Self::Text(text(string)),
            Value::Array(items) => items
                .into_iter()
                .map(|item| Self::read(item, marked, is_hashed))
                .collect(),
            Value::Object(map) => {
                let mut node = Map::empty(is_hashed);
                for (key, value) in map {
                    node.insert(text(key), Self::read(value, marked, is_hashed));
                }
                Self::Map(node)
            }
        }
    }

    /// The value without marks, its keys in the order that they have here.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.string.clone()),
            Self::List(items) => items.iter().map(Self::to_value).collect(),
            Self::Map(map) => map.to_value(),
        }
    }

    /// The same without copying the strings.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.string),
            Self::List(items) => items.into_iter().map(Self::into_value).collect(),
            Self::Map(map) => map
                .into_iter()
                .map(|(key, value)| (key.string, value.into_value()))
                .collect(),
        }
    }

    pub(crate) fn into_map(self) -> Option<Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_list_mut(&mut self) -> Option<&mut Vec<Node>> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it counts as true: not null, `false`, 0, `""`, `[]` or `{}`.
    pub(crate) fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Number(number) => number.as_f64() != Some(0.0),
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
        }
    }

    /// Brings every map to the state that `copy.deepcopy`, so many times one after the other, would give its copy.
    ///
    /// Where SAM goes on with a deep copy and forgets the original, this is the same without copying. Gives whether
    /// further copies would change nothing more.
    pub(crate) fn deep_copy(&mut self, times: usize) -> bool {
        match self {
            Self::List(items) => {
                let mut is_at_rest = true;
                for item in items {
                    is_at_rest &= item.deep_copy(times);
                }
                is_at_rest
            }
            Self::Map(map) => map.deep_copy(times),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => true,
        }
    }
}

impl From<&str> for Node {
    fn from(string: &str) -> Self {
        Self::Text(Text::bare(string))
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Self::List(items)
    }
}

impl FromIterator<Node> for Node {
    fn from_iter<I: IntoIterator<Item = Node>>(items: I) -> Self {
        Self::List(items.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;
    use proptest::prelude::*;

    fn inserted<'a>(keys: impl IntoIterator<Item = &'a str>) -> Map<()> {
        let mut map = Map::hashed();
        for key in keys {
            map.insert(key, ());
        }
        map
    }

    fn order<V>(map: &Map<V>) -> String {
        map.keys().map(|key| &**key).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_come_in_the_order_of_their_slots() {
        let map = inserted(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
        assert_eq!(order(&map), "a c b e d g f i h j");
        let mut plain: Map<()> = Map::plain();
        for key in ["b", "a", "c"] {
            plain.insert(key, ());
        }
        plain.remove("b");
        plain.insert("b", ());
        assert_eq!(order(&plain), "a c b");
    }

    #[test]
    fn a_deep_copy_swaps_keys_that_want_one_slot() {
        let mut methods = Map::hashed();
        for method in ["get", "delete"] {
            methods.insert(Text::marked(method), Node::Null);
        }
        assert_eq!(order(&methods), "delete get");
        methods.deep_copy(1);
        assert_eq!(order(&methods), "get delete");
        methods.deep_copy(1);
        assert_eq!(order(&methods), "delete get");
    }

    #[test]
    fn many_copies_at_once_are_as_many_one_after_the_other() {
        let words = [
            "type",
            "httpMethod",
            "uri",
            "responseTransferMode",
            "cacheKeyParameters",
        ];
        let numbers: Vec<String> = (0..90).map(|n| format!("/path{n}/item{}", n * 7)).collect();
        let all: Vec<&str> = words
            .into_iter()
            .chain(numbers.iter().map(String::as_str))
            .collect();
        for count in 2..all.len() {
            for times in [1, 2, 3, 4, 5, 6, 7, 8, 40, 41, 43] {
                let mut map = Map::hashed();
                for key in &all[..count] {
                    map.insert(*key, Node::Null);
                }
                let mut one_by_one = map.clone();
                map.deep_copy(times);
                for _ in 0..times {
                    one_by_one.deep_copy(1);
                }
                assert_eq!(
                    order(&map),
                    order(&one_by_one),
                    "{count} keys, {times} copies"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn mended_copies_are_copies_made_anew(
            (before, after) in ("[a-z/{}]{0,9}", "[a-z/{}]{0,4}"),
            start in 300..1500_usize,
            steps in proptest::collection::vec((0..50_usize, 0..60_usize, any::<bool>()), 1..16),
        ) {
            let (mut mended, mut anew) = (Map::<()>::hashed(), Map::<()>::hashed());
            let mut keys = (0..).map(|number| format!("{before}{number}{after}"));
            for key in keys.by_ref().take(start) {
                mended.insert(key.as_str(), ());
                anew.insert(key.as_str(), ());
            }
            for (count, times, removes) in steps {
                for key in keys.by_ref().take(count) {
                    mended.insert(key.as_str(), ());
                    anew.insert(key.as_str(), ());
                }
                mended.deep_copy_keys(times);
                anew.copy_keys_anew(times);
                prop_assert_eq!(order(&mended), order(&anew));
                if removes && times % 8 == 7 {
                    let first = order(&anew).split(' ').next().map(str::to_owned);
                    mended.remove(first.as_deref().unwrap_or_default());
                    anew.remove(first.as_deref().unwrap_or_default());
                }
            }
        }
    }

    #[test]
    fn a_deep_copy_looks_only_at_values_that_it_may_change() {
        let looks = |count: usize| {
            let before = slots::LOOKS.get();
            let mut map = Map::hashed();
            for number in 0..count {
                let mut value = Map::hashed();
                value.insert("get", Node::Null);
                map.insert(format!("/p{number}").as_str(), value);
                map.deep_copy(1);
                if let Some(Node::Map(value)) = map.get_mut("/p0") {
                    value.insert("put", Node::Null);
                }
                map.deep_copy(1);
            }
            slots::LOOKS.get() - before
        };
        let [small, large] = [1_000, 2_000].map(looks);
        assert!(large < small * 3, "{small} looks, and {large}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        /// More copies than the orders take to come round, however long that is.
        #[test]
        fn many_copies_of_many_keys_are_as_many_one_after_the_other(
            (before, after) in ("[a-z/{}]{0,9}", "[a-z/{}]{0,4}"),
            count in 400..1300_usize,
            times in 12..900_usize,
        ) {
            let (mut all, mut each) = (Map::<()>::hashed(), Map::<()>::hashed());
            for number in 0..count {
                let key = format!("{before}{number}{after}");
                all.insert(key.as_str(), ());
                each.insert(key.as_str(), ());
            }
            all.deep_copy_keys(times);
            for _ in 0..times {
                each.copy_keys_anew(1);
            }
            prop_assert_eq!(order(&all), order(&each));
            all.insert("more", ());
            each.insert("more", ());
            all.deep_copy_keys(3);
            each.copy_keys_anew(3);
            prop_assert_eq!(order(&all), order(&each));
        }
    }

    #[test]
    fn copies_between_insertions_cost_a_part_of_copies_made_anew() {
        let steps = |copy: fn(&mut Map<()>, usize)| {
            let before = slots::STEPS.get();
            let mut map = Map::hashed();
            for number in 0..2000 {
                map.insert(format!("/p{number}").as_str(), ());
                copy(&mut map, 2);
            }
            copy(&mut map, 1000);
            (slots::STEPS.get() - before, order(&map))
        };
        let (mended, order) = steps(Map::deep_copy_keys);
        let (anew, order_anew) = steps(Map::copy_keys_anew);
        assert_eq!(order, order_anew);
        assert!(mended * 5 < anew, "{mended} steps, and {anew} anew");
    }

    #[test]
    fn the_sixth_key_makes_room_for_more() {
        let mut methods = inserted(["get", "put", "post", "delete", "options"]);
        assert_eq!(order(&methods), "put post delete options get");
        methods.insert("head", ());
        assert_eq!(order(&methods), "head get put post options delete");
    }

    #[test]
    fn a_key_that_is_there_keeps_its_place_and_its_mark() {
        let mut map = Map::hashed();
        map.insert(Text::marked("get"), "old");
        map.insert("get", "new");
        assert_eq!(Node::Map(map).to_text(), "{u'get': 'new'}");
    }

    #[test]
    fn marked_strings_escape_all_that_is_not_ascii() {
        let strings = ["it's", "say \"hi\"", "both'\"", "é中😀\u{7f}\u{1}\n\\", ""];
        assert_eq!(
            Node::marked(json!(strings)).to_text(),
            r#"[u"it's", u'say "hi"', u'both\'"', u'\xe9\u4e2d\U0001f600\x7f\x01\n\\', u'']"#
        );
        assert_eq!(
            Node::bare(json!([
                "é中😀\u{7f}\u{a0}\u{301}\u{200b}\u{e000}\n\\",
                "it's"
            ]))
            .to_text(),
            "['é中😀\\x7f\\xa0\u{301}\\u200b\\ue000\\n\\\\', \"it's\"]"
        );
    }

    #[test]
    fn numbers_print_as_python_2_prints_them() {
        let numbers = json!([
            1,
            -1,
            i64::MAX,
            9_223_372_036_854_775_808_u64,
            i64::MIN,
            1.0,
            1e22,
            1e-5,
            true,
            null
        ]);
        assert_eq!(
            Node::marked(numbers.clone()).to_text(),
            "[1, -1, 9223372036854775807, 9223372036854775808L, -9223372036854775808, 1.0, 1e+22, 1e-05, True, None]"
        );
        assert_eq!(
            Node::marked(json!({"a": numbers, "é": "\""})).to_json(),
            r#"{"a": [1, -1, 9223372036854775807, 9223372036854775808, -9223372036854775808, 1.0, 1e+22, 1e-05, true, null], "\u00e9": "\""}"#
        );
    }

    #[test]
    fn bodies_print_as_sam_hashes_them() {
        let body = json!({"swagger": "2.0", "paths": {}});
        assert_eq!(
            Node::marked(body.clone()).to_text(),
            "{u'paths': {}, u'swagger': u'2.0'}"
        );

        let include = json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://x"}}});
        assert_eq!(
            Node::marked(include).to_text(),
            "{u'Fn::Transform': {u'Name': u'AWS::Include', u'Parameters': {u'Location': u's3://x'}}}"
        );

        // What SAM makes and what comes from the template side by side, copied twice by each of two edits.
        let mut implicit = Map::hashed();
        implicit.insert("swagger", "2.0");
        implicit.insert("info", Node::bare(json!({"version": "1.0"})));
        let info = implicit.get_mut("info").and_then(Node::as_map_mut).unwrap();
        info.insert("title", Node::plain(json!({"Ref": "AWS::StackName"})));
        let mut methods = Map::hashed();
        let mut method = Map::hashed();
        method.insert(
            "x-amazon-apigateway-integration",
            Node::bare(json!({"type": "aws_proxy", "httpMethod": "POST"})),
        );
        method.insert("responses", Map::hashed());
        methods.insert(Text::marked("GET").map(str::to_lowercase), method);
        let mut paths = Map::hashed();
        paths.insert(Text::marked("/a"), methods);
        implicit.insert("paths", paths);
        for _ in 0..4 {
            implicit.deep_copy(1);
        }
        assert_eq!(
            Node::Map(implicit).to_text(),
            "{'info': {'version': '1.0', 'title': {'Ref': 'AWS::StackName'}}, 'paths': {u'/a': {u'get': \
             {'x-amazon-apigateway-integration': {'httpMethod': 'POST', 'type': 'aws_proxy'}, 'responses': {}}}}, \
             'swagger': '2.0'}"
        );

        let domain = json!({"DomainName": "e.com", "CertificateArn": "arn:c"});
        let mut domain = Node::marked(domain);
        let map = domain.as_map_mut().unwrap();
        map.insert("ApiDomainName", "ApiGatewayDomainName0779bc66dd");
        map.insert("EndpointConfiguration", "REGIONAL");
        assert_eq!(
            domain.to_json(),
            r#"{"CertificateArn": "arn:c", "ApiDomainName": "ApiGatewayDomainName0779bc66dd", "EndpointConfiguration": "REGIONAL", "DomainName": "e.com"}"#
        );
    }

    /// Replays the histories in the file `CANARYFORM_PYTHON2_HISTORIES`, which tests/tools/python2.py makes and for
    /// which it knows SAM's answer, and writes the texts that come of them beside it.
    #[test]
    fn histories_are_replayed() {
        let Some(path) = std::env::var_os("CANARYFORM_PYTHON2_HISTORIES") else {
            return;
        };
        let file = std::fs::read_to_string(&path).unwrap();
        let histories: Vec<Vec<Value>> = serde_json::from_str(&file).unwrap();
        let texts: Vec<Vec<String>> = histories.iter().map(|history| replay(history)).collect();
        let path = std::path::Path::new(&path).with_extension("texts.json");
        std::fs::write(path, serde_json::to_string(&texts).unwrap()).unwrap();
    }

    /// Each step names the number of a map that an earlier step made, and prints or changes it.
    fn replay(history: &[Value]) -> Vec<String> {
        let mut maps: Vec<Map> = Vec::new();
        let mut texts = Vec::new();
        for step in history {
            let word = |i: usize| step[i].as_str().unwrap_or_default().to_owned();
            let number = |i: usize| step[i].as_u64().unwrap_or_default() as usize;
            let at = number(1);
            match word(0).as_str() {
                "hashed" => maps.push(Map::hashed()),
                "plain" => maps.push(Map::plain()),
                "insert" => {
                    let value = replayed_value(&step[3], &mut maps);
                    maps[at].insert(replayed_text(&step[2]), value);
                }
                "remove" => drop(maps[at].remove(&word(2))),
                "update" => {
                    let other = maps[number(2)].clone();
                    maps[at].update(other);
                }
                "copy" => maps.push(maps[at].copied()),
                "deep copy" => {
                    maps[at].deep_copy(1);
                }
                "print" => {
                    let node = Node::Map(maps[at].clone());
                    let through_values: Vec<Text> =
                        maps[at].clone().into_iter().map(|(key, _)| key).collect();
                    let keys: Vec<tree::Text> = maps[at]
                        .iter_mut()
                        .map(|(key, _)| key.string.clone())
                        .collect();
                    assert!(through_values.iter().map(|key| &key.string).eq(&keys));
                    texts.push(node.to_text());
                    texts.push(node.to_json());
                }
                step => panic!("{step}"),
            }
        }
        texts
    }

    /// `{"u": string}` is marked, `{"map": n}` is the n-th map so far, a string is bare.
    fn replayed_value(value: &Value, maps: &mut Vec<Map>) -> Node {
        match value {
            Value::Array(items) => items
                .iter()
                .map(|item| replayed_value(item, maps))
                .collect(),
            Value::Object(_) if value["map"].is_u64() => maps
                [value["map"].as_u64().unwrap_or_default() as usize]
                .clone()
                .into(),
            Value::Object(_) | Value::String(_) => replayed_text(value).into(),
            _ => Node::bare(value.clone()),
        }
    }

    fn replayed_text(value: &Value) -> Text {
        match &value["u"] {
            Value::String(string) => Text::marked(string),
            _ => Text::bare(value.as_str().unwrap_or_default()),
        }
    }
}
