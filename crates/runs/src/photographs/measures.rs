//! The measures of a channel on photographs: each role's picture replaced by the nine images it answers to most
//! (METHOD.md, section 3).

use super::reading::{Columns, Photographs, Reading, sites};
use crate::error::RunError;
use crate::pictures::scale_tuning::{self, ScaleCurve};
use analysis::{
    NineActivations, ScaleMeasures, block_delta_of_photographs, input_delta_of_photographs, mix_ratio, statistics,
};
use resnet::{Block, Role, View};
use std::collections::{BTreeMap, BTreeSet};

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

/// The center activations of some images at one size.
struct AtScale {
    view: View,
    scale: f64,
    images: BTreeMap<usize, Vec<f32>>,
}

impl AtScale {
    fn values(&self, columns: &Columns, images: &[usize], of: (Block, Role, usize)) -> Vec<f64> {
        let (block, role, channel) = of;
        let read = images.iter().filter_map(|image| self.images.get(image));
        read.map(|image| columns.at(image, block, role, channel).into()).collect()
    }
}

/// What is measured of every studied channel, and which journals keep what was read, with the images that each holds.
pub(crate) type Measures = (BTreeMap<(Block, usize), OnPhotographs>, BTreeMap<String, usize>);

/// Reads the top nine images of all studied channels at every size, and measures each channel on them.
///
/// # Errors
/// If a journal cannot be written.
pub(crate) fn measure(photographs: &Photographs, reading: &Reading<'_>) -> Result<Measures, RunError> {
    let mut top: BTreeMap<(Block, usize), [Vec<usize>; 3]> = BTreeMap::new();
    for study in reading.studies {
        for &channel in &study.channels {
            let of_roles = Role::ALL.map(|role| photographs.top(study.block, role, channel));
            top.insert((study.block, channel), of_roles);
        }
    }
    let needed: BTreeSet<usize> = top.values().flatten().flatten().copied().collect();
    let needed: Vec<usize> = needed.into_iter().collect();
    let entries: Vec<_> = needed.iter().map(|&at| photographs.entries[at].clone()).collect();
    let sites = sites(reading);
    let (mut scales, mut journals) = (Vec::new(), BTreeMap::new());
    for (view, scale) in scale_tuning::scales(reading.loaded.size()) {
        let scan = reading.scan(&sites, view);
        let mut images = BTreeMap::new();
        if view == View::Plain {
            images.extend(needed.iter().map(|&at| (at, photographs.images[at].clone())));
        } else {
            let (name, journal) = scan.journal_among(reading.journals, &entries)?;
            let kept = scan.read_once(&entries, journal, reading.observer, |at, _, read| {
                // One that vanished since has been reported.
                images.extend(read.ok().map(|values| (needed[at], values)));
                Ok(())
            })?;
            journals.insert(name, kept.held);
        }
        scales.push(AtScale { view, scale, images });
    }
    let measure =
        |(&of, top): (&(Block, usize), &[Vec<usize>; 3])| (of, measured(&photographs.columns, of, top, &scales));
    Ok((top.iter().map(measure).collect(), journals))
}

fn measured(
    columns: &Columns,
    (block, channel): (Block, usize),
    top: &[Vec<usize>; 3],
    scales: &[AtScale],
) -> OnPhotographs {
    let at = |view: View, role: Role, seen: Role| -> Vec<f64> {
        let scale = scales.iter().find(|s| s.view == view);
        scale.map_or_else(Vec::new, |scale| scale.values(columns, &top[seen as usize], (block, role, channel)))
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
                let nine = scale.values(columns, &top[seen as usize], (block, role, channel));
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
