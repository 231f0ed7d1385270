//! Code that still lies in a folder: what the transform needs to know of it, and who tells.

/// What packaging would upload for a local path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// A hexadecimal hash of the content; it changes exactly when what would be uploaded changes.
    pub digest: String,
    /// The path as the transformed template is to name it.
    pub path: String,
}

/// Knows the code that a template names by a local path.
///
/// The transform itself touches no file: the command reads folders, the macro refuses, tests give a table.
pub trait LocalCode {
    /// What lies at `path`, as the template writes it.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence's end: "`src/` is not there".
    fn look_up(&self, path: &str) -> Result<LocalFile, LocalCodeFault>;
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
    fn look_up(&self, path: &str) -> Result<LocalFile, LocalCodeFault> {
        Err(LocalCodeFault {
            message: format!("`{path}` is a local path, and no files can be read here"),
            help: "upload the code with `aws cloudformation package` (or `sam package`) first, and transform its output"
                .to_owned(),
        })
    }
}
