//! One pass over the labelled images, whose findings are kept as they come: an interrupted ablation goes on where it
//! stopped, and a shard measures its part of the images and takes the rest from what other shards kept.
//!
//! Findings are in a journal beside `ablation.json`, named after all that determines them but the image, and in it by the
//! image file's bytes and its class. A pass whose channels follow from the one before, such as random sets by their accuracy,
//! has a name of its own for each outcome.

use super::labelled::Image;
use super::measuring::Measuring;
use super::{Ablate, REPORT};
use crate::error::RunError;
use crate::progress::Event;
use crate::queue::Queue;
use crate::store::{ImageDigest, Journal, NUMERICS_VERSION, Part};
use featviz::Ablation;
use std::path::PathBuf;

/// What is found on every image.
pub(super) struct Pass {
    name: &'static str,
    key: String,
    /// Values an image.
    width: usize,
}

/// What was found on one image; nothing if it is another shard's to measure.
type Found = Option<(ImageDigest, Vec<f32>, IsNew)>;

/// Whether it is not kept yet.
type IsNew = bool;

impl Pass {
    /// Center activations of all channels.
    pub(super) fn means(of: &Measuring<'_>, channels: usize) -> Pass {
        Pass { name: "means of channels", key: key(of, "means"), width: channels }
    }

    /// Places of classes by each ablation, at each enlargement.
    pub(super) fn right(of: &Measuring<'_>, name: &'static str, ablations: &[Option<Ablation>], zooms: &[f64]) -> Pass {
        let channels = |ablation: &Option<Ablation>| match ablation {
            None => "none".to_owned(),
            Some(ablation) => {
                let held = ablation.channels.iter().map(|(channel, held)| format!("{channel}:{:08x}", held.to_bits()));
                held.collect::<Vec<_>>().join(" ")
            }
        };
        let ablated: Vec<String> = ablations.iter().map(channels).collect();
        let what = format!("places of classes\nzooms {zooms:?}\nablated {}", ablated.join("\nablated "));
        Pass { name, key: key(of, &what), width: ablations.len() * zooms.len() }
    }

    /// Does `work` for every image of which nothing is known, or every one of the shard's, on all threads, keeps what it
    /// finds, and hands what is known on in the order of the images. Whether that is all of them.
    pub(super) fn run<S>(
        &self,
        of: &Measuring<'_>,
        work: impl Fn(&mut Option<S>, &Image, &[u8]) -> Result<Vec<f32>, RunError> + Sync,
        mut take: impl FnMut(&[f32]),
    ) -> Result<bool, RunError> {
        let (images, shard) = (&of.labelled.images, of.shard);
        let part = Part::begin(&report(of.options), &self.key, shard)?;
        let write = RunError::write(part.path());
        let (mut journal, mut known) = Journal::open(part.path(), self.width).map_err(write)?;
        for other in part.of_shards()? {
            // What cannot be read is measured.
            let _ = known.add(&other);
        }
        let is_own = |at: usize| shard.is_none_or(|shard| shard.has(at));
        let find = |state: &mut Option<S>, at: usize| -> Result<Found, RunError> {
            let image = &images[at];
            let bytes = images::read(&image.path)?;
            let digest = named(&bytes, image.class);
            Ok(match known.get(&digest) {
                Ok(Some(values)) => Some((digest, values, false)),
                _ if is_own(at) => Some((digest, work(state, image, &bytes)?, true)),
                _ => None,
            })
        };
        let mut complete = true;
        of.observer.event(Event::Phase { name: self.name.into(), total: images.len(), done: 0 });
        let keep = |_, found: Found| {
            match found {
                Some((digest, values, is_new)) => {
                    if is_new && !journal.holds(&digest) {
                        journal.keep(&digest, &values).map_err(write)?;
                    }
                    take(&values);
                }
                None => complete = false,
            }
            of.observer.event(Event::Advanced);
            Ok(())
        };
        let done = Queue::new(of.options.threads, images.len()).run(|| None, find, keep);
        journal.sync().map_err(write)?;
        of.observer.event(Event::PhaseEnded);
        done.map(|()| complete)
    }
}

/// Removes all that was kept: the ablation is written.
pub(super) fn forget(options: &Ablate) -> Result<(), RunError> {
    Part::end_all(&report(options))
}

fn report(options: &Ablate) -> PathBuf {
    options.out.join(REPORT)
}

/// The digest of an image's bytes and its class.
fn named(bytes: &[u8], class: usize) -> ImageDigest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(blake3::hash(bytes).as_bytes()).update(&(class as u64).to_le_bytes());
    *hasher.finalize().as_bytes()
}

/// A digest of what determines the findings of a pass, beside the image.
fn key(of: &Measuring<'_>, what: &str) -> String {
    let described = format!(
        "numerics {NUMERICS_VERSION}\nweights {}\nsize {}\nresized to {}\nsite {}\n{what}\n",
        of.loaded.identity(),
        of.loaded.size(),
        of.loaded.preprocessing.resize,
        of.site(),
    );
    blake3::hash(described.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests;
