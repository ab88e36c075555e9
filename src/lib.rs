//! Who said what about which jurisdiction.

mod aligned;
pub mod attribution;
pub mod collation;
pub mod coreference;
pub mod corpus;
pub mod document;
pub mod encoder;
pub mod evaluation;
pub mod fold;
pub mod format;
pub mod gazetteer;
pub mod home;
pub mod jurisdiction;
pub mod lexicon;
pub mod logit;
pub mod look;
pub mod mention;
pub mod pipeline;
pub mod place;
pub mod quotation;
pub mod reading;
pub mod sentence;
pub mod setup;
pub mod span;
pub mod speaker;
pub mod statement;
pub mod summary;
pub mod token;
mod word_table;

pub use document::{Document, Metadata};
