//! `onrecord show`

use super::extract::InputOptions;
use super::message::{harmless, note, rejected};
use super::stored::cut;
use super::style::{CONTENT, CUE, FAINT, PLACE, RESET, SOURCE};
use super::{Failure, Outcome, PipelineOptions};
use clap::Args;
use onrecord::Document;
use onrecord::format::input::{Item, Named, Options, read, shared_names, sources};
use onrecord::jurisdiction::Considered;
use onrecord::pipeline::{Annotation, Pipeline};
use onrecord::span::Span;
use onrecord::statement::Attribution;
use std::io::{self, Write};
use std::path::PathBuf;

/// Flags of `show`.
#[derive(Args, Debug)]
pub struct ShowOptions {
    /// Files, folders, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only the document with this id
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// How sure each decision is, and for a pronoun everybody it may stand for, with what speaks for and against
    #[arg(long)]
    why: bool,
    #[command(flatten)]
    pipeline: PipelineOptions,
    #[command(flatten)]
    input: InputOptions,
}

/// Prints the documents.
pub fn run(options: &ShowOptions) -> Result<Outcome, Failure> {
    let pipeline = options.pipeline.pipeline()?;
    let Named { sources, problems, .. } = sources(&options.paths, options.input.stdin());
    let input = Options { shared: shared_names(&sources), ..options.input.options() };
    let mut lost = problems.len();
    for problem in problems {
        rejected(problem);
    }
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    let mut result = Ok(());
    let mut shown = 0;
    for source in &sources {
        read(source, &input, &mut |item| {
            match item {
                Item::Document(document, _) if options.id.as_ref().is_none_or(|id| *id == document.id) => {
                    shown += 1;
                    result = Page::new(&pipeline, &document).print(&mut out, options.why);
                }
                Item::Document(..) => {}
                Item::Problem(problem) => {
                    lost += 1;
                    rejected(problem);
                }
                Item::Note(something) => note(something),
            }
            result.is_ok()
        });
    }
    result.and_then(|()| out.flush()).map_err(|error| Failure::io("<stdout>", &error))?;
    match (shown, &options.id, lost) {
        (0, Some(id), _) => Err(Failure::failed(format!("no document has the id `{id}`"))),
        (0, None, _) => Err(Failure::nothing_read(&sources)),
        (_, _, 0) => Ok(Outcome::Done),
        _ => Ok(Outcome::SomeRejected),
    }
}

/// A document with what was found in it.
struct Page<'a> {
    pipeline: &'a Pipeline,
    document: &'a Document,
    annotation: Annotation,
}

impl Page<'_> {
    fn new<'a>(pipeline: &'a Pipeline, document: &'a Document) -> Page<'a> {
        Page { pipeline, document, annotation: pipeline.annotate(document) }
    }

    fn print(&self, out: &mut dyn Write, why: bool) -> io::Result<()> {
        let annotation = &self.annotation;
        let style = styles(&self.document.text, annotation);
        let considered = why.then(|| self.pipeline.considered(self.document, annotation, &annotation.attributions));
        writeln!(out, "{FAINT}=== {} ==={RESET}", self.document.id)?;
        for (number, paragraph) in annotation.layout.paragraphs.iter().enumerate() {
            print_text(out, &self.document.text, &style, paragraph.span)?;
            for (i, row) in annotation.attributions.iter().enumerate().filter(|(_, a)| a.paragraph as usize == number) {
                self.print_row(out, row)?;
                if let Some(considered) = &considered {
                    self.print_reasons(out, row, considered[i].as_ref())?;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// What was found, with the rules that decided.
    fn print_row(&self, out: &mut dyn Write, row: &Attribution) -> io::Result<()> {
        let Page { pipeline, document, annotation } = self;
        let speaker = row.speaker.as_ref().map_or("nobody", |s| &s.name);
        let role = row.speaker.as_ref().and_then(|s| s.role);
        let role = role.map_or(String::new(), |r| format!(" ({})", annotation.reading(pipeline, document).slice(r)));
        let rule = row.speaker.as_ref().map_or("", |s| s.rule);
        write!(out, "{FAINT}  #{} {} [{} {:.2}]{RESET} ", row.number, row.kind.name(), row.rule, row.confidence)?;
        write!(out, "{SOURCE}{speaker}{RESET}{role} {FAINT}[{rule}]{RESET}")?;
        for jurisdiction in &row.jurisdictions {
            let entry = pipeline.gazetteer.entry(jurisdiction.entry);
            let within = [entry.admin1(), entry.country()].into_iter().filter(|c| !c.is_empty()).collect::<Vec<_>>().join(", ");
            let (basis, rule) = (jurisdiction.basis.name(), jurisdiction.rule);
            write!(out, " {PLACE}{}{RESET} ({within}) {FAINT}[{basis} {rule}]{RESET}", entry.name())?;
        }
        writeln!(out)?;
        writeln!(out, "{FAINT}     {}{RESET}", cut(&onrecord::format::rows::content(&document.text, &row.parts), 100))
    }

    /// How sure each decision is; who else was considered, and what speaks for each.
    fn print_reasons(&self, out: &mut dyn Write, row: &Attribution, considered: Option<&Considered>) -> io::Result<()> {
        let Page { pipeline, document, annotation } = self;
        let text = document.text.as_str();
        let cue = row.cue.map_or(String::new(), |c| format!(", cue “{}” ({})", c.span.of(text), c.class.name()));
        writeln!(out, "{FAINT}     content {:.2}: {}{cue}{RESET}", row.confidence, row.rule)?;
        if let Some(speaker) = &row.speaker {
            let words = speaker.source.map_or(String::new(), |s| format!(", from “{}”", s.of(text)));
            writeln!(out, "{FAINT}     speaker {:.2}: {}{words}{RESET}", speaker.confidence, speaker.rule)?;
            for candidate in &speaker.candidates {
                let name = annotation.entities.list[candidate.entity as usize].name.of(text);
                print_candidate(out, name, candidate.likelihood, &pipeline.antecedents.reasons(&candidate.features))?;
            }
        }
        for jurisdiction in &row.jurisdictions {
            let entry = pipeline.gazetteer.entry(jurisdiction.entry);
            let words = jurisdiction.span.map_or(String::new(), |s| format!(", from “{}”", s.of(text)));
            let (name, rule, id) = (entry.name(), jurisdiction.rule, entry.id());
            writeln!(out, "{FAINT}     {name} {:.2}: {rule}{words}, {id}{RESET}", jurisdiction.confidence)?;
        }
        for candidate in considered.into_iter().flat_map(|c| &c.candidates).take(CONSIDERED) {
            let name = candidate.entry.map_or("no place", |entry| pipeline.gazetteer.entry(entry).name());
            let reasons = pipeline.jurisdictions.weights.reasons(&candidate.features);
            print_candidate(out, name, candidate.likelihood, &reasons)?;
        }
        Ok(())
    }
}

/// Places of which it is shown what speaks for them.
const CONSIDERED: usize = 4;

/// Somebody or something that was considered, and the strongest reasons.
fn print_candidate(out: &mut dyn Write, name: &str, likelihood: f32, reasons: &[(&str, f32)]) -> io::Result<()> {
    let reasons: Vec<String> = reasons.iter().take(5).map(|(reason, worth)| format!("{reason} {worth:+.1}")).collect();
    writeln!(out, "{FAINT}       {likelihood:.2} {name}: {}{RESET}", reasons.join(", "))
}

/// A paragraph in colours.
fn print_text(out: &mut dyn Write, text: &str, style: &[u8], paragraph: Span) -> io::Result<()> {
    let (mut at, end) = (paragraph.start as usize, paragraph.end as usize);
    while at < end {
        let run = (at..end).find(|&i| style[i] != style[at]).unwrap_or(end);
        let words = harmless(&text[at..run]);
        match style[at] {
            0 => write!(out, "{words}")?,
            1 => write!(out, "{CONTENT}{words}{RESET}")?,
            2 => write!(out, "{CUE}{words}{RESET}")?,
            3 => write!(out, "{SOURCE}{words}{RESET}")?,
            _ => write!(out, "{PLACE}{words}{RESET}")?,
        }
        at = run;
    }
    writeln!(out)
}

/// For each byte, which colour: 0 none, 1 content, 2 cue, 3 source, 4 place.
fn styles(text: &str, annotation: &Annotation) -> Vec<u8> {
    let mut style = vec![0; text.len()];
    let mut paint = |span: Span, colour: u8| style[span.range()].fill(colour);
    for attribution in &annotation.attributions {
        for &part in &attribution.parts {
            paint(part, 1);
        }
    }
    for place in &annotation.places {
        paint(place.span, 4);
    }
    for attribution in &annotation.attributions {
        if let Some(cue) = attribution.cue {
            paint(cue.span, 2);
        }
        if let Some(source) = attribution.speaker.as_ref().and_then(|s| s.source) {
            paint(source, 3);
        }
    }
    style
}
