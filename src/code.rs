//! Code that still lies in a folder: what the transform needs to know of it, and who tells.

/// Knows the code that a template names by a local path.
///
/// The transform itself touches no file: the command reads folders, the macro refuses, tests give a table.
pub trait LocalCode {
    /// A hash, in hexadecimal digits, of what lies at `path`, as the template writes it: it changes exactly when what
    /// packaging would upload changes.
    ///
    /// # Errors
    /// Why the path cannot be used.
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault>;
}

/// Why a local path cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalCodeFault {
    /// What is wrong, as a whole message.
    pub message: String,
    /// What to do instead.
    pub help: String,
}

/// Refuses every local path: where no files can be read, as in the macro.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLocalCode;

impl LocalCode for NoLocalCode {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        Err(LocalCodeFault {
            message: format!("`{path}` is a local path, and no files can be read here"),
            help: "upload the code with `aws cloudformation package` (or `sam package`) first, and transform its output"
                .to_owned(),
        })
    }
}
