//! A finding as data: what every JSON that holds findings says of one.

use super::Diagnostic;
use crate::tree::{Value, json};
use serde::{Serialize, Serializer};

impl Diagnostic {
    /// The finding as a map, with the `file` that it stands in where that is known.
    pub(super) fn data(&self, file: Option<&str>) -> Value {
        let start = self.span.map(|span| span.start);
        let mut data = json!({
            "code": self.code.name,
            "severity": self.severity.word(),
            "message": &self.message,
            "help": self.help.as_deref(),
            "resource": self.resource.as_deref(),
            "path": self.path.to_string(),
            "generated": self.generated.as_ref().map(ToString::to_string),
            "file": file,
            "line": start.map(|start| start.line),
            "column": start.map(|start| start.column),
        });
        if let (None, Some(map)) = (file, data.as_object_mut()) {
            map.remove("file");
        }
        data
    }
}

/// What `--diagnostics json` says of it, without the file, which a finding does not know.
impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.data(None).serialize(to)
    }
}
