//! The files of an output folder: what they hold, and how they are drawn.
//!
//! - [`ChannelRow`], [`BlockRow`] and the others are the rows of the tables; [`Manifest`] says what produced them;
//!   [`registry`] declares each of them once, [`layout`] says where they are. [`write_table`] and [`Manifest::write`]
//!   write them whole or not at all.
//! - [`render`] reads the tables, the manifest and the pictures back and draws the figures, the page and the data
//!   dictionary of the tables; [`render_page`] makes the page alone, of an unfinished run too, [`render_comparison`] that of a
//!   run beside others, and [`print()`] figures to print.
//!
//! Invariant: this crate reads only files, computes nothing that is not in them, and the same files give the same
//! bytes.
#![forbid(unsafe_code)]

mod abandoned;
mod ablation;
mod atomic;
mod audited;
mod block_name;
mod canvas;
mod column;
mod compare;
mod dictionary;
mod disk;
mod error;
mod figures;
mod files;
mod image_digests;
pub mod layout;
mod manifest;
mod markdown;
mod numbers;
mod page;
mod print;
mod provenance;
mod records;
pub mod registry;
mod render;
mod results;
mod schema;
mod variant_rows;
mod worth_rows;

pub use abandoned::remove_abandoned;
pub use ablation::{AblationCurve, AblationRow, draw_ablation};
pub use atomic::{
    Pending, check_writable, make_folder, sync_folder_of, way_on, write_atomically, write_atomically_with,
};
pub use audited::AuditRecord;
pub use canvas::{FONT, embed_font};
pub use column::{Column, Row};
pub use compare::table_differences;
pub use error::ReportError;
pub use files::{read_table, write_table};
pub use image_digests::ImageDigests;
pub use manifest::{ImagesRecord, Manifest, NetworkRecord, NotComputed, PreprocessingRecord, digests};
pub use numbers::{counted, probability};
pub use page::{leave_audit, map_png, page_says_another_audit, photograph_jpeg};
pub use print::{PRINTED, Print, PrintFormat, TYPE, print};
pub use records::{BuildRecord, PictureRecord};
pub use render::{render, render_all, render_comparison, render_page, render_single_file, render_unfinished};
pub use schema::{
    ActivationBinRow, AlikeRow, BlockRow, ChannelRow, ClaimRow, ExemplarRow, ExtremeRow, HiddenWeightRow, HistogramRow,
    PanelRow, PhotographContributionRow, ReceptiveFieldRow, ScaleTuningRow, SeedRow, Verdict,
};
pub use variant_rows::{ChurnRow, VariantRow};
pub use worth_rows::{
    ConvergenceRow, CurveRow, EnlargementGroupRow, EnlargementRow, ObjectiveRow, PathLayerRow, PathRow, StepRow,
};
