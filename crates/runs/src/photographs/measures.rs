//! The measures of a channel on photographs: each role's picture replaced by the nine images it answers to most
//! (METHOD.md, section 3).

use super::reading::{NINE, Photographs, Reading, sites};
use crate::error::RunError;
use crate::pictures::scale_tuning::{self, ScaleCurve};
use crate::plan::Study;
use analysis::{
    NineActivations, ScaleMeasures, block_delta_of_photographs, input_delta_of_photographs, mix_ratio, statistics,
};
use resnet::{Block, Role, View};
use std::collections::BTreeMap;

/// What is measured of a channel on each role's top nine images.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OnPhotographs {
    /// Means over the nine. The Output is rectified before the mean is taken; Input and Block are as they are.
    pub(crate) activations: NineActivations,
    /// Their O(I) / O(B); not defined where neither is positive.
    pub(crate) mix_ratio: Option<f64>,
    /// dB and dI: in the numerators every activation is clipped at zero before the mean is taken, in the denominators,
    /// B(B) and I(I), none is.
    pub(crate) scale: Option<ScaleMeasures>,
    /// The nine images of each role at other sizes.
    pub(crate) curves: Vec<ScaleCurve>,
}

/// The center activations at one size of what is needed: of each channel the nine images of each role.
struct AtScale {
    view: View,
    scale: f64,
    /// Of each channel's each role's nine, in their order, every role's activation; nothing where there is no such image.
    values: Vec<Option<[f32; 3]>>,
}

/// Which role's nine of which of the channels, and which of the nine.
#[derive(Clone, Copy)]
struct Wanted {
    at: usize,
    seen: Role,
    rank: usize,
}

impl Wanted {
    /// Its place among the values at a size.
    fn place(self) -> usize {
        (self.at * Role::ALL.len() + self.seen as usize) * NINE + self.rank
    }
}

impl AtScale {
    fn new(view: View, scale: f64, channels: usize) -> AtScale {
        AtScale { view, scale, values: vec![None; channels * Role::ALL.len() * NINE] }
    }

    /// A role's activations for the nine images of another one.
    fn values(&self, at: usize, role: Role, seen: Role) -> Vec<f64> {
        let first = Wanted { at, seen, rank: 0 }.place();
        self.values[first..first + NINE].iter().flatten().map(|roles| roles[role as usize].into()).collect()
    }
}

/// What is measured of every studied channel, and which journals keep what was read, with the images that each holds.
pub(crate) type Measures = (BTreeMap<(Block, usize), OnPhotographs>, BTreeMap<String, usize>);

/// Reads the top nine images of all studied channels at every size, and measures each channel on them.
///
/// # Errors
/// If a journal cannot be written.
pub(crate) fn measure(photographs: &Photographs, reading: &Reading<'_>) -> Result<Measures, RunError> {
    let of_study = |study: &Study| study.channels.iter().map(|&channel| (study.block, channel)).collect::<Vec<_>>();
    let channels: Vec<(Block, usize)> = reading.studies.iter().flat_map(of_study).collect();
    let mut needed: BTreeMap<usize, Vec<Wanted>> = BTreeMap::new();
    for (at, &(block, channel)) in channels.iter().enumerate() {
        for seen in Role::ALL {
            for (rank, image) in photographs.top(block, seen, channel).into_iter().enumerate() {
                needed.entry(image).or_default().push(Wanted { at, seen, rank });
            }
        }
    }
    let entries = photographs.entries.pick(needed.keys().copied());
    let wanted: Vec<&Vec<Wanted>> = needed.values().collect();
    let sites = sites(reading);
    let (mut scales, mut journals) = (Vec::new(), BTreeMap::new());
    for (view, scale) in scale_tuning::scales(reading.loaded.size()) {
        let mut at_scale = AtScale::new(view, scale, channels.len());
        if view == View::Plain {
            for (&image, wanted) in &needed {
                for &of in wanted {
                    let (block, channel) = channels[of.at];
                    let value = |role| photographs.rows(block, role).at(image, channel);
                    at_scale.values[of.place()] =
                        Some([value(Role::Input)?, value(Role::Block)?, value(Role::Output)?]);
                }
            }
        } else {
            let scan = reading.scan(&sites, view);
            let (name, journal) = scan.journal_among(reading.journals, &entries)?;
            let kept = scan.read_once(&entries, journal, reading.observer, |at, _, read| {
                // One that vanished since has been reported.
                for (of, image) in wanted[at].iter().flat_map(|of| read.as_ref().ok().map(|image| (of, image))) {
                    let (block, channel) = channels[of.at];
                    let value = |role| image[photographs.columns.column(block, role, channel)];
                    at_scale.values[of.place()] = Some(Role::ALL.map(value));
                }
                Ok(())
            })?;
            journals.insert(name, kept.held);
        }
        scales.push(at_scale);
    }
    let measured = channels.iter().enumerate().map(|(at, &of)| (of, measured(at, &scales)));
    Ok((measured.collect(), journals))
}

fn measured(channel: usize, scales: &[AtScale]) -> OnPhotographs {
    let at = |view: View, role: Role, seen: Role| -> Vec<f64> {
        let scale = scales.iter().find(|s| s.view == view);
        scale.map_or_else(Vec::new, |scale| scale.values(channel, role, seen))
    };
    let plain = |role, seen| at(View::Plain, role, seen);
    let mean = |values: &[f64]| statistics::mean(values).unwrap_or(f64::NAN);
    let [[i_i, b_i, o_i], [i_b, b_b, o_b], [i_o, b_o, o_o]] = Role::ALL.map(|seen| {
        Role::ALL.map(|role| match role {
            Role::Output => mean(&clipped(&plain(role, seen))),
            Role::Input | Role::Block => mean(&plain(role, seen)),
        })
    });
    let deltas = || {
        let (input, block) = (Role::Input, Role::Block);
        let block_delta =
            block_delta_of_photographs(&at(View::Enlarged, block, input), &plain(block, input), &plain(block, block));
        let input_delta =
            input_delta_of_photographs(&at(View::Shrunk, input, block), &plain(input, block), &plain(input, input));
        Some(ScaleMeasures { block_delta: block_delta.ok()?, input_delta: input_delta.ok()? })
    };
    let mut curves = Vec::new();
    for seen in Role::ALL {
        for scale in scales {
            let values = |role| {
                let nine = scale.values(channel, role, seen);
                mean(&clipped(&nine))
            };
            curves.push(ScaleCurve { seen, scale: scale.scale, activations: Role::ALL.map(values) });
        }
    }
    OnPhotographs {
        activations: NineActivations { o_o, i_o, b_o, o_i, i_i, b_i, o_b, i_b, b_b },
        mix_ratio: mix_ratio(o_i, o_b).ok(),
        scale: deltas(),
        curves,
    }
}

fn clipped(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.max(0.0)).collect()
}
