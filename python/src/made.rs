//! A tree as Python's objects, made directly: its text, written and parsed again, would take longer than the transform.

use canaryform::tree::{Map, Number, Value};
use hashbrown::HashMap;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

/// A map as a `dict` in the same order.
pub(crate) fn dict<'py>(py: Python<'py>, map: &Map) -> PyResult<Bound<'py, PyDict>> {
    let texts = HashMap::new();
    uncollected(py, || Objects { py, texts }.dict(map))
}

/// Makes objects while Python does not look for cycles, which a tree has not. Up to 3.11 it would look again and again,
/// at all that the program holds, since so many objects are new; from 3.12 on it looks only between steps of a program.
fn uncollected<T>(py: Python<'_>, make: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let collector = py.import("gc")?;
    if !collector.call_method0("isenabled")?.is_truthy()? {
        return make();
    }
    collector.call_method0("disable")?;
    let made = make();
    collector.call_method0("enable")?;
    made
}

/// Makes objects of one tree.
struct Objects<'py, 'tree> {
    py: Python<'py>,
    /// The texts that were made. A template has few, again and again: shared, they take a quarter less memory, and
    /// Python hashes each object only once.
    texts: HashMap<&'tree str, Bound<'py, PyString>>,
}

impl<'py, 'tree> Objects<'py, 'tree> {
    fn dict(&mut self, map: &'tree Map) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(self.py);
        for (key, value) in map {
            let value = self.object(value)?;
            dict.set_item(self.text(key), value)?;
        }
        Ok(dict)
    }

    fn text(&mut self, text: &'tree str) -> &Bound<'py, PyString> {
        let make = || PyString::new(self.py, text);
        self.texts.entry(text).or_insert_with(make)
    }

    fn object(&mut self, value: &'tree Value) -> PyResult<Bound<'py, PyAny>> {
        match value {
            Value::Null => Ok(self.py.None().into_bound(self.py)),
            Value::Bool(flag) => flag.into_bound_py_any(self.py),
            Value::Number(number) => self.number(number),
            Value::String(text) => Ok(self.text(text).clone().into_any()),
            Value::Array(items) => {
                let items: Vec<_> = items
                    .iter()
                    .map(|item| self.object(item))
                    .collect::<PyResult<_>>()?;
                Ok(PyList::new(self.py, items)?.into_any())
            }
            Value::Object(map) => Ok(self.dict(map)?.into_any()),
        }
    }

    fn number(&self, number: &Number) -> PyResult<Bound<'py, PyAny>> {
        match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into_bound_py_any(self.py),
            (_, Some(number)) => number.into_bound_py_any(self.py),
            _ => number.as_f64().into_bound_py_any(self.py),
        }
    }
}
