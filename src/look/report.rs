//! The report: one page of figures that needs nothing but itself.
//!
//! There is no script on the page and nothing is loaded; its policy forbids both. Below each figure stand its numbers as a table.

use super::chart::columns;
use super::html::{Plain, Said, cut, number, percent, style};
use super::map::{self, Classes, Shapes, US_COUNTIES, US_STATES, WORLD};
use crate::summary::Count;
use crate::summary::overview::{Figures, Matrix, PlaceFigure, Sample, SpeakerFigure, Timeline};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest, Sha256};

/// The style sheet of all pages.
pub const STYLE: &str = include_str!("style.css");

/// How many places the table below a map lists.
const LISTED: usize = 25;
/// How many bytes of a statement the sample shows.
const SHOWN: usize = 600;

/// Draws the page.
pub fn page(title: &str, figures: &Figures) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
    );
    let sections: Vec<(&str, &str, Markup)> = sections(figures);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "onrecord " (env!("CARGO_PKG_VERSION")) };
                title { (Plain(title)) }
                style { (style(STYLE)) }
            }
            body {
                a.skip href="#content" { "Skip to the figures" }
                (head(title, figures, &sections))
                main id="content" {
                    @for (id, heading, markup) in &sections {
                        section id=(id) aria-labelledby={ (id) "-heading" } {
                            h2 id={ (id) "-heading" } { (heading) }
                            (markup)
                        }
                    }
                }
                (foot(figures))
            }
        }
    };
    page.into_string()
}

/// The sections that have something to show: id, heading, content.
fn sections(figures: &Figures) -> Vec<(&'static str, &'static str, Markup)> {
    let mut sections = Vec::new();
    if figures.statements == 0 {
        return sections;
    }
    if !figures.by_country.is_empty() {
        sections.push(("world", "What it is about: countries", world(figures)));
    }
    if !figures.by_state.is_empty() {
        sections.push(("states", "What it is about: the United States", states(figures)));
    }
    if !figures.top_speakers.is_empty() {
        sections.push(("speakers", "Who is quoted", speakers(&figures.top_speakers)));
    }
    if !figures.top_places.is_empty() {
        sections.push(("places", "Places named most", places(figures)));
    }
    if !figures.matrix.places.is_empty() {
        sections.push(("matrix", "Who is quoted about which place", matrix(&figures.matrix)));
    }
    if !figures.timeline.periods.is_empty() {
        sections.push(("time", "When, and by whom", timeline(&figures.timeline)));
    }
    sections.push(("kinds", "How it is reported, and how sure the rows are", kinds(figures)));
    if !figures.sample.is_empty() {
        sections.push(("sample", "Some of the statements", sample(figures)));
    }
    sections
}

fn head(title: &str, figures: &Figures, sections: &[(&str, &str, Markup)]) -> Markup {
    let total = |label: &str, value: u64| {
        html! { div { dt { (label) } dd { (number(value)) } } }
    };
    let span = html! {
        @match (&figures.first, &figures.last) {
            (Some(first), Some(last)) if first != last => { " from " time { (first) } " to " time { (last) } }
            (Some(first), _) => { " of " time { (first) } }
            _ => {}
        }
    };
    html! {
        header {
            h1 { (Said(title)) }
            p.lead {
                "Who said what about which place: statements found in news" (span) ", by a program that reads them, not by people. "
                "Each figure counts what was reported, not what is true."
            }
            @if figures.statements == 0 {
                p { "There is no statement to show." }
            } @else {
                dl.totals {
                    (total("statements", figures.statements))
                    (total("articles", figures.documents))
                    (total("speakers by name", figures.speakers))
                    (total("places", figures.places))
                    @if figures.outlets > 0 { (total("outlets", figures.outlets)) }
                }
                @if figures.statements < figures.rows {
                    p.note { "Of " (number(figures.rows)) " rows; the others were left out by what was asked for." }
                }
                nav aria-label="Figures" {
                    ul { @for (id, heading, _) in sections { li { a href={ "#" (id) } { (heading) } } } }
                }
            }
        }
    }
}

fn foot(figures: &Figures) -> Markup {
    html! {
        footer {
            p {
                "Made by onrecord " (env!("CARGO_PKG_VERSION")) ". This page is whole: it loads nothing and runs no script. "
                "Shapes of countries: Natural Earth, public domain. Shapes of US states and counties: US Census Bureau, public domain. "
                "Names and borders on the maps are those of these sources, simplified, and say nothing on disputes."
                @if figures.scattered {
                    " Some articles stand in several places of the input; in the lists these may be counted more than once."
                }
            }
        }
    }
}

fn read(sentence: &str) -> Markup {
    html! { p.read { (sentence) } }
}

fn world(figures: &Figures) -> Markup {
    let placeless = figures.placeless;
    html! {
        (read("How to read this: the stronger the colour of a country, the more statements are about it or a place inside it. A statement about two countries counts in both. The steps grow by a factor, so that small numbers stay visible."))
        (map_with_table(&WORLD, &figures.by_country, "Map of the world: statements by country", "Country"))
        @if placeless > 0 {
            p.note { (number(placeless)) " statements (" (percent(placeless, figures.statements)) ") are about no place that could be told." }
        }
    }
}

fn states(figures: &Figures) -> Markup {
    html! {
        (read("How to read this: as above. The first map counts each statement for the state that it is about or that holds the place it is about; the second for the county. Statements about the country as a whole are on neither."))
        (map_with_table(&US_STATES, &figures.by_state, "Map of the United States: statements by state", "State"))
        @if !figures.by_county.is_empty() {
            h3 { "By county" }
            (map_with_table(&US_COUNTIES, &figures.by_county, "Map of the United States: statements by county", "County"))
        }
    }
}

fn map_with_table(shapes: &Shapes, places: &[PlaceFigure], label: &str, what: &str) -> Markup {
    let (map, shapeless) = map::draw(shapes, places, label);
    html! {
        figure.plain { (map) }
        @if shapeless > 0 {
            p.note { (number(shapeless as u64)) " of " (number(places.len() as u64)) " places have no shape on this map and are in the table alone." }
        }
        details {
            summary { "The numbers by " (what.to_lowercase()) }
            (place_table(&places[..places.len().min(LISTED)], what))
            @if places.len() > LISTED { p.note { "The first " (LISTED) " of " (number(places.len() as u64)) "." } }
        }
    }
}

fn place_table(places: &[PlaceFigure], what: &str) -> Markup {
    let most = places.iter().map(|place| place.count.statements).max().unwrap_or(1);
    html! {
        div.scroll {
            table {
                thead { tr { th scope="col" { (what) } th.n scope="col" { "Statements" } th.n.more scope="col" { "Articles" } th scope="col" { span.hidden { "Bar" } } } }
                tbody {
                    @for place in places {
                        tr { th scope="row" { (Said(&place.label)) } (counts(&place.count, most)) }
                    }
                }
            }
        }
    }
}

/// The cells of a count: statements, articles, a bar.
fn counts(count: &Count, most: u64) -> Markup {
    let width = count.statements as f64 * 100.0 / most.max(1) as f64;
    html! {
        td.n { (number(count.statements)) }
        td.n.more { (number(count.documents)) }
        td.bar {
            svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" { rect width=(format!("{width:.2}")) height="8" {} }
        }
    }
}

fn speakers(speakers: &[SpeakerFigure]) -> Markup {
    let most = speakers.iter().map(|speaker| speaker.count.statements).max().unwrap_or(1);
    html! {
        (read("How to read this: people and bodies by name, those with most statements first, and the role that articles give most often. A name is as the articles have it: two people of one name are one here, unless the rows carry keys from “onrecord speakers”."))
        div.scroll {
            table {
                thead {
                    tr {
                        th scope="col" { "Speaker, role" }
                        th.n scope="col" { "Statements" } th.n.more scope="col" { "Articles" } th scope="col" { span.hidden { "Bar" } }
                    }
                }
                tbody {
                    @for speaker in speakers {
                        tr {
                            th scope="row" {
                                (short(&speaker.name, 80)) @if let Some(role) = &speaker.role { span.role { ", " (short(role, 80)) } }
                            }
                            (counts(&speaker.count, most))
                        }
                    }
                }
            }
        }
    }
}

/// A name that may be of any length.
fn short(text: &str, longest: usize) -> Markup {
    let (shown, rest) = cut(text, longest);
    html! { (Said(shown)) @if rest { "…" } }
}

fn places(figures: &Figures) -> Markup {
    html! {
        (read("How to read this: places as statements name them, without what lies inside them: a statement about a town is here for the town, not for its state."))
        (place_table(&figures.top_places, "Place"))
    }
}

fn matrix(matrix: &Matrix) -> Markup {
    let classes = Classes::of(matrix.cells.iter().flatten().copied().max().unwrap_or(1));
    html! {
        (read("How to read this: each cell is the number of statements by the speaker of its row about the place of its column; the stronger its colour, the more. The most quoted speakers, and the places that they speak of most."))
        div.scroll tabindex="0" role="region" aria-label="Table: who is quoted about which place" {
            table.matrix {
                thead {
                    tr {
                        th scope="col" { span.hidden { "Speaker" } }
                        @for place in &matrix.places { th scope="col" { (short(place, 40)) } }
                    }
                }
                tbody {
                    @for (speaker, cells) in matrix.speakers.iter().zip(&matrix.cells) {
                        tr {
                            th scope="row" { (short(speaker, 60)) }
                            @for &count in cells {
                                td.{ "c" (classes.class(count)) } {
                                    @if count > 0 { (number(count)) } @else { span.hidden { "0" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn timeline(timeline: &Timeline) -> Markup {
    let Timeline { unit, periods, series, undated, earlier } = timeline;
    let (first, last) = (&periods[0], &periods[periods.len() - 1]);
    html! {
        (read(&format!("How to read this: one bar a {unit}, as high as the number of statements in articles of that {unit}. Each row has its own scale: the number at its right is its highest bar.")))
        div.scroll {
            table.timeline {
                thead {
                    tr {
                        th scope="col" { "Outlet" } th.n scope="col" { "Statements" }
                        th scope="col" { span.axis { span { (first) } span { (last) } } } th.n scope="col" { "Most" }
                    }
                }
                tbody {
                    @for (at, (outlet, counts)) in series.iter().enumerate() {
                        @let most = counts.iter().copied().max().unwrap_or(0);
                        tr.all[at == 0 && series.len() > 1] {
                            th scope="row" { (short(outlet, 60)) }
                            td.n { (number(counts.iter().sum())) }
                            td.spark { (columns(periods, counts, most, &format!("{unit}s from {first} to {last}"))) }
                            td.n { (number(most)) }
                        }
                    }
                }
            }
        }
        @if *undated > 0 { p.note { (number(*undated)) " statements have no date as exact as that." } }
        @if *earlier > 0 { p.note { (number(*earlier)) " statements are earlier than " (first) " and not drawn." } }
        details {
            summary { "The numbers by " (unit) }
            div.scroll tabindex="0" role="region" aria-label={ "Table: statements by " (unit) } {
                table {
                    thead { tr { th scope="col" { (capital(unit)) } @for (outlet, _) in series { th.n scope="col" { (short(outlet, 40)) } } } }
                    tbody {
                        @for (at, period) in periods.iter().enumerate() {
                            tr { th scope="row" { (period) } @for (_, counts) in series { td.n { (number(counts[at])) } } }
                        }
                    }
                }
            }
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn kinds(figures: &Figures) -> Markup {
    let [direct, mixed, indirect, unsaid] = figures.kinds;
    let kinds = [
        ("quoted word for word", direct),
        ("partly quoted", mixed),
        ("reported without quotation marks", indirect),
        ("not said", unsaid),
    ];
    let voices = &figures.voices;
    let voices = [
        ("a person by name", voices.person),
        ("a body by name", voices.organization),
        ("somebody described (“two officials”)", voices.described),
        ("nobody who could be told", voices.nobody),
    ];
    html! {
        div.two {
            div {
                h3 { "In whose words" }
                (read("How to read this: the whole bar is all statements; its parts, from the strongest colour to the faintest, are in the order of the table."))
                (share(&kinds, figures.statements))
            }
            div {
                h3 { "Who speaks" }
                (read("How to read this: as before. A speaker is unknown where the article names nobody, or the program could not tell whom."))
                (share(&voices, figures.statements))
            }
        }
        h3 { "How sure the rows are" }
        (read("How to read this: each bar counts the statements whose confidence lies in that tenth, from 0 at the left to 1 at the right. A confidence of 0.9 means that about nine in ten such rows are right."))
        (histogram(&figures.confidence))
    }
}

/// A bar in parts, and its table.
fn share(parts: &[(&str, u64)], whole: u64) -> Markup {
    let parts: Vec<(usize, &(&str, u64))> = parts.iter().enumerate().filter(|(at, (_, count))| *count > 0 || *at < 3).collect();
    let colour = |at: usize| ["c5", "c4", "c2", "c0"][at.min(3)];
    let width = |count: u64| count as f64 * 1000.0 / whole.max(1) as f64;
    let starts: Vec<f64> = parts
        .iter()
        .scan(0.0, |sum, (_, (_, count))| {
            let start = *sum;
            *sum += width(*count);
            Some(start)
        })
        .collect();
    html! {
        svg.share viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            @for ((at, (_, count)), start) in parts.iter().zip(&starts) {
                rect.(colour(*at)) x=(format!("{start:.1}")) width=(format!("{:.1}", width(*count))) height="10" {}
            }
        }
        table {
            tbody {
                @for (at, (label, count)) in &parts {
                    tr {
                        th scope="row" { span.swatch.inline.(colour(*at)) aria-hidden="true" {} " " (label) }
                        td.n { (number(*count)) } td.n { (percent(*count, whole)) }
                    }
                }
            }
        }
    }
}

fn histogram(classes: &[u64]) -> Markup {
    let most = classes.iter().copied().max().unwrap_or(1).max(1);
    let all = classes.iter().sum();
    let label = |at: usize| format!("{:.1} to {:.1}", at as f64 / 10.0, (at + 1) as f64 / 10.0);
    let labels: Vec<String> = (0..classes.len()).map(label).collect();
    html! {
        div.histogram { (columns(&labels, classes, most, "confidence, in tenths from 0 to 1")) }
        div.axis aria-hidden="true" { @for at in 0..=classes.len() { span { (format!("{:.1}", at as f64 / 10.0)) } } }
        details {
            summary { "The numbers by confidence" }
            table {
                thead { tr { th scope="col" { "Confidence" } th.n scope="col" { "Statements" } th.n scope="col" { "Share" } } }
                tbody {
                    @for (label, &count) in labels.iter().zip(classes) {
                        tr { th scope="row" { (label) } td.n { (number(count)) } td.n { (percent(count, all)) } }
                    }
                }
            }
        }
    }
}

fn sample(figures: &Figures) -> Markup {
    let shown = figures.sample.len() as u64;
    html! {
        (read(&format!(
            "How to read this: {} of {} statements, drawn by lot and put in order by date. A page for all of them would be too large.",
            number(shown),
            number(figures.statements)
        )))
        ol.statements { @for sample in &figures.sample { (statement(sample)) } }
    }
}

fn statement(sample: &Sample) -> Markup {
    let (content, rest) = cut(&sample.content, SHOWN);
    let [open, close] = if sample.direct { ["“", "”"] } else { ["", ""] };
    html! {
        li {
            blockquote { (open) (Said(content)) @if rest { " …" } (close) }
            p.meta {
                span.who { @match &sample.speaker { Some(name) => (short(name, 120)), None => "unknown" } }
                @if let Some(role) = &sample.role { ", " (short(role, 120)) }
                @if !sample.places.is_empty() {
                    " · about " @for (at, place) in sample.places.iter().take(6).enumerate() { @if at > 0 { "; " } (short(place, 80)) }
                }
            }
            p.meta {
                @if let Some(date) = &sample.date { (short(date, 40)) " · " }
                @if let Some(source) = &sample.source { (short(source, 80)) " · " }
                @match &sample.title { Some(title) => (short(title, 160)), None => (short(&sample.document, 120)) }
                " · " (sample.percent) " % sure"
            }
        }
    }
}
