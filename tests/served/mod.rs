//! An explorer that is started for a test and ended with it, and plain requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running explorer.
pub struct Explorer {
    process: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Drop for Explorer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Explorer {
    /// Starts an explorer with these arguments.
    pub fn start(folder: &Path, arguments: &[&str]) -> Explorer {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onrecord"));
        command.current_dir(folder).arg("explore").args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the command starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("an output")).read_line(&mut address).expect("an address");
        let port = address.trim().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        Explorer { process, port: port.unwrap_or_else(|| panic!("no address: {address:?}")) }
    }

    /// A page, which must be there.
    #[track_caller]
    #[allow(dead_code, reason = "not every test asks for pages")]
    pub fn page(&self, target: &str) -> String {
        let (status, _, body) = self.request("GET", target, &[], "");
        assert_eq!(status, 200, "{target}: {body}");
        body
    }

    /// Status, headers in lower case, body.
    pub fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, String) {
        request(self.port, method, target, headers, body)
    }
}

/// A request to a port of this machine; a header `Host` is added if none is given.
pub fn request(port: u16, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("somebody listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "Host") {
        head.push_str(&format!("Host: 127.0.0.1:{port}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let mut buffer = [0; 1 << 16];
    // To the length that is told, or to the end: a driver keeps its connections open.
    loop {
        let read = stream.read(&mut buffer).expect("an answer");
        answer.extend_from_slice(&buffer[..read]);
        if read == 0 || length(&answer).is_some_and(|length| answer.len() >= length) {
            break;
        }
    }
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..at]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = &answer[at + 4..];
    let body = if head.contains("transfer-encoding: chunked") { whole(body) } else { body.to_vec() };
    (status, head, String::from_utf8_lossy(&body).into_owned())
}

/// How long an answer is, once its head is there and tells.
fn length(answer: &[u8]) -> Option<usize> {
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..at]).to_lowercase();
    let body = head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>().ok()?;
    Some(at + 4 + body)
}

/// The chunks of a body, joined.
fn whole(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let end = body.windows(2).position(|window| window == b"\r\n").expect("a length");
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).expect("digits").trim(), 16).expect("a length");
        if length == 0 {
            return out;
        }
        out.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 4 + length..];
    }
}
