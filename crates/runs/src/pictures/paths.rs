//! Whether pictures take the same way through the network as the photographs that their units answer to most (METHOD.md,
//! section 8).

use super::attempts::{Attempt, Attempts};
use super::channel::Channel;
use crate::error::RunError;
use crate::photographs::Photographs;
use crate::plan::Study;
use crate::work::PATHS;
use analysis::cosine_of_rectified;
use analysis::statistics::{mean, permutation, permutation_p};
use featviz::Draws;
use resnet::{Block, Extent, Reader, Reading, Role, Site, View};

/// Photographs of a set: as many as are a unit's top ones.
const NINE: usize = 9;
/// The most random sets.
const SETS: usize = 99;
/// With fewer no set that is less alike could be told at the usual threshold: p is 1 / 20 at least.
const FEWEST: usize = 19;

/// How alike a unit's picture and photographs are at one layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Likeness {
    pub(crate) block: Block,
    pub(crate) channel: usize,
    pub(crate) role: Role,
    /// The block whose Output is held against.
    pub(crate) layer: Block,
    /// The mean cosine with the unit's top photographs.
    pub(crate) top: f64,
    /// With random ones; nothing where there are not enough for a set.
    pub(crate) random: Option<f64>,
    /// How many random sets there are.
    pub(crate) sets: usize,
    /// How surprising it would be if the top photographs were random ones; nothing where there are too few sets.
    pub(crate) p: Option<f64>,
}

/// The layers up to a block, and where each is read.
fn layers(attempts: &Attempts<'_>, studies: &[Study], block: Block) -> Vec<(Block, Site)> {
    let blocks = studies.iter().map(|study| study.block).filter(|layer| *layer <= block);
    blocks.map(|layer| (layer, attempts.loaded.architecture().read_site(layer, Role::Output))).collect()
}

impl Attempts<'_> {
    /// How alike the pictures of every channel and photographs are, at the Output of each studied block up to its own.
    ///
    /// # Errors
    /// If the store has lost a picture.
    pub(crate) fn paths(
        &self,
        channels: &[Channel],
        (studies, photographs): (&[Study], &Photographs),
    ) -> Result<Vec<Likeness>, RunError> {
        let attempts: Vec<Attempt> = channels.iter().map(Attempt::of).collect();
        let found = self.each(PATHS, &attempts, |at_hand, attempt| {
            let (block, channel) = attempt.place();
            let layers = layers(self, studies, block);
            let reader = super::attempts::reader_of(at_hand, block, || {
                let sites: Vec<Site> = layers.iter().map(|(_, site)| *site).collect();
                let reading =
                    Reading { size: self.loaded.size(), view: View::Plain, sites: &sites, extent: Extent::Center };
                let reader = Reader::new(&self.loaded.network, reading, self.workshop.isa);
                reader.map_err(|e| self.loaded.because(e))
            })?;
            let mut rows = Vec::new();
            for (role, picture) in Role::ALL.into_iter().zip(self.bytes(attempt)?) {
                reader.read(&picture);
                let top = photographs.top(block, role, channel);
                let unit = format!("paths:{block}:{}:{channel}", role.name());
                let sets = random_sets(photographs.count(), &top, Draws::new(self.seed, &unit).numbers(0));
                for &(layer, site) in &layers {
                    let of_picture = reader.center(site).to_vec();
                    let alike = |image: &usize| -> Result<f64, RunError> {
                        Ok(cosine_of_rectified(&of_picture, &photographs.outputs(*image, layer)?))
                    };
                    let mean_of = |set: &[usize]| -> Result<Option<f64>, RunError> {
                        Ok(mean(&set.iter().map(alike).collect::<Result<Vec<f64>, RunError>>()?).ok())
                    };
                    let Some(top) = mean_of(&top)? else { continue };
                    let random: Vec<Option<f64>> = sets.iter().map(|set| mean_of(set)).collect::<Result<_, _>>()?;
                    let random: Vec<f64> = random.into_iter().flatten().collect();
                    rows.push(Likeness {
                        block,
                        channel,
                        role,
                        layer,
                        top,
                        random: mean(&random).ok(),
                        sets: random.len(),
                        p: (random.len() >= FEWEST).then(|| permutation_p(top, &random)),
                    });
                }
            }
            Ok(rows)
        })?;
        Ok(found.into_iter().flatten().collect())
    }
}

/// The photographs but a unit's top ones, shuffled and cut into sets of nine; at most ninety-nine.
fn random_sets(count: usize, top: &[usize], draw: impl FnMut(usize) -> usize) -> Vec<Vec<usize>> {
    let others: Vec<usize> = (0..count).filter(|image| !top.contains(image)).collect();
    let shuffled: Vec<usize> = permutation(others.len(), draw).into_iter().map(|at| others[at]).collect();
    shuffled.chunks_exact(NINE).take(SETS).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_sets_are_disjoint_leave_the_top_out_and_are_no_more_than_there_may_be() {
        let top = [3, 5, 8];
        let sets = random_sets(31, &top, |n| n - 1);
        assert_eq!(sets.len(), 3);
        let mut all: Vec<usize> = sets.concat();
        assert!(all.iter().all(|image| !top.contains(image) && *image < 31));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 27);
        assert_eq!(random_sets(11, &top, |_| 0).len(), 0);
        assert_eq!(random_sets(5_000, &top, |_| 0).len(), SETS);
    }
}
