//! Formats: the only place that knows how documents come in and rows go out.
//!
//! [`input`] finds and reads documents; [`output`] writes what was found, in rows as [`rows`] declares them. Offsets become code
//! points here ([`CodePoints`]) and nowhere else. [`stored`] reads rows back, whatever table they lie in, [`people`] a user's list,
//! and [`collated`] writes what rows of many documents have in common.

pub mod collated;
pub mod corrections;
pub mod counted;
pub mod decode;
pub mod input;
mod offsets;
pub mod origin;
pub mod output;
pub mod people;
pub mod rows;
pub mod schema;
pub mod stored;

pub use offsets::CodePoints;
pub use origin::{Origin, Problem};
pub use output::Format;
