//! The explorer: pages over a database of rows, for one person on one machine.
//!
//! [`Site::answer`] makes a response of a request and knows no socket. It answers only requests that a page of its own, or the person
//! at the machine, can have made: the host is the loopback address, and what changes something must come from the same origin.
//! Nothing of the disk can be asked for: an address names a page, a query, an article by its number, or one of two assets.

mod article;
mod columns;
mod download;
mod pages;
mod query;
mod store;

use columns::Columns;
pub use query::{Order, Query};
pub use store::{Store, StoreError};

use crate::summary::filter::Within;
use crate::summary::governments::Governments;
use std::io::Read;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// GET, HEAD or POST.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// The header Host.
    pub host: Option<String>,
    /// The header Origin.
    pub origin: Option<String>,
    /// The body of a POST.
    pub body: String,
}

/// What is answered.
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers beside those of [`HEADERS`].
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Box<dyn Read + Send>,
}

/// Headers of every response: nothing from elsewhere is loaded, run or framed, and nothing is kept or told to others.
pub const HEADERS: [(&str, &str); 6] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    // Nothing is told to others, but a form of ours has to say where it comes from: under `no-referrer` its origin is null.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
];

/// The longest body of a POST that is read, in bytes.
pub const LONGEST_BODY: u64 = 64 * 1024;

/// The pages of a database.
pub struct Site<'g> {
    governments: &'g Governments<'g>,
    store: Store,
    columns: Columns,
    origins: Vec<String>,
    title: String,
    author: String,
}

impl Response {
    fn new(status: u16, sort: &'static str, body: impl Into<Vec<u8>>) -> Response {
        let headers = vec![("Content-Type", sort.to_owned())];
        Response { status, headers, body: Box::new(std::io::Cursor::new(body.into())) }
    }

    fn html(status: u16, page: maud::Markup) -> Response {
        Response::new(status, "text/html; charset=utf-8", page.into_string())
    }
}

impl<'g> Site<'g> {
    /// The pages of a database that is served at this port; `author` signs corrections.
    ///
    /// # Errors
    /// If the database is none of rows.
    pub fn new(
        governments: &'g Governments<'g>,
        store: Store,
        port: u16,
        title: &str,
        author: &str,
    ) -> Result<Site<'g>, StoreError> {
        let columns = store.columns(governments)?;
        // Browsers leave out the usual port.
        let port = if port == 80 { String::new() } else { format!(":{port}") };
        let origins = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}{port}")).to_vec();
        Ok(Site { governments, store, columns, origins, title: title.to_owned(), author: author.to_owned() })
    }

    /// How many rows there are.
    pub fn rows_in_all(&self) -> usize {
        self.columns.len()
    }

    /// Answers a request.
    pub fn answer(&self, request: &Request) -> Response {
        let host = request.host.as_deref().unwrap_or_default();
        // A name that somebody else made point at this machine is not ours.
        if !self.origins.iter().any(|origin| origin.strip_prefix("http://") == Some(host)) {
            return self.problem(421, "This address is answered only under 127.0.0.1 or localhost.");
        }
        let (path, parameters) = request.target.split_once('?').unwrap_or((&request.target, ""));
        match (request.method.as_str(), path) {
            ("GET" | "HEAD", "/style.css") => {
                let css = [super::report::STYLE, include_str!("explore/style.css")].concat();
                Response::new(200, "text/css; charset=utf-8", css)
            }
            ("GET" | "HEAD", "/script.js") => {
                Response::new(200, "text/javascript; charset=utf-8", include_str!("explore/script.js"))
            }
            ("GET" | "HEAD", "/") => self.search(&Query::parse(parameters)),
            ("GET" | "HEAD", "/rows.jsonl" | "/rows.csv" | "/rows.parquet") => self.rows(path, &Query::parse(parameters)),
            ("GET" | "HEAD", path) if path.starts_with("/article/") => self.article(&path["/article/".len()..]),
            ("POST", "/correct") => self.correct(request),
            ("POST" | "GET" | "HEAD", _) => self.problem(404, "There is no such page."),
            _ => self.problem(405, "This is not done here."),
        }
    }

    fn problem(&self, status: u16, reason: &str) -> Response {
        Response::html(status, pages::problem(&self.title, reason))
    }

    /// A store that fails is a page that says why.
    fn failed(&self, error: &StoreError) -> Response {
        match error {
            StoreError::TooSlow => self.problem(503, "This search took too long and was stopped. Ask for rarer words, or fewer."),
            StoreError::Words(reason) => self.problem(400, reason),
            StoreError::Database(reason) => self.problem(500, reason),
        }
    }

    fn search(&self, query: &Query) -> Response {
        let found = match self.store.find(&self.columns, query) {
            Ok(found) => found,
            Err(error) => return self.failed(&error),
        };
        let facets = self.columns.facets(&found);
        let shown = self.columns.page(&found, query);
        match self.store.rows(&shown) {
            Ok(rows) => Response::html(200, pages::search(&self.title, query, &self.columns, found.len(), &facets, &rows)),
            Err(error) => self.failed(&error),
        }
    }

    fn article(&self, number: &str) -> Response {
        let Ok(number) = number.parse::<i64>() else { return self.problem(404, "There is no such article.") };
        match self.store.article(number) {
            Ok(Some(article)) => Response::html(200, article::page(&self.title, &article, self.store.takes_corrections())),
            Ok(None) => self.problem(404, "There is no such article."),
            Err(error) => self.failed(&error),
        }
    }

    fn rows(&self, path: &str, query: &Query) -> Response {
        let found = match self.store.find(&self.columns, query) {
            Ok(found) => found,
            Err(error) => return self.failed(&error),
        };
        match download::table(&self.store, self.columns.numbers(&found, query), path) {
            Ok(response) => response,
            Err(error) => self.failed(&error),
        }
    }

    fn correct(&self, request: &Request) -> Response {
        if !self.store.takes_corrections() {
            return self.problem(403, "Corrections are taken only if the explorer was started with --corrections.");
        }
        if !request.origin.as_ref().is_some_and(|origin| self.origins.contains(origin)) {
            return self.problem(403, "A correction has to come from a page of the explorer itself.");
        }
        let correction = store::Correction::parse(&request.body).and_then(|mut correction| {
            let known = correction.places().into_iter().map(|place| {
                let within = Within::parse(self.governments, place).map(|within| within.id().to_owned());
                // A place of the user's own, which rows name though the gazetteer has it not.
                if self.columns.has_place(place) { Ok(place.to_owned()) } else { within }
            });
            let known: Result<Vec<String>, _> = known.collect();
            correction.jurisdictions = known.map_err(|unknown| StoreError::Words(unknown.to_string()))?.join(" ");
            self.store.correct(&correction, &self.author)
        });
        match correction {
            Ok(back) => Response {
                status: 303,
                headers: vec![("Location", back), ("Content-Type", "text/plain".to_owned())],
                body: Box::new(std::io::empty()),
            },
            Err(error) => self.failed(&error),
        }
    }
}
