//! The files of a command: none that is read is written over, and each is written whole or not at all.

use super::Failure;
use anstream::{AutoStream, StripStream};
use onrecord::format::output::file::{Output, is_stream, target};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Refuses to write over what is read, and to write twice to one file. Links lead to what they point at.
///
/// # Errors
/// If an output is one of the inputs, or another output.
pub fn spare<'a>(inputs: impl Iterator<Item = &'a Path>, outputs: &[&Path]) -> Result<(), Failure> {
    if outputs.iter().any(|path| path.as_os_str() == "-") {
        return Err(Failure::usage("- is no output: without -o rows go to standard output, and /dev/stdout is a path to it"));
    }
    let outputs: Vec<&Path> = outputs.iter().copied().filter(|path| !is_stream(path)).collect();
    for (at, output) in outputs.iter().enumerate() {
        if outputs[..at].iter().any(|other| are_one_file(other, output)) {
            return Err(Failure::usage(format!("{}: two outputs cannot be one file", output.display())));
        }
    }
    let there: Vec<_> =
        outputs.iter().filter(|path| path.is_file()).filter_map(|path| path.canonicalize().ok().zip(Some(path))).collect();
    if there.is_empty() {
        return Ok(());
    }
    // A list may name a million files: only links and those of the same name are looked up.
    let replaced = |input: &Path| {
        let mut named = there.iter().filter(|(whole, _)| input.file_name() == whole.file_name() || input.is_symlink());
        named.find(|(whole, _)| input.canonicalize().is_ok_and(|input| input == *whole)).map(|(_, output)| *output)
    };
    match inputs.filter_map(replaced).next() {
        Some(output) => Err(Failure::usage(format!("{}: the output would replace what is read", output.display()))),
        None => Ok(()),
    }
}

/// Whether two paths lead to one file, there or not.
pub fn are_one_file(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let path = target(path);
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(folder.canonicalize().ok()?.join(path.file_name()?))
        })
    };
    a == b || matches!((whole(a), whole(b)), (Some(a), Some(b)) if a == b)
}

/// Writes bytes to a file, whole or not at all, or to standard output.
///
/// # Errors
/// If that is not possible.
pub fn write_bytes(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = io::stdout().lock();
        return out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error));
    };
    write_file(path, |out| out.write_all(bytes))
}

/// Writes text with colours: to a terminal with them, to anything else without.
///
/// # Errors
/// If that is not possible.
pub fn write_styled(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut out = AutoStream::auto(io::stdout().lock());
        return out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error));
    };
    let mut plain = StripStream::new(Vec::new());
    plain.write_all(bytes).expect("memory takes all");
    write_file(path, |out| out.write_all(&plain.into_inner()))
}

/// Writes a file, whole or not at all.
///
/// # Errors
/// If that is not possible.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let write_and_keep = || {
        let mut out = BufWriter::new(Output::open(path)?);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.keep()
    };
    write_and_keep().map_err(|error| Failure::io(&path.display().to_string(), &error))
}
