//! What an output folder holds, read back.

use crate::error::ReportError;
use crate::files::read_table;
use crate::manifest::Manifest;
use crate::registry::Table;
use crate::registry::tables::{
    BLOCKS, CHANNELS, CLAIMS, CONVERGENCE, CURVES, ENLARGEMENT_GROUPS, EXEMPLARS, EXTREMES, HISTOGRAM, Has, OBJECTIVES,
    PANELS, PATH_LAYERS, SCALE_TUNING,
};
use crate::schema::{BlockRow, ChannelRow, ClaimRow, ExemplarRow, ExtremeRow, HistogramRow, PanelRow, ScaleTuningRow};
use crate::worth_rows::{ConvergenceRow, CurveRow, EnlargementGroupRow, ObjectiveRow, PathLayerRow};
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
    pub(crate) curves: Vec<CurveRow>,
    pub(crate) objectives: Vec<ObjectiveRow>,
    /// None where there were no images.
    pub(crate) path_layers: Vec<PathLayerRow>,
    pub(crate) enlargement_groups: Vec<EnlargementGroupRow>,
    /// None where no channels were looked at after other numbers of steps.
    pub(crate) convergence: Vec<ConvergenceRow>,
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
            curves: there.read(&CURVES)?,
            objectives: there.read(&OBJECTIVES)?,
            convergence: there.read(&CONVERGENCE)?,
            path_layers: there.read(&PATH_LAYERS)?,
            enlargement_groups: there.read(&ENLARGEMENT_GROUPS)?,
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
