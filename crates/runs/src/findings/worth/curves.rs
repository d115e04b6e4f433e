//! The rows of `tables/curves.csv`: how the percent of scale-invariant channels hangs on the mix tolerance and on the scale
//! factor, at the run's seeds and by chance.

use super::pairing::null;
use super::repeated::Repeated;
use crate::pictures::Channel;
use crate::pictures::scale_factors::{AtFactor, views};
use analysis::statistics::{Interval, benjamini_hochberg, mean};
use analysis::{MIX_HIGH, PairAnswers, PairingNull, SCALE_FACTORS, TOLERANCES, mix_ratio, mixes_within};
use report::CurveRow;

/// What the curves are called.
const MIX_TOLERANCE: &str = "mix tolerance";
const SCALE_FACTOR: &str = "scale factor";

/// What one seed says of a block's channels that have a mix ratio at some seed, and of their pairs.
struct OfSeed {
    /// The mix ratio of each; `None` where its visualization failed at this seed.
    ratios: Vec<Option<f64>>,
    /// For each factor, whether the Input of one and the Block of another gain from the scale, a row for each Input.
    gains: Vec<Vec<bool>>,
}

impl OfSeed {
    fn new(channels: &[&Channel], at: &[&[AtFactor]]) -> OfSeed {
        let ratio = |c: &&Channel| mix_ratio(c.measured.activations.o_i, c.measured.activations.o_b).ok();
        let of_factor = |factor: usize| {
            let pair = |at_pair: usize| {
                let (c, d) = (at_pair / channels.len(), at_pair % channels.len());
                gains((channels[c], at[c].get(factor)), (channels[d], at[d].get(factor))).unwrap_or(false)
            };
            (0..channels.len() * channels.len()).map(pair).collect()
        };
        OfSeed {
            ratios: channels.iter().map(ratio).collect(),
            gains: (0..SCALE_FACTORS.len()).map(of_factor).collect(),
        }
    }

    /// Whether the Input of the c-th and the Block of the d-th channel meet the criteria; `None` where one failed.
    fn meet(&self, at: &Point, c: usize, d: usize) -> Option<bool> {
        let (ratio, _) = self.ratios[c].zip(self.ratios[d])?;
        Some(self.gains[at.factor][c * self.ratios.len() + d] && mixes_within(ratio, at.tolerance))
    }

    /// Percent of its channels that meet them, each with its own pictures.
    fn percent(&self, at: &Point) -> Option<f64> {
        let met: Vec<bool> = (0..self.ratios.len()).filter_map(|c| self.meet(at, c, c)).collect();
        (!met.is_empty()).then(|| 100.0 * met.iter().filter(|met| **met).count() as f64 / met.len() as f64)
    }
}

/// Whether dB and dI of the Input of a channel and the Block of another are above zero, at one factor.
fn gains(
    (input, of_input): (&Channel, Option<&AtFactor>),
    (block, of_block): (&Channel, Option<&AtFactor>),
) -> Option<bool> {
    let (c, d) = (input.channel, block.channel);
    let at = |values: &[f32], channel: usize| values.get(channel).copied().map(f64::from);
    let answers = PairAnswers {
        b_i: at(&input.beside.b_i, d)?,
        b_enlarged_i: at(&of_input?.b_enlarged_i, d)?,
        i_b: at(&block.beside.i_b, c)?,
        i_shrunk_b: at(&of_block?.i_shrunk_b, c)?,
        b_b: block.measured.activations.b_b,
        i_i: input.measured.activations.i_i,
    };
    Some(answers.measures().scale_invariant_no_mix())
}

/// A point of a curve.
struct Point {
    curve: &'static str,
    at: f64,
    tolerance: f64,
    /// Its place among the factors.
    factor: usize,
}

fn points() -> impl Iterator<Item = Point> {
    let papers = SCALE_FACTORS.iter().position(|factor| *factor == 2.0).unwrap_or(0);
    let of_tolerance = move |at| Point { curve: MIX_TOLERANCE, at, tolerance: at, factor: papers };
    let of_factor = |(factor, at)| Point { curve: SCALE_FACTOR, at, tolerance: MIX_HIGH, factor };
    TOLERANCES.into_iter().map(of_tolerance).chain(SCALE_FACTORS.into_iter().enumerate().map(of_factor))
}

/// The curves of the channels at `places`, which are a block's; pictures are of `size` rows and columns.
pub(in crate::findings) fn curve_rows(
    (repeated, factors): (&Repeated<'_>, &[Vec<Vec<AtFactor>>]),
    places: &[usize],
    block: &str,
    size: usize,
) -> Vec<CurveRow> {
    let sound = |place: &&usize| repeated.at(**place).any(Channel::is_sound);
    let sound: Vec<usize> = places.iter().filter(sound).copied().collect();
    let of_seed = |(channels, at): (&[Channel], &Vec<Vec<AtFactor>>)| {
        let channels: Vec<&Channel> = sound.iter().filter_map(|&place| channels.get(place)).collect();
        let at: Vec<&[AtFactor]> = sound.iter().filter_map(|&place| at.get(place).map(Vec::as_slice)).collect();
        (channels.len() == at.len()).then(|| OfSeed::new(&channels, &at))
    };
    let seeds: Vec<OfSeed> = repeated.each().zip(factors).filter_map(of_seed).collect();
    let row = |at: Point| {
        let share = |c: usize| {
            let met: Vec<f64> =
                seeds.iter().filter_map(|seed| seed.meet(&at, c, c)).map(|met| f64::from(u8::from(met))).collect();
            mean(&met).ok().map(|share| 100.0 * share)
        };
        let shares: Vec<f64> = (0..sound.len()).filter_map(share).collect();
        let of_each: Vec<f64> = seeds.iter().filter_map(|seed| seed.percent(&at)).collect();
        let null = null((repeated.seed, block), (seeds.len(), sound.len()), |seed, c, d| seeds[seed].meet(&at, c, d));
        let band: Option<Interval> = null.as_ref().and_then(|null| null.band().ok());
        CurveRow {
            block: block.to_owned(),
            curve: at.curve.to_owned(),
            at: at.at,
            side: (at.curve == SCALE_FACTOR).then(|| views(at.at, size)[0].1),
            channels: shares.len(),
            percent: mean(&shares).ok(),
            percent_of_first: seeds.first().and_then(|seed| seed.percent(&at)),
            smallest: of_each.iter().copied().reduce(f64::min),
            largest: of_each.iter().copied().reduce(f64::max),
            chance: null.as_ref().and_then(|null| null.mean().ok()),
            chance_low: band.map(|band| band.low),
            chance_high: band.map(|band| band.high),
            p: null.as_ref().map(PairingNull::p),
            q: None,
        }
    };
    points().map(row).collect()
}

/// Adjusts the p-values of all points of all blocks for how many there are.
pub(in crate::findings) fn adjust(rows: &mut [CurveRow]) {
    let adjusted = benjamini_hochberg(&rows.iter().map(|row| row.p.unwrap_or(f64::NAN)).collect::<Vec<f64>>());
    for (row, q) in rows.iter_mut().zip(adjusted) {
        row.q = Some(q).filter(|q| !q.is_nan());
    }
}
