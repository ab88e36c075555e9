//! The file of weights: made by `training/encoder/export.py`, read where it lies.
//!
//! Little-endian: a magic word, a checksum of all that follows, then numbers (u32) that say how large everything is, then arrays, each
//! aligned to 64 bytes, in the order in which [`Weights::read`] takes them.

use super::kernel::{BLOCK, Embedding, HEAD, Matrix};
use std::fmt;
use std::ops::Range;

pub(super) const MAGIC: [u8; 8] = *b"ONRENC3\n";

/// Weights that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightsError {
    /// The binary holds none.
    NotShipped,
    /// They do not start as a file of weights of this version.
    NotWeights,
    /// They are cut short or were changed.
    Damaged,
    /// The processor orders bytes the other way.
    ByteOrder,
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WeightsError::NotShipped => "this program was built without the weights of the encoder; name a file with --weights",
            WeightsError::NotWeights => "no weights of an encoder of this version; make them with training/encoder/export.py",
            WeightsError::Damaged => "the weights of the encoder are damaged; fetch or make the file anew",
            WeightsError::ByteOrder => "weights are read on little-endian processors alone; use --engine rules",
        })
    }
}

impl std::error::Error for WeightsError {}

pub(super) enum Bytes {
    Static(&'static [u8]),
    Owned(Vec<u64>),
}

impl Bytes {
    fn all(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Owned(words) => bytemuck::cast_slice(words),
        }
    }
}

/// How large the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Width of the states.
    pub width: usize,
    /// Layers.
    pub layers: usize,
    /// Attention heads in each; 0 in a network of convolutions.
    pub heads: usize,
    /// Width inside a layer.
    pub inner: usize,
    /// Width of the head that labels pieces for a cue.
    pub wide: usize,
    /// Pieces of the vocabulary.
    pub pieces: usize,
    /// Positions in a window.
    pub positions: usize,
    /// Case features.
    pub cases: usize,
    /// Structure features.
    pub structures: usize,
    /// Buckets of the distance to a cue.
    pub distances: usize,
    /// Labels of cues.
    pub cues: usize,
    /// Labels of pieces for a cue.
    pub roles: usize,
}

/// An array of floats in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Floats(Range<usize>);

/// A matrix in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct MatrixAt {
    outputs: usize,
    inputs: usize,
    weights: Range<usize>,
    scale: Range<usize>,
    bias: Range<usize>,
    sum: Range<usize>,
}

/// One layer of a network.
#[derive(Clone, Debug)]
pub(super) enum LayerAt {
    /// Every piece looks at every other.
    Attention(Box<AttentionAt>),
    /// Every piece looks at some beside it, column by column.
    Convolution(ConvolutionAt),
}

/// A layer of a transformer.
#[derive(Clone, Debug, Default)]
pub(super) struct AttentionAt {
    pub attention: MatrixAt,
    pub merge: MatrixAt,
    pub norm1: [Floats; 2],
    pub widen: MatrixAt,
    pub narrow: MatrixAt,
    pub norm2: [Floats; 2],
}

/// A gated convolution.
#[derive(Clone, Debug, Default)]
pub(super) struct ConvolutionAt {
    /// How many pieces lie between one that is looked at and the next.
    pub dilation: usize,
    /// What is added to each column.
    pub shift: Floats,
    /// For each piece that is looked at, what each of its columns counts.
    pub taps: Floats,
    /// From the sums to values and their gates.
    pub mix: MatrixAt,
}

/// What reads cues and roles off the states of one layer.
#[derive(Clone, Debug, Default)]
pub(super) struct HeadAt {
    /// So many layers lie below.
    pub depth: usize,
    /// By which states are stretched and shifted before reading; `None` where the layers normalise.
    pub stretch: Option<[Floats; 2]>,
    pub cue: [Floats; 2],
    pub piece: MatrixAt,
    pub to_cue: MatrixAt,
    pub distance: Floats,
    /// A layer between; `None` in a network of convolutions.
    pub role1: Option<MatrixAt>,
    pub role2: [Floats; 2],
    /// What was found when the scores were calibrated; see `export.py`.
    pub calibration: Floats,
}

/// All arrays of the file.
pub(super) struct Weights {
    bytes: Bytes,
    pub sizes: Sizes,
    vocabulary: Range<usize>,
    pieces: Range<usize>,
    piece_scale: Range<usize>,
    positions: Floats,
    cases: Floats,
    structures: Floats,
    /// Of the embeddings; `None` in a network of convolutions.
    pub norm: Option<[Floats; 2]>,
    pub layers: Vec<LayerAt>,
    /// The heads, the shallowest first; the last reads the last layer.
    pub heads: Vec<HeadAt>,
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn number(&mut self) -> Result<usize, WeightsError> {
        let four = self.bytes.get(self.at..self.at + 4).ok_or(WeightsError::Damaged)?;
        self.at += 4;
        Ok(u32::from_le_bytes(four.try_into().map_err(|_| WeightsError::Damaged)?) as usize)
    }

    fn array(&mut self, count: usize, size: usize) -> Result<Range<usize>, WeightsError> {
        let start = self.at.next_multiple_of(64);
        let end = count.checked_mul(size).and_then(|n| start.checked_add(n)).ok_or(WeightsError::Damaged)?;
        if end > self.bytes.len() {
            return Err(WeightsError::Damaged);
        }
        self.at = end;
        Ok(start..end)
    }

    fn floats(&mut self, count: usize) -> Result<Floats, WeightsError> {
        self.array(count, 4).map(Floats)
    }

    fn matrix(&mut self, outputs: usize, inputs: usize) -> Result<MatrixAt, WeightsError> {
        Ok(MatrixAt {
            outputs,
            inputs,
            weights: self.array(outputs * inputs, 1)?,
            scale: self.array(outputs, 4)?,
            bias: self.array(outputs, 4)?,
            sum: self.array(outputs, 4)?,
        })
    }
}

impl Weights {
    /// Weights in the binary, read where they lie.
    pub fn from_static(bytes: &'static [u8]) -> Result<Weights, WeightsError> {
        Weights::read(Bytes::Static(bytes))
    }

    /// Weights in memory, checked against their checksum.
    pub fn from_bytes(bytes: &[u8]) -> Result<Weights, WeightsError> {
        if bytes.get(..8) != Some(&MAGIC) {
            return Err(WeightsError::NotWeights);
        }
        let sum = bytes.get(8..16).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes).ok_or(WeightsError::Damaged)?;
        if checksum(&bytes[16..]) != sum {
            return Err(WeightsError::Damaged);
        }
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
        Weights::read(Bytes::Owned(words))
    }

    fn read(bytes: Bytes) -> Result<Weights, WeightsError> {
        if cfg!(target_endian = "big") {
            return Err(WeightsError::ByteOrder);
        }
        let all = bytes.all();
        if all.get(..8) != Some(&MAGIC) {
            return Err(WeightsError::NotWeights);
        }
        let mut c = Cursor { bytes: all, at: 16 };
        let convolutions = match c.number()? {
            0 => false,
            2 => true,
            _ => return Err(WeightsError::NotWeights),
        };
        let sizes = Sizes {
            width: c.number()?,
            layers: c.number()?,
            heads: c.number()?,
            inner: c.number()?,
            wide: c.number()?,
            pieces: c.number()?,
            positions: c.number()?,
            cases: c.number()?,
            structures: c.number()?,
            distances: c.number()?,
            cues: c.number()?,
            roles: c.number()?,
        };
        let (vocabulary, calibration, heads) = (c.number()?, c.number()?, c.number()?);
        let fits = |n: usize| n > 0 && n.is_multiple_of(BLOCK) && n <= 1 << 16;
        if !(fits(sizes.width) && fits(sizes.inner) && fits(sizes.wide)) || !convolutions && sizes.width != sizes.heads * HEAD {
            return Err(WeightsError::Damaged);
        }
        let Sizes { width, inner, wide, .. } = sizes;
        let pair = |c: &mut Cursor<'_>| -> Result<[Floats; 2], WeightsError> { Ok([c.floats(width)?, c.floats(width)?]) };
        let vocabulary = c.array(vocabulary, 1)?;
        let pieces = c.array(sizes.pieces * width, 1)?;
        let piece_scale = c.array(sizes.pieces, 4)?;
        let positions = c.floats(sizes.positions * width)?;
        let cases = c.floats(sizes.cases * width)?;
        let structures = c.floats(sizes.structures * width)?;
        let norm = if convolutions { None } else { Some(pair(&mut c)?) };
        let mut layers = Vec::new();
        for _ in 0..sizes.layers {
            layers.push(if convolutions {
                let (dilation, taps) = (c.number()?, c.number()?);
                if dilation == 0 || taps % 2 == 0 || dilation.max(taps) > sizes.distances {
                    return Err(WeightsError::Damaged);
                }
                LayerAt::Convolution(ConvolutionAt {
                    dilation,
                    shift: c.floats(width)?,
                    taps: c.floats(taps * width)?,
                    mix: c.matrix(2 * width, width)?,
                })
            } else {
                LayerAt::Attention(Box::new(AttentionAt {
                    attention: c.matrix(3 * width, width)?,
                    merge: c.matrix(width, width)?,
                    norm1: pair(&mut c)?,
                    widen: c.matrix(inner, width)?,
                    narrow: c.matrix(width, inner)?,
                    norm2: pair(&mut c)?,
                }))
            });
        }
        let mut list = Vec::new();
        for _ in 0..heads {
            let stretch = if convolutions { Some(pair(&mut c)?) } else { None };
            list.push(HeadAt {
                depth: c.number()?,
                stretch,
                cue: [c.floats(sizes.cues * width)?, c.floats(sizes.cues)?],
                piece: c.matrix(wide, width)?,
                to_cue: c.matrix(wide, 2 * width)?,
                distance: c.floats(sizes.distances * wide)?,
                role1: if convolutions { None } else { Some(c.matrix(wide, wide)?) },
                role2: [c.floats(sizes.roles * wide)?, c.floats(sizes.roles)?],
                calibration: c.floats(calibration)?,
            });
        }
        let mut depths = list.iter().map(|head| head.depth);
        if !depths.clone().is_sorted_by(|a, b| a < b) || depths.next_back() != Some(sizes.layers) {
            return Err(WeightsError::Damaged);
        }
        Ok(Weights { bytes, sizes, vocabulary, pieces, piece_scale, positions, cases, structures, norm, layers, heads: list })
    }

    /// The checksum that the file states.
    pub fn checksum(&self) -> u64 {
        let stated = self.bytes.all().get(8..16).and_then(|b| b.try_into().ok());
        stated.map_or(0, u64::from_le_bytes)
    }

    /// The pieces of the vocabulary in order; none if the file is damaged there.
    pub fn vocabulary(&self) -> impl Iterator<Item = &str> {
        std::str::from_utf8(&self.bytes.all()[self.vocabulary.clone()]).unwrap_or("").lines()
    }

    pub fn floats(&self, at: &Floats) -> &[f32] {
        bytemuck::cast_slice(&self.bytes.all()[at.0.clone()])
    }

    pub fn matrix(&self, at: &MatrixAt) -> Matrix<'_> {
        let all = self.bytes.all();
        Matrix {
            outputs: at.outputs,
            inputs: at.inputs,
            weights: bytemuck::cast_slice(&all[at.weights.clone()]),
            scale: bytemuck::cast_slice(&all[at.scale.clone()]),
            bias: bytemuck::cast_slice(&all[at.bias.clone()]),
            sum: bytemuck::cast_slice(&all[at.sum.clone()]),
        }
    }

    /// What pieces and their features are worth.
    pub fn embedding(&self) -> Embedding<'_> {
        let all = self.bytes.all();
        Embedding {
            pieces: bytemuck::cast_slice(&all[self.pieces.clone()]),
            scale: bytemuck::cast_slice(&all[self.piece_scale.clone()]),
            cases: self.floats(&self.cases),
            structures: self.floats(&self.structures),
            positions: self.floats(&self.positions),
        }
    }
}

/// FNV-1a over words of eight bytes: against accidents, not against attackers.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(0xcbf2_9ce4_8422_2325, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
