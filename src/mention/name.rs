//! Named mentions: runs of capitalised words, what each names, and the place names inside.

use super::{
    Mention, MentionKind, MentionType, Mentions, PlaceContext, PlaceName, Reader, Style, adjoin, is_large, is_listed_county,
    is_suffix, names_organization, names_party, names_place, only_places,
};
use crate::gazetteer::{Candidate, EntryType, Gazetteer, Match, NameKind};
use crate::lexicon::{Classes, Gender, Governs, Number, PlaceLevel};
use crate::span::TokenSpan;
use crate::token::{Case, Gap, TokenKind};

/// Words inside names of persons and places that need no capital.
pub const PARTICLES: [&str; 26] = [
    "de", "la", "le", "del", "della", "di", "da", "dos", "das", "do", "du", "van", "von", "der", "den", "ter", "ten", "bin",
    "ibn", "bint", "al", "el", "ul", "zu", "af", "y",
];

/// Directions before the name of a town of which a part is meant.
const DIRECTIONS: [&str; 8] = ["North", "South", "East", "West", "Northeast", "Northwest", "Southeast", "Southwest"];

/// How many times as large a town has to be as one whose name is longer, to have the body that follows.
const MUCH_LARGER: u32 = 10;

/// What follows a hyphen and is no part of a name: `London-based`.
const HYPHEN_TAILS: [&str; 18] = [
    "based", "area", "led", "born", "era", "like", "wide", "run", "owned", "backed", "style", "bound", "only", "related",
    "trained", "made", "raised", "elect",
];

impl Reader<'_> {
    /// Finds the named mentions and the place names of the sentence.
    pub(super) fn named(&self, found: &mut Mentions) {
        let mut at = self.start;
        while at < self.end {
            if !self.starts_name(at) {
                at += 1;
                continue;
            }
            let run = self.run_from(at);
            self.read_run(run, found);
            at = run.end as usize;
        }
    }

    /// Whether a name may start here.
    fn starts_name(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        if !token.is_capitalised() || names_party(self.tokens, self.text, at) {
            return false;
        }
        let classes = self.classes(at);
        let function = classes.any(
            Classes::DETERMINER
                .or(Classes::PREPOSITION)
                .or(Classes::CONJUNCTION)
                .or(Classes::SUBORDINATOR)
                .or(Classes::AUXILIARY)
                .or(Classes::MODAL)
                .or(Classes::PRONOUN)
                .or(Classes::POSSESSIVE)
                .or(Classes::WH)
                .or(Classes::QUANTIFIER)
                .or(Classes::NEGATION),
        );
        let listed = || self.lexicon.organizations().longest(&self.tokens[..self.end], at).is_some_and(|(_, n)| n > 1);
        let several = || self.longest(at, self.end).is_some_and(|m| m.len > 1) && self.next_is_capital(at) || listed();
        let other = function || classes.any(Classes::TIME.or(Classes::NUMBER));
        if other && self.style == Style::Prose && !classes.any(Classes::DETERMINER) && several() {
            // `Little Rock`, `Fall River`, `Thousand Oaks`, `Times of India`
            return true;
        }
        if token.case == Case::Upper && token.span.len() <= 4 && self.style == Style::Prose {
            // `US`, `IT`: capitals tell them from `us` and `it`.
            return !function || Gazetteer::may_start(token) && self.known_name(at);
        }
        if function && !(classes.any(Classes::GIVEN_NAME) && !self.at_start(at) && self.next_is_name(at)) {
            return false;
        }
        if classes.any(Classes::TIME.or(Classes::NUMBER).or(Classes::INTERJECTION)) && !classes.any(Classes::GIVEN_NAME) {
            return false;
        }
        if classes.any(Classes::TIME) && !self.next_is_name(at) {
            // `April said`; not `in April`.
            return at + 1 < self.end
                && self.is(at + 1, Classes::CUE)
                && !(at > self.start && self.is(at - 1, Classes::PREPOSITION));
        }
        match self.style {
            Style::Prose => !self.at_start(at) || self.names_at_start(at),
            Style::Headline => self.names_in_headline(at),
            // Without the help of capitals, names that the gazetteer or the lists know well.
            Style::Capitals => !classes.any(Classes::COMMON),
        }
    }

    fn next_is_capital(&self, at: usize) -> bool {
        at + 1 < self.end && adjoin(&self.tokens[at + 1]) && self.tokens[at + 1].is_capitalised()
    }

    fn next_is_name(&self, at: usize) -> bool {
        self.next_is_capital(at) && !self.is(at + 1, Classes::COMMON)
    }

    /// Whether the first word of a sentence is (part of) a name rather than a word with its sentence's capital.
    fn names_at_start(&self, at: usize) -> bool {
        let classes = self.classes(at);
        if !classes.any(Classes::COMMON) || self.tokens[at].case != Case::Capital {
            return true;
        }
        let next_capital = self.next_is_capital(at) && !self.is(at + 1, Classes::PRONOUN);
        if next_capital && self.is_word(at, "acting") && self.is(at + 1, Classes::ROLE) && self.next_is_name(at + 1) {
            // `Acting Director Otto Hale`
            return true;
        }
        if classes.any(Classes::ADVERB.or(Classes::OPENER).or(Classes::VERB))
            && !classes.any(Classes::ROLE.or(Classes::GIVEN_NAME).or(Classes::VERB_NOUN))
        {
            return false;
        }
        if next_capital {
            // `Police Commissioner Davis`, `Mark Smith`, `Reading Borough`; not `Attorneys Smith`.
            return classes.any(
                Classes::ROLE.or(Classes::GIVEN_NAME).or(Classes::HONORIFIC).or(Classes::SURNAME).or(Classes::ORGANIZATION_FIRST),
            ) || self.known_name(at)
                || self.is(at + 1, Classes::ORGANIZATION_LAST.or(Classes::PLACE_TYPE_AFTER).or(Classes::ROLE))
                || !self.is(at + 1, Classes::COMMON) && !self.known_name(at + 1);
        }
        // `Mark said`, `Jordan said`, `Hale, who said`.
        let relative = self.is_kind(at + 1, TokenKind::Comma) && at + 2 < self.end && self.is_word(at + 2, "who");
        classes.any(Classes::GIVEN_NAME.or(Classes::SURNAME))
            && at + 1 < self.end
            && (self.is(at + 1, Classes::CUE.or(Classes::AUXILIARY)) || self.kind(at + 1) == Some(TokenKind::Clitic) || relative)
            || self.known_name(at) && !classes.any(Classes::VERB)
    }

    /// Whether the gazetteer knows a name that starts here.
    fn known_name(&self, at: usize) -> bool {
        self.longest(at, self.end).is_some()
    }

    fn names_in_headline(&self, at: usize) -> bool {
        let classes = self.classes(at);
        if !classes.any(Classes::COMMON) {
            return true;
        }
        if classes.any(Classes::VERB.or(Classes::ADVERB)) && !classes.any(Classes::VERB_NOUN) {
            return false;
        }
        classes.any(Classes::GIVEN_NAME) && self.next_is_name(at)
            || self.known_name(at)
            || classes.any(Classes::ROLE) && self.next_is_name(at)
    }

    /// The run of words that belong together from a name's first word.
    fn run_from(&self, start: usize) -> TokenSpan {
        let mut end = start + 1;
        // The whole of the longest name that the gazetteer or the lists know.
        let known = self.longest(start, self.end).map_or(0, |m| m.len);
        let listed = self.lexicon.organizations().longest(&self.tokens[..self.end], start).map_or(0, |(_, n)| n);
        end = end.max(start + known.max(listed)).min(self.end);
        loop {
            let next = self.join(start, end);
            if next <= end {
                break;
            }
            end = next;
            let known = self.longest(end - 1, self.end).map_or(0, |m| m.len);
            if known > 1 {
                end = (end - 1 + known).min(self.end);
            }
        }
        TokenSpan::new(start, end)
    }

    /// If the run `start..end` goes on: its new end.
    fn join(&self, start: usize, end: usize) -> usize {
        if end >= self.end || !adjoin(&self.tokens[end]) {
            return end;
        }
        let token = &self.tokens[end];
        let next_capital = |i: usize| {
            i < self.end && adjoin(&self.tokens[i]) && self.tokens[i].is_capitalised() && !self.is(i, Classes::PRONOUN)
        };
        if token.is_capitalised() {
            let classes = self.classes(end);
            if self.tokens[end - 1].kind == TokenKind::Abbreviation && self.ends_name(end - 1, end) {
                return end;
            }
            if self.tokens[end - 1].kind == TokenKind::Initial && !self.at_start(end - 1) {
                return end + 1;
            }
            if classes.any(Classes::TIME) && !classes.any(Classes::GIVEN_NAME.or(Classes::SURNAME))
                || classes.any(Classes::PRONOUN.or(Classes::AUXILIARY)) && token.case != Case::Upper
            {
                return end;
            }
            if self.style == Style::Headline && classes.any(Classes::COMMON) {
                let belongs =
                    classes.any(Classes::ORGANIZATION_LAST.or(Classes::PLACE_TYPE_AFTER).or(Classes::ROLE).or(Classes::SURNAME));
                let verb = classes.any(
                    Classes::VERB.or(Classes::PREPOSITION).or(Classes::ADVERB).or(Classes::DETERMINER).or(Classes::CONJUNCTION),
                );
                return if belongs && !verb { end + 1 } else { end };
            }
            return end + 1;
        }
        match token.kind {
            TokenKind::Hyphen if token.gap == Gap::None && end + 1 < self.end && self.tokens[end + 1].gap == Gap::None => {
                let tail = &self.tokens[end + 1];
                let name_tail = tail.is_capitalised()
                    || tail.case == Case::Lower
                        && tail.span.len() <= 6
                        && end > start + 1
                        && !HYPHEN_TAILS.contains(&self.word(end + 1))
                        && !self.is(end + 1, Classes::PREPOSITION);
                if name_tail { end + 2 } else { end }
            }
            // `Walter “Bud” Tervola`
            TokenKind::Mark(_) => self.nickname_end(end).filter(|&e| next_capital(e)).map_or(end, |e| e + 1),
            // `AT&T`, `Johnson & Johnson`
            TokenKind::Symbol if matches!(self.word(end), "&" | "&amp;") && next_capital(end + 1) => end + 2,
            TokenKind::Clitic if self.word(end).ends_with('s') && next_capital(end + 1) => {
                let saint = end >= start + 2 && self.is_saint(end - 2);
                let institution = (end + 1..(end + 4).min(self.end)).take_while(|&i| self.tokens[i].is_capitalised()).any(|i| {
                    self.is(i, Classes::ORGANIZATION_FIRST.or(Classes::ORGANIZATION_LAST).or(Classes::PLACE_TYPE_AFTER))
                });
                // `Franklin County Sheriff's Office`
                let noun = self.is(end - 1, Classes::COMMON) && (!self.known_name(start) || self.is(end - 1, Classes::ROLE));
                if saint || institution && noun { end + 2 } else { end }
            }
            TokenKind::Word => {
                let word = self.word(end);
                if PARTICLES.contains(&word) && !self.is(end - 1, Classes::ORGANIZATION_LAST) {
                    let mut i = end + 1;
                    while i < self.end && PARTICLES.contains(&self.word(i)) {
                        i += 1;
                    }
                    let hyphen = self.is_kind(i, TokenKind::Hyphen);
                    return if next_capital(i + usize::from(hyphen)) { i + usize::from(hyphen) + 1 } else { end };
                }
                let opens = self
                    .is(start, Classes::ORGANIZATION_FIRST.or(Classes::PLACE_TYPE_BEFORE).or(Classes::FEATURE_BEFORE))
                    || self
                        .is(end - 1, Classes::ORGANIZATION_FIRST.or(Classes::ORGANIZATION_LAST).or(Classes::PLACE_TYPE_BEFORE));
                // `Bank of Cleveland`; not `Family Policy Council | of Ohio`
                let role = if end - start == 1 { self.is_role(end - 1) } else { self.is(end - 1, Classes::ROLE) };
                let titled = role || self.is(end - 1, Classes::HONORIFIC);
                match word {
                    "of" | "for" if opens && !titled => {
                        let the = end + 2 < self.end && self.is_word(end + 1, "the");
                        if next_capital(end + 1 + usize::from(the)) { end + 2 + usize::from(the) } else { end }
                    }
                    "and"
                        if self.has_of(start, end)
                            && next_capital(end + 1)
                            && !self.is(end + 1, Classes::ROLE.or(Classes::HONORIFIC).or(Classes::GIVEN_NAME))
                            && !self.longest(end + 1, self.end).is_some_and(|m| self.names_government(m)) =>
                    {
                        end + 2
                    }
                    _ => end,
                }
            }
            _ => end,
        }
    }

    /// The end of a nickname of up to three words, with its marks.
    fn nickname_end(&self, open: usize) -> Option<usize> {
        let close = (open + 1..self.end.min(open + 5)).find(|&i| !self.tokens[i].is_capitalised())?;
        (close > open + 1 && self.is_mark(close)).then_some(close + 1)
    }

    /// Whether a name ends at an abbreviation: `Inc. The`, `in D.C. Smith`; not `St. Louis`, `Gov. Smith`.
    fn ends_name(&self, at: usize, next: usize) -> bool {
        let kind = self.lexicon.abbreviation(self.word(at)).copied().unwrap_or_default();
        kind.last
            && !kind.before_name
            && self.is(next, Classes::COMMON)
            && self.tokens[next].case == Case::Capital
            && !self.is(next, Classes::ROLE.or(Classes::ORGANIZATION_FIRST).or(Classes::ORGANIZATION_LAST))
    }

    fn has_of(&self, start: usize, end: usize) -> bool {
        (start..end).any(|i| matches!(self.word(i), "of" | "for"))
    }

    /// Whether a word is a role by itself: `director`; not `bank` of `bank president`.
    fn is_role(&self, at: usize) -> bool {
        self.is(at, Classes::ROLE) && self.lexicon.roles().longest(&self.tokens[..at + 1], at).is_some()
    }

    fn is_saint(&self, at: usize) -> bool {
        ["st.", "st", "saint"].iter().any(|saint| self.word(at).eq_ignore_ascii_case(saint))
    }

    /// Reads a run: which part is a role, which a name, and of what.
    fn read_run(&self, run: TokenSpan, found: &mut Mentions) {
        let (start, end) = (run.start as usize, run.end as usize);
        // `St. Louis` is no saint, `Sri Lanka` no gentleman, `Da Nang` no attorney.
        let saint = (start..end).any(|at| self.is_saint(at))
            && self.matches(start, end).any(|m| m.len > 1 && names_place(self.gazetteer, &m.candidates));
        let large = |m: &Match| m.candidates.iter().any(|c| is_large(self.gazetteer, c, 100_000));
        let titled_place = saint
            || self.is(start, Classes::HONORIFIC.or(Classes::ROLE)) && self.matches(start, end).any(|m| m.len > 1 && large(m));
        let whole = self.whole(start, end);
        let known = self.listed(start, end);
        let listed = known.is_some() || whole.is_some_and(|m| names_organization(self.gazetteer, &m.candidates));
        let nicknamed = self.is_team_or_newspaper(start, end);
        // `Department of Justice`, `National Park Service`: `National` and `Justice` are no titles there.
        let body = end - start > 1 && (listed || nicknamed);
        let title_end = if titled_place || body { None } else { self.titles_end(start, end) };
        if let Some(name_start) = title_end.filter(|&e| e < end)
            && self.person_score(name_start, end, true) > 0
        {
            return self.push_person(start, name_start, end, found);
        }
        if title_end == Some(end) {
            // `the Attorney General`: nominal; but places before it are modifiers.
            return self.push_places(start, end, PlaceContext::Modifier, found);
        }
        let described = start > self.start
            && !body
            && self.is(start - 1, Classes::DETERMINER)
            && self.is_role(end - 1)
            && self.is(end - 1, Classes::ALSO_COMMON);
        if described {
            // `the Kanawha County Republican`: a description with capitals.
            return self.push_places(start, end, PlaceContext::Modifier, found);
        }
        if let Some(places) = self.quarter_of(start, end) {
            // `South | Roanoke`: a part of the town that has no entry of its own.
            let rest = TokenSpan::new(start + 1, end);
            found.places.push(PlaceName { tokens: rest, candidates: places, context: PlaceContext::Free });
            found.list.push(self.mention(run, MentionType::Place));
            return;
        }
        if let Some(split) = self.body_end(start, end) {
            self.read_run(TokenSpan::new(start, split), found);
            return self.push_person(split, split, end, found);
        }
        if self.is_feature(start, end) {
            return self.push_places(start, end, PlaceContext::Feature, found);
        }
        let place = whole.map(|m| only_places(self.gazetteer, &m.candidates)).filter(|c| !c.is_empty());
        let person = self.person_score(start, end, false);
        let organization = listed || body || self.is_organization(start, end);
        let government = |c: &Candidate| {
            matches!(self.gazetteer.entry(c.entry).sort(), EntryType::Country | EntryType::State)
                || self.gazetteer.entry(c.entry).population() > 1_000_000
        };
        // `Boulder City` is a town, though `City` ends the names of teams and companies.
        let of_town = Classes::LOCAL_REFERENCE.or(Classes::ALSO_PLACE).or(Classes::PLACE_TYPE_AFTER);
        let town = end - start > 1 && (self.is(end - 1, of_town) || self.is_town(start, end));
        // `Barcelona`, `in Chelsea`: where a team or a company has the name of a town.
        let shared = end - start == 1 && self.is(start, Classes::ALSO_PLACE);
        let behind = start > self.start && self.is(start - 1, Classes::PLACE_PREPOSITION);
        let known_place =
            place.as_ref().is_some_and(|c| town || shared && behind || c.iter().any(government)) && (!listed || shared);
        if let (Some(candidates), true) = (&place, !organization || known_place) {
            // `Paris Hilton` is no place of the gazetteer; `Jordan`, `Austin` and `Madison` are, and persons too.
            let titled = start > self.start && self.is(start - 1, Classes::HONORIFIC);
            if !titled {
                found.places.push(PlaceName { tokens: run, candidates: candidates.clone(), context: PlaceContext::Free });
                let demonym = candidates.iter().all(|c| c.kind.is_demonym());
                if demonym {
                    return;
                }
                found.list.push(self.mention(run, MentionType::Place));
                return;
            }
        }
        if organization {
            found.list.push(self.mention(TokenSpan::new(self.with_article(start), end), MentionType::Organization));
            if let Some(last) = found.list.last_mut() {
                last.name = Some(run);
            }
            // `the European Union`, `the Vatican`: a body, and what it governs.
            let governs =
                |c: &Candidate| matches!(self.gazetteer.entry(c.entry).sort(), EntryType::Supranational | EntryType::Country);
            if let Some(candidates) = place.filter(|p| p.iter().any(governs)) {
                found.places.push(PlaceName { tokens: run, candidates, context: PlaceContext::Free });
                return;
            }
            // `Bank of America`, `Times of India`, `Boston Red Sox`: no word of the place.
            if nicknamed || known.is_some_and(|classes| !classes.any(Classes::GOVERNMENT)) {
                return;
            }
            let first = found.places.len();
            self.push_places(start, end, PlaceContext::Organization, found);
            if whole.is_some_and(|m| names_organization(self.gazetteer, &m.candidates)) {
                // `U.S. Park Service` names a country, `National Park Service` no town; `White House, Tenn.,` is one.
                let inside = found.places.split_off(first);
                let government =
                    |c: &Candidate| matches!(self.gazetteer.entry(c.entry).sort(), EntryType::Country | EntryType::State);
                let comma = self.is_kind(end, TokenKind::Comma);
                found
                    .places
                    .extend(inside.into_iter().filter(|p| p.tokens == run && comma || p.candidates.iter().any(government)));
            }
            return;
        }
        if person > 1 {
            return self.push_person(start, start, end, found);
        }
        if let Some(typed) = self.typed_place(start, end) {
            found.places.push(PlaceName { tokens: run, candidates: typed, context: PlaceContext::Free });
            found.list.push(self.mention(run, MentionType::Place));
            return;
        }
        // `Republican Jane Doe`, `Baltimore resident Pat Lee`, `Belgian Foreign Minister`: a place or demonym first.
        let prefix = self.place_prefix(start, end).map(|first| (first, self.places_of(first, start)));
        if let Some((first, candidates)) = prefix.filter(|(_, candidates)| !candidates.is_empty()) {
            let rest = start + first.len;
            found.places.push(PlaceName { tokens: TokenSpan::new(start, rest), candidates, context: PlaceContext::Modifier });
            // `Kanawha County Republican | Tim Armstead`, `Laconia Detective | Jo Clary`
            let name_start = self.titles_end(rest, end).filter(|&e| e < end).unwrap_or(rest);
            let demonym = first.candidates.iter().all(|c| c.kind.is_demonym());
            if (name_start > rest || demonym) && self.person_score(name_start, end, name_start > rest) > 0 {
                return self.push_person(start, name_start, end, found);
            }
            found.list.push(self.mention(TokenSpan::new(self.with_article(start), end), MentionType::Unknown));
            if let Some(last) = found.list.last_mut() {
                last.name = Some(run);
            }
            if rest < end {
                self.push_places(rest, end, PlaceContext::Organization, found);
            }
            return;
        }
        let sort = if person > 0 { MentionType::Person } else { MentionType::Unknown };
        if sort == MentionType::Person {
            return self.push_person(start, start, end, found);
        }
        found.list.push(self.mention(TokenSpan::new(self.with_article(start), end), sort));
        if let Some(last) = found.list.last_mut() {
            last.name = Some(run);
        }
        self.push_places(start, end, PlaceContext::Organization, found);
    }

    /// `Nyanza Province`, `Akita Prefecture`: a place with the word for what it is, those of that level first.
    fn typed_place(&self, start: usize, end: usize) -> Option<Vec<Candidate>> {
        if end - start < 2 || !self.is(end - 1, Classes::PLACE_TYPE_AFTER) {
            return None;
        }
        let name = self.whole(start, end - 1)?;
        let candidates = only_places(self.gazetteer, &name.candidates);
        let level = match self.lexicon.place_level(self.tokens[end - 1].word)? {
            PlaceLevel::State => EntryType::State,
            PlaceLevel::County => EntryType::County,
            PlaceLevel::City => EntryType::City,
            PlaceLevel::Neighborhood => EntryType::Neighborhood,
            PlaceLevel::Country => EntryType::Country,
            PlaceLevel::Supranational => EntryType::Supranational,
            PlaceLevel::Other => EntryType::Other,
        };
        let fitting: Vec<Candidate> =
            candidates.iter().copied().filter(|c| self.gazetteer.entry(c.entry).sort() == level).collect();
        let chosen = if fitting.is_empty() { candidates } else { fitting };
        (!chosen.is_empty()).then_some(chosen)
    }

    /// The places that a name stands for behind the direction that its run begins with, if the whole is no name that is known.
    fn quarter_of(&self, start: usize, end: usize) -> Option<Vec<Candidate>> {
        let directed = end - start > 1 && DIRECTIONS.contains(&self.word(start)) && self.tokens[start + 1].gap == Gap::Space;
        if !directed || self.longest(start, end).is_some_and(|m| m.len > 1) {
            return None;
        }
        let places = only_places(self.gazetteer, &self.whole(start + 1, end)?.candidates);
        (!places.is_empty() && !places.iter().all(|c| c.kind.is_demonym())).then_some(places)
    }

    /// Where a body ends and a person's name starts: `Oxford Central Mosque | Sabir Hussain Mirza`.
    fn body_end(&self, start: usize, end: usize) -> Option<usize> {
        let head = Classes::ORGANIZATION_LAST.or(Classes::MEDIA);
        let split = (start + 2..end.saturating_sub(1)).find(|&i| {
            self.is(i - 1, head)
                && !self.is(i, head.or(Classes::FEATURE_AFTER))
                && !matches!(self.word(i), "of" | "for" | "and" | "&")
        })?;
        let person = end - split >= 2 && self.person_score(split, end, false) >= 1 && !self.is_organization(split, end);
        person.then_some(split)
    }

    fn mention(&self, run: TokenSpan, sort: MentionType) -> Mention {
        Mention {
            tokens: run,
            name: Some(run),
            head: run.end - 1,
            kind: MentionKind::Named,
            sort,
            role: None,
            gender: None,
            number: None,
            apposition: None,
        }
    }

    /// `the` before a name belongs to the phrase.
    fn with_article(&self, start: usize) -> usize {
        if start > self.start && adjoin(&self.tokens[start]) && self.is_word(start - 1, "the") { start - 1 } else { start }
    }

    /// A place or demonym at the start of a run that has more words.
    fn place_prefix(&self, start: usize, end: usize) -> Option<&Match> {
        // `Avigdor | Lieberman`: what is known near by alone stands before no name.
        let local = |c: &Candidate| self.gazetteer.entry(c.entry).is_local();
        // `Van | Houten`
        let particle = |m: &Match| m.len == 1 && PARTICLES.iter().any(|known| self.word(start).eq_ignore_ascii_case(known));
        self.matches(start, end).find(|m| {
            let named = names_place(self.gazetteer, &m.candidates) && !m.candidates.iter().all(local);
            m.len < end - start && named && !particle(m)
        })
    }

    /// The end of the titles and roles at the start of a run: `ICE Acting Director | Tom Homan`.
    fn titles_end(&self, start: usize, end: usize) -> Option<usize> {
        let mut last = None;
        let mut at = start;
        while at < end {
            if self.tokens[at].case.is_capital()
                && self.lexicon.honorific(self.tokens[at].word).is_some_and(|h| !h.also_name || at + 1 < end && at == start)
            {
                last = Some((at + 1, false));
                at += 1;
                continue;
            }
            if self.is(at, Classes::ROLE)
                && let Some((roles, n)) = self.lexicon.roles().longest(&self.tokens[..end], at)
            {
                // `Judge Judy`, but `Cook County`, `Baker`: a role that is a surname ends a name.
                let surname = at + n == end && at > start && n == 1 && !roles[0].office;
                if !surname && (roles[0].office || at + n < end || self.is(at, Classes::COMMON)) {
                    last = Some((at + n, roles.iter().all(|role| role.weak && !role.office)));
                }
                at += n;
                continue;
            }
            at += 1;
        }
        // `Police Department`, `Governor Street`, `Kaibab National Forest`: what follows makes another thing of it.
        let (title_end, weak) = last?;
        let other = |i: usize| {
            self.is(i, Classes::ORGANIZATION_LAST.or(Classes::FEATURE_AFTER).or(Classes::PLACE_TYPE_AFTER))
                && (weak || !self.is(i, Classes::SURNAME))
        };
        (!(title_end..end).any(other)).then_some(title_end)
    }

    /// How much the words `start..end` look like the name of a person: 0 not at all, 1 perhaps, 2 and more for good.
    fn person_score(&self, start: usize, end: usize, titled: bool) -> u32 {
        let mut words = 0usize;
        let mut known = 0;
        let mut score = 0;
        let mut nickname = false;
        for i in start..end {
            let token = &self.tokens[i];
            let classes = self.classes(i);
            if matches!(token.kind, TokenKind::Mark(_)) {
                nickname = !nickname;
                continue;
            }
            if nickname {
                continue;
            }
            if i > start && self.tokens[i - 1].kind == TokenKind::Hyphen && (token.gap == Gap::None || i + 1 == end) {
                // `Kim Jong-un`, `Okonedo-Pryce`: one word with the one before; `Omar al-Bashir`: two.
                words += usize::from(i > start + 2 && PARTICLES.contains(&self.word(i - 2)));
                continue;
            }
            match token.kind {
                TokenKind::Initial => {
                    score += u32::from(i + 1 < end);
                    continue;
                }
                TokenKind::Hyphen => continue,
                TokenKind::Word | TokenKind::Abbreviation => {}
                _ => return 0,
            }
            if PARTICLES.contains(&self.word(i)) {
                continue;
            }
            if is_suffix(self.word(i)) && i > start {
                score += 1;
                continue;
            }
            if !token.case.is_capital() {
                return 0;
            }
            words += 1;
            let head = Classes::ORGANIZATION_LAST.or(Classes::GOVERNMENT).or(Classes::MEDIA).or(Classes::PLACE_TYPE_AFTER);
            if classes.any(head) && !classes.any(Classes::SURNAME.or(Classes::GIVEN_NAME)) && !titled {
                return 0;
            }
            if token.case == Case::Upper && token.span.len() > 1 && self.style == Style::Prose && !titled {
                return 0;
            }
            let given = classes.any(Classes::GIVEN_NAME);
            let surname = classes.any(Classes::SURNAME);
            known += u32::from(given || surname);
            if words == 1 && given {
                score += if classes.any(Classes::COMMON) { 1 } else { 2 };
            } else if surname {
                score += 1;
            } else if classes.any(Classes::COMMON) {
                score = score.saturating_sub(1);
            }
        }
        match words {
            0 => 0,
            1 => u32::from(titled || known > 0 && !self.is(end - 1, Classes::COMMON)),
            2..=4 if titled => score.max(1),
            // Names that no list holds: nothing speaks against them in prose.
            2..=4 if known == 0 => u32::from(
                self.style == Style::Prose
                    && (start..end).all(|i| !self.tokens[i].is_capitalised() || !self.is(i, Classes::COMMON)),
            ),
            2..=4 => score,
            _ => 0,
        }
    }

    fn is_organization(&self, start: usize, end: usize) -> bool {
        let last = end - 1;
        let classes = self.classes(last);
        let several = end - start > 1;
        let alone = !classes.any(Classes::COMMON.or(Classes::SURNAME).or(Classes::ALSO_COMMON));
        // `Linda Daily`; not `Austin Daily`, `the Madison Daily`.
        let given = end - start == 2 && self.is(start, Classes::GIVEN_NAME) && !self.is_city(start);
        let surname = classes.any(Classes::SURNAME.or(Classes::ALSO_COMMON));
        if given && surname && !(start > self.start && self.is(start - 1, Classes::DETERMINER)) {
            return false;
        }
        if classes.any(Classes::ORGANIZATION_LAST) && (several || alone) {
            return true;
        }
        // `Boston Red Sox`; not `Jo Ranger`.
        if classes.any(Classes::TEAM) && if several { self.place_prefix(start, end).is_some() || alone } else { alone } {
            return true;
        }
        if several && self.is(start, Classes::ORGANIZATION_FIRST) && self.has_of(start, end) {
            return true;
        }
        if self.has_of(start, end) && (start..end).any(|i| self.is(i, Classes::ORGANIZATION_LAST.or(Classes::ORGANIZATION_FIRST)))
        {
            return true;
        }
        // An acronym: `BUILD`, `NAACP`; not a dateline's `AMMAN`.
        let token = &self.tokens[last];
        let place = || self.longest(start, end).is_some_and(|m| names_place(self.gazetteer, &m.candidates));
        !several && !place() && token.case == Case::Upper && (2..=7).contains(&token.span.len()) && self.style == Style::Prose
    }

    /// What the lists say of an organization that has all of the words as its name.
    fn listed(&self, start: usize, end: usize) -> Option<Classes> {
        let (classes, len) = self.lexicon.organizations().longest(&self.tokens[..end], start)?;
        (len == end - start).then(|| classes.iter().fold(Classes::default(), |all, &some| all.or(some)))
    }

    /// `Boston | Red Sox`, `Kansas City | Chiefs`, `Long Beach | Press-Telegram`: behind a place what a team or a newspaper is called.
    fn is_team_or_newspaper(&self, start: usize, end: usize) -> bool {
        let nickname = Classes::TEAM.or(Classes::MEDIA);
        let hyphen = end - start > 3 && self.kind(end - 2) == Some(TokenKind::Hyphen);
        let one =
            self.is(end - 1, Classes::TEAM) || hyphen && (self.is(end - 3, Classes::MEDIA) || self.is(end - 1, Classes::MEDIA));
        let several = || (start + 1..end - 1).any(|at| self.listed(at, end).is_some_and(|classes| classes.any(nickname)));
        let place = || self.whole(start, end).is_some_and(|m| names_place(self.gazetteer, &m.candidates));
        end - start > 1 && (one || several()) && self.place_prefix(start, end).is_some() && !place()
    }

    /// Whether a word is the name of a large city: `Austin`, `Charlotte`.
    fn is_city(&self, at: usize) -> bool {
        let large = |c: &Candidate| is_large(self.gazetteer, c, 100_000);
        self.longest(at, at + 1).is_some_and(|m| m.candidates.iter().any(large))
    }

    /// A street, a building, a river: `Memphis Street`, `Lake Erie`, `Baltimore City Detention Center`.
    fn is_feature(&self, start: usize, end: usize) -> bool {
        if end - start < 2 {
            return false;
        }
        let last = self.classes(end - 1);
        let town = last.any(Classes::ALSO_PLACE) && self.whole(start, end).is_some() || self.is_town(start, end);
        let organization = last.any(Classes::ORGANIZATION_LAST);
        if last.any(Classes::FEATURE_AFTER) && self.stands_as_person(start, end) {
            return false;
        }
        if last.any(Classes::FEATURE_AFTER) && !town && !organization && !self.is_country(start, end) {
            return true;
        }
        let first = self.classes(start);
        // `Ben Nevis` is a mountain, `Ben Oakes` a man.
        let person = end - start == 2
            && first.any(Classes::GIVEN_NAME)
            && self.is(end - 1, Classes::SURNAME)
            && !self.is_country(end - 1, end);
        let town =
            || first.any(Classes::ALSO_PLACE) && self.longest(start, end).is_some_and(|m| m.len > 1) || self.is_town(start, end);
        first.any(Classes::FEATURE_BEFORE) && !person && !town()
    }

    /// `Little Rock`, `Fall River`: a name that is a larger town's; not `the Fall River`, where no noun follows.
    fn is_town(&self, start: usize, end: usize) -> bool {
        let definite = start > self.start && self.is(start - 1, Classes::DETERMINER);
        let noun = end < self.end
            && self.kind(end) == Some(TokenKind::Word)
            && !self.is(
                end,
                Classes::VERB.or(Classes::AUXILIARY).or(Classes::MODAL).or(Classes::PREPOSITION).or(Classes::CONJUNCTION),
            );
        // `in Iron River`: rivers have an article.
        let size = match definite {
            true => 50_000,
            false if self.word(end - 1) == "River" => 500,
            false => 5_000,
        };
        let town = |c: &Candidate| self.gazetteer.entry(c.entry).sort() == EntryType::City && is_large(self.gazetteer, c, size);
        (!definite || noun) && self.whole(start, end).is_some_and(|m| m.candidates.iter().any(town))
    }

    /// `Hanna Brook, 34,` or `Hanna Brook said`: a given name and a surname, where no brook stands.
    fn stands_as_person(&self, start: usize, end: usize) -> bool {
        let names = end - start == 2 && self.is(start, Classes::GIVEN_NAME) && self.is(end - 1, Classes::SURNAME);
        let comma = end < self.end && self.is_kind(end, TokenKind::Comma);
        let aged = comma && self.is_kind(end + 1, TokenKind::Number) && self.is_kind(end + 2, TokenKind::Comma);
        // `Tom Brook, a baker,`, `the baker, Tom Brook,`
        let described = comma
            && (self.is(end + 1, Classes::DETERMINER) && self.is(end + 2, Classes::ROLE)
                || start > self.start + 1 && self.is_kind(start - 1, TokenKind::Comma) && self.is(start - 2, Classes::ROLE));
        names && (aged || described || end < self.end && self.is(end, Classes::CUE))
    }

    /// Whether the words are the name of a country or of a first-level division: `Ivory Coast`.
    fn is_country(&self, start: usize, end: usize) -> bool {
        self.whole(start, end).is_some_and(|m| self.names_government(m))
    }

    /// Whether a name may be that of a country or of a first-level division.
    fn names_government(&self, name: &Match) -> bool {
        let government = |c: &Candidate| matches!(self.gazetteer.entry(c.entry).sort(), EntryType::Country | EntryType::State);
        name.candidates.iter().any(government)
    }

    /// Records a person named in `name_start..end` with titles and roles from `start`, and roles in small letters before it.
    fn push_person(&self, start: usize, name_start: usize, end: usize, found: &mut Mentions) {
        let mut mention = self.mention(TokenSpan::new(name_start, end), MentionType::Person);
        let role_start = self.role_before(start).unwrap_or(start);
        mention.tokens = TokenSpan::new(role_start, end);
        let mut honorifics = Vec::new();
        for i in start..name_start {
            if let Some(honorific) = self.lexicon.honorific(self.tokens[i].word) {
                honorifics.push(honorific);
            }
        }
        mention.gender = honorifics.iter().find_map(|h| h.gender).or_else(|| self.role_gender(role_start, name_start));
        let plain_honorific =
            name_start - start == honorifics.len() && honorifics.iter().all(|h| h.role.is_none()) && role_start == start;
        if role_start < name_start && !plain_honorific {
            let first = (role_start..name_start).find(|&i| !self.is(i, Classes::DETERMINER)).unwrap_or(role_start);
            mention.role = (first < name_start).then(|| TokenSpan::new(first, name_start));
        }
        if name_start + 1 == end && self.tokens[name_start].is_word() && honorifics.is_empty() && mention.role.is_none() {
            // One word alone: a surname or a given name; the gender of a surname is unknown.
        } else if mention.gender.is_none() && end - name_start > 1 && self.kind(name_start + 1) != Some(TokenKind::Hyphen)
            || mention.gender.is_none() && end - name_start > 3
        {
            mention.gender = self.lexicon.given_name_gender(self.tokens[name_start].word);
        }
        mention.number = Some(Number::Singular);
        found.list.push(mention);
        self.push_places(role_start.max(self.start), name_start, PlaceContext::Modifier, found);
        if name_start < end {
            self.push_places(name_start, end, PlaceContext::Person, found);
        }
    }

    /// The gender that a role among the tokens states.
    pub(super) fn role_gender(&self, start: usize, end: usize) -> Option<Gender> {
        (start..end).find_map(|i| {
            self.lexicon.roles().longest(&self.tokens[..end], i).and_then(|(roles, _)| roles.iter().find_map(|r| r.gender))
        })
    }

    /// The start of a role in small letters right before a name: `festival organizer | Margaret Wright`.
    fn role_before(&self, start: usize) -> Option<usize> {
        if start == self.start || !adjoin(&self.tokens[start]) {
            return None;
        }
        if let Some(role) = self.role_that_ends(start) {
            return Some(self.phrase_start(role));
        }
        // `chairman of the Harbor Trust | Nell Tarr`
        let of = (start.saturating_sub(10).max(self.start)..start).rev().find(|&i| matches!(self.word(i), "of" | "for"))?;
        let body = (of + 1..start).all(|i| {
            self.tokens[i].is_capitalised()
                || self.is(i, Classes::DETERMINER)
                || matches!(self.tokens[i].kind, TokenKind::Clitic | TokenKind::Hyphen)
        });
        if !body || of + 1 == start || !self.is(start - 1, Classes::ORGANIZATION_LAST) {
            return None;
        }
        self.role_that_ends(of).map(|role| self.phrase_start(role))
    }

    /// The start of a role phrase, in the singular, that ends right before a token.
    fn role_that_ends(&self, end: usize) -> Option<usize> {
        (end.saturating_sub(4).max(self.start)..end).find(|&i| {
            self.tokens[i].case != Case::None
                && self
                    .lexicon
                    .roles()
                    .all(&self.tokens[..end], i)
                    .any(|(roles, n)| i + n == end && roles.iter().any(|r| r.singular))
        })
    }

    /// `Toledo | City Council`: the council of Toledo, unless the place with the type word is the larger one.
    fn without_type_of_body(&self, at: usize, len: usize, end: usize, longer: Vec<Candidate>) -> (usize, Vec<Candidate>) {
        let typed = len > 1 && at + len < end && self.is(at + len - 1, Classes::LOCAL_REFERENCE);
        let size = |list: &[Candidate]| {
            list.iter()
                .filter(|c| c.kind == NameKind::Name)
                .map(|c| self.gazetteer.entry(c.entry))
                .filter(|e| e.sort() == EntryType::City)
                .map(|e| e.population())
                .max()
        };
        let all = |list: &[Candidate]| list.iter().map(|c| self.gazetteer.entry(c.entry).population()).max();
        if typed && let Some(shorter) = self.whole(at, at + len - 1) {
            let shorter = only_places(self.gazetteer, &shorter.candidates);
            // `Cambridge | City Council`, though there is a village of Cambridge City.
            let named = longer.iter().any(|c| c.kind == NameKind::Name);
            let larger = size(&shorter) > all(&longer).map(|most| if named { most.saturating_mul(MUCH_LARGER) } else { most });
            if larger {
                return (len - 1, shorter);
            }
        }
        (len, longer)
    }

    /// The places that a name may stand for which another phrase goes on from; counties go by their bare names before what only they have.
    fn places_of(&self, name: &Match, at: usize) -> Vec<Candidate> {
        let mut places = only_places(self.gazetteer, &name.candidates);
        let end = at + name.len;
        if !self.is_county_body(end) && !is_listed_county(self.reading, TokenSpan::new(at, end)) {
            places.retain(|c| c.kind != NameKind::Base);
        }
        places
    }

    /// Whether a court or an office of counties stands here: `Kanawha | Circuit Court`, `Kern | District Attorney`.
    fn is_county_body(&self, at: usize) -> bool {
        let court = |at: usize| ["Court", "Courthouse", "Judge", "Clerk", "Pleas"].contains(&self.word(at));
        let of_county = ["Circuit", "Superior", "Common", "Probate", "Juvenile", "Magistrate"].contains(&self.word(at));
        let office = || {
            let (roles, _) = self.lexicon.roles().longest(self.tokens, at)?;
            roles.iter().find(|role| role.governs == Some(Governs::County))
        };
        at < self.end && (of_county && court(at + 1) || self.tokens[at].is_capitalised() && office().is_some())
    }

    /// Records the place names among the tokens, longest first, not overlapping.
    fn push_places(&self, start: usize, end: usize, context: PlaceContext, found: &mut Mentions) {
        let mut at = start;
        while at < end {
            let token = &self.tokens[at];
            // `Denver baker | Otto Hale`: the run before may have recorded it.
            if let Some(known) = found.places.iter_mut().rev().take(4).find(|p| p.tokens.range().contains(&at)) {
                if context == PlaceContext::Modifier && known.context == PlaceContext::Organization {
                    known.context = context;
                }
                at += 1;
                continue;
            }
            if !Gazetteer::may_start(token) {
                at += 1;
                continue;
            }
            let hit = self.matches(at, end).find_map(|m| {
                let candidates = self.places_of(m, at);
                (!candidates.is_empty()).then_some((m.len, candidates))
            });
            let hit = hit.map(|(len, candidates)| self.without_type_of_body(at, len, end, candidates));
            match hit {
                Some((len, candidates)) => {
                    found.places.push(PlaceName { tokens: TokenSpan::new(at, at + len), candidates, context });
                    at += len;
                }
                None => at += 1,
            }
        }
    }
}
