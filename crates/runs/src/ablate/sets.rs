//! The sets of channels that are ablated: the studied one, and random ones that hurt about as much.

use super::measure::Right;
use super::measuring::Measuring;
use super::{INTACT, STUDIED};
use crate::error::RunError;
use analysis::statistics::permutation;
use featviz::{Ablation, Draws};
use report::AblationRow;

/// The seed of the draws.
pub(super) const SEED: u64 = 0;
/// So many sets are drawn at most for each that is wanted.
pub(super) const DRAWS: usize = 200;
/// A random set may name so many points of percent more images right than the studied one.
const POINTS: f64 = 1.0;

/// What was measured.
pub(super) struct Found {
    pub(super) rows: Vec<AblationRow>,
    pub(super) means: Vec<f64>,
    /// What should be known of the random sets.
    pub(super) note: Option<String>,
}

/// A random set, and how many images are named right without it at no enlargement.
struct Accepted {
    channels: Vec<usize>,
    right: Right,
}

/// Measures the intact network, the studied set, and random sets by the method's rule; nothing where other shards have
/// images to measure yet.
pub(super) fn measure(measuring: &Measuring<'_>, studied: Vec<usize>) -> Result<Option<Found>, RunError> {
    let options = measuring.options;
    let Some(means) = measuring.means()? else { return Ok(None) };
    let ablation = |channels: &[usize]| Some(measuring.ablation(channels, &means));
    let first = measuring.right("plain accuracy", &[None, ablation(&studied)], &options.zooms[..1])?;
    let Some(first) = first else { return Ok(None) };
    let [intact, of_studied] = [first[0][0], first[1][0]];
    let others: Vec<usize> = (0..means.len()).filter(|channel| !studied.contains(channel)).collect();
    let mut random: Vec<Accepted> = Vec::new();
    let mut note = None;
    if others.len() < studied.len() {
        note = Some(format!(
            "block {}: {} channels are left for random sets of {}: none is drawn",
            options.block,
            others.len(),
            studied.len()
        ));
    } else {
        let drawn = |at: usize| set(&others, studied.len(), &format!("{}", options.block), at);
        let (mut at, mut in_vain) = (0, 0);
        while random.len() < options.random_sets && in_vain < DRAWS {
            // As many at once as are wanted still: an image is decoded once for all.
            let batch: Vec<Vec<usize>> = (at..at + options.random_sets - random.len()).map(drawn).collect();
            at += batch.len();
            let ablations: Vec<Option<Ablation>> = batch.iter().map(|channels| ablation(channels)).collect();
            let right = measuring.right("random sets", &ablations, &options.zooms[..1])?;
            let Some(right) = right else { return Ok(None) };
            for (channels, right) in batch.into_iter().zip(right) {
                if hurts_enough(right[0], of_studied, measuring.labelled.images.len()) {
                    random.push(Accepted { channels, right: right[0] });
                    in_vain = 0;
                } else {
                    in_vain += 1;
                }
            }
        }
        if random.len() < options.random_sets {
            note = Some(format!(
                "block {}: {} random sets of {}: of {DRAWS} draws for the next, none hurts plain accuracy within {POINTS} point of the \
                 studied set",
                options.block,
                random.len(),
                options.random_sets
            ));
        }
    }
    let mut sets = vec![(INTACT.to_owned(), Vec::new(), intact), (STUDIED.to_owned(), studied, of_studied)];
    sets.extend(random.into_iter().enumerate().map(|(at, set)| (format!("random-{at:02}"), set.channels, set.right)));
    let ablations: Vec<Option<Ablation>> =
        sets.iter().map(|(name, channels, _)| if name == INTACT { None } else { ablation(channels) }).collect();
    let enlarged = &options.zooms[1..];
    let right = match enlarged.is_empty() {
        true => Some(vec![Vec::new(); sets.len()]),
        false => measuring.right("enlarged images", &ablations, enlarged)?,
    };
    let Some(right) = right else { return Ok(None) };
    let images = measuring.labelled.images.len();
    let mut rows = Vec::new();
    for ((set, channels, plain), enlarged_right) in sets.into_iter().zip(right) {
        let channels: Vec<String> = channels.iter().map(usize::to_string).collect();
        for (&zoom, right) in options.zooms.iter().zip([plain].into_iter().chain(enlarged_right)) {
            let Right { top1, top5 } = right;
            rows.push(AblationRow { set: set.clone(), channels: channels.join(" "), zoom, images, top1, top5 });
        }
    }
    Ok(Some(Found { rows, means, note }))
}

/// Draw `at` of `count` of the channels, in order; addressed by the block.
fn set(others: &[usize], count: usize, block: &str, at: usize) -> Vec<usize> {
    let draws = Draws::new(SEED, &format!("ablation:{block}"));
    let order = permutation(others.len(), draws.numbers(at as u64));
    let mut channels: Vec<usize> = order[..count].iter().map(|&k| others[k]).collect();
    channels.sort_unstable();
    channels
}

/// Whether a set is not less damaging than the studied one by more than a point of percent.
fn hurts_enough(random: Right, studied: Right, images: usize) -> bool {
    // Counts, so that a point is exact.
    (random.top1 as f64 - studied.top1 as f64) * 100.0 <= POINTS * images as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_of_other_channels_each_once_and_another_for_each_draw_and_block() {
        let others: Vec<usize> = (0..40).filter(|c| c % 5 != 0).collect();
        let of = |block, at| set(&others, 6, block, at);
        let all: std::collections::BTreeSet<Vec<usize>> = (0..50).map(|at| of("2.1", at)).collect();
        assert!(all.len() > 48);
        for channels in &all {
            assert!(channels.len() == 6 && channels.windows(2).all(|c| c[0] < c[1]));
            assert!(channels.iter().all(|c| others.contains(c)));
        }
        assert_eq!(of("2.1", 3), of("2.1", 3));
        assert_ne!(of("2.1", 3), of("3.1", 3));
        assert_eq!(set(&others, others.len(), "2.1", 0), others);
    }

    #[test]
    fn a_set_may_hurt_by_a_point_less_and_by_any_more() {
        let right = |top1| Right { top1, top5: 0 };
        for (random, enough) in [(800, true), (810, true), (811, false), (0, true), (1000, false)] {
            assert_eq!(hurts_enough(right(random), right(800), 1000), enough, "{random}");
        }
    }
}
