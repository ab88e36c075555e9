//! `onrecord speakers`

use super::files::{write_bytes, write_file, write_styled};
use super::message::{counted, note};
use super::stored::{RowsOptions, confidence, cut, take_rows, temporary};
use super::style::{FAINT, RESET, SOURCE};
use super::{Failure, Outcome};
use clap::{Args, ValueEnum};
use onrecord::collation::Statement;
use onrecord::collation::people::Listed;
use onrecord::collation::speakers::{Collated, Gathered, KnownBy, Speaker, collate};
use onrecord::format::Problem;
use onrecord::format::collated::{speaker_header, write_speaker, write_speaker_csv};
use onrecord::format::people;
use onrecord::format::stored::with_key;
use onrecord::lexicon::{Lexicon, Nicknames};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

/// Flags of `speakers`.
#[derive(Args, Debug)]
pub struct SpeakersOptions {
    #[command(flatten)]
    input: RowsOptions,
    /// What to write [default: what the name of the output says, else jsonl]
    #[arg(long, value_enum)]
    format: Option<FormatName>,
    /// Link speakers to a list (columns id, name, and optionally aliases, role, jurisdiction)
    #[arg(long, value_name = "FILE.tsv")]
    people: Option<PathBuf>,
    /// Write the rows as well, each with speaker.key and speaker.people_id
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Count only rows whose own confidence and speaker's confidence are at least so high
    #[arg(long, value_name = "X", value_parser = confidence)]
    min_confidence: Option<f64>,
    /// List words that name nobody (police, two officials) as well
    #[arg(long)]
    all: bool,
    /// List only the first N
    #[arg(long, value_name = "N")]
    top: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    /// A speaker a line, as JSON
    Jsonl,
    /// A speaker a row, flattened
    Csv,
    /// For reading
    Table,
}

/// Finds the same speakers over documents.
pub fn run(options: &SpeakersOptions) -> Result<Outcome, Failure> {
    options.input.spare_inputs(options.people.as_deref(), options.rows.as_deref())?;
    let list = options.people.as_deref().map(open_people).transpose()?.unwrap_or_default();
    let mut gathered = Gathered::default();
    let mut kept = options.rows.as_ref().map(|_| KeptRows::new()).transpose()?;
    let taken = take_rows(&options.input.paths, options.input.quiet, &mut |row, line| {
        let unit = if options.counts(row) { gathered.add(row) } else { None };
        kept.as_mut().map_or(Ok(()), |kept| kept.add(line, unit))
    })?;
    let collated = collate(&Lexicon::english(), &Nicknames::english(), &gathered, &list);
    for open in &collated.ambiguous {
        let ids = open.ids.join(" or ");
        note(format_args!("{} may be {ids}: {} not linked", open.name, counted(open.statements, "statement")));
    }
    let listed: Vec<&Speaker> = collated.speakers.iter().filter(|s| options.all || s.known_by != KnownBy::Words).collect();
    let shown = &listed[..listed.len().min(options.top.unwrap_or(usize::MAX))];
    write(options, shown)?;
    if let (Some(kept), Some(path)) = (kept, &options.rows) {
        kept.write(path, &collated)?;
    }
    if !options.input.quiet {
        let linked = listed.iter().filter(|s| s.people_id.is_some()).count() as u64;
        let linked = if options.people.is_some() { format!(", {linked} of them linked") } else { String::new() };
        eprintln!("{}, {}{linked}", taken.line(), counted(listed.len() as u64, "speaker"));
    }
    Ok(taken.outcome())
}

impl SpeakersOptions {
    fn counts(&self, row: &Statement) -> bool {
        let speaker = row.speaker.as_ref().map_or(1.0, |speaker| speaker.confidence);
        self.min_confidence.is_none_or(|least| row.confidence.min(speaker) >= least)
    }
}

fn open_people(path: &Path) -> Result<Vec<Listed>, Failure> {
    people::open(path).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        Failure::usage(lines.join("\n"))
    })
}

fn write(options: &SpeakersOptions, speakers: &[&Speaker]) -> Result<(), Failure> {
    let path = options.input.output.as_deref();
    let mut out = Vec::new();
    match options.input.format(options.format, FormatName::Jsonl) {
        FormatName::Jsonl => speakers.iter().for_each(|speaker| write_speaker(speaker, &mut out)),
        FormatName::Csv => {
            out.extend(speaker_header());
            speakers.iter().for_each(|speaker| write_speaker_csv(speaker, &mut out));
        }
        FormatName::Table => return write_styled(path, table(speakers).as_bytes()),
    }
    write_bytes(path, &out)
}

/// The speakers for reading: one a line, with the most frequent role and places.
fn table(speakers: &[&Speaker]) -> String {
    let mut out = format!("{FAINT}said in docs  name                          role                          about{RESET}\n");
    for speaker in speakers {
        let role = speaker.roles.first().map_or("", |(role, _)| role.as_str());
        let about: Vec<&str> = speaker.jurisdictions.iter().take(3).map(|(_, name, _)| name.as_str()).collect();
        let (name, role, about) = (cut(&speaker.name, 28), cut(role, 28), cut(&about.join(", "), 40));
        let line = format!("{role:<28}  {about}");
        let (statements, documents) = (speaker.statements, speaker.documents);
        out.push_str(&format!("{statements:>4} {documents:>7}  {SOURCE}{name:<28}{RESET}  {}\n", line.trim_end()));
    }
    out
}

/// The rows as they were read, put aside until their speakers have keys: standard input is read but once.
struct KeptRows {
    lines: BufWriter<File>,
    units: Vec<Option<u32>>,
}

impl KeptRows {
    fn new() -> Result<KeptRows, Failure> {
        let lines = tempfile::tempfile().map_err(temporary)?;
        Ok(KeptRows { lines: BufWriter::new(lines), units: Vec::new() })
    }

    fn add(&mut self, line: &str, unit: Option<u32>) -> Result<(), Failure> {
        self.units.push(unit);
        let written = self.lines.write_all(line.as_bytes()).and_then(|()| self.lines.write_all(b"\n"));
        written.map_err(temporary)
    }

    fn write(self, path: &Path, collated: &Collated) -> Result<(), Failure> {
        let mut file = self.lines.into_inner().map_err(|error| temporary(error.into_error()))?;
        file.rewind().map_err(temporary)?;
        let mut lines = BufReader::new(file);
        let units = self.units;
        write_file(path, |out| {
            let mut line = String::new();
            for unit in units {
                line.clear();
                lines.read_line(&mut line)?;
                let speaker = unit.map(|unit| &collated.speakers[collated.of[unit as usize] as usize]);
                let key = speaker.map(|s| s.key.as_str());
                let people_id = speaker.and_then(|s| s.people_id.as_deref());
                out.write_all(with_key(line.trim_end_matches('\n'), key, people_id).as_bytes())?;
                out.write_all(b"\n")?;
            }
            Ok(())
        })
    }
}
