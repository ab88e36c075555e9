//! Output files: a file appears whole or not at all; what is no file (a pipe, a device) is written through.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// An output that is being written.
pub enum Output {
    /// A file beside the one that is to be replaced.
    Replaced(NamedTempFile, PathBuf),
    /// A pipe or a device.
    Through(File),
}

/// How many links are followed to a file that need not be there.
const LINKS: usize = 40;

impl Output {
    /// Opens an output; a link leads to what it points at, and stays a link.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub fn open(path: &Path) -> io::Result<Output> {
        if is_stream(path) {
            return Ok(Output::Through(OpenOptions::new().append(true).open(path)?));
        }
        let target = target(path);
        let file = tempfile::Builder::new().prefix(".onrecord-").tempfile_in(folder(&target))?;
        Ok(Output::Replaced(file, target))
    }

    /// Gives the output its name; a reader of that name sees the old file or the new one whole.
    ///
    /// # Errors
    /// If the file cannot be replaced.
    pub fn keep(self) -> io::Result<()> {
        let (file, path) = match self {
            Output::Replaced(file, path) => (file, path),
            Output::Through(mut stream) => return stream.flush(),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Temporary files are private; an output is as open as any new file.
            let mode = path.metadata().map_or(0o644, |m| m.permissions().mode());
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        sync_folder(&path)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Replaced(file, _) => file.write(bytes),
            Output::Through(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Replaced(file, _) => file.flush(),
            Output::Through(stream) => stream.flush(),
        }
    }
}

/// Whether what is written to a path is gone at once: a pipe, a device, a file of the shell.
pub fn is_stream(path: &Path) -> bool {
    // `/dev/stdout` may be a file, at which the shell is writing: it is no file to be replaced.
    let descriptor = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"].iter().any(|d| path.starts_with(d));
    descriptor || path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Makes the names in the folder of a file durable.
///
/// # Errors
/// If the folder cannot be opened.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // Other systems have no handles of folders.
    if cfg!(unix) { File::open(folder(path))?.sync_all() } else { Ok(()) }
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A path with something behind its name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.components().as_path().as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What a chain of links leads to, there or not.
pub fn target(path: &Path) -> PathBuf {
    let mut target = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = target.read_link() else { break };
        target = target.parent().unwrap_or(Path::new("")).join(next);
    }
    target
}
