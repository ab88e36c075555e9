//! The article view: the text with coloured spans, and beside it its rows with what decided them.
//!
//! Rows know where their words stand. Where the explorer was not given the articles, the text is put together from these words, and
//! what lies between is left out.

use super::pages::{frame, percent_of};
use super::store::{Article, Correction, Numbered};
use crate::look::html::{Plain, Said, cut};
use maud::{Markup, html};

/// The longest text that is put together from rows, in code points.
const LONGEST: usize = 2_000_000;

/// What a span is; the order is that of the colours above each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Content,
    Cue,
    Source,
    Place,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Sort::Content => "content",
            Sort::Cue => "cue",
            Sort::Source => "source",
            Sort::Place => "place",
        }
    }
}

/// A span of a row, in code points.
struct Mark {
    start: usize,
    end: usize,
    sort: Sort,
    /// The row, counted on this page.
    row: usize,
    /// What decided it, and how sure it is.
    why: String,
}

/// A piece of the text over which the same marks lie; `None`: nothing is known of what stands there.
struct Piece {
    text: Option<String>,
    marks: Vec<usize>,
}

/// The page of an article.
pub(super) fn page(site: &str, article: &Article, corrections: bool) -> Markup {
    let title = article.title.as_deref().unwrap_or(&article.id);
    let marks = marks(&article.rows);
    let whole = article.text.is_some();
    let letters = match &article.text {
        Some(text) => text.chars().map(Some).collect(),
        None => put_together(&article.rows),
    };
    let pieces = pieces(&letters, &marks);
    frame(
        site,
        cut(title, 200).0,
        html! {
            div.article data-corrections[corrections] {
                section.reading aria-label="Text" {
                    h1 { (Said(title)) }
                    p.meta {
                        @let facts = [&article.date, &article.source, &article.url];
                        (Said(&article.id)) @for fact in facts.into_iter().flatten() { " · " (Said(cut(fact, 200).0)) }
                    }
                    ul.legend aria-label="Colours" {
                        @for (sort, label) in [(Sort::Content, "what was said"), (Sort::Source, "who"), (Sort::Cue, "the word for saying"), (Sort::Place, "place")] {
                            li { span.sample.mark.(sort.name()) { (label) } }
                        }
                    }
                    @if !whole {
                        p.note { "Only the words that rows point at are here. “--articles FILES” shows the whole text." }
                    }
                    div.text { (text(&pieces, &marks, &article.rows)) }
                }
                section.said aria-label="Rows" {
                    h2 { @if article.more { "The first " } (article.rows.len()) @if article.rows.len() == 1 { " statement" } @else { " statements" } }
                    p.note { kbd { "j" } " " kbd { "k" } " next and previous"
                        @if corrections { "; " kbd { "r" } " right, " kbd { "w" } " wrong, " kbd { "e" } " edit, " kbd { "u" } " take back" } }
                    ol.rows {
                        @for (at, numbered) in article.rows.iter().enumerate() {
                            (row(at, numbered, article.corrections.get(&numbered.numbers.attribution), corrections))
                        }
                    }
                }
            }
        },
    )
}

/// The spans of rows.
fn marks(rows: &[Numbered]) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (at, Numbered { row, .. }) in rows.iter().enumerate() {
        let mut add = |sort, start: u32, end: u32, rule: &str, confidence: f64| {
            let why = format!("{}: {}, {}", sort_label(sort), cut(rule, 80).0, percent_of(confidence));
            marks.push(Mark { start: start as usize, end: end as usize, sort, row: at, why });
        };
        for part in &row.parts {
            add(Sort::Content, part[0], part[1], &row.rule, row.confidence);
        }
        if let Some(cue) = &row.cue {
            add(Sort::Cue, cue.start, cue.end, &row.rule, row.confidence);
        }
        if let Some(speaker) = &row.speaker
            && let (Some(start), Some(end)) = (speaker.start, speaker.end)
        {
            add(Sort::Source, start, end, &speaker.rule, speaker.confidence);
        }
        for place in &row.jurisdictions {
            if let (Some(start), Some(end)) = (place.start, place.end) {
                add(Sort::Place, start, end, &place.rule, place.confidence);
            }
        }
    }
    marks.retain(|mark| mark.start < mark.end);
    marks
}

fn sort_label(sort: Sort) -> &'static str {
    match sort {
        Sort::Content => "said",
        Sort::Cue => "cue",
        Sort::Source => "speaker",
        Sort::Place => "place",
    }
}

/// The text as far as rows give it.
fn put_together(rows: &[Numbered]) -> Vec<Option<char>> {
    let mut letters: Vec<Option<char>> = Vec::new();
    let mut put = |text: &str, start: u32| {
        let start = start as usize;
        let length = text.chars().count();
        if start + length > LONGEST {
            return;
        }
        if letters.len() < start + length {
            letters.resize(start + length, None);
        }
        for (letter, c) in letters[start..].iter_mut().zip(text.chars()) {
            *letter = Some(c);
        }
    };
    for Numbered { row, .. } in rows {
        put(&row.text, row.start);
        if let Some(cue) = &row.cue {
            put(&cue.text, cue.start);
        }
        if let Some(speaker) = &row.speaker
            && let (Some(text), Some(start)) = (&speaker.text, speaker.start)
        {
            put(text, start);
        }
        for place in &row.jurisdictions {
            if let (Some(text), Some(start)) = (&place.text, place.start) {
                put(text, start);
            }
        }
    }
    letters
}

/// The text cut wherever a mark begins or ends.
fn pieces(letters: &[Option<char>], marks: &[Mark]) -> Vec<Piece> {
    let known = letters.windows(2).enumerate().filter(|(_, pair)| pair[0].is_some() != pair[1].is_some()).map(|(at, _)| at + 1);
    let mut cuts: Vec<usize> =
        marks.iter().flat_map(|mark| [mark.start, mark.end]).chain(known).chain([0, letters.len()]).collect();
    cuts.retain(|&cut| cut <= letters.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut by_start: Vec<usize> = (0..marks.len()).collect();
    by_start.sort_by_key(|&at| marks[at].start);
    let mut next = by_start.into_iter().peekable();
    let mut open: Vec<usize> = Vec::new();
    let mut pieces = Vec::new();
    for cut in cuts.windows(2) {
        open.retain(|&at| marks[at].end > cut[0]);
        while let Some(at) = next.next_if(|&at| marks[at].start <= cut[0]) {
            open.push(at);
        }
        let text = letters[cut[0]].is_some().then(|| letters[cut[0]..cut[1]].iter().flatten().collect());
        pieces.push(Piece { text, marks: open.clone() });
    }
    pieces
}

fn text(pieces: &[Piece], marks: &[Mark], rows: &[Numbered]) -> Markup {
    // Where the content of a row begins, there is an anchor of its own.
    let mut begun = vec![false; rows.len()];
    let begins = |piece: &Piece| {
        let first = piece.marks.iter().map(|&at| &marks[at]).find(|mark| mark.sort == Sort::Content && !begun[mark.row])?;
        begun[first.row] = true;
        Some(rows[first.row].numbers.attribution)
    };
    let anchors: Vec<Option<i64>> = pieces.iter().map(begins).collect();
    html! {
        @for (piece, anchor) in pieces.iter().zip(anchors) {
            @match &piece.text {
                None => { span.gap { " […] " } }
                Some(text) if piece.marks.is_empty() => { (Whole(text)) }
                Some(text) => {
                    @if let Some(number) = anchor { span id={ "text-" (number) } {} }
                    span class=(classes(&piece.marks, marks)) data-rows=(of_rows(&piece.marks, marks)) title=(Plain(&why(&piece.marks, marks))) { (Whole(text)) }
                }
            }
        }
    }
}

/// Text of any length, with nothing around it: pieces of one line of writing.
struct Whole<'a>(&'a str);

impl maud::Render for Whole<'_> {
    fn render_to(&self, buffer: &mut String) {
        // Said and Plain cut what is long; an article is shown whole, in as many pieces as that takes.
        let mut rest = self.0;
        while !rest.is_empty() {
            let (piece, _) = cut(rest, 4000);
            Plain(piece).render_to(buffer);
            rest = &rest[piece.len()..];
        }
    }
}

fn classes(open: &[usize], marks: &[Mark]) -> String {
    let mut sorts: Vec<Sort> = open.iter().map(|&at| marks[at].sort).collect();
    sorts.sort();
    sorts.dedup();
    let names: Vec<&str> = std::iter::once("mark").chain(sorts.into_iter().map(Sort::name)).collect();
    names.join(" ")
}

fn of_rows(open: &[usize], marks: &[Mark]) -> String {
    let mut rows: Vec<usize> = open.iter().map(|&at| marks[at].row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

fn why(open: &[usize], marks: &[Mark]) -> String {
    open.iter().map(|&at| marks[at].why.as_str()).collect::<Vec<_>>().join("\n")
}

fn row(at: usize, numbered: &Numbered, correction: Option<&Correction>, corrections: bool) -> Markup {
    let Numbered { numbers, row } = numbered;
    let speaker = row.speaker.as_ref();
    html! {
        li id={ "row-" (numbers.attribution) } data-row=(at) tabindex="0" class=[correction.map(|correction| correction.verdict.as_str())] {
            p.who {
                @match speaker {
                    Some(speaker) => {
                        strong { (Said(cut(&speaker.name, 200).0)) } @if let Some(role) = &speaker.role { ", " (Said(cut(role, 200).0)) }
                    }
                    None => strong { "unknown" },
                }
            }
            blockquote { (Said(&row.content)) }
            p.places {
                @if row.jurisdictions.is_empty() { "about no place that could be told" } @else { "about " }
                @for (at, place) in row.jurisdictions.iter().enumerate() {
                    @if at > 0 { "; " }
                    a href=(super::Query { place: place.id.to_string(), page: 1, ..Default::default() }.address("/")) { (Said(cut(&place.name, 100).0)) }
                }
            }
            details.why {
                summary { "Why: " (percent_of(row.confidence)) " sure" }
                dl {
                    dt { (Plain(&row.kind)) } dd { (Said(&row.rule)) ", " (percent_of(row.confidence)) }
                    @if let Some(speaker) = speaker { dt { "speaker" } dd { (Said(&speaker.rule)) ", " (percent_of(speaker.confidence)) } }
                    @for place in &row.jurisdictions {
                        dt { (Said(cut(&place.name, 100).0)) }
                        dd { (Said(&place.rule)) ", " (percent_of(place.confidence)) " " code { (Said(&place.id)) } }
                    }
                }
            }
            @if let Some(correction) = correction { (corrected(correction)) }
            @if corrections { (form(numbered, correction)) }
        }
    }
}

fn corrected(correction: &Correction) -> Markup {
    html! {
        p.corrected {
            @match correction.verdict.as_str() {
                "right" => "✓ right",
                "wrong" => "✗ wrong",
                _ => {
                    "✎ speaker: " @if correction.speaker.is_empty() { "nobody" } @else { (Said(&correction.speaker)) }
                    "; about " @if correction.jurisdictions.is_empty() { "no place" } @else { (Said(&correction.jurisdictions)) }
                }
            }
            span.by { " " (Said(&correction.author)) ", " (Plain(&correction.time)) }
        }
    }
}

fn form(numbered: &Numbered, correction: Option<&Correction>) -> Markup {
    let Numbered { numbers, row } = numbered;
    let edited = correction.filter(|correction| correction.verdict == "edited");
    let speaker = edited.map_or_else(|| row.speaker.as_ref().map_or("", |speaker| &speaker.name), |edited| &edited.speaker);
    let places: Vec<&str> = row.jurisdictions.iter().map(|place| &*place.id).collect();
    let places = edited.map_or_else(|| places.join(" "), |edited| edited.jurisdictions.clone());
    let id = |name: &str| format!("{name}-{}", numbers.attribution);
    html! {
        form.correct method="post" action="/correct" {
            input type="hidden" name="attribution" value=(numbers.attribution);
            div.buttons {
                button name="verdict" value="right" { "Right" }
                button name="verdict" value="wrong" { "Wrong" }
                @if correction.is_some() { button name="verdict" value="withdrawn" { "Take back" } }
            }
        }
        details.edit {
            summary { "Edit" }
            form method="post" action="/correct" {
                input type="hidden" name="attribution" value=(numbers.attribution);
                label for=(id("speaker")) { "Speaker (empty: nobody)" }
                input id=(id("speaker")) name="speaker" value=(Plain(speaker)) autocomplete="off";
                label for=(id("places")) { "Places: ids or codes (us/md/baltimore), blanks between" }
                input id=(id("places")) name="jurisdictions" value=(Plain(&places)) autocomplete="off";
                button name="verdict" value="edited" { "Keep" }
            }
        }
    }
}
