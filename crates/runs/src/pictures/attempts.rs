//! Channels measured on their pictures, which are made again where they failed.

use super::channel::Channel;
use super::enlargement::OutputReader;
use super::measure::{self, BlockReader, Pixels};
use super::scale_factors::{AtFactor, FactorReader};
use super::scale_tuning::{ScaleCurve, ScaleReader};
use super::variants::Variant;
use super::workshop::Workshop;
use crate::error::RunError;
use crate::plan::Study;
use crate::progress::{Event, Observer};
use crate::queue::Queue;
use crate::source::Loaded;
use crate::store::Unit;
use crate::work::{ENLARGEMENTS, MEASUREMENTS, SCALE_FACTORS, SCALE_TUNING};
use featviz::Objective;
use resnet::{Architecture, Block, Role};
use std::collections::BTreeMap;

/// How often a channel's failed pictures are made again before it is given up.
pub const MAX_RETRIES: u64 = 4;

/// One try of a channel: how often its pictures were made again before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    block: Block,
    channel: usize,
    retries: u64,
}

impl Attempt {
    /// The one that a channel was measured on.
    pub(crate) fn of(channel: &Channel) -> Attempt {
        Attempt { block: channel.block, channel: channel.channel, retries: channel.retries }
    }

    /// Its block and channel.
    pub(super) fn place(&self) -> (Block, usize) {
        (self.block, self.channel)
    }

    /// Its Input, Block and Output pictures: retries take new seeds for the first two.
    pub(crate) fn units(&self, architecture: &Architecture, seed: u64, variant: Option<Variant>) -> [Unit; 3] {
        let later = |role| {
            if role == Role::Output { 0 } else { self.retries }
        };
        Role::ALL.map(|role| {
            let seed = seed.wrapping_add(later(role));
            // What is read there is what is optimised there.
            let aliased = variant == Some(Variant::AliasedBlock) && role == Role::Block;
            let of = if aliased { Role::Output } else { role };
            let site = architecture.optimised_site(self.block, of);
            Unit { site, objective: Objective::Neuron, channel: self.channel, seed }
        })
    }
}

/// What channels are measured with: the pictures of a workshop, from a seed on.
#[derive(Clone, Copy)]
pub(crate) struct Attempts<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) workshop: &'a Workshop<'a>,
    pub(crate) seed: u64,
    /// What is not as published.
    pub(crate) variant: Option<Variant>,
    /// What sentences call that, where it is not the run's first.
    pub(crate) called: &'a str,
    pub(crate) observer: &'a dyn Observer,
}

impl Attempts<'_> {
    /// Measures every channel. Where neither the Input nor the Block picture makes the Output positive, the
    /// visualization failed, and both are made again from the next seed (METHOD.md, section 3).
    pub(crate) fn measure_until_sound(&self, studies: &[Study]) -> Result<Vec<Channel>, RunError> {
        let mut channels = self.measure_first(studies)?;
        for retry in 1..=MAX_RETRIES {
            let failed = self.failed(&channels, retry);
            if failed.is_empty() {
                break;
            }
            let again: Vec<Unit> =
                failed.iter().flat_map(|a| a.units(self.loaded.architecture(), self.seed, self.variant)).collect();
            for unit in again.iter().filter(|u| u.seed != self.seed) {
                self.observer.event(Event::Retried(*unit));
            }
            self.workshop.make("pictures made again", &again, self.observer)?;
            self.measure_again(&mut channels, &failed)?;
        }
        for failed in channels.iter().filter(|c| !c.is_sound()) {
            self.observer.event(Event::Notice(given_up(failed, self.called)));
        }
        Ok(channels)
    }

    /// Every channel on its first pictures.
    pub(crate) fn measure_first(&self, studies: &[Study]) -> Result<Vec<Channel>, RunError> {
        self.measure_all(&self.first_attempts(studies))
    }

    /// The attempts to be made for the channels whose visualization failed.
    pub(crate) fn failed(&self, channels: &[Channel], retries: u64) -> Vec<Attempt> {
        let failed = channels.iter().filter(|c| !c.is_sound());
        failed.map(|c| Attempt { block: c.block, channel: c.channel, retries }).collect()
    }

    /// Measures attempts, each in the place of the one of its channel before.
    pub(crate) fn measure_again(&self, channels: &mut [Channel], again: &[Attempt]) -> Result<(), RunError> {
        for measured in self.measure_all(again)? {
            let at = channels.iter().position(|c| (c.block, c.channel) == (measured.block, measured.channel));
            if let Some(at) = at {
                channels[at] = measured;
            }
        }
        Ok(())
    }

    fn first_attempts(&self, studies: &[Study]) -> Vec<Attempt> {
        let of = |s: &Study| {
            let block = s.block;
            s.channels.clone().into_iter().map(move |channel| Attempt { block, channel, retries: 0 })
        };
        studies.iter().flat_map(of).collect()
    }

    /// Measures channels on all threads; the result is in the order of the attempts.
    fn measure_all(&self, attempts: &[Attempt]) -> Result<Vec<Channel>, RunError> {
        self.each(MEASUREMENTS, attempts, |reader, attempt| self.measure_one(attempt, reader))
    }

    /// Every channel's answers to its own pictures at every size.
    pub(crate) fn scale_tuning(
        &self,
        channels: &[Channel],
    ) -> Result<BTreeMap<(Block, usize), Vec<ScaleCurve>>, RunError> {
        let attempts: Vec<Attempt> = channels.iter().map(Attempt::of).collect();
        let curves = self.each(SCALE_TUNING, &attempts, |reader, attempt| {
            let Attempt { block, channel, .. } = *attempt;
            let reader = reader_of(reader, block, || ScaleReader::new(self.loaded, block, self.workshop.isa))?;
            let curves = reader.curves(channel, &self.bytes(attempt)?);
            Ok(((block, channel), curves))
        })?;
        Ok(curves.into_iter().collect())
    }

    /// What all channels answer at every scale factor to each channel's own pictures, in the order of the channels.
    pub(crate) fn at_factors(&self, channels: &[Channel]) -> Result<Vec<Vec<AtFactor>>, RunError> {
        let attempts: Vec<Attempt> = channels.iter().map(Attempt::of).collect();
        let beside: BTreeMap<_, _> = channels.iter().map(|c| ((c.block, c.channel), &c.beside)).collect();
        self.each(SCALE_FACTORS, &attempts, |reader, attempt| {
            let Attempt { block, channel, .. } = *attempt;
            let reader = reader_of(reader, block, || FactorReader::new(self.loaded, block, self.workshop.isa))?;
            let [input, of_block, _] = self.bytes(attempt)?;
            Ok(beside.get(&(block, channel)).map_or_else(Vec::new, |beside| reader.read([&input, &of_block], beside)))
        })
    }

    /// What every channel's Output answers to its own picture at each enlargement.
    pub(crate) fn enlargements(&self, channels: &[Channel]) -> Result<BTreeMap<(Block, usize), Vec<f64>>, RunError> {
        let attempts: Vec<Attempt> = channels.iter().map(Attempt::of).collect();
        let found = self.each(ENLARGEMENTS, &attempts, |reader, attempt| {
            let Attempt { block, channel, .. } = *attempt;
            let reader = reader_of(reader, block, || OutputReader::new(self.loaded, block, self.workshop.isa))?;
            let [_, _, output] = self.bytes(attempt)?;
            Ok(((block, channel), reader.read(channel, &output)))
        })?;
        Ok(found.into_iter().collect())
    }

    /// Does something for each attempt, on all threads, each with a reader of the block it is at; the results are in
    /// order.
    pub(super) fn each<R: Send, S>(
        &self,
        name: &'static str,
        attempts: &[Attempt],
        work: impl Fn(&mut Option<(Block, S)>, &Attempt) -> Result<R, RunError> + Sync,
    ) -> Result<Vec<R>, RunError> {
        self.observer.event(Event::Phase { name: name.into(), total: attempts.len(), done: 0 });
        let mut results = Vec::new();
        let take = |_, result| {
            results.push(result);
            self.observer.event(Event::Advanced);
            Ok(())
        };
        let queue = Queue::new(self.workshop.threads, attempts.len());
        queue.run(|| None, |reader, at| work(reader, &attempts[at]), take)?;
        self.observer.event(Event::PhaseEnded);
        Ok(results)
    }

    fn measure_one(&self, attempt: &Attempt, reader: &mut Option<(Block, BlockReader)>) -> Result<Channel, RunError> {
        let Attempt { block, channel, retries } = *attempt;
        let new = || BlockReader::new(self.loaded, block, self.variant, self.workshop.isa);
        let reader = reader_of(reader, block, new)?;
        let pictures = self.pictures(attempt)?;
        let (measured, beside) = reader.measure(channel, pictures.each_ref());
        Ok(Channel { block, channel, measured, beside, retries })
    }

    /// The Input, Block and Output pictures of an attempt, as they are measured.
    fn pictures(&self, attempt: &Attempt) -> Result<[Pixels; 3], RunError> {
        if self.variant != Some(Variant::FloatPicture) {
            return Ok(self.bytes(attempt)?.map(Pixels::Bytes));
        }
        let floats =
            |unit: &Unit| -> Result<Pixels, RunError> { Ok(Pixels::Floats(self.workshop.entry(unit)?.floats)) };
        let [input, block, output] = attempt.units(self.loaded.architecture(), self.seed, self.variant);
        Ok([floats(&input)?, floats(&block)?, floats(&output)?])
    }

    /// The bytes of the Input, Block and Output pictures of an attempt.
    pub(super) fn bytes(&self, attempt: &Attempt) -> Result<[Vec<u8>; 3], RunError> {
        let pixels = |unit: Unit| {
            let path = self.workshop.store.path(&self.workshop.address(&unit));
            let size = self.loaded.size();
            measure::pixels(&self.workshop.entry(&unit)?.png, &path, size)
        };
        let [input, block, output] = attempt.units(self.loaded.architecture(), self.seed, self.variant);
        Ok([pixels(input)?, pixels(block)?, pixels(output)?])
    }
}

/// What it means that all attempts failed, as one sentence.
fn given_up(channel: &Channel, called: &str) -> String {
    let nine = &channel.measured.activations;
    let attempts = MAX_RETRIES + 1;
    let why = match nine.o_i.is_finite() && nine.o_b.is_finite() {
        true => format!("none of {attempts} attempts made the Output positive on the Input or Block picture"),
        false => format!("at each of {attempts} attempts the Output on the Input or Block picture is not finite"),
    };
    format!(
        "block {}, channel {}{called}: not measured: {why}, so it has no mix ratio and counts in no figure",
        channel.block, channel.channel
    )
}

/// The reader of a block: the one at hand, or a new one in its place.
pub(super) fn reader_of<S>(
    at_hand: &mut Option<(Block, S)>,
    block: Block,
    new: impl FnOnce() -> Result<S, RunError>,
) -> Result<&mut S, RunError> {
    if at_hand.as_ref().is_none_or(|(at, _)| *at != block) {
        // Two at once would take twice the memory.
        *at_hand = None;
    }
    match at_hand {
        Some((_, reader)) => Ok(reader),
        empty => Ok(&mut empty.insert((block, new()?)).1),
    }
}

#[cfg(test)]
mod tests;
