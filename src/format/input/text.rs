//! Plain text: a file is a document, or an export of a news database with many.

use super::intake::{Flow, Intake, Position};
use super::limit::{read_all, reason, too_long};
use super::{Exports, export, fields};
use crate::format::decode::{Decoded, NotText, decode};
use std::io::{BufRead, Cursor, Read};

/// How much of a text is looked at to see whether it is an export.
const SHOWN: u64 = 256 << 10;

/// Reads a plain text.
pub(super) fn read(mut input: Box<dyn BufRead + '_>, intake: &mut Intake<'_>) -> Flow {
    let mut start = Vec::new();
    if let Err(error) = input.by_ref().take(SHOWN).read_to_end(&mut start) {
        return intake.lost_rest(Position::Whole, reason(&error));
    }
    let style = match intake.options.exports {
        Exports::Never => None,
        Exports::Shown => export::style(&start),
        Exports::Always => Some(export::style(&start).unwrap_or(export::Style::Nexis)),
    };
    let mut input = Cursor::new(start).chain(input);
    match style {
        Some(style) => export::read(&mut input, style, intake),
        None => match read_all(&mut input, intake.options.limits.document) {
            Err(error) => intake.lost_rest(Position::Whole, reason(&error)),
            Ok(None) => intake.lost(Position::Whole, too_long(intake.options.limits.document)),
            Ok(Some(bytes)) => document(bytes, Position::Whole, Vec::new(), intake.stem.clone(), intake),
        },
    }
}

/// Takes the bytes of one text, and what is known about it.
pub(super) fn document(bytes: Vec<u8>, at: Position, known: fields::Record, id: String, intake: &mut Intake<'_>) -> Flow {
    let Decoded { text, encoding } = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(NotText) => return intake.lost(at, "no text: the file is binary"),
    };
    match fields::assemble(text, known, || id, intake.options, false) {
        Err(reason) => intake.lost(at, reason),
        Ok((document, _)) => {
            if let Some(encoding) = encoding {
                intake.note_once(super::intake::Once::Encoding, at, || format!("read as {encoding}"))?;
            }
            intake.document(at, document)
        }
    }
}
