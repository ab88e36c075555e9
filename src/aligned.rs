//! Bytes that the binary embeds, so aligned that they are read where they lie as numbers of any size.

/// Aligned to a cache line.
#[repr(C, align(64))]
pub struct Aligned<B: ?Sized>(pub B);
