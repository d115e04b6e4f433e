//! The null of the pairing (METHOD.md, section 8): the criteria with the Block of another channel of the block.

use super::repeated::Repeated;
use crate::pictures::Channel;
use analysis::statistics::permutation;
use analysis::{Category, PERMUTATIONS, PairAnswers, PairingNull, Pairs, ScaleMeasures, mix_ratio};
use featviz::Draws;

/// What chance gives, by all criteria and without that of the mix ratio; `None` where there are fewer than two channels.
#[derive(Debug)]
pub(super) struct Nulls {
    pub(super) all: Option<PairingNull>,
    pub(super) no_mix: Option<PairingNull>,
}

impl Nulls {
    /// Those of the channels at some places, all of one block. The permutations are addressed by the run's first seed and
    /// the block, and the same for both criteria.
    pub(super) fn of(repeated: &Repeated<'_>, places: &[usize], block: &str) -> Nulls {
        let seeds: Vec<&[Channel]> = repeated.each().collect();
        let null = |met: &dyn Fn(&Channel, &Channel) -> Option<bool>| {
            null((repeated.seed, block), (seeds.len(), places.len()), |seed, c, d| {
                met(seeds[seed].get(places[c])?, seeds[seed].get(places[d])?)
            })
        };
        let all = |c: &Channel, d: &Channel| {
            let nine = &c.measured.activations;
            let mixes = Category::of(mix_ratio(nine.o_i, nine.o_b).ok()?) == Category::Mix;
            Some(mixes && measures(c, d)?.scale_invariant_no_mix())
        };
        let no_mix = |c: &Channel, d: &Channel| Some(measures(c, d)?.scale_invariant_no_mix());
        Nulls { all: null(&all), no_mix: null(&no_mix) }
    }
}

/// What chance gives for so many channels of a block at so many seeds, where `met(seed, c, d)` says whether the Input of the
/// c-th and the Block of the d-th meet the criteria; `None` where a visualization failed.
pub(super) fn null(
    (first_seed, block): (u64, &str),
    (seeds, channels): (usize, usize),
    met: impl Fn(usize, usize, usize) -> Option<bool>,
) -> Option<PairingNull> {
    let share = |c: usize, d: usize| {
        let at = (0..seeds).filter_map(|seed| met(seed, c, d));
        let (met, of) = at.fold((0_usize, 0_usize), |(met, of), is| (met + usize::from(is), of + 1));
        if of == 0 { 0.0 } else { met as f64 / of as f64 }
    };
    let mut draw = Draws::new(first_seed, &format!("pairing:{block}")).numbers(0);
    Pairs::new(channels, share).null(PERMUTATIONS, || permutation(channels, &mut draw)).ok()
}

/// dB and dI of the Input of a channel and the Block of another, or of itself; `None` where a visualization failed.
fn measures(input: &Channel, block: &Channel) -> Option<ScaleMeasures> {
    let (c, d) = (input.channel, block.channel);
    let at = |values: &[f32], channel: usize| values.get(channel).copied().map(f64::from);
    if !(input.is_sound() && block.is_sound()) {
        return None;
    }
    let answers = PairAnswers {
        b_i: at(&input.beside.b_i, d)?,
        b_enlarged_i: at(&input.beside.b_enlarged_i, d)?,
        i_b: at(&block.beside.i_b, c)?,
        i_shrunk_b: at(&block.beside.i_shrunk_b, c)?,
        b_b: block.measured.activations.b_b,
        i_i: input.measured.activations.i_i,
    };
    Some(answers.measures())
}
