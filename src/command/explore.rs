//! `onrecord explore`

use super::extract::InputOptions;
use super::message::{counted, note, rejected};
use super::signals::asked_to_end;
use super::stored::{Spool, take_rows, temporary};
use super::{Failure, Outcome};
use clap::Args;
use onrecord::format::input::{Item, Named, Options, read, shared_names, sources};
use onrecord::format::output::file::Output;
use onrecord::format::output::{Format, assemble};
use onrecord::gazetteer::Gazetteer;
use onrecord::look::explore::{HEADERS, LONGEST_BODY, Request, Response, Site, Store, StoreError};
use onrecord::summary::governments::Governments;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;
use tiny_http::{Header, Method, Server, StatusCode};

/// How many requests are answered at once.
const ANSWERED: usize = 64;
/// How often it is looked whether the run is to end, while nobody asks.
const PAUSE: Duration = Duration::from_millis(200);
/// What an SQLite database starts with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Flags of `explore`.
#[derive(Args, Debug)]
pub struct ExploreOptions {
    /// A database of rows; of any other table one is made first
    #[arg(value_name = "ROWS")]
    rows: PathBuf,
    /// Keep the database that is made under this name
    #[arg(long, value_name = "FILE.sqlite")]
    keep_as: Option<PathBuf>,
    /// The articles themselves: files, folders, archives; without them only the words that rows point at are shown
    #[arg(long, value_name = "PATH", num_args = 1..)]
    articles: Vec<PathBuf>,
    /// Keep corrections in the database
    #[arg(long)]
    corrections: bool,
    /// Who signs corrections [default: the user's name]
    #[arg(long, value_name = "NAME", requires = "corrections")]
    author: Option<String>,
    /// The port, on 127.0.0.1 alone [default: a free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
    /// The heading of the pages
    #[arg(long, value_name = "TEXT", default_value = "On record")]
    title: String,
    #[command(flatten)]
    input: InputOptions,
    /// Say nothing but the address and what is lost
    #[arg(short, long)]
    quiet: bool,
}

/// Serves pages until it is interrupted.
pub fn run(options: &ExploreOptions) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let database = Database::of(options)?;
    let failed = |error: StoreError| Failure::failed(format!("{}: {error}", options.rows.display()));
    let mut store = Store::open(database.path(), options.corrections).map_err(failed)?;
    let lost = add_articles(options, &mut store)?;
    let server = Server::http((Ipv4Addr::LOCALHOST, options.port));
    let server = server.map_err(|error| Failure::failed(format!("127.0.0.1:{}: {error}", options.port)))?;
    let port = server.server_addr().to_ip().map_or(options.port, |address| address.port());
    let user = || std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_else(|_| "reader".to_owned());
    let author = options.author.clone().unwrap_or_else(user);
    let gazetteer = Gazetteer::shipped();
    let governments = Governments::new(&gazetteer);
    let site = Site::new(&governments, store, port, &options.title, &author).map_err(failed)?;
    let address = format!("http://127.0.0.1:{port}/");
    if !options.quiet {
        let rows = counted(site.rows_in_all() as u64, "row");
        eprintln!("{rows} in {:.1} s; Ctrl-C ends", begun.elapsed().as_secs_f64());
    }
    println!("{address}");
    let ended = asked_to_end()?;
    if options.open
        && let Err(error) = open::that_detached(&address)
    {
        note(format_args!("no browser could be opened: {error}"));
    }
    serve(&server, &site, &ended);
    Ok(if database.rejected + lost > 0 { Outcome::SomeRejected } else { Outcome::Done })
}

/// The database that is looked at: the user's own, or one that is gone with the run.
enum File {
    Own(PathBuf),
    Temporary(NamedTempFile),
}

struct Database {
    file: File,
    rejected: u64,
}

impl Database {
    fn of(options: &ExploreOptions) -> Result<Database, Failure> {
        let path = &options.rows;
        let failure = |error: io::Error| Failure::io(&path.display().to_string(), &error);
        if path.as_os_str() != "-" && !path.is_dir() {
            let mut head = Vec::new();
            std::fs::File::open(path).map_err(failure)?.take(MAGIC.len() as u64).read_to_end(&mut head).map_err(failure)?;
            if head == MAGIC {
                if options.keep_as.is_some() {
                    return Err(Failure::usage("--keep-as goes with rows that are no database yet"));
                }
                return Ok(Database { file: File::Own(path.clone()), rejected: 0 });
            }
        }
        if options.corrections && options.keep_as.is_none() {
            return Err(Failure::usage("corrections of a temporary database would be lost: --keep-as FILE.sqlite keeps it"));
        }
        if let Some(kept) = options.keep_as.as_ref().filter(|kept| kept.exists()) {
            return Err(Failure::usage(format!("{}: is there already; explore it, or keep the rows as another", kept.display())));
        }
        let (file, rejected) = make(options)?;
        let Some(kept) = &options.keep_as else { return Ok(Database { file: File::Temporary(file), rejected }) };
        let keep = Output::Replaced(file, kept.clone()).keep();
        keep.map_err(|error| Failure::io(&kept.display().to_string(), &error))?;
        Ok(Database { file: File::Own(kept.clone()), rejected })
    }

    fn path(&self) -> &Path {
        match &self.file {
            File::Own(path) => path,
            File::Temporary(file) => file.path(),
        }
    }
}

/// Makes a database of rows in another table.
fn make(options: &ExploreOptions) -> Result<(NamedTempFile, u64), Failure> {
    let mut spool = Spool::new()?;
    let taken = take_rows(std::slice::from_ref(&options.rows), options.quiet, &mut |row, line| {
        spool.add_to_table(row, line).map(|_| ())
    })?;
    let (mut lines, layout, taken) = spool.finish(taken)?;
    // Beside the file that it becomes, so that it need not be copied.
    let folder = options.keep_as.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".onrecord-");
    let file = match (&options.keep_as, folder) {
        (None, _) => builder.tempfile(),
        (Some(_), folder) => builder.tempfile_in(folder.unwrap_or(Path::new("."))),
    };
    let file = file.map_err(temporary)?;
    assemble(Format::Sqlite, &layout, &mut lines, file.path()).map_err(temporary)?;
    Ok((file, taken.rejected))
}

/// Keeps the texts of the articles of which there are rows; says how many files or documents were lost.
fn add_articles(options: &ExploreOptions, store: &mut Store) -> Result<u64, Failure> {
    if options.articles.is_empty() {
        return Ok(0);
    }
    let Named { sources, problems, .. } = sources(&options.articles, options.input.stdin());
    let input = Options { shared: shared_names(&sources), ..options.input.options() };
    let mut lost = problems.len() as u64;
    problems.iter().for_each(rejected);
    let (mut kept, mut passed) = (0u64, 0u64);
    let mut result = Ok(());
    for source in &sources {
        read(source, &input, &mut |item| {
            match item {
                Item::Document(document, _) => match store.add_text(&document) {
                    Ok(true) => kept += 1,
                    Ok(false) => passed += 1,
                    Err(error) => result = Err(Failure::failed(error.to_string())),
                },
                Item::Problem(problem) => {
                    lost += 1;
                    rejected(problem);
                }
                Item::Note(something) if !options.quiet => note(something),
                Item::Note(_) => {}
            }
            result.is_ok()
        });
    }
    result?;
    store.keep_texts().map_err(|error| Failure::failed(error.to_string()))?;
    if !options.quiet {
        let passed = if passed > 0 { format!("; {passed} have no rows") } else { String::new() };
        note(format_args!("the text of {} is shown whole{passed}", counted(kept, "article")));
    }
    Ok(lost)
}

/// Answers requests until the run is to end, each on a thread of its own: one that is slow to ask or to listen keeps nobody waiting.
fn serve(server: &Server, site: &Site<'_>, ended: &AtomicBool) {
    let answering = AtomicUsize::new(0);
    thread::scope(|scope| {
        while !ended.load(Ordering::Relaxed) {
            let Ok(Some(request)) = server.recv_timeout(PAUSE) else { continue };
            if answering.fetch_add(1, Ordering::Relaxed) >= ANSWERED {
                answering.fetch_sub(1, Ordering::Relaxed);
                let _ = request.respond(tiny_http::Response::empty(503));
                continue;
            }
            let answering = &answering;
            scope.spawn(move || {
                // A page that fails must not take the others with it.
                if catch_unwind(AssertUnwindSafe(|| respond(request, site))).is_err() {
                    rejected("a request that the program failed at");
                }
                answering.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
}

fn respond(mut request: tiny_http::Request, site: &Site<'_>) {
    let header = |name: &'static str| {
        request.headers().iter().find(|header| header.field.equiv(name)).map(|header| header.value.to_string())
    };
    let (host, origin) = (header("Host"), header("Origin"));
    let mut body = String::new();
    if *request.method() == Method::Post {
        match request.as_reader().take(LONGEST_BODY + 1).read_to_string(&mut body) {
            Ok(_) if body.len() as u64 > LONGEST_BODY => {
                let _ = request.respond(tiny_http::Response::empty(413));
                return;
            }
            Ok(_) => {}
            // One that is cut off or no text is empty.
            Err(_) => body.clear(),
        }
    }
    let asked = Request { method: request.method().to_string(), target: request.url().to_owned(), host, origin, body };
    let Response { status, headers, body } = site.answer(&asked);
    let all = headers.iter().map(|(name, value)| (*name, value.as_str())).chain(HEADERS);
    let headers = all.filter_map(|(name, value)| Header::from_bytes(name, value).ok()).collect();
    let response = tiny_http::Response::new(StatusCode(status), headers, body, None, None);
    // Who went away needs no answer.
    let _ = request.respond(response);
}
