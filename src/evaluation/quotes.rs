//! Quotations: who is reported to have said which words.
//!
//! Contents are compared by their letters, so that marks, blanks and full stops at their ends never matter. A row stands for the
//! gold whose letters it shares best, if they share half of all that both have; it is right to the end if its speaker is, too. The
//! same rows are counted on five tracks:
//!
//! | track | gold | rows |
//! |---|---|---|
//! | direct | pieces of content inside quotation marks | pieces of all rows inside marks |
//! | direct and mixed | content with quoted words, whole | rows of these kinds |
//! | said | content with a reporting cue | all, but for those on other gold |
//! | indirect | content without quoted words | rows of this kind |
//! | all | all | all |
//!
//! What annotators set aside, and quotations that hold the cue of what they report, neither count nor harm.

use super::Seen;
use super::characters::{count_words, is_apostrophe, words};
use super::gold::{Bytes, Record, items, kind_named};
use super::mistake::{Mistake, speaker_and_rule};
use super::naming::{head, last_name};
use super::pairing::{Pair, half_alike, one_to_one};
use super::ranges::{Ranges, Ruler};
use super::regions::{quote_regions, segments};
use super::tally::{HEADING, Rules, Share, Tally};
use crate::attribution::Kind;
use crate::format::rows::content;
use crate::pipeline::Cues;
use crate::span::Span;
use crate::statement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What is right about a document.
#[derive(Clone, Debug)]
pub struct Gold {
    attributions: Vec<Attribution>,
    /// What annotators set aside.
    discard: Vec<Span>,
}

/// One attribution of the gold.
#[derive(Clone, Debug)]
struct Attribution {
    kind: Kind,
    content: Vec<Span>,
    source: Vec<Span>,
    /// The words of the source.
    source_text: String,
    /// The last names that the speaker may go by.
    names: Vec<String>,
    has_speaker: bool,
    /// Whether its cue reports something voiced.
    is_said: bool,
    /// Whether its cue stands inside the quotation that it reports.
    is_embedded: bool,
}

/// An attribution as files hold it.
#[derive(Deserialize)]
struct Line {
    kind: String,
    content: Vec<[usize; 2]>,
    source: Vec<[usize; 2]>,
    #[serde(default)]
    source_text: Option<String>,
    #[serde(default)]
    cue_class: Option<String>,
    #[serde(default)]
    embedded: Option<bool>,
    #[serde(default)]
    speaker_name: Option<String>,
    #[serde(default)]
    speaker_name_silver: Option<String>,
    #[serde(default)]
    silver_method: Option<String>,
}

impl Gold {
    pub(super) fn read(record: &Record, text: &str, bytes: &Bytes) -> Result<Gold, String> {
        let attributions = items(record, "attributions", |line: Line| {
            let source = bytes.spans(&line.source)?;
            let source_text = line.source_text.unwrap_or_else(|| content(text, &source).into_owned());
            // A nominal that coreference named is too uncertain to count.
            let silver = line.speaker_name_silver.filter(|_| line.silver_method.as_deref() != Some("coref-nominal"));
            let speaker = line.speaker_name.filter(|name| !name.is_empty());
            let names = [Some(head(&source_text)), silver.as_deref(), speaker.as_deref()];
            Ok(Attribution {
                kind: kind_named(&line.kind)?,
                content: bytes.spans(&line.content)?,
                names: names.into_iter().flatten().filter_map(last_name).collect(),
                has_speaker: !source.is_empty() || speaker.is_some(),
                source,
                source_text,
                is_said: line.cue_class.as_deref() != Some("other"),
                is_embedded: line.embedded.unwrap_or(false),
            })
        })?;
        let discard =
            if record.contains_key("discard") { items(record, "discard", |span| bytes.span(span))? } else { Vec::new() };
        Ok(Gold { attributions, discard })
    }
}

/// The figures of quotations.
#[derive(Debug, Default, Serialize)]
pub struct Scores {
    /// The documents.
    pub documents: usize,
    /// Those in which rows were found.
    pub documents_with_rows: usize,
    /// The rows.
    pub rows: usize,
    /// Pieces of content inside quotation marks.
    pub direct: Track,
    /// Content with quoted words.
    #[serde(rename = "direct+mixed")]
    pub direct_and_mixed: Track,
    /// Content with a reporting cue.
    pub said: Track,
    /// Content without quoted words.
    pub indirect: Track,
    /// All content.
    pub all: Track,
    /// How often gold of a kind was found as what kind, over all pairs: `direct->mixed`.
    pub kinds: BTreeMap<String, usize>,
    /// What became of each rule's rows: by the track of all content if thoughts are reported too, else by that of the said.
    pub rules: Rules,
}

/// The figures of one track.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Track {
    /// The same letters.
    pub exact: Tally,
    /// Half the letters of both.
    pub relaxed: Tally,
    /// Half the letters and the right speaker.
    pub end_to_end: Tally,
    /// The same letters and the right speaker.
    pub end_to_end_exact: Tally,
    /// Words inside of content, whoever says them; not on all tracks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Tally>,
    /// Of the pairs whose gold has a source: the source beside the cue is it.
    pub mention: Share,
    /// The name is its.
    pub name: Share,
    /// One of both.
    pub either: Share,
    /// The speaker was left open.
    pub left_open: usize,
    /// Of the pairs whose gold has no source: the speaker was left open.
    pub without_source: Share,
    /// Rows that neither count nor harm.
    pub ignored: usize,
}

/// A content or a piece of it, of the gold or of a row.
#[derive(Clone)]
struct Piece<'a, T> {
    letters: Ranges,
    span: Span,
    of: &'a T,
}

type GoldPiece<'a> = Piece<'a, Attribution>;
type RowPiece<'a> = Piece<'a, statement::Attribution>;

impl<'a, T> Piece<'a, T> {
    fn new(ruler: &Ruler, spans: &[Span], of: &'a T) -> Piece<'a, T> {
        let span = spans.iter().copied().reduce(Span::cover).unwrap_or_default();
        Piece { letters: ruler.ranges(spans.iter().copied()), span, of }
    }
}

/// Whether a speaker is right.
#[derive(Clone, Copy, Default)]
struct Verdict {
    by_mention: bool,
    by_name: bool,
    is_right: bool,
}

fn judge(ruler: &Ruler, gold: &Attribution, row: &statement::Attribution) -> Verdict {
    let Some(speaker) = &row.speaker else {
        return Verdict { is_right: !gold.has_speaker, ..Verdict::default() };
    };
    if !gold.has_speaker {
        return Verdict::default();
    }
    let right = ruler.ranges(gold.source.iter().copied());
    let by_mention = speaker.source.is_some_and(|source| {
        let found = ruler.ranges([source]);
        // A mention as long as a sentence proves nothing.
        found.shared(&right) > 0 && found.size() <= 3 * right.size() + 40
    });
    let by_name = last_name(&speaker.name).is_some_and(|name| gold.names.contains(&name));
    Verdict { by_mention, by_name, is_right: by_mention || by_name }
}

/// What mistakes of a track are called: made up, missed, wrong speaker.
type Names = [&'static str; 3];

impl Track {
    /// Counts a document; returns the pairs and which rows were dropped.
    fn take(
        &mut self,
        ruler: &Ruler,
        gold: &[GoldPiece<'_>],
        rows: &[RowPiece<'_>],
        ignore: &Ranges,
        log: Option<(Seen<'_>, Names, &mut Vec<Mistake>)>,
    ) -> Outcome {
        let pairs = pair(gold, rows);
        let mut outcome = Outcome { pairs: Vec::new(), dropped: vec![false; rows.len()] };
        let (mut gold_paired, mut row_paired) = (vec![false; gold.len()], vec![false; rows.len()]);
        for pair in &pairs {
            gold_paired[pair.gold] = true;
            row_paired[pair.found] = true;
        }
        for (j, row) in rows.iter().enumerate() {
            let aside = !ignore.is_empty() && 2 * row.letters.shared(ignore) >= row.letters.size();
            outcome.dropped[j] = aside && !row_paired[j];
        }
        let dropped = outcome.dropped.iter().filter(|&&dropped| dropped).count();
        let counted = Tally { right: 0, found: rows.len() - dropped, gold: gold.len() };
        self.ignored += dropped;
        let mut tallies = [counted; 4];
        for pair in pairs {
            let (wanted, row) = (&gold[pair.gold], &rows[pair.found]);
            let verdict = judge(ruler, wanted.of, row.of);
            let is_same = wanted.letters == row.letters;
            let right = [is_same, true, verdict.is_right, is_same && verdict.is_right];
            tallies.iter_mut().zip(right).for_each(|(tally, right)| tally.right += usize::from(right));
            if wanted.of.has_speaker {
                self.mention.count(verdict.by_mention);
                self.name.count(verdict.by_name);
                self.either.count(verdict.is_right);
                self.left_open += usize::from(row.of.speaker.is_none());
            } else {
                self.without_source.count(verdict.is_right);
            }
            outcome.pairs.push((pair, verdict.is_right));
        }
        let [exact, relaxed, end_to_end, end_to_end_exact] = tallies;
        self.exact += exact;
        self.relaxed += relaxed;
        self.end_to_end += end_to_end;
        self.end_to_end_exact += end_to_end_exact;
        if let Some((seen, [made_up, missed, wrong_speaker], mistakes)) = log {
            for (row, _) in rows.iter().zip(row_paired.iter().zip(&outcome.dropped)).filter(|(_, fate)| *fate == (&false, &false))
            {
                mistakes.push(Mistake::new(made_up, seen.document, row.span).by(row.of.rule));
            }
            for (piece, _) in gold.iter().zip(&gold_paired).filter(|(_, paired)| !**paired) {
                let mut mistake = Mistake::new(missed, seen.document, piece.span);
                mistake.gold = Some(piece.of.source_text.clone());
                mistakes.push(mistake);
            }
            for &(pair, is_right) in &outcome.pairs {
                let (wanted, row) = (&gold[pair.gold], &rows[pair.found]);
                if !is_right && wanted.of.has_speaker {
                    let mistake = Mistake::new(wrong_speaker, seen.document, row.span).by(row.of.rule);
                    mistakes.push(mistake.with(&wanted.of.source_text, speaker_and_rule(row.of.speaker.as_ref())));
                }
            }
        }
        outcome
    }

    /// Counts words inside of content, each by its first letter; but those that are set aside, given whether they are wanted.
    fn count_words(&mut self, words: &[u32], gold: &[GoldPiece<'_>], rows: &[RowPiece<'_>], aside: impl Fn(u32, bool) -> bool) {
        let wanted = Ranges::union(gold.iter().map(|piece| &piece.letters));
        let found = Ranges::union(rows.iter().map(|piece| &piece.letters));
        let tally = self.words.get_or_insert_default();
        for &word in words {
            let (is_wanted, is_found) = (wanted.has(word), found.has(word));
            if !aside(word, is_wanted) {
                tally.right += usize::from(is_wanted && is_found);
                tally.found += usize::from(is_found);
                tally.gold += usize::from(is_wanted);
            }
        }
    }
}

/// What a track made of a document's rows.
struct Outcome {
    /// The pairs, and whether the speaker is right.
    pairs: Vec<(Pair, bool)>,
    /// The rows that neither count nor harm.
    dropped: Vec<bool>,
}

/// Pairs of half the letters of both: the best first, then those that stand earlier.
fn pair(gold: &[GoldPiece<'_>], rows: &[RowPiece<'_>]) -> Vec<Pair> {
    let wanted: Vec<&Ranges> = gold.iter().map(|piece| &piece.letters).collect();
    let found: Vec<&Ranges> = rows.iter().map(|piece| &piece.letters).collect();
    let first = |set: &Ranges| f64::from(set.first().unwrap_or_default());
    one_to_one(half_alike(&wanted, &found, |pair| [first(wanted[pair.gold]), first(found[pair.found])]))
}

fn has_quoted_words(kind: Kind) -> bool {
    kind != Kind::Indirect
}

impl Scores {
    pub(super) fn take(&mut self, seen: Seen<'_>, gold: &Gold, mistakes: &mut Vec<Mistake>) {
        let text = seen.document.text.as_str();
        let ruler = Ruler::letters(text);
        let rows: Vec<RowPiece<'_>> =
            seen.annotation.attributions.iter().map(|row| Piece::new(&ruler, &row.parts, row)).collect();
        let wanted: Vec<GoldPiece<'_>> = gold.attributions.iter().map(|one| Piece::new(&ruler, &one.content, one)).collect();
        let wanted: Vec<GoldPiece<'_>> = wanted.into_iter().filter(|piece| !piece.letters.is_empty()).collect();
        let discard = ruler.ranges(gold.discard.iter().copied());
        self.documents += 1;
        self.documents_with_rows += usize::from(!rows.is_empty());
        self.rows += rows.len();

        let all_reports = seen.pipeline.options.cues == Cues::All;
        let names = ["all: not in the gold", "all: missed", "all: wrong speaker"];
        let log = all_reports.then_some((seen, names, &mut *mistakes));
        let all = self.all.take(&ruler, &wanted, &rows, &discard, log);
        for &(pair, _) in &all.pairs {
            let kinds = format!("{}->{}", wanted[pair.gold].of.kind.name(), rows[pair.found].of.kind.name());
            *self.kinds.entry(kinds).or_default() += 1;
        }

        let embedded = Ranges::union(wanted.iter().filter(|piece| piece.of.is_embedded).map(|piece| &piece.letters));
        let quoted = some(&wanted, |one| has_quoted_words(one.kind));
        let quoted_rows = some(&rows, |row| has_quoted_words(row.kind));
        self.direct_and_mixed.take(&ruler, &quoted, &quoted_rows, &Ranges::union([&discard, &embedded]), None);
        let unquoted = some(&wanted, |one| !has_quoted_words(one.kind));
        let unquoted_rows = some(&rows, |row| !has_quoted_words(row.kind));
        self.indirect.take(&ruler, &unquoted, &unquoted_rows, &discard, None);

        let (said, said_rows) = self.drop_unsaid(&wanted, &rows);
        let names = ["said: not in the gold", "said: missed", "said: wrong speaker"];
        let log = (!all_reports).then_some((seen, names, &mut *mistakes));
        let outcome = self.said.take(&ruler, &said, &said_rows, &discard, log);
        if all_reports {
            self.count_rules(&rows, &all);
        } else {
            self.count_rules(&said_rows, &outcome);
        }

        let direct = Direct::new(text, &ruler, &wanted, &rows, &discard);
        let names = ["direct: not in the gold", "direct: missed", "direct: wrong speaker"];
        self.direct.take(&ruler, &direct.wanted, &direct.rows, &direct.ignore, Some((seen, names, mistakes)));

        let starts: Vec<u32> = words(text, is_apostrophe).map(|word| ruler.at(word.start)).collect();
        self.all.count_words(&starts, &wanted, &rows, |word, _| discard.has(word));
        self.direct_and_mixed.count_words(&starts, &quoted, &quoted_rows, |word, _| discard.has(word));
        let aside = |word, is_wanted: bool| !is_wanted && direct.ignore.has(word);
        self.direct.count_words(&starts, &direct.wanted, &direct.rows, aside);
    }

    /// The gold with reporting cues, and the rows but for those that stand for other gold, which are neither right nor wrong.
    fn drop_unsaid<'a>(&mut self, wanted: &[GoldPiece<'a>], rows: &[RowPiece<'a>]) -> (Vec<GoldPiece<'a>>, Vec<RowPiece<'a>>) {
        let said = some(wanted, |one| one.is_said);
        let mut is_said = vec![false; rows.len()];
        pair(&said, rows).iter().for_each(|pair| is_said[pair.found] = true);
        let others: Vec<usize> = (0..rows.len()).filter(|&j| !is_said[j]).collect();
        let other_rows: Vec<RowPiece<'_>> = others.iter().map(|&j| rows[j].clone()).collect();
        let mut is_other = vec![false; rows.len()];
        pair(&some(wanted, |one| !one.is_said), &other_rows).iter().for_each(|pair| is_other[others[pair.found]] = true);
        let kept: Vec<RowPiece<'a>> =
            rows.iter().zip(&is_other).filter(|(_, other)| !**other).map(|(row, _)| row.clone()).collect();
        self.said.ignored += rows.len() - kept.len();
        (said, kept)
    }

    fn count_rules(&mut self, rows: &[RowPiece<'_>], outcome: &Outcome) {
        let mut fates = vec![(false, false); rows.len()];
        for &(pair, is_right) in &outcome.pairs {
            fates[pair.found] = (true, is_right);
        }
        for (j, row) in rows.iter().enumerate().filter(|(j, _)| !outcome.dropped[*j]) {
            self.rules.count(row.of.rule, fates[j].0, fates[j].1);
        }
    }
}

fn some<'a, T: Clone>(pieces: &[Piece<'a, T>], counts: impl Fn(&T) -> bool) -> Vec<Piece<'a, T>> {
    pieces.iter().filter(|piece| counts(piece.of)).cloned().collect()
}

/// The pieces of the direct track.
struct Direct<'a> {
    wanted: Vec<GoldPiece<'a>>,
    rows: Vec<RowPiece<'a>>,
    ignore: Ranges,
}

impl<'a> Direct<'a> {
    fn new(text: &str, ruler: &Ruler, wanted: &[GoldPiece<'a>], rows: &[RowPiece<'a>], discard: &Ranges) -> Direct<'a> {
        let regions = quote_regions(text);
        let insides: Vec<Ranges> = regions.iter().map(|&region| ruler.ranges([region])).collect();
        let mut direct = Direct { wanted: Vec::new(), rows: Vec::new(), ignore: Ranges::default() };
        let mut ignore = vec![discard];
        for piece in wanted {
            if piece.of.is_embedded {
                // All that is quoted with it.
                ignore.extend(insides.iter().filter(|inside| inside.shared(&piece.letters) > 0));
            } else {
                let pieces = segments(text, &piece.of.content, &regions);
                direct.wanted.extend(pieces.iter().map(|&segment| Piece::new(ruler, &[segment], piece.of)));
            }
        }
        direct.ignore = Ranges::union(ignore);
        for row in rows {
            for &part in &row.of.parts {
                let pieces = segments(text, &[part], &regions);
                direct.rows.extend(pieces.iter().map(|&segment| Piece::new(ruler, &[segment], row.of)));
                // What claims to be quoted and is not counts as it stands.
                if pieces.is_empty() && has_quoted_words(row.of.kind) && count_words(part.of(text)) > 0 {
                    direct.rows.push(Piece::new(ruler, &[part], row.of));
                }
            }
        }
        direct
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "quotes: {} documents ({} with rows), {} rows", self.documents, self.documents_with_rows, self.rows)?;
        let tracks = [
            ("direct", &self.direct),
            ("direct+mixed", &self.direct_and_mixed),
            ("said", &self.said),
            ("indirect", &self.indirect),
            ("all", &self.all),
        ];
        for (name, track) in tracks {
            writeln!(f, "  {name:18}{HEADING}")?;
            let lines = [
                ("exact", Some(track.exact)),
                ("relaxed", Some(track.relaxed)),
                ("end to end", Some(track.end_to_end)),
                ("end to end, exact", Some(track.end_to_end_exact)),
                ("words", track.words),
            ];
            for (name, tally) in lines {
                if let Some(tally) = tally {
                    writeln!(f, "    {name:17}{tally}")?;
                }
            }
            let [mention, name, either] = [track.mention, track.name, track.either].map(Share::percent);
            let Track { left_open, without_source, ignored, .. } = track;
            write!(f, "    speakers         mention {mention:.1}, name {name:.1}, either {either:.1} of {}; ", track.either.of)?;
            write!(f, "{left_open} left open; without source {}, right {}; ", without_source.of, without_source.right)?;
            writeln!(f, "ignored {ignored}")?;
        }
        let kinds: Vec<String> = self.kinds.iter().map(|(kinds, count)| format!("{kinds} {count}")).collect();
        writeln!(f, "  kinds in gold and rows: {}", kinds.join(", "))?;
        self.rules.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::pipeline::{Annotation, Options, Pipeline};
    use crate::speaker::{Speaker, SpeakerType};
    use serde_json::{Value, json};

    const TEXT: &str =
        "“We sail,” Ana Ruiz said. “Now.”\n\nOde said the boat was “a wreck” at best.\n\nHe hoped it would float.\n";

    /// Where some words stand, in code points.
    fn at(words: &str) -> [usize; 2] {
        let start = TEXT[..TEXT.find(words).expect("words of the text")].chars().count();
        [start, start + words.chars().count()]
    }

    fn attribution(kind: &str, source: &str, content: &[&str], cue_class: &str) -> Value {
        let content: Vec<[usize; 2]> = content.iter().map(|words| at(words)).collect();
        json!({"kind": kind, "source": [at(source)], "cue": [], "content": content, "cue_class": cue_class})
    }

    fn gold() -> Vec<Value> {
        vec![
            attribution("direct", "Ana Ruiz", &["“We sail,”", "“Now.”"], "speech"),
            attribution("mixed", "Ode", &["the boat was “a wreck” at best."], "speech"),
            attribution("indirect", "He", &["it would float"], "other"),
        ]
    }

    fn called(name: &str, source: Option<Span>) -> Speaker {
        let (sort, rule) = (SpeakerType::Unknown, "by-hand");
        Speaker { source, rule, ..Speaker::new(name.into(), sort) }
    }

    fn row(kind: Kind, speaker: Option<&str>, parts: &[&str]) -> statement::Attribution {
        let span = |words: &str| TEXT.find(words).map(|start| Span::new(start, start + words.len())).expect("words of the text");
        let parts: Vec<Span> = parts.iter().map(|words| span(words)).collect();
        statement::Attribution {
            number: 0,
            kind,
            span: parts.iter().copied().reduce(Span::cover).unwrap_or_default(),
            parts,
            cue: None,
            speaker: speaker.map(|name| called(name, None)),
            jurisdictions: Vec::new(),
            entities: Vec::new(),
            sentence: 0,
            paragraph: 0,
            confidence: 1.0,
            rule: "by-hand",
        }
    }

    fn rows() -> Vec<statement::Attribution> {
        vec![
            row(Kind::Direct, Some("Ana Ruiz"), &["We sail,", "Now."]),
            row(Kind::Mixed, Some("Bo Ode"), &["the boat was “a wreck” at best"]),
            row(Kind::Indirect, None, &["it would float"]),
        ]
    }

    fn scored(attributions: Vec<Value>, discard: &[&str], rows: Vec<statement::Attribution>) -> (Scores, Vec<Mistake>) {
        let discard: Vec<[usize; 2]> = discard.iter().map(|words| at(words)).collect();
        let Value::Object(record) = json!({"attributions": attributions, "discard": discard}) else { panic!("an object") };
        let gold = Gold::read(&record, TEXT, &Bytes::new(TEXT)).expect("gold");
        let pipeline = Pipeline::new(Options::default());
        let document = Document::new("a", TEXT);
        let annotation = Annotation { attributions: rows, ..Annotation::default() };
        let (mut scores, mut mistakes) = (Scores::default(), Vec::new());
        scores.take(Seen { pipeline: &pipeline, document: &document, annotation: &annotation }, &gold, &mut mistakes);
        (scores, mistakes)
    }

    fn counts(tally: Tally) -> (usize, usize, usize) {
        (tally.right, tally.found, tally.gold)
    }

    #[test]
    fn marks_and_full_stops_at_the_ends_do_not_matter() {
        let (scores, mistakes) = scored(gold(), &[], rows());
        assert_eq!(counts(scores.all.exact), (3, 3, 3));
        assert_eq!(counts(scores.direct.exact), (3, 3, 3));
        assert_eq!(counts(scores.direct_and_mixed.end_to_end), (2, 2, 2));
        // Nobody speaks the third, and the gold knows who.
        assert_eq!((counts(scores.all.end_to_end), scores.all.left_open), ((2, 3, 3), 1));
        assert!(mistakes.is_empty(), "{mistakes:?}");
    }

    #[test]
    fn rows_on_unvoiced_gold_are_neither_right_nor_wrong() {
        let (scores, _) = scored(gold(), &[], rows());
        assert_eq!((counts(scores.said.relaxed), scores.said.ignored), ((2, 2, 2), 1));
        assert_eq!(scores.rules.made["by-hand"].found, 2);
    }

    #[test]
    fn half_the_letters_are_enough_for_a_pair_and_less_are_not() {
        let (scores, mistakes) = scored(gold(), &[], vec![row(Kind::Mixed, Some("Ode"), &["was “a wreck” at best"])]);
        assert_eq!((counts(scores.all.exact), counts(scores.all.relaxed)), ((0, 1, 3), (1, 1, 3)));
        assert_eq!(mistakes.iter().filter(|m| m.what == "said: missed").count(), 1);
        let (scores, mistakes) = scored(gold(), &[], vec![row(Kind::Mixed, Some("Ode"), &["the boat"])]);
        assert_eq!(counts(scores.all.relaxed), (0, 1, 3));
        assert!(mistakes.iter().any(|m| m.what == "said: not in the gold" && m.rule == Some("by-hand")));
    }

    #[test]
    fn what_is_set_aside_does_no_harm() {
        let few = gold().split_off(1);
        let (scores, _) = scored(few.clone(), &[], rows());
        assert_eq!(counts(scores.direct.relaxed), (1, 3, 1));
        let (scores, _) = scored(few, &["“We sail,”", "“Now.”"], rows());
        assert_eq!((counts(scores.direct.relaxed), scores.direct.ignored), ((1, 1, 1), 2));
        let mut embedded = gold();
        embedded[0]["embedded"] = json!(true);
        let (scores, _) = scored(embedded, &[], rows());
        assert_eq!((counts(scores.direct.relaxed), scores.direct.ignored), ((1, 1, 1), 2));
    }

    #[test]
    fn a_source_as_long_as_a_sentence_is_no_mention() {
        let mut rows = rows();
        rows[0].speaker = Some(called("crew", Some(Span::new(0, TEXT.len()))));
        let (scores, mistakes) = scored(gold(), &[], rows.clone());
        assert_eq!(counts(scores.direct.end_to_end), (1, 3, 3));
        assert!(mistakes.iter().any(|m| m.what == "direct: wrong speaker" && m.gold.as_deref() == Some("Ana Ruiz")));
        let start = TEXT.find("Ruiz").expect("a name");
        rows[0].speaker = Some(called("crew", Some(Span::new(start, start + 4))));
        assert_eq!(counts(scored(gold(), &[], rows).0.direct.end_to_end), (3, 3, 3));
    }
}
