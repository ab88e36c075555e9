//! Staging: where the output of a run lies until it is whole, so that the run can be killed at any moment and go on.
//!
//! What was found is appended to a file beside the output, `OUT.partial`. Every few seconds, and when the run is stopped, that file is made
//! durable, and then a line in the manifest, `OUT.manifest.jsonl`, says how far it goes and how far the input was read. A run
//! that goes on cuts the file off there and reads the input from there. At the end the file becomes the output: by a new name, or
//! [`assemble`] makes the output of it under another name first. So nothing under the name of an output is ever half of one,
//! and the bytes do not depend on how often the run was cut off: no format has to go on in the middle.
//!
//! Outputs that are numbered are sealed one by one: each is durable and in the manifest before it gets its name.

use super::manifest::{Checkpoint, Manifest, Plan};
use super::{Found, Sink};
use crate::format::Problem;
use crate::format::output::file::{beside, is_stream, sync_folder, target};
use crate::format::output::{Format, assemble};
use crate::format::schema::Layout;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is to be written where.
#[derive(Clone, Debug)]
pub struct Target {
    /// The output: a file, or a folder of them.
    pub path: PathBuf,
    /// What it is.
    pub format: Format,
    /// Which extra fields the rows have.
    pub layout: Layout,
    /// With how many rows a file is full; `None` for one file.
    pub shard_rows: Option<u64>,
    /// How often what was done is made durable.
    pub every: Duration,
}

/// Where rejects are written.
#[derive(Clone, Debug)]
pub struct RejectsTarget {
    /// The file.
    pub path: PathBuf,
    /// Whether it is to be there even if nothing was rejected.
    pub always: bool,
}

/// A run's output that is being written.
pub struct Staging {
    out: Out,
    rejects: Option<Rejects>,
    start: Instant,
}

enum Out {
    /// A stream: what is written is gone.
    Stream(Box<dyn Write + Send>),
    Files(Box<Files>),
}

struct Files {
    target: Target,
    header: Vec<u8>,
    /// The file that is being written, if any.
    file: Option<BufWriter<File>>,
    /// How far the run is.
    at: Checkpoint,
    /// Sealed files that have no name yet start behind this one.
    named: u64,
    /// These files: as long as they are open, no other run may write them.
    sealed: VecDeque<File>,
    /// The program that writes, asked for only if needed: to tell takes a moment.
    program: fn() -> String,
    plan: Plan,
    manifest: Option<Manifest>,
    last: Instant,
    /// Seconds of earlier runs.
    seconds: f64,
}

struct Rejects {
    target: RejectsTarget,
    out: Option<BufWriter<File>>,
    bytes: u64,
    /// Whether the name of the staged file is durable.
    is_named: bool,
}

/// Why a run cannot go on where an earlier one stopped.
#[derive(Debug)]
pub struct CannotResume(pub String);

impl std::fmt::Display for CannotResume {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotResume {}

fn cannot_resume(reason: impl Into<String>) -> io::Error {
    io::Error::other(CannotResume(reason.into()))
}

impl Staging {
    /// An output that is a stream.
    pub fn stream(out: impl Write + Send + 'static, rejects: Option<RejectsTarget>) -> Staging {
        Staging { out: Out::Stream(Box::new(out)), rejects: rejects.map(Rejects::new), start: Instant::now() }
    }

    /// An output that is a file or a folder; with `resume`, one that goes on where an earlier run stopped, if there was one. The
    /// program of the plan is `program`.
    ///
    /// # Errors
    /// If nothing can be written there, another run writes there, or, as [`CannotResume`], the plan is not that of the earlier run.
    pub fn files(
        mut target: Target,
        plan: Plan,
        program: fn() -> String,
        rejects: Option<RejectsTarget>,
        resume: bool,
    ) -> io::Result<Staging> {
        target.path = self::target(&target.path);
        let mut files = Files {
            header: target.format.header(&target.layout),
            target,
            file: None,
            at: Checkpoint::default(),
            named: 0,
            sealed: VecDeque::new(),
            program,
            plan,
            manifest: None,
            last: Instant::now(),
            seconds: 0.0,
        };
        let mut rejects = rejects.map(Rejects::new);
        if let Some((manifest, earlier, checkpoint)) = if resume { Manifest::open(&files.manifest_path())? } else { None } {
            files.plan.program = program();
            if let Some(difference) = files.plan.difference(&earlier) {
                return Err(cannot_resume(format!("the run cannot go on: {difference}")));
            }
            files.go_on(manifest, checkpoint)?;
            if let Some(rejects) = &mut rejects {
                rejects.go_on(checkpoint.rejects, checkpoint.complete)?;
            }
        } else {
            files.start_anew(resume)?;
        }
        Ok(Staging { out: Out::Files(Box::new(files)), rejects, start: Instant::now() })
    }

    /// How far an earlier run went; nothing if this one starts anew.
    pub fn resumed(&self) -> Option<Checkpoint> {
        match &self.out {
            Out::Files(files) if files.manifest.is_some() => Some(files.at),
            _ => None,
        }
    }

    /// Whether something is durable that a run could go on with.
    pub fn can_resume(&self) -> bool {
        self.resumed().is_some()
    }

    /// The seconds that the run took, earlier parts of it included.
    pub fn seconds(&self) -> f64 {
        let before = if let Out::Files(files) = &self.out { files.seconds } else { 0.0 };
        before + self.start.elapsed().as_secs_f64()
    }

    /// Makes durable what was done, for a run that is to go on later.
    ///
    /// # Errors
    /// If that cannot be written.
    pub fn pause(&mut self) -> io::Result<()> {
        let seconds = self.seconds();
        if let Out::Stream(out) = &mut self.out {
            out.flush()?;
        }
        let Out::Files(files) = &mut self.out else { return Ok(()) };
        let rejects = self.rejects.as_mut().map_or(Ok(0), Rejects::make_durable)?;
        files.checkpoint(rejects, seconds)
    }

    /// Gives all files their names: the run is at its end. Returns the file of rejects, if there is one.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn finish(mut self) -> io::Result<Option<PathBuf>> {
        let seconds = self.seconds();
        match &mut self.out {
            Out::Stream(out) => {
                out.flush()?;
                self.rejects.map_or(Ok(None), Rejects::finish)
            }
            Out::Files(files) => {
                let rejects = self.rejects.as_mut().map_or(Ok(0), Rejects::make_durable)?;
                files.end(rejects, seconds)?;
                let rejected = self.rejects.map_or(Ok(None), Rejects::finish)?;
                files.forget()?;
                Ok(rejected)
            }
        }
    }

    /// Takes away what was written of the output, and leaves what an earlier run wrote. With `keep_rejects`, these get their name.
    ///
    /// # Errors
    /// If the rejects cannot be written.
    pub fn abandon(self, keep_rejects: bool) -> io::Result<Option<PathBuf>> {
        if let Out::Files(mut files) = self.out {
            files.file = None;
            // It may not be there, or not be ours to take away: nothing is lost either way.
            for number in files.named + 1..=files.at.sealed + 1 {
                let _ = fs::remove_file(files.staged_path(number));
            }
            let _ = fs::remove_file(files.manifest_path());
            if files.target.shard_rows.is_some() {
                let _ = fs::remove_dir(&files.target.path);
            }
        }
        match self.rejects {
            Some(rejects) if keep_rejects => rejects.finish(),
            Some(rejects) if rejects.out.is_some() && !is_stream(&rejects.target.path) => {
                fs::remove_file(rejects.staged_path()).map(|()| None)
            }
            _ => Ok(None),
        }
    }
}

impl Sink for Staging {
    fn take(&mut self, found: &Found<'_>) -> io::Result<()> {
        let seconds = self.seconds();
        match &mut self.out {
            Out::Stream(out) => out.write_all(found.made),
            Out::Files(files) => {
                files.take(found)?;
                if files.named == files.at.sealed && files.last.elapsed() < files.target.every {
                    return Ok(());
                }
                let rejects = self.rejects.as_mut().map_or(Ok(0), Rejects::make_durable)?;
                files.checkpoint(rejects, seconds)?;
                files.name_sealed()
            }
        }
    }

    fn start(&mut self, header: &[u8]) -> io::Result<()> {
        match &mut self.out {
            Out::Stream(out) => out.write_all(header),
            // Each file starts with it.
            Out::Files(_) => Ok(()),
        }
    }

    fn reject(&mut self, problem: &Problem) -> io::Result<()> {
        self.rejects.as_mut().map_or(Ok(()), |rejects| rejects.add(problem))
    }
}

impl Files {
    /// The name of an output file, by its number from 1.
    fn path(&self, number: u64) -> PathBuf {
        match self.target.shard_rows {
            None => self.target.path.clone(),
            Some(_) => self.target.path.join(format!("rows-{number:05}.{}", self.target.format.ending())),
        }
    }

    /// Where an output file lies until it has its name.
    fn staged_path(&self, number: u64) -> PathBuf {
        beside(&self.path(number), ".partial")
    }

    fn manifest_path(&self) -> PathBuf {
        beside(&self.target.path, ".manifest.jsonl")
    }

    fn start_anew(&mut self, resume: bool) -> io::Result<()> {
        let path = &self.target.path;
        let is_folder = self.target.format.is_folder() || self.target.shard_rows.is_some();
        if is_folder {
            match fs::read_dir(path) {
                Ok(mut inside) => {
                    if inside.any(|file| file.is_ok_and(|file| !is_staged(&file.file_name()))) {
                        let more = if resume { ", and no run was cut off there" } else { "" };
                        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("the folder is not empty{more}")));
                    }
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Err(_) => {}
            }
        } else if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder; --shard-rows N writes numbered files into one"));
        }
        if self.target.shard_rows.is_some() {
            fs::create_dir_all(path)?;
            for file in fs::read_dir(path)? {
                let stale = file?.path();
                lock(&File::open(&stale)?, &stale)?;
                fs::remove_file(stale)?;
            }
        }
        self.open(0)?;
        // What an earlier run left is of no more use.
        match fs::remove_file(self.manifest_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn go_on(&mut self, manifest: Manifest, checkpoint: Checkpoint) -> io::Result<()> {
        self.seconds = checkpoint.seconds;
        self.at = checkpoint;
        self.manifest = Some(manifest);
        // Files that have their names are not staged any more.
        self.named =
            (1..=checkpoint.sealed).find(|&number| self.staged_path(number).exists()).map_or(checkpoint.sealed, |n| n - 1);
        if let Some(lost) = (1..=self.named).map(|number| self.path(number)).find(|path| !path.exists()) {
            return Err(cannot_resume(format!("the run cannot go on: {} is not there any more", lost.display())));
        }
        self.name_sealed()?;
        if !checkpoint.complete && checkpoint.staged > 0 {
            self.open(checkpoint.staged)?;
        }
        Ok(())
    }

    /// Opens the file behind the sealed ones to go on after so many bytes; a new one gets its header.
    fn open(&mut self, length: u64) -> io::Result<()> {
        let path = self.staged_path(self.at.sealed + 1);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        lock(&file, &path)?;
        if file.metadata()?.len() < length {
            return Err(cannot_resume(format!("the run cannot go on: {} is shorter than the manifest says", path.display())));
        }
        if length == 0 && self.manifest.is_some() {
            // The manifest is going to speak of it.
            sync_folder(&path)?;
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        let mut file = BufWriter::with_capacity(1 << 16, file);
        if length == 0 {
            file.write_all(&self.header)?;
            self.at.staged = self.header.len() as u64;
            self.at.rows = 0;
        }
        self.file = Some(file);
        Ok(())
    }

    fn take(&mut self, found: &Found<'_>) -> io::Result<()> {
        let mut written = 0;
        for piece in found.pieces {
            if piece.end == written {
                continue;
            }
            if self.file.is_none() {
                self.open(0)?;
            }
            let bytes = &found.made[written..piece.end];
            self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes))?;
            written = piece.end;
            self.at.staged += bytes.len() as u64;
            self.at.rows += piece.rows;
            if self.target.shard_rows.is_some_and(|most| self.at.rows >= most) {
                self.seal()?;
            }
        }
        self.at.reached = found.reached;
        self.at.summary = found.summary;
        Ok(())
    }

    /// The file is whole, and made durable; it gets its name once the manifest says so.
    fn seal(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            self.sealed.push_back(file);
            (self.at.sealed, self.at.staged, self.at.rows) = (self.at.sealed + 1, 0, 0);
        }
        Ok(())
    }

    /// Makes durable what was written, then says so in the manifest.
    fn checkpoint(&mut self, rejects: u64, seconds: f64) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.flush()?;
            file.get_ref().sync_data()?;
        }
        (self.at.rejects, self.at.seconds) = (rejects, seconds);
        let (path, staged) = (self.manifest_path(), self.staged_path(1));
        let manifest = match &mut self.manifest {
            Some(manifest) => manifest,
            none => {
                sync_folder(&staged)?;
                self.plan.program = (self.program)();
                none.insert(Manifest::create(&path, &self.plan)?)
            }
        };
        manifest.add(&self.at)?;
        self.last = Instant::now();
        Ok(())
    }

    /// Makes the last file, and gives all their names.
    fn end(&mut self, rejects: u64, seconds: f64) -> io::Result<()> {
        if self.file.is_none() && self.at.sealed == 0 {
            self.open(0)?;
        }
        self.seal()?;
        self.at.complete = true;
        // A run that is over before anything had to be durable needs no manifest.
        if self.manifest.is_some() {
            self.checkpoint(rejects, seconds)?;
        }
        self.name_sealed()
    }

    /// Gives sealed files their names.
    fn name_sealed(&mut self) -> io::Result<()> {
        while self.named < self.at.sealed {
            let number = self.named + 1;
            let (staged, path) = (self.staged_path(number), self.path(number));
            // A run that goes on has sealed it in an earlier life.
            let mut file = self.sealed.pop_front().map_or_else(|| locked(&staged), Ok)?;
            if self.target.format.is_assembled() {
                file.rewind()?;
                self.assemble(&file, &path)?;
                fs::remove_file(&staged)?;
            } else {
                as_open_as(&staged, &path)?;
                fs::rename(&staged, &path)?;
                sync_folder(&path)?;
            }
            self.named = number;
        }
        Ok(())
    }

    /// Makes an output of its lines under another name, then gives it its own.
    fn assemble(&self, staged: &File, path: &Path) -> io::Result<()> {
        if self.target.format.is_folder() && fs::read_dir(path).is_ok_and(|mut inside| inside.next().is_some()) {
            // It was empty when the run started and got all its files at once: the run was cut off just behind that.
            return Ok(());
        }
        let building = beside(path, ".building");
        let mut lines = BufReader::with_capacity(1 << 16, staged);
        if self.target.format.is_folder() {
            match fs::remove_dir_all(&building) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => fs::create_dir_all(&building)?,
            }
        } else {
            File::create(&building)?;
        }
        assemble(self.target.format, &self.target.layout, &mut lines, &building).inspect_err(|_| {
            // On a full disk it would be in the way of a run that goes on.
            let _ = if self.target.format.is_folder() { fs::remove_dir_all(&building) } else { fs::remove_file(&building) };
        })?;
        if self.target.format.is_folder() {
            if path.is_dir() {
                fs::remove_dir(path)?;
            }
        } else {
            File::open(&building)?.sync_all()?;
            as_open_as(&building, path)?;
        }
        fs::rename(&building, path)?;
        sync_folder(path)
    }

    /// The run is over: the manifest goes.
    fn forget(&mut self) -> io::Result<()> {
        match self.manifest.take() {
            Some(_) => fs::remove_file(self.manifest_path()),
            None => Ok(()),
        }
    }
}

impl Rejects {
    fn new(target: RejectsTarget) -> Rejects {
        Rejects { target, out: None, bytes: 0, is_named: false }
    }

    fn staged_path(&self) -> PathBuf {
        beside(&target(&self.target.path), ".partial")
    }

    fn go_on(&mut self, length: u64, complete: bool) -> io::Result<()> {
        let path = self.staged_path();
        self.bytes = length;
        if length == 0 || is_stream(&self.target.path) || (complete && !path.exists()) {
            return Ok(());
        }
        let failure = |_| cannot_resume(format!("the run cannot go on: {} is not there any more", path.display()));
        let mut file = OpenOptions::new().write(true).open(&path).map_err(failure)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        self.out = Some(BufWriter::new(file));
        Ok(())
    }

    fn out(&mut self) -> io::Result<&mut BufWriter<File>> {
        if self.out.is_none() {
            let file = if is_stream(&self.target.path) {
                OpenOptions::new().append(true).open(&self.target.path)
            } else {
                File::create(self.staged_path())
            };
            let failure = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.target.path.display()));
            self.out = Some(BufWriter::new(file.map_err(failure)?));
        }
        Ok(self.out.as_mut().expect("it was just opened"))
    }

    fn add(&mut self, problem: &Problem) -> io::Result<()> {
        let mut line = serde_json::to_vec(problem)?;
        line.push(b'\n');
        self.bytes += line.len() as u64;
        self.out()?.write_all(&line)
    }

    /// Makes durable what was written; returns its length.
    fn make_durable(&mut self) -> io::Result<u64> {
        if let Some(out) = &mut self.out {
            out.flush()?;
            if !is_stream(&self.target.path) {
                out.get_ref().sync_data()?;
                if !std::mem::replace(&mut self.is_named, true) {
                    sync_folder(&self.staged_path())?;
                }
            }
        }
        Ok(self.bytes)
    }

    /// Gives the file its name. One of an earlier run goes if nothing was rejected.
    fn finish(mut self) -> io::Result<Option<PathBuf>> {
        if self.target.always {
            self.out()?;
        }
        if is_stream(&self.target.path) {
            return self.out.map_or(Ok(()), |mut out| out.flush()).map(|()| None);
        }
        let path = target(&self.target.path);
        let Some(out) = self.out.take() else {
            if self.bytes > 0 {
                // A run that was cut off in its last step has given it its name already.
                return Ok(Some(self.target.path));
            }
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(None),
            };
        };
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(self.staged_path(), &path)?;
        sync_folder(&path)?;
        Ok(Some(self.target.path))
    }
}

/// A file that is there already, to read it while no other run may write it.
fn locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    lock(&file, path)?;
    Ok(file)
}

/// Locks a file that only one run may write, where the file system can.
fn lock(file: &File, path: &Path) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(io::ErrorKind::ResourceBusy, format!("another run is writing it ({})", path.display())))
        }
        _ => Ok(()),
    }
}

/// Whether a file is one that a run left behind when it was cut off.
fn is_staged(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("rows-") && (name.ends_with(".partial") || name.ends_with(".building"))
}

/// Gives a file the permissions of the one that it is to replace.
fn as_open_as(file: &Path, replaced: &Path) -> io::Result<()> {
    match replaced.metadata() {
        Ok(metadata) => fs::set_permissions(file, metadata.permissions()),
        Err(_) => Ok(()),
    }
}
