//! The frame of all pages, and the page of a search.

use super::columns::{Columns, Counted, Facets, PAGE};
use super::query::{Order, Query};
use super::store::Numbered;
use crate::look::chart::columns as bars;
use crate::look::html::{Plain, Said, cut, number};
use crate::summary::overview::periods;
use maud::{DOCTYPE, Markup, html};

/// So many bars of a timeline are drawn at most; years are drawn instead of more months.
const BARS: usize = 150;
/// How many bytes of a statement a row of the table shows.
const SHOWN: usize = 400;

/// `92 %`
pub(super) fn percent_of(confidence: f64) -> String {
    format!("{:.0} %", confidence.clamp(0.0, 1.0) * 100.0)
}

/// A page with its head, around what is on it.
pub(super) fn frame(site: &str, title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (Plain(title)) " – " (Plain(site)) }
                link rel="stylesheet" href="/style.css";
                script src="/script.js" defer {}
            }
            body.explore {
                a.skip href="#content" { "Skip to the content" }
                header.bar { a.site href="/" { (Said(site)) } }
                main id="content" { (content) }
            }
        }
    }
}

/// A page that says what is the matter.
pub(super) fn problem(site: &str, reason: &str) -> Markup {
    frame(site, "Not shown", html! { h1 { "Not shown" } p { (Said(reason)) } p { a href="/" { "All statements" } } })
}

/// The page of a search.
pub(super) fn search(
    site: &str,
    query: &Query,
    columns: &Columns,
    found: usize,
    facets: &Facets<'_>,
    rows: &[Numbered],
) -> Markup {
    let title = if query.words.is_empty() { "Statements" } else { &query.words };
    frame(
        site,
        title,
        html! {
            h1.hidden { "Statements" }
            (form(query))
            (chips(query, columns))
            p.found role="status" {
                strong { (number(found as u64)) } " of " (number(columns.len() as u64)) " statements, in " strong { (number(facets.articles)) } " articles"
            }
            div.search {
                div.results {
                    (timeline(query, facets))
                    @if rows.is_empty() {
                        p { "Nothing is found. " a href="/" { "All statements" } }
                    } @else {
                        (table(rows, columns))
                        (paging(query, found))
                        p.note { "All " (number(found as u64)) " as "
                            a href=(query.address("/rows.csv")) { "CSV" } ", "
                            a href=(query.address("/rows.jsonl")) { "JSON Lines" } ", "
                            a href=(query.address("/rows.parquet")) { "Parquet" } }
                    }
                }
                (facet_lists(query, facets))
            }
        },
    )
}

fn form(query: &Query) -> Markup {
    let hidden = query.parameters();
    let hidden = hidden.iter().filter(|(name, _)| ["speaker", "role", "place", "kind", "source"].contains(name));
    html! {
        form.query role="search" action="/" {
            div.words {
                label for="q" { "Words" }
                input id="q" name="q" type="search" value=(Plain(&query.words)) placeholder="flood wall, “new bridge”, hous*";
            }
            div { label for="since" { "From" } input id="since" name="since" value=(query.since) placeholder="2021" size="10"; }
            div { label for="until" { "To" } input id="until" name="until" value=(query.until) placeholder="2024-05" size="10"; }
            div {
                label for="sure" { "Sure" }
                select id="sure" name="sure" {
                    @for least in [0u8, 50, 70, 80, 90] {
                        option value=(least) selected[least == query.sure] { @if least == 0 { "any" } @else { (least) " % or more" } }
                    }
                    @if ![0, 50, 70, 80, 90].contains(&query.sure) { option value=(query.sure) selected { (query.sure) " % or more" } }
                }
            }
            div {
                label for="order" { "Order" }
                select id="order" name="order" {
                    @for (order, value, label) in [(Order::Table, "", "as in the table"), (Order::Newest, "newest", "newest first"), (Order::Oldest, "oldest", "oldest first")] {
                        option value=(value) selected[order == query.order] { (label) }
                    }
                }
            }
            @for (name, value) in hidden { input type="hidden" name=(name) value=(Plain(value)); }
            button { "Search" }
        }
    }
}

/// What is asked for beside the form, each with a way to let it go.
fn chips(query: &Query, columns: &Columns) -> Markup {
    let chosen = [
        ("speaker", query.speaker.as_str(), query.with(|q| q.speaker.clear())),
        ("role", &query.role, query.with(|q| q.role.clear())),
        ("about", columns.label(&query.place), query.with(|q| q.place.clear())),
        ("kind", &query.kind, query.with(|q| q.kind.clear())),
        ("outlet", &query.source, query.with(|q| q.source.clear())),
    ];
    let chosen: Vec<_> = chosen.iter().filter(|(_, value, _)| !value.is_empty()).collect();
    html! {
        @if !chosen.is_empty() {
            ul.chips aria-label="Chosen" {
                @for (name, value, without) in chosen {
                    li { (name) ": " strong { (Said(cut(value, 80).0)) } " " a href=(without.address("/")) aria-label={ "Without " (name) } { "×" } }
                }
            }
        }
    }
}

fn facet_lists(query: &Query, facets: &Facets<'_>) -> Markup {
    let places: Vec<(&str, &str, u64)> =
        facets.places.iter().map(|(node, count)| (node.id.as_str(), node.label.as_str(), *count)).collect();
    let named = |list: &[Counted<'_>]| -> Vec<(String, String, u64)> {
        list.iter().map(|(name, count)| ((*name).to_owned(), (*name).to_owned(), *count)).collect()
    };
    let places: Vec<(String, String, u64)> =
        places.into_iter().map(|(id, label, count)| (id.to_owned(), label.to_owned(), count)).collect();
    html! {
        aside.facets aria-label="Narrow the search" {
            (facet("Speaker", &named(&facets.speakers), &query.speaker, |value| query.with(|q| q.speaker = value)))
            (facet("About, with all inside", &places, &query.place, |value| query.with(|q| q.place = value)))
            (facet("Role", &named(&facets.roles), &query.role, |value| query.with(|q| q.role = value)))
            (facet("Outlet", &named(&facets.sources), &query.source, |value| query.with(|q| q.source = value)))
            (facet("Kind", &named(&facets.kinds), &query.kind, |value| query.with(|q| q.kind = value)))
        }
    }
}

fn facet(name: &str, values: &[(String, String, u64)], chosen: &str, with: impl Fn(String) -> Query) -> Markup {
    html! {
        @if !values.is_empty() {
            section.facet {
                h2 { (name) }
                ul {
                    @for (id, label, count) in values {
                        li {
                            @if id == chosen { strong { (Said(cut(label, 60).0)) } } @else { a href=(with(id.clone()).address("/")) { (Said(cut(label, 60).0)) } }
                            span.n { (number(*count)) }
                        }
                    }
                }
            }
        }
    }
}

fn timeline(query: &Query, facets: &Facets<'_>) -> Markup {
    let (Some((first, _)), Some((last, _))) = (facets.months.first(), facets.months.last()) else { return html! {} };
    let month = |month: u32| format!("{:04}-{:02}", month / 100, (month % 100).max(1));
    let mut times = periods(&month(*first), &month(*last), BARS + 1);
    let years = times.len() > BARS;
    if years {
        let start = (first / 100).max((last / 100).saturating_sub(BARS as u32 - 1));
        times = periods(&format!("{start:04}"), &format!("{:04}", last / 100), BARS);
    }
    let mut counts = vec![0; times.len()];
    for &(at, count) in &facets.months {
        let time = if years { format!("{:04}", at / 100) } else { month(at) };
        if let Ok(at) = times.binary_search(&time) {
            counts[at] += count;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let unit = if years { "year" } else { "month" };
    html! {
        div.timeline {
            (bars(&times, &counts, most, &format!("{unit}, {} to {}", times[0], times[times.len() - 1])))
            div.axis { span { (times[0]) } span { (times[times.len() - 1]) } }
            details {
                summary { "The numbers by " (unit) }
                ul.times {
                    @for (time, count) in times.iter().zip(&counts) {
                        @if *count > 0 {
                            li { a href=(query.with(|q| { q.since.clone_from(time); q.until.clone_from(time); }).address("/")) { (time) } " " span.n { (number(*count)) } }
                        }
                    }
                }
            }
        }
    }
}

fn table(rows: &[Numbered], columns: &Columns) -> Markup {
    html! {
        table.rows {
            thead { tr { th scope="col" { "Statement" } th scope="col" { "Speaker" } th scope="col" { "About" } th scope="col" { "Article" } th.n scope="col" { "Sure" } } }
            tbody { @for numbered in rows { (row(numbered, columns)) } }
        }
    }
}

fn row(Numbered { numbers, row }: &Numbered, columns: &Columns) -> Markup {
    let (content, rest) = cut(&row.content, SHOWN);
    let [open, close] = if row.kind == "direct" { ["“", "”"] } else { ["", ""] };
    html! {
        tr {
            td.content { a href={ "/article/" (numbers.document) "#row-" (numbers.attribution) } { (open) (Said(content)) @if rest { " …" } (close) } }
            td { @match &row.speaker {
                Some(speaker) => { (Said(cut(&speaker.name, 80).0)) @if let Some(role) = &speaker.role { span.role { ", " (Said(cut(role, 80).0)) } } }
                None => span.role { "unknown" },
            } }
            td { @for (at, place) in row.jurisdictions.iter().take(4).enumerate() { @if at > 0 { "; " } (Said(cut(columns.label(&place.id), 60).0)) } }
            td.meta {
                @if let Some(date) = &row.date { (Said(cut(date, 40).0)) br; }
                @if let Some(source) = &row.source { (Said(cut(source, 80).0)) br; }
                (Said(cut(row.title.as_deref().unwrap_or(&row.doc_id), 80).0))
            }
            td.n { (percent_of(row.confidence)) }
        }
    }
}

fn paging(query: &Query, found: usize) -> Markup {
    let pages = found.div_ceil(PAGE);
    let to = |page: usize, rel: &'static str, label: &str| {
        let there = Query { page, ..query.clone() };
        html! { a rel=(rel) href=(there.address("/")) { (label) } }
    };
    html! {
        @if pages > 1 {
            nav.paging aria-label="Pages" {
                @if query.page > 1 { (to(1, "first", "First")) (to(query.page - 1, "prev", "Previous")) }
                span { "Page " (number(query.page as u64)) " of " (number(pages as u64)) }
                @if query.page < pages { (to(query.page + 1, "next", "Next")) (to(pages, "last", "Last")) }
            }
        }
    }
}
