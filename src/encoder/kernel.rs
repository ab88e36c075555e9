//! Arithmetic: products of 8-bit matrices, and the few functions between them.
//!
//! Activations are quantised row by row as they come, weights were quantised output by output when they were trained; products are
//! summed in 32-bit integers, so every kernel gives the same numbers: AVX-512 with VNNI, AVX2, and plain Rust. Sums of floats are
//! made in a fixed order (sixteen lanes, then a tree), so that a compiler may use wide registers and still every processor
//! agrees.

/// Lanes of a block of weights: so many outputs stand together.
pub const BLOCK: usize = 16;
/// Inputs that are multiplied at once.
pub const GROUP: usize = 4;

/// Which instructions multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// AVX-512 with VNNI.
    Vnni,
    /// AVX2.
    Avx2,
    /// No more than Rust.
    Portable,
}

impl Level {
    /// The best that this processor has.
    pub fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vnni")
            {
                return Level::Vnni;
            }
            if is_x86_feature_detected!("avx2") {
                return Level::Avx2;
            }
        }
        Level::Portable
    }
}

/// A matrix of 8-bit weights, `outputs` by `inputs`.
///
/// The weights lie block by block of sixteen outputs, in each block group by group of four inputs, in each group output by output: a wide
/// register loads four inputs of sixteen outputs at once.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// Rows: what comes out; a multiple of [`BLOCK`].
    pub outputs: usize,
    /// Columns: what goes in; a multiple of [`GROUP`].
    pub inputs: usize,
    /// The weights.
    pub weights: &'a [i8],
    /// By output: what one step of a weight is worth.
    pub scale: &'a [f32],
    /// By output: what is added.
    pub bias: &'a [f32],
    /// By output: the sum of its weights.
    pub sum: &'a [i32],
}

/// Rows of 8-bit activations.
#[derive(Clone, Debug, Default)]
pub struct Quantised {
    values: Vec<i8>,
    scale: Vec<f32>,
    columns: usize,
}

impl Quantised {
    /// Quantises rows of floats, each by its largest value.
    pub fn rows(&mut self, floats: &[f32], columns: usize) {
        self.columns = columns;
        self.values.clear();
        self.values.reserve(floats.len());
        self.scale.clear();
        for row in floats.chunks_exact(columns) {
            let largest = row.iter().fold(0f32, |m, x| m.max(x.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            let inverse = 1.0 / scale;
            // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
            self.values.extend(row.iter().map(|x| ((x * inverse + 12_582_912.0) - 12_582_912.0) as i32 as i8));
            self.scale.push(scale);
        }
    }
}

/// `out[row][output] = row · weights[output] + bias[output]`.
pub fn multiply(level: Level, rows: &Quantised, matrix: &Matrix<'_>, out: &mut Vec<f32>) {
    let count = rows.scale.len();
    assert_eq!(rows.columns, matrix.inputs, "the rows fit the matrix");
    assert_eq!(matrix.weights.len(), matrix.outputs * matrix.inputs, "the matrix is whole");
    out.clear();
    out.resize(count * matrix.outputs, 0.0);
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Vnni => x86::multiply_vnni(rows, matrix, out),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => x86::multiply_avx2(rows, matrix, out),
        _ => multiply_portable(rows, matrix, out),
    }
}

fn multiply_portable(rows: &Quantised, matrix: &Matrix<'_>, out: &mut [f32]) {
    let (inputs, outputs) = (matrix.inputs, matrix.outputs);
    for (row, (values, scale)) in rows.values.chunks_exact(inputs).zip(&rows.scale).enumerate() {
        for (block, weights) in matrix.weights.chunks_exact(inputs * BLOCK).enumerate() {
            let mut sums = [0i32; BLOCK];
            for (group, inputs) in weights.chunks_exact(BLOCK * GROUP).zip(values.chunks_exact(GROUP)) {
                for (sum, lane) in sums.iter_mut().zip(group.chunks_exact(GROUP)) {
                    *sum += lane.iter().zip(inputs).map(|(&w, &a)| i32::from(w) * i32::from(a)).sum::<i32>();
                }
            }
            finish(&mut out[row * outputs + block * BLOCK..][..BLOCK], &sums, *scale, matrix, block);
        }
    }
}

/// From whole numbers to floats, for one block of outputs.
#[inline(always)]
fn finish(out: &mut [f32], sums: &[i32; BLOCK], scale: f32, matrix: &Matrix<'_>, block: usize) {
    let at = block * BLOCK;
    let parts = matrix.scale[at..at + BLOCK].iter().zip(&matrix.bias[at..at + BLOCK]);
    for ((out, &sum), (&weight, &bias)) in out.iter_mut().zip(sums).zip(parts) {
        *out = sum as f32 * (scale * weight) + bias;
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    #![allow(unsafe_code)] // Intrinsics: each block says why it is sound.

    use super::{BLOCK, GROUP, Matrix, Quantised, finish};
    use std::arch::x86_64::{
        __m256i, __m512i, _mm256_abs_epi8, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
        _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_sign_epi8, _mm256_storeu_si256, _mm512_dpbusd_epi32,
        _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
    };

    /// Rows and blocks of a tile: as many sums as there are registers for.
    const ROWS: usize = 6;
    const BLOCKS: usize = 4;

    pub(super) fn multiply_vnni(rows: &Quantised, matrix: &Matrix<'_>, out: &mut [f32]) {
        // The instruction multiplies unsigned by signed: activations are shifted by 128, the sums corrected.
        let shifted: Vec<u8> = rows.values.iter().map(|&v| (v as u8) ^ 0x80).collect();
        let count = rows.scale.len();
        let blocks = matrix.outputs / BLOCK;
        let mut block = 0;
        while block < blocks {
            let width = (blocks - block).min(BLOCKS);
            let mut row = 0;
            while row < count {
                let height = (count - row).min(ROWS);
                // SAFETY: `Level::Vnni` is chosen only where the processor has these instructions; the tile lies inside the
                // matrix and the rows, whose sizes `multiply` checked.
                unsafe {
                    match (height, width) {
                        (6, 4) => tile_vnni::<6, 4>(&shifted, rows, matrix, row, block, out),
                        (_, 4) => each::<4>(height, &shifted, rows, matrix, row, block, out),
                        _ => {
                            for b in 0..width {
                                each::<1>(height, &shifted, rows, matrix, row, block + b, out);
                            }
                        }
                    }
                }
                row += height;
            }
            block += width;
        }
    }

    /// Fewer rows than a tile: one at a time.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn each<const B: usize>(
        height: usize,
        shifted: &[u8],
        rows: &Quantised,
        matrix: &Matrix<'_>,
        row: usize,
        block: usize,
        out: &mut [f32],
    ) {
        let mut at = 0;
        while at < height {
            let left = height - at;
            // SAFETY: as for the caller.
            unsafe {
                match left {
                    1 => tile_vnni::<1, B>(shifted, rows, matrix, row + at, block, out),
                    2 => tile_vnni::<2, B>(shifted, rows, matrix, row + at, block, out),
                    _ => tile_vnni::<3, B>(shifted, rows, matrix, row + at, block, out),
                }
            }
            at += left.min(3);
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn tile_vnni<const R: usize, const B: usize>(
        shifted: &[u8],
        rows: &Quantised,
        matrix: &Matrix<'_>,
        row: usize,
        block: usize,
        out: &mut [f32],
    ) {
        let inputs = matrix.inputs;
        let mut sums = [[_mm512_setzero_si512(); B]; R];
        // SAFETY: `row + R` rows and `block + B` blocks exist, each `inputs` (times sixteen) bytes long, a multiple of GROUP.
        unsafe {
            let activations = shifted.as_ptr().add(row * inputs);
            let weights = matrix.weights.as_ptr().add(block * inputs * BLOCK);
            for group in 0..inputs / GROUP {
                let mut w = [_mm512_setzero_si512(); B];
                for (b, w) in w.iter_mut().enumerate() {
                    *w = _mm512_loadu_si512(weights.add(b * inputs * BLOCK + group * BLOCK * GROUP).cast::<__m512i>());
                }
                for (r, sums) in sums.iter_mut().enumerate() {
                    let four = activations.add(r * inputs + group * GROUP).cast::<i32>().read_unaligned();
                    let a = _mm512_set1_epi32(four);
                    for (sum, w) in sums.iter_mut().zip(&w) {
                        *sum = _mm512_dpbusd_epi32(*sum, a, *w);
                    }
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            for (b, sum) in sums.iter().enumerate() {
                let mut lanes = [0i32; BLOCK];
                // SAFETY: the array is as long as the register.
                unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast::<__m512i>(), *sum) };
                for (lane, sum) in lanes.iter_mut().zip(&matrix.sum[(block + b) * BLOCK..]) {
                    *lane -= 128 * sum;
                }
                let at = (row + r) * matrix.outputs + (block + b) * BLOCK;
                finish(&mut out[at..at + BLOCK], &lanes, rows.scale[row + r], matrix, block + b);
            }
        }
    }

    pub(super) fn multiply_avx2(rows: &Quantised, matrix: &Matrix<'_>, out: &mut [f32]) {
        let count = rows.scale.len();
        for block in 0..matrix.outputs / BLOCK {
            let mut row = 0;
            while row < count {
                // SAFETY: `Level::Avx2` is chosen only where the processor has these instructions; sizes as above.
                unsafe {
                    if row + 3 <= count {
                        tile_avx2::<3>(rows, matrix, row, block, out);
                        row += 3;
                    } else {
                        tile_avx2::<1>(rows, matrix, row, block, out);
                        row += 1;
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx2")]
    unsafe fn tile_avx2<const R: usize>(rows: &Quantised, matrix: &Matrix<'_>, row: usize, block: usize, out: &mut [f32]) {
        let inputs = matrix.inputs;
        let ones = _mm256_set1_epi16(1);
        let mut sums = [[_mm256_setzero_si256(); 2]; R];
        // SAFETY: as in `tile_vnni`.
        unsafe {
            let activations = rows.values.as_ptr().add(row * inputs);
            let weights = matrix.weights.as_ptr().add(block * inputs * BLOCK);
            for group in 0..inputs / GROUP {
                let at = weights.add(group * BLOCK * GROUP);
                let w = [_mm256_loadu_si256(at.cast::<__m256i>()), _mm256_loadu_si256(at.add(32).cast::<__m256i>())];
                for (r, sums) in sums.iter_mut().enumerate() {
                    let four = activations.add(r * inputs + group * GROUP).cast::<i32>().read_unaligned();
                    let a = _mm256_set1_epi32(four);
                    let size = _mm256_abs_epi8(a);
                    for (sum, w) in sums.iter_mut().zip(w) {
                        // |a| times the weight with a's sign: two products of at most 127 * 127 fit into 16 bits.
                        let pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(w, a));
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
                    }
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let mut lanes = [0i32; BLOCK];
            for (half, sum) in sums.iter().enumerate() {
                // SAFETY: each half of the array is as long as the register.
                unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().add(8 * half).cast::<__m256i>(), *sum) };
            }
            let at = (row + r) * matrix.outputs + block * BLOCK;
            finish(&mut out[at..at + BLOCK], &lanes, rows.scale[row + r], matrix, block);
        }
    }
}

/// The sum of products in a fixed order.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; BLOCK];
    let (whole_a, whole_b) = (a.chunks_exact(BLOCK), b.chunks_exact(BLOCK));
    let rest: f32 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in whole_a.zip(whole_b) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += x * y;
        }
    }
    tree(lanes) + rest
}

fn tree(mut lanes: [f32; BLOCK]) -> f32 {
    let mut width = BLOCK / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0f32; BLOCK];
    let whole = values.chunks_exact(BLOCK);
    let rest: f32 = whole.remainder().iter().sum();
    for chunk in whole {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    tree(lanes) + rest
}

/// Brings a row to mean 0 and variance 1, then scales and shifts it.
pub fn normalise(row: &mut [f32], scale: &[f32], shift: &[f32]) {
    let count = row.len() as f32;
    let mean = sum(row) / count;
    for x in row.iter_mut() {
        *x -= mean;
    }
    let variance = dot(row, row) / count;
    let inverse = 1.0 / (variance + 1e-12).sqrt();
    for ((x, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *x = *x * inverse * scale + shift;
    }
}

/// e to the power of x, to about seven digits; 0 far below.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let whole = (x * std::f32::consts::LOG2_E + 12_582_912.0) - 12_582_912.0;
    let r = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    // Cephes: e^r on [-ln2/2, ln2/2].
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5.000_000_3e-1;
    let p = p * r * r + r + 1.0;
    p * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

/// x times the share of a normal distribution below x (Abramowitz and Stegun 7.1.26, error below 2e-7).
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let p = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_7) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    let erf = 1.0 - p * exp(-z * z);
    0.5 * x * (1.0 + erf.copysign(x))
}

/// [`gelu`] over a slice.
pub fn gelu_all(values: &mut [f32]) {
    for x in values {
        *x = gelu(*x);
    }
}

/// Turns scores into shares that add up to 1.
pub fn softmax(row: &mut [f32]) {
    let largest = row.iter().fold(f32::MIN, |m, &x| m.max(x));
    for x in row.iter_mut() {
        *x = exp(*x - largest);
    }
    let inverse = 1.0 / sum(row);
    for x in row {
        *x *= inverse;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<i8> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 24) as i32 % 128 - 64) as i8 * 2 + (state >> 31) as i8
            })
            .map(|v: i8| v.max(-127))
            .collect()
    }

    #[test]
    fn all_levels_give_the_same_numbers() {
        for (count, inputs, outputs) in [(1, 4, 16), (7, 64, 48), (13, 384, 1152), (6, 1536, 384), (20, 256, 256)] {
            let weights = numbers(inputs * outputs, 7);
            let scale: Vec<f32> = (0..outputs).map(|i| 0.001 + i as f32 * 1e-5).collect();
            let bias: Vec<f32> = (0..outputs).map(|i| i as f32 * 0.01).collect();
            let sum: Vec<i32> = (0..outputs)
                .map(|o| {
                    let block = &weights[o / BLOCK * inputs * BLOCK..][..inputs * BLOCK];
                    let lane = o % BLOCK * GROUP;
                    block.chunks_exact(BLOCK * GROUP).flat_map(|g| &g[lane..lane + GROUP]).map(|&w| i32::from(w)).sum()
                })
                .collect();
            let matrix = Matrix { outputs, inputs, weights: &weights, scale: &scale, bias: &bias, sum: &sum };
            let floats: Vec<f32> = numbers(count * inputs, 3).iter().map(|&v| f32::from(v) * 0.02).collect();
            let mut rows = Quantised::default();
            rows.rows(&floats, inputs);
            let (mut portable, mut out) = (Vec::new(), Vec::new());
            multiply(Level::Portable, &rows, &matrix, &mut portable);
            #[cfg(target_arch = "x86_64")]
            for level in [Level::Vnni, Level::Avx2] {
                let has = match level {
                    Level::Vnni => Level::detect() == Level::Vnni,
                    _ => is_x86_feature_detected!("avx2"),
                };
                if has {
                    multiply(level, &rows, &matrix, &mut out);
                    assert_eq!(out, portable, "{level:?} {count} x {inputs} x {outputs}");
                }
            }
        }
    }

    #[test]
    fn functions_agree_with_the_standard_ones() {
        for i in -2000..2000 {
            let x = i as f32 * 0.01;
            assert!((exp(x) - x.exp()).abs() <= 2e-6 * x.exp(), "exp {x}");
        }
        for (x, expected) in [(0.0, 0.0), (1.0, 0.841_345), (-1.0, -0.158_655), (3.0, 2.995_95), (-5.0, -1.4e-6)] {
            assert!((gelu(x) - expected).abs() < 2e-5, "gelu {x}");
        }
        let mut row = [1.0, 2.0, 3.0];
        softmax(&mut row);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6 && row[2] > 0.66);
        let mut row: Vec<f32> = (0..50).map(|i| i as f32).collect();
        normalise(&mut row, &[1.0; 50], &[0.0; 50]);
        assert!(sum(&row).abs() < 1e-3 && (dot(&row, &row) / 50.0 - 1.0).abs() < 1e-4);
    }
}
