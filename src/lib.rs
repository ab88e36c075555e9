//! Who said what about which jurisdiction.
//!
//! A [`pipeline::Pipeline`] reads a [`Document`] and gives an [`pipeline::Annotation`]: its sentences, places, people, and what is said in it, by whom
//! and about which jurisdiction, each as a span of bytes of the text with the rule that found it.
//!
//! ```
//! use onrecord::Document;
//! use onrecord::pipeline::{Options, Pipeline};
//!
//! let pipeline = Pipeline::new(Options::default());
//! let document = Document::new("a", "“We will rebuild,” said Mayor Ana Ruiz of Toledo, Ohio.");
//! let annotation = pipeline.annotate(&document);
//! let row = &annotation.attributions[0];
//! assert_eq!(row.speaker.as_ref().map(|s| s.name.as_str()), Some("Ana Ruiz"));
//! assert_eq!(&document.text[row.parts[0].range()], "We will rebuild,");
//! let place = pipeline.gazetteer.entry(row.jurisdictions[0].entry);
//! assert_eq!((place.name(), &*place.id()), ("Toledo", "ocd-division/country:us/state:oh/place:toledo"));
//! ```
//!
//! Many documents at once, in order and on all cores, are read by [`corpus`]; files by [`format`](mod@format). [`collation`] finds the same speakers and
//! quotations over documents, [`summary`] counts rows, [`evaluation`] scores them. The stages of the pipeline, from [`token`] and [`sentence`] to
//! [`jurisdiction`], can be asked one by one: `Pipeline::annotate` calls them in order.

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
