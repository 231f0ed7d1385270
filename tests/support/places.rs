//! Places in a template: the keys and indices that lead to a value.

use canaryform::tree::Value;

pub(crate) type Place = Vec<String>;

/// Every value at and below the one at `root`, with its place; below one that `is_whole` takes for one thing, nothing.
pub(crate) fn places<'v>(
    value: &'v Value,
    root: &[&str],
    is_whole: impl Fn(&Value) -> bool,
) -> Vec<(Place, &'v Value)> {
    let root = root.iter().map(|&step| step.to_owned()).collect();
    let mut open: Vec<(Place, &Value)> = vec![(root, value)];
    let mut found = Vec::new();
    while let Some((place, value)) = open.pop() {
        let inner: Vec<(String, &Value)> = match value {
            value if is_whole(value) => Vec::new(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.to_string(), value))
                .collect(),
            Value::Array(items) => {
                let numbered = items.iter().enumerate();
                numbered
                    .map(|(index, item)| (index.to_string(), item))
                    .collect()
            }
            _ => Vec::new(),
        };
        for (step, value) in inner.into_iter().rev() {
            let mut place = place.clone();
            place.push(step);
            open.push((place, value));
        }
        found.push((place, value));
    }
    found
}

/// Every place below `root` of a value that holds no others.
#[allow(dead_code, reason = "not every test reads it")]
pub(crate) fn leaves(value: &Value, root: &[&str]) -> Vec<Place> {
    let is_leaf = |value: &Value| match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    };
    let all = places(value, root, is_leaf).into_iter();
    all.filter(|(_, value)| is_leaf(value))
        .map(|(place, _)| place)
        .collect()
}

/// What stands at a place that is there.
pub(crate) fn at<'v>(mut value: &'v mut Value, place: &[String]) -> &'v mut Value {
    for step in place {
        value = match value {
            Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
            value => value.get_mut(step.as_str()).unwrap(),
        };
    }
    value
}
