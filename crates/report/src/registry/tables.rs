//! The tables of a run.

use super::sources::{NETWORK, PHOTOGRAPHS, PICTURES};
use crate::column::{Column, Row};
use crate::schema::{
    ActivationBinRow, AlikeRow, BlockRow, ChannelRow, ClaimRow, ExemplarRow, ExtremeRow, HiddenWeightRow, HistogramRow,
    PanelRow, PhotographContributionRow, ReceptiveFieldRow, ScaleTuningRow, SeedRow,
};
use crate::variant_rows::{ChurnRow, VariantRow};
use crate::worth_rows::{
    ConvergenceRow, CurveRow, EnlargementGroupRow, EnlargementRow, ObjectiveRow, PathLayerRow, PathRow, StepRow,
};

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Where it is, below an output folder.
    pub path: &'static str,
    /// The columns that tell a row from all others, which are its first ones.
    pub key: &'static [&'static str],
    /// What it was made from: files of the folder, or what [`super::sources`] names.
    pub made_from: &'static [&'static str],
    /// Without what it is not written.
    pub needs: Option<Needs>,
    /// What its link on the page says; `None` where a section of the page has its own.
    pub title: Option<&'static str>,
    /// What a row is.
    pub about: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

/// What a run may have or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Photographs.
    Images,
    /// Variants of the study.
    Variants,
    /// A look at other numbers of steps.
    Convergence,
}

/// What a run has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Has {
    /// Whether there were photographs.
    pub images: bool,
    /// Whether there were variants of the study.
    pub variants: bool,
    /// Whether some channels were looked at after other numbers of steps.
    pub convergence: bool,
}

impl Table {
    /// Whether a run that has this writes it.
    #[must_use]
    pub fn is_of(&self, has: Has) -> bool {
        match self.needs {
            None => true,
            Some(Needs::Images) => has.images,
            Some(Needs::Variants) => has.variants,
            Some(Needs::Convergence) => has.convergence,
        }
    }
}

/// A channel a row: everything that was measured of it.
pub const CHANNELS: Table = Table {
    path: "tables/channels.csv",
    key: &["block", "channel"],
    made_from: &[PICTURES, NETWORK, PHOTOGRAPHS],
    needs: None,
    title: Some("channels"),
    about: ChannelRow::ABOUT,
    columns: ChannelRow::COLUMNS,
};

/// A channel at a seed a row.
pub const SEEDS: Table = Table {
    path: "tables/seeds.csv",
    key: &["block", "channel", "seed"],
    made_from: &[PICTURES, NETWORK],
    needs: None,
    title: Some("channels at every seed"),
    about: SeedRow::ABOUT,
    columns: SeedRow::COLUMNS,
};

/// A channel in a variant a row.
pub const VARIANTS: Table = Table {
    path: "tables/variants.csv",
    key: &["block", "channel", "variant"],
    made_from: &[PICTURES, NETWORK],
    needs: Some(Needs::Variants),
    title: Some("channels in every variant"),
    about: VariantRow::ABOUT,
    columns: VariantRow::COLUMNS,
};

/// What variants change in each block, beside what another seed does.
pub const CHURN: Table = Table {
    path: "tables/churn.csv",
    key: &["block", "variant"],
    made_from: &[SEEDS.path, VARIANTS.path],
    needs: Some(Needs::Variants),
    title: Some("what variants change"),
    about: ChurnRow::ABOUT,
    columns: ChurnRow::COLUMNS,
};

/// A block a row: counts, means and medians.
pub const BLOCKS: Table = Table {
    path: "tables/blocks.csv",
    key: &["block"],
    made_from: &[CHANNELS.path, SEEDS.path, PICTURES, NETWORK],
    needs: None,
    title: Some("blocks"),
    about: BlockRow::ABOUT,
    columns: BlockRow::COLUMNS,
};

/// How the percent of scale-invariant channels hangs on the criteria.
pub const CURVES: Table = Table {
    path: "tables/curves.csv",
    key: &["block", "curve", "at"],
    made_from: &[SEEDS.path, PICTURES, NETWORK],
    needs: None,
    title: Some("scale invariance by other criteria"),
    about: CurveRow::ABOUT,
    columns: CurveRow::COLUMNS,
};

/// How far objectives have come on their way.
pub const OBJECTIVES: Table = Table {
    path: "tables/objectives.csv",
    key: &["block", "role", "of_steps", "steps"],
    made_from: &[PICTURES],
    needs: None,
    title: Some("objectives on their way"),
    about: ObjectiveRow::ABOUT,
    columns: ObjectiveRow::COLUMNS,
};

/// A channel after a number of steps a row.
pub const STEPS: Table = Table {
    path: "tables/steps.csv",
    key: &["block", "channel", "steps"],
    made_from: &[PICTURES, NETWORK],
    needs: Some(Needs::Convergence),
    title: Some("channels after fewer and more steps"),
    about: StepRow::ABOUT,
    columns: StepRow::COLUMNS,
};

/// What fewer steps make of the channels of a block.
pub const CONVERGENCE: Table = Table {
    path: "tables/convergence.csv",
    key: &["block", "steps"],
    made_from: &[STEPS.path],
    needs: Some(Needs::Convergence),
    title: Some("what fewer steps cost"),
    about: ConvergenceRow::ABOUT,
    columns: ConvergenceRow::COLUMNS,
};

/// Outputs on their own pictures, enlarged.
pub const ENLARGEMENT: Table = Table {
    path: "tables/enlargement.csv",
    key: &["block", "channel", "enlargement"],
    made_from: &[PICTURES, NETWORK],
    needs: None,
    title: Some("Outputs on their own pictures, enlarged"),
    about: EnlargementRow::ABOUT,
    columns: EnlargementRow::COLUMNS,
};

/// The same over scale-invariant channels, and over others.
pub const ENLARGEMENT_GROUPS: Table = Table {
    path: "tables/enlargement_groups.csv",
    key: &["block", "group", "enlargement"],
    made_from: &[ENLARGEMENT.path, CHANNELS.path],
    needs: None,
    title: Some("enlarged pictures, scale-invariant channels against others"),
    about: EnlargementGroupRow::ABOUT,
    columns: EnlargementGroupRow::COLUMNS,
};

/// Whether pictures take the way of photographs.
pub const UNIT_PATHS: Table = Table {
    path: "tables/paths.csv",
    key: &["block", "channel", "role", "layer"],
    made_from: &[PICTURES, PHOTOGRAPHS, NETWORK],
    needs: Some(Needs::Images),
    title: Some("pictures and photographs on their way"),
    about: PathRow::ABOUT,
    columns: PathRow::COLUMNS,
};

/// The same over channels.
pub const PATH_LAYERS: Table = Table {
    path: "tables/path_layers.csv",
    key: &["block", "role", "layer"],
    made_from: &[UNIT_PATHS.path],
    needs: Some(Needs::Images),
    title: Some("pictures and photographs, layer by layer"),
    about: PathLayerRow::ABOUT,
    columns: PathLayerRow::COLUMNS,
};

/// The bins of mix ratios.
pub const HISTOGRAM: Table = Table {
    path: "tables/mix_histogram.csv",
    key: &["block", "from"],
    made_from: &[CHANNELS.path, SEEDS.path],
    needs: None,
    title: Some("histogram"),
    about: HistogramRow::ABOUT,
    columns: HistogramRow::COLUMNS,
};

/// The statistics of measures against mix ratios.
pub const PANELS: Table = Table {
    path: "tables/panels.csv",
    key: &["figure", "block", "measure"],
    made_from: &[CHANNELS.path, SEEDS.path],
    needs: None,
    title: Some("statistics of figures 3, 4 and 9"),
    about: PanelRow::ABOUT,
    columns: PanelRow::COLUMNS,
};

/// The channels that grids show. Whether the paper names a channel depends on whose weights these are.
pub const EXEMPLARS: Table = Table {
    path: "tables/exemplars.csv",
    key: &["block", "channel", "figure"],
    made_from: &[CHANNELS.path, NETWORK],
    needs: None,
    title: Some("exemplars of figures 1 and 6 to 8"),
    about: ExemplarRow::ABOUT,
    columns: ExemplarRow::COLUMNS,
};

/// What channels answer at sizes from half to double.
pub const SCALE_TUNING: Table = Table {
    path: "tables/scale_tuning.csv",
    key: &["block", "channel", "stimulus", "seen", "scale"],
    made_from: &[PICTURES, NETWORK, PHOTOGRAPHS],
    needs: None,
    title: Some("scale tuning"),
    about: ScaleTuningRow::ABOUT,
    columns: ScaleTuningRow::COLUMNS,
};

/// The images that channels answer to most and least.
pub const EXTREMES: Table = Table {
    path: "tables/extremes.csv",
    key: &["block", "channel", "role", "end", "rank"],
    made_from: &[PHOTOGRAPHS, NETWORK],
    needs: Some(Needs::Images),
    title: Some("images at either end of every channel"),
    about: ExtremeRow::ABOUT,
    columns: ExtremeRow::COLUMNS,
};

/// What center neurons see of the image.
pub const RECEPTIVE_FIELDS: Table = Table {
    path: "tables/receptive_fields.csv",
    key: &["block", "role"],
    made_from: &[NETWORK],
    needs: None,
    title: Some("receptive fields"),
    about: ReceptiveFieldRow::ABOUT,
    columns: ReceptiveFieldRow::COLUMNS,
};

/// The strongest weights into channels.
pub const HIDDEN_WEIGHTS: Table = Table {
    path: "tables/hidden_weights.csv",
    key: &["block", "channel", "rank"],
    made_from: &[NETWORK],
    needs: None,
    title: Some("strongest weights from hidden channels"),
    about: HiddenWeightRow::ABOUT,
    columns: HiddenWeightRow::COLUMNS,
};

/// Center activations over all photographs.
pub const ACTIVATION_HISTOGRAM: Table = Table {
    path: "tables/activation_histogram.csv",
    key: &["block", "channel", "role", "from"],
    made_from: &[PHOTOGRAPHS, NETWORK],
    needs: Some(Needs::Images),
    title: Some("histograms of center activations"),
    about: ActivationBinRow::ABOUT,
    columns: ActivationBinRow::COLUMNS,
};

/// Which channels go together.
pub const ALIKE: Table = Table {
    path: "tables/alike.csv",
    key: &["block", "channel", "rank"],
    made_from: &[PHOTOGRAPHS, NETWORK],
    needs: Some(Needs::Images),
    title: Some("channels most alike"),
    about: AlikeRow::ABOUT,
    columns: AlikeRow::COLUMNS,
};

/// What each block does to each photograph.
pub const PHOTOGRAPH_CONTRIBUTIONS: Table = Table {
    path: "tables/photograph_contributions.csv",
    key: &["block", "image"],
    made_from: &[PHOTOGRAPHS, NETWORK],
    needs: Some(Needs::Images),
    title: Some("what blocks do to photographs"),
    about: PhotographContributionRow::ABOUT,
    columns: PhotographContributionRow::COLUMNS,
};

/// The papers' claims against ours.
pub const CLAIMS: Table = Table {
    path: "tables/claims.csv",
    key: &["id"],
    made_from: &[CHANNELS.path, BLOCKS.path, PANELS.path, SEEDS.path, CHURN.path, CONVERGENCE.path, NETWORK],
    needs: None,
    title: None,
    about: ClaimRow::ABOUT,
    columns: ClaimRow::COLUMNS,
};

/// All of them, in the order in which people read them.
pub const TABLES: [Table; 24] = [
    CHANNELS,
    SEEDS,
    VARIANTS,
    CHURN,
    BLOCKS,
    CURVES,
    OBJECTIVES,
    STEPS,
    CONVERGENCE,
    ENLARGEMENT,
    ENLARGEMENT_GROUPS,
    UNIT_PATHS,
    PATH_LAYERS,
    HISTOGRAM,
    PANELS,
    EXEMPLARS,
    SCALE_TUNING,
    EXTREMES,
    RECEPTIVE_FIELDS,
    HIDDEN_WEIGHTS,
    ACTIVATION_HISTOGRAM,
    ALIKE,
    PHOTOGRAPH_CONTRIBUTIONS,
    CLAIMS,
];

/// Their paths, in the same order.
pub(crate) const PATHS: [&str; TABLES.len()] = {
    let mut paths = [""; TABLES.len()];
    let mut at = 0;
    while at < TABLES.len() {
        paths[at] = TABLES[at].path;
        at += 1;
    }
    paths
};

/// The table at a path.
pub fn table(path: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_table_is_its_first_columns_and_every_column_says_what_it_holds_and_in_what() {
        for table in &TABLES {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names[..table.key.len()], *table.key, "{}", table.path);
            assert!(table.about.contains(table.path), "{}", table.about);
            for column in table.columns {
                assert!(column.definition.ends_with('.') && !column.unit.is_empty(), "{}: {column:?}", table.path);
            }
        }
    }
}
