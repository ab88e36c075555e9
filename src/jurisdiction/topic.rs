//! What the words of a text say of the kind of government that it concerns: taxes and schools, sewers, treaties.
//!
//! Each of some thirty thousand words has a vector and a weight (`models/topics.bin`, little-endian: the number of words, the slots of a
//! [`word_table`], the vectors in 8 bits, with one scale for all, the logs of the weights in 8 bits). The weighted mean over a text comes near the principal
//! components of what a sentence encoder makes of it: `training/topics.py`. What a mean says for each level is learned with the weights of what
//! else speaks for a place (`models/topics.tsv`, `training/logit.py`).

use super::context::LEVELS;
use crate::aligned::Aligned;
use crate::word_table;

/// The length of a vector.
pub const WIDTH: usize = 16;

/// What texts are looked at, as the file of weights names them: what is said, the paragraph around it, who says it.
pub const SOURCES: [&str; 3] = ["content", "surroundings", "speaker"];

/// A mean of the vectors of some words.
pub type Topic = [f32; WIDTH];

/// What a topic says for each level, and last for none, in the logs of odds.
pub(super) type Voices = [f32; LEVELS.len()];

static WORDS: &Aligned<[u8]> = &Aligned(*include_bytes!("../../models/topics.bin"));

/// The vectors of words and what they say for the levels.
pub struct Topics {
    slots: &'static [u64],
    vectors: &'static [[i8; WIDTH]],
    /// The logs of the weights in steps, and the weight of each log.
    logs: &'static [u8],
    weights: [f32; 256],
    /// By source and level.
    functions: [[Topic; LEVELS.len()]; SOURCES.len()],
}

/// The scale of vectors and of the logs of weights.
const SCALE: f32 = 1.0 / 24.0;
/// What keeps the mean of few words small.
const NOTHING: f32 = 0.05;

impl Topics {
    /// Those that the binary holds; `None` if the files do not fit each other.
    pub fn parse(functions: &str) -> Option<Topics> {
        let (count, rest) = WORDS.0.split_first_chunk::<8>()?;
        let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
        let (slots, rest) = rest.split_at_checked(8 * (2 * count + 1).next_power_of_two())?;
        let (vectors, logs) = rest.split_at_checked(WIDTH * count)?;
        let mut topics = Topics {
            slots: bytemuck::cast_slice(slots),
            vectors: bytemuck::cast_slice(vectors),
            logs,
            weights: std::array::from_fn(|log| (f32::from((log as u8).cast_signed()) * SCALE).exp()),
            functions: Default::default(),
        };
        let mut lines = functions.lines().filter(|line| !line.starts_with('#'));
        for (source, functions) in SOURCES.iter().zip(&mut topics.functions) {
            for (level, function) in LEVELS.iter().zip(functions) {
                let mut fields = lines.next()?.split('\t');
                let named = fields.next() == Some(source) && fields.next() == Some(level);
                let read: Vec<f32> = fields.map_while(|field| field.parse().ok()).collect();
                *function = read.try_into().ok().filter(|_| named)?;
            }
        }
        (logs.len() == count && lines.next().is_none()).then_some(topics)
    }

    /// Adds a word, by its hash, to a sum.
    pub(super) fn add(&self, sum: &mut Sum, hash: u64) {
        let Some(at) = (word_table::find(self.slots, hash) as usize).checked_sub(1) else { return };
        let weight = self.weights[usize::from(self.logs[at])];
        sum.weight += weight;
        sum.vector.iter_mut().zip(&self.vectors[at]).for_each(|(total, &value)| *total += weight * f32::from(value));
    }

    /// What the topics of the sources say for each level.
    pub(super) fn voices(&self, topics: &[Topic; SOURCES.len()]) -> [Voices; SOURCES.len()] {
        let voice = |function: &Topic, topic: &Topic| function.iter().zip(topic).map(|(w, x)| w * x).sum();
        std::array::from_fn(|source| std::array::from_fn(|level| voice(&self.functions[source][level], &topics[source])))
    }
}

/// The vectors of some words, added up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    vector: Topic,
    weight: f32,
}

impl Sum {
    /// With another.
    pub fn with(mut self, other: &Sum) -> Sum {
        self.vector.iter_mut().zip(other.vector).for_each(|(total, value)| *total += value);
        self.weight += other.weight;
        self
    }

    /// The mean.
    pub fn topic(&self) -> Topic {
        self.vector.map(|value| value * SCALE / (self.weight + NOTHING))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::token::tokenize;

    /// How much more some words speak for one level than for another.
    fn difference(text: &str, one: &str, other: &str) -> f32 {
        let topics = Topics::parse(include_str!("../../models/topics.tsv")).unwrap();
        let mut sum = Sum::default();
        tokenize(&Lexicon::english(), text).iter().for_each(|token| topics.add(&mut sum, token.hash));
        let [content, _, _] = topics.voices(&[sum.topic(); SOURCES.len()]);
        let voice = |level: &str| content[LEVELS.iter().position(|&known| known == level).unwrap()];
        voice(one) - voice(other)
    }

    #[test]
    fn words_speak_for_levels() {
        let treaty = "The ambassador hopes that both armies keep the ceasefire and that the treaty is signed";
        let sewer = "The sewer under the street leaks, and the council will have it dug up and repaved";
        assert!(difference(treaty, "country", "city") > difference(sewer, "country", "city") + 0.3);
        let feeling = "I love my mother and I am happy that she sings again";
        assert!(difference(feeling, "none", "city") > difference(sewer, "none", "city") + 0.5);
    }

    #[test]
    fn unknown_words_say_nothing() {
        assert_eq!(difference("Xqzzt vvkk", "country", "city"), 0.0);
    }

    #[test]
    fn functions_are_named_in_order() {
        let shipped = include_str!("../../models/topics.tsv");
        assert!(Topics::parse(&shipped.replace("speaker\tnone", "speaker\tcity")).is_none());
        assert!(Topics::parse(&shipped.lines().take(5).collect::<Vec<_>>().join("\n")).is_none());
    }
}
