//! What is written, declared once: [`TABLES`], [`FIGURES`], [`MEASURES`] and [`DOCUMENTS`].
//!
//! Whoever speaks of a file reads it here: [`crate::layout`] where it is, the manifest what it was made from, `verify` what
//! names a row that differs and which names are a run's, the renderer what to draw, the page titles and captions, the data
//! dictionary what each column holds.
//!
//! A new figure on tables that exist takes a file of its own in `figures/`, a test of its own, and three places beside:
//!
//! 1. `registry/figures.rs`: its declaration;
//! 2. `figures/mod.rs`: `mod` and the function that draws it;
//! 3. `tests/drawn/figures.rs`: what it is to be, said independently of the first.
//!
//! A new table takes four in the source:
//!
//! 1. `schema.rs`: its row, each column with a sentence and a unit;
//! 2. `registry/tables.rs`: its declaration;
//! 3. `lib.rs`: the row's name for others;
//! 4. `runs/src/findings/tables.rs`: its rows, and that they are written.
//!
//! A fifth, `results.rs`, reads it where a figure draws it. A new measure in a figure that exists takes one place,
//! `registry/measures.rs`, where its column is there, and its column where it is not.

pub mod documents;
pub mod figures;
pub mod measures;
pub mod sources;
pub mod tables;

pub use documents::{DOCUMENTS, Document};
pub use figures::{FIGURES, Figure};
pub use measures::{Compared, MEASURES, Measure};
pub use tables::{TABLES, Table};
