//! Rows of several documents laid side by side: who is one speaker, which quotations are one. All names and words are invented.

use onrecord::collation::people::Listed;
use onrecord::collation::quotations::{self, Group, Quotations};
use onrecord::collation::speakers::{Collated, Gathered, KnownBy, Speaker, collate};
use onrecord::collation::{EntityInRow, JurisdictionInRow, SpeakerInRow, Statement};
use onrecord::lexicon::{Lexicon, Nicknames};
use onrecord::speaker::SpeakerType;
use proptest::prelude::*;
use std::time::{Duration, Instant};

// Rows are made by hand.

fn said(document: &str, name: &str, role: &str) -> Statement {
    let speaker = SpeakerInRow {
        name: name.into(),
        sort: SpeakerType::Person,
        role: (!role.is_empty()).then(|| role.into()),
        text: None,
        confidence: 0.9,
        rule: "named-source".into(),
        key: None,
    };
    Statement { document: document.into(), speaker: Some(speaker), confidence: 0.9, ..Statement::default() }
}

fn body(document: &str, name: &str) -> Statement {
    typed(said(document, name, ""), SpeakerType::Organization)
}

fn typed(mut row: Statement, sort: SpeakerType) -> Statement {
    row.speaker.as_mut().expect("a speaker").sort = sort;
    row
}

fn described(mut row: Statement) -> Statement {
    row.speaker.as_mut().expect("a speaker").rule = "description".into();
    row
}

/// The row is about a town; `office` if that is where the speaker's office is.
fn about(mut row: Statement, state: &str, town: &str, office: bool) -> Statement {
    row.jurisdictions.push(JurisdictionInRow {
        id: format!("ocd-division/country:us/state:{}/place:{town}", state.to_lowercase()),
        name: town.into(),
        level: "city".into(),
        country: "US".into(),
        admin1: state.into(),
        basis: "quote".into(),
        confidence: 0.9,
        rule: if office { "place-of-office" } else { "named-in-content" }.into(),
    });
    row
}

fn collated(rows: &[Statement], list: &[Listed]) -> Collated {
    let mut gathered = Gathered::default();
    rows.iter().for_each(|row| _ = gathered.add(row));
    collate(&Lexicon::english(), &Nicknames::english(), &gathered, list)
}

/// The keys and how many statements each has.
fn keys(rows: &[Statement]) -> Vec<(String, u64)> {
    collated(rows, &[]).speakers.into_iter().map(|s| (s.key, s.statements)).collect()
}

#[track_caller]
fn check(rows: &[Statement], expected: &[(&str, u64)]) {
    let expected: Vec<(String, u64)> = expected.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    assert_eq!(keys(rows), expected);
    // No order of the rows changes who is one.
    let reversed: Vec<Statement> = rows.iter().rev().cloned().collect();
    assert_eq!(keys(&reversed), expected, "in reverse order");
}

fn only(rows: &[Statement]) -> Speaker {
    let mut speakers = collated(rows, &[]).speakers;
    assert_eq!(speakers.len(), 1, "{speakers:?}");
    speakers.remove(0)
}

// Persons.

#[test]
fn the_same_full_name_is_one_person() {
    let speaker = only(&[said("a", "Irene Voss", "Mayor"), said("b", "IRENE VOSS", ""), said("c", "Irene Voss", "mayor")]);
    assert_eq!((speaker.key.as_str(), speaker.name.as_str()), ("irene-voss", "Irene Voss"));
    assert_eq!((speaker.documents, speaker.statements, speaker.known_by), (3, 3, KnownBy::Name));
    assert_eq!(speaker.variants, [("Irene Voss".to_owned(), 2), ("IRENE VOSS".to_owned(), 1)]);
    assert_eq!(speaker.roles, [("Mayor".to_owned(), 2)]);
}

#[test]
fn accents_apostrophes_and_hyphens_do_not_part_a_name() {
    check(&[said("a", "José Núñez-Lara", ""), said("b", "Jose Nunez Lara", "")], &[("jose-nunez-lara", 2)]);
    check(&[said("a", "Ann O’Dell", ""), said("b", "Ann O'Dell", "")], &[("ann-odell", 2)]);
}

#[test]
fn one_office_in_two_states_is_two_persons() {
    let ohio = |d| about(said(d, "Otto Hale", "Mayor"), "OH", "toledo", true);
    let kansas = |d| about(said(d, "Otto Hale", "Mayor"), "KS", "wichita", true);
    check(&[ohio("a"), ohio("b"), kansas("c")], &[("otto-hale-us-oh", 2), ("otto-hale-us-ks", 1)]);
    // Who holds no office goes where the statement is about; who says nothing of the kind goes nowhere.
    let voter = about(said("d", "Otto Hale", ""), "KS", "topeka", false);
    check(
        &[ohio("a"), kansas("c"), voter, said("e", "Otto Hale", "")],
        &[("otto-hale-us-ks", 2), ("otto-hale", 1), ("otto-hale-us-oh", 1)],
    );
}

#[test]
fn one_office_in_two_towns_is_two_persons() {
    let mayor = |d, town| about(said(d, "Otto Hale", "Mayor"), "OH", town, true);
    assert_eq!(keys(&[mayor("a", "toledo"), mayor("b", "dayton")]).len(), 2);
    check(&[mayor("a", "toledo"), mayor("b", "toledo")], &[("otto-hale", 2)]);
}

#[test]
fn another_type_is_another_speaker() {
    check(&[said("a", "Grant Field", ""), body("b", "Grant Field")], &[("grant-field", 1), ("grant-field-organization", 1)]);
    let open = typed(said("b", "Grant Field", ""), SpeakerType::Unknown);
    check(&[said("a", "Grant Field", ""), open], &[("grant-field", 2)]);
}

#[test]
fn a_middle_initial_needs_a_second_witness() {
    check(&[said("a", "Irene Voss", "Sen."), said("b", "Irene K. Voss", "senator")], &[("irene-k-voss", 2)]);
    check(&[said("a", "Irene Voss", ""), said("b", "Irene K. Voss", "")], &[("irene-k-voss", 1), ("irene-voss", 1)]);
    let near = |row| about(row, "OH", "toledo", false);
    check(&[near(said("a", "Irene Voss", "")), near(said("b", "Irene K. Voss", ""))], &[("irene-k-voss", 2)]);
}

#[test]
fn a_place_that_all_speak_of_is_no_witness() {
    let mut rows: Vec<Statement> =
        (0..60).map(|i| about(said(&format!("d{i}"), &format!("Zora Pell{i}"), ""), "OH", "toledo", false)).collect();
    rows.push(about(said("a", "Irene Voss", ""), "OH", "toledo", false));
    rows.push(about(said("b", "Irene K. Voss", ""), "OH", "toledo", false));
    assert_eq!(keys(&rows).len(), 62);
}

#[test]
fn short_forms_and_initials_need_a_second_witness() {
    check(&[said("a", "Bob Hale", "sheriff"), said("b", "Robert Hale", "Sheriff")], &[("robert-hale", 2)]);
    check(&[said("a", "R. Hale", "sheriff"), said("b", "Robert Hale", "Sheriff")], &[("robert-hale", 2)]);
    check(&[said("a", "Bob Hale", "sheriff"), said("b", "Robert Hale", "farmer")], &[("bob-hale", 1), ("robert-hale", 1)]);
    check(&[said("a", "Bob Hale", "sheriff"), said("b", "Richard Hale", "sheriff")], &[("bob-hale", 1), ("richard-hale", 1)]);
    // One document that tells them apart knows better.
    let rows = [said("a", "Bob Hale", "sheriff"), said("a", "Robert Hale", "sheriff")];
    check(&rows, &[("bob-hale", 1), ("robert-hale", 1)]);
}

#[test]
fn a_role_that_many_bear_is_a_weak_witness() {
    let mut rows: Vec<Statement> = (0..30).map(|i| said(&format!("d{i}"), &format!("Zora Pell{i}"), "resident")).collect();
    rows.push(said("a", "Mary Smith", "resident"));
    rows.push(said("b", "Mary K. Smith", "resident"));
    rows.push(said("c", "Bob Hale", "resident"));
    rows.push(said("d", "Robert Hale", "resident"));
    assert_eq!(keys(&rows).len(), 34);
    // A middle name of a rare surname is another matter.
    rows.push(said("e", "Irene Vossberg", "resident"));
    rows.push(said("f", "Irene K. Vossberg", "resident"));
    assert_eq!(keys(&rows).len(), 35);
}

#[test]
fn a_name_that_fits_two_others_joins_neither() {
    let rows = [said("a", "Otto Hale", "sheriff"), said("b", "Otto A. Hale", "sheriff"), said("c", "Otto B. Hale", "sheriff")];
    check(&rows, &[("otto-a-hale", 1), ("otto-b-hale", 1), ("otto-hale", 1)]);
}

#[test]
fn father_and_son_share_a_town_but_no_office() {
    let near = |row| about(row, "OH", "toledo", false);
    let rows = [near(said("a", "Otto Hale", "farmer")), near(said("b", "Otto Hale Jr.", "farmer"))];
    check(&rows, &[("otto-hale", 1), ("otto-hale-jr", 1)]);
    check(&[said("a", "Otto Hale", "Gov."), said("b", "Otto Hale Jr.", "governor")], &[("otto-hale-jr", 2)]);
    check(
        &[said("a", "Otto Hale Sr.", "Gov."), said("b", "Otto Hale Jr.", "governor")],
        &[("otto-hale-jr", 1), ("otto-hale-sr", 1)],
    );
}

#[test]
fn a_tie_to_somebody_is_no_witness() {
    check(&[said("a", "Bob Hale", "brother"), said("b", "Robert Hale", "brother")], &[("bob-hale", 1), ("robert-hale", 1)]);
}

#[test]
fn a_bare_surname_joins_the_one_full_name_of_its_document() {
    check(&[said("a", "Irene Voss", ""), said("a", "Voss", "")], &[("irene-voss", 2)]);
    check(&[said("a", "Irene Voss", ""), said("b", "Voss", "")], &[("bare:voss", 1), ("irene-voss", 1)]);
    let rows = [said("a", "Irene Voss", ""), said("a", "Karl Voss", ""), said("a", "Voss", "")];
    check(&rows, &[("bare:voss", 1), ("irene-voss", 1), ("karl-voss", 1)]);
    // What looks like a word is the surname if its document has one.
    let word = described(typed(said("a", "Voss", ""), SpeakerType::Unknown));
    check(&[said("a", "Irene Voss", ""), word], &[("irene-voss", 2)]);
}

#[test]
fn a_bare_surname_joins_the_one_holder_of_its_office() {
    let near = |row| about(row, "OH", "toledo", false);
    let full = |d, name| near(said(d, name, "Gov."));
    check(&[full("a", "Irene Voss"), near(said("b", "Voss", "Governor"))], &[("irene-voss", 2)]);
    check(&[full("a", "Irene Voss"), said("b", "Voss", "Governor")], &[("bare:voss", 1), ("irene-voss", 1)]);
    check(&[full("a", "Irene Voss"), near(said("b", "Voss", "sheriff"))], &[("bare:voss", 1), ("irene-voss", 1)]);
    let two = [full("a", "Irene Voss"), full("c", "Karl Voss"), near(said("b", "Voss", "Gov."))];
    check(&two, &[("bare:voss", 1), ("irene-voss", 1), ("karl-voss", 1)]);
}

#[test]
fn stray_words_before_a_name_are_no_part_of_it() {
    check(&[said("a", "Even Irene Voss", ""), said("b", "Irene Voss", "")], &[("irene-voss", 2)]);
    let aide = described(said("a", "aide to Irene Voss", ""));
    check(&[aide, said("b", "Irene Voss", "")], &[("irene-voss", 1), ("unnamed:aide-to-irene-voss", 1)]);
}

#[test]
fn a_name_that_was_taken_for_a_description_is_a_name() {
    check(&[described(said("a", "Robert J. Hale", "")), said("b", "Robert J. Hale", "")], &[("robert-j-hale", 2)]);
}

#[test]
fn words_that_name_nobody_are_kept_under_their_words() {
    let rows = [
        typed(said("a", "police", ""), SpeakerType::Organization),
        typed(said("b", "Police", ""), SpeakerType::Organization),
        typed(said("c", "two officials", ""), SpeakerType::Group),
        described(said("d", "Ohio senator", "")),
    ];
    check(&rows, &[("unnamed:police", 2), ("unnamed:ohio-senator", 1), ("unnamed:two-officials", 1)]);
    assert!(collated(&rows, &[]).speakers.iter().all(|s| s.known_by == KnownBy::Words));
}

#[test]
fn odd_names_do_no_harm() {
    for name in ["", " ", "…", "“”", "Jr.", "Jr. III", "-", "1984", "🙂 🙂", "A", "’s", "de la", "(", "المدينة الكبيرة"]
    {
        let speakers = collated(&[said("a", name, "…"), typed(said("b", name, ""), SpeakerType::Organization)], &[]).speakers;
        assert_eq!(speakers.iter().map(|s| s.statements).sum::<u64>(), 2, "{name:?}");
    }
}

// Bodies.

#[test]
fn a_body_is_one_with_and_without_its_article() {
    check(&[body("a", "The Harlan Herald"), body("b", "Harlan Herald")], &[("harlan-herald", 2)]);
    check(&[body("a", "Quibble Pump Organisation"), body("b", "Quibble Pump Organization")], &[("quibble-pump-organization", 2)]);
}

#[test]
fn an_abbreviation_joins_the_body_that_a_document_says_it_is() {
    let mut explained = body("a", "Quibble Pump Office");
    explained.speaker.as_mut().expect("a speaker").text = Some("the QPO".into());
    check(&[explained.clone(), body("b", "QPO"), body("c", "Q.P.O.")], &[("quibble-pump-office", 3)]);
    check(&[body("a", "Quibble Pump Office"), body("b", "QPO")], &[("qpo", 1), ("quibble-pump-office", 1)]);
    check(&[body("a", "Quibble Pump Office (QPO)"), body("b", "QPO")], &[("quibble-pump-office", 2)]);
    // Two bodies with one abbreviation: neither.
    let mut other = body("d", "Quarry Permit Office");
    other.speaker.as_mut().expect("a speaker").text = Some("QPO".into());
    assert_eq!(keys(&[explained, other, body("b", "QPO")]).len(), 3);
}

#[test]
fn an_abbreviation_joins_the_body_that_a_row_names() {
    let mut row = body("a", "Quibble Pump Office");
    row.entities.push(EntityInRow { name: "Quibble Pump Office".into(), text: "QPO".into() });
    check(&[row, body("b", "QPO")], &[("quibble-pump-office", 2)]);
}

// Counts, dates, order.

#[test]
fn dates_places_and_counts_are_those_of_all_rows() {
    let dated =
        |d: &str, date: &str| Statement { date: Some(date.into()), ..about(said(d, "Irene Voss", ""), "OH", "toledo", false) };
    let speaker = only(&[dated("b", "2020-05-02"), dated("a", "2019-01-01"), dated("b", "May 1"), said("c", "Irene Voss", "")]);
    assert_eq!((speaker.first.as_deref(), speaker.last.as_deref()), (Some("2019-01-01"), Some("2020-05-02")));
    assert_eq!((speaker.documents, speaker.statements), (3, 4));
    assert_eq!(speaker.jurisdictions[0].2, 3);
}

#[test]
fn nothing_comes_of_nothing() {
    assert_eq!(collated(&[], &[]), Collated::default());
    assert_eq!(collated(&[Statement { document: "a".into(), ..Statement::default() }], &[]).speakers, []);
}

// The user's list.

fn listed(id: &str, name: &str, aliases: &[&str], role: &str, jurisdiction: &str) -> Listed {
    Listed {
        id: id.into(),
        name: name.into(),
        aliases: aliases.iter().map(|a| (*a).into()).collect(),
        role: role.into(),
        jurisdiction: jurisdiction.into(),
    }
}

#[test]
fn a_list_links_and_joins_what_it_gives_one_id() {
    let list = [listed("Q1", "Irene Voss", &["Voss", "I. K. Pell"], "", "")];
    let rows = [said("a", "Irene Voss", ""), said("b", "Voss", ""), said("c", "I.K. Pell", ""), said("d", "Otto Hale", "")];
    let found = collated(&rows, &list);
    assert_eq!(found.speakers.len(), 2);
    assert_eq!((found.speakers[0].people_id.as_deref(), found.speakers[0].statements), (Some("Q1"), 3));
    assert_eq!(found.speakers[1].people_id, None);
}

#[test]
fn a_list_with_one_name_twice_links_by_role_and_place_alone() {
    let list = [listed("Q1", "Otto Hale", &[], "mayor", "toledo"), listed("Q2", "Otto Hale", &[], "sheriff", "")];
    let rows =
        [about(said("a", "Otto Hale", ""), "OH", "toledo", false), said("b", "Otto Hale", "Sheriff"), said("c", "Otto Hale", "")];
    let found = collated(&rows, &list);
    let ids: Vec<Option<&str>> = found.of.iter().map(|&s| found.speakers[s as usize].people_id.as_deref()).collect();
    assert_eq!(ids, [Some("Q1"), Some("Q2"), None]);
    assert_eq!(found.ambiguous[0].ids, ["Q1", "Q2"]);
    let found = collated(&rows[1..], &list);
    let ids: Vec<Option<&str>> = found.of.iter().map(|&s| found.speakers[s as usize].people_id.as_deref()).collect();
    assert_eq!(ids, [Some("Q2"), None], "what is open is not linked because something else is");
    assert_eq!(found.ambiguous[0].statements, 1);
}

#[test]
fn a_list_does_not_link_who_holds_office_elsewhere() {
    let list = [listed("Q1", "Otto Hale", &["Hale"], "", "ocd-division/country:us/state:oh")];
    let mayor = |d, name, state, town| about(said(d, name, "Mayor"), state, town, true);
    let rows = [
        mayor("a", "Otto Hale", "OH", "toledo"),
        mayor("b", "Otto Hale", "KS", "wichita"),
        mayor("c", "Hale", "OH", "toledo"),
        mayor("d", "Hale", "KS", "topeka"),
    ];
    let found = collated(&rows, &list);
    let ids: Vec<Option<&str>> = found.of.iter().map(|&s| found.speakers[s as usize].people_id.as_deref()).collect();
    assert_eq!(ids, [Some("Q1"), None, Some("Q1"), None]);
}

// Quotations.

const LONG: &str = "We will dig a new well behind the old mill before the first snow falls on Harlan";

fn quoted(document: &str, name: &str, content: &str) -> Statement {
    let row =
        if name.is_empty() { Statement { document: document.into(), ..Statement::default() } } else { said(document, name, "") };
    Statement { content: content.into(), kind: "direct".into(), ..row }
}

fn groups(rows: &[Statement]) -> Vec<Group> {
    let mut all = Quotations::default();
    rows.iter().for_each(|row| all.add(row));
    quotations::collate(&Lexicon::english(), &Nicknames::english(), &all)
}

/// What each row of the only group leaves out, in the order of the rows.
fn cuts(rows: &[Statement]) -> Vec<&'static str> {
    let groups = groups(rows);
    assert_eq!(groups.len(), 1, "{groups:?}");
    let mut versions = groups[0].versions.clone();
    versions.sort_by_key(|v| v.row);
    versions.iter().map(|v| v.cut.name()).collect()
}

#[test]
fn a_quotation_is_found_whole_and_cut() {
    let rows = [
        quoted("a", "Irene Voss", LONG),
        quoted("b", "Irene Voss", "“we will dig a NEW well, behind the old mill”"),
        quoted("c", "Voss", "behind the old mill before the first snow falls on Harlan."),
        quoted("d", "", "a new well behind the old mill before the first snow"),
        quoted("e", "Irene Voss", "We will dig a new well … before the first snow falls on Harlan"),
        quoted("f", "Irene Voss", "We will dig a new well behind the old mill before the first snow falls on Harlan,"),
    ];
    assert_eq!(cuts(&rows), ["none", "end", "start", "both", "middle", "none"]);
    let group = &groups(&rows)[0];
    assert_eq!((group.documents, group.fullest), (6, 0));
    assert_eq!(group.versions[1].share, 10.0 / 17.0);
}

#[test]
fn one_word_for_another_is_no_cut() {
    assert_eq!(cuts(&[quoted("a", "", LONG), quoted("b", "", &LONG.replace("first", "second"))]), ["none", "none"]);
}

#[test]
fn one_document_makes_no_group() {
    assert_eq!(groups(&[quoted("a", "Irene Voss", LONG), quoted("a", "Irene Voss", LONG)]), []);
}

#[test]
fn speakers_who_cannot_be_one_keep_quotations_apart() {
    assert_eq!(groups(&[quoted("a", "Irene Voss", LONG), quoted("b", "Otto Hale", LONG)]), []);
    assert_eq!(groups(&[quoted("a", "Irene Voss", LONG), quoted("b", "Karl Voss", LONG)]), []);
    assert_eq!(groups(&[quoted("a", "Bob Hale", LONG), quoted("b", "Robert Hale", LONG)]).len(), 1);
    assert_eq!(groups(&[quoted("a", "Irene Voss", LONG), quoted("b", "", LONG)]).len(), 1);
    // Nobody joins two whom their names part.
    let rows =
        [quoted("a", "Irene Voss", LONG), quoted("b", "Otto Hale", LONG), quoted("c", "", LONG), quoted("d", "Voss", LONG)];
    let found = groups(&rows);
    assert!(found.iter().all(|g| !(g.versions.iter().any(|v| v.row == 0) && g.versions.iter().any(|v| v.row == 1))));
}

#[test]
fn a_short_quotation_needs_its_words_and_its_speaker() {
    let short = "The pump is dead";
    assert_eq!(groups(&[quoted("a", "Irene Voss", short), quoted("b", "Voss", "the pump is dead!")]).len(), 1);
    assert_eq!(groups(&[quoted("a", "Irene Voss", short), quoted("b", "", short)]), []);
    assert_eq!(groups(&[quoted("a", "", short), quoted("b", "", short)]), []);
    assert_eq!(groups(&[quoted("a", "Irene Voss", short), quoted("b", "Irene Voss", "The pump is dead and gone")]), []);
    assert_eq!(groups(&[quoted("a", "Irene Voss", "No."), quoted("b", "Irene Voss", "No.")]), [], "too common");
}

#[test]
fn a_few_words_of_the_papers_own_are_no_quotation() {
    let indirect = |d, content| Statement { kind: "indirect".into(), ..quoted(d, "Irene Voss", content) };
    assert_eq!(groups(&[indirect("a", "the pump was dead"), indirect("b", "the pump was dead")]), []);
    assert_eq!(groups(&[indirect("a", LONG), indirect("b", LONG)]).len(), 1);
}

#[test]
fn the_earliest_date_is_first_and_the_order_of_the_input_breaks_ties() {
    let dated = |d: &str, date: Option<&str>| Statement { date: date.map(str::to_owned), ..quoted(d, "Irene Voss", LONG) };
    let rows = [dated("a", None), dated("b", Some("2020-05-02")), dated("c", Some("2020-05-01")), dated("d", Some("2020-05-01"))];
    let order: Vec<usize> = groups(&rows)[0].versions.iter().map(|v| v.row).collect();
    assert_eq!(order, [2, 3, 1, 0]);
}

#[test]
fn odd_contents_do_no_harm() {
    for content in ["", "…", "🙂🙂🙂", "no no no no no no no no no no no no", "\u{200b}", "a b c d e f g"] {
        groups(&[quoted("a", "Irene Voss", content), quoted("b", "Irene Voss", content)]);
    }
    let long = "no ".repeat(20_000);
    let start = Instant::now();
    assert_eq!(groups(&[quoted("a", "", &long), quoted("b", "", &format!("{long} yes"))]).len(), 1);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_generation_is_no_surname_whatever_the_order() {
    let rows: Vec<Statement> =
        [("a", "Robert Hale Jr\u{b}", 3), ("a", "Robert Hale Jr[", 3), ("a", "Bob Hale", 0), ("b", "Bob  Jr\u{e000}", 0)]
            .into_iter()
            .map(|(document, name, cut)| Statement {
                content: LONG.split(' ').skip(cut * 2).collect::<Vec<_>>().join(" "),
                ..said(document, name, "")
            })
            .collect();
    let ids = |rows: &[Statement]| groups(rows).into_iter().map(|g| (g.id, g.documents, g.versions.len())).collect::<Vec<_>>();
    let reversed: Vec<Statement> = rows.iter().rev().cloned().collect();
    assert_eq!(ids(&reversed), ids(&rows));
}

// Size.

/// Rows in which phrases, names and places return as they do in news.
fn many(rows: usize) -> Vec<Statement> {
    let pick = |seed: usize, n: usize| (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % n;
    (0..rows)
        .map(|i| {
            let text = pick(i, rows / 2 + 1);
            let words: Vec<String> = (0..14).map(|k| format!("w{}", pick(text * 31 + k, 4000))).collect();
            let name =
                format!("{} Pell{}", ["Irene", "Bob", "Robert", "R.", "Otto K."][pick(i + 7, 5)], pick(i + 3, rows / 10 + 1));
            let content = format!("I think that we should all {}", words.join(" "));
            let row = quoted(&format!("d{}", i / 5), &name, &content);
            about(row, "OH", &format!("t{}", pick(i + 11, 500)), false)
        })
        .collect()
}

fn fastest(work: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..3).map(time).min().expect("three runs")
}

#[test]
fn time_is_linear_in_the_rows() {
    let (small, large) = (many(12_500), many(50_000));
    for (what, work) in [
        ("speakers", &(|rows: &[Statement]| _ = collated(rows, &[])) as &dyn Fn(&[Statement])),
        ("groups", &|rows| _ = groups(rows)),
    ] {
        let (n, four_n) = (fastest(|| work(&small)), fastest(|| work(&large)));
        println!("{what}: 12,500 rows {n:?}, 50,000 rows {four_n:?}");
        assert!(four_n <= 10 * n + Duration::from_millis(300), "{what}: 12,500 rows take {n:?}, 50,000 {four_n:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any rows: no panic, every statement counted once, keys unique, and in any order the same speakers and groups.
    #[test]
    fn any_rows_are_collated(
        rows in prop::collection::vec(("[a-c]", "(Irene|Bob|Robert|R.|Otto) ?(K. |B. )?(Voss|Hale)?( Jr.)?", "(mayor|Gov.|aide)?", 0..4usize), 0..24)
    ) {
        let rows: Vec<Statement> = rows
            .into_iter()
            .map(|(document, name, role, cut)| Statement {
                content: LONG.split(' ').skip(cut * 2).collect::<Vec<_>>().join(" "),
                ..said(&document, &name, &role)
            })
            .collect();
        let found = collated(&rows, &[]).speakers;
        prop_assert_eq!(found.iter().map(|s| s.statements).sum::<u64>(), rows.len() as u64);
        let mut keys: Vec<&str> = found.iter().map(|s| s.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), found.len());
        let reversed: Vec<Statement> = rows.iter().rev().cloned().collect();
        prop_assert_eq!(&collated(&reversed, &[]).speakers, &found);
        let ids = |rows: &[Statement]| groups(rows).into_iter().map(|g| (g.id, g.documents, g.versions.len())).collect::<Vec<_>>();
        prop_assert_eq!(ids(&reversed), ids(&rows));
    }
}
