//! Quotations over documents: the same words in several articles, whole or cut.
//!
//! Rows with the same folded words are one text. Texts are read from the longest: one that an earlier text holds, or is nearly
//! equal to, joins that text's group, any other opens a group. Which groups are looked at is told by fingerprints (hashes of
//! four words that stand together, one in two of them), each of which leads to a bounded number of groups; the words themselves
//! decide. Speakers must be compatible, short texts must be equal and their speakers named alike.

use super::speakers::Form;
use super::{SpeakerInRow, Statement, Texts, by_date};
use crate::fold::fold_hash;
use crate::lexicon::{Lexicon, Nicknames};
use crate::speaker::SpeakerType;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Texts of fewer words are too common to be one statement.
const SHORTEST: usize = 3;
/// From so many words on, texts need not be equal, nor, if they are, a speaker be known.
const LONG: usize = 6;
/// From so many words on, a version need not be complete in the other, nor its speaker be named alike.
const SURE: usize = 10;
/// The words of a fingerprint.
const SHINGLE: usize = 4;
/// Of so many neighbouring shingles at least one is a fingerprint: texts with a run of `SHINGLE + WINDOW - 1` words in common share one.
const WINDOW: usize = 3;
/// The most groups that a fingerprint leads to.
const BUCKET: usize = 64;
/// How many groups, those with most fingerprints in common first, are compared with a text.
const COMPARED: usize = 16;
/// The share of a text that stands in another, in order, if it is cut from it.
const CONTAINED: f64 = 0.85;
/// The share of words that two versions of one text have in common.
const SIMILAR: f64 = 0.8;
/// The share of the fullest version below which a few words of the paper's own (an indirect report) are no version of it.
const PARAPHRASED: f64 = 0.5;
/// How often the same three words are looked for in one text.
const REPEATS: usize = 8;

/// What a row leaves out of the fullest version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing.
    None,
    /// Words at the start.
    Start,
    /// Words at the end.
    End,
    /// Words at start and end.
    Both,
    /// Words in the middle alone.
    Middle,
}

impl Cut {
    /// The word that the output uses.
    pub fn name(self) -> &'static str {
        match self {
            Cut::None => "none",
            Cut::Start => "start",
            Cut::End => "end",
            Cut::Both => "both",
            Cut::Middle => "middle",
        }
    }
}

/// A row of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Which of the rows, in the order in which they were given.
    pub row: usize,
    /// The share of the fullest version's words that it keeps.
    pub share: f64,
    /// What it leaves out.
    pub cut: Cut,
}

/// The same quotation in several documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Made of the words and the speaker, so that the same group has the same id in every run.
    pub id: String,
    /// The row with the fullest version.
    pub fullest: usize,
    /// The row with the fullest name of the speaker.
    pub speaker: Option<usize>,
    /// In how many documents.
    pub documents: usize,
    /// The rows, earliest first; the order of the input where dates do not tell.
    pub versions: Vec<Version>,
}

/// A row, as far as its words and speaker are compared.
struct Row {
    document: u32,
    id: Option<Box<str>>,
    content: Box<str>,
    words: Box<[u64]>,
    /// Quoted words, no paraphrase.
    quoted: bool,
    voice: Option<u32>,
    date: Option<u32>,
    source: Option<u32>,
    title: Option<u32>,
}

/// A row as it was given.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    /// The document.
    pub document: &'a str,
    /// The row's own id.
    pub id: Option<&'a str>,
    /// The reported words.
    pub content: &'a str,
    /// Who speaks: name and type.
    pub speaker: Option<(&'a str, SpeakerType)>,
    /// The document's date.
    pub date: Option<&'a str>,
    /// The outlet.
    pub source: Option<&'a str>,
    /// The headline.
    pub title: Option<&'a str>,
}

/// The quotations of all documents.
#[derive(Default)]
pub struct Quotations {
    /// What many rows share: documents, dates, outlets, headlines.
    texts: Texts,
    voices: Vec<SpeakerInRow>,
    voice_ids: HashMap<(String, SpeakerType, bool), u32>,
    rows: Vec<Row>,
}

impl Quotations {
    /// Takes a statement; its number is how many were taken before.
    pub fn add(&mut self, statement: &Statement) {
        let mut shared = |text: &Option<String>| text.as_deref().map(|text| self.texts.id(text));
        let (date, source, title) = (shared(&statement.date), shared(&statement.source), shared(&statement.title));
        let document = self.texts.id(&statement.document);
        let voice = statement.speaker.as_ref().map(|speaker| self.voice(speaker));
        let id = statement.id.as_deref().map(Box::from);
        let content: Box<str> = statement.content.as_str().into();
        let words = words(&content).into();
        let quoted = statement.kind != "indirect";
        self.rows.push(Row { document, id, content, words, quoted, voice, date, source, title });
    }

    /// The row with this number.
    pub fn row(&self, number: usize) -> RowView<'_> {
        let row = &self.rows[number];
        let shared = |text: Option<u32>| text.map(|text| self.texts.get(text));
        let voice = row.voice.map(|voice| &self.voices[voice as usize]);
        RowView {
            document: self.texts.get(row.document),
            id: row.id.as_deref(),
            content: &row.content,
            speaker: voice.map(|voice| (voice.name.as_str(), voice.sort)),
            date: shared(row.date),
            source: shared(row.source),
            title: shared(row.title),
        }
    }

    fn voice(&mut self, speaker: &SpeakerInRow) -> u32 {
        let next = self.voices.len() as u32;
        let key = (speaker.name.clone(), speaker.sort, speaker.rule == "description");
        let id = *self.voice_ids.entry(key).or_insert(next);
        if id == next {
            self.voices.push(SpeakerInRow { role: None, text: None, key: None, ..speaker.clone() });
        }
        id
    }
}

/// The folded words of a text; marks, brackets and apostrophes do not count.
fn words(content: &str) -> Vec<u64> {
    let mut words = Vec::new();
    for part in content.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '‘' | 'ʼ'))) {
        let bare: String = part.chars().filter(|c| c.is_alphanumeric()).collect();
        if !bare.is_empty() {
            words.push(fold_hash(&bare));
        }
    }
    words
}

/// Rows with the same words and speaker.
struct Text {
    rows: Vec<usize>,
    voice: Option<u32>,
    quoted: bool,
}

/// Whether the same words in another document can be the same statement: not if they are few and nobody is named, nor if they
/// are few and the paper's own.
fn is_telling(row: &Row, named: bool) -> bool {
    let least = match (row.quoted, named) {
        (true, true) => SHORTEST,
        (true, false) | (false, true) => LONG,
        (false, false) => SURE,
    };
    row.words.len() >= least
}

/// Texts that are versions of one.
struct Draft {
    /// The row whose words the others are compared with.
    fullest: usize,
    /// The first speaker with a name.
    voice: Option<u32>,
    versions: Vec<Version>,
}

/// The groups of at least two documents: those in most documents first, then with most rows, then by id.
pub fn collate(lexicon: &Lexicon, nicknames: &Nicknames, quotations: &Quotations) -> Vec<Group> {
    let forms = quotations.voices.iter().map(|voice| Form::of(lexicon, voice)).collect();
    let Quotations { texts, rows, .. } = quotations;
    let mut collation =
        Collation { nicknames, texts, rows, forms, drafts: Vec::new(), equal: HashMap::new(), index: Index::default() };
    for text in collation.texts() {
        collation.place(text);
    }
    collation.groups()
}

struct Collation<'a> {
    nicknames: &'a Nicknames,
    texts: &'a Texts,
    rows: &'a [Row],
    /// The speakers, told apart by their rows' names.
    forms: Vec<Form>,
    drafts: Vec<Draft>,
    /// The drafts that a text with these words opened.
    equal: HashMap<&'a [u64], Vec<u32>>,
    index: Index,
}

impl<'a> Collation<'a> {
    fn form(&self, voice: Option<u32>) -> Option<&Form> {
        voice.map(|voice| &self.forms[voice as usize]).filter(|form| form.is_named())
    }

    /// The texts, longest first, named speakers before unnamed ones: an order that the order of the rows does not change.
    fn texts(&self) -> Vec<Text> {
        let mut by_words: BTreeMap<_, Text> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            let form = self.form(row.voice);
            if !is_telling(row, form.is_some()) {
                continue;
            }
            // `Robert Hale Jr.` and a person called Jr have one key.
            let name = form.map(|f| (&f.key, f.name.surname, f.name.suffix.is_some()));
            let key = (Reverse(row.words.len()), &row.words[..], form.is_none(), name, !row.quoted);
            let new = Text { rows: Vec::new(), voice: form.and(row.voice), quoted: row.quoted };
            by_words.entry(key).or_insert(new).rows.push(at);
        }
        by_words.into_values().collect()
    }

    /// Puts a text into the group it is a version of, or opens one.
    fn place(&mut self, text: Text) {
        let words = &self.rows[text.rows[0]].words;
        let found = self.equal_draft(words, &text).or_else(|| self.near_draft(words, &text));
        let (draft, share, cut) = found.unwrap_or((self.drafts.len(), 1.0, Cut::None));
        if draft == self.drafts.len() {
            let fullest = text.rows.iter().copied().min_by(|&a, &b| self.rows[a].content.cmp(&self.rows[b].content));
            self.drafts.push(Draft { fullest: fullest.unwrap_or(text.rows[0]), voice: None, versions: Vec::new() });
            self.equal.entry(words).or_default().push(draft as u32);
            if words.len() >= LONG {
                self.index.add(draft as u32, words);
            }
        }
        let draft = &mut self.drafts[draft];
        draft.voice = draft.voice.or(text.voice);
        draft.versions.extend(text.rows.iter().map(|&row| Version { row, share, cut }));
    }

    /// A group whose fullest version has the same words.
    fn equal_draft(&self, words: &[u64], text: &Text) -> Option<(usize, f64, Cut)> {
        let drafts = self.equal.get(words)?;
        let fits = |&&draft: &&u32| {
            let other = self.drafts[draft as usize].voice;
            let long = words.len() >= if text.quoted { LONG } else { SURE };
            if long { self.is_compatible(text.voice, other) } else { self.shares_surname(text.voice, other) }
        };
        drafts.iter().take(BUCKET).find(fits).map(|&draft| (draft as usize, 1.0, Cut::None))
    }

    /// The group of whose fullest version the words are most.
    fn near_draft(&self, words: &[u64], text: &Text) -> Option<(usize, f64, Cut)> {
        if words.len() < LONG {
            return None;
        }
        let mut best: Option<(usize, f64, Cut)> = None;
        for draft in self.index.candidates(words) {
            let Draft { fullest, voice: other, .. } = self.drafts[draft as usize];
            let fits =
                if words.len() < SURE { self.shares_surname(text.voice, other) } else { self.is_compatible(text.voice, other) };
            if fits
                && let Some((share, cut)) = version(&self.rows[fullest].words, words)
                && (text.quoted || words.len() >= SURE || share >= PARAPHRASED)
                && best.is_none_or(|(_, s, _)| share > s)
            {
                best = Some((draft as usize, share, cut));
            }
        }
        best
    }

    fn is_compatible(&self, a: Option<u32>, b: Option<u32>) -> bool {
        match (self.form(a), self.form(b)) {
            (Some(a), Some(b)) => a.may_be(self.nicknames, b),
            _ => true,
        }
    }

    fn shares_surname(&self, a: Option<u32>, b: Option<u32>) -> bool {
        matches!((self.form(a), self.form(b)), (Some(a), Some(b)) if a.shares_surname(b) && a.may_be(self.nicknames, b))
    }

    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = self.drafts.iter().filter_map(|draft| self.group(draft)).collect();
        groups.sort_by(|a, b| {
            let rank = |g: &Group| (Reverse(g.documents), Reverse(g.versions.len()));
            rank(a).cmp(&rank(b)).then_with(|| a.id.cmp(&b.id))
        });
        let mut seen: HashMap<String, u32> = HashMap::new();
        for group in &mut groups {
            let times = seen.entry(group.id.clone()).or_default();
            *times += 1;
            if *times > 1 {
                group.id = format!("{}-{times}", group.id);
            }
        }
        groups
    }

    fn group(&self, draft: &Draft) -> Option<Group> {
        let documents: BTreeSet<u32> = draft.versions.iter().map(|v| self.rows[v.row].document).collect();
        if documents.len() < 2 {
            return None;
        }
        let mut versions = draft.versions.clone();
        let date = |v: &Version| self.rows[v.row].date.map(|date| self.texts.get(date));
        versions.sort_by(|a, b| by_date(date(a), date(b)).then(a.row.cmp(&b.row)));
        let key = self.form(draft.voice).map_or("", |form| &form.key);
        let hash = self.rows[draft.fullest].words.iter().fold(fold_hash(key), |hash, &word| mix(hash, word));
        Some(Group {
            id: format!("q{hash:016x}"),
            fullest: draft.fullest,
            speaker: self.fullest_name(&versions),
            documents: documents.len(),
            versions,
        })
    }

    /// The row whose speaker has the fullest name: a name before a description, then more words, then more rows.
    fn fullest_name(&self, versions: &[Version]) -> Option<usize> {
        let mut rows: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let voice = |row: usize| self.rows[row].voice.map(|voice| &self.forms[voice as usize]);
        for version in versions {
            if let Some(form) = voice(version.row) {
                rows.entry(&form.name.shown).or_insert((version.row, 0)).1 += 1;
            }
        }
        let rank = |(row, count): &(usize, usize)| {
            let form = voice(*row);
            let named = form.is_some_and(Form::is_named);
            (named, if named { form.map_or(0, |f| f.name.words.len()) } else { 0 }, *count)
        };
        // Of equal ones the first by its letters.
        rows.values().rev().max_by_key(|&entry| rank(entry)).map(|(row, _)| *row)
    }
}

/// Fingerprints and the groups whose fullest version has them.
#[derive(Default)]
struct Index {
    last: HashMap<u64, u32>,
    /// A group, and the link before.
    links: Vec<(u32, u32)>,
}

/// The end of a chain of links.
const END: u32 = u32::MAX;

impl Index {
    fn add(&mut self, draft: u32, words: &[u64]) {
        for print in fingerprints(words) {
            if self.groups(print).count() < BUCKET {
                let before = self.last.insert(print, self.links.len() as u32).unwrap_or(END);
                self.links.push((draft, before));
            }
        }
    }

    fn groups(&self, print: u64) -> impl Iterator<Item = u32> {
        let mut at = self.last.get(&print).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let &(group, before) = self.links.get(at as usize)?;
            at = before;
            Some(group)
        })
    }

    /// The groups with most fingerprints in common.
    fn candidates(&self, words: &[u64]) -> Vec<u32> {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for print in fingerprints(words) {
            self.groups(print).for_each(|group| *counts.entry(group).or_default() += 1);
        }
        let mut ranked: Vec<(u32, u32)> = counts.into_iter().collect();
        ranked.sort_unstable_by_key(|&(group, count)| (Reverse(count), group));
        ranked.into_iter().take(COMPARED).map(|(group, _)| group).collect()
    }
}

/// Of each [`WINDOW`] shingles in a row the one with the smallest hash, once.
fn fingerprints(words: &[u64]) -> BTreeSet<u64> {
    let shingles: Vec<u64> = words.windows(SHINGLE).map(|w| w.iter().fold(0, |hash, &word| mix(hash, word))).collect();
    let window = WINDOW.min(shingles.len().max(1));
    shingles.windows(window).filter_map(|w| w.iter().min().copied()).collect()
}

fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

/// A run of words that two texts have in common.
struct Run {
    full: usize,
    part: usize,
    length: usize,
}

/// How much of the fullest version some words keep and what they leave out; `None` if they are no version of it.
fn version(full: &[u64], part: &[u64]) -> Option<(f64, Cut)> {
    let runs = runs(full, part);
    let kept: usize = runs.iter().map(|run| run.length).sum();
    let contained = kept as f64 / part.len() as f64;
    let similar = 2.0 * kept as f64 / (full.len() + part.len()) as f64;
    let sure = part.len() >= SURE || kept == part.len() || kept >= SURE - 2;
    if !sure || kept < LONG || contained < CONTAINED && similar < SIMILAR {
        return None;
    }
    Some((kept as f64 / full.len() as f64, cut(full.len(), part.len(), &runs)))
}

/// What is left out: where the fullest version has more words than the other between what they share.
fn cut(full: usize, part: usize, runs: &[Run]) -> Cut {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Cut::None };
    let start = first.full > first.part;
    let end = full - (last.full + last.length) > part - (last.part + last.length);
    // A word for another is no cut, nor is one that was dropped.
    let middle = runs.windows(2).any(|w| {
        let gap = |from: usize, to: usize| to - (from + w[0].length);
        gap(w[0].full, w[1].full) > gap(w[0].part, w[1].part) + 1
    });
    match (start, end, middle) {
        (true, true, _) => Cut::Both,
        (true, ..) => Cut::Start,
        (_, true, _) => Cut::End,
        (_, _, true) => Cut::Middle,
        _ => Cut::None,
    }
}

/// Runs of three words and more that stand in both texts, in the order of both.
fn runs(full: &[u64], part: &[u64]) -> Vec<Run> {
    let mut places: HashMap<&[u64], Vec<usize>> = HashMap::new();
    for (at, words) in full.windows(3).enumerate() {
        let list = places.entry(words).or_default();
        if list.len() < REPEATS {
            list.push(at);
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    let (mut at, mut full_end, mut part_end) = (0, 0, 0);
    while at + 3 <= part.len() {
        let starts = places.get(&part[at..at + 3]).into_iter().flatten().copied().filter(|&start| start >= full_end);
        let length = |start: usize| full[start..].iter().zip(&part[at..]).take_while(|(a, b)| a == b).count();
        let best = starts.map(|start| (length(start), Reverse(start))).max();
        let Some((length, Reverse(start))) = best else {
            at += 1;
            continue;
        };
        let back = (1..=(start - full_end).min(at - part_end)).take_while(|&i| full[start - i] == part[at - i]).count();
        runs.push(Run { full: start - back, part: at - back, length: length + back });
        (full_end, part_end, at) = (start + length, at + length, at + length);
    }
    runs
}
