//! Archives: tar and zip. Members are read one after another where they lie; nothing is unpacked to the file system, and the path
//! of a member is a name and nothing else.

use super::intake::{Flow, Intake, Position};
use super::limit::{Allowance, Exactly, Leash, Meter, Unpacked, reason};
use super::{Container, Input, contained, source};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::rc::Rc;

/// The longest head of a member of a tar: long names and comments.
const HEAD: u64 = 1 << 20;

/// Reads the members of a tar.
pub(super) fn read_tar(input: Box<dyn BufRead + '_>, total: &Rc<Cell<u64>>, depth: usize, intake: &mut Intake<'_>) -> Flow {
    if depth == intake.options.limits.depth {
        return intake.lost_rest(Position::Whole, format!("archives more than {depth} deep in each other"));
    }
    let allowance = Allowance::default();
    let mut archive = tar::Archive::new(Leash::new(input, allowance.clone(), "the head of a member is too long".into()));
    archive.set_ignore_zeros(false);
    let mut entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return intake.lost_rest(Position::Whole, reason(&error)),
    };
    let mut number = 0;
    loop {
        number += 1;
        let at = Position::Record(number);
        if number > intake.options.limits.members {
            return intake.lost_rest(at, too_many(intake));
        }
        allowance.set(HEAD);
        let mut entry = match entries.next() {
            None => break,
            Some(Ok(entry)) => entry,
            Some(Err(error)) => return intake.lost_rest(at, reason(&error)),
        };
        allowance.set(u64::MAX);
        let is_file = entry.header().entry_type().is_file();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let size = entry.size();
        let mut entry = Exactly::new(&mut entry, size);
        if is_file {
            member(number, &name, &mut entry, total, depth, intake)?;
        }
        // What the reader of the member left is passed over here, so that the next head is all that is read under its limit.
        if let Err(error) = io::copy(&mut entry, &mut io::sink()) {
            return intake.lost_rest(Position::Record(number + 1), reason(&error));
        }
    }
    if allowance.is_at_end() && number > 1 {
        intake.note(Position::Whole, "no mark at its end: it may be cut off between two members")?;
    }
    ended(intake)
}

/// Reads the members of a zip.
pub(super) fn read_zip(file: File, total: &Rc<Cell<u64>>, depth: usize, intake: &mut Intake<'_>) -> Flow {
    if depth == intake.options.limits.depth {
        return intake.lost_rest(Position::Whole, format!("archives more than {depth} deep in each other"));
    }
    let size = file.metadata().map_or(0, |m| m.len());
    let mut archive = match zip::ZipArchive::new(io::BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => return intake.lost_rest(Position::Whole, format!("damaged: {error}")),
    };
    // Members may lie over each other: what all of them unpack to is held against the archive's own size.
    let meter = Meter::new(&intake.options.limits, Rc::clone(total));
    meter.packed(size);
    for index in 0..archive.len() {
        let number = index as u64 + 1;
        let at = Position::Record(number);
        if number > intake.options.limits.members {
            return intake.lost_rest(at, too_many(intake));
        }
        let entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                intake.lost(at, error.to_string())?;
                continue;
            }
        };
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(error) => {
                intake.lost(at, error.to_string())?;
                continue;
            }
        };
        if entry.is_dir() || entry.is_symlink() {
            continue;
        }
        member(number, &name, &mut Unpacked(entry, meter.clone()), total, depth, intake)?;
        if meter.is_full() {
            return intake.lost_rest(Position::Record(number + 1), "nothing more is unpacked");
        }
    }
    ended(intake)
}

fn too_many(intake: &Intake<'_>) -> String {
    format!("more than {} members (--max-members allows more)", intake.options.limits.members)
}

fn ended(intake: &mut Intake<'_>) -> Flow {
    if intake.is_empty() { intake.nothing("no documents in this archive") } else { Flow::Continue(()) }
}

/// Reads a member, if it is a document or holds some.
fn member(number: u64, name: &str, entry: &mut dyn Read, total: &Rc<Cell<u64>>, depth: usize, intake: &mut Intake<'_>) -> Flow {
    let name = harmless(name);
    let file = name.rsplit('/').next().unwrap_or_default().to_owned();
    if name.split('/').any(source::is_hidden) || source::is_gold(Path::new(&file)) {
        return Flow::Continue(());
    }
    let Some(container) = Container::by_name(&file) else { return Flow::Continue(()) };
    let folder = &name[..name.len() - file.len()];
    let stem = format!("{folder}{}", super::stem(&file, container));
    intake.within(number, &name, &stem, |intake| {
        contained(Input::Stream(Box::new(entry)), container, Some(&file), total, depth + 1, intake)
    })
}

/// A path without what leads out of a folder, and without what a terminal would obey.
fn harmless(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let parts = name.split(['/', '\\']).filter(|part| !part.is_empty() && *part != "." && *part != "..");
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_nowhere() {
        assert_eq!(harmless("../../etc/passwd.txt"), "etc/passwd.txt");
        assert_eq!(harmless("/a//./b\\..\\c.txt"), "a/b/c.txt");
        assert_eq!(harmless("a\u{1b}[2J.txt"), "a\u{fffd}[2J.txt");
        assert_eq!(harmless(".."), "");
    }
}
