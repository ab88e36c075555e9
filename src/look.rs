//! Pages: what was found, for people to look at.
//!
//! [`report`] makes one page of the figures of many rows, which needs nothing but itself; [`explore`] answers the requests of a
//! browser with pages over a database of rows. Everything from a corpus is text here:
//! templates escape it, and [`html`] takes out what no page may hold.

mod chart;
pub mod explore;
pub mod html;
mod map;
pub mod report;
