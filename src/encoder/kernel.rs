//! Arithmetic: products of 8-bit matrices, and the few functions between them.
//!
//! Activations are quantised row by row as they come, weights were quantised output by output when they were trained; products are
//! summed in 32-bit integers, so every kernel gives the same numbers: AVX-512 with VNNI, AVX2, and plain Rust. Sums of floats are
//! made in a fixed order (sixteen lanes, then a tree) and compiled once for each level, so that wide registers are used where there
//! are any and still every processor agrees.

use super::Piece;

/// Lanes of a block of weights: so many outputs stand together.
pub const BLOCK: usize = 16;
/// Inputs that are multiplied at once.
pub const GROUP: usize = 4;
/// The width of an attention head.
pub const HEAD: usize = 32;
/// Rows that attend at once.
const QUERIES: usize = 4;
/// Rows that are scored at once: two sums are added to in each cycle, and each is ready again after four.
const SCORED: usize = 8;
/// A score whose share is nothing.
const NOTHING: f32 = -1e30;

/// Which instructions multiply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// AVX-512 with VNNI.
    Vnni,
    /// AVX2 with FMA.
    Avx2,
    /// No more than Rust.
    Portable,
}

impl Level {
    /// The best that this processor has.
    pub fn detect() -> Level {
        *Level::available().first().unwrap_or(&Level::Portable)
    }

    /// All that this processor has, the best first.
    pub fn available() -> &'static [Level] {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vnni")
            {
                return &[Level::Vnni, Level::Avx2, Level::Portable];
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return &[Level::Avx2, Level::Portable];
            }
        }
        &[Level::Portable]
    }
}

/// Defines a function that takes a level first and is compiled for each of them; what it calls must be inlined into it.
macro_rules! for_each_level {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        #[allow(unsafe_code)] // Calls of functions that need instructions which the level says are there.
        $vis fn $name(level: Level, $($argument: $type),*) {
            #[inline(always)]
            fn body($($argument: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
            fn avx512($($argument: $type),*) {
                body($($argument),*);
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $type),*) {
                body($($argument),*);
            }

            match level {
                // SAFETY: an encoder has no level but those that `Level::available` found on this processor.
                #[cfg(target_arch = "x86_64")]
                Level::Vnni => unsafe { avx512($($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe { avx2($($argument),*) },
                _ => body($($argument),*),
            }
        }
    };
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

/// A float to which this is added is rounded to a whole number, which stands in its lowest bits: 1.5 * 2^23.
const ROUND: f32 = 12_582_912.0;

/// Rows of 8-bit activations.
///
/// Each value lies 128 above what it stands for, as the instruction wants it that multiplies unsigned by signed.
#[derive(Clone, Debug, Default)]
pub struct Quantised {
    values: Vec<u8>,
    /// By row: what one step is worth.
    scale: Vec<f32>,
    columns: usize,
}

/// What zero is stored as.
const ZERO: u8 = 128;

/// What so many steps, rounded, are stored as; 127 at most on either side.
#[inline(always)]
fn stored(steps: f32) -> u8 {
    (steps + ROUND).to_bits() as u8 ^ ZERO
}

/// The largest sum that a convolution hands on.
const LARGEST: f32 = 4.0;

impl Quantised {
    fn resize(&mut self, rows: usize, columns: usize) {
        self.columns = columns;
        self.values.resize(rows * columns, ZERO);
        self.scale.resize(rows, 0.0);
    }

    /// Quantises rows of floats, each by its largest value.
    pub fn rows(&mut self, level: Level, floats: &[f32], columns: usize) {
        self.resize(floats.len() / columns, columns);
        quantise(level, floats, columns, &mut self.values, &mut self.scale);
    }

    /// Sums of the rows beside each other, column by column: of each window, for each row, `taps` of those around it, `dilation` rows apart.
    /// Outside a window there is nothing. `starts` says where windows start, in rows; one more at the end.
    pub fn beside(&mut self, level: Level, floats: &[f32], starts: &[usize], taps: Taps<'_>, padded: &mut Vec<f32>) {
        let columns = taps.shift.len();
        self.resize(floats.len() / columns, columns);
        self.scale.fill(LARGEST / 127.0);
        let margin = taps.weights.len() / columns / 2 * taps.dilation * columns;
        for window in starts.windows(2) {
            let range = window[0] * columns..window[1] * columns;
            padded.clear();
            padded.resize(margin, 0.0);
            padded.extend_from_slice(&floats[range.clone()]);
            padded.resize(2 * margin + range.len(), 0.0);
            convolve(level, padded, taps, &mut self.values[range]);
        }
    }
}

/// What a convolution does column by column.
#[derive(Clone, Copy, Debug)]
pub struct Taps<'a> {
    /// By tap and column: what a value counts.
    pub weights: &'a [f32],
    /// By column: what is added.
    pub shift: &'a [f32],
    /// Rows from one tap to the next.
    pub dilation: usize,
}

for_each_level! {
    /// Sums of the rows beside each other in steps of [`LARGEST`] / 127. `padded` has as many rows more, before and behind, as the outermost
    /// taps are away.
    fn convolve(padded: &[f32], taps: Taps<'_>, values: &mut [u8]) {
        let columns = taps.shift.len();
        for block in 0..columns / BLOCK {
            if taps.weights.len() == COMMON_TAPS * columns {
                let weights = std::array::from_fn::<_, COMMON_TAPS, _>(|tap| lanes(taps.weights, tap * columns + block * BLOCK));
                convolve_block(padded, taps, block, &weights, values);
            } else {
                let weights: Vec<_> = taps.weights.chunks(columns).map(|weights| lanes(weights, block * BLOCK)).collect();
                convolve_block(padded, taps, block, &weights, values);
            }
        }
    }
}

/// The number of taps for which weights stay in registers.
const COMMON_TAPS: usize = 7;

#[inline(always)]
#[allow(unsafe_code)] // Seven checks for seven products would cost more than those.
fn convolve_block(padded: &[f32], taps: Taps<'_>, block: usize, weights: &[[f32; BLOCK]], values: &mut [u8]) {
    let columns = taps.shift.len();
    let shift: [f32; BLOCK] = lanes(taps.shift, block * BLOCK);
    let last = values.len() / columns + (weights.len() - 1) * taps.dilation;
    assert!(values.is_empty() || (last - 1) * columns + (block + 1) * BLOCK <= padded.len(), "there is a margin");
    for (row, values) in values.chunks_exact_mut(columns).enumerate() {
        let mut sums = shift;
        for (tap, weights) in weights.iter().enumerate() {
            let at = (row + tap * taps.dilation) * columns + block * BLOCK;
            // SAFETY: the last of the last row ends where the assertion says, or before.
            let beside = unsafe { padded.get_unchecked(at..at + BLOCK) };
            for (sum, (x, weight)) in sums.iter_mut().zip(beside.iter().zip(weights)) {
                *sum = x.mul_add(*weight, *sum);
            }
        }
        for (value, sum) in values[block * BLOCK..][..BLOCK].iter_mut().zip(sums) {
            let sum = if sum > LARGEST { LARGEST } else { sum };
            let sum = if sum < -LARGEST { -LARGEST } else { sum };
            *value = stored(sum * (127.0 / LARGEST));
        }
    }
}

/// Sixteen of some numbers.
#[inline(always)]
fn lanes<T: Copy>(numbers: &[T], at: usize) -> [T; BLOCK] {
    numbers[at..at + BLOCK].try_into().expect("a block is so long")
}

for_each_level! {
    /// Quantises rows, each by its largest value.
    fn quantise(floats: &[f32], columns: usize, values: &mut [u8], scales: &mut [f32]) {
        let rows = floats.chunks_exact(columns).zip(values.chunks_exact_mut(columns));
        for ((row, values), scale) in rows.zip(scales) {
            let largest = largest(row);
            *scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            let inverse = 1.0 / *scale;
            for (value, x) in values.iter_mut().zip(row) {
                *value = stored(x * inverse);
            }
        }
    }
}

/// `out[row][output] = row · weights[output] + bias[output]`.
pub fn multiply(level: Level, rows: &Quantised, matrix: &Matrix<'_>, out: &mut Vec<f32>) {
    let count = rows.scale.len();
    assert_eq!(rows.columns, matrix.inputs, "the rows fit the matrix");
    assert_eq!(matrix.weights.len(), matrix.outputs * matrix.inputs, "the matrix is whole");
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
            for (inputs, weights) in values.chunks_exact(GROUP).zip(weights.chunks_exact(BLOCK * GROUP)) {
                for (sum, lane) in sums.iter_mut().zip(weights.chunks_exact(GROUP)) {
                    *sum += lane.iter().zip(inputs).map(|(&w, &a)| i32::from(w) * (i32::from(a) - i32::from(ZERO))).sum::<i32>();
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
        _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_sign_epi8, _mm256_storeu_si256, _mm512_add_ps,
        _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps, _mm512_set1_epi32,
        _mm512_set1_ps, _mm512_setzero_si512, _mm512_slli_epi32, _mm512_storeu_ps, _mm512_sub_epi32,
    };

    /// Rows and blocks of a tile: as many sums as there are registers for.
    const ROWS: usize = 6;
    const BLOCKS: usize = 4;

    pub(super) fn multiply_vnni(rows: &Quantised, matrix: &Matrix<'_>, out: &mut [f32]) {
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
                        (6, 4) => tile_vnni::<6, 4>(rows, matrix, row, block, out),
                        (_, 4) => each::<4>(height, rows, matrix, row, block, out),
                        _ => {
                            for b in 0..width {
                                each::<1>(height, rows, matrix, row, block + b, out);
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
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    unsafe fn each<const B: usize>(
        height: usize,
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
                    1 => tile_vnni::<1, B>(rows, matrix, row + at, block, out),
                    2 => tile_vnni::<2, B>(rows, matrix, row + at, block, out),
                    _ => tile_vnni::<3, B>(rows, matrix, row + at, block, out),
                }
            }
            at += left.min(3);
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
    unsafe fn tile_vnni<const R: usize, const B: usize>(
        rows: &Quantised,
        matrix: &Matrix<'_>,
        row: usize,
        block: usize,
        out: &mut [f32],
    ) {
        let (inputs, outputs) = (matrix.inputs, matrix.outputs);
        let at = block * BLOCK;
        let (scale, bias, sum) =
            (&matrix.scale[at..][..B * BLOCK], &matrix.bias[at..][..B * BLOCK], &matrix.sum[at..][..B * BLOCK]);
        let steps = &rows.scale[row..][..R];
        let out = &mut out[row * outputs + at..][..(R - 1) * outputs + B * BLOCK];
        // Unsigned by signed: activations lie 128 too high, so the sums begin as much too low.
        let mut low = [_mm512_setzero_si512(); B];
        // SAFETY: each of these arrays is as long as B registers, and `out` as R rows of which B registers each are written; `row + R` rows and
        // `block + B` blocks exist, each `inputs` (times sixteen) bytes long, a multiple of GROUP. Plain pointers, since with checks the loops
        // are not unrolled, and the sums do not stay in registers.
        unsafe {
            for (b, low) in low.iter_mut().enumerate() {
                let sum = _mm512_loadu_si512(sum.as_ptr().add(b * BLOCK).cast::<__m512i>());
                *low = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_slli_epi32::<7>(sum));
            }
            let mut sums = [low; R];
            let weights = matrix.weights.as_ptr().add(block * inputs * BLOCK);
            let activations: [*const u8; R] = std::array::from_fn(|r| rows.values.as_ptr().add((row + r) * inputs));
            for group in 0..inputs / GROUP {
                let mut w = [_mm512_setzero_si512(); B];
                for (b, w) in w.iter_mut().enumerate() {
                    *w = _mm512_loadu_si512(weights.add(b * inputs * BLOCK + group * BLOCK * GROUP).cast::<__m512i>());
                }
                for (r, sums) in sums.iter_mut().enumerate() {
                    let a = _mm512_set1_epi32(activations[r].add(group * GROUP).cast::<i32>().read_unaligned());
                    for (sum, w) in sums.iter_mut().zip(&w) {
                        *sum = _mm512_dpbusd_epi32(*sum, a, *w);
                    }
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let row_scale = _mm512_set1_ps(*steps.as_ptr().add(r));
                for (b, sum) in sums.iter().enumerate() {
                    // As in `finish`: first the scales, no fused operation.
                    let step = _mm512_mul_ps(row_scale, _mm512_loadu_ps(scale.as_ptr().add(b * BLOCK)));
                    let value = _mm512_mul_ps(_mm512_cvtepi32_ps(*sum), step);
                    let value = _mm512_add_ps(value, _mm512_loadu_ps(bias.as_ptr().add(b * BLOCK)));
                    _mm512_storeu_ps(out.as_mut_ptr().add(r * outputs + b * BLOCK), value);
                }
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
            let weights = matrix.weights.as_ptr().add(block * inputs * BLOCK);
            let activations: [*const u8; R] = std::array::from_fn(|r| rows.values.as_ptr().add((row + r) * inputs));
            for group in 0..inputs / GROUP {
                let at = weights.add(group * BLOCK * GROUP);
                let w = [_mm256_loadu_si256(at.cast::<__m256i>()), _mm256_loadu_si256(at.add(32).cast::<__m256i>())];
                for (r, sums) in sums.iter_mut().enumerate() {
                    let four = activations[r].add(group * GROUP).cast::<u32>().read_unaligned() ^ 0x8080_8080;
                    let a = _mm256_set1_epi32(four as i32);
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
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; BLOCK];
    let (whole_a, whole_b) = (a.chunks_exact(BLOCK), b.chunks_exact(BLOCK));
    let rest: f32 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in whole_a.zip(whole_b) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += x * y;
        }
    }
    tree(&lanes) + rest
}

/// Sixteen lanes to one. Not inlined: else the loops that fill the lanes are compiled lane by lane to suit the tree.
#[inline(never)]
fn tree(lanes: &[f32; BLOCK]) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|i| lanes[i] + lanes[i + 8]);
    let four: [f32; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The largest size of a value.
#[inline(always)]
fn largest(values: &[f32]) -> f32 {
    let mut lanes = [0f32; BLOCK];
    let whole = values.chunks_exact(BLOCK);
    let rest = whole.remainder().iter().fold(0.0, |m, x| larger(x.abs(), m));
    for chunk in whole {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(x.abs(), *lane);
        }
    }
    lanes.into_iter().fold(rest, larger)
}

#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0f32; BLOCK];
    let whole = values.chunks_exact(BLOCK);
    let rest: f32 = whole.remainder().iter().sum();
    for chunk in whole {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    tree(&lanes) + rest
}

/// Brings a row to mean 0 and variance 1, then scales and shifts it.
#[inline(always)]
fn normalise(row: &mut [f32], scale: &[f32], shift: &[f32]) {
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
fn exp(x: f32) -> f32 {
    let x = if x > 88.0 { 88.0 } else { x };
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = x - whole * 0.693_359_4 + whole * 2.121_944_4e-4;
    // Cephes: e^r on [-ln2/2, ln2/2].
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5.000_000_3e-1;
    let p = p * r * r + r + 1.0;
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127);
    p * f32::from_bits(power << 23)
}

/// x times the share of a normal distribution below x: an odd polynomial, fitted on ±4.2, for the share; off by 1e-4 at most, a
/// hundredth of the steps to which the result is rounded next.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    const SHARE: [f32; 8] = [
        -4.796_486_3e-9,
        2.072_758_9e-7,
        -5.290_090_5e-6,
        8.984_169e-5,
        -1.086_496_3e-3,
        9.741_077e-3,
        -6.622_233e-2,
        3.988_347_7e-1,
    ];
    let near = if x > 4.2 { 4.2 } else { x };
    let near = if near < -4.2 { -4.2 } else { near };
    let square = near * near;
    let mut share = 4.924_825e-11;
    for coefficient in SHARE {
        share = share * square + coefficient;
    }
    x * (0.5 + near * share)
}

for_each_level! {
    /// x times the share of a normal distribution below x, for each of some values.
    pub fn gelu_all(values: &mut [f32]) {
        for x in values {
            *x = gelu(*x);
        }
    }
}

for_each_level! {
    /// Adds rows to rows, and brings the sums to the mean and the variance of a row.
    pub fn add_and_normalise(rows: &mut [f32], more: &[f32], scale: &[f32], shift: &[f32]) {
        for (row, more) in rows.chunks_exact_mut(scale.len()).zip(more.chunks_exact(scale.len())) {
            for (x, y) in row.iter_mut().zip(more) {
                *x += y;
            }
            normalise(row, scale, shift);
        }
    }
}

for_each_level! {
    /// Brings rows to the mean and the variance of a row.
    pub fn normalise_all(rows: &mut [f32], scale: &[f32], shift: &[f32]) {
        for row in rows.chunks_exact_mut(scale.len()) {
            normalise(row, scale, shift);
        }
    }
}

for_each_level! {
    /// For each row, so many products and biases as `out` holds for it, sixteen at most: `columns` holds sixteen biases, then for each input
    /// sixteen weights.
    pub fn score(rows: &[f32], width: usize, columns: &[f32], outputs: usize, out: &mut [f32]) {
        let (bias, columns) = columns.split_at(BLOCK);
        let bias: &[f32; BLOCK] = bias.try_into().expect("a block is so long");
        let (rows, out) = (rows.chunks(SCORED * width), out.chunks_mut(SCORED * outputs));
        for (rows, out) in rows.zip(out) {
            // Several rows at once, so that no sum waits for itself; behind the last row it stands in again.
            let count = rows.len() / width;
            let row = |i: usize| &rows[i.min(count - 1) * width..][..width];
            let each: [&[f32]; SCORED] = std::array::from_fn(row);
            let mut sums = [*bias; SCORED];
            for (i, column) in columns.chunks_exact(BLOCK).take(width).enumerate() {
                for (sums, row) in sums.iter_mut().zip(&each) {
                    for (sum, weight) in sums.iter_mut().zip(column) {
                        *sum = row[i].mul_add(*weight, *sum);
                    }
                }
            }
            for (out, sums) in out.chunks_exact_mut(outputs).zip(&sums) {
                out.copy_from_slice(&sums[..outputs]);
            }
        }
    }
}

for_each_level! {
    /// Adds to rows the first half of other rows, each value as far as its gate in the second half is open: from 0 to 1.
    pub fn add_gated(rows: &mut [f32], gated: &[f32], width: usize) {
        for (row, gated) in rows.chunks_exact_mut(width).zip(gated.chunks_exact(2 * width)) {
            let (values, gates) = gated.split_at(width);
            for ((x, value), gate) in row.iter_mut().zip(values).zip(gates) {
                let gate = if *gate > 1.0 { 1.0 } else { *gate };
                let gate = if gate < 0.0 { 0.0 } else { gate };
                *x += value * gate;
            }
        }
    }
}

for_each_level! {
    /// For each of some pieces, what it is itself, what its cue is and how far away it is: one of `distances`.
    pub fn meet(pieces: &[f32], cue: &[f32], distances: &[f32], buckets: &[usize], out: &mut [f32]) {
        let wide = cue.len();
        for ((own, &bucket), out) in pieces.chunks_exact(wide).zip(buckets).zip(out.chunks_exact_mut(wide)) {
            let distance = &distances[bucket * wide..][..wide];
            for (out, ((own, cue), distance)) in out.iter_mut().zip(own.iter().zip(cue).zip(distance)) {
                *out = own + cue + distance;
            }
        }
    }
}

for_each_level! {
    /// Multiplies and shifts each column of rows.
    pub fn stretch(rows: &[f32], scale: &[f32], shift: &[f32], out: &mut [f32]) {
        for (row, out) in rows.chunks_exact(scale.len()).zip(out.chunks_exact_mut(scale.len())) {
            for (((x, scale), shift), out) in row.iter().zip(scale).zip(shift).zip(out) {
                *out = x * scale + shift;
            }
        }
    }
}

for_each_level! {
    /// What stands above nothing, for each of some values.
    pub fn positive_all(values: &mut [f32]) {
        for x in values {
            *x = if *x > 0.0 { *x } else { 0.0 };
        }
    }
}

/// What pieces and their features are worth: rows as wide as the states.
#[derive(Clone, Copy, Debug)]
pub struct Embedding<'a> {
    /// By piece: steps.
    pub pieces: &'a [i8],
    /// By piece: what a step is worth.
    pub scale: &'a [f32],
    /// By case feature.
    pub cases: &'a [f32],
    /// By structure feature.
    pub structures: &'a [f32],
    /// By position in the window; the last for all behind it.
    pub positions: &'a [f32],
}

/// How many pieces ahead the memory of a piece is asked for: the table is larger than the caches near by.
const AHEAD: usize = 12;

/// Asks for the memory in which an element lies.
#[inline(always)]
#[allow(unsafe_code)] // An instruction that only hints.
fn prefetch<T>(numbers: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: any address may be hinted at; nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(numbers.as_ptr().wrapping_add(at).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (numbers, at);
}

for_each_level! {
    /// Adds up what the pieces of a window are worth.
    pub fn embed(table: Embedding<'_>, window: &[Piece], out: &mut [f32]) {
        let width = table.pieces.len() / table.scale.len();
        let row = |floats: &'_ [f32], at: usize| at.min(floats.len() / width - 1) * width;
        for (position, (piece, out)) in window.iter().zip(out.chunks_exact_mut(width)).enumerate() {
            if let Some(ahead) = window.get(position + AHEAD) {
                prefetch(table.pieces, ahead.id as usize * width);
                prefetch(table.scale, ahead.id as usize);
            }
            let at = piece.id as usize;
            let scale = table.scale[at];
            let case = row(table.cases, usize::from(piece.case));
            let structure = row(table.structures, usize::from(piece.structure));
            let position = row(table.positions, position);
            for (block, out) in out.chunks_exact_mut(BLOCK).enumerate() {
                let steps: [i8; BLOCK] = lanes(table.pieces, at * width + block * BLOCK);
                let case: [f32; BLOCK] = lanes(table.cases, case + block * BLOCK);
                let structure: [f32; BLOCK] = lanes(table.structures, structure + block * BLOCK);
                let position: [f32; BLOCK] = lanes(table.positions, position + block * BLOCK);
                for (i, out) in out.iter_mut().enumerate() {
                    *out = f32::from(steps[i]) * scale + case[i] + structure[i] + position[i];
                }
            }
        }
    }
}

for_each_level! {
    /// Attention of each row of a window to all rows of it, for one head: `mixed` holds queries, keys and values side by side, each
    /// `width` long.
    pub fn attend(mixed: &[f32], width: usize, head: usize, scratch: &mut Attention, context: &mut [f32]) {
        let length = mixed.len() / (3 * width);
        let padded = length.next_multiple_of(BLOCK);
        let row = |piece: usize, part: usize| -> &[f32; HEAD] {
            let at = (piece * 3 + part) * width + head * HEAD;
            mixed[at..at + HEAD].try_into().expect("a head is so wide")
        };
        let Attention { keys, shares } = scratch;
        // Keys turned: a query meets a block of them at once.
        keys.clear();
        keys.resize(HEAD * padded, 0.0);
        for piece in 0..length {
            for (i, &key) in row(piece, 1).iter().enumerate() {
                keys[i * padded + piece] = key;
            }
        }
        shares.resize(QUERIES * padded, 0.0);
        let scale = 1.0 / (HEAD as f32).sqrt();
        for first in (0..length).step_by(QUERIES) {
            // Behind the last piece its query stands in again.
            let mut queries = [[0f32; HEAD]; QUERIES];
            for (q, query) in queries.iter_mut().enumerate() {
                for (scaled, x) in query.iter_mut().zip(row((first + q).min(length - 1), 0)) {
                    *scaled = x * scale;
                }
            }
            for block in (0..padded).step_by(BLOCK) {
                let mut sums = [[0f32; BLOCK]; QUERIES];
                for (i, keys) in keys.chunks_exact(padded).enumerate() {
                    let keys: &[f32; BLOCK] = keys[block..block + BLOCK].try_into().expect("a block is so long");
                    for (sums, query) in sums.iter_mut().zip(&queries) {
                        for (sum, &key) in sums.iter_mut().zip(keys) {
                            *sum = query[i].mul_add(key, *sum);
                        }
                    }
                }
                for (q, sums) in sums.iter().enumerate() {
                    shares[q * padded + block..][..BLOCK].copy_from_slice(sums);
                }
            }
            for shares in shares.chunks_exact_mut(padded) {
                shares[length..].fill(NOTHING);
                softmax(shares);
            }
            let mut sums = [[0f32; HEAD]; QUERIES];
            for other in 0..length {
                let values = row(other, 2);
                for (q, sums) in sums.iter_mut().enumerate() {
                    let share = shares[q * padded + other];
                    for (sum, &value) in sums.iter_mut().zip(values) {
                        *sum = share.mul_add(value, *sum);
                    }
                }
            }
            for (q, sums) in sums.iter().enumerate().take(length - first) {
                context[(first + q) * width + head * HEAD..][..HEAD].copy_from_slice(sums);
            }
        }
    }
}

/// Memory that [`attend`] uses again and again.
#[derive(Default)]
pub struct Attention {
    keys: Vec<f32>,
    shares: Vec<f32>,
}

/// Turns scores into shares that add up to 1; whole blocks of them.
#[inline(always)]
fn softmax(row: &mut [f32]) {
    let mut lanes = [NOTHING; BLOCK];
    for chunk in row.chunks_exact(BLOCK) {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = larger(x, *lane);
        }
    }
    let largest = lanes.into_iter().fold(NOTHING, larger);
    let mut sums = [0f32; BLOCK];
    for chunk in row.chunks_exact_mut(BLOCK) {
        for (x, sum) in chunk.iter_mut().zip(&mut sums) {
            *x = exp(*x - largest);
            *sum += *x;
        }
    }
    let inverse = 1.0 / tree(&sums);
    for chunk in row.chunks_exact_mut(BLOCK) {
        for x in chunk {
            *x *= inverse;
        }
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
            rows.rows(Level::detect(), &floats, inputs);
            let (mut portable, mut out) = (Vec::new(), Vec::new());
            multiply(Level::Portable, &rows, &matrix, &mut portable);
            for &level in Level::available() {
                multiply(level, &rows, &matrix, &mut out);
                assert_eq!(out, portable, "{level:?} {count} x {inputs} x {outputs}");
            }
        }
    }

    #[test]
    fn sums_of_rows_beside_each_other_end_with_their_window() {
        let (columns, starts, dilation) = (16, [0usize, 3, 4, 9], 2usize);
        let floats: Vec<f32> = numbers(9 * columns, 5).iter().map(|&v| f32::from(v) * 0.01).collect();
        let weights: Vec<f32> = numbers(3 * columns, 11).iter().map(|&v| f32::from(v) * 0.01).collect();
        let shift: Vec<f32> = (0..columns).map(|i| i as f32 * 0.5).collect();
        let taps = Taps { weights: &weights, shift: &shift, dilation };
        let mut expected = Vec::new();
        for window in starts.windows(2) {
            for (row, column) in (window[0]..window[1]).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                let at = [row.checked_sub(dilation), Some(row), row.checked_add(dilation)];
                let beside = at.into_iter().enumerate().filter_map(|(tap, at)| Some((tap, at?)));
                let sum: f32 = beside
                    .filter(|(_, at)| (window[0]..window[1]).contains(at))
                    .map(|(tap, at)| floats[at * columns + column] * weights[tap * columns + column])
                    .sum();
                expected.push((sum + shift[column]).clamp(-LARGEST, LARGEST));
            }
        }
        assert!(expected.iter().any(|x| x.abs() < LARGEST) && expected.contains(&LARGEST));
        for &level in Level::available() {
            let mut rows = Quantised::default();
            rows.beside(level, &floats, &starts, taps, &mut Vec::new());
            for ((value, scale), expected) in rows.values.iter().zip(rows.scale.iter().flat_map(|s| [s; 16])).zip(&expected) {
                let got = (f32::from(*value) - f32::from(ZERO)) * scale;
                assert!((got - expected).abs() <= 0.51 * scale, "{level:?} {got} {expected}");
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
            assert!((gelu(x) - expected).abs() < 2e-4, "gelu {x}");
        }
        let mut row = [NOTHING; BLOCK];
        row[..3].copy_from_slice(&[1.0, 2.0, 3.0]);
        softmax(&mut row);
        assert!((row[..3].iter().sum::<f32>() - 1.0).abs() < 1e-6 && row[2] > 0.66 && row[3] < 1e-30);
        let mut row: Vec<f32> = (0..50).map(|i| i as f32).collect();
        normalise(&mut row, &[1.0; 50], &[0.0; 50]);
        assert!(sum(&row).abs() < 1e-3 && (dot(&row, &row) / 50.0 - 1.0).abs() < 1e-4);
    }
}
