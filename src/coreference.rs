//! Coreference: which mentions of a document stand for the same person or body.
//!
//! Names are clustered first, over the whole document, by the rules of `Linker`: the same name; a surname or a given name that
//! belongs to one fuller name; an acronym, defined in brackets or spelled by initials; the same entry of the gazetteer. Nominal
//! mentions in apposition join their name. Pronouns and free nominals ("the mayor") are resolved where they speak, by the
//! `speaker` stage.

use crate::gazetteer::{EntryId, EntryType, Gazetteer};
use crate::lexicon::{Classes, Gender};
use crate::mention::{Mention, MentionKind, MentionType, PARTICLES, is_suffix};
use crate::reading::Reading;
use crate::span::{Span, TokenSpan};
use crate::token::TokenKind;
use rustc_hash::FxHashMap;

/// A person or body of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The fullest name in the document.
    pub name: Span,
    /// What it is.
    pub sort: MentionType,
    /// The gender, where a title, role or given name states it.
    pub gender: Option<Gender>,
    /// The words that give the role; the longest of the document.
    pub role: Option<TokenSpan>,
    /// The mentions, as indices into the document's list, in text order.
    pub mentions: Vec<u32>,
    /// The entry of the gazetteer, if it knows the body.
    pub entry: Option<EntryId>,
}

/// The entities of a document, in the order of their first mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entities {
    /// All entities.
    pub list: Vec<Entity>,
    /// By mention: 1 + the index of its entity; 0 for none.
    by_mention: Vec<u32>,
}

impl Entities {
    /// The entity that a mention stands for.
    pub fn of(&self, mention: usize) -> Option<usize> {
        self.by_mention.get(mention).and_then(|&e| e.checked_sub(1)).map(|e| e as usize)
    }
}

/// Clusters the named mentions of a document and what stands in apposition to them.
pub fn resolve(reading: Reading<'_>, gazetteer: &Gazetteer, mentions: &[Mention]) -> Entities {
    let mut linker = Linker {
        reading,
        gazetteer,
        mentions,
        clusters: Vec::new(),
        by_mention: vec![0; mentions.len()],
        by_last: FxHashMap::default(),
        by_first: FxHashMap::default(),
        by_key: FxHashMap::default(),
        by_first_word: FxHashMap::default(),
        by_initials: FxHashMap::default(),
        by_entry: FxHashMap::default(),
    };
    linker.link();
    linker.finish()
}

/// The words of a name that tell it from others: no titles, initials, suffixes or articles.
struct Name {
    words: Vec<u64>,
    initials: Vec<char>,
}

fn is_particle(word: &str) -> bool {
    PARTICLES.iter().any(|p| word.eq_ignore_ascii_case(p))
}

struct Cluster {
    words: Vec<u64>,
    sort: MentionType,
    gender: Option<Gender>,
    /// Its mentions; those by full name first, in text order, then the others, in text order.
    mentions: Vec<u32>,
    /// How many of them are by full name.
    full: usize,
    entry: Option<EntryId>,
    first_initial: Option<char>,
    /// The heads of its roles.
    roles: Vec<u64>,
}

/// The last word of the role that stands with a mention.
fn role_head(reading: Reading<'_>, mention: &Mention) -> Option<u64> {
    mention.role.map(|role| reading.tokens[role.end as usize - 1].hash)
}

impl Cluster {
    fn note_role(&mut self, head: Option<u64>) {
        if let Some(head) = head.filter(|h| self.roles.len() < COMPARED && !self.roles.contains(h)) {
            self.roles.push(head);
        }
    }

    /// The last of its mentions before another, of those that are known so far.
    fn last_before(&self, mention: usize) -> Option<u32> {
        let (full, others) = self.mentions.split_at(self.full.min(self.mentions.len()));
        let full = full[..full.partition_point(|&m| (m as usize) < mention)].last().copied();
        full.max(others.last().copied())
    }
}

/// How many bearers of one surname, bodies that begin with one word, or roles of a person are compared.
const COMPARED: usize = 16;

struct Linker<'a> {
    reading: Reading<'a>,
    gazetteer: &'a Gazetteer,
    mentions: &'a [Mention],
    clusters: Vec<Cluster>,
    by_mention: Vec<u32>,
    /// Clusters of persons by surname, and by given name, in the order of their first full names.
    by_last: FxHashMap<u64, Vec<usize>>,
    by_first: FxHashMap<u64, Vec<usize>>,
    /// Clusters of bodies by their words.
    by_key: FxHashMap<Vec<u64>, usize>,
    /// Organisations by their first word.
    by_first_word: FxHashMap<u64, Vec<usize>>,
    /// Bodies of several words by their initials.
    by_initials: FxHashMap<String, usize>,
    by_entry: FxHashMap<EntryId, usize>,
}

impl Linker<'_> {
    fn link(&mut self) {
        let named: Vec<usize> = (0..self.mentions.len()).filter(|&i| self.mentions[i].kind == MentionKind::Named).collect();
        // Full names first, so that a surname in the headline finds the name in the text.
        let full: Vec<(usize, Name)> = named
            .iter()
            .map(|&i| (i, self.name(i)))
            .filter(|(i, name)| self.mentions[*i].sort == MentionType::Person && name.words.len() > 1)
            .collect();
        let mut longest_first: Vec<usize> = (0..full.len()).collect();
        longest_first.sort_by_key(|&f| (std::cmp::Reverse(full[f].1.words.len()), full[f].0));
        for f in longest_first {
            self.person(full[f].0, &full[f].1);
        }
        for cluster in &mut self.clusters {
            cluster.mentions.sort_unstable();
            cluster.full = cluster.mentions.len();
        }
        let clusters = &self.clusters;
        for bearers in self.by_last.values_mut().chain(self.by_first.values_mut()) {
            bearers.sort_by_key(|&c| clusters[c].mentions[0]);
        }
        for &i in &named {
            if self.by_mention[i] != 0 || self.mentions[i].sort == MentionType::Place {
                continue;
            }
            let name = self.name(i);
            match self.mentions[i].sort {
                _ if name.words.is_empty() => {}
                MentionType::Person => self.surname(i, &name),
                MentionType::Unknown if name.words.len() == 1 && self.is_part_of_name(&name) => self.surname(i, &name),
                _ => self.body(i, &name),
            }
        }
        for i in 0..self.mentions.len() {
            let entity = match self.mentions[i].apposition {
                Some(name) if self.by_mention[i] == 0 => self.by_mention[name as usize],
                _ => continue,
            };
            if entity != 0 {
                self.by_mention[i] = entity;
                self.clusters[entity as usize - 1].mentions.push(i as u32);
            }
        }
    }

    fn name(&self, mention: usize) -> Name {
        let range = self.mentions[mention].name.unwrap_or(self.mentions[mention].tokens);
        let mut words: Vec<u64> = Vec::with_capacity(range.len());
        let mut initials = Vec::new();
        let mut hyphen = false;
        let mut quoted = false;
        for at in range.range() {
            let token = &self.reading.tokens[at];
            let slice = token.span.of(self.reading.text);
            match token.kind {
                TokenKind::Initial => initials.extend(slice.chars().next()),
                TokenKind::Hyphen => {
                    hyphen = !words.is_empty() && !is_particle(self.reading.tokens[at - 1].span.of(self.reading.text))
                }
                // A nickname tells nobody apart.
                TokenKind::Mark(_) => quoted = !quoted,
                _ if quoted => {}
                TokenKind::Word | TokenKind::Abbreviation | TokenKind::Number => {
                    let suffix = is_suffix(slice);
                    // `al-Qassem` is `Qassem`, `De Kalala` is `de Kalala`.
                    if at + 1 < range.end as usize && is_particle(slice) {
                        continue;
                    }
                    if let (true, Some(last)) = (hyphen, words.last_mut()) {
                        // A double name is one word.
                        *last = last.rotate_left(7) ^ token.hash;
                    } else if !suffix && !token.classes.any(Classes::DETERMINER) {
                        words.push(token.hash);
                    }
                    hyphen = false;
                }
                _ => {}
            }
        }
        Name { words, initials }
    }

    fn join(&mut self, mention: usize, cluster: usize) {
        self.by_mention[mention] = cluster as u32 + 1;
        let found = &self.mentions[mention];
        let cluster = &mut self.clusters[cluster];
        cluster.mentions.push(mention as u32);
        cluster.gender = cluster.gender.or(found.gender);
        cluster.note_role(role_head(self.reading, found));
        if cluster.sort == MentionType::Unknown {
            cluster.sort = found.sort;
        }
    }

    fn new_cluster(&mut self, mention: usize, words: Vec<u64>, entry: Option<EntryId>) -> usize {
        let found = &self.mentions[mention];
        let range = found.name.unwrap_or(found.tokens);
        let role = role_head(self.reading, found);
        let first_initial = self.reading.text[self.reading.tokens[range.start as usize].span.range()].chars().next();
        self.clusters.push(Cluster {
            words,
            sort: found.sort,
            gender: found.gender,
            mentions: vec![mention as u32],
            full: 0,
            entry,
            first_initial,
            roles: role.into_iter().collect(),
        });
        self.by_mention[mention] = self.clusters.len() as u32;
        self.clusters.len() - 1
    }

    /// A person with two names or more.
    fn person(&mut self, mention: usize, name: &Name) {
        let last = name.words[name.words.len() - 1];
        let first = name.words[0];
        let same = self.by_last.get(&last).into_iter().flatten().rev().take(COMPARED).copied().find(|&c| {
            let words = &self.clusters[c].words;
            words[0] == first && (words.len() < 3 || name.words.len() < 3 || words[1] == name.words[1])
        });
        // `White Bear` of `Louis White Bear Jr.`
        let tail = || {
            self.by_last
                .get(&last)
                .into_iter()
                .flatten()
                .rev()
                .take(COMPARED)
                .copied()
                .find(|&c| self.clusters[c].words.len() > name.words.len() && self.clusters[c].words.ends_with(&name.words))
        };
        match same.or_else(tail) {
            Some(cluster) => self.join(mention, cluster),
            None => {
                let cluster = self.new_cluster(mention, name.words.clone(), None);
                self.by_last.entry(last).or_default().push(cluster);
                self.by_first.entry(first).or_default().push(cluster);
            }
        }
    }

    /// Whether a word is the surname or the given name of a person of the document.
    fn is_part_of_name(&self, name: &Name) -> bool {
        self.by_last.contains_key(&name.words[0]) || self.by_first.contains_key(&name.words[0])
    }

    /// A surname, a given name alone, or initials with a surname.
    fn surname(&mut self, mention: usize, name: &Name) {
        let last = name.words[name.words.len() - 1];
        let gender = self.mentions[mention].gender;
        let fits = |clusters: &[Cluster], c: usize| {
            let gender_fits = gender.is_none() || clusters[c].gender.is_none() || clusters[c].gender == gender;
            let initial_fits = name.initials.first().is_none_or(|&i| clusters[c].first_initial == Some(i));
            gender_fits && initial_fits
        };
        // Those named last before, and those named next.
        let fitting = |bearers: Option<&Vec<usize>>| -> Vec<usize> {
            let bearers = bearers.map_or(&[][..], Vec::as_slice);
            let here = bearers.partition_point(|&c| (self.clusters[c].mentions[0] as usize) < mention);
            let near = &bearers[here.saturating_sub(COMPARED)..bearers.len().min(here + COMPARED)];
            near.iter().copied().filter(|&c| fits(&self.clusters, c)).collect()
        };
        let mut bearers = fitting(self.by_last.get(&last));
        // `Sheriff Oakes` is the one of them who is sheriff.
        if let Some(head) = role_head(self.reading, &self.mentions[mention])
            && bearers.iter().any(|&c| self.clusters[c].roles.contains(&head))
        {
            bearers.retain(|&c| self.clusters[c].roles.contains(&head));
        }
        let before = |c: &usize| self.clusters[*c].last_before(mention);
        // The bearer mentioned last before; else the first one named later.
        let chosen =
            bearers.iter().copied().filter(|c| before(c).is_some()).max_by_key(before).or_else(|| bearers.first().copied());
        let chosen = chosen.or_else(|| {
            let by_first = fitting(self.by_first.get(&last));
            let named_before = by_first.iter().copied().filter(|c| before(c).is_some()).max_by_key(before);
            named_before.or_else(|| if by_first.len() == 1 { by_first.first().copied() } else { None })
        });
        match chosen {
            Some(cluster) => self.join(mention, cluster),
            None => {
                let cluster = self.new_cluster(mention, vec![last], None);
                self.by_last.entry(last).or_default().push(cluster);
            }
        }
    }

    /// An organisation, or a name of unknown kind.
    fn body(&mut self, mention: usize, name: &Name) {
        if let Some(&cluster) = self.by_key.get(&name.words) {
            return self.join(mention, cluster);
        }
        let entry = self.entry(mention);
        let known = entry.and_then(|e| self.by_entry.get(&e).copied());
        let cluster = known.or_else(|| self.by_acronym(mention)).or_else(|| self.by_short_form(name));
        let cluster = match cluster {
            Some(cluster) => {
                self.join(mention, cluster);
                cluster
            }
            None => self.new_cluster(mention, name.words.clone(), entry),
        };
        self.by_key.insert(name.words.clone(), cluster);
        self.by_first_word.entry(name.words[0]).or_default().push(cluster);
        if let Some(range) = self.mentions[mention].name.filter(|n| n.len() > 1) {
            self.by_initials.insert(self.initials(range), cluster);
        }
        if let Some(entry) = entry {
            self.by_entry.entry(entry).or_insert(cluster);
        }
    }

    /// The one agency or organisation that the gazetteer knows under the whole name.
    fn entry(&self, mention: usize) -> Option<EntryId> {
        let range = self.mentions[mention].name?;
        let matches = self.gazetteer.matches(self.reading.text, &self.reading.tokens[..range.end as usize], range.start as usize);
        let whole = matches.into_iter().find(|m| m.len == range.len())?;
        whole
            .candidates
            .iter()
            .map(|c| c.entry)
            .find(|&e| matches!(self.gazetteer.entry(e).sort(), EntryType::Agency | EntryType::Organization))
    }

    /// The body whose initials the name spells: `NAACP`, or the one right before it in brackets: `… Development (BUILD)`.
    fn by_acronym(&self, mention: usize) -> Option<usize> {
        let range = self.mentions[mention].name?;
        if range.len() != 1 {
            return None;
        }
        let acronym: String =
            self.reading.tokens[range.start as usize].span.of(self.reading.text).chars().filter(|c| c.is_uppercase()).collect();
        if acronym.chars().count() < 2 {
            return None;
        }
        // The name that ends before the bracket is among the last few mentions.
        let defined = range.start > 0 && self.reading.tokens[range.start as usize - 1].kind == TokenKind::Open;
        let named = |m: &usize| self.mentions[*m].kind == MentionKind::Named && self.mentions[*m].tokens.end == range.start - 1;
        let before = (mention.saturating_sub(6)..mention).rev().find(|m| defined && named(m));
        let definition = before.and_then(|m| (self.by_mention[m] as usize).checked_sub(1));
        definition.or_else(|| self.by_initials.get(&acronym).copied())
    }

    fn initials(&self, name: TokenSpan) -> String {
        self.reading.tokens[name.range()]
            .iter()
            .filter(|t| t.is_capitalised())
            .filter_map(|t| t.span.of(self.reading.text).chars().next())
            .collect()
    }

    /// `Acme` after `Acme Corp.`, `Open Society` after `Open Society Institute`.
    fn by_short_form(&self, name: &Name) -> Option<usize> {
        self.by_first_word.get(&name.words[0]).into_iter().flatten().rev().take(COMPARED).copied().find(|&c| {
            let cluster = &self.clusters[c];
            let longer = cluster.words.len() > name.words.len() && cluster.words.len() <= name.words.len() + 2;
            cluster.sort == MentionType::Organization && longer && cluster.words.starts_with(&name.words)
        })
    }

    fn finish(self) -> Entities {
        let mut order: Vec<usize> = (0..self.clusters.len()).collect();
        let first = |c: usize| self.clusters[c].mentions.iter().copied().min().unwrap_or(0);
        order.sort_by_key(|&c| first(c));
        let mut place = vec![0u32; self.clusters.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = new as u32 + 1;
        }
        let by_mention = self.by_mention.iter().map(|&c| if c == 0 { 0 } else { place[c as usize - 1] }).collect();
        let list = order.iter().map(|&c| self.entity(&self.clusters[c])).collect();
        Entities { list, by_mention }
    }

    fn entity(&self, cluster: &Cluster) -> Entity {
        let mut mentions = cluster.mentions.clone();
        mentions.sort_unstable();
        let named = mentions.iter().filter_map(|&m| self.mentions[m as usize].name);
        // The fullest name; of equals the first.
        let name = named
            .rev()
            .max_by_key(|n| (n.len(), self.reading.span(*n).len()))
            .unwrap_or(self.mentions[mentions[0] as usize].tokens);
        let gender = cluster.gender.or_else(|| {
            let several = name.len() > 1 && cluster.sort == MentionType::Person;
            several.then(|| self.reading.lexicon.given_name_gender(self.reading.tokens[name.start as usize].word)).flatten()
        });
        let role =
            mentions.iter().filter_map(|&m| self.mentions[m as usize].role).max_by_key(|r| (r.len(), std::cmp::Reverse(r.start)));
        Entity { name: self.reading.span(name), sort: cluster.sort, gender, role, mentions, entry: cluster.entry }
    }
}
