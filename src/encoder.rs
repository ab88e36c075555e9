//! The encoder: numbers in, numbers out.
//!
//! A small transformer (the shape of BERT) over word pieces with features of case and structure, a head that scores each piece as part of a
//! cue, and a head that scores each piece as source or content of one cue. `training/encoder/model.py` is the same network; its weights were
//! trained there, quantised to 8 bits and written by `export.py`. What the numbers mean for a text is not decided here.

pub mod kernel;
mod weights;
mod wordpiece;

pub use weights::{Sizes, WeightsError};
pub use wordpiece::{Vocabulary, WordPiece};

use kernel::{Level, Quantised, dot, gelu_all, multiply, normalise, softmax};
use weights::Weights;

/// Labels of cues: none, begin and inside of speech, begin and inside of other.
pub const CUES: usize = 5;
/// Labels of pieces for a cue: none; begin, inside, end and single of source; the same of content.
pub const ROLES: usize = 9;

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

/// A network with its weights.
pub struct Encoder {
    weights: Weights,
    vocabulary: Vocabulary,
    level: Level,
    frame: (u32, u32),
}

/// What the encoder makes of some windows.
pub struct States {
    values: Vec<f32>,
    /// Where each window starts, in pieces; one more at the end.
    starts: Vec<usize>,
    width: usize,
    /// What the head that labels pieces makes of each piece.
    wide: Vec<f32>,
}

impl Encoder {
    /// The encoder whose weights lie in the binary.
    ///
    /// # Errors
    /// If they are none of this version; a test reads them.
    pub fn from_static(bytes: &'static [u8]) -> Result<Encoder, WeightsError> {
        Encoder::new(Weights::from_static(bytes)?)
    }

    /// An encoder from the bytes of a file.
    ///
    /// # Errors
    /// If they are no weights of this version, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Encoder, WeightsError> {
        Encoder::new(Weights::from_bytes(bytes)?)
    }

    fn new(weights: Weights) -> Result<Encoder, WeightsError> {
        let vocabulary = Vocabulary::new(weights.vocabulary()).ok_or(WeightsError::Damaged)?;
        let frame = vocabulary.id("[CLS]").zip(vocabulary.id("[SEP]")).ok_or(WeightsError::Damaged)?;
        if weights.sizes.cues != CUES || weights.sizes.roles != ROLES || weights.vocabulary().count() != weights.sizes.pieces {
            return Err(WeightsError::Damaged);
        }
        Ok(Encoder { weights, vocabulary, level: Level::detect(), frame })
    }

    /// The same encoder with other instructions; for tests and measurements.
    pub fn with_level(mut self, level: Level) -> Encoder {
        self.level = level;
        self
    }

    /// How large the network is.
    pub fn sizes(&self) -> Sizes {
        self.weights.sizes
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What was found when the scores were calibrated.
    pub fn calibration(&self) -> &[f32] {
        self.weights.floats(&self.weights.calibration)
    }

    /// Reads windows; each is framed here. A window has at most `sizes().positions - 2` pieces.
    pub fn read(&self, windows: &[Vec<Piece>]) -> States {
        let w = &self.weights;
        let width = w.sizes.width;
        let mut starts = vec![0];
        for window in windows {
            starts.push(starts[starts.len() - 1] + window.len() + 2);
        }
        let count = starts[windows.len()];
        let mut values = Vec::with_capacity(count * width);
        for window in windows {
            let bare = |id| Piece { id, case: 0, structure: 0 };
            let framed =
                std::iter::once(bare(self.frame.0)).chain(window.iter().copied()).chain(std::iter::once(bare(self.frame.1)));
            for (position, piece) in framed.enumerate() {
                self.embed(position, piece, &mut values);
            }
        }
        let mut scratch = Scratch::default();
        for layer in &w.layers {
            scratch.rows.rows(&values, width);
            multiply(self.level, &scratch.rows, &w.matrix(&layer.attention), &mut scratch.wide);
            attend(&scratch.wide, &starts, width, w.sizes.heads, &mut scratch.context);
            scratch.rows.rows(&scratch.context, width);
            multiply(self.level, &scratch.rows, &w.matrix(&layer.merge), &mut scratch.narrow);
            self.add_and_normalise(&mut values, &scratch.narrow, &layer.norm1);
            scratch.rows.rows(&values, width);
            multiply(self.level, &scratch.rows, &w.matrix(&layer.widen), &mut scratch.wide);
            gelu_all(&mut scratch.wide);
            scratch.rows.rows(&scratch.wide, w.sizes.inner);
            multiply(self.level, &scratch.rows, &w.matrix(&layer.narrow), &mut scratch.narrow);
            self.add_and_normalise(&mut values, &scratch.narrow, &layer.norm2);
        }
        scratch.rows.rows(&values, width);
        let mut wide = Vec::new();
        multiply(self.level, &scratch.rows, &w.matrix(&w.piece), &mut wide);
        States { values, starts, width, wide }
    }

    fn embed(&self, position: usize, piece: Piece, values: &mut Vec<f32>) {
        let w = &self.weights;
        let width = w.sizes.width;
        let row = |floats: &weights::Floats, at: usize, limit: usize| -> &[f32] {
            &w.floats(floats)[at.min(limit - 1) * width..][..width]
        };
        let (steps, scale) = w.piece(piece.id);
        let position = row(&w.positions, position, w.sizes.positions);
        let case = row(&w.cases, usize::from(piece.case), w.sizes.cases);
        let structure = row(&w.structures, usize::from(piece.structure), w.sizes.structures);
        let start = values.len();
        values.extend((0..width).map(|i| f32::from(steps[i]) * scale + case[i] + structure[i] + position[i]));
        normalise(&mut values[start..], w.floats(&w.norm[0]), w.floats(&w.norm[1]));
    }

    fn add_and_normalise(&self, values: &mut [f32], more: &[f32], norm: &[weights::Floats; 2]) {
        let (scale, shift) = (self.weights.floats(&norm[0]), self.weights.floats(&norm[1]));
        for (row, more) in values.chunks_exact_mut(scale.len()).zip(more.chunks_exact(scale.len())) {
            for (x, y) in row.iter_mut().zip(more) {
                *x += y;
            }
            normalise(row, scale, shift);
        }
    }

    /// For each piece of a window, how it scores as (part of) a cue; not normalised.
    pub fn cues(&self, states: &States, window: usize) -> Vec<[f32; CUES]> {
        let w = &self.weights;
        let (weights, bias) = (w.floats(&w.cue[0]), w.floats(&w.cue[1]));
        states
            .rows(window)
            .map(|row| std::array::from_fn(|i| dot(row, &weights[i * states.width..][..states.width]) + bias[i]))
            .collect()
    }

    /// For each piece of a window, how it scores as source or content of the cue from piece `first` to piece `last`; not normalised.
    pub fn roles(&self, states: &States, window: usize, first: usize, last: usize) -> Vec<[f32; ROLES]> {
        let w = &self.weights;
        let (width, wide) = (states.width, w.sizes.wide);
        let range = states.range(window);
        let state = |piece: usize| &states.values[(range.start + piece) * width..][..width];
        let mut rows = Quantised::default();
        let mut cue = Vec::new();
        let both: Vec<f32> = state(first).iter().chain(state(last)).copied().collect();
        rows.rows(&both, 2 * width);
        multiply(self.level, &rows, &w.matrix(&w.to_cue), &mut cue);
        let distances = w.floats(&w.distance);
        let mut hidden = Vec::with_capacity(range.len() * wide);
        for piece in 0..range.len() {
            let away = if piece < first { piece as i32 - first as i32 } else { (piece as i32 - last as i32).max(0) };
            let distance = &distances[bucket(away, w.sizes.distances) * wide..][..wide];
            let own = &states.wide[(range.start + piece) * wide..][..wide];
            hidden.extend((0..wide).map(|i| own[i] + cue[i] + distance[i]));
        }
        gelu_all(&mut hidden);
        let mut second = Vec::new();
        rows.rows(&hidden, wide);
        multiply(self.level, &rows, &w.matrix(&w.role1), &mut second);
        gelu_all(&mut second);
        let (weights, bias) = (w.floats(&w.role2[0]), w.floats(&w.role2[1]));
        second.chunks_exact(wide).map(|row| std::array::from_fn(|i| dot(row, &weights[i * wide..][..wide]) + bias[i])).collect()
    }
}

impl States {
    /// The pieces of a window, its frame left out.
    fn range(&self, window: usize) -> std::ops::Range<usize> {
        self.starts[window] + 1..self.starts[window + 1] - 1
    }

    fn rows(&self, window: usize) -> impl Iterator<Item = &[f32]> {
        let range = self.range(window);
        self.values[range.start * self.width..range.end * self.width].chunks_exact(self.width)
    }
}

#[derive(Default)]
struct Scratch {
    rows: Quantised,
    wide: Vec<f32>,
    narrow: Vec<f32>,
    context: Vec<f32>,
}

/// The bucket of a signed distance in pieces: exact up to 15, then by octaves, four buckets each.
fn bucket(distance: i32, buckets: usize) -> usize {
    let middle = buckets as i32 / 2;
    let size = distance.abs();
    let far = if size < 16 { size } else { (16 + ((size as f32 / 16.0).log2() * 4.0) as i32).min(middle - 1) };
    (middle + distance.signum() * far) as usize
}

/// Attention of each piece to all pieces of its window, for queries, keys and values that stand side by side.
fn attend(mixed: &[f32], starts: &[usize], width: usize, heads: usize, context: &mut Vec<f32>) {
    let count = starts[starts.len() - 1];
    context.clear();
    context.resize(count * width, 0.0);
    let size = width / heads;
    let scale = 1.0 / (size as f32).sqrt();
    let (mut keys, mut shares) = (Vec::new(), Vec::new());
    for window in starts.windows(2) {
        let (start, length) = (window[0], window[1] - window[0]);
        let row =
            |piece: usize, part: usize, head: usize| &mixed[(start + piece) * 3 * width + part * width + head * size..][..size];
        for head in 0..heads {
            // Keys turned: a query meets all of them at once.
            keys.clear();
            keys.resize(size * length, 0.0);
            for piece in 0..length {
                for (i, &key) in row(piece, 1, head).iter().enumerate() {
                    keys[i * length + piece] = key;
                }
            }
            for piece in 0..length {
                shares.clear();
                shares.resize(length, 0.0);
                for (i, &query) in row(piece, 0, head).iter().enumerate() {
                    let query = query * scale;
                    for (share, key) in shares.iter_mut().zip(&keys[i * length..][..length]) {
                        *share += query * key;
                    }
                }
                softmax(&mut shares);
                let out = &mut context[(start + piece) * width + head * size..][..size];
                for (other, share) in shares.iter().enumerate() {
                    for (out, value) in out.iter_mut().zip(row(other, 2, head)) {
                        *out += share * value;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_fall_into_buckets() {
        let buckets: Vec<usize> = [0, 1, -1, 15, 16, 31, 32, -64, 5000].into_iter().map(|d| bucket(d, 65)).collect();
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
