//! Templates in, templates out: whole files or nothing.

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// Bytes that a template may have. CloudFormation takes one million; this leaves room for what nobody deploys.
const MAX_TEMPLATE: u64 = 64 << 20;

/// Where a template comes from.
#[derive(Debug, PartialEq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// What `given` means: a file, `-` for standard input, and standard input too where there is a pipe.
    pub(crate) fn choose(given: Option<&Path>) -> Result<Self, Failure> {
        match given {
            Some(path) if path.as_os_str() == "-" => Ok(Self::Stdin),
            Some(path) => Ok(Self::File(path.to_owned())),
            None if io::stdin().is_terminal() => Err(Failure::Usage(
                "no template: name a file, or `-` to read standard input".to_owned(),
            )),
            None => Ok(Self::Stdin),
        }
    }

    /// The name that findings are reported under.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "<stdin>".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The folder of the template; the current one for standard input.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Self::Stdin => PathBuf::from("."),
            Self::File(path) => folder_of(path),
        }
    }

    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        let failed = |error| Failure::io(&format!("cannot read `{}`", self.name()), &error);
        let mut text = Vec::new();
        match self {
            Self::Stdin => io::stdin()
                .lock()
                .take(MAX_TEMPLATE + 1)
                .read_to_end(&mut text),
            Self::File(path) => {
                File::open(path).and_then(|file| file.take(MAX_TEMPLATE + 1).read_to_end(&mut text))
            }
        }
        .map_err(failed)?;
        if text.len() as u64 > MAX_TEMPLATE {
            return Err(Failure::Io(format!(
                "`{}` has more than {} MiB; CloudFormation takes templates of up to 1 MB",
                self.name(),
                MAX_TEMPLATE >> 20
            )));
        }
        Ok(text)
    }
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => path.to_owned(),
    }
}

/// What writes a text to where it is to go.
pub(crate) trait Content: FnOnce(&mut dyn io::Write) -> io::Result<()> {}

impl<T: FnOnce(&mut dyn io::Write) -> io::Result<()>> Content for T {}

pub(crate) fn write_stdout(content: impl Content) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    content(&mut stdout)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::io("cannot write to standard output", &error))
}

/// Makes `path` hold what `content` writes: whole, or as it was before. A file that is there keeps its permissions, and a link to it
/// stays a link; a device or a pipe is written to.
pub(crate) fn write_whole(path: &Path, content: impl Content) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::io(&format!("cannot write `{}`", path.display()), &error);
    let existing = match fs::metadata(path) {
        Ok(existing) if existing.is_dir() => {
            return Err(Failure::Io(format!(
                "cannot write `{}`: it is a folder; name a file in it",
                path.display()
            )));
        }
        Ok(existing) if !existing.is_file() => {
            let mut open = fs::OpenOptions::new();
            return open
                .write(true)
                .open(path)
                .and_then(|mut file| content(&mut file))
                .map_err(failed);
        }
        Ok(existing) => Some(existing.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    if existing.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(Failure::Io(format!(
            "cannot write `{}`: it is read-only",
            path.display()
        )));
    }
    let target = match &existing {
        Some(_) => fs::canonicalize(path).map_err(failed)?,
        None => path.to_owned(),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".canaryform-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder_of(&target)).map_err(failed)?;
    content(&mut file)
        .and_then(|()| match existing {
            Some(permissions) => file.as_file().set_permissions(permissions),
            None => Ok(()),
        })
        .map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_keeps_its_permissions_and_its_link() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real.yaml");
        write_whole(&real, |out| out.write_all(b"old")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
            let link = folder.path().join("link.yaml");
            symlink(&real, &link).unwrap();
            write_whole(&link, |out| out.write_all(b"new")).unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(
                fs::metadata(&real).unwrap().permissions().mode() & 0o777,
                0o640
            );
            assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        }
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert!(names.len() <= 2, "{names:?}");
    }

    #[test]
    fn a_folder_and_a_missing_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        for (path, words) in [
            (folder.path().to_owned(), "is a folder"),
            (folder.path().join("none/out.yaml"), "No such file"),
        ] {
            let Err(Failure::Io(message)) = write_whole(&path, |out| out.write_all(b"x")) else {
                panic!("{} was written", path.display());
            };
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn the_folder_of_a_bare_name_is_the_current_one() {
        assert_eq!(folder_of(Path::new("a.yaml")), Path::new("."));
        assert_eq!(folder_of(Path::new("b/a.yaml")), Path::new("b"));
        assert_eq!(folder_of(Path::new("/a.yaml")), Path::new("/"));
    }
}
