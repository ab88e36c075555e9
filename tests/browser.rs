//! The pages in a real browser: Debian's chromium and chromedriver, or others of these names on the path. Without them the tests are
//! passed over, and a line says so. With `ONRECORD_AXE=axe.min.js` (of the npm package axe-core) pages are checked for accessibility too.

mod served;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use served::{Explorer, request};
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    let arguments = Arguments::from_args();
    let missing: Vec<&str> = ["chromedriver", "chromium"].into_iter().filter(|name| on_path(name).is_none()).collect();
    if !missing.is_empty() {
        eprintln!(
            "browser tests passed over: no {} on the path (Debian: apt-get install chromium chromium-driver)",
            missing.join(", no ")
        );
    } else if std::env::var_os("ONRECORD_AXE").is_none() {
        eprintln!("accessibility is not checked: ONRECORD_AXE names no axe.min.js (npm package axe-core)");
    }
    let tests: [(&str, fn()); 4] = [
        ("a_reader_searches_reads_and_corrects", a_reader_searches_reads_and_corrects),
        ("a_hostile_corpus_runs_nothing", a_hostile_corpus_runs_nothing),
        ("the_report_is_whole_and_fits_a_phone", the_report_is_whole_and_fits_a_phone),
        ("no_page_shuts_anybody_out", no_page_shuts_anybody_out),
    ];
    let trials = tests.map(|(name, test)| {
        let test = move || {
            test();
            Ok::<(), Failed>(())
        };
        Trial::test(name, test).with_ignored_flag(!missing.is_empty())
    });
    libtest_mimic::run(&arguments, trials.into()).exit();
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

// The browser.

/// A browser with one window, driven as the W3C says.
struct Browser {
    driver: Child,
    /// Held open: a driver that cannot write ends.
    _output: Lines<BufReader<ChildStdout>>,
    port: u16,
    session: String,
}

/// How a window is.
#[derive(Clone, Copy)]
struct Window {
    width: u32,
    dark: bool,
}

const DESK: Window = Window { width: 1280, dark: false };
const NIGHT: Window = Window { width: 1280, dark: true };
const PHONE: Window = Window { width: 390, dark: false };

impl Drop for Browser {
    fn drop(&mut self) {
        // A driver that is gone has taken its browser along.
        if !self.session.is_empty() && !std::thread::panicking() {
            request(self.port, "DELETE", &format!("/session/{}", self.session), &[], "");
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    fn open(window: Window) -> Browser {
        let mut driver = Command::new("chromedriver");
        let mut driver =
            driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("chromedriver starts");
        let mut output = BufReader::new(driver.stdout.take().expect("an output")).lines();
        let port = output.find_map(|line| {
            let line = line.expect("words");
            let port = line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse();
            port.ok()
        });
        let mut browser = Browser { driver, _output: output, port: port.expect("a port"), session: String::new() };
        // The pages are of our own making, and a user without rights of their own may run no sandbox.
        let mut arguments =
            vec!["--headless=new".to_owned(), "--no-sandbox".into(), "--disable-gpu".into(), "--disable-dev-shm-usage".into()];
        if window.dark {
            arguments.push("--force-dark-mode".into());
        }
        let metrics =
            json!({"width": window.width, "height": 900, "pixelRatio": 1.0, "touch": false, "mobile": window.width < 600});
        let chrome = json!({"args": arguments, "mobileEmulation": {"deviceMetrics": metrics}});
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": chrome}}});
        browser.session = browser.command("POST", "", &wanted)["sessionId"].as_str().expect("a session").to_owned();
        browser
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        let session = if self.session.is_empty() { "/session".to_owned() } else { format!("/session/{}{path}", self.session) };
        let (status, _, answer) =
            request(self.port, method, &session, &[("Content-Type", "application/json")], &body.to_string());
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(status, 200, "{path}: {answer}");
        answer["value"].clone()
    }

    fn go(&self, address: &str) {
        self.command("POST", "/url", &json!({ "url": address }));
    }

    /// What a script gives back.
    #[track_caller]
    fn run(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until a script gives back something true.
    #[track_caller]
    fn wait(&self, script: &str) {
        let begun = Instant::now();
        while self.run(&format!("return Boolean({script})")) != true {
            assert!(begun.elapsed() < Duration::from_secs(20), "never: {script}\n{}", self.run("return document.body.innerText"));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[track_caller]
    fn find(&self, selector: &str) -> String {
        let found = self.command("POST", "/element", &json!({"using": "css selector", "value": selector}));
        let element = found.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        element.expect("an element").to_owned()
    }

    #[track_caller]
    fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Presses keys, wherever the focus is.
    fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})])
            .collect();
        self.command("POST", "/actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}));
    }
}

const ENTER: char = '\u{e007}';

// What is looked at.

fn onrecord(folder: &Path, arguments: &[&str]) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_onrecord")).current_dir(folder).args(arguments).output().expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A folder with an article of the sample corpus and its rows.
fn springfield() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let article = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/springfield-zoning.txt");
    fs::copy(article, folder.path().join("springfield-zoning.txt")).expect("copied");
    onrecord(folder.path(), &["extract", "springfield-zoning.txt", "-q", "--engine", "rules", "-o", "rows.sqlite"]);
    folder
}

const CORRECTING: [&str; 4] = ["rows.sqlite", "--articles", "springfield-zoning.txt", "--corrections"];

fn a_reader_searches_reads_and_corrects() {
    let folder = springfield();
    let explorer = Explorer::start(folder.path(), &CORRECTING);
    let browser = Browser::open(DESK);
    browser.go(&format!("http://127.0.0.1:{}/", explorer.port));
    browser.wait("document.querySelectorAll('table.rows tbody tr').length > 3");
    // Words, then a facet, then the article.
    browser.click("#q");
    browser.press(&format!("truck{ENTER}"));
    browser.wait("location.search.includes('q=truck')");
    let found = browser.run("return document.querySelectorAll('table.rows tbody tr').length");
    browser.click(".facet li a");
    browser.wait("document.querySelector('.chips')");
    assert!(browser.run("return document.querySelectorAll('table.rows tbody tr').length").as_u64() <= found.as_u64());
    browser.click("td.content a");
    browser.wait("document.querySelector('.article li.lit')");
    assert_eq!(
        browser.run("return document.querySelector('.text').innerText.includes('Alderwoman Inez Baptiste of Ward 7')"),
        true
    );
    // Right, by one key; the page comes back with it, and so does the next visit.
    browser.press("r");
    browser.wait("document.querySelector('li.right.lit .corrected')");
    browser.run("location.reload()");
    browser.wait("document.querySelector('li.right .corrected')");
    // The next row gets another speaker.
    browser.press("j");
    browser.wait("!document.querySelector('li.right.lit')");
    browser.press("e");
    browser.wait("document.activeElement.name === 'speaker'");
    browser.run("document.activeElement.select()");
    browser.press(&format!("Otto Hale{ENTER}"));
    browser.wait("document.querySelector('li.edited .corrected')?.innerText.includes('Otto Hale')");
    // And it is taken back.
    browser.press("u");
    browser.wait("!document.querySelector('li.edited')");
}

fn a_hostile_corpus_runs_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = "<script>window.run = 1</script><img src=x onerror='window.run = 2'>\u{202e}";
    let row = json!({"doc_id": script, "id": script, "kind": script, "text": script, "content": script, "start": 0, "end": script.chars().count(),
        "parts": [[0, script.chars().count()]], "cue": null, "speaker": {"name": script, "type": "person", "role": script, "text": script, "start": 0,
        "end": 5, "confidence": 0.9, "rule": script}, "jurisdictions": [{"id": script, "name": script, "level": "city", "country": null,
        "admin1": null, "geonames_id": null, "basis": "quote", "text": script, "start": 0, "end": 9, "confidence": 0.9, "rule": script}],
        "entities": [], "sentence": 0, "paragraph": 0, "confidence": 0.9, "rule": script, "date": "2024-01-01", "source": script,
        "title": script, "url": "javascript:window.run = 3"});
    fs::write(folder.path().join("rows.jsonl"), format!("{row}\n")).expect("written");
    onrecord(folder.path(), &["report", "rows.jsonl", "-q", "-o", "report.html"]);
    let explorer = Explorer::start(folder.path(), &["rows.jsonl"]);
    let browser = Browser::open(DESK);
    let report = format!("file://{}", folder.path().join("report.html").display());
    for address in
        [report, format!("http://127.0.0.1:{}/", explorer.port), format!("http://127.0.0.1:{}/article/1", explorer.port)]
    {
        browser.go(&address);
        browser.wait("document.body.innerText.includes('window.run = 1')");
        assert_eq!(browser.run("return window.run ?? null"), Value::Null, "{address}");
        assert_eq!(browser.run("return document.querySelectorAll('img, iframe, object, a[href^=javascript]').length"), 0);
    }
}

fn the_report_is_whole_and_fits_a_phone() {
    let folder = springfield();
    onrecord(folder.path(), &["report", "rows.sqlite", "-q", "-o", "report.html"]);
    let report = format!("file://{}", folder.path().join("report.html").display());
    for window in [DESK, PHONE] {
        let browser = Browser::open(window);
        browser.go(&report);
        browser.wait("document.querySelectorAll('svg.map path').length > 280");
        assert_eq!(browser.run("return performance.getEntriesByType('resource').length"), 0);
        assert_eq!(browser.run("return document.documentElement.scrollWidth <= window.innerWidth"), true);
        // The style sheet is let in by the page's own policy.
        assert_ne!(browser.run("return getComputedStyle(document.querySelector('.skip')).position"), "static");
    }
}

fn no_page_shuts_anybody_out() {
    let Some(axe) = std::env::var_os("ONRECORD_AXE") else { return };
    let axe = fs::read_to_string(axe).expect("axe.min.js");
    let folder = springfield();
    onrecord(folder.path(), &["report", "rows.sqlite", "-q", "-o", "report.html"]);
    let explorer = Explorer::start(folder.path(), &CORRECTING);
    let report = format!("file://{}", folder.path().join("report.html").display());
    let pages = ["", "?q=truck", "?q=nothing+of+that+sort", "article/1", "article/9"];
    let addresses: Vec<String> =
        pages.iter().map(|page| format!("http://127.0.0.1:{}/{page}", explorer.port)).chain([report]).collect();
    for window in [DESK, NIGHT, PHONE] {
        let browser = Browser::open(window);
        for address in &addresses {
            browser.go(address);
            let check = "const done = arguments[arguments.length - 1];
                axe.run().then((found) => done(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 200))])));";
            let found = browser.command("POST", "/execute/async", &json!({"script": format!("{axe};{check}"), "args": []}));
            assert_eq!(found, json!([]), "{address}, {} wide, dark: {}", window.width, window.dark);
        }
    }
}
