//! Writes invented rows, as `onrecord extract` would, to try pages and counts on as many as wanted: always the same for a number.
//! Nobody of that name said any of it.
//!
//! `cargo run --release --example invented -- 100000 [ARTICLES.jsonl] > rows.jsonl`; the articles are what the rows point into.

use onrecord::gazetteer::{Entry, EntryType, Gazetteer};
use serde_json::{Value, json};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write, stdout};

const GIVEN: &str =
    "Ada Abel Bea Carlo Dora Emil Fay Gus Hana Ivo June Karl Lena Milo Nora Otto Pia Ravi Sara Theo Uma Vito Willa Yusuf Zoe";
const SURNAMES: &str = "Abara Bellweather Castellan Dravec Eastlake Farrow Grünwald Hollis Ishikawa Joyner Kestrel Lindqvist Marchetti Nwosu \
    Okafor Penhallow Quill Rosario Santangelo Thorne Ulloa Vasquez Winterbourne Yardley Zimmer";
const OFFICES: &str = "Mayor Governor Senator Sheriff Commissioner Superintendent Councilwoman Spokesman Professor Minister";
const OUTLETS: &str = "Harbor Ledger|Plains Dispatch|Lakeside Wire|Capital Gazette Service|Delta Newswire|Mesa Courier|Granite State Post|\
    Tidewater Record|Foothill Examiner|Prairie Press";
const BODIES: &str = "Department of Transportation|Water Authority|Teachers Union|Port Commission|Farm Bureau|Housing Alliance";
const SUBJECTS: &str = "the new bridge|the water plant|the school budget|the bus line|the flood wall|the hospital merger|the harvest|\
    the housing plan|the power station|the ferry terminal|the police review|the library hours";
const VERBS: &str = "will open by spring|has cost more than anybody planned|needs another look|is safe for everyone|was never promised to voters|\
    cannot wait for another year|will create hundreds of jobs|has divided neighbors for a decade|is finished at last|deserves an honest count";
const TAILS: &str = "and we will say so in public|but the money is not there|whatever the committee decides|because people asked for it|\
    and nobody should be surprised|if the state keeps its word|so long as the river stays low|after two winters of delay";

/// Numbers that look like chance, the same each time.
struct Lot(u64);

impl Lot {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    /// Small numbers far more often than large ones.
    fn few(&mut self, limit: usize) -> usize {
        let unit = self.below(1 << 20) as f64 / f64::from(1 << 20);
        ((unit.powi(3) * limit as f64) as usize).min(limit - 1)
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

struct Person {
    name: String,
    surname: &'static str,
    sort: &'static str,
    role: Option<&'static str>,
    home: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let number: usize = arguments.next().ok_or("usage: invented NUMBER [ARTICLES.jsonl]")?.parse()?;
    let mut articles = arguments.next().map(File::create).transpose()?.map(BufWriter::new);
    let mut out = BufWriter::new(stdout().lock());
    let gazetteer = Gazetteer::shipped();
    let places = places(&gazetteer);
    let mut lot = Lot(9);
    let people = people(&mut lot, (number / 60).clamp(60, 20_000), places.len());
    let lists = [OUTLETS, SUBJECTS, VERBS, TAILS].map(|list| list.split('|').collect::<Vec<_>>());
    let [outlets, subjects, verbs, tails] = &lists;
    let mut written = 0;
    for article in 0.. {
        if written == number {
            break;
        }
        let day = article * 1300 / (number / 4).max(1);
        let date = format!("{}-{:02}-{:02}", 2021 + day / 360, day % 360 / 30 + 1, (day % 30 + 1).min(28));
        let outlet = outlets[lot.few(outlets.len())];
        let place = lot.few(places.len());
        let subject = lot.of(subjects);
        let id = format!("article-{article:07}");
        let title = format!("{} and {subject}", places[place].name());
        let mut text = format!("{title}\n\n");
        let mut rows: Vec<Value> = Vec::new();
        for paragraph in 0..(2 + lot.below(6)).min(number - written) {
            let person = &people[lot.few(people.len())];
            let spoken = [place, person.home, lot.few(places.len())][[0, 0, 1, 2][lot.below(4)]];
            let entry = places[spoken];
            let direct = lot.below(5) < 3;
            let named = lot.below(3) > 0;
            let in_place = if named { format!(" in {}", entry.name()) } else { String::new() };
            let mut content = format!("{subject}{in_place} {} {}", lot.of(verbs), lot.of(tails));
            if direct {
                content.replace_range(..1, "T");
            }
            let source = match (lot.below(14), person.role) {
                (0, _) => "officials".to_owned(),
                (_, Some(role)) if rows.is_empty() => format!("{role} {}", person.name),
                _ if rows.is_empty() || person.sort != "person" => person.name.clone(),
                _ => person.surname.to_owned(),
            };
            let unknown = source == "officials";
            let length = |text: &str| text.chars().count();
            let paragraph_start = length(&text);
            let (line, content_at, source_at, cue_at) = if direct {
                let line = format!("“{content},” {source} said.\n\n");
                let source_at = 1 + length(&content) + 3;
                (line, 1, source_at, source_at + length(&source) + 1)
            } else {
                let source_at = 0;
                let line = format!("{source} said that {content}.\n\n");
                (line, length(&source) + 11, source_at, length(&source) + 1)
            };
            text.push_str(&line);
            let (start, end) = (paragraph_start + content_at, paragraph_start + content_at + length(&content));
            let (source_start, cue_start) = (paragraph_start + source_at, paragraph_start + cue_at);
            let place_start = start + length(subject) + 4;
            let sure = |lot: &mut Lot, least: usize| (least + lot.below(100 - least)) as f64 / 100.0;
            let name = if unknown { "officials" } else { &person.name };
            let jurisdiction = json!({
                "id": entry.id(), "name": entry.name(), "level": entry.sort().name(),
                "country": some(entry.country()), "admin1": some(entry.admin1()), "geonames_id": entry.geonames_id(),
                "basis": if named { "quote" } else { "context" },
                "text": named.then(|| entry.name()), "start": named.then_some(place_start),
                "end": named.then(|| place_start + length(entry.name())), "confidence": sure(&mut lot, 40),
                "rule": if named { "named-in-content" } else { "place-of-event" },
            });
            let about = if lot.below(9) == 0 { json!([]) } else { json!([jurisdiction]) };
            let shown = content.clone();
            rows.push(json!({
                "doc_id": id, "id": format!("{id}#{}", rows.len()), "kind": if direct { "direct" } else { "indirect" },
                "text": shown, "content": content, "start": start, "end": end, "parts": [[start, end]],
                "cue": {"text": "said", "start": cue_start, "end": cue_start + 4, "class": "speech"},
                "speaker": if lot.below(25) == 0 { Value::Null } else { json!({
                    "name": name, "type": if unknown { "group" } else { person.sort },
                    "role": if unknown { None } else { person.role },
                    "text": source, "start": source_start, "end": source_start + length(&source),
                    "confidence": sure(&mut lot, 50), "rule": if unknown { "description" } else { "named-source" },
                })},
                "jurisdictions": about, "entities": [], "sentence": paragraph + 1, "paragraph": paragraph + 1,
                "confidence": sure(&mut lot, 35).max(sure(&mut lot, 35)),
                "rule": if direct { "quotation-before-cue" } else { "clause-after-cue" },
                "date": date, "source": outlet, "title": title, "url": format!("https://example.org/{article}"),
            }));
        }
        for row in &rows {
            serde_json::to_writer(&mut out, row)?;
            writeln!(out)?;
        }
        written += rows.len();
        if let Some(articles) = &mut articles {
            serde_json::to_writer(
                &mut *articles,
                &json!({"id": id, "text": text, "date": date, "source": outlet, "title": title}),
            )?;
            writeln!(articles)?;
        }
    }
    out.flush()?;
    articles.map_or(Ok(()), |mut articles| articles.flush())?;
    Ok(())
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Places to speak about, large ones of the US first.
fn places(gazetteer: &Gazetteer) -> Vec<Entry<'_>> {
    let mut places: Vec<Entry<'_>> = gazetteer
        .entries()
        .filter(|entry| match entry.sort() {
            EntryType::Country => entry.population() > 4_000_000,
            EntryType::State => entry.country() == "US" || entry.population() > 9_000_000,
            EntryType::County => entry.country() == "US" && entry.population() > 150_000,
            EntryType::City => entry.country() == "US" && entry.population() > 30_000 || entry.population() > 1_500_000,
            _ => false,
        })
        .collect();
    // What a place weighs is no more than its size and where outlets of the US look first.
    let weight = |entry: &Entry<'_>| {
        let near = if entry.country() == "US" { 12 } else { 1 };
        let level = match entry.sort() {
            EntryType::City => 8,
            EntryType::Country => 4,
            _ => 1,
        };
        (u64::from(entry.population()) * near * level).isqrt()
    };
    places.sort_by_key(|entry| (std::cmp::Reverse(weight(entry)), entry.id()));
    places
}

fn people(lot: &mut Lot, number: usize, places: usize) -> Vec<Person> {
    let [given, surnames, offices] = [GIVEN, SURNAMES, OFFICES].map(|list| list.split_whitespace().collect::<Vec<_>>());
    let bodies: Vec<&str> = BODIES.split('|').collect();
    (0..number)
        .map(|at| {
            let home = lot.few(places);
            if at % 9 == 5 {
                let name = bodies[lot.below(bodies.len())];
                return Person { name: name.to_owned(), surname: name, sort: "organization", role: None, home };
            }
            let surname = surnames[lot.below(surnames.len())];
            let middle = if at >= 300 { format!("{}. ", char::from(b'A' + (at % 26) as u8)) } else { String::new() };
            let name = format!("{} {middle}{surname}", given[lot.below(given.len())]);
            let role = (lot.below(4) > 0).then(|| offices[lot.below(offices.len())]);
            Person { name, surname, sort: "person", role, home }
        })
        .collect()
}
