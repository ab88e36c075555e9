//! Pages: what was found, for people to look at.
//!
//! [`report`] makes one page of the figures of many rows, which needs nothing but itself. Everything from a corpus is text here:
//! templates escape it, and [`html`] takes out what no page may hold.

pub mod html;
mod map;
pub mod report;
