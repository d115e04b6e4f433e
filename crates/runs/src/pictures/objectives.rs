//! How far the objectives of a run's pictures have come after some of their steps: read from what the store keeps of each.

use super::attempts::{Attempt, Attempts};
use super::channel::Channel;
use crate::checkpoints::Checkpoints;
use crate::error::RunError;
use analysis::objective_after;
use resnet::{Block, Role};

/// The objectives of some pictures of one role of a block.
#[derive(Clone, Debug)]
pub(crate) struct Ascents {
    pub(crate) block: Block,
    pub(crate) role: Role,
    /// After so many steps the pictures are done.
    pub(crate) of_steps: usize,
    /// After so many their objectives are asked for: the last are all of them.
    pub(crate) points: Vec<usize>,
    /// Of each picture, its objective at each point.
    pub(crate) pictures: Vec<Vec<f64>>,
}

/// After how many steps pictures of so many are asked: the paper's points before that, and all.
fn points(of_steps: usize) -> Vec<usize> {
    let before = Checkpoints::PAPERS.into_iter().filter(|steps| *steps < of_steps);
    before.chain([of_steps]).collect()
}

impl Attempts<'_> {
    /// How far the pictures of these channels have come, block by block and role by role.
    ///
    /// # Errors
    /// If the store has lost one.
    pub(crate) fn objectives(&self, channels: &[Channel]) -> Result<Vec<Ascents>, RunError> {
        let of_steps = self.workshop.recipe.steps;
        let mut all: Vec<Ascents> = Vec::new();
        for of_block in channels.chunk_by(|a, b| a.block == b.block) {
            for role in Role::ALL {
                let points = points(of_steps);
                let of = |channel: &Channel| {
                    let units = Attempt::of(channel).units(self.loaded.architecture(), self.seed, self.variant);
                    let trajectory = self.workshop.entry(&units[role as usize])?.trajectory;
                    let after = |&steps: &usize| objective_after(&trajectory, steps).unwrap_or(f64::NAN);
                    Ok(points.iter().map(after).collect())
                };
                let pictures = of_block.iter().map(of).collect::<Result<_, RunError>>()?;
                all.push(Ascents { block: of_block[0].block, role, of_steps, points, pictures });
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_asked_at_the_papers_points_before_their_end_and_there() {
        assert_eq!(points(2560), Checkpoints::PAPERS);
        assert_eq!(points(512), [64, 128, 256, 512]);
        assert_eq!(points(100), [64, 100]);
        assert_eq!(points(4), [4]);
    }
}
