//! The pipeline: from a document to its annotation, stage by stage.

pub use crate::attribution::Cues;
use crate::attribution::{self, Engine, Reported};
use crate::coreference::{self, Entities};
use crate::document::Document;
use crate::gazetteer::{EntryId, Gazetteer};
use crate::home::{self, Homes};
use crate::jurisdiction::{self, Candidate, Considered, Finder};
use crate::lexicon::{Classes, Lexicon};
use crate::mention::{self, MentionType, Mentions};
use crate::place::{self, Home, Place};
use crate::quotation::{self, Quotation};
use crate::reading::Reading;
use crate::sentence::{self, Layout};
use crate::speaker;
use crate::statement::{self, Attribution, Named};
use crate::token::{self, Token};

/// What may be chosen.
#[derive(Clone, Default)]
pub struct Options {
    /// The engine that finds reports.
    pub engine: Engine,
    /// Which reports become rows.
    pub cues: Cues,
    /// Where outlets are at home.
    pub homes: Homes,
}

/// All that was found in a document.
#[derive(Clone, Debug, Default)]
pub struct Annotation {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// Paragraphs and sentences.
    pub layout: Layout,
    /// Text between quotation marks.
    pub quotations: Vec<Quotation>,
    /// Mentions and place names.
    pub mentions: Mentions,
    /// Persons and bodies.
    pub entities: Entities,
    /// Places.
    pub places: Vec<Place>,
    /// Where the outlet is at home, as was told, was learned, or shows in its name.
    pub home: Option<Home>,
    /// The rows.
    pub attributions: Vec<Attribution>,
}

/// Fewer words say nothing of the language.
const ENOUGH_WORDS: usize = 40;
/// Of the words of English news a third are articles, prepositions, conjunctions or auxiliaries, of lists of results still one in nine; of other
/// languages at most one in fourteen looks like one.
const ENGLISH_SHARE: f32 = 0.1;

impl Annotation {
    /// Whether the words are English, as far as there are enough to tell.
    pub fn is_english(&self) -> bool {
        let function = Classes::DETERMINER.or(Classes::PREPOSITION).or(Classes::CONJUNCTION).or(Classes::AUXILIARY);
        let words = self.tokens.iter().filter(|token| token.is_word());
        let (known, all) = words.fold((0, 0), |(known, all), t| (known + usize::from(t.classes.any(function)), all + 1));
        all < ENOUGH_WORDS || known as f32 > ENGLISH_SHARE * all as f32
    }

    /// The document as the first stages read it.
    pub fn reading<'a>(&'a self, pipeline: &'a Pipeline, document: &'a Document) -> Reading<'a> {
        Reading { lexicon: &pipeline.lexicon, text: &document.text, tokens: &self.tokens, layout: &self.layout }
    }

    /// The document as an engine takes it.
    pub fn attribution_input<'a>(&'a self, pipeline: &'a Pipeline, document: &'a Document) -> attribution::Input<'a> {
        let reading = self.reading(pipeline, document);
        attribution::Input { reading, quotations: &self.quotations, mentions: &self.mentions.list }
    }
}

/// Where an outlet is at home, whatever its articles say.
#[derive(Clone, Copy)]
struct KnownHome {
    /// As was told, or learned.
    told: Option<Home>,
    /// As the list of outlets has it. Large papers write of their whole state: it tells which Springfield is meant, not what a statement is about.
    listed: Option<Home>,
}

impl KnownHome {
    fn place(self) -> Option<EntryId> {
        self.told.or(self.listed).map(|Home(home)| home)
    }
}

/// The lists and names that all documents share, and the options.
pub struct Pipeline {
    /// The language lists.
    pub lexicon: Lexicon,
    /// The names.
    pub gazetteer: Gazetteer,
    /// What speaks for somebody as the one whom a pronoun stands for.
    pub antecedents: speaker::Ranking,
    /// What speaks for a place as the one that a statement is about which names none.
    pub jurisdictions: jurisdiction::Ranking,
    /// The options.
    pub options: Options,
}

impl Pipeline {
    /// The English pipeline with the shipped gazetteer.
    pub fn new(options: Options) -> Pipeline {
        Pipeline {
            lexicon: Lexicon::english(),
            gazetteer: Gazetteer::shipped(),
            antecedents: speaker::shipped_ranking(),
            jurisdictions: jurisdiction::shipped_ranking(),
            options,
        }
    }

    /// Annotates a document: the whole recipe, in order; [`Pipeline::rows`] is its last part.
    pub fn annotate(&self, document: &Document) -> Annotation {
        let (lexicon, gazetteer, text) = (&self.lexicon, &self.gazetteer, document.text.as_str());
        let tokens = token::tokenize(lexicon, text);
        let layout = sentence::split(lexicon, text, &tokens);
        let reading = Reading { lexicon, text, tokens: &tokens, layout: &layout };
        let quotations = quotation::find(reading);
        let known = self.known_home(document);
        let mentions = mention::find(reading, gazetteer, known.place());
        let input = attribution::Input { reading, quotations: &quotations, mentions: &mentions.list };
        let reports = attribution::find(&self.options.engine, self.options.cues, input);
        let entities = coreference::resolve(reading, gazetteer, &mentions.list);
        let (home, places) = self.home_and_places(document, reading, &mentions, known);
        let mut annotation =
            Annotation { tokens, layout, quotations, mentions, entities, places, home, attributions: Vec::new() };
        annotation.attributions = self.rows(document, &annotation, &reports);
        annotation
    }

    /// What is looked at for each row that names no place; see [`Finder::considered`].
    pub fn considered(&self, document: &Document, annotation: &Annotation, rows: &[Attribution]) -> Vec<Option<Considered>> {
        let finder = self.finder(document, annotation);
        rows.iter().map(|row| finder.considered(statement::statement(row, &annotation.entities))).collect()
    }

    /// For each row what "the city" and the like in it may stand for; see [`Finder::referred`].
    pub fn referred(&self, document: &Document, annotation: &Annotation, rows: &[Attribution]) -> Vec<Vec<Vec<Candidate>>> {
        let finder = self.finder(document, annotation);
        rows.iter().map(|row| finder.referred(statement::statement(row, &annotation.entities))).collect()
    }

    fn finder<'a>(&'a self, document: &'a Document, annotation: &'a Annotation) -> Finder<'a> {
        let reading = annotation.reading(self, document);
        let (gazetteer, places, ranking) = (&self.gazetteer, &annotation.places, &self.jurisdictions);
        let home = annotation.home;
        Finder::new(jurisdiction::Input { reading, gazetteer, home, places, ranking })
    }

    /// Where the outlet is at home, and the places that the names of a document stand for.
    fn home_and_places(
        &self,
        document: &Document,
        reading: Reading<'_>,
        mentions: &Mentions,
        known: KnownHome,
    ) -> (Option<Home>, Vec<Place>) {
        let gazetteer = &self.gazetteer;
        let places = |home: Option<Home>| place::resolve(place::Input { reading, gazetteer, home, mentions });
        let found = places(known.told.or(known.listed));
        if known.told.is_some() || self.options.homes.text_alone {
            return (known.told, found);
        }
        match home::of_outlet(&self.lexicon, gazetteer, document, mentions, &found) {
            Some(home) if known.listed.is_none() => (Some(home), places(Some(home))),
            shown => (shown, found),
        }
    }

    /// Where a document's outlet is at home before anything of the text is known.
    fn known_home(&self, document: &Document) -> KnownHome {
        let homes = &self.options.homes;
        let told = homes.of(document);
        let listed = || home::listed(&self.lexicon, &self.gazetteer, document);
        KnownHome { told, listed: if told.is_some() || homes.text_alone { None } else { listed() } }
    }

    /// The places of a document alone, for an outlet at home in a place.
    pub fn places(&self, document: &Document, home: Option<Home>) -> Vec<Place> {
        let (lexicon, gazetteer, text) = (&self.lexicon, &self.gazetteer, document.text.as_str());
        let tokens = token::tokenize(lexicon, text);
        let layout = sentence::split(lexicon, text, &tokens);
        let reading = Reading { lexicon, text, tokens: &tokens, layout: &layout };
        place::resolve(place::Input {
            reading,
            gazetteer,
            home,
            mentions: &mention::find(reading, gazetteer, home.map(|Home(home)| home)),
        })
    }

    /// The rows of some reports of a document, in text order: who speaks in each, and what it is about.
    pub fn rows(&self, document: &Document, annotation: &Annotation, reports: &[Reported]) -> Vec<Attribution> {
        let Annotation { mentions, entities, .. } = annotation;
        let reading = annotation.reading(self, document);
        let speakers = speaker::resolve(reading, &self.antecedents, &mentions.list, entities, reports);
        let finder = self.finder(document, annotation);
        statement::join(reading, entities, reports, speakers, &finder, &bodies(reading, mentions, entities))
    }
}

/// The mentions of bodies that the gazetteer knows.
fn bodies(reading: Reading<'_>, mentions: &Mentions, entities: &Entities) -> Vec<Named> {
    let mut found = Vec::new();
    for (i, mention) in mentions.list.iter().enumerate() {
        if mention.sort == MentionType::Organization
            && let Some(entry) = entities.of(i).and_then(|e| entities.list[e].entry)
        {
            found.push(Named { entry, span: reading.span(mention.name_or_head()) });
        }
    }
    found
}
