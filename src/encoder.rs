//! The networks: numbers in, numbers out.
//!
//! Word pieces with features of case and structure go through a body, a transformer (the shape of BERT) or gated convolutions; heads at
//! several depths score each piece as part of a cue, and as source or content of one cue. `training/encoder/model.py` has the same
//! networks; their weights were trained there, quantised to 8 bits and written by `export.py`. What the numbers mean for a text is not
//! decided here.

mod kernel;
mod weights;
mod wordpiece;

pub use kernel::Level;
pub use weights::{Sizes, WeightsError};
pub use wordpiece::{Vocabulary, WordPiece};

use crate::aligned::Aligned;
use kernel::{
    Attention, BLOCK, Quantised, Taps, add_and_normalise, add_gated, embed, gelu_all, meet, multiply, normalise_all,
    positive_all, score, stretch,
};
use std::sync::{Mutex, PoisonError};
use weights::{AttentionAt, ConvolutionAt, LayerAt, Weights};

/// Labels of cues: none, begin and inside of speech, begin and inside of other.
pub const CUES: usize = 5;
/// Labels of pieces for a cue: none; begin, inside, end and single of source; the same of content.
pub const ROLES: usize = 9;
/// Weights of a confidence: one for each kind of content, then cue, source, no source, content.
const CONFIDENCE: usize = 3 + 4;
/// Numbers of the calibration of a head: four thresholds, the confidence in the content, the confidence in the source.
const CALIBRATION: usize = 4 + 2 * CONFIDENCE;

/// One piece of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its number in the vocabulary.
    pub id: u32,
    /// How its word is written, and whether it stands in a quotation.
    pub case: u8,
    /// What it starts or ends.
    pub structure: u8,
}

/// What the network thinks of a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// The log of the odds that the cue is one.
    pub cue: f32,
    /// The log of the probability that the source begins and ends where it does; `None` without a source.
    pub source: Option<f32>,
    /// The log of the probability that the content begins and ends where it does.
    pub content: f32,
}

/// Numbers found on texts that the network was not trained on; `training/encoder/calibrate.py` writes them.
#[derive(Clone, Copy, Debug)]
pub struct Calibration<'a>(&'a [f32]);

/// A network with its weights.
pub struct Encoder {
    weights: Weights,
    vocabulary: Vocabulary,
    level: Level,
    frame: (u32, u32),
    buckets: Buckets,
    columns: Vec<Columns>,
    /// States that are no longer asked: their memory is used again.
    spare: Mutex<Vec<States>>,
}

/// The last weights of a head as `kernel::score` takes them.
struct Columns {
    cue: Vec<f32>,
    role: Vec<f32>,
}

/// Biases, then the weights of each input; a few outputs side by side, with room for sixteen.
fn columns(weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let inputs = weights.len() / bias.len();
    let mut columns = vec![0.0; BLOCK * (1 + inputs)];
    columns[..bias.len()].copy_from_slice(bias);
    for (output, weights) in weights.chunks_exact(inputs).enumerate() {
        for (input, &weight) in weights.iter().enumerate() {
            columns[BLOCK * (1 + input) + output] = weight;
        }
    }
    columns
}

/// What the encoder makes of some windows, as far as it has read them.
#[derive(Default)]
pub struct States {
    values: Vec<f32>,
    /// The values as a head sees them.
    seen: Vec<f32>,
    /// Where each window starts, in pieces; one more at the end.
    starts: Vec<usize>,
    width: usize,
    /// Layers that are done.
    depth: usize,
    scratch: Scratch,
}

impl Calibration<'_> {
    /// What is added to the score of a piece that is no cue.
    pub fn cue_threshold(self) -> f32 {
        self.0[0]
    }

    /// A report that is less likely right than this is dropped.
    pub fn report_threshold(self) -> f32 {
        self.0[1]
    }

    /// Whether a report that is so likely right needs no deeper reading.
    pub fn is_settled(self, likely: f32) -> bool {
        likely <= self.0[2] || likely >= self.0[3]
    }

    /// How likely the content of a report is right, and its source if the content is: logistic functions of the scores. `kind`: 0 direct,
    /// 1 mixed, 2 indirect.
    pub fn confidence(self, kind: usize, scores: Scores) -> (f32, f32) {
        let of = |w: &[f32]| {
            let source = scores.source.map_or(w[5], |source| w[4] * source.max(LEAST));
            logistic(w[kind] + w[3] * scores.cue + source + w[6] * scores.content.max(LEAST))
        };
        let (content, source) = self.0[4..].split_at(CONFIDENCE);
        (of(content), of(source))
    }
}

/// Logs of probabilities below this are all alike.
const LEAST: f32 = -12.0;

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

static SMALL: &Aligned<[u8]> = &Aligned(*include_bytes!("../models/small.bin"));

#[cfg(feature = "accurate")]
static MIDDLE: &Aligned<[u8]> = &Aligned(*include_bytes!("../models/middle.bin"));

#[cfg(feature = "accurate")]
static LARGE: &Aligned<[u8]> = &Aligned(*include_bytes!("../models/large.bin"));

impl Encoder {
    /// The small network, whose weights lie in the binary.
    ///
    /// # Errors
    /// If the processor cannot read them.
    pub fn small() -> Result<Encoder, WeightsError> {
        Encoder::new(Weights::from_static(&SMALL.0)?)
    }

    /// The network between small and large, whose weights lie in the binary unless the feature `accurate` is off.
    ///
    /// # Errors
    /// As [`Encoder::large`].
    pub fn middle() -> Result<Encoder, WeightsError> {
        #[cfg(feature = "accurate")]
        return Encoder::new(Weights::from_static(&MIDDLE.0)?);
        #[cfg(not(feature = "accurate"))]
        Err(WeightsError::NotShipped)
    }

    /// The large network, whose weights lie in the binary unless the feature `accurate` is off.
    ///
    /// # Errors
    /// If the binary was built without them, or the processor cannot read them.
    pub fn large() -> Result<Encoder, WeightsError> {
        #[cfg(feature = "accurate")]
        return Encoder::new(Weights::from_static(&LARGE.0)?);
        #[cfg(not(feature = "accurate"))]
        Err(WeightsError::NotShipped)
    }

    /// An encoder from the bytes of a file.
    ///
    /// # Errors
    /// If they are no weights of this version, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Encoder, WeightsError> {
        Encoder::new(Weights::from_bytes(bytes)?)
    }

    fn new(weights: Weights) -> Result<Encoder, WeightsError> {
        let vocabulary = Vocabulary::new(weights.sizes.pieces, weights.vocabulary()).ok_or(WeightsError::Damaged)?;
        let frame = vocabulary.id("[CLS]").zip(vocabulary.id("[SEP]")).ok_or(WeightsError::Damaged)?;
        if weights.sizes.cues != CUES
            || weights.sizes.roles != ROLES
            || weights.heads.iter().any(|head| weights.floats(&head.calibration).len() != CALIBRATION)
            || weights.vocabulary().count() != weights.sizes.pieces
        {
            return Err(WeightsError::Damaged);
        }
        let side_by_side = |at: &[weights::Floats; 2]| columns(weights.floats(&at[0]), weights.floats(&at[1]));
        let heads = weights.heads.iter();
        let columns = heads.map(|h| Columns { cue: side_by_side(&h.cue), role: side_by_side(&h.role2) }).collect();
        let buckets = Buckets::new(weights.sizes.distances);
        Ok(Encoder { weights, vocabulary, level: Level::detect(), frame, buckets, columns, spare: Mutex::default() })
    }

    /// The same encoder with other instructions, for tests and measurements; `None` if the processor lacks them.
    pub fn with_level(self, level: Level) -> Option<Encoder> {
        Level::available().contains(&level).then_some(Encoder { level, ..self })
    }

    /// A number that tells these weights from others.
    pub fn checksum(&self) -> u64 {
        self.weights.checksum()
    }

    /// How large the network is.
    pub fn sizes(&self) -> Sizes {
        self.weights.sizes
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many heads there are, at growing depths.
    pub fn heads(&self) -> usize {
        self.weights.heads.len()
    }

    /// What was found when the scores of a head were calibrated.
    pub fn calibration(&self, head: usize) -> Calibration<'_> {
        Calibration(self.weights.floats(&self.weights.heads[head].calibration))
    }

    /// Begins to read windows; each is framed here. A window has at most `sizes().positions - 2` pieces. No head can be asked before
    /// [`Encoder::deepen`].
    pub fn begin(&self, windows: &[&[Piece]]) -> States {
        let w = &self.weights;
        let width = w.sizes.width;
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let States { mut values, seen, mut starts, scratch, .. } = spare.unwrap_or_default();
        starts.clear();
        starts.push(0);
        for window in windows {
            starts.push(starts[starts.len() - 1] + window.len() + 2);
        }
        values.resize(starts[windows.len()] * width, 0.0);
        let table = w.embedding();
        let bare = |id| Piece { id, case: 0, structure: 0 };
        let mut framed = Vec::new();
        for (window, bounds) in windows.iter().zip(starts.windows(2)) {
            framed.clear();
            framed.push(bare(self.frame.0));
            framed.extend_from_slice(window);
            framed.push(bare(self.frame.1));
            embed(self.level, table, &framed, &mut values[bounds[0] * width..bounds[1] * width]);
        }
        if let Some(norm) = &w.norm {
            normalise_all(self.level, &mut values, w.floats(&norm[0]), w.floats(&norm[1]));
        }
        States { values, seen, starts, width, depth: 0, scratch }
    }

    /// Takes back states that are no longer asked: the next ones use their memory, megabytes that need not be cleared again.
    pub fn end(&self, states: States) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(states);
    }

    /// Reads on to a head.
    pub fn deepen(&self, states: &mut States, head: usize) {
        let head = &self.weights.heads[head];
        for layer in &self.weights.layers[states.depth..head.depth] {
            match layer {
                LayerAt::Attention(layer) => self.look_everywhere(layer, states),
                LayerAt::Convolution(layer) => self.look_beside(layer, states),
            }
        }
        states.depth = head.depth;
        if let Some([scale, shift]) = &head.stretch {
            states.seen.resize(states.values.len(), 0.0);
            stretch(self.level, &states.values, self.weights.floats(scale), self.weights.floats(shift), &mut states.seen);
        } else {
            states.seen.clone_from(&states.values);
        }
    }

    /// A layer of a transformer.
    fn look_everywhere(&self, layer: &AttentionAt, states: &mut States) {
        let w = &self.weights;
        let States { values, starts, width, scratch, .. } = states;
        scratch.rows.rows(self.level, values, *width);
        multiply(self.level, &scratch.rows, &w.matrix(&layer.attention), &mut scratch.mixed);
        self.attend(starts, scratch);
        scratch.rows.rows(self.level, &scratch.context, *width);
        multiply(self.level, &scratch.rows, &w.matrix(&layer.merge), &mut scratch.narrow);
        self.add_and_normalise(values, &scratch.narrow, &layer.norm1);
        scratch.rows.rows(self.level, values, *width);
        multiply(self.level, &scratch.rows, &w.matrix(&layer.widen), &mut scratch.inner);
        gelu_all(self.level, &mut scratch.inner);
        scratch.rows.rows(self.level, &scratch.inner, w.sizes.inner);
        multiply(self.level, &scratch.rows, &w.matrix(&layer.narrow), &mut scratch.narrow);
        self.add_and_normalise(values, &scratch.narrow, &layer.norm2);
    }

    /// A gated convolution over the pieces of each window, added to what was there.
    fn look_beside(&self, layer: &ConvolutionAt, states: &mut States) {
        let w = &self.weights;
        let States { values, starts, width, scratch, .. } = states;
        let taps = Taps { weights: w.floats(&layer.taps), shift: w.floats(&layer.shift), dilation: layer.dilation };
        scratch.rows.beside(self.level, values, starts, taps, &mut scratch.inner);
        multiply(self.level, &scratch.rows, &w.matrix(&layer.mix), &mut scratch.mixed);
        add_gated(self.level, values, &scratch.mixed, *width);
    }

    fn attend(&self, starts: &[usize], scratch: &mut Scratch) {
        let (width, heads) = (self.weights.sizes.width, self.weights.sizes.heads);
        scratch.context.resize(starts[starts.len() - 1] * width, 0.0);
        for window in starts.windows(2) {
            let mixed = &scratch.mixed[window[0] * 3 * width..window[1] * 3 * width];
            let context = &mut scratch.context[window[0] * width..window[1] * width];
            for head in 0..heads {
                kernel::attend(self.level, mixed, width, head, &mut scratch.attention, context);
            }
        }
    }

    fn add_and_normalise(&self, values: &mut [f32], more: &[f32], norm: &[weights::Floats; 2]) {
        add_and_normalise(self.level, values, more, self.weights.floats(&norm[0]), self.weights.floats(&norm[1]));
    }

    /// For each piece of a window, how it scores as (part of) a cue by a head that was read to; not normalised.
    pub fn cues(&self, states: &States, head: usize, window: usize) -> Vec<[f32; CUES]> {
        let range = states.range(window);
        let rows = &states.seen[range.start * states.width..range.end * states.width];
        let mut scores = vec![[0.0; CUES]; range.len()];
        score(self.level, rows, states.width, &self.columns[head].cue, CUES, scores.as_flattened_mut());
        scores
    }

    /// For some cues, given by their first and last pieces, one after the other, and for each piece of a window: how it scores as source or
    /// content of the cue, by a head that was read to; not normalised.
    pub fn roles(&self, states: &mut States, head: usize, window: usize, cues: &[(usize, usize)]) -> Vec<[f32; ROLES]> {
        if cues.is_empty() {
            return Vec::new();
        }
        let w = &self.weights;
        let (head, columns) = (&w.heads[head], &self.columns[head]);
        let (width, wide) = (states.width, w.sizes.wide);
        let range = states.range(window);
        let own = &states.seen[range.start * width..range.end * width];
        let Scratch { rows, narrow: pieces, context: heads, inner: hidden, mixed: both, .. } = &mut states.scratch;
        rows.rows(self.level, own, width);
        multiply(self.level, rows, &w.matrix(&head.piece), pieces);
        let state = |piece: usize| &own[piece * width..][..width];
        both.clear();
        both.extend(cues.iter().flat_map(|&(first, last)| state(first).iter().chain(state(last))));
        rows.rows(self.level, both, 2 * width);
        multiply(self.level, rows, &w.matrix(&head.to_cue), heads);
        let distances = w.floats(&head.distance);
        hidden.resize(cues.len() * pieces.len(), 0.0);
        let each = cues.iter().zip(heads.chunks_exact(wide)).zip(hidden.chunks_exact_mut(pieces.len()));
        for ((&(first, last), cue), hidden) in each {
            let away = |piece: usize| if piece < first { piece as i32 - first as i32 } else { piece.saturating_sub(last) as i32 };
            let buckets: Vec<usize> = (0..range.len()).map(|piece| self.buckets.of(away(piece))).collect();
            meet(self.level, pieces, cue, distances, &buckets, hidden);
        }
        if let Some(role1) = &head.role1 {
            gelu_all(self.level, hidden);
            rows.rows(self.level, hidden, wide);
            multiply(self.level, rows, &w.matrix(role1), hidden);
            gelu_all(self.level, hidden);
        } else {
            positive_all(self.level, hidden);
        }
        let mut scores = vec![[0.0; ROLES]; cues.len() * range.len()];
        score(self.level, hidden, wide, &columns.role, ROLES, scores.as_flattened_mut());
        scores
    }
}

impl States {
    /// Goes on with some of the windows alone, in their order.
    pub fn keep(&mut self, which: &[bool]) {
        let (mut starts, mut end) = (vec![0], 0);
        for (window, _) in which.iter().enumerate().filter(|(_, keep)| **keep) {
            let from = self.starts[window] * self.width..self.starts[window + 1] * self.width;
            let length = from.len();
            self.values.copy_within(from, end);
            end += length;
            starts.push(end / self.width);
        }
        self.values.truncate(end);
        self.starts = starts;
    }

    /// The pieces of a window, its frame left out.
    fn range(&self, window: usize) -> std::ops::Range<usize> {
        self.starts[window] + 1..self.starts[window + 1] - 1
    }
}

#[derive(Default)]
struct Scratch {
    rows: Quantised,
    mixed: Vec<f32>,
    inner: Vec<f32>,
    narrow: Vec<f32>,
    context: Vec<f32>,
    attention: Attention,
}

/// Distances in pieces fall into buckets: exact up to 15, then by octaves, four buckets each.
struct Buckets {
    middle: usize,
    /// By distance: how many buckets away from the middle; the last for all that are farther.
    away: [u8; 256],
}

impl Buckets {
    fn new(count: usize) -> Buckets {
        let middle = count / 2;
        let away = |size: usize| if size < 16 { size } else { 16 + ((size as f32 / 16.0).log2() * 4.0) as usize };
        Buckets { middle, away: std::array::from_fn(|size| away(size).min(middle.saturating_sub(1)) as u8) }
    }

    fn of(&self, distance: i32) -> usize {
        let away = usize::from(self.away[(distance.unsigned_abs() as usize).min(255)]);
        if distance < 0 { self.middle - away } else { self.middle + away }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_fall_into_buckets() {
        let buckets: Vec<usize> = [0, 1, -1, 15, 16, 31, 32, -64, 5000].into_iter().map(|d| Buckets::new(65).of(d)).collect();
        assert_eq!(buckets, [32, 33, 31, 47, 48, 51, 52, 8, 63]);
    }

    #[test]
    fn foreign_and_damaged_weights_are_refused() {
        assert_eq!(Encoder::from_bytes(b"nonsense").err(), Some(WeightsError::NotWeights));
        let mut bytes = weights::MAGIC.to_vec();
        bytes.extend([0; 100]);
        assert_eq!(Encoder::from_bytes(&bytes).err(), Some(WeightsError::Damaged));
    }
}
