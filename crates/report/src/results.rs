//! What an output folder holds, read back.

use crate::error::ReportError;
use crate::files::read_table;
use crate::manifest::Manifest;
use crate::registry::Table;
use crate::registry::tables::{BLOCKS, CHANNELS, CLAIMS, EXEMPLARS, EXTREMES, HISTOGRAM, Has, PANELS, SCALE_TUNING};
use crate::schema::{BlockRow, ChannelRow, ClaimRow, ExemplarRow, ExtremeRow, HistogramRow, PanelRow, ScaleTuningRow};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

/// The manifest and all tables of a folder.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) blocks: Vec<BlockRow>,
    /// None where there were no variants.
    pub(crate) channels: Vec<ChannelRow>,
    pub(crate) bins: Vec<HistogramRow>,
    pub(crate) exemplars: Vec<ExemplarRow>,
    pub(crate) panels: Vec<PanelRow>,
    pub(crate) tuning: Vec<ScaleTuningRow>,
    pub(crate) claims: Vec<ClaimRow>,
}

impl Results {
    /// Those of a folder.
    ///
    /// # Errors
    /// If the manifest or a table is missing or damaged.
    pub(crate) fn read(folder: &Path) -> Result<Results, ReportError> {
        let manifest = Manifest::read_to_draw(folder)?;
        let there = Tables { folder, has: manifest.has() };
        // No figure draws them, and a run with images without them is not whole.
        there.read::<ExtremeRow>(&EXTREMES)?;
        Ok(Results {
            folder: folder.to_owned(),
            manifest,
            blocks: there.read(&BLOCKS)?,
            channels: there.read(&CHANNELS)?,
            bins: there.read(&HISTOGRAM)?,
            exemplars: there.read(&EXEMPLARS)?,
            panels: there.read(&PANELS)?,
            tuning: there.read(&SCALE_TUNING)?,
            claims: there.read(&CLAIMS)?,
        })
    }
}

/// The tables of a folder.
struct Tables<'a> {
    folder: &'a Path,
    has: Has,
}

impl Tables<'_> {
    /// The rows of one; none where it is not written.
    fn read<Row: DeserializeOwned>(&self, table: &Table) -> Result<Vec<Row>, ReportError> {
        match table.is_of(self.has) {
            true => read_table(&self.folder.join(table.path)),
            false => Ok(Vec::new()),
        }
    }
}
