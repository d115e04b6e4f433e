//! From measurements to the rows of all tables but that of the photographs.

use super::block_rows::{block_row, histogram_rows};
use super::channel_rows::channel_row;
use super::claims::{self, Evidence, Worth};
use super::exemplars::Exemplar;
use super::not_finite;
use super::of_the_network::{hidden_weights, receptive_fields};
use super::panels::panels;
use super::worth::{self, Enlarged, Repeated};
use crate::error::RunError;
use crate::output::Output;
use crate::photographs::OfPhotographs;
use crate::pictures::scale_factors::AtFactor;
use crate::pictures::scale_tuning::ScaleCurve;
use crate::pictures::{Ascents, AtSeed, AtSteps, Channel, InVariant, Likeness};
use crate::plan::Study;
use crate::source::Loaded;
use analysis::BlockSummary;
use report::registry::tables::{
    BLOCKS, CHANNELS, CHURN, CLAIMS, CONVERGENCE, CURVES, ENLARGEMENT, ENLARGEMENT_GROUPS, EXEMPLARS, HIDDEN_WEIGHTS,
    HISTOGRAM, OBJECTIVES, PANELS, PATH_LAYERS, RECEPTIVE_FIELDS, SCALE_TUNING, SEEDS, STEPS, UNIT_PATHS, VARIANTS,
};
use report::{
    BlockRow, ChannelRow, ChurnRow, ClaimRow, ConvergenceRow, CurveRow, EnlargementGroupRow, EnlargementRow,
    ExemplarRow, HiddenWeightRow, HistogramRow, ObjectiveRow, PanelRow, PathLayerRow, PathRow, ReceptiveFieldRow,
    ScaleTuningRow, SeedRow, StepRow, VariantRow,
};
use resnet::Block;
use std::collections::BTreeMap;

/// Everything that the tables are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Findings<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) studies: &'a [Study],
    /// Steps a picture.
    pub(crate) steps: usize,
    /// Measured on pictures.
    pub(crate) channels: &'a [Channel],
    /// The seed of their pictures.
    pub(crate) seed: u64,
    /// The same from the other seeds.
    pub(crate) others: &'a [AtSeed],
    /// What all channels answer at other scale factors: by seed, the first one first, and channel.
    pub(crate) factors: &'a [Vec<Vec<AtFactor>>],
    /// And in variants of the study.
    pub(crate) variants: &'a [InVariant],
    /// And some of them after other numbers of steps.
    pub(crate) on_the_way: &'a [AtSteps],
    /// How far the objectives of pictures have come on their way.
    pub(crate) ascents: &'a [Ascents],
    /// What Outputs answer to their own pictures, enlarged.
    pub(crate) enlargements: &'a Enlarged,
    /// How alike pictures and photographs are on their way, where there were any.
    pub(crate) paths: &'a [Likeness],
    /// On pictures of other sizes.
    pub(crate) curves: &'a BTreeMap<(Block, usize), Vec<ScaleCurve>>,
    /// The channels to show.
    pub(crate) exemplars: &'a [Exemplar],
    /// Over photographs, where there were any.
    pub(crate) photographs: Option<&'a OfPhotographs>,
}

impl<'a> Findings<'a> {
    /// What a channel answers at every size, on its pictures and then on its photographs.
    fn curves_of(&self, channel: &Channel) -> impl Iterator<Item = (&'static str, &'a ScaleCurve)> + use<'a> {
        let of = (channel.block, channel.channel);
        let pictures = self.curves.get(&of).into_iter().flatten();
        let photographs = self.photographs.and_then(|p| p.measured.get(&of)).into_iter().flat_map(|p| &p.curves);
        pictures.map(|curve| ("picture", curve)).chain(photographs.map(|curve| ("photographs", curve)))
    }
}

/// The rows of the tables.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) channels: Vec<ChannelRow>,
    pub(crate) seeds: Vec<SeedRow>,
    pub(crate) variants: Vec<VariantRow>,
    pub(crate) churn: Vec<ChurnRow>,
    pub(crate) curves: Vec<CurveRow>,
    pub(crate) objectives: Vec<ObjectiveRow>,
    pub(crate) steps: Vec<StepRow>,
    pub(crate) convergence: Vec<ConvergenceRow>,
    pub(crate) enlargement: Vec<EnlargementRow>,
    pub(crate) enlargement_groups: Vec<EnlargementGroupRow>,
    pub(crate) paths: Vec<PathRow>,
    pub(crate) path_layers: Vec<PathLayerRow>,
    pub(crate) blocks: Vec<BlockRow>,
    pub(crate) histogram: Vec<HistogramRow>,
    pub(crate) exemplars: Vec<ExemplarRow>,
    pub(crate) panels: Vec<PanelRow>,
    pub(crate) scale_tuning: Vec<ScaleTuningRow>,
    pub(crate) claims: Vec<ClaimRow>,
    pub(crate) receptive_fields: Vec<ReceptiveFieldRow>,
    pub(crate) hidden_weights: Vec<HiddenWeightRow>,
}

impl Tables {
    /// The tables of what was found.
    ///
    /// # Errors
    /// If the network lacks a site of a block that was studied.
    pub(crate) fn of(findings: &Findings<'_>) -> Result<Tables, RunError> {
        let Findings { loaded, studies, channels, photographs, .. } = *findings;
        let repeated = Repeated { seed: findings.seed, first: channels, others: findings.others };
        let row = |(place, channel): (usize, &Channel)| {
            let row = channel_row(loaded, channel, photographs);
            let curves = findings.curves_of(channel).map(|(_, curve)| curve);
            let row = ChannelRow { not_finite: not_finite::columns(&row, curves), ..row };
            repeated.spread(place, row)
        };
        let rows: Vec<ChannelRow> = channels.iter().enumerate().map(row).collect();
        let (mut convergence, mut enlargement_groups) = (Vec::new(), Vec::new());
        let (mut blocks, mut histogram, mut churn, mut curves) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for study in studies {
            let name = study.block.to_string();
            let places: Vec<usize> = (0..rows.len()).filter(|&place| rows[place].block == name).collect();
            let of_block: Vec<(&Channel, &ChannelRow)> = places.iter().map(|&at| (&channels[at], &rows[at])).collect();
            let measures: Vec<_> = of_block.iter().map(|(channel, _)| channel.measures()).collect();
            let summary = BlockSummary::new(&measures);
            let all = loaded.network.architecture().studied_channels(study.block).len();
            let row = block_row((study.block, all), &summary, &of_block);
            blocks.push(worth::block_row(&repeated, &places, &rows, row));
            churn.extend(worth::churn_rows(&repeated, findings.variants, study.block, &places));
            enlargement_groups.extend(worth::group_rows(channels, findings.enlargements, study.block));
            convergence.extend(worth::convergence_rows(findings.on_the_way, study.block));
            curves.extend(worth::curve_rows((&repeated, findings.factors), &places, &name, loaded.size()));
            histogram.extend(worth::histogram_rows(&repeated, &places, histogram_rows(study.block, &summary)));
        }
        worth::adjust(&mut blocks);
        worth::adjust_curves(&mut curves);
        let studied: Vec<Block> = studies.iter().map(|s| s.block).collect();
        let panels = panels(&studied, &rows, findings.seed);
        let seeds = repeated.rows();
        let worth = Worth { seeds: &seeds, churn: &churn, convergence: &convergence };
        let claims = claims::rows(&Evidence::new(loaded, findings.steps, (&rows, &blocks, &panels), worth));
        let exemplars = findings.exemplars.iter().map(Exemplar::row).collect();
        Ok(Tables {
            channels: rows,
            seeds,
            variants: worth::variant_rows(findings.variants),
            churn,
            curves,
            objectives: worth::objective_rows(loaded.architecture(), findings.ascents),
            steps: worth::step_rows(findings.on_the_way),
            convergence,
            enlargement: worth::enlargement_rows(channels, findings.enlargements, loaded.size()),
            enlargement_groups,
            paths: worth::path_rows(findings.paths),
            path_layers: worth::path_layer_rows(findings.paths),
            blocks,
            histogram,
            exemplars,
            panels,
            scale_tuning: scale_rows(findings),
            claims,
            receptive_fields: receptive_fields(loaded, studies)?,
            hidden_weights: hidden_weights(loaded, studies),
        })
    }
}

impl Tables {
    /// Writes them.
    ///
    /// # Errors
    /// If one cannot be written.
    pub(crate) fn write(&self, output: &Output, with_images: bool) -> Result<(), RunError> {
        output.write_table(&CLAIMS, &self.claims)?;
        output.write_table(&CHANNELS, &self.channels)?;
        output.write_table(&SEEDS, &self.seeds)?;
        if !self.variants.is_empty() {
            output.write_table(&VARIANTS, &self.variants)?;
            output.write_table(&CHURN, &self.churn)?;
        }
        output.write_table(&CURVES, &self.curves)?;
        output.write_table(&OBJECTIVES, &self.objectives)?;
        output.write_table(&ENLARGEMENT, &self.enlargement)?;
        output.write_table(&ENLARGEMENT_GROUPS, &self.enlargement_groups)?;
        if with_images {
            output.write_table(&UNIT_PATHS, &self.paths)?;
            output.write_table(&PATH_LAYERS, &self.path_layers)?;
        }
        if !self.steps.is_empty() {
            output.write_table(&STEPS, &self.steps)?;
            output.write_table(&CONVERGENCE, &self.convergence)?;
        }
        output.write_table(&BLOCKS, &self.blocks)?;
        output.write_table(&HISTOGRAM, &self.histogram)?;
        output.write_table(&EXEMPLARS, &self.exemplars)?;
        output.write_table(&PANELS, &self.panels)?;
        output.write_table(&RECEPTIVE_FIELDS, &self.receptive_fields)?;
        output.write_table(&HIDDEN_WEIGHTS, &self.hidden_weights)?;
        output.write_table(&SCALE_TUNING, &self.scale_tuning)
    }
}

/// What every channel answers at every size, on its pictures and on its photographs.
fn scale_rows(findings: &Findings<'_>) -> Vec<ScaleTuningRow> {
    let of_channel = |channel: &Channel| {
        let (block, at) = (channel.block, channel.channel);
        findings.curves_of(channel).map(move |(stimulus, curve)| curve.row(block, at, stimulus)).collect::<Vec<_>>()
    };
    findings.channels.iter().flat_map(of_channel).collect()
}
