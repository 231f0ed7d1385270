//! Python's objects as a tree: a template that something else has read, or the values of its parameters.

use canaryform::diagnostics::{Levels, codes};
use canaryform::template::{MAX_DEPTH, Path, Read, Step};
use canaryform::tree::{List, Map, Number, Text, Value};
use canaryform::{Diagnostic, Faults, Format, Template};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

/// How much may be given, in bytes: by aliases, which are one object in many places, few lines of YAML stand for any
/// amount.
const MOST: usize = 64 << 20;

/// What each value counts beside its text.
const VALUE: usize = 32;

/// A template that something else has read, or the faults for which no tree can hold it.
///
/// # Errors
/// `ValueError` with the place of a value that JSON does not have.
pub(crate) fn template(
    given: &Bound<'_, PyMapping>,
    levels: &Levels,
) -> PyResult<Result<Read, Faults>> {
    let mut reader = Reader::default();
    let map = match reader.mapping(given, &Place::TOP) {
        Ok(map) => map,
        Err(Stop::Told) => Map::new(),
        Err(Stop::Raised(raised)) => return Err(raised),
        Err(Stop::Foreign(kind, path)) => {
            return Err(PyValueError::new_err(format!(
                "the template holds what JSON does not have: {kind} at {path}"
            )));
        }
    };
    levels.apply(&mut reader.faults);
    if reader.faults.iter().any(Diagnostic::is_error) {
        return Ok(Err(Faults(reader.faults)));
    }
    Ok(Ok(Read {
        template: Template(map),
        format: Format::Json,
        warnings: reader.faults,
    }))
}

/// A template that was made here and may have been changed since.
///
/// # Errors
/// `ValueError` with the place of what no template can hold.
pub(crate) fn tree(given: &Bound<'_, PyMapping>) -> PyResult<Template> {
    match template(given, &Levels::default())? {
        Ok(read) => Ok(read.template),
        Err(faults) => Err(PyValueError::new_err(faults.to_string())),
    }
}

/// The values of parameters.
///
/// # Errors
/// `ValueError` with the name of a parameter that has no value of its kind, which is not shown: it may be a secret.
pub(crate) fn parameters(given: &Bound<'_, PyMapping>) -> PyResult<Map> {
    let mut reader = Reader::default();
    let read = reader.mapping(given, &Place::TOP);
    let (path, why) = match (read, reader.faults.into_iter().next()) {
        (Err(Stop::Raised(raised)), _) => return Err(raised),
        (Err(Stop::Foreign(kind, path)), _) => (path, kind),
        (_, Some(fault)) => (fault.path, fault.code.name.to_owned()),
        (read, None) => return Ok(read.unwrap_or_default()),
    };
    let name = Path(path.0.into_iter().take(1).collect());
    Err(PyValueError::new_err(format!(
        "parameters are texts, numbers or lists of them, which `{name}` is not: `{why}`"
    )))
}

/// Why reading stops before the end.
enum Stop {
    /// Nothing is left to go on with after what was found.
    Told,
    /// A type whose values JSON does not have, and where one stands.
    Foreign(String, Path),
    /// What Python itself raised.
    Raised(PyErr),
}

impl From<PyErr> for Stop {
    fn from(raised: PyErr) -> Self {
        Self::Raised(raised)
    }
}

/// A place while objects are walked: nothing is copied until it is told.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Inner<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Inner<'a> {
    Key(&'a str),
    Index(usize),
}

impl Place<'_> {
    const TOP: Place<'static> = Place {
        above: None,
        step: Inner::Index(0),
        depth: 0,
    };

    fn then<'a>(&'a self, step: Inner<'a>) -> Place<'a> {
        Place {
            above: Some(self),
            step,
            depth: self.depth + 1,
        }
    }

    fn path(&self) -> Path {
        match (self.above, self.step) {
            (None, _) => Path::default(),
            (Some(above), Inner::Key(key)) => above.path().then(key),
            (Some(above), Inner::Index(index)) => above.path().then(Step::from(index)),
        }
    }
}

/// Reads one tree.
#[derive(Default)]
struct Reader {
    faults: Vec<Diagnostic>,
    /// What was read up to here, in bytes.
    size: usize,
}

impl Reader {
    fn value(&mut self, object: &Bound<'_, PyAny>, at: &Place<'_>) -> Result<Value, Stop> {
        // What is most frequent comes first, but for flags, which are integers, too.
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Value::String(self.text(text, at)?));
        }
        if let Ok(dict) = object.cast::<PyDict>() {
            return Ok(Value::Object(self.dict(dict, at)?));
        }
        if let Ok(items) = object.cast::<PyList>() {
            return self.list(items.iter(), at);
        }
        self.count(VALUE, at)?;
        if let Ok(flag) = object.cast::<PyBool>() {
            return Ok(flag.is_true().into());
        }
        if let Ok(number) = object.cast::<PyInt>() {
            return Ok(self.integer(number, at));
        }
        if object.is_none() {
            return Ok(Value::Null);
        }
        if let Ok(number) = object.cast::<PyFloat>() {
            let number = Number::from_f64(number.value());
            let number = number
                .ok_or_else(|| Stop::Foreign("a float that is not finite".to_owned(), at.path()))?;
            return Ok(number.into());
        }
        if let Ok(items) = object.cast::<PyTuple>() {
            return self.list(items.iter(), at);
        }
        if let Some(day) = day(object)? {
            return Ok(day.into());
        }
        match object.cast::<PyMapping>() {
            Ok(mapping) => Ok(Value::Object(self.mapping(mapping, at)?)),
            Err(_) => Err(foreign(object, at)),
        }
    }

    fn mapping(&mut self, mapping: &Bound<'_, PyMapping>, at: &Place<'_>) -> Result<Map, Stop> {
        if let Ok(dict) = mapping.cast::<PyDict>() {
            return self.dict(dict, at);
        }
        self.open(at)?;
        let mut map = Map::with_capacity(mapping.len()?);
        for entry in mapping.items()? {
            let (key, value) = entry.extract()?;
            self.entry(&mut map, &key, &value, at)?;
        }
        Ok(map)
    }

    fn dict(&mut self, dict: &Bound<'_, PyDict>, at: &Place<'_>) -> Result<Map, Stop> {
        self.open(at)?;
        let mut map = Map::with_capacity(dict.len());
        for (key, value) in dict {
            self.entry(&mut map, &key, &value, at)?;
        }
        Ok(map)
    }

    fn entry(
        &mut self,
        map: &mut Map,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        at: &Place<'_>,
    ) -> Result<(), Stop> {
        let name = self.key(key, at)?;
        let value = self.value(value, &at.then(Inner::Key(&name)))?;
        if map.insert(name, value).is_some() {
            // Only a number can be the same text as another key.
            let name = self.key(key, at)?;
            let fault = format!("the key `{name}` stands here twice: as a number and as text");
            let here = at.then(Inner::Key(&name)).path();
            let fault = Diagnostic::new(codes::DUPLICATE_KEY, here, fault);
            self.faults.push(fault.help("keep one of the two").on_key());
        }
        Ok(())
    }

    /// A key, as it is in JSON.
    fn key(&mut self, key: &Bound<'_, PyAny>, at: &Place<'_>) -> Result<Text, Stop> {
        if let Ok(text) = key.cast::<PyString>() {
            return self.text(text, at);
        }
        self.count(VALUE, at)?;
        if let Ok(flag) = key.cast::<PyBool>() {
            return Ok(Text::from_static(if flag.is_true() {
                "true"
            } else {
                "false"
            }));
        }
        if key.is_none() {
            return Ok(Text::from_static("null"));
        }
        if key.is_instance_of::<PyInt>() || key.is_instance_of::<PyFloat>() {
            return Ok(key.str()?.to_str()?.into());
        }
        day(key)?.ok_or_else(|| foreign(key, at))
    }

    fn list<'py>(
        &mut self,
        items: impl ExactSizeIterator<Item = Bound<'py, PyAny>>,
        at: &Place<'_>,
    ) -> Result<Value, Stop> {
        self.open(at)?;
        let mut list = List::with_capacity(items.len());
        for (index, item) in items.enumerate() {
            list.push(self.value(&item, &at.then(Inner::Index(index)))?);
        }
        Ok(list.into())
    }

    fn integer(&mut self, number: &Bound<'_, PyInt>, at: &Place<'_>) -> Value {
        if let Ok(number) = number.extract::<i64>() {
            return number.into();
        }
        if let Ok(number) = number.extract::<u64>() {
            return number.into();
        }
        let fault = "this is a number that no template can hold";
        let fault = Diagnostic::new(codes::NUMBER_OUT_OF_RANGE, at.path(), fault);
        self.faults.push(fault.help("make it text to keep it"));
        Value::Null
    }

    fn text(&mut self, text: &Bound<'_, PyString>, at: &Place<'_>) -> Result<Text, Stop> {
        // What Python raises would show the text.
        let lone = |_| Stop::Foreign("a text with half of a surrogate pair".to_owned(), at.path());
        let text = text.to_str().map_err(lone)?;
        self.count(VALUE + text.len(), at)?;
        Ok(text.into())
    }

    /// A map or a list begins here.
    fn open(&mut self, at: &Place<'_>) -> Result<(), Stop> {
        self.count(VALUE, at)?;
        if at.depth < MAX_DEPTH {
            return Ok(());
        }
        let fault = format!("maps and lists nest deeper than {MAX_DEPTH} here");
        let fault = Diagnostic::new(codes::NESTED_TOO_DEEP, at.path(), fault);
        self.faults
            .push(fault.help("no template needs that: look for a map that holds itself"));
        Err(Stop::Told)
    }

    fn count(&mut self, bytes: usize, at: &Place<'_>) -> Result<(), Stop> {
        self.size += bytes;
        if self.size <= MOST {
            return Ok(());
        }
        let fault = format!(
            "the template comes to more than {} MB up to here",
            MOST >> 20
        );
        let fault = Diagnostic::new(codes::TOO_MANY_ALIASES, at.path(), fault);
        self.faults.push(
            fault.help("no template needs that: look for one object that stands in many places"),
        );
        Err(Stop::Told)
    }
}

/// A day as it is written, which what reads YAML makes an object of: `Version: 2012-10-17`.
fn day(object: &Bound<'_, PyAny>) -> PyResult<Option<Text>> {
    if !object.is_exact_instance_of::<PyDate>() {
        return Ok(None);
    }
    let day = object.call_method0(intern!(object.py(), "isoformat"))?;
    Ok(Some(day.cast::<PyString>()?.to_str()?.into()))
}

fn foreign(object: &Bound<'_, PyAny>, at: &Place<'_>) -> Stop {
    match object.get_type().name() {
        Ok(name) => Stop::Foreign(name.to_string(), at.path()),
        Err(raised) => Stop::Raised(raised),
    }
}
