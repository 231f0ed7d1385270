//! Files that a template names by local paths, before they are uploaded: what the transform needs to know of them, and
//! who tells.

#[cfg(feature = "folder")]
mod folder;

#[cfg(feature = "folder")]
pub use folder::{Folder, UNFINISHED};

/// Knows the files that a template names by local paths.
///
/// The transform itself touches no file: [`Folder`](crate::code) reads them, [`Ignored`] looks at none, [`Refused`] is what the macro
/// does, [`Unseen`] what SAM does, and tests give a table.
pub trait LocalCode {
    /// A hash, in hexadecimal digits, of what lies at `path`, as the template writes it: it changes exactly when what
    /// packaging would upload changes.
    ///
    /// # Errors
    /// Why the path cannot be used.
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault>;

    /// What is odd about the code at `path`, and no fault.
    fn remarks(&self, _path: &str) -> Vec<LocalCodeFault> {
        Vec::new()
    }

    /// The path of the code of a function or layer that names none; nothing where it must name one.
    fn unnamed(&self) -> Option<&str> {
        None
    }

    /// Whether code counts without being looked at, so that what is not built yet is as good as built.
    fn is_ignored(&self) -> bool {
        false
    }

    /// Whether an `AWS::Include` of a file that is missing is left as it is written.
    fn leaves_includes(&self) -> bool {
        self.is_ignored()
    }

    /// The bytes of the file at `path`, which an `AWS::Include` puts into the template.
    ///
    /// # Errors
    /// Why there are none.
    fn included(&self, path: &str) -> Result<Vec<u8>, LocalCodeFault> {
        Err(refusal(path))
    }
}

/// Why a local path cannot be used, or what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalCodeFault {
    /// What is wrong, as a whole message.
    pub message: String,
    /// What to do instead.
    pub help: String,
    /// Whether nothing lies at the path (yet): code that is built lies there only afterwards.
    pub is_missing: bool,
}

/// Refuses every local path, as SAM does, which sees a template only after packaging; and as the macro must.
#[derive(Debug, Clone, Copy, Default)]
pub struct Refused;

impl LocalCode for Refused {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        Err(refusal(path))
    }
}

fn refusal(path: &str) -> LocalCodeFault {
    LocalCodeFault {
        message: format!("`{path}` is a local path, and no files can be read here"),
        help: "upload the code with `aws cloudformation package` (or `sam package`) first, and transform its output"
            .to_owned(),
        is_missing: false,
    }
}

/// Looks at no file, as SAM's own translator: local code is refused, and local includes stay as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unseen;

impl LocalCode for Unseen {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        Err(refusal(path))
    }

    fn leaves_includes(&self) -> bool {
        true
    }

    fn included(&self, path: &str) -> Result<Vec<u8>, LocalCodeFault> {
        Ignored.included(path)
    }
}

/// Looks at no file: all local code, built or not, counts as one content that never changes.
///
/// So any checkout is transformed, and a logical id that moves means that the configuration moved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ignored;

/// The hash of code that nobody looked at: SHA-1 of no bytes.
const IGNORED: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

/// The folder of the template: where packaging looks for the code of a function that names none.
const HERE: &str = ".";

impl LocalCode for Ignored {
    fn digest(&self, _: &str) -> Result<String, LocalCodeFault> {
        Ok(IGNORED.to_owned())
    }

    fn unnamed(&self) -> Option<&str> {
        Some(HERE)
    }

    fn is_ignored(&self) -> bool {
        true
    }

    fn included(&self, path: &str) -> Result<Vec<u8>, LocalCodeFault> {
        Err(LocalCodeFault {
            message: format!("`{path}` is not looked at"),
            help: "read it in, or upload it and name its S3 location".to_owned(),
            is_missing: true,
        })
    }
}
