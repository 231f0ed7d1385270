//! Results out: whole, or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use crate::code::UNFINISHED;

use super::Failure;
use super::files::{folder_of, printable};

/// How many links are followed before they are taken for a circle: as many as Linux does.
const MAX_LINKS: usize = 40;

/// What writes a text to where it is to go.
pub(crate) trait Content: FnOnce(&mut dyn io::Write) -> io::Result<()> {}

impl<T: FnOnce(&mut dyn io::Write) -> io::Result<()>> Content for T {}

/// A value as JSON, in lines.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| Failure::Io(format!("cannot write JSON: {error}")))
}

pub(crate) fn write_stdout(content: impl Content) -> Result<(), Failure> {
    if is_closed() {
        return Err(Failure::Io(
            "cannot write to standard output: it is closed".to_owned(),
        ));
    }
    let mut stdout = io::stdout().lock();
    content(&mut stdout)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::io("cannot write to standard output", &error))
}

/// Whether the process was started without a standard output.
#[cfg(unix)]
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Before `main`, Rust puts `/dev/null` in the place of a stream that is closed, and then it looks like one that a
/// program opened as such, which is no fault: so it is looked at earlier.
#[cfg(unix)]
#[ctor::ctor]
fn look_at_stdout() {
    let is_closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
    IS_CLOSED.store(is_closed, Ordering::Relaxed);
}

#[cfg(unix)]
fn is_closed() -> bool {
    IS_CLOSED.load(Ordering::Relaxed)
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}

/// Makes the folder that the file at `path` is to be in, where it is not there.
pub(crate) fn make_folder_of(path: &Path) -> Result<(), Failure> {
    let folder = folder_of(path);
    fs::create_dir_all(&folder).map_err(|error| {
        Failure::io(
            &format!("cannot make the folder `{}`", printable(&folder)),
            &error,
        )
    })
}

/// Makes `path` hold what `content` writes: whole, or as it was before, also when the process is told to stop. A file
/// that is there keeps its permissions, and a link to it stays a link; a device or a pipe is written to.
pub(crate) fn write_whole(path: &Path, content: impl Content) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::io(&format!("cannot write `{}`", printable(path)), &error);
    let existing = match fs::metadata(path) {
        Ok(existing) if existing.is_dir() => {
            return Err(Failure::Io(format!(
                "cannot write `{}`: it is a folder; name a file in it",
                printable(path)
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
            printable(path)
        )));
    }
    let target = match &existing {
        Some(_) => fs::canonicalize(path).map_err(failed)?,
        None => end_of_links(path).map_err(failed)?,
    };
    make_folder_of(&target)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let unfinished = Unfinished::watch();
    let mut file = unfinished
        .begin(|| builder.tempfile_in(folder_of(&target)))
        .map_err(failed)?;
    content(&mut file)
        .and_then(|()| match existing {
            Some(permissions) => file.as_file().set_permissions(permissions),
            None => Ok(()),
        })
        // A file that has its name has its content too, whatever happens to the machine.
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    unfinished
        .end(|| file.persist(&target))
        .map_err(|error| failed(error.error))?;
    Ok(())
}

/// Where the file is, or will be, that a path leads to over links.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut end = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&end) {
            Ok(next) => end = folder_of(&end).join(next),
            Err(_) => return Ok(end),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

#[cfg(unix)]
use watched::Unfinished;

/// The unfinished file goes when the process is told to stop.
#[cfg(unix)]
mod watched {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::io;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex, PoisonError};
    use tempfile::NamedTempFile;

    /// The file that is written, where there is one. Whoever holds the lock decides what becomes of it.
    #[derive(Clone, Default)]
    pub(super) struct Unfinished(Arc<Mutex<Option<PathBuf>>>);

    impl Unfinished {
        /// From now on, a signal that ends the process takes the file away first.
        pub(super) fn watch() -> Self {
            let unfinished = Self::default();
            // Without the watch the file is written all the same.
            if let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) {
                let watched = unfinished.clone();
                std::thread::spawn(move || {
                    for signal in signals.forever() {
                        let file = watched.0.lock().unwrap_or_else(PoisonError::into_inner);
                        if let Some(path) = &*file {
                            let _ = std::fs::remove_file(path);
                        }
                        let _ = signal_hook::low_level::emulate_default_handler(signal);
                    }
                });
            }
            unfinished
        }

        pub(super) fn begin(
            &self,
            make: impl FnOnce() -> io::Result<NamedTempFile>,
        ) -> io::Result<NamedTempFile> {
            let mut path = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let file = make()?;
            *path = Some(file.path().to_owned());
            Ok(file)
        }

        pub(super) fn end<T>(&self, name: impl FnOnce() -> T) -> T {
            let mut path = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *path = None;
            name()
        }
    }
}

#[cfg(not(unix))]
struct Unfinished;

#[cfg(not(unix))]
impl Unfinished {
    fn watch() -> Self {
        Self
    }

    fn begin<T>(&self, make: impl FnOnce() -> T) -> T {
        make()
    }

    fn end<T>(&self, name: impl FnOnce() -> T) -> T {
        name()
    }
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
    fn a_folder_is_no_file_and_a_missing_one_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("none/yet/out.yaml");
        write_whole(&made, |out| out.write_all(b"x")).unwrap();
        assert_eq!(fs::read_to_string(&made).unwrap(), "x");
        let Err(Failure::Io(message)) = write_whole(folder.path(), |out| out.write_all(b"x"))
        else {
            panic!("a folder was written");
        };
        assert!(message.contains("is a folder"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("sub/real.yaml", &link).unwrap();
        write_whole(&link, |out| out.write_all(b"x")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let real = folder.path().join("sub/real.yaml");
        assert_eq!(fs::read_to_string(real).unwrap(), "x");
        let circle = folder.path().join("circle");
        std::os::unix::fs::symlink("circle", &circle).unwrap();
        assert!(write_whole(&circle, |out| out.write_all(b"x")).is_err());
    }
}
